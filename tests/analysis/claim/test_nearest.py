"""The nearest joint change of the public claims: by exact derivatives, and by dumber searches."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from costing.analysis.claim.claim import answer_claim
from costing.analysis.claim.flips import margin_of, ranges
from costing.analysis.claim.nearest import JointFlip, joint_flip
from costing.analysis.claim.readings import Settings, own_reading
from costing.analysis.draws.cohort import Cohort, cohort
from costing.analysis.draws.slopes import tangent_of
from costing.case.case import make_case
from costing.scenario.scenario import Conventions, Scenario
from costing.values.catalogue import Claim
from tests.shared import REFERENCE

Floats = NDArray[np.float64]


#: A change is told to four digits, which puts it so much farther at most.
ROUNDED = 1e-4

#: Distances found by the search that took derivatives by differences, before this one: golden.
FORMER = {
    ("cnam_75", "markup", "observed"): 6.449585339,
    ("cnam_75", "investment", "observed"): 4.132540290,
    ("cnam_75", "markup", "normative"): 5.614070605,
    ("cnam_scanner_72", "markup", "observed"): 3.408662177,
    ("cnam_scanner_72", "investment", "observed"): 0.388910284,
    ("cnam_irm_54", "markup", "observed"): 2.817194173,
    ("cnam_irm_54", "share", "observed"): 7.950112336,
    ("igas_igf_163", "share", "observed"): 15.298674887,
    ("igas_igf_163", "investment", "observed"): 1.266916201,
    ("cnam_50_70", "share", "observed"): 9.370661860,
    ("crc_argentan_falaise", "markup", "observed"): 2.341490305,
    ("cour_comptes_equilibre", "break_even", "observed"): 1.986219527,
}
#: What no change turned then.
NEVER = [
    ("cnam_75", "share", "observed"),
    ("cnam_75", "share", "normative"),
    ("igas_igf_investissement", "markup", "observed"),
]


def posed(
    claim_id: str, definition: str, activity: str, scenario: Scenario | None = None
) -> tuple[Cohort, Claim, frozenset[str]]:
    claim = REFERENCE.claims[claim_id]
    machines = cohort(
        make_case(REFERENCE, scenario or Scenario()), claim.population, activity, claim.date
    )
    return machines, claim, frozenset(REFERENCE.perimeter(claim.perimeter).postes)


def nearest(
    claim_id: str, definition: str, activity: str, scenario: Scenario | None = None,
    exact: bool = True,
) -> JointFlip | None:  # fmt: skip
    machines, claim, postes = posed(claim_id, definition, activity, scenario)
    inputs = machines.inputs
    margin = margin_of(machines.study(definition, postes), inputs, claim.figure)
    drawn = np.array(list(inputs.values(inputs.scores(0, 2_048, 0)).values()))
    tangent = tangent_of(machines, definition, postes, claim.figure)
    return joint_flip(margin, inputs, claim.figure, drawn, tangent if exact else None)


@pytest.mark.parametrize("reading", FORMER, ids="-".join)
def test_no_farther_than_before_and_on_the_edge(reading: tuple[str, str, str]) -> None:
    found = nearest(*reading)
    assert found is not None
    assert found.distance <= FORMER[reading] + ROUNDED
    machines, claim, postes = posed(*reading)
    values = {address: np.array([value]) for address, value in found.values.items()}
    there = float(machines.study(reading[1], postes)(values)[0])
    size = max(1.0, abs(claim.figure))
    assert there == pytest.approx(claim.figure, abs=1e-9 * size)
    assert found.result == pytest.approx(there, abs=1e-9 * size)
    low, high = ranges(machines.inputs)
    point = np.array(list(found.values.values()))
    assert (point >= low - 1e-9 * np.abs(low)).all()
    assert (point <= high + 1e-9 * np.abs(high)).all()
    moved = np.array(list(found.moved.values()))
    length = moved @ np.linalg.solve(machines.inputs.correlation, moved)
    assert found.distance == pytest.approx(length**0.5, rel=1e-9)


@pytest.mark.parametrize("reading", NEVER, ids="-".join)
def test_what_nothing_turned_is_not_turned(reading: tuple[str, str, str]) -> None:
    assert nearest(*reading) is None


def test_a_turn_that_no_draw_nor_corner_shows() -> None:
    """The normative activity helps up to a threshold: neither end of it is the farthest."""
    machines, _, postes = posed("cnam_scanner_72", "markup", "normative")
    inputs = machines.inputs
    margin = margin_of(machines.study("markup", postes), inputs, 0.0)
    tangent = tangent_of(machines, "markup", postes, 0.0)
    drawn = np.array(list(inputs.values(inputs.scores(0, 2_048, 0)).values()))
    low, high = ranges(inputs)
    corner = np.where(tangent(inputs.modes)[1] > 0, high, low)
    index = inputs.addresses.index("machine_classes.normative_activity.scanner")
    ends = np.repeat(corner[:, None], 3, axis=1)
    # The threshold at which an act more stops being paid above what it costs
    ends[index] = low[index], 13_000.0, high[index]
    reached = margin(ends)
    assert reached[1] > max(reached[0], reached[2], margin(drawn).max())
    figure = float(reached[1] - 1e-3 * (reached[1] - max(reached[0], reached[2])))
    found = joint_flip(
        margin_of(machines.study("markup", postes), inputs, figure), inputs, figure, drawn,
        tangent_of(machines, "markup", postes, figure),
    )  # fmt: skip
    assert found is not None
    assert found.result == pytest.approx(figure, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("definition", "activity", "conventions"),
    [
        ("markup", "observed", Conventions()),
        ("investment", "observed", Conventions(capital="lease")),
        ("markup", "normative", Conventions(amortised_charge="economic")),
        ("investment", "observed", Conventions(investment="after_running_costs")),
    ],
)
def test_no_farther_than_a_dumb_search(
    definition: str, activity: str, conventions: Conventions
) -> None:
    """SLSQP from many points, in the inputs' own ranges, derivatives by differences."""
    reading = "cnam_scanner_72", definition, activity, Scenario(conventions=conventions)
    found = nearest(*reading)
    machines, claim, postes = posed(*reading)
    inputs = machines.inputs
    margin = margin_of(machines.study(definition, postes), inputs, claim.figure)
    low, high = ranges(inputs)
    sigma = np.array([item.law.spread for item in inputs.items])
    inverse = np.linalg.inv(inputs.correlation)
    width, size = high - low, len(low)

    def distance(part: Floats) -> float:
        u = (low + width * part - inputs.modes) / sigma
        return float(u @ inverse @ u)

    def edge(part: Floats) -> float:
        return float(margin((low + width * part)[:, None])[0])

    def slope(part: Floats) -> Floats:
        step = np.where(part < 0.5, 1e-5, -1e-5)
        rows = (low + width * part)[:, None] + np.diag(width * step)
        return np.asarray((margin(rows) - edge(part)) / step)

    best = np.inf
    generator = np.random.default_rng(7)
    for start in (*generator.uniform(size=(4, size)), (inputs.modes - low) / width):
        answer = minimize(
            distance, start, bounds=[(0, 1)] * size, method="SLSQP",
            constraints={"type": "eq", "fun": edge, "jac": slope}, options={"maxiter": 120},
        )  # fmt: skip
        if abs(edge(answer.x)) < 1e-6:
            best = min(best, distance(answer.x) ** 0.5)
    assert np.isfinite(best)
    assert found is not None
    assert found.distance <= best + ROUNDED
    # and the same search without the exact derivatives is not nearer either
    other = nearest(*reading, exact=False)
    assert other is not None
    assert found.distance <= other.distance + ROUNDED


def test_draws_that_are_known_are_not_drawn_again() -> None:
    """The same change whether the claim's own draws serve the search or not."""
    claim = REFERENCE.claims["cnam_scanner_72"]
    case, reading = make_case(REFERENCE, Scenario()), own_reading(claim)
    few, many, sobol = (
        answer_claim(case, claim, settings, reading).joint
        for settings in (Settings(draws=500), Settings(draws=3_000),
                         Settings(draws=2_048, method="sobol"))
    )  # fmt: skip
    assert few is not None
    assert many is not None
    assert sobol is not None
    assert many.values == pytest.approx(few.values, rel=1e-9)
    assert sobol.values == pytest.approx(few.values, rel=1e-9)
