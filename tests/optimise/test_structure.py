"""The structure chosen with the prices: each part by hand, and choices that classes share.

Cuts of 25 % at most: 67.29, 53.82 once amortised, then 45, 39.06 and 27.255. In 2027 alone
(`level_2027`), against the baseline's 99.69, 75.54, 60, 52.08 and 36.34, under today's structure:
6 500, 11 000 and 13 000 acts for a CT.
"""

from __future__ import annotations

from typing import Any

import pytest

from costing.optimise.proposal import Proposal
from costing.optimise.propose import propose
from costing.optimise.search import reach
from costing.problems.errors import ScenarioError
from costing.scenario.rules import StructureChoice
from costing.scenario.scenario import Override
from tests.optimise.small import (
    FULL,
    JULY,
    STEP,
    case_of,
    demand,
    demanded_of,
    found,
    paid_before,
    price,
)

LEVEL = {"reading": "level_2027"}
ONE = {"acts_billed": 6_000}
LARGE = {"acts_billed": 9_000}
#: Installed in June 2021: five full years on 1 January 2027, and not amortised after seven.
YOUNG = {"acts_billed": 6_000, "installed_on": "2021-06-01"}


def choice(parameter: Any, *candidates: float, scope: str = "scanner") -> StructureChoice:
    return StructureChoice(parameter=parameter, scope=scope, candidates=candidates)


def asking(*choices: StructureChoice, **rules: Any) -> dict[str, Any]:
    return {"structure": choices, "savings": LEVEL, **rules}


def most(*machines: dict[str, Any], **asked: Any) -> float:
    answer = reach(demanded_of(case_of(*machines, **asked)))
    assert answer.status == "optimal"
    return answer.most_eur


@pytest.mark.parametrize(
    ("machine", "what", "spent"),
    [
        # 6 500 at 67.29, 2 500 at 45; 5 000 and 4 000 with a lower reference activity.
        (LARGE, choice("reference_activity", 5_000.0), 5_000 * 67.29 + 4_000 * 45),
        # A higher one would cost more: it stays.
        (LARGE, choice("reference_activity", 8_000.0), 6_500 * 67.29 + 2_500 * 45),
        (LARGE, choice("reference_activity", 5_000.0, 8_000.0), 5_000 * 67.29 + 4_000 * 45),
        # 1 000 acts beyond 8 000 at 39.06.
        (LARGE, choice("threshold_1", 8_000.0), 6_500 * 67.29 + 1_500 * 45 + 1_000 * 39.06),
        # 500 acts beyond 11 500 at 27.255, 500 before at 39.06.
        (
            {"acts_billed": 12_000},
            choice("threshold_2", 11_500.0),
            6_500 * 67.29 + 4_500 * 45 + 500 * 39.06 + 500 * 27.255,
        ),
        ({**ONE, "rank_on_authorisation": 2}, choice("rank_factor", 0.5), 0.5 * 6_000 * 67.29),
        (ONE, choice("rank_factor", 0.5), 6_000 * 67.29),  # the first on its authorisation
        (YOUNG, choice("amortisation_years", 5.0), 6_000 * 53.82),
        (YOUNG, choice("amortisation_years", 6.0), 6_000 * 67.29),
    ],
)
def test_what_saves_most(machine: dict[str, Any], what: StructureChoice, spent: float) -> None:
    acts = machine["acts_billed"]
    full, first = min(acts, 6_500), min(max(acts - 6_500, 0), 4_500)
    base = full * 99.69 + first * 60 + max(acts - 11_000, 0) * 52.08
    assert most(machine, **asking(what)) == pytest.approx(base - spent)


