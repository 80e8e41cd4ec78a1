"""The formula language of the models: text in, one tree, several readings.

A formula is parsed once by Python's `ast`, checked against a whitelist, and kept as that tree. The
same tree computes on NumPy arrays (`Formula.__call__`), gives its unit (`dimensions.unit_of`), and
prints to SymPy, LaTeX and Excel (`printers`). A model file from a stranger can compute, never act.

Allowed: names, numbers, `+ - * / **`, `min`, `max`, `if_(condition, then, otherwise)` where only
the condition may compare, and the functions registered by `costing.language.capital`, which are
themselves written in this language.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy as np

from costing.language.compiler import compile_tree
from costing.language.units import NUMBER, Unit, unit
from costing.problems.errors import FormulaError, Place, Problem, problem

MAX_CHARACTERS = 2_000
MAX_NODES = 600
MAX_DEPTH = 60
MAX_POWER = 16

_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARE = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


@dataclass(frozen=True)
class Function:
    """A named function of the language.

    `takes` names what each argument must be: `price` (any unit, the same for all that say so),
    `rate` (per year), `year`, or `number`. The result is a price per year.
    """

    name: str
    arguments: tuple[str, ...]
    text: str
    takes: tuple[str, ...]

    @cached_property
    def formula(self) -> Formula:
        """The body, parsed."""
        return parse(self.text, Place(key=self.name))

    def unit(self, given: list[Unit], place: Place) -> Unit:
        """Unit of the result; raises `FormulaError` when an argument has another unit."""
        wanted = {"rate": unit("1/year"), "year": unit("year"), "number": NUMBER}
        price = next((u for u, t in zip(given, self.takes, strict=True) if t == "price"), NUMBER)
        for argument, have, take in zip(self.arguments, given, self.takes, strict=True):
            want = price if take == "price" else wanted[take]
            if not have.matches(want):
                detail = f"{self.name}({argument}) : {have} ≠ {want}"
                raise FormulaError(problem("unit_clash", place, detail=detail))
        return price / unit("year")


FUNCTIONS: dict[str, Function] = {}


def register(*functions: Function) -> None:
    """Add functions to the language; each may use those before it."""
    for function in functions:
        FUNCTIONS[function.name] = function


def call(name: str, *arguments: Any) -> Any:
    """Compute a registered function on scalars or arrays."""
    function = FUNCTIONS[name]
    return function.formula(dict(zip(function.arguments, arguments, strict=True)))


@dataclass(frozen=True)
class Formula:
    """A parsed formula. Equal texts make equal formulas."""

    text: str
    tree: ast.expr = field(compare=False)
    names: frozenset[str]
    place: Place = field(compare=False)

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """Value of the formula, a scalar or an array broadcast over those of its names.

        Division by zero and overflow give a non-finite number here; `CostModel` refuses it with
        the line's name. `if_` with a scalar condition computes only the branch taken.
        """
        arguments = {name: np.asarray(values[name], dtype=float)[()] for name in self.names}
        with np.errstate(all="ignore"):
            return self._compiled(**arguments)

    @cached_property
    def _compiled(self) -> Callable[..., Any]:
        functions = {name: _late(name) for name in FUNCTIONS}
        return compile_tree(self.tree, self.names, functions)


def parse(text: object, place: Place | None = None) -> Formula:
    """Parse and check a formula.

    Raises:
        FormulaError: too long, too deep, not readable, or not of the language; names the place.
    """
    place = place or Place()
    text = str(text).strip()
    if len(text) > MAX_CHARACTERS:
        fault = problem("formula_too_long", place, length=len(text), limit=MAX_CHARACTERS)
        raise FormulaError(fault)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own remarks on what is refused below
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError) as error:
        detail = getattr(error, "msg", str(error))
        raise FormulaError(problem("formula_syntax", place, text, detail=detail)) from None
    except (RecursionError, MemoryError):
        raise FormulaError(problem("formula_too_deep", place, limit=MAX_NODES)) from None
    if _too_large(tree):
        raise FormulaError(problem("formula_too_deep", place, limit=MAX_NODES))
    problems: list[Problem] = []
    names: set[str] = set()
    _check(tree, place, problems, names)
    if problems:
        raise FormulaError(problems)
    return Formula(text, tree, frozenset(names), place)


def _too_large(tree: ast.expr) -> bool:
    """Whether a tree has too many nodes or levels; without recursion, since it is not yet safe."""
    count, level = 0, [cast("ast.AST", tree)]
    for _ in range(MAX_DEPTH):
        count += len(level)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return count > MAX_NODES
    return True


def is_function(name: str) -> bool:
    """Whether the name is one of the language's functions, hence not free for a parameter."""
    return name in FUNCTIONS or name in {"min", "max", "if_"}


def _check(
    node: ast.AST, place: Place, problems: list[Problem], names: set[str], condition: bool = False
) -> None:
    """Whitelist walk: collects names, and a problem for each node that is not allowed."""

    def refuse(what: ast.AST) -> None:
        shown = ast.unparse(what) if isinstance(what, ast.expr) else type(what).__name__
        problems.append(problem("formula_forbidden", place, shown[:60]))

    match node:
        case ast.Constant(value=value):
            if type(value) not in (int, float) or not abs(cast("float", value)) < 1e300:
                refuse(node)
        case ast.Name(id=name):
            if name.startswith("_") or is_function(name):
                refuse(node)
            names.add(name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            _check(operand, place, problems, names)
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _BINARY):
            _check(left, place, problems, names)
            _check(right, place, problems, names)
            if isinstance(op, ast.Pow):
                _check_power(right, place, problems)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if condition:
            if not isinstance(op, _COMPARE):
                refuse(node)
            _check(left, place, problems, names)
            _check(right, place, problems, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if is_function(name):
            _check_arguments(name, arguments, place, problems)
            for position, argument in enumerate(arguments):
                first = name == "if_" and position == 0
                _check(argument, place, problems, names, condition=first)
        case _:
            refuse(node)


def _check_power(exponent: ast.expr, place: Place, problems: list[Problem]) -> None:
    """A constant exponent must be small; one that holds a name is bounded by its values."""
    if any(isinstance(node, ast.Name) for node in ast.walk(exponent)):
        return
    value = constant(exponent)
    if value is None or abs(value) > MAX_POWER:
        shown = ast.unparse(exponent)[:40]
        problems.append(problem("formula_power", place, shown, limit=MAX_POWER))


def constant(node: ast.expr) -> float | None:
    """Value of a literal, a signed literal or a quotient of literals (as in `-1 / 12`)."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number) if abs(number) < 1e9 else None
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = constant(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            above, below = constant(left), constant(right)
            return above / below if above is not None and below else None
    return None


def _check_arguments(
    name: str, arguments: list[ast.expr], place: Place, problems: list[Problem]
) -> None:
    """Number of arguments of a call."""
    if name in {"min", "max"}:
        fine, expected = len(arguments) >= 2, "2 ou plus"
    else:
        count = 3 if name == "if_" else len(FUNCTIONS[name].arguments)
        fine, expected = len(arguments) == count, str(count)
    if not fine:
        facts = {"expected": expected, "given": len(arguments)}
        problems.append(problem("formula_arguments", place, name, **facts))


def _late(name: str) -> Callable[..., Any]:
    return lambda *arguments: call(name, *arguments)
