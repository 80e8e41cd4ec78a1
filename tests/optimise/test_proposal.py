"""Proposed schedules: by hand on one machine, against SciPy on drawn fleets, and in conflict."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from costing.analysis.account.comparison import pay
from costing.analysis.account.savings import required_from_fee, savings
from costing.case.case import Case, make_case
from costing.fee.schedule import Cell
from costing.fleet.table import FleetTable
from costing.french.writing import number
from costing.optimise.proposal import Proposal
from costing.optimise.propose import propose
from costing.optimise.search import reach
from costing.problems.errors import ScenarioError
from costing.scenario.rules import Lever, SavingsDemand, ScheduleRules
from costing.scenario.scenario import Override, Scenario
from tests.checked import checked, must_check
from tests.optimise.drawn import few, machines, one_of, with_target
from tests.optimise.small import case_of, demanded_of
from tests.shared import REFERENCE, examples
from tests.strategies import fleet_of

STEP = dt.date(2027, 1, 1)
STILL = tuple(
    Override(parameter=f"dynamics.{name}.{modality}", mode=0, low=0, high=0)
    for name in ("machine_growth", "acts_growth", "renewal_rate")
    for modality in ("irm", "scanner", "tep")
)


def solve(fleet: FleetTable, target: float, **rules: Any) -> Proposal:
    demand = SavingsDemand(target_eur=target, share_on_fee=1.0)
    scenario = Scenario(overrides=STILL, fleet=fleet, savings=demand, rules=ScheduleRules(**rules))
    return propose(make_case(REFERENCE, scenario))


ONE_CT = fleet_of({"class": "scanner", "acts_billed": 6_000})
FULL_CT = Cell("scanner", "non_amorti", "*", "plein")

# One CT, 6 000 acts, all at the full rate of a machine that is not amortised.
# Against 99.69 all along:
#   2025: 57 days at 91.71            → 6 000 × 7.98 × 57 / 365                     =  7 477.15
#   2026: 181 days at 91.71, 184 at 89.72 → 6 000 × (7.98 × 181 + 9.97 × 184) / 365 = 53 899.07
#   2027: at price f                  → 6 000 × (99.69 - f); 59 820.00 at 89.72
# together 121 196.22 if nothing changes.


def test_by_hand_what_is_in_force_may_be_enough() -> None:
    proposal = solve(ONE_CT, 121_000)
    assert proposal.status == "optimal"
    assert proposal.prices[STEP][FULL_CT] == 89.72
    assert proposal.savings == pytest.approx(
        {2025: 7_477.15, 2026: 53_899.07, 2027: 59_820}, abs=0.01
    )
    assert "suffisent" in proposal.words


def test_by_hand_the_price_is_the_highest_whole_cent_that_saves_enough() -> None:
    # 150 000 - 7 477.15 - 53 899.07 = 88 623.78 → 99.69 - 14.77063 = 84.91937 → 84.91
    proposal = solve(ONE_CT, 150_000)
    assert proposal.prices[STEP][FULL_CT] == 84.91
    assert sum(proposal.savings.values()) == pytest.approx(61_376.22 + 6_000 * 14.78, abs=0.01)
    assert "suffisent" not in proposal.words


def test_by_hand_a_coarser_rounding_still_meets_the_target() -> None:
    proposal = solve(ONE_CT, 150_000, rounding_eur=0.1)
    assert proposal.prices[STEP][FULL_CT] == 84.9


def test_by_hand_the_largest_cut_makes_a_conflict_and_says_what_is_reachable() -> None:
    # At most 5 %: 89.72 × 0.95 = 85.234 → 6 000 × 14.456 = 86 736 → 148 112.22 in all.
    proposal = solve(ONE_CT, 150_000, largest_cut_per_step=0.05)
    assert proposal.status == "infeasible"
    assert proposal.schedule is None
    assert proposal.reachable_eur == pytest.approx(148_112.22, abs=0.01)
    assert "148 112 € pour 150 000 € demandés" in proposal.words.replace("\u202f", " ")
    (way,) = [w for w in proposal.conflict if w.constraint == "step_cut"]
    assert way.enough
    assert way.words == proposal.conflict[0].words


def test_by_hand_two_steps_compound_the_largest_cut() -> None:
    # 1 January 85.234, 1 July 85.234 × 0.95 = 80.9723; 181 / 365 then 184 / 365 of 6 000 acts:
    # 6 000 × (14.456 × 181 + 18.7177 × 184) / 365 = 99 626.18; with 61 376.22: 161 002.40.
    steps = (STEP, dt.date(2027, 7, 1))
    proposal = solve(ONE_CT, 170_000, largest_cut_per_step=0.05, step_dates=steps)
    assert proposal.status == "infeasible"
    assert proposal.reachable_eur == pytest.approx(161_002.40, abs=0.01)
    fine = solve(ONE_CT, 155_000, largest_cut_per_step=0.05, step_dates=steps)
    assert fine.status == "optimal"
    assert sum(fine.savings.values()) >= 155_000
    for before, after in zip((None, *steps), steps, strict=False):
        prior = 89.72 if before is None else fine.prices[before][FULL_CT]
        assert prior * 0.95 - 1e-9 <= fine.prices[after][FULL_CT] <= prior


def test_by_hand_the_cut_falls_on_the_machine_that_can_bear_it() -> None:
    """One MRI far above its cost, one far below: only the first one's price moves."""
    fleet = fleet_of(
        {"class": "irm_1_5t", "acts_billed": 4_700, "acts_inpatient": 0},
        {"class": "irm_gt_1_5t", "acts_billed": 2_000},
    )
    proposal = solve(fleet, 300_000)
    rich = Cell("irm_1_5t", "non_amorti", "province", "plein")
    poor = Cell("irm_gt_1_5t", "non_amorti", "province", "plein")
    before = REFERENCE.schedule
    assert proposal.prices[STEP][rich] < before.price(rich, dt.date(2026, 12, 31))
    assert proposal.prices[STEP][poor] == before.price(poor, dt.date(2026, 12, 31))
    assert proposal.loss_eur == pytest.approx(proposal.present_loss_eur)


