"""The command line as a script would use it: exit codes, one JSON object, problems with places."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from costing import paths
from costing.cli import main
from costing.fleet.table import FleetTable
from costing.scenario.rules import SavingsDemand
from costing.scenario.scenario import Conventions, Override, Scenario
from tests.shared import REFERENCE

MRI_REVENUE = (
    "revenue", "irm_1_5t", "--acts", "8000", "--amortisation", "non_amorti",
    "--zone", "province",
)  # fmt: skip


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def told(*arguments: Any, code: int = 0) -> dict[str, Any]:
    """The one JSON object of a command that ends as expected."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, (result.exception, result.output)
    lines = result.stdout.splitlines()
    assert len(lines) == 1
    found = json.loads(lines[0], parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert isinstance(found, dict)
    return found


def errors(*arguments: Any) -> list[dict[str, Any]]:
    """The problems that a refused command lists, checked to be the same on standard error."""
    found = told(*arguments, code=2)
    assert found["ok"] is False
    assert found["errors"]
    stderr = run(*arguments).stderr
    for error in found["errors"]:
        assert set(error) >= {"sheet", "cell", "code", "message", "value", "place"}
        assert error["code"]
        assert error["message"] in stderr
    return list(found["errors"])


def refused(*arguments: Any, code: int = 2) -> str:
    """What a command that cannot do it says in words, without a fault of the program."""
    result = run(*arguments)
    assert result.exit_code == code, (result.exit_code, result.exception)
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
    return result.stderr


def scenario_file(directory: Path, content: Any, name: str = "scenario.json") -> Path:
    path = directory / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def one_ct(**demand: Any) -> Scenario:
    """One CT of 6 000 acts in a fleet that stands still."""
    row = {
        "machine_id": "m", "site_id": "s", "modality": "scanner", "class": "scanner",
        "installed_on": "2023-06-01", "zone": "province", "region": "Bretagne",
        "sector": "liberal", "rank_on_authorisation": 1, "acts_billed": 6_000,
        "acts_inpatient": 0, "weight": 1,
    }  # fmt: skip
    still = tuple(
        Override(parameter=f"dynamics.{name}.{modality}", mode=0, low=0, high=0)
        for name in ("machine_growth", "acts_growth", "renewal_rate")
        for modality in ("irm", "scanner", "tep")
    )
    fleet = FleetTable(year=2024, label="essai", columns={k: (v,) for k, v in row.items()})
    savings = SavingsDemand(share_on_fee=1.0, **demand)
    return Scenario(name="un scanner", overrides=still, fleet=fleet, savings=savings)


# --- revenue --------------------------------------------------------------------------------------


def test_revenue_at_a_date() -> None:
    found = told(*MRI_REVENUE, "--date", "2024-06-01")
    assert set(found) == {"revenue_eur", "revenue_per_act_eur", "bands", "sources"}
    assert found["revenue_eur"] == 1_057_162.5  # 4 750 × 171.97 + 3 250 × 73.94
    assert found["revenue_per_act_eur"] == pytest.approx(132.1453125)
    assert found["bands"] == [
        {"band": "plein", "acts": 4_750, "fee_eur": 171.97, "amount_eur": 816_857.5},
        {"band": "reduit_1", "acts": 3_250, "fee_eur": 73.94, "amount_eur": 240_305.0},
    ]
    assert found["sources"] == ["arrete-2024-02-02"]


def test_revenue_of_a_year_that_changes_tariff() -> None:
    found = told(*MRI_REVENUE, "--year", "2026")
    # 181 days of 365 under the prices of January, in order of the acts: 8 000 × 181/365 of them,
    # all below 4 750, at 158.21; the rest of the 4 750 at 154.77; 3 250 at 73.94.
    before = Fraction(8_000) * Fraction(181, 365)
    expected = before * Fraction("158.21") + (4_750 - before) * Fraction("154.77")
    expected += 3_250 * Fraction("73.94")
    assert round(expected, 4) == Fraction("989109.4041")
    assert found["revenue_eur"] == pytest.approx(float(expected), abs=1e-6)
    acts = [(row["band"], row["acts"], row["fee_eur"]) for row in found["bands"]]
    assert [band for band, _, _ in acts] == ["plein", "plein", "reduit_1"]
    assert [price for _, _, price in acts] == [158.21, 154.77, 73.94]
    assert acts[0][1] == pytest.approx(float(before))
    assert sum(count for _, count, _ in acts) == pytest.approx(8_000)
    assert sum(row["amount_eur"] for row in found["bands"]) == pytest.approx(float(expected))
    assert found["sources"] == ["uncam-2025-10-14"]


def test_revenue_by_amortisation_zone_and_class() -> None:
    paris = told("revenue", "irm_1_5t", "--acts", 4_000, "--amortisation", "amorti",
                 "--zone", "paris", "--date", "2024-06-01")  # fmt: skip
    assert paris["revenue_per_act_eur"] == pytest.approx(130.54)
    pet = told("revenue", "tep_tdm", "--acts", 1_500, "--date", "2024-06-01")
    assert pet["revenue_eur"] == 1_275_000  # 1 000 × 1 000 + 500 × 550
    assert pet["sources"] == ["deduit-uncam-2025-10-14"]


def test_revenue_of_no_act() -> None:
    found = told("revenue", "scanner", "--acts", 0, "--date", "2024-06-01")
    assert (found["revenue_eur"], found["revenue_per_act_eur"]) == (0, None)


def test_revenue_in_words() -> None:
    result = run(*MRI_REVENUE, "--date", "2024-06-01")
    assert result.exit_code == 0
    assert "1 057 162,50" in result.stdout.replace("\u202f", " ").replace("\xa0", " ")


def test_revenue_refusals() -> None:
    date = ("--date", "2024-06-01")
    (found,) = errors("revenue", "irm_15t", "--acts", 10, *date)
    assert (found["code"], found["value"]) == ("unknown_class", "irm_15t")
    assert "irm_1_5t" in found["message"]
    both = errors("revenue", "irm_15t", "--acts", -1, "--zone", "lyon", *date)
    assert {e["code"] for e in both} == {"unknown_class", "unknown_choice", "acts_invalid"}
    for acts in ("nan", "inf", "-5"):
        (found,) = errors("revenue", "scanner", f"--acts={acts}", *date)
        assert found["code"] == "acts_invalid"
    (found,) = errors("revenue", "scanner", "--acts", 10, "--year", 2017)
    assert found["code"] == "tariff_missing"
    assert "2018-07-01" in found["message"]
    # PET has no known rate before March 2024: half a year is not a year
    (found,) = errors("revenue", "tep_tdm", "--acts", 10, "--year", 2024)
    assert found["code"] == "tariff_missing"


def test_revenue_before_any_tariff_names_the_class_that_was_asked_for() -> None:
    (found,) = errors("revenue", "scanner", "--acts", 10, "--date", "2017-01-01")
    assert found["code"] == "tariff_missing"
    assert "scanner" in found["message"]
    assert "official" not in found["message"]


@pytest.mark.parametrize("year", [0, -5, 9_999, 123_456])
def test_a_year_out_of_the_calendar_is_refused(year: int) -> None:
    refused("revenue", "scanner", "--acts", 10, f"--year={year}")


def test_options_that_click_refuses_exit_2_in_words() -> None:
    assert "--date" in refused("revenue", "scanner", "--acts", 10)
    assert "--date" in refused(*MRI_REVENUE, "--date", "2024-06-01", "--year", 2024)
    assert "--acts" in refused("revenue", "scanner", "--date", "2024-06-01")
    assert "vieux" in refused("cost", "scanner", "--acts", 10, "--amortisation", "vieux")
    assert "2024-13-01" in refused("compare", "--date", "2024-13-01")
    refused("nothing")


# --- cost -----------------------------------------------------------------------------------------


def test_cost_of_an_mri() -> None:
    found = told("cost", "irm_1_5t", "--acts", 6_500)
    assert set(found) >= {"annual_cost_eur", "cost_per_act_eur", "lines", "share_grade_d"}
    # worked out line by line in tests/test_costs.py
    assert found["annual_cost_eur"] == pytest.approx(743_184.3889, abs=0.005)
    assert found["cost_per_act_eur"] == pytest.approx(114.336060, abs=1e-5)
    assert 0 <= found["share_grade_d"] <= 1
    assert len(found["lines"]) == 18
    for line in found["lines"]:
        assert set(line) == {"id", "poste", "annual_cost_eur", "cost_per_act_eur", "grade"}
        assert line["grade"] in ("A", "B", "C", "D")
        assert line["cost_per_act_eur"] == pytest.approx(line["annual_cost_eur"] / 6_500)
    by_line = {line["id"]: line["annual_cost_eur"] for line in found["lines"]}
    assert by_line["contrast"] == pytest.approx(56_875)
    assert sum(by_line.values()) == pytest.approx(found["annual_cost_eur"])


def test_cost_follows_amortisation_perimeter_and_scenario(tmp_path: Path) -> None:
    def cost(*more: Any) -> float:
        return float(told("cost", "irm_1_5t", "--acts", 6_500, *more)["annual_cost_eur"])

    assert cost("--amortisation", "amorti") == pytest.approx(586_067.1198, abs=0.005)
    assert cost("--perimeter", "legal_2023") == pytest.approx(686_309.3889, abs=0.005)
    only = told("cost", "irm_1_5t", "--acts", 6_500, "--perimeter", "investment_only")
    assert {line["poste"] for line in only["lines"]} == {
        "amortissement_equipement", "amortissement_travaux", "cout_argent",
    }  # fmt: skip
    scenario = Scenario(
        perimeter="legal_2023", conventions=Conventions(capital="lease"), description="é"
    )
    path = scenario_file(tmp_path, scenario.to_json())
    # lease 739 472.6570 less contrast 56 875
    assert cost("--scenario", path) == pytest.approx(682_597.6570, abs=0.005)
    assert cost("--scenario", path, "--perimeter", "legal_2024") == pytest.approx(
        739_472.6570, abs=0.005
    )


def test_cost_in_words() -> None:
    result = run("cost", "irm_1_5t", "--acts", 6_500)
    assert result.exit_code == 0
    assert "743 184" in result.stdout.replace("\u202f", " ").replace("\xa0", " ")


def test_cost_refusals() -> None:
    (found,) = errors("cost", "irm_15t", "--acts", 10)
    assert found["code"] == "unknown_class"
    (found,) = errors("cost", "scanner", "--acts", 10, "--perimeter", "legal_2042")
    assert found["code"] == "unknown_perimeter"
    for acts in (0, -3, "nan", "inf"):
        (found,) = errors("cost", "scanner", f"--acts={acts}")
        assert found["code"] == "acts_range"
    (found,) = errors("cost", "scanner", "--acts", 10, "--models", "absent")
    assert (found["code"], found["place"]) == ("file_missing", "absent")


def test_a_bad_model_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "gamma.yaml").write_text("modality: gamma\nlabel: {fr: a, en: b}\nclasses: [\n")
    (found,) = errors("cost", "scanner", "--acts", 10, "--models", tmp_path)
    assert found["code"] == "yaml_syntax"
    assert f"{tmp_path.name}/gamma.yaml:" in found["place"]
    assert found["place"].rpartition(":")[2].isdigit()
    shutil.copy(paths.MODELS / "scanner.yaml", tmp_path / "gamma.yaml")
    path = tmp_path / "gamma.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if "formula: floor_area * rent" in line)
    lines[at] = lines[at].replace("rent", "rant")
    path.write_text("\n".join(lines), encoding="utf-8")
    places = {e["code"]: e["place"] for e in errors("compare", "--models", tmp_path)}
    assert places["formula_unknown_name"].startswith(f"{tmp_path.name}/gamma.yaml:")
    # the line of the formula, or of the cost line that holds it (four lines above)
    assert at - 4 < int(places["formula_unknown_name"].rpartition(":")[2]) <= at + 1


