"""Schedules: building against solving, the exact reduction, the frontier, linopy as a peer.

The problem: least loss over the whole reference fleet, three step dates, savings that bind. « One
by one » gives every machine a loss variable and a row, whether it can swing or not; « together » is
the program's own: alike machines share one, and only those that can swing have any.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import highspy
import linopy
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.measure import Row, side_by_side
from costing.case.case import Case, make_case
from costing.optimise.columns_and_rows import Build
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.demands import requirements
from costing.optimise.frontier import Frontier, frontier
from costing.optimise.objectives import Goal, goal
from costing.optimise.program import fee_program
from costing.optimise.propose import propose
from costing.optimise.rounding import round_prices
from costing.optimise.search import begun, reach, search
from costing.optimise.solver import Block, Columns, Model, Solution
from costing.reference.load import load_reference
from costing.reference.reference import Reference
from costing.scenario.rules import SavingsDemand, ScheduleRules
from costing.scenario.scenario import Scenario

Floats = NDArray[np.float64]

STEPS = (dt.date(2026, 12, 1), dt.date(2027, 1, 1), dt.date(2027, 7, 1))
TARGET_EUR = 700e6
POINTS = 21
#: Relative difference under which two optima are one.
SAME = 1e-6


class Problem(NamedTuple):
    """A program as arrays, and what is to be least."""

    columns: Sequence[Columns]
    blocks: Sequence[Block]
    loss: Goal

    def solved(self) -> tuple[Model, Solution]:
        """HiGHS's model of it, solved."""
        model = Model(self.columns, self.blocks)
        return model, model.minimise(self.loss.factors)


def run() -> list[Row]:
    """Building against solving, together against one by one, the frontier, linopy, a proposal."""
    reference = load_reference()
    demand = SavingsDemand(target_eur=TARGET_EUR, share_on_fee=1.0)
    scenario = Scenario(savings=demand, rules=ScheduleRules(step_dates=STEPS))
    case = make_case(reference, scenario)
    for year in reference.savings.target.years:
        case.fleet_in(year)
    return [
        _building(case),
        _reduction(case),
        _frontier(case),
        _linopy(case),
        *_proposal(reference),
    ]


# --- the problem, from a case whose fleets are projected


def prepared(case: Case) -> DemandedProgram:
    """The program of a case: nothing of it is kept from one run to the next."""
    return DemandedProgram(fee_program(case), requirements(case))


def one_by_one(demanded: DemandedProgram) -> Problem:
    """A loss variable and a row for every machine."""
    build, _ = begun(demanded)
    rows = demanded.machines
    count, margin = len(rows.weight), rows.margin()
    first = build.new("loss", count, bulk=True)
    parts = [(0, margin.matrix), (first, sparse.eye_array(count))]
    build.rows("loss", parts, -margin.constant, bulk=True)
    factors = np.concatenate([np.zeros(first), rows.weight])
    return Problem(build.columns, build.blocks, Goal("loss", factors, 0.0, 0.0))


def together(demanded: DemandedProgram) -> Problem:
    """The same problem as the program says it."""
    build: Build = begun(demanded)[0]
    loss = goal(demanded, build, "loss")
    return Problem(build.columns, build.blocks, loss)


# --- building against solving


def _building(case: Case) -> Row:
    """Ours: volumes, costs, rows, HiGHS. HiGHS alone: the problem's file read, then solved."""
    found: dict[str, float] = {}
    problem = one_by_one(prepared(case))
    model, solution = problem.solved()
    _check_binding(problem, solution)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fees.mps"
        model._highs.writeModel(str(path))

        def ours() -> None:
            problem = one_by_one(prepared(case))
            _, solution = problem.solved()
            found["ours"] = problem.loss.at(solution.values)

        def alone() -> None:
            highs: Any = highspy.Highs()
            highs.setOptionValue("output_flag", False)
            highs.readModel(str(path))
            highs.run()
            found["alone"] = highs.getInfo().objective_function_value

        times = side_by_side(ours, alone)
    np.testing.assert_allclose(found["ours"], found["alone"], rtol=SAME)
    machines = len(problem.blocks[-1].low)
    name = f"least loss, {machines:,} machines one by one, {len(STEPS)} dates: from case to optimum"
    return Row(name, *times, "HiGHS alone, from its MPS file", 1.3)


def _check_binding(problem: Problem, solution: Solution) -> None:
    """The savings must hold the loss back, or there is nothing to solve."""
    assert solution.status == "optimal", solution.status
    number = [block.constraint for block in problem.blocks].index("savings_target")
    assert abs(float(solution.duals[number][0])) > 1e-6, "the target does not bind"


def _reduction(case: Case) -> Row:
    """Both from the case to the optimum."""
    found: dict[str, float] = {}

    def ours() -> None:
        problem = together(prepared(case))
        found["ours"] = problem.loss.at(problem.solved()[1].values)

    def peer() -> None:
        problem = one_by_one(prepared(case))
        found["peer"] = problem.loss.at(problem.solved()[1].values)

    times = side_by_side(ours, peer, runs=5)
    np.testing.assert_allclose(found["ours"], found["peer"], rtol=SAME)
    return Row("the same, alike machines together", *times, "one by one", 1 / 3)


