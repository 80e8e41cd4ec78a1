"""« Effets »: who gains and who loses in the last year, as sums over the machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from costing.case import labels
from costing.french.writing import NONE
from costing.workbook.live.columns import Column
from costing.workbook.live.comparison_sheet import formula_or_dash
from costing.workbook.live.year_writer import Data, Year
from costing.workbook.sheets import vocabulary
from costing.workbook.write.layout import Sheet, at

SHEET = "Effets"


def write_effects(data: Data, year: Year, banner: str) -> dict[str, tuple[str, float]]:
    """The sheet: who gains and who loses in the last year.

    Gives cells over the whole fleet: losses `before` and `after`, machines `below_before` and
    `below_after` their cost, and the `change` of revenues.
    """
    case, last = data.case, data.timeline.years[-1]
    sheet = data.book.sheet(SHEET, (40, 12, 18, 18, 18, 12, 12, 18, 12, 11, 12, 11))
    hint = (
        "Recettes du parc de l'année à trois tarifs, les deux premiers tenus toute l'année. Sous "
        "leur coût : appareils dont les recettes sont inférieures au coût des actes facturés, dans "
        "le périmètre et les conventions du scénario. Volume d'activité : les actes d'un appareil "
        "contre les limites actuelles de sa classe."
    )
    row = sheet.opening(f"Effets en {last}, en euros", banner, hint)
    base = labels.day(case.reference.savings.baseline_date)
    heads = (
        "Groupe", "Appareils", f"Recettes au tarif du {base}", "Recettes avant",
        "Recettes proposées", "Variation", f"Depuis le {base}", "Coût des actes facturés",
        "Sous leur coût, avant", "Part, avant", "Sous leur coût, après", "Part, après",
    )  # fmt: skip
    sheet.header(row, heads, right=range(1, len(heads)))
    sheet.keep_header(row, 1, repeated=False)
    columns = {
        1: data.weights.total[last],
        **{
            place: year.columns[name]
            for place, name in {
                2: "base", 3: "eve", 4: "proposed", 7: "cost", 8: "before_below", 10: "after_below",
            }.items()
        },
    }  # fmt: skip
    row += 1
    for title, keys, groups in _groupings(data, year):
        sheet.heading(row, title, len(heads))
        row = _block(sheet, row + 1, columns, keys, groups) + 1
    whole = row - 2
    row = _losses(sheet, row + 1, year)
    sheet.protect()
    cells = {
        "before": ((row - 2, 1), "held_loss"), "after": ((row - 1, 1), "after_loss"),
        "below_before": ((whole, 8), "before_below"), "below_after": ((whole, 10), "after_below"),
    }  # fmt: skip
    totals = {
        key: (sheet.ref(*place), float(year.columns[name].values.sum()))
        for key, (place, name) in cells.items()
    }
    paid, former = (float(year.columns[name].values.sum()) for name in ("proposed", "eve"))
    change = paid / former - 1 if former else float("nan")
    return {**totals, "change": (sheet.ref(whole, 5), change)}


def _losses(sheet: Sheet, row: int, year: Year) -> int:
    texts = {
        "Perte des appareils sous leur coût, tarifs en vigueur tenus": "held_loss",
        "Perte des appareils sous leur coût, barème proposé": "after_loss",
    }
    for line, (label, name) in enumerate(texts.items(), start=row):
        column = year.columns[name]
        sheet.text(line, 0, label, "strong")
        sheet.formula(line, 1, f"SUM({column.all})", float(column.values.sum()), "euro")
    return row + len(texts)


def _groupings(
    data: Data, year: Year
) -> Iterator[tuple[str, str, list[tuple[str, pd.Series[bool]]]]]:
    """Title, column of labels, and the machines of each group."""
    frame = data.case.fleet.frame
    options = vocabulary.fleet_options(data.case.reference)
    titles = {
        "Par classe": "class",
        "Par secteur": "sector",
        "Par zone": "zone",
        "Par région": "region",
    }
    for title, name in titles.items():
        groups = [(label, frame[name] == code) for code, label in options[name].items()]
        yield title, data.parc.column(name), [(label, own) for label, own in groups if own.any()]
    size = year.columns["size"]
    own_sizes = pd.Series(size.values)
    groups = [(label, own_sizes == i) for i, label in enumerate(labels.SIZES.values())]
    yield "Par volume d'activité", size.all, [(label, own) for label, own in groups]


def _block(
    sheet: Sheet,
    row: int,
    columns: Mapping[int, Column],
    keys: str,
    groups: list[tuple[str, pd.Series[bool]]],
) -> int:
    """The groups of one grouping, then their total; gives the row below."""
    sums = dict.fromkeys(columns, 0.0)
    formats = dict.fromkeys((1, 8, 10), "#,##0.0_ ")
    for line, (label, own) in enumerate(groups, start=row):
        sheet.text(line, 0, label, "strong")
        values = {}
        for place, column in columns.items():
            values[place] = float(column.values[own.to_numpy()].sum())
            text = f"SUMIFS({column.all},{keys},{at(line, 0)})"
            sheet.formula(
                line, place, text, values[place], num_format=formats.get(place, "#,##0_ ")
            )
            sums[place] += values[place]
        _ratios(sheet, line, values)
    last = row + len(groups) - 1
    sheet.totals(row, last, "Ensemble", sums, formats)
    _ratios(sheet, last + 1, sums)
    return last + 2


def _ratios(sheet: Sheet, row: int, values: Mapping[int, float]) -> None:
    ratios = {5: (4, 3, "-1"), 6: (4, 2, "-1"), 9: (8, 1, ""), 11: (10, 1, "")}
    for column, (above, below, less) in ratios.items():
        value = values[above] / values[below] - bool(less) if values[below] else float("nan")
        text = f'IF({at(row, below)}>0,{at(row, above)}/{at(row, below)}{less},"{NONE}")'
        formula_or_dash(sheet, row, column, text, value, "percent" if less else "share")
