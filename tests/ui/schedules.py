"""A small fleet and what is asked of its fee, for the tests of the page « Barème »."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from costing.scenario.scenario import Scenario, revised
from costing.store.store import Store
from tests.strategies import fleet_of

Opened = Callable[..., Any]
#: Four machines: everything about them is computed in less than a second.
FLEET = fleet_of(
    {"class": "scanner", "acts_billed": 9_000, "weight": 20},
    {"class": "scanner", "acts_billed": 4_000, "weight": 5, "installed_on": "2012-01-01"},
    {"class": "irm_1_5t", "acts_billed": 5_500, "weight": 10, "sector": "public"},
    {"class": "tep_tdm", "acts_billed": 2_500, "weight": 4},
)


def asking(target_eur: float = 11e6, name: str = "Essai", **rules: Any) -> Scenario:
    """What is asked of the fee alone, over that fleet."""
    demand = {"target_eur": target_eur, "share_on_fee": 1.0}
    return revised(Scenario(name=name, fleet=FLEET), savings=demand, rules=rules)


def page(opened: Opened, store: Store, scenario: Scenario, view: str = "") -> Any:
    """The page « Barème » on a scenario, one of its views open."""
    kept = store.create(scenario, "Anne Durand", "essai")
    found = opened("bareme", scenario=kept.scenario_id, **({"vue": view} if view else {}))
    assert not found.at.exception
    return found


def proposed(opened: Opened, store: Store, scenario: Scenario) -> Any:
    """The page once the schedule of a scenario is asked for."""
    found = page(opened, store, scenario)
    found.press("Calculer le barème")
    assert not found.at.exception
    return found


def tables(at: Any) -> list[list[list[str]]]:
    """The tables of the page, as rows of texts, headings first; all spaces alike."""
    html = " ".join(str(element.value) for element in at.at.get("html"))
    return [
        [
            [plain(cell) for cell in re.findall(r"<t[dh]\b.*?</t[dh]>", row, re.S)]
            for row in re.findall(r"<tr.*?</tr>", found, re.S)
        ]
        for found in re.findall(r"<table.*?</table>", html, re.S)
    ]


def plain(markup: str) -> str:
    """A text without tags or signs of Markdown, its spaces all alike."""
    text = unescape(re.sub(r"<[^>]+>", "", markup)).replace("\\", "")
    return re.sub(r"[\u00a0\u202f]", " ", text)


def table(at: Any, heading: str) -> list[list[str]]:
    """The rows of the table that has a heading."""
    return next(rows for rows in tables(at) if heading in rows[0])


def headers(at: Any) -> list[str]:
    return [element.value for element in at.at.header]
