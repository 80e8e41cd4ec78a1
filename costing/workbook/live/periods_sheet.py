"""« Périodes »: when each tariff holds, and the structure of the fee under each, as formulas.

Columns are the slots of the timeline; an official tariff ends at the first step, so that moving a
step's date in « Choix » (inside its calendar year) moves all that depends on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from costing.case import labels
from costing.fee.given_prices import parts_of
from costing.fee.schedule import LIMITS
from costing.scenario.menu import STRUCTURES
from costing.workbook.live.timeline import Timeline, share_of_year
from costing.workbook.sheets.values.cell_of_value import value_formula
from costing.workbook.write.layout import Book, Sheet, at

SHEET = "Périodes"
#: Stands for « no limit » in the cells.
NO_LIMIT = 1e9
_FOREVER = dt.date(9999, 12, 31)
_LIMIT_LOOK = '[>=1000000000]"sans limite";#,##0_ '

Computed = tuple[str, float]
#: Key of `Book.cells`: whether the steps are in the years for which periods are laid out.
DATED = "periods.dated"


@dataclass
class Periods:
    """Where fractions of the year and the structure stand, each with its value.

    within: (slot, year) → (start, end), under the proposal. decided: the same by official date,
    under the decision alone. structure: (class, part, slot); `today` by (class, part). years: full
    years before « amorti » by (class, variant, year): 0 today's, 1 on 1 January, 2 on 31 December.
    """

    within: dict[tuple[int, int], tuple[Computed, Computed]] = field(default_factory=dict)
    decided: dict[tuple[int, int], tuple[Computed, Computed]] = field(default_factory=dict)
    structure: dict[tuple[str, str, int], Computed] = field(default_factory=dict)
    today: dict[tuple[str, str], Computed] = field(default_factory=dict)
    years: dict[tuple[str, int, int], Computed] = field(default_factory=dict)
    #: First and last day of each slot and of each official date, as cells.
    spans: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    def limits(self, code: str, slot: int | None) -> list[Computed]:
        """The three limits of a class under a slot, or today's."""
        if slot is None:
            return [self.today[code, part] for part in LIMITS]
        return [self.structure[code, part, slot] for part in LIMITS]


def write_periods(book: Book, timeline: Timeline) -> Periods:
    """The sheet."""
    return _Writer(book, timeline).write()


