"""Schedules typed by hand or imported: round trips, and every fault with its place and remedy."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.problems.errors import InputError, Problem
from costing.schedule_file.file import read_schedule, write_schedule
from tests.shared import REFERENCE

OFFICIAL = REFERENCE.schedule
STEP, LATER = dt.date(2027, 1, 1), dt.date(2027, 7, 1)
EVE = dt.date(2026, 12, 31)
HEADER = "effective_from,class,amortisation,zone,band,fee_eur\n"
FULL = Cell("scanner", "non_amorti", "*", "plein")
OLD = Cell("scanner", "amorti", "*", "plein")
REDUCED = Cell("scanner", "*", "*", "reduit_1")
MRI = Cell("irm_1_5t", "non_amorti", "paris", "plein")


def faults(source: str | bytes | Path, name: str = "essai.csv") -> tuple[Problem, ...]:
    """The problems of a source that is refused."""
    with pytest.raises(InputError) as error:
        read_schedule(source, REFERENCE, name)
    for fault in error.value.problems:
        assert fault.message("fr")
        assert fault.message("en")
    return error.value.problems


def same(one: FeeSchedule, other: FeeSchedule) -> bool:
    """Whether two schedules have the same dates, prices and structure."""
    return (
        one.dates == other.dates
        and np.array_equal(one.amounts, other.amounts, equal_nan=True)
        and one.reforms == other.reforms
    )


# --- what is read ---------------------------------------------------------------------------------


def test_prices_replace_the_trajectory_from_their_date_on() -> None:
    text = HEADER + "2027-01-01,scanner,non_amorti,*,plein,80.5\n2027-07-01,scanner,,,reduit_1,50\n"
    found = read_schedule(text, REFERENCE)
    assert [found.price(FULL, date) for date in (EVE, STEP, LATER)] == [89.72, 80.5, 80.5]
    assert [found.price(REDUCED, date) for date in (EVE, STEP, LATER)] == [60, 60, 50]
    # Not named: the price of the eve, not that of the decision's later step.
    assert found.price(OLD, STEP) == OFFICIAL.price(OLD, EVE) != OFFICIAL.price(OLD, STEP)


def test_a_star_speaks_for_every_key() -> None:
    text = HEADER + "2027-01-01,scanner,*,*,plein,70\n2027-01-01,irm_1_5t,amorti,*,plein,90\n"
    found = read_schedule(text, REFERENCE)
    assert found.price(FULL, STEP) == found.price(OLD, STEP) == 70
    zones = {found.price(MRI._replace(amortisation="amorti", zone=z), STEP)
             for z in ("paris", "region_parisienne", "province")}  # fmt: skip
    assert zones == {90}
    assert found.price(MRI, STEP) == OFFICIAL.price(MRI, EVE)


FRENCH = (
    "\ufeff# Barème de la fédération;;;;;\r\n"
    "effective_from;class;amortisation;zone;band;fee_eur;remarque\r\n"
    ";;;;;;\r\n"
    "01/01/2027;Scanner;non amorti;;taux plein;80,5;négocié\r\n"
    '"# un commentaire ; entre guillemets"\r\n'
    "01/07/2027;scanner;*;toutes zones;reduit_1;50.25;\r\n"
    "01/07/2027;tep;amorti;;plein;1 057,50 €;\r\n"
)


def test_as_a_french_spreadsheet_program_saves_it() -> None:
    for source in (FRENCH, FRENCH.encode("utf-8")):
        found = read_schedule(source, REFERENCE)
        assert found.price(FULL, STEP) == 80.5
        assert found.price(REDUCED, LATER) == 50.25
        assert found.price(Cell("tep", "amorti", "*", "plein"), LATER) == 1057.5


def test_a_file_gives_its_name(tmp_path: Path) -> None:
    path = tmp_path / "contre-proposition.csv"
    path.write_text(HEADER + "2027-01-01,scanner,*,*,reduit_1,50\n", encoding="utf-8-sig")
    assert read_schedule(path, REFERENCE).name == "contre-proposition"
    assert read_schedule(path.read_text("utf-8"), REFERENCE).name == "barème"


def test_parts_of_the_structure_stand_in_the_place_of_a_band() -> None:
    text = HEADER + (
        "2027-01-01,scanner,*,*,reference_activity,6000\n"
        "2027-01-01,scanner,*,*,rank_factor,0.8\n"
        "2027-07-01,scanner,,,threshold_2,14000\n"
        "2027-07-01,irm_1_5t,,,amortisation_years,8\n"
    )
    found = read_schedule(text, REFERENCE)
    # The second date keeps the reference activity of the first.
    assert found.reforms == (
        Reform(STEP, limits={"scanner": (6000, 11000, 13000)}, rank_factor={"scanner": 0.8}),
        Reform(LATER, limits={"scanner": (6000, 11000, 14000)}, amortisation_years={"irm_1_5t": 8}),
    )
    assert found.price(FULL, STEP) == 89.72


# --- what is written ------------------------------------------------------------------------------


def test_what_is_written_can_be_read_by_a_person(tmp_path: Path) -> None:
    path = tmp_path / "bareme.csv"
    schedule = OFFICIAL.with_prices({STEP: {FULL: 80.5}}, "essai")
    text = write_schedule(schedule, STEP, path)
    lines = text.splitlines()
    assert lines[0] == HEADER.strip()
    assert "2027-01-01,scanner,non_amorti,*,plein,80.5" in lines
    assert len(lines) == 1 + len(schedule.cells)
    assert path.read_text("utf-8") == text
    assert same(read_schedule(path, REFERENCE), schedule)


def test_the_decision_s_own_trajectory_comes_back() -> None:
    for start in OFFICIAL.dates[1:]:
        found = read_schedule(write_schedule(OFFICIAL, start), REFERENCE)
        assert same(found, OFFICIAL), start


def test_a_date_between_two_steps_writes_the_prices_in_force() -> None:
    start = dt.date(2026, 3, 15)
    found = read_schedule(write_schedule(OFFICIAL, start), REFERENCE)
    assert found.dates == (
        *(d for d in OFFICIAL.dates if d < start),
        start,
        LATER.replace(2026),
        STEP,
    )
    assert found.price(FULL, start) == OFFICIAL.price(FULL, start)


def test_a_held_schedule_is_written_with_its_structure() -> None:
    reform = Reform(STEP, limits={"scanner": (6000, 11000, 13000)}, rank_factor={"tep": 0.5})
    schedule = OFFICIAL.with_prices({STEP: {FULL: 80}}, "essai", [reform]).frozen(LATER)
    found = read_schedule(write_schedule(schedule, LATER), REFERENCE)
    assert found.reforms == (Reform(LATER, reform.limits, {}, reform.rank_factor),)
    assert found.price(FULL, LATER) == 80


def test_a_price_that_is_lost_cannot_be_written() -> None:
    amounts = OFFICIAL.amounts.copy()
    amounts[-1, 0] = np.nan
    broken = FeeSchedule(OFFICIAL.classes, OFFICIAL.dates, amounts)
    with pytest.raises(InputError) as error:
        write_schedule(broken, STEP)
    assert error.value.problems[0].code == "tariff_missing"


CODES = tuple(OFFICIAL.classes)
PRICES = st.floats(0, 2_000, allow_nan=False)


@st.composite
def reforms(draw: st.DrawFn, dates: list[dt.date]) -> list[Reform]:
    """Changes of the structure on some of the dates, one class's limits at least."""
    found = []
    for date in draw(st.lists(st.sampled_from(dates), unique=True, max_size=2)):
        code = draw(st.sampled_from(CODES))
        count = len(OFFICIAL.classes[code].limits)
        acts = st.lists(st.integers(1, 20_000), min_size=count, max_size=count, unique=True)
        limits = {code: tuple(map(float, sorted(draw(acts))))}
        years = draw(st.dictionaries(st.sampled_from(CODES), st.floats(1, 12), max_size=2))
        factors = draw(st.dictionaries(st.sampled_from(CODES), st.floats(0, 1), max_size=2))
        found.append(Reform(date, limits, years, factors))
    return found


