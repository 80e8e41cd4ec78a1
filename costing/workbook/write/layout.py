"""A writer of workbooks that cannot turn a text into a formula, and lays every sheet out alike."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from xlsxwriter.utility import xl_rowcol_to_cell

from costing.french.writing import NONE
from costing.workbook.write.raw import Cells, RawBook, RawSheet, written_cells
from costing.workbook.write.styles import DAY, WHOLE, properties

#: Fixed, so that the same content gives the same bytes.
CREATED = dt.datetime(2024, 1, 1)
LONGEST_TEXT = 32_000


@dataclass(frozen=True)
class Column:
    """The cells of a column: their range as formulas name it, and what they hold (None: blank)."""

    ref: str
    values: tuple[Any, ...]


class Book:
    """A workbook being written: its styles, and its sheets in order."""

    def __init__(self, title: str) -> None:
        self._memory = io.BytesIO()
        options = {
            "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False,
        }  # fmt: skip
        self.file = RawBook(self._memory, options)
        self.file.set_properties({"title": title, "created": CREATED})
        self.file.set_size(2400, 1400)
        self._formats: dict[tuple[Any, ...], Any] = {}
        #: Those written so far, in the order of writing.
        self.sheets: list[Sheet] = []
        self._planned: dict[str, Any] = {}
        #: Whether formulas follow what is typed: a number that is a text is then refused.
        self.computed = False
        #: Where each input stands, by key: what formulas elsewhere refer to.
        self.cells: dict[str, str] = {}
        #: The columns of the tables to fill, by sheet and name: what counts are made of.
        self.columns: dict[tuple[str, str], Column] = {}

    def format(self, name: str, **changes: Any) -> Any:
        """A style, with a few properties changed; made once."""
        key = (name, *sorted(changes.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format({**properties(name), **changes})
        return self._formats[key]

    def plan(self, names: Sequence[str]) -> None:
        """Fix the order of the sheets, whatever the order in which they are written."""
        self._planned = {name: self.file.add_worksheet(name, RawSheet) for name in names}

    def sheet(self, name: str, widths: Sequence[float], landscape: bool = True) -> Sheet:
        """A sheet, planned or new, set up to print on A4, all columns on one page's width."""
        sheet = self._planned.pop(name, None) or self.file.add_worksheet(name, RawSheet)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width, self.format("base"))
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L&8{name}&R&8Page &P / &N")
        sheet.hide_gridlines(2)
        self.sheets.append(Sheet(self, sheet, name, widths))
        return self.sheets[-1]

    def lock(self) -> None:
        """Keep the sheets as they are: none added, renamed, moved or taken out; no password."""
        self.file.locked = True

    def values(self, names: Sequence[str]) -> dict[str, Cells]:
        """What the cells of some sheets hold, instead of saving: no blank one, no record."""
        texts = {index: text for text, index in self.file.str_table.string_table.items()}
        return {
            sheet.name: {
                place: cell
                for place, cell in written_cells(sheet.raw, texts).items()
                if place not in sheet.records
            }
            for sheet in self.sheets
            if sheet.name in names
        }

    def save(self, target: Path | BinaryIO) -> None:
        """Close the workbook and write it whole."""
        for sheet in self.sheets:
            sheet.set_heights()
        self.file.close()
        if isinstance(target, Path):
            target.write_bytes(self._memory.getvalue())
        else:
            target.write(self._memory.getvalue())


