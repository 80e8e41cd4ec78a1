"""« Lisez-moi » of an exported workbook, and what leads from each sheet to the others."""

from __future__ import annotations

from collections.abc import Sequence

from costing.case.case import Case
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.kinds import KINDS, described
from costing.workbook.write.layout import Book

HOW = (
    "Ce classeur est le calcul lui-même : changez une case jaune dans Excel ou LibreOffice, tout "
    "ce qui en dépend suit. Il n'a ni macro ni lien vers l'extérieur. Les feuilles sont protégées "
    "sans mot de passe.",
    "Pour vérifier : recalculez tout (Excel : Ctrl+Alt+F9 ; LibreOffice : Ctrl+Maj+F9), "
    "enregistrez, puis « costing verify FICHIER.xlsx », ou la page « Import / export » : "
    "l'outil refait chaque case et dit lesquelles diffèrent, et pourquoi.",
    "Pour reprendre vos changements : importez ce classeur comme un classeur d'hypothèses. "
    "Inchangé, il rend le scénario de départ, à la même empreinte.",
    "Une date de barème peut changer dans son année (feuille « Choix ») ; pour une autre année, "
    "une autre classe ou un appareil de plus, importez puis exportez de nouveau.",
    "Les feuilles « mémoire » disent ce qui valait le jour de l'export : elles ne suivent pas les "
    "changements. Le titre de chaque feuille ramène ici.",
)


def write_read_me(book: Book, case: Case, names: Sequence[str]) -> None:
    """The first sheet: how to use the workbook, whose it is, and its sheets in order."""
    sheet = book.sheet(vocabulary.READ_ME, (34, 12, 84), landscape=False)
    sheet.title(f"Forfait technique : {case.scenario.name}")
    for row, text in enumerate(HOW, start=2):
        sheet.paragraph(row, text)
    identity = {
        "Scénario": case.scenario.name,
        vocabulary.SCENARIO_HASH: case.scenario.hash,
        vocabulary.FINGERPRINT: case.reference.fingerprint,
    }
    row = 3 + len(HOW)
    sheet.header(row, ("Identité", "Valeur", ""))
    for line, (label, text) in enumerate(identity.items(), start=row + 1):
        sheet.text(line, 0, label, "strong")
        sheet.merged((line, 1), (line, 2), text, "cell")
    row += 2 + len(identity)
    sheet.text(row, 0, "Case à changer", "input", locked=True)
    hint = "Fond jaune. Toutes les autres sont des formules ou des données de textes."
    sheet.merged((row, 1), (row, 2), hint, "cell")
    row += 2
    sheet.header(row, ("Sorte de feuille", "Onglet", "Ce qu'elle veut dire"))
    for line, kind in enumerate(KINDS, start=row + 1):
        sheet.row(line, (kind.name, kind.tab, kind.meaning))
    row += 2 + len(KINDS)
    sheet.header(row, ("Feuille", "Sorte", "Ce qu'elle contient"))
    for line, name in enumerate(names, start=row + 1):
        kind, text = described(name)
        sheet.row(line, (name, kind.name, text), ("link",))
        sheet.raw.write_url(line, 0, f"internal:'{name}'!A1", book.format("link"), name)
    sheet.protect()


def link(book: Book, case: Case) -> None:
    """Give each sheet the colour of its kind, a title that leads back, and whose it is in print."""
    name = case.scenario.name[:60].replace("&", "&&")
    whose = f"{name} · {case.scenario.hash[:10]}"
    for sheet in book.sheets:
        sheet.raw.set_tab_color(described(sheet.name)[0].colour)
        sheet.raw.set_footer(f"&L&8{sheet.name}&C&8{whose}&R&8Page &P / &N")
        title = sheet.written.get((0, 0))
        if sheet.name not in (vocabulary.READ_ME, vocabulary.LISTS) and isinstance(title, str):
            target, back = (
                f"internal:'{vocabulary.READ_ME}'!A1",
                f"Retour à « {vocabulary.READ_ME} »",
            )
            sheet.raw.write_url(0, 0, target, book.format("title"), title, back)
