"""The sheet « Parc »: one machine a row."""

from __future__ import annotations

from costing.fleet import COLUMNS
from costing.reference import Case
from costing.scenario import FleetTable
from costing.workbook import vocabulary as words
from costing.workbook.layout import DAY, PAPER, Book, Sheet
from costing.workbook.lists import Lists

#: Rows that carry lists and number formats.
ROWS = 5000
#: Rows drawn as cells to fill, below the machines.
BLANK = 40
HEADER = 8
WIDTHS = (19, 14, 12, 32, 13, 26, 26, 20, 14, 12, 15, 14)


def write_fleet(book: Book, case: Case, lists: Lists) -> None:
    """The sheet: what holds for the whole fleet, then one row a machine."""
    sheet = book.sheet(words.FLEET, WIDTHS)
    hint = "Un appareil par ligne. Aucune ligne : le parc de référence est gardé."
    sheet.title(words.FLEET, hint)
    _write_settings(sheet, case.scenario.fleet, lists)
    for column, name in enumerate(COLUMNS):
        sheet.text(HEADER - 1, column, words.FLEET_NOTES[name], "small", border=0)
    sheet.header(HEADER, [words.FLEET_COLUMNS[name] for name in COLUMNS])
    sheet.keep_header(HEADER, 1)
    first = HEADER + 1
    own = case.scenario.fleet is not None
    rows = case.fleet.frame[list(COLUMNS)].values.tolist() if own else []
    end = first + len(rows) + BLANK
    options = words.fleet_options(case.reference)
    for column, name in enumerate(COLUMNS):
        admitted, look = options.get(name, {}), _fleet_format(name)
        if admitted:
            lists.check(sheet, (first, HEADER + ROWS), column, list(admitted.values()))
        for row, machine in enumerate(rows, start=first):
            value = machine[column]
            sheet.value(row, column, admitted.get(value, value), "input", **look)
        for row in range(first + len(rows), end):
            sheet.blank(row, column, "input", **look)
        rest = book.format("input", **{"border": 0, "bg_color": PAPER, **look})
        sheet.raw.set_column(column, column, WIDTHS[column], rest)
    sheet.raw.print_area(0, 0, end - 1, len(COLUMNS) - 1)
    sheet.protect()


def _write_settings(sheet: Sheet, own: FleetTable | None, lists: Lists) -> None:
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
