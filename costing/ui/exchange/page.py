"""« Import / export »: workbooks and scenarios in and out; every fault of a file by its cell."""

from __future__ import annotations

import streamlit as st

from costing.problems.errors import InputError, Problem
from costing.scenario.scenario import Scenario, from_json
from costing.store.store import differences
from costing.ui.exchange import fleet as fleet_import
from costing.ui.exchange import verify as verify_workbook
from costing.ui.parts import files, tables, wording
from costing.ui.schedule.view import EVALUATE
from costing.ui.shell import adopt, cache, state
from costing.ui.shell.changes import in_words
from costing.workbook.imported.remarks import far_values

#: Values to read again that are shown.
MOST_REMARKS = 5


def page() -> None:
    """Draw the page."""
    st.title("Import / export")
    tables.lead(
        "Emportez les valeurs, la proposition ou le scénario ; rapportez un classeur ou un "
        "scénario. Rien n'est repris d'un fichier tant qu'une seule de ses cases pose problème."
    )
    draft = state.workspace().draft
    out, into = st.columns(2, gap="large")
    with out:
        _out(draft)
    with into:
        st.header("Rapporter")
        uploaded = _uploaded()
    if uploaded is not None:
        _adopt(draft, *uploaded)
    verify_workbook.section()
    fleet_import.section()


def _out(draft: Scenario) -> None:
    st.header("Emporter")
    st.subheader("Classeur d'hypothèses")
    tables.note(
        "Toutes les valeurs du scénario affiché, avec unités, sources et grades. Les cases jaunes "
        "se remplissent dans Excel ou LibreOffice, puis le classeur se rapporte ici."
    )
    files.template_button(cache.case(draft), draft)
    files.example_button()
    st.subheader("Proposition de barème")
    proposal = cache.kept_proposal(draft)
    if proposal is not None and proposal.schedule is not None:
        tables.note(
            "Le barème calculé pour ce scénario, ses économies et ses effets, avec formules."
        )
        files.proposal_button(proposal)
        with st.container(horizontal=True):
            files.annex_buttons(proposal)
    else:
        tables.note("Aucun barème n'est calculé pour ce scénario : voyez la page « Barème ».")
    st.subheader("Scénario")
    tables.note("Tout ce qui distingue le scénario de la référence, lisible et rechargeable.")
    files.scenario_button(draft)


def _uploaded() -> tuple[str, Scenario] | None:
    """The scenario of the file given, with the file's name; None when there is none to adopt."""
    given = st.file_uploader(
        "Classeur rempli (.xlsx) ou scénario (.json)", type=["xlsx", "json"], key="upload",
        max_upload_size=50,
    )  # fmt: skip
    if given is None:
        tables.note("Taille maximale : 50 Mo. Le fichier est lu ici et n'est pas conservé.")
        return None
    content = given.getvalue()
    is_json = given.name.lower().endswith(".json")
    if is_json:
        scenario, problems = _read_json(content, given.name)
    else:
        scenario, problems = cache.read_workbook(content)
    if scenario is None:
        files.problems(given.name, problems, None if is_json else content)
        return None
    if not is_json and cache.prices_changed(content, scenario):
        st.warning(
            "Des tarifs de « Barème », ou des parts de « Structure », ne sont plus ceux de "
            "l'export. Un classeur rapporte ses hypothèses, ses choix et son parc, non ses "
            f"tarifs : donnez-le aussi à « {EVALUATE} », page « Barème »."
        )
    return given.name, scenario


def _read_json(content: bytes, name: str) -> tuple[Scenario | None, tuple[Problem, ...]]:
    try:
        scenario = from_json(content.decode("utf-8-sig", errors="replace"), name)
        cache.case(scenario)
    except InputError as error:
        return None, error.problems
    return scenario, ()


def _adopt(draft: Scenario, name: str, scenario: Scenario) -> None:
    """What the file changes, and the button that makes it a revision."""
    st.header("Ce que le fichier change")
    file_label = wording.literal(name)
    changes = in_words(cache.reference(), differences(draft, scenario))
    if not changes:
        st.success(
            f"« {file_label} » est lu sans problème : le scénario affiché dit la même chose."
        )
        return
    count = "1 différence" if len(changes) == 1 else f"{len(changes)} différences"
    st.success(f"« {file_label} » est lu sans problème : {count} avec le scénario affiché.")
    for remark in far_values(cache.reference(), scenario)[:MOST_REMARKS]:
        st.warning(wording.literal(remark))
    if draft.fleet is not None and scenario.fleet is None:
        st.warning("Ce fichier n'a pas de parc : le reprendre revient au parc de référence.")
    columns = [
        tables.text("Ce qui change"),
        tables.text("Scénario affiché"),
        tables.text("Fichier"),
    ]
    tables.table(columns, changes, tall=len(changes) > 14)
    adopt.offer(
        scenario, f"Import de {name}", "Adopter ce fichier", "Essayer sans enregistrer",
        key=f"import-reason-{name}",
    )  # fmt: skip
