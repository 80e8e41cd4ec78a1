"""« Contrôle »: what it counts, live, as a person fills the template."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from costing.case.case import make_case
from costing.scenario.scenario import Override, Scenario
from costing.workbook.template import write_template
from costing.workbook.write.counts import rows, tally
from costing.workbook.write.layout import Column

WORKBOOKS = Path(__file__).parents[2] / "workbooks"
EXAMPLE = WORKBOOKS / "exemple_rempli.xlsx"
PRICE = "irm.purchase_price.irm_1_5t"
IRM, COMMON, TOTAL = "Hypothèses · IRM", "Hypothèses · Communs", "Total"
SOURCE, AUTHOR, REASON, MODE, OTHERS = 5, 6, 7, 8, 9
#: Functions that Excel 2016 and LibreOffice share, without an array formula typed as such.
ADMITTED = {
    "AND", "COUNTA", "COUNTIF", "COUNTIFS", "DATE", "IF", "IFERROR", "INDEX", "ISNUMBER", "MATCH",
    "MID", "OR", "SUBSTITUTE", "SUM", "SUMPRODUCT", "TRIM",
}  # fmt: skip


class Control:
    """The counts of « Contrôle » by label, as they stand in a file."""

    def __init__(self, source: Any) -> None:
        self.sheet = openpyxl.load_workbook(source, data_only=True)["Contrôle"]

    @property
    def state(self) -> str:
        return str(self.sheet["A3"].value)

    def row(self, label: str) -> list[Any]:
        found = [r for r in self.sheet.iter_rows(values_only=True) if r[0] == label]
        assert len(found) == 1, label
        return list(found[0])

    def count(self, label: str, column: int = 1) -> int:
        return int(self.row(label)[column])


def filled(reference: Any, scenario: Scenario) -> Control:
    stream = io.BytesIO()
    write_template(make_case(reference, scenario), stream)
    return Control(stream)


def formulas(book: Any) -> Iterator[tuple[str, str, str]]:
    for sheet in book:
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    yield sheet.title, cell.coordinate, cell.value


@pytest.mark.parametrize("name", ["modele_import.xlsx", "exemple_rempli.xlsx"])
def test_the_shipped_workbooks_lack_nothing(name: str) -> None:
    control = Control(WORKBOOKS / name)
    assert control.state == "✓ Prêt à importer"
    assert control.count("Cases à compléter") == 0


def test_what_is_only_told(reference: Any) -> None:
    """Counted by hand in the data: values of each file and their grades."""
    control = Control(WORKBOOKS / "modele_import.xlsx")
    values = list(reference.values())
    irm = [value for address, _, value in values if address.startswith("irm.")]
    assert control.row(IRM)[1:5] == [len(irm), sum(v.grade == "D" for v in irm), 0, 0]
    assert control.count(TOTAL) == len(values)
    assert control.count("Appareils") == 0


def test_the_example_has_what_its_script_says() -> None:
    """Six values changed (three common, two of MRI, one threshold), twelve machines, two data."""
    control = Control(EXAMPLE)
    changed = {label: control.count(label, 3) for label in (COMMON, IRM, TOTAL)}
    assert changed == {COMMON: 3, IRM: 2, TOTAL: 6}
    assert control.count("Appareils") == 12
    assert (control.count(IRM, 4), control.count("Données déclarées")) == (1, 2)


def test_a_change_that_nobody_signs_lacks_its_author_and_reason(reference: Any) -> None:
    """An unsigned change lacks two cells; its source, said to be the expert's, is an answer."""
    control = filled(reference, Scenario(overrides=(Override(parameter=PRICE, mode=9e5),)))
    assert control.row(IRM)[3:] == [1, 0, 0, 1, 1, 0, 0, 2, None, None]
    assert control.state == "▲ 2 cases à compléter"
    assert (control.count("dont refusées à l'import ✕"), control.count("dont à justifier")) == (
        0,
        2,
    )


def test_one_case_is_singular(reference: Any) -> None:
    override = Override(parameter=PRICE, mode=9e5, author="A")
    assert filled(reference, Scenario(overrides=(override,))).state == "▲ 1 case à compléter"


