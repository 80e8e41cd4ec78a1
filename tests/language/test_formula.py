"""The formula language: what it computes, what it refuses, and the units that it catches."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import costing.language.capital  # noqa: F401 - registers the capital functions of the language
from costing.language.dimensions import unit_of
from costing.language.formula import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES, parse
from costing.language.units import unit
from costing.problems.errors import FormulaError, Place
from tests.checked import checked, must_check
from tests.shared import examples

HERE = Place(file="models/irm.yaml", line=42)


def refused(text: str) -> FormulaError:
    """The error of a formula that must not parse; it carries the place."""
    with pytest.raises(FormulaError) as caught:
        parse(text, HERE)
    assert caught.value.problems
    for problem in caught.value.problems:
        assert problem.place == HERE
        assert problem.text("fr").startswith("models/irm.yaml:42")
        assert problem.text("en").startswith("models/irm.yaml:42")
    return caught.value


# --- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("2 ** 3", 8),
        ("-2 ** 2", -4),  # the power binds before the sign
        ("2 ** -1", 0.5),
        ("2 ** 3 ** 1 * 1", None),  # an exponent that is a power is refused, see below
        ("7 / 2", 3.5),
        ("10 - 4 - 3", 3),  # from the left
        ("100 / 10 / 5", 2),
        ("min(3, 1, 2)", 1),
        ("max(3, 1, 2)", 3),
        ("+5 - -5", 10),
        ("if_(1 < 2, 10, 20)", 10),
        ("if_(2 < 1, 10, 20)", 20),
        ("if_(2 <= 2, 1, 0) + if_(2 >= 3, 10, 0) + if_(2 == 2, 100, 0)", 101),
        ("if_(2 != 2, 1, 0) + if_(3 > 2, 10, 0)", 10),
        ("  1.5e3  ", 1500),
    ],
)
def test_literals(text: str, expected: float | None) -> None:
    if expected is None:
        refused(text)
    else:
        assert parse(text)({}) == pytest.approx(expected, rel=1e-15)


def test_a_number_of_a_yaml_file_is_a_formula() -> None:
    assert parse(12500)({}) == 12500
    assert parse(0.5)({}) == 0.5


def test_names_are_collected_without_the_functions() -> None:
    formula = parse("max(acts * slot, 0) + annuity(price, residual, rate, years)")
    assert formula.names == {"acts", "slot", "price", "residual", "rate", "years"}


def test_arrays_broadcast_over_draws_and_machines() -> None:
    machines = np.array([10.0, 20.0])
    draws = np.array([[1.0], [2.0], [3.0]])
    result = parse("machines * draws + fixed")({"machines": machines, "draws": draws, "fixed": 5.0})
    # 10×1+5, 20×1+5 / 10×2+5, 20×2+5 / 10×3+5, 20×3+5
    assert result.tolist() == [[15, 25], [25, 45], [35, 65]]


def test_min_and_max_choose_element_by_element() -> None:
    values = {"a": np.array([1.0, 5.0, 3.0]), "b": 3.0}
    assert parse("min(a, b)")(values).tolist() == [1, 3, 3]
    assert parse("max(a, b, 2)")(values).tolist() == [3, 5, 3]


def test_if_chooses_element_by_element() -> None:
    acts = np.array([0.0, 4.0, 10.0])
    result = parse("if_(acts > 4, 100 / acts, acts)")({"acts": acts})
    assert result.tolist() == [0, 4, 10]  # the division by zero of the first is not taken


def test_if_on_a_scalar_computes_only_the_branch_taken() -> None:
    assert parse("if_(b == 0, 7, a / b)")({"a": 1.0, "b": 0.0}) == 7
    assert parse("if_(b != 0, a / b, 7)")({"a": 1.0, "b": 0.0}) == 7
    assert parse("if_(1 > 0, 3, 1 / 0)")({}) == 3
    assert parse("if_(1 > 0, if_(0 > 1, 1 / 0, 4), 1 / 0)")({}) == 4


def test_if_reads_a_switch() -> None:
    formula = parse("if_(amortised, 1, 2)")
    assert formula({"amortised": 1.0}) == 1
    assert formula({"amortised": 0.0}) == 2
    assert formula({"amortised": np.array([0.0, 1.0])}).tolist() == [2, 1]


@pytest.mark.parametrize("make", [float, np.float64, lambda x: np.array([x])])
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a / b", {"a": 1.0, "b": 0.0}),
        ("a / b", {"a": 0.0, "b": 0.0}),
        ("a / (b - b)", {"a": 1.0, "b": 5.0}),
        ("a ** 16", {"a": 1e200, "b": 0.0}),
        ("b ** -1", {"a": 0.0, "b": 0.0}),
        ("a ** 0.5", {"a": -1.0, "b": 0.0}),  # the square root of -1 is no cost
        ("a ** b", {"a": -8.0, "b": 1 / 3}),
        ("a ** b", {"a": 10.0, "b": 1e6}),
    ],
)
def test_no_number_is_not_finite_whatever_the_type_of_the_input(text, values, make) -> None:
    """A scalar and an array of one must fall alike: not finite, for the model to refuse."""
    formula = parse(text)
    result = formula({name: make(value) for name, value in values.items() if name in formula.names})
    assert np.asarray(result).dtype.kind == "f", f"complex or object result {result!r}"
    assert not np.isfinite(result).any()


@pytest.mark.parametrize("text", ["1 / 0", "1 / (2 - 2)", "((((9 ** 9) ** 9) ** 9) ** 9) ** 9"])
def test_literals_alone_do_not_raise_either(text: str) -> None:
    try:
        formula = parse(text)
    except FormulaError:
        return
    assert not math.isfinite(formula({}))


def test_scalars_and_arrays_agree_on_ordinary_values() -> None:
    formula = parse("min(a, b) ** 2 + if_(a > b, a / b, b - a) * max(a, 3)")
    a, b = np.array([1.0, 5.0, 8.0]), np.array([2.0, 2.0, 9.0])
    one_by_one = [formula({"a": float(x), "b": float(y)}) for x, y in zip(a, b, strict=True)]
    # min²+…: 1+(2-1)×3 = 4 ; 4+(5/2)×5 = 16.5 ; 64+(9-8)×8 = 72
    assert one_by_one == [4, 16.5, 72]
    assert formula({"a": a, "b": b}).tolist() == [4, 16.5, 72]


def test_equal_texts_make_equal_formulas() -> None:
    assert parse("a + b", HERE) == parse("a + b", HERE)
    assert parse("a + b", HERE) == parse("a + b", Place(key="elsewhere"))
    assert parse("a + b", HERE) != parse("a - b", HERE)


# --- what is refused ----------------------------------------------------------------------------

HOSTILE = [
    "__import__('os')",
    "__import__('os').system('true')",
    "open('x')",
    "eval(a)",
    "exec(a)",
    "getattr(a, b)",
    "a.b",
    "a.real",
    "(1).__class__",
    "().__class__.__bases__",
    "lambda: 1",
    "(lambda x: x)(1)",
    "[x for x in a]",
    "{x for x in a}",
    "{x: x for x in a}",
    "sum(x for x in a)",
    "max(x for x in a)",
    "a[0]",
    "a[0:1]",
    "(a, b)",
    "[a, b]",
    "{a}",
    "{a: b}",
    "f'{a}'",
    'f"{__import__}"',
    "'text'",
    '"text" * 3',
    "b'bytes'",
    "...",
    "None",
    "(a := 1)",
    "min(a, b, key=a)",
    "if_(a, then=b)",
    "annuity(price=a, residual=b, rate=c, years=d)",
    "min(*a)",
    "min(a, *b)",
    "max(**a)",
    "True",
    "False",
    "if_(True, a, b)",
    "1j",
    "a + 2J",
    "if_(a < b < c, 1, 2)",
    "a < b",
    "(a < b) * 3",
    "if_((a < b) + 1, 1, 2)",
    "if_(1, a < b, 2)",
    "min(a < b, 2)",
    "if_(a in b, 1, 2)",
    "if_(a is b, 1, 2)",
    "if_(a not in b, 1, 2)",
    "if_(not a, 1, 2)",
    "if_(a > 1 and b > 1, 1, 2)",
    "if_(a > 1 or b > 1, 1, 2)",
    "not a",
    "~a",
    "a and b",
    "a if b else c",
    "a // b",
    "a % b",
    "a @ b",
    "a | b",
    "a & b",
    "a ^ b",
    "a << 9",
    "a >> 9",
    "_a",
    "__builtins__",
    "_if",
    "_f_annuity",
    "min",
    "max + 1",
    "if_",
    "annuity",
    "a * straight_line",
    "foo(a)",
    "abs(a)",
    "print(a)",
    "acts(1)",
    "min(1, 2)(3)",
    "(min)(1, 2)(3)",
    "min()",
    "min(a)",
    "max(a)",
    "if_(a, b)",
    "if_(a, b, c, d)",
    "annuity(a, b, c)",
    "annuity(a, b, c, d, e)",
    "straight_line()",
    "a = 1",
    "a; b",
    "a, b",
    "import os",
    "del a",
    "(yield)",
    "await a",
    "",
    "   ",
    "a b",
    "a +",
    "(a",
    "a)",
    "=a+b",
    "1 000",
    "1,5",
    "a\nb",
    "a\x00b",
    "\ud800",
    "'\ud800'",
    "1e999",
    "-1e999",
    "1e309 + a",
    "9" * 1_500,
    "inf(a)",
]


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text)[:40] for text in HOSTILE])
def test_hostile_formula(text: str) -> None:
    refused(text)


def test_parentheses_around_a_function_change_nothing() -> None:
    assert parse("(min)(1, 2)")({}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "10 ** 1000000000",
        "2**1000000000",
        "a ** 1000000000",
        "a ** -1000000000",
        "9**9**9",
        "9**9**9**9**9**9",
        "2**2**2**2**2**2**2",
        "a ** (10 ** 9)",
        "a ** (999999 * 999999)",
        "a ** (8 + 9)",
        "a ** 17",
        "a ** -17",
        "a ** (17 / 1)",
        "a ** (1 / 0)",
        "a ** 1e308",
        "1 ** 99999999999999999999999999",
    ],
)
def test_a_large_power_is_refused_at_once(text: str) -> None:
    start = time.perf_counter()
    refused(text)
    assert time.perf_counter() - start < 1


def test_small_powers_stay() -> None:
    assert parse("a ** 16")({"a": 2.0}) == 65_536
    assert parse("a ** (-1 / 2)")({"a": 16.0}) == 0.25
    assert parse("(1 + r) ** -n")({"r": 1.0, "n": 3.0}) == 0.125
    assert parse("a ** (32 / 2)")({"a": 2.0}) == 65_536
    assert parse("a ** (999999999 / 999999999)")({"a": 2.0}) == 2
    refused("a ** (34 / 2)")
    refused("a ** (1000000000 / 1000000000)")  # 10⁹ and beyond is no exponent, divided or not


def test_the_limits_themselves_are_allowed() -> None:
    assert parse("a" * 2_000).names == {"a" * 2_000}
    refused("a" * 2_001)
    # A call and its name with how it is read are three nodes, each number is one more.
    assert parse("min(" + ",".join(["1"] * 597) + ")")({}) == 1
    refused("min(" + ",".join(["1"] * 598) + ")")
    # Each sign is a level; below the last, the name and how it is read.
    assert parse("-" * 58 + "a")({"a": 1.0}) == 1
    refused("-" * 59 + "a")


@pytest.mark.parametrize(
    "text",
    [
        "a+" * 500_000 + "a",  # 1 MB
        "(" * 10_000 + "a" + ")" * 10_000,
        "(" * 900 + "a" + ")" * 900,
        "-" * 1_900 + "a",
        "-" * 590 + "a",
        "+".join(["a"] * 300),  # 300 names, 299 sums: past 600 nodes
        "min(" + ",".join(["a"] * 400) + ")",
        "min(1, " * 300,
        "[" * 1_999,
        "a" * (MAX_CHARACTERS + 1),
        "if_(a>0,1," * 100 + "a" + ")" * 100,
    ],
    ids=lambda text: f"{text[:12]}…{len(text)}",
)
def test_too_long_or_too_deep(text: str) -> None:
    start = time.perf_counter()
    refused(text)
    assert time.perf_counter() - start < 1


def test_the_limits_are_told_in_the_message() -> None:
    assert str(MAX_CHARACTERS) in refused("a" * (MAX_CHARACTERS + 1)).text()
    assert str(MAX_NODES) in refused("+".join(["a"] * 300)).text()


@pytest.mark.parametrize("shape", [("-", ""), ("min(a,", ")"), ("if_(a>0,", ",a)")], ids=str)
def test_the_deepest_formula_is_computed_wherever_it_is_called_from(shape: tuple[str, str]) -> None:
    """Screens call from deep stacks: a formula that was accepted must not overflow there."""

    def nested(levels: int) -> str:
        return shape[0] * levels + "a" + shape[1] * levels

    def from_below(depth: int) -> None:
        if depth:
            from_below(depth - 1)
            return
        formula = parse(deepest)
        assert unit_of(formula, {"a": unit("EUR")}) == unit("EUR")
        assert abs(formula({"a": 1.0})) == 1

    deepest = nested(MAX_DEPTH - 3)  # below the shape stand at most a comparison and its name
    from_below(300)
    refused(nested(MAX_DEPTH))


def test_all_the_faults_of_a_formula_are_reported() -> None:
    codes = [p.code for p in refused("a.b + min(c) + d ** 99").problems]
    assert sorted(codes) == ["formula_arguments", "formula_forbidden", "formula_power"]


@must_check(refused=0.1, parsed=0.01)
@given(st.text(max_size=80))
@example("0x1for x in a")
@example("1if a else 2")
@example("\N{ROMAN NUMERAL TWO}")
@example("ﬁ + 1")
@example("'\\d'")
@example("\\\n")
@example("#")
@example("a # note")
@example("0777")
@example("a + 1")
@example("1__0")
@examples(400)
def test_any_text_parses_or_is_a_formula_error(text: str) -> None:
    try:
        formula = parse(text, HERE)
    except FormulaError as error:
        assert {problem.place for problem in error.problems} == {HERE}
        assert error.text("fr")
        assert error.text("en")
        checked("refused")
    else:
        assert formula.text == text.strip()
        checked("parsed")


WORDS = """
    ** if_( min( max( annuity( == lambda for in if else 1e9 1e999 0x True None := __ f' not and j
"""
_pieces = st.sampled_from(
    [*"ab01+-*/()<>=!,.[]{}:'\"_~%@^&|\\ \n\t;#", *(f"{word} " for word in WORDS.split())]
)


@must_check(refused=0.1)
@given(st.lists(_pieces, max_size=25).map("".join))
@examples(600)
def test_any_mix_of_pieces_parses_or_is_a_formula_error(text: str) -> None:
    try:
        parse(text, HERE)
    except FormulaError as error:
        assert {problem.place for problem in error.problems} == {HERE}
        checked("refused")


_leaf = st.sampled_from(["a", "b", "0", "1", "2.5", "1e200"])


SHAPES = (
    "({}+{})", "({}-{})", "({}*{})", "({}/{})", "(-{})", "min({},{})", "max({},{})",
    "if_({}>{},{},{})", "({})**2", "({})**-3", "({})**(-1/2)", "({})**(a+{})",
)  # fmt: skip


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.lists(inner, min_size=4, max_size=4)
    return st.builds(lambda shape, some: shape.format(*some), st.sampled_from(SHAPES), parts)


@must_check(computed=0.5)
@given(st.recursive(_leaf, _grow, max_leaves=12))
@examples(150)
def test_an_accepted_formula_always_computes_a_real_number(text: str) -> None:
    try:
        formula = parse(text)
    except FormulaError:  # past 600 elements
        return
    result = np.asarray(formula({name: {"a": 0.0, "b": -3.0}[name] for name in formula.names}))
    assert result.dtype.kind in "fi"
    checked("computed")


# --- units --------------------------------------------------------------------------------------

UNITS = {
    "acts": unit("act/year"),
    "slot": unit("min/act"),
    "hours": unit("h/year"),
    "minutes_per_hour": unit("min/h"),
    "acts_per_thousand": unit("act/kact"),
    "per_kact": unit("FTE/kact"),
    "productive": unit("h/FTE/year"),
    "salary": unit("EUR/FTE/year"),
    "price": unit("EUR"),
    "residual": unit("EUR"),
    "rent": unit("EUR/year"),
    "archiving": unit("EUR/act"),
    "area": unit("m2"),
    "area_rent": unit("EUR/m2/year"),
    "rate": unit("1/year"),
    "years": unit("year"),
    "share": unit("share"),
    "method": unit("number"),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acts * slot / minutes_per_hour", "h/year"),
        ("hours / productive", "FTE"),
        ("hours / productive * salary", "EUR/year"),
        ("acts / acts_per_thousand * per_kact", "FTE"),
        ("area * area_rent", "EUR/year"),
        ("acts * archiving", "EUR/year"),
        ("price / years", "EUR/year"),
        ("price * rate", "EUR/year"),
        ("annuity(price, residual, rate, years)", "EUR/year"),
        ("annuity(price, 0, rate, years)", "EUR/year"),
        ("straight_line(price, price * share, years)", "EUR/year"),
        ("mean_interest(price, residual, rate)", "EUR/year"),
        ("lease_rent(price, residual, rate, years)", "EUR/year"),
        ("capital_charge(method, price, residual, rate, years)", "EUR/year"),
        ("max(rent, 0)", "EUR/year"),
        ("if_(share > 0.5, rent, 0)", "EUR/year"),
        ("if_(acts > 0, rent / acts, 0)", "EUR/act"),
        ("price * (1 + share)", "EUR"),
        ("-price", "EUR"),
        ("share ** 0.5", "number"),
        ("price ** 2 / price", "EUR"),
        ("price ** -1 * price ** 2", "EUR"),
        ("0", "EUR/year"),
    ],
)
def test_unit_of_the_result(text: str, expected: str) -> None:
    assert unit_of(parse(text), UNITS).matches(unit(expected))


@pytest.mark.parametrize(
    "text",
    [
        "price + rent",  # EUR and EUR/year
        "price - rent",
        "rent + archiving",
        "acts * slot + hours",  # minutes and hours
        "acts * slot / 60 + hours",  # a bare 60 does not make hours of minutes
        "max(price, rent)",
        "min(hours, acts * slot)",
        "if_(share > 0, price, rent)",
        "if_(price > rent, 1, 2)",
        "if_(acts > 5000, 1, 2)",  # a bare number is no number of acts
        "if_(if_(price > rent, 1, 0), 1, 2)",
        "price + 1",
        "share + price",
        "price ** 0.5",
        "price ** share",
        "2 ** years",
        "annuity(rent, residual, rate, years)",
        "annuity(price, residual, years, rate)",
        "annuity(price, residual, share, years)",
        "annuity(price, rent, rate, years)",
        "straight_line(price, residual, share)",
        "capital_charge(years, price, residual, rate, years)",
    ],
)
def test_unit_clash(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        unit_of(parse(text, HERE), UNITS)
    assert [p.code for p in caught.value.problems] == ["unit_clash"]
    assert caught.value.problems[0].place == HERE


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("acts * slot / 60", "h/year"),  # minutes, whatever the 60 was meant for
        ("acts / 1000 * per_kact", "FTE"),
        ("price * share", "EUR/year"),
        ("acts * archiving", "EUR/act"),
        ("hours * salary", "EUR/year"),
    ],
)
def test_unit_that_only_looks_right(text: str, wrong: str) -> None:
    assert not unit_of(parse(text), UNITS).matches(unit(wrong))


def test_a_name_without_a_unit_is_named_with_a_near_one() -> None:
    with pytest.raises(FormulaError) as caught:
        unit_of(parse("prise * share", HERE), UNITS)
    assert caught.value.problems[0].code == "formula_unknown_name"
    assert "« price »" in caught.value.text()


def test_a_condition_on_nothing_chooses_nothing() -> None:
    formula = parse("if_(a / b > 0, 1, 2)")
    assert np.isnan(formula({"a": 0.0, "b": 0.0}))
    result = formula({"a": np.array([0.0, 1.0, -1.0]), "b": np.array([0.0, 1.0, 1.0])})
    assert np.isnan(result[0])
    assert result[1:].tolist() == [1, 2]
