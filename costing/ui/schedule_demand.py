"""The demand made of a fee schedule: how much, read how, from which dates, under which rules."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pandas as pd
import streamlit as st

from costing import labels
from costing.errors import ScenarioError
from costing.reference import Reference
from costing.rules import MOST_EUR, Lever, SavingsDemand, ScheduleRules
from costing.scenario import Scenario, revised
from costing.tariff import AMORTISATION, BANDS, ZONES, Cell
from costing.ui import figures, names, state, tables
from costing.words import percent

_SWITCHES = {
    "no_rise": "Aucun tarif n'augmente",
    "degressive": "Une tranche plus haute n'est pas mieux payée",
    "amortised_not_above": "Amorti au plus égal à non amorti",
    "zones_in_order": "Ordre des zones gardé (Paris ≥ région parisienne ≥ province)",
}
_MOST_MEUR = MOST_EUR / 1e6
_TARGET = "Objectif pour toute l'imagerie"
_SHARE = "Part portée par le forfait technique"
_CUT, _ROUNDING = "Baisse maximale par étape", "Arrondi des tarifs"
_STEPS = "Dates d'effet"
_MOST_FLOOR = 10_000.0
_ROUNDINGS = (1e-6, 100.0)
#: The switches that order prices → what of a cell they order.
_ORDERS = {"degressive": "band", "amortised_not_above": "amortisation", "zones_in_order": "zone"}
_DAY_HELP = "JJ/MM/AAAA, par exemple 01/03/2027"


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
        return revised(
            draft,
            savings=_demand(draft.savings, amounts).model_dump(),
            rules=_read_rules(reference, draft.rules, rules).model_dump(),
        )
    except (ValueError, ScenarioError) as error:
        st.error(f"Demande refusée. {names.literal(str(error))}")
    return None


def _amounts(reference: Reference, demand: SavingsDemand, version: int) -> dict[str, Any]:
    """Target, reading, share on the fee, other levers, yearly minima."""
    target = reference.savings.target
    st.markdown("**Ce qu'il faut économiser**")
    found: dict[str, Any] = {}
    found["target"] = st.text_input(
        f"{_TARGET} (M€)", figures.plain(demand.target_eur / 1e6),
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
        f"{_SHARE} (%)", figures.shown(demand.share_on_fee, "share"),
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
        [
            [x.label, labels.day(x.date), figures.plain(x.annual_amount_eur / 1e6)]
            for x in demand.other_levers
        ],
        columns=["Levier", "À partir du", "M€ par an"],
        dtype=str,
    )
    return st.data_editor(
        levers, num_rows="dynamic", hide_index=True,
        key=f"levers-{version}", row_height=34,
        column_config={
            "À partir du": st.column_config.TextColumn("À partir du", help=_DAY_HELP),
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
            pd.DataFrame({_STEPS: [labels.day(d) for d in rules.step_dates]}, dtype=str),
            num_rows="dynamic", hide_index=True, key=f"steps-{version}", row_height=34,
            column_config={_STEPS: st.column_config.TextColumn(_STEPS, help=_DAY_HELP)},
        )  # fmt: skip
    with cut:
        found["cut"] = st.text_input(
            f"{_CUT} (%)", figures.shown(rules.largest_cut_per_step, "share"),
            key=f"cut-{version}",
        )  # fmt: skip
        found["rounding"] = st.text_input(
            f"{_ROUNDING} (€)", figures.plain(rules.rounding_eur), key=f"rounding-{version}"
        )
    for field, label in _SWITCHES.items():
        found[field] = st.checkbox(
            label,
            getattr(rules, field),
            key=f"{field}-{version}",
            help=_switch_help(reference, field),
        )
    found["floors"] = _floors(reference, rules, version)
    return found


def _floors(reference: Reference, rules: ScheduleRules, version: int) -> dict[str, Any]:
    """Least share of its cost that each class must be paid, as typed."""
    floors = pd.DataFrame(
        {
            "Classe": [labels.scope_name(reference, code) for code in reference.classes],
            "Plancher (% du coût)": [
                figures.shown(rules.floor_share_of_cost[code], "share")
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


def _parsed(text: str, label: str, unit: str, low: float, high: float) -> float:
    """A field's number in its own unit.

    Raises:
        ValueError: as `figures.within`, with the field's label.
    """
    try:
        return figures.within(text, unit, low, high)
    except ValueError as error:
        raise ValueError(f"{label} : {error}.") from None


def _money(text: str, label: str) -> float:
    """Euros of a field in millions."""
    return round(_parsed(text, label, "M€", 0, _MOST_MEUR) * 1e6, 4)


def _date(value: Any, label: str) -> dt.date:
    try:
        return figures.read_day(str(value))
    except ValueError as error:
        raise ValueError(f"{label} : {error}.") from None


def _demand(now: SavingsDemand, typed: dict[str, Any]) -> SavingsDemand:
    """The demand as typed.

    Raises:
        ValueError: a field is not a number within its bounds or a lever is incomplete, in words.
    """
    levers = []
    for index, (label, date, amount) in enumerate(typed["levers"].itertuples(index=False), start=1):
        given = [not _blank(value) for value in (label, date, amount)]
        if not any(given):
            continue
        where = f"Autres leviers, ligne {index}"
        if not all(given):
            raise ValueError(f"{where} : libellé, date et montant sont tous nécessaires.")
        since = _date(date, f"{where}, à partir du")
        euros = _money(str(amount), f"{where}, M€ par an")
        levers.append(Lever(label=str(label), date=since, annual_amount_eur=euros))
    yearly = {
        year: _money(text, f"Minimum {year}")
        for year, text in typed["yearly"].items()
        if text.strip()
    }
    return now.model_copy(
        update={
            "target_eur": _money(typed["target"], _TARGET),
            "reading": typed["reading"],
            "share_on_fee": _parsed(typed["share"], _SHARE, "%", 0, 100),
            "other_levers": tuple(levers),
            "yearly_eur": yearly,
        }
    )


def _read_rules(reference: Reference, now: ScheduleRules, typed: dict[str, Any]) -> ScheduleRules:
    """The rules as typed; the dates in order.

    Raises:
        ValueError: as `_demand`.
    """
    floors = {
        code: _parsed(
            str(text), f"Plancher de {labels.scope_name(reference, code)}", "%", 0, _MOST_FLOOR
        )
        for code, text in typed["floors"].items()
        if not _blank(text)
    }
    return now.model_copy(
        update={
            "step_dates": _steps(typed["dates"].iloc[:, 0].tolist()),
            "largest_cut_per_step": _parsed(typed["cut"], _CUT, "%", 0, 100),
            "rounding_eur": _parsed(typed["rounding"], _ROUNDING, "€", *_ROUNDINGS),
            "floor_share_of_cost": floors,
            **{field: typed[field] for field in _SWITCHES},
        }
    )


def _steps(texts: list[Any]) -> tuple[dt.date, ...]:
    """The step dates, in order.

    Raises:
        ValueError: a row is not a date, a date comes twice, or there is none.
    """
    found: dict[dt.date, int] = {}
    for row, text in enumerate(texts, start=1):
        if _blank(text):
            continue
        date = _date(text, f"{_STEPS}, ligne {row}")
        if date in found:
            raise ValueError(
                f"{_STEPS}, ligne {row} : le {labels.day(date)} est déjà à la ligne {found[date]}."
            )
        found[date] = row
    if not found:
        raise ValueError(f"{_STEPS} : il en faut au moins une, au format JJ/MM/AAAA.")
    return tuple(sorted(found))


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
    found = []
    for upper in schedule.cells:
        part = getattr(upper, _ORDERS[field])
        lower = upper._replace(**{_ORDERS[field]: after.get(part, "")})
        if field == "degressive":
            lower = Cell(upper.class_code, "*", "*", lower.band)
        if lower in schedule.cells and schedule.price(lower, date) > schedule.price(upper, date):
            found.append(upper.class_code)
    return list(dict.fromkeys(found))


def _blank(value: Any) -> bool:
    return value is None or value is pd.NaT or str(value).strip() in {"", "None", "nan", "NaT"}


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
    past = [labels.day(d) for d in draft.rules.step_dates if d < dt.date.today()]
    for date in past:
        st.info(
            f"Date d'effet du {date} : cette date est passée : les prix officiels de cette période "
            "sont déjà en vigueur."
        )
