"""From demands to prices: what can be saved at most, and the objectives one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.savings import reached
from costing.optimise.columns_and_rows import Build, one_row
from costing.optimise.constraints import price_blocks
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.floors import Counted, floor_blocks
from costing.optimise.objectives import Goal, goal, goals
from costing.optimise.solver import Block, Model, Solution, Status
from costing.run.progress import Progress, silent

Floats = NDArray[np.float64]
#: So many whole numbers that no two machines are put together.
EVERY = 10**9
AboveFloor = dict[tuple[str, str], NDArray[np.bool_]]


@dataclass(frozen=True)
class Reach:
    """The most that can be saved under everything but the savings demands themselves."""

    status: Status
    most_eur: float
    values: Floats
    blocks: tuple[Block, ...] = ()
    duals: tuple[Floats, ...] = ()


@dataclass(frozen=True)
class Search:
    """Prices found, or that there are none.

    demanded: with the structure settled. prices: `(steps x cells,)`, not rounded. goals: what each
    objective came to. above_floor: for each demand that counts machines, which ones keep their
    floor.
    short_eur: how much better the first objective could be at most, when the search stopped or
    machines that differ were put together; 0 when it is the best.
    """

    status: Status
    demanded: DemandedProgram
    prices: Floats
    chosen: dict[str, int]
    goals: tuple[tuple[str, float], ...] = ()
    above_floor: AboveFloor = field(default_factory=dict)
    short_eur: float = 0.0


def begun(
    demanded: DemandedProgram, above_floor: AboveFloor | None = None
) -> tuple[Build, list[Counted]]:
    """The columns and rows of everything asked, without any objective."""
    program = demanded.program
    build = Build(program.columns(demanded.ceiling))
    build.blocks += program.links(demanded.low, demanded.high)
    build.blocks += price_blocks(demanded)
    return build, floor_blocks(demanded, build, above_floor)


def without_savings(demanded: DemandedProgram) -> DemandedProgram:
    """The same, nothing to be saved."""
    savings = {
        i for i, item in enumerate(demanded.requirements) if item.declared.group == "savings"
    }
    return replace(demanded, aside=demanded.aside | savings)


def savings_factors(demanded: DemandedProgram) -> tuple[Floats, float]:
    """What is saved under the demand's reading, as factors of the variables and a constant."""
    years = demanded.program.years
    if demanded.program.case.scenario.savings.reading == "level_2027":
        years = years[-1:]
    acts = np.sum([year.acts for year in years], axis=0)
    return -acts, float(sum(year.baseline_eur - year.fixed_eur for year in years))


def reach(
    demanded: DemandedProgram, above_floor: AboveFloor | None = None, tell: Progress = silent
) -> Reach:
    """The most that can be saved."""
    build, _ = begun(without_savings(demanded), above_floor)
    factors, _ = savings_factors(demanded)
    model = Model(build.columns, build.blocks)
    solution = model.minimise(-factors, tell, "Économies atteignables")
    if not solution.has_point:
        return Reach(solution.status, 0.0, solution.values)
    program = demanded.program
    by_year = program.saved(solution.values)
    most = reached(program.case.scenario.savings, by_year)
    return Reach(solution.status, most, solution.values, tuple(build.blocks), solution.duals)


def search(demanded: DemandedProgram, tell: Progress = silent) -> Search:
    """The scenario's objectives in turn, under everything asked."""
    build, counted = begun(demanded)
    if any(group.integer for group in build.columns):
        return _with_choices(demanded, build, counted, tell)
    return _in_turn(demanded, {}, {}, tell)


def _with_choices(
    demanded: DemandedProgram, build: Build, counted: list[Counted], tell: Progress
) -> Search:
    """Whole numbers first: the structure and the machines left below, by the first objective."""
    program = demanded.program
    first = goal(demanded, build, program.case.scenario.rules.objectives[0])
    model = Model(build.columns, build.blocks)
    solution = model.minimise(first.factors, tell, "Structure et appareils à protéger")
    if solution.status == "infeasible" and any(floor.grouped for floor in counted):
        # Machines put together may be what makes it impossible: each gets a switch of its own.
        return search(replace(demanded, switches=EVERY), tell)
    if not solution.has_point:
        return Search(solution.status, demanded, np.full(program.prices, np.nan), {})
    stopped, best = solution.status == "stopped", solution.objective
    short = max(0.0, best - solution.bound)
    if program.split:
        solution = _least_change(demanded, model, first, solution, tell)
    chosen = program.chosen(solution.values)
    if any(floor.grouped for floor in counted):
        short = max(short, best - _relaxed(demanded))
    above_floor = {
        floor.item.key: floor.line.at(solution.values)
        >= -1e-6 * np.maximum(1.0, demanded.machines.cost_eur)
        for floor in counted
    }
    settled = DemandedProgram(program.settled(chosen), demanded.requirements, aside=demanded.aside)
    done = _in_turn(settled, above_floor, chosen, tell)
    if done.status == "infeasible":
        return Search("stopped", settled, done.prices, chosen)
    status: Status = "stopped" if stopped or done.status == "stopped" else "optimal"
    return Search(
        status, settled, done.prices, chosen, done.goals, above_floor,
        short if short > 1e-6 * max(1.0, abs(best)) else 0.0,
    )  # fmt: skip


def _least_change(
    demanded: DemandedProgram, model: Model, first: Goal, solution: Solution, tell: Progress
) -> Solution:
    """Among the best, the structure closest to today's."""
    _keep(model, first, solution.objective)
    changed = np.zeros(model.size)
    for (_, variant), place in demanded.program.switches.items():
        changed[place] = float(variant > 0)
    closest = model.minimise(changed, tell, "Structure la plus proche de celle d'aujourd'hui")
    return closest if closest.has_point else solution


def _relaxed(demanded: DemandedProgram) -> float:
    """A bound on the first objective: every switch any number, no machines put together."""
    build, _ = begun(replace(demanded, switches=EVERY))
    target = goal(demanded, build, demanded.program.case.scenario.rules.objectives[0])
    loose = [replace(group, integer=False) for group in build.columns]
    return Model(loose, build.blocks).minimise(target.factors).objective


def _in_turn(
    demanded: DemandedProgram, above_floor: AboveFloor, chosen: dict[str, int], tell: Progress
) -> Search:
    """Objective after objective, each optimum kept while the next is sought."""
    program = demanded.program
    build, _ = begun(demanded, above_floor)
    targets = goals(demanded, build)
    model = Model(build.columns, build.blocks)
    values = np.full(program.prices, np.nan)
    status: Status = "optimal"
    reports = []
    for number, target in enumerate(targets):
        tell(number / len(targets), "Objectifs, l'un après l'autre")
        solution = model.minimise(target.factors, tell, "Objectifs, l'un après l'autre")
        if not solution.has_point:
            if number:
                # The optimum so far, within the slack, is as far as the solver goes.
                status = "stopped" if solution.status == "stopped" else status
                break
            return Search(solution.status, demanded, values, chosen)
        values = solution.values[: program.prices]
        reports.append((target.id, target.at(solution.values)))
        status = solution.status if solution.status == "stopped" else status
        _keep(model, target, solution.objective)
    return Search(status, demanded, values, chosen, tuple(reports), above_floor)


def _keep(model: Model, target: Goal, best: float) -> None:
    """A row that keeps an optimum, to its slack."""
    room = target.slack + 1e-9 * abs(best)
    row = one_row(target.factors)
    model.add(Block(f"kept_{target.id}", row, np.array([-np.inf]), np.array([best + room])))
