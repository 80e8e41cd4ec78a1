r"""A proposed fee schedule: the optimum, what binds, or why there is none and what to relax.

The scenario's objectives are sought one after the other, each optimum kept while the next is
sought; by default: least loss of the machines below their cost,
$\min \sum_m w_m (C_m - R_m)^+$; no more saved than asked; the effort even. Prices are then rounded
to whole units (a cent, say) by a small integer program that keeps every constraint, the target
first of all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.savings import reached, required_from_fee
from costing.case.case import Case
from costing.fee.schedule import Cell, FeeSchedule
from costing.fleet.fleet import Fleet
from costing.optimise.behaviour import settle
from costing.optimise.conflict import conflict
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.demands import requirements
from costing.optimise.explain import bindings, limits
from costing.optimise.objectives import loss_now
from costing.optimise.program import FeeProgram, fee_program
from costing.optimise.proposal import Proposal
from costing.optimise.proposal_words import (
    conflict_words,
    optimal_words,
    stopped_words,
    unroundable_words,
)
from costing.optimise.rounding import round_prices
from costing.optimise.search import Search, begun, reach, search
from costing.run.progress import Progress, silent, within

Floats = NDArray[np.float64]


def propose(case: Case, tell: Progress = silent) -> Proposal:
    """The best schedule for a scenario, or the conflict between its demands.

    Raises:
        ScenarioError: step dates out of order or outside the target's years; too many structures;
            answers of the fleet that do not settle.
        TariffError, InputError: the fleet cannot be paid or costed.
    """
    if case.scenario.rules.behaviour.idle:
        return _propose(case, {}, tell)

    def solve(fleets: Mapping[int, Fleet]) -> FeeSchedule | None:
        demanded = DemandedProgram(fee_program(case, fleets), requirements(case))
        searched = search(demanded)
        if not np.isfinite(searched.prices).all():
            return None
        return _schedule(searched.demanded.program, searched.prices)

    answers = settle(case, solve, within(tell, 0.0, 0.7))
    return replace(_propose(case, answers.fleets, within(tell, 0.7, 1.0)), answers=answers)


def _propose(case: Case, fleets: Mapping[int, Fleet], tell: Progress) -> Proposal:
    """The same for a fleet that does not move."""
    tell(0.02, "Lecture du parc et des barèmes")
    demanded = DemandedProgram(fee_program(case, fleets), requirements(case))
    required = required_from_fee(case.scenario.savings, case.reference.savings.target.years)
    tell(0.1, "Économies atteignables")
    most = reach(demanded, tell=tell)
    searched = search(demanded, within(tell, 0.2, 0.6))
    if searched.status == "infeasible":
        possible = most.most_eur if most.status != "infeasible" else None
        return _blocked(demanded, required, possible, within(tell, 0.5, 1.0))
    if not np.isfinite(searched.prices).all():
        return Proposal(case, "stopped", required, most.most_eur, stopped_words())
    tell(0.65, "Arrondi des tarifs")
    build, _ = begun(searched.demanded, searched.above_floor)
    status, rounded = round_prices(
        searched.demanded.program, build.blocks, searched.prices,
        searched.demanded.low, searched.demanded.high, tell,
    )  # fmt: skip
    if status == "infeasible":
        words = unroundable_words(case, required, most.most_eur)
        return Proposal(case, "infeasible", required, most.most_eur, words)
    if status == "stopped" and not np.isfinite(rounded).all():
        return Proposal(case, "stopped", required, most.most_eur, stopped_words())
    proposal = _answered(searched, rounded, required, most.most_eur, within(tell, 0.7, 1.0))
    tell(1.0, "Terminé")
    return proposal


def _answered(
    searched: Search, prices: Floats, required: float, reachable: float, tell: Progress
) -> Proposal:
    """A schedule and what explains it."""
    program = searched.demanded.program
    case, rows = program.case, program.machines
    saved = program.saved(prices)
    present = float(np.maximum(rows.present_cost_eur - rows.present_eur, 0.0) @ rows.weight)
    loss = loss_now(rows, prices)
    reached_eur = reached(case.scenario.savings, saved)
    still = bool(np.allclose(prices, program.present, atol=1e-9))
    proposal = Proposal(
        case=case,
        status="stopped" if searched.status == "stopped" or searched.short_eur else "optimal",
        required_eur=required,
        reachable_eur=reachable,
        words="",
        schedule=_schedule(program, prices),
        prices=_by_date(program, prices),
        savings=saved,
        loss_eur=loss,
        present_loss_eur=present,
        binding=tuple(bindings(searched, prices, within(tell, 0.0, 0.6))),
        limiting=tuple(limits(searched, within(tell, 0.6, 1.0))),
        goals=searched.goals,
        short_eur=searched.short_eur,
    )
    return replace(proposal, words=optimal_words(proposal, reached_eur, still))


def _blocked(
    demanded: DemandedProgram, required: float, reachable: float | None, tell: Progress
) -> Proposal:
    """No schedule: which demands contradict each other, and the least way out of each."""
    case = demanded.program.case
    contradiction = conflict(demanded, reachable, tell)
    words = conflict_words(case, required, reachable, contradiction)
    return Proposal(
        case=case,
        status="infeasible",
        required_eur=required,
        reachable_eur=reachable or 0.0,
        words=words,
        conflict=contradiction.ways,
        contradicting=contradiction.contradicting,
        exact=contradiction.exact,
    )


def _by_date(program: FeeProgram, prices: Floats) -> dict[dt.date, dict[Cell, float]]:
    table = prices.reshape(len(program.steps), -1)
    return {
        step: dict(zip(program.cells, map(float, row), strict=True))
        for step, row in zip(program.steps, table, strict=True)
    }


def _schedule(program: FeeProgram, prices: Floats) -> FeeSchedule:
    """Prices, and the structure of the program, as a schedule."""
    first = program.steps[0]
    reforms = tuple(reform for reform in program.schedule.reforms if reform.date >= first)
    official = program.case.reference.schedule
    clean = np.maximum(prices, 0.0)
    return official.with_prices(_by_date(program, clean), "proposition", reforms)
