"""One XML part of a workbook, read as it streams: memory and time are bounded whatever it holds.

Not a general reader: a document type, an endless token or too many tags are refused, since no
spreadsheet program writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.parsers import expat
from zipfile import ZipFile

#: The namespace of sheets and the workbook; names here are `namespace name`.
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
#: The most bytes that a sheet may hold, and any other part.
LARGEST_SHEET, LARGEST_SHARED = 120_000_000, 20_000_000
_CHUNK = 1 << 16
#: Longest text or tag; a cell of Excel has at most 32 767 characters.
_LONGEST = 1 << 20
_DEEPEST = 64


class RefusedXmlError(ValueError):
    """A part that no spreadsheet program writes."""


class SwollenError(RefusedXmlError):
    """A part that holds too many bytes."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__("size")
        self.size, self.limit = size, limit


@dataclass
class Budget:
    """How many tags may still be read of a workbook, over all its parts."""

    left: int = 1_100_000


#: Opening: True, name, attributes. Closing: False, name, text since the last tag.
Event = tuple[bool, str, Any]


def part_events(
    archive: ZipFile, name: str, budget: Budget, limit: int = LARGEST_SHARED
) -> Iterator[Event]:
    """The tags of a part of a workbook, in order.

    Raises:
        KeyError: there is no such part.
        SwollenError: it holds too many bytes.
        RefusedXmlError, expat.ExpatError: as for its events.
    """
    size = archive.getinfo(name).file_size
    if size > limit:
        raise SwollenError(size, limit)
    with archive.open(name) as stream:
        yield from events(stream, budget)


def events(stream: IO[bytes], budget: Budget) -> Iterator[Event]:
    """The tags of a part, in order.

    Raises:
        RefusedXmlError: a document type, a token or a depth beyond all measure, too many tags.
        expat.ExpatError: not well-formed.
    """
    pending: list[Event] = []
    parser = _parser(pending)
    fed = 0
    while chunk := stream.read(_CHUNK):
        fed += len(chunk)
        parser.Parse(chunk, False)
        yield from pending
        budget.left -= len(pending)
        if budget.left < 0:
            raise RefusedXmlError("tags")
        pending.clear()
        if fed - max(0, parser.CurrentByteIndex) > _LONGEST:
            raise RefusedXmlError("token")
    parser.Parse(b"", True)
    yield from pending


def _parser(pending: list[Event]) -> expat.XMLParserType:
    """A parser that adds its events to a list."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    text: list[str] = []
    length = depth = 0

    def tag(event: Event) -> None:
        nonlocal length
        pending.append(event)
        text.clear()
        length = 0

    def opening(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise RefusedXmlError("depth")
        tag((True, name, attributes))

    def closing(name: str) -> None:
        nonlocal depth
        depth -= 1
        tag((False, name, "".join(text)))

    def characters(data: str) -> None:
        nonlocal length
        length += len(data)
        if length > _LONGEST:
            raise RefusedXmlError("text")
        text.append(data)

    def doctype(*_: Any) -> None:
        raise RefusedXmlError("DOCTYPE")

    parser.StartElementHandler = opening
    parser.EndElementHandler = closing
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    return parser
