"""Named errors that say where, what was met, what was expected and how to mend it.

A `Problem` carries a code, a place and facts; its words come from the catalogue of messages, in
French or English, so that a screen, the command line and a returned workbook say the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, Self

Language = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands: a file and line, a sheet and cell, or a key."""

    file: str | None = None
    line: int | None = None
    key: str | None = None
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        where = []
        if self.file:
            where.append(f"{self.file}:{self.line}" if self.line else self.file)
        if self.sheet:
            where.append(f"{self.sheet}!{self.cell}" if self.cell else self.sheet)
        if self.key:
            where.append(self.key)
        return " · ".join(where)


class Both(NamedTuple):
    """A fact of a problem that is itself words, in the two languages."""

    fr: str
    en: str


@dataclass(frozen=True)
class Problem:
    """One thing to mend. `facts` fill the message's placeholders."""

    code: str
    place: Place = Place()
    value: Any = None
    facts: dict[str, Any] = field(default_factory=dict)

    def message(self, language: Language = "fr") -> str:
        """The message in words, without the place.

        Raises:
            KeyError: the code has no message (a fault of the program).
        """
        from costing.problems.catalogue import messages  # noqa: PLC0415 - at the first problem only

        which = 0 if language == "fr" else 1
        facts = {k: v[which] if isinstance(v, Both) else v for k, v in self.facts.items()}
        return messages()[self.code][which].format(value=self.value, **facts)

    def text(self, language: Language = "fr") -> str:
        """The message preceded by its place."""
        place = str(self.place)
        return f"{place} : {self.message(language)}" if place else self.message(language)


class CostingError(Exception):
    """Base of all the errors that a user can cause and mend."""

    exit_code = 2


class InputError(CostingError):
    """What was given cannot be used: all the problems at once, each with its place."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(problem.text() for problem in self.problems))

    def within(self, **where: Any) -> Self:
        """The same problems, their places completed: `error.within(file="position.json")`."""
        return type(self)(replace(p, place=replace(p.place, **where)) for p in self.problems)

    def text(self, language: Language = "fr") -> str:
        """All the problems, one a line."""
        return "\n".join(problem.text(language) for problem in self.problems)


class FormulaError(InputError):
    """A formula that is refused, or that does not compute."""


class ModelError(InputError):
    """Reference data (a file under models/) that cannot be loaded."""


class TariffError(InputError):
    """No official rate is known for what was asked, or a schedule is incomplete."""


class FleetError(InputError):
    """A fleet table that cannot be used."""


class ScenarioError(InputError):
    """A scenario that does not fit the reference data."""


class WorkbookError(InputError):
    """A workbook that cannot be imported."""


class ConflictError(CostingError):
    """A save that started from a revision which is no longer the last one."""


def problem(code: str, place: Place | None = None, value: Any = None, **facts: Any) -> Problem:
    """Shorthand for a `Problem` with its facts as keywords."""
    return Problem(code, place or Place(), value, facts)


def suggest(name: str, known: Iterable[str]) -> str:
    """A nearby known name, quoted, ready to stand in a message; else an empty string.

    A name that is known, and refused for something else, is no suggestion.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    near = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" « {near[0]} » ?" if near and near[0] != name else ""
