"""The Excel annex, opened again: prices are numbers, in the places of the official tables."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest

from costing.annex.describe import describe, of_scenario
from costing.annex.excel import write_sheets
from costing.case.case import make_case
from costing.fee.schedule import Cell, Reform
from costing.scenario.scenario import Scenario

JULY, NEXT = dt.date(2026, 7, 1), dt.date(2027, 1, 1)


@pytest.fixture(scope="module")
def case(reference):
    return make_case(reference, Scenario())


@pytest.fixture(scope="module")
def schedule(case):
    changes = {
        JULY: {Cell("irm_1_5t", "amorti", "paris", "plein"): 100.005},
        NEXT: {Cell("tep", "*", "*", "reduit_1"): 1234.5},
    }
    reform = Reform(NEXT, rank_factor={"scanner": 0.9})
    return case.reference.schedule.with_prices(changes, "x", [reform])


@pytest.fixture(scope="module")
def annex(case, schedule):
    return describe(case, schedule, "Barème d'essai.")


def opened(annex):
    stream = io.BytesIO()
    write_sheets(annex, stream)
    stream.seek(0)
    return openpyxl.load_workbook(stream)


@pytest.fixture(scope="module")
def book(annex):
    return opened(annex)


def test_a_sheet_a_modality(book):
    assert book.sheetnames == ["Scanner", "IRM", "TEP"]
    assert book["IRM"]["A1"].value.endswith("Article 2 – Imagerie par résonance magnétique")
    assert book.properties.title == "Tarifs des forfaits techniques"


def test_every_box_of_every_table_is_in_its_place(book, annex):
    for article in annex.articles:
        sheet = book[article.name]
        column = {cell.value: cell.row for cell in sheet["A"] if cell.value}
        for table in article.tables:
            first = column[table.caption] + 1
            for box in table.grid.boxes:
                cell = sheet.cell(first + box.row, 1 + box.column)
                assert cell.value == (box.content or None), box
                if box.kind == "price":
                    assert isinstance(cell.value, int | float)
            notes = "\n".join(table.inside)
            if notes:
                assert sheet.cell(first + table.grid.rows, 1).value == notes
            for note in (*table.below, table.source):
                assert not note or note in column


def test_prices_show_their_cents_and_no_less_than_they_have(book):
    formats = {
        cell.value: cell.number_format
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, float)
    }
    assert formats[100.005] == '#,##0.000\u00a0"€"'
    assert formats[1234.5] == '#,##0.00\u00a0"€"'
    assert book["TEP"]["B7"].number_format == '#,##0\u00a0"actes"'


def test_shared_prices_are_merged(book):
    merged = {str(found) for found in book["IRM"].merged_cells.ranges}
    assert sum(found.startswith("B") and ":D" in found for found in merged) > 10


def test_a_table_is_not_cut_by_a_page(book, annex):
    sheet = book["IRM"]
    captions = [c.row for c in sheet["A"] if str(c.value).startswith("Tarifs des forfaits")][1:]
    breaks = [found.id for found in sheet.row_breaks.brk]
    # A break stands above a caption, or above the words « En vigueur » or « Proposé » over it.
    assert breaks
    assert all({row + 1, row + 2} & set(captions) for row in breaks)


def test_the_name_of_a_scenario_is_no_formula(case, schedule):
    scenario = Scenario(name="=HYPERLINK(1)\x00")
    found = opened(of_scenario(make_case(case.reference, scenario), schedule))
    assert "« =HYPERLINK(1) »" in found["TEP"]["A2"].value
    assert found["TEP"]["A2"].data_type == "s"


@pytest.mark.libreoffice
def test_libreoffice_opens_it(annex, recalculated, tmp_path):
    path = tmp_path / "annexe.xlsx"
    write_sheets(annex, path)
    again = openpyxl.load_workbook(recalculated(path))
    kept = openpyxl.load_workbook(path)
    for sheet in kept.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert again[sheet.title][cell.coordinate].value == cell.value
