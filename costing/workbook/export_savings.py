"""« Économies »: year by year, against the tariff of the baseline date and the decision of 2025."""

from __future__ import annotations

from collections.abc import Sequence

from costing import labels
from costing.analysis.savings import YearSavings, lever_savings, reached, savings
from costing.optimise.proposal import Proposal
from costing.words import NONE
from costing.workbook import vocabulary as words
from costing.workbook.layout import Book, Sheet, at

_NO_SCHEDULE = "Sans barème : aucune proposition à chiffrer. La décision de 2025 reste donnée."
_VOLUMES = (
    "Sur cette feuille, le parc et ses actes ne répondent pas au barème, sauf dans la dernière "
    "colonne du premier tableau. Le barème, lui, a été cherché pour un parc qui y répond : cette "
    "colonne donne ce qu'il économise alors (dépense au tarif de départ, volumes sans réponse, "
    "moins dépense au barème, volumes qui répondent), et la demande se compte sur elle."
)
_WIDTHS = (26, 20, 20, 20, 20, 20, 20, 18, 20)
#: The column of the proposal's own savings, where the fleet answers it.
_ANSWERED = len(_WIDTHS)


def write_savings(book: Book, proposal: Proposal, banner: str) -> None:
    """The sheet: savings by year and by modality, totals as formulas, and the demand."""
    case = proposal.case
    answered = answered_savings(proposal)
    sheet = book.sheet("Économies", (*_WIDTHS, 22) if answered else _WIDTHS)
    base = labels.day(case.reference.savings.baseline_date)
    hint = (
        f"Montants arrondis à l'euro. Économie : dépense au tarif du {base} moins dépense au "
        "barème, pour le parc de chaque année, changements de tarif en cours d'année compris. "
        "Année pleine : si les tarifs du 31 décembre avaient valu toute l'année."
    )
    row = sheet.opening("Économies sur le forfait technique, en euros", banner, hint)
    if answered:
        sheet.paragraph(row - 1, _VOLUMES, "warning")
        row += 1
    proposed = _whole(savings(case, proposal.schedule)) if proposal.schedule else None
    decision = _whole(savings(case, case.reference.schedule))
    first = row + 1
    last = _write_years(sheet, row, proposal, proposed, decision)
    row = _write_demand(sheet, last + 2, proposal, last, proposed)
    for title, found in (("Proposition", proposed), ("Décision de 2025", decision)):
        if found:
            row = _write_modalities(sheet, row + 1, proposal, title, found)
    if answered:
        series = [(_ANSWERED, "Proposition, volumes qui répondent", "#1F3A5F"),
                  (3, "Proposition, volumes sans réponse", "#8FA3BC")]  # fmt: skip
    else:
        series = [(3, "Proposition", "#1F3A5F")] if proposed else []
    _write_chart(book, sheet, row + 1, (first, last), series)
    if proposed is None:
        sheet.paragraph(row + 18, _NO_SCHEDULE, "hint")


def answered_savings(proposal: Proposal) -> dict[int, float]:
    """Savings by year (whole euros) of a fleet that answers the schedule; none where none does."""
    if proposal.answers is None or proposal.schedule is None:
        return {}
    return {year: float(round(saved)) for year, saved in proposal.savings.items()}


def _whole(found: Sequence[YearSavings]) -> list[YearSavings]:
    """Savings in whole euros: sums and differences are then exact in every program."""
    return [
        YearSavings(
            year=year.year,
            baseline_eur=round(year.baseline_eur),
            saved_eur=round(year.baseline_eur) - round(year.baseline_eur - year.saved_eur),
            full_year_eur=round(year.full_year_eur),
            by_modality={code: round(amount) for code, amount in year.by_modality.items()},
        )
        for year in found
    ]


def _write_years(
    sheet: Sheet,
    row: int,
    proposal: Proposal,
    proposed: Sequence[YearSavings] | None,
    decision: Sequence[YearSavings],
) -> int:
    """One row a year and their total; gives the total's row."""
    base = labels.day(proposal.case.reference.savings.baseline_date)
    answered = answered_savings(proposal)
    last_heading = ("Économie proposée, volumes qui répondent",) if answered else ()
    sheet.header(
        row,
        (
            "Année", f"Dépense au tarif du {base}", "Dépense proposée", "Économie proposée",
            "Année pleine", "Économie, décision de 2025", "Proposition moins décision",
            "Autres leviers", "Proposition et leviers", *last_heading,
        ),
        right=range(1, _ANSWERED + 1),
    )  # fmt: skip
    first, last = row + 1, row + len(decision)
    sums: dict[int, float] = {}
    for index, theirs in enumerate(decision):
        lever = float(round(lever_savings(proposal.case.scenario.savings, theirs.year)))
        ours = proposed[index] if proposed else None
        for column, value in _write_year(sheet, first + index, theirs, ours, lever).items():
            sums[column] = sums.get(column, 0.0) + value
        if answered:
            saved = answered[theirs.year]
            sheet.number(first + index, _ANSWERED, saved, bold=True)
            sums[_ANSWERED] = sums.get(_ANSWERED, 0.0) + saved
    sheet.totals(first, last, "Somme", sums)
    for column in set(range(1, 9)) - sums.keys():
        sheet.text(last + 1, column, NONE, "number")
    return last + 1


