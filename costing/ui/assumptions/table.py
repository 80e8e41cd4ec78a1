"""The table of a file's values, edited cell by cell; what is refused stays in its cell."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd
import streamlit as st

from costing.case import labels
from costing.case.case import Case
from costing.problems.errors import CostingError
from costing.reference.reference import Reference
from costing.ui.assumptions import values
from costing.ui.parts import figures, unavailable_words, wording
from costing.ui.parts.unavailable_words import MARK
from costing.ui.shell import cache, state

_EDITABLE = {"Bas": "low", "Mode": "mode", "Haut": "high", "TVA": "vat", "Source": "source",
             "Grade": "grade"}  # fmt: skip
_ALL, _CHANGED, _WEAK = "toutes les valeurs", "modifiées", "grade D"
_LACKING = "non disponibles"


def section(case: Case) -> None:
    """Group, filters, table, and what is refused in it."""
    reference = cache.reference()
    files = [*reference.models, *(f for f in reference.files if f not in reference.models)]
    file = st.segmented_control(
        "Groupe", files, default=files[0], required=True, key="group", persist_state="session",
        format_func=lambda code: labels.file_name(reference, code),
    ) or files[0]  # fmt: skip
    scopes = sorted(
        {a.split(".")[2] for a, _, _ in case.reference.values() if a.startswith(f"{file}.")}
    )
    middle, right, _ = st.columns([3, 3, 5], vertical_alignment="bottom")
    scope = middle.selectbox(
        "Classe", ["", *scopes], key=f"scope-{file}",
        format_func=lambda c: labels.scope_name(reference, c) if c else "toutes les classes",
    )  # fmt: skip
    show = right.selectbox("Montrer", [_ALL, _CHANGED, _WEAK, _LACKING], key="show")
    rows = [
        row for row in values.rows(reference, case.reference, file) if _wanted(row, scope, show)
    ]
    if not rows:
        st.info("Aucune valeur ne répond à ce choix.")
        return
    _editor(reference, rows)
    _refusals(reference, case.reference)


def _wanted(row: values.Row, scope: str, show: str) -> bool:
    if scope and row.address.split(".")[2] != scope:
        return False
    if show == _ALL or row.address in state.workspace().typed:
        return True
    if show == _LACKING:
        return row.address in _lacking()
    return row.modified if show == _CHANGED else row.value.grade == "D"


def _lacking() -> dict[str, str]:
    """What is said of the values that are declared unavailable, by address."""
    return unavailable_words.by_address(state.workspace().draft)


def _editor(reference: Reference, rows: list[values.Row]) -> None:
    """The table; what is typed in it is known by row number, so its name says which rows it has."""
    lacking = _lacking()
    frame = pd.DataFrame([_texts(reference, row, lacking.get(row.address)) for row in rows])
    addresses = tuple(row.address for row in rows)
    rows_hash = hashlib.sha256("\n".join(addresses).encode()).hexdigest()[:12]
    key = f"values-{rows_hash}-{state.workspace().version}"
    st.session_state["values-editor"] = (key, addresses)
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        row_height=34,
        height=36 + 34 * len(frame),
        disabled=[str(name) for name in frame if name not in _EDITABLE],
        column_config=_columns(),
    )


def _columns() -> dict[str, Any]:
    """Width and kind of each column; numbers are texts, typed and read in French."""
    column = st.column_config
    number = {n: column.TextColumn(n, width=80, alignment="right") for n in ("Bas", "Mode", "Haut")}
    grades, vats = list(wording.GRADES.values()), list(wording.VAT.values())
    return {
        "État": column.TextColumn("État", width=60, pinned=True),
        "Paramètre": column.TextColumn("Paramètre", width=262, pinned=True),
        "Classe": column.TextColumn("Classe", width=140),
        "Unité": column.TextColumn("Unité", width=78),
        **number,
        "TVA": column.SelectboxColumn("TVA", options=vats, width=90),
        "Grade": column.SelectboxColumn(
            "Grade", options=grades, width=62, required=True, help=wording.GRADE_HELP
        ),
        "Source": column.TextColumn("Source", width=260),
        "Note": column.TextColumn("Note", width=420),
    }


def _texts(reference: Reference, row: values.Row, lacking: str | None) -> dict[str, str]:
    texts = {**row.texts(reference), **state.workspace().typed.get(row.address, {})}
    scope = row.address.split(".")[2]
    return {
        "État": "refusé"
        if row.address in state.workspace().typed
        else "modifié"
        if row.modified
        else f"{MARK} n. d." * bool(lacking),
        "Paramètre": row.parameter.label.fr,
        "Classe": labels.scope_name(reference, scope),
        "Unité": figures.unit_label(row.parameter.unit),
        **{title: texts[field] for title, field in _EDITABLE.items() if title != "Source"},
        "Source": texts["source"],
        "Note": " ".join(filter(None, (lacking and f"{MARK} {lacking}", row.value.note))),
    }


def apply_edits() -> None:
    """Put what was typed in the table since the last run in the draft, before anything is shown."""
    key, addresses = st.session_state.get("values-editor", ("none", ()))
    edits: Any = st.session_state.get(key)
    here = state.workspace()
    if not edits or not key.endswith(f"-{here.version}"):
        return
    for position, cells in edits["edited_rows"].items():
        address = addresses[int(position)]
        typed = {
            _EDITABLE[title]: str(text or "") for title, text in cells.items() if title in _EDITABLE
        }
        _apply(address, {**here.typed.get(address, {}), **typed})


def _apply(address: str, typed: dict[str, str]) -> None:
    here = state.workspace()
    reference, applied = cache.reference(), cache.case(here.draft).reference
    try:
        state.edit(values.edited(reference, applied, here.draft, address, typed), False)
    except (ValueError, CostingError):
        here.typed[address] = typed
    else:
        here.typed.pop(address, None)


def _refusals(reference: Reference, applied: Reference) -> None:
    """Why some cells are not taken up, by value, with a way to forget them."""
    here = state.workspace()
    if not here.typed:
        return
    lines = []
    for address, typed in here.typed.items():
        row = values.find(reference, applied, address)
        try:
            cache.case(values.edited(reference, applied, here.draft, address, typed))
        except (ValueError, CostingError) as error:
            words = wording.literal(values.refusal(error, row))
            lines.append(f"- **{labels.address_name(reference, address)}** — {words}")
    st.error(
        "Ces saisies ne sont pas prises en compte ; elles restent dans leur cellule, et la valeur "
        "d'avant sert aux calculs.\n" + "\n".join(lines)
    )
    if st.button("Oublier ces saisies"):
        here.typed.clear()
        here.version += 1
        st.rerun()
