"""Each constraint of the menu where it binds, by hand: the most that can be saved, or the prices.

One CT of 6 000 acts unless said otherwise, all of them at the full rate: 89.72 before 2027, 99.69
in the baseline. In 2027 alone (`level_2027`) a price f saves 6 000 × (99.69 - f). Rules that are
not under test are off (`FREE`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from costing.case.case import Case
from costing.fee.schedule import Cell
from costing.optimise.search import Reach, reach
from tests.optimise.small import (
    FREE,
    FULL,
    JULY,
    LONG_AGO,
    OLD,
    REDUCED,
    STEP,
    case_of,
    demand,
    demanded_of,
    found,
    paid_before,
    price,
)

LEVEL = {"reading": "level_2027"}
ONE = {"acts_billed": 6_000}
#: 6 500 acts at the full rate, 2 500 at the first reduced one.
LARGE = {"acts_billed": 9_000}
#: 179 440 € at 89.72, for a cost of some 328 000.
SMALL = {"acts_billed": 2_000}
MRI = {"class": "irm_1_5t", "acts_billed": 3_000}


def level(*machines: dict[str, Any], **asked: Any) -> Case:
    """A case read by what 2027 saves, with no rule but those given."""
    return case_of(*(machines or (ONE,)), **{**FREE, "savings": LEVEL, **asked})


def most(*machines: dict[str, Any], **asked: Any) -> float:
    """The most that 2027 can save."""
    return cheapest(*machines, **asked).most_eur


def cheapest(*machines: dict[str, Any], **asked: Any) -> Reach:
    answer = reach(demanded_of(level(*machines, **asked)))
    assert answer.status == "optimal"
    return answer


def lowest(answer: Reach, case: Case, cell: Cell) -> float:
    """A price where most is saved."""
    return float(answer.values[case.reference.schedule.cells.index(cell)])


def asking(constraint: str, value: float, scope: str = "*", second: float | None = None) -> Any:
    return {"demands": (demand(constraint, value, scope, second),)}


# --- savings --------------------------------------------------------------------------------------


def test_a_year_s_savings_bind_that_year() -> None:
    # 70 000 € in 2027: (598 140 - 70 000) / 6 000 = 88.0233.
    answer = found(case_of(ONE, savings={"yearly_eur": {2027: 70_000.0}}))
    assert price(answer, FULL) == pytest.approx(528_140 / 6_000)


def test_a_year_s_excess_counts_for_the_next_ones_where_it_may() -> None:
    # 7 477.15 and 53 899.07 are saved in 2025 and 2026, 59 820 in 2027 at the prices in force:
    # 110 000 € over the last two years need 48 623.78 of 2027 once 2025 counts.
    yearly = {"yearly_eur": {2026: 40_000.0, 2027: 70_000.0}}
    answer = found(case_of(ONE, savings={**yearly, "carry_over": True}))
    assert price(answer, FULL) == pytest.approx(89.72)
    alone = {"yearly_eur": {2026: 60_000.0}}
    assert found(case_of(ONE, savings=alone)).status == "infeasible"
    assert found(case_of(ONE, savings={**alone, "carry_over": True})).status == "optimal"
    # 61 376.22 of 2025 and 2026: 140 000 in all leaves 78 623.78 to 2027, 70 000 on its own.
    more = {"yearly_eur": {2026: 40_000.0, 2027: 100_000.0}, "carry_over": True}
    answer = found(case_of(ONE, savings=more))
    assert price(answer, FULL) == pytest.approx(99.69 - 78_623.780822 / 6_000)


def test_what_a_year_lacks_is_not_made_up_by_a_later_one() -> None:
    # 62 000 by the end of 2026, where 61 376.22 are saved: nothing that 2027 does can help.
    late = {"yearly_eur": {2026: 62_000.0, 2027: 0.0}, "carry_over": True}
    assert found(case_of(ONE, savings=late)).status == "infeasible"


# --- the path of the prices -----------------------------------------------------------------------


def test_the_largest_cut_per_step() -> None:
    # 0.75 × 89.72 = 67.29 → 6 000 × 32.40
    assert most(largest_cut_per_step=0.25) == pytest.approx(194_400)
    # A demand about all takes the place of the field: 0.9 × 89.72 = 80.748 → 6 000 × 18.942.
    asked = {"largest_cut_per_step": 0.25, **asking("step_cut", 0.1)}
    assert most(**asked) == pytest.approx(113_652)


@pytest.mark.parametrize(("general", "own"), [(0.1, 0.3), (0.3, 0.1)])
def test_the_largest_cut_of_a_class_replaces_the_general_one(general: float, own: float) -> None:
    # 0.7 × 89.72 = 62.804 or 0.9 × 89.72 = 80.748, narrower or wider than the general limit.
    asked = {"largest_cut_per_step": general, **asking("step_cut", own, "scanner")}
    assert most(**asked) == pytest.approx(6_000 * (99.69 - (1 - own) * 89.72))
    # Another class keeps the general one: 3 000 acts, 154.77 before, 171.97 in the baseline.
    assert most(MRI, **asked) == pytest.approx(3_000 * (171.97 - (1 - general) * 154.77))


def test_the_largest_cut_of_a_class_replaces_that_of_its_modality() -> None:
    both = (demand("step_cut", 0.3, "irm"), demand("step_cut", 0.1, "irm_1_5t"))
    # 0.9 × 154.77 = 139.293 → 3 000 × 32.677
    for order in (both, both[::-1]):
        asked = {"demands": order, "largest_cut_per_step": 0.2}
        assert most(MRI, **asked) == pytest.approx(98_031)
    # Of the same modality, another class: 0.7 × 181.29 = 126.903 → 3 000 × (201.43 - 126.903).
    strong = {"class": "irm_gt_1_5t", "acts_billed": 3_000}
    assert most(strong, demands=both) == pytest.approx(3_000 * 74.527)


def test_the_largest_cut_in_all() -> None:
    # 0.7 × 99.69 = 69.783 → 6 000 × 29.907; on both dates, whatever each step allows.
    assert most(**asking("total_cut", 0.3)) == pytest.approx(179_442)
    two = {"step_dates": (STEP, JULY), **asking("total_cut", 0.3)}
    assert most(**two) == pytest.approx(179_442)
    # 0.95 × 99.69 = 94.7055 is above the price in force, which stays: 6 000 × 9.97.
    assert most(**asking("total_cut", 0.05)) == pytest.approx(59_820)


def test_a_price_below_the_largest_cut_in_all_may_rise_but_need_not() -> None:
    answer = found(level(objectives=("exact",), **asking("total_cut", 0.05)))
    # The least saved is at the price of the baseline, which 94.7055 does not forbid.
    assert price(answer, FULL) == pytest.approx(99.69)


def test_a_large_cut_is_spread_from_the_price_of_a_year_before() -> None:
    # On 1 January 2026 the price was 91.71: 0.8 × 91.71 = 73.368 → 6 000 × 26.322.
    assert most(**asking("phased_cut", 0.2)) == pytest.approx(157_932)


def test_a_large_cut_is_spread_over_two_steps() -> None:
    # July 2027: the highest since July 2026 is 89.72: 71.776, above 0.8 × 73.368. Half-years of
    # 181 and 184 days: 6 000 × (26.322 × 181 + 27.914 × 184) / 365.
    two = {"step_dates": (STEP, JULY), **asking("phased_cut", 0.2)}
    expected = 6_000 * (26.322 * 181 + 27.914 * 184) / 365
    assert most(**two) == pytest.approx(expected)


def test_a_step_a_year_after_another_may_cut_again() -> None:
    # March 2026: since March 2025 the price was 99.69, then 91.71: 0.8 × 99.69 = 79.752. March
    # 2027, from then: 0.8 × 79.752 = 63.8016. 2027: 59 days at the first, 306 at the second.
    steps = (dt.date(2026, 3, 1), dt.date(2027, 3, 1))
    expected = 6_000 * ((99.69 - 79.752) * 59 + (99.69 - 63.8016) * 306) / 365
    assert most(step_dates=steps, **asking("phased_cut", 0.2)) == pytest.approx(expected)
    # A day less than a year after: 79.752 was in force all but a day of it, 91.71 on that day.
    close = (dt.date(2026, 3, 1), dt.date(2027, 2, 28))
    expected = 6_000 * ((99.69 - 79.752) * 58 + (99.69 - 0.8 * 91.71) * 307) / 365
    assert most(step_dates=close, **asking("phased_cut", 0.2)) == pytest.approx(expected)


def test_twelve_months_hold_a_price_that_rose_since() -> None:
    # Reduced rates were 51 in December 2025 and 60 from January 2026 on: 0.8 × 60 = 48.
    asked = {"step_dates": (dt.date(2026, 12, 1),), **asking("phased_cut", 0.2)}
    case = level(LARGE, **asked)
    assert lowest(reach(demanded_of(case)), case, REDUCED) == pytest.approx(48)


def test_a_price_that_was_not_known_a_year_before_is_spread_from_when_it_was() -> None:
    # PET is known from 1 March 2024 on, at 1 000: 0.8 × 1 000 a half-year later, for 500 acts.
    pet = {"class": "tep_tdm", "acts_billed": 500}
    asked = {"step_dates": (dt.date(2024, 9, 1),), **asking("phased_cut", 0.2)}
    assert most(pet, **asked) == pytest.approx(500 * 200)


def test_no_price_rises_or_none_above_the_baseline() -> None:
    # A machine below its cost would be paid more if it could.
    assert price(found(level(SMALL, no_rise=True)), FULL) == pytest.approx(89.72)
    assert price(found(level(SMALL)), FULL) == pytest.approx(99.69)


def test_prices_that_do_not_rise_do_not_from_one_step_to_the_next() -> None:
    # 80 at most in January if 100 000 € are asked by July… the path cannot come back up.
    asked = {"step_dates": (STEP, JULY), "no_rise": True, "objectives": ("exact",)}
    answer = found(level(target=100_000, **asked))
    assert price(answer, FULL, 1) <= price(answer, FULL, 0) + 1e-9


# A target of 0 is a demand too: five MRIs brought to their cost save what a CT that rises takes.
RICH = {"class": "irm_1_5t", "acts_billed": 6_000, "weight": 5}


def test_prices_of_a_class_below_its_cost_may_rise_to_a_share_of_it() -> None:
    cost = paid_before(level(SMALL, RICH))[1][0]
    asked = {"no_rise": True, "objectives": ("near_cost",)}
    for share in (0.9, 1.0):
        answer = found(level(SMALL, RICH, **asked, **asking("rise_below_cost", share)))
        assert price(answer, FULL) == pytest.approx(share * cost / 2_000)
    # Half the cost is less than what the class is paid: its prices do not rise, nor have to fall.
    answer = found(level(SMALL, RICH, **asked, **asking("rise_below_cost", 0.5)))
    assert price(answer, FULL) == pytest.approx(89.72)


def test_prices_of_a_class_above_its_cost_do_not_rise() -> None:
    asked = {"no_rise": True, "objectives": ("near_cost",), "return_on_cost": 1.0}
    answer = found(level(ONE, RICH, **asked, **asking("rise_below_cost", 3.0)))
    assert price(answer, FULL) == pytest.approx(89.72)


def test_two_demands_that_let_a_class_rise_hold_together() -> None:
    cost = paid_before(level(SMALL, RICH))[1][0]
    both = (demand("rise_below_cost", 1.0), demand("rise_below_cost", 0.9, "scanner"))
    answer = found(level(SMALL, RICH, no_rise=True, objectives=("near_cost",), demands=both))
    assert price(answer, FULL) == pytest.approx(0.9 * cost / 2_000)


# --- the shape of the schedule --------------------------------------------------------------------
# A full rate of 55 saves 6 000 × 44.69 = 268 140 in 2027; as few prices as can be change.


@pytest.mark.parametrize(
    ("rules", "count"),
    [
        ({}, 1),
        ({"degressive": True}, 2),  # the first reduced rate, of 60
        ({"amortised_not_above": True}, 2),  # the amortised rate, of 71.76
        ({"degressive": True, "amortised_not_above": True}, 3),
    ],
)
def test_a_price_takes_with_it_those_that_may_not_be_above(
    rules: dict[str, bool], count: int
) -> None:
    asked = {"objectives": ("exact", "fewest_cells"), "no_rise": True, **rules}
    answer = found(level(target=268_140, **asked))
    assert dict(answer.goals)["fewest_cells"] == pytest.approx(count)
    assert price(answer, FULL) == pytest.approx(55)
    if rules.get("degressive"):
        assert price(answer, REDUCED) <= 55 + 1e-6
    if rules.get("amortised_not_above"):
        assert price(answer, OLD) <= 55 + 1e-6


def weak(zone: str, region: str = "Île-de-France") -> dict[str, Any]:
    """An MRI of 0.5 T at most, 3 000 acts: 117.96, 114.71, 109.58 from Paris outwards."""
    return {"class": "irm_le_0_5t", "acts_billed": 3_000, "zone": zone, "region": region}


def test_a_present_breach_stays_and_does_not_widen() -> None:
    # Amortised, 124.01 in Paris: 6.05 above. At 110 for the other, 116.05 at most.
    asked = {"objectives": ("exact", "fewest_cells"), "no_rise": True}
    target = 3_000 * (131.07 - 110)
    alone = found(level(weak("paris"), target=target, **asked))
    assert dict(alone.goals)["fewest_cells"] == pytest.approx(1)
    both = found(level(weak("paris"), target=target, amortised_not_above=True, **asked))
    assert dict(both.goals)["fewest_cells"] == pytest.approx(2)
    assert price(both, Cell("irm_le_0_5t", "amorti", "paris", "plein")) <= 116.05 + 1e-6


@pytest.mark.parametrize(("paris", "count"), [(115.0, 1), (110.0, 2), (109.0, 3)])
def test_zones_stay_in_order(paris: float, count: int) -> None:
    # Below 114.71 it takes the region with it, below 109.58 the rest of the country too.
    asked = {"objectives": ("exact", "fewest_cells"), "no_rise": True, "zones_in_order": True}
    answer = found(level(weak("paris"), target=3_000 * (131.07 - paris), **asked))
    assert dict(answer.goals)["fewest_cells"] == pytest.approx(count)
    assert price(answer, Cell("irm_le_0_5t", "non_amorti", "paris", "plein")) == (
        pytest.approx(paris)
    )


def test_the_gap_between_zones() -> None:
    # At 10 % at most: 143.379, 140.373, 139.293. Province alone is paid: 3 000 × (171.97 - f).
    tenth = {"largest_cut_per_step": 0.1}
    assert most(MRI, **tenth) == pytest.approx(3_000 * (171.97 - 139.293))
    # Parity: all at 143.379; 2 %: 143.379 / 1.02 = 140.56765.
    parity = asking("zone_gap", 0.0)
    assert most(MRI, **tenth, **parity) == pytest.approx(3_000 * (171.97 - 143.379))
    fiftieth = asking("zone_gap", 0.02, "irm")
    assert most(MRI, **tenth, **fiftieth) == pytest.approx(3_000 * (171.97 - 143.379 / 1.02))


def test_the_gap_between_zones_is_that_of_the_last_step() -> None:
    # Two steps of 10 %: by July Paris can be at 0.81 × 159.31, so 139.293 is open in January.
    two = {"step_dates": (STEP, JULY), "largest_cut_per_step": 0.1, **asking("zone_gap", 0.0)}
    january, july = 171.97 - 139.293, 171.97 - 0.81 * 159.31
    assert most(MRI, **two) == pytest.approx(3_000 * (january * 181 + july * 184) / 365)


def test_the_ceiling_of_another_sector_at_the_last_step() -> None:
    # 85 in July, all year nothing else: 6 000 × (9.97 × 181 + 14.69 × 184) / 365.
    fewest = {"objectives": ("exact", "fewest_cells"), "no_rise": True}
    asked = {**fewest, **asking("sector_ceiling", 85, "scanner")}
    answer = found(level(step_dates=(STEP, JULY), **asked))
    assert (price(answer, FULL), price(answer, FULL, 1)) == pytest.approx((89.72, 85))
    # Its reduced rates are under it already; no price of another class is touched.
    assert price(answer, REDUCED, 1) == pytest.approx(60)
    assert price(answer, Cell("tep", "non_amorti", "*", "plein"), 1) == pytest.approx(855)


def test_a_ceiling_out_of_the_largest_cut_s_reach_is_impossible() -> None:
    # 0.75 × 89.72 = 67.29.
    for ceiling, status in ((67.28, "infeasible"), (67.30, "optimal")):
        asked = {"largest_cut_per_step": 0.25, **asking("sector_ceiling", ceiling, "scanner")}
        assert found(level(**asked)).status == status


# --- sums of revenue ------------------------------------------------------------------------------


def test_the_corridor_around_neutrality() -> None:
    # 0.97 × 538 320 = 522 170.40 → 598 140 - 522 170.40
    assert most(**asking("neutrality", 0.03)) == pytest.approx(75_969.60)
    # Below its cost, the machine would be paid more: 1.03 × 89.72 = 92.4116 at most.
    asked = {"objectives": ("near_cost",), **asking("neutrality", 0.03)}
    assert price(found(level(SMALL, **asked)), FULL) == pytest.approx(92.4116)


def test_the_corridor_does_not_hold_past_its_trigger() -> None:
    # 538 320 / 498 325.55 - 1 = 8.03 %.
    revenue, cost = paid_before(level())
    over = float(revenue[0] / cost[0] - 1)
    assert over == pytest.approx(0.0803, abs=5e-5)
    third = {"largest_cut_per_step": 0.25}
    assert most(**third, **asking("neutrality", 0.03, second=0.08)) == pytest.approx(194_400)
    assert most(**third, **asking("neutrality", 0.03, second=0.081)) == pytest.approx(75_969.60)


def test_the_corridor_of_a_part_binds_that_part() -> None:
    public = {"acts_billed": 6_000, "sector": "public"}
    # The public machine keeps 97 %, and the price is one: so does the other.
    asked = asking("neutrality", 0.03, "public")
    assert most(ONE, public, **asked) == pytest.approx(2 * 75_969.60)
    # An MRI is not held by the corridor of the public CT: 3 000 × 171.97 at a price of 0.
    mri = {**MRI, "sector": "liberal"}
    assert most(mri, public, **asked) == pytest.approx(3_000 * 171.97 + 75_969.60)


def test_the_floor_of_a_class_adds_its_machines_up() -> None:
    old = {"acts_billed": 6_000, "installed_on": LONG_AGO, "weight": 2}
    cost = float(paid_before(level(ONE, old))[1] @ [1, 2])
    base = 6_000 * 99.69 + 2 * 6_000 * 75.54
    asked = {"floor_share_of_cost": {"scanner": 0.9}}
    assert most(ONE, old, **asked) == pytest.approx(base - 0.9 * cost)


# --- floors under machines ------------------------------------------------------------------------
# Cuts of 25 % at most: 67.29 and 45. Two CTs, of 6 000 and 9 000 acts, cost 498 325.55 and
# 626 255.16; f at the full rate and g at the reduced one pay 6 000 f and 6 500 f + 2 500 g.

CUT = {"largest_cut_per_step": 0.25, "no_rise": True}
BASE = 6_000 * 99.69 + 6_500 * 99.69 + 2_500 * 60


def spent(f: float, g: float) -> float:
    return 6_000 * f + 6_500 * f + 2_500 * g


def test_the_floor_of_every_machine() -> None:
    small, large = paid_before(level(ONE, LARGE))[1]
    assert (small, large) == pytest.approx((498_325.55, 626_255.16), abs=0.01)
    # 0.9 of each: f = 448 493.00 / 6 000 = 74.7488; with g = 45 the second has 598 367 > 563 630.
    for level_ in (None, 0.0, 0.25):  # a quarter of two machines is not one
        asked = asking("machine_floor", 0.9, second=level_)
        expected = BASE - spent(0.9 * small / 6_000, 45)
        assert most(ONE, LARGE, **CUT, **asked) == pytest.approx(expected)


def test_half_of_the_machines_left_below_their_floor() -> None:
    small, large = paid_before(level(ONE, LARGE))[1]
    # The first below: f = 67.29 and g = (563 629.65 - 437 385) / 2 500 = 50.498, 967 369.65 spent.
    # The second below: f = 74.7488, g = 45, 1 046 860 spent. The first it is.
    f = 67.29
    g = (0.9 * large - 6_500 * f) / 2_500
    assert g == pytest.approx(50.498, abs=1e-3)
    asked = asking("machine_floor", 0.9, second=0.5)
    assert most(ONE, LARGE, **CUT, **asked) == pytest.approx(BASE - spent(f, g))
    # Counted three times, the first is three machines of four: it may not be.
    heavy = {**ONE, "weight": 3}
    asked = asking("machine_floor", 0.9, second=0.5)
    base, f = BASE + 2 * 598_140, 0.9 * small / 6_000
    assert most(heavy, LARGE, **CUT, **asked) == pytest.approx(base - spent(f, 45) - 12_000 * f)


def test_a_machine_below_the_floor_already_makes_it_impossible_or_is_counted() -> None:
    for share, status in ((0.0, "infeasible"), (0.49, "infeasible"), (0.5, "optimal")):
        asked = asking("machine_floor", 1.0, second=share)
        assert found(level(SMALL, ONE, **CUT, **asked)).status == status
    # It takes the only place: the other keeps its cost.
    small = paid_before(level(SMALL, ONE))[1][1]
    answer = cheapest(SMALL, ONE, **CUT, **asking("machine_floor", 1.0, second=0.5))
    assert answer.most_eur == pytest.approx(8_000 * 99.69 - 8_000 * small / 6_000)


def test_machines_pushed_below_their_cost() -> None:
    cost = paid_before(level(SMALL, ONE))[1][1]
    # 2 000 acts: already below, which does not count. The other must keep its cost, unless half
    # of the two may be pushed below.
    asked = asking("machines_below", 0.49)
    expected = 8_000 * (99.69 - cost / 6_000)
    assert most(SMALL, ONE, **CUT, **asked) == pytest.approx(expected)
    asked = asking("machines_below", 0.5)
    assert most(SMALL, ONE, **CUT, **asked) == pytest.approx(8_000 * (99.69 - 67.29))


def test_machines_pushed_below_are_counted_in_their_part() -> None:
    # One of the two public machines may be; the liberal one is nobody's concern.
    machines = ({**ONE, "sector": "public"}, {**LARGE, "sector": "public"}, ONE)
    _, cost, _ = paid_before(level(*machines))[1]
    # The second keeps 626 255.16 with f as low as it can be: g = 60, f = 73.2700.
    f = (cost - 2_500 * 60) / 6_500
    asked = asking("machines_below", 0.5, "public")
    expected = BASE + 598_140 - spent(f, 60) - 6_000 * f
    assert most(*machines, **CUT, **asked) == pytest.approx(expected)


@pytest.mark.parametrize(("share", "who"), [(0.39, "none"), (0.4, "small"), (0.6, "small")])
def test_acts_of_machines_pushed_below(share: float, who: str) -> None:
    small, large = paid_before(level(ONE, LARGE))[1]
    # 6 000 of 15 000 acts are 0.4. Nobody: f = 83.0543, g = 45 (539 853 + 112 500 > 626 255).
    # The first: 6 500 f + 2 500 g = 626 255.16 with f least: g = 60, f = 73.2700. To push the
    # second saves nothing more than nobody: the first holds f up.
    f, g = (small / 6_000, 45.0) if who == "none" else ((large - 150_000) / 6_500, 60.0)
    asked = asking("acts_below", share)
    assert most(ONE, LARGE, **CUT, **asked) == pytest.approx(BASE - spent(f, g))


def test_in_patients_acts_are_not_counted_among_the_billed_ones() -> None:
    # 6 000 billed acts each, the second with 3 000 of in-patients too: two thirds of its 6 500
    # acts at the full rate are billed, 4 333.33, and 1 666.67 of the others.
    busy = {"acts_billed": 6_000, "acts_inpatient": 3_000}
    small, large = paid_before(level(ONE, busy))[1]
    full, reduced = 6_500 * 2 / 3, 2_500 * 2 / 3
    base = 6_000 * 99.69 + full * 99.69 + reduced * 60
    # 0.45 × 12 000 is less than either's 6 000: nobody. f holds the first at its cost, and the
    # second is above its own.
    f = small / 6_000
    assert full * f + reduced * 45 > large
    expected = base - 6_000 * f - full * f - reduced * 45
    assert most(ONE, busy, **CUT, **asking("acts_below", 0.45)) == pytest.approx(expected)
    # 0.5 × 12 000: the first may be. The second keeps its cost with f least: g = 60.
    f = (large - reduced * 60) / full
    assert 67.29 < f < 89.72
    expected = base - 6_000 * f - large
    assert most(ONE, busy, **CUT, **asking("acts_below", 0.5)) == pytest.approx(expected)


def test_the_only_machine_of_a_site_keeps_its_margin() -> None:
    (cost,) = paid_before(level())[1]
    # 1.05 × 498 325.55 = 523 241.83, below the 538 320 of today.
    assert most(**CUT, **asking("sole_machine", 0.05)) == pytest.approx(598_140 - 1.05 * cost)
    # 1.1 of the cost is more than today: nothing more is lost.
    assert most(**CUT, **asking("sole_machine", 0.1)) == pytest.approx(59_820)
    # A negative margin lets it be paid a tenth less than its cost.
    assert most(**CUT, **asking("sole_machine", -0.1)) == pytest.approx(598_140 - 0.9 * cost)


def test_machines_of_one_modality_on_a_site_are_not_alone() -> None:
    asked = {**CUT, **asking("sole_machine", 0.1)}
    pair = ({**ONE, "site_id": "a"}, {**ONE, "site_id": "a"})
    assert most(*pair, **asked) == pytest.approx(2 * 194_400)
    # Two sites, or two modalities on one: each is alone, and 1.1 of the cost is above today.
    apart = ({**ONE, "site_id": "a"}, {**ONE, "site_id": "b"})
    assert most(*apart, **asked) == pytest.approx(2 * 59_820)
    mixed = ({**ONE, "site_id": "a"}, {**MRI, "site_id": "a"})
    revenue, cost = paid_before(level(*mixed))
    kept = np.minimum(1.1 * cost, revenue)
    least = np.maximum(kept, 0.75 * revenue)
    assert most(*mixed, **asked) == pytest.approx(598_140 + 3_000 * 171.97 - least.sum())


def test_machines_that_are_rows_of_several_are_still_alone() -> None:
    # The machines of two sites that the table counts 2.5 times.
    heavy = {**ONE, "weight": 2.5}
    assert most(heavy, **CUT, **asking("sole_machine", 0.1)) == pytest.approx(2.5 * 59_820)
