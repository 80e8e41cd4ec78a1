"""Files that people take away, made when a button is pressed; what is wrong in those they bring."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from functools import partial
from io import BytesIO

import streamlit as st

from costing import paths
from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.optimise.proposal import Proposal
from costing.problems.errors import InputError, Problem
from costing.scenario.scenario import Scenario
from costing.schedule_file.file import write_schedule
from costing.ui.parts import tables, wording

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXAMPLE = "exemple_rempli.xlsx"


def file_name(kind: str, scenario: Scenario, extension: str) -> str:
    """`proposition_mon-scenario_3f9a1c2b.xlsx`: what it is, whose, and which content."""
    plain = unicodedata.normalize("NFKD", scenario.name).encode("ascii", "ignore").decode()
    title = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40] or "scenario"
    return f"{kind}_{title}_{scenario.hash[:8]}.{extension}"


def proposal_button(proposal: Proposal) -> None:
    """The proposal as a workbook whose cells recompute."""

    def make() -> bytes:
        from costing.workbook.export import write_proposal  # noqa: PLC0415 - only when pressed

        stream = BytesIO()
        write_proposal(proposal, stream)
        return stream.getvalue()

    st.download_button(
        "Télécharger la proposition (Excel)",
        make,
        file_name=file_name("proposition", proposal.case.scenario, "xlsx"),
        mime=XLSX,
        icon=":material/download:",
        on_click="ignore",
    )


def evaluation_button(case: Case, schedule: FeeSchedule, name: str) -> None:
    """What a schedule comes to, as the workbook that computes it; why not, where it cannot be."""
    from costing.workbook.export import check_evaluation  # noqa: PLC0415 - slow

    def make() -> bytes:
        from costing.workbook.export import write_evaluation  # noqa: PLC0415 - only when pressed

        stream = BytesIO()
        write_evaluation(case, schedule, stream)
        return stream.getvalue()

    try:
        check_evaluation(case, schedule)
    except InputError as error:
        tables.note(f"Pas de classeur pour ce barème : {error.text()}")
        return
    st.download_button(
        "Télécharger le calcul (Excel)",
        make,
        file_name=file_name("evaluation", case.scenario, "xlsx"),
        mime=XLSX,
        icon=":material/download:",
        on_click="ignore",
        help=f"« {wording.literal(name)} » comme un classeur dont chaque chiffre est une formule : "
        "changez une case jaune, tout suit.",
    )


def annex_buttons(proposal: Proposal) -> None:
    """The proposed tables in the layout of the official ones, for Word and for Excel."""
    scenario, schedule = proposal.case.scenario, proposal.schedule
    if schedule is None:
        return

    def made(extension: str) -> bytes:
        from costing.annex.describe import of_scenario  # noqa: PLC0415 - only when pressed
        from costing.annex.excel import write_sheets  # noqa: PLC0415
        from costing.annex.word import write_word  # noqa: PLC0415

        stream = BytesIO()
        write = write_word if extension == "docx" else write_sheets
        write(of_scenario(proposal.case, schedule), stream)
        return stream.getvalue()

    for label, extension, mime in (("Word", "docx", DOCX), ("Excel", "xlsx", XLSX)):
        st.download_button(
            f"Annexe ({label})",
            partial(made, extension),
            file_name=file_name("annexe", scenario, extension),
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            help="Les tarifs disposés comme les tableaux officiels, à coller dans un projet de "
            "texte.",
        )


def schedule_button(schedule: FeeSchedule, first: dt.date, scenario: Scenario) -> None:
    """A schedule from a date on, as the page « Barème » and the command line read it."""
    st.download_button(
        "Télécharger le barème (CSV)",
        lambda: write_schedule(schedule, first).encode(),
        file_name=file_name("bareme", scenario, "csv"),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def problems(name: str, faults: Iterable[Problem], content: bytes | None = None) -> None:
    """Each fault of a file: where, what is wrong and what is expected.

    content: that of a workbook, to be taken back with its faults marked.
    """
    listed = list(faults)
    count = "1 problème" if len(listed) == 1 else f"{len(listed)} problèmes"
    st.error(
        f"« {wording.literal(name)} » : {count}. Rien n'a été repris ; corrigez le fichier et "
        "redonnez-le."
    )
    rows = [
        [
            p.place.sheet or p.place.file or "",
            p.place.cell or (str(p.place.line) if p.place.line else p.place.key or ""),
            p.message(),
        ]
        for p in listed
    ]
    columns = [tables.text(title) for title in ("Feuille ou fichier", "Cellule ou ligne")]
    tables.table([*columns, tables.text("Problème")], rows, tall=len(rows) > 12)
    if content is not None:
        _returned_button(name, content, listed)


def _returned_button(name: str, content: bytes, listed: list[Problem]) -> None:
    """The workbook with its faults marked, when it can be opened at all."""
    copy = _returned(content, listed)
    if copy is None:
        return
    st.download_button(
        "Classeur annoté (Excel) : cases en cause colorées et commentées",
        copy,
        file_name=f"{name.removesuffix('.xlsx')}_a-corriger.xlsx",
        mime=XLSX,
        icon=":material/download:",
        on_click="ignore",
    )


@st.cache_data(max_entries=4, show_spinner="Annotation du classeur…")
def _returned(content: bytes, _listed: list[Problem]) -> bytes | None:
    from costing.workbook.imported.annotate import (  # noqa: PLC0415 - only on a refused file
        annotate,
    )

    return annotate(content, _listed)


def template_button(case: Case, scenario: Scenario) -> None:
    """The import workbook at the scenario's values."""

    def make() -> bytes:
        from costing.workbook.template import write_template  # noqa: PLC0415 - only when pressed

        stream = BytesIO()
        write_template(case, stream)
        return stream.getvalue()

    st.download_button(
        "Classeur à remplir, aux valeurs du scénario",
        make,
        file_name=file_name("classeur", scenario, "xlsx"),
        mime=XLSX,
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def example_button() -> None:
    """The filled example, when the package has it."""
    path = paths.WORKBOOKS / EXAMPLE
    st.download_button(
        "Exemple rempli",
        path.read_bytes if path.is_file() else b"",
        file_name=EXAMPLE,
        mime=XLSX,
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
        disabled=not path.is_file(),
    )


def scenario_button(scenario: Scenario) -> None:
    """The scenario as readable JSON, unsaved changes included."""
    st.download_button(
        "Scénario affiché (JSON)",
        scenario.to_json(),
        file_name=file_name("scenario", scenario, "json"),
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
