"""Draws of what is not known: against closed forms, and against themselves.

PERT on low a, mode m, high b: mean (a + 4m + b) / 6, variance (mean - a)(b - mean) / 7 (a beta
whose two shapes sum to 6; Malcolm et al., 1959). Samples are held to three standard errors, of the
mean (σ / √n) and of the variance (√((μ4 - σ⁴) / n)).
"""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from costing.analysis.uncertainty import uncertainty
from costing.analysis.uncertainty.uncertainty import (
    BLOCK,
    FEWEST,
    MOST_DRAWS,
    Inputs,
    Method,
    Outcome,
    Values,
    address_of,
    cost_draws,
    cost_names,
    fleet_cost_draws,
    inputs_of,
    simulate,
)
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost, fleet_cost
from costing.fleet.fleet import from_table
from costing.fleet.table import FleetTable
from costing.problems.errors import InputError, ModelError, ScenarioError
from costing.reference.load import load_reference
from costing.scenario.scenario import (
    Conventions,
    Override,
    Scenario,
    from_json,
)
from costing.values.correlations import Correlation
from tests.shared import REFERENCE
from tests.strategies import fleet_of, inputs, signed, uncertain

CASE = make_case(REFERENCE, Scenario())
SIZE = 200_000
METHODS: tuple[Method, ...] = ("plain", "sobol")


def check_moments(drawn: np.ndarray[Any, Any], law: Any, mean: float, variance: float) -> None:
    """The sample's mean and variance within three standard errors of the law's."""
    assert float(law.mean()) == pytest.approx(mean)  # the test's own law is the one meant
    assert float(law.var()) == pytest.approx(variance)
    size = len(drawn)
    fourth = (float(law.stats(moments="k")) + 3) * variance**2
    assert abs(drawn.mean() - mean) < 3 * np.sqrt(variance / size)
    assert abs(drawn.var() - variance) < 3 * np.sqrt((fourth - variance**2) / size)


def total(values: Values) -> np.ndarray[Any, Any]:
    """A study: the sum of all the inputs."""
    return np.sum(list(values.values()), axis=0)


