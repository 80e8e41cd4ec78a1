"""« Hypothèses »: every value, the conventions, the perimeter, and what a change does at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from costing.case import labels
from costing.case.case import Case
from costing.french.writing import NONE, euros, number, percent
from costing.scenario.scenario import Scenario
from costing.ui.assumptions import form as values_form
from costing.ui.assumptions import table as values_table
from costing.ui.parts import tables, unavailable_words, wording
from costing.ui.shell import cache, state


def page() -> None:
    """Draw the page."""
    values_table.apply_edits()
    st.title("Hypothèses")
    tables.lead(
        "Chaque valeur porte sa source et son grade. Changez-en une : l'effet sur le coût se voit "
        "aussitôt, et rien n'est enregistré sans nom ni motif."
    )
    case = cache.case(state.workspace().draft)
    left, right = st.columns([6, 5], gap="large")
    with left:
        one, several = st.tabs(["Modifier une valeur", "Périmètre et conventions"])
        with one:
            values_form.section(case)
        with several:
            _choices(case)
    with right:
        _effect()
    st.header("Toutes les valeurs")
    tables.lead(
        "Les cellules bas, mode, haut, TVA, grade et source se modifient sur place (double clic ou "
        "Entrée). Les taux sont en pourcentage. ▲ marque une hypothèse sans source publiée, ∅ une "
        "donnée qu'un fournisseur déclare non disponible, avec sa raison dans la note."
    )
    values_table.section(case)
    if lacking := unavailable_words.of_fleet(case.reference, case.scenario):
        tables.note("Données du parc déclarées non disponibles :")
        tables.table([tables.text("Donnée"), tables.text("Ce qu'on en dit")], lacking)


def _choices(case: Case) -> None:
    """Perimeter, conventions and the scenario's name: each choice with what it means."""
    reference, draft = case.reference, case.scenario
    version = state.workspace().version
    codes = list(reference.perimeters)
    perimeter = st.selectbox(
        "Périmètre", codes, codes.index(draft.perimeter), key=f"perimeter-{version}",
        format_func=lambda code: reference.perimeters[code].label.fr,
    )  # fmt: skip
    chosen = reference.perimeter(perimeter)
    missing = [p.label.fr for code, p in reference.postes.items() if code not in chosen.postes]
    left_out = (
        f"Hors périmètre : {', '.join(missing).lower()}. " if missing else "Tous les postes. "
    )
    tables.note(left_out + wording.without_codes(reference, chosen.note))
    picked: dict[str, Any] = {}
    choices: dict[Any, tuple[str, str]]
    boxes = st.columns(2)
    for index, (field, (title, choices)) in enumerate(wording.CONVENTIONS.items()):
        with boxes[index % 2]:
            options: list[Any] = list(choices)
            now = getattr(draft.conventions, field)
            picked[field] = st.radio(
                title, options, options.index(now), key=f"{field}-{version}",
                format_func=partial(_label, choices),
                captions=[words for _, words in choices.values()],
            )  # fmt: skip
    name = st.text_input("Nom du scénario", draft.name, key=f"name-{version}").strip()
    changed = draft.model_copy(
        update={
            "perimeter": perimeter,
            "conventions": draft.conventions.model_copy(update=picked),
            "name": name or draft.name,
        }
    )
    if changed != draft:
        state.edit(changed, refresh_fields=False)
        st.rerun()


def _label(choices: dict[Any, tuple[str, str]], code: Any) -> str:
    return choices[code][0]


def _effect() -> None:
    """Cost per act of each class: reference, saved, draft."""
    here, reference = state.workspace(), cache.reference()
    first = cache.unit_costs(Scenario())
    saved, draft = cache.unit_costs(here.saved), cache.unit_costs(here.draft)
    st.subheader("Effet sur le coût par acte")
    columns = [tables.text("Classe"), tables.Column("Actes / an"), tables.Column("Référence"),
               tables.Column("Avant"), tables.Column("Après"), tables.Column("Écart")]  # fmt: skip
    rows = []
    for code, entry in reference.classes.items():
        gap = draft[code] / saved[code] - 1 if saved[code] else float("nan")
        rows.append(
            [
                labels.scope_name(reference, code),
                number(entry.limits[0]),
                euros(first[code], 2),
                euros(saved[code], 2),
                euros(draft[code], 2),
                percent(gap, 1, sign=True) if draft[code] != saved[code] else NONE,
            ]
        )
    tables.table(columns, rows)
    before = f"la révision {here.base.number}" if here.base else "la référence d'origine"
    tables.note(
        f"« Avant » est {before}, « Après » le brouillon affiché partout. Appareil non amorti, à "
        "l'activité de référence d'origine de sa classe. Les seuils et l'évolution du parc "
        "n'agissent pas sur ce coût : voyez « Coût et tarif » et « Barème »."
    )