def test_a_class_floor_protects_a_class_or_is_named_in_the_conflict() -> None:
    fleet = fleet_of(
        {"class": "scanner", "acts_billed": 6_000}, {"class": "irm_1_5t", "acts_billed": 6_000}
    )
    case = make_case(REFERENCE, Scenario(overrides=STILL, fleet=fleet))
    paid = pay(case, case.fleet_in(2027), REFERENCE.schedule.frozen(dt.date(2026, 12, 31)), 2027)
    share = float(0.98 * paid.revenue[0] / paid.cost[0])
    proposal = solve(fleet, 260_000, floor_share_of_cost={"scanner": share})
    after = pay(case, case.fleet_in(2027), proposal.schedule, 2027)  # type: ignore[arg-type]
    assert after.revenue[0] >= share * after.cost[0] - 1e-6
    blocked = solve(fleet, 400_000, floor_share_of_cost={"scanner": share, "irm_1_5t": 9.0})
    assert blocked.status == "infeasible"
    assert "class_floor" in {way.constraint for way in blocked.conflict if way.enough}


def test_a_class_already_below_its_floor_is_not_cut() -> None:
    fleet = fleet_of(
        {"class": "scanner", "acts_billed": 6_000}, {"class": "irm_1_5t", "acts_billed": 6_000}
    )
    proposal = solve(fleet, 260_000, floor_share_of_cost={"scanner": 5.0})
    assert proposal.prices[STEP][FULL_CT] == 89.72


def test_the_level_reading_counts_the_last_year_alone() -> None:
    demand = SavingsDemand(target_eur=80_000, share_on_fee=1.0, reading="level_2027")
    scenario = Scenario(overrides=STILL, fleet=ONE_CT, savings=demand)
    proposal = propose(make_case(REFERENCE, scenario))
    # 80 000 / 6 000 = 13.3333 → 99.69 - 13.3333 = 86.35667 → 86.35
    assert proposal.prices[STEP][FULL_CT] == 86.35


def test_a_yearly_demand_on_a_year_that_cannot_change_is_a_conflict() -> None:
    demand = SavingsDemand(target_eur=0, yearly_eur={2026: 60_000})
    scenario = Scenario(overrides=STILL, fleet=ONE_CT, savings=demand)
    proposal = propose(make_case(REFERENCE, scenario))
    assert proposal.status == "infeasible"
    assert "2026" in proposal.words


