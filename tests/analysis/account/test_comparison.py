"""Cost against revenue, by hand.

Costs come from the values of models/*.yaml worked out in tests/test_costs.py; two machines recur:

- MRI 1.5 T, not amortised: 378 025.4038 + 56.178305405 × acts, of which investment 200 529.8038
  (annuities of 157 117.2691 and 43 412.5347); 157 117.2691 less once amortised.
- CT, not amortised: 242 466.3357 + 42.643202968 × acts, of which investment 124 659.1357
  (94 270.3615 and 30 388.7743); 148 195.9743 + 42.643202968 × acts once amortised.

Fees of 1 March 2024: MRI 1.5 T province 171.97 then 73.94 past 4 750 acts (125.60 amortised);
CT 99.69 up to 6 500 acts (75.54 amortised), then 60.00.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.analysis.account.comparison import (
    WEIGHTINGS,
    break_even,
    compare,
    curve,
    overvaluation,
    pay,
    with_activity,
)
from costing.case.case import Case, make_case
from costing.problems.errors import InputError, TariffError
from costing.scenario.scenario import Conventions, Override, Scenario
from tests.shared import REFERENCE
from tests.strategies import fleet_of

CASE = make_case(REFERENCE, Scenario())
MARCH_2024 = dt.date(2024, 3, 1)
TARIFF = REFERENCE.schedule.frozen(MARCH_2024)
CENT = 0.005
MRI_FIXED, MRI_PER_ACT, MRI_INVESTMENT = 378_025.4038, 56.178305405, 200_529.8038
MRI_EQUIPMENT = 157_117.2691  # without the works and their interest, 43 412.5347
CT_FIXED, CT_PER_ACT, CT_INVESTMENT = 242_466.3357, 42.643202968, 124_659.1357
CT_FIXED_AMORTISED = 148_195.9743


def case_of(*machines: dict[str, Any], **conventions: Any) -> Case:
    scenario = Scenario(fleet=fleet_of(*machines), conventions=Conventions(**conventions))
    return make_case(REFERENCE, scenario)


def overall_of(case: Case) -> pd.DataFrame:
    return compare(case, MARCH_2024)[1].set_index(["modality", "weighting"])


# --- break-even -----------------------------------------------------------------------------------


def test_break_even_none() -> None:
    assert break_even(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0])) == ()
    assert break_even(np.array([1.0, 2.0, 3.0]), np.array([-1.0, -2.0, -3.0])) == ()
    assert break_even(np.array([1.0]), np.array([-1.0])) == ()


def test_break_even_once() -> None:
    # From -300 at 1 000 acts to +100 at 2 000: 1 000 + 1 000 × 300 / 400 = 1 750.
    crossings = break_even(np.array([0.0, 1_000, 2_000]), np.array([-900.0, -300, 100]))
    assert crossings == pytest.approx((1_750,))


def test_break_even_twice() -> None:
    # Up: 100 + 100 × 20 / 60 = 133.33; down: 300 + 200 × 30 / 40 = 450.
    acts, margin = np.array([100.0, 200, 300, 500]), np.array([-20.0, 40, 30, -10])
    assert break_even(acts, margin) == pytest.approx((133.3333333, 450))


def test_break_even_on_a_given_number_of_acts() -> None:
    assert break_even(np.array([1.0, 2, 3]), np.array([-5.0, 0, 5])) == (2.0,)
    assert break_even(np.array([1.0, 2, 3]), np.array([5.0, 0, -5])) == (2.0,)


def test_a_margin_that_touches_zero_is_not_two_break_evens() -> None:
    assert len(break_even(np.array([1.0, 2, 3]), np.array([-5.0, 0, -5]))) <= 1


# --- curves ---------------------------------------------------------------------------------------


def test_curve_of_an_mri_by_hand() -> None:
    curves = curve(CASE, "irm_1_5t", "non_amorti", "province", MARCH_2024)
    # half more than the highest normative activity of the class, 10 350 acts
    assert (curves.acts[0], curves.acts[-1], len(curves.acts)) == (1, 15_525, 15_525)
    # 4 750 × 171.97 + 3 250 × 73.94
    assert curves.revenue[7_999] == pytest.approx(1_057_162.50, abs=1e-6)
    assert curves.cost[7_999] == pytest.approx(MRI_FIXED + 8_000 * MRI_PER_ACT, abs=CENT)
    # 12 000 acts: 816 857.50 + 240 305 + 3 000 × 59.53 + 1 000 × 29.95
    assert curves.revenue[11_999] == pytest.approx(1_265_702.50, abs=1e-6)
    # 378 025.4038 / (171.97 - 56.178305) = 3 264.7022, in the full band
    assert curves.break_even == pytest.approx((3_264.7022,), abs=1e-3)


def test_curve_of_a_ct_by_hand() -> None:
    curves = curve(CASE, "scanner", "non_amorti", "province", MARCH_2024)
    # 242 466.3357 / (99.69 - 42.643203) = 4 250.3059
    assert curves.break_even == pytest.approx((4_250.3059,), abs=1e-3)


def test_a_machine_can_break_even_twice() -> None:
    """With 40 € more an act, an act in the last bands costs more than it is paid."""
    change = Override(parameter="irm.consumables_per_act.*", mode=43, low=43, high=43)
    case = make_case(REFERENCE, Scenario(overrides=(change,)))
    curves = curve(case, "irm_1_5t", "non_amorti", "province", MARCH_2024)
    # An act costs 56.178305 + 40 × 1.09 = 99.778305.
    # Full band: 378 025.4038 / (171.97 - 99.778305) = 5 236.4 is past 4 750: never met there,
    # and every later band pays less than 99.78: no break-even at all.
    assert curves.break_even == ()
    change = Override(parameter="irm.consumables_per_act.*", mode=23, low=23, high=23)
    case = make_case(REFERENCE, Scenario(overrides=(change,)))
    curves = curve(case, "irm_1_5t", "non_amorti", "province", MARCH_2024)
    # An act costs 56.178305 + 20 × 1.09 = 77.978305.
    # Up: 378 025.4038 / 93.991695 = 4 021.9064. At 4 750 the margin is 68 435.15; then it falls by
    # 4.038305 an act down to 55 310.66 at 8 000, then by 18.448305: 8 000 + 2 998.14 = 10 998.14.
    assert curves.break_even == pytest.approx((4_021.9064, 10_998.142), abs=0.01)


def test_curve_on_given_acts_and_its_refusals() -> None:
    acts = np.array([0.0, 4_750.0, 8_000.0])
    curves = curve(CASE, "irm_1_5t", "amorti", "paris", MARCH_2024, acts)
    # 4 750 × 130.54 = 620 065; + 3 250 × 73.94 = 240 305
    assert curves.revenue == pytest.approx([0, 620_065.0, 860_370.0])
    with pytest.raises(InputError, match="irm_15t"):
        curve(CASE, "irm_15t", "amorti", "paris", MARCH_2024)
    with pytest.raises(InputError, match="bretagne"):
        curve(CASE, "irm_1_5t", "amorti", "bretagne", MARCH_2024)
    with pytest.raises(TariffError, match="tep_tdm"):
        curve(CASE, "tep_tdm", "amorti", "paris", dt.date(2023, 1, 1))


def test_a_date_without_tariff_is_the_one_that_was_asked_for() -> None:
    """The message names the date asked and a date from which the class is known."""
    with pytest.raises(TariffError) as caught:
        curve(CASE, "tep_tdm", "amorti", "paris", dt.date(2023, 6, 15))
    assert "2023-06-15" in str(caught.value)
    assert "2024-03-01" in str(caught.value)


def test_acts_in_disorder_give_no_false_break_even() -> None:
    """`acts` must increase: in disorder they are refused, never interpolated across."""
    place = ("irm_1_5t", "non_amorti", "province", MARCH_2024)
    with pytest.raises(InputError) as caught:
        curve(CASE, *place, np.array([8_000.0, 1, 4_000, 2]))
    assert [problem.code for problem in caught.value.problems] == ["acts_order"]
    # between 2 and 4 000 acts the margin goes through zero at 3 264.70, once
    curves = curve(CASE, *place, np.array([1.0, 2, 4_000, 8_000]))
    assert curves.break_even == pytest.approx((3_264.7022,), abs=1e-3)


# --- the three readings ---------------------------------------------------------------------------


def test_75_percent_as_a_markup_and_as_a_share() -> None:
    # Mark-up: 1.75 / 1: cost is 57.1 % of the fee, so 42.9 % of the fee is not cost.
    readings = overvaluation(175.0, 100.0)
    assert readings.markup == pytest.approx(0.75)
    assert readings.share_of_fee == pytest.approx(0.428571, abs=1e-6)
    assert 1 - readings.share_of_fee == pytest.approx(0.571429, abs=1e-6)
    # Share: cost is 25 % of the fee, a mark-up of 300 %.
    assert overvaluation(100.0, 25.0) == pytest.approx((3.0, 0.75, np.nan), nan_ok=True)


def test_readings_without_a_denominator_are_not_numbers() -> None:
    nothing = overvaluation(0.0, 0.0, 0.0, 0.0)
    assert all(np.isnan(value) for value in nothing)
    idle = overvaluation(0.0, 50.0)
    assert idle.markup == -1
    assert np.isnan(idle.share_of_fee)


@given(st.floats(1.0, 1e9), st.floats(1.0, 1e9))
def test_markup_and_share_say_the_same_thing(revenue: float, cost: float) -> None:
    readings = overvaluation(revenue, cost)
    assert (1 + readings.markup) * (1 - readings.share_of_fee) == pytest.approx(1)
    assert (readings.markup > 0) == (readings.share_of_fee > 0) == (revenue > cost)


def test_investment_reading_by_hand() -> None:
    # 171.97 - 125.60 = 46.37 € an act in the full band: 46.37 × 4 750 = 220 257.50 €, over
    # what stops at amortisation: (1 000 000 - 50 000 × 1.035⁻⁷) × 0.16354449 = 157 117.2691 €;
    # +40.19 %.
    case = case_of({"class": "irm_1_5t", "acts_billed": 8_000})
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert paid.revenue[0] == pytest.approx(1_057_162.50, abs=1e-6)
    assert paid.cost[0] == pytest.approx(827_451.8470, abs=CENT)
    assert paid.investment_fee[0] == pytest.approx(220_257.50, abs=1e-6)
    assert paid.investment_cost[0] == pytest.approx(MRI_EQUIPMENT, abs=CENT)
    for weighting in WEIGHTINGS:
        row = overall_of(case).loc[("irm", weighting)]
        assert row["investment"] == pytest.approx(0.4018669, abs=1e-6)
        assert row["markup"] == pytest.approx(0.2776121, abs=1e-6)  # 1 057 162.50 / 827 451.85
        assert row["share_of_fee"] == pytest.approx(0.2172898, abs=1e-6)


def test_investment_reading_inside_a_year_that_changes_tariff() -> None:
    # 2026, 4 000 acts, all in the full band: 181/365 of them at 158.21 - 120.58 = 37.63, the rest
    # at 154.77 - 119.32 = 35.45: 4 000 × (181 × 37.63 + 184 × 35.45) / 365 = 146 124.1644.
    case = case_of({"class": "irm_1_5t", "acts_billed": 4_000})
    paid = pay(case, case.fleet, REFERENCE.schedule, 2026)
    assert paid.investment_fee[0] == pytest.approx(146_124.1644, abs=1e-3)


def test_an_amortised_machine_has_no_investment_reading() -> None:
    case = case_of({"class": "irm_1_5t", "acts_billed": 8_000, "installed_on": "2016-12-31"})
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert np.isnan([paid.investment_fee[0], paid.investment_cost[0]]).all()
    # 4 750 × 125.60 + 240 305 = 836 905, against 827 451.8470 - 157 117.2691 = 670 334.5779
    assert paid.revenue[0] == pytest.approx(836_905, abs=1e-6)
    assert paid.cost[0] == pytest.approx(670_334.5779, abs=CENT)
    assert np.isnan(overall_of(case)["investment"].astype(float)).all()


def test_in_patients_share_the_machine_but_not_the_bill() -> None:
    # 6 000 billed of 8 000: three quarters of revenue, cost and investment; same readings.
    case = case_of({"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000})
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert paid.revenue[0] == pytest.approx(792_871.875, abs=1e-6)
    assert paid.cost[0] == pytest.approx(620_588.8853, abs=CENT)
    assert paid.investment_fee[0] == pytest.approx(165_193.125, abs=1e-6)
    assert paid.investment_cost[0] == pytest.approx(0.75 * MRI_EQUIPMENT, abs=CENT)
    rows, _ = compare(case, MARCH_2024)
    assert rows.loc[0, "markup"] == pytest.approx(0.2776121, abs=1e-6)
    assert rows.loc[0, "acts"] == 8_000
    assert rows.loc[0, "revenue_per_act_eur"] == pytest.approx(132.1453125)  # by billed act
    assert rows.loc[0, "cost_per_act_eur"] == pytest.approx(103.431481, abs=1e-5)


def test_in_patients_that_take_no_place_in_the_bands() -> None:
    # 4 750 × 171.97 + 1 250 × 73.94 = 816 857.50 + 92 425
    case = case_of(
        {"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000},
        inpatients_count=False,
    )
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert paid.revenue[0] == pytest.approx(909_282.50, abs=1e-6)
    assert paid.cost[0] == pytest.approx(620_588.8853, abs=CENT)
    assert paid.investment_fee[0] == pytest.approx(220_257.50, abs=1e-6)


# --- the activity convention ----------------------------------------------------------------------


def test_activity_conventions_by_hand() -> None:
    machines = (
        {"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000},
        {"class": "scanner", "acts_billed": 5_000},
    )
    # Norms 6 910 and 11 840; reference activities 4 750 and 6 500; a quarter of in-patients stays.
    expected = {
        "observed": ([6_000, 5_000], [2_000, 0]),
        "normative": ([5_182.5, 11_840], [1_727.5, 0]),
        "reference": ([3_562.5, 6_500], [1_187.5, 0]),
    }
    for activity, (billed, inpatient) in expected.items():
        case = case_of(*machines, activity=activity)
        frame = with_activity(case, case.fleet).frame
        assert frame["acts_billed"].tolist() == pytest.approx(billed)
        assert frame["acts_inpatient"].tolist() == pytest.approx(inpatient)
        assert case.fleet.frame["acts_billed"].tolist() == [6_000, 5_000]  # left as it was


def test_compare_follows_the_activity_convention() -> None:
    case = case_of({"class": "irm_1_5t", "acts_billed": 8_000}, activity="reference")
    rows, _ = compare(case, MARCH_2024)
    assert rows.loc[0, "acts"] == 4_750
    assert rows.loc[0, "revenue_per_act_eur"] == pytest.approx(171.97)
    # 378 025.4038 / 4 750 + 56.178305
    assert rows.loc[0, "cost_per_act_eur"] == pytest.approx(135.762601, abs=1e-5)


def test_a_changed_norm_is_the_one_that_is_used() -> None:
    change = Override(parameter="machine_classes.normative_activity.irm_1_5t", mode=7_000)
    scenario = Scenario(
        fleet=fleet_of({"class": "irm_1_5t", "acts_billed": 100}),
        conventions=Conventions(activity="normative"),
        overrides=(change,),
    )
    case = make_case(REFERENCE, scenario)
    assert with_activity(case, case.fleet).frame["acts_billed"].tolist() == [7_000]


# --- the comparison over a fleet ------------------------------------------------------------------

THREE = (
    {"class": "irm_1_5t", "acts_billed": 8_000},
    {"class": "scanner", "acts_billed": 6_000, "weight": 2},
    {
        "class": "scanner", "acts_billed": 4_000, "acts_inpatient": 1_000, "weight": 3,
        "installed_on": "2015-01-01",
    },
)  # fmt: skip
# Revenue, cost (EUR a machine), mark-up, share:
#   1 MRI   1 057 162.50   827 451.8470   0.2776121   0.2172898
#   2 CT      598 140.00   498 325.5535   0.2002997   0.1668747      (99.69 × 6 000)
#   3 CT      302 160.00   289 129.5913   0.0450677   0.0431242      (75.54 × 4 000; 80 % of
#                                       148 195.9743 + 42.643203 × 5 000 = 361 411.9891)
# Investment: MRI 220 257.50 / 157 117.2691 = 1.4018669; CT 24.15 × 6 000 = 144 900 over
# (600 000 - 30 000 × 1.035⁻⁷) × 0.16354449 = 94 270.3614: 1.5370685.


def test_weightings_by_hand_on_three_machines() -> None:
    overall = overall_of(case_of(*THREE))
    columns = ["markup", "share_of_fee", "investment"]
    # (0.2776121 + 2 × 0.2002997 + 3 × 0.0450677) / 6; investment over the three that have one:
    # (0.4018669 + 2 × 0.5370685) / 3
    expected = [0.1355691, 0.1134020, 0.4920013]
    assert overall.loc[("all", "machine"), columns].tolist() == pytest.approx(expected, abs=1e-6)
    # weights 8 000, 12 000, 12 000
    expected = [0.1614158, 0.1330721, 0.4829879]
    assert overall.loc[("all", "act"), columns].tolist() == pytest.approx(expected, abs=1e-6)
    # 3 159 922.50 / 2 691 491.7280; investment 510 057.50 / 345 657.9919
    expected = [0.1740413, 0.1482412, 0.4756132]
    assert overall.loc[("all", "euro"), columns].tolist() == pytest.approx(expected, abs=1e-6)
    euro = overall.loc[("all", "euro")]
    assert euro["machines"] == 6
    assert euro["revenue_eur"] == pytest.approx(3_159_922.50, abs=1e-6)
    assert euro["cost_eur"] == pytest.approx(2_691_491.7280, abs=0.05)
    ct = overall.loc[("scanner", "machine")]
    # (2 × 0.2002997 + 3 × 0.0450677) / 5
    assert ct["markup"] == pytest.approx(0.1071605, abs=1e-6)
    assert ct["investment"] == pytest.approx(0.5370685, abs=1e-6)


def test_rows_by_kind_of_machine() -> None:
    rows, _ = compare(case_of(*THREE), MARCH_2024)
    keys = rows[["class", "amortisation", "zone"]].to_numpy().tolist()
    assert keys == [
        ["scanner", "amorti", "*"],
        ["scanner", "non_amorti", "*"],
        ["irm_1_5t", "non_amorti", "province"],
    ]
    assert rows["machines"].tolist() == [3, 2, 1]
    assert rows["acts"].tolist() == [5_000, 6_000, 8_000]
    assert rows["revenue_per_act_eur"].tolist() == pytest.approx([75.54, 99.69, 132.1453125])
    # 289 129.5913 / 4 000; 498 325.5535 / 6 000; 827 451.8470 / 8 000
    costs = [72.282398, 83.054259, 103.431481]
    assert rows["cost_per_act_eur"].tolist() == pytest.approx(costs, abs=1e-5)
    assert np.isnan(rows["investment"][0])


def test_zones_are_told_apart_where_the_fee_has_them() -> None:
    paris = {"zone": "paris", "region": "Île-de-France"}
    rows, _ = compare(
        case_of(
            {"class": "irm_1_5t", "acts_billed": 4_000, **paris},
            {"class": "irm_1_5t", "acts_billed": 4_000},
            {"class": "scanner", "acts_billed": 4_000, **paris},
            {"class": "scanner", "acts_billed": 4_000},
        ),
        MARCH_2024,
    )
    assert rows[["class", "zone", "machines"]].to_numpy().tolist() == [
        ["scanner", "*", 2],
        ["irm_1_5t", "paris", 1],
        ["irm_1_5t", "province", 1],
    ]
    assert rows["revenue_per_act_eur"].tolist() == pytest.approx([99.69, 177.01, 171.97])


def test_a_machine_without_acts_does_not_poison() -> None:
    idle = {"class": "irm_1_5t", "acts_billed": 0}
    busy = {"class": "irm_1_5t", "acts_billed": 8_000}
    rows, overall = compare(case_of(idle, busy), MARCH_2024)
    readings = ["markup", "share_of_fee", "investment"]
    assert np.isfinite(overall[readings].to_numpy(dtype=float)).all()
    assert np.isfinite(rows[[*readings, "cost_per_act_eur", "acts"]].to_numpy(dtype=float)).all()
    by_act = overall.set_index(["modality", "weighting"]).loc[("irm", "act")]
    assert by_act["markup"] == pytest.approx(0.2776121, abs=1e-6)  # as if it were alone
    # by euro its 378 025.4038 a year weigh: 1 057 162.50 / 1 205 477.2508 - 1
    by_euro = overall.set_index(["modality", "weighting"]).loc[("irm", "euro")]
    assert by_euro["markup"] == pytest.approx(-0.1230340, abs=1e-6)


def test_a_fleet_without_any_act_says_nothing_rather_than_zero() -> None:
    rows, overall = compare(case_of({"class": "irm_1_5t", "acts_billed": 0}), MARCH_2024)
    assert np.isnan(rows.loc[0, "cost_per_act_eur"])
    assert np.isnan(overall["share_of_fee"].to_numpy(dtype=float)).all()


def test_a_machine_of_in_patients_alone_is_neither_paid_nor_charged() -> None:
    case = case_of({"class": "scanner", "acts_billed": 0, "acts_inpatient": 5_000})
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert (paid.revenue[0], paid.cost[0]) == (0, 0)
    assert np.isnan(overall_of(case)[["markup", "share_of_fee"]].to_numpy(dtype=float)).all()


def test_a_weight_is_the_same_machine_several_times() -> None:
    machine = {"class": "irm_gt_1_5t", "acts_billed": 5_000}
    other = {"class": "scanner", "acts_billed": 9_000}
    once = overall_of(case_of({**machine, "weight": 3}, other))
    thrice = overall_of(case_of(machine, machine, machine, other))
    pd.testing.assert_frame_equal(once, thrice)


def test_the_perimeter_changes_the_cost_and_not_the_investment_reading() -> None:
    narrow = make_case(
        REFERENCE,
        Scenario(
            perimeter="legal_2023", fleet=fleet_of({"class": "irm_1_5t", "acts_billed": 8_000})
        ),
    )
    paid = pay(narrow, narrow.fleet, TARIFF, 2024)
    # contrast outside: 8 000 × 0.35 × 25 = 70 000
    assert paid.cost[0] == pytest.approx(757_451.8470, abs=CENT)
    assert paid.investment_cost[0] == pytest.approx(MRI_EQUIPMENT, abs=CENT)


def test_the_other_investment_reading_by_hand() -> None:
    # 1 057 162.50 less running costs 827 451.8470 - 200 529.8038 = 626 922.0432 leaves 430 240.4568
    # for the whole investment, works included: 430 240.4568 / 200 529.8038 = 2.1455188.
    scenario = Scenario(
        conventions=Conventions(investment="after_running_costs"),
        fleet=fleet_of({"class": "irm_1_5t", "acts_billed": 8_000}),
    )
    case = make_case(REFERENCE, scenario)
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert paid.investment_fee[0] == pytest.approx(430_240.4568, abs=2 * CENT)
    assert paid.investment_cost[0] == pytest.approx(MRI_INVESTMENT, abs=CENT)
    assert overall_of(case).loc[("irm", "euro"), "investment"] == pytest.approx(1.1455188, abs=1e-6)


def test_in_patients_may_weigh_more_in_the_cost_by_hand() -> None:
    # 6 000 / (6 000 + 1.31 × 2 000) = 0.6960557 of 827 451.8470
    heavy = Override(parameter="communs.inpatient_cost_weight.*", mode=1.31)
    fleet = fleet_of({"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000})
    case = make_case(REFERENCE, Scenario(overrides=(heavy,), fleet=fleet))
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert paid.revenue[0] == pytest.approx(792_871.875, abs=1e-6)
    assert paid.cost[0] == pytest.approx(827_451.8470 * 6_000 / 8_620, abs=2 * CENT)


def test_the_frame_of_a_paid_fleet_keeps_its_machines() -> None:
    case = case_of(*THREE)
    paid = pay(case, case.fleet, TARIFF, 2024)
    assert paid.frame["machine_id"].tolist() == ["m0", "m1", "m2"]
    assert paid.frame["acts"].tolist() == [8_000, 6_000, 5_000]
    assert paid.frame["amortised"].tolist() == [False, False, True]
    assert paid.frame["revenue_eur"].tolist() == pytest.approx([1_057_162.50, 598_140, 302_160])


def test_compare_on_the_reference_fleet_adds_up() -> None:
    rows, overall = compare(CASE, MARCH_2024)
    fleet = CASE.fleet
    assert rows["machines"].sum() == pytest.approx(fleet.weight.sum())
    by_modality = overall[overall["weighting"] == "euro"].set_index("modality")
    parts = by_modality.drop("all")
    for column in ("machines", "revenue_eur", "cost_eur"):
        assert parts[column].sum() == pytest.approx(by_modality.loc["all", column], rel=1e-12)
    assert set(parts.index) == set(fleet.frame["modality"])
