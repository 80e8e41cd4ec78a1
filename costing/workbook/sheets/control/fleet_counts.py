"""What « Contrôle » counts in « Parc »: machines, blanks by column, names twice, what cannot be."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from costing.case import labels
from costing.fleet.columns import COLUMNS
from costing.reference.reference import Reference
from costing.values.quantity import Quantity
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.fleet.write import EARLIEST, NAME, NUMBERS, YEAR, YEARS, last_day
from costing.workbook.write.counts import Count, rows, total
from costing.workbook.write.layout import Book, Column

_PARIS = ("paris", "region_parisienne")
_CAPITAL_REGION = "Île-de-France"


def _columns(book: Book) -> dict[str, Column]:
    return {name: book.columns[vocabulary.FLEET, name] for name in COLUMNS}


def _begun(first: int = 0) -> str:
    """The condition that a row holds something, as a product of `rows` names columns."""
    return "(" + "+".join(f'({{{index + first}}}<>"")' for index in range(len(COLUMNS))) + ")"


def machines(book: Book) -> Count:
    """Rows that hold something."""
    return rows(f"--({_begun()}>0)", _some, *_columns(book).values())


def incomplete(book: Book) -> Count:
    """Rows that hold something and lack something."""
    text = f"({_begun()}>0)*({_begun()}<{len(COLUMNS)})"
    return rows(text, lambda *row: _some(*row) and None in row, *_columns(book).values())


def blanks(book: Book) -> dict[str, Count]:
    """By column, the rows that hold something elsewhere and nothing there."""
    columns = _columns(book)
    return {
        name: rows(
            f'({_begun(1)}>0)*({{0}}="")',
            lambda here, *row: _some(*row) and here is None, column, *columns.values(),
        )
        for name, column in columns.items()
    }  # fmt: skip


def _some(*row: Any) -> bool:
    return any(value is not None for value in row)


def twice(book: Book) -> Count:
    """Rows whose name another row bears too, capitals or not."""
    names = book.columns[vocabulary.FLEET, "machine_id"]
    bearers = Counter(str(name).casefold() for name in names.values if name is not None)
    # A name is a criterion here: « * », « ? » and « ~ » must stand for themselves.
    safe = '"="&SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({0},"~","~~"),"*","~*"),"?","~?")'
    return rows(
        f'({{0}}<>"")*(COUNTIF({{0}},{safe})>1)',
        lambda name: name is not None and bearers[str(name).casefold()] > 1, names,
    )  # fmt: skip


def out_of_range(book: Book, names: Iterable[str]) -> Count:
    """Numbers of some columns outside what is admitted; a text is left to the importer."""
    return total(_outside(book.columns[vocabulary.FLEET, name], NUMBERS[name]) for name in names)


def _outside(column: Column, allowed: Quantity) -> Count:
    text = f"ISNUMBER({{0}})*((({{0}}<{allowed.low:g})+({{0}}>{allowed.high:g}))>0)"

    def holds(value: Any) -> bool:
        return isinstance(value, (int, float)) and not allowed.low <= value <= allowed.high

    return rows(text, holds, column)


def dates(book: Book) -> Count:
    """Dates before the oldest admitted or after the year of the acts."""
    first = f"DATE({EARLIEST.year},{EARLIEST.month},{EARLIEST.day})"
    text = f"ISNUMBER({{0}})*((({{0}}<{first})+({{0}}>={last_day(book)}+1))>0)"
    year = _identity_cell(book, YEAR)
    last = dt.date(int(year) if isinstance(year, (int, float)) else int(YEARS.high), 12, 31)

    def holds(value: Any) -> bool:
        if isinstance(value, dt.datetime):
            value = value.date()
        return isinstance(value, dt.date) and not EARLIEST <= value <= last

    return rows(text, holds, book.columns[vocabulary.FLEET, "installed_on"])


def zones(book: Book) -> Count:
    """Rows whose zone and region disagree: Paris and its surroundings are in one region."""
    paris = [labels.ZONES[code] for code in _PARIS]
    inside = "+".join(f'({{0}}="{label}")' for label in paris)
    text = f'({{0}}<>"")*({{1}}<>"")*((({inside})>0)<>({{1}}="{_CAPITAL_REGION}"))'

    def holds(zone: Any, region: Any) -> bool:
        filled = zone is not None and region is not None
        return filled and (zone in paris) != (region == _CAPITAL_REGION)

    return rows(text, holds, *(book.columns[vocabulary.FLEET, name] for name in ("zone", "region")))


def modalities(book: Book, reference: Reference) -> Count:
    """Rows whose modality is not that of their class."""
    names = vocabulary.modalities(reference)
    of_class = {
        label: names[reference.classes[code].modality]
        for code, label in vocabulary.fee_classes(reference).items()
    }
    cases = "+".join(f'({{0}}="{c}")*({{1}}<>"{m}")' for c, m in of_class.items())

    def holds(label: Any, modality: Any) -> bool:
        return modality is not None and label in of_class and of_class[label] != modality

    columns = (book.columns[vocabulary.FLEET, name] for name in ("class", "modality"))
    return rows(f'({{1}}<>"")*({cases})', holds, *columns)


def identity(book: Book, count: Count) -> Count:
    """The year and the name of the fleet, where there are machines and one of them is blank."""
    cells = [book.cells[key] for key in (YEAR, NAME)]
    blank = "+".join(f'({cell}="")' for cell in cells)
    lacking = sum(_identity_cell(book, key) is None for key in (YEAR, NAME))
    return Count(f"IF({count.formula}>0,{blank},0)", lacking if count.value else 0)


def _identity_cell(book: Book, key: str) -> Any:
    return book.columns[vocabulary.FLEET, key].values[0]
