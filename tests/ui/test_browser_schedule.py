"""A visitor in a real browser: a frontier's point opens its schedule; a long test is given up."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.test_browser_analysis import listened


@pytest.mark.browser
def test_a_point_of_the_frontier_opens_its_schedule(site: str, page: Page) -> None:
    faults = listened(page)
    page.goto(f"{site}/bareme?vue=Frontière")
    points = page.get_by_role("spinbutton", name="Points")
    points.fill("4")
    points.press("Tab")
    page.get_by_role("button", name="Calculer la frontière").click()
    marks = page.locator("[data-testid=stVegaLiteChart] svg g.mark-symbol path")
    expect(marks).to_have_count(4)
    expect(page.get_by_role("heading", name="Le barème du point")).to_have_count(0)
    page.locator("[data-testid=stVegaLiteChart]").scroll_into_view_if_needed()
    marks.nth(1).click(force=True)
    expect(page.get_by_role("heading", name="Le barème du point 2")).to_be_visible()
    expect(page.get_by_text("Point, 01/01/2027")).to_be_visible()
    # The open point wears a ring, and the next click moves it.
    expect(marks).to_have_count(5)
    marks.nth(3).click(force=True)
    expect(page.get_by_role("heading", name="Le barème du point 3")).to_be_visible()
    page.get_by_role("button", name="Proposer ce barème").click()
    expect(page.get_by_role("heading", name="Barème proposé")).to_be_visible()
    assert faults == []


@pytest.mark.browser
def test_a_long_computation_is_given_up(site: str, page: Page) -> None:
    page.goto(f"{site}/bareme?vue={'Évaluer un barème'}")
    page.get_by_text("La décision d'octobre 2025").click()
    page.get_by_role("combobox", name="Tirages").click()
    page.get_by_role("option", name=re.compile(r"^5\s000$")).click()
    page.get_by_role("button", name="Mettre à l'épreuve").click()
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Calcul abandonné")).to_be_visible()
    expect(page.get_by_role("button", name="Mettre à l'épreuve")).to_be_visible()
    expect(page.get_by_text("Probabilité d'atteindre")).to_have_count(0)
