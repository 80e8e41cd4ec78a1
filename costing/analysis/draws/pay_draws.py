r"""What a schedule pays the machines of one class in a calendar year, under draws.

With prices $f_{k,b}$ by period $k$ and band $b$, upper limits $U_{k,b}$ of the bands, and $N$ acts
a year of which $s_k N$ are done by the end of period $k$, the revenue of `FeeSchedule.revenue` is

$$\sum_k \sum_b (f_{k,b} - f_{k,b+1}) \left(\min(s_k N, U_{k,b}) - \min(s_{k-1} N, U_{k,b})\right)$$

where the last band has no limit and nothing is paid beyond it. Terms of one date and the same
limits are added up before any draw. Arrays are over draws and machines `(n, m)`, `(1, m)` where
nothing is drawn, in two states: not amortised, amortised.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costing.fee.schedule import FeeSchedule, Machines, Period
from costing.problems.errors import TariffError, problem

Floats = NDArray[np.float64]
#: Arrays of machines that are not amortised, and of the same machines amortised.
States = tuple[Floats, Floats]
#: Limits of the bands that a schedule sets itself, acts a year; None where they are the class's.
Own = tuple[float, ...] | None


class Edge(NamedTuple):
    """Acts done by a fraction of the year, and what one in each band counts for, `(m, band)`.

    new: EUR/act of a machine that is not amortised; gap: what an amortised one is paid beside, None
    when nothing.
    """

    mark: float
    own: Own
    new: Floats
    gap: Floats | None


class Hole(NamedTuple):
    """Machines `(m,)` of a state (0 or 1) for which no price is known in a period and band."""

    state: int
    period: Period
    band: int
    own: Own
    machines: NDArray[np.bool_]


@dataclass(frozen=True)
class Pay:
    """A schedule in a calendar year, for the machines of a class.

    places `(m,)`: acts that count in the bands, a year, before any growth of the acts.
    """

    schedule: FeeSchedule
    year: int
    code: str
    places: Floats
    edges: tuple[Edge, ...]
    holes: tuple[Hole, ...]

    @classmethod
    def of(
        cls, schedule: FeeSchedule, year: int, code: str, machines: Machines, inpatients_count: bool
    ) -> Pay:
        """Ready for draws; `machines` are those of the class, arrays `(m,)`."""
        bands = len(schedule.classes[code].limits) + 1
        states = [
            schedule.fees(
                replace(machines, amortised=np.full_like(machines.amortised, state)), year
            )
            for state in (False, True)
        ]
        fees = np.stack(states)[..., :bands]
        places = machines.acts if inpatients_count else machines.acts_billed
        billed = np.divide(
            machines.acts_billed, places, out=np.zeros_like(places), where=places > 0
        )
        paid = np.nan_to_num(fees) * billed[:, None, None]  # of an act that takes a place
        drops = paid - np.pad(paid, [(0, 0)] * 3 + [(0, 1)])[..., 1:]
        sums: dict[tuple[float, Own], Any] = defaultdict(float)
        holes = []
        for number, (period, own) in enumerate(_structure(schedule, year, code)):
            sums[period.end, own] += drops[:, :, number]
            if period.start > 0:
                sums[period.start, own] -= drops[:, :, number]
            unknown = np.isnan(fees[:, :, number]) & (billed > 0)[:, None]
            holes += [
                Hole(int(state), period, int(band), own, unknown[state, :, band])
                for state, band in np.argwhere(unknown.any(axis=1))
            ]
        edges = (
            Edge(mark, own, new, old - new if np.any(old != new) else None)
            for (mark, own), (new, old) in sums.items()
        )
        return cls(schedule, year, code, places, tuple(edges), tuple(holes))

    def revenue(self, limits: tuple[Floats, ...], factor: Floats) -> States:
        """Fee revenue of each machine in each state, EUR in the year, `(n, m)`.

        limits: of the class's bands, acts a year; factor: growth of the acts; `(n,)` or `(1,)`.
        """
        size = np.broadcast_shapes(factor.shape, *(limit.shape for limit in limits))
        new = np.zeros((*size, len(self.places)))
        gap = np.zeros_like(new)
        for edge in self.edges:
            done = self.places * (factor * edge.mark)[:, None]
            columns = (*_columns(edge.own, limits), None)
            for band, limit in enumerate(columns):
                upto = done if limit is None else np.minimum(done, limit)
                new += upto * edge.new[:, band]
                if edge.gap is not None and edge.gap[:, band].any():
                    gap += upto * edge.gap[:, band]
        return new, new + gap

    def check(self, limits: tuple[Floats, ...], factor: Floats, weights: States) -> None:
        """Refuse acts for which no price is known, of machines that there are.

        Raises:
            TariffError: there are some; names class and date.
        """
        for hole in self.holes:
            columns = [np.zeros((1, 1)), *_columns(hole.own, limits), np.full((1, 1), np.inf)]
            low, high = columns[hole.band : hole.band + 2]
            start, end = (
                np.clip(self.places * (factor * mark)[:, None], low, high)
                for mark in (hole.period.start, hole.period.end)
            )
            if np.any((end > start) & (weights[hole.state] > 0) & hole.machines):
                self._refuse(hole.period)

    def _refuse(self, period: Period) -> None:
        schedule = self.schedule
        start = dt.date(self.year, 1, 1)
        length = (dt.date(self.year + 1, 1, 1) - start).days
        date = schedule.frozen_on or start + dt.timedelta(days=round(period.start * length))
        first = schedule.frozen(date).first_known[schedule.class_codes.index(self.code)]
        raise TariffError(problem("tariff_missing", None, self.code, date=date, first=first or "—"))


def _structure(schedule: FeeSchedule, year: int, code: str) -> Iterator[tuple[Period, Own]]:
    """Each period of a year, and the limits that a reform sets in it."""
    count = len(schedule.classes[code].limits)
    tables = schedule.period_limits(year)[:, schedule.class_codes.index(code), 1 : count + 1]
    for period, table in zip(schedule.periods(year), tables, strict=True):
        reformed = period.date_index >= 0 and any(
            code in reform.limits and reform.date <= schedule.dates[period.date_index]
            for reform in schedule.reforms
        )
        yield period, tuple(table.tolist()) if reformed else None


def _columns(own: Own, limits: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """The limits that hold, as columns over draws."""
    if own is None:
        return tuple(limit[:, None] for limit in limits)
    return tuple(np.full((1, 1), limit) for limit in own)
