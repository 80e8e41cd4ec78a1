"""Rank correlations: what is asked is what is drawn, and what cannot be is refused with an offer.

The standard error of a sample's Spearman correlation is that of Bonett and Wright (2000):
(1 - ρ²) √((1 + ρ²/2) / (n - 3)).
"""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats

from costing.analysis.uncertainty.correlation import (
    LEAST,
    completed,
    components,
    nearest,
    score_matrix,
)
from costing.analysis.uncertainty.uncertainty import Inputs
from costing.problems.errors import InputError
from tests.strategies import inputs, signed, uncertain

SIZE = 100_000


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    return float(stats.spearmanr(first, second).statistic)


def error(rank: float, size: int = SIZE) -> float:
    return (1 - rank**2) * math.sqrt((1 + rank**2 / 2) / (size - 3))


# --- what is asked is what is drawn ---------------------------------------------------------------


@pytest.mark.parametrize("rank", [-0.99, -0.9, -0.5, -0.3, 0.05, 0.3, 0.7, 0.99])
def test_spearman_of_draws_is_the_one_asked(rank: float) -> None:
    laws = (
        uncertain("a", 0, 0, 9),
        uncertain("b", 1, 2, 1_000, "triangular"),
        uncertain("c", 100, 200, 400, "lognormal"),
    )
    both = inputs(*laws, ranks={("a", "b"): rank, ("c", "b"): 0.0})
    drawn = both.values(both.scores(0, SIZE, 7))
    a, b, c = (drawn[name] for name in "abc")
    assert abs(spearman(a, b) - rank) < 3 * error(rank)
    assert abs(spearman(b, c)) < 3 * error(0)
    assert abs(spearman(a, c)) < 3 * error(0)


def test_three_inputs_at_once() -> None:
    ranks = {("a", "b"): 0.7, ("b", "c"): -0.5, ("a", "c"): -0.2}
    three = inputs(uncertain("a"), uncertain("b"), uncertain("c"), ranks=ranks)
    drawn = three.values(three.scores(3, SIZE, 11))
    for (first, second), rank in ranks.items():
        found = spearman(drawn[first], drawn[second])
        assert abs(found - rank) < 3 * error(rank)


def test_sobol_draws_are_correlated_too() -> None:
    both = inputs(uncertain("a"), uncertain("b"), ranks={("a", "b"): 0.6})
    drawn = both.values(both.scores(0, 2**16, 3, "sobol"))
    found = spearman(drawn["a"], drawn["b"])
    assert abs(found - 0.6) < 3 * error(0.6, 2**16)


@pytest.mark.parametrize("rank", [-0.95, 0.4, 0.99])
def test_each_law_is_left_as_it_was(rank: float) -> None:
    """Kolmogorov–Smirnov distance to the law itself, under its 0.1 % critical value 1.95 / √n."""
    laws = (
        uncertain("a", 0, 1, 4),
        uncertain("b", 2, 8, 9, "triangular"),
        uncertain("c", 1, 1, 5, "uniform"),
    )
    three = inputs(*laws, ranks={("a", "b"): rank, ("b", "c"): 0.1})
    drawn = three.values(three.scores(0, SIZE, 5))
    expected = (stats.beta(2, 4, 0, 4), stats.triang(6 / 7, 2, 7), stats.uniform(1, 4))
    for one, law in zip(laws, expected, strict=True):
        distance = stats.kstest(drawn[one.address], law.cdf).statistic
        assert distance < 1.95 / SIZE**0.5


def test_a_discrete_law_keeps_its_chances_and_follows() -> None:
    discrete = uncertain("b", mode=1, outcomes={1: 0.7, 2: 0.3})
    both = inputs(uncertain("a"), discrete, ranks={("a", "b"): 0.9})
    drawn = both.values(both.scores(0, SIZE, 5))
    b = drawn["b"]
    assert abs(np.mean(b == 2) - 0.3) < 3 * math.sqrt(0.21 / SIZE)
    a = drawn["a"]
    assert a[b == 2].mean() > a[b == 1].mean()


def test_independent_inputs_keep_the_very_same_draws() -> None:
    items = tuple(uncertain(name) for name in "abcd")
    plain = inputs(*items).scores(2, 500, 9)
    tied = inputs(*items, ranks={("b", "d"): 0.5}).scores(2, 500, 9)
    for index in (0, 1, 2):  # what is not correlated, and the first of what is
        np.testing.assert_array_equal(plain[index], tied[index])
    assert (plain[3] != tied[3]).all()
    # 2 sin(π 0.5 / 6) = 0.5176381: the second is a mix of the two
    mixed = 0.5176381 * plain[1] + math.sqrt(1 - 0.5176381**2) * plain[3]
    np.testing.assert_allclose(tied[3], mixed, atol=1e-6)


