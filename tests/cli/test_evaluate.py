"""`costing evaluate`: named schedules and files, in words and in JSON, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from costing.cli import main
from costing.optimise.named_rules import RULES
from costing.scenario.rules import SavingsDemand
from costing.scenario.scenario import Override, Scenario
from tests.shared import REFERENCE
from tests.strategies import fleet_of

HEADER = "effective_from,class,amortisation,zone,band,fee_eur\n"
AT_80 = HEADER + "2027-01-01,scanner,non_amorti,*,plein,80\n"
TITLES = {rule.id: rule.label.fr for rule in RULES.values()}


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, ["evaluate", *(str(argument) for argument in arguments)])


def told(*arguments: Any, code: int = 0) -> dict[str, Any]:
    """The one JSON object of a command that ends as expected."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, (result.exception, result.output)
    (line,) = result.stdout.splitlines()
    found = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """One CT of 6 000 acts in a fleet that stands still; 150 000 € asked of the fee."""
    still = tuple(
        Override(parameter=f"dynamics.{name}.{modality}", mode=0, low=0, high=0)
        for name in ("machine_growth", "acts_growth", "renewal_rate")
        for modality in ("irm", "scanner", "tep")
    )
    content = Scenario(
        overrides=still,
        fleet=fleet_of({"class": "scanner", "acts_billed": 6_000}),
        savings=SavingsDemand(target_eur=150_000, share_on_fee=1.0),
    )
    path = tmp_path / "scenario.json"
    path.write_text(content.to_json(), encoding="utf-8")
    return path


@pytest.fixture
def at_80(tmp_path: Path) -> Path:
    """A full rate of 80 € for CT from 2027."""
    path = tmp_path / "contre-proposition.csv"
    path.write_text(AT_80, encoding="utf-8")
    return path


def test_a_file_beside_its_alternatives(scenario: Path, at_80: Path) -> None:
    found = told(at_80, "--scenario", scenario, "--draws", 0)
    assert set(found) == {"schedule", "scenario_hash", "fleet", "measures", "robustness"}
    assert found["schedule"] == at_80.name
    assert found["fleet"] == {"label": "essai", "synthetic": False}
    assert found["robustness"] is None
    rows = found["measures"]
    assert [row["name"] for row in rows] == [at_80.name, *TITLES.values()]
    # 2025 and 2026: tests/optimise/test_proposal.py. 2027: 6 000 × (99.69 - 80) = 118 140.
    assert rows[0]["savings"] == pytest.approx(
        {"2025": 7_477.15, "2026": 53_899.07, "2027": 118_140}, abs=0.01
    )
    assert rows[0]["reached_eur"] == pytest.approx(179_516.22, abs=0.01)
    assert (rows[0]["required_eur"], rows[0]["meets"]) == (150_000, True)
    assert rows[0]["mean_change"] == pytest.approx(80 / 89.72 - 1)
    by_name = {row["name"]: row for row in rows}
    assert by_name[TITLES["held"]]["distance_eur_per_act"] == pytest.approx(9.72)
    assert by_name[TITLES["uniform"]]["distance_eur_per_act"] == pytest.approx(4.91)  # 84.91


@pytest.mark.parametrize("name", RULES)
def test_a_schedule_by_its_name(scenario: Path, name: str) -> None:
    found = told(name, "--scenario", scenario, "--draws", 0, "--rule", "held")
    expected = [TITLES[name], TITLES["held"]]
    assert [row["name"] for row in found["measures"]] == list(dict.fromkeys(expected))
    assert found["scenario_hash"] == Scenario.model_validate_json(scenario.read_text("utf-8")).hash


