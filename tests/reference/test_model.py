"""Cost models: a tiny one worked by hand, and every way to write a wrong one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from costing.problems.errors import FormulaError, ModelError, Problem
from costing.reference.model import BOUND, CostModel, build_model
from costing.values.yaml_lines import read
from tests.shared import examples

POSTES = ("equipment", "staff", "archiving")

HEAD = """\
modality: toy
label: {fr: Jouet, en: Toy}
classes:
  - {code: toy_a, label: {fr: A, en: A}}
  - {code: toy_b, label: {fr: B, en: B}}
parameters:
  - name: purchase_price
    label: {fr: Prix, en: Price}
    unit: EUR
    distribution: fixed
    values: [{class: "*", mode: 100000, vat: included, source: [s], grade: D}]
  - name: years
    label: {fr: Durée, en: Life}
    unit: year
    distribution: fixed
    values: [{class: "*", mode: 8, source: [s], grade: A}]
  - name: slot
    label: {fr: Créneau, en: Slot}
    unit: min/act
    distribution: fixed
    values: [{class: "*", mode: 30, source: [s], grade: B}]
  - name: productive
    label: {fr: Heures productives, en: Productive hours}
    unit: h/FTE/year
    distribution: fixed
    values: [{class: "*", mode: 1250, source: [s], grade: B}]
  - name: salary
    label: {fr: Salaire, en: Salary}
    unit: EUR/FTE/year
    distribution: fixed
    values: [{class: "*", mode: 50000, vat: not_applicable, source: [s], grade: C}]
  - name: storage
    label: {fr: Archivage, en: Archiving}
    unit: EUR/act
    distribution: fixed
    values: [{class: "*", mode: 2.5, vat: included, source: [s], grade: D}]
"""
DERIVED = """\
derived:
  - name: open_hours
    label: {fr: Heures, en: Hours}
    unit: h/year
    formula: acts * slot / minutes_per_hour
"""
LINES = """\
lines:
  - {id: staff_cost, label: {fr: P, en: S}, poste: staff, per: year,
     formula: open_hours / productive * salary}
  - {id: depreciation, label: {fr: A, en: D}, poste: equipment, per: year,
     formula: purchase_price / years}
  - {id: upkeep, label: {fr: E, en: U}, poste: equipment, per: year, formula: depreciation * 0.1}
  - {id: storing, label: {fr: S, en: S}, poste: archiving, per: act, formula: storage}
