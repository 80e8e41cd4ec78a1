"""Who gains and who loses under a schedule, and what a step date costs. No screen here."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from costing.analysis.comparison import pay
from costing.reference import Case
from costing.tariff import FeeSchedule


def machines(case: Case, before: FeeSchedule, after: FeeSchedule, year: int) -> pd.DataFrame:
    """Each machine of a year's fleet: weight, cost, revenue before and after, EUR in the year."""
    fleet = case.fleet_in(year)
    old, new = (pay(case, fleet, schedule, year) for schedule in (before, after))
    return fleet.frame.assign(
        amortisation=np.where(new.machines.amortised, "amorti", "non_amorti"),
        cost_eur=new.cost,
        before_eur=old.revenue,
        after_eur=new.revenue,
    )


def by(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Sums by a column: machines, revenue before and after, share of machines below their cost."""
    weight = frame["weight"]
    parts = pd.DataFrame(
        {
            key: frame[key],
            "machines": weight,
            "before_eur": frame["before_eur"] * weight,
            "after_eur": frame["after_eur"] * weight,
            "below_before": weight * (frame["before_eur"] < frame["cost_eur"]),
            "below_after": weight * (frame["after_eur"] < frame["cost_eur"]),
        }
    )
    found = parts.groupby(key, sort=False).sum()
    for column in ("below_before", "below_after"):
        found[column] = found[column] / found["machines"]
    found["change"] = found["after_eur"] / found["before_eur"] - 1
    return found


def full_rate_left(case: Case, schedule: FeeSchedule, date: dt.date) -> float:
    """Share of the year's full-rate acts that are still to come on a date, over the fleet."""
    fleet = case.fleet_in(date.year)
    paid = fleet.machines(schedule, date.year, case.amortisation_years)
    volumes = schedule.volumes(paid, date.year, case.scenario.conventions.inpatients_count)
    full = volumes[..., 0] * fleet.weight[:, None]
    start, end = dt.date(date.year, 1, 1), dt.date(date.year + 1, 1, 1)
    elapsed = (date - start).days / (end - start).days
    left = [period.start >= elapsed - 1e-9 for period in schedule.periods(date.year)]
    return float(full[:, left].sum() / full.sum())