def test_other_levers_come_off_what_the_fee_must_save() -> None:
    # From 1 July 2026: 184/365 of 100 M€ in 2026 and all of it in 2027.
    lever = Lever(label="pertinence", date=dt.date(2026, 7, 1), annual_amount_eur=100e6)
    demand = SavingsDemand(share_on_fee=0.8, other_levers=(lever,))
    years = (2025, 2026, 2027)
    assert required_from_fee(demand, years) == pytest.approx(240e6 - 100e6 * (184 / 365 + 1))
    level = demand.model_copy(update={"reading": "level_2027"})
    assert required_from_fee(level, years) == pytest.approx(140e6)


@pytest.mark.parametrize("date", [dt.date(2024, 1, 1), dt.date(2028, 1, 1)])
def test_a_step_outside_the_years_of_the_target_is_refused(date: dt.date) -> None:
    with pytest.raises(ScenarioError, match="dates d'effet"):
        solve(ONE_CT, 1.0, step_dates=(date,))


def test_a_target_at_the_edge_may_have_no_rounded_schedule() -> None:
    """89.72 × 0.95 = 85.234: in cents at least 85.24, which is 36 € short of the most."""
    most = solve(ONE_CT, 1e9, largest_cut_per_step=0.05).reachable_eur
    proposal = solve(ONE_CT, most - 10, largest_cut_per_step=0.05)
    assert proposal.status == "infeasible"
    assert "arrondi" in proposal.words
    assert solve(ONE_CT, most - 40, largest_cut_per_step=0.05).status == "optimal"
    assert (
        solve(ONE_CT, most - 10, largest_cut_per_step=0.05, rounding_eur=1e-4).status == "optimal"
    )


def test_by_hand_a_price_of_few_acts_gives_back_what_rounding_another_up_costs() -> None:
    """6 000 acts of a CT and 100 of an MRI far below its cost; 5 % at most; 2027 alone.

    At most 6 000 × (99.69 - 85.234) + 100 × (171.97 - 147.0315) = 89 229.85. With 100 less the CT
    is at 85.234, in cents 85.24: 36 more to pay, for which the MRI, a euro above its least, must
    fall by 36 cents: 147.0315 + 1 - 0.36 = 147.6715.
    """
    case = case_of(
        {"acts_billed": 6_000}, {"class": "irm_1_5t", "acts_billed": 100},
        target=89_129.85, savings={"reading": "level_2027"}, largest_cut_per_step=0.05,
    )  # fmt: skip
    proposal = propose(case)
    assert proposal.status == "optimal"
    assert proposal.reachable_eur == pytest.approx(89_229.85)
    assert proposal.prices[STEP][FULL_CT] == 85.24
    mri = Cell("irm_1_5t", "non_amorti", "province", "plein")
    assert proposal.prices[STEP][mri] == 147.67


def test_the_target_is_met_on_the_whole_fleet_to_the_cent() -> None:
    demand = SavingsDemand(target_eur=500e6, share_on_fee=1.0)
    proposal = propose(make_case(REFERENCE, Scenario(savings=demand)))
    assert proposal.schedule is not None
    again = savings(proposal.case, proposal.schedule)
    assert sum(year.saved_eur for year in again) >= 500e6
    check_rules(proposal)


@st.composite
def demands(draw: st.DrawFn) -> tuple[Case, float]:
    """A small drawn fleet, rules, and a target around what the rules can reach."""
    rules = {
        name: draw(st.booleans())
        for name in ("no_rise", "degressive", "amortised_not_above", "zones_in_order")
    }
    case = case_of(
        *draw(machines(7)),
        largest_cut_per_step=draw(one_of(0.05, 0.15, 0.4)),
        step_dates=draw(one_of((STEP,), (STEP, dt.date(2027, 7, 1)))),
        **rules,
    )
    # At the very edge a schedule may exist and no rounded one: that has a test of its own.
    shares = st.floats(0.3, 0.95)
    return case, draw(st.one_of(shares, shares, shares, st.floats(1.05, 1.2)))


