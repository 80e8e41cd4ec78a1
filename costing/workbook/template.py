"""The import workbook: a case's present values, laid out to be changed in Excel and read back.

Each sheet's first column holds the key that the importer reads; the yellow cells are the inputs.
Without macro and without password: protection only keeps a hand from slipping.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from costing import labels
from costing.fleet import COLUMNS, REGIONS
from costing.reference import Case
from costing.units import UNITS
from costing.workbook import vocabulary as words
from costing.workbook.choices import Choice, choices
from costing.workbook.layout import PAPER, Book, Sheet, number_format
from costing.workbook.values_sheet import write_values

#: Rows of the fleet sheet that carry lists and number formats.
FLEET_ROWS = 5000
FLEET_HEADER = 8
FLEET_WIDTHS = (19, 14, 12, 32, 13, 26, 26, 20, 14, 12, 15, 14)
CHOICE_HEADER = 3
FINGERPRINT, SCENARIO_HASH = "Empreinte des données de référence", "Empreinte du scénario"

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
    words.CHOICES: "Périmètre, conventions, économies demandées, règles du barème, planchers.",
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
    _write_fleet(book, case, lists)
    _write_sources(book, case)
    lists.write(book)
    book.save(target)


class _Lists:
    """Lists of admitted values, each a column of the last sheet; validations point to them."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str]] = {}

    def check(self, sheet: Sheet, first: int, last: int, column: int, values: list[str]) -> None:
        """A drop-down list of the values over the rows of a column."""
        name = next((n for n, v in self.columns.items() if v == values), None)
        if name is None:
            name = f"liste {len(self.columns) + 1}"
            self.columns[name] = values
        letter = chr(ord("A") + list(self.columns).index(name))
        source = f"={words.LISTS}!${letter}$2:${letter}${len(values) + 1}"
        sheet.raw.data_validation(
            first, column, last, column,
            {
                "validate": "list", "source": source, "error_title": "Choix hors liste",
                "error_message": f"Choisissez dans la liste (feuille « {words.LISTS} »).",
            },
        )  # fmt: skip

    def write(self, book: Book) -> None:
        """The sheet itself."""
        sheet = book.sheet(words.LISTS, [26] * len(self.columns))
        for column, (name, values) in enumerate(self.columns.items()):
            sheet.text(0, column, name, "head")
            for row, value in enumerate(values, start=1):
                sheet.text(row, column, value)
        sheet.keep_header(0)
        sheet.protect()


def _write_read_me(book: Book, case: Case) -> None:
    sheet = book.sheet(words.READ_ME, (40, 90), landscape=False)
    sheet.text(0, 0, "Forfait technique : classeur d'import", "title")
    row = 2
    for text in HOW:
        sheet.paragraph(row, text)
        row += 1
    sheet.text(row + 1, 0, "Case à remplir", "input", locked=True)
    sheet.text(row + 1, 1, "Fond jaune : le contenu est lu à l'import.")
    sheet.text(row + 2, 0, "Case verrouillée", "locked")
    sheet.text(row + 2, 1, "Fond blanc ou gris : pour lecture.")
    row += 4
    sheet.header(row, ("Feuille", "Ce qu'elle contient"))
    for name, text in CONTENTS.items():
        row += 1
        sheet.text(row, 0, name, "strong")
        sheet.text(row, 1, text)
    sheet.header(row + 2, ("Note", "Sens"))
    row += 3
    for grade, text in labels.GRADE_WORDS.items():
        sheet.text(row, 0, grade, "strong")
        sheet.text(row, 1, text)
        row += 1
    sheet.header(row + 1, ("Identité", "Valeur"))
    identity = {
        "Scénario": case.scenario.name,
        SCENARIO_HASH: case.scenario.hash,
        FINGERPRINT: case.reference.fingerprint,
    }
    for line, (label, text) in enumerate(identity.items(), start=row + 2):
        sheet.text(line, 0, label, "strong")
        sheet.text(line, 1, text)
    sheet.protect()


def _write_choices(book: Book, case: Case, lists: _Lists) -> None:
    sheet = book.sheet(words.CHOICES, (34, 42, 44, 12, 62))
    sheet.text(0, 0, words.CHOICES, "title")
    sheet.text(1, 0, "Ce que le scénario choisit, valeur par valeur.", "hint", text_wrap=False)
    sheet.header(CHOICE_HEADER, list(words.CHOICE_COLUMNS.values()))
    sheet.keep_header(CHOICE_HEADER)
    row = CHOICE_HEADER + 1
    for choice in choices(case.reference, case.scenario):
        if choice.section:
            sheet.section(row, choice.section, len(words.CHOICE_COLUMNS), column=1)
            row += 1
        _write_choice(sheet, row, choice, lists)
        row += 1
    sheet.protect()


