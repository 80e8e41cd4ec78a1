r"""A case as a program: the variables, and what revenue and cost are of them.

A variable is the price of a cell from a step date on. Everything is linear in the prices, since
`FeeSchedule.volumes` gives the acts that each price pays, whatever the prices are.

Where a class may have several structures (limits, years, factor), its prices are split by variant:
$f = \sum_j g_j$ with $\underline f u_j \le g_j \le \overline f u_j$, $\sum_j u_j = 1$, $u_j$ whole.
Revenue stays linear, in the $g_j$, and no tighter linear relaxation of the choice exists (Balas,
1985, disjunctive programming).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.analysis.account.comparison import billed_share
from costing.analysis.account.savings import baseline
from costing.case.case import Case
from costing.case.costs import fleet_cost
from costing.case.labels import cell_title
from costing.fee.schedule import AMORTISATION, BANDS, ZONES, Cell, FeeSchedule, Machines, Reform
from costing.fleet.fleet import Fleet
from costing.optimise.machine_rows import MachineRows
from costing.optimise.solver import Block, Columns
from costing.optimise.structure import Space, space
from costing.problems.errors import Place, ScenarioError, problem
from costing.scenario.rules import CostRisk

Floats = NDArray[np.float64]

#: A price that may rise above those known does not more than double.
MOST_RISE = 2.0


@dataclass(frozen=True)
class YearVolumes:
    """What a year's revenue is made of: acts by variable, euros that no variable touches."""

    year: int
    acts: Floats
    fixed_eur: float
    baseline_eur: float

    def saved(self, values: Floats) -> float:
        """Savings of the year, EUR."""
        return self.baseline_eur - self.fixed_eur - float(self.acts @ values[: len(self.acts)])


