"""Draws of a class's cost against NumPy's own draws of the same inputs; memory of a whole fleet."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from benchmarks.measure import Row, side_by_side
from costing.analysis.uncertainty import cost_draws, used_values
from costing.load import load_reference
from costing.scenario import Scenario

DRAWS = 1_000_000
MEMORY_GIB = 2.0

#: Run in a process of its own, so that its peak memory is its own.
FLEET = """
import resource, sys
from costing.analysis.uncertainty import fleet_cost_draws
from costing.load import load_reference
from costing.scenario import Scenario
case = load_reference().case(Scenario())
result = fleet_cost_draws(case, case.fleet, case.fleet.year, 1_000)
assert result.shape == (1_000, len(case.fleet.frame))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak * (1 if sys.platform == "darwin" else 1024) / 2**30)
"""


def run() -> list[Row]:
    """Time of one class, peak memory of the fleet."""
    case = load_reference().case(Scenario())
    inputs = used_values(case, "irm_1_5t")
    shapes = []
    for value, distribution in inputs.values():
        assert distribution == "pert"
        low, high = value.bounds
        shapes.append(
            (1 + 4 * (value.mode - low) / (high - low), 1 + 4 * (high - value.mode) / (high - low))
        )

    def numpy_draws() -> None:
        generator = np.random.default_rng(1)
        for alpha, beta in shapes:
            generator.beta(alpha, beta, DRAWS)

    ours, peer = side_by_side(
        lambda: cost_draws(case, "irm_1_5t", 6_500, 0.0, DRAWS), numpy_draws, runs=5
    )
    what = f"{DRAWS:,} draws of a class's cost, {len(inputs)} inputs"
    output = subprocess.run([sys.executable, "-c", FLEET], check=True, capture_output=True).stdout
    return [
        Row(what, ours, peer, "NumPy's draws of the inputs", 1.3),
        Row("fleet × 1,000 draws, peak", float(output), MEMORY_GIB, "limit", 1.0, "GiB"),
    ]
