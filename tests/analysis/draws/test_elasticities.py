"""Exact derivatives of the costs: by hand on small models, against central differences on all."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pytest

from costing.analysis.draws.cohort import cohort
from costing.analysis.draws.elasticities import (
    cohort_elasticities,
    derivatives,
    elasticities,
)
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost
from costing.problems.errors import FormulaError
from costing.reference.load import load_reference
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.values.catalogue import Population
from tests.shared import REFERENCE

CASE = make_case(REFERENCE, Scenario())
MRI = "irm_1_5t"
CLOSE = 1e-6

MODEL = """
modality: essai
label: {fr: Essai, en: Test}
classes:
  - {code: essai, label: {fr: Essai, en: Test}}
parameters:
  - name: price
    label: {fr: Prix, en: Price}
    unit: EUR
    distribution: fixed
    values:
      - {class: "*", mode: 100000, vat: excluded, source: [hypothese-de-travail], grade: D}
  - name: life
    label: {fr: Durée, en: Life}
    unit: year
    distribution: fixed
    values:
      - {class: "*", mode: 10, source: [hypothese-de-travail], grade: A}
  - name: per_act
    label: {fr: Par acte, en: Per act}
    unit: EUR/act
    distribution: fixed
    values:
      - {class: "*", mode: 30, vat: included, source: [hypothese-de-travail], grade: B}
  - name: free_acts
    label: {fr: Actes offerts, en: Free acts}
    unit: act/year
    distribution: fixed
    values:
      - {class: "*", mode: 400, source: [hypothese-de-travail], grade: B}
  - name: power
    label: {fr: Puissance, en: Power}
    unit: number
    distribution: fixed
    values:
      - {class: "*", mode: 2, source: [hypothese-de-travail], grade: B}
derived:
  - name: beyond
    label: {fr: Au-delà, en: Beyond}
    unit: act/year
    formula: acts - free_acts
lines:
  - id: depreciation
    label: {fr: Amortissement, en: Depreciation}
    poste: amortissement_equipement
    per: year
    formula: (1 - amortised) * price / life
  - id: consumables
    label: {fr: Consommables, en: Consumables}
    poste: consommables
    per: year
    formula: LINE
