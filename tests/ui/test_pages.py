"""Every page opens; a change is seen, kept, found again, and contested when someone was quicker."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from costing.scenario.scenario import Override, Scenario
from costing.store.store import Store
from costing.ui import main as main_module
from costing.ui.main import PAGES

Opened = Callable[..., Any]
PRICE = "irm.purchase_price.irm_1_5t"


@pytest.mark.parametrize("page", [path for _, path, _, _ in PAGES])
def test_every_page_opens(opened: Opened, page: str) -> None:
    at = opened(page)
    assert not at.at.exception
    assert not at.errors
    assert at.at.title[0].value in {title for title, *_ in PAGES}


def test_app_opens_on_the_hypotheses(database: str) -> None:
    app = Path(__file__).resolve().parents[2] / "app.py"
    at = AppTest.from_file(str(app), default_timeout=120).run()
    assert not at.exception
    assert at.title[0].value == "Hypothèses"


def test_the_package_opens_without_app_py(database: str) -> None:
    page = Path(main_module.__file__)
    at = AppTest.from_file(str(page), default_timeout=120).run()
    assert not at.exception
    assert at.title[0].value == "Hypothèses"


def test_first_visit_writes_nothing(opened: Opened, store: Store) -> None:
    at = opened()
    assert store.list_scenarios() == []
    assert "scenario" not in at.address


@pytest.mark.parametrize("address", [{}, {"scenario": "abc"}, {"brouillon": "abc"}])
def test_a_database_that_cannot_serve_is_told_at_the_first_page(
    opened: Opened, database: str, address: dict[str, str]
) -> None:
    with sqlite3.connect(database.removeprefix("sqlite:///")) as former:
        former.execute("CREATE TABLE clients (id INTEGER)")
    at = opened("cout-et-tarif", **address)
    assert "La base des scénarios n'est pas utilisable" in at.errors
    assert "clients" in at.errors
    assert not at.at.title  # nothing to fill that could not be saved


def test_synthetic_fleet_is_always_announced(opened: Opened) -> None:
    for _, path, _, _ in PAGES:
        assert any("Parc synthétique" in w.value for w in opened(path).at.warning)


def test_a_tried_value_changes_the_cost_and_is_not_saved(opened: Opened, store: Store) -> None:
    at = opened()
    before = at.cost_of("IRM 1,5 T")
    at.fill(PRICE, mode="1 250 000")
    at.press("Essayer")
    assert not at.errors
    assert at.cost_of("IRM 1,5 T") > before
    assert "1 modification" in at.text or "modifications non enregistrées" in at.text
    assert store.list_scenarios() == []


def test_a_draft_survives_a_reload(opened: Opened) -> None:
    at = opened()
    at.fill(PRICE, mode="1 250 000")
    at.press("Essayer")
    after = at.cost_of("IRM 1,5 T")
    again = opened(**at.address)
    assert again.cost_of("IRM 1,5 T") == after
    assert again.address["brouillon"] != at.address["brouillon"]


def test_saving_asks_for_a_name_and_a_reason(opened: Opened, store: Store) -> None:
    at = opened()
    at.fill(PRICE, mode="1 250 000")
    at.press("Enregistrer")
    assert "votre nom" in at.errors
    assert store.list_scenarios() == []


def saved(opened: Opened) -> Any:
    """A session that saved one change."""
    at = opened()
    at.sign("Anne Durand")
    at.fill(PRICE, mode="1 250 000", why="devis de mars")
    at.press("Enregistrer")
    assert not at.errors
    return at


def test_the_first_save_creates_a_signed_revision(opened: Opened, store: Store) -> None:
    at = saved(opened)
    revision = store.load(at.address["scenario"])
    override = revision.scenario.overrides[0]
    assert (revision.number, revision.author, revision.reason) == (
        1,
        "Anne Durand",
        "devis de mars",
    )
    assert (override.parameter, override.mode, override.grade) == (PRICE, 1_250_000, "D")
    assert (override.author, override.reason) == ("Anne Durand", "devis de mars")
    assert "brouillon" not in at.address


def test_a_reload_finds_the_saved_scenario(opened: Opened) -> None:
    at = saved(opened)
    again = opened(scenario=at.address["scenario"])
    assert again.cost_of("IRM 1,5 T") == at.cost_of("IRM 1,5 T")
    assert "révision 1" in again.text


def test_another_page_finds_the_saved_scenario(opened: Opened) -> None:
    at = saved(opened)
    plain = opened("cout-et-tarif")
    changed = opened("cout-et-tarif", scenario=at.address["scenario"])
    assert changed.at.metric[0].value != plain.at.metric[0].value


def test_an_unknown_scenario_is_said_and_the_reference_opens(opened: Opened) -> None:
    at = opened(scenario="nulle-part")
    assert "nulle-part" in at.errors
    assert not at.at.exception


def test_bounds_out_of_order_are_explained_and_kept(opened: Opened) -> None:
    at = opened()
    at.fill(PRICE, low="2 000 000")
    at.press("Essayer")
    assert "2 000 000 €" in at.errors
    assert at.at.text_input(key=f"low-{PRICE}-0").value == "2 000 000"


def test_the_table_changes_the_cost(opened: Opened) -> None:
    at = opened()
    before = at.cost_of("IRM 1,5 T")
    at.edit_table(PRICE, Mode="1250000")
    assert at.cost_of("IRM 1,5 T") > before


def test_a_word_in_the_table_is_refused_in_words_and_nothing_else_is_lost(opened: Opened) -> None:
    at = opened()
    before = at.cost_of("IRM 1,5 T")
    at.edit_table(PRICE, Mode="beaucoup")
    assert at.cost_of("IRM 1,5 T") == before
    assert "n'est pas un nombre" in at.errors
    shown = at.at.data_editor[0].value
    assert shown.iloc[at.position(PRICE)]["Mode"] == "beaucoup"


def test_a_rate_is_typed_as_a_percentage(opened: Opened) -> None:
    at = opened()
    at.at.session_state["group"] = "communs"
    at.at.run()
    at.edit_table("communs.cost_of_capital.*", Mode="4,25")
    draft = at.at.session_state["workspace"].draft
    assert draft.overrides[0].mode == pytest.approx(0.0425)


def test_a_late_save_shows_what_came_between_and_reapplies(opened: Opened, store: Store) -> None:
    at = saved(opened)
    scenario_id = at.address["scenario"]
    base = store.load(scenario_id)
    other = base.scenario.with_override(
        Override(parameter="communs.rent.*", mode=260, low=150, high=400)
    )
    store.save(scenario_id, other, "Bernard Petit", "bail signé", 1)
    at.fill(PRICE, mode="1 280 000", why="avenant")
    at.press("Enregistrer")
    assert "Bernard Petit" in at.errors
    assert "bail signé" in at.errors
    assert "260" in at.text
    at.at.button(key="reapply").click().run()
    draft = at.at.session_state["workspace"].draft
    assert {o.parameter: o.mode for o in draft.overrides} == {
        PRICE: 1_280_000,
        "communs.rent.*": 260,
    }
    at.at.text_input(key="reason").set_value("avenant").run()
    at.at.button(key="save").click().run()
    assert store.load(scenario_id).number == 3


def test_a_target_in_words_is_refused(opened: Opened) -> None:
    at = opened("bareme")
    at.at.text_input(key="target-0").set_value("trois cents")
    at.press("Calculer le barème")
    assert "Objectif pour toute l'imagerie" in at.errors


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("share", "0,5", "0,5 % ou 50 %"),
        ("share", "150", "0 à 100 %"),
        ("cut", "-5", "0 à 100 %"),
        ("year-2026", "-3", "Minimum 2026"),
        ("target", "2 000 Md€", "1 000 000 M€"),
    ],
)
def test_a_refused_field_is_named_with_its_bounds(
    opened: Opened, field: str, text: str, words: str
) -> None:
    at = opened("bareme")
    at.at.text_input(key=f"{field}-0").set_value(text)
    at.press("Calculer le barème")
    said = at.errors.replace("\\", "")
    assert words in said
    assert "Input should" not in said
    assert at.at.text_input(key=f"{field}-0").value == text
    assert at.at.session_state["workspace"].draft == Scenario()


def type_dates(at: Any, *texts: str) -> None:
    """Type over the first step date, add the others, and ask for the schedule."""
    added = [{"Dates d'effet": text} for text in texts[1:]]
    at.at.session_state["steps-0"] = {
        "edited_rows": {0: {"Dates d'effet": texts[0]}}, "added_rows": added, "deleted_rows": []
    }  # fmt: skip
    at.press("Calculer le barème")


def test_step_dates_are_typed_day_first(opened: Opened) -> None:
    at = opened("bareme")
    type_dates(at, "01/03/2027", "2027-06-02")
    assert not at.at.exception
    steps = at.at.session_state["workspace"].draft.rules.step_dates
    assert steps == (dt.date(2027, 3, 1), dt.date(2027, 6, 2))


@pytest.mark.parametrize("text", ["31/02/2027", "mars 2027", "01/01/27"])
def test_a_step_date_that_is_none_is_refused_with_its_row(opened: Opened, text: str) -> None:
    at = opened("bareme")
    type_dates(at, "01/01/2027", text)
    said = at.errors.replace("\\", "")
    assert "Dates d'effet, ligne 2" in said
    assert "JJ/MM/AAAA" in said
    assert at.at.session_state["workspace"].draft == Scenario()


def test_a_step_date_already_past_gets_a_notice(opened: Opened) -> None:
    at = opened("bareme")
    type_dates(at, "01/01/2026")
    assert "cette date est passée" in at.text
    assert "Demande refusée" not in at.errors


def test_the_form_comes_back_to_the_value_last_edited(opened: Opened) -> None:
    at = saved(opened)
    assert at.at.selectbox(key="form-value").value == PRICE
    assert opened(**at.address).at.selectbox(key="form-value").value == PRICE
    at.fill("communs.rent.*", mode="260 €", why="bail")
    at.press("Enregistrer")
    assert at.address["valeur"] == "communs.rent.*"
    assert opened(**at.address).at.selectbox(key="form-value").value == "communs.rent.*"


def test_an_unknown_value_in_the_address_is_passed_over(opened: Opened) -> None:
    at = opened(valeur="irm.nothing.irm_1_5t")
    assert not at.at.exception
    assert at.at.selectbox(key="form-value").value == PRICE


def test_a_price_is_typed_in_millions(opened: Opened) -> None:
    at = opened()
    at.fill(PRICE, mode="1,25 M€")
    at.press("Essayer")
    assert at.at.session_state["workspace"].draft.overrides[0].mode == 1_250_000


def test_the_perimeter_is_a_choice_that_changes_the_cost(opened: Opened) -> None:
    at = opened()
    before = at.cost_of("IRM 1,5 T")
    at.at.selectbox(key="perimeter-0").set_value("legal_2024_no_money").run()
    assert at.cost_of("IRM 1,5 T") < before


def test_a_scenario_file_is_adopted_as_a_revision(opened: Opened, store: Store) -> None:
    at = opened("import-export")
    scenario = Scenario(name="Table ronde", overrides=(Override(parameter=PRICE, mode=900_000),))
    at.sign("Anne Durand")
    at.at.file_uploader(key="upload").set_value(
        [("table.json", scenario.to_json().encode(), "application/json")]
    ).run()
    at.press("Adopter ce fichier")
    assert not at.errors
    assert store.list_scenarios()[0].name == "Table ronde"


def test_a_database_of_a_later_version_is_refused_in_words(opened: Opened, database: str) -> None:
    Store(database).close()
    with sqlite3.connect(database.removeprefix("sqlite:///")) as file:
        file.execute("UPDATE alembic_version SET version_num = '0417'")
    file.close()
    at = opened(scenario="parcdessai22")
    assert not at.at.exception
    assert "à la révision 0417" in at.errors
    assert "mettez l'atelier à jour" in at.errors
