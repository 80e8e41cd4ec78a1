"""The headings of a file: which of its first rows they are, and a name for each column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from costing.fleet_file.synonyms import DOUBTFUL, HEADINGS, PARTS, plain

#: How a column will be read: as names, numbers, dates or choices.
Kind = Literal["name", "number", "date", "choice"]
_TRADE_HEADINGS = frozenset(
    heading for synonyms in (*HEADINGS.values(), *DOUBTFUL.values(), PARTS) for heading in synonyms
)


@dataclass(frozen=True)
class Head:
    """Headings (each once), the line where they end, and some rows after it, as texts.

    recognised: how many of the headings are of this trade. even: share of the rows that have as
    many columns.
    """

    headings: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    line: int
    recognised: int
    even: float


def named(row: Sequence[str], body: Sequence[Sequence[str]], line: int) -> Head:
    """Headings from a row: an empty one is called by its letter, one met again by its place."""
    seen: dict[str, int] = {}
    names = []
    for index, cell in enumerate(row):
        text = " ".join(cell.split()) or f"(colonne {letter(index)})"
        seen[text] = seen.get(text, 0) + 1
        names.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    even = sum(len(each) == len(row) for each in body) / max(1, len(body))
    sample = tuple(tuple(each) for each in body)
    return Head(tuple(names), sample, line, recognised(row), even)


def best_row(rows: Sequence[Sequence[str]]) -> int | None:
    """The row of the headings: the one with most words of this trade, else the first full one."""
    counts = [recognised(row) for row in rows[:40]]
    if counts and max(counts) >= 2:
        return counts.index(max(counts))
    widest = max((len(row) for row in rows), default=0)
    for index, row in enumerate(rows[:40]):
        texts = [cell for cell in row if cell and not cell.replace(",", "").isdecimal()]
        if len(row) == widest and len(texts) == len(row) == len(set(row)):
            return index
    return None


def recognised(row: Sequence[str]) -> int:
    """How many cells of a row are headings of this trade."""
    return len({plain(cell) for cell in row} & _TRADE_HEADINGS)


def letter(index: int) -> str:
    """The letter of a spreadsheet's column, from 0: A to Z, then AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