# --- the frontier


def _frontier(case: Case) -> Row:
    """All the points against one optimum; the program is prepared once on each side."""
    found: dict[str, Frontier] = {}
    losses: list[float] = []

    def ours() -> None:
        found["ours"] = frontier(case, points=POINTS)

    def one() -> None:
        problem = together(prepared(case))
        losses.append(problem.loss.at(problem.solved()[1].values))

    times = side_by_side(ours, one)
    _check_frontier(found["ours"], losses[-1])
    return Row(f"frontier of loss over savings, {POINTS} points", *times, "one optimum", 5.0)


def _check_frontier(found: Frontier, loss: float) -> None:
    """The optimum alone lies below the chords of the frontier and above its tangents."""
    assert len(found.points) == POINTS
    assert not found.stopped
    points = sorted(found.points, key=lambda point: point.level)
    chord = np.interp(TARGET_EUR, [p.level for p in points], [p.value for p in points])
    tangent = max(p.value + p.slope * (TARGET_EUR - p.level) for p in points)
    assert tangent - SAME * loss <= loss <= chord + SAME * loss, (tangent, loss, chord)


# --- linopy


def _linopy(case: Case) -> Row:
    """Both from the same arrays to the optimum, by HiGHS, without a file between."""
    problem = one_by_one(prepared(case))
    found: dict[str, float] = {}

    def ours() -> None:
        found["ours"] = problem.loss.at(problem.solved()[1].values)

    def peer() -> None:
        found["peer"] = _by_linopy(problem)

    times = side_by_side(ours, peer)
    np.testing.assert_allclose(found["ours"], found["peer"], rtol=SAME)
    return Row("machines one by one, from arrays to optimum", *times, "linopy", 1.0)


def _by_linopy(problem: Problem) -> float:
    """The optimum: one array of variables, one array of constraints a block."""
    model = linopy.Model()
    low, high = (
        np.concatenate([getattr(group, side) for group in problem.columns])
        for side in ("low", "high")
    )
    x = model.add_variables(xr.DataArray(low, dims="column"), xr.DataArray(high, dims="column"))
    for number, block in enumerate(problem.blocks):
        place, factor = (xr.DataArray(part, dims=("row", "term")) for part in _terms(block.matrix))
        value = (x.isel(column=place) * factor).sum("term")
        for side, sign in ((block.low, ">="), (block.high, "<=")):
            if np.isfinite(side).any():
                limit = xr.DataArray(side, dims="row")
                model.add_constraints(value, sign, limit, name=f"{number} {sign}")
    factors = np.zeros(len(low))
    factors[: len(problem.loss.factors)] = problem.loss.factors
    model.objective = (x * xr.DataArray(factors, dims="column")).sum()
    model.solve("highs", io_api="direct", progress=False, output_flag=False)
    assert model.status == "ok", model.status
    return float(model.objective.value)


def _terms(matrix: sparse.csr_array) -> tuple[NDArray[np.intp], Floats]:
    """Columns and factors of each row, `(rows, most terms)`; the rest are 0 times the first."""
    counts = np.diff(matrix.indptr)
    row = np.repeat(np.arange(len(counts)), counts)
    term = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], counts)
    shape = (len(counts), int(counts.max()))
    place, factor = np.zeros(shape, dtype=np.intp), np.zeros(shape)
    place[row, term], factor[row, term] = matrix.indices, matrix.data
    return place, factor


# --- a proposal, end to end


def _proposal(reference: Reference) -> list[Row]:
    """Where the time of a proposal goes; explaining is what is left of the whole."""
    demanded = _ready(reference)

    def whole() -> None:
        assert propose(make_case(reference, Scenario())).status == "optimal"

    def solve() -> None:
        fresh = demanded.under(demanded.requirements)
        assert reach(fresh).status == "optimal"
        found = search(fresh)
        build, _ = begun(found.demanded, found.above_floor)
        low, high = found.demanded.low, found.demanded.high
        status, _ = round_prices(found.demanded.program, build.blocks, found.prices, low, high)
        assert status == "optimal"

    preparing, first = side_by_side(lambda: _ready(reference), whole, runs=5)
    solving, second = side_by_side(solve, whole, runs=5)
    total = min(first, second)
    parts = {
        "preparing (fleets projected, volumes, costs)": preparing,
        "solving (reach, objectives, rounding)": solving,
        "explaining (what binds, what limits)": total - preparing - solving,
    }
    peer = "in all"
    return [Row(f"propose(): {part}", time, total, peer, math.inf) for part, time in parts.items()]


def _ready(reference: Reference) -> DemandedProgram:
    """The reference scenario's program, from nothing but the reference data."""
    demanded = prepared(make_case(reference, Scenario()))
    assert demanded.program.years
    assert len(demanded.machines.weight)
    return demanded
