"""The schedule of a proposal's workbook, read back: sheets « Barème » and « Structure »."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from pathlib import Path
from typing import BinaryIO

from costing.case import labels
from costing.fee.given_prices import Given
from costing.fee.schedule import Cell
from costing.french.writing import NONE, clean
from costing.problems.errors import Place, Problem, suggest
from costing.reference.reference import Reference
from costing.values.quantity import Quantity
from costing.workbook.grid.cells import (
    RefusedError,
    is_blank,
    read_choice,
    read_date,
    read_number,
)
from costing.workbook.grid.hidden import note_filled
from costing.workbook.grid.tables import BAD, Findings, Line, Table, find_table, read_grids
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.schedule.read_structure import LAST_ROW as STRUCTURE_LAST
from costing.workbook.sheets.schedule.read_structure import SHEET as STRUCTURE
from costing.workbook.sheets.schedule.read_structure import read_structure
from costing.xlsx.cell import Raw
from costing.xlsx.package import open_package

SHEET = "Barème"
LAST_ROW = 2_000
_HEADINGS = {"class": "Classe", "situation": "Situation", "zone": "Zone"}
_PROPOSED = re.compile(r"Proposé au (.+)")
_PRICE = Quantity("EUR/act")
#: Full rates go by the machine's amortisation, reduced ones by their band.
_SITUATIONS = {
    code: label
    for code, label in {**labels.AMORTISATION, **labels.BANDS}.items()
    if code not in ("*", "plein")
}


def read_prices(
    source: Path | BinaryIO, reference: Reference, findings: Findings | None = None
) -> tuple[list[Given], list[Problem]]:
    """The proposed prices and structure at each date, with their cells, and what cannot be read.

    A dash says that there is no price; a formula that no spreadsheet program computed is a problem,
    and so is a workbook that does not say whether the structure changes. findings: what is noted on
    the way, for those who ask.

    Raises:
        WorkbookError: not a readable .xlsx.
    """
    findings = findings or Findings()
    package = open_package(source)
    wanted = {SHEET: LAST_ROW}
    names = {clean(name).casefold() for name in package.parts}
    if STRUCTURE.casefold() in names:
        wanted[STRUCTURE] = STRUCTURE_LAST
    grids = read_grids(package, wanted, findings)
    if SHEET not in grids:
        return [], findings.problems
    if STRUCTURE not in grids:
        near = suggest(STRUCTURE, package.parts)
        known = ", ".join(package.parts)
        findings.add("schedule_no_structure", Place(sheet=STRUCTURE), near=near, known=known)
    table = find_table(grids[SHEET], _HEADINGS, tuple(_HEADINGS))
    if table is None:
        return [], findings.problems
    dates = _dates(table)
    if not dates and not findings.problems:
        findings.add("schedule_no_proposal", Place(sheet=table.grid.name))
    lines = table.lines()
    given = [item for line in lines for item in _line(line, dates, reference)]
    priced = [line.row for line in lines if not line.blank("situation")]
    note_filled(table.grid, priced, [*table.columns.values(), *dates])
    if STRUCTURE in grids:
        given += read_structure(grids[STRUCTURE], dates.values(), reference)
    return given, findings.problems


def _dates(table: Table) -> dict[int, dt.date]:
    """The date of each column of proposed prices."""
    dates = {}
    for (row, column), raw in sorted(table.grid.cells.items()):
        if row == table.header and raw.uncomputed:
            table.findings.add("wb_uncomputed", table.grid.place(row, column))
        heading = _PROPOSED.fullmatch(clean(str(raw.value))) if row == table.header else None
        if heading:
            try:
                date = read_date(Raw(heading[1]))
            except RefusedError as error:
                place = table.grid.place(row, column)
                table.findings.add(error.code, place, heading[1], **error.facts)
                continue
            if date:
                dates[column] = date
    return dates


def _line(line: Line, dates: dict[int, dt.date], reference: Reference) -> list[Given]:
    """The prices of a row; none for the title of a part of the table."""
    grid = line.table.grid
    priced = [column for column in dates if not is_blank(grid.at(line.row, column))]
    if not priced and line.blank("situation"):
        return []
    options = {
        "class": vocabulary.fee_classes(reference),
        "situation": _SITUATIONS,
        "zone": labels.ZONES,
    }
    codes = {
        name: line.read(name, partial(read_choice, options=labels_by_code))
        for name, labels_by_code in options.items()
    }
    for name, code in codes.items():
        if code is None:
            line.note_blank(name)
    given = []
    for column, date in dates.items():
        place = grid.place(line.row, column)
        raw = grid.at(line.row, column)
        if is_blank(raw):
            heading = clean(str(grid.at(line.table.header, column).value))
            line.table.findings.add("wb_blank", place, heading=heading)
        elif raw.value != NONE:
            price = grid.read(line.row, column, partial(read_number, allowed=_PRICE))
            if price is not BAD and not {None, BAD} & set(codes.values()):
                given.append(Given(place, date, _cell(codes), price))
    return given


def _cell(codes: dict[str, str]) -> Cell:
    situation = codes["situation"]
    if situation in labels.BANDS:
        return Cell(codes["class"], "*", codes["zone"], situation)
    return Cell(codes["class"], situation, codes["zone"], "plein")
