"""An exported workbook checked against the engine, cell by cell.

The inputs of the file are read (scenario, prices, the machine shown), the engine computes them
again and writes the same sheets in memory; each cell that differs is told, with why. Not here: what
is only a record of the day of the export (« Contraintes », « Modifications »).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from python_calamine import CalamineWorkbook

from costing.case import labels
from costing.case.case import Case, make_case
from costing.fee.given_prices import assembled
from costing.fee.schedule import FeeSchedule
from costing.problems.errors import InputError, Place, WorkbookError, problem
from costing.reference.reference import Reference
from costing.run.progress import Progress, silent, within
from costing.scenario.scenario import Scenario
from costing.store.store import differences
from costing.values.quantity import Quantity
from costing.workbook.export import computed
from costing.workbook.grid.cells import read_choice, read_number
from costing.workbook.grid.tables import BAD, Findings, read_grids
from costing.workbook.imported.importer import import_workbook
from costing.workbook.live.machine_sheet import SHEET as MACHINE
from costing.workbook.live.machine_sheet import View, usual
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.original import SHEET as ORIGINAL
from costing.workbook.sheets.original import (
    Original,
    alike,
    fleet_hash,
    plain,
    price_rows,
    read_original,
)
from costing.workbook.sheets.schedule.read import read_prices
from costing.workbook.verify.gaps import RANK, Gap, gaps_of, marked_cells, reasoned
from costing.workbook.write.raw import Cells
from costing.xlsx.cell import Raw
from costing.xlsx.package import Package, open_package

#: What stands between the date and the parts of a price, in the key of its change.
PRICE_JOIN = " · "


@dataclass(frozen=True)
class Verification:
    """What a workbook came to: cells compared, those that differ, and what was changed in it.

    changed: (what, before, after) of each input that is not as exported.
    """

    scenario: Scenario
    schedule: FeeSchedule
    cells: int
    gaps: tuple[Gap, ...]
    changed: tuple[tuple[str, Any, Any], ...]

    @property
    def fine(self) -> bool:
        """Whether every cell is what the engine gives."""
        return not self.gaps


def verify(source: Path | BinaryIO, reference: Reference, tell: Progress = silent) -> Verification:
    """Compute an exported workbook again and compare.

    Raises:
        WorkbookError: not an exported workbook, or inputs that cannot be read, with their cells.
        InputError: inputs that the engine refuses.
    """
    package = open_package(source)
    if MACHINE not in package.parts or ORIGINAL not in package.parts:
        raise WorkbookError(problem("verify_not_export", Place(sheet=MACHINE)))
    data = package.data
    findings = Findings()
    scenario = import_workbook(io.BytesIO(data), reference, within(tell, 0.0, 0.3), findings)
    case = make_case(reference, scenario)
    schedule = _schedule(data, case, findings)
    view = _view(package, reference, findings) or usual(case)
    tell(0.4, "Calcul par le moteur")
    expected = computed(case, schedule, view)
    tell(0.7, "Comparaison des cases")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    gaps = list(gaps_of(book, expected))
    original = read_original(package)
    changed = tuple(_changed(original, scenario, schedule, reference)) if original else ()
    former = _former(original, scenario, reference, view) if gaps and changed and original else {}
    marked = {name: marked_cells(package, name) for name in {gap.sheet for gap in gaps}}
    explained = [reasoned(gap, expected, former, marked[gap.sheet]) for gap in gaps]
    if explained:
        first = list(_at_inputs(findings, original, scenario))
        places = {(gap.sheet, gap.cell) for gap in first}
        explained = [gap for gap in explained if (gap.sheet, gap.cell) not in places]
        if any(gap.reason == "moved" for gap in first):  # cells are laid out by year
            explained = [replace(gap, reason="moved") for gap in explained]
        explained = sorted([*first, *explained], key=lambda gap: RANK[gap.reason])
    tell(1.0, "Terminé")
    count = sum(len(cells) for cells in expected.values())
    return Verification(scenario, schedule, count, tuple(explained), changed)


def prices_changed(
    source: Path | BinaryIO, reference: Reference, scenario: Scenario
) -> list[tuple[str, Any, Any]]:
    """What is not as exported in the schedule of a workbook, which an import leaves aside.

    Nothing for a workbook that was not exported, or whose schedule cannot be read.
    """
    package = open_package(source)
    original = read_original(package) if ORIGINAL in package.parts else None
    if original is None:
        return []
    try:
        schedule = _schedule(package.data, make_case(reference, scenario), Findings())
    except InputError:
        return []
    return list(_prices_changed(original.prices, tuple(price_rows(schedule, scenario))))


def _at_inputs(findings: Findings, original: Original | None, scenario: Scenario) -> Iterator[Gap]:
    """Inputs that formulas cannot follow: a number that is a text, a date out of its year.

    And those of « Un appareil » that cannot be read.
    """
    for finding in findings.problems:
        yield Gap(
            finding.place.sheet or "", finding.place.cell or "", finding.value, None, "unread"
        )
    for place, text, number in findings.texts:
        yield Gap(place.sheet or "", place.cell or "", text, number, "text")
    before = original.scenario.rules.step_dates if original else ()
    for index, (old, new) in enumerate(zip(before, scenario.rules.step_dates, strict=False)):
        cell = findings.where.get(f"rules.step_dates.{index}")
        if old.year != new.year and cell:
            yield Gap(cell.sheet or "", cell.cell or "", new, old, "moved")


def _schedule(data: bytes, case: Case, findings: Findings) -> FeeSchedule:
    """The proposed schedule of « Barème » and « Structure », at the dates of « Choix ».

    Its bands are those of the case, whose limits a scenario may change.
    """
    own = Findings()
    given, problems = read_prices(io.BytesIO(data), case.reference, own)
    findings.texts += own.texts
    dates = sorted({item.date for item in given})
    steps = case.scenario.rules.step_dates
    if len(dates) == len(steps):  # headings that no program has recalculated still say the old ones
        moved = dict(zip(dates, steps, strict=True))
        given = [item._replace(date=moved[item.date]) for item in given]
    return assembled(given, problems, case.reference.schedule, "classeur")


def _view(package: Package, reference: Reference, findings: Findings) -> View | None:
    """The machine that « Un appareil » shows; None, once noted, when it cannot be read."""
    own = Findings()
    grid = read_grids(package, {MACHINE: 8}, own)[MACHINE]
    own.problems.clear()  # what stands below the inputs
    zones = {code: label for code, label in labels.ZONES.items() if code != "*"}
    states = {code: label for code, label in labels.AMORTISATION.items() if code != "*"}
    readers: tuple[Callable[[Raw], Any], ...] = (
        partial(read_choice, options=vocabulary.fee_classes(reference)),
        partial(read_choice, options=states),
        partial(read_choice, options=zones),
        partial(read_number, allowed=Quantity("act/year", 0, 200_000)),
    )
    read = [grid.read(row, 2, reader) for row, reader in enumerate(readers, start=4)]
    findings.problems += own.problems
    findings.texts += own.texts
    return None if BAD in read or None in read else View(*read)


def _changed(
    original: Original, scenario: Scenario, schedule: FeeSchedule, reference: Reference
) -> Iterator[tuple[str, Any, Any]]:
    """Each input that is not as exported; a price at a date that was moved is the same price."""
    before, after = (plain(reference, s) for s in (original.scenario, scenario))
    for difference in differences(before, after):
        if not alike(difference.before, difference.after):
            yield difference.key, difference.before, difference.after
    fleet = fleet_hash(scenario)
    if fleet != original.fleet:
        yield vocabulary.FLEET, original.fleet[:10] or "parc de référence", fleet[:10]
    yield from _prices_changed(original.prices, tuple(price_rows(schedule, scenario)))


def _prices_changed(
    before: tuple[tuple[Any, ...], ...], after: tuple[tuple[Any, ...], ...]
) -> Iterator[tuple[str, Any, Any]]:
    """Prices and parts of the structure that differ, by date, class, state, zone and band."""
    former, dates = (sorted({row[0] for row in rows}) for rows in (before, after))
    moved = dict(zip(former, dates, strict=True)) if len(former) == len(dates) else {}
    old = {(moved.get(row[0], row[0]), *row[1:5]): row[5] for row in before}
    new = {tuple(row[:5]): row[5] for row in after}
    for key in dict.fromkeys((*old, *new)):
        if not alike(old.get(key), new.get(key)):
            yield " · ".join(key), old.get(key), new.get(key)


def _former(
    original: Original, scenario: Scenario, reference: Reference, view: View
) -> Mapping[str, Cells]:
    """What the workbook held when it was exported; nothing where its fleet is not known."""
    if original.fleet not in ("", fleet_hash(scenario)):
        return {}
    fleet = scenario.fleet if original.fleet else None
    try:
        case = make_case(reference, original.scenario.model_copy(update={"fleet": fleet}))
        return computed(case, original.schedule(case.reference), view)
    except InputError:
        return {}
