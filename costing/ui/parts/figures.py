"""Numbers and dates as they are typed and shown in the fields: French writing in and out.

A rate is a fraction in the engine and a percentage on screen; the two functions that cross that
line are here, and nowhere else. What is shown and not typed is written by `costing.french.writing`.
"""

from __future__ import annotations

import datetime as dt
import math

from costing.french import dates
from costing.french.reading import Ambiguous, read, split
from costing.french.writing import THIN, clean
from costing.language.units import UNITS

#: Multiples of the euro that a field of money understands.
EUROS = {"€": 1.0, "k€": 1e3, "K€": 1e3, "M€": 1e6, "Md€": 1e9}


def parse(text: str, unit: str = "") -> float:
    """`1 234,5` → 1234.5, in the field's unit as screens write it (`M€`, `€ / acte`, `%`).

    Numbers are those of `costing.french.reading`. The unit may be written out; in a field of money,
    so may another multiple of the euro: « 450 k€ » is 0.45 in a field in M€.

    Raises:
        ValueError: in French; nothing there, not a number, another unit than the field's, or a
            number that could be read two ways.
    """
    text = str(text)
    if not clean(text):
        raise ValueError("aucun nombre n'est donné")
    written = split(text, unit)
    value = None if written is None else read(written.numeral)
    if written is None or value is None:
        raise ValueError(f"« {text} » n'est pas un nombre ; écrivez par exemple 1 234,5")
    own = clean(unit).replace(" ", "")
    factor = 1.0 if written.unit in {"", own} else _factor(written.unit, own)
    if factor is None:
        expected = f"en {unit}" if unit else "sans unité"
        raise ValueError(f"« {text} » ne se lit pas dans ce champ, qui est {expected}")
    if isinstance(value, Ambiguous):
        if not (own or written.unit).startswith("%"):
            raise ValueError(_two_readings(text, value))
        value = value.decimal  # no percentage is in thousands
    return value if factor == 1 else float(f"{value * factor:.15g}")


def _two_readings(text: str, ambiguous: Ambiguous) -> str:
    first, second = ambiguous.written
    return f"« {text} » se lit {first} ou {second} ; écrivez {first}0 ou {second}"


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


def plain(value: float | None, decimals: int = 6) -> str:
    """All the digits that matter and no more: `1000000.0` → `1 000 000`, `3.5` → `3,5`."""
    if value is None or not math.isfinite(value):
        return ""
    text = f"{value:,.{decimals}f}".rstrip("0").rstrip(".")
    return (text or "0").replace(",", THIN).replace(".", ",")


def typed(value: float | None) -> str:
    """`plain` for a field, which reads it back: `1.234` → `1,2340`, since « 1,234 » is refused."""
    text = plain(value)
    return f"{text}0" if isinstance(read(text), Ambiguous) else text


def is_rate(unit: str) -> bool:
    """Whether a unit is stored as a fraction and shown as a percentage."""
    return UNITS[unit][2]


def field_text(value: float | None, unit: str) -> str:
    """A stored value as its field shows it; a rate as a percentage.

    The sign % is left out, save below 1 %, where the number alone could be taken for a fraction.
    """
    if value is None:
        return ""
    if not is_rate(unit):
        return typed(value)
    sign = " %" if 0 < abs(value) < 0.01 else ""
    return plain(value * 100) + sign


def stored(text: str, unit: str) -> float:
    """What a field's text means in the engine: the inverse of `field_text`.

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
    try:
        date = dates.read_day(text)
    except ValueError:
        raise ValueError(f"« {text} » n'existe pas au calendrier ; écrivez JJ/MM/AAAA") from None
    if date is None:
        raise ValueError(f"« {text} » n'est pas une date ; écrivez JJ/MM/AAAA")
    if not dates.plausible(date):
        first, last = dates.YEARS
        raise ValueError(f"« {text} » : l'année doit être entre {first} et {last}")
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
