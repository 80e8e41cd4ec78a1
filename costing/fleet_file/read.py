"""A file of activity of any format, opened: its headings, some rows, then its columns.

Refuses what is absurdly large or is not what it says before a reader of spreadsheets opens it. Not
here: files of separated values (`text`), nor what the columns mean (`mapping`).
"""

from __future__ import annotations

import io
import mmap
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum
from python_calamine import ZipError as CalamineZipError

from costing.fleet_file.cells import Array, Cells, as_text, of_arrow, of_objects
from costing.fleet_file.content import Content
from costing.fleet_file.heads import Head, Kind, best_row, letter, named
from costing.fleet_file.mapping import Layout
from costing.fleet_file.text import open_text
from costing.french.writing import number
from costing.problems.errors import FleetError, Place, problem
from costing.run.progress import Progress
from costing.xlsx.package import LARGEST_RATIO, RATIO_FROM

LARGEST_FILE, LARGEST_CONTENT = 1_000_000_000, 2_000_000_000
MOST_ROWS = 2_000_000
_OLE, _ZIP, _PARQUET = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"PAR1"
_HEAD, _STEP = 100, 20_000


class Reader(Protocol):
    """An open file."""

    @property
    def name(self) -> str:
        """Name of the file."""

    @property
    def head(self) -> Head:
        """Its headings and some rows."""

    @property
    def words(self) -> str:
        """How it is read, for a person."""

    def read(self, wanted: Mapping[str, Kind], progress: Progress) -> Content:
        """Some columns, by heading."""

    def lines(self, count: int) -> Array:
        """The line of each of the rows read."""

    def place(self, line: int, heading: str) -> Place:
        """Where a cell stands."""


def open_file(source: Path | tuple[str, bytes], layout: Layout | None = None) -> Reader:
    """Open a file: a path, or a name and its content.

    Raises:
        FleetError: no such file, too large, a format or a shape that cannot be read.
    """
    layout = layout or Layout()
    name, data = _content(source)
    if len(data) > LARGEST_FILE:
        limit = LARGEST_FILE // 1_000_000
        raise FleetError(problem("activity_too_large", Place(file=name), limit=limit))
    start = bytes(data[:4])
    if start == _OLE:
        encrypted = data.find("EncryptedPackage".encode("utf-16-le")) >= 0
        raise FleetError(
            problem("wb_encrypted" if encrypted else "wb_old_format", Place(file=name))
        )
    if start == _PARQUET:
        return _open_parquet(name, data)
    if start == _ZIP:
        _check_archive(name, data)
        return _open_sheet(name, data, layout)
    return open_text(name, data, layout)


def _content(source: Path | tuple[str, bytes]) -> tuple[str, Any]:
    """The name of a file and its bytes, left on the disk where they are."""
    if not isinstance(source, Path):
        name, data = source
    else:
        name = source.name
        try:
            with source.open("rb") as stream:
                empty = source.stat().st_size == 0
                data = b"" if empty else mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)  # type: ignore[assignment]
        except (OSError, ValueError):
            raise FleetError(problem("file_missing", Place(file=str(source)))) from None
    if not len(data):
        raise FleetError(problem("activity_empty", Place(file=name)))
    return name, data