class _Writer:
    def __init__(self, book: Book, timeline: Timeline) -> None:
        self.book, self.timeline, self.case = book, timeline, timeline.case
        self.width = max(timeline.slots, len(timeline.officials))
        self.sheet: Sheet = book.sheet(SHEET, (36, 30, *[14] * (self.width + 2)))
        first = timeline.steps[0]
        self.reforms = [r for r in timeline.proposed.reforms if r.date >= first]
        names = {"limits": LIMITS, "amortisation_years": ("amortisation_years",),
                 "rank_factor": ("rank_factor",)}  # fmt: skip
        changed = {
            part for r in self.reforms for own, parts in names.items() if getattr(r, own)
            for part in parts
        }  # fmt: skip
        self.periods = Periods(changed=frozenset(changed))

    def write(self) -> Periods:
        sheet = self.sheet
        sheet.title(
            SHEET,
            "Le tarif en vigueur à chaque période, la part de chaque année qu'elle couvre, et la "
            "structure du forfait qui s'y applique.",
        )
        row = self._slots(3)
        row = self._decision(row + 1)
        row = self._structure(row + 1)
        row = self._control(row + 1)
        sheet.protect()
        return self.periods

    def _date(self, row: int, column: int, text: str, value: dt.date | None) -> None:
        serial = float(((value or _FOREVER) - dt.date(1899, 12, 30)).days)
        look = '[>=2958465]"sans fin";dd/mm/yyyy'
        self.sheet.formula(row, column, text, serial, "date", num_format=look)

    def _slots(self, row: int) -> int:
        """Dates, spans and fractions under the proposal."""
        sheet, timeline = self.sheet, self.timeline
        count = len(timeline.official_slots)
        heads = [f"Officiel {i + 1}" for i in range(count)]
        heads += [f"Proposé {i + 1}" for i in range(len(timeline.steps))]
        sheet.header(row, ("Barème proposé", "", *heads), right=range(2, 2 + len(heads)))
        texts = ("Date du tarif", "Premier jour", "Jour d'après le dernier")
        for line, text in enumerate(texts, start=row + 1):
            sheet.row(line, (text, ""))
        step_cells = [
            self.book.cells[f"rules.step_dates.{i + 1}"] for i in range(len(heads) - count)
        ]
        starts, ends = timeline.starts(), timeline.ends()
        for slot in range(timeline.slots):
            column = 2 + slot
            if slot < count:
                date = timeline.official.dates[timeline.official_slots[slot]]
                sheet.value(row + 1, column, date, "date")
                self._date(
                    row + 2, column, f"MIN({at(row + 1, column)},{step_cells[0]})", starts[slot]
                )
            else:
                step = timeline.steps[slot - count]
                self._date(row + 1, column, step_cells[slot - count], step)
                self._date(row + 2, column, at(row + 1, column), starts[slot])
            last = slot + 1 == timeline.slots
            text = "DATE(9999,12,31)" if last else at(row + 2, column + 1)
            self._date(row + 3, column, text, ends[slot])
        self.periods.spans["slots"] = [
            (sheet.ref(row + 2, 2 + i), sheet.ref(row + 3, 2 + i)) for i in range(timeline.slots)
        ]
        return self._fractions(row + 2, self.periods.within, list(zip(starts, ends, strict=True)))

    def _fractions(
        self,
        row: int,
        fractions: dict[tuple[int, int], tuple[Computed, Computed]],
        spans: Sequence[tuple[dt.date, dt.date | None]],
    ) -> int:
        """Below the first and last days (at `row` and the next), the parts of each year."""
        sheet, below = self.sheet, row + 2
        for year in self.timeline.years:
            sheet.row(below, (f"{year} : part écoulée au premier jour", "de 0 à 1"))
            sheet.row(below + 1, (f"{year} : part écoulée au dernier", "de 0 à 1"))
            for index, span in enumerate(spans):
                bounds = []
                for offset, date in enumerate(span):
                    days = f"{at(row + offset, 2 + index)}-DATE({year},1,1)"
                    text = f"MAX(0,MIN(1,({days})/(DATE({year + 1},1,1)-DATE({year},1,1))))"
                    value = share_of_year(date, year)
                    place = (below + offset, 2 + index)
                    sheet.formula(*place, text, value, num_format="0.0000_ ")
                    bounds.append((sheet.ref(*place), value))
                fractions[index, year] = (bounds[0], bounds[1])
            below += 2
        return below

    def _decision(self, row: int) -> int:
        """The same under the decision of 2025 alone."""
        sheet, timeline = self.sheet, self.timeline
        dates = [timeline.official.dates[i] for i in timeline.officials]
        heads = [f"Officiel {i + 1}" for i in range(len(dates))]
        sheet.header(row, ("Décision de 2025, seule", "", *heads), right=range(2, 2 + len(heads)))
        sheet.row(row + 1, ("Premier jour", ""))
        sheet.row(row + 2, ("Jour d'après le dernier", ""))
        ends = [*dates[1:], None]
        for i, date in enumerate(dates):
            sheet.value(row + 1, 2 + i, date, "date")
            text = at(row + 1, 3 + i) if ends[i] else "DATE(9999,12,31)"
            self._date(row + 2, 2 + i, text, ends[i])
        self.periods.spans["officials"] = [
            (sheet.ref(row + 1, 2 + i), sheet.ref(row + 2, 2 + i)) for i in range(len(dates))
        ]
        return self._fractions(row + 1, self.periods.decided, list(zip(dates, ends, strict=True)))

    def _structure(self, row: int) -> int:
        """Limits, years and factor of each class: today, then under each slot."""
        sheet, timeline = self.sheet, self.timeline
        heads = [f"Période {i + 1}" for i in range(timeline.slots)]
        sheet.header(
            row, ("Structure", "Élément", *heads, "Aujourd'hui"),
            right=range(2, 3 + len(heads)),
        )  # fmt: skip
        row += 1
        for code in self.case.reference.classes:
            for part in STRUCTURES:
                self._part(row, code, part)
                row += 1
        return self._years(row + 1)

    def _part(self, row: int, code: str, part: str) -> None:
        sheet, timeline = self.sheet, self.timeline
        look = _LIMIT_LOOK if part in LIMITS else "0.00##_ "
        where = labels.scope_name(self.case.reference, code)
        sheet.row(row, (where, STRUCTURES[part][0].fr))
        text, value = self._now(code, part)
        column = 2 + timeline.slots
        if text:
            sheet.formula(row, column, text, value, num_format=look)
        else:
            sheet.number(row, column, value, num_format=look)
        self.periods.today[code, part] = (sheet.ref(row, column), value)
        for slot in range(timeline.slots):
            own = self._own(code, part, slot)
            before = (
                at(row, column) if slot <= len(timeline.official_slots) - 1 else at(row, 1 + slot)
            )
            value = value if own is None else own[1]
            formula = before if own is None else own[0]
            sheet.formula(row, 2 + slot, formula, value, num_format=look)
            self.periods.structure[code, part, slot] = (sheet.ref(row, 2 + slot), value)

    def _now(self, code: str, part: str) -> tuple[str, float]:
        """Today's value: its input cell, none where the fee has no such part."""
        if part == "rank_factor":
            return "", 1.0
        computed = value_formula(self.book, self.case, "machine_classes", part, code)
        entry = self.case.reference.classes[code]
        if computed is None or (part in LIMITS and LIMITS.index(part) >= len(entry.limits)):
            return "", NO_LIMIT
        return computed

    def _own(self, code: str, part: str, slot: int) -> Computed | None:
        """What the proposal sets from a slot's date on."""
        number = slot - len(self.timeline.official_slots)
        if number < 0:
            return None
        date = self.timeline.steps[number]
        for reform in self.reforms:
            values = {(c, name): v for c, name, v in parts_of(reform)}
            if reform.date == date and (code, part) in values:
                return self.book.cells[f"structure.{date}.{code}.{part}"], values[code, part]
        return None

    def _years(self, row: int) -> int:
        """Years before « amorti » of each class on the days that count."""
        sheet, timeline = self.sheet, self.timeline
        days = ((1, 1, 1), (2, 12, 31))  # variant, month and day
        columns = [(year, *day) for year in timeline.years for day in days]
        heads = [f"Au {d:02d}/{m:02d}/{year}" for year, _, m, d in columns]
        sheet.header(row, ("Années avant « amorti »", "Proposition", *heads))
        spans = self.periods.spans["slots"]
        start, end = (f"{spans[0][i]}:{spans[-1][i].rsplit('!', 1)[1]}" for i in (0, 1))
        moved = "amortisation_years" in self.periods.changed
        for line, code in enumerate(self.case.reference.classes, start=row + 1):
            sheet.row(line, (labels.scope_name(self.case.reference, code), ""))
            today = self.periods.today[code, "amortisation_years"]
            for column, (year, variant, month, day) in enumerate(columns, start=2):
                self.periods.years[code, 0, year] = today
                first = self.periods.structure[code, "amortisation_years", 0][0]
                last = self.periods.structure[code, "amortisation_years", timeline.slots - 1][0]
                own = f"{first}:{last.rsplit('!', 1)[1]}"
                date = f"DATE({year},{month},{day})"
                value = self._years_on(code, dt.date(year, month, day)) if moved else today[1]
                formula = f"SUMPRODUCT(({start}<={date})*({end}>{date})*{own})"
                sheet.formula(line, column, formula if moved else today[0], value)
                self.periods.years[code, variant, year] = (sheet.ref(line, column), value)
            self.periods.years[code, 0, self.case.fleet.year] = today
        return row + 2 + len(self.case.reference.classes)

    def _years_on(self, code: str, date: dt.date) -> float:
        years = self.timeline.proposed.frozen(date).amortisation_years(date.year)
        return years.get(code, self.periods.today[code, "amortisation_years"][1])

    def _control(self, row: int) -> int:
        """Whether the steps are still in the years for which the periods are laid out."""
        sheet = self.sheet
        tests = [
            f"YEAR({self.book.cells[f'rules.step_dates.{i + 1}']})={step.year}"
            for i, step in enumerate(self.timeline.steps)
        ]
        sheet.text(row, 0, "Dates restées dans leur année", "strong")
        text = f'IF(AND({",".join(tests)}),"oui","NON : exporter de nouveau depuis l\'outil")'
        sheet.formula(row, 1, text, "oui", "cell")
        self.book.cells[DATED] = sheet.ref(row, 1)
        return row + 1
