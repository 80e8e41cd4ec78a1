"""Files that are not what they seem: refused by name, quickly, never half read."""

import io
import re
import zipfile

import openpyxl
import pytest

from costing.problems.errors import WorkbookError
from costing.scenario.scenario import Scenario
from costing.workbook.grid.tables import MOST_PROBLEMS
from costing.workbook.imported.importer import import_workbook
from costing.xlsx import package

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


def values_of(template):
    """The part of the sheet « Hypothèses »."""
    return package.open_package(io.BytesIO(template)).parts["Hypothèses"]


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
    assert refused(template[: len(template) // 2], reference) == ["wb_truncated"]


def test_a_workbook_with_broken_xml(template, reference):
    broken = rewritten(template, values_of(template), lambda data: data[:5000])
    assert refused(broken, reference) == ["wb_damaged"]


def test_a_workbook_with_a_document_type(template, reference):
    head = b'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY a "b">]>'
    for part in ("xl/workbook.xml", "xl/styles.xml", values_of(template)):
        attack = rewritten(template, part, lambda data: head + data.split(b"?>", 1)[1])
        assert refused(attack, reference) == ["wb_damaged"]


def test_an_empty_workbook(reference):
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    assert set(refused(stream.getvalue(), reference)) == {"wb_sheet_missing"}


def test_a_file_too_large(template, reference):
    fill = bytes(package.LARGEST_FILE - len(template))
    assert "wb_too_large" not in refused(template + fill, reference)
    assert refused(template + fill + b"0", reference) == ["wb_too_large"]


def test_a_zip_that_swells(reference):
    """300 MB of zeros in a zip of 300 kB."""
    bomb = zipped(**{"xl/workbook.xml": b"", "xl/media/image.bin": bytes(300_000_000)})
    assert len(bomb) < 1_000_000
    assert refused(bomb, reference) == ["wb_swollen"]


def test_a_zip_of_too_many_parts(reference):
    parts = {f"xl/media/{number}": b"" for number in range(package.MOST_PARTS)}
    assert refused(zipped(**{"xl/workbook.xml": b""}, **parts), reference) == ["wb_damaged"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "un fichier vide"),
        (b"\xef\xbb\xbfa;b\n1;2\n", "un texte (CSV ?)"),
        (b"%PDF-1.4", "un PDF"),
        (b"\x00\x01\x02", "d'un autre format"),
        (zipped(**{"xl/workbook.bin": b""}), "un classeur binaire (.xlsb)"),
        (zipped(**{"a.txt": b""}), "un zip"),
    ],
)
def test_what_a_file_seems_to_be_is_told(data, kind, reference):
    with pytest.raises(WorkbookError) as caught:
        import_workbook(io.BytesIO(data), reference)
    assert f"mais {kind}." in caught.value.problems[0].message()


def test_the_name_of_a_file_does_not_count(template, reference, tmp_path):
    """What a file holds decides: an .xlsx named .csv is read all the same."""
    path = tmp_path / "modele.csv"
    path.write_bytes(template)
    assert import_workbook(path, reference).hash == Scenario().hash


@pytest.mark.slow
def test_too_many_problems_stop_the_reading(draft):
    for row in range(MOST_PROBLEMS + 20):
        draft.machine(row, Région="Bretaigne")
    first, *others = [problem.code for problem in draft.problems()]
    assert first == "wb_many_problems"
    assert others == ["unknown_choice"] * MOST_PROBLEMS


def test_cells_are_read_as_another_reader_reads_them(template):
    """Two readers of the same file: this one, and openpyxl."""
    found = package.open_package(io.BytesIO(template))
    book = openpyxl.load_workbook(io.BytesIO(template), data_only=True)
    assert list(found.parts) == book.sheetnames
    for name in found.parts:
        content = found.sheet(name, 10_000)
        shown = {
            (cell.row, cell.column): (cell.value, cell.number_format)
            for row in book[name].iter_rows()
            for cell in row
            if cell.value is not None
        }
        unsure = {at for at, raw in content.cells.items() if raw.uncomputed}
        mine = {at: (raw.value, raw.format) for at, raw in content.cells.items()}
        mine = {at: raw for at, raw in mine.items() if raw[0] is not None}
        assert mine == {at: held for at, held in shown.items() if at not in unsure}


def test_a_cell_at_the_far_corner_does_not_hang(draft):
    draft.book["Parc"]["XFD1048576"].number_format = "0.00"
    assert draft.scenario().hash == Scenario().hash


def test_content_at_the_far_corner_is_not_lost_in_silence(draft):
    draft.book["Parc"]["XFD1048576"] = "x"
    (problem,) = draft.problems()
    assert (problem.code, problem.place.cell) == ("wb_beyond", "XFD1048576")


def test_an_absurd_dimension_does_not_hang(template, reference):
    def claim(data):
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', data)

    big = rewritten(template, values_of(template), claim)
    assert import_workbook(io.BytesIO(big), reference).hash == Scenario().hash


def test_a_zero_that_a_program_wrote_for_a_formula_is_not_trusted(template, reference):
    """Libraries that do not compute write 0 beside the formula and ask for a recalculation."""

    def formula(data):
        old = b"<v>1000000</v>"
        assert data.count(old) >= 1
        return data.replace(old, b"<f>500000*2</f><v>0</v>", 1)

    file = rewritten(template, values_of(template), formula)
    assert refused(file, reference) == ["wb_uncomputed"]
