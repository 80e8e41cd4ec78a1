"""One tree, several readings: each must say the same thing."""

from __future__ import annotations

import ast
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import costing.language.capital  # noqa: F401 - registers the capital functions
from costing.language.formula import parse
from costing.language.printers import to_excel, to_latex
from costing.problems.errors import FormulaError
from tests.language.sympy_reading import to_sympy
from tests.shared import REFERENCE

NAMES = ("a", "b", "c")
VALUES = {"a": 3.0, "b": 2.0, "c": 0.5}


def excel_value(text: str, values: dict[str, float]) -> float:
    """Evaluate Excel text by Excel's rules for ^ and unary minus, which Python does not share.

    The printer always parenthesises powers and minus signs, so that with those parentheses the
    two precedences agree; this reader checks it by refusing a bare `-x^y` or `x^y^z`.
    """
    assert not re.search(r"-[\w.]+\^", text.replace("(-(", "("))
    assert not re.search(r"\^[\w.]+\^", text)
    python = text.replace("^", "**").replace("<>", "!=")
    python = re.sub(r"(?<![<>!=])=", "==", python)
    # Python computes both branches of IF: NumPy's numbers let the one not taken divide by zero.
    numbers = {name: np.float64(value) for name, value in values.items()}
    scope = {"IF": lambda c, x, y: x if c else y, "MIN": min, "MAX": max, **numbers}
    with np.errstate(all="ignore"):
        return float(eval(python, {"__builtins__": {}}, scope))


def tree_text(depth: int) -> st.SearchStrategy[str]:
    leaf = st.sampled_from([*NAMES, "2", "0.25", "7"])
    if depth == 0:
        return leaf
    inner = tree_text(depth - 1)
    return st.one_of(
        leaf,
        st.builds("({} + {})".format, inner, inner),
        st.builds("({} - {})".format, inner, inner),
        st.builds("({} * {})".format, inner, inner),
        st.builds("({} / (1 + ({}) ** 2))".format, inner, inner),
        st.builds("(-{})".format, inner),
        st.builds("((1 + ({}) ** 2) ** -c)".format, inner),
        st.builds("min({}, {})".format, inner, inner),
        st.builds("if_({} < {}, {}, {})".format, inner, inner, inner, inner),
    )


@given(tree_text(3))
def test_excel_and_sympy_compute_what_the_arrays_compute(text: str) -> None:
    formula = parse(text)
    ours = float(formula(VALUES))
    cells = {name: name for name in NAMES}
    assert math.isclose(excel_value(to_excel(formula, cells), VALUES), ours, rel_tol=1e-12)
    exact = to_sympy(formula)
    substituted = exact.subs({s: VALUES[s.name] for s in exact.free_symbols})
    assert math.isclose(float(substituted), ours, rel_tol=1e-9, abs_tol=1e-12)
    assert to_latex(formula).count("{") == to_latex(formula).count("}")


def test_excel_parenthesises_what_excel_reads_otherwise() -> None:
    # Excel: -a^2 is (-a)^2 and a^b^c is (a^b)^c; Python: -(a^2) and a^(b^c).
    assert to_excel(parse("-a ** 2"), {"a": "A1"}) == "(-(A1^2))"
    assert to_excel(parse("a ** b ** c"), {"a": "A1", "b": "B1", "c": "C1"}) == "A1^(B1^C1)"
    assert to_excel(parse("a - (b - c)"), {"a": "A1", "b": "B1", "c": "C1"}) == "A1-(B1-C1)"


def test_excel_spells_out_the_capital_functions() -> None:
    text = to_excel(parse("straight_line(p, r, n)"), {"p": "A1", "r": "A2", "n": "A3"})
    assert text == "((A1-A2)/A3)"


@pytest.mark.parametrize("method", [1, 2, 3])
@pytest.mark.parametrize("rate", [0.0, 5e-7, 0.035])
def test_excel_and_arrays_agree_on_the_capital_charge(method: int, rate: float) -> None:
    formula = parse("capital_charge(m, p, r, i, n)")
    values = {"m": float(method), "p": 1e6, "r": 5e4, "i": rate, "n": 8.0}
    text = to_excel(formula, {name: name for name in values})
    assert math.isclose(excel_value(text, values), formula(values), rel_tol=1e-12)


def test_excel_refuses_a_name_without_a_cell() -> None:
    with pytest.raises(FormulaError, match="nom inconnu « b »"):
        to_excel(parse("a + b"), {"a": "A1"})


def test_latex_is_as_written() -> None:
    formula = parse("(a + b) * c / 2 - min(a, b)")
    symbols = {"a": "P", "b": "R", "c": "n"}
    expected = r"\frac{\left(P + R\right) \cdot n}{2} - \min\left(P, R\right)"
    assert to_latex(formula, symbols) == expected


def test_every_formula_of_the_models_has_all_its_readings() -> None:
    for model in REFERENCE.models.values():
        for step in model.steps:
            cells = {name: f"X{i}" for i, name in enumerate(sorted(step.formula.names))}
            ast.parse(to_excel(step.formula, cells).replace("^", "**").replace("=", "=="))
            assert to_sympy(step.formula).free_symbols
            assert to_latex(step.formula)