def _write_choice(sheet: Sheet, row: int, choice: Choice, lists: _Lists) -> None:
    sheet.text(row, 0, choice.key, "code")
    sheet.text(row, 1, choice.label, "strong")
    unit = UNITS[choice.quantity.unit][0] if choice.quantity else ""
    sheet.text(row, 3, unit)
    sheet.text(row, 4, choice.note)
    if choice.kind == "list":
        sheet.text(row, 2, choice.options[choice.value], "input")
        lists.check(sheet, row, row, 2, list(choice.options.values()))
    elif choice.kind == "flag":
        sheet.text(row, 2, words.YES_NO["true" if choice.value else "false"], "input")
        lists.check(sheet, row, row, 2, list(words.YES_NO.values()))
    elif choice.quantity:
        plain = choice.quantity.unit == "number"
        shown = "0" if plain else number_format(choice.quantity.unit, choice.value)
        sheet.value(row, 2, choice.value, "input", num_format=shown, align="right")
    elif choice.kind == "date":
        sheet.value(row, 2, choice.value, "input", num_format="dd/mm/yyyy", align="right")
    else:
        sheet.value(row, 2, choice.value, "input")


def _write_fleet(book: Book, case: Case, lists: _Lists) -> None:
    sheet = book.sheet(words.FLEET, FLEET_WIDTHS)
    own = case.scenario.fleet
    sheet.text(0, 0, words.FLEET, "title")
    hint = "Un appareil par ligne. Aucune ligne : le parc de référence est gardé."
    sheet.text(1, 0, hint, "hint", text_wrap=False)
    sheet.text(3, 0, words.FLEET_YEAR, "strong")
    sheet.value(3, 1, own.year if own else None, "input", num_format="0", align="right")
    sheet.text(4, 0, words.FLEET_NAME, "strong")
    sheet.value(4, 1, own.label if own else None, "input")
    sheet.text(5, 0, words.FLEET_SYNTHETIC, "strong")
    sheet.text(5, 1, words.YES_NO["true" if own and own.synthetic else "false"], "input")
    lists.check(sheet, 5, 5, 1, list(words.YES_NO.values()))
    for column, name in enumerate(COLUMNS):
        sheet.text(FLEET_HEADER - 1, column, words.FLEET_NOTES[name], "small", border=0)
    sheet.header(FLEET_HEADER, [words.FLEET_COLUMNS[name] for name in COLUMNS])
    sheet.keep_header(FLEET_HEADER, 1)
    first, last = FLEET_HEADER + 1, FLEET_HEADER + FLEET_ROWS
    options = _fleet_options(case)
    for column, name in enumerate(COLUMNS):
        if name in options:
            lists.check(sheet, first, last, column, list(options[name].values()))
    rows = case.fleet.frame[list(COLUMNS)].values.tolist() if own else []
    for row, machine in enumerate(rows, start=first):
        for column, (name, value) in enumerate(zip(COLUMNS, machine, strict=True)):
            shown = options[name].get(value, value) if name in options else value
            sheet.value(row, column, shown, "input", **_fleet_format(name))
    for row in range(first + len(rows), first + len(rows) + 40):
        for column, name in enumerate(COLUMNS):
            sheet.blank(row, column, "input", **_fleet_format(name))
    for column, name in enumerate(COLUMNS):
        rest = {"border": 0, "bg_color": PAPER, **_fleet_format(name)}
        sheet.raw.set_column(column, column, FLEET_WIDTHS[column], book.format("input", **rest))
    sheet.raw.print_area(0, 0, first + len(rows) + 39, len(COLUMNS) - 1)
    sheet.protect()


def _fleet_format(name: str) -> dict[str, str]:
    if name == "installed_on":
        return {"num_format": "dd/mm/yyyy", "align": "right"}
    if name in {"acts_billed", "acts_inpatient"}:
        return {"num_format": "#,##0", "align": "right"}
    return {}


def _fleet_options(case: Case) -> dict[str, dict[str, str]]:
    return {
        "modality": words.modalities(case.reference),
        "class": words.fee_classes(case.reference),
        "zone": {code: label for code, label in labels.ZONES.items() if code != "*"},
        "region": {region: region for region in REGIONS},
        "sector": labels.SECTORS,
    }


def _write_sources(book: Book, case: Case) -> None:
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
    sheet.raw.autofilter(2, 0, row, 4)
    sheet.protect()
