"""The sheets of one value a row (« Hypothèses », « Activité »), as the template writes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from costing.case import labels
from costing.case.case import Case
from costing.language.units import UNITS, is_money
from costing.reference.reference import Reference
from costing.values.parameters import Parameter, Value
from costing.values.quantity import Quantity, quantity
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.values.state import (
    ADDED,
    FLAGS,
    LETTERS,
    PLACES,
    REFERENCE,
    register,
    write_added,
    write_state,
)
from costing.workbook.write import prompts
from costing.workbook.write.layout import Book, Sheet
from costing.workbook.write.styles import DAY, number_format

#: Rows left at the bottom for values that hold for one class only.
SPARE = 15
WIDTHS = (25, 27, 17, 10.5, 10.5, 10.5, 10.5, 9.5, 17, 6.5, 10, 10.5, 22, 16, 42)
FIRST = 4
_COLUMNS = {name: index for index, name in enumerate(vocabulary.VALUE_COLUMNS)}
_FORMATS = {"date": {"num_format": DAY}}
#: How a row is filled, above the headings: what stands there is not read.
_EXAMPLE = {
    "address": "Exemple, non lu", "label": "Prix d'achat", "scope": "IRM 1,5 T", "unit": "€",
    "low": "800 k€", "mode": "1,05 M€", "high": "1 400 000", "vat": "hors taxe",
    "source": "Devis du 12/11/2025, p. 3", "grade": "C", "author": "Mme X, CHU Y",
    "date": "15/01/2026", "reason": "Trois offres reçues.", "changed": "● modifié",
    "note": "Trois nombres, une source qui se retrouve, un nom, un motif.",
}  # fmt: skip
#: What differs in that of « Activité ».
_EXAMPLE_ACTIVITY = {
    "label": "Activité de référence", "scope": "IRM 1,5 T", "unit": "actes / an", "low": "4 500",
    "mode": "5 200", "high": "6 100", "vat": "", "source": "Enquête 2025, p. 12",
    "reason": "Activité relevée.",
}  # fmt: skip
#: And where formulas follow what is typed.
_EXAMPLE_COMPUTED = {"low": "800 000", "mode": "1 050 000"}
#: The columns of numbers.
_RIGHT = range(4, 7)
#: The columns whose missing cells are marked, with the word that says so (`value_state`).
_MARKED = {
    "low": "bas", "mode": "mode", "high": "haut", "vat": "TVA", "source": "source", "grade": "note",
    "author": "qui", "reason": "pourquoi",
}  # fmt: skip
#: Title and message of the cells to fill, by column.
_PROMPTS = {
    "low": ("Bas", "La plus faible valeur défendable."),
    "mode": ("Mode", "La valeur retenue."),
    "high": ("Haut", "La plus forte valeur défendable."),
    "vat": ("TVA", "Ce que les trois montants comprennent : choisissez dans la liste."),
    "source": (
        "Source", "Une clé de la feuille « Sources », ou un titre, une date, une page. Sans "
        "source, écrivez « saisie de l'expert » : la note est D.",
    ),
    "grade": (
        "Note", "A texte officiel ou mesure directe ; B source publiée ; C déduction ou source "
        "commerciale ; D hypothèse ou saisie sans source.",
    ),
    "author": ("Qui", "Qui donne cette valeur : nom, organisme."),
    "date": ("Le", "Le jour où elle est donnée."),
    "reason": ("Pourquoi", "Une phrase : ce qui fonde le changement."),
    "address": (
        "Adresse", "fichier.nom.classe, par exemple communs.rent.irm_1_5t : la valeur d'une classe "
        "seulement.",
    ),
}  # fmt: skip


def ordered_values(reference: Reference, file: str) -> Iterator[tuple[str, Parameter, Value]]:
    """A file's values with their addresses, classes in the order of the fee's tables."""
    order = ["*"]
    for modality in vocabulary.modalities(reference):
        classes = reference.classes.values()
        order += [modality, *(c.code for c in classes if c.modality == modality)]
    order += [*reference.models, *reference.class_labels]
    for parameter in reference.files[file].values():
        for value in sorted(parameter.values, key=lambda v: order.index(v.scope)):
            yield f"{file}.{parameter.name}.{value.scope}", parameter, value


def write_values(book: Book, case: Case, name: str, hint: str) -> None:
    """One value sheet, filled with the case's values."""
    sheet = book.sheet(name, WIDTHS)
    columns = list(vocabulary.VALUE_COLUMNS.values())
    sheet.title(name, hint)
    own = _EXAMPLE_COMPUTED if book.computed else {}
    example = {**_EXAMPLE, **(_EXAMPLE_ACTIVITY if name == vocabulary.ACTIVITY else own)}
    for column, text in enumerate(example.values()):
        side = "right" if column in _RIGHT else "left"
        sheet.text(FIRST - 2, column, text, "example", align=side)
    sheet.header(FIRST - 1, columns, right=_RIGHT)
    sheet.keep_header(FIRST - 1, 2)
    row = FIRST
    for file in vocabulary.sheet_files(case.reference, name):
        if name == vocabulary.VALUES:
            sheet.heading(row, labels.file_name(case.reference, file), len(columns), column=1)
            row += 1
        for address, parameter, value in ordered_values(case.reference, file):
            _write_row(sheet, row, case, address, parameter, value)
            row += 1
    sheet.raw.autofilter(FIRST - 1, 0, row - 1, len(columns) - 1)
    sheet.heading(
        row, "Valeur propre à une classe : adresse (fichier.nom.classe), puis les cases jaunes",
        len(columns), column=1,
    )  # fmt: skip
    for spare in range(row + 1, row + 1 + SPARE):
        _write_spare(sheet, spare)
    write_added(sheet, row + 1, row + SPARE)
    _finish(sheet, row + SPARE)
    sheet.protect()