@given(st.data(), st.sampled_from(("csv", "bytes", "crlf", "json")))
def test_any_schedule_comes_back_as_it_was(data: st.DataObject, form: str) -> None:
    days = st.dates(dt.date(2024, 3, 2), dt.date(2030, 12, 31))
    dates = data.draw(st.lists(days, min_size=1, max_size=3, unique=True))
    cells = st.dictionaries(st.sampled_from(OFFICIAL.cells), PRICES, max_size=5)
    prices = {date: data.draw(cells) for date in dates}
    schedule = OFFICIAL.with_prices(prices, "essai", data.draw(reforms(dates)))
    text = write_schedule(schedule, min(dates))
    source: str | bytes = {
        "csv": text,
        "bytes": b"\xef\xbb\xbf" + text.encode(),
        "crlf": text.replace("\n", "\r\n"),
        "json": as_json(text),
    }[form]
    assert same(read_schedule(source, REFERENCE), schedule)


def as_json(text: str) -> str:
    """The same rows as `costing optimise --json` prints them."""
    fees = []
    for line in text.splitlines()[1:]:
        date, code, amortisation, zone, band, fee = line.split(",")
        fees.append({"date": date, "class_code": code, "amortisation": amortisation,
                     "zone": zone, "band": band, "fee_eur": float(fee)})  # fmt: skip
    return json.dumps({"status": "optimal", "fees": fees})


