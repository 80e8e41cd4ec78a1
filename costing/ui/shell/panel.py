"""The sidebar and the bar that saves: which scenario, which revision, who, why, since when."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from costing.problems.errors import CostingError
from costing.scenario.scenario import Scenario
from costing.store.store import differences
from costing.ui.parts import tables, wording
from costing.ui.shell import cache, state
from costing.ui.shell.changes import Change, by_value, in_words

_CHANGE_COLUMNS = (tables.text("Ce qui change"), tables.text("Avant"), tables.text("Après"))


def sidebar() -> None:
    """The state of the work, on every page."""
    here = state.workspace()
    with st.sidebar:
        _identity()
        st.text_input(
            "Votre nom",
            key="author",
            persist_state="session",
            placeholder="Prénom Nom",
            help="Signe les révisions que vous enregistrez. Gardé le temps de la session.",
        )
        left, right = st.columns(2)
        if left.button("Historique", width="stretch", disabled=here.base is None):
            _history()
        if right.button("Ouvrir…", width="stretch"):
            _open()
        _fleet_notice()


def _identity() -> None:
    here = state.workspace()
    reference, draft = cache.reference(), here.draft
    if here.base is None:
        revision = "référence d'origine, rien d'enregistré"
    else:
        revision = f"révision {here.base.number} du {wording.moment(here.base.saved_at)}"
        revision += f", {here.base.author}"
    status = "brouillon non enregistré" if here.dirty else "à jour"
    conventions = [
        f"{title} : {choices[getattr(draft.conventions, field)][0]}"
        for field, (title, choices) in wording.CONVENTIONS.items()
    ]
    pairs = [
        ("Scénario", f"<strong>{escape(draft.name)}</strong>"),
        ("Version", escape(f"{revision} — {status}")),
        ("Empreinte", f"<code>{escape(wording.short_hash(cache.digest(draft)))}</code>"),
        ("Périmètre", escape(reference.perimeter(draft.perimeter).label.fr)),
        ("Conventions", "<br>".join(map(escape, conventions))),
        ("Valeurs modifiées", escape(str(len(draft.overrides)))),
    ]
    body = "".join(f"<dt>{escape(title)}</dt><dd>{value}</dd>" for title, value in pairs)
    st.html(f'<dl class="c-side">{body}</dl>')


def _fleet_notice() -> None:
    draft = state.workspace().draft
    if draft.fleet is None or draft.fleet.synthetic:
        st.warning(
            "**Parc synthétique.** Les appareils sont simulés et calés sur des totaux publics. Les "
            "résultats du parc changeront avec le fichier réel, à importer.",
            icon=":material/science:",
        )
    else:
        st.info(f"Parc importé : {wording.literal(draft.fleet.label)} ({draft.fleet.year}).")


def save_bar() -> None:
    """What was said since the last page, a conflict to settle, and what is not saved."""
    here = state.workspace()
    while here.notices:
        kind, words = here.notices.pop(0)
        getattr(st, kind)(words)
    if here.conflict is not None:
        _conflict_bar()
    elif here.dirty:
        _pending_bar(here.pending)


def _pending_bar(pending: list[Change]) -> None:
    with st.container(border=True, key="pending"):
        here = state.workspace()
        count = here.pending_count
        plural = "s" if count > 1 else ""
        count_box, why, keep, drop, more = st.columns([4, 5, 3, 2, 2], vertical_alignment="center")
        count_box.markdown(f"**{count} modification{plural} non enregistrée{plural}**")
        reason = why.text_input(
            "Motif de la révision", key="reason", placeholder="Motif de la révision",
            label_visibility="collapsed",
        )  # fmt: skip
        if keep.button("Enregistrer la révision", type="primary", width="stretch", key="save"):
            _try_save(reason)
        if drop.button("Abandonner", width="stretch", key="discard"):
            state.discard()
            st.rerun()
        with more.popover("Détail", width="stretch"):
            st.markdown(
                "Une saisie refusée n'en fait pas partie."
                if here.typed
                else "Prises en compte partout."
            )
            tables.table(_CHANGE_COLUMNS, pending)


def _try_save(reason: str) -> None:
    author = str(st.session_state.get("author") or "").strip()
    missing = []
    if not author:
        missing.append("votre nom (volet de gauche)")
    if not reason.strip():
        missing.append("le motif")
    if missing:
        st.error(f"Pour que la révision soit signée, indiquez {' et '.join(missing)}.")
        return
    state.save(author, reason.strip())
    st.rerun()


def _conflict_bar() -> None:
    conflict = state.workspace().conflict
    assert conflict is not None
    reference, latest = cache.reference(), conflict.latest
    who, why = wording.literal(latest.author), wording.literal(latest.reason)
    with st.container(border=True, key="conflict"):
        st.error(
            f"**Une autre révision est arrivée entre-temps.** {who} a enregistré la "
            f"révision {latest.number} le {wording.moment(latest.saved_at)} (« {why} ») ; "
            f"vous étiez parti de la révision {conflict.base.number}. Rien de ce que vous avez "
            "saisi n'est perdu.",
            icon=":material/sync_problem:",
        )
        again, reload = st.columns(2)
        label = "Réappliquer mes changements sur cette révision"
        if again.button(label, type="primary", width="stretch", key="reapply"):
            _settle(reapply=True)
        if reload.button(
            "Recharger cette révision sans mes changements", width="stretch", key="take"
        ):
            _settle(reapply=False)
        here = state.workspace()
        sides = (conflict.meanwhile, differences(here.saved, here.draft))
        titles = (f"Ce que la révision {latest.number} a changé", "Ce que vous avez changé")
        for box, title, side in zip(st.columns(2), titles, sides, strict=True):
            with box:
                tables.table(_CHANGE_COLUMNS, by_value(reference, side), title)
        theirs, mine = (in_words(reference, side) for side in sides)
        both = sorted({change.what for change in theirs} & {change.what for change in mine})
        if both:
            st.markdown(f"Les deux touchent : {' ; '.join(both)}. Réappliquer garde les vôtres.")
        with st.expander("Voir tous les champs"):
            for title, changed in zip(titles, (theirs, mine), strict=True):
                tables.table(_CHANGE_COLUMNS, changed, title)


def _settle(reapply: bool) -> None:
    try:
        state.take_latest(reapply)
    except CostingError as error:
        words = (
            f"Vos changements ne s'appliquent pas à cette révision : {wording.literal(str(error))}"
        )
        state.workspace().notices.append(("error", words))
    st.rerun()


@st.dialog("Historique du scénario", width="large")
def _history() -> None:
    here = state.workspace()
    assert here.base is not None
    reference = cache.reference()
    rows = []
    for header in reversed(state.store().history(here.base.scenario_id)):
        changes = header.changes
        if header.parent is None:
            first = state.store().load(header.scenario_id, header.number)
            changes = differences(Scenario(), first.scenario)
        what = " ; ".join(map(str, in_words(reference, changes))) or "rien : la référence d'origine"
        rows.append([str(header.number), wording.moment(header.saved_at), header.author,
                     header.reason, what, wording.short_hash(header.hash)])  # fmt: skip
    columns = [
        tables.Column("Rév."),
        *map(tables.text, ("Quand", "Qui", "Pourquoi", "Ce qui a changé", "Empreinte")),
    ]
    tables.table(columns, rows)
    number = st.selectbox(
        "Relire une révision", [row[0] for row in rows], format_func="Révision {}".format
    )
    st.caption(
        "Modifier une révision ancienne demandera de réappliquer vos changements sur la dernière."
    )
    if st.button("Ouvrir cette révision"):
        state.open_scenario(here.base.scenario_id, int(number))
        st.rerun()


@st.dialog("Ouvrir un scénario", width="large")
def _open() -> None:
    here = state.workspace()
    listed: list[Any] = state.store().list_scenarios()
    if here.dirty:
        st.warning(
            "Le brouillon en cours n'est pas enregistré : ouvrir un autre scénario l'abandonne."
        )
    if not listed:
        st.write("Aucun scénario n'est encore enregistré.")
    rows = [[s.name, s.id, str(s.number), s.author, wording.moment(s.saved_at)] for s in listed]
    columns = [tables.text("Nom"), tables.text("Identifiant"), tables.Column("Rév."),
               tables.text("Dernier auteur"), tables.text("Le")]  # fmt: skip
    tables.table(columns, rows, tall=True)
    names_by_id = {s.id: f"{s.name} — {s.id}" for s in listed}
    chosen = st.selectbox(
        "Scénario",
        list(names_by_id),
        format_func=lambda i: names_by_id[i],
        index=None,
        placeholder="Choisir…",
    )
    left, right = st.columns(2)
    if left.button("Ouvrir", type="primary", width="stretch", disabled=chosen is None):
        state.open_scenario(chosen)
        st.rerun()
    if right.button("Revenir à la référence d'origine", width="stretch"):
        state.open_scenario(None)
        st.rerun()
