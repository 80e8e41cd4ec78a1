"""Demands that contradict each other: a set without anything idle, and the least that must give."""

from __future__ import annotations

from typing import Any

import pytest

from costing.menu import CONSTRAINTS
from costing.optimise.asked import asked, without
from costing.optimise.conflict import conflict, missing
from costing.optimise.proposal import Proposal, propose
from costing.optimise.search import reach, search
from tests.optimise.small import case_of, demand, setting_of

TWO = ({"acts_billed": 6_000}, {"acts_billed": 7_000, "class": "irm_1_5t"})


def blocked(**content: Any) -> Proposal:
    """A demand that nothing meets."""
    proposal = propose(case_of(*TWO, **content))
    assert proposal.status == "infeasible"
    return proposal


def test_the_set_is_irreducible() -> None:
    setting = setting_of(
        case_of(*TWO, target=900_000, demands=(demand("total_cut", 0.12), demand("zone_gap", 0.5)))
    )
    found = conflict(setting, reach(setting).most_eur)
    assert found.exact
    titles = [item.title(setting.program.case.reference) for item in setting.asked]
    told = found.together
    members = [i for i, title in enumerate(titles) if any(t.startswith(title) for t in told)]
    assert members
    alone = setting.under([setting.asked[i] for i in members])
    assert search(alone).status == "infeasible"
    for i in range(len(members)):
        assert search(alone.under(without(alone.asked, i))).status == "optimal"


def test_by_hand_the_least_cut_that_would_be_enough() -> None:
    """One CT, 150 000 asked: 84.91937 of 89.72 is a cut of 5.351 % (test_proposal.py).

    Told to a hundredth of a point, on the side where it is enough: 5.36 %.
    """
    proposal = propose(case_of({"acts_billed": 6_000}, target=150_000, largest_cut_per_step=0.05))
    (way,) = [w for w in proposal.conflict if w.constraint == "step_cut"]
    assert way.enough
    assert way.value == 0.05
    assert way.needed == pytest.approx(0.0536, abs=1e-9)
    assert "5,36 %" in way.words


@pytest.mark.parametrize(
    ("content", "constraint"),
    [
        ({"demands": (demand("total_cut", 0.14),)}, "total_cut"),
        ({"demands": (demand("phased_cut", 0.12),)}, "phased_cut"),
        ({"largest_cut_per_step": 0.15}, "step_cut"),
    ],
)
def test_what_is_needed_is_enough_and_a_little_less_is_not(
    content: dict[str, Any], constraint: str
) -> None:
    most = propose(case_of(*TWO, **content)).reachable_eur
    proposal = blocked(target=1.02 * most, **content)
    (way,) = [w for w in proposal.conflict if w.constraint == constraint]
    assert way.enough
    assert way.needed is not None
    setting = setting_of(proposal.case)
    ((index, item),) = setting.find(constraint)
    looser = CONSTRAINTS[constraint].looser

    def short(value: float) -> float:
        return missing(setting.under((*without(setting.asked, index), item.moved(value))))

    assert short(way.needed) < 1
    assert short(way.needed - looser * 3e-4) > 1


def test_what_is_asked_of_the_fee_can_always_give() -> None:
    proposal = blocked(target=900_000)
    (way,) = [w for w in proposal.conflict if w.constraint == "savings_target"]
    assert way.needed == pytest.approx(proposal.reachable_eur)
    assert way.enough
    assert proposal.conflict[-1].constraint == "savings_target" or not proposal.conflict[-1].enough


def test_a_floor_out_of_reach_is_impossible_by_itself_and_tells_how_many_must_be_left() -> None:
    """Two CTs, one of 500 acts that no price admitted can save: half must be left below."""
    case = case_of(
        {"acts_billed": 9_000}, {"acts_billed": 500}, demands=(demand("machine_floor", 1.0),)
    )
    proposal = propose(case)
    assert proposal.status == "infeasible"
    assert "impossible à elle seule" in proposal.words
    assert "50,0 %" in proposal.words  # already below
    share = next(w for w in proposal.conflict if w.level)
    assert share.needed == pytest.approx(0.5)
    value = next(w for w in proposal.conflict if not w.level)
    assert value.needed is not None
    assert 0 < value.needed < 1
    eased = propose(
        case_of(
            {"acts_billed": 9_000}, {"acts_billed": 500},
            demands=(demand("machine_floor", value.needed),),
        )
    )  # fmt: skip
    assert eased.status == "optimal"


def test_everything_asked_is_one_list() -> None:
    case = case_of(*TWO, target=1.0, demands=(demand("step_cut", 0.1),), floor_share_of_cost={})
    found = asked(case)
    # A demand for all replaces the field of the same constraint.
    assert [item.value for item in found if item.constraint == "step_cut"] == [0.1]