# --- scenario files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code", "key"),
    [
        ({"conventions": {"capital": "cash"}}, "invalid_value", "conventions.capital"),
        ({"conventions": {"capitol": "lease"}}, "unknown_key", "conventions.capitol"),
        ({"savings": {"target_eur": -1}}, "invalid_value", "savings.target_eur"),
        ({"savings": {"target_eur": "300"}}, "invalid_value", "savings.target_eur"),
        ({"rules": {"step_dates": []}}, "date_order", "rules.step_dates"),
        ({"overrides": [{"parameter": "communs.rent.*"}]}, "missing_key", "overrides.0.mode"),
        (
            {"rules": {"floor_share_of_cost": {"scaner": 1.0}}},
            "unknown_class", "rules.floor_share_of_cost",
        ),
        (
            {"overrides": [{"parameter": "communs.rent.*", "mode": 900}]},
            "bounds_order", "communs.rent.*",
        ),
        (
            {"overrides": [{"parameter": "communs.rente.*", "mode": 1}]},
            "unknown_parameter", "communs.rente.*",
        ),
        (
            {"overrides": [{"parameter": "irm.slot_minutes.irm_15t", "mode": 20}]},
            "unknown_class", "irm.slot_minutes.irm_15t",
        ),
        ({"perimeter": "legal_2042"}, "unknown_perimeter", "perimeter"),
    ],
)  # fmt: skip
def test_a_problem_of_a_scenario_names_file_and_key(
    content: dict[str, Any], code: str, key: str, tmp_path: Path
) -> None:
    path = scenario_file(tmp_path, content, "ma_position.json")
    (found,) = errors("cost", "scanner", "--acts", 10, "--scenario", path)
    assert found["code"] == code
    assert key in found["place"]
    assert "ma_position.json" in found["place"]


