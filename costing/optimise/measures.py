r"""The same measures for any schedule, so that a proposal stands beside its alternatives.

Savings count against the baseline tariff, as `costing.analysis.account.savings`; cost, revenue and
losses are those of the last target year's fleet, machine by machine, as `pay` puts them side by
side. The « present » prices are those in force before the first step, held. With weight $w_m$, cost
$C_m$ and revenue $R_m$, a machine is below its cost when $R_m < C_m$.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.comparison import pay
from costing.analysis.account.savings import machine_savings, present, reached, required_from_fee
from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.fleet.fleet import Fleet
from costing.optimise.cost_rules import named
from costing.optimise.named_rules import RULES
from costing.problems.errors import InputError

Floats = NDArray[np.float64]

#: Euros by which a target may be missed and still be met: what floating point leaves of a sum.
_HALF_CENT = 0.005


@dataclass(frozen=True)
class Measures:
    r"""What a schedule does; amounts in EUR, shares as fractions; of the last year but for savings.

    savings: by calendar year. reached_eur, required_eur: under the demand's reading. loss_eur:
    $\sum_m w_m (C_m - R_m)^+$. largest_loss_eur: of one machine, $\max_m (\min(C_m, R^0_m) -
    R_m)^+$ with $R^0$ at present prices. share_below: of the machines; share_below_acts: of the
    billed acts; share_below_present: of the machines at present prices. mean_change: revenue over
    that at present prices, less one. distance_eur_per_act: mean over the billed acts of the
    absolute difference from another schedule's price, on 31 December; NaN when none is given.
    """

    name: str
    savings: dict[int, float]
    reached_eur: float
    required_eur: float
    meets: bool
    loss_eur: float
    largest_loss_eur: float
    share_below: float
    share_below_acts: float
    share_below_present: float
    mean_change: float
    distance_eur_per_act: float


def measure(
    case: Case, schedule: FeeSchedule, name: str, against: FeeSchedule | None = None
) -> Measures:
    """The measures of a schedule; `against`: the schedule from which the distance is counted.

    Raises:
        TariffError: acts for which no rate is known.
    """
    return _measure(case, schedule, name, against, *_before(case))


def side_by_side(
    case: Case, schedule: FeeSchedule, name: str, among: Sequence[str] | None = None
) -> list[Measures]:
    """A schedule, then the named ones (`optimise.named_rules.RULES`), with distances to the first.

    among: ids of those wanted, all by default. One that bears the name given is not told twice;
    a uniform cut that cannot reach the required savings is left out.

    Raises:
        InputError: no such rule.
        TariffError: acts for which no rate is known.
    """
    before = _before(case)
    measured = [_measure(case, schedule, name, schedule, *before)]
    for rule_id in RULES if among is None else among:
        try:
            other = named(case, rule_id)
        except InputError as error:
            if [fault.code for fault in error.problems] == ["uniform_cut_short"]:
                continue
            raise
        title = RULES[rule_id].label.fr
        if title != name:
            measured.append(_measure(case, other, title, schedule, *before))
    return measured


def _before(case: Case) -> tuple[Floats, NDArray[np.bool_]]:
    """Revenue at present prices of each machine of the last year, EUR, and whether below cost."""
    year = case.reference.savings.target.years[-1]
    paid = pay(case, case.fleet_in(year), present(case), year)
    return paid.revenue, paid.revenue < paid.cost


def _measure(
    case: Case,
    schedule: FeeSchedule,
    name: str,
    against: FeeSchedule | None,
    present_revenue: Floats,
    present_below: NDArray[np.bool_],
) -> Measures:
    demand, years = case.scenario.savings, case.reference.savings.target.years
    last = years[-1]
    saved = {y: float(machine_savings(case, schedule, y)["saved_eur"].sum()) for y in years}
    fleet = case.fleet_in(last)
    paid = pay(case, fleet, schedule, last)
    weight, revenue, cost = fleet.weight, paid.revenue, paid.cost
    below = revenue < cost
    worst = np.max(np.minimum(cost, present_revenue) - revenue, initial=0.0)
    reached_eur, required = reached(demand, saved), required_from_fee(demand, years)
    return Measures(
        name=name,
        savings=saved,
        reached_eur=reached_eur,
        required_eur=required,
        meets=reached_eur >= required - _HALF_CENT,
        loss_eur=float(weight @ np.maximum(cost - revenue, 0.0)),
        largest_loss_eur=float(worst),
        share_below=_share(below, weight),
        share_below_acts=_share(below, weight * paid.machines.acts_billed),
        share_below_present=_share(present_below, weight),
        mean_change=_over(float(revenue @ weight), float(present_revenue @ weight)) - 1,
        distance_eur_per_act=distance(case, fleet, schedule, against) if against else np.nan,
    )


def distance(case: Case, fleet: Fleet, one: FeeSchedule, other: FeeSchedule) -> float:
    r"""Mean over a fleet's billed acts of the gap between two schedules' prices, EUR an act.

    $\sum w\,v\,|\Delta p| / \sum w\,v$ on 31 December of the fleet's year, as if those prices and
    limits held all year. Where the limits differ, acts are compared number by number: the bands of
    both schedules cut the year. NaN for a fleet without billed acts.
    """
    count = case.scenario.conventions.inpatients_count
    day = dt.date(fleet.year, 12, 31)
    limits, prices = [], []
    for schedule in (one, other):
        under = case.under(schedule, fleet.year)
        machines = fleet.machines(schedule, fleet.year, under.amortisation_years)
        held = schedule.frozen(day)
        limits.append(held.period_limits(fleet.year)[0][machines.class_index])
        prices.append(held.fees(machines, fleet.year)[:, 0])
    places = machines.acts if count else machines.acts_billed
    edges = np.sort(np.concatenate(limits, axis=1), axis=1)
    inside = np.diff(np.minimum(places[:, None], edges), axis=1)
    billed = _share_of(machines.acts_billed, places)[:, None] * inside
    middle = (edges[:, :-1] + edges[:, 1:]) / 2
    fees = []
    for table, price in zip(limits, prices, strict=True):
        band = np.sum(middle[:, :, None] >= table[:, None, 1:-1], axis=2)
        fees.append(np.take_along_axis(price, band, axis=1))
    gap = np.where(billed > 0, np.abs(fees[0] - fees[1]), 0.0)
    volume = fleet.weight[:, None] * billed
    return _over(float(np.sum(volume * gap)), float(np.sum(volume)))


def _share_of(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _share(which: NDArray[np.bool_], weight: Floats) -> float:
    return _over(float(weight @ which), float(weight.sum()))


def _over(above: float, below: float) -> float:
    """Quotient; NaN where there is nothing to divide by."""
    return above / below if below else float("nan")
