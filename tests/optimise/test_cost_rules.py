"""Schedules set by costs, cut alike or held: worked by hand on one or two CTs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.analysis.account.comparison import pay
from costing.analysis.account.savings import reached, savings
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost
from costing.fee.schedule import Cell
from costing.optimise.cost_rules import (
    Basis,
    bases,
    cost_based,
    held,
    named,
    uniform_cut,
    uniform_rate,
)
from costing.optimise.named_rules import COST_RULES, RULES
from costing.problems.errors import InputError
from costing.scenario.rules import SavingsDemand, ScheduleRules
from costing.scenario.scenario import Override, Scenario
from tests.bent import HIDDEN, bent
from tests.shared import REFERENCE
from tests.strategies import fleet_of

STEP = dt.date(2027, 1, 1)
EVE = dt.date(2026, 12, 31)
STILL = tuple(
    Override(parameter=f"dynamics.{name}.{modality}", mode=0, low=0, high=0)
    for name in ("machine_growth", "acts_growth", "renewal_rate")
    for modality in ("irm", "scanner", "tep")
)
FULL = Cell("scanner", "non_amorti", "*", "plein")
OLD = Cell("scanner", "amorti", "*", "plein")
REDUCED = Cell("scanner", "*", "*", "reduit_1")


def case_of(*machines: dict[str, Any], demand: dict[str, Any] | None = None, **rules: Any) -> Case:
    """Machines of a fleet that stands still; CTs unless they say otherwise."""
    scenario = Scenario(
        overrides=STILL,
        fleet=fleet_of(*({"class": "scanner", **machine} for machine in machines)),
        savings=SavingsDemand(share_on_fee=1.0, **(demand or {})),
        rules=ScheduleRules(**rules),
    )
    return make_case(REFERENCE, scenario)


def two(**rules: Any) -> Case:
    """One CT of 6 000 acts, one of 9 000; the reference activity of the class is 6 500."""
    return case_of({"acts_billed": 6_000}, {"acts_billed": 9_000}, **rules)


# --- set by costs ---------------------------------------------------------------------------------


def basis(activity: float, new: float, old: float, marginal: float) -> Basis:
    """What sets the prices of a CT class: costs at an activity, that of one more act."""
    costs = {"non_amorti": new, "amorti": old}
    return Basis(activity, (activity, 11_000, 13_000), costs, marginal, True)


def test_by_hand_the_fixed_cost_is_paid_by_the_activity_of_the_rule() -> None:
    # 500 000 € at 9 000 acts, 40 € for one more: full 500 000 / 9 000 = 55.556, reduced 40.
    prices = basis(9_000, 500_000, 400_000, 40.0).prices(REFERENCE.classes["scanner"], 0.0)
    assert prices[REDUCED] == 40
    assert prices[FULL] == pytest.approx(500_000 / 9_000)
    assert prices[OLD] == pytest.approx(400_000 / 9_000)
    assert {c.band for c in prices} == {"plein", "reduit_1", "reduit_2", "reduit_3"}
    # With a return of 10 %: reduced 44, full 550 000 / 9 000 = 61.111.
    more = basis(9_000, 500_000, 400_000, 40.0).prices(REFERENCE.classes["scanner"], 0.1)
    assert more[REDUCED] == pytest.approx(44)
    assert more[FULL] == pytest.approx(550_000 / 9_000)


def test_the_reference_activity_becomes_that_of_the_rule() -> None:
    schedule = cost_based(two(), "two_part_quartile")
    (reform,) = schedule.reforms
    assert (reform.date, reform.limits["scanner"]) == (STEP, (9_000.0, 11_000.0, 13_000.0))
    # Beyond a threshold of today, the threshold follows: 12 000 acts, then 12 001, then 13 000.
    busy = cost_based(case_of({"acts_billed": 12_000}), "two_part_median")
    assert busy.reforms[0].limits["scanner"] == (12_000.0, 12_001.0, 13_000.0)


def test_prices_are_never_negative() -> None:
    falling = basis(9_000, 50_000, 50_000, -1.0).prices(REFERENCE.classes["scanner"], 0.0)
    assert falling[REDUCED] == 0


@given(st.integers(0, 9_000), st.floats(0, 0.5))
def test_an_act_beyond_the_activity_pays_what_it_costs(more: int, extra: float) -> None:
    """Cost 300 000 + 40 N, rule at 8 000 acts: revenue is (1 + r) times the cost from there on."""
    at = basis(8_000, 620_000, 620_000, 40.0)
    prices = at.prices(REFERENCE.classes["scanner"], extra)
    revenue = prices[FULL] * 8_000 + prices[REDUCED] * more
    assert revenue == pytest.approx((1 + extra) * (300_000 + 40 * (8_000 + more)))


@pytest.mark.parametrize(
    ("rule", "which", "activity"),
    [("two_part_median", 0, 6_000), ("two_part_quartile", 1, 9_000)],
)
@pytest.mark.parametrize("extra", [0.0, 0.1])
def test_the_machine_of_the_activity_is_paid_its_cost_and_the_return(
    rule: str, which: int, activity: float, extra: float
) -> None:
    case = two(rounding_eur=1e-6)
    assert bases(case, rule)["scanner"].activity == activity
    paid = pay(case, case.fleet_in(2027), cost_based(case, rule, extra), 2027)
    # Prices are a millionth of a euro too high at most, over 9 000 acts.
    assert paid.revenue[which] == pytest.approx((1 + extra) * paid.cost[which], abs=0.01)


def test_amortised_machines_are_paid_their_own_cost_by_the_same_reduced_rates() -> None:
    case = case_of(
        {"acts_billed": 9_000},
        {"acts_billed": 9_000, "installed_on": "2015-06-01"},
        rounding_eur=1e-6,
    )
    paid = pay(case, case.fleet_in(2027), cost_based(case, "two_part_median"), 2027)
    assert sorted(paid.machines.amortised) == [False, True]
    assert paid.cost[0] != paid.cost[1]
    assert paid.revenue == pytest.approx(paid.cost, abs=0.01)


def test_the_scenario_s_return_holds_unless_another_is_given() -> None:
    own = cost_based(two(return_on_cost=0.1), "two_part_median")
    given_ = cost_based(two(), "two_part_median", 0.1)
    none = cost_based(two(return_on_cost=0.1), "two_part_median", 0.0)
    assert own.price(FULL, STEP) == given_.price(FULL, STEP)
    # Rounded up to cents, each within one of the exact price.
    assert own.price(FULL, STEP) == pytest.approx(1.1 * none.price(FULL, STEP), abs=0.02)


def test_prices_are_rounded_up_so_that_rounding_takes_nobody_below_cost() -> None:
    case = two(rounding_eur=1.0)
    schedule = cost_based(case, "two_part_quartile")
    assert schedule.price(FULL, STEP) % 1 == 0
    paid = pay(case, case.fleet_in(2027), schedule, 2027)
    assert 0 < paid.revenue[1] - paid.cost[1] < 9_000


def test_prices_change_on_the_first_step_and_not_before() -> None:
    schedule = cost_based(two(), "two_part_median")
    assert schedule.price(FULL, EVE) == REFERENCE.schedule.price(FULL, EVE)
    assert schedule.price(FULL, STEP) != REFERENCE.schedule.price(FULL, STEP)
    assert schedule.price(FULL, STEP) == schedule.price(FULL, dt.date(2040, 1, 1))
    assert schedule.name == COST_RULES["two_part_median"].label.fr


def test_the_marginal_cost_is_what_one_more_act_costs() -> None:
    case = two()
    one_more = annual_cost(case, "scanner", [7_000.0, 7_001.0]).total()
    found = bases(case, "two_part_median")["scanner"].marginal_eur
    assert found == pytest.approx(one_more[1] - one_more[0])


@pytest.mark.parametrize("acts", [6_500, 9_000])
def test_a_cost_that_is_no_straight_line_has_a_slope_too(acts: int, tmp_path: Path) -> None:
    # The model is a straight line all the same: every slope of it is the exact one.
    case = case_of({"acts_billed": acts})
    exact = bases(case, "two_part_median")["scanner"].marginal_eur
    hidden = bent(tmp_path, HIDDEN, model="scanner")
    assert not hidden.models["scanner"].linear_in_acts
    found = bases(make_case(hidden, case.scenario), "two_part_median")["scanner"].marginal_eur
    assert found == pytest.approx(exact)


def test_activities_are_weighted_and_idle_machines_do_not_count() -> None:
    # Weights 3 and 1: three quarters of the machines do not exceed 6 000 acts.
    heavy = case_of({"acts_billed": 6_000, "weight": 3}, {"acts_billed": 9_000})
    assert bases(heavy, "two_part_quartile")["scanner"].activity == 6_000
    idle = case_of({"acts_billed": 6_000}, {"acts_billed": 0}, {"acts_billed": 0})
    assert bases(idle, "two_part_median")["scanner"].activity == 6_000


def test_acts_that_are_not_billed_count_in_the_activity() -> None:
    case = case_of({"acts_billed": 6_000, "acts_inpatient": 1_000})
    assert bases(case, "two_part_median")["scanner"].activity == 7_000


def test_a_class_without_machines_takes_its_normative_activity() -> None:
    found = bases(two(), "two_part_median")
    parameter = REFERENCE.files["machine_classes"]["normative_activity"]
    value = REFERENCE.value_for(parameter, "irm_1_5t")
    assert value is not None
    assert found["irm_1_5t"].activity == value.mode
    assert not found["irm_1_5t"].from_fleet
    assert found["scanner"].from_fleet
    norm = bases(two(), "two_part_normative")["scanner"]
    assert (norm.activity, norm.from_fleet) == (11_840, False)  # models/machine_classes.yaml


# --- held, cut alike ------------------------------------------------------------------------------

# One CT, 6 000 acts, all at the full rate. Against 99.69 all along, with 2027 at 89.72 too:
#   2025: 7 477.15; 2026: 53 899.07 (tests/optimise/test_proposal.py); 2027: 6 000 × 9.97 = 59 820
# together 121 196.22. At a price of zero 2027 saves 6 000 × 99.69 = 598 140.


def test_held_keeps_the_prices_of_the_eve() -> None:
    schedule = held(two())
    assert schedule.price(FULL, dt.date(2030, 1, 1)) == 89.72
    assert schedule.price(FULL, dt.date(2026, 6, 30)) == 91.71
    assert REFERENCE.schedule.price(FULL, STEP) == 87.13


def test_by_hand_a_uniform_cut() -> None:
    # (150 000 - 121 196.22) / 538 320 = 5.3507 %; 89.72 × 0.946493 = 84.919 → 84.91
    case = case_of({"acts_billed": 6_000}, demand={"target_eur": 150_000})
    assert uniform_rate(case) == pytest.approx(28_803.78 / 538_320, abs=1e-6)
    schedule = uniform_cut(case)
    assert schedule.price(FULL, STEP) == 84.91
    # All prices, not those of the fleet alone: 60.00 × 0.946493 = 56.789 → 56.78
    assert schedule.price(REDUCED, STEP) == 56.78
    saved = {year.year: year.saved_eur for year in savings(case, schedule)}
    # 121 196.22 + 6 000 × (89.72 - 84.91) = 150 056.22
    assert reached(case.scenario.savings, saved) == pytest.approx(150_056.22, abs=0.01)


def test_by_hand_a_uniform_cut_under_the_other_reading() -> None:
    # In 2027 alone: (100 000 - 59 820) / 538 320 = 7.4640 %; 89.72 × 0.925360 = 83.023 → 83.02
    demand = {"target_eur": 100_000, "reading": "level_2027"}
    case = case_of({"acts_billed": 6_000}, demand=demand)
    assert uniform_rate(case) == pytest.approx(40_180 / 538_320)
    assert uniform_cut(case).price(FULL, STEP) == 83.02


def test_nothing_is_cut_where_the_prices_in_force_save_enough() -> None:
    case = case_of({"acts_billed": 6_000}, demand={"target_eur": 121_000}, rounding_eur=1.0)
    assert uniform_rate(case) == 0
    assert uniform_cut(case).price(FULL, STEP) == 89.72


def test_a_uniform_cut_that_is_out_of_reach_is_refused() -> None:
    # At most 7 477.15 + 53 899.07 + 598 140 = 659 516.22.
    fine = case_of({"acts_billed": 6_000}, demand={"target_eur": 659_000})
    assert uniform_rate(fine) < 1
    case = case_of({"acts_billed": 6_000}, demand={"target_eur": 660_000})
    with pytest.raises(InputError) as error:
        uniform_cut(case)
    (fault,) = error.value.problems
    assert fault.code == "uniform_cut_short"
    assert "659\u202f516 €" in fault.message()


def test_every_named_schedule_is_computed_and_others_are_refused() -> None:
    case = case_of({"acts_billed": 6_000}, demand={"target_eur": 150_000})
    for rule in RULES:
        assert named(case, rule).price(FULL, EVE) == 89.72
    assert named(case, "official") is case.reference.schedule
    for wrong in (lambda: named(case, "two_part_mean"), lambda: cost_based(case, "held")):
        with pytest.raises(InputError) as error:
            wrong()
        assert error.value.problems[0].code == "unknown_choice"
    with pytest.raises(InputError, match="two_part_median"):
        named(case, "two_part_medain")
