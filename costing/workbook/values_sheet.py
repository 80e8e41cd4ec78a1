"""The sheets of one value a row (« Hypothèses », « Activité »), as the template writes them."""

from __future__ import annotations

from collections.abc import Iterator

from costing import labels
from costing.parameters import Parameter, Value
from costing.reference import Case, Reference
from costing.scenario import Override
from costing.units import UNITS, is_money
from costing.workbook import vocabulary as words
from costing.workbook.choices import Quantity, quantity
from costing.workbook.layout import CHANGED, Book, Sheet, number_format

#: Rows left at the bottom for values that hold for one class only.
SPARE = 15
WIDTHS = (25, 27, 17, 10.5, 10.5, 10.5, 10.5, 9.5, 17, 6.5, 10, 10.5, 22, 9.5, 42)
FIRST = 4
_INPUT_COLUMNS = {name: index for index, name in enumerate(words.VALUE_COLUMNS)}


def sheet_files(reference: Reference, sheet: str) -> list[str]:
    """The files of parameters that a sheet holds."""
    if sheet == words.ACTIVITY:
        return ["machine_classes"]
    last = ("dynamics",)
    return [f for f in reference.files if f not in ("machine_classes", *last)] + list(last)


def ordered_values(reference: Reference, file: str) -> Iterator[tuple[str, Parameter, Value]]:
    """A file's values with their addresses, classes in the order of the fee's tables."""
    order = ["*"]
    for modality in words.modalities(reference):
        classes = reference.classes.values()
        order += [modality, *(c.code for c in classes if c.modality == modality)]
    order += [*reference.models, *reference.class_labels]
    for parameter in reference.files[file].values():
        for value in sorted(parameter.values, key=lambda v: order.index(v.scope)):
            yield f"{file}.{parameter.name}.{value.scope}", parameter, value


def write_values(book: Book, case: Case, name: str, hint: str) -> None:
    """One value sheet, filled with the case's values."""
    sheet = book.sheet(name, WIDTHS)
    columns = list(words.VALUE_COLUMNS.values())
    sheet.text(0, 0, name, "title")
    sheet.text(1, 0, hint, "hint", text_wrap=False)
    sheet.header(FIRST - 1, columns, right=range(4, 7))
    sheet.keep_header(FIRST - 1, 2)
    overrides = {override.parameter: override for override in case.scenario.overrides}
    row = FIRST
    for file in sheet_files(case.reference, name):
        if name == words.VALUES:
            sheet.section(row, labels.file_name(case.reference, file), len(columns), column=1)
            row += 1
        for address, parameter, value in ordered_values(case.reference, file):
            _write_row(sheet, row, case.reference, address, parameter, value, overrides)
            row += 1
    sheet.raw.autofilter(FIRST - 1, 0, row - 1, len(columns) - 1)
    sheet.section(
        row, "Valeur propre à une classe : adresse (fichier.nom.classe), puis les cases jaunes",
        len(columns), column=1,
    )  # fmt: skip
    for spare in range(row + 1, row + 1 + SPARE):
        _write_spare(sheet, spare)
    sheet.protect()


def _write_row(
    sheet: Sheet,
    row: int,
    reference: Reference,
    address: str,
    parameter: Parameter,
    value: Value,
    overrides: dict[str, Override],
) -> None:
    changed = overrides.get(address)
    shown = number_format(parameter.unit, value.low, value.mode, value.high)
    bounds = "locked" if parameter.distribution == "fixed" else "input"
    sheet.text(row, 0, address, "code")
    sheet.text(row, 1, parameter.label.fr, "strong")
    file, _, scope = address.split(".")
    sheet.text(row, 2, labels.scope_name(reference, scope, file))
    sheet.text(row, 3, UNITS[parameter.unit][0])
    for column, number, style in (
        (4, value.low, bounds),
        (5, value.mode, "input"),
        (6, value.high, bounds),
    ):
        sheet.value(row, column, number, style, num_format=shown, align="right")
        if style == "input":
            _check_number(sheet, row, column, quantity(parameter.unit))
    if is_money(parameter.unit) and value.vat:
        sheet.text(row, 7, labels.VAT[value.vat], "input")
        _check_list(sheet, row, 7, list(labels.VAT.values()))
    else:
        sheet.blank(row, 7, "locked")
    sheet.text(row, 8, words.SOURCE_SEPARATOR.join(value.source), "input", font_size=8)
    sheet.text(row, 9, value.grade, "input", align="center")
    _check_list(sheet, row, 9, list(words.GRADES))
    sheet.value(row, 10, changed.author if changed else "", "input")
    sheet.value(row, 11, changed.date if changed else None, "input", num_format="dd/mm/yyyy")
    sheet.value(row, 12, changed.reason if changed else "", "input")
    sheet.value(row, 13, CHANGED if changed else "", "cell")
    sheet.value(row, 14, "" if changed else value.note, "small")


def _write_spare(sheet: Sheet, row: int) -> None:
    for name, column in _INPUT_COLUMNS.items():
        style = "input" if name in words.VALUE_INPUTS or name == "address" else "locked"
        sheet.blank(row, column, style, num_format="dd/mm/yyyy" if name == "date" else "General")
    _check_list(sheet, row, 7, list(labels.VAT.values()))
    _check_list(sheet, row, 9, list(words.GRADES))


def _check_number(sheet: Sheet, row: int, column: int, allowed: Quantity) -> None:
    """A warning, not a refusal: « 1,2 M€ » may be typed as text, and is read as such."""
    sheet.raw.data_validation(
        row, column, row, column,
        {
            "validate": "decimal", "criteria": "between", "minimum": allowed.low,
            "maximum": allowed.high, "error_type": "warning", "error_title": "Nombre attendu",
            "error_message": "Un nombre est attendu ici, dans l'unité de la ligne. Garder la "
            "saisie ?",
        },
    )  # fmt: skip


def _check_list(sheet: Sheet, row: int, column: int, options: list[str]) -> None:
    sheet.raw.data_validation(
        row, column, row, column,
        {
            "validate": "list", "source": options, "error_title": "Choix hors liste",
            "error_message": "Choisissez dans la liste.",
        },
    )  # fmt: skip
