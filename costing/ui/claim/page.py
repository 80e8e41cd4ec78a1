"""« Affirmation »: how likely a public claim is, under each reading, and what would turn it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import streamlit as st

from costing.analysis.claim.claim import ClaimAnswer
from costing.analysis.claim.words import ClaimWords, claim_words
from costing.case import labels
from costing.problems.errors import InputError
from costing.reference.reference import Reference
from costing.ui.claim import charts as claim_charts
from costing.ui.claim import tables as claim_tables
from costing.ui.claim.choice import Question, choose
from costing.ui.parts import files, tables, wording
from costing.ui.shell import cache, state
from costing.values.catalogue import Claim

_ADDRESS = re.compile(r"\b[a-z][a-z0-9_]*\.[a-z0-9_]+\.(?:[a-z0-9_]+|\*)")


def page() -> None:
    """Draw the page."""
    claim_tables.style()
    st.title("Affirmation")
    tables.lead(
        "Une affirmation publique mise à l'épreuve : sa probabilité, compte tenu de ce que l'on "
        "ne sait pas, ce qu'elle devient selon la façon de la lire, et ce qui la renverserait."
    )
    question = choose(cache.case(state.workspace().draft))
    try:
        answer = _compute(question)
    except InputError as error:
        refusal = in_words(cache.reference(), question.claim, error)
        st.error(f"Pas de réponse sous cette lecture : {wording.literal(refusal)}")
        return
    words = claim_words(answer)
    if np.isfinite(answer.outcome.draws).any():
        _answer(answer, words)
        _pictures(answer, words)
        _readings(answer, words)
        _flips(answer, words)
    else:
        st.warning(words.verdict)
        _readings(answer, words)
    _quotes(answer, words)


def _compute(question: Question) -> ClaimAnswer:
    """The answer, kept if it is known; a bar tells how far the draws are."""
    bar = st.empty()

    def tell(share: float, words: str) -> None:
        bar.progress(share, words)

    try:
        return cache.claim_answer(state.workspace().draft, *question, tell)
    finally:
        bar.empty()


def in_words(reference: Reference, claim: Claim, error: InputError) -> str:
    """The engine's refusal, its codes and addresses said as the screens say them."""
    who = labels.population_name(reference, claim.population)
    problems = [
        replace(p, value=who) if p.code == "population_empty" else p for p in error.problems
    ]
    text = InputError(problems).text()
    text = _ADDRESS.sub(lambda match: labels.address_name(reference, match.group()), text)
    return wording.without_codes(reference, text)


def _answer(answer: ClaimAnswer, words: ClaimWords) -> None:
    """The probability in large, and the sentences under it."""
    claim_tables.headline(answer)
    claim_tables.paragraphs(words.verdict, kind="cl-verdict")
    claim_tables.paragraphs(words.basis, words.near, words.estimate, words.meaning)
    claim_tables.paragraphs(
        f"{words.scope} {words.sampling} Degrés de certitude : échelle du GIEC (2010).",
        kind="c-note",
    )


def _pictures(answer: ClaimAnswer, words: ClaimWords) -> None:
    """What we do not know, then what makes machines differ: never mixed."""
    st.header("Ce que l'on ne sait pas")
    tables.lead(
        "Chaque tirage prend ensemble une valeur de toutes les hypothèses incertaines, la même "
        "pour tous les appareils. Bâtons pleins : 9 tirages sur 10."
    )
    claim_charts.uncertainty(answer, words)
    st.header("Ce qui distingue les appareils")
    if answer.variation is None:
        claim_tables.paragraphs(
            "Sans objet ici : cette quantité est celle de toute la population, et non d'un "
            "appareil seul."
        )
        return
    tables.lead(
        "Les appareils du parc ne se ressemblent pas, même si l'on savait tout : chacun est compté "
        "à sa propre activité, toutes les hypothèses à leur mode. Bâtons pleins : 9 appareils sur "
        "10."
    )
    left, right = st.columns([7, 5], gap="large", vertical_alignment="center")
    with left:
        claim_charts.variation(answer, words)
    with right:
        claim_tables.paragraphs(words.variation)


def _readings(answer: ClaimAnswer, words: ClaimWords) -> None:
    st.header("Selon la lecture")
    claim_tables.paragraphs(words.readings)
    claim_tables.readings(answer)
    st.download_button(
        "Télécharger les lectures (CSV)",
        lambda: claim_tables.as_csv(answer),
        file_name=files.file_name(f"affirmation_{answer.claim.id}", state.workspace().draft, "csv"),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _flips(answer: ClaimAnswer, words: ClaimWords) -> None:
    """One input alone, then the smallest joint change."""
    st.header("Ce qui renverserait la réponse")
    if not answer.flips:
        claim_tables.paragraphs("Aucune hypothèse incertaine n'entre dans cette quantité.")
        return
    st.subheader("Une hypothèse seule")
    claim_tables.paragraphs(words.alone)
    claim_tables.flips(answer)
    st.subheader("Plusieurs ensemble")
    claim_tables.paragraphs(words.together)
    claim_tables.joint_change(answer)


def _quotes(answer: ClaimAnswer, words: ClaimWords) -> None:
    """All the sentences in one block to copy, with what makes them checkable."""
    st.header("Phrases à citer")
    # An answer is kept by the content of its scenario, which the name is not part of.
    claim, scenario = answer.claim, state.workspace().draft
    head = f"« {claim.statement.fr} » — {claim.author.fr}, {labels.day(claim.date)}"
    foot = f"Scénario « {scenario.name} », empreinte {cache.digest(scenario)[:10]}."
    st.code(f"{head}\n{words.text}\n{foot}", language=None, wrap_lines=True)
