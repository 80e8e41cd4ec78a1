"""An annex as a workbook: a sheet a modality, its tables one under the other, prices as numbers.

The layout is that of the Word annex, so that either can be pasted into the draft of a text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, BinaryIO

from costing.annex.describe import Annex, Article, Table
from costing.annex.printed import digits
from costing.annex.tables import Box
from costing.workbook.write.layout import Book, Sheet

_LABEL, _WIDEST, _ROOM = 42.0, 18.0, 76.0
_LONGEST_NAME = 31
#: Rows of sheet that a printed page holds, so that no table is cut.
_ROWS_A_PAGE = 50
_BLACK = "#000000"
_GREY = {"font_color": _BLACK, "bg_color": "#D9D9D9", "align": "center"}
_FRAME = {"border": 1, "border_color": _BLACK, "valign": "vcenter"}
_LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "head": ("head", _GREY),
    "subhead": ("head", {**_GREY, "bold": False}),
    "group": ("strong", {"indent": 1}),
    "label": ("cell", {"indent": 1}),
    "item": ("cell", {"indent": 2}),
    "count": ("centre", {}),
    "price": ("centre", {}),
    "blank": ("centre", {}),
}


def write_sheets(annex: Annex, target: Path | BinaryIO) -> None:
    """Write an annex as .xlsx."""
    book = Book(annex.title)
    for article in annex.articles:
        _write_article(book, annex, article)
    book.save(target)


def _write_article(book: Book, annex: Annex, article: Article) -> None:
    """A sheet: the tables of a modality, each on one printed page."""
    columns = max(table.grid.columns for table in article.tables) - 1
    widths = [_LABEL, *[min(_WIDEST, _ROOM / columns)] * columns]
    name = re.sub(r"[\[\]:*?/\\']", " ", article.name)[:_LONGEST_NAME]
    sheet = book.sheet(name, widths, landscape=False)
    row = sheet.opening(f"{annex.title} : {article.title}", "", annex.origin)
    page, breaks, state = 0, [], ""
    for table in article.tables:
        start = row
        if table.state != state:
            state = table.state
            sheet.text(row, 0, state, "subtitle")
            row += 1
        row = _table(sheet, row, table) + 1
        if row - page > _ROWS_A_PAGE:
            page = start
            breaks.append(start)
    sheet.raw.set_h_pagebreaks(breaks)


def _table(sheet: Sheet, row: int, table: Table) -> int:
    """Caption, cells and notes from a row on; gives the row after."""
    sheet.paragraph(row, table.caption, "caption")
    first = row + 1
    last = first + table.grid.rows - 1
    for box in table.grid.boxes:
        _box(sheet, first, table, box)
    row = last + 1
    if table.inside:
        end = table.grid.columns - 1
        sheet.merged((row, 0), (row, end), "\n".join(table.inside), "note", **_FRAME)
        row += 1
    for note in (*table.below, *filter(None, [table.source])):
        sheet.paragraph(row, note, "note")
        row += 1
    return row


def _box(sheet: Sheet, first: int, table: Table, box: Box) -> None:
    """A box as a cell or several merged, lines drawn where the table has them."""
    style, changes = _LOOKS[box.kind]
    value: Any = box.content
    above, below = box.row, box.row + box.rows
    rules = table.grid.rules
    look = {
        **changes,
        "valign": "vcenter",
        "border_color": _BLACK,
        "top": int(above in rules),
        "bottom": int(below in rules or below == table.grid.rows),
    }
    if box.kind == "price":
        decimals = "0" * digits(float(value), 2)
        look["num_format"] = f'#,##0.{decimals}\u00a0"€"'
    elif box.kind == "count":
        decimals = "." + "0" * digits(float(value)) if digits(float(value)) else ""
        look["num_format"] = f"#,##0{decimals}" + (f'\u00a0"{box.unit}"' if box.unit else "")
    start = (first + box.row, box.column)
    end = (first + below - 1, box.column + box.columns - 1)
    sheet.merged(start, end, value, style, **look)
