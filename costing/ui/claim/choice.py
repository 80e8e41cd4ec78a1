"""What is asked of a claim: which one, how it is read, at which tariff, with which draws."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import Any, NamedTuple

import streamlit as st

from costing.analysis.claim.readings import (
    ACTIVITIES,
    DEFAULT_DRAWS,
    Reading,
    Settings,
    own_reading,
)
from costing.analysis.claim.readings import DEFINITIONS as OVERVALUATIONS
from costing.analysis.claim.words import DEFINITIONS, MEANINGS
from costing.analysis.uncertainty.uncertainty import Method
from costing.case import labels
from costing.case.case import Case
from costing.french.writing import join, number
from costing.reference.reference import Reference
from costing.ui.claim import correlations as claim_correlations
from costing.ui.claim import tables as claim_tables
from costing.ui.parts import figures, wording
from costing.values.catalogue import Claim

#: The parameter of the address bar that names the claim.
ADDRESS = "affirmation"
_DRAWS = (1_000, DEFAULT_DRAWS, 100_000)
_METHODS: dict[Method, str] = {"plain": "indépendants", "sobol": "suite de Sobol"}
#: What of a reading may be chosen: its name in a sentence, the width of its box.
_PARTS = {
    "definition": ("définition", 4),
    "perimeter": ("périmètre", 6),
    "activity": ("activité", 4),
    "date": ("tarif", 5),
}


class Question(NamedTuple):
    """A claim as it is put to the test."""

    claim: Claim
    reading: Reading
    date: dt.date
    settings: Settings


def choose(case: Case) -> Question:
    """The claim, its reading and the settings of the draws."""
    claim = _claim(case.reference)
    _statement(case.reference, claim)
    reading, date = _reading(case, claim)
    return Question(claim, reading, date, _settings(case, claim))


def _claim(reference: Reference) -> Claim:
    """The claim chosen, else that of the address; the address then names it."""
    claims = reference.claims
    wanted = st.query_params.get(ADDRESS)
    if wanted is not None and wanted != st.session_state.get("claim-asked"):
        if wanted in claims:
            st.session_state["claim"] = wanted
        else:
            st.warning(f"Aucune affirmation « {wording.literal(wanted)} » : une autre est ouverte.")
    st.session_state.setdefault("claim", next(iter(claims)))
    chosen = st.selectbox(
        "Affirmation", list(claims), key="claim", persist_state="session",
        format_func=lambda key: f"{claims[key].statement.fr} ({_who(claims[key])})",
    )  # fmt: skip
    st.session_state["claim-asked"] = st.query_params[ADDRESS] = chosen
    return claims[chosen]


def _who(claim: Claim) -> str:
    return f"{claim.author.fr}, {labels.day(claim.date)}"


def _statement(reference: Reference, claim: Claim) -> None:
    """What was said, by whom, when, of which machines, and where it is read."""
    sources = []
    for key in claim.source:
        source = reference.sources[key]
        title = escape(source.title)
        link = f'<a href="{escape(source.url)}" target="_blank" rel="noopener">{title}</a>'
        sources.append(link if source.url else title)
    who = labels.population_name(reference, claim.population)
    claim_tables.html(
        f'<blockquote class="cl-said"><p>« {escape(claim.statement.fr)} »</p>'
        f"<footer>{escape(_who(claim))} — appareils : {escape(who)}</footer></blockquote>"
        f'<p class="c-note">Source : {" ; ".join(sources)} '
        f"(grade {escape(wording.GRADES[claim.grade])}). {escape(note(reference, claim))}</p>"
    )


def note(reference: Reference, claim: Claim) -> str:
    """The note of a claim, perimeters by their names."""
    words = claim.note
    for code in sorted(reference.perimeters, key=len, reverse=True):
        words = words.replace(code, reference.perimeters[code].label.fr)
    return words


def _reading(case: Case, claim: Claim) -> tuple[Reading, dt.date]:
    """The reading and the day of the tariff: the claim's own unless others are chosen."""
    own: dict[str, Any] = {**own_reading(claim)._asdict(), "date": claim.date}
    chosen = dict(own)
    with st.container(border=True):
        parts = _parts(claim)
        for part, box in zip(parts, st.columns([_PARTS[part][1] for part in parts]), strict=True):
            with box:
                chosen[part] = _box(case, claim, part, own[part])
        others = [part for part in parts if chosen[part] != own[part]]
        note_box, back = st.columns([3, 1], vertical_alignment="center")
        with note_box:
            claim_tables.paragraphs(_own_words(claim, others), kind="c-note")

        def come_back() -> None:
            st.session_state.update({_key(claim, part): own[part] for part in parts})

        back.button("Revenir à sa lecture", on_click=come_back,
                    disabled=not others, width="stretch")  # fmt: skip
    date = chosen.pop("date")
    return Reading(**chosen), date


