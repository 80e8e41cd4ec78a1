r"""What a fee schedule comes to when what we do not know is drawn.

For each draw the uncertain values of the fleet's dynamics, of the costs and of the bands take
values of their joint law (`costing.analysis.uncertainty.uncertainty`), and every figure is the one
that the plain path gives under a scenario with these values: the savings of each year
(`costing.analysis.account.savings`) and, in the last year of the target, cost and revenue machine
by machine (`costing.analysis.account.comparison`). With weights $W_m$, billed acts $b_m$, revenues
$R_m$ and costs of the billed acts $C_m$,

- below: $\sum_m W_m [R_m < C_m] / \sum_m W_m$; by acts: the same with $W_m b_m$;
- loss: $\sum_m W_m (C_m - R_m)^+$.

Machines do not answer the schedule. Limits of bands that are drawn hold under every schedule, apart
from those that a reform of the schedule sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.savings import baseline, reached, required_from_fee
from costing.analysis.draws.class_draws import ClassDraws
from costing.analysis.draws.fleet_draws import Rates, Stock, rate_addresses
from costing.analysis.draws.pay_draws import Pay
from costing.analysis.uncertainty.uncertainty import (
    BLOCK,
    Inputs,
    Outcome,
    Values,
    draws_at_once,
    inputs_at,
    simulate,
)
from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.run.progress import Progress, silent

Floats = NDArray[np.float64]

#: Savings are sums of amounts in cents: half a cent is no miss.
HALF_CENT = 0.005


@dataclass(frozen=True)
class Robustness:
    """What a schedule comes to under draws; each `Outcome` has values `(n + 1,)`, row 0 principal.

    draws: n. required_eur: what the fee must save under the demand's reading. savings: by calendar
    year, EUR. reached: the same under the demand's reading. below: share of the machines, by
    weight, whose fee revenue of the last year of the target is below the cost of their billed acts;
    acts_below: share of the billed acts. loss: what revenue leaves uncovered of that cost, machine
    by machine, EUR in that year. below_present, loss_present: the same at the prices in force.
    meets: chance that what is reached is at least what is required, and its standard error.
    """

    draws: int
    required_eur: float
    savings: dict[int, Outcome]
    reached: Outcome
    below: Outcome
    acts_below: Outcome
    loss: Outcome
    below_present: Outcome
    loss_present: Outcome
    meets: tuple[float, float]


def robustness(
    case: Case,
    schedule: FeeSchedule,
    before: FeeSchedule,
    draws: int = 1000,
    seed: int | None = None,
    tell: Progress = silent,
) -> Robustness:
    """A schedule under draws of all that is uncertain in the fleet, the costs and the bands.

    before: the prices in force before the first step date, held (`FeeSchedule.frozen`). The seed is
    the scenario's unless given. `tell` is called after each block of draws; raising in it cancels.

    Raises:
        InputError: a number of draws out of range, or correlations that cannot hold together.
        FleetError: a year of the target precedes the fleet's, or a modality has no rate.
        TariffError: acts for which no rate is known, in one of the draws.
        FormulaError: a cost line that is not finite or is negative, in one of the draws.
    """
    study = Study(case, schedule, before)
    inputs = study.inputs
    seed = case.scenario.seed if seed is None else seed
    # What is drawn is small beside what follows from it: all is drawn, then read in blocks.
    drawn = simulate(lambda values: _table(inputs, values), inputs, draws, seed)
    rows = len(drawn.values)
    step = min(BLOCK["plain"], draws_at_once(len(case.fleet.frame)))
    parts = []
    for first in range(0, rows, step):
        block = drawn.values[first : first + step]
        parts.append(study.figures(dict(zip(inputs.addresses, block.T, strict=True)), len(block)))
        tell(min(1.0, (first + step) / rows), "Tirages")
    columns = np.concatenate(parts, axis=1)

    def outcome(values: Any) -> Outcome:
        return Outcome(np.asarray(values), drawn.blocks, drawn.method)

    by_year: dict[int, Any] = dict(zip(study.years, columns, strict=False))
    below, acts_below, loss, below_present, _, loss_present = columns[len(study.years) :]
    demand = case.scenario.savings
    required = required_from_fee(demand, study.years)
    whole = outcome(reached(demand, by_year))
    chance, error = whole.probability(lambda values: values >= required - HALF_CENT)
    return Robustness(
        draws=draws,
        required_eur=required,
        savings={year: outcome(values) for year, values in by_year.items()},
        reached=whole,
        below=outcome(below),
        acts_below=outcome(acts_below),
        loss=outcome(loss),
        below_present=outcome(below_present),
        loss_present=outcome(loss_present),
        meets=(float(chance), float(error)),
    )


def _table(inputs: Inputs, values: Values) -> Floats:
    """The values themselves, `(n, k)`."""
    if not inputs.items:
        return np.zeros((1, 0))
    return np.stack([values[address] for address in inputs.addresses], axis=1)


@dataclass(frozen=True)
class Study:
    """What is asked of a schedule, as a function of values by address."""

    case: Case
    schedule: FeeSchedule
    before: FeeSchedule

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the target."""
        return self.case.reference.savings.target.years

    @cached_property
    def machines(self) -> dict[str, tuple[ClassDraws, ...]]:
        """The machines of the fleet by modality, then class.

        Raises:
            FleetError: as `costing.fleet.projection.project`.
        """
        fleet = self.case.fleet
        _ = self.case.fleet_in(min(self.years))  # refuses what the plain path refuses
        by_date = self.case.fleets.dynamics.age_power is not None
        by_modality = {}
        for modality, rows in fleet.frame.groupby("modality", sort=False):
            stock = Stock.of(fleet, str(modality), by_date)
            codes = dict.fromkeys(rows["class"])
            by_modality[str(modality)] = tuple(
                ClassDraws.of(self.case, code, stock) for code in codes
            )
        return by_modality

    @cached_property
    def pays(self) -> dict[tuple[str, int], tuple[Pay, ...]]:
        """By class and year, what the baseline and the schedule pay; then the prices in force."""
        schedules = (baseline(self.case), self.schedule, self.before)
        return {
            (part.code, year): tuple(part.pay(schedule, year) for schedule in schedules)
            for parts in self.machines.values()
            for part in parts
            for year in self.years
        }

    @cached_property
    def inputs(self) -> Inputs:
        """All that is uncertain in what is asked."""

        def groups() -> Iterator[dict[str, str]]:
            for modality, parts in self.machines.items():
                rates = rate_addresses(self.case, modality)
                yield from (part.addresses | rates for part in parts)

        return inputs_at(self.case, groups())

    def figures(self, values: Values, size: int) -> Floats:
        """The figures under `size` draws, from values by address `(size,)`: `(figure, size)`.

        Savings of each year (EUR); below, acts_below and loss of the last one (`Robustness`) under
        the schedule; the same at the prices in force.
        """
        saved = np.zeros((len(self.years), size))
        short = np.zeros((2, 3, size))
        whole = np.zeros((2, size))
        for modality, parts in self.machines.items():
            rates = Rates.of(self.case, modality, values)
            fleets = parts[0].stock.weights(self.years, rates)
            for part in parts:
                for index, year in enumerate(self.years):
                    factor = rates.acts_factor(year - part.stock.year)
                    block = part.block(values, factor, fleets[year])
                    pays = self.pays[part.code, year]
                    base, now = (part.paid(pay, block) for pay in pays[:2])
                    saved[index] += base.total - now.total
                    if year == max(self.years):
                        held = part.paid(pays[2], block)
                        short[0] += part.short(now, block)
                        short[1] += part.short(held, block)
                        whole += part.size(now, block)
        for sums in short:
            np.divide(sums[:2], whole, out=sums[:2], where=whole > 0)
        return np.concatenate([saved, *short])
