"""What holds a proposal back: each demand, and what one unit less of it would be worth."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from costing.french.writing import NONE, meuros, money, number
from costing.optimise.demands import Requirement
from costing.optimise.explain import Binding, unit
from costing.optimise.proposal import Proposal
from costing.reference.reference import Reference
from costing.scenario.menu import OBJECTIVES
from costing.ui.parts import tables, wording
from costing.ui.schedule.verdict import goal_amount

_VERIFIED = (
    "Chaque montant est vérifié par un nouveau calcul : le barème est cherché à nouveau, cette "
    "demande desserrée d'un cran, toutes les autres gardées. Il vaut pour ce cran, non pour dix."
)
#: What is spared, by first objective; the others are told in their own unit.
_SPARED = {
    "loss": "Épargné aux appareils sous leur coût",
    "largest_loss": "Épargné à l'appareil le plus touché",
    "near_cost": "Écart au coût en moins",
}


def section(proposal: Proposal) -> None:
    """What holds the first objective, then what keeps more from being saved."""
    reference = proposal.case.reference
    first = proposal.case.scenario.rules.objectives[0]
    st.header("Ce qui tient le résultat")
    if proposal.binding:
        spared = _SPARED.get(first, f"Gain sur « {OBJECTIVES[first].label.fr} »")
        columns = [*_HEAD, tables.Column(spared), tables.Column("Économies de plus")]
        rows = [
            [*_demand(reference, binding), _gain(first, binding.gain), _more(binding.savings_eur)]
            for binding in proposal.binding
        ]
        tables.table(columns, rows)
        _words(proposal.binding)
    else:
        st.write("Aucune demande ne retient le premier but.")
    if proposal.limiting:
        st.subheader("Ce qui limite les économies")
        most = meuros(proposal.reachable_eur)
        tables.lead(f"Ce qui fixe le plus que l'on puisse économiser, {most}.")
        rows = [
            [*_demand(reference, binding), _more(binding.savings_eur)]
            for binding in proposal.limiting
        ]
        tables.table([*_HEAD, tables.Column("Économies de plus")], rows)
        _words(proposal.limiting)
    if proposal.binding or proposal.limiting:
        tables.note(_VERIFIED)


_HEAD = [
    tables.text("Demande"), tables.Column("Son nombre"), tables.Column("Desserrée de"),
]  # fmt: skip


def _demand(reference: Reference, binding: Binding) -> list[str]:
    """A demand, its number, and what easing it by one unit is."""
    requirement = Requirement(binding.constraint, binding.scope, binding.value)
    title = requirement.title(reference)
    if not requirement.movable:
        return [title, NONE, "levée"]
    sign, by = "+" if requirement.declared.looser > 0 else "-", unit(requirement)
    step = f"{number(100 * by)} point" if requirement.declared.unit == "share" else money(by)
    return [title, requirement.amount(), f"{sign}{step}"]


def _gain(first: str, gain: float | None) -> str:
    """What the first objective gains; too little to be told apart from nothing, nothing."""
    if gain is None:
        return NONE
    return goal_amount(first, max(gain, 0.0))


def _more(euros: float | None) -> str:
    return NONE if euros is None else money(max(euros, 0.0))


def _words(bindings: Sequence[Binding]) -> None:
    lines = (wording.literal(tables.glued(binding.words)) for binding in bindings)
    st.markdown("\n".join(f"- {line}" for line in lines))
