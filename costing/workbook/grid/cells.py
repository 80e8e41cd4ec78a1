"""What one cell says: a number, a rate, a date, a choice; or why it cannot be read for sure.

Pure functions on a `Raw` cell. Each returns the value, None for a blank cell, or raises
`RefusedError`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any

from costing.french import reading
from costing.french.dates import plausible, read_day
from costing.french.reading import Ambiguous, split
from costing.french.writing import clean, number, percent
from costing.language.units import is_money
from costing.problems.errors import suggest
from costing.values.quantity import UNBOUNDED, Quantity
from costing.xlsx.cell import Raw
from costing.xlsx.formats import is_percent, scaled

_SIGNS = re.compile(r"eur(os?)?$", re.IGNORECASE)
_SIGN_FIRST = re.compile(r"(?P<minus>[-−–]?) ?€ ?(?P<rest>\d.*)")
_SCALES = {"€": 1.0, "k€": 1e3, "K€": 1e3, "M€": 1e6, "Md€": 1e9}
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#NOM?", "#VALEUR!"}


class RefusedError(Exception):
    """A cell that cannot be read; carries the code and facts of the problem."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def is_blank(raw: Raw) -> bool:
    """Whether a cell holds nothing that a person can see."""
    return not raw.uncomputed and (
        raw.value is None or (isinstance(raw.value, str) and not clean(raw.value))
    )


def read_text(raw: Raw) -> str | None:
    """A text; a whole number is read as its digits (a name such as 12)."""
    value = _checked(raw)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise RefusedError("wb_not_text")
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return value.strip() if isinstance(value, str) else str(value)


def read_choice(raw: Raw, options: Mapping[str, str]) -> str | None:
    """The code of a choice, given by its label or its code, whatever the case of letters."""
    text = read_text(raw)
    if text is None:
        return None
    wanted = clean(text).casefold()
    for code, label in options.items():
        if wanted in {clean(label).casefold(), code.casefold()}:
            return code
    known = ", ".join(options.values())
    raise RefusedError("unknown_choice", near=suggest(text, options.values()), known=known)


def read_flag(raw: Raw) -> bool | None:
    """Yes or no."""
    if isinstance(_checked(raw), bool):
        return bool(raw.value)
    yes, no = ("oui", "vrai", "true"), ("non", "faux", "false")
    text = clean(read_text(raw) or "").casefold()
    if text in yes or text in no:
        return text in yes
    if not text:
        return None
    raise RefusedError("unknown_choice", near=suggest(text, ("oui", "non")), known="oui, non")


