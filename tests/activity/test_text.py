"""Separated values read by pandas in parallel and by Arrow: the same cells, or the same refusal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costing.activity import text as module
from costing.activity.heads import Kind
from costing.activity.read import open_file
from costing.activity.text import TextFile
from costing.errors import FleetError
from costing.progress import silent

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
        return [(p.code, p.place.line, p.value) for p in error.problems]
    return {name: [column.at(row) for row in range(len(column))] for name, column in found.items()}


def both(path: Path) -> tuple[Any, Any]:
    """What the file holds by each reader."""
    with mock.patch.object(module, "_LARGE", 0):
        quickly = cells(path)
    return quickly, cells(path)


def test_a_large_plain_file_is_read_by_pandas(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN)
    with mock.patch.object(module, "_LARGE", 0), mock.patch.object(TextFile, "_arrow", None):
        found = cells(path)
    assert found == {
        "machine_id": ["a1", "a2"], "site_id": ["s1", "s1"], "class": ["irm", "tep"],
        "installed_on": ["2019-05-27", "2020-01-02"], "acts_billed": ["8000", "70"],
        "weight": ["1", "2"],
    }  # fmt: skip


def test_names_keep_their_zeros(tmp_path: Path) -> None:
    for found in both(written(tmp_path, PLAIN.replace("a1", "007").replace("a2", "0010"))):
        assert found["machine_id"] == ["007", "0010"]


#: What a row may be that one of the two readers would mend, or count otherwise.
FAULTS = (
    "a3;s1;irm;2019-05-27;8000\n",  # too short
    "a3;s1;irm;2019-05-27;8000;1;de trop\n",
    "\n",
    "   \n",
    ";;;;;\n",
    "a3;s1;irm;2019-05-27;8000;\n",  # nothing at the end
    'a3;"s\n1";irm;2019-05-27;8000;1\n',
    'a3;s"1;irm;2019-05-27;8000;"1"\n',
    'a3;"s;1";irm;2019-05-27;8000;1\n',
    'a3;"s1;irm;2019-05-27;8000;1\n',  # a quotation that never ends
    "a3;s1;irm;27/05/2019;8 000;1,5\n",
    "a3;s1;irm;2019-05-27;4.000;1e3\n",
    "a3;s1;NA;null;NaN;0x10\n",
    "a\0;s1;irm;2019-05-27;8000;1\n",
    "à3;é;ï;2019-05-27;8000;1\n",
    "a3;s1;irm;2019-05-27;99999999999999999999;1\r\n",
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("first", [True, False])
def test_both_readers_say_the_same_of_a_fault(tmp_path: Path, fault: str, first: bool) -> None:
    quickly, usually = both(written(tmp_path, fault + PLAIN if first else PLAIN + fault))
    assert quickly == usually


@given(
    st.lists(st.sampled_from((*PLAIN.splitlines(keepends=True), *FAULTS)), min_size=1),
    st.sampled_from(("utf-8", "utf-8-sig", "cp1252")),
)
@settings(max_examples=200, deadline=None)
def test_both_readers_say_the_same(rows: list[str], encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        quickly, usually = both(written(folder, "".join(rows), encoding))
    assert quickly == usually


def test_headings_on_two_lines_skip_no_row(tmp_path: Path) -> None:
    path = tmp_path / "parc.csv"
    quoted = ";".join(f'"{name}"' for name in HEADINGS).replace('"weight"', '"weight\n"')
    path.write_text(f"{quoted}\n{PLAIN}")
    quickly, usually = both(path)
    assert quickly == usually
    assert quickly["machine_id"] == ["a1", "a2"]


def test_hexadecimal_is_no_number(tmp_path: Path) -> None:
    for found in both(written(tmp_path, PLAIN.replace("8000", "0x10"))):
        assert found["acts_billed"] == ["0x10", "70"]


def test_letters_that_are_not_utf_8_come_late(tmp_path: Path) -> None:
    body = PLAIN.splitlines()[0] + "\n"
    late = body * 12_000 + "a3;Orléans;irm;2019-05-27;8000;1\n"
    for found in both(written(tmp_path, late, "cp1252")):
        assert found["site_id"][-1] == "Orléans"
