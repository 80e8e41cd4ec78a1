r"""Cost against revenue: curves over the yearly acts, break-evens, overvaluation.

Three readings of « overvalued », kept apart (`Overvaluation`). With cost $C$ and fee revenue $F$ of
the same acts:

- mark-up: $F / C - 1$ (75 % means that cost is 57.1 % of the fee);
- share of fee: $1 - C / F$ (75 % means that cost is 25 % of the fee);
- investment only: the part of the fee that pays investment, over the yearly cost of what it pays,
  less one. Which part is a convention of the scenario. `rate_gap`: the full rate of an amortised
  machine no longer pays amortisation, so it is (full rate not amortised − amortised) × acts in the
  full band, against the lines that stop when a machine is amortised. `after_running_costs`: the fee
  less the running costs of the perimeter, against the whole investment (`investment_only`). It has
  no meaning (NaN) for an amortised machine, nor where the part is not positive.

In-patient acts share the machine but are not paid by the fee: the cost set against revenue is that
of the billed acts, $C \cdot b / (b + w h)$ for $b$ billed acts, $h$ in-patient acts and a weight
$w$ of these in the cost (`inpatient_cost_weight`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.case.case import Case
from costing.case.costs import INVESTMENT, CostBreakdown, annual_cost, fleet_costs
from costing.fee.schedule import FeeSchedule, Machines, one_machine
from costing.fleet.fleet import Fleet, by_code
from costing.problems.errors import InputError, problem

Floats = NDArray[np.float64]

#: A year without change of tariff inside it stands for « a whole year at that tariff ».
WHOLE_YEAR = 2023
WEIGHTINGS = ("machine", "act", "euro")
DEFINITIONS = ("markup", "share_of_fee", "investment")


class Overvaluation(NamedTuple):
    """The three readings, each a fraction (scalars or arrays)."""

    markup: Any
    share_of_fee: Any
    investment: Any


@dataclass(frozen=True)
class Curve:
    """Yearly cost and revenue of one machine over its yearly acts, EUR/year."""

    acts: Floats
    cost: Floats
    revenue: Floats
    breakdown: CostBreakdown
    break_even: tuple[float, ...]


class Amounts(NamedTuple):
    """What machines cost and are paid over a year, EUR, arrays `(m,)`.

    cost: of the billed acts. investment_fee, investment_cost: the part of the fee that pays
    investment, and what it pays; NaN for an amortised machine.
    """

    revenue: Floats
    cost: Floats
    investment_fee: Floats
    investment_cost: Floats


@dataclass(frozen=True)
class Paid:
    """The machines of a fleet beside their `Amounts` over a year."""

    fleet: Fleet
    machines: Machines
    revenue: Floats
    cost: Floats
    investment_fee: Floats
    investment_cost: Floats

    @property
    def frame(self) -> pd.DataFrame:
        """The same, one row a machine, beside the fleet's columns."""
        return self.fleet.frame.assign(
            amortised=self.machines.amortised,
            acts=self.machines.acts,
            revenue_eur=self.revenue,
            cost_eur=self.cost,
            investment_fee_eur=self.investment_fee,
            investment_cost_eur=self.investment_cost,
        )


def curve(
    case: Case,
    class_code: str,
    amortisation: str,
    zone: str,
    date: dt.date,
    acts: Floats | None = None,
) -> Curve:
    """Cost and revenue of a machine for each number of yearly acts, at a date's tariff.

    All acts are billed. `acts` must increase; by default every integer up to half more than the
    highest normative activity of the class. Break-evens are interpolated linearly between two
    neighbouring values of `acts`.

    Raises:
        InputError, TariffError: unknown class, amortisation or zone; no rate on that date.
    """
    if class_code not in case.reference.classes:
        case.reference.model_of(class_code)
        raise InputError(problem("class_without_fee", None, class_code))
    if acts is None:
        parameter = case.reference.files["machine_classes"]["normative_activity"]
        norm = case.reference.value_for(parameter, class_code)
        last = 1.5 * (norm.bounds[1] if norm else 10_000)
        acts = np.arange(1, round(last) + 1, dtype=float)
    schedule = case.reference.schedule.frozen(date)
    machines = one_machine(schedule, class_code, amortisation, zone, acts)
    revenue = schedule.revenue(machines, WHOLE_YEAR)
    breakdown = annual_cost(case, class_code, acts, float(amortisation == "amorti"))
    cost = breakdown.total()
    return Curve(acts, cost, revenue, breakdown, break_even(acts, revenue - cost))


