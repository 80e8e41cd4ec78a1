"""« Effets »: who gains and who loses in the last year, by class, sector, region, zone and volume.

Revenue is that of the year's fleet, at three tariffs: that of the baseline date and that in force
before the first step, each held all year, and the proposal. Cost is that of the billed acts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from costing import labels
from costing.analysis.comparison import pay
from costing.analysis.savings import baseline
from costing.optimise.proposal import Proposal
from costing.tariff import FeeSchedule
from costing.words import NONE, money
from costing.workbook import vocabulary as words
from costing.workbook.export_schedule import before_first_step
from costing.workbook.layout import WHOLE, Book, Sheet, at

_WIDTHS = (40, 12, 18, 18, 18, 12, 12, 18, 12, 11, 12, 11)
#: Columns of amounts and counts, in the order of the sheet.
_SUMS = {1: "weight", 2: "base", 3: "before", 4: "after", 7: "cost", 8: "below_before",
         10: "below_after"}  # fmt: skip
_GROUPINGS = {
    "Par classe": "class", "Par secteur": "sector", "Par zone": "zone", "Par région": "region",
    "Par volume d'activité": "size",
}  # fmt: skip
_SIZES = (
    "1er cinquième (les moins actifs)", "2e cinquième", "3e cinquième", "4e cinquième",
    "5e cinquième (les plus actifs)",
)  # fmt: skip
#: Machines are weighted, hence not whole once the fleet is projected: one decimal.
_FORMATS = dict.fromkeys((1, 8, 10), "#,##0.0_ ")
#: Columns of ratios: column → (above, below, less one).
_RATIOS = {5: (4, 3, True), 6: (4, 2, True), 9: (8, 1, False), 11: (10, 1, False)}


def effects(proposal: Proposal, schedule: FeeSchedule) -> pd.DataFrame:
    """One row a machine of the last year's fleet: revenues, cost and counts times its weight."""
    case = proposal.case
    year = case.reference.savings.target.years[-1]
    fleet = case.fleet_in(year)
    base = pay(case, fleet, baseline(case), year)
    before = pay(case, fleet, case.reference.schedule.frozen(before_first_step(case)), year)
    after = pay(case, fleet, schedule, year)
    weight = fleet.weight
    return fleet.frame.assign(
        base=base.revenue * weight,
        before=before.revenue * weight,
        after=after.revenue * weight,
        cost=after.cost * weight,
        below_before=(before.revenue < before.cost) * weight,
        below_after=(after.revenue < after.cost) * weight,
        size=_quintiles(fleet.frame),
    )


def write_effects(book: Book, proposal: Proposal, schedule: FeeSchedule, banner: str) -> None:
    """The sheet: one block a way of grouping, each with its total."""
    case = proposal.case
    year = case.reference.savings.target.years[-1]
    sheet = book.sheet("Effets", _WIDTHS)
    hint = (
        "Recettes du parc de l'année à trois tarifs, les deux premiers tenus toute l'année. Sous "
        "leur coût : appareils dont les recettes sont inférieures au coût des actes facturés, dans "
        "le périmètre et les conventions du scénario. Volume : cinquièmes des appareils de chaque "
        "modalité, rangés par actes facturés."
    )
    row = sheet.opening(f"Effets en {year}, en euros", banner, hint)
    frame = effects(proposal, schedule)
    if proposal.answers is not None:
        sheet.paragraph(row - 1, _volumes(proposal, frame, year), "warning")
        row += 1
    base = labels.day(case.reference.savings.baseline_date)
    headings = (
        "Groupe", "Appareils", f"Recettes au tarif du {base}", "Recettes avant",
        "Recettes proposées", "Variation", f"Depuis le {base}", "Coût des actes facturés",
        "Sous leur coût, avant", "Part, avant", "Sous leur coût, après", "Part, après",
    )  # fmt: skip
    sheet.header(row, headings, right=range(1, len(headings)))
    sheet.keep_header(row, 1)
    row += 1
    for title, groups in _groupings(proposal, frame):
        sheet.section(row, title, len(headings))
        row = _write_block(sheet, row + 1, groups) + 1


def _volumes(proposal: Proposal, frame: pd.DataFrame, year: int) -> str:
    """That the fleet of the sheet does not answer the schedule, and what both fleets save."""
    plain = float(frame["base"].sum() - frame["after"].sum())
    return (
        "Sur cette feuille, le parc et ses actes ne répondent pas au barème, qui économise ainsi "
        f"{money(plain)} en {year}. Il a été cherché pour un parc qui y répond : il en économise "
        f"alors {money(proposal.savings[year])}, et la perte des appareils sous leur coût donnée "
        f"sur la « Synthèse » ({money(proposal.loss_eur)}) est aussi celle de ce parc-là."
    )


def _groupings(
    proposal: Proposal, frame: pd.DataFrame
) -> Iterator[tuple[str, list[tuple[str, pd.DataFrame]]]]:
    named: dict[str, Mapping[Any, str]] = {
        **words.fleet_options(proposal.case.reference),
        "size": dict(enumerate(_SIZES, start=1)),
    }
    for title, column in _GROUPINGS.items():
        parts = [(label, frame[frame[column] == code]) for code, label in named[column].items()]
        yield title, [(label, part) for label, part in parts if len(part)]


def _write_block(sheet: Sheet, row: int, groups: list[tuple[str, pd.DataFrame]]) -> int:
    """The groups of one grouping, then their total; gives the row below."""
    first, last = row, row + len(groups) - 1
    sums = dict.fromkeys(_SUMS, 0.0)
    for line, (label, part) in enumerate(groups, start=first):
        values = {column: float(part[name].sum()) for column, name in _SUMS.items()}
        sheet.text(line, 0, label, "strong")
        for column, value in values.items():
            sheet.number(line, column, value, num_format=_FORMATS.get(column, WHOLE))
            sums[column] += value
        _write_ratios(sheet, line, values)
    sheet.totals(first, last, "Ensemble", sums, _FORMATS)
    _write_ratios(sheet, last + 1, sums)
    return last + 2


def _write_ratios(sheet: Sheet, row: int, values: dict[int, float]) -> None:
    for column, (above, below, less_one) in _RATIOS.items():
        style = "percent" if less_one else "share"
        if not values[below]:
            sheet.text(row, column, NONE, style)
            continue
        result = values[above] / values[below] - (1 if less_one else 0)
        text = f"{at(row, above)}/{at(row, below)}" + ("-1" if less_one else "")
        sheet.formula(row, column, text, result, style)


def _quintiles(frame: pd.DataFrame) -> pd.Series[int]:
    """Fifth (1 to 5) of each machine within its modality, by billed acts, machines weighted."""
    ordered = frame.sort_values(["modality", "acts_billed"], kind="stable")
    by_modality = ordered.groupby("modality", sort=False)["weight"]
    middle = by_modality.cumsum() - ordered["weight"] / 2
    share = middle / by_modality.transform("sum")
    fifth: pd.Series[int] = np.ceil(share * 5).clip(1, 5).astype(int).reindex(frame.index)
    return fifth
