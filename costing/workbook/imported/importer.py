"""An import workbook read cell by cell: a scenario, or every problem of the file with its cell.

Nothing is imported in part and nothing is guessed: what reads in two ways is refused with both
readings. What each kind of cell admits is in `cells`; what becomes an override, and on what source
and note, in `read_values`.

A workbook made on other reference data is refused: its unchanged cells would pass for changes.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from costing.case.case import Case, make_case
from costing.case.costs import annual_cost
from costing.french.writing import clean
from costing.problems.errors import InputError, Place, Problem, ScenarioError, WorkbookError
from costing.reference.reference import Reference
from costing.run.progress import Progress, silent
from costing.scenario.scenario import Override, Scenario, revised
from costing.workbook.grid.tables import Findings, Grid, Table, find_table, read_grids
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.read import read_choices
from costing.workbook.sheets.fleet.read import read_fleet
from costing.workbook.sheets.original import read_original, restored
from costing.workbook.sheets.unavailable.read import read_unavailable
from costing.workbook.sheets.values.read import note_missing, read_values
from costing.xlsx.package import open_package

#: Last row that is read of each sheet; content below is a problem, not silence.
LAST_ROWS = {
    vocabulary.READ_ME: 500,
    vocabulary.VALUES: 5_000,
    vocabulary.ACTIVITY: 5_000,
    vocabulary.CHOICES: 2_000,
    vocabulary.FLEET: 12_000,
    vocabulary.UNAVAILABLE: 2_000,
}
#: A machine's yearly acts on which every cost is tried once.
TRIAL_ACTS = 5_000.0
#: What may only wait for cells that could not be read: thresholds out of order, machines not found.
_WAITING = {"bands_order", "unknown_machine"}


def import_workbook(
    source: Path | BinaryIO, reference: Reference, tell: Progress = silent,
    findings: Findings | None = None,
) -> Scenario:  # fmt: skip
    """The scenario that an import workbook says.

    findings: what is noted on the way, for those who ask.

    Raises:
        WorkbookError: every problem of the file, each with its sheet and cell.
    """
    tell(0.05, "Ouverture du classeur")
    package = open_package(source)
    findings = findings or Findings()
    tell(0.2, "Lecture des feuilles")
    grids = read_grids(package, LAST_ROWS, findings)
    if vocabulary.READ_ME in grids:
        _check_fingerprint(grids[vocabulary.READ_ME], reference)
    by_sheet = {
        n: find_table(grids[n], *vocabulary.TABLES[n]) for n in vocabulary.TABLES if n in grids
    }
    tables = {name: table for name, table in by_sheet.items() if table}
    tell(0.5, "Lecture des hypothèses")
    overrides = _read_overrides(tables, reference)
    tell(0.7, "Lecture des choix et du parc")
    fields = _read_fields(tables, reference)
    if vocabulary.UNAVAILABLE in tables:
        fields["unavailable"] = read_unavailable(
            reference, tables[vocabulary.UNAVAILABLE], overrides
        )
    if vocabulary.FLEET not in tables:
        findings.problems = [p for p in findings.problems if p.code != "unknown_machine"]
    tell(0.9, "Vérification de l'ensemble")
    scenario = _assembled({**fields, "overrides": overrides}, findings)
    _check_whole(reference, scenario or Scenario(overrides=tuple(overrides)), findings)
    if findings.problems or scenario is None:
        raise WorkbookError(_in_order(findings.problems))
    tell(1.0, "Terminé")
    return restored(reference, scenario, read_original(package))


def _check_fingerprint(grid: Grid, reference: Reference) -> None:
    cell = grid.beside(vocabulary.FINGERPRINT)
    fingerprint = clean(str(grid.at(*cell).value or "")) if cell else reference.fingerprint
    if cell and fingerprint != reference.fingerprint:
        here = reference.fingerprint[:10]
        grid.findings.add(
            "wb_other_reference", grid.place(*cell), fingerprint[:10] or "—", expected=here
        )


def _read_overrides(tables: dict[str, Table], reference: Reference) -> list[Override]:
    """The overrides of both value sheets; an address may stand on either."""
    sheets = {
        name: tables[name] for name in (vocabulary.VALUES, vocabulary.ACTIVITY) if name in tables
    }
    overrides = [
        override for table in sheets.values() for override in read_values(reference, table)
    ]
    for name, table in sheets.items():
        note_missing(reference, vocabulary.sheet_files(reference, name), table)
    return overrides


def _read_fields(tables: dict[str, Table], reference: Reference) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if vocabulary.CHOICES in tables:
        fields = read_choices(reference, tables[vocabulary.CHOICES])
    if vocabulary.FLEET in tables:
        fields["fleet"] = read_fleet(reference, tables[vocabulary.FLEET])
    return fields


def _assembled(fields: dict[str, Any], findings: Findings) -> Scenario | None:
    """The scenario of the fields; what its own schema refuses is noted at the cell it came from.

    At a cell that has a problem already, it says nothing more.
    """
    try:
        return revised(Scenario(), **fields)
    except ScenarioError as error:
        noted = {problem.place for problem in findings.problems}
        refused = [_with_cell(problem, findings) for problem in error.problems]
        findings.problems += [problem for problem in refused if problem.place not in noted]
        return None


def _check_whole(reference: Reference, scenario: Scenario, findings: Findings) -> None:
    """What the reference data says of the whole, at the cells that it comes from."""
    damaged = bool(findings.problems)
    try:
        case = make_case(reference, scenario)
    except InputError as error:
        problems = [p for p in error.problems if not (damaged and p.code in _WAITING)]
        findings.problems += [_with_cell(p, findings) for p in problems]
        return
    if not damaged:
        _check_costs(case, findings)


def _check_costs(case: Case, findings: Findings) -> None:
    """Every class is costed once: a division by zero must show now, not on a screen."""
    changed = [override.parameter for override in case.scenario.overrides]
    by_formula: dict[str, Problem] = {}
    for code in case.reference.class_labels:
        try:
            annual_cost(case, code, TRIAL_ACTS)
        except InputError as error:
            for problem in error.problems:
                by_formula.setdefault(str(problem.facts.get("formula", "")), problem)
    for formula, problem in by_formula.items():
        used = [a for a in changed if a.split(".")[1] in formula] or [*changed, ""]
        place = _place_of(used[0], findings)
        findings.problems.append(replace(problem, place=place))


def _with_cell(problem: Problem, findings: Findings) -> Problem:
    """A problem of the reference data or the scenario, at the cell that its key came from."""
    key = problem.place.key or ""
    if problem.code == "bands_order":
        key = f"machine_classes.reference_activity.{problem.value}"
    elif key == "rules.floor_share_of_cost":
        key = f"{key}.{problem.value}"
    return replace(problem, place=_place_of(key, findings))


def _place_of(key: str, findings: Findings) -> Place:
    """The cell of a key, or of the nearest key that begins like it."""
    parts = key.split(".")
    for length in range(len(parts), 0, -1):
        start = ".".join(parts[:length])
        for noted, place in findings.where.items():
            if noted == start or noted.startswith(f"{start}."):
                return place
    return Place(key=key or None)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Problems by sheet, in the order of the workbook, each sheet from top to bottom."""
    sheets = [*LAST_ROWS]

    def rank(problem: Problem) -> tuple[int, int]:
        sheet, cell = problem.place.sheet, problem.place.cell or "0"
        digits = "".join(c for c in cell.split(":")[0] if c.isdigit())
        return (sheets.index(sheet) if sheet in sheets else len(sheets), int(digits or 0))

    return sorted(problems, key=rank)
