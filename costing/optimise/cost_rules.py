r"""Schedules that a rule gives without any search: set by costs, cut alike, or left as they are.

« Juste valorisation » as a two-part price. For a class whose reference activity becomes $N^*$, the
activity that the rule chooses, a return $r$ and the yearly cost $C_s$ of the scenario's perimeter
in state $s$ (amortised or not), of marginal cost $c$:

$$f_s = (1 + r)\,\frac{C_s(N^*)}{N^*}, \qquad \rho = (1 + r)\,c$$

where $f_s$ is the full rate and $\rho$ all the reduced ones: a machine has its fixed cost paid once
it has done $N^*$ acts, all billed, and an act beyond pays what it costs. Zones alike. EUR an act.

The reference activity must follow: with today's $N_0 < N^*$ and a cost that is a straight line in
the acts, the full rate that pays the fixed cost by $N_0$ is $(1 + r)\,C_s(N_0) / N_0$ whatever
$N^*$, and the rules would be one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.savings import machine_savings, present, reached, required_from_fee
from costing.case.case import Case
from costing.case.costs import annual_cost
from costing.fee.schedule import AMORTISATION, Cell, FeeSchedule, MachineClass, Reform
from costing.french.writing import euros
from costing.optimise.named_rules import COST_RULES, RULES, Rule
from costing.problems.errors import InputError, problem, suggest

Floats = NDArray[np.float64]


_QUANTILES = {"two_part_median": 0.5, "two_part_quartile": 0.75}
#: Sums of weights that ought to be equal differ by less than this share.
_NOISE = 1e-9


@dataclass(frozen=True)
class Basis:
    """What sets the prices of a class.

    activity: $N^*$, whole acts a year. limits: of the bands, the first being $N^*$. cost_eur:
    yearly cost at $N^*$ by amortisation. marginal_eur: cost of one more act. from_fleet: whether
    $N^*$ is read from the fleet.
    """

    activity: float
    limits: tuple[float, ...]
    cost_eur: dict[str, float]
    marginal_eur: float
    from_fleet: bool

    def prices(self, machine_class: MachineClass, return_on_cost: float) -> dict[Cell, float]:
        """Full and reduced rates, EUR an act, before rounding; never negative."""
        factor = 1 + return_on_cost
        reduced = max(0.0, factor * self.marginal_eur)
        code = machine_class.code
        full = {
            Cell(code, state, "*", "plein"): max(0.0, factor * cost / self.activity)
            for state, cost in self.cost_eur.items()
        }
        return full | {Cell(code, "*", "*", band): reduced for band in machine_class.bands[1:]}


def named(case: Case, rule_id: str) -> FeeSchedule:
    """The schedule of any rule of `costing.optimise.named_rules.RULES`.

    Raises:
        InputError: no such rule, or a uniform cut that cannot reach the target.
    """
    _check(rule_id, RULES)
    if rule_id == "official":
        return case.reference.schedule
    if rule_id == "held":
        return held(case)
    return uniform_cut(case) if rule_id == "uniform" else cost_based(case, rule_id)


def cost_based(case: Case, rule_id: str, return_on_cost: float | None = None) -> FeeSchedule:
    """The schedule that a rule of `COST_RULES` gives, from the scenario's first step date on.

    Its reference activities are those of the rule; a threshold that one passes is moved beyond it.

    return_on_cost: a fraction of the cost; the scenario's unless given. Prices are rounded up to
    the scenario's unit: to the nearest, half the machines that are paid just their cost would pass
    for machines below it.

    Raises:
        InputError: no such rule; a class without a normative activity where it is needed.
        FormulaError: a cost that is not finite.
    """
    by_class = bases(case, rule_id)
    rules = case.scenario.rules
    share = rules.return_on_cost if return_on_cost is None else return_on_cost
    prices = {
        cell: _whole(price, rules.rounding_eur, up=True)
        for code, basis in by_class.items()
        for cell, price in basis.prices(case.reference.classes[code], share).items()
    }
    first = rules.step_dates[0]
    reform = Reform(first, limits={code: basis.limits for code, basis in by_class.items()})
    label = COST_RULES[rule_id].label.fr
    return case.reference.schedule.with_prices({first: prices}, label, (reform,))


def bases(case: Case, rule_id: str) -> dict[str, Basis]:
    """What sets the prices of each class under a rule, over the last target year's fleet.

    The activity counts all acts, billed or not. A class without an active machine takes its
    normative activity.

    Raises:
        InputError: no such rule; a class without a normative activity where it is needed.
    """
    _check(rule_id, COST_RULES)
    year = case.reference.savings.target.years[-1]
    fleet = case.fleet_in(year)
    amortised = fleet.amortised(year, case.amortisation_years)
    acts = (fleet.frame["acts_billed"] + fleet.frame["acts_inpatient"]).to_numpy(dtype=float)
    codes, weight = fleet.frame["class"].to_numpy(), fleet.weight
    share = _QUANTILES.get(rule_id)
    by_class = {}
    for code, machine_class in case.reference.classes.items():
        rows = (codes == code) & (acts > 0)
        from_fleet = share is not None and bool(rows.any())
        if share is not None and from_fleet:
            activity = max(1.0, round(_weighted_quantile(acts[rows], weight[rows], share)))
        else:
            activity = _normative(case, code)
        old = float(weight[rows & amortised].sum())
        new = float(weight[rows & ~amortised].sum())
        states = (new, old) if new + old > 0 else (1.0, 1.0)
        by_class[code] = _basis(case, machine_class, activity, states, from_fleet)
    return by_class


def held(case: Case) -> FeeSchedule:
    """Prices in force on the eve of the first step, held for good from that step on."""
    return present(case)


def uniform_rate(case: Case) -> float:
    r"""The one rate by which all prices must be cut from the first step date on, 0 to 1.

    Savings are linear in prices: $x = (T - S(0)) / (S(1) - S(0))$ with $T$ the required savings,
    $S(x)$ those at a cut of $x$, under the scenario's reading; 0 when $S(0) \ge T$.

    Raises:
        InputError: not even prices of zero would save enough.
    """
    held_prices = held(case)
    step = case.scenario.rules.step_dates[0]
    nothing = dict.fromkeys(_in_force(held_prices, case), 0.0)
    years = case.reference.savings.target.years
    required = required_from_fee(case.scenario.savings, years)
    least = _reached(case, held_prices)
    if least >= required:
        return 0.0
    most = _reached(case, held_prices.with_prices({step: nothing}, "zero"))
    if most < required:
        facts = {"most": euros(most), "date": f"{step:%d/%m/%Y}"}
        raise InputError(problem("uniform_cut_short", None, euros(required), **facts))
    return (required - least) / (most - least)


def uniform_cut(case: Case) -> FeeSchedule:
    """All prices cut by `uniform_rate` from the first step date on, rounded down.

    Raises:
        InputError: not even prices of zero would save enough.
    """
    rate = uniform_rate(case)
    rules = case.scenario.rules
    now = _in_force(held(case), case)
    prices = {
        cell: _whole(price * (1 - rate), rules.rounding_eur, up=False) if rate else price
        for cell, price in now.items()
    }
    return case.reference.schedule.with_prices(
        {rules.step_dates[0]: prices}, RULES["uniform"].label.fr
    )


def _basis(
    case: Case,
    machine_class: MachineClass,
    activity: float,
    states: tuple[float, float],
    from_fleet: bool,
) -> Basis:
    """The costs of a class at an activity; states: machines not amortised and amortised.

    The marginal cost is a slope between two activities: exact where the model is a straight line
    in the acts, whichever they are. Elsewhere the slope over the hundredth beyond $N^*$, the first
    acts that the reduced rates pay.
    """
    code = machine_class.code
    other = activity / 2 if case.reference.model_of(code).linear_in_acts else 1.01 * activity
    acts = np.array([[activity], [other]])
    cost = annual_cost(case, code, acts, np.array([[0.0, 1.0]])).total()
    slopes = (cost[0] - cost[1]) / (activity - other)
    return Basis(
        activity=activity,
        limits=_limits(machine_class, activity),
        cost_eur=dict(zip(AMORTISATION, map(float, cost[0]), strict=True)),
        # Reduced rates do not depend on amortisation: where the slope does, its mean over machines.
        marginal_eur=float(np.average(slopes, weights=states)),
        from_fleet=from_fleet,
    )


def _limits(machine_class: MachineClass, activity: float) -> tuple[float, ...]:
    """The bands' limits once the reference activity is the rule's."""
    limits = [activity]
    for limit in machine_class.limits[1:]:
        limits.append(max(limit, limits[-1] + 1.0))
    return tuple(limits)


def _weighted_quantile(values: Floats, weight: Floats, share: float) -> float:
    """The smallest value that a share of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    rank = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(rank, share * rank[-1] * (1 - _NOISE))])


def _normative(case: Case, code: str) -> float:
    return case.reference.value_of("machine_classes", "normative_activity", code).mode


def _in_force(schedule: FeeSchedule, case: Case) -> dict[Cell, float]:
    """The prices of the first step date, where there is one."""
    step = case.scenario.rules.step_dates[0]
    prices = {cell: schedule.price(cell, step) for cell in schedule.cells}
    return {cell: price for cell, price in prices.items() if not math.isnan(price)}


def _reached(case: Case, schedule: FeeSchedule) -> float:
    years = case.reference.savings.target.years
    saved = {y: float(machine_savings(case, schedule, y)["saved_eur"].sum()) for y in years}
    return reached(case.scenario.savings, saved)


def _whole(price: float, unit: float, up: bool) -> float:
    """A price in whole units of money, not below or not above."""
    count = price / unit
    units = math.ceil(count - _NOISE) if up else math.floor(count + _NOISE)
    return round(units * unit, 6)


def _check(rule_id: str, known: Mapping[str, Rule]) -> None:
    if rule_id not in known:
        facts = {"near": suggest(rule_id, known), "known": ", ".join(known)}
        raise InputError(problem("unknown_choice", None, rule_id, **facts))