@must_check(optimal=0.2)
@few(12)
@given(demands())
def test_the_least_loss_is_that_of_scipy_and_every_rule_holds(drawn: tuple[Case, float]) -> None:
    case, share = drawn
    most = reach(demanded_of(case)).most_eur
    case = with_target(case, max(0.0, share * most))
    proposal = propose(case)
    loss, reachable = independent(case)
    assert reachable == pytest.approx(most, rel=1e-6)
    assert proposal.reachable_eur == most
    acts = sum(case.fleet_in(2027).frame.eval("(acts_billed + acts_inpatient) * weight"))
    if proposal.status == "infeasible":
        # A cent an act may be missing for want of a rounded schedule, and the words then say so.
        room = 0.01 * acts if "arrondi" in proposal.words else 1
        assert share * most > reachable - room
        return
    assume(proposal.status == "optimal")
    # What prices rounded up cost, a cent or two an act, others give back: so little may it grow.
    assert loss - 1e-4 <= proposal.loss_eur <= loss + 0.03 * acts + 1e-4
    check_rules(proposal)
    checked("optimal")


def check_rules(proposal: Proposal) -> None:
    """Every rule, read off the prices and not off the program's own rows."""
    case, rules = proposal.case, proposal.case.scenario.rules
    eve = rules.step_dates[0] - dt.timedelta(days=1)
    present = {c: REFERENCE.schedule.price(c, eve) for c in REFERENCE.schedule.cells}
    base = {c: REFERENCE.schedule.price(c, dt.date(2024, 3, 1)) for c in present}
    before = present
    for prices in proposal.prices.values():
        for cell, price in prices.items():
            assert round(price, 2) == price
            assert price >= before[cell] * (1 - rules.largest_cut_per_step) - 1e-9
            assert (
                price <= (before[cell] if rules.no_rise else max(present[cell], base[cell])) + 1e-9
            )
            if rules.amortised_not_above and cell.amortisation == "amorti":
                other = cell._replace(amortisation="non_amorti")
                assert price <= prices[other] + max(0, present[cell] - present[other]) + 1e-9
            order = {"region_parisienne": "paris", "province": "region_parisienne"}
            if rules.zones_in_order and cell.zone in order:
                other = cell._replace(zone=order[cell.zone])
                assert price <= prices[other] + max(0, present[cell] - present[other]) + 1e-9
            if rules.degressive and cell.band != "plein":
                above = "plein" if cell.band == "reduit_1" else f"reduit_{int(cell.band[-1]) - 1}"
                for other in prices:
                    if other.class_code == cell.class_code and other.band == above:
                        gap = max(0, present[cell] - present[other])
                        assert price <= prices[other] + gap + 1e-9
        before = prices
    by_year = {y.year: y.saved_eur for y in savings(case, proposal.schedule)}  # type: ignore[arg-type]
    assert by_year == pytest.approx(proposal.savings, abs=1e-3)
    assert sum(by_year.values()) >= proposal.required_eur - 1e-6


