"""XlsxWriter's own workbook, adapted: what it writes as it is, what its sheets hold.

The only module that overrides a part of XlsxWriter. Not here: looks and layout (`layout`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet


class RawBook(Workbook):  # type: ignore[misc]  # XlsxWriter has no types
    """A workbook whose sheets may be kept as they are: none added, renamed, moved or taken out."""

    locked = False

    def _write_workbook_pr(self) -> None:
        super()._write_workbook_pr()
        if self.locked:  # XlsxWriter protects sheets only
            self._xml_empty_tag("workbookProtection", [("lockStructure", 1)])


class RawSheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose formulas and numbers are written as they are.

    XlsxWriter looks in each one for thirty recent functions, none of which is used here: a minute
    for a whole fleet.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def _xml_number_element(
        self, number: float, attributes: Sequence[tuple[str, Any]] = ()
    ) -> None:
        """A number with all its digits: XlsxWriter keeps 16, of which some need 17."""
        attribute_text = "".join(f' {key}="{value}"' for key, value in attributes)
        digits = repr(float(number)).removesuffix(".0")
        self.fh.write(f"<c{attribute_text}><v>{digits}</v></c>")


class Written(NamedTuple):
    """What a cell holds: a number or a text, and whether a formula gives it."""

    value: float | str
    formula: bool


#: A sheet's filled cells, by (row, column) from 0.
Cells = dict[tuple[int, int], Written]


def written_cells(sheet: Any, texts: Mapping[int, str]) -> Cells:
    """The cells of an XlsxWriter sheet that is not closed yet."""
    written: Cells = {}
    for row, cells in sheet.table.items():
        for column, cell in cells.items():
            match type(cell).__name__:
                case "Formula":
                    value = cell.value
                    result = float(value) if isinstance(value, int | float) else str(value)
                    written[row, column] = Written(result, True)
                case "Number" | "Datetime":
                    written[row, column] = Written(float(cell.number), False)
                case "String":
                    written[row, column] = Written(texts[cell.string], False)
    return written