def _finish(sheet: Sheet, last: int) -> None:
    """Messages and marks over the whole table, and its hidden columns."""
    for name in ("source", "author", "reason"):
        prompts.free(sheet, (FIRST, last), _COLUMNS[name], *_PROMPTS[name])
    prompts.date(sheet, (FIRST, last), _COLUMNS["date"], *_PROMPTS["date"])
    sheet.choose(
        (FIRST, last), _COLUMNS["grade"], list(vocabulary.GRADES),
        **prompts.message(*_PROMPTS["grade"]),
    )  # fmt: skip
    hidden = (len(vocabulary.VALUE_COLUMNS), len(PLACES) - 1)
    for name in (*REFERENCE.values(), *FLAGS, *ADDED.values()):
        sheet.text(FIRST - 1, PLACES[name], name, "calc_text")
    sheet.raw.set_column(*hidden, 10, None, {"hidden": True})
    register(sheet, FIRST, last)
    missing = f"${LETTERS['missing']}{FIRST + 1}"
    for name, word in _MARKED.items():
        lacking = f'ISNUMBER(SEARCH(", {word}",{missing}))'
        prompts.mark(sheet, (FIRST, last), _COLUMNS[name], lacking)
    prompts.mark(sheet, (FIRST, last), _COLUMNS["changed"], f'{missing}<>""')


def _write_row(
    sheet: Sheet, row: int, case: Case, address: str, parameter: Parameter, value: Value
) -> None:
    file, _, scope = address.split(".")
    override = next((o for o in case.scenario.overrides if o.parameter == address), None)
    attribution = (override.author, override.date, override.reason) if override else ("", None, "")
    where = labels.scope_name(case.reference, scope, file)
    unit = UNITS[parameter.unit][0]
    sheet.row(row, (address, parameter.label.fr, where, unit), ("code", "strong"))
    look = number_format(parameter.unit, value.low, value.mode, value.high)
    for name, number in (("low", value.low), ("mode", value.mode), ("high", value.high)):
        locked = parameter.distribution == "fixed" and name != "mode"
        style = "locked" if locked else "input"
        sheet.value(row, _COLUMNS[name], number, style, num_format=look, align="right")
        if not locked:
            title, text = _PROMPTS[name]
            allowed = quantity(parameter.unit)
            prompts.number(sheet, (row, row), _COLUMNS[name], allowed, title, text)
    if is_money(parameter.unit) and value.vat:
        sheet.text(row, _COLUMNS["vat"], labels.VAT[value.vat], "input")
        _choose_vat(sheet, row)
    else:
        sheet.blank(row, _COLUMNS["vat"], "locked")
    sources = vocabulary.SOURCE_SEPARATOR.join(value.source)
    sheet.text(row, _COLUMNS["source"], sources, "input", font_size=8)
    sheet.text(row, _COLUMNS["grade"], value.grade, "input", align="center")
    for name, content in zip(("author", "date", "reason"), attribution, strict=True):
        sheet.value(row, _COLUMNS[name], content, "input", **_FORMATS.get(name, {}))
    sheet.book.cells[address] = sheet.ref(row, _COLUMNS["mode"])
    sheet.book.cells[f"{address}.vat"] = sheet.ref(row, _COLUMNS["vat"])
    sheet.value(row, _COLUMNS["note"], "" if override else value.note, "small")
    declared = any(datum.address == address for datum in case.scenario.unavailable)
    write_state(sheet, row, _reference_cells(case, address), declared)


def _reference_cells(case: Case, address: str) -> dict[str, Any]:
    """What a row's cells hold where nothing is changed, None for a blank."""
    parameter, own = case.base.parameter_at(address)
    value = own or case.base.value_for(parameter, address.rsplit(".", 1)[1])
    assert value is not None
    vat = labels.VAT[value.vat] if is_money(parameter.unit) and value.vat else None
    sources = vocabulary.SOURCE_SEPARATOR.join(value.source)
    return {
        "low": value.low, "mode": value.mode, "high": value.high, "vat": vat, "source": sources,
        "grade": value.grade,
    }  # fmt: skip


def _write_spare(sheet: Sheet, row: int) -> None:
    for name, column in _COLUMNS.items():
        style = "input" if name in vocabulary.VALUE_INPUTS or name == "address" else "locked"
        sheet.blank(row, column, style, **_FORMATS.get(name, {}))
    _choose_vat(sheet, row)
    prompts.free(sheet, (row, row), _COLUMNS["address"], *_PROMPTS["address"])
    for name in ("low", "mode", "high"):
        here = (row, row), _COLUMNS[name]
        if sheet.book.computed:
            prompts.number(sheet, *here, Quantity("number", -1.0), *_PROMPTS[name])
        else:
            prompts.free(sheet, *here, *_PROMPTS[name])
    write_state(sheet, row)


def _choose_vat(sheet: Sheet, row: int) -> None:
    options = list(labels.VAT.values())
    sheet.choose((row, row), _COLUMNS["vat"], options, **prompts.message(*_PROMPTS["vat"]))