def test_all_the_problems_of_a_scenario_are_told_at_once(tmp_path: Path) -> None:
    content = {"seeds": 1, "conventions": {"capital": "cash"}, "rules": {"rounding_eur": 0}}
    found = errors("cost", "scanner", "--acts", 10, "--scenario", scenario_file(tmp_path, content))
    assert [e["code"] for e in found].count("invalid_value") == 2
    assert {e["place"].rpartition(" ")[2] for e in found} == {
        "seeds", "conventions.capital", "rules.rounding_eur",
    }  # fmt: skip


def test_a_scenario_that_is_not_json_is_named_with_its_line(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, '{\n"seed": 1,\n"perimeter" "legal_2024"\n}', "a.json")
    (found,) = errors("compare", "--scenario", path)
    assert (found["code"], found["place"]) == ("scenario_json", "a.json:3")
    (found,) = errors("compare", "--scenario", scenario_file(tmp_path, "[]"))
    assert found["code"] == "scenario_format"
    (found,) = errors("compare", "--scenario", scenario_file(tmp_path, '{"format": 2}'))
    assert found["code"] == "scenario_format"
    (found,) = errors("compare", "--scenario", tmp_path / "absent.json")
    assert found["code"] == "file_missing"
    assert "absent.json" in found["place"]


