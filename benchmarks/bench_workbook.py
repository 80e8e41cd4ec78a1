"""The exported workbook's computation: the engine, `formulas` and LibreOffice on the same inputs.

First a class's yearly cost under many sets of inputs, all three from the same cost model: the
engine on arrays and case by case, the others from the exported workbook. `formulas` compiles the
cells that the cost depends on, once; LibreOffice loads the workbook once, in one run without a
screen, where a macro sets the inputs and reads the result, set after set. Then the whole reference
fleet: writing its workbook against writing as many formulas with XlsxWriter alone, and the engine
computing every cell against LibreOffice recalculating them.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import formulas
import numpy as np
import xlsxwriter
from numpy.typing import NDArray
from python_calamine import CalamineWorkbook

from benchmarks.measure import Row
from costing.analysis.draws.cohort import cohort
from costing.case import labels
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost
from costing.fleet.table import FleetTable
from costing.reference.load import load_reference
from costing.reference.reference import Reference
from costing.scenario.scenario import Override, Scenario
from costing.values.catalogue import Population
from costing.workbook.export import computed, write_evaluation
from costing.workbook.live.book import prices_held
from costing.workbook.live.machine_sheet import usual
from costing.workbook.live.units_sheet import SHEET as UNITS
from costing.workbook.sheets import vocabulary

Floats = NDArray[np.float64]

SETS, CODE = 200, "irm_1_5t"
#: What varies, inside its bounds.
ADDRESSES = (
    "irm.purchase_price.irm_1_5t", "irm.maintenance_share.*", "irm.slot_minutes.irm_1_5t",
    "communs.electricity_price.*", "communs.cost_of_capital.*", "communs.technologist_cost.*",
)  # fmt: skip
SAME = 1e-9
#: An export, sums and texts included, may take as long as XlsxWriter takes for its formulas alone.
TARGET = 1.0
NONE = float("inf")

#: Sets inputs and reads a result for each line of a file, then says how long that took; with no
#: line, recalculates everything.
MACRO = """
Sub Main
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL("{book}", "_blank", 0, hidden())
  Open "{source}" For Input As #1
  Open "{target}" For Output As #2
  start = GetSystemTicks()
  If EOF(1) Then doc.calculateAll()
  While Not EOF(1)
    Line Input #1, text
    parts = Split(text, ";")
    doc.addActionLock()
    For i = 0 To UBound(parts)
      piece = Split(parts(i), "=")
      place = Split(piece(0), "!")
      cell = doc.Sheets.getByName(place(0)).getCellRangeByName(place(1))
      cell.setValue(Val(piece(1)))
    Next
    doc.removeActionLock()
    doc.calculate()
    Print #2, Str(doc.Sheets.getByName("{sheet}").getCellRangeByName("{cell}").getValue())
  Wend
  Print #2, "ms " & (GetSystemTicks() - start)
  Close #1
  Close #2
  doc.close(True)
End Sub
"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">{code}</script:module>
"""


def run() -> list[Row]:
    """Costs of a class under many inputs, then the whole fleet written and recalculated."""
    reference = load_reference()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*_costs(reference, folder), *_fleet(reference, folder)]


# --- one class under many sets of inputs


def _costs(reference: Reference, folder: Path) -> list[Row]:
    """The engine against both programs; all results are the same, or this fails."""
    case = make_case(reference, Scenario(fleet=_one_machine(reference)))
    book = folder / "model.xlsx"
    write_evaluation(case, prices_held(case), book)
    sets = _sets(reference)
    arrays, expected = _timed(lambda: _by_arrays(case, sets))
    singly, one_by_one = _timed(lambda: _one_by_one(reference, sets))
    inputs, result = _places(book)
    call = _compiled(book, inputs, result)
    peer, by_formulas = _timed(lambda: np.array([call(*values) for values in sets]))
    np.testing.assert_allclose(one_by_one, expected, rtol=SAME)
    np.testing.assert_allclose(by_formulas, expected, rtol=SAME)
    what = f"cost of a class, {SETS} sets of {len(ADDRESSES)} inputs, "
    name = "formulas, compiled once"
    rows = [
        Row(f"{what}arrays", arrays, peer, name, 1.0),
        Row(f"{what}one by one", singly, peer, name, 1.0),
    ]
    if shutil.which("soffice"):
        office, by_office = _by_libreoffice(folder, book, sets, inputs, result)
        np.testing.assert_allclose(by_office, expected, rtol=SAME)
        name = "LibreOffice, loaded once"
        rows += [
            Row(f"{what}arrays", arrays, office, name, 1.0),
            Row(f"{what}one by one", singly, office, name, 1.0),
        ]
    return rows


def _one_machine(reference: Reference) -> FleetTable:
    """A new machine of the class at its normative activity, which the workbook shows."""
    value = reference.value_for(reference.files["machine_classes"]["normative_activity"], CODE)
    assert value is not None
    row = {
        "machine_id": "m", "site_id": "s", "modality": "irm", "class": CODE,
        "installed_on": "2023-06-01", "zone": "province", "region": "Bretagne", "sector": "gie",
        "rank_on_authorisation": 1, "acts_billed": value.mode, "acts_inpatient": 0, "weight": 1,
    }  # fmt: skip
    columns = {name: (cell,) for name, cell in row.items()}
    return FleetTable(year=2024, label="bench", columns=columns)


def _sets(reference: Reference) -> Floats:
    """Values of the inputs, one set a row."""
    generator = np.random.default_rng(1)
    columns = []
    for address in ADDRESSES:
        _, value = reference.parameter_at(address)
        assert value is not None
        columns.append(generator.uniform(*value.bounds, SETS))
    return np.stack(columns, axis=1)


def _by_arrays(case: Case, sets: Floats) -> Floats:
    """The machine's cost in the perimeter, EUR/year, by set."""
    machines = cohort(case, Population(), "observed", case.reference.savings.baseline_date)
    kept = case.reference.perimeter(case.scenario.perimeter).postes
    values = {address: sets[:, place] for place, address in enumerate(ADDRESSES)}
    (own,) = machines.accounts(values).classes
    return np.asarray(sum(amount for poste, amount in own.by_poste.items() if poste in kept))


