"""Counts over the columns of a table: a live formula, and the number that it gives now.

Both are made together, so that the workbook says the same before and after it is recalculated.
Only functions that Excel 2016 and LibreOffice share. Not here: what is counted (`control_*`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from costing.workbook.write.layout import Column, Sheet

#: Text with at least one letter, in `tally`.
SOME = "?*"


@dataclass(frozen=True)
class Count:
    """A formula without its `=`, and its value."""

    formula: str
    value: int

    def __add__(self, other: Count) -> Count:
        return Count(f"{self.formula}+{other.formula}", self.value + other.value)


def column(sheet: Sheet, first: int, last: int, index: int) -> Column:
    """The cells of a sheet's column between two rows, once they are written."""
    contents = (sheet.written.get((row, index)) for row in range(first, last + 1))
    values = tuple(None if value == "" else value for value in contents)
    return Column(sheet.ref(first, index, (last, index)), values)


def total(counts: Iterable[Count]) -> Count:
    """The sum of some counts, at least one."""
    first, *rest = counts
    return sum(rest, start=first)


def tally(*conditions: tuple[Column, str | int]) -> Count:
    """How many rows meet all of some conditions (`COUNTIFS`).

    A condition is a column with a number to equal, or a text where `*` stands for anything and `?`
    for one letter.
    """
    parts = [f"{cells.ref},{_literal(wanted)}" for cells, wanted in conditions]
    meets = [[_meets(value, wanted) for value in cells.values] for cells, wanted in conditions]
    return Count(f"COUNTIFS({','.join(parts)})", sum(all(row) for row in zip(*meets, strict=True)))


def rows(formula: str, holds: Callable[..., Any], *columns: Column) -> Count:
    """How many rows a product of conditions holds for (`SUMPRODUCT`).

    formula: the product, with `{0}`, `{1}`… for the columns. holds: the same of a row's values.
    """
    text = formula.format(*(cells.ref for cells in columns))
    values = zip(*(cells.values for cells in columns), strict=True)
    return Count(f"SUMPRODUCT({text})", sum(bool(holds(*row)) for row in values))


def _literal(wanted: str | int) -> str:
    return f'"{wanted}"' if isinstance(wanted, str) else str(wanted)


def _meets(value: Any, wanted: str | int) -> bool:
    if isinstance(wanted, int):
        return isinstance(value, (int, float)) and value == wanted
    pattern = re.escape(wanted).replace(r"\*", ".*").replace(r"\?", ".")
    return isinstance(value, str) and bool(re.fullmatch(pattern, value, re.I | re.S))
