r"""The Shapley value of a game: what each player brings, whatever the order they come in.

A game gives a value $v(S)$ to each set $S$ of $k$ players. The share of player $i$ is the mean,
over the $k!$ orders, of what $i$ adds on arrival:

$\phi_i = \sum_{S \not\ni i} w_{|S|} \left(v(S \cup i) - v(S)\right)$ with
$w_s = s!\,(k - s - 1)!\,/\,k! = 1 / \left(k \binom{k-1}{s}\right)$.

It is the only split that adds up to $v(\text{all}) - v(\varnothing)$, treats alike players who do
the same, gives nothing to one who never changes anything, and is linear in $v$ (Shapley, « A value
for n-person games », 1953). Beyond `EXACT` players the mean is taken over random orders (Castro,
Gómez and Tejada, « Polynomial calculation of the Shapley value based on sampling », 2009), each
paired with its reverse, which takes out much of the noise. Every order splits the whole gap, so
their mean does too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Coalitions = NDArray[np.bool_]

#: A game: values `(n,)` of coalitions `(n, k)`, true where the player is in.
Game = Callable[[Coalitions], Floats]

#: Players up to which all the coalitions are evaluated: 65 536 of them.
EXACT = 16
#: Pairs of orders drawn beyond.
PAIRS = 1_024
#: Coalitions asked of a sampled game at once.
CHUNK = 65_536


@dataclass(frozen=True)
class Split:
    """The shares of the players, `(k,)`, and their standard errors, zero where they are exact.

    `start` is the value without any player, `end` with all.
    """

    start: float
    end: float
    shares: Floats
    errors: Floats
    exact: bool


def shapley(
    value: Game, players: int, exact_up_to: int = EXACT, pairs: int = PAIRS, seed: int = 0
) -> Split:
    """The Shapley shares of a game, in the unit of its values.

    Up to `exact_up_to` players by all the coalitions; beyond, from `pairs` random orders and their
    reverses. The shares add up to `end - start`, to the rounding of floats.
    """
    if players <= exact_up_to:
        return _exact(value, players)
    return _sampled(value, players, pairs, np.random.default_rng(seed))


def every_coalition(players: int) -> Coalitions:
    """All the coalitions, `(2^k, k)`, the empty one first and the full one last."""
    return np.indices((2,) * players, dtype=np.bool_).reshape(players, 2**players).T


def _exact(value: Game, players: int) -> Split:
    cube = np.asarray(value(every_coalition(players)), dtype=float).reshape((2,) * players)
    shares = np.zeros(players)
    if players:
        others = every_coalition(players - 1).sum(axis=1)
        weights = np.array([1 / (players * comb(players - 1, s)) for s in range(players)])[others]
        for i in range(players):
            # Differences before sums: who changes nothing gets zero, without rounding.
            shares[i] = weights @ np.diff(cube, axis=i).reshape(-1)
    return Split(float(cube.flat[0]), float(cube.flat[-1]), shares, np.zeros(players), exact=True)


def _sampled(value: Game, players: int, pairs: int, generator: np.random.Generator) -> Split:
    """Each pair of orders gives one independent estimate; their spread gives the error."""
    orders = generator.permuted(np.tile(np.arange(players), (pairs, 1)), axis=1)
    size = max(1, CHUNK // (2 * (players + 1)))
    blocks = []
    for first in range(0, pairs, size):
        part = orders[first : first + size]
        both = np.concatenate([part, part[:, ::-1]])
        added, start, end = _along(value, both)
        blocks.append((added[: len(part)] + added[len(part) :]) / 2)
    estimates = np.concatenate(blocks)
    spread = estimates.std(axis=0, ddof=1) if pairs > 1 else np.full(players, np.nan)
    return Split(start, end, estimates.mean(axis=0), spread / np.sqrt(pairs), exact=False)


def _along(value: Game, orders: NDArray[np.intp]) -> tuple[Floats, float, float]:
    """What each player adds in each order, `(orders, k)`, and the values of none and of all."""
    count, players = orders.shape
    ranks = np.argsort(orders, axis=1)
    coalitions = ranks[:, None, :] < np.arange(players + 1)[:, None]
    values = np.asarray(value(coalitions.reshape(-1, players)), dtype=float)
    values = values.reshape(count, players + 1)
    added = np.take_along_axis(np.diff(values, axis=1), ranks, axis=1)
    return added, float(values[0, 0]), float(values[0, -1])


def rounded(shares: Floats, total: float, decimals: int = 2) -> Floats:
    """Shares rounded so that they add up to the rounded total: the largest remainders give way.

    Each moves by less than one unit of the last decimal; opposite shares round to opposite numbers.
    """
    scale = 10**decimals
    units = np.asarray(shares, dtype=float) * scale
    whole = np.rint(units)
    missing = int(np.rint(total * scale) - whole.sum())
    sign = 1 if missing > 0 else -1
    order = np.argsort(-sign * (units - whole), kind="stable")
    whole[order[: abs(missing)]] += sign
    return np.asarray(whole / scale)
