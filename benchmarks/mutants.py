"""Mutants of a module: the same text with one thing wrong, drawn with a seed.

Cosmic Ray's operators make them (another operator, another number, a condition turned round);
formulas kept as text in the formula language are mutated like code. Annotations, decorators and the
words of an error are left out: they say nothing of the arithmetic. The draw goes by what a line
says, not by where it stands, so that an unchanged line gives the same mutants after a move.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, takewhile, zip_longest
from typing import Any, NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

_SUMS = "(Add|Sub|Mul|Div|FloorDiv|Mod|Pow)"
_ORDERS = "(Eq|NotEq|Lt|LtE|Gt|GtE)"
#: Not bits or identity of numbers, which any test would notice; `&` and `|` join masks.
_OPERATORS = re.compile(
    rf"core/(AddNot|NumberReplacer|ZeroIterationForLoop|Replace(And|Or|True|False|Break|Continue)\w+"
    rf"|ReplaceBinaryOperator_({_SUMS}_{_SUMS}|BitAnd_BitOr|BitOr_BitAnd)"
    rf"|ReplaceComparisonOperator_({_ORDERS}_{_ORDERS}|Is_IsNot|IsNot_Is)"
    r"|ReplaceUnaryOperator_Delete_\w+)"
)
#: Names given to the words of an error.
_WORDS = {"shown", "detail", "facts", "bounds"}


class Mutant(NamedTuple):
    """A module with one thing wrong: its line, what changes on it, and the whole text after."""

    line: int
    before: str
    after: str
    text: str


def mutants(source: str, count: int, seed: int) -> Iterator[Mutant]:
    """So many mutants of a module, one at each place before two at any."""
    tree = ast.parse(source)
    aside = [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in _aside(tree)
    ]
    drawn: dict[tuple[int, ...], list[_Site]] = {}
    sites = [*_sites(source), *_formula_sites(source, tree)]
    for site in sorted(sites, key=lambda s: hashlib.sha256(f"{seed}|{s.key}".encode()).digest()):
        if not any(start <= site.place[:2] < end for start, end in aside):
            drawn.setdefault(site.place, []).append(site)
    for site in filter(None, chain.from_iterable(zip_longest(*drawn.values()))):
        after = site.change()
        if after is None:
            continue
        start, end = site.around
        text = f"{start}{after!r}{end}" if start else after
        if _parsed(text) in (None, _parsed(source)):
            continue
        if not count:
            return
        count -= 1
        yield Mutant(site.place[0], *_difference(site.before, after), text)


class _Site(NamedTuple):
    """A change that an operator can make to a text, which may stand inside a module's."""

    place: tuple[int, ...]
    key: str
    before: str
    change: Callable[[], str | None]
    around: tuple[str, str] = ("", "")


def _sites(text: str) -> Iterator[_Site]:
    """Everything that the operators can change in a text."""
    nodes, lines = list(ast_nodes(get_ast(text))), text.splitlines()
    for name in filter(_OPERATORS.fullmatch, operator_names()):
        operator = get_operator(name)()
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for nth, place in enumerate(places):
            line, same = lines[place[0] - 1], places[:nth].count(place)
            key = f"{line.strip()}|{place[1] - len(line)}|{name}|{same}"  # whatever the indentation
            yield _Site(place, key, text, partial(mutate_code, text, operator, nth))


def _formula_sites(source: str, tree: ast.AST) -> Iterator[_Site]:
    """The same inside the texts that are formulas, with or without a constant in braces."""
    nodes = list(ast.walk(tree))
    parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    rows = source.encode().splitlines(keepends=True)
    for node in nodes:
        match node:
            case ast.Constant(value=str() as text) if id(node) not in parts:
                prefix = ""
            case ast.JoinedStr(values=values):  # `{x}` is an operand like any other
                text, prefix = "".join(ast.unparse(ast.JoinedStr([v]))[2:-1] for v in values), "f"
            case _:
                continue
        if _parsed(text) is None:
            continue
        before = b"".join(rows[: node.lineno - 1]) + rows[node.lineno - 1][: node.col_offset]
        last = (node.end_lineno or 0) - 1
        after = rows[last][node.end_col_offset :] + b"".join(rows[last + 1 :])
        for site in _sites(text):
            place = (node.lineno, node.col_offset, *site.place)
            yield site._replace(place=place, around=(before.decode() + prefix, after.decode()))


def _aside(tree: ast.AST) -> Iterator[Any]:
    """Nodes that say nothing of the arithmetic."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(decorator_list=decorators, returns=returns):
                yield from (*decorators, *filter(None, [returns]))
            case ast.ClassDef(decorator_list=decorators):
                yield from decorators
            case ast.arg(annotation=ast.expr() as hint) | ast.AnnAssign(annotation=hint):
                yield hint
            case ast.Call(func=ast.Name(id="problem")) | ast.Name(id="TYPE_CHECKING"):
                yield node
            case ast.Assign(targets=[ast.Name(id=name)]) if name in _WORDS:
                yield node


def _parsed(text: str) -> str | None:
    """The tree of a text, None when it is not Python."""
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


def _difference(before: str, after: str, room: int = 30) -> tuple[str, str]:
    """What differs between two texts, with some characters around, on one line."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    one, two = (
        " ".join(text[max(0, start - room) : len(text) - end + room].split())
        for text in (before, after)
    )
    return one, two


def _alike(one: str, two: str) -> int:
    """How many characters two texts share at their start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))
