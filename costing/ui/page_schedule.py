"""« Barème »: a demand, and the fee schedule that meets it at the least loss, or why none does."""

from __future__ import annotations

import streamlit as st

from costing.ui import cache, files, schedule_demand, schedule_result, state, tables


def page() -> None:
    """Draw the page."""
    st.title("Barème")
    tables.lead(
        "Dites ce que le forfait doit économiser et ce qu'un barème doit respecter : le calcul "
        "donne les prix qui y répondent en faisant perdre le moins aux appareils sous leur coût, "
        "ou dit quelles demandes se contredisent."
    )
    reference, here = cache.reference(), state.workspace()
    asked = schedule_demand.form(reference, here.draft)
    if asked is not None:
        state.edit(asked, refresh_fields=False)
    schedule_demand.explained(reference, here.draft)
    if asked is not None:
        _compute()
    proposal = cache.known_proposal(here.draft)
    if proposal is None:
        st.info("Aucun barème n'est encore calculé pour ce scénario.")
        schedule_result.trajectory_section(cache.case(here.draft))
        return
    schedule_result.verdict(proposal)
    files.proposal_button(proposal)
    if proposal.schedule is not None:
        schedule_result.savings_section(proposal)
        schedule_result.prices_section(proposal)
        schedule_result.losers_section(proposal)
        schedule_result.binding_section(proposal)


def _compute() -> None:
    draft = state.workspace().draft
    if cache.known_proposal(draft) is not None:
        return
    bar = st.progress(0.0, "Préparation")

    def tell(share: float, words: str) -> None:
        bar.progress(share, words)

    try:
        cache.compute_proposal(draft, tell)
    finally:
        bar.empty()
