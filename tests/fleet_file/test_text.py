"""Separated values read as Python's own reader has them, or refused."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.fleet_file.heads import Kind
from costing.fleet_file.read import open_file
from costing.fleet_file.text import OtherEncodingError
from costing.problems.errors import FleetError
from costing.run.progress import silent
from tests.shared import examples

HEADINGS = ("machine_id", "site_id", "class", "installed_on", "acts_billed", "weight")
KINDS: dict[str, Kind] = {
    "machine_id": "name", "site_id": "choice", "class": "choice", "installed_on": "date",
    "acts_billed": "number", "weight": "number",
}  # fmt: skip
PLAIN = "a1;s1;irm;2019-05-27;8000;1\na2;s1;tep;2020-01-02;70;2\n"


def written(folder: str | Path, body: str, encoding: str = "utf-8") -> Path:
    path = Path(folder) / "parc.csv"
    path.write_bytes((";".join(HEADINGS) + "\n" + body).encode(encoding))
    return path


def cells(path: Path) -> Any:
    """The texts of every cell, or what is refused."""
    try:
        found = open_file(path).read(KINDS, silent)
    except FleetError as error:
        return [p.code for p in error.problems]
    return {name: [column.at(row) for row in range(len(column))] for name, column in found.items()}


def peer(body: str) -> Any:
    """The same, by Python's reader; runs of spaces are one, as in every cell."""
    if "\0" in body:
        return ["activity_kind"]
    rows = [row for row in csv.reader(io.StringIO(body, newline=""), delimiter=";") if row]
    if any(len(row) != len(HEADINGS) for row in rows):
        return ["activity_ragged"]
    return {
        name: [" ".join(row[place].split()) for row in rows] for place, name in enumerate(HEADINGS)
    }


#: What a row may be that a reader would mend in silence, or count otherwise.
ROWS = (
    "a3;s1;irm;2019-05-27;8000\n",  # too short
    "a3;s1;irm;2019-05-27;8000;1;de trop\n",
    "\n",
    "   \n",
    ";;;;;\n",
    "a3;s1;irm;2019-05-27;8000;\n",  # nothing at the end
    ";s1;;2019-05-27;;1\n",
    'a3;"s\n1";irm;2019-05-27;8000;1\n',
    'a3;s"1;irm;2019-05-27;8000;"1"\n',
    'a3;"s;1";irm;2019-05-27;8000;1\n',
    'a3;"s1;irm;2019-05-27;8000;1\n',  # a quotation that never ends
    "a3;s1;irm;27/05/2019;8 000;1,5\n",
    "007;0010;irm;2019-05-27;4.000;1e3\n",
    "a3;s1;NA;null;NaN;0x10\n",
    "a\0;s1;irm;2019-05-27;8000;1\n",
    "à3;é;ï;2019-05-27;8000;1\n",
    "a3;s1;irm;2019-05-27;99999999999999999999;1\r\n",
)


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("first", [True, False])
def test_an_odd_row_is_read_as_it_stands(tmp_path: Path, row: str, first: bool) -> None:
    body = row + PLAIN if first else PLAIN + row
    assert cells(written(tmp_path, body)) == peer(body)


@given(
    st.lists(st.sampled_from((*PLAIN.splitlines(keepends=True), *ROWS)), min_size=1),
    st.sampled_from(("utf-8", "utf-8-sig", "cp1252")),
)
@examples(200)
def test_rows_are_read_as_they_stand(rows: list[str], encoding: str) -> None:
    body = "".join(rows)
    with tempfile.TemporaryDirectory() as folder:
        assert cells(written(folder, body, encoding)) == peer(body)


def test_headings_on_two_lines_skip_no_row(tmp_path: Path) -> None:
    path = tmp_path / "parc.csv"
    quoted = ";".join(f'"{name}"' for name in HEADINGS).replace('"weight"', '"weight\n"')
    path.write_text(f"{quoted}\n{PLAIN}")
    assert cells(path)["machine_id"] == ["a1", "a2"]


def test_what_cannot_be_read_is_said_to_all_who_ask(tmp_path: Path) -> None:
    late = PLAIN * 6_000 + "a3;Orléans;irm;2019-05-27;8000;1\n"
    content = open_file(written(tmp_path, late, "cp1252")).read(KINDS, silent)
    for _ in range(2):
        with pytest.raises(OtherEncodingError) as found:
            content["site_id"]
    again = found.value.reader.read(KINDS, silent)
    assert again["site_id"].at(12_000) == "Orléans"
