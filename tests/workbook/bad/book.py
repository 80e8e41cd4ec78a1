"""A workbook as plain data, read once and written in a few parts: to alter one fault at a time.

Writes what programs write and libraries refuse to: a formula with any value beside it, an error, a
hidden sheet, a part that no workbook should hold. The same content gives the same bytes.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_DAY = "dd/mm/yyyy"


class Error(str):
    """An error that a spreadsheet program shows: #DIV/0!"""

    __slots__ = ()


class Literal(str):
    """A number as its digits stand in the file, whatever they are."""

    __slots__ = ()


@dataclass
class Cell:
    """value: what is shown; formula: without `=`, its value being that which was computed.

    ink: the colour of its text (RRGGBB), on a white ground.
    """

    value: Any = None
    format: str = "General"
    formula: str | None = None
    ink: str | None = None


@dataclass
class Sheet:
    """Cells by (row, column) from 1."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    state: str = "visible"

    def find_header(self, heading: str) -> tuple[int, int] | None:
        """Where a heading stands: the first row that holds it beside others; None if nowhere."""
        found = sorted(at for at, cell in self.cells.items() if cell.value == heading)
        return next((at for at in found if (at[0], 3) in self.cells), None)

    def header(self, heading: str) -> tuple[int, int]:
        """Where a heading stands."""
        found = self.find_header(heading)
        assert found, heading
        return found

    def at(self, key: str, heading: str) -> tuple[int, int]:
        """The cell of a row, by its first column, and of a heading."""
        header, column = self.header(heading)
        rows = [r for (r, c), cell in self.cells.items() if c == 1 and cell.value == key]
        return next(row for row in sorted(rows) if row > header), column

    def beside(self, label: str) -> tuple[int, int]:
        """The cell to the right of a label of the first column."""
        return next((r, 2) for (r, c), cell in self.cells.items() if c == 1 and cell.value == label)

    def put(self, at: tuple[int, int], value: Any, **more: Any) -> None:
        """Write a value where another stood, in its number format unless one is given."""
        more.setdefault("format", self.cells.get(at, Cell()).format)
        if value is None and "formula" not in more:
            self.cells.pop(at, None)
        else:
            self.cells[at] = Cell(value, **more)

    def delete_row(self, row: int) -> None:
        """Take a row out; those below move up."""
        kept = {at: cell for at, cell in self.cells.items() if at[0] != row}
        self.cells = {(r - (r > row), c): cell for (r, c), cell in kept.items()}

    def delete_column(self, column: int) -> None:
        """Take a column out; those to the right move left."""
        kept = {at: cell for at, cell in self.cells.items() if at[1] != column}
        self.cells = {(r, c - (c > column)): cell for (r, c), cell in kept.items()}

    def insert_rows(self, row: int, count: int = 1) -> None:
        """Push the rows from one on further down."""
        self.cells = {(r + count * (r >= row), c): cell for (r, c), cell in self.cells.items()}


@dataclass
class Book:
    """The sheets in order; `parts` are written as they are, over those of the same name."""

    sheets: list[Sheet]
    parts: dict[str, bytes] = field(default_factory=dict)
    recompute: bool = False

    def sheet(self, name: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.name == name)

    def copy(self) -> Book:
        return copy.deepcopy(self)

    def data(self) -> bytes:
        """The workbook as a file."""
        return zipped({**self._parts(), **self.parts})

    def _parts(self) -> dict[str, bytes]:
        texts: dict[str, int] = {}
        formats = [("General", None), (_DAY, None)]
        parts = {
            f"xl/worksheets/sheet{number}.xml": _sheet(sheet, texts, formats)
            for number, sheet in enumerate(self.sheets, start=1)
        }
        inks = [None, *sorted({ink for _, ink in formats if ink})]
        styles = "".join(
            f"<numFmt numFmtId='{164 + i}' formatCode={quoteattr(code)}/>"
            for i, (code, _) in enumerate(formats)
        )
        looks = "".join(
            f"<xf numFmtId='{164 + i if i else 0}' fontId='{inks.index(ink)}' fillId='0' "
            "borderId='0'/>"
            for i, (_, ink) in enumerate(formats)
        )
        fonts = "".join(f"<font><color rgb='FF{ink}'/></font>" for ink in inks[1:])
        shared = "".join(f"<si><t xml:space='preserve'>{_text(t)}</t></si>" for t in texts)
        parts["xl/sharedStrings.xml"] = _xml(f"<sst xmlns='{MAIN}'>{shared}</sst>")
        parts["xl/styles.xml"] = _xml(
            f"<styleSheet xmlns='{MAIN}'><numFmts count='{len(formats)}'>{styles}</numFmts>"
            f"<fonts count='{len(inks)}'><font/>{fonts}</fonts>"
            "<fills count='1'><fill><patternFill patternType='none'/></fill></fills>"
            "<borders count='1'><border/></borders><cellStyleXfs count='1'><xf/></cellStyleXfs>"
            f"<cellXfs count='{len(formats)}'>{looks}</cellXfs></styleSheet>"
        )
        return {**self._container(), **parts}

    def _container(self) -> dict[str, bytes]:
        numbers = range(1, len(self.sheets) + 1)
        sheets = "".join(
            f"<sheet name={quoteattr(s.name)} sheetId='{n}' r:id='rId{n}' state='{s.state}'/>"
            for n, s in zip(numbers, self.sheets, strict=True)
        )
        calc = "<calcPr fullCalcOnLoad='1'/>" if self.recompute else ""
        kinds = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
        kinds += [("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")]
        relations = "".join(
            f"<Relationship Id='rId{n}' Type='{OFFICE}/{kind}' Target='{target}'/>"
            for n, (kind, target) in enumerate(kinds, start=1)
        )
        form = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        overrides = "".join(
            f"<Override PartName='/xl/{target}' ContentType='{form}.{kind}+xml'/>"
            for kind, target in [("sheet.main", "workbook.xml"), *kinds]
        )
        return {
            "[Content_Types].xml": _xml(
                f"<Types xmlns='{TYPES}'>"
                "<Default Extension='rels' "
                "ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
                "<Default Extension='xml' ContentType='application/xml'/>"
                "<Default Extension='bin' ContentType='application/octet-stream'/>"
                f"{overrides}</Types>"
            ),
            "_rels/.rels": _xml(
                f"<Relationships xmlns='{RELATIONS}'><Relationship Id='rId1' "
                f"Type='{OFFICE}/officeDocument' Target='xl/workbook.xml'/></Relationships>"
            ),
            "xl/workbook.xml": _xml(
                f"<workbook xmlns='{MAIN}' xmlns:r='{OFFICE}'><sheets>{sheets}</sheets>{calc}"
                "</workbook>"
            ),
            "xl/_rels/workbook.xml.rels": _xml(
                f"<Relationships xmlns='{RELATIONS}'>{relations}</Relationships>"
            ),
        }


def read_book(path: Path, kept: Mapping[str, Collection[str]]) -> Book:
    """Some sheets of a workbook: values, number formats, and of a table only some headings.

    Above a table the first two columns are kept; texts over merged cells are not.
    """
    book = openpyxl.load_workbook(path)
    sheets = []
    for name in (name for name in kept if name in book.sheetnames):
        sheet = Sheet(name)
        merged = {(box.min_row, box.min_col) for box in book[name].merged_cells.ranges}
        for row in book[name].iter_rows():
            for cell in row:
                if cell.value is not None and (cell.row, cell.column) not in merged:
                    sheet.cells[cell.row, cell.column] = Cell(cell.value, cell.number_format)
        if kept[name]:
            _keep(sheet, kept[name])
        sheets.append(sheet)
    return Book(sheets)


def _keep(sheet: Sheet, headings: Collection[str]) -> None:
    places = [sheet.header(heading) for heading in headings]
    header = places[0][0]
    columns = {column for _, column in places}
    sheet.cells = {
        at: cell for at, cell in sheet.cells.items()
        if (at[1] in columns if at[0] >= header else at[1] <= 2)
    }  # fmt: skip


def zipped(parts: dict[str, bytes]) -> bytes:
    """Parts as a zip, without the hour at which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def name_of(at: tuple[int, int]) -> str:
    """`(1, 2)` → `B1`."""
    return f"{get_column_letter(at[1])}{at[0]}"


