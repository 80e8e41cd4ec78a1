"""« Réactions des exploitants »: how volumes and owners answer a schedule."""

from __future__ import annotations

from typing import Any

import streamlit as st
from pydantic import ValidationError

from costing.case import labels
from costing.reference.reference import Reference
from costing.scenario.rules import Behaviour, ScheduleRules
from costing.ui.parts import demand_words, figures, tables
from costing.ui.schedule.demand import table as demand_table
from costing.ui.schedule.demand.typed import Typed, chosen, rows, schema_words

_TITLE = "Réactions des exploitants"
_MODALITY, _SECTOR, _ELASTICITY = "Modalité", "Secteur", "Élasticité"
_HELP = {
    "renewal": "Part des appareils devenus amortis dans l'année que leur exploitant remplace "
    "aussitôt, pour garder le taux plein non amorti.",
    "second_machine": "Part des actes au-delà du premier taux réduit qui passent sur un nouvel "
    "appareil, là où l'écart entre taux plein et taux réduit dépasse ce que cet appareil coûte.",
}


def title(reference: Reference, rules: ScheduleRules) -> str:
    """The section's title, with what answers."""
    return f"{_TITLE} : {demand_words.behaviour(rules.behaviour)}"


def fields(reference: Reference, rules: ScheduleRules, version: int) -> dict[str, Any]:
    """Elasticities by modality and sector, and two shares, as typed."""
    tables.lead(
        demand_words.glued(
            "Élasticité : de combien de % varient les actes d'un appareil quand son forfait moyen "
            "varie de 1 %. Avec −0,2, un forfait plus bas de 10 % amène 2 % d'actes de plus."
        )
    )
    now = rules.behaviour
    lines = []
    for key, value in now.elasticity.items():
        modality, _, sector = key.partition(".")
        whose = (
            labels.modality_name(reference, modality),
            labels.who(reference, sector or "*"),
        )
        lines.append((*whose, figures.typed(value)))
    column = st.column_config
    columns = {
        _MODALITY: column.SelectboxColumn(_MODALITY, options=list(_modalities(reference))),
        _SECTOR: column.SelectboxColumn(
            _SECTOR, options=list(demand_words.scopes(reference, ("sector",))),
            default=labels.ALL,
        ),
        _ELASTICITY: column.TextColumn(_ELASTICITY, alignment="right"),
    }  # fmt: skip
    entered: dict[str, Any] = {
        "elasticity": demand_table.editor(list(columns), lines, f"elasticity-{version}", columns)
    }
    for (key, label), box in zip(demand_words.BEHAVIOUR.items(), st.columns(2), strict=True):
        entered[key] = box.text_input(
            f"{label} (%)", figures.field_text(getattr(now, key), "share"),
            key=f"{key}-{version}", help=_HELP[key],
        )  # fmt: skip
    return entered


def _modalities(reference: Reference) -> dict[str, str]:
    """Words → code of the modalities that are paid a fee."""
    codes = dict.fromkeys(entry.modality for entry in reference.class_entries)
    return {labels.modality_name(reference, code): code for code in codes}


def read(typed: Typed, reference: Reference, entered: dict[str, Any]) -> dict[str, Any]:
    """How a schedule is answered, as typed; each row is refused by its number."""
    elasticity: dict[str, float] = {}
    lines: dict[str, int] = {}
    for row, texts in rows(entered["elasticity"][[_MODALITY, _ELASTICITY, _SECTOR]], must=2):
        where = f"{_TITLE}, ligne {row}"
        keyed = typed.attempt(where, None, _elasticity, reference, *texts)
        if keyed is None:
            continue
        key, value = keyed
        if key in lines:
            typed.refuse(where, f"« {texts[0]} » et « {texts[2]} » sont déjà à la ligne "
                         f"{lines[key]} ; gardez-en une")  # fmt: skip
        lines.setdefault(key, row)
        elasticity[key] = value
    shares = {
        key: typed.share(entered[key], label) for key, label in demand_words.BEHAVIOUR.items()
    }
    return {"behaviour": Behaviour(elasticity=elasticity, **shares)}


def _elasticity(reference: Reference, name: str, text: str, whom: str) -> tuple[str, float]:
    """One row: its key in `Behaviour.elasticity`, its number.

    Raises:
        ValueError: in words, with the remedy.
    """
    modality = chosen(name, _modalities(reference), "la modalité")
    sector = chosen(whom, demand_words.scopes(reference, ("sector",)), "le secteur")
    if "%" in text or "€" in text:
        raise ValueError(f"« {text} » : l'élasticité est un nombre sans unité, comme −0,2")
    if not text:
        raise ValueError("l'élasticité manque ; donnez-la, comme −0,2, ou effacez la ligne")
    key, value = modality if sector == "*" else f"{modality}.{sector}", figures.parse(text)
    try:
        Behaviour(elasticity={key: value})
    except ValidationError as error:
        raise ValueError(f"« {text} » : {schema_words(error)}") from None
    return key, value
