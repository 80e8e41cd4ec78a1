"""Reading YAML: whatever is wrong, the error names the file and the line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from costing.problems.errors import ModelError, Problem
from costing.values.parameters import ParameterFile
from costing.values.yaml_lines import read
from tests.checked import checked, must_check
from tests.shared import examples


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "models" / "bad.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(path: Path, schema: type | None = None) -> tuple[Problem, ...]:
    """The problems that reading (and validating) reports, all of them with the file's name."""
    with pytest.raises(ModelError) as caught:
        document = read(path)
        if schema:
            document.validate(schema)
    for problem in caught.value.problems:
        assert problem.place.file == "models/bad.yaml"
        assert problem.text("fr")
        assert problem.text("en")
    return caught.value.problems


def codes_and_lines(problems: tuple[Problem, ...]) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.place.line) for problem in problems]


# --- the text -----------------------------------------------------------------------------------


def test_plain_data_and_the_lines_of_its_keys(tmp_path: Path) -> None:
    document = read(write(tmp_path, "a: 1\nb:\n  - x\n  - c: 2.5\n    d: é\n"))
    assert document.data == {"a": 1, "b": ["x", {"c": 2.5, "d": "é"}]}
    lines = {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 4,
        ("b", 1, "c"): 4,
        ("b", 1, "d"): 5,
    }
    assert {keys: document.place(*keys).line for keys in lines} == lines
    assert document.place("b", 1, "e", "f").line == 4  # the nearest parent that has a line


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert read(write(tmp_path, b"\xef\xbb\xbfa: 1\n")).data == {"a": 1}


def test_windows_line_endings_keep_the_lines(tmp_path: Path) -> None:
    assert read(write(tmp_path, "a: 1\r\nb: 2\r\n")).place("b").line == 2


def test_missing_file() -> None:
    with pytest.raises(ModelError) as caught:
        read(Path("nowhere") / "models" / "bad.yaml")
    assert [p.code for p in caught.value.problems] == ["file_missing"]
    assert caught.value.problems[0].place.file == "models/bad.yaml"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a:\n\t- b\n", 2),
        ("a: 1\n b: 2\n", 2),
        ("a: 'x\n", None),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\nb: \x00\n", None),
    ],
)
def test_broken_yaml(tmp_path: Path, text: str, line: int | None) -> None:
    (problem,) = faults(write(tmp_path, text))
    assert problem.code == "yaml_syntax"
    if line:
        assert problem.place.line == line


UNREADABLE = {
    "latin-1": "a: é\n".encode("latin-1"),  # saved by an old editor
    "utf-16": "a: 1\n".encode("utf-16"),
    "list as key": b"? [a, b]\n: c\n",
    "mapping as key": b"? {a: b}\n: c\n",
    "deep list": b"[" * 3_000 + b"]" * 3_000,
    "deep mapping": b"a: " + b"{b: " * 3_000 + b"1" + b"}" * 3_000,
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_a_model_error(tmp_path: Path, content: bytes) -> None:
    assert faults(write(tmp_path, content))


@must_check(refused=0.1, read=0.1)
@given(st.text(alphabet="ab1-:?!&*[]{}#|>%@`'\",. \n\t~<=é", max_size=40))
@examples(400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_reads_or_is_a_model_error(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, text)
    try:
        read(path)
    except ModelError as error:
        assert {problem.place.file for problem in error.problems} == {"models/bad.yaml"}
        checked("refused")
    else:
        checked("read")


def test_duplicate_keys_are_all_reported_at_their_second_line(tmp_path: Path) -> None:
    problems = faults(write(tmp_path, "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\n"))
    assert codes_and_lines(problems) == [("duplicate_key", 5), ("duplicate_key", 6)]
    assert [problem.value for problem in problems] == ["c", "a"]


def test_an_alias_is_refused_where_it_stands(tmp_path: Path) -> None:
    problems = faults(write(tmp_path, "a: &x 1\nb: 2\nc: *x\n"))
    assert ("yaml_alias", 3) in codes_and_lines(problems)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\n",  # an anchor alone
        "a: &x foo\n*x : 3\n",  # an alias as a key
        "a: &x {b: 1}\nc: *x\n",
        "a: &x [*x]\n",  # a list that holds itself
    ],
)
def test_anchors_and_aliases(tmp_path: Path, text: str) -> None:
    assert {problem.code for problem in faults(write(tmp_path, text))} == {"yaml_alias"}


