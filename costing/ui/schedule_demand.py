"""The demand made of a fee schedule: how much, read how, from which dates, under which rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from costing import labels
from costing.reference import Reference
from costing.scenario import Lever, SavingsDemand, Scenario, ScheduleRules
from costing.ui import figures, names, state, tables
from costing.words import percent

_SWITCHES = {
    "no_rise": "Aucun tarif n'augmente",
    "degressive": "Une tranche plus haute n'est pas mieux payée",
    "amortised_not_above": "Amorti au plus égal à non amorti",
}


def form(reference: Reference, draft: Scenario) -> Scenario | None:
    """The form; what it asks for once sent, None before or when it is refused."""
    version = state.workspace().version
    with st.form(f"demand-{version}", enter_to_submit=False):
        left, right = st.columns(2, gap="large")
        with left:
            amounts = _amounts(reference, draft.savings, version)
        with right:
            rules = _rules(reference, draft, version)
        sent = st.form_submit_button("Calculer le barème", type="primary")
    if not sent:
        return None
    try:
        return draft.model_copy(
            update={
                "savings": _demand(reference, draft.savings, amounts),
                "rules": _read_rules(draft.rules, rules),
            }
        )
    except ValidationError as error:
        words = "; ".join(str(e["msg"]).removeprefix("Value error, ") for e in error.errors())
        st.error(f"Demande refusée : {names.literal(words)}")
    except ValueError as error:
        st.error(f"Demande refusée : {names.literal(str(error))}")
    return None


def _amounts(reference: Reference, demand: SavingsDemand, version: int) -> dict[str, Any]:
    """Target, reading, share on the fee, other levers, yearly minima."""
    target = reference.savings.target
    st.markdown("**Ce qu'il faut économiser**")
    found: dict[str, Any] = {}
    found["target"] = st.text_input(
        "Objectif pour toute l'imagerie (M€)", figures.plain(demand.target_eur / 1e6),
        key=f"target-{version}", help=target.note,
    )  # fmt: skip
    readings = {entry.code: entry for entry in reference.savings.readings}
    found["reading"] = st.radio(
        "Lecture de l'objectif", list(names.READINGS), list(names.READINGS).index(demand.reading),
        format_func=names.READINGS.__getitem__, key=f"reading-{version}",
        captions=[readings[code].note if code in readings else "" for code in names.READINGS],
    )  # fmt: skip
    share = target.share_on_fee
    found["share"] = st.text_input(
        "Part portée par le forfait technique (%)", figures.plain(demand.share_on_fee * 100),
        key=f"share-{version}",
        help=f"Référence : {percent(share.mode, 0)}, de {percent(share.low, 0)} à "
        f"{percent(share.high, 0)}, grade {names.GRADES[share.grade]}. {share.note}",
    )  # fmt: skip
    found["levers"] = _levers(demand, version)
    boxes = st.columns(len(target.years))
    found["yearly"] = {
        year: box.text_input(
            f"Minimum {year} (M€)", figures.plain(demand.yearly_eur[year] / 1e6)
            if year in demand.yearly_eur else "", key=f"year-{year}-{version}", placeholder="aucun",
        )
        for year, box in zip(target.years, boxes, strict=True)
    }  # fmt: skip
    return found


def _levers(demand: SavingsDemand, version: int) -> pd.DataFrame:
    """What else than the fee saves, a row each."""
    st.markdown(
        "Autres leviers (pertinence, actes…), retirés de ce que doit le forfait ; une ligne chacun"
    )
    levers = pd.DataFrame(
        [[x.label, x.date, figures.plain(x.annual_amount_eur / 1e6)] for x in demand.other_levers],
        columns=["Levier", "À partir du", "M€ par an"],
    )
    return st.data_editor(
        levers.astype({"Levier": str, "M€ par an": str}), num_rows="dynamic", hide_index=True,
        key=f"levers-{version}", row_height=34,
        column_config={
            "À partir du": st.column_config.DateColumn("À partir du", format="DD/MM/YYYY"),
            "M€ par an": st.column_config.TextColumn("M€ par an", alignment="right"),
        },
    )  # fmt: skip


def _rules(reference: Reference, draft: Scenario, version: int) -> dict[str, Any]:
    """Step dates, largest cut, switches, floors."""
    rules = draft.rules
    st.markdown("**Ce que le barème doit respecter**")
    found: dict[str, Any] = {}
    dates, cut = st.columns(2)
    with dates:
        found["dates"] = st.data_editor(
            pd.DataFrame({"Dates d'effet": list(rules.step_dates)}),
            num_rows="dynamic", hide_index=True, key=f"steps-{version}", row_height=34,
            column_config={
                "Dates d'effet": st.column_config.DateColumn("Dates d'effet", format="DD/MM/YYYY")
            },
        )  # fmt: skip
    with cut:
        found["cut"] = st.text_input(
            "Baisse maximale par étape (%)", figures.plain(rules.largest_cut_per_step * 100),
            key=f"cut-{version}",
        )  # fmt: skip
        found["rounding"] = st.text_input(
            "Arrondi des tarifs (€)", figures.plain(rules.rounding_eur), key=f"rounding-{version}"
        )
    for field, label in _SWITCHES.items():
        found[field] = st.checkbox(label, getattr(rules, field), key=f"{field}-{version}")
    found["floors"] = _floors(reference, rules, version)
    return found


def _floors(reference: Reference, rules: ScheduleRules, version: int) -> dict[str, Any]:
    """Least share of its cost that each class must be paid, as typed."""
    floors = pd.DataFrame(
        {
            "Classe": [labels.scope_name(reference, code) for code in reference.classes],
            "Plancher (% du coût)": [
                figures.plain(rules.floor_share_of_cost[code] * 100)
                if code in rules.floor_share_of_cost else ""
                for code in reference.classes
            ],
        }
    )  # fmt: skip
    st.markdown("Plancher : recettes de la classe, en part de ses coûts (vide : aucun)")
    edited = st.data_editor(
        floors, hide_index=True, disabled=["Classe"], key=f"floors-{version}", row_height=34,
        height=36 + 34 * len(floors),
        column_config={
            "Plancher (% du coût)": st.column_config.TextColumn(
                "Plancher (% du coût)", alignment="right"
            )
        },
    )  # fmt: skip
    texts = edited["Plancher (% du coût)"].tolist()
    return dict(zip(reference.classes, texts, strict=True))


def _parsed(text: str, label: str, scale: float) -> float:
    try:
        return round(figures.parse(text) * scale, 10)
    except ValueError as error:
        raise ValueError(f"{label} : {error}") from None


def _demand(reference: Reference, now: SavingsDemand, typed: dict[str, Any]) -> SavingsDemand:
    """The demand as typed.

    Raises:
        ValueError: a field is not a number or a lever is incomplete, in words.
    """
    levers = []
    for index, (label, date, amount) in enumerate(typed["levers"].itertuples(index=False), start=1):
        given = [not _blank(value) for value in (label, date, amount)]
        if not any(given):
            continue
        if not all(given):
            raise ValueError(
                f"autre levier {index} : libellé, date et montant sont tous nécessaires"
            )
        euros = _parsed(str(amount), f"autre levier {index}", 1e6)
        levers.append(Lever(label=str(label), date=_date(date), annual_amount_eur=euros))
    yearly = {
        year: _parsed(text, f"minimum {year}", 1e6)
        for year, text in typed["yearly"].items()
        if text.strip()
    }
    return SavingsDemand.model_validate(
        {
            **now.model_dump(),
            "target_eur": _parsed(typed["target"], "objectif", 1e6),
            "reading": typed["reading"],
            "share_on_fee": _parsed(typed["share"], "part portée par le forfait", 0.01),
            "other_levers": tuple(levers),
            "yearly_eur": yearly,
        }
    )


def _read_rules(now: ScheduleRules, typed: dict[str, Any]) -> ScheduleRules:
    """The rules as typed; the dates in order.

    Raises:
        ValueError: as `_demand`.
    """
    dates = [_date(value) for value in typed["dates"].iloc[:, 0] if not _blank(value)]
    floors = {
        code: _parsed(str(text), f"plancher de {code}", 0.01)
        for code, text in typed["floors"].items()
        if not _blank(text)
    }
    return ScheduleRules.model_validate(
        {
            **now.model_dump(),
            "step_dates": tuple(sorted(dates)),
            "largest_cut_per_step": _parsed(typed["cut"], "baisse maximale", 0.01),
            "rounding_eur": _parsed(typed["rounding"], "arrondi", 1.0),
            "floor_share_of_cost": floors,
            **{field: typed[field] for field in _SWITCHES},
        }
    )


def _blank(value: Any) -> bool:
    return value is None or value is pd.NaT or str(value).strip() in {"", "None", "nan", "NaT"}


def _date(value: Any) -> dt.date:
    return pd.Timestamp(value).date()


def explained(reference: Reference, draft: Scenario) -> None:
    """How the target is read, in one paragraph."""
    readings = {entry.code: entry for entry in reference.savings.readings}
    label = readings[draft.savings.reading].label.fr if draft.savings.reading in readings else ""
    tables.note(
        f"Lecture retenue : {label}. Les économies se comptent contre le tarif du "
        f"{labels.day(reference.savings.baseline_date)}, sur le parc de chaque année, vieilli, "
        "renouvelé et agrandi. Les tarifs en vigueur avant la première date d'effet restent ce "
        "qu'ils sont."
    )
