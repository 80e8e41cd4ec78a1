r"""The only module that knows PuLP and HiGHS: array blocks in, answers out.

A `Block` is a set of rows $low \le A x \le high$ of one constraint. Those that a person may want to
read are declared in PuLP, by name; `bulk` ones, one row a machine, are handed to HiGHS as arrays,
since an expression object for each would take longer than solving. Once built, a `Model` is solved
again from where it stood: with another objective, other limits, more rows.

A solver that stopped on a limit is never called optimal: PuLP reports a time limit as *Optimal*,
so the status is read from HiGHS itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

from costing.run.progress import Progress, silent

Floats = NDArray[np.float64]
Status = Literal["optimal", "infeasible", "stopped"]

#: Costs and prices are known to the cent at best: what HiGHS may miss by, in the rows' own unit.
TOLERANCE = 1e-7
#: Largest amount that a row holds, once scaled.
AMOUNT = 1e5
#: Seconds after which a search over whole numbers stops and says so.
TIME_LIMIT = 60.0
#: Relative gap under which a search over whole numbers is over.
GAP = 1e-6


@dataclass(frozen=True)
class Columns:
    """Variables: names, bounds; `integer` for whole numbers; `bulk` when nobody reads them."""

    names: tuple[str, ...]
    low: Floats
    high: Floats
    integer: bool = False
    bulk: bool = False


@dataclass(frozen=True)
class Block:
    """Rows of one constraint. The matrix may have fewer columns than the program: the rest are 0.

    constraint: id of the declared constraint. labels: what each row is about, in words. names: the
    same as an identifier. per_unit: by how much a row's limit moves when the constraint is eased by
    one unit as people say it (a point, a euro). requirement: number of the demand that it comes
    from.
    """

    constraint: str
    matrix: sparse.csr_array
    low: Floats
    high: Floats
    labels: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    per_unit: Floats | float = 1.0
    bulk: bool = False
    requirement: int = -1


@dataclass(frozen=True)
class Solution:
    """What the solver found. `duals[i]` are the shadow prices of block i's rows (LP only).

    bound: proven limit of the objective; equal to `objective` at an optimum.
    """

    status: Status
    values: Floats
    objective: float
    duals: tuple[Floats, ...]
    bound: float = np.nan

    @property
    def has_point(self) -> bool:
        """Whether there is a point that keeps every row, proven best or not."""
        return bool(np.isfinite(self.values).all()) and self.status != "infeasible"


class Model:
    """A program that HiGHS holds, to be solved several times."""

    def __init__(
        self,
        columns: Sequence[Columns],
        blocks: Sequence[Block],
        time_limit: float = TIME_LIMIT,
    ) -> None:
        """Build it; nothing is solved yet."""
        self.size = sum(len(group.names) for group in columns)
        self.blocks = list(blocks)
        self.whole = np.concatenate([np.full(len(g.names), g.integer) for g in columns])
        self._impossible = any(_false_rows(block).any() for block in blocks)
        self._scales = [_scale(block) for block in blocks]
        scaled = [_scaled(b, scale) for b, scale in zip(blocks, self._scales, strict=True)]
        problem, variables, rows = _declared(columns, scaled)
        solver = pulp.HiGHS(msg=False, timeLimit=time_limit, gapRel=GAP)
        solver.createAndConfigureSolver(problem)
        solver.buildSolverModel(problem)
        self._highs: Any = problem.solverModel
        self._highs.setOptionValue("mip_feasibility_tolerance", TOLERANCE)
        self._place = self._add_columns(columns, variables)
        self._rows = [
            self._add(block, declared) for block, declared in zip(scaled, rows, strict=True)
        ]

    def _add_columns(self, columns: Sequence[Columns], variables: list[Any]) -> NDArray[np.int32]:
        """Where each column stands in HiGHS; bulk ones are added."""
        place = np.empty(self.size, dtype=np.int32)
        first = 0
        for group in columns:
            here = slice(first, first + len(group.names))
            if group.bulk:
                start = self._highs.getNumCol()
                self._highs.addVars(len(group.names), group.low, group.high)
                place[here] = np.arange(start, start + len(group.names))
                if group.integer:
                    kinds = np.full(len(group.names), highspy.HighsVarType.kInteger)
                    self._highs.changeColsIntegrality(len(kinds), place[here], kinds)
            else:
                place[here] = [variable.index for variable in variables[here]]
            first += len(group.names)
        return place

    def _add(self, block: Block, declared: list[list[Any]] | None) -> NDArray[np.int32]:
        """Rows of HiGHS that say a block: low sides, then high sides; -1 where none does."""
        if declared is not None:
            numbers = np.full((2, len(declared)), -1, dtype=np.int32)
            for row, sides in enumerate(declared):
                for side, constraint in sides:
                    numbers[side, row] = constraint.index
            return numbers
        first = self._highs.getNumRow()
        matrix = block.matrix
        count = len(block.low)
        self._highs.addRows(
            count, block.low, block.high, matrix.nnz,
            matrix.indptr[:-1].astype(np.int32), self._place[matrix.indices], matrix.data,
        )  # fmt: skip
        return np.tile(np.arange(first, first + count, dtype=np.int32), (2, 1))

    def add(self, block: Block) -> None:
        """One more block of rows."""
        self.blocks.append(block)
        self._scales.append(_scale(block))
        self._rows.append(self._add(_scaled(block, self._scales[-1]), None))

    def afresh(self) -> None:
        """Forget where the last solve stood: far from it, presolving again is quicker."""
        self._highs.clearSolver()

    def limit(self, number: int, low: Floats | None = None, high: Floats | None = None) -> None:
        """Change the limits of a block's rows; a side not given stays."""
        for rows, given, side in zip(self._rows[number], (low, high), (0, 1), strict=True):
            if given is None:
                continue
            values = np.atleast_1d(given) * self._scales[number]
            for row, value in zip(rows, values, strict=True):
                if row < 0:
                    raise ValueError("a side without a row has no limit to change")
                limits = list(self._highs.getRow(int(row))[1:3])
                limits[side] = float(value)
                self._highs.changeRowBounds(int(row), *limits)

    def minimise(self, objective: Floats, tell: Progress = silent, words: str = "") -> Solution:
        """The least value of objective · x, from where the last solve stood.

        Raising in `tell`, called while whole numbers are sought, stops the solver.
        """
        if self._impossible:
            return Solution("infeasible", np.full(self.size, np.nan), np.nan, ())
        costs = np.zeros(self.size)
        costs[: len(objective)] = objective
        self._highs.changeColsCost(self.size, self._place, costs)
        if self.whole.any():
            self._watched(tell, words)
        else:
            self._highs.run()
        return self._read()

    def _watched(self, tell: Progress, words: str) -> None:
        """Run in a thread, so that the caller can be told and can cancel."""
        self._highs.HandleUserInterrupt = True
        self._highs.startSolve()
        try:
            while not self._highs.wait(0.2)[0]:
                tell(0.0, words)
        except BaseException:
            self._highs.cancelSolve()
            self._highs.wait()
            raise

    def _read(self) -> Solution:
        model = self._highs.getModelStatus()
        info = self._highs.getInfo()
        solution = self._highs.getSolution()
        statuses = highspy.HighsModelStatus
        if model in (statuses.kInfeasible, statuses.kUnboundedOrInfeasible):
            return Solution("infeasible", np.full(self.size, np.nan), np.nan, ())
        status: Status = "optimal" if model == statuses.kOptimal else "stopped"
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = np.full(self.size, np.nan)
        if feasible:
            values = np.array(solution.col_value)[self._place]
        objective = float(info.objective_function_value)
        if self.whole.any():
            return Solution(status, values, objective, (), float(info.mip_dual_bound))
        prices = np.append(np.array(solution.row_dual), 0.0)  # the last stands for no row
        duals = tuple(
            scale * (prices[low] + np.where(low == high, 0.0, prices[high]))
            for (low, high), scale in zip(self._rows, self._scales, strict=True)
        )
        return Solution(status, values, objective, duals, objective)


