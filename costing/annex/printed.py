"""Numbers as official tables print them: exact, with as many decimals as they have and no fewer."""

from __future__ import annotations

import math

from costing.french.writing import NONE, number

#: Beyond, decimals are the noise of a computation.
_MOST = 6


def digits(value: float, least: int = 0) -> int:
    """How many decimals say a number exactly, `least` or more: 60.005 has three."""
    if not math.isfinite(value):
        return least
    decimals = f"{value:.{_MOST}f}".partition(".")[2].rstrip("0")
    return max(least, len(decimals))


def amount(value: float) -> str:
    """A price: `1 234,56 €`, whatever its decimals beyond cents; a dash when none is known."""
    return f"{number(value, digits(value, 2))}\u00a0€" if math.isfinite(value) else NONE