"""
FIRST_LINE = HEAD.count("\n") + 2  # of the first cost line when there is no derived quantity

VALUES = {
    "purchase_price": 100_000.0,
    "years": 8.0,
    "slot": 30.0,
    "productive": 1_250.0,
    "salary": 50_000.0,
    "storage": 2.5,
    "acts": 5_000.0,
    "amortised": 0.0,
    "capital_method": 1,
    "charge_amortised": 0.0,
}


def build(folder: Path, text: str) -> CostModel:
    path = folder / "models" / "toy.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return build_model(read(path), (), POSTES)


def line(formula: str, name: str = "one", poste: str = "equipment", per: str = "year") -> str:
    entry = f"{{id: {name}, label: {{fr: L, en: L}}, poste: {poste}, per: {per}, "
    return f'  - {entry}formula: "{formula}"}}\n'


def quantity(name: str, unit: str, formula: str) -> str:
    entry = f"{{name: {name}, label: {{fr: Q, en: Q}}, unit: {unit}, "
    return f'  - {entry}formula: "{formula}"}}\n'


def faults(folder: Path, text: str) -> tuple[Problem, ...]:
    """The problems of a file, all of them with its name and a line."""
    with pytest.raises(ModelError) as caught:
        build(folder, text)
    for problem in caught.value.problems:
        assert problem.place.file == "models/toy.yaml"
        assert problem.place.line is not None
        assert problem.text("fr")
        assert problem.text("en")
    return caught.value.problems


def found(problems: tuple[Problem, ...]) -> list[tuple[str, int | None]]:
    return sorted((problem.code, problem.place.line) for problem in problems)


# --- a model worked by hand ---------------------------------------------------------------------


def test_tiny_model_by_hand(tmp_path: Path) -> None:
    result = build(tmp_path, HEAD + DERIVED + LINES).evaluate(VALUES)
    assert result == pytest.approx(
        {
            "open_hours": 2_500,  # 5 000 acts × 30 min / 60
            "staff_cost": 100_000,  # 2 500 h / 1 250 h = 2 posts × 50 000 €
            "depreciation": 12_500,  # 100 000 / 8
            "upkeep": 1_250,  # a tenth of 12 500
            "storing": 2.5,  # per act, as in its formula
        },
        rel=1e-12,
    )


def test_arrays_of_machines_and_draws(tmp_path: Path) -> None:
    model = build(tmp_path, HEAD + DERIVED + LINES)
    values = VALUES | {
        "acts": np.array([5_000.0, 2_500.0, 0.0]),
        "salary": np.array([[50_000.0], [60_000.0]]),
    }
    result = model.evaluate(values)
    # 2, 1 and 0 posts, at 50 000 € then 60 000 €
    assert result["staff_cost"].tolist() == [[100_000, 50_000, 0], [120_000, 60_000, 0]]
    assert result["open_hours"].tolist() == [2_500, 1_250, 0]
    assert result["depreciation"] == 12_500


def test_the_lines_carry_what_the_file_says(tmp_path: Path) -> None:
    model = build(tmp_path, HEAD + DERIVED + LINES)
    assert [(step.name, step.poste, step.per, step.unit) for step in model.lines] == [
        ("staff_cost", "staff", "year", "EUR/year"),
        ("depreciation", "equipment", "year", "EUR/year"),
        ("upkeep", "equipment", "year", "EUR/year"),
        ("storing", "archiving", "act", "EUR/act"),
    ]
    assert list(model.classes) == ["toy_a", "toy_b"]


def test_the_order_of_writing_does_not_matter(tmp_path: Path) -> None:
    """`b` uses `a`, which uses `c`, a derived quantity that comes last."""
    text = HEAD + "lines:\n" + line("a * 2", "b") + line("c / years", "a")
    text += "derived:\n" + quantity("c", "EUR", "purchase_price * 0.5")
    result = build(tmp_path, text).evaluate(VALUES)
    assert result == {"c": 50_000, "a": 6_250, "b": 12_500}


def test_the_bound_values_are_seen(tmp_path: Path) -> None:
    formula = "if_(amortised, 0, capital_charge(capital_method, purchase_price, 0, rate, years))"
    rate = """\
  - name: rate
    label: {fr: Taux, en: Rate}
    unit: 1/year
    distribution: fixed
    values: [{class: "*", mode: 0.0, source: [s], grade: D}]
