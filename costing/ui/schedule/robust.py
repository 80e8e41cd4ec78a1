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
    robustness = schedule_cache.robust(draft, schedule, draws, None)
    place = right.empty()
    if robustness is None:
        if not place.button("Mettre à l'épreuve", type="primary"):
            return
        place.empty()
        with running("robust") as tell:
            robustness = schedule_cache.robust(draft, schedule, draws, tell)
    assert robustness is not None
    _headline(robustness)
    with st.container(key="pair-robust"):
        left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Économies atteintes")
        robust_charts.savings(robustness)
    with right:
        st.subheader("Part des appareils sous leur coût")
        robust_charts.below(robustness)
    _table(robustness)


def _headline(robustness: Robustness) -> None:
    """The chance of meeting the required savings in large, and its error."""
    chance, error = robustness.meets
    facts = (
        ("Économies demandées au forfait", meuros(robustness.required_eur)),
        ("Économies atteintes, tirage médian", meuros(_quantile(robustness.reached, 0.5))),
        ("Appareils sous leur coût, tirage médian", percent(_quantile(robustness.below, 0.5))),
    )
    claim_tables.large(
        "Probabilité d'atteindre les économies demandées", chance, robustness.draws, facts
    )
    words = (
        f"Erreur type de cette probabilité : {points(error)}, "
        f"sur {number(robustness.draws)} tirages."
    )
    if chance in {0.0, 1.0}:
        chance_words = chances.chance(chance, robustness.draws)
        words = f"{chance_words[:1].upper()}{chance_words[1:]} : l'erreur type ne se mesure pas."
    claim_tables.paragraphs(words, kind="c-note")


def _quantile(outcome: Outcome, share: float) -> float:
    """A draw that a share of the draws does not exceed."""
    return float(np.quantile(outcome.draws, share, method="inverted_cdf"))


def _table(robustness: Robustness) -> None:
    """Quantiles of every figure."""
    last = max(robustness.savings)
    lines: list[tuple[str, Outcome, Callable[[float], str]]] = [
        *((f"Économies {year}", outcome, meuros) for year, outcome in robustness.savings.items()),
        ("Économies, selon la lecture de l'objectif", robustness.reached, meuros),
        (f"Appareils sous leur coût, {last}", robustness.below, percent),
        ("… aux tarifs en vigueur, tenus", robustness.below_present, percent),
        ("Actes de ces appareils, part des actes facturés", robustness.acts_below, percent),
        (f"Perte des appareils sous leur coût, {last}", robustness.loss, meuros),
        ("… aux tarifs en vigueur, tenus", robustness.loss_present, meuros),
    ]
    rows = [
        [
            name,
            as_text(float(outcome.principal)),
            *(as_text(_quantile(outcome, share)) for share in _QUANTILES),
        ]
        for name, outcome, as_text in lines
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
