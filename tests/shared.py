"""What tests share: the reference data, read once by a process; how often a law is tried.

No test changes `REFERENCE`; one that needs data of its own loads them.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings

from costing.reference.load import load_reference

REFERENCE = load_reference()


def scaled(count: int) -> int:
    """So many in CI; elsewhere the share that the Hypothesis profile draws, two at least."""
    share = settings().max_examples / 100
    return max(min(count, 2), round(count * share))


def examples(count: int, **others: Any) -> settings:
    """The settings of a law that is tried on so many examples in CI."""
    return settings(max_examples=scaled(count), **others)
