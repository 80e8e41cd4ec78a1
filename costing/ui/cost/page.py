"""« Coût et tarif »: one machine's cost against its fee, the fleet's, and where they come from."""

from __future__ import annotations

import math

import streamlit as st

from costing.case import labels
from costing.case.case import Case
from costing.case.costs import HOURS_A_YEAR
from costing.fee.schedule import AMORTISATION, ZONES
from costing.french.writing import NONE, euros, number, percent
from costing.ui.cost import charts as cost_charts
from costing.ui.cost import fleet as cost_fleet
from costing.ui.cost import sources as cost_sources
from costing.ui.cost.claim import test_section
from costing.ui.parts import figures, tables, wording
from costing.ui.parts.machine import Machine
from costing.ui.shell import cache, state

_MOST_ACTS = 60_000
_FORMULAS = {
    "markup": "Forfait / coût − 1. À 75 %, le coût vaut 57,1 % du forfait. Dénominateur : le coût "
    "annuel du périmètre choisi.",
    "share": "1 − coût / forfait. À 75 %, le coût ne vaut que 25 % du forfait. Dénominateur : le "
    "forfait annuel.",
    "investment": "Part du forfait qui paie l'investissement / coût de cet investissement − 1. "
    "Sans objet pour un appareil amorti.",
}


def page() -> None:
    """Draw the page."""
    st.title("Coût et tarif")
    tables.lead(
        "Le coût d'un appareil et ce que le forfait lui paie, acte par acte. Un appareil se juge à "
        "son volume : le forfait baisse par tranches, le coût par acte baisse avec l'activité."
    )
    case = cache.case(state.workspace().draft)
    machine = _choose(case)
    _metrics(machine)
    cost_charts.section(machine)
    test_section(machine)
    cost_fleet.section(case.scenario, machine.date)
    cost_sources.section(machine)


def _choose(case: Case) -> Machine:
    """Class, amortisation, zone, tariff and yearly acts."""
    reference = case.reference
    codes = list(reference.classes)
    start = codes.index("irm_1_5t") if "irm_1_5t" in codes else 0
    with st.container(border=True):
        boxes = st.columns([4, 3, 4, 4])
        code = boxes[0].selectbox(
            "Classe", codes, start, format_func=lambda c: labels.scope_name(reference, c),
            key="cost-class", persist_state="session",
        )  # fmt: skip
        amortisation = boxes[1].selectbox(
            "Appareil", AMORTISATION, format_func=labels.AMORTISATION.__getitem__,
            key="cost-amortisation", persist_state="session",
            help="Amorti : installé depuis plus de "
            f"{number(case.amortisation_years[code])} années révolues au 1er janvier.",
        )  # fmt: skip
        zones = reference.classes[code].zones
        zone = boxes[2].selectbox(
            "Zone", ZONES if zones else ("*",), 2 if zones else 0,
            format_func=labels.ZONES.__getitem__, key=f"cost-zone-{zones}", disabled=not zones,
            persist_state="session",
        )  # fmt: skip
        dates = list(reversed(reference.schedule.dates))
        date = boxes[3].selectbox(
            "Tarif en vigueur le", dates, dates.index(reference.savings.baseline_date),
            format_func=labels.day, key="cost-date", persist_state="session",
            help="Chaque date est le début d'un barème officiel ; ceux à venir sont la trajectoire "
            "de la décision d'octobre 2025.",
        )  # fmt: skip
        acts = _acts(case, code)
    zone = zone if zones else "province"
    return Machine(case, code, amortisation, zone, date, float(acts))


def presets(case: Case, code: str) -> dict[str, float]:
    """Yearly acts that have a name, for a class: reference, norm, fleet mean."""
    entry = case.reference.classes[code]
    named_acts = {"reference": entry.limits[0]}
    parameter = case.reference.files["machine_classes"]["normative_activity"]
    norm = case.reference.value_for(parameter, code)
    if norm:
        named_acts["normative"] = norm.mode
    frame = case.fleet.frame
    machines = frame[frame["class"] == code]
    if len(machines):
        acts = (machines["acts_billed"] + machines["acts_inpatient"]) * machines["weight"]
        named_acts["observed"] = round(float(acts.sum() / machines["weight"].sum()))
    return named_acts


