"""One machine's bill against the published rates, and what a step date leaves to pay."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from costing.analysis.account import impact
from costing.scenario.scenario import Scenario
from costing.ui.cost.charts import break_even_words, curve_of
from costing.ui.cost.claim import true_words
from costing.ui.parts.machine import Machine
from costing.ui.shell import cache
from tests.strategies import fleet_of


@pytest.fixture(scope="module")
def machine() -> Machine:
    """MRI 1.5 T, not amortised, province, tariff of 01/03/2024."""
    case = cache.case(Scenario())
    return Machine(case, "irm_1_5t", "non_amorti", "province", dt.date(2024, 3, 1), 8000.0)


def test_the_bill_is_that_of_the_official_rates(machine: Machine) -> None:
    # Arrêté of 2 February 2024: 4 750 × 171.97 + 3 250 × 73.94.
    assert machine.revenue_eur == pytest.approx(1_057_162.50)
    assert [(b.code, b.acts, b.fee_eur) for b in machine.bands if b.acts] == [
        ("plein", 4750.0, 171.97),
        ("reduit_1", 3250.0, 73.94),
    ]
    assert all(b.rate is not None and b.rate.source == "arrete-2024-02-02" for b in machine.bands)


def test_the_three_readings_are_kept_apart(machine: Machine) -> None:
    over = machine.overvaluation
    assert 1 + over.markup == pytest.approx(machine.revenue_eur / machine.cost_eur)
    assert over.share_of_fee == pytest.approx(1 - machine.cost_eur / machine.revenue_eur)
    # Full rates of the same table: not amortised 171.97, amortised 125.60, over 4 750 acts.
    fee, paid = machine.investment
    amortised = machine.case.reference.schedule.price
    cell = machine.bands[0].rate.cell._replace(amortisation="amorti")  # type: ignore[union-attr]
    gap = 171.97 - amortised(cell, machine.date)
    assert fee == pytest.approx(4750 * gap)
    assert over.investment == pytest.approx(fee / paid - 1)


def test_an_amortised_machine_has_no_investment_reading(machine: Machine) -> None:
    assert pd.isna(replace(machine, amortisation="amorti").overvaluation.investment)


def test_break_even_is_told_in_words(machine: Machine) -> None:
    words = break_even_words(curve_of(machine))
    assert words.startswith("Le forfait **ne couvre pas** le coût au-dessous de")
    assert words.endswith("et le **couvre** au-delà.")


def test_a_level_never_reached_is_said(machine: Machine) -> None:
    curve = curve_of(machine)
    assert "aucun volume" in true_words(curve.acts, curve.revenue - 9 * curve.cost, 8.0)
    assert "là seulement" in true_words(curve.acts, curve.revenue - 1.1 * curve.cost, 0.1)


def test_full_rate_acts_left_after_a_step() -> None:
    # 9 500 acts a year pass the reference activity of 4 750 when half the year is done; on 1 July,
    # 181 days of 365 are: 4 710.96 full-rate acts done, 39.04 left of 4 750.
    fleet = fleet_of({"class": "irm_1_5t", "acts_billed": 9_500})
    alone = cache.case(Scenario(fleet=fleet.model_copy(update={"year": 2026})))
    left = impact.full_rate_left(alone, alone.reference.schedule, dt.date(2026, 7, 1))
    assert left == pytest.approx((4750 - 9500 * 181 / 365) / 4750)


def test_parts_of_the_fleet_add_up() -> None:
    frame = pd.DataFrame(
        {
            "sector": ["public", "public", "liberal"],
            "weight": [2.0, 1.0, 1.0],
            "cost_eur": [100.0, 80.0, 90.0],
            "before_eur": [110.0, 70.0, 100.0],
            "after_eur": [99.0, 70.0, 95.0],
        }
    )
    public, liberal = impact.by(frame, "sector")
    assert (public.name, public.machines, public.before_eur, public.after_eur) == (
        "public", 3.0, 290.0, 268.0,
    )  # fmt: skip
    assert (public.below_before, public.below_after) == (pytest.approx(1 / 3), 1.0)
    assert liberal.change == pytest.approx(-0.05)
    assert impact.total(frame).after_eur == 363.0
