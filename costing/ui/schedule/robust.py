"""A schedule put to the test of what is not known: chance of its savings, spread of its effects."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from costing.analysis.draws.robustness import Robustness
from costing.analysis.uncertainty import chances
from costing.analysis.uncertainty.uncertainty import Outcome
from costing.fee.schedule import FeeSchedule
from costing.french.writing import meuros, number, percent, points
from costing.scenario.scenario import Scenario
from costing.ui.claim import tables as claim_tables
from costing.ui.parts import tables
from costing.ui.schedule import cache as schedule_cache
from costing.ui.schedule import robust_charts
from costing.ui.shell.running import running

_DRAWS, _USUAL = (200, 1_000, 5_000), 1_000
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def section(draft: Scenario, schedule: FeeSchedule) -> None:
    """The test, once asked; then what it gives."""
    st.header("Robustesse")
    tables.lead(
        "Chaque tirage prend ensemble une valeur de tout ce qui est incertain : coûts, croissance "
        "et renouvellement du parc, seuils. Les actes sont ceux que l'on observe, projetés : ils "
        "ne réagissent pas au barème."
    )
    left, right, _ = st.columns([2, 3, 5], vertical_alignment="bottom")
    draws = left.selectbox(
        "Tirages", _DRAWS, _DRAWS.index(_USUAL), key="robust-draws", format_func=number,
        persist_state="session",
    )  # fmt: skip
    found = schedule_cache.robust(draft, schedule, draws, None)
    place = right.empty()
    if found is None:
        if not place.button("Mettre à l'épreuve", type="primary"):
            return
        place.empty()
        with running("robust") as tell:
            found = schedule_cache.robust(draft, schedule, draws, tell)
    assert found is not None
    _headline(found)
    with st.container(key="pair-robust"):
        left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Économies atteintes")
        robust_charts.savings(found)
    with right:
        st.subheader("Part des appareils sous leur coût")
        robust_charts.below(found)
    _table(found)


def _headline(found: Robustness) -> None:
    """The chance of meeting the required savings in large, and its error."""
    chance, error = found.meets
    facts = (
        ("Économies demandées au forfait", meuros(found.required_eur)),
        ("Économies atteintes, tirage médian", meuros(_quantile(found.reached, 0.5))),
        ("Appareils sous leur coût, tirage médian", percent(_quantile(found.below, 0.5))),
    )
    claim_tables.large(
        "Probabilité d'atteindre les économies demandées", chance, found.draws, facts
    )
    words = (
        f"Erreur type de cette probabilité : {points(error)}, sur {number(found.draws)} tirages."
    )
    if chance in {0.0, 1.0}:
        told = chances.chance(chance, found.draws)
        words = f"{told[:1].upper()}{told[1:]} : l'erreur type ne se mesure pas."
    claim_tables.paragraphs(words, kind="c-note")


def _quantile(outcome: Outcome, share: float) -> float:
    """A draw that a share of the draws does not exceed."""
    return float(np.quantile(outcome.draws, share, method="inverted_cdf"))


def _table(found: Robustness) -> None:
    """Quantiles of every figure."""
    last = max(found.savings)
    lines: list[tuple[str, Outcome, Callable[[float], str]]] = [
        *((f"Économies {year}", outcome, meuros) for year, outcome in found.savings.items()),
        ("Économies, selon la lecture de l'objectif", found.reached, meuros),
        (f"Appareils sous leur coût, {last}", found.below, percent),
        ("… aux tarifs en vigueur, tenus", found.below_present, percent),
        ("Actes de ces appareils, part des actes facturés", found.acts_below, percent),
        (f"Perte des appareils sous leur coût, {last}", found.loss, meuros),
        ("… aux tarifs en vigueur, tenus", found.loss_present, meuros),
    ]
    rows = [
        [
            name,
            shown(float(outcome.principal)),
            *(shown(_quantile(outcome, share)) for share in _QUANTILES),
        ]
        for name, outcome, shown in lines
    ]
    columns = [tables.text("Mesure"), tables.Column("Estimation")]
    columns += [
        tables.Column("Médiane" if share == 0.5 else percent(share, 0)) for share in _QUANTILES
    ]
    tables.table(columns, rows, "Ce que valent les mesures, du tirage le plus bas au plus haut")
    tables.note(
        "Estimation : toutes les hypothèses à leur valeur la plus probable. 5 % : un tirage sur "
        "vingt est plus bas ; 95 % : un sur vingt est plus haut. Là où une incertitude penche d'un "
        "côté, la médiane s'écarte de l'estimation."
    )
