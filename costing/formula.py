"""The formula language of the models: text in, one tree, several readings.

A formula is parsed once by Python's `ast`, checked against a whitelist, and kept as that tree. The
same tree computes on NumPy arrays (`Formula.__call__`), gives its unit (`Formula.unit`), and prints
to SymPy, LaTeX and Excel (`costing.printers`). A model file from a stranger can compute, never act.

Allowed: names, numbers, `+ - * / **`, `min`, `max`, `if_(condition, then, otherwise)` where only
the condition may compare, and the functions registered by `costing.capital`, which are themselves
written in this language.
"""

from __future__ import annotations

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import Any, cast

import numpy as np

from costing.errors import FormulaError, Place, Problem, problem, suggest
from costing.units import ANY, NUMBER, Unit, unit

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
        names = sorted(self.names)
        compiler = _Compiler()
        body = compiler.visit(_copy(self.tree))
        code = ast.Expression(
            ast.Lambda(
                args=ast.arguments(
                    posonlyargs=[],
                    args=[ast.arg(arg=name) for name in names],
                    kwonlyargs=[],
                    kw_defaults=[],
                    defaults=[],
                ),
                body=body,
            )
        )
        compiled: CodeType = compile(ast.fix_missing_locations(code), "<formula>", "eval")
        scope: dict[str, Any] = {"__builtins__": {}, "_if": _if, "_min": _min, "_max": _max}
        scope.update(compiler.numbers)
        for name in FUNCTIONS:
            scope[f"_f_{name}"] = _late(name)
        # The tree holds whitelisted nodes only, and the scope holds no built-in.
        return cast("Callable[..., Any]", eval(compiled, scope))

    def unit(self, units: Mapping[str, Unit]) -> Unit:
        """Unit of the result, from the units of the names.

        Raises:
            FormulaError: two units clash, or a name has none.
        """
        return _UnitOf(units, self.place, self.text).visit(self.tree)


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
    value = _constant(exponent)
    if value is None or abs(value) > MAX_POWER:
        shown = ast.unparse(exponent)[:40]
        problems.append(problem("formula_power", place, shown, limit=MAX_POWER))


def _constant(node: ast.expr) -> float | None:
    """Value of a literal, a signed literal or a quotient of literals (as in `-1 / 12`)."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number) if abs(number) < 1e9 else None
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _constant(operand)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            above, below = _constant(left), _constant(right)
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


def _copy(tree: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(tree), mode="eval").body


class _Compiler(ast.NodeTransformer):
    """Turns the checked tree into one that NumPy computes, with lazy branches.

    Literals become NumPy numbers under a name, so that they never raise nor turn complex.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, np.float64] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        name = f"_number_{len(self.numbers)}"
        self.numbers[name] = np.float64(cast("float", node.value))
        return ast.Name(id=name, ctx=ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = cast("ast.Name", node.func).id
        if name == "if_":
            empty = ast.arguments(
                posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[]
            )
            branches = [ast.Lambda(args=empty, body=self.visit(part)) for part in node.args[1:]]
            arguments = [*self._condition(node.args[0]), *branches]
        else:
            arguments = [self.visit(argument) for argument in node.args]
        prefix = "_" if name in {"min", "max"} else "_f_"
        target = "_if" if name == "if_" else prefix + name
        return ast.Call(func=ast.Name(id=target, ctx=ast.Load()), args=arguments, keywords=[])

    def _condition(self, node: ast.expr) -> list[ast.expr]:
        """Name of the comparison and its two sides; a bare value is compared with zero."""
        if isinstance(node, ast.Compare):
            left, right = self.visit(node.left), self.visit(node.comparators[0])
            return [ast.Constant(type(node.ops[0]).__name__), left, right]
        return [ast.Constant("NotEq"), self.visit(node), self.visit(ast.Constant(0))]


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Eq": operator.eq,
    "NotEq": operator.ne,
}


def _if(
    compare: str, left: Any, right: Any, then: Callable[[], Any], otherwise: Callable[[], Any]
) -> Any:
    """A choice; NaN where a side of the condition is NaN, since nothing is known there."""
    condition = _COMPARISONS[compare](left, right)
    unknown = np.isnan(left) | np.isnan(right)
    if np.ndim(condition) == 0:
        if unknown:
            return np.nan
        return then() if condition else otherwise()
    result = np.where(condition, then(), otherwise())
    return np.where(unknown, np.nan, result) if np.any(unknown) else result


def _min(*values: Any) -> Any:
    result = values[0]
    for value in values[1:]:
        result = np.minimum(result, value)
    return result


def _max(*values: Any) -> Any:
    result = values[0]
    for value in values[1:]:
        result = np.maximum(result, value)
    return result


def _late(name: str) -> Callable[..., Any]:
    return lambda *arguments: call(name, *arguments)


class _UnitOf(ast.NodeVisitor):
    """Computes the unit of each node, or raises at the first clash."""

    def __init__(self, units: Mapping[str, Unit], place: Place, text: str) -> None:
        self.units, self.place, self.text = units, place, text

    def visit(self, node: ast.AST) -> Unit:
        return cast("Unit", super().visit(node))

    def _clash(self, detail: str) -> FormulaError:
        return FormulaError(problem("unit_clash", self.place, detail=f"{detail} ({self.text})"))

    def visit_Constant(self, node: ast.Constant) -> Unit:
        return ANY if node.value == 0 else NUMBER

    def visit_Name(self, node: ast.Name) -> Unit:
        if node.id not in self.units:
            near = suggest(node.id, self.units)
            raise FormulaError(problem("formula_unknown_name", self.place, node.id, near=near))
        return self.units[node.id]

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Unit:
        return self.visit(node.operand)

    def visit_Compare(self, node: ast.Compare) -> Unit:
        return self._same([node.left, *node.comparators])

    def visit_BinOp(self, node: ast.BinOp) -> Unit:
        if isinstance(node.op, ast.Add | ast.Sub):
            return self._same([node.left, node.right])
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
        if not right.matches(NUMBER):
            raise self._clash(f"** {ast.unparse(node.right)} : {right}")
        exponent = _constant(node.right)
        if left.matches(NUMBER):
            return NUMBER
        if exponent is None or exponent != int(exponent):
            raise self._clash(f"{ast.unparse(node)} : ({left}) ** ?")
        return left ** int(exponent)

    def visit_Call(self, node: ast.Call) -> Unit:
        name = cast("ast.Name", node.func).id
        if name in FUNCTIONS:
            given = [self.visit(argument) for argument in node.args]
            return FUNCTIONS[name].unit(given, self.place)
        if name == "if_":
            self.visit(node.args[0])
            return self._same(node.args[1:])
        return self._same(node.args)

    def _same(self, nodes: list[ast.expr]) -> Unit:
        """The common unit of nodes that are added, compared or chosen between."""
        result = ANY
        for node in nodes:
            here = self.visit(node)
            if not result.matches(here):
                raise self._clash(f"{ast.unparse(node)} : {here} ≠ {result}")
            result = here if result.anything else result
        return result
