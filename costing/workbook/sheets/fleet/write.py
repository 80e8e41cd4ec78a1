"""The sheet « Parc »: one machine a row."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell

from costing.case.case import Case
from costing.fleet.columns import COLUMNS, OLDEST
from costing.fleet.columns import NUMBERS as RANGES
from costing.fleet.table import FleetTable
from costing.values.quantity import Quantity
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.lists import Lists
from costing.workbook.write import prompts
from costing.workbook.write.counts import column as cells_of
from costing.workbook.write.layout import Book, Sheet
from costing.workbook.write.styles import DAY, PAPER

#: Rows that carry lists and number formats.
ROWS = 5000
#: Rows drawn as cells to fill, below the machines.
BLANK = 40
HEADER = 8
WIDTHS = (19, 14, 12, 32, 13, 26, 26, 20, 14, 12, 15, 14)
#: Keys of the settings in `Book.cells`.
YEAR, NAME = "fleet.year", "fleet.label"
#: Rows whose state « Contrôle » tells.
FIRST, LAST = HEADER + 1, HEADER + ROWS
#: How a machine is written, above the headings: what stands there is not read.
_EXAMPLE = (
    "ex. CHU-IRM-1", "ex. Site nord", "ex. IRM", "ex. IRM 1,5 T", "ex. 15/03/2019", "ex. province",
    "ex. Bretagne", "ex. public", "ex. 1", "ex. 7 200", "ex. 450", "ex. 1",
)  # fmt: skip
_HINT = "Un appareil par ligne. Aucune ligne : le parc de référence est gardé."
_COMPUTED = (
    "Une ligne par appareil. Les cases jaunes se changent : le classeur suit. Pour ajouter un "
    "appareil, en ôter un ou changer sa classe : importez ce classeur, puis exportez de nouveau."
)
#: What a computed fleet may change: its formulas follow.
_CHANGED = ("installed_on", "acts_billed", "acts_inpatient", "weight")
#: Numbers: what each column admits.
NUMBERS = {
    "rank_on_authorisation": Quantity("number", *RANGES["rank_on_authorisation"], whole=True),
    "acts_billed": Quantity("act/year", *RANGES["acts_billed"]),
    "acts_inpatient": Quantity("act/year", *RANGES["acts_inpatient"]),
    "weight": Quantity("number", *RANGES["weight"]),
}
EARLIEST, YEARS = OLDEST, Quantity("number", 2000, 2100, whole=True)


def write_fleet(book: Book, case: Case, lists: Lists, computed: bool = False) -> None:
    """The sheet: what holds for the whole fleet, then one row a machine.

    computed: other sheets compute every row. The case's fleet is then written, were it that of the
    reference, without blank rows, and what formulas were printed for is locked.
    """
    sheet = book.sheet(vocabulary.FLEET, WIDTHS)
    sheet.title(vocabulary.FLEET, _COMPUTED if computed else _HINT)
    own_fleet = case.fleet.to_table() if computed else case.scenario.fleet
    _write_identity(sheet, own_fleet, lists, "locked" if computed else "input")
    for column, name in enumerate(COLUMNS):
        sheet.text(HEADER - 2, column, _EXAMPLE[column], "example")
        sheet.text(HEADER - 1, column, vocabulary.FLEET_NOTES[name], "small", border=0)
    sheet.header(HEADER, [vocabulary.FLEET_COLUMNS[name] for name in COLUMNS])
    sheet.keep_header(HEADER, 1)
    first = FIRST
    own = computed or case.scenario.fleet is not None
    rows = case.fleet.frame[list(COLUMNS)].values.tolist() if own else []
    end = first + len(rows) + (0 if computed else BLANK)
    options = vocabulary.fleet_options(case.reference)
    for column, name in enumerate(COLUMNS):
        admitted, look = options.get(name, {}), _fleet_format(name)
        _write_checks(sheet, column, name, list(admitted.values()), lists)
        for row, machine in enumerate(rows, start=first):
            value = machine[column]
            style = "locked" if computed and name not in _CHANGED else "input"
            sheet.value(row, column, admitted.get(value, value), style, **look)
        for row in range(first + len(rows), end):
            sheet.blank(row, column, "input", **look)
        rest = book.format(
            "base" if computed else "input", **{"border": 0, "bg_color": PAPER, **look}
        )
        sheet.raw.set_column(column, column, WIDTHS[column], rest)
        book.columns[vocabulary.FLEET, name] = cells_of(sheet, FIRST, LAST, column)
    sheet.raw.print_area(0, 0, end - 1, len(COLUMNS) - 1)
    sheet.protect()


def _write_identity(sheet: Sheet, own: FleetTable | None, lists: Lists, year: str) -> None:
    """What holds for the whole fleet: year (in some style), name, whether its machines are real."""
    sheet.text(3, 0, vocabulary.FLEET_YEAR, "strong")
    sheet.value(3, 1, own.year if own else None, year, num_format="0", align="right")
    sheet.row(4, (vocabulary.FLEET_NAME, own.label if own else None), ("strong", "input"))
    synthetic = vocabulary.yes_no(own and own.synthetic)
    sheet.row(5, (vocabulary.FLEET_SYNTHETIC, synthetic), ("strong", "input"))
    message = prompts.message(
        vocabulary.FLEET_SYNTHETIC, "« oui » si ce ne sont pas de vrais appareils."
    )
    lists.check(sheet, (5, 5), 1, [vocabulary.YES, vocabulary.NO], **message)
    prompts.number(
        sheet, (3, 3), 1, YEARS, vocabulary.FLEET_YEAR, "Celle où les actes sont comptés."
    )
    prompts.free(sheet, (4, 4), 1, vocabulary.FLEET_NAME, "Un nom pour ce parc ; libre.")
    for key, row in ((YEAR, 3), (NAME, 4)):
        sheet.book.cells[key] = sheet.ref(row, 1)
        sheet.book.columns[vocabulary.FLEET, key] = cells_of(sheet, row, row, 1)


def _write_checks(sheet: Sheet, column: int, name: str, admitted: list[str], lists: Lists) -> None:
    """What a column's cells say and admit, and how they show that they are missing."""
    rows, title, note = (FIRST, LAST), vocabulary.FLEET_COLUMNS[name], vocabulary.FLEET_NOTES[name]
    if admitted:
        lists.check(sheet, rows, column, admitted, **prompts.message(title, note))
    elif name in NUMBERS:
        prompts.number(sheet, rows, column, NUMBERS[name], title, note)
    elif name == "installed_on":
        prompts.date(sheet, rows, column, title, note, EARLIEST, f"={last_day(sheet.book)}")
    else:
        prompts.free(sheet, rows, column, title, note)
    ends = (xl_rowcol_to_cell(FIRST, end, col_abs=True) for end in (0, len(COLUMNS) - 1))
    empty = f'{xl_rowcol_to_cell(FIRST, column)}=""'
    prompts.mark(sheet, rows, column, f"AND({empty},COUNTA({':'.join(ends)})>0)")


def last_day(book: Book) -> str:
    """The last day of the year of the acts, as a formula; of the last year while none is told."""
    year = book.cells[YEAR]
    return f"DATE(IF(ISNUMBER({year}),{year},{YEARS.high:.0f}),12,31)"


def _fleet_format(name: str) -> dict[str, str]:
    if name == "installed_on":
        return {"num_format": DAY, "align": "right"}
    if name in {"acts_billed", "acts_inpatient"}:
        return {"num_format": "#,##0", "align": "right"}
    return {}
