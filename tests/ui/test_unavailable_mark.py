"""What a supplier cannot give is seen beside the value, by whoever opens the scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from costing.scenario.scenario import Scenario
from costing.scenario.unavailable import Unavailable
from costing.store.store import Store
from costing.ui.parts import wording

PRICE = "irm.purchase_price.irm_1_5t"
SAID = "Non disponible (Constructeur *X*) : secret des affaires."


def test_the_mark_and_its_reason_stand_beside_the_value(
    opened: Callable[..., Any], store: Store
) -> None:
    data = (
        Unavailable(address=PRICE, supplier="Constructeur *X*", reason="trade_secret"),
        Unavailable(address="fleet.acts_inpatient.*", supplier="CHU Y", reason="never_measured"),
    )
    revision = store.create(Scenario(unavailable=data), "Anne", "essai")
    at = opened(scenario=revision.scenario_id)
    assert not at.at.exception
    shown = f"∅ **{wording.literal(SAID)}**"
    assert any(caption.value.startswith(shown) for caption in at.at.caption)
    assert "Parc, Actes d'hospitalisés — tous les appareils" in at.text
    at.at.session_state["group"] = "irm"
    at.at.run()
    table = at.at.dataframe[0].value
    row = table.iloc[at.position(PRICE)]
    assert row["État"] == "∅ n. d."
    assert row["Note"].startswith(f"∅ {SAID}")
    assert (table["État"] == "∅ n. d.").sum() == 1


def test_a_value_that_is_given_is_no_longer_marked(
    opened: Callable[..., Any], store: Store
) -> None:
    data = (Unavailable(address=PRICE, supplier="X", reason="delay"),)
    revision = store.create(Scenario(unavailable=data), "Anne", "essai")
    at = opened(scenario=revision.scenario_id)
    at.fill(PRICE, mode="1 250 000")
    at.press("Essayer")
    assert at.at.session_state["workspace"].draft.unavailable == ()
    assert not any("Non disponible" in caption.value for caption in at.at.caption)
    assert "Non disponible" in at.text  # among the changes that are not saved
