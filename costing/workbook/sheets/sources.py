"""The sheet « Sources »: the bibliography, in the import workbook and in an exported proposal."""

from __future__ import annotations

from costing.reference.reference import Reference
from costing.workbook.sheets import vocabulary
from costing.workbook.write.layout import Book, Sheet
from costing.workbook.write.styles import DAY

_FORMATS = {"day": DAY, "month": "mm/yyyy", "year": "yyyy"}


def write_sources(book: Book, reference: Reference) -> Sheet:
    """One row a source, in the order of the reference data; its date no finer than it is known."""
    sheet = book.sheet(vocabulary.SOURCES, (34, 80, 44, 13, 50))
    sheet.title(vocabulary.SOURCES)
    sheet.header(2, ("Clé", "Titre", "Éditeur", "Date", "Référence ou adresse"))
    sheet.keep_header(2)
    for row, source in enumerate(reference.sources.values(), start=3):
        sheet.row(row, (source.key, source.title, source.publisher), ("code", "cell", "cell"))
        sheet.value(row, 3, source.date, "date", num_format=_FORMATS[source.date_precision])
        where = " · ".join(filter(None, (source.reference, source.url)))
        sheet.value(row, 4, where, "small")
    return sheet
