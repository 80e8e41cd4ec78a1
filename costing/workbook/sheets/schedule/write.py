"""« Barème »: the proposed prices laid out as the official tables, one block a modality."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from costing.case import labels
from costing.case.case import Case
from costing.fee.given_prices import parts_of
from costing.fee.schedule import BANDS, LIMITS, Cell, FeeSchedule, Reform
from costing.french.writing import NONE, join
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.values.cell_of_value import value_formula
from costing.workbook.write.layout import Book, Sheet, at

_FIXED = ("Classe", "Situation", "Zone", "Du n° d'acte", "au n°")


def write_schedule(
    book: Book, case: Case, schedule: FeeSchedule, official: Mapping[tuple[Cell, int], str]
) -> dict[tuple[Cell, int], str]:
    """The sheet: official prices, proposed prices at each date, and changes as formulas.

    `official`: where the official prices stand, by price and number of their date. Gives the cells
    of the proposed prices, which are inputs, by price and number of the step.
    """
    steps = steps_of(case, schedule)
    widths = [38, 16, 27, 11, 11, 13, 13, *[13, 11] * len(steps), 13, 9]
    sheet = book.sheet("Barème", widths)
    base = labels.day(case.reference.savings.baseline_date)
    hint = (
        "Les prix proposés (cases jaunes) se changent : tout le classeur suit. Variation : contre "
        "la colonne de prix précédente. Note : fiabilité du tarif officiel en vigueur (A à D). Les "
        "tarifs proposés remplacent ceux de la décision à partir de la première date."
    )
    reforms = [r for r in schedule.reforms if r.date >= steps[0]]
    if reforms:
        hint += _reform_hint(reforms[0])
    row = sheet.opening("Barème proposé, en euros par acte", "", hint)
    columns = len(_FIXED) + 4 + 2 * len(steps)
    heads = [*_FIXED, f"Tarif du {base}", "", *["", "Variation"] * len(steps)]
    heads += [f"Variation depuis le {base}", "Note du tarif"]
    sheet.header(row, heads, right=range(3, columns - 1))
    cells = [book.cells[f"rules.step_dates.{i + 1}"] for i in range(len(steps))]
    _dated(sheet, row, 6, "En vigueur avant le ", cells[0], steps[0])
    for i, step in enumerate(steps):
        _dated(sheet, row, 7 + 2 * i, "Proposé au ", cells[i], step)
    sheet.keep_header(row, 1)
    row += 1
    writer = _Rows(sheet, case, schedule, official)
    for modality, label in vocabulary.modalities(case.reference).items():
        own = [c for c in schedule.cells if schedule.classes[c.class_code].modality == modality]
        parts = {
            "taux pleins": [cell for cell in own if cell.band == "plein"],
            "taux réduits, toutes zones, amorti ou non": [c for c in own if c.band != "plein"],
        }
        for part, chosen in parts.items():
            sheet.heading(row, f"{label} : {part}", columns)
            for line, cell in enumerate(chosen, start=row + 1):
                writer.write(line, cell)
            row += 1 + len(chosen)
        row += 1
    sheet.protect()
    return writer.proposed


def steps_of(case: Case, schedule: FeeSchedule) -> tuple[dt.date, ...]:
    """The dates of a proposal: those of the schedule from the first step on."""
    first = case.scenario.rules.step_dates[0]
    return tuple(date for date in schedule.dates if date >= first)


def _dated(sheet: Sheet, row: int, column: int, text: str, cell: str, date: dt.date) -> None:
    """A heading that follows a date's cell, whatever the language of the program."""
    day, month = (f'RIGHT("0"&{part}({cell}),2)' for part in ("DAY", "MONTH"))
    formula = f'"{text}"&{day}&"/"&{month}&"/"&YEAR({cell})'
    sheet.formula(row, column, formula, f"{text}{labels.day(date)}", "head_right")


def _reform_hint(reform: Reform) -> str:
    """What to know of prices whose structure changes, after the hint of the sheet."""
    parts = []
    if reform.limits:
        parts.append("les numéros d'actes sont ceux des tranches proposées")
    if reform.amortisation_years:
        parts.append("« amorti » s'entend après les années proposées")
    if reform.rank_factor:
        parts.append("les appareils suivants d'une autorisation sont payés à un coefficient près")
    return (
        f" La structure change à la date que dit la feuille « Structure » : {join(parts)} ; les "
        "tarifs d'avant cette date valent pour la structure d'alors."
    )


