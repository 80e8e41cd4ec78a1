"""A cell as it stands in a file, before anyone says what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from costing.xlsx.formats import GENERAL


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell as found: value and number format.

    uncomputed: it holds a formula that no program computed. outside: its formula takes its value
    from another file or site. blended: its text has the colour of its ground.
    """

    value: Any = None
    format: str = GENERAL
    uncomputed: bool = False
    outside: bool = False
    blended: bool = False


BLANK = Raw()
