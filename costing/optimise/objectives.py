"""What each objective of the menu adds to a program: columns, rows, and what is to be least.

Taken in the scenario's order; each optimum is kept while the next objective is sought. After the
last one, ties are settled by the evenest effort, so that no price is left to the solver's whim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.optimise.columns_and_rows import Build, diagonal
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.floors import spread
from costing.optimise.machine_rows import MachineRows

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Goal:
    """Something to make least: factors by column, a constant, in the objective's unit.

    slack: how much of it the next objectives may give up, so that rounding errors do not block.
    """

    id: str
    factors: Floats
    constant: float
    slack: float

    def at(self, values: Floats) -> float:
        """Its value."""
        return float(self.factors @ values[: len(self.factors)]) + self.constant


#: Share of an optimum that the next objective may give up, and euros on top of it.
SLACK, CENTS = 1e-9, 0.01


def goals(demanded: DemandedProgram, build: Build) -> list[Goal]:
    """The scenario's objectives in turn, then the tie-break."""
    objectives = list(demanded.program.case.scenario.rules.objectives)
    names = objectives if "even" in objectives else [*objectives, "even"]
    return [goal(demanded, build, name) for name in names]


def goal(demanded: DemandedProgram, build: Build, name: str) -> Goal:
    """One objective: appends the columns and rows that it needs."""
    return GOALS[name](demanded, build)


def loss_now(rows: MachineRows, values: Floats) -> float:
    """Euros that the machines below their cost lose in the last year."""
    return float(np.maximum(rows.cost_at(values) - rows.revenue_at(values), 0.0) @ rows.weight)


def _loss(demanded: DemandedProgram, build: Build) -> Goal:
    """Only machines that can swing get a column; those always below count as they are."""
    rows = demanded.machines
    first, _, weight = rows.alike
    margin = rows.margin()[first]
    least, most = spread(demanded.program, margin, demanded.low, demanded.high)
    always = (most <= 0) * weight
    swing = np.flatnonzero((least < 0) & (most > 0))
    factors, constant = margin.sum(always)
    column = build.new("loss", len(swing), bulk=True)
    part = margin[swing]
    build.rows(
        "loss", [(0, part.matrix), (column, sparse.eye_array(len(swing)))], -part.constant,
        bulk=True, names=tuple(f"m{i}" for i in first[swing]),
    )  # fmt: skip
    total = build.padded(-factors)
    total[column:] += weight[swing]
    return Goal("loss", total, -constant, CENTS)


def _largest_loss(demanded: DemandedProgram, build: Build) -> Goal:
    rows = demanded.machines
    first, _, _ = rows.alike
    line = rows.capped_margin()[first]  # below cost already: measured from before
    least, _ = spread(demanded.program, line, demanded.low, demanded.high)
    swing = np.flatnonzero(least < 0)
    column = build.new("largest_loss", 1)
    part = line[swing]
    ones = sparse.csr_array(np.ones((len(swing), 1)))
    build.rows(
        "largest_loss", [(0, part.matrix), (column, ones)], -part.constant,
        bulk=True, names=tuple(f"m{i}" for i in first[swing]),
    )  # fmt: skip
    return Goal("largest_loss", _unit(build, column), 0.0, CENTS)


def _near_cost(demanded: DemandedProgram, build: Build) -> Goal:
    rows, rules = demanded.machines, demanded.program.case.scenario.rules
    line = rows.margin(1.0 + rules.return_on_cost)
    sums = [line.sum(part * rows.weight) for _, part in _parts(rows, "class", rows.states[:, 0])]
    size = len(sums)
    above, below = build.new("above_cost", size), build.new("below_cost", size)
    matrix = sparse.csr_array(np.array([factors for factors, _ in sums]))
    eye = np.ones(size)
    build.rows(
        "near_cost", [(0, matrix), (above, diagonal(-eye)), (below, diagonal(eye))],
        *[-np.array([constant for _, constant in sums])] * 2,
    )  # fmt: skip
    factors = np.zeros(build.width)
    factors[above:] = 1.0
    return Goal("near_cost", factors, 0.0, CENTS)


def _exact(demanded: DemandedProgram, build: Build) -> Goal:
    years = demanded.program.years
    factors = build.padded(-np.sum([year.acts for year in years], axis=0))
    constant = sum(year.baseline_eur - year.fixed_eur for year in years)
    return Goal("exact", factors, constant, CENTS)