def test_a_scenario_in_another_encoding_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "latin.json"
    path.write_bytes('{"name": "Économies"}'.encode("latin-1"))
    (found,) = errors("cost", "scanner", "--acts", 10, "--scenario", path)
    assert "latin.json" in found["place"]


def test_a_scenario_nested_without_end_is_refused_in_words(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, "[" * 100_000)
    refused("cost", "scanner", "--acts", 10, "--scenario", path)


def test_a_key_written_twice_in_a_scenario_is_refused(tmp_path: Path) -> None:
    """Which of two perimeters was meant is not for the program to guess."""
    path = scenario_file(tmp_path, '{"perimeter": "legal_2023", "perimeter": "legal_2024"}')
    (found,) = errors("cost", "scanner", "--acts", 10, "--scenario", path)
    assert "perimeter" in f"{found['place']} {found['message']}"


# --- compare --------------------------------------------------------------------------------------


def test_compare_on_the_reference_fleet() -> None:
    found = told("compare", "--date", "2024-06-01")
    assert set(found) >= {"rows", "fleet"}
    keys = {
        "class", "amortisation", "zone", "acts", "cost_per_act_eur", "revenue_per_act_eur",
        "markup", "share_of_fee",
    }  # fmt: skip
    for row in found["rows"]:
        assert set(row) >= keys
        ratio = row["revenue_per_act_eur"] / row["cost_per_act_eur"]
        assert row["markup"] == pytest.approx(ratio - 1)
        assert row["share_of_fee"] == pytest.approx(1 - 1 / ratio)
        # 125.60 amortised against 121.75: the table itself pays no investment there
        odd = (row["class"], row["zone"]) == ("irm_le_0_5t", "province")
        assert (row["investment"] is None) == (row["amortisation"] == "amorti" or odd)
    assert {row["class"] for row in found["rows"]} == set(REFERENCE.classes)
    fleet = found["fleet"]
    assert fleet["synthetic"] is True
    assert fleet["label"]
    for modality in ("all", "scanner", "irm", "tep"):
        assert set(fleet[modality]) == {"machine", "act", "euro"}
    assert fleet["irm"]["euro"]["machines"] == 1_312  # IGAS-IGF
    assert fleet["scanner"]["euro"]["machines"] == 1_432
    by_default = told("compare")  # the tariff of the baseline date, the same
    assert by_default["rows"] == found["rows"]


