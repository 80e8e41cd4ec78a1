"""The cell of the value that a class has: its own row, or one added for it below the table.

An added row is found by its address, so that it counts as soon as it is typed.
"""

from __future__ import annotations

from costing.parameters import Parameter
from costing.reference import Case, Reference
from costing.workbook import vocabulary as words
from costing.workbook.layout import Book
from costing.workbook.value_state import ADDED


def held(book: Book, case: Case, file: str, name: str, scope: str) -> tuple[str, float] | None:
    """A formula of the value that a class or a modality has, and the value; None when it has none.

    Its price is as its row says, tax included or not (`held_vat`).
    """
    parameter = case.reference.files[file].get(name)
    value = case.reference.value_for(parameter, scope) if parameter else None
    if parameter is None or value is None:
        return None
    own = book.cells[f"{file}.{name}.{value.scope}"]
    return _or_added(book, case.reference, file, parameter, scope, ("mode", own)), value.mode


def held_vat(book: Book, case: Case, file: str, name: str, scope: str) -> str:
    """A formula of what the price of `held` says of its tax."""
    parameter = case.reference.files[file][name]
    value = case.reference.value_for(parameter, scope)
    assert value is not None
    own = book.cells[f"{file}.{name}.{value.scope}.vat"]
    return _or_added(book, case.reference, file, parameter, scope, ("vat", own))


def _or_added(
    book: Book, reference: Reference, file: str, parameter: Parameter, scope: str,
    cell: tuple[str, str],
) -> str:  # fmt: skip
    """A cell of a row, or that of the row added for a nearer scope."""
    column, found = cell
    sheet = words.sheet_of(file)
    keys, cells = (book.columns[sheet, f"spare_{name}"].ref for name in (ADDED[column], column))
    for nearer in reversed(_nearer(reference, parameter, scope)):
        address = f"{file}.{parameter.name}.{nearer}"
        found = f'IFERROR(INDEX({cells},MATCH("{address}",{keys},0)),{found})'
    return found


def _nearer(reference: Reference, parameter: Parameter, scope: str) -> list[str]:
    """The scopes that would hold before the one that a class's value has, nearest first."""
    own = reference.value_for(parameter, scope)
    order = [scope]
    if scope in reference.class_labels:
        model = reference.model_of(scope)
        order += [model.modality] if model.modality not in model.classes else []
    return order[: order.index(own.scope)] if own and own.scope in order else order
