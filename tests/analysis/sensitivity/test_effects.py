"""Shares of the variance against closed forms, within three of their own standard errors.

Linear Gaussian model: Owen and Prieur (2017), « On Shapley value for measuring importance of
dependent inputs »; Iooss and Prieur (2019), « Shapley effects for sensitivity analysis with
correlated inputs ». Ishigami: Ishigami and Homma (1990).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from costing.analysis.sensitivity.effects import (
    Effects,
    linear_effects,
    shapley_effects,
    share_by_grade,
)
from costing.analysis.sensitivity.sobol import sobol_indices
from costing.analysis.uncertainty.uncertainty import Inputs, simulate
from costing.problems.errors import InputError
from tests.analysis.laws import coin, normals, standard, uniforms

Floats = NDArray[np.float64]

THREE = [[1, 0.6, 0], [0.6, 1, -0.3], [0, -0.3, 1]]
WEIGHTS = np.array([1.0, -2.0, 0.5])
#: The orders alone: of a linear model the control variate would leave them nothing to find.
alone = functools.partial(shapley_effects, control=False)


def linear(weights: Floats) -> Callable[[Any], Floats]:
    return lambda values: np.asarray(weights @ standard(values))


def by_definition(value: Callable[[list[int]], float], count: int) -> Floats:
    """Shapley value over all the orders, from the value of each set."""
    total, orders = np.zeros(count), list(permutations(range(count)))
    for order in orders:
        for place, player in enumerate(order):
            total[player] += value(list(order[: place + 1])) - value(list(order[:place]))
    return total / len(orders)


def explained(weights: Floats, matrix: Any, subset: list[int]) -> float:
    """Variance of the conditional mean of a linear Gaussian model given some inputs."""
    matrix = np.asarray(matrix, dtype=float)
    other = [i for i in range(len(matrix)) if i not in subset]
    left = matrix[np.ix_(other, other)]
    if subset:
        across = matrix[np.ix_(other, subset)]
        left = left - across @ np.linalg.inv(matrix[np.ix_(subset, subset)]) @ across.T
    return float(weights @ matrix @ weights - weights[other] @ left @ weights[other])


def check(effects: Effects, expected: Floats, slack: float = 0.0) -> None:
    """Shares within three standard errors; they sum to one."""
    assert effects.shares.sum() == pytest.approx(1.0)
    assert np.all(np.abs(effects.shares - expected) <= 3 * effects.errors + slack)


# --- the linear Gaussian model --------------------------------------------------------------------


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.5, 0.95])
def test_two_correlated_inputs(rho: float) -> None:
    # Iooss and Prieur, 2019, with β = (1, 3) and unit variances:
    # V·Sh1 = β1² (1 - ρ²/2) + β1 β2 ρ + β2² ρ²/2, and the same the other way.
    b1, b2 = 1.0, 3.0
    variance = b1**2 + 2 * rho * b1 * b2 + b2**2
    first = b1**2 * (1 - rho**2 / 2) + rho * b1 * b2 + b2**2 * rho**2 / 2
    expected = np.array([first, variance - first]) / variance
    inputs = normals([[1, rho], [rho, 1]])
    assert linear_effects(np.array([b1, b2]), inputs) / variance == pytest.approx(expected)
    effects = alone(linear(np.array([b1, b2])), inputs, 20_000, seed=3)
    check(effects, expected)
    assert effects.errors.max() < 0.02
    assert effects.variance == pytest.approx(variance, rel=0.05)


def test_three_inputs_by_the_definition() -> None:
    inputs = normals(THREE)
    expected = by_definition(lambda subset: explained(WEIGHTS, THREE, subset), 3)
    assert linear_effects(WEIGHTS, inputs) == pytest.approx(expected)
    check(alone(linear(WEIGHTS), inputs, 20_000, seed=4), expected / expected.sum())


def test_the_control_variate_knows_a_linear_model() -> None:
    inputs = normals(THREE)
    expected = linear_effects(WEIGHTS, inputs)
    effects = shapley_effects(linear(WEIGHTS), inputs, 1_000, seed=5)
    assert effects.shares == pytest.approx(expected / expected.sum(), abs=1e-4)  # the laws' tables
    assert effects.errors.max() < 1e-4
    assert effects.variance == pytest.approx(expected.sum(), rel=1e-3)


@pytest.mark.parametrize("control", [True, False])
def test_correlated_and_far_from_linear(control: bool) -> None:
    """exp(b·z): given z_J the mean is lognormal, of variance e^V (e^q - 1), q = c' R_JJ^-1 c."""
    weights = np.array([0.5, -0.4, 0.3])
    matrix = np.array(THREE)
    whole = float(weights @ matrix @ weights)

    def value(subset: list[int]) -> float:
        return float(np.exp(whole) * np.expm1(explained(weights, matrix, subset)))

    expected = by_definition(value, 3)
    effects = shapley_effects(
        lambda values: np.exp(weights @ standard(values)),
        normals(matrix),
        60_000,
        seed=6,
        control=control,
    )
    check(effects, expected / expected.sum())
    assert effects.variance == pytest.approx(expected.sum(), rel=0.05)


