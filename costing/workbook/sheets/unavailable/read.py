"""The sheet « Non disponible » of an import workbook, row by row, as the data a scenario lacks.

A row names its datum by its address, or by a machine of « Parc » and a column. A datum declared
unavailable and changed in the same workbook is refused at both places.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from costing.case import labels
from costing.case.checks import unknown
from costing.french.writing import clean
from costing.reference.reference import Reference
from costing.scenario.scenario import Override
from costing.scenario.unavailable import ALL_MACHINES, FLEET
from costing.workbook.grid.cells import read_choice, read_date, read_text
from costing.workbook.grid.hidden import note_filled
from costing.workbook.grid.tables import BAD, Line, Table
from costing.workbook.sheets import vocabulary

_READERS: dict[str, Any] = {
    **dict.fromkeys(("address", "machine", "supplier", "detail", "instead"), read_text),
    "column": partial(read_choice, options=vocabulary.fleet_data()),
    "reason": partial(read_choice, options=labels.UNAVAILABLE),
    "since": read_date,
    "until": read_date,
}
Cells = dict[str, Any]


def read_unavailable(
    reference: Reference, table: Table, overrides: Sequence[Override]
) -> list[Cells]:
    """The data declared unavailable, as the fields of a scenario has them; problems are noted.

    overrides: what the workbook changes. Its machines are those that « Parc » was seen to hold.
    """
    findings = table.findings
    start = f"{vocabulary.FLEET} "
    machines = [key.removeprefix(start) for key in findings.where if key.startswith(start)]
    given = {override.parameter for override in overrides}
    lines = table.lines()
    note_filled(table.grid, [line.row for line in lines], list(table.columns.values()))
    data = [_read_line(reference, line, machines, given) for line in lines]
    return [cells for cells in data if cells]


def _read_line(
    reference: Reference, line: Line, machines: Sequence[str], given: set[str]
) -> Cells | None:
    """A row as the fields of a datum; None once its problems are noted."""
    findings = line.table.findings
    before = len(findings.problems)
    values = {name: line.read(name, reader) for name, reader in _READERS.items()}
    address = _address(line, values)
    if address:
        _check_address(reference, line, address, machines, given)
    for name in ("supplier", "reason"):
        if values[name] is None:
            line.note_blank(name)
    if values["reason"] == "other" and values["detail"] is None:
        line.note("unavailable_other", "detail")
    since, until = values["since"], values["until"]
    if BAD not in (since, until) and since and until and until < since:
        line.note("unavailable_dates", "until", labels.day(until), since=labels.day(since))
    if len(findings.problems) > before:
        return None
    optional = ("supplier", "reason", "detail", "since", "until", "instead")
    return {"address": address, **{n: values[n] for n in optional if values[n] is not None}}


def _address(line: Line, values: Cells) -> str | None:
    """The address that a row names; None when it names none, or two, once noted."""
    address, machine, column = (values[name] for name in ("address", "machine", "column"))
    if BAD in (address, machine, column):
        return None
    if address is not None:
        if machine is not None or column is not None:
            line.note("wb_unavailable_two", "address", address)
            return None
        return clean(address)
    if machine is None and column is None:
        line.note_blank("address")
        return None
    for name, value in (("machine", machine), ("column", column)):
        if value is None:
            line.note_blank(name)
    if machine is None or column is None:
        return None
    name = clean(machine)
    every = name.casefold() in {vocabulary.ALL_MACHINES, ALL_MACHINES}
    return f"{FLEET}.{column}.{ALL_MACHINES if every else name}"


def _check_address(
    reference: Reference, line: Line, address: str, machines: Sequence[str], given: set[str]
) -> None:
    """Note an address that leads to nothing, is there twice, or whose value is changed."""
    findings = line.table.findings
    name = "machine" if line.blank("address") else "address"
    place = line.place(name)
    fault = unknown(reference, machines, address, place)
    if fault:
        findings.problems.append(fault)
    elif findings.claim(f"{vocabulary.UNAVAILABLE} {address}", place) and address in given:
        other = findings.where[address]
        for here, there in ((place, other), (other, place)):
            findings.add("wb_unavailable_given", here, address, other=str(there))