def test_two_parts_of_the_structure_at_once() -> None:
    # 5 000 at 67.29, 1 000 at 45, 3 000 beyond 6 000 at 39.06; each is paid half.
    further = {**LARGE, "rank_on_authorisation": 2}
    choices = (
        choice("reference_activity", 5_000.0),
        choice("threshold_1", 6_000.0),
        choice("rank_factor", 0.5),
    )
    spent = 0.5 * (5_000 * 67.29 + 1_000 * 45 + 3_000 * 39.06)
    base = 6_500 * 99.69 + 2_500 * 60
    assert most(further, **asking(*choices)) == pytest.approx(base - spent)
    # 6 000 is below today's reference activity: alone, it is no structure.
    alone = asking(choice("threshold_1", 6_000.0))
    assert most(LARGE, **alone) == pytest.approx(base - 6_500 * 67.29 - 2_500 * 45)


def test_a_structure_holds_from_its_date_on() -> None:
    # From July, after 87.13 since January: acts 4 463 to 9 000, of which 537 are below 5 000.
    asked = asking(choice("reference_activity", 5_000.0), step_dates=(JULY,))
    done = 9_000 * 181 / 365
    before = done * 87.13
    after = (5_000 - done) * 0.75 * 87.13 + 4_000 * 45
    base = 6_500 * 99.69 + 2_500 * 60
    assert most(LARGE, **asked) == pytest.approx(base - before - after)
    # Years before « amorti » are those of 1 January: a reform of July changes nothing in 2027.
    asked = asking(choice("amortisation_years", 5.0), step_dates=(JULY,))
    spent = 6_000 * 87.13 * (181 + 0.75 * 184) / 365
    assert most(YOUNG, **asked) == pytest.approx(598_140 - spent)


def test_what_holds_today_stays_unless_it_must_not() -> None:
    # 59 820 + 50 000 can be saved by the price alone, without a loss, with either structure.
    asked = asking(choice("reference_activity", 5_000.0), target=9_000 * 9.97)
    proposal = propose(case_of(LARGE, **asked))
    assert proposal.status == "optimal"
    assert proposal.reform is None
    assert "Structure" not in proposal.words
    # 281 535 are the most with 5 000 (797 985 - 516 450), 248 100 with 6 500.
    asked = asking(choice("reference_activity", 5_000.0), target=270_000.0)
    proposal = propose(case_of(LARGE, **asked))
    assert proposal.status == "optimal"
    assert told(proposal) == {"scanner": (5_000.0, 11_000.0, 13_000.0)}
    assert "seuil" not in proposal.words.split("Structure : ")[1]
    assert "5\u202f000" in proposal.words
    assert sum(proposal.savings.values()) >= 270_000


def test_a_structure_that_changes_nothing_for_anybody_is_not_proposed() -> None:
    # No MRI, no PET, no machine further on its authorisation, none beyond 11 000 acts.
    idle = (
        choice("reference_activity", 500.0, 900.0, scope="irm"),
        choice("threshold_2", 12_000.0, 12_500.0),
        choice("amortisation_years", 5.0, 6.0, scope="irm"),
        choice("rank_factor", 0.5, 0.8, scope="*"),
    )
    asked = asking(*idle, target=70_000.0)
    answer = found(case_of(ONE, **asked))
    assert answer.status == "optimal"
    assert not any(answer.chosen.values())


def test_machines_that_a_factor_tells_apart_are_not_alike() -> None:
    # Two CTs of 6 000 acts, one of them second on its authorisation and paid half. All that can be
    # saved: 403 740 and 201 870 are left of them, and each loses from its cost.
    pair = (ONE, {**ONE, "rank_on_authorisation": 2})
    target = 2 * 598_140 - 1.5 * 403_740
    asked = asking(choice("rank_factor", 0.5), target=target - 1)
    cost = paid_before(case_of(ONE))[1][0]
    expected = 2 * cost - 1.5 * 403_740
    assert dict(found(case_of(*pair, **asked)).goals)["loss"] == pytest.approx(expected, abs=2)


def told(proposal: Proposal) -> dict[str, tuple[float, ...]]:
    """The limits that a proposal changes."""
    assert proposal.reform is not None
    return dict(proposal.reform.limits)


