"""Savings of the decision's own trajectory, by hand, on fleets of one or two machines.

Prices from the official tables (UNCAM decision of 14 October 2025, arrêté of 2 February 2024):

    full rate             2024-03-01  2025-11-05  2026-01-01  2026-07-01  2027-01-01
    CT                         99.69       91.71       91.71       89.72       87.13
    CT amortised               75.54       72.52       72.52       71.76       71.01
    MRI 1.5 T province        171.97      158.21      158.21      154.77      150.30
    PET-CT                  1 000.00      920.00      920.00      900.00      874.00
    reduced 1, MRI 1.5 T       73.94       62.85       73.94       73.94       73.94
    reduced, PET-CT           550.00      467.50      550.00      550.00      550.00

2025 has 57 days from 5 November on, 2026 has 181 before 1 July and 184 after.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from costing import paths
from costing.analysis.account.savings import (
    YearSavings,
    baseline,
    lever_savings,
    machine_savings,
    reached,
    required_from_fee,
    savings,
)
from costing.case.case import Case, make_case
from costing.fee.schedule import Cell
from costing.scenario.rules import Lever, SavingsDemand
from costing.scenario.scenario import Conventions, Override, Scenario
from tests.shared import REFERENCE
from tests.strategies import fleet_of

RATES = ("machine_growth", "acts_growth", "renewal_rate")
CENT = 0.005


def dynamics(**rates: float) -> tuple[Override, ...]:
    """The same rates for every modality; those not named are zero. The oldest are renewed first."""
    values = {name: rates.get(name, 0.0) for name in RATES}
    oldest_first = Override(parameter="dynamics.renewal_age_power.*", mode=100, low=100, high=100)
    return (
        oldest_first,
        *(
            Override(parameter=f"dynamics.{name}.{modality}", mode=mode, low=mode, high=mode)
            for name, mode in values.items()
            for modality in ("irm", "scanner", "tep")
        ),
    )


STILL = dynamics()


def case_of(
    *machines: dict[str, Any], rates: tuple[Override, ...] = STILL, **conventions: Any
) -> Case:
    return make_case(REFERENCE,
        Scenario(
            overrides=rates, fleet=fleet_of(*machines), conventions=Conventions(**conventions)
        )
    )  # fmt: skip


def trajectory(case: Case) -> dict[int, YearSavings]:
    """What the decision's own steps save, by year."""
    return {entry.year: entry for entry in savings(case, case.reference.schedule)}


def saved(case: Case) -> list[float]:
    return [entry.saved_eur for entry in trajectory(case).values()]


CT = {"class": "scanner", "acts_billed": 6_000}
MRI = {"class": "irm_1_5t", "acts_billed": 8_000}
# CT, 6 000 acts, all at the full rate:
#   2025: 6 000 × 57/365 × 7.98                     =  7 477.1507
#   2026: 6 000/365 × (181 × 7.98 + 184 × 9.97)     = 53 899.0685
#   2027: 6 000 × 12.56                             = 75 360
CT_SAVED = [7_477.1507, 53_899.0685, 75_360.0]
# MRI, 8 000 acts: on 5 November 6 750 are done, past the 4 750 of the full rate.
#   2025: 8 000 × 57/365 × (73.94 - 62.85)          = 13 854.9041
#   2026: 3 967.1233 acts × 13.76 + 782.8767 × 17.20 = 54 587.6164 + 13 465.4795 = 68 053.0959
#   2027: 4 750 × 21.67                             = 102 932.50
MRI_SAVED = [13_854.9041, 68_053.0959, 102_932.50]


def test_one_ct_by_hand() -> None:
    case = case_of(CT)
    assert saved(case) == pytest.approx(CT_SAVED, abs=CENT)
    assert [y.baseline_eur for y in trajectory(case).values()] == pytest.approx([598_140.0] * 3)


def test_one_mri_by_hand() -> None:
    case = case_of(MRI)
    assert saved(case) == pytest.approx(MRI_SAVED, abs=CENT)
    assert [y.baseline_eur for y in trajectory(case).values()] == pytest.approx([1_057_162.50] * 3)


