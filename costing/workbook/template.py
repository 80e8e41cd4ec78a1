"""The import workbook: a case's present values, laid out to be changed in Excel and read back.

Each sheet's first column holds the key that the importer reads; the yellow cells are the inputs.
Without macro and without password: protection only keeps a hand from slipping.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from costing.case import labels
from costing.case.case import Case
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.write import write_choices, write_menu
from costing.workbook.sheets.control.write import open_control, write_control
from costing.workbook.sheets.fleet.write import write_fleet
from costing.workbook.sheets.lists import Lists
from costing.workbook.sheets.sources import write_sources
from costing.workbook.sheets.unavailable.write import announce, write_unavailable
from costing.workbook.sheets.values.write import write_values
from costing.workbook.write.layout import Book

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
    vocabulary.CONTROL: "Ce qui manque encore, compté à mesure que le classeur se remplit.",
    vocabulary.VALUES: "Prix, durées, effectifs et taux des modèles de coût ; évolution du parc.",
    vocabulary.ACTIVITY: "Activité de référence, seuils et activité normative par classe ; âge "
    "d'amortissement.",
    vocabulary.CHOICES: "Périmètre, conventions, économies demandées, règles du barème, planchers, "
    "exigences, objectifs, structure du forfait, réponses au barème.",
    vocabulary.MENU: "Ce que chaque exigence et chaque objectif demande, pour qui, avec quels "
    "nombres.",
    vocabulary.FLEET: "Vos appareils, un par ligne. Vide : le parc de référence est gardé.",
    vocabulary.UNAVAILABLE: "Les données que vous ne pouvez pas donner, et pourquoi.",
    vocabulary.SOURCES: "Les clés de sources, et leurs titres.",
    vocabulary.LISTS: "Les valeurs admises par les listes déroulantes.",
}


def write_template(case: Case, target: Path | BinaryIO) -> None:
    """Write the import workbook filled with a case's values.

    Read back unchanged, it gives the case's own scenario (up to the order of its overrides, and
    to bounds written out though they equal the reference).
    """
    book = Book("Classeur d'import")
    _write_read_me(book, case)
    control = open_control(book)
    announce(book, case)
    write_values(
        book, case, vocabulary.VALUES,
        "Bas, mode et haut dans l'unité de la ligne. Les cases jaunes se remplissent.",
    )  # fmt: skip
    write_values(
        book, case, vocabulary.ACTIVITY,
        "Actes par an et par appareil : jusqu'où va chaque tranche, et la norme. Une ligne par "
        "classe.",
    )  # fmt: skip
    lists = Lists()
    write_choices(book, case, lists)
    write_menu(book)
    write_fleet(book, case, lists)
    write_unavailable(book, case, lists)
    write_control(control, case)
    sources = write_sources(book, case.reference)
    sources.raw.autofilter(2, 0, 2 + len(case.reference.sources), 4)
    sources.protect()
    lists.write(book)
    book.save(target)


def _write_read_me(book: Book, case: Case) -> None:
    sheet = book.sheet(vocabulary.READ_ME, (40, 90), landscape=False)
    sheet.title("Forfait technique : classeur d'import")
    for row, text in enumerate(HOW, start=2):
        sheet.paragraph(row, text)
    row = 3 + len(HOW)
    sheet.text(row, 0, "Case à remplir", "input", locked=True)
    sheet.text(row, 1, "Fond jaune : le contenu est lu à l'import.")
    sheet.row(row + 1, ("Case verrouillée", "Fond blanc ou gris : pour lecture."), ("locked",))
    identity = {
        "Scénario": case.scenario.name,
        vocabulary.SCENARIO_HASH: case.scenario.hash,
        vocabulary.FINGERPRINT: case.reference.fingerprint,
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
