"""The value sheets of an import workbook, row by row, as overrides of the reference data.

What becomes an override: a row whose numbers, VAT, source or note differ from the reference, or
that bears a name, a date or a reason. What it is founded on:

- numbers changed, source changed: the source and the note of the row (D when the note is blank);
- numbers changed, source left: the source of another value cannot found this one, so it is recorded
  as the expert's own entry, note D; a better note without a new source is refused;
- numbers left: the source and note of the row.
"""

from __future__ import annotations

import math
import re
from functools import partial
from typing import Any

from costing import labels
from costing.errors import ScenarioError, suggest
from costing.parameters import Parameter, Value
from costing.reference import Reference
from costing.scenario import Override
from costing.units import UNITS, is_money
from costing.words import number, percent
from costing.workbook import vocabulary as words
from costing.workbook.cells import (
    clean,
    is_blank,
    read_choice,
    read_date,
    read_number,
    read_text,
)
from costing.workbook.choices import quantity
from costing.workbook.tables import BAD, Findings, Table

_ADDRESS = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+\.([a-z0-9_]+|\*)")
EXPERT = str(Override.model_fields["source"].default)
Row = dict[str, Any]


def read_values(reference: Reference, table: Table, findings: Findings) -> list[Override]:
    """The overrides of a value sheet; problems and the place of each address are noted."""
    found = []
    for row in table.rows():
        address = table.read(findings, row, "address", read_text)
        if address is None:
            _check_no_address(table, row, findings)
        elif address is not BAD:
            override = _read_row(reference, table, row, clean(address), findings)
            if override:
                found.append(override)
    return found


def note_missing(reference: Reference, files: list[str], table: Table, findings: Findings) -> None:
    """Note the addresses of some files that no sheet gives: absent is not « unchanged »."""
    missing = [
        address
        for address, _, _ in reference.values()
        if address.split(".")[0] in files and address not in findings.where
    ]
    if missing:
        shown = ", ".join(missing[:5]) + ("…" if len(missing) > 5 else "")
        place = table.grid.place(table.header, table.columns["address"])
        findings.add("wb_rows_missing", place, shown, count=len(missing))


def _check_no_address(table: Table, row: int, findings: Findings) -> None:
    filled = [name for name in words.VALUE_INPUTS if not is_blank(table.raw(row, name))]
    if filled:
        findings.add(
            "wb_no_key", table.place(row, "address"), heading=words.VALUE_COLUMNS["address"]
        )


def _read_row(
    reference: Reference, table: Table, row: int, address: str, findings: Findings
) -> Override | None:
    place = table.place(row, "address")
    resolved = resolve(reference, address)
    if resolved is None:
        near = suggest(address, [known for known, _, _ in reference.values()])
        findings.add("unknown_parameter", place, address, near=near)
        return None
    if not findings.claim(address, place):
        return None
    before = len(findings.problems)
    parameter, current = resolved
    _check_labels(reference, table, row, parameter, address, findings)
    values = _read_cells(table, row, parameter, findings)
    if len(findings.problems) == before:
        return _override(table, row, address, current, values, findings)
    return None


def resolve(reference: Reference, address: str) -> tuple[Parameter, Value] | None:
    """The parameter of an address, and the value that its scope has, of its own or inherited."""
    if not _ADDRESS.fullmatch(address):
        return None
    try:
        parameter, own = reference.parameter_at(address)
    except ScenarioError:
        return None
    scope = address.rsplit(".", 1)[1]
    if own is None and scope in {*reference.class_labels, *reference.models}:
        own = reference.value_for(parameter, scope)
    return (parameter, own) if own else None


def _check_labels(
    reference: Reference,
    table: Table,
    row: int,
    parameter: Parameter,
    address: str,
    findings: Findings,
) -> None:
    """The row must still say what its address says: a shifted or sorted column would not."""
    file, _, scope = address.split(".")
    expected = {
        "label": parameter.label.fr,
        "scope": labels.scope_name(reference, scope, file),
        "unit": UNITS[parameter.unit][0],
    }
    if all(is_blank(table.raw(row, name)) for name in expected):
        return
    for name, wanted in expected.items():
        text = table.read(findings, row, name, read_text)
        if text is not BAD and clean(text or "") != clean(wanted):
            code = "wb_unit_changed" if name == "unit" else "wb_label_changed"
            findings.add(code, table.place(row, name), text or "", expected=wanted)


