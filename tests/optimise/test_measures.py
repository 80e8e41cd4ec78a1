"""The measures of a schedule, by hand on one or two CTs, and the groups of machines."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from costing.analysis.account import impact
from costing.analysis.account.comparison import pay
from costing.analysis.account.savings import present
from costing.case import labels
from costing.case.case import Case, make_case
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.optimise.measures import distance, measure, side_by_side
from costing.optimise.named_rules import RULES
from costing.scenario.rules import SavingsDemand
from costing.scenario.scenario import Override, Scenario
from tests.shared import REFERENCE
from tests.strategies import fleet_of

STEP = dt.date(2027, 1, 1)
STILL = tuple(
    Override(parameter=f"dynamics.{name}.{modality}", mode=0, low=0, high=0)
    for name in ("machine_growth", "acts_growth", "renewal_rate")
    for modality in ("irm", "scanner", "tep")
)
FULL = Cell("scanner", "non_amorti", "*", "plein")
REDUCED = Cell("scanner", "*", "*", "reduit_1")


def case_of(*machines: dict[str, Any], **demand: Any) -> Case:
    """Machines of a fleet that stands still; CTs unless they say otherwise."""
    scenario = Scenario(
        overrides=STILL,
        fleet=fleet_of(*({"class": "scanner", **machine} for machine in machines)),
        savings=SavingsDemand(share_on_fee=1.0, **demand),
    )
    return make_case(REFERENCE, scenario)


def at(full: float, reduced: float = 60.0, *reforms: Reform) -> FeeSchedule:
    """The decision until 2027, then other prices for CT; 89.72 and 60.00 before."""
    prices = {FULL: full, REDUCED: reduced}
    return REFERENCE.schedule.with_prices({STEP: prices}, "essai", reforms)


def cost_of(case: Case) -> list[float]:
    """Cost of each machine in 2027."""
    return [float(c) for c in pay(case, case.fleet_in(2027), REFERENCE.schedule, 2027).cost]


def test_by_hand_one_machine_pushed_below_its_cost() -> None:
    # 6 000 acts at 50 €: 300 000 €. Against 99.69: 6 000 × 49.69 = 298 140 saved in 2027; before,
    # 7 477.15 and 53 899.07 (tests/optimise/test_proposal.py). At 89.72: 538 320 €.
    case = case_of({"acts_billed": 6_000}, target_eur=350_000)
    (cost,) = cost_of(case)
    assert 300_000 < cost < 538_320
    found = measure(case, at(50), "essai")
    assert found.savings == pytest.approx(
        {2025: 7_477.15, 2026: 53_899.07, 2027: 298_140}, abs=0.01
    )
    assert found.reached_eur == pytest.approx(359_516.22, abs=0.01)
    assert (found.required_eur, found.meets) == (350_000, True)
    assert found.loss_eur == pytest.approx(cost - 300_000)
    assert found.largest_loss_eur == pytest.approx(cost - 300_000)
    assert (found.share_below, found.share_below_acts, found.share_below_present) == (1, 1, 0)
    assert found.mean_change == pytest.approx(300_000 / 538_320 - 1)
    assert math.isnan(found.distance_eur_per_act)


def test_a_target_is_met_to_the_cent_and_missed_beyond() -> None:
    case = case_of({"acts_billed": 6_000}, target_eur=298_140, reading="level_2027")
    assert measure(case, at(50), "essai").meets
    assert not measure(case, at(50.01), "essai").meets


def test_by_hand_two_machines_are_weighted() -> None:
    # At 75 € then 60 €: weight 3 of 6 000 acts → 450 000 € each; weight 1 of 9 000 acts →
    # 6 500 × 75 + 2 500 × 60 = 637 500 €. Before: 538 320 €, and 6 500 × 89.72 + 150 000 = 733 180.
    case = case_of({"acts_billed": 6_000, "weight": 3}, {"acts_billed": 9_000})
    small, large = cost_of(case)
    assert 450_000 < small < 538_320
    assert large < 637_500
    found = measure(case, at(75), "essai", against=present(case))
    assert found.loss_eur == pytest.approx(3 * (small - 450_000))
    assert found.largest_loss_eur == pytest.approx(small - 450_000)
    assert found.share_below == 0.75
    assert found.share_below_acts == pytest.approx(18_000 / 27_000)
    before, after = 3 * 538_320 + 733_180, 3 * 450_000 + 637_500
    assert found.mean_change == pytest.approx(after / before - 1)
    # 14.72 € on the 6 000 and 6 500 acts of the full band, nothing on the 2 500 others.
    assert found.distance_eur_per_act == pytest.approx(14.72 * (18_000 + 6_500) / 27_000)


def test_a_machine_already_below_loses_no_more_than_its_fees() -> None:
    # 2 000 acts: 179 440 € at 89.72, far below cost; at 80 € it loses 2 000 × 9.72 = 19 440 € more.
    case = case_of({"acts_billed": 2_000})
    found = measure(case, at(80), "essai")
    assert found.largest_loss_eur == pytest.approx(19_440)
    assert found.share_below_present == 1
    gains = measure(case, at(95), "essai")
    assert gains.largest_loss_eur == 0


def test_by_hand_the_distance_counts_billed_acts() -> None:
    # 6 000 billed among 8 000 places: the full band holds 6 500 / 8 000 of them, 4 875 acts.
    case = case_of({"acts_billed": 6_000, "acts_inpatient": 2_000})
    fleet = case.fleet_in(2027)
    found = distance(case, fleet, at(70, 50), at(80, 55))
    assert found == pytest.approx((4_875 * 10 + 1_125 * 5) / 6_000)
    assert distance(case, fleet, at(70), at(70)) == 0


def test_by_hand_the_distance_between_structures_goes_act_by_act() -> None:
    # Reference activity of 5 000 instead of 6 500: acts 5 001 to 6 000 paid 60 instead of 80.
    case = case_of({"acts_billed": 6_000})
    moved = at(80, 60, Reform(STEP, limits={"scanner": (5_000, 11_000, 13_000)}))
    found = distance(case, case.fleet_in(2027), moved, at(80))
    assert found == pytest.approx(1_000 * 20 / 6_000)
    assert distance(case, case.fleet_in(2027), at(80), moved) == found


def test_a_fleet_without_billed_acts_has_no_distance() -> None:
    case = case_of({"acts_billed": 0})
    assert math.isnan(distance(case, case.fleet_in(2027), at(70), at(80)))


def test_side_by_side_begins_with_the_schedule_and_names_the_others() -> None:
    case = case_of({"acts_billed": 6_000}, target_eur=150_000)
    table = side_by_side(case, at(50), "essai")
    assert [row.name for row in table] == ["essai", *(rule.label.fr for rule in RULES.values())]
    assert table[0].distance_eur_per_act == 0
    by_name = {row.name: row for row in table}
    held = by_name[RULES["held"].label.fr]
    assert held.distance_eur_per_act == pytest.approx(39.72)  # 89.72 - 50
    assert (held.mean_change, held.largest_loss_eur) == (0, 0)
    official = by_name[RULES["official"].label.fr]
    assert official.distance_eur_per_act == pytest.approx(37.13)  # 87.13 - 50
    uniform = by_name[RULES["uniform"].label.fr]
    assert uniform.distance_eur_per_act == pytest.approx(34.91)  # 84.91 - 50
    assert uniform.meets
    # The machine of median activity is the only one: paid its cost, to a cent an act.
    (cost,) = cost_of(case)
    median = by_name[RULES["two_part_median"].label.fr]
    assert median.mean_change == pytest.approx(cost / 538_320 - 1, abs=60 / 538_320)
    assert median.loss_eur == 0


def test_side_by_side_leaves_out_what_cannot_be_and_what_is_there_already() -> None:
    case = case_of({"acts_billed": 6_000}, target_eur=1e6)
    names = [row.name for row in side_by_side(case, at(50), "essai")]
    assert RULES["uniform"].label.fr not in names
    title = RULES["held"].label.fr
    among = side_by_side(case, present(case), title, ["held", "official"])
    assert [row.name for row in among] == [title, RULES["official"].label.fr]


# --- groups of machines ---------------------------------------------------------------------------


def test_groups_by_size_and_age() -> None:
    # Limits of a CT: 6 500, 11 000, 13 000. Full years on 1 January 2027.
    case = case_of(
        {"acts_billed": 6_500, "installed_on": "2023-01-02"},  # 3 years
        {"acts_billed": 6_501, "installed_on": "2023-01-01"},  # 4 years
        {"acts_billed": 10_000, "acts_inpatient": 1_000, "installed_on": "2019-01-02"},  # 7
        {"acts_billed": 11_001, "installed_on": "2019-01-01"},  # 8
        {"acts_billed": 100, "installed_on": "2016-01-01"},  # 11
        {"class": "tep", "acts_billed": 1_001, "installed_on": "2016-02-29"},  # 10; one limit
    )
    frame = impact.machines(case, present(case), at(80), 2027).sort_values("machine_id")
    assert frame["size"].tolist() == [
        "reference", "threshold_1", "threshold_1", "beyond", "reference", "beyond",
    ]  # fmt: skip
    assert frame["age"].tolist() == ["0-3", "4-7", "4-7", "8-10", "11+", "8-10"]
    assert set(frame["size"]) == set(labels.SIZES)
    assert set(frame["age"]) == set(labels.AGES)
    parts = {part.name: part for part in impact.by(frame, "size")}
    assert parts["reference"].machines == 2
    assert {part.name for part in impact.by(frame, "modality")} == {"scanner", "tep"}
    assert sum(part.machines for part in impact.by(frame, "zone")) == 6


def test_a_machine_installed_during_the_year_has_no_age() -> None:
    fleet = case_of({"acts_billed": 100, "installed_on": "2023-06-01"}).fleet
    assert impact.ages(fleet, 2023).tolist() == ["0-3"]
    assert impact.ages(fleet, 2027).tolist() == ["0-3"]
    assert impact.ages(fleet, 2028).tolist() == ["4-7"]