def spearman(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> float:
    return float(stats.spearmanr(first, second).statistic)


THREE = (
    uncertain("a"),
    uncertain("b", 1, 2, 9, "triangular"),
    uncertain("c", 0, 0.5, 1, "uniform"),
)


# --- the engine -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_row_0_is_the_principal_estimate_then_come_the_draws(method: Method) -> None:
    found = simulate(total, inputs(*THREE), 1_024, 1, method)
    assert found.values.shape == (1_025,)
    assert found.principal == found.values[0] == 1 + 2 + 0.5
    assert len(found.draws) == sum(found.blocks) == 1_024
    # means 8/6, (1 + 2 + 9) / 3 and 0.5; variances 8/6 × 16/6 / 7, 19/6 (triangular) and 1/12
    variance = 8 / 6 * 16 / 6 / 7 + (1 + 4 + 81 - 2 - 9 - 18) / 18 + 1 / 12
    assert abs(found.draws.mean() - (8 / 6 + 4 + 0.5)) < 3 * math.sqrt(variance / 1_024)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("draws", [1, 2, 15, 16, 17, 1_000, 40_000])
def test_there_are_as_many_draws_as_asked(method: Method, draws: int) -> None:
    found = simulate(total, inputs(*THREE), draws, 1, method)
    assert len(found.draws) == sum(found.blocks)
    if method == "plain":
        assert len(found.draws) == draws
        return
    # Sobol blocks are whole powers of two: a few more draws, never fewer
    assert draws <= len(found.draws) < draws + BLOCK["sobol"]
    assert {math.log2(size) % 1 for size in found.blocks} == {0}
    assert len(found.blocks) >= min(draws, FEWEST)


@pytest.mark.parametrize("draws", [0, -1, MOST_DRAWS + 1])
def test_a_number_of_draws_out_of_range_is_refused(draws: int) -> None:
    with pytest.raises(InputError) as caught:
        simulate(total, inputs(*THREE), draws, 1)
    (problem,) = caught.value.problems
    assert problem.code == "draws_range"
    assert "10000000" in problem.message("fr")


@pytest.mark.parametrize("method", METHODS)
def test_workers_change_no_byte(method: Method) -> None:
    ranks = {("a", "b"): 0.5}
    draws = 5 * BLOCK[method] + 3

    def drawn(workers: int) -> bytes:
        tied = inputs(*THREE, ranks=ranks)
        return simulate(total, tied, draws, 3, method, workers).values.tobytes()

    assert drawn(1) == drawn(2) == drawn(3)


@pytest.mark.parametrize("method", METHODS)
def test_the_seed_and_the_block_make_the_draws(method: Method) -> None:
    some = inputs(*THREE)
    first = some.scores(0, 64, 5, method)
    np.testing.assert_array_equal(first, some.scores(0, 64, 5, method))
    assert (first != some.scores(1, 64, 5, method)).all()
    assert (first != some.scores(0, 64, 6, method)).all()
    assert (first != some.scores(0, 64, 5 + 2**40, method)).all()  # the seed is not cut short
    # two inputs of one law are not drawn alike
    assert abs(np.corrcoef(first)[0, 1]) < 0.4


def test_more_draws_begin_with_the_same_ones() -> None:
    block = BLOCK["plain"]
    few, many = (simulate(total, inputs(*THREE), n, 1).draws for n in (block + 10, 3 * block))
    np.testing.assert_array_equal(few[:block], many[:block])


def test_blocks_are_independent() -> None:
    scores = [inputs(*THREE).scores(block, 4_096, 1)[0] for block in range(2)]
    assert abs(np.corrcoef(*scores)[0, 1]) < 3 / 4_096**0.5


def test_sobol_and_plain_agree() -> None:
    some = inputs(*THREE, ranks={("a", "c"): -0.6})
    plain = simulate(total, some, SIZE, 1)
    sobol = simulate(total, some, SIZE, 1, "sobol")
    assert abs(plain.draws.mean() - sobol.draws.mean()) < 3 * plain.draws.std() / SIZE**0.5
    for figure in (4.0, 6.0, 9.0):
        (p, error), (q, _) = (x.probability(lambda r, f=figure: r >= f) for x in (plain, sobol))
        assert abs(p - q) < 3 * error
    (middle, error), (other, smaller) = plain.median(), sobol.median()
    assert abs(middle - other) < 3 * math.hypot(error, smaller)


def test_sobol_s_points_fill_the_square_evenly() -> None:
    """A scrambled net puts exactly one of 256 points in each of 256 slices of every axis."""
    scores = inputs(*THREE).scores(0, 256, 1, "sobol")
    for row in scores:
        assert sorted(np.floor(256 * stats.norm.cdf(row)).astype(int)) == list(range(256))


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("draws", [200, 2_000, 10_000])
def test_the_standard_error_is_honest(method: Method, draws: int) -> None:
    """Of 200 seeds, 1.96 standard errors cover the truth 95 % of the time, and 3 nearly always.

    The truth: P(a + b + c ≥ 1.8) of three uniforms on [0, 1] is 1 - (1.8³ - 3 × 0.8³) / 6 = 0.284.
    Coverage from 200 seeds has a standard error of 1.5 points; the errors of sixteen blocks follow
    Student's law of 15 degrees, which 1.96 covers at 93.1 %: held to three errors under that.
    """
    unit = inputs(*(uncertain(name, 0, 0.5, 1, "uniform") for name in "abc"))
    truth, middle = 1 - (1.8**3 - 3 * 0.8**3) / 6, 1.5
    covered = near = median = 0
    for seed in range(200):
        found = simulate(total, unit, draws, seed, method)
        chance, error = found.probability(lambda result: result >= 1.8)
        covered += abs(chance - truth) <= 1.96 * error
        near += abs(chance - truth) <= 3 * error
        value, error = found.median()
        median += abs(value - middle) <= 1.96 * error
    assert covered >= 0.885 * 200
    assert near >= 0.97 * 200
    assert median >= 0.85 * 200


def test_sobol_is_worth_its_name() -> None:
    """Its error is well under that of as many plain draws."""
    unit = inputs(*(uncertain(name, 0, 0.5, 1, "uniform") for name in "abc"))
    errors = [
        simulate(total, unit, 2**14, 1, method).probability(lambda r: r >= 1.8)[1]
        for method in METHODS
    ]
    assert errors[1] < 0.5 * errors[0]


def test_few_blocks_do_not_pass_for_certainty() -> None:
    """Two blocks that agree by chance have no error of their own: that of plain draws is told."""
    values = np.concatenate([[0.0], np.tile([0.0, 1.0], 512)])
    alike = Outcome(values, (512, 512), "sobol")
    # √(0.25 / 1 024)
    assert alike.probability(lambda r: r > 0.5) == pytest.approx((0.5, 0.5 / 32), rel=1e-3)
    many = Outcome(np.concatenate([[0.0], np.tile([0.0, 1.0], 16)]), (2,) * 16, "sobol")
    assert many.probability(lambda r: r > 0.5) == (0.5, 0.0)


def test_a_probability_and_its_error_by_hand() -> None:
    found = Outcome(np.array([9.0, 1, 2, 3, 4]), (4,), "plain")
    # one of four; the deviations are 0.75 and three times 0.25: √(0.75 / 3) / 2
    assert found.probability(lambda r: r >= 4) == pytest.approx((0.25, 0.25))
    assert found.principal == 9


def test_the_median_leaves_out_what_has_no_meaning_and_keeps_what_is_infinite() -> None:
    def median(*values: float) -> tuple[float, float]:
        return Outcome(np.array([0.0, *values]), (len(values),), "plain").median()

    assert median(5, 1, np.nan, 3)[0] == 3
    assert median(5, 1, np.inf, 3, 4)[0] == 4  # an infinite one is above the others
    assert median(1, np.inf, np.inf)[0] == np.inf
    assert math.isnan(median(1, np.inf, np.inf)[1])
    assert math.isnan(median(np.nan, np.nan)[0])
    assert median(7) == (7, 0)


def test_the_error_of_a_median_by_hand() -> None:
    """1 001 even values from 0 to 1: density 1, so half the width is 0.5 / √1 001 = 0.0158."""
    found = Outcome(np.concatenate([[0], np.linspace(0, 1, 1_001)]), (1_001,), "plain").median()
    assert found == pytest.approx((0.5, 0.5 / 1_001**0.5), abs=1e-3)


def test_draws_stop_when_they_are_enough() -> None:
    def precise(outcome: Outcome) -> bool:
        asked.append(len(outcome.blocks))
        return float(outcome.probability(lambda r: r >= 5)[1]) <= 0.002

    asked: list[int] = []
    some = inputs(*THREE)
    block = BLOCK["plain"]
    stopped = simulate(total, some, 50 * block, 1, enough=precise, workers=2)
    # √(0.25 / n) ≤ 0.002 from n = 62 500: after 4 blocks of 16 384, asked at 1, 2 and 4
    assert asked == [1, 2, 4]
    assert stopped.blocks == (block,) * 4
    whole = simulate(total, some, 6 * block, 1)
    np.testing.assert_array_equal(stopped.values, whole.values[: 4 * block + 1])


def test_draws_that_are_never_enough_are_all_drawn() -> None:
    found = simulate(total, inputs(*THREE), 40_000, 1, enough=lambda _: False)
    assert len(found.draws) == 40_000


@pytest.mark.parametrize("workers", [1, 3])
def test_raising_in_progress_cancels_and_leaves_no_thread(workers: int) -> None:
    class StopError(Exception):
        pass

    def study(values: Values) -> np.ndarray[Any, Any]:
        seen.append(1)
        return total(values)

    def stop(share: float, words: str) -> None:
        assert 0 < share <= 1
        assert words
        if share >= 2 / 100:
            raise StopError

    seen: list[int] = []
    before = threading.active_count()
    with pytest.raises(StopError):
        simulate(study, inputs(*THREE), 100 * 1_024, 1, "sobol", workers, progress=stop)
    assert threading.active_count() == before
    assert len(seen) < 3 + 2 * workers + 1 + 1  # the principal, two blocks, those begun ahead


def test_a_study_that_fails_in_a_worker_says_so_and_leaves_no_thread() -> None:
    def study(values: Values) -> np.ndarray[Any, Any]:
        if len(values["a"]) > 1:
            raise ZeroDivisionError
        return total(values)

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        simulate(study, inputs(*THREE), 100_000, 1, workers=2)
    assert threading.active_count() == before


def test_progress_goes_from_block_to_block_up_to_the_end() -> None:
    shares: list[float] = []
    some = inputs(*THREE)
    simulate(total, some, 3 * BLOCK["plain"], 1, progress=lambda share, _: shares.append(share))
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(), (1,), (1, 2)])
def test_a_result_that_rests_on_nothing_uncertain_is_repeated(
    method: Method, shape: tuple[int, ...]
) -> None:
    for some in (inputs(), inputs(*THREE)):
        found = simulate(lambda _: np.full(shape, 3.0), some, 100, 1, method)
        assert found.values.shape == (len(found.draws) + 1, *shape[1:])
        assert len(found.draws) >= 100
        assert (found.values == 3).all()


