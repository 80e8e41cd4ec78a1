"""The correspondence of a file of activity, in drop-downs: what the headings suggest, to confirm.

Not here: the file given, what is read of it and adopted (`fleet_import`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, get_args

import streamlit as st

from costing.fleet_file.file import Imported
from costing.fleet_file.guess import Guess
from costing.fleet_file.mapping import Column, Mapping, Origin, missing
from costing.fleet_file.read import Reader
from costing.fleet_file.synonyms import TITLES
from costing.problems.errors import FleetError, Problem
from costing.ui.parts import wording

#: What a column is when the file does not have it: the words of the drop-down.
_WITHOUT: dict[str, str] = {
    "site_id": "chaque appareil seul sur son site",
    "modality": "celle de la classe",
    "zone": "déduite du département ou de la région",
    "region": "celle du département",
    "rank_on_authorisation": "1 pour tous",
    "weight": "1 pour tous",
    "acts_inpatient": "0 pour tous",
    "department": "aucune",
    "year": "aucune",
}
#: An answer that is missing.
CHOOSE = "à choisir"
_ROWS = {"one": "une ligne par appareil", "several": "plusieurs lignes, actes additionnés"}
_DECIMAL = {"": "d'après le fichier", ",": "virgule (12,5)", ".": "point (12.5)"}
_DATES = {"day_first": "jour/mois/année", "month_first": "mois/jour/année"}
_COLUMNS: tuple[Column, ...] = get_args(Column)


@dataclass
class Work:
    """A file being imported. values: wordings that the person translated, by column."""

    token: str
    reader: Reader
    guess: Guess
    recalled: Mapping | None
    values: dict[Column, dict[str, str]] = field(default_factory=dict)
    read_with: tuple[Mapping, int | None] | None = None
    imported: Imported | None = None
    error: FleetError | None = None

    def origin(self, name: Column) -> Origin | None:
        """Where a column comes from at first: what was kept, else what is guessed."""
        columns = self.guess.origins if self.recalled is None else self.recalled.columns
        return columns.get(name)


def form(work: Work) -> tuple[Mapping | None, int | None, list[str]]:
    """The correspondence as the drop-downs say it, None while it is not whole; the year; its lacks.

    What is lacking is in words.
    """
    st.subheader("La correspondance")
    if work.recalled is not None:
        st.info("Ces titres sont connus : la correspondance retenue est reprise.")
    doubts = {} if work.recalled is not None else work.guess.doubts
    columns: dict[Column, Origin] = {}
    places = st.columns(3, gap="medium")
    for index, name in enumerate(_COLUMNS):
        with places[index * 3 // len(_COLUMNS)]:
            origin = _choice(work, name, doubts.get(name))
        if origin is not None:
            columns[name] = origin
    left, right, third, fourth = st.columns(4, gap="medium")
    year = _year(left, "year" in columns, work)
    recalled = work.recalled
    rows = _pick(right, "Lignes", _ROWS, recalled.rows if recalled else work.guess.rows, work)
    decimal = _pick(
        third, "Décimales", _DECIMAL, (recalled.layout.decimal or "") if recalled else "", work
    )
    dates = _pick(fourth, "Dates", _DATES, recalled.layout.dates if recalled else "day_first", work)
    layout = {"decimal": decimal or None, "dates": dates}
    sure = not doubts or _confirmed(work, list(doubts))
    lacks = [TITLES[name] for name in missing(columns)]
    if year is None and "year" not in columns:
        lacks.append("Année des actes")
    if lacks or not sure:
        return None, year, lacks
    mapping = Mapping.model_validate({"rows": rows, "layout": layout, "columns": columns})
    return mapping, year, []


def _pick(place: Any, title: str, choices: dict[str, str], start: str, work: Work) -> str:
    codes = list(choices)
    code: str = place.selectbox(
        title, codes, index=codes.index(start), format_func=choices.__getitem__,
        key=f"fleet-{title}-{work.token}",
    )  # fmt: skip
    return code


def _year(place: Any, in_file: bool, work: Work) -> int | None:
    title = "Année à garder" if in_file else "Année des actes"
    year = place.number_input(
        title, 2000, 2100, None, key=f"fleet-year-{in_file}-{work.token}",
        placeholder="la seule du fichier" if in_file else "à indiquer",
    )  # fmt: skip
    return None if year is None else int(year)


def _choice(work: Work, name: Column, doubt: Problem | None) -> Origin | None:
    """The drop-down of one of our columns; None for a column that is left out."""
    start = work.origin(name)
    without = _WITHOUT.get(name, CHOOSE)
    constant = start.constant if start is not None else None
    if constant is not None and name != "acts_inpatient":
        without = f"« {constant} » pour tous"
    headings = ["", *work.reader.head.headings]
    start_index = headings.index(start.column) if start and start.column in headings else 0
    chosen = st.selectbox(
        TITLES[name] + (" — à confirmer" if doubt else ""), headings, index=start_index,
        format_func=lambda heading: heading or without, key=f"fleet-{name}-{work.token}",
        help=wording.literal(doubt.message()) if doubt else None,
    )  # fmt: skip
    values = {
        **(start.values if start and start.column == chosen else {}),
        **work.values.get(name, {}),
    }
    if chosen:
        return Origin(column=chosen, values=values)
    if name == "acts_inpatient":
        return Origin(constant="0")
    return Origin(constant=constant) if constant is not None else None


def _confirmed(work: Work, doubtful: list[Column]) -> bool:
    titles = ", ".join(TITLES[name] for name in doubtful)
    return st.checkbox(
        wording.literal(f"J'ai vérifié ce qui était à confirmer : {titles}."),
        key=f"fleet-sure-{work.token}",
    )