def lp_text(columns: Sequence[Columns], blocks: Sequence[Block], objective: Floats) -> str:
    """A whole program in the LP format, every row by its name: to be read, not solved."""
    readable = [Columns(g.names, g.low, g.high, g.integer) for g in columns]
    problem, variables, _ = _declared(readable, blocks, every=True)
    problem.setObjective(_expression(variables, np.arange(len(objective)), objective))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fees.lp"
        problem.writeLP(str(path), max_length=255)
        return path.read_text(encoding="utf-8")


def _declared(
    columns: Sequence[Columns], blocks: Sequence[Block], every: bool = False
) -> tuple[Any, list[Any], list[list[list[Any]] | None]]:
    """The PuLP problem of what is not bulk; its variables, and each block's constraints by side."""
    problem = pulp.LpProblem("fees", pulp.LpMinimize)
    variables: list[Any] = []
    for group in columns:
        if group.bulk:
            variables += [None] * len(group.names)
            continue
        kind = pulp.LpInteger if group.integer else pulp.LpContinuous
        for name, low, high in zip(group.names, group.low, group.high, strict=True):
            limits = (None if low == -np.inf else low, None if high == np.inf else high)
            variables.append(problem.add_variable(name, *limits, kind))
    # Nothing to minimise yet; naming the variables here makes PuLP keep those that no row uses.
    problem += pulp.LpAffineExpression([(v, 0.0) for v in variables if v is not None])
    rows: list[list[list[Any]] | None] = []
    for number, block in enumerate(blocks):
        if block.bulk and not every:
            rows.append(None)
        else:
            rows.append(_constraints(problem, variables, block, number))
    return problem, variables, rows


