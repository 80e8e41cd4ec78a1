"""A scenario read from a file, offered as a revision: why, and the buttons that keep or try it."""

from __future__ import annotations

import streamlit as st

from costing.scenario.scenario import Scenario
from costing.ui.shell import state


def offer(
    scenario: Scenario,
    reason: str,
    label: str,
    trial: str = "",
    key: str = "",
    explanation: str = "",
) -> None:
    """Ask why, then keep the scenario as a revision or, under the label `trial`, as a draft.

    reason: proposed in the field, whose help is `explanation`.
    """
    fields = st.columns(3 if trial else [8, 4], vertical_alignment="bottom")
    why = fields[0].text_input("Pourquoi", reason, key=key or None, help=explanation or None)
    adopted = fields[1].button(label, type="primary", width="stretch")
    tried = bool(trial) and fields[2].button(trial, width="stretch")
    if adopted and (author := signed(why.strip())):
        state.edit(scenario)
        state.save(author, why.strip())
        st.rerun()
    if tried:
        state.edit(scenario)
        st.rerun()


def signed(reason: str) -> str:
    """Who signs a revision; nothing, and a word of it, without a name or a reason."""
    author = str(st.session_state.get("author") or "").strip()
    if author and reason:
        return author
    st.error("Pour enregistrer, indiquez votre nom (volet de gauche) et « Pourquoi ».")
    return ""
