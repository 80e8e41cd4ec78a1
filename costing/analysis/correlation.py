r"""Rank correlations between inputs, as a Gaussian copula over their normal scores.

A rank correlation $\rho_S$ (Spearman) becomes the correlation $2 \sin(\pi \rho_S / 6)$ of the two
scores (Pearson, 1907). A set of pairs may be impossible: then no joint law has them all, and the
nearest correlation matrix in the Frobenius norm is offered instead (Higham, 2002: alternating
projections with Dykstra's correction).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.errors import InputError, problem
from costing.words import number

Floats = NDArray[np.float64]

#: Smallest eigenvalue that a matrix may have.
LEAST = 1e-6
_ROUNDS = 500


def score_matrix(names: Sequence[str], ranks: Mapping[tuple[str, str], float]) -> Floats:
    """Correlation matrix `(k, k)` of the scores of `names`, from rank correlations by pair.

    Raises:
        InputError: no joint law has these correlations; names the parameters, and gives the
            nearest rank correlations that one has.
    """
    place = {name: index for index, name in enumerate(names)}
    matrix = np.eye(len(names))
    for (first, second), rank in ranks.items():
        i, j = place[first], place[second]
        matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
    for group in components(matrix):
        part = matrix[np.ix_(group, group)]
        if len(group) > 1 and np.linalg.eigvalsh(part)[0] < LEAST:
            raise InputError(_impossible(names, ranks, group, part))
    return matrix


def components(matrix: Floats) -> list[NDArray[np.intp]]:
    """Indices of the inputs that hang together, a group at a time; alone when uncorrelated."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - slow to import

    count, label = connected_components(matrix != 0, directed=False)
    return [np.flatnonzero(label == group) for group in range(count)]


def nearest(matrix: Floats) -> Floats:
    """The nearest correlation matrix whose eigenvalues are at least `LEAST`."""
    current, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(_ROUNDS):
        moved = current - correction
        values, vectors = np.linalg.eigh(moved)
        inside = (vectors * np.maximum(values, 2 * LEAST)) @ vectors.T
        correction = inside - moved
        current = inside.copy()
        np.fill_diagonal(current, 1.0)
        if np.abs(current - inside).max() < LEAST / 10:
            break
    scale = np.sqrt(np.diag(inside))
    return np.asarray(inside / np.outer(scale, scale))


def _impossible(
    names: Sequence[str],
    ranks: Mapping[tuple[str, str], float],
    group: NDArray[np.intp],
    part: Floats,
) -> Any:
    """The problem, with the pairs as given and as the nearest valid matrix has them."""
    inside = {names[index]: position for position, index in enumerate(group)}
    pairs = [pair for pair in ranks if pair[0] in inside and pair[1] in inside]
    offered = _offer(nearest(part), [(inside[first], inside[second]) for first, second in pairs])

    def shown(rank: Mapping[tuple[str, str], float]) -> str:
        return " ; ".join(f"{first} – {second} : {number(rank[first, second], 2)}"
                          for first, second in pairs)  # fmt: skip

    near = dict(zip(pairs, offered, strict=True))
    return problem("correlation_impossible", None, shown(ranks), nearest=shown(near))


def _offer(valid: Floats, pairs: Sequence[tuple[int, int]]) -> list[float]:
    """Rank correlations of some pairs, two decimals, valid as they are written.

    Rounding may leave the valid matrices: the ranks then shrink towards independence until it
    does not.
    """
    for shrink in np.linspace(1, 0, 101):
        ranks = [float(np.round(shrink * 6 / np.pi * np.arcsin(valid[p] / 2), 2)) for p in pairs]
        matrix = np.eye(len(valid))
        for (i, j), rank in zip(pairs, ranks, strict=True):
            matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
        if np.linalg.eigvalsh(matrix)[0] >= LEAST:
            break
    return ranks
