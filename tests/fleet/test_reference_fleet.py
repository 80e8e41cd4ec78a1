"""The reference fleet: rebuilt byte for byte, its calibration recomputed from the CSV."""

import datetime as dt
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from costing import paths
from costing.fleet.columns import (
    COLUMNS,
    METROPOLITAN,
    OVERSEAS,
    REGIONS,
    SECTORS,
)
from costing.fleet.fleet import validate
from costing.reference.load import load_schedule
from costing.values.sources import load_sources
from costing.values.yaml_lines import read
from tests.shared import REFERENCE

DIRECTORY = paths.MODELS / "fleet"
CSV = DIRECTORY / "parc_2024.csv"
CALIBRATION = DIRECTORY / "calibration.yaml"
TARGETS = {
    entry["id"]: entry
    for entry in yaml.safe_load(CALIBRATION.read_text(encoding="utf-8"))["targets"]
}
KEYS = {
    "id", "label", "target", "low", "high", "reached", "unit", "source", "grade", "note",
}  # fmt: skip
IDF = "Île-de-France"

# Reference activities of the official tables, acts a year; CT: the project's working value.
REFERENCE_ACTIVITY = {
    "irm_le_0_5t": 3500, "irm_0_5t_1_5t": 4000, "irm_1_5t": 4750, "irm_1_5t_membres": 4500,
    "irm_1_5t_osteo": 4500, "irm_gt_1_5t": 4500, "scanner": 6500, "tep": 1000, "tep_tdm": 1000,
}  # fmt: skip

# INSEE, legal populations in force on 1 January 2024 (page 7728783); Mayotte: census of 2017.
POPULATION = {
    "Auvergne-Rhône-Alpes": 8_114_361, "Bourgogne-Franche-Comté": 2_800_194,
    "Bretagne": 3_394_567, "Centre-Val de Loire": 2_573_303, "Corse": 347_597,
    "Grand Est": 5_561_287, "Guadeloupe": 384_315, "Guyane": 286_618,
    "Hauts-de-France": 5_995_292, "La Réunion": 871_157, "Martinique": 360_749,
    "Mayotte": 256_518, "Normandie": 3_327_966, "Nouvelle-Aquitaine": 6_069_352,
    "Occitanie": 6_022_176, "Pays de la Loire": 3_853_999,
    "Provence-Alpes-Côte d'Azur": 5_127_840,
}  # fmt: skip


@pytest.fixture(scope="module")
def schedule():
    return load_schedule()


@pytest.fixture(scope="module")
def fleet():
    """The rows as the file gives them, with the sums that the targets speak of."""
    frame = pd.read_csv(CSV, comment="#", parse_dates=["installed_on"])
    return frame.assign(
        acts=frame["acts_billed"] + frame["acts_inpatient"],
        age=(pd.Timestamp("2024-01-01") - frame["installed_on"]).dt.days / 365.25,
        amortised=frame["installed_on"] < "2017-01-01",
        hospital=frame["sector"].isin(["public", "non_profit"]),
    )


@pytest.fixture(scope="module")
def recomputed(fleet, schedule):
    """Every target from the CSV, written apart from the generator's own measures."""
    parts = {m: fleet[fleet["modality"] == m] for m in ("irm", "scanner", "tep")}
    irm, scanner, tep = parts.values()
    found = {}
    for name, part in parts.items():
        inside, outside = part[part["hospital"]], part[~part["hospital"]]
        found[f"machines_{name}"] = len(part)
        found[f"machines_{name}_hospital"] = len(inside)
        found[f"machines_{name}_idf"] = (part["region"] == IDF).sum()
        found[f"share_public_{name}"] = (inside["sector"] == "public").mean()
        found[f"share_gie_{name}"] = (outside["sector"] == "gie").mean()
        found[f"amortised_{name}"] = part["amortised"].mean()
        found[f"acts_{name}"] = part["acts"].sum() / len(part)
    for name, part in (("irm", irm), ("scanner", scanner)):
        for group, rows in (
            ("hospital", part["hospital"]),
            ("liberal", part["sector"] == "liberal"),
            ("gie", part["sector"] == "gie"),
        ):
            found[f"acts_{name}_{group}"] = part[rows]["acts"].mean()
            inpatient = part[rows]["acts_inpatient"].sum() / part[rows]["acts"].sum()
            found[f"inpatient_{name}_{group}"] = inpatient
        reference = part["class"].map(REFERENCE_ACTIVITY)
        found[f"mean_over_reference_{name}"] = part["acts"].sum() / reference.sum()
    for code in REFERENCE_ACTIVITY:
        if code.startswith("irm"):
            found[f"share_{code}"] = (irm["class"] == code).mean()
        if code.startswith("tep"):
            found[f"share_{code}"] = (tep["class"] == code).mean()
    found["acts_tep_total"] = tep["acts"].sum()
    found["inpatient_tep"] = tep["acts_inpatient"].sum() / tep["acts"].sum()
    found["age_scanner"] = scanner["age"].mean()
    private = irm[~irm["hospital"]]["acts"]
    found["private_irm_below_4000"] = (private < 4000).mean()
    found["private_irm_4500_8000"] = ((private >= 4500) & (private <= 8000)).mean()
    found["private_irm_above_8000"] = (private > 8000).mean()
    found["private_irm_highest"] = private.max()
    paid = fleet[fleet["modality"] != "tep"]
    found["share_paris_in_idf"] = (paid["zone"] == "paris").sum() / (paid["region"] == IDF).sum()
    found["region_gap"] = max(_region_gap(irm), _region_gap(scanner))
    machines = _machines(paid, schedule)
    found["revenue_ct_mri"] = schedule.revenue(machines, 2024).sum()
    tariff_2024 = schedule.frozen(dt.date(2024, 3, 1)).revenue(machines, 2027)
    found["saving_2027"] = (tariff_2024 - schedule.revenue(machines, 2027)).sum()
    return found


