"""« Parc d'appareils »: a file given in a real browser, mapped, translated, adopted, remembered."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from costing.fleet_file.mapping import FOLDER_VARIABLE
from costing.store.store import Store

Opened = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[2]
CONTENT = (
    "N° appareil;FINESS;Type;Mise en service;Dépt;Statut;Mois;Actes facturés;Actes hospitalisés\n"
    "001;350000001;IRM 1,5T;01/03/2018;35;privé;janvier;1 200;10\n"
    "001;350000001;IRM 1,5T;01/03/2018;35;privé;février;1 300;12\n"
    "002;750000002;Scanner;15/09/2016;75;Public;janvier;900,5;300\n"
)


def give(page: Page, name: str, content: bytes) -> None:
    """Give the section a file."""
    uploader = page.locator(".st-key-fleet-file input[type=file]")
    uploader.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    expect(page.get_by_role("heading", name="La correspondance")).to_be_visible()


def fill_year(page: Page) -> None:
    """Say the year of the acts, and let the page follow: a press meanwhile could be lost."""
    field = page.get_by_role("spinbutton", name="Année des actes")
    field.fill("2024")
    field.press("Tab")
    page.wait_for_timeout(500)
    page.locator("[data-test-script-state=notRunning]").wait_for()


def shot(page: Page, name: str) -> None:
    """Keep an image, where a person asked for some."""
    folder = os.environ.get("COSTING_SHOTS")
    if folder:
        page.set_viewport_size({"width": 1440, "height": 2000})
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.browser
def test_a_file_is_mapped_translated_adopted_and_its_shape_remembered(
    site: str, site_database: str, page: Page
) -> None:
    page.goto(f"{site}/import-export")
    page.get_by_role("heading", name="Parc d'appareils").wait_for()
    page.get_by_role("textbox", name="Votre nom").fill("Anne Durand")
    page.get_by_role("textbox", name="Votre nom").press("Tab")
    give(page, "parc.csv", CONTENT.encode("cp1252"))
    expect(page.get_by_text("Windows (cp1252), séparateur point-virgule")).to_be_visible()
    expect(page.get_by_text("Classe — à confirmer")).to_be_visible()
    read = page.get_by_role("button", name="Lire le fichier")
    expect(read).to_be_disabled()
    shot(page, "mapping")
    page.get_by_text("J'ai vérifié ce qui était à confirmer").click()
    fill_year(page)
    expect(read).to_be_enabled()
    read.click()
    expect(page.get_by_text("Secteur : « privé » (2 lignes)")).to_be_visible()
    shot(page, "problems")
    page.get_by_role("button", name="Reprendre avec ces traductions").click()
    expect(page.get_by_text("2 appareils", exact=False)).to_be_visible()
    shot(page, "read")
    page.get_by_role("button", name="Adopter ce parc").click()
    expect(page.get_by_text("Révision 1 enregistrée par Anne Durand")).to_be_visible()
    (scenario_id,) = parse_qs(urlsplit(page.url).query)["scenario"]
    with Store(site_database) as store:
        fleet = store.load(scenario_id).scenario.fleet
    assert fleet is not None
    assert fleet.columns["acts_billed"] == (2500, 900.5)
    assert fleet.columns["sector"] == ("liberal", "public")
    assert fleet.columns["zone"] == ("province", "paris")
    give(page, "parc2.csv", CONTENT.replace("1 300", "1 400").encode())
    expect(page.get_by_text("Ces titres sont connus")).to_be_visible()
    fill_year(page)
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.get_by_text("3\u202f500 actes facturés", exact=False)).to_be_visible()
    shot(page, "again")


def test_what_is_no_number_is_answered_on_the_screen(
    opened: Opened, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """« NC », « < 11 » and a blank cell, each for what a person says that it is worth."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    content = CONTENT.replace("1 300;12", "NC;< 11").replace("900,5;300", "900,5;")
    at = opened("import-export")
    at.sign("Anne Durand")
    at.at.file_uploader(key="fleet-file").set_value(
        [("parc.csv", content.encode(), "text/csv")]
    ).run()
    year = next(field for field in at.at.number_input if field.label == "Année des actes")
    year.set_value(2024).run()
    next(box for box in at.at.checkbox if box.label.startswith("J'ai vérifié")).check().run()
    at.press("Lire le fichier")
    assert not at.errors
    for part, value in (("NC", 400), ("11", 5), ("case vide", 0)):
        field = next(n for n in at.at.number_input if part in n.label and n.label != year.label)
        field.set_value(value).run()
    at.press("Reprendre avec ces traductions")
    at.press("Adopter ce parc")
    assert not at.errors
    fleet = store.load(store.list_scenarios()[0].id).scenario.fleet
    assert fleet is not None
    assert fleet.columns["acts_billed"] == (1600, 900.5)
    assert fleet.columns["acts_inpatient"] == (15, 0)