def independent(case: Case) -> tuple[float, float]:  # noqa: PLR0915
    """Least loss and most savings from the same problem written again, for `linprog`.

    Coefficients are read off the engine's revenue by moving one price at a time (it is linear in
    prices), not off the program's matrices.
    """
    rules, years = case.scenario.rules, (2025, 2026, 2027)
    steps = rules.step_dates
    cells = REFERENCE.schedule.cells
    eve = steps[0] - dt.timedelta(days=1)
    present = np.array([REFERENCE.schedule.price(c, eve) for c in cells])
    base = np.array([REFERENCE.schedule.price(c, dt.date(2024, 3, 1)) for c in cells])
    size = len(cells) * len(steps)

    def revenue(prices: np.ndarray[Any, Any], year: int) -> np.ndarray[Any, Any]:
        table = prices.reshape(len(steps), -1)
        schedule = REFERENCE.schedule.with_prices(
            {
                d: dict(zip(cells, map(float, row), strict=True))
                for d, row in zip(steps, table, strict=True)
            },
            "essai",
        )
        return schedule.revenue(machines[year], year)

    official = REFERENCE.schedule
    machines = {y: case.fleet_in(y).machines(official, y) for y in years}
    fleet = case.fleet_in(2027)
    weight, zero = fleet.weight, np.zeros(size)
    constant = {y: revenue(zero, y) for y in years}
    there = set(fleet.frame["class"])
    moved = [i for i in range(size) if cells[i % len(cells)].class_code in there]
    slopes = {y: np.zeros((len(weight), size)) for y in years}
    for y in years:
        for i in moved:
            slopes[y][:, i] = revenue(np.eye(size)[i], y) - constant[y]
    frozen = REFERENCE.schedule.frozen(dt.date(2024, 3, 1))
    before = sum(
        float(frozen.revenue(case.fleet_in(y).machines(frozen, y), y) @ weight) for y in years
    )
    spent0 = sum(float(constant[y] @ weight) for y in years)
    spend = sum(slopes[y].T @ weight for y in years)
    rows, limits = [], []

    def at(step: int, cell: Cell) -> int:
        return step * len(cells) + cells.index(cell)

    for step in range(len(steps)):
        for cell in cells:
            here, row = at(step, cell), np.zeros(size)
            row[here] = -1
            floor = (1 - rules.largest_cut_per_step) * (
                present[cells.index(cell)] if step == 0 else 1
            )
            if step:
                row[at(step - 1, cell)] = floor
            rows.append(row)
            limits.append(-floor if step == 0 else 0.0)
            if rules.no_rise and step:
                rows.append(np.eye(size)[here] - np.eye(size)[at(step - 1, cell)])
                limits.append(0.0)
            for other in cells:
                same = other.class_code == cell.class_code
                lower = (
                    rules.degressive
                    and same
                    and cell.band != "plein"
                    and other.band
                    == ("plein" if cell.band == "reduit_1" else f"reduit_{int(cell.band[-1]) - 1}")
                )
                twin = (
                    rules.amortised_not_above
                    and cell.amortisation == "amorti"
                    and other == cell._replace(amortisation="non_amorti")
                )
                order = {"region_parisienne": "paris", "province": "region_parisienne"}
                zone = rules.zones_in_order and other == cell._replace(
                    zone=order.get(cell.zone, "none")
                )
                if lower or twin or zone:
                    rows.append(np.eye(size)[here] - np.eye(size)[at(step, other)])
                    gap = present[cells.index(cell)] - present[cells.index(other)]
                    limits.append(max(0.0, gap))
    high = np.tile(present if rules.no_rise else np.maximum(present, base), len(steps))
    bounds = [(0, h) for h in high]
    matrix, right = np.array(rows), np.array(limits)
    cheapest = linprog(spend, A_ub=matrix, b_ub=right, bounds=bounds)
    reachable = before - spent0 - cheapest.fun
    paid = pay(case, fleet, REFERENCE.schedule.frozen(dt.date(2026, 1, 1)), 2027)
    count = len(weight)
    need = case.scenario.savings.target_eur
    whole = np.block(
        [
            [matrix, np.zeros((len(rows), count))],
            [spend[None, :], np.zeros((1, count))],
            [-slopes[2027], -np.eye(count)],
        ]
    )
    sides = np.concatenate([right, [before - spent0 - need], constant[2027] - paid.cost])
    objective = np.concatenate([np.zeros(size), weight])
    found = linprog(objective, A_ub=whole, b_ub=sides, bounds=[*bounds, *[(0, None)] * count])
    return (float(found.fun) if found.status == 0 else float("nan")), float(reachable)


def test_the_target_s_shadow_price_is_what_one_more_euro_costs() -> None:
    fleet = fleet_of(
        {"class": "scanner", "acts_billed": 5_000}, {"class": "scanner", "acts_billed": 9_000}
    )
    small, large = (
        solve(fleet, 330_000, rounding_eur=1e-6),
        solve(fleet, 340_000, rounding_eur=1e-6),
    )
    (target,) = [b for b in small.binding if b.constraint == "savings_target"]
    assert target.shadow_price is not None
    slope = (large.loss_eur - small.loss_eur) / 10_000
    assert slope == pytest.approx(target.shadow_price, rel=1e-3)
    assert f"{number(100 * target.shadow_price, 1)} centimes" in target.words


@must_check(both=0.25)
@examples(4)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_asking_more_never_loses_less(one: float, two: float) -> None:
    fleet = fleet_of(
        {"class": "scanner", "acts_billed": 5_000}, {"class": "irm_1_5t", "acts_billed": 4_000}
    )
    low, high = sorted(150_000 + 200_000 * share for share in (one, two))
    little, much = solve(fleet, low), solve(fleet, high)
    if much.status == "optimal":
        assert little.status == "optimal"
        assert little.loss_eur <= much.loss_eur + 0.03 * 9_000
        assert sum(little.savings.values()) >= low
        checked("both")
