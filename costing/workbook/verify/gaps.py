"""Cells of an exported workbook that are not what the engine gives, and why.

Not here: what the engine gives (`costing.workbook.verify.verify`).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from costing.workbook.write.raw import Cells
from costing.xlsx.package import Package

#: Relative difference within which two numbers are the same.
SAME = 1e-9
#: And the part of the largest number of their row, for what is left of a subtraction.
OF_ROW = 1e-13
_CELL = re.compile(rb"<c ([^>]*[^/>])>(.*?)</c>", re.DOTALL)
_NAME = re.compile(rb'\br="([A-Z]+[0-9]+)"')
#: Why a cell differs: causes first, what may follow from them last.
REASONS = {
    "text": "un texte, que les formules ne lisent pas : tapez le nombre seul, sans unité",
    "unread": "saisie qui ne se lit pas : un choix de la liste, ou un nombre seul",
    "moved": "date sortie de son année : importez ce classeur, puis exportez-le de nouveau",
    "replaced": "formule remplacée par une valeur",
    "absent": "feuille absente du classeur",
    "empty": "case vide, ou formule qu'aucun tableur n'a calculée",
    "stale": "valeur d'avant vos changements : case non recalculée, ou qui ne les suit pas",
    "error": "erreur de calcul dans le classeur",
    "other": "formule changée, ou qui dépend d'une case changée ci-dessus",
}
#: The order in which cells are told.
RANK = {reason: rank for rank, reason in enumerate(REASONS)}


@dataclass(frozen=True)
class Gap:
    """A cell that is not what the engine gives, and why (a key of `REASONS`)."""

    sheet: str
    cell: str
    actual: Any
    expected: Any
    reason: str

    @property
    def words(self) -> str:
        """Why, in French."""
        return REASONS[self.reason]


def gaps_of(book: CalamineWorkbook, expected: Mapping[str, Cells]) -> Iterator[Gap]:
    """The cells that differ, without their reasons."""
    for name, cells in expected.items():
        if name not in book.sheet_names:
            yield Gap(name, "", None, None, "absent")
            continue
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        scale: dict[int, float] = {}
        for (row, _), written in cells.items():
            if isinstance(written.value, float):
                scale[row] = max(scale.get(row, 0.0), abs(written.value))
        for (row, column), written in cells.items():
            line = rows[row] if row < len(rows) else []
            value = line[column] if column < len(line) else ""
            if not same(value, written.value, scale.get(row, 0.0)):
                cell = xl_rowcol_to_cell(row, column)
                yield Gap(name, cell, value, written.value, "other")


def same(actual: Any, expected: Any, scale: float) -> bool:
    """Whether a cell holds what is expected; `scale` is the largest number of its row."""
    if isinstance(expected, str):  # as formulas compare texts
        return str(actual).casefold() == expected.casefold()
    if isinstance(actual, dt.datetime | dt.date):
        first = dt.datetime(1899, 12, 30)
        when = actual if isinstance(actual, dt.datetime) else dt.datetime(*actual.timetuple()[:3])
        actual = (when - first) / dt.timedelta(days=1)
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return False
    largest = max(abs(actual), abs(expected))
    return math.isfinite(actual) and abs(actual - expected) <= max(SAME * largest, OF_ROW * scale)


class Marked(NamedTuple):
    """Cells of a sheet that hold a formula, and those that hold an error, with its text."""

    formulas: frozenset[str]
    errors: Mapping[str, str]


def marked_cells(package: Package, name: str) -> Marked:
    """What the sheet's own XML says of its cells; the reader of values has blanks for errors."""
    if name not in package.parts:
        return Marked(frozenset(), {})
    with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
        text = archive.read(package.parts[name])
    formulas, errors = set(), {}
    for attributes, content in _CELL.findall(text):
        name_match = _NAME.search(attributes)
        cell = name_match[1].decode() if name_match else ""
        if b"<f" in content:
            formulas.add(cell)
        if b't="e"' in attributes:
            errors[cell] = content.partition(b"<v>")[2].partition(b"</v>")[0].decode()
    return Marked(frozenset(formulas), errors)


def reasoned(
    gap: Gap,
    expected: Mapping[str, Cells],
    former: Mapping[str, Cells],
    marked: Marked,
) -> Gap:
    """Why a cell differs, as far as the file tells."""
    if gap.reason == "absent":
        return gap
    place = xl_cell_to_rowcol(gap.cell)
    before = former.get(gap.sheet, {}).get(place)
    if gap.cell in marked.errors:
        return replace(gap, actual=marked.errors[gap.cell], reason="error")
    if expected[gap.sheet][place].formula and gap.cell not in marked.formulas:
        reason = "replaced" if gap.actual != "" else "empty"
    elif gap.actual == "":
        reason = "empty"
    elif before is not None and same(
        gap.actual,
        before.value,
        abs(gap.expected or 0.0) if isinstance(gap.expected, float) else 0.0,
    ):
        reason = "stale"
    else:
        reason = "other"
    return replace(gap, reason=reason)
