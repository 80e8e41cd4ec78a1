"""The solver's edge: statuses, shadow prices, sets that contradict, stops and cancels."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from costing.optimise.solver import Block, Columns, Model, lp_text

ONE = sparse.csr_array([[1.0, 1.0]])
#: Least 2 x + 3 y with x + y ≥ 4, x ≤ 3: x = 3, y = 1, 9; one more to reach costs 3.
COST = np.array([2.0, 3.0])


def columns(bulk: bool = False, integer: bool = False) -> Columns:
    return Columns(("x", "y"), np.zeros(2), np.array([3.0, np.inf]), integer, bulk)


def at_least(total: float, bulk: bool = False) -> Block:
    return Block("sum", ONE, np.array([total]), np.array([np.inf]), bulk=bulk)


@pytest.mark.parametrize("bulk", [False, True])
def test_by_hand_named_or_as_arrays(bulk: bool) -> None:
    found = Model([columns(bulk)], [at_least(4.0, bulk)]).minimise(COST)
    assert found.status == "optimal"
    assert found.values.tolist() == pytest.approx([3.0, 1.0])
    assert found.objective == pytest.approx(9.0)
    assert found.duals[0].tolist() == pytest.approx([3.0])


def test_a_limit_that_moves_is_solved_again() -> None:
    model = Model([columns()], [at_least(4.0)])
    assert model.minimise(COST).objective == pytest.approx(9.0)
    model.limit(0, low=np.array([2.0]))
    assert model.minimise(COST).objective == pytest.approx(4.0)  # x = 2
    model.add(Block("cap", sparse.csr_array([[1.0]]), np.array([-np.inf]), np.array([1.0])))
    assert model.minimise(COST).objective == pytest.approx(5.0)  # x = 1, y = 1


def test_amounts_of_billions_are_kept_and_priced_in_their_own_unit() -> None:
    """1e9 (x + y) ≥ 4e9 is the same row: its shadow price is 3e-9 a unit."""
    row = Block("sum", sparse.csr_array(1e9 * ONE), np.array([4e9]), np.array([np.inf]))
    found = Model([columns()], [row]).minimise(COST)
    assert found.objective == pytest.approx(9.0, rel=1e-9)
    assert found.duals[0].tolist() == pytest.approx([3e-9])


def test_a_range_has_the_price_of_the_side_that_holds() -> None:
    row = Block("range", ONE, np.array([4.0]), np.array([5.0]))
    assert Model([columns()], [row]).minimise(COST).duals[0].tolist() == pytest.approx([3.0])
    # As much as can be: the high side holds; its price is that of y, 3, less than nothing.
    assert Model([columns()], [row]).minimise(-COST).duals[0].tolist() == pytest.approx([-3.0])


def test_a_row_without_variables_that_does_not_hold_is_impossible() -> None:
    empty = Block("none", sparse.csr_array((1, 2)), np.array([1.0]), np.array([np.inf]))
    model = Model([columns()], [empty])
    assert model.minimise(COST).status == "infeasible"


def knapsack(size: int = 60, seed: int = 7) -> tuple[list[Columns], list[Block], np.ndarray]:  # type: ignore[type-arg]
    """A search over whole numbers that takes far longer than an instant."""
    draw = np.random.default_rng(seed)
    weight = draw.integers(1_000, 9_999, (20, size)).astype(float)
    names = tuple(f"b{i}" for i in range(size))
    group = Columns(names, np.zeros(size), np.ones(size), integer=True, bulk=True)
    half = weight.sum(axis=1) // 2
    rows = Block("half", sparse.csr_array(weight), half, half + 30, bulk=True)
    return [group], [rows], -draw.integers(1, 999, size).astype(float)


def test_a_search_that_stops_on_a_limit_is_never_called_optimal() -> None:
    group, rows, cost = knapsack()
    found = Model(group, rows, time_limit=0.5).minimise(cost)
    assert found.status == "stopped"


def test_raising_while_told_stops_the_search_and_leaves_nothing_behind() -> None:
    group, rows, cost = knapsack()
    before = threading.active_count()

    def cancel(_share: float, _words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Model(group, rows).minimise(cost, cancel)
    assert threading.active_count() <= before + 1  # HiGHS's own thread is ending, if it has not
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.daemon:
            thread.join(10)
    assert Model([columns()], [at_least(4.0)]).minimise(COST).status == "optimal"


def test_random_programs_equal_scipy_s() -> None:
    draw = np.random.default_rng(3)
    for _ in range(20):
        matrix = draw.normal(size=(8, 5)) * (draw.random((8, 5)) < 0.6)
        high = draw.uniform(1, 5, 8)
        cost = draw.normal(size=5)
        theirs = linprog(cost, A_ub=matrix, b_ub=high, bounds=[(0, 4)] * 5)
        group = Columns(tuple("abcde"), np.zeros(5), np.full(5, 4.0))
        block = Block("r", sparse.csr_array(matrix), np.full(8, -np.inf), high)
        found = Model([group], [block]).minimise(cost)
        assert found.objective == pytest.approx(theirs.fun, abs=1e-7)
        # Drawn numbers leave one set of prices.
        assert found.duals[0] == pytest.approx(theirs.ineqlin.marginals, abs=1e-7)


def test_the_lp_file_names_every_row_and_column() -> None:
    text = lp_text([columns()], [at_least(4.0)], COST)
    assert "sum_0_0: x + y >= 4" in text
    assert "OBJ: 2 x + 3 y" in text
    assert "x <= 3" in text
