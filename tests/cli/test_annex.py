"""`costing annex`: from a named schedule, a file of prices or a scenario, to Word or Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from click.testing import CliRunner, Result

from costing.cli import main
from costing.scenario.rules import SavingsDemand
from costing.scenario.scenario import Scenario
from tests.strategies import fleet_of

PRICES = "effective_from,class,amortisation,zone,band,fee_eur\n2027-01-01,scanner,*,*,reduit_1,61\n"
FLEET = fleet_of({"class": "scanner", "acts_billed": 9_000})


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["annex", *(str(argument) for argument in arguments)])


def asking(folder: Path, target: float) -> Path:
    savings = SavingsDemand(target_eur=target, share_on_fee=1.0)
    path = folder / "scenario.json"
    content = Scenario(name="Essai", fleet=FLEET, savings=savings)
    path.write_text(content.to_json(), encoding="utf-8")
    return path


def test_the_official_schedule_in_word(tmp_path):
    out = tmp_path / "annexe.docx"
    result = run("official", "--out", out)
    assert (result.exit_code, result.stdout) == (0, f"{out}\n"), result.output
    assert len(docx.Document(str(out)).tables) == 15


def test_a_file_of_prices_in_excel(tmp_path):
    prices = tmp_path / "contre.csv"
    prices.write_text(PRICES, encoding="utf-8")
    out = tmp_path / "ANNEXE.XLSX"
    assert run(prices, "--out", out).exit_code == 0
    sheet = openpyxl.load_workbook(out.rename(tmp_path / "annexe.xlsx"))["Scanner"]
    assert "contre.csv" in sheet["A2"].value
    assert 61 in {cell.value for row in sheet.iter_rows() for cell in row}


def test_a_scenario_is_optimised(tmp_path):
    out = tmp_path / "annexe.docx"
    result = run(asking(tmp_path, 60_000), "--out", out)
    assert result.exit_code == 0, result.output
    document = docx.Document(str(out))
    assert "« Essai »" in document.paragraphs[1].text
    assert "Proposé" in [paragraph.text for paragraph in document.paragraphs]


def test_a_scenario_that_nothing_meets_writes_nothing(tmp_path):
    out = tmp_path / "annexe.docx"
    result = run(asking(tmp_path, 1e9), "--out", out)
    assert result.exit_code == 3
    assert result.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("source", "out", "words"),
    [
        ("official", "annexe.pdf", ".docx (Word)"),
        ("official", "annexe", ".docx (Word)"),
        ("oficial", "annexe.docx", "official"),
        ("official", "nulle/part/annexe.docx", "dossier"),
    ],
)
def test_what_is_refused(tmp_path, source, out, words):
    result = run(source, "--out", tmp_path / out)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", ["[1", "", "{", '{"fees": 3}', "\x00", "a,b\n1,2\n"])
def test_a_file_that_is_neither_is_refused(tmp_path, content):
    path = tmp_path / "source.json"
    path.write_text(content, encoding="utf-8")
    assert run(path, "--out", tmp_path / "a.docx").exit_code == 2
    assert not (tmp_path / "a.docx").exists()
