"""What a sheet does not show, and the prices that it hides."""

import io

import pytest

from costing.workbook.cells import Raw
from costing.workbook.hidden import cause, note_filled
from costing.workbook.read_schedule import read_prices
from costing.workbook.tables import Findings, Grid
from tests.workbook.bad.book import Book, Cell, Sheet

PRICES = [
    ("Classe", "Situation", "Zone", "Proposé au 01/07/2026"),
    ("IRM 1,5 T", "non amorti", "province", 700),
    ("IRM 1,5 T", "non amorti", "Paris", 710),
    ("IRM > 1,5 T", "non amorti", "province", 720),
]
STRUCTURE = [
    ("Structure proposée", "inchangée"), ("Lignes du tableau", 0), (),
    ("Classe", "Élément", "À partir du", "Avant", "Après", "Unité", "Variation", "En mots"),
]  # fmt: skip


def sheet(name, rows):
    cells = {
        (row, column): Cell(value)
        for row, values in enumerate(rows, start=1)
        for column, value in enumerate(values, start=1)
    }
    return Sheet(name, cells)


def prices(reference, **hidden):
    book = Book([sheet("Barème", PRICES), sheet("Structure", STRUCTURE)])
    for name, value in hidden.items():
        setattr(book.sheet("Barème"), name, value)
    given, problems = read_prices(io.BytesIO(book.data()), reference)
    return len(given), [(p.code, p.place.sheet, p.place.cell) for p in problems]


def test_prices_that_are_seen(reference):
    assert prices(reference) == (3, [])


@pytest.mark.parametrize(
    ("hidden", "cells"),
    [
        ({"hidden_rows": {3}}, ["A3"]),
        ({"hidden_rows": {2, 4}}, ["A2", "A4"]),
        ({"hidden_rows": {2, 3, 4}}, ["A2"]),
        ({"hidden_rows": {1}}, []),
        ({"hidden_columns": {4}}, ["D2"]),
        ({"hidden_columns": {9}}, []),
        ({"state": "veryHidden"}, ["A2"]),
    ],
)
def test_prices_that_are_not(reference, hidden, cells):
    assert prices(reference, **hidden)[1] == [("wb_hidden", "Barème", cell) for cell in cells]


def test_a_format_that_shows_nothing_is_noted_cell_by_cell():
    cells = {(1, 1): Raw(5, ";;;"), (2, 1): Raw(5, "0"), (3, 1): Raw(6, '"5"')}
    findings = Findings()
    grid = Grid("Feuille", cells, [], findings)
    note_filled(grid, [1, 2, 3], [1])
    assert [p.place.cell for p in findings.problems] == ["A1", "A3"]
    assert cause(grid, 2, 1) is None
