"""The sheet « Choix » of an import workbook, row by row, as the fields of a scenario."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from costing.case import labels
from costing.french.writing import clean
from costing.problems.errors import Both, Place, suggest
from costing.reference.reference import Reference
from costing.scenario.rules import StructureChoice
from costing.scenario.scenario import Scenario
from costing.values.quantity import Quantity
from costing.workbook.grid.cells import (
    RefusedError,
    read_choice,
    read_date,
    read_flag,
    read_number,
    read_text,
)
from costing.workbook.grid.hidden import note_changed
from costing.workbook.grid.tables import BAD, Line, Table
from costing.workbook.sheets.choices.demand_rows import BLOCKS, LISTS
from costing.workbook.sheets.choices.row import SEPARATOR, Choice, Ruled
from costing.workbook.sheets.choices.rows import ROOM, STEPS, assemble, choices, correlation_choice
from costing.xlsx.cell import Raw

#: Most numbers that a part of the structure may be chosen among.
MOST_CANDIDATES = next(
    int(limit.max_length)
    for limit in StructureChoice.model_fields["candidates"].metadata
    if hasattr(limit, "max_length")
)
_NOTHING = Both(
    "rien, ce choix ne prend pas de second nombre ; videz la case",
    "nothing, this choice takes no second number; clear the cell",
)


def read_choices(reference: Reference, table: Table) -> dict[str, Any]:
    """The fields of a scenario; problems are noted, and each key's place by its scenario's key.

    A demand, a lever… at fault is left out, so that the rest is checked all the same.
    """
    by_key = {choice.key: choice for choice in choices(reference, Scenario(), ROOM)}
    names = {name for parameters in reference.files.values() for name in parameters}
    lines: dict[str, Line] = {}
    for key, line in table.keyed("key", ("value",)):
        if key not in by_key and (pair := _pair(key)) and names.issuperset(pair):
            by_key[key] = correlation_choice(reference, *pair)
        if key not in by_key:
            line.note("wb_unknown_key", "key", key, near=suggest(key, by_key))
        elif table.findings.claim(key, line.place("value")):
            lines[key] = line
    values: dict[str, Any] = {}
    # What another row rules is read once that row is, wherever it stands.
    for key in sorted(lines, key=lambda key: isinstance(by_key[key].admits, Ruled)):
        values[key] = _read_line(lines[key], by_key[key], values)
        if values[key] is not BAD and values[key] != by_key[key].value:
            note_changed(lines[key], ("value",))
    required = [key for key, choice in by_key.items() if choice.required]
    missing = [key for key in required if key not in table.findings.where]
    table.note_missing("key", missing, most=len(missing))
    _check_steps(table, values)
    for start in BLOCKS:
        _settle(table, start, _sound(table, start, values, by_key), values)
    for start in LISTS:
        _settle(table, start, _unlike(table, start, values, by_key), values)
    return assemble({key: None if value is BAD else value for key, value in values.items()})


def _pair(key: str) -> tuple[str, str] | None:
    """The two parameters of a correlation's key."""
    match key.split("."):
        case ["correlations", first, second]:
            return first, second
    return None


def _read_line(line: Line, choice: Choice, values: dict[str, Any]) -> Any:
    """The value of a row, `BAD` once noted; `values` holds the rows on which it depends."""
    written = line.read("unit", read_text)
    if written is not BAD and clean(written or "") != choice.unit:
        line.note("wb_unit_changed", "unit", written or "", expected=choice.unit or "—")
    if isinstance(choice.admits, Ruled):
        return _read_ruled(line, choice.admits, values.get(choice.admits.by))
    value = line.read("value", partial(_value, choice))
    if value is None and choice.required:
        line.note_blank("value")
    return value


def _value(choice: Choice, raw: Raw) -> Any:
    if isinstance(choice.admits, Quantity):
        return read_number(raw, choice.admits)
    if choice.options:
        return read_choice(raw, choice.options)
    if choice.admits == "flag":
        return read_flag(raw)
    return read_date(raw) if choice.admits == "date" else read_text(raw)


def _read_ruled(line: Line, ruled: Ruled, chosen: Any) -> Any:
    """The value of a row that another one rules, by what that one chooses."""
    if line.blank("value"):
        return None
    if chosen is BAD or chosen is None:
        return BAD  # the other row is at fault, and says so
    allowed = ruled.kinds.get(chosen)
    if allowed is None:
        text = line.read("value", read_text)
        if text is not BAD:
            line.note("wb_out_of_range", "value", text, expected=_NOTHING)
        return BAD
    if not isinstance(allowed, Quantity):
        return line.read("value", partial(read_choice, options=allowed))
    if ruled.several:
        return _read_several(line, allowed)
    return line.read("value", partial(read_number, allowed=allowed))


