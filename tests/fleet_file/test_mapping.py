"""What the headings of a file suggest, what is asked, and the correspondence as YAML and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from costing.fleet_file.file import import_fleet
from costing.fleet_file.guess import Guess, guess
from costing.fleet_file.mapping import (
    FOLDER_VARIABLE,
    Mapping,
    folder,
    from_yaml,
    recall,
    remember,
    signature,
)
from costing.fleet_file.read import Reader, open_file
from costing.fleet_file.synonyms import (
    REGION_OF,
    department,
    near,
    options,
    plain,
    wordings,
    zone_of,
)
from costing.problems.errors import FleetError
from tests.shared import REFERENCE

OPTIONS = options(REFERENCE)
YAML = """\
format: 1
name: Parc de la région
layout: {decimal: ",", dates: month_first, header_line: 1}
rows: several
columns:
  machine_id: {column: Id}
  class: {column: Quoi, values: {gros aimant: irm_gt_1_5t, 12: scanner}}
  installed_on: {column: Quand}
  department: {column: Où}
  sector: {constant: public}
  acts_billed: {column: Combien, values: {"<11": 5, "": 0}}
  acts_inpatient: {constant: 0}
"""
FILE = (
    "Id;Quoi;Quand;Où;Combien\n"
    "a;gros aimant;12/31/2019;Paris;1.000\n"
    "a;gros aimant;12/31/2019;Paris;<11\n"
    "b;12;01/02/2018;2A;\n"
)


def opened(*headings: str, row: str = "x") -> Reader:
    line = ";".join([row] * len(headings))
    return open_file(("parc.csv", f"{';'.join(headings)}\n{line}\n".encode()))


def guessed(*headings: str) -> Guess:
    return guess(opened(*headings))


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


# --- guesses ------------------------------------------------------------------------------------


def test_headings_that_leave_no_doubt() -> None:
    found = guessed(
        "N° d’appareil", "FINESS géographique", "TYPE D'APPAREIL", "Mise en service", "Code postal",
        "Secteur d'activité", "Nombre de forfaits", "Actes hospitalisés", "Commentaire",
    )  # fmt: skip
    assert not found.doubts
    assert {name: origin.column for name, origin in found.origins.items()} == {
        "machine_id": "N° d’appareil", "site_id": "FINESS géographique", "class": "TYPE D'APPAREIL",
        "installed_on": "Mise en service", "department": "Code postal",
        "sector": "Secteur d'activité", "acts_billed": "Nombre de forfaits",
        "acts_inpatient": "Actes hospitalisés",
    }  # fmt: skip
    assert found.rows == "one"
    assert found.mapping is not None


@pytest.mark.parametrize(
    ("headings", "doubt", "code"),
    [
        (("Type",), "class", "activity_doubtful"),
        (("Actes",), "acts_billed", "activity_doubtful"),  # in-patients may be in it
        (("Statut",), "sector", "activity_doubtful"),
        (("Identifiant",), "machine_id", "activity_doubtful"),
        (("Numero d appariel",), "machine_id", "activity_doubtful"),  # misspelt
        (("Machine", "Appareil"), "machine_id", "activity_two_columns"),
        (("Mois",), "class", "activity_unmapped"),
        (("Mois",), "acts_inpatient", "activity_no_inpatients"),
        (("Mois",), "site_id", "activity_no_site"),
    ],
)
def test_what_is_not_sure_is_said(headings: tuple[str, ...], doubt: str, code: str) -> None:
    found = guessed(*headings, "Région")
    assert {name: p.code for name, p in found.doubts.items()}[doubt] == code  # type: ignore[index]
    assert found.doubts[doubt].text("en")  # type: ignore[index]


def test_a_column_of_months_means_several_rows_a_machine() -> None:
    assert guessed("Appareil", "Mois").rows == "several"
    assert guessed("Appareil", "Tranche").rows == "several"
    assert guessed("Appareil", "Couleur").rows == "one"


def test_a_column_serves_once() -> None:
    columns = [o.column for o in guessed("Appareil", "Code", "Type", "Statut").origins.values()]
    named = [column for column in columns if column is not None]
    assert len(named) == len(set(named))


def test_headings_met_twice_and_blank_ones_keep_apart() -> None:
    reader = opened("Appareil", "Actes facturés", "Actes facturés", "")
    assert reader.head.headings == (
        "Appareil", "Actes facturés", "Actes facturés (2)", "(colonne D)",
    )  # fmt: skip


# --- wordings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("class", "IRM 1,5T", "irm_1_5t"),
        ("class", "irm 1.5 Tesla", "irm_1_5t"),
        ("class", "IRM > 1,5 T", "irm_gt_1_5t"),
        ("class", "IRM 3T", "irm_gt_1_5t"),
        ("class", "IRM ≤ 0,5 T", "irm_le_0_5t"),
        ("class", "TEP-TDM", "tep_tdm"),
        ("class", "tdm", "scanner"),
        ("sector", "Libéral", "liberal"),
        ("sector", "ESPIC", "non_profit"),
        ("sector", "G.I.E", None),  # near, not sure
        ("sector", "privé", None),  # could be non-profit
        ("class", "IRM", None),
        ("class", "IRM ≥ 1,5 T", None),
        ("class", "IRM 15 T", None),
        ("region", "ile-de-france", "Île-de-France"),
        ("region", "PACA", "Provence-Alpes-Côte d'Azur"),
        ("zone", "Région parisienne hors Paris", "region_parisienne"),
    ],
)
def test_wordings_that_are_sure(column: str, text: str, code: str | None) -> None:
    assert wordings(column, OPTIONS[column]).get(plain(text)) == code


def test_no_code_is_named_by_the_label_of_another() -> None:
    for column, choices in OPTIONS.items():
        known = wordings(column, choices)
        for code, label in choices.items():
            assert known[plain(label)] == code
            assert known[plain(code)] == code


def test_near_wordings_are_proposed() -> None:
    assert near("privé", "sector", OPTIONS["sector"]) == "liberal"
    assert near("IRM 1,5 Teslas", "class", OPTIONS["class"]) == "irm_1_5t"
    assert near("Bretange", "region", OPTIONS["region"]) == "Bretagne"
    assert near("xyz", "region", OPTIONS["region"]) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("75", "75"), ("1", "01"), ("01", "01"), ("2a", "2A"), ("20", "20"), ("75013", "75"),
        ("01000", "01"), ("20090", "20"), ("2A004", "2A"), ("97411", "974"), ("974", "974"),
        ("Côtes-d'Armor", "22"), ("la reunion", "974"), ("97150", None), ("97133", None),
        ("98", None), ("00", None), ("123", None), ("", None),
    ],
)  # fmt: skip
def test_departments(text: str, code: str | None) -> None:
    assert department(text) == code


def test_the_departments_are_all_there() -> None:
    # 101 departments and the former Corsica (20); eight in Île-de-France.
    assert len(REGION_OF) == 102
    capital = [code for code, region in REGION_OF.items() if region == "Île-de-France"]
    assert [zone_of(code) for code in sorted(capital)] == ["paris"] + ["region_parisienne"] * 7
    assert zone_of("69") == "province"


# --- YAML and what is kept ----------------------------------------------------------------------


def test_yaml_says_how_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(YAML, encoding="utf-8")
    mapping = from_yaml(path)
    found = import_fleet(
        open_file(("parc.csv", FILE.encode()), mapping.layout), mapping, REFERENCE, 2024
    )
    frame = found.fleet.frame
    assert found.fleet.label == "Parc de la région"
    assert frame["machine_id"].tolist() == ["a", "b"]
    assert frame["class"].tolist() == ["irm_gt_1_5t", "scanner"]
    assert frame["acts_billed"].tolist() == [1005, 0]
    assert frame["zone"].tolist() == ["paris", "province"]
    assert frame["region"].tolist() == ["Île-de-France", "Corse"]
    assert frame["installed_on"].dt.strftime("%Y-%m-%d").tolist() == ["2019-12-31", "2018-01-02"]
    assert frame["sector"].tolist() == ["public"] * 2
    assert frame["site_id"].tolist() == ["a", "b"]


def test_yaml_written_reads_back_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(YAML, encoding="utf-8")
    mapping = from_yaml(first)
    second.write_text(mapping.to_yaml(), encoding="utf-8")
    assert from_yaml(second) == mapping


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("rows: several", "rows: many", "invalid_value", 4),
        ("machine_id", "machin_id", "invalid_value", 6),
        ("{column: Id}", "{column: Id, constant: 1}", "activity_origin", 6),
        ("{column: Id}", "{colum: Id}", "unknown_key", 6),
        ("  sector: {constant: public}\n", "", "activity_unmapped", 5),
    ],
)
def test_yaml_is_checked_with_its_lines(
    tmp_path: Path, old: str, new: str, code: str, line: int
) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(YAML.replace(old, new), encoding="utf-8")
    with pytest.raises(FleetError) as caught:
        from_yaml(path)
    assert (code, line) in [(p.code, p.place.line) for p in caught.value.problems]


def codes(text: str, tmp_path: Path) -> list[str]:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    mapping = from_yaml(path)
    with pytest.raises(FleetError) as caught:
        import_fleet(open_file(("f.csv", FILE.encode()), mapping.layout), mapping, REFERENCE, 2024)
    return [problem.code for problem in caught.value.problems]


def test_a_mapping_that_does_not_fit_the_file(tmp_path: Path) -> None:
    assert codes(YAML.replace("Quoi", "Quel"), tmp_path) == ["activity_absent"]
    assert codes(YAML.replace("irm_gt_1_5t", "irm_3t"), tmp_path) == ["activity_code"]
    assert codes(YAML.replace("public", "publik"), tmp_path) == ["activity_wording"]
    hier = YAML.replace("installed_on: {column: Quand}", "installed_on: {constant: hier}")
    assert codes(hier, tmp_path) == ["activity_date"]
    old = hier.replace("hier", "01/01/1970")
    assert codes(old, tmp_path) == ["activity_check"]


def test_the_shape_of_a_file_is_remembered(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(YAML, encoding="utf-8")
    mapping, headings = from_yaml(path), ("Id", "Quoi", "Quand", "Où", "Combien")
    assert recall(headings) is None
    assert remember(mapping, headings)
    assert folder() == kept
    assert recall(headings) == mapping
    assert recall(headings[::-1]) is None
    assert signature(headings) == signature(("ID ", "quoi", "Quand", "OU", "combien"))


def test_what_is_kept_but_no_longer_reads_is_left(kept: Path) -> None:
    headings = ("Id", "Quoi")
    kept.mkdir()
    (kept / f"{signature(headings)}.yaml").write_text("rows: [", encoding="utf-8")
    assert recall(headings) is None


def test_a_folder_that_cannot_be_written_is_not_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file" / "inside"))
    columns = {name: {"constant": "x"} for name in ("machine_id", "class", "installed_on",
               "region", "sector", "acts_billed", "acts_inpatient")}  # fmt: skip
    assert not remember(Mapping.model_validate({"columns": columns}), ("a",))
