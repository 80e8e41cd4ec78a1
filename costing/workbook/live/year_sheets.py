"""« Appareils AAAA »: each year in which savings are counted; the last one with costs."""

from __future__ import annotations

import numpy as np

from costing.fee.schedule import LIMITS
from costing.workbook.live.columns import Column
from costing.workbook.live.last_year import write_last
from costing.workbook.live.year_writer import Data, Year, YearWriter


def write_year(data: Data, year: int) -> Year:
    """A year in which savings are counted; the last one also says who is below cost."""
    timeline, weights, parc = data.timeline, data.weights, data.parc
    last = year == timeline.years[-1]
    writer = YearWriter(
        data, year, f"Appareils {year}",
        "Actes par tranche, recettes et, la dernière année, coûts : une ligne par ligne du parc. "
        "Recettes : pour tous les appareils réels de la ligne, en euros dans l'année.",
    )  # fmt: skip
    growth = [weights.acts[code, year] for code in parc.modality.tolist()]
    factor = np.array([value for _, value in growth])
    rows = range(parc.count)
    writer.acts(
        [f"{parc.cell('acts_billed', i)}*{growth[i][0]}" for i in rows],
        [f"{parc.cell('acts_inpatient', i)}*{growth[i][0]}" for i in rows],
        parc.billed * factor, parc.inpatient * factor,
    )  # fmt: skip
    result = writer.result
    whole = writer.band_columns("Année", [None], [None])
    result.bands["today"] = whole
    writer.weighted("base", "Recettes, tarif de départ", whole, "base", range(1), 0)
    officials = timeline.officials_of(year)
    decided = writer.band_columns(
        "Décision", [data.periods.decided[i, year] for i in officials], [None] * len(officials)
    )
    writer.weighted("decided", "Recettes, décision de 2025", decided, "decided", officials, 0)
    if year < timeline.steps[0].year:
        result.bands["proposed"] = decided
        _same(writer, "proposed", "Recettes, proposition", result.columns["decided"])
    else:
        slots = timeline.slots_of(year)
        spans = [data.periods.within[slot, year] for slot in slots]
        bands = writer.band_columns("Proposition", spans, list(slots))
        result.bands["proposed"] = bands
        writer.weighted("proposed", "Recettes, proposition", bands, "proposed", slots, 1)
    _end(writer, year, whole)
    if last:
        write_last(writer, timeline.slots_of(year))
    writer.sheet.close()
    return result


def _same(writer: YearWriter, name: str, head: str, column: Column) -> None:
    writer.add(name, head, (column.here(i) for i in range(writer.parc.count)), column.values)


def _end(writer: YearWriter, year: int, whole: list[Column]) -> None:
    """Had the tariff of 31 December held all year."""
    data, timeline = writer.data, writer.data.timeline
    place = timeline.years.index(year)
    bands = whole
    if data.periods.changed & set(LIMITS):
        later = [i for i, step in enumerate(timeline.steps) if step.year <= year]
        slot = len(timeline.official_slots) + later[-1] if later else None
        if slot is not None:
            bands = writer.band_columns("Au 31 décembre", [None], [slot])
    writer.weighted(
        "end", "Recettes, tarif du 31 décembre", bands, "end", range(place, place + 1), 2
    )