def _region_gap(part):
    counts = part[part["region"] != IDF].groupby("region").size()
    people = pd.Series(POPULATION)
    return (counts - counts.sum() * people / people.sum()).abs().max()


def _machines(rows, schedule):
    return validate(rows, schedule.classes, 2024, "parc_2024.csv", True).machines(schedule, 2024)


def test_generator_reproduces_the_committed_files(tmp_path):
    script = DIRECTORY / "generate.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)
    for path in (CSV, CALIBRATION):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_every_target_is_recomputed(recomputed):
    assert set(TARGETS) <= set(recomputed)


@pytest.mark.parametrize("target", TARGETS)
def test_target_is_in_its_range_and_reached_is_true(target, recomputed):
    entry, value = TARGETS[target], recomputed[target]
    assert entry["low"] <= value <= entry["high"]
    # The generator knows the populations to the nearest thousand, this file to the unit.
    tolerance = {"abs": 0.02} if target == "region_gap" else {"rel": 1e-3}
    assert entry["reached"] == pytest.approx(value, **tolerance)


@pytest.mark.parametrize("target", TARGETS)
def test_target_is_well_formed(target):
    entry = TARGETS[target]
    assert set(entry) == KEYS
    assert set(entry["label"]) == {"fr", "en"}
    assert entry["low"] <= entry["target"] <= entry["high"]
    assert entry["grade"] in {"A", "B", "C", "D"}
    assert entry["note"]
    if "hypothese-de-travail" in entry["source"]:
        assert entry["grade"] == "D"


def test_targets_cite_known_sources():
    sources = load_sources(read(paths.MODELS / "sources.yaml"))
    cited = {key for entry in TARGETS.values() for key in entry["source"]}
    assert cited <= set(sources)


def test_fees_of_2024_are_the_published_total(recomputed):
    # 1.7 Md€ in 2024 (IGAS-IGF, 2025), read as CT and MRI of all operators.
    assert recomputed["revenue_ct_mri"] == pytest.approx(1.7e9, rel=5e-4)


def test_counts_of_the_published_fleet(fleet):
    # 1,312 MRI and 1,432 CT installed in 2024 (IGAS-IGF, 2025).
    counts = fleet["modality"].value_counts()
    assert counts["irm"] == 1312
    assert counts["scanner"] == 1432
    assert (fleet["weight"] == 1).all()
    assert fleet["machine_id"].is_unique


def test_all_classes_sectors_and_regions_are_there(fleet):
    assert set(fleet["class"]) == set(REFERENCE_ACTIVITY)
    assert len(METROPOLITAN) == 13
    assert len(OVERSEAS) == 5
    for modality in ("irm", "scanner"):
        part = fleet[fleet["modality"] == modality]
        assert set(part["region"]) == set(REGIONS)
        assert set(part["sector"]) == set(SECTORS)


def test_a_site_is_one_place_and_its_machines_are_ranked(fleet):
    assert (fleet.groupby("site_id")[["zone", "region", "sector"]].nunique() == 1).all(axis=None)
    ranked = fleet.sort_values("rank_on_authorisation", kind="stable")
    for _, ranks in ranked.groupby(["site_id", "modality"])["rank_on_authorisation"]:
        assert list(ranks) == list(range(1, len(ranks) + 1))
    assert set(fleet["rank_on_authorisation"]) == {1, 2, 3}


def test_dates_and_acts_are_plausible(fleet):
    assert fleet["installed_on"].between("2003-01-01", "2023-12-31").all()
    for column in ("acts_billed", "acts_inpatient"):
        assert np.issubdtype(fleet[column].dtype, np.integer)
    assert (fleet["acts_billed"] > 0).all()
    assert (fleet["acts_inpatient"] >= 0).all()
    # 98 scans in 18 hours, every day: the best published throughput of a CT (Boland 2004).
    assert fleet["acts"].max() < 98 * 365


def test_the_first_line_warns_in_french():
    first, header, *rest = CSV.read_text(encoding="utf-8").splitlines()
    assert first.startswith("# Parc synthétique")
    assert header == ",".join(COLUMNS)
    assert not any("#" in line for line in rest)


def test_the_reference_data_carry_this_fleet(fleet):
    carried = REFERENCE.fleet
    assert carried.synthetic
    assert carried.year == 2024
    assert list(carried.frame["machine_id"]) == list(fleet["machine_id"])
