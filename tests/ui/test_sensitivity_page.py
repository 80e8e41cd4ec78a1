"""« Sensibilité »: what is shown is what the engine says; the rest is refused or explained."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from costing.analysis.claim.readings import Reading, Settings, own_reading
from costing.analysis.draws.elasticities import elasticities
from costing.analysis.draws.intervals import class_intervals
from costing.analysis.sensitivity.sensitivity import Sensitivity, claim_sensitivity
from costing.analysis.sensitivity.words import sensitivity_words
from costing.case.case import make_case
from costing.case.labels import GRADE_WORDS
from costing.french.writing import euros, percent
from costing.scenario.scenario import Scenario, revised
from costing.store.store import Store
from costing.ui.sensitivity import tables as sensitivity_tables
from costing.values.correlations import Correlation
from tests.shared import REFERENCE
from tests.strategies import fleet_of

Opened = Callable[..., Any]
#: The claim with the fewest data, hence the quickest.
CLAIM = "cnam_scanner_72"
INDEPENDENT = revised(
    Scenario(),
    correlations=[
        Correlation(first=entry.first, second=entry.second, rank=0.0).model_dump()
        for entry in REFERENCE.correlations
    ],
)


def plain(words: str) -> str:
    """A text with ordinary spaces."""
    return re.sub(r"\s+", " ", words)


def said(at: Any) -> str:
    """Everything that the page says."""
    return plain(at.text)


def found(claim: str = CLAIM, reading: Reading | None = None) -> Sensitivity:
    """What the engine says at the settings of a first visit."""
    settings = Settings(draws=10_000)
    case = make_case(REFERENCE, Scenario())
    return claim_sensitivity(case, REFERENCE.claims[claim], settings, reading)


def test_the_page_says_what_the_engine_says(opened: Opened) -> None:
    at = opened("sensibilite", affirmation=CLAIM)
    assert not at.at.exception
    assert not at.errors
    expected = found()
    words = sensitivity_words(expected, REFERENCE, "markup")
    for sentence in words.__dict__.values():
        assert plain(sentence) in said(at)
    assert words.text in at.at.code[0].value
    large = re.search(
        r'class="cl-large">([^<]+)<', " ".join(str(e.value) for e in at.at.get("html"))
    )
    assert large
    assert plain(large[1]) == plain(percent(expected.grades["D"].value, 0))
    assert at.address["affirmation"] == CLAIM
    for driver in expected.to_collect:
        assert plain(driver.input.label(REFERENCE)) in said(at)


def test_the_reading_changes_the_answer(opened: Opened) -> None:
    at = opened("sensibilite", affirmation=CLAIM)
    at.at.selectbox(key=f"claim-perimeter-{CLAIM}").set_value("legal_strict").run()
    own = own_reading(REFERENCE.claims[CLAIM])
    words = sensitivity_words(found(reading=own._replace(perimeter="legal_strict")), REFERENCE)
    assert plain(words.variance) in said(at)
    assert plain(words.swing) in said(at)


@pytest.mark.slow
def test_a_gain_is_told_with_its_error(opened: Opened) -> None:
    claim = "cour_comptes_equilibre"
    at = opened("sensibilite", affirmation=claim)
    expected = found(claim)
    words = sensitivity_words(expected, REFERENCE, "break_even")
    assert plain(words.collect) in said(at)
    assert plain(words.left_out) in said(at)
    assert "non décelable (" in said(at) or any(d.sure_gain for d in expected.drivers)


def test_grades_add_up() -> None:
    exact = found().grades
    parts = sensitivity_tables.rounded_grades(found())
    assert list(parts) == list(GRADE_WORDS)
    assert sum(parts.values()) == pytest.approx(1, abs=1e-12)
    for grade, part in parts.items():
        assert round(part, 3) == part == pytest.approx(exact[grade].value, abs=1e-3)


def test_the_elasticities_are_the_engine_s(opened: Opened) -> None:
    at = opened("sensibilite", affirmation=CLAIM)
    at.at.selectbox(key="sensitivity-class").set_value("scanner").run()
    at.at.selectbox(key="sensitivity-amortisation").set_value("amorti")
    at.at.text_input(key="sensitivity-acts-scanner").set_value("9 000").run()
    perimeter = REFERENCE.perimeter(REFERENCE.claims[CLAIM].perimeter)
    case = make_case(REFERENCE, Scenario())
    moves = elasticities(case, "scanner", 9_000.0, 1.0, frozenset(perimeter.postes))
    largest = max(moves.values())
    assert plain(percent(largest / 100, 2, sign=True)) in said(at)
    at.at.text_input(key="sensitivity-acts-scanner").set_value("beaucoup").run()
    assert "n'est pas un nombre" in at.errors


def test_correlated_data_have_no_sobol_indices(opened: Opened) -> None:
    at = opened("sensibilite", affirmation=CLAIM)
    assert "Sans objet ici" in said(at)
    assert not [button for button in at.at.button if button.key == "sensitivity-sobol"]


@pytest.mark.slow
def test_sobol_indices_where_data_are_independent(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened("sensibilite", affirmation=CLAIM)
    at.at.session_state["workspace"].draft = INDEPENDENT
    at.at.run()
    assert "Premier ordre :" not in said(at)
    at.at.button(key="sensitivity-sobol").click().run()
    assert not at.errors
    assert "Premier ordre :" in said(at)
    at.at.run()
    assert "Premier ordre :" in said(at)


def test_a_refusal_is_in_words(opened: Opened, store: Store) -> None:
    fleet = fleet_of({"class": "irm_1_5t", "acts_billed": 6_000})  # the claim is about CT
    saved = store.create(Scenario(fleet=fleet), "Anne", "essai")
    at = opened("sensibilite", affirmation=CLAIM, scenario=saved.scenario_id)
    assert not at.at.exception
    assert "Pas de réponse sous cette lecture" in at.errors


def test_the_file_holds_every_datum() -> None:
    expected = found()
    content = sensitivity_tables.as_csv(expected, REFERENCE, "markup")
    frame = pd.read_csv(io.BytesIO(content), sep=";", decimal=",")
    assert len(frame) == len(expected.drivers)
    assert frame["Part de la variance"].sum() == pytest.approx(1, abs=1e-4)


def test_intervals_stand_in_the_fleet_section(opened: Opened) -> None:
    at = opened("cout-et-tarif")
    date = REFERENCE.savings.baseline_date
    frame = class_intervals(make_case(REFERENCE, Scenario()), date).set_index(["kind", "code"])
    assert "Ce que l'on ne sait pas du coût moyen d'un acte" in said(at)
    for key in (("class", "irm_1_5t"), ("modality", "tep"), ("all", "all")):
        row = frame.loc[key]
        assert plain(euros(row["cost_per_act_eur"], 2)) in said(at)
        assert plain(f"à {euros(row['cost_per_act_eur_p95'], 2)}") in said(at)
    assert "il ne dit rien des différences entre appareils" in said(at)
