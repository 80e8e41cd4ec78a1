r"""The machines of one class under draws: their state, what they are paid, what they cost.

Arrays are over draws and machines of the base fleet `(n, m)`, `(1, m)` where nothing is drawn, in
two states: not amortised, amortised. What a machine is in a year is the weight that it has in each
state, summed over the cohorts of `costing.analysis.draws.fleet_draws`. The cost is that of
`costing.case.costs`; a model that is a straight line in the acts (`CostModel.linear_in_acts`) needs
two evaluations for a class and state, whatever the number of machines; another is evaluated machine
by machine, as arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.draws.fleet_draws import Stock, amortised_before, cohort_dates
from costing.analysis.draws.pay_draws import Pay, States
from costing.analysis.uncertainty.uncertainty import Values, address_of, cost_names
from costing.case.case import Case
from costing.case.costs import annual_cost
from costing.fee.schedule import LIMITS, FeeSchedule, Machines

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Some draws of a class in a year.

    drawn: values by parameter name `(n,)`. factor: growth of the acts since the base fleet,
    `(n or 1,)`. cohorts: weights of the stock's groups, `(n or 1, g)` each.
    """

    drawn: Mapping[str, Floats]
    factor: Floats
    cohorts: list[Floats]


@dataclass(frozen=True)
class Paid:
    """Weight and revenue (EUR in the year) of each machine in each state under a schedule."""

    pay: Pay
    weights: States
    revenue: States

    @property
    def total(self) -> Floats:
        """What all the machines are paid, EUR in the year, `(n or 1,)`."""
        return _sum(self.weights[0], self.revenue[0]) + _sum(self.weights[1], self.revenue[1])


