"""« Coûts unitaires »: what each situation of machine costs, fixed part and one act more.

A situation is a class, amortised or not, under the years before « amorti » of today or of the
proposal. Every line is straight in the acts (`CostModel.linear_in_acts`): two points give it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import AMORTISATION
from costing.workbook.sheets.values.cell_of_value import value_formula
from costing.workbook.write.layout import Book, at

SHEET = "Coûts unitaires"
#: Key of `Book.cells`, before a class: what an in-patient act costs, an act billed costing 1.
INPATIENT = "units.inpatient_cost_weight"
#: What is summed over the lines of a situation.
SUMS = ("total", "investment", "stops")


class Situation(NamedTuple):
    """A class, amortised (1) or not (0), under today's years before « amorti » (0) or new ones."""

    class_code: str
    amortised: int
    variant: int


@dataclass(frozen=True)
class Line:
    """Cells and values of a straight line in the acts: EUR/year, and EUR per act more."""

    fixed: str
    slope: str
    fixed_eur: float
    slope_eur: float


#: By situation and what is summed.
UnitCosts = Mapping[tuple[Situation, str], Line]


def typical_activity(case: Case, class_code: str) -> tuple[str, float]:
    """The activity at which a class is shown: its norm, else its reference activity; and its name.

    Acts a year.
    """
    for name in ("normative_activity", "reference_activity"):
        parameter = case.reference.files["machine_classes"][name]
        activity = case.reference.value_for(parameter, class_code)
        if activity and activity.mode > 0:
            return name, activity.mode
    raise AssertionError(class_code)  # no class loads without a reference activity


@dataclass
class Points:
    """A sum at the norm (`norm`) and without acts (`none`): cells and EUR/year."""

    acts_cell: str
    acts: float
    cells: dict[str, str] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)


CostPoints = dict[tuple[Situation, str], Points]


def write_units(
    book: Book,
    case: Case,
    cost_points: CostPoints,
) -> UnitCosts:
    """One row a situation: fixed part, cost of one act more, cost per act at the norm."""
    sheet = book.sheet(SHEET, (34, 14, 16, 13, 15, 13, *[15, 13] * 3, 13))
    sheet.title(
        SHEET,
        "Coût annuel = part fixe + coût d'un acte de plus × actes. Par situation d'appareil, "
        "depuis les feuilles « Coûts … ».",
    )
    heads = ["Classe", "Situation", "Années avant « amorti »", "Activité normative",
             "Coût annuel à cette activité", "Coût par acte"]  # fmt: skip
    names = {"total": "", "investment": "investissement, ", "stops": "lignes qui cessent, "}
    for kind in SUMS:
        heads += [f"{names[kind]}part fixe".capitalize(), f"{names[kind]}par acte".capitalize()]
    heads.append("Poids d'un acte d'hospitalisé")
    sheet.header(3, heads, right=range(3, len(heads)))
    sheet.keep_header(3, 2)
    lines: dict[tuple[Situation, str], Line] = {}
    situations = dict.fromkeys(situation for situation, _ in cost_points)
    for row, situation in enumerate(situations, start=4):
        code, amortised, variant = situation
        texts = (
            labels.scope_name(case.reference, code),
            labels.AMORTISATION[AMORTISATION[amortised]],
            "proposées" if variant else "d'aujourd'hui",
        )
        sheet.row(row, texts)
        total = cost_points[situation, "total"]
        norm, acts = total.values["norm"], total.acts
        sheet.formula(row, 3, total.acts_cell, acts)
        sheet.formula(row, 4, total.cells["norm"], norm)
        sheet.formula(row, 5, f"{at(row, 4)}/{at(row, 3)}", norm / acts, "price")
        for index, kind in enumerate(SUMS):
            cells, values = cost_points[situation, kind].cells, cost_points[situation, kind].values
            column = 6 + 2 * index
            slope = (values["norm"] - values["none"]) / acts
            sheet.formula(row, column, cells["none"], values["none"])
            text = f"({cells['norm']}-{cells['none']})/{at(row, 3)}"
            sheet.formula(row, column + 1, text, slope, "price")
            lines[situation, kind] = Line(
                sheet.ref(row, column), sheet.ref(row, column + 1), values["none"], slope
            )
        weight = value_formula(book, case, "communs", "inpatient_cost_weight", code)
        assert weight is not None
        sheet.formula(row, len(heads) - 1, *weight, num_format="0.00##_ ")
        book.cells[f"{INPATIENT}.{code}"] = sheet.ref(row, len(heads) - 1)
    sheet.protect()
    return lines
