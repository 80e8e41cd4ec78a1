"""What a concession is worth, against the same asked again with the concession made."""

from __future__ import annotations

import pytest

from costing.optimise.explain import bindings, limits, unit
from costing.optimise.search import reach, search
from tests.optimise.small import case_of, demand, demanded_of

FLEET = (
    {"acts_billed": 9_000},
    {"acts_billed": 6_000},
    {"acts_billed": 7_000, "class": "irm_1_5t"},
    {"acts_billed": 4_200, "class": "irm_1_5t"},
)
RULES = {
    "largest_cut_per_step": 0.2,
    "floor_share_of_cost": {"irm_1_5t": 0.98},
    "demands": (demand("total_cut", 0.25, "scanner"),),
}


def test_each_gain_is_what_solving_again_gives() -> None:
    case = case_of(*FLEET, target=880_000, **RULES)
    demanded = demanded_of(case)
    found = search(demanded)
    assert found.status == "optimal"
    listed = bindings(found, found.prices)
    assert listed
    best = dict(found.goals)["loss"]
    for held in listed:
        ((index, item),) = [
            (i, a) for i, a in enumerate(demanded.requirements)
            if (a.constraint, a.scope) == (held.constraint, held.scope)
        ]  # fmt: skip
        rest = [a for i, a in enumerate(demanded.requirements) if i != index]
        if item.movable:
            rest.insert(index, item.eased(unit(item)))
        again = search(demanded.under(rest))
        assert held.gain == pytest.approx(best - dict(again.goals)["loss"], rel=1e-6, abs=0.5)
        if item.declared.group != "savings":
            more = reach(demanded.under(rest)).most_eur - reach(demanded).most_eur
            assert held.savings_eur == pytest.approx(more, rel=1e-6, abs=0.5)


def test_a_shadow_price_is_the_gain_of_a_small_concession() -> None:
    """Where nothing else changes in between, a thousandth of the target costs its price."""
    case = case_of(*FLEET, target=880_000, **RULES)
    found = search(demanded_of(case))
    (target,) = [b for b in bindings(found, found.prices) if b.constraint == "savings_target"]
    assert target.gain == pytest.approx(880 * (target.shadow_price or 0), rel=0.05)


def test_by_hand_a_point_of_floor_costs_a_point_of_the_class_s_cost() -> None:
    """With a floor alone in the way, savings stop where revenue is 98 % of cost: a point less is
    one per cent of the cost more.
    """
    case = case_of(
        {"acts_billed": 6_000}, floor_share_of_cost={"scanner": 0.9}, largest_cut_per_step=0.9
    )
    demanded = demanded_of(case)
    cost = float(demanded.machines.cost_eur @ demanded.machines.weight)
    (floor,) = [b for b in limits(search(demanded)) if b.constraint == "class_floor"]
    assert floor.savings_eur == pytest.approx(0.01 * cost, rel=1e-6)
    assert "baisser cette limite d'un point" in floor.words


def test_nothing_binds_where_nothing_is_asked() -> None:
    case = case_of({"acts_billed": 9_000}, target=0.0)
    found = search(demanded_of(case))
    assert bindings(found, found.prices) == []
