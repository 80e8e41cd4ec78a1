"""The structure of the fee as dated data: limits, years before « amorti », further machines.

Prices are those of June 2024, held: MRI 1.5 T province 171.97 (125.60 amortised), then 73.94, 59.53
and 29.95 past 4 750, 8 000 and 11 000 acts; PET-CT 1 000 then 550 past 1 000 acts. 181 of the 365
days of 2027 come before 1 July.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.analysis.account.comparison import pay
from costing.analysis.account.savings import machine_savings
from costing.case.case import Case, make_case
from costing.fee.schedule import ZONES, Cell, FeeSchedule, Machines, Reform, one_machine
from costing.problems.errors import TariffError
from costing.scenario.scenario import Conventions, Override, Scenario
from tests.shared import REFERENCE, examples
from tests.strategies import fleet_of

OFFICIAL = REFERENCE.schedule
HELD = OFFICIAL.frozen(dt.date(2024, 6, 1))
JANUARY, JULY = dt.date(2027, 1, 1), dt.date(2027, 7, 1)
FULL = Cell("irm_1_5t", "non_amorti", "province", "plein")
EXACT = 1e-6  # euro
CENT = 0.005


def reformed(*reforms: Reform, schedule: FeeSchedule = HELD) -> FeeSchedule:
    """The schedule with its structure changed and no price."""
    return schedule.with_prices({reform.date: {} for reform in reforms}, "essai", reforms)


def mri(acts: float, inpatient: float = 0.0, further: bool | None = None) -> Machines:
    machine = one_machine(HELD, "irm_1_5t", "non_amorti", "province", acts)
    return Machines(
        machine.class_index,
        machine.amortised,
        machine.zone_index,
        machine.acts_billed,
        np.asarray(inpatient),
        None if further is None else np.asarray(further),
    )


# --- limits ---------------------------------------------------------------------------------------


def test_limits_from_1_january() -> None:
    schedule = reformed(Reform(JANUARY, limits={"irm_1_5t": (4_000, 7_000, 10_000)}))
    # 4 000 × 171.97 + 3 000 × 73.94 + 1 000 × 59.53 = 687 880 + 221 820 + 59 530
    assert schedule.revenue(mri(8_000), 2027) == pytest.approx(969_230.0, abs=EXACT)
    assert schedule.revenue(mri(8_000), 2030) == pytest.approx(969_230.0, abs=EXACT)
    # the year before, 4 750 × 171.97 + 3 250 × 73.94
    assert schedule.revenue(mri(8_000), 2026) == pytest.approx(1_057_162.50, abs=EXACT)
    ct = one_machine(HELD, "scanner", "non_amorti", "province", 14_000)
    assert schedule.revenue(ct, 2027) == HELD.revenue(ct, 2027)  # not named: as it was


def test_a_higher_reference_activity_on_1_july() -> None:
    schedule = reformed(Reform(JULY, limits={"irm_1_5t": (6_000, 8_000, 11_000)}))
    # 9 855 × 181/365 = 4 887 acts by 30 June: past the old 4 750, not the new 6 000.
    # Before: 4 750 × 171.97 + 137 × 73.94           =   816 857.50 +  10 129.78
    # After, from act 4 887 on: 1 113 × 171.97       =   191 402.61
    #   2 000 × 73.94 + 1 855 × 59.53                =   147 880.00 + 110 428.15
    assert schedule.revenue(mri(9_855), 2027) == pytest.approx(1_276_698.04, abs=EXACT)
    volumes = schedule.volumes(mri(9_855), 2027)
    assert volumes == pytest.approx(np.array([[4_750, 137, 0, 0], [1_113, 2_000, 1_855, 0]]))
    # From 2028 on 6 000 × 171.97 + 2 000 × 73.94 + 1 855 × 59.53
    assert schedule.revenue(mri(9_855), 2028) == pytest.approx(1_290_128.15, abs=EXACT)


def test_a_lower_reference_activity_on_1_july() -> None:
    schedule = reformed(Reform(JULY, limits={"irm_1_5t": (3_000, 8_000, 11_000)}))
    # 7 300 × 181/365 = 3 620 acts by 30 June, all at the full rate; the others are past 3 000.
    # 3 620 × 171.97 + 3 680 × 73.94 = 622 531.40 + 272 099.20
    assert schedule.revenue(mri(7_300), 2027) == pytest.approx(894_630.60, abs=EXACT)


def test_inpatients_under_new_limits() -> None:
    schedule = reformed(Reform(JULY, limits={"irm_1_5t": (6_000, 8_000, 11_000)}))
    # The 9 855 places of above, one in three billed: 1 276 698.04 / 3
    found = schedule.revenue(mri(3_285, 6_570), 2027)
    assert found == pytest.approx(425_566.013333, abs=EXACT)
    # 3 285 acts alone, below both reference activities: 3 285 × 171.97
    alone = schedule.revenue(mri(3_285, 6_570), 2027, inpatients_count=False)
    assert alone == pytest.approx(564_921.45, abs=EXACT)


def test_pet_has_one_limit() -> None:
    schedule = reformed(Reform(JANUARY, limits={"tep_tdm": (1_200,)}))
    machine = one_machine(HELD, "tep_tdm", "non_amorti", "province", 1_500)
    # 1 200 × 1 000 + 300 × 550
    assert schedule.revenue(machine, 2027) == pytest.approx(1_365_000.0, abs=EXACT)


def test_limits_by_period() -> None:
    schedule = reformed(Reform(JULY, limits={"irm_1_5t": (6_000, 8_000, 11_000)}))
    row = schedule.class_codes.index("irm_1_5t")
    limits = schedule.period_limits(2027)
    assert limits.shape == (2, len(schedule.classes), 5)
    assert limits[:, row, 1:4].tolist() == [[4_750, 8_000, 11_000], [6_000, 8_000, 11_000]]
    np.testing.assert_array_equal(limits[0], schedule.limits)
    np.testing.assert_array_equal(schedule.limits, HELD.limits)  # the table before any reform


# --- further machines on one authorisation --------------------------------------------------------


def test_a_rank_factor_from_1_july() -> None:
    schedule = reformed(Reform(JULY, rank_factor={"irm_1_5t": 0.8}))
    # 3 620 × 171.97 = 622 531.40 by 30 June.
    # After: 1 130 × 171.97 + 2 550 × 73.94 = 194 326.10 + 188 547.00 = 382 873.10
    first, further = mri(7_300, further=False), mri(7_300, further=True)
    assert schedule.revenue(first, 2027) == pytest.approx(1_005_404.50, abs=EXACT)
    # 622 531.40 + 0.8 × 382 873.10 = 622 531.40 + 306 298.48
    assert schedule.revenue(further, 2027) == pytest.approx(928_829.88, abs=EXACT)
    assert schedule.revenue(mri(7_300), 2027) == schedule.revenue(first, 2027)
    assert schedule.price(FULL, JULY) == 171.97  # of a first machine
    assert schedule.fees(further, 2027)[:, 0] == pytest.approx([171.97, 137.576])


def test_factors_by_machine_and_period() -> None:
    schedule = reformed(
        Reform(JANUARY, rank_factor={"scanner": 0.5}), Reform(JULY, rank_factor={"irm_1_5t": 0.8})
    )
    codes = ["irm_1_5t", "irm_1_5t", "scanner", "tep"]
    machines = Machines(
        class_index=np.array([schedule.class_codes.index(code) for code in codes]),
        amortised=np.zeros(4, dtype=bool),
        zone_index=np.zeros(4, dtype=np.intp),
        acts_billed=np.full(4, 1_000.0),
        acts_inpatient=np.zeros(4),
        further=np.array([False, True, True, True]),
    )
    assert schedule.factors(machines, 2027).tolist() == [[1, 1], [1, 0.8], [0.5, 0.5], [1, 1]]
    assert schedule.factors(mri(1_000), 2027).tolist() == [1, 1]


def test_the_rank_comes_from_the_fleet() -> None:
    schedule = reformed(Reform(JANUARY, rank_factor={"irm_1_5t": 0.0}))
    rows = ({"class": "irm_1_5t", "acts_billed": 1_000, "rank_on_authorisation": n} for n in (1, 2))
    case = make_case(REFERENCE, Scenario(fleet=fleet_of(*rows)))
    machines = case.fleet.machines(schedule, 2027)
    assert machines.further is not None
    assert machines.further.tolist() == [False, True]
    assert pay(case, case.fleet, schedule, 2027).revenue.tolist() == pytest.approx([171_970, 0])


# --- years before « amorti » ----------------------------------------------------------------------

# 8 full years on 1 January 2027: amortised past 7, not past 10.
EIGHT = {"class": "irm_1_5t", "acts_billed": 6_000, "installed_on": "2018-06-01"}
TEN = reformed(Reform(JANUARY, amortisation_years={"irm_1_5t": 10}))
STILL = tuple(
    Override(parameter=f"dynamics.{name}.{modality}", mode=0, low=0, high=0)
    for name in ("machine_growth", "acts_growth", "renewal_rate")
    for modality in ("irm", "scanner", "tep")
)
# Fee of 6 000 acts: 4 750 × 125.60 + 1 250 × 73.94 amortised, else 4 750 × 171.97 + 1 250 × 73.94
FEE_AMORTISED, FEE_NOT = 689_025.00, 909_282.50
# Cost of an amortised MRI, as in tests/analysis/test_comparison.py: 378 025.4038 - 157 117.2691
# + 6 000 × 56.178305405. Annuity over ten years, with 1.035^-10 = 0.708918813710:
# (1 000 000 - 50 000 × 0.708918813710) × 0.035 / (1 - 0.708918813710) = 115 979.2995
COST_AMORTISED, ANNUITY_10 = 557_977.9671, 115_979.2995


def case_of(*machines: dict[str, Any], **conventions: Any) -> Case:
    return make_case(REFERENCE,
        Scenario(
            fleet=fleet_of(*machines), overrides=STILL, conventions=Conventions(**conventions)
        )
    )  # fmt: skip


def test_a_machine_of_eight_years_is_no_longer_amortised() -> None:
    case = case_of(EIGHT)
    before, after = (pay(case, case.fleet, schedule, 2027) for schedule in (HELD, TEN))
    assert before.machines.amortised.tolist() == [True]
    assert after.machines.amortised.tolist() == [False]
    assert before.revenue == pytest.approx([FEE_AMORTISED], abs=EXACT)
    assert after.revenue == pytest.approx([FEE_NOT], abs=EXACT)
    assert before.cost == pytest.approx([COST_AMORTISED], abs=CENT)
    assert after.cost == pytest.approx([COST_AMORTISED + ANNUITY_10], abs=CENT)
    # The gap of the rates, 4 750 × 46.37, against the capital that it is to pay.
    assert after.investment_fee == pytest.approx([220_257.50], abs=EXACT)
    assert after.investment_cost == pytest.approx([ANNUITY_10], abs=CENT)
    assert case.amortisation_years["irm_1_5t"] == 7  # the case is what it was
    # In 2026 the reform is not in force: 7 full years, and amortised already.
    assert pay(case, case.fleet, TEN, 2026).cost == pytest.approx([COST_AMORTISED], abs=CENT)


def test_the_economic_convention_charges_over_the_life_whatever_the_reform() -> None:
    case = case_of(EIGHT, amortised_charge="economic")
    before, after = (pay(case, case.fleet, schedule, 2027) for schedule in (HELD, TEN))
    assert after.cost.tolist() == before.cost.tolist()
    assert after.revenue == pytest.approx([FEE_NOT], abs=EXACT)


def test_savings_against_a_baseline_that_keeps_its_years() -> None:
    rows = machine_savings(case_of(EIGHT), TEN, 2027)
    assert rows["amortised"].tolist() == [False]
    assert rows["baseline_eur"].tolist() == pytest.approx([FEE_AMORTISED], abs=EXACT)
    assert rows["revenue_eur"].tolist() == pytest.approx([FEE_NOT], abs=EXACT)
    assert rows["saved_eur"].tolist() == pytest.approx([-220_257.50], abs=EXACT)


def test_years_count_from_the_next_1_january() -> None:
    schedule = reformed(Reform(JULY, amortisation_years={"irm_1_5t": 10}))
    assert schedule.amortisation_years(2027) == {}
    assert schedule.amortisation_years(2028) == {"irm_1_5t": 10}
    assert OFFICIAL.amortisation_years(2027) == {}


def test_the_case_under_a_schedule() -> None:
    case = case_of(EIGHT)
    fleet = case.fleet_in(2027)
    assert case.under(TEN, 2026) is case
    assert case.under(OFFICIAL, 2027) is case
    same = reformed(Reform(JANUARY, amortisation_years={"irm_1_5t": 7}))
    assert case.under(same, 2027) is case
    under = case.under(TEN, 2027)
    assert under is case.under(TEN, 2030)
    assert under.fleet is case.fleet
    assert under.fleet_in(2027) is fleet
    years = dict.fromkeys(case.reference.classes, 7.0) | {"irm_1_5t": 10.0}
    assert under.amortisation_years == years
    assert under.scenario is case.scenario


def test_fleets_found_under_a_schedule_serve_the_case_too() -> None:
    case = case_of(EIGHT)
    fleet = case.under(TEN, 2027).fleet_in(2027)
    assert case.fleet_in(2027) is fleet


# --- reforms in turn ------------------------------------------------------------------------------


def test_a_later_reform_overrides_what_it_names() -> None:
    schedule = reformed(
        Reform(JULY, {"irm_1_5t": (5_000, 8_000, 11_000)}, {"scanner": 8}),
        Reform(JANUARY, {"scanner": (7_000, 11_000, 13_000)}, {"scanner": 9, "tep": 10}),
    )
    assert [reform.date for reform in schedule.reforms] == [JANUARY, JULY]
    assert schedule.amortisation_years(2027) == {"scanner": 9, "tep": 10}
    assert schedule.amortisation_years(2028) == {"scanner": 8, "tep": 10}
    first, second = schedule.period_limits(2027)[:, :, 1]
    codes = schedule.class_codes
    assert (first[codes.index("scanner")], first[codes.index("irm_1_5t")]) == (7_000, 4_750)
    assert (second[codes.index("scanner")], second[codes.index("irm_1_5t")]) == (7_000, 5_000)


def test_a_reform_that_changes_nothing_is_left_out() -> None:
    """A workbook has no row for it: the schedule that comes back must be the one that left."""
    schedule = REFERENCE.schedule
    found = schedule.with_prices({JANUARY: {}}, "essai", [Reform(JANUARY)])
    assert found.reforms == ()


def test_a_proposal_keeps_the_reforms_before_it_and_drops_the_later_ones() -> None:
    one = Reform(JANUARY, rank_factor={"scanner": 0.9})
    two = Reform(JULY, rank_factor={"scanner": 0.8})
    schedule = reformed(one, two)
    again = schedule.with_prices({JULY: {FULL: 100.0}}, "autre")
    assert again.reforms == (one,)
    assert schedule.with_prices({JANUARY: {}}, "autre").reforms == ()
    assert schedule.with_prices({dt.date(2028, 1, 1): {}}, "autre").reforms == (one, two)


def test_frozen_keeps_the_structure_for_good() -> None:
    schedule = reformed(
        Reform(JANUARY, amortisation_years={"irm_1_5t": 10}, rank_factor={"irm_1_5t": 0.9}),
        Reform(JULY, limits={"irm_1_5t": (6_000, 8_000, 11_000)}, rank_factor={"irm_1_5t": 0.8}),
    )
    for year in (2020, 2027, 2040):
        frozen = schedule.frozen(dt.date(2027, 12, 31))
        assert frozen.amortisation_years(year) == {"irm_1_5t": 10}
        # 6 000 × 171.97 + 2 000 × 73.94 = 1 031 820 + 147 880, and 0.8 of it
        for further, expected in ((False, 1_179_700.0), (True, 943_760.0)):
            found = frozen.revenue(mri(8_000, further=further), year)
            assert found == pytest.approx(expected, abs=EXACT)
        # 30 June: the old limits, 0.9 × 1 057 162.50
        eve = schedule.frozen(dt.date(2027, 6, 30))
        found = eve.revenue(mri(8_000, further=True), year)
        assert found == pytest.approx(951_446.25, abs=EXACT)
        before = schedule.frozen(dt.date(2026, 12, 31))
        assert before.reforms == ()
        assert before.amortisation_years(year) == {}
    again = schedule.frozen(dt.date(2027, 12, 31)).frozen(dt.date(2025, 1, 1))
    assert again.reforms == schedule.frozen(dt.date(2027, 12, 31)).reforms


# --- what cannot be -------------------------------------------------------------------------------


def test_what_is_wrong_with_reforms_is_said_all_at_once() -> None:
    wrong = (
        Reform(
            JANUARY,
            limits={"irm_1_5t": (8_000, 4_000, 11_000), "scanner": (6_500,), "irm_3t": (1, 2, 3)},
            amortisation_years={"tep": 0, "scanner": float("nan")},
            rank_factor={"scanner": 1.5, "irm_1_5t": -0.1, "tep": 1},
        ),
        Reform(JULY, limits={"tep": (0,), "tep_tdm": (float("inf"),)}),
    )
    with pytest.raises(TariffError) as caught:
        HELD.with_prices({JANUARY: {FULL: -1.0}}, "essai", wrong)
    found = [(p.code, p.value) for p in caught.value.problems]
    assert found == [
        ("price_invalid", -1.0),
        ("unknown_class", "irm_3t"),
        ("reform_limits", "irm_1_5t"),
        ("reform_limits", "scanner"),
        ("reform_years", "tep"),
        ("reform_years", "scanner"),
        ("reform_factor", "scanner"),
        ("reform_factor", "irm_1_5t"),
        ("reform_date", JULY),
        ("reform_limits", "tep"),
        ("reform_limits", "tep_tdm"),
    ]
    for words in (caught.value.text("fr"), caught.value.text("en")):
        for told in ("2027-01-01", "2027-07-01", "8000 ; 4000 ; 11000", "1.5", "-0.1"):
            assert told in words


@pytest.mark.parametrize(("years", "allowed"), [(0.5, True), (1, True), (100, True), (101, False)])
def test_a_machine_may_be_amortised_after_any_time_up_to_a_century(
    years: float, allowed: bool
) -> None:
    found = Reform(JANUARY, amortisation_years={"tep": years}).problems(HELD.classes, [JANUARY])
    assert [p.code for p in found] == ([] if allowed else ["reform_years"])


def test_a_reform_without_a_date_of_prices_is_refused() -> None:
    with pytest.raises(TariffError) as caught:
        HELD.with_prices({}, "essai", (Reform(JANUARY),))
    assert [p.code for p in caught.value.problems] == ["tariff_missing", "reform_date"]


# --- laws -----------------------------------------------------------------------------------------


def some_machines(seed: int, count: int = 30) -> Machines:
    rng = np.random.default_rng(seed)
    return Machines(
        class_index=rng.integers(0, len(OFFICIAL.classes), count),
        amortised=rng.integers(0, 2, count).astype(bool),
        zone_index=rng.integers(0, len(ZONES), count),
        acts_billed=rng.uniform(0, 20_000, count),
        acts_inpatient=rng.uniform(0, 5_000, count) * rng.integers(0, 2, count),
        further=rng.integers(0, 2, count).astype(bool),
    )


dates = st.sampled_from([JANUARY, dt.date(2027, 3, 15), JULY, dt.date(2026, 7, 1)])
classes = st.lists(st.sampled_from(OFFICIAL.class_codes), unique=True)


@given(st.integers(0, 1_000), dates, classes, st.integers(2026, 2028), st.booleans())
@examples(60)
def test_a_reform_that_restates_the_structure_changes_nothing(
    seed: int, date: dt.date, codes: list[str], year: int, inpatients: bool
) -> None:
    limits = {code: OFFICIAL.classes[code].limits for code in codes}
    reform = Reform(date, limits, dict.fromkeys(codes, 7.0), dict.fromkeys(codes, 1.0))
    machines = some_machines(seed)
    plain = OFFICIAL.with_prices({date: {}}, "essai")
    found = OFFICIAL.with_prices({date: {}}, "essai", (reform,))
    np.testing.assert_array_equal(
        found.revenue(machines, year, inpatients), plain.revenue(machines, year, inpatients)
    )
    case = make_case(REFERENCE, Scenario())
    assert case.under(found, year) is case


increasing = st.lists(st.integers(1, 15_000), min_size=3, max_size=3, unique=True).map(sorted)


@given(st.integers(0, 20_000), increasing, st.sampled_from([0, 0.25, 0.8, 1]), st.booleans())
@examples(100)
def test_a_year_of_two_structures_in_exact_arithmetic(
    acts: int, limits: list[int], factor: float, further: bool
) -> None:
    schedule = reformed(Reform(JULY, {"irm_1_5t": tuple(limits)}, {}, {"irm_1_5t": factor}))
    prices = [Fraction(p) for p in ("171.97", "73.94", "59.53", "29.95")]
    june = Fraction(181, 365) * acts
    expected = Fraction(0)
    for start, end, bounds, share in (
        (Fraction(0), june, (4_750, 8_000, 11_000), Fraction(1)),
        (june, Fraction(acts), limits, Fraction(factor) if further else Fraction(1)),
    ):
        for low, high, price in zip((0, *bounds), (*bounds, 10**9), prices, strict=True):
            inside = min(end, Fraction(high)) - max(start, Fraction(low))
            expected += max(inside, Fraction(0)) * price * share
    found = float(schedule.revenue(mri(acts, further=further), 2027))
    assert found == pytest.approx(float(expected), abs=1e-5)


@given(st.integers(0, 1_000))
@examples(15)
def test_arrays_and_draws_equal_a_loop(seed: int) -> None:
    schedule = reformed(
        Reform(JULY, {"irm_1_5t": (6_000, 8_000, 11_000), "tep": (500,)}, {}, {"scanner": 0.5}),
        schedule=OFFICIAL,
    )
    machines = some_machines(seed)
    assert machines.further is not None
    factors = np.array([[0.5], [1.0], [1.5]])
    drawn = Machines(
        machines.class_index,
        machines.amortised,
        machines.zone_index,
        machines.acts_billed * factors,
        machines.acts_inpatient * factors,
        machines.further,
    )
    table = schedule.revenue(drawn, 2027)
    assert schedule.volumes(drawn, 2027).shape == (3, 30, 2, 4)
    for row, factor in zip(table, factors.ravel(), strict=True):
        alone = [
            float(
                schedule.revenue(
                    Machines(
                        machines.class_index[i],
                        machines.amortised[i],
                        machines.zone_index[i],
                        machines.acts_billed[i] * factor,
                        machines.acts_inpatient[i] * factor,
                        machines.further[i],
                    ),
                    2027,
                )
            )
            for i in range(30)
        ]
        assert row == pytest.approx(alone, rel=1e-12)
    billed = schedule.volumes(machines, 2027).sum(axis=(-2, -1))
    assert billed == pytest.approx(machines.acts_billed, rel=1e-12)
