"""The nearest joint change that turns a claim: exact derivatives against differences, same search.

And against that search as one writes it first: SLSQP on the square of the distance in standard
deviations, derivatives by differences.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.measure import Row
from costing.analysis.claim.flips import Margin, margin_of, ranges
from costing.analysis.claim.nearest import JointFlip, joint_flip
from costing.analysis.draws.cohort import cohort
from costing.analysis.draws.slopes import tangent_of
from costing.analysis.uncertainty.uncertainty import Inputs
from costing.case.case import make_case
from costing.reference.load import load_reference
from costing.scenario.scenario import Conventions, Scenario

Floats = NDArray[np.float64]

CLAIM, DRAWS, RUNS = "cnam_75", 2_048, 3
#: What the distances may differ by: both are told to four digits.
AGREE = 2e-4


def run() -> list[Row]:
    """A mark-up, the investment after running costs, and a share that nothing turns."""
    return [
        row
        for definition, conventions in (
            ("markup", Conventions()),
            ("investment", Conventions(investment="after_running_costs")),
            ("share", Conventions()),
        )
        for row in _rows(definition, conventions)
    ]


def _rows(definition: str, conventions: Conventions) -> list[Row]:
    case = make_case(load_reference(), Scenario(conventions=conventions))
    claim = case.reference.claims[CLAIM]
    postes = frozenset(case.reference.perimeter(claim.perimeter).postes)
    machines = cohort(case, claim.population, claim.activity, claim.date)
    inputs = machines.inputs
    margin = margin_of(machines.study(definition, postes), inputs, claim.figure)
    drawn = np.array(list(inputs.values(inputs.scores(0, DRAWS, 0)).values()))
    known = margin(drawn)  # as in an answer, which has drawn them

    def ours() -> JointFlip | None:
        tangent = tangent_of(machines, definition, postes, claim.figure)
        return joint_flip(margin, inputs, claim.figure, drawn, tangent, known)

    def differences() -> JointFlip | None:
        return joint_flip(margin, inputs, claim.figure, drawn, None, known)

    (mine, time_of_ours), (other, time_of_other) = _timed(ours), _timed(differences)
    assert (mine is None) == (other is None)
    assert mine is None or other is None or abs(mine.distance - other.distance) < AGREE
    what = f"nearest joint change, {claim.id}, {definition}, {len(inputs.items)} inputs"
    rows = [Row(what, time_of_ours, time_of_other, "derivatives by differences", 0.5)]
    if mine is not None:
        plain, time_of_plain = _timed(lambda: _plain(margin, inputs, drawn))
        assert mine.distance < plain + AGREE
        rows.append(Row(what, time_of_ours, time_of_plain, "as first written", 0.25))
    return rows


def _timed(search: Callable[[], Any]) -> tuple[Any, float]:
    """What a search finds, and its best processor time in seconds."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        found = search()
        best = min(best, time.process_time() - start)
    return found, best


def _plain(margin: Margin, inputs: Inputs, drawn: Floats) -> float:
    """The least distance found from three starts: the linear answer and the two nearest draws."""
    sigma = np.array([item.law.spread for item in inputs.items])
    inverse = np.linalg.inv(inputs.correlation)
    low, high = ((bound - inputs.modes) / sigma for bound in ranges(inputs))
    known = margin(drawn)
    scale, holds, size = known.std(), margin(inputs.modes[:, None])[0] >= 0, len(sigma)

    def at(points: Floats) -> Floats:
        return np.asarray(margin(inputs.modes[:, None] + sigma[:, None] * points) / scale)

    def slope(point: Floats) -> Floats:
        up, down = np.minimum(point + 1e-4, high), np.maximum(point - 1e-4, low)
        rows = np.repeat(point[:, None], 2 * size, axis=1)
        rows[np.arange(size), np.arange(size)] = up
        rows[np.arange(size), size + np.arange(size)] = down
        found = at(rows)
        return np.asarray((found[:size] - found[size:]) / (up - down))

    here, first = float(at(np.zeros((size, 1)))[0]), slope(np.zeros(size))
    step = inputs.correlation @ first
    points = np.clip((drawn - inputs.modes[:, None]) / sigma[:, None], low[:, None], high[:, None])
    other = points[:, (at(points) >= 0) != holds]
    reach = np.einsum("in,ij,jn->n", other, inverse, other)
    near = [other[:, i] for i in np.argsort(reach)[:2]]
    best = float("inf")
    for start in (np.clip(-here * step / (first @ step), low, high), *near):
        answer = minimize(
            lambda point: point @ inverse @ point, start, jac=lambda point: 2 * inverse @ point,
            bounds=list(zip(low, high, strict=True)), method="SLSQP",
            constraints={"type": "eq", "fun": lambda point: at(point[:, None]),
                         "jac": lambda point: slope(point)[None]},
            options={"maxiter": 60, "ftol": 1e-12},
        )  # fmt: skip
        if abs(at(answer.x[:, None])[0]) < 1e-6:
            best = min(best, float(answer.x @ inverse @ answer.x) ** 0.5)
    return best