def test_compare_of_one_machine(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, one_ct().to_json())
    found = told("compare", "--date", "2024-03-01", "--scenario", path)
    (row,) = found["rows"]
    assert (row["class"], row["amortisation"], row["zone"]) == ("scanner", "non_amorti", "*")
    # 99.69, and 498 325.5535 / 6 000 (tests/analysis/test_comparison.py)
    assert row["revenue_per_act_eur"] == pytest.approx(99.69)
    assert row["cost_per_act_eur"] == pytest.approx(83.054259, abs=1e-5)
    assert row["markup"] == pytest.approx(0.2002997, abs=1e-6)
    assert found["fleet"]["all"]["machine"]["markup"] == pytest.approx(0.2002997, abs=1e-6)
    assert found["fleet"]["synthetic"] is False


def test_compare_in_words_and_refused() -> None:
    result = run("compare", "--date", "2024-06-01")
    assert result.exit_code == 0
    assert "synthétique" in result.stdout
    (found,) = errors("compare", "--date", "2010-01-01")
    assert found["code"] == "tariff_missing"


# --- optimise -------------------------------------------------------------------------------------


def test_optimise_one_ct(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, one_ct().to_json())
    found = told("optimise", "--scenario", path, "--target", 150_000)
    assert set(found) >= {"status", "savings", "fees", "binding"}
    assert found["status"] == "optimal"
    # tests/optimise/test_proposal.py: 7 477.15 + 53 899.07 are already saved; 84.91 in 2027
    assert found["savings"] == pytest.approx(
        {"2025": 7_477.1507, "2026": 53_899.0685, "2027": 88_680.0}, abs=0.005
    )
    full = [
        fee["fee_eur"]
        for fee in found["fees"]
        if (fee["class_code"], fee["amortisation"], fee["band"])
        == ("scanner", "non_amorti", "plein")
    ]
    assert full == [84.91]
    for held in found["binding"]:
        assert set(held) >= {"constraint", "shadow_price", "words", "gain", "savings_eur"}
    assert found["objectives"][0]["objective"] == "loss"
    assert found["measures"][0]["name"] == "Proposition"
    assert found["measures"][0]["savings"] == pytest.approx(found["savings"], abs=0.01)


def test_optimise_an_infeasible_target_exits_3(tmp_path: Path) -> None:
    path = scenario_file(tmp_path, one_ct().to_json())
    found = told("optimise", "--scenario", path, "--target", "1e9", code=3)
    assert found["status"] == "infeasible"
    assert found["conflict"]
    for way in found["conflict"]:
        assert set(way) >= {"constraint", "reachable_eur", "enough", "words"}
    assert "fees" not in found
    words = run("optimise", "--scenario", path, "--target", "1e9")
    assert words.exit_code == 3
    assert found["words"] in words.stdout


