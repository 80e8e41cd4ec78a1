"""The bibliography, and the checks that every figure has one and does not precede it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from costing.problems.errors import Place, Problem, problem, suggest
from costing.values.parameters import Strict
from costing.values.yaml_lines import Document

Kind = Literal[
    "official", "article", "press", "hospital", "vendor", "generic", "deduction", "assumption"
]


class Source(Strict):
    """One entry of the bibliography.

    `reads_back_to` is for a deduction only: the earliest date on which a value deduced from the
    source may stand, though the text itself is later.
    """

    key: str
    title: str
    publisher: str
    date: dt.date
    date_precision: Literal["day", "month", "year"] = "day"
    kind: Kind
    reference: str = ""
    url: str = ""
    reads_back_to: dt.date | None = None
    note: str = ""

    @property
    def earliest(self) -> dt.date:
        """First date that a value founded on this source may bear."""
        return self.reads_back_to or self.date


class SourceFile(Strict):
    """Schema of sources.yaml."""

    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Citation:
    """One use of a source key: where, and the date of the value if it has one."""

    key: str
    place: Place
    dated: dt.date | None = None


def load_sources(document: Document) -> dict[str, Source]:
    """Sources by key.

    Raises:
        ModelError: a key of the file is unknown, missing or wrong.
    """
    return {source.key: source for source in document.validate(SourceFile).sources}


def check_citations(sources: Mapping[str, Source], citations: Iterable[Citation]) -> list[Problem]:
    """A problem for each dangling key, and each value dated before the text that founds it."""
    problems = []
    for citation in citations:
        source = sources.get(citation.key)
        if source is None:
            near = suggest(citation.key, sources)
            problems.append(problem("unknown_source", citation.place, citation.key, near=near))
        elif citation.dated and citation.dated < source.earliest:
            facts = {"source": source.key, "date": source.earliest}
            problems.append(problem("predates_source", citation.place, citation.dated, **facts))
    return problems
