"""How many of its examples a property test really checked: one that passes empty fails.

A law of Hypothesis may turn away, by a condition or a loop over nothing, all that is drawn for it.
It says what each example was good for, and what share of them must be:

    @must_check(covered=0.3, never=0.1)
    @given(fleets())
    def test_a_break_even_is_where_the_fee_covers(fleet):
        ...
        checked("covered" if found else "never")

Shares are of the examples drawn, however many a profile asks for, in whole numbers: of few examples
a small share asks nothing. Those that `assume` turns away are replaced by Hypothesis and do not
count. `pytest --hypothesis-show-statistics` shows the shares.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import hypothesis

#: What the example that runs was good for.
_of_example: set[str] = set()


def checked(kind: str) -> None:
    """Say that the example that runs has checked what `kind` names."""
    _of_example.add(kind)
    hypothesis.event(kind)


def must_check(**shares: float) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Fail a property test of whose examples less than these shares checked a kind.

    Goes above `@given` and `@settings`. Give shares well below what is usual: a test is not to hang
    on a draw.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        handle = test.hypothesis  # type: ignore[attr-defined]
        inner, counts = handle.inner_test, Counter[str]()

        @functools.wraps(inner)
        def example(*args: Any, **drawn: Any) -> None:
            _of_example.clear()
            inner(*args, **drawn)
            assert _of_example <= shares.keys(), "a kind that no share is asked of"
            counts.update(_of_example)
            counts["examples"] += 1

        @functools.wraps(test)
        def examples(*args: Any, **fixtures: Any) -> None:
            counts.clear()
            test(*args, **fixtures)
            for kind, share in shares.items():
                wanted = int(share * counts["examples"])
                assert counts[kind] >= wanted, f"« {kind} » : {dict(counts)}, {share:.0%} wanted"

        handle.inner_test = example
        return examples

    return decorate
