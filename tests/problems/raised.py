"""Every place of the code that makes a problem, with its codes and its facts, read in its text.

What is not to be read there is said: the test answers for it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.problems.literals import Module, Texts, argument, union

NONE: Texts = frozenset()


@dataclass(frozen=True)
class Maker:
    """A call that makes a problem, or what becomes one; its code comes first.

    value, facts: places of what was met and of a dict of facts. named: keywords that are no facts,
    where the others are. added: what whoever makes a problem of it adds.
    """

    value: int | None = None
    facts: int | None = None
    named: Texts = NONE
    added: Texts = NONE


#: By the module that defines it (its last name) and its name.
FUNCTIONS = {
    ("errors", "problem"): Maker(value=2, named=frozenset({"code", "place", "value"})),
    ("errors", "Problem"): Maker(value=2, facts=3),
    ("yaml_lines", "Fault"): Maker(facts=2),
    ("values", "Refusal"): Maker(value=2, facts=3, added=frozenset({"column", "lines"})),
    ("cells", "RefusedError"): Maker(added=frozenset({"value"})),
}
#: By the class, the name that its instances go by, and the method.
METHODS = {
    ("Findings", "findings", "add"): Maker(value=2, named=frozenset({"place", "value"})),
    ("Line", "line", "note"): Maker(value=2, named=frozenset({"name", "value"})),
}


@dataclass(frozen=True)
class Raised:
    """A call that makes a problem.

    name: the path of the module and the function around. codes: None when they are not all read;
    whole: whether the facts are. `value` is one of them when the call says what was met.
    """

    where: str
    name: str
    codes: Texts | None
    facts: Texts
    whole: bool


def raised(module: Module) -> Iterator[Raised]:
    """The calls of a module that make a problem; where it hands `problem` to something else."""
    nodes = list(ast.walk(module.tree))
    called = {node.func for node in nodes if isinstance(node, ast.Call)}
    # Where `problem` is defined, it is also the name of what loops go through.
    names = {n for n, origin in module.origins.items() if origin == ("errors", "problem")}
    names = set() if module.stem == "errors" else names
    for node in nodes:
        maker = _maker(module, node) if isinstance(node, ast.Call) else None
        if maker and isinstance(node, ast.Call):
            yield _read(module, node, maker)
        elif isinstance(node, ast.Name) and node.id in names and node not in called:
            yield Raised(f"{module.path}:{node.lineno}", module.name(node), None, NONE, False)


def _maker(module: Module, call: ast.Call) -> Maker | None:
    called = call.func
    if isinstance(called, ast.Name):
        return FUNCTIONS.get(module.origins.get(called.id, ("", "")))
    if not isinstance(called, ast.Attribute):
        return None
    owner = ast.unparse(called.value).rsplit(".", 1)[-1]
    inside = {a.name for a in module.around[call] if isinstance(a, ast.ClassDef)}
    for (cls, instance, method), maker in METHODS.items():
        if called.attr == method and (owner == instance or (owner == "self" and cls in inside)):
            return maker
    return FUNCTIONS.get((owner, called.attr))


def _read(module: Module, call: ast.Call, maker: Maker) -> Raised:
    code, facts = argument(call, 0, "code"), _facts(module, call, maker)
    met = None if maker.value is None else argument(call, maker.value, "value")
    said = met is not None and ast.unparse(met) != "None"
    return Raised(
        f"{module.path}:{call.lineno}",
        module.name(call),
        None if code is None else module.texts(code, call),
        (facts or NONE) | maker.added | ({"value"} if said else NONE),
        facts is not None,
    )


def _facts(module: Module, call: ast.Call, maker: Maker) -> Texts | None:
    """The facts of a call: the keys of a dict, or keywords."""
    if maker.facts is not None:
        given = argument(call, maker.facts, "facts")
        return NONE if given is None else module.keys(given, call)
    return union(
        [
            module.keys(each.value, call) if each.arg is None else Texts({each.arg}) - maker.named
            for each in call.keywords
        ]
    )


def read(folder: Path) -> list[Raised]:
    """Every call that makes a problem in the modules of a folder."""
    found: list[Raised] = []
    for path in sorted(folder.rglob("*.py")):
        module = Module.of(path.read_text(encoding="utf-8"), str(path.relative_to(folder)))
        found += raised(module)
    return found