def test_a_merge_key_merges_nothing(tmp_path: Path) -> None:
    """It is a key like another, which no schema knows."""
    path = write(tmp_path, "<<: {parameters: []}\n")
    assert ("unknown_key", 1) in codes_and_lines(faults(path, ParameterFile))


@pytest.mark.parametrize(
    "value",
    ["!!python/name:os.system", "!!int abc", "!!str 5", "!!bool oui", "!foo {b: 1}", "!!set {b}"],
)
def test_a_tag_is_refused_where_it_stands(tmp_path: Path, value: str) -> None:
    """`!!str 5` asks for the text 5: to pass the tag over would make it the number."""
    problems = faults(write(tmp_path, f"a: 1\nb: {value}\n"))
    assert [problem.place.line for problem in problems] == [2]


@pytest.mark.parametrize(
    "value", ["2024-13-45", "2024-02-30", ".", "-.", "+.", "-", "1e", "e5", "._", "1.2.3", "0b12"]
)
def test_what_only_looks_like_a_number_or_a_date_is_text(tmp_path: Path, value: str) -> None:
    try:
        document = read(write(tmp_path, f"a: {value}\n"))
    except ModelError:
        return
    assert document.data in ({"a": value}, {"a": [None]})  # `-` opens a list


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("-3", -3), ("0.5", 0.5), ("1e6", 1e6), ("2.5e-3", 0.0025), ("0", 0), ("+4", 4)],
)
def test_numbers(tmp_path: Path, text: str, value: float) -> None:
    assert read(write(tmp_path, f"a: {text}\n")).data == {"a": value}


# --- the schema ---------------------------------------------------------------------------------

GOOD = """\
parameters:
  - name: price
    label: {fr: Prix, en: Price}
    unit: EUR
    distribution: pert
    values:
      - class: irm_1_5t
        low: 1
        mode: 2
        high: 3
        vat: included
        source: [catalogue]
        grade: D
      - class: "*"
        low: 1
        mode: 2
        high: 3
        vat: included
        source: [catalogue]
        grade: D
  - name: life
    label: {fr: Durée, en: Life}
    unit: year
    distribution: fixed
    values:
      - class: "*"
        mode: 8
        source: [catalogue]
        grade: A
"""


def without(text: str, line: int) -> str:
    """The text without one line, counted from 1."""
    rows = text.splitlines(keepends=True)
    return "".join(rows[: line - 1] + rows[line:])


def changed(line: int, to: str) -> str:
    """The good file with one line, counted from 1, replaced."""
    rows = GOOD.splitlines()
    rows[line - 1] = to
    return "\n".join(rows) + "\n"


def test_the_good_file_is_good(tmp_path: Path) -> None:
    price, life = read(write(tmp_path, GOOD)).validate(ParameterFile).parameters
    assert [value.scope for value in price.values] == ["irm_1_5t", "*"]
    assert price.values[0].bounds == (1, 3)
    assert life.values[0].bounds == (8, 8)


def test_unknown_key_and_the_near_one_that_was_meant(tmp_path: Path) -> None:
    text = changed(20, "        grade: D\n        notes: x")
    (problem,) = faults(write(tmp_path, text), ParameterFile)
    assert (problem.code, problem.place.line, problem.value) == ("unknown_key", 21, "notes")
    assert "« note »" in problem.message()


@pytest.mark.parametrize(
    ("line", "to", "wrong", "near"),
    [
        (4, "    units: EUR", "units", "unit"),
        (11, "        vats: included", "vats", "vat"),
        (13, "        grad: D", "grad", "grade"),
        (7, "      - classe: irm_1_5t", "classe", "class"),
    ],
)
def test_misspelt_key(tmp_path: Path, line: int, to: str, wrong: str, near: str) -> None:
    problems = faults(write(tmp_path, changed(line, to)), ParameterFile)
    unknown = [problem for problem in problems if problem.code == "unknown_key"]
    assert [(p.value, p.place.line) for p in unknown] == [(wrong, line)]
    assert f"« {near} »" in unknown[0].message()


