"""Files that are not what they seem: refused by name, quickly, never half read."""

import io
import re
import time
import zipfile

import openpyxl
import pytest

from costing.errors import WorkbookError
from costing.scenario import Scenario
from costing.workbook import package
from costing.workbook.importer import import_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(data, reference):
    with pytest.raises(WorkbookError) as caught:
        import_workbook(io.BytesIO(data), reference)
    return [problem.code for problem in caught.value.problems]


def zipped(**parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def rewritten(template, part, change):
    """The template with one part of the zip changed as bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as old, zipfile.ZipFile(stream, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            new.writestr(item, change(data) if item.filename == part else data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "wb_not_xlsx"),
        (b"a;b;c\n1;2;3\n", "wb_not_xlsx"),
        (OLE + bytes(600), "wb_old_format"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "wb_encrypted"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "wb_not_xlsx"),
    ],
)
def test_not_a_workbook(data, code, reference):
    assert refused(data, reference) == [code]


def test_a_missing_file(tmp_path, reference):
    with pytest.raises(WorkbookError) as caught:
        import_workbook(tmp_path / "absent.xlsx", reference)
    assert caught.value.problems[0].code == "file_missing"


def test_a_truncated_workbook(template, reference):
    assert refused(template[: len(template) // 2], reference) == ["wb_not_xlsx"]


def test_a_workbook_with_broken_xml(template, reference):
    broken = rewritten(template, "xl/worksheets/sheet2.xml", lambda data: data[:5000])
    assert refused(broken, reference) == ["wb_damaged"]


def test_a_workbook_with_a_document_type(template, reference):
    head = b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>'
    for part in ("xl/workbook.xml", "xl/worksheets/sheet2.xml"):
        attack = rewritten(template, part, lambda data: head + data.split(b"?>", 1)[1])
        assert refused(attack, reference) == ["wb_damaged"]


def test_an_empty_workbook(reference):
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    assert set(refused(stream.getvalue(), reference)) == {"wb_sheet_missing"}


def test_a_file_too_large(monkeypatch, template, reference):
    monkeypatch.setattr(package, "LARGEST_FILE", 1000)
    assert refused(template, reference) == ["wb_too_large"]


def test_a_zip_that_swells(reference):
    """300 MB of zeros in a zip of 300 kB."""
    bomb = zipped(**{"xl/workbook.xml": b"", "xl/media/image.bin": bytes(300_000_000)})
    assert len(bomb) < 1_000_000
    started = time.monotonic()
    assert refused(bomb, reference) == ["wb_swollen"]
    assert time.monotonic() - started < 5


def test_a_cell_at_the_far_corner_does_not_hang(draft):
    draft.book["Parc"]["XFD1048576"].number_format = "0.00"
    started = time.monotonic()
    assert draft.scenario().hash == Scenario().hash
    assert time.monotonic() - started < 10


def test_content_at_the_far_corner_is_not_lost_in_silence(draft):
    draft.book["Parc"]["XFD1048576"] = "x"
    (problem,) = draft.problems()
    assert (problem.code, problem.place.cell) == ("wb_beyond", "XFD1048576")


def test_an_absurd_dimension_does_not_hang(template, reference):
    def claim(data):
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data)

    started = time.monotonic()
    big = rewritten(template, "xl/worksheets/sheet2.xml", claim)
    assert import_workbook(io.BytesIO(big), reference).hash == Scenario().hash
    assert time.monotonic() - started < 10


def test_a_zero_that_a_program_wrote_for_a_formula_is_not_trusted(template, reference):
    """Libraries that do not compute write 0 beside the formula and ask for a recalculation."""

    def formula(data):
        old = b"<v>1000000</v>"
        assert data.count(old) >= 1
        return data.replace(old, b"<f>500000*2</f><v>0</v>", 1)

    file = rewritten(template, "xl/worksheets/sheet2.xml", formula)
    assert refused(file, reference) == ["wb_uncomputed"]
