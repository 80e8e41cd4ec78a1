"""Make the corpus of bad workbooks: `python -m tests.workbook.bad.make [DIRECTORY]`.

One file a fault, named after it, from the filled example of `workbooks/` reduced to what the
importer reads. Run it again whenever that example changes.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from costing import paths
from costing.workbook.imported.importer import LAST_ROWS
from costing.workbook.sheets.vocabulary import TABLES
from tests.workbook.bad.book import Book, read_book
from tests.workbook.bad.containers import FILES
from tests.workbook.bad.faults import FAULTS

FOLDER = Path(__file__).parent
EXAMPLE = "exemple_rempli.xlsx"
#: Headings of columns that only people read.
_UNREAD = ("Choix", "Remarque", "État")


@cache
def _example() -> Book:
    tables = {name: TABLES[name][0].values() if name in TABLES else () for name in LAST_ROWS}
    kept = {name: [h for h in headings if h not in _UNREAD] for name, headings in tables.items()}
    return read_book(paths.WORKBOOKS / EXAMPLE, kept)


def good() -> Book:
    """The filled example, less what nobody reads."""
    return _example().copy()


def made(name: str) -> bytes:
    """The file of a fault."""
    book = good()
    if name in FILES:
        return FILES[name](book)
    FAULTS[name](book)
    return book.data()


def names() -> list[str]:
    """All the faults."""
    return [*FAULTS, *FILES]


def make(folder: Path) -> None:
    """Write every file, and take away those of faults that are no more."""
    for old in folder.glob("*.xlsx"):
        old.unlink()
    for name in names():
        (folder / f"{name}.xlsx").write_bytes(made(name))


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
