"""A property test that checks too little fails, and not for want of examples."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.checked import checked, must_check

some = settings(max_examples=40, derandomize=True, database=None)


def test_enough_examples_pass() -> None:
    @must_check(even=0.2, odd=0.2)
    @some
    @given(st.integers(0, 1_000))
    def law(number: int) -> None:
        checked("odd" if number % 2 else "even")

    law()
    law()  # each run counts its own


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_a_kind_never_checked_fails(share: float) -> None:
    @must_check(small=0.1, large=share)
    @some
    @given(st.integers(0, 1_000))
    def law(number: int) -> None:
        checked("small" if number <= 1_000 else "large")

    with pytest.raises(AssertionError, match="large"):
        law()


def test_a_kind_checked_too_rarely_fails() -> None:
    @must_check(one=0.5)
    @some
    @given(st.integers(0, 1_000_000))
    def law(number: int) -> None:
        if number == 0:
            checked("one")

    with pytest.raises(AssertionError, match="50%"):
        law()


def test_a_small_share_of_few_examples_asks_nothing() -> None:
    @must_check(one=0.2)
    @settings(some, max_examples=4)
    @given(st.integers(0, 1_000_000))
    def law(number: int) -> None: ...

    law()


def test_what_is_turned_away_does_not_count() -> None:
    @must_check(even=1.0)
    @some
    @given(st.integers(0, 1_000))
    def law(number: int) -> None:
        assume(number % 2 == 0)
        checked("even")

    law()


def test_a_kind_that_was_not_announced_fails() -> None:
    @must_check(even=0.1)
    @some
    @given(st.integers(0, 1_000))
    def law(number: int) -> None:
        checked("evne")

    with pytest.raises(AssertionError, match="no share"):
        law()


@pytest.mark.parametrize("least", [2, 500])
@must_check(above=1.0)
@some
@given(number=st.integers(500, 1_000))
def test_parameters_and_fixtures_go_through(least: int, number: int) -> None:
    assert number >= least
    checked("above")
