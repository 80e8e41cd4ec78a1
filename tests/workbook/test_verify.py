"""What `verify` says of a workbook: what was changed in it, which cells differ, and why."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from xlsxwriter.utility import xl_rowcol_to_cell

from costing.case.case import make_case
from costing.fleet.columns import COLUMNS
from costing.problems.errors import InputError
from costing.reference.reference import Reference
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import MOST_SEED, Override, Scenario
from costing.workbook.export import write_evaluation
from costing.workbook.imported.importer import import_workbook
from costing.workbook.live.book import prices_held
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.fleet.write import FIRST
from costing.workbook.verify.gaps import Gap
from costing.workbook.verify.verify import Verification, prices_changed, verify
from costing.workbook.verify.words import verdict
from tests.strategies import fleet_of
from tests.workbook.calc import File

MACHINES = fleet_of(
    {"class": "scanner", "acts_billed": 9_000, "weight": 3.5},
    {"class": "irm_1_5t", "acts_billed": 7_500, "acts_inpatient": 800},
)
SCENARIO = Scenario(
    name="essai",
    fleet=MACHINES,
    overrides=(Override(parameter="communs.rent.irm_1_5t", mode=260),),
    rules=ScheduleRules(step_dates=(dt.date(2026, 7, 1), dt.date(2027, 1, 1))),
)
#: A formula of « Appareils 2027 »: revenue of the first machine at the tariff of departure.
REVENUE = ("Appareils 2027", "Recettes, tarif de départ")
RENT = "communs.rent.irm_1_5t"


@pytest.fixture(scope="module")
def file(reference: Reference) -> File:
    case = make_case(reference, SCENARIO)
    stream = io.BytesIO()
    write_evaluation(case, prices_held(case), stream)
    return File(stream.getvalue())


def checked(found: File, reference: Reference) -> Verification:
    return verify(io.BytesIO(found.data), reference)


def reasons(found: Verification) -> set[str]:
    return {gap.reason for gap in found.gaps}


def told(found: Verification) -> dict[str, tuple[object, object]]:
    return {what: (before, after) for what, before, after in found.changed}


def revenue_cell(file: File) -> tuple[str, str]:
    sheet, heading = REVENUE
    return sheet, file.cell(sheet, "m0", heading)


def test_as_exported_nothing_differs(file, reference):
    found = checked(file, reference)
    assert found.fine
    assert not found.changed
    assert found.scenario.hash == SCENARIO.hash
    assert found.cells > 5_000


def test_a_formula_replaced_by_a_number(file, reference):
    place = revenue_cell(file)
    was = float(file.value(*place))
    found = checked(file.changed({place: was + 1_000.0}), reference)
    assert found.gaps == (Gap(*place, was + 1_000.0, pytest.approx(was), "replaced"),)
    assert "remplacée" in found.gaps[0].words
    assert not found.changed


def test_a_difference_of_a_billionth_is_seen_and_a_smaller_one_is_not(file, reference):
    place = revenue_cell(file)
    was = float(file.value(*place))
    assert len(checked(file.changed({place: was * (1 + 3e-9)}), reference).gaps) == 1
    assert not checked(file.changed({place: was * (1 + 1e-10)}), reference).gaps


def test_values_from_before_the_change(file, reference):
    """A rent of 300 € where the workbook still shows the costs of a rent of 260 €."""
    place = (vocabulary.VALUES, file.cell(vocabulary.VALUES, RENT, "Mode"))
    found = checked(file.changed({place: 300.0}), reference)
    assert reasons(found) == {"stale"}
    assert {"Coûts IRM", "Coûts unitaires", "Comparaison"} <= {gap.sheet for gap in found.gaps}
    assert "Coûts Scanner" not in {gap.sheet for gap in found.gaps}
    assert told(found) == {f"overrides.{RENT}.mode": (260, 300)}


def test_errors(file, reference):
    sheet, cell = revenue_cell(file)
    content = _error(file, sheet, cell)
    found = checked(content, reference)
    (gap,) = found.gaps
    assert (gap.sheet, gap.cell, gap.actual, gap.reason) == (sheet, cell, "#DIV/0!", "error")


def _error(file: File, sheet: str, cell: str) -> File:
    """The workbook with an error as the computed value of a formula."""
    return file.edited(
        sheet, rf'(<c r="{cell}"[^>]*)>(<f>.*?</f>)<v>[^<]*</v>', r'\1 t="e">\2<v>#DIV/0!</v>'
    )


def test_a_formula_that_no_program_computed(file, reference):
    sheet, cell = revenue_cell(file)
    blank = file.edited(sheet, rf'(<c r="{cell}"[^>]*><f>.*?</f>)<v>[^<]*</v>', r"\1")
    (gap,) = checked(blank, reference).gaps
    assert (gap.cell, gap.actual, gap.reason) == (cell, "", "empty")


def test_a_sheet_that_is_missing(file, reference):
    book = openpyxl.load_workbook(io.BytesIO(file.data), data_only=True)
    del book["Volumes"]
    stream = io.BytesIO()
    book.save(stream)
    gaps = checked(File(stream.getvalue()), reference).gaps
    assert [gap for gap in gaps if gap.sheet == "Volumes"] == [
        Gap("Volumes", "", None, None, "absent")
    ]
    assert "absente" in next(gap for gap in gaps if gap.sheet == "Volumes").words


def test_a_file_that_is_no_export(template, reference):
    with pytest.raises(InputError) as refused:
        verify(io.BytesIO(template), reference)
    assert [fault.code for fault in refused.value.problems] == ["verify_not_export"]


def test_a_price_changed(file, reference):
    """MRI 1.5 T, not amortised, province: 1 € less at the first of two dates."""
    rows = file.rows("Barème")
    place = next(
        i for i, row in enumerate(rows) if row[:3] == ["IRM 1,5 T", "non amorti", "province"]
    )
    now = float(rows[place][7])
    found = checked(file.changed({("Barème", f"H{place + 1}"): now - 1}), reference)
    key = "2026-07-01 · irm_1_5t · non_amorti · province · plein"
    assert told(found) == {key: (now, now - 1)}
    assert reasons(found) == {"stale"}
    (gap,) = [gap for gap in found.gaps if (gap.sheet, gap.cell) == ("Économies", "D8")]
    assert gap.expected > gap.actual


def test_a_machine_changed(file, reference):
    """One act more: the fleet is told, and so is each figure that does not follow."""
    place = (vocabulary.FLEET, file.cell(vocabulary.FLEET, "m1", "Actes facturés"))
    found = checked(file.changed({place: 7_501.0}), reference)
    assert list(told(found)) == [vocabulary.FLEET]
    assert found.scenario.fleet.columns["acts_billed"] == (9_000, 7_501)
    differ = {gap.cell for gap in found.gaps if gap.sheet == "Appareils 2027"}
    assert "C6" in differ
    assert "C5" not in differ
    assert reasons(found) == {"other"}


def test_a_date_moved_is_told_once(file, reference):
    """Prices keep their place: none is told as changed because its date is."""
    place = (vocabulary.CHOICES, file.cell(vocabulary.CHOICES, "rules.step_dates.1", "Valeur"))
    found = checked(file.changed({place: dt.date(2026, 10, 1)}), reference)
    assert list(told(found)) == ["rules.step_dates"]
    assert found.schedule.dates[-2:] == (dt.date(2026, 10, 1), dt.date(2027, 1, 1))


def test_a_limit_that_the_scenario_changes_is_that_of_the_schedule(reference):
    """Bands start at the scenario's reference activity, not at that of the reference data."""
    own = Override(parameter="machine_classes.reference_activity.scanner", mode=7_500)
    case = make_case(reference, SCENARIO.with_override(own))
    stream = io.BytesIO()
    write_evaluation(case, prices_held(case), stream)
    found = checked(File(stream.getvalue()), reference)
    assert found.fine
    assert found.schedule.classes["scanner"].limits[0] == 7_500


