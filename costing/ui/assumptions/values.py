"""From what is typed in the fields of a value to an override, or a refusal in words.

No screen here. A value is known by its address, `file.name.scope`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from costing.case.overrides import with_overrides
from costing.language.units import UNITS, is_money
from costing.problems.errors import CostingError, InputError, Place, problem
from costing.reference.reference import Reference
from costing.scenario.rules import MOST_EUR
from costing.scenario.scenario import Override, Scenario
from costing.ui.parts import figures, wording
from costing.ui.shell.changes import sources_text
from costing.values.parameters import Parameter, Value

NEW_SOURCE = "saisie de l'expert"
NEW_GRADE = "D"
NUMBERS = ("low", "mode", "high")
COLUMNS = (*NUMBERS, "vat", "source", "grade")


class Row(NamedTuple):
    """A value as the fields show it."""

    address: str
    parameter: Parameter
    value: Value
    original: Value
    modified: bool

    def texts(self, reference: Reference) -> dict[str, str]:
        """The text of each field."""
        unit, value = self.parameter.unit, self.value
        return {
            **{name: figures.field_text(getattr(value, name), unit) for name in NUMBERS},
            "vat": wording.VAT[value.vat or ""],
            "source": sources_text(reference, value.source),
            "grade": wording.GRADES[value.grade],
        }


def find(original: Reference, applied: Reference, address: str) -> Row:
    """The value at an address; a class without its own has its modality's, or everyone's.

    Raises:
        InputError: no such parameter, or no value for that class.
    """
    parameter, value = applied.parameter_at(address)
    base, base_value = original.parameter_at(address)
    scope = address.split(".")[2]
    first = base_value or original.value_for(base, scope)
    in_force = value or applied.value_for(parameter, scope)
    if first is None or in_force is None:
        raise InputError(problem("no_value_for_class", None, scope, parameter=parameter.name))
    return Row(
        address, parameter, in_force, first, value is not None and value.changed_by is not None
    )


def addresses(original: Reference, applied: Reference) -> list[str]:
    """Every value's address, in the order of the files whatever was changed; the added ones last.

    An override moves its value to the end of its parameter: a table that is being typed in must not
    move with it.
    """
    first = [address for address, _, _ in original.values()]
    originals = set(first)
    return first + sorted(a for a, _, _ in applied.values() if a not in originals)


def rows(original: Reference, applied: Reference, file: str) -> Iterator[Row]:
    """The values of a file."""
    for address in addresses(original, applied):
        if address.split(".")[0] == file:
            yield find(original, applied, address)


def edited(
    original: Reference, applied: Reference, draft: Scenario, address: str,
    typed: Mapping[str, str], reason: str = "",
) -> Scenario:  # fmt: skip
    """The draft with one value as typed; back at the reference, the override goes away.

    Raises:
        ValueError: a text is not a number, with the field's name.
        InputError: bounds out of order, VAT missing, thresholds that cross.
    """
    row = find(original, applied, address)
    before = row.texts(original)
    after = {**before, **{k: v for k, v in typed.items() if k in COLUMNS}}
    numbers = {name: _number(name, after[name], row) for name in NUMBERS}
    vat = wording.VAT_CODES.get(after["vat"]) or None
    touched = [name for name in (*NUMBERS, "vat") if after[name] != before[name]]
    source, grade = after["source"].strip(), wording.GRADE_CODES[after["grade"]]
    unsigned = row.modified and not row.value.changed_by
    if touched and not unsigned:
        source = source if source != before["source"] else NEW_SOURCE
        grade = grade if after["grade"] != before["grade"] else NEW_GRADE
    if _is_original(original, row, numbers, vat, None if touched else after):
        return draft.without_override(address)
    mode = numbers["mode"]
    assert mode is not None
    fields = {"low": numbers["low"], "high": numbers["high"], "vat": vat, "grade": grade}
    former_reason = row.value.note if unsigned else ""
    override = Override.model_validate(
        {"parameter": address, "mode": mode, "source": source or NEW_SOURCE,
         "reason": reason or former_reason, **fields}
    )  # fmt: skip
    with_overrides(original, [override])
    return draft.with_override(override)


def _is_original(
    original: Reference,
    row: Row,
    numbers: Mapping[str, float | None],
    vat: str | None,
    provenance: Mapping[str, str] | None,
) -> bool:
    """Whether the reference is typed; source and grade count when only they were touched."""
    first = row.original
    if any(numbers[name] != getattr(first, name) for name in NUMBERS):
        return False
    if (vat or first.vat) != first.vat:
        return False
    texts = row._replace(value=first).texts(original)
    return provenance is None or all(provenance[n] == texts[n] for n in ("source", "grade"))


def _number(name: str, text: str, row: Row) -> float | None:
    """The stored value of a field; an untouched text gives back the exact value it shows."""
    current = getattr(row.value, name)
    if text == figures.field_text(current, row.parameter.unit):
        return current if current is None else float(current)
    if not text.strip() and name != "mode" and row.parameter.distribution == "fixed":
        return None
    label = {"low": "bas", "mode": "mode", "high": "haut"}[name]
    unit = row.parameter.unit
    try:
        value = figures.stored(text, unit)
    except ValueError as error:
        raise ValueError(f"{label} : {error}") from None
    if is_money(unit) and abs(value) > MOST_EUR:
        most = f"{figures.plain(MOST_EUR / 1e6)} M€"
        raise ValueError(f"{label} : « {text} » est hors bornes ; au plus {most}")
    return value


def _out_of_range(unit: str, value: float) -> str:
    least = "plus de -100 %" if unit == "1/year" else f"au moins 0 {UNITS[unit][0]}".rstrip()
    return f"{figures.with_unit(value, unit)} n'est pas possible ; il faut {least}."


def refusal(error: Exception, row: Row | None = None) -> str:
    """Why an edit is refused, in words, with bounds as the fields show them."""
    if isinstance(error, InputError) and row is not None and len(error.problems) == 1:
        only = error.problems[0]
        if only.code == "bounds_order":
            facts = {k: figures.with_unit(v, row.parameter.unit) for k, v in only.facts.items()}
            return problem("bounds_order", Place(), None, **facts).message()
        if only.code == "value_range":
            return _out_of_range(row.parameter.unit, float(only.facts["value"]))
        return only.message()
    if isinstance(error, (CostingError, ValueError)):
        return str(error)
    raise error
