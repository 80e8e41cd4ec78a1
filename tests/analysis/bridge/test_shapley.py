"""Shapley shares of games worked by hand or published, exact and sampled."""

from __future__ import annotations

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from costing.analysis.bridge.shapley import (
    Coalitions,
    Floats,
    Game,
    every_coalition,
    rounded,
    shapley,
)


def glove(coalitions: Coalitions) -> Floats:
    """Players 0 and 1 hold a right glove, player 2 a left one; a pair is worth 1."""
    return ((coalitions[:, 0] | coalitions[:, 1]) & coalitions[:, 2]).astype(float)


def airport(costs: Floats) -> Game:
    """A runway costs what its most demanding user needs."""
    return lambda coalitions: np.max(coalitions * costs, axis=1)


def airport_shares(costs: Floats) -> Floats:
    """Each stretch is shared evenly by those who need it (Littlechild and Owen, 1973)."""
    ranked = np.sort(costs)
    stretches = np.diff(ranked, prepend=0.0) / np.arange(len(costs), 0, -1)
    return np.cumsum(stretches)[np.argsort(np.argsort(costs))]


def brute_force(game: Game, players: int) -> Floats:
    """The mean over all the orders, one by one."""
    shares = np.zeros(players)
    for order in permutations(range(players)):
        inside = np.zeros((1, players), dtype=bool)
        for player in order:
            before = game(inside)[0]
            inside[0, player] = True
            shares[player] += game(inside)[0] - before
    return shares / factorial(players)


def table(values: Floats) -> Game:
    """The game whose values are given in the order of `every_coalition`."""
    return lambda coalitions: values[coalitions @ (1 << np.arange(coalitions.shape[1]))[::-1]]


def test_glove_game() -> None:
    split = shapley(glove, 3)
    assert split.shares == pytest.approx([1 / 6, 1 / 6, 2 / 3])
    assert (split.start, split.end, split.exact) == (0.0, 1.0, True)
    assert not split.errors.any()


def test_additive_game() -> None:
    """Each player brings the same whoever is there: 3, -1, 4 and 10 at the start."""
    worth = np.array([3.0, -1.0, 4.0])
    split = shapley(lambda c: 10 + c @ worth, 3)
    assert split.shares == pytest.approx(worth)
    assert (split.start, split.end) == (10.0, 16.0)


def test_symmetric_game() -> None:
    """A value that depends on the number of players only: 5² / 5 each."""
    split = shapley(lambda c: c.sum(axis=1) ** 2.0, 5)
    assert split.shares == pytest.approx(np.full(5, 5.0))


def test_published_airport_game() -> None:
    """Four planes whose runways cost 8, 11, 13 and 18: they pay 2, 3, 4 and 9."""
    costs = np.array([8.0, 11.0, 13.0, 18.0])
    assert shapley(airport(costs), 4).shares == pytest.approx([2.0, 3.0, 4.0, 9.0])


def test_published_security_council() -> None:
    """Fifteen members, nine votes and five vetoes: 421/2145 and 4/2145 (Shapley, Shubik, 1954)."""
    split = shapley(lambda c: (c[:, :5].all(axis=1) & (c.sum(axis=1) >= 9)) * 1.0, 15)
    assert split.shares[:5] == pytest.approx(np.full(5, 421 / 2145), rel=1e-12)
    assert split.shares[5:] == pytest.approx(np.full(10, 4 / 2145), rel=1e-12)


def test_a_dummy_gets_exactly_zero() -> None:
    split = shapley(lambda c: 0.1 * c[:, 0] + 0.2 * c[:, 2] * c[:, 0], 3)
    assert split.shares[1] == 0.0


def test_nobody_and_one_player() -> None:
    assert shapley(lambda c: np.full(len(c), 7.0), 0).shares.size == 0
    alone = shapley(lambda c: 7 + 2.0 * c[:, 0], 1)
    assert (alone.start, alone.end, list(alone.shares)) == (7.0, 9.0, [2.0])


def test_every_coalition_once() -> None:
    coalitions = every_coalition(3)
    assert len({tuple(row) for row in coalitions}) == 8
    assert not coalitions[0].any()
    assert coalitions[-1].all()


WORTHS = st.floats(-1e6, 1e6)


