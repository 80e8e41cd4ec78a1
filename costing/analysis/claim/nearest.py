r"""The smallest joint change of the inputs that turns a claim.

With $g$ the margin of `costing.analysis.claim.flips`, the least $d$ with $d^2 = u^\top R^{-1} u$,
$u_i = (x_i - x^0_i) / \sigma_i$, such that $g(x) = 0$ with every input in its range: each change is
counted in the input's own standard deviations, correlated inputs moving together cheaply ($R$).
This is the design point of the first-order reliability method (Hasofer and Lind, 1974), in the
inputs' own units. Found by SciPy's SLSQP from several starts, with the margin's exact derivatives
where they are known (`costing.analysis.draws.slopes`), kept only if re-evaluation confirms it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from costing.analysis.claim.flips import Margin, finite, ranges
from costing.analysis.draws.slopes import Tangent
from costing.analysis.uncertainty.uncertainty import Inputs

Floats = NDArray[np.float64]

_STARTS = 4
#: A search ends within forty steps; one that has not does not come nearer.
_STEPS = 60
#: Change of half the square of the distance under which a search ends.
_CLOSE = 1e-9
#: Standard deviations within which two searches have met.
_NEAR = 0.1
#: Margin of a point on the edge, in its standard deviations.
_SETTLED = 1e-13
#: Corners looked at for the farthest one.
_CORNERS = 8
#: Part of a standard deviation by which derivatives are taken.
_STEP = 1e-4


@dataclass(frozen=True)
class JointFlip:
    """The smallest joint change: value of each input, and how far in standard deviations.

    distance: $d$; result: the claim's quantity there, its figure but for rounding.
    """

    values: dict[str, float]
    moved: dict[str, float]
    distance: float
    result: float


def joint_flip(
    margin: Margin,
    inputs: Inputs,
    figure: float,
    drawn: Floats,
    tangent: Tangent | None = None,
    margins: Floats | None = None,
) -> JointFlip | None:
    """The smallest joint change that turns a claim; None when none in the ranges does.

    `drawn` are joint draws of the inputs `(k, n)`, from which some starts are taken, and `margins`
    their margins where these are. Without `tangent`, derivatives are taken by differences.
    """
    if not inputs.items:
        return None
    margins = margin(drawn) if margins is None else margins
    problem = _Problem.of(margin, inputs, margins, tangent)
    minima: list[Floats] = []
    best: tuple[float, Floats] | None = None
    for start in problem.starts(drawn, margins):
        point = problem.solve(start, minima)
        if point is None:
            continue
        minima.append(point)
        distance = problem.distance(point)
        if (best is None or distance < best[0] - 1e-5) and problem.turns(point):
            best = distance, point
    if best is None:
        return None
    distance, point = best
    values = problem.origin + problem.sigma * point
    return JointFlip(
        values=dict(zip(inputs.addresses, map(float, values), strict=True)),
        moved=dict(zip(inputs.addresses, map(float, point), strict=True)),
        distance=distance,
        result=problem.tangent(point)[0] * problem.scale + figure,
    )


class _MetError(Exception):
    """A search came by a point found before."""


@dataclass(frozen=True)
class _Problem:
    """The joint search in units of standard deviations; discrete inputs stay where they are.

    factor: Cholesky factor of the correlation; `factor⁻¹ point` are the scores of a point, whose
    length is its distance.
    """

    margin: Margin
    exact: Tangent | None
    origin: Floats
    sigma: Floats
    low: Floats
    high: Floats
    correlation: Floats
    factor: Floats
    here: float
    scale: float
    _last: dict[bytes, tuple[float, Floats]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, margin: Margin, inputs: Inputs, margins: Floats, exact: Tangent | None) -> _Problem:
        """The problem of a margin; `margins` are those of some draws."""
        origin, sigma = inputs.modes, np.array([item.law.spread for item in inputs.items])
        ends = (np.where([item.law.outcomes != () for item in inputs.items], origin, bound)
                for bound in ranges(inputs))  # fmt: skip
        low, high = ((bound - origin) / sigma for bound in ends)
        margins = margins[np.isfinite(margins)]
        scale = (float(margins.std()) if margins.size else 0.0) or 1.0
        here = float(finite(margin(origin[:, None]), scale)[0])
        factor = np.asarray(np.linalg.cholesky(inputs.correlation), dtype=float)
        return cls(margin, exact, origin, sigma, low, high, inputs.correlation, factor, here, scale)

    @property
    def holds(self) -> bool:
        """Whether the claim holds at the origin."""
        return self.here >= 0

    def at(self, points: Floats) -> Floats:
        """Margin at points `(k, n)` in standard deviations, over its own standard deviation."""
        rows = self.origin[:, None] + self.sigma[:, None] * points
        return finite(self.margin(rows), self.scale)

    def tangent(self, point: Floats) -> tuple[float, Floats]:
        """`at` one point, and its derivatives there; the last one asked is kept.

        By differences where they are not known: without a tangent, or where it has no meaning.
        """
        key = point.tobytes()
        if key not in self._last:
            self._last.clear()
            self._last[key] = self._tangent(point)
        return self._last[key]

    def _tangent(self, point: Floats) -> tuple[float, Floats]:
        if self.exact is not None:
            value, slopes = self.exact(self.origin + self.sigma * point)
            if math.isfinite(value):
                return value / self.scale, slopes * self.sigma / self.scale
        return float(self.at(point[:, None])[0]), self._differences(point)

    def _differences(self, point: Floats) -> Floats:
        """Derivative of `at`, central where the range allows, one-sided at its ends."""
        size = len(point)
        up = np.minimum(point + _STEP, self.high)
        down = np.maximum(point - _STEP, self.low)
        rows = np.repeat(point[:, None], 2 * size, axis=1)
        rows[np.arange(size), np.arange(size)] = up
        rows[np.arange(size), size + np.arange(size)] = down
        values = self.at(rows)
        width = up - down
        rise = values[:size] - values[size:]
        return np.asarray(np.divide(rise, width, out=np.zeros(size), where=width > 0))

    def scores(self, points: Floats) -> Floats:
        """Independent scores of points `(k, ...)`."""
        return np.asarray(np.linalg.solve(self.factor, points))

    def distance(self, point: Floats) -> float:
        """How far a point is."""
        return float(np.linalg.norm(self.scores(point)))

    def starts(self, drawn: Floats, drawn_margins: Floats) -> list[Floats]:
        """Where to search from: the linear answer and near draws, else the farthest corner.

        None where neither a draw nor that corner turns the claim.
        """
        points = (drawn - self.origin[:, None]) / self.sigma[:, None]
        inside = np.clip(points, self.low[:, None], self.high[:, None])
        margins = finite(drawn_margins, self.scale)
        # A draw is a rounding away from itself; one out of the ranges is brought back to them.
        moved = (np.abs(inside - points) > 1e-9).any(axis=0)
        if moved.any():
            margins[moved] = self.at(inside[:, moved])
        other = inside[:, (margins >= 0) != self.holds]
        reach = np.sum(self.scores(other) ** 2, axis=0)
        near = [other[:, i] for i in np.argsort(reach, kind="stable")[: _STARTS - 2]]
        if not near:
            farthest = self.farthest()
            if farthest is None:
                return []
            near.append(farthest)
        _, slope = self.tangent(np.zeros(len(self.origin)))
        step = self.correlation @ slope
        steep = float(slope @ step)
        linear = -self.here * step / steep if steep > 0 else np.zeros_like(slope)
        return [np.clip(start, self.low, self.high) for start in (linear, *near)]

    def farthest(self) -> Floats | None:
        """A point that turns the claim, looked for where the margin goes farthest in the ranges.

        The corner that the slopes say; slopes are read anew there, until they say the same corner.
        Where they never do (an input of which neither end is the farthest), L-BFGS-B goes on.
        """
        corner = np.zeros(len(self.origin))
        for _ in range(_CORNERS):
            _, slope = self.tangent(corner)
            ends = np.where((slope > 0) == self.holds, self.low, self.high)
            if np.array_equal(ends, corner):
                return None
            corner = ends
            if self.turned(corner):
                return corner
        way = 1.0 if self.holds else -1.0

        def toward(point: Floats) -> tuple[float, Floats]:
            value, slope = self.tangent(point)
            return way * value, way * slope

        search: Any = minimize
        bounds = list(zip(self.low, self.high, strict=True))
        options = {"ftol": 1e-6, "maxfun": _STEPS}
        point = search(toward, corner, jac=True, bounds=bounds, method="L-BFGS-B",
                       options=options).x  # fmt: skip
        return point if self.turned(point) else None

    def turned(self, point: Floats) -> bool:
        """Whether the claim is on the other side at a point."""
        return (self.tangent(point)[0] >= 0) != self.holds

    def solve(self, start: Floats, minima: list[Floats]) -> Floats | None:
        """The nearest point on the edge of the claim, from a start; None where it comes to none.

        A search that comes by a point found before ends there: it would find it again.
        In scores, the square of the distance has the same curvature in all directions, that which
        SLSQP begins with: it has none but the margin's to learn.
        """
        tied = np.count_nonzero(self.correlation, axis=1) > 1
        low, high = np.where(tied, -np.inf, self.low), np.where(tied, np.inf, self.high)
        sides = np.concatenate([self.factor[tied], -self.factor[tied]])
        limits = np.concatenate([self.low[tied], -self.high[tied]])

        def point_of(scores: Floats) -> Floats:
            return np.asarray(np.clip(self.factor @ scores, self.low, self.high))

        edge = {
            "type": "eq",
            "fun": lambda scores: self.tangent(point_of(scores))[0],
            "jac": lambda scores: (self.tangent(point_of(scores))[1] @ self.factor)[None],
        }
        within = {
            "type": "ineq",
            "fun": lambda scores: sides @ scores - limits,
            "jac": lambda scores: sides,
        }

        def meets(scores: Floats) -> None:
            point = point_of(scores)
            if any(np.abs(point - other).max() < _NEAR for other in minima):
                raise _MetError

        search: Any = minimize
        try:
            answer = search(
                lambda scores: scores @ scores / 2,
                self.scores(start),
                jac=lambda scores: scores,
                bounds=list(zip(low, high, strict=True)),
                constraints=[edge, within][: 1 + int(tied.any())],
                method="SLSQP",
                callback=meets,
                options={"maxiter": _STEPS, "ftol": _CLOSE},
            )
        except _MetError:
            return None
        point = self.settled(point_of(answer.x))
        return point if abs(self.tangent(point)[0]) < 1e-6 else None

    def settled(self, point: Floats) -> Floats:
        """A point to four digits, put back on the edge by the inputs that are free to move.

        The last digits of a search depend on the processor; those of an edge do not. The distance,
        at its least here, hardly changes.
        """
        size = max(float(np.abs(point).max()), 1e-9)
        point = np.round(point, 3 - math.floor(math.log10(size)))
        point = np.clip(point, self.low, self.high)
        for _ in range(6):
            value, slope = self.tangent(point)
            back = -value * slope
            free = np.where(back > 0, point < self.high, point > self.low)
            steep = float(slope[free] @ slope[free])
            if abs(value) < _SETTLED or steep == 0:
                break
            point = np.clip(point + back * free / steep, self.low, self.high)
        return np.asarray(point)

    def turns(self, point: Floats) -> bool:
        """Whether the claim is on either side of the point, just before and just after it."""
        _, slope = self.tangent(point)
        step = 1e-3 * slope / max(float(np.linalg.norm(slope)), 1e-12)
        ends = [np.clip(point + way * step, self.low, self.high) for way in (-1, 1)]
        sides = self.at(np.stack(ends, axis=1)) >= 0
        return bool(sides[0] != sides[1])
