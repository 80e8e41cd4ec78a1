"""Faults of the file itself: what is not a workbook, is damaged, hostile, or acts on its own.

Each gives the bytes of a file from the good workbook.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from tests.workbook.bad.book import MAIN, OFFICE, RELATIONS, Book, unzipped, zipped

Make = Callable[[Book], bytes]
FILES: dict[str, Make] = {}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET, _TEXTS = "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"
_LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
    b"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
)


def file(make: Make) -> Make:
    """Keep a fault under its function's name."""
    FILES[make.__name__] = make
    return make


def with_parts(name: str, **more: bytes) -> None:
    """A fault that is some parts more, or others, in the good workbook."""
    FILES[name] = lambda book: zipped({**unzipped(book.data()), **more})


def bytes_of(name: str, content: bytes) -> None:
    """A fault that is another file altogether."""
    FILES[name] = lambda _: content


# Not a workbook, or not one that can be read
bytes_of("file_empty", b"")
bytes_of("file_csv_renamed", b"Adresse;Mode\ncommuns.rent.*;220\n")
bytes_of("file_pdf_renamed", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
bytes_of("file_html_renamed", b"<html><table><tr><td>220</td></tr></table></html>")
bytes_of("file_xls_renamed", _OLE + bytes(504) + "Workbook".encode("utf-16-le"))
bytes_of("file_encrypted", _OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
bytes_of(
    "file_ods_renamed",
    zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
)
bytes_of("file_xlsb_renamed", zipped({"xl/workbook.bin": b"\x83\x01\x00"}))
bytes_of("file_docx_renamed", zipped({"word/document.xml": b"<x/>"}))


@file
def file_truncated(book: Book) -> bytes:
    data = book.data()
    return data[: len(data) * 2 // 3]


@file
def file_strict(book: Book) -> bytes:
    parts = unzipped(book.data())
    strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    return zipped({name: part.replace(MAIN.encode(), strict) for name, part in parts.items()})


@file
def zip_encrypted(book: Book) -> bytes:
    """The flag that says « encrypted » on the first part."""
    data = bytearray(book.data())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@file
def zip_damaged(book: Book) -> bytes:
    """One bit of a compressed sheet."""
    data = bytearray(book.data())
    at = data.index(_SHEET.encode()) + len(_SHEET) + 300
    data[at] ^= 1
    return bytes(data)


@file
def zip_part_twice(book: Book) -> bytes:
    stream = io.BytesIO(book.data())
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("XL/worksheets/sheet2.xml"), b"<worksheet/>")
    return stream.getvalue()


@file
def zip_compressed_otherwise(book: Book) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        for name, part in unzipped(book.data()).items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_LZMA)
    return stream.getvalue()


# Bombs
bytes_of("bomb_zip", zipped({"xl/workbook.xml": b"", "xl/media/image.bin": bytes(102_000_000)}))
with_parts("bomb_texts", **{_TEXTS: b"<sst>" + b"<si/>" * 4_200_000 + b"</sst>"})
with_parts("bomb_entities", **{_TEXTS: _LAUGHS + b"<sst>&d;</sst>"})
with_parts(
    "bomb_entities_after_a_comment",
    **{_SHEET: b"<!--" + b" " * 5_000 + b"-->" + _LAUGHS + b"<worksheet>&d;</worksheet>"},
)
with_parts(
    "bomb_entities_in_another_encoding",
    **{
        "xl/styles.xml": (
            '<?xml version="1.0" encoding="UTF-16"?>' + _LAUGHS.decode() + "<styleSheet>&d;"
            "</styleSheet>"
        ).encode("utf-16")
    },
)
with_parts("bomb_depth", **{_SHEET: b"<a>" * 1_000_000})
with_parts("bomb_attribute", **{_SHEET: b"<worksheet a='" + b"a" * 3_000_000 + b"'/>"})


def _sheet(inside: bytes) -> bytes:
    return b"<worksheet xmlns='" + MAIN.encode() + b"'>" + inside + b"</worksheet>"


with_parts(
    "bomb_cells",
    **{_SHEET: _sheet(b"<sheetData><row r='5'>" + b"<c r='B5'><v>1</v></c>" * 300_000
       + b"</row></sheetData>")},
)  # fmt: skip
with_parts("bomb_rows", **{_SHEET: _sheet(b"<sheetData>" + b"<row/>" * 600_000 + b"</sheetData>")})
with_parts(
    "bomb_merged",
    **{_SHEET: _sheet(b"<mergeCells>" + b"<mergeCell ref='A1:B2'/>" * 30_000 + b"</mergeCells>")},
)


# Damaged inside
@file
def sheet_cut_short(book: Book) -> bytes:
    parts = unzipped(book.data())
    parts[_SHEET] = parts[_SHEET][:5_000]
    return zipped(parts)


@file
def text_that_is_not_there(book: Book) -> bytes:
    parts = unzipped(book.data())
    parts[_SHEET] = parts[_SHEET].replace(b"t='s'><v>", b"t='s'><v>99999", 1)
    return zipped(parts)


@file
def style_that_is_not_there(book: Book) -> bytes:
    parts = unzipped(book.data())
    parts[_SHEET] = parts[_SHEET].replace(b" s='", b" s='99", 1)
    return zipped(parts)


@file
def encoding_unknown(book: Book) -> bytes:
    parts = unzipped(book.data())
    parts[_SHEET] = parts[_SHEET].replace(b"UTF-8", b"X-9", 1)
    return zipped(parts)


@file
def relations_missing(book: Book) -> bytes:
    parts = unzipped(book.data())
    del parts["xl/_rels/workbook.xml.rels"]
    return zipped(parts)


# What acts beyond the cells
_LINK = "xl/externalLinks/externalLink1.xml"
_LINK_TO = (
    f"<Relationships xmlns='{RELATIONS}'><Relationship Id='rId1' TargetMode='External' "
    f"Type='{OFFICE}/externalLinkPath' Target='file:///C:/prix.xlsx'/></Relationships>"
).encode()
with_parts("macros", **{"xl/vbaProject.bin": _OLE})
with_parts("macros_of_excel_4", **{"xl/macrosheets/sheet1.xml": b"<x/>"})
with_parts(
    "links_to_another_file",
    **{
        _LINK: f"<externalLink xmlns='{MAIN}'><externalBook/></externalLink>".encode(),
        "xl/externalLinks/_rels/externalLink1.xml.rels": _LINK_TO,
    },
)
with_parts(
    "link_dde",
    **{_LINK: f"<externalLink xmlns='{MAIN}'><ddeLink ddeService='cmd' ddeTopic='/c calc'/>"
       "</externalLink>".encode()},
)  # fmt: skip
with_parts("object_embedded", **{"xl/embeddings/oleObject1.bin": _OLE})
with_parts("control_embedded", **{"xl/activeX/activeX1.bin": _OLE})
with_parts("connection_to_data", **{"xl/connections.xml": b"<connections/>"})
