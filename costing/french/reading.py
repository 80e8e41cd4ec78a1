"""A written number, read: one grammar for screens, workbooks and files of machines.

A text has one reading with a decimal comma and one with a decimal point. Where only one of them
holds, or both say the same, that is the number; where they differ (« 1,234 »), it is ambiguous and
nothing here chooses; where neither holds (« 12 34,5 »), it is not a number. Thousands are groups of
three after a first one of one to three digits that does not begin with 0, all set apart by the same
sign: a space of any kind, an apostrophe, or the mark that is not decimal. Not here: units, ranges,
signs such as € or %, what a column settles; each door has its own.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NamedTuple

from costing.french.writing import clean, number

#: The signs that may stand before decimals; the other one then groups thousands.
MARKS = (",", ".")
_GROUPING = {",": ".", ".": ","}
_ALIKE = str.maketrans({"−": "-", "–": "-", "’": "'"})
_NUMERAL = re.compile(r"(?:[-+] ?)?[0-9.,' ]*[0-9.,]")


def pattern(mark: str) -> str:
    """All that is a number when `mark` is decimal, in `normal` writing.

    The syntax is common to `re` and to RE2, which reads whole columns.
    """
    other = _GROUPING[mark]
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:(?:[ '][0-9]{{3}})+|(?:[{other}][0-9]{{3}})+))"
    return rf"^(?:[-+] ?)?(?:{whole}(?:[{mark}][0-9]+)?|[{mark}][0-9]+)$"


def superfluous(mark: str) -> str:
    """The signs that say nothing of the value, once a text is known to fit `pattern`: a class."""
    return f"[{_GROUPING[mark]}'+ ]"


_PATTERNS = {mark: re.compile(pattern(mark)) for mark in MARKS}
_SUPERFLUOUS = {mark: re.compile(superfluous(mark)) for mark in MARKS}


class Ambiguous(NamedTuple):
    """The two readings of a text such as « 1,234 »."""

    decimal: float
    thousands: float

    @property
    def written(self) -> tuple[str, str]:
        """Both as French writes them: with decimals, then in thousands."""
        return number(self.decimal, 3), number(self.thousands)


def normal(text: str) -> str:
    """A text with one kind of space, of minus sign, of apostrophe and of digits."""
    text = clean(text).translate(_ALIKE)
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in text)


def read(text: str) -> float | Ambiguous | None:
    """The number that a whole text says; None when it says none, or one that is not finite."""
    text = normal(text)
    readings = {
        float(_SUPERFLUOUS[mark].sub("", text).replace(",", "."))
        for mark in MARKS
        if _PATTERNS[mark].fullmatch(text)
    }
    if not readings or not all(map(math.isfinite, readings)):
        return None
    least, most = min(readings, key=abs), max(readings, key=abs)
    return least if least == most else Ambiguous(least, most)


class Written(NamedTuple):
    """A text in two parts: what may be a number, then a unit without spaces, or nothing."""

    numeral: str
    unit: str


def split(text: str, unit: str = "") -> Written | None:
    """The number that a text begins with and the unit after it; None where there is no such thing.

    unit: the one that is expected, which may hold digits (« ETP / 1 000 actes »); no other may.
    """
    text = normal(text)
    numeral = _NUMERAL.match(text)
    if not numeral:
        return None
    rest = text[numeral.end() :].replace(" ", "")
    if re.search("[0-9]", rest) and rest != normal(unit).replace(" ", ""):
        return None
    return Written(numeral.group(), rest)
