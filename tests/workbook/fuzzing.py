"""Random faults in the good workbook, and what a person would read of each altered cell."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.workbook.bad.book import Book, Cell, Error, Literal, Sheet, name_of, unzipped, zipped

VALUES, CHOICES, FLEET = ("Hypothèses", "Activité"), "Choix", "Parc"
NUMBERS = ("Bas", "Mode", "Haut")
FLEET_NUMBERS = ("Rang sur l'autorisation", "Actes facturés", "Actes d'hospitalisés", "Poids")


@dataclass(frozen=True)
class Junk:
    """What may be put in a cell, and what it says where an amount, a count, a rate… is asked.

    A reading that is absent is one that a person could not be sure of.
    """

    cell: Cell
    reads: dict[str, Any] = field(default_factory=dict)


def _number(value: float, *kinds: str) -> dict[str, Any]:
    return dict.fromkeys(kinds, value)


#: In a text, a number is its digits.
JUNK = [
    Junk(Cell(12), {**_number(12, "amount", "count"), "text": "12"}),
    Junk(Cell(0), {**_number(0, "amount", "count", "rate"), "text": "0"}),
    Junk(Cell(-7), {**_number(-7, "amount", "count"), "text": "-7"}),
    Junk(Cell(0.35), {**_number(0.35, "amount", "count"), "text": "0.35"}),
    Junk(Cell(0.35, "0%"), {"rate": 0.35, "text": "0.35"}),
    Junk(Cell(1e15), {**_number(1e15, "amount", "count"), "text": "1000000000000000"}),
    Junk(Cell(Literal("1e999")), {"text": "inf"}),
    Junk(Cell(Literal("nan")), {"text": "nan"}),
    Junk(Cell(Literal("1_000")), {"text": "1_000"}),
    Junk(Cell(Literal("٣")), {"text": "٣", **_number(3, "amount", "count")}),
    Junk(Cell(46_000), {**_number(46_000, "amount", "count"), "text": "46000"}),
    Junk(Cell(450, '0" k€"'), {"text": "450"}),
    Junk(Cell(450, ";;;"), {}),
    Junk(Cell(450_000, "#,##0,"), {"text": "450000"}),
    Junk(Cell("1 234,5"), {**_number(1234.5, "amount", "count"), "text": "1 234,5"}),
    Junk(Cell("1\u00a0234"), {**_number(1234, "amount", "count"), "text": "1 234"}),
    Junk(Cell("1,2 M€"), {"amount": 1.2e6, "text": "1,2 M€"}),
    Junk(Cell("€ 900"), {"amount": 900, "text": "€ 900"}),
    Junk(Cell("3,5 %"), {"rate": 0.035, "text": "3,5 %"}),
    Junk(Cell("(500)"), {**_number(-500, "amount", "count"), "text": "(500)"}),
    Junk(Cell("1.234"), {"text": "1.234"}),
    Junk(Cell("3,5"), {**_number(3.5, "amount", "count"), "text": "3,5"}),
    Junk(Cell("environ 12"), {"text": "environ 12"}),
    Junk(Cell("=1+1"), {"text": "=1+1"}),
    Junk(Cell("@SUM(A1)"), {"text": "@SUM(A1)"}),
    Junk(Cell("#N/A"), {}),
    Junk(Cell(Error("#REF!")), {}),
    Junk(Cell(True), {"flag": True}),
    Junk(Cell(False), {"flag": False}),
    Junk(Cell("oui"), {"flag": True, "text": "oui"}),
    Junk(Cell("NON"), {"flag": False, "text": "NON"}),
    Junk(Cell(dt.datetime(2026, 5, 4)), {"date": dt.date(2026, 5, 4)}),
    Junk(Cell("04/05/2026"), {"date": dt.date(2026, 5, 4), "text": "04/05/2026"}),
    Junk(Cell("4 mai 2026"), {"text": "4 mai 2026"}),
    Junk(Cell(dt.timedelta(hours=5), "[h]:mm"), {}),
    Junk(Cell(None, formula="1+1"), {}),
    Junk(Cell(12, formula="6*2"), {**_number(12, "amount", "count"), "text": "12"}),
    Junk(Cell(12, formula="[1]A!A1"), {}),
    Junk(Cell(12, formula="cmd|'/c x'!A0"), {}),
    Junk(Cell("é" * 40_000), {"text": "é" * 40_000}),
    Junk(Cell("<b>&amp;"), {"text": "<b>&amp;"}),
    Junk(Cell("_x0041__x0000__xD800_"), {"text": "A_x0000__xD800_"}),
    Junk(Cell("A"), {"text": "A"}),
    Junk(Cell("comprise"), {"text": "comprise"}),
    Junk(Cell("   "), {"text": None}),
    Junk(Cell(None), {"text": None}),
]


@dataclass(frozen=True)
class Place:
    """A cell of the good workbook: its row's key, its column's heading, what it may hold.

    kind: amount, count, rate, date, text, flag; empty where a list or the row itself decides.
    """

    sheet: str
    at: tuple[int, int]
    key: str
    heading: str
    kind: str


def places(book: Book) -> list[Place]:
    """The cells of the good workbook that are read as input, those left blank included."""
    found = []
    for name in VALUES:
        sheet = book.sheet(name)
        for key, row in _keys(sheet, "Adresse").items():
            unit = str(sheet.cells.get((row, sheet.header("Unité")[1]), Cell("")).value)
            kinds = {
                **dict.fromkeys(NUMBERS, _kind(unit)), "TVA": "", "Note": "", "Source": "text",
                "Qui": "text", "Le": "date", "Pourquoi": "text",
            }  # fmt: skip
            found += [
                Place(name, (row, sheet.header(heading)[1]), key, heading, kind)
                for heading, kind in kinds.items()
            ]
    sheet = book.sheet(CHOICES)
    for key, row in _keys(sheet, "Clé").items():
        at = (row, sheet.header("Valeur")[1])
        # What a demand's numbers may be, its own constraint says: another row.
        kind = "" if key.startswith("rules.demands.") else _choice_kind(sheet, at)
        found.append(Place(CHOICES, at, key, "Valeur", kind))
    sheet = book.sheet(FLEET)
    for key, row in _keys(sheet, "Appareil").items():
        kinds = {**dict.fromkeys(FLEET_NUMBERS, "count"), "Installé le": "date", "Site": "text"}
        found += [
            Place(FLEET, (row, sheet.header(heading)[1]), key, heading, kind)
            for heading, kind in kinds.items()
        ]
    return found


def _keys(sheet: Sheet, heading: str) -> dict[str, int]:
    header = sheet.header(heading)[0]
    return {
        str(cell.value): row for (row, column), cell in sheet.cells.items()
        if column == 1 and row > header
    }  # fmt: skip


def _kind(unit: str) -> str:
    return "amount" if unit.startswith("€") else "rate" if unit.startswith("%") else "count"


def _choice_kind(sheet: Sheet, at: tuple[int, int]) -> str:
    held = sheet.cells.get(at, Cell()).value
    unit = sheet.cells.get((at[0], sheet.header("Unité")[1]), Cell()).value
    if unit in ("€", "€ / an", "%"):
        return _kind(str(unit))
    if isinstance(held, dt.date):
        return "date"
    return "flag" if held in ("oui", "non") else ""


def other_cells(book: Book, inputs: list[Place]) -> list[tuple[str, tuple[int, int]]]:
    """The filled cells that are no input: headings, keys, labels, units, titles."""
    read = {(place.sheet, place.at) for place in inputs}
    return [
        (sheet.name, at) for sheet in book.sheets for at in sheet.cells
        if (sheet.name, at) not in read
    ]  # fmt: skip


Reshape = Callable[[random.Random, Book], None]


def _any(draw: random.Random, book: Book) -> tuple[Sheet, int, int]:
    sheet = draw.choice(book.sheets)
    row, column = draw.choice(sorted(sheet.cells))
    return sheet, row, column


def blank_row(draw: random.Random, book: Book) -> None:
    sheet, row, _ = _any(draw, book)
    sheet.insert_rows(row, draw.randint(1, 3))


def column_shifted(draw: random.Random, book: Book) -> None:
    """Keys, words or numbers slide down by a cell below some row, as when a cell is inserted."""
    sheet = draw.choice([book.sheet(name) for name in (*VALUES, CHOICES)])
    column = draw.choice([1, 1, 1, *range(1, 8 if sheet.name in VALUES else 5)])
    header = sheet.header("Unité")[0]
    row = draw.choice([r for r, c in sorted(sheet.cells) if c == 1 and r > header])
    sheet.cells = {
        (r + 1 if c == column and r >= row else r, c): cell
        for (r, c), cell in sorted(sheet.cells.items(), reverse=True)
    }


def column_deleted(draw: random.Random, book: Book) -> None:
    sheet, _, column = _any(draw, book)
    sheet.delete_column(column)


def row_doubled(draw: random.Random, book: Book) -> None:
    sheet, row, _ = _any(draw, book)
    end = max(r for r, _ in sheet.cells) + 1
    sheet.cells |= {(end, c): cell for (r, c), cell in sheet.cells.items() if r == row}


def heading_renamed(draw: random.Random, book: Book) -> None:
    sheet = draw.choice([book.sheet(name) for name in (*VALUES, CHOICES, FLEET)])
    heading = {CHOICES: "Clé", FLEET: "Appareil"}.get(sheet.name, "Adresse")
    row = sheet.header(heading)[0]
    at = draw.choice([at for at in sorted(sheet.cells) if at[0] == row])
    sheet.put(at, draw.choice(["Max", "Mode ", "mode", "", "Colonne1", 12]))


def sheets_named_otherwise(draw: random.Random, book: Book) -> None:
    first, second = draw.sample(book.sheets, 2)
    first.name, second.name = second.name, first.name


def sheets_in_another_order(draw: random.Random, book: Book) -> None:
    draw.shuffle(book.sheets)


def format_changed(draw: random.Random, book: Book) -> None:
    sheet, row, column = _any(draw, book)
    cell = sheet.cells[row, column]
    formats = ["General", "0%", "0.00", "@", "dd/mm/yyyy", ";;;", '0" k€"', "#,##0,", "[h]:mm"]
    sheet.put((row, column), cell.value, format=draw.choice(formats))


def something_hidden(draw: random.Random, book: Book) -> None:
    sheet, row, column = _any(draw, book)
    kind = draw.randrange(3)
    if kind == 0:
        sheet.hidden_rows.add(row)
    elif kind == 1:
        sheet.hidden_columns.add(column)
    else:
        sheet.state = draw.choice(["hidden", "veryHidden"])


def cells_merged(draw: random.Random, book: Book) -> None:
    sheet, row, column = _any(draw, book)
    sheet.merged.append(f"{name_of((row, column))}:{name_of((row + 1, column + 1))}")
    for at in ((row, column + 1), (row + 1, column), (row + 1, column + 1)):
        sheet.cells.pop(at, None)


RESHAPES: list[Reshape] = [
    blank_row, column_shifted, column_deleted, row_doubled, heading_renamed,
    sheets_named_otherwise, sheets_in_another_order, format_changed, something_hidden,
    cells_merged,
]  # fmt: skip


def bytes_altered(draw: random.Random, data: bytes) -> bytes:
    """Some bytes of one part changed, the zip made anew; or the zip itself cut or changed."""
    kind = draw.randrange(4)
    if kind == 0:
        return data[: draw.randrange(len(data))]
    if kind == 1:
        changed = bytearray(data)
        for _ in range(draw.randint(1, 4)):
            changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
        return bytes(changed)
    parts = unzipped(data)
    name = draw.choice(sorted(parts))
    part = bytearray(parts[name])
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(part))
        if draw.randrange(3):
            part[at] ^= 1 << draw.randrange(7)
        else:
            del part[at : at + draw.randint(1, 20)]
    return zipped({**parts, name: bytes(part)})
