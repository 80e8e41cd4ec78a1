"""Drawn fleets and demands: the same problem written again (`tests.optimise.naive`), for SciPy.

Costs, revenue and the menu's definitions are all that the two have in common: nothing here reads
the program's rows.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costing.case.case import Case
from costing.fee.schedule import Reform
from costing.optimise.propose import propose
from costing.optimise.search import reach, search
from costing.scenario.rules import StructureChoice
from tests.checked import checked, must_check
from tests.optimise.drawn import CLASSES, few, machines, one_of, rules, with_target
from tests.optimise.naive import Naive
from tests.optimise.small import LONG_AGO, REFERENCE, case_of, demand, demanded_of

EUROS = ("loss", "largest_loss", "near_cost", "exact")
OBJECTIVES = (
    *EUROS, "even", "even_modality", "even_class", "even_zone", "even_sector", "fewest_cells",
    "smooth",
)  # fmt: skip
#: Shares of what can be saved; not all of it, where what solvers may miss by decides.
PART, MORE = st.floats(0.1, 0.99), st.floats(1.01, 1.05)


def near(name: str) -> Any:
    """How close two solvers come: a tenth of a euro or a millionth, or that much of a share."""
    return {"rel": 1e-6, "abs": 0.1} if name in EUROS else {"abs": 3e-4 if name == "even" else 1e-5}


@must_check(reached=0.3, compared=0.1)
@few(15)
@given(st.data())
def test_the_most_saved_and_every_objective_in_turn(data: st.DataObject) -> None:
    asked = data.draw(rules())
    asked["cost_risk"] = data.draw(one_of("principal", "principal", "mean", "probability", "cvar"))
    asked["cost_level"] = data.draw(one_of(0.5, 0.8, 0.95))
    names = data.draw(st.lists(one_of(*OBJECTIVES), min_size=1, max_size=3, unique=True))
    saving = {
        "reading": data.draw(one_of("cumulated", "level_2027")),
        "yearly_eur": data.draw(one_of({}, {}, {2027: 1_000.0}, {2026: 1e5, 2027: 2e5})),
        "carry_over": data.draw(st.booleans()),
    }
    fleet = data.draw(machines())
    free = case_of(*fleet, **asked, savings={**saving, "yearly_eur": {}})
    read = Naive(free)
    most = read.most_saved()
    if np.isnan(most):
        assert reach(demanded_of(free)).status == "infeasible"
        return
    assert reach(demanded_of(free)).most_eur == pytest.approx(most, rel=1e-6, abs=0.1)
    checked("reached")
    target = max(0.0, data.draw(PART | MORE) * most)
    case = case_of(*fleet, target=target, **asked, objectives=tuple(names), savings=saving)
    theirs, mine = Naive(case, like=read).best(*names), search(demanded_of(case))
    assert (mine.status == "infeasible") == (not theirs.possible)
    counted = {"machine_floor", "machines_below", "acts_below"} & {
        item.constraint for item in case.scenario.rules.demands
    }
    values = dict(mine.goals)
    for number, (name, value) in enumerate(zip(names, theirs.values, strict=False)):
        # Who is left below is settled by the first objective (docs/decisions/007); and past the
        # evenest effort, prices that pay nobody weigh too little for the solvers to agree.
        if (counted and number) or "even" in names[:number]:
            break
        assert values[name] == pytest.approx(value, **near(name))
        checked("compared")


@must_check(rounded=0.2)
@few(10)
@given(st.data())
def test_rounded_prices_keep_every_demand(data: st.DataObject) -> None:
    fleet, asked = data.draw(machines()), data.draw(rules())
    asked["rounding_eur"] = data.draw(one_of(0.01, 0.1, 1.0))
    case = case_of(*fleet, **asked)
    answer = reach(demanded_of(case))
    assume(answer.status == "optimal")
    case = with_target(case, max(0.0, 0.8 * answer.most_eur))
    proposal = propose(case)
    if proposal.schedule is None:
        assert proposal.status != "optimal"
        return
    prices = np.array([list(row.values()) for row in proposal.prices.values()])
    unit = asked["rounding_eur"]
    assert np.abs(prices / unit - np.round(prices / unit)).max() < 1e-6
    assert Naive(case).broken(prices) == []
    assert sum(proposal.savings.values()) >= case.scenario.savings.target_eur
    checked("rounded")


# --- structure: every variant tried ---------------------------------------------------------------

_LIMITS = ("reference_activity", "threshold_1", "threshold_2")
CHOICES = {
    "reference_activity": ((3_000.0,), (2_000.0, 5_000.0)),
    "threshold_1": ((7_000.0,), (9_000.0, 10_000.0)),
    "amortisation_years": ((5.0,), (4.0, 10.0)),
    "rank_factor": ((0.5,), (0.7, 0.9)),
}


def reforms(case: Case) -> list[Reform | None]:
    """Every structure that the scenario's choices allow: one candidate a choice, or as it is."""
    choices, found = case.scenario.rules.structure, []
    classes = case.reference.classes
    for picks in product(*((None, *choice.candidates) for choice in choices)):
        reform = Reform(case.scenario.rules.step_dates[0], {}, {}, {})
        for code, entry in classes.items():
            limits = list(entry.limits)
            for name in CHOICES:
                own = [
                    pick
                    # A code that names a class too speaks of the class.
                    for scope in (code, "" if entry.modality in classes else entry.modality, "*")
                    for choice, pick in zip(choices, picks, strict=True)
                    if (choice.parameter, choice.scope) == (name, scope)
                ]
                if not own or own[0] is None:
                    continue
                if name == "amortisation_years":
                    reform.amortisation_years[code] = own[0]  # type: ignore[index]
                elif name == "rank_factor":
                    reform.rank_factor[code] = own[0]  # type: ignore[index]
                elif _LIMITS.index(name) < len(limits):
                    limits[_LIMITS.index(name)] = own[0]
            if tuple(limits) != entry.limits:
                reform.limits[code] = tuple(limits)  # type: ignore[index]
        found.append(reform)
    return found