def test_several_results_at_once() -> None:
    def study(values: Values) -> np.ndarray[Any, Any]:
        return np.stack([values["a"], values["b"], values["a"] + values["b"]], axis=1)

    found = simulate(study, inputs(*THREE), 20_000, 1)
    assert found.values.shape == (20_001, 3)
    assert found.principal.tolist() == [1, 2, 3]
    np.testing.assert_allclose(found.values[:, 2], found.values[:, :2].sum(axis=1))
    chance, error = found.probability(lambda r: r >= 3)
    assert chance.shape == error.shape == (3,)


@given(st.data())
def test_a_linear_gaussian_result_has_its_exact_probability(data: st.DataObject) -> None:
    """Sum of a x, x normal of means c and deviations d: P(sum ≥ f) = Φ((Σ a c - f) / σ).

    σ² = Σ a_i a_j d_i d_j r_ij, with r the correlation of the scores, 2 sin(π ρ / 6). The means are
    ten deviations above zero, where a normal law is cut.
    """
    count = data.draw(st.integers(1, 4))
    names = "abcd"[:count]
    deviations = np.array([data.draw(st.floats(0.1, 5)) for _ in names])
    weights = np.array([data.draw(signed(0.1, 3)) for _ in names])
    ranks = {(names[i], names[i + 1]): data.draw(st.floats(-0.6, 0.6)) for i in range(count - 1)}
    reach = 1.6448536269514722 * deviations  # to the 5 % and 95 % quantiles
    means = 10 * deviations
    laws = [
        uncertain(name, low, mode, high, "normal")
        for name, low, mode, high in zip(names, means - reach, means, means + reach, strict=True)
    ]
    some = inputs(*laws, ranks={pair: rank for pair, rank in ranks.items() if rank})
    scores = np.eye(count)
    for i in range(count - 1):
        rank = ranks[names[i], names[i + 1]]
        scores[i, i + 1] = scores[i + 1, i] = 2 * math.sin(math.pi * rank / 6)
    scaled = weights * deviations
    sigma = math.sqrt(scaled @ scores @ scaled)
    assume(sigma >= 0.05 * np.abs(scaled).sum())
    quantile = data.draw(st.floats(-1.5, 1.5))
    figure = weights @ means + quantile * sigma
    exact = stats.norm.sf(quantile)

    def study(values: Values) -> np.ndarray[Any, Any]:
        return weights @ np.array([values[name] for name in names])

    found = simulate(study, some, 8_192, data.draw(st.integers(0, 2**40)))
    chance, error = found.probability(lambda result: result >= figure)
    assert found.principal == pytest.approx(weights @ means)
    assert abs(chance - exact) < 4.5 * error  # of a hundred draws of the test, none is out by luck


