"""The reference data: every figure has a source and a grade, and what is wrong does not load.

The shipped files are read here a second time with plain `yaml` and `csv`, so that these checks do
not rest on the loader that they check.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from costing import paths
from costing.analysis.account.comparison import compare, curve
from costing.case.case import make_case
from costing.case.costs import annual_cost
from costing.cli import main
from costing.fleet.table import FleetTable
from costing.problems.errors import InputError, ScenarioError
from costing.reference.load import load_reference
from costing.scenario.rules import SavingsDemand
from costing.scenario.scenario import Override, Scenario
from tests.shared import REFERENCE

TARIFF = "tariffs/forfaits_techniques.csv"
MODALITIES = ("scanner", "irm", "tep")


def documents() -> dict[str, Any]:
    """Every YAML file under models/, fleet included, by its path."""
    found = sorted(paths.MODELS.rglob("*.yaml"))
    return {
        path.relative_to(paths.MODELS).as_posix(): yaml.load(
            path.read_bytes(), Loader=yaml.CSafeLoader
        )
        for path in found
    }


DOCUMENTS = documents()


def tariff_rows() -> list[dict[str, str]]:
    with (paths.MODELS / TARIFF).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cited(data: Any) -> Iterator[str]:
    """Every key under a `source`."""
    if isinstance(data, dict):
        for name, value in data.items():
            if name == "source":
                yield from ([value] if isinstance(value, str) else value)
            else:
                yield from cited(value)
    elif isinstance(data, list):
        for item in data:
            yield from cited(item)


def raw_values() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every value of every parameter, with where it stands."""
    for file, document in DOCUMENTS.items():
        for parameter in document.get("parameters", ()):
            for value in parameter["values"]:
                yield f"{file} {parameter['name']} {value['class']}", value


# --- sources and grades ---------------------------------------------------------------------------


def test_every_key_used_exists_and_every_key_there_is_used() -> None:
    known = [entry["key"] for entry in DOCUMENTS["sources.yaml"]["sources"]]
    assert [key for key, times in Counter(known).items() if times > 1] == []
    used = {row["source"] for row in tariff_rows()}
    for file, document in DOCUMENTS.items():
        if file != "sources.yaml":
            used |= set(cited(document))
    assert used - set(known) == set()
    assert set(known) - used == set()
    assert set(REFERENCE.sources) == set(known)


def test_every_source_says_who_and_when() -> None:
    for key, source in REFERENCE.sources.items():
        assert source.title, key
        assert source.publisher, key
        assert dt.date(1980, 1, 1) < source.date < dt.date(2026, 12, 31), key
        # only a deduction may found values older than itself
        assert source.reads_back_to is None or source.kind == "deduction", key
        if source.date_precision == "year":
            assert (source.date.month, source.date.day) == (1, 1), key


def test_every_value_has_a_grade_and_a_source() -> None:
    values = list(raw_values())
    assert len(values) > 100
    for where, value in values:
        assert value["grade"] in ("A", "B", "C", "D"), where
        assert value["source"], where
        assert all(isinstance(key, str) for key in value["source"]), where
        assert value.get("note"), where
    assert len(list(REFERENCE.values())) == len(values)


def test_a_value_that_rests_on_an_assumption_alone_is_of_grade_d() -> None:
    for where, value in raw_values():
        if value["source"] == ["hypothese-de-travail"]:
            assert value["grade"] == "D", where


def test_claims_targets_and_levers_have_sources_and_grades() -> None:
    entries = [*DOCUMENTS["claims.yaml"]["claims"], *DOCUMENTS["fleet/calibration.yaml"]["targets"]]
    savings = DOCUMENTS["savings.yaml"]
    target = savings["target"]
    entries += [target, target["share_on_fee"], savings["trajectory"], *savings["other_levers"]]
    for entry in entries:
        assert entry["source"], entry
        assert entry["grade"] in ("A", "B", "C", "D"), entry


def test_all_443_rates_have_a_source_and_a_grade() -> None:
    rows = tariff_rows()
    assert len(rows) == len(REFERENCE.schedule.rates) == 443
    for number, row in enumerate(rows, 2):
        assert row["source"] in REFERENCE.sources, number
        assert row["grade"] in ("A", "C"), number
        # read in the text, or deduced by the project and then not called read
        deduced = REFERENCE.sources[row["source"]].kind == "deduction"
        assert deduced == (row["grade"] == "C"), number
    assert {(r.source, r.grade) for r in REFERENCE.schedule.rates} == {
        (row["source"], row["grade"]) for row in rows
    }


