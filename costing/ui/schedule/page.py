"""« Barème »: a schedule proposed for a demand, what more savings cost, any schedule evaluated."""

from __future__ import annotations

import streamlit as st

from costing.ui.claim import tables as claim_tables
from costing.ui.schedule import (
    evaluate as schedule_evaluate,
)
from costing.ui.schedule import (
    frontier as schedule_frontier,
)
from costing.ui.schedule import (
    propose as schedule_propose,
)
from costing.ui.schedule import (
    view as schedule_view,
)
from costing.ui.shell import state


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
