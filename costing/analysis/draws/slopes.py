r"""The margin of a claim at one value of each uncertain input, and its exact derivatives there.

A claim's quantity is made of a ratio of sums of euros, $q = A / B$, hence
$\mathrm{d} q = \mathrm{d} A / B - A\, \mathrm{d} B / B^2$, or is a break-even: the acts $N$ at
which $R(N, x) = C(N, x)$ move by
$\mathrm{d} N = (\partial_x C - \partial_x R) / (R'(N) - C'(N))$.
Sums are taken over the classes (`costing.analysis.draws.class_slopes`). Where a machine passes in
or out of a sum (`after_running_costs`), the quantity may jump: its derivative is that on either
side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from costing.analysis.draws.accounts import break_even
from costing.analysis.draws.class_account import SPAN
from costing.analysis.draws.class_slopes import ClassPoint, ReadyClass, Slopes
from costing.analysis.draws.cohort import Cohort
from costing.case.costs import INVESTMENT

Floats = NDArray[np.float64]
#: A margin at one value of each input `(k,)`, and its derivatives `(k,)`.
Tangent = Callable[[Floats], tuple[float, Floats]]


def tangent_of(machines: Cohort, definition: str, postes: frozenset[str], figure: float) -> Tangent:
    """The margin of a quantity of these machines over a figure; NaN where it is not finite."""
    return _Margin(machines, definition, postes, figure)


@dataclass(frozen=True)
class _Margin:
    machines: Cohort
    definition: str
    postes: frozenset[str]
    figure: float

    @cached_property
    def ready(self) -> list[ReadyClass]:
        inputs = self.machines.inputs
        modes = dict(zip(inputs.addresses, inputs.modes, strict=True))
        return [
            ReadyClass(part, frozenset(part.values), self.definition == "break_even")
            for part in self.machines.accounts(modes).classes
        ]

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        addresses = self.machines.inputs.addresses
        accounts = self.machines.accounts(dict(zip(addresses, point, strict=True)))
        points = [ready.at(part) for ready, part in zip(self.ready, accounts.classes, strict=True)]
        with np.errstate(all="ignore"):  # what is not finite is told
            of = _break_even if self.definition == "break_even" else _ratio
            value, by_class = of(points, self.definition, self.postes)
        slopes = dict.fromkeys(addresses, 0.0)
        for part, by_name in zip(accounts.classes, by_class, strict=False):
            own = self.machines.addresses[part.machines.code]
            for name, slope in by_name.items():
                slopes[own[name]] += slope
        result = np.array(list(slopes.values()))
        if not (np.isfinite(value) and np.isfinite(result).all()):
            return np.nan, np.full(len(addresses), np.nan)
        return value - self.figure, result


@dataclass(frozen=True)
class _Sides:
    """What a class brings to a ratio: of machines retained, pay less some lines, over others."""

    point: ClassPoint
    retained: NDArray[np.bool_]
    pay: float
    pay_slopes: Callable[[], Slopes]
    less: list[str]
    over: list[str]

    @property
    def above(self) -> float:
        """The part of the numerator."""
        return self.pay - (self.point.cost(dict.fromkeys(self.less, 1.0), self.retained)
                           if self.less else 0.0)  # fmt: skip

    @property
    def below(self) -> float:
        """The part of the denominator."""
        return self.point.cost(dict.fromkeys(self.over, 1.0), self.retained)

    def slopes(self, to_above: float, to_below: float) -> Slopes:
        """Derivatives of the ratio, from its own to its two sums."""
        factors = dict.fromkeys(self.less, -to_above) | dict.fromkeys(self.over, to_below)
        by_name = self.point.cost_slopes(factors, self.retained)
        for name, slope in self.pay_slopes().items():
            by_name[name] = by_name.get(name, 0.0) + to_above * slope
        return by_name


def _ratio(
    points: list[ClassPoint], definition: str, postes: frozenset[str]
) -> tuple[float, list[Slopes]]:
    """A ratio of sums over the classes, less one, and what each class brings to its derivatives."""
    sides = [_sides(point, definition, postes) for point in points]
    above, below = sum(side.above for side in sides), sum(side.below for side in sides)
    if (above if definition == "share" else below) <= 0:
        return np.nan, []
    if definition == "share":
        value, to_above, to_below = 1 - below / above, below / above**2, -1 / above
    else:
        value, to_above, to_below = above / below - 1, 1 / below, -above / below**2
    return value, [side.slopes(to_above, to_below) for side in sides]


def _sides(point: ClassPoint, definition: str, postes: frozenset[str]) -> _Sides:
    account, machines = point.account, point.account.machines
    lines = [name for name, poste in account.poste.items() if poste in postes]
    if definition != "investment":
        retained = np.ones(len(machines.weight), dtype=bool)
        return _Sides(point, retained, float(account.revenue[0]),
                      lambda: point.revenue_slopes(retained), [], lines)  # fmt: skip
    if account.case.scenario.conventions.investment == "rate_gap":
        uses = account.model.uses
        stops = [step.name for step in account.model.lines if "amortised" in uses(step.name)]
        return _Sides(point, machines.new, float(account.gap_fee), point.gap_slopes, [], stops)
    investment = account.case.reference.perimeter(INVESTMENT).postes
    capital = [name for name in lines if account.poste[name] in investment]
    running = [name for name in lines if name not in capital]
    paid = account.paid_each(slice(None))[:, 0]
    left = paid - point.each(dict.fromkeys(running, 1.0))
    retained = ~machines.amortised & (left > 0)
    pay = float(np.sum(machines.weight * retained * paid))
    return _Sides(point, retained, pay, lambda: point.revenue_slopes(retained), running, capital)


def _break_even(
    points: list[ClassPoint], _: str, postes: frozenset[str]
) -> tuple[float, list[Slopes]]:
    """The acts at which pay meets cost, and what each class brings to their derivatives."""
    chosen = [
        [name for name, poste in point.account.poste.items() if poste in postes] for point in points
    ]
    costs = [
        np.tensordot(p.account.straight_weights, p.amount(dict.fromkeys(lines, 1.0))[..., 0], 1)
        for p, lines in zip(points, chosen, strict=True)
    ]
    straight = [(cost[:1], (cost[1:] - cost[:1]) / SPAN) for cost in costs]
    acts = float(break_even([point.account for point in points], straight)[0])
    by_class = []
    for point, lines in zip(points, chosen, strict=True):
        account = point.account
        ends = np.array([1 - acts / SPAN, acts / SPAN])
        weights = account.straight_weights[:, None, None] * ends[None, :, None]
        slopes = point.line_slopes(dict.fromkeys(lines, -1.0), weights)
        prices = account.machines.weight @ account.machines.fees[:, : len(account.limits) + 1]
        for name, slope in point.pay_slopes(np.array([acts]), prices[None]).items():
            slopes[name] = slopes.get(name, 0.0) + slope
        by_class.append(slopes)
    rise = sum(slopes.pop("acts") for slopes in by_class)  # what is left gains, for 100 % more acts
    if not rise:
        return np.nan, []
    return acts, [{name: -acts / rise * s for name, s in slopes.items()} for slopes in by_class]