"""
    model = build(tmp_path, HEAD + rate + "lines:\n" + line(formula))
    assert model.evaluate(VALUES | {"rate": 0.0})["one"] == 12_500
    assert model.evaluate(VALUES | {"rate": 0.0, "amortised": 1.0})["one"] == 0
    both = model.evaluate(VALUES | {"rate": 0.0, "amortised": np.array([1.0, 0.0])})
    assert both["one"].tolist() == [0, 12_500]


# --- not finite ---------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [float, np.float64, lambda x: np.array([8.0, x])])
@pytest.mark.parametrize("bad", [0.0, float("nan")])
def test_a_result_that_is_not_finite_names_its_line(tmp_path: Path, make, bad: float) -> None:
    model = build(tmp_path, HEAD + DERIVED + LINES)
    with pytest.raises(FormulaError) as caught:
        model.evaluate(VALUES | {"years": make(bad)})
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("not_finite", "depreciation")
    assert problem.place.file == "models/toy.yaml"
    assert "purchase_price / years" in problem.message()


@pytest.mark.parametrize("make", [float, np.float64, lambda x: np.array([x])])
@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("storage * (slot / slot) ** 0.5", {"slot": 0.0}),
        ("storage * ((slot - 2 * slot) / slot) ** 0.5", {}),  # the square root of -1
        ("storage * (1e200 * slot / slot) ** 16", {}),
        ("storage * (slot / slot / 0)", {}),
    ],
)
def test_no_complex_and_no_crash(tmp_path: Path, formula: str, values, make) -> None:
    model = build(tmp_path, HEAD + "lines:\n" + line(formula, per="act"))
    numbers = {name: make(float(value)) for name, value in (VALUES | values).items()}
    with pytest.raises(FormulaError) as caught:
        model.evaluate(numbers)
    assert caught.value.problems[0].value == "one"


# --- what a line rests on -----------------------------------------------------------------------


def test_inputs_of_are_the_parameters_and_nothing_else(tmp_path: Path) -> None:
    model = build(tmp_path, HEAD + DERIVED + LINES)
    assert model.inputs_of("depreciation") == {"purchase_price", "years"}
    assert model.inputs_of("upkeep") == {"purchase_price", "years"}  # through another line
    assert model.inputs_of("storing") == {"storage"}
    # through open_hours; `acts` is bound by the engine and minutes_per_hour is a constant
    assert model.inputs_of("staff_cost") == {"slot", "productive", "salary"}


def test_unknown_poste_with_a_near_one(tmp_path: Path) -> None:
    problems = faults(tmp_path, HEAD + "lines:\n" + line("purchase_price / years", poste="staf"))
    assert found(problems) == [("unknown_poste", FIRST_LINE)]
    assert "« staff »" in problems[0].message()


def test_unknown_name_with_a_near_one(tmp_path: Path) -> None:
    text = HEAD + "lines:\n" + line("salary * 0", "zero") + line("purchase_prise / years")
    problems = faults(tmp_path, text.replace("salary * 0", "purchase_price / years"))
    assert found(problems) == [("formula_unknown_name", FIRST_LINE + 1)]
    assert "« purchase_price »" in problems[0].message()


def test_cycle_spelt_out(tmp_path: Path) -> None:
    text = HEAD + "derived:\n" + quantity("a", "number", "b + 1") + quantity("b", "number", "c")
    text += quantity("c", "number", "a * 2") + "lines:\n" + line("purchase_price / years")
    problems = faults(tmp_path, text)
    assert [p.code for p in problems] == ["formula_cycle"]
    assert FIRST_LINE <= problems[0].place.line <= FIRST_LINE + 2
    assert "a → b → c → a" in problems[0].message()


def test_a_formula_that_uses_itself(tmp_path: Path) -> None:
    problems = faults(tmp_path, HEAD + "lines:\n" + line("one + purchase_price / years"))
    assert found(problems) == [("formula_cycle", FIRST_LINE)]
    assert "one → one" in problems[0].message()


def test_a_long_chain_is_no_crash(tmp_path: Path) -> None:
    text = HEAD + "derived:\n"
    text += "".join(quantity(f"q{i}", "number", f"q{i + 1} + 1") for i in range(1_200))
    text += quantity("q1200", "number", "0") + "lines:\n" + line("purchase_price / years * q0")
    try:
        model = build(tmp_path, text)
    except ModelError:
        return
    assert model.evaluate(VALUES)["one"] == pytest.approx(15_000_000)  # 12 500 × 1 200


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("purchase_price", "unit_result"),  # EUR where EUR/year is due
        ("12500", "unit_result"),
        ("purchase_price / years + purchase_price", "unit_clash"),
        ("acts * slot / 60 / productive * salary", "unit_result"),  # minutes taken for hours
        ("storage", "unit_result"),  # EUR/act on a line per year
        ("if_(acts > 5000, purchase_price / years, 0)", "unit_clash"),
        ("annuity(purchase_price, 0, years, years)", "unit_clash"),
    ],
)
def test_unit_clash(tmp_path: Path, formula: str, code: str) -> None:
    problems = faults(tmp_path, HEAD + "lines:\n" + line(formula))
    assert found(problems) == [(code, FIRST_LINE)]


def test_unit_of_a_derived_quantity(tmp_path: Path) -> None:
    text = HEAD + "derived:\n" + quantity("open_hours", "h/year", "acts * slot / 60")
    problems = faults(tmp_path, text + "lines:\n" + line("purchase_price / years"))
    assert found(problems) == [("unit_result", FIRST_LINE)]
    assert "min/year" in problems[0].message()
    assert "h/year" in problems[0].message()


def test_unknown_unit_of_a_derived_quantity(tmp_path: Path) -> None:
    text = HEAD + "derived:\n" + quantity("a", "h/yeer", "acts * slot / minutes_per_hour")
    problems = faults(tmp_path, text + "lines:\n" + line("purchase_price / years"))
    assert found(problems) == [("unknown_unit", FIRST_LINE)]
    assert "« h/year »" in problems[0].message()


@pytest.mark.parametrize(
    "formula", ["__import__('os').system('true')", "salary.real", "2**1000000000", "lambda: 1"]
)
def test_hostile_formula(tmp_path: Path, formula: str) -> None:
    (problem,) = faults(tmp_path, HEAD + "lines:\n" + line(formula))
    assert problem.place.line == FIRST_LINE


@pytest.mark.parametrize("formula", ["yes", "true", "off"])
def test_true_is_not_a_formula_that_gives_one(tmp_path: Path, formula: str) -> None:
    text = HEAD + "derived:\n" + quantity("a", "number", "0").replace('"0"', formula)
    assert faults(tmp_path, text + "lines:\n" + line("purchase_price / years"))


def test_the_same_name_twice(tmp_path: Path) -> None:
    good = line("purchase_price / years", "other")
    twice = faults(tmp_path, HEAD + "lines:\n" + good + good)
    assert found(twice) == [("duplicate_name", FIRST_LINE + 1)]


@pytest.mark.parametrize(
    "name", ["salary", "acts", "capital_method", "minutes_per_hour", "annuity", "min", "if_"]
)
def test_a_name_that_is_taken(tmp_path: Path, name: str) -> None:
    problems = faults(tmp_path, HEAD + "lines:\n" + line("purchase_price / years", name))
    assert found(problems) == [("duplicate_name", FIRST_LINE)]


@pytest.mark.parametrize("name", ["acts", "minutes_per_hour", "annuity", "max"])
def test_a_parameter_with_a_name_that_is_taken(tmp_path: Path, name: str) -> None:
    text = HEAD.replace("name: slot", f"name: {name}") + "lines:\n"
    problems = faults(tmp_path, text + line("purchase_price / years"))
    assert found(problems) == [("duplicate_name", 17)]


def test_the_same_class_twice(tmp_path: Path) -> None:
    text = HEAD.replace("code: toy_b", "code: toy_a") + "lines:\n"
    problems = faults(tmp_path, text + line("purchase_price / years"))
    assert "duplicate_name" in [problem.code for problem in problems]


def test_a_value_for_a_class_that_does_not_exist(tmp_path: Path) -> None:
    """Misspelt, it would be passed over in silence for the value of all classes."""
    value = '{class: toy_aa, mode: 40, source: [s], grade: B}, {class: "*", mode: 30'
    text = HEAD.replace('{class: "*", mode: 30', value) + "lines:\n"
    problems = faults(tmp_path, text + line("purchase_price / years"))
    assert [problem.code for problem in problems] == ["unknown_class"]
    assert "« toy_a »" in problems[0].message()


@pytest.mark.parametrize("scope", ["toy", "toy_a", "*"])
def test_a_value_for_a_class_the_modality_or_all(tmp_path: Path, scope: str) -> None:
    text = HEAD.replace('{class: "*", mode: 30', f'{{class: "{scope}", mode: 30') + "lines:\n"
    assert build(tmp_path, text + line("purchase_price / years"))


def test_several_problems_are_reported_at_once(tmp_path: Path) -> None:
    text = HEAD + "derived:\n" + quantity("a", "furlong", "1") + "lines:\n"
    text += line("purchase_prise / years", "p")
    text += line("salary.x", "q", poste="stuff")
    text += line("purchase_price / years", "salary")
    assert found(faults(tmp_path, text)) == [
        ("duplicate_name", FIRST_LINE + 4),
        ("formula_forbidden", FIRST_LINE + 3),
        ("formula_unknown_name", FIRST_LINE + 2),
        ("unknown_poste", FIRST_LINE + 3),
        ("unknown_unit", FIRST_LINE),
    ]


def test_two_unit_clashes_are_both_reported(tmp_path: Path) -> None:
    text = HEAD + "lines:\n" + line("purchase_price", "a") + line("salary + storage", "b")
    codes = found(faults(tmp_path, text))
    assert codes == [("unit_clash", FIRST_LINE + 1), ("unit_result", FIRST_LINE)]


def test_a_refused_formula_is_not_also_an_unknown_name(tmp_path: Path) -> None:
    """One fault, one problem: who uses the refused quantity did nothing wrong."""
    text = HEAD + "derived:\n" + quantity("a", "number", "salary.x")
    problems = faults(tmp_path, text + "lines:\n" + line("purchase_price / years * a"))
    assert found(problems) == [("formula_forbidden", FIRST_LINE)]


def test_a_wrong_choice_is_reported_on_its_line(tmp_path: Path) -> None:
    problems = faults(tmp_path, HEAD + "lines:\n" + line("storage", per="month"))
    assert found(problems) == [("invalid_value", FIRST_LINE)]


def test_a_misspelt_key_of_a_line_is_given_with_the_near_one(tmp_path: Path) -> None:
    text = HEAD + "lines:\n" + line("purchase_price / years").replace("poste:", "post:")
    problems = faults(tmp_path, text)
    unknown = [problem for problem in problems if problem.code == "unknown_key"]
    assert [problem.place.line for problem in unknown] == [FIRST_LINE]
    assert "« poste »" in unknown[0].message()


def test_a_model_without_lines_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, HEAD + "lines: []\n")


# --- laws ---------------------------------------------------------------------------------------

amounts = st.floats(min_value=0, max_value=1e9)


@given(
    extra=st.sampled_from(
        [
            "purchase_price / years",
            "storage * acts",
            "max(salary * productive / productive * 0, storage * acts)",
            "annuity(purchase_price, 0, 1 / years * 0 + 0, years)",
            "if_(amortised, 0, purchase_price / years)",
        ]
    ),
    price=amounts,
    storage=amounts,
    acts=st.floats(min_value=0, max_value=1e5),
    amortised=st.sampled_from([0.0, 1.0]),
)
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_adding_a_line_never_lowers_a_cost(
    tmp_path: Path, extra: str, price: float, storage: float, acts: float, amortised: float
) -> None:
    values = VALUES | {
        "purchase_price": price,
        "storage": storage,
        "acts": acts,
        "amortised": amortised,
    }
    before = build(tmp_path, HEAD + DERIVED + LINES).evaluate(values)
    after = build(tmp_path, HEAD + DERIVED + LINES + line(extra, "added")).evaluate(values)
    assert {name: after[name] for name in before} == before
    assert after["added"] >= 0


def test_a_negative_cost_line_is_refused_by_name(tmp_path: Path) -> None:
    model = build(tmp_path, HEAD + "lines:\n" + line("-purchase_price / years"))
    with pytest.raises(FormulaError, match="négative") as caught:
        model.evaluate(dict.fromkeys((*model.parameters, *BOUND), 7.0))
    assert caught.value.problems[0].value == "one"
