"""« Barème »: the proposed prices laid out as the official tables, one block a modality."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Sequence

from costing import labels
from costing.optimise.proposal import Proposal
from costing.reference import Case
from costing.tariff import BANDS, Cell, FeeSchedule, Reform
from costing.words import NONE, join, number
from costing.workbook import vocabulary as words
from costing.workbook.layout import Book, Sheet, at

_FIXED = ("Classe", "Situation", "Zone", "Actes de l'année")


def before_first_step(case: Case) -> dt.date:
    """The eve of the first step date."""
    return case.scenario.rules.step_dates[0] - dt.timedelta(days=1)


def last_limits(case: Case, schedule: FeeSchedule) -> dict[str, tuple[float, ...]]:
    """The limits of each class's bands at the end of the last year, under a schedule."""
    table = schedule.period_limits(case.reference.savings.target.years[-1])[-1]
    return {
        code: tuple(map(float, row[1 : 1 + len(entry.limits)]))
        for row, (code, entry) in zip(table, schedule.classes.items(), strict=True)
    }


def band_words(limits: Sequence[float], band: str) -> str:
    """The acts of the year that a band pays, by the limits of its class: `4 751 à 8 000`."""
    index = BANDS.index(band)
    start = limits[index - 1] + 1 if index else 1
    if index == len(limits):
        return f"au-delà de {number(start - 1)}"
    return f"{number(start)} à {number(limits[index])}"


def write_schedule(book: Book, proposal: Proposal, schedule: FeeSchedule) -> None:
    """The sheet: official prices, proposed prices at each date, and changes as formulas."""
    case = proposal.case
    steps = case.scenario.rules.step_dates
    widths = [38, 16, 27, 18, 13, 13, *[13, 11] * len(steps), 13, 9]
    sheet = book.sheet("Barème", widths)
    base = case.reference.savings.baseline_date
    headings = [
        *_FIXED,
        f"Tarif du {labels.day(base)}",
        f"En vigueur avant le {labels.day(steps[0])}",
    ]
    for step in steps:
        headings += [f"Proposé au {labels.day(step)}", "Variation"]
    headings += [f"Variation depuis le {labels.day(base)}", "Note du tarif"]
    hint = (
        "Variation : contre la colonne de prix précédente, en formule. Note : fiabilité du tarif "
        "officiel en vigueur (A à D). Les tarifs proposés remplacent ceux de la décision à partir "
        "de la première date."
    )
    if proposal.reform is not None:
        hint += _reform_hint(proposal.reform)
    row = sheet.opening("Barème proposé, en euros par acte", "", hint)
    sheet.header(row, headings, right=range(len(_FIXED), len(headings) - 1))
    sheet.keep_header(row, 1)
    row += 1
    limits = last_limits(case, schedule)
    for modality, label in words.modalities(case.reference).items():
        cells = [c for c in schedule.cells if schedule.classes[c.class_code].modality == modality]
        parts = {
            "taux pleins": [cell for cell in cells if cell.band == "plein"],
            "taux réduits, toutes zones, amorti ou non": [c for c in cells if c.band != "plein"],
        }
        for part, chosen in parts.items():
            sheet.section(row, f"{label} : {part}", len(headings))
            for line, cell in enumerate(chosen, start=row + 1):
                acts = band_words(limits[cell.class_code], cell.band)
                _write_cell(sheet, line, proposal, schedule, cell, acts)
            row += 1 + len(chosen)
        row += 1


def _reform_hint(reform: Reform) -> str:
    """What to know of prices whose structure changes, after the hint of the sheet."""
    parts = []
    if reform.limits:
        parts.append("les actes de l'année sont ceux des tranches proposées")
    if reform.amortisation_years:
        parts.append("« amorti » s'entend après les années proposées")
    if reform.rank_factor:
        parts.append("les appareils suivants d'une autorisation sont payés à un coefficient près")
    return (
        f" La structure change au {labels.day(reform.date)} : {join(parts)} ; les tarifs d'avant "
        "cette date valent pour la structure d'alors (feuille « Structure »)."
    )


def _write_cell(
    sheet: Sheet, row: int, proposal: Proposal, schedule: FeeSchedule, cell: Cell, acts: str
) -> None:
    case = proposal.case
    official = case.reference.schedule
    eve = before_first_step(case)
    situation = labels.AMORTISATION[cell.amortisation] if cell.band == "plein" else None
    where = labels.scope_name(case.reference, cell.class_code)
    sheet.row(row, (where, situation or labels.BANDS[cell.band], labels.ZONES[cell.zone]))
    sheet.text(row, 3, acts, align="right")
    start = (4, official.price(cell, case.reference.savings.baseline_date))
    before = (5, official.price(cell, eve))
    sheet.number(row, *start, "price")
    sheet.number(row, *before, "price")
    for column, step in zip(itertools.count(6, 2), case.scenario.rules.step_dates, strict=False):
        after = (column, schedule.price(cell, step))
        sheet.number(row, *after, "price", bold=True)
        _change(sheet, row, column + 1, before, after)
        before = after
    last = before[0]
    _change(sheet, row, last + 2, start, before)
    grades = (
        rate.grade
        for rate in official.rates
        if rate.cell == cell and rate.effective_from <= eve <= (rate.effective_to or eve)
    )
    sheet.text(row, last + 3, next(grades, NONE), "centre")


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
