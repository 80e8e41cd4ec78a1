"""« Structure du forfait »: what of it a proposal may choose among candidates, a row each."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from costing.case import labels
from costing.french.writing import NONE
from costing.reference.reference import Reference
from costing.scenario.menu import STRUCTURES, Kind
from costing.scenario.rules import ScheduleRules, StructureChoice
from costing.ui.parts import demand_words, figures, tables
from costing.ui.schedule.demand import table as demand_table
from costing.ui.schedule.demand.typed import Typed, chosen, numbers, rows, schema_words

_TITLE = "Structure du forfait"
_PARAMETER, _WHOM, _CANDIDATES = "Paramètre", "Pour", "Candidats"
_KINDS: tuple[Kind, ...] = ("class", "modality")
_PARAMETERS = {label.fr: code for code, (label, _) in STRUCTURES.items()}


def title(reference: Reference, rules: ScheduleRules) -> str:
    """The section's title, with what may change."""
    count = len(rules.structure)
    plural = "s" if count > 1 else ""
    summary = f"{count} paramètre{plural} à choisir" if count else "inchangée"
    return f"{_TITLE} : {summary}"


def fields(reference: Reference, rules: ScheduleRules, version: int) -> pd.DataFrame:
    """The table of what may change, as typed."""
    tables.lead(
        demand_words.glued(
            "Ce que le calcul peut choisir à la première date d'effet, parmi des candidats séparés "
            "par des points-virgules, comme « 7 ; 8 ; 10 ; 14 ». Ce qui vaut aujourd'hui en fait "
            "toujours partie."
        )
    )
    lines = []
    for choice in rules.structure:
        label, unit = STRUCTURES[choice.parameter]
        candidates = " ; ".join(figures.field_text(value, unit) for value in choice.candidates)
        lines.append((label.fr, labels.who(reference, choice.scope), candidates))
    column = st.column_config
    columns = {
        _PARAMETER: column.SelectboxColumn(_PARAMETER, options=list(_PARAMETERS), width=260),
        _WHOM: column.SelectboxColumn(
            _WHOM, options=list(demand_words.scopes(reference, _KINDS)),
            default=labels.ALL, width=140,
        ),
        _CANDIDATES: column.TextColumn(_CANDIDATES, width=150, help="Par exemple 7 ; 8 ; 10 ; 14"),
    }  # fmt: skip
    edited = demand_table.editor(list(columns), lines, f"structure-{version}", columns)
    _today(reference)
    return edited


def _today(reference: Reference) -> None:
    """The unit of each parameter, and what holds today for each class."""
    columns = [tables.text("")]
    columns += [
        tables.Column(f"{label.fr} ({figures.unit_label(unit)})")
        for label, unit in STRUCTURES.values()
    ]
    lines = [
        [
            labels.scope_name(reference, code),
            *(_in_force(reference, name, code) for name in STRUCTURES),
        ]
        for code in reference.classes
    ]
    tables.table([c._replace(title=demand_words.glued(c.title)) for c in columns], lines,
                 "Aujourd'hui")  # fmt: skip


def _in_force(reference: Reference, name: str, class_code: str) -> str:
    """What a parameter is for a class; a dash where the fee has no such thing."""
    parameter = reference.files["machine_classes"].get(name)
    value = reference.value_for(parameter, class_code) if parameter else None
    return figures.field_text(value.mode, STRUCTURES[name][1]) if value else NONE


def read(typed: Typed, reference: Reference, entered: pd.DataFrame) -> dict[str, Any]:
    """What may change, as typed; each row that cannot be used is refused by its number."""
    row_of: dict[tuple[str, str], int] = {}
    choices = []
    for row, texts in rows(entered[[_PARAMETER, _CANDIDATES, _WHOM]], must=2):
        where = f"{_TITLE}, ligne {row}"
        choice = typed.attempt(where, None, _choice, reference, *texts)
        if choice is None:
            continue
        place = (choice.parameter, choice.scope)
        if place in row_of:
            typed.refuse(where, f"« {texts[0]} » pour « {texts[2]} » est déjà à la ligne "
                         f"{row_of[place]} ; mettez tous les candidats sur une ligne")  # fmt: skip
        row_of.setdefault(place, row)
        choices.append(choice)
    return {"structure": tuple(choices)}


def _choice(reference: Reference, label: str, candidates: str, whom: str) -> StructureChoice:
    """One row.

    Raises:
        ValueError: in words, with the remedy.
    """
    name = chosen(label, _PARAMETERS, "le paramètre")
    scope = chosen(whom, demand_words.scopes(reference, _KINDS), "pour qui")
    unit = STRUCTURES[name][1]
    if not candidates:
        raise ValueError("les candidats manquent ; donnez-les comme « 7 ; 8 ; 10 ; 14 »")
    given = {"parameter": name, "scope": scope, "candidates": numbers(candidates, unit)}
    try:
        return StructureChoice.model_validate(given)
    except ValidationError as error:
        raise ValueError(schema_words(error, unit)) from None
