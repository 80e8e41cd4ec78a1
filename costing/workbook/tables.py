"""Sheets as grids of raw cells, tables found by their headings, and problems with their cells."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from costing.errors import Place, Problem, problem, suggest
from costing.workbook.cells import BLANK, Raw, RefusedError, clean, is_blank, read_text
from costing.workbook.package import Package, damaged

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


@dataclass(frozen=True)
class Grid:
    """A sheet's cells that hold something, by (row, column) from 1."""

    name: str
    cells: dict[tuple[int, int], Raw]
    merged: list[tuple[str, tuple[int, int, int, int]]]
    findings: Findings

    def at(self, row: int, column: int) -> Raw:
        """A cell; blank when there is none."""
        return self.cells.get((row, column), BLANK)

    def place(self, row: int, column: int) -> Place:
        """Where a cell is, in words."""
        return Place(sheet=self.name, cell=f"{get_column_letter(column)}{row}")

    def read(self, row: int, column: int, reader: Callable[[Raw], Any]) -> Any:
        """A cell's value through a reader; `BAD` once its problem is noted."""
        raw = self.at(row, column)
        try:
            return reader(raw)
        except RefusedError as error:
            self.findings.add(error.code, self.place(row, column), raw.value, **error.facts)
            return BAD

    def beside(self, label: str) -> tuple[int, int] | None:
        """The cell to the right of a label; None, once noted, where the label is not found."""
        for (row, column), raw in self.cells.items():
            if isinstance(raw.value, str) and clean(raw.value) == label:
                return row, column + 1
        self.findings.add("wb_label_missing", Place(sheet=self.name), label)
        return None


@dataclass(frozen=True)
class Table:
    """A table of a grid: the row of its headings, the column and the heading of each name."""

    grid: Grid
    header: int
    columns: dict[str, int]
    headings: Mapping[str, str]

    @property
    def findings(self) -> Findings:
        """Where its problems go."""
        return self.grid.findings

    def lines(self) -> list[Line]:
        """The rows below the headings that hold something in one of the columns."""
        known = set(self.columns.values())
        found = {
            row
            for (row, column), raw in self.grid.cells.items()
            if row > self.header and column in known and not is_blank(raw)
        }
        return [Line(self, row) for row in sorted(found)]

    def keyed(self, key: str, inputs: tuple[str, ...]) -> Iterator[tuple[str, Line]]:
        """The lines that bear a key, with it; one filled without a key is a problem."""
        for line in self.lines():
            text = line.read(key, read_text)
            if text is None and not line.blank(*inputs):
                line.note("wb_no_key", key, heading=self.headings[key])
            elif text is not None and text is not BAD:
                yield clean(text), line

    def note_missing(self, key: str, missing: list[str], shown: int) -> None:
        """Note the keys that no line bears: absent is not « unchanged »."""
        if missing:
            text = ", ".join(missing[:shown]) + ("…" if len(missing) > shown else "")
            place = self.grid.place(self.header, self.columns[key])
            self.findings.add("wb_rows_missing", place, text, count=len(missing))


@dataclass(frozen=True)
class Line:
    """One row of a table; its cells go by the names of the columns."""

    table: Table
    row: int

    def place(self, name: str) -> Place:
        """Where a cell is."""
        return self.table.grid.place(self.row, self.table.columns[name])

    def read(self, name: str, reader: Callable[[Raw], Any]) -> Any:
        """A cell's value through a reader; `BAD` once its problem is noted."""
        return self.table.grid.read(self.row, self.table.columns[name], reader)

    def blank(self, *names: str) -> bool:
        """Whether all of some cells are blank."""
        return all(is_blank(self.table.grid.at(self.row, self.table.columns[n])) for n in names)

    def note(self, code: str, name: str, value: Any = None, **facts: Any) -> None:
        """Note a problem of a cell."""
        self.table.findings.add(code, self.place(name), value, **facts)

    def note_blank(self, name: str) -> None:
        """Note that a cell should not be blank."""
        self.note("wb_blank", name, heading=self.table.headings[name])


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
            raise damaged(f"{type(error).__name__}: {error}") from None
        grids[wanted] = Grid(name, cells, structure.merged, findings)
    return grids


def find_table(grid: Grid, headings: Mapping[str, str], required: tuple[str, ...]) -> Table | None:
    """The table whose first heading stands in one of the first rows.

    None, with its problems noted, when there is none or a required column is missing.
    """
    findings = grid.findings
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
    for box, (top, left, bottom, right) in grid.merged:
        if bottom >= header and any(left <= column <= right for column in columns.values()):
            findings.add("wb_merged", grid.place(top, left), box)
    return None if missing else Table(grid, header, columns, headings)


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
            raise damaged(f"{type(error).__name__}: {error}") from None


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
