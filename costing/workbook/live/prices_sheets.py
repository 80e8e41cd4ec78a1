"""« Tarifs officiels » and « Tarifs appliqués »: every price that a machine can meet, as formulas.

The first holds the official texts' prices, as data. The second gathers, for each kind of machine
(class, zone, amortised or not, first or further on its authorisation), the prices of each slot of
the timeline under the proposal, under today's prices held, under the decision of 2025 and on the
dates of reference, so that a revenue is the sum of products of two rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from costing.case import labels
from costing.fee.schedule import AMORTISATION, BANDS, ZONES, Cell
from costing.workbook.live.columns import Floats
from costing.workbook.live.periods_sheet import Periods
from costing.workbook.live.timeline import Timeline
from costing.workbook.write.layout import Book, Sheet, at
from costing.workbook.write.printing import across

OFFICIAL, APPLIED = "Tarifs officiels", "Tarifs appliqués"
_PRICE = '#,##0.00_ ;-#,##0.00_ ;"—"_ '


class Kind(NamedTuple):
    """What a machine's price depends on; `further` is 1 for those that bear the rank factor."""

    class_code: str
    zone: str
    further: int
    amortised: int


@dataclass
class Prices:
    """Ranges of four prices a slot, by block, kind and slot, with their values (EUR/act).

    Blocks: `proposed` and `present` (by slot), `decided` (by official date), `base` and `eve`
    (once), `end` (by year: those in force on 31 December).
    """

    #: Sheet, row, first column, and the slot that stands there.
    cells: dict[tuple[str, Kind], tuple[str, int, int, int]] = field(default_factory=dict)
    values: dict[tuple[str, Kind], Floats] = field(default_factory=dict)

    def row(self, block: str, kind: Kind, slots: range = range(1)) -> tuple[str, Floats]:
        """The range of some slots, and its prices one after the other."""
        sheet, row, first, since = self.cells[block, kind]
        start, stop = 4 * (slots.start - since), 4 * (slots.stop - since)
        name = f"'{sheet}'!{absolute(row, first + start)}:{absolute(row, first + stop - 1)}"
        return name, self.values[block, kind][start:stop]


def absolute(row: int, column: int) -> str:
    """`$B$3`."""
    return str(xl_rowcol_to_cell(row, column, True, True))


def write_official(book: Book, timeline: Timeline) -> dict[tuple[Cell, int], str]:
    """The official prices, one row a price of the fee; gives their cells by price and date."""
    official = timeline.official
    dates = official.dates
    sheet = book.sheet(OFFICIAL, (38, 16, 27, *[13] * len(dates), 9))
    sheet.title(OFFICIAL, "Prix des textes officiels, en euros par acte. Note : A lu, C déduit.")
    heads = ["Classe", "Situation", "Zone", *(labels.day(date) for date in dates), "Note"]
    sheet.header(3, heads, right=range(3, 3 + len(dates)))
    sheet.keep_header(3, 1)
    cells = {}
    for row, cell in enumerate(official.cells, start=4):
        sheet.row(row, situation(timeline, cell))
        for index, date in enumerate(dates):
            price = official.price(cell, date)
            sheet.number(row, 3 + index, price if np.isfinite(price) else 0.0, num_format=_PRICE)
            cells[cell, index] = sheet.ref(row, 3 + index)
        grades = sorted({rate.grade for rate in official.rates if rate.cell == cell})
        sheet.text(row, 3 + len(dates), " ".join(grades), "centre")
    sheet.protect()
    return cells


def situation(timeline: Timeline, cell: Cell) -> tuple[str, str, str]:
    """A price's class, situation and zone in words."""
    state = labels.AMORTISATION[cell.amortisation] if cell.band == "plein" else ""
    where = labels.scope_name(timeline.case.reference, cell.class_code)
    return where, state or labels.BANDS[cell.band], labels.ZONES[cell.zone]


def write_applied(
    book: Book,
    timeline: Timeline,
    periods: Periods,
    official: dict[tuple[Cell, int], str],
    proposed: dict[tuple[Cell, int], str],
) -> Prices:
    """« Tarifs appliqués »; `proposed` holds the cells of « Barème » by price and step."""
    return _Applied(book, timeline, periods, official, proposed).write()


