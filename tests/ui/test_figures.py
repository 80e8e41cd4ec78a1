"""French figures in and out; changes put in words and carried over; settings said once."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from costing.scenario.scenario import Override, Scenario
from costing.store.store import differences
from costing.ui.parts import figures
from costing.ui.schedule.demand import form as schedule_demand
from costing.ui.shell import cache, changes
from costing.ui.shell.settings import SETTINGS, server_flags

ROOT = Path(__file__).resolve().parents[2]
PRICE, RENT = "irm.purchase_price.irm_1_5t", "communs.rent.*"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 234,5", 1234.5),
        ("1\u202f000\u202f000", 1_000_000.0),
        ("1\u00a0000 €", 1000.0),
        ("-0,5", -0.5),
        ("1234.5", 1234.5),
        ("3,5 %", 3.5),
    ],
)
def test_french_figures_are_read(text: str, value: float) -> None:
    assert figures.parse(text) == value


@pytest.mark.parametrize("text", ["", "  ", "beaucoup", "1.234", "1,234", "1,2,3", "nan", "1e6"])
def test_what_is_not_one_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"«|aucun"):
        figures.parse(text)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("300 M€", "M€", 300.0),
        ("300", "M€", 300.0),
        ("450 k€", "M€", 0.45),
        ("450 k€", "€", 450_000.0),
        ("1 000 €", "€", 1000.0),
        ("1,2 k€ / an", "€ / an", 1200.0),
        ("12 €", "€ / acte", 12.0),
        ("3,5 %", "% / an", 3.5),
        ("2 ETP / 1 000 actes", "ETP / 1 000 actes", 2.0),
        ("1,125 %", "%", 1.125),
        ("12,500", "% / an", 12.5),
    ],
)
def test_a_written_unit_is_read_in_the_unit_of_the_field(
    text: str, unit: str, value: float
) -> None:
    assert figures.parse(text, unit) == value


@pytest.mark.parametrize(("text", "unit"), [("5 %", "€"), ("3 k€", "ans"), ("5 €", "%")])
def test_a_foreign_unit_is_refused(text: str, unit: str) -> None:
    with pytest.raises(ValueError, match="ne se lit pas"):
        figures.parse(text, unit)


def test_a_percentage_below_one_must_say_which() -> None:
    with pytest.raises(ValueError, match="0,5 % ou 50 %"):
        figures.stored("0,5", "share")
    assert figures.stored("0,5 %", "share") == 0.005
    assert figures.stored(figures.field_text(0.005, "share"), "share") == 0.005


def test_contrary_gaps_are_read_from_the_schedule() -> None:
    today = dt.date(2026, 11, 22)
    assert schedule_demand.contrary(cache.reference(), "amortised_not_above", today) == [
        "irm_le_0_5t"
    ]


def test_a_value_that_changed_takes_one_row() -> None:
    mine = Scenario().with_override(override(PRICE, 1_100_000))
    rows = changes.by_value(cache.reference(), differences(Scenario(), mine))
    assert len(rows) == 1
    assert "mode" in rows[0].what
    assert rows[0].after.replace("\u202f", " ") == "1 100 000 €"


def test_a_rate_is_shown_in_percent_and_stored_as_a_fraction() -> None:
    assert figures.field_text(0.035, "1/year") == "3,5"
    assert figures.stored("3,5", "1/year") == 0.035
    assert figures.stored("3,5", "EUR/act") == 3.5


def test_every_reference_value_survives_its_field() -> None:
    for address, parameter, value in cache.reference().values():
        text = figures.field_text(value.mode, parameter.unit)
        assert figures.stored(text, parameter.unit) == pytest.approx(value.mode, rel=1e-9), address


def test_flags_and_config_say_the_same() -> None:
    content = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    flat = {f"{section}.{k}": v for section, values in content.items() for k, v in values.items()}
    assert flat == SETTINGS
    assert "--server.address=127.0.0.1" in server_flags()
    assert "--browser.gatherUsageStats=false" in server_flags()


def override(address: str, mode: float) -> Override:
    return Override(parameter=address, mode=mode, low=mode, high=mode)


def test_changes_are_told_with_labels_and_units() -> None:
    mine = Scenario(perimeter="investment_only").with_override(override(PRICE, 1_100_000))
    words = [str(c) for c in changes.in_words(cache.reference(), differences(Scenario(), mine))]
    text = "\n".join(words).replace("\u202f", " ")
    assert "mode : 1 000 000 € → 1 100 000 €" in text
    known = cache.reference().perimeters
    before, after = known[Scenario().perimeter].label.fr, known["investment_only"].label.fr
    assert f"Périmètre : {before} → {after}" in text


def test_my_changes_are_carried_over_and_mine_win() -> None:
    base = Scenario().with_override(override(PRICE, 1)).with_override(override(RENT, 100))
    mine = base.without_override(RENT).model_copy(update={"perimeter": "investment_only"})
    latest = base.with_override(override(PRICE, 2)).model_copy(update={"name": "Table"})
    found = changes.carry_over(base, mine, latest)
    assert found.name == "Table"
    assert found.perimeter == "investment_only"
    assert {o.parameter: o.mode for o in found.overrides} == {PRICE: 2}


def test_a_field_of_the_demand_does_not_carry_its_neighbours() -> None:
    base = Scenario()
    mine = base.model_copy(
        update={"savings": base.savings.model_copy(update={"target_eur": 200e6})}
    )
    latest = base.model_copy(
        update={"savings": base.savings.model_copy(update={"reading": "level_2027"})}
    )
    found = changes.carry_over(base, mine, latest).savings
    assert (found.target_eur, found.reading) == (200e6, "level_2027")


def test_only_new_changes_are_signed() -> None:
    old = override(PRICE, 1).model_copy(update={"author": "Anne", "reason": "devis"})
    base = Scenario(overrides=(old,))
    day = dt.date(2026, 3, 1)
    signed = changes.sign(base, base.with_override(override(RENT, 100)), "Bernard", "bail", day)
    who = {o.parameter: (o.author, o.reason) for o in signed.overrides}
    assert who == {PRICE: ("Anne", "devis"), RENT: ("Bernard", "bail")}
