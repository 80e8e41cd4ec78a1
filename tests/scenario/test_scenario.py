"""Scenarios: what they refuse, what their hash covers, how two of them differ."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from costing.case.case import make_case
from costing.fleet.table import FleetTable
from costing.problems.errors import ScenarioError
from costing.scenario.rules import SavingsDemand, ScheduleRules
from costing.scenario.scenario import (
    Conventions,
    Override,
    Scenario,
    diff,
    from_json,
)
from costing.values.correlations import Correlation
from tests.shared import REFERENCE
from tests.strategies import scenarios

PRICE = "irm.purchase_price.irm_1_5t"


@given(scenarios())
def test_json_gives_an_equal_scenario_with_an_equal_hash(scenario: Scenario) -> None:
    back = from_json(scenario.to_json())
    assert back == scenario
    assert back.hash == scenario.hash
    assert diff(scenario, back) == []


def test_the_hash_covers_content_and_not_the_name() -> None:
    base = Scenario()
    assert Scenario(name="autre", description="x").hash == base.hash
    assert Scenario(seed=1).hash != base.hash
    assert Scenario(conventions=Conventions(capital="lease")).hash != base.hash


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\u200b \ufeff"])
@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"overrides": [{"parameter": PRICE, "mode": 9e5, "source": None}]}, "overrides.0.source"),
        ({"savings": {"other_levers": [{"label": None, "date": "2026-01-01",
                                        "annual_amount_eur": 1.0}]}},
         "savings.other_levers.0.label"),
        ({"fleet": {"year": 2024, "label": None, "columns": {}}}, "fleet.label"),
    ],
)  # fmt: skip
def test_a_text_that_a_workbook_must_show_is_not_blank(
    content: dict[str, Any], key: str, blank: str
) -> None:
    text = json.dumps(content).replace("null", json.dumps(blank))
    with pytest.raises(ScenarioError) as caught:
        from_json(text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.place.key) == ("invalid_value", key)
    assert "un texte est attendu" in problem.text("fr")


def test_a_seed_has_no_more_digits_than_a_spreadsheet_keeps() -> None:
    assert Scenario(seed=10**15 - 1).seed == 999_999_999_999_999
    with pytest.raises(ScenarioError, match="valeur refusée 1000000000000000"):
        from_json(json.dumps({"seed": 10**15}))


def test_the_order_of_the_overrides_has_no_meaning() -> None:
    one, two = Override(parameter=PRICE, mode=9e5), Override(parameter="communs.rent.*", mode=200)
    left, right = Scenario(overrides=(one, two)), Scenario(overrides=(two, one))
    assert left == right
    assert left.hash == right.hash
    assert Scenario().with_override(one).with_override(two) == left


def test_an_override_replaces_the_earlier_one_and_can_be_taken_back() -> None:
    scenario = Scenario().with_override(Override(parameter=PRICE, mode=9e5))
    again = scenario.with_override(Override(parameter=PRICE, mode=8e5))
    assert [o.mode for o in again.overrides] == [8e5]
    assert again.without_override(PRICE) == Scenario()


def test_the_first_override_is_the_only_difference() -> None:
    after = Scenario().with_override(Override(parameter=PRICE, mode=9e5))
    keys = {d.key for d in diff(Scenario(), after)}
    assert all(key.startswith(f"overrides.{PRICE}.") for key in keys)
    assert f"overrides.{PRICE}.mode" in keys


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"perimetre": "legal_2024"}, "perimetre"),
        ({"conventions": {"capital": "loan"}}, "conventions.capital"),
        ({"savings": {"target_eur": "300"}}, "savings.target_eur"),
        ({"savings": {"target_eur": -1}}, "savings.target_eur"),
        ({"rules": {"step_dates": []}}, "rules.step_dates"),
        ({"rules": {"step_dates": ["2027-07-01", "2027-01-01"]}}, "rules.step_dates"),
        ({"overrides": [{"parameter": "irm", "mode": 1}]}, "overrides.0.parameter"),
        ({"overrides": [{"parameter": PRICE, "mode": True}]}, "overrides.0.mode"),
        ({"overrides": [{"parameter": PRICE, "mode": 1}] * 2}, "overrides"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], key: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_json(json.dumps(change), "essai.json")
    assert any((p.place.key or "").startswith(key) for p in caught.value.problems)
    assert caught.value.problems[0].place.file == "essai.json"
    assert caught.value.text("en") != caught.value.text("fr")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "scenario_json"),
        ("{", "scenario_json"),
        ("[1]", "scenario_format"),
        ('{"format": 99}', "scenario_format"),
        ("null", "scenario_format"),
    ],
)
def test_what_is_no_scenario_is_refused(text: str, code: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_json(text)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), dt.date(2024, 1, 1), [1]])
def test_a_fleet_holds_only_what_json_can_say(value: object) -> None:
    with pytest.raises(ValidationError, match=r"columns\.acts_billed"):
        FleetTable(year=2024, label="", columns={"acts_billed": (value,)})


def test_the_columns_of_a_fleet_are_equally_long() -> None:
    with pytest.raises(ValidationError):
        FleetTable(year=2024, label="", columns={"a": (1, 2), "b": (1,)})


def test_all_the_overrides_at_fault_are_reported_at_once() -> None:
    wrong = Scenario(
        overrides=(
            Override(parameter="irm.purchase_prise.irm_1_5t", mode=1),
            Override(parameter="irm.purchase_price.irm_15t", mode=1),
            Override(parameter="irm.occupancy.*", mode=0.99),
            Override(parameter="communs.rent.*", mode=-5, low=-6),
        )
    )
    with pytest.raises(ScenarioError) as caught:
        make_case(REFERENCE, wrong)
    assert {p.code for p in caught.value.problems} == {
        "unknown_parameter", "unknown_class", "bounds_order", "value_range",
    }  # fmt: skip
    assert "purchase_price" in str(caught.value)  # the near name


def test_an_override_changes_the_cost_of_its_class_alone() -> None:
    from costing.case.costs import annual_cost

    changed = Scenario().with_override(Override(parameter=PRICE, mode=1_300_000, author="Zoé"))
    before, after = make_case(REFERENCE, Scenario()), make_case(REFERENCE, changed)
    one = {code: float(annual_cost(before, code, 6_000).total()) for code in REFERENCE.classes}
    two = {code: float(annual_cost(after, code, 6_000).total()) for code in REFERENCE.classes}
    assert {code for code in one if one[code] != two[code]} == {"irm_1_5t"}
    parameter, value = after.reference.parameter_at(PRICE)
    assert value is not None
    assert (value.mode, value.grade, value.changed_by) == (1_300_000, "D", "Zoé")
    assert parameter.unit == "EUR"


def test_vat_excluded_adds_the_tax_once() -> None:
    """1 000 000 without VAT costs what 1 200 000 with VAT does."""
    from costing.case.costs import annual_cost

    def cost(mode: float, vat: str) -> float:
        override = Override(parameter=PRICE, mode=mode, low=mode, high=mode, vat=vat)
        case = make_case(REFERENCE, Scenario(overrides=(override,)))
        return float(annual_cost(case, "irm_1_5t", 6_000).total())

    assert cost(1_000_000, "excluded") == pytest.approx(cost(1_200_000, "included"), rel=1e-12)
    assert cost(1_000_000, "excluded") > cost(1_000_000, "included")


def test_defaults_agree_with_the_reference_data() -> None:
    """The scenario's defaults are the shipped target's: one of them must not move alone."""
    target = REFERENCE.savings.target
    assert SavingsDemand().target_eur == target.amount_eur
    assert SavingsDemand().share_on_fee == target.share_on_fee.mode
    assert ScheduleRules().step_dates[-1].year == target.years[-1]
    assert Scenario().perimeter in REFERENCE.perimeters


def test_the_reference_fleet_brought_back_has_the_hash_of_its_numbers() -> None:
    """A spreadsheet gives 8000.0 where the file says 8000: one fleet, one hash."""
    table = REFERENCE.fleet.to_table()
    floats = {
        name: tuple(float(v) if isinstance(v, int) else v for v in values)
        for name, values in table.columns.items()
    }
    again = table.model_validate({**table.model_dump(), "columns": floats})
    assert Scenario(fleet=again) == Scenario(fleet=table)
    assert Scenario(fleet=again).hash == Scenario(fleet=table).hash


def test_the_order_and_direction_of_correlations_have_no_meaning() -> None:
    one = Correlation(first="rent", second="works_cost", rank=0.3, reason="bail")
    other = Correlation(first="slot_minutes", second="occupancy", rank=-0.2)
    turned = Correlation(first="works_cost", second="rent", rank=0.3)
    assert Scenario(correlations=(one, other)).hash == Scenario(correlations=(other, turned)).hash
    assert Scenario(correlations=(one,)).hash != Scenario(correlations=(other,)).hash
