"""The Word annex, opened again: tables, prices, heads that repeat, language, properties."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from costing.annex.describe import describe, of_scenario
from costing.annex.word import write_word
from costing.case.case import make_case
from costing.scenario.scenario import Scenario
from tests.annex.reading import euros, matrix, prices
from tests.programs import absent


def opened(annex):
    stream = io.BytesIO()
    write_word(annex, stream)
    stream.seek(0)
    return docx.Document(stream)


@pytest.fixture(scope="module")
def document(annex):
    return opened(annex)


def texts(table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_every_price_of_every_date_is_read_back(document, annex, reformed):
    tables = iter(document.tables)
    for article in annex.articles:
        for wanted in article.tables:
            found = texts(next(tables))
            assert found[: wanted.grid.rows] == matrix(wanted)
            for cell, text in prices(article.name, found):
                assert euros(text) == reformed.price(cell, wanted.date), (cell, wanted.date)
    assert next(tables, None) is None


def test_each_table_has_its_caption_and_its_notes(document, annex):
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    wanted = [table for article in annex.articles for table in article.tables]
    assert captions == [table.caption for table in wanted]
    described = [t._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) for t in document.tables]
    assert described == captions
    for table, drawn in zip(wanted, document.tables, strict=True):
        if table.inside:
            assert drawn.rows[-1].cells[0].text == "\n".join(table.inside)
    below = [note for table in wanted for note in (*table.below, table.source) if note]
    plain = [p.text for p in document.paragraphs if p.style.name == "Normal"]
    assert plain == [annex.origin, *below]


def test_heads_repeat_and_no_row_is_cut(document, annex):
    wanted = [table for article in annex.articles for table in article.tables]
    for table, drawn in zip(wanted, document.tables, strict=True):
        flags = [row._tr.find(qn("w:trPr")) for row in drawn.rows]
        heads = [flag.find(qn("w:tblHeader")) is not None for flag in flags]
        assert heads == [index < table.grid.heads for index in range(len(heads))]
        assert all(flag.find(qn("w:cantSplit")) is not None for flag in flags)


def test_headings_go_by_article_and_state(document):
    found = [(p.style.name, p.text) for p in document.paragraphs if p.style.name[:7] == "Heading"]
    assert found[:4] == [
        ("Heading 1", "Tarifs des forfaits techniques"),
        ("Heading 2", "Article 1 – Scanographie"),
        ("Heading 3", "En vigueur, pour mémoire"),
        ("Heading 3", "Proposé"),
    ]
    assert [name for name, _ in found].count("Heading 2") == 3


def test_it_is_french_and_on_a4(document):
    languages = [e.get(qn("w:val")) for e in document.styles.element.iter(qn("w:lang"))]
    assert languages
    assert set(languages) == {"fr-FR"}
    page = document.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (21.0, 29.7)
    core = document.core_properties
    assert (core.title, core.language) == ("Tarifs des forfaits techniques", "fr-FR")
    assert (core.author, core.comments) == ("", "")
    room = page.page_width - page.left_margin - page.right_margin
    for table in document.tables:
        assert sum(column.width for column in table.columns) <= room


def test_the_ordinal_of_a_first_day_is_raised(document):
    caption = next(p for p in document.paragraphs if p.style.name == "Caption")
    assert [run.text for run in caption.runs if run.font.superscript] == ["er"]
    assert "1er janvier 2026" in caption.text


def test_lines_are_drawn_between_the_parts_only(document, annex):
    """MRI: above the head, the limits and each block; the rows of a block have none between."""
    drawn = document.tables[len(annex.articles[0].tables)]
    wanted = annex.articles[1].tables[0].grid
    for index, row in enumerate(drawn.rows[: wanted.rows]):
        erased = all(
            cell._tc.tcPr.find(qn("w:tcBorders")) is not None
            and cell._tc.tcPr.find(qn("w:tcBorders")).find(qn("w:top")) is not None
            for cell in row.cells
        )
        assert erased == (index not in wanted.rules)


def test_words_of_a_scenario_stay_words(case, reformed):
    scenario = Scenario(name="<w:p/> & \x0b\x00 «x»" + "é" * 200)
    found = opened(of_scenario(make_case(case.reference, scenario), reformed))
    assert "<w:p/> &  «x»" in found.paragraphs[1].text
    assert len(found.core_properties.subject) <= 255


def test_the_same_annex_to_a_file(annex, tmp_path):
    write_word(annex, tmp_path / "a.docx")
    assert len(docx.Document(str(tmp_path / "a.docx")).tables) == 9


def test_an_official_annex_has_every_official_date(case):
    found = opened(describe(case, case.reference.schedule, ""))
    assert len(found.tables) == 15


@pytest.fixture
def writer(soffice: str) -> None:
    """LibreOffice with Writer, a package apart from Calc: skipped without it, a failure in CI."""
    program = Path(os.path.realpath(shutil.which(soffice) or soffice)).parent
    found = [*program.glob("libswlo*"), *program.parent.rglob("libswlo*")]
    if not found:
        absent("LibreOffice Writer is not installed")


@pytest.mark.libreoffice
@pytest.mark.usefixtures("writer")
def test_libreoffice_prints_it(annex, converted, tmp_path):
    path = tmp_path / "annexe.docx"
    write_word(annex, path)
    (printed,) = converted(tmp_path, path, to="pdf")
    assert printed.read_bytes().startswith(b"%PDF")
