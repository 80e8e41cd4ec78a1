r"""What a cohort costs and is paid under arrays of values: sums over its classes, and readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.comparison import overvaluation
from costing.analysis.draws.class_account import ClassAccount
from costing.analysis.uncertainty.uncertainty import draws_at_once
from costing.case.case import Case
from costing.case.costs import INVESTMENT

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Accounts:
    """Cost and pay of a cohort under arrays of values, `(n,)`, EUR/year."""

    case: Case
    classes: tuple[ClassAccount, ...]

    @cached_property
    def revenue(self) -> Floats:
        """Fee revenue."""
        return np.asarray(sum(part.revenue for part in self.classes))

    def cost(self, postes: frozenset[str]) -> Floats:
        """Cost of the billed acts, of some postes."""
        chosen = [a for part in self.classes for p, a in part.by_poste.items() if p in postes]
        return np.asarray(sum(chosen, start=np.zeros(1)))

    def result(self, definition: str, postes: frozenset[str]) -> Floats:
        """A claim's quantity: an overvaluation (fraction), or acts a year (`break_even`)."""
        if definition == "break_even":
            return self.break_even(postes)
        return self.overvaluation(definition, postes)

    def overvaluation(self, definition: str, postes: frozenset[str]) -> Floats:
        """`markup`, `share` (of the fee) or `investment`, by euro; NaN where it has no meaning."""
        if definition == "investment":
            fee, cost = self.investment(postes)
            return np.asarray(overvaluation(1.0, 1.0, fee, cost).investment)
        readings = overvaluation(self.revenue, self.cost(postes))
        return np.asarray(readings.markup if definition == "markup" else readings.share_of_fee)

    def investment(self, postes: frozenset[str]) -> tuple[Floats, Floats]:
        """The part of the fee that pays investment, and what it pays, by the convention."""
        if self.case.scenario.conventions.investment == "rate_gap":
            return (
                np.asarray(sum(part.gap_fee for part in self.classes)),
                np.asarray(sum(part.stops for part in self.classes)),
            )
        capital = frozenset(self.case.reference.perimeter(INVESTMENT).postes) & postes
        fee, cost = np.zeros(1), np.zeros(1)
        for part in self.classes:
            pieces = [_after_running(part, postes, capital, piece) for piece in _pieces(part)]
            fee = fee + np.concatenate([piece[0] for piece in pieces])
            cost = cost + np.concatenate([piece[1] for piece in pieces])
        return fee, cost

    def break_even(self, postes: frozenset[str]) -> Floats:
        r"""Yearly acts at which all the machines, each at that activity, cover their cost.

        Raises:
            InputError: a class whose cost is not a straight line in the acts.
            TariffError: a band for which no rate is known.
        """
        return break_even(self.classes, [part.straight(postes) for part in self.classes])


def break_even(classes: Sequence[ClassAccount], lines: Sequence[tuple[Floats, Floats]]) -> Floats:
    r"""Yearly acts at which classes cover their cost, of which the fixed part and that of an act.

    The least $N$ with $\sum_m w_m (R_m(N) - C_m(N)) \ge 0$, every act billed; infinite when there
    is none. $R$ is piecewise linear, $C$ a straight line: the crossing is exact.

    Raises:
        TariffError: a band for which no rate is known.
    """
    fixed = sum(line[0] for line in lines)
    slope = sum(line[1] for line in lines)
    limits = [np.atleast_1d(limit) for part in classes for limit in part.limits]
    size = max(part.size for part in classes)
    knots = np.sort(np.stack([np.broadcast_to(limit, (size,)) for limit in limits]), axis=0)
    knots = np.concatenate([np.zeros((1, size)), knots, knots[-1:] + 1.0])
    margin = sum(_paid_at(part, knots) for part in classes) - fixed - slope * knots
    return _first_crossing(knots, np.asarray(margin))


def _paid_at(part: ClassAccount, acts: Floats) -> Floats:
    """Fee revenue of a class when each machine performs so many acts, all billed."""
    fees = part.machines.weight @ part.machines.fees[:, : len(part.limits) + 1]
    if np.isnan(fees).any():
        part.machines.refuse(part.case)
    total = fees[len(part.limits)] * acts
    for band, limit in enumerate(part.limits):
        total = total + (fees[band] - fees[band + 1]) * np.minimum(acts, limit)
    return np.asarray(total)


def _first_crossing(knots: Floats, margin: Floats) -> Floats:
    """Where a piecewise linear margin first reaches zero; the last slope goes on for ever."""
    result = np.full(knots.shape[1], np.inf)
    open_ = np.ones(knots.shape[1], dtype=bool)
    for low, high, before, after in zip(
        knots[:-1], knots[1:], margin[:-1], margin[1:], strict=True
    ):
        last = low is knots[-2] or np.array_equal(high, knots[-1])
        rise = after - before
        crosses = open_ & (before < 0) & ((after >= 0) | (last & (rise > 0)))
        step = np.divide(-before, rise, out=np.zeros_like(rise), where=rise > 0)
        result = np.where(crosses, low + step * (high - low), result)
        open_ &= ~crosses
    return np.where(margin[0] >= 0, 0.0, result)


def _pieces(part: ClassAccount) -> list[slice]:
    """Draws to take together when every machine is looked at."""
    step = draws_at_once(len(part.machines.weight))
    return [slice(first, first + step) for first in range(0, part.size, step)]


def _after_running(
    part: ClassAccount, postes: frozenset[str], capital: frozenset[str], piece: slice
) -> tuple[Floats, Floats]:
    """Fee less running costs, and capital, over the machines where the first is positive."""
    revenue, running, invested = part.each(piece, postes - capital, capital)
    left = revenue - running
    machines = part.machines
    weight = (machines.weight * ~machines.amortised)[:, None] * (left > 0)
    size = len(range(*piece.indices(part.size)))
    return tuple(
        np.broadcast_to(np.sum(weight * amount, axis=0), (size,)) for amount in (left, invested)
    )  # type: ignore[return-value]