def test_score_correlations_by_hand() -> None:
    matrix = score_matrix(["a", "b", "c"], {("c", "a"): 0.5, ("a", "b"): -0.3})
    # 2 sin(π / 12) = 0.5176381; 2 sin(-π / 20) = -0.3128689
    expected = [[1, -0.3128689, 0.5176381], [-0.3128689, 1, 0], [0.5176381, 0, 1]]
    np.testing.assert_allclose(matrix, expected, atol=1e-7)


def test_what_hangs_together() -> None:
    matrix = score_matrix(list("abcde"), {("a", "d"): 0.5, ("d", "e"): 0.3})
    found = {tuple(group.tolist()) for group in components(matrix)}
    assert found == {(0, 3, 4), (1,), (2,)}
    assert score_matrix([], {}).shape == (0, 0)
    assert Inputs((), score_matrix([], {})).independent


# --- the nearest correlation matrix ---------------------------------------------------------------


def test_higham_s_example() -> None:
    """Higham (2002), section 4: the nearest to a matrix that is not one, to four decimals."""
    found = nearest(np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]]))
    expected = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    np.testing.assert_allclose(found, expected, atol=5e-5)


def test_a_correlation_matrix_is_its_own_nearest() -> None:
    matrix = np.array([[1, 0.5, 0.2], [0.5, 1, -0.4], [0.2, -0.4, 1]])
    np.testing.assert_allclose(nearest(matrix), matrix, atol=1e-12)


def test_a_pair_that_is_held_stays_independent() -> None:
    """With a – c at 0, the two others lie in the circle x² + y² ≤ 1: (√½, √½) is next to (1, 1)."""
    matrix = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    found = nearest(matrix, matrix == 0)
    half = math.sqrt(0.5)
    np.testing.assert_allclose(found, [[1, half, 0], [half, 1, half], [0, half, 1]], atol=1e-4)


def test_no_matrix_of_a_grid_is_nearer() -> None:
    """Brute force over all valid triples of a grid of 0.02."""
    matrix = np.array([[1, 0.9, -0.7], [0.9, 1, 0.6], [-0.7, 0.6, 1]])
    assert np.linalg.eigvalsh(matrix)[0] < 0
    found = nearest(matrix)
    grid = np.arange(-0.98, 0.99, 0.02)
    x, y, z = np.meshgrid(grid, grid, grid, indexing="ij")
    valid = 1 + 2 * x * y * z - x**2 - y**2 - z**2 >= 0
    away = (x - 0.9) ** 2 + (y + 0.7) ** 2 + (z - 0.6) ** 2
    ours = ((found - matrix)[np.triu_indices(3, 1)] ** 2).sum()
    assert ours <= away[valid].min() + 1e-6
    assert np.linalg.eigvalsh(found)[0] > 0


# --- impossible sets ------------------------------------------------------------------------------


def pairs_of(text: str) -> dict[tuple[str, str], float]:
    """The pairs that a message lists: « a – b : 0,71 ; … »."""
    found = re.findall(r"(\S+) – (\S+) : (-?\d,\d\d)", text)
    return {(first, second): float(rank.replace(",", ".")) for first, second, rank in found}