def test_two_machines_add_up_by_weight_and_modality() -> None:
    by_year = trajectory(case_of(CT, {**MRI, "weight": 2.5}))
    for (year, entry), ct, mri in zip(by_year.items(), CT_SAVED, MRI_SAVED, strict=True):
        assert entry.year == year
        assert entry.by_modality == pytest.approx({"scanner": ct, "irm": 2.5 * mri}, abs=0.02)
        assert entry.saved_eur == pytest.approx(ct + 2.5 * mri, abs=0.02)
        assert entry.baseline_eur == pytest.approx(598_140 + 2.5 * 1_057_162.50)


def test_one_pet_ct_by_hand() -> None:
    # 1 500 acts: 1 000 at the full rate. 2025: past 1 265 acts on 5 November, so
    # 1 500 × 57/365 × 82.50 = 19 325.3425. 2026: 743.8356 acts before July × 80 then
    # 256.1644 × 100 = 59 506.8493 + 25 616.4384 = 85 123.2877. 2027: 1 000 × 126.
    case = case_of({"class": "tep_tdm", "acts_billed": 1_500})
    assert saved(case) == pytest.approx([19_325.3425, 85_123.2877, 126_000.0], abs=CENT)


def test_full_year_is_what_the_step_dates_take_away() -> None:
    ct, mri = trajectory(case_of(CT)), trajectory(case_of(MRI))
    # Prices of 31 December, all year: CT 6 000 × 7.98, × 9.97, × 12.56;
    # MRI 4 750 × 13.76 + 3 250 × 11.09 = 101 402.50; 4 750 × 17.20; 4 750 × 21.67.
    assert [y.full_year_eur for y in ct.values()] == pytest.approx([47_880, 59_820, 75_360])
    assert [y.full_year_eur for y in mri.values()] == pytest.approx([101_402.50, 81_700, 102_932.5])
    # What 2026 lost to the step of July: 6 000 × 181/365 × (91.71 - 89.72) = 5 920.9315.
    assert ct[2026].full_year_eur - ct[2026].saved_eur == pytest.approx(5_920.9315, abs=CENT)
    # No date falls inside 2027.
    assert ct[2027].full_year_eur == pytest.approx(ct[2027].saved_eur)


def test_growth_of_the_fleet_by_hand() -> None:
    # One machine becomes 1.1, 1.21 and 1.331; the added ones, of the year, are not amortised
    # either.
    case = case_of(CT, rates=dynamics(machine_growth=0.1))
    expected = [CT_SAVED[0] * 1.1, CT_SAVED[1] * 1.21, CT_SAVED[2] * 1.331]
    assert saved(case) == pytest.approx(expected, abs=0.02)
    assert trajectory(case)[2027].baseline_eur == pytest.approx(598_140 * 1.331)


def test_growth_of_acts_by_hand() -> None:
    # 4 000 acts become 4 400, 4 840, 5 324, all at the full rate.
    # 2025: 4 400 × 57/365 × 7.98 = 5 483.2438; 2026: 4 840/365 × 3 278.86 = 43 478.5820;
    # 2027: 5 324 × 12.56 = 66 869.44.
    case = case_of({**CT, "acts_billed": 4_000}, rates=dynamics(acts_growth=0.1))
    assert saved(case) == pytest.approx([5_483.2438, 43_478.5819, 66_869.44], abs=CENT)


def test_renewal_makes_amortised_machines_young_by_hand() -> None:
    # Installed in 2015, a quarter of the fleet replaced each 1 January:
    # 3/4, 1/2 then 1/4 of it is amortised.
    # 2025: 6 000 × 57/365 × (0.75 × 3.02 + 0.25 × 7.98 = 4.26)                    =  3 991.5616
    # 2026: 6 000/365 × (181 × (3.02 + 7.98)/2 + 184 × (3.78 + 9.97)/2 = 2 260.50) = 37 158.9041
    # 2027: 6 000 × (0.25 × 4.53 + 0.75 × 12.56 = 10.5525)                         = 63 315
    case = case_of({**CT, "installed_on": "2015-01-01"}, rates=dynamics(renewal_rate=0.25))
    assert saved(case) == pytest.approx([3_991.5616, 37_158.9041, 63_315.0], abs=CENT)
    # The baseline pays the same, younger fleet: 6 000 × (0.75 × 75.54 + 0.25 × 99.69).
    assert trajectory(case)[2025].baseline_eur == pytest.approx(489_465)


