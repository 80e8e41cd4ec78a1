"""« Proposer »: the demand, the schedule that answers it, what it does and what holds it."""

from __future__ import annotations

import streamlit as st

from costing.optimise.proposal import Proposal
from costing.problems.errors import InputError
from costing.scenario.scenario import Scenario
from costing.ui.parts import files, tables, wording
from costing.ui.schedule import (
    alternatives as schedule_beside,
)
from costing.ui.schedule import (
    binding as schedule_binding,
)
from costing.ui.schedule import (
    prices as schedule_prices,
)
from costing.ui.schedule import (
    savings as schedule_savings,
)
from costing.ui.schedule import (
    verdict as schedule_verdict,
)
from costing.ui.schedule import (
    view as schedule_view,
)
from costing.ui.schedule import (
    winners_and_losers as schedule_parts,
)
from costing.ui.schedule.demand import form as schedule_demand
from costing.ui.shell import cache, state
from costing.ui.shell.running import running


def view(is_open: bool) -> None:
    """The form, then the answer where this view is the one that is open.

    The form is drawn even when it is not, so that what is typed in it is not lost.
    """
    tables.lead(
        "Dites ce que le forfait doit économiser et ce qu'un barème doit respecter : le calcul "
        "donne les prix qui y répondent en faisant perdre le moins aux appareils sous leur coût, "
        "ou dit quelles demandes se contredisent."
    )
    reference = cache.reference()
    asked = schedule_demand.form(reference, state.workspace().draft) is not None
    if not is_open:
        return
    draft = state.workspace().draft
    schedule_demand.explained(reference, draft)
    if (asked or schedule_view.asked()) and not _compute(draft):
        return
    proposal = cache.kept_proposal(draft)
    if proposal is None:
        st.info("Aucun barème n'est encore calculé pour ce scénario.")
        schedule_savings.trajectory_section(cache.case(draft))
        return
    _answer(proposal)


def _compute(draft: Scenario) -> bool:
    """The proposal, unless it is known; whether there is an answer, of whatever kind."""
    if cache.kept_proposal(draft) is not None:
        return True
    try:
        with running("proposal") as tell:
            cache.compute_proposal(draft, tell)
    except InputError as error:
        st.error(f"Pas de calcul possible : {wording.literal(error.text())}")
        return False
    return True


def _answer(proposal: Proposal) -> None:
    schedule_verdict.verdict(proposal)
    if proposal.schedule is None:
        files.proposal_button(proposal)
        return
    with st.container(horizontal=True):
        files.proposal_button(proposal)
        first = proposal.case.scenario.rules.step_dates[0]
        files.schedule_button(proposal.schedule, first, state.workspace().draft)
        files.annex_buttons(proposal)
    schedule_savings.savings_section(proposal)
    schedule_prices.section(proposal)
    schedule_parts.section(proposal)
    schedule_binding.section(proposal)
    schedule_beside.section(proposal)
