"""The sheet « Non disponible »: which data a supplier cannot give, and why; one a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from costing.case import labels
from costing.case.case import Case
from costing.scenario.unavailable import ALL_MACHINES, Unavailable
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.lists import Lists
from costing.workbook.sheets.unavailable.state import (
    COLUMNS,
    COMPLETE,
    DATUM,
    LACKS,
    MARKED,
    PLACES,
    STATE,
    row_formulas,
)
from costing.workbook.sheets.values.state import ADDRESSES
from costing.workbook.sheets.values.write import ordered_values
from costing.workbook.write import prompts
from costing.workbook.write.counts import column as cells_of
from costing.workbook.write.layout import Book, Sheet
from costing.workbook.write.styles import DAY

HEADER, FIRST = 6, 7
#: Rows to fill; a scenario that has more gets as many, and some to spare.
ROWS, SPARE = 40, 20
#: Height of a row: two lines, for what « État » may come to say.
HEIGHT = 27
HEADINGS = {**vocabulary.UNAVAILABLE_COLUMNS, DATUM: "Donnée", STATE: "État"}
WIDTHS = (31, 15, 17, 40, 24, 20, 36, 11, 11, 36, 30, 10)

HINT = (
    "Une ligne par donnée que vous ne pouvez pas donner : son adresse, ou l'appareil et la colonne "
    "de « Parc ». La raison suit la donnée, et l'autre partie la voit."
)
HOW = (
    "Laissez sa valeur en place dans sa feuille : elle sert tant que la donnée manque, et rien n'y "
    "est compté comme manquant. Une donnée changée et déclarée non disponible est refusée à "
    "l'import. Dans « Parc », écrivez l'estimation qui tient lieu de la donnée et dites ici "
    "laquelle ; « tous » vaut pour tous les appareils."
)
_EXAMPLES = (
    ("ex. irm.maintenance_share.*", "", "", "Exemple, non lu", "ex. Constructeur X",
     "ex. secret des affaires", "ex. Contrats négociés site par site.", "ex. 01/01/2025", "",
     "ex. Moyenne de trois contrats publics.", ""),
    ("", "ex. CHU-IRM-1", "ex. Actes d'hospitalisés", "Exemple, non lu", "ex. CHU Y",
     "ex. non ventilé à ce niveau", "ex. Actes comptés par site.", "", "ex. 30/06/2026",
     "ex. Part du site, au prorata des actes.", ""),
)  # fmt: skip
_PROMPTS = {
    "address": ("Adresse", "Celle de la donnée, dans la liste ; pour une classe seulement, par "
                "exemple communs.rent.irm_1_5t. Vide pour une donnée de « Parc »."),
    "machine": ("Appareil", "Son nom dans « Parc », ou « tous ». Vide si une adresse est donnée."),
    "column": ("Colonne du parc", "Ce qui ne peut être donné pour cet appareil."),
    "supplier": ("Qui ne peut la donner", "Hôpital, constructeur, syndicat, Cnam…"),
    "reason": ("Pourquoi", "La raison, dans la liste ; « autre » demande une précision."),
    "detail": ("Précision", "Une phrase ; nécessaire quand la raison est « autre »."),
    "since": ("Depuis", "Le premier jour où elle manque, s'il est connu."),
    "until": ("Jusqu'au", "Le jour où elle pourra être donnée, s'il est connu."),
    "instead": ("Ce qui peut la remplacer", "Une autre mesure, une estimation et sa base…"),
}  # fmt: skip


def last_row(case: Case) -> int:
    """The last row to fill."""
    return FIRST + max(ROWS, len(case.scenario.unavailable) + SPARE) - 1


def announce(book: Book, case: Case) -> None:
    """Tell the book where the addresses will stand: sheets written before refer to them."""
    book.cells[ADDRESSES] = f"'{vocabulary.UNAVAILABLE}'!$A${FIRST + 1}:$A${last_row(case) + 1}"


def write_unavailable(book: Book, case: Case, lists: Lists) -> None:
    """The sheet, with what the scenario says already."""
    sheet = book.sheet(vocabulary.UNAVAILABLE, WIDTHS)
    sheet.title(vocabulary.UNAVAILABLE, HINT)
    sheet.paragraph(2, HOW, "hint")
    for row, texts in enumerate(_EXAMPLES, start=3):
        for column, text in enumerate(texts):
            sheet.text(row, column, text, "example")
    sheet.header(HEADER, [HEADINGS[name] for name in COLUMNS if name != LACKS])
    sheet.keep_header(HEADER, 1)
    names = dict(_names(case))
    ranges = (lists.range(list(names)), lists.range(list(names.values())))
    last = last_row(case)
    _write_checks(sheet, last, list(names), lists)
    for row in range(FIRST, last + 1):
        sheet.raw.set_row(row, HEIGHT)
        index = row - FIRST
        data = case.scenario.unavailable
        _write_row(sheet, row, data[index] if index < len(data) else None, last, ranges, names)
    sheet.raw.set_column(PLACES[LACKS], PLACES[LACKS], 10, None, {"hidden": True})
    for name in (STATE, LACKS):
        book.columns[vocabulary.UNAVAILABLE, name] = cells_of(sheet, FIRST, last, PLACES[name])
    sheet.protect()


def _names(case: Case) -> Iterator[tuple[str, str]]:
    """Every address, and every other one that the scenario names, with its words."""
    addresses = [
        a for file in case.reference.files for a, _, _ in ordered_values(case.reference, file)
    ]
    declared = (d.address for d in case.scenario.unavailable if d.machine is None)
    for address in dict.fromkeys((*addresses, *declared)):
        yield address, labels.address_name(case.reference, address)


def _write_checks(sheet: Sheet, last: int, addresses: list[str], lists: Lists) -> None:
    rows = (FIRST, last)
    fleet = f"={sheet.book.columns[vocabulary.FLEET, 'machine_id'].ref}"
    messages = {name: prompts.message(*texts) for name, texts in _PROMPTS.items()}
    lists.check(sheet, rows, 0, addresses, **messages["address"], error_type="warning")
    sheet.choose(rows, 1, fleet, **messages["machine"], error_type="information")
    lists.check(sheet, rows, 2, list(vocabulary.fleet_data().values()), **messages["column"])
    lists.check(
        sheet, rows, PLACES["reason"], list(labels.UNAVAILABLE.values()), **messages["reason"]
    )
    for name in ("supplier", "detail", "instead"):
        prompts.free(sheet, rows, PLACES[name], *_PROMPTS[name])
    for name in ("since", "until"):
        prompts.date(sheet, rows, PLACES[name], *_PROMPTS[name])
    for name, word in MARKED.items():
        lacks = f"${xl_col_to_name(PLACES[LACKS])}{FIRST + 1}"
        prompts.mark(sheet, rows, PLACES[name], f'ISNUMBER(SEARCH(", {word}",{lacks}))')


def _write_row(
    sheet: Sheet, row: int, datum: Unavailable | None, last: int, ranges: tuple[str, str],
    names: Mapping[str, str],
) -> None:  # fmt: skip
    """The inputs of a row, filled or not, and what it says of itself."""
    for name, value in _inputs(datum).items():
        look = {"num_format": DAY, "align": "right"} if name in {"since", "until"} else {}
        sheet.value(row, PLACES[name], value, "input", **look)
    shown = ""
    if datum and datum.machine is None:
        shown = names[datum.address]
    elif datum:
        column, machine = (sheet.written[row, PLACES[name]] for name in ("column", "machine"))
        shown = f"{column} — {machine}"
    formulas = row_formulas(sheet.book, row + 1, (FIRST + 1, last + 1), ranges)
    sheet.formula(row, PLACES[DATUM], formulas[DATUM], shown, "locked", font_size=9)
    sheet.formula(row, PLACES[LACKS], formulas[LACKS], "", "calc_text")
    sheet.formula(row, PLACES[STATE], formulas[STATE], COMPLETE if datum else "", "cell")


def _inputs(datum: Unavailable | None) -> dict[str, Any]:
    """What the cells that are read hold."""
    if datum is None:
        return dict.fromkeys(vocabulary.UNAVAILABLE_COLUMNS)
    _, column, machine = datum.address.split(".", 2)
    place: dict[str, Any] = {"address": datum.address, "machine": None, "column": None}
    if datum.machine is not None:
        machine = vocabulary.ALL_MACHINES if machine == ALL_MACHINES else machine
        place = {"address": None, "machine": machine, "column": vocabulary.FLEET_COLUMNS[column]}
    return {
        **place, "supplier": datum.supplier, "reason": labels.UNAVAILABLE[datum.reason],
        "detail": datum.detail, "since": datum.since, "until": datum.until,
        "instead": datum.instead,
    }  # fmt: skip