def test_growth_and_renewal_together_by_hand() -> None:
    # Growth 20 %, renewal 25 %. Amortised weight: 0.75 of 1.2; 0.75 - 0.25 × 1.2 = 0.45 of 1.44;
    # 0.45 - 0.25 × 1.44 = 0.09 of 1.728. 2027: 6 000 × (0.09 × 4.53 + 1.638 × 12.56).
    rates = dynamics(machine_growth=0.2, renewal_rate=0.25)
    case = case_of({**CT, "installed_on": "2015-01-01"}, rates=rates)
    assert saved(case)[2] == pytest.approx(125_885.88, abs=CENT)


def test_a_machine_that_grows_old_in_between_by_hand() -> None:
    # Installed on 1 June 2018: more than seven full years before 1 January 2026, not 2025.
    # 2026: 6 000/365 × (181 × 3.02 + 184 × 3.78) = 20 418.7397; 2027: 6 000 × 4.53.
    case = case_of({**CT, "installed_on": "2018-06-01"})
    assert saved(case) == pytest.approx([CT_SAVED[0], 20_418.7397, 27_180.0], abs=CENT)
    baselines = [y.baseline_eur for y in trajectory(case).values()]
    assert baselines == pytest.approx([598_140, 453_240, 453_240])


def test_in_patients_are_not_saved_on() -> None:
    machine = {"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000}
    # Three quarters of the MRI above when they take places; else 4 750 full-rate acts are billed.
    assert saved(case_of(machine)) == pytest.approx([0.75 * s for s in MRI_SAVED], abs=CENT)
    alone = case_of(machine, inpatients_count=False)
    assert saved(alone)[2] == pytest.approx(102_932.50, abs=CENT)


def test_the_baseline_saves_nothing_and_a_rise_costs() -> None:
    case = case_of(CT, MRI)
    base = baseline(case)
    for entry in savings(case, base):
        assert (entry.saved_eur, entry.full_year_eur) == (0, 0)
    cell = Cell("scanner", "non_amorti", "*", "plein")
    dearer = base.with_prices({dt.date(2027, 1, 1): {cell: 100.69}}, "hausse")
    by_year = {entry.year: entry.saved_eur for entry in savings(case, dearer)}
    assert by_year == pytest.approx({2025: 0, 2026: 0, 2027: -6_000})


def test_rows_by_machine_carry_their_weight() -> None:
    case = case_of(CT, {**MRI, "weight": 2})
    rows = machine_savings(case, case.reference.schedule, 2027).set_index("machine_id")
    assert rows["saved_eur"].to_dict() == pytest.approx({"m0": 75_360, "m1": 205_865})
    assert rows["baseline_eur"].to_dict() == pytest.approx({"m0": 598_140, "m1": 2_114_325})
    assert (rows["baseline_eur"] - rows["revenue_eur"] - rows["saved_eur"]).abs().max() < 1e-6


# --- what the fee must save -----------------------------------------------------------------------


def test_a_lever_counts_from_its_date() -> None:
    def brought(date: dt.date, year: int) -> float:
        lever = Lever(label="pertinence", date=date, annual_amount_eur=36.5e6)
        return lever_savings(SavingsDemand(other_levers=(lever,)), year)

    assert brought(dt.date(2026, 1, 1), 2026) == pytest.approx(36.5e6)
    assert brought(dt.date(2026, 12, 31), 2026) == pytest.approx(0.1e6)  # one day of 365
    assert brought(dt.date(2027, 1, 1), 2026) == 0
    assert brought(dt.date(2024, 1, 1), 2026) == pytest.approx(36.5e6)


def test_required_and_reached_under_both_readings() -> None:
    by_year = {2025: 1.0, 2026: 20.0, 2027: 300.0}
    cumulated, level = SavingsDemand(), SavingsDemand(reading="level_2027")
    assert (reached(cumulated, by_year), reached(level, by_year)) == (321, 300)
    # 300 M€ × 0.5, by default
    assert required_from_fee(cumulated, (2025, 2026, 2027)) == 150e6
    assert required_from_fee(level, (2025, 2026, 2027)) == 150e6
    lever = Lever(label="beaucoup", date=dt.date(2025, 1, 1), annual_amount_eur=1e9)
    rich = SavingsDemand(other_levers=(lever,))
    assert required_from_fee(rich, (2025, 2026, 2027)) == 0


# --- the reference fleet --------------------------------------------------------------------------


def by_modality(schedule: Any, fleet: Any, year: int) -> dict[str, float]:
    paid = schedule.revenue(fleet.machines(schedule, year), year) * fleet.weight
    return fleet.frame.assign(paid=paid).groupby("modality")["paid"].sum().to_dict()


def test_the_reference_fleet_is_paid_1_7_billion_in_2024() -> None:
    """IGAS-IGF summary: 1.7 Md€ of technical fees for CT and MRI in 2024.

    PET had no known rate before March 2024 and is left out, as in the source.
    """
    fleet = REFERENCE.fleet
    retained = fleet.frame["modality"].isin(["scanner", "irm"])
    radiology = replace(fleet, frame=fleet.frame[retained].reset_index(drop=True))
    paid = sum(by_modality(REFERENCE.schedule, radiology, 2024).values())
    assert paid == pytest.approx(1.7e9, rel=0.005)
    assert paid == pytest.approx(float(plain_revenue_2024()), rel=1e-9)


def plain_revenue_2024() -> Fraction:
    """The same in exact fractions and plain loops, from the two CSV files alone."""
    limits = {
        "scanner": [6_500, 11_000, 13_000], "irm_le_0_5t": [3_500, 8_000, 11_000],
        "irm_0_5t_1_5t": [4_000, 8_000, 11_000], "irm_1_5t": [4_750, 8_000, 11_000],
        "irm_1_5t_membres": [4_500, 8_000, 11_000], "irm_1_5t_osteo": [4_500, 8_000, 11_000],
        "irm_gt_1_5t": [4_500, 8_000, 11_000],
    }  # fmt: skip
    bands = ("plein", "reduit_1", "reduit_2", "reduit_3")
    prices: dict[tuple[str, ...], Fraction] = {}
    with (paths.MODELS / "tariffs/forfaits_techniques.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            key = (row["class"], row["amortisation"], row["zone"], row["band"])
            if row["effective_from"] in ("2019-01-01", "2024-03-01"):
                prices[(*key, row["effective_from"])] = Fraction(row["amount_eur"])
    # 2024 is a leap year: 31 + 29 days of 366 before 1 March.
    change = Fraction(60, 366)
    periods = ((Fraction(0), change, "2019-01-01"), (change, Fraction(1), "2024-03-01"))
    total = Fraction(0)
    with (paths.MODELS / "fleet/parc_2024.csv").open(encoding="utf-8") as stream:
        stream.readline()
        for row in csv.DictReader(stream):
            if row["modality"] == "tep":
                continue
            billed, acts = Fraction(row["acts_billed"]), Fraction(row["acts_billed"])
            acts += Fraction(row["acts_inpatient"])
            if not acts:
                continue
            state = "amorti" if row["installed_on"] < "2017-01-01" else "non_amorti"
            zone = "*" if row["modality"] == "scanner" else row["zone"]
            edges = [Fraction(0), *map(Fraction, limits[row["class"]]), acts + 1_000_000]
            for start, end, date in periods:
                for band, low, high in zip(bands, edges, edges[1:], strict=False):
                    inside = min(end * acts, high) - max(start * acts, low)
                    keys = (state, zone) if band == "plein" else ("*", "*")
                    price = prices[(row["class"], *keys, band, date)]
                    share = billed / acts * Fraction(row["weight"])
                    total += max(inside, Fraction(0)) * share * price
    return total


def test_the_decision_saves_on_the_reference_fleet_what_adds_up() -> None:
    case = make_case(REFERENCE, Scenario(overrides=STILL))
    by_year = trajectory(case)
    assert list(by_year) == [2025, 2026, 2027]
    for entry in by_year.values():
        assert set(entry.by_modality) == {"scanner", "irm", "tep"}
        assert sum(entry.by_modality.values()) == pytest.approx(entry.saved_eur, rel=1e-12)
    assert by_year[2025].saved_eur < by_year[2026].saved_eur < by_year[2027].saved_eur
    # The « half » of 300 M€ a year, union figure: 120 to 180 M€ (fleet/calibration.yaml).
    without_pet = {
        code: amount for code, amount in by_year[2027].by_modality.items() if code != "tep"
    }
    assert 120e6 < sum(without_pet.values()) < 180e6
