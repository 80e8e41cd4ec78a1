r"""What the fee schedule pays: dated rates, dated bands, exact revenue inside the year.

A machine's acts are spread evenly over the calendar year. Between fractions $s_1$ and $s_2$ of the
year it performs acts number $s_1 N$ to $s_2 N$; band $[a, b)$ pays fee × length of
$[s_1 N, s_2 N] \cap [a, b)$. In-patient acts take places in the bands, evenly among the others, and
are not billed. Revenue is linear in the fees; `FeeSchedule.volumes` gives the coefficients.

The structure itself (limits of the bands, years before a machine is amortised, factor for further
machines on one authorisation) may change from a date on: `Reform`. Acts are numbered from 1 January
all the same: after a reform on 1 July the acts of $[N/2, N]$ meet the new limits.

Source: bands at the margin, by machine and calendar year, are the rule of the official tables
(UNCAM decision of 28 May 2018, JO 29/06/2018; arrêté of 2 February 2024, JO 06/02/2024; UNCAM
decision of 14 October 2025, art. 6). Prices have their text row by row in `models/tariffs`, and
limits in `models/machine_classes.yaml`. That in-patients take places is a switch
(docs/decisions/005); that acts are spread evenly over the year is a convention: the texts date
prices, not acts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from costing.problems.errors import InputError, Place, Problem, TariffError, problem, suggest

Floats = NDArray[np.float64]

BANDS = ("plein", "reduit_1", "reduit_2", "reduit_3")
ZONES = ("paris", "region_parisienne", "province")
AMORTISATION = ("non_amorti", "amorti")
#: The parameters that hold the upper limits of the bands, in the order of the bands.
LIMITS = ("reference_activity", "threshold_1", "threshold_2")
#: Yearly acts beyond which a number was mistyped.
MOST_ACTS = 1e7
#: Years before « amorti » beyond which a number was mistyped.
MOST_YEARS = 100.0
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
class Reform:
    """What changes in the structure of the fee from a date on, by class code; what is absent stays.

    limits: acts a year, (reference activity, threshold 1, threshold 2) or (reference activity,) as
    the class has. amortisation_years: full years before a machine is amortised. rank_factor:
    factor, 0 to 1, of the price of further machines on one authorisation.
    """

    date: dt.date
    limits: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    amortisation_years: Mapping[str, float] = field(default_factory=dict)
    rank_factor: Mapping[str, float] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether it changes anything."""
        return bool(self.limits or self.amortisation_years or self.rank_factor)

    def problems(
        self, classes: Mapping[str, MachineClass], dates: Sequence[dt.date]
    ) -> list[Problem]:
        """What is wrong with the reform, for these classes and a proposal of these dates."""
        place = Place(key=str(self.date))
        known = ", ".join(classes)
        problems = []
        if self.date not in dates:
            shown = ", ".join(map(str, dates)) or "—"
            problems.append(problem("reform_date", None, self.date, known=shown))
        named = dict.fromkeys((*self.limits, *self.amortisation_years, *self.rank_factor))
        problems += [
            problem("unknown_class", place, code, near=suggest(code, classes), known=known)
            for code in named
            if code not in classes
        ]
        for code, limits in self.limits.items():
            count = len(classes[code].limits) if code in classes else len(limits)
            rising = all(low < high for low, high in pairwise((0.0, *limits, _NO_LIMIT)))
            if len(limits) != count or not rising:
                bounds = " ; ".join(f"{limit:g}" for limit in limits) or "—"
                problems.append(problem("reform_limits", place, code, count=count, bounds=bounds))
        problems += [
            problem("reform_years", place, code, years=years, most=MOST_YEARS)
            for code, years in self.amortisation_years.items()
            if not 0 < years <= MOST_YEARS
        ]
        problems += [
            problem("reform_factor", place, code, factor=factor)
            for code, factor in self.rank_factor.items()
            if not 0 <= factor <= 1
        ]
        return problems

    def then(self, later: Reform) -> Reform:
        """Both reforms as one, at the later's date, which overrides what it names."""
        return Reform(
            later.date,
            {**self.limits, **later.limits},
            {**self.amortisation_years, **later.amortisation_years},
            {**self.rank_factor, **later.rank_factor},
        )