@st.composite
def structures(draw: st.DrawFn) -> tuple[StructureChoice, ...]:
    found = {}
    for name in draw(st.lists(one_of(*CHOICES), min_size=1, max_size=2)):
        scope = draw(one_of(*CLASSES))
        found[name, scope] = StructureChoice(
            parameter=name, scope=scope, candidates=draw(one_of(*CHOICES[name]))
        )
    return tuple(found.values())


#: Pushed below or not: that depends on the cost, which a structure changes.
COUNTS = ("machines_below", "acts_below")


@pytest.mark.slow
@must_check(reached=0.3, compared=0.2)
@few(10)
@given(st.data())
def test_the_structure_is_the_best_of_all(data: st.DataObject) -> None:
    asked = data.draw(rules(COUNTS))
    asked["structure"] = data.draw(structures())
    name = data.draw(one_of("loss", "largest_loss", "near_cost", "exact", "even_class", "smooth"))
    fleet = data.draw(machines(3))
    case = case_of(*fleet, **asked, objectives=(name,))
    variants = [Naive(case, reform) for reform in reforms(case)]
    most = [theirs.most_saved() for theirs in variants]
    answer = reach(demanded_of(case))
    if np.isnan(most).all():
        assert answer.status == "infeasible"
        return
    assert answer.most_eur == pytest.approx(np.nanmax(most), rel=1e-6, abs=0.1)
    checked("reached")
    case = with_target(case, max(0.0, data.draw(PART) * answer.most_eur))
    answers = [Naive(case, theirs.reform, theirs).best(name) for theirs in variants]
    values = [theirs.values[0] for theirs in answers if theirs.possible]
    mine = search(demanded_of(case))
    assert (mine.status == "infeasible") == (not values)
    if values:
        assert dict(mine.goals)[name] == pytest.approx(min(values), **near(name))
        checked("compared")


# --- many machines --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["loss", "largest_loss"])
def test_machines_put_together_or_left_out_change_nothing(name: str) -> None:
    """Some 200 machines of the reference fleet, many of them alike, one row each."""
    frame = REFERENCE.fleet.frame.iloc[::17]
    acts = (frame["acts_billed"] / 500).round() * 500
    alike = frame.assign(acts_billed=acts, acts_inpatient=0.0, weight=1.0)
    fleet = [
        {**row, "installed_on": LONG_AGO if row["installed_on"].year < 2018 else "2023-01-01"}
        for row in alike.drop(columns="machine_id").to_dict("records")
    ]
    case = case_of(*fleet, demands=(demand("machine_floor", 0.3),), objectives=(name,))
    assert 150 < len(case.fleet.frame) < 300
    demanded = demanded_of(case)
    assert len(demanded.machines.alike[0]) < 0.9 * len(fleet)
    most = reach(demanded).most_eur
    theirs = Naive(case)
    assert most == pytest.approx(theirs.most_saved(), rel=1e-6)
    case = with_target(case, 0.7 * most)
    value = dict(search(demanded_of(case)).goals)[name]
    assert value > 1_000
    assert value == pytest.approx(Naive(case).best(name).values[0], rel=1e-6)
