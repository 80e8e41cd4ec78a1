"""`costing verify`: exact workbooks, changed ones, ones that lie; `costing export --schedule`."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from costing.cli import main
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Scenario
from tests.strategies import fleet_of

pytestmark = pytest.mark.slow

FLEET = fleet_of(
    {"class": "scanner", "acts_billed": 9_000},
    {"class": "irm_1_5t", "acts_billed": 4_000, "installed_on": "2012-06-30"},
)
PRICES = "effective_from,class,amortisation,zone,band,fee_eur\n"


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verify") / "scenario.json"
    path.write_text(Scenario(name="Essai", fleet=FLEET).to_json(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def exported(scenario: Path) -> Path:
    path = scenario.with_name("officiel.xlsx")
    result = run("export", scenario, "--schedule", "official", "--out", path)
    assert (result.exit_code, result.stdout) == (0, f"{path}\n"), result.output
    return path


@pytest.fixture
def altered(exported: Path, tmp_path: Path) -> Callable[..., Path]:
    """The workbook with the number or text of some cells changed, formulas and values kept."""

    def alter(sheet: str, **cells: Any) -> Path:
        book = openpyxl.load_workbook(exported, read_only=True)
        index = book.sheetnames.index(sheet) + 1
        path, part = tmp_path / "change.xlsx", f"xl/worksheets/sheet{index}.xml"
        with zipfile.ZipFile(exported) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                text = old.read(name)
                if name == part:
                    text = _with(text.decode(), cells).encode()
                new.writestr(name, text)
        return path

    return alter


def _with(text: str, cells: dict[str, Any]) -> str:
    """The XML of a sheet, with the values of some cells; a text takes the formula's place."""
    for cell, value in cells.items():
        pattern = rf'<c r="{cell}"( s="\d+")?(?: t="\w+")?>(<f>.*?</f>)?<v>[^<]*</v></c>'
        if isinstance(value, str):
            new = rf'<c r="{cell}"\1 t="inlineStr"><is><t>{value}</t></is></c>'
        else:
            new = rf'<c r="{cell}"\1>\2<v>{value}</v></c>'
        text, count = re.subn(pattern, new, text)
        assert count == 1, cell
    return text


def cell_of(path: Path, sheet: str, column: int, label: str) -> str:
    """The cell of a column, in the row of a label."""
    for row in openpyxl.load_workbook(path)[sheet].iter_rows():
        if row[0].value == label:
            return str(row[column].coordinate)
    raise AssertionError(label)


def test_an_exact_workbook(exported: Path, scenario: Path) -> None:
    found = run("verify", exported)
    assert found.exit_code == 0, found.output
    assert found.stdout.startswith("Classeur exact : ")
    assert found.stdout.rstrip().endswith("toutes égales ; aucune donnée changée depuis l'export.")
    told = json.loads(run("verify", exported, "--json").stdout)
    assert (told["ok"], told["differing"], told["changed"], told["gaps"]) == (True, 0, [], [])
    assert told["cells"] > 5_000
    assert told["scenario_hash"] == Scenario.model_validate_json(scenario.read_text("utf-8")).hash


def test_a_result_typed_over_is_found(altered: Callable[..., Path], exported: Path) -> None:
    """The savings of 2027 raised by one euro."""
    cell = cell_of(exported, "Économies", 3, 2027)
    saved = openpyxl.load_workbook(exported, data_only=True)["Économies"][cell].value
    found = run("verify", altered("Économies", **{cell: saved + 1}))
    assert found.exit_code == 2
    assert found.stdout.startswith("Classeur à ne pas croire tel quel : ")
    assert "1 diffère ; aucune donnée changée" in found.stdout
    (line,) = [line for line in found.stdout.splitlines() if f"Économies!{cell} : " in line]
    assert line.endswith("formule changée, ou qui dépend d'une case changée ci-dessus")