def _parts(claim: Claim) -> list[str]:
    """What of a reading can be chosen.

    A break-even is a number of acts: it has no other definition, and no activity.
    """
    return ["perimeter", "date"] if claim.definition == "break_even" else list(_PARTS)


def _key(claim: Claim, part: str) -> str:
    return f"claim-{part}-{claim.id}"


def _box(case: Case, claim: Claim, part: str, own: Any) -> Any:
    """One part of a reading, chosen among its codes."""
    steps = [day for day in reversed(case.reference.schedule.dates) if day != claim.date]
    options: dict[str, tuple[str, list[Any]]] = {
        "definition": ("Définition", list(OVERVALUATIONS)),
        "perimeter": ("Périmètre", list(case.reference.perimeters)),
        "activity": ("Activité", list(ACTIVITIES)),
        "date": ("Tarif en vigueur le", [claim.date, *steps]),
    }
    title, codes = options[part]
    st.session_state.setdefault(_key(claim, part), own)
    return st.selectbox(
        title, codes, key=_key(claim, part), persist_state="session", help=_help(case, part),
        format_func=lambda code: _label(case.reference, claim, part, code),
    )  # fmt: skip


def _label(reference: Reference, claim: Claim, part: str, code: Any) -> str:
    """A choice in words."""
    if part == "date":
        own = " (jour de l'affirmation)" if code == claim.date else ""
        return f"{labels.day(code)}{own}"
    if part == "perimeter":
        return reference.perimeter(code).label.fr
    return DEFINITIONS[code] if part == "definition" else labels.ACTIVITIES[code]


def _help(case: Case, part: str) -> str | None:
    """What the definitions mean; what the date of the tariff does."""
    if part == "date":
        return "Le barème en vigueur ce jour-là, compté sur une année entière."
    if part != "definition":
        return None
    investment = labels.INVESTMENTS[case.scenario.conventions.investment]
    words = [f"- **{DEFINITIONS[code]}** : {MEANINGS[code]}" for code in OVERVALUATIONS]
    words[-1] += f" (convention du scénario : {investment})"
    return "\n".join(words)


def _own_words(claim: Claim, others: list[str]) -> str:
    """Whether the reading is the claim's own, and what the claim leaves unsaid."""
    if others:
        parts = join([_PARTS[part][0] for part in others])
        return f"Cette lecture n'est pas celle de l'affirmation. Ce qui change : {parts}."
    day = "Le tarif demandé est celui du jour de l'affirmation."
    if claim.definition == "unknown":
        return f"L'affirmation ne dit pas sa définition : la majoration vient en premier. {day}"
    return f"Lecture de l'affirmation elle-même. {day}"


def _settings(case: Case, claim: Claim) -> Settings:
    """How many draws, of which kind, how close « about the figure » is; the correlations."""
    seed = case.scenario.seed
    with st.expander("Réglages du calcul"):
        boxes = st.columns(4)
        draws = boxes[0].selectbox(
            "Tirages", _DRAWS, _DRAWS.index(DEFAULT_DRAWS), format_func=number,
            key="claim-draws", persist_state="session",
        )  # fmt: skip
        method = boxes[1].selectbox(
            "Méthode", list(_METHODS), format_func=_METHODS.__getitem__,
            key="claim-method", persist_state="session",
        )  # fmt: skip
        unit = "% du nombre d'actes" if claim.definition == "break_even" else "points"
        with boxes[2]:
            tolerance = _tolerance(f"« Voisin » : à combien près ({unit})")
        seed = boxes[3].number_input(
            "Graine (celle du scénario)", 0, None, seed, key=f"claim-seed-{seed}",
            persist_state="session",
        )  # fmt: skip
        claim_correlations.section()
    return Settings(draws=draws, seed=seed, method=method, tolerance=tolerance)


def _tolerance(title: str) -> float:
    """A tolerance typed in French; the usual one, and why, when it cannot be read."""
    usual = Settings().tolerance
    text = st.text_input(title, figures.field_text(usual, "share"), key="claim-tolerance",
                         persist_state="session")  # fmt: skip
    try:
        return figures.within(text, "%", 0, 100)
    except ValueError as error:
        st.error(wording.literal(f"{str(error).strip()}."))
        return usual