@dataclass(frozen=True)
class _Block:
    """Columns of a block: four bands for each of some slots."""

    name: str
    title: str
    first: int
    slots: range

    def column(self, slot: int) -> int:
        """The first of the four columns of a slot."""
        return self.first + 4 * (slot - self.slots.start)


class _Applied:
    def __init__(
        self,
        book: Book,
        timeline: Timeline,
        periods: Periods,
        official: dict[tuple[Cell, int], str],
        proposed: dict[tuple[Cell, int], str],
    ) -> None:
        self.timeline, self.periods = timeline, periods
        self.official, self.proposed = official, proposed
        years = timeline.years
        # Until the year of the first step the decision's tariffs are those of the proposal.
        own = range(timeline.slots_of(timeline.steps[0].year).start, timeline.slots)
        last = timeline.slots_of(years[-1])
        sizes = {
            "base": ("Tarif de départ", range(1)),
            "eve": ("Veille de la première date", range(1)),
            "decided": ("Décision de 2025", range(len(timeline.officials))),
            "proposed": ("Proposition", own),
            "present": ("En vigueur, tenus", last),
            "end": ("Proposition au 31 décembre", range(len(years))),
        }
        self.blocks, column = [], 4
        for name, (title, slots) in sizes.items():
            self.blocks.append(_Block(name, title, column, slots))
            column += 4 * len(slots)
        self.sheet: Sheet = book.sheet(APPLIED, (32, 14, 28, 9, *[10] * (column - 4)))
        self.width = column
        self.prices = Prices()

    def write(self) -> Prices:
        sheet = self.sheet
        sheet.title(
            APPLIED,
            "Les prix qui s'appliquent à chaque sorte d'appareil, tranche par tranche et période "
            "par période (feuille « Périodes »), coefficient de rang compris.",
        )
        self._heads()
        for row, kind in enumerate(self.kinds(), start=9):
            self._row(row, kind)
        sheet.keep_header(8, 1)
        sheet.raw.repeat_rows(3, 8)
        across(sheet, 4, 4, 4)
        sheet.protect()
        return self.prices

    def kinds(self) -> Iterator[Kind]:
        """Every kind of machine."""
        further = (0, 1) if "rank_factor" in self.periods.changed else (0,)
        for code, entry in self.timeline.case.reference.classes.items():
            for zone in ZONES if entry.zones else ("*",):
                for rank in further:
                    for amortised in (0, 1):
                        yield Kind(code, zone, rank, amortised)

    def _heads(self) -> None:
        """Block, slot, band, then the first and last days that the lookups need."""
        sheet = self.sheet
        names = ("Bloc", "Période", "Premier jour", "Jour d'après", "Tranche (1 : taux plein)")
        for row, name in enumerate(names, start=3):
            sheet.text(row, 0, name, "strong")
        spans = {"decided": "officials", "proposed": "slots", "present": "slots"}
        starts = self.timeline.starts()
        ends = self.timeline.ends()
        for block in self.blocks:
            for slot in block.slots:
                for band in range(4):
                    column = block.column(slot) + band
                    sheet.text(3, column, block.title, "head")
                    number = self.timeline.years[slot] if block.name == "end" else slot + 1
                    sheet.number(4, column, float(number), num_format="0")
                    if block.name in spans:
                        days = self.periods.spans[spans[block.name]][slot]
                        for offset, text in enumerate(days):
                            value = self._day(block.name, slot, offset, starts, ends)
                            sheet.formula(5 + offset, column, text, value, num_format="dd/mm/yyyy")
                    sheet.number(7, column, float(band + 1))
        sheet.header(8, ("Classe", "Situation", "Zone", "Rang"))
        for column in range(4, self.width):
            name = labels.BANDS[BANDS[(column - 4) % 4]]
            sheet.text(8, column, name, "head_right")

    def _day(
        self,
        block: str,
        slot: int,
        offset: int,
        starts: Sequence[dt.date],
        ends: Sequence[dt.date | None],
    ) -> float:
        forever = dt.date(9999, 12, 31)
        if block == "decided":
            dates = [self.timeline.official.dates[i] for i in self.timeline.officials]
            pair = (dates[slot], dates[slot + 1] if slot + 1 < len(dates) else forever)
        else:
            pair = (starts[slot], ends[slot] or forever)
        return float((pair[offset] - dt.date(1899, 12, 30)).days)

    def _row(self, row: int, kind: Kind) -> None:
        sheet = self.sheet
        texts = (
            labels.scope_name(self.timeline.case.reference, kind.class_code),
            labels.AMORTISATION[AMORTISATION[kind.amortised]],
            labels.ZONES[kind.zone],
            "suivant" if kind.further else "premier",
        )
        sheet.row(row, texts)
        for block in self.blocks:
            values = []
            for slot in block.slots:
                for band in range(4):
                    column = block.column(slot) + band
                    text, value = self._price(block, kind, row, slot, band)
                    sheet.formula(row, column, text, value, num_format=_PRICE)
                    values.append(value)
            place = (sheet.name, row, block.first, block.slots.start)
            self.prices.cells[block.name, kind] = place
            self.prices.values[block.name, kind] = np.array(values)

    def _cell(self, kind: Kind, band: int) -> Cell | None:
        """The price of the fee that a kind of machine meets in a band."""
        entry = self.timeline.case.reference.classes[kind.class_code]
        if band == 0:
            return Cell(kind.class_code, AMORTISATION[kind.amortised], kind.zone, "plein")
        return Cell(kind.class_code, "*", "*", BANDS[band]) if band < len(entry.bands) else None

    def _price(
        self, block: _Block, kind: Kind, row: int, slot: int, band: int
    ) -> tuple[str, float]:
        cell = self._cell(kind, band)
        if cell is None:
            return "0", 0.0
        timeline = self.timeline
        official, official_count = timeline.official, len(timeline.official_slots)
        eve = timeline.steps[0] - dt.timedelta(days=1)
        if block.name == "base":
            date = timeline.case.reference.savings.baseline_date
            index = sum(start <= date for start in official.dates) - 1
            return self.official[cell, index], price_or_zero(official.price(cell, date))
        if block.name == "eve" or (block.name == "present" and slot >= official_count):
            if block.name == "present":
                place = next(b for b in self.blocks if b.name == "eve")
                return at(row, place.first + band), price_or_zero(official.price(cell, eve))
            last = f"{self._step_cell()}-1"
            return self._on(row, "decided", last, band), price_or_zero(official.price(cell, eve))
        if block.name == "decided":
            index = timeline.officials[slot]
            return self.official[cell, index], price_or_zero(
                official.price(cell, official.dates[index])
            )
        if block.name == "end":
            year = timeline.years[slot]
            day = dt.date(year, 12, 31)
            early = year < timeline.steps[0].year
            text = self._on(row, "decided" if early else "proposed", f"DATE({year},12,31)", band)
            return text, price_or_zero(timeline.proposed.price(cell, day)) * self._factor(kind, day)
        if slot < official_count:
            index = timeline.official_slots[slot]
            return self.official[cell, index], price_or_zero(
                official.price(cell, official.dates[index])
            )
        step = timeline.steps[slot - official_count]
        text = self.proposed[cell, slot - official_count]
        if kind.further:
            text += f"*{self.periods.structure[kind.class_code, 'rank_factor', slot][0]}"
        return text, price_or_zero(timeline.proposed.price(cell, step)) * self._factor(kind, step)

    def _step_cell(self) -> str:
        return self.sheet.book.cells["rules.step_dates.1"]

    def _factor(self, kind: Kind, date: dt.date) -> float:
        """The rank factor of a kind on a date; 1 for first machines."""
        if not kind.further:
            return 1.0
        reforms = self.timeline.proposed.frozen(date).reforms
        return reforms[0].rank_factor.get(kind.class_code, 1.0) if reforms else 1.0

    def _on(self, row: int, name: str, date: str, band: int) -> str:
        """The price of a block that is in force on a date."""
        block = next(b for b in self.blocks if b.name == name)
        ends = (block.first, block.first + 4 * len(block.slots) - 1)

        def line(number: int) -> str:
            return f"{absolute(number, ends[0])}:{absolute(number, ends[1])}"

        own = f"{at(row, ends[0])}:{at(row, ends[1])}"
        return f"SUMPRODUCT(({line(5)}<={date})*({line(6)}>{date})*({line(7)}={band + 1})*{own})"


def price_or_zero(price: float) -> float:
    """A price, 0 where none is known: no machine then performs such acts."""
    return price if np.isfinite(price) else 0.0
