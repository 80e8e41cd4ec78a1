"""A file of activity becomes a fleet, whatever its format; what is wrong is told by line."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from costing.cli import main
from costing.fleet.fleet import MOST_MACHINES, from_table
from costing.fleet_file.cells import Cells, of_objects, repeated
from costing.fleet_file.faults import ActivityError
from costing.fleet_file.file import Imported, import_fleet
from costing.fleet_file.guess import guess
from costing.fleet_file.mapping import FOLDER_VARIABLE, Layout, Mapping
from costing.fleet_file.read import LARGEST_FILE, open_file
from costing.fleet_file.values import read_dates, read_numbers
from costing.problems.errors import FleetError
from costing.scenario.scenario import from_json
from tests.shared import REFERENCE, examples

HEADINGS = (
    "N° appareil", "FINESS", "Classe", "Date d'installation", "Code postal", "Secteur", "Rang",
    "Actes facturés", "Actes d'hospitalisés",
)  # fmt: skip
ROWS = (
    ("007", "350000001", "IRM 1,5 T", "01/03/2018", "35000", "libéral", "1", "5 200", "120"),
    ("008", "350000001", "Scanner", "15/09/2016", "35000", "public", "2", "9 000", "3 100"),
    ("9", "750000002", "TEP-TDM", "2020-12-31", "75013", "GIE / GCS", "1", "2100", "0"),
    ("10", "920000003", "IRM > 1,5 T", "7/1/2021", "92100", "privé non lucratif", "1", "4750", "7"),
)
#: The same machines as the fleet must hold them, worked out by hand.
EXPECTED = {
    "machine_id": ["007", "008", "9", "10"],
    "site_id": ["350000001", "350000001", "750000002", "920000003"],
    "modality": ["irm", "scanner", "tep", "irm"],
    "class": ["irm_1_5t", "scanner", "tep_tdm", "irm_gt_1_5t"],
    "installed_on": [dt.datetime(2018, 3, 1), dt.datetime(2016, 9, 15), dt.datetime(2020, 12, 31),
                     dt.datetime(2021, 1, 7)],
    "zone": ["province", "province", "paris", "region_parisienne"],
    "region": ["Bretagne", "Bretagne", "Île-de-France", "Île-de-France"],
    "sector": ["liberal", "public", "gie", "non_profit"],
    "rank_on_authorisation": [1, 2, 1, 1],
    "acts_billed": [5200, 9000, 2100, 4750],
    "acts_inpatient": [120, 3100, 0, 7],
    "weight": [1, 1, 1, 1],
}  # fmt: skip


def text(
    rows: Any = ROWS, separator: str = ";", headings: tuple[str, ...] = HEADINGS, before: str = ""
) -> str:
    lines = [separator.join(headings), *(separator.join(row) for row in rows)]
    return before + "\n".join(lines) + "\n"


def read(
    source: Path | tuple[str, bytes], mapping: Mapping | None = None, year: int | None = 2024
) -> Imported:
    reader = open_file(source, mapping.layout if mapping else None)
    found = mapping or guess(reader).mapping
    assert found is not None
    return import_fleet(reader, found, REFERENCE, year)


def csv(content: str, encoding: str = "utf-8", **kwargs: Any) -> Imported:
    return read(("parc.csv", content.encode(encoding)), **kwargs)


def changed(mapping: Mapping, **changes: Any) -> Mapping:
    return Mapping.model_validate({**mapping.model_dump(), **changes})


def same(found: Imported) -> None:
    columns = found.fleet.frame.to_dict("list")
    dates = [moment.to_pydatetime() for moment in columns.pop("installed_on")]
    assert dates == EXPECTED["installed_on"]
    assert columns == {k: v for k, v in EXPECTED.items() if k != "installed_on"}


def faults(content: str, **kwargs: Any) -> list[tuple[str, int | None]]:
    with pytest.raises(FleetError) as caught:
        csv(content, **kwargs)
    for problem in caught.value.problems:
        assert problem.text("fr")
        assert problem.text("en")
    return [(problem.code, problem.place.line) for problem in caught.value.problems]


def with_cell(row: int, column: int, value: str) -> str:
    rows = [list(each) for each in ROWS]
    rows[row][column] = value
    return text(rows)


# --- formats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separated_values_of_any_encoding(encoding: str, separator: str) -> None:
    same(csv(text(separator=separator), encoding))


def test_commas_with_quoted_decimals() -> None:
    rows = [[f'"{cell}"' if "," in cell else cell for cell in row] for row in ROWS]
    same(csv(text(rows, ",")))


def test_titles_above_the_headings_and_blank_rows_below() -> None:
    content = text(before="Export du 3 mai\n\nParc régional\n") + ";" * 8 + "\n\n"
    found = csv(content)
    same(found)
    assert (found.rows, found.blank) == (5, 1)


def test_a_line_break_inside_quotes_does_not_shift_the_lines_told() -> None:
    rows = [list(row) for row in ROWS]
    rows[0][1] = '"35000\n0001"'
    rows[2][7] = "beaucoup"
    assert faults(text(rows)) == [("activity_number", 5)]


def table() -> pd.DataFrame:
    """The machines with numbers and dates as such."""
    frame = pd.DataFrame(list(ROWS), columns=list(HEADINGS))
    frame["Date d'installation"] = EXPECTED["installed_on"]
    for heading, name in (("Actes facturés", "acts_billed"), ("Rang", "rank_on_authorisation"),
                          ("Actes d'hospitalisés", "acts_inpatient")):  # fmt: skip
        frame[heading] = EXPECTED[name]
    return frame


def xlsx(path: Path, frame: pd.DataFrame, sheet: str = "Parc") -> Path:
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        pd.DataFrame({"note": ["à lire"]}).to_excel(writer, sheet_name="Lisez-moi", index=False)
        frame.to_excel(writer, sheet_name=sheet, index=False, startrow=2)
    return path


def test_a_workbook_with_a_title_and_another_sheet(tmp_path: Path) -> None:
    same(read(xlsx(tmp_path / "parc.xlsx", table())))


def test_names_that_a_sheet_holds_as_numbers(tmp_path: Path) -> None:
    frame = table().assign(**{"N° appareil": [7, 8, 9, "10 bis"]})
    found = read(xlsx(tmp_path / "parc.xlsx", frame)).fleet.frame
    assert found["machine_id"].tolist() == ["7", "8", "9", "10 bis"]


def test_a_fault_of_a_workbook_is_told_by_its_cell(tmp_path: Path) -> None:
    frame = table()
    frame["Actes facturés"] = [5200, "beaucoup", 2100, 4750]
    with pytest.raises(ActivityError) as caught:
        read(xlsx(tmp_path / "parc.xlsx", frame))
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.sheet, problem.place.cell) == (
        "activity_number", "Parc", "H5",
    )  # fmt: skip


@pytest.mark.libreoffice
def test_a_real_ods_file(tmp_path: Path, converted: Callable[..., list[Path]]) -> None:
    (path,) = converted(tmp_path, xlsx(tmp_path / "parc.xlsx", table()), to="ods")
    same(read(path))


def test_parquet_with_types_and_as_text(tmp_path: Path) -> None:
    table().to_parquet(tmp_path / "typed.parquet")
    same(read(tmp_path / "typed.parquet"))
    frame = pd.DataFrame(list(ROWS), columns=list(HEADINGS))
    frame.to_parquet(tmp_path / "text.parquet", row_group_size=2)
    same(read(tmp_path / "text.parquet"))


def test_a_column_of_lists_is_refused(tmp_path: Path) -> None:
    columns = pa.table(table()).set_column(0, "N° appareil", pa.array([["a"]] * 4))
    pq.write_table(columns, tmp_path / "lists.parquet")
    with pytest.raises(FleetError) as caught:
        read(tmp_path / "lists.parquet")
    assert caught.value.problems[0].code == "activity_damaged"


# --- hostile or mistaken files ------------------------------------------------------------------


def refused(source: Path | tuple[str, bytes]) -> str:
    with pytest.raises(FleetError) as caught:
        read(source)
    assert caught.value.text("fr") and caught.value.text("en")
    return caught.value.problems[0].code


def bomb(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def test_files_that_are_not_what_they_say(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent.csv") == "file_missing"
    assert refused(("empty.csv", b"")) == "activity_empty"
    assert (
        refused(("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)) == "wb_old_format"
    )
    assert refused(("x.zip", bomb("photo.jpg", b"\0"))) == "activity_kind"
    assert refused(("x.xlsx", bomb("xl/workbook.xml", b"<x/>"))) == "activity_damaged"
    assert refused(("x.xlsx", bomb("xl/workbook.xml", b"\0" * 150_000_000))) == "activity_too_large"
    assert refused(("x.bin", bytes(range(256)) * 20)) == "activity_kind"
    assert refused(("x.parquet", b"PAR1" + b"\0" * 100 + b"PAR1")) == "activity_damaged"
    assert refused(("only.csv", text(rows=()).encode())) == "activity_empty"


def test_too_large_a_file_is_refused_before_it_is_read() -> None:
    class Long(bytes):
        def __len__(self) -> int:
            return LARGEST_FILE + 1

    assert refused(("x.csv", Long())) == "activity_too_large"


def test_an_encoding_that_is_not_sure_is_refused_and_may_be_said() -> None:
    data = text().encode("mac_roman")
    assert refused(("parc.csv", data)) == "activity_encoding"
    found = guess(open_file(("parc.csv", data), Layout(encoding="mac_roman"))).mapping
    assert found is not None
    same(read(("parc.csv", data), changed(found, layout={"encoding": "mac_roman"})))


def test_accents_that_come_late_in_a_file_are_found() -> None:
    rows = [(f"a{i}", *ROWS[1][1:4], "35000", "public", "1", "9000", "3100") for i in range(9000)]
    headings = tuple(h.replace("°", "o").replace("é", "e") for h in HEADINGS)
    content = text([*rows, ("dernière", *rows[0][1:])], headings=headings)
    found = csv(content, "cp1252").fleet.frame
    assert found["machine_id"].iloc[-1] == "dernière"


def test_rows_with_more_cells_than_headings() -> None:
    content = text() + "11;a;Scanner;01/01/2020;35000;public;1;1;1;de trop\n"
    with pytest.raises(FleetError) as caught:
        csv(content)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line, problem.value) == ("activity_ragged", 6, 10)


def test_a_formula_is_only_a_text_and_harmless_in_the_list() -> None:
    found = csv(with_cell(0, 0, "=1+1")).fleet.frame
    assert found["machine_id"].iloc[0] == "=1+1"
    with pytest.raises(ActivityError) as caught:
        csv(with_cell(0, 7, "=1+1"))
    assert caught.value.listed is not None
    assert ";'=1+1;" in caught.value.listed.csv()


# --- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (0, "", "activity_blank"),
        (0, "3,30782E+11", "activity_scientific"),
        (0, "#N/A", "activity_error_value"),
        (2, "IRM 15T", "activity_wording"),
        (2, "IRM", "activity_wording"),
        (3, "43612", "activity_date_serial"),
        (3, "31/02/2020", "activity_date"),
        (3, "01/03/18", "activity_date_short"),
        (3, "01/03/1975", "activity_check"),
        (3, "01/03/2025", "activity_check"),
        (4, "00000", "activity_department"),
        (4, "97150", "activity_department"),
        (5, "privé", "activity_wording"),
        (6, "1,5", "activity_check"),
        (7, "5.200", "activity_two_numbers"),
        (7, "5,200", "activity_two_numbers"),
        (7, "5 20", "activity_number"),
        (7, "1e3", "activity_number"),
        (7, "inf", "activity_number"),
        (7, "-1", "activity_check"),
        (7, "200001", "activity_check"),
        (8, "", "activity_blank"),
    ],
)
def test_what_is_refused_with_its_line(column: int, value: str, code: str) -> None:
    assert faults(with_cell(1, column, value)) == [(code, 3)]


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("5200", 5200), ("5 200", 5200), ("5\u00a0200", 5200), ("5\u202f200,5", 5200.5),
        ("5'200", 5200), ("12,5", 12.5), ("12.5", 12.5), ("1.234.567", 1234567),
        ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("0,125", 0.125), ("+3", 3), ("\u22124", -4),
        (" 7 ", 7), (",5", 0.5),
    ],
)  # fmt: skip
def test_numbers_that_leave_no_doubt(shown: str, value: float) -> None:
    reading = read_numbers(Cells(texts=pa.array([shown])), {}, None)
    assert reading.values.tolist() == [value]
    assert not reading.refused


def test_a_doubtful_number_is_settled_by_its_column_or_by_the_person() -> None:
    cells = Cells(texts=pa.array(["4.500", "12,5"]))
    assert read_numbers(cells, {}, None).values.tolist() == [4500, 12.5]
    cells = Cells(texts=pa.array(["4.500", "12.5"]))
    assert read_numbers(cells, {}, None).values.tolist() == [4.5, 12.5]
    cells = Cells(texts=pa.array(["4.500", "12.5", "12,5"]))
    (refusal,) = read_numbers(cells, {}, None).refused
    assert (refusal.code, refusal.rows.tolist()) == ("activity_two_numbers", [0])
    cells = Cells(texts=pa.array(["4.500"]))
    assert read_numbers(cells, {}, ",").values.tolist() == [4500]
    assert read_numbers(cells, {}, ".").values.tolist() == [4.5]


def test_the_numbers_of_a_sheet_do_not_show_a_decimal_mark() -> None:
    """Only what is written does: the number 12.5 is shown « 12,5 » by a French spreadsheet."""
    (refusal,) = read_numbers(of_objects([12.5, "4.500"]), {}, None).refused
    assert (refusal.code, refusal.rows.tolist()) == ("activity_two_numbers", [1])
    assert read_numbers(of_objects([12.5, "4.500", "1,5"]), {}, None).values.tolist() == [
        12.5, 4500, 1.5,
    ]  # fmt: skip


def test_what_a_wording_stands_for_is_read_by_the_same_grammar() -> None:
    cells = Cells(texts=pa.array(["n.c.", "3"]))
    for written, meaning in (("1 234,5", 1234.5), ("1.125", 1.125), ("1125", 1125)):
        assert read_numbers(cells, {"n.c.": written}, None).values.tolist() == [meaning, 3]
    columns = guess(open_file(("parc.csv", text().encode()))).mapping
    assert columns is not None
    acts = {"column": HEADINGS[7], "values": {"n.c.": "1,125"}}
    both = changed(columns, columns={**columns.model_dump()["columns"], "acts_billed": acts})
    assert faults(with_cell(1, 7, "n.c."), mapping=both) == [("activity_check", 3)]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.sampled_from([" ", "\u202f"]))
@examples(50)
def test_grouped_numbers_read_back(numbers: list[int], space: str) -> None:
    shown = pa.array([f"{n:,}".replace(",", space) for n in numbers])
    assert read_numbers(Cells(texts=shown), {}, None).values.tolist() == numbers


@given(st.lists(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), min_size=1, max_size=20))
@examples(50)
def test_dates_read_back(dates: list[dt.date]) -> None:
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d 00:00:00"):
        reading = read_dates(Cells(texts=pa.array([f"{d:{form}}" for d in dates])), {}, False)
        assert reading.values.tolist() == dates


def test_months_first_are_refused_whole_or_read_when_said() -> None:
    cells = Cells(texts=pa.array(["01/07/2018", "05/27/2019"]))
    (refusal,) = read_dates(cells, {}, False).refused
    assert (refusal.code, refusal.rows.tolist()) == ("activity_date_order", [0, 1])
    assert read_dates(cells, {}, True).values.tolist() == [
        dt.date(2018, 1, 7),
        dt.date(2019, 5, 27),
    ]
    mixed = Cells(texts=pa.array(["01/07/2018", "27/05/2019", "05/27/2019"]))
    (refusal,) = read_dates(mixed, {}, False).refused
    assert (refusal.code, refusal.rows.tolist()) == ("activity_date", [2])


FIGURES = st.from_regex(r"\A[0-3]?[0-9][/.-][0-1]?[0-9][/.-](19|20)[0-9]{2}\Z")
LIKE_DATES = FIGURES | st.sampled_from(
    ("29/02/2019", "31/04/2020", "05/13/2019", "01/01/0000", "01/01/1899", "05/03/2O19",
     "05/03-2019", "2019-03-05", " 5/03/2019", "05/03/201", "05|03|2019", "éé/03/201")
)  # fmt: skip


@given(st.lists(LIKE_DATES, min_size=1, max_size=6), st.booleans())
@examples(300)
def test_a_column_of_even_dates_says_what_its_different_texts_say(
    texts: list[str], month_first: bool
) -> None:
    row_by_row = Cells(texts=pa.array(texts))
    one, other = (
        read_dates(cells, {}, month_first) for cells in (row_by_row, row_by_row.encoded())
    )
    assert one.values.tolist() == other.values.tolist()
    assert [(r.code, r.rows.tolist(), r.value) for r in one.refused] == [
        (r.code, r.rows.tolist(), r.value) for r in other.refused
    ]


def test_a_column_of_a_sheet_that_mixes_types() -> None:
    cells = of_objects([dt.date(2018, 3, 1), "15/09/2016", "", 43612.0, True])
    reading = read_dates(cells, {}, False)
    assert reading.values[:2].tolist() == [dt.date(2018, 3, 1), dt.date(2016, 9, 15)]
    assert [(r.code, r.rows.tolist()) for r in reading.refused] == [
        ("activity_date", [4]), ("activity_date_serial", [3]),
    ]  # fmt: skip


@given(st.lists(st.text("ab0", min_size=1, max_size=12), min_size=1, max_size=30))
@examples(200)
def test_texts_met_twice(texts: list[str]) -> None:
    found = repeated(Cells(texts=pa.array(texts)))
    expected = [texts.count(each) > 1 for each in texts]
    assert (found is None) == (not any(expected))
    assert found is None or found.tolist() == expected


# --- several rows a machine ---------------------------------------------------------------------

MONTHS = ("N° appareil", "FINESS", "Classe", "Date d'installation", "Code postal", "Secteur",
          "Mois", "Actes facturés", "Actes d'hospitalisés")  # fmt: skip


def months(*rows: tuple[str, str, str, str]) -> str:
    """Rows of (machine, class, month, acts billed)."""
    full = [
        (m, "s", c, "01/03/2018", "35000", "public", month, acts, "1") for m, c, month, acts in rows
    ]
    return text(full, headings=MONTHS)


def test_rows_by_month_are_added_up() -> None:
    found = csv(months(("a", "Scanner", "01", "100"), ("b", "Scanner", "01", "7"),
                       ("a", "Scanner", "02", "250,5")))  # fmt: skip
    frame = found.fleet.frame
    assert frame["machine_id"].tolist() == ["a", "b"]
    assert frame["acts_billed"].tolist() == [350.5, 7]
    assert frame["acts_inpatient"].tolist() == [2, 1]
    assert found.rows == 3


def test_rows_of_a_machine_that_disagree_are_both_named() -> None:
    content = months(
        ("a", "Scanner", "1", "1"), ("b", "Scanner", "1", "1"), ("a", "TEP seule", "2", "1")
    )
    with pytest.raises(ActivityError) as caught:
        csv(content)
    problem = caught.value.problems[0]
    assert (problem.code, problem.place.line) == ("activity_disagree", 4)
    assert "ligne 2" in problem.message()
    assert "scanner" in problem.message() and "tep" in problem.message()


def test_a_machine_met_twice_is_refused_when_a_row_is_a_machine() -> None:
    assert faults(text([*ROWS, ROWS[0]])) == [("activity_repeated", 2)]


def test_only_the_rows_of_the_year_are_kept() -> None:
    rows = [(*row, str(2023 + index % 2)) for index, row in enumerate(ROWS)]
    content = text(rows, headings=(*HEADINGS, "Année"))
    found = csv(content, year=2023)
    assert found.fleet.frame["machine_id"].tolist() == ["007", "9"]
    assert (found.rows, found.other_years, found.fleet.year) == (4, 2, 2023)
    assert faults(content, year=None) == [("activity_years", None)]
    assert faults(text(), year=None) == [("activity_year", None)]


def test_the_capital_region_needs_more_than_its_name() -> None:
    headings = tuple("Région" if h == "Code postal" else h for h in HEADINGS)
    rows = [
        [*row[:4], "Bretagne" if index < 3 else "IDF", *row[5:]] for index, row in enumerate(ROWS)
    ]
    assert faults(text(rows, headings=headings)) == [("activity_zone", 5)]
    found = csv(text(rows[:3], headings=headings)).fleet.frame
    assert found["zone"].tolist() == ["province"] * 3


# --- many rows ----------------------------------------------------------------------------------


def test_a_systematic_fault_is_one_problem_and_its_list_is_whole() -> None:
    count = 20_000
    rows = [(f"m{i}", "s", "IRM 15T", "01/03/2018", "35000", "public", "1", "10", "0")
            for i in range(count)]  # fmt: skip
    with pytest.raises(ActivityError) as caught:
        csv(text(rows))
    (problem,) = caught.value.problems
    assert problem.code == "activity_wording"
    assert "20\u202f000 lignes, dont 2, 3, 4, 5, 6, 7, 8, 9…" in problem.message()
    assert "IRM 1,5 T (irm_1_5t) ?" in problem.message()
    assert caught.value.listed is not None
    listed = caught.value.listed.csv().splitlines()
    assert len(listed) == count + 1
    assert listed[-1].startswith("20001;Classe;IRM 15T;")
    assert "lignes, dont" not in listed[-1]  # each row has its line beside


def test_many_different_faults_of_a_kind_are_counted() -> None:
    rows = [(f"m{i}", "s", f"appareil {i}", "01/03/2018", "35000", "public", "1", "10", "0")
            for i in range(30)]  # fmt: skip
    with pytest.raises(ActivityError) as caught:
        csv(text(rows))
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["activity_wording"] * 20 + ["activity_more"]
    assert caught.value.problems[-1].facts["count"] == 10


def test_all_the_faults_at_once_in_the_order_of_the_columns() -> None:
    rows = [list(row) for row in ROWS]
    rows[0][7], rows[1][2], rows[2][3], rows[3][5] = "x", "y", "z", "t"
    assert faults(text(rows)) == [
        ("activity_wording", 3), ("activity_date", 4), ("activity_wording", 5),
        ("activity_number", 2),
    ]  # fmt: skip


def test_progress_never_goes_back_and_raising_gives_up() -> None:
    seen: list[float] = []
    reader = open_file(("parc.csv", text().encode()))
    mapping = guess(reader).mapping
    assert mapping is not None
    import_fleet(reader, mapping, REFERENCE, 2024, lambda share, _: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(share: float, words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_fleet(reader, mapping, REFERENCE, 2024, stop)


def test_the_fleet_goes_into_a_scenario_and_back() -> None:
    found = csv(text()).fleet
    back = from_table(found.to_table(), REFERENCE.classes)
    for name in found.frame:
        assert back.frame[name].tolist() == found.frame[name].tolist()


def test_too_many_machines_for_a_scenario_are_refused_there_only() -> None:
    fleet = csv(text()).fleet
    large = type(fleet)(
        fleet.frame.iloc[np.zeros(MOST_MACHINES + 1, dtype=int)], fleet.year, fleet.label, False
    )
    with pytest.raises(FleetError) as caught:
        large.to_table()
    assert caught.value.problems[0].code == "fleet_too_many"


# --- command line -------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "mappings"))
    return tmp_path


def test_the_command_line(folder: Path) -> None:
    source, out = folder / "parc.csv", folder / "scenario.json"
    source.write_text(text(), encoding="utf-8")
    result = CliRunner().invoke(
        main, ["fleet", str(source), "--year", "2024", "--out", str(out), "--json"]
    )
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert content["mapping_from"] == "guessed"
    assert content["fleet"]["machines"] == 4
    assert content["fleet"]["acts_billed"] == 5200 + 9000 + 2100 + 4750
    scenario = from_json(out.read_text(encoding="utf-8"))
    assert scenario.hash == content["scenario_hash"]
    assert scenario.fleet is not None
    assert scenario.fleet.columns["class"] == tuple(EXPECTED["class"])
    again = CliRunner().invoke(main, ["fleet", str(source), "--year", "2024", "--json"])
    assert json.loads(again.stdout)["mapping_from"] == "remembered"


def test_the_command_line_refuses_a_guess_that_is_not_sure(folder: Path) -> None:
    source, draft = folder / "parc.csv", folder / "draft.yaml"
    source.write_text(text().replace("Classe", "Type"), encoding="utf-8")
    command = ["fleet", str(source), "--year", "2024"]
    result = CliRunner().invoke(main, [*command, "--save-mapping", str(draft)])
    assert result.exit_code == 2
    assert "« Type »" in result.stderr
    done = CliRunner().invoke(main, [*command, "--mapping", str(draft)])
    assert done.exit_code == 0, done.stderr
    assert "4 appareils" in done.stdout


def test_the_command_line_lists_every_faulty_row(folder: Path) -> None:
    source, listed = folder / "parc.csv", folder / "problems.csv"
    source.write_text(with_cell(1, 7, "x"), encoding="utf-8")
    command = ["fleet", str(source), "--year", "2024", "--problems", str(listed), "--json"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert json.loads(result.stdout)["errors"][0]["code"] == "activity_number"
    assert "3;Actes facturés;x;" in listed.read_text(encoding="utf-8-sig")


def test_a_sum_of_what_is_no_number_is_told_once() -> None:
    content = months(("a", "Scanner", "01", "100"), ("a", "Scanner", "02", "NC"))
    with pytest.raises(FleetError) as caught:
        csv(content)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.line, problem.value) == ("activity_number", 3, "NC")


@pytest.mark.parametrize(("month", "alike"), [("01", 1), ("02", 0)])
def test_rows_that_repeat_another_one_are_counted_and_told(month: str, alike: int) -> None:
    content = months(("a", "Scanner", "01", "100"), ("b", "Scanner", "01", "100"),
                     ("a", "Scanner", month, "100"))  # fmt: skip
    found = csv(content)
    assert found.alike == alike
    assert found.fleet.frame["acts_billed"].tolist() == [200, 100]


def test_accents_that_come_late_in_a_column_that_is_no_part_of_a_fleet() -> None:
    """A file is one encoding: a remark that only tells rows apart decides of it like another."""
    rows = [
        (f"a{i}", "s", "Scanner", "01/03/2018", "35000", "public", "01", "100", "1")
        for i in range(9_000)
    ]
    last = ("a9000", "s", "Scanner", "01/03/2018", "35000", "public", "décembre", "100", "1")
    found = csv(
        text([*rows, last], headings=tuple(h.replace("°", "o").replace("é", "e") for h in MONTHS)),
        "cp1252",
    )
    assert len(found.fleet.frame) == 9_001
    assert not found.alike
