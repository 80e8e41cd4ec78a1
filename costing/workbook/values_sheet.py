"""The sheets of one value a row (« Hypothèses », « Activité »), as the template writes them."""

from __future__ import annotations

from collections.abc import Iterator

from costing import labels
from costing.parameters import Parameter, Value
from costing.reference import Case, Reference
from costing.units import UNITS, is_money
from costing.workbook import vocabulary as words
from costing.workbook.layout import CHANGED, DAY, Book, Sheet, number_format
from costing.workbook.quantity import Quantity, quantity

#: Rows left at the bottom for values that hold for one class only.
SPARE = 15
WIDTHS = (25, 27, 17, 10.5, 10.5, 10.5, 10.5, 9.5, 17, 6.5, 10, 10.5, 22, 9.5, 42)
FIRST = 4
_COLUMNS = {name: index for index, name in enumerate(words.VALUE_COLUMNS)}
_FORMATS = {"date": {"num_format": DAY}}


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
    sheet.title(name, hint)
    sheet.header(FIRST - 1, columns, right=range(4, 7))
    sheet.keep_header(FIRST - 1, 2)
    row = FIRST
    for file in words.sheet_files(case.reference, name):
        if name == words.VALUES:
            sheet.section(row, labels.file_name(case.reference, file), len(columns), column=1)
            row += 1
        for address, parameter, value in ordered_values(case.reference, file):
            _write_row(sheet, row, case, address, parameter, value)
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
    sheet: Sheet, row: int, case: Case, address: str, parameter: Parameter, value: Value
) -> None:
    file, _, scope = address.split(".")
    override = next((o for o in case.scenario.overrides if o.parameter == address), None)
    told = (override.author, override.date, override.reason) if override else ("", None, "")
    where = labels.scope_name(case.reference, scope, file)
    unit = UNITS[parameter.unit][0]
    sheet.row(row, (address, parameter.label.fr, where, unit), ("code", "strong"))
    shown = number_format(parameter.unit, value.low, value.mode, value.high)
    for name, number in (("low", value.low), ("mode", value.mode), ("high", value.high)):
        locked = parameter.distribution == "fixed" and name != "mode"
        style = "locked" if locked else "input"
        sheet.value(row, _COLUMNS[name], number, style, num_format=shown, align="right")
        if not locked:
            _check_number(sheet, row, _COLUMNS[name], quantity(parameter.unit))
    if is_money(parameter.unit) and value.vat:
        sheet.text(row, _COLUMNS["vat"], labels.VAT[value.vat], "input")
        sheet.choose((row, row), _COLUMNS["vat"], list(labels.VAT.values()))
    else:
        sheet.blank(row, _COLUMNS["vat"], "locked")
    sources = words.SOURCE_SEPARATOR.join(value.source)
    sheet.text(row, _COLUMNS["source"], sources, "input", font_size=8)
    sheet.text(row, _COLUMNS["grade"], value.grade, "input", align="center")
    sheet.choose((row, row), _COLUMNS["grade"], list(words.GRADES))
    for name, text in zip(("author", "date", "reason"), told, strict=True):
        sheet.value(row, _COLUMNS[name], text, "input", **_FORMATS.get(name, {}))
    sheet.book.cells[address] = sheet.ref(row, _COLUMNS["mode"])
    sheet.book.cells[f"{address}.vat"] = sheet.ref(row, _COLUMNS["vat"])
    sheet.value(row, _COLUMNS["changed"], CHANGED if override else "", "cell")
    sheet.value(row, _COLUMNS["note"], "" if override else value.note, "small")


def _write_spare(sheet: Sheet, row: int) -> None:
    for name, column in _COLUMNS.items():
        style = "input" if name in words.VALUE_INPUTS or name == "address" else "locked"
        sheet.blank(row, column, style, **_FORMATS.get(name, {}))
    sheet.choose((row, row), _COLUMNS["vat"], list(labels.VAT.values()))
    sheet.choose((row, row), _COLUMNS["grade"], list(words.GRADES))


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
