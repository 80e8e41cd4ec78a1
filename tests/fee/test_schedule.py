"""The fee schedule: the official tables, and revenue worked by hand from the published prices.

Prices are typed here from the tables, as decimals; expected revenues are computed from them in
exact arithmetic, or written out in a comment.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing import paths
from costing.fee.rates_file import COLUMNS, read_schedule
from costing.fee.schedule import AMORTISATION, ZONES, Cell, FeeSchedule, Machines, one_machine
from costing.problems.errors import InputError, TariffError
from costing.reference.load import load_schedule
from tests.shared import examples

SCHEDULE = load_schedule()
JUNE_2024 = dt.date(2024, 6, 1)
EXACT = 1e-6  # euro


def revenue(
    schedule: FeeSchedule,
    code: str,
    acts: float,
    year: int,
    amortisation: str = "non_amorti",
    zone: str = "province",
) -> float:
    machines = one_machine(schedule, code, amortisation, zone, acts)
    return float(schedule.revenue(machines, year))


def in_june_2024(code: str, acts: float, amortisation: str = "non_amorti") -> float:
    return revenue(SCHEDULE.frozen(JUNE_2024), code, acts, 2024, amortisation)


# --- the official file --------------------------------------------------------------------------


def official_rows() -> list[dict[str, str]]:
    path = paths.MODELS / "tariffs" / "forfaits_techniques.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cell_of(row: dict[str, str]) -> Cell:
    return Cell(row["class"], row["amortisation"], row["zone"], row["band"])


def test_all_443_rows_are_loaded() -> None:
    rows = official_rows()
    assert len(rows) == 443
    assert len(SCHEDULE.rates) == 443
    assert [str(date) for date in SCHEDULE.dates] == [
        "2018-07-01",
        "2019-01-01",
        "2024-03-01",
        "2025-11-05",
        "2026-01-01",
        "2026-07-01",
        "2027-01-01",
    ]
    # 6 MRI classes × (2 × 3 + 3) + CT (2 + 3) + 2 PET classes × (2 + 1) = 54 + 5 + 6
    assert len(SCHEDULE.cells) == 65
    # PET has five dates, the others seven: (54 + 5) × 7 + 6 × 5 = 413 + 30
    assert len({cell_of(row) for row in rows}) == 65


def test_every_row_holds_from_its_first_day_to_its_last() -> None:
    for row in official_rows():
        amount = float(Decimal(row["amount_eur"]))
        first = dt.date.fromisoformat(row["effective_from"])
        last = dt.date.fromisoformat(row["effective_to"] or "2031-12-31")
        for date in (first, first + (last - first) / 2, last):
            assert SCHEDULE.price(cell_of(row), date) == amount, (row, date)


def test_reference_activities_and_thresholds() -> None:
    limits = {code: entry.limits for code, entry in SCHEDULE.classes.items()}
    assert limits == {
        "scanner": (6_500, 11_000, 13_000),
        "irm_le_0_5t": (3_500, 8_000, 11_000),
        "irm_0_5t_1_5t": (4_000, 8_000, 11_000),
        "irm_1_5t": (4_750, 8_000, 11_000),
        "irm_1_5t_membres": (4_500, 8_000, 11_000),
        "irm_1_5t_osteo": (4_500, 8_000, 11_000),
        "irm_gt_1_5t": (4_500, 8_000, 11_000),
        "tep": (1_000,),
        "tep_tdm": (1_000,),
    }
    # From the first act to any number of them; a PET scanner's last two bands are empty.
    endless = 1e300
    table = dict(zip(limits, SCHEDULE.limits.tolist(), strict=True))
    assert table["scanner"] == [0, 6_500, 11_000, 13_000, endless]
    assert table["tep"] == [0, 1_000, endless, endless, endless]


def test_contrast_comes_inside_in_march_2024() -> None:
    """CT +6.66 (full), +4.34 (reduced); MRI +5.92, +3.84; one oddity of the official table."""
    before, after = dt.date(2024, 2, 29), dt.date(2024, 3, 1)
    rises = {}
    for cell in SCHEDULE.cells:
        if not cell.class_code.startswith("tep"):
            rises[cell] = round(SCHEDULE.price(cell, after) - SCHEDULE.price(cell, before), 2)
    odd = Cell("irm_gt_1_5t", "non_amorti", "province", "plein")
    assert rises.pop(odd) == 5.52  # 195.91 → 201.43, where every other MRI rate rises by 5.92
    for cell, rise in rises.items():
        ct, full = cell.class_code == "scanner", cell.band == "plein"
        assert rise == ((6.66 if full else 4.34) if ct else (5.92 if full else 3.84)), cell


@pytest.mark.parametrize(
    ("date", "full", "amortised", "reduced"),
    [
        ("2025-11-05", "0.92", "0.96", "0.85"),
        ("2026-01-01", "0.92", "0.96", "1"),
        ("2026-07-01", "0.90", "0.95", "1"),
        ("2027-01-01", "0.874", "0.94", "1"),
    ],
)
def test_the_decision_of_october_2025_to_the_cent(
    date: str, full: str, amortised: str, reduced: str
) -> None:
    """-8/-4/-15 %, then -8/-4/0, -10/-5/0 and -12.6/-6/0 against 2024; rounded to the cent."""
    factors = {"non_amorti": full, "amorti": amortised, "*": reduced}
    for cell in SCHEDULE.cells:
        expected = SCHEDULE.price(cell, JUNE_2024) * float(factors[cell.amortisation])
        given_price = SCHEDULE.price(cell, dt.date.fromisoformat(date))
        assert given_price == pytest.approx(expected, abs=0.0101), cell


def test_amortised_above_non_amortised_at_low_field_is_kept() -> None:
    """At ≤ 0.5 T the amortised rate is the higher one: everywhere since November 2025."""
    typed = {
        ("2024-03-01", "paris"): ("131.07", "130.54"),
        ("2024-03-01", "region_parisienne"): ("127.45", "126.86"),
        ("2024-03-01", "province"): ("121.75", "125.60"),  # in the provinces, long before
        ("2025-11-05", "paris"): ("120.58", "125.32"),
        ("2025-11-05", "region_parisienne"): ("117.25", "121.79"),
        ("2025-11-05", "province"): ("112.01", "120.58"),
        ("2027-01-01", "paris"): ("114.56", "122.71"),
    }
    for (date, zone), (other, amortised) in typed.items():
        on = dt.date.fromisoformat(date)
        price = SCHEDULE.price(Cell("irm_le_0_5t", "non_amorti", zone, "plein"), on)
        assert price == float(other)
        price = SCHEDULE.price(Cell("irm_le_0_5t", "amorti", zone, "plein"), on)
        assert price == float(amortised)


def test_only_at_low_field_is_amortised_above() -> None:
    for date in SCHEDULE.dates:
        for code, entry in SCHEDULE.classes.items():
            for zone in ZONES if entry.zones else ("*",):
                new = SCHEDULE.price(Cell(code, "non_amorti", zone, "plein"), date)
                old = SCHEDULE.price(Cell(code, "amorti", zone, "plein"), date)
                assert code == "irm_le_0_5t" or not old > new


def test_reduced_rates_do_not_depend_on_zone_or_amortisation() -> None:
    for code in SCHEDULE.classes:
        amounts = SCHEDULE.amounts[:, SCHEDULE.class_codes.index(code), :, :, 1:]
        same = amounts == amounts[:, :1, :1, :]
        assert (same | np.isnan(amounts)).all()


# --- a whole year at one date's prices ----------------------------------------------------------


def test_the_check_value() -> None:
    # 4 750 × 171.97 + 3 250 × 73.94 = 816 857.50 + 240 305.00
    assert in_june_2024("irm_1_5t", 8_000) == pytest.approx(1_057_162.50, abs=EXACT)


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        (0, 0.0),
        (1, 171.97),
        (4_749, 816_685.53),  # 816 857.50 - 171.97
        (4_750, 816_857.50),  # 4 750 × 171.97
        (4_751, 816_931.44),  # + 73.94
        (7_999, 1_057_088.56),  # 1 057 162.50 - 73.94
        (8_000, 1_057_162.50),
        (8_001, 1_057_222.03),  # + 59.53
        (11_000, 1_235_752.50),  # + 3 000 × 59.53 = 178 590
        (11_001, 1_235_782.45),  # + 29.95
        (12_000, 1_265_702.50),  # + 1 000 × 29.95
        (4_750.5, 816_894.47),  # half an act beyond, half of 73.94
    ],
)
def test_each_boundary_of_mri_1_5t(acts: float, expected: float) -> None:
    assert in_june_2024("irm_1_5t", acts) == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize(
    ("acts", "amortisation", "expected"),
    [
        (6_500, "non_amorti", 647_985.00),  # 6 500 × 99.69
        (6_501, "non_amorti", 648_045.00),  # + 60.00
        (11_000, "non_amorti", 917_985.00),  # 647 985 + 4 500 × 60
        (13_000, "non_amorti", 1_022_145.00),  # + 2 000 × 52.08 = 104 160
        (14_000, "non_amorti", 1_058_485.00),  # + 1 000 × 36.34
        (14_000, "amorti", 901_510.00),  # 6 500 × (99.69 - 75.54) = 156 975 less
    ],
)
def test_ct_by_hand(acts: float, amortisation: str, expected: float) -> None:
    assert in_june_2024("scanner", acts, amortisation) == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize(
    ("code", "acts", "amortisation", "expected"),
    [
        ("tep_tdm", 1_000, "non_amorti", 1_000_000.00),
        ("tep_tdm", 1_500, "non_amorti", 1_275_000.00),  # + 500 × 550
        ("tep_tdm", 50_000, "non_amorti", 27_950_000.00),  # one reduced rate: 49 000 × 550
        ("tep_tdm", 1_500, "amorti", 1_025_000.00),  # 750 000 + 275 000
        ("tep", 1_500, "non_amorti", 1_225_000.00),  # 950 000 + 275 000
        ("tep", 1_500, "amorti", 975_000.00),  # 700 000 + 275 000
    ],
)
def test_pet_by_hand(code: str, acts: float, amortisation: str, expected: float) -> None:
    assert in_june_2024(code, acts, amortisation) == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize(
    ("zone", "full"), [("paris", 177.01), ("region_parisienne", 173.30), ("province", 171.97)]
)
def test_zones(zone: str, full: float) -> None:
    frozen = SCHEDULE.frozen(JUNE_2024)
    assert revenue(frozen, "irm_1_5t", 1_000, 2024, zone=zone) == pytest.approx(full * 1_000)
    assert revenue(frozen, "scanner", 1_000, 2024, zone=zone) == pytest.approx(99_690)


def test_a_frozen_schedule_holds_before_and_after() -> None:
    frozen = SCHEDULE.frozen(JUNE_2024)
    for year in (2010, 2024, 2025, 2026, 2040):
        assert len(frozen.periods(year)) == 1
        assert revenue(frozen, "irm_1_5t", 8_000, year) == pytest.approx(1_057_162.50)
    eve = SCHEDULE.frozen(dt.date(2024, 2, 29))  # 4 750 × 166.05 + 3 250 × 70.10
    assert revenue(eve, "irm_1_5t", 8_000, 2024) == pytest.approx(1_016_562.50)


# --- years with changes inside, in exact arithmetic ---------------------------------------------

# Published prices of MRI 1.5 T, not amortised, province: full, reduced 1, 2, 3.
MRI = {
    "2024": ("171.97", "73.94", "59.53", "29.95"),
    "nov_2025": ("158.21", "62.85", "50.60", "25.46"),
    "jan_2026": ("158.21", "73.94", "59.53", "29.95"),
    "jul_2026": ("154.77", "73.94", "59.53", "29.95"),
    "2027": ("150.30", "73.94", "59.53", "29.95"),
}
CT_2019 = ("93.03", "55.66", "47.74", "32.00")
CT_2024 = ("99.69", "60.00", "52.08", "36.34")
MRI_LIMITS, CT_LIMITS = (4_750, 8_000, 11_000), (6_500, 11_000, 13_000)


def by_hand(
    acts: int, limits: tuple[int, ...], parts: list[tuple[Fraction, tuple[str, ...]]]
) -> float:
    """Revenue of a year cut in parts: (fraction of the year at its end, prices of the bands)."""
    total, start = Fraction(0), Fraction(0)
    edges = (Fraction(0), *map(Fraction, limits), Fraction(10**9))
    for end, prices in parts:
        for low, high, price in zip(edges[:-1], edges[1:], prices, strict=True):
            inside = min(end * acts, high) - max(start * acts, low)
            total += max(inside, Fraction(0)) * Fraction(price)
        start = end
    return float(total)


# 31+28+31+30+31+30+31+31+30+31 = 304 days to 31 October 2025, and 4 in November
YEAR_2025 = [(Fraction(308, 365), MRI["2024"]), (Fraction(1), MRI["nov_2025"])]
# 31+28+31+30+31+30 = 181 days to 30 June 2026
YEAR_2026 = [(Fraction(181, 365), MRI["jan_2026"]), (Fraction(1), MRI["jul_2026"])]
YEAR_2027 = [(Fraction(1), MRI["2027"])]
# 31+29 = 60 days to 29 February 2024, a leap year
CT_YEAR_2024 = [(Fraction(60, 366), CT_2019), (Fraction(1), CT_2024)]


def test_2025_by_hand() -> None:
    # By 4 November the machine has done 8 000 × 308/365 = 6 750.684932 acts.
    # Before: 4 750 × 171.97 + 2 000.684932 × 73.94 = 816 857.500000 + 147 930.643836
    # After: 1 249.315068 × 62.85 = 78 519.452055
    assert revenue(SCHEDULE, "irm_1_5t", 8_000, 2025) == pytest.approx(1_043_307.595890, abs=EXACT)
    assert by_hand(8_000, MRI_LIMITS, YEAR_2025) == pytest.approx(1_043_307.595890, abs=EXACT)


def test_2026_by_hand() -> None:
    # By 30 June: 8 000 × 181/365 = 3 967.123288 acts × 158.21 = 627 638.575342
    # then up to 4 750: 782.876712 × 154.77 = 121 165.828767; 3 250 × 73.94 = 240 305
    assert revenue(SCHEDULE, "irm_1_5t", 8_000, 2026) == pytest.approx(989_109.404110, abs=EXACT)
    assert by_hand(8_000, MRI_LIMITS, YEAR_2026) == pytest.approx(989_109.404110, abs=EXACT)


def test_2027_by_hand() -> None:
    # 4 750 × 150.30 + 3 250 × 73.94 = 713 925 + 240 305
    assert revenue(SCHEDULE, "irm_1_5t", 8_000, 2027) == pytest.approx(954_230.00, abs=EXACT)


def test_the_leap_year_2024_by_hand() -> None:
    # 7 320 × 60/366 = 1 200 acts exactly by 29 February
    # 1 200 × 93.03 + 5 300 × 99.69 + 820 × 60.00 = 111 636 + 528 357 + 49 200
    assert revenue(SCHEDULE, "scanner", 7_320, 2024) == pytest.approx(689_193.00, abs=EXACT)
    assert by_hand(7_320, CT_LIMITS, CT_YEAR_2024) == pytest.approx(689_193.00, abs=EXACT)


@pytest.mark.parametrize("acts", [0, 1, 3_000, 4_750, 5_000, 5_629, 8_000, 9_481, 11_000, 16_000])
@pytest.mark.parametrize(
    ("year", "parts"), [(2025, YEAR_2025), (2026, YEAR_2026), (2027, YEAR_2027)]
)
def test_years_of_mri_at_many_volumes(acts: int, year: int, parts: list) -> None:
    expected = by_hand(acts, MRI_LIMITS, parts)
    assert revenue(SCHEDULE, "irm_1_5t", acts, year) == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("acts", [1, 6_500, 7_930, 11_000, 13_000, 40_000, 66_000])
def test_the_leap_year_of_ct_at_many_volumes(acts: int) -> None:
    expected = by_hand(acts, CT_LIMITS, CT_YEAR_2024)
    assert revenue(SCHEDULE, "scanner", acts, 2024) == pytest.approx(expected, rel=1e-12)


def test_periods_of_a_year() -> None:
    assert [tuple(p)[:2] for p in SCHEDULE.periods(2025)] == [(0, 308 / 365), (308 / 365, 1)]
    assert [tuple(p)[:2] for p in SCHEDULE.periods(2024)] == [(0, 60 / 366), (60 / 366, 1)]
    assert [tuple(p)[:2] for p in SCHEDULE.periods(2027)] == [(0, 1)]  # changes on 1 January
    assert len(SCHEDULE.periods(2020)) == 1


def test_a_year_without_change_is_that_of_its_date() -> None:
    for year in (2019, 2022, 2027, 2035):
        frozen = SCHEDULE.frozen(dt.date(year, 5, 1))
        for code in ("scanner", "irm_gt_1_5t"):
            assert revenue(SCHEDULE, code, 9_000, year) == revenue(frozen, code, 9_000, year)


# --- in-patients --------------------------------------------------------------------------------


def with_inpatients(billed: float, inpatient: float) -> Machines:
    machine = one_machine(SCHEDULE, "irm_1_5t", "non_amorti", "province", billed)
    return Machines(
        class_index=machine.class_index,
        amortised=machine.amortised,
        zone_index=machine.zone_index,
        acts_billed=machine.acts_billed,
        acts_inpatient=np.asarray(float(inpatient)),
    )


def test_inpatients_take_places_without_being_billed() -> None:
    frozen = SCHEDULE.frozen(JUNE_2024)
    machine = with_inpatients(6_000, 2_000)
    # Of 8 000 places three quarters are billed: 3 562.5 × 171.97 + 2 437.5 × 73.94
    # = 612 643.125 + 180 228.750
    assert frozen.revenue(machine, 2024) == pytest.approx(792_871.875, abs=EXACT)
    volumes = frozen.volumes(machine, 2024)
    assert volumes == pytest.approx(np.array([[3_562.5, 2_437.5, 0, 0]]))


def test_inpatients_left_out_of_the_bands() -> None:
    frozen = SCHEDULE.frozen(JUNE_2024)
    # 4 750 × 171.97 + 1 250 × 73.94 = 816 857.50 + 92 425
    amount = frozen.revenue(with_inpatients(6_000, 2_000), 2024, inpatients_count=False)
    assert amount == pytest.approx(909_282.50, abs=EXACT)


def test_inpatients_in_a_year_with_a_change() -> None:
    # three quarters of the 1 043 307.595890 € of 8 000 billed acts
    amount = SCHEDULE.revenue(with_inpatients(6_000, 2_000), 2025)
    assert amount == pytest.approx(782_480.696918, abs=EXACT)


def test_only_inpatients_earn_nothing() -> None:
    assert SCHEDULE.revenue(with_inpatients(0, 5_000), 2025) == 0


# --- what is not known --------------------------------------------------------------------------


def refusal(call: Callable[[], object], kind: type[InputError] = TariffError) -> InputError:
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.text("fr")
    assert caught.value.text("en")
    return caught.value


@pytest.mark.parametrize("code", ["tep", "tep_tdm"])
def test_pet_before_march_2024_is_refused_by_name(code: str) -> None:
    error = refusal(lambda: revenue(SCHEDULE, code, 1_500, 2024))
    assert [problem.code for problem in error.problems] == ["tariff_missing"]
    assert code in str(error)
    assert "2024-01-01" in str(error)  # where it is missing
    assert "2024-03-01" in str(error)  # from when it is known
    assert revenue(SCHEDULE, code, 0, 2024) == 0  # no act, nothing to refuse


def test_pet_from_2025_on_is_paid() -> None:
    # 1 500 acts, 308/365 of them (1 265.753425) before 5 November 2025:
    # 1 000 × 1 000 + 265.753425 × 550 + 234.246575 × 467.50
    # = 1 000 000 + 146 164.383562 + 109 510.273973
    assert revenue(SCHEDULE, "tep_tdm", 1_500, 2025) == pytest.approx(1_255_674.657534, abs=EXACT)


@pytest.mark.parametrize("year", [2018, 2017, 1990])
def test_nothing_is_known_before_july_2018(year: int) -> None:
    error = refusal(lambda: revenue(SCHEDULE, "irm_1_5t", 1_000, year))
    assert "2018-07-01" in str(error)


def test_frozen_before_the_first_date_pays_nothing_silently() -> None:
    frozen = SCHEDULE.frozen(dt.date(2018, 6, 30))
    error = refusal(lambda: revenue(frozen, "irm_1_5t", 1_000, 2025))
    assert "2018-06-30" in str(error)
    assert "2018-07-01" in str(error)


def test_a_price_that_differs_over_a_star_is_refused() -> None:
    cell = Cell("irm_1_5t", "non_amorti", "*", "plein")
    refusal(lambda: SCHEDULE.price(cell, JUNE_2024))


@pytest.mark.parametrize("price", [-1.0, float("nan"), float("inf")])
def test_a_proposal_with_a_price_that_is_none_is_refused(price: float) -> None:
    refusal(lambda: SCHEDULE.with_prices({dt.date(2027, 1, 1): {FULL: price}}, "essai"))


def test_a_proposal_without_a_date_is_refused() -> None:
    refusal(lambda: SCHEDULE.with_prices({}, "essai"))


def test_negative_acts_are_refused() -> None:
    machines = one_machine(SCHEDULE, "irm_1_5t", "amorti", "province", [5_000.0])
    wrong = replace(machines, acts_inpatient=np.array([-4_999.0]))
    with pytest.raises(InputError, match="actes"):
        SCHEDULE.revenue(wrong, 2025)


def test_price_before_the_first_date_is_unknown() -> None:
    cell = Cell("scanner", "*", "*", "reduit_1")
    assert np.isnan(SCHEDULE.price(cell, dt.date(2018, 6, 30)))
    assert SCHEDULE.price(cell, dt.date(2018, 7, 1)) == 54.68


def test_the_machine_at_fault_is_named_among_others() -> None:
    classes = [SCHEDULE.class_codes.index(code) for code in ("scanner", "tep")]
    machines = Machines(
        class_index=np.array(classes),
        amortised=np.array([False, False]),
        zone_index=np.array([2, 2]),
        acts_billed=np.array([[8_000.0, 0.0], [8_000.0, 10.0]]),
        acts_inpatient=np.zeros((2, 2)),
    )
    assert "tep" in str(refusal(lambda: SCHEDULE.revenue(machines, 2024)))


def test_wrong_questions_are_answered_all_at_once() -> None:
    error = refusal(lambda: one_machine(SCHEDULE, "irm_15t", "amort", "parris", -1), InputError)
    assert [problem.code for problem in error.problems] == [
        "unknown_class",
        "unknown_choice",
        "unknown_choice",
        "acts_invalid",
    ]
    for near in ("« irm_1_5t »", "« amorti »", "« paris »"):
        assert near in str(error)


@pytest.mark.parametrize("acts", [-1, float("nan"), float("inf"), [1_000, -5], "huit mille"])
def test_acts_that_are_no_count(acts: object) -> None:
    error = refusal(lambda: one_machine(SCHEDULE, "scanner", "amorti", "paris", acts), InputError)
    assert [problem.code for problem in error.problems] == ["acts_invalid"]


# --- arrays -------------------------------------------------------------------------------------


def some_machines(count: int, seed: int = 7) -> Machines:
    rng = np.random.default_rng(seed)
    return Machines(
        class_index=rng.integers(0, len(SCHEDULE.classes), count),
        amortised=rng.integers(0, 2, count).astype(bool),
        zone_index=rng.integers(0, len(ZONES), count),
        acts_billed=rng.uniform(0, 20_000, count),
        acts_inpatient=rng.uniform(0, 5_000, count) * rng.integers(0, 2, count),
    )


def at(machines: Machines, index: int) -> Machines:
    return Machines(
        machines.class_index[index],
        machines.amortised[index],
        machines.zone_index[index],
        machines.acts_billed[index],
        machines.acts_inpatient[index],
    )


@pytest.mark.parametrize("year", [2025, 2026, 2027])
@pytest.mark.parametrize("inpatients", [True, False])
def test_arrays_equal_a_loop(year: int, inpatients: bool) -> None:
    machines = some_machines(60)
    together = SCHEDULE.revenue(machines, year, inpatients)
    alone = [float(SCHEDULE.revenue(at(machines, i), year, inpatients)) for i in range(60)]
    assert together == pytest.approx(alone, rel=1e-13)
    assert together.shape == (60,)


def test_draws_by_machines() -> None:
    machines = some_machines(5)
    factors = np.array([[0.5], [1.0], [1.5]])
    drawn = Machines(
        machines.class_index,
        machines.amortised,
        machines.zone_index,
        machines.acts_billed * factors,
        machines.acts_inpatient * factors,
    )
    table = SCHEDULE.revenue(drawn, 2025)
    assert table.shape == (3, 5)
    assert table[1] == pytest.approx(SCHEDULE.revenue(machines, 2025), rel=1e-13)


def test_volumes_add_up_to_the_billed_acts_and_pay_the_revenue() -> None:
    machines = some_machines(40)
    for year in (2024, 2025, 2027):
        volumes = SCHEDULE.volumes(machines, year)
        assert volumes.sum(axis=(-2, -1)) == pytest.approx(machines.acts_billed, rel=1e-12)
        assert (volumes >= 0).all()
    volumes, fees = SCHEDULE.volumes(machines, 2025), SCHEDULE.fees(machines, 2025)
    paid = np.nansum(volumes * fees, axis=(-2, -1))
    assert SCHEDULE.revenue(machines, 2025) == pytest.approx(paid, rel=1e-12)


# --- laws ---------------------------------------------------------------------------------------

codes = st.sampled_from(SCHEDULE.class_codes)
situations = st.sampled_from(AMORTISATION)
places = st.sampled_from(ZONES)
volumes_of_acts = st.floats(min_value=0, max_value=30_000)
dates = st.sampled_from([date for date in SCHEDULE.dates if date >= dt.date(2024, 3, 1)])
#: PET has no rate for the first weeks of 2024.
years_of_codes = st.sampled_from(
    [
        (code, year)
        for code in SCHEDULE.class_codes
        for year in range(2025 if code.startswith("tep") else 2024, 2030)
    ]
)


def curve(code: str, amortisation: str, zone: str, date: dt.date) -> Callable[[float], float]:
    frozen = SCHEDULE.frozen(date)
    return lambda acts: revenue(frozen, code, acts, 2025, amortisation, zone)


def test_the_official_tables_are_degressive() -> None:
    """On this rests concavity: no band is paid better than the one before it."""
    for index in range(len(SCHEDULE.dates)):
        for code, entry in SCHEDULE.classes.items():
            prices = SCHEDULE.amounts[index, SCHEDULE.class_codes.index(code)]
            steps = np.diff(prices[..., : len(entry.bands)], axis=-1)
            assert (np.isnan(steps) | (steps < 0)).all()


@given(codes, situations, places, dates, volumes_of_acts, st.floats(min_value=0, max_value=10))
@examples(150)
def test_revenue_is_continuous_and_never_falls(code, amortisation, zone, date, acts, more) -> None:
    pays = curve(code, amortisation, zone, date)
    gain = pays(acts + more) - pays(acts)
    assert -1e-6 <= gain <= 1_000.0 * more + 1e-6  # 1 000 € is the highest price of all


@given(codes, situations, places, dates, volumes_of_acts, volumes_of_acts)
@examples(150)
def test_revenue_is_concave(code, amortisation, zone, date, one, other) -> None:
    pays = curve(code, amortisation, zone, date)
    assert pays((one + other) / 2) >= (pays(one) + pays(other)) / 2 - 1e-6


@given(codes, situations, places, dates)
@examples(30)
def test_no_act_no_revenue(code, amortisation, zone, date) -> None:
    assert curve(code, amortisation, zone, date)(0.0) == 0


@given(years_of_codes, situations, places, volumes_of_acts, st.floats(0, 10))
@examples(150)
def test_a_year_with_changes_is_continuous_and_never_falls(
    known, amortisation, zone, acts, more
) -> None:
    code, year = known
    gain = revenue(SCHEDULE, code, acts + more, year, amortisation, zone)
    gain -= revenue(SCHEDULE, code, acts, year, amortisation, zone)
    assert -1e-6 <= gain <= 1_000.0 * more + 1e-6


@given(st.integers(0, 1_000), st.sampled_from([0.5, 2.0, 3.0]))
@examples(20)
def test_revenue_is_linear_in_the_prices(seed: int, factor: float) -> None:
    machines = some_machines(10, seed)
    date = dt.date(2025, 3, 1)
    changes = {cell: SCHEDULE.price(cell, JUNE_2024) * factor for cell in SCHEDULE.cells}
    scaled = SCHEDULE.with_prices({date: changes}, "scaled").frozen(date)
    plain = SCHEDULE.frozen(JUNE_2024)
    expected = plain.revenue(machines, 2025) * factor
    assert scaled.revenue(machines, 2025) == pytest.approx(expected, rel=1e-12)


@given(volumes_of_acts, st.floats(0, 1), st.integers(2025, 2027))
@examples(60)
def test_more_inpatients_never_raise_the_revenue(acts: float, share: float, year: int) -> None:
    machine = with_inpatients(acts, acts * share)
    counted = float(SCHEDULE.revenue(machine, year))
    assert counted <= float(SCHEDULE.revenue(machine, year, inpatients_count=False)) + 1e-6


# --- a proposal ---------------------------------------------------------------------------------

REDUCED = Cell("scanner", "*", "*", "reduit_1")
FULL = Cell("irm_1_5t", "non_amorti", "province", "plein")


def test_a_proposal_keeps_history_and_replaces_the_later_steps() -> None:
    step, second = dt.date(2026, 4, 1), dt.date(2027, 1, 1)
    proposal = SCHEDULE.with_prices({step: {FULL: 150.0}, second: {FULL: 140.0}}, "essai")
    assert proposal.name == "essai"
    for date in ("2018-07-01", "2024-06-01", "2025-12-01", "2026-03-31"):
        on = dt.date.fromisoformat(date)
        for cell in SCHEDULE.cells:
            assert proposal.price(cell, on) == pytest.approx(SCHEDULE.price(cell, on), nan_ok=True)
    assert proposal.price(FULL, step) == 150
    assert proposal.price(FULL, dt.date(2026, 12, 31)) == 150  # no step of July 2026 any more
    assert proposal.price(FULL, dt.date(2030, 1, 1)) == 140
    # cells that are not named stay at the price of January 2026, not at that of July or 2027
    assert proposal.price(Cell("scanner", "amorti", "*", "plein"), dt.date(2030, 1, 1)) == 72.52
    assert proposal.price(REDUCED, dt.date(2030, 1, 1)) == 60.00
    earlier = [row for row in official_rows() if row["effective_from"] < "2026-04-01"]
    assert len(proposal.rates) == len(earlier) > 300
    assert all(rate.effective_from < step for rate in proposal.rates)


def test_a_proposal_on_an_official_date_starts_from_the_day_before() -> None:
    step = dt.date(2027, 1, 1)
    proposal = SCHEDULE.with_prices({step: {FULL: 100.0}}, "essai")
    other = Cell("irm_1_5t", "amorti", "province", "plein")
    assert proposal.price(other, step) == 119.32  # of July 2026, not the 118.06 of 2027
    assert proposal.dates[-1] == step
    assert len(proposal.dates) == len(SCHEDULE.dates)


def test_a_proposal_leaves_the_official_schedule_alone() -> None:
    before = SCHEDULE.amounts.copy()
    SCHEDULE.with_prices({dt.date(2027, 1, 1): {FULL: 1.0}}, "essai")
    np.testing.assert_array_equal(SCHEDULE.amounts, before)


def test_a_proposal_inside_a_year_by_hand() -> None:
    # 2026 in two parts at 158.21 then 100: 8 000 acts, 3 967.123288 of them by 30 June
    # 3 967.123288 × 158.21 + 782.876712 × 100 + 3 250 × 73.94
    # = 627 638.575342 + 78 287.671233 + 240 305
    proposal = SCHEDULE.with_prices({dt.date(2026, 7, 1): {FULL: 100.0}}, "essai")
    assert revenue(proposal, "irm_1_5t", 8_000, 2026) == pytest.approx(946_231.246575, abs=EXACT)


def test_a_star_sets_every_zone_and_situation() -> None:
    step = dt.date(2027, 1, 1)
    cell = Cell("irm_1_5t", "*", "*", "plein")
    proposal = SCHEDULE.with_prices({step: {cell: 99.0}}, "essai")
    for amortisation in AMORTISATION:
        for zone in ZONES:
            assert proposal.price(Cell("irm_1_5t", amortisation, zone, "plein"), step) == 99


@pytest.mark.parametrize(
    ("date", "cell"),
    [
        (dt.date(2018, 1, 1), FULL),  # before anything is known
        (dt.date(2027, 1, 1), Cell("irm_15t", "*", "*", "plein")),
        (dt.date(2027, 1, 1), Cell("irm_1_5t", "*", "*", "reduit_9")),
    ],
)
def test_a_proposal_that_cannot_be_is_refused(date: dt.date, cell: Cell) -> None:
    refusal(lambda: SCHEDULE.with_prices({date: {cell: 1.0}}, "essai"), InputError)


# --- bad tariff files ---------------------------------------------------------------------------

HEADER = ",".join(COLUMNS)
GOOD = "scanner,scanner,*,*,reduit_1,2024-03-01,,60.00,arrete,A"


def load(folder: Path, *rows: str, header: str = HEADER) -> FeeSchedule:
    path = folder / "rates.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return read_schedule(path, SCHEDULE.classes)


def test_a_good_row(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).price(REDUCED, JUNE_2024) == 60


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("scanner,*", "scaner,*", "class"),
        ("scanner,*", ",*", "class"),
        ("*,*", "amortie,*", "amortisation"),
        ("*,*", ",*", "amortisation"),
        ("*,*", "*,lyon", "zone"),
        ("reduit_1", "reduit_4", "band"),
        ("2024-03-01", "01/03/2024", "effective_from"),
        ("2024-03-01", "2024-02-30", "effective_from"),
        ("2024-03-01", "", "effective_from"),
        ("2024-03-01,", "2024-03-01,demain", "effective_to"),
        ("2024-03-01,", "2024-03-01,2024-01-31", "effective_to"),  # ends before it starts
        ("60.00", "-60.00", "amount_eur"),
        ("60.00", '"60,00"', "amount_eur"),
        ("60.00", "", "amount_eur"),
        ("60.00", "nan", "amount_eur"),
        ("60.00", "inf", "amount_eur"),
        ("60.00", "60 €", "amount_eur"),
        (",A", ",E", "grade"),
        (",A", ",", "grade"),
        ("scanner,scanner", "irm,scanner", "modality"),
        ("arrete", "", "source"),
    ],
)
def test_a_bad_row(tmp_path: Path, old: str, new: str, column: str) -> None:
    other = GOOD.replace("reduit_1", "reduit_2")
    error = refusal(lambda: load(tmp_path, other, GOOD.replace(old, new, 1)))
    assert [problem.code for problem in error.problems] == ["tariff_row"]
    assert error.problems[0].facts["column"] == column
    assert (error.problems[0].place.file, error.problems[0].place.line) == ("rates.csv", 3)


def test_the_near_class_is_suggested(tmp_path: Path) -> None:
    error = refusal(lambda: load(tmp_path, GOOD.replace("scanner,*", "scaner,*")))
    assert "« scanner »" in str(error)


@pytest.mark.parametrize(
    "row",
    [
        "tep,tep,*,*,reduit_2,2024-03-01,,60.00,arrete,A",  # PET has one reduced rate
        "scanner,scanner,*,paris,plein,2024-03-01,,60.00,arrete,A",  # CT has no zones
    ],
)
def test_a_cell_that_its_class_does_not_have(tmp_path: Path, row: str) -> None:
    assert refusal(lambda: load(tmp_path, row)).problems[0].place.line == 2


def test_a_rate_given_twice(tmp_path: Path) -> None:
    error = refusal(lambda: load(tmp_path, GOOD, GOOD.replace("60.00", "61.00")))
    (problem,) = error.problems
    assert (problem.code, problem.place.line) == ("tariff_duplicate", 3)
    assert "2" in problem.message()


@pytest.mark.parametrize("first", [0, 1])
def test_a_rate_given_twice_through_a_star(tmp_path: Path, first: int) -> None:
    """`*` and `amorti` speak of the same cell: the order of the rows must not decide."""
    star = "scanner,scanner,*,*,plein,2024-03-01,,60.00,arrete,A"
    own = "scanner,scanner,amorti,*,plein,2024-03-01,,70.00,arrete,A"
    rows = (star, own) if first else (own, star)
    error = refusal(lambda: load(tmp_path, *rows))
    assert [problem.place.line for problem in error.problems] == [3]


@pytest.mark.parametrize(
    ("end", "start"),
    [
        ("2024-12-31", "2025-01-02"),  # a day without a rate
        ("2024-12-31", "2024-12-31"),  # a day with two
        ("", "2025-01-01"),  # the first never ends
    ],
)
def test_dates_that_do_not_follow(tmp_path: Path, end: str, start: str) -> None:
    one = f"scanner,scanner,*,*,reduit_1,2024-03-01,{end},60.00,arrete,A"
    two = f"scanner,scanner,*,*,reduit_1,{start},,61.00,arrete,A"
    error = refusal(lambda: load(tmp_path, one, two))
    assert [(p.code, p.place.line) for p in error.problems] == [("tariff_gap", 3)]


def test_rates_may_stand_in_any_order(tmp_path: Path) -> None:
    late = GOOD.replace("2024-03-01", "2025-01-01")
    early = GOOD.replace("2024-03-01,", "2024-03-01,2024-12-31").replace("60.00", "55.00")
    schedule = load(tmp_path, late, early)
    assert schedule.price(REDUCED, dt.date(2024, 12, 31)) == 55
    assert schedule.price(REDUCED, dt.date(2025, 1, 1)) == 60


def test_a_rate_that_ended_pays_no_more(tmp_path: Path) -> None:
    """Its last day is in the file: what comes after is unknown, not the same for good."""
    schedule = load(tmp_path, GOOD.replace("2024-03-01,", "2024-03-01,2024-12-31"))
    assert schedule.price(REDUCED, dt.date(2024, 12, 31)) == 60
    assert np.isnan(schedule.price(REDUCED, dt.date(2025, 1, 1)))


def test_several_bad_rows_are_all_reported_with_their_lines(tmp_path: Path) -> None:
    error = refusal(
        lambda: load(
            tmp_path,
            GOOD.replace("60.00", "-1").replace(",A", ",Z"),
            GOOD,
            GOOD.replace("scanner,*", "scaner,*"),
            GOOD.replace("2024-03-01", "mars"),
        )
    )
    found = sorted((p.place.line, p.facts["column"]) for p in error.problems)
    assert found == [(2, "amount_eur"), (2, "grade"), (4, "class"), (5, "effective_from")]


def test_several_clashes_are_all_reported(tmp_path: Path) -> None:
    other = GOOD.replace("reduit_1", "reduit_2")
    late = other.replace("2024-03-01", "2025-01-01")
    error = refusal(lambda: load(tmp_path, GOOD, GOOD, other, late))
    found = sorted((problem.code, problem.place.line) for problem in error.problems)
    assert found == [("tariff_duplicate", 3), ("tariff_gap", 5)]


def test_an_empty_line_does_not_shift_the_lines_of_the_errors(tmp_path: Path) -> None:
    error = refusal(lambda: load(tmp_path, GOOD, "", GOOD.replace("60.00", "-1")))
    assert [problem.place.line for problem in error.problems] == [4]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    at = COLUMNS.index(column)
    fields = GOOD.split(",")
    header = ",".join(name for name in COLUMNS if name != column)
    row = ",".join(field for index, field in enumerate(fields) if index != at)
    assert column in str(refusal(lambda: load(tmp_path, row, header=header)))


def test_a_file_with_semicolons_is_refused(tmp_path: Path) -> None:
    row = GOOD.replace(",", ";")
    refusal(lambda: load(tmp_path, row, header=HEADER.replace(",", ";")))


def test_a_row_with_a_field_too_many_is_refused(tmp_path: Path) -> None:
    refusal(lambda: load(tmp_path, GOOD + ",60"))


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(f"{HEADER}\n{GOOD.replace('arrete', 'arrêté')}\n".encode("latin-1"))
    refusal(lambda: read_schedule(path, SCHEDULE.classes), InputError)


def test_a_file_saved_by_excel_with_a_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\n{GOOD}\n".replace("\n", "\r\n").encode())
    assert read_schedule(path, SCHEDULE.classes).price(REDUCED, JUNE_2024) == 60


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    refusal(lambda: load(tmp_path), InputError)