def test_an_input_changed_without_computing_again(
    altered: Callable[..., Path], exported: Path, tmp_path: Path
) -> None:
    """A full-rate price brought to 50 €: told in words, and all that depends on it is stale."""
    rows = openpyxl.load_workbook(exported)["Barème"].iter_rows()
    price = next(row[7] for row in rows if row[0].value == "IRM 1,5 T" and row[1].value == "amorti")
    path = altered("Barème", **{price.coordinate: 50})
    gaps = tmp_path / "ecarts.csv"
    found = run("verify", path, "--gaps", gaps)
    assert found.exit_code == 2
    text = found.stdout.replace("\u202f", " ")
    assert text.startswith("Classeur à recalculer, ou à importer ")
    assert "1 donnée changée depuis l'export" in text
    assert "Tarif IRM 1,5 T (taux plein, amorti, Paris), à partir du 01/01/2027 : " in text
    assert " → 50,00 €" in text
    rows = list(csv.reader(io.StringIO(gaps.read_text("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["feuille", "case", "trouvé", "attendu", "raison"]
    told = json.loads(run("verify", path, "--json").stdout)
    assert told["differing"] == len(rows) - 1
    old = "valeur d'avant vos changements : case non recalculée, ou qui ne les suit pas"
    assert {row[4] for row in rows[1:]} == {old}
    assert len(told["gaps"]) == min(30, told["differing"])
    ((_, before, after),) = [tuple(change.values()) for change in told["changed"]]
    assert (before, after) == (122.71, 50)  # decision of 2025, Paris


def test_more_than_thirty_cells_are_counted(altered: Callable[..., Path], exported: Path) -> None:
    sheet = openpyxl.load_workbook(exported)["Un appareil"]
    cells = [c.coordinate for row in sheet.iter_rows(min_row=35) for c in row if c.data_type == "f"]
    found = run("verify", altered("Un appareil", **dict.fromkeys(cells[:33], -1)))
    assert found.exit_code == 2
    assert sum(line.startswith("  Un appareil!") for line in found.stdout.splitlines()) == 30
    assert "… et 3 autres ; « --gaps liste.csv » les écrit toutes" in found.stdout


def test_no_text_of_the_list_is_a_formula(
    altered: Callable[..., Path], exported: Path, tmp_path: Path
) -> None:
    cell = cell_of(exported, "Économies", 3, 2027)
    gaps = tmp_path / "ecarts.csv"
    found = run("verify", altered("Économies", **{cell: "=1+1"}), "--gaps", gaps)
    assert found.exit_code == 2
    rows = list(csv.reader(io.StringIO(gaps.read_text("utf-8-sig")), delimiter=";"))
    (row,) = [row for row in rows if row[1] == cell]
    assert (row[0], row[2], row[4]) == ("Économies", "'=1+1", "formule remplacée par une valeur")


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "faux.xlsx"
    path.write_bytes(content)
    found = run("verify", path, "--json")
    assert found.exit_code == 2
    assert not json.loads(found.stdout)["ok"]


def test_a_workbook_to_fill_is_no_export(tmp_path: Path, scenario: Path) -> None:
    path = tmp_path / "modele.xlsx"
    assert run("template", "--scenario", scenario, "--out", path).exit_code == 0
    found = run("verify", path)
    assert found.exit_code == 2
    assert "n'est pas une proposition exportée" in found.stderr


def test_a_schedule_takes_its_own_dates_along(tmp_path: Path, scenario: Path) -> None:
    """Two dates that are not those of the scenario: the workbook's are the schedule's."""
    prices, out = tmp_path / "contre.csv", tmp_path / "contre.xlsx"
    prices.write_text(
        PRICES + "2026-10-01,scanner,*,*,plein,80\n2027-03-01,scanner,*,*,plein,70\n", "utf-8"
    )
    assert run("export", scenario, "--schedule", prices, "--out", out).exit_code == 0
    heads = [cell.value for cell in openpyxl.load_workbook(out, data_only=True)["Barème"][4]]
    assert [h for h in heads if str(h).startswith("Proposé au")] == [
        "Proposé au 01/10/2026", "Proposé au 01/03/2027",
    ]  # fmt: skip
    assert run("verify", out).exit_code == 0


def test_dates_of_the_scenario_that_are_enough_are_kept(tmp_path: Path) -> None:
    """01/07/2026 and 01/01/2027 are asked; the schedule changes nothing on the first."""
    path, prices, out = (tmp_path / name for name in ("s.json", "p.csv", "p.xlsx"))
    rules = ScheduleRules.model_validate({"step_dates": ("2026-07-01", "2027-01-01")})
    asked = Scenario(fleet=FLEET, rules=rules)
    path.write_text(asked.to_json(), encoding="utf-8")
    prices.write_text(PRICES + "2027-01-01,scanner,*,*,plein,80\n", encoding="utf-8")
    assert run("export", path, "--schedule", prices, "--out", out).exit_code == 0
    assert json.loads(run("verify", out, "--json").stdout)["scenario_hash"] == asked.hash


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--schedule", "oficial"), "official"),
        ((), "--schedule"),
        (("--schedule", "ancien.csv"), "avant le premier tarif officiel"),
    ],
)
def test_what_export_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ancien.csv").write_text(PRICES + "2022-03-01,scanner,*,*,plein,80\n", encoding="utf-8")
    found = run("export", *arguments, "--out", "p.xlsx")
    assert found.exit_code == 2
    assert words in found.stderr
    assert not Path("p.xlsx").exists()


def test_an_import_tells_the_prices_that_it_leaves(
    exported: Path, altered: Callable[..., Path]
) -> None:
    assert "Non repris" not in run("import", exported).stdout
    said = run("import", altered("Barème", H9=55.5)).stdout
    assert "Non repris : 1 tarif(s)" in said
    assert "costing evaluate change.xlsx" in said
