"""Lists of admitted values for drop-downs, each a column of the last sheet of a workbook."""

from __future__ import annotations

from costing.workbook import vocabulary as words
from costing.workbook.layout import Book, Sheet


class Lists:
    """Lists of admitted values, each a column of the last sheet; validations point to them."""

    def __init__(self) -> None:
        self.columns: list[list[str]] = []

    def check(self, sheet: Sheet, rows: tuple[int, int], column: int, values: list[str]) -> None:
        """A drop-down list of the values over some rows (first, last) of a column."""
        if values not in self.columns:
            self.columns.append(values)
        letter = chr(ord("A") + self.columns.index(values))
        source = f"={words.LISTS}!${letter}$2:${letter}${len(values) + 1}"
        sheet.choose(rows, column, source, where=f" (feuille « {words.LISTS} »)")

    def write(self, book: Book) -> None:
        """The sheet itself."""
        sheet = book.sheet(words.LISTS, [26] * len(self.columns))
        for column, values in enumerate(self.columns):
            sheet.text(0, column, f"liste {column + 1}", "head")
            for row, value in enumerate(values, start=1):
                sheet.text(row, column, value)
        sheet.keep_header(0)
        sheet.protect()
