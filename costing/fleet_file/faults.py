"""What is wrong in a file of activity: one problem for each systematic fault, the rows on request.

A million rows with one fault give one problem, that says how many lines and which first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from costing.fleet_file.cells import Array, Cells
from costing.fleet_file.read import Reader
from costing.fleet_file.synonyms import TITLES
from costing.fleet_file.values import Refusal
from costing.french.writing import number
from costing.problems.errors import Both, FleetError, Problem

#: Problems of one kind in one column, beyond which the others are counted.
MOST_ALIKE = 20
_NAMED = 8


class Fault(NamedTuple):
    """A fault of one of our columns, whose cells stand under a heading of the file (or none)."""

    column: str
    heading: str | None
    refusal: Refusal


class ActivityError(FleetError):
    """A file of activity with faults in its rows; `listed` holds all of them."""

    def __init__(self, problems: Problem | Iterable[Problem], listed: Listed | None = None) -> None:
        super().__init__(problems)
        self.listed = listed


class Listed:
    """All the faults of a file, row by row."""

    def __init__(
        self, reader: Reader, cells: Mapping[str, Cells], rows: int, faults: list[Fault]
    ) -> None:
        self.reader, self.cells = reader, cells
        self.faults = sorted(faults, key=_order)
        self.lines = reader.lines(rows)

    def error(self) -> ActivityError:
        """The faults as an error, alike ones counted."""
        return ActivityError(self._problems(), self)

    def _problems(self) -> list[Problem]:
        problems: list[Problem] = []
        alike: dict[tuple[str, str], int] = {}
        for fault in self.faults:
            key = fault.column, fault.refusal.code
            alike[key] = alike.get(key, 0) + 1
            if alike[key] <= MOST_ALIKE:
                problems.append(self._problem(fault))
        for (column, _), count in alike.items():
            if count > MOST_ALIKE:
                facts = {"column": TITLES[column], "count": count - MOST_ALIKE}
                problems.append(Problem("activity_more", facts=facts))
        return problems

    def _problem(self, fault: Fault) -> Problem:
        code, rows, value, facts = fault.refusal
        lines = self.lines[rows]
        place = self.reader.place(int(lines[0]), fault.heading or next(iter(self.cells)))
        facts = {"column": TITLES[fault.column], "lines": _words(lines), **facts}
        if "other" in facts:
            facts["other_line"] = int(self.lines[facts["other"]])
        return Problem(code, place, value, facts)

    def csv(self, limit: int | None = None) -> str:
        """Every fault of every row, for a spreadsheet: line, column, what stands there, why."""
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow(["ligne", "colonne", "valeur", "problème"])
        for fault in self.faults:
            rows = fault.refusal.rows[:limit]
            problem = self._problem(fault)  # each row has its line beside
            why = replace(problem, facts={**problem.facts, "lines": ""}).message().strip()
            heading = fault.heading
            texts = [""] * len(rows) if heading is None else self.cells[heading].texts_at(rows)
            title = _harmless(heading or TITLES[fault.column])
            lines = self.lines[rows].tolist()
            writer.writerows(
                (line, title, _harmless(text), why) for line, text in zip(lines, texts, strict=True)
            )
        return stream.getvalue()


def _order(fault: Fault) -> tuple[int, int]:
    """Columns in our order; in each, what most rows bear first."""
    return list(TITLES).index(fault.column), -len(fault.refusal.rows)


def _words(lines: Array) -> Both:
    """Which lines: all of a few, else how many and the first ones."""
    shown = ", ".join(str(line) for line in lines[:_NAMED])
    if len(lines) == 1:
        return Both(f"Ligne {shown}.", f"Line {shown}.")
    if len(lines) <= _NAMED:
        return Both(f"Lignes {shown}.", f"Lines {shown}.")
    count = number(len(lines))
    return Both(f"{count} lignes, dont {shown}…", f"{count} lines, among which {shown}…")


def _harmless(text: str) -> str:
    """A text that a spreadsheet takes for a text, not for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def rows_of(mask: Any) -> Array:
    """The rows where a mask is true."""
    return np.flatnonzero(np.asarray(mask))
