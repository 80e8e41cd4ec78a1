"""What an uncertain cost counts for, by hand; floors that hold in the draws as they say."""

from __future__ import annotations

import numpy as np
import pytest

from costing.analysis.uncertainty.uncertainty import fleet_cost_draws
from costing.optimise.risk import DRAWS, risk_of
from costing.optimise.search import reach
from tests.optimise.small import FREE, case_of, demanded_of, found

TEN = np.arange(10.0, 0.0, -1.0)  # 10, 9, … 1: order must not matter


@pytest.mark.parametrize(
    ("risk", "level", "expected"),
    [
        ("mean", 0.8, 5.5),
        ("probability", 0.8, 8.0),  # 8 of 10 draws are at most 8
        ("probability", 0.75, 8.0),  # 7 of 10 are at most 7: not enough
        ("probability", 0.5, 5.0),
        ("cvar", 0.8, 9.5),  # mean of 9 and 10
        ("cvar", 0.75, 9.2),  # (10 + 9 + 8 / 2) / 2.5
        ("cvar", 0.5, 8.0),
    ],
)
def test_by_hand(risk: str, level: float, expected: float) -> None:
    assert risk_of(TEN, risk, level) == pytest.approx(expected)  # type: ignore[arg-type]
    table = np.column_stack([TEN, 2 * TEN])
    assert risk_of(table, risk, level) == pytest.approx([expected, 2 * expected])  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0.7, 0.9])
def test_a_floor_holds_with_its_probability_and_no_more(level: float) -> None:
    """When as much as can be is saved, the class covers its cost in the share of draws asked."""
    case = case_of(
        {"acts_billed": 6_000}, {"acts_billed": 9_000}, floor_share_of_cost={"scanner": 0.9},
        cost_risk="probability", cost_level=level, **FREE,
    )  # fmt: skip
    demanded = demanded_of(case)
    revenue = demanded.machines.revenue_at(reach(demanded).values).sum()
    draws = fleet_cost_draws(case, case.fleet_in(2027), 2027, DRAWS)[1:].sum(axis=1)
    covered = float(np.mean(revenue >= 0.9 * draws - 0.01))
    assert level <= covered <= level + 1 / DRAWS


def test_the_riskier_the_reading_the_higher_the_floor() -> None:
    def revenue(**rules: object) -> float:
        case = case_of(
            {"acts_billed": 6_000}, {"acts_billed": 8_000}, target=500_000,
            floor_share_of_cost={"scanner": 0.8}, **rules,
        )  # fmt: skip
        demanded = found(case).demanded
        block = next(iter(demanded.find("class_floor")))
        mine = demanded.machines.weight
        assert block[1].scope == "scanner"
        return demanded.cost_of(mine)

    principal = revenue()
    half = revenue(cost_risk="probability", cost_level=0.5)
    likely = revenue(cost_risk="probability", cost_level=0.9)
    worst = revenue(cost_risk="cvar", cost_level=0.9)
    mean = revenue(cost_risk="mean")
    assert half < likely < worst
    assert principal != mean
    assert mean < worst