@pytest.mark.slow
def test_optimise_the_reference_fleet_and_write_it(tmp_path: Path) -> None:
    out = tmp_path / "proposition.xlsx"
    found = told("optimise", "--out", out)
    assert found["status"] == "optimal"
    assert set(found["savings"]) == {"2025", "2026", "2027"}
    assert found["required_eur"] == 150e6
    assert found["scenario_hash"] == Scenario().hash
    assert openpyxl.load_workbook(out, read_only=True).sheetnames


@pytest.mark.parametrize("target", ["nan", "-5", "inf"])
def test_a_target_that_is_not_an_amount_is_refused(target: str, tmp_path: Path) -> None:
    """A schedule that « meets » a target that is no number would be a silent wrong answer."""
    path = scenario_file(tmp_path, one_ct().to_json())
    refused("optimise", "--scenario", path, f"--target={target}")


# --- workbooks ------------------------------------------------------------------------------------


def test_template_then_import(tmp_path: Path) -> None:
    book, saved = tmp_path / "modele.xlsx", tmp_path / "position.json"
    result = run("template", "--out", book)
    assert result.exit_code == 0, result.exception
    assert result.stdout.strip() == str(book)
    found = told("import", book, "--out", saved)
    assert set(found) >= {"ok", "errors", "scenario_hash"}
    assert (found["ok"], found["errors"]) == (True, [])
    assert found["scenario_hash"] == Scenario().hash  # nothing was changed
    content = json.loads(saved.read_text(encoding="utf-8"))
    assert content["overrides"] == []


def test_import_lists_its_problems_by_cell(tmp_path: Path) -> None:
    book = tmp_path / "modele.xlsx"
    run("template", "--out", book)
    content = openpyxl.load_workbook(book)
    sheet = content["Hypothèses"]
    heading = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Mode")
    row = next(row[0].row for row in sheet.iter_rows() if row[0].value == "communs.rent.*")
    wrong = sheet.cell(row, heading.column)
    wrong.value = "beaucoup"
    content.save(book)
    found = errors("import", book)
    assert any(
        (e["sheet"], e["cell"], e["value"]) == ("Hypothèses", wrong.coordinate, "beaucoup")
        for e in found
    )
    (found_missing,) = errors("import", tmp_path / "absent.xlsx")
    assert found_missing["code"] == "file_missing"
    text = scenario_file(tmp_path, "du texte", "faux.xlsx")
    (found_text,) = errors("import", text)
    assert found_text["code"] == "wb_not_xlsx"


def test_export_a_scenario(tmp_path: Path) -> None:
    path, out = scenario_file(tmp_path, one_ct().to_json()), tmp_path / "proposition.xlsx"
    result = run("export", path, "--out", out)
    assert result.exit_code == 0, result.exception
    assert result.stdout.strip() == str(out)
    assert openpyxl.load_workbook(out, read_only=True).sheetnames
    assert "absent.json" in refused("export", tmp_path / "absent.json", "--out", out)


@pytest.mark.parametrize("command", ["template", "export", "optimise", "import"])
def test_a_file_that_cannot_be_written_is_told_in_words(command: str, tmp_path: Path) -> None:
    out = tmp_path / "absent" / "fichier.xlsx"
    scenario = scenario_file(tmp_path, one_ct().to_json())
    book = tmp_path / "modele.xlsx"
    if command == "import":
        run("template", "--out", book)
    arguments: dict[str, tuple[Any, ...]] = {
        "template": (),
        "export": (scenario,),
        "optimise": ("--scenario", scenario),
        "import": (book,),
    }
    assert "fichier.xlsx" in refused(command, *arguments[command], "--out", out)


# --- replicate ------------------------------------------------------------------------------------


def test_replicate_one_study() -> None:
    (study,) = told("replicate", "medicare-equipement")["studies"]
    assert (study["id"], study["currency"]) == ("medicare-equipement", "USD")
    # worked out in tests/test_replications.py
    assert [row["published"] for row in study["results"]] == [7.5780, 5.0520, 4.2100]
    for row in study["results"]:
        assert set(row) == {
            "case", "formula", "unit", "published", "origin", "computed", "deviation", "tolerance",
            "within", "verdict", "why", "reason", "grade",
        }  # fmt: skip
        assert (row["origin"], row["within"], row["verdict"]) == ("by_hand", True, "within")
        assert row["deviation"] == pytest.approx(row["computed"] - row["published"])