def _one_by_one(reference: Reference, sets: Floats) -> Floats:
    value = reference.value_for(reference.files["machine_classes"]["normative_activity"], CODE)
    assert value is not None
    found = []
    for values in sets.tolist():
        changes = zip(ADDRESSES, values, strict=True)
        overrides = tuple(Override(parameter=address, mode=new) for address, new in changes)
        case = make_case(reference, Scenario(overrides=overrides))
        found.append(float(annual_cost(case, CODE, value.mode).total()))
    return np.array(found)


def _places(book: Path) -> tuple[list[tuple[str, str]], tuple[str, str]]:
    """Sheet and cell of each input, and of the class's yearly cost."""
    opened = CalamineWorkbook.from_path(str(book))

    def rows(sheet: str) -> list[list[Any]]:
        return opened.get_sheet_by_name(sheet).to_python(skip_empty_area=False)

    by_address = {row[0]: place for place, row in enumerate(rows(vocabulary.VALUES), start=1)}
    label = vocabulary.fee_classes(load_reference())[CODE]
    state = labels.AMORTISATION["non_amorti"]
    units = [row[:2] for row in rows(UNITS)]
    found = (UNITS, f"E{units.index([label, state]) + 1}")
    return [(vocabulary.VALUES, f"F{by_address[address]}") for address in ADDRESSES], found


def _compiled(book: Path, inputs: Sequence[tuple[str, str]], result: tuple[str, str]) -> Any:
    """The result as a function of the inputs, by `formulas`, from the cells that it depends on."""

    def node(place: tuple[str, str], path: object) -> str:
        return f"'[{path}]{place[0].upper()}'!{place[1]}"

    with contextlib.redirect_stderr(io.StringIO()):  # its progress bar
        model = formulas.ExcelModel().from_ranges(node(result, book)).finish()
    names = [node(place, book.name) for place in inputs]
    call = model.compile(inputs=names, outputs=[node(result, book.name)])
    return lambda *values: float(call(*values).value[0, 0])


def _by_libreoffice(
    folder: Path,
    book: Path,
    sets: Floats,
    inputs: Sequence[tuple[str, str]],
    result: tuple[str, str],
) -> tuple[float, Floats]:
    """Seconds, and the result of each set, loading left out."""
    places = ["!".join(place) for place in inputs]
    lines = [
        ";".join(f"{place}={value!r}" for place, value in zip(places, values, strict=True))
        for values in sets.tolist()
    ]
    told = _macro(folder, book, lines, result)
    return float(told[-1].split()[1]) / 1_000, np.array([float(text) for text in told[:-1]])


def _macro(folder: Path, book: Path, lines: Sequence[str], result: tuple[str, str]) -> list[str]:
    """What the macro says after one run of LibreOffice without a screen."""
    source, target = folder / "in.txt", folder / "out.txt"
    source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    target.unlink(missing_ok=True)
    code = MACRO.format(
        book=book.as_uri(), source=source, target=target, sheet=result[0], cell=result[1]
    )
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--norestore"]
    module = folder / "profile/user/basic/Standard/Module1.xba"
    if not module.is_file():  # its first start makes the profile, and an empty module in it
        subprocess.run([*command, "--terminate_after_init"], capture_output=True, check=False)
    module.write_text(MODULE.format(code=escape(code)), encoding="utf-8")
    command.append("macro:///Standard.Module1.Main")
    done = subprocess.run(command, capture_output=True, text=True, timeout=1_800, check=False)
    assert target.is_file(), done.stderr
    return target.read_text(encoding="utf-8").splitlines()


# --- the whole fleet


def _fleet(reference: Reference, folder: Path) -> list[Row]:
    """Writing the workbook of the reference fleet, and recalculating it."""
    case = make_case(reference, Scenario())
    schedule, view = prices_held(case), usual(case)
    book = folder / "fleet.xlsx"
    ours, _ = _timed(lambda: write_evaluation(case, schedule, book))
    engine, cells = _timed(lambda: computed(case, schedule, view))
    count = sum(cell.formula for sheet in cells.values() for cell in sheet.values())
    alone, _ = _timed(lambda: _formulas_alone(folder / "alone.xlsx", count))
    name = f"XlsxWriter, {count:,} formulas"
    rows = [Row("export of the reference fleet", ours, alone, name, TARGET)]
    if shutil.which("soffice"):
        start = time.perf_counter()
        (told,) = _macro(folder, book, [], (UNITS, "A1"))
        whole = time.perf_counter() - start
        seconds = float(told.split()[1]) / 1_000
        print(f"  LibreOffice loads and recalculates the fleet in {whole:.0f} s", file=sys.stderr)
        what = "the engine computes and lays out the same cells"
        rows.append(Row(what, engine, seconds, "LibreOffice, full recalculation", NONE))
    return rows


def _formulas_alone(path: Path, count: int) -> None:
    """As many formulas, each with its value, in sheets of twenty thousand rows."""
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        for first in range(0, count, 400_000):
            sheet = book.add_worksheet()
            for place in range(min(400_000, count - first)):
                row, column = divmod(place, 20)
                sheet.write_formula(row, column, f"=$A{row + 1}*$B{row + 1}+$C{row + 1}", None, 1.5)


def _timed(call: Any) -> tuple[float, Any]:
    """Seconds that a call takes, and what it gives."""
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found
