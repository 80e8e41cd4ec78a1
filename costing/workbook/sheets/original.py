"""The scenario that a workbook was exported from, kept whole, so that unchanged it is found again.

What the other sheets say of a scenario is all that counts, but in one writing of several: the order
of its changes, a bound written out though it equals the reference. A workbook that says the same as
its original is its original.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from costing.case.overrides import with_overrides
from costing.fee.given_prices import Given, assembled, parts_of
from costing.fee.schedule import Cell, FeeSchedule
from costing.fleet.table import FleetTable
from costing.french.writing import clean
from costing.problems.errors import InputError, Place
from costing.reference.reference import Reference
from costing.scenario.scenario import Override, Scenario, from_json
from costing.workbook.sheets.vocabulary import UNNAMED
from costing.workbook.write.layout import Book
from costing.xlsx.package import Package

SHEET = "Scénario d'origine"
#: Characters of the text that one cell holds.
PIECE, LAST_ROW = 30_000, 5_000


@dataclass(frozen=True)
class Original:
    """What a workbook was exported from: scenario (without its fleet), prices, fleet's hash.

    prices: rows of `price_rows`. fleet: empty for the reference fleet. digits: the numbers of the
    fleet with more digits than some programs keep, by machine and column.
    """

    scenario: Scenario
    prices: tuple[tuple[Any, ...], ...]
    fleet: str
    digits: dict[tuple[str, str], float]

    def schedule(self, reference: Reference) -> FeeSchedule:
        """The schedule as exported."""
        given = [
            Given(Place(), dt.date.fromisoformat(row[0]), Cell(*row[1:5]), float(row[5]))
            for row in self.prices
        ]
        return assembled(given, (), reference.schedule, "classeur")


def price_rows(schedule: FeeSchedule, scenario: Scenario) -> Iterator[tuple[Any, ...]]:
    """Every price and part of the structure from the first step on, with its date."""
    first = scenario.rules.step_dates[0]
    for date in (date for date in schedule.dates if date >= first):
        for cell in schedule.cells:
            price = schedule.price(cell, date)
            if math.isfinite(price):
                yield (date.isoformat(), *cell, price)
    for reform in schedule.reforms:
        if reform.date >= first:
            for code, part, value in parts_of(reform):
                yield (reform.date.isoformat(), code, "*", "*", part, float(value))


def fleet_hash(scenario: Scenario) -> str:
    """The identity of a scenario's own fleet; empty when it has none."""
    if scenario.fleet is None:
        return ""
    text = json.dumps(scenario.fleet.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _long_numbers(fleet: FleetTable | None) -> Iterator[tuple[str, str, float]]:
    """Machine, column and value of each number that fifteen digits do not say."""
    if fleet is None:
        return
    for name, values in fleet.columns.items():
        for row, value in enumerate(values):
            if isinstance(value, float) and float(f"{value:.15g}") != value:
                yield str(fleet.columns["machine_id"][row]), name, value


def write_original(book: Book, scenario: Scenario, schedule: FeeSchedule) -> None:
    """The sheet: scenario and prices as JSON, in pieces; the fleet stands on « Parc »."""
    bare = scenario.model_copy(update={"fleet": None})
    content = {
        "scenario": json.loads(bare.to_json()),
        "prices": list(price_rows(schedule, scenario)),
        "fleet": fleet_hash(scenario),
        "digits": list(_long_numbers(scenario.fleet)),
    }
    text = json.dumps(content, ensure_ascii=False)
    sheet = book.sheet(SHEET, (120,))
    sheet.title(SHEET, "Le scénario tel qu'exporté, pour retrouver son empreinte. Ne pas changer.")
    for row, start in enumerate(range(0, len(text), PIECE), start=2):
        piece = text[start : start + PIECE]
        sheet.raw.write_string(row, 0, piece, book.format("code", text_wrap=False))
    sheet.protect()
    sheet.raw.hide()


def read_original(package: Package) -> Original | None:
    """What the sheet says; None when it is absent or cannot be read."""
    if SHEET not in package.parts:
        return None
    cells = package.sheet(SHEET, LAST_ROW).cells
    rows = sorted(row for row, column in cells if column == 1 and row > 2)
    text = "".join(str(cells[row, 1].value) for row in rows)
    try:
        content = json.loads(text)
        scenario = from_json(json.dumps(content["scenario"]), SHEET)
        prices = tuple(tuple(row) for row in content["prices"])
        digits = {(row[0], row[1]): float(row[2]) for row in content.get("digits", ())}
        return Original(scenario, prices, str(content["fleet"]), digits)
    except (InputError, ValueError, KeyError, TypeError):
        return None


def restored(reference: Reference, read: Scenario, original: Original | None) -> Scenario:
    """The original when the scenario that was read says the same as it, else what was read."""
    if original is None:
        return read
    read = _with_digits(read, original.digits)
    candidate = original.scenario.model_copy(update={"fleet": read.fleet})
    try:
        same = alike(meaning(reference, candidate), meaning(reference, read))
    except InputError:
        return read
    return candidate if same else read


def _with_digits(read: Scenario, digits: Mapping[tuple[str, str], float]) -> Scenario:
    """A scenario with the digits of its fleet that a program dropped."""
    if read.fleet is None or not digits:
        return read
    machines = [str(machine) for machine in read.fleet.columns["machine_id"]]
    columns = dict(read.fleet.columns)
    for name in {name for _, name in digits} & columns.keys():
        exact = [digits.get((machine, name)) for machine in machines]
        columns[name] = tuple(
            value if long is None or not alike(value, long) else long
            for value, long in zip(columns[name], exact, strict=True)
        )
    return read.model_copy(update={"fleet": read.fleet.model_copy(update={"columns": columns})})


def plain(reference: Reference, scenario: Scenario) -> Scenario:
    """A scenario in one writing, `meaning`, without its fleet."""
    content = meaning(reference, scenario.model_copy(update={"fleet": None}))
    return from_json(json.dumps(content), SHEET)


def alike(first: Any, second: Any) -> bool:
    """Whether two contents are the same, as far as a workbook can tell.

    Some programs keep 15 digits of a number, and what surrounds a text is not read.
    """
    match first, second:
        case (dict(), dict()):
            keys = first.keys() == second.keys()
            return keys and all(alike(value, second[key]) for key, value in first.items())
        case (list() | tuple(), list() | tuple()):
            return len(first) == len(second) and all(map(alike, first, second))
        case (str(), str()):
            return clean(first) == clean(second)
        case (float() | int(), float() | int()):
            return math.isclose(first, second, rel_tol=1e-12, abs_tol=0)
    return bool(first == second)


def meaning(reference: Reference, scenario: Scenario) -> dict[str, Any]:
    """What a scenario says, in one writing: equal when two scenarios change nothing else.

    Why a correlation was changed stands on no sheet.
    """
    content: dict[str, Any] = json.loads(scenario.to_json())
    content["name"] = clean(scenario.name) or UNNAMED
    content["overrides"] = sorted(
        (_override(reference, override) for override in scenario.overrides),
        key=lambda entry: str(entry["parameter"]),
    )
    content["correlations"] = sorted(
        ({**entry, "reason": ""} for entry in content.get("correlations", [])),
        key=lambda c: sorted((c["first"], c["second"])),
    )
    return content


def _override(reference: Reference, override: Override) -> dict[str, Any]:
    """An override with the bounds and the VAT that it leaves to the reference written out."""
    fields: dict[str, Any] = json.loads(override.model_dump_json())
    _, value = with_overrides(reference, [override]).parameter_at(override.parameter)
    assert value is not None
    fields.update(low=value.low, high=value.high, vat=value.vat)
    return fields