def test_every_formula_is_one_that_all_programs_know() -> None:
    found = list(formulas(openpyxl.load_workbook(EXAMPLE)))
    assert {sheet for sheet, _, _ in found} == {
        "Contrôle", "Hypothèses", "Activité", "Non disponible",
    }  # fmt: skip
    for sheet, cell, text in found:
        bare = re.sub(r'"[^"]*"', "", text)
        assert set(re.findall(r"([A-Z][A-Z.]+)\(", bare)) <= ADMITTED, (sheet, cell)
        assert len(text) < 8_192
        assert "[" not in bare


def test_every_count_leads_to_a_cell_of_its_sheet() -> None:
    book = openpyxl.load_workbook(EXAMPLE)
    sheet = book["Contrôle"]
    counted = [
        cells[0] for cells in sheet.iter_rows(min_row=8)
        if str(cells[1].value).startswith("=") and cells[0].value != TOTAL
    ]  # fmt: skip
    assert len(counted) > 25
    for cell in counted:
        name, _, target = cell.hyperlink.location.partition("!")
        assert book[name.strip("'")][target] is not None
    irm = next(cell.hyperlink.location for cell in counted if cell.value == IRM)
    first = book["Hypothèses"][f"A{irm.rpartition('F')[2]}"]
    assert first.value.startswith("irm.")


def test_every_cell_to_fill_says_how() -> None:
    """Programs admit 32 letters of title and 255 of message."""
    book = openpyxl.load_workbook(EXAMPLE)
    for name, first in (("Hypothèses", 5), ("Activité", 5), ("Choix", 5), ("Non disponible", 8),
                        ("Parc", 4)):  # fmt: skip
        sheet = book[name]
        checks = sheet.data_validations.dataValidation
        for check in checks:
            assert check.promptTitle and check.prompt
            assert len(check.promptTitle) <= 32
            assert len(check.prompt) <= 255
        open_cells = [
            cell.coordinate for cells in sheet.iter_rows(min_row=first) for cell in cells
            if not cell.protection.locked and cell.fill.fgColor.rgb == "FFFFF6D6"
        ]  # fmt: skip
        told = {at for check in checks for at in _cells(check.sqref, sheet.max_row)}
        assert open_cells
        assert set(open_cells) <= told, (name, sorted(set(open_cells) - told)[:5])


def _cells(ranges: Any, last: int) -> Iterator[str]:
    for part in ranges.ranges:
        for row in range(part.min_row, min(part.max_row, last) + 1):
            for column in range(part.min_col, part.max_col + 1):
                yield f"{openpyxl.utils.get_column_letter(column)}{row}"


class TestCounts:
    """The value beside a formula is the formula's."""

    ADDRESS = Column("A1:A4", ("irm.a.*", "IRM.b.irm", "tep.a.*", None))
    STATE = Column("B1:B4", (", mode, qui", None, ", mode", 1))

    @pytest.mark.parametrize(
        ("conditions", "expected"),
        [
            ([(ADDRESS, "irm.*")], 2),
            ([(ADDRESS, "?*")], 3),
            ([(STATE, "*, mode*")], 2),
            ([(ADDRESS, "irm.*"), (STATE, "*, qui*")], 1),
            ([(STATE, 1)], 1),
            ([(STATE, 0)], 0),
        ],
    )
    def test_rows_that_meet_conditions(self, conditions: Any, expected: int) -> None:
        assert tally(*conditions).value == expected

    def test_the_formula_names_columns_and_criteria(self) -> None:
        count = tally((self.ADDRESS, "irm.*"), (self.STATE, 1)) + tally((self.STATE, "?*"))
        assert count.formula == 'COUNTIFS(A1:A4,"irm.*",B1:B4,1)+COUNTIFS(B1:B4,"?*")'

    def test_a_product_of_conditions(self) -> None:
        count = rows('({0}<>"")*({1}="")', lambda a, b: a and b is None, self.ADDRESS, self.STATE)
        assert (count.formula, count.value) == ('SUMPRODUCT((A1:A4<>"")*(B1:B4=""))', 1)


