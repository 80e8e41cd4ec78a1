"""« Volumes »: acts billed in each band, as sums over the machines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from costing.case import labels
from costing.fee.schedule import BANDS
from costing.workbook.live.year_writer import Data, Year
from costing.workbook.write.layout import at

SHEET = "Volumes"


def write_volumes(data: Data, years: Mapping[int, Year]) -> None:
    """Acts billed in each band, by class and year, as today's structure and the proposal count."""
    case = data.case
    sheet = data.book.sheet(SHEET, (10, 36, *[15] * 4, 16, *[15] * 4))
    sheet.title(
        SHEET,
        "Actes facturés de l'année dans chaque tranche, tous appareils : d'abord aux limites "
        "d'aujourd'hui, puis comme la proposition les compte.",
    )
    bands = [labels.BANDS[band].capitalize() for band in BANDS]
    heads = ("Année", "Classe", *bands, "Ensemble", *(f"{b}, proposition" for b in bands))
    sheet.header(3, heads, right=range(2, len(heads)))
    sheet.keep_header(3, 2)
    keys = data.parc.column("class")
    present = dict.fromkeys(data.parc.codes)
    row = 4
    for number, year in years.items():
        weights = data.weights.total[number]
        for code in (code for code in case.reference.classes if code in present):
            label = labels.scope_name(case.reference, code)
            sheet.number(row, 0, float(number), "strong", num_format="0", align="left")
            sheet.text(row, 1, label, "strong")
            own = np.array([c == code for c in data.parc.codes])
            class_weights = f"({keys}={at(row, 1)})*{weights.all}"
            for start, name in ((2, "today"), (7, "proposed")):
                columns = year.bands[name]
                for band in range(len(BANDS)):
                    parts = columns[band :: len(BANDS)]
                    value = float(sum((weights.values * c.values)[own].sum() for c in parts))
                    text = f"SUMPRODUCT({class_weights}*({'+'.join(c.all for c in parts)}))"
                    sheet.formula(row, start + band, text, value)
                if start == 2:
                    total = float(sum((weights.values * c.values)[own].sum() for c in columns))
                    sheet.formula(row, 6, f"SUM({at(row, 2)}:{at(row, 5)})", total, bold=True)
            row += 1
    sheet.protect()
