"""The sheet « Choix » of an import workbook, row by row, as the fields of a scenario."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from costing import labels
from costing.errors import Place, suggest
from costing.reference import Reference
from costing.scenario import Scenario
from costing.workbook.cells import (
    Raw,
    clean,
    read_choice,
    read_date,
    read_flag,
    read_number,
    read_text,
)
from costing.workbook.choices import (
    LEVERS,
    ROOM,
    STEPS,
    Choice,
    assemble,
    choices,
    correlation_choice,
)
from costing.workbook.quantity import Quantity
from costing.workbook.tables import BAD, Line, Table

_LEVER_PARTS = ("label", "date", "annual_amount_eur")


def read_choices(reference: Reference, table: Table) -> dict[str, Any]:
    """The fields of a scenario; problems and the place of each key are noted."""
    known = {choice.key: choice for choice in choices(reference, Scenario(), ROOM)}
    names = {name for parameters in reference.files.values() for name in parameters}
    values: dict[str, Any] = {}
    for key, line in table.keyed("key", ("value",)):
        if key not in known and (pair := _pair(key)) and names.issuperset(pair):
            known[key] = correlation_choice(reference, *pair)
        if key not in known:
            line.note("wb_unknown_key", "key", key, near=suggest(key, known))
        elif table.findings.claim(key, line.place("value")):
            values[key] = _read_line(line, known[key])
    required = [key for key, choice in known.items() if choice.required]
    missing = [key for key in required if key not in table.findings.where]
    table.note_missing("key", missing, shown=len(missing))
    _check_levers(table, values)
    _check_steps(table, values)
    return assemble({key: None if value is BAD else value for key, value in values.items()})


def _pair(key: str) -> tuple[str, str] | None:
    """The two parameters of a correlation's key."""
    match key.split("."):
        case ["correlations", first, second]:
            return first, second
    return None


def _read_line(line: Line, choice: Choice) -> Any:
    written = line.read("unit", read_text)
    if written is not BAD and clean(written or "") != choice.unit:
        line.note("wb_unit_changed", "unit", written or "", expected=choice.unit or "—")
    value = line.read("value", partial(_value, choice))
    if value is None and choice.required:
        line.note_blank("value")
    return value


def _value(choice: Choice, raw: Raw) -> Any:
    if isinstance(choice.admits, Quantity):
        return read_number(raw, choice.admits)
    if choice.options:
        return read_choice(raw, choice.options)
    if choice.admits == "flag":
        return read_flag(raw)
    return read_date(raw) if choice.admits == "date" else read_text(raw)


def _check_levers(table: Table, values: dict[str, Any]) -> None:
    """A lever has its three parts or none."""
    for number in range(1, LEVERS + ROOM + 1):
        keys = [f"savings.other_levers.{number}.{part}" for part in _LEVER_PARTS]
        blank = [key for key in keys if values.get(key) is None]
        for key in blank if len(blank) < len(keys) else ():
            place = table.findings.where.get(key, Place(sheet=table.grid.name, key=key))
            table.findings.add("wb_blank", place, heading=table.headings["value"])


def _check_steps(table: Table, values: dict[str, Any]) -> None:
    last: dt.date | None = None
    for number in range(1, STEPS + ROOM + 1):
        key = f"rules.step_dates.{number}"
        date = values.get(key)
        if not isinstance(date, dt.date):
            continue
        if last and date <= last:
            place = table.findings.where[key]
            table.findings.add("date_order", place, labels.day(date), after=labels.day(last))
        last = date
