"""How far a long computation is: a share between 0 and 1, and words. Raising in it cancels."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]


def silent(_share: float, _words: str) -> None:
    """Tell nobody."""


def within(progress: Progress, start: float, end: float) -> Progress:
    """The progress of a part of the work, from one share of the whole to another."""
    return lambda share, words: progress(start + share * (end - start), words)
