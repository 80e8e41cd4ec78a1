r"""What the fee schedule pays: dated rates, activity bands, exact revenue inside the year.

A machine's acts are spread evenly over the calendar year. Between fractions $s_1$ and $s_2$ of the
year it performs acts number $s_1 N$ to $s_2 N$; band $[a, b)$ pays fee × length of
$[s_1 N, s_2 N] \cap [a, b)$. In-patient acts take places in the bands, evenly among the others, and
are not billed. Revenue is linear in the fees; `FeeSchedule.volumes` gives the coefficients.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costing.errors import InputError, Problem, TariffError, problem, suggest

Floats = NDArray[np.float64]

BANDS = ("plein", "reduit_1", "reduit_2", "reduit_3")
ZONES = ("paris", "region_parisienne", "province")
AMORTISATION = ("non_amorti", "amorti")
#: Yearly acts beyond which a number was mistyped.
MOST_ACTS = 1e7
_NO_LIMIT = 1e300  # finite, so that differences of limits stay finite


@dataclass(frozen=True)
class MachineClass:
    """A class of the fee: modality, whether zones matter, upper limits of its bands.

    `limits` are yearly acts: reference activity, threshold 1, threshold 2 (CT, MRI), or the
    reference activity alone (PET). The last band has no limit.
    """

    code: str
    modality: str
    zones: bool
    limits: tuple[float, ...]

    @property
    def bands(self) -> tuple[str, ...]:
        """Codes of the bands that the class has."""
        return BANDS[: len(self.limits) + 1]

    def has(self, cell: Cell) -> bool:
        """Whether the fee pays the class by such a cell.

        Only the full rate may depend on amortisation, and on the zone where the class has zones.
        """
        full = cell.band == "plein"
        return (
            cell.band in self.bands
            and (cell.zone == "*" or (cell.zone in ZONES and full and self.zones))
            and (cell.amortisation == "*" or (cell.amortisation in AMORTISATION and full))
        )


class Cell(NamedTuple):
    """One price of a schedule; `*` where the price does not depend on the key."""

    class_code: str
    amortisation: str
    zone: str
    band: str

    def __str__(self) -> str:
        return " · ".join(part for part in self if part != "*")


class Rate(NamedTuple):
    """One row of the official tariff file."""

    cell: Cell
    effective_from: dt.date
    effective_to: dt.date | None
    amount_eur: float
    source: str
    grade: str
    line: int


@dataclass(frozen=True)
class Machines:
    """Machines as arrays of one shape `(m,)`, or scalars: what the schedule needs to pay them.

    `class_index` points into the schedule's classes, `zone_index` into `ZONES`; acts are yearly.
    """

    class_index: NDArray[np.intp]
    amortised: NDArray[np.bool_]
    zone_index: NDArray[np.intp]
    acts_billed: Floats
    acts_inpatient: Floats

    @property
    def acts(self) -> Floats:
        """All acts, billed or not."""
        return self.acts_billed + self.acts_inpatient


class Period(NamedTuple):
    """A part of a year under one tariff: fractions of the year and the index of the date."""

    start: float
    end: float
    date_index: int


@dataclass(frozen=True)
class FeeSchedule:
    """Prices by date: `amounts[date, class, amortised, zone, band]`, NaN where none is known.

    Each date's prices hold until the next date; the last ones for good. A frozen schedule remembers
    the date that it was asked for, and since when each class is known.
    """

    classes: dict[str, MachineClass]
    dates: tuple[dt.date, ...]
    amounts: Floats
    rates: tuple[Rate, ...] = ()
    name: str = "official"
    frozen_on: dt.date | None = None
    first_known: tuple[dt.date | None, ...] = ()

    @cached_property
    def class_codes(self) -> tuple[str, ...]:
        """Codes in the order of the arrays."""
        return tuple(self.classes)

    @cached_property
    def limits(self) -> Floats:
        """Band limits `(class, band + 1)`, from 0 to no limit; absent bands are empty."""
        table = np.full((len(self.classes), len(BANDS) + 1), _NO_LIMIT)
        for row, machine_class in zip(table, self.classes.values(), strict=True):
            row[0] = 0.0
            row[1 : 1 + len(machine_class.limits)] = machine_class.limits
        return table

    def frozen(self, date: dt.date) -> FeeSchedule:
        """The schedule in force on a date, held for good, before and after.

        Nothing may be known on that date: revenue then says so, with the class.
        """
        index = self._index(date)
        amounts = self.amounts[[index]] if index >= 0 else np.full_like(self.amounts[[0]], np.nan)
        return replace(
            self,
            dates=(dt.date.min,),
            amounts=amounts,
            name=f"tarif du {date:%d/%m/%Y}",
            frozen_on=date,
            first_known=self.first_known or self._first_dates(),
        )

    def with_prices(
        self, changes: Mapping[dt.date, Mapping[Cell, float]], name: str
    ) -> FeeSchedule:
        """The schedule until the first date of `changes`, then the new prices.

        A cell that a date does not name keeps its price of the date before. Rates of this schedule
        at later dates than the first change are dropped: a proposal replaces the trajectory.

        Raises:
            TariffError: a cell that the fee does not have, a price that is not one, no date, or a
                date before anything is known.
        """
        first = min(changes, default=dt.date.min)
        problems = [
            problem("cell_unknown", None, str(cell))
            for prices in changes.values()
            for cell in prices
            if cell.class_code not in self.classes or not self.classes[cell.class_code].has(cell)
        ]
        problems += [
            problem("price_invalid", None, price, cell=str(cell))
            for prices in changes.values()
            for cell, price in prices.items()
            if not 0 <= price < np.inf
        ]
        if first <= self.dates[0]:
            facts = {"date": first, "first": self.dates[0]}
            problems.append(problem("tariff_missing", None, self.name, **facts))
        if problems:
            raise TariffError(problems)
        kept = [date for date in self.dates if date < first]
        amounts = [self.amounts[i] for i in range(len(kept))]
        for date in sorted(changes):
            now = amounts[-1].copy()
            for cell, amount in changes[date].items():
                now[self.index_of(cell)] = amount
            amounts.append(now)
        return replace(
            self,
            dates=(*kept, *sorted(changes)),
            amounts=np.stack(amounts),
            rates=tuple(rate for rate in self.rates if rate.effective_from < first),
            name=name,
        )

    def index_of(self, cell: Cell) -> tuple[int, Any, Any, int]:
        """Where a cell stands in one date's `amounts`; a slice for `*`."""
        every = slice(None)
        return (
            self.class_codes.index(cell.class_code),
            every if cell.amortisation == "*" else AMORTISATION.index(cell.amortisation),
            every if cell.zone == "*" else ZONES.index(cell.zone),
            BANDS.index(cell.band),
        )

    def price(self, cell: Cell, date: dt.date) -> float:
        """Price of a cell on a date, NaN when none is known.

        Raises:
            TariffError: the cell's `*` stands for prices that differ.
        """
        found = np.asarray(self.amounts[max(self._index(date), 0)][self.index_of(cell)])
        if np.any(found != found.flat[0]) and not np.isnan(found).all():
            raise TariffError(problem("cell_unknown", None, str(cell)))
        return float(found.flat[0]) if self._index(date) >= 0 else float("nan")

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The distinct prices of the schedule, in the order of the official tables."""
        found = []
        for code, machine_class in self.classes.items():
            for zone in ZONES if machine_class.zones else ("*",):
                found += [Cell(code, amortisation, zone, "plein") for amortisation in AMORTISATION]
            found += [Cell(code, "*", "*", band) for band in machine_class.bands[1:]]
        return tuple(found)

    def periods(self, year: int) -> tuple[Period, ...]:
        """The parts of a calendar year, each under one date's prices."""
        start, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
        length = (end - start).days
        inside = [date for date in self.dates if start < date < end]
        marks = [0.0, *((date - start).days / length for date in inside), 1.0]
        indices = [self._index(date) for date in (start, *inside)]
        return tuple(
            Period(a, b, index) for a, b, index in zip(marks[:-1], marks[1:], indices, strict=True)
        )

    def volumes(self, machines: Machines, year: int, inpatients_count: bool = True) -> Floats:
        """Billed acts of each machine in each period and band: shape `(..., period, band)`.

        `inpatients_count`: whether acts of in-patients take places in the bands.

        Raises:
            InputError: negative acts.
        """
        billed = np.asarray(machines.acts_billed, dtype=float)
        if not np.all((billed >= 0) & (machines.acts_inpatient >= 0)):
            raise InputError(problem("acts_invalid", None, float(np.min(billed))))
        places = machines.acts if inpatients_count else billed
        marks = np.array([0.0, *(period.end for period in self.periods(year))])
        limits = self.limits[machines.class_index]
        done = places[..., None, None] * marks[:, None]
        inside = np.diff(np.clip(done, limits[..., None, :-1], limits[..., None, 1:]), axis=-2)
        share = np.divide(billed, places, out=np.zeros_like(billed), where=places > 0)
        return np.asarray(inside * share[..., None, None])

    def fees(self, machines: Machines, year: int) -> Floats:
        """Price of each machine's acts by period and band, the shape of `volumes`."""
        indices = [period.date_index for period in self.periods(year)]
        amounts = self.amounts[
            :,
            machines.class_index,
            np.asarray(machines.amortised, dtype=np.intp),
            machines.zone_index,
        ]
        table = np.moveaxis(amounts[indices], 0, -2)
        unknown = np.array(indices) < 0
        return np.where(unknown[:, None], np.nan, table)

    def revenue(self, machines: Machines, year: int, inpatients_count: bool = True) -> Floats:
        r"""Fee revenue of each machine in a calendar year, EUR.

        $\sum_{k,b} \text{fee}_{k,b} \times \text{acts}_{k,b}$ over the year's periods $k$ and bands
        $b$, changes of tariff inside the year included.

        Raises:
            TariffError: a machine performs acts for which no rate is known; names class and date.
        """
        volumes = self.volumes(machines, year, inpatients_count)
        fees = self.fees(machines, year)
        missing = (volumes > 0) & np.isnan(fees)
        if missing.any():
            self._refuse_missing(machines, year, missing)
        return np.asarray(np.sum(volumes * np.where(volumes > 0, fees, 0.0), axis=(-2, -1)))

    def _index(self, date: dt.date) -> int:
        """Index of the prices in force on a date; -1 before the first."""
        return sum(start <= date for start in self.dates) - 1

    def _first_dates(self) -> tuple[dt.date | None, ...]:
        """For each class, the first date on which a price is known."""
        known = np.asarray(~np.isnan(self.amounts).all(axis=(2, 3, 4)))
        return tuple(
            self.dates[int(np.argmax(column))] if column.any() else None for column in known.T
        )

    def _refuse_missing(self, machines: Machines, year: int, missing: NDArray[np.bool_]) -> None:
        where = np.argwhere(missing)[0]
        index = int(np.broadcast_to(machines.class_index, missing.shape[:-2])[tuple(where[:-2])])
        start = dt.date(year, 1, 1)
        length = (dt.date(year + 1, 1, 1) - start).days
        passed = round(self.periods(year)[where[-2]].start * length)
        facts = {
            "date": self.frozen_on or start + dt.timedelta(days=passed),
            "first": (self.first_known or self._first_dates())[index] or "—",
        }
        raise TariffError(problem("tariff_missing", None, self.class_codes[index], **facts))


