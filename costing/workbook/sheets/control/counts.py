"""What « Contrôle » counts in « Hypothèses », « Activité », « Choix » and « Non disponible »."""

from __future__ import annotations

from collections.abc import Mapping

from costing.case.case import Case
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.demand_rows import BLOCKS
from costing.workbook.sheets.choices.row import Choice
from costing.workbook.sheets.choices.rows import choices
from costing.workbook.sheets.unavailable.state import ABSENT, GIVEN, LACKS, STATE, TWICE
from costing.workbook.write.counts import SOME, Count, tally, total
from costing.workbook.write.layout import Book

#: What is counted of each file of values, in order: first what informs, then what is missing of a
#: changed value, then what the import refuses.
VALUES = (
    "Valeurs", "De note D", "Modifiées", "Non disponibles", "Sans source", "Sans auteur",
    "Sans motif", "Modes vides ✕", "Autres cases vides ✕",
)  # fmt: skip
INFORMATION, WEAK = 4, 7
#: Words of `value_state` for the cells counted as others.
_OTHERS = ("bas", "haut", "TVA", "note")
_BLOCKS = {
    "savings.other_levers": "Leviers commencés",
    "rules.demands": "Exigences commencées",
    "rules.structure": "Structure commencée",
}


def of_file(book: Book, sheet: str, file: str) -> list[Count]:
    """The counts of `VALUES` for a file of a value sheet."""
    columns = {name: book.columns[sheet, name] for name in (
        "address", "grade", "value_changed", "row_changed", "unavailable", "missing",
    )}  # fmt: skip
    in_file, changed = (columns["address"], f"{file}.*"), columns["value_changed"]

    def lacks(word: str) -> Count:
        return tally(in_file, (columns["missing"], f"*, {word}*"))

    source = (columns["missing"], "*, source*")
    return [
        tally(in_file),
        tally(in_file, (columns["grade"], "D")),
        tally(in_file, (columns["row_changed"], 1)),
        tally(in_file, (columns["unavailable"], 1)),
        tally(in_file, source, (changed, 1)),
        lacks("qui"),
        lacks("pourquoi"),
        lacks("mode"),
        total((*map(lacks, _OTHERS), tally(in_file, source, (changed, 0)))),
    ]


def without_address(book: Book) -> Count:
    """Lines at the bottom of the value sheets that are filled but for their address."""
    return total(
        tally((book.columns[sheet, "missing"], "*, adresse*"))
        for sheet in (vocabulary.VALUES, vocabulary.ACTIVITY)
    )


def of_choices(book: Book, case: Case) -> dict[str, tuple[Count, str, str]]:
    """Blanks of « Choix » by label, with what is expected and the key of a row to go to."""
    by_heading: dict[str, list[Choice]] = {}
    for choice in choices(case.reference, case.scenario):
        title = choice.heading or list(by_heading)[-1]
        by_heading.setdefault(title, []).append(choice)
    blanks = {}
    for title, declared in by_heading.items():
        needed = [choice.key for choice in declared if choice.required]
        if needed:
            count = total(_blank(book, key) for key in needed)
            text = f"{len(needed)} réponse{'s' * (len(needed) > 1)} à donner."
            blanks[title] = (count, text, needed[0])
    for start, label in _BLOCKS.items():
        first = f"{start}.1.{BLOCKS[start].parts[0]}"
        text = "Une ligne commencée demande toutes celles de son numéro, sauf le second nombre."
        blanks[label] = (_of_block(book, start), text, first)
    return blanks


def _blank(book: Book, key: str) -> Count:
    cells = book.columns[vocabulary.CHOICES, key]
    return Count(f'IF({cells.ref}="",1,0)', int(cells.values[0] is None))


def _of_block(book: Book, start: str) -> Count:
    """Blanks of numbered rows of which one at least is filled."""
    declared, counts = BLOCKS[start], []
    row_keys = {key for sheet, key in book.columns if sheet == vocabulary.CHOICES}
    number = 1
    while f"{start}.{number}.{declared.parts[0]}" in row_keys:
        keys = {part: f"{start}.{number}.{part}" for part in declared.parts}
        cells = {part: book.columns[vocabulary.CHOICES, key] for part, key in keys.items()}
        blanks = total(_blank(book, keys[part]) for part in declared.needed)
        begun = any(cell.values[0] is not None for cell in cells.values())
        refs = ",".join(cell.ref for cell in cells.values())
        formula = f"IF(COUNTA({refs})>0,{blanks.formula},0)"
        counts.append(Count(formula, blanks.value if begun else 0))
        number += 1
    return total(counts)


def of_unavailable(book: Book) -> tuple[Count, Count, Mapping[str, tuple[Count, str]]]:
    """Rows of « Non disponible » that are begun, those at fault, and of some faults how many."""
    state, lacks = (book.columns[vocabulary.UNAVAILABLE, name] for name in (STATE, LACKS))
    faults = {
        "dont déclarées deux fois": (TWICE, "Une ligne par donnée."),
        "dont changées aussi": (GIVEN, "Déclarée ici et changée dans sa feuille."),
        "dont appareil absent du parc": (ABSENT, "Le nom exact de « Parc », ou « tous »."),
    }
    kinds = {label: (tally((lacks, f"*{word}*")), text) for label, (word, text) in faults.items()}
    return tally((state, SOME)), tally((lacks, SOME)), kinds
