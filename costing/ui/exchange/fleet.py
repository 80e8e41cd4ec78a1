"""« Parc d'appareils »: a file of activity, mapped on screen once, adopted as the scenario's fleet.

What the headings suggest is shown in the drop-downs; what is not sure must be confirmed. Not here:
how a file is read (`costing.fleet_file.read`) or checked (`costing.fleet_file.file`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple, cast

import streamlit as st

from costing.fleet.columns import NUMBERS
from costing.fleet_file.faults import ActivityError, Fault, Listed
from costing.fleet_file.file import Imported, import_fleet
from costing.fleet_file.guess import guess
from costing.fleet_file.mapping import Column, Mapping, recall, remember
from costing.fleet_file.read import open_file
from costing.fleet_file.synonyms import TITLES, near, options
from costing.french.writing import number
from costing.problems.errors import FleetError
from costing.ui.exchange.mapping_form import CHOOSE, Work, form
from costing.ui.parts import files, tables, wording
from costing.ui.shell import adopt, cache, state
from costing.ui.shell.running import running

LARGEST_MB = 200
#: Different wordings that a person may be asked to translate on the screen.
MOST_WORDINGS = 30
_KEY = "fleet-import"


def section() -> None:
    """Draw the section."""
    st.header("Parc d'appareils")
    tables.lead(
        "Votre fichier d'activité tel que vous l'avez : une ligne par appareil, ou plusieurs dont "
        "les actes s'ajoutent. Les colonnes se font correspondre une fois ; le fichier suivant aux "
        "mêmes titres est lu sans rien redemander."
    )
    given = st.file_uploader(
        "Fichier d'activité (CSV, TSV, XLSX, ODS ou Parquet)",
        type=["csv", "tsv", "txt", "xlsx", "ods", "parquet"],
        key="fleet-file", max_upload_size=LARGEST_MB,
    )  # fmt: skip
    if given is None:
        tables.note(
            f"Taille maximale : {LARGEST_MB} Mo, jusqu'à un million de lignes. Au-delà, la "
            "commande « costing fleet » lit un fichier du disque."
        )
        return
    try:
        work = _work(given)
    except FleetError as error:
        files.problems(given.name, error.problems)
        return
    _preview(work)
    mapping, year, lacks = form(work)
    _read(work, mapping, year, lacks)
    if work.error is not None:
        _refused(work)
    elif work.imported is not None:
        _adopt(work, work.imported)


def _work(given: Any) -> Work:
    """The file given, opened once."""
    work: Work | None = st.session_state.get(_KEY)
    if work is None or work.token != given.file_id:
        reader = open_file((given.name, given.getvalue()))
        work = Work(given.file_id, reader, guess(reader), recall(reader.head.headings))
        st.session_state[_KEY] = work
    return work


def _preview(work: Work) -> None:
    head = work.reader.head
    st.subheader("Le fichier")
    columns = [tables.text(heading) for heading in head.headings]
    width = len(columns)
    rows = [[*row, *[""] * width][:width] for row in head.sample[:4]]
    tables.table(columns, rows)
    tables.note(f"« {work.reader.name} » : {work.reader.words}. Premières lignes.")


# --- reading and what comes of it


def _read(work: Work, mapping: Mapping | None, year: int | None, lacks: list[str]) -> None:
    """The button that reads the whole file; what it gave is forgotten when anything changes."""
    if work.read_with != (mapping, year):
        work.imported = work.error = None
    pressed = st.button("Lire le fichier", type="primary", disabled=mapping is None)
    if mapping is None:
        sure = "Confirmez ce qui n'est pas sûr, puis lisez le fichier."
        tables.note(f"Il manque : {', '.join(lacks)}." if lacks else sure)
        return
    again = st.session_state.pop("fleet-again", False)
    if not (pressed or again):
        return
    work.read_with, work.imported, work.error = (mapping, year), None, None
    try:
        with running("fleet") as tell:
            work.imported = import_fleet(work.reader, mapping, cache.reference(), year, tell)
        remember(mapping, work.reader.head.headings)
    except FleetError as error:
        work.error = error


def _refused(work: Work) -> None:
    """Wordings to translate, then every other problem, and the list of all rows."""
    error = work.error
    assert error is not None
    listed = error.listed if isinstance(error, ActivityError) else None
    answered = _ask(work, listed) if listed is not None else set()
    left = [p for p in error.problems if (p.code, p.facts.get("column")) not in answered]
    if left:
        files.problems(work.reader.name, left)
    if listed is not None:
        st.download_button(
            "Toutes les lignes en cause (CSV)", lambda: listed.csv().encode("utf-8-sig"),
            file_name="problemes_parc.csv", mime="text/csv", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip


def _ask(work: Work, listed: Listed) -> set[tuple[str, str]]:
    """Fields for what a file says that is not understood; the problems that they answer.

    Those are told by their code and the title of their column.
    """
    unknown = [f for f in listed.faults if f.refusal.code == "activity_wording" and f.heading]
    unknown = unknown if len(unknown) <= MOST_WORDINGS else []
    numbers = [unread for unread in _unread_numbers(listed) if unread.texts]
    if not unknown and not numbers:
        return set()
    st.subheader("Valeurs à traduire")
    tables.note(
        "Le fichier dit ceci, qui n'est pas reconnu : dites ce que cela vaut. Ce qui en est proche "
        "est proposé, et la réponse est retenue."
    )
    places = cycle(st.columns(3, gap="medium"))
    chosen: dict[Column, dict[str, str]] = {}
    for fault in unknown:
        _wording(work, fault, next(places), chosen)
    for unread in numbers:
        for text, count in unread.texts.items():
            _amount(work, unread.column, text, count, next(places), chosen)
    if st.button("Reprendre avec ces traductions", type="primary", disabled=not chosen):
        for name, values in chosen.items():
            work.values[name] = {**work.values.get(name, {}), **values}
        st.session_state["fleet-again"] = True
        st.rerun()
    wordings = {("activity_wording", TITLES[f.column]) for f in unknown}
    return wordings | {(unread.code, TITLES[unread.column]) for unread in numbers}


def _wording(work: Work, fault: Fault, place: Any, chosen: dict[Column, dict[str, str]]) -> None:
    """The drop-down of a wording; what is near it is proposed."""
    choices = options(cache.reference())
    name, text = cast("Column", fault.column), fault.refusal.value
    codes = ["", *choices[name]]
    close = near(text, name, choices[name])
    code: str = place.selectbox(
        wording.literal(f"{TITLES[name]} : « {text} » ({_lines(len(fault.refusal.rows))})"), codes,
        index=codes.index(close) if close else 0,
        format_func={"": CHOOSE, **choices[name]}.__getitem__,
        key=f"fleet-value-{name}-{text}-{work.token}",
    )  # fmt: skip
    if code:
        chosen.setdefault(name, {})[text] = code


class _UnreadNumbers(NamedTuple):
    """A column of numbers where some texts, or blanks (""), say none: how many rows each."""

    code: str
    column: Column
    texts: dict[str, int]


def _unread_numbers(listed: Listed) -> Iterator[_UnreadNumbers]:
    """What is no number in the columns of numbers, where a few answers settle it."""
    for fault in listed.faults:
        code = fault.refusal.code
        if fault.heading is None or fault.column not in NUMBERS:
            continue
        if code == "activity_blank":
            texts = {"": len(fault.refusal.rows)}
        elif code == "activity_number":
            texts = dict(Counter(listed.cells[fault.heading].texts_at(fault.refusal.rows)))
        else:
            continue
        few = texts if len(texts) <= MOST_WORDINGS else {}
        yield _UnreadNumbers(code, cast("Column", fault.column), few)


def _amount(
    work: Work, name: Column, text: str, count: int, place: Any,
    chosen: dict[Column, dict[str, str]],
) -> None:  # fmt: skip
    """The field of a text that is no number, or of a blank cell."""
    cell_text = f"« {text} »" if text else "case vide"
    value = place.number_input(
        wording.literal(f"{TITLES[name]} : {cell_text} ({_lines(count)})"), 0.0, None, None,
        step=1.0, placeholder="à indiquer", key=f"fleet-number-{name}-{text}-{work.token}",
    )  # fmt: skip
    if value is not None:
        chosen.setdefault(name, {})[text] = f"{value:.15g}"


def _lines(count: int) -> str:
    return f"{number(count)} ligne{'s' if count > 1 else ''}"


def _adopt(work: Work, imported: Imported) -> None:
    """What was read, and the button that makes it a revision."""
    frame, label = imported.fleet.frame, wording.literal(work.reader.name)
    acts = number(float((frame["acts_billed"] * frame["weight"]).sum()))
    beside = []
    if imported.blank:
        beside.append(f"{number(imported.blank)} vides")
    if imported.other_years:
        beside.append(f"{number(imported.other_years)} d'autres années")
    aside = f" (dont {' et '.join(beside)}, laissées)" if beside else ""
    st.success(
        f"« {label} » est lu sans problème : {number(imported.rows)} lignes{aside}, "
        f"{number(len(frame))} appareils, {acts} actes facturés en {imported.fleet.year}."
    )
    if imported.alike:
        st.warning(
            f"En double, dans toutes les colonnes du fichier : {_lines(imported.alike)}. Leurs "
            "actes sont comptés deux fois. Ôtez-les si c'est une erreur."
        )
    try:
        table = imported.fleet.to_table()
    except FleetError as error:
        files.problems(work.reader.name, error.problems)
        return
    scenario = state.workspace().draft.model_copy(update={"fleet": table})
    reason = f"Parc de {work.reader.name}, lu le {dt.date.today():%d/%m/%Y}"
    adopt.offer(scenario, reason, "Adopter ce parc", "Essayer ce parc sans enregistrer")
