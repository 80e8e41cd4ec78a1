"""Numbers as they are typed and shown in the fields: French writing in, French writing out.

A rate is a fraction in the engine and a percentage on screen; the two functions that cross that
line are here, and nowhere else. What is shown and not typed is written by `costing.words`.
"""

from __future__ import annotations

import math
import re

from costing.units import UNITS
from costing.words import THIN

_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_AMBIGUOUS = re.compile(r"-?\d{1,3}\.\d{3}")


def parse(text: str) -> float:
    """`1 234,5` → 1234.5. Spaces between thousands and a final unit sign are forgiven.

    Raises:
        ValueError: in French; nothing there, not a number, or a point that could be read two ways.
    """
    bare = _SPACES.sub("", str(text)).replace("−", "-").rstrip("€%")
    if not bare:
        raise ValueError("aucun nombre n'est donné")
    if "." in bare and "," in bare:
        raise ValueError(f"« {text} » mêle point et virgule ; écrivez par exemple 1 234,5")
    if _AMBIGUOUS.fullmatch(bare):
        whole, part = bare.split(".")
        raise ValueError(
            f"« {text} » se lit de deux façons ; écrivez {whole} {part} ou {whole},{part}"
        )
    try:
        value = float(bare.replace(",", "."))
    except ValueError:
        raise ValueError(f"« {text} » n'est pas un nombre") from None
    if not math.isfinite(value):
        raise ValueError(f"« {text} » n'est pas un nombre fini")
    return value


def plain(value: float | None, decimals: int = 6) -> str:
    """All the digits that matter and no more: `1000000.0` → `1 000 000`, `3.5` → `3,5`."""
    if value is None or not math.isfinite(value):
        return ""
    text = f"{value:,.{decimals}f}".rstrip("0").rstrip(".")
    return (text or "0").replace(",", THIN).replace(".", ",")


def is_rate(unit: str) -> bool:
    """Whether a unit is stored as a fraction and shown as a percentage."""
    return UNITS[unit][2]


def shown(value: float | None, unit: str) -> str:
    """A stored value as its field shows it; a rate as a percentage, without its sign."""
    if value is None:
        return ""
    return plain(value * 100 if is_rate(unit) else value)


def stored(text: str, unit: str) -> float:
    """What a field's text means in the engine: the inverse of `shown`.

    Raises:
        ValueError: as `parse`.
    """
    value = parse(text)
    return round(value / 100, 12) if is_rate(unit) else value


def unit_label(unit: str) -> str:
    """A unit as screens write it."""
    return UNITS[unit][0] or "sans unité"


def with_unit(value: float | None, unit: str) -> str:
    """A stored value with its unit, `3,5 % / an`; a dash when there is none."""
    if value is None:
        return "—"
    return f"{shown(value, unit)} {UNITS[unit][0]}".rstrip()
