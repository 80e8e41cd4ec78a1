"""What the fields of the demand mean, and all that is refused of them at once. No screen here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import pandas as pd
from pydantic import ValidationError

from costing.ui.parts import figures
from costing.values.yaml_lines import CodedError

T = TypeVar("T")


class Typed:
    """One reading of the form.

    A refused field still gives a value, so that the next ones are read too: it goes nowhere, since
    the demand as a whole is refused with the words kept in `refused`.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    def refuse(self, where: str, why: object) -> None:
        """Keep a refusal: which field or row, and how to mend it."""
        self.refused.append(f"{where} : {str(why).rstrip('.')}.")

    def attempt(self, where: str, instead: T, read: Callable[..., T], *given: Any) -> T:
        """What a function reads of what is given; where it refuses (`ValueError`), `instead`."""
        try:
            return read(*given)
        except ValueError as error:
            self.refuse(where, error)
            return instead

    def number(self, text: object, where: str, unit: str, low: float, high: float) -> float:
        """A field's number in its own unit, as `figures.within`."""
        return self.attempt(where, low, figures.within, str(text), unit, low, high)

    def share(self, text: object, where: str, low: float = 0.0, high: float = 1.0) -> float:
        """A field's percentage, its bounds and result as fractions."""
        return self.number(text, where, "%", 100 * low, 100 * high)


def rows(table: pd.DataFrame, must: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """The rows in which something is typed, numbered as the table shows them; blanks as "".

    Only the first `must` columns count as typed: a column that fills itself in says nothing.
    """
    for row, cells in enumerate(table.itertuples(index=False), start=1):
        texts = ["" if blank(cell) else str(cell).strip() for cell in cells]
        if any(texts[:must]):
            yield row, texts


def blank(value: Any) -> bool:
    """Whether a cell is empty, in one of the ways in which a table says so."""
    return value is None or value is pd.NaT or str(value).strip() in {"", "None", "nan", "NaT"}


def bounded(text: str, unit: str, low: float, high: float) -> float:
    """A number of one of `costing.language.units`, its bounds as the engine stores them.

    Raises:
        ValueError: as `figures.within`.
    """
    factor = 100 if figures.is_rate(unit) else 1
    return figures.within(text, figures.unit_label(unit), factor * low, factor * high)


def schema_words(error: ValidationError, unit: str = "number") -> str:
    """Why a schema refuses numbers that a field gave, in words: the bounds are the schema's own."""
    first: Any = error.errors()[0]
    facts = first.get("ctx", {})
    cause = facts.get("error")
    if isinstance(cause, CodedError):
        facts = cause.faults[0].facts
        factor = 100 if figures.is_rate(unit) else 1
        low, high = (figures.plain(factor * facts[side]) for side in ("low", "high"))
        met, label = figures.with_unit(facts["value"], unit), figures.unit_label(unit)
        return f"{met} : hors bornes ; donnez des nombres de {low} à {high} {label}"
    if "max_length" in facts:
        return f"il y en a trop ; gardez-en {facts['max_length']} au plus"
    for side, words in (("ge", "au moins"), ("le", "au plus")):
        if side in facts:
            return f"le nombre est hors bornes ; donnez {words} {figures.plain(facts[side])}"
    return str(first["msg"])


def numbers(text: str, unit: str) -> tuple[float, ...]:
    """`7 ; 8 ; 10` as stored numbers.

    Raises:
        ValueError: one is not a number, or a comma may stand between two.
    """
    values = []
    for part in filter(None, map(str.strip, text.split(";"))):
        if re.search(r",\s|,.*,", part):
            raise ValueError(f"« {part} » se lit de deux façons ; séparez par des points-virgules")
        values.append(figures.stored(part, unit))
    return tuple(values)


def chosen(words: str, offered: Mapping[str, str], what: str) -> str:
    """The code of a choice made in a table.

    Raises:
        ValueError: nothing is chosen, or something that is not offered.
    """
    if words not in offered:
        refusal = f"« {words} » n'est pas dans la liste" if words else f"il manque {what}"
        raise ValueError(f"{refusal} ; choisissez dans la liste, ou effacez la ligne")
    return offered[words]
