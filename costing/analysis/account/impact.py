"""Who gains and who loses under a schedule, and what a step date costs."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.account.comparison import pay
from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.fleet.fleet import Fleet, by_code

#: First full year of each group of machines by age; words in `costing.case.labels.AGES`.
_AGES = {"0-3": 0, "4-7": 4, "8-10": 8, "11+": 11}


def machines(case: Case, before: FeeSchedule, after: FeeSchedule, year: int) -> pd.DataFrame:
    """Each machine of a year's fleet: weight, cost, revenue before and after, EUR in the year.

    Beside the fleet's own columns (`class`, `modality`, `zone`…), its groups: `amortisation` under
    the schedule after, `size` and `age`.
    """
    fleet = case.fleet_in(year)
    old, new = (pay(case, fleet, schedule, year) for schedule in (before, after))
    return fleet.frame.assign(
        amortisation=np.where(new.machines.amortised, "amorti", "non_amorti"),
        size=sizes(case, fleet),
        age=ages(fleet, year),
        cost_eur=new.cost,
        before_eur=old.revenue,
        after_eur=new.revenue,
    )


def sizes(case: Case, fleet: Fleet) -> NDArray[np.str_]:
    """Code in `labels.SIZES` of each machine: its yearly acts against the limits of its class.

    Acts are billed or not. The limits are today's, so that a reform of the structure does not move
    machines from one group to the other. A class with one limit has no middle group.
    """
    limits = {code: entry.limits for code, entry in case.reference.classes.items()}
    codes, acts = fleet.frame["class"], fleet.frame["acts_billed"] + fleet.frame["acts_inpatient"]
    first = by_code(codes, {code: own[0] for code, own in limits.items()})
    second = by_code(codes, {code: own[min(1, len(own) - 1)] for code, own in limits.items()})
    within = [acts <= first, acts <= second]
    return np.asarray(np.select(within, ["reference", "threshold_1"], "beyond"))


def ages(fleet: Fleet, year: int) -> NDArray[np.str_]:
    """Code in `labels.AGES` of each machine: full years on 1 January, 0 for one installed since."""
    installed = fleet.frame["installed_on"].dt
    # One installed on a 1 January has had its birthday on the next ones.
    full = year - installed.year - (installed.day_of_year > 1)
    group = np.searchsorted(list(_AGES.values()), np.maximum(full, 0), side="right") - 1
    return np.asarray(np.array(list(_AGES))[group])


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
    years = case.under(schedule, date.year).amortisation_years
    paid = fleet.machines(schedule, date.year, years)
    volumes = schedule.volumes(paid, date.year, case.scenario.conventions.inpatients_count)
    full = volumes[..., 0] * fleet.weight[:, None]
    start, end = dt.date(date.year, 1, 1), dt.date(date.year + 1, 1, 1)
    elapsed = (date - start).days / (end - start).days
    left = [period.start >= elapsed - 1e-9 for period in schedule.periods(date.year)]
    return float(full[:, left].sum() / full.sum())
