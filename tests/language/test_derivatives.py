"""Derivatives of formulas: by hand, against SymPy's, against central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import costing.language.capital  # noqa: F401 - registers the capital functions
from costing.language.derivatives import derivative, pulls_of, values_of
from costing.language.formula import Formula, parse
from tests.language.sympy_reading import to_sympy

CLOSE = 1e-6


def at(text: str, name: str, **values: Any) -> Any:
    return derivative(parse(text), name)({n: np.asarray(v, float) for n, v in values.items()})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 0),
        ("a", 1),
        ("-a + b", -1),
        ("b - 2 * a", -2),
        ("a * b * a", 2 * 3 * 5),
        ("b / a", -5 / 9),
        ("a / b / a", 0),
        ("a ** 3", 27),
        ("(2 * a) ** -2", -4 / 6**3),
        ("2 ** a", 8 * np.log(2)),
        ("a ** b", 5 * 3**4),
        ("b ** (a / 2)", 5**1.5 * np.log(5) / 2),
        ("min(a, b)", 1),
        ("max(a, b, 2 * b)", 0),
        ("max(b, a * a, 1)", 6),
        ("if_(a < b, a * b, a)", 5),
        ("if_(a > b, a * b, a)", 1),
        ("if_(b, b, a)", 0),
        # (1000 - a) / 10 + 0.1 × (1000 + a) / 2: -1/10 + 1/20
        ("capital_charge(2, 1000, a, 0.1, 10)", -0.05),
        ("straight_line(a * a, b, 2)", 3),
    ],
)
def test_rules_by_hand(text: str, expected: float) -> None:
    """At a = 3 and b = 5."""
    names = parse(text).names
    values = {name: value for name, value in (("a", 3.0), ("b", 5.0)) if name in names}
    assert at(text, "a", **values) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_arrays_and_kinks() -> None:
    text = "if_(capital_method == 2, a * b, min(a, b) - acts)"
    values: dict[str, Any] = {"a": 3.0, "b": [2.0, 5.0, 3.0], "acts": 1.0, "capital_method": 1.0}
    # at the kink, the mean of both sides
    assert at(text, "a", **values).tolist() == [0, 1, 0.5]
    assert at(text, "b", **values).tolist() == [1, 0, 0.5]
    assert at(text, "acts", **values) == -1
    assert at(text, "a", **values | {"capital_method": 2.0}).tolist() == [2, 5, 3]
    # three alike: whatever their order, the shares of a mean
    assert sum(at("max(a, b, c)", n, a=1.0, b=1.0, c=1.0) for n in "abc") == 1


def test_where_there_is_none_it_is_not_finite() -> None:
    assert not np.isfinite(at("max(a, 0) ** 0.5", "a", a=0.0))


@pytest.mark.parametrize("rate", [-0.03, -5e-7, 0.0, 5e-7, 0.035])
@pytest.mark.parametrize("function", ["annuity", "lease_rent"])
def test_a_rate_at_or_below_zero(function: str, rate: float) -> None:
    """Below zero too, the branch that is differentiated is the one that computes."""
    formula = parse(f"{function}(1000, 100, rate, 8)")
    step = 2e-7 if abs(rate) < 1e-6 else 1e-5
    near = (formula({"rate": rate + step}) - formula({"rate": rate - step})) / (2 * step)
    assert at(formula.text, "rate", rate=rate) == pytest.approx(near, rel=CLOSE)


def formulas() -> st.SearchStrategy[str]:
    """Texts of the language in a, b and c, for values from 1 to 3."""
    leaf = st.sampled_from(["a", "b", "c", "1.5", "2"])

    def larger(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        two = st.tuples(part, part)
        return st.one_of(
            st.tuples(part, st.sampled_from("+-*"), part).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
            two.map(lambda p: f"({p[0]} / (4 + {p[1]} * {p[1]}))"),
            st.tuples(part, st.integers(-2, 3)).map(lambda p: f"(9 + {p[0]} * {p[0]}) ** {p[1]}"),
            two.map(lambda p: f"max({p[0]}, {p[1]})"),
            two.map(lambda p: f"min({p[0]}, {p[1]}, 2.5)"),
            st.tuples(part, part, part).map(lambda p: f"if_({p[0]} < {p[1]}, {p[2]}, {p[0]})"),
            two.map(lambda p: f"annuity({p[0]}, {p[1]}, 0.01 * c, 4 + b)"),
        )

    return st.recursive(leaf, larger, max_leaves=6)


@pytest.mark.slow
def test_any_formula_as_sympy_has_it() -> None:
    """Another reading of the same tree, differentiated by another program."""
    checked = 0

    @settings(max_examples=60, derandomize=True, database=None)
    @given(formulas(), st.lists(st.floats(1, 3), min_size=3, max_size=3, unique=True))
    def every(text: str, values: list[float]) -> None:
        nonlocal checked
        formula = parse(text)
        symbols = {name: sympy.Symbol(name, real=True) for name in "abc"}
        known = dict(zip("abc", values, strict=True))
        tree = to_sympy(formula, symbols)
        for name in sorted(formula.names):
            slope = tree.diff(symbols[name]).subs({symbols[n]: v for n, v in known.items()})
            expected = complex(slope.evalf())
            if not np.isfinite(expected.real):
                continue
            found = derivative(formula, name)({n: known[n] for n in formula.names})
            assert found == pytest.approx(expected.real, rel=1e-9, abs=1e-9)
            checked += 1

    every()
    assert checked >= 60


# --- chains


def chain(**texts: str) -> tuple[tuple[str, Formula], ...]:
    return tuple((name, parse(text)) for name, text in texts.items())


def test_a_chain_by_hand() -> None:
    """s = a b, t = s + a², u = s t: at a = 2 and b = 3, s = 6, t = 10, u = 60."""
    steps = chain(s="a * b", t="s + a ** 2", u="s * t")
    known = {"a": np.float64(2), "b": np.float64(3), "unused": np.float64(1)}
    found = values_of(steps)(known)
    assert found == {"s": 6, "t": 10, "u": 60}
    moving = frozenset("abstu")
    slopes = pulls_of(steps, frozenset("tu"), moving)(known | found, {"t": 5.0, "u": 2.0})
    # dt = (b + 2a, a) = (7, 2); du = (b t + s (b + 2a), a t + s a) = (72, 32)
    assert slopes == {"a": 5 * 7 + 2 * 72, "b": 5 * 2 + 2 * 32}
    # through t alone when s is said not to move
    slopes = pulls_of(steps, frozenset("u"), frozenset("at"))(known | found, {"u": 1.0})
    assert slopes == {"a": 6 * 4}
    assert pulls_of(steps, frozenset("u"), frozenset())(known | found, {"u": 1.0}) == {}


def test_a_chain_over_arrays() -> None:
    steps = chain(s="a * n", t="max(s, 4)")
    known: dict[str, Any] = {"a": np.float64(2), "n": np.array([1.0, 2.0, 3.0])}
    found = values_of(steps)(known)
    assert found["t"].tolist() == [4, 4, 6]
    pulls = pulls_of(steps, frozenset("t"), frozenset("ast"))(known | found, {"t": np.ones(3)})
    assert pulls["a"].tolist() == [0, 1, 3]  # half of 2 at the kink
