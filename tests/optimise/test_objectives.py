"""Each objective of the menu by hand on machines whose prices do not meet, and their order.

In 2027 alone (`level_2027`): a CT of 6 000 acts is paid 538 320 at 89.72, 598 140 at the baseline's
99.69; an MRI of 1.5 T of 3 000 acts 464 310 at 154.77, 515 910 at 171.97. The prices in force save
59 820 and 51 600. Rules that are not under test are off (`FREE`).
"""

from __future__ import annotations

from typing import Any

import pytest

from costing.case.case import Case
from costing.fee.schedule import Cell
from costing.optimise.search import Search
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
    found,
    paid_before,
    price,
)

LEVEL = {"reading": "level_2027"}
CT = {"acts_billed": 6_000}
MRI = {"class": "irm_1_5t", "acts_billed": 3_000}
MRI_FULL = Cell("irm_1_5t", "non_amorti", "province", "plein")
CT_NOW, MRI_NOW = 538_320.0, 464_310.0
SAVED_NOW = 59_820.0 + 51_600.0


def level(*machines: dict[str, Any], **asked: Any) -> Case:
    return case_of(*machines, **{**FREE, "no_rise": True, "savings": LEVEL, **asked})


def best(*machines: dict[str, Any], **asked: Any) -> Search:
    answer = found(level(*machines, **asked))
    assert answer.status == "optimal"
    return answer


def value(answer: Search, name: str) -> float:
    return dict(answer.goals)[name]


def cut(answer: Search, cell: Cell, start: float) -> float:
    return 1 - price(answer, cell) / start


# --- loss -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [30_000.0, 50_000.0])
def test_the_least_loss(more: float) -> None:
    # 5 000 acts: cost 455 682.35, paid 448 600: loses 7 082.35 already. 9 000 acts: 733 180 for a
    # cost of 626 255, 2 500 of them at 60: down to 45, 37 500 are saved and nobody loses. Beyond,
    # 11 500 acts share each euro of the full rate, of which 5 000 are the loser's.
    small, large = {"acts_billed": 5_000}, {"acts_billed": 9_000}
    cost = paid_before(level(small, large))[1][0]
    answer = best(small, large, target=11_500 * 9.97 + more, largest_cut_per_step=0.25)
    beyond = max(0.0, more - 37_500)
    assert value(answer, "loss") == pytest.approx(cost - 448_600 + 5_000 * beyond / 11_500)
    if not beyond:
        # No more is saved than asked: 60 - 30 000 / 2 500.
        assert price(answer, REDUCED) == pytest.approx(48)


def test_a_loss_counts_the_machines_that_a_row_stands_for() -> None:
    # Both lose: f is what saves 20 000 more over 2 × 5 000 + 2 000 acts.
    losers = ({"acts_billed": 5_000, "weight": 2}, {"acts_billed": 2_000})
    case = level(*losers)
    revenue, cost = paid_before(case)
    answer = best(*losers, target=12_000 * 9.97 + 20_000)
    now = 2 * (cost[0] - revenue[0]) + cost[1] - revenue[1]
    assert value(answer, "loss") == pytest.approx(now + 20_000)


def test_a_machine_that_a_rise_would_bring_to_its_cost_loses_nothing_then() -> None:
    # 5 000 acts at the baseline's 99.69 are paid 498 450, above the cost of 455 682.35.
    answer = best({"acts_billed": 5_000}, no_rise=False)
    assert value(answer, "loss") == pytest.approx(0, abs=0.01)
    assert price(answer, FULL) * 5_000 >= 455_682


def test_a_price_that_may_not_be_cut_at_all_loses_what_it_does_today() -> None:
    # 0.95 × 99.69 is above the price in force, which may stay: what is asked needs it to, where
    # at 94.7055 nothing would be lost. 455 682.35 - 448 600.
    cost = paid_before(level({"acts_billed": 5_000}))[1][0]
    asked = {"demands": (demand("total_cut", 0.05),), "no_rise": False}
    answer = best({"acts_billed": 5_000}, target=49_849.0, **asked)
    assert value(answer, "loss") == pytest.approx(cost - 448_601)


