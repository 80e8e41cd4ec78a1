"""« Économies »: what the proposal saves, year by year, as sums over the machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from costing.analysis.account.savings import (
    YearSavings,
    lever_savings,
    reached,
    required_from_fee,
    savings,
)
from costing.case import labels
from costing.workbook.live.year_writer import Data, Year
from costing.workbook.sheets import vocabulary
from costing.workbook.write.layout import Book, Sheet, at

SHEET = "Économies"


@dataclass(frozen=True)
class Reached:
    """Cells of what is asked of the fee and of what is saved, with their values.

    years: what is saved each year; `total` and `decided`, over the years, by the proposal and by
    the decision of 2025.
    """

    required: tuple[str, float]
    saved: tuple[str, float]
    years: Mapping[int, tuple[str, float]]
    total: tuple[str, float]
    decided: tuple[str, float]


def write_savings(data: Data, years: Mapping[int, Year], banner: str) -> Reached:
    """The sheet: by year, by modality, and against what is asked."""
    case = data.case
    sheet = data.book.sheet(SHEET, (34, *[19] * 8))
    base = labels.day(case.reference.savings.baseline_date)
    hint = (
        f"Économie : dépense au tarif du {base} moins dépense au barème, pour le parc de chaque "
        "année, changements de tarif en cours d'année compris, volumes inchangés par le barème. "
        "Année pleine : si les tarifs du 31 décembre avaient valu toute l'année."
    )
    row = sheet.opening("Économies sur le forfait technique, en euros", banner, hint)
    ours = savings(case, data.timeline.proposed)
    theirs = savings(case, case.reference.schedule)
    heads = (
        "Année", f"Dépense au tarif du {base}", "Dépense proposée", "Économie proposée",
        "Année pleine", "Économie, décision de 2025", "Proposition moins décision",
        "Autres leviers", "Proposition et leviers",
    )  # fmt: skip
    sheet.header(row, heads, right=range(1, len(heads)))
    sheet.keep_header(row, 1)
    first = row + 1
    sums: dict[int, float] = {}
    for line, (proposed, decided) in enumerate(zip(ours, theirs, strict=True), start=first):
        values = _year(sheet, line, data, years[proposed.year], proposed, decided)
        for column, value in values.items():
            sums[column] = sums.get(column, 0.0) + value
    last = first + len(ours) - 1
    sheet.totals(first, last, "Somme", sums)
    row = _chart(data.book, sheet, last + 3, (first, last))
    result = _demand(sheet, row, data, ours, (first, last), sums[5])
    row += 6
    for title, name, saved in (
        ("Proposition", "proposed", ours), ("Décision de 2025", "decided", theirs)
    ):  # fmt: skip
        row = _modalities(sheet, row, data, years, title, name, saved)
    sheet.protect()
    return result


def _year(
    sheet: Sheet, row: int, data: Data, year: Year, ours: YearSavings, theirs: YearSavings
) -> dict[int, float]:
    col = year.columns
    lever = lever_savings(data.case.scenario.savings, ours.year)
    base = ours.baseline_eur
    values = {
        1: base, 2: base - ours.saved_eur, 3: ours.saved_eur, 4: ours.full_year_eur,
        5: theirs.saved_eur, 6: ours.saved_eur - theirs.saved_eur, 7: lever,
        8: ours.saved_eur + lever,
    }  # fmt: skip
    texts = {
        1: f"SUM({col['base'].all})", 2: f"SUM({col['proposed'].all})",
        3: f"{at(row, 1)}-{at(row, 2)}", 4: f"{at(row, 1)}-SUM({col['end'].all})",
        5: f"{at(row, 1)}-SUM({col['decided'].all})", 6: f"{at(row, 3)}-{at(row, 5)}",
        7: _levers(data, ours.year), 8: f"{at(row, 3)}+{at(row, 7)}",
    }  # fmt: skip
    sheet.number(row, 0, float(ours.year), "strong", num_format="0", align="left")
    for column, text in texts.items():
        sheet.formula(row, column, text, values[column], bold=column == 3)
    return values


def _levers(data: Data, year: int) -> str:
    """What the other levers bring in a year, from their rows in « Choix »."""
    cells, parts, number = data.book.cells, [], 1
    while f"savings.other_levers.{number}.date" in cells:
        key = f"savings.other_levers.{number}"
        date, amount = cells[f"{key}.date"], cells[f"{key}.annual_amount_eur"]
        days = f"(DATE({year + 1},1,1)-{date})/(DATE({year + 1},1,1)-DATE({year},1,1))"
        parts.append(f'IF({date}="",0,{amount}*MAX(0,MIN(1,{days})))')
        number += 1
    return "+".join(parts) or "0"


def _demand(
    sheet: Sheet, row: int, data: Data, ours: Sequence[YearSavings], lines: tuple[int, int],
    decided: float,
) -> Reached:  # fmt: skip
    """What is asked of the fee, what is reached under the demand's reading, and the margin."""
    case, cells = data.case, data.book.cells
    demand = case.scenario.savings
    reading = vocabulary.readings(case.reference)
    last = lines[1]
    cumulated = f'{cells["savings.reading"]}="{reading["cumulated"]}"'
    levers = f"IF({cumulated},{at(last + 1, 7)},{at(last, 7)})"
    required = required_from_fee(demand, case.reference.savings.target.years)
    saved = reached(demand, {year.year: year.saved_eur for year in ours})
    target, share = cells["savings.target_eur"], cells["savings.share_on_fee"]
    sheet.header(row, ("Demande", "Montant", "Lecture"), right=(1,))
    texts = {
        "Demandé au forfait": (f"MAX(0,{target}*{share}-{levers})", required),
        "Atteint par le barème": (f"IF({cumulated},{at(last + 1, 3)},{at(last, 3)})", saved),
        "Marge": (f"{at(row + 2, 1)}-{at(row + 1, 1)}", saved - required),
    }
    for line, (label, (text, value)) in enumerate(texts.items(), start=row + 1):
        sheet.row(line, (label, None, None))
        sheet.formula(line, 1, text, value, "euro", bold=True)
        sheet.formula(
            line, 2, cells["savings.reading"], reading[demand.reading], "small", text_wrap=False
        )
    years = {y.year: (sheet.ref(lines[0] + i, 3), y.saved_eur) for i, y in enumerate(ours)}
    total = (sheet.ref(last + 1, 3), float(sum(y.saved_eur for y in ours)))
    return Reached(
        (sheet.ref(row + 1, 1), required), (sheet.ref(row + 2, 1), saved), years, total,
        (sheet.ref(last + 1, 5), decided),
    )  # fmt: skip


