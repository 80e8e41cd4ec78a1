"""What an expression of a module may be, read in the module's text: texts, and the keys of dicts.

A text is read where it is a literal, a choice between some, a name bound to one in the function, an
item of a table that a loop goes through, or an argument of a private function. The keys of a dict,
where it is written in the function. What is not read is None.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

Texts = frozenset[str]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass
class Module:
    """A module's text as a tree, with what has names of its own around each node."""

    path: str
    tree: ast.Module
    around: dict[ast.AST, tuple[ast.AST, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, path: str) -> Module:
        """A module from its text."""
        module = cls(path, ast.parse(text))
        module._place(module.tree, ())
        return module

    def _place(self, node: ast.AST, around: tuple[ast.AST, ...]) -> None:
        self.around[node] = around
        inside = isinstance(node, Function | ast.ClassDef | Comprehension)
        for child in ast.iter_child_nodes(node):
            self._place(child, (*around, node) if inside else around)

    @property
    def stem(self) -> str:
        """The last name of the module."""
        return Path(self.path).stem

    @cached_property
    def origins(self) -> dict[str, tuple[str, str]]:
        """Where each name is defined: the last name of a module, and its name there."""
        found = {
            node.name: (self.stem, node.name)
            for node in self.tree.body
            if isinstance(node, Function | ast.ClassDef)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                last = node.module.rsplit(".", 1)[-1]
                found |= {n.asname or n.name: (last, n.name) for n in node.names}
        return found

    def name(self, node: ast.AST) -> str:
        """The name of the module, and of the classes and functions around a node."""
        names = [a.name for a in self.around[node] if isinstance(a, Function | ast.ClassDef)]
        return ".".join((*Path(self.path).with_suffix("").parts, *names))

    def function(self, node: ast.AST) -> Function | None:
        """The function around a node."""
        functions = [a for a in self.around[node] if isinstance(a, Function)]
        return functions[-1] if functions else None

    def keys(self, node: ast.expr, at: ast.AST) -> Texts | None:
        """The keys of a dict: written there, or under a name in the same function."""
        if isinstance(node, ast.Dict):
            parts = [
                self.keys(value, at) if key is None else self.texts(key, at)
                for key, value in zip(node.keys, node.values, strict=True)
            ]
            return union(parts)
        if isinstance(node, ast.DictComp):
            return self.texts(node.key, node.key)
        if isinstance(node, ast.Name):
            here = node.lineno, node.col_offset
            before = [value for value in self._bound(node.id, at) if _end(value) < here]
            return self.keys(before[-1], before[-1]) if before else None
        return None

    def _bound(self, name: str, at: ast.AST) -> list[ast.expr]:
        """What a name is given in the function around, in the order of the lines."""
        function = self.function(at)
        found = []
        for node in ast.walk(function or self.tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target, value = node.targets[0], node.value
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    pairs = zip(target.elts, value.elts, strict=False)
                else:
                    pairs = zip([target], [value], strict=True)
            elif isinstance(node, ast.AnnAssign) and node.value:
                pairs = zip([node.target], [node.value], strict=True)
            else:
                continue
            found += [v for t, v in pairs if isinstance(t, ast.Name) and t.id == name]
        return sorted(found, key=lambda value: value.lineno)

    # --- texts

    def texts(self, node: ast.expr, at: ast.AST) -> Texts | None:
        """All that an expression may be, as texts; None when one of them cannot be read."""
        if isinstance(node, ast.Constant):
            return frozenset({node.value}) if isinstance(node.value, str) else None
        if isinstance(node, ast.IfExp):
            return union([self.texts(node.body, at), self.texts(node.orelse, at)])
        if not isinstance(node, ast.Name):
            return None
        inner = [c for a in self.around[at] if isinstance(a, Comprehension) for c in a.generators]
        found = [each for loop in inner for each in self._taken(node.id, loop)]
        if not found:
            found = [self.texts(value, value) for value in self._bound(node.id, at)]
            for loop in ast.walk(self.function(at) or self.tree):
                if isinstance(loop, ast.For):
                    found += self._taken(node.id, loop)
            found += [self.texts(value, value) for value in self._arguments(node.id, at)]
        return union(found) if found else None

    def _taken(self, name: str, loop: ast.For | ast.comprehension) -> Iterator[Texts | None]:
        """What a loop gives to a name."""
        target, sequence = loop.target, loop.iter
        parts = target.elts if isinstance(target, ast.Tuple) else [target]
        places = [i for i, t in enumerate(parts) if isinstance(t, ast.Name) and t.id == name]
        if not places:
            return
        items = self._items(sequence)
        if items is None:
            yield None
            return
        for item in items:
            one = item
            if isinstance(target, ast.Tuple):
                if not isinstance(item, ast.Tuple):
                    yield None
                    continue
                one = item.elts[places[0]]
            yield self.texts(one, one if one in self.around else sequence)

    def _items(self, node: ast.expr) -> list[ast.expr] | None:
        """The items of a sequence that is written in the module."""
        if isinstance(node, ast.Tuple | ast.List):
            return node.elts
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "enumerate":
            inner = self._items(node.args[0])
            return None if inner is None else [_pair(ast.Constant(None), item) for item in inner]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            table = self._constant(node.func.value)
            if node.func.attr == "items" and isinstance(table, ast.Dict) and all(table.keys):
                pairs = zip(table.keys, table.values, strict=True)
                return [_pair(key, value) for key, value in pairs if key]
        if isinstance(node, ast.Name):
            table = self._constant(node)
            if table is not None:
                return self._items(table)
            given = list(self._arguments(node.id, node))
            parts = [self._items(each) for each in given]
            if parts and all(part is not None for part in parts):
                return [item for part in parts if part for item in part]
        return None

    def _constant(self, node: ast.expr) -> ast.expr | None:
        """What a name of the module is given, once."""
        if not isinstance(node, ast.Name):
            return None
        found = [
            s.value
            for s in self.tree.body
            if isinstance(s, ast.Assign | ast.AnnAssign)
            and ast.unparse(s.targets[0] if isinstance(s, ast.Assign) else s.target) == node.id
        ]
        return found[0] if len(found) == 1 else None

    def _arguments(self, name: str, at: ast.AST) -> Iterator[ast.expr]:
        """What callers give to a parameter of a private function of the module."""
        function = self.function(at)
        if function is None or len(self.around[function]) or not function.name.startswith("_"):
            return
        parameters = [a.arg for a in function.args.args]
        if name not in parameters:
            return
        nodes = list(ast.walk(self.tree))
        calls = {node.func: node for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            if isinstance(node, ast.Name) and node.id == function.name:
                call = calls.get(node)  # None: it is handed to something else
                value = call and argument(call, parameters.index(name), name)
                yield value or ast.Constant(None)


def argument(call: ast.Call, place: int, name: str) -> ast.expr | None:
    """An argument by its place or its name."""
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    if named:
        return named[0]
    before = call.args[: place + 1]
    if len(before) <= place or any(isinstance(each, ast.Starred) for each in before):
        return None
    return before[place]


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _pair(first: ast.expr, second: ast.expr) -> ast.Tuple:
    return ast.Tuple([first, second])


def union(parts: list[Texts | None]) -> Texts | None:
    """All the texts; None when some are not read."""
    if any(part is None for part in parts):
        return None
    return frozenset().union(*(part for part in parts if part is not None))