def break_even(acts: Floats, margin: Floats) -> tuple[float, ...]:
    """Every number of acts at which the margin (EUR) crosses zero, by linear interpolation.

    Raises:
        InputError: `acts` do not increase.
    """
    if np.any(np.diff(acts) <= 0):
        raise InputError(problem("acts_order"))
    above = margin >= 0
    here = np.flatnonzero(above[1:] != above[:-1])
    slope = (margin[here + 1] - margin[here]) / (acts[here + 1] - acts[here])
    crossings = acts[here] - margin[here] / slope
    return tuple(float(n) for n in dict.fromkeys(crossings))


def overvaluation(
    revenue: Any, cost: Any, investment_fee: Any = np.nan, investment_cost: Any = np.nan
) -> Overvaluation:
    """The three readings from yearly euros; NaN where the denominator is not positive."""
    return Overvaluation(
        markup=_ratio(revenue, cost) - 1,
        share_of_fee=1 - _ratio(cost, revenue),
        investment=_ratio(investment_fee, investment_cost) - 1,
    )


def with_activity(case: Case, fleet: Fleet) -> Fleet:
    """The fleet under the scenario's activity convention.

    `normative` and `reference` put each machine at the norm or the reference activity of its class,
    its share of in-patients unchanged; `observed` leaves it as it is.
    """
    activity = case.scenario.conventions.activity
    if activity == "observed":
        return fleet
    name = "normative_activity" if activity == "normative" else "reference_activity"
    by_class = {
        code: case.reference.value_of("machine_classes", name, code).mode
        for code in case.reference.classes
    }
    frame = fleet.frame
    target = by_code(frame["class"], by_class)
    acts = frame["acts_billed"] + frame["acts_inpatient"]
    share = (frame["acts_billed"] / acts).where(acts > 0, 1.0)
    return replace(
        fleet,
        frame=frame.assign(acts_billed=target * share, acts_inpatient=target * (1 - share)),
    )


def pay(case: Case, fleet: Fleet, schedule: FeeSchedule, year: int) -> Paid:
    """What each machine of a fleet costs and is paid in a calendar year under a schedule.

    Years before « amorti » that the schedule sets hold for the fee and the cost.

    Raises:
        TariffError: acts for which no rate is known.
    """
    case = case.under(schedule, year)
    machines = fleet.machines(schedule, year, case.amortisation_years)
    share = billed_share(case, fleet, machines)
    costs = (amount * share for amount in fleet_costs(case, fleet, year, *_COUNTED))
    return Paid(fleet, machines, *_amounts(case, machines, schedule, year, *costs))


def pay_alike(
    breakdown: CostBreakdown, machines: Machines, schedule: FeeSchedule, year: int
) -> Amounts:
    """What machines of one class, all their acts billed, cost and are paid in a calendar year.

    `breakdown` is their cost, in the same state.

    Raises:
        TariffError: acts for which no rate is known.
    """
    costs = (count(breakdown) for count in _COUNTED)
    return _amounts(breakdown.case, machines, schedule, year, *costs)


def _amounts(
    case: Case,
    machines: Machines,
    schedule: FeeSchedule,
    year: int,
    total: Floats,
    investment: Floats,
    stops: Floats,
) -> Amounts:
    """Pay beside cost: in all, of the investment, of what stops once amortised (EUR/year)."""
    count = case.scenario.conventions.inpatients_count
    revenue = schedule.revenue(machines, year, count)
    if case.scenario.conventions.investment == "after_running_costs":
        fee, paid = revenue - (total - investment), investment
    else:
        fee, paid = _rate_gap(schedule, machines, year, count), stops
    hidden = np.where(machines.amortised | (fee <= 0), np.nan, 1.0)
    return Amounts(revenue, total, fee * hidden, paid * hidden)


def billed_share(case: Case, fleet: Fleet, machines: Machines) -> Floats:
    """Share of each machine's cost that its billed acts bear: b / (b + w h); 1 without any act."""
    codes = fleet.frame["class"]
    weights = {code: case.inpatient_cost_weight(code) for code in codes.unique()}
    heavy = by_code(codes, weights) * machines.acts_inpatient
    share = _ratio(machines.acts_billed, machines.acts_billed + heavy)
    return np.where(machines.acts > 0, share, 1.0)


def _investment(breakdown: CostBreakdown) -> Floats:
    """The investment that the scenario's perimeter holds."""
    postes = breakdown.case.reference.perimeter(INVESTMENT).postes
    return breakdown.total(frozenset(postes) & breakdown.in_perimeter)


