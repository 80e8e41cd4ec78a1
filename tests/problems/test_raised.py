"""Every problem that the code can make has its words and their facts; every message is told.

The code is read as text (`raised.py`). What is not to be read there stands in two tables, with why.
"""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import costing
from costing.problems.catalogue import messages
from tests.problems.literals import Module
from tests.problems.raised import Raised, raised, read

_ITS_CALLERS = "its callers are read"
_A_CELL = "a RefusedError, read where it is raised"
#: What makes a problem of a code that it was handed, by the names of its module and function.
HANDED_ON = {
    "problems.errors.problem": _ITS_CALLERS,
    "workbook.grid.tables.Findings.add": _ITS_CALLERS,
    "workbook.grid.tables.Line.note": _ITS_CALLERS,
    "values.yaml_lines.Fault.problem": "a Fault, read where it is made",
    "fleet_file.faults.Listed._problem": "a Refusal, read where it is made",
    "workbook.sheets.fleet.read._with_cell": (
        "a problem of the fleet, read where it is made; its cell is added"
    ),
    "workbook.grid.tables.Grid.read": _A_CELL,
    "workbook.sheets.choices.read._read_several": _A_CELL,
    "workbook.sheets.schedule.read._dates": _A_CELL,
    "schedule_file.file._read_row": _A_CELL,
}
#: Facts which are not written where the problem is made, by code.
ELSEWHERE = {
    # The two readings of a text, for this code alone.
    "fleet_file.values._refusals": {"activity_two_numbers": {"first", "second"}},
    # From `other`, once the lines of the file are known.
    "fleet_file.file._refuse_disagreement": {"activity_disagree": {"other_line"}},
    # Those of the same problem, put in the unit of the row.
    "ui.assumptions.values.refusal": {"bounds_order": {"low", "mode", "high"}},
}
PACKAGE = Path(costing.__file__).parent


@cache
def everywhere() -> list[Raised]:
    """Every call of the package that makes a problem: read once, by the tests that ask."""
    return read(PACKAGE)


def fields(text: str) -> set[tuple[str, str | None, str | None]]:
    return {(name, spec, how) for _, name, spec, how in Formatter().parse(text) if name is not None}


def faults(calls: Iterable[Raised]) -> list[str]:
    """What is wrong with some calls, in words."""
    found = []
    for call in calls:
        if call.codes is None and call.name not in HANDED_ON:
            found.append(f"{call.where} ({call.name}): its code is not to be read")
        elif not call.whole and call.name not in {**HANDED_ON, **ELSEWHERE}:
            found.append(f"{call.where} ({call.name}): its facts are not to be read")
        for code in sorted(call.codes or ()):
            if code not in messages():
                found.append(f"{call.where}: '{code}' has no message")
                continue
            known = call.facts | ELSEWHERE.get(call.name, {}).get(code, set())
            lacks = {name for text in messages()[code] for name, *_ in fields(text)} - known
            found += [f"{call.where}: '{code}' lacks '{name}'" for name in sorted(lacks)]
    return found


def test_every_problem_has_its_words_and_their_facts():
    assert faults(everywhere()) == []


def test_every_message_is_told_somewhere():
    told = {code for call in everywhere() for code in call.codes or ()}
    assert sorted(messages().keys() - told) == []


def test_codes_that_are_looked_for_exist():
    """A problem is told from others by its code: one that none has would never be found."""
    sides = [
        (node.left, node.comparators[0])
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
    ]
    wanted = {
        other.value
        for side, other in sides
        if isinstance(side, ast.Attribute) and side.attr == "code"
        if isinstance(other, ast.Constant) and isinstance(other.value, str)
    }
    assert "wb_hidden" in wanted
    assert wanted <= messages().keys()


def test_nothing_stands_in_the_tables_that_could_be_read():
    assert {call.name for call in everywhere() if call.codes is None} == HANDED_ON.keys()
    lacking = {call.name for call in everywhere() if call.codes and not call.whole}
    assert lacking | {"fleet_file.file._refuse_disagreement"} == ELSEWHERE.keys()


@pytest.mark.parametrize("code", messages())
def test_both_languages_say_the_same_facts_in_the_same_way(code):
    french, english = messages()[code]
    assert fields(french) == fields(english)


IMPORT = "from costing.problems.errors import Problem, problem\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("problem('new_code', place)", "'new_code' has no message"),
        ("Problem('new_code')", "'new_code' has no message"),
        ("def f(a):\n problem('file_missing' if a else 'new_code')", "'new_code' has no message"),
        ("def f():\n for c, n in (('file_missing', 1), ('new_code', 2)):\n  problem(c)",
         "'new_code' has no message"),
        ("C = {'new_code': 1}\ndef f():\n for c, n in C.items():\n  problem(c)",
         "'new_code' has no message"),
        ("def _f(c):\n problem(c)\ndef g():\n _f('new_code')", "'new_code' has no message"),
        ("problem('yaml_syntax', place, detial='x')", "'yaml_syntax' lacks 'detail'"),
        ("def f():\n facts = {'detial': 1}\n problem('yaml_syntax', **facts)",
         "'yaml_syntax' lacks 'detail'"),
        ("Problem('yaml_syntax', place, None, {'detial': 1})", "'yaml_syntax' lacks 'detail'"),
        ("problem('duplicate_key', place)", "'duplicate_key' lacks 'value'"),
        ("problem('duplicate_key', place, None)", "'duplicate_key' lacks 'value'"),
        ("def f(c):\n problem(c)", "(m.f): its code is not to be read"),
        ("def _f(c):\n problem(c)\n_f('file_missing')\nmap(_f, names)",
         "(m._f): its code is not to be read"),
        ("def f():\n return map(problem, names)", "(m.f): its code is not to be read"),
        ("from costing.problems import errors\nerrors.problem('new_code')",
         "'new_code' has no message"),
        ("def f(facts):\n problem('file_missing', **facts)", "(m.f): its facts are not to be read"),
        ("from costing.values.yaml_lines import Fault\nFault('new_code')",
         "'new_code' has no message"),
        ("from costing.workbook.grid.cells import RefusedError\nRefusedError('wb_scaled_format')",
         "'wb_scaled_format' lacks 'shown'"),
        ("from costing.fleet_file.values import Refusal\nRefusal('activity_more', rows, text, {})",
         "'activity_more' lacks 'count'"),
        ("findings.add('new_code', place)", "'new_code' has no message"),
        ("table.findings.add('wb_duplicate', place, key)", "'wb_duplicate' lacks 'other'"),
        ("line.note('wb_no_key', 'key')", "'wb_no_key' lacks 'heading'"),
    ],
)  # fmt: skip
def test_what_lacks_words_or_facts_is_found(text, fault):
    (found,) = faults(raised(Module.of(IMPORT + text, "m.py")))
    assert found.endswith(fault)


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n facts = {'detail': 1}\n problem('yaml_syntax', **facts)",
        "def f():\n low = {'detail': 1}\n Problem('yaml_syntax', facts={**low, 'more': 1})",
        "def f():\n facts = {n: 1 for n in ('detail', 'more')}\n problem('yaml_syntax', **facts)",
        "problem('duplicate_key', value=key)",
        "writer.add('revenue', 'Recettes')",
        "tables.note('Source')",
    ],
)
def test_what_has_its_words_and_facts_is_not_found(text):
    assert faults(raised(Module.of(IMPORT + text, "m.py"))) == []
