"""« Coûts … », one sheet a modality: the cost model as live formulas.

Every formula is printed from the parsed formula that the engine computes. Each situation
(`units_sheet`) is computed at the normative activity of its class and without any act, which gives
its fixed and its variable part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from costing.case import labels
from costing.case.case import Case
from costing.case.costs import INVESTMENT, CostBreakdown, annual_cost
from costing.fee.schedule import AMORTISATION
from costing.language.printers import to_excel
from costing.language.units import UNITS
from costing.reference.model import BOUND, CostModel, Step
from costing.values.parameters import Parameter, Value
from costing.workbook.live.switches import Switches
from costing.workbook.live.units_sheet import (
    SUMS,
    CostPoints,
    Points,
    Situation,
    UnitCosts,
    typical_activity,
    write_units,
)
from costing.workbook.sheets.values.cell_of_value import value_formula, vat_formula
from costing.workbook.write.layout import Book, Sheet, at
from costing.workbook.write.printing import across
from costing.workbook.write.styles import number_format

#: Columns in a row that share the values of a class: amortised or not, with or without acts.
_SAME = 4


class _Column(NamedTuple):
    """A column of a cost sheet: a situation, at its activity or without acts."""

    situation: Situation
    case: Case
    acts_cell: str
    acts: float


def write_costs(
    book: Book, cases: list[Case], years: Mapping[tuple[str, int], str], switches: Switches
) -> UnitCosts:
    """The cost sheets; `cases` are today's and, where a proposal changes the years, its own.

    `years`: the cell of the years before « amorti » by class and variant.
    """
    cost_points: CostPoints = {}
    for model in cases[0].reference.models.values():
        _Costs(book, cases, years, switches, model).write(cost_points)
    return write_units(book, cases[0], cost_points)


class _Costs:
    """One modality's sheet being written."""

    def __init__(
        self,
        book: Book,
        cases: list[Case],
        years: Mapping[tuple[str, int], str],
        switches: Switches,
        model: CostModel,
    ) -> None:
        self.book, self.case, self.years, self.switches = book, cases[0], years, switches
        self.cases, self.model = cases, model
        self.columns = list(self._columns(cases))
        self.bound = [c.case.bindings(c.situation.class_code, 0.0, 0.0) for c in self.columns]
        self.sheet: Sheet = book.sheet(
            f"Coûts {model.label.fr}", (42, 24, 12, 32, *[13] * len(self.columns))
        )

    def _columns(self, cases: list[Case]) -> Iterator[_Column]:
        for code in self.model.classes:
            if code not in self.case.reference.classes:
                continue
            name, acts = typical_activity(self.case, code)
            computed = value_formula(self.book, self.case, "machine_classes", name, code)
            assert computed is not None
            cell = computed[0]
            for variant, case in enumerate(cases):
                for amortised in (0, 1):
                    situation = Situation(code, amortised, variant)
                    yield _Column(situation, case, cell, acts)
                    yield _Column(situation, case, "0", 0.0)

    def write(
        self,
        cost_points: CostPoints,
    ) -> None:
        """The sheet, and what the table of unit costs needs of it."""
        sheet, first = self.sheet, 4
        sheet.title(
            f"Coûts {self.model.label.fr}",
            "Chaque classe à son activité normative, puis sans aucun acte (la part fixe). Les "
            "formules sont celles du modèle de coût, traduites pour le tableur.",
        )
        heads = [self._head(column) for column in self.columns]
        sheet.header(
            3, ("Grandeur", "Poste ou nature", "Unité", "Formule du modèle", *heads),
            right=range(first, first + len(heads)),
        )  # fmt: skip
        sheet.keep_header(3, 1)
        cells: list[dict[str, str]] = [{} for _ in self.columns]
        row = self._bound(4, cells)
        row = self._parameters(row, cells)
        row = self._steps(row, cells)
        self._sums(row, cells, cost_points)
        across(sheet, 1, first, _SAME * len(self.cases))
        sheet.protect()

    def _head(self, column: _Column) -> str:
        code, amortised, variant = column.situation
        parts = [
            labels.scope_name(self.case.reference, code),
            labels.AMORTISATION[AMORTISATION[amortised]],
            "à l'activité normative" if column.acts else "sans acte",
        ]
        return "\n".join([*parts, *(["années proposées"] if variant else [])])

    def _bound(self, row: int, cells: list[dict[str, str]]) -> int:
        """Acts, amortised, and the conventions in numbers."""
        sheet = self.sheet
        sheet.heading(row, "Situation et conventions", 4 + len(self.columns))
        names = {
            "acts": "Actes de l'année", "amortised": "Appareil amorti (1) ou non (0)",
            "capital_method": "Charge du capital", "charge_amortised": "Charge d'un amorti",
        }  # fmt: skip
        for line, name in enumerate(BOUND, start=row + 1):
            sheet.row(line, (names[name], "", UNITS[BOUND[name]][0], name))
            for at_column, column in enumerate(self.columns):
                place = (line, 4 + at_column)
                if name == "acts":
                    sheet.formula(*place, column.acts_cell, column.acts)
                elif name == "amortised":
                    sheet.number(*place, column.situation.amortised)
                else:
                    value = self.bound[at_column][name]
                    sheet.formula(*place, self.switches.conventions[name], value)
                cells[at_column][name] = at(*place)
        return row + 1 + len(BOUND)

    def _parameters(self, row: int, cells: list[dict[str, str]]) -> int:
        """Each parameter for each class, as the operator pays it."""
        sheet = self.sheet
        used = {name for step in self.model.steps for name in step.formula.names}
        title = "Hypothèses de la classe, taxe non récupérée comprise"
        sheet.heading(row, title, 4 + len(self.columns))
        row += 1
        vat = self._vat(row, cells)
        row += 1
        for name, parameter in self.model.parameters.items():
            if name not in used:
                continue
            unit = UNITS[parameter.unit][0]
            sheet.row(row, (parameter.label.fr, "hypothèse", unit, name))
            for at_column, column in enumerate(self.columns):
                value = self._value(parameter, column)
                if value is None:
                    continue
                if at_column % _SAME:
                    cells[at_column][name] = cells[at_column - 1][name]
                    self.sheet.blank(row, 4 + at_column, "cell")
                    continue
                bound = self.bound[at_column][name]
                text = self._input(name, value, column, vat[at_column])
                look = number_format(parameter.unit, bound)
                sheet.formula(row, 4 + at_column, text, bound, num_format=look)
                cells[at_column][name] = at(row, 4 + at_column)
            row += 1
        return row

    def _vat(self, row: int, cells: list[dict[str, str]]) -> list[str]:
        """The row of the VAT that each class does not recover."""
        self.sheet.row(row, ("TVA non récupérée", "hypothèse", "%", "vat_rate"))
        unit = self.case.reference.files["communs"]["vat_rate"].unit
        rates: list[str] = []
        for at_column, column in enumerate(self.columns):
            computed = value_formula(
                self.book, self.case, "communs", "vat_rate", column.situation.class_code
            )
            assert computed is not None
            if at_column % _SAME:
                rates.append(rates[-1])
                self.sheet.blank(row, 4 + at_column, "cell")
                continue
            look = number_format(unit, computed[1])
            self.sheet.formula(row, 4 + at_column, *computed, num_format=look)
            rates.append(at(row, 4 + at_column))
        return rates

    def _value(self, parameter: Parameter, column: _Column) -> Value | None:
        values = column.case.reference.values_of(column.situation.class_code)
        return values.get(parameter.name)

    def _input(self, name: str, value: Value, column: _Column, vat: str) -> str:
        """Where a parameter's value comes from, and the tax that its price leaves out."""
        if name == "amortisation_years":
            return self.years[column.situation.class_code, column.situation.variant]
        files = self.case.reference.files
        file = next(
            f for f in (self.model.modality, "communs", "machine_classes") if name in files[f]
        )
        where = self.book, self.case, file, name, column.situation.class_code
        computed = value_formula(*where)
        assert computed is not None
        if value.vat is None:
            return computed[0]
        return f'{computed[0]}*IF({vat_formula(*where)}="{labels.VAT["excluded"]}",1+{vat},1)'

    def _steps(self, row: int, cells: list[dict[str, str]]) -> int:
        """Derived quantities and lines, in the order of computation."""
        sheet = self.sheet
        sheet.heading(row, "Calcul", 4 + len(self.columns))
        row += 1
        results = [self._results(column) for column in self.columns]
        for step in self.model.steps:
            nature = self.case.reference.postes[step.poste].label.fr if step.poste else "calcul"
            sheet.row(row, (step.label.fr, nature, UNITS[step.unit][0]))
            sheet.text(row, 3, step.formula.text, "code")
            for at_column, refs in enumerate(cells):
                place = (row, 4 + at_column)
                value = float(results[at_column][step.name])
                text = to_excel(step.formula, refs)
                sheet.formula(*place, text, value, num_format="#,##0.00_ ")
                refs[step.name] = at(*place)
            row += 1
        return row

    def _results(self, column: _Column) -> dict[str, float]:
        code, amortised, _ = column.situation
        values = column.case.bindings(code, column.acts, float(amortised))
        return self.model.evaluate(values)

    def _sums(
        self,
        row: int,
        cells: list[dict[str, str]],
        cost_points: CostPoints,
    ) -> None:
        """Yearly amounts by line and by poste, then what machines need of them."""
        sheet, width = self.sheet, 4 + len(self.columns)
        breakdowns = [
            annual_cost(c.case, c.situation.class_code, c.acts, float(c.situation.amortised))
            for c in self.columns
        ]
        sheet.heading(row, "Charges annuelles, ligne par ligne", width)
        lines: dict[str, list[str]] = {}
        for row_of, step in enumerate(self.model.lines, start=row + 1):
            self._line(row_of, step, cells, breakdowns)
            lines[step.name] = [at(row_of, 4 + i) for i in range(len(self.columns))]
        row += 1 + len(self.model.lines)
        row = self._postes(row, lines, breakdowns)
        self._totals(row, lines, breakdowns, cost_points)

    def _line(
        self,
        row: int,
        step: Step,
        cells: list[dict[str, str]],
        breakdowns: list[CostBreakdown],
    ) -> None:
        poste = self.case.reference.postes[step.poste or ""]
        self.sheet.row(row, (step.label.fr, poste.label.fr, UNITS["EUR/year"][0]))
        grades = sorted({breakdown.grades[step.name] for breakdown in breakdowns})
        self.sheet.record(row, 3, f"note {' ou '.join(grades)} le jour de l'export", "small")
        for i, breakdown in enumerate(breakdowns):
            text = cells[i][step.name]
            if step.per == "act":
                text = f"{text}*{cells[i]['acts']}"
            self.sheet.formula(row, 4 + i, text, float(breakdown.lines[step.name]))

    def _postes(
        self, row: int, lines: dict[str, list[str]], breakdowns: list[CostBreakdown]
    ) -> int:
        """Yearly amounts by poste of the perimeter, their total, and what an act costs."""
        sheet, width = self.sheet, 4 + len(self.columns)
        sheet.heading(row, "Charges annuelles par poste, dans le périmètre choisi", width)
        row += 1
        for code in dict.fromkeys(step.poste or "" for step in self.model.lines):
            label = self.case.reference.postes[code].label.fr
            sheet.row(row, (label, "poste", UNITS["EUR/year"][0]))
            sheet.text(row, 3, "0 si le périmètre l'écarte", "small")
            for i, breakdown in enumerate(breakdowns):
                parts = [lines[s.name][i] for s in self.model.lines if s.poste == code]
                text = f"({'+'.join(parts)})*{self.switches.retained[code]}"
                value = float(breakdown.by_poste().get(code, 0.0))
                sheet.formula(row, 4 + i, text, value)
            row += 1
        return row

    def _totals(
        self,
        row: int,
        lines: dict[str, list[str]],
        breakdowns: list[CostBreakdown],
        cost_points: CostPoints,
    ) -> None:
        sheet = self.sheet
        sheet.heading(row, "Sommes", 4 + len(self.columns))
        names = {
            "total": "Coût annuel dans le périmètre", "investment": "dont investissement",
            "stops": "Lignes qui cessent à l'amortissement",
        }  # fmt: skip
        for line, kind in enumerate(SUMS, start=row + 1):
            sheet.row(line, (names[kind], "", UNITS["EUR/year"][0], ""))
            for i, (column, breakdown) in enumerate(zip(self.columns, breakdowns, strict=True)):
                value = summed(breakdown, kind)
                text = self._sum_text(kind, {name: refs[i] for name, refs in lines.items()})
                sheet.formula(line, 4 + i, text, value, bold=True)
                key = "norm" if column.acts else "none"
                start = Points(column.acts_cell, column.acts)  # the norm comes first
                points = cost_points.setdefault((column.situation, kind), start)
                points.cells[key] = sheet.ref(line, 4 + i)
                points.values[key] = value
        line = row + 1 + len(SUMS)
        sheet.row(line, ("Coût par acte dans le périmètre", "", UNITS["EUR/act"][0], ""))
        for i, (column, breakdown) in enumerate(zip(self.columns, breakdowns, strict=True)):
            if column.acts:
                text = f"{at(row + 1, 4 + i)}/{at(5, 4 + i)}"
                value = summed(breakdown, "total") / column.acts
                sheet.formula(line, 4 + i, text, value, "price", bold=True)
            else:
                sheet.blank(line, 4 + i, "cell")

    def _sum_text(self, kind: str, lines: Mapping[str, str]) -> str:
        if kind == "stops":
            parts = [c for name, c in lines.items() if "amortised" in self.model.uses(name)]
            return "+".join(parts) or "0"
        weights = self.switches.retained if kind == "total" else self.switches.investment
        parts = [f"{lines[s.name]}*{weights[s.poste or '']}" for s in self.model.lines]
        return "+".join(parts)


def summed(breakdown: CostBreakdown, kind: str) -> float:
    """What the engine gives of one of `SUMS`, EUR/year."""
    if kind == "stops":
        return float(breakdown.stops_at_amortisation())
    if kind == "total":
        return float(breakdown.total())
    postes = breakdown.case.reference.perimeter(INVESTMENT).postes
    return float(breakdown.total(frozenset(postes) & breakdown.in_perimeter))