def test_replicate_every_study_and_say_what_does_not_close() -> None:
    studies = {study["id"]: study["results"] for study in told("replicate")["studies"]}
    assert len(studies) == 6
    for rows in studies.values():
        assert {row["verdict"] for row in rows} <= {"within", "explained", "not_published"}
        for row in rows:
            assert (row["within"] is None) == (row["published"] is None)
            assert row["within"] is not False or row["reason"]


def test_replicate_in_words() -> None:
    result = run("replicate", "evens-jost-1985")
    assert result.exit_code == 0
    text = result.stdout.replace("\u202f", " ")
    (middle, *_) = [line for line in text.splitlines() if "Coût annuel" in line]
    assert " ".join(middle.split()) == "Coût annuel 841 500 841 000 USD/an -0,06 % A ✓"
    (curve,) = [line for line in text.splitlines() if "suivant la courbe" in line]
    assert "2 700" in curve
    assert "2 931" in curve
    assert " ".join(curve.split()).endswith("+8,54 % A ≠ expliqué")
    assert "6 dans la tolérance (✓), 1 en dehors avec sa raison (≠), 0 sans raison (✗)." in text
    # figures stand in columns: each ends where its heading does
    heading = next(line for line in text.splitlines() if line.endswith("note"))
    assert middle.index("841 500") + len("841 500") == heading.index("publié") + len("publié")
    assert middle.index("841 000") + len("841 000") == heading.index("calculé") + len("calculé")


def test_replicate_refusals(tmp_path: Path) -> None:
    (found,) = errors("replicate", "evens-1985")
    assert (found["code"], found["value"]) == ("unknown_choice", "evens-1985")
    assert "evens-jost-1985" in found["message"]
    shutil.copytree(paths.MODELS / "replications", tmp_path / "replications")
    path = tmp_path / "replications" / "schwartz-2018.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("annuity(price, 0, rate, life)", "price * rate + life"))
    at = next(n for n, line in enumerate(text.splitlines(), 1) if "- name: loan" in line)
    (found,) = errors("replicate", "--models", tmp_path)
    assert (found["code"], found["place"]) == (
        "unit_clash", f"replications/schwartz-2018.yaml:{at}",
    )  # fmt: skip


# --- bridge ---------------------------------------------------------------------------------------

POSITIONS = ("perimetre_large_activite_observee", "perimetre_etroit_activite_haute")


def test_bridge_between_two_files(tmp_path: Path) -> None:
    """1.09 m P / 5 000 from (8 %, 1.0 M€) to (10 %, 1.2 M€): 3.924 € for the price, 4.796 €."""
    before = scenario_file(tmp_path, {"perimeter": "running_costs_only", "name": "avant"}, "a.json")
    changes = [
        {"parameter": "irm.purchase_price.irm_1_5t", "mode": 1.2e6},
        {"parameter": "irm.maintenance_share.*", "mode": 0.10},
        {"parameter": "scanner.purchase_price.*", "mode": 7e5},
    ]
    content = {"perimeter": "running_costs_only", "name": "après", "overrides": changes}
    after = scenario_file(tmp_path, content, "b.json")
    asked = ("bridge", before, after, "--result", "cost", "--class", "irm_1_5t", "--acts", 5_000)
    found = told(*asked)
    assert found["gap"] == pytest.approx(8.72)
    assert found["unit"] == "EUR"
    assert found["exact"] is True
    assert [(step["key"], step["share"], step["amount"]) for step in found["steps"]] == [
        ("irm.maintenance_share.*", pytest.approx(4.796), 4.80),
        ("irm.purchase_price.irm_1_5t", pytest.approx(3.924), 3.92),
    ]
    assert found["subtotals"] == {"parameters": 8.72}
    assert [(idle["key"], idle["why"]) for idle in found["without_effect"]] == [
        ("scanner.purchase_price.*", "not_read")
    ]
    text = run(*asked).stdout
    assert "Les valeurs des paramètres expliquent 8,72 € des 8,72 € d'écart." in text
    assert "(ce résultat n'en dépend pas)" in text
    first, *rows = text.splitlines()
    assert first.startswith("Coût d'un acte, IRM 1,5 T")
    assert rows[0].split() == [*rows[0].split()[:2], "avant"]
    assert "+4,80 €" in rows[1]
    assert "+8,72 €" in rows[4]