# --- largest loss ---------------------------------------------------------------------------------


def test_the_largest_loss_is_shared_out() -> None:
    # Both below their cost already, so that each loses what it is cut. 20 000 € more: 10 000 each.
    pair = ({"acts_billed": 2_000}, {"class": "irm_gt_1_5t", "acts_billed": 2_000})
    present = 2_000 * 9.97 + 2_000 * 20.14
    answer = best(*pair, target=present + 20_000, objectives=("largest_loss",))
    assert value(answer, "largest_loss") == pytest.approx(10_000)
    # Three MRIs in one row: x + 3 x = 20 000.
    three = (pair[0], {**pair[1], "weight": 3})
    present = 2_000 * 9.97 + 6_000 * 20.14
    answer = best(*three, target=present + 20_000, objectives=("largest_loss",))
    assert value(answer, "largest_loss") == pytest.approx(5_000)


def test_a_machine_above_its_cost_loses_only_from_there() -> None:
    # 538 320 for a cost of 498 325.55: of 60 000 € taken from it, 20 005.55 are a loss.
    cost = paid_before(level(CT))[1][0]
    answer = best(CT, target=59_820 + 60_000, objectives=("largest_loss",))
    assert value(answer, "largest_loss") == pytest.approx(cost - 478_320)


# --- near cost ------------------------------------------------------------------------------------


def test_prices_come_to_the_cost_and_the_return_amortised_or_not() -> None:
    old = {"acts_billed": 6_000, "installed_on": LONG_AGO}
    new_cost, old_cost = paid_before(level(CT, old))[1]
    for extra in (0.0, 0.05):
        answer = best(CT, old, objectives=("near_cost",), return_on_cost=extra)
        assert value(answer, "near_cost") == pytest.approx(0, abs=0.1)
        assert price(answer, FULL) == pytest.approx((1 + extra) * new_cost / 6_000)
        assert price(answer, OLD) == pytest.approx((1 + extra) * old_cost / 6_000)


def test_what_cannot_come_to_its_cost_stays_as_near_as_can_be() -> None:
    # 2 000 acts at 89.72 at most, and the MRI at most a tenth lower.
    pair = ({"acts_billed": 2_000}, {**MRI, "acts_billed": 4_700})
    revenue, cost = paid_before(level(*pair))
    assert revenue[1] > cost[1] / 0.9
    answer = best(*pair, objectives=("near_cost",), largest_cut_per_step=0.1)
    expected = (cost[0] - 179_440) + (0.9 * revenue[1] - cost[1])
    assert value(answer, "near_cost") == pytest.approx(expected)


# --- exact ----------------------------------------------------------------------------------------


def test_no_more_is_saved_than_asked() -> None:
    # 70 000 € in 2027, after 7 477.15 and 53 899.07 that are saved already.
    answer = best(CT, target=70_000, objectives=("exact",))
    assert value(answer, "exact") == pytest.approx(131_376.2192, abs=0.02)
    # Nothing asked: what is in force saves 59 820 and prices may not rise.
    answer = best(CT, objectives=("exact",))
    assert value(answer, "exact") == pytest.approx(121_196.2192, abs=0.02)


# --- even -----------------------------------------------------------------------------------------


def test_prices_are_cut_by_one_rate_where_nothing_forbids_it() -> None:
    # A tenth of 1 002 630.
    answer = best(CT, MRI, target=SAVED_NOW + 100_263, objectives=("exact", "even"))
    assert value(answer, "even") == pytest.approx(0, abs=1e-6)
    assert cut(answer, FULL, 89.72) == pytest.approx(0.1, abs=1e-5)
    assert cut(answer, MRI_FULL, 154.77) == pytest.approx(0.1, abs=1e-5)
    # Prices that pay nobody follow.
    assert cut(answer, OLD, 71.76) == pytest.approx(0.1, abs=1e-4)


