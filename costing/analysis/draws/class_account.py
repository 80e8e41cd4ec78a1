r"""The machines of one class, their cost and their pay, under arrays of values.

The formulas are those of `costing.analysis.draws.cohort`. Everything here is an array over draws
`(n,)` (a scalar where nothing is drawn); machines are summed before draws are touched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import NDArray

from costing.analysis.uncertainty.uncertainty import draws_at_once
from costing.case.case import Case
from costing.fee.schedule import LIMITS
from costing.problems.errors import InputError, TariffError, problem
from costing.reference.model import CostModel

Floats = NDArray[np.float64]
#: Acts between the two evaluations that settle a straight line.
SPAN = 1_000.0
_DEGREE = 24


def scale_name(activity: str) -> str:
    """Parameter that sets every machine's acts under an activity reading that is not observed."""
    return "normative_activity" if activity == "normative" else "reference_activity"


@dataclass(frozen=True)
class Machines:
    """Machines of one class, arrays `(m,)`; alike ones are one row.

    acts: yearly acts as observed, or 1 where a scale gives them. billed: share of the acts that is
    billed. fees: price of each band `(m, band)`, EUR/act, NaN where none is known on `date`. gap:
    full rate not amortised less amortised, EUR/act.
    """

    code: str
    weight: Floats
    acts: Floats
    billed: Floats
    amortised: NDArray[np.bool_]
    fees: Floats
    gap: Floats
    date: dt.date

    def refuse(self, case: Case) -> NoReturn:
        """Refuse acts for which no rate is known."""
        schedule = case.reference.schedule.frozen(self.date)
        first = schedule.first_known[schedule.class_codes.index(self.code)] or "—"
        raise TariffError(problem("tariff_missing", None, self.code, date=self.date, first=first))

    @property
    def new(self) -> NDArray[np.bool_]:
        """Machines whose full rate pays an investment."""
        return ~self.amortised & (self.gap > 0) & (self.acts > 0)


@dataclass(frozen=True)
class Lines:
    """Cost lines at a few activities: by name, arrays that broadcast to (state, activity, draw).

    states: amortised or not, of the first axis. acts: the second axis, `(k, 1)` or `(1, n)`; two of
    them, the least and the most of the machines, settle a straight line. `by_machine`: the second
    axis is the machines themselves. values: all that the formulas saw and gave, by name.
    """

    amounts: dict[str, Floats]
    values: dict[str, Any]
    states: NDArray[np.bool_]
    acts: Floats
    by_machine: bool = False

    def place(self, acts: Floats) -> Floats:
        """Where yearly acts stand between the two activities: 0 at the first, 1 at the second."""
        first, second = self.acts[:, 0]
        return np.asarray((acts - first) / (second - first))