def test_no_rate_is_older_than_its_text() -> None:
    for number, row in enumerate(tariff_rows(), 2):
        source = REFERENCE.sources[row["source"]]
        founded = source.reads_back_to or source.date
        assert dt.date.fromisoformat(row["effective_from"]) >= founded, number


def test_no_step_or_claim_is_older_than_what_founds_it() -> None:
    trajectory = REFERENCE.savings.trajectory
    decision = REFERENCE.sources[trajectory.source[0]]
    assert decision.key == "uncam-2025-10-14"
    assert all(step >= decision.date for step in trajectory.steps)
    for claim in REFERENCE.claims.values():
        for key in claim.source:
            source = REFERENCE.sources[key]
            last = source.date
            if source.date_precision != "day":
                # known to the month or year only: it may have appeared at its very end
                month = 12 if source.date_precision == "year" else source.date.month
                after = dt.date(source.date.year + month // 12, month % 12 + 1, 1)
                last = after - dt.timedelta(days=1)
            assert claim.date <= last, f"{claim.id}: said after {key}, which reports it"


def test_the_trajectory_is_that_of_the_tariff_file() -> None:
    dates = [date for date in REFERENCE.schedule.dates if date > REFERENCE.savings.baseline_date]
    assert list(REFERENCE.savings.trajectory.steps) == dates
    assert REFERENCE.savings.baseline_date in REFERENCE.schedule.dates


# --- postes and perimeters ------------------------------------------------------------------------


def test_every_poste_has_a_line_where_it_applies() -> None:
    only = {"radiotraceur": {"tep"}, "produit_contraste": {"scanner", "irm"}}
    assert len(REFERENCE.postes) == 15
    for poste in REFERENCE.postes:
        found = {
            modality
            for modality in MODALITIES
            if any(line.poste == poste for line in REFERENCE.models[modality].lines)
        }
        assert found == only.get(poste, set(MODALITIES)), poste


def test_perimeters_differ_as_they_say() -> None:
    found = {code: set(entry.postes) for code, entry in REFERENCE.perimeters.items()}
    for code, entry in REFERENCE.perimeters.items():
        assert len(entry.postes) == len(found[code]), code  # none twice
    everything = set(REFERENCE.postes)
    assert found["legal_2024"] == everything
    assert found["legal_2023"] == everything - {"produit_contraste"}
    assert found["legal_2024_no_money"] == everything - {"cout_argent"}
    assert found["legal_2024_no_overheads"] == everything - {"gestion", "cvae"}
    postes = REFERENCE.postes.items()
    named = {code for code, poste in postes if not poste.legal_item.fr.startswith("Non ")}
    assert found["legal_strict"] == named | {"radiotraceur"}  # paid by the PET fee, if not listed
    assert found["investment_only"] | found["running_costs_only"] == everything
    assert found["investment_only"] & found["running_costs_only"] == set()
    assert found["investment_only"] == {
        "amortissement_equipement", "amortissement_travaux", "cout_argent",
    }  # fmt: skip


def test_an_unknown_perimeter_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="legal_2024"):
        REFERENCE.perimeter("legal_2042")
    with pytest.raises(InputError, match="legal_2042"):
        make_case(REFERENCE, Scenario(perimeter="legal_2042"))


# --- claims and savings ---------------------------------------------------------------------------


def test_claims_are_those_of_the_public_debate() -> None:
    figures = {c.id: (c.figure, c.definition, str(c.date)) for c in REFERENCE.claims.values()}
    assert figures == {
        "cnam_75": (0.75, "unknown", "2026-02-18"),
        "cnam_scanner_72": (0.72, "markup", "2025-10-22"),
        "cnam_irm_54": (0.54, "markup", "2025-10-22"),
        "igas_igf_163": (0.63, "markup", "2025-05-01"),  # 163 % is fee / cost
        "igas_igf_investissement": (0.0, "investment", "2025-05-01"),
        "cnam_50_70": (0.5, "unknown", "2025-12-01"),
        "crc_argentan_falaise": (0.51, "markup", "2021-12-31"),  # 667 / 442 - 1
        "cour_comptes_equilibre": (4_000, "break_even", "2010-01-01"),
    }
    assert REFERENCE.claims["cnam_50_70"].figure_high == 0.7