def test_the_distance_to_one_rate_is_weighted_by_euros() -> None:
    # CT at 2 % at most (10 766.40), MRI at a tenth (46 431). CT weighs more: the rate is its 2 %,
    # and the distance 464 310 / 1 002 630 of the 8 points between them.
    asked = {"demands": (demand("step_cut", 0.02, "scanner"),), "objectives": ("exact", "even")}
    answer = best(CT, MRI, target=SAVED_NOW + 10_766.40 + 46_431, **asked)
    assert value(answer, "even") == pytest.approx(0.08 * MRI_NOW / 1_002_630, abs=1e-5)


# Four parts in one fleet: CT cut by 2 % at most, a stronger MRI by 3 %, PET by 1 %; the other MRI
# takes what is left, a tenth. Each way of grouping them has its own largest cut.
PARTS: tuple[dict[str, Any], ...] = (
    {**CT, "sector": "liberal", "zone": "paris", "region": "Île-de-France"},
    {**MRI, "sector": "liberal"},
    {"class": "irm_gt_1_5t", "acts_billed": 3_000, "sector": "public", "zone": "paris",
     "region": "Île-de-France"},
    {"class": "tep_tdm", "acts_billed": 900, "sector": "public"},
)  # fmt: skip
STRONG, PET = 3_000 * 183.45, 900 * 900.0
TENTH, LEAST = 0.1 * MRI_NOW, (0.02 * CT_NOW, 0.03 * STRONG, 0.01 * PET)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("even_class", 0.1),
        ("even_modality", (TENTH + LEAST[1]) / (MRI_NOW + STRONG)),
        ("even_sector", (LEAST[0] + TENTH) / (CT_NOW + MRI_NOW)),
        ("even_zone", (TENTH + LEAST[2]) / (MRI_NOW + PET)),
    ],
)
def test_the_part_that_falls_most_falls_least(name: str, expected: float) -> None:
    limits = (("scanner", 0.02), ("irm_gt_1_5t", 0.03), ("tep_tdm", 0.01))
    base = 598_140 + 515_910 + 3_000 * 203.83 + 900 * 1_000
    target = base - (CT_NOW + MRI_NOW + STRONG + PET) + TENTH + sum(LEAST)
    answer = best(
        *PARTS,
        target=target,
        objectives=(name,),
        demands=tuple(demand("step_cut", most, code) for code, most in limits),
    )
    assert value(answer, name) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["even_class", "even_modality", "even_sector", "even_zone"])
def test_parts_that_nothing_holds_fall_alike(name: str) -> None:
    # 2 % of all four parts.
    total = CT_NOW + MRI_NOW + STRONG + PET
    base = 598_140 + 515_910 + 3_000 * 203.83 + 900 * 1_000
    answer = best(*PARTS, target=base - 0.98 * total, objectives=(name,))
    assert value(answer, name) == pytest.approx(0.02)


# --- fewest changed, smoothest --------------------------------------------------------------------


def test_as_few_prices_as_can_be_change() -> None:
    # A tenth of the CT's price is 53 832, a tenth of the MRI's 46 431: 50 000 need one price, the
    # first; 60 000 need both.
    tenth = {"largest_cut_per_step": 0.1, "objectives": ("exact", "fewest_cells")}
    one = best(CT, MRI, target=SAVED_NOW + 50_000, **tenth)
    assert value(one, "fewest_cells") == pytest.approx(1)
    assert price(one, MRI_FULL) == pytest.approx(154.77)
    both = best(CT, MRI, target=SAVED_NOW + 60_000, **tenth)
    assert value(both, "fewest_cells") == pytest.approx(2)


