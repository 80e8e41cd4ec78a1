"""« Hypothèses », « Sources » and « Modifications » of an exported proposal."""

from __future__ import annotations

from costing import labels
from costing.reference import Case
from costing.scenario import Override, Scenario
from costing.units import UNITS
from costing.workbook import vocabulary as words
from costing.workbook.choices import choices, shown
from costing.workbook.layout import CHANGED, NONE, Book, Sheet, at, number_format
from costing.workbook.values_sheet import ordered_values

_VALUE_WIDTHS = (24, 28, 22, 12, 11, 11, 11, 11, 6, 44, 14, 48)
_CHANGE_WIDTHS = (24, 26, 20, 11, 11, 11, 11, 11, 11, 11, 10, 22, 9, 12, 11, 32)


def write_values(book: Book, case: Case) -> None:
    """Every value with its bounds, its sources and its grade; changed ones bear a mark."""
    sheet = book.sheet("Hypothèses", _VALUE_WIDTHS)
    headings = (
        "Adresse", "Hypothèse", "Classe", "Unité", "Bas", "Mode", "Haut", "TVA", "Note",
        "Sources", "État", "Remarque ou raison",
    )  # fmt: skip
    sheet.text(0, 0, "Hypothèses", "title")
    grades = " ; ".join(f"{grade} : {text}" for grade, text in labels.GRADE_WORDS.items())
    sheet.text(1, 0, f"Note : {grades}.", "hint", text_wrap=False)
    sheet.header(3, headings, right=(4, 5, 6))
    sheet.keep_header(3, 2)
    row = 4
    for file in case.reference.files:
        sheet.section(row, labels.file_name(case.reference, file), len(headings), column=1)
        row += 1
        for address, parameter, value in ordered_values(case.reference, file):
            look = number_format(parameter.unit, value.low, value.mode, value.high)
            changed = value.changed_by is not None
            sheet.text(row, 0, address, "code")
            sheet.text(row, 1, parameter.label.fr, "strong")
            sheet.text(row, 2, labels.scope_name(case.reference, value.scope, file))
            sheet.text(row, 3, UNITS[parameter.unit][0])
            for column, number in ((4, value.low), (5, value.mode), (6, value.high)):
                sheet.number(row, column, number, num_format=look, bold=changed)
            sheet.text(row, 7, labels.VAT[value.vat] if value.vat else NONE)
            sheet.text(row, 8, value.grade, "centre")
            sheet.text(row, 9, words.source_titles(case.reference, value.source), "small")
            by = f"{CHANGED}\n{value.changed_by}" if value.changed_by else CHANGED
            sheet.text(row, 10, by if changed else "", "cell", bold=changed)
            sheet.text(row, 11, value.note, "small")
            row += 1
    sheet.raw.autofilter(3, 0, row - 1, len(headings) - 1)


def write_sources(book: Book, case: Case) -> None:
    """The bibliography."""
    sheet = book.sheet(words.SOURCES, (34, 80, 44, 13, 50))
    sheet.text(0, 0, words.SOURCES, "title")
    sheet.header(2, ("Clé", "Titre", "Éditeur", "Date", "Référence ou adresse"))
    sheet.keep_header(2)
    for row, source in enumerate(case.reference.sources.values(), start=3):
        sheet.text(row, 0, source.key, "code")
        sheet.text(row, 1, source.title)
        sheet.text(row, 2, source.publisher)
        sheet.date(row, 3, source.date)
        sheet.text(row, 4, " · ".join(filter(None, (source.reference, source.url))), "small")


def write_changes(book: Book, case: Case) -> None:
    """What the scenario changes: values, then choices, each with what it was."""
    sheet = book.sheet("Modifications", _CHANGE_WIDTHS)
    sheet.text(0, 0, "Modifications", "title")
    hint = "Ce que ce scénario change aux données de référence, et rien d'autre."
    sheet.text(1, 0, hint, "hint", text_wrap=False)
    row = 3
    if case.scenario.overrides:
        row = _write_overrides(sheet, row, case) + 1
    else:
        sheet.text(row, 0, "Aucune valeur modifiée.", "base", text_wrap=False)
        row += 2
    _write_choices(sheet, row, case)


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
    sheet.text(row, 0, override.parameter, "code")
    sheet.text(row, 1, parameter.label.fr, "strong")
    sheet.text(row, 2, labels.scope_name(case.reference, scope, override.parameter.split(".")[0]))
    sheet.text(row, 3, UNITS[parameter.unit][0])
    for first, now in ((4, old), (7, value)):
        numbers = (now.low, now.mode, now.high) if now else (None, None, None)
        look = number_format(parameter.unit, *numbers)
        for column, number in enumerate(numbers, start=first):
            sheet.number(row, column, number, num_format=look, bold=first == 7)
    if old and old.mode:
        result = value.mode / old.mode - 1
        sheet.formula(row, 10, f"{at(row, 8)}/{at(row, 5)}-1", result, "percent")
    else:
        sheet.text(row, 10, NONE, "percent")
    sheet.text(row, 11, words.source_titles(case.reference, value.source), "small")
    before = f"{old.grade} → " if old and old.grade != value.grade else ""
    sheet.text(row, 12, f"{before}{value.grade}", "centre")
    sheet.text(row, 13, override.author)
    sheet.value(row, 14, override.date, "date")
    sheet.text(row, 15, override.reason)


def _write_choices(sheet: Sheet, row: int, case: Case) -> None:
    """The choices that are not those of the reference scenario."""
    sheet.header(row, ("Clé", "Choix", "Référence", "", "", "Scénario", "", "", ""))
    plain = {choice.key: choice for choice in choices(case.reference, Scenario())}
    line = row
    for choice in choices(case.reference, case.scenario):
        before = plain.get(choice.key)
        if before and before.value == choice.value:
            continue
        line += 1
        old = shown(before) if before else NONE
        _write_choice(sheet, line, choice.key, choice.label, old, shown(choice))
    own = case.scenario.fleet
    if own:
        line += 1
        rows = len(next(iter(own.columns.values()), ()))
        new = f"{own.label} ({rows} lignes, {own.year})"
        _write_choice(sheet, line, "fleet", "Parc", "parc de référence", new)
    if line == row:
        sheet.text(row + 1, 0, "Aucun choix modifié.", "base", text_wrap=False)


def _write_choice(sheet: Sheet, row: int, key: str, label: str, old: str, new: str) -> None:
    sheet.text(row, 0, key, "code")
    sheet.text(row, 1, label, "strong")
    for column, text in ((2, old), (5, new)):
        last = column + (2 if column == 2 else 3)
        sheet.raw.merge_range(row, column, row, last, "", sheet.book.format("cell"))
        sheet.raw.write_string(row, column, text, sheet.book.format("cell"))
