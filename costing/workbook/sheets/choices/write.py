"""The sheets « Choix » and « Menu »: what a scenario chooses, and what may be chosen there."""

from __future__ import annotations

from costing.case import labels
from costing.case.case import Case
from costing.french.writing import quantity as with_unit
from costing.scenario.menu import GROUPS, OBJECTIVES, Bound
from costing.values.quantity import Quantity
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.demand_rows import ON_DEMAND
from costing.workbook.sheets.choices.row import Choice, written
from costing.workbook.sheets.choices.rows import choices
from costing.workbook.sheets.lists import Lists
from costing.workbook.write import prompts
from costing.workbook.write.counts import column
from costing.workbook.write.layout import Book, Sheet, at
from costing.workbook.write.styles import DAY, number_format

HEADER = 3
#: How a row is filled, above the headings: what stands there is not read.
_EXAMPLE = (
    "Exemple, non lu", "Économies visées, toute l'imagerie", "300 M€", "€",
    "Une case par choix : une valeur de la liste, un nombre, une date JJ/MM/AAAA. Vide : aucun, là "
    "où la remarque l'admet.",
)  # fmt: skip
#: Its value, where formulas follow what is typed.
_EXAMPLE_COMPUTED = "300 000 000"


def write_choices(book: Book, case: Case, lists: Lists) -> None:
    """One row a choice, with the case's present values."""
    sheet = book.sheet(vocabulary.CHOICES, (34, 42, 44, 12, 62))
    sheet.title(vocabulary.CHOICES, "Ce que le scénario choisit, valeur par valeur.")
    for place, text in enumerate(_EXAMPLE):
        shown = _EXAMPLE_COMPUTED if book.computed and place == 2 else text
        sheet.text(HEADER - 1, place, shown, "example", align="right" if place == 2 else "left")
    sheet.header(HEADER, list(vocabulary.CHOICE_COLUMNS.values()))
    sheet.keep_header(HEADER)
    row = HEADER + 1
    for choice in choices(case.reference, case.scenario):
        if choice.heading:
            sheet.heading(row, choice.heading, len(vocabulary.CHOICE_COLUMNS), column=1)
            row += 1
        values = (choice.key, choice.label, None, choice.unit, choice.note)
        sheet.row(row, values, ("code", "strong", "input"))
        book.cells[choice.key] = sheet.ref(row, 2)
        _write_value(sheet, row, choice, lists)
        book.columns[vocabulary.CHOICES, choice.key] = column(sheet, row, row, 2)
        row += 1
    sheet.protect()


def _write_value(sheet: Sheet, row: int, choice: Choice, lists: Lists) -> None:
    admits, value, allowed = choice.admits, choice.value, choice.quantity
    _write_checks(sheet, row, choice, lists)
    if choice.options:
        sheet.value(row, 2, None if value is None else choice.options[value], "input")
    elif admits == "flag":
        sheet.text(row, 2, vocabulary.yes_no(value), "input")
    elif choice.several:
        # Kept a text: a program would take « 7/8 » for a date and « 75 % » for a number.
        text = written(value, allowed) if value and allowed else None
        sheet.value(row, 2, text, "input", num_format="@")
    elif allowed:
        look = "0" if allowed.whole else number_format(allowed.unit, value)
        sheet.value(row, 2, value, "input", num_format=look, align="right")
    elif admits == "date":
        sheet.value(row, 2, value, "input", num_format=DAY, align="right")
    else:
        sheet.value(row, 2, value, "input")


def _write_checks(sheet: Sheet, row: int, choice: Choice, lists: Lists) -> None:
    """What the cell of a choice says and admits, and how it shows that it is missing."""
    here, title, note = (row, row), choice.label, choice.note
    if choice.options:
        lists.check(sheet, here, 2, list(choice.options.values()), **prompts.message(title, note))
    elif choice.admits == "flag":
        lists.check(sheet, here, 2, [vocabulary.YES, vocabulary.NO], **prompts.message(title, note))
    elif isinstance(choice.admits, Quantity):
        prompts.number(sheet, here, 2, choice.admits, title, note)
    elif choice.admits == "date":
        prompts.date(sheet, here, 2, title, note)
    else:
        prompts.free(sheet, here, 2, title, note or "Un texte, libre.")
    if choice.required:
        prompts.mark(sheet, here, 2, f'{at(row, 2)}=""')


def write_menu(book: Book) -> None:
    """What may be chosen in the rows of the demands and objectives of « Choix »."""
    sheet = book.sheet(vocabulary.MENU, (38, 70, 34, 40, 40))
    sheet.title(
        vocabulary.MENU, "Ce que la feuille « Choix » propose pour ses exigences et objectifs."
    )
    sheet.header(3, ("Contrainte", "Ce qu'elle demande", "Pour", "Valeur", "Second nombre"))
    sheet.keep_header(3)
    row, group = 4, ""
    for declared in ON_DEMAND.values():
        if declared.group != group:
            group = declared.group
            sheet.heading(row, GROUPS[group].fr, 5)
            row += 1
        texts = (declared.label.fr, declared.description.fr, labels.admitted(declared.scopes))
        sheet.row(row, (*texts, _bound(declared.value), _bound(declared.level)))
        row += 1
    sheet.header(row + 1, ("Objectif", "Ce qu'il cherche", "", "", ""))
    for line, objective in enumerate(OBJECTIVES.values(), start=row + 2):
        sheet.row(line, (objective.label.fr, objective.description.fr))
    sheet.protect()


def _bound(bound: Bound | None) -> str:
    """A number of the menu: what it is, its range, what is usual."""
    if bound is None:
        return ""
    low, high = (with_unit(end, bound.unit) for end in (bound.low, bound.high))
    usual = "sans limite" if bound.usual is None else with_unit(bound.usual, bound.unit)
    return f"{bound.label.fr}, de {low} à {high} ; d'usage : {usual}"