def test_a_linear_gaussian_result_to_three_standard_errors() -> None:
    # 2 a - b, a of mean 100 and deviation 5, b of mean 80 and deviation 10, rank correlation 0.5:
    # mean 120; r = 0.5176381; σ² = 100 + 100 - 2 × 10 × 10 × 0.5176381 = 96.47238, σ = 9.82203.
    # P(≥ 130) = 1 - Φ(10 / 9.82203) = 1 - Φ(1.018119) = 0.15431
    reach = 1.6448536269514722
    laws = (
        uncertain("a", 100 - 5 * reach, 100, 100 + 5 * reach, "normal"),
        uncertain("b", 80 - 10 * reach, 80, 80 + 10 * reach, "normal"),
    )
    for method in METHODS:
        found = simulate(
            lambda v: 2 * v["a"] - v["b"], inputs(*laws, ranks={("a", "b"): 0.5}), SIZE, 4, method
        )
        chance, error = found.probability(lambda result: result >= 130)
        assert abs(chance - 0.15431) < 3 * max(error, 1e-5)
        assert found.draws.std() == pytest.approx(9.82203, rel=0.01)


# --- the inputs of a result -----------------------------------------------------------------------


def test_the_inputs_are_those_that_the_cost_rests_on() -> None:
    found = inputs_of(CASE, {"irm_1_5t": cost_names(CASE, "irm_1_5t")})
    assert {
        "communs.rent.*", "irm.purchase_price.irm_1_5t", "irm.contrast_share.irm",
        "communs.cost_of_capital.*", "irm.technologist_posts.irm",
    } <= set(found.addresses)  # fmt: skip
    # fixed, without width, or of no use to a cost
    names = {address.split(".")[1] for address in found.addresses}
    assert not {"ancillary_price", "vat_rate", "normative_activity", "threshold_1"} & names
    slot = found.items[found.addresses.index("irm.slot_minutes.irm_1_5t")]
    assert (slot.law.low, slot.law.high) == (18, 40)
    assert "Créneau" in slot.label(REFERENCE)
    still = Override(parameter="communs.rent.*", mode=220, low=220, high=220)
    case = make_case(REFERENCE, Scenario(overrides=(still,)))
    assert "communs.rent.*" not in inputs_of(case, {"scanner": ["rent"]}).addresses


def test_an_address_is_that_of_the_value_that_holds_for_the_class() -> None:
    assert address_of(CASE, "irm_1_5t", "purchase_price") == "irm.purchase_price.irm_1_5t"
    assert address_of(CASE, "irm_1_5t", "technologist_posts") == "irm.technologist_posts.irm"
    assert address_of(CASE, "irm_1_5t", "rent") == "communs.rent.*"
    assert address_of(CASE, "irm_1_5t", "threshold_1") == "machine_classes.threshold_1.irm"
    assert address_of(CASE, "tep", "threshold_1") is None
    assert address_of(CASE, "scanner", "nothing_of_that_name") is None
    own = Override(parameter="communs.rent.scanner", mode=300, low=250, high=400)
    case = make_case(REFERENCE, Scenario(overrides=(own,)))
    assert address_of(case, "scanner", "rent") == "communs.rent.scanner"
    assert address_of(case, "irm_1_5t", "rent") == "communs.rent.*"


