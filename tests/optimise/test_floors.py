"""Machines counted: when they share a switch, what is found keeps every demand and its bound holds.

What each demand says by hand is in `test_constraints.py`; against SciPy, machine by machine, in
`test_against_scipy.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from costing.analysis.uncertainty.uncertainty import fleet_cost_draws
from costing.case.case import Case
from costing.optimise.demanded_program import MOST_SWITCHES, DemandedProgram
from costing.optimise.risk import DRAWS
from costing.optimise.search import reach, search
from costing.scenario.rules import StructureChoice
from tests.optimise.naive import Naive
from tests.optimise.small import case_of, demand, demanded_of, paid_before

LEVEL = {"reading": "level_2027"}
FIVE = (StructureChoice(parameter="reference_activity", scope="scanner", candidates=(5_000.0,)),)


def fleet(acts: tuple[int, ...], weight: tuple[int, ...]) -> list[dict[str, Any]]:
    """CTs that differ by their acts."""
    return [{"acts_billed": n, "weight": w} for n, w in zip(acts, weight, strict=True)]


# Drawn, and kept because machines put together cost something in them.
CASES = {
    "acts": case_of(
        *fleet((8254, 6368, 8576, 4114, 8444, 4401, 5053, 6508), (1, 1, 1, 2, 2, 1, 2, 2)),
        target=1_519_725.55,
        savings=LEVEL,
        demands=(demand("acts_below", 0.4),),
        objectives=("loss",),
        largest_cut_per_step=0.4,
    ),
    "acts and structure": case_of(
        *fleet((8152, 8039, 6321, 4915, 4847, 5149, 6696, 4101), (1, 1, 2, 2, 2, 2, 2, 1)),
        target=1_189_533.30,
        savings=LEVEL,
        demands=(demand("acts_below", 0.4),),
        objectives=("loss",),
        structure=FIVE,
    ),
    "machines and structure": case_of(
        *fleet((7173, 7566, 8128, 7792, 7272), (1, 1, 1, 1, 1)),
        target=619_429.03,
        savings=LEVEL,
        demands=(demand("machines_below", 0.2),),
        objectives=("near_cost",),
        structure=FIVE,
    ),
}


def together(case: Case, switches: int) -> DemandedProgram:
    """A case in which so many switches are allowed."""
    return replace(demanded_of(case), switches=switches)


@pytest.mark.parametrize("name", CASES)
def test_machines_put_together_are_told_how_much_better_the_best_could_be(name: str) -> None:
    case = CASES[name]
    best, rough = search(demanded_of(case)), search(together(case, 2))
    first = case.scenario.rules.objectives[0]
    true, found = dict(best.goals)[first], dict(rough.goals)[first]
    assert (best.status, best.short_eur) == ("optimal", 0.0)
    assert found > true + 1  # or the case shows nothing
    assert found - rough.short_eur <= true + 0.01
    assert rough.short_eur > 0


@pytest.mark.parametrize("name", ["acts"])
def test_machines_put_together_keep_the_demand(name: str) -> None:
    case = CASES[name]
    rough = search(together(case, 2))
    assert Naive(case).broken(rough.prices, 0.5) == []
    saved = rough.demanded.program.saved(rough.prices)[2027]
    assert saved >= case.scenario.savings.target_eur - 0.5


def test_machines_put_together_are_set_apart_before_anything_is_called_impossible() -> None:
    # One of the two may be below, at most, and one must be (67.29 is the target): together they
    # cannot, apart they can. 6 000 acts: 83.0543 is the cost; 12 000: far above it.
    pair = ({"acts_billed": 6_000}, {"acts_billed": 6_200}, {"acts_billed": 12_000})
    asked = {
        "savings": LEVEL,
        "demands": (demand("machines_below", 0.34),),
        "largest_cut_per_step": 0.4,
    }
    case = case_of(*pair, **asked)
    target = 0.999 * reach(together(case, MOST_SWITCHES)).most_eur
    case = case_of(*pair, target=target, **asked)
    few, many = search(together(case, 1)), search(together(case, MOST_SWITCHES))
    assert many.status == "optimal"
    assert few.status == "optimal"
    assert few.goals[0][1] == pytest.approx(many.goals[0][1], abs=0.1)


def test_a_demand_that_leaves_room_for_all_asks_nothing() -> None:
    # Every machine may be below: the most that can be saved is that of no demand.
    machines = fleet((6_000, 7_000, 9_000), (1, 2, 1))
    plain = reach(demanded_of(case_of(*machines, savings=LEVEL))).most_eur
    for asked in (
        demand("machine_floor", 3.0, level=1.0),
        demand("machines_below", 1.0),
        demand("acts_below", 1.0),
    ):
        free = case_of(*machines, savings=LEVEL, demands=(asked,))
        assert reach(demanded_of(free)).most_eur == pytest.approx(plain)


def test_a_part_of_the_fleet_without_machines_asks_nothing() -> None:
    machines = fleet((6_000, 9_000), (1, 1))
    plain = reach(demanded_of(case_of(*machines, savings=LEVEL))).most_eur
    nobody = (
        demand("machine_floor", 3.0, "public"),
        demand("machines_below", 0.0, "irm"),
        demand("sole_machine", 1.0, "Île-de-France"),
        demand("neutrality", 0.0, "tep_tdm"),
    )
    case = case_of(*machines, savings=LEVEL, demands=nobody, floor_share_of_cost={"tep": 3.0})
    assert reach(demanded_of(case)).most_eur == pytest.approx(plain)


def test_a_machine_a_little_below_is_below() -> None:
    # The largest cut would take it 300 € under its cost of 498 325.55.
    (cost,) = paid_before(case_of({"acts_billed": 6_000}))[1]
    asked = {"largest_cut_per_step": float(1 - (cost - 300) / 538_320), "savings": LEVEL}
    free = case_of({"acts_billed": 6_000}, **asked)
    assert reach(demanded_of(free)).most_eur == pytest.approx(598_140 - cost + 300)
    for demanded in (
        demand("machine_floor", 1.0),
        demand("machines_below", 0.0),
        demand("acts_below", 0.0),
        demand("sole_machine", 0.0),
    ):
        held = case_of({"acts_billed": 6_000}, **asked, demands=(demanded,))
        assert reach(demanded_of(held)).most_eur == pytest.approx(598_140 - cost)


@pytest.mark.parametrize("risk", ["mean", "probability", "cvar"])
def test_floors_of_machines_hold_the_cost_at_risk(risk: str) -> None:
    asked = {"savings": LEVEL, "cost_risk": risk, "cost_level": 0.8, "largest_cut_per_step": 0.5}
    plain = case_of({"acts_billed": 6_000}, **asked)
    draws = np.sort(fleet_cost_draws(plain, plain.fleet_in(2027), 2027, DRAWS)[1:, 0])
    at_risk = {
        "mean": draws.mean(),
        "probability": draws[int(0.8 * DRAWS) - 1],  # 800 draws of 1 000 are not above
        "cvar": draws[int(0.8 * DRAWS) :].mean(),
    }[risk]
    least = 0.85 * at_risk
    assert least < 538_320
    for demanded in (demand("machine_floor", 0.85), demand("sole_machine", -0.15)):
        held = case_of({"acts_billed": 6_000}, **asked, demands=(demanded,))
        assert reach(demanded_of(held)).most_eur == pytest.approx(598_140 - least)


def test_which_machines_are_left_below_is_kept_while_prices_are_rounded() -> None:
    case = CASES["acts"]
    found = search(demanded_of(case))
    ((key, keeps),) = found.above_floor.items()
    assert key == ("acts_below", "*")
    rows = found.demanded.machines
    above = rows.revenue_at(found.prices) >= rows.cost_at(found.prices) - 0.5
    assert np.all(above[keeps])
    acts = rows.weight * rows.frame["acts_billed"].to_numpy()
    before = rows.present_eur >= rows.present_cost_eur
    assert float(acts @ (before & ~above)) <= 0.4 * float(acts.sum()) + 1e-6
