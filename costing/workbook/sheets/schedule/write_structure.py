"""« Structure »: what a proposal changes besides prices, class by class; `read_structure` reads it.

Two cells above the table say whether the structure changes and on how many rows, so that a sheet
that has lost some is not taken for a whole one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from costing.case import labels
from costing.case.case import Case
from costing.fee.given_prices import parts_of
from costing.fee.schedule import FeeSchedule, Reform
from costing.french.writing import NONE, quantity
from costing.scenario.menu import STRUCTURES
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.values.cell_of_value import value_formula
from costing.workbook.write.layout import Book, Sheet, at
from costing.workbook.write.styles import number_format

_WIDTHS = (38, 34, 13, 14, 14, 13, 12, 66)
#: Significant digits of a number in words: all that a person types.
_DIGITS = 6
_LEADS = {
    "unchanged": "Structure inchangée : tranches d'activité, années avant « amorti » et "
    "coefficient des appareils suivants d'une autorisation restent ceux d'aujourd'hui.",
    "changed": "La proposition change la structure du forfait, et pas seulement ses tarifs. Ce qui "
    "n'est pas dans ce tableau reste comme aujourd'hui. « En mots » : le jour de l'export.",
}
_HINT = (
    "Les actes d'une année se comptent depuis le 1er janvier, quelle que soit la date ; les années "
    "avant « amorti » s'apprécient au 1er janvier. Pour relire ce classeur, les deux cases qui "
    "suivent doivent dire la même chose que le tableau."
)


class Change(NamedTuple):
    """One part of the structure of one class, from a date on: as it was, as it becomes."""

    date: dt.date
    class_code: str
    part: str
    before: float
    after: float


def changes(case: Case, schedule: FeeSchedule) -> list[Change]:
    """All that a proposal's structure names from its first step on; all limits of a class at once.

    A limit that stays beside one that moves is there too: before and after are then the same.
    """
    first = case.scenario.rules.step_dates[0]
    result = []
    for reform in schedule.reforms:
        if reform.date >= first:
            before = dict(_parts_before(case, schedule, reform.date))
            result += [
                Change(reform.date, code, part, before[code, part], after)
                for code, part, after in parts_of(reform)
            ]
    order = list(case.reference.classes)
    parts = list(STRUCTURES)
    return sorted(result, key=lambda c: (c.date, order.index(c.class_code), parts.index(c.part)))


def _parts_before(
    case: Case, schedule: FeeSchedule, date: dt.date
) -> Iterator[tuple[tuple[str, str], float]]:
    """Every part of every class in force on the eve of a date, by class and part."""
    reforms = schedule.frozen(date - dt.timedelta(days=1)).reforms
    past = reforms[0] if reforms else Reform(date)
    for code, entry in schedule.classes.items():
        whole = Reform(
            date,
            {code: past.limits.get(code, entry.limits)},
            {code: past.amortisation_years.get(code, case.amortisation_years[code])},
            {code: past.rank_factor.get(code, 1.0)},
        )
        yield from (((code, part), value) for _, part, value in parts_of(whole))


def write_structure(book: Book, case: Case, schedule: FeeSchedule) -> None:
    """The sheet: whether the structure changes, then one row a change."""
    changed = changes(case, schedule)
    state = "changed" if changed else "unchanged"
    sheet = book.sheet("Structure", _WIDTHS)
    row = sheet.opening("Structure du forfait", "", _LEADS[state])
    sheet.paragraph(row - 1, _HINT, "hint")
    sheet.row(
        row + 1, (vocabulary.STRUCTURE_STATE, vocabulary.STRUCTURE_STATES[state]), ("strong",)
    )
    sheet.row(row + 2, (vocabulary.STRUCTURE_ROWS, len(changed)), ("strong", "number"))
    row += 4
    sheet.header(row, tuple(vocabulary.STRUCTURE_COLUMNS.values()), right=(3, 4, 6))
    sheet.keep_header(row, 1)
    set_by: dict[tuple[str, str], tuple[str, float]] = {}
    for line, change in enumerate(changed, start=row + 1):
        part = change.class_code, change.part
        before = set_by.get(part) or value_formula(book, case, "machine_classes", part[1], part[0])
        _write_change(sheet, line, case, change, before)
        set_by[part] = sheet.ref(line, 4), change.after
    sheet.protect()


def _write_change(
    sheet: Sheet, row: int, case: Case, change: Change, before: tuple[str, float] | None
) -> None:
    """One row; `before` is where what the change replaces stands, and its value there."""
    label, unit = STRUCTURES[change.part]
    where = labels.scope_name(case.reference, change.class_code)
    sheet.row(row, (where, label.fr), ("strong", "cell"))
    steps = case.scenario.rules.step_dates
    if change.date in steps:
        step = sheet.book.cells[f"rules.step_dates.{steps.index(change.date) + 1}"]
        sheet.formula(row, 2, step, float((change.date - dt.date(1899, 12, 30)).days), "date")
    else:
        sheet.value(row, 2, change.date, "date")
    look = number_format(unit, change.before, change.after)
    if before and before[1] == change.before:
        sheet.formula(row, 3, *before, num_format=look)
    else:
        sheet.number(row, 3, change.before, num_format=look)
    sheet.number(row, 4, change.after, "input", num_format=look, bold=True, align="right")
    key = f"structure.{change.date}.{change.class_code}.{change.part}"
    sheet.book.cells[key] = sheet.ref(row, 4)
    sheet.text(row, 5, vocabulary.structure_unit(change.part), indent=1)
    if change.before:
        result = change.after / change.before - 1
        sheet.formula(row, 6, f"{at(row, 4)}/{at(row, 3)}-1", result, "percent")
    else:
        sheet.text(row, 6, NONE, "percent")
    sheet.record(row, 7, _words(change, label.fr, unit))


def _words(change: Change, label: str, unit: str) -> str:
    """A change as a sentence: `Seuil 1 : 9 000 actes / an au lieu de 8 000 actes / an…`."""
    before, after = (quantity(value, unit, _DIGITS) for value in (change.before, change.after))
    if change.before == change.after:
        return f"{label} : {after}, comme avant."
    if change.part == "rank_factor":
        return (
            f"À partir du {labels.day(change.date)}, les appareils suivants d'une autorisation "
            f"sont payés {after} du tarif, au lieu de {before}."
        )
    return f"{label} : {after} au lieu de {before}, à partir du {labels.day(change.date)}."