def _check_archive(name: str, data: Any) -> None:
    """Refuse an archive that swells out of proportion, is encrypted, or is no spreadsheet."""
    place = Place(file=name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            kind = archive.read("mimetype") if "mimetype" in archive.namelist() else b""
            book = "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise FleetError(problem("activity_damaged", place, detail=str(error))) from None
    if any(entry.flag_bits & 1 for entry in entries):
        raise FleetError(problem("wb_encrypted", place))
    if not book and not kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        raise FleetError(problem("activity_kind", place))
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if size > LARGEST_CONTENT or (size > RATIO_FROM and size / packed > LARGEST_RATIO):
        raise FleetError(problem("activity_too_large", place, limit=LARGEST_CONTENT // 1_000_000))


# --- spreadsheets


@dataclass(frozen=True)
class SheetFile:
    """A sheet of an open workbook; `first` is the place of its first column, from 0."""

    name: str
    sheet: CalamineSheet
    head: Head

    @property
    def words(self) -> str:
        """How it is read, for a person."""
        return f"feuille « {self.sheet.name} », titres à la ligne {self.head.line}"

    def read(self, wanted: Mapping[str, Kind], progress: Progress) -> Content:
        """Some columns, by heading."""
        total = self.sheet.total_height - self.head.line
        _check_rows(self.name, total)
        places = {heading: self.head.headings.index(heading) for heading in wanted}
        columns: dict[str, list[Any]] = {heading: [] for heading in wanted}
        batch: list[list[Any]] = []
        for count, row in enumerate(self.sheet.iter_rows()):
            if count >= self.head.line:
                batch.append(row)
            if len(batch) == _STEP:
                _pour(batch, places, columns)
                progress(0.5 + 0.5 * (count - self.head.line) / total, "Lecture de la feuille")
        _pour(batch, places, columns)
        tasks = {heading: partial(of_objects, cells) for heading, cells in columns.items()}
        return Content(max(map(len, columns.values()), default=0), tasks)

    def lines(self, count: int) -> Array:
        """The line of each row."""
        return np.arange(count) + self.head.line + 1

    def place(self, line: int, heading: str) -> Place:
        """Where a cell stands."""
        start = self.sheet.start or (0, 0)
        column = letter(self.head.headings.index(heading) + start[1])
        return Place(file=self.name, sheet=self.sheet.name, cell=f"{column}{line}")


def _pour(batch: list[list[Any]], places: Mapping[str, int], into: dict[str, list[Any]]) -> None:
    if batch:
        turned = list(zip(*batch, strict=True))
        for heading, place in places.items():
            into[heading] += turned[place]
        batch.clear()


def _open_sheet(name: str, data: Any, layout: Layout) -> SheetFile:
    """The sheet asked for, or the only one whose headings are of this trade."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            known = ", ".join(f"« {title} »" for title in visible)
            raise FleetError(problem("activity_sheet", Place(file=name), layout.sheet, known=known))
        titles = visible if layout.sheet is None else [layout.sheet]
        heads = [(book.get_sheet_by_name(title), title) for title in titles]
        candidates = [(sheet, head) for sheet, _ in heads if (head := _sheet_head(sheet, layout))]
    except (CalamineError, CalamineZipError, OSError, ValueError) as error:
        raise FleetError(problem("activity_damaged", Place(file=name), detail=str(error))) from None
    if not candidates:
        raise FleetError(problem("activity_header", Place(file=name)))
    candidates.sort(key=lambda pair: pair[1].recognised, reverse=True)
    if len(candidates) > 1 and candidates[0][1].recognised == candidates[1][1].recognised:
        known = ", ".join(f"« {sheet.name} »" for sheet, _ in candidates)
        raise FleetError(problem("activity_sheets", Place(file=name), known=known))
    return SheetFile(name, *candidates[0])


def _sheet_head(sheet: CalamineSheet, layout: Layout) -> Head | None:
    rows: list[list[str]] = []
    for row in sheet.iter_rows():
        rows.append([as_text(cell).strip() for cell in row])
        if len(rows) >= _HEAD + (layout.header_line or 0):
            break
    at = layout.header_line - 1 if layout.header_line else best_row(rows)
    if at is None or at >= len(rows):
        return None
    body = [row for row in rows[at + 1 :] if any(row)]
    return named(rows[at], body, at + 1)


def _check_rows(name: str, count: int) -> None:
    if count > MOST_ROWS:
        facts = {"limit": number(MOST_ROWS)}
        raise FleetError(problem("activity_rows", Place(file=name), number(count), **facts))


# --- Parquet


@dataclass(frozen=True)
class ParquetFile:
    """An open Parquet file; its lines are its rows, from 1."""

    name: str
    file: Any
    head: Head
    words: str = "Parquet"

    def read(self, wanted: Mapping[str, Kind], progress: Progress) -> Content:
        """Some columns, by heading."""
        groups = []
        total = self.file.num_row_groups
        try:
            for index in range(total):
                groups.append(self.file.read_row_group(index, columns=list(wanted)))
                progress((index + 1) / total, "Lecture du fichier")
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.name, error) from None
        table = pa.concat_tables(groups)
        return Content(len(table), {name: partial(self._cells, table[name]) for name in wanted})

    def _cells(self, column: Any) -> Cells:
        try:
            return of_arrow(column)
        except TypeError as error:
            raise _damaged(self.name, error) from None

    def lines(self, count: int) -> Array:
        """The line of each row."""
        return np.arange(count) + 1

    def place(self, line: int, heading: str) -> Place:
        """Where a cell stands."""
        return Place(file=self.name, line=line, key=heading)


def _open_parquet(name: str, data: Any) -> ParquetFile:
    try:
        source = pa.BufferReader(pa.py_buffer(data))
        file = parquet.ParquetFile(source)
        headings = file.schema_arrow.names
        texts = [
            field.name for field in file.schema_arrow
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]  # fmt: skip
        file = parquet.ParquetFile(source, read_dictionary=texts)
        _check_rows(name, file.metadata.num_rows)
        groups = (file.metadata.row_group(i) for i in range(file.num_row_groups))
        if sum(group.total_byte_size for group in groups) > LARGEST_CONTENT:
            limit = LARGEST_CONTENT // 1_000_000
            raise FleetError(problem("activity_too_large", Place(file=name), limit=limit))
        first = next(file.iter_batches(batch_size=_HEAD), None)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(name, error) from None
    columns = [] if first is None else [first.column(i).to_pylist() for i in range(len(headings))]
    body = [
        ["" if cell is None else str(cell) for cell in row] for row in zip(*columns, strict=True)
    ]
    return ParquetFile(name, file, named(headings, body, 0))


def _damaged(name: str, error: Exception) -> FleetError:
    detail = str(error).splitlines()[0][:200]
    return FleetError(problem("activity_damaged", Place(file=name), detail=detail))
