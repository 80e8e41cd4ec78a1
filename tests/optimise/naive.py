"""The menu's constraints and objectives written again, machine by machine, for SciPy.

Nothing of `costing.optimise` is used. Revenue is linear in prices: its coefficients are read off
the engine by moving one price at a time. A machine below its floor has a whole number of its own;
none is grouped, dropped or merged. A structure is given, not sought.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from costing.analysis.account.comparison import pay
from costing.analysis.uncertainty.uncertainty import fleet_cost_draws
from costing.case.case import Case
from costing.fee.schedule import Cell, FeeSchedule, Machines, Reform
from costing.scenario.rules import Demand

Array = np.ndarray[Any, Any]
BASELINE = dt.date(2024, 3, 1)
YEARS = (2025, 2026, 2027)
BANDS = ("plein", "reduit_1", "reduit_2", "reduit_3")
ZONES = ("paris", "region_parisienne", "province")


@dataclass(frozen=True)
class Answer:
    """Prices `(steps, cells)` and what each objective came to; None when nothing is possible."""

    prices: Array | None
    values: tuple[float, ...] = ()

    @property
    def possible(self) -> bool:
        return self.prices is not None


@dataclass
class Naive:
    """A case as a mixed-integer program, under a structure.

    like: the same but for what is asked, already read.
    """

    case: Case
    reform: Reform | None = None
    like: Naive | None = None
    draws: int = 1_000
    machines: dict[int, Machines] = field(default_factory=dict)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)
    other: int = 0  # rows of what is asked besides savings; they come first
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rules = self.case.scenario.rules
        self.official = self.case.reference.schedule
        self.cells = self.official.cells
        self.steps = self.rules.step_dates
        self.eve = self.steps[0] - dt.timedelta(days=1)
        self.f0 = np.array([self.official.price(cell, self.eve) for cell in self.cells])
        self.base = np.array([self.official.price(cell, BASELINE) for cell in self.cells])
        self.size = len(self.cells) * len(self.steps)
        if self.like:
            names = ("frame", "weight", "fixed", "slope", "baseline", "r0", "c0", "cost")
            more = ("amortised", "floor_cost", "cost_draws")
            for name in (*names, *more):
                if hasattr(self.like, name):
                    setattr(self, name, getattr(self.like, name))
        else:
            self._read()
        self._prices()
        self._demands()

    # --- what the engine says

    def schedule(self, prices: Array) -> FeeSchedule:
        table = prices.reshape(len(self.steps), -1)
        changes = {
            step: dict(zip(self.cells, map(float, row), strict=True))
            for step, row in zip(self.steps, table, strict=True)
        }
        reforms = (self.reform,) if self.reform else ()
        return self.official.with_prices(changes, "essai", reforms)

    def revenue(self, prices: Array) -> dict[int, Array]:
        """Of each machine, by year."""
        schedule = self.schedule(prices)
        count = self.case.scenario.conventions.inpatients_count
        if not self.machines:
            for year in YEARS:
                years = self.case.under(schedule, year).amortisation_years
                self.machines[year] = self.case.fleet_in(year).machines(schedule, year, years)
        return {y: schedule.revenue(self.machines[y], y, count) for y in YEARS}

    def _read(self) -> None:
        fleet = self.case.fleet_in(2027)
        self.frame, self.weight = fleet.frame.reset_index(drop=True), fleet.weight
        self.fixed = self.revenue(np.zeros(self.size))
        self.slope = {year: np.zeros((len(self.fixed[year]), self.size)) for year in YEARS}
        # One price of each class moves at a time: those of other classes pay other machines.
        codes = {y: self.case.fleet_in(y).frame["class"].to_numpy() for y in YEARS}
        mine = list(dict.fromkeys(self.frame["class"]))
        own = {code: [i for i in range(self.size) if self._class(i) == code] for code in mine}
        for turn in range(max(map(len, own.values()))):
            moved = {code: places[turn] for code, places in own.items() if turn < len(places)}
            one = np.zeros(self.size)
            one[list(moved.values())] = 1.0
            after = self.revenue(one)
            for year in YEARS:
                for code, place in moved.items():
                    rows = codes[year] == code
                    self.slope[year][rows, place] = (after[year] - self.fixed[year])[rows]
        frozen = self.official.frozen(BASELINE)
        self.baseline = {y: pay(self.case, self.case.fleet_in(y), frozen, y).revenue for y in YEARS}
        before = pay(self.case, fleet, self.official.frozen(self.eve), 2027)
        after = pay(self.case, fleet, self.schedule(np.tile(self.f0, len(self.steps))), 2027)
        self.r0, self.c0, self.cost = before.revenue, before.cost, after.cost
        self.amortised = before.machines.amortised
        self.floor_cost = self.cost
        if self.rules.cost_risk != "principal":
            share = after.cost / np.maximum(_whole_cost(self.case, after), 1e-9)
            self.cost_draws = fleet_cost_draws(self.case, fleet, 2027, self.draws)[1:] * share
            self.floor_cost = self.at_risk(self.cost_draws)

    def at_risk(self, draws: Array) -> Array:
        """What a cost counts for in a floor, from its definition and not from a sorted index."""
        p, ranked = self.rules.cost_level, np.sort(draws, axis=0)
        if self.rules.cost_risk == "mean":
            return np.mean(draws, axis=0)
        covered = np.arange(1, len(draws) + 1) / len(draws)
        first = int(np.argmax(covered >= p - 1e-12))
        if self.rules.cost_risk == "probability":
            return ranked[first]
        # Rockafellar and Uryasev: min over t of t + E[(C - t)+] / (1 - p), reached at the quantile.
        at = ranked[first]
        return at + np.mean(np.maximum(draws - at, 0), axis=0) / (1 - p)

    def _class(self, variable: int) -> str:
        return self.cells[variable % len(self.cells)].class_code

    # --- variables and rows

    def variables(self, count: int, low: float, high: float, whole: bool = False) -> list[int]:
        first = len(self.low)
        self.low += [low] * count
        self.high += [high] * count
        self.whole += [whole] * count
        return list(range(first, first + count))

    def row(self, factors: Any, low: float = -np.inf, high: float = np.inf) -> None:
        if not isinstance(factors, dict):
            factors = {i: float(factors[i]) for i in np.flatnonzero(factors)}
        self.rows.append((factors, float(low), float(high)))

    def at(self, step: int, cell: Cell) -> int:
        return step * len(self.cells) + self.cells.index(cell)

    def of(self, machines: Array, year: int = 2027) -> tuple[Array, float]:
        """Weighted revenue of some machines of a year: factors of the prices, and the rest."""
        weight = machines * self.case.fleet_in(year).weight
        return self.slope[year].T @ weight, float(self.fixed[year] @ weight)

    def saved(self, years: Sequence[int]) -> tuple[Array, float]:
        """Savings of some years: factors and constant."""
        factors, constant = np.zeros(self.size), 0.0
        for year in years:
            paid, rest = self.of(np.ones(len(self.fixed[year])), year)
            weight = self.case.fleet_in(year).weight
            factors = factors - paid
            constant += float(self.baseline[year] @ weight) - rest
        return factors, constant

    def asked(self, constraint: str) -> list[Demand]:
        return [d for d in self.rules.demands if d.constraint == constraint]

    def holds(self, constraint: str, cell: Cell) -> Demand | None:
        """The demand for a cell: that of its class, else of its modality, else of all."""
        for scope in (cell.class_code, self.modality(cell.class_code), "*"):
            for item in self.asked(constraint):
                if item.scope == scope:
                    return item
        return None

    def modality(self, code: str) -> str:
        """The modality of a class; a code that also names a class speaks of that class."""
        modality = self.case.reference.classes[code].modality
        return "" if modality in self.case.reference.classes else modality

    def part(self, scope: str) -> Array:
        if scope == "*":
            return np.ones(len(self.weight), dtype=bool)
        names = ["class", "region", "sector"]
        if scope not in self.case.reference.classes:
            names.append("modality")
        return np.asarray((self.frame[names] == scope).any(axis=1))

    # --- the path and the shape

    def _rising(self) -> set[str]:
        found = set()
        for item in self.asked("rise_below_cost"):
            for code in set(self.frame["class"]):
                mine = (self.frame["class"] == code).to_numpy()
                covers = item.scope in ("*", code, self.modality(code))
                weight = mine * self.weight
                if covers and self.r0 @ weight < self.c0 @ weight:
                    found.add(code)
        return found

    def _prices(self) -> None:
        rules, rising = self.rules, self._rising()
        for step in range(len(self.steps)):
            for c, cell in enumerate(self.cells):
                # Prices that may rise at most double, which the menu does not say.
                most = max(self.base[c], self.f0[c]) * (2 if cell.class_code in rising else 1)
                if step == 0 and rules.no_rise and cell.class_code not in rising:
                    most = self.f0[c]
                (i,) = self.variables(1, 0.0, most)
                before = None if step == 0 else i - len(self.cells)
                if rules.no_rise and cell.class_code not in rising and before is not None:
                    self.row({i: 1, before: -1}, high=0)
                self._cuts(i, step, c, before)
                self._ceilings(i, step, c)
            self._shape(step)

    def _cuts(self, i: int, step: int, c: int, before: int | None) -> None:
        cell = self.cells[c]
        own = self.holds("step_cut", cell)
        keep = 1 - (own.value if own else self.rules.largest_cut_per_step)
        if before is None:
            self.row({i: 1}, low=keep * self.f0[c])
        else:
            self.row({i: 1, before: -keep}, low=0)
        if total := self.holds("total_cut", cell):
            self.row({i: 1}, low=min((1 - total.value) * self.base[c], self.f0[c]))
        if phased := self.holds("phased_cut", cell):
            keep, date = 1 - phased.value, self.steps[step]
            ago = date.replace(year=date.year - 1)
            days = range(ago.toordinal(), self.steps[0].toordinal())
            for was in {self.official.price(cell, dt.date.fromordinal(day)) for day in days}:
                if not np.isnan(was):
                    self.row({i: 1}, low=min(keep * was, self.f0[c]))
            for other in range(step):
                ends = self.steps[other + 1]
                if ends > ago:
                    self.row({i: 1, self.at(other, cell): -keep}, low=0)

    def _ceilings(self, i: int, step: int, c: int) -> None:
        cell = self.cells[c]
        if step < len(self.steps) - 1:
            return
        if ceiling := self.holds("sector_ceiling", cell):
            self.row({i: 1}, high=ceiling.value)

    def _shape(self, step: int) -> None:
        rules = self.rules
        for upper in self.cells:
            for lower in self.cells:
                if upper.class_code != lower.class_code:
                    continue
                degressive = BANDS.index(lower.band) == BANDS.index(upper.band) + 1
                zones = (
                    lower.zone in ZONES
                    and lower.amortisation == upper.amortisation
                    and lower.band == upper.band
                    and ZONES.index(lower.zone) - ZONES.index(upper.zone) == 1
                )
                old = (
                    (lower.amortisation, upper.amortisation) == ("amorti", "non_amorti")
                    and lower.zone == upper.zone
                    and lower.band == upper.band
                )
                if (
                    (rules.degressive and degressive)
                    or (rules.zones_in_order and zones)
                    or (rules.amortised_not_above and old)
                ):
                    gap = self.f0[self.cells.index(lower)] - self.f0[self.cells.index(upper)]
                    self.row({self.at(step, lower): 1, self.at(step, upper): -1}, high=max(0, gap))
                gap_ = self.holds("zone_gap", upper)
                apart = upper.zone != lower.zone and upper.amortisation == lower.amortisation
                full = upper.band == lower.band == "plein"
                if gap_ and apart and full and step == len(self.steps) - 1:
                    self.row(
                        {self.at(step, upper): 1, self.at(step, lower): -(1 + gap_.value)}, high=0
                    )

    # --- savings, sums, machines

    def _demands(self) -> None:
        self._sums()
        self._machines()
        self.other = len(self.rows)
        self._savings()

    def _sums(self) -> None:
        for code, share in self.rules.floor_share_of_cost.items():
            mine = (self.frame["class"] == code).to_numpy()
            if mine.any():
                cost = float(self.cost @ (mine * self.weight))
                if self.rules.cost_risk != "principal":
                    cost = float(self.at_risk(self.cost_draws @ (mine * self.weight)))
                factors, rest = self.of(mine)
                now = float(self.r0 @ (mine * self.weight))
                self.row(factors, low=min(share * cost, now) - rest)
        for item in self.asked("rise_below_cost"):
            for code in self._rising():
                if item.scope in ("*", code, self.modality(code)):
                    mine = (self.frame["class"] == code).to_numpy()
                    factors, rest = self.of(mine)
                    cost = float(self.cost @ (mine * self.weight))
                    now = float(self.r0 @ (mine * self.weight))
                    self.row(factors, high=max(item.value * cost, now) - rest)
        for item in self.asked("neutrality"):
            mine = self.part(item.scope)
            now, cost = (float(v @ (mine * self.weight)) for v in (self.r0, self.c0))
            if mine.any() and (item.level is None or now / cost - 1 <= item.level):
                factors, rest = self.of(mine)
                self.row(factors, (1 - item.value) * now - rest, (1 + item.value) * now - rest)

    def _machines(self) -> None:
        for item in self.asked("machine_floor"):
            mine, share = self.part(item.scope), item.value
            below = self._below(mine, share)
            room = (item.level or 0.0) * float(self.weight @ mine)
            self.row({z: self.weight[m] for m, z in below.items()}, high=room)
        for name in ("machines_below", "acts_below"):
            for item in self.asked(name):
                counts = self.weight * (self.frame["acts_billed"] if name == "acts_below" else 1)
                counts = np.asarray(counts)
                below = self._below(self.part(item.scope) & (self.r0 >= self.floor_cost), 1.0)
                room = item.value * float(counts @ self.part(item.scope))
                self.row({z: counts[m] for m, z in below.items()}, high=room)
        sites = self.frame.groupby(["site_id", "modality"])["machine_id"].transform("nunique")
        for item in self.asked("sole_machine"):
            for m in np.flatnonzero(self.part(item.scope) & (sites == 1).to_numpy()):
                low = min((1 + item.value) * self.floor_cost[m], self.r0[m])
                self.row(self.slope[2027][m], low=low - self.fixed[2027][m])

    def _below(self, which: Array, share: float) -> dict[int, int]:
        """For each machine, a whole number that is 1 when it may be below a share of its cost."""
        found = {}
        for m in np.flatnonzero(which):
            (z,) = self.variables(1, 0, 1, whole=True)
            need = share * self.floor_cost[m]
            factors = {i: self.slope[2027][m, i] for i in np.flatnonzero(self.slope[2027][m])}
            self.row({**factors, z: need}, low=need - self.fixed[2027][m])
            found[int(m)] = z
        return found

    def _savings(self) -> None:
        demand = self.case.scenario.savings
        assert not demand.other_levers
        need = demand.target_eur * demand.share_on_fee
        factors, rest = self.saved(YEARS if demand.reading == "cumulated" else YEARS[-1:])
        self.row(factors, low=need - rest)
        for year, least in demand.yearly_eur.items():
            years, total = [year], least
            if demand.carry_over:
                years = [y for y in YEARS if y <= year]
                total = sum(v for y, v in demand.yearly_eur.items() if y <= year)
            factors, rest = self.saved(years)
            self.row(factors, low=total - rest)

    # --- objectives: factors by variable, and a constant

    def objective(self, name: str) -> tuple[dict[int, float], float]:
        return getattr(self, f"_{name}" if not name.startswith("even_") else "_even_between")(
            *((name[5:],) if name.startswith("even_") else ())
        )

    def _loss(self) -> tuple[dict[int, float], float]:
        columns = self.variables(len(self.weight), 0, np.inf)
        for m, z in enumerate(columns):
            self._lines(m, {z: 1}, self.cost[m])
        return dict(zip(columns, map(float, self.weight), strict=True)), 0.0

    def _largest_loss(self) -> tuple[dict[int, float], float]:
        (t,) = self.variables(1, 0, np.inf)
        for m in range(len(self.weight)):
            self._lines(m, {t: 1}, min(self.cost[m], self.r0[m]))
        return {t: 1.0}, 0.0

    def _lines(self, m: int, more: dict[int, float], low: float) -> None:
        factors = {int(i): self.slope[2027][m, i] for i in np.flatnonzero(self.slope[2027][m])}
        self.row({**factors, **more}, low=low - self.fixed[2027][m])

    def _near_cost(self) -> tuple[dict[int, float], float]:
        total = {}
        kinds = self.frame["class"].astype("str") + self.amortised.astype(str)
        for kind in set(kinds):
            mine = (kinds == kind).to_numpy()
            (t,) = self.variables(1, 0, np.inf)
            factors, rest = self.of(mine)
            due = (1 + self.rules.return_on_cost) * float(self.cost @ (mine * self.weight))
            self.row({**_sparse(factors), t: 1}, low=due - rest)
            self.row({**_sparse(factors), t: -1}, high=due - rest)
            total[t] = 1.0
        return total, 0.0

    def _exact(self) -> tuple[dict[int, float], float]:
        factors, rest = self.saved(YEARS)
        return _sparse(factors), rest

    def _even(self) -> tuple[dict[int, float], float]:
        euros = (self.slope[2027].T @ self.weight) * np.tile(self.f0, len(self.steps))
        (rate,) = self.variables(1, -1, 1)
        total = {}
        for i in range(self.size):
            (t,) = self.variables(1, 0, np.inf)
            start = self.f0[i % len(self.cells)]
            self.row({i: 1 / start, rate: 1, t: 1}, low=1)
            self.row({i: 1 / start, rate: 1, t: -1}, high=1)
            # A price that pays nobody follows the others: a hundred-thousandth of all the euros.
            total[t] = float(euros[i] / max(euros.sum(), 1.0)) + 1e-5
        return total, 0.0

    def _even_between(self, column: str) -> tuple[dict[int, float], float]:
        (t,) = self.variables(1, -np.inf, np.inf)
        for value in set(self.frame[column]):
            mine = (self.frame[column] == value).to_numpy()
            now = float(self.r0 @ (mine * self.weight))
            if now > 0:
                factors, rest = self.of(mine)
                self.row({**_sparse(factors / now), t: 1}, low=1 - rest / now)
        return {t: 1.0}, 0.0

    def _fewest_cells(self) -> tuple[dict[int, float], float]:
        total = {}
        for c in range(len(self.cells)):
            (z,) = self.variables(1, 0, 1, whole=True)
            most = 2 * max(self.f0[c], self.base[c])
            for step in range(len(self.steps)):
                i = step * len(self.cells) + c
                self.row({i: 1, z: self.f0[c]}, low=self.f0[c])
                self.row({i: 1, z: -(most - self.f0[c])}, high=self.f0[c])
            total[z] = 1.0
        return total, 0.0

    def _smooth(self) -> tuple[dict[int, float], float]:
        (t,) = self.variables(1, 0, np.inf)
        for i in range(self.size):
            start, c = self.f0[i % len(self.cells)], i - len(self.cells)
            before, was = ({}, start) if c < 0 else ({c: -1 / start}, 0.0)
            self.row({i: 1 / start, **before, t: 1}, low=was / start)
            self.row({i: 1 / start, **before, t: -1}, high=was / start)
        return {t: 1.0}, 0.0

    # --- solving

    def broken(self, prices: Array, room: float = 0.01) -> list[tuple[float, float, float]]:
        """Rows that prices `(steps, cells)` break by more than some euros, or 1e-9 of a price.

        Those that count machines are met if some choice of who is left below meets them.
        """
        found, fixed = [], prices.ravel()
        for row, low, high in self.rows:
            if all(i < self.size for i in row):
                value = sum(f * fixed[i] for i, f in row.items())
                euros = max((abs(f) for f in row.values()), default=0.0) > 3
                slack = room if euros else 1e-9 * max(1.0, abs(value))
                if not low - slack <= value <= high + slack:
                    found.append((value, low, high))
        # Who is below is read off; a whole number counts what it must.
        short = np.zeros(len(self.low))
        for row, low, _ in self.rows:
            (z,) = [i for i in row if i >= self.size and self.whole[i]][:1] or [None]
            if z is not None and any(i < self.size for i in row):
                value = sum(f * fixed[i] for i, f in row.items() if i < self.size)
                short[z] = float(value < low - room)
        for row, _, high in self.rows:
            if row and all(i >= self.size for i in row):
                value = sum(f * short[i] for i, f in row.items())
                if value > high + 1e-6:
                    found.append((value, 0.0, high))
        return found

    def best(self, *names: str) -> Answer:
        """The objectives in turn, each kept to a hair while the next is sought."""
        goals = [self.objective(name) for name in names]
        values: list[float] = []
        point = None
        for factors, constant in goals:
            next_point, value = self._solve(factors)
            if next_point is None:
                break  # what is kept is kept too tightly for the solver's tolerance
            point = next_point
            values.append(value + constant)
            self.row(factors, high=value + 1e-8 * max(1.0, abs(value)))
        if point is None:
            return Answer(None)
        return Answer(point[: self.size].reshape(len(self.steps), -1), tuple(values))

    def most_saved(self) -> float:
        """The most that can be saved under the demand's reading, whatever is asked of savings.

        Less than nothing where floors ask for more than is paid today.
        """
        years = YEARS if self.case.scenario.savings.reading == "cumulated" else YEARS[-1:]
        factors, rest = self.saved(years)
        asked, self.rows = self.rows, self.rows[: self.other]
        point, value = self._solve({i: -f for i, f in _sparse(factors).items()})
        self.rows = asked
        return rest - value if point is not None else float("nan")

    def _solve(self, factors: dict[int, float]) -> tuple[Array | None, float]:
        count = len(self.low)
        matrix = np.zeros((len(self.rows), count))
        low, high = np.empty(len(self.rows)), np.empty(len(self.rows))
        for number, (row, least, most) in enumerate(self.rows):
            size = max((abs(v) for v in row.values()), default=1.0) or 1.0
            for i, v in row.items():
                matrix[number, i] = v / size
            low[number], high[number] = least / size, most / size
        costs, unit = np.zeros(count), min((abs(f) for f in factors.values() if f), default=1.0)
        for i, f in factors.items():
            costs[i] = f / unit  # the solver's own tolerances are absolute
        found = milp(
            costs,
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(np.array(self.low), np.array(self.high)),
            integrality=np.array(self.whole, dtype=int),
            options={"mip_rel_gap": 1e-9},
        )
        if found.status == 2:
            return None, float("nan")
        assert found.status == 0, found.message
        return found.x, float(found.fun) * unit


def _sparse(factors: Array) -> dict[int, float]:
    return {int(i): float(factors[i]) for i in np.flatnonzero(factors)}


def _whole_cost(case: Case, paid: Any) -> Array:
    """Cost of all acts, in-patients' too: `pay` tells that of the billed ones."""
    from costing.case.costs import fleet_cost

    return fleet_cost(case, paid.fleet, 2027)
