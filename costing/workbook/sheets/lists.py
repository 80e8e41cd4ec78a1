"""Lists of admitted values for drop-downs, each a column of the last sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_col_to_name

from costing.workbook.sheets import vocabulary
from costing.workbook.write.layout import Book, Sheet


class Lists:
    """Lists of admitted values, each a column of the last sheet; validations point to them."""

    def __init__(self) -> None:
        self.columns: list[list[str]] = []

    def check(
        self, sheet: Sheet, rows: tuple[int, int], column: int, values: list[str], **more: str
    ) -> None:
        """A drop-down list of the values over some rows (first, last) of a column.

        `more` as in `Sheet.choose`.
        """
        where = f" (feuille « {vocabulary.LISTS} »)"
        sheet.choose(rows, column, f"={self.range(values)}", where, **more)

    def range(self, values: Sequence[str]) -> str:
        """Where the values stand, one below the other, as formulas name it."""
        listed = list(values)
        if listed not in self.columns:
            self.columns.append(listed)
        letter = xl_col_to_name(self.columns.index(listed))
        return f"{vocabulary.LISTS}!${letter}$2:${letter}${len(listed) + 1}"

    def write(self, book: Book) -> None:
        """The sheet itself."""
        sheet = book.sheet(vocabulary.LISTS, [26] * len(self.columns))
        for column, values in enumerate(self.columns):
            sheet.text(0, column, f"liste {column + 1}", "head")
            for row, value in enumerate(values, start=1):
                sheet.text(row, column, value)
        sheet.keep_header(0)
        sheet.protect()
