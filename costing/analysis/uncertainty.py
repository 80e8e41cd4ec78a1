r"""What we do not know of a cost: draws of the parameters, and the cost of each draw.

First version: independent parameters, plain seeded draws; draw 0 is the principal estimate (every
parameter at its mode). PERT on low $a$, mode $m$, high $b$ is the beta distribution on $[a, b]$
with $\alpha = 1 + 4 (m - a) / (b - a)$, $\beta = 1 + 4 (b - m) / (b - a)$ (Malcolm et al., 1959).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.costs import annual_cost
from costing.fleet import Fleet
from costing.parameters import Distribution, Value
from costing.reference import Case

Floats = NDArray[np.float64]

#: Draws evaluated together: about twenty arrays of this size stay in a core's cache.
CHUNK = 16_384


def sample(
    generator: np.random.Generator, value: Value, distribution: Distribution, size: int
) -> Floats:
    """Draws of one value, shape `(size,)`, in its own unit; the mode when low equals high."""
    low, high = value.bounds
    if distribution == "fixed" or low == high:
        return np.full(size, value.mode)
    if distribution == "uniform":
        return generator.uniform(low, high, size)
    if distribution == "triangular":
        return generator.triangular(low, value.mode, high, size)
    width = high - low
    draws = generator.beta(
        1 + 4 * (value.mode - low) / width, 1 + 4 * (high - value.mode) / width, size
    )
    draws *= width
    draws += low
    return draws


def used_values(case: Case, class_code: str) -> dict[str, tuple[Value, Distribution]]:
    """The uncertain values that a class's cost rests on, by parameter name."""
    model = case.reference.model_of(class_code)
    used = frozenset[str]().union(*(model.inputs_of(step.name) for step in model.lines))
    found = {}
    for name, parameter in model.parameters.items():
        value = case.reference.value_for(parameter, class_code)
        if name in used and value and value.bounds[0] < value.bounds[1]:
            found[name] = (value, parameter.distribution)
    return found


def cost_draws(
    case: Case,
    class_code: str,
    acts: Any,
    amortised: Any,
    draws: int,
    seed: int | None = None,
) -> Floats:
    """Yearly cost (EUR) of the perimeter for each draw, shape `(draws,)` or `(draws, machines)`.

    All uncertain parameters are drawn, independently; `acts` is a scalar or an array over machines.
    The seed is the scenario's unless given. For many machines, `cost_chunks` keeps memory small.
    """
    parts = cost_chunks(case, class_code, acts, amortised, draws, seed)
    return np.concatenate(list(parts))


def cost_chunks(
    case: Case,
    class_code: str,
    acts: Any,
    amortised: Any,
    draws: int,
    seed: int | None = None,
) -> Iterator[Floats]:
    """The same as `cost_draws`, a chunk of draws at a time."""
    seed = case.scenario.seed if seed is None else seed
    values = used_values(case, class_code)
    streams = {
        name: _stream(case, class_code, name, value, seed) for name, (value, _) in values.items()
    }
    machines = np.broadcast_shapes(np.shape(acts), np.shape(amortised))
    column = (slice(None), *(None for _ in machines))
    size = max(1, CHUNK // max(1, math.prod(machines)))
    for first in range(0, draws, size):
        count = min(size, draws - first)
        drawn = {}
        for name, (value, distribution) in values.items():
            drawn[name] = sample(streams[name], value, distribution, count)
            if first == 0:
                drawn[name][0] = value.mode
            drawn[name] = drawn[name][column]
        total = annual_cost(case, class_code, acts, amortised, drawn).total()
        yield np.broadcast_to(total, (count, *machines))


def _stream(case: Case, class_code: str, name: str, value: Value, seed: int) -> np.random.Generator:
    """A parameter's own stream, from the seed and its address.

    A value that several classes share is thus drawn alike for all of them, whatever else is drawn.
    """
    modality = case.reference.model_of(class_code).modality
    file = modality if name in case.reference.files[modality] else "communs"
    return np.random.default_rng([seed, zlib.crc32(f"{file}.{name}.{value.scope}".encode())])


def fleet_cost_draws(case: Case, fleet: Fleet, year: int, draws: int) -> Floats:
    """Yearly cost (EUR) of each machine for each draw, shape `(draws, machines)`.

    Draws are common to all machines that share a value: they are what we do not know of prices and
    staff, not what makes machines differ.
    """
    result = np.empty((draws, len(fleet.frame)))
    amortised = fleet.amortised(year, case.amortisation_years)
    acts = (fleet.frame["acts_billed"] + fleet.frame["acts_inpatient"]).to_numpy(dtype=float)
    codes = fleet.frame["class"].to_numpy()
    for code in dict.fromkeys(codes):
        rows = np.flatnonzero(codes == code)
        first = 0
        for part in cost_chunks(case, str(code), acts[rows], amortised[rows], draws):
            result[first : first + len(part), rows] = part
            first += len(part)
    return result
