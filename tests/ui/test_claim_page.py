"""« Affirmation »: every claim opens; what is shown is what the engine says; errors are words."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

from costing.analysis.claim.claim import ClaimAnswer, answer_claim
from costing.analysis.claim.flips import Flip
from costing.analysis.claim.readings import Reading, Settings, own_reading
from costing.analysis.claim.words import claim_words
from costing.analysis.uncertainty.chances import brief
from costing.case.case import make_case
from costing.fleet.table import FleetTable
from costing.problems.errors import TariffError, problem
from costing.scenario.scenario import Conventions, Scenario
from costing.store.store import Store
from costing.ui.claim import correlations as claim_correlations
from costing.ui.claim import tables as claim_tables
from costing.ui.shell import cache as ui_cache
from costing.values.correlations import Correlation
from tests.shared import REFERENCE
from tests.strategies import fleet_of

Opened = Callable[..., Any]
PET = {"machine_id": "m1", "site_id": "s1", "modality": "tep", "class": "tep_tdm",
       "installed_on": "2020-01-01", "zone": "province", "region": "Bretagne", "sector": "public",
       "rank_on_authorisation": 1, "acts_billed": 3000, "acts_inpatient": 0,
       "weight": 1.0}  # fmt: skip


def plain(words: str) -> str:
    """A text with ordinary spaces."""
    return re.sub(r"\s+", " ", words)


def said(at: Any) -> str:
    """Everything that the page says."""
    return plain(at.text)


def quoted(at: Any) -> str:
    """The block of sentences to copy."""
    return str(at.at.code[0].value)


def large(at: Any) -> str:
    """The probability in large."""
    found = re.search(
        r'class="cl-large">([^<]+)<', " ".join(str(e.value) for e in at.at.get("html"))
    )
    assert found
    return plain(found[1])


@cache
def answer(claim_id: str, reading: Reading | None = None, **settings: Any) -> ClaimAnswer:
    """What the engine answers at the settings of a first visit."""
    case = make_case(REFERENCE, Scenario())
    return answer_claim(case, REFERENCE.claims[claim_id], Settings(**settings), reading)


@pytest.mark.slow
@pytest.mark.parametrize("claim_id", list(REFERENCE.claims))
def test_every_claim_has_its_page(opened: Opened, claim_id: str) -> None:
    at = opened("affirmation", affirmation=claim_id)
    assert not at.at.exception
    assert not at.errors
    claim = REFERENCE.claims[claim_id]
    assert f"« {plain(claim.statement.fr)} »" in said(at)
    assert plain(claim.author.fr) in said(at)
    assert all(plain(REFERENCE.sources[key].title) in said(at) for key in claim.source)
    assert at.address["affirmation"] == claim_id
    assert at.at.header[-1].value == "Phrases à citer"


def test_the_sentences_are_the_engine_s(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cnam_75")
    words = claim_words(answer("cnam_75"))
    assert words.text in quoted(at)
    for name, sentence in words.__dict__.items():
        assert plain(sentence) in said(at), name
    assert large(at) == "moins de 0,03 %"
    assert "L'affirmation ne dit pas sa définition" in said(at)


def test_the_quotation_names_the_scenario_shown(opened: Opened, store: Store) -> None:
    opened("affirmation", affirmation="cnam_75")  # same content under another name, kept
    found = store.create(Scenario(name="Table ronde"), "Anne", "essai")
    at = opened("affirmation", affirmation="cnam_75", scenario=found.scenario_id)
    assert "Scénario « Table ronde », empreinte" in quoted(at)


@pytest.mark.slow
def test_the_settings_are_the_engine_s(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cour_comptes_equilibre")
    at.at.selectbox(key="claim-draws").set_value(1_000)
    at.at.selectbox(key="claim-method").set_value("sobol")
    at.at.text_input(key="claim-tolerance").set_value("10")
    at.at.number_input(key="claim-seed-2024").set_value(7).run()
    settings = {"draws": 1_000, "method": "sobol", "tolerance": 0.1, "seed": 7}
    assert claim_words(answer("cour_comptes_equilibre", **settings)).text in quoted(at)


def test_a_break_even_has_no_definition_nor_activity(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cour_comptes_equilibre")
    labels = [box.label for box in at.at.selectbox]
    assert "Périmètre" in labels
    assert "Définition" not in labels
    assert "Activité" not in labels
    assert "Qu'il faille au moins 4 000 actes par an" in said(at)
    assert "Sans objet ici" in said(at)


def test_the_perimeter_changes_the_probability_and_one_comes_back(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cour_comptes_equilibre")
    own = large(at)
    at.at.selectbox(key="claim-perimeter-cour_comptes_equilibre").set_value("legal_2024").run()
    reading = Reading("break_even", "legal_2024", "observed")
    found = answer("cour_comptes_equilibre", reading)
    assert large(at) == brief(found.at_least.value, 10_000) != own
    assert "n'est pas celle de l'affirmation. Ce qui change : périmètre" in said(at)
    at.press("Revenir à sa lecture")
    assert large(at) == own


def test_the_definition_and_the_tariff_are_choices(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cnam_75")
    at.at.selectbox(key="claim-definition-cnam_75").set_value("share")
    last = REFERENCE.schedule.dates[-1]
    at.at.selectbox(key="claim-date-cnam_75").set_value(last).run()
    assert "Ce qui change : définition et tarif" in said(at)
    assert f"tarif du {last:%d/%m/%Y}" in said(at)
    assert "Lu comme une part" in said(at)


@pytest.mark.slow
def test_each_claim_keeps_its_own_reading(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cnam_75")
    at.at.selectbox(key="claim-activity-cnam_75").set_value("reference").run()
    at.at.selectbox(key="claim").set_value("cnam_irm_54").run()
    assert at.address["affirmation"] == "cnam_irm_54"
    assert "Lecture de l'affirmation elle-même" in said(at)
    at.at.selectbox(key="claim").set_value("cnam_75").run()
    assert "Ce qui change : activité" in said(at)


def test_an_unknown_claim_in_the_address_is_said(opened: Opened) -> None:
    at = opened("affirmation", affirmation="nulle_part")
    assert not at.at.exception
    assert "nulle" in said(at)
    assert at.address["affirmation"] == next(iter(REFERENCE.claims))


def test_a_tolerance_in_words_is_refused_and_the_usual_one_serves(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cnam_75")
    at.at.text_input(key="claim-tolerance").set_value("un peu").run()
    assert "n'est pas un nombre" in at.errors
    assert "à 5 points près" in said(at)


def type_rank(at: Any, row: int, text: str) -> None:
    """Type over a rank of the table of correlations."""
    version = at.at.session_state["workspace"].version
    edited = {"edited_rows": {row: {"Rang": text}}, "added_rows": [], "deleted_rows": []}
    at.at.session_state[f"correlations-{version}"] = edited
    at.at.run()


def test_a_correlation_is_edited_in_the_scenario_and_put_back(opened: Opened) -> None:
    at = opened("affirmation", affirmation="cnam_75")
    before = quoted(at)
    type_rank(at, 2, "0,6")
    draft = at.at.session_state["workspace"].draft
    assert draft.correlations == (Correlation(first="floor_area", second="works_cost", rank=0.6),)
    assert not at.errors
    assert quoted(at) != before
    at.press("Remettre les valeurs de référence")
    assert at.at.session_state["workspace"].draft == Scenario()
    assert quoted(at) == before


@pytest.mark.parametrize("text", ["beaucoup", "1,5", ""])
def test_a_rank_that_is_none_is_refused_with_its_pair(opened: Opened, text: str) -> None:
    at = opened("affirmation", affirmation="cnam_75")
    type_rank(at, 3, text)
    assert "Coût chargé d'un manipulateur" in at.errors
    assert at.at.session_state["workspace"].draft == Scenario()


def test_an_impossible_set_offers_the_nearest_in_words(opened: Opened, store: Store) -> None:
    """Both ends of a pair follow a third value closely: they cannot oppose each other."""
    third = [Correlation(first=name, second="occupancy", rank=0.9)
             for name in ("slot_minutes", "technologist_posts")]  # fmt: skip
    found = store.create(Scenario(correlations=tuple(third)), "Anne", "essai")
    at = opened("affirmation", affirmation="cnam_75", scenario=found.scenario_id)
    type_rank(at, 0, "-0,99")
    told = at.errors.replace("\\", "")
    assert "ne peuvent pas être vraies ensemble" in told
    assert "Créneau par acte" in told
    assert "matrice valide la plus proche donne" in told
    assert "slot_minutes" not in told
    assert not at.at.exception


def test_a_scenario_s_own_pairs_follow_those_of_the_reference() -> None:
    swapped = Correlation(first="works_cost", second="floor_area", rank=0.2, reason="devis")
    added = Correlation(first="rent", second="works_cost", rank=0.1)
    draft = Scenario(correlations=(added, swapped))
    pairs = claim_correlations.pairs_of(REFERENCE, draft)
    assert [pair.rank for pair in pairs] == [-0.3, -0.5, 0.2, 0.7, 0.1]
    assert claim_correlations.with_ranks(draft, pairs, [pair.rank for pair in pairs]) is draft
    changed = claim_correlations.with_ranks(draft, pairs, [-0.3, -0.5, 0.5, 0.7, 0.3])
    assert [c.rank for c in changed.correlations] == [0.3]


def test_an_empty_population_is_told_in_words(opened: Opened, store: Store) -> None:
    fleet = FleetTable(year=2024, label="TEP", columns={c: (v,) for c, v in PET.items()})
    found = store.create(Scenario(fleet=fleet), "Anne", "essai")
    at = opened("affirmation", affirmation="cnam_irm_54", scenario=found.scenario_id)
    assert not at.at.exception
    assert "aucun appareil de cette population (IRM)" in at.errors.replace("\\", "")
    assert at.at.selectbox(key="claim").value == "cnam_irm_54"


def test_a_missing_tariff_is_told_in_words(opened: Opened, monkeypatch: Any) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise TariffError(problem("tariff_missing", None, "irm_1_5t", date="2010", first="2018"))

    monkeypatch.setattr(ui_cache, "claim_answer", refuse)
    at = opened("affirmation", affirmation="cnam_75")
    assert not at.at.exception
    told = at.errors.replace("\\", "")
    assert "aucun tarif connu pour IRM 1,5 T au 2010" in told


def test_the_readings_are_a_grid_with_the_current_and_the_likely_marked() -> None:
    found = answer("cnam_75", draws=1_000)
    shown = claim_tables.grid(found)
    assert shown.count("► ") == 1
    assert shown.count("✓ ") == int((found.readings["at_least"] > 0.5).sum())
    assert shown.count(" ◐") == 4
    assert "Les 7 périmètres" in shown
    assert "100,0 %" not in shown
    assert ">0,0 %" not in shown


def test_a_reading_without_meaning_shows_no_figure(opened: Opened, store: Store) -> None:
    fleet = fleet_of(
        {"class": "scanner", "acts_billed": 9_000}, {"class": "irm_1_5t", "acts_billed": 6_000}
    )
    conventions = Conventions(investment="after_running_costs")
    scenario = Scenario(fleet=fleet, conventions=conventions)
    found = store.create(scenario, "Anne", "essai")
    claim = "igas_igf_investissement"
    at = opened("affirmation", affirmation=claim, scenario=found.scenario_id)
    assert "sans objet" in said(at)
    at.at.selectbox(key=f"claim-perimeter-{claim}").set_value("running_costs_only").run()
    assert not at.at.exception
    assert "n'a de sens pour aucun tirage" in said(at)
    assert 'class="cl-large"' not in " ".join(str(e.value) for e in at.at.get("html"))


def test_the_csv_has_every_reading() -> None:
    found = answer("cnam_75", draws=1_000)
    text = claim_tables.as_csv(found).decode("utf-8-sig")
    frame = pd.read_csv(io.StringIO(text), sep=";", decimal=",", na_values="—")
    assert len(frame) == len(found.readings) == 63
    assert frame["Estimation principale"].iloc[0] == pytest.approx(found.principal, abs=1e-5)
    assert set(frame["Périmètre partiel"]) == {"oui", "non"}


@pytest.mark.parametrize(
    ("probability", "draws", "words"),
    [
        (0.0, 4096, "< 0,1 %"),
        (1.0, 4096, "> 99,9 %"),
        (0.0, 1000, "< 0,3 %"),
        (0.447, 4096, "44,7 %"),
        (0.002, 1000, "0,2 %"),
    ],
)
def test_draws_never_show_certainty(probability: float, draws: int, words: str) -> None:
    assert claim_tables.odds(probability, draws) == words


def test_the_strongest_inputs_come_first(opened: Opened) -> None:
    found = answer("cnam_75", own_reading(REFERENCE.claims["cnam_75"]))

    def reach(flip: Flip) -> float:
        return abs(flip.at_high - flip.at_low)

    strongest = max(found.flips, key=reach).input.label(REFERENCE)
    at = opened("affirmation", affirmation="cnam_75")
    first = re.search(r"Résultat au bas.*?<td>([^<]+)</td>", "".join(
        str(e.value) for e in at.at.get("html")), re.DOTALL)  # fmt: skip
    assert first
    assert first[1].replace("&#x27;", "'") == strongest


def test_the_page_of_costs_leads_here(opened: Opened) -> None:
    at = opened("cout-et-tarif")
    links = at.at.get("page_link")
    assert links[0].proto.page == "affirmation"
    assert links[0].proto.query_string == "affirmation=cnam_75"