def test_misspelt_key_of_the_first_level(tmp_path: Path) -> None:
    problems = faults(write(tmp_path, GOOD.replace("parameters:", "parameter:")), ParameterFile)
    assert ("unknown_key", 1) in codes_and_lines(problems)
    assert any("« parameters »" in problem.message() for problem in problems)


@pytest.mark.parametrize(
    ("line", "key", "at"),
    [(3, "label", 2), (4, "unit", 2), (9, "mode", 7), (12, "source", 7), (13, "grade", 7)],
)
def test_missing_key(tmp_path: Path, line: int, key: str, at: int) -> None:
    problems = faults(write(tmp_path, without(GOOD, line)), ParameterFile)
    assert [(p.code, p.value, p.place.line) for p in problems] == [("missing_key", key, at)]


@pytest.mark.parametrize(
    ("line", "to"),
    [
        (9, "        mode: beaucoup"),
        (9, '        mode: "1 000"'),
        (9, '        mode: "1,5"'),
        (9, "        mode:"),
        (9, "        mode: [2]"),
        (9, "        mode: yes"),  # true is not 1
        (9, "        mode: true"),
        (8, "        low: no"),
        (9, "        mode: 2024-01-01"),
        (12, "        source: catalogue"),
        (12, "        source: []"),
        (13, "        grade: E"),
        (11, "        vat: maybe"),
        (5, "    distribution: gauss"),
        (3, "    label: Prix"),
        (3, "    label: {fr: '', en: Price}"),
        (2, "  - name: Le prix"),
        (2, "  - name: _price"),
    ],
)
def test_wrong_value_is_one_problem_on_its_line(tmp_path: Path, line: int, to: str) -> None:
    """One fault, one problem: no echo from the list that holds it."""
    problems = faults(write(tmp_path, changed(line, to)), ParameterFile)
    assert codes_and_lines(problems) == [("invalid_value", line)]


@pytest.mark.parametrize("value", [".nan", ".inf", "-.inf", '"nan"', '"inf"', "1e999"])
@pytest.mark.parametrize("key", ["mode", "low", "high"])
def test_a_number_is_finite(tmp_path: Path, key: str, value: str) -> None:
    line = {"low": 8, "mode": 9, "high": 10}[key]
    problems = faults(write(tmp_path, changed(line, f"        {key}: {value}")), ParameterFile)
    assert any(problem.place.line == line for problem in problems)


@pytest.mark.parametrize("value", [".nan", ".inf"])
def test_a_fixed_number_is_finite(tmp_path: Path, value: str) -> None:
    problems = faults(write(tmp_path, changed(27, f"        mode: {value}")), ParameterFile)
    assert any(problem.place.line == 27 for problem in problems)


@pytest.mark.parametrize("value", ["0100", "1:30", "0x10"])
def test_a_number_is_written_in_base_ten(tmp_path: Path, value: str) -> None:
    """YAML reads 0100 as 64, 1:30 as 90 and 0x10 as 16: no one who types them means that."""
    problems = faults(write(tmp_path, changed(27, f"        mode: {value}")), ParameterFile)
    assert any(problem.place.line == 27 for problem in problems)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ({8: "        low: 4"}, "bounds_order"),
        ({10: "        high: 1.5"}, "bounds_order"),
        ({9: "        mode: 3.01"}, "bounds_order"),
        ({8: "        note: no low bound"}, "bounds_missing"),
        ({10: "        high:"}, "bounds_missing"),
        ({5: "    distribution: fixed"}, "bounds_fixed"),
        ({11: "        note: no word on VAT"}, "vat_missing"),
        ({4: "    unit: year"}, "vat_forbidden"),
    ],
)
def test_rules_between_keys_name_the_value_at_fault(
    tmp_path: Path, lines: dict[int, str], code: str
) -> None:
    """A parameter may hold nine values: the line is that of the wrong one, not of the first."""
    rows = GOOD.splitlines()
    for line, text in lines.items():
        rows[line - 1] = text
    problems = faults(write(tmp_path, "\n".join(rows)), ParameterFile)
    assert {problem.code for problem in problems} == {code}
    assert problems[0].place.line is not None
    assert 7 <= problems[0].place.line <= 13