def _modalities(
    sheet: Sheet,
    row: int,
    data: Data,
    years: Mapping[int, Year],
    title: str,
    name: str,
    saved: Sequence[YearSavings],
) -> int:
    names = vocabulary.modalities(data.case.reference)
    columns = len(names)
    sheet.header(
        row, (f"{title}, par modalité", *names.values(), "Ensemble"), range(1, columns + 2)
    )
    sums = [0.0] * columns
    own = data.parc.column("modality")
    for line, year in enumerate(saved, start=row + 1):
        sheet.number(line, 0, float(year.year), "strong", num_format="0", align="left")
        col = years[year.year].columns
        for column, (code, label) in enumerate(names.items(), start=1):
            amount = year.by_modality.get(code, 0.0)
            parts = [f'SUMIFS({col[n].all},{own},"{label}")' for n in ("base", name)]
            sheet.formula(line, column, "-".join(parts), amount)
            sums[column - 1] += amount
        text = f"SUM({at(line, 1)}:{at(line, columns)})"
        sheet.formula(line, columns + 1, text, sum(year.by_modality.values()), bold=True)
    last = row + len(saved)
    sheet.totals(row + 1, last, "Somme", dict(enumerate([*sums, sum(sums)], start=1)))
    return last + 3


def _chart(book: Book, sheet: Sheet, row: int, lines: tuple[int, int]) -> int:
    """Proposed and decided savings, side by side, by year."""
    first, last = lines
    chart = book.file.add_chart({"type": "column"})
    series = (
        (3, "Proposition", "#1F3A5F", None),
        (5, "Décision de 2025", "#C2571A", "wide_upward_diagonal"),
    )
    for column, name, colour, pattern in series:
        fill = {"fill": {"color": colour}}
        if pattern:
            fill = {"pattern": {"pattern": pattern, "fg_color": colour, "bg_color": "#FFFFFF"}}
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "border": {"color": colour},
                "gap": 80,
                **fill,
            }
        )
    chart.set_title({"name": "Économies par année (M€)", "name_font": {"size": 11}})
    gridlines = {"visible": True, "line": {"color": "#DDDDDD"}}
    chart.set_y_axis({"num_format": "#,##0,,", "major_gridlines": gridlines})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 720, "height": 280})
    sheet.raw.insert_chart(row, 0, chart, {"description": "Économies par année, en M€"})
    return row + 16