# --- what is refused ------------------------------------------------------------------------------

GOOD = "2027-01-01,scanner,non_amorti,*,plein,80\n"
BAD: dict[str, tuple[str, str, int | None]] = {
    "nothing at all": ("", "tariff_empty", None),
    "only comments": ("# rien\n\n", "tariff_empty", None),
    "only a header": (HEADER, "tariff_empty", None),
    "a column missing": ("effective_from,class,zone,band,fee_eur\n", "fleet_columns", 1),
    "a column twice": (HEADER.replace("\n", ",zone\n") + GOOD, "wb_heading_twice", 1),
    "a field too many": (HEADER + GOOD.replace("80", "80,5"), "tariff_fields", 2),
    "an unknown class": (HEADER + GOOD.replace("scanner", "scaner"), "unknown_class", 2),
    "no class": (HEADER + GOOD.replace("scanner", ""), "wb_blank", 2),
    "an unknown zone": (HEADER + GOOD.replace("*", "parys"), "unknown_choice", 2),
    "an unknown band": (HEADER + GOOD.replace("plein", "pleni"), "unknown_choice", 2),
    "no band": (HEADER + GOOD.replace("plein", ""), "wb_blank", 2),
    "an unknown state": (HEADER + GOOD.replace("non_amorti", "neuf"), "unknown_choice", 2),
    "a zone that the class lacks": (HEADER + GOOD.replace("*", "paris"), "cell_unknown", 2),
    "a reduced rate by state": (HEADER + GOOD.replace("plein", "reduit_1"), "cell_unknown", 2),
    "a band that the class lacks": (
        HEADER + "2027-01-01,tep,*,*,reduit_2,50\n", "schedule_band", 2,
    ),
    "not a number": (HEADER + GOOD.replace("80", "gratuit"), "schedule_number", 2),
    "a decimal comma between commas": (
        HEADER + GOOD.replace("80", '"80,5"'), "schedule_number", 2,
    ),
    "no price": (HEADER + GOOD.replace("80", ""), "wb_blank", 2),
    "a blank price": (HEADER + GOOD.replace("80", "  "), "wb_blank", 2),
    "a negative price": (HEADER + GOOD.replace("80", "-80"), "price_invalid", 2),
    "an endless price": (HEADER + GOOD.replace("80", "1e999"), "price_invalid", 2),
    "not a price": (HEADER + GOOD.replace("80", "nan"), "schedule_number", 2),
    "no date": (HEADER + GOOD.replace("2027-01-01", ""), "wb_blank", 2),
    "an American date": (HEADER + GOOD.replace("2027-01-01", "12/31/2027"), "wb_not_date", 2),
    "a date that is none": (HEADER + GOOD.replace("2027-01-01", "2027-02-30"), "wb_not_date", 2),
    "a date before the fee": (
        HEADER + GOOD.replace("2027-01-01", "2018-07-01"), "schedule_too_early", 2,
    ),
    "the same price twice": (HEADER + GOOD + GOOD, "schedule_duplicate", 3),
    "the same price through a star": (
        HEADER + GOOD + GOOD.replace("non_amorti", "*"), "schedule_duplicate", 3,
    ),
    "thousands or decimals": (
        (HEADER + GOOD.replace("80", "1.057")).replace(",", ";"), "wb_ambiguous_number", 2,
    ),
    "a percentage": ((HEADER + GOOD.replace("80", "80 %")).replace(",", ";"),
                     "wb_percent_unexpected", 2),
    "a threshold that the class lacks": (
        HEADER + "2027-01-01,tep,*,*,threshold_1,5000\n", "schedule_band", 2,
    ),
    "thresholds out of order": (
        HEADER + "2027-01-01,scanner,*,*,reference_activity,12000\n", "reform_limits", 2,
    ),
    "a factor above one": (HEADER + "2027-01-01,scanner,*,*,rank_factor,1.5\n", "reform_factor", 2),
    "no years at all": (HEADER + "2027-01-01,tep,*,*,amortisation_years,0\n", "reform_years", 2),
    "a threshold by zone": (
        HEADER + "2027-01-01,irm_1_5t,*,paris,threshold_1,9000\n", "schedule_parameter", 2,
    ),
    "not JSON": ('{"fees": [\n,]}', "schedule_json", 2),
    "JSON without prices": ('{"status": "infeasible"}', "schedule_json_fees", None),
    "JSON of something else": ("[1, 2]", "schedule_json_fees", None),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code", "line"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_its_line(text: str, code: str, line: int | None) -> None:
    (fault,) = faults(text)
    assert (fault.code, fault.place.file, fault.place.line) == (code, "essai.csv", line)


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = HEADER + (
        "2027-01-01,scanner,*,*,plein,80\n"
        "# commentaire\n"
        "31/31/2027,scaner,*,*,plein,gratuit\n"
        "2027-01-01,scanner,amorti,*,plein,70\n"
        "2027-01-01,tep,*,*,reduit_3,-1\n"
    )
    found = faults(text)
    assert [(f.place.line, f.code) for f in found] == [
        (4, "unknown_class"),
        (4, "wb_not_date"),
        (4, "schedule_number"),
        (5, "schedule_duplicate"),
        (6, "schedule_band"),
    ]
    assert "« scanner » ?" in found[0].message()
    assert "ligne 2" in found[3].message()


def test_a_file_that_is_not_there_or_not_in_utf8(tmp_path: Path) -> None:
    assert faults(tmp_path / "absent.csv")[0].code == "file_missing"
    assert faults((HEADER + "# é\n").encode("latin-1"))[0].code == "not_utf8"
    assert faults(tmp_path)[0].code == "file_missing"


def test_json_entries_are_refused_with_their_number() -> None:
    good = json.loads(as_json(HEADER + GOOD))["fees"][0]
    bad: list[tuple[dict[str, Any], str]] = [
        ({"fee_eur": None}, "wb_blank"),
        ({"fee_eur": True}, "schedule_number"),
        ({"fee_eur": float("nan")}, "price_invalid"),
        ({"date": 20270101}, "wb_not_date"),
        ({"class_code": 7}, "unknown_class"),
        ({"zone": ["paris"]}, "unknown_choice"),
    ]
    for change, code in bad:
        (fault,) = faults(json.dumps([{**good, "band": "plein"}, {**good, "zone": "*", **change}])
                          .replace('"2027-01-01"', '"2027-07-01"', 1))  # fmt: skip
        assert (fault.code, fault.place.key) == (code, "fees.1")


# --- workbooks ------------------------------------------------------------------------------------


#: The sheet of a proposal that changes nothing of the structure.
UNCHANGED = [
    ["Structure proposée", "inchangée"],
    ["Lignes du tableau", 0],
    ["Classe", "Élément", "À partir du", "Avant", "Après", "Unité"],
]


def workbook(
    rows: list[list[Any]],
    sheet: str = "Barème",
    structure: list[list[Any]] | None = UNCHANGED,
) -> bytes:
    """A workbook laid out as that of a proposal, written by a library that computes nothing."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(["Barème proposé, en euros par acte"])
    page.append([])
    for row in rows:
        page.append(row)
    if structure:
        other = book.create_sheet("Structure")
        for row in structure:
            other.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


HEADINGS = ["Classe", "Situation", "Zone", "Actes de l'année", "Tarif du 01/03/2024",
            "Proposé au 01/01/2027", "Variation", "Proposé au 01/07/2027", "Variation"]  # fmt: skip
SECTION = ["IRM : taux pleins"]
NEW_CT = ["Scanner", "non amorti", "toutes zones", "1 à 6 500", 99.69, 80.5, "=F5/E5-1", 79]
MRI_ROW = ["IRM 1,5 T", "non amorti", "Paris", "1 à 4 750", 180, 150, None, "—"]


def test_a_proposal_s_workbook_is_read_back() -> None:
    reduced = ["Scanner", "taux réduit 1", "toutes zones", "", 60, 55, None, 54]
    found = read_schedule(
        workbook([HEADINGS, ["Scanner : taux pleins"], NEW_CT, SECTION, MRI_ROW, reduced]),
        REFERENCE,
    )
    assert [found.price(FULL, date) for date in (STEP, LATER)] == [80.5, 79]
    assert [found.price(MRI, date) for date in (STEP, LATER)] == [150, 150]
    assert [found.price(REDUCED, date) for date in (STEP, LATER)] == [55, 54]


def test_a_workbook_that_does_not_tell_its_structure_is_refused() -> None:
    (fault,) = faults(workbook([HEADINGS, NEW_CT], structure=None))
    assert (fault.code, fault.place.sheet) == ("schedule_no_structure", "Structure")


def test_a_workbook_tells_what_changes_of_the_structure() -> None:
    rows = [
        ["Structure proposée", "Changée"],
        ["Lignes du tableau", 2],
        [*UNCHANGED[2], "En mots"],
        ["Scanner", "Activité de référence", "01/01/2027", 6500, "6 000", "actes / an", "…"],
        ["TEP seule", "Coefficient des appareils suivants d'une autorisation", "01/07/2027",
         None, "80 %", "%"],
    ]  # fmt: skip
    found = read_schedule(workbook([HEADINGS, NEW_CT], structure=rows), REFERENCE)
    assert found.reforms == (
        Reform(STEP, limits={"scanner": (6000, 11000, 13000)}),
        Reform(LATER, rank_factor={"tep": 0.8}),
    )


def changed(row: list[Any], **cells: Any) -> list[Any]:
    """A row with some cells, by column letter, replaced."""
    return [cells.get("ABCDEFGHI"[i], value) for i, value in enumerate(row)]


BAD_BOOKS: dict[str, tuple[list[list[Any]], str, str | None]] = {
    "a formula not computed": ([HEADINGS, changed(NEW_CT, F="=E4*0.9")], "wb_uncomputed", "F4"),
    "a blank price": ([HEADINGS, changed(NEW_CT, H=None)], "wb_blank", "H4"),
    "not a number": ([HEADINGS, changed(NEW_CT, F="gratuit")], "wb_not_number", "F4"),
    "a negative price": ([HEADINGS, changed(NEW_CT, F=-1)], "wb_out_of_range", "F4"),
    "an unknown class": ([HEADINGS, changed(NEW_CT, A="Scaner")], "unknown_choice", "A4"),
    "an unknown situation": ([HEADINGS, changed(NEW_CT, B="neuf")], "unknown_choice", "B4"),
    "no situation": ([HEADINGS, changed(NEW_CT, B=None)], "wb_blank", "B4"),
    "a zone that the class lacks": (
        [HEADINGS, changed(NEW_CT, C="Paris", H="—")], "cell_unknown", "F4",
    ),
    "a band that the class lacks": (
        [HEADINGS, changed(NEW_CT, A="TEP seule", B="taux réduit 2", H="—")], "schedule_band", "F4",
    ),
    "the same row twice": (
        [HEADINGS, changed(NEW_CT, H="—"), changed(NEW_CT, H="—")], "schedule_duplicate", "F5",
    ),
    "a date that is none": (
        [changed(HEADINGS, F="Proposé au 31/31/2027"), NEW_CT], "wb_not_date", "F3",
    ),
    "no proposed price": ([HEADINGS[:5], NEW_CT[:5]], "schedule_no_proposal", None),
    "no zone heading": ([changed(HEADINGS, C="Z"), NEW_CT], "wb_column_missing", "3:3"),
    "no table": ([["rien"]], "wb_headings_missing", None),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "code", "cell"), BAD_BOOKS.values(), ids=BAD_BOOKS)
def test_a_bad_workbook_is_refused_with_its_cell(
    rows: list[list[Any]], code: str, cell: str | None
) -> None:
    (fault,) = faults(workbook(rows), "proposition.xlsx")
    place = fault.place
    assert (fault.code, place.file, place.sheet, place.cell) == (
        code, "proposition.xlsx", "Barème", cell,
    )  # fmt: skip


def test_a_formula_not_computed_says_what_to_do() -> None:
    (fault,) = faults(workbook([HEADINGS, changed(NEW_CT, F="=E4*0.9")]))
    assert "Ouvrez le fichier dans Excel ou LibreOffice" in fault.message()


def test_a_workbook_of_something_else_is_refused() -> None:
    (fault,) = faults(workbook([HEADINGS, NEW_CT], "Feuil1"))
    assert fault.code == "wb_sheet_missing"
    assert faults(b"PK\x03\x04 tronqu\xc3\xa9")[0].code == "wb_truncated"
    assert faults(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")[0].code == "wb_old_format"
