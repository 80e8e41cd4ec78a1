"""Draws of what is not known: against the closed form of their laws, and against themselves.

PERT on low a, mode m, high b: mean (a + 4m + b) / 6, variance (mean - a)(b - mean) / 7 (a beta
whose two shapes sum to 6; Malcolm et al., 1959). Samples are held to three standard errors, of the
mean (σ / √n) and of the variance (√((μ4 - σ⁴) / n)).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from costing.analysis import uncertainty
from costing.analysis.uncertainty import (
    cost_chunks,
    cost_draws,
    fleet_cost_draws,
    sample,
    used_values,
)
from costing.costs import annual_cost, fleet_cost
from costing.errors import InputError
from costing.fleet import from_table
from costing.load import load_reference
from costing.parameters import Distribution, Value
from costing.reference import Case
from costing.scenario import Conventions, FleetTable, Override, Scenario, from_json

REFERENCE = load_reference()
CASE = REFERENCE.case(Scenario())
SIZE = 200_000


def value(low: float, mode: float, high: float) -> Value:
    return Value(scope="*", low=low, mode=mode, high=high, source=("essai",), grade="D")


def check_moments(drawn: np.ndarray[Any, Any], law: Any, mean: float, variance: float) -> None:
    """The sample's mean and variance within three standard errors of the law's."""
    assert float(law.mean()) == pytest.approx(mean)  # the test's own law is the one meant
    assert float(law.var()) == pytest.approx(variance)
    size = len(drawn)
    fourth = (float(law.stats(moments="k")) + 3) * variance**2
    assert abs(drawn.mean() - mean) < 3 * np.sqrt(variance / size)
    assert abs(drawn.var() - variance) < 3 * np.sqrt((fourth - variance**2) / size)


@pytest.mark.parametrize(
    ("low", "mode", "high", "mean", "variance"),
    [
        # rent: (150 + 880 + 400) / 6; 88.3333 × 161.6667 / 7
        (150, 220, 400, 238.3333333, 2_040.0793651),
        # slot of a 1.5 T: (18 + 96 + 40) / 6; 7.6667 × 14.3333 / 7
        (18, 24, 40, 25.6666667, 15.6984127),
        # mode at the low end: (3 500 + 4 × 3 500 + 6 500) / 6 = 4 000; 500 × 2 500 / 7
        (3_500, 3_500, 6_500, 4_000, 178_571.4285714),
        # mode at the high end, below zero
        (-0.03, 0.03, 0.03, 0.02, 0.05 * 0.01 / 7),
    ],
)
def test_pert(low: float, mode: float, high: float, mean: float, variance: float) -> None:
    drawn = sample(np.random.default_rng(1), value(low, mode, high), "pert", SIZE)
    assert low <= drawn.min() <= drawn.max() <= high
    width = high - low
    shape = 4 * (mode - low) / width
    law = stats.beta(1 + shape, 5 - shape, loc=low, scale=width)
    check_moments(drawn, law, mean, variance)


def test_triangular_and_uniform() -> None:
    # Triangular 0, 3, 12: mean 5, variance (0 + 9 + 144 - 0 - 0 - 36) / 18 = 6.5.
    drawn = sample(np.random.default_rng(2), value(0, 3, 12), "triangular", SIZE)
    check_moments(drawn, stats.triang(0.25, loc=0, scale=12), 5, 6.5)
    # Uniform from 2 to 8: mean 5, variance 36 / 12; the mode has no say.
    drawn = sample(np.random.default_rng(3), value(2, 7, 8), "uniform", SIZE)
    check_moments(drawn, stats.uniform(2, 6), 5, 3)


@pytest.mark.parametrize("distribution", ["pert", "triangular", "uniform", "fixed"])
def test_a_value_without_width_is_its_mode(distribution: Distribution) -> None:
    drawn = sample(np.random.default_rng(4), value(7, 7, 7), distribution, 5)
    assert drawn.tolist() == [7] * 5


# --- costs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(REFERENCE.class_labels))
@pytest.mark.parametrize("amortised", [0.0, 1.0])
def test_draw_0_is_the_principal_estimate(code: str, amortised: float) -> None:
    drawn = cost_draws(CASE, code, 5_000, amortised, 50)
    expected = float(annual_cost(CASE, code, 5_000, amortised).total())
    assert drawn.shape == (50,)
    assert drawn[0] == pytest.approx(expected, rel=1e-12)
    assert len(set(drawn.tolist())) == 50


def test_draw_0_of_an_mri_is_the_cost_worked_out_by_hand() -> None:
    # See tests/test_costs.py.
    assert cost_draws(CASE, "irm_1_5t", 6_500, 0.0, 1)[0] == pytest.approx(743_184.3889, abs=0.005)


def test_the_seed_makes_the_draws() -> None:
    def drawn(seed: int, given: int | None = None) -> list[float]:
        case = REFERENCE.case(Scenario(seed=seed))
        return cost_draws(case, "scanner", 8_000, 0.0, 100, given).tolist()

    assert drawn(1) == drawn(1)
    assert drawn(1)[1:] != drawn(2)[1:]
    assert drawn(1)[0] == drawn(2)[0]
    assert drawn(1, given=2) == drawn(2)
    assert drawn(2**40) != drawn(2**41)  # the seed is not cut short


def test_a_seed_that_cannot_be_one_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="seed"):
        from_json('{"seed": -1}')


def test_the_perimeter_and_conventions_are_the_scenario_s() -> None:
    scenario = Scenario(
        perimeter="investment_only", conventions=Conventions(amortised_charge="economic")
    )
    drawn = cost_draws(REFERENCE.case(scenario), "irm_1_5t", 6_500, 1.0, 2)
    # annuity over eight years 139 952.8142 and works 43 412.5347 (tests/test_costs.py)
    assert drawn[0] == pytest.approx(183_365.3489, abs=0.005)


def test_used_values_are_those_that_the_cost_rests_on() -> None:
    used = used_values(CASE, "irm_1_5t")
    assert {"rent", "purchase_price", "contrast_share", "cost_of_capital"} <= used.keys()
    # fixed, without width, or of no use to a cost
    assert not {"ancillary_price", "vat_rate", "normative_activity", "threshold_1"} & used.keys()
    assert used["slot_minutes"][0].bounds == (18, 40)
    still = Override(parameter="communs.rent.*", mode=220, low=220, high=220)
    assert "rent" not in used_values(REFERENCE.case(Scenario(overrides=(still,))), "irm_1_5t")


ROOMS = """
modality: NAME
label: {fr: NAME, en: NAME}
classes:
  - {code: NAME_a, label: {fr: a, en: a}}
  - {code: NAME_b, label: {fr: b, en: b}}
