r"""The only module that knows PuLP: array blocks in, HiGHS's answer out.

A `Block` is a set of rows $low \le A x \le high$ of one constraint. A solver that stopped on a
limit is never called optimal: PuLP reports a time limit as *Optimal*, its `sol_status` does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Status = Literal["optimal", "infeasible", "stopped"]

#: Costs and prices are known to the cent at best: what HiGHS may miss by, in the rows' own unit.
TOLERANCE = 1e-7


@dataclass(frozen=True)
class Columns:
    """Variables: bounds and names; `integer` for whole numbers."""

    names: tuple[str, ...]
    low: Floats
    high: Floats
    integer: bool = False


@dataclass(frozen=True)
class Block:
    """Rows of one constraint. The matrix may have fewer columns than the program: the rest are 0.

    constraint: id of the declared constraint. labels: what each row is about. per_unit: by how much
    a row's limit moves when the constraint is eased by one unit as people say it (a point, a euro).
    """

    constraint: str
    matrix: sparse.csr_array
    low: Floats
    high: Floats
    labels: tuple[str, ...]
    per_unit: Floats | float = 1.0


@dataclass(frozen=True)
class Solution:
    """What the solver found. `duals[i]` are the shadow prices of block i's rows (LP only)."""

    status: Status
    values: Floats
    objective: float
    duals: tuple[Floats, ...]


def solve(
    columns: Sequence[Columns],
    blocks: Sequence[Block],
    objective: Floats,
    time_limit: float | None = None,
) -> Solution:
    """Minimise objective · x subject to the blocks."""
    problem = pulp.LpProblem("fees", pulp.LpMinimize)
    variables = [
        problem.add_variable(
            name,
            None if low == -np.inf else low,
            None if high == np.inf else high,
            pulp.LpInteger if group.integer else pulp.LpContinuous,
        )
        for group in columns
        for name, low, high in zip(group.names, group.low, group.high, strict=True)
    ]
    problem += _expression(variables, np.arange(len(objective)), objective)
    rows = [_add(problem, variables, block, number) for number, block in enumerate(blocks)]
    problem.solve(pulp.HiGHS(msg=False, timeLimit=time_limit))
    status: Status = "stopped"
    if problem.sol_status == pulp.LpSolutionOptimal:
        status = "optimal"
    elif problem.status in (pulp.LpStatusInfeasible, pulp.LpStatusUndefined):
        status = "infeasible"
    if status == "infeasible":
        return Solution(status, np.full(len(variables), np.nan), np.nan, ())
    values = np.array([np.nan if v.value() is None else v.value() for v in variables])
    whole = any(group.integer for group in columns)
    duals = () if whole else tuple(_duals(found) for found in rows)
    return Solution(status, values, float(pulp.value(problem.objective) or 0.0), duals)


def _expression(variables: list[Any], indices: Any, factors: Any) -> Any:
    kept = [(variables[i], float(f)) for i, f in zip(indices, factors, strict=True) if f]
    return pulp.LpAffineExpression(kept)


def _add(problem: Any, variables: list[Any], block: Block, number: int) -> list[list[Any]]:
    """Add a block's rows; returns for each its one or two PuLP constraints."""
    added = []
    matrix = block.matrix
    for row, (low, high) in enumerate(zip(block.low, block.high, strict=True)):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        expression = _expression(variables, matrix.indices[part], matrix.data[part])
        mine: list[Any] = []
        if not expression:
            added.append(mine)
            if low > TOLERANCE or high < -TOLERANCE:
                # A row without variables that does not hold: state it, so that it is infeasible.
                zero = problem.add_variable(f"zero_{number}_{row}", 0, 0)
                problem += (zero >= float(low)) if low > 0 else (zero <= float(high))
            continue
        if low == high:
            mine.append(expression == float(low))
        else:
            if low > -np.inf:
                mine.append(expression >= float(low))
            if high < np.inf:
                mine.append(expression <= float(high))
        for side, constraint in enumerate(mine):
            problem += constraint, f"{block.constraint}_{number}_{row}_{side}"
        added.append(mine)
    return added


def _duals(rows: list[list[Any]]) -> Floats:
    return np.array([sum(constraint.pi or 0.0 for constraint in row) for row in rows])