def test_digits_that_a_program_drops_are_no_change(reference):
    """LibreOffice saves 15 digits: 0.1 + 0.2 comes back as 0.3, which nobody typed."""
    scenario = Scenario(
        fleet=MACHINES,
        overrides=(Override(parameter="communs.vat_rate.*", mode=0.1 + 0.2),),
    )
    case = make_case(reference, scenario)
    stream = io.BytesIO()
    write_evaluation(case, prices_held(case), stream)
    file = File(stream.getvalue())
    cell = file.cell(vocabulary.VALUES, "communs.vat_rate.*", "Mode")
    assert file.value(vocabulary.VALUES, cell) == 0.1 + 0.2
    found = checked(file.changed({(vocabulary.VALUES, cell): 0.3}), reference)
    assert found.fine
    assert not found.changed
    assert found.scenario.hash == scenario.hash


def test_digits_of_a_fleet_that_a_program_drops_are_found_again(reference):
    """LibreOffice saves a third with fifteen digits; the acts of another machine were changed."""
    third = 1000 / 3
    others = MACHINES.columns["acts_inpatient"][2:]
    columns = {**MACHINES.columns, "acts_inpatient": (third, third, *others)}
    scenario = Scenario(fleet=MACHINES.model_copy(update={"columns": columns}))
    case = make_case(reference, scenario)
    stream = io.BytesIO()
    write_evaluation(case, prices_held(case), stream)
    file = File(stream.getvalue())
    column = COLUMNS.index("acts_inpatient")
    cells = [(vocabulary.FLEET, xl_rowcol_to_cell(FIRST + row, column)) for row in (0, 1)]
    dropped = float(f"{third:.15g}")
    assert dropped != third
    same = import_workbook(io.BytesIO(file.changed(dict.fromkeys(cells, dropped)).data), reference)
    assert same.hash == scenario.hash
    one = file.changed({cells[0]: dropped, cells[1]: 334.0})
    found = import_workbook(io.BytesIO(one.data), reference)
    assert found.fleet.columns["acts_inpatient"][:2] == (third, 334)


