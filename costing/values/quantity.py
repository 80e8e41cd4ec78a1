"""What a number may be: its unit, its range, whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass

from costing.language.units import UNITS

#: A bound that stands for none.
UNBOUNDED = 1e12


@dataclass(frozen=True)
class Quantity:
    """What a number may be; `unit` is of the closed list, `low` and `high` are admitted."""

    unit: str
    low: float = 0.0
    high: float = UNBOUNDED
    whole: bool = False

    @property
    def label(self) -> str:
        """The unit as a French reader writes it."""
        return UNITS[self.unit][0]

    @property
    def rate(self) -> bool:
        """Whether it is a fraction that people write as a percentage."""
        return UNITS[self.unit][2]


def quantity(unit: str) -> Quantity:
    """The range of a unit: shares up to 1, yearly rates of either sign, the rest not negative."""
    if unit in {"share", "share/year"}:
        return Quantity(unit, 0.0, 1.0)
    if unit == "1/year":
        return Quantity(unit, -1.0, 1.0)
    return Quantity(unit)
