"""The sheet « Parc » of an import workbook, machine by machine, as the fleet of a scenario."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pandas as pd

from costing import labels
from costing.errors import FleetError, Place, Problem
from costing.fleet import COLUMNS, REGIONS, validate
from costing.reference import Reference
from costing.scenario import FleetTable
from costing.workbook import vocabulary as words
from costing.workbook.cells import (
    clean,
    is_blank,
    read_choice,
    read_date,
    read_flag,
    read_number,
    read_text,
)
from costing.workbook.choices import Quantity
from costing.workbook.tables import BAD, Bad, Findings, Grid, Table

_LATEST = 2100
_NUMBERS = {
    "rank_on_authorisation": Quantity("number", 1, 99, whole=True),
    "acts_billed": Quantity("act/year", 0, 200_000),
    "acts_inpatient": Quantity("act/year", 0, 200_000),
    "weight": Quantity("number", 1e-9, 1e6),
}
_FLOATS = ("acts_billed", "acts_inpatient", "weight")


def read_fleet(reference: Reference, table: Table, findings: Findings) -> FleetTable | None:
    """The fleet of the sheet, None when it has no machine; problems are noted.

    Numbers become floats (the rank an integer), so that a machine typed 7000 or 7000,0 is one.
    """
    rows = list(table.rows())
    year = _setting(table, words.FLEET_YEAR, _year, findings)
    label = _setting(table, words.FLEET_NAME, read_text, findings)
    synthetic = _setting(table, words.FLEET_SYNTHETIC, read_flag, findings)
    if not rows:
        for name, value in ((words.FLEET_YEAR, year), (words.FLEET_NAME, label)):
            if value not in (None, BAD):
                findings.add("wb_fleet_empty", _setting_place(table.grid, name), value)
        return None
    for name, value in ((words.FLEET_YEAR, year), (words.FLEET_NAME, label)):
        if value is None:
            findings.add("wb_blank", _setting_place(table.grid, name), heading=name)
    before = len(findings.problems)
    readers = _readers(reference)
    machines = {row: _machine(table, row, readers, findings) for row in rows}
    _check_names(table, machines, findings)
    good = [row for row, machine in machines.items() if BAD not in machine.values()]
    known = year if isinstance(year, int) else _LATEST
    if good:
        _check_whole(reference, table, machines, good, known, findings)
    if len(findings.problems) > before or not isinstance(year, int) or not isinstance(label, str):
        return None
    columns = {name: tuple(machines[row][name] for row in rows) for name in COLUMNS}
    columns["installed_on"] = tuple(date.isoformat() for date in columns["installed_on"])
    return FleetTable(year=year, label=label, synthetic=bool(synthetic), columns=columns)


def _readers(reference: Reference) -> dict[str, Any]:
    lists = {
        "modality": words.modalities(reference),
        "class": words.fee_classes(reference),
        "zone": {code: label for code, label in labels.ZONES.items() if code != "*"},
        "region": {region: region for region in REGIONS},
        "sector": labels.SECTORS,
    }
    return {
        "machine_id": read_text,
        "site_id": read_text,
        "installed_on": read_date,
        **{name: partial(read_choice, options=options) for name, options in lists.items()},
        **{name: partial(read_number, allowed=allowed) for name, allowed in _NUMBERS.items()},
    }


def _machine(table: Table, row: int, readers: dict[str, Any], findings: Findings) -> dict[str, Any]:
    machine = {}
    for name in COLUMNS:
        value = table.read(findings, row, name, readers[name])
        if value is None:
            findings.add("wb_blank", table.place(row, name), heading=words.FLEET_COLUMNS[name])
            value = BAD
        elif value is not BAD and name == "rank_on_authorisation":
            value = int(value)
        elif isinstance(value, str):
            value = clean(value)
        machine[name] = value
    return machine


def _check_names(table: Table, machines: dict[int, dict[str, Any]], findings: Findings) -> None:
    """Each machine's name once; both rows are named."""
    for row, machine in machines.items():
        name = machine["machine_id"]
        if not isinstance(name, Bad):
            findings.claim(f"{words.FLEET} {name}", table.place(row, "machine_id"))


def _check_whole(
    reference: Reference,
    table: Table,
    machines: dict[int, dict[str, Any]],
    rows: list[int],
    year: int,
    findings: Findings,
) -> None:
    """The checks of the fleet itself, on the machines whose cells were all read."""
    frame = pd.DataFrame([machines[row] for row in rows])
    try:
        validate(frame, reference.classes, year, words.FLEET, first_line=0)
    except FleetError as error:
        for found in error.problems:
            if found.code != "fleet_duplicate":
                findings.problems.append(_with_cell(found, table, rows))


def _with_cell(found: Problem, table: Table, rows: list[int]) -> Problem:
    """A problem of the fleet with its sheet and cell, and its column as the sheet names it."""
    column = str(found.facts.get("column", "machine_id"))
    if found.place.line is None:
        return Problem(found.code, Place(sheet=table.grid.name), found.value, found.facts)
    place = table.place(rows[found.place.line], column)
    facts = {**found.facts, "column": words.FLEET_COLUMNS.get(column, column)}
    value = found.value.isoformat() if isinstance(found.value, dt.date) else found.value
    return Problem(found.code, place, value, facts)


def _year(raw: Any) -> int | None:
    number = read_number(raw, Quantity("number", 2000, _LATEST, whole=True))
    return None if number is None else int(number)


def _setting_place(grid: Grid, name: str) -> Place:
    found = _setting_cell(grid, name)
    return grid.place(*found) if found else Place(sheet=grid.name, key=name)


def _setting_cell(grid: Grid, name: str) -> tuple[int, int] | None:
    """The cell to the right of a label."""
    for (row, column), raw in grid.cells.items():
        if isinstance(raw.value, str) and clean(raw.value) == name:
            return row, column + 1
    return None


def _setting(table: Table, name: str, reader: Any, findings: Findings) -> Any:
    cell = _setting_cell(table.grid, name)
    if cell is None:
        findings.add("wb_label_missing", Place(sheet=table.grid.name), name)
        return BAD
    if is_blank(table.grid.at(*cell)):
        return None
    return table.grid.read(findings, *cell, reader)
