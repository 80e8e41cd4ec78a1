r"""One more reading of parsed formulas: their exact derivatives, alone or chained.

The rules are those of any textbook, on the tree that `costing.language.formula.parse` checked. A
registered function is differentiated once in each of its arguments and chained: with $f_i =
\partial f / \partial a_i$, $\partial f(a) / \partial x = \sum_i f_i(a)\, \partial a_i / \partial
x$, so that nothing is spelled out twice. At the kink of a `min` or `max`, the derivative is the
mean of both sides; that of a `if_` is the derivative of the branch taken.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from costing.language.compiler import compile_steps, compile_tree
from costing.language.formula import FUNCTIONS, Formula, Function, constant

#: Name of a function that only derivatives use: the natural logarithm.
_LOG = "log"
_ZERO, _ONE = ast.Constant(0), ast.Constant(1)


#: What a name of a chain of formulas is called, as the derivative of its result to it.
_PULL = "_pull_"

#: Formulas by name, each after those that it uses.
Chain = tuple[tuple[str, Formula], ...]


@cache
def derivative(formula: Formula, name: str) -> Callable[[Mapping[str, Any]], Any]:
    """The derivative of a formula to one of its names, from values by name.

    A scalar or an array broadcast over the values, as the formula itself; not finite where there is
    none.
    """
    compiled = compile_tree(_slope(formula.tree, name), formula.names, _functions())

    def at(values: Mapping[str, Any]) -> Any:
        known = {name: np.asarray(values[name], dtype=float)[()] for name in formula.names}
        with np.errstate(all="ignore"):  # as the formula: what is not finite is told, not raised
            return compiled(**known)

    return at


@cache
def values_of(chain: Chain) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """All the formulas of a chain as one function, from values of the names that they use.

    Values are NumPy's, scalars or arrays. Unchecked: what is not finite is given as it is.
    """
    steps = [name for name, _ in chain]
    names = set[str]().union(*(formula.names for _, formula in chain)) - set(steps)
    trees = [(name, formula.tree) for name, formula in chain]
    compiled = compile_steps(trees, names, steps, _functions())

    def at(values: Mapping[str, Any]) -> dict[str, Any]:
        with np.errstate(all="ignore"):
            return dict(zip(steps, compiled(**values), strict=True))

    return at


@cache
def pulls_of(
    chain: Chain, seeded: frozenset[str], moving: frozenset[str]
) -> Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]:
    """Derivatives of a weighted sum of a chain's formulas as one function: reverse accumulation.

    From the values of all names and formulas, and the weights of those `seeded`; to the names among
    `moving`, which holds the formulas too through which they move it. Unchecked as `values_of`.
    """
    pulled, trees = set(seeded), list[tuple[str, ast.expr]]()
    names = set[str](_PULL + name for name in seeded)
    for step, formula in reversed(chain):
        for name in sorted(formula.names & moving) if step in pulled else ():
            more = _times(ast.Name(id=_PULL + step), _slope(formula.tree, name))
            if more is not _ZERO:
                total = _plus(ast.Name(id=_PULL + name), more) if name in pulled else more
                trees.append((_PULL + name, total))
                pulled.add(name)
        names |= formula.names
    found = sorted(pulled - {step for step, _ in chain})
    compiled = compile_steps(trees, names, [_PULL + name for name in found], _functions())

    def at(values: Mapping[str, Any], seeds: Mapping[str, Any]) -> dict[str, Any]:
        weights = {_PULL + name: seed for name, seed in seeds.items()}
        with np.errstate(all="ignore"):
            return dict(zip(found, compiled(**values, **weights), strict=True))

    return at


@cache
def _functions() -> dict[str, Callable[..., Any]]:
    """The functions of the language, their derivatives by argument, and the logarithm."""
    found: dict[str, Callable[..., Any]] = {_LOG: np.log}
    for name, function in FUNCTIONS.items():
        found[name] = _late(function)
        for argument in function.arguments:
            found[_by(name, argument)] = _late(function, argument)
    return found


def _late(function: Function, by: str | None = None) -> Callable[..., Any]:
    """A function of the language, or its derivative, compiled when it is first called."""

    @cache
    def compiled() -> Callable[..., Any]:
        tree = function.formula.tree
        return compile_tree(tree if by is None else _slope(tree, by), names, _functions())

    names = function.arguments
    return lambda *given: compiled()(**dict(zip(names, given, strict=True)))


def _by(function: str, argument: str) -> str:
    """Name of a function's derivative to an argument."""
    return f"{function}_by_{argument}"


