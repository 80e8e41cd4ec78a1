"""What holds whatever is asked: more never costs less, and prices found keep what was found."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costing.optimise import rounding, search
from costing.optimise.explain import bindings, unit
from costing.optimise.frontier import frontier
from costing.optimise.propose import propose
from costing.optimise.search import reach
from costing.optimise.solver import Model, Solution
from tests.checked import checked, must_check
from tests.optimise.drawn import ASKED, demands, few, machines, one_of, rules, with_target
from tests.optimise.naive import Naive
from tests.optimise.small import case_of, demand, demanded_of, found

#: Rows that count machines take a second or more in each of these; they have tests of their own.
COUNTS = ("machine_floor", "machines_below", "acts_below")
FIRST = one_of("loss", "largest_loss", "near_cost", "exact", "even_class", "even_zone", "smooth")


def slack(value: float) -> float:
    return 0.02 + 1e-6 * abs(value)


@few(6)
@given(st.data())
def test_the_optimum_does_not_fall_as_the_target_rises(data: st.DataObject) -> None:
    asked, fleet = data.draw(rules(COUNTS)), data.draw(machines())
    case = case_of(*fleet, **asked, objectives=(data.draw(FIRST),))
    answer = reach(demanded_of(case))
    assume(answer.status == "optimal" and answer.most_eur > 0)
    values = []
    for share in (0.2, 0.6, 0.95):
        best = found(with_target(case, share * answer.most_eur))
        assert best.status == "optimal"
        values.append(best.goals[0][1])
    assert all(much >= little - slack(much) for little, much in pairwise(values))


@must_check(compared=0.2)
@few(6)
@given(st.data())
def test_a_demand_more_never_improves_anything(data: st.DataObject) -> None:
    asked, fleet = data.draw(rules()), data.draw(machines())
    # One that lets prices rise is no demand more, and one for a class replaces the general one.
    free = ("rise_below_cost", "step_cut", *(item.constraint for item in asked["demands"]))
    more = data.draw(demands(free, 1, least=1))
    plain = case_of(*fleet, **asked, objectives=(data.draw(FIRST),))
    before = reach(demanded_of(plain))
    assume(before.status == "optimal")
    strict = {**asked, "demands": (*asked["demands"], *more)}
    first = plain.scenario.rules.objectives
    target = max(0.0, 0.7 * before.most_eur)
    strict_case = case_of(*fleet, **strict, objectives=first, target=target)
    after = reach(demanded_of(strict_case))
    assert after.most_eur <= before.most_eur + slack(before.most_eur)
    one, two = found(with_target(plain, target)), found(strict_case)
    if two.status == "optimal":
        assert two.goals[0][1] >= one.goals[0][1] - slack(one.goals[0][1])
        checked("compared")


@pytest.mark.parametrize("constraint", ASKED)
def test_a_stricter_number_never_improves_anything(constraint: str) -> None:
    fleet = (
        {"acts_billed": 9_000, "site_id": "a"},
        {"acts_billed": 5_600, "site_id": "b"},
        {"class": "irm_1_5t", "acts_billed": 6_500, "site_id": "a"},
        {"class": "irm_1_5t", "acts_billed": 4_000, "site_id": "b", "installed_on": "2015-06-01"},
    )
    _, values, _ = ASKED[constraint]
    levels = {"machine_floor": 0.5}
    order = sorted(values, reverse=constraint not in ("machine_floor", "sole_machine"))
    saved = []
    for value in order:  # from the loosest
        asked = (demand(constraint, value, level=levels.get(constraint)),)
        case = case_of(*fleet, demands=asked, no_rise=False, largest_cut_per_step=0.4)
        answer = reach(demanded_of(case))
        saved.append(answer.most_eur if answer.status == "optimal" else -1e12)
    assert saved[0] > 0
    assert all(strict <= loose + 0.05 for loose, strict in pairwise(saved))


@pytest.mark.slow
@must_check(point=0.2, convex=0.2)
@few(6)
@given(st.data())
def test_points_of_drawn_frontiers_are_optima(data: st.DataObject) -> None:
    asked, fleet = data.draw(rules(COUNTS)), data.draw(machines())
    case = case_of(*fleet, **asked)
    assume(reach(demanded_of(case)).status == "optimal")
    against = data.draw(one_of("loss", "largest_loss", "near_cost"))
    drawn = frontier(case, "savings", against, points=4).points
    assert len(drawn) == 4
    for point in drawn:
        objective = {**asked, "objectives": (against,)}
        alone = found(case_of(*fleet, target=max(0.0, point.level), **objective))
        if point.level >= 0:
            assert alone.status == "optimal" or point is drawn[-1]
            if alone.status == "optimal":
                expected = alone.goals[0][1]
                assert point.value == pytest.approx(expected, rel=1e-6, abs=0.1)
                checked("point")
    x, y = (np.array([getattr(p, name) for p in drawn]) for name in ("level", "value"))
    if x[-1] - x[0] > 100:
        # Convex: each point below the line between its neighbours.
        assert np.all(y[1:-1] <= (y[:-2] + y[2:]) / 2 + slack(y.max()))
        checked("convex")


def test_a_frontier_between_objectives_and_the_price_of_one_unit_less() -> None:
    """What the CT of 5 000 acts is spared, the MRIs pay for, and they have no pay to spare."""
    fleet = (
        {"acts_billed": 7_000},
        {"acts_billed": 5_000},
        {"class": "irm_gt_1_5t", "acts_billed": 2_000, "weight": 3},
    )
    case = case_of(*fleet, target=300_000, savings={"reading": "level_2027"})
    points = frontier(case, "largest_loss", "loss", points=5).points
    level, value = (np.array([getattr(p, name) for p in points]) for name in ("level", "value"))
    paid = np.diff(value) / -np.diff(level)
    assert np.all(np.diff(level) < -100)
    assert paid.min() > 0.1
    told = np.array([point.slope for point in points])[1:-1]
    assert np.all(told >= np.minimum(paid[:-1], paid[1:]) - 1e-6)
    assert np.all(told <= np.maximum(paid[:-1], paid[1:]) + 1e-6)
    for point in points:
        theirs = Naive(case)
        largest, _ = theirs.objective("largest_loss")
        theirs.row(largest, high=point.level + 0.01)
        assert point.value == pytest.approx(theirs.best("loss").values[0], abs=0.1)


@must_check(concession=0.25)
@few(4)
@given(st.data())
def test_what_a_concession_is_worth_is_found_by_making_it(data: st.DataObject) -> None:
    asked, fleet = data.draw(rules(COUNTS)), data.draw(machines(3))
    case = case_of(*fleet, **asked, objectives=("loss",))
    answer = reach(demanded_of(case))
    assume(answer.status == "optimal")
    case = with_target(case, max(0.0, 0.9 * answer.most_eur))
    best = found(case)
    items = best.demanded.requirements
    for held in bindings(best, best.prices):
        if held.gain is None:
            continue
        ((index, item),) = [
            (i, a) for i, a in enumerate(items) if a.key == (held.constraint, held.scope)
        ]
        rest = [a for i, a in enumerate(items) if i != index]
        if item.movable:
            rest.insert(index, item.eased(unit(item)))
        eased = search.search(best.demanded.under(rest))
        assert held.gain == pytest.approx(best.goals[0][1] - eased.goals[0][1], rel=1e-6, abs=0.5)
        checked("concession")


# --- what stopped is not the best -----------------------------------------------------------------


def stopping(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Let every search be stopped, from some call on, before anything is found."""
    solve, calls = Model.minimise, []

    def stopped(self: Model, objective: Any, *told: Any) -> Solution:
        calls.append(1)
        if len(calls) <= after:
            return solve(self, objective, *told)
        return Solution("stopped", np.full(self.size, np.nan), float("nan"), ())

    monkeypatch.setattr(Model, "minimise", stopped)


def test_a_later_objective_that_stops_is_not_called_optimal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = case_of({"acts_billed": 6_000}, target=150_000, objectives=("loss", "fewest_cells"))
    demanded = demanded_of(case)
    stopping(monkeypatch, 1)
    best = search.search(demanded)
    assert best.status == "stopped"
    assert np.isfinite(best.prices).all()


def test_a_first_objective_that_stops_gives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of({"acts_billed": 6_000}, target=150_000)
    stopping(monkeypatch, 1)  # what can be reached is found first
    proposal = propose(case)
    assert (proposal.status, proposal.schedule) == ("stopped", None)
    assert "arrêté" in proposal.words


def test_prices_that_could_not_be_rounded_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    case = case_of({"acts_billed": 6_000}, target=150_000)
    assert propose(case).status == "optimal"

    def stopped(*_: Any, **__: Any) -> Model:
        stopping(monkeypatch, 0)
        return Model(*_, **__)

    monkeypatch.setattr(rounding, "Model", stopped)
    proposal = propose(case)
    assert (proposal.status, proposal.schedule) == ("stopped", None)
