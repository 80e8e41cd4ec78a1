"""An annex as a Word document, A4, to be pasted into the draft of a text.

Real tables: their heads repeat on each page and are flagged as heads, no row is cut, each bears its
caption as alternative text. Styles are those of Word (headings, caption, normal), so that a draft
puts its own in their place; notes are numbered under the tables, as official texts print them.
Colour carries nothing: heads are bold, lines mark the parts.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from docx import Document
from docx.document import Document as Doc
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.table import Table as DocxTable
from docx.table import _Cell, _Row
from docx.text.paragraph import Paragraph

from costing.annex.describe import Annex, Table
from costing.annex.tables import Box
from costing.workbook.write.layout import CREATED

FONT, GREY = "Times New Roman", "D9D9D9"
_TEXT, _SMALL = Pt(9.5), Pt(8.5)
#: Centimetres: margins of the page, what is left, the first column, the widest other one.
_MARGIN, _WIDTH, _LABEL, _WIDEST = 1.8, 17.4, 6.6, 3.2
#: Twentieths of a point, left and right in a cell: six classes stand beside their labels.
_PADDING = "70"
_ORDINAL = re.compile(r"(?<=\b1)(er)\b")
_BOLD = ("head", "group")
_LEFT = ("label", "item", "group")
#: What comes after an element in its parent: Word refuses another order.
_AFTER = {
    "w:tblCellMar": ("w:tblLook", "w:tblCaption", "w:tblDescription", "w:tblPrChange"),
    "w:tblCaption": ("w:tblDescription", "w:tblPrChange"),
    "w:tcBorders": ("w:shd", "w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign"),
    "w:shd": ("w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign"),
}


def write_word(annex: Annex, target: Path | BinaryIO) -> None:
    """Write an annex as .docx."""
    document = Document()
    _prepare(document, annex)
    document.add_heading(annex.title, 1)
    _fill(document.add_paragraph(), annex.origin, size=_SMALL)
    for article in annex.articles:
        document.add_heading(article.title, 2)
        state = ""
        for table in article.tables:
            if table.state != state:
                state = table.state
                document.add_heading(state, 3)
            _write(document, table)
    stream = io.BytesIO()
    document.save(stream)
    if isinstance(target, Path):
        target.write_bytes(stream.getvalue())
    else:
        target.write(stream.getvalue())


def _prepare(document: Doc, annex: Annex) -> None:
    """Page, language, properties, and styles in black."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(_MARGIN)
    core = document.core_properties
    core.title, core.subject, core.language = annex.title, annex.origin[:255], "fr-FR"
    core.author, core.comments, core.last_modified_by = "", "", ""
    core.created = core.modified = CREATED
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "fr-FR")
    sizes = {"Normal": 11, "Heading 1": 15, "Heading 2": 13, "Heading 3": 11, "Caption": 11}
    for name, size in sizes.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    document.styles["Footer"].font.size = _SMALL
    caption: Any = document.styles["Caption"]
    caption.font.bold, caption.font.italic = False, True
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(8), Pt(4)
    _footer(page.footer.paragraphs[0])


def _footer(paragraph: Paragraph) -> None:
    """`Page 1 / 4`, as fields."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text, field in (("Page ", "PAGE"), (" / ", "NUMPAGES")):
        paragraph.add_run(text)
        simple = _add(paragraph._p, "w:fldSimple", instr=field)
        _add(_add(simple, "w:r"), "w:t").text = "1"


def _write(document: Doc, table: Table) -> None:
    """Caption, table, and the notes under it."""
    _fill(document.add_paragraph(style="Caption"), table.caption)
    grid = table.grid
    drawn = document.add_table(grid.rows + bool(table.inside), grid.columns, style="Table Grid")
    drawn.alignment, drawn.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    margins = _add(drawn._tbl.tblPr, "w:tblCellMar")
    for side in ("left", "right"):
        _add(margins, f"w:{side}", w=_PADDING, type="dxa")
    _add(drawn._tbl.tblPr, "w:tblCaption", val=table.caption)
    _size(drawn)
    for box in grid.boxes:
        first = drawn.cell(box.row, box.column)
        last = drawn.cell(box.row + box.rows - 1, box.column + box.columns - 1)
        _draw(first if first._tc is last._tc else first.merge(last), box)
    if table.inside:
        cells = drawn.rows[-1].cells
        _notes(cells[0].merge(cells[-1]), table.inside)
    for index, row in enumerate(drawn.rows):
        properties = row._tr.get_or_add_trPr()
        _add(properties, "w:cantSplit")
        if index < grid.heads:
            _add(properties, "w:tblHeader")
        if index < grid.rows:
            _erase(row, index in grid.rules, index + 1 in grid.rules or index + 1 == grid.rows)
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = bool(table.below or table.source)
    _under(document, [*table.below, *filter(None, [table.source])])


def _size(drawn: DocxTable) -> None:
    """Widths of the columns: in the grid and in each cell, since programs read either."""
    other = min(_WIDEST, (_WIDTH - _LABEL) / (len(drawn.columns) - 1))
    for index, column in enumerate(drawn.columns):
        column.width = Cm(other if index else _LABEL)
        for cell in column.cells:
            cell.width = column.width


def _draw(cell: _Cell, box: Box) -> None:
    """The text of a box, as its kind wants it."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    head = box.kind in {"head", "subhead"}
    _fill(paragraph, box.text, size=_SMALL if head else _TEXT, bold=box.kind in _BOLD)
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(1.5)
    form.line_spacing = 1.0
    if box.kind == "item":
        form.left_indent = Cm(0.3)
    elif box.kind not in _LEFT:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if head:
        _add(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", color="auto", fill=GREY)


def _notes(cell: _Cell, notes: Sequence[str]) -> None:
    """The notes that end a table, one a paragraph."""
    for index, note in enumerate(notes):
        paragraph = cell.add_paragraph() if index else cell.paragraphs[0]
        _fill(paragraph, note, size=_SMALL)
        paragraph.paragraph_format.space_before = Pt(0 if index else 2)
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.line_spacing = 1.0


def _under(document: Doc, notes: Sequence[str]) -> None:
    """The notes under a table, kept together."""
    for index, note in enumerate(notes):
        paragraph = _fill(document.add_paragraph(), note, size=_SMALL)
        last = index == len(notes) - 1
        paragraph.paragraph_format.space_before = Pt(0 if index else 3)
        paragraph.paragraph_format.space_after = Pt(12 if last else 0)
        paragraph.paragraph_format.keep_with_next = not last


def _fill(
    paragraph: Paragraph, text: str, size: Length | None = None, bold: bool = False
) -> Paragraph:
    """A text in a paragraph, the « er » of « 1er » raised."""
    for part in _ORDINAL.split(text):
        run = paragraph.add_run(part)
        run.font.size, run.font.bold = size, bold or None
        run.font.superscript = True if part == "er" else None
    return paragraph


def _erase(row: _Row, above: bool, below: bool) -> None:
    """Take away the lines above and below a row's cells, unless they are to be drawn."""
    sides = [name for name, drawn in (("top", above), ("bottom", below)) if not drawn]
    for cell in row._tr.tc_lst if sides else ():
        borders = _add(cell.get_or_add_tcPr(), "w:tcBorders")
        for side in sides:
            _add(borders, f"w:{side}", val="nil")


def _add(parent: Any, name: str, **attributes: str) -> Any:
    """An element of WordprocessingML at its place among its parent's."""
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    after = _AFTER.get(name, ())
    parent.insert_element_before(element, *after) if after else parent.append(element)
    return element