def _slope(node: ast.expr, name: str) -> ast.expr:
    """The derivative of a checked tree to a name, as a tree."""
    match node:
        case ast.Name(id=own):
            return _ONE if own == name else _ZERO
        case ast.UnaryOp(op=op, operand=operand):
            inner = _slope(operand, name)
            return _minus(inner) if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, (left, _slope(left, name)), (right, _slope(right, name)))
        case ast.Call(func=ast.Name(id="if_"), args=[condition, then, otherwise]):
            slopes = _slope(then, name), _slope(otherwise, name)
            return _ZERO if slopes == (_ZERO, _ZERO) else _call("if_", condition, *slopes)
        case ast.Call(func=ast.Name(id="min" | "max" as which), args=arguments):
            return _extreme(which, [(part, _slope(part, name)) for part in arguments])
        case ast.Call(func=ast.Name(id=which), args=arguments):
            return _chained(which, arguments, [_slope(part, name) for part in arguments])
    return _ZERO


def _chained(function: str, arguments: list[ast.expr], slopes: list[ast.expr]) -> ast.expr:
    """The derivative of a call, from those of its arguments."""
    total: ast.expr = _ZERO
    for argument, slope in zip(FUNCTIONS[function].arguments, slopes, strict=True):
        total = _plus(total, _times(_call(_by(function, argument), *arguments), slope))
    return total


def _extreme(which: str, parts: list[tuple[ast.expr, ast.expr]]) -> ast.expr:
    """The derivative of a `min` or `max`, two arguments at a time."""
    first, slope = parts[0]
    wins = ast.Lt() if which == "min" else ast.Gt()
    for other, own in parts[1:]:
        if (slope, own) != (_ZERO, _ZERO):
            even = _times(_plus(slope, own), ast.Constant(0.5))
            loses = _call("if_", _compare(other, wins, first), own, even)
            slope = _call("if_", _compare(first, wins, other), slope, loses)
        first = _call(which, first, other)
    return slope


def _binary(
    op: ast.operator, left: tuple[ast.expr, ast.expr], right: tuple[ast.expr, ast.expr]
) -> ast.expr:
    """The derivative of an operation, from its two sides, each with its derivative."""
    (a, da), (b, db) = left, right
    match op:
        case ast.Add():
            return _plus(da, db)
        case ast.Sub():
            return _plus(da, _minus(db))
        case ast.Mult():
            return _plus(_times(da, b), _times(a, db))
        case ast.Div():
            over = _times(db, _over(a, ast.BinOp(b, ast.Mult(), b)))
            return _plus(_over(da, b), _minus(over))
    power = constant(b)
    lower = ast.BinOp(b, ast.Sub(), _ONE) if power is None else ast.Constant(power - 1)
    base = _times(_times(b, ast.BinOp(a, ast.Pow(), lower)), da)
    return _plus(base, _times(_times(ast.BinOp(a, ast.Pow(), b), _call(_LOG, a)), db))


# --- trees, without the zeros and ones that would fill them


def _plus(a: ast.expr, b: ast.expr) -> ast.expr:
    if a is _ZERO or b is _ZERO:
        return b if a is _ZERO else a
    return ast.BinOp(a, ast.Add(), b)


def _times(a: ast.expr, b: ast.expr) -> ast.expr:
    if a is _ZERO or b is _ZERO:
        return _ZERO
    if a is _ONE or b is _ONE:
        return b if a is _ONE else a
    return ast.BinOp(a, ast.Mult(), b)


def _over(a: ast.expr, b: ast.expr) -> ast.expr:
    return _ZERO if a is _ZERO else ast.BinOp(a, ast.Div(), b)


def _minus(a: ast.expr) -> ast.expr:
    return _ZERO if a is _ZERO else ast.UnaryOp(ast.USub(), a)


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(func=ast.Name(id=name), args=list(arguments), keywords=[])


def _compare(left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
    return ast.Compare(left=left, ops=[op], comparators=[right])
