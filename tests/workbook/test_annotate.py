"""The copy of a refused workbook: faults marked where they stand, listed, and nothing that acts."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from click.testing import CliRunner

from costing.cli import main
from costing.problems.errors import WorkbookError
from costing.workbook.imported.annotate import LARGEST_COPY, annotate
from costing.workbook.imported.importer import import_workbook
from tests.workbook.bad import make
from tests.workbook.bad.book import Book

PRICE = "irm.purchase_price.irm_1_5t"
COLOUR = "FFF8CBAD"


def refused(data, reference):
    with pytest.raises(WorkbookError) as caught:
        import_workbook(io.BytesIO(data), reference)
    return caught.value.problems


def returned(data, reference, language="fr"):
    """The copy, opened."""
    copy = annotate(data, refused(data, reference), language)
    assert copy is not None
    return openpyxl.load_workbook(io.BytesIO(copy))


def bad(name) -> bytes:
    return (make.FOLDER / f"{name}.xlsx").read_bytes()


def rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7)]


def test_a_fault_is_coloured_commented_and_listed(reference):
    data = bad("number_twice_readable_point")
    (problem,) = refused(data, reference)
    book = returned(data, reference)
    cell = book["Hypothèses"][problem.place.cell]
    assert cell.value == "1.234"
    assert cell.fill.start_color.rgb == COLOUR
    assert problem.message("fr") in cell.comment.text
    sheet = book.worksheets[0]
    assert (sheet.title, book.active.title) == ("Problèmes", "Problèmes")
    assert rows(sheet) == [["1", "Hypothèses", cell.coordinate, "1.234", problem.message("fr")]]
    assert sheet["C7"].hyperlink.location == f"'Hypothèses'!{cell.coordinate}"
    assert sheet["C7"].hyperlink.target is None


def test_in_english(reference):
    data = bad("number_twice_readable_point")
    (problem,) = refused(data, reference)
    book = returned(data, reference, "en")
    assert book.worksheets[0].title == "Problems"
    assert rows(book.worksheets[0])[0][4] == problem.message("en")
    assert problem.message("en") in book["Hypothèses"][problem.place.cell].comment.text


def test_all_the_faults_of_a_cell_are_in_its_comment(reference):
    data = bad("many_faults_at_once")
    problems = refused(data, reference)
    twice = annotate(data, [*problems, *problems])
    book = openpyxl.load_workbook(io.BytesIO(twice))
    for problem in problems:
        text = book[problem.place.sheet][problem.place.cell].comment.text
        assert text.count(problem.message()) == 2
    assert len(rows(book.worksheets[0])) == 2 * len(problems)


def test_the_corrected_copy_is_imported(draft, reference):
    """The faults mended in the copy itself, which is then given back."""
    draft.value(PRICE).value = "1.234"
    data = draft.data()
    book = returned(data, reference)
    cell = draft.value(PRICE)
    book["Hypothèses"][cell.coordinate] = 1_234_000
    again = io.BytesIO()
    book.save(again)
    (override,) = import_workbook(io.BytesIO(again.getvalue()), reference).overrides
    assert (override.parameter, override.mode) == (PRICE, 1_234_000)


def test_a_copy_of_a_copy_has_one_list(reference):
    data = bad("number_in_words")
    first = annotate(data, refused(data, reference), "en")
    second = returned(first, reference, "fr")
    assert second.sheetnames[0] == "Problèmes"
    assert "Problems" not in second.sheetnames


def test_texts_never_become_formulas(reference):
    book = make.good()
    sheet = book.sheet("Parc")
    at = sheet.at("A-RM1", "Région")
    sheet.put(at, "=cmd|'/c calc'!A0")
    copy = returned(book.data(), reference)
    listed = copy.worksheets[0]["D7"]
    assert (listed.value, listed.data_type) == ("=cmd|'/c calc'!A0", "s")
    assert listed.quotePrefix
    held = copy["Parc"].cell(*at)
    assert (held.value, held.data_type) == ("=cmd|'/c calc'!A0", "s")


@pytest.mark.parametrize(
    "name", ["formula_command", "formula_command_out_of_the_table", "formula_of_another_file"]
)
def test_what_calls_elsewhere_is_a_text_in_the_copy(name, reference):
    copy = returned(bad(name), reference)
    for sheet in copy.worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    assert "formule retirée" in str([list(sheet.values) for sheet in copy.worksheets])


@pytest.mark.parametrize(
    "name", ["macros", "links_to_another_file", "link_dde", "object_embedded", "connection_to_data"]
)
def test_what_acts_is_not_in_the_copy(name, reference):
    data = bad(name)
    copy = annotate(data, refused(data, reference))
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        names = " ".join(archive.namelist()).casefold()
    for word in ("vba", "externallink", "embedding", "connections"):
        assert word not in names


def test_what_was_hidden_and_counts_is_shown(reference):
    sheet = returned(bad("hidden_row_of_a_changed_value"), reference)["Hypothèses"]
    assert not any(dimension.hidden for dimension in sheet.row_dimensions.values())
    sheet = returned(bad("hidden_in_the_colour_of_its_ground"), reference)["Hypothèses"]
    (marked,) = (cell for row in sheet for cell in row if cell.comment)
    assert marked.font.color.rgb == "FF000000"
    assert marked.fill.fgColor.rgb != "FF000000"
    sheet = returned(bad("hidden_weights"), reference)["Parc"]
    assert not any(dimension.hidden for dimension in sheet.column_dimensions.values())
    sheet = returned(bad("hidden_sheet_of_a_changed_value"), reference)["Activité"]
    assert sheet.sheet_state == "visible"


def test_a_problem_of_a_whole_row_or_sheet_leads_there(reference):
    book = returned(bad("column_deleted"), reference)
    (problem,) = refused(bad("column_deleted"), reference)
    row = problem.place.cell.split(":")[0]
    assert book.worksheets[0]["B7"].hyperlink.location == f"'Hypothèses'!A{row}"
    assert book["Hypothèses"][f"A{row}"].comment
    book = returned(bad("sheet_missing"), reference)
    assert book.worksheets[0]["B7"].hyperlink is None


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in make.names() if not n.startswith("bomb_")])
def test_every_bad_file_gives_a_whole_copy_or_none(name, reference):
    data = bad(name)
    problems = refused(data, reference)
    copy = annotate(data, problems)
    if copy is None:
        assert {p.place.cell for p in problems} == {None}
        return
    book = openpyxl.load_workbook(io.BytesIO(copy))
    assert len(rows(book.worksheets[0])) == len(problems)
    for problem in problems:
        if problem.place.cell and ":" not in problem.place.cell:
            cell = shown(book[problem.place.sheet], problem.place.cell)
            assert problem.message() in cell.comment.text
            assert cell.fill.start_color.rgb == COLOUR


def shown(sheet, name):
    """The cell that a person sees there: of merged cells, the first."""
    for box in sheet.merged_cells.ranges:
        if name in box:
            return sheet.cell(box.min_row, box.min_col)
    return sheet[name]


@pytest.mark.parametrize("name", ["file_encrypted", "bomb_zip", "bomb_entities", "zip_damaged"])
def test_what_cannot_be_opened_has_no_copy(name, reference):
    data = bad(name)
    assert annotate(data, refused(data, reference)) is None


def test_a_large_sheet_that_nobody_reads_is_not_opened(reference):
    small, large = (with_part(bad("number_in_words"), size) for size in (1_000, LARGEST_COPY))
    assert annotate(small, refused(small, reference)) is not None
    assert annotate(large, refused(large, reference)) is None


def with_part(data: bytes, size: int) -> bytes:
    """The file with one more part, of so many blanks."""
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b"<a>" + b" " * size + b"</a>")
    return stream.getvalue()


class TestCommand:
    def run(self, tmp_path, book: Book | bytes, *options):
        file, copy = tmp_path / "rempli.xlsx", tmp_path / "a-corriger.xlsx"
        file.write_bytes(book if isinstance(book, bytes) else book.data())
        done = CliRunner().invoke(main, ["import", str(file), "--returned", str(copy), *options])
        return done, copy

    def test_a_refused_file_is_returned(self, tmp_path):
        done, copy = self.run(tmp_path, bad("number_in_words"), "--language", "en")
        assert done.exit_code == 2
        assert "is not a number" in done.stderr
        assert openpyxl.load_workbook(copy).sheetnames[0] == "Problems"

    def test_a_good_file_is_not(self, tmp_path):
        done, copy = self.run(tmp_path, make.good())
        assert done.exit_code == 0
        assert not copy.exists()

    def test_a_file_that_cannot_be_opened_is_not(self, tmp_path):
        done, copy = self.run(tmp_path, bad("file_encrypted"))
        assert done.exit_code == 2
        assert "Pas de copie annotée" in done.stderr
        assert not copy.exists()


@pytest.mark.libreoffice
def test_another_program_opens_the_copy_and_its_comments(tmp_path, recalculated, reference):
    data = bad("many_faults_at_once")
    problems = refused(data, reference)
    path = tmp_path / "copie.xlsx"
    path.write_bytes(annotate(data, problems))
    book = openpyxl.load_workbook(recalculated(path))
    assert book.sheetnames[0] == "Problèmes"
    for problem in problems:
        assert book[problem.place.sheet][problem.place.cell].comment
