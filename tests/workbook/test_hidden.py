"""What a sheet does not show, and the prices that it hides."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color

from costing.workbook.grid.hidden import cause, note_filled
from costing.workbook.grid.tables import Findings, Grid
from costing.workbook.sheets.schedule.read import read_prices
from costing.xlsx.book_xml import read_book
from costing.xlsx.cell import Raw
from costing.xlsx.sheet_xml import read_sheet
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


@pytest.mark.parametrize(
    ("ink", "ground", "blended"),
    [
        ("FFFFFF", None, True),
        ("FEFEFE", None, True),
        (Color(theme=0), None, True),
        (Color(indexed=9), None, True),
        ("FFF2CC", "FFF2CC", True),
        ("FFFFFF", "1F3A5F", False),
        (Color(theme=0, tint=-0.5), None, False),
        (Color(theme=1), None, False),
        (Color(auto=True), None, False),
        ("C00000", None, False),
        ("FFFFFF", Color(theme=4), False),
        (None, "000000", False),
    ],
)
def test_a_text_in_the_colour_of_its_ground(ink, ground, blended):
    made = openpyxl.Workbook()
    cell = made.active["A1"]
    cell.value = 1
    cell.font = Font(color=ink)
    if ground:
        cell.fill = PatternFill("solid", fgColor=ground)
    stream = io.BytesIO()
    made.save(stream)
    with zipfile.ZipFile(stream) as archive:
        book = read_book(archive)
        content = read_sheet(archive, book.parts[made.active.title], 10, book)
    assert content.cells[1, 1].blended is blended
