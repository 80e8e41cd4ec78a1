"""The sheet « Contrôle »: what is still missing of an import workbook, counted by live formulas.

It counts blanks and what is plainly out of range as the workbook is filled; what the cells say is
for the importer to read, which may refuse more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from costing.case import labels
from costing.case.case import Case
from costing.fleet.columns import COLUMNS
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.control import counts
from costing.workbook.sheets.control import fleet_counts as fleet
from costing.workbook.sheets.fleet.write import EARLIEST
from costing.workbook.write import prompts
from costing.workbook.write.counts import Count, total
from costing.workbook.write.layout import Book, Sheet, at

WIDTHS = (40, *[11.5] * len(COLUMNS))
LAST = len(WIDTHS) - 1
READY, REFUSED = "✓ Prêt à importer", "✕"
#: Rows of the state in words, and of the first count below it.
STATE, SUMS = 2, 3
HINT = "Ce qui manque encore dans ce classeur, compté par formules à mesure qu'il se remplit."
MEANING = (
    "Une case manque quand l'import en a besoin et qu'elle est vide, ou quand une valeur que vous "
    "avez changée ne dit pas d'où elle vient, qui la donne ou pourquoi. Une valeur laissée telle "
    "quelle ne manque pas : c'est garder celle de la référence, même de note D.",
    "Une donnée que vous ne pouvez pas donner se déclare dans « Non disponible », avec sa raison : "
    "sa valeur reste en place et rien n'en est attendu. Une valeur changée sans source publiée : "
    "écrivez « saisie de l'expert » comme source, la case n'est plus comptée.",
    "L'import lit en plus ce que dit chaque case (écriture des nombres, ordre bas-mode-haut, "
    "seuils) et rend chaque problème avec sa case : « prêt » veut dire que rien ne manque, pas que "
    "tout est lu.",
)


@dataclass
class _Sums:
    """What is still missing: cells without which the import is refused, and the others."""

    refused: list[Count] = field(default_factory=list)
    weak: list[Count] = field(default_factory=list)


def open_control(book: Book) -> Sheet:
    """The sheet, empty, at its place among the others; filled once they are written."""
    return book.sheet(vocabulary.CONTROL, WIDTHS)


def write_control(sheet: Sheet, case: Case) -> None:
    """Fill the sheet from the columns that the others have registered."""
    sums = _Sums()
    sheet.title(vocabulary.CONTROL, HINT)
    row = SUMS + 4
    for text in MEANING:
        sheet.paragraph(row, text, "lead")
        row += 1
    row = _write_values(sheet, row + 1, case, sums)
    row = _write_fleet(sheet, row + 1, case, sums)
    row = _write_choices(sheet, row + 1, case, sums)
    _write_unavailable(sheet, row + 1, sums)
    _write_state(sheet, sums)
    sheet.raw.freeze_panes(SUMS, 0)
    sheet.protect()


def _write_state(sheet: Sheet, sums: _Sums) -> None:
    """Whether the workbook is ready, in words, then how many cells are missing."""
    refused, weak = total(sums.refused), total(sums.weak)
    both = Count(f"{at(SUMS + 1, 1)}+{at(SUMS + 2, 1)}", refused.value + weak.value)
    lines = {
        "Cases à compléter": (both, "En tout."),
        f"dont refusées à l'import {REFUSED}": (
            refused, "Vides, en double ou hors bornes : rien n'est importé tant qu'il en reste.",
        ),
        "dont à justifier": (
            weak, "Valeurs changées sans source, sans auteur ou sans motif : l'import les prend, "
            "note D ou anonymes.",
        ),
    }  # fmt: skip
    for row, (label, (count, text)) in enumerate(lines.items(), start=SUMS):
        sheet.text(row, 0, label, "strong", align="left", indent=int(row > SUMS))
        _write_count(sheet, row, 1, count, missing=True)
        _write_across(sheet, row, 2, text)
    cell = at(SUMS, 1)
    formula = (
        f'IF({cell}=0,"{READY}","▲ "&{cell}&IF({cell}=1," case"," cases")&" à compléter")'
    )  # fmt: skip
    many = "case" if both.value == 1 else "cases"
    value = f"▲ {both.value} {many} à compléter" if both.value else READY
    _write_across(sheet, STATE, 0, "", "state")
    sheet.formula(STATE, 0, formula, value, "state")
    sheet.raw.set_row(STATE, 30)
    ready = sheet.book.file.add_format({"bg_color": "#DDEFE0", "font_color": "#1D5B2C"})
    sheet.raw.conditional_format(
        STATE, 0, STATE, LAST, {"type": "formula", "criteria": f"=${cell}=0", "format": ready}
    )


def _write_values(sheet: Sheet, row: int, case: Case, sums: _Sums) -> int:
    """One row a file of each value sheet, their sum, and the lines added without an address."""
    book = sheet.book
    heads = ["Valeurs, par fichier", *counts.VALUES, "À compléter"]
    sheet.header(row, heads, range(1, len(heads)))
    by_file: list[list[Count]] = []
    first = row + 1
    for name in (vocabulary.VALUES, vocabulary.ACTIVITY):
        for file in vocabulary.sheet_files(case.reference, name):
            row += 1
            label = f"{name} · {labels.file_name(case.reference, file)}"
            target = next(c for a, c in book.cells.items() if a.startswith(f"{file}."))
            _write_link(sheet, row, label, target)
            by_file.append(counts.of_file(book, name, file))
            for column, count in enumerate(by_file[-1], start=1):
                _write_count(sheet, row, column, count, column > counts.INFORMATION)
            _write_sum(sheet, row, by_file[-1])
    row += 1
    sheet.text(row, 0, "Total", "strong")
    for column, parts in enumerate(zip(*by_file, strict=True), start=1):
        ends = f"{at(first, column)}:{at(row - 1, column)}"
        whole = Count(f"SUM({ends})", sum(part.value for part in parts))
        _write_count(sheet, row, column, whole, column > counts.INFORMATION, bold=True)
        here = Count(at(row, column), whole.value)
        if column > counts.INFORMATION:
            (sums.refused if column > counts.WEAK else sums.weak).append(here)
    _write_sum(sheet, row, [total(parts) for parts in zip(*by_file, strict=True)], bold=True)
    lines = {
        "Lignes ajoutées en bas, sans adresse": (
            counts.without_address(book), "fichier.nom.classe, au bas de la feuille.",
            f"'{vocabulary.VALUES}'!A1",
        )
    }  # fmt: skip
    return _write_lines(sheet, row + 1, lines, sums)


def _write_fleet(sheet: Sheet, row: int, case: Case, sums: _Sums) -> int:
    """Blanks by column on one row, then what else « Parc » may lack, one row each."""
    book, reference = sheet.book, case.reference
    heads = [vocabulary.FLEET_COLUMNS[name] for name in COLUMNS]
    sheet.header(row, ["Parc, par colonne", *heads], range(1, len(heads) + 1))
    _write_link(sheet, row + 1, f"Cases vides {REFUSED}", _corner(vocabulary.FLEET))
    blanks = list(fleet.blanks(book).values())
    for column, count in enumerate(blanks, start=1):
        _write_count(sheet, row + 1, column, count, missing=True)
    ends = f"{at(row + 1, 1)}:{at(row + 1, len(heads))}"
    sums.refused.append(Count(f"SUM({ends})", sum(count.value for count in blanks)))
    row += 3
    _write_heads(sheet, row, "Parc, par appareil", "Nombre")
    machines, last = Count(at(row + 1, 1), fleet.machines(book).value), labels.day(EARLIEST)
    information = {
        "Appareils": (fleet.machines(book), "Lignes commencées ; aucune : le parc de référence."),
        "Lignes incomplètes": (fleet.incomplete(book), "Leurs vides sont comptés ci-dessus."),
    }
    wrong = {
        "Noms en double": (fleet.twice(book), "Un nom par appareil, sans égard aux majuscules."),
        "Actes hors bornes": (
            fleet.out_of_range(book, ("acts_billed", "acts_inpatient")), "De 0 à 200 000 par an.",
        ),
        "Rang ou poids hors bornes": (
            fleet.out_of_range(book, ("rank_on_authorisation", "weight")),
            "Rang de 1 à 99 ; poids positif, un million au plus.",
        ),
        "Dates hors bornes": (
            fleet.dates(book), f"Du {last} au 31 décembre de l'année des actes.",
        ),
        "Zone et région en désaccord": (
            fleet.zones(book), "Paris et région parisienne en Île-de-France, province ailleurs.",
        ),
        "Modalité et classe en désaccord": (
            fleet.modalities(book, reference), "La modalité est celle de la classe.",
        ),
        "Année ou nom du parc, vides": (
            fleet.identity(book, machines), "En haut de la feuille, dès qu'il y a un appareil.",
        ),
    }  # fmt: skip
    corner = _corner(vocabulary.FLEET)
    row = _write_lines(sheet, row + 1, {k: (*v, corner) for k, v in information.items()}, None)
    return _write_lines(sheet, row, {k: (*v, corner) for k, v in wrong.items()}, sums)


def _write_choices(sheet: Sheet, row: int, case: Case, sums: _Sums) -> int:
    """One row a section of « Choix » that needs answers, one a list whose items need some."""
    _write_heads(sheet, row, "Choix", "Vides")
    book = sheet.book
    return _write_lines(
        sheet, row + 1,
        {label: (count, text, book.cells[key])
         for label, (count, text, key) in counts.of_choices(book, case).items()}, sums,
    )  # fmt: skip


def _write_unavailable(sheet: Sheet, row: int, sums: _Sums) -> None:
    _write_heads(sheet, row, vocabulary.UNAVAILABLE, "Nombre")
    corner = _corner(vocabulary.UNAVAILABLE)
    declared, wrong, kinds = counts.of_unavailable(sheet.book)
    information = {"Données déclarées": (declared, "Lignes commencées.", corner)}
    lacking = {"Lignes à compléter": (wrong, "« État » dit ce qui manque.", corner)}
    row = _write_lines(sheet, row + 1, information, None)
    row = _write_lines(sheet, row, lacking, sums)
    _write_lines(sheet, row, {k: (c, t, corner) for k, (c, t) in kinds.items()}, None)


def _write_lines(
    sheet: Sheet, row: int, lines: Mapping[str, tuple[Count, str, str]], sums: _Sums | None
) -> int:
    """Rows of a label that leads to its sheet, a count, and what is expected; the row after.

    sums: where the counts add up, as refused at import; None for those that only inform.
    """
    for line, (label, (count, text, target)) in enumerate(lines.items(), start=row):
        _write_link(sheet, line, f"{label} {REFUSED}" if sums else label, target)
        _write_count(sheet, line, 1, count, missing=sums is not None)
        _write_across(sheet, line, 2, text)
        if sums:
            sums.refused.append(Count(at(line, 1), count.value))
    return row + len(lines)


def _write_heads(sheet: Sheet, row: int, title: str, number: str) -> None:
    """The headings of a table of `_write_lines`."""
    sheet.header(row, (title, number), (1,))
    _write_across(sheet, row, 2, "Attendu", "head")


def _write_sum(sheet: Sheet, row: int, counts_of_row: Sequence[Count], **look: bool) -> None:
    """Right of the counts of a row of values, the sum of those of what is missing."""
    first, last = counts.INFORMATION + 1, len(counts_of_row)
    missing = sum(count.value for count in counts_of_row[counts.INFORMATION :])
    formula = f"SUM({at(row, first)}:{at(row, last)})"
    _write_count(sheet, row, last + 1, Count(formula, missing), missing=True, **look)


def _write_link(sheet: Sheet, row: int, label: str, target: str) -> None:
    """A label that leads to a cell of another sheet."""
    place = f"internal:{target.replace('$', '')}"
    sheet.raw.write_url(row, 0, place, sheet.book.format("link"), label)


def _write_count(
    sheet: Sheet, row: int, column: int, count: Count, missing: bool, **look: bool
) -> None:
    """A live count; one of what is missing stands out while it is not zero."""
    sheet.formula(row, column, count.formula, count.value, "number", num_format="0_ ", **look)
    if missing:
        prompts.mark(sheet, (row, row), column, f"{at(row, column)}>0")


def _write_across(sheet: Sheet, row: int, column: int, text: str, style: str = "cell") -> None:
    """A text over the columns from one to the last."""
    look = sheet.book.format(style, **({"indent": 1, "align": "left"} if column else {}))
    sheet.raw.merge_range(row, column, row, LAST, text, look)


def _corner(name: str) -> str:
    return f"'{name}'!A1"
