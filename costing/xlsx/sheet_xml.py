"""One sheet of a workbook read in a single pass: its cells, and what it hides or merges.

What a spreadsheet program shows is what is read: a formula's last computed value, a number as a
date where its format says so. Cells beyond the rows asked are not kept; the first is named.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zipfile import ZipFile

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import from_excel

from costing.xlsx.book_xml import TRUE, Book, unescaped
from costing.xlsx.cell import Raw
from costing.xlsx.foreign import is_command, takes_from_outside
from costing.xlsx.formats import GENERAL, is_date, is_duration
from costing.xlsx.xml_events import LARGEST_SHEET, MAIN, RefusedXmlError, part_events

#: Columns further right are never read.
MOST_COLUMNS = 60
#: A workbook with more filled cells than this is not one of ours.
MOST_CELLS, MOST_MERGED = 220_000, 20_000
_DIGITS = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
#: A row lower than this (points) or a column narrower (characters) shows nothing.
_FLAT = 0.8
Cell = tuple[int, int]


@dataclass
class Content:
    """A sheet's filled cells by (row, column) from 1; what it merges and hides.

    beyond: first cell with content below the last row that is read. commands: cells whose formula
    asks another program for its value.
    """

    cells: dict[Cell, Raw] = field(default_factory=dict)
    merged: list[tuple[str, tuple[int, int, int, int]]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    beyond: str | None = None
    commands: list[Cell] = field(default_factory=list)


def read_sheet(archive: ZipFile, part: str, last_row: int, book: Book) -> Content:
    """A sheet's cells up to a row.

    Raises:
        RefusedXmlError, expat.ExpatError, ValueError, LookupError: the part is damaged.
    """
    reader = _Reader(last_row, book)
    for opening, tag, what in part_events(archive, part, book.budget, LARGEST_SHEET):
        act = (reader.opening if opening else reader.closing).get(tag)
        if act:
            act(what)
    return reader.content


class _Reader:
    """The state of a pass: the row and the cell at hand."""

    def __init__(self, last_row: int, book: Book) -> None:
        self.last_row, self.book, self.content = last_row, book, Content()
        self.row = self.column = 0
        self.cell: dict[str, str] = {}
        self.value: str | None = None
        self.text: list[str] | None = None
        self.formula: str | None = None
        self.shared: dict[str, str] = {}
        self.phonetic = False
        openings: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._row, "c": self._start, "f": self._formula, "is": self._inline,
            "rPh": self._aside, "col": self._columns, "mergeCell": self._merge,
        }  # fmt: skip
        closings: dict[str, Callable[[str], None]] = {
            "v": self._keep_value, "t": self._keep_text, "f": self._keep_formula,
            "rPh": self._back, "c": self._finish,
        }  # fmt: skip
        self.opening = {MAIN + tag: act for tag, act in openings.items()}
        self.closing = {MAIN + tag: act for tag, act in closings.items()}

    def _row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        self.column = 0
        flat = attributes.get("customHeight") in TRUE and float(attributes.get("ht", 15)) < _FLAT
        if (attributes.get("hidden") in TRUE or flat) and self.row <= self.last_row:
            self.content.hidden_rows.add(self.row)

    def _columns(self, attributes: dict[str, str]) -> None:
        if attributes.get("hidden") in TRUE or float(attributes.get("width", 10)) < _FLAT:
            first, last = int(attributes["min"]), min(int(attributes["max"]), MOST_COLUMNS)
            self.content.hidden_columns.update(range(first, last + 1))

    def _merge(self, attributes: dict[str, str]) -> None:
        if len(self.content.merged) >= MOST_MERGED:
            raise RefusedXmlError("merged")
        name = attributes.get("ref", "")
        left, top, right, bottom = range_boundaries(name)
        box = (int(top or 1), int(left or 1), int(bottom or 1), int(right or 1))
        self.content.merged.append((name, box))

    def _start(self, attributes: dict[str, str]) -> None:
        self.cell = attributes
        self.value = self.text = self.formula = None
        if "r" in attributes:
            self.row, self.column = coordinate_to_tuple(attributes["r"])
        else:
            self.column += 1

    def _formula(self, attributes: dict[str, str]) -> None:
        self.formula = ""
        self.cell["shared"] = attributes.get("si", "") if attributes.get("t") == "shared" else ""

    def _keep_formula(self, text: str) -> None:
        group = self.cell.get("shared", "")
        if group and text:
            self.shared[group] = text
        self.formula = text or self.shared.get(group, "")

    def _keep_value(self, text: str) -> None:
        self.value = text

    def _keep_text(self, text: str) -> None:
        if self.text is not None and not self.phonetic:
            self.text.append(text)

    def _inline(self, _: dict[str, str]) -> None:
        self.text = []

    def _aside(self, _: dict[str, str]) -> None:
        self.phonetic = True

    def _back(self, _: str) -> None:
        self.phonetic = False

    def _finish(self, _: str) -> None:
        """The cell at hand is read whole."""
        here = self.row, self.column
        text = unescaped("".join(self.text)) if self.text is not None else self.value
        if text is None and self.formula is None:
            return
        if self.row > self.last_row:
            named = self.cell.get("r") or f"{self.row}:{self.row}"
            self.content.beyond = self.content.beyond or named
        if self.formula and is_command(self.formula):
            self.content.commands.append(here)
        if self.row > self.last_row or self.column > MOST_COLUMNS:
            return
        if len(self.content.cells) >= MOST_CELLS:
            raise RefusedXmlError("cells")
        style = int(self.cell.get("s", 0))
        number_format, blended = self.book.formats[style], style in self.book.blended
        value = self._value(text, number_format)
        if self.formula is not None:
            zero = self.book.unsure_zeros and value in (0, None) and value is not False
            outside = takes_from_outside(self.formula)
            if self.value is None or zero:
                self.content.cells[here] = Raw(None, GENERAL, True, outside)
            else:
                self.content.cells[here] = Raw(
                    value, number_format, outside=outside, blended=blended
                )
        elif value is not None:
            self.content.cells[here] = Raw(value, number_format, blended=blended)

    def _value(self, text: str | None, number_format: str) -> Any:
        """What a cell's text stands for, by its declared type and its number format."""
        kind = self.cell.get("t", "n")
        if text is None or text == "":
            return None
        if kind == "s":
            return self.book.strings[int(text) if text.isdigit() else len(self.book.strings)]
        if kind in ("inlineStr", "e"):
            return text
        if kind == "str":
            return unescaped(text)
        if kind == "b":
            return text in TRUE
        if kind == "d":
            return _iso(text)
        return self._number(text, number_format)

    def _number(self, text: str, number_format: str) -> Any:
        if not _DIGITS.fullmatch(text):
            return text
        number = float(text)
        if is_date(number_format):
            try:
                return from_excel(number, self.book.epoch, timedelta=is_duration(number_format))
            except (OverflowError, ValueError):
                return "#VALUE!"
        plain = number.is_integer() and text.lstrip("+-").isdigit()
        return int(number) if plain else number


def _iso(text: str) -> Any:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return text
