"""A file of separated values: its encoding, separator and headings found, its columns read.

Nothing is decided without evidence: an encoding that could be two, or a separator, is refused and
the person says which. Not here: what the columns mean (`mapping`).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from costing.fleet_file.cells import Array, Cells, of_written
from costing.fleet_file.content import Content
from costing.fleet_file.heads import Head, Kind, best_row, named
from costing.fleet_file.mapping import Layout
from costing.problems.errors import FleetError, Place, problem
from costing.run.progress import Progress

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre |"}
ENCODINGS = {
    "utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "cp1252": "Windows (cp1252)", "mac_roman": "Mac Roman", "cp850": "DOS (cp850)",
}  # fmt: skip
_HEAD, _LINES = 1 << 16, 60
_BLOCK = 1 << 22
_PART = 1 << 22
#: Bytes of a file that takes long enough to say how far it is.
_LARGE = 1 << 25
#: What French text in cp1252 holds beyond ASCII; any other sign is doubtful.
_FRENCH = "àâäæçéèêëîïôöœùûüÿÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸ«»°ºª²³½€£§’‘“”…–—·×±µ\xa0\xad"


class OtherEncodingError(Exception):
    """A file is not in the encoding of its first part; `reader` reads it in the one that it is."""

    def __init__(self, reader: TextFile) -> None:
        super().__init__(reader.name)
        self.reader = reader


@dataclass(frozen=True)
class TextFile:
    """An open file of separated values."""

    name: str
    data: Any
    encoding: str
    separator: str
    head: Head

    @property
    def words(self) -> str:
        """How it is read, for a person."""
        encoding, separator = ENCODINGS[self.encoding], SEPARATORS[self.separator]
        return f"{encoding}, séparateur {separator}, titres à la ligne {self.head.line}"

    def read(self, wanted: Mapping[str, Kind], progress: Progress) -> Content:
        """Some columns, by heading.

        Raises:
            FleetError: rows without as many columns as there are headings, a damaged file.
        """
        try:
            columns = self._columns(wanted, progress)
        except pa.ArrowInvalid as error:
            raise self._damaged(error) from None
        progress(1.0, "Lecture du fichier")
        tasks = {name: partial(self._cells, columns[name], wanted[name]) for name in wanted}
        return Content(max(map(len, columns.values()), default=0), tasks)

    def _cells(self, column: Any, kind: Kind) -> Cells:
        try:
            return of_written(column, kind)
        except pa.ArrowInvalid as error:
            if self.encoding != "utf-8":
                raise self._damaged(error) from None
            # Only the first part was looked at: accents may come later.
            raise OtherEncodingError(
                replace(self, encoding=_cp1252(self.name, self.data))
            ) from None

    def _columns(self, wanted: Mapping[str, Kind], progress: Progress) -> Mapping[str, Any]:
        ragged: list[int] = []

        def skip(row: Any) -> str:
            ragged.append(row.actual_columns)
            return "skip"

        quoted = self.data.find(b'"') >= 0
        options = {
            "read_options": arrow_csv.ReadOptions(
                block_size=_BLOCK, encoding="utf8" if self.encoding == "utf-8" else self.encoding,
                skip_rows=self.head.line, column_names=list(self.head.headings),
            ),
            "parse_options": arrow_csv.ParseOptions(
                delimiter=self.separator, quote_char=quoted and '"', newlines_in_values=quoted,
                invalid_row_handler=skip,
            ),
            "convert_options": arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()), include_columns=list(wanted),
                check_utf8=False,
            ),
        }  # fmt: skip
        table = _followed(self.data, options, progress)
        if ragged:
            raise self._ragged(len(ragged))
        return dict(zip(table.column_names, table.columns, strict=True))

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows after the headings, each with the line where it ends; blank lines left out."""
        # Slow: only to say on which lines something stands.
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        binary: Any = pa.BufferReader(pa.py_buffer(self.data))
        stream = io.TextIOWrapper(binary, encoding, errors="replace", newline="")
        for _ in range(self.head.line):
            stream.readline()
        reader = csv.reader(stream, delimiter=self.separator)
        for row in reader:
            if row:
                yield self.head.line + reader.line_num, row

    def lines(self, count: int) -> Array:
        """The line of each row."""
        try:
            return np.fromiter((line for line, _ in self.rows()), dtype=np.int64)[:count]
        except csv.Error:
            return np.arange(count) + self.head.line + 1

    def place(self, line: int, heading: str) -> Place:
        """Where a cell stands."""
        return Place(file=self.name, line=line, key=heading)

    def _ragged(self, count: int) -> FleetError:
        width = len(self.head.headings)
        wrong = [(line, len(row)) for line, row in self.rows() if len(row) != width][:10]
        line, fields = wrong[0] if wrong else (self.head.line, 0)
        facts = {"expected": width, "count": count, "lines": ", ".join(str(n) for n, _ in wrong)}
        return FleetError(problem("activity_ragged", Place(self.name, line), fields, **facts))

    def _damaged(self, error: Exception) -> FleetError:
        detail = str(error).splitlines()[0][:200]
        return FleetError(problem("activity_damaged", Place(file=self.name), detail=detail))