def _read_several(line: Line, allowed: Quantity) -> Any:
    """Some numbers in one cell; each that cannot be read is noted."""

    def parts(raw: Raw) -> Any:
        return read_text(raw) if isinstance(raw.value, str) else read_number(raw, allowed)

    content = line.read("value", parts)
    if not isinstance(content, str):
        return content if content is BAD else (content,)
    numbers: list[float | None] = []
    texts = [text for text in map(clean, content.split(SEPARATOR.strip())) if text]
    for text in texts:
        try:
            numbers.append(read_number(Raw(text), allowed))
        except RefusedError as error:
            line.note(error.code, "value", text, **error.facts)
    if not texts:
        line.note("wb_not_number", "value", content)
    elif len(texts) > MOST_CANDIDATES:
        most = MOST_CANDIDATES
        expected = Both(f"{most} nombres au plus", f"{most} numbers at most")
        line.note("wb_out_of_range", "value", content, expected=expected)
    elif len(numbers) == len(texts):
        return tuple(numbers)
    return BAD


def _numbers(start: str, values: dict[str, Any]) -> list[int]:
    """The numbers of the rows whose keys have a start, in order."""
    rest = (key.removeprefix(f"{start}.") for key in values if key.startswith(f"{start}."))
    return sorted({int(text.split(".")[0]) for text in rest})


def _sound(
    table: Table, start: str, values: dict[str, Any], by_key: dict[str, Choice]
) -> list[int]:
    """The numbers of the blocks that are whole, read without a problem, and like no other."""
    declared, good = BLOCKS[start], []
    first: dict[tuple[Any, ...], str] = {}
    for number in _numbers(start, values):
        keys = {part: f"{start}.{number}.{part}" for part in declared.parts}
        block = {part: values.get(key) for part, key in keys.items()}
        if all(value is None for value in block.values()):
            continue
        blank = [part for part in declared.needed if block[part] is None]
        for part in blank:
            place = table.findings.where.get(
                keys[part], Place(sheet=table.grid.name, key=keys[part])
            )
            table.findings.add("wb_blank", place, heading=table.headings["value"])
        if blank or any(value is BAD for value in block.values()):
            continue
        identity = tuple(block[part] for part in declared.identity)
        other = first.setdefault(identity, keys[declared.parts[0]]) if identity else None
        if other and other != keys[declared.parts[0]]:
            named = [by_key[keys[part]].options[str(block[part])] for part in declared.identity]
            _note_twice(table, other, keys[declared.parts[0]], " · ".join(named))
        else:
            good.append(number)
    return good


def _unlike(
    table: Table, start: str, values: dict[str, Any], by_key: dict[str, Choice]
) -> list[int]:
    """The numbers of the rows that hold something, none of them twice the same choice."""
    good: list[int] = []
    first: dict[Any, str] = {}
    for number in _numbers(start, values):
        key = f"{start}.{number}"
        value = values[key]
        if value is None or value is BAD:
            continue
        options = by_key[key].options
        other = first.setdefault(value, key)
        if options and other != key:
            _note_twice(table, other, key, options[value])
        else:
            good.append(number)
    return good


def _note_twice(table: Table, first: str, second: str, value: str) -> None:
    """Note, at both, two rows that say the same thing."""
    places = [table.findings.where[key] for key in (first, second)]
    for place, other in (places, places[::-1]):
        table.findings.add("wb_duplicate", place, value, other=str(other))


def _settle(table: Table, start: str, good: list[int], values: dict[str, Any]) -> None:
    """Leave out what is not good; places go by the ranks that the scenario gives, from 0.

    A sheet may skip numbers; what the scenario's own checks find must still lead to its cell.
    """
    findings = table.findings
    numbers = _numbers(start, findings.where)
    order = [*good, *(number for number in numbers if number not in good)]
    renamed = {}
    for key, place in findings.where.items():
        number, dot, part = key.removeprefix(f"{start}.").partition(".")
        inside = key.startswith(f"{start}.")
        renamed[f"{start}.{order.index(int(number))}{dot}{part}" if inside else key] = place
        if inside and int(number) not in good:
            values[key] = None
    findings.where = renamed


def _check_steps(table: Table, values: dict[str, Any]) -> None:
    """Dates that do not increase are noted and left out."""
    last: dt.date | None = None
    for number in range(1, STEPS + ROOM + 1):
        key = f"rules.step_dates.{number}"
        date = values.get(key)
        if not isinstance(date, dt.date):
            continue
        if last and date <= last:
            place = table.findings.where[key]
            table.findings.add("date_order", place, labels.day(date), after=labels.day(last))
            values[key] = BAD
        last = date
