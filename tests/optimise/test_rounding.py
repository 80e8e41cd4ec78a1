"""Prices in whole units, worked out by hand on two prices of a program; the others stay at 50."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from costing.optimise import rounding
from costing.optimise.columns_and_rows import one_row
from costing.optimise.program import FeeProgram, fee_program
from costing.optimise.solver import Block, Status
from tests.optimise.small import case_of

Floats = NDArray[np.float64]

#: In tenths of a euro: 10.04 is nearest to 10.0, 20.07 to 20.1.
PROGRAM: FeeProgram = fee_program(case_of({"acts_billed": 6_000}, rounding_eur=0.1))
FIRST, SECOND = 10.04, 20.07


def prices(first: float, second: float, others: float = 50.0) -> Floats:
    every = np.full(PROGRAM.prices, others, dtype=float)
    every[:2] = first, second
    return every


def row(*factors: float, constraint: str = "asked", bulk: bool = False, **sides: float) -> Block:
    """A demand on the first prices: `low` and `high` of their sum by these factors."""
    whole = np.pad(np.array(factors), (0, PROGRAM.prices - len(factors)))
    low, high = (
        np.array([sides.get(side, end)]) for side, end in (("low", -np.inf), ("high", np.inf))
    )
    return Block(constraint, one_row(whole), low, high, bulk=bulk)


def rounded(*blocks: Block, low: Any = None, high: Any = None) -> tuple[Status, list[float]]:
    status, found = rounding.round_prices(
        PROGRAM,
        blocks,
        prices(FIRST, SECOND),
        prices(0, 0, 0) if low is None else low,
        prices(100, 100, 100) if high is None else high,
    )
    assert status != "optimal" or (found[2:] == 50).all()
    return status, found[:2].tolist()


def test_nothing_asked_gives_the_nearest_units() -> None:
    assert rounded() == ("optimal", [10.0, 20.1])


def test_a_demand_moves_the_price_that_it_costs_least_to_move() -> None:
    # At least 30.15 in all: 30.1 is short. 10.1 is 0.02 further from 10.04 than 10.0; 20.2 is 0.10
    # further from 20.07 than 20.1. The least is 30.2.
    assert rounded(row(1, 1, low=30.15)) == ("optimal", [10.1, 20.1])
    # At most 30.05: 20.0 is 0.04 further from 20.07 than 20.1; 9.9 is 0.10 further from 10.04.
    assert rounded(row(1, 1, high=30.05)) == ("optimal", [10.0, 20.0])


def test_limits_hold_and_never_move_a_price_that_was_beyond_them() -> None:
    assert rounded(low=prices(10.02, 0, 0)) == ("optimal", [10.1, 20.1])
    assert rounded(high=prices(100, 20.08, 100)) == ("optimal", [10.0, 20.0])
    # A price under its limit by the solver's tolerance is its own limit.
    assert rounded(low=prices(FIRST + 1e-9, 0, 0)) == ("optimal", [10.1, 20.1])


def test_three_units_at_first_then_as_many_as_needed() -> None:
    # At most 20.07 - 0.36: 19.71, so 19.7, four units from 20.1.
    assert rounded(row(0, 1, high=19.71)) == ("optimal", [10.0, 19.7])
    # 10.1 pays 15 more on 250 acts, which the second price gives back: 5.07, so 5.0.
    up = prices(FIRST, 0, 0)
    assert rounded(row(250, 1, high=250 * FIRST + SECOND), low=up) == ("optimal", [10.1, 5.0])


def test_one_price_moves_no_further_than_three_units_while_others_can() -> None:
    # 10 × 10.0 + 5 × 20.1 = 200.5. Four up: the first alone would do it by four units, 3.6 and 0.3
    # away; by three it is 2.6 away, and two units of the second make up the rest, 2.3 away.
    assert rounded(row(10, 5, low=204.49)) == ("optimal", [10.3, 20.3])
    # Four down: 9.6 and 20.1 are 4.4 and 0.3 away, 9.7 and 19.9 are 3.4 and 1.7.
    assert rounded(row(10, 5, high=196.51)) == ("optimal", [9.7, 19.9])


def test_a_row_of_many_machines_is_kept_as_far_as_rounding_reaches() -> None:
    # Four down from 10 × 10.0 + 5 × 20.1 + 2 × 50. The first price would take three of them, 0.34
    # from where it was; kept at 9.72 or more it takes two. By three units at most, the second takes
    # 1.5 and the third 0.5, three units that give 0.6.
    asked = [row(10, 5, 2, high=296.51), row(1, low=9.72, bulk=True)]
    none, endless = prices(0, 0, 0), prices(100, 100, 100)
    found = rounding.round_prices(PROGRAM, asked, prices(FIRST, SECOND), none, endless)
    assert (found[0], found[1][:3].tolist()) == ("optimal", [9.8, 19.8, 49.7])


def test_no_whole_unit_between_two_sides_is_no_answer() -> None:
    status, found = rounded(row(1, low=10.05, high=10.05))
    assert status == "infeasible"
    assert np.isnan(found).all()


def test_rows_of_many_machines_that_no_move_could_break_are_left_out() -> None:
    # Moves of 0.4 on a sum of 30.11 and on a difference of 10.03: within 0.8 of a side.
    sides = {
        (1.0, 1.0): [(29.2, 31.0, False), (29.4, 31.0, True), (29.2, 30.8, True)],
        (-1.0, 1.0): [(9.2, 10.9, False), (9.3, 10.9, True), (9.2, 10.8, True)],
    }
    for factors, cases in sides.items():
        for low, high, stays in cases:
            block = row(*factors, low=low, high=high, bulk=True)
            kept = rounding.at_stake(block, prices(FIRST, SECOND), 0.4)
            assert len(kept.low) == len(kept.high) == kept.matrix.shape[0] == int(stays)
    alone = row(1, 1, low=0, high=100)
    assert rounding.at_stake(alone, prices(FIRST, SECOND), 0.4) is alone


def test_a_row_of_many_machines_holds_as_any_other() -> None:
    assert rounded(row(1, 1, low=30.15, bulk=True)) == ("optimal", [10.1, 20.1])


def test_savings_are_asked_a_little_more_than_the_target() -> None:
    # Two cents on a billion, which floats blur, and a thousandth of a cent.
    tight = rounding.tightened(row(1, constraint="savings_target", high=1e9))
    assert tight.high[0] == pytest.approx(1e9 - 0.02 - 1e-5, abs=1e-6)
    tight = rounding.tightened(row(1, constraint="savings_year", high=-1e9))
    assert tight.high[0] == pytest.approx(-1e9 - 0.02 - 1e-5, abs=1e-6)
    other = row(1, constraint="total_cut", high=1e9)
    assert rounding.tightened(other) is other


@pytest.mark.parametrize(
    ("first", "constraint", "bulk", "room"),
    [
        (100.0, "savings_target", False, 0.005),  # half a cent
        (100.0, "asked", True, 0.005),
        (100.0, "asked", False, 1e-7),  # 10⁻⁹ of the value
        (0.5, "asked", False, 1e-9),  # and no less than 10⁻⁹
    ],
)
def test_a_row_holds_within_its_room(
    first: float, constraint: str, bulk: bool, room: float
) -> None:
    found = prices(first, 0)
    for part, holds in ((0.9, True), (1.1, False)):
        below = row(1, constraint=constraint, bulk=bulk, high=first - part * room)
        above = row(1, constraint=constraint, bulk=bulk, low=first + part * room)
        assert rounding.holds([below], found) is holds
        assert rounding.holds([above], found) is holds
    assert rounding.holds([row(1, low=first, high=first), row(1, high=first)], found)
    assert not rounding.holds([row(1, low=first), row(1, high=first - 1)], found)
