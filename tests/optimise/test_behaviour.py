"""Owners who answer a schedule: fixed points worked out apart, and those that do not exist."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from costing.analysis.account.comparison import pay
from costing.case.costs import annual_cost
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.optimise import behaviour
from costing.optimise.propose import propose
from costing.problems.errors import ScenarioError
from costing.scenario.rules import Behaviour
from tests.optimise.small import EVE, FREE, FULL, JULY, REDUCED, REFERENCE, STEP, case_of

#: One CT of 6 000 acts saves 61 376.22 by the end of 2026 (tests/optimise/test_proposal.py); in
#: 2027 the baseline pays it 6 000 × 99.69 = 598 140.
DONE, BASE_2027, BEFORE = 61_376.22, 598_140.0, 89.72


def test_nothing_answers_unless_asked() -> None:
    plain = propose(case_of({"acts_billed": 6_000}, target=150_000))
    asked = propose(case_of({"acts_billed": 6_000}, target=150_000, behaviour=Behaviour()))
    assert plain.answers is None
    assert asked.answers is None
    assert asked.prices == plain.prices


@pytest.mark.parametrize("elasticity", [-0.4, 0.3, 0.8])
def test_volumes_and_the_price_are_found_together(elasticity: float) -> None:
    """598 140 - 6 000 (p / 89.72)^e p = 150 000 - 61 376.22, solved apart."""
    known = {"scanner": elasticity}
    case = case_of(
        {"acts_billed": 6_000}, target=150_000, behaviour=Behaviour(elasticity=known),
        rounding_eur=1e-5,
    )  # fmt: skip

    def missing(price: float) -> float:
        paid = 6_000 * (price / BEFORE) ** elasticity * price
        return BASE_2027 - paid - (150_000 - DONE)

    expected = brentq(missing, 40.0, BEFORE)
    proposal = propose(case)
    assert proposal.answers is not None
    assert proposal.answers.residual <= behaviour.SETTLED
    assert proposal.prices[STEP][FULL] == pytest.approx(expected, rel=2e-3)
    acts = 6_000 * (proposal.prices[STEP][FULL] / BEFORE) ** elasticity
    fleet = proposal.answers.fleets[2027].frame
    assert float(fleet["acts_billed"].iloc[0]) == pytest.approx(acts, rel=2e-3)
    assert sum(proposal.savings.values()) >= 150_000 - 1e-3


def test_a_sector_s_own_elasticity_comes_before_its_modality_s() -> None:
    known = {"scanner": 0.5, "scanner.public": 0.0}
    case = case_of(
        {"acts_billed": 6_000, "sector": "public"}, target=150_000,
        behaviour=Behaviour(elasticity=known),
    )  # fmt: skip
    proposal = propose(case)
    assert proposal.prices[STEP][FULL] == 84.91  # as without any answer


def test_owners_renew_where_the_fee_loses_more_than_the_cost() -> None:
    """Installed in June 2019, a CT is amortised in 2027 and was not in 2026.

    6 000 acts lose 89.72 - 71.76 = 17.96 each: 107 760. A new machine costs more by what capital it
    is charged; the share who renew comes in up to a tenth of the cost.
    """
    case = case_of(
        {"acts_billed": 6_000, "installed_on": "2019-06-01"}, behaviour=Behaviour(renewal=0.5)
    )
    held = REFERENCE.schedule.frozen(STEP.replace(year=2026, month=12, day=31))
    old = pay(case, case.fleet_in(2027), held, 2027)
    new = case_of({"acts_billed": 6_000, "installed_on": "2024-06-01"})
    young = pay(new, new.fleet_in(2027), held, 2027)
    assert young.revenue[0] - old.revenue[0] == pytest.approx(107_760, abs=0.01)
    gain = (young.revenue[0] - old.revenue[0]) - (young.cost[0] - old.cost[0])
    share = 0.5 * float(np.clip(gain / (behaviour.RAMP * old.cost[0]), 0, 1))
    found = behaviour.answer(case, held, 2027)
    assert found.renewed[0] == pytest.approx(share, abs=1e-9)
    fleet = behaviour.answering(case, 2027, {2027: found}, held)
    assert fleet.weight.sum() == pytest.approx(1.0)
    renewed = fleet.frame[fleet.frame["installed_on"].dt.year == 2027]
    assert renewed["weight"].sum() == pytest.approx(share)


def test_a_machine_amortised_before_the_first_step_is_not_renewed() -> None:
    case = case_of(
        {"acts_billed": 6_000, "installed_on": "2012-06-01"}, behaviour=Behaviour(renewal=1.0)
    )
    assert behaviour.answer(case, case.reference.schedule, 2027).renewed.max() == 0


def test_acts_beyond_the_reference_activity_move_to_a_second_machine() -> None:
    """12 000 acts of a CT: 6 500 stay, 5 500 move; the machines then do as many acts as before."""
    case = case_of({"acts_billed": 12_000}, behaviour=Behaviour(second_machine=0.4))
    half = behaviour.Answer(np.ones(1), np.zeros(1), np.array([0.4]))
    fleet = behaviour.answering(case, 2027, {2027: half}, REFERENCE.schedule)
    weight = fleet.weight
    assert sorted(zip(fleet.frame["acts_billed"], weight, strict=True)) == [
        (5_500.0, 0.4), (6_500.0, 0.4), (12_000.0, 0.6),
    ]  # fmt: skip
    assert float(fleet.frame["acts_billed"] @ weight) == pytest.approx(12_000)
    second = fleet.frame[fleet.frame["acts_billed"] == 5_500]
    assert second["rank_on_authorisation"].tolist() == [2]
    assert second["installed_on"].dt.year.tolist() == [2027]


def test_the_reference_activity_that_splits_acts_is_that_of_the_schedule_answered() -> None:
    """6 000 acts, within today's 6 500; 1 000 of them are beyond the 5 000 of a proposal."""
    case = case_of({"acts_billed": 6_000}, behaviour=Behaviour(second_machine=0.4))
    reform = Reform(STEP, limits={"scanner": (5_000, 11_000, 13_000)})
    proposed = REFERENCE.schedule.with_prices({STEP: {}}, "essai", (reform,))
    half = behaviour.Answer(np.ones(1), np.zeros(1), np.array([0.4]))
    fleet = behaviour.answering(case, 2027, {2027: half}, proposed)
    assert sorted(zip(fleet.frame["acts_billed"].round(6), fleet.weight, strict=True)) == [
        (1_000.0, 0.4), (5_000.0, 0.4), (6_000.0, 0.6),
    ]  # fmt: skip


