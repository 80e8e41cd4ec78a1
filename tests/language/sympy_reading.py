"""A formula read by SymPy: an independent program that computes and differentiates it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, cast

import sympy

from costing.language.formula import FUNCTIONS, Formula

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def to_sympy(formula: Formula, symbols: Mapping[str, Any] | None = None) -> Any:
    """The formula as a SymPy expression; names become positive real symbols unless given.

    Numbers stay exact (`0.5` is one half). Capital functions are spelled out; `if_` is a
    `Piecewise`. Built node by node from the checked tree: no text is evaluated.
    """
    if symbols is None:
        symbols = {name: sympy.Symbol(name, positive=True) for name in formula.names}
    return _sympy(formula.tree, symbols)


def _sympy(node: ast.expr, symbols: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return sympy.Rational(repr(value))
        case ast.Name(id=name):
            return symbols[name]
        case ast.UnaryOp(op=op, operand=operand):
            inner = _sympy(operand, symbols)
            return -inner if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _sympy(left, symbols), _sympy(right, symbols)
            return _ARITHMETIC[type(op)](a, b)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            a, b = _sympy(left, symbols), _sympy(right, symbols)
            names = {ast.Lt: "Lt", ast.LtE: "Le", ast.Gt: "Gt", ast.GtE: "Ge", ast.Eq: "Eq"}
            return getattr(sympy, names.get(cast("Any", type(op)), "Ne"))(a, b)
        case ast.Call(func=ast.Name(id=name), args=arguments):
            inner = [_sympy(argument, symbols) for argument in arguments]
            if name in FUNCTIONS:
                function = FUNCTIONS[name]
                bound = dict(zip(function.arguments, inner, strict=True))
                return _sympy(function.formula.tree, bound)
            if name == "if_":
                condition = inner[0]
                if not getattr(condition, "is_Relational", False) and condition not in (
                    sympy.true,
                    sympy.false,
                ):
                    condition = sympy.Ne(condition, 0)
                return sympy.Piecewise((inner[1], condition), (inner[2], True))
            return {"min": sympy.Min, "max": sympy.Max}[name](*inner)
    raise AssertionError(f"unchecked node {ast.dump(node)}")
