r"""Uncertain costs in the floors: their mean, a quantile, or the mean of the worst draws.

Revenue does not depend on the draws, so a floor on one amount is exact and stays linear:
$P(R \ge \phi C) \ge p \iff R \ge \phi\, Q_p(C)$, and
$\mathrm{CVaR}_p(\phi C - R) \le 0 \iff R \ge \phi\, \mathrm{CVaR}_p(C)$
(Rockafellar and Uryasev, 2000), each with the empirical law of the draws. Each machine, or each
class, has its own probability; the draws are common to all that share a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.comparison import billed_share
from costing.analysis.uncertainty.uncertainty import fleet_cost_draws
from costing.optimise.program import FeeProgram
from costing.scenario.rules import CostRisk

Floats = NDArray[np.float64]

#: Draws of the costs of every machine; the principal estimate is not one of them.
DRAWS = 1_000


def risk_of(draws: Floats, risk: CostRisk, level: float) -> Floats:
    """What a cost counts for: draws `(n, ...)` along the first axis.

    `mean`; `probability`: the least value not exceeded with that probability; `cvar`: the mean of
    the draws from that quantile on, the one at the quantile counted for its part.
    """
    if risk == "mean":
        return np.asarray(draws.mean(axis=0))
    count = len(draws)
    if risk == "probability":
        # Nine digits, so that 0.8 × 1 000 is 800 and not the float above it.
        rank = max(0, int(np.ceil(round(level * count, 9))) - 1)
        return np.asarray(np.partition(draws, rank, axis=0)[rank])
    tail = (1 - level) * count
    whole = int(np.floor(round(tail, 9)))
    edge = max(0, count - whole - 1)
    ranked = np.partition(draws, edge, axis=0)  # those from `edge` on are the worst, in no order
    worst = ranked[count - whole :].sum(axis=0) + (tail - whole) * ranked[edge]
    return np.asarray(worst / tail)


def cost_draws(program: FeeProgram, risk: CostRisk, level: float) -> CostDraws:
    """The costs of a program's machines under draws, kept with the program: drawn once."""
    if (risk, level) not in program.cost_draws:
        program.cost_draws[risk, level] = CostDraws(program, risk, level)
    drawn: CostDraws = program.cost_draws[risk, level]
    return drawn


@dataclass(frozen=True)
class CostDraws:
    """Costs of the machines of the last year under draws, `(n, m)`, EUR/year."""

    program: FeeProgram
    risk: CostRisk
    level: float

    @cached_property
    def draws(self) -> Floats:
        """Cost of the billed acts of each machine in each draw."""
        case = self.program.case
        year = case.reference.savings.target.years[-1]
        schedule = self.program.schedule
        fleet, under = self.program.fleet(year), case.under(schedule, year)
        machines = fleet.machines(schedule, year, under.amortisation_years)
        costs = fleet_cost_draws(under, fleet, year, DRAWS)[1:]
        return np.asarray(costs * billed_share(under, fleet, machines))

    @cached_property
    def by_machine(self) -> Floats:
        """What each machine's cost counts for."""
        return risk_of(self.draws, self.risk, self.level)

    def of_sum(self, weight: Floats) -> float:
        """What the cost of some machines counts for, added up draw by draw."""
        return float(risk_of(self.draws @ weight, self.risk, self.level))
