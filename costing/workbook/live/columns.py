"""Sheets of one machine a row: columns of formulas, each with the values that they give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from xlsxwriter.utility import xl_col_to_name

from costing.workbook.write.layout import Book, Sheet
from costing.workbook.write.printing import across

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """A column of a sheet of machines; `values` is what its formulas give, by machine."""

    sheet: str
    letter: str
    first: int
    values: Floats

    def here(self, index: int) -> str:
        """The cell of a machine, for formulas of the same sheet."""
        return f"${self.letter}{self.first + index + 1}"

    def there(self, index: int) -> str:
        """The cell of a machine, for formulas of other sheets."""
        return f"'{self.sheet}'!${self.letter}${self.first + index + 1}"

    @property
    def all(self) -> str:
        """The whole column."""
        last = self.first + len(self.values)
        return f"'{self.sheet}'!${self.letter}${self.first + 1}:${self.letter}${last}"


class MachineSheet:
    """A sheet of machines being written, column after column."""

    def __init__(self, book: Book, name: str, hint: str, count: int) -> None:
        self.book, self.name, self.count = book, name, count
        self.header, self.first = 3, 4
        self.sheet: Sheet = book.sheet(name, (16, 30, 12))
        self.sheet.title(name, hint)
        self.sheet.keep_header(self.header, 1)
        self._widths: list[float] = []

    def texts(self, head: str, sources: Sequence[str], texts: Sequence[str]) -> Column:
        """A column of texts repeated from another sheet."""
        return self._write(head, sources, texts, np.zeros(self.count), "calc_text")

    def add(
        self, head: str, formulas: Iterable[str], values: Floats, style: str = "calc"
    ) -> Column:
        """A column of numbers."""
        numbers = np.broadcast_to(np.asarray(values, dtype=float), (self.count,))
        return self._write(head, formulas, numbers.tolist(), numbers, style)

    def _write(
        self,
        head: str,
        formulas: Iterable[str],
        cached: Sequence[float | str],
        values: Floats,
        style: str,
    ) -> Column:
        column, look, text = len(self._widths), self.book.format(style), style == "calc_text"
        self._widths.append((30 if column else 16) if text else 13)
        self.sheet.raw.set_column(column, column, self._widths[-1], self.book.format("base"))
        heading = self.book.format("head" if text else "head_right")
        self.sheet.raw.write_string(self.header, column, head, heading)
        write = self.sheet.raw.write_formula
        for row, (formula, value) in enumerate(
            zip(formulas, cached, strict=True), start=self.first
        ):
            write(row, column, f"={formula}", look, value)
        return Column(self.name, xl_col_to_name(column), self.first, values)

    def close(self) -> None:
        """Set up the printing and protect the sheet: nothing in it is an input."""
        self.sheet.raw.set_row(self.header, 68)
        repeated = 2 if self._widths[1] > 13 else 1
        across(self.sheet, repeated, repeated, 1, self._widths, scale=70)
        self.sheet.protect()
