"""The folded parts of the demand: what they set, how they come back, what they refuse."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from costing.scenario.menu import CONSTRAINTS, OBJECTIVES
from costing.scenario.rules import Behaviour, Demand, ScheduleRules, StructureChoice
from costing.scenario.scenario import Scenario, revised
from costing.store.store import differences
from costing.ui.schedule.demand import menu as demand_menu
from costing.ui.shell import cache, changes

#: The form alone: what is asked is under test here, not the schedule that answers it.
FORM = """
import streamlit as st
from costing.ui.schedule.demand import form as schedule_demand
from costing.ui.shell import cache, state

state.follow_address()
asked = schedule_demand.form(cache.reference(), state.workspace().draft)
st.session_state["asked"] = asked
"""
EVERYTHING = ScheduleRules(
    demands=(
        Demand(constraint="total_cut", scope="irm_1_5t", value=0.3),
        Demand(constraint="machine_floor", scope="liberal", value=1.05, level=0.05),
        Demand(constraint="sector_ceiling", scope="scanner", value=87.5),
        Demand(constraint="neutrality", scope="Bretagne", value=0.03, level=-0.1),
    ),
    objectives=("largest_loss", "near_cost", "even_zone", "smooth", "exact"),
    return_on_cost=0.05,
    cost_risk="cvar",
    cost_level=0.9,
    structure=(
        StructureChoice(parameter="amortisation_years", scope="irm", candidates=(7, 8, 10, 14)),
        StructureChoice(parameter="rank_factor", candidates=(0.8, 0.9)),
    ),
    behaviour=Behaviour(
        elasticity={"irm": -0.2, "scanner.liberal": 0.15, "tep": 0.0},
        renewal=0.3,
        second_machine=0.005,
    ),
)


class Form:
    """The form, filled and sent as a visitor does."""

    def __init__(self, database: str, **address: str) -> None:
        self.at = AppTest.from_string(FORM, default_timeout=120)
        self.at.query_params.update(address)
        self.at.run()
        assert not self.at.exception

    @property
    def draft(self) -> Scenario:
        found: Scenario = self.at.session_state["workspace"].draft
        return found

    @property
    def refused(self) -> str:
        """What is refused, without the signs that keep Markdown from reading it."""
        return " ".join(e.value for e in self.at.error).replace("\u202f", " ").replace("\\", "")

    @property
    def titles(self) -> list[str]:
        return [expander.label.replace("\u202f", " ") for expander in self.at.expander]

    def table(self, columns: str) -> list[list[Any]]:
        """The rows of the table whose first column has a name."""
        found = next(e.value for e in self.at.data_editor if e.value.columns[0] == columns)
        return [list(row) for row in found.itertuples(index=False)]

    def add(self, key: str, *added: dict[str, str]) -> None:
        """Type rows at the end of a table."""
        self.at.session_state[f"{key}-0"] = {
            "edited_rows": {}, "added_rows": list(added), "deleted_rows": []
        }  # fmt: skip

    def send(self) -> None:
        self.at.button[0].click().run()
        assert not self.at.exception

    def reopened(self) -> Form:
        """The same draft in another window."""
        address = {key: str(value) for key, value in self.at.query_params.items()}
        return Form("", **address)


@pytest.fixture
def form(database: str) -> Form:
    return Form(database)


def demand(what: str, value: str = "", level: str = "", whom: str = "tous") -> dict[str, str]:
    return {"Exigence": what, "Pour": whom, "Valeur": value, "Second nombre": level}


def choice(what: str, candidates: str, whom: str = "tous") -> dict[str, str]:
    return {"Paramètre": what, "Pour": whom, "Candidats": candidates}


def answer(modality: str, value: str, sector: str = "tous") -> dict[str, str]:
    return {"Modalité": modality, "Secteur": sector, "Élasticité": value}


def test_nothing_beyond_the_usual_is_set_and_the_titles_say_so(form: Form) -> None:
    assert form.titles == [
        "Autres exigences (aucune)",
        "Ce que l'on cherche : moindre perte totale, puis pas plus d'économies que demandé, puis "
        "effort égal entre tarifs",
        "Coûts incertains : estimation principale",
        "Structure du forfait : inchangée",
        "Réactions des exploitants : aucune",
    ]
    form.send()
    assert form.draft == Scenario()
    assert form.at.session_state["asked"] == Scenario()


def test_the_menu_is_shown_whole_with_its_numbers(form: Form) -> None:
    text = unescape(re.sub(r"<[^>]+>", " ", " ".join(str(e.value) for e in form.at.get("html"))))
    text = text.replace("\u202f", " ").replace("\xa0", " ")
    for entry in CONSTRAINTS.values():
        assert (entry.description.fr in text) == entry.on_demand, entry.id
    for objective in OBJECTIVES.values():
        assert objective.description.fr in text
    assert "Baisse maximale en douze mois, de 0 à 100 %" in text
    assert "facultatif : part des appareils laissés dessous, de 0 à 100 % ; vide : 0 %." in text
    assert "Plafond, de 0 à 5 000 € / acte ; d'habitude 150 € / acte." in text


def test_other_demands_are_asked_a_row_each(form: Form) -> None:
    form.add(
        "demands",
        demand("Baisse maximale en tout", "30", whom="IRM 1,5 T"),
        demand("Plancher par appareil", "105 %", "5", whom="secteur libéral"),
        {"Pour": "tous"},
        demand("Couloir autour de la neutralité", "3", "-10", whom="Bretagne"),
        demand("Plafond d'un autre secteur", "87,50 €", whom="Scanner, toutes classes"),
    )
    form.send()
    assert not form.refused
    assert form.draft.rules.demands == (
        Demand(constraint="total_cut", scope="irm_1_5t", value=0.3),
        Demand(constraint="machine_floor", scope="liberal", value=1.05, level=0.05),
        Demand(constraint="neutrality", scope="Bretagne", value=0.03, level=-0.1),
        Demand(constraint="sector_ceiling", scope="scanner", value=87.5),
    )
    assert form.titles[0] == "Autres exigences (4)"
    assert form.at.session_state["asked"] == form.draft
    assert form.reopened().table("Exigence") == [
        ["Baisse maximale en tout", "IRM 1,5 T", "30", ""],
        ["Plancher par appareil", "secteur libéral", "105", "5"],
        ["Couloir autour de la neutralité", "Bretagne", "3", "-10"],
        ["Plafond d'un autre secteur", "Scanner, toutes classes", "87,5", ""],
    ]


def test_what_comes_from_a_file_passes_through_the_form_unchanged(form: Form) -> None:
    held = revised(
        Scenario(),
        rules=EVERYTHING.model_dump(),
        savings={"yearly_eur": {2025: 10e6, 2027: 90e6}, "carry_over": True},
    )
    here = form.at.session_state["workspace"]
    here.draft, here.version = held, 1
    form.at.run()
    assert not form.at.exception
    form.send()
    assert not form.refused
    assert form.draft == held
    assert form.titles == [
        "Autres exigences (4)",
        "Ce que l'on cherche : moindre perte du plus touché, puis au plus près du coût, puis "
        "effort égal entre zones, puis trajectoire la plus lisse, puis pas plus d'économies que "
        "demandé ; rendement 5 %",
        "Coûts incertains : moyenne des pires tirages (CVaR), 90 %",
        "Structure du forfait : 2 paramètres à choisir",
        "Réactions des exploitants : 2 élasticités, renouvellement 30 %, second appareil 0,5 %",
    ]


def test_objectives_are_ranked_and_costs_made_uncertain(form: Form) -> None:
    at = form.at
    at.selectbox(key="objective-1-0").set_value("near_cost")
    at.selectbox(key="objective-2-0").set_value("")
    at.selectbox(key="objective-3-0").set_value("smooth")
    at.text_input(key="return-0").set_value("4,5")
    at.selectbox(key="risk-0").set_value("probability")
    at.text_input(key="level-0").set_value("95")
    form.send()
    rules = form.draft.rules
    assert (rules.objectives, rules.return_on_cost) == (("near_cost", "smooth"), 0.045)
    assert (rules.cost_risk, rules.cost_level) == ("probability", 0.95)
    again = form.reopened()
    boxes = [again.at.selectbox(key=f"objective-{rank}-0").value for rank in (1, 2, 3, 4)]
    assert boxes == ["near_cost", "smooth", "", ""]
    assert again.at.text_input(key="return-0").value == "4,5"
    assert again.titles[2] == "Coûts incertains : couvert avec une probabilité donnée, 95 %"


def test_the_structure_and_the_answers_to_it(form: Form) -> None:
    form.add(
        "structure",
        choice("Années avant « amorti »", "14 ; 7;8 ; 10", "IRM, toutes classes"),
        choice("Seuil 1", "8 000 ; 9 000 actes / an", "Scanner, toutes classes"),
        choice("Coefficient des appareils suivants d'une autorisation", "80 ; 90 %"),
    )
    form.add("elasticity", answer("IRM", "−0,2"), answer("Scanner", "0,15", "secteur libéral"))
    form.at.text_input(key="renewal-0").set_value("30")
    form.at.text_input(key="second_machine-0").set_value("0,5 %")
    form.send()
    assert not form.refused
    assert [(s.parameter, s.scope, s.candidates) for s in form.draft.rules.structure] == [
        ("amortisation_years", "irm", (7, 8, 10, 14)),
        ("threshold_1", "scanner", (8000, 9000)),
        ("rank_factor", "*", (0.8, 0.9)),
    ]
    assert form.draft.rules.behaviour == Behaviour(
        elasticity={"irm": -0.2, "scanner.liberal": 0.15}, renewal=0.3, second_machine=0.005
    )
    again = form.reopened()
    assert again.table("Paramètre")[0] == [
        "Années avant « amorti »", "IRM, toutes classes", "7 ; 8 ; 10 ; 14"
    ]  # fmt: skip
    assert again.table("Modalité") == [
        ["IRM", "tous", "-0,2"],
        ["Scanner", "secteur libéral", "0,15"],
    ]
    assert again.at.text_input(key="second_machine-0").value == "0,5 %"


def test_an_excess_may_count_for_the_next_years(form: Form) -> None:
    form.at.text_input(key="year-2026-0").set_value("60")
    form.at.checkbox(key="carry-over-0").check()
    form.send()
    assert form.draft.savings.carry_over
    assert form.draft.savings.yearly_eur == {2026: 60e6}
    assert form.reopened().at.checkbox(key="carry-over-0").value is True


@pytest.mark.parametrize(
    ("key", "row", "words"),
    [
        ("demands", demand("Baisse maximale en tout"),
         "ligne 1 (« Baisse maximale en tout ») : la valeur manque ; donnez-la (Baisse maximale, "
         "de 0 à 100 % ; d'habitude 30 %)"),
        ("demands", demand("", "30"), "Autres exigences, ligne 1 : l'exigence n'est pas dite"),
        ("demands", demand("Baisse maximale en tout", "beaucoup"), "« beaucoup » n'est pas un"),
        ("demands", demand("Baisse maximale en tout", "0,3"), "écrivez 0,3 % ou 30 %"),
        ("demands", demand("Plafond d'un autre secteur", "9 000"), "de 0 à 5 000 € / acte"),
        ("demands", demand("Baisse maximale en tout", "30", "5"), "pas de second nombre"),
        ("demands", demand("Plancher par appareil", "100", "120"),
         "part des appareils laissés dessous : « 120 » est hors bornes"),
        ("demands", demand("Baisse maximale en tout", "30", whom="secteur libéral"),
         "ne se demande pas pour « secteur libéral » ; choisissez tous, une classe ou une modal"),
        ("demands", {"Exigence": "Baisse maximale en tout", "Valeur": "30"}, "il manque pour qui"),
        ("structure", choice("Années avant « amorti »", ""), "les candidats manquent"),
        ("structure", choice("Années avant « amorti »", "7, 8"), "séparez par des points-virgules"),
        ("structure", choice("Années avant « amorti »", "7 ; 40"), "nombres de 1 à 30 ans"),
        ("structure", choice("Seuil 1", " ; ".join(map(str, range(1000, 1009)))), "gardez-en 8"),
        ("structure", choice("", "7"), "Structure du forfait, ligne 1 : il manque le paramètre"),
        ("elasticity", answer("IRM", ""), "Réactions des exploitants, ligne 1 : l'élasticité manq"),
        ("elasticity", answer("IRM", "-20 %"), "un nombre sans unité"),
        ("elasticity", answer("IRM", "-5"), "« -5 » : le nombre est hors bornes ; donnez au moins"),
        ("elasticity", answer("", "-0,2"), "il manque la modalité"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_refused_with_its_remedy(
    form: Form, key: str, row: dict[str, str], words: str
) -> None:
    form.add(key, row)
    form.send()
    assert words in form.refused
    assert form.draft == Scenario()
    assert form.at.session_state["asked"] is None


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("demands", demand("Baisse maximale en tout", "30")),
        ("structure", choice("Seuil 1", "8 000")),
        ("elasticity", answer("IRM", "-0,2")),
    ],
)
def test_a_row_that_comes_twice_is_refused(form: Form, key: str, row: dict[str, str]) -> None:
    form.add(key, row, {}, row)
    form.send()
    assert "ligne 3" in form.refused
    assert "à la ligne 1" in form.refused


def test_an_objective_that_comes_twice_is_refused(form: Form) -> None:
    form.at.selectbox(key="objective-4-0").set_value("loss")
    form.send()
    assert "4e but : « Moindre perte totale » est déjà le 1er" in form.refused


def test_all_that_is_wrong_is_said_at_once_and_nothing_typed_is_lost(form: Form) -> None:
    form.at.text_input(key="cut-0").set_value("-5")
    form.at.text_input(key="level-0").set_value("30")
    form.at.text_input(key="return-0").set_value("beaucoup")
    form.add("demands", demand("Baisse maximale en tout"), demand("Aucune baisse", "1"))
    form.add("elasticity", answer("IRM", "-9"))
    tables = [editor.proto.id for editor in form.at.data_editor]
    form.send()
    assert "6 saisies à corriger" in form.refused
    for words in (
        "Baisse maximale par étape", "probabilité : « 30 »", "Rendement demandé : « beaucoup »",
        "ligne 1", "ligne 2 : « Aucune baisse » n'est pas dans la liste", "« -9 »",
    ):  # fmt: skip
        assert words in form.refused
    assert form.at.text_input(key="level-0").value == "30"
    # A table keeps what was typed over it as long as it stays the same one.
    assert [editor.proto.id for editor in form.at.data_editor] == tables
    assert form.at.session_state["demands-0"]["added_rows"][1]["Exigence"] == "Aucune baisse"
    assert form.draft == Scenario()


def test_every_demand_of_the_menu_is_offered_once() -> None:
    offered = [entry.id for entry in demand_menu.MENU.values()]
    assert offered == [entry.id for entry in CONSTRAINTS.values() if entry.on_demand]


def test_every_part_of_the_demand_is_told_in_words() -> None:
    after = revised(Scenario(), rules=EVERYTHING.model_dump(), savings={"carry_over": True})
    found = changes.in_words(cache.reference(), differences(Scenario(), after))
    told = {change.what: change.after.replace("\u202f", " ") for change in found}
    assert told == {
        "Excédents reportés d'année en année": "oui",
        "Autres exigences": "Baisse maximale en tout — IRM 1,5 T : 30 % ; Plancher par appareil — "
        "secteur libéral : 105 %, part des appareils laissés dessous 5 % ; Plafond d'un autre "
        "secteur — Scanner, toutes classes : 87,5 € / acte ; Couloir autour de la neutralité — "
        "Bretagne : 3 %, surévaluation de déclenchement -10 %",
        "Ce que l'on cherche": "moindre perte du plus touché, puis au plus près du coût, puis "
        "effort égal entre zones, puis trajectoire la plus lisse, puis pas plus d'économies que "
        "demandé",
        "Rendement demandé": "5 %",
        "Coût retenu": "moyenne des pires tirages (CVaR)",
        "Coût retenu, probabilité": "90 %",
        "Structure du forfait": "Années avant « amorti » — IRM, toutes classes : 7, 8, 10 ou 14 "
        "ans ; Coefficient des appareils suivants d'une autorisation : 80 ou 90 %",
        "Élasticité — IRM": "-0,2",
        "Élasticité — Scanner, secteur libéral": "0,15",
        "Élasticité — TEP": "0",
        "Appareils renouvelés sitôt amortis": "30 %",
        "Actes déplacés vers un second appareil": "0,5 %",
    }
    before = {change.what: change.before for change in found}
    assert before["Autres exigences"] == "—"
    assert before["Coût retenu"] == "estimation principale"
