"""What in a workbook acts beyond its own cells: macros, links, commands, objects, connections.

Nothing of it is ever run or followed here. A file that bears some is refused all the same: its
values may come from elsewhere, and the next person would open it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from zipfile import ZipFile

from costing.problems.errors import Problem, problem
from costing.xlsx.xml_events import MAIN, Budget, part_events

_PARTS = {
    "wb_macros": re.compile(r"(^|/)vbaproject[^/]*\.bin$|^xl/(macrosheets|dialogsheets)/"),
    "wb_objects": re.compile(r"^xl/(activex|embeddings)/"),
    "wb_connections": re.compile(r"^xl/(connections\.xml$|querytables/|model/)"),
}
_LINKS = re.compile(r"^xl/externallinks/[^/]+\.xml$")
_TARGETS = re.compile(r"^xl/externallinks/_rels/[^/]+\.rels$")
#: A formula's texts, which may hold anything.
_TEXTS = re.compile(r'"[^"]*"')
#: `[1]Feuille!A1`, `'C:\[autre.xlsx]Feuille'!A1`; functions that fetch or run something.
_OUTSIDE = re.compile(
    r"(?<![\w\]])\[\d+\]|\[[^\]]+\.(xl\w+|ods|csv)\]"
    r"|\b(WEBSERVICE|RTD|CALL|EXEC|REGISTER(\.ID)?|SQL\.REQUEST|IMAGE)\(",
    re.IGNORECASE,
)
#: Names of sheets, which may hold a bar.
_SHEETS = re.compile(r"'(?:[^']|'')*'!")


def takes_from_outside(formula: str) -> bool:
    """Whether a formula takes its value from another file or site."""
    return bool(_OUTSIDE.search(_TEXTS.sub("", formula)))


def is_command(formula: str) -> bool:
    """Whether a formula asks another program for its value (DDE), which may run anything.

    `cmd|'/c calc'!A0`: a program, a bar, a subject; a bar has no other use in a formula.
    """
    return "|" in _SHEETS.sub("", _TEXTS.sub("", formula))


def active_parts(archive: ZipFile, budget: Budget) -> Iterator[Problem]:
    """One problem for each kind of thing that acts beyond the cells."""
    names = archive.namelist()
    for code, pattern in _PARTS.items():
        matching = [name for name in names if pattern.search(name.casefold())]
        if matching:
            yield problem(code, value=matching[0].rsplit("/", 1)[-1])
    links = [name for name in names if _LINKS.match(name.casefold())]
    dde = [name for name in links if _has_dde(archive, name, budget)]
    if dde:
        yield problem("wb_dde", value=dde[0].rsplit("/", 1)[-1])
    if len(dde) < len(links):
        yield problem("wb_links", value=_targets(archive, budget) or links[0].rsplit("/", 1)[-1])


def _has_dde(archive: ZipFile, name: str, budget: Budget) -> bool:
    return any(tag == f"{MAIN}ddeLink" for _, tag, _ in part_events(archive, name, budget))


def _targets(archive: ZipFile, budget: Budget) -> str:
    """The files that the external links lead to."""
    rels = [n for n in archive.namelist() if _TARGETS.match(n.casefold())]
    targets = [
        node["Target"]
        for name in rels
        for opening, _, node in part_events(archive, name, budget)
        if opening and "Target" in node
    ]
    return ", ".join(dict.fromkeys(targets))