def read_date(raw: Raw) -> dt.date | None:
    """A real date, or a text JJ/MM/AAAA or AAAA-MM-JJ."""
    value = _checked(raw)
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        if value.time() != dt.time():
            raise RefusedError("wb_not_date")
        value = value.date()
    if isinstance(value, dt.date):
        return _plausible(value)
    try:
        day = read_day(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        raise RefusedError("wb_not_date")
    return _plausible(day)


def read_number(raw: Raw, allowed: Quantity) -> float | None:
    """A number in the unit asked, within its range; never a guess between two readings.

    An integer where a whole number is asked. A rate is a fraction: « 3,5 % » gives 0.035.
    """
    value = _checked(raw)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        dated = isinstance(value, (dt.date, dt.time, dt.timedelta))
        raise RefusedError("wb_date_not_number" if dated else "wb_not_number")
    if isinstance(value, str):
        result = _number_from_text(clean(value), allowed)
    elif allowed.rate:
        result = _rate(float(value), is_percent(raw.format))
    else:
        _check_format(raw.format, allowed)
        result = float(value)
    if allowed.rate and result > max(1.0, allowed.high) and not isinstance(value, str):
        raise _two_rates(result)
    if not math.isfinite(result) or not allowed.low <= result <= allowed.high:
        raise RefusedError("wb_out_of_range", expected=_range(allowed))
    if allowed.whole and result % 1:
        raise RefusedError("wb_not_whole")
    return int(result) if allowed.whole else result


def _checked(raw: Raw) -> Any:
    """The value, once errors and formulas not to be trusted are refused; None when blank."""
    if raw.outside:
        raise RefusedError("wb_outside_formula")
    if raw.uncomputed:
        raise RefusedError("wb_uncomputed")
    if is_blank(raw):
        return None
    if isinstance(raw.value, str) and raw.value.strip().upper() in _ERRORS:
        raise RefusedError("wb_error_value")
    return raw.value


def _plausible(date: dt.date) -> dt.date:
    if not plausible(date):
        raise RefusedError("wb_not_date")
    return date


def _rate(value: float, as_percent: bool) -> float:
    """A rate in a numeric cell: its format says whether 0.5 is 50 % or 0.5 %."""
    if as_percent or value == 0:
        return value
    raise _two_rates(value)


def _two_rates(value: float) -> RefusedError:
    return RefusedError(
        "wb_ambiguous_rate", first=percent(value / 100, _decimals(value)),
        second=percent(value, _decimals(100 * value)),
    )  # fmt: skip


def _decimals(value: float) -> int:
    return next((n for n in range(6) if abs(value * 10**n % 1) < 1e-9), 6)


def _check_format(number_format: str, allowed: Quantity) -> None:
    """A format may show « 450 k€ » for 450: the number is then not what the person sees."""
    if is_percent(number_format):
        raise RefusedError("wb_percent_unexpected", unit=allowed.label)
    if shown := scaled(number_format):
        raise RefusedError("wb_scaled_format", shown=shown)


def _number_from_text(text: str, allowed: Quantity) -> float:
    label = clean(allowed.label)
    if label and "%" not in label:
        text = text.removesuffix(f" {label}")
    negative = text.startswith("(") and text.endswith(")")
    text = clean(text[1:-1]) if negative else text
    if first := _SIGN_FIRST.fullmatch(text):  # « € 1 200 » says « 1 200 € »
        text = f"{first['minus']}{first['rest']} €"
    written = split(text, label)
    if written is None:
        raise RefusedError("wb_not_number")
    suffix = written.unit
    per_cent = suffix.startswith("%") and suffix in {"%", label.replace(" ", "")}
    if per_cent and not allowed.rate:
        raise RefusedError("wb_percent_unexpected", unit=allowed.label)
    result = _one_number(written.numeral, per_cent)
    if negative:
        result = -abs(result)
    if per_cent:
        return float(f"{result / 100:.15g}")
    if allowed.rate and not suffix:
        return _rate(result, as_percent=False)
    factor = _scale(suffix, allowed)
    return result if factor == 1 else float(f"{result * factor:.15g}")


def _one_number(numeral: str, small: bool) -> float:
    """The number of a text that says one for sure.

    `small`: a percentage, for which a reading in thousands is out of the question.
    """
    value = reading.read(numeral)
    if value is None:
        raise RefusedError("wb_not_number")
    if isinstance(value, Ambiguous):
        if not small:
            first, second = value.written
            raise RefusedError("wb_ambiguous_number", first=first, second=second)
        return value.decimal
    return value


def _scale(suffix: str, allowed: Quantity) -> float:
    """What a suffix multiplies by; the unit of the line may be written out."""
    unit = allowed.label.replace(" ", "")
    if not suffix or suffix == unit:
        return 1.0
    if is_money(allowed.unit):
        suffix = _SIGNS.sub("€", suffix)
        tail = unit.removeprefix("€")
        for written, factor in _SCALES.items():
            if suffix in {written, written + tail}:
                return factor
    raise RefusedError("wb_unknown_suffix", suffix=suffix, unit=allowed.label)


def _range(allowed: Quantity) -> str:
    def as_text(value: float) -> str:
        return percent(value, 0) if allowed.rate else number(value, _decimals(value))

    if allowed.high >= UNBOUNDED:
        return f"au moins {as_text(allowed.low)}"
    return f"{as_text(allowed.low)} – {as_text(allowed.high)}"
