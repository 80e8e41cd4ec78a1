"""The closed list of units, and the small algebra that catches a clash in a formula.

A unit is a product of base dimensions with integer exponents. Minutes and hours, acts and
thousands of acts are *different* dimensions: a formula that goes from one to the other must say so
with a named constant (`minutes_per_hour`, `acts_per_thousand`), so that a factor of 60 or 1 000
cannot slip in unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from costing.problems.errors import InputError, problem, suggest

_DIMENSIONLESS = {"number", "share", "post", "1"}
_BASE = {"EUR", "act", "kact", "h", "min", "year", "FTE", "m2", "kWh"}

#: Unit as written in the models: label shown in French, in English, and as a percentage or not.
UNITS: dict[str, tuple[str, str, bool]] = {
    "EUR": ("€", "€", False),
    "EUR/year": ("€ / an", "€ / year", False),
    "EUR/act": ("€ / acte", "€ / act", False),
    "EUR/FTE/year": ("€ / ETP / an", "€ / FTE / year", False),
    "EUR/m2/year": ("€ / m² / an", "€ / m² / year", False),
    "EUR/kWh": ("€ / kWh", "€ / kWh", False),
    "EUR/post/year": ("€ / poste / an", "€ / post / year", False),
    "share": ("%", "%", True),
    "1/year": ("% / an", "% / year", True),
    "share/year": ("% / an", "% / year", True),
    "year": ("ans", "years", False),
    "h/year": ("h / an", "h / year", False),
    "min/act": ("min / acte", "min / act", False),
    "h/FTE/year": ("h / ETP / an", "h / FTE / year", False),
    "FTE": ("ETP", "FTE", False),
    "FTE/kact": ("ETP / 1 000 actes", "FTE / 1,000 acts", False),
    "post": ("postes", "posts", False),
    "m2": ("m²", "m²", False),
    "kWh/year": ("kWh / an", "kWh / year", False),
    "act/year": ("actes / an", "acts / year", False),
    "number": ("", "", False),
    "min/h": ("min / h", "min / h", False),
    "act/kact": ("actes / millier", "acts / thousand", False),
}

#: Units whose usual writing leaves something unsaid: `FTE/kact` is for a thousand acts *a year*.
_IMPLIED = {"FTE/kact": "FTE·year/kact"}

#: Names that every formula may use to go from one unit to another.
CONSTANTS: dict[str, tuple[float, str]] = {
    "minutes_per_hour": (60.0, "min/h"),
    "acts_per_thousand": (1000.0, "act/kact"),
}


@dataclass(frozen=True)
class Unit:
    """A product of base dimensions; `anything` is the unit of a literal zero."""

    powers: tuple[tuple[str, int], ...] = ()
    anything: bool = False

    def __mul__(self, other: Unit) -> Unit:
        return _combine(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _combine(self, other, -1)

    def __pow__(self, exponent: int) -> Unit:
        return Unit(tuple((name, power * exponent) for name, power in self.powers if exponent))

    def matches(self, other: Unit) -> bool:
        """Whether the two may be added or compared."""
        return self.anything or other.anything or self.powers == other.powers

    def __str__(self) -> str:
        if self.anything or not self.powers:
            return "number"
        above = [f"{n}^{p}" if p > 1 else n for n, p in self.powers if p > 0]
        below = [f"{n}^{-p}" if p < -1 else n for n, p in self.powers if p < 0]
        return "/".join(["·".join(above) or "1", *below])


NUMBER = Unit()
ANY = Unit(anything=True)


def _combine(left: Unit, right: Unit, sign: int) -> Unit:
    powers = dict(left.powers)
    for name, power in right.powers:
        powers[name] = powers.get(name, 0) + sign * power
    return Unit(
        tuple(sorted((n, p) for n, p in powers.items() if p)),
        anything=left.anything or (right.anything and sign == 1),
    )


@cache
def unit(text: str) -> Unit:
    """Parse a unit of the closed list, such as `EUR/FTE/year`.

    Raises:
        InputError: the unit is not on the list.
    """
    if text not in UNITS:
        raise InputError(
            problem("unknown_unit", value=text, near=suggest(text, UNITS), known=", ".join(UNITS))
        )
    above, *below = _IMPLIED.get(text, text).split("/")
    result = NUMBER
    for sign, names in ((1, above.split("·")), (-1, below)):
        for name in names:
            if name in _BASE:
                result = result * Unit(((name, sign),))
            elif name not in _DIMENSIONLESS:
                raise AssertionError(f"unit {text!r} has an unknown part {name!r}")
    return result


def is_money(text: str) -> bool:
    """Whether a unit is an amount in euros, which must say how it stands to VAT."""
    return text.startswith("EUR")