def _write_year(
    sheet: Sheet, row: int, theirs: YearSavings, ours: YearSavings | None, lever: float
) -> dict[int, float]:
    """The row of a year; gives the value of each column that is summed."""
    base, decided = theirs.baseline_eur, theirs.saved_eur
    sheet.text(row, 0, str(theirs.year), "strong")
    known = {1: base, 5: decided, 7: lever}
    for column, value in known.items():
        sheet.number(row, column, value)
    if ours is None:
        for column in (2, 3, 4, 6, 8):
            sheet.text(row, column, NONE, "number")
        return known
    spent, saved = base - ours.saved_eur, ours.saved_eur
    sheet.number(row, 2, spent)
    sheet.formula(row, 3, f"{at(row, 1)}-{at(row, 2)}", saved, bold=True)
    sheet.number(row, 4, ours.full_year_eur)
    sheet.formula(row, 6, f"{at(row, 3)}-{at(row, 5)}", saved - decided)
    sheet.formula(row, 8, f"{at(row, 3)}+{at(row, 7)}", saved + lever)
    return {**known, 2: spent, 3: saved, 6: saved - decided, 8: saved + lever}


def _write_demand(
    sheet: Sheet,
    row: int,
    proposal: Proposal,
    last: int,
    proposed: Sequence[YearSavings] | None,
) -> int:
    """What is asked of the fee, what is reached under the demand's reading, and the margin."""
    demand = proposal.case.scenario.savings
    reading = words.readings(proposal.case.reference)[demand.reading]
    styles = ("strong", "euro", "small")
    sheet.row(row, ("Demandé au forfait", proposal.required_eur, reading), styles)
    if proposed is None:
        sheet.row(row + 1, ("Atteignable au plus", proposal.reachable_eur), styles)
        return row + 3
    source = last if demand.reading == "cumulated" else last - 1
    plain = {found.year: found.saved_eur for found in proposed}
    answered = answered_savings(proposal)
    reached_lines = [("Atteint", 3, plain, "")]
    if answered:
        reached_lines = [
            ("Atteint", _ANSWERED, answered, "Aux volumes qui répondent au barème"),
            ("Atteint sans réponse", 3, plain, "Aux volumes qui ne répondent pas"),
        ]
    for line, (label, column, by_year, remark) in enumerate(reached_lines, start=row + 1):
        sheet.text(line, 0, label, "strong")
        sheet.formula(line, 1, at(source, column), reached(demand, by_year), "euro", bold=True)
        if remark:
            sheet.text(line, 2, remark, "small")
    below = row + 1 + len(reached_lines)
    sheet.text(below, 0, "Marge", "strong")
    margin = reached(demand, answered or plain) - proposal.required_eur
    sheet.formula(below, 1, f"{at(row + 1, 1)}-{at(row, 1)}", margin, "euro")
    return below + 2


def _write_modalities(
    sheet: Sheet, row: int, proposal: Proposal, title: str, found: Sequence[YearSavings]
) -> int:
    names = words.modalities(proposal.case.reference)
    columns = len(names)
    right = range(1, columns + 2)
    sheet.header(row, (f"{title}, par modalité", *names.values(), "Ensemble"), right)
    sums = [0.0] * columns
    for line, year in enumerate(found, start=row + 1):
        amounts = [year.by_modality.get(code, 0.0) for code in names]
        sheet.text(line, 0, str(year.year), "strong")
        for column, amount in enumerate(amounts, start=1):
            sheet.number(line, column, amount)
        text = f"SUM({at(line, 1)}:{at(line, columns)})"
        sheet.formula(line, columns + 1, text, sum(amounts), bold=True)
        sums = [a + b for a, b in zip(sums, amounts, strict=True)]
    last = row + len(found)
    sheet.totals(row + 1, last, "Somme", dict(enumerate([*sums, sum(sums)], start=1)))
    return last + 2


def _write_chart(
    book: Book, sheet: Sheet, row: int, years: tuple[int, int], series: list[tuple[int, str, str]]
) -> None:
    """Proposed and decided savings, side by side, by year; series: column, name and colour."""
    first, last = years
    chart = book.file.add_chart({"type": "column"})
    for column, name, colour in [*series, (5, "Décision de 2025", "#C2571A")]:
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.name, first, 0, last - 1, 0],
                "values": [sheet.name, first, column, last - 1, column],
                "fill": {"color": colour},
                "gap": 80,
            }
        )
    chart.set_title({"name": "Économies par année (M€)", "name_font": {"size": 11}})
    chart.set_y_axis(
        {
            "num_format": "#,##0,,",
            "major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}},
        }
    )
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 720, "height": 300})
    sheet.raw.insert_chart(row, 0, chart)