def test_the_second_value_at_fault_is_the_one_named(tmp_path: Path) -> None:
    problems = faults(write(tmp_path, changed(15, "        low: 9")), ParameterFile)
    assert {problem.code for problem in problems} == {"bounds_order"}
    assert problems[0].place.line is not None
    assert 14 <= problems[0].place.line <= 20


def test_bounds_equal_to_the_mode_are_fine(tmp_path: Path) -> None:
    text = changed(8, "        low: 2").replace("high: 3", "high: 2", 1)
    assert read(write(tmp_path, text)).validate(ParameterFile)


def test_unknown_unit_with_a_near_one(tmp_path: Path) -> None:
    problems = faults(write(tmp_path, changed(4, "    unit: EUR/yeer")), ParameterFile)
    assert codes_and_lines(problems) == [("unknown_unit", 4)]
    assert "« EUR/year »" in problems[0].message()


def test_the_same_class_twice(tmp_path: Path) -> None:
    problems = faults(write(tmp_path, changed(7, '      - class: "*"')), ParameterFile)
    assert [p.code for p in problems] == ["duplicate_name"]


def test_who_changed_a_value_is_not_for_a_file_to_say(tmp_path: Path) -> None:
    text = changed(20, "        grade: D\n        changed_by: moi")
    problems = faults(write(tmp_path, text), ParameterFile)
    assert codes_and_lines(problems) == [("unknown_key", 21)]


def test_two_problems_in_one_file_are_both_reported(tmp_path: Path) -> None:
    rows = GOOD.splitlines()
    rows[3] = "    unit: EURO"  # line 4
    rows[26] = "        mode: huit"  # line 27
    problems = faults(write(tmp_path, "\n".join(rows)), ParameterFile)
    assert {("unknown_unit", 4), ("invalid_value", 27)} <= set(codes_and_lines(problems))