def _even(demanded: DemandedProgram, build: Build) -> Goal:
    """Weighted distance of every relative cut from one common rate."""
    program = demanded.program
    start, size = np.maximum(program.present, 1e-9), program.prices
    gaps = build.new("gap", size, bulk=True)
    rate = build.new("common_cut", 1, -1.0, 1.0)
    ones = sparse.csr_array(np.ones((size, 1)))
    cut, eye = diagonal(1 / start), sparse.eye_array(size)
    # gap ≥ ±(1 - f/start - u), written gap ± f/start ± u ≥ ±1
    build.rows("even_up", [(0, cut), (gaps, eye), (rate, ones)], 1.0, bulk=True)
    build.rows("even_down", [(0, -cut), (gaps, eye), (rate, -ones)], -1.0, bulk=True)
    acts = program.years[-1].acts[:size].copy()
    for (code, _), first in program.split.items():
        places = program.places(code)
        acts[places] += program.years[-1].acts[first : first + len(places)] / len(
            program.space.variants[code]
        )
    euros = acts * start
    # A price that pays nobody still follows the others, a little.
    weight = euros / max(float(euros.sum()), 1.0) + 1e-5
    factors = np.zeros(build.width)
    factors[gaps : gaps + size] = weight
    return Goal("even", factors, 0.0, SLACK)


def _even_between(column: str) -> Callable[[DemandedProgram, Build], Goal]:
    """Least of the largest relative cut of revenue, between the parts of the fleet."""

    def add(demanded: DemandedProgram, build: Build) -> Goal:
        rows = demanded.machines
        line = rows.margin(0.0)
        sums, present = [], []
        for _, part in _parts(rows, column):
            before = float(rows.present_eur @ (part * rows.weight))
            if before > 0:
                sums.append(line.sum(part * rows.weight))
                present.append(before)
        scale = 1 / np.array(present)
        first = build.new(f"largest_cut_{column}", 1, -np.inf)
        matrix = diagonal(scale) @ sparse.csr_array(np.array([factors for factors, _ in sums]))
        low = 1.0 - scale * np.array([constant for _, constant in sums])
        build.rows(f"even_{column}", [(0, matrix), (first, np.ones((len(sums), 1)))], low)
        return Goal(f"even_{column}", _unit(build, first), 0.0, SLACK)

    return add


def _fewest_cells(demanded: DemandedProgram, build: Build) -> Goal:
    program = demanded.program
    size, steps = len(program.cells), len(program.steps)
    first = build.new(
        "changed", size, 0, 1, integer=True, names=[f"changed_{n}" for n in program.cell_names]
    )
    stack = sparse.vstack([sparse.eye_array(size)] * steps, format="csr")
    prices = sparse.eye_array(program.prices)
    down = program.present - demanded.low
    up = demanded.high - program.present
    build.rows(
        "changed_down", [(0, prices), (first, diagonal(down) @ stack)], program.present, bulk=True
    )
    build.rows(
        "changed_up", [(0, prices), (first, -diagonal(up) @ stack)], high=program.present, bulk=True
    )
    factors = np.zeros(build.width)
    factors[first:] = 1.0
    return Goal("fewest_cells", factors, 0.0, 1e-6)


def _smooth(demanded: DemandedProgram, build: Build) -> Goal:
    program = demanded.program
    size, total = len(program.cells), program.prices
    column = build.new("largest_step", 1)
    scale = 1 / np.maximum(program.present, 1e-9)
    step = diagonal(scale) @ (sparse.eye_array(total) - sparse.eye_array(total, k=-size))
    was = np.zeros(total)
    was[:size] = 1.0
    ones = np.ones((total, 1))
    build.rows("step_down", [(0, step), (column, ones)], was, bulk=True)
    build.rows("step_up", [(0, step), (column, -ones)], high=was, bulk=True)
    return Goal("smooth", _unit(build, column), 0.0, SLACK)


def _parts(
    rows: MachineRows, column: str, state: NDArray[np.bool_] | None = None
) -> list[tuple[str, Floats]]:
    """The machines of each value of a column (and state), as masks."""
    codes = rows.frame[column].astype(str)
    if state is not None:
        codes = codes + np.where(state, "_amorti", "")
    return [(code, np.asarray(codes == code, dtype=float)) for code in dict.fromkeys(codes)]


def _unit(build: Build, column: int) -> Floats:
    factors = np.zeros(build.width)
    factors[column] = 1.0
    return factors


#: What each objective appends, and asks for, by its name.
GOALS: dict[str, Callable[[DemandedProgram, Build], Goal]] = {
    "loss": _loss,
    "largest_loss": _largest_loss,
    "near_cost": _near_cost,
    "exact": _exact,
    "even": _even,
    "even_modality": _even_between("modality"),
    "even_class": _even_between("class"),
    "even_zone": _even_between("zone"),
    "even_sector": _even_between("sector"),
    "fewest_cells": _fewest_cells,
    "smooth": _smooth,
}
