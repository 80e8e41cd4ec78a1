"""Exported workbooks as files to alter and to recompute: inputs changed, values taken out."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import formulas
import numpy as np
import schedula
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.values.state import ADDED, LETTERS
from costing.xlsx.package import open_package

_CACHED = re.compile(
    rb'(<c r="[A-Z]+\d+"(?: s="\d+")?)(?: t="(?:str|e|b)")?>(<f[^>]*>[^<]*</f>)<v>[^<]*</v>'
)
_UNCOMPUTED = re.compile(rb'<c r="([A-Z]+\d+)"(?: s="\d+")?><f[^>]*>[^<]*</f></c>')
_EPOCH = dt.date(1899, 12, 30)
_ERROR = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*? t="e"')
#: Sheets of inputs whose formulas only tell the state of a row, in words.
_STATES = (vocabulary.VALUES, vocabulary.ACTIVITY, vocabulary.UNAVAILABLE)
#: But those by which rows added are found.
_KEPT = tuple(LETTERS[name] for name in ADDED.values())


def uncomputed(data: bytes) -> bytes:
    """The workbook without any computed value: a program must compute them all."""
    return _altered(data, lambda name, content: _CACHED.sub(rb"\1>\2", content))


class File:
    """A workbook's bytes: where its inputs stand, and how to change them as a person would."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        self._parts = open_package(io.BytesIO(data)).parts

    def rows(self, sheet: str) -> list[list[Any]]:
        """The values of a sheet; "" for a blank cell."""
        return self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)

    def cell(self, sheet: str, key: str, heading: str) -> str:
        """The cell of a row, by its first column, under a heading."""
        rows = self.rows(sheet)
        header = next(i for i, row in enumerate(rows) if heading in row)
        place = next(i for i, row in enumerate(rows) if i > header and row[0] == key)
        return str(xl_rowcol_to_cell(place, rows[header].index(heading)))

    def value(self, sheet: str, cell: str) -> Any:
        """What a cell shows."""
        column, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]
        number = 0
        for letter in column:
            number = number * 26 + ord(letter) - 64
        return self.rows(sheet)[int(row) - 1][number - 1]

    def errors(self) -> list[str]:
        """The cells that hold an error, of any sheet."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return [
                f"{sheet}!{cell.decode()}"
                for sheet, part in self._parts.items()
                for cell in _ERROR.findall(archive.read(part))
            ]

    def changed(self, values: Mapping[tuple[str, str], Any]) -> File:
        """The workbook with other contents in some cells, formulas not recalculated."""
        by_part: dict[str, dict[str, Any]] = {}
        for (sheet, cell), value in values.items():
            by_part.setdefault(self._parts[sheet], {})[cell] = value

        def edit(name: str, content: bytes) -> bytes:
            for cell, value in by_part.get(name, {}).items():
                content = _with_cell(content, cell, value)
            return content

        return File(_altered(self.data, edit))

    def edited(self, sheet: str, pattern: str, new: str) -> File:
        """The workbook with one piece of a sheet's XML replaced."""

        def edit(name: str, content: bytes) -> bytes:
            if name != self._parts[sheet]:
                return content
            found, count = re.subn(pattern, new, content.decode(), count=1)
            assert count, pattern
            return found.encode()

        return File(_altered(self.data, edit))


def _with_cell(content: bytes, cell: str, value: Any) -> bytes:
    """A sheet's XML with another content in a cell that it has."""
    if isinstance(value, dt.date):
        value = (value - _EPOCH).days
    if isinstance(value, str):
        kind, inner = ' t="inlineStr"', f"<is><t>{escape(value)}</t></is>"
    else:
        kind, inner = "", f"<v>{value!r}</v>"
    pattern = rf'<c r="{cell}"( s="\d+")?[^>]*?(?:/>|(?<!/)>.*?</c>)'.encode()
    new = rf'<c r="{cell}"\1{kind}>'.encode() + inner.replace("\\", r"\\").encode() + b"</c>"
    found, count = re.subn(pattern, new, content, count=1)
    assert count, cell
    return found


def _altered(data: bytes, alter: Any) -> bytes:
    """A workbook whose sheets are rewritten one by one."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = alter(name, content)
            new.writestr(name, content)
    return stream.getvalue()


#: Compiled cells of `formulas`, a gigabyte of them: whoever computes says how long to keep them.
Compiled = dict[tuple[Any, ...], Any]


class _Model(formulas.ExcelModel):  # type: ignore[misc]  # formulas has no types
    """A workbook for `formulas`, which compiles once what several workbooks say word for word."""

    def __init__(self, known: Compiled) -> None:
        super().__init__()
        self._known = known

    def _compile_cell(self, crd: Any, val: Any, context: Any, check: bool, references: Any) -> Any:
        compiled = formulas.ExcelModel._compile_cell
        if not (check and isinstance(val, str) and val.startswith("=")):
            return compiled(crd, val, context, check, references)
        key = (context["excel"], context["sheet"], crd, val)
        if key not in self._known:
            self._known[key] = compiled(crd, val, context, check, references)
        return self._known[key]


def by_formulas(folder: Path, data: bytes, known: Compiled) -> bytes:
    """The workbook with the values that `formulas` computes; states of inputs are left without.

    Its file has one name for all workbooks, which is a part of the name of each cell.
    """
    path = folder / "workbook.xlsx"
    path.write_bytes(data)
    with _without_collection():
        model = _Model(known)
        book, context = model.add_book(str(path))
        for sheet in book.worksheets:
            if sheet.title in _STATES:
                _without_formulas(sheet)
            model.push(sheet, context=context)
        model.finish()
        solution = model.calculate()
    parts = open_package(io.BytesIO(data)).parts
    found: dict[str, dict[str, Any]] = {name: {} for name in parts.values()}
    named = {name.upper(): part for name, part in parts.items()}
    for key, cell in model.cells.items():
        if isinstance(cell, formulas.cell.Ref):  # a name that the workbook gives to an input
            continue
        place = solution[key].ranges[0]
        found[named[place["sheet"]]][place["ref"]] = solution[key].value[0, 0]
    return _altered(data, lambda name, content: _with_values(content, found[name]))


def _without_formulas(sheet: Any) -> None:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f" and cell.column_letter not in _KEPT:
                cell.value = None


def _with_values(content: bytes, values: Mapping[str, Any]) -> bytes:
    """A sheet's XML whose formulas, without values, get those known."""

    def written(match: re.Match[bytes]) -> bytes:
        value = values.get(match[1].decode())
        if value is None or value is schedula.EMPTY:
            return match[0]
        if isinstance(value, bool | np.bool_):
            kind, text = "b", str(int(value))
        elif isinstance(value, int | float | np.number):
            kind, text = "n", repr(float(value))
        else:
            kind, text = ("e" if str(value).startswith("#") else "str"), escape(str(value))
        return match[0].replace(
            b"><f", f' t="{kind}"><f'.encode()
        ).replace(b"</f>", f"</f><v>{text}</v>".encode())  # fmt: skip

    return _UNCOMPUTED.sub(written, content)


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """No garbage collection meanwhile: a fifth of the time of millions of lasting objects."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
