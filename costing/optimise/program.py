"""The linear program of a fee schedule: variables, and what each constraint says of them.

A variable is the price of a cell from a step date on. Everything is linear in the prices, since
`FeeSchedule.volumes` gives the acts that each price pays, whatever the prices are.

The loss of a machine below its cost needs a variable only if the machine can swing: one that stays
above its cost at the lowest admissible prices, or below it at the highest, is linear as it is. That
reduction is exact.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.analysis.comparison import billed_share
from costing.analysis.savings import baseline, required_from_fee
from costing.costs import fleet_cost
from costing.errors import Place, ScenarioError, problem
from costing.labels import cell_title, scope_name
from costing.optimise.solver import Block, Columns
from costing.reference import Case
from costing.tariff import AMORTISATION, BANDS, ZONES, Cell, FeeSchedule, Machines

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class YearVolumes:
    """What a year's revenue is made of: acts by variable, euros that no variable touches."""

    year: int
    acts: Floats
    fixed_eur: float
    baseline_eur: float


@dataclass(frozen=True)
class Groups:
    """Alike machines of the last year: acts by variable, other revenue, cost, weight, class."""

    acts: sparse.csr_array
    fixed_eur: Floats
    cost_eur: Floats
    weight: Floats
    class_index: NDArray[np.intp]


