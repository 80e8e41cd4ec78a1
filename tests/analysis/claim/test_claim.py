"""Claims on fleets small enough to be worked out by hand.

One MRI 1.5 T in province, not amortised, 6 500 acts, tariff of 01/03/2024:
fee 4 750 × 171.97 + 1 750 × 73.94 = 946 252.50 €; cost 743 184.3889 € (tests/test_costs.py).
Mark-up 946 252.50 / 743 184.3889 - 1 = 0.273241; share 1 - 743 184.3889 / 946 252.50 = 0.214602.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.analysis.account.comparison import compare
from costing.analysis.claim.claim import ClaimAnswer, answer_claim
from costing.analysis.claim.readings import Reading, Settings, own_reading
from costing.analysis.claim.words import claim_words
from costing.case.case import Case, make_case
from costing.problems.errors import InputError
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.values.catalogue import Claim
from tests.shared import REFERENCE, examples
from tests.strategies import fleet_of

MARCH_2024 = dt.date(2024, 3, 1)
MARKUP, SHARE = 0.273241, 0.214602
FEW = Settings(draws=2_000)


def claim(**changes: Any) -> Claim:
    content = {
        "id": "essai",
        "statement": {"fr": "Essai.", "en": "Test."},
        "author": {"fr": "x", "en": "x"},
        "date": dt.date(2024, 6, 1),
        "definition": "markup",
        "perimeter": "legal_2024",
        "activity": "observed",
        "figure": 0.2,
        "source": ["hypothese-de-travail"],
        "grade": "D",
    }
    return Claim.model_validate({**content, **changes})


def one_mri(*overrides: Override, **fields: Any) -> Case:
    fleet = fleet_of({"class": "irm_1_5t", "acts_billed": 6_500})
    return make_case(REFERENCE, Scenario(fleet=fleet, overrides=overrides, **fields))


def certain() -> Case:
    """The same machine with every uncertain value held at its mode."""
    held = []
    for address, parameter, value in REFERENCE.values():
        if parameter.distribution != "fixed":
            held.append(
                Override(parameter=address, mode=value.mode, low=value.mode, high=value.mode)
            )
    return one_mri(*held)


CASE, CERTAIN = one_mri(), certain()


_KEPT: dict[tuple[int, Settings, str], ClaimAnswer] = {}


def answered(case: Case = CASE, draws: Settings = FEW, **changes: Any) -> ClaimAnswer:
    """The answer to a claim; those on the two cases of this module are kept."""
    if case is not CASE and case is not CERTAIN:
        return answer_claim(case, claim(**changes), draws)
    key = (id(case), draws, repr(sorted(changes.items())))
    if key not in _KEPT:
        _KEPT[key] = answer_claim(case, claim(**changes), draws)
    return _KEPT[key]


def row(answer: ClaimAnswer, *reading: str) -> dict[str, float]:
    table = answer.readings.set_index(["definition", "perimeter", "activity"])
    return dict(table.loc[reading])


# --- the principal estimate and the readings --------------------------------------------------


def test_principal_estimate_is_the_one_worked_out_by_hand() -> None:
    answer = answered()
    assert answer.principal == pytest.approx(MARKUP, abs=1e-6)
    assert row(answer, "share", "legal_2024", "observed")["principal"] == pytest.approx(
        SHARE, abs=1e-6
    )
    assert answer.date == dt.date(2024, 6, 1)
    assert not answer.early


def test_every_reading_is_that_of_the_comparison() -> None:
    answer = answered()
    assert len(answer.readings) == 3 * len(REFERENCE.perimeters) * 3
    for found in answer.readings.to_dict("records"):
        scenario = CASE.scenario.model_copy(
            update={
                "perimeter": found["perimeter"],
                "conventions": Conventions(activity=found["activity"]),
            }
        )
        _, overall = compare(make_case(REFERENCE, scenario), MARCH_2024)
        expected = overall[overall["weighting"] == "euro"].iloc[-1]
        name = "share_of_fee" if found["definition"] == "share" else found["definition"]
        assert found["principal"] == pytest.approx(expected[name], rel=1e-9)


def test_a_claim_of_unknown_definition_is_read_as_a_markup_unless_told() -> None:
    asked = claim(definition="unknown")
    assert own_reading(asked) == Reading("markup", "legal_2024", "observed")
    assert own_reading(asked, "share").definition == "share"
    found = answer_claim(CASE, asked, FEW, own_reading(asked, "share"))
    assert found.principal == pytest.approx(SHARE, abs=1e-6)


def test_a_reading_given_overrides_the_claims_own() -> None:
    reading = Reading("markup", "investment_only", "observed")
    found = answer_claim(CASE, claim(), FEW, reading)
    assert found.principal == pytest.approx(
        row(answered(), "markup", "investment_only", "observed")["principal"]
    )


# --- probabilities ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "at_least", "within"),
    [
        (MARKUP - 0.06, 1.0, 0.0),  # reached, and further than 5 points away
        (MARKUP - 0.04, 1.0, 1.0),
        (MARKUP + 0.04, 0.0, 1.0),
        (MARKUP + 0.06, 0.0, 0.0),
    ],
)
def test_without_uncertainty_a_claim_is_true_or_false(
    figure: float, at_least: float, within: float
) -> None:
    answer = answered(CERTAIN, figure=figure)
    assert (answer.at_least.value, answer.within.value) == (at_least, within)
    assert answer.at_least.error == 0
    assert answer.flips == []
    assert answer.joint is None


def test_a_range_is_about_right_anywhere_inside_it() -> None:
    assert answered(CERTAIN, figure=0.1, figure_high=0.4).within.value == 1
    assert answered(CERTAIN, figure=0.33, figure_high=0.4).within.value == 0
    assert answered(CERTAIN, figure=0.1, figure_high=0.4).at_least.value == 1


def test_the_curve_falls_from_one_to_nothing_and_passes_by_the_probability() -> None:
    answer = answered(figure=0.2)
    curve = answer.curve
    assert (np.diff(curve["probability"]) <= 0).all()
    assert curve["probability"].iloc[0] > 0.998
    assert curve["probability"].iloc[-1] == 0
    here = curve[curve["figure"] == 0.2]["probability"].item()
    assert here == answer.at_least.value
    middle = np.interp(0.5, curve["probability"][::-1], curve["figure"][::-1])
    assert middle == pytest.approx(answer.median.value, abs=0.005)


def test_precision_stops_the_draws_and_more_draws_narrow_the_error() -> None:
    few = answered(draws=Settings(draws=1_000)).at_least.error
    many = answered(draws=Settings(draws=16_000)).at_least.error
    assert many == pytest.approx(few / 4, rel=0.25)
    stopped = answered(draws=Settings(draws=1_000_000, precision=0.004))
    assert len(stopped.outcome.draws) < 100_000
    assert stopped.at_least.error <= 0.004
    with pytest.raises(InputError, match="précision"):
        answered(draws=Settings(precision=0.0))


def test_sobol_and_plain_draws_agree() -> None:
    plain = answered(draws=Settings(draws=20_000))
    sobol = answered(draws=Settings(draws=20_000, method="sobol"))
    gap = abs(plain.at_least.value - sobol.at_least.value)
    assert gap < 3 * np.hypot(plain.at_least.error, sobol.at_least.error)
    assert abs(plain.median.value - sobol.median.value) < 3 * np.hypot(
        plain.median.error, sobol.median.error
    )
    assert sobol.at_least.error < plain.at_least.error


# --- what would turn it -------------------------------------------------------------------------


def test_each_flip_turns_the_claim_when_the_value_is_really_put_there() -> None:
    answer = answered(figure=0.2)
    turning = [flip for flip in answer.flips if flip.value is not None]
    assert turning
    for flip in turning:
        assert flip.value is not None
        outward = 1 if flip.value > flip.input.value.mode else -1
        held = []
        for side in (-1, 1):
            value = flip.value * (1 + side * outward * 1e-6)
            moved = Override(
                parameter=flip.input.address, mode=value,
                low=min(flip.low, value), high=max(flip.high, value),
            )  # fmt: skip
            held.append(answered(one_mri(moved), Settings(draws=1), figure=0.2).holds)
        assert held == [True, False]


def test_an_input_that_cannot_turn_the_claim_is_said_not_to() -> None:
    answer = answered(figure=0.2)
    for flip in answer.flips:
        ends = (flip.at_low >= 0.2, flip.at_high >= 0.2)
        assert (flip.value is None) == (ends == (answer.holds, answer.holds))


def test_the_joint_change_turns_the_claim_and_none_of_the_flips_alone_is_shorter() -> None:
    answer = answered(figure=0.2)
    joint = answer.joint
    assert joint is not None
    assert joint.result == pytest.approx(0.2, abs=1e-6)
    moved = []
    for flip in answer.flips:
        value = joint.values[flip.input.address]
        assert flip.low <= value <= flip.high
        moved.append(
            Override(parameter=flip.input.address, mode=value, low=flip.low, high=flip.high)
        )
        if flip.value is not None:
            alone = abs(flip.value - flip.input.value.mode) / flip.input.law.spread
            assert joint.distance <= alone * 1.5  # correlated inputs: the unit is not the same
    again = answered(one_mri(*moved), Settings(draws=1), figure=0.2)
    assert again.principal == pytest.approx(0.2, abs=1e-6)


# --- machines that differ -----------------------------------------------------------------------


def test_variation_is_between_machines_and_uncertainty_is_not() -> None:
    """The same machine three times varies by nothing; three activities vary, without draws."""
    same = fleet_of(*[{"class": "irm_1_5t", "acts_billed": 6_500}] * 3)
    found = answered(make_case(REFERENCE, Scenario(fleet=same))).variation
    assert found is not None
    assert list(found.quantiles.values()) == pytest.approx([MARKUP] * 5, abs=1e-6)
    other = fleet_of(
        {"class": "irm_1_5t", "acts_billed": 6_500, "weight": 1},
        {"class": "irm_1_5t", "acts_billed": 3_000, "weight": 3},
    )
    scenario = Scenario(fleet=other, overrides=CERTAIN.scenario.overrides)
    found = answered(make_case(REFERENCE, scenario), figure=0.1).variation
    assert found is not None
    # At 3 000 acts the fee, 3 000 × 171.97, is below the cost; the other machine is one in four.
    assert found.share_above == pytest.approx(0.25)
    assert found.share_range == pytest.approx((0.25, 0.25))
    assert found.quantiles["p95"] == pytest.approx(MARKUP, abs=1e-6)
    assert found.quantiles["p50"] < 0


# --- sentences ----------------------------------------------------------------------------------


def test_verdict_follows_the_probability() -> None:
    true, false = answered(CERTAIN, figure=0.2), answered(CERTAIN, figure=0.3)
    assert "est pratiquement certain : les 2\u202f000 tirages" in claim_words(true).verdict
    assert "est pratiquement exclu : aucun des 2\u202f000 tirages" in claim_words(false).verdict
    assert "dépasse son coût de 20 % ou plus (IRM" not in claim_words(true).verdict  # all machines
    assert "dépasse son coût de 20 % ou plus (tous les appareils)" in claim_words(true).verdict
    between = claim_words(answered(figure=answered().median.value)).verdict
    assert "est aussi probable qu'improbable : probabilité 50,0 %." in between


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("markup", "Que le forfait dépasse son coût de 20 % ou plus"),
        ("share", "Que 20 % du forfait ou plus ne correspondent à aucun coût"),
        ("investment", "en dépasse le coût de 20 % ou plus"),
    ],
)
def test_each_definition_has_its_own_words(definition: str, words: str) -> None:
    assert words in claim_words(answered(definition=definition)).verdict


def test_meaning_is_worked_out_for_each_definition() -> None:
    # 75 % on cost: cost is 1 / 1.75 = 57.1 % of the fee; 75 % of the fee: a mark-up of 300 %.
    markup = claim_words(answered(CERTAIN, figure=0.75)).meaning
    assert "57,1 % du forfait" in markup
    assert "42,9 %" in markup
    share = claim_words(answered(CERTAIN, figure=0.75, definition="share")).meaning
    assert "25,0 % du forfait" in share
    assert "300 %" in share
    assert claim_words(answered(CERTAIN, figure=0.0)).meaning == ""


def test_estimate_says_on_which_side_and_how_far() -> None:
    below = claim_words(answered(CERTAIN, figure=0.373241)).estimate
    assert "27,3 %, 10,0 points au-dessous du chiffre" in below
    above = claim_words(answered(CERTAIN, figure=0.173241)).estimate
    assert "27,3 %, 10,0 points au-dessus du chiffre" in above


def test_flips_in_words() -> None:
    none = claim_words(answered(figure=5.0))
    assert "Aucune des " in none.alone
    assert "Aucun changement conjoint" in none.together
    some = claim_words(answered(figure=0.2))
    assert "à renverser la réponse" in some.alone
    assert "qui la démentirait" in some.together
    assert "qui la rendrait vraie" in claim_words(answered(figure=0.32)).together
    assert claim_words(answered(CERTAIN)).alone == ""


def test_readings_in_words() -> None:
    # The gap of full rates does not depend on the perimeter: 63 readings say 45 different things.
    assert "Aucune des 45" in claim_words(answered(CERTAIN, figure=20.0)).readings
    assert "Les 45" in claim_words(answered(CERTAIN, figure=-5.0)).readings
    partial = claim_words(answered(CERTAIN, figure=1.0)).readings
    assert "« Investissement seul »" in partial
    assert "une partie des charges" in partial
    wide = claim_words(answered(CERTAIN, figure=0.2)).readings
    assert "une partie des charges" not in wide


def test_tariff_in_words_when_the_day_has_none() -> None:
    early = answered(date=dt.date(2010, 1, 1))
    assert early.early
    assert "01/07/2018" in claim_words(early).scope
    assert "le premier connu" in claim_words(early).scope
    assert "01/06/2024" in claim_words(answered()).scope
    assert (
        "« Périmètre large depuis mars 2024 », activité observée" in claim_words(answered()).scope
    )


@pytest.mark.slow
def test_every_public_claim_has_its_answer() -> None:
    case = make_case(REFERENCE, Scenario())
    for public in REFERENCE.claims.values():
        answer = answer_claim(case, public, Settings(draws=500))
        words = claim_words(answer)
        assert words.verdict.endswith(".")
        assert " nan" not in words.text
        assert 0 <= answer.at_least.value <= 1


def test_break_even_worked_out_by_hand() -> None:
    """The fee crosses the cost inside the full band: fixed cost / (fee - cost of an act)."""
    answer = answered(CERTAIN, definition="break_even", figure=4_000)
    low, high = 1_000.0, 4_750.0
    while high - low > 1e-6:  # by bisection on the published path, one machine at a time
        middle = (low + high) / 2
        fleet = fleet_of({"class": "irm_1_5t", "acts_billed": middle})
        scenario = Scenario(fleet=fleet, overrides=CERTAIN.scenario.overrides)
        _, overall = compare(make_case(REFERENCE, scenario), MARCH_2024)
        gains = overall.iloc[-1]["revenue_eur"] >= overall.iloc[-1]["cost_eur"]
        low, high = (low, middle) if gains else (middle, high)
    assert answer.principal == pytest.approx(high, rel=1e-9)
    assert "actes par an" in claim_words(answer).verdict
    assert answer.variation is None
    assert len(answer.readings) == len(REFERENCE.perimeters)


def test_a_population_that_the_fleet_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="tep"):
        answered(population={"modality": ["tep"]})


@examples(5)
@given(st.floats(-0.5, 1.5))
def test_probability_falls_as_the_figure_rises(figure: float) -> None:
    lower, higher = (answered(draws=Settings(draws=200), figure=f) for f in (figure, figure + 0.1))
    assert lower.at_least.value >= higher.at_least.value


# --- the same answer everywhere -----------------------------------------------------------------


def _json(*more: str, **environment: str) -> bytes:
    command = [sys.executable, "-m", "costing.cli", "claim", "cnam_irm_54", "--json"]
    command += ["--draws", "20000", *more]
    done = subprocess.run(
        command, check=True, capture_output=True, env={**os.environ, **environment}
    )
    return done.stdout


@pytest.mark.slow
def test_same_bytes_whatever_the_workers_and_the_processor() -> None:
    """Another machine, as far as one can be had here: other vector units, other linear algebra."""
    usual = _json()
    assert _json("--workers", "2") == usual
    assert _json("--workers", "3") == usual
    assert json.loads(usual)["draws"] == 20_000
    plain = "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
    other = {"NPY_DISABLE_CPU_FEATURES": plain, "OPENBLAS_CORETYPE": "Nehalem",
             "OPENBLAS_NUM_THREADS": "1"}  # fmt: skip
    assert _json(**other) == usual
    assert _json("--seed", "7") != usual


def test_a_quantity_without_meaning_is_not_called_false() -> None:
    """An amortised machine's full rate pays no investment: that reading has no meaning for it."""
    old = fleet_of({"class": "irm_1_5t", "acts_billed": 6_500, "installed_on": "2010-01-01"})
    answer = answered(make_case(REFERENCE, Scenario(fleet=old)), definition="investment")
    words = claim_words(answer)
    assert "n'a de sens pour aucun tirage" in words.verdict
    assert "exclu" not in words.verdict
    assert words.estimate == words.near == ""
    assert "45" not in words.readings  # what has no meaning is not counted among the readings


