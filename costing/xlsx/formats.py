"""Number formats of Excel: what a cell shows of the value that it holds.

A person reads what is shown. Where a format shows something else than the value, the value cannot
be taken for what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

GENERAL = "General"
_QUOTED = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.')
_SECTION = re.compile(r'(?:"[^"]*"|\\.|[^;"\\])*')
_SCALE = re.compile(r"%|k\s?€|m\s?d?\s?€|keur|meur|mill", re.IGNORECASE)
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")
_SHOWING = re.compile(r"[0#?@dmyhs]|general|standard", re.IGNORECASE)
_HEX = re.compile(r"[0-9A-F]{6}")
#: What the first colours of themes and of the old palette are.
_THEME = {"0": "FFFFFF", "1": "000000"}
_INDEXED = {"0": "000000", "1": "FFFFFF", "8": "000000", "9": "FFFFFF", "64": "000000"}
#: Steps of 255 between which no one reads a text on its ground.
_ALIKE = 12
#: Numbers that Excel gives to dates in some languages, without writing their format.
_LOCAL_DATES = {*range(27, 37), *range(50, 59)}


def by_number(number: int) -> str:
    """The format that Excel knows by a number alone."""
    if number in _LOCAL_DATES:
        return "yyyy-mm-dd"
    return str(BUILTIN_FORMATS.get(number, GENERAL))


def colour(node: Mapping[str, str]) -> str | None:
    """The six figures of a colour of a style; None where only a program knows it."""
    if "rgb" in node:
        return node["rgb"][-6:].upper()
    if float(node.get("tint", 0)):
        return None
    return _THEME.get(node.get("theme", "")) or _INDEXED.get(node.get("indexed", ""))


def alike(first: str | None, second: str | None) -> bool:
    """Whether two colours cannot be told apart."""
    if first is None or second is None or not (_HEX.fullmatch(first) and _HEX.fullmatch(second)):
        return False
    pairs = zip(bytes.fromhex(first), bytes.fromhex(second), strict=True)
    return all(abs(one - other) <= _ALIKE for one, other in pairs)


def is_percent(number_format: str) -> bool:
    """Whether a number format shows a fraction as a percentage (a quoted % does not)."""
    return "%" in _QUOTED.sub("", number_format)


def is_date(number_format: str) -> bool:
    """Whether a number format shows a number as a date or a time of day."""
    return bool(is_date_format(number_format))


def is_duration(number_format: str) -> bool:
    """Whether a number format shows a number as a time elapsed, such as 30:15."""
    return bool(is_timedelta_format(number_format))


def scaled(number_format: str) -> str | None:
    """What a format shows after a number that it divides or names in thousands; None if nothing.

    « 450 k€ » may stand for 450; `#,##0,` shows 450 for 450 000.
    """
    first = _sections(number_format)[0]
    literal = " ".join(a or b for a, b in _QUOTED.findall(first))
    if _SCALE.search(literal):
        return " ".join(literal.split())
    return "÷ 1 000" if _THOUSANDS.search(_QUOTED.sub("", first)) else None


def shows(number_format: str, value: Any) -> bool:
    """Whether a format lets any of a value be seen: `;;;` does not, nor a text put in its place.

    A zero may be shown as a dash.
    """
    sections = _sections(number_format)
    if any(mark in number_format for mark in ("[<", "[>", "[=")):
        return True
    if isinstance(value, str):
        return len(sections) < 4 or bool(_SHOWING.search(_bare(sections[3])))
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return any(map(_bare, sections))
    which = 0 if value > 0 else 1 if value < 0 else 2
    if which >= len(sections):
        which = 0
    section = sections[which]
    dash = value == 0 and which == 2 and bool(_QUOTED.sub(r"\1\2", section).strip())
    return dash or bool(_SHOWING.search(_bare(section)))


def _bare(section: str) -> str:
    return _QUOTED.sub("", section).strip()


def _sections(number_format: str) -> list[str]:
    """The parts for positive numbers, negative ones, zero and texts."""
    sections, rest = [], number_format
    while True:
        match = _SECTION.match(rest)
        end = match.end() if match else 0
        sections.append(rest[:end])
        if rest[end : end + 1] != ";":
            return sections
        rest = rest[end + 1 :]
