"""The sheet of a year being written: acts by band, revenue and cost of every machine, as formulas.

Acts are spread evenly over the year; between fractions s and e of it a machine performs acts number
s·N to e·N, of which a band counts those between its limits (`costing.fee.schedule`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import BANDS
from costing.workbook.live.columns import Column, Floats, MachineSheet
from costing.workbook.live.evolution import Weights
from costing.workbook.live.machines import Parc
from costing.workbook.live.periods_sheet import Computed, Periods
from costing.workbook.live.prices_sheets import Kind, Prices
from costing.workbook.live.switches import Switches
from costing.workbook.live.timeline import Timeline
from costing.workbook.live.units_sheet import INPATIENT, Situation, UnitCosts
from costing.workbook.sheets import vocabulary
from costing.workbook.write.layout import Book


@dataclass(frozen=True)
class Data:
    """All that the sheets of machines rest on."""

    book: Book
    case: Case
    timeline: Timeline
    switches: Switches
    periods: Periods
    prices: Prices
    costs: UnitCosts
    parc: Parc
    weights: Weights
    variants: tuple[int, ...]

    def later(self, variant: int) -> int:
        """The variant itself where the years before « amorti » change, else today's."""
        return variant if variant in self.variants else 0


@dataclass
class Year:
    """The columns of a year, by name."""

    sheet: MachineSheet
    columns: dict[str, Column] = field(default_factory=dict)
    #: Acts by band: at today's limits over the whole year, and as the proposal counts them.
    bands: dict[str, list[Column]] = field(default_factory=dict)