def test_claims_speak_of_what_the_reference_knows() -> None:
    for claim in REFERENCE.claims.values():
        assert claim.perimeter in REFERENCE.perimeters, claim.id
        assert set(claim.population.modality) <= set(MODALITIES), claim.id
        assert set(claim.population.machine_class) <= set(REFERENCE.classes), claim.id
        # contrast came inside on 1 March 2024: a claim of before has the perimeter of before
        before = claim.date < dt.date(2024, 3, 1)
        assert (claim.perimeter == "legal_2023") == before, claim.id


def test_the_savings_target_is_the_law_s() -> None:
    savings = REFERENCE.savings
    assert savings.target.amount_eur == 300e6
    assert savings.target.years == (2025, 2026, 2027)
    assert {reading.code for reading in savings.readings} == {"cumulated", "level_2027"}
    assert savings.baseline_date == dt.date(2024, 3, 1)
    share = savings.target.share_on_fee
    assert (share.low, share.mode, share.high) == (0.4, 0.5, 1.0)
    assert Scenario().savings.share_on_fee == share.mode


# --- bad files ------------------------------------------------------------------------------------


def copy_of_models(directory: Path) -> Path:
    return Path(shutil.copytree(paths.MODELS, directory / "models"))


def refused(models: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load_reference([models])
    return caught.value


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text that is there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_an_untouched_copy_loads(tmp_path: Path) -> None:
    again = load_reference([copy_of_models(tmp_path)])
    assert again.schedule.rates == REFERENCE.schedule.rates
    assert again.files == REFERENCE.files
    assert again.claims == REFERENCE.claims


#: What is done to a file, the code of the problem, and a text of the line that it must name.
BAD: dict[str, tuple[str, str, str, str, str]] = {
    "rate dated before its source": (
        TARIFF, "2018-07-01,2018-12-31,69.00,uncam-2018-05-28,A",
        "2018-07-01,2018-12-31,69.00,uncam-2025-10-14,A",
        "predates_source", "69.00,uncam-2025",
    ),
    "rate deduced further back than said": (
        "sources.yaml", "reads_back_to: 2024-03-01", "reads_back_to: 2024-03-02",
        "predates_source", "",
    ),
    "rate without source": (
        TARIFF, "69.00,uncam-2018-05-28,A", "69.00,,A", "tariff_row", "69.00,,A",
    ),
    "rate without grade": (
        TARIFF, "69.00,uncam-2018-05-28,A", "69.00,uncam-2018-05-28,", "tariff_row",
        "69.00,uncam-2018-05-28,",
    ),
    "dangling key in the tariff": (
        TARIFF, "69.00,uncam-2018-05-28,A", "69.00,uncam-2018-05-29,A", "unknown_source",
        "uncam-2018-05-29",
    ),
    "dangling key of a parameter": (
        "irm.yaml", "source: [ucsf-2023, heye-2020, rwf-online]", "source: [ucsf-2023, heye-2021]",
        "unknown_source", "heye-2021",
    ),
    "dangling key of a claim": (
        "claims.yaml", "[egora-2026-02-20]", "[egora-2026-02-21]", "unknown_source",
        "egora-2026-02-21",
    ),
    "dangling key of a perimeter": (
        "perimeters.yaml", "source: [igas-igf-2025]", "source: [igas-igf-2026]",
        "unknown_source", "igas-igf-2026",
    ),
    "dangling key of the savings": (
        "savings.yaml", "source: [lfss-2025,", "source: [lfss-2026,", "unknown_source",
        "lfss-2026",
    ),
    "dangling key of the dynamics": (
        "fleet/dynamics.yaml", "[igas-igf-2025, cour-comptes-2022]",
        "[igas-igf-2025, cour-comptes-2032]", "unknown_source", "cour-comptes-2032",
    ),
    "parameter without grade": (
        "communs.yaml", "        source: [cgi-tva]\n        grade: A\n",
        "        source: [cgi-tva]\n", "missing_key", "class: \"*\"",
    ),
    "parameter without source": (
        "communs.yaml", "        source: [cgi-tva]\n        grade: A\n", "        grade: A\n",
        "missing_key", "class: \"*\"",
    ),
    "parameter with an empty list of sources": (
        "communs.yaml", "source: [cgi-tva]", "source: []", "invalid_value", "source: []",
    ),
    "unknown grade": (
        "communs.yaml", "[cgi-tva]\n        grade: A", "[cgi-tva]\n        grade: E",
        "invalid_value", "grade: E",
    ),
    "amount without VAT": (
        "irm.yaml", "        high: 1300000\n        vat: included\n", "        high: 1300000\n",
        "vat_missing", "",
    ),
    "value for a class that is not": (
        "communs.yaml", '      - class: "*"\n        low: 150\n',
        '      - class: irm_15t\n        low: 150\n', "unknown_class", "irm_15t",
    ),
    "unknown poste in a perimeter": (
        "perimeters.yaml", "postes: [amortissement_equipement,", "postes: [amortissement,",
        "unknown_poste", "code: investment_only",
    ),
    "claim on a perimeter that is not": (
        "claims.yaml", "perimeter: legal_2024", "perimeter: legal_2042", "unknown_perimeter",
        "legal_2042",
    ),
    "claim on a modality that is not": (
        "claims.yaml", "{modality: [scanner, irm]}", "{modality: [scaner, irm]}", "",
        "scaner",
    ),
    "two claims of one name": (
        "claims.yaml", "id: cnam_scanner_72", "id: cnam_75", "duplicate_name", "",
    ),
    "two perimeters of one name": (
        "perimeters.yaml", "code: legal_strict", "code: legal_2024", "duplicate_name", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BAD))
def test_a_bad_copy_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    file, old, new, code, line = BAD[name]
    models = copy_of_models(tmp_path)
    edit(models / file, old, new)
    error = refused(models)
    codes = {found.code for found in error.problems}
    if code:
        assert code in codes, error
    short = Path(file).name
    places = [str(found.place) for found in error.problems if not code or found.code == code]
    if line:
        wanted = f"{short}:{line_of(models / file, line)}"
        assert any(wanted in place for place in places), (wanted, places)
    else:
        # the fault is told in the file that has it, or in those that it breaks
        assert all(places), error
    for found in error.problems:
        assert found.message("fr")
        assert found.message("en")


def test_a_source_written_twice_is_refused(tmp_path: Path) -> None:
    """The second entry would quietly give the key another date."""
    models = copy_of_models(tmp_path)
    again = "  - {key: cgi-tva, title: Autre, publisher: Autre, date: 1999-01-01, kind: official}\n"
    with (models / "sources.yaml").open("a", encoding="utf-8") as stream:
        stream.write(again)
    error = refused(models)
    assert [(found.code, found.value) for found in error.problems] == [
        ("duplicate_name", "cgi-tva")
    ]


def test_a_parameter_written_twice_in_a_shared_file_is_refused(tmp_path: Path) -> None:
    """As it is in a modality's file; the second would quietly replace the first."""
    models = copy_of_models(tmp_path)
    path = models / "communs.yaml"
    text = path.read_text(encoding="utf-8")
    block = text[text.index("  - name: rent\n") : text.index("  - name: electricity_price\n")]
    path.write_text(text + "\n" + block.replace("mode: 220", "mode: 300"), encoding="utf-8")
    assert "duplicate_name" in {found.code for found in refused(models).problems}


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    models = copy_of_models(tmp_path)
    edit(models / "irm.yaml", "heye-2020", "heye-2021")
    edit(models / "claims.yaml", "egora-2026-02-20", "egora-2026-02-21")
    edit(models / TARIFF, "69.00,uncam-2018-05-28", "69.00,uncam-2018-05-29")
    codes = [found.code for found in refused(models).problems]
    assert codes == ["unknown_source"] * 3


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path / "absent")
    assert [found.code for found in error.problems] == ["file_missing"]