@dataclass(frozen=True)
class FeeProgram:
    """A case as a linear program; variables date by date, cell by cell."""

    case: Case
    schedule: FeeSchedule
    steps: tuple[dt.date, ...]
    start: Floats
    ceiling: Floats

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The prices of one date."""
        return self.schedule.cells

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One name a variable."""
        cells = ["_".join(cell).replace("*", "x") for cell in self.cells]
        return tuple(f"{cell}_{step:%Y%m%d}" for step in self.steps for cell in cells)

    @cached_property
    def present(self) -> Floats:
        """The prices in force before the first step, as a value of every variable."""
        return np.tile(self.start, len(self.steps))

    @cached_property
    def fees(self) -> Columns:
        """The variables; what limits them is in rows, so that it has a shadow price."""
        return Columns(
            self.names, np.zeros(len(self.names)), np.tile(self.ceiling, len(self.steps))
        )

    @cached_property
    def lowest(self) -> Floats:
        """The lowest admissible prices: the largest cut at every step."""
        keep = 1 - self.case.scenario.rules.largest_cut_per_step
        return np.concatenate([self.start * keep ** (k + 1) for k in range(len(self.steps))])

    @cached_property
    def highest(self) -> Floats:
        """The highest admissible prices."""
        return self.present if self.case.scenario.rules.no_rise else self.fees.high

    @cached_property
    def years(self) -> tuple[YearVolumes, ...]:
        """The years of the target."""
        return tuple(self._year(year) for year in self.case.reference.savings.target.years)

    @cached_property
    def groups(self) -> Groups:
        """Machines of the last year, alike ones put together with their weights added."""
        case, year = self.case, self.years[-1].year
        fleet = case.fleet_in(year)
        machines = fleet.machines(self.schedule, year, case.amortisation_years)
        zones = np.array([entry.zones for entry in self.schedule.classes.values()])
        keys = np.column_stack(
            [
                machines.class_index,
                machines.amortised,
                np.where(zones[machines.class_index], machines.zone_index, -1),
                machines.acts_billed,
                machines.acts_inpatient,
            ]
        )
        _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        weight: Floats = np.bincount(inverse.ravel(), fleet.weight).astype(float)
        alike = Machines(
            machines.class_index[first],
            machines.amortised[first],
            machines.zone_index[first],
            machines.acts_billed[first],
            machines.acts_inpatient[first],
        )
        acts, fixed = self._coefficients(alike, year)
        cost = fleet_cost(case, fleet, year) * billed_share(case, fleet, machines)
        return Groups(acts, fixed, cost[first], weight, alike.class_index)

    def savings_of(self, prices: Floats) -> dict[int, float]:
        """Savings by year (EUR) of a vector of prices."""
        return {y.year: y.baseline_eur - y.fixed_eur - float(y.acts @ prices) for y in self.years}

    def blocks(self) -> list[Block]:
        """Every constraint of the scenario, as rows over the price variables."""
        rules = self.case.scenario.rules
        found = [*self._savings(), self._step_cut()]
        if rules.no_rise:
            found.append(self._no_rise())
        if rules.degressive:
            found.append(self._degressive())
        if rules.amortised_not_above:
            found.append(self._amortised())
        if rules.zones_in_order:
            found.append(self._zone_order())
        if rules.floor_share_of_cost:
            found.append(self._class_floor())
        return found

    def _savings(self) -> list[Block]:
        demand = self.case.scenario.savings
        last = self.years[-1:] if demand.reading == "level_2027" else self.years
        needed = required_from_fee(demand, tuple(y.year for y in self.years))
        acts = sum((y.acts for y in last), start=np.zeros(len(self.names)))
        spent = sum(y.baseline_eur - y.fixed_eur for y in last)
        total = (
            "-".join(str(y.year) for y in (last[0], last[-1])) if len(last) > 1 else last[0].year
        )
        blocks = [_block("savings_target", [acts], [-np.inf], [spent - needed], [str(total)])]
        asked = [y for y in self.years if y.year in demand.yearly_eur]
        if asked:
            high = [y.baseline_eur - y.fixed_eur - demand.yearly_eur[y.year] for y in asked]
            low = [-np.inf] * len(asked)
            labels = [str(y.year) for y in asked]
            blocks.append(_block("savings_year", [y.acts for y in asked], low, high, labels))
        return blocks

    def _step_cut(self) -> Block:
        keep = 1 - self.case.scenario.rules.largest_cut_per_step
        return self._between_steps("step_cut", keep, lower=True)

    def _no_rise(self) -> Block:
        return self._between_steps("no_rise", 1.0, lower=False)

    def _between_steps(self, constraint: str, factor: float, lower: bool) -> Block:
        """Rows f[d, c] - factor × f[d-1, c], with the price in force before the first step."""
        size, steps = len(self.cells), len(self.steps)
        matrix = sparse.eye_array(size * steps) - factor * sparse.eye_array(size * steps, k=-size)
        point = 0.01 * self.present
        edge = np.zeros(size * steps)
        edge[:size] = factor * self.start
        free = np.full(size * steps, np.inf)
        low, high = (edge, free) if lower else (-free, edge)
        labels = tuple(self._title(c) for _ in self.steps for c in self.cells)
        return Block(constraint, sparse.csr_array(matrix), low, high, labels, point)

    def _degressive(self) -> Block:
        pairs = []
        for high, low in pairwise(BANDS):
            for cell in self.cells:
                if cell.band == high:
                    below = Cell(cell.class_code, "*", "*", low)
                    if below in self.cells:
                        pairs.append((below, cell))
        return self._not_above("degressive", pairs)

    def _amortised(self) -> Block:
        pairs = [
            (cell._replace(amortisation="amorti"), cell)
            for cell in self.cells
            if cell.amortisation == "non_amorti"
        ]
        return self._not_above("amortised", pairs)

    def _zone_order(self) -> Block:
        after = dict(pairwise(ZONES))
        pairs = [
            (cell._replace(zone=after[cell.zone]), cell)
            for cell in self.cells
            if cell.zone in after
        ]
        return self._not_above("zone_order", pairs)

    def _not_above(self, constraint: str, pairs: list[tuple[Cell, Cell]]) -> Block:
        """Rows f[lower] - f[upper] ≤ the present gap if it is already positive, else 0."""
        position = {cell: index for index, cell in enumerate(self.cells)}
        rows, high, labels = [], [], []
        for step in range(len(self.steps)):
            for lower, upper in pairs:
                i, j = position[lower], position[upper]
                row = np.zeros(len(self.names))
                row[step * len(self.cells) + i], row[step * len(self.cells) + j] = 1.0, -1.0
                rows.append(row)
                high.append(max(0.0, self.start[i] - self.start[j]))
                labels.append(self._title(lower))
        return _block(constraint, rows, [-np.inf] * len(rows), high, labels)

    def _class_floor(self) -> Block:
        groups = self.groups
        codes = self.schedule.class_codes
        rows, low, labels, points = [], [], [], []
        for code, share in self.case.scenario.rules.floor_share_of_cost.items():
            mine = (groups.class_index == codes.index(code)) * groups.weight
            acts = groups.acts.T @ mine
            fixed = float(groups.fixed_eur @ mine)
            cost = float(groups.cost_eur @ mine)
            floor = min(share * cost, fixed + float(acts @ self.present))
            rows.append(acts)
            low.append(floor - fixed)
            labels.append(scope_name(self.case.reference, code))
            points.append(0.01 * cost)
        block = _block("class_floor", rows, low, [np.inf] * len(rows), labels)
        return replace(block, per_unit=np.array(points))

    def _title(self, cell: Cell) -> str:
        return cell_title(self.case.reference, cell)

    def _year(self, year: int) -> YearVolumes:
        fleet = self.case.fleet_in(year)
        machines = fleet.machines(self.schedule, year, self.case.amortisation_years)
        acts, fixed = self._coefficients(machines, year)
        count = self.case.scenario.conventions.inpatients_count
        base = baseline(self.case).revenue(machines, year, count)
        return YearVolumes(
            year, acts.T @ fleet.weight, float(fixed @ fleet.weight), float(base @ fleet.weight)
        )

    def _coefficients(self, machines: Machines, year: int) -> tuple[sparse.csr_array, Floats]:
        """Acts of each machine by variable, and its revenue at prices already in force."""
        count = self.case.scenario.conventions.inpatients_count
        volumes = self.schedule.volumes(machines, year, count)
        fees = self.schedule.fees(machines, year)
        dates = np.array([p.date_index for p in self.schedule.periods(year)])
        step = dates - (len(self.schedule.dates) - len(self.steps))
        free = np.broadcast_to((step >= 0)[:, None], volumes.shape)
        paid = (volumes > 0) & ~free
        if np.isnan(fees[paid]).any():
            self.schedule.revenue(machines, year, count)
        fixed = np.sum(np.where(paid, volumes * np.where(paid, fees, 0), 0), axis=(1, 2))
        where = self._position[
            machines.class_index, machines.amortised.astype(np.intp), machines.zone_index
        ]
        column = where[:, None, :] + step[:, None] * len(self.cells)
        used = free & (volumes > 0)
        row = np.nonzero(used)[0]
        shape = (len(volumes), len(self.names))
        return sparse.csr_array((volumes[used], (row, column[used])), shape=shape), fixed

    @cached_property
    def _position(self) -> NDArray[np.intp]:
        """Number of the cell that pays each (class, amortised, zone, band); -1 where none does."""
        shape = (len(self.schedule.classes), len(AMORTISATION), len(ZONES), len(BANDS))
        table = np.full(shape, -1, dtype=np.intp)
        for number, cell in enumerate(self.cells):
            table[self.schedule.index_of(cell)] = number
        return table