class YearWriter:
    """One year's sheet being written."""

    def __init__(self, data: Data, year: int, name: str, hint: str) -> None:
        self.data, self.year, self.parc = data, year, data.parc
        self.sheet = MachineSheet(data.book, name, hint, data.parc.count)
        self.result = Year(self.sheet)
        parc = self.parc
        reference = data.case.reference
        options = vocabulary.fleet_options(reference)
        count = parc.count
        self.sheet.texts("Appareil", [parc.cell("machine_id", i) for i in range(count)], parc.names)
        self.sheet.texts(
            "Classe", [parc.cell("class", i) for i in range(count)],
            [options["class"][code] for code in parc.codes],
        )  # fmt: skip

    def add(self, name: str, head: str, formulas: Iterable[str], values: Floats) -> Column:
        """A column kept under a name."""
        self.result.columns[name] = self.sheet.add(head, formulas, values)
        return self.result.columns[name]

    def acts(self, billed: Sequence[str], inpatient: Sequence[str], b: Floats, h: Floats) -> None:
        """Acts that take places in the bands, and the share of them that is billed."""
        switch = self.data.switches.conventions["inpatients_count"]
        count = float(self.data.case.scenario.conventions.inpatients_count)
        rows = range(self.parc.count)
        self.add("billed", "Actes facturés", billed, b)
        self.add("inpatient", "Actes d'hospitalisés", inpatient, h)
        own, other = self.result.columns["billed"], self.result.columns["inpatient"]
        places = self.add(
            "places", "Actes comptés dans les tranches",
            (f"{own.here(i)}+{other.here(i)}*{switch}" for i in rows), b + h * count,
        )  # fmt: skip
        share = np.divide(b, places.values, out=np.zeros_like(b), where=places.values > 0)
        self.add(
            "share", "Part facturée",
            (f"IF({places.here(i)}>0,{own.here(i)}/{places.here(i)},0)" for i in rows), share,
        )  # fmt: skip

    def band_columns(
        self,
        head: str,
        spans: Sequence[tuple[Computed, Computed] | None],
        slots: Sequence[int | None],
    ) -> list[Column]:
        """Acts billed in each band of some periods; a span of None is the whole year.

        `slots`: those whose limits hold in each period, None for today's.
        """
        periods, codes = self.data.periods, self.parc.codes
        places, share = self.result.columns["places"], self.result.columns["share"]
        columns = []
        for number, (span, slot) in enumerate(zip(spans, slots, strict=True), start=1):
            limits = {code: periods.limits(code, slot) for code in dict.fromkeys(codes)}
            table = np.array([[value for _, value in limits[code]] for code in codes])
            for band, name in enumerate(BANDS):
                low = table[:, band - 1] if band else np.zeros(len(codes))
                high = table[:, band] if band < len(BANDS) - 1 else np.full(len(codes), np.inf)

                def text(
                    i: int, band: int = band, limits: dict[str, list[Computed]] = limits,
                    span: tuple[Computed, Computed] | None = span,
                ) -> str:  # fmt: skip
                    own = limits[codes[i]]
                    x = places.here(i)
                    until = _inside(x if span is None else f"{x}*{span[1][0]}", own, band)
                    start = _start(own, band) if span is None else _inside(
                        f"{x}*{span[0][0]}", own, band
                    )  # fmt: skip
                    return f"{share.here(i)}*({until}-{start})"

                s, e = (0.0, 1.0) if span is None else (span[0][1], span[1][1])
                x = places.values
                inside = np.clip(x * e, low, high) - np.clip(x * s, low, high)
                label = f"{head}{f' {number}' if len(spans) > 1 else ''} : {labels.BANDS[name]}"
                columns.append(
                    self.sheet.add(label, map(text, range(len(codes))), share.values * inside)
                )
        return columns

    def kinds(self, amortised: int) -> list[Kind]:
        """The kind of each machine in one state."""
        factor = "rank_factor" in self.data.periods.changed
        further = self.parc.further.tolist() if factor else [False] * self.parc.count
        return [
            Kind(code, zone, int(rank), amortised)
            for code, zone, rank in zip(self.parc.codes, self.parc.zones, further, strict=True)
        ]

    def paid(
        self, columns: list[Column], block: str, slots: range, amortised: int
    ) -> tuple[list[str], Floats]:
        """What each machine is paid in a state: products of its acts and of the prices, EUR."""
        kinds = self.kinds(amortised)
        price_rows = {
            kind: self.data.prices.row(block, kind, slots) for kind in dict.fromkeys(kinds)
        }
        left, right = columns[0], columns[-1]
        texts = [
            f"SUMPRODUCT({left.here(i)}:{right.here(i)},{price_rows[kind][0]})"
            for i, kind in enumerate(kinds)
        ]
        acts = np.stack([column.values for column in columns], axis=1)
        prices = np.stack([price_rows[kind][1] for kind in kinds])
        return texts, np.asarray((acts * prices).sum(axis=1))

    def weighted(
        self, name: str, head: str, columns: list[Column], block: str, slots: range, variant: int
    ) -> Column:
        """Revenue of all the real machines of a row, EUR in the year."""
        weights = self.data.weights
        total = weights.total[self.year]
        old = weights.amortised[self.data.later(variant), self.year]
        new_texts, new = self.paid(columns, block, slots, 0)
        old_texts, worn = self.paid(columns, block, slots, 1)
        texts = (
            f"({total.there(i)}-{old.there(i)})*{a}+{old.there(i)}*{b}"
            for i, (a, b) in enumerate(zip(new_texts, old_texts, strict=True))
        )
        return self.add(name, head, texts, (total.values - old.values) * new + old.values * worn)

    def costs(self, kind: str, amortised: int, variant: int) -> tuple[list[str], Floats]:
        """Yearly cost of the billed acts of each machine in a state, EUR."""
        units = self.data.costs
        own = [units[Situation(code, amortised, variant), kind] for code in self.parc.codes]
        acts, share = self.result.columns["acts"], self.result.columns["borne"]
        texts = [
            f"{share.here(i)}*({line.fixed}+{line.slope}*{acts.here(i)})"
            for i, line in enumerate(own)
        ]
        fixed = np.array([line.fixed_eur for line in own])
        slope = np.array([line.slope_eur for line in own])
        return texts, share.values * (fixed + slope * acts.values)

    def borne(self) -> None:
        """All acts, and the share of the cost that the billed ones bear."""
        case, book = self.data.case, self.data.book
        own, other = self.result.columns["billed"], self.result.columns["inpatient"]
        rows = range(self.parc.count)
        total = self.add(
            "acts", "Actes, tous", (f"{own.here(i)}+{other.here(i)}" for i in rows),
            own.values + other.values,
        )  # fmt: skip
        cells = {
            code: (book.cells[f"{INPATIENT}.{code}"], case.inpatient_cost_weight(code))
            for code in dict.fromkeys(self.parc.codes)
        }
        weight = np.array([cells[code][1] for code in self.parc.codes])
        heavy = own.values + weight * other.values
        share = np.divide(own.values, heavy, out=np.ones_like(heavy), where=heavy > 0)
        texts = (
            f"IF({own.here(i)}+{cells[c][0]}*{other.here(i)}>0,"
            f"{own.here(i)}/({own.here(i)}+{cells[c][0]}*{other.here(i)}),1)"
            for i, c in enumerate(self.parc.codes)
        )
        share = np.where(total.values > 0, share, 1.0)
        self.add("borne", "Part du coût des actes facturés", texts, share)


def _start(limits: list[Computed], band: int) -> str:
    return limits[band - 1][0] if band else "0"


def _inside(acts: str, limits: list[Computed], band: int) -> str:
    """Acts brought inside a band: never below its start, never beyond its end."""
    if band == 0:
        return f"MIN({limits[0][0]},{acts})"
    low = limits[band - 1][0]
    if band == len(BANDS) - 1:
        return f"MAX({low},{acts})"
    return f"MAX({low},MIN({limits[band][0]},{acts}))"
