"""Prices and parts of the structure that a person gave, checked together and made a schedule.

Whatever they were read from, each says its place: `costing.schedule_file.file` reads the files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from costing.fee.schedule import (
    AMORTISATION,
    LIMITS,
    ZONES,
    Cell,
    FeeSchedule,
    MachineClass,
    Reform,
)
from costing.problems.errors import Place, Problem, TariffError, problem, suggest

#: Parts of the structure that a row may change, in the place of a band.
PARAMETERS = (*LIMITS, "amortisation_years", "rank_factor")


class Given(NamedTuple):
    """One price, or one part of the structure where the cell's band names it, and its place."""

    place: Place
    date: dt.date
    cell: Cell
    value: float


def parts_of(reform: Reform) -> Iterator[tuple[str, str, float]]:
    """Class, parameter and value of all that a reform changes."""
    for code, limits in reform.limits.items():
        yield from ((code, name, limit) for name, limit in zip(LIMITS, limits, strict=False))
    for code, years in reform.amortisation_years.items():
        yield code, "amortisation_years", years
    for code, factor in reform.rank_factor.items():
        yield code, "rank_factor", factor


def assembled(
    given: Iterable[Given], problems: Iterable[Problem], official: FeeSchedule, name: str
) -> FeeSchedule:
    """The schedule that prices and parts of the structure make.

    Raises:
        TariffError: all the problems, those found before included.
    """
    all_problems = list(problems)
    prices: dict[dt.date, dict[Cell, float]] = {}
    parts: dict[tuple[dt.date, str], dict[str, Given]] = {}
    seen: dict[tuple[str, ...], Place] = {}
    for item in given:
        faults = [*_misfit(item, official), *_repeated(item, seen)]
        all_problems += faults
        if not faults:
            date, cell = item.date, item.cell
            changes = prices.setdefault(date, {})
            if cell.band in PARAMETERS:
                parts.setdefault((date, cell.class_code), {})[cell.band] = item
            else:
                changes[cell] = item.value
    reforms, wrong = _reforms(parts, official.classes)
    if all_problems or wrong:
        raise TariffError(sorted((*all_problems, *wrong), key=lambda p: p.place.line or 0))
    if not prices:
        raise TariffError(problem("tariff_empty"))
    return official.with_prices(prices, name, reforms)


def _misfit(item: Given, official: FeeSchedule) -> list[Problem]:
    """What the fee does not have, or a price that is not one."""
    place, date, cell, value = item
    machine_class = official.classes[cell.class_code]
    own = LIMITS[: len(machine_class.limits)]
    admitted = (*machine_class.bands, *own, *PARAMETERS[len(LIMITS) :])
    problems = []
    if cell.band not in admitted:
        facts = {"near": suggest(cell.band, admitted), "known": ", ".join(admitted)}
        problems.append(problem("schedule_band", place, cell.band, scope=cell.class_code, **facts))
    elif cell.band in PARAMETERS:
        if (cell.amortisation, cell.zone) != ("*", "*"):
            problems.append(problem("schedule_parameter", place, cell.band))
    else:
        if not machine_class.has(cell):
            problems.append(problem("cell_unknown", place, str(cell)))
        if not 0 <= value < float("inf"):
            problems.append(problem("price_invalid", place, value, cell=str(cell)))
    if date <= official.dates[0]:
        first = f"{official.dates[0]:%d/%m/%Y}"
        problems.append(problem("schedule_too_early", place, f"{date:%d/%m/%Y}", first=first))
    return problems


def _repeated(item: Given, seen: dict[tuple[str, ...], Place]) -> list[Problem]:
    """Whether the same price was given for the same date, be it through a `*`."""
    cell = item.cell
    keys = [
        (str(item.date), cell.class_code, amortisation, zone, cell.band)
        for amortisation in (AMORTISATION if cell.amortisation == "*" else (cell.amortisation,))
        for zone in (ZONES if cell.zone == "*" else (cell.zone,))
    ]
    other = next((seen[key] for key in keys if key in seen), None)
    for key in keys:
        seen.setdefault(key, item.place)
    if other is None:
        return []
    where = f"ligne {other.line}" if other.line else str(other)
    return [problem("schedule_duplicate", item.place, str(cell), other=where)]


def _reforms(
    parts: Mapping[tuple[dt.date, str], Mapping[str, Given]], classes: Mapping[str, MachineClass]
) -> tuple[list[Reform], list[Problem]]:
    """Changes of the structure by date; a limit that a date does not name stays as it was."""
    limits = {code: entry.limits for code, entry in classes.items()}
    reforms: dict[dt.date, Reform] = {}
    problems: list[Problem] = []
    for (date, code), items in sorted(parts.items()):
        value = {name: item.value for name, item in items.items()}
        names = zip(LIMITS, limits[code], strict=False)
        moved = tuple(value.get(name, limit) for name, limit in names)
        reform = Reform(
            date,
            {code: moved} if value.keys() & set(LIMITS) else {},
            {code: value["amortisation_years"]} if "amortisation_years" in value else {},
            {code: value["rank_factor"]} if "rank_factor" in value else {},
        )
        place = next(iter(items.values())).place
        problems += [replace(p, place=place) for p in reform.problems(classes, [date])]
        reforms[date] = reforms.get(date, Reform(date)).then(reform)
        limits[code] = moved
    return list(reforms.values()), problems