@dataclass(frozen=True)
class ClassDraws:
    """The machines of a class in the fleet of a case; `stock` holds those of its modality.

    base: as schedules pay them in the fleet's own year. group, share `(m,)`: group of each in the
    stock, and its part of the group. installed `(m,)`.
    """

    case: Case
    code: str
    stock: Stock
    base: Machines
    group: NDArray[np.intp]
    share: Floats
    installed: NDArray[np.datetime64]

    @classmethod
    def of(cls, case: Case, code: str, stock: Stock) -> ClassDraws:
        """Those of a case's fleet."""
        fleet = case.fleet
        members = np.flatnonzero((fleet.frame["class"] == code).to_numpy()[stock.rows])
        own = replace(fleet, frame=fleet.frame.iloc[stock.rows[members]])
        return cls(
            case=case,
            code=code,
            stock=stock,
            base=own.machines(case.reference.schedule, fleet.year, case.amortisation_years),
            group=stock.group[members],
            share=stock.share[members],
            installed=own.frame["installed_on"].to_numpy(),
        )

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Address of each parameter on which cost, state and bands rest, by name."""
        names = cost_names(self.case, self.code) | {*LIMITS, "amortisation_years"}
        if np.any(self.base.acts_inpatient > 0):
            names.add("inpatient_cost_weight")
        addresses = {name: address_of(self.case, self.code, name) for name in sorted(names)}
        return {name: address for name, address in addresses.items() if address}

    def block(self, values: Values, factor: Floats, cohorts: list[Floats]) -> Block:
        """Some draws, from values by address."""
        drawn = {name: values[a] for name, a in self.addresses.items() if a in values}
        return Block(drawn, factor, cohorts)

    def pay(self, schedule: FeeSchedule, year: int) -> Pay:
        """What a schedule pays the machines in a year."""
        count = self.case.scenario.conventions.inpatients_count
        return Pay.of(schedule, year, self.code, self.base, count)

    def paid(self, pay: Pay, block: Block) -> Paid:
        """Weight and revenue of the machines under some draws.

        Raises:
            TariffError: acts for which no rate is known.
        """
        limits = self._limits(pay.schedule, block)
        weights = self._weights(pay, block)
        pay.check(limits, block.factor, weights)
        return Paid(pay, weights, pay.revenue(limits, block.factor))

    def _limits(self, schedule: FeeSchedule, block: Block) -> tuple[Floats, ...]:
        """Limits of the bands, acts a year: as drawn, else those of the schedule's classes."""
        names = [name for name in LIMITS if name in self.addresses]
        limits: list[Floats] = []
        for name, mode in zip(names, schedule.classes[self.code].limits, strict=True):
            limit = np.atleast_1d(np.asarray(block.drawn.get(name, mode), dtype=float))
            # A limit drawn below the one before it leaves its band empty.
            limits.append(np.maximum(limit, limits[-1]) if limits else limit)
        return tuple(limits)

    def _weights(self, pay: Pay, block: Block) -> States:
        """Weight of the machines in each state, by the years before « amorti » that hold."""
        years: Any = pay.schedule.amortisation_years(pay.year).get(self.code)
        if years is None:
            mode = self.case.amortisation_years[self.code]
            years = block.drawn.get("amortisation_years", mode)
        before = amortised_before(pay.year, np.atleast_1d(np.asarray(years, dtype=float)))
        dates = cohort_dates(self.stock.year, pay.year, self.installed)
        new: Any = 0.0
        old: Any = 0.0
        for weight, date in zip(block.cohorts, dates, strict=True):
            own = weight[:, self.group] * self.share
            amortised = date < before[:, None]
            new = new + own * ~amortised
            old = old + own * amortised
        return new, old

    def size(self, paid: Paid, block: Block) -> Floats:
        """Machines by weight, and the acts that they are billed in the year: `(2, n or 1)`."""
        whole = paid.weights[0] + paid.weights[1]
        billed = self.base.acts_billed * block.factor[:, None]
        return _stack(whole.sum(axis=1), _sum(whole, billed))

    def short(self, paid: Paid, block: Block) -> Floats:
        """Machines paid less than their billed acts cost: `(3, n or 1)`.

        They themselves, their billed acts, and what they miss (EUR in the year), sums by weight.
        """
        totals = np.zeros((3, 1))
        billed = self.base.acts_billed * block.factor[:, None]
        for state, (weight, revenue) in enumerate(zip(paid.weights, paid.revenue, strict=True)):
            if not weight.any():
                continue
            missing = self._cost(paid.pay, bool(state), block) - revenue
            lacking = weight * (missing > 0)
            sums = _stack(lacking.sum(axis=1), _sum(lacking, billed), _sum(lacking, missing))
            totals = totals + sums
        return totals

    def _cost(self, pay: Pay, amortised: bool, block: Block) -> Floats:
        """Cost of the billed acts of each machine in a state, EUR/year, `(n or 1, m)`.

        That of the scenario's perimeter, under the schedule's years before « amorti ».
        """
        case = self.case.under(pay.schedule, pay.year)
        values = dict(block.drawn)
        if self.code in pay.schedule.amortisation_years(pay.year):
            values.pop("amortisation_years", None)
        acts, state = self.base.acts, float(amortised)
        if case.reference.model_of(self.code).linear_in_acts:
            # Within what the machines do: elsewhere a line may be negative, which no machine is.
            ends = np.unique([acts.min(), acts.max()])
            total = annual_cost(
                case, self.code, ends[:, None] * block.factor, state, values
            ).total()
            cost = total[0][:, None]
            if len(ends) > 1:
                place = (acts - ends[0]) / (ends[1] - ends[0])
                cost = cost + place * (total[1] - total[0])[:, None]
        else:
            each = {name: value[:, None] for name, value in values.items()}
            done = acts * block.factor[:, None]
            cost = annual_cost(case, self.code, done, state, each).total()
        return np.asarray(cost * self._billed_share(block))

    def _billed_share(self, block: Block) -> Floats:
        """Share of the cost that billed acts bear: b / (b + w h); 1 without any act.

        None where no act is billed, even when the others weigh nothing.
        """
        mode = self.case.inpatient_cost_weight(self.code)
        weight = np.atleast_1d(block.drawn.get("inpatient_cost_weight", np.asarray(mode)))[:, None]
        billed = self.base.acts_billed
        whole = billed + weight * self.base.acts_inpatient
        share = np.divide(billed, whole, out=np.zeros(whole.shape), where=whole > 0)
        return np.where(self.base.acts > 0, share, 1.0)


def _sum(first: Floats, second: Floats) -> Floats:
    """Sum over machines of a product, `(n or 1,)`."""
    first, second = np.broadcast_arrays(first, second)
    return np.asarray(np.einsum("nm,nm->n", first, second))


def _stack(*rows: Floats) -> Floats:
    """Rows over draws, `(1,)` where nothing is drawn, one under the other."""
    return np.stack(np.broadcast_arrays(*rows))
