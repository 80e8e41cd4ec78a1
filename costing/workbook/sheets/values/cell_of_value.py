"""The cell of the value that a class has: its own row, or one added for it below the table.

An added row is found by its address, so that it counts as soon as it is typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from costing.case import labels
from costing.case.case import Case
from costing.reference.reference import Reference
from costing.values.parameters import Value
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.values.state import ADDED
from costing.workbook.write.layout import Book


def value_formula(
    book: Book, case: Case, file: str, name: str, scope: str
) -> tuple[str, float] | None:
    """A formula of the value that a class or a modality has, and the value; None when it has none.

    Its price is as its row says, tax included or not (`vat_formula`).
    """
    parameter = case.reference.files[file].get(name)
    value = case.reference.value_for(parameter, scope) if parameter else None
    if parameter is None or value is None:
        return None
    keys, modes = _added(book, file, "mode")
    formula = book.cells[f"{file}.{name}.{value.scope}"]
    for nearer in _nearer(case.reference, value, scope):
        formula = f'IFERROR(INDEX({modes},MATCH("{file}.{name}.{nearer}",{keys},0)),{formula})'
    return formula, value.mode


def vat_formula(book: Book, case: Case, file: str, name: str, scope: str) -> str:
    """A formula of what the price of `value_formula` says of its tax.

    An added row that says nothing of it has that of the reference data, as when it is imported.
    """
    parameter = case.reference.files[file][name]
    value = case.reference.value_for(parameter, scope)
    assert value is not None
    keys, _ = _added(book, file, "mode")
    vat_keys, taxes = _added(book, file, "vat")
    formula = book.cells[f"{file}.{name}.{value.scope}.vat"]
    for nearer in _nearer(case.reference, value, scope):
        base = case.base.value_for(case.base.files[file][name], nearer)
        usual = labels.VAT[base.vat] if base and base.vat else ""
        own = f'"{file}.{name}.{nearer}"'
        silent = f'IF(ISNUMBER(MATCH({own},{keys},0)),"{usual}",{formula})'
        formula = f"IFERROR(INDEX({taxes},MATCH({own},{vat_keys},0)),{silent})"
    return formula


def _added(book: Book, file: str, column: str) -> tuple[str, str]:
    """The addresses of the rows added that fill a column, and that column."""
    sheet = vocabulary.sheet_of(file)
    keys, cells = (book.columns[sheet, f"spare_{name}"].ref for name in (ADDED[column], column))
    return keys, cells


def _nearer(reference: Reference, value: Value, scope: str) -> Iterator[str]:
    """The scopes that would hold before the one that a value is of, nearest last."""
    before = takewhile(lambda nearer: nearer != value.scope, reference.nearest(scope))
    return reversed(tuple(before))
