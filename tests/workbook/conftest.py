"""A template to alter as a person would, cell by cell, and its import."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.dimensions import ColumnDimension, RowDimension

from costing.case.case import make_case
from costing.problems.errors import Problem, WorkbookError
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario
from costing.workbook.imported.importer import import_workbook
from costing.workbook.template import write_template
from tests.shared import REFERENCE


class Draft:
    """A template opened with openpyxl."""

    def __init__(self, book: openpyxl.Workbook, reference: Reference) -> None:
        self.book = book
        self.reference = reference

    def cell(self, sheet: str, key: str, heading: str) -> Any:
        """The cell of a row (by its first column) and a heading."""
        rows = list(self.book[sheet].iter_rows())
        header = next(row for row in rows if any(c.value == heading for c in row))
        column = next(c.column for c in header if c.value == heading)
        found = next(row for row in rows if row[0].value == key and row[0].row > header[0].row)
        return self.book[sheet].cell(found[0].row, column)

    def value(self, address: str, heading: str = "Mode") -> Any:
        """A cell of « Hypothèses »."""
        return self.cell("Hypothèses", address, heading)

    def choice(self, key: str) -> Any:
        """A cell of « Choix »."""
        return self.cell("Choix", key, "Valeur")

    def machine(self, row: int, **values: Any) -> None:
        """Fill a machine of « Parc »; row 0 is the first."""
        sheet = self.book["Parc"]
        machine = {
            "Appareil": f"M{row}", "Site": "S", "Modalité": "IRM", "Classe": "IRM 1,5 T",
            "Installé le": "15/03/2019", "Zone": "province", "Région": "Bretagne",
            "Secteur": "public", "Rang sur l'autorisation": 1, "Actes facturés": 5000,
            "Actes d'hospitalisés": 300, "Poids": 1, **values,
        }  # fmt: skip
        headings = [cell.value for cell in sheet[9]]
        for name, value in machine.items():
            sheet.cell(10 + row, headings.index(name) + 1).value = value
        sheet["B4"], sheet["B5"] = 2024, "Mon parc"

    def data(self) -> bytes:
        """The workbook as a file."""
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def scenario(self) -> Scenario:
        """The scenario that it imports to."""
        return import_workbook(io.BytesIO(self.data()), self.reference)

    def problems(self) -> list[Problem]:
        """The problems that it is refused for."""
        with pytest.raises(WorkbookError) as caught:
            self.scenario()
        return list(caught.value.problems)


@pytest.fixture(scope="session")
def reference() -> Reference:
    return REFERENCE


@pytest.fixture(scope="session")
def template(reference: Reference) -> bytes:
    stream = io.BytesIO()
    write_template(make_case(reference, Scenario()), stream)
    return stream.getvalue()


@pytest.fixture(scope="session")
def pickled(template: bytes) -> bytes:
    """The template as openpyxl opens it: seven times quicker to have again than to read again."""
    return pickle.dumps(openpyxl.load_workbook(io.BytesIO(template)))


@pytest.fixture
def draft(pickled: bytes, reference: Reference) -> Draft:
    book = pickle.loads(pickled)
    for sheet in book.worksheets:  # a default dictionary of openpyxl forgets its default
        sheet.row_dimensions.default_factory = partial(RowDimension, sheet)
        sheet.column_dimensions.default_factory = partial(ColumnDimension, sheet)
    return Draft(book, reference)


@pytest.fixture
def recalculated(converted: Callable[..., list[Path]], tmp_path: Path) -> Callable[[Path], Path]:
    """Opens a workbook in LibreOffice, recalculates it and saves it."""

    def recalculate(path: Path) -> Path:
        (found,) = converted(tmp_path / "out", path)
        return found

    return recalculate