@dataclass(frozen=True)
class ClassAccount:
    """The machines of one class under values of its parameters, by name.

    scaled_by: the parameter that sets their acts, if one does, and `scale` its value.
    """

    case: Case
    machines: Machines
    values: Mapping[str, Floats]
    scaled_by: str | None
    scale: Any
    limits: tuple[Any, ...]

    @cached_property
    def model(self) -> CostModel:
        """Cost model of the class."""
        return self.case.reference.model_of(self.machines.code)

    @property
    def size(self) -> int:
        """Number of draws."""
        return max((value.size for value in self.values.values()), default=1)

    # --- cost

    @cached_property
    def by_poste(self) -> dict[str, Floats]:
        """Cost of the billed acts by poste, EUR/year, `(n,)`."""
        amounts: dict[str, Floats] = {}
        for name, amount in self._sums(np.ones(len(self.machines.weight), dtype=bool)).items():
            poste = self.poste[name]
            amounts[poste] = amounts.get(poste, 0) + amount
        return amounts

    @cached_property
    def stops(self) -> Floats:
        """Cost of what stops at amortisation, of the machines whose full rate pays it."""
        return np.asarray(sum(self._sums(self.machines.new, only="amortised").values(), start=0.0))

    @cached_property
    def poste(self) -> dict[str, str]:
        """Poste of each line."""
        return {step.name: step.poste or "" for step in self.model.lines}

    def _sums(self, retained: NDArray[np.bool_], only: str | None = None) -> dict[str, Floats]:
        """Each line summed over the machines retained; `only` lines that use a name."""
        if not retained.any():
            return {}
        pieces = [self._sums_of(retained, only, part) for part in self._slices()]
        return {name: np.concatenate([p[name] for p in pieces]) for name in pieces[0]}

    def _sums_of(
        self, retained: NDArray[np.bool_], only: str | None, part: slice
    ) -> dict[str, Floats]:
        lines = self.lines(part)
        weights = self._weights(lines, retained, part)
        size = len(range(*part.indices(self.size)))
        return {
            name: np.broadcast_to(_combine(weights, amount), (size,))
            for name, amount in lines.amounts.items()
            if only is None or only in self.model.uses(name)
        }

    def _slices(self) -> list[slice]:
        """Draws to take together, so that the arrays stay small."""
        wide = 4 if self.model.linear_in_acts else len(self.machines.weight)
        step = draws_at_once(wide)
        return [slice(first, first + step) for first in range(0, self.size, step)]

    def _cut(self, value: Any, part: slice) -> Any:
        """The draws of a slice, of a value that has them."""
        return value[part] if np.ndim(value) and np.size(value) > 1 else value

    def lines(self, part: slice) -> Lines:
        """The model evaluated at the few activities that settle all the machines."""
        machines = self.machines
        scale = self._cut(self.scale, part)
        if not self.model.linear_in_acts:
            acts = machines.acts[:, None] * scale
            return self._evaluate(acts, machines.amortised[:, None], part, by_machine=True)
        # Within what the machines do: elsewhere a line may be negative, which no machine is.
        ends = np.unique([machines.acts.min(), machines.acts.max()])
        states = np.unique(machines.amortised)
        return self._evaluate(ends[:, None] * scale, states[:, None, None], part)

    def _evaluate(
        self, acts: Floats, states: NDArray[np.bool_], part: slice, by_machine: bool = False
    ) -> Lines:
        drawn = {name: self._cut(value, part) for name, value in self.values.items()}
        code = self.machines.code
        values = self.case.bindings(code, acts, states.astype(float), drawn)
        results = self.model.evaluate(values)
        amounts = {
            step.name: np.asarray(
                results[step.name] * acts if step.per == "act" else results[step.name]
            )
            for step in self.model.lines
        }
        return Lines(amounts, values | results, states.reshape(-1), acts, by_machine)

    def _weights(self, lines: Lines, retained: NDArray[np.bool_], part: slice) -> Floats:
        """What each (state, activity, draw) counts for: sums of weight × share of billed acts."""
        machines = self.machines
        if lines.by_machine:
            return (machines.weight * retained)[:, None] * self.share(self._cut(self.omega, part))
        rows = []
        for state in lines.states:
            weight = machines.weight * (retained & (machines.amortised == state))
            fixed = np.atleast_1d(self._shared(weight, part))
            if lines.acts.shape[0] == 1:
                rows.append(fixed[None])
                continue
            place = lines.place(machines.acts)
            second = np.atleast_1d(self._shared(weight * place, part))
            rows.append(np.stack([fixed - second, second]))
        return np.stack(rows)

    @property
    def omega(self) -> Any:
        """What an act of an in-patient weighs in the cost, beside a billed one."""
        drawn = self.values.get("inpatient_cost_weight")
        return self.case.inpatient_cost_weight(self.machines.code) if drawn is None else drawn

    def share(self, omega: Any) -> Floats:
        """Share of each machine's cost that its billed acts bear, `(m, 1)` or `(m, n)`.

        None where no act is billed, even when the others weigh nothing.
        """
        billed = self.machines.billed[:, None]
        whole = billed + omega * (1 - billed)
        return np.asarray(np.divide(billed, whole, out=np.zeros(whole.shape), where=whole > 0))

    def share_slope(self, omega: Any) -> Floats:
        r"""Derivative of `share`, $-\beta (1 - \beta) / (\beta + \omega (1 - \beta))^2$."""
        billed = self.machines.billed[:, None]
        whole = (billed + omega * (1 - billed)) ** 2
        rise = -billed * (1 - billed)
        return np.asarray(np.divide(rise, whole, out=np.zeros(whole.shape), where=whole > 0))

    def _shared(self, weight: Floats, part: slice) -> Any:
        r"""$\sum_m w_m s_m(\omega)$ for each draw."""
        omega = np.atleast_1d(self._cut(self.omega, part))
        if np.all(self.machines.billed == 1):
            return float(weight.sum())
        return _smooth(lambda at: np.sum(weight[:, None] * self.share(at), axis=0), omega)

    # --- pay

    @property
    def counted(self) -> tuple[Floats, Floats]:
        """Places that each machine takes in the bands before the scale, and what one is billed."""
        machines = self.machines
        if self.case.scenario.conventions.inpatients_count:
            return machines.acts, machines.billed
        return machines.acts * machines.billed, np.ones_like(machines.billed)

    @cached_property
    def fees(self) -> Floats:
        """Price of each band, EUR/act; 0 where no price is known, which no billed act may reach.

        Raises:
            TariffError: acts for which no rate is known, in one of the draws.
        """
        fees = self.machines.fees[:, : len(self.limits) + 1]
        unknown = np.isnan(fees)
        if unknown.any():
            places, billed = self.counted
            starts = [0.0, *(float(np.min(limit / self.scale)) for limit in self.limits)]
            if np.any(unknown & (places[:, None] > starts) & (places * billed > 0)[:, None]):
                self.machines.refuse(self.case)
        return np.nan_to_num(fees)

    @cached_property
    def revenue(self) -> Floats:
        """Fee revenue of the machines, EUR/year, `(n,)`."""
        places, billed = self.counted
        weight, fees = self.machines.weight * billed, self.fees
        last = len(self.limits)
        total = np.sum(weight * fees[:, last] * places) * self.scale
        for band, limit in enumerate(self.limits):
            drop = weight * (fees[:, band] - fees[:, band + 1])
            total = total + self.scale * _capped(places, drop, limit / self.scale)
        return np.broadcast_to(total, (self.size,))

    @property
    def acts_billed(self) -> Any:
        """Billed acts of the machines, a year."""
        machines = self.machines
        return np.sum(machines.weight * machines.acts * machines.billed) * self.scale

    @cached_property
    def gap_fee(self) -> Floats:
        """What the full rate pays above the amortised one, EUR/year."""
        places, billed = self.counted
        weight = self.machines.weight * billed * self.machines.gap * self.machines.new
        return np.asarray(self.scale * _capped(places, weight, self.limits[0] / self.scale))

    # --- machine by machine

    def each(self, part: slice, *sets: frozenset[str]) -> tuple[Floats, ...]:
        """Revenue of each machine, then its cost of each set of postes, EUR/year, `(m, n)`.

        part: the draws to take.
        """
        lines, share = self.lines(part), self.share(self._cut(self.omega, part))
        return (self.paid_each(part), *(self._cost_each(lines, own) * share for own in sets))

    def _cost_each(self, lines: Lines, postes: frozenset[str]) -> Floats:
        """Cost of some postes of each machine, that of the acts not billed included."""
        machines = self.machines
        cost: Any = sum(
            (amount for name, amount in lines.amounts.items() if self.poste[name] in postes),
            start=np.zeros(1),
        )
        if not lines.by_machine:
            cost = np.broadcast_to(cost, (len(lines.states), len(lines.acts), np.shape(cost)[-1]))
            own = cost[np.searchsorted(lines.states, machines.amortised)]
            cost = own[:, 0]
            if len(lines.acts) > 1:
                cost = cost + lines.place(machines.acts)[:, None] * (own[:, 1] - own[:, 0])
        return np.asarray(cost)

    def paid_each(self, part: slice) -> Floats:
        """Fee revenue of each machine."""
        places, billed = self.counted
        done = places[:, None] * self._cut(self.scale, part)
        revenue, below = np.zeros(1), np.zeros(1)
        for band in range(len(self.limits) + 1):
            limit = self._cut(self.limits[band], part) if band < len(self.limits) else np.inf
            upto = np.minimum(done, limit)
            revenue = revenue + self.fees[:, [band]] * (upto - below)
            below = upto
        return np.asarray(revenue * billed[:, None])

    def straight(self, postes: frozenset[str]) -> tuple[Floats, Floats]:
        """Fixed cost and cost per act of all machines, all their acts billed, `(n,)`.

        Raises:
            InputError: the model is not a straight line in the acts.
        """
        lines, by_state = self.straight_lines, self.straight_weights
        total = np.zeros((1, 2, 1))
        for name, amount in lines.amounts.items():
            if self.poste[name] in postes:
                shape = np.broadcast_shapes(amount.shape, (2, 2, 1))
                whole = np.broadcast_to(amount, shape) * by_state[:, None, None]
                total = total + whole.sum(axis=0, keepdims=True)
        return total[0, 0], (total[0, 1] - total[0, 0]) / SPAN

    @cached_property
    def straight_lines(self) -> Lines:
        """Lines of either state without any act, and at `SPAN` acts."""
        if not self.model.linear_in_acts:
            raise InputError(problem("not_affine", None, self.machines.code))
        ends, states = np.array([[0.0], [SPAN]]), np.array([False, True])
        return self._evaluate(ends, states[:, None, None], slice(None))

    @property
    def straight_weights(self) -> Floats:
        """Weight of the machines of either state, `(2,)`."""
        machines = self.machines
        return np.array([machines.weight[~machines.amortised].sum(),
                         machines.weight[machines.amortised].sum()])  # fmt: skip