def offered(names: list[str], ranks: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """What is offered instead of an impossible set; the refusal is checked on the way."""
    with pytest.raises(InputError) as caught:
        score_matrix(names, ranks)
    (problem,) = caught.value.problems
    assert problem.code == "correlation_impossible"
    for language in ("fr", "en"):
        message = problem.message(language)  # type: ignore[arg-type]
        assert all(name in message for pair in ranks for name in pair)
    return pairs_of(problem.facts["nearest"])


def test_an_impossible_triple_is_refused_with_what_is_possible() -> None:
    # a goes with b, b with c, and a against c: no three quantities do that.
    names = ["irm.a.*", "irm.b.*", "irm.c.*"]
    ranks = {("irm.a.*", "irm.b.*"): 0.9, ("irm.b.*", "irm.c.*"): 0.9, ("irm.a.*", "irm.c.*"): -0.9}
    found = offered(names, ranks)
    # By symmetry the nearest is (r, r, -r), whose determinant 1 - 3r² - 2r³ is 0 at r = 0.5.
    assert list(found.values()) == pytest.approx([0.48, 0.48, -0.48], abs=0.011)
    score_matrix(names, found)


def test_only_the_pairs_that_were_given_are_offered() -> None:
    # On the circle: nearest (0.9080, 0.9080) is (√½, √½), a rank of 6/π asin(√⅛) = 0.6902.
    found = offered(list("abc"), {("a", "b"): 0.9, ("b", "c"): 0.9})
    assert found == pytest.approx({("a", "b"): 0.69, ("b", "c"): 0.69}, abs=0.011)
    score_matrix(list("abc"), found)


def test_every_group_that_fails_is_told() -> None:
    ranks = {("a", "b"): 0.9, ("b", "c"): 0.9, ("d", "e"): 0.9, ("e", "f"): 0.9, ("g", "h"): 0.9}
    with pytest.raises(InputError) as caught:
        score_matrix(list("abcdefgh"), ranks)
    assert len(caught.value.problems) == 2
    text = caught.value.text()
    assert "a – b" in text
    assert "e – f" in text
    assert "g – h" not in text  # that one can be


#: Mostly strong, since weak ones seldom contradict each other.
ranks_of = (signed(0.6, 0.99) | st.floats(-0.99, 0.99)).map(lambda rank: round(rank, 2))


@given(st.integers(3, 4), st.data())
@example(3, None)
def test_what_is_offered_is_accepted(count: int, data: st.DataObject | None) -> None:
    names = list("abcd")[:count]
    every = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    if data is None:
        ranks = {("a", "b"): 0.99, ("b", "c"): 0.99, ("a", "c"): -0.99}
    else:
        drawn = {pair: data.draw(ranks_of) for pair in every}
        kept = data.draw(st.sets(st.sampled_from(every), min_size=2))
        ranks = {pair: rank for pair, rank in drawn.items() if pair in kept and rank}
    try:
        score_matrix(names, ranks)
    except InputError:
        found = offered(names, ranks)
    else:
        assume(False)
        return
    assert found.keys() == ranks.keys()
    assert max(map(abs, found.values())) <= 0.99
    matrix = score_matrix(names, found)
    assert np.linalg.eigvalsh(matrix)[0] >= LEAST


@given(st.data())
def test_no_possible_set_is_refused(data: st.DataObject) -> None:
    """Ranks read from a joint law that exists, factors of random loadings, are accepted."""
    count = data.draw(st.integers(2, 6))
    loadings = np.array([[data.draw(st.floats(-1, 1)) for _ in range(3)] for _ in range(count)])
    covariance = loadings @ loadings.T + 0.05 * np.eye(count)
    scale = np.sqrt(np.diag(covariance))
    matrix = covariance / np.outer(scale, scale)
    names = list("abcdef")[:count]
    ranks = {
        (names[i], names[j]): 6 / math.pi * math.asin(matrix[i, j] / 2)
        for i in range(count)
        for j in range(i)
    }
    np.testing.assert_allclose(score_matrix(names, ranks), matrix, atol=1e-12)


# --- what the given pairs tie through others ------------------------------------------------------


def test_a_value_shared_by_many_is_tied_to_each_however_strongly() -> None:
    """Six values tied at 0.9 to one: impossible if they were independent of each other."""
    names = ["shared", *(f"own_{i}" for i in range(6))]
    ranks = {("shared", name): 0.9 for name in names[1:]}
    with pytest.raises(InputError, match="ne peuvent pas être vraies ensemble"):
        score_matrix(names, ranks)
    matrix = score_matrix(names, completed(ranks))
    direct = 2 * np.sin(np.pi * 0.9 / 6)
    assert matrix[0, 1:] == pytest.approx(np.full(6, direct))
    assert matrix[1, 2:] == pytest.approx(np.full(5, direct**2))
    # Given the shared value the others are independent: a star has that and nothing else.
    inverse = np.linalg.inv(matrix)
    assert np.abs(inverse[1:, 1:] - np.diag(np.diag(inverse[1:, 1:]))).max() < 1e-9


def test_a_chain_is_the_product_of_its_links_and_a_loop_is_left_alone() -> None:
    chain = completed({("a", "b"): 0.5, ("c", "b"): -0.4, ("d", "e"): 0.1})
    score = 2 * np.sin(np.pi * 0.5 / 6) * 2 * np.sin(np.pi * -0.4 / 6)
    assert chain["a", "c"] == pytest.approx(6 / np.pi * np.arcsin(score / 2))
    assert set(chain) == {("a", "b"), ("c", "b"), ("d", "e"), ("a", "c")}
    loop = {("a", "b"): 0.5, ("b", "c"): 0.5, ("c", "a"): 0.5, ("c", "d"): 0.5}
    assert completed(loop) == loop