def test_two_wrong_values_of_one_parameter_are_both_reported(tmp_path: Path) -> None:
    rows = GOOD.splitlines()
    rows[7] = "        low: 4"
    rows[14] = "        low: 5"
    problems = faults(write(tmp_path, "\n".join(rows)), ParameterFile)
    assert [problem.code for problem in problems] == ["bounds_order", "bounds_order"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text\n", "3\n"])
def test_a_file_of_another_shape(tmp_path: Path, text: str) -> None:
    assert faults(write(tmp_path, text), ParameterFile)


# --- laws of the uncertain values -----------------------------------------------------------------

LAW = """\
parameters:
  - name: rate
    label: {fr: Taux, en: Rate}
    unit: share
    distribution: LAW
    values:
      - class: "*"
        low: 0.1
        mode: 0.2
        high: 0.4
        source: [catalogue]
        grade: D
"""
OUTCOMES = """\
        outcomes:
          - {value: 0.3, probability: 0.25}
          - {value: 0.1, probability: 0.6}
          - {value: 0.2, probability: 0.15}
"""
#: A discrete value: no bounds, its outcomes from line 11 on.
DISCRETE = LAW.replace("LAW", "discrete").replace("        low: 0.1\n", "").replace(
    "        high: 0.4\n", ""
) + OUTCOMES  # fmt: skip


@pytest.mark.parametrize(
    ("text", "bounds", "mode"),
    [
        (LAW.replace("LAW", "lognormal"), (0.1, 0.4), 0.2),  # √(0.1 × 0.4)
        (LAW.replace("LAW", "normal").replace("mode: 0.2", "mode: 0.25"), (0.1, 0.4), 0.25),
        # the median may be rounded: within a hundredth of the gap between the two quantiles
        (LAW.replace("LAW", "normal").replace("mode: 0.2", "mode: 0.2529"), (0.1, 0.4), 0.2529),
        (DISCRETE, (0.1, 0.3), 0.2),
    ],
)
def test_the_laws_in_a_file(
    tmp_path: Path, text: str, bounds: tuple[float, float], mode: float
) -> None:
    (parameter,) = read(write(tmp_path, text)).validate(ParameterFile).parameters
    (value,) = parameter.values
    assert (value.bounds, value.mode) == (bounds, mode)
    if parameter.distribution == "discrete":
        assert [(o.value, o.probability) for o in value.outcomes] == [
            (0.3, 0.25), (0.1, 0.6), (0.2, 0.15),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("law", "old", "new", "code", "line"),
    [
        ("lognormal", "mode: 0.2", "mode: 0.25", "mode_not_median", 9),
        ("normal", "mode: 0.2", "mode: 0.2", "mode_not_median", 9),
        ("normal", "mode: 0.2", "mode: 0.2531", "mode_not_median", 9),
        ("lognormal", "low: 0.1", "low: 0", "lognormal_positive", 8),
        ("lognormal", "        low: 0.1\n", "", "bounds_missing", 7),
        ("normal", "        high: 0.4\n", "", "bounds_missing", 7),
        ("lognormal", "mode: 0.2", "mode: 0.5", "bounds_order", 7),
        ("normal", "low: 0.1\n        mode: 0.2", "low: -0.1\n        mode: 0.15",
         "value_range", 7),
        ("uniform", "grade: D\n", "grade: D\n" + OUTCOMES, "outcomes_forbidden", 13),
        ("discrete", "grade: D\n", "grade: D\n" + OUTCOMES, "bounds_fixed", 7),
        ("gaussian", "grade: D", "grade: D", "invalid_value", 5),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_law_is_on_its_line(
    tmp_path: Path, law: str, old: str, new: str, code: str, line: int
) -> None:
    assert old in LAW
    text = LAW.replace("LAW", law).replace(old, new)
    problems = faults(write(tmp_path, text), ParameterFile)
    assert codes_and_lines(problems) == [(code, line)]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("probability: 0.15", "probability: 0.16", "outcomes_wrong", 11),
        ("probability: 0.15", "probability: 0.149", "outcomes_wrong", 11),
        ("value: 0.3", "value: 0.1", "outcomes_wrong", 11),  # twice the same
        (OUTCOMES, "        outcomes: [{value: 0.2, probability: 1}]\n", "outcomes_wrong", 11),
        (OUTCOMES, "        outcomes: []\n", "outcomes_wrong", 11),
        (OUTCOMES, "", "outcomes_wrong", 7),
        ("mode: 0.2", "mode: 0.21", "mode_not_outcome", 8),
        ("probability: 0.15", "probability: 0", "invalid_value", 14),
        ("probability: 0.15", "probability: -0.15", "invalid_value", 14),
        ("probability: 0.15", "probability: 1.15", "invalid_value", 14),
        ("probability: 0.15", "probability: un peu", "invalid_value", 14),
        ("value: 0.3", "value: .inf", "invalid_value", 12),
        (", probability: 0.25", "", "missing_key", 12),
        ("probability: 0.6", "chance: 0.6, probability: 0.6", "unknown_key", 13),
        ("value: 0.1,", "value: -0.1,", "value_range", 7),
    ],
)
def test_what_is_wrong_with_outcomes_is_on_its_line(
    tmp_path: Path, old: str, new: str, code: str, line: int
) -> None:
    assert old in DISCRETE
    problems = faults(write(tmp_path, DISCRETE.replace(old, new)), ParameterFile)
    assert codes_and_lines(problems) == [(code, line)]


def test_three_thirds_are_one(tmp_path: Path) -> None:
    """Chances add up to one but for rounding."""
    third = "0.3333333333333333"
    text = DISCRETE
    for chance in ("0.25", "0.15"):
        text = text.replace(f"probability: {chance}", f"probability: {third}")
    text = text.replace("probability: 0.6}", f"probability: {third}}}")
    assert read(write(tmp_path, text)).validate(ParameterFile)