def test_a_large_group_goes_without_the_control_variate() -> None:
    # twelve inputs alike: a twelfth of the variance each
    matrix = np.full((12, 12), 0.4) + 0.6 * np.eye(12)
    effects = shapley_effects(linear(np.ones(12)), normals(matrix), 2_000, seed=10)
    assert effects.errors.min() > 1e-3
    check(effects, np.full(12, 1 / 12))


def test_probabilities_of_the_linear_gaussian_model() -> None:
    deviation = float(np.sqrt(WEIGHTS @ np.array(THREE) @ WEIGHTS))
    outcome = simulate(linear(WEIGHTS), normals(THREE), 50_000, seed=7)
    for figure in (-3.0, 0.0, 1.0, 5.0):
        probability, error = outcome.probability(lambda result, figure=figure: result >= figure)
        assert abs(probability - stats.norm.sf(figure / deviation)) <= 3 * error


# --- Ishigami -------------------------------------------------------------------------------------


def ishigami(values: Any) -> Floats:
    """Over [-π, π]³, here moved to [0, 2π]: no law goes below zero."""
    x1, x2, x3 = (np.asarray(value) - np.pi for value in values.values())
    return np.asarray(np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1))


V1 = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
V2 = 7**2 / 8
V13 = 8 * 0.1**2 * np.pi**8 / 225
TOTAL = V1 + V2 + V13
FIRST = np.array([V1, V2, 0]) / TOTAL
LAST = np.array([V1 + V13, V2, V13]) / TOTAL


def test_the_closed_form_is_the_published_one() -> None:
    assert pytest.approx([0.3139, 0.4424, 0], abs=5e-5) == FIRST
    assert pytest.approx([0.5576, 0.4424, 0.2437], abs=5e-5) == LAST


def test_shapley_effects_of_ishigami() -> None:
    # independent inputs share each interaction evenly
    check(shapley_effects(ishigami, uniforms(3, 0, 2 * np.pi), 20_000, seed=8), (FIRST + LAST) / 2)


def test_sobol_indices_of_ishigami() -> None:
    indices = sobol_indices(ishigami, uniforms(3, 0, 2 * np.pi), 4_096, seed=9)
    # A 95 % interval is 2 × 1.96 standard errors wide.
    first_error = np.diff(indices.first_interval, axis=1)[:, 0] / (2 * 1.96)
    assert np.all(np.abs(indices.first - FIRST) <= 3 * first_error)
    assert np.all(np.abs(indices.total - LAST) <= 3 * indices.total_error)
    for expected, interval in ((FIRST, indices.first_interval), (LAST, indices.total_interval)):
        assert np.all((interval[:, 0] <= expected) & (expected <= interval[:, 1]))
    assert first_error.max() < 0.03
    assert indices.evaluations == 4_096 * 5


def test_sobol_indices_of_a_single_input_and_of_a_constant() -> None:
    alone = uniforms(1, 0, 1)
    indices = sobol_indices(lambda values: values["essai.x1.*"] * 2, alone, 1_024)
    assert indices.first == pytest.approx([1], abs=0.01)
    assert indices.total == pytest.approx([1], abs=0.01)
    still = sobol_indices(lambda values: values["essai.x1.*"] * 0 + 5, alone, 64)
    assert (still.first.tolist(), still.total.tolist()) == ([0], [0])
    assert still.first_interval.tolist() == [[0, 0]]
    nobody = sobol_indices(lambda _: np.array(7.0), normals(np.zeros((0, 0))), 64)
    assert nobody.first.shape == nobody.total.shape == (0,)


def test_sobol_indices_refuse_what_has_none() -> None:
    with pytest.raises(InputError) as caught:
        sobol_indices(linear(WEIGHTS), normals([[1, 0, 0.5], [0, 1, 0], [0.5, 0, 1]]), 64)
    (fault,) = caught.value.problems
    assert (fault.code, fault.value) == ("sobol_correlated", "essai.x1.*, essai.x3.*")
    assert "Shapley" in fault.message("fr")
    assert "Shapley" in fault.message("en")
    with pytest.raises(InputError, match="puissance de deux"):
        sobol_indices(ishigami, uniforms(3, 0, 1), 1_000)
    with pytest.raises(InputError, match="nombre fini"):
        sobol_indices(lambda v: np.where(v["essai.x1.*"] > 0.5, 1, np.inf), uniforms(1, 0, 1), 64)


# --- what is told ---------------------------------------------------------------------------------