def _acts(case: Case, code: str) -> float:
    named_acts = presets(case, code)
    labels = {"reference": "de référence", "normative": "normative", "observed": "moyenne du parc"}
    options = [*named_acts, "other"]
    default = case.scenario.conventions.activity
    left, right = st.columns([11, 4], vertical_alignment="bottom")
    chosen = left.segmented_control(
        "Activité annuelle", options, required=True, persist_state="session",
        default=default if default in named_acts else options[0], key=f"cost-activity-{code}",
        format_func=lambda o: (
            f"{labels[o]} : {number(named_acts[o])}" if o in named_acts else "autre"
        ),
    )  # fmt: skip
    if chosen in named_acts:
        right.text_input(
            "Actes par an", figures.plain(named_acts[chosen]), disabled=True,
                           key=f"cost-acts-{code}-{chosen}-{named_acts[chosen]:.0f}")  # fmt: skip
        return named_acts[chosen]
    text = right.text_input(
        "Actes par an", figures.plain(named_acts["reference"]), key=f"cost-acts-{code}",
        persist_state="session",
    )  # fmt: skip
    try:
        typed = figures.parse(text, "actes / an")
    except ValueError as error:
        right.error(f"Actes par an : {error}.")
        return named_acts["reference"]
    if not 1 <= typed <= _MOST_ACTS:
        right.error(f"Actes par an : un nombre entre 1 et {number(_MOST_ACTS)}.")
        return named_acts["reference"]
    return typed


def _metrics(machine: Machine) -> None:
    """Cost, pay and the three readings of « overvalued », side by side."""
    cost, revenue = machine.cost_eur, machine.revenue_eur
    margin = revenue - cost
    first = st.columns(3)
    first[0].metric("Coût par acte", euros(cost / machine.acts, 2),
                    help="Coût annuel du périmètre divisé par les actes.")  # fmt: skip
    first[1].metric("Forfait moyen par acte", euros(revenue / machine.acts, 2),
                    help="Somme des tranches divisée par les actes. Détail plus bas.")  # fmt: skip
    first[2].metric("Forfait moins coût, par an", euros(margin),
                    help=f"{euros(revenue)} de forfaits − {euros(cost)} de coûts.")  # fmt: skip
    over = machine.overvaluation
    fee, paid = machine.investment
    reading = machine.case.scenario.conventions.investment
    readings = (
        ("Surévaluation en majoration (sur le coût)", over.markup, _FORMULAS["markup"]),
        ("Surévaluation en part (du forfait)", over.share_of_fee, _FORMULAS["share"]),
        ("Surévaluation de l'investissement seul", over.investment,
         f"{_FORMULAS['investment']} {wording.CONVENTIONS['investment'][1][reading][1]}"
         + (f" Ici {euros(fee)} / {euros(paid)} − 1." if math.isfinite(fee) else "")),
    )  # fmt: skip
    for box, (label, value, words) in zip(st.columns(3), readings, strict=True):
        value_text = percent(float(value), 1, sign=True) if math.isfinite(value) else NONE
        box.metric(label, value_text, help=words)
    reference = machine.case.reference
    perimeter = reference.perimeter(machine.case.scenario.perimeter).label.fr
    tables.note(
        f"À {number(machine.acts)} actes tous facturés, une année entière au tarif du "
        f"{labels.day(machine.date)}. Périmètre : {perimeter}. Investissement payé par le forfait, "
        f"dans la troisième lecture : {labels.INVESTMENTS[reading]}."
    )
    hours = machine.breakdown.derived.get("open_hours")
    if hours is None:
        return
    words = (
        f"Ces actes demandent {number(float(hours))} heures d'ouverture par an, soit "
        f"{number(float(hours) / 52)} par semaine, au créneau et à l'occupation du scénario"
    )
    if hours > HOURS_A_YEAR:
        st.warning(f"{words} : plus que n'en compte l'année. Ce volume est hors d'atteinte.")
    else:
        tables.note(f"{words}.")