parameters:
  - name: floor_area
    label: {fr: Surface, en: Area}
    unit: m2
    values:
      - {class: NAME_a, low: 100, mode: 100, high: 100, source: [hypothese-de-travail], grade: D}
      - {class: NAME_b, low: 250, mode: 250, high: 250, source: [hypothese-de-travail], grade: D}
  - name: upkeep
    label: {fr: Entretien, en: Upkeep}
    unit: EUR/year
    values:
      - {class: "*", low: 0, mode: UPKEEP, high: UPKEEP, vat: included,
         source: [hypothese-de-travail], grade: D}
lines:
  - id: premises
    label: {fr: Locaux, en: Premises}
    poste: locaux
    per: year
    formula: floor_area * rent + upkeep
"""


def rooms(directory: Path, upkeep: int = 0) -> Case:
    """Two modalities of two classes that pay a rent, and an uncertain upkeep besides."""
    for name in ("salle", "cabine"):
        text = ROOMS.replace("NAME", name).replace("UPKEEP", str(upkeep))
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_reference([directory]).case(Scenario())


def test_a_shared_value_is_drawn_alike_everywhere(tmp_path: Path) -> None:
    case = rooms(tmp_path)
    areas = {"salle_a": 100, "salle_b": 250, "cabine_a": 100, "cabine_b": 250}
    rents = {code: cost_draws(case, code, 1, 0.0, SIZE) / area for code, area in areas.items()}
    for rent in rents.values():
        np.testing.assert_allclose(rent, rents["salle_a"], rtol=1e-12)
    # and it is the PERT of the rent
    law = stats.beta(1 + 4 * 70 / 250, 1 + 4 * 180 / 250, loc=150, scale=250)
    check_moments(rents["salle_a"], law, 238.3333333, 2_040.0793651)


def test_what_else_is_uncertain_does_not_change_a_value_s_draws(tmp_path: Path) -> None:
    (tmp_path / "sans").mkdir()
    (tmp_path / "avec").mkdir()
    alone = cost_draws(rooms(tmp_path / "sans"), "salle_a", 1, 0.0, 1_000)
    case = rooms(tmp_path / "avec", 500)
    upkeep = cost_draws(case, "salle_a", 1, 0.0, 1_000) - alone
    assert upkeep[0] == pytest.approx(500)
    assert 0 <= upkeep.min() < 300 < upkeep.max() <= 500 + 1e-9
    # two classes of a modality share the upkeep; two modalities have each their own
    again = cost_draws(case, "salle_b", 1, 0.0, 1_000) - 2.5 * alone
    np.testing.assert_allclose(again, upkeep, atol=1e-6)
    other = cost_draws(case, "cabine_a", 1, 0.0, 1_000) - alone
    assert abs(np.corrcoef(other[1:], upkeep[1:])[0, 1]) < 3 / np.sqrt(999)
    assert abs(np.corrcoef(alone[1:], upkeep[1:])[0, 1]) < 3 / np.sqrt(999)


def test_an_amount_without_vat_is_drawn_with_its_vat() -> None:
    free = Override(parameter="communs.rent.*", mode=220, vat="excluded")
    case = REFERENCE.case(Scenario(overrides=(free,)))
    dearer = cost_draws(case, "scanner", 5_000, 0.0, 200)
    plain = cost_draws(CASE, "scanner", 5_000, 0.0, 200)
    assert (dearer > plain).all()
    # 120 m² × 220 × 0.20 × 1.09 of management and taxes, in the principal estimate
    assert dearer[0] - plain[0] == pytest.approx(5_755.2, abs=0.01)


@pytest.mark.parametrize("chunk", [1, 7, 1_000_000])
def test_chunks_change_nothing(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    acts, amortised = np.array([3_000.0, 8_000.0, 12_000.0]), np.array([0.0, 1.0, 0.0])
    whole = cost_draws(CASE, "irm_1_5t", acts, amortised, 40)
    alone = cost_draws(CASE, "irm_1_5t", 8_000, 1.0, 40)
    monkeypatch.setattr(uncertainty, "CHUNK", chunk)
    again = cost_draws(CASE, "irm_1_5t", acts, amortised, 40)
    np.testing.assert_array_equal(again, whole)
    np.testing.assert_allclose(whole[:, 1], alone, rtol=1e-12)
    sizes = [len(part) for part in cost_chunks(CASE, "irm_1_5t", acts, amortised, 40)]
    assert sum(sizes) == 40
    assert max(sizes) <= max(1, chunk // 3)


@pytest.mark.parametrize("draws", [2, 4])
def test_draws_are_never_paired_with_machines(draws: int) -> None:
    """One number of acts and two states: `(draws, machines)`, or refused; never `(draws,)`."""
    both = np.array([0.0, 1.0])
    try:
        found = cost_draws(CASE, "irm_1_5t", 5_000.0, both, draws)
    except InputError:
        return
    assert found.shape == (draws, 2)
    np.testing.assert_allclose(found[:, 0], cost_draws(CASE, "irm_1_5t", 5_000.0, 0.0, draws))


def small_fleet() -> FleetTable:
    machines = [
        ("irm_1_5t", "2023-06-01", 6_000, 500),
        ("scanner", "2012-01-01", 7_000, 2_000),
        ("irm_1_5t", "2010-01-01", 4_000, 0),
        ("irm_gt_1_5t", "2020-05-05", 3_000, 0),
        ("scanner", "2022-01-01", 0, 0),
    ]
    rows = [
        {
            "machine_id": f"m{i}", "site_id": "s", "modality": REFERENCE.classes[code].modality,
            "class": code, "installed_on": installed, "zone": "province", "region": "Bretagne",
            "sector": "public", "rank_on_authorisation": 1, "acts_billed": billed,
            "acts_inpatient": inpatient, "weight": 1,
        }
        for i, (code, installed, billed, inpatient) in enumerate(machines)
    ]  # fmt: skip
    columns = {name: tuple(row[name] for row in rows) for name in rows[0]}
    return FleetTable(year=2024, label="essai", columns=columns)


def test_draws_of_a_fleet_are_those_of_its_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = from_table(small_fleet(), REFERENCE.classes)
    found = fleet_cost_draws(CASE, fleet, 2024, 30)
    assert found.shape == (30, 5)
    np.testing.assert_allclose(found[0], fleet_cost(CASE, fleet, 2024), rtol=1e-12)
    states = [
        ("irm_1_5t", 6_500, 0.0), ("scanner", 9_000, 1.0), ("irm_1_5t", 4_000, 1.0),
        ("irm_gt_1_5t", 3_000, 0.0), ("scanner", 0, 0.0),
    ]  # fmt: skip
    for column, (code, acts, amortised) in enumerate(states):
        alone = cost_draws(CASE, code, acts, amortised, 30)
        np.testing.assert_allclose(found[:, column], alone, rtol=1e-12)
    monkeypatch.setattr(uncertainty, "CHUNK", 8)
    np.testing.assert_array_equal(fleet_cost_draws(CASE, fleet, 2024, 30), found)