def test_in_words(scenario: Path, at_80: Path) -> None:
    result = run(at_80, "--scenario", scenario, "--draws", 0)
    assert result.exit_code == 0
    text = result.stdout.replace("\u202f", " ")
    assert "Demandé au forfait : 0,1 M€ (Somme des trois années 2025, 2026 et 2027)" in text
    assert "Parc : essai" in text
    (line,) = [row for row in text.splitlines() if row.startswith(at_80.name)]
    # 80 / 89.72 - 1 = -10.8 %
    assert line.split()[1:4] == ["0,2", "M€", "atteinte"]
    assert line.split()[-3:] == ["-10,8", "%", "—"]
    (held,) = [row for row in text.splitlines() if row.startswith(TITLES["held"])]
    assert held.endswith("9,72 €")
    assert "manquée" in held
    assert "cible est atteinte avec" not in text


def test_the_whole_fleet_by_default() -> None:
    found = told("official", "--draws", 0, "--rule", "held")
    assert found["fleet"] == {"label": REFERENCE.fleet.label, "synthetic": True}
    assert found["measures"][0]["reached_eur"] > found["measures"][1]["reached_eur"]


def test_what_optimise_prints_and_writes_is_read_back(scenario: Path, tmp_path: Path) -> None:
    book = tmp_path / "proposition.xlsx"
    printed = CliRunner().invoke(
        main, ["optimise", "--scenario", str(scenario), "--out", str(book), "--json"]
    )
    assert printed.exit_code == 0, printed.output
    text = tmp_path / "proposition.json"
    text.write_text(printed.stdout, encoding="utf-8")
    saved = json.loads(printed.stdout)["savings"]
    for path in (book, text):
        found = told(path, "--scenario", scenario, "--draws", 0, "--rule", "held")
        assert found["measures"][0]["savings"] == pytest.approx(saved)
        assert found["measures"][0]["meets"]


def test_under_draws(scenario: Path, at_80: Path) -> None:
    found = told(at_80, "--scenario", scenario, "--draws", 64, "--rule", "held")["robustness"]
    told_of = [
        f"{n}_{q}" for n in ("savings", "share_below", "loss") for q in ("p05", "p50", "p95")
    ]
    assert set(found) == {"draws", "meets", "meets_error", *told_of}
    assert found["draws"] == 64
    assert 0 <= found["meets"] <= 1
    assert found["savings_p05"] <= found["savings_p50"] <= found["savings_p95"]
    said = run(at_80, "--scenario", scenario, "--draws", 64, "--rule", "held").stdout
    assert "la cible est atteinte avec une probabilité de" in said


def test_a_bad_file_is_refused_with_its_lines(scenario: Path, tmp_path: Path) -> None:
    path = tmp_path / "faux.csv"
    path.write_text(AT_80 + "2027-01-01,scaner,*,*,plein,x\n", encoding="utf-8")
    found = told(path, "--scenario", scenario, code=2)
    assert found["ok"] is False
    assert [(error["place"], error["code"]) for error in found["errors"]] == [
        ("faux.csv:3", "unknown_class"),
        ("faux.csv:3", "schedule_number"),
    ]
    words = run(path, "--scenario", scenario)
    assert (words.exit_code, words.stdout) == (2, "")
    assert "« scanner » ?" in words.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("two_part_medain",), "schedule_unknown"),
        (("absent.csv",), "schedule_unknown"),
        (("held", "--rule", "unifrom"), "unknown_choice"),
    ],
)
def test_what_is_not_known_is_refused(arguments: tuple[str, ...], code: str) -> None:
    found = told(*arguments, "--draws", 0, code=2)
    assert [error["code"] for error in found["errors"]] == [code]


def test_a_uniform_cut_out_of_reach_is_refused_alone_and_left_out_beside(tmp_path: Path) -> None:
    content = Scenario(fleet=fleet_of({"class": "scanner", "acts_billed": 6_000}))
    path = tmp_path / "scenario.json"
    path.write_text(content.to_json(), encoding="utf-8")
    found = told("uniform", "--scenario", path, "--draws", 0, code=2)
    assert [error["code"] for error in found["errors"]] == ["uniform_cut_short"]
    beside = told("held", "--scenario", path, "--draws", 0)
    assert TITLES["uniform"] not in [row["name"] for row in beside["measures"]]