# --- directories over and beside the shipped one --------------------------------------------------


def test_a_file_of_the_same_name_replaces_the_shipped_one(tmp_path: Path) -> None:
    first, second = tmp_path / "un", tmp_path / "deux"
    for directory, price in ((first, 700_000), (second, 900_000)):
        directory.mkdir()
        text = (paths.MODELS / "scanner.yaml").read_text(encoding="utf-8")
        text = text.replace("mode: 600000", f"mode: {price}", 1)
        (directory / "scanner.yaml").write_text(text, encoding="utf-8")

    def price_of(*extra: Path) -> float:
        return load_reference(extra).files["scanner"]["purchase_price"].values[0].mode

    assert price_of() == 600_000
    assert price_of(first) == 700_000
    assert price_of(first, second) == 900_000  # the last one given wins
    assert price_of(second, first) == 700_000
    assert load_reference([first]).files["irm"] == REFERENCE.files["irm"]


def test_a_tariff_file_and_a_fleet_of_one_s_own_replace_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "tariffs").mkdir()
    text = (paths.MODELS / TARIFF).read_text(encoding="utf-8")
    (tmp_path / TARIFF).write_text(text.replace(",73.94,", ",70.00,"), encoding="utf-8")
    (tmp_path / "fleet").mkdir()
    rows = (paths.MODELS / "fleet/parc_2024.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "fleet/parc_2024.csv").write_text("\n".join(rows[:12]) + "\n", encoding="utf-8")
    own = load_reference([tmp_path])
    assert 70.0 in {rate.amount_eur for rate in own.schedule.rates}
    assert 73.94 not in {rate.amount_eur for rate in own.schedule.rates}
    assert len(own.fleet.frame) == 10


def test_two_files_of_one_modality_are_refused(tmp_path: Path) -> None:
    """Neither a replacement (another name) nor an addition (the same modality): a guess."""
    text = (paths.MODELS / "scanner.yaml").read_text(encoding="utf-8")
    (tmp_path / "mon_scanner.yaml").write_text(text, encoding="utf-8")
    assert "scanner" in str(refused(tmp_path))


def test_a_class_in_two_modalities_is_refused(tmp_path: Path) -> None:
    text = (paths.MODELS / "scanner.yaml").read_text(encoding="utf-8")
    text = text.replace("modality: scanner", "modality: tomographe", 1)
    (tmp_path / "tomographe.yaml").write_text(text, encoding="utf-8")
    assert "scanner" in str(refused(tmp_path))


def test_the_fingerprint_follows_the_content_and_not_the_line_endings(tmp_path: Path) -> None:
    assert load_reference().fingerprint == REFERENCE.fingerprint
    models = copy_of_models(tmp_path)
    before = load_reference([models]).fingerprint
    for path in models.rglob("*.*"):
        if path.suffix in {".yaml", ".csv"}:
            path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert load_reference([models]).fingerprint == before
    for file in ("irm.yaml", TARIFF, "fleet/dynamics.yaml", "fleet/parc_2024.csv"):
        content = (models / file).read_bytes()
        changed = content.replace(b"1", b"2", 1) if file.endswith("2024.csv") else content
        # a comment, and the first digit of the fleet's own comment, are content too
        (models / file).write_bytes(changed if changed != content else content + b"\r\n")
        assert load_reference([models]).fingerprint != before, file
        (models / file).write_bytes(content)
    assert load_reference([models]).fingerprint == before
    assert before != REFERENCE.fingerprint


# --- a fourth modality is one file ----------------------------------------------------------------

GAMMA = """
modality: gamma_camera
label: {fr: Gamma-caméra, en: Gamma camera}
classes:
  - {code: gamma_camera, label: {fr: Gamma-caméra, en: Gamma camera}}
parameters:
  - name: purchase_price
    label: {fr: "Prix d'achat", en: Purchase price}
    unit: EUR
    values:
      - class: gamma_camera
        low: 300000
        mode: 400000
        high: 600000
        vat: excluded
        source: [hypothese-de-travail]
        grade: D
  - name: slot_minutes
    label: {fr: Créneau, en: Slot}
    unit: min/act
    values:
      - {class: "*", low: 20, mode: 30, high: 45, source: [hypothese-de-travail], grade: B}
  - name: floor_area
    label: {fr: Surface, en: Area}
    unit: m2
    distribution: fixed
    values:
      - {class: "*", mode: 100, source: [hypothese-de-travail], grade: C}
derived:
  - name: hours
    label: {fr: Heures, en: Hours}
    unit: h/year
    formula: acts * slot_minutes / minutes_per_hour
lines:
  - id: depreciation
    label: {fr: Amortissement, en: Depreciation}
    poste: amortissement_equipement
    per: year
    formula: (1 - amortised) * straight_line(purchase_price, 0, amortisation_years)
  - id: technologists
    label: {fr: Manipulateurs, en: Technologists}
    poste: personnel_non_medical
    per: year
    formula: hours / productive_hours * technologist_cost
  - id: premises
    label: {fr: Locaux, en: Premises}
    poste: locaux
    per: year
    formula: floor_area * rent
  - id: archiving
    label: {fr: Archivage, en: Archiving}
    poste: archivage_numerique
    per: act
    formula: archiving_per_act
"""
# 2 960 acts: (400 000 × 1.20) / 7 = 68 571.4286; 2 960 × 30 / 60 = 1 480 h, one full time at
# 55 000; 100 × 220 = 22 000; 2 960 × 2.50 = 7 400: together 152 971.4286.
GAMMA_LINES = {
    "depreciation": 68_571.4286,
    "technologists": 55_000.0,
    "premises": 22_000.0,
    "archiving": 7_400.0,
}


@pytest.fixture
def gamma(tmp_path: Path) -> Path:
    (tmp_path / "gamma_camera.yaml").write_text(GAMMA, encoding="utf-8")
    return tmp_path


def test_a_gamma_camera_is_costed_by_the_command_line(gamma: Path) -> None:
    command = ["cost", "gamma_camera", "--acts", "2960", "--models", str(gamma), "--json"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["annual_cost_eur"] == pytest.approx(152_971.4286, abs=0.005)
    assert found["cost_per_act_eur"] == pytest.approx(51.6795, abs=1e-4)
    assert {line["id"]: line["annual_cost_eur"] for line in found["lines"]} == pytest.approx(
        GAMMA_LINES, abs=0.005
    )
    assert {line["grade"] for line in found["lines"]} == {"D"}
    assert 0 < found["share_grade_d"] <= 1
    amortised = CliRunner().invoke(main, [*command, "--amortisation", "amorti"])
    cost = json.loads(amortised.stdout)["annual_cost_eur"]
    assert cost == pytest.approx(84_400, abs=0.005)


def test_a_gamma_camera_leaves_the_others_as_they_were(gamma: Path) -> None:
    own = load_reference([gamma])
    assert set(own.models) == {*MODALITIES, "gamma_camera"}
    case, plain = make_case(own, Scenario()), make_case(REFERENCE, Scenario())
    for code in REFERENCE.class_labels:
        before, after = (float(annual_cost(c, code, 5_000).total()) for c in (plain, case))
        assert after == before
    assert len(compare(case, dt.date(2024, 3, 1))[0]) == len(compare(plain, dt.date(2024, 3, 1))[0])


def test_a_gamma_camera_s_values_can_be_changed_like_any_other(gamma: Path) -> None:
    own = load_reference([gamma])
    change = Override(parameter="gamma_camera.floor_area.*", mode=150)
    case = make_case(own, Scenario(overrides=(change,)))
    cost = float(annual_cost(case, "gamma_camera", 2_960).total())
    assert cost == pytest.approx(163_971.4286, abs=0.005)


def test_a_gamma_camera_has_no_fee_and_is_told_so(gamma: Path) -> None:
    case = make_case(load_reference([gamma]), Scenario())
    with pytest.raises(InputError) as caught:
        curve(case, "gamma_camera", "non_amorti", "province", dt.date(2024, 6, 1))
    (found,) = caught.value.problems
    assert found.code == "class_without_fee"
    assert "gamma_camera" in found.message()
    assert "recette" in found.message()
    command = ["revenue", "gamma_camera", "--acts", "2960", "--date", "2024-06-01"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "gamma_camera" in result.stderr


def test_a_gamma_camera_in_a_fleet_is_refused_by_name(gamma: Path) -> None:
    row = {
        "machine_id": "G1", "site_id": "s", "modality": "gamma_camera", "class": "gamma_camera",
        "installed_on": "2023-06-01", "zone": "province", "region": "Bretagne",
        "sector": "public", "rank_on_authorisation": 1, "acts_billed": 2_960,
        "acts_inpatient": 0, "weight": 1,
    }  # fmt: skip
    columns = {name: (value,) for name, value in row.items()}
    table = FleetTable(year=2024, label="essai", columns=columns)
    case = make_case(load_reference([gamma]), Scenario(fleet=table))
    with pytest.raises(InputError, match="gamma_camera"):
        _ = case.fleet


def test_a_minimum_for_a_year_that_does_not_count_is_refused() -> None:
    scenario = Scenario(savings=SavingsDemand(yearly_eur={2026: 1e6, 2028: 5e6, 2031: 5e6}))
    with pytest.raises(ScenarioError) as caught:
        make_case(REFERENCE, scenario)
    found = [(p.code, p.place.key, p.value) for p in caught.value.problems]
    assert found == [
        ("savings_year", "savings.yearly_eur.2028", 2028),
        ("savings_year", "savings.yearly_eur.2031", 2031),
    ]
    assert "2025, 2026, 2027" in caught.value.problems[0].text("fr")