def _xml(text: str) -> bytes:
    return (HEAD + text).encode()


def _text(text: str) -> str:
    return escape(text)


def _sheet(sheet: Sheet, texts: dict[str, int], formats: list[tuple[str, str | None]]) -> bytes:
    rows: dict[int, list[str]] = {row: [] for row in sheet.hidden_rows}
    for (row, column), cell in sorted(sheet.cells.items()):
        rows.setdefault(row, []).append(_cell(name_of((row, column)), cell, texts, formats))
    unseen = {True: " hidden='1'", False: ""}
    lines = "".join(
        f"<row r='{row}'{unseen[row in sheet.hidden_rows]}>{''.join(cells)}</row>"
        for row, cells in sorted(rows.items())
    )
    hidden = "".join(
        f"<col min='{c}' max='{c}' width='9' hidden='1'/>" for c in sorted(sheet.hidden_columns)
    )
    merged = "".join(f"<mergeCell ref='{box}'/>" for box in sheet.merged)
    return _xml(
        f"<worksheet xmlns='{MAIN}'>{f'<cols>{hidden}</cols>' if hidden else ''}"
        f"<sheetData>{lines}</sheetData>"
        f"{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
    )


def _cell(
    name: str, cell: Cell, texts: dict[str, int], formats: list[tuple[str, str | None]]
) -> str:
    value, shown = cell.value, cell.format
    kind, text = "n", None if value is None else str(value)
    if isinstance(value, Literal):
        pass
    elif isinstance(value, Error):
        kind = "e"
    elif isinstance(value, bool):
        kind, text = "b", str(int(value))
    elif isinstance(value, str):
        if cell.formula is None:
            kind, text = "s", str(texts.setdefault(value, len(texts)))
        else:
            kind = "str"
    elif isinstance(value, (dt.date, dt.time, dt.timedelta)):
        text = repr(to_excel(value))
        shown = _DAY if shown == "General" else shown
    if (shown, cell.ink) not in formats:
        formats.append((shown, cell.ink))
    formula = "" if cell.formula is None else f"<f>{_text(cell.formula)}</f>"
    inside = formula + ("" if text is None else f"<v>{_text(text)}</v>")
    look = formats.index((shown, cell.ink))
    style = f" s='{look}'" if look else ""
    type_ = f" t='{kind}'" if kind != "n" else ""
    return f"<c r='{name}'{style}{type_}>{inside}</c>"
