"""What each constraint of the menu says of the variables: prices, savings and sums of revenue.

One function a constraint, found by its id. Those that count machines need variables of their own
and are in `costing.optimise.floors`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.case import labels
from costing.fee.schedule import BANDS, ZONES, Cell
from costing.optimise.demanded_program import DemandedProgram, year_before
from costing.optimise.demands import Requirement
from costing.optimise.solver import Block

Floats = NDArray[np.float64]

#: One row: factors by variable, low, high, words, identifier, and what one unit moves its limit by.
Row = tuple[dict[int, float], float, float, str, str, float]
#: What a unit of a share is, to people.
POINT = 0.01


def price_blocks(demanded: DemandedProgram) -> list[Block]:
    """Every constraint on prices, savings and sums of revenue, as rows over the variables."""
    blocks = [
        block
        for number, item in demanded.holding
        if item.constraint in BY_DEMAND
        for block in [_block(demanded, number, item, BY_DEMAND[item.constraint](demanded, item))]
        if block is not None
    ]
    # Those with a number for each class are read cell by cell, whichever demand holds there.
    for constraint, builder in BY_CELL.items():
        for number, item in demanded.find(constraint):
            rows = builder(demanded, number)
            block = _block(demanded, number, item, rows)
            if block is not None:
                blocks.append(block)
    return blocks


def _block(
    demanded: DemandedProgram, number: int, item: Requirement, rows: Iterator[Row]
) -> Block | None:
    """The rows of a demand; None when it has none."""
    row_list = list(rows)
    if not row_list:
        return None
    columns = [column for row in row_list for column in row[0]]
    values = [value for row in row_list for value in row[0].values()]
    ends = np.cumsum([0, *(len(row[0]) for row in row_list)])
    shape = (len(row_list), demanded.program.size)
    return Block(
        item.constraint,
        sparse.csr_array((np.array(values, dtype=float), columns, ends), shape=shape),
        np.array([row[1] for row in row_list]),
        np.array([row[2] for row in row_list]),
        labels=tuple(row[3] for row in row_list),
        names=tuple(row[4] for row in row_list),
        per_unit=np.array([row[5] for row in row_list]),
        requirement=number,
    )


# --- savings


def _savings_target(demanded: DemandedProgram, item: Requirement) -> Iterator[Row]:
    years = demanded.program.years
    if demanded.program.case.scenario.savings.reading == "level_2027":
        years = years[-1:]
    yield _saved(years, item.value or 0.0)


def _savings_year(demanded: DemandedProgram, item: Requirement) -> Iterator[Row]:
    years = [y for y in demanded.program.years if y.year == int(item.scope)]
    needed = item.value or 0.0
    if demanded.program.case.scenario.savings.carry_over:
        # What earlier years save in excess counts: everything up to this year, together.
        years = [y for y in demanded.program.years if y.year <= int(item.scope)]
        needed = sum(
            other.value or 0.0
            for _, other in demanded.find("savings_year")
            if int(other.scope) <= int(item.scope)
        )
    yield _saved(years, needed)


def _saved(years: Any, needed: float) -> Row:
    """At least so much saved over some years, as a limit on what is paid."""
    acts = np.sum([y.acts for y in years], axis=0)
    spent = sum(y.baseline_eur - y.fixed_eur for y in years)
    label = str(years[0].year) if len(years) == 1 else f"{years[0].year}-{years[-1].year}"
    return _dense(acts), -np.inf, spent - needed, label, label.replace("-", "_"), 1.0


def _dense(factors: Floats) -> dict[int, float]:
    return {int(i): float(factors[i]) for i in np.flatnonzero(factors)}


# --- the path of the prices


def _step_cut(demanded: DemandedProgram, number: int) -> Iterator[Row]:
    program, by_cell = demanded.program, demanded.specific("step_cut")
    for step, date in enumerate(program.steps):
        for c, cell in enumerate(program.cells):
            numbered = by_cell[c]
            if numbered is None or numbered[0] != number:
                continue
            keep = 1 - (numbered[1].value or 0.0)
            row, limit = {step * len(program.cells) + c: 1.0}, 0.0
            if step:
                row[(step - 1) * len(program.cells) + c] = -keep
            else:
                limit = keep * program.start[c]
            yield (
                row,
                limit,
                np.inf,
                program.title(cell),
                _name(demanded, c, date),
                (POINT * program.start[c]),
            )


def _total_cut(demanded: DemandedProgram, number: int) -> Iterator[Row]:
    program = demanded.program
    for c, numbered in enumerate(demanded.specific("total_cut")):
        if numbered is None or numbered[0] != number:
            continue
        least = (1 - (numbered[1].value or 0.0)) * program.before[c]
        last = len(program.steps) - 1
        for step in range(last + 1):
            yield (
                {step * len(program.cells) + c: 1.0},
                min(least, program.start[c]), np.inf, program.title(program.cells[c]),
                _name(demanded, c, program.steps[step]), POINT * program.before[c],
            )  # fmt: skip


def _phased_cut(demanded: DemandedProgram, number: int) -> Iterator[Row]:
    program = demanded.program
    official, size = program.case.reference.schedule, len(program.cells)
    for c, numbered in enumerate(demanded.specific("phased_cut")):
        if numbered is None or numbered[0] != number:
            continue
        keep = 1 - (numbered[1].value or 0.0)
        for step, date in enumerate(program.steps):
            ago = year_before(date)
            label_and_name = program.title(program.cells[c]), _name(demanded, c, date)
            point = POINT * program.start[c]
            factors = {step * size + c: 1.0}
            # What was in force at some moment of the year, before the first step.
            days = [ago, *(day for day in official.dates if day > ago)]
            was = [official.price(program.cells[c], day) for day in days if day < program.steps[0]]
            in_force = [price for price in was if not np.isnan(price)]
            if in_force:
                yield (
                    factors,
                    min(keep * max(in_force), program.start[c]),
                    np.inf,
                    *label_and_name,
                    point,
                )
            for other in range(step):
                if program.steps[other] >= ago or (
                    other + 1 < len(program.steps) and program.steps[other + 1] > ago
                ):
                    label, name = label_and_name
                    since = f"{name}_since_{program.steps[other]:%Y%m%d}"
                    yield {**factors, other * size + c: -keep}, 0.0, np.inf, label, since, point


def _no_rise(demanded: DemandedProgram, _item: Requirement) -> Iterator[Row]:
    program = demanded.program
    size = len(program.cells)
    for step, date in enumerate(program.steps):
        for c, cell in enumerate(program.cells):
            if cell.class_code in demanded.rising:
                continue
            row, limit = {step * size + c: 1.0}, 0.0
            if step:
                row[(step - 1) * size + c] = -1.0
            else:
                limit = float(program.start[c])
            label_and_name = program.title(cell), _name(demanded, c, date)
            yield row, -np.inf, limit, *label_and_name, POINT * program.start[c]


def _rise_below_cost(demanded: DemandedProgram, item: Requirement) -> Iterator[Row]:
    rows = demanded.machines
    for code in demanded.rising:
        cell = next(c for c in demanded.program.cells if c.class_code == code)
        if demanded.covers(item, cell):
            weight = (rows.frame["class"] == code).to_numpy() * rows.weight
            cost = float(rows.cost_eur @ weight)
            factors, high = _against(demanded, weight, (item.value or 0.0, cost), np.maximum)
            label = labels.who(demanded.program.case.reference, code)
            yield _dense(factors), -np.inf, high, label, code, POINT * cost


# --- the shape of the schedule


def _degressive(demanded: DemandedProgram, _item: Requirement) -> Iterator[Row]:
    for high, low in pairwise(BANDS):
        for cell in demanded.program.cells:
            below = Cell(cell.class_code, "*", "*", low)
            if cell.band == high and below in demanded.program.cells:
                yield from _not_above(demanded, below, cell)


def _amortised(demanded: DemandedProgram, _item: Requirement) -> Iterator[Row]:
    for cell in demanded.program.cells:
        if cell.amortisation == "non_amorti":
            yield from _not_above(demanded, cell._replace(amortisation="amorti"), cell)


def _zone_order(demanded: DemandedProgram, _item: Requirement) -> Iterator[Row]:
    after = dict(pairwise(ZONES))
    for cell in demanded.program.cells:
        if cell.zone in after:
            yield from _not_above(demanded, cell._replace(zone=after[cell.zone]), cell)


def _not_above(demanded: DemandedProgram, lower: Cell, upper: Cell) -> Iterator[Row]:
    """One price at most another at every date; a gap already contrary may stay, not widen."""
    program = demanded.program
    i, j = program.cells.index(lower), program.cells.index(upper)
    gap = max(0.0, float(program.start[i] - program.start[j]))
    for step, date in enumerate(program.steps):
        first = step * len(program.cells)
        name = f"{_name(demanded, i, date)}_{program.cell_names[j]}"
        yield {first + i: 1.0, first + j: -1.0}, -np.inf, gap, program.title(lower), name, 1.0


def _zone_gap(demanded: DemandedProgram, number: int) -> Iterator[Row]:
    program = demanded.program
    first = (len(program.steps) - 1) * len(program.cells)
    for i, numbered in enumerate(demanded.specific("zone_gap")):
        if numbered is None or numbered[0] != number or program.cells[i].zone == "*":
            continue
        for zone in ZONES:
            other = program.cells[i]._replace(zone=zone)
            if zone == program.cells[i].zone or other not in program.cells:
                continue
            j = program.cells.index(other)
            name = f"{program.cell_names[i]}_{zone}"
            row = {first + i: 1.0, first + j: -(1 + (numbered[1].value or 0.0))}
            yield (
                row,
                -np.inf,
                0.0,
                program.title(program.cells[i]),
                name,
                (POINT * program.start[j]),
            )


def _sector_ceiling(demanded: DemandedProgram, number: int) -> Iterator[Row]:
    program = demanded.program
    step = len(program.steps) - 1
    for c, numbered in enumerate(demanded.specific("sector_ceiling")):
        if numbered is not None and numbered[0] == number:
            label_and_name = (
                program.title(program.cells[c]),
                _name(demanded, c, program.steps[step]),
            )
            row = {step * len(program.cells) + c: 1.0}
            yield row, -np.inf, numbered[1].value or 0.0, *label_and_name, 1.0


def _neutrality(demanded: DemandedProgram, item: Requirement) -> Iterator[Row]:
    rows, reference = demanded.machines, demanded.program.case.reference
    weight = demanded.members(item) * rows.weight
    present, cost = float(rows.present_eur @ weight), float(rows.present_cost_eur @ weight)
    if not weight.any() or (item.level is not None and present > (1 + item.level) * cost):
        return
    factors, constant = rows.margin(0.0).sum(weight)
    room = (item.value or 0.0) * present
    label = labels.who(reference, item.scope) if item.scope != "*" else "tout le parc"
    low, high = present - room - constant, present + room - constant
    yield _dense(factors), low, high, label, _plain(item.scope), POINT * present


# --- floors on sums


def _class_floor(demanded: DemandedProgram, item: Requirement) -> Iterator[Row]:
    rows = demanded.machines
    weight = (rows.frame["class"] == item.scope).to_numpy() * rows.weight
    cost = demanded.cost_of(weight)
    factors, floor = _against(demanded, weight, (item.value or 0.0, cost), np.minimum)
    label = labels.who(demanded.program.case.reference, item.scope)
    yield _dense(factors), floor, np.inf, label, item.scope, POINT * cost


def _against(
    demanded: DemandedProgram, weight: Floats, part: tuple[float, float], which: Any
) -> tuple[Floats, float]:
    r"""Revenue of some machines, and the least or most of $\phi C$ and $R^0$ that it is held to.

    part: $\phi$ and the cost. Where a variant changes the cost, what changes of the limit is on the
    variant's switch: exact, since a class takes one.
    """
    rows, (share, cost) = demanded.machines, part
    factors, fixed = rows.margin(0.0).sum(weight)
    present = float(rows.present_eur @ weight)
    limit = float(which(share * cost, present))
    shift = np.asarray(rows.cost_shift.T @ weight)
    moved = which(share * (cost + shift), present) - limit
    factors[: len(shift)] -= np.where(shift == 0.0, 0.0, moved)
    return factors, limit - fixed


def _name(demanded: DemandedProgram, cell: int, date: dt.date) -> str:
    return f"{demanded.program.cell_names[cell]}_{date:%Y%m%d}"


def _plain(scope: str) -> str:
    """A scope as an identifier."""
    return (
        "all" if scope == "*" else "".join(c if c.isascii() and c.isalnum() else "_" for c in scope)
    )


#: The rows of one demand, by its constraint.
BY_DEMAND: dict[str, Callable[[DemandedProgram, Requirement], Iterator[Row]]] = {
    "savings_target": _savings_target,
    "savings_year": _savings_year,
    "no_rise": _no_rise,
    "rise_below_cost": _rise_below_cost,
    "degressive": _degressive,
    "amortised": _amortised,
    "zone_order": _zone_order,
    "neutrality": _neutrality,
    "class_floor": _class_floor,
}
#: The rows of a constraint that each price takes from the demand nearest to it.
BY_CELL: dict[str, Callable[[DemandedProgram, int], Iterator[Row]]] = {
    "step_cut": _step_cut,
    "total_cut": _total_cut,
    "phased_cut": _phased_cut,
    "zone_gap": _zone_gap,
    "sector_ceiling": _sector_ceiling,
}
