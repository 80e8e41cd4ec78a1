"""What an answer depends on: closed forms of the Gaussian orthant, hand-worked tornados, claims."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from scipy import stats

from costing.analysis.claim.claim import answer_claim
from costing.analysis.claim.readings import Reading, Settings
from costing.analysis.sensitivity.sensitivity import Sensitivity, claim_sensitivity, sensitivity
from costing.analysis.sensitivity.words import sensitivity_words
from costing.analysis.uncertainty.distributions import Z95
from costing.analysis.uncertainty.uncertainty import Inputs
from costing.case.case import make_case
from costing.cli import main
from costing.problems.errors import InputError
from costing.scenario.scenario import Override, Scenario
from tests.analysis.laws import CENTRE, an_input, coin, normals, standard
from tests.shared import REFERENCE

Floats = NDArray[np.float64]

CASE = make_case(REFERENCE, Scenario())
SCANNER = REFERENCE.claims["cnam_scanner_72"]
SHORT = Settings(draws=4_096, seed=1)

#: Two correlated inputs, one alone, one that says nothing.
MATRIX = np.array([[1, 0.6, 0, 0], [0.6, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
WEIGHTS = np.array([1.0, 0.5, 2.0, 0.0])
DEVIATION = float(np.sqrt(WEIGHTS @ MATRIX @ WEIGHTS))


def linear(values: Any) -> Floats:
    return np.asarray(WEIGHTS @ standard(values))


def gain_of(rho: float, figure: float) -> float:
    """Gain of knowing an input correlated ρ > 0 with a standard normal result.

    The answer turns where E[Y | z] = ρ z = f; the chance of being right is then that of both
    beyond (z ≥ f/ρ, Y ≥ f) and of neither: two orthants of the bivariate normal law.
    """
    law = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    turn = figure / rho
    right = law.cdf([-turn, -figure]) + law.cdf([turn, figure])
    return float(right - max(stats.norm.cdf(figure), stats.norm.sf(figure)))


# --- value of information -------------------------------------------------------------------------


@pytest.mark.parametrize("figure", [-0.3, 0.0, 0.5, 1.2])
def test_the_value_of_information_of_a_linear_gaussian_model(figure: float) -> None:
    analysis = sensitivity(
        linear, normals(MATRIX), figure * DEVIATION, draws=2**16, seed=11, orders=10
    )
    assert abs(analysis.probability.value - stats.norm.sf(figure)) <= 3 * analysis.probability.error
    for driver, rho in zip(analysis.drivers[:3], (MATRIX @ WEIGHTS)[:3] / DEVIATION, strict=True):
        assert abs(driver.gain.value - gain_of(rho, figure)) <= 3 * driver.gain.error
    nothing = analysis.drivers[3]
    assert abs(nothing.gain.value) < 0.005
    assert nothing.sure_gain == 0
    assert [driver.input.address for driver in analysis.to_collect] == [
        "essai.x3.*", "essai.x1.*", "essai.x2.*", "essai.x4.*",
    ]  # fmt: skip


def test_the_orthants_themselves() -> None:
    # at the median both orthants are 1/4 + asin(ρ) / 2π (Sheppard, 1899): the gain is asin(ρ) / π
    assert gain_of(0.5, 0.0) == pytest.approx(1 / 6, abs=1e-6)


def test_an_input_that_says_nothing_gains_nothing() -> None:
    """Forty inputs beside the only one that counts, an answer as open as can be."""
    inputs = normals(np.eye(41))
    analysis = sensitivity(lambda v: standard(v)[0], inputs, 0.0, 2_000, seed=2, orders=10)
    assert analysis.drivers[0].gain.value == pytest.approx(0.5, abs=0.04)
    assert [driver.sure_gain for driver in analysis.drivers[1:]] == [0] * 40
    assert np.mean([driver.gain.value for driver in analysis.drivers[1:]]) < 0


def test_a_discrete_input() -> None:
    """Y = coin(0.3) + U(0, 1) ≥ 0.6: chance 0.3 + 0.7 × 0.4 = 0.58, and 0.4 or 1 by the coin.

    Knowing the coin: 0.3 × 1 + 0.7 × 0.6 = 0.72, a gain of 0.14. Knowing U: sure above 0.6; below,
    0.7 that it does not hold: 0.4 + 0.6 × 0.7 = 0.82, a gain of 0.24.
    """
    items = (coin("a", 0.3), an_input("u", "uniform", low=0.0, mode=0.5, high=1.0))
    analysis = sensitivity(
        lambda v: v["essai.a.*"] + v["essai.u.*"], Inputs(items, np.eye(2)), 0.6, 20_000, 3, 1_000
    )
    for driver, expected in zip(analysis.drivers, (0.14, 0.24), strict=True):
        assert abs(driver.gain.value - expected) <= 3 * driver.gain.error
    assert (analysis.drivers[0].low, analysis.drivers[0].high) == (0, 1)


# --- tornado --------------------------------------------------------------------------------------


def test_tornado_by_hand() -> None:
    analysis = sensitivity(linear, normals(MATRIX), 0.0, 100, orders=10)
    assert analysis.principal == pytest.approx(0, abs=1e-9)
    for driver, weight in zip(analysis.drivers, WEIGHTS, strict=True):
        assert (driver.low, driver.high) == pytest.approx((CENTRE - Z95, CENTRE + Z95), abs=1e-4)
        # the other inputs stay at their mode, correlated or not
        assert (driver.at_low, driver.at_high) == pytest.approx(
            (-weight * Z95, weight * Z95), abs=1e-3
        )
    assert [driver.input.parameter.name for driver in analysis.tornado] == ["x3", "x1", "x2", "x4"]
    assert analysis.tornado[0].swing == pytest.approx(4 * Z95, abs=1e-3)
    assert analysis.tornado[-1].swing == 0


def test_tornado_where_an_end_has_no_meaning() -> None:
    def study(values: Any) -> Floats:
        x = standard(values)
        return np.where(x[0] > 1.5, np.nan, np.where(x[1] > 1.5, np.inf, x[2] + x.sum(axis=0)))

    analysis = sensitivity(study, normals(np.eye(4)), 0.0, 100, orders=100)
    assert [driver.input.parameter.name for driver in analysis.tornado] == ["x2", "x3", "x4", "x1"]
    assert analysis.effects.dropped > 0.1


# --- sentences ------------------------------------------------------------------------------------


def in_words(sensitivity: Sensitivity, definition: str = "markup") -> Any:
    return sensitivity_words(sensitivity, REFERENCE, definition)


def plain(sentence: str) -> str:
    """A sentence with common spaces between thousands."""
    return sentence.replace("\u202f", " ")


def test_words_of_an_open_answer() -> None:
    analysis = sensitivity(
        linear,
        normals(MATRIX, ["D", "B", "C", "A"]),
        0.0,
        16_384,
        1,
        elasticities={"essai.x1.*": -0.5},
    )
    words = in_words(analysis)
    # variance 1 + 0.25 + 0.6 + 4 = 5.85; Shapley of x1, x2 by Iooss and Prieur (2019):
    # 1 × 0.82 + 0.3 + 0.25 × 0.18 = 1.165 and 1.85 - 1.165 = 0.685
    assert words.variance == (
        "Ce qui rend le résultat incertain, en parts de sa variance : essai.x3.* (68 %), "
        "essai.x1.* (20 %) et essai.x2.* (12 %)."
    )
    assert "en font 20 % (erreur type 0,0" in words.grade_d
    assert "essai.x3.* : de -329,0 % à 329,0 %" in words.swing
    assert words.cost.endswith("pour + 1 % de la donnée : essai.x1.* (-0,50 %).")
    assert words.collect.startswith("La réponse la plus probable a 5")
    assert "d'abord : essai.x3.* (grade C), qui porterait cette chance à 8" in words.collect
    assert words.left_out == ""
    assert words.text.count("\n") == 4


def test_words_of_a_settled_answer() -> None:
    analysis = sensitivity(linear, normals(MATRIX), -1e3, 1_000)
    assert analysis.settled
    assert (analysis.right, analysis.probability) == (1, (1, 0))
    assert [driver.gain for driver in analysis.drivers] == [(0, 0)] * 4
    assert [d.input.parameter.name for d in analysis.to_collect] == ["x3", "x1", "x2", "x4"]
    assert plain(in_words(analysis).collect) == (
        "Les 1 000 tirages donnent la même réponse : aucune donnée ne la changerait ; pour "
        "resserrer l'intervalle, collecter essai.x3.* (68 % de la variance, grade D)."
    )


def test_words_where_no_datum_alone_would_do() -> None:
    # twenty inputs alike and a figure at 1.5 standard deviations: none reaches it alone
    inputs = normals(np.eye(20))
    analysis = sensitivity(lambda v: standard(v).sum(axis=0), inputs, 1.5 * 20**0.5, 4_096)
    assert not analysis.settled
    assert in_words(analysis).collect.startswith(
        "Connaître une seule donnée ne changerait pas de façon"
    )
    assert "juste, 93," in in_words(analysis).collect


def test_words_of_what_is_left_out_and_of_nothing() -> None:
    def study(values: Any) -> Floats:
        x = standard(values)
        return np.where(x[0] > 2, np.inf, 4_000 + 100 * x[1])

    analysis = sensitivity(study, normals(np.eye(2)), 4_100, 1_000, orders=1_000)
    assert "laissés de côté" in in_words(analysis, "break_even").left_out
    assert "actes par an" in in_words(analysis, "break_even").swing
    nothing = sensitivity(lambda v: standard(v)[0] * 0, normals(np.eye(1)), 1.0, 100)
    assert in_words(nothing).text == "Aucune hypothèse incertaine ne fait varier le résultat."
    nobody = sensitivity(lambda _: np.array([2.0]), normals(np.zeros((0, 0))), 1.0, 100)
    assert (nobody.drivers, nobody.settled, nobody.principal) == ((), True, 2.0)
    assert in_words(nobody).text.startswith("Aucune hypothèse")


# --- claims ---------------------------------------------------------------------------------------


def test_a_claim_s_sensitivity_goes_with_its_answer() -> None:
    claim = SCANNER.model_copy(update={"figure": 0.2})
    analysis = claim_sensitivity(CASE, claim, SHORT)
    answer = answer_claim(CASE, claim, SHORT)
    assert analysis.probability == pytest.approx((answer.at_least.value, answer.at_least.error))
    assert analysis.principal == answer.principal
    assert [d.input.address for d in analysis.drivers] == list(answer.inputs.addresses)
    assert analysis.effects.shares.sum() == pytest.approx(1)
    assert sum(part.value for part in analysis.grades.values()) == pytest.approx(1)
    best = analysis.to_collect[0]
    assert best.sure_gain > 0.05
    assert best.gain.value <= 1 - analysis.right
    spread = float(np.var(answer.outcome.draws))
    assert analysis.effects.variance == pytest.approx(spread, rel=0.1)


def test_the_seed_makes_a_claim_s_sensitivity_whatever_the_workers() -> None:
    one = claim_sensitivity(CASE, SCANNER, Settings(draws=2_000, seed=5))
    two = claim_sensitivity(CASE, SCANNER, Settings(draws=2_000, seed=5, workers=2))
    assert [d.share for d in one.drivers] == [d.share for d in two.drivers]
    assert [d.gain for d in one.drivers] == [d.gain for d in two.drivers]
    own = claim_sensitivity(make_case(REFERENCE, Scenario(seed=5)), SCANNER, Settings(draws=2_000))
    assert own.effects.shares.tolist() == one.effects.shares.tolist()
    assert own.seed == 5


def test_a_value_that_is_settled_leaves_the_sensitivity() -> None:
    price = "scanner.purchase_price.*"
    still = Override(parameter=price, mode=700_000, low=700_000, high=700_000, grade="A")
    analysis = claim_sensitivity(make_case(REFERENCE, Scenario(overrides=(still,))), SCANNER, SHORT)
    assert price not in {driver.input.address for driver in analysis.drivers}


def test_another_reading_and_its_refusals() -> None:
    reading = Reading("share", "investment_only", "observed")
    analysis = claim_sensitivity(CASE, SCANNER, SHORT, reading)
    share = {driver.input.address: driver.share.value for driver in analysis.drivers}
    assert share["communs.rent.*"] == 0  # no premises in the investment
    with pytest.raises(InputError, match="périmètre inconnu « autre »"):
        claim_sensitivity(CASE, SCANNER, SHORT, reading._replace(perimeter="autre"))
    with pytest.raises(InputError, match="tirages"):
        claim_sensitivity(CASE, SCANNER, Settings(draws=0))


def test_progress_goes_forward_and_cancels() -> None:
    seen: list[float] = []
    claim_sensitivity(CASE, SCANNER, SHORT, progress=lambda share, _: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)

    def stop(share: float, _: str) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        claim_sensitivity(CASE, SCANNER, SHORT, progress=stop)


# --- command line ---------------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["sensitivity", *arguments])


def test_command_in_json() -> None:
    arguments = ("cnam_scanner_72", "--draws", "2000", "--seed", "3", "--json")
    result = run(*arguments)
    assert result.exit_code == 0
    content = json.loads(result.stdout)
    assert (content["claim"], content["draws"], content["seed"]) == ("cnam_scanner_72", 2000, 3)
    assert content["reading"]["definition"] == "markup"
    assert set(content["variance_by_grade"]) == {"A", "B", "C", "D"}
    assert len(content["inputs"]) > 20
    assert set(content["inputs"][0]) == {
        "input", "unit", "grade", "mode", "p05", "p95", "result_at_p05", "result_at_p95",
        "variance_share", "variance_share_error", "information", "information_error",
        "cost_elasticity",
    }  # fmt: skip
    assert content["to_collect"][0] == "scanner.contrast_cost.*"
    assert len(content["to_collect"]) == 12
    assert float(f"{content['principal']:.9g}") == content["principal"]
    assert run(*arguments).stdout == result.stdout


def test_command_in_words() -> None:
    result = run("cnam_scanner_72", "--draws", "500", "--definition", "share")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    head = next(line for line in lines if line.startswith("À collecter"))
    rows = lines[lines.index(head) + 1 :][:12]
    assert {len(row) for row in rows} == {len(head)}
    assert lines[lines.index(head) + 13].startswith("et ")


@pytest.mark.slow
def test_same_bytes_whatever_the_workers_and_the_processor() -> None:
    """Another machine, as far as one can be had here: other vector units, other linear algebra."""

    def told_by(*more: str, **environment: str) -> bytes:
        command = [sys.executable, "-m", "costing.cli", "sensitivity", "cnam_scanner_72", "--json"]
        environment = {**os.environ, **environment}
        return subprocess.run(
            [*command, *more], check=True, capture_output=True, env=environment
        ).stdout

    usual = told_by()
    plain = "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
    other = {"NPY_DISABLE_CPU_FEATURES": plain, "OPENBLAS_CORETYPE": "Nehalem"}
    assert told_by("--workers", "2", **other) == usual
    assert told_by("--seed", "7") != usual


def test_command_refusals() -> None:
    result = run("cnam_scaner_72")
    assert result.exit_code == 2
    assert "cnam_scanner_72" in result.stderr
    assert "actes" in run("cour_comptes_equilibre", "--definition", "share").stderr
    assert run("cnam_scanner_72", "--perimeter", "autre").exit_code == 2
