"""« Autres exigences »: further constraints of the menu, a row each; the menu itself below."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from costing.case import labels
from costing.reference.reference import Reference
from costing.scenario.menu import CONSTRAINTS, GROUPS, Bound, Constraint, Kind
from costing.scenario.rules import Demand, ScheduleRules
from costing.ui.parts import demand_words, figures, tables
from costing.ui.schedule.demand import table as demand_table
from costing.ui.schedule.demand.typed import Typed, bounded, rows

_TITLE = "Autres exigences"
_CONSTRAINT, _WHOM, _VALUE, _LEVEL = "Exigence", "Pour", "Valeur", "Second nombre"
_SHORT: dict[Kind, str] = {
    "class": "classe",
    "modality": "modalité",
    "region": "région",
    "sector": "secteur",
}
#: What may be asked, by the label that the table offers.
MENU = {entry.label.fr: entry for entry in CONSTRAINTS.values() if entry.on_demand and entry.value}
_LEGEND = (
    tables.text("Exigence"), tables.text("Ce qu'elle veut dire"), tables.text("Ses nombres"),
    tables.text("Pour"),
)  # fmt: skip


def title(reference: Reference, rules: ScheduleRules) -> str:
    """The section's title, with how many there are."""
    return f"{_TITLE} ({len(rules.demands) or 'aucune'})"


def fields(reference: Reference, rules: ScheduleRules, version: int) -> pd.DataFrame:
    """The table of demands as typed, then the menu."""
    tables.lead(
        demand_words.glued(
            "Une ligne par exigence. Ce que chacune veut dire, ses nombres et leur unité sont dans "
            "le tableau qui suit."
        )
    )
    lines = []
    for demand in rules.demands:
        entry, whom = CONSTRAINTS[demand.constraint], labels.who(reference, demand.scope)
        numbers = (_bound_text(demand.value, entry.value), _bound_text(demand.level, entry.level))
        lines.append((entry.label.fr, whom, *numbers))
    column = st.column_config
    columns = {
        _CONSTRAINT: column.SelectboxColumn(_CONSTRAINT, options=list(MENU), width=210),
        _WHOM: column.SelectboxColumn(
            _WHOM, options=list(demand_words.scopes(reference, list(_SHORT))),
            default=labels.ALL, width=140,
        ),
        _VALUE: column.TextColumn(
            _VALUE, alignment="right", width=70, help="Dans l'unité que dit le tableau."
        ),
        _LEVEL: column.TextColumn(
            _LEVEL, alignment="right", width=125,
            help="Facultatif ; le tableau dit quelles exigences en ont un.",
        ),
    }  # fmt: skip
    edited = demand_table.editor(list(columns), lines, f"demands-{version}", columns)
    _legend()
    return edited


def _bound_text(value: float | None, bound: Bound | None) -> str:
    return figures.field_text(value, bound.unit) if bound else ""


def _legend() -> None:
    """The menu: each constraint with what its numbers are, under the heading of its group."""
    lines: list[tuple[str, ...]] = []
    heads = set()
    for group, heading in GROUPS.items():
        members = [entry for entry in MENU.values() if entry.group == group]
        if members:
            heads.add(len(lines))
            # The cells of a heading are as narrow as those below: it may not break to fit.
            words = heading.fr.replace(" ", "\N{NO-BREAK SPACE}")
            lines.append((words, *[""] * (len(_LEGEND) - 1)))
        lines += map(_line, members)
    tables.table(_LEGEND, lines, groups=frozenset(heads), tall=True)


def _line(entry: Constraint) -> tuple[str, ...]:
    value, level = entry.value, entry.level
    assert value is not None  # `MENU` holds no other
    numbers_words = f"{_range(value)} ; d'habitude {_usual(value)}."
    if level:
        numbers_words += f" {_LEVEL}, facultatif : {demand_words.inside(_range(level))} ; "
        numbers_words += f"vide : {_usual(level)}."
    whom = ", ".join((labels.ALL, *(_SHORT[kind] for kind in entry.scopes)))
    return (*map(demand_words.glued, (entry.label.fr, entry.description.fr, numbers_words)), whom)


def _range(bound: Bound) -> str:
    ends = (bound.low, bound.high)
    factor = 100 if figures.is_rate(bound.unit) else 1
    low, high = (figures.plain(factor * end) for end in ends)
    return f"{bound.label.fr}, de {low} à {high} {figures.unit_label(bound.unit)}"


def _usual(bound: Bound) -> str:
    return "sans limite" if bound.usual is None else figures.with_unit(bound.usual, bound.unit)


def read(typed: Typed, reference: Reference, entered: pd.DataFrame) -> dict[str, Any]:
    """The demands as typed; each row that cannot be used is refused by its number."""
    row_of: dict[tuple[str, str], int] = {}
    demands = []
    for row, (label, value, level, whom) in rows(
        entered[[_CONSTRAINT, _VALUE, _LEVEL, _WHOM]], must=3
    ):
        where = f"{_TITLE}, ligne {row}"
        if label not in MENU:
            refusal = (
                f"« {label} » n'est pas dans la liste" if label else "l'exigence n'est pas dite"
            )
            typed.refuse(where, f"{refusal} ; choisissez-en une, ou effacez la ligne")
            continue
        entry, where = MENU[label], f"{where} (« {label} »)"
        scope = _read_scope(typed, reference, where, entry, whom)
        numbers = _read_numbers(typed, where, entry, value, level)
        if scope is None or numbers is None:
            continue
        if (entry.id, scope) in row_of:
            first = row_of[entry.id, scope]
            typed.refuse(where, f"déjà demandé pour « {whom} » à la ligne {first} ; gardez-en une")
            continue
        row_of[entry.id, scope] = row
        demands.append(Demand(constraint=entry.id, scope=scope, value=numbers[0], level=numbers[1]))
    return {"demands": tuple(demands)}


def _read_scope(
    typed: Typed, reference: Reference, where: str, entry: Constraint, whom: str
) -> str | None:
    offered = demand_words.scopes(reference, entry.scopes)
    if whom not in offered:
        refusal = f"ne se demande pas pour « {whom} »" if whom else "il manque pour qui"
        typed.refuse(where, f"{refusal} ; choisissez {labels.admitted(entry.scopes)}")
    return offered.get(whom)


def _read_numbers(
    typed: Typed, where: str, entry: Constraint, value: str, level: str
) -> tuple[float, float | None] | None:
    """The value and the second number of a row; None where one of them is refused."""
    assert entry.value is not None  # `MENU` holds no other
    before = len(typed.refused)
    numbers = []
    for text, bound in ((value, entry.value), (level, entry.level)):
        arguments = (text, bound.unit, bound.low, bound.high) if text and bound else None
        inner = f"{where}, {demand_words.inside(bound.label.fr)}" if bound else where
        numbers.append(typed.attempt(inner, None, bounded, *arguments) if arguments else None)
    if not value:
        typed.refuse(where, f"la valeur manque ; donnez-la ({_range(entry.value)} ; d'habitude "
                     f"{_usual(entry.value)})")  # fmt: skip
    if level and entry.level is None:
        typed.refuse(where, "cette exigence n'a pas de second nombre ; videz cette case")
    if numbers[0] is None or len(typed.refused) > before:
        return None
    return numbers[0], numbers[1]
