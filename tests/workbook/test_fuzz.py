"""Altered copies of the good workbook: refused, or read as a person would read what is there.

Never a traceback, and never a fault that is neither reported nor harmless. A refusal is always
admitted here; that good things are read is tested elsewhere.
"""

from __future__ import annotations

import io
import math
import random
import warnings
from typing import Any

import openpyxl
import pytest

from costing.french.writing import clean
from costing.problems.errors import InputError
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario
from costing.workbook.imported.importer import import_workbook
from tests.shared import scaled
from tests.workbook import fuzzing
from tests.workbook.bad import make
from tests.workbook.bad.book import Book, name_of

FILES = scaled(500)
SEED = 20_260_302
FIELDS = {
    "Bas": "low", "Mode": "mode", "Haut": "high", "Source": "source", "Qui": "author", "Le": "date",
    "Pourquoi": "reason", "Rang sur l'autorisation": "rank_on_authorisation",
    "Actes facturés": "acts_billed", "Actes d'hospitalisés": "acts_inpatient", "Poids": "weight",
    "Installé le": "installed_on", "Site": "site_id",
}  # fmt: skip
Facts = dict[tuple[str, str, str], Any]


class Bench:
    """The good workbook, what it says, and the reading of altered copies."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.book = make.good()
        self.data = self.book.data()
        self.places = fuzzing.places(self.book)
        self.facts = self.facts_of(import_workbook(io.BytesIO(self.data), reference))

    def altered(self, *faults: tuple[str, tuple[int, int], fuzzing.Junk]) -> bytes:
        """A copy with some cells filled otherwise."""
        book = self.book.copy()
        for sheet, at, junk in faults:
            cell = junk.cell
            book.sheet(sheet).put(at, cell.value, format=cell.format, formula=cell.formula)
        return book.data()

    def read(self, data: bytes) -> Facts | None:
        """What a copy says; None when it is refused, with words for each problem."""
        try:
            return self.facts_of(import_workbook(io.BytesIO(data), self.reference))
        except InputError as error:
            assert error.problems
            for problem in error.problems:
                assert problem.text("fr")
                assert problem.text("en")
            return None

    def told(self, data: bytes) -> set[tuple[str | None, str | None]]:
        """The cells that a copy is refused for."""
        try:
            import_workbook(io.BytesIO(data), self.reference)
        except InputError as error:
            return {(problem.place.sheet, problem.place.cell) for problem in error.problems}
        return set()

    def facts_of(self, scenario: Scenario) -> Facts:
        """All that a scenario says, by sheet, key of the row and column."""
        facts: Facts = {}
        for override in scenario.overrides:
            for name in FIELDS.values():
                if hasattr(override, name):
                    facts["Hypothèses", override.parameter, name] = getattr(override, name)
            facts["Hypothèses", override.parameter, "vat"] = override.vat
            facts["Hypothèses", override.parameter, "grade"] = override.grade
        if scenario.fleet:
            columns = scenario.fleet.columns
            for index, machine in enumerate(columns["machine_id"]):
                facts |= {("Parc", machine, n): c[index] for n, c in columns.items()}
            head = (scenario.fleet.year, scenario.fleet.label, scenario.fleet.synthetic)
            facts["Parc", "", ""] = head
        for name, value in scenario.model_dump(exclude={"overrides", "fleet"}).items():
            facts["Non disponible" if name == "unavailable" else "Choix", name, ""] = value
        return facts

    def changed(self, facts: Facts) -> set[tuple[str, str, str]]:
        """What a copy says otherwise than the good workbook."""
        keys = facts.keys() | self.facts.keys()
        return {key for key in keys if facts.get(key) != self.facts.get(key)}

    def now(self, facts: Facts, place: fuzzing.Place) -> Any:
        """What holds at a place: what the copy says, else the reference."""
        sheet = "Hypothèses" if place.sheet in fuzzing.VALUES else place.sheet
        name = FIELDS[place.heading]
        value = facts.get((sheet, place.key, name))
        if value is None and place.heading in fuzzing.NUMBERS:
            value = getattr(self.reference.parameter_at(place.key)[1], name)
        return value


@pytest.fixture(scope="module")
def bench(reference) -> Bench:
    return Bench(reference)


@pytest.mark.slow
def test_a_cell_is_read_as_a_person_reads_it_or_refused(bench):
    draw = random.Random(SEED)
    accepted = numbers = 0
    # A machine's figures have no order to keep, as low, mode and high have: a number is read.
    figures = [p for p in bench.places if p.sheet == fuzzing.FLEET and p.kind == "count"]
    counts = [junk for junk in fuzzing.JUNK if "count" in junk.reads]
    for number in range(FILES * 2 // 10):
        if number % 4:
            place, junk = draw.choice(bench.places), draw.choice(fuzzing.JUNK)
        else:
            place, junk = draw.choice(figures), draw.choice(counts)
        told = f"{place} holds {junk.cell}"
        facts = bench.read(bench.altered((place.sheet, place.at, junk)))
        if facts is None:
            continue
        accepted += 1
        _only_its_row(bench.changed(facts), place, told)
        if place.kind and place.heading in FIELDS:
            read = junk.reads.get(place.kind)
            _same(bench.now(facts, place), read, told)
            numbers += isinstance(read, (int, float))
    assert accepted > FILES // 100
    assert numbers


@pytest.mark.slow
def test_every_cell_that_cannot_be_read_for_sure_is_named(bench):
    """Some cells of as many rows at once: none may hide behind another."""
    draw = random.Random(SEED + 5)
    for _ in range(FILES * 2 // 10):
        rows = {(place.sheet, place.at[0]): place for place in draw.sample(bench.places, 40)}
        faults = [(place, draw.choice(fuzzing.JUNK)) for place in rows.values()]
        data = bench.altered(*((place.sheet, place.at, junk) for place, junk in faults))
        told = bench.told(data)
        for place, junk in faults:
            if _unreadable(bench, place, junk):
                cell = (place.sheet, name_of(place.at))
                assert cell in told, f"{place} holds {junk.cell}"


def _unreadable(bench: Bench, place: fuzzing.Place, junk: fuzzing.Junk) -> bool:
    """Whether what a cell holds cannot be what is asked there."""
    value = "" if junk.cell.value is None else str(junk.cell.value)
    if junk.cell.format == ";;;":
        return False  # told of the row, once its other cells are right
    if junk.cell.formula is None and not clean(value):
        filled = place.at in bench.book.sheet(place.sheet).cells
        return place.heading in fuzzing.NUMBERS and filled
    return bool(place.kind) and place.kind not in junk.reads


def _only_its_row(changed: set[tuple[str, str, str]], place: fuzzing.Place, told: str) -> None:
    sheet = "Hypothèses" if place.sheet in fuzzing.VALUES else place.sheet
    for where, key, _ in changed:
        assert where == sheet, told
        assert where == fuzzing.CHOICES or key == place.key, told


def _same(found: Any, expected: Any, told: str) -> None:
    if isinstance(expected, (int, float)):
        assert math.isclose(found, expected, rel_tol=1e-12), told
    elif expected is None:
        assert found in (None, "", "saisie de l'expert"), told
    elif isinstance(expected, str):
        assert clean(found) == clean(expected), told
    else:
        assert str(found) == str(expected), told


@pytest.mark.slow
def test_what_is_no_input_changes_nothing_or_is_refused(bench):
    """Keys, labels, units, headings, titles."""
    draw = random.Random(SEED + 1)
    cells = fuzzing.other_cells(bench.book, bench.places)
    # A machine's name, a list's choice and what is not available are inputs of another kind.
    cells = [(s, at) for s, at in cells if s in (*fuzzing.VALUES, fuzzing.CHOICES, "Lisez-moi")]
    for _ in range(FILES * 15 // 100):
        (sheet, at), junk = draw.choice(cells), draw.choice(fuzzing.JUNK)
        facts = bench.read(bench.altered((sheet, at, junk)))
        assert facts is None or not bench.changed(facts), f"{sheet} {at} holds {junk.cell}"


def test_a_row_that_is_gone_is_missed_or_says_nothing_more(bench):
    draw = random.Random(SEED + 2)
    machines = sorted({place.at[0] for place in bench.places if place.sheet == fuzzing.FLEET})
    changes = 0
    for number in range(FILES * 5 // 100):
        book = bench.book.copy()
        sheet = draw.choice(book.sheets)
        row = draw.choice(sorted({r for r, _ in sheet.cells}))
        if number % 4 == 0:  # a fleet may do with a machine less
            sheet, row = book.sheet(fuzzing.FLEET), draw.choice(machines)
        key = sheet.cells.get((row, 1))
        sheet.delete_row(row)
        facts = bench.read(book.data())
        if facts is not None:
            changes += len(bench.changed(facts))
            for where, name, _ in bench.changed(facts):
                assert where == sheet.name, (sheet.name, row)
                free = where in (fuzzing.CHOICES, "Non disponible")
                assert free or name == (key and key.value), (sheet.name, row)
    assert changes


@pytest.mark.slow
def test_another_shape_changes_nothing_or_is_refused(bench):
    draw = random.Random(SEED + 3)
    for _ in range(FILES * 20 // 100):
        reshape = draw.choice(fuzzing.RESHAPES)
        book = bench.book.copy()
        reshape(draw, book)
        facts = bench.read(book.data())
        assert facts is None or not bench.changed(facts), reshape.__name__


def test_altered_bytes_are_refused_or_read_as_they_show(bench):
    """An independent reader says which cells the copy shows otherwise."""
    draw = random.Random(SEED + 4)
    good = _shown(bench.data)
    assert good is not None
    inputs = {(place.sheet, place.at): place for place in bench.places}
    for number in range(FILES * 20 // 100):
        data = fuzzing.bytes_altered(draw, bench.data)
        facts = bench.read(data)
        if facts is None:
            continue
        changed = bench.changed(facts)
        shown = _shown(data)
        if shown is None:
            assert not changed, number
            continue
        differ = {at for at in good.keys() | shown.keys() if good.get(at) != shown.get(at)}
        sheets = {"Hypothèses" if s in fuzzing.VALUES else s for s, _ in differ}
        assert {where for where, _, _ in changed} <= sheets, number
        rows = {inputs[at].key for at in differ if at in inputs}
        told = {key for where, key, _ in changed if where == "Hypothèses"}
        assert told <= rows, number
        for at in differ & inputs.keys():
            if inputs[at].kind in ("amount", "count", "rate", "date"):
                assert changed, (number, inputs[at], good.get(at), shown.get(at))


def _shown(data: bytes) -> dict[Any, Any] | None:
    """The cells of a file as another program shows them; None when it cannot."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception:
        return None
    return {
        (sheet.title, (cell.row, cell.column)): (
            clean(cell.value).casefold() if isinstance(cell.value, str) else cell.value
        )
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_extra_sheets_are_not_read(bench):
    book: Book = bench.book.copy()
    extra = book.copy().sheet("Choix")
    extra.name = "Calculs"
    extra.put((3, 3), 12, formula="SUM(A1:A3)")
    book.sheets.insert(0, extra)
    facts = bench.read(book.data())
    assert facts is not None
    assert not bench.changed(facts)
