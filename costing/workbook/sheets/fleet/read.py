"""The sheet « Parc » of an import workbook, machine by machine, as the fleet of a scenario."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pandas as pd

from costing.fleet.columns import COLUMNS
from costing.fleet.fleet import validate
from costing.fleet.table import FleetTable
from costing.french.writing import clean
from costing.problems.errors import FleetError, Place, Problem
from costing.reference.reference import Reference
from costing.workbook.grid.cells import read_choice, read_date, read_flag, read_number, read_text
from costing.workbook.grid.hidden import note_filled, note_hidden
from costing.workbook.grid.tables import BAD, Line, Table
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.fleet.write import NUMBERS, YEARS

_LATEST = 2100
Machine = dict[str, Any]


def read_fleet(reference: Reference, table: Table) -> FleetTable | None:
    """The fleet of the sheet, None when it has no machine or a problem, which is noted.

    Numbers become floats (the rank an integer), so that a machine typed 7000 or 7000,0 is one.
    """
    before = len(table.findings.problems)
    lines = table.lines()
    year = _identity_cell(
        table, vocabulary.FLEET_YEAR, partial(read_number, allowed=YEARS), bool(lines)
    )
    label = _identity_cell(table, vocabulary.FLEET_NAME, read_text, bool(lines))
    synthetic = _identity_cell(table, vocabulary.FLEET_SYNTHETIC, read_flag, None)
    if not lines:
        return None
    readers = _readers(reference)
    machines = [_machine(line, readers) for line in lines]
    read = [table.columns[name] for name in COLUMNS]
    note_filled(table.grid, [line.row for line in lines], read)
    good = [pair for pair in zip(lines, machines, strict=True) if BAD not in pair[1].values()]
    if good:
        _check_whole(reference, good, year if isinstance(year, int) else _LATEST)
    if len(table.findings.problems) > before:
        return None
    columns = {name: tuple(machine[name] for machine in machines) for name in COLUMNS}
    columns["installed_on"] = tuple(date.isoformat() for date in columns["installed_on"])
    fleet = FleetTable(year=year, label=label, synthetic=bool(synthetic), columns=columns)
    # An exported workbook holds the reference fleet, since it computes it.
    return None if fleet == _plain(reference.fleet.to_table()) else fleet


def _plain(table: FleetTable) -> FleetTable:
    """A fleet with its texts as they are read from a sheet."""
    texts = {
        name: tuple(clean(value) if isinstance(value, str) else value for value in values)
        for name, values in table.columns.items()
    }
    return table.model_copy(update={"columns": texts})


def _identity_cell(table: Table, name: str, reader: Any, needed: bool | None) -> Any:
    """The value beside a label; `needed` when there are machines, out of place (False) if not."""
    cell = table.grid.beside(name)
    if cell is None:
        return BAD
    value = table.grid.read(*cell, reader)
    if value and value is not BAD:
        note_hidden(table.grid, cell[0], (cell[1],))
    if needed and value is None:
        table.findings.add("wb_blank", table.grid.place(*cell), heading=name)
    elif needed is False and value not in (None, BAD):
        table.findings.add("wb_fleet_empty", table.grid.place(*cell), value)
    return value


def _readers(reference: Reference) -> dict[str, Any]:
    lists = vocabulary.fleet_options(reference)
    return {
        "machine_id": read_text,
        "site_id": read_text,
        "installed_on": read_date,
        **{name: partial(read_choice, options=options) for name, options in lists.items()},
        **{name: partial(read_number, allowed=allowed) for name, allowed in NUMBERS.items()},
    }


def _machine(line: Line, readers: dict[str, Any]) -> Machine:
    """A machine by column, `BAD` for what cannot be read; its name may not be met again."""
    machine: Machine = {}
    for name in COLUMNS:
        value = line.read(name, readers[name])
        if value is None:
            line.note_blank(name)
            value = BAD
        machine[name] = clean(value) if isinstance(value, str) else value
    if machine["machine_id"] is not BAD:
        name = f"{vocabulary.FLEET} {machine['machine_id']}"
        line.table.findings.claim(name, line.place("machine_id"))
    return machine


def _check_whole(reference: Reference, good: list[tuple[Line, Machine]], year: int) -> None:
    """The checks of the fleet itself, on the machines whose cells were all read."""
    frame = pd.DataFrame([machine for _, machine in good])
    lines = [line for line, _ in good]
    try:
        validate(frame, reference.classes, year, vocabulary.FLEET, first_line=0)
    except FleetError as error:
        lines[0].table.findings.problems += [
            _with_cell(problem, lines)
            for problem in error.problems
            if problem.code != "fleet_duplicate"
        ]


def _with_cell(problem: Problem, lines: list[Line]) -> Problem:
    """A problem of the fleet with its sheet and cell, and its column as the sheet names it."""
    table = lines[0].table
    if problem.place.line is None:
        return Problem(problem.code, Place(sheet=table.grid.name), problem.value, problem.facts)
    column = problem.facts["column"]
    place = lines[problem.place.line].place(column)
    facts = {**problem.facts, "column": table.headings[column]}
    value = problem.value.isoformat() if isinstance(problem.value, dt.date) else problem.value
    return Problem(problem.code, place, value, facts)