def test_the_structure_follows_the_objective() -> None:
    # 6 000 acts in a year. Paid 538 320 whatever the reference activity, but for 5 000: 508 600
    # (5 000 at 89.72 and 1 000 at 60), 10 274 above its cost of 498 325.55. Nearest to the cost at
    # prices that cannot fall: 5 000 acts.
    asked = asking(
        choice("reference_activity", 5_000.0),
        largest_cut_per_step=0.0,
        objectives=("near_cost",),
    )
    case = case_of(ONE, **asked)
    cost = paid_before(case)[1][0]
    answer = found(case)
    assert dict(answer.goals)["near_cost"] == pytest.approx(508_600 - cost)
    assert price(answer, FULL) == pytest.approx(89.72)
    assert answer.chosen["scanner"] == 1


# --- choices that several classes share -----------------------------------------------------------

# MRI of 1.5 T: 4 750, 8 000, 11 000; above: 4 500 first. At 25 % less: 116.0775 and 135.9675 at the
# full rate, 55.455 and 56.55 then; the second reduced rates are 44.6475 and 49.2375.
PAIR = (
    {"class": "irm_1_5t", "acts_billed": 7_000},
    {"class": "irm_gt_1_5t", "acts_billed": 7_000, "weight": 2},
)
PAIR_BASE = 4_750 * 171.97 + 2_250 * 73.94 + 2 * (4_500 * 201.43 + 2_500 * 75.40)


def paid(first: float, second: float) -> float:
    """Both machines at their lowest, by their reference activities."""
    one = first * 116.0775 + (7_000 - first) * 55.455
    two = second * 135.9675 + (7_000 - second) * 56.55
    return one + 2 * two


def test_each_class_takes_its_own_candidate_where_each_has_its_own_choice() -> None:
    apart = (
        choice("reference_activity", 4_000.0, scope="irm_1_5t"),
        choice("reference_activity", 3_000.0, scope="irm_gt_1_5t"),
    )
    assert most(*PAIR, **asking(*apart)) == pytest.approx(PAIR_BASE - paid(4_000, 3_000))


def test_classes_under_one_choice_take_the_same_candidate() -> None:
    # The floor of the first class asks for what 4 750 acts pay it; the second would take 3 000.
    one = choice("reference_activity", 3_000.0, scope="irm")
    assert most(*PAIR, **asking(one)) == pytest.approx(PAIR_BASE - paid(3_000, 3_000))
    least = paid_before(case_of(*PAIR))[0][0]
    share = least / paid_before(case_of(*PAIR))[1][0]
    held = {"floor_share_of_cost": {"irm_1_5t": share}}
    # Held to today's pay, which 3 000 acts cannot reach without a rise: both stay as they are.
    second = 2 * (4_500 * 135.9675 + 2_500 * 56.55)
    assert most(*PAIR, **asking(one, **held)) == pytest.approx(PAIR_BASE - least - second)
    # On its own, the second class takes 3 000.
    alone = choice("reference_activity", 3_000.0, scope="irm_gt_1_5t")
    second = 2 * (3_000 * 135.9675 + 4_000 * 56.55)
    assert most(*PAIR, **asking(alone, **held)) == pytest.approx(PAIR_BASE - least - second)


def test_the_choice_of_a_class_replaces_that_of_its_modality_and_of_all() -> None:
    # 3 000 for MRI, but 4 000 for one class: it is not under the other choice.
    choices = (
        choice("reference_activity", 2_000.0, scope="*"),
        choice("reference_activity", 3_000.0, scope="irm"),
        choice("reference_activity", 4_000.0, scope="irm_1_5t"),
    )
    assert most(*PAIR, **asking(*choices)) == pytest.approx(PAIR_BASE - paid(4_000, 3_000))


