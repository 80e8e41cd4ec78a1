"""Numbers as French readers write them: decimal comma, thin spaces between thousands."""

from __future__ import annotations

import math

#: Narrow no-break space, the French thousands separator.
THIN = "\u202f"
NONE = "—"


def number(value: float, decimals: int = 0) -> str:
    """`1234.5` → `1 234,5`; a dash when there is no number."""
    if value is None or not math.isfinite(value):
        return NONE
    text = f"{value:,.{decimals}f}".replace(",", THIN).replace(".", ",")
    return text if text.strip("-0,") else text.lstrip("-")


def euros(value: float, decimals: int = 0) -> str:
    """`1234.5` → `1 235 €`."""
    return f"{number(value, decimals)} €" if math.isfinite(value) else NONE


def meuros(value: float) -> str:
    """Millions of euros with one decimal: `1.5e8` → `150,0 M€`."""
    return f"{number(value / 1e6, 1)} M€" if math.isfinite(value) else NONE


def percent(value: float, decimals: int = 1, sign: bool = False) -> str:
    """A fraction as a percentage: `0.755` → `75,5 %`, with a leading + on request."""
    if not math.isfinite(value):
        return NONE
    plus = "+" if sign and value > 0 else ""
    return f"{plus}{number(100 * value, decimals)} %"