def open_text(name: str, data: Any, layout: Layout) -> TextFile:
    """Find how a file of separated values is to be read.

    Raises:
        FleetError: an encoding, a separator or headings that nothing shows for sure.
    """
    encoding = layout.encoding or _encoding(name, data)
    if encoding == "utf-16" and bytes(data[:2]) not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16-le"
    bom = encoding == "utf-8" and data[:3] == codecs.BOM_UTF8
    text = codecs.getincrementaldecoder("utf-8-sig" if bom else encoding)("replace").decode(
        data[:_HEAD]
    )
    if len(data) > _HEAD:
        text = text[: text.rfind("\n") + 1] or text
    separators = [layout.separator] if layout.separator else [s for s in SEPARATORS if s in text]
    heads: list[tuple[str, Head]] = []
    for sign in separators:
        head = _head(text, sign, layout.header_line)
        if head is not None and len(head.headings) > 1:
            heads.append((sign, head))
    heads.sort(
        key=lambda pair: (pair[1].recognised, pair[1].even, len(pair[1].headings)), reverse=True
    )
    rank = [(head.recognised, head.even) for _, head in heads]
    if not heads or (len(rank) > 1 and rank[0] == rank[1] and rank[0][0] == 0):
        raise FleetError(problem("activity_separator", Place(file=name)))
    return TextFile(name, data, encoding, *heads[0])


def _head(text: str, separator: str, line: int | None) -> Head | None:
    """The headings under one separator; None when the text cannot be cut so."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[list[str]] = []
    ends: list[int] = []
    try:
        for row in reader:
            rows.append([cell.strip() for cell in row])
            ends.append(reader.line_num)
            if len(rows) >= max(_LINES, (line or 0) + _LINES):
                break
    except csv.Error:
        return None
    at = (
        best_row(rows) if line is None else next((i for i, e in enumerate(ends) if e >= line), None)
    )
    if at is None:
        return None
    body = [row for row in rows[at + 1 :] if any(row)]
    return named(rows[at], body, ends[at])


def _encoding(name: str, data: Any) -> str:
    """The encoding that the bytes themselves show."""
    start = data[:4]
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    zeros = np.frombuffer(data[:4096], dtype=np.uint8) == 0
    if zeros.any():
        even, odd = zeros[::2].mean(), zeros[1::2].mean()
        if max(even, odd) > 0.4 and min(even, odd) < 0.1:
            return "utf-16-le" if odd > even else "utf-16-be"
        raise FleetError(problem("activity_kind", Place(file=name)))
    return "utf-8" if _is_utf8(data[:_HEAD]) else _cp1252(name, data)


def _is_utf8(part: bytes) -> bool:
    """Whether a first part of a text is UTF-8; a letter may be cut at its end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(part)
    except UnicodeDecodeError:
        return False
    return True


def _cp1252(name: str, data: Any) -> str:
    """What is not UTF-8 is Windows' own, if it then reads as French and nothing else."""
    allowed = bytes(range(128)) + _FRENCH.encode("cp1252")
    starts = range(0, len(data), _PART)
    if any(bytes(data[first : first + _PART]).translate(None, allowed) for first in starts):
        raise FleetError(problem("activity_encoding", Place(file=name)))
    return "cp1252"


def _followed(data: Any, options: Mapping[str, Any], progress: Progress) -> Any:
    """Read in another thread while this one tells how far it is."""
    source = pa.BufferReader(pa.py_buffer(data))
    if len(data) < _LARGE:  # read before there is anything to tell
        return arrow_csv.read_csv(source, **options)
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(arrow_csv.read_csv, source, **options)
        while True:
            try:
                return job.result(timeout=0.1)
            except NotYetError:
                done = 1.0 if source.closed else source.tell() / len(data)
                progress(done, "Lecture du fichier")
