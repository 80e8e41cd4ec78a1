"""What the sheets of a workbook share: their names and parts, its texts, its number formats."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from dataclasses import dataclass, field
from zipfile import ZipFile

from costing.xlsx.formats import GENERAL, alike, by_number, colour
from costing.xlsx.xml_events import LINK, MAIN, Budget, RefusedXmlError, part_events

BOOK = "xl/workbook.xml"
TRUE = {"1", "true"}
_RELATIONS = "xl/_rels/workbook.xml.rels"
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_WHITE = "FFFFFF"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass
class Book:
    """What the sheets of a workbook share.

    parts: the part of each sheet. hidden: the sheets that are not shown. epoch: the day before the
    first of its dates. unsure_zeros: the file asks for all its formulas to be computed again.
    formats: the number format of each style that a cell may name by its rank; blended: the styles
    whose text has the colour of its ground.
    """

    parts: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=lambda: [GENERAL])
    blended: set[int] = field(default_factory=set)
    epoch: dt.datetime = dt.datetime(1899, 12, 30)
    unsure_zeros: bool = False
    budget: Budget = field(default_factory=Budget)


def read_book(archive: ZipFile) -> Book:
    """All that the sheets share.

    Raises:
        RefusedXmlError, expat.ExpatError, LookupError, ValueError: a part is damaged.
    """
    book = Book()
    _read_sheets(archive, book)
    names = set(archive.namelist())
    if _STRINGS in names:
        book.strings = _strings(archive, book.budget)
    if _STYLES in names:
        _read_styles(archive, book)
    return book


def unescaped(text: str) -> str:
    """A text with the characters that XML cannot hold put back; those no person types stay."""

    def character(match: re.Match[str]) -> str:
        code = int(match[1], 16)
        typed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
        return chr(code) if typed else match[0]

    return _ESCAPE.sub(character, text)


def _read_sheets(archive: ZipFile, book: Book) -> None:
    targets = {
        node["Id"]: node.get("Target", "")
        for opening, _, node in part_events(archive, _RELATIONS, book.budget)
        if opening and node.get("Type", "").endswith("/worksheet")
    }
    names = set(archive.namelist())
    for opening, tag, node in part_events(archive, BOOK, book.budget):
        if not opening:
            continue
        if tag == f"{MAIN}sheet":
            target = targets.get(node.get(LINK, ""), "")
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            name = node.get("name", "")
            if target and part in names:
                book.parts[name] = part
            if node.get("state", "visible") != "visible":
                book.hidden.add(name)
        elif tag == f"{MAIN}workbookPr" and node.get("date1904") in TRUE:
            book.epoch = dt.datetime(1904, 1, 1)
        elif tag == f"{MAIN}calcPr" and node.get("fullCalcOnLoad") in TRUE:
            book.unsure_zeros = True
        elif tag.endswith(" workbook") and tag != f"{MAIN}workbook":
            raise RefusedXmlError("strict")


def _strings(archive: ZipFile, budget: Budget) -> list[str]:
    """The texts that cells name by their rank; how a text is pronounced is no part of it."""
    strings: list[str] = []
    parts: list[str] = []
    aside = False
    for opening, tag, text in part_events(archive, _STRINGS, budget):
        if tag == f"{MAIN}rPh":
            aside = opening
        elif tag == f"{MAIN}t" and not opening and not aside:
            parts.append(text)
        elif tag == f"{MAIN}si" and not opening:
            strings.append(unescaped("".join(parts)))
            parts.clear()
    return strings


def _read_styles(archive: ZipFile, book: Book) -> None:
    own: dict[int, str] = {}
    inks: list[str | None] = []
    grounds: list[str | None] = []
    looks: list[tuple[int, int, int]] = []
    inside = ""
    for opening, tag, node in part_events(archive, _STYLES, book.budget):
        name = tag.removeprefix(MAIN)
        if name in ("fonts", "fills", "cellXfs"):
            inside = name if opening else ""
        elif not opening:
            continue
        elif name == "numFmt":
            own[int(node["numFmtId"])] = node["formatCode"]
        elif inside == "fonts" and name == "font":
            inks.append(None)
        elif inside == "fonts" and name == "color" and inks:
            inks[-1] = colour(node)
        elif inside == "fills" and name == "patternFill":
            grounds.append(_WHITE if node.get("patternType", "none") == "none" else None)
        elif inside == "fills" and name == "fgColor" and grounds and grounds[-1] is None:
            grounds[-1] = colour(node)
        elif inside == "cellXfs" and name == "xf":
            number, font, fill = (int(node.get(f"{x}Id", 0)) for x in ("numFmt", "font", "fill"))
            looks.append((number, font, fill))
    book.formats = [own.get(number) or by_number(number) for number, _, _ in looks] or [GENERAL]
    book.blended = {
        rank for rank, (_, font, fill) in enumerate(looks)
        if font < len(inks) and fill < len(grounds) and alike(inks[font], grounds[fill])
    }  # fmt: skip
