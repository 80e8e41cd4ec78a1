"""What turns a claim, on margins whose answer is known in closed form.

For a linear margin g0 + c·x, with x counted from the principal estimate, d_i the standard
deviations and R the correlation of the scores, the nearest point of the edge is at distance
|g0| / √(sᵀ R s), s_i = c_i d_i, and its coordinates in standard deviations are
-g0 R s / (sᵀ R s) (Lagrange multipliers; Hasofer and Lind, 1974).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brute

from costing.analysis.claim.flips import Flip, flips, margin_of, ranges
from costing.analysis.claim.nearest import JointFlip, joint_flip
from costing.analysis.uncertainty.uncertainty import Input, Inputs
from tests.checked import checked, must_check
from tests.shared import examples
from tests.strategies import inputs, signed, uncertain

Values = Mapping[str, Any]
Study = Callable[[Values], Any]


def alone(study: Study, some: Inputs, figure: float = 0.0) -> dict[str, Flip]:
    """Each input alone, by name."""
    found = flips(margin_of(study, some, figure), some, figure)
    assert [flip.input.address for flip in found] == list(some.addresses)
    return {flip.input.address: flip for flip in found}


def together(study: Study, some: Inputs, figure: float = 0.0) -> JointFlip | None:
    """The smallest joint change."""
    drawn = np.array(list(some.values(some.scores(0, 2_048, 1)).values())).reshape(-1, 2_048)
    return joint_flip(margin_of(study, some, figure), some, figure, drawn)


def turns_there(study: Study, some: Inputs, name: str, value: float, figure: float) -> bool:
    """Whether the claim is turned just past a value of one input, and not just before it."""
    mode = dict(zip(some.addresses, some.modes, strict=True))
    outward = 1 if value > mode[name] else -1

    def holds(at: float) -> bool:
        return bool(study({**mode, name: at}) >= figure)

    step = 1e-7 * max(abs(value), 1e-3)
    base = bool(study(mode) >= figure)
    return holds(value - outward * step) == base and holds(value + outward * step) != base


# --- alone ----------------------------------------------------------------------------------------

A, B = uncertain("a", 0, 4, 10, "triangular"), uncertain("b", 0, 1, 2, "uniform")


def test_a_linear_margin_by_hand() -> None:
    # 3 a - 2 b ≥ 7: 10 at the modes (4, 1); a = 3 turns it, and b = 2.5 would, out of its range.
    found = alone(lambda v: 3 * v["a"] - 2 * v["b"], inputs(A, B), 7)
    assert found["a"].value == pytest.approx(3, abs=1e-9)
    assert found["b"].value is None
    assert (found["a"].low, found["a"].high) == (0, 10)
    assert (found["a"].at_low, found["a"].at_high) == pytest.approx((-2, 28))
    assert (found["b"].at_low, found["b"].at_high) == pytest.approx((12, 8))


def test_a_claim_that_does_not_hold_is_turned_too() -> None:
    # 3 a - 2 b ≥ 13: it is 10; a = 5, and b = -0.5 would.
    found = alone(lambda v: 3 * v["a"] - 2 * v["b"], inputs(A, B), 13)
    assert found["a"].value == pytest.approx(5, abs=1e-9)
    assert found["b"].value is None


def test_the_end_of_a_range_is_in_it() -> None:
    # At a = 0 it is just 0: 4 a ≥ 0 holds over the whole range, 4 a ≥ 16 holds at the mode itself.
    assert alone(lambda v: 4 * v["a"], inputs(A), 0)["a"].value is None
    just = alone(lambda v: 4 * v["a"], inputs(A), 16)["a"]
    assert just.value == pytest.approx(4, abs=1e-9)
    # -a ≥ -10 holds up to the very end
    assert alone(lambda v: -v["a"], inputs(A), -10)["a"].value is None


@pytest.mark.parametrize(
    ("margin", "expected"),
    [
        # (a - 3)(a - 6) is 2 - … at 4: -2; 3 is one away, 6 is two away
        (lambda a: (a - 3) * (a - 6), 3),
        (lambda a: (a - 1) * (a - 5.5), 5.5),
        # 1.00 below and 1.02 above: closer to each other than the points that are looked at
        (lambda a: (a - 3) * (a - 5.02), 3),
        (lambda a: (a - 2.98) * (a - 5), 5),
        (lambda a: (a - 3.69) * (a - 4.30), 4.30),
        (lambda a: (a - 3.70) * (a - 4.31), 3.70),
        # three crossings, all above; four, two on either side
        (lambda a: (a - 5) * (a - 7) * (a - 9), 5),
        (lambda a: (a - 1) * (a - 2.5) * (a - 6) * (a - 8), 2.5),
    ],
)
def test_of_several_crossings_the_nearest_to_the_mode(margin: Any, expected: float) -> None:
    some = inputs(A)
    found = alone(lambda v: margin(v["a"]), some)["a"]
    assert found.value == pytest.approx(expected, abs=1e-8)
    assert turns_there(lambda v: margin(v["a"]), some, "a", float(found.value or 0), 0)


def test_an_edge_without_slope_is_found() -> None:
    """A claim that turns by a jump: the value of the jump."""
    found = alone(lambda v: np.where(v["a"] > math.pi, 1.0, -5.0), inputs(A))["a"]
    assert found.value == pytest.approx(math.pi, abs=1e-6)


def test_a_discrete_input_turns_at_its_nearest_outcome() -> None:
    outcomes = {1: 0.1, 4: 0.5, 6: 0.2, 9: 0.2}
    some = inputs(uncertain("n", mode=4, outcomes=outcomes), B)
    # n ≥ 5 does not hold at 4: 6 turns it; n ≤ 3.5 is met at 1 only
    assert alone(lambda v: v["n"], some, 5)["n"].value == 6
    assert alone(lambda v: -v["n"], some, -3.5)["n"].value == 1
    # both sides turn: 6 is two away, 1 is three away
    assert alone(lambda v: np.abs(v["n"] - 4), some, 1)["n"].value == 6
    assert alone(lambda v: v["n"], some, 10)["n"].value is None
    found = alone(lambda v: v["n"], some, 5)["n"]
    assert (found.low, found.high, found.at_low, found.at_high) == (1, 9, 1, 9)


def test_a_discrete_input_of_many_outcomes_loses_none() -> None:
    """One hundred outcomes, of which a single one turns the claim."""
    many = uncertain("n", mode=50, outcomes=dict.fromkeys(range(100), 0.01))
    for only in (0, 49, 51, 77, 99):
        found = alone(lambda v, n=only: np.where(v["n"] == n, 1.0, -1.0), inputs(many, A))
        assert found["n"].value == only
        assert found["a"].value is None


def test_nothing_uncertain_turns_nothing() -> None:
    assert alone(lambda v: 1.0, inputs()) == {}
    assert together(lambda v: 1.0, inputs()) is None


def test_what_has_no_meaning_does_not_hold_and_is_told_as_it_is() -> None:
    # √(a - 2) - 1 ≥ 0 holds at 4; it has no meaning under 2, and turns at 3
    def study(values: Values) -> Any:
        with np.errstate(invalid="ignore"):
            return np.sqrt(values["a"] - 2) - 1

    found = alone(study, inputs(A))["a"]
    assert found.value == pytest.approx(3, abs=1e-8)
    assert math.isnan(found.at_low)
    assert found.at_high == pytest.approx(math.sqrt(8) - 1)
    # an infinite quantity (a break-even that is never met) holds, and is told infinite
    never = alone(lambda v: np.where(v["a"] > 6, np.inf, 2.0), inputs(A), 5)["a"]
    assert never.value == pytest.approx(6, abs=1e-6)
    assert (never.at_low, never.at_high) == (2, math.inf)


def test_ranges_are_the_ends_or_the_quantiles() -> None:
    some = inputs(
        A, uncertain("l", 1, 2, 4, "lognormal"), uncertain("n", mode=1, outcomes={1: 0.5, 3: 0.5})
    )
    low, high = ranges(some)
    assert low.tolist() == [0, 1, 1]
    assert high.tolist() == [10, 4, 3]


@must_check(turned=0.05, not_turned=0.05)
@given(st.data())
def test_single_flips_of_linear_margins(data: st.DataObject) -> None:
    """g0 + Σ c (x - mode): input i turns it at mode - g0 / c, if that is in its range."""
    some = inputs(*(data.draw(laws(name)) for name in "abc"[: data.draw(st.integers(1, 3))]))
    slopes = dict(zip(some.addresses, data.draw(slopes_of(some)), strict=True))
    modes = dict(zip(some.addresses, some.modes, strict=True))
    figure = data.draw(st.floats(-1e3, 1e3))
    spread = sum(abs(c) * i.law.spread for c, i in zip(slopes.values(), some.items, strict=True))
    start = data.draw(st.floats(-3, 3) | st.floats(-0.3, 0.3)) * spread

    def study(values: Values) -> Any:
        return figure + start + sum(c * (values[n] - modes[n]) for n, c in slopes.items())

    found = alone(study, some, figure)
    for name, flip in found.items():
        width = flip.high - flip.low
        exact = modes[name] - start / slopes[name]
        if abs(exact - flip.low) < 1e-6 * width or abs(exact - flip.high) < 1e-6 * width:
            continue  # on the very end: one rounding decides
        if flip.low < exact < flip.high and abs(exact - modes[name]) > 1e-9 * width:
            assert flip.value == pytest.approx(exact, abs=1e-6 * width)
            checked("turned")
        elif flip.value is not None:  # at the mode itself
            assert abs(exact - modes[name]) <= 1e-6 * width
        else:
            checked("not_turned")


@st.composite
def laws(draw: st.DrawFn, name: str) -> Input:
    low = draw(st.floats(0, 100))
    width = draw(st.floats(1, 100))
    share = draw(st.floats(0, 1))
    kind = draw(st.sampled_from(("pert", "triangular", "uniform")))
    return uncertain(name, low, min(low + share * width, low + width), low + width, kind)


def slopes_of(some: Inputs) -> st.SearchStrategy[list[float]]:
    """Slopes that make each input count about as much as another."""
    every = st.lists(signed(0.2, 3), min_size=len(some.items), max_size=len(some.items))
    return every.map(
        lambda found: [x / i.law.spread for x, i in zip(found, some.items, strict=True)]
    )


# --- together -------------------------------------------------------------------------------------


def wide(name: str, mode: float, deviation: float) -> Input:
    """A uniform input of a given standard deviation, its mode in the middle of √3 of them."""
    reach = deviation * math.sqrt(3)
    return uncertain(name, mode - reach, mode, mode + reach, "uniform")


def scores(rank: float) -> float:
    return 2 * math.sin(math.pi * rank / 6)


def test_the_joint_change_of_independent_inputs_by_hand() -> None:
    """The point of a line nearest to the origin.

    g = 10 - 3 (a - 100) - 2 (b - 200), deviations 1 and 2: s = (-3, -4), |s| = 5, distance 2; that
    is 10 × 3 / 25 = 1.2 deviations of a and 1.6 of b: a = 101.2, b = 203.2.
    """
    some = inputs(wide("a", 100, 1), wide("b", 200, 2))
    found = together(lambda v: 10 - 3 * (v["a"] - 100) - 2 * (v["b"] - 200), some)
    assert found is not None
    assert found.distance == pytest.approx(2, abs=1e-6)
    assert found.moved == pytest.approx({"a": 1.2, "b": 1.6}, abs=1e-5)
    assert found.values == pytest.approx({"a": 101.2, "b": 203.2}, abs=1e-4)
    assert found.result == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("rank", [-0.6, -0.2, 0.3, 0.8])
def test_the_joint_change_of_correlated_inputs(rank: float) -> None:
    """Same margin, less 4: s = (-3, -4), sᵀRs = 25 + 24 r; moves 6 R s / (sᵀRs)."""
    some = inputs(wide("a", 100, 1), wide("b", 200, 2), ranks={("a", "b"): rank})
    found = together(lambda v: 6 - 3 * (v["a"] - 100) - 2 * (v["b"] - 200), some)
    r = scores(rank)
    square = 25 + 24 * r
    assert found is not None
    assert found.distance == pytest.approx(6 / math.sqrt(square), abs=1e-6)
    moved = {"a": 6 * (3 + 4 * r) / square, "b": 6 * (4 + 3 * r) / square}
    assert found.moved == pytest.approx(moved, abs=1e-3)


def test_a_claim_that_does_not_hold_is_turned_jointly_too() -> None:
    some = inputs(wide("a", 100, 1), wide("b", 200, 2))
    found = together(lambda v: 3 * (v["a"] - 100) + 2 * (v["b"] - 200), some, 10)
    assert found is not None
    assert found.distance == pytest.approx(2, abs=1e-6)
    assert found.result == pytest.approx(10, abs=1e-4)


@given(st.data())
@examples(60)
def test_the_design_point_of_linear_margins(data: st.DataObject) -> None:
    """Any laws, slopes and correlations whose design point is inside the ranges."""
    count = data.draw(st.integers(2, 5))
    names = "abcde"[:count]
    ranks = {(names[i], names[i + 1]): data.draw(signed(0.01, 0.5)) for i in range(count - 1)}
    items = [
        wide(name, 100 * (i + 1), data.draw(st.floats(0.01, 50))) for i, name in enumerate(names)
    ]
    if data.draw(st.booleans()):
        ranks = {}
    some = inputs(*items, ranks=ranks)
    slopes = np.array(data.draw(slopes_of(some)))
    correlation = np.eye(count)
    for (first, second), rank in ranks.items():
        i, j = names.index(first), names.index(second)
        correlation[i, j] = correlation[j, i] = scores(rank)
    scaled = slopes * [item.law.spread for item in items]
    square = float(scaled @ correlation @ scaled)
    distance = data.draw(st.floats(0.05, 1.4))
    start = distance * math.sqrt(square) * data.draw(st.sampled_from((-1, 1)))
    moved = -start * correlation @ scaled / square
    assert np.abs(moved).max() < 1.7  # inside √3 deviations on either side
    size = data.draw(st.sampled_from((1e-3, 1.0, 1e6)))  # points of a fraction, or euros

    def study(values: Values) -> Any:
        moves = np.array([values[n] - 100 * (i + 1) for i, n in enumerate(names)])
        return size * (5 + start + np.tensordot(slopes, moves, 1))

    found = together(study, some, 5 * size)
    assert found is not None
    assert found.distance == pytest.approx(distance, rel=1e-4)
    assert list(found.moved.values()) == pytest.approx(moved, abs=1e-2)
    at_point = float(study(found.values))
    assert at_point == pytest.approx(5 * size, abs=1e-5 * size * math.sqrt(square))
    assert found.result == pytest.approx(at_point)


def test_bounds_that_bind() -> None:
    """x + y = 3.2 deviations would be 1.6 of each; x ends at 1, so that y makes up for it: 2.2."""
    reach = 2 * math.sqrt(3)  # range of a uniform of deviation 1
    some = inputs(
        uncertain("a", 10, 9 + reach, 10 + reach, "uniform"),
        uncertain("b", 20, 20, 20 + reach, "uniform"),
    )
    modes = dict(zip(some.addresses, some.modes, strict=True))

    def study(values: Values) -> Any:
        return 3.2 - (values["a"] - modes["a"]) - (values["b"] - modes["b"])

    found = together(study, some)
    assert found is not None
    assert found.moved == pytest.approx({"a": 1, "b": 2.2}, abs=1e-5)
    assert found.distance == pytest.approx(math.sqrt(1 + 2.2**2), abs=1e-5)
    # and inside the ranges, bounds have no say: 1.2 shared out is 0.6 each
    near = together(lambda v: study(v) - 2, some)
    assert near is not None
    assert near.moved == pytest.approx({"a": 0.6, "b": 0.6}, abs=1e-5)


def test_only_the_farthest_corner_turns_it() -> None:
    """The edge cuts a thousandth of the range off, where hardly any draw falls."""
    some = inputs(*(uncertain(name, 0, 0, 1, "pert") for name in "abc"))
    found = together(lambda v: 2.97 - v["a"] - v["b"] - v["c"], some)
    assert found is not None
    assert list(found.values.values()) == pytest.approx([0.99] * 3, abs=1e-4)


@pytest.mark.parametrize("figure", [0.0, 100.0])
def test_what_no_value_of_the_ranges_turns_is_impossible(figure: float) -> None:
    some = inputs(A, B, ranks={("a", "b"): 0.5})

    # at its highest 10 + 2 = 12, at its lowest 0: both claims stand whatever is done
    def study(values: Values) -> Any:
        return values["a"] + values["b"] + (0.5 if figure == 0 else 0)

    assert together(study, some, figure) is None
    assert all(flip.value is None for flip in alone(study, some, figure).values())


def test_a_margin_that_rests_on_nothing_is_impossible_to_turn() -> None:
    assert together(lambda v: 1.0, inputs(A, B)) is None
    assert together(lambda v: np.nan, inputs(A, B)) is None
    assert together(lambda v: np.inf, inputs(A, B)) is None


def test_a_quadratic_edge_by_hand() -> None:
    """Inside a circle of radius 1.5 about (0.5, 0): the nearest edge is at (-1, 0)."""
    some = inputs(wide("a", 10, 1), wide("b", 10, 1))

    def study(values: Values) -> Any:
        return 1.5**2 - (values["a"] - 10.5) ** 2 - (values["b"] - 10) ** 2

    found = together(study, some)
    assert found is not None
    assert found.distance == pytest.approx(1, abs=1e-4)
    assert found.values == pytest.approx({"a": 9, "b": 10}, abs=1e-3)


def test_no_point_of_a_grid_is_nearer() -> None:
    """A curved margin of two correlated inputs, against a search over their whole ranges."""
    some = inputs(
        uncertain("a", 1, 2, 5), uncertain("b", 10, 15, 40, "triangular"), ranks={("a", "b"): 0.4}
    )
    sigma = np.array([item.law.spread for item in some.items])
    inverse = np.linalg.inv(np.array([[1, scores(0.4)], [scores(0.4), 1]]))

    def study(values: Values) -> Any:
        return 90 - values["a"] ** 2 * values["b"]

    def away(b: np.ndarray[Any, Any]) -> float:
        """Distance of the edge's point at b: a = √(90 / b)."""
        u = (np.array([math.sqrt(90 / b[0]), b[0]]) - some.modes) / sigma
        return float(u @ inverse @ u)

    found = together(study, some)
    best = math.sqrt(away(np.atleast_1d(brute(away, ((10, 40),), Ns=20_001, finish=None))))
    assert found is not None
    assert found.distance == pytest.approx(best, abs=1e-4)
    assert found.result == pytest.approx(0, abs=1e-3)