"""


def small(directory: Path, line: str, *overrides: Override) -> Case:
    (directory / "essai.yaml").write_text(MODEL.replace("LINE", line), encoding="utf-8")
    return make_case(load_reference([directory]), Scenario(overrides=overrides))


# --- by hand --------------------------------------------------------------------------------------


def test_derivatives_by_hand(tmp_path: Path) -> None:
    """C = (1 - a) 1.2 p / n + c max(N - F, 0): at 1 000 acts, 12 000 + 30 × 600 = 30 000."""
    case = small(tmp_path, "per_act * max(beyond, 0)")
    assert case.vat_rate("essai") == pytest.approx(0.2)
    cost, slopes = derivatives(case, "essai", 1_000, 0.0)
    assert cost == pytest.approx(30_000)
    assert {name: float(slope) for name, slope in slopes.items()} == pytest.approx(
        {
            "price": 1.2 / 10,
            "vat_rate": 100_000 / 10,
            "life": -120_000 / 100,
            "per_act": 600,
            "free_acts": -30,
            "acts": 30,
        }
    )
    # each times its mode, over 30 000; `acts` is no parameter
    assert elasticities(case, "essai", 1_000, 0.0) == pytest.approx(
        {"price": 0.4, "vat_rate": 2_000 / 30_000, "life": -0.4, "per_act": 0.6, "free_acts": -0.4}
    )


def test_arrays_of_machines_are_summed(tmp_path: Path) -> None:
    case = small(tmp_path, "per_act * max(beyond, 0)")
    acts, amortised = np.array([1_000.0, 100.0, 2_000.0]), np.array([0.0, 0.0, 1.0])
    cost, slopes = derivatives(case, "essai", acts, amortised)
    # under 400 acts nothing is paid for: the part of `max` that is not taken has no derivative
    assert cost == pytest.approx([30_000, 12_000, 48_000])
    assert slopes["per_act"] == pytest.approx([600, 0, 1_600])
    assert slopes["free_acts"] == pytest.approx([-30, 0, -30])
    assert slopes["price"] == pytest.approx([0.12, 0.12, 0])
    found = elasticities(case, "essai", acts, amortised)
    assert found["per_act"] == pytest.approx(2_200 * 30 / 90_000)
    assert found["price"] == pytest.approx(24_000 / 90_000)


def test_lines_per_act(tmp_path: Path) -> None:
    text = MODEL.replace("per: year\n    formula: LINE", "per: act\n    formula: per_act / power")
    (tmp_path / "essai.yaml").write_text(text, encoding="utf-8")
    case = make_case(load_reference([tmp_path]), Scenario())
    cost, slopes = derivatives(case, "essai", 1_000, 0.0, frozenset({"consommables"}))
    # 30 / 2 = 15 an act
    assert cost == pytest.approx(15_000)
    assert {n: float(s) for n, s in slopes.items()} == pytest.approx(
        {"per_act": 500, "power": -7_500, "acts": 15}
    )


def test_powers(tmp_path: Path) -> None:
    case = small(tmp_path, "per_act * acts * power ** (life / (life + life))")
    _, slopes = derivatives(case, "essai", 1_000, 0.0, frozenset({"consommables"}))
    # 30 000 × 2^(1/2): half of 30 000 / 2^(1/2) to the power, and life cancels out
    assert float(slopes["power"]) == pytest.approx(15_000 / 2**0.5)
    assert float(slopes["life"]) == pytest.approx(0, abs=1e-9)


def test_a_parameter_at_zero_and_a_cost_of_nothing_have_no_elasticity(tmp_path: Path) -> None:
    nothing = Override(parameter="essai.per_act.*", mode=0.0)
    case = small(tmp_path, "per_act * acts", nothing)
    assert "per_act" not in elasticities(case, "essai", 1_000, 0.0)
    assert elasticities(case, "essai", 1_000, 1.0) == {}


def test_a_derivative_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    # the slope of a square root is infinite at zero
    case = small(tmp_path, "per_act * acts * max(beyond / acts, 0) ** 0.5")
    assert derivatives(case, "essai", 1_000, 0.0)[0] > 0
    with pytest.raises(FormulaError) as caught:
        derivatives(case, "essai", 400, 0.0)
    (fault,) = caught.value.problems
    assert (fault.code, fault.value) == ("slope_undefined", "consumables")


# --- against central differences ------------------------------------------------------------------


def by_differences(case: Case, code: str, acts: float, amortised: float) -> dict[str, float]:
    """Elasticity of the cost to each parameter that moves it, 0.01 % up and down."""
    modes = {name: value.mode for name, value in case.reference.values_of(code).items()}
    found = {}
    for name, mode in (modes | {"vat_rate": case.vat_rate(code)}).items():
        up, down = (
            float(annual_cost(case, code, acts, amortised, {name: mode * factor}).total())
            for factor in (1.0001, 0.9999)
        )
        found[name] = (up - down) / (up + down) / 1e-4
    return {name: elasticity for name, elasticity in found.items() if abs(elasticity) > 1e-9}


@pytest.mark.parametrize("code", list(REFERENCE.class_labels))
@pytest.mark.parametrize("charge", ["none", "economic"])
@pytest.mark.parametrize("capital", ["annuity", "straight_line", "lease"])
def test_every_class_against_differences(code: str, capital: str, charge: str) -> None:
    scenario = Scenario(conventions=Conventions(capital=capital, amortised_charge=charge))  # type: ignore[arg-type]
    case = make_case(REFERENCE, scenario)
    for acts, amortised in itertools.product((100.0, 6_500.0), (0.0, 1.0)):
        exact = elasticities(case, code, acts, amortised)
        near = by_differences(case, code, acts, amortised)
        assert len(near) > 10
        assert exact == pytest.approx(near, abs=CLOSE)
        cost, slopes = derivatives(case, code, acts, amortised)
        assert cost == pytest.approx(float(annual_cost(case, code, acts, amortised).total()))
        up, down = (float(annual_cost(case, code, acts + d, amortised).total()) for d in (1, -1))
        assert slopes["acts"] == pytest.approx((up - down) / 2, rel=CLOSE)


@pytest.mark.parametrize("activity", ["observed", "normative", "reference"])
def test_a_cohort_against_differences(activity: str) -> None:
    population = Population(modality=("scanner", "irm"))
    machines = cohort(CASE, population, activity, dt.date(2025, 1, 1))
    postes = frozenset(REFERENCE.perimeter("legal_2024").postes)
    found = cohort_elasticities(machines, postes)
    modes = {a: CASE.reference.parameter_at(a)[1].mode for a in machines.inputs.addresses}  # type: ignore[union-attr]
    step, count = 1e-5, len(modes)
    values = {address: np.full(2 * count, mode) for address, mode in modes.items()}
    for index, address in enumerate(modes):
        values[address][index] *= 1 + step
        values[address][count + index] *= 1 - step
    cost = machines.accounts(values).cost(postes)
    near = (cost[:count] - cost[count:]) / (cost[:count] + cost[count:]) / step
    for address, slope in zip(modes, near, strict=True):
        assert found.get(address, 0.0) == pytest.approx(slope, abs=CLOSE)
    scale = f"machine_classes.{'normative' if activity == 'normative' else 'reference'}_activity"
    moved = {address for address in found if address.startswith(scale)}
    assert bool(moved) == (activity != "observed")
    assert found["communs.inpatient_cost_weight.*"] < 0
