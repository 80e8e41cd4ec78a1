"""Cost and fee over the fleet: by kind of machine, then under three weightings."""

from __future__ import annotations

import datetime as dt
import math

import streamlit as st

from costing import labels
from costing.scenario import Scenario
from costing.ui import cache, names, tables
from costing.words import NONE, euros, meuros, number, percent


def section(scenario: Scenario, date: dt.date) -> None:
    """The two tables of the comparison, at a date's tariff."""
    reference = cache.reference()
    by_class, overall = cache.compare(scenario, date)
    fleet = cache.case(scenario).fleet
    st.header("Sur le parc")
    kind = "synthétique" if fleet.synthetic else "importé"
    activity = names.CONVENTIONS["activity"][1][scenario.conventions.activity][0]
    tables.lead(
        f"Parc {kind} {fleet.year}, activité {activity}, une année entière au tarif du "
        f"{labels.day(date)}. Le coût est celui des actes facturés : les hospitalisés, payés "
        "autrement, portent leur part des charges."
    )
    rows = [
        [
            labels.modality_name(reference, row["modality"]),
            names.WEIGHTINGS[row["weighting"]],
            _rate(row["markup"]),
            _rate(row["share_of_fee"]),
            _rate(row["investment"]),
            number(row["machines"]),
            meuros(row["revenue_eur"]),
            meuros(row["cost_eur"]),
        ]
        for row in overall.to_dict("records")
    ]
    columns = [tables.text("Modalité"), tables.text("Pondération"), tables.Column("Majoration"),
               tables.Column("Part du forfait"), tables.Column("Investissement seul"),
               tables.Column("Appareils"), tables.Column("Forfaits"),
               tables.Column("Coûts")]  # fmt: skip
    tables.table(columns, rows, "Surévaluation selon la pondération")
    tables.note(
        "La moyenne des rapports n'est pas le rapport des sommes : un même parc donne trois "
        "chiffres. « Investissement seul » ne porte que sur les appareils non amortis."
    )
    _by_class(by_class)


def _by_class(frame: object) -> None:
    reference = cache.reference()
    rows = [
        [
            labels.scope_name(reference, row["class"]),
            labels.AMORTISATION[row["amortisation"]],
            labels.ZONES[row["zone"]],
            number(row["machines"]),
            number(row["acts"]),
            euros(row["cost_per_act_eur"], 2),
            euros(row["revenue_per_act_eur"], 2),
            _rate(row["markup"]),
            _rate(row["share_of_fee"]),
            _rate(row["investment"]),
        ]
        for row in frame.to_dict("records")  # type: ignore[attr-defined]
    ]
    columns = [tables.text("Classe"), tables.text("Appareil"), tables.text("Zone"),
               tables.Column("Nombre"), tables.Column("Actes / an"), tables.Column("Coût / acte"),
               tables.Column("Forfait / acte"), tables.Column("Majoration"),
               tables.Column("Part du forfait"), tables.Column("Investissement")]  # fmt: skip
    tables.table(columns, rows, "Par classe, amortissement et zone (par euro)", tall=True)


def _rate(value: float) -> str:
    return percent(value, 1, sign=True) if math.isfinite(value) else NONE