def fee_program(case: Case) -> FeeProgram:
    """The linear program of a scenario.

    Raises:
        ScenarioError: a step date outside the years of the target, or before the baseline.
    """
    reference, rules = case.reference, case.scenario.rules
    years = reference.savings.target.years
    first, last = reference.savings.baseline_date, dt.date(years[-1], 12, 31)
    wrong = [step for step in rules.step_dates if not first < step <= last]
    if wrong:
        shown = ", ".join(str(step) for step in wrong)
        facts = {"after": f"{first} (au plus tard le {last})"}
        raise ScenarioError(problem("date_order", Place(key="rules.step_dates"), shown, **facts))
    schedule = reference.schedule.with_prices(
        {step: {} for step in rules.step_dates}, "proposition"
    )
    eve = rules.step_dates[0] - dt.timedelta(days=1)
    start = np.array([reference.schedule.price(cell, eve) for cell in schedule.cells])
    base = baseline(case)
    before = np.array([base.price(cell, first) for cell in schedule.cells])
    ceiling = np.full(len(start), np.inf) if rules.no_rise else np.maximum(start, before)
    return FeeProgram(case, schedule, rules.step_dates, start, ceiling)


def _block(
    constraint: str, rows: list[Floats], low: list[float], high: list[float], labels: list[str]
) -> Block:
    return Block(
        constraint, sparse.csr_array(np.array(rows)), np.array(low), np.array(high), tuple(labels)
    )
