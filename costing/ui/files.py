"""Files that people take away, made when a button is pressed; what is wrong in those they bring."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from io import BytesIO

import streamlit as st

from costing import paths
from costing.errors import Problem
from costing.optimise.proposal import Proposal
from costing.reference import Case
from costing.scenario import Scenario
from costing.schedule_file import write_schedule
from costing.tariff import FeeSchedule
from costing.ui import names, tables

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def problems(name: str, found: Iterable[Problem]) -> None:
    """Each fault of a file: where, what is wrong and what is expected."""
    listed = list(found)
    count = "1 problème" if len(listed) == 1 else f"{len(listed)} problèmes"
    st.error(
        f"« {names.literal(name)} » : {count}. Rien n'a été repris ; corrigez le fichier et "
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