def test_a_break_even_that_may_never_come_is_told_so() -> None:
    case = make_case(REFERENCE, Scenario())
    public = REFERENCE.claims["cour_comptes_equilibre"]
    wide = own_reading(public)._replace(perimeter="legal_2024")
    answer = answer_claim(case, public, FEW, wide)
    assert np.isinf(answer.outcome.draws).any()
    assert "n'étant jamais à l'équilibre" in claim_words(answer).estimate
    here = answer.curve[answer.curve["figure"] == public.figure]["probability"].item()
    assert here == answer.at_least.value


def test_the_answer_says_on_how_many_working_assumptions_it_rests() -> None:
    answer = answered()
    weak = sum(item.value.grade == "D" for item in answer.inputs.items)
    assert f"{weak} des {len(answer.inputs.items)} hypothèses" in claim_words(answer).basis
    assert "synthétique" not in claim_words(answer).basis  # its one machine is not simulated
    graded = [
        Override(parameter=item.address, mode=item.value.mode, low=item.value.low,
                 high=item.value.high, vat=item.value.vat, grade="A", source="hypothese-de-travail")
        for item in answer.inputs.items
    ]  # fmt: skip
    assert claim_words(answered(one_mri(*graded))).basis == ""
    assert "synthétique" in claim_words(answered(make_case(REFERENCE, Scenario()))).basis


def test_an_idle_fleet_has_no_variation() -> None:
    idle = fleet_of({"class": "irm_1_5t", "acts_billed": 0})
    answer = answered(make_case(REFERENCE, Scenario(fleet=idle)), definition="share")
    assert answer.variation is None
    assert "n'a de sens pour aucun tirage" in claim_words(answer).verdict
