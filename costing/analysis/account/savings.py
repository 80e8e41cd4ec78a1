r"""What a schedule saves, by calendar year, against the tariff of the baseline date.

Savings of year $y$:
$\sum_m w_m \left(R^{base}_m(y) - R_m(y)\right)$ over the fleet of that year, aged,
renewed and grown, each machine paid by exact bands inside the year. Both schedules see the same
fleet. A positive amount is money saved by the health insurance. $w_m$: real machines that row $m$
stands for; $R_m(y)$, $R^{base}_m(y)$: revenue of one such machine in the year under the schedule
and under the baseline, EUR (`FeeSchedule.revenue`).

Source: the law asks for at least 300 M€ over 2025-2027 for all imaging (Law 2025-199, art. 41); its
two readings, the share on the fee and the baseline date are in `models/savings.yaml`, and why the
savings count from that date in docs/decisions/008.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd

from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.scenario.rules import SavingsDemand


@dataclass(frozen=True)
class YearSavings:
    """Savings of one calendar year, EUR.

    full_year_eur: what the prices in force on 31 December would have saved, had they held all
    year; the difference is the effect of the step dates.
    """

    year: int
    baseline_eur: float
    saved_eur: float
    full_year_eur: float
    by_modality: dict[str, float]


def baseline(case: Case) -> FeeSchedule:
    """The tariff against which savings are counted, held for good."""
    return case.reference.schedule.frozen(case.reference.savings.baseline_date)


def present(case: Case) -> FeeSchedule:
    """The decision's prices until the first step; from then on those of its eve, held for good."""
    step = case.scenario.rules.step_dates[0]
    return case.reference.schedule.with_prices({step: {}}, "tarifs en vigueur tenus")


def machine_savings(case: Case, schedule: FeeSchedule, year: int) -> pd.DataFrame:
    r"""One row a machine of the year's fleet: its columns, revenue before and after, and saved.

    `baseline_eur`: $w_m R^{base}_m$; `revenue_eur`: $w_m R_m$; `saved_eur`: their difference.
    Amounts are for the whole weight of the row, EUR in the year; `amortised` is under the schedule.
    The baseline keeps its own years before « amorti » where the schedule changes them.

    Raises:
        FleetError: the year precedes the fleet's.
        ScenarioError: years before « amorti » of a class that no model costs.
        TariffError: acts for which no rate is known.
    """
    fleet = case.fleet_in(year)
    before = baseline(case)
    under = case.under(schedule, year)
    machines = fleet.machines(schedule, year, under.amortisation_years)
    as_before = machines
    if under is not case:
        as_before = replace(machines, amortised=fleet.amortised(year, case.amortisation_years))
    count = case.scenario.conventions.inpatients_count
    weight = fleet.weight
    base = before.revenue(as_before, year, count) * weight
    now = schedule.revenue(machines, year, count) * weight
    return fleet.frame.assign(
        amortised=machines.amortised, baseline_eur=base, revenue_eur=now, saved_eur=base - now
    )


def savings(case: Case, schedule: FeeSchedule) -> list[YearSavings]:
    r"""Savings of a schedule in each year $y$ of the target: $\sum_m w_m (R^{base}_m - R_m)$, EUR.

    Raises:
        FleetError, ScenarioError, TariffError: as `machine_savings`.
    """
    yearly = []
    for year in case.reference.savings.target.years:
        frame = machine_savings(case, schedule, year)
        end = schedule.frozen(dt.date(year, 12, 31))
        level = machine_savings(case, end, year)["saved_eur"].sum()
        yearly.append(
            YearSavings(
                year=year,
                baseline_eur=float(frame["baseline_eur"].sum()),
                saved_eur=float(frame["saved_eur"].sum()),
                full_year_eur=float(level),
                by_modality={
                    str(code): float(amount)
                    for code, amount in frame.groupby("modality")["saved_eur"].sum().items()
                },
            )
        )
    return yearly


def lever_savings(demand: SavingsDemand, year: int) -> float:
    r"""What the other levers bring in a calendar year, EUR, from their date on.

    $L_y = \sum_l A_l \min(1, \max(0, d_l / D))$: $A_l$ what lever $l$ brings a year, EUR/year;
    $d_l$ days from its date to the end of the year; $D$ days of the year. In proportion to the
    days, as acts are spread over the year: a convention, for no dated amount is public.
    """
    start, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    length = (end - start).days
    return sum(
        lever.annual_amount_eur * min(max((end - lever.date).days / length, 0.0), 1.0)
        for lever in demand.other_levers
    )


def required_from_fee(demand: SavingsDemand, years: tuple[int, ...]) -> float:
    r"""What the fee must save under the demand's reading, EUR: over the years, or in the last one.

    $\max(0, \phi T - \sum_y L_y)$ with $T$ the target (EUR), $\phi$ the share on the fee (0 to 1),
    $L_y$ what the other levers bring in year $y$ (EUR), over the years that the reading counts.

    Source: Law 2025-199, art. 41, which public sources read both ways (`models/savings.yaml`).
    """
    counted = years if demand.reading == "cumulated" else years[-1:]
    levers = sum(lever_savings(demand, year) for year in counted)
    return max(0.0, demand.target_eur * demand.share_on_fee - levers)


def reached(demand: SavingsDemand, by_year: dict[int, float]) -> float:
    r"""What a schedule's yearly savings come to under the demand's reading, EUR.

    $\sum_y S_y$ when it is « cumulated », $S_{y_{max}}$ when it is the level of the last year, with
    $S_y$ the savings of year $y$, EUR. Source: as `required_from_fee`.
    """
    if demand.reading == "cumulated":
        return sum(by_year.values())
    return by_year[max(by_year)]