def _expression(variables: list[Any], indices: Any, factors: Any) -> Any:
    terms = [(variables[i], float(f)) for i, f in zip(indices, factors, strict=True) if f]
    return pulp.LpAffineExpression(terms)


def _constraints(problem: Any, variables: list[Any], block: Block, number: int) -> list[list[Any]]:
    """Add a block's rows to PuLP; for each its constraints, with 0 for low and 1 for high."""
    added = []
    matrix = block.matrix
    for row, (low, high) in enumerate(zip(block.low, block.high, strict=True)):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        expression = _expression(variables, matrix.indices[part], matrix.data[part])
        own = block.names[row] if block.names else str(row)
        name = f"{block.constraint}_{number}_{own}"
        sides: list[Any] = []
        if expression and low == high:
            equal = expression == float(low)
            problem += equal, name
            sides = [(0, equal), (1, equal)]
        elif expression:
            if low > -np.inf:
                sides.append((0, expression >= float(low)))
                problem += sides[-1][1], f"{name}_low" if high < np.inf else name
            if high < np.inf:
                sides.append((1, expression.copy() <= float(high)))
                problem += sides[-1][1], f"{name}_high" if low > -np.inf else name
        added.append(sides)
    return added


def _scale(block: Block) -> Floats:
    """By what each row is multiplied so that its amounts stay below a hundred thousand.

    A row of billions of euros cannot be kept to 10⁻⁷: that is less than one float from the next.
    """
    size = np.zeros(len(block.low))
    for side in (block.low, block.high):
        size = np.maximum(size, np.where(np.isfinite(side), np.abs(side), 0.0))
    largest = abs(block.matrix).max(axis=1)
    size = np.maximum(size, largest.toarray().ravel() if sparse.issparse(largest) else largest)
    return np.asarray(10.0 ** -np.ceil(np.log10(np.maximum(size / AMOUNT, 1.0))))


def _scaled(block: Block, scale: Floats) -> Block:
    if np.all(scale == 1.0):
        return block
    matrix = sparse.csr_array(sparse.diags_array(scale) @ block.matrix)
    return replace(block, matrix=matrix, low=block.low * scale, high=block.high * scale)


def _false_rows(block: Block) -> NDArray[np.bool_]:
    """Which rows have no variable at all and do not hold."""
    empty = np.diff(block.matrix.indptr) == 0
    return np.asarray(empty & ((block.low > TOLERANCE) | (block.high < -TOLERANCE)))