@pytest.mark.libreoffice
def test_recalculated_every_cell_keeps_its_value(
    recalculated: Callable[[Path], Path], tmp_path: Path
) -> None:
    """The cached values are taken away first: the program has to find each of them again."""
    path = tmp_path / "exemple.xlsx"
    book = openpyxl.load_workbook(EXAMPLE)
    book.save(path)
    before = openpyxl.load_workbook(EXAMPLE, data_only=True)
    after = openpyxl.load_workbook(recalculated(path), data_only=True)
    found = list(formulas(book))
    assert len(found) > 500
    for sheet, cell, text in found:
        told, computed = before[sheet][cell].value, after[sheet][cell].value
        assert (told or "") == (computed or ""), (sheet, cell, text)


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    """The filled example, with one fault of each kind."""
    book = openpyxl.load_workbook(EXAMPLE)
    values, fleet, choices, lacking = (
        book[name] for name in ("Hypothèses", "Parc", "Choix", "Non disponible")
    )

    def row(sheet: Any, key: str) -> int:
        return next(cell.row for cell in sheet["A"] if cell.value == key and cell.row > 4)

    values.cell(row(values, PRICE), 6).value = None  # its mode
    values.cell(row(values, "scanner.purchase_price.*"), 6).value = 700_000  # nothing beside it
    values.cell(row(values, "communs.rent.irm_1_5t"), 11).value = None  # its author
    values.cell(row(values, "communs.rent.*"), 10).value = None  # its grade
    values.cell(values.max_row, 6).value = 12  # without an address
    for cell, value in {
        "D12": None, "J13": None,  # two blanks on two rows
        "A14": "a-sc1",  # the name of the first machine, in small letters
        "J15": 300_000, "I16": 0, "E16": dt.date(2025, 1, 1),  # acts, rank, date after 2024
        "F17": "province", "C18": "IRM",  # in Île-de-France; a scanner
        "A40": "seul?",  # eleven blanks; a name with a wildcard
        "B5": None,  # the name of the fleet
    }.items():  # fmt: skip
        fleet[cell] = value
    choices.cell(row(choices, "seed"), 3).value = None
    choices.cell(row(choices, "rules.demands.1.value"), 3).value = None
    for cell, value in {
        "A10": "communs.rent.*", "E10": "A", "F10": "autre",  # « autre » without a word
        "A11": "communs.rent.*", "E11": "A", "F11": "délai",  # twice
        "B12": "Z-RM1", "C12": "Site", "E12": "A", "F12": "délai",  # no such machine
        "A13": "communs.cost_of_capital.*", "E13": "A", "F13": "délai",  # changed above
    }.items():  # fmt: skip
        lacking[cell] = value
    path = tmp_path / "manque.xlsx"
    book.save(path)
    return path


@pytest.mark.libreoffice
def test_the_counts_follow_what_is_typed(
    recalculated: Callable[[Path], Path], spoilt: Path
) -> None:
    control = Control(recalculated(spoilt))
    lacking = {SOURCE: 1, AUTHOR: 2, REASON: 1, MODE: 1, OTHERS: 1}
    assert {column: control.count(TOTAL, column) for column in lacking} == lacking
    counts = {
        "Lignes ajoutées en bas, sans adresse ✕": 1,
        "Appareils": 13,
        "Lignes incomplètes": 3,
        "Noms en double ✕": 2,
        "Actes hors bornes ✕": 1,
        "Rang ou poids hors bornes ✕": 1,
        "Dates hors bornes ✕": 1,
        "Zone et région en désaccord ✕": 1,
        "Modalité et classe en désaccord ✕": 1,
        "Année ou nom du parc, vides ✕": 1,
        "Scénario ✕": 1,
        "Conventions ✕": 0,
        "Exigences commencées ✕": 1,
        "Données déclarées": 6,
        "Lignes à compléter ✕": 4,
        "dont déclarées deux fois": 2,
        "dont changées aussi": 1,
        "dont appareil absent du parc": 1,
    }
    assert {label: control.count(label) for label in counts} == counts
    blanks = control.row("Cases vides ✕")[1:13]
    assert blanks == [0, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1]
    # Mode, grade and address; thirteen blanks and eight other faults of the fleet; two choices;
    # four lines of « Non disponible ». Then what a changed value lacks.
    assert control.count("dont refusées à l'import ✕") == 3 + 13 + 8 + 2 + 4
    assert control.count("dont à justifier") == 1 + 2 + 1
    assert control.state == "▲ 34 cases à compléter"