class Sheet:
    """A sheet being written; rows and columns count from 0."""

    def __init__(self, book: Book, sheet: Any, name: str, widths: Sequence[float]) -> None:
        self.book, self.raw, self.name, self.widths = book, sheet, name, widths
        self._heights: dict[int, float] = {}
        #: What was written, by (row, column): what a formula's cached value is worked out from.
        self.written: dict[tuple[int, int], Any] = {}
        #: Where `record` wrote.
        self.records: set[tuple[int, int]] = set()

    def text(self, row: int, column: int, text: str, style: str = "cell", **changes: Any) -> None:
        """A text, never read as a formula, a number or a link."""
        shown = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
        self.written[row, column] = shown
        self.raw.write_string(row, column, shown, self.book.format(style, **changes))
        look = {**properties(style), **changes}
        if look.get("text_wrap"):
            self._need(row, shown, self.widths[column], look["font_size"])
        elif look["font_size"] > 11:
            self._need(row, "", 1, look["font_size"])

    def record(self, row: int, column: int, text: str, style: str = "cell") -> None:
        """A text that tells what was so on the day of the export: inputs that change leave it."""
        self.text(row, column, text, style)
        self.records.add((row, column))

    def ref(self, row: int, column: int, last: tuple[int, int] | None = None) -> str:
        """A cell, or the range to another one, as formulas of every sheet name it."""
        cells = [xl_rowcol_to_cell(*place, True, True) for place in ((row, column), last) if place]
        name = self.name.replace("'", "''")
        return f"'{name}'!{':'.join(cells)}"

    def title(self, text: str, hint: str = "") -> None:
        """The title of the sheet, and a line below that says what it holds."""
        self.text(0, 0, text, "title")
        if hint:
            self.text(1, 0, hint, "hint")

    def opening(self, title: str, banner: str, hint: str) -> int:
        """Title, banner if any and hint, over all the columns; gives the row of the table."""
        self.title(title)
        row = 1
        if banner:
            self.paragraph(row, banner, "banner")
            row += 1
        self.paragraph(row, hint, "hint")
        return row + 2

    def row(self, row: int, values: Sequence[Any], styles: Sequence[str] = ("strong",)) -> None:
        """Cells from the first column on, by type; beyond the styles given, plain cells."""
        for column, value in enumerate(values):
            self.value(row, column, value, styles[column] if column < len(styles) else "cell")

    def paragraph(self, row: int, text: str, style: str = "lead") -> None:
        """A text over all the columns of the sheet."""
        self.raw.merge_range(row, 0, row, len(self.widths) - 1, "")
        width, size = sum(self.widths), properties(style)["font_size"]
        self.raw.write_string(row, 0, text, self.book.format(style, text_wrap=True))
        self._need(row, text, width, size)

    def _need(self, row: int, text: str, width: float, size: float) -> None:
        """Height for a wrapped text: programs other than Excel do not all find it themselves."""
        room = max(1.0, width * 11.0 / size)
        lines = sum(max(1, math.ceil(len(part) / room)) for part in text.split("\n"))
        height = min(400.0, lines * size * 1.3 + 3)
        self._heights[row] = max(self._heights.get(row, 0.0), height)

    def set_heights(self) -> None:
        """Give each row the height that its longest text needs."""
        for row, height in self._heights.items():
            self.raw.set_row(row, max(15.0, height))

    def number(
        self, row: int, column: int, value: float | None, style: str = "number", **changes: Any
    ) -> None:
        """A number; a dash when there is none."""
        if value is None or not math.isfinite(value):
            self.text(row, column, NONE, style, **changes)
        else:
            self.written[row, column] = value
            self.raw.write_number(row, column, value, self.book.format(style, **changes))

    def blank(self, row: int, column: int, style: str, **changes: Any) -> None:
        """An empty cell with a style."""
        self.written.pop((row, column), None)
        self.raw.write_blank(row, column, None, self.book.format(style, **changes))

    def formula(
        self, row: int, column: int, text: str, value: float | str, style: str = "number",
        **changes: Any,
    ) -> None:  # fmt: skip
        """A live formula with the value that it gives, for readers that do not recalculate."""
        self.written[row, column] = value
        self.raw.write_formula(row, column, f"={text}", self.book.format(style, **changes), value)

    def totals(
        self, first: int, last: int, label: str, sums: Mapping[int, float],
        formats: Mapping[int, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """Below some rows, the sum of each column given with its value, as a formula.

        `formats` holds the number formats of the columns that are not whole.
        """
        self.text(last + 1, 0, label, "strong")
        for column, value in sums.items():
            text = f"SUM({at(first, column)}:{at(last, column)})"
            look = formats.get(column, WHOLE)
            self.formula(last + 1, column, text, value, bold=True, num_format=look)

    def value(self, row: int, column: int, value: Any, style: str, **changes: Any) -> None:
        """A cell by the type of what it holds."""
        if value is None or value == "":
            self.blank(row, column, style, **changes)
        elif isinstance(value, str):
            self.text(row, column, value, style, **changes)
        elif isinstance(value, dt.date):
            look = self.book.format(style, **{"num_format": DAY, **changes})
            self.written[row, column] = value
            self.raw.write_datetime(row, column, value, look)
        else:
            self.number(row, column, float(value), style, **changes)

    def merged(
        self, first: tuple[int, int], last: tuple[int, int], value: Any, style: str, **changes: Any
    ) -> None:
        """One cell over several, from (row, column) to (row, column), by the type of its value."""
        (row, column), look = first, self.book.format(style, **changes)
        if first != last:
            self.raw.merge_range(*first, *last, "", look)
        if not isinstance(value, str) or not value or column == last[1]:
            self.value(row, column, value, style, **changes)
            return
        self.raw.write_string(row, column, value, look)
        width = sum(self.widths[column : last[1] + 1])
        self._need(last[0], value, width, properties(style)["font_size"])

    def header(self, row: int, names: Sequence[str], right: Sequence[int] = ()) -> None:
        """A row of headings; those of the columns in `right` are aligned with their numbers."""
        for column, name in enumerate(names):
            self.text(row, column, name, "head_right" if column in right else "head")

    def keep_header(self, row: int, column: int = 0, repeated: bool = True) -> None:
        """Freeze what stands above and left, and repeat the header row on each printed page.

        repeated: no other table stands below, whose columns are others.
        """
        self.raw.freeze_panes(row + 1, column)
        if repeated:
            self.raw.repeat_rows(row)

    def heading(self, row: int, text: str, columns: int, column: int = 0) -> None:
        """A title across the table, without merging cells."""
        for empty in range(columns):
            self.blank(row, empty, "section")
        self.text(row, column, text, "section")
        self._need(row, "", 1, 12)

    def choose(
        self, rows: tuple[int, int], column: int, source: Sequence[str] | str, where: str = "",
        **more: str,
    ) -> None:  # fmt: skip
        """A drop-down list over some rows (first, last) of a column; `where` names its sheet.

        more: options of the validation, such as the message that the cells show.
        """
        self.raw.data_validation(
            rows[0], column, rows[1], column,
            {
                "validate": "list", "source": source, "error_title": "Choix hors liste",
                "error_message": f"Choisissez dans la liste{where}.", **more,
            },
        )  # fmt: skip

    def protect(self) -> None:
        """Lock all but the input cells, without a password; widths and filters stay free."""
        self.raw.protect(
            "",
            {
                "format_columns": True, "format_rows": True, "autofilter": True,
                "select_locked_cells": True, "select_unlocked_cells": True,
            },
        )  # fmt: skip


def at(row: int, column: int) -> str:
    """The name of a cell: `at(0, 0)` is `A1`."""
    return str(xl_rowcol_to_cell(row, column))
