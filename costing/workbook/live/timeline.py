"""The dates of a workbook: what is official, what is proposed, and which periods a year can have.

A step date may be moved inside its calendar year: the periods of each year are laid out for that,
and one that becomes empty counts for nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from costing.case.case import Case, make_case
from costing.fee.schedule import FeeSchedule


@dataclass(frozen=True)
class Timeline:
    """`officials`: indices of the official dates that matter; `steps`: the proposal's dates.

    A slot is one of the tariffs that hold in turn: an official one (0 to m-1, in order) until the
    first step, then a step's (m and after). Official dates after the year of the first step are no
    slots; the decision of 2025, taken alone, keeps them all.
    """

    case: Case
    proposed: FeeSchedule

    @property
    def years(self) -> tuple[int, ...]:
        """The years in which savings are counted."""
        return self.case.reference.savings.target.years

    @property
    def steps(self) -> tuple[dt.date, ...]:
        """The proposal's dates."""
        return self.case.scenario.rules.step_dates

    @property
    def official(self) -> FeeSchedule:
        """The official schedule."""
        return self.case.reference.schedule

    @cached_property
    def officials(self) -> tuple[int, ...]:
        """Official dates from the one in force when the first year begins to the last year's."""
        dates = self.official.dates
        start, end = dt.date(self.years[0], 1, 1), dt.date(self.years[-1], 12, 31)
        first = max(0, sum(date <= start for date in dates) - 1)
        return tuple(i for i in range(first, len(dates)) if dates[i] <= end)

    @cached_property
    def official_slots(self) -> tuple[int, ...]:
        """Official dates that are slots of the proposal."""
        dates, last = self.official.dates, self.steps[0].year
        return tuple(i for i in self.officials if dates[i].year <= last)

    @property
    def slots(self) -> int:
        """How many slots the proposal has."""
        return len(self.official_slots) + len(self.steps)

    def starts(self) -> list[dt.date]:
        """Effective first day of each slot; that of a void one is its end."""
        dates = [min(self.official.dates[i], self.steps[0]) for i in self.official_slots]
        return [*dates, *self.steps]

    def ends(self) -> list[dt.date | None]:
        """First day after each slot; None for the last."""
        starts = self.starts()
        return [*starts[1:], None]

    def slots_of(self, year: int) -> range:
        """The slots that can hold in a year, wherever steps move inside theirs."""
        dates = self.official.dates
        count = len(self.official_slots)
        slots = [
            slot
            for slot, index in enumerate(self.official_slots)
            if dates[index].year <= year <= self.steps[0].year
            and (slot + 1 == count or dates[self.official_slots[slot + 1]] > dt.date(year, 1, 1))
        ]
        for number, step in enumerate(self.steps):
            later = self.steps[number + 1 :]
            if step.year <= year and (not later or later[0].year >= year):
                slots.append(count + number)
        return range(min(slots), max(slots) + 1)

    def officials_of(self, year: int) -> range:
        """Positions in `officials` of the dates that hold in a year under the decision alone."""
        dates = [self.official.dates[i] for i in self.officials]
        places = [
            place
            for place, date in enumerate(dates)
            if date.year <= year
            and (place + 1 == len(dates) or dates[place + 1] > dt.date(year, 1, 1))
        ]
        return range(min(places), max(places) + 1)


def dated(case: Case, schedule: FeeSchedule) -> Case:
    """The case whose step dates are those of a schedule that no search made for it.

    The case itself when its dates are enough: every change of tariff from the first of them on is
    one of them. Else those from which the schedule is no longer the official one.
    """
    official, steps = case.reference.schedule, case.scenario.rules.step_dates
    dates = sorted({*schedule.dates, *(reform.date for reform in schedule.reforms)})
    first = next((date for date in dates if _differs(schedule, official, date)), dates[-1])
    if {date for date in dates if date >= min(first, steps[0])} <= set(steps):
        return case
    own = {"step_dates": tuple(date for date in dates if date >= first)}
    rules = case.scenario.rules.model_copy(update=own)
    return make_case(case.base, case.scenario.model_copy(update={"rules": rules}))


def _differs(schedule: FeeSchedule, official: FeeSchedule, date: dt.date) -> bool:
    """Whether a schedule sets on a date what the official one does not set that day."""
    if date not in official.dates or any(
        reform.date == date and reform not in official.reforms for reform in schedule.reforms
    ):
        return True
    pairs = [(schedule.price(c, date), official.price(c, date)) for c in schedule.cells]
    prices, official_prices = np.array(pairs).T
    return not np.array_equal(prices, official_prices, equal_nan=True)


def share_of_year(date: dt.date | None, year: int) -> float:
    """Fraction of a calendar year that has passed on a date, from 0 to 1."""
    if date is None:
        return 1.0
    start, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
    return min(1.0, max(0.0, (date - start).days / (end - start).days))
