"""An .xlsx file as a container: what it is before openpyxl opens it, and what openpyxl hides.

Refuses what is not a workbook or is absurdly large; streams each sheet's XML once for what the cell
values do not tell: formulas that no program computed, merged cells, content beyond the bounds.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO
from xml.etree import ElementTree

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from costing.errors import Place, WorkbookError, problem

LARGEST_FILE = 50_000_000
LARGEST_CONTENT = 500_000_000
#: A zip that swells more than this many times is no spreadsheet, past a size where it matters.
LARGEST_RATIO, RATIO_FROM = 200, 100_000_000
#: A sheet with more cells than this is not one of ours.
MOST_CELLS = 3_000_000

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOOK = "xl/workbook.xml"


@dataclass
class Structure:
    """What a sheet holds beside its values; cells are (row, column) from 1.

    beyond: first cell with content below the last row that is read.
    """

    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[str, tuple[int, int, int, int]]] = field(default_factory=list)
    beyond: str | None = None


@dataclass(frozen=True)
class Package:
    """A checked workbook file: its bytes, and the part of each worksheet."""

    data: bytes
    parts: dict[str, str]
    unsure_zeros: bool

    def structure(self, sheet: str, last_row: int) -> Structure:
        """Stream a sheet's XML.

        Raises:
            WorkbookError: the XML is damaged, or has too many cells.
        """
        found = Structure()
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            try:
                with archive.open(self.parts[sheet]) as stream:
                    _refuse_doctype(stream.read(2048))
                with archive.open(self.parts[sheet]) as stream:
                    self._scan(stream, sheet, last_row, found)
            except (ElementTree.ParseError, zipfile.BadZipFile, ValueError, KeyError) as error:
                raise damaged(f"{sheet} : {error}") from None
        return found

    def _scan(self, stream: IO[bytes], sheet: str, last_row: int, found: Structure) -> None:
        count = 0
        for _, element in ElementTree.iterparse(stream, events=("end",)):
            if element.tag == f"{_MAIN}c":
                count += 1
                if count > MOST_CELLS:
                    raise WorkbookError(problem("wb_too_many_cells", Place(sheet=sheet)))
                self._cell(element, last_row, found)
            elif element.tag == f"{_MAIN}mergeCell":
                name = element.get("ref", "")
                left, top, right, bottom = range_boundaries(name)
                box = (int(top or 1), int(left or 1), int(bottom or 1), int(right or 1))
                found.merged.append((name, box))
            if element.tag == f"{_MAIN}row":
                element.clear()

    def _cell(self, element: ElementTree.Element, last_row: int, found: Structure) -> None:
        name = element.get("r", "A1")
        value = element.find(f"{_MAIN}v")
        formula = element.find(f"{_MAIN}f") is not None
        filled = formula or value is not None or element.find(f"{_MAIN}is") is not None
        if not filled:
            return
        row, column = coordinate_to_tuple(name)
        if row > last_row and found.beyond is None:
            found.beyond = name
        zero = self.unsure_zeros and value is not None and value.text in {"0", None, ""}
        if formula and (value is None or zero):
            found.uncomputed.add((row, column))


def open_package(source: Path | BinaryIO) -> Package:
    """Read a workbook file whole and check what it is.

    Raises:
        WorkbookError: not an .xlsx (older format, encrypted, something else), too large, damaged.
    """
    data = _bytes(source)
    if data.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise WorkbookError(problem("wb_encrypted" if encrypted else "wb_old_format"))
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise WorkbookError(problem("wb_not_xlsx"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive)
            if _BOOK not in archive.namelist():
                raise WorkbookError(problem("wb_not_xlsx"))
            text = archive.read(_BOOK)
            parts = dict(_parts(archive, text))
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, OSError) as error:
        raise damaged(str(error)) from None
    recompute = re.search(rb"""fullCalcOnLoad=["'](1|true)["']""", text) is not None
    return Package(data, parts, recompute)


def _bytes(source: Path | BinaryIO) -> bytes:
    if isinstance(source, Path):
        if not source.is_file():
            raise WorkbookError(problem("file_missing", Place(file=str(source))))
        with source.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    else:
        data = source.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise WorkbookError(problem("wb_too_large", limit=LARGEST_FILE // 1_000_000))
    return data


def _check_sizes(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookError(problem("wb_encrypted"))
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if size > LARGEST_CONTENT or (size > RATIO_FROM and size / packed > LARGEST_RATIO):
        limit = LARGEST_CONTENT // 1_000_000
        raise WorkbookError(problem("wb_swollen", value=size // 1_000_000, limit=limit))


def _parts(archive: zipfile.ZipFile, text: bytes) -> Iterator[tuple[str, str]]:
    """The name of each worksheet and the part that holds it."""
    relations = archive.read("xl/_rels/workbook.xml.rels")
    _refuse_doctype(text)
    _refuse_doctype(relations)
    targets = {
        node.get("Id"): node.get("Target", "")
        for node in ElementTree.fromstring(relations)
        if node.get("Type", "").endswith("/worksheet")
    }
    names = archive.namelist()
    for node in ElementTree.fromstring(text).iter(f"{_MAIN}sheet"):
        target = targets.get(node.get(_LINK))
        if target is None:
            continue
        part = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        part = posixpath.normpath(part)
        if part in names:
            yield node.get("name", ""), part


def _refuse_doctype(text: bytes) -> None:
    """No spreadsheet program writes a document type; only an attack needs one."""
    if b"<!DOCTYPE" in text.replace(b"\0", b""):
        raise damaged("DOCTYPE")


def damaged(detail: str) -> WorkbookError:
    """The error of a file that cannot be read through."""
    return WorkbookError(problem("wb_damaged", detail=detail))
