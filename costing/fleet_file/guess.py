"""A correspondence guessed from the headings of a file; what is not sure is said, never applied."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, get_args

import yaml

from costing.fleet_file.mapping import Column, Mapping, Origin, missing
from costing.fleet_file.read import Reader
from costing.fleet_file.synonyms import DOUBTFUL, HEADINGS, PARTS, TITLES, plain
from costing.problems.errors import Place, Problem, problem

_NAMES: tuple[Column, ...] = get_args(Column)
_OPTIONAL = ("department", "year")


@dataclass(frozen=True)
class Guess:
    """What the headings suggest, column by column, and the doubts, by column."""

    rows: Literal["one", "several"]
    origins: dict[Column, Origin]
    doubts: dict[Column, Problem]

    @property
    def mapping(self) -> Mapping | None:
        """The whole, doubts left in; None when a column is missing."""
        try:
            return Mapping.model_validate({"rows": self.rows, "columns": self.origins})
        except ValueError:
            return None

    def draft(self) -> str:
        """A YAML to complete: what was found, and the doubts as comments."""
        content = {
            "format": 1, "rows": self.rows,
            "columns": {n: o.model_dump(exclude_defaults=True) for n, o in self.origins.items()},
        }  # fmt: skip
        remarks = "".join(f"# À confirmer : {doubt.message()}\n" for doubt in self.doubts.values())
        body: str = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
        return remarks + body


def guess(reader: Reader) -> Guess:
    """Find our columns among the headings of a file."""
    taken: set[str] = set()
    origins: dict[Column, Origin] = {}
    doubts: dict[Column, Problem] = {}
    for name in _NAMES:
        sure = _matching(reader, HEADINGS[name], taken)
        if sure:
            origins[name] = Origin(column=sure[0])
            taken.add(sure[0])
            if len(sure) > 1:
                doubts[name] = _doubt(reader, "activity_two_columns", name, sure)
    for name in _NAMES:
        if name not in origins:
            likely = _matching(reader, DOUBTFUL.get(name, ()), taken) or _near(reader, name, taken)
            if likely:
                origins[name] = Origin(column=likely[0])
                taken.add(likely[0])
                doubts[name] = _doubt(reader, "activity_doubtful", name, likely)
    _complete(reader, origins, doubts)
    parts = _matching(reader, PARTS, taken)
    return Guess("several" if parts else "one", origins, doubts)


def _complete(reader: Reader, origins: dict[Column, Origin], doubts: dict[Column, Problem]) -> None:
    """What the file does not have: found from another column, or asked."""
    for name in _NAMES:
        if name in origins or name in _OPTIONAL:
            continue
        if name == "acts_inpatient":
            origins[name] = Origin(constant="0")
            doubts[name] = problem("activity_no_inpatients", Place(file=reader.name))
        elif name == "site_id":
            doubts[name] = problem("activity_no_site", Place(file=reader.name))
        elif name in missing(origins):
            doubts[name] = _doubt(reader, "activity_unmapped", name, reader.head.headings)


def _doubt(
    reader: Reader, code: str, name: Column, headings: tuple[str, ...] | list[str]
) -> Problem:
    shown = ", ".join(f"« {heading} »" for heading in headings)
    return problem(code, Place(file=reader.name), TITLES[name], headings=shown, key=name)


def _matching(reader: Reader, synonyms: tuple[str, ...], taken: set[str]) -> list[str]:
    return [h for h in reader.head.headings if h not in taken and plain(h) in synonyms]


def _near(reader: Reader, name: Column, taken: set[str]) -> list[str]:
    """A heading close to one of those known, a letter or two apart."""
    free = {plain(h): h for h in reader.head.headings if h not in taken}
    for synonym in HEADINGS[name]:
        if len(synonym) > 4 and (match := get_close_matches(synonym, free, n=1, cutoff=0.86)):
            return [free[match[0]]]
    return []
