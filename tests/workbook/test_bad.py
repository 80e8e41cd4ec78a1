"""The corpus of bad workbooks: each file gives its expected problems, all of them and no other."""

from __future__ import annotations

import zipfile
from hashlib import sha256

import pytest
import yaml

from costing.problems.errors import WorkbookError
from costing.workbook.imported.importer import import_workbook
from tests.workbook.bad import make
from tests.workbook.bad.book import Book, name_of, unzipped

FILES = sorted(make.FOLDER.glob("*.xlsx"))
EXPECTED = yaml.safe_load((make.FOLDER / "expected.yaml").read_text("utf-8"))
Found = tuple[str | None, ...]


def test_one_file_a_fault():
    names = {path.stem for path in FILES}
    assert names == set(EXPECTED) == set(make.names())
    assert len(names) >= 60


def test_the_good_workbook_has_no_fault(reference):
    example = import_workbook(make.paths.WORKBOOKS / make.EXAMPLE, reference)
    path = make.good().data()
    assert import_workbook(_stream(path), reference) == example


@pytest.mark.parametrize("name", make.names())
def test_the_file_is_that_of_the_script(name):
    """Else run `python -m tests.workbook.bad.make`."""
    assert _contents((make.FOLDER / f"{name}.xlsx").read_bytes()) == _contents(make.made(name))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_problems(path, reference):
    with pytest.raises(WorkbookError) as caught:
        import_workbook(path, reference)
    found = [(p.code, p.place.sheet, p.place.cell) for p in caught.value.problems]
    assert sorted(found, key=str) == sorted(_expected(path.stem), key=str)
    for problem in caught.value.problems:
        french, english = problem.text("fr"), problem.text("en")
        assert french != english
        assert len(french) > 20


def _expected(name: str) -> list[Found]:
    book = make.good()
    return [_place(book, *problem) for problem in EXPECTED[name]]


def _place(book: Book, code: str, sheet: str | None = None, *where: str) -> Found:
    """A problem with the cell that its place names in the good workbook."""
    if len(where) < 2:
        return (code, sheet, *(where or (None,)))
    key, heading = where
    grid = book.sheet(sheet or "")
    if heading in (">", "<"):
        row, column = grid.beside(key)
        return code, sheet, name_of((row, column - (heading == "<")))
    row, column = grid.header(heading)
    if key == "=":
        return code, sheet, f"{row}:{row}"
    if key == "BD":
        return code, sheet, f"BD{row}"
    return code, sheet, name_of(grid.at(key, heading) if key else (row, column))


def _contents(data: bytes) -> object:
    """The parts of a zip that can be read, else how it starts: compression may differ, not content.

    As digests: of a file made to fill the memory, a difference must not print it.
    """
    try:
        return {name: sha256(part).hexdigest() for name, part in unzipped(data).items()}
    except (zipfile.BadZipFile, RuntimeError, KeyError, ValueError):
        return len(data) > 0 and data[:2]


def _stream(data: bytes) -> object:
    import io

    return io.BytesIO(data)
