"""The import workbook: a case's present values, laid out to be changed in Excel and read back.

Each sheet's first column holds the key that the importer reads; the yellow cells are the inputs.
Without macro and without password: protection only keeps a hand from slipping.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from costing import labels
from costing.fleet import COLUMNS
from costing.menu import GROUPS, OBJECTIVES, Bound
from costing.reference import Case
from costing.scenario import FleetTable
from costing.words import quantity
from costing.workbook import vocabulary as words
from costing.workbook.choice import Choice, written
from costing.workbook.choices import choices
from costing.workbook.choices_demands import ASKED
from costing.workbook.layout import DAY, PAPER, Book, Sheet, number_format
from costing.workbook.sources_sheet import write_sources
from costing.workbook.values_sheet import write_values

#: Rows of the fleet sheet that carry lists and number formats.
FLEET_ROWS = 5000
#: Rows of it drawn as cells to fill, below the machines.
BLANK_MACHINES = 40
FLEET_HEADER = 8
FLEET_WIDTHS = (19, 14, 12, 32, 13, 26, 26, 20, 14, 12, 15, 14)
CHOICE_HEADER = 3

HOW = (
    "Ce classeur porte toutes les valeurs d'un scénario. Changez celles que vous contestez, "
    "enregistrez, puis importez-le : rien n'est repris si une seule case pose problème, et chaque "
    "problème est rendu avec sa feuille et sa case.",
    "Les cases jaunes se remplissent ; les autres disent ce qu'on lit. Les feuilles sont protégées "
    "sans mot de passe.",
    "Une valeur : 1234,5 ou « 1 234,5 » ou « 1,2 M€ » ou « 450 k€ ». Un taux : « 3,5 % ». "
    "« 1.234 » est refusé, car il se lit de deux façons ; « 3,5 » pour un taux aussi.",
    "Une case vide n'est pas un zéro : dans la feuille « Choix », elle veut dire « aucun » là où "
    "la remarque l'admet ; ailleurs, elle est refusée.",
    "Une valeur changée demande sa source et sa note. Si la source n'a pas changé, la valeur est "
    "retenue comme « saisie de l'expert », note D : elle ne peut pas s'appuyer sur la source d'une "
    "autre valeur. Pour rester sur la même source, dites où (« …, p. 12 »).",
    "« Qui », « Le » et « Pourquoi » suivent la valeur dans tous les classeurs et rapports.",
    "Une valeur propre à une classe s'ajoute au bas de la feuille par son adresse, par exemple "
    "communs.rent.irm_1_5t : elle remplace, pour cette classe, la valeur commune.",
)
CONTENTS = {
    words.VALUES: "Prix, durées, effectifs et taux des modèles de coût ; évolution du parc.",
    words.ACTIVITY: "Activité de référence, seuils et activité normative par classe ; âge "
    "d'amortissement.",
    words.CHOICES: "Périmètre, conventions, économies demandées, règles du barème, planchers, "
    "exigences, objectifs, structure du forfait, réponses au barème.",
    words.MENU: "Ce que chaque exigence et chaque objectif demande, pour qui, avec quels nombres.",
    words.FLEET: "Vos appareils, un par ligne. Vide : le parc de référence est gardé.",
    words.SOURCES: "Les clés de sources, et leurs titres.",
    words.LISTS: "Les valeurs admises par les listes déroulantes.",
}


def write_template(case: Case, target: Path | BinaryIO) -> None:
    """Write the import workbook filled with a case's values.

    Read back unchanged, it gives the case's own scenario (up to the order of its overrides, and
    to bounds written out though they equal the reference).
    """
    book = Book("Classeur d'import")
    _write_read_me(book, case)
    write_values(
        book, case, words.VALUES,
        "Bas, mode et haut dans l'unité de la ligne. Les cases jaunes se remplissent.",
    )  # fmt: skip
    write_values(
        book, case, words.ACTIVITY,
        "Actes par an et par appareil : jusqu'où va chaque tranche, et la norme. Une ligne par "
        "classe.",
    )  # fmt: skip
    lists = _Lists()
    _write_choices(book, case, lists)
    _write_menu(book)
    _write_fleet(book, case, lists)
    sources = write_sources(book, case.reference)
    sources.raw.autofilter(2, 0, 2 + len(case.reference.sources), 4)
    sources.protect()
    lists.write(book)
    book.save(target)


class _Lists:
    """Lists of admitted values, each a column of the last sheet; validations point to them."""

    def __init__(self) -> None:
        self.columns: list[list[str]] = []

    def check(self, sheet: Sheet, rows: tuple[int, int], column: int, values: list[str]) -> None:
        """A drop-down list of the values over some rows (first, last) of a column."""
        if values not in self.columns:
            self.columns.append(values)
        letter = chr(ord("A") + self.columns.index(values))
        source = f"={words.LISTS}!${letter}$2:${letter}${len(values) + 1}"
        sheet.choose(rows, column, source, where=f" (feuille « {words.LISTS} »)")

    def write(self, book: Book) -> None:
        """The sheet itself."""
        sheet = book.sheet(words.LISTS, [26] * len(self.columns))
        for column, values in enumerate(self.columns):
            sheet.text(0, column, f"liste {column + 1}", "head")
            for row, value in enumerate(values, start=1):
                sheet.text(row, column, value)
        sheet.keep_header(0)
        sheet.protect()


def _write_read_me(book: Book, case: Case) -> None:
    sheet = book.sheet(words.READ_ME, (40, 90), landscape=False)
    sheet.title("Forfait technique : classeur d'import")
    for row, text in enumerate(HOW, start=2):
        sheet.paragraph(row, text)
    row = 3 + len(HOW)
    sheet.text(row, 0, "Case à remplir", "input", locked=True)
    sheet.text(row, 1, "Fond jaune : le contenu est lu à l'import.")
    sheet.row(row + 1, ("Case verrouillée", "Fond blanc ou gris : pour lecture."), ("locked",))
    identity = {
        "Scénario": case.scenario.name,
        words.SCENARIO_HASH: case.scenario.hash,
        words.FINGERPRINT: case.reference.fingerprint,
    }
    row += 3
    for heads, lines in (
        (("Feuille", "Ce qu'elle contient"), CONTENTS),
        (("Note", "Sens"), labels.GRADE_WORDS),
        (("Identité", "Valeur"), identity),
    ):
        sheet.header(row, heads)
        for line, pair in enumerate(lines.items(), start=row + 1):
            sheet.row(line, pair)
        row += len(lines) + 2
    sheet.protect()


def _write_choices(book: Book, case: Case, lists: _Lists) -> None:
    sheet = book.sheet(words.CHOICES, (34, 42, 44, 12, 62))
    sheet.title(words.CHOICES, "Ce que le scénario choisit, valeur par valeur.")
    sheet.header(CHOICE_HEADER, list(words.CHOICE_COLUMNS.values()))
    sheet.keep_header(CHOICE_HEADER)
    row = CHOICE_HEADER + 1
    for choice in choices(case.reference, case.scenario):
        if choice.section:
            sheet.section(row, choice.section, len(words.CHOICE_COLUMNS), column=1)
            row += 1
        values = (choice.key, choice.label, None, choice.unit, choice.note)
        sheet.row(row, values, ("code", "strong", "input"))
        _write_value(sheet, row, choice, lists)
        row += 1
    sheet.protect()


def _write_value(sheet: Sheet, row: int, choice: Choice, lists: _Lists) -> None:
    admits, value, allowed = choice.admits, choice.value, choice.quantity
    if choice.options:
        sheet.value(row, 2, None if value is None else choice.options[value], "input")
        lists.check(sheet, (row, row), 2, list(choice.options.values()))
    elif admits == "flag":
        sheet.text(row, 2, words.yes_no(value), "input")
        lists.check(sheet, (row, row), 2, [words.YES, words.NO])
    elif choice.several:
        # Kept a text: a program would take « 7/8 » for a date and « 75 % » for a number.
        text = written(value, allowed) if value and allowed else None
        sheet.value(row, 2, text, "input", num_format="@")
    elif allowed:
        shown = "0" if allowed.whole else number_format(allowed.unit, value)
        sheet.value(row, 2, value, "input", num_format=shown, align="right")
    elif admits == "date":
        sheet.value(row, 2, value, "input", num_format=DAY, align="right")
    else:
        sheet.value(row, 2, value, "input")


def _write_menu(book: Book) -> None:
    """What may be chosen in the rows of the demands and objectives of « Choix »."""
    sheet = book.sheet(words.MENU, (38, 70, 34, 40, 40))
    sheet.title(words.MENU, "Ce que la feuille « Choix » propose pour ses exigences et objectifs.")
    sheet.header(3, ("Contrainte", "Ce qu'elle demande", "Pour", "Valeur", "Second nombre"))
    sheet.keep_header(3)
    row, group = 4, ""
    for declared in ASKED.values():
        if declared.group != group:
            group = declared.group
            sheet.section(row, GROUPS[group].fr, 5)
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
    low, high = (quantity(end, bound.unit) for end in (bound.low, bound.high))
    usual = "sans limite" if bound.usual is None else quantity(bound.usual, bound.unit)
    return f"{bound.label.fr}, de {low} à {high} ; d'usage : {usual}"


def _write_fleet(book: Book, case: Case, lists: _Lists) -> None:
    sheet = book.sheet(words.FLEET, FLEET_WIDTHS)
    hint = "Un appareil par ligne. Aucune ligne : le parc de référence est gardé."
    sheet.title(words.FLEET, hint)
    _write_settings(sheet, case.scenario.fleet, lists)
    for column, name in enumerate(COLUMNS):
        sheet.text(FLEET_HEADER - 1, column, words.FLEET_NOTES[name], "small", border=0)
    sheet.header(FLEET_HEADER, [words.FLEET_COLUMNS[name] for name in COLUMNS])
    sheet.keep_header(FLEET_HEADER, 1)
    first = FLEET_HEADER + 1
    own = case.scenario.fleet is not None
    rows = case.fleet.frame[list(COLUMNS)].values.tolist() if own else []
    end = first + len(rows) + BLANK_MACHINES
    options = words.fleet_options(case.reference)
    for column, name in enumerate(COLUMNS):
        admitted, look = options.get(name, {}), _fleet_format(name)
        if admitted:
            lists.check(sheet, (first, FLEET_HEADER + FLEET_ROWS), column, list(admitted.values()))
        for row, machine in enumerate(rows, start=first):
            value = machine[column]
            sheet.value(row, column, admitted.get(value, value), "input", **look)
        for row in range(first + len(rows), end):
            sheet.blank(row, column, "input", **look)
        rest = book.format("input", **{"border": 0, "bg_color": PAPER, **look})
        sheet.raw.set_column(column, column, FLEET_WIDTHS[column], rest)
    sheet.raw.print_area(0, 0, end - 1, len(COLUMNS) - 1)
    sheet.protect()


def _write_settings(sheet: Sheet, own: FleetTable | None, lists: _Lists) -> None:
    """What holds for the whole fleet: year, name, and whether its machines are real."""
    sheet.text(3, 0, words.FLEET_YEAR, "strong")
    sheet.value(3, 1, own.year if own else None, "input", num_format="0", align="right")
    sheet.row(4, (words.FLEET_NAME, own.label if own else None), ("strong", "input"))
    synthetic = words.yes_no(own and own.synthetic)
    sheet.row(5, (words.FLEET_SYNTHETIC, synthetic), ("strong", "input"))
    lists.check(sheet, (5, 5), 1, [words.YES, words.NO])


def _fleet_format(name: str) -> dict[str, str]:
    if name == "installed_on":
        return {"num_format": DAY, "align": "right"}
    if name in {"acts_billed", "acts_inpatient"}:
        return {"num_format": "#,##0", "align": "right"}
    return {}
