"""An exported workbook checked against the engine, cell by cell.

The inputs of the file are read (scenario, prices, the machine shown), the engine computes them
again and writes the same sheets in memory; each cell that differs is told, with why. Not here: what
is only a record of the day of the export (« Contraintes », « Modifications »).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from costing import labels
from costing.errors import InputError, Place, WorkbookError, problem
from costing.progress import Progress, silent, within
from costing.reference import Case, Reference
from costing.scenario import Scenario
from costing.schedule_entries import assembled
from costing.store import differences
from costing.tariff import FeeSchedule
from costing.workbook import vocabulary as words
from costing.workbook.cells import Raw, read_choice, read_number
from costing.workbook.export import computed
from costing.workbook.importer import import_workbook
from costing.workbook.live.machine_sheet import SHEET as MACHINE
from costing.workbook.live.machine_sheet import View, usual
from costing.workbook.original import SHEET as ORIGINAL
from costing.workbook.original import (
    Original,
    alike,
    fleet_hash,
    plain,
    price_rows,
    read_original,
)
from costing.workbook.package import Package, open_package
from costing.workbook.quantity import Quantity
from costing.workbook.raw import Cells
from costing.workbook.read_schedule import read_prices
from costing.workbook.tables import BAD, Findings, read_grids

#: Relative difference within which two numbers are the same.
SAME = 1e-9
#: And the part of the largest number of their row, for what is left of a subtraction.
OF_ROW = 1e-13
#: What stands between the date and the parts of a price, in the key of its change.
PRICE_JOIN = " · "
_CELL = re.compile(rb"<c ([^>]*[^/>])>(.*?)</c>", re.DOTALL)
_NAME = re.compile(rb'\br="([A-Z]+[0-9]+)"')
REASONS = {
    "replaced": "formule remplacée par une valeur",
    "stale": "valeur d'avant vos changements : case non recalculée, ou qui ne les suit pas",
    "error": "erreur de calcul dans le classeur",
    "empty": "case vide, ou formule qu'aucun tableur n'a calculée",
    "absent": "feuille absente du classeur",
    "other": "formule changée, ou qui dépend d'une case changée ci-dessus",
}


@dataclass(frozen=True)
class Gap:
    """A cell that is not what the engine gives, and why (a key of `REASONS`)."""

    sheet: str
    cell: str
    found: Any
    expected: Any
    reason: str

    @property
    def words(self) -> str:
        """Why, in French."""
        return REASONS[self.reason]


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
    scenario = import_workbook(io.BytesIO(data), reference, within(tell, 0.0, 0.3))
    case = reference.case(scenario)
    schedule = _schedule(data, case)
    view = _view(package, reference) or usual(case)
    tell(0.4, "Calcul par le moteur")
    expected = computed(case, schedule, view)
    tell(0.7, "Comparaison des cases")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    gaps = list(_gaps(book, expected))
    original = read_original(package)
    changed = tuple(_changed(original, scenario, schedule, reference)) if original else ()
    former = _former(original, scenario, reference, view) if gaps and changed and original else {}
    marked = {name: _marked(package, name) for name in {gap.sheet for gap in gaps}}
    told = tuple(_reasoned(gap, expected, former, marked[gap.sheet]) for gap in gaps)
    tell(1.0, "Terminé")
    count = sum(len(cells) for cells in expected.values())
    return Verification(scenario, schedule, count, told, changed)


def _schedule(data: bytes, case: Case) -> FeeSchedule:
    """The proposed schedule of « Barème » and « Structure », at the dates of « Choix ».

    Its bands are those of the case, whose limits a scenario may change.
    """
    given, problems = read_prices(io.BytesIO(data), case.reference)
    dates = sorted({item.date for item in given})
    steps = case.scenario.rules.step_dates
    if len(dates) == len(steps):  # headings that no program has recalculated still say the old ones
        moved = dict(zip(dates, steps, strict=True))
        given = [item._replace(date=moved[item.date]) for item in given]
    return assembled(given, problems, case.reference, "classeur")


def _view(package: Package, reference: Reference) -> View | None:
    """The machine that « Un appareil » shows; None when it cannot be read."""
    findings = Findings()
    grid = read_grids(package, {MACHINE: 8}, findings)[MACHINE]
    zones = {code: label for code, label in labels.ZONES.items() if code != "*"}
    states = {code: label for code, label in labels.AMORTISATION.items() if code != "*"}
    readers: tuple[Callable[[Raw], Any], ...] = (
        partial(read_choice, options=words.fee_classes(reference)),
        partial(read_choice, options=states),
        partial(read_choice, options=zones),
        partial(read_number, allowed=Quantity("act/year", 0, 200_000)),
    )
    read = [grid.read(row, 2, reader) for row, reader in enumerate(readers, start=4)]
    return None if BAD in read or None in read else View(*read)


def _gaps(book: CalamineWorkbook, expected: Mapping[str, Cells]) -> Iterator[Gap]:
    """The cells that differ, without their reasons."""
    for name, cells in expected.items():
        if name not in book.sheet_names:
            yield Gap(name, "", None, None, "absent")
            continue
        found = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        scale: dict[int, float] = {}
        for (row, _), written in cells.items():
            if isinstance(written.value, float):
                scale[row] = max(scale.get(row, 0.0), abs(written.value))
        for (row, column), written in cells.items():
            line = found[row] if row < len(found) else []
            value = line[column] if column < len(line) else ""
            if not _same(value, written.value, scale.get(row, 0.0)):
                cell = xl_rowcol_to_cell(row, column)
                yield Gap(name, cell, value, written.value, "other")


def _same(found: Any, expected: Any, scale: float) -> bool:
    if isinstance(expected, str):
        return str(found) == expected
    if isinstance(found, dt.datetime | dt.date):
        first = dt.datetime(1899, 12, 30)
        when = found if isinstance(found, dt.datetime) else dt.datetime(*found.timetuple()[:3])
        found = (when - first) / dt.timedelta(days=1)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    largest = max(abs(found), abs(expected))
    return math.isfinite(found) and abs(found - expected) <= max(SAME * largest, OF_ROW * scale)


def _changed(
    original: Original, scenario: Scenario, schedule: FeeSchedule, reference: Reference
) -> Iterator[tuple[str, Any, Any]]:
    """Each input that is not as exported; a price at a date that was moved is the same price."""
    before, after = (plain(reference, s) for s in (original.scenario, scenario))
    for found in differences(before, after):
        if not alike(found.before, found.after):
            yield found.key, found.before, found.after
    fleet = fleet_hash(scenario)
    if fleet != original.fleet:
        yield words.FLEET, original.fleet[:10] or "parc de référence", fleet[:10]
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
        case = reference.case(original.scenario.model_copy(update={"fleet": fleet}))
        return computed(case, original.schedule(case.reference), view)
    except InputError:
        return {}


class _Marked(NamedTuple):
    """Cells of a sheet that hold a formula, and those that hold an error, with its text."""

    formulas: frozenset[str]
    errors: Mapping[str, str]


def _marked(package: Package, name: str) -> _Marked:
    """What the sheet's own XML says of its cells; the reader of values has blanks for errors."""
    if name not in package.parts:
        return _Marked(frozenset(), {})
    with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
        text = archive.read(package.parts[name])
    formulas, errors = set(), {}
    for attributes, content in _CELL.findall(text):
        name_found = _NAME.search(attributes)
        cell = name_found[1].decode() if name_found else ""
        if b"<f" in content:
            formulas.add(cell)
        if b't="e"' in attributes:
            errors[cell] = content.partition(b"<v>")[2].partition(b"</v>")[0].decode()
    return _Marked(frozenset(formulas), errors)


def _reasoned(
    gap: Gap,
    expected: Mapping[str, Cells],
    former: Mapping[str, Cells],
    marked: _Marked,
) -> Gap:
    """Why a cell differs, as far as the file tells."""
    if gap.reason == "absent":
        return gap
    place = xl_cell_to_rowcol(gap.cell)
    before = former.get(gap.sheet, {}).get(place)
    if gap.cell in marked.errors:
        return replace(gap, found=marked.errors[gap.cell], reason="error")
    if expected[gap.sheet][place].formula and gap.cell not in marked.formulas:
        reason = "replaced" if gap.found != "" else "empty"
    elif gap.found == "":
        reason = "empty"
    elif before is not None and _same(
        gap.found,
        before.value,
        abs(gap.expected or 0.0) if isinstance(gap.expected, float) else 0.0,
    ):
        reason = "stale"
    else:
        reason = "other"
    return replace(gap, reason=reason)
