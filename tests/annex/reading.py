"""Where each price stands in the official tables, written out by hand, and how a table is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from costing.annex.describe import Table
from costing.fee.schedule import Cell, Reform

JULY, NEXT = dt.date(2026, 7, 1), dt.date(2027, 1, 1)
STRUCTURE = [
    Reform(
        JULY,
        limits={"scanner": (7000.0, 12000.0, 14000.0), "irm_1_5t": (4750.0, 9000.0, 11000.0)},
        amortisation_years={"scanner": 10.0, "irm_gt_1_5t": 9.0},
    ),
    Reform(NEXT, limits={"tep": (1200.0,)}, rank_factor={"scanner": 0.9, "irm_1_5t": 0.875}),
]

MRI = (
    "irm_le_0_5t", "irm_0_5t_1_5t", "irm_1_5t", "irm_1_5t_membres", "irm_1_5t_osteo",
    "irm_gt_1_5t",
)  # fmt: skip
#: What the rows of the MRI tables hold, after their head and the limits.
MRI_ROWS = (
    None,
    ("amorti", "paris", "plein"), ("amorti", "region_parisienne", "plein"),
    ("amorti", "province", "plein"),
    None,
    ("non_amorti", "paris", "plein"), ("non_amorti", "region_parisienne", "plein"),
    ("non_amorti", "province", "plein"),
    None,
    ("*", "*", "reduit_1"), ("*", "*", "reduit_2"), ("*", "*", "reduit_3"),
)  # fmt: skip
PET_ROWS = (("amorti", "*", "plein"), ("non_amorti", "*", "plein"), ("*", "*", "reduit_1"))
CT_ROWS = ("amorti", "non_amorti")


def matrix(table: Table) -> list[list[str]]:
    """A table as texts, each box in all the places that it covers."""
    rows = [[""] * table.grid.columns for _ in range(table.grid.rows)]
    for box in table.grid.boxes:
        for row in range(box.row, box.row + box.rows):
            for column in range(box.column, box.column + box.columns):
                assert not rows[row][column], "two boxes in one place"
                rows[row][column] = box.text
    return rows


def prices(modality: str, rows: list[list[str]]) -> Iterator[tuple[Cell, str]]:
    """Each price of a table with the cell that it is the price of, by its place."""
    if modality == "Scanner":
        bands = ("plein", "reduit_1", "reduit_2", "reduit_3")
        for situation, row in zip(CT_ROWS, rows[2:4], strict=True):
            for band, text in zip(bands, row[1:], strict=True):
                yield Cell("scanner", situation if band == "plein" else "*", "*", band), text
        return
    codes, places = (MRI, MRI_ROWS) if modality == "IRM" else (("tep", "tep_tdm"), PET_ROWS)
    found = rows[: 4 if modality == "TEP" else None]
    start = 2 if modality == "TEP" else next(i for i, r in enumerate(found) if "AMORTIS" in r[0])
    for place, row in zip(places, rows[start : start + len(places)], strict=True):
        for code, text in zip(codes, row[1:], strict=True):
            if place is None:
                assert text == ""
            else:
                yield Cell(code, *place), text


def euros(text: str) -> float:
    """`1 234,56 €` as a number."""
    return float(text.removesuffix("\u00a0€").replace("\u202f", "").replace(",", "."))
