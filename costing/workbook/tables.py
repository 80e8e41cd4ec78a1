"""Sheets as grids of raw cells, tables found by their headings, and problems with their cells."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from costing.errors import Place, Problem, WorkbookError, problem, suggest
from costing.workbook.cells import BLANK, Raw, RefusedError, clean, is_blank
from costing.workbook.package import Package

#: Headings are looked for in these rows; columns further right are never read.
HEADER_ROWS, MOST_COLUMNS = 40, 60


class Bad:
    """What a cell that was refused gives: the problem is already noted."""


BAD = Bad()


@dataclass
class Findings:
    """The problems of a workbook, and where each key stands in it."""

    problems: list[Problem] = field(default_factory=list)
    where: dict[str, Place] = field(default_factory=dict)

    def add(self, code: str, place: Place, value: Any = None, **facts: Any) -> None:
        """Note a problem."""
        self.problems.append(problem(code, place, value, **facts))

    def claim(self, key: str, place: Place) -> bool:
        """Whether a key is met for the first time; else both places are named."""
        first = self.where.get(key)
        if first is None:
            self.where[key] = place
            return True
        for here, other in ((first, place), (place, first)):
            self.add("wb_duplicate", here, key, other=str(other))
        return False


@dataclass
class Grid:
    """A sheet's cells that hold something, by (row, column) from 1."""

    name: str
    cells: dict[tuple[int, int], Raw]
    merged: list[tuple[str, tuple[int, int, int, int]]]

    def at(self, row: int, column: int) -> Raw:
        """A cell; blank when there is none."""
        return self.cells.get((row, column), BLANK)

    def place(self, row: int, column: int) -> Place:
        """Where a cell is, in words."""
        return Place(sheet=self.name, cell=f"{get_column_letter(column)}{row}")

    def read(self, findings: Findings, row: int, column: int, reader: Callable[[Raw], Any]) -> Any:
        """A cell's value through a reader; `BAD` once its problem is noted."""
        raw = self.at(row, column)
        try:
            return reader(raw)
        except RefusedError as error:
            findings.add(error.code, self.place(row, column), raw.value, **error.facts)
            return BAD


@dataclass
class Table:
    """A table of a grid: the row of its headings, and the column of each name."""

    grid: Grid
    header: int
    columns: dict[str, int]

    def rows(self) -> Iterator[int]:
        """The rows below the headings that hold something in one of the columns."""
        known = set(self.columns.values())
        found = {
            row
            for (row, column), raw in self.grid.cells.items()
            if row > self.header and column in known and not is_blank(raw)
        }
        yield from sorted(found)

    def raw(self, row: int, name: str) -> Raw:
        """A cell by the name of its column."""
        return self.grid.at(row, self.columns[name]) if name in self.columns else BLANK

    def place(self, row: int, name: str) -> Place:
        """Where a cell is."""
        return self.grid.place(row, self.columns[name])

    def read(self, findings: Findings, row: int, name: str, reader: Callable[[Raw], Any]) -> Any:
        """A cell's value through a reader; `BAD` once its problem is noted."""
        return self.grid.read(findings, row, self.columns[name], reader)


def read_grids(package: Package, rows: Mapping[str, int], findings: Findings) -> dict[str, Grid]:
    """The grids of the sheets asked, each with the last row to read; missing sheets are noted.

    Raises:
        WorkbookError: the file is damaged.
    """
    names = {clean(name).casefold(): name for name in package.parts}
    grids = {}
    book = _open(package)
    for wanted, last in rows.items():
        name = names.get(wanted.casefold())
        if name is None:
            known = ", ".join(package.parts)
            near = suggest(wanted, package.parts)
            findings.add("wb_sheet_missing", Place(sheet=wanted), wanted, near=near, known=known)
            continue
        structure = package.structure(name, last)
        if structure.beyond:
            findings.add("wb_beyond", Place(sheet=name, cell=structure.beyond), limit=last)
        try:
            cells = _cells(book[name], last, structure.uncomputed)
        except Exception as error:  # openpyxl fails in many ways on a bad file
            raise _damaged(error) from None
        grids[wanted] = Grid(name, cells, structure.merged)
    return grids


def find_table(
    grid: Grid, headings: Mapping[str, str], required: tuple[str, ...], findings: Findings
) -> Table | None:
    """The table whose first heading stands in one of the first rows; None when it is not there."""
    names = {clean(heading).casefold(): name for name, heading in headings.items()}
    first = next(iter(headings))
    header = next(
        (r for (r, c), raw in sorted(grid.cells.items()) if r <= HEADER_ROWS
         and names.get(_heading(raw)) == first),
        None,
    )  # fmt: skip
    if header is None:
        shown = ", ".join(headings[name] for name in required)
        findings.add("wb_headings_missing", Place(sheet=grid.name), headings[first], known=shown)
        return None
    columns: dict[str, int] = {}
    for (row, column), raw in sorted(grid.cells.items()):
        name = names.get(_heading(raw)) if row == header else None
        if name and name in columns:
            findings.add(
                "wb_heading_twice", grid.place(row, column), headings[name],
                other=grid.place(row, columns[name]).cell,
            )  # fmt: skip
        elif name:
            columns[name] = column
    missing = [name for name in required if name not in columns]
    for name in missing:
        place = Place(sheet=grid.name, cell=f"{header}:{header}")
        findings.add("wb_column_missing", place, headings[name])
    table = Table(grid, header, columns)
    _note_merged(table, findings)
    return None if missing else table


def _note_merged(table: Table, findings: Findings) -> None:
    columns = table.columns.values()
    for name, (top, left, bottom, right) in table.grid.merged:
        if bottom >= table.header and any(left <= column <= right for column in columns):
            findings.add("wb_merged", table.grid.place(top, left), name)


def _heading(raw: Raw) -> str:
    return clean(raw.value).casefold() if isinstance(raw.value, str) else ""


def _open(package: Package) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(
                io.BytesIO(package.data), read_only=True, data_only=True, keep_links=False
            )
        except Exception as error:  # openpyxl fails in many ways on a bad file
            raise _damaged(error) from None


def _damaged(error: Exception) -> WorkbookError:
    return WorkbookError(problem("wb_damaged", detail=f"{type(error).__name__}: {error}"))


def _cells(sheet: Any, last: int, uncomputed: set[tuple[int, int]]) -> dict[tuple[int, int], Raw]:
    found = {}
    for cells in sheet.iter_rows(min_row=1, max_row=last, max_col=MOST_COLUMNS):
        for cell in cells:
            value = cell.value
            if value is not None:
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                shown = cell.number_format if number else "General"
                found[cell.row, cell.column] = Raw(value, shown)
    for row, column in uncomputed:
        if row <= last and column <= MOST_COLUMNS:
            found[row, column] = Raw(None, "General", uncomputed=True)
    return found
