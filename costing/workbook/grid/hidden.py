"""What a sheet does not show: a value read in a hidden cell is a problem when it says something.

Hidden and unchanged is harmless (a filter left on); hidden and changed would alter figures unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from costing.problems.errors import Both
from costing.workbook.grid.cells import is_blank
from costing.xlsx.formats import shows

if TYPE_CHECKING:
    from costing.workbook.grid.tables import Grid, Line

_SHEET = Both("la feuille est masquée", "the sheet is hidden")
_FORMAT = Both(
    "son format n'affiche pas ce qu'elle contient", "its format does not show what it holds"
)
_COLOUR = Both("son texte a la couleur de son fond", "its text has the colour of its background")


def cause(grid: Grid, row: int, column: int) -> Both | None:
    """Why a cell is not seen; None when it is."""
    if grid.hidden:
        return _SHEET
    if row in grid.hidden_rows:
        return _row(row)
    if column in grid.hidden_columns:
        return _column(column)
    raw = grid.at(row, column)
    if raw.value is None:
        return None
    return _COLOUR if raw.blended else None if shows(raw.format, raw.value) else _FORMAT


def note_hidden(grid: Grid, row: int, columns: Iterable[int]) -> bool:
    """Note the first of some cells of a row that is not seen, if any; whether there was one."""
    for column in columns:
        why = cause(grid, row, column)
        if why:
            value = grid.at(row, column).value
            shown = "—" if value is None else value
            grid.findings.add("wb_hidden", grid.place(row, column), shown, where=why)
            return True
    return False


def note_changed(line: Line, names: Iterable[str]) -> bool:
    """Note the first of some columns of a line whose cell is not seen, if any."""
    return note_hidden(line.table.grid, line.row, (line.table.columns[name] for name in names))


def note_filled(grid: Grid, rows: Sequence[int], columns: Sequence[int]) -> None:
    """Note what is not seen of rows and columns whose every filled cell counts.

    Once for a hidden sheet, for a run of hidden rows and for a hidden column.
    """
    if grid.hidden and rows:
        note_hidden(grid, rows[0], columns)
        return
    runs = groupby(enumerate(r for r in rows if r in grid.hidden_rows), lambda p: p[1] - p[0])
    for _, run in runs:
        first, *rest = [row for _, row in run]
        where = _row(first, rest[-1] if rest else first)
        place, value = grid.place(first, columns[0]), grid.at(first, columns[0]).value
        grid.findings.add("wb_hidden", place, value, where=where)
    seen = [row for row in rows if row not in grid.hidden_rows]
    for column in columns:
        filled = [row for row in seen if not is_blank(grid.at(row, column))]
        if column in grid.hidden_columns:
            filled = filled[:1]
        for row in filled:
            note_hidden(grid, row, (column,))


def _row(first: int, last: int | None = None) -> Both:
    if last and last > first:
        return Both(
            f"les lignes {first} à {last} sont masquées", f"rows {first} to {last} are hidden"
        )
    return Both(f"la ligne {first} est masquée", f"row {first} is hidden")


def _column(column: int) -> Both:
    letter = get_column_letter(column)
    return Both(f"la colonne {letter} est masquée", f"column {letter} is hidden")
