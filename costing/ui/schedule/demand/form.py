"""The demand made of a fee schedule: one form, the usual demands first, the others folded."""

from __future__ import annotations

import datetime as dt
from typing import Any, Protocol

import streamlit as st

from costing.case import labels
from costing.problems.errors import InputError
from costing.reference.reference import Reference
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Scenario, revised
from costing.ui.parts import tables, wording
from costing.ui.schedule.demand import (
    amounts as demand_amounts,
)
from costing.ui.schedule.demand import (
    behaviour as demand_behaviour,
)
from costing.ui.schedule.demand import (
    costs as demand_costs,
)
from costing.ui.schedule.demand import (
    menu as demand_menu,
)
from costing.ui.schedule.demand import (
    objectives as demand_objectives,
)
from costing.ui.schedule.demand import (
    rules as demand_rules,
)
from costing.ui.schedule.demand import (
    structure as demand_structure,
)
from costing.ui.schedule.demand.rules import contrary
from costing.ui.schedule.demand.typed import Typed
from costing.ui.shell import cache, state

__all__ = ["contrary", "explained", "form"]

#: Where the demand just sent waits for the form to be drawn again with what it asks.
_SENT = "demand-sent"


class _Part(Protocol):
    """A folded part of the form: one of the modules of `_PARTS`."""

    def title(self, reference: Reference, rules: ScheduleRules) -> str:
        """What is set, so that the part need not be opened to be known."""

    def fields(self, reference: Reference, rules: ScheduleRules, version: int) -> Any:
        """Draw the fields; what they hold."""

    def read(self, typed: Typed, reference: Reference, entered: Any) -> dict[str, Any]:
        """The fields of `ScheduleRules` that what they hold means."""


_PARTS: tuple[_Part, ...] = (
    demand_menu,
    demand_objectives,
    demand_costs,
    demand_structure,
    demand_behaviour,
)


def form(reference: Reference, draft: Scenario) -> Scenario | None:
    """The form; what it asks for once sent, None before or when it is refused."""
    sent = st.session_state.pop(_SENT, None)
    version = state.workspace().version
    with st.form(f"demand-{version}", enter_to_submit=False):
        left, right = st.columns(2, gap="large")
        with left:
            amounts = demand_amounts.fields(reference, draft.savings, version)
        with right:
            rules = demand_rules.fields(reference, draft.rules, version)
        entered, applied = [], cache.case(draft).reference
        for index, part in enumerate(_PARTS):
            title = part.title(reference, draft.rules)
            with st.expander(title, key=f"demand-section-{index}-{version}"):
                entered.append(part.fields(applied, draft.rules, version))
        pressed = st.form_submit_button("Calculer le barème", type="primary")
    if not pressed:
        return draft if sent == draft else None
    demanded = _demanded(reference, draft, amounts, rules, entered)
    if demanded is not None and demanded != draft:
        # The titles of the folded parts told the draft as it was: they are to tell the new one.
        st.session_state[_SENT] = demanded
        st.rerun()
    return demanded


def _demanded(
    reference: Reference,
    draft: Scenario,
    amounts: dict[str, Any],
    rules: dict[str, Any],
    entered: list[Any],
) -> Scenario | None:
    """The draft with what is typed, in the workspace; None where anything is refused, in words."""
    typed = Typed()
    savings = demand_amounts.read(typed, draft.savings, amounts)
    update = demand_rules.read(typed, reference, rules)
    for part, values in zip(_PARTS, entered, strict=True):
        update |= part.read(typed, reference, values)
    if not typed.refused:
        try:
            demanded = revised(
                draft,
                savings=savings.model_dump(),
                rules=draft.rules.model_copy(update=update).model_dump(),
            )
            state.edit(demanded, refresh_fields=False)
        except InputError as error:
            typed.refused += [problem.text() for problem in error.problems]
        else:
            return demanded
    _refuse(typed.refused)
    return None


def _refuse(words: list[str]) -> None:
    """All that is to be mended, a line each."""
    if len(words) == 1:
        st.error(f"Demande refusée. {wording.literal(words[0])}")
        return
    lines = "\n".join(f"- {wording.literal(word)}" for word in words)
    st.error(f"**Demande refusée : {len(words)} saisies à corriger.**\n\n{lines}")


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