def account(
    case: Case, activity: str, machines: Machines, values: Mapping[str, Floats]
) -> ClassAccount:
    """The machines of a class under some values by parameter name, the others at their mode."""

    def value(name: str) -> Any:
        if name in values:
            return values[name]
        return case.reference.value_of("machine_classes", name, machines.code).mode

    scaled_by = None if activity == "observed" else scale_name(activity)
    scale = np.maximum(value(scaled_by), 1e-9) if scaled_by else 1.0
    limits: list[Any] = []
    for name in LIMITS[: len(case.reference.classes[machines.code].limits)]:
        # A limit drawn below the one before it leaves its band empty.
        limits.append(np.maximum(value(name), limits[-1]) if limits else value(name))
    return ClassAccount(case, machines, values, scaled_by, scale, tuple(limits))


def _combine(weights: Floats, amount: Floats) -> Floats:
    """Sum of weight × amount over the first axes; weights are added up where amounts are alike."""
    amount = amount.reshape((1,) * (weights.ndim - amount.ndim) + amount.shape)
    for axis in range(weights.ndim - 1):
        if amount.shape[axis] == 1 and weights.shape[axis] > 1:
            weights = weights.sum(axis=axis, keepdims=True)
    return np.asarray(np.sum(weights * amount, axis=tuple(range(weights.ndim - 1))))


def _capped(places: Floats, weight: Floats, limit: Any) -> Any:
    r"""$\sum_m v_m \min(N_m, U)$ for a limit or an array of limits."""
    if np.ndim(limit) == 0 or np.size(limit) == 1:
        return np.sum(weight * np.minimum(places, limit))
    order = np.argsort(places)
    ranked, ordered = places[order], weight[order]
    below = np.concatenate([[0.0], np.cumsum(ordered * ranked)])
    above = ordered.sum() - np.concatenate([[0.0], np.cumsum(ordered)])
    index = np.searchsorted(ranked, limit)
    return below[index] + above[index] * limit


def _smooth(function: Any, at: Floats) -> Floats:
    """A smooth function at many points, through a Chebyshev polynomial that is checked."""
    low, high = float(at.min()), float(at.max())
    if at.size > 2 * _DEGREE and high > low:
        fit = Chebyshev.interpolate(function, _DEGREE, domain=[low, high])
        check = np.linspace(low, high, 2 * _DEGREE + 1)
        if np.allclose(fit(check), function(check), rtol=1e-12, atol=0):
            return np.asarray(fit(at))
    step = draws_at_once(1_000)
    return np.concatenate([function(at[i : i + step]) for i in range(0, at.size, step)])
