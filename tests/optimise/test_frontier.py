"""Every point of a frontier is an optimum, and opens its schedule."""

from __future__ import annotations

import numpy as np
import pytest

from costing.case.case import Case
from costing.optimise.frontier import at_point, frontier
from costing.optimise.propose import propose
from costing.problems.errors import InputError
from tests.optimise.small import case_of, found

MACHINES = (
    {"acts_billed": 9_000},
    {"acts_billed": 4_000, "class": "irm_1_5t"},
    {"acts_billed": 7_000, "class": "irm_1_5t", "zone": "paris", "region": "Île-de-France"},
    {"acts_billed": 1_500, "class": "tep_tdm"},
)


@pytest.fixture(scope="module")
def case() -> Case:
    return case_of(*MACHINES)


def test_points_go_from_what_costs_nobody_anything_to_all_that_can_be_saved(case: Case) -> None:
    points = frontier(case, points=7).points
    assert len(points) == 7
    saved = [point.savings_eur for point in points]
    assert saved == sorted(saved)
    assert saved[-1] == pytest.approx(propose(case).reachable_eur, rel=1e-6)
    assert points[0].loss_eur == pytest.approx(found(case).goals[0][1], abs=0.1)


def test_each_point_is_the_least_loss_for_what_it_saves(case: Case) -> None:
    for point in frontier(case, points=5).points:
        alone = found(case_of(*MACHINES, target=point.savings_eur - 1.0))
        assert dict(alone.goals)["loss"] == pytest.approx(point.value, rel=1e-6, abs=1.5)
        assert point.value == pytest.approx(point.loss_eur, rel=1e-6, abs=0.1)


def test_losses_rise_faster_and_faster_at_the_price_told(case: Case) -> None:
    points = frontier(case, points=15).points
    x = np.array([point.savings_eur for point in points])
    y = np.array([point.value for point in points])
    slope = np.diff(y) / np.diff(x)
    assert np.all(np.diff(slope) >= -1e-6)
    told = np.array([point.slope for point in points])
    # The price at a point lies between the slopes before and after it.
    assert np.all(told[1:-1] >= slope[:-1] - 1e-6)
    assert np.all(told[1:-1] <= slope[1:] + 1e-6)


def test_a_point_opens_its_schedule(case: Case) -> None:
    chosen = frontier(case, points=5)
    point = chosen.points[3]
    proposal = propose(at_point(case, chosen, point))
    assert proposal.status == "optimal"
    assert sum(proposal.savings.values()) >= point.savings_eur - 1.0
    # Each price is rounded by a cent or so: 22 500 acts.
    assert proposal.loss_eur == pytest.approx(point.loss_eur, abs=0.03 * 22_500)


def test_a_frontier_between_two_objectives() -> None:
    case = case_of(*MACHINES, target=300_000)
    points = frontier(case, "largest_loss", "loss", points=4).points
    values = [point.value for point in points]
    assert values == sorted(values)  # less for the worst off is more in all
    levels = [point.level for point in points]
    assert levels == sorted(levels, reverse=True)


@pytest.mark.parametrize(
    ("measure", "against", "points", "codes"),
    [
        ("loss", "loss", 5, ["frontier_same"]),
        ("savings", "savings", 5, ["unknown_choice", "frontier_same"]),
        ("profit", "loss", 5, ["unknown_choice"]),
        ("savings", "loss", 1, ["draws_range"]),
    ],
)
def test_measures_that_are_not_are_refused(
    measure: str, against: str, points: int, codes: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        frontier(case_of({"acts_billed": 6_000}), measure, against, points)
    assert [problem.code for problem in caught.value.problems] == codes