def test_an_input_shared_by_classes_is_one_input() -> None:
    names = {code: ["rent", "technologist_posts", "purchase_price"] for code in
             ("irm_1_5t", "irm_gt_1_5t", "scanner")}  # fmt: skip
    assert inputs_of(CASE, names).addresses == (
        "communs.rent.*",
        "irm.purchase_price.irm_1_5t",
        "irm.purchase_price.irm_gt_1_5t",
        "irm.technologist_posts.irm",
        "scanner.purchase_price.*",
        "scanner.technologist_posts.*",
    )


def rank_of(some: Inputs, first: str, second: str) -> float:
    """Rank correlation between two inputs: 6/π asin(r / 2)."""
    i, j = some.addresses.index(first), some.addresses.index(second)
    return 6 / math.pi * math.asin(some.correlation[i, j] / 2)


SLOT, POSTS = "irm.slot_minutes.irm_1_5t", "irm.technologist_posts.irm"


def correlated(*correlations: tuple[str, str, float]) -> Inputs:
    """Inputs of an MRI's cost under a scenario's own correlations."""
    own = tuple(Correlation(first=a, second=b, rank=rank) for a, b, rank in correlations)
    case = make_case(REFERENCE, Scenario(correlations=own))
    return inputs_of(case, {"irm_1_5t": cost_names(case, "irm_1_5t")})


def test_the_reference_s_correlations_are_used() -> None:
    plain = correlated()
    assert rank_of(plain, SLOT, POSTS) == pytest.approx(-0.3)
    secretary, technologist = "communs.secretary_cost.*", "communs.technologist_cost.*"
    assert rank_of(plain, technologist, secretary) == pytest.approx(0.7)
    assert rank_of(plain, SLOT, technologist) == 0
    drawn = plain.values(plain.scores(0, SIZE, 1))
    assert abs(spearman(drawn[SLOT], drawn[POSTS]) + 0.3) < 3 * 0.935 / SIZE**0.5


@pytest.mark.parametrize(
    "pair", [("slot_minutes", "technologist_posts"), ("technologist_posts", "slot_minutes")]
)
def test_a_scenario_s_correlation_takes_the_place_of_the_reference_s(pair: tuple[str, str]) -> None:
    assert rank_of(correlated((*pair, 0.5)), SLOT, POSTS) == pytest.approx(0.5)
    assert rank_of(correlated((*pair, 0.0)), SLOT, POSTS) == 0
    other = correlated((*pair, 0.5), ("rent", "floor_area", -0.2))
    assert rank_of(other, "communs.rent.*", "irm.floor_area.irm") == pytest.approx(-0.2)
    assert rank_of(other, "irm.floor_area.irm", "irm.works_cost.irm_1_5t") == pytest.approx(0.5)


def test_correlations_hold_within_a_class_only() -> None:
    codes = ("irm_1_5t", "irm_le_0_5t")
    found = inputs_of(CASE, {code: ["slot_minutes", "technologist_posts"] for code in codes})
    own = "irm.technologist_posts.irm_le_0_5t"
    assert rank_of(found, SLOT, POSTS) == pytest.approx(-0.3)
    assert rank_of(found, "irm.slot_minutes.irm_le_0_5t", own) == pytest.approx(-0.3)
    assert rank_of(found, SLOT, own) == 0
    # a value without width is not drawn, whatever it is tied to
    still = Override(parameter=POSTS, mode=2, low=2, high=2)
    case = make_case(REFERENCE, Scenario(overrides=(still,)))
    assert inputs_of(case, {"irm_1_5t": ["slot_minutes", "technologist_posts"]}).independent


