"""Intervals around the cost of an act: principal estimates, coverage, and sums of classes."""

from __future__ import annotations

import datetime as dt

import pytest

from costing.analysis.account.comparison import compare
from costing.analysis.draws.intervals import class_intervals
from costing.case.case import make_case
from costing.scenario.scenario import Conventions, Override, Scenario
from tests.shared import REFERENCE
from tests.strategies import fleet_of

MARCH_2024 = dt.date(2024, 3, 1)


@pytest.mark.parametrize("activity", ["observed", "normative", "reference"])
def test_principal_estimates_are_those_of_the_comparison(activity: str) -> None:
    case = make_case(REFERENCE, Scenario(conventions=Conventions(activity=activity)))
    found = class_intervals(case, MARCH_2024, draws=10).set_index(["kind", "code"])
    _, overall = compare(case, MARCH_2024)
    for row in overall[overall["weighting"] == "euro"].to_dict("records"):
        kind = "all" if row["modality"] == "all" else "modality"
        assert found.loc[(kind, row["modality"]), "markup"] == pytest.approx(row["markup"])


def test_an_interval_of_one_uncertain_value_is_worked_out_by_hand() -> None:
    """Only the consumables of an act are uncertain, everything else held at its mode.

    1.5 T, 6 500 acts; consumables PERT 2 / 3 / 5 € an act, and 9 % of them again in management and
    taxes (0.08 + 0.01 of running costs): cost per act 114.3361 + 1.09 × (x - 3).
    """
    held = [
        Override(parameter=address, mode=value.mode, low=value.mode, high=value.mode)
        for address, parameter, value in REFERENCE.values()
        if parameter.distribution != "fixed" and "consumables" not in address
    ]
    fleet = fleet_of({"class": "irm_1_5t", "acts_billed": 6_500})
    case = make_case(REFERENCE, Scenario(fleet=fleet, overrides=tuple(held)))
    row = class_intervals(case, MARCH_2024, draws=50_000).iloc[0]
    assert row["cost_per_act_eur"] == pytest.approx(743_184.3889 / 6_500, abs=1e-4)
    # Three standard errors of a 5 % quantile: 3 √(0.05 × 0.95 / 50 000) over a density of 0.14.
    # Quantiles of the beta(7/3, 11/3) on [2, 5], by scipy.stats 1.17: 2.3285 and 4.1399.
    assert row["cost_per_act_eur_p05"] == pytest.approx(114.3361 + 1.09 * (2.3285 - 3), abs=0.022)
    assert row["cost_per_act_eur_p95"] == pytest.approx(114.3361 + 1.09 * (4.1399 - 3), abs=0.022)
    assert row["revenue_per_act_eur_p05"] == row["revenue_per_act_eur_p95"]
    assert row["above_cost"] == 1


def test_quantiles_are_in_order_and_rows_name_all_that_the_fleet_holds() -> None:
    found = class_intervals(make_case(REFERENCE, Scenario()), MARCH_2024, draws=500)
    for name in ("cost_per_act_eur", "revenue_per_act_eur", "markup"):
        assert (found[f"{name}_p05"] <= found[f"{name}_p50"]).all()
        assert (found[f"{name}_p50"] <= found[f"{name}_p95"]).all()
    assert list(found["code"]) == [*REFERENCE.classes, "scanner", "irm", "tep", "all"]
