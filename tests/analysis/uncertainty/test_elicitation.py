"""Laws fitted to three quantiles: known laws found again, and the closest one where none exists.

The quantiles given are those of SciPy's beta and lognorm laws. What is claimed to be the closest is
compared with a search of the test's own over the whole family.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import differential_evolution

from costing.analysis.uncertainty.distributions import Law
from costing.analysis.uncertainty.elicitation import CHANCES, Fit, best, fit
from costing.problems.errors import InputError
from costing.values.parameters import Value, value_fault
from tests.checked import checked, must_check

CLOSE = 1e-4  # of the range


def pert_law(low: float, mode: float, high: float) -> Any:
    share = (mode - low) / (high - low)
    return stats.beta(1 + 4 * share, 5 - 4 * share, loc=low, scale=high - low)


def quantiles(law: Any) -> tuple[float, float, float]:
    return tuple(float(q) for q in law.ppf(CHANCES))  # type: ignore[return-value]


def as_value(found: Fit) -> Value:
    return Value(
        scope="*", low=found.low, mode=found.mode, high=found.high, source=("essai",), grade="D"
    )


def check(found: Fit) -> None:
    """What every fit has: a value that the workbench takes, quantiles of its law, a true gap."""
    assert 0 <= found.low <= found.mode <= found.high
    if found.low < found.high:
        value = as_value(found)
        assert value_fault(value, "number", found.distribution) is None
        width = found.asked[2] - found.asked[0]
        drawn = Law.of(value, found.distribution).quantile(CHANCES)
        assert drawn == pytest.approx(found.fitted, abs=2e-5 * (found.high - found.low))
        gaps = np.abs(np.subtract(found.fitted, found.asked)) / width
        assert found.gap == pytest.approx(gaps.max())


# --- known laws found again -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "mode", "high"),
    [
        (150, 220, 400),
        (18, 24, 40),
        (0, 50, 100),
        (3_500, 3_500, 6_500),  # the mode at an end
        (0, 10, 10),
        (0, 0, 1),
        (0, 1e-9, 1),
        (1e9, 1e9 + 1, 1e9 + 10),  # narrow, far from zero
        (0.02, 0.035, 0.055),
        (1e-9, 2e-9, 5e-9),
        (1, 2, 1e9),
    ],
)
def test_a_pert_is_found_again(low: float, mode: float, high: float) -> None:
    found = fit("pert", *quantiles(pert_law(low, mode, high)))
    room = CLOSE * (high - low)
    assert found.low == pytest.approx(low, abs=room)
    assert found.mode == pytest.approx(mode, abs=room)
    assert found.high == pytest.approx(high, abs=room)
    assert found.gap < 1e-6
    check(found)


@given(st.floats(0, 1e6), st.floats(-3, 6), st.floats(0, 1))
def test_any_pert_is_found_again(low: float, size: float, share: float) -> None:
    width = 10.0**size * max(1.0, low * 1e-3)
    mode, high = min(low + share * width, low + width), low + width
    found = fit("pert", *quantiles(pert_law(low, mode, high)))
    assert (found.low, found.mode, found.high) == pytest.approx(
        (low, mode, high), abs=CLOSE * width
    )
    check(found)


@pytest.mark.parametrize(
    ("low", "high"), [(100, 400), (1, 1.01), (1e-9, 1e-6), (1e6, 1e9), (0.001, 1_000)]
)
def test_a_lognormal_is_found_again(low: float, high: float) -> None:
    deviation = math.log(high / low) / (2 * stats.norm.ppf(0.95))
    law = stats.lognorm(deviation, scale=math.sqrt(low * high))
    found = fit("lognormal", *quantiles(law))
    assert (found.low, found.mode, found.high) == pytest.approx(
        (low, math.sqrt(low * high), high), rel=1e-6
    )
    assert found.exact
    check(found)


@given(st.floats(1e-6, 1e6), st.floats(0.01, 3))
def test_any_lognormal_is_found_again(median: float, deviation: float) -> None:
    asked = quantiles(stats.lognorm(deviation, scale=median))
    found = fit("lognormal", *asked)
    width = asked[2] - asked[0]
    assert (found.low, found.mode, found.high) == pytest.approx(asked, abs=CLOSE * width)
    assert found.mode == pytest.approx(math.sqrt(found.low * found.high), rel=1e-9)
    check(found)


def test_by_hand() -> None:
    # 100, 200, 400: the median is √(100 × 400)
    found = fit("lognormal", 100, 200, 400)
    assert (found.low, found.mode, found.high) == pytest.approx((100, 200, 400))
    assert found.exact
    # A symmetrical PERT: beta of shapes 3 and 3, whose 5 % quantile is 0.1892551; on [10, 20]
    # 11.892551, 15 and 18.107449.
    found = fit("pert", 11.892551, 15, 18.107449)
    assert (found.low, found.mode, found.high) == pytest.approx((10, 15, 20), abs=1e-5)


# --- when there is none ---------------------------------------------------------------------------


def squares(found: Any, asked: tuple[float, float, float]) -> float:
    """Sum of the squared gaps, in parts of the range."""
    return float(np.sum(((np.asarray(found) - asked) / (asked[2] - asked[0])) ** 2))


def searched(distribution: str, asked: tuple[float, float, float]) -> float:
    """Least sum of squared gaps (in parts of the range) over the family, by differential evolution.

    Of a PERT: low (from 0), place of the mode and width; of a lognormal: median and deviation.
    """
    low, middle, high = asked
    width = high - low

    if distribution == "pert":
        bounds = [(0, high), (0, 1), (math.log(width / 10), math.log(width * 10))]

        def of(x: Any) -> float:
            size = math.exp(x[2])
            found = stats.beta.ppf(CHANCES, 1 + 4 * x[1], 5 - 4 * x[1], x[0], size)
            return squares(found, asked)
    else:
        bounds = [(math.log(middle) - 3, math.log(middle) + 3), (math.log(0.001), math.log(20))]

        def of(x: Any) -> float:
            return squares(np.exp(x[0] + math.exp(x[1]) * stats.norm.ppf(CHANCES)), asked)

    return float(differential_evolution(of, bounds, seed=1, tol=1e-12, popsize=20).fun)


IMPOSSIBLE = [
    (1, 10, 11),  # too skewed to the left: the median may stand at 72.9 % at most
    (10, 10.1, 20),  # to the right: at 27.1 % at least
    (100, 199.9, 200),
    (0, 1, 2),  # would start below zero
    (0, 3, 20),
    (0.5, 10, 20),
    (0, 0.001, 1),
]


@pytest.mark.parametrize("asked", IMPOSSIBLE)
def test_where_no_pert_exists_the_closest_is_found_and_told(
    asked: tuple[float, float, float],
) -> None:
    found = fit("pert", *asked)
    check(found)
    assert not found.exact
    assert squares(found.fitted, asked) <= searched("pert", asked) + 1e-9
    assert "moindres carrés" in found.words()
    assert "Aucune" in found.words()


@pytest.mark.parametrize("asked", [*IMPOSSIBLE, (100, 101, 102), (1, 1.1, 50)])
def test_where_no_lognormal_exists_the_closest_is_found_and_told(
    asked: tuple[float, float, float],
) -> None:
    found = fit("lognormal", *asked)
    check(found)
    assert not found.exact
    assert squares(found.fitted, asked) <= searched("lognormal", asked) + 1e-9
    assert "moindres carrés" in found.words()


def test_a_law_that_would_start_below_zero_starts_at_zero() -> None:
    # The symmetrical PERT with these quantiles would be on [-0.61, 2.61].
    found = fit("pert", 0, 1, 2)
    assert found.low == 0
    assert found.gap > 0.05
    # by a hair above zero, it exists: 5 % of [0, 10] is 1.892551
    assert fit("pert", 1.8926, 5, 8.1074).exact
    almost = fit("pert", 1.89, 5, 8.11)
    assert almost.low == 0
    assert 0 < almost.gap < 1e-3


ANY = st.lists(st.floats(0, 1e9), min_size=3, max_size=3, unique=True).map(sorted)
#: Some way from zero and from each other.
APART = st.tuples(st.floats(1, 1e9), st.floats(0.01, 0.9), st.floats(0.2, 0.8)).map(
    lambda t: [t[0], t[0] * (1 + t[1] * t[2]), t[0] * (1 + t[1])]
)


@must_check(no_pert=0.1, pert=0.05)
@given(ANY | APART)
def test_any_three_quantiles_have_a_closest_law(asked: list[float]) -> None:
    low, middle, high = asked
    assume(min(middle - low, high - middle) > 1e-9 * high)
    both = best(low, middle, high)
    for found in (both.pert, both.lognormal):
        check(found)
        assert np.isfinite([found.low, found.mode, found.high, *found.fitted]).all()
        assert found.asked == (low, middle, high)
    assert both.closer.gap == min(both.pert.gap, both.lognormal.gap) or both.pert.exact
    # a PERT exists when the median stands between 27.07 % and 72.93 % and the start is not negative
    place = (middle - low) / (high - low)
    if not 0.2706 < place < 0.7294:
        assert not both.pert.exact
        checked("no_pert")
    elif low > 1.25 * (high - low):
        # Far enough from zero: no PERT starts further below its 5 % quantile than the one whose
        # mode is at its end, a beta(5, 1): 0.05^0.2 / (0.95^0.2 - 0.05^0.2) = 1.2472 of the range.
        assert both.pert.exact or min(abs(place - 0.2707), abs(place - 0.7293)) < 2e-4
        checked("pert")


# --- what is shown --------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [(12, 20, 40), (1, 10, 11), (0, 1, 2), (0.02, 0.03, 0.06)])
@pytest.mark.parametrize("distribution", ["pert", "lognormal"])
def test_the_curve_is_the_law_s_density(
    distribution: Any, asked: tuple[float, float, float]
) -> None:
    found = fit(distribution, *asked)
    values, density = found.curve
    assert values.shape == density.shape
    assert (np.diff(values) > 0).all()
    assert (density >= 0).all()
    if distribution == "pert":
        law = pert_law(found.low, found.mode, found.high)
        assert (values[0], values[-1]) == pytest.approx((found.low, found.high))
    else:
        deviation = math.log(found.high / found.low) / (2 * stats.norm.ppf(0.95))
        law = stats.lognorm(deviation, scale=found.mode)
    np.testing.assert_allclose(density, law.pdf(values), rtol=1e-6, atol=1e-9 / found.high)
    # nearly all of the law is under it
    assert float(np.trapezoid(density, values)) == pytest.approx(1, abs=0.02)


def test_the_curve_of_a_pert_whose_mode_is_at_an_end_is_finite() -> None:
    for asked in (quantiles(pert_law(0, 0, 1)), quantiles(pert_law(0, 1, 1))):
        values, density = fit("pert", *asked).curve
        assert np.isfinite(values).all()
        assert density.max() == pytest.approx(5, rel=1e-3)  # 5 (1 - x)⁴ at its mode


def test_the_closer_law_in_words() -> None:
    # exact for the lognormal and for the PERT: the bounded one is kept
    both = best(100, 200, 400)
    assert both.closer is both.pert
    assert "comme la loi lognormale" in both.words()
    # exact for the PERT alone
    both = best(*quantiles(pert_law(10, 15, 20)))
    assert both.closer is both.pert
    assert both.words("min/act").startswith("La loi PERT (bas 10 min")
    assert "mode 15 min" in both.words("min/act")
    # exact for the lognormal alone: the median at 10 % of the range
    asked = quantiles(stats.lognorm(1.4, scale=20))
    both = best(*asked)
    assert both.closer is both.lognormal
    assert "La loi lognormale (bas 2 ; mode 20 ; haut 200) a exactement" in both.words()
    # neither: both gaps are told
    both = best(1, 10, 11)
    assert not both.closer.exact
    assert "est la plus proche" in both.words()
    for found in (both.pert, both.lognormal):
        assert f"{100 * found.gap:.1f} %".replace(".", ",") in both.words()


def test_a_tiny_gap_does_not_show_as_nothing() -> None:
    found = fit("lognormal", 1_000, 1_001, 1_002.0011)
    assert 0 < found.gap < 1e-3
    assert "moins de 0,1 %" in found.words()
    assert "0,0 %" not in found.words()


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ((2, 1, 3), ["quantiles_order"]),
        ((1, 3, 2), ["quantiles_order"]),
        ((1, 1, 2), ["quantiles_order"]),
        ((1, 2, 2), ["quantiles_order"]),
        ((0, 0, 0), ["quantiles_order"]),
        ((-1, 2, 3), ["quantile_range"]),
        ((-3, -2, -1), ["quantile_range"] * 3),
        ((1, 2, math.inf), ["quantile_range"]),
        ((math.nan, 2, 3), ["quantile_range"]),
        ((1, math.nan, -math.inf), ["quantile_range"] * 2),
    ],
)
@pytest.mark.parametrize("distribution", ["pert", "lognormal"])
def test_quantiles_that_cannot_be_are_refused(
    distribution: Any, asked: tuple[float, float, float], codes: list[str]
) -> None:
    for call in (lambda: fit(distribution, *asked), lambda: best(*asked)):
        with pytest.raises(InputError) as caught:
            call()
        assert [problem.code for problem in caught.value.problems] == codes
        for problem in caught.value.problems:
            assert problem.message("fr") != problem.message("en")
            assert "{" not in problem.message("fr") + problem.message("en")
