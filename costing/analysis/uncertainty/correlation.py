r"""Rank correlations between inputs, as a Gaussian copula over their normal scores.

A rank correlation $\rho_S$ (Spearman) becomes the correlation $2 \sin(\pi \rho_S / 6)$ of the two
scores (Pearson, 1907). A set of pairs may be impossible: then no joint law has them all, and the
nearest correlation matrix in the Frobenius norm is offered instead (Higham, 2002: alternating
projections with Dykstra's correction), among those that leave the other pairs independent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from costing.french.writing import number
from costing.problems.errors import InputError, Problem, problem

Floats = NDArray[np.float64]

#: Smallest eigenvalue that a matrix may have.
LEAST = 1e-6
#: Largest rank correlation that may be given (`costing.scenario.scenario.Correlation`).
MOST = 0.99
_ROUNDS = 500


def score_matrix(names: Sequence[str], ranks: Mapping[tuple[str, str], float]) -> Floats:
    """Correlation matrix `(k, k)` of the scores of `names`, from rank correlations by pair.

    Raises:
        InputError: no joint law has these correlations; names the parameters of every group that
            fails, and gives the nearest rank correlations that one has.
    """
    place = {name: index for index, name in enumerate(names)}
    matrix = np.eye(len(names))
    for (first, second), rank in ranks.items():
        i, j = place[first], place[second]
        matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
    problems = []
    for group in components(matrix):
        part = matrix[np.ix_(group, group)]
        if len(group) > 1 and np.linalg.eigvalsh(part)[0] < LEAST:
            problems.append(_impossible(names, ranks, group, part))
    if problems:
        raise InputError(problems)
    return matrix


def completed(ranks: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    r"""The given pairs, and those that they tie through others.

    Where pairs make a tree, two inputs with no pair of their own are independent given those
    between them: their scores' correlation is the product along the path, and the whole is always
    possible. That is so of a value that many classes share and each ties to one of its own. Where
    pairs make a loop, those not given stay at 0.
    """
    ties: dict[str, dict[str, float]] = {}
    for (first, second), rank in ranks.items():
        score = 2 * np.sin(np.pi * rank / 6)
        ties.setdefault(first, {})[second] = ties.setdefault(second, {})[first] = float(score)
    pairs = dict(ranks)
    done: set[str] = set()
    for start, near in ties.items():
        reached = _products(ties, start)
        done.add(start)
        edges = sum(len(ties[name]) for name in reached) // 2
        if edges == len(reached) - 1:
            for name, score in reached.items():
                if name not in done and name not in near:
                    pairs[start, name] = float(6 / np.pi * np.arcsin(score / 2))
    return pairs


def _products(ties: Mapping[str, Mapping[str, float]], start: str) -> dict[str, float]:
    """Product of the correlations on the way from an input to each one that it is tied to."""
    reached, queue = {start: 1.0}, [start]
    for name in queue:
        for other, score in ties[name].items():
            if other not in reached:
                reached[other] = reached[name] * score
                queue.append(other)
    return reached


def components(matrix: Floats) -> list[NDArray[np.intp]]:
    """Indices of the inputs that hang together, a group at a time; alone when uncorrelated."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - slow to import

    count, label = connected_components(matrix != 0, directed=False)
    return [np.flatnonzero(label == group) for group in range(count)]


def nearest(matrix: Floats, zero: NDArray[np.bool_] | None = None) -> Floats:
    """The nearest correlation matrix whose eigenvalues are at least `LEAST`.

    zero: pairs `(k, k)` that stay at 0, by default none.
    """
    current, correction = matrix.copy(), np.zeros_like(matrix)
    for _ in range(_ROUNDS):
        moved = current - correction
        values, vectors = np.linalg.eigh(moved)
        inside = (vectors * np.maximum(values, 2 * LEAST)) @ vectors.T
        correction = inside - moved
        current = inside.copy()
        if zero is not None:
            current[zero] = 0.0
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
) -> Problem:
    """The problem, with the pairs as given and as the nearest valid matrix has them."""
    inside = {names[index]: position for position, index in enumerate(group)}
    pairs = [pair for pair in ranks if pair[0] in inside and pair[1] in inside]
    near_part = nearest(part, part == 0)
    offered = _offer(near_part, [(inside[first], inside[second]) for first, second in pairs])

    def text(rank: Mapping[tuple[str, str], float]) -> str:
        return " ; ".join(f"{first} – {second} : {number(rank[first, second], 2)}"
                          for first, second in pairs)  # fmt: skip

    near = dict(zip(pairs, offered, strict=True))
    return problem("correlation_impossible", None, text(ranks), nearest=text(near))


def _offer(valid: Floats, pairs: Sequence[tuple[int, int]]) -> list[float]:
    """Rank correlations of some pairs, two decimals, valid as they are written.

    Rounding may leave the valid matrices: the ranks then shrink towards independence until it
    does not.
    """
    for shrink in np.linspace(1, 0, 101):
        exact = [shrink * 6 / np.pi * np.arcsin(valid[pair] / 2) for pair in pairs]
        ranks = [float(np.clip(np.round(rank, 2), -MOST, MOST)) for rank in exact]
        matrix = np.eye(len(valid))
        for (i, j), rank in zip(pairs, ranks, strict=True):
            matrix[i, j] = matrix[j, i] = 2 * np.sin(np.pi * rank / 6)
        if np.linalg.eigvalsh(matrix)[0] >= LEAST:
            break
    return ranks