def one_machine(
    schedule: FeeSchedule, class_code: str, amortisation: str, zone: str, acts: Any
) -> Machines:
    """Machines of one class and situation with the given yearly acts (scalar or array).

    Raises:
        InputError: unknown class, amortisation or zone, or acts that are not a count.
    """
    problems: list[Problem] = []
    if class_code not in schedule.classes:
        known = ", ".join(schedule.classes)
        near = suggest(class_code, schedule.classes)
        problems.append(problem("unknown_class", None, class_code, near=near, known=known))
    for value, choices in ((amortisation, AMORTISATION), (zone, ZONES)):
        if value not in choices:
            facts = {"near": suggest(value, choices), "known": ", ".join(choices)}
            problems.append(problem("unknown_choice", None, value, **facts))
    try:
        acts = np.asarray(acts, dtype=float)
    except (TypeError, ValueError):
        problems.append(problem("acts_invalid", None, acts))
        acts = np.zeros(())
    if not np.all((acts >= 0) & (acts <= MOST_ACTS)):
        problems.append(problem("acts_invalid", None, acts))
    if problems:
        raise InputError(problems)
    return Machines(
        class_index=np.asarray(schedule.class_codes.index(class_code)),
        amortised=np.asarray(amortisation == "amorti"),
        zone_index=np.asarray(ZONES.index(zone)),
        acts_billed=acts,
        acts_inpatient=np.zeros_like(acts),
    )