def test_impossible_correlations_are_refused_by_name() -> None:
    with pytest.raises(InputError) as caught:
        correlated(
            ("slot_minutes", "technologist_posts", 0.9),
            ("technologist_posts", "occupancy", 0.9),
            ("slot_minutes", "occupancy", -0.9),
        )
    (problem,) = caught.value.problems
    assert problem.code == "correlation_impossible"
    for name in (SLOT, POSTS, "irm.occupancy.*"):
        assert name in problem.message("fr")
        assert name in problem.message("en")


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ('{"first": "rent", "second": "rent", "rank": 0.5}', "correlation_pair",
         "correlations.0.second"),
        ('{"first": "rent", "second": "occupancy", "rank": 1.5}', "invalid_value",
         "correlations.0.rank"),
        ('{"first": "rent", "second": "occupancy", "rank": "0.5"}', "invalid_value",
         "correlations.0.rank"),
        ('{"first": "rent", "second": "occupancy", "rank": NaN}', "invalid_value",
         "correlations.0.rank"),
        ('{"first": "rent", "second": "occupancy"}', "missing_key", "correlations.0.rank"),
        ('{"first": "communs.rent.*", "second": "occupancy", "rank": 0.1}', "invalid_value",
         "correlations.0.first"),
        ('{"first": "rent", "second": "occupancy", "rank": 0.1, "seed": 1}', "unknown_key",
         "correlations.0.seed"),
        ('{"first": "rent", "second": "occupancy", "rank": 0.1}, '
         '{"first": "occupancy", "second": "rent", "rank": 0.2}', "duplicate_name", "correlations"),
    ],
)  # fmt: skip
def test_bad_correlations_of_a_scenario_are_refused_in_their_place(
    text: str, code: str, place: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_json(f'{{"correlations": [{text}]}}', "position.json")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert (problem.place.file, problem.place.key) == ("position.json", place)
    assert problem.message("fr")
    assert problem.message("en")


def test_a_correlation_of_a_parameter_that_is_not_is_refused() -> None:
    own = (
        Correlation(first="rent", second="occupancy", rank=0.1),
        Correlation(first="slot_minute", second="rent", rank=0.1),
    )
    with pytest.raises(ScenarioError) as caught:
        make_case(REFERENCE, Scenario(correlations=own))
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("unknown_parameter", "slot_minute")
    assert problem.place.key == "correlations.1"
    assert "slot_minutes" in problem.message()


ENTRY = """\
correlations:
  - first: slot_minutes
    second: technologist_posts
    rank: -0.3
    source: [hypothese-de-travail]
    grade: D
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("second: technologist_posts", "second: technologist_post", "unknown_parameter", 3),
        ("first: slot_minutes", "first: technologist_posts", "correlation_pair", 3),
        ("rank: -0.3", "rank: -1", "invalid_value", 4),
        ("rank: -0.3", "rank: fort", "invalid_value", 4),
        ("    rank: -0.3\n", "", "missing_key", 2),
        ("    source: [hypothese-de-travail]\n", "", "missing_key", 2),
        ("[hypothese-de-travail]", "[hypothese]", "unknown_source", 5),
        ("grade: D", "grade: Z", "invalid_value", 6),
        ("grade: D\n", "grade: D\n  - {first: technologist_posts, second: slot_minutes, rank: 0.1, "
         "source: [hypothese-de-travail], grade: D}\n", "duplicate_name", 7),
        ("grade: D", "grade: D\n    reson: x", "unknown_key", 7),
    ],
)  # fmt: skip
def test_bad_correlations_of_a_file_are_refused_with_their_line(
    old: str, new: str, code: str, line: int, tmp_path: Path
) -> None:
    assert old in ENTRY
    path = tmp_path / "correlations.yaml"
    path.write_text(ENTRY, encoding="utf-8")
    assert len(load_reference([tmp_path]).correlations) == 1
    path.write_text(ENTRY.replace(old, new), encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load_reference([tmp_path])
    found = [(p.code, p.place.line) for p in caught.value.problems if p.code != "source_unused"]
    assert found == [(code, line)]
    assert str(caught.value.problems[0].place).endswith(f"correlations.yaml:{line}")


# --- costs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", list(REFERENCE.class_labels))
@pytest.mark.parametrize("amortised", [0.0, 1.0])
def test_draw_0_is_the_principal_estimate(code: str, amortised: float) -> None:
    drawn = cost_draws(CASE, code, 5_000, amortised, 50)
    expected = float(annual_cost(CASE, code, 5_000, amortised).total())
    assert drawn.shape == (51,)
    assert drawn[0] == pytest.approx(expected, rel=1e-12)
    assert len(set(drawn.tolist())) == 51


def test_draw_0_of_an_mri_is_the_cost_worked_out_by_hand() -> None:
    # See tests/test_costs.py.
    assert cost_draws(CASE, "irm_1_5t", 6_500, 0.0, 1)[0] == pytest.approx(743_184.3889, abs=0.005)


def test_every_draw_is_the_cost_under_its_own_values() -> None:
    """Draw by draw, the values put in the scenario in the place of the reference ones."""
    found = inputs_of(CASE, {"irm_1_5t": cost_names(CASE, "irm_1_5t")})
    drawn = found.values(found.scores(0, 5, CASE.scenario.seed))
    costs = cost_draws(CASE, "irm_1_5t", 6_500, 0.0, 5)
    for index in range(5):
        changes = tuple(
            Override(parameter=address, mode=x, low=x, high=x)
            for address, x in ((a, float(values[index])) for a, values in drawn.items())
        )
        case = make_case(REFERENCE, Scenario(overrides=changes))
        expected = float(annual_cost(case, "irm_1_5t", 6_500, 0.0).total())
        assert costs[index + 1] == pytest.approx(expected, rel=1e-12)


def test_the_seed_makes_the_draws() -> None:
    def drawn(seed: int, given: int | None = None) -> list[float]:
        case = make_case(REFERENCE, Scenario(seed=seed))
        return cost_draws(case, "scanner", 8_000, 0.0, 100, given).tolist()

    assert drawn(1) == drawn(1)
    assert drawn(1)[1:] != drawn(2)[1:]
    assert drawn(1)[0] == drawn(2)[0]
    assert drawn(1, given=2) == drawn(2)
    assert drawn(1, given=0) == drawn(0)
    assert drawn(2**40) != drawn(2**41)  # the seed is not cut short


def test_a_seed_that_cannot_be_one_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="seed"):
        from_json('{"seed": -1}')


def test_the_perimeter_and_conventions_are_the_scenario_s() -> None:
    scenario = Scenario(
        perimeter="investment_only", conventions=Conventions(amortised_charge="economic")
    )
    drawn = cost_draws(make_case(REFERENCE, scenario), "irm_1_5t", 6_500, 1.0, 2)
    # annuity over eight years 139 952.8142 and works 43 412.5347 (tests/test_costs.py)
    assert drawn[0] == pytest.approx(183_365.3489, abs=0.005)


ROOMS = """
modality: NAME
label: {fr: NAME, en: NAME}
classes:
  - {code: NAME_a, label: {fr: a, en: a}}
  - {code: NAME_b, label: {fr: b, en: b}}
parameters:
  - name: floor_area
    label: {fr: Surface, en: Area}
    unit: m2
    values:
      - {class: NAME_a, low: 100, mode: 100, high: 100, source: [hypothese-de-travail], grade: D}
      - {class: NAME_b, low: 250, mode: 250, high: 250, source: [hypothese-de-travail], grade: D}
  - name: upkeep
    label: {fr: Entretien, en: Upkeep}
    unit: EUR/year
    values:
      - {class: "*", low: 0, mode: UPKEEP, high: UPKEEP, vat: included,
         source: [hypothese-de-travail], grade: D}
lines:
  - id: premises
    label: {fr: Locaux, en: Premises}
    poste: locaux
    per: year
    formula: floor_area * rent + upkeep
"""


def rooms(directory: Path, upkeep: int = 0, **fields: Any) -> Case:
    """Two modalities of two classes that pay a rent, and an uncertain upkeep besides."""
    directory.mkdir(exist_ok=True)
    for name in ("salle", "cabine"):
        text = ROOMS.replace("NAME", name).replace("UPKEEP", str(upkeep))
        (directory / f"{name}.yaml").write_text(text, encoding="utf-8")
    return make_case(load_reference([directory]), Scenario(**fields))


def test_a_shared_value_is_drawn_alike_everywhere(tmp_path: Path) -> None:
    case = rooms(tmp_path)
    areas = {"salle_a": 100, "salle_b": 250, "cabine_a": 100, "cabine_b": 250}
    rents = {code: cost_draws(case, code, 1, 0.0, SIZE) / area for code, area in areas.items()}
    for rent in rents.values():
        np.testing.assert_allclose(rent, rents["salle_a"], rtol=1e-12)
    # and it is the PERT of the rent
    law = stats.beta(1 + 4 * 70 / 250, 1 + 4 * 180 / 250, loc=150, scale=250)
    check_moments(rents["salle_a"][1:], law, 238.3333333, 2_040.0793651)


def test_what_else_is_uncertain_does_not_change_a_value_s_draws(tmp_path: Path) -> None:
    alone = cost_draws(rooms(tmp_path / "sans"), "salle_a", 1, 0.0, 1_000)
    case = rooms(tmp_path / "avec", 500)
    upkeep = cost_draws(case, "salle_a", 1, 0.0, 1_000) - alone
    assert upkeep[0] == pytest.approx(500)
    assert 0 <= upkeep.min() < 300 < upkeep.max() <= 500 + 1e-9
    # two classes of a modality share the upkeep; two modalities have each their own
    again = cost_draws(case, "salle_b", 1, 0.0, 1_000) - 2.5 * alone
    np.testing.assert_allclose(again, upkeep, atol=1e-6)
    other = cost_draws(case, "cabine_a", 1, 0.0, 1_000) - alone
    assert abs(np.corrcoef(other[1:], upkeep[1:])[0, 1]) < 3 / np.sqrt(999)
    assert abs(np.corrcoef(alone[1:], upkeep[1:])[0, 1]) < 3 / np.sqrt(999)


def test_a_correlation_that_follows_goes_into_the_cost(tmp_path: Path) -> None:
    """The rent and the upkeep of a room, tied: neither law moves, their sum does."""
    size = 20_000
    alone = cost_draws(rooms(tmp_path / "sans"), "salle_a", 1, 0.0, size)[1:]
    tied = (Correlation(first="upkeep", second="rent", rank=0.8),)
    case = rooms(tmp_path / "avec", 9_000, correlations=tied)
    cost = cost_draws(case, "salle_a", 1, 0.0, size)[1:]
    free = cost_draws(rooms(tmp_path / "libre", 9_000), "salle_a", 1, 0.0, size)[1:]
    # communs.rent comes first in order: its draws are the same, the upkeep's follow them
    assert abs(spearman(cost - alone, alone) - 0.8) < 3 * 0.36 * 1.15 / size**0.5
    assert abs(spearman(free - alone, alone)) < 3 / size**0.5
    # variance of 100 rents, of the upkeep (0 to 9 000, mode 9 000: mean 7 500), and twice the
    # covariance, which a rank of 0.8 puts near 0.8 of the product of the deviations
    rent, upkeep = 1e4 * 2_040.0793651, 7_500 * 1_500 / 7
    assert free.var() == pytest.approx(rent + upkeep, rel=0.05)
    expected = rent + upkeep + 2 * 0.8 * math.sqrt(rent * upkeep)
    assert cost.var() == pytest.approx(expected, rel=0.05)


def test_a_class_without_anything_uncertain_costs_the_same_in_every_draw(tmp_path: Path) -> None:
    still = Override(parameter="communs.rent.*", mode=220, low=220, high=220)
    case = rooms(tmp_path, overrides=(still,))
    assert cost_draws(case, "salle_a", 1, 0.0, 9).tolist() == [22_000] * 10
    acts = np.array([1.0, 2.0, 3.0])
    assert cost_draws(case, "salle_a", acts, 0.0, 9).tolist() == [[22_000] * 3] * 10


def test_an_amount_without_vat_is_drawn_with_its_vat() -> None:
    free = Override(parameter="communs.rent.*", mode=220, vat="excluded")
    case = make_case(REFERENCE, Scenario(overrides=(free,)))
    dearer = cost_draws(case, "scanner", 5_000, 0.0, 200)
    plain = cost_draws(CASE, "scanner", 5_000, 0.0, 200)
    assert (dearer > plain).all()
    # 120 m² × 220 × 0.20 × 1.09 of management and taxes, in the principal estimate
    assert dearer[0] - plain[0] == pytest.approx(5_755.2, abs=0.01)


@pytest.mark.parametrize("cells", [1, 7, 1_000_000])
def test_how_many_cells_go_together_changes_nothing(
    cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts, amortised = np.array([3_000.0, 8_000.0, 12_000.0]), np.array([0.0, 1.0, 0.0])
    whole = cost_draws(CASE, "irm_1_5t", acts, amortised, 40)
    alone = cost_draws(CASE, "irm_1_5t", 8_000, 1.0, 40)
    monkeypatch.setattr(uncertainty, "CELLS", cells)
    again = cost_draws(CASE, "irm_1_5t", acts, amortised, 40)
    assert whole.shape == (41, 3)
    np.testing.assert_array_equal(again, whole)
    np.testing.assert_allclose(whole[:, 1], alone, rtol=1e-12)


@pytest.mark.parametrize("draws", [1, 2, 4])
def test_draws_are_never_paired_with_machines(draws: int) -> None:
    """One number of acts and two states: `(draws, machines)`, never `(draws,)`."""
    both = np.array([0.0, 1.0])
    found = cost_draws(CASE, "irm_1_5t", 5_000.0, both, draws)
    assert found.shape == (draws + 1, 2)
    for column, amortised in enumerate(both):
        alone = cost_draws(CASE, "irm_1_5t", 5_000.0, float(amortised), draws)
        np.testing.assert_allclose(found[:, column], alone, rtol=1e-12)


def test_workers_change_no_cost() -> None:
    one, two, three = (
        cost_draws(CASE, "irm_1_5t", 5_000, 0.0, 40_000, workers=n).tobytes() for n in (1, 2, 3)
    )
    assert one == two == three


def small_fleet() -> FleetTable:
    return fleet_of(
        {"class": "irm_1_5t", "installed_on": "2023-06-01",
         "acts_billed": 6_000, "acts_inpatient": 500},
        {"class": "scanner", "installed_on": "2012-01-01",
         "acts_billed": 7_000, "acts_inpatient": 2_000},
        {"class": "irm_1_5t", "installed_on": "2010-01-01", "acts_billed": 4_000},
        {"class": "irm_gt_1_5t", "installed_on": "2020-05-05", "acts_billed": 3_000},
        {"class": "scanner", "installed_on": "2022-01-01", "acts_billed": 0},
    )  # fmt: skip


def test_draws_of_a_fleet_are_those_of_its_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = from_table(small_fleet(), REFERENCE.classes)
    found = fleet_cost_draws(CASE, fleet, 2024, 30)
    assert found.shape == (31, 5)
    np.testing.assert_allclose(found[0], fleet_cost(CASE, fleet, 2024), rtol=1e-12)
    states = [
        ("irm_1_5t", 6_500, 0.0), ("scanner", 9_000, 1.0), ("irm_1_5t", 4_000, 1.0),
        ("irm_gt_1_5t", 3_000, 0.0), ("scanner", 0, 0.0),
    ]  # fmt: skip
    for column, (code, acts, amortised) in enumerate(states):
        alone = cost_draws(CASE, code, acts, amortised, 30)
        np.testing.assert_allclose(found[:, column], alone, rtol=1e-12)
    monkeypatch.setattr(uncertainty, "CELLS", 8)
    np.testing.assert_array_equal(fleet_cost_draws(CASE, fleet, 2024, 30), found)
