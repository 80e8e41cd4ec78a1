r"""Sobol indices, for inputs that are independent.

First order $S_i = \operatorname{Var} E[Y \mid x_i] / \operatorname{Var} Y$, total
$T_i = 1 - \operatorname{Var} E[Y \mid x_{-i}] / \operatorname{Var} Y$ (Sobol, 1993), by SciPy's
estimators (Saltelli et al., 2010). Under correlation they no longer share the variance: see the
Shapley effects of `costing.analysis.sensitivity.effects`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from costing.analysis.sensitivity.effects import ROWS, Study, evaluate
from costing.analysis.uncertainty.uncertainty import Inputs
from costing.french.writing import percent
from costing.problems.errors import InputError, problem

Floats = NDArray[np.float64]

#: Points of the sequence unless told otherwise.
POINTS = 4_096
_LEVEL = 0.95
#: Cells of bootstrap weights held together.
_CELLS = 4_000_000


@dataclass(frozen=True)
class Sobol:
    """Sobol indices of independent inputs, `(k,)`, in their order.

    first: share of the variance that goes when the input alone is known. total: share that stays
    when it alone is not known. *_interval: 95 % bootstrap intervals `(k, 2)`. total_error:
    standard errors of the total indices. evaluations: of the result.
    """

    inputs: Inputs
    first: Floats
    total: Floats
    first_interval: Floats
    total_interval: Floats
    total_error: Floats
    evaluations: int


def sobol_indices(
    study: Study, inputs: Inputs, n: int = POINTS, seed: int = 0, resamples: int = 1_000
) -> Sobol:
    """First-order and total Sobol indices from `n` × (number of inputs + 2) evaluations.

    SciPy's estimator (Saltelli et al., 2010) on a scrambled Sobol sequence, `n` a power of two.
    Intervals are quantiles over `resamples` bootstrap samples of the sequence's points, as if they
    were independent: the even spread of the points makes the true error smaller.

    Raises:
        InputError: correlated inputs, which have no Sobol indices; `n` not a power of two; a
            result that is not finite.
    """
    from scipy import stats  # noqa: PLC0415 - slow to import

    _check_independent(inputs)
    if n < 2 or n & (n - 1):
        raise InputError(problem("not_power_of_two", None, n))
    count = len(inputs.items)
    points = stats.qmc.Sobol(2 * count, rng=np.random.default_rng(seed)).random(n)
    scores = special.ndtri(np.clip(points.T, 1e-16, 1 - 1e-16))
    results = _pages(study, inputs, scores)
    finite = float(np.isfinite(results).mean())
    if finite < 1:
        raise InputError(problem("variance_undefined", None, percent(1 - finite, 2)))
    results -= results[:2].mean()
    # SciPy does not take a single page: A itself comes as two more.
    mixed = np.concatenate([results[2:], results[:1], results[:1]])[:, None]
    tables: dict[Any, Floats] = {"f_A": results[:1], "f_B": results[1:2], "f_AB": mixed}
    indices = stats.sobol_indices(func=tables, n=n)
    firsts, totals = _bootstrap(results, resamples, seed)
    ends = (0.5 - _LEVEL / 2, 0.5 + _LEVEL / 2)
    return Sobol(
        inputs, indices.first_order[:count], indices.total_order[:count],
        np.quantile(firsts, ends, axis=0).T, np.quantile(totals, ends, axis=0).T,
        totals.std(axis=0), n * (count + 2),
    )  # fmt: skip


def _check_independent(inputs: Inputs) -> None:
    correlated = [inputs.addresses[i] for group in inputs.groups if len(group) > 1 for i in group]
    if correlated:
        raise InputError(problem("sobol_correlated", None, ", ".join(correlated)))


def _pages(study: Study, inputs: Inputs, scores: Floats) -> Floats:
    """Results at A, at B, and at A with each input in turn taken from B, `(k + 2, n)`.

    `scores` are those of A and B, `(2k, n)`. Pages are evaluated several at once.
    """
    count, n = len(inputs.items), scores.shape[1]
    a, b = scores[:count], scores[count:]

    def page(number: int) -> Floats:
        mixed = b if number == 1 else a.copy()
        if number > 1:
            mixed[number - 2] = b[number - 2]
        return mixed

    step = max(1, ROWS // n)
    parts = [range(first, min(first + step, count + 2)) for first in range(0, count + 2, step)]
    rows = [
        evaluate(study, inputs, np.concatenate([page(number) for number in part], axis=1))
        for part in parts
    ]
    return np.concatenate(rows).reshape(count + 2, n)


def _bootstrap(results: Floats, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """First and total indices `(resamples, k)` of points drawn again with replacement.

    All are ratios of means over the points: one product with how often each point is drawn.
    """
    a, b, mixed = results[0], results[1], results[2:]
    count, n = len(mixed), len(a)
    terms = np.stack([a**2 + b**2, a + b, *(b * (mixed - a)), *((a - mixed) ** 2)], axis=1) / 2
    generator = np.random.default_rng([seed, n])
    step = max(1, _CELLS // n)
    means = np.concatenate([
        generator.multinomial(n, np.full(n, 1 / n), size=min(step, resamples - done)) / n @ terms
        for done in range(0, resamples, step)
    ])  # fmt: skip
    variance = means[:, 0] - means[:, 1] ** 2
    safe = np.where(variance > 0, variance, np.inf)[:, None]
    return np.asarray(2 * means[:, 2 : count + 2] / safe), np.asarray(means[:, count + 2 :] / safe)
