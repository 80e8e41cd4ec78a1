"""« Vérifier un classeur exporté », and the workbook of an evaluated schedule."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest

from costing.case.case import make_case
from costing.scenario.scenario import Scenario
from costing.store.store import Store
from costing.ui.schedule import view as schedule_view
from costing.workbook.export import write_evaluation
from costing.workbook.live.book import prices_held
from costing.workbook.template import write_template
from tests.shared import REFERENCE
from tests.strategies import fleet_of
from tests.ui.schedules import Opened, asking, page, table

FLEET = fleet_of({"class": "scanner", "acts_billed": 9_000}, {"class": "tep", "acts_billed": 2_000})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def exported() -> bytes:
    case = make_case(REFERENCE, Scenario(name="Rapporté", fleet=FLEET))
    stream = io.BytesIO()
    write_evaluation(case, prices_held(case), stream)
    return stream.getvalue()


def saved_again(data: bytes) -> bytes:
    """The workbook saved by a program that computes nothing: no computed value is left."""
    stream = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(stream)
    return stream.getvalue()


def typed_over(data: bytes, old: float, new: float) -> bytes:
    """The workbook with the first yellow price of « Barème », `old`, typed over and no more."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/worksheets/sheet3.xml":
                cell = re.compile(rf'(<c r="H\d+" s="\d+"><v>){old}(</v>)'.encode())
                content, count = cell.subn(rf"\g<1>{new}\g<2>".encode(), content, count=1)
                assert count == 1
            after.writestr(name, content)
    return stream.getvalue()


def giving(opened: Opened, data: bytes) -> Any:
    at = opened("import-export")
    at.at.file_uploader(key="verify-file").set_value([("retour.xlsx", data, XLSX)])
    at.at.run()
    assert not at.at.exception
    return at


def test_an_exact_workbook_is_adopted(opened: Opened, store: Store, exported: bytes) -> None:
    at = giving(opened, exported)
    (told,) = [element.value for element in at.at.success]
    assert "Classeur exact" in told
    assert "aucune donnée changée depuis l'export" in told
    at.press("Adopter ce scénario")
    assert "indiquez votre nom" in at.errors
    at.sign("Anne Durand")
    at.press("Adopter ce scénario")
    (kept,) = store.list_scenarios()
    revision = store.load(kept.id)
    assert (revision.scenario.name, revision.scenario.fleet) == ("Rapporté", FLEET)
    assert revision.reason == "Données du classeur retour.xlsx"


def test_a_changed_price_is_told_with_what_is_stale(opened: Opened, exported: bytes) -> None:
    """The first price of « Barème », 89.72 € in force, becomes 80 € without computing again."""
    at = giving(opened, typed_over(exported, 89.72, 80))
    assert "Classeur à recalculer, ou à importer" in at.errors
    assert "la valeur d'avant ; 1 donnée changée depuis l'export" in at.errors
    assert table(at, "À l'export")[1] == [
        "Tarif Scanner, toutes classes (taux plein, non amorti), à partir du 01/01/2027",
        "89,72 €", "80,00 €",
    ]  # fmt: skip
    rows = table(at, "Trouvé")
    assert {row[4] for row in rows[1:]} == {
        "valeur d'avant vos changements : case non recalculée, ou qui ne les suit pas"
    }
    at.at.selectbox(key="verify-sheet").set_value("Économies").run()
    assert {row[0] for row in table(at, "Trouvé")[1:]} == {"Économies"}


def bringing(opened: Opened, store: Store, draft: Scenario, data: bytes) -> Any:
    """« Rapporter » given a workbook while a saved scenario is shown."""
    kept = store.create(draft, "Anne Durand", "essai")
    at = opened("import-export", scenario=kept.scenario_id)
    at.at.file_uploader(key="upload").set_value([("retour.xlsx", data, XLSX)]).run()
    assert not at.at.exception
    return at


def test_prices_that_are_not_brought_back_are_told(
    opened: Opened, store: Store, exported: bytes
) -> None:
    same = Scenario(name="Rapporté", fleet=FLEET)
    at = bringing(opened, store, same, typed_over(exported, 89.72, 80))
    (warned,) = [element.value for element in at.at.warning]
    assert "Évaluer un barème" in warned
    assert "dit la même chose" in at.text
    at = bringing(opened, store, same, exported)
    assert not [element.value for element in at.at.warning]


def test_a_fleet_is_one_difference(opened: Opened, store: Store, exported: bytes) -> None:
    at = bringing(opened, store, Scenario(name="Rapporté"), exported)
    ((what, before, after),) = table(at, "Ce qui change")[1:]
    assert (what, before) == ("Parc d'appareils", "parc de référence, synthétique")
    assert after.startswith("« essai », actes de 2024, 2 appareils, empreinte ")
    at.press("Adopter ce fichier")
    assert "indiquez votre nom" in at.errors
    assert "Essayer sans enregistrer" in [button.label for button in at.at.button]


def test_a_workbook_without_a_fleet_says_that_it_gives_the_reference_back(
    opened: Opened, store: Store
) -> None:
    stream = io.BytesIO()
    write_template(make_case(REFERENCE, Scenario(name="Rapporté")), stream)
    at = bringing(opened, store, Scenario(name="Rapporté", fleet=FLEET), stream.getvalue())
    assert any("parc de référence" in element.value for element in at.at.warning)


def test_a_workbook_that_nothing_computed_is_refused_by_its_cells(
    opened: Opened, exported: bytes
) -> None:
    at = giving(opened, saved_again(exported))
    assert "Rien n'a été repris" in at.errors
    assert "Adopter ce scénario" not in [button.label for button in at.at.button]


def test_an_evaluated_schedule_leaves_as_a_workbook(opened: Opened, store: Store) -> None:
    at = page(opened, store, asking(), schedule_view.EVALUATE)
    at.at.segmented_control(key="evaluate-source").set_value("official").run()
    labels = [button.label for button in at.at.get("download_button")]
    assert "Télécharger le calcul (Excel)" not in labels
    at.press("Évaluer ce barème")
    assert not at.at.exception
    labels = [button.label for button in at.at.get("download_button")]
    assert labels.count("Télécharger le calcul (Excel)") == 1
