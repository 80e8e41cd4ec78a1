"""Laws of the inputs, against scipy.stats and by hand.

SciPy's own laws stand for each of ours: beta for the PERT (shapes 1 + 4 (m - a) / (b - a) and
1 + 4 (b - m) / (b - a)), triang, uniform, lognorm, truncnorm. A table of 2 049 scores is read by
linear interpolation: held to 10⁻⁵ of the range, as its module says.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from costing.analysis.uncertainty.distributions import REACH, Z95, Law
from costing.values.parameters import Distribution, Outcome, Value

TOLERANCE = 1e-5  # parts of the range
#: Every chance that a draw can meet, tails included, and the middle in steps of 10⁻³.
CHANCES = np.concatenate(
    [
        10.0 ** np.arange(-15, -3),
        np.linspace(0.001, 0.999, 999),
        1 - 10.0 ** np.arange(-4.0, -15.0, -1),
    ]
)
SIZE = 200_000


def pert(low: float, mode: float, high: float) -> Any:
    share = (mode - low) / (high - low)
    return stats.beta(1 + 4 * share, 5 - 4 * share, loc=low, scale=high - low)


def triangular(low: float, mode: float, high: float) -> Any:
    return stats.triang((mode - low) / (high - low), loc=low, scale=high - low)


def uniform(low: float, _mode: float, high: float) -> Any:
    return stats.uniform(low, high - low)


def lognormal(low: float, _mode: float, high: float) -> Any:
    # ln x is normal; its 5 % and 95 % quantiles are 1.6448536 standard deviations away.
    deviation = math.log(high / low) / (2 * 1.6448536269514722)
    return stats.lognorm(deviation, scale=math.sqrt(low * high))


def normal(low: float, _mode: float, high: float, least: float = 0.0) -> Any:
    centre, deviation = (low + high) / 2, (high - low) / (2 * 1.6448536269514722)
    return stats.truncnorm((least - centre) / deviation, np.inf, loc=centre, scale=deviation)


CLOSED = {"pert": pert, "triangular": triangular, "uniform": uniform}
#: low, mode, high: everyday, mode at an end, near an end, below zero, very wide, very narrow.
SHAPES = [
    (150, 220, 400),
    (3_500, 3_500, 6_500),
    (0, 1, 1),
    (-0.9, 0.03, 0.03),
    (0, 1e-7, 1),
    (5, 5 + 4 * (1 - 1e-9), 9),
    (0, 1, 1e12),
    (1e-12, 2e-12, 4e-12),
    (1e8, 1e8, 1e8 + 1),
    (0, 5, 10),
]


def test_the_score_of_95_percent() -> None:
    assert pytest.approx(1.6448536269514722, abs=1e-15) == Z95


@pytest.mark.parametrize("distribution", list(CLOSED))
@pytest.mark.parametrize("shape", SHAPES)
def test_quantiles_over_the_whole_range(
    distribution: Distribution, shape: tuple[float, float, float]
) -> None:
    low, _, high = shape
    law, expected = Law(distribution, *shape), CLOSED[distribution](*shape)
    error = np.abs(law.quantile(CHANCES) - expected.ppf(CHANCES)) / (high - low)
    assert error.max() < TOLERANCE
    assert law.quantile([0, 1]) == pytest.approx([low, high], abs=1e-9 * (high - low))


@pytest.mark.parametrize("distribution", list(CLOSED))
@pytest.mark.parametrize("shape", SHAPES)
def test_spread_is_the_standard_deviation(
    distribution: Distribution, shape: tuple[float, float, float]
) -> None:
    # SciPy loses the digits of a narrow range far from zero: its law is taken at zero there.
    low, mode, high = (x - shape[0] for x in shape)
    expected = CLOSED[distribution](low, mode, high).std()
    assert Law(distribution, *shape).spread == pytest.approx(float(expected), rel=1e-7)


def test_spreads_by_hand() -> None:
    # PERT 150, 220, 400: mean 238.3333; √(88.3333 × 161.6667 / 7)
    assert Law("pert", 150, 220, 400).spread == pytest.approx(45.1672, abs=1e-4)
    # triangular 0, 3, 12: √((0 + 9 + 144 - 0 - 0 - 36) / 18) = √6.5; uniform 2 to 8: 6 / √12
    assert Law("triangular", 0, 3, 12).spread == pytest.approx(math.sqrt(6.5))
    assert Law("uniform", 2, 7, 8).spread == pytest.approx(math.sqrt(3))
    # 10 with chance 0.8, 20 with chance 0.2: mean 12, √(0.8 × 4 + 0.2 × 64) = 4
    law = Law("discrete", 10, 10, 20, ((10, 0.8), (20, 0.2)))
    assert law.spread == pytest.approx(4)
    assert Law("fixed", 1, 1, 1).spread == 0
    assert Law("pert", 7, 7, 7).spread == 0


def test_a_rare_outcome_has_a_spread() -> None:
    # 0 save once in a million: √(10⁻⁶ × (1 - 10⁻⁶)) ≈ 10⁻³
    law = Law("discrete", 0, 0, 1, ((0, 1 - 1e-6), (1, 1e-6)))
    assert law.spread == pytest.approx(math.sqrt(1e-6 * (1 - 1e-6)))


@pytest.mark.parametrize(
    ("low", "high"), [(100, 400), (1e-9, 2e-9), (1, 1.001), (0.01, 10_000), (1, 1e12)]
)
def test_lognormal(low: float, high: float) -> None:
    law, expected = Law("lognormal", low, math.sqrt(low * high), high), lognormal(low, 0, high)
    np.testing.assert_allclose(law.quantile(CHANCES), expected.ppf(CHANCES), rtol=1e-9)
    assert law.quantile([0.05, 0.5, 0.95]) == pytest.approx([low, math.sqrt(low * high), high])
    assert law.spread == pytest.approx(float(expected.std()), rel=1e-9)


def test_the_median_is_read_without_interpolation() -> None:
    # Triangular on 0, 2, 10: half of the area is beyond 10 - √(0.5 × 8 × 10).
    law = Law("triangular", 0, 2, 10)
    assert float(law.values(0.0)) == pytest.approx(10 - math.sqrt(40), rel=1e-12)


def test_both_tails_of_a_pert_keep_their_digits() -> None:
    # One law is the other seen in a mirror; beyond a score of 8 a chance is within 10⁻¹⁵ of one.
    scores = np.linspace(-8, 8, 33)
    one, other = Law("pert", 0, 3, 10), Law("pert", 0, 7, 10)
    assert other.values(-scores) == pytest.approx(10 - one.values(scores), abs=1e-11)


def test_lognormal_by_hand() -> None:
    # 100 and 400: median 200, deviation ln 4 / 3.2897073 = 0.4214; mean 200 e^0.08879 = 218.57
    law = Law("lognormal", 100, 200, 400)
    drawn = law.values(np.random.default_rng(1).standard_normal(SIZE))
    assert drawn.mean() == pytest.approx(218.57, abs=3 * law.spread / SIZE**0.5)
    assert law.quantile(0.5) == pytest.approx(200)


@pytest.mark.parametrize(
    ("low", "high", "least"),
    [
        (4, 6, 0.0),
        (0.5, 9.5, 0.0),
        (0, 10, 0.0),
        (-0.2, 0.3, -1.0),
        (-0.9, 2, -1.0),
        (1e9, 1.1e9, 0),
    ],
)
def test_normal_is_truncated_at_what_its_unit_allows(low: float, high: float, least: float) -> None:
    law = Law("normal", low, (low + high) / 2, high, least=least)
    expected = normal(low, 0, high, least)
    error = np.abs(law.quantile(CHANCES) - expected.ppf(CHANCES)) / (high - low)
    # one less 10⁻¹⁵ keeps one digit of the chance, here as in SciPy: the far tails are held less
    assert error[(CHANCES > 1e-12) & (CHANCES < 1 - 1e-12)].max() < TOLERANCE
    assert error.max() < 0.01
    assert law.spread == pytest.approx(float(expected.std()), rel=1e-9)
    drawn = law.values(np.random.default_rng(1).standard_normal(SIZE))
    assert drawn.min() >= least
    assert law.quantile(0) >= least
    assert drawn.mean() == pytest.approx(float(expected.mean()), abs=3 * law.spread / SIZE**0.5)


def test_a_normal_cut_at_its_middle_is_a_half_normal() -> None:
    # Centre 0 is only met by a law that starts below zero: a rate, cut at -1.
    # Half-normal of deviation d from -1: mean -1 + d √(2/π), standard deviation d √(1 - 2/π).
    law = Law("normal", -2, -1, 0, least=-1.0)
    deviation = 1 / 1.6448536269514722
    assert law.spread == pytest.approx(deviation * math.sqrt(1 - 2 / math.pi))
    # half of its draws are below the 75 % quantile of the whole normal
    assert law.quantile(0.5) == pytest.approx(-1 + deviation * stats.norm.ppf(0.75), abs=1e-5)


def test_discrete_steps_are_exact() -> None:
    outcomes = ((7.0, 0.8), (10.0, 0.15), (14.0, 0.05))
    law = Law("discrete", 7, 7, 14, outcomes)
    # the value that is not exceeded with a chance p: 7 up to 0.8, 10 up to 0.95, then 14
    chances = [0, 0.3, 0.8 - 1e-12, 0.8, 0.8 + 1e-12, 0.95 - 1e-12, 0.95 + 1e-12, 1]
    assert law.quantile(chances).tolist() == [7, 7, 7, 7, 10, 10, 14, 14]
    drawn = law.values(np.random.default_rng(2).standard_normal(SIZE))
    for value, chance in outcomes:
        error = math.sqrt(chance * (1 - chance) / SIZE)
        assert abs(np.mean(drawn == value) - chance) < 3 * error


def test_discrete_outcomes_come_in_increasing_order() -> None:
    outcomes = (Outcome(value=9, probability=0.25), Outcome(value=1, probability=0.75))
    value = Value(scope="*", mode=9, outcomes=outcomes, source=("essai",), grade="D")
    law = Law.of(value, "discrete")
    assert (law.low, law.high, law.outcomes) == (1, 9, ((1, 0.75), (9, 0.25)))
    assert law.quantile([0.74, 0.76]).tolist() == [1, 9]


def test_chances_that_only_just_fail_to_add_up_to_one() -> None:
    law = Law("discrete", 1, 1, 3, ((1, 1 / 3), (2, 1 / 3), (3, 1 / 3 - 5e-10)))
    assert law.quantile(1) == 3
    assert law.values([REACH, np.inf]).tolist() == [3, 3]


def test_the_law_of_a_value_is_cut_where_its_unit_is() -> None:
    value = Value(scope="*", low=-0.5, mode=0, high=0.5, source=("essai",), grade="D")
    assert Law.of(value, "normal", "1/year").least == -1
    assert Law.of(value, "normal", "EUR").least == 0
    assert Law.of(value, "normal", "1/year").quantile(1e-9) >= -1


@pytest.mark.parametrize("distribution", ["pert", "triangular", "uniform", "lognormal", "normal"])
def test_a_law_without_width_is_its_mode(distribution: Distribution) -> None:
    law = Law(distribution, 7, 7, 7)
    assert law.fixed
    assert law.values(np.array([-np.inf, -1.0, 0.0, 9.0])).tolist() == [7] * 4


@pytest.mark.parametrize(
    "law",
    [
        Law("pert", 1, 2, 4),
        Law("triangular", 1, 2, 4),
        Law("uniform", 1, 2, 4),
        Law("normal", 1, 2.5, 4),
        Law("lognormal", 1, 2, 4),
        Law("discrete", 1, 1, 4, ((1, 0.5), (4, 0.5))),
    ],
    ids=lambda law: law.distribution,
)
def test_scores_that_are_not_finite(law: Law) -> None:
    found = law.values([-np.inf, np.nan, 0.0, np.inf])
    assert np.isnan(found[1])
    assert np.isfinite(found[[0, 2, 3]]).all()
    assert found[0] == pytest.approx(float(law.values(-REACH)), abs=1e-9)
    assert found[3] == pytest.approx(float(law.values(REACH)), rel=1e-9)
    if law.distribution not in ("lognormal", "normal"):
        assert found[[0, 3]] == pytest.approx([1, 4], abs=1e-9)
    # a chance out of [0, 1] is not a chance
    assert np.isnan(law.quantile([-0.1, 1.1])).all()


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 1, 2)])
def test_values_have_the_shape_of_the_scores(shape: tuple[int, ...]) -> None:
    for law in (Law("pert", 1, 2, 4), Law("lognormal", 1, 2, 4), Law("fixed", 2, 2, 2)):
        scores = np.zeros(shape)
        assert law.values(scores).shape == shape
        assert (scores == 0).all()  # left as they were


@pytest.mark.parametrize(
    ("distribution", "shape", "mean", "variance"),
    [
        # rent: (150 + 880 + 400) / 6; 88.3333 × 161.6667 / 7
        ("pert", (150, 220, 400), 238.3333333, 2_040.0793651),
        # slot of a 1.5 T: (18 + 96 + 40) / 6; 7.6667 × 14.3333 / 7
        ("pert", (18, 24, 40), 25.6666667, 15.6984127),
        # mode at the low end: (3 500 + 4 × 3 500 + 6 500) / 6 = 4 000; 500 × 2 500 / 7
        ("pert", (3_500, 3_500, 6_500), 4_000, 178_571.4285714),
        # mode at the high end, below zero
        ("pert", (-0.03, 0.03, 0.03), 0.02, 0.05 * 0.01 / 7),
        # triangular 0, 3, 12: mean 5, variance (0 + 9 + 144 - 0 - 0 - 36) / 18 = 6.5
        ("triangular", (0, 3, 12), 5, 6.5),
        # uniform from 2 to 8: mean 5, variance 36 / 12; the mode has no say
        ("uniform", (2, 7, 8), 5, 3),
    ],
)
def test_moments_of_draws(
    distribution: Distribution, shape: tuple[float, float, float], mean: float, variance: float
) -> None:
    """Mean and variance within three standard errors, σ / √n and √((μ4 - σ⁴) / n)."""
    law = CLOSED[distribution](*shape)
    assert float(law.mean()) == pytest.approx(mean)  # the test's own law is the one meant
    assert float(law.var()) == pytest.approx(variance)
    drawn = Law(distribution, *shape).values(np.random.default_rng(1).standard_normal(SIZE))
    fourth = (float(law.stats(moments="k")) + 3) * variance**2
    assert abs(drawn.mean() - mean) < 3 * np.sqrt(variance / SIZE)
    assert abs(drawn.var() - variance) < 3 * np.sqrt((fourth - variance**2) / SIZE)
    assert shape[0] <= drawn.min() <= drawn.max() <= shape[2]


@st.composite
def laws(draw: st.DrawFn) -> Law:
    """Any law, its range from very narrow to very wide."""
    start = draw(st.floats(1e-6, 1e6))
    width = start * 10 ** draw(st.floats(-6, 9))
    low, high = start, start + width
    kind = draw(
        st.sampled_from(("pert", "triangular", "uniform", "lognormal", "normal", "discrete"))
    )
    if kind == "discrete":
        values = sorted(draw(st.sets(st.floats(0, 1e6), min_size=2, max_size=6)))
        parts = np.array([draw(st.floats(0.01, 1)) for _ in values])
        chances = (parts / parts.sum()).tolist()
        outcomes = tuple(zip(values, chances, strict=True))
        return Law("discrete", values[0], values[0], values[-1], outcomes)
    mode = low + draw(st.floats(0, 1)) * width
    mode = {"lognormal": math.sqrt(low * high), "normal": (low + high) / 2}.get(kind, mode)
    return Law(kind, low, min(max(mode, low), high), high)  # type: ignore[arg-type]


@given(laws(), st.lists(st.floats(-40, 40), min_size=2, max_size=50))
@example(Law("pert", 1.0, 1.0, 2.0), [8.25, 8.24999999, 8.2, 40.0])
def test_monotone_and_inside_the_range(law: Law, scores: list[float]) -> None:
    scores = sorted(scores)
    found = law.values(scores)
    rounding = 1e-12 * (abs(law.low) + abs(law.high))
    assert np.isfinite(found).all()
    assert (np.diff(found) >= -rounding).all()
    if law.distribution in ("lognormal", "normal"):
        assert (found >= law.least).all()
        return
    assert (found >= law.low - rounding).all()
    assert (found <= law.high + rounding).all()


@given(laws())
def test_half_of_the_draws_are_on_each_side_of_the_median(law: Law) -> None:
    """P(x ≤ Q(p)) ≥ p for every p, as a quantile's definition has it."""
    scores = np.linspace(-6, 6, 4_001)
    drawn = law.values(scores)
    for chance in (0.05, 0.5, 0.95):
        below = stats.norm.cdf(scores[drawn <= law.quantile(chance) * (1 + 1e-12)].max())
        assert below >= chance - 2e-3
