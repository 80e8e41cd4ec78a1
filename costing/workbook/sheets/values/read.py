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

from costing.case import labels
from costing.french.writing import clean, number, percent
from costing.language.units import UNITS, is_money
from costing.problems.errors import ScenarioError, suggest
from costing.reference.reference import Reference
from costing.scenario.scenario import Override
from costing.values.parameters import Parameter, Value
from costing.values.quantity import quantity
from costing.workbook.grid.cells import read_choice, read_date, read_number, read_text
from costing.workbook.grid.hidden import note_changed
from costing.workbook.grid.tables import BAD, Line, Table
from costing.workbook.sheets import vocabulary

_ADDRESS = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+\.([a-z0-9_]+|\*)")
_BOUNDS = ("low", "mode", "high")
EXPERT = str(Override.model_fields["source"].default)
Cells = dict[str, Any]


def read_values(reference: Reference, table: Table) -> list[Override]:
    """The overrides of a value sheet; problems and the place of each address are noted."""
    lines = table.keyed("address", vocabulary.VALUE_INPUTS)
    overrides = [_read_line(reference, line, address) for address, line in lines]
    return [override for override in overrides if override]


def note_missing(reference: Reference, files: list[str], table: Table) -> None:
    """Note the addresses of some files that no sheet gives."""
    expected = [a for a, _, _ in reference.values() if a.split(".")[0] in files]
    missing = [address for address in expected if address not in table.findings.where]
    table.note_missing("address", missing, most=5)


def _read_line(reference: Reference, line: Line, address: str) -> Override | None:
    problems = line.table.findings.problems
    resolved = _resolve(reference, address)
    if resolved is None:
        near = suggest(address, [known for known, _, _ in reference.values()])
        line.note("unknown_parameter", "address", address, near=near)
        return None
    if not line.table.findings.claim(address, line.place("address")):
        return None
    before = len(problems)
    parameter, current = resolved
    _check_labels(reference, line, parameter, address)
    values = _read_cells(line, parameter)
    return _override(line, address, current, values) if len(problems) == before else None


def _resolve(reference: Reference, address: str) -> tuple[Parameter, Value] | None:
    """The parameter of an address, and the value that its scope has, of its own or inherited."""
    if not _ADDRESS.fullmatch(address):
        return None
    try:
        parameter, own = reference.parameter_at(address)
    except ScenarioError:
        return None
    file, _, scope = address.split(".")
    if own is None and scope in reference.scopes_of(file):
        own = reference.value_for(parameter, scope)
    return (parameter, own) if own else None


def _check_labels(reference: Reference, line: Line, parameter: Parameter, address: str) -> None:
    """The row must still say what its address says: a shifted or sorted column would not."""
    file, _, scope = address.split(".")
    expected = {
        "label": parameter.label.fr,
        "scope": labels.scope_name(reference, scope, file),
        "unit": UNITS[parameter.unit][0],
    }
    if line.blank(*expected):
        return
    for name, wanted in expected.items():
        text = line.read(name, read_text)
        if text is not BAD and clean(text or "") != clean(wanted):
            code = "wb_unit_changed" if name == "unit" else "wb_label_changed"
            line.note(code, name, text or "", expected=wanted)


def _read_cells(line: Line, parameter: Parameter) -> Cells:
    """The inputs of a row by column, None for a blank; each checked by itself, bounds together."""
    as_number = partial(read_number, allowed=quantity(parameter.unit))
    readers: dict[str, Any] = {
        **dict.fromkeys(_BOUNDS, as_number),
        **dict.fromkeys(("source", "author", "reason"), read_text),
        "vat": partial(read_choice, options=labels.VAT),
        "grade": partial(read_choice, options=vocabulary.GRADES),
        "date": read_date,
    }
    values = {name: line.read(name, readers[name]) for name in vocabulary.VALUE_INPUTS}
    for name in _BOUNDS:
        if parameter.distribution == "fixed" and name != "mode":
            if values[name] not in (None, BAD):
                line.note("bounds_fixed", name, values[name])
        elif values[name] is None:
            line.note_blank(name)
    _check_order(line, parameter, *(values[name] for name in _BOUNDS))
    if not is_money(parameter.unit) and values["vat"] not in (None, BAD):
        line.note("wb_vat_unexpected", "vat", values["vat"])
    return values


def _check_order(line: Line, parameter: Parameter, low: Any, mode: Any, high: Any) -> None:
    if not all(isinstance(value, float) for value in (low, mode, high)) or low <= mode <= high:
        return

    def as_text(value: float) -> str:
        if UNITS[parameter.unit][2]:
            return percent(value, 2)
        return number(value, 0 if value.is_integer() else 2)

    line.note(
        "bounds_order", "mode", mode, low=as_text(low), mode=as_text(mode), high=as_text(high)
    )


def _override(line: Line, address: str, current: Value, values: Cells) -> Override | None:
    """The row as an override, or None when it says what the reference says."""
    spare = line.blank("unit")
    if current.vat and values["vat"] is None and not spare:
        line.note_blank("vat")
        return None
    vat = None if values["vat"] == current.vat else values["vat"]
    low, mode, high = (_unless_same(values[name], getattr(current, name)) for name in _BOUNDS)
    changed = any(part is not None for part in (low, mode, high, vat))
    for name in ("source", "grade"):
        if values[name] is None and not changed and not spare:
            line.note_blank(name)
            return None
    listed = vocabulary.SOURCE_SEPARATOR.join(current.source)
    source = clean(values["source"] or "") or (EXPERT if changed else listed)
    resourced = source != clean(listed)
    grade = values["grade"] or ("D" if changed else current.grade)
    if changed and not resourced:
        if grade not in {current.grade, "D"}:
            line.note("wb_grade_without_source", "grade", grade)
            return None
        source, grade = EXPERT, "D"
    attributed = any(values[name] for name in ("author", "date", "reason"))
    if not (changed or resourced or attributed or grade != current.grade):
        return None
    _check_seen(line, current, values, spare)
    return Override(
        parameter=address, mode=current.mode if mode is None else mode, low=low, high=high,
        vat=vat, source=source, grade=grade, author=values["author"] or "",
        reason=values["reason"] or "", date=values["date"],
    )  # fmt: skip


def _check_seen(line: Line, current: Value, values: Cells, spare: bool) -> None:
    """Note what a row changes in a cell that is not seen."""
    listed = vocabulary.SOURCE_SEPARATOR.join(current.source)
    before = {
        **{name: getattr(current, name) for name in (*_BOUNDS, "vat", "grade")},
        "source": clean(listed),
    }
    changed = [
        name for name in vocabulary.VALUE_INPUTS
        if values[name] is not None and not _same(values[name], before.get(name))
    ]  # fmt: skip
    note_changed(line, [*(["address"] if spare else []), *changed])


def _same(value: Any, before: Any) -> bool:
    if isinstance(value, str):
        return bool(clean(value) == before)
    return isinstance(value, float) and _unless_same(value, before) is None


def _unless_same(value: float | None, reference: float | None) -> float | None:
    """The value, or None where it says what the reference says, to what a file keeps of it."""
    if value is None or reference is None:
        return value
    return None if math.isclose(value, reference, rel_tol=1e-12, abs_tol=0) else value
