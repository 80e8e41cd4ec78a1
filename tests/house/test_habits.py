"""Habits that no linter holds: frozen objects stay so, and a late import says why it is late."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("costing", "tests", "benchmarks", "workbooks", "models")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
CONSTRUCTION = {"__init__", "__new__", "__post_init__"}


def hidden_writes(tree: ast.AST) -> Iterator[ast.AST]:
    """Writes into an object past its fields: `x.__dict__[…] = `, `vars(x).update` and the like."""
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name in CONSTRUCTION
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            if is_namespace(node.value):
                yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, name = node.func.value, node.func.attr
            if is_namespace(owner) and name in {"update", "setdefault", "pop", "clear"}:
                yield node
            if name == "__setattr__" and ast.unparse(owner) == "object" and id(node) not in inside:
                yield node


def is_namespace(node: ast.AST) -> bool:
    """`x.__dict__` or `vars(x)`."""
    if isinstance(node, ast.Attribute):
        return node.attr == "__dict__"
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "vars"


def test_nothing_is_written_past_its_fields() -> None:
    assert len(FILES) > 400
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in FILES
        for node in hidden_writes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "case.__dict__['fleet'] = 1", "x.__dict__.setdefault('a', {})", "vars(x)['a'] = 1",
        "vars(x).update(a=1)", "def f(x):\n object.__setattr__(x, 'a', 1)", "del vars(x)['a']",
    ],
)  # fmt: skip
def test_a_write_past_the_fields_is_seen(text: str) -> None:
    assert list(hidden_writes(ast.parse(text)))


def test_what_builds_an_object_may_set_its_fields() -> None:
    text = "class A:\n def __post_init__(self):\n  object.__setattr__(self, 'a', 1)"
    assert not list(hidden_writes(ast.parse(text)))


def test_a_late_import_says_why() -> None:
    """Outside the command line, whose imports are all late; of several in a row, the first does."""
    late, silent = 0, []
    for path in (ROOT / "costing").rglob("*.py"):
        if "cli" in path.parts:
            continue
        before = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if "noqa: PLC0415" in line:
                late += 1
                if not re.search(r"noqa: PLC0415 - \w", line) and "noqa: PLC0415" not in before:
                    silent.append(f"{path.relative_to(ROOT)}:{number}")
            before = line
    assert late > 20
    assert silent == []
