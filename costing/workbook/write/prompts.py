"""What the cells to fill say when they are chosen, what they warn of, how they show a lack.

Where nothing is computed, a number may be typed as a text (« 1,2 M€ »), so that a doubt is a
warning, not a refusal: the importer has the last word. The limits of the programs: 32 letters of
title, 255 of message.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from costing.french.dates import YEARS
from costing.language.units import is_money
from costing.values.quantity import Quantity
from costing.workbook.write.layout import Sheet

_TITLE, _MESSAGE = 32, 255
#: How a cell that is still missing is marked, beside the words that say so elsewhere.
_LACKING = {"bg_color": "#FBD3B8", "font_color": "#7A2E0E"}
#: What happens when no number is typed, or one out of bounds: where formulas follow it, or not.
_ON_DOUBT = {
    True: {
        "error_type": "stop",
        "error_message": "Un nombre seul est attendu ici, dans l'unité de la ligne : les formules "
        "ne lisent pas « 450 k€ ».",
    },
    False: {
        "error_type": "warning",
        "error_message": "Un nombre est attendu ici, dans l'unité de la ligne. Garder la saisie ?",
    },
}
_DAY = "JJ/MM/AAAA, par exemple 31/12/2025."

Rows = tuple[int, int]


def message(title: str, text: str) -> dict[str, str]:
    """The words shown on a cell that is chosen, cut to what programs admit."""
    return {"input_title": _cut(title, _TITLE), "input_message": _cut(text, _MESSAGE)}


def how_to_type(allowed: Quantity, computed: bool = False) -> str:
    """How a number of some kind may be typed; computed: formulas follow it."""
    if allowed.whole:
        return "Un nombre entier."
    if allowed.rate:
        return "Un taux, avec son signe : 3,5 %."
    if is_money(allowed.unit) and not computed:
        return f"En {allowed.label} : 1234,5 ou 450 k€ ou 1,2 M€."
    return f"En {allowed.label} : 1234,5." if allowed.label else "Un nombre : 1234,5."


def number(sheet: Sheet, rows: Rows, column: int, allowed: Quantity, title: str, text: str) -> None:
    """Numbers over some rows of a column, between what is admitted."""
    computed = sheet.book.computed
    _check(sheet, rows, column, {
        "validate": "integer" if allowed.whole else "decimal", "criteria": "between",
        "minimum": allowed.low, "maximum": allowed.high, "error_title": "Nombre attendu",
        **_ON_DOUBT[computed],
        **message(title, f"{text} {how_to_type(allowed, computed)}".strip()),
    })  # fmt: skip


def date(
    sheet: Sheet, rows: Rows, column: int, title: str, text: str,
    low: dt.date = dt.date(YEARS[0], 1, 1), high: dt.date | str = dt.date(YEARS[1], 12, 31),
) -> None:  # fmt: skip
    """Dates over some rows of a column; the last one admitted may be a formula."""
    _check(sheet, rows, column, {
        "validate": "date", "criteria": "between", "minimum": low, "maximum": high,
        "error_type": "warning", "error_title": "Date attendue",
        "error_message": "Une date est attendue ici, dans les bornes dites. Garder la saisie ?",
        **message(title, f"{text} {_DAY}".strip()),
    })  # fmt: skip


def free(sheet: Sheet, rows: Rows, column: int, title: str, text: str) -> None:
    """Anything, with its words."""
    _check(sheet, rows, column, {"validate": "any", **message(title, text)})


def mark(sheet: Sheet, rows: Rows, column: int, condition: str) -> None:
    """Mark the cells of a column where a formula, written for the first of them, holds."""
    look = sheet.book.file.add_format(dict(_LACKING))
    sheet.raw.conditional_format(
        rows[0], column, rows[1], column,
        {"type": "formula", "criteria": f"={condition}", "format": look},
    )  # fmt: skip


def _check(sheet: Sheet, rows: Rows, column: int, options: dict[str, Any]) -> None:
    sheet.raw.data_validation(rows[0], column, rows[1], column, options)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