def dear(reference_activity: float) -> FeeSchedule:
    """400 an act of a CT within a reference activity: whoever may split does."""
    reform = Reform(STEP, limits={"scanner": (reference_activity, 11_000, 13_000)})
    prices = {STEP: {FULL: 400.0, REDUCED: 1.0}}
    return REFERENCE.schedule.with_prices(prices, "essai", (reform,))


def test_a_fleet_split_by_another_reference_activity_has_not_settled() -> None:
    """5 000, then 5 500 from the second round on: the shares that decide no longer move."""
    case = case_of({"acts_billed": 11_000}, behaviour=Behaviour(second_machine=0.4))
    found = [dear(5_000), dear(5_500), dear(5_500), dear(5_500)]
    assert all(behaviour.answer(case, s, 2027).split.tolist() == [0.4] for s in found)
    rounds = iter(found)
    settled = behaviour.settle(case, lambda _: next(rounds))
    assert settled.rounds == 3
    assert settled.residual == 0
    acts = settled.fleets[2027].frame["acts_billed"]
    assert sorted(acts.round(6)) == [5_500.0, 5_500.0, 11_000.0]


def test_by_hand_a_second_machine_comes_where_the_full_rate_pays_for_it() -> None:
    """12 000 acts of an MRI of 1.5 T: 7 250 would move, of which 4 750 at the full rate.

    One machine: 4 750 full, 3 250 and 3 000 reduced, 1 000 beyond 11 000. Two: 4 750 full each,
    2 500 reduced for the second. What the pay gains beyond the cost of another machine, against a
    tenth of the first one's cost, is the share of those who may that do.
    """
    machine = {"class": "irm_1_5t", "acts_billed": 12_000}
    full, rates = 400.0, (73.94, 59.53, 29.95)
    prices = {Cell("irm_1_5t", "non_amorti", "province", "plein"): full}
    dear = REFERENCE.schedule.with_prices({STEP: prices}, "essai")
    case = case_of(machine, behaviour=Behaviour(second_machine=0.3))
    one = 4_750 * full + 3_250 * rates[0] + 3_000 * rates[1] + 1_000 * rates[2]
    two = 2 * 4_750 * full + 2_500 * rates[0]

    def cost(acts: float) -> float:
        return float(annual_cost(case, "irm_1_5t", acts, 0.0).total())

    gain = two - one - (cost(4_750) + cost(7_250) - cost(12_000))
    assert gain > 0.1 * cost(12_000)
    found = behaviour.answer(case, dear, 2027)
    assert found.split.tolist() == pytest.approx([0.3])
    # At today's prices it brings less, and so come fewer.
    full = 154.77
    one = 4_750 * full + 3_250 * rates[0] + 3_000 * rates[1] + 1_000 * rates[2]
    two = 2 * 4_750 * full + 2_500 * rates[0]
    gain = two - one - (cost(4_750) + cost(7_250) - cost(12_000))
    today = REFERENCE.schedule.frozen(EVE)
    share = 0.3 * float(np.clip(gain / (0.1 * cost(12_000)), 0, 1))
    assert 0 < share < 0.3
    assert behaviour.answer(case, today, 2027).split.tolist() == pytest.approx([share])


def test_a_machine_within_its_reference_activity_gets_no_second_one() -> None:
    case = case_of({"acts_billed": 6_000}, behaviour=Behaviour(second_machine=1.0))
    assert behaviour.answer(case, case.reference.schedule, 2027).split.max() == 0


def test_what_does_not_settle_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behaviour, "ROUNDS", 2)
    case = case_of(
        {"acts_billed": 6_000}, target=150_000, step_dates=(STEP, JULY),
        behaviour=Behaviour(elasticity={"scanner": 2.5}), **FREE,
    )  # fmt: skip
    with pytest.raises(ScenarioError, match="ne se stabilisent pas"):
        propose(case)