def _read_cells(table: Table, row: int, parameter: Parameter, findings: Findings) -> Row:
    allowed = quantity(parameter.unit)
    values: Row = {
        name: table.read(findings, row, name, partial(read_number, allowed=allowed))
        for name in ("low", "mode", "high")
    }
    for name in ("low", "mode", "high"):
        blank = values[name] is None
        if parameter.distribution == "fixed" and name != "mode":
            if not blank and values[name] is not BAD:
                findings.add("bounds_fixed", table.place(row, name), values[name])
        elif blank:
            findings.add("wb_blank", table.place(row, name), heading=words.VALUE_COLUMNS[name])
    _check_order(table, row, parameter, values, findings)
    values["vat"] = table.read(findings, row, "vat", partial(read_choice, options=labels.VAT))
    if not is_money(parameter.unit) and values["vat"] not in (None, BAD):
        findings.add("wb_vat_unexpected", table.place(row, "vat"), values["vat"])
    values["grade"] = table.read(findings, row, "grade", partial(read_choice, options=words.GRADES))
    values["date"] = table.read(findings, row, "date", read_date)
    for name in ("source", "author", "reason"):
        values[name] = table.read(findings, row, name, read_text)
    return values


def _check_order(
    table: Table, row: int, parameter: Parameter, values: Row, findings: Findings
) -> None:
    low, mode, high = (values[name] for name in ("low", "mode", "high"))
    if not all(isinstance(value, float) for value in (low, mode, high)) or low <= mode <= high:
        return

    def shown(value: float) -> str:
        if UNITS[parameter.unit][2]:
            return percent(value, 2)
        return number(value, 0 if value.is_integer() else 2)

    facts = {"low": shown(low), "mode": shown(mode), "high": shown(high)}
    findings.add("bounds_order", table.place(row, "mode"), mode, **facts)


def _override(
    table: Table, row: int, address: str, current: Value, values: Row, findings: Findings
) -> Override | None:
    """The row as an override, or None when it says what the reference says."""
    spare = is_blank(table.raw(row, "unit"))
    if current.vat and values["vat"] is None and not spare:
        findings.add("wb_blank", table.place(row, "vat"), heading=words.VALUE_COLUMNS["vat"])
        return None
    values["vat"] = values["vat"] or current.vat
    numbers = {name: _unless_same(values[name], getattr(current, name)) for name in ("low", "high")}
    same_mode = _unless_same(values["mode"], current.mode) is None
    vat = None if values["vat"] == current.vat else values["vat"]
    changed = not same_mode or vat is not None or any(v is not None for v in numbers.values())
    for name in ("source", "grade"):
        if values[name] is None and not changed and not spare:
            findings.add("wb_blank", table.place(row, name), heading=words.VALUE_COLUMNS[name])
            return None
    listed = words.SOURCE_SEPARATOR.join(current.source)
    source = clean(values["source"] or "") or (EXPERT if changed else listed)
    resourced = source != clean(listed)
    grade = values["grade"] or ("D" if changed else current.grade)
    if changed and not resourced:
        if grade not in {current.grade, "D"}:
            findings.add("wb_grade_without_source", table.place(row, "grade"), grade)
            return None
        source, grade = EXPERT, "D"
    told = any(values[name] for name in ("author", "date", "reason"))
    if not (changed or resourced or told or grade != current.grade):
        return None
    return Override(
        parameter=address, mode=current.mode if same_mode else values["mode"], **numbers, vat=vat,
        source=source, grade=grade, author=values["author"] or "", reason=values["reason"] or "",
        date=values["date"],
    )  # fmt: skip


def _unless_same(value: float | None, reference: float | None) -> float | None:
    """The value, or None where it says what the reference says, to what a file keeps of it."""
    if value is None or reference is None:
        return value
    return None if math.isclose(value, reference, rel_tol=1e-12, abs_tol=0) else value
