"""The answer to a demand: a schedule, proven best or not; else what contradicts what, ways out."""

from __future__ import annotations

import streamlit as st

from costing.case import labels
from costing.french.writing import NONE, euros, meuros, money, number, percent
from costing.optimise.conflict import Relaxation
from costing.optimise.demands import Requirement
from costing.optimise.floors import COUNTS
from costing.optimise.proposal import Proposal
from costing.optimise.proposal_words import reform_words
from costing.reference.reference import Reference
from costing.scenario.menu import OBJECTIVES
from costing.ui.claim import tables as claim_tables
from costing.ui.parts import demand_words, tables, wording


def verdict(proposal: Proposal) -> None:
    """The answer in words, its main figures, and what changes besides prices."""
    if proposal.status == "infeasible":
        _conflict(proposal)
        return
    if proposal.status == "optimal":
        st.success(wording.literal(tables.glued(proposal.words)), icon=":material/check:")
    else:
        st.warning(
            wording.literal(tables.glued(proposal.words)), icon=":material/hourglass_bottom:"
        )
    _figures(proposal)
    if proposal.reform is not None:
        _reform(proposal)
    if proposal.answers is not None:
        _answers(proposal)
    if proposal.goals:
        tables.note(goals_words(proposal))


def _figures(proposal: Proposal) -> None:
    """What is asked, what is possible, and what the machines below their cost lose."""
    boxes = st.columns(4)
    boxes[0].metric("Demandé au forfait", meuros(proposal.required_eur))
    # Where the demands contradict each other even without savings, there is no such amount.
    if proposal.reachable_eur:
        # Where machines are counted, neighbours are put together: a little more may be possible.
        demands = proposal.case.scenario.rules.demands
        about = "Environ le" if any(d.constraint in COUNTS for d in demands) else "Le"
        label = f"{about} plus que l'on puisse économiser"
        boxes[1].metric(label, meuros(proposal.reachable_eur))
    if proposal.schedule is not None:
        help_ = "Somme, sur les appareils dont le forfait ne couvre pas le coût, de ce qui manque."
        boxes[2].metric("Perte des appareils sous leur coût", money(proposal.loss_eur), help=help_)
        boxes[3].metric("La même avant la première étape", money(proposal.present_loss_eur))


def _reform(proposal: Proposal) -> None:
    """The change of the structure, apart from the prices."""
    reform = proposal.reform
    assert reform is not None
    words = reform_words(proposal.case, reform)
    with st.container(border=True):
        st.markdown(f"**Structure du forfait, à partir du {labels.day(reform.date)}**")
        claim_tables.paragraphs(f"{words[:1].upper()}{words[1:]}.")
        tables.note(
            "La structure ne se lit pas dans les prix : un barème qui la change se compare par ses "
            "économies et ses effets, plus bas."
        )


def _answers(proposal: Proposal) -> None:
    """That the volumes are those of a fleet that answered the schedule."""
    answers = proposal.answers
    assert answers is not None
    rounds = f"{answers.rounds} tour{'s' if answers.rounds > 1 else ''}"
    rest = percent(answers.residual, 3) if answers.residual >= 5e-6 else "moins de 0,001 %"
    tables.note(
        f"Réactions des exploitants : le barème et le parc qui y réagit s'accordent après {rounds} "
        f"de calcul ; le dernier tour a déplacé la réponse la plus mouvante de {rest}."
    )


def goals_words(proposal: Proposal) -> str:
    """What each objective came to, in the order in which they were sought."""
    parts = [
        f"{rank}. {demand_words.inside(OBJECTIVES[name].label.fr)}, {goal_amount(name, value)}"
        for rank, (name, value) in enumerate(proposal.goals, start=1)
    ]
    return f"Ce que chaque but a donné, avant l'arrondi des tarifs : {' ; '.join(parts)}."


def goal_amount(name: str, value: float) -> str:
    """A value of an objective in its unit."""
    unit = OBJECTIVES[name].unit
    if unit == "share":
        return percent(value, 2)
    return number(value) if unit == "number" else money(value)


def _conflict(proposal: Proposal) -> None:
    """What contradicts what, in a short list; then the least way out of each demand."""
    st.error(conflict_words(proposal), icon=":material/block:")
    if proposal.exact and len(proposal.contradicting) > 1:
        tables.note(
            "Ces demandes forment un ensemble irréductible : que l'on en retire une, n'importe "
            "laquelle, et les autres peuvent tenir ensemble. Le calcul l'a établi."
        )
    _figures(proposal)
    if proposal.conflict:
        st.header("Ce qui débloquerait")
        tables.lead(
            "Une demande desserrée à la fois, du moins qu'il faut, toutes les autres gardées."
        )
        tables.table(_WAYS, [way_row(proposal.case.reference, way) for way in proposal.conflict])
        words = [wording.literal(tables.glued(way.words)) for way in proposal.conflict]
        st.markdown("\n".join(f"- {line}" for line in words))


def conflict_words(proposal: Proposal) -> str:
    """The engine's sentences in Markdown, the demands that contradict each other as a list."""
    before, listed, after = proposal.words.partition(f" : {' ; '.join(proposal.contradicting)}.")
    words = f"**Demandes incompatibles.** {wording.literal(tables.glued(before))}"
    words += "\N{NO-BREAK SPACE}:" if listed else ""
    if proposal.contradicting:
        titles = (wording.literal(tables.glued(title)) for title in proposal.contradicting)
        words += "\n\n" + "\n".join(f"- {title}" for title in titles)
    if after.strip():
        words += f"\n\n{wording.literal(tables.glued(after.strip()))}"
    return words


_WAYS = [
    tables.text("Demande"),
    tables.Column("Demandé"),
    tables.Column("Ce qui suffirait"),
    tables.text("Suffit ?"),
    tables.Column("Économies alors atteignables"),
    tables.Column("Perte des appareils sous leur coût"),
]


def way_row(reference: Reference, way: Relaxation) -> list[str]:
    """A way out as a row of the table."""
    requirement = Requirement(way.constraint, way.scope)
    unit = requirement.declared.unit
    now = amount(way.value, unit) if way.value is not None else "oui"
    needed = amount(way.needed, unit) if way.needed is not None else "lever la demande"
    if way.level:
        now = f"{percent(way.value, 2)} laissés dessous" if way.value else "aucun laissé dessous"
        needed = f"{percent(way.needed or 0.0, 2)} laissés dessous"
    return [
        requirement.title(reference),
        now,
        needed if way.enough else NONE,
        "oui" if way.enough else "non",
        money(way.reachable_eur),
        NONE if way.loss_eur is None else f"{money(way.loss_eur)} / an",
    ]


def amount(value: float | None, unit: str) -> str:
    """A number of a demand, with the decimals that the way out of a conflict needs."""
    if value is None:
        return NONE
    if unit == "share":
        return percent(value, 2)
    return money(value) if unit == "EUR" else euros(value, 2)
