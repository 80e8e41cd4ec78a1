"""What a row of a value sheet says of itself: changed or not, unavailable, what is still missing.

A few columns, hidden right of the table, hold the reference values and the flags that « État » and
« Contrôle » read. Each is a live formula with the value that it gives now. The importer reads none
of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from costing.workbook.sheets import vocabulary
from costing.workbook.write.counts import column
from costing.workbook.write.layout import Sheet
from costing.workbook.write.styles import CHANGED

#: What a row holds that may differ from the reference.
COMPARED = ("low", "mode", "high", "vat", "source", "grade")
REFERENCE = {name: f"reference_{name}" for name in COMPARED}
#: value_changed: a number or the VAT; row_changed: anything; missing: words, each after a comma.
FLAGS = ("value_changed", "row_changed", "missing", "unavailable")
#: In a row for a value to add: its address once it has a number, and once it says its tax.
ADDED = {"mode": "added", "vat": "added_vat"}
#: Every column, hidden ones last, and where each stands.
NAMES = (*vocabulary.VALUE_COLUMNS, *REFERENCE.values(), *FLAGS, *ADDED.values())
PLACES = {name: index for index, name in enumerate(NAMES)}
LETTERS = {name: xl_col_to_name(index) for name, index in PLACES.items()}
DECLARED, BOTH, BLANK = "∅ non disponible", "▲ modifié et non disponible", "○ à remplir"
#: Key of `Book.cells` under which « Non disponible » says where its addresses stand.
ADDRESSES = "unavailable.address"
_WHO = ("author", "date", "reason")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def write_state(
    sheet: Sheet, row: int, reference: Mapping[str, Any] = _NOTHING, declared: bool = False
) -> None:
    """The hidden columns and « État » of a row, once its cells are written.

    reference: what the row would hold if nothing were changed; without it, a row for a value to
    add.
    """
    for name, hidden in REFERENCE.items():
        if reference.get(name) is not None:
            sheet.value(row, PLACES[hidden], reference[name], "calc_text")
    here = {name: sheet.written.get((row, PLACES[name])) for name in vocabulary.VALUE_COLUMNS}
    flags = _flags(here, reference, declared)
    addresses = sheet.book.cells.get(ADDRESSES)
    for name, formula in _formulas(row + 1, bool(reference), addresses).items():
        style = "small" if name == "changed" else "calc_text"
        sheet.formula(row, PLACES[name], formula, flags[name], style)


def write_added(sheet: Sheet, first: int, last: int) -> None:
    """The addresses by which the computing sheets find the rows added, once these are written."""
    for row in range(first, last + 1):
        address, mode, vat = (f"{LETTERS[name]}{row + 1}" for name in ("address", "mode", "vat"))
        for name, filled in (("mode", f"ISNUMBER({mode})"), ("vat", f'{vat}<>""')):
            text = f'IF({filled},TRIM({address}),"")'
            sheet.formula(row, PLACES[ADDED[name]], text, "", "calc_text")
    for name in (*ADDED, *ADDED.values()):
        sheet.book.columns[sheet.name, f"spare_{name}"] = column(sheet, first, last, PLACES[name])


def register(sheet: Sheet, first: int, last: int) -> None:
    """Tell the book where the columns of the table stand, between two rows."""
    for name, index in PLACES.items():
        sheet.book.columns[sheet.name, name] = column(sheet, first, last, index)


def _flags(here: Mapping[str, Any], reference: Mapping[str, Any], declared: bool) -> dict[str, Any]:
    """The values of the formulas below."""
    numbers = COMPARED[:4]
    changed = any(here[n] is not None and here[n] != reference.get(n) for n in numbers)
    edited = any(here[n] is not None and here[n] != reference.get(n) for n in COMPARED)
    row_changed = changed or edited or any(here[n] is not None for n in _WHO)
    source = here["source"]
    lacks = {
        "adresse": row_changed and here["address"] is None,
        "bas": here["low"] is None and reference.get("low") is not None,
        "mode": here["mode"] is None and here["address"] is not None,
        "haut": here["high"] is None and reference.get("high") is not None,
        "TVA": here["vat"] is None and reference.get("vat") is not None,
        "source": here["address"] is not None
        and (source is None or (changed and source == reference.get("source"))),
        "note": here["grade"] is None and bool(reference) and not changed,
        "qui": row_changed and here["author"] is None,
        "pourquoi": row_changed and here["reason"] is None,
    }
    missing = "".join(f", {name}" for name, lack in lacks.items() if lack)
    state = (BOTH if declared else CHANGED) if row_changed else DECLARED * declared
    if missing:
        state = f"{state or BLANK}, manque : {missing[2:]}"
    flags = (int(changed), int(row_changed), missing, int(declared))
    return {**dict(zip(FLAGS, flags, strict=True)), "changed": state}


def _formulas(line: int, in_reference: bool, addresses: str | None) -> dict[str, str]:
    """Formulas of a line (from 1); `in_reference`: whether the reference has a value for it."""
    at = {name: f"{letter}{line}" for name, letter in LETTERS.items()}

    def differs(*names: str) -> str:
        return ",".join(f'AND({at[n]}<>"",{at[n]}<>{at[REFERENCE[n]]})' for n in names)

    def lacks(word: str, condition: str) -> str:
        return f'IF({condition},", {word}","")'

    def bound(name: str) -> str:
        return f'AND({at[name]}="",{at[REFERENCE[name]]}<>"")'

    changed, row_changed = at["value_changed"], at["row_changed"]
    no_source = f'{at["source"]}=""'
    if in_reference:
        no_source = f"OR({no_source},AND({changed}=1,{at['source']}={at[REFERENCE['source']]}))"
    missing = [
        lacks("adresse", f'AND({row_changed}=1,{at["address"]}="")'),
        lacks("bas", bound("low")),
        lacks("mode", f'AND({at["mode"]}="",{at["address"]}<>"")'),
        lacks("haut", bound("high")),
        lacks("TVA", bound("vat")),
        lacks("source", f'AND({at["address"]}<>"",{no_source})'),
        *([lacks("note", f'AND({at["grade"]}="",{changed}=0)')] if in_reference else []),
        lacks("qui", f'AND({row_changed}=1,{at["author"]}="")'),
        lacks("pourquoi", f'AND({row_changed}=1,{at["reason"]}="")'),
    ]
    who = ",".join(f'{at[name]}<>""' for name in _WHO)
    is_declared = at["unavailable"]
    lead = (
        f'IF({row_changed}=1,IF({is_declared}=1,"{BOTH}","{CHANGED}"),IF({is_declared}=1,"{DECLARED}",'
        f'IF({at["missing"]}="","","{BLANK}")))'
    )
    count = f"SUMPRODUCT(--({addresses}={at['address']}))" if addresses else "0"
    return {
        "value_changed": f"IF(OR({differs(*COMPARED[:4])}),1,0)",
        "row_changed": f"IF(OR({changed}=1,{differs('source', 'grade')},{who}),1,0)",
        "missing": "&".join(missing),
        "unavailable": f'IF(AND({at["address"]}<>"",{count}>0),1,0)',
        "changed": f'{lead}&IF({at["missing"]}="","",", manque : "&MID({at["missing"]},3,99))',
    }