def test_discrete_inputs_stay_where_they_are() -> None:
    some = inputs(uncertain("n", mode=0, outcomes={0: 0.999_99, 5: 1e-5}), wide("b", 200, 2))
    found = together(lambda v: 3 - v["n"] - (v["b"] - 200), some)
    assert found is not None
    assert found.values == pytest.approx({"n": 0, "b": 203}, abs=1e-4)
    assert found.distance == pytest.approx(1.5, abs=1e-5)
    # when nothing else can turn it, it cannot be turned jointly; alone, it is
    only = inputs(uncertain("n", mode=0, outcomes={0: 0.5, 5: 0.5}))
    assert together(lambda v: 3 - v["n"], only) is None
    assert alone(lambda v: 3 - v["n"], only)["n"].value == 5


def test_a_margin_at_its_edge_is_turned_by_nothing_at_all() -> None:
    some = inputs(wide("a", 100, 1), wide("b", 200, 2))
    found = together(lambda v: v["a"] + v["b"], some, 300)
    assert found is not None
    assert found.distance == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("start", [1e-9, 1e-6, 1e-3])
def test_a_margin_near_its_edge(start: float) -> None:
    some = inputs(wide("a", 100, 1))
    found = together(lambda v: v["a"] - 100 + start, some)
    assert found is not None
    assert found.distance == pytest.approx(start, abs=2e-6)


