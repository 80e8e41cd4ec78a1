"""One table of cases through the three doors: a workbook's cell, a file of machines, a field."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from costing.case.case import make_case
from costing.fee.schedule import MOST_ACTS
from costing.fleet.columns import NUMBERS as RANGES
from costing.fleet_file.cells import Cells
from costing.fleet_file.file import import_fleet
from costing.fleet_file.guess import guess
from costing.fleet_file.read import open_file
from costing.fleet_file.values import read_numbers
from costing.french.writing import number
from costing.problems.errors import InputError, Problem
from costing.scenario.scenario import Scenario
from costing.ui.parts import figures
from costing.values.quantity import UNBOUNDED, Quantity
from costing.workbook.grid.cells import RefusedError, read_number
from costing.workbook.imported.importer import import_workbook
from costing.workbook.template import write_template
from costing.xlsx.cell import Raw
from tests.french.cases import AMBIGUOUS, NUMBERS, REFUSED
from tests.shared import REFERENCE

LOW, HIGH = RANGES["weight"]
MACHINE = {
    "Appareil": "M", "Site": "S", "Modalité": "IRM", "Classe": "IRM 1,5 T",
    "Installé le": "15/03/2019", "Zone": "province", "Région": "Bretagne", "Secteur": "public",
    "Rang sur l'autorisation": 1, "Actes facturés": 5000, "Actes d'hospitalisés": 300,
}  # fmt: skip


class Told(NamedTuple):
    """What a door says of a text: a number, or the words in which it refuses it."""

    value: float | None = None
    words: str | None = None


# --- the doors -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def template() -> bytes:
    stream = io.BytesIO()
    write_template(make_case(REFERENCE, Scenario()), stream)
    return stream.getvalue()


def of_workbook(template: bytes, texts: Iterable[str]) -> Iterator[Told]:
    """Each text as the weight of a machine of the sheet « Parc », in one workbook."""
    texts = list(texts)
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book["Parc"]
    sheet["B4"], sheet["B5"] = 2024, "Mon parc"
    headings = [cell.value for cell in sheet[9]]
    for row, text in enumerate(texts, start=10):
        machine = {**MACHINE, "Appareil": f"M{row}", "Poids": text}
        for name, value in machine.items():
            cell = sheet.cell(row, headings.index(name) + 1)
            cell.value, cell.data_type = value, "n" if isinstance(value, int) else "s"
    stream = io.BytesIO()
    book.save(stream)
    try:
        fleet = import_workbook(io.BytesIO(stream.getvalue()), REFERENCE).fleet
    except InputError as error:
        told = {problem.place.cell: problem.message() for problem in error.problems}
        column = openpyxl.utils.get_column_letter(headings.index("Poids") + 1)
        assert {cell.rstrip("0123456789") for cell in told if cell} == {column}
        yield from (Told(words=told.get(f"{column}{10 + row}")) for row in range(len(texts)))
    else:
        assert fleet is not None
        yield from (Told(float(weight)) for weight in fleet.columns["weight"])


def of_fleet_file(text: str) -> Told:
    """A text as the weight of the only machine of a file separated by semicolons."""
    headings = [*MACHINE, "Poids"]
    row = [*map(str, MACHINE.values()), f'"{text}"']
    content = f"{';'.join(headings)}\n{';'.join(row)}\n"
    reader = open_file(("parc.csv", content.encode()))
    mapping = guess(reader).mapping
    assert mapping is not None
    try:
        fleet = import_fleet(reader, mapping, REFERENCE, 2024).fleet
    except InputError as error:
        return Told(words=only(error.problems).message())
    return Told(float(fleet.frame["weight"].iloc[0]))


def only(problems: Iterable[Problem]) -> Problem:
    (problem,) = problems
    return problem


@pytest.fixture(scope="module")
def of_screen() -> Callable[[str], Told]:
    """A text typed as the yearly acts of a machine, on a page."""

    def script() -> None:
        import streamlit as st

        from costing.reference.load import load_reference
        from costing.ui.parts.machine_fields import machine_fields

        if "reference" not in st.session_state:
            st.session_state.reference = load_reference()
        _, acts, _ = machine_fields(st.session_state.reference, st.columns(3), "essai", "")
        st.session_state.acts = acts

    page = AppTest.from_function(script, default_timeout=60).run()

    def typed(text: str) -> Told:
        page.text_input[0].set_value(text).run()
        assert not page.exception
        if page.error:
            return Told(words=page.error[0].value)
        return Told(page.session_state["acts"])

    return typed


# --- the table of cases --------------------------------------------------------------------------

TOO_FAR = {text: value for text, value in NUMBERS.items() if not LOW <= value <= HIGH}
WITHIN = {text: value for text, value in NUMBERS.items() if text not in TOO_FAR}


def both_named(words: str, first: float, second: float) -> bool:
    """Whether a message has the two readings, as it writes numbers."""
    shown = words.replace("\\", "")  # a screen hides signs from Markdown
    return number(first, 3) in shown and number(second) in shown


def test_a_cell_of_a_workbook(template: bytes) -> None:
    assert [told.value for told in of_workbook(template, WITHIN)] == list(WITHIN.values())
    texts = [*TOO_FAR, *AMBIGUOUS, *REFUSED]
    told = dict(zip(texts, of_workbook(template, texts), strict=True))
    for text in TOO_FAR:  # read, then found out of the range of a weight
        assert "admis ici" in str(told[text].words), text
    for text, values in AMBIGUOUS.items():
        assert both_named(str(told[text].words), *values), text
    for text in REFUSED:
        words = str(told[text].words)
        assert "n'est pas un nombre" in words or "n'est pas compris" in words, text
        assert "1234,5" in words or "l'unité de la ligne" in words, text


def test_a_file_of_machines() -> None:
    assert [of_fleet_file(text).value for text in WITHIN] == list(WITHIN.values())
    for text in TOO_FAR:
        assert "attendu" in str(of_fleet_file(text).words), text
    for text, values in AMBIGUOUS.items():
        assert both_named(str(of_fleet_file(text).words), *values), text
    for text in REFUSED:
        words = str(of_fleet_file(text).words)
        assert "n'est pas un nombre" in words, text
        assert "Corrigez" in words, text


def test_a_field_of_a_screen(of_screen: Callable[[str], Told]) -> None:
    for text, value in NUMBERS.items():
        told = of_screen(text)
        if 1 <= value <= MOST_ACTS:
            assert told.value == value, text
        else:
            assert "hors bornes" in str(told.words), text
    for text, values in AMBIGUOUS.items():
        assert both_named(str(of_screen(text).words), *values), text
    for text in REFUSED:
        words = str(of_screen(text).words)
        assert "n'est pas un nombre" in words or "ne se lit pas" in words, text


# --- what the program writes, the program reads ---------------------------------------------------


def by_cell(text: str) -> Told:
    """What the import reads of one cell; the two next ones are the other doors, without a range."""
    try:
        return Told(read_number(Raw(text), Quantity("number", -UNBOUNDED)))
    except RefusedError as error:
        return Told(words=" ".join(map(str, error.facts.values())))


def by_field(text: str) -> Told:
    try:
        return Told(figures.parse(text))
    except ValueError as error:
        return Told(words=str(error))


def by_file(text: str) -> Told:
    reading = read_numbers(Cells(texts=pa.array([text])), {}, None)
    if reading.refused:
        return Told(words=" ".join(map(str, reading.refused[0].facts.values())))
    return Told(float(reading.values[0]))


def agrees(told: Told, text: str, value: float) -> bool:
    """Whether a door reads a number back, or names it among the readings of what it refuses."""
    return told.value == value or text in str(told.words)


@pytest.mark.slow
def test_every_number_that_is_written_reads_back() -> None:
    read_back, doubtful = [], []

    @settings(max_examples=2000)  # enough of them to count the doubtful
    @given(st.floats(-9e11, 9e11) | st.floats(-9999, 9999), st.integers(0, 6))
    def check(value: float, decimals: int) -> None:
        text = number(value, decimals)
        rounded = round(value, decimals)
        for door in (by_cell, by_field, by_file):
            told = door(text)
            assert agrees(told, text, rounded), (door.__name__, text, told)
            # Only three decimals behind one to three digits could be thousands.
            assert (told.value is None) <= (decimals == 3 and 1 <= abs(rounded) < 1000), text
        (doubtful if by_cell(text).value is None else read_back).append(text)

    check()
    assert len(read_back) >= 1500
    assert len(doubtful) >= 10


def test_numbers_that_are_written_come_back_through_files(template: bytes) -> None:
    drawn = random.Random(2026)
    pairs = [(drawn.uniform(0.001, 10 ** drawn.randint(1, 6)), drawn.randint(0, 5))
             for _ in range(120)]  # fmt: skip
    sure = {number(value, n): round(value, n) for value, n in pairs
            if round(value, n) > 0 and n != 3}  # fmt: skip
    assert len(sure) > 80
    assert [told.value for told in of_workbook(template, sure)] == list(sure.values())
    assert [of_fleet_file(text).value for text in sure] == list(sure.values())
    doubtful = [number(value, 3) for value, _ in pairs if 1 <= value < 999]
    assert len(doubtful) > 30
    told = [*of_workbook(template, doubtful), *map(of_fleet_file, doubtful)]
    for text, one in zip(doubtful * 2, told, strict=True):
        assert text in str(one.words)


@given(st.floats(-1e9, 1e9))
def test_a_field_reads_what_it_shows(value: float) -> None:
    assert figures.parse(figures.typed(value)) == round(value, 6)
