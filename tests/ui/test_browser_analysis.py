"""A visitor in a real browser: both pages of analysis draw their charts, without a fault."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect


def listened(page: Page) -> list[str]:
    """The faults that the page will log."""
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Streamlit looks for its server under the page's own path first.
        if message.type == "error" and "_stcore/" not in message.location["url"]:
            faults.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


@pytest.mark.browser
def test_the_bridge_opens_computed_and_swaps(site: str, page: Page) -> None:
    faults = listened(page)
    page.goto(f"{site}/pont")
    gap = page.locator(".br-value").nth(1)
    expect(gap).to_contain_text("+")
    expect(page.locator("[data-testid=stVegaLiteChart]").locator("canvas, svg")).to_have_count(1)
    before = gap.inner_text()
    page.get_by_role("button", name="A ⇄ B").click()
    expect(gap).to_have_text(before.replace("+", "-"))
    expect(page).to_have_url(re.compile(r"de=perimetre_large_activite_observee"))
    page.reload()
    expect(gap).to_have_text(before.replace("+", "-"))
    assert faults == []


@pytest.mark.browser
def test_the_sensitivity_of_a_claim_is_drawn(site: str, page: Page) -> None:
    faults = listened(page)
    page.goto(f"{site}/sensibilite?affirmation=cnam_scanner_72")
    expect(page.locator(".cl-large")).to_contain_text("%")
    expect(page.locator("[data-testid=stVegaLiteChart]").locator("canvas, svg")).to_have_count(2)
    page.get_by_role("heading", name="Phrases à citer").wait_for()
    assert faults == []
