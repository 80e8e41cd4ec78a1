"""Numbers and dates as they are typed and shown in the fields: French writing in and out.

A rate is a fraction in the engine and a percentage on screen; the two functions that cross that
line are here, and nowhere else. What is shown and not typed is written by `costing.french.writing`.
"""

from __future__ import annotations

import datetime as dt
import math
import re

from costing.french.writing import THIN
from costing.language.units import UNITS

#: Multiples of the euro that a field of money understands.
EUROS = {"€": 1.0, "k€": 1e3, "K€": 1e3, "M€": 1e6, "Md€": 1e9}

_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_AMBIGUOUS = re.compile(r"-?\d{1,3}\.\d{3}")
_SUFFIX = re.compile(r"[^\d.,]+$")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEARS = (1950, 2100)


def parse(text: str, unit: str = "") -> float:
    """`1 234,5` → 1234.5, in the field's unit as screens write it (`M€`, `€ / acte`, `%`).

    Spaces between thousands are forgiven. The unit may be written out; in a field of money, so may
    another multiple of the euro: « 450 k€ » is 0.45 in a field in M€.

    Raises:
        ValueError: in French; nothing there, not a number, another unit than the field's, or a
            point that could be read two ways.
    """
    bare, own = _SPACES.sub("", str(text)).replace("−", "-"), _SPACES.sub("", unit)
    if not bare:
        raise ValueError("aucun nombre n'est donné")
    suffix = ""
    if own and bare.endswith(own) and bare.removesuffix(own)[-1:].isdigit():
        bare = bare.removesuffix(own)
    elif found := _SUFFIX.search(bare):
        bare, suffix = bare[: found.start()], found.group()
    if not any(sign.isdigit() for sign in bare):
        raise ValueError(f"« {text} » n'est pas un nombre")
    factor = _factor(suffix, own) if suffix else 1.0
    if factor is None:
        asked = f"en {unit}" if unit else "sans unité"
        raise ValueError(f"« {text} » ne se lit pas dans ce champ, qui est {asked}")
    value = _decimal(bare, text)
    return value if factor == 1 else float(f"{value * factor:.15g}")


def _factor(suffix: str, own: str) -> float | None:
    """What a written unit multiplies by in a field whose unit is `own`; None where it is foreign.

    A field without a known unit takes the plain signs.
    """
    if not own:
        return 1.0 if suffix in {"€", "%"} else None
    if own.startswith("%"):
        return 1.0 if suffix == "%" else None
    for symbol, size in EUROS.items():
        if own.startswith(symbol):
            tail = own.removeprefix(symbol)
            for written, other in EUROS.items():
                if suffix in {written, written + tail}:
                    return other / size
    return None


def _decimal(bare: str, text: str) -> float:
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
    """A stored value as its field shows it; a rate as a percentage.

    The sign % is left out, save below 1 %, where the number alone could be taken for a fraction.
    """
    if value is None:
        return ""
    if not is_rate(unit):
        return plain(value)
    sign = " %" if 0 < abs(value) < 0.01 else ""
    return plain(value * 100) + sign


def stored(text: str, unit: str) -> float:
    """What a field's text means in the engine: the inverse of `shown`.

    Raises:
        ValueError: as `parse`, or a rate that could be a fraction or a percentage.
    """
    value = parse(text, UNITS[unit][0])
    if not is_rate(unit):
        return value
    if 0 < abs(value) < 1 and "%" not in text:
        raise ValueError(
            f"« {text} » se lit de deux façons ; écrivez {plain(value)} % ou {plain(100 * value)} %"
        )
    return round(value / 100, 12)


def within(text: str, unit: str, low: float, high: float) -> float:
    """A number typed in a field of known unit and bounds; a rate, unlike the bounds, as a fraction.

    `unit` is as screens write it: « % », « M€ », « € ».

    Raises:
        ValueError: as `stored`, or out of the bounds, told as the field shows them.
    """
    rate = unit == "%"
    value = stored(text, "share") * 100 if rate else parse(text, unit)
    if not low <= value <= high:
        raise ValueError(
            f"« {text} » est hors bornes ; donnez un nombre de {plain(low)} à {plain(high)} {unit}"
        )
    return round(value / 100, 12) if rate else value


def read_day(text: str) -> dt.date:
    """`01/03/2027` or `2027-03-01`.

    Raises:
        ValueError: in French; not a date, or one that is out of the question.
    """
    bare = text.strip()
    if found := _DAY_FIRST.fullmatch(bare):
        day, month, year = map(int, found.groups())
    elif found := _YEAR_FIRST.fullmatch(bare):
        year, month, day = map(int, found.groups())
    else:
        raise ValueError(f"« {text} » n'est pas une date ; écrivez JJ/MM/AAAA")
    try:
        date = dt.date(year, month, day)
    except ValueError:
        raise ValueError(f"« {text} » n'existe pas au calendrier ; écrivez JJ/MM/AAAA") from None
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(f"« {text} » : l'année doit être entre {_YEARS[0]} et {_YEARS[1]}")
    return date


def unit_label(unit: str) -> str:
    """A unit as screens write it."""
    return UNITS[unit][0] or "sans unité"


def with_unit(value: float | None, unit: str) -> str:
    """A stored value with its unit, `3,5 % / an`; a dash when there is none."""
    if value is None:
        return "—"
    text = plain(value * 100 if is_rate(unit) else value)
    return f"{text} {UNITS[unit][0]}".rstrip()