def test_a_price_that_rises_has_changed() -> None:
    # Near its cost a machine of 2 000 acts asks for more than any known price.
    answer = best({"acts_billed": 2_000}, no_rise=False, objectives=("near_cost", "fewest_cells"))
    assert value(answer, "fewest_cells") == pytest.approx(1)
    assert price(answer, FULL) == pytest.approx(99.69)


def test_a_price_that_changes_on_two_dates_counts_once() -> None:
    # Down to 80.748 in January and 72.6732 in July, where one date is not enough.
    asked = {"largest_cut_per_step": 0.1, "objectives": ("fewest_cells",)}
    target = 59_820 + 6_000 * 89.72 * (0.1 * 181 + 0.19 * 184) / 365
    answer = best(CT, target=target - 1, step_dates=(STEP, JULY), **asked)
    assert value(answer, "fewest_cells") == pytest.approx(1)
    assert price(answer, FULL) == pytest.approx(80.748, abs=1e-3)


def test_the_smoothest_path() -> None:
    # One step: x of 538 320. Two equal ones, x then 2 x, over 181 and 184 days.
    one = best(CT, target=59_820 + 50_000, objectives=("smooth",))
    assert value(one, "smooth") == pytest.approx(50_000 / CT_NOW)
    asked = {"objectives": ("smooth",), "step_dates": (STEP, JULY)}
    two = best(CT, target=59_820 + 50_000, **asked)
    step = 50_000 / (CT_NOW * (181 + 2 * 184) / 365)
    assert value(two, "smooth") == pytest.approx(step)
    # Shares of the price before the first step, not of the step before.
    assert price(two, FULL) == pytest.approx(89.72 * (1 - step), rel=1e-6)
    assert price(two, FULL, 1) == pytest.approx(89.72 * (1 - 2 * step), rel=1e-6)


# --- one after the other --------------------------------------------------------------------------


def test_objectives_come_in_the_order_that_they_are_given() -> None:
    # 2 000 acts: below cost, whatever it is cut it loses. The MRI is far above its cost.
    pair = ({"acts_billed": 2_000}, {**MRI, "acts_billed": 4_700})
    case = level(*pair)
    revenue, cost = paid_before(case)
    assert revenue[1] - cost[1] > 50_000
    target = 2_000 * 9.97 + 4_700 * 17.20 + 50_000
    spared = best(*pair, target=target, objectives=("loss", "exact", "even"))
    assert value(spared, "loss") == pytest.approx(cost[0] - revenue[0])
    assert price(spared, FULL) == pytest.approx(89.72, abs=1e-4)
    alike = best(*pair, target=target, objectives=("exact", "even", "loss"))
    rate = 50_000 / revenue.sum()
    assert cut(alike, FULL, 89.72) == pytest.approx(rate, abs=1e-5)
    assert value(alike, "loss") == pytest.approx(cost[0] - (1 - rate) * revenue[0], rel=1e-5)
    assert [name for name, _ in alike.goals] == ["exact", "even", "loss"]


def test_an_optimum_is_kept_while_the_next_is_sought() -> None:
    pair = ({"acts_billed": 2_000}, MRI)
    target = 2_000 * 9.97 + 51_600 + 30_000
    alone = best(*pair, target=target, objectives=("largest_loss",))
    then = best(*pair, target=target, objectives=("largest_loss", "smooth", "exact", "near_cost"))
    assert value(then, "largest_loss") == pytest.approx(value(alone, "largest_loss"), abs=0.02)
    # Read off the prices that came last.
    revenue, cost = paid_before(level(*pair))
    held = [min(a, b) for a, b in zip(revenue, cost, strict=True)]
    paid = [2_000 * price(then, FULL), 3_000 * price(then, MRI_FULL)]
    worst = max(0.0, *(a - b for a, b in zip(held, paid, strict=True)))
    assert worst == pytest.approx(value(alone, "largest_loss"), abs=0.1)
