"""« Pont »: opens on the two examples; what is shown adds up and is what the engine says."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pandas as pd
import pytest

from costing.analysis.bridge.bridge import (
    Bridge,
    CostPerAct,
    Overvaluation,
    Result,
    Savings,
    bridge,
    differences,
)
from costing.analysis.bridge.words import amount, sentences, title, why
from costing.case.case import make_case
from costing.scenario.examples import example_scenarios
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.store.store import Store
from costing.ui.bridge import page as page_bridge
from costing.ui.parts.figures import parse
from costing.values.catalogue import Population
from tests.shared import REFERENCE

Opened = Callable[..., Any]
NARROW, WIDE = example_scenarios()
DATE = dt.date(2024, 3, 1)
PRICE = "irm.purchase_price.irm_1_5t"


def plain(words: str) -> str:
    """A text with ordinary spaces."""
    return re.sub(r"\s+", " ", words)


def said(at: Any) -> str:
    """Everything that the page says."""
    return plain(at.text)


def quoted(at: Any) -> str:
    """The block of sentences to copy."""
    return plain(at.at.code[0].value)


def default_cost() -> CostPerAct:
    return CostPerAct("irm_1_5t", REFERENCE.classes["irm_1_5t"].limits[0])


def between(result: Result | None = None, a: str = NARROW, b: str = WIDE) -> Bridge:
    """The engine's bridge between two examples."""
    sides = (make_case(REFERENCE, example_scenarios()[key]) for key in (a, b))
    return bridge(*sides, result or default_cost())


def rows(at: Any) -> list[tuple[str, list[str]]]:
    """Kind and cells of each row of the table of steps."""
    tables = [str(e.value) for e in at.at.get("html") if ">Part de l&#x27;écart<" in str(e.value)]
    assert len(tables) == 1
    found = re.findall(r"<tr(?: class=\"(\w+)\")?>(<td.*?)</tr>", tables[0])
    return [
        (kind, [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td.*?</td>", row)])
        for kind, row in found
    ]


def figure(cell: str) -> float:
    """An amount as shown, in euros or points."""
    return parse(cell.removeprefix("+").removesuffix("s").removesuffix(" point"))


def check_sums(at: Any) -> None:
    """Steps add up to their group, groups to the total, shares to 100 %."""
    table = rows(at)
    steps = [cells for kind, cells in table if not kind]
    groups = [cells for kind, cells in table if kind == "group"]
    total = next(cells for kind, cells in table if kind == "total")
    for part in (steps, groups):
        assert sum(figure(c[1]) for c in part) == pytest.approx(figure(total[1]), abs=1e-6)
        assert sum(parse(c[2]) for c in part) == pytest.approx(100, abs=1e-6)
    assert total[2] == "100,0 %"


def test_the_first_view_is_the_two_examples(opened: Opened) -> None:
    at = opened("pont")
    assert not at.at.exception
    assert not at.errors
    found = between()
    assert at.at.header[0].value == title(found.result, REFERENCE)
    for sentence in sentences(found):
        assert plain(sentence) in said(at)
        assert plain(sentence) in quoted(at)
    for step in found.steps:
        assert plain(f"{step.atom.label} : {amount(found, step.amount)}") in quoted(at)
    for idle in found.without_effect:
        assert plain(f"{idle.atom.label}") in said(at)
        assert why(found, idle) in said(at)
    assert at.address["de"] == NARROW
    assert at.address["vers"] == WIDE
    check_sums(at)


def test_swapping_changes_the_signs(opened: Opened) -> None:
    at = opened("pont")
    before = {cells[0]: figure(cells[1]) for _, cells in rows(at)}
    at.press("A ⇄ B")
    check_sums(at)
    after = {cells[0]: figure(cells[1]) for _, cells in rows(at)}
    assert all(plain(s) in said(at) for s in sentences(between(a=WIDE, b=NARROW)))
    assert at.address["de"] == WIDE
    total = "Écart de A à B"
    assert after[total] == -before[total]
    labels = {key for key in before if "→" not in key}
    assert {key: -before[key] for key in labels} == {key: after[key] for key in labels}


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("overvaluation", Overvaluation("markup", Population(), DATE)),
        ("savings", Savings("cumulated")),
    ],
)
def test_the_result_is_a_choice(opened: Opened, kind: str, result: Result) -> None:
    at = opened("pont")
    at.at.selectbox(key="bridge-kind").set_value(kind).run()
    assert not at.at.exception
    assert at.at.header[0].value == title(result, REFERENCE)
    for sentence in sentences(between(result)):
        assert plain(sentence) in said(at)
    check_sums(at)


def test_the_parts_of_a_result_are_choices(opened: Opened) -> None:
    at = opened("pont")
    at.at.selectbox(key="bridge-kind").set_value("overvaluation").run()
    at.at.selectbox(key="bridge-definition").set_value("share_of_fee")
    at.at.multiselect(key="bridge-modalities").set_value(["scanner"])
    last = REFERENCE.schedule.dates[-1]
    at.at.selectbox(key="bridge-date").set_value(last).run()
    result = Overvaluation("share_of_fee", Population(modality=("scanner",)), last)
    assert plain(sentences(between(result))[0]) in said(at)
    at.at.selectbox(key="bridge-kind").set_value("cost").run()
    at.at.selectbox(key="bridge-class").set_value("scanner").run()
    at.at.selectbox(key="bridge-amortisation").set_value("amorti")
    at.at.text_input(key="bridge-acts-scanner").set_value("9 500").run()
    assert plain(sentences(between(CostPerAct("scanner", 9_500, "amorti")))[0]) in said(at)
    check_sums(at)