def skewed(values: Any) -> Floats:
    x = standard(values)
    return np.asarray(np.exp(0.5 * x[0]) + x[1] * x[2])


def test_standard_errors_are_honest() -> None:
    """Over forty seeds, the spread of the shares is what each says of itself."""
    inputs = normals(THREE)
    every = [shapley_effects(skewed, inputs, 400, seed) for seed in range(40)]
    spread = np.std([effects.shares for effects in every], axis=0, ddof=1)
    mean_error = np.sqrt(np.mean([effects.errors**2 for effects in every], axis=0))
    assert np.all((mean_error / spread > 0.7) & (mean_error / spread < 1.4))


def test_the_seed_makes_the_shares_whatever_the_workers() -> None:
    inputs = normals(np.eye(8))

    def study(values: Any) -> Floats:
        return np.asarray(np.exp(0.3 * standard(values).sum(axis=0)))

    one = shapley_effects(study, inputs, 4_000, seed=1)
    two = shapley_effects(study, inputs, 4_000, seed=1, workers=3)
    assert one.shares.tolist() == two.shares.tolist()
    assert one.shares.tolist() != shapley_effects(study, inputs, 4_000, seed=2).shares.tolist()


def test_grades_share_the_variance() -> None:
    inputs = normals(THREE, ["D", "B", "D"])
    effects = shapley_effects(skewed, inputs, 2_000, seed=2)
    grades = share_by_grade(effects)
    assert list(grades) == ["A", "B", "C", "D"]
    assert (grades["A"], grades["C"]) == ((0, 0), (0, 0))
    assert grades["B"] == pytest.approx((effects.shares[1], effects.errors[1]))
    assert grades["D"].value == pytest.approx(effects.shares[0] + effects.shares[2])
    # D is all that B is not: their errors are the same, not the sum of D's two
    assert grades["D"].error == pytest.approx(grades["B"].error)
    everything = effects.of(np.ones(3, dtype=bool))
    assert everything == pytest.approx((1, 0), abs=1e-9)


def test_discrete_inputs() -> None:
    # 3·coin + coin: variances 9 × 0.3 × 0.7 = 1.89 and 0.25
    inputs = Inputs((coin("a", 0.3), coin("b", 0.5)), np.eye(2))
    effects = shapley_effects(lambda v: 3 * v["essai.a.*"] + v["essai.b.*"], inputs, 8_000, seed=3)
    check(effects, np.array([1.89, 0.25]) / 2.14)


def test_what_has_no_variance_is_shared_as_nothing() -> None:
    inputs = normals(np.eye(2))
    # 0.1 + 0.2 rounds one way or the other: no variance, only the last digit
    noise = shapley_effects(lambda v: 1e6 + 1e-10 * np.sign(standard(v)[0]), inputs, 200)
    assert (noise.variance, noise.shares.tolist()) == (0, [0, 0])
    constant = shapley_effects(lambda v: standard(v)[0] * 0 + 7, inputs, 200)
    assert (constant.variance, constant.errors.tolist()) == (0, [0, 0])
    nobody = shapley_effects(lambda _: np.array(7.0), normals(np.zeros((0, 0))), 200)
    assert nobody.shares.shape == (0,)
    assert share_by_grade(nobody)["D"] == (0, 0)


def test_an_input_that_does_nothing_has_exactly_nothing() -> None:
    effects = shapley_effects(lambda v: np.exp(standard(v)[0]), normals(np.eye(3)), 500)
    assert effects.shares.tolist() == [1, 0, 0]
    assert effects.errors.tolist() == [0, 0, 0]


@pytest.mark.parametrize("nothing", [np.nan, np.inf])
def test_results_that_are_not_numbers_are_left_out_and_told(nothing: float) -> None:
    """Y = x1 + x2 but nothing where x3 > 1.5: what remains is shared between x1 and x2."""
    inputs = normals(np.eye(3))

    def study(values: Any) -> Floats:
        x = standard(values)
        return np.where(x[2] > 1.5, nothing, x[0] + x[1])

    effects = shapley_effects(study, inputs, 8_000, seed=4)
    # an order is left out as soon as one of two independent x3 is beyond
    chance = 1 - stats.norm.cdf(1.5) ** 2
    assert abs(effects.dropped - chance) < 3 * np.sqrt(chance * (1 - chance) / 8_000)
    assert effects.orders == round(8_000 * (1 - effects.dropped))
    check(effects, np.array([0.5, 0.5, 0.0]))
    assert effects.shares[2] == 0


def test_results_that_are_hardly_ever_numbers_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        shapley_effects(lambda v: standard(v)[0] * np.nan, normals(np.eye(2)), 200)
    (fault,) = caught.value.problems
    assert (fault.code, fault.value) == ("variance_undefined", "100 %")
