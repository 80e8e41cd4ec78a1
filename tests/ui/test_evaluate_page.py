"""« Évaluer un barème »: every source of a schedule, its measures, its robustness."""

from __future__ import annotations

from typing import Any

from costing.store.store import Store
from costing.ui.schedule import view as schedule_view
from tests.ui.schedules import Opened, asking, page, table


def evaluating(opened: Opened, store: Store, source: str) -> Any:
    at = page(opened, store, asking(), schedule_view.EVALUATE)
    at.at.segmented_control(key="evaluate-source").set_value(source).run()
    assert not at.at.exception
    return at


def test_without_a_proposal_the_other_sources_are_offered(opened: Opened, store: Store) -> None:
    at = page(opened, store, asking(7e6), schedule_view.EVALUATE)
    assert "Aucun barème n'est proposé" in at.text


def test_a_rule_is_told_and_measured(opened: Opened, store: Store) -> None:
    at = evaluating(opened, store, "rule")
    at.at.selectbox(key="evaluate-rule").set_value("two_part_median").run()
    assert "l'activité médiane de la classe" in at.text
    at.press("Évaluer ce barème")
    assert table(at, "Distance par acte")[1][0] == "Coût à l'activité médiane"


def test_the_robustness_tells_chance_error_and_quantiles(opened: Opened, store: Store) -> None:
    at = evaluating(opened, store, "official")
    at.at.selectbox(key="robust-draws").set_value(200).run()
    at.press("Mettre à l'épreuve")
    assert not at.at.exception
    assert "Probabilité d'atteindre les économies demandées" in at.text
    assert "ne réagissent pas au barème" in at.text
    rows = table(at, "Médiane")
    assert rows[0] == ["Mesure", "Estimation", "5 %", "25 %", "Médiane", "75 %", "95 %"]
    assert len(rows) == 10


def test_a_file_is_evaluated_and_kept(opened: Opened, store: Store) -> None:
    at = evaluating(opened, store, "file")
    text = "effective_from,class,amortisation,zone,band,fee_eur\n2027-01-01,scanner,*,*,plein,70\n"
    at.at.file_uploader(key="evaluate-upload").set_value([("mien.csv", text.encode(), "text/csv")])
    at.at.run()
    at.press("Évaluer ce barème")
    assert table(at, "Distance par acte")[1][0] == "mien.csv"


def test_all_that_is_wrong_with_a_file_is_shown(opened: Opened, store: Store) -> None:
    at = evaluating(opened, store, "file")
    text = "effective_from,class,amortisation,zone,band,fee_eur\n2027-01-01,scaner,*,*,plein,x\n"
    at.at.file_uploader(key="evaluate-upload").set_value([("faux.csv", text.encode(), "text/csv")])
    at.at.run()
    assert "2 problèmes" in at.errors
    assert [row[1] for row in table(at, "Problème")[1:]] == ["2", "2"]
    assert not [b for b in at.at.button if b.label == "Évaluer ce barème"]


def typed(at: Any, text: str) -> None:
    """Type over the first price."""
    at.at.session_state["typed-20270101"] = {
        "edited_rows": {0: {"Au 01/01/2027": text}}, "added_rows": [], "deleted_rows": []
    }  # fmt: skip
    at.at.run()
    assert not at.at.exception


def test_prices_are_typed_over_those_in_force(opened: Opened, store: Store) -> None:
    at = evaluating(opened, store, "typed")
    assert at.at.data_editor[-1].value.iloc[0]["Au 01/01/2027"] == "89,72"
    typed(at, "80,5")
    at.press("Évaluer ce barème")
    assert table(at, "Distance par acte")[1][0] == "Prix saisis"
    # Another view and back: what was typed is still there.
    at.at.segmented_control(key="evaluate-source").set_value("official").run()
    at.at.segmented_control(key="evaluate-source").set_value("typed").run()
    assert at.at.data_editor[-1].value.iloc[0]["Au 01/01/2027"] == "80,5"


def test_a_typed_price_that_is_none_is_refused_by_its_cell(opened: Opened, store: Store) -> None:
    at = evaluating(opened, store, "typed")
    typed(at, "beaucoup")
    said = at.errors.replace("\\", "")
    assert "Scanner, toutes classes (taux plein, non amorti), au 01/01/2027" in said
    assert "n'est pas un nombre" in said
    assert not [b for b in at.at.button if b.label == "Évaluer ce barème"]


def test_a_typed_date_too_early_is_refused(opened: Opened, store: Store) -> None:
    at = evaluating(opened, store, "typed")
    at.at.text_input(key="typed-dates").set_value("01/01/2010 ; bientôt").run()
    said = at.errors.replace("\\", "")
    assert "01/01/2010" in said
    assert "« bientôt » n'est pas une date" in said
