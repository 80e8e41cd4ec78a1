"""« Ce que l'on cherche »: the objectives in order, and the return on cost that is stated."""

from __future__ import annotations

from typing import Any

import streamlit as st

from costing.reference.reference import Reference
from costing.scenario.menu import OBJECTIVES
from costing.scenario.rules import ScheduleRules
from costing.ui.parts import demand_words, figures, tables
from costing.ui.schedule.demand.typed import Typed

_TITLE = "Ce que l'on cherche"
_NOTHING = ""
_BOXES = 4
_RETURN = "Rendement demandé"
_LEGEND = (tables.text("But"), tables.text("Ce qu'il veut dire"))


def title(reference: Reference, rules: ScheduleRules) -> str:
    """The section's title, with the objectives in order."""
    words = f"{_TITLE} : {demand_words.objectives(rules.objectives)}"
    if rules.return_on_cost:
        words += f" ; rendement {figures.with_unit(rules.return_on_cost, 'share')}"
    return words


def fields(reference: Reference, rules: ScheduleRules, version: int) -> dict[str, Any]:
    """One box for each rank, and the stated return."""
    tables.lead(
        demand_words.glued(
            "Le premier but est cherché d'abord ; chacun des suivants départage les barèmes que "
            "les précédents laissent à égalité."
        )
    )
    # A scenario from a file may rank more of them than the form usually shows.
    count = max(_BOXES, len(rules.objectives))
    boxes = [box for _ in range(0, count, 2) for box in st.columns(2)]
    chosen = []
    for rank, box in zip(range(1, count + 1), boxes, strict=False):
        offered = list(OBJECTIVES) if rank == 1 else [_NOTHING, *OBJECTIVES]
        current = rules.objectives[rank - 1] if rank <= len(rules.objectives) else _NOTHING
        chosen.append(
            box.selectbox(
                _rank(rank), offered, offered.index(current), key=f"objective-{rank}-{version}",
                format_func=lambda c: OBJECTIVES[c].label.fr if c else "rien",
            )
        )  # fmt: skip
    near = OBJECTIVES["near_cost"].label.fr
    stated = st.columns(2)[0].text_input(
        f"{_RETURN} (%)", figures.field_text(rules.return_on_cost, "share"),
        key=f"return-{version}",
        help=f"Ajouté au coût là où les prix se calent sur lui : le but « {near} », les barèmes "
        "tirés des coûts. 0 : aucun.",
    )  # fmt: skip
    tables.table(_LEGEND, [(o.label.fr, o.description.fr) for o in OBJECTIVES.values()])
    return {"objectives": chosen, "return": stated}


def _rank(rank: int) -> str:
    return "1er" if rank == 1 else f"{rank}e"


def read(typed: Typed, reference: Reference, entered: dict[str, Any]) -> dict[str, Any]:
    """The objectives in order, « rien » left out; one that comes twice is refused."""
    rank_of: dict[str, int] = {}
    for rank, code in enumerate(entered["objectives"], start=1):
        if code in rank_of:
            typed.refuse(
                f"{_TITLE}, {_rank(rank)} but",
                f"« {OBJECTIVES[code].label.fr} » est déjà le {_rank(rank_of[code])} ; choisissez "
                "un autre but, ou « rien »",
            )
        elif code != _NOTHING:
            rank_of[code] = rank
    return {"objectives": tuple(rank_of), "return_on_cost": typed.share(entered["return"], _RETURN)}
