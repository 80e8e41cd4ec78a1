"""Which formulas are straight lines: by hand, and whatever is said so is one in numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from costing.case.case import make_case
from costing.case.costs import annual_cost
from costing.language.formula import parse
from costing.language.linearity import CONSTANT, LINEAR, OTHER, degree
from costing.reference.load import load_reference
from costing.reference.model import CostModel
from costing.scenario.scenario import Scenario
from tests.checked import checked, must_check
from tests.shared import REFERENCE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # constants: no name that counts
        ("3", CONSTANT),
        ("-price / 2 + rate ** 3", CONSTANT),
        ("max(price, rate)", CONSTANT),
        ("if_(price > 3, rate, 2)", CONSTANT),
        ("annuity(price, 0, rate, 7)", CONSTANT),
        # straight lines
        ("acts", LINEAR),
        ("-acts", LINEAR),
        ("+acts", LINEAR),
        ("acts + acts - 3 * acts", LINEAR),
        ("price * acts / 60 / rate", LINEAR),
        ("(price + acts) * (rate - 1)", LINEAR),
        ("acts * price ** 2 + max(rate, 3)", LINEAR),
        ("acts * if_(price > 3, 1, 2)", LINEAR),
        ("hours * 2 + acts", LINEAR),
        # anything else
        ("acts * acts", OTHER),
        ("acts * hours", OTHER),
        ("acts ** 2", OTHER),
        ("2 ** acts", OTHER),
        ("price / acts", OTHER),
        ("acts / (acts + 1)", OTHER),
        ("max(acts, 5000)", OTHER),
        ("min(price, acts)", OTHER),
        ("if_(acts > 5000, 1, 2)", OTHER),
        ("if_(acts, 1, 2)", OTHER),
        ("if_(price > 3, acts, 2)", OTHER),
        ("annuity(acts, 0, rate, 7)", OTHER),
        ("annuity(price, 0, rate, acts)", OTHER),
        ("acts - acts * acts", OTHER),
        ("curved + acts", OTHER),
        ("curved * 0 + 1", OTHER),
    ],
)
def test_degree_by_hand(text: str, expected: int) -> None:
    degrees = {"acts": LINEAR, "hours": LINEAR, "curved": OTHER}
    assert degree(parse(text).tree, degrees) == expected


def sides(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas made of smaller ones; the language's own operations."""
    two = st.tuples(parts, parts)
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-*/"), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        parts.map(lambda t: f"(-{t})"),
        parts.map(lambda t: f"({t} ** 2)"),
        two.map(lambda t: f"max({t[0]}, {t[1]})"),
        two.map(lambda t: f"min({t[0]}, {t[1]})"),
        st.tuples(parts, parts, parts, parts).map(
            lambda t: f"if_({t[0]} < {t[1]}, {t[2]}, {t[3]})"
        ),
        two.map(lambda t: f"straight_line({t[0]}, {t[1]}, 7)"),
    )


CONSTANTS = st.recursive(st.sampled_from(("price", "rate", "3", "0.5")), sides, max_leaves=4)
FORMULAS = st.recursive(st.just("acts") | CONSTANTS, sides, max_leaves=8)