def test_without_a_name_it_is_called_so_and_keeps_its_hash(reference):
    scenario = Scenario(name=" ", seed=MOST_SEED, fleet=MACHINES)
    case = make_case(reference, scenario)
    stream = io.BytesIO()
    write_evaluation(case, prices_held(case), stream)
    file = File(stream.getvalue())
    cell = file.cell(vocabulary.CHOICES, "name", vocabulary.CHOICE_COLUMNS["value"])
    assert file.value(vocabulary.CHOICES, cell) == "Sans nom"
    found = checked(file, reference)
    assert found.fine
    assert not found.changed
    assert found.scenario == scenario


def test_a_fleet_younger_than_the_savings_is_refused(reference):
    """Savings are counted from 2025 on: acts of 2026 say nothing of that year."""
    late = MACHINES.model_copy(update={"year": 2026})
    case = make_case(reference, Scenario(fleet=late))
    with pytest.raises(InputError) as refused:
        write_evaluation(case, prices_held(case), io.BytesIO())
    assert [(p.code, p.value) for p in refused.value.problems] == [("year_before_fleet", 2025)]


def test_a_text_in_the_place_of_a_number_is_told_first(file, reference):
    """The import reads « 450 M€ »; formulas do not."""
    target = vocabulary.CHOICES, file.cell(vocabulary.CHOICES, "savings.target_eur", "Valeur")
    price = vocabulary.VALUES, file.cell(vocabulary.VALUES, "irm.purchase_price.irm_1_5t", "Mode")
    found = checked(file.changed({target: "450 M€", price: "1,2 M€"}), reference)
    assert found.gaps[:2] == (
        Gap(*price, "1,2 M€", 1.2e6, "text"), Gap(*target, "450 M€", 4.5e8, "text"),
    )  # fmt: skip
    assert "texte" in found.gaps[0].words
    said = verdict(found)
    assert said.startswith("Classeur à corriger : une saisie ne se calcule pas")
    assert "Hypothèses!" in said
    assert "Choix!" in said


