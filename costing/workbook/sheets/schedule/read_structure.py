"""What a proposal's workbook changes of the structure, read back from its sheet « Structure ».

The sheet says twice what it holds: in two cells above the table, and in the table. Both must agree,
so that a row that was lost is never taken for « unchanged ».
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import partial
from typing import Any

from costing.fee.given_prices import Given
from costing.fee.schedule import MOST_YEARS, Cell
from costing.french.writing import clean
from costing.reference.reference import Reference
from costing.scenario.menu import STRUCTURES
from costing.values.quantity import UNBOUNDED, Quantity
from costing.workbook.grid.cells import (
    RefusedError,
    is_blank,
    read_choice,
    read_date,
    read_number,
    read_text,
)
from costing.workbook.grid.hidden import note_filled
from costing.workbook.grid.tables import BAD, Grid, Line, find_table
from costing.workbook.sheets import vocabulary
from costing.xlsx.cell import Raw

SHEET = "Structure"
LAST_ROW = 2_000
_REQUIRED = ("class", "part", "date", "after", "unit")
_ROWS = Quantity("number", 0, LAST_ROW, whole=True)
_STATES = vocabulary.STRUCTURE_STATES
_MOST = {"year": MOST_YEARS, "share": 1.0}


def read_structure(grid: Grid, dates: Collection[dt.date], reference: Reference) -> list[Given]:
    """The parts of the structure that the sheet changes; what is wrong goes to its findings.

    dates: those of the proposed prices, on which alone the structure may change.
    """
    state = _beside(grid, vocabulary.STRUCTURE_STATE, partial(read_choice, options=_STATES))
    stated = _beside(grid, vocabulary.STRUCTURE_ROWS, partial(read_number, allowed=_ROWS))
    table = find_table(grid, vocabulary.STRUCTURE_COLUMNS, _REQUIRED)
    if table is None:
        return []
    lines = table.lines()
    _compare(grid, vocabulary.STRUCTURE_ROWS, stated, stated == len(lines), len(lines))
    shown = _STATES.get(state)
    _compare(
        grid, vocabulary.STRUCTURE_STATE, shown, (state == "changed") == bool(lines), len(lines)
    )
    note_filled(grid, [line.row for line in lines], [table.columns[name] for name in _REQUIRED])
    given = [_line(line, dates, reference) for line in lines]
    return [item for item in given if item]


def _beside(grid: Grid, label: str, reader: Any) -> Any:
    """The value to the right of a label; None once its problem is noted."""
    cell = grid.beside(label)
    if cell is None:
        return None
    if is_blank(grid.at(*cell)):
        grid.findings.add("wb_blank", grid.place(*cell), heading=label)
        return None
    value = grid.read(*cell, reader)
    return None if value is BAD else value


def _compare(grid: Grid, label: str, stated: Any, same: bool, count: int) -> None:
    """Note that a cell above the table says something else than the table."""
    if stated is not None and not same:
        place = next(
            grid.place(row, column + 1)
            for (row, column), raw in grid.cells.items()
            if isinstance(raw.value, str) and clean(raw.value) == label
        )
        grid.findings.add("structure_rows", place, stated, heading=label, count=count)


def _line(line: Line, dates: Collection[dt.date], reference: Reference) -> Given | None:
    """One row of the table; None once what is wrong with it is noted."""
    parts = {code: label.fr for code, (label, _) in STRUCTURES.items()}
    readers: dict[str, Any] = {
        "class": partial(read_choice, options=vocabulary.fee_classes(reference)),
        "part": partial(read_choice, options=parts),
        "date": read_date,
    }
    fields = {name: _read(line, name, reader) for name, reader in readers.items()}
    if fields["date"] and dates and fields["date"] not in dates:
        known = ", ".join(f"{date:%d/%m/%Y}" for date in sorted(dates))
        line.note("reform_date", "date", f"{fields['date']:%d/%m/%Y}", known=known)
    if fields["part"] is None:
        return None
    unit = STRUCTURES[fields["part"]][1]
    _read(line, "unit", partial(_unit, part=fields["part"]))
    value = _read(line, "after", partial(read_number, allowed=_quantity(unit)))
    if value is None or None in fields.values():
        return None
    cell = Cell(fields["class"], "*", "*", fields["part"])
    return Given(line.place("after"), fields["date"], cell, value)


def _quantity(unit: str) -> Quantity:
    return Quantity(unit, 0.0, _MOST.get(unit, UNBOUNDED))


def _unit(raw: Raw, part: str) -> str:
    """The unit of a row, which must be that of its part."""
    expected = vocabulary.structure_unit(part)
    text = read_text(raw) or ""
    if clean(text).casefold() != expected.casefold():
        raise RefusedError("wb_unit_changed", expected=expected)
    return text


def _read(line: Line, name: str, reader: Any) -> Any:
    """A cell's value; None once it is noted that it is blank or wrong."""
    if line.blank(name):
        line.note_blank(name)
        return None
    value = line.read(name, reader)
    return None if value is BAD else value
