r"""What would turn a claim: one input alone, or the smallest joint change.

A claim holds when $g(x) = r(x) - f \ge 0$, $r$ its quantity and $f$ its figure. The principal
estimate $x^0$ has every input at its mode.

- **Alone**: the value of input $i$ in its range, nearest to its mode, at which $g$ changes sign
  with all others at their mode.
- **Jointly**: the least $d$ with $d^2 = u^\top R^{-1} u$, $u_i = (x_i - x^0_i) / \sigma_i$, such
  that $g(x) = 0$ with every input in its range: each change is counted in the input's own standard
  deviations, correlated inputs moving together cheaply ($R$). This is the design point of the
  first-order reliability method (Hasofer and Lind, 1974), in the inputs' own units. Found by
  SciPy's SLSQP from several starts, kept only if re-evaluation confirms it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.optimize.elementwise import find_root

from costing.analysis.uncertainty.uncertainty import Input, Inputs, Values

Floats = NDArray[np.float64]
#: `g` over rows of input values `(k, n)`.
Margin = Callable[[Floats], Floats]

#: Points of an input's range among which a change of sign is looked for.
_POINTS = 33
_STARTS = 4
#: A search ends within forty steps; one that has not does not come nearer.
_STEPS = 60
#: Part of a standard deviation by which derivatives are taken.
_STEP = 1e-4
#: What an infinite margin counts for, in standard deviations of the margin.
_FAR = 100.0


@dataclass(frozen=True)
class Flip:
    """An input changed alone.

    value: where the claim turns, None when no value of the range turns it. low, high: the range.
    at_low, at_high: the claim's quantity at its ends.
    """

    input: Input
    low: float
    high: float
    value: float | None
    at_low: float
    at_high: float


@dataclass(frozen=True)
class JointFlip:
    """The smallest joint change: value of each input, and how far in standard deviations.

    distance: $d$; result: the claim's quantity there, its figure but for rounding.
    """

    values: dict[str, float]
    moved: dict[str, float]
    distance: float
    result: float


def margin_of(study: Callable[[Values], Floats], inputs: Inputs, figure: float) -> Margin:
    """The margin of a claim as a function of rows of values; NaN where it has no meaning."""

    def margin(rows: Floats) -> Floats:
        values = dict(zip(inputs.addresses, rows, strict=True))
        return np.broadcast_to(np.asarray(study(values), dtype=float) - figure, rows.shape[1:])

    return margin


def _finite(margins: Floats, scale: float = 1.0) -> Floats:
    """Margins over a scale, as a search needs them: what has no meaning does not hold."""
    return np.nan_to_num(margins / scale, nan=-1.0, posinf=_FAR, neginf=-_FAR)


def ranges(inputs: Inputs) -> tuple[Floats, Floats]:
    """Least and largest value of each input: its ends, or its 5 % and 95 % quantiles."""
    bounds = [item.law for item in inputs.items]
    return np.array([law.low for law in bounds]), np.array([law.high for law in bounds])


def flips(margin: Margin, inputs: Inputs, figure: float) -> list[Flip]:
    """Each input alone, in the order of the inputs."""
    if not inputs.items:
        return []
    grids = _grids(inputs)
    count, points = grids.shape
    rows = np.repeat(inputs.modes[:, None], count * points, axis=1)
    for index in range(count):
        rows[index, index * points : (index + 1) * points] = grids[index]
    found = margin(rows).reshape(count, points)
    turning = _turning(margin, inputs, grids, found >= 0)
    return [
        Flip(item, float(grid[0]), float(grid[-1]), turning.get(index),
             float(values[0] + figure), float(values[-1] + figure))
        for index, (item, grid, values) in enumerate(zip(inputs.items, grids, found, strict=True))
    ]  # fmt: skip


def _grids(inputs: Inputs) -> Floats:
    """Points of each range, its mode among them; a discrete input has its outcomes alone."""
    low, high = ranges(inputs)
    points = max(_POINTS, *(len(item.law.outcomes) for item in inputs.items))
    rows = []
    for index, item in enumerate(inputs.items):
        if item.law.outcomes:
            outcomes = np.array([value for value, _ in item.law.outcomes])
            rows.append(outcomes[np.linspace(0, len(outcomes) - 1, points).round().astype(int)])
        else:
            even = np.linspace(low[index], high[index], points - 1)
            rows.append(np.sort(np.append(even, item.value.mode)))
    return np.array(rows)


def _turning(
    margin: Margin, inputs: Inputs, grids: Floats, holds: NDArray[np.bool_]
) -> dict[int, float]:
    """Where each input turns the claim, by its index: the crossing nearest to the mode."""
    found: list[tuple[int, float]] = []
    brackets: list[tuple[int, float, float]] = []
    for index, item in enumerate(inputs.items):
        grid = grids[index]
        middle = int(np.argmin(np.abs(grid - item.value.mode)))
        other = np.flatnonzero(holds[index] != holds[index, middle])
        # The first change on either side: which one is nearer is known once both are found.
        below, above = other[other < middle][-1:], other[other > middle][:1]
        if item.law.outcomes:
            found += [(index, float(grid[k])) for k in (*below, *above)]
        else:
            brackets += [(index, float(grid[k]), float(grid[k + 1])) for k in below]
            brackets += [(index, float(grid[k - 1]), float(grid[k])) for k in above]
    found += _crossings(margin, inputs, brackets)
    results: dict[int, float] = {}
    for index, value in found:
        mode = inputs.items[index].value.mode
        if index not in results or abs(value - mode) < abs(results[index] - mode):
            results[index] = value
    return results


def _crossings(
    margin: Margin, inputs: Inputs, brackets: list[tuple[int, float, float]]
) -> list[tuple[int, float]]:
    """Where the margin changes sign in each bracket: index of its input, low, high."""
    if not brackets:
        return []
    which, low, high = (np.array(part) for part in zip(*brackets, strict=True))

    def alone(at: Floats, row: NDArray[np.intp]) -> Floats:
        rows = np.repeat(inputs.modes[:, None], at.size, axis=1)
        rows[row.astype(int).ravel(), np.arange(at.size)] = at.ravel()
        return _finite(margin(rows)).reshape(at.shape)

    solved = find_root(alone, (low, high), args=(which,))
    return [(int(index), float(x)) for index, x in zip(which, solved.x, strict=True)]


def joint_flip(margin: Margin, inputs: Inputs, figure: float, drawn: Floats) -> JointFlip | None:
    """The smallest joint change that turns a claim; None when none in the ranges does.

    `drawn` are joint draws of the inputs `(k, n)`, from which some starts are taken.
    """
    if not inputs.items:
        return None
    problem = _Problem.of(margin, inputs, drawn)
    best: tuple[float, Floats] | None = None
    for start in problem.starts(drawn):
        point = problem.solve(start)
        if point is not None and problem.turns(point):
            distance = problem.distance(point)
            if best is None or distance < best[0] - 1e-5:
                best = distance, point
    if best is None:
        return None
    distance, point = best
    values = problem.origin + problem.sigma * point
    return JointFlip(
        values=dict(zip(inputs.addresses, map(float, values), strict=True)),
        moved=dict(zip(inputs.addresses, map(float, point), strict=True)),
        distance=distance,
        result=float(margin(values[:, None])[0]) + figure,
    )


@dataclass(frozen=True)
class _Problem:
    """The joint search in units of standard deviations; discrete inputs stay where they are."""

    margin: Margin
    origin: Floats
    sigma: Floats
    low: Floats
    high: Floats
    correlation: Floats
    inverse: Floats
    here: float
    scale: float

    @classmethod
    def of(cls, margin: Margin, inputs: Inputs, drawn: Floats) -> _Problem:
        origin, sigma = inputs.modes, np.array([item.law.spread for item in inputs.items])
        ends = (np.where([item.law.outcomes != () for item in inputs.items], origin, bound)
                for bound in ranges(inputs))  # fmt: skip
        low, high = ((bound - origin) / sigma for bound in ends)
        here, known = margin(origin[:, None]), margin(drawn)
        known = known[np.isfinite(known)]
        scale = (float(known.std()) if known.size else 0.0) or 1.0
        inverse = np.asarray(np.linalg.inv(inputs.correlation), dtype=float)
        return cls(margin, origin, sigma, low, high, inputs.correlation, inverse,
                   float(_finite(here, scale)[0]), scale)  # fmt: skip

    @property
    def holds(self) -> bool:
        """Whether the claim holds at the origin."""
        return self.here >= 0

    def at(self, points: Floats) -> Floats:
        """Margin at points `(k, n)` in standard deviations, over its own standard deviation."""
        rows = self.origin[:, None] + self.sigma[:, None] * points
        return _finite(self.margin(rows), self.scale)

    def gradient(self, point: Floats) -> Floats:
        """Derivative of `at`, central where the range allows, one-sided at its ends."""
        size = len(point)
        up = np.minimum(point + _STEP, self.high)
        down = np.maximum(point - _STEP, self.low)
        rows = np.repeat(point[:, None], 2 * size, axis=1)
        rows[np.arange(size), np.arange(size)] = up
        rows[np.arange(size), size + np.arange(size)] = down
        found = self.at(rows)
        width = up - down
        rise = found[:size] - found[size:]
        return np.asarray(np.divide(rise, width, out=np.zeros(size), where=width > 0))

    def distance(self, point: Floats) -> float:
        return float(np.sqrt(np.maximum(0.0, point @ self.inverse @ point)))

    def starts(self, drawn: Floats) -> list[Floats]:
        """Where to search from: the linear answer, the farthest corner, and near draws."""
        slope = self.gradient(np.zeros(len(self.origin)))
        step = self.correlation @ slope
        steep = float(slope @ step)
        linear = -self.here * step / steep if steep > 0 else np.zeros_like(slope)
        corner = np.where((slope > 0) == self.holds, self.low, self.high)
        points = (drawn - self.origin[:, None]) / self.sigma[:, None]
        points = np.clip(points, self.low[:, None], self.high[:, None])
        other = points[:, (self.at(points) >= 0) != self.holds] if points.size else points
        reach = np.einsum("in,ij,jn->n", other, self.inverse, other)
        near = [other[:, i] for i in np.argsort(reach, kind="stable")[: _STARTS - 2]]
        found = [np.clip(start, self.low, self.high) for start in (linear, *near)]
        if not near and (self.at(corner[:, None])[0] >= 0) != self.holds:
            found.append(corner)
        return found

    def solve(self, start: Floats) -> Floats | None:
        """The nearest point on the edge of the claim, from a start."""
        search: Any = minimize
        answer = search(
            lambda point: point @ self.inverse @ point,
            start,
            jac=lambda point: 2 * self.inverse @ point,
            bounds=list(zip(self.low, self.high, strict=True)),
            constraints={
                "type": "eq",
                "fun": lambda point: self.at(point[:, None]),
                "jac": lambda point: self.gradient(point)[None],
            },
            method="SLSQP",
            options={"maxiter": _STEPS, "ftol": 1e-12},
        )
        point = self.settled(answer.x)
        edge = abs(float(self.at(point[:, None])[0])) < 1e-6
        return point if edge else None

    def settled(self, point: Floats) -> Floats:
        """A point to four digits, put back on the edge by the inputs that are free to move.

        The last digits of a search depend on the processor; those of an edge do not. The distance,
        at its least here, hardly changes.
        """
        size = max(float(np.abs(point).max()), 1e-9)
        point = np.round(point, 3 - math.floor(math.log10(size)))
        point = np.clip(point, self.low, self.high)
        for _ in range(6):
            slope = self.gradient(point)
            back = -float(self.at(point[:, None])[0]) * slope
            free = np.where(back > 0, point < self.high, point > self.low)
            steep = float(slope[free] @ slope[free])
            if steep > 0:
                point = np.clip(point + back * free / steep, self.low, self.high)
        return np.asarray(point)

    def turns(self, point: Floats) -> bool:
        """Whether the claim is on either side of the point, just before and just after it."""
        slope = self.gradient(point)
        step = 1e-3 * slope / max(float(np.linalg.norm(slope)), 1e-12)
        ends = [np.clip(point + way * step, self.low, self.high) for way in (-1, 1)]
        sides = self.at(np.stack(ends, axis=1)) >= 0
        return bool(sides[0] != sides[1])
