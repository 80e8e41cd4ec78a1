"""Sheets as grids of raw cells, tables found by their headings, and problems with their cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from costing.french.writing import clean
from costing.problems.errors import Place, Problem, WorkbookError, problem, suggest
from costing.workbook.grid.cells import RefusedError, is_blank, read_text
from costing.xlsx.cell import BLANK, Raw
from costing.xlsx.package import Package

#: Headings are looked for in these rows.
HEADER_ROWS = 40
#: Past so many problems the reading stops: the file is not a filled template.
MOST_PROBLEMS = 2_000
#: What programs add to the name of a sheet that is copied: « Parc (2) », « Parc_2 ».
_COPY = re.compile(r" ?(\(\d+\)|_\d+)$")


class Bad:
    """What a cell that was refused gives: the problem is already noted."""


BAD = Bad()


@dataclass
class Findings:
    """The problems of a workbook, and where each key stands in it.

    texts: numbers read in texts (« 1,2 M€ »): place, text, number.
    """

    problems: list[Problem] = field(default_factory=list)
    where: dict[str, Place] = field(default_factory=dict)
    texts: list[tuple[Place, str, float]] = field(default_factory=list)

    def add(self, code: str, place: Place, value: Any = None, **facts: Any) -> None:
        """Note a problem.

        Raises:
            WorkbookError: there are too many; all those noted, and that there may be more.
        """
        self.problems.append(problem(code, place, value, **facts))
        if len(self.problems) >= MOST_PROBLEMS:
            too_many = problem("wb_many_problems", value=MOST_PROBLEMS)
            raise WorkbookError([too_many, *self.problems])

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
    """A sheet's cells that hold something, by (row, column) from 1; what it merges and hides."""

    name: str
    cells: dict[tuple[int, int], Raw]
    merged: list[tuple[str, tuple[int, int, int, int]]]
    findings: Findings
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

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
            value = reader(raw)
        except RefusedError as error:
            self.findings.add(error.code, self.place(row, column), raw.value, **error.facts)
            return BAD
        if isinstance(raw.value, str) and isinstance(value, float):
            self.findings.texts.append((self.place(row, column), raw.value, value))
        return value

    def beside(self, label: str) -> tuple[int, int] | None:
        """The cell to the right of a label; None, once noted, where it is not found or is twice.

        Of several columns that hold the label's words, the leftmost: others may be values.
        """
        labelled = sorted(
            (column, row)
            for (row, column), raw in self.cells.items()
            if isinstance(raw.value, str) and clean(raw.value) == label
        )
        same = [(row, column) for column, row in labelled if column == labelled[0][0]]
        if len(same) == 1:
            return same[0][0], same[0][1] + 1
        if not same:
            self.findings.add("wb_label_missing", Place(sheet=self.name), label)
        for index, cell in enumerate(same):
            other = self.place(*same[0 if index else 1])
            self.findings.add("wb_duplicate", self.place(*cell), label, other=str(other))
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
        columns = set(self.columns.values())
        rows = {
            row
            for (row, column), raw in self.grid.cells.items()
            if row > self.header and column in columns and not is_blank(raw)
        }
        return [Line(self, row) for row in sorted(rows)]

    def keyed(self, key: str, inputs: tuple[str, ...]) -> Iterator[tuple[str, Line]]:
        """The lines that bear a key, with it; one filled without a key is a problem."""
        for line in self.lines():
            text = line.read(key, read_text)
            if text is None and not line.blank(*inputs):
                line.note("wb_no_key", key, heading=self.headings[key])
            elif text is not None and text is not BAD:
                yield clean(text), line

    def note_missing(self, key: str, missing: list[str], most: int) -> None:
        """Note the keys that no line bears: absent is not « unchanged »."""
        if missing:
            text = ", ".join(missing[:most]) + ("…" if len(missing) > most else "")
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
    findings.problems += package.active
    grids = {}
    for wanted, last in rows.items():
        name = _find_sheet(package, wanted, findings)
        if name is not None:
            grids[wanted] = _grid(package, name, last, findings)
    return grids


def _find_sheet(package: Package, wanted: str, findings: Findings) -> str | None:
    """The sheet of a name, whatever its capitals; none, once noted, when absent or there twice."""
    folded = wanted.casefold()
    names = [name for name in package.parts if clean(name).casefold() == folded]
    copies = [
        name for name in package.parts
        if name not in names and _COPY.sub("", clean(name)).casefold() == folded
    ]  # fmt: skip
    if not names:
        known, near = ", ".join(package.parts), suggest(wanted, package.parts)
        findings.add("wb_sheet_missing", Place(sheet=wanted), wanted, near=near, known=known)
        return None
    for name in [*names[1:], *copies]:
        findings.add("wb_sheet_copy", Place(sheet=name), name, other=names[0])
    return names[0]


def _grid(package: Package, name: str, last: int, findings: Findings) -> Grid:
    """A sheet's cells; what no reader may pass over is noted."""
    content = package.sheet(name, last)
    grid = Grid(
        name, content.cells, content.merged, findings, name in package.book.hidden,
        content.hidden_rows, content.hidden_columns,
    )  # fmt: skip
    if content.beyond:
        findings.add("wb_beyond", Place(sheet=name, cell=content.beyond), limit=last)
    for row, column in content.commands:
        findings.add("wb_command", grid.place(row, column))
    return grid


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
