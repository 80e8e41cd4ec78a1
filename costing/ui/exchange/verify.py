"""« Vérifier un classeur exporté »: a file computed again; what changed in it, what differs.

The comparison is in `costing.workbook.verify.verify`, its words in `costing.workbook.verify.words`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import streamlit as st

from costing.french.writing import number
from costing.problems.errors import InputError, Problem
from costing.scenario.scenario import Difference
from costing.ui.parts import files, tables, wording
from costing.ui.shell import adopt, cache, changes
from costing.ui.shell.running import running
from costing.workbook.verify.gaps import Gap
from costing.workbook.verify.verify import Verification, verify
from costing.workbook.verify.words import cell, changed_in_words, gaps_csv, verdict

#: Rows of the table of cells; the file holds them all.
MOST = 200
_KEY, _ALL = "verify-found", "Toutes les feuilles"


class _Verified(NamedTuple):
    """What came of the file last given."""

    token: str
    verification: Verification | None
    problems: tuple[Problem, ...]


def section() -> None:
    """Draw the section."""
    st.header("Vérifier un classeur exporté")
    tables.lead(
        "Un classeur de proposition revenu de l'autre côté : l'outil relit ses cases jaunes, "
        "refait tout le calcul et compare chaque case à ce qu'elle devrait dire."
    )
    given = st.file_uploader(
        "Classeur exporté (.xlsx), recalculé et enregistré par un tableur",
        type=["xlsx"], key="verify-file", max_upload_size=50,
    )  # fmt: skip
    if given is None:
        tables.note("Le parc entier demande une demi-minute. Le fichier n'est pas conservé.")
        return
    verified = _verified(given)
    if verified.verification is None:
        files.problems(given.name, verified.problems)
        return
    _result(given.name, verified.verification)


def _verified(given: Any) -> _Verified:
    """The file given, verified once."""
    verified: _Verified | None = st.session_state.get(_KEY)
    if verified is None or verified.token != given.file_id:
        try:
            with running("verify", "Lecture du classeur") as tell:
                verified = _Verified(given.file_id, verify(given, cache.reference(), tell), ())
        except InputError as error:
            verified = _Verified(given.file_id, None, error.problems)
        st.session_state[_KEY] = verified
    return verified


def _result(name: str, verification: Verification) -> None:
    say = st.success if verification.fine else st.error
    say(f"« {wording.literal(name)} ». {verdict(verification)}")
    if verification.changed:
        st.subheader("Ce qui a changé depuis l'export")
        rows = _changed(verification)
        columns = [tables.text(title) for title in ("Donnée", "À l'export", "Dans le fichier")]
        tables.table(columns, rows, tall=len(rows) > 14)
    if verification.gaps:
        _differs(name, verification.gaps)
    _adopt(name, verification)


def _changed(verification: Verification) -> list[tuple[str, str, str]]:
    """Inputs that changed: those of the scenario as everywhere on the screens, then the others."""
    reference = cache.reference()
    rows: list[tuple[str, str, str]] = []
    for change, words in zip(
        verification.changed, changed_in_words(reference, verification), strict=True
    ):
        try:
            described = changes.in_words(reference, [Difference(*change)])
        except (KeyError, TypeError, ValueError):
            described = []
        scenario_rows = [
            (change_words.what, change_words.before, change_words.after)
            for change_words in described
            if change_words.what != change[0]
        ]
        rows += scenario_rows or [words]
    return [row for row in rows if row[1] != row[2]]


def _differs(name: str, gaps: tuple[Gap, ...]) -> None:
    """The cells that differ, by sheet."""
    st.subheader("Ce qui diffère, et pourquoi")
    counts = Counter(gap.sheet for gap in gaps)
    sheets = {_ALL: len(gaps), **counts}
    left, right = st.columns([5, 7], vertical_alignment="bottom")
    chosen = left.selectbox(
        "Feuille", list(sheets), key="verify-sheet",
        format_func=lambda sheet: f"{sheet} ({number(sheets.get(sheet, 0))})",
    )  # fmt: skip
    right.download_button(
        "Toutes les cases qui diffèrent (CSV)", lambda: gaps_csv(gaps).encode("utf-8-sig"),
        file_name=f"{name.removesuffix('.xlsx')}_ecarts.csv", mime="text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    own = [gap for gap in gaps if chosen in (_ALL, gap.sheet)]
    rows = [
        (gap.sheet, gap.cell or "—", cell(gap.actual), cell(gap.expected), gap.words)
        for gap in own[:MOST]
    ]
    columns = [
        tables.text("Feuille"), tables.text("Case"), tables.Column("Trouvé"),
        tables.Column("Attendu"), tables.text("Pourquoi"),
    ]  # fmt: skip
    tables.table(columns, rows, tall=len(rows) > 12)
    if len(own) > MOST:
        tables.note(f"Les {MOST} premières sur {number(len(own))} ; le fichier CSV les a toutes.")


def _adopt(name: str, verification: Verification) -> None:
    """The button that makes the inputs read from the file a revision."""
    adopt.offer(
        verification.scenario, f"Données du classeur {name}", "Adopter ce scénario",
        key=f"verify-reason-{name}",
        explanation="Les données saisies dans le classeur sont adoptées, non ses résultats : "
        "l'outil les recalcule. Les tarifs de « Barème » s'évaluent sur la page « Barème ».",
    )  # fmt: skip
