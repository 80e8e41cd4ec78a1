"""The rank correlations in force, typed over in a small table of the settings."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import streamlit as st

from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario, revised
from costing.ui.parts import figures, tables, wording
from costing.ui.shell import cache, state
from costing.values.correlations import Correlation

_RANK = "Rang"
_BOUNDS = (-0.99, 0.99)


class Pair(NamedTuple):
    """Two parameters, the rank of the reference data if any, its grade, and the rank in force."""

    first: str
    second: str
    usual: float | None
    grade: str
    rank: float


def section() -> None:
    """The table, what is refused in it, and the way back to the reference."""
    reference, here = cache.reference(), state.workspace()
    pairs = pairs_of(reference, here.draft)
    texts = _table(reference, pairs, f"correlations-{here.version}")
    try:
        ranks = [_rank(reference, pair, text) for pair, text in zip(pairs, texts, strict=True)]
    except ValueError as error:
        st.error(wording.literal(str(error)))
    else:
        state.edit(with_ranks(here.draft, pairs, ranks), refresh_fields=False)
    tables.note(
        "Corrélations de rang (Spearman) entre deux hypothèses d'une même classe d'appareil, de "
        "-0,99 à 0,99 ; 0 : indépendantes. Un rang changé fait partie du scénario."
    )
    if st.button("Remettre les valeurs de référence", disabled=not here.draft.correlations):
        state.edit(revised(here.draft, correlations=()))
        st.rerun()


def pairs_of(reference: Reference, draft: Scenario) -> list[Pair]:
    """The pairs of the reference data, then those that the scenario adds."""
    own = {correlation.pair: correlation for correlation in draft.correlations}
    pairs = []
    for entry in reference.correlations:
        rank = own.pop(entry.pair, entry).rank
        pairs.append(Pair(entry.first, entry.second, entry.rank, entry.grade, rank))
    return pairs + [Pair(c.first, c.second, None, "", c.rank) for c in own.values()]


def with_ranks(draft: Scenario, pairs: list[Pair], ranks: list[float]) -> Scenario:
    """The scenario with these ranks; it keeps only those that are not the reference's."""
    if ranks == [pair.rank for pair in pairs]:
        return draft
    changed = [
        Correlation(first=pair.first, second=pair.second, rank=rank).model_dump()
        for pair, rank in zip(pairs, ranks, strict=True)
        if rank != pair.usual
    ]
    return revised(draft, correlations=changed)


def _table(reference: Reference, pairs: list[Pair], key: str) -> list[str]:
    """The ranks as typed."""
    frame = pd.DataFrame(
        {
            "Corrélation entre": [_name(reference, pair.first) for pair in pairs],
            "et": [_name(reference, pair.second) for pair in pairs],
            "Grade": [wording.GRADES.get(pair.grade, "") for pair in pairs],
            "Référence": [figures.plain(pair.usual) for pair in pairs],
            _RANK: [figures.plain(pair.rank) for pair in pairs],
        }
    )
    column = st.column_config.TextColumn
    edited = st.data_editor(
        frame, key=key, hide_index=True, row_height=34,
        disabled=[str(title) for title in frame if title != _RANK],
        column_config={
            "Grade": column("Grade", width=70, help=wording.GRADE_HELP),
            "Référence": column("Référence", width=90, alignment="right"),
            _RANK: column(_RANK, width=90, alignment="right", help="Double clic pour changer."),
        },
    )  # fmt: skip
    return [str(text or "") for text in edited[_RANK]]


def _rank(reference: Reference, pair: Pair, text: str) -> float:
    """A rank as typed.

    Raises:
        ValueError: not a number within the bounds, with the names of the pair.
    """
    try:
        return figures.within(text, "", *_BOUNDS)
    except ValueError as error:
        named = f"{_name(reference, pair.first)} – {_name(reference, pair.second)}"
        raise ValueError(f"{named} : {str(error).strip()}.") from None


def _name(reference: Reference, name: str) -> str:
    """A parameter by its name alone, whatever its file."""
    matches = (file[name] for file in reference.files.values() if name in file)
    return next((parameter.label.fr for parameter in matches), name)