def test_a_date_out_of_its_year_is_to_be_exported_again(file, reference):
    step = vocabulary.CHOICES, file.cell(vocabulary.CHOICES, "rules.step_dates.1", "Valeur")
    found = checked(file.changed({step: dt.date(2025, 11, 1)}), reference)
    assert found.gaps[0] == Gap(*step, dt.date(2025, 11, 1), dt.date(2026, 7, 1), "moved")
    assert verdict(found).startswith("Classeur à importer, puis à exporter de nouveau")


def test_the_case_of_a_choice_is_no_difference(file, reference):
    place = vocabulary.CHOICES, file.cell(vocabulary.CHOICES, "perimeter", "Valeur")
    label = str(file.value(*place))
    assert label != label.upper()
    sheet = "Périmètre"
    shown = {
        (sheet, xl_rowcol_to_cell(row, column)): label.upper()
        for row, cells in enumerate(file.rows(sheet))
        for column, value in enumerate(cells)
        if value == label
    }
    assert shown
    assert checked(file.changed({place: label.upper(), **shown}), reference).fine


def test_a_better_grade_is_no_difference(file, reference):
    """What lines say of their grades is of the day of the export."""
    address = "irm.insurance_cost.*"
    changes = {"Note": "B", "Source": "Facture 2024", "Qui": "Mme X", "Pourquoi": "Facture lue."}
    cells = {
        (vocabulary.VALUES, file.cell(vocabulary.VALUES, address, h)): v for h, v in changes.items()
    }
    found = checked(file.changed(cells), reference)
    assert found.fine
    assert found.changed


def test_the_year_of_the_acts_is_no_input_of_a_computed_workbook(file):
    sheet = openpyxl.load_workbook(io.BytesIO(file.data))[vocabulary.FLEET]
    (cell,) = (
        row[1] for row in sheet.iter_rows(max_row=10) if row[0].value == vocabulary.FLEET_YEAR
    )
    assert cell.protection.locked


def test_numbers_alone_are_admitted_where_formulas_follow(file):
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    for name in (vocabulary.VALUES, vocabulary.ACTIVITY, vocabulary.CHOICES, vocabulary.FLEET):
        known = book[name].data_validations.dataValidation
        numbers = [found for found in known if found.type in ("decimal", "whole")]
        assert numbers
        assert {found.errorStyle for found in numbers} <= {None, "stop"}
        assert not [found.prompt for found in numbers if "k€" in found.prompt]


def test_prices_that_an_import_leaves_aside_are_counted(file, reference):
    rows = file.rows("Barème")
    header = next(i for i, row in enumerate(rows) if "Classe" in row)
    column = next(c for c, head in enumerate(rows[header]) if str(head).startswith("Proposé au"))
    line = next(i for i, row in enumerate(rows) if i > header and isinstance(row[column], float))
    assert not prices_changed(io.BytesIO(file.data), reference, SCENARIO)
    changed = file.changed({("Barème", xl_rowcol_to_cell(line, column)): 55.5})
    ((_, before, after),) = prices_changed(io.BytesIO(changed.data), reference, SCENARIO)
    assert (before, after) == (rows[line][column], 55.5)


def test_a_machine_that_cannot_be_read_is_told_first(file, reference):
    found = checked(file.changed({("Un appareil", "B4"): "IRM 2T"}), reference)
    assert found.gaps == (Gap("Un appareil", "B4", "IRM 2T", None, "unread"),)
    assert verdict(found).startswith("Classeur à corriger : une saisie ne se calcule pas (Un appar")
    found = checked(
        file.changed({("Un appareil", "B4"): "IRM 2T", revenue_cell(file): 1.0}), reference
    )
    assert [gap.reason for gap in found.gaps] == ["unread", "replaced"]
    assert verdict(found).startswith("Classeur à ne pas croire tel quel")
