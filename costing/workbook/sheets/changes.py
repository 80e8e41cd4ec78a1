"""« Modifications » of an exported proposal: what its scenario changes."""

from __future__ import annotations

from costing.case import labels
from costing.case.case import Case
from costing.french.writing import NONE
from costing.language.units import UNITS
from costing.scenario.scenario import Override, Scenario
from costing.values.parameters import Parameter, Value
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.rows import choice_text, choices
from costing.workbook.write.layout import Book, Sheet, at
from costing.workbook.write.styles import number_format

_CHANGE_WIDTHS = (24, 26, 20, 11, 11, 11, 11, 11, 11, 11, 10, 22, 9, 12, 11, 32)


def write_changes(book: Book, case: Case) -> None:
    """What the scenario changes: values, then choices, each with what it was."""
    sheet = book.sheet("Modifications", _CHANGE_WIDTHS)
    hint = "Ce que ce scénario change aux données de référence, et rien d'autre."
    sheet.title("Modifications", hint)
    row = 3
    if case.scenario.overrides:
        row = _write_overrides(sheet, row, case) + 1
    else:
        sheet.text(row, 0, "Aucune valeur modifiée.", "base")
        row += 2
    _write_choices(sheet, row, case)
    sheet.protect()


def _write_subject(sheet: Sheet, row: int, case: Case, address: str, parameter: Parameter) -> None:
    """The first columns of a value's row: address, label, class and unit."""
    file, _, scope = address.split(".")
    where = labels.scope_name(case.reference, scope, file)
    unit = UNITS[parameter.unit][0]
    sheet.row(row, (address, parameter.label.fr, where, unit), ("code", "strong"))


def _write_bounds(
    sheet: Sheet, row: int, first: int, parameter: Parameter, value: Value | None, bold: bool
) -> None:
    """Low, mode and high from a column on; dashes when there is no value."""
    numbers = (value.low, value.mode, value.high) if value else (None, None, None)
    look = number_format(parameter.unit, *numbers)
    for column, number in enumerate(numbers, start=first):
        sheet.number(row, column, number, num_format=look, bold=bold)


def _write_overrides(sheet: Sheet, row: int, case: Case) -> int:
    headings = (
        "Adresse", "Hypothèse", "Classe", "Unité", "Réf. bas", "Réf. mode", "Réf. haut", "Bas",
        "Mode", "Haut", "Écart du mode", "Source", "Note", "Qui", "Le", "Pourquoi",
    )  # fmt: skip
    sheet.header(row, headings, right=range(4, 11))
    for line, override in enumerate(case.scenario.overrides, start=row + 1):
        _write_override(sheet, line, case, override)
    return row + 1 + len(case.scenario.overrides)


def _write_override(sheet: Sheet, row: int, case: Case, override: Override) -> None:
    parameter, value = case.reference.parameter_at(override.parameter)
    assert value is not None
    scope = override.parameter.rsplit(".", 1)[1]
    old = case.base.value_for(case.base.parameter_at(override.parameter)[0], scope)
    _write_subject(sheet, row, case, override.parameter, parameter)
    _write_bounds(sheet, row, 4, parameter, old, bold=False)
    _write_bounds(sheet, row, 7, parameter, value, bold=True)
    if old and old.mode:
        result = value.mode / old.mode - 1
        sheet.formula(row, 10, f"{at(row, 8)}/{at(row, 5)}-1", result, "percent")
    else:
        sheet.text(row, 10, NONE, "percent")
    sheet.text(row, 11, vocabulary.source_titles(case.reference, value.source), "small")
    before = f"{old.grade} → " if old and old.grade != value.grade else ""
    sheet.text(row, 12, f"{before}{value.grade}", "centre")
    sheet.text(row, 13, override.author)
    sheet.value(row, 14, override.date, "date")
    sheet.text(row, 15, override.reason)


def _write_choices(sheet: Sheet, row: int, case: Case) -> None:
    """The choices that are not those of the reference scenario."""
    sheet.header(row, ("Clé", "Choix", "Référence", "", "", "Scénario", "", "", ""))
    plain = {choice.key: choice for choice in choices(case.reference, Scenario())}
    changed: list[tuple[str, str, str, str]] = []
    for choice in choices(case.reference, case.scenario):
        before = plain.get(choice.key)
        if before is None or before.value != choice.value:
            old = choice_text(before) if before else NONE
            changed.append((choice.key, choice.label, old, choice_text(choice)))
    own = case.scenario.fleet
    if own:
        rows = len(next(iter(own.columns.values()), ()))
        new = f"{own.label} ({rows} lignes, {own.year})"
        changed.append(("fleet", "Parc", "parc de référence", new))
    for line, texts in enumerate(changed, start=row + 1):
        _write_choice(sheet, line, *texts)
    if not changed:
        sheet.text(row + 1, 0, "Aucun choix modifié.", "base")


def _write_choice(sheet: Sheet, row: int, key: str, label: str, old: str, new: str) -> None:
    sheet.row(row, (key, label), ("code", "strong"))
    for column, last, text in ((2, 4, old), (5, 8, new)):
        sheet.raw.merge_range(row, column, row, last, "", sheet.book.format("cell"))
        sheet.raw.write_string(row, column, text, sheet.book.format("cell"))