@given(st.integers(1, 6).flatmap(lambda k: arrays.arrays(float, 2**k, elements=WORTHS)))
def test_exact_equals_brute_force(values: Floats) -> None:
    players = int(np.log2(len(values)))
    game = table(values)
    split = shapley(game, players)
    assert split.shares == pytest.approx(brute_force(game, players), rel=1e-9, abs=1e-6)
    assert split.shares.sum() == pytest.approx(split.end - split.start, rel=1e-12, abs=1e-8)


def test_sampled_is_within_three_standard_errors() -> None:
    costs = np.array([1.0, 3.0, 3.5, 7.0, 7.5, 12.0, 20.0, 21.0])
    exact, drawn = (shapley(airport(costs), 8, limit) for limit in (8, 0))
    assert exact.shares == pytest.approx(airport_shares(costs))
    assert not drawn.exact
    assert np.all(np.abs(drawn.shares - exact.shares) <= 3 * drawn.errors)
    assert np.all(drawn.errors > 0)
    assert np.all(drawn.errors < 0.1)


def test_sampled_beyond_sixteen_players() -> None:
    costs = np.arange(1.0, 31.0)
    split = shapley(airport(costs), 30)
    assert not split.exact
    assert np.all(np.abs(split.shares - airport_shares(costs)) <= 3 * split.errors)
    assert split.shares.sum() == pytest.approx(30.0, rel=1e-12)


def test_one_pair_of_orders_by_hand() -> None:
    # The two orders of two players: 1 then 9, and 3 then 7; nothing tells how far the mean is.
    game = table(np.array([1.0, 4.0, 2.0, 11.0]))
    split = shapley(game, 2, exact_up_to=0, pairs=1)
    assert split.shares.tolist() == [4.0, 6.0]
    assert (split.start, split.end, split.exact) == (1.0, 11.0, False)
    assert np.isnan(split.errors).all()


def test_all_the_coalitions_up_to_sixteen_players() -> None:
    game: Game = lambda coalitions: coalitions.sum(axis=1).astype(float)  # noqa: E731
    assert shapley(game, 16).exact
    assert not shapley(game, 17).exact


def test_a_sampled_game_is_asked_65_536_coalitions_at_most_at_once() -> None:
    # 20 players: two orders of 21 coalitions a pair, so 1 560 pairs at once.
    sizes = []

    def game(coalitions: Coalitions) -> Floats:
        sizes.append(len(coalitions))
        return coalitions.sum(axis=1).astype(float)

    assert shapley(game, 20, pairs=4_096).shares == pytest.approx([1.0] * 20)
    assert sizes == [1_560 * 42, 1_560 * 42, 976 * 42]


def test_sampling_repeats_with_its_seed() -> None:
    one, same, other = (shapley(glove, 3, 0, 10, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.shares, same.shares)
    assert not np.array_equal(one.shares, other.shares)
    assert other.shares.sum() == pytest.approx(1.0)


def test_the_error_is_that_of_the_mean() -> None:
    """Over many seeds, shares scatter as the error says."""
    draws = [shapley(glove, 3, 0, 50, seed) for seed in range(300)]
    scatter = np.std([split.shares for split in draws], axis=0)
    mean_error = np.mean([split.errors for split in draws], axis=0)
    assert scatter == pytest.approx(mean_error, rel=0.15)


def test_rounding_by_hand() -> None:
    """10.004, 20.004 and 30.004 make 60.01: one of them gives way by a cent, the others do not."""
    amounts = rounded(np.array([10.004, 20.004, 30.0041]), 60.0121)
    assert list(amounts) == [10.0, 20.0, 30.01]
    assert list(rounded(np.array([0.5, -0.25]), 0.25, 1)) == [0.5, -0.3]  # 0.25 is 0.2, to even


@given(arrays.arrays(float, st.integers(1, 16), elements=st.floats(-1e9, 1e9)))
def test_rounded_shares_add_up(shares: Floats) -> None:
    total = float(shares.sum())
    amounts = rounded(shares, total)
    assert np.rint(amounts * 100).sum() == np.rint(total * 100)
    assert np.all(np.abs(amounts - shares) < 0.01 + 1e-6)
    assert np.array_equal(rounded(-shares, -total), -amounts)