#: What is counted of a cost, in the order of `_amounts`.
_COUNTED = (CostBreakdown.total, _investment, CostBreakdown.stops_at_amortisation)


def _rate_gap(schedule: FeeSchedule, machines: Machines, year: int, count: bool) -> Floats:
    """(Full rate not amortised − amortised) × acts in the full band, EUR in the year."""
    volumes = schedule.volumes(machines, year, count)[..., 0]
    new, old = (
        schedule.fees(replace(machines, amortised=np.full_like(machines.amortised, flag)), year)
        for flag in (False, True)
    )
    return np.asarray(np.sum(volumes * (new - old)[..., 0], axis=-1))


def compare(case: Case, date: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cost and fee by kind of machine, and over the fleet, a whole year at a date's tariff.

    Returns two tables. The first has one row a class, amortisation and zone present in the fleet:
    machines (weighted), mean acts, cost and revenue per act, the three readings by euro. The second
    has one row a modality (and `all`) and weighting: by machine (mean of the machines' ratios), by
    act (the same weighted by billed acts), by euro (ratio of the sums).
    """
    fleet = with_activity(case, case.fleet)
    paid = pay(case, fleet, case.reference.schedule.frozen(date), fleet.year)
    frame = paid.frame
    zones = {code: c.zones for code, c in case.reference.classes.items()}
    zoned = by_code(frame["class"], zones).astype(bool)
    frame["zone"] = frame["zone"].astype("str").where(zoned, "*")
    frame["amortisation"] = np.where(frame["amortised"], "amorti", "non_amorti")
    order = {code: index for index, code in enumerate(case.reference.classes)}
    groups = frame.groupby(["class", "amortisation", "zone"], sort=False)
    keys = ("class", "amortisation", "zone")
    rows = pd.DataFrame(
        [{**dict(zip(keys, key, strict=True)), **_sums(part)} for key, part in groups]
    )
    rows = rows.sort_values(
        ["class", "amortisation", "zone"],
        key=lambda c: c.map(order) if c.name == "class" else c,
        ignore_index=True,
    )
    parts = {"all": frame} | dict(iter(frame.groupby("modality")))
    overall = pd.DataFrame(
        [
            {
                "modality": name,
                "weighting": weighting,
                **_weighted(part, weighting)._asdict(),
                "machines": part["weight"].sum(),
                "revenue_eur": (part["revenue_eur"] * part["weight"]).sum(),
                "cost_eur": (part["cost_eur"] * part["weight"]).sum(),
            }
            for name, part in parts.items()
            for weighting in WEIGHTINGS
        ]
    )
    return rows, overall


def _sums(part: pd.DataFrame) -> dict[str, float]:
    """One row of the comparison from the machines of a kind."""
    weight = part["weight"]

    def total(column: str) -> float:
        return float((part[column] * weight).sum())

    revenue, cost, billed = total("revenue_eur"), total("cost_eur"), total("acts_billed")
    readings = overvaluation(
        revenue, cost, total("investment_fee_eur"), total("investment_cost_eur")
    )
    return {
        "machines": float(weight.sum()),
        "acts": total("acts") / float(weight.sum()),
        "cost_per_act_eur": float(_ratio(cost, billed)),
        "revenue_per_act_eur": float(_ratio(revenue, billed)),
        **{name: float(value) for name, value in readings._asdict().items()},
    }


def _weighted(part: pd.DataFrame, weighting: str) -> Overvaluation:
    """The three readings over machines, weighted by machine, by act or by euro."""
    columns = ["revenue_eur", "cost_eur", "investment_fee_eur", "investment_cost_eur"]
    weight = part["weight"].to_numpy(dtype=float)
    amounts = [part[name].to_numpy(dtype=float) for name in columns]
    if weighting == "euro":
        return overvaluation(*(float(np.nansum(amount * weight)) for amount in amounts))
    if weighting == "act":
        weight = weight * part["acts_billed"].to_numpy(dtype=float)
    weight = weight * (amounts[0] > 0)  # an idle machine has no fee to compare
    return Overvaluation(*(_mean(values, weight) for values in overvaluation(*amounts)))


def _mean(values: Floats, weight: Floats) -> float:
    finite = np.isfinite(values)
    return float(_ratio(np.sum(values[finite] * weight[finite]), np.sum(weight[finite])))


def _ratio(above: Any, below: Any) -> Any:
    """Quotient, NaN where the denominator is not positive."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    shape = np.broadcast_shapes(above.shape, below.shape)
    result = np.full(shape, np.nan)
    np.divide(above, below, out=result, where=np.broadcast_to(below > 0, shape))
    return result[()]
