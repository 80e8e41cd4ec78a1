"""The workbooks of the repository are those that their script builds from the present data."""

import importlib.util
import io
from pathlib import Path

import openpyxl
import pytest

from costing.case.case import make_case
from costing.scenario.scenario import Scenario
from costing.workbook.imported.importer import import_workbook

FOLDER = Path(__file__).parents[2] / "workbooks"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("workbooks_build", FOLDER / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["modele_import.xlsx", "exemple_rempli.xlsx"])
def test_up_to_date(script, tmp_path, name):
    """Else run `python workbooks/build.py`."""
    script.build(tmp_path)
    assert contents(FOLDER / name) == contents(tmp_path / name)


def test_the_filled_example_is_what_the_script_says(script, reference):
    scenario = import_workbook(FOLDER / "exemple_rempli.xlsx", reference)
    assert scenario == script.example()
    assert make_case(reference, scenario).fleet.weight.sum() == 12


def test_the_template_is_the_reference(reference):
    assert import_workbook(FOLDER / "modele_import.xlsx", reference).hash == Scenario().hash


def contents(path):
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