def test_acts_that_are_none_are_refused_in_words(opened: Opened) -> None:
    at = opened("pont")
    at.at.text_input(key="bridge-acts-irm_1_5t").set_value("beaucoup").run()
    assert "Actes par an" in at.errors
    assert "n'est pas un nombre" in at.errors
    assert plain(sentences(between())[0]) in said(at)


def test_a_saved_scenario_is_offered(opened: Opened, store: Store) -> None:
    scenario = Scenario(name="Table ronde", overrides=(Override(parameter=PRICE, mode=900_000),))
    saved = store.create(scenario, "Anne Durand", "essai")
    at = opened("pont")
    assert any("Table ronde" in option for option in at.at.selectbox(key="bridge-b").options)
    at.at.selectbox(key="bridge-a").set_value("reference")
    at.at.selectbox(key="bridge-b").set_value(saved.scenario_id).run()
    assert "De « Référence » à « Table ronde »" in said(at)
    assert at.address["vers"] == saved.scenario_id
    assert [cells[0] for kind, cells in rows(at) if kind == "group"] == ["Valeurs"]
    check_sums(at)


def test_the_address_names_the_positions(opened: Opened) -> None:
    at = opened("pont", de="reference", vers=WIDE)
    assert at.at.selectbox(key="bridge-a").value == "reference"
    unknown = opened("pont", de="nulle-part")
    assert any("nulle-part" in w.value for w in unknown.at.warning)
    assert unknown.at.selectbox(key="bridge-a").value == NARROW


def test_the_scenario_at_hand_and_the_reference_are_told_apart(opened: Opened) -> None:
    at = opened("pont", de="reference", vers="affiche")
    assert "« Référence (référence d'origine) » et « Référence (scénario affiché) »" in said(at)
    assert "donnent le même résultat" in said(at)
    assert "Ce qui ne compte pas ici" not in said(at)


def give(at: Any, name: str, content: bytes) -> None:
    """Bring a file."""
    at.at.file_uploader(key="bridge-upload").set_value([(name, content, "application/json")]).run()


def test_a_file_is_a_position(opened: Opened) -> None:
    at = opened("pont")
    scenario = Scenario(name="Apportée", overrides=(Override(parameter=PRICE, mode=900_000),))
    give(at, "position.json", scenario.to_json().encode())
    assert not at.errors
    key = f"fichier-{scenario.hash[:10]}"
    at.at.selectbox(key="bridge-b").set_value(key).run()
    assert "à « Apportée »" in said(at)
    give(at, "faux.json", b'{"format": 1, "perimetre": "large"}')
    assert "faux" in at.errors
    assert "à « Apportée »" in said(at)


def test_a_result_that_one_side_has_not_is_refused_in_words(opened: Opened, store: Store) -> None:
    scenario = Scenario(
        name="Sans investissement", perimeter="running_costs_only",
        conventions=Conventions(investment="after_running_costs"),
    )  # fmt: skip
    saved = store.create(scenario, "Anne Durand", "essai")
    at = opened("pont", de="reference", vers=saved.scenario_id)
    at.at.selectbox(key="bridge-kind").set_value("overvaluation").run()
    at.at.selectbox(key="bridge-definition").set_value("investment").run()
    assert not at.at.exception
    assert "Pas de pont pour ce choix" in at.errors
    assert "un mélange des deux scénarios n'a pas ce résultat" in at.errors
    assert "valeur refusée" not in at.errors


def test_a_sampled_bridge_tells_its_errors(opened: Opened, store: Store) -> None:
    overrides = [
        Override(parameter=address, mode=(value.mode + value.high) / 2, low=value.low,
                 high=value.high)
        for address, parameter, value in REFERENCE.values()
        if parameter.distribution != "fixed" and value.low is not None and value.high is not None
        and value.low < value.high and address.split(".")[0] in ("irm", "communs")
    ]  # fmt: skip
    scenario = Scenario(name="Tout change", overrides=tuple(overrides))
    saved = store.create(scenario, "Anne Durand", "essai")
    at = opened("pont", de="reference", vers=saved.scenario_id)
    pair = make_case(REFERENCE, Scenario()), make_case(REFERENCE, scenario)
    found = bridge(*pair, default_cost())
    assert not found.exact
    assert len(differences(*pair)) == len(found.steps) + len(found.without_effect)
    assert all(len(cells) == 4 for _, cells in rows(at))
    assert "tirés au sort" in said(at)
    check_sums(at)


def test_the_file_adds_up(monkeypatch: pytest.MonkeyPatch) -> None:
    found = between()
    frame = pd.read_csv(io.BytesIO(page_bridge.as_csv(found)), sep=";", decimal=",")
    assert len(frame) == len(found.steps) + len(found.without_effect) + 1
    assert frame["Montant"].iloc[:-1].sum() == pytest.approx(frame["Montant"].iloc[-1])
    assert frame["Montant"].iloc[-1] == found.printed
    assert frame["Part de l'écart"].iloc[:-1].sum() == pytest.approx(1)