def test_a_code_that_names_a_class_and_a_modality_speaks_of_the_class() -> None:
    # « tep » is a class of the modality « tep », as `tep_tdm` is: the latter has no choice here.
    # 2 000 acts of each: 1 000 at 641.25 or 675, then 412.5.
    pets = ({"class": "tep", "acts_billed": 2_000}, {"class": "tep_tdm", "acts_billed": 2_000})
    asked = asking(choice("reference_activity", 500.0, scope="tep"))
    base = 1_000 * (950 + 550) + 1_000 * (1_000 + 550)
    spent = 500 * 641.25 + 1_500 * 412.5 + 1_000 * 675 + 1_000 * 412.5
    assert most(*pets, **asked) == pytest.approx(base - spent)


def test_a_longer_time_before_amortised_raises_pay_and_lowers_cost() -> None:
    """Where it changes the cost, a floor follows it: min(1.3 C, today's pay) for each candidate.

    Installed in June 2019, amortised in 2027 after seven full years, not after eight: paid 430 560
    at 71.76 today; at 89.72 with eight. Floors above both costs: today's pay is what is kept.
    """
    aged = {"acts_billed": 6_000, "installed_on": "2019-06-01"}
    revenue, cost = (float(v[0]) for v in paid_before(case_of(aged)))
    assert revenue == pytest.approx(430_560)
    assert 1.3 * cost > revenue
    for asked in (
        {"floor_share_of_cost": {"scanner": 1.3}},
        {"demands": (demand("sole_machine", 0.3),)},
    ):
        both = asking(choice("amortisation_years", 8.0), **asked)
        assert most(aged, **both) == pytest.approx(6_000 * 75.54 - 430_560)


def cost_over(years: float) -> float:
    """Yearly cost of a new CT of 6 000 acts, its capital charged over so many years."""
    longer = Override(parameter="machine_classes.amortisation_years.scanner", mode=years)
    return float(paid_before(case_of(ONE, scenario={"overrides": (longer,)}))[1][0])


def test_a_floor_follows_the_cost_that_the_structure_makes() -> None:
    """Charged over ten years rather than seven, a machine costs less, and may be paid less.

    1.1 times its cost of today is above the 538 320 that it is paid; over ten years it is below.
    """
    assert 1.1 * cost_over(10) < 538_320 < 1.1 * cost_over(7)
    years = choice("amortisation_years", 10.0)
    for asked in (
        {"floor_share_of_cost": {"scanner": 1.1}},
        {"demands": (demand("sole_machine", 0.1),)},
    ):
        assert most(ONE, savings=LEVEL, **asked) == pytest.approx(59_820)
        found_ = most(ONE, **asking(years, **asked))
        assert found_ == pytest.approx(598_140 - 1.1 * cost_over(10))


def test_a_largest_loss_follows_the_cost_that_the_structure_makes() -> None:
    # 480 000 are left of 598 140: below either cost.
    asked = asking(
        choice("amortisation_years", 8.0), target=118_140.0, objectives=("largest_loss",)
    )
    answer = found(case_of(ONE, **asked))
    assert cost_over(8) > 480_000
    assert dict(answer.goals)["largest_loss"] == pytest.approx(cost_over(8) - 480_000, abs=0.05)


def test_more_structures_than_can_be_tried_are_refused() -> None:
    # 9 × 9 × 2 = 162 for each class.
    many = tuple(float(n) for n in range(2_000, 2_800, 100))
    choices = (
        choice("reference_activity", *many, scope="*"),
        choice("threshold_1", *(n + 3_000 for n in many), scope="*"),
        choice("rank_factor", 0.5, scope="*"),
    )
    with pytest.raises(ScenarioError, match="162"):
        propose(case_of(ONE, **asking(*choices)))


def test_the_reform_is_dated_on_the_first_step() -> None:
    steps = (STEP, JULY)
    asked = asking(choice("reference_activity", 5_000.0), step_dates=steps)
    asked["target"] = 0.99 * most(LARGE, **asked)
    assert most(LARGE, savings=LEVEL, step_dates=steps) < asked["target"]
    proposal = propose(case_of(LARGE, **asked))
    assert proposal.reform is not None
    assert proposal.reform.date == steps[0]
    assert proposal.schedule is not None
    assert [reform.date for reform in proposal.schedule.reforms] == [steps[0]]
