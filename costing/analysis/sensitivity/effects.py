r"""How much of a result's variance each input makes, correlated inputs included.

**Shapley effects** (Owen, 2014; Song, Nelson and Staum, 2016) share the variance by the game
$v(J) = \operatorname{Var} E[Y \mid x_J]$: they are never negative and sum to the variance,
correlated inputs or not. They are estimated along random orders (Goda, 2021): independent scores
$\varepsilon$ and $\varepsilon'$ are drawn, the first $j$ inputs of the order take $\varepsilon$,
the others $\varepsilon'$, and $Y_j$ is the result, so that $Y_0$ and $Y = Y_k$ are independent.
The $j$-th input of the order brings

$(Y_j - Y_{j-1}) \left(Y - (Y_j + Y_{j-1}) / 2\right)$,

whose mean is $v(J) - v(J \setminus j)$, since all $Y_j$ have one law and $Y_j$, $Y$ share $x_J$
alone; over an order these sum to $(Y - Y_0)^2 / 2$, whose mean is the variance. Correlation is
that of a Gaussian copula: with $L$ the Cholesky factor of the correlation matrix in the order at
hand, $z = L \varepsilon$ draws each input from its law given those before it.

**Control variate.** The result's linear part in the scores goes through the same orders and
scores; its own Shapley effects are known exactly (Owen and Prieur, 2017), and what the orders
miss of them corrects the result's. The nearer the result to a straight line, the smaller the error.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from costing.analysis.bridge.shapley import shapley
from costing.analysis.uncertainty.uncertainty import Inputs, Values
from costing.case.labels import GRADE_WORDS
from costing.french.writing import percent
from costing.problems.errors import InputError, problem
from costing.run.progress import Progress, silent

Floats = NDArray[np.float64]
Study = Callable[[Values], Floats]

#: Orders drawn unless told otherwise: 4 096 × 74 evaluations for the whole fleet.
ORDERS = 4_096
#: Rows evaluated together.
ROWS = 16_384
#: Draws from which the linear part is read.
_PILOT = 4_096
#: Correlated inputs up to which the linear part's effects are computed, over all their subsets.
_LARGEST = 10
#: Share of the orders without a finite result beyond which no variance is told.
_MOST_DROPPED = 0.5
#: A standard deviation under this part of the result is rounding.
_ROUNDING = 1e-12


class Estimate(NamedTuple):
    """A value and its standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class Effects:
    """Shapley effects: `shares` `(k,)` of the variance, in the order of the inputs; they sum to 1.

    variance: of the result, in the square of its unit. covariance: of the estimated shares,
    `(k, k)`. orders: those that count. dropped: share of the orders left out because the result is
    not finite somewhere along them; the variance is then that of what remains.
    """

    inputs: Inputs
    variance: float
    shares: Floats
    covariance: Floats
    orders: int
    dropped: float = 0.0

    @property
    def errors(self) -> Floats:
        """Standard errors of the shares, `(k,)`."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def of(self, chosen: NDArray[np.bool_]) -> Estimate:
        """Share of some inputs together, `chosen` `(k,)`."""
        error = np.sqrt(max(0.0, float(chosen @ self.covariance @ chosen)))
        return Estimate(float(self.shares @ chosen), float(error))


def share_by_grade(effects: Effects) -> dict[str, Estimate]:
    """Share of the variance that comes from the inputs of each grade, A to D."""
    grades = np.array([item.value.grade for item in effects.inputs.items])
    return {grade: effects.of(grades == grade) for grade in GRADE_WORDS}


def shapley_effects(
    study: Study,
    inputs: Inputs,
    samples: int = ORDERS,
    seed: int = 0,
    workers: int = 1,
    progress: Progress = silent,
    control: bool = True,
) -> Effects:
    """Shares of a result's variance, from `samples` random orders of its inputs.

    `study` takes values by address, arrays `(n,)`, and gives `(n,)`; it is evaluated
    `samples` × (number of inputs + 1) times, and the answer does not depend on `workers`. Standard
    errors come from the orders. An order along which the result is once not finite is left out.
    `control` takes out what the orders miss of the result's linear part, whose effects are known.

    Raises:
        InputError: the result is not finite along more than half of the orders.
    """
    count = len(inputs.items)
    if not count:
        return Effects(inputs, 0.0, np.zeros(0), np.zeros((0, 0)), 0)
    weights, largest = _linear_part(study, inputs, seed)
    paths = _Paths(study, inputs, weights, seed)
    size = max(1, ROWS // (count + 1))
    sizes = [min(size, samples - first) for first in range(0, samples, size)]
    contributions = []
    with (
        ThreadPoolExecutor(max(1, workers)) as pool,
        closing(cast("Any", pool.map(paths.contributions, range(len(sizes)), sizes))) as blocks,
    ):
        for block in blocks:
            contributions.append(block)
            progress(len(contributions) / len(sizes), "Parts de variance")
    of_result, of_linear = np.concatenate(contributions, axis=1)
    finite = np.isfinite(of_result).all(axis=1)
    dropped = float(1 - finite.mean())
    if dropped > _MOST_DROPPED:
        raise InputError(problem("variance_undefined", None, percent(dropped, 0)))
    if control and not dropped:  # else the linear part's effects are not known over what remains
        of_result = _corrected(of_result, of_linear, linear_effects(weights, inputs))
    return _normalised(inputs, of_result[finite], dropped, (_ROUNDING * largest) ** 2)


def linear_effects(weights: Floats, inputs: Inputs) -> Floats:
    r"""Shapley effects `(k,)` of $\sum_i w_i z_i$ in the inputs' scores, exactly.

    Groups of correlated inputs do not mix; within one, with $c = R w$, the game is
    $v(J) = c_J^\top R_{JJ}^{-1} c_J$.
    """
    effects = weights**2
    for group in inputs.groups:
        if len(group) > 1:
            matrix = inputs.correlation[np.ix_(group, group)]
            shared = matrix @ weights[group]

            def explained(
                coalitions: NDArray[np.bool_], matrix: Floats = matrix, shared: Floats = shared
            ) -> Floats:
                return np.array([
                    shared[row] @ np.linalg.solve(matrix[np.ix_(row, row)], shared[row])
                    for row in coalitions
                ])  # fmt: skip

            effects[group] = shapley(explained, len(group)).shares
    return effects


@dataclass(frozen=True)
class _Paths:
    """Random orders, and what each input brings along them to the result and its linear part."""

    study: Study
    inputs: Inputs
    weights: Floats
    seed: int

    def contributions(self, block: int, size: int) -> Floats:
        """What each input brings in each order of a block, `(2, size, k)`."""
        count = len(self.inputs.items)
        generator = np.random.default_rng([self.seed, block, count])
        epsilon, epsilon_prime = generator.standard_normal((2, count, size, 1))
        orders = generator.permuted(np.tile(np.arange(count), (size, 1)), axis=1)
        ranks = np.argsort(orders, axis=1)
        frozen = ranks.T[:, :, None] < np.arange(count + 1)
        scores = np.where(frozen, epsilon, epsilon_prime)
        for group in self.inputs.groups:
            if len(group) > 1:
                factor = _ordered_factor(self.inputs.correlation[np.ix_(group, group)],
                                         ranks[:, group])  # fmt: skip
                scores[group] = np.einsum("pij,jpr->ipr", factor, scores[group])
        rows = evaluate(self.study, self.inputs, scores.reshape(count, -1))
        linear = np.tensordot(self.weights, scores, 1)
        return np.stack([
            np.take_along_axis(_increments(result), ranks, axis=1)
            for result in (rows.reshape(linear.shape), linear)
        ])  # fmt: skip


def _increments(results: Floats) -> Floats:
    """What each place of an order brings, `(orders, k)`, from results `(orders, k + 1)`."""
    with np.errstate(invalid="ignore"):  # infinite results are left out later
        middle = (results[:, 1:] + results[:, :-1]) / 2
        return np.asarray(np.diff(results, axis=1) * (results[:, -1:] - middle))


def _ordered_factor(matrix: Floats, ranks: NDArray[np.intp]) -> Floats:
    """Cholesky factor of a correlation matrix taken in each order, `(orders, g, g)`.

    Rows and columns are those of the inputs again: `factor @ scores` are correlated, and each
    input's depends on those before it in the order alone.
    """
    order = np.argsort(ranks, axis=1)
    factor = np.linalg.cholesky(matrix[order[:, :, None], order[:, None, :]])
    back = np.argsort(order, axis=1)
    every = np.arange(len(ranks))[:, None, None]
    return np.asarray(factor[every, back[:, :, None], back[:, None, :]])


def evaluate(study: Study, inputs: Inputs, scores: Floats) -> Floats:
    """A result over correlated scores `(k, n)`, a block of rows at a time, `(n,)`."""
    result = np.empty(scores.shape[1])
    for first in range(0, len(result), ROWS):
        part = slice(first, first + ROWS)
        result[part] = study(inputs.values(scores[:, part]))
    return result


def _linear_part(study: Study, inputs: Inputs, seed: int) -> tuple[Floats, float]:
    """Weights of the scores in the result's linear regression, and the result's largest size.

    No weights where the result is not always finite, nor in very large groups.
    """
    scores = inputs.scores(0, _PILOT, seed)
    result = evaluate(study, inputs, scores)
    size = float(np.abs(result[np.isfinite(result)]).max(initial=0.0))
    if not np.isfinite(result).all():
        return np.zeros(len(scores)), size
    scores -= scores.mean(axis=1, keepdims=True)
    weights = np.linalg.solve(scores @ scores.T, scores @ result)
    for group in inputs.groups:
        if len(group) > _LARGEST:
            weights[group] = 0.0
    return np.asarray(weights), size


def _corrected(of_result: Floats, of_linear: Floats, exact: Floats) -> Floats:
    """What the result's inputs bring `(orders, k)`, what the linear part misses taken out."""
    missed = of_linear - exact
    spread = of_linear - of_linear.mean(axis=0)
    variance = np.mean(spread**2, axis=0)
    covariance = np.mean(spread * of_result, axis=0)
    slope = np.divide(covariance, variance, out=np.zeros_like(variance), where=variance > 0)
    return np.asarray(of_result - slope * missed)


def _normalised(inputs: Inputs, contributions: Floats, dropped: float, least: float) -> Effects:
    """Shares and their covariance, that of a ratio of means (delta method).

    A variance under `least` is rounding: then there is nothing to share.
    """
    means = contributions.mean(axis=0)
    variance = float(means.sum())
    count = len(contributions)
    if variance <= least:
        nothing = np.zeros_like(means)
        return Effects(inputs, 0.0, nothing, np.diag(nothing), count, dropped)
    shares = means / variance
    rest = (contributions - np.outer(contributions.sum(axis=1), shares)) / variance
    covariance = rest.T @ rest / max(1, count - 1) / count
    return Effects(inputs, variance, shares, covariance, count, dropped)
