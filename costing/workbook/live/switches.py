"""« Périmètre »: what the choices of the scenario mean in numbers, for the formulas to use.

Conventions as the codes of the engine; each poste kept by the chosen perimeter (1) or not (0).
"""

from __future__ import annotations

from dataclasses import dataclass

from costing.case import labels
from costing.case.case import Case
from costing.case.costs import INVESTMENT
from costing.language.capital import METHODS
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.rows import choices
from costing.workbook.write.layout import Book, at

SHEET = "Périmètre"


@dataclass(frozen=True)
class Switches:
    """Cells of the conventions, by the engine's name, and of the postes, by their code."""

    conventions: dict[str, str]
    retained: dict[str, str]
    investment: dict[str, str]


def write_switches(book: Book, case: Case) -> Switches:
    """The sheet: conventions, then postes against perimeters."""
    perimeters = case.reference.perimeters
    count = len(perimeters)
    sheet = book.sheet(SHEET, (44, 44, *[16] * count, 14, 14))
    sheet.title(SHEET, "Ce que la feuille « Choix » veut dire en nombres. 1 : oui ; 0 : non.")
    sheet.header(3, ("Convention", "Choix", "Nombre"), right=(2,))
    conventions = {}
    titles = {choice.key: choice.label for choice in choices(case.reference, case.scenario)}
    for row, (name, key, codes) in enumerate(_conventions(), start=4):
        chosen = book.cells[key]
        now = case.scenario
        for part in key.split("."):
            now = getattr(now, part)
        shown = vocabulary.yes_no(now) if isinstance(now, bool) else _labels_of(key)[str(now)]
        sheet.text(row, 0, titles[key], "strong")
        sheet.formula(row, 1, chosen, shown, "cell")
        text = "".join(f'IF({at(row, 1)}="{label}",{code},' for label, code in codes.items())
        sheet.formula(row, 2, text + "NA()" + ")" * len(codes), codes[shown])
        conventions[name] = sheet.ref(row, 2)
    row = 5 + len(conventions)
    heads = [entry.label.fr for entry in perimeters.values()]
    sheet.header(row, ("Poste", "Texte", *heads, "Retenu", "Investissement retenu"))
    chosen_now = case.scenario.perimeter
    retained, investment = {}, {}
    names = f"{at(row, 2)}:{at(row, count + 1)}".replace(str(row + 1), f"${row + 1}")
    place = list(perimeters).index(INVESTMENT) + 2
    for line, poste in enumerate(case.reference.postes.values(), start=row + 1):
        sheet.row(line, (poste.label.fr, poste.legal_item.fr), ("strong", "small"))
        for column, entry in enumerate(perimeters.values(), start=2):
            sheet.number(line, column, float(poste.code in entry.postes))
        in_perimeter = float(poste.code in perimeters[chosen_now].postes)
        cells = f"{at(line, 2)}:{at(line, count + 1)}"
        choice = book.cells["perimeter"]
        sheet.formula(line, count + 2, f"INDEX({cells},1,MATCH({choice},{names},0))", in_perimeter)
        both = in_perimeter * (poste.code in perimeters[INVESTMENT].postes)
        sheet.formula(line, count + 3, f"{at(line, count + 2)}*{at(line, place)}", both)
        retained[poste.code] = sheet.ref(line, count + 2)
        investment[poste.code] = sheet.ref(line, count + 3)
    sheet.keep_header(row, 1)
    sheet.protect()
    return Switches(conventions, retained, investment)


def _conventions() -> list[tuple[str, str, dict[str, float]]]:
    """Name in the engine, key in « Choix », number of each label."""
    return [
        (
            "capital_method", "conventions.capital",
            {labels.CAPITAL[code]: float(number) for code, number in METHODS.items()},
        ),
        (
            "charge_amortised", "conventions.amortised_charge",
            {labels.AMORTISED_CHARGE["none"]: 0.0, labels.AMORTISED_CHARGE["economic"]: 1.0},
        ),
        ("inpatients_count", "conventions.inpatients_count", {vocabulary.YES: 1.0, vocabulary.NO:
        0.0}), (
            "activity", "conventions.activity",
            {label: float(code) for code, label in enumerate(labels.ACTIVITIES.values())},
        ),
        (
            "investment", "conventions.investment",
            {label: float(code) for code, label in enumerate(labels.INVESTMENTS.values())},
        ),
    ]  # fmt: skip


def _labels_of(key: str) -> dict[str, str]:
    lists = {
        "conventions.capital": labels.CAPITAL,
        "conventions.amortised_charge": labels.AMORTISED_CHARGE,
        "conventions.activity": labels.ACTIVITIES,
        "conventions.investment": labels.INVESTMENTS,
    }
    return lists[key]
