"""What the schedule must respect: step dates, largest cut, order of the prices, class floors."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from costing.case import labels
from costing.fee.schedule import AMORTISATION, BANDS, ZONES, Cell
from costing.reference.reference import Reference
from costing.scenario.rules import ScheduleRules
from costing.ui.parts import figures
from costing.ui.schedule.demand import table as demand_table
from costing.ui.schedule.demand.amounts import DAY_HELP
from costing.ui.schedule.demand.typed import Typed, blank, rows

_SWITCHES = {
    "no_rise": "Aucun tarif n'augmente",
    "degressive": "Une tranche plus haute n'est pas mieux payée",
    "amortised_not_above": "Amorti au plus égal à non amorti",
    "zones_in_order": "Ordre des zones gardé (Paris ≥ région parisienne ≥ province)",
}
_CUT, _ROUNDING = "Baisse maximale par étape", "Arrondi des tarifs"
_STEPS = "Dates d'effet"
_FLOOR = "Plancher (% du coût)"
_MOST_FLOOR = 100.0
_ROUNDINGS = (1e-6, 100.0)
#: The switches that order prices → what of a cell they order.
_ORDERS = {"degressive": "band", "amortised_not_above": "amortisation", "zones_in_order": "zone"}


def fields(reference: Reference, rules: ScheduleRules, version: int) -> dict[str, Any]:
    """The fields, and what they hold."""
    st.markdown("**Ce que le barème doit respecter**")
    entered: dict[str, Any] = {}
    dates, cut = st.columns(2)
    with dates:
        days = [(labels.day(date),) for date in rules.step_dates]
        columns = {_STEPS: st.column_config.TextColumn(_STEPS, help=DAY_HELP)}
        entered["dates"] = demand_table.editor(list(columns), days, f"steps-{version}", columns)
    with cut:
        entered["cut"] = st.text_input(
            f"{_CUT} (%)", figures.field_text(rules.largest_cut_per_step, "share"),
            key=f"cut-{version}",
        )  # fmt: skip
        entered["rounding"] = st.text_input(
            f"{_ROUNDING} (€)", figures.typed(rules.rounding_eur), key=f"rounding-{version}"
        )
    for field, label in _SWITCHES.items():
        entered[field] = st.checkbox(
            label,
            getattr(rules, field),
            key=f"{field}-{version}",
            help=_switch_help(reference, field),
        )
    entered["floors"] = _floors(reference, rules, version)
    return entered


def _floors(reference: Reference, rules: ScheduleRules, version: int) -> dict[str, Any]:
    """Least share of its cost that each class must be paid, as typed."""
    floors = pd.DataFrame(
        {
            "Classe": [labels.scope_name(reference, code) for code in reference.classes],
            _FLOOR: [
                figures.field_text(rules.floor_share_of_cost[code], "share")
                if code in rules.floor_share_of_cost else ""
                for code in reference.classes
            ],
        }
    )  # fmt: skip
    st.markdown("Plancher : recettes de la classe, en part de ses coûts (vide : aucun)")
    edited = st.data_editor(
        floors, hide_index=True, disabled=["Classe"], key=f"floors-{version}", row_height=34,
        height="content",
        column_config={
            "Classe": st.column_config.TextColumn("Classe", width=160),
            _FLOOR: st.column_config.TextColumn(_FLOOR, alignment="right", width=110),
        },
    )  # fmt: skip
    return dict(zip(reference.classes, edited[_FLOOR].tolist(), strict=True))


def read(typed: Typed, reference: Reference, entered: dict[str, Any]) -> dict[str, Any]:
    """The fields of `ScheduleRules` as typed; the dates in order."""
    return {
        "step_dates": _steps(typed, entered["dates"]),
        "largest_cut_per_step": typed.share(entered["cut"], _CUT),
        "rounding_eur": typed.number(entered["rounding"], _ROUNDING, "€", *_ROUNDINGS),
        "floor_share_of_cost": {
            code: typed.share(
                text, f"Plancher de {labels.scope_name(reference, code)}", 0, _MOST_FLOOR
            )
            for code, text in entered["floors"].items()
            if not blank(text)
        },
        **{field: entered[field] for field in _SWITCHES},
    }


def _steps(typed: Typed, table: pd.DataFrame) -> tuple[dt.date, ...]:
    """The step dates, in order; a date that comes twice or none at all is refused."""
    row_of: dict[dt.date, int] = {}
    filled = list(rows(table))
    for row, (text, *_) in filled:
        where = f"{_STEPS}, ligne {row}"
        date = typed.attempt(where, None, figures.read_day, text)
        if date in row_of:
            typed.refuse(where, f"le {labels.day(date)} est déjà à la ligne {row_of[date]}")
        elif date is not None:
            row_of[date] = row
    if not filled:
        typed.refuse(_STEPS, "il en faut au moins une, au format JJ/MM/AAAA")
    return tuple(sorted(row_of))


def _switch_help(reference: Reference, field: str) -> str | None:
    """What an order rule leaves alone: gaps already contrary in the prices of today, by class."""
    if field not in _ORDERS:
        return None
    classes = contrary(reference, field, dt.date.today())
    words = " ; ".join(labels.scope_name(reference, code) for code in classes)
    return (
        "Un écart déjà contraire dans les prix en vigueur n'est pas corrigé, mais il ne peut "
        f"pas s'aggraver. Concerné aujourd'hui : {words or 'aucune classe'}."
    )


def contrary(reference: Reference, field: str, date: dt.date) -> list[str]:
    """The classes whose prices in force on a date already break an order rule."""
    schedule = reference.schedule
    after = {before: later for order in (BANDS, ZONES, AMORTISATION)
             for before, later in pairwise(order)}  # fmt: skip
    classes = []
    for upper in schedule.cells:
        part = getattr(upper, _ORDERS[field])
        lower = upper._replace(**{_ORDERS[field]: after.get(part, "")})
        if field == "degressive":
            lower = Cell(upper.class_code, "*", "*", lower.band)
        if lower in schedule.cells and schedule.price(lower, date) > schedule.price(upper, date):
            classes.append(upper.class_code)
    return list(dict.fromkeys(classes))
