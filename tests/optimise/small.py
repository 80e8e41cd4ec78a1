"""What the tests of the optimiser share: small fleets that stand still, and searches among them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from costing.analysis.account.comparison import pay
from costing.case.case import Case, make_case
from costing.fee.schedule import Cell
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.demands import requirements
from costing.optimise.program import fee_program
from costing.optimise.search import Search, search
from costing.scenario.rules import Demand, SavingsDemand, ScheduleRules
from costing.scenario.scenario import Override, Scenario
from tests.shared import REFERENCE
from tests.strategies import fleet_of

BASELINE = dt.date(2024, 3, 1)
EVE = dt.date(2026, 12, 31)
STEP = dt.date(2027, 1, 1)
JULY = dt.date(2027, 7, 1)
#: Nothing grows, nothing is renewed: the fleet of 2027 is that of 2024, three years older.
STILL = tuple(
    Override(parameter=f"dynamics.{name}.{modality}", mode=0, low=0, high=0)
    for name in ("machine_growth", "acts_growth", "renewal_rate")
    for modality in ("irm", "scanner", "tep")
)
#: Rules that ask for nothing but what a test adds.
FREE = {
    "largest_cut_per_step": 1.0,
    "no_rise": False,
    "degressive": False,
    "amortised_not_above": False,
    "zones_in_order": False,
}
#: Prices of a CT: 89.72 and 60.00 on the eve of 2027, 71.76 once amortised; 99.69 in the baseline.
FULL = Cell("scanner", "non_amorti", "*", "plein")
OLD = Cell("scanner", "amorti", "*", "plein")
REDUCED = Cell("scanner", "*", "*", "reduit_1")
#: An installation after which a machine is amortised in 2027, the years being 7.
LONG_AGO = "2015-06-01"


def demand(constraint: str, value: float, scope: str = "*", level: float | None = None) -> Demand:
    """One more thing asked."""
    return Demand(constraint=constraint, value=value, scope=scope, level=level)


def case_of(
    *machines: dict[str, Any],
    target: float = 0.0,
    savings: dict[str, Any] | None = None,
    scenario: dict[str, Any] | None = None,
    **rules: Any,
) -> Case:
    """Machines of a fleet that stands still, CTs unless they say otherwise; what is asked."""
    content = Scenario(
        overrides=(*STILL, *(scenario or {}).pop("overrides", ())),
        fleet=fleet_of(*({"class": "scanner", **machine} for machine in machines)),
        savings=SavingsDemand(**{"target_eur": target, "share_on_fee": 1.0, **(savings or {})}),
        rules=ScheduleRules(**rules),
        **(scenario or {}),
    )
    return make_case(REFERENCE, content)


def demanded_of(case: Case) -> DemandedProgram:
    """A case as a program under its demands."""
    return DemandedProgram(fee_program(case), requirements(case))


def found(case: Case) -> Search:
    """The best prices, not rounded."""
    return search(demanded_of(case))


def price(search_: Search, cell: Cell, step: int = 0) -> float:
    """A price that a search found."""
    cells = search_.demanded.program.cells
    return float(search_.prices[step * len(cells) + cells.index(cell)])


def paid_before(case: Case) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Revenue at the prices of the eve of 2027, and cost, of each machine in 2027, as given."""
    paid = pay(case, case.fleet_in(2027), REFERENCE.schedule.frozen(EVE), 2027)
    order = np.argsort([int(name[1:]) for name in paid.fleet.frame["machine_id"]])
    return paid.revenue[order], paid.cost[order]
