"""« Évaluer un barème »: any schedule, wherever it comes from, measured and put to the test."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import streamlit as st

from costing.fee.schedule import FeeSchedule
from costing.optimise.cost_rules import named
from costing.optimise.named_rules import RULES
from costing.problems.errors import InputError
from costing.scenario.scenario import Scenario
from costing.ui.parts import files, tables, wording
from costing.ui.schedule import (
    alternatives as schedule_beside,
)
from costing.ui.schedule import (
    cache as schedule_cache,
)
from costing.ui.schedule import (
    robust as schedule_robust,
)
from costing.ui.schedule import (
    typed as schedule_typed,
)
from costing.ui.schedule import (
    view as schedule_view,
)
from costing.ui.shell import cache

_FILE = "evaluate-file"


class Source(NamedTuple):
    """A schedule, and the name under which its measures are told."""

    name: str
    schedule: FeeSchedule


def view(draft: Scenario) -> None:
    """The choice of a schedule, its measures, its robustness."""
    tables.lead(
        "N'importe quel barème, mesuré comme une proposition : ce qu'il économise, qui passe sous "
        "son coût, et si ses économies tiennent quand on ne sait pas tout."
    )
    chosen = st.segmented_control(
        "Barème à évaluer", list(_SOURCES), default="proposal", required=True,
        key="evaluate-source", format_func=lambda code: _SOURCES[code][0],
        persist_state="session",
    ) or "proposal"  # fmt: skip
    try:
        source = _SOURCES[chosen][1](draft)
        if source is not None:
            _measures(draft, source)
            schedule_robust.section(draft, source.schedule)
    except InputError as error:
        st.error(f"Ce barème ne peut pas être évalué : {wording.literal(error.text())}")


def _proposal(draft: Scenario) -> Source | None:
    """The proposal computed for the scenario."""
    proposal = cache.kept_proposal(draft)
    if proposal is None or proposal.schedule is None:
        st.info(
            "Aucun barème n'est proposé pour ce scénario. Calculez-en un sous « "
            f"{schedule_view.PROPOSE} », ou choisissez une autre source."
        )
        return None
    if proposal.answers is not None:
        tables.note("Évaluée ici sur des actes et des appareils qui ne réagissent pas au barème.")
    return Source(schedule_beside.PROPOSED, proposal.schedule)


def _official(draft: Scenario) -> Source:
    """The decision's own trajectory."""
    tables.note(cache.reference().savings.trajectory.note)
    return Source(RULES["official"].label.fr, named(cache.case(draft), "official"))


def _rule(draft: Scenario) -> Source:
    """A schedule that a rule gives."""
    rules = [name for name in RULES if name != "official"]
    left, _ = st.columns([5, 7])
    chosen = left.selectbox(
        "Règle", rules, key="evaluate-rule", persist_state="session",
        format_func=lambda name: RULES[name].label.fr,
    )  # fmt: skip
    tables.note(RULES[chosen].description.fr)
    return Source(RULES[chosen].label.fr, named(cache.case(draft), chosen))


def _file(draft: Scenario) -> Source | None:
    """A schedule brought as a file, kept for the session; or all that is wrong with it."""
    given = st.file_uploader(
        "Barème en CSV ou en JSON, ou classeur d'une proposition (.xlsx)",
        type=["csv", "json", "xlsx"], key="evaluate-upload", max_upload_size=50,
    )  # fmt: skip
    if given is not None:
        st.session_state[_FILE] = (given.name, given.getvalue())
    tables.note(
        "Une ligne par prix : date d'effet, classe, amortissement, zone, tranche, montant. « "
        f"{schedule_view.PROPOSE} » donne un tel fichier. Ce qu'une date ne nomme pas reste comme "
        "avant elle."
    )
    if _FILE not in st.session_state:
        return None
    name, content = st.session_state[_FILE]
    schedule, problems = schedule_cache.read_file(draft, name, sha256(content).hexdigest(), content)
    if schedule is None:
        files.problems(name, problems)
        return None
    if given is None:
        tables.note(f"Fichier évalué, donné plus tôt dans la session : {name}.")
    return Source(name, schedule)


def _typed(draft: Scenario) -> Source | None:
    """Prices typed over those in force."""
    schedule = schedule_typed.editor(cache.case(draft))
    return None if schedule is None else Source("Prix saisis", schedule)


#: Words and reader of each source.
_SOURCES = {
    "proposal": ("La proposition", _proposal),
    "official": ("La décision d'octobre 2025", _official),
    "rule": ("Une règle", _rule),
    "file": ("Un fichier", _file),
    "typed": ("Des prix saisis", _typed),
}


def _measures(draft: Scenario, source: Source) -> None:
    """The schedule beside the named ones, once asked."""
    st.header("Mesures")
    measures = schedule_cache.beside(draft, source.schedule, source.name, ask=False)
    if measures is None:
        measures = schedule_beside.ask("Évaluer ce barème", draft, source.schedule, source.name)
    if measures is None:
        tables.note("Ses économies, ses pertes et ses effets, à côté des barèmes qui ont un nom.")
        return
    schedule_beside.table(draft, measures)
    files.evaluation_button(cache.case(draft), source.schedule, source.name)