def straight(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Formulas made of smaller ones that keep a straight line straight."""
    return st.one_of(
        st.tuples(parts, st.sampled_from("+-"), parts).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(parts, st.sampled_from("+-*/"), CONSTANTS).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        parts.map(lambda t: f"(-{t})"),
        st.tuples(CONSTANTS, CONSTANTS, parts, parts).map(
            lambda t: f"if_({t[0]} < {t[1]}, {t[2]}, {t[3]})"
        ),
    )


STRAIGHT = st.recursive(st.just("acts"), straight, max_leaves=6)
#: Straight by chance only: of two lines the product, or one over the other.
CURVED = st.tuples(STRAIGHT, st.sampled_from("*/"), STRAIGHT).map(
    lambda t: f"({t[0]} {t[1]} {t[2]})"
)


@must_check(constant=0.04, straight=0.05)
@given(FORMULAS | STRAIGHT | CURVED, st.floats(-50, 50), st.floats(0.1, 50))
@example("(acts * (price + 3))", 2.0, 0.5)
@example("((acts / rate) - (acts * price))", 2.0, 0.5)
def test_what_is_said_straight_is_straight(text: str, price: float, rate: float) -> None:
    found = degree(parse(text).tree, {"acts": LINEAR})
    assume(found != OTHER)
    acts = np.array([0.0, 1.0, 2.0, 7.0, 1_000.0, 1e4])
    values = parse(text)({"acts": acts, "price": np.float64(price), "rate": np.float64(rate)})
    values = np.broadcast_to(values, acts.shape)
    assume(np.isfinite(values).all())
    size = np.abs(values).max() + 1e-9
    if found == CONSTANT:
        assert np.ptp(values) <= 1e-9 * size
        checked("constant")
        return
    # every point on the line of the first two
    line = values[0] + acts * (values[-1] - values[0]) / acts[-1]
    np.testing.assert_allclose(values, line, rtol=0, atol=1e-9 * size)
    checked("straight")


MODEL = """
modality: salle
label: {{fr: Salle, en: Room}}
classes:
  - {{code: salle, label: {{fr: Salle, en: Room}}}}
parameters:
  - name: price
    label: {{fr: Prix, en: Price}}
    unit: EUR/act
    distribution: fixed
    values:
      - {{class: "*", mode: 2, vat: included, source: [hypothese-de-travail], grade: D}}
  - name: floor
    label: {{fr: Plancher, en: Floor}}
    unit: act/year
    distribution: fixed
    values:
      - {{class: "*", mode: 5000, source: [hypothese-de-travail], grade: D}}
derived:
  - name: done
    label: {{fr: Actes, en: Acts}}
    unit: act/year
    formula: "{derived}"
lines:
  - {{id: one, label: {{fr: Un, en: One}}, poste: locaux, per: {per}, formula: "{formula}"}}
"""


def model(directory: Path, derived: str, formula: str, per: str = "year") -> CostModel:
    text = MODEL.format(derived=derived, formula=formula, per=per)
    (directory / "salle.yaml").write_text(text, encoding="utf-8")
    return load_reference([directory]).models["salle"]


@pytest.mark.parametrize(
    ("derived", "formula", "per", "expected"),
    [
        ("acts", "done * price", "year", True),
        ("acts", "price", "act", True),
        ("acts / 2 + 3 * acts", "done * price", "year", True),
        ("max(acts, floor)", "done * price", "year", False),
        ("max(acts, floor)", "acts * price", "year", True),  # curved, but no line uses it
        ("acts", "if_(done > floor, price, 2 * price)", "act", False),
        ("acts * acts / floor", "acts * price", "year", True),
        ("acts * acts / floor", "done * price", "year", False),
        # an amount per act that follows the acts is a square over the year
        ("acts", "price * done / (done + acts)", "act", False),
        ("acts", "price * floor / (floor + floor)", "act", True),
    ],
)
def test_models(derived: str, formula: str, per: str, expected: bool, tmp_path: Path) -> None:
    assert model(tmp_path, derived, formula, per).linear_in_acts is expected


def test_the_shipped_models_are_straight_lines() -> None:
    """By their formulas, and in numbers: each line at 5 000 acts is half way from 0 to 10 000."""
    case = make_case(REFERENCE, Scenario())
    for code in REFERENCE.class_labels:
        assert REFERENCE.model_of(code).linear_in_acts, code
        found = annual_cost(case, code, np.array([0.0, 5_000, 10_000]), 0.0).lines
        for name, (first, middle, last) in found.items():
            assert middle == pytest.approx((first + last) / 2, rel=1e-12), (code, name)