@dataclass(frozen=True)
class FeeProgram:
    """A case as a program; variables date by date, cell by cell, then those of the structure.

    fleets: by year, when volumes answer prices; else the case's own.
    cost_draws: the costs of its machines under draws, by risk and level (`costing.optimise.risk`).
    """

    case: Case
    schedule: FeeSchedule
    steps: tuple[dt.date, ...]
    start: Floats
    before: Floats
    space: Space
    fleets: Mapping[int, Fleet] = field(default_factory=dict)
    cost_draws: dict[tuple[CostRisk, float], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    # --- the variables

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The prices of one date."""
        return self.schedule.cells

    @cached_property
    def cell_names(self) -> tuple[str, ...]:
        """An identifier for each cell."""
        return tuple("_".join(part for part in cell if part != "*") for cell in self.cells)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """One name a price."""
        return tuple(f"{name}_{d:%Y%m%d}" for d in self.steps for name in self.cell_names)

    @property
    def prices(self) -> int:
        """Number of price variables; they come first."""
        return len(self.cells) * len(self.steps)

    @cached_property
    def present(self) -> Floats:
        """The prices in force before the first step, as a value of every price."""
        return np.tile(self.start, len(self.steps))

    @cached_property
    def split(self) -> dict[tuple[str, int], int]:
        """Where the prices of each class and variant begin, for classes that have a choice."""
        starts, first = {}, self.prices
        for code in self.space.free:
            own = sum(cell.class_code == code for cell in self.cells) * len(self.steps)
            for variant in range(len(self.space.variants[code])):
                starts[code, variant] = first
                first += own
        return starts

    @cached_property
    def switches(self) -> dict[tuple[str, int], int]:
        """Where the switch of each class and variant stands."""
        first = self.prices + sum(self._own(code) for code, _ in self.split)
        return {key: first + number for number, key in enumerate(self.split)}

    def _own(self, code: str) -> int:
        return sum(cell.class_code == code for cell in self.cells) * len(self.steps)

    @property
    def size(self) -> int:
        """Number of variables."""
        return self.prices + sum(1 + self._own(code) for code, _ in self.split)

    def columns(self, ceiling: Floats) -> list[Columns]:
        """The variables; what else limits prices is in rows, so that it has a shadow price."""
        columns = [Columns(self.names, np.zeros(self.prices), ceiling)]
        if self.split:
            names = [
                f"{self.names[i]}_v{variant}"
                for code, variant in self.split
                for i in self.places(code)
            ]
            free = np.full(len(names), np.inf)
            columns.append(Columns(tuple(names), np.zeros(len(names)), free))
            picks = tuple(f"pick_{code}_{variant}" for code, variant in self.split)
            zero, one = np.zeros(len(picks)), np.ones(len(picks))
            columns.append(Columns(picks, zero, one, integer=True))
        return columns

    def places(self, code: str) -> NDArray[np.intp]:
        """Prices of a class, date by date."""
        own = [i for i, cell in enumerate(self.cells) if cell.class_code == code]
        size = len(self.cells)
        return np.array([step * size + i for step in range(len(self.steps)) for i in own])

    def links(self, low: Floats, high: Floats) -> list[Block]:
        """What ties prices to those of the variants, and makes one variant hold."""
        if not self.split:
            return []
        rows: list[dict[int, float]] = []
        bounds: list[tuple[float, float]] = []
        for code in self.space.free:
            keys = [key for key in self.split if key[0] == code]
            for order, price in enumerate(self.places(code)):
                parts = [self.split[key] + order for key in keys]
                rows.append({int(price): -1.0, **dict.fromkeys(parts, 1.0)})
                bounds.append((0.0, 0.0))
                for key, part in zip(keys, parts, strict=True):
                    switch = self.switches[key]
                    rows.append({part: 1.0, switch: -float(low[price])})
                    bounds.append((0.0, np.inf))
                    rows.append({part: 1.0, switch: -float(high[price])})
                    bounds.append((-np.inf, 0.0))
            rows.append({self.switches[key]: 1.0 for key in keys})
            bounds.append((1.0, 1.0))
        for number, choice in enumerate(self.space.choices):
            rows += self._same_pick(number, len(choice.candidates) + 1)
        bounds += [(0.0, 0.0)] * (len(rows) - len(bounds))
        sides = np.array(bounds)
        return [Block("structure", self._matrix(rows), sides[:, 0], sides[:, 1])]

    def _same_pick(self, number: int, candidates: int) -> list[dict[int, float]]:
        """Classes under one choice take the same candidate."""
        under = {
            code: [dict(v.picks).get(number) for v in self.space.variants[code]]
            for code in self.space.free
        }
        codes = [code for code, picks in under.items() if any(p is not None for p in picks)]
        rows = []
        for code in codes[1:]:
            for candidate in range(1, candidates):
                row = {
                    self.switches[c, j]: sign
                    for c, sign in ((code, 1.0), (codes[0], -1.0))
                    for j, pick in enumerate(under[c])
                    if pick == candidate
                }
                if row:
                    rows.append(row)
        return rows

    def _matrix(self, rows: list[dict[int, float]]) -> sparse.csr_array:
        columns = [column for row in rows for column in row]
        values = [value for row in rows for value in row.values()]
        ends = np.cumsum([0, *(len(row) for row in rows)])
        return sparse.csr_array((values, columns, ends), shape=(len(rows), self.size))

    def variables(self, prices: Floats, chosen: Mapping[str, int] | None = None) -> Floats:
        """The value of every variable for some prices, under some variants (today's if none)."""
        values = np.zeros(self.size)
        values[: self.prices] = prices
        for code in self.space.free:
            variant = (chosen or {}).get(code, 0)
            places = self.places(code)
            first = self.split[code, variant]
            values[first : first + len(places)] = prices[places]
            values[self.switches[code, variant]] = 1.0
        return values

    def chosen(self, values: Floats) -> dict[str, int]:
        """Which variant of each class a solution takes."""
        return {code: v for (code, v), place in self.switches.items() if values[place] > 0.5}

    def settled(self, chosen: Mapping[str, int]) -> FeeProgram:
        """The program once the structure is chosen: prices alone are left."""
        if not self.split:
            return self
        schedule = self._reformed(self.space.reform(self.steps[0], chosen))
        fixed = Space((), {code: (variants[0],) for code, variants in self.space.variants.items()})
        return replace(self, schedule=schedule, space=fixed)

    # --- what the fleet does

    def fleet(self, year: int) -> Fleet:
        """The machines of a year."""
        return self.fleets.get(year) or self.case.fleet_in(year)

    @cached_property
    def years(self) -> tuple[YearVolumes, ...]:
        """The years of the target."""
        return tuple(self._year(year) for year in self.case.reference.savings.target.years)

    def saved(self, values: Floats) -> dict[int, float]:
        """Savings by year (EUR) of the variables' values."""
        return {year.year: year.saved(values) for year in self.years}

    @cached_property
    def machines(self) -> MachineRows:
        """The machines of the last year: revenue and cost of each as lines in the variables."""
        year = self.case.reference.savings.target.years[-1]
        fleet = self.fleet(year)
        revenue, fixed = self._coefficients[year]
        machines = self._machines(fleet, year)
        share = billed_share(self.case, fleet, machines)
        cases = [self._under(slot, year) for slot in range(self.space.slots)]
        present = fleet_cost(self.case, fleet, year) * share
        costs = [
            present if case is self.case else fleet_cost(case, fleet, year) * share
            for case in cases
        ]
        code = fleet.frame["class"].to_numpy()
        rows, columns, values = [], [], []
        for slot in range(1, self.space.slots):
            for name in self.space.free:
                if slot < len(self.space.variants[name]):
                    of_class = np.flatnonzero(code == name)
                    rows.append(of_class)
                    columns.append(np.full(len(of_class), self.switches[name, slot]))
                    values.append((costs[slot] - costs[0])[of_class])
        shape = (len(fleet.frame), self.size)
        shift = sparse.csr_array(shape)
        if rows:
            entries = (np.concatenate(rows), np.concatenate(columns))
            shift = sparse.csr_array((np.concatenate(values), entries), shape=shape)
        zoned = np.array([entry.zones for entry in self.schedule.classes.values()])
        return MachineRows(
            frame=fleet.frame.reset_index(drop=True),
            zone=np.where(zoned[machines.class_index], machines.zone_index, -1),
            states=np.column_stack([self._machines(fleet, year, c).amortised for c in cases]),
            revenue=revenue,
            fixed_eur=fixed,
            cost_eur=costs[0],
            cost_shift=shift,
            weight=fleet.weight,
            present_eur=self._present_revenue(fleet, year),
            present_cost_eur=present,
        )

    def _present_revenue(self, fleet: Fleet, year: int) -> Floats:
        """Revenue of each machine, the prices and structure before the first step held."""
        held = self.case.reference.schedule.frozen(self.steps[0] - dt.timedelta(days=1))
        machines = self._machines(fleet, year)
        return held.revenue(machines, year, self.case.scenario.conventions.inpatients_count)

    def _year(self, year: int) -> YearVolumes:
        acts, fixed = self._coefficients[year]
        plain = self.case.fleet_in(year)
        old = self._machines(plain, year)
        count = self.case.scenario.conventions.inpatients_count
        base = baseline(self.case).revenue(old, year, count)
        weight = self.fleet(year).weight
        return YearVolumes(year, acts.T @ weight, float(fixed @ weight), float(base @ plain.weight))

    @cached_property
    def _schedules(self) -> tuple[FeeSchedule, ...]:
        """By slot, the schedule in which every class that has such a variant takes it."""
        if not self.space.free:
            return (self.schedule,)
        reforms = [
            self.space.reform(self.steps[0], dict.fromkeys(self.space.free, slot))
            for slot in range(self.space.slots)
        ]
        return tuple(self._reformed(reform) for reform in reforms)

    def _reformed(self, reform: Reform) -> FeeSchedule:
        """The prices in force before the first step, under another structure from then on."""
        official = self.case.reference.schedule
        return official.with_prices({step: {} for step in self.steps}, "proposition", (reform,))

    def _under(self, slot: int, year: int) -> Case:
        """The case with the years before « amorti » of a slot."""
        return self.case.under(self._schedules[slot], year)

    def _machines(self, fleet: Fleet, year: int, case: Case | None = None) -> Machines:
        """A fleet of a year as arrays, in its state under a case (the scenario's own)."""
        years = (case or self.case).amortisation_years
        key = fleet is self.case.fleet_in(year), year, tuple(sorted(years.items()))
        if key not in self._arrays:
            self._arrays[key] = fleet.machines(self.schedule, year, years)
        return self._arrays[key]

    @cached_property
    def _arrays(self) -> dict[Any, Machines]:
        """What `_machines` has made."""
        return {}

    @cached_property
    def _coefficients(self) -> dict[int, tuple[sparse.csr_array, Floats]]:
        """By year, acts of each machine by variable, and its revenue at prices already in force."""
        by_year = {}
        for year in self.case.reference.savings.target.years:
            parts = [self._slot(slot, year) for slot in range(self.space.slots)]
            acts = parts[0][0]
            for part, _ in parts[1:]:
                acts = sparse.csr_array(acts + part)
            by_year[year] = acts, parts[0][1]
        return by_year

    def _slot(self, slot: int, year: int) -> tuple[sparse.csr_array, Floats]:
        """The same for one variant of each class, of the classes that have it."""
        schedule = self._schedules[slot]
        machines = self._machines(self.fleet(year), year, self._under(slot, year))
        count = self.case.scenario.conventions.inpatients_count
        volumes = schedule.volumes(machines, year, count)
        dates = np.array([p.date_index for p in schedule.periods(year)])
        step = dates - (len(schedule.dates) - len(self.steps))
        fixed = np.zeros(len(volumes))
        if slot == 0 and (step < 0).any():
            already = volumes * (step < 0)[:, None]
            fees = schedule.fees(machines, year)
            if np.isnan(fees[already > 0]).any():
                schedule.revenue(machines, year, count)  # says for which class and since when
            fixed = np.sum(np.where(already > 0, already * fees, 0.0), axis=(1, 2))
        has = np.array([slot < len(self.space.variants[code]) for code in schedule.class_codes])
        used = (volumes > 0) & (step >= 0)[:, None] & has[machines.class_index][:, None, None]
        row, period, band = np.nonzero(used)
        acts = volumes[used]
        if schedule.reforms:
            acts = acts * schedule.factors(machines, year)[row, period]
        column = self._columns_of(slot)[
            step[period],
            machines.class_index[row],
            machines.amortised[row].astype(np.intp),
            machines.zone_index[row],
            band,
        ]
        return sparse.csr_array((acts, (row, column)), shape=(len(volumes), self.size)), fixed

    def _columns_of(self, slot: int) -> NDArray[np.intp]:
        """Variable that pays each (step, class, amortised, zone, band); -1 where none does."""
        shape = (len(self.steps), len(self.schedule.classes), len(AMORTISATION), len(ZONES))
        table = np.full((*shape, len(BANDS)), -1, dtype=np.intp)
        for code in self.schedule.classes:
            places = self.places(code).reshape(len(self.steps), -1)
            own = [self.cells[i] for i in places[0]]
            first = self.split.get((code, slot))
            columns = (
                places if first is None else first + np.arange(places.size).reshape(places.shape)
            )
            for number, cell in enumerate(own):
                for step in range(len(self.steps)):
                    table[(step, *self.schedule.index_of(cell))] = columns[step, number]
        return table

    def title(self, cell: Cell) -> str:
        """A price in words."""
        return cell_title(self.case.reference, cell)


def fee_program(case: Case, fleets: Mapping[int, Fleet] | None = None) -> FeeProgram:
    """The program of a scenario.

    Raises:
        ScenarioError: a step date outside the years of the target, or before the baseline; too
            many structures to choose from.
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
    return FeeProgram(case, schedule, rules.step_dates, start, before, space(case), fleets or {})
