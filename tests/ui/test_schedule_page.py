"""The page « Barème »: a schedule and what explains it, conflicts, frontier, any schedule."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from costing.case.case import Case
from costing.optimise.proposal import Proposal
from costing.optimise.propose import propose
from costing.run.progress import Progress
from costing.store.store import Store
from costing.ui.schedule import (
    cache as schedule_cache,
)
from costing.ui.schedule import (
    view as schedule_view,
)
from costing.ui.schedule import (
    winners_and_losers as schedule_parts,
)
from costing.ui.schedule.frontier import target_eur
from costing.ui.shell import cache
from tests.ui.schedules import Opened, asking, headers, page, plain, proposed, table, tables

#: Codes of the engine that no reader should meet.
CODES = re.compile(r"irm_1_5t|non_amorti|reduit_1|machine_floor|step_cut|savings_target|EUR")


# --- « Proposer » ---------------------------------------------------------------------------------


def test_a_schedule_comes_with_all_that_explains_it(opened: Opened, store: Store) -> None:
    at = proposed(opened, store, asking())
    assert at.at.success
    assert headers(at) == [
        "Économies par année", "Barème proposé", "Qui gagne, qui perd", "Ce qui tient le résultat",
        "À côté d'autres barèmes",
    ]  # fmt: skip
    assert [element.value for element in at.at.subheader] == ["Ce qui limite les économies"]
    assert "1. moindre perte totale" in at.text
    assert "vérifié par un nouveau calcul" in at.text
    assert not CODES.search(at.text)
    labels = [button.label for button in at.at.get("download_button")]
    assert labels == [
        "Télécharger la proposition (Excel)", "Télécharger le barème (CSV)",
        "Annexe (Word)", "Annexe (Excel)",
    ]  # fmt: skip


def test_what_holds_the_result_has_its_price(opened: Opened, store: Store) -> None:
    at = proposed(opened, store, asking())
    held = {row[0]: row[1:] for row in table(at, "Épargné aux appareils sous leur coût")[1:]}
    # A thousandth of 11 M€ less: at 13.3 centimes a euro, as the frontier has it.
    number, step, spared, _ = held["Économies visées"]
    assert (number, step) == ("11,0 M€", "-11 000 €")
    assert spared == "1 467 €"
    limits = {row[0]: row[1:] for row in table(at, "Économies de plus")[1:]}
    assert limits["Baisse maximale par étape"][:2] == ["25,0 %", "+1 point"]


@pytest.mark.parametrize("group", schedule_parts.GROUPS)
def test_who_wins_and_loses_by_every_grouping(opened: Opened, store: Store, group: str) -> None:
    at = proposed(opened, store, asking())
    at.at.segmented_control(key="losers-group").set_value(group).run()
    assert not at.at.exception
    rows = table(at, "Sous leur coût avant")
    assert rows[0][0] == schedule_parts.GROUPS[group]
    assert rows[-1][:1] == ["Ensemble"]
    assert not CODES.search(" ".join(row[0] for row in rows))


def test_other_schedules_are_measured_on_demand(opened: Opened, store: Store) -> None:
    at = proposed(opened, store, asking(name="Mesures", rounding_eur=0.02))
    assert all("Distance par acte" not in rows[0] for rows in tables(at))
    at.press("Mesurer les autres barèmes")
    rows = table(at, "Distance par acte")
    names = [row[0] for row in rows[1:]]
    assert names[:3] == ["Proposition", "Tarifs en vigueur tenus", "Trajectoire de la décision"]
    assert rows[1][4] == "atteint"
    assert rows[1][-1] == "—"


def test_a_conflict_says_what_contradicts_what_and_the_ways_out(
    opened: Opened, store: Store
) -> None:
    at = proposed(opened, store, asking(40e6))
    said = plain(at.errors)
    assert "Demandes incompatibles" in said
    assert "- Économies visées (40,0 M€)\n- Baisse maximale par étape (25,0 %)" in said
    assert "ensemble irréductible" in at.text
    rows = {row[0]: row[1:] for row in table(at, "Ce qui suffirait")[1:]}
    assert rows["Baisse maximale par étape"][0] == "25,00 %"
    assert rows["Économies visées"][:3] == ["40,0 M€", "15,1 M€", "oui"]
    assert any("Ramener les économies demandées" in m.value for m in at.at.markdown)
    assert "Barème proposé" not in headers(at)


def test_a_floor_that_cannot_hold_says_how_many_must_be_left_below(
    opened: Opened, store: Store
) -> None:
    floor = {"constraint": "machine_floor", "value": 1.0}
    at = proposed(opened, store, asking(4e6, demands=[floor]))
    eased, left = (row[1:3] for row in table(at, "Ce qui suffirait")[1:])
    assert (eased[0], eased[1][:2]) == ("100,00 %", "86")
    assert left == ["aucun laissé dessous", "12,58 % laissés dessous"]
    assert "ensemble irréductible" not in at.text
    # Nothing can be saved at all: there is no most to tell.
    assert [metric.label for metric in at.at.metric] == ["Demandé au forfait"]


def test_a_change_of_structure_and_answers_are_told_apart(opened: Opened, store: Store) -> None:
    years = {"parameter": "amortisation_years", "scope": "*", "candidates": [6, 10]}
    at = proposed(opened, store, asking(structure=[years]))
    assert any("Structure du forfait, à partir du 01/01/2027" in m.value for m in at.at.markdown)
    assert "après 10 ans" in at.text
    at = proposed(opened, store, asking(behaviour={"elasticity": {"irm": -0.2}}))
    assert "tours de calcul" in at.text
    assert "… sans réaction" in str(tables(at))


def test_a_schedule_not_proven_best_is_amber(
    opened: Opened, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(case: Case, tell: Progress) -> Proposal:
        words = "Il n'est pas prouvé qu'il soit le meilleur."
        return replace(propose(case, tell), status="stopped", words=words)

    monkeypatch.setattr(cache, "propose", stopped)
    at = proposed(opened, store, asking(rounding_eur=0.05))
    assert any("pas prouvé" in warning.value for warning in at.at.warning)
    assert not at.at.success
    assert "Barème proposé" in headers(at)


def test_what_cannot_be_computed_is_said_and_the_page_stays(opened: Opened, store: Store) -> None:
    at = proposed(opened, store, asking(step_dates=["2031-01-01"]))
    assert "Pas de calcul possible" in at.errors
    assert "Faute du programme" not in at.errors


# --- « Frontière » --------------------------------------------------------------------------------


def frontier(opened: Opened, store: Store, **rules: Any) -> Any:
    at = page(opened, store, asking(**rules), schedule_view.FRONTIER)
    assert "pas encore calculée" in at.text
    at.at.number_input(key="frontier-points").set_value(5)
    at.press("Calculer la frontière")
    assert not at.errors
    return at


def test_the_frontier_is_drawn_told_and_listed(opened: Opened, store: Store) -> None:
    at = frontier(opened, store)
    rows = table(at, "Prix d'un euro de plus")
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4", "5"]
    assert rows[1][1:4] == ["9,6 M€", "0,3 M€", "13,3 centimes"]
    assert rows[-1][1:4] == ["15,1 M€", "4,2 M€", "1,00 €"]
    assert "dépasse 10 centimes dès le premier point" in plain(at.text)
    assert "Le barème du point 1" not in headers(at)


def test_a_point_opens_its_prices_and_becomes_the_demand(opened: Opened, store: Store) -> None:
    at = frontier(opened, store)
    box = next(box for box in at.at.selectbox if box.label.startswith("Point ouvert"))
    box.set_value(2).run()
    assert "Le barème du point 3" in headers(at)
    assert len(table(at, "Point, 01/01/2027")) > 60
    at.press("Proposer ce barème")
    draft = at.at.session_state["workspace"].draft
    assert (draft.savings.target_eur, draft.savings.share_on_fee) == (12_370_000, 1.0)
    assert at.at.session_state[schedule_view.KEY] == schedule_view.PROPOSE
    assert at.at.success
    assert "Barème proposé" in headers(at)
    # The frontier leaves the target aside: it is known already.
    at.at.session_state[schedule_view.KEY] = schedule_view.FRONTIER
    at.at.run()
    assert "Le barème du point 3" in headers(at)


def test_demands_that_contradict_each_other_have_no_frontier(opened: Opened, store: Store) -> None:
    floor = {"constraint": "machine_floor", "value": 1.0}
    at = page(opened, store, asking(demands=[floor]), schedule_view.FRONTIER)
    at.press("Calculer la frontière")
    assert "Pas de frontière pour ce choix" in at.errors


def test_what_a_point_asks_for_is_round_and_within_reach() -> None:
    found = schedule_cache.frontier_of(asking(), "savings", "loss", 2, lambda _s, _w: None)
    assert found is not None
    assert [target_eur(point) for point in found.points] == [9_633_000, 15_120_000]