def test_bridge_between_shipped_examples() -> None:
    found = told("bridge", *POSITIONS, "--modality", "irm")
    assert found["unit"] == "fraction"
    assert {step["group"] for step in found["steps"]} == {
        "parameters", "perimeter", "conventions", "activity",
    }  # fmt: skip
    shares = sum(step["share"] for step in (*found["steps"], *found["without_effect"]))
    assert shares == pytest.approx(found["gap"], rel=1e-9)
    printed = round(found["end"], 4) - round(found["start"], 4)
    assert sum(found["subtotals"].values()) == pytest.approx(printed)
    assert "points d'écart" in found["words"][0]


def test_bridge_of_savings() -> None:
    found = told("bridge", *POSITIONS, "--result", "savings", "--reading", "level_2027")
    assert [step["key"] for step in found["steps"]] == [
        "conventions.inpatients_count", "dynamics.machine_growth.irm",
    ]  # fmt: skip
    amounts = sum(round(100 * step["amount"]) for step in found["steps"])
    assert amounts == round(100 * found["end"]) - round(100 * found["start"])


def test_bridge_refuses_what_it_cannot_use(tmp_path: Path) -> None:
    missing = tmp_path / "none.json"
    assert errors("bridge", missing, POSITIONS[0])[0]["code"] == "file_missing"
    wrong = ("--definition", "marge")
    assert errors("bridge", *POSITIONS, *wrong)[0]["code"] == "unknown_choice"
    asked = ("--result", "cost", "--class", "irm_7t", "--acts", 5_000)
    assert errors("bridge", *POSITIONS, *asked)[0]["code"] == "unknown_class"
    assert "--class et --acts" in refused("bridge", *POSITIONS, "--result", "cost")


# --- elicit ---------------------------------------------------------------------------------------


def test_elicit_gives_both_laws_or_says_what_is_wrong() -> None:
    found = told("elicit", 800_000, 1_000_000, 1_400_000, "--unit", "EUR")
    assert (found["unit"], found["closer"]) == ("EUR", "pert")
    pert, lognormal = found["fits"]
    assert pert["exact"]
    assert pert["fitted"] == pytest.approx([800_000, 1_000_000, 1_400_000])
    assert lognormal["gap"] > 0.01
    assert lognormal["low"] == pytest.approx(lognormal["fitted"][0])
    text = run("elicit", 800_000, 1_000_000, 1_400_000, "--unit", "EUR").stdout
    assert text.splitlines()[0] == found["words"]
    assert "loi PERT (bas" in text
    assert "lognormale" in text
    assert errors("elicit", 3, 2, 1)[0]["code"] == "quantiles_order"
    assert errors("elicit", -1, 2, 3)[0]["code"] == "quantile_range"
    assert errors("elicit", 1, 2, 3, "--unit", "EURO")[0]["code"] == "unknown_unit"


# --- the whole ------------------------------------------------------------------------------------


def test_help_names_every_command_of_the_blueprint() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for command in (
        "revenue", "cost", "compare", "bridge", "elicit", "replicate", "optimise", "evaluate",
        "frontier", "menu", "import", "export", "template", "app",
    ):  # fmt: skip
        assert command in result.stdout
        assert run(command, "--help").exit_code == 0


def test_the_command_line_imports_nothing_slow() -> None:
    """`costing revenue` must start as fast as `import pandas`."""
    slow = "{'numpy', 'pandas', 'streamlit', 'scipy', 'pulp', 'openpyxl', 'pydantic'}"
    code = f"import sys, costing.cli; print(sorted({slow} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
