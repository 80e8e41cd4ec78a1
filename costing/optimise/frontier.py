"""What more savings cost: the best of one measure for each level of another, from end to end.

Every point is an optimum: the least of `against` when at least so much is saved (or, between two
objectives, when the first is at most so much). One model serves all the points: only the limit of
one row changes, and each solve starts where the last one stood.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.savings import reached
from costing.case.case import Case
from costing.optimise.columns_and_rows import one_row
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.demands import requirements
from costing.optimise.objectives import Goal, goal, loss_now
from costing.optimise.program import fee_program
from costing.optimise.search import begun, savings_factors
from costing.optimise.solver import Block, Model, Solution
from costing.problems.errors import InputError, problem
from costing.run.progress import Progress, silent
from costing.scenario.menu import OBJECTIVES

Floats = NDArray[np.float64]

SAVINGS = "savings"
#: Euros below cost under which a machine is at its cost.
NEAR = 0.5


@dataclass(frozen=True)
class Point:
    """One schedule of the frontier.

    level, value: of the two measures. slope: what one more euro saved, or one unit less of a first
    objective, costs of the second, there (the shadow price); NaN with whole numbers. prices:
    `(steps x cells,)`, not rounded. share_below: machines below their cost.
    """

    level: float
    value: float
    slope: float
    savings_eur: float
    loss_eur: float
    share_below: float
    prices: Floats


@dataclass(frozen=True)
class Frontier:
    """Points in order; `measure` is `savings` or an objective, `against` an objective."""

    case: Case
    measure: str
    against: str
    points: tuple[Point, ...]
    stopped: bool


def frontier(
    case: Case,
    measure: str = SAVINGS,
    against: str = "loss",
    points: int = 21,
    tell: Progress = silent,
) -> Frontier:
    """The frontier between two measures under the scenario's demands; savings replace its target.

    Raises:
        InputError: a measure that is not one, twice the same, fewer than two points, or demands
            that contradict each other before anything is saved.
    """
    _check(measure, against, points)
    program = fee_program(case)
    everything = requirements(case)
    # Between two objectives the target stays; against savings, it is what varies.
    varies = "savings_target" if measure == SAVINGS else ""
    remaining = [item for item in everything if item.constraint != varies]
    demanded = DemandedProgram(program, tuple(remaining))
    build, _ = begun(demanded)
    first = _savings(demanded) if measure == SAVINGS else goal(demanded, build, measure)
    second = goal(demanded, build, against)
    model = Model(build.columns, build.blocks)
    tell(0.02, "Extrémités de la frontière")
    ends = _ends(model, first, second, tell)
    row = Block("level", one_row(first.factors), np.array([-np.inf]), np.array([np.inf]))
    number = len(model.blocks)
    model.add(row)
    model.afresh()  # the end found last is the far one
    optima, stopped = [], False
    levels = np.linspace(*ends, points)
    for step, level in enumerate(levels):
        tell(0.05 + 0.95 * step / points, f"Point {step + 1} sur {points}")
        model.limit(number, high=np.array([level + first.slack * (1 + 1e-9 * abs(level))]))
        solution = model.minimise(second.factors, tell, f"Point {step + 1} sur {points}")
        stopped |= solution.status == "stopped"
        if solution.has_point:
            slope = float(-solution.duals[number][0]) if solution.duals else float("nan")
            optima.append(_point(demanded, first, second, solution, level, slope))
    tell(1.0, "Terminé")
    return Frontier(case, measure, against, tuple(optima), stopped)


def at_point(case: Case, chosen: Frontier, point: Point) -> Case:
    """The scenario that asks for what a point saves, from the fee alone: its schedule is opened."""
    demand = case.scenario.savings.model_copy(
        update={
            "target_eur": max(0.0, float(np.floor(point.savings_eur))),
            "share_on_fee": 1.0,
            "other_levers": (),
        }
    )
    rules = case.scenario.rules
    objectives = (chosen.against, *(name for name in rules.objectives if name != chosen.against))
    reordered = rules.model_copy(update={"objectives": objectives})
    scenario = case.scenario.model_copy(update={"savings": demand, "rules": reordered})
    return replace(case, scenario=scenario)


def _check(measure: str, against: str, points: int) -> None:
    problems = [
        problem("unknown_choice", None, name, near="", known=", ".join(known))
        for name, known in ((measure, (SAVINGS, *OBJECTIVES)), (against, tuple(OBJECTIVES)))
        if name not in known
    ]
    if measure == against:
        problems.append(problem("frontier_same", None, measure))
    if not 2 <= points <= 200:
        problems.append(problem("draws_range", None, points, low=2, high=200))
    if problems:
        raise InputError(problems)


def _savings(demanded: DemandedProgram) -> Goal:
    """Savings as something to make least: with the sign turned."""
    factors, constant = savings_factors(demanded)
    return Goal(SAVINGS, -factors, -constant, 0.01)


def _ends(model: Model, first: Goal, second: Goal, tell: Progress) -> tuple[float, float]:
    """The first measure where the second is best, then at its own best (in the row's terms)."""
    words = "Extrémités de la frontière"
    best = model.minimise(second.factors, tell, words)
    if not best.has_point:
        raise InputError(problem("frontier_empty"))
    number = len(model.blocks)
    room = second.slack + 1e-9 * abs(best.objective)
    best_row = Block(
        "kept", one_row(second.factors), np.array([-np.inf]), np.array([best.objective + room])
    )
    model.add(best_row)
    start = model.minimise(first.factors, tell, words)
    model.limit(number, high=np.array([np.inf]))
    end = model.minimise(first.factors, tell, words)
    if not (start.has_point and end.has_point):
        raise InputError(problem("frontier_empty"))
    return start.objective, end.objective


def _point(
    demanded: DemandedProgram,
    first: Goal,
    second: Goal,
    solution: Solution,
    level: float,
    slope: float,
) -> Point:
    program, rows = demanded.program, demanded.machines
    values = solution.values[: program.size]
    short = rows.cost_at(values) - rows.revenue_at(values)
    total = first.constant + level
    return Point(
        level=-total if first.id == SAVINGS else total,
        value=second.at(solution.values),
        slope=slope,
        savings_eur=reached(program.case.scenario.savings, program.saved(values)),
        loss_eur=loss_now(rows, values),
        share_below=float(rows.weight @ (short > NEAR)) / float(rows.weight.sum()),
        prices=values[: program.prices],
    )
