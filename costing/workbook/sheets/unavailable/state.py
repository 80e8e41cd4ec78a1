"""What a row of « Non disponible » says of itself, as live formulas: its datum, what it lacks."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.utility import xl_col_to_name

from costing.case import labels
from costing.workbook.sheets import vocabulary
from costing.workbook.write.layout import Book

#: Columns of the sheet: those that are read, and three that only tell.
DATUM, STATE, LACKS = "datum", "state", "lacks"
COLUMNS = (
    "address", "machine", "column", DATUM, "supplier", "reason", "detail", "since", "until",
    "instead", STATE, LACKS,
)  # fmt: skip
PLACES = {name: index for index, name in enumerate(COLUMNS)}
LETTERS = {name: xl_col_to_name(index) for name, index in PLACES.items()}
COMPLETE, TO_MEND, UNKNOWN = "✓ complète", "▲ à compléter : ", "vérifiée à l'import"
#: What a row says when it is filled and wrong.
TWICE, GIVEN, ABSENT, TWO, ORDER = (
    "deux fois", "changée aussi", "appareil absent du parc", "adresse et appareil à la fois",
    "fin avant le début",
)  # fmt: skip
#: The word that tells that a column's cell is missing.
MARKED = {
    "address": "adresse", "machine": "appareil", "column": "colonne", "supplier": "qui",
    "reason": "pourquoi", "detail": "précision",
}  # fmt: skip


def row_formulas(
    book: Book, line: int, lines: tuple[int, int], ranges: tuple[str, str]
) -> dict[str, str]:
    """Formulas of a line (from 1) by column.

    lines: the first and last of the table. ranges: where the addresses and their words stand.
    """
    at = {name: f"{letter}{line}" for name, letter in LETTERS.items()}
    address, machine, column = at["address"], at["machine"], at["column"]
    # In a search « * » stands for anything, and addresses end with it.
    escaped = f'SUBSTITUTE({address},"*","~*")'
    lookup = f"INDEX({ranges[1]},MATCH({escaped},{ranges[0]},0))"
    whole = {n: f"${c}${lines[0]}:${c}${lines[1]}" for n, c in LETTERS.items()}
    begun = f"COUNTA({address}:{column},{at['supplier']}:{at['instead']})>0"
    parts = "&".join((*_missing(at), *_wrong(book, at, whole)))
    state = f'IF({at[LACKS]}="","{COMPLETE}","{TO_MEND}"&MID({at[LACKS]},3,200))'
    return {
        DATUM: f'IF({address}<>"",IFERROR({lookup},"{UNKNOWN}"),'
        f'IF({machine}<>"",{column}&" — "&{machine},""))',
        LACKS: f'IF({begun},{parts},"")',
        STATE: f'IF({begun},{state},"")',
    }


def _missing(at: dict[str, str]) -> Iterator[str]:
    """A text for each cell that a line that is begun still lacks."""
    other = labels.UNAVAILABLE["other"]
    blank = {name: f'{cell}=""' for name, cell in at.items()}
    conditions = {
        "address": f"{blank['address']},{blank['machine']},{blank['column']}",
        "machine": f'{blank["machine"]},{at["column"]}<>""',
        "column": f'{blank["column"]},{at["machine"]}<>""',
        "supplier": blank["supplier"],
        "reason": blank["reason"],
        "detail": f'{blank["detail"]},{at["reason"]}="{other}"',
    }
    for name, condition in conditions.items():
        yield f'IF(AND({condition}),", {MARKED[name]}","")'


def _wrong(book: Book, at: dict[str, str], whole: dict[str, str]) -> Iterator[str]:
    """A text for each thing that a line says and that cannot be."""
    address, machine = at["address"], at["machine"]
    given = "+".join(
        f"SUMPRODUCT(({book.columns[sheet, 'address'].ref}={address})"
        f"*({book.columns[sheet, 'row_changed'].ref}=1))"
        for sheet in (vocabulary.VALUES, vocabulary.ACTIVITY)
    )
    same = "*".join(f"({whole[n]}={at[n]})" for n in ("address", "machine", "column"))
    machines = book.columns[vocabulary.FLEET, "machine_id"].ref
    absent = f'SUMPRODUCT(--({machines}&""={machine}&""))=0'
    yield f'IF({address}&{machine}="","",IF(SUMPRODUCT({same})>1,", {TWICE}",""))'
    yield f'IF(AND({address}<>"",{machine}&{at["column"]}<>""),", {TWO}","")'
    yield f'IF({address}="","",IF({given}>0,", {GIVEN}",""))'
    everyone = f'{machine}="{vocabulary.ALL_MACHINES}"'
    yield f'IF(OR({machine}="",{everyone}),"",IF({absent},", {ABSENT}",""))'
    dates = f'{at["since"]}<>"",{at["until"]}<>"",{at["until"]}<{at["since"]}'
    yield f'IF(AND({dates}),", {ORDER}","")'
