"""A visitor in a real browser: a link opens a claim, whose probability is in large; addresses."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect


@pytest.mark.browser
def test_a_link_opens_a_claim(site: str, page: Page) -> None:
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Streamlit looks for its server under the page's own path first.
        if message.type == "error" and "_stcore/" not in message.location["url"]:
            faults.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{site}/affirmation?affirmation=cnam_75")
    expect(page.locator(".cl-large")).to_have_text(re.compile(r"\d+,\d+\s%"))
    expect(page.get_by_text("Le forfait technique serait surévalué de 75")).not_to_have_count(0)
    charts = page.locator("[data-testid=stVegaLiteChart]").locator("canvas, svg")
    expect(charts).to_have_count(3)
    page.get_by_role("heading", name="Phrases à citer").wait_for()
    assert faults == []


@pytest.mark.browser
def test_a_reading_is_found_again_after_another_page(site: str, page: Page) -> None:
    page.goto(f"{site}/affirmation?affirmation=cour_comptes_equilibre")
    large = page.locator(".cl-large")
    expect(large).to_be_visible()
    before = large.inner_text()
    page.get_by_role("combobox", name="Périmètre").click()
    page.get_by_role("option", name="Périmètre large depuis mars 2024").click()
    expect(large).not_to_have_text(before)
    after = large.inner_text()
    page.get_by_role("link", name="Barème").click()
    page.get_by_role("heading", name="Barème", exact=True).wait_for()
    page.get_by_role("link", name="Affirmation").click()
    expect(large).to_have_text(after)
    expect(page).to_have_url(re.compile(r"affirmation=cour_comptes_equilibre"))


@pytest.mark.browser
def test_the_address_of_the_first_page_opens_it(site: str, page: Page) -> None:
    page.goto(f"{site}/hypotheses?valeur=communs.rent.*")
    expect(page.get_by_role("heading", name="Hypothèses", exact=True)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"valeur=communs\.rent"))
