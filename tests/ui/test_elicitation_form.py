"""Three quantiles typed by an expert fill the fields of a value, and write nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from scipy import special

from costing.scenario.scenario import Scenario
from costing.store.store import Store
from costing.ui.parts.figures import parse, plain

Opened = Callable[..., Any]
PRICE = "irm.purchase_price.irm_1_5t"
REPORT = "Reporter bas, mode et haut dans le formulaire"
NAMES = ("low", "mode", "high")


def quantiles(low: float, mode: float, high: float) -> list[float]:
    """Quantiles at 5, 50 and 95 % of a PERT."""
    share = (mode - low) / (high - low)
    places = special.betaincinv(1 + 4 * share, 5 - 4 * share, [0.05, 0.5, 0.95])
    return [float(low + (high - low) * place) for place in places]


def asked(at: Any, texts: Sequence[str], address: str = PRICE) -> None:
    """Type three quantiles of a value, and ask for the fit."""
    at.at.selectbox(key="form-value").set_value(address).run()
    for chance, text in zip((5, 50, 95), texts, strict=True):
        at.at.text_input(key=f"quantile-{chance}-{address}").set_value(text)
    at.press("Ajuster")
    assert not at.at.exception


def fields(at: Any, address: str = PRICE) -> list[str]:
    """What the form's fields hold."""
    version = at.at.session_state["workspace"].version
    return [str(at.at.text_input(key=f"{name}-{address}-{version}").value) for name in NAMES]


def test_a_known_pert_comes_back_in_the_fields_and_writes_nothing(
    opened: Opened, store: Store
) -> None:
    law = [700_000.0, 900_000.0, 1_500_000.0]
    at = opened()
    before, cost = fields(at), at.cost_of("IRM 1,5 T")
    asked(at, [plain(value) for value in quantiles(*law)])
    assert not at.errors
    assert "a exactement ces trois quantiles" in at.text or "moins de 0,1 %" in at.text
    assert "distribution: lognormal" in at.text
    assert fields(at) == before
    at.press(REPORT)
    assert not at.at.exception
    assert "Session State" not in at.text
    assert [parse(text) for text in fields(at)] == pytest.approx(law, abs=100)
    assert "pressez « Essayer »" in at.text
    assert at.at.session_state["workspace"].draft == Scenario()
    assert at.cost_of("IRM 1,5 T") == cost
    assert "brouillon" not in at.address
    at.press("Essayer")
    assert not at.errors
    override = at.at.session_state["workspace"].draft.overrides[0]
    assert [override.low, override.mode, override.high] == pytest.approx(law, abs=100)
    assert at.cost_of("IRM 1,5 T") != cost
    assert "pressez « Essayer »" not in at.text
    assert store.list_scenarios() == []


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("1 000 000", "900 000", "800 000"), "doivent croître ; vous donnez 1 000 000 €"),
        (("-1", "900 000", "1 000 000"), "À 5 % : -1 € n'est pas possible"),
        (("800 000", "beaucoup", "1 000 000"), "À 50 % : « beaucoup » n'est pas un nombre"),
        (("", "", ""), "À 5 % : aucun nombre n'est donné"),
    ],
)
def test_what_cannot_be_fitted_is_said_in_words(
    opened: Opened, texts: tuple[str, str, str], words: str
) -> None:
    at = opened()
    asked(at, texts)
    assert words in at.errors.replace("\\", "")
    assert REPORT not in [button.label for button in at.at.button]


def test_a_rate_is_asked_and_given_back_as_a_percentage(opened: Opened) -> None:
    at = opened()
    address = "irm.contrast_share.irm"
    asked(at, ["30", "35", "42 %"], address)
    assert not at.errors
    at.press(REPORT)
    low, mode, high = (parse(text) for text in fields(at, address))
    assert 20 < low < 30 < mode < 35
    assert 42 < high < 60


def test_a_fixed_value_has_no_quantiles(opened: Opened) -> None:
    at = opened()
    assert "Ajuster" in [button.label for button in at.at.button]
    at.at.selectbox(key="form-value").set_value("irm.ancillary_price.*").run()
    assert "Ajuster" not in [button.label for button in at.at.button]
