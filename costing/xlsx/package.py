"""An .xlsx file as a container: what it is, how large it is, what acts in it beyond its cells.

Nothing is opened whole on the word of the file: each part is streamed within bounds. What is not a
workbook, or is out of all proportion, is refused with its reason.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from costing.problems.errors import Place, Problem, WorkbookError, problem
from costing.xlsx.book_xml import BOOK, Book, read_book
from costing.xlsx.foreign import active_parts
from costing.xlsx.kinds import STRICT, kind_of_bytes, kind_of_parts
from costing.xlsx.sheet_xml import Content, read_sheet
from costing.xlsx.xml_events import RefusedXmlError, SwollenError, part_events

LARGEST_FILE = 50_000_000
LARGEST_CONTENT = 500_000_000
#: A zip that swells more than this many times is no spreadsheet, past a size where it matters.
LARGEST_RATIO, RATIO_FROM = 200, 100_000_000
#: A workbook has some tens of parts.
MOST_PARTS = 2_000

_ZIP, _ENTRY = b"PK", b"PK\x01\x02"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, LookupError, NotImplementedError,
    OSError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class Package:
    """A checked workbook file.

    active: one problem for each kind of thing in it that acts beyond its cells.
    """

    data: bytes
    book: Book
    active: tuple[Problem, ...]

    @property
    def parts(self) -> dict[str, str]:
        """The part of each worksheet, by its name."""
        return self.book.parts

    def sheet(self, name: str, last_row: int) -> Content:
        """A sheet's cells up to a row.

        Raises:
            WorkbookError: its part is damaged, or has too many cells.
        """
        with _archive(self.data, name) as archive:
            return read_sheet(archive, self.parts[name], last_row, self.book)


def open_package(source: Path | BinaryIO) -> Package:
    """Read a workbook file whole and check what it is.

    Raises:
        WorkbookError: not an .xlsx (older format, encrypted, something else), too large, damaged.
    """
    data = _bytes(source)
    if data.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise WorkbookError(problem("wb_encrypted" if encrypted else "wb_old_format"))
    if not data.startswith(_ZIP):
        raise WorkbookError(problem("wb_not_xlsx", kind=kind_of_bytes(data)))
    if data.count(_ENTRY) > MOST_PARTS:
        raise damaged("parts")
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise WorkbookError(problem("wb_truncated"))
    with _archive(data) as archive:
        _check_parts(archive)
        book = read_book(archive)
        return Package(data, book, tuple(active_parts(archive, book.budget)))


def readable_whole(data: bytes, limit: int) -> bool:
    """Whether a file may be opened whole by a library: each part sound, so many bytes at most."""
    try:
        budget = open_package(io.BytesIO(data)).book.budget
        with _archive(data) as archive:
            entries = [e for e in archive.infolist() if e.filename.endswith((".xml", ".rels"))]
            if sum(entry.file_size for entry in entries) > limit:
                return False
            for entry in entries:
                for _ in part_events(archive, entry.filename, budget, limit):
                    pass
    except WorkbookError:
        return False
    return True


def damaged(detail: str) -> WorkbookError:
    """The error of a file that cannot be read through."""
    return WorkbookError(problem("wb_damaged", detail=detail))


@contextmanager
def _archive(data: bytes, sheet: str = "") -> Iterator[zipfile.ZipFile]:
    """The zip of a workbook; whatever goes wrong while it is read is told as a problem."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except SwollenError as error:
        raise _swollen(error.size, error.limit) from None
    except RefusedXmlError as error:
        raise _refused(str(error), sheet) from None
    except _DAMAGE as error:
        detail = str(error) or type(error).__name__
        raise damaged(f"{sheet} : {detail}" if sheet else detail) from None


def _refused(why: str, sheet: str) -> WorkbookError:
    if why == "strict":
        return WorkbookError(problem("wb_not_xlsx", kind=STRICT))
    if why in ("cells", "tags"):
        return WorkbookError(problem("wb_too_many_cells", Place(sheet=sheet or None)))
    return damaged(f"{sheet} : {why}" if sheet else why)


def _swollen(size: int, limit: int) -> WorkbookError:
    million = 1_000_000
    return WorkbookError(problem("wb_swollen", value=size // million, limit=limit // million))


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


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Refuse a zip that is encrypted, swells, names a part twice or is no workbook."""
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookError(problem("wb_encrypted"))
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    limit = RATIO_FROM if size / packed > LARGEST_RATIO else LARGEST_CONTENT
    if size > limit:
        raise _swollen(size, limit)
    if BOOK not in archive.namelist():
        raise WorkbookError(problem("wb_not_xlsx", kind=kind_of_parts(archive.namelist())))
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) < len(names):
        raise damaged("parts")
    if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
        raise damaged("compression")
