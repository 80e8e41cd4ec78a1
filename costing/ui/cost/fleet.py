"""Cost and fee over the fleet: by kind of machine, then under three weightings."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable
from typing import Any

import streamlit as st

from costing.analysis.uncertainty.chances import brief
from costing.case import labels
from costing.french.writing import NONE, euros, meuros, number, percent
from costing.scenario.scenario import Scenario
from costing.ui.parts import tables, wording
from costing.ui.shell import cache
from costing.ui.shell.cache import INTERVAL_DRAWS

_ABOVE = "Probabilité que le forfait dépasse le coût"


def section(scenario: Scenario, date: dt.date) -> None:
    """The two tables of the comparison, at a date's tariff."""
    reference = cache.reference()
    by_class, overall = cache.compare(scenario, date)
    fleet = cache.case(scenario).fleet
    st.header("Sur le parc")
    kind = "synthétique" if fleet.synthetic else "importé"
    activity = wording.CONVENTIONS["activity"][1][scenario.conventions.activity][0]
    tables.lead(
        f"Parc {kind} {fleet.year}, activité {activity}, une année entière au tarif du "
        f"{labels.day(date)}. Le coût est celui des actes facturés : les hospitalisés, payés "
        "autrement, portent leur part des charges."
    )
    rows = [
        [
            labels.modality_name(reference, row["modality"]),
            wording.WEIGHTINGS[row["weighting"]],
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
    _intervals(scenario, date)


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


def _intervals(scenario: Scenario, date: dt.date) -> None:
    """What is not known of the mean cost of an act: never how machines differ."""
    reference, frame = cache.reference(), cache.intervals(scenario, date)
    rows: list[list[str]] = []
    heads = []
    for modality in frame[frame["kind"] == "modality"].to_dict("records"):
        heads.append(len(rows))
        rows.append([labels.modality_name(reference, modality["code"]), *_interval(modality)])
        own = [c for c, e in reference.classes.items() if e.modality == modality["code"]]
        classes = frame[(frame["kind"] == "class") & frame["code"].isin(own)]
        if len(classes) > 1:
            rows += [
                [labels.scope_name(reference, row["code"]), *_interval(row)]
                for row in classes.to_dict("records")
            ]
    whole = frame[frame["kind"] == "all"].to_dict("records")[0]
    rows.append([labels.modality_name(reference, "all"), *_interval(whole)])
    nine = "9 chances sur 10"
    numbers = ("Coût / acte", nine, "Forfait / acte", "Majoration", nine, _ABOVE)
    columns = [tables.text("Modalité, classe"), *map(tables.Column, numbers)]
    st.subheader("Ce que l'on ne sait pas du coût moyen d'un acte")
    tables.table(columns, rows, total=-1, groups=frozenset(heads))
    tables.note(
        "Intervalle (quantiles 5 % et 95 %) sur la moyenne de toute la classe, parce que prix, "
        "postes et durées ne sont pas connus : il ne dit rien des différences entre appareils. "
        "Coût, forfait et majoration : toutes les hypothèses à leur mode. "
        f"{number(INTERVAL_DRAWS)} tirages, les mêmes pour tous les appareils."
    )


def _interval(row: dict[Hashable, Any]) -> list[str]:
    """Cost and mark-up of a class with their intervals, its fee, the chance of being above cost."""
    cost_low, cost_high = row["cost_per_act_eur_p05"], row["cost_per_act_eur_p95"]
    return [
        euros(row["cost_per_act_eur"], 2),
        f"{number(cost_low, 2)} à {euros(cost_high, 2)}",
        euros(row["revenue_per_act_eur"], 2),
        _rate(row["markup"]),
        f"{_rate(row['markup_p05']).removesuffix(' %')} à {_rate(row['markup_p95'])}",
        brief(row["above_cost"], INTERVAL_DRAWS),
    ]
