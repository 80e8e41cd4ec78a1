"""An annex table as boxes on a grid: heads, labels, limits and prices, and where lines are drawn.

Two layouts, those of the official texts: one class has its bands as columns (CT); several classes
are columns themselves, and amortisation, zones and bands are rows (MRI, PET).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, NamedTuple

from costing.annex import forms
from costing.annex.notes import Facts, in_rows
from costing.annex.printed import amount, digits
from costing.fee.schedule import AMORTISATION, BANDS, Cell, MachineClass
from costing.french.writing import number

Kind = Literal["head", "subhead", "group", "label", "item", "count", "price", "blank"]
#: The price of a cell on the table's date.
Price = Callable[[Cell], float]
#: Official tables have amortised machines first.
_ORDER = tuple(reversed(AMORTISATION))


class Box(NamedTuple):
    """One cell, which may cover several rows or columns; `unit` follows a count."""

    row: int
    column: int
    kind: Kind
    content: str | float = ""
    rows: int = 1
    columns: int = 1
    unit: str = ""

    @property
    def text(self) -> str:
        """What the cell shows."""
        if isinstance(self.content, str):
            return self.content
        if self.kind == "price":
            return amount(self.content)
        shown = number(self.content, digits(self.content))
        return f"{shown}\u00a0{self.unit}" if self.unit else shown


@dataclass(frozen=True)
class Grid:
    """A table: its boxes, how many of its rows are heads, and above which rows a line is drawn."""

    boxes: tuple[Box, ...]
    columns: int
    rows: int
    heads: int
    rules: frozenset[int]


class _Line(NamedTuple):
    label: str
    prices: tuple[float | None, ...]


def grid(facts: Facts, price: Price) -> Grid:
    """The table of a modality."""
    if in_rows(facts.classes):
        return _bands_across(facts, facts.classes[0], price)
    return _classes_across(facts, price)


def _bands_across(facts: Facts, entry: MachineClass, price: Price) -> Grid:
    """One class: amortised or not as rows, bands as columns; reduced prices hold for both rows."""
    reduced = entry.bands[1:]
    boxes = [
        Box(0, 0, "head", facts.form.corner, rows=2),
        Box(0, 1, "head", forms.FULL),
        Box(0, 2, "head", forms.REDUCED_HEAD, columns=len(reduced)),
    ]
    count = len(entry.limits)
    boxes += [Box(1, 1 + i, "subhead", forms.band(i, count)) for i in range(count + 1)]
    for row, (label, amortisation) in enumerate(zip(facts.form.rows, _ORDER, strict=True), start=2):
        full = price(Cell(entry.code, amortisation, "*", "plein"))
        boxes += [Box(row, 0, "label", label), Box(row, 1, "price", full)]
    boxes += [
        Box(2, 2 + i, "price", price(Cell(entry.code, "*", "*", band)), rows=2)
        for i, band in enumerate(reduced)
    ]
    return Grid(tuple(boxes), 2 + len(reduced), 4, 2, frozenset(range(4)))


def _classes_across(facts: Facts, price: Price) -> Grid:
    """Classes as columns: reference activity, full rates by zone, reduced rates by band."""
    heads = (facts.form.heads.get(code, facts.names[code]) for code in facts.codes)
    boxes = [Box(0, 0, "head", facts.form.corner)]
    boxes += [Box(0, 1 + i, "head", head) for i, head in enumerate(heads)]
    rules = [0]
    row = 1
    for label, counts in _limits(facts):
        rules.append(row)
        boxes.append(Box(row, 0, "label" if facts.form.act else "group", label))
        boxes += _counts(facts, row, counts)
        row += 1
    for title, lines in _blocks(facts, price):
        rules.append(row)
        boxes += _block(facts, row, title, lines)
        row += len(lines) + bool(title)
    return Grid(tuple(boxes), 1 + len(facts.codes), row, 1, frozenset(rules))


def _limits(facts: Facts) -> Iterator[tuple[str, list[float | None]]]:
    """The reference activity of each class, and its thresholds where classes differ."""
    limits = [facts.limits[code] for code in facts.codes]
    yield facts.form.activity, [own[0] for own in limits]
    if facts.shared_thresholds is None:
        for index, name in enumerate(forms.LIMITS[1:], start=1):
            counts = [own[index] if index < len(own) else None for own in limits]
            yield f"{name.capitalize()} (nombre de forfaits)", counts


def _counts(facts: Facts, row: int, counts: Sequence[float | None]) -> Iterator[Box]:
    """Limits of the classes on a row; one box where the form writes what they count, if equal."""
    unit = facts.form.act
    if unit and len(set(counts)) == 1 and counts[0] is not None:
        yield Box(row, 1, "count", counts[0], columns=len(counts), unit=unit)
        return
    for column, value in enumerate(counts, start=1):
        yield _valued(row, column, "count", value, unit=unit)


def _blocks(facts: Facts, price: Price) -> Iterator[tuple[str, list[_Line]]]:
    """Title and lines of each part of the table; a part of one line has no title."""
    zoned = any(entry.zones for entry in facts.classes)
    for title, amortisation in zip(facts.form.rows, _ORDER, strict=True):
        full = partial(_line, facts, price, band="plein", amortisation=amortisation)
        if zoned:
            yield title, [full(label, zone=zone) for zone, label in forms.ZONES.items()]
        else:
            yield "", [full(title)]
    count = max(len(entry.limits) for entry in facts.classes)
    if count == 1:
        yield "", [_line(facts, price, forms.REDUCED_ALONE, BANDS[1])]
    else:
        bands = range(1, count + 1)
        lines = [_line(facts, price, forms.band(i, count), BANDS[i]) for i in bands]
        yield forms.REDUCED_GROUP, lines


def _line(
    facts: Facts, price: Price, label: str, band: str, amortisation: str = "*", zone: str = "*"
) -> _Line:
    """The prices of each class; None for a band that a class does not have."""
    return _Line(
        label,
        tuple(
            price(Cell(entry.code, amortisation, zone if entry.zones else "*", band))
            if band in entry.bands
            else None
            for entry in facts.classes
        ),
    )


def _block(facts: Facts, row: int, title: str, lines: Sequence[_Line]) -> Iterator[Box]:
    spans = list(_spans(facts, lines))
    if title:
        yield Box(row, 0, "group", title)
        yield from (Box(row, 1 + first, "blank", columns=count) for first, count in spans)
    for number_, line in enumerate(lines, start=row + bool(title)):
        yield Box(number_, 0, "item" if title else "label", line.label)
        for first, count in spans:
            yield _valued(number_, 1 + first, "price", line.prices[first], columns=count)


def _spans(facts: Facts, lines: Sequence[_Line]) -> Iterator[tuple[int, int]]:
    """First class and number of classes of each box, those of equal prices together."""
    indices = [i for i, code in enumerate(facts.codes) if code in facts.form.sharing_a_cell]
    equal = indices and all(
        len({None if line.prices[i] is None else amount(line.prices[i] or 0.0) for i in indices})
        == 1
        for line in lines
    )
    first = 0
    while first < len(facts.codes):
        count = len(indices) if equal and first == indices[0] else 1
        yield first, count
        first += count


def _valued(
    row: int, column: int, kind: Kind, value: float | None, columns: int = 1, unit: str = ""
) -> Box:
    """A box with a number, or an empty one."""
    if value is None:
        return Box(row, column, "blank", columns=columns)
    return Box(row, column, kind, value, columns=columns, unit=unit)