@dataclass(frozen=True)
class Machines:
    """Machines as arrays of one shape `(m,)`, or scalars: what the schedule needs to pay them.

    `class_index` points into the schedule's classes, `zone_index` into `ZONES`; acts are yearly.
    `further` says which are second or later on their authorisation; None when none is.
    """

    class_index: NDArray[np.intp]
    amortised: NDArray[np.bool_]
    zone_index: NDArray[np.intp]
    acts_billed: Floats
    acts_inpatient: Floats
    further: NDArray[np.bool_] | None = None

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

    Each date's prices hold until the next date; the last ones for good. `reforms` change the
    structure in the same way: by date, each one of `dates`, a later one overriding what it names. A
    frozen schedule remembers the date that it was asked for, and since when each class is known.
    """

    classes: dict[str, MachineClass]
    dates: tuple[dt.date, ...]
    amounts: Floats
    rates: tuple[Rate, ...] = ()
    name: str = "official"
    frozen_on: dt.date | None = None
    first_known: tuple[dt.date | None, ...] = ()
    reforms: tuple[Reform, ...] = ()

    @cached_property
    def class_codes(self) -> tuple[str, ...]:
        """Codes in the order of the arrays."""
        return tuple(self.classes)

    @cached_property
    def limits(self) -> Floats:
        """Band limits `(class, band + 1)`, from 0 to no limit; absent bands are empty.

        They are those before any reform.
        """
        return self._limit_table({})

    def period_limits(self, year: int) -> Floats:
        """Band limits in each period of a year, as `limits`: `(period, class, band + 1)`, acts."""
        starts = self._starts(year)
        return np.stack([self._limit_table(self._structure(start).limits) for start in starts])

    def amortisation_years(self, year: int) -> dict[str, float]:
        """Full years before « amorti » that a reform in force on 1 January sets, by class.

        Empty when none does: the classes keep the years of the reference data.
        """
        return dict(self._structure(dt.date(year, 1, 1)).amortisation_years)

    def factors(self, machines: Machines, year: int) -> Floats:
        """Factor of each machine's prices by period of a year: shape `(..., period)`.

        The rank factor in force for machines that are `further`, else 1.
        """
        by_class = np.ones((len(self._starts(year)), len(self.classes)))
        for row, start in zip(by_class, self._starts(year), strict=True):
            for code, factor in self._structure(start).rank_factor.items():
                row[self.class_codes.index(code)] = factor
        by_machine = np.moveaxis(by_class[:, machines.class_index], 0, -1)
        further = False if machines.further is None else machines.further
        return np.where(np.asarray(further)[..., None], by_machine, 1.0)

    def frozen(self, date: dt.date) -> FeeSchedule:
        """The schedule in force on a date, prices and structure, held for good, before and after.

        Nothing may be known on that date: revenue then says so, with the class.
        """
        index = self._index(date)
        amounts = self.amounts[[index]] if index >= 0 else np.full_like(self.amounts[[0]], np.nan)
        structure = replace(self._structure(date), date=dt.date.min)
        return replace(
            self,
            dates=(dt.date.min,),
            amounts=amounts,
            name=f"tarif du {date:%d/%m/%Y}",
            frozen_on=date,
            first_known=self.first_known or self._first_dates(),
            reforms=() if structure == Reform(dt.date.min) else (structure,),
        )

    def with_prices(
        self,
        changes: Mapping[dt.date, Mapping[Cell, float]],
        name: str,
        reforms: Sequence[Reform] = (),
    ) -> FeeSchedule:
        """The schedule until the first date of `changes`, then the new prices and structure.

        A cell that a date does not name keeps its price of the date before. Rates and reforms of
        this schedule from the first change on are dropped: a proposal replaces the trajectory. A
        date may change no price, for a reform alone; a reform that changes nothing is left out.

        Raises:
            TariffError: a cell that the fee does not have, a price that is not one, no date, a
                date before anything is known, a reform at another date, with limits that do not
                increase or are not as many as the class has, with years or a factor out of range,
                or for an unknown class.
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
        dates = sorted(changes)
        problems += [p for reform in reforms for p in reform.problems(self.classes, dates)]
        if problems:
            raise TariffError(problems)
        earlier = [date for date in self.dates if date < first]
        amounts = [self.amounts[i] for i in range(len(earlier))]
        for date in dates:
            now = amounts[-1].copy()
            for cell, amount in changes[date].items():
                now[self.index_of(cell)] = amount
            amounts.append(now)
        return replace(
            self,
            dates=(*earlier, *dates),
            amounts=np.stack(amounts),
            rates=tuple(rate for rate in self.rates if rate.effective_from < first),
            name=name,
            reforms=(
                *(reform for reform in self.reforms if reform.date < first),
                *sorted((r for r in reforms if r.changes), key=lambda reform: reform.date),
            ),
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
        """Price of a cell on a date, NaN when none is known; that of a first machine.

        Raises:
            TariffError: the cell's `*` stands for prices that differ.
        """
        prices = np.asarray(self.amounts[max(self._index(date), 0)][self.index_of(cell)])
        if np.any(prices != prices.flat[0]) and not np.isnan(prices).all():
            raise TariffError(problem("cell_unknown", None, str(cell)))
        return float(prices.flat[0]) if self._index(date) >= 0 else float("nan")

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The distinct prices of the schedule, in the order of the official tables."""
        cells = []
        for code, machine_class in self.classes.items():
            for zone in ZONES if machine_class.zones else ("*",):
                cells += [Cell(code, amortisation, zone, "plein") for amortisation in AMORTISATION]
            cells += [Cell(code, "*", "*", band) for band in machine_class.bands[1:]]
        return tuple(cells)

    def periods(self, year: int) -> tuple[Period, ...]:
        """The parts of a calendar year, each under one date's prices."""
        start, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
        length = (end - start).days
        starts = self._starts(year)
        marks = [*((date - start).days / length for date in starts), 1.0]
        indices = [self._index(date) for date in starts]
        return tuple(
            Period(a, b, index) for a, b, index in zip(marks[:-1], marks[1:], indices, strict=True)
        )

    def volumes(self, machines: Machines, year: int, inpatients_count: bool = True) -> Floats:
        r"""Billed acts of each machine in each period and band: shape `(..., period, band)`.

        $v_{k,b} = \frac{B}{N} \left|[s_{k-1} N, s_k N] \cap [a_{k,b}, a_{k,b+1}]\right|$, in acts;
        0 for a machine without acts. $B$: billed acts of the year; $N$: places taken in the year,
        $B$ and the acts of in-patients, or $B$ alone without `inpatients_count`; $s_k$: fraction of
        the year at the end of period $k$; $a_{k,b}$: lower limit, in acts, of band $b$ of the
        machine's class in period $k$. Places are counted from 1 January; each period cuts its own
        by the limits in force in it.

        Source: bands at the margin, of the official tables; who takes places: docs/decisions/005.

        Raises:
            InputError: acts that are negative or not a number.
        """
        billed = np.asarray(machines.acts_billed, dtype=float)
        if not np.all((billed >= 0) & (machines.acts_inpatient >= 0)):
            raise InputError(problem("acts_invalid", None, float(np.min(billed))))
        places = machines.acts if inpatients_count else billed
        marks = np.array([0.0, *(period.end for period in self.periods(year))])
        done = places[..., None, None] * marks[:, None]
        tables = self.period_limits(year)
        if np.array_equal(tables[1:], tables[:-1]):  # one clip a mark is enough
            limits = tables[0][machines.class_index][..., None, :]
            inside = np.diff(np.clip(done, limits[..., :-1], limits[..., 1:]), axis=-2)
        else:
            limits = np.moveaxis(tables[:, machines.class_index], 0, -2)
            before, after = (
                np.clip(part, limits[..., :-1], limits[..., 1:])
                for part in (done[..., :-1, :], done[..., 1:, :])
            )
            inside = after - before
        share = np.divide(billed, places, out=np.zeros_like(billed), where=places > 0)
        return np.asarray(inside * share[..., None, None])

    def fees(self, machines: Machines, year: int) -> Floats:
        """Price of each machine's acts by period and band, `factors` included: as `volumes`."""
        indices = [period.date_index for period in self.periods(year)]
        amounts = self.amounts[
            :,
            machines.class_index,
            np.asarray(machines.amortised, dtype=np.intp),
            machines.zone_index,
        ]
        table = np.moveaxis(amounts[indices], 0, -2)
        unknown = np.array(indices) < 0
        fees = np.where(unknown[:, None], np.nan, table)
        if self.reforms and machines.further is not None:
            fees = fees * self.factors(machines, year)[..., None]
        return fees

    def revenue(self, machines: Machines, year: int, inpatients_count: bool = True) -> Floats:
        r"""Fee revenue of each machine in a calendar year, EUR.

        $R = \sum_{k,b} p_{k,b}\, v_{k,b}$ over the year's periods $k$ and bands $b$, changes of
        tariff and structure inside the year included. $p$: `fees`, EUR an act; $v$: `volumes`, acts
        in the year. Of the shape of the machines, `(...)`; of one machine, whatever the weight of
        its row.

        Source: the official tables (UNCAM decisions, arrêté of 2 February 2024).

        Raises:
            InputError: acts that are negative or not a number.
            TariffError: a machine performs acts for which no rate is known; names class and date.
        """
        volumes = self.volumes(machines, year, inpatients_count)
        fees = self.fees(machines, year)
        missing = (volumes > 0) & np.isnan(fees)
        if missing.any():
            self._refuse_missing(machines, year, missing)
        return np.asarray(np.sum(volumes * np.where(volumes > 0, fees, 0.0), axis=(-2, -1)))

    def _starts(self, year: int) -> tuple[dt.date, ...]:
        """First day of each period of a year."""
        start, end = dt.date(year, 1, 1), dt.date(year + 1, 1, 1)
        return (start, *(date for date in self.dates if start < date < end))

    def _structure(self, date: dt.date) -> Reform:
        """All that reforms have changed by a date, that day included."""
        structure = Reform(date)
        for reform in self.reforms:
            if reform.date <= date:
                structure = structure.then(reform)
        return structure

    def _limit_table(self, changed: Mapping[str, tuple[float, ...]]) -> Floats:
        """As `limits`, with those of some classes changed."""
        table = np.full((len(self.classes), len(BANDS) + 1), _NO_LIMIT)
        table[:, 0] = 0.0
        for row, (code, machine_class) in zip(table, self.classes.items(), strict=True):
            limits = changed.get(code, machine_class.limits)
            row[1 : 1 + len(limits)] = limits
        return table

    def _index(self, date: dt.date) -> int:
        """Index of the prices in force on a date; -1 before the first."""
        return sum(start <= date for start in self.dates) - 1

    def _first_dates(self) -> tuple[dt.date | None, ...]:
        """For each class, the first date on which a price is known."""
        has_price = np.asarray(~np.isnan(self.amounts).all(axis=(2, 3, 4)))
        return tuple(
            self.dates[int(np.argmax(column))] if column.any() else None for column in has_price.T
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
