"""« Un appareil »: one machine chosen from lists, its bands, its cost, its curves and a chart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from costing.analysis.account.comparison import WHOLE_YEAR, overvaluation
from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import BANDS, LIMITS, FeeSchedule, one_machine
from costing.french.writing import NONE
from costing.scenario.menu import STRUCTURES
from costing.workbook.live.columns import Floats
from costing.workbook.live.comparison_sheet import READINGS, formula_or_dash
from costing.workbook.live.periods_sheet import SHEET as PERIODS
from costing.workbook.live.prices_sheets import APPLIED
from costing.workbook.live.units_sheet import SHEET as UNITS_SHEET
from costing.workbook.live.units_sheet import Situation, typical_activity
from costing.workbook.live.year_writer import Data
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.lists import Lists
from costing.workbook.write.layout import Sheet, at

SHEET = "Un appareil"
POINTS = 40


@dataclass(frozen=True)
class View:
    """The machine that the sheet shows; not a part of the scenario."""

    class_code: str
    amortisation: str
    zone: str
    acts: float


def usual(case: Case) -> View:
    """The class with most machines, at its norm."""
    weights = case.fleet.frame.groupby("class")["weight"].sum()
    code = str(weights.idxmax())
    return View(code, "non_amorti", "province", round(typical_activity(case, code)[1]))


def write_machine(data: Data, view: View, lists: Lists) -> None:
    """The sheet: the choice, the bands at three tariffs, the readings, the curves."""
    _Writer(data, view, lists).write()


class _Writer:
    def __init__(self, data: Data, view: View, lists: Lists) -> None:
        self.data, self.view, self.lists = data, view, lists
        self.case = data.case
        self.sheet: Sheet = data.book.sheet(SHEET, (40, *[17] * 8))
        timeline = data.timeline
        base = timeline.case.reference.savings.baseline_date
        eve = timeline.steps[0] - dt.timedelta(days=1)
        official = timeline.official
        #: Block of prices, slot in it, schedule of the engine and slot of its structure.
        self.tariffs: list[tuple[str, str, int, FeeSchedule, int | None]] = [
            (f"Au {labels.day(base)}", "base", 0, official.frozen(base), None),
            ("En vigueur avant", "eve", 0, official.frozen(eve), None),
            (
                "Proposé, dernière date", "proposed", timeline.slots - 1,
                timeline.proposed.frozen(timeline.steps[-1]), timeline.slots - 1,
            ),
        ]  # fmt: skip

    def write(self) -> None:
        sheet = self.sheet
        sheet.title(
            SHEET,
            "Choisissez une machine dans les cases jaunes : le classeur la chiffre, une année "
            "entière à chaque tarif, tous les actes étant facturés.",
        )
        self._choice(3)
        row = self._bands(9)
        account = row + 1
        row = self._account(account)
        self._curve(row + 2, account)
        sheet.keep_header(2, repeated=False)
        sheet.protect()

    def _choice(self, row: int) -> None:
        sheet, view = self.sheet, self.view
        reference = self.case.reference
        classes = vocabulary.fee_classes(reference)
        zones = {code: label for code, label in labels.ZONES.items() if code != "*"}
        states = {c: label for c, label in labels.AMORTISATION.items() if c != "*"}
        rows = (
            ("Classe", classes[view.class_code], list(classes.values())),
            ("Situation", states[view.amortisation], list(states.values())),
            ("Zone", zones[view.zone], list(zones.values())),
        )
        for line, (label, value, admitted) in enumerate(rows, start=row):
            sheet.text(line, 0, label, "strong")
            sheet.text(line, 1, value, "input")
            self.lists.check(sheet, (line, line), 1, admitted)
        line = row + 3
        sheet.text(line, 0, "Actes de l'année, tous facturés", "strong")
        sheet.value(line, 1, view.acts, "input", num_format="#,##0_ ", align="right")
        whole = {
            "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 200_000,
            "error_title": "Actes", "error_message": "Un nombre d'actes, de 0 à 200 000.",
        }  # fmt: skip
        sheet.raw.data_validation(line, 1, line, 1, whole)
        self.at = {n: f"$B${row + 1 + i}" for i, n in enumerate(("class", "state", "zone", "acts"))}
        sheet.text(line + 1, 0, "Zone du tarif", "strong")
        entry = reference.classes[view.class_code]
        zone = labels.ZONES[view.zone if entry.zones else "*"]
        same = (
            f"({_column(APPLIED, 'A')}={self.at['class']})*"
            f"({_column(APPLIED, 'C')}={self.at['zone']})"
        )
        count = f"SUMPRODUCT({same})"
        sheet.formula(
            line + 1, 1, f'IF({count}>0,{self.at["zone"]},"{labels.ZONES["*"]}")', zone, "cell"
        )
        self.at["paid_zone"] = f"$B${line + 2}"

    def _bands(self, row: int) -> int:
        """Limits, acts and prices of each band, and what they pay, at each tariff."""
        sheet = self.sheet
        heads = ["Tranche"]
        for title, *_ in self.tariffs:
            heads += [f"{title} : actes", "prix"]
        sheet.header(row, heads, right=range(1, len(heads)))
        self.limits: list[list[str]] = []
        self.prices: list[list[str]] = []
        self.totals: list[tuple[str, float]] = []
        table = row + 1
        for place, (_, block, slot, schedule, structure) in enumerate(self.tariffs):
            column = 1 + 2 * place
            volumes, fees = self._engine(schedule)
            limits = self._limits(row + 7, column, structure)
            for band in range(len(BANDS)):
                sheet.text(table + band, 0, labels.BANDS[BANDS[band]], "strong")
                acts = _between(self.at["acts"], limits, band)
                sheet.formula(table + band, column, acts, float(volumes[band]))
                text = self._price(block, slot, band)
                sheet.formula(table + band, column + 1, text, float(fees[band]), "price")
            cells = [
                (at(table + band, column), at(table + band, column + 1))
                for band in range(len(BANDS))
            ]
            self.prices.append([f"${c[0]}${c[1:]}" for _, c in cells])
            sheet.text(table + 4, 0, "Recettes de l'année", "strong")
            total = float(volumes @ fees)
            text = "+".join(f"{a}*{b}" for a, b in cells)
            sheet.blank(table + 4, column, "cell")
            sheet.formula(table + 4, column + 1, text, total, bold=True)
            self.totals.append((at(table + 4, column + 1), total))
        return row + 11

    def _engine(
        self, schedule: FeeSchedule, acts: float | Floats | None = None
    ) -> tuple[Floats, Floats]:
        view = self.view
        machine = one_machine(
            schedule, view.class_code, view.amortisation, view.zone,
            view.acts if acts is None else acts,
        )  # fmt: skip
        volumes = schedule.volumes(machine, WHOLE_YEAR)[..., 0, :]
        fees = schedule.fees(machine, WHOLE_YEAR)[..., 0, :]
        return volumes, np.nan_to_num(fees)

    def _limits(self, row: int, column: int, slot: int | None) -> list[str]:
        """Below the table, the limits of the bands of the class chosen."""
        sheet, periods = self.sheet, self.data.periods
        if column == 1:
            sheet.header(row - 1, ("Limite de tranche, actes de l'année", *[""] * 6))
        cells = []
        for line, part in enumerate(LIMITS, start=row):
            sheet.text(line, 0, STRUCTURES[part][0].fr, "strong")
            code = self.view.class_code
            ref, value = (
                periods.today[code, part] if slot is None else periods.structure[code, part, slot]
            )
            letter = ref.rsplit("!$", 1)[1].split("$")[0]
            count = _column(PERIODS, letter)
            text = (
                f"SUMIFS({count},{_column(PERIODS, 'A')},{self.at['class']},"
                f"{_column(PERIODS, 'B')},$A{line + 1})"
            )
            look = '[>=1000000000]"sans limite";#,##0_ '
            sheet.formula(line, column, text, value, num_format=look)
            sheet.blank(line, column + 1, "cell")
            cell = at(line, column)
            cells.append(f"${cell[0]}${cell[1:]}")
        self.limits.append(cells)
        return cells

    def _price(self, block: str, slot: int, band: int) -> str:
        """The price of the machine chosen, from « Tarifs appliqués »."""
        anyone = next(kind for name, kind in self.data.prices.cells if name == block)
        ref, _ = self.data.prices.row(block, anyone, range(slot, slot + 1))
        first = ref.rsplit("!$", 1)[1].split("$")[0]
        letter = _shift(first, band)
        tests = {"A": "class", "B": "state", "C": "paid_zone"}
        parts = [f"{_column(APPLIED, c)},{self.at[name]}" for c, name in tests.items()]
        parts.append(f'{_column(APPLIED, "D")},"premier"')
        return f"SUMIFS({_column(APPLIED, letter)},{','.join(parts)})"

    def _account(self, row: int) -> int:
        """Cost, margin and the first two readings, at each tariff."""
        sheet, view = self.sheet, self.view
        state = int(view.amortisation == "amorti")
        line = self.data.costs[Situation(view.class_code, state, 0), "total"]
        tests = (
            f"{_column(UNITS_SHEET, 'A')},{self.at['class']},"
            f"{_column(UNITS_SHEET, 'B')},{self.at['state']},"
            f"{_column(UNITS_SHEET, 'C')},\"d'aujourd'hui\""
        )
        sheet.header(
            row, ("Coût, dans le périmètre et les conventions choisis", "€ / an"), right=(1,)
        )
        cost = line.fixed_eur + line.slope_eur * view.acts
        rows = (
            ("Part fixe", f"SUMIFS({_column(UNITS_SHEET, 'G')},{tests})", line.fixed_eur),
            (
                "Coût d'un acte de plus",
                f"SUMIFS({_column(UNITS_SHEET, 'H')},{tests})",
                line.slope_eur,
            ),
            ("Coût de l'année", f"{at(row + 1, 1)}+{at(row + 2, 1)}*{self.at['acts']}", cost),
        )
        for number, (label, text, value) in enumerate(rows, start=row + 1):
            sheet.text(number, 0, label, "strong")
            sheet.formula(number, 1, text, value, "price" if number == row + 2 else "number")
        self.cost = (f"$B${row + 2}", f"$B${row + 3}", line.fixed_eur, line.slope_eur)
        total = at(row + 3, 1)
        heads = ["Contre le coût", *(title for title, *_ in self.tariffs)]
        sheet.header(row + 5, heads, right=range(1, len(heads)))
        names = (
            "Marge de l'année",
            "Coût par acte",
            "Forfait par acte",
            *list(READINGS.values())[:2],
        )
        for number, name in enumerate(names, start=row + 6):
            sheet.text(number, 0, name, "strong")
        for column, (cell, revenue) in enumerate(self.totals, start=1):
            readings = overvaluation(revenue, cost)
            acts = view.acts or float("nan")
            lines = (
                (f"{cell}-{total}", revenue - cost, "number"),
                (
                    f'IF({self.at["acts"]}>0,{total}/{self.at["acts"]},"{NONE}")',
                    cost / acts,
                    "price",
                ),
                (
                    f'IF({self.at["acts"]}>0,{cell}/{self.at["acts"]},"{NONE}")',
                    revenue / acts,
                    "price",
                ),
                (f'IF({total}>0,{cell}/{total}-1,"{NONE}")', float(readings.markup), "percent"),
                (
                    f'IF({cell}>0,1-{total}/{cell},"{NONE}")',
                    float(readings.share_of_fee),
                    "percent",
                ),
            )
            for number, (text, value, style) in enumerate(lines, start=row + 6):
                formula_or_dash(sheet, number, column, text, value, style)
        return row + 11

    def _curve(self, row: int, beside: int) -> None:
        """Cost and revenue over the acts of the year; the chart stands beside the account."""
        sheet = self.sheet
        heads = ("Actes de l'année", "Coût", *(f"Recettes, {t[0].lower()}" for t in self.tariffs))
        sheet.header(row, heads, right=range(len(heads)))
        last = max(2 * self.view.acts, 2000.0)
        acts = np.arange(POINTS + 1) / POINTS * last
        _, slope, fixed_eur, slope_eur = self.cost
        revenues = []
        for _, _, _, schedule, _ in self.tariffs:
            volumes, fees = self._engine(schedule, acts)
            revenues.append((volumes * fees).sum(axis=-1))
        for point in range(POINTS + 1):
            line = row + 1 + point
            text = f"{point}/{POINTS}*MAX(2*{self.at['acts']},2000)"
            sheet.formula(line, 0, text, float(acts[point]))
            x = at(line, 0)
            value = fixed_eur + slope_eur * acts[point]
            sheet.formula(line, 1, f"{self.cost[0]}+{slope}*{x}", float(value))
            for column, (limits, prices) in enumerate(
                zip(self.limits, self.prices, strict=True), start=2
            ):
                parts = [f"{p}*{_between(x, limits, b)}" for b, p in enumerate(prices)]
                sheet.formula(line, column, "+".join(parts), float(revenues[column - 2][point]))
        self._chart(row, beside)

    def _chart(self, row: int, beside: int) -> None:
        sheet = self.sheet
        chart = self.data.book.file.add_chart({"type": "scatter", "subtype": "straight"})
        looks = (
            ("Coût", "#1F2937", "solid", 2.5), (self.tariffs[0][0], "#8FA3BC", "dash", 1.5),
            (self.tariffs[1][0], "#C2571A", "round_dot", 1.75),
            (self.tariffs[2][0], "#1F3A5F", "long_dash_dot", 2),
        )  # fmt: skip
        for column, (name, colour, dash, width) in enumerate(looks, start=1):
            chart.add_series(
                {
                    "name": name,
                    "categories": [sheet.name, row + 1, 0, row + 1 + POINTS, 0],
                    "values": [sheet.name, row + 1, column, row + 1 + POINTS, column],
                    "line": {"color": colour, "dash_type": dash, "width": width},
                    "marker": {"type": "none"},
                }
            )
        chart.set_title({"name": "Coût et recettes selon les actes", "name_font": {"size": 11}})
        gridlines = {"visible": True, "line": {"color": "#DDDDDD"}}
        chart.set_x_axis({"name": "Actes de l'année", "num_format": "#,##0", "min": 0})
        chart.set_y_axis({"name": "k€ / an", "num_format": "#,##0,", "major_gridlines": gridlines})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 496, "height": 400})
        options = {"description": "Coût et recettes de l'appareil selon ses actes"}
        sheet.raw.insert_chart(beside, 5, chart, options)


def _column(sheet: str, letter: str) -> str:
    """A column of a sheet, far enough down for all its rows."""
    return f"'{sheet}'!${letter}$4:${letter}$400"


def _shift(letter: str, by: int) -> str:
    return str(xl_col_to_name(xl_cell_to_rowcol(f"{letter}1")[1] + by))


def _between(acts: str, limits: list[str], band: int) -> str:
    """Acts in a band of a whole year."""
    if band == 0:
        return f"MIN({acts},{limits[0]})"
    low = limits[band - 1]
    if band == len(BANDS) - 1:
        return f"MAX(0,{acts}-{low})"
    return f"MAX(0,MIN({acts},{limits[band]})-{low})"