def test_an_infinite_principal_estimate_is_turned_where_it_really_is() -> None:
    """A break-even 100 / (2 - p), infinite from 2 on: at least 150 until p = 2 - 100 / 150."""
    some = inputs(wide("p", 2.2, 1))

    def study(values: Values) -> Any:
        left = 2 - values["p"]
        return np.where(left > 0, 100 / np.where(left > 0, left, 1), np.inf)

    found = together(study, some, 150)
    assert found is not None
    assert found.values["p"] == pytest.approx(4 / 3, abs=1e-3)
    assert found.result == pytest.approx(150, abs=0.1)
    single = alone(study, some, 150)["p"]
    assert single.value == pytest.approx(4 / 3, abs=1e-6)
    assert single.at_high == math.inf


def test_no_value_out_of_the_ranges_is_ever_tried() -> None:
    """A price under zero makes a cost line fail: the search stays inside, at its ends too."""

    def study(values: Values) -> Any:
        for item in some.items:
            low, high = item.law.low, item.law.high
            tried = np.asarray(values[item.address])
            assert (tried >= low - 1e-12).all()
            assert (tried <= high + 1e-12).all()
        return values["a"] + 3 * values["b"]

    some = inputs(uncertain("a", 0, 1, 4), uncertain("b", 0, 1, 2), ranks={("a", "b"): -0.4})
    for figure in (0.0, 1e-9, 0.1, 2.0, 3.999, 4.0, 9.9, 10.0, 11.0):
        alone(study, some, figure)
        together(study, some, figure)
