"""One row of the sheet « Choix »: its key, its words, what its cell may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from costing.french.writing import join
from costing.values.quantity import Quantity

#: What stands between the numbers of a cell that holds several.
SEPARATOR = " ; "


@dataclass(frozen=True)
class Ruled:
    """What a cell may hold when another row says it: a choice from a list, or a number.

    by: key of the other row. kinds: what may be written here, by the code chosen there; for a code
    that is absent, nothing. several: the cell holds some numbers, « 7 ; 8 ; 10 ». chosen: the code
    that stands there now.
    """

    by: str
    kinds: Mapping[str, Quantity | Mapping[str, str]]
    several: bool = False
    chosen: str | None = None

    @property
    def now(self) -> Quantity | Mapping[str, str] | None:
        """What may be written for the present choice."""
        return self.kinds.get(self.chosen or "")

    @property
    def options(self) -> dict[str, str]:
        """Labels by code, whatever the other row chooses; empty for numbers."""
        lists = (kind for kind in self.kinds.values() if isinstance(kind, Mapping))
        return {code: label for options in lists for code, label in options.items()}

    @property
    def label(self) -> str:
        """The units that may be, in words: `% ou € / acte`."""
        numbers = (kind for kind in self.kinds.values() if isinstance(kind, Quantity))
        return join(list(dict.fromkeys(kind.label for kind in numbers)), "ou")


#: What a cell may hold: one of some codes (code → label), a number, what another row says, or one
#: of three kinds.
Admits = Mapping[str, str] | Quantity | Ruled | Literal["text", "flag", "date"]


@dataclass(frozen=True)
class Choice:
    """One row: key in the scenario, label, what its cell may hold, remark, present value.

    heading: the title above the row, when it is the first of a group.
    """

    key: str
    label: str
    admits: Admits
    note: str = ""
    required: bool = True
    heading: str = ""
    value: Any = None

    @property
    def options(self) -> Mapping[str, str]:
        """Labels by code; empty when the choice is not from a list."""
        if isinstance(self.admits, Ruled):
            return self.admits.options
        return self.admits if isinstance(self.admits, Mapping) else {}

    @property
    def quantity(self) -> Quantity | None:
        """What a number may be here, as things stand; None when it is not a number, or not yet."""
        admits = self.admits.now if isinstance(self.admits, Ruled) else self.admits
        return admits if isinstance(admits, Quantity) else None

    @property
    def several(self) -> bool:
        """Whether the cell holds some numbers."""
        return isinstance(self.admits, Ruled) and self.admits.several

    @property
    def unit(self) -> str:
        """The unit in words; empty when the choice is not a quantity."""
        return self.admits.label if isinstance(self.admits, (Quantity, Ruled)) else ""


def written(values: Sequence[float], allowed: Quantity) -> str:
    """Some numbers in one cell, each with all its digits and as the importer reads it."""
    return SEPARATOR.join(_digits(value, allowed.rate) for value in values)


def _digits(value: float, rate: bool) -> str:
    """`0.285` → `28,5 %`; a fourth decimal where three could pass for thousands."""
    text = f"{Decimal(repr(float(value))) * (100 if rate else 1):f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) == 3:
        decimals += "0"
    return whole + (f",{decimals}" if decimals else "") + (" %" if rate else "")
