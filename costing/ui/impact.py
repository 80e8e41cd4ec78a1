"""Who gains and who loses under a schedule, and what a step date costs. No screen here."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

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


class Part(NamedTuple):
    """A part of the fleet: machines, fees before and after (EUR), shares of machines below cost."""

    name: str
    machines: float
    before_eur: float
    after_eur: float
    below_before: float
    below_after: float

    @property
    def change(self) -> float:
        """Relative change of the fees; NaN when there were none."""
        return self.after_eur / self.before_eur - 1 if self.before_eur else float("nan")


def by(frame: pd.DataFrame, key: str) -> list[Part]:
    """The parts of the fleet by a column, those that lose most first."""
    parts = [_part(str(name), rows) for name, rows in frame.groupby(key, sort=False)]
    return sorted(parts, key=lambda part: part.change)


def total(frame: pd.DataFrame) -> Part:
    """The whole fleet as one part."""
    return _part("Ensemble", frame)


def _part(name: str, frame: pd.DataFrame) -> Part:
    weight, cost, before, after = (
        frame[column].to_numpy(dtype=float)
        for column in ("weight", "cost_eur", "before_eur", "after_eur")
    )
    machines = float(weight.sum())
    return Part(
        name=name,
        machines=machines,
        before_eur=float(before @ weight),
        after_eur=float(after @ weight),
        below_before=float(weight @ (before < cost)) / machines,
        below_after=float(weight @ (after < cost)) / machines,
    )


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
