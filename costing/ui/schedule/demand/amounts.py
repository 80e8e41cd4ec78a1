"""How much must be saved: target, its reading, share of the fee, other levers, yearly minima."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st

from costing.case import labels
from costing.french.writing import percent
from costing.reference.reference import Reference
from costing.scenario.rules import MOST_EUR, Lever, SavingsDemand
from costing.ui.parts import figures, wording
from costing.ui.schedule.demand import table as demand_table
from costing.ui.schedule.demand.typed import Typed, blank, rows

_MOST_MEUR = MOST_EUR / 1e6
_TARGET = "Objectif pour toute l'imagerie"
_SHARE = "Part portée par le forfait technique"
_CARRIED = "Excédents reportés d'année en année"
DAY_HELP = "JJ/MM/AAAA, par exemple 01/03/2027"


def fields(reference: Reference, demand: SavingsDemand, version: int) -> dict[str, Any]:
    """The fields, and what they hold."""
    target = reference.savings.target
    st.markdown("**Ce qu'il faut économiser**")
    entered: dict[str, Any] = {}
    entered["target"] = st.text_input(
        f"{_TARGET} (M€)", figures.typed(demand.target_eur / 1e6),
        key=f"target-{version}", help=target.note,
    )  # fmt: skip
    readings = {entry.code: entry for entry in reference.savings.readings}
    entered["reading"] = st.radio(
        "Lecture de l'objectif", list(wording.READINGS),
        list(wording.READINGS).index(demand.reading), format_func=wording.READINGS.__getitem__,
        key=f"reading-{version}", captions=[readings[code].note if code in readings else "" for code
        in wording.READINGS],
    )  # fmt: skip
    share = target.share_on_fee
    entered["share"] = st.text_input(
        f"{_SHARE} (%)", figures.field_text(demand.share_on_fee, "share"),
        key=f"share-{version}",
        help=f"Référence : {percent(share.mode, 0)}, de {percent(share.low, 0)} à "
        f"{percent(share.high, 0)}, grade {wording.GRADES[share.grade]}. {share.note}",
    )  # fmt: skip
    entered["levers"] = _levers(demand, version)
    entered["yearly"] = {
        year: box.text_input(
            f"Minimum {year} (M€)", figures.typed(demand.yearly_eur[year] / 1e6)
            if year in demand.yearly_eur else "", key=f"year-{year}-{version}", placeholder="aucun",
        )
        for year, box in zip(target.years, st.columns(len(target.years)), strict=True)
    }  # fmt: skip
    entered["carry_over"] = st.checkbox(
        _CARRIED,
        demand.carry_over,
        key=f"carry-over-{version}",
        help="Ce qu'une année économise au-delà de son minimum compte pour les suivantes. Sans "
        "minimum par année, cette case ne change rien.",
    )
    return entered


def _levers(demand: SavingsDemand, version: int) -> pd.DataFrame:
    """What else than the fee saves, a row each."""
    st.markdown(
        "Autres leviers (pertinence, actes…), retirés de ce que doit le forfait ; une ligne chacun"
    )
    lines = [
        (lever.label, labels.day(lever.date), figures.typed(lever.annual_amount_eur / 1e6))
        for lever in demand.other_levers
    ]
    column = st.column_config
    columns = {
        "Levier": column.TextColumn("Levier"),
        "À partir du": column.TextColumn("À partir du", help=DAY_HELP),
        "M€ par an": column.TextColumn("M€ par an", alignment="right"),
    }
    return demand_table.editor(list(columns), lines, f"levers-{version}", columns)


def read(typed: Typed, now: SavingsDemand, entered: dict[str, Any]) -> SavingsDemand:
    """The demand as typed; what is not a number, a date or a whole lever is refused in words."""
    return now.model_copy(
        update={
            "target_eur": _money(typed, entered["target"], _TARGET),
            "reading": entered["reading"],
            "share_on_fee": typed.share(entered["share"], _SHARE),
            "other_levers": tuple(_read_levers(typed, entered["levers"])),
            "yearly_eur": {
                year: _money(typed, text, f"Minimum {year}")
                for year, text in entered["yearly"].items()
                if not blank(text)
            },
            "carry_over": entered["carry_over"],
        }
    )


def _read_levers(typed: Typed, table: pd.DataFrame) -> list[Lever]:
    levers = []
    for row, (label, date, amount) in rows(table):
        where = f"Autres leviers, ligne {row}"
        if not (label and date and amount):
            typed.refuse(where, "libellé, date et montant sont tous nécessaires")
            continue
        since = typed.attempt(f"{where}, à partir du", dt.date.min, figures.read_day, date)
        euros = _money(typed, amount, f"{where}, M€ par an")
        levers.append(Lever(label=label, date=since, annual_amount_eur=euros))
    return levers


def _money(typed: Typed, text: object, where: str) -> float:
    """Euros of a field in millions."""
    return round(typed.number(text, where, "M€", 0, _MOST_MEUR) * 1e6, 4)