@dataclass
class _Rows:
    """The rows of prices being written, and where the proposed ones stand."""

    sheet: Sheet
    case: Case
    schedule: FeeSchedule
    official: Mapping[tuple[Cell, int], str]
    proposed: dict[tuple[Cell, int], str] = field(default_factory=dict)

    def write(self, row: int, cell: Cell) -> None:
        """The row of one price."""
        sheet, case, official = self.sheet, self.case, self.case.reference.schedule
        steps = steps_of(case, self.schedule)
        eve = steps[0] - dt.timedelta(days=1)
        situation = labels.AMORTISATION[cell.amortisation] if cell.band == "plein" else None
        where = labels.scope_name(case.reference, cell.class_code)
        sheet.row(row, (where, situation or labels.BANDS[cell.band], labels.ZONES[cell.zone]))
        self._acts(row, cell)
        base = case.reference.savings.baseline_date
        start = (5, official.price(cell, base))
        before = (6, official.price(cell, eve))
        base_index = sum(date <= base for date in official.dates) - 1
        _price(sheet, row, 5, self.official.get((cell, base_index), ""), start[1])
        _price(sheet, row, 6, self._on_eve(cell), before[1])
        for place, step in enumerate(steps):
            column = 7 + 2 * place
            after = (column, self.schedule.price(cell, step))
            style = "input" if math.isfinite(after[1]) else "price"
            sheet.number(
                row, column, after[1], style, bold=True, align="right", num_format="#,##0.00_ "
            )
            self.proposed[cell, place] = sheet.ref(row, column)
            _change(sheet, row, column + 1, before, after)
            before = after
        last = before[0]
        _change(sheet, row, last + 2, start, before)
        sheet.formula(row, last + 3, *self._grade_on_eve(cell, eve), "centre")

    def _acts(self, row: int, cell: Cell) -> None:
        """The acts of the year that the price pays, at the limits of the last structure."""
        index, count = BANDS.index(cell.band), len(self.schedule.classes[cell.class_code].limits)
        if index:
            text, value = self._limit(cell.class_code, LIMITS[index - 1])
            self.sheet.formula(row, 3, f"{text}+1", value + 1)
        else:
            self.sheet.number(row, 3, 1)
        if index < count:
            self.sheet.formula(row, 4, *self._limit(cell.class_code, LIMITS[index]))
        else:
            self.sheet.text(row, 4, "sans limite", align="right")

    def _limit(self, code: str, part: str) -> tuple[str, float]:
        """A limit of a class: that of the last reform that names it, else today's."""
        cells = self.sheet.book.cells
        for reform in reversed(self.schedule.reforms):
            values = {(c, name): value for c, name, value in parts_of(reform)}
            key = f"structure.{reform.date}.{code}.{part}"
            if (code, part) in values and key in cells:
                return cells[key], values[code, part]
        computed = value_formula(self.sheet.book, self.case, "machine_classes", part, code)
        assert computed is not None
        return computed

    def _on_eve(self, cell: Cell) -> str:
        """The official price in force before the first step, whose date may be moved."""
        dates = self.case.reference.schedule.dates
        return self._dated([self.official[cell, place] for place in range(len(dates))])

    def _grade_on_eve(self, cell: Cell, eve: dt.date) -> tuple[str, str]:
        """The grade of that price, and what it is now; a dash where there is no price."""
        official = self.case.reference.schedule
        own = [rate for rate in official.rates if rate.cell == cell]
        grades = [
            next(
                (r.grade for r in own if r.effective_from <= date <= (r.effective_to or date)), NONE
            )
            for date in official.dates
        ]
        now = grades[sum(date <= eve for date in official.dates) - 1]
        return self._dated([f'"{grade}"' for grade in grades]), now

    def _dated(self, own: Sequence[str]) -> str:
        """The one of some texts, by official date, that holds on the eve of the first step."""
        step = self.sheet.book.cells["rules.step_dates.1"]
        text = own[0]
        for date, now, before in zip(
            self.case.reference.schedule.dates[1:], own[1:], own, strict=False
        ):
            if now != before:
                day = f"DATE({date.year},{date.month},{date.day})"
                text = f"IF({step}>{day},{now},{text})"
        return text


def _price(sheet: Sheet, row: int, column: int, text: str, value: float) -> None:
    """A price from another sheet; a dash where none is known."""
    if math.isfinite(value) and text:
        sheet.formula(row, column, text, value, "price")
    else:
        sheet.number(row, column, value, "price")


def _change(
    sheet: Sheet, row: int, column: int, before: tuple[int, float], after: tuple[int, float]
) -> None:
    """Relative change between two prices, as a formula; a dash where one is not known."""
    (left, old), (right, new) = before, after
    if math.isfinite(old) and old and math.isfinite(new):
        text = f"{at(row, right)}/{at(row, left)}-1"
        sheet.formula(row, column, text, new / old - 1, "percent")
    else:
        sheet.text(row, column, NONE, "percent")
