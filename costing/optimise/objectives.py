"""The linear and integer programs behind a proposal, one function each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.analysis.savings import reached
from costing.optimise.program import FeeProgram
from costing.optimise.solver import Block, Columns, Solution, Status, solve

Floats = NDArray[np.float64]

#: Share of an optimum that the next objective may give up, so that rounding errors do not block it.
SLACK = 1e-9
#: Rounding may move a price by this many units before it is called impossible.
REACH = 3


def shortfall(program: FeeProgram, blocks: list[Block]) -> tuple[float, float]:
    """Least euros by which the savings demands are missed, and the most that can be saved."""
    size = len(program.names)
    soft = [b for b in blocks if b.constraint.startswith("savings")]
    hard = [b for b in blocks if not b.constraint.startswith("savings")]
    count = sum(len(block.labels) for block in soft)
    short = _positive("short", count)
    eased, first = [], 0
    for block in soft:
        rows = len(block.labels)
        ease = sparse.csr_array(
            (-np.ones(rows), (np.arange(rows), first + np.arange(rows))), shape=(rows, count)
        )
        eased.append(replace(block, matrix=sparse.csr_array(sparse.hstack([block.matrix, ease]))))
        first += rows
    objective = np.concatenate([np.zeros(size), np.ones(count)])
    least = solve([program.fees, short], [*hard, *eased], objective)
    most = solve([program.fees], hard, soft[0].matrix.toarray()[0])
    if least.status != "optimal" or most.status != "optimal":
        return float("inf"), 0.0
    by_year = program.savings_of(most.values)
    return least.objective, reached(program.case.scenario.savings, by_year)


def loss_terms(program: FeeProgram) -> tuple[list[Columns], list[Block], Floats]:
    """Columns, rows and objective that measure the loss of the machines below their cost.

    Only machines that can swing get a variable; those always below enter the objective as they
    are, less what does not depend on prices.
    """
    groups, fees = program.groups, program.fees
    gap = groups.cost_eur - groups.fixed_eur
    worst, best = gap - groups.acts @ program.lowest, gap - groups.acts @ program.highest
    swing = np.flatnonzero((worst > 0) & (best < 0))
    below = (best >= 0) * groups.weight
    extra = _positive("loss", len(swing))
    matrix = sparse.hstack([groups.acts[swing], sparse.eye_array(len(swing))])
    labels = tuple(str(i) for i in swing)
    free = np.full(len(swing), np.inf)
    block = Block("loss", sparse.csr_array(matrix), gap[swing], free, labels)
    objective = np.concatenate([-(groups.acts.T @ below), groups.weight[swing]])
    return [fees, extra], [block], objective


def even_prices(
    program: FeeProgram,
    blocks: list[Block],
    columns: list[Columns],
    loss_blocks: list[Block],
    objective: Floats,
    least: Solution,
) -> Floats:
    """Second and third objectives: no more saved than asked, then cuts close to one rate."""
    size = len(program.names)
    total = sum((y.acts for y in program.years), start=np.zeros(size))
    room = SLACK * max(1.0, abs(least.objective)) + 0.01
    kept = [*blocks, *loss_blocks, _row("kept_loss", objective, -np.inf, least.objective + room)]
    frugal = solve(columns, kept, np.concatenate([-total, np.zeros(len(objective) - size)]))
    if frugal.status != "optimal":
        return least.values[:size]
    spent = -frugal.objective
    kept.append(_row("kept_savings", total, spent * (1 - SLACK) - 0.01, np.inf))
    start = program.present
    width = len(objective)
    gaps = _positive("gap", size)
    common = Columns(("common_cut",), np.array([-1.0]), np.array([1.0]))
    # gap ≥ ±(1 - f/start - u), written gap ± f/start ± u ≥ ±1
    cut = sparse.hstack(
        [sparse.diags_array(1 / start), sparse.csr_array((size, width - size))], format="csr"
    )
    one, eye = sparse.csr_array(np.ones((size, 1))), sparse.eye_array(size)
    labels, free = program.names, np.full(size, np.inf)
    upper = sparse.csr_array(sparse.hstack([cut, eye, one]))
    lower = sparse.csr_array(sparse.hstack([-cut, eye, -one]))
    kept += [
        Block("even_up", upper, np.ones(size), free, labels),
        Block("even_down", lower, -np.ones(size), free, labels),
    ]
    euros = program.years[-1].acts * start
    weight = euros / max(euros.sum(), 1.0) + 1e-5
    even = solve(
        [*columns, gaps, common], kept, np.concatenate([np.zeros(width), weight, np.zeros(1)])
    )
    return even.values[:size] if even.status == "optimal" else frugal.values[:size]


def round_prices(program: FeeProgram, blocks: list[Block], prices: Floats) -> tuple[Status, Floats]:
    """Nearest prices in whole units that keep every constraint, and whether there are any.

    The solver may miss a row by its tolerance, which on a year's revenue is euros: the savings rows
    are tightened by as much, so that the target itself is met.
    """
    unit = program.case.scenario.rules.rounding_eur
    size = len(program.names)
    near = np.round(prices / unit)
    whole = Columns(program.names, near - REACH, near + REACH, integer=True)
    away = _positive("away", size)
    eye = sparse.eye_array(size)
    labels, free = program.names, np.full(size, np.inf)
    rows = [
        Block("up", sparse.csr_array(sparse.hstack([eye, eye])), prices / unit, free, labels),
        Block("down", sparse.csr_array(sparse.hstack([-eye, eye])), -prices / unit, free, labels),
    ]
    scaled = [_tightened(replace(b, matrix=b.matrix * unit)) for b in blocks]
    ceiling = sparse.csr_array(eye * unit)
    bounds = Block("bounds", ceiling, program.fees.low, program.fees.high, labels)
    objective = np.concatenate([np.zeros(size), np.ones(size)])
    found = solve([whole, away], [*scaled, bounds, *rows], objective, time_limit=30)
    if not np.isfinite(found.values[:size]).all():
        return found.status, prices
    # Read off in decimal, so that 12.34 is the float that a person would type.
    rounded = np.array([float(f"{np.round(v) * unit:.10g}") for v in found.values[:size]])
    return ("optimal" if _holds(blocks, rounded) else "infeasible"), rounded


def _tightened(block: Block) -> Block:
    if not block.constraint.startswith("savings"):
        return block
    return replace(block, high=block.high - 1e-9 * np.abs(block.high) - 1e-6)


def _holds(blocks: list[Block], prices: Floats) -> bool:
    """Whether prices satisfy every row: the target to the cent, the others to what floats allow."""
    for block in blocks:
        value = block.matrix @ prices
        room = 1e-9 * np.maximum(1.0, np.abs(value))
        if block.constraint.startswith("savings"):
            room = np.full(len(value), 0.005)
        if np.any(value < block.low - room) or np.any(value > block.high + room):
            return False
    return True


def _positive(name: str, count: int) -> Columns:
    return Columns(
        tuple(f"{name}_{i}" for i in range(count)), np.zeros(count), np.full(count, np.inf)
    )


def _row(name: str, values: Floats, low: float, high: float) -> Block:
    return Block(
        name, sparse.csr_array(values[None, :]), np.array([low]), np.array([high]), (name,)
    )


def loss_at(program: FeeProgram, prices: Floats) -> float:
    """Euros that the machines below their cost lose in the last year at given prices."""
    groups = program.groups
    margin = groups.fixed_eur + groups.acts @ prices - groups.cost_eur
    return float(np.maximum(-margin, 0) @ groups.weight)
