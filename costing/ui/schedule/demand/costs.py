"""« Coûts incertains »: which cost a schedule is judged on, and with what probability."""

from __future__ import annotations

from typing import Any, get_args

import streamlit as st

from costing.reference.reference import Reference
from costing.scenario.menu import COST_RISKS
from costing.scenario.rules import CostRisk, ScheduleRules
from costing.ui.parts import demand_words, figures, tables
from costing.ui.schedule.demand.typed import Typed

_TITLE, _LEVEL = "Coûts incertains", "Probabilité"
#: A level below one half would be a bet on low costs; at one, no draw would be left.
_LEVELS = (0.5, 0.99)


def title(reference: Reference, rules: ScheduleRules) -> str:
    """The section's title, with the risk chosen."""
    return f"{_TITLE} : {demand_words.cost_risk(rules)}"


def fields(reference: Reference, rules: ScheduleRules, version: int) -> dict[str, Any]:
    """Which cost the floors look at, and with what probability."""
    tables.lead(
        demand_words.glued(
            "Chaque hypothèse a une fourchette, et le coût aussi. Les planchers se jugent sur "
            "l'estimation principale, ou se gardent d'un coût plus haut tiré de ces fourchettes."
        )
    )
    left, right = st.columns(2)
    risks = list(get_args(CostRisk))
    return {
        "risk": left.selectbox(
            "Coût retenu", risks, risks.index(rules.cost_risk), key=f"risk-{version}",
            format_func=lambda code: COST_RISKS[code].fr,
        ),
        "level": right.text_input(
            f"{_LEVEL} (%)", figures.field_text(rules.cost_level, "share"), key=f"level-{version}",
            help="De 50 à 99 %. À 80 % : le coût n'est dépassé que dans un tirage sur cinq, ou "
            "c'est la moyenne de ce cinquième des tirages, le plus cher (CVaR). Sans effet sur "
            "l'estimation principale et sur la moyenne.",
        ),
    }  # fmt: skip


def read(typed: Typed, reference: Reference, entered: dict[str, Any]) -> dict[str, Any]:
    """The risk and its level as typed."""
    level = typed.share(entered["level"], f"{_TITLE}, {demand_words.inside(_LEVEL)}", *_LEVELS)
    return {"cost_risk": entered["risk"], "cost_level": level}
