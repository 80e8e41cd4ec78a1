"""The copy of a refused workbook that goes back to its owner, its faults marked where they stand.

Each cell at fault is coloured and bears its message as a comment; a first sheet lists them all and
leads to each. What was hidden and at fault is shown. Not a repair: no value is changed, but macros,
links, charts and objects are left out, and what calls another program or file becomes a text.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import warnings
from collections.abc import Iterable
from copy import copy
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from costing.problems.errors import Language, Problem
from costing.xlsx.foreign import is_command, takes_from_outside
from costing.xlsx.formats import GENERAL, shows
from costing.xlsx.package import readable_whole

#: A file with more XML than this is not opened whole: its problems are told without a copy.
LARGEST_COPY = 25_000_000
LONGEST_NOTE = 1_000
#: Problems at which the reading stops: the file is not to be opened by anything.
_STOPPED = {"wb_damaged", "wb_encrypted", "wb_swollen", "wb_too_many_cells", "wb_too_large"}
_FAULT = PatternFill("solid", start_color="FFF8CBAD")
_HEAD = PatternFill("solid", start_color="FF1F3A5F")
_WRAP = Alignment(wrap_text=True, vertical="top")
_WIDTHS = (6, 20, 12, 34, 90)
_START = re.compile(r"[=+\-@\t\r]")
_WORDS: dict[Language, dict[str, Any]] = {
    "fr": {
        "sheet": "Problèmes",
        "title": "Ce classeur n'a pas été importé",
        "count": "{count} problème(s), listés ci-dessous. Rien n'a été repris.",
        "how": "Les cases en cause sont colorées et portent un commentaire qui dit quoi corriger. "
        "Corrigez-les dans cette copie, enregistrez-la et redonnez-la : cette feuille n'est pas "
        "lue.",
        "lost": "Les formules sont gardées, sans leurs résultats : ouvrez la copie dans un tableur "
        "et enregistrez-la avant de la redonner. Macros, liaisons, graphiques et objets "
        "n'y sont pas.",
        "heads": ("N°", "Feuille", "Case", "Valeur lue", "Problème, et comment le corriger"),
        "note": "Problème à l'import",
        "formula": "formule retirée : {formula}",
    },
    "en": {
        "sheet": "Problems",
        "title": "This workbook was not imported",
        "count": "{count} problem(s), listed below. Nothing was taken over.",
        "how": "The cells at fault are coloured and bear a comment that says what to correct. "
        "Correct them in this copy, save it and give it back: this sheet is not read.",
        "lost": "Formulas are kept, without their results: open the copy in a spreadsheet program "
        "and save it before giving it back. Macros, links, charts and objects are not "
        "in it.",
        "heads": ("No.", "Sheet", "Cell", "Value met", "Problem, and how to mend it"),
        "note": "Problem at import",
        "formula": "formula removed: {formula}",
    },
}


def annotate(data: bytes, problems: Iterable[Problem], language: Language = "fr") -> bytes | None:
    """The workbook with its problems marked and listed; None when it cannot be opened safely."""
    listed = list(problems)
    if any(problem.code in _STOPPED for problem in listed) or not readable_whole(
        data, LARGEST_COPY
    ):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
            _disarm(book, language)
            _mark(book, listed, language)
            _list(book, listed, language)
            stream = io.BytesIO()
            book.save(stream)
    except Exception:  # openpyxl fails in many ways on a bad file; the problems are told anyway
        return None
    return stream.getvalue()


def _disarm(book: Any, language: Language) -> None:
    """Formulas that call another program, file or site become texts; their names go."""
    for sheet in book.worksheets:
        for cell in sheet._cells.values():  # those that are there: one may be XFD1048576
            if cell.data_type == "f":
                content = cell.value
                formula = str(content.text if isinstance(content, ArrayFormula) else content)
                if _armed(formula):
                    _write(cell, _WORDS[language]["formula"].format(formula=formula))
    for names in (book.defined_names, *(sheet.defined_names for sheet in book.worksheets)):
        for name in [n for n, defined in names.items() if _armed(defined.attr_text or "")]:
            del names[name]


def _armed(formula: str) -> bool:
    return takes_from_outside(formula) or is_command(formula)


def _mark(book: Any, problems: list[Problem], language: Language) -> None:
    """Colour each cell at fault and say why in a comment; show what hides it."""
    notes: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        sheet = problem.place.sheet or ""
        if sheet in book.sheetnames and problem.place.cell:
            cell = _cell_at(book[sheet], problem.place.cell)
            notes.setdefault((sheet, cell.coordinate), []).append(problem.message(language))
            if problem.code == "wb_hidden":
                _show(book[sheet], cell)
    for (sheet, name), messages in notes.items():
        cell = book[sheet][name]
        cell.fill = _FAULT
        earlier = [cell.comment.text] if cell.comment else []
        text = "\n".join([*earlier, f"{_WORDS[language]['note']} : ", *messages])
        cell.comment = _comment(text)


def _cell_at(sheet: Worksheet, name: str) -> Any:
    """The cell of a name; the first of a row « 4:4 », the corner of merged cells."""
    first = name.split(":", maxsplit=1)[0]
    cell = sheet[f"A{first}" if first.isdigit() else first]
    if isinstance(cell, MergedCell):
        box = next(b for b in sheet.merged_cells.ranges if cell.coordinate in b)
        cell = sheet.cell(box.min_row, box.min_col)
    return cell


def _show(sheet: Worksheet, cell: Cell) -> None:
    sheet.sheet_state = "visible"
    sheet.row_dimensions[cell.row].hidden = False
    for dimension in sheet.column_dimensions.values():
        if (dimension.min or 0) <= cell.column <= (dimension.max or 0):
            dimension.hidden = False
    if not shows(cell.number_format, cell.value):
        cell.number_format = GENERAL
    ink: Any = copy(cell.font)  # its text may have had the colour of its ground
    ink.color = "FF000000"
    cell.font = ink


def _comment(text: str) -> Comment:
    shown = _plain(text)[:LONGEST_NOTE]
    lines = sum(1 + len(part) // 45 for part in shown.split("\n"))
    return Comment(shown, "Import", height=20 + 18 * lines, width=340)


def _list(book: Any, problems: list[Problem], language: Language) -> None:
    """The first sheet: each problem with its place, as a link, the value met and the message."""
    words = _WORDS[language]
    for other in _WORDS.values():
        if other["sheet"] in book.sheetnames:  # that of an earlier copy
            del book[other["sheet"]]
    sheet = book.create_sheet(words["sheet"], 0)
    book.active = 0
    for other_sheet in book.worksheets[1:]:
        other_sheet.sheet_view.tabSelected = False
    opening = (words["title"], words["count"].format(count=len(problems)), words["how"])
    for row, text in enumerate((*opening, words["lost"]), start=1):
        _write(sheet.cell(row, 1), text)
        sheet.cell(row, 1).font = _font()
    sheet["A1"].font = Font(name="Calibri", bold=True, size=14)
    for column, (head, width) in enumerate(zip(words["heads"], _WIDTHS, strict=True), start=1):
        cell = sheet.cell(6, column)
        _write(cell, head)
        cell.font, cell.fill = _font(bold=True, color="FFFFFFFF"), _HEAD
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, problem in enumerate(problems, start=1):
        _list_one(sheet, 6 + number, number, problem, language)
    sheet.freeze_panes = "A7"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _list_one(
    sheet: Worksheet, row: int, number: int, problem: Problem, language: Language
) -> None:
    place = problem.place
    origin = (place.sheet or "", place.cell or place.key or "", _value_text(problem.value))
    texts = (str(number), *origin, problem.message(language))
    for column, text in enumerate(texts, start=1):
        cell = sheet.cell(row, column)
        _write(cell, text)
        cell.alignment, cell.font = _WRAP, _font()
    lines = (math.ceil(len(t) / (0.85 * w)) for t, w in zip(texts, _WIDTHS, strict=True))
    sheet.row_dimensions[row].height = min(400.0, 4 + 13.5 * max(1, *lines))
    if place.sheet in (sheet.parent.sheetnames if sheet.parent else []):
        name = str(place.sheet).replace("'", "''")
        first_cell = (place.cell or "A1").split(":")[0]
        target = f"'{name}'!{'A' + first_cell if first_cell.isdigit() else first_cell}"
        for cell in (sheet.cell(row, 2), sheet.cell(row, 3)):
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target)
            cell.font = _font(color="FF0563C1", underline="single")


def _font(**changes: Any) -> Font:
    return Font(name="Calibri", size=10, **changes)


def _value_text(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%d/%m/%Y %H:%M}".removesuffix(" 00:00")
    return "" if value is None else str(value)


def _plain(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def _write(cell: Any, text: str) -> None:
    """A text that no program will take for a formula."""
    shown = _plain(text)[:32_000]
    cell.value = shown
    cell.data_type = "s"
    if _START.match(shown):
        cell.quotePrefix = True
