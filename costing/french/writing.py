"""Numbers as French readers write them: decimal comma, thin spaces between thousands."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from costing.language.units import UNITS

#: Narrow no-break space, the French thousands separator.
THIN = "\u202f"
NONE = "—"
#: Units that are words, in the plural.
_PLURALS = ("ans", "postes")


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


def money(value: float) -> str:
    """Euros under a million, millions above: `61 000 €`, `150,0 M€`."""
    return meuros(value) if abs(value) >= 999_999.5 else euros(value)


def percent(value: float, decimals: int = 1, sign: bool = False) -> str:
    """A fraction as a percentage: `0.755` → `75,5 %`, with a leading + on request."""
    if not math.isfinite(value):
        return NONE
    shown = number(100 * value, decimals)
    plus = "+" if sign and value > 0 and shown.strip("0,") else ""
    return f"{plus}{shown} %"


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """A stored value with its unit, to some significant digits: `0.0350` → `3,5 % / an`.

    Whole numbers of more digits are kept whole: `1 234 567 €`.
    """
    label, _, rate = UNITS[unit]
    scaled = 100 * value if rate else value
    if not math.isfinite(scaled):
        return NONE
    size = math.floor(math.log10(abs(scaled))) if scaled else 0
    text = number(scaled, max(0, digits - 1 - size))
    if "," in text:
        text = text.rstrip("0").rstrip(",")
    if label in _PLURALS and abs(scaled) < 2:
        label = label.removesuffix("s")
    return f"{text} {label}".rstrip()


def points(share: float) -> str:
    """A difference of two fractions, in points: `0.0123` → `1,2 point`, `0.05` → `5,0 points`."""
    digits = 1 if abs(share) >= 0.001 else 2
    rounded = round(100 * share, digits)
    return f"{number(rounded, digits)} {'points' if abs(rounded) >= 2 else 'point'}"


def join(parts: Sequence[str], last: str = "et") -> str:
    """`a`, `a et b`, `a, b et c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


_SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u2060\ufeff]+")


def clean(text: str) -> str:
    """A text with every kind of space made one plain space."""
    return _SPACES.sub(" ", text).strip()
