"""« Barème »: a schedule proposed for a demand, what more savings cost, any schedule evaluated."""

from __future__ import annotations

import streamlit as st

from costing.ui import (
    claim_tables,
    schedule_evaluate,
    schedule_frontier,
    schedule_propose,
    schedule_view,
    state,
)


def page() -> None:
    """Draw the page."""
    claim_tables.style()
    st.title("Barème")
    proposing, frontier, evaluating = schedule_view.tabs()
    with proposing:
        schedule_propose.view(bool(proposing.open))
    # What the form has just asked for is in the draft by now.
    draft = state.workspace().draft
    if frontier.open:
        with frontier:
            schedule_frontier.view(draft)
    if evaluating.open:
        with evaluating:
            schedule_evaluate.view(draft)
