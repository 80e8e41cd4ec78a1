"""Prices in whole units, as near as can be, that keep everything asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.optimise.columns_and_rows import Build
from costing.optimise.program import FeeProgram
from costing.optimise.solver import Block, Columns, Model, Status
from costing.run.progress import Progress, silent

Floats = NDArray[np.float64]

#: Rounding moves a price by this many units at most; by any number where that is not enough, as
#: where only a price of few acts is free to give back what rounding the others up costs.
REACH = 3
_TIME_LIMIT = 30.0


def round_prices(
    program: FeeProgram,
    blocks: Sequence[Block],
    prices: Floats,
    low: Floats,
    high: Floats,
    tell: Progress = silent,
) -> tuple[Status, Floats]:
    """Nearest prices in whole units that keep every row, and whether there are any.

    The solver may miss a row by its tolerance, which on a year's revenue is euros: the savings rows
    are tightened by as much, so that the target itself is met.
    """
    unit = program.case.scenario.rules.rounding_eur
    status, rounded = _nearest(program, blocks, prices, (low, high), REACH, tell)
    if status == "infeasible":
        far = float(np.ceil(np.max(np.maximum(high, prices)) / unit))
        status, rounded = _nearest(program, blocks, prices, (low, high), far, tell)
    return status, rounded


def _nearest(
    program: FeeProgram,
    blocks: Sequence[Block],
    prices: Floats,
    limits: tuple[Floats, Floats],
    units: float,
    tell: Progress,
) -> tuple[Status, Floats]:
    """The same, no price moved by more than some units."""
    unit = program.case.scenario.rules.rounding_eur
    size = program.prices
    near = np.round(prices / unit)
    build = Build([Columns(program.names, near - units, near + units, integer=True)])
    away = build.new("away", size, bulk=True)
    eye = sparse.csr_array(sparse.eye_array(size))
    build.rows("up", [(0, eye), (away, eye)], prices / unit, bulk=True)
    build.rows("down", [(0, -eye), (away, eye)], -prices / unit, bulk=True)
    # Of bounds and rows, those that a rounding can break.
    low, high = np.minimum(limits[0], prices), np.maximum(limits[1], prices)
    build.rows("bounds", [(0, eye * unit)], low, high, bulk=True)
    for block in blocks:
        kept = tightened(at_stake(block, prices, (units + 1) * unit))
        build.blocks.append(replace(kept, matrix=sparse.csr_array(kept.matrix * unit)))
    objective = np.concatenate([np.zeros(size), np.ones(size)])
    model = Model(build.columns, build.blocks, time_limit=_TIME_LIMIT)
    solution = model.minimise(objective, tell, "Arrondi des tarifs")
    if not solution.has_point:
        return solution.status, np.full(size, np.nan)  # prices that are not rounded are no answer
    # Read off in decimal, so that 12.34 is the float that a person would type.
    rounded = np.array([float(f"{np.round(v) * unit:.10g}") for v in solution.values[:size]])
    return ("optimal" if holds(blocks, rounded) else "infeasible"), rounded


def at_stake(block: Block, prices: Floats, move: float) -> Block:
    """The rows of a block that moving each price by so many euros could break."""
    if not block.bulk:
        return block
    value = block.matrix @ prices
    room = move * (abs(block.matrix) @ np.ones(block.matrix.shape[1]))
    near = (value - block.low < room) | (block.high - value < room)
    return replace(
        block, matrix=block.matrix[near], low=block.low[near], high=block.high[near],
        labels=(), names=(),
    )  # fmt: skip


def tightened(block: Block) -> Block:
    """A block that asks a little more of savings than the target, which floats blur."""
    if not block.constraint.startswith("savings"):
        return block
    return replace(block, high=block.high - 2e-11 * np.abs(block.high) - 1e-5)


def holds(blocks: Sequence[Block], prices: Floats) -> bool:
    """Whether prices satisfy every row: the target to the cent, the others to what floats allow."""
    for block in blocks:
        value = block.matrix @ prices
        room = 1e-9 * np.maximum(1.0, np.abs(value))
        if block.constraint.startswith("savings") or block.bulk:
            room = np.full(len(value), 0.005)
        if np.any(value < block.low - room) or np.any(value > block.high + room):
            return False
    return True
