"""« Sensibilité »: what decides the answer to a claim, and which datum to collect next."""

from __future__ import annotations

import streamlit as st

from costing.analysis.claim.words import DEFINITIONS, MEANINGS
from costing.analysis.sensitivity.sensitivity import Sensitivity
from costing.analysis.sensitivity.words import SensitivityWords, sensitivity_words
from costing.case import labels
from costing.french.writing import number
from costing.problems.errors import InputError
from costing.reference.reference import Reference
from costing.ui.claim import tables as claim_tables
from costing.ui.claim.choice import Question, choose
from costing.ui.claim.page import in_words
from costing.ui.parts import files, tables, wording
from costing.ui.sensitivity import (
    charts as sensitivity_charts,
)
from costing.ui.sensitivity import (
    details as sensitivity_details,
)
from costing.ui.sensitivity import (
    tables as sensitivity_tables,
)
from costing.ui.shell import cache, state


def page() -> None:
    """Draw the page."""
    claim_tables.style()
    st.title("Sensibilité")
    tables.lead(
        "Ce qui décide de la réponse à une affirmation : les données qui déplacent le résultat, "
        "celles qui le rendent incertain, et celle qu'il faut collecter ensuite."
    )
    case = cache.case(state.workspace().draft)
    question = choose(case)
    try:
        sensitivity = _compute(question)
    except InputError as error:
        refusal = in_words(cache.reference(), question.claim, error)
        st.error(f"Pas de réponse sous cette lecture : {wording.literal(refusal)}")
        return
    words = sensitivity_words(sensitivity, case.reference, question.reading.definition)
    _answer(sensitivity, words, question, case.reference)
    if sensitivity.effects.variance:
        _drivers(sensitivity, question, case.reference)
        sensitivity_details.cost(case, question.reading)
        sensitivity_details.sobol(case.scenario, sensitivity, question)
    _quotes(sensitivity, words, question)


def _compute(question: Question) -> Sensitivity:
    """The sensitivity, kept if it is known; a bar tells how far the draws are."""
    bar = st.empty()

    def tell(share: float, words: str) -> None:
        bar.progress(share, words)

    try:
        return cache.sensitivity(state.workspace().draft, *question, tell)
    finally:
        bar.empty()


def _answer(
    sensitivity: Sensitivity, words: SensitivityWords, question: Question, reference: Reference
) -> None:
    """The share of grade D in large, and the sentences under it."""
    if not sensitivity.effects.variance:
        st.warning(words.variance)
        return
    sensitivity_tables.headline(sensitivity, reference)
    claim_tables.paragraphs(words.variance, kind="cl-verdict")
    claim_tables.paragraphs(words.grade_d, words.swing, words.cost, words.collect, words.left_out)
    claim_tables.paragraphs(_draws(sensitivity, question), kind="c-note")


def _draws(sensitivity: Sensitivity, question: Question) -> str:
    """What the figures rest on."""
    middle = sensitivity_tables.middle(sensitivity, question.reading.definition)
    return (
        f"{middle} {number(sensitivity.draws)} tirages indépendants (quelle que soit la méthode "
        f"des réglages), graine {sensitivity.seed} ; parts de variance sur "
        f"{number(sensitivity.effects.orders)} ordres tirés au sort."
    )


def _drivers(sensitivity: Sensitivity, question: Question, reference: Reference) -> None:
    """The tornado, the shares of the variance, the table of what to collect."""
    claim, definition = question.claim, question.reading.definition
    st.header("Ce qui déplace le résultat")
    sensitivity_charts.tornado(sensitivity, reference, claim, definition)
    st.header("Ce qui le rend incertain")
    sensitivity_charts.shares(sensitivity, reference)
    st.header("Quelle donnée collecter ensuite")
    sensitivity_tables.collect(sensitivity, reference)
    st.download_button(
        "Télécharger toutes les données (CSV)",
        lambda: sensitivity_tables.as_csv(sensitivity, reference, definition),
        file_name=files.file_name(f"sensibilite_{claim.id}", state.workspace().draft, "csv"),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _quotes(sensitivity: Sensitivity, words: SensitivityWords, question: Question) -> None:
    """All the sentences in one block to copy, with what makes them checkable."""
    st.header("Phrases à citer")
    claim, reading, scenario = question.claim, question.reading, state.workspace().draft
    perimeter = cache.reference().perimeter(reading.perimeter).label.fr
    activity = f" ; activité {labels.ACTIVITIES[reading.activity]}"
    lines = (
        f"« {claim.statement.fr} » — {claim.author.fr}, {labels.day(claim.date)}",
        f"Lecture : {DEFINITIONS[reading.definition]} ({MEANINGS[reading.definition]}) ; "
        f"périmètre « {perimeter} »{activity * (reading.definition != 'break_even')} ; tarif "
        f"demandé au {labels.day(question.date)}.",
        words.text,
        _draws(sensitivity, question),
        f"Scénario « {scenario.name} », empreinte {cache.digest(scenario)[:10]}.",
    )
    st.code("\n".join(lines), language=None, wrap_lines=True)
