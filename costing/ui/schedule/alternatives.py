"""A schedule beside the named ones, measured alike."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from costing.case import labels
from costing.fee.schedule import FeeSchedule
from costing.french.writing import NONE, euros, meuros, percent
from costing.optimise.measures import Measures
from costing.optimise.named_rules import RULES
from costing.optimise.proposal import Proposal
from costing.scenario.scenario import Scenario
from costing.ui.parts import tables
from costing.ui.schedule import cache as schedule_cache
from costing.ui.shell import cache

PROPOSED = "Proposition"


def section(proposal: Proposal) -> None:
    """The proposal beside the named schedules, once asked."""
    assert proposal.schedule is not None
    st.header("À côté d'autres barèmes")
    scenario, schedule = proposal.case.scenario, proposal.schedule
    measures = schedule_cache.beside(scenario, schedule, PROPOSED, ask=False)
    if measures is None:
        measures = ask("Mesurer les autres barèmes", scenario, schedule, PROPOSED)
    if measures is None:
        tables.lead(
            "Tarifs tenus, décision d'octobre 2025, baisse uniforme, tarifs fixés par les coûts : "
            "les mêmes mesures pour tous."
        )
        return
    table(scenario, measures)
    if proposal.answers is not None:
        tables.note(
            "Ce tableau compare les barèmes sur des actes et des appareils qui n'y réagissent pas, "
            "alors que la proposition a été cherchée pour un parc qui réagit : il faut lire ses "
            "écarts, non ses niveaux."
        )


def ask(label: str, scenario: Scenario, schedule: FeeSchedule, name: str) -> list[Measures] | None:
    """A button that measures a schedule; the measures once it is pressed.

    Raises:
        InputError: acts for which no rate is known.
    """
    place = st.empty()
    if not place.button(label, type="primary"):
        return None
    with place, st.spinner("Mesure des barèmes…"):
        return schedule_cache.beside(scenario, schedule, name, ask=True)


def table(scenario: Scenario, measures: Sequence[Measures]) -> None:
    """One row a schedule, the first being the one from which distances are counted."""
    first = measures[0]
    years = sorted(first.savings)
    last = years[-1]
    rows = [
        [
            row.name,
            *(meuros(row.savings[year]) for year in years),
            "atteint" if row.meets else "manqué",
            meuros(row.loss_eur),
            euros(row.largest_loss_eur),
            percent(row.share_below),
            percent(row.share_below_acts),
            percent(row.mean_change, 1, sign=True),
            NONE if row is first else euros(row.distance_eur_per_act, 2),
        ]
        for row in measures
    ]
    columns = [
        tables.text("Barème"),
        *(tables.Column(f"Économies {year}") for year in years),
        tables.text("Objectif"),
        tables.Column("Perte"),
        tables.Column("Plus forte perte"),
        tables.Column("Sous leur coût"),
        tables.Column("Leurs actes"),
        tables.Column("Forfaits"),
        tables.Column("Distance par acte"),
    ]
    tables.table(columns, rows, total=0, wide=True)
    readings = {entry.code: entry.label.fr for entry in cache.reference().savings.readings}
    base = labels.day(cache.reference().savings.baseline_date)
    uniform = RULES["uniform"].label.fr
    reachable = any(row.name == uniform for row in measures)
    left_out = "" if reachable else " Aucune baisse uniforme n'atteint l'objectif."
    tables.note(
        f"Objectif : {meuros(first.required_eur)} au forfait ({readings[scenario.savings.reading]})"
        f", contre le tarif du {base}. Le reste est de l'année {last}. Perte : ce qui manque aux "
        "appareils sous leur coût ; plus forte perte : d'un seul appareil, contre les tarifs en "
        "vigueur avant la première étape, tenus. Sous leur coût : part des appareils "
        f"({percent(first.share_below_present)} aux tarifs en vigueur) ; leurs actes : part des "
        "actes facturés. Forfaits : contre les tarifs en vigueur. Distance : écart moyen de prix "
        f"par acte facturé avec « {first.name} », au 31/12/{last}.{left_out}"
    )
