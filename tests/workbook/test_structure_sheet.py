"""« Structure » of a proposal: what it says, that it is read back, and every way to break it."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.case.case import make_case
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.problems.errors import InputError, Problem
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Scenario
from costing.schedule_file.file import read_schedule
from costing.workbook.live.prices_sheets import write_official
from costing.workbook.live.timeline import Timeline
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.write import write_choices
from costing.workbook.sheets.lists import Lists
from costing.workbook.sheets.schedule.write import write_schedule
from costing.workbook.sheets.schedule.write_structure import write_structure
from costing.workbook.sheets.values.write import write_values
from costing.workbook.write.layout import Book
from tests.shared import REFERENCE, examples
from tests.strategies import decimals

OFFICIAL = REFERENCE.schedule
FIRST, SECOND = dt.date(2027, 1, 1), dt.date(2027, 7, 1)
CASE = make_case(REFERENCE, Scenario(rules=ScheduleRules(step_dates=(FIRST, SECOND))))
PRICE = Cell("scanner", "non_amorti", "*", "plein")
#: MRI 1.5 T has 4 750, 8 000 and 11 000 acts, a scanner 7 years before « amorti ».
REFORMS = (
    Reform(FIRST, {"irm_1_5t": (4000, 8000, 11000)}, {"scanner": 8}),
    Reform(SECOND, {"irm_1_5t": (4200, 8000, 11000)}, {}, {"tep_tdm": 0.8}),
)


def schedule_of(*reforms: Reform, prices: dict[dt.date, dict[Cell, float]] | None = None) -> Any:
    changes = prices or {FIRST: {PRICE: 80.5}, SECOND: {PRICE: 79.0}}
    return OFFICIAL.with_prices(changes, "proposition", reforms)


def written(schedule: FeeSchedule) -> bytes:
    """The two sheets that a schedule is read from."""
    stream, book, lists = io.BytesIO(), Book("essai"), Lists()
    write_values(book, CASE, vocabulary.ACTIVITY, "")
    write_choices(book, CASE, lists)
    official = write_official(book, Timeline(CASE, schedule))
    write_structure(book, CASE, schedule)
    write_schedule(book, CASE, schedule, official)
    lists.write(book)
    book.save(stream)
    return stream.getvalue()


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


# --- what it says ---------------------------------------------------------------------------------


def test_the_bands_are_those_in_force_at_the_end() -> None:
    rows = opened(written(schedule_of(*REFORMS)))["Barème"].iter_rows(values_only=True)
    shown = {row[:2]: row[3:5] for row in rows}
    assert shown["IRM 1,5 T", "non amorti"] == (1, 4200)
    assert shown["IRM 1,5 T", "taux réduit 1"] == (4201, 8000)
    assert shown["IRM 1,5 T", "taux réduit 3"] == (11001, "sans limite")
    assert shown["IRM 1,5 T dédiée aux membres", "non amorti"] == (1, 4500)


def test_each_change_has_its_date_its_numbers_and_its_words() -> None:
    sheet = opened(written(schedule_of(*REFORMS)))["Structure"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    state = {row[0]: row[1] for row in rows}
    assert (state["Structure proposée"], state["Lignes du tableau"]) == ("changée", 8)
    found = {(*row[:2], row[2].date()): row[3:] for row in rows if isinstance(row[2], dt.datetime)}
    assert len(found) == 8
    reference = found["IRM 1,5 T", "Activité de référence", FIRST]
    assert reference[:3] == [4750, 4000, "actes / an"]
    assert reference[3] == pytest.approx(4000 / 4750 - 1)
    assert reference[4].replace("\u202f", " ") == (
        "Activité de référence : 4 000 actes / an au lieu de 4 750 actes / an, à partir du "
        "01/01/2027."
    )
    assert found["IRM 1,5 T", "Activité de référence", SECOND][:2] == [4000, 4200]
    threshold = found["IRM 1,5 T", "Seuil 1", FIRST]
    assert threshold[:4] == [8000, 8000, "actes / an", 0]
    assert threshold[4].endswith("comme avant.")
    assert found["Scanner, toutes classes", "Années avant « amorti »", FIRST][:3] == [7, 8, "ans"]
    factor = found["TEP-TDM", "Coefficient des appareils suivants d'une autorisation", SECOND]
    assert factor[:3] == [1, 0.8, "%"]
    assert "payés 80 % du tarif, au lieu de 100 %" in factor[4]


def test_no_reform_is_unchanged() -> None:
    for reforms in ((), (Reform(FIRST),)):
        data = written(schedule_of(*reforms))
        sheet = opened(data)["Structure"]
        state = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
        assert (state["Structure proposée"], state["Lignes du tableau"]) == ("inchangée", 0)
        assert read_schedule(data, REFERENCE).reforms == ()


# --- what is read back ----------------------------------------------------------------------------

CODES = tuple(OFFICIAL.classes)


@st.composite
def reforms(draw: st.DrawFn, date: dt.date) -> Reform:
    """Any change of the structure on a date, with numbers as people type them."""
    limits = {}
    for code in draw(st.lists(st.sampled_from(CODES), unique=True, max_size=2)):
        count = len(OFFICIAL.classes[code].limits)
        acts = st.lists(decimals(1, 20_000), min_size=count, max_size=count, unique=True)
        limits[code] = tuple(sorted(draw(acts)))
    years = draw(st.dictionaries(st.sampled_from(CODES), decimals(1, 30), max_size=2))
    factors = draw(st.dictionaries(st.sampled_from(CODES), decimals(0, 1), max_size=2))
    return Reform(date, limits, years, factors)


@examples(25)
@given(st.data())
def test_any_schedule_comes_back_as_it_was(data: st.DataObject) -> None:
    cells = st.dictionaries(st.sampled_from(OFFICIAL.cells), decimals(0, 2_000), max_size=5)
    prices = {date: data.draw(cells) for date in (FIRST, SECOND)}
    drawn = [data.draw(reforms(date)) for date in (FIRST, SECOND)]
    wanted = schedule_of(*drawn, prices=prices)
    found = read_schedule(written(wanted), REFERENCE)
    assert found.dates == wanted.dates
    assert np.array_equal(found.amounts, wanted.amounts, equal_nan=True)
    assert found.reforms == tuple(r for r in drawn if r != Reform(r.date))


# --- what is refused ------------------------------------------------------------------------------


def broken(**cells: Any) -> bytes:
    """The sheet of `REFORMS` with some cells replaced: B5 and B6 above, rows 9 to 16."""
    book = openpyxl.load_workbook(io.BytesIO(written(schedule_of(*REFORMS))), data_only=True)
    for name, value in cells.items():
        cell = book["Structure"][name]
        cell.value = value
        if name.startswith("E") and value == 0.5:
            cell.number_format = "General"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def faults(data: bytes) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as error:
        read_schedule(data, REFERENCE, "proposition.xlsx")
    for fault in error.value.problems:
        assert fault.message("fr")
        assert fault.message("en")
    return error.value.problems


def test_the_sheet_is_as_the_breaks_below_suppose() -> None:
    sheet = opened(written(schedule_of(*REFORMS)))["Structure"]
    assert [sheet[f"A{row}"].value for row in (5, 6, 8, 9, 10, 13, 16)] == [
        "Structure proposée", "Lignes du tableau", "Classe", "Scanner, toutes classes",
        "IRM 1,5 T", "IRM 1,5 T", "TEP-TDM",
    ]  # fmt: skip
    assert read_schedule(broken(), REFERENCE).reforms == REFORMS


BREAKS: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "no state": ({"B5": None}, "wb_blank", "B5"),
    "an unknown state": ({"B5": "modifiée"}, "unknown_choice", "B5"),
    "said to be unchanged": ({"B5": "inchangée"}, "structure_rows", "B5"),
    "no count": ({"B6": None}, "wb_blank", "B6"),
    "another count": ({"B6": 7}, "structure_rows", "B6"),
    "a row lost": (dict.fromkeys([f"{c}16" for c in "ABCDEFGH"]), "structure_rows", "B6"),
    "no label of the state": ({"A5": "Structure"}, "wb_label_missing", None),
    "no headings": ({"A8": "Catégorie"}, "wb_headings_missing", None),
    "no column": ({"E8": "Ensuite"}, "wb_column_missing", "8:8"),
    "an unknown class": ({"A9": "Scaner"}, "unknown_choice", "A9"),
    "no class": ({"A9": None}, "wb_blank", "A9"),
    "an unknown part": ({"B9": "Années"}, "unknown_choice", "B9"),
    "a part that the class lacks": ({"A10": "TEP-TDM", "B10": "Seuil 1"}, "schedule_band", "E10"),
    "no date": ({"C9": None}, "wb_blank", "C9"),
    "not a date": ({"C9": "janvier"}, "wb_not_date", "C9"),
    "not a date of the prices": ({"C9": dt.date(2027, 3, 1)}, "reform_date", "C9"),
    "no number": ({"E9": None}, "wb_blank", "E9"),
    "not a number": ({"E9": "huit"}, "wb_not_number", "E9"),
    "not computed": ({"E9": "=4+4"}, "wb_uncomputed", "E9"),
    "years out of range": ({"E9": 101}, "wb_out_of_range", "E9"),
    "no years at all": ({"E9": 0}, "reform_years", "E9"),
    "a factor above one": ({"E16": 1.2}, "wb_ambiguous_rate", "E16"),
    "a factor below zero": ({"E16": "-10 %"}, "wb_out_of_range", "E16"),
    "50 % or 0.5 %": ({"E16": 0.5}, "wb_ambiguous_rate", "E16"),
    "limits out of order": ({"E11": 3000}, "reform_limits", "E10"),
    "another unit": ({"F9": "mois"}, "wb_unit_changed", "F9"),
    "no unit": ({"F9": None}, "wb_blank", "F9"),
    "the same row twice": ({"C13": FIRST}, "schedule_duplicate", "E13"),
}


@pytest.mark.parametrize(("cells", "code", "cell"), BREAKS.values(), ids=BREAKS)
def test_a_broken_sheet_is_refused_with_its_cell(
    cells: dict[str, Any], code: str, cell: str | None
) -> None:
    fault = faults(broken(**cells))[0]
    place = fault.place
    assert (fault.code, place.file, place.sheet, place.cell) == (
        code, "proposition.xlsx", "Structure", cell,
    )  # fmt: skip


def test_a_row_typed_below_an_unchanged_structure_is_refused() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(schedule_of())), data_only=True)
    for column, value in enumerate(("Scanner, toutes classes", "Seuil 1", FIRST), start=1):
        book["Structure"].cell(9, column).value = value
    stream = io.BytesIO()
    book.save(stream)
    codes = [(fault.code, fault.place.cell) for fault in faults(stream.getvalue())]
    assert codes[:2] == [("structure_rows", "B6"), ("structure_rows", "B5")]


def test_a_workbook_without_the_sheet_is_refused_and_told_why() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(schedule_of(*REFORMS))), data_only=True)
    name = "Structure"
    for title, near in (("Structures", " « Structures » ?"), ("Feuil2", "")):
        book[name].title = title
        name = title
        stream = io.BytesIO()
        book.save(stream)
        (fault,) = faults(stream.getvalue())
        assert (fault.code, fault.place.sheet) == ("schedule_no_structure", "Structure")
        assert fault.facts["near"] == near
        assert "exportez de nouveau" in fault.message()
