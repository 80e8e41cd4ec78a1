"""How an exported workbook presents itself: kinds of sheets, links, first look, print set-up."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

from costing.case.case import make_case
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario
from costing.workbook.export import write_evaluation
from costing.workbook.live.book import prices_held
from costing.workbook.live.timeline import dated
from costing.workbook.sheets.kinds import KINDS, described
from costing.workbook.write.layout import Book
from costing.workbook.write.printing import across
from tests.strategies import fleet_of

FLEET = fleet_of(
    {"class": "scanner", "acts_billed": 9_000}, {"class": "irm_1_5t", "acts_billed": 4_000}
)
DETAIL = ["Coûts IRM", "Tarifs appliqués", "Poids", "Appareils comparés", "Appareils 2027"]


@pytest.fixture(scope="module")
def book(reference: Reference) -> Any:
    case = make_case(reference, Scenario(name="R & D", fleet=FLEET))
    stream = io.BytesIO()
    write_evaluation(case, prices_held(case), stream)
    return openpyxl.load_workbook(io.BytesIO(stream.getvalue()))


def shown(book: Any) -> list[Any]:
    return [sheet for sheet in book if sheet.sheet_state == "visible"]


def test_the_first_sheet_lists_all_others_in_order_with_their_kind(book: Any) -> None:
    first = book.worksheets[0]
    rows = [row for row in first.iter_rows() if row[0].hyperlink]
    assert [row[0].value for row in rows] == [sheet.title for sheet in shown(book)[1:]]
    for row in rows:
        assert row[0].hyperlink.location == f"'{row[0].value}'!A1"
        assert (row[1].value, row[2].value) == (
            described(row[0].value)[0].name, described(row[0].value)[1],
        )  # fmt: skip
        assert row[2].value
    told = [cell.value for row in first.iter_rows() for cell in row]
    assert all(kind.name in told and kind.tab in told for kind in KINDS)


def test_sheets_stay_where_formulas_look_for_them(book: Any) -> None:
    """None may be added, renamed or taken out; what is an input, and it alone, may be typed in."""
    assert book.security.lockStructure
    assert all(sheet.protection.sheet for sheet in book)
    price = next(c for row in book["Barème"].iter_rows() for c in row if c.value == 89.72)
    assert not price.protection.locked
    total = next(c for row in book["Économies"].iter_rows() for c in row if c.data_type == "f")
    assert total.protection.locked


def test_tabs_have_the_colour_of_their_kind(book: Any) -> None:
    for sheet in book:
        colour = described(sheet.title)[0].colour.removeprefix("#")
        assert sheet.sheet_properties.tabColor.rgb == f"FF{colour}"
    assert len({kind.colour for kind in KINDS}) == len({kind.tab for kind in KINDS}) == len(KINDS)


def test_each_title_leads_back(book: Any) -> None:
    for sheet in shown(book):
        if sheet.title not in ("Lisez-moi", "Listes"):
            assert sheet["A1"].value
            assert sheet["A1"].hyperlink.location == "'Lisez-moi'!A1", sheet.title


def test_it_opens_on_its_first_sheet_at_the_top(book: Any) -> None:
    assert book.active.title == "Lisez-moi"
    assert [s.title for s in book if s.sheet_view.tabSelected] == ["Lisez-moi"]
    for view in (sheet.sheet_view for sheet in book):
        pane = view.pane.activePane if view.pane else None
        assert {s.activeCell for s in view.selection if s.pane == pane} <= {"A1", None}


def test_pages_are_a4_and_say_whose_they_are(book: Any) -> None:
    for sheet in shown(book):
        assert sheet.page_setup.paperSize == 9
        assert sheet.oddFooter.center.text.startswith("R && D · "), sheet.oddFooter.center.text


@pytest.mark.parametrize("name", DETAIL)
def test_wide_sheets_print_on_several_pages_with_their_heads(book: Any, name: str) -> None:
    sheet = book[name]
    assert not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.scale >= 60
    assert sheet.print_title_rows
    assert sheet.print_title_cols.startswith("$A")
    assert sheet.page_setup.pageOrder == "overThenDown"


def test_the_summary_fits_one_page_of_width_upright(book: Any) -> None:
    sheet = book["Synthèse"]
    assert sheet.page_setup.orientation != "landscape"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    rows = {row[0]: row[1] for row in sheet.iter_rows(values_only=True) if row[0]}
    wanted = ("Économie de 2027", "Leur perte en 2027, après", "Variation des recettes en 2027")
    assert all(str(rows[label]).startswith("='") for label in wanted)


def test_columns_of_a_group_stay_on_one_page() -> None:
    """At 62 %, 1045 / 0.62 × 0.72 = 1213 pixels: 10 columns of 96 and one of 75 make 1035; the
    next pair does not fit, and begins a page with the first column repeated."""
    sheet = Book("").sheet("essai", (10, *[13] * 20))
    across(sheet, 1, 1, 2)
    assert sheet.raw.vbreaks == [11]


def test_dates_of_a_case(reference: Reference) -> None:
    """The decision changes nothing beyond its own dates; a later price brings its own."""
    case = make_case(reference, Scenario(fleet=FLEET))
    assert dated(case, reference.schedule) is case
    cell = reference.schedule.cells[0]
    date = dt.date(2027, 3, 1)
    moved = dated(case, reference.schedule.with_prices({date: {cell: 50.0}}, "essai"))
    assert moved.scenario.rules.step_dates == (date,)
