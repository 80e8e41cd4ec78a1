"""The sheet « Choix » of an import workbook, row by row, as the fields of a scenario."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from costing.errors import Place, suggest
from costing.reference import Reference
from costing.scenario import Scenario
from costing.units import UNITS
from costing.workbook import vocabulary as words
from costing.workbook.cells import (
    Raw,
    clean,
    is_blank,
    read_choice,
    read_date,
    read_flag,
    read_number,
    read_text,
)
from costing.workbook.choices import LEVERS, ROOM, STEPS, Choice, assemble, choices
from costing.workbook.tables import BAD, Findings, Table

_LEVER_PARTS = ("label", "date", "annual_amount_eur")


def read_choices(reference: Reference, table: Table, findings: Findings) -> dict[str, Any]:
    """The fields of a scenario; problems and the place of each key are noted."""
    known = {choice.key: choice for choice in choices(reference, Scenario(), ROOM)}
    values: dict[str, Any] = {}
    for row in table.rows():
        key = table.read(findings, row, "key", read_text)
        if key is None:
            if not is_blank(table.raw(row, "value")):
                heading = words.CHOICE_COLUMNS["key"]
                findings.add("wb_no_key", table.place(row, "key"), heading=heading)
        elif key is not BAD:
            _read_row(known, table, row, clean(key), values, findings)
    _note_missing(known, table, findings)
    _check_levers(table, values, findings)
    _check_steps(values, findings)
    if any(value is BAD for value in values.values()):
        return assemble({key: None if value is BAD else value for key, value in values.items()})
    return assemble(values)


def _read_row(
    known: dict[str, Choice],
    table: Table,
    row: int,
    key: str,
    values: dict[str, Any],
    findings: Findings,
) -> None:
    choice = known.get(key)
    if choice is None:
        findings.add("wb_unknown_key", table.place(row, "key"), key, near=suggest(key, known))
        return
    if not findings.claim(key, table.place(row, "value")):
        return
    unit = UNITS[choice.quantity.unit][0] if choice.quantity else ""
    written = table.read(findings, row, "unit", read_text)
    if written is not BAD and clean(written or "") != unit:
        place = table.place(row, "unit")
        findings.add("wb_unit_changed", place, written or "", expected=unit or "—")
    value = table.read(findings, row, "value", partial(_value, choice))
    if value is None and choice.required:
        heading = words.CHOICE_COLUMNS["value"]
        findings.add("wb_blank", table.place(row, "value"), heading=heading)
    values[key] = value


def _value(choice: Choice, raw: Raw) -> Any:
    if choice.kind == "list":
        return read_choice(raw, choice.options)
    if choice.kind == "flag":
        return read_flag(raw)
    if choice.kind == "date":
        return read_date(raw)
    if choice.quantity:
        number = read_number(raw, choice.quantity)
        return int(number) if number is not None and choice.quantity.whole else number
    return read_text(raw)


def _note_missing(known: dict[str, Choice], table: Table, findings: Findings) -> None:
    missing = [key for key, c in known.items() if c.required and key not in findings.where]
    if missing:
        place = table.grid.place(table.header, table.columns["key"])
        findings.add("wb_rows_missing", place, ", ".join(missing), count=len(missing))


def _check_levers(table: Table, values: dict[str, Any], findings: Findings) -> None:
    """A lever has its three parts or none."""
    for number in range(1, LEVERS + ROOM + 1):
        keys = [f"savings.other_levers.{number}.{part}" for part in _LEVER_PARTS]
        given = [key for key in keys if values.get(key) is not None]
        for key in keys if given else ():
            if values.get(key) is None:
                place = findings.where.get(key, Place(sheet=table.grid.name, key=key))
                findings.add("wb_blank", place, heading=words.CHOICE_COLUMNS["value"])


def _check_steps(values: dict[str, Any], findings: Findings) -> None:
    last: dt.date | None = None
    for number in range(1, STEPS + ROOM + 1):
        key = f"rules.step_dates.{number}"
        date = values.get(key)
        if not isinstance(date, dt.date):
            continue
        if last and date <= last:
            shown = f"{date:%d/%m/%Y}"
            findings.add("date_order", findings.where[key], shown, after=f"{last:%d/%m/%Y}")
        last = date
