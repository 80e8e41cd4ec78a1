"""Other readings of a parsed formula: Excel and LaTeX.

They walk the tree that `costing.language.formula.parse` checked and that computes on arrays, so
that the readings cannot drift.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, cast

from costing.language.formula import FUNCTIONS, Formula
from costing.language.units import CONSTANTS
from costing.problems.errors import FormulaError, problem

_EXCEL_COMPARE = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "=",
    ast.NotEq: "<>",
}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_PRECEDENCE = {ast.Add: 1, ast.Sub: 1, ast.Mult: 2, ast.Div: 2, ast.Pow: 3}


def to_excel(formula: Formula, references: Mapping[str, str]) -> str:
    """The formula as Excel and LibreOffice write it, without the leading `=`.

    `references` gives the cell of each name (`Hypotheses!$E$12`); the language's constants are
    written as numbers unless a cell is given. Capital functions are spelled out, since no
    spreadsheet has them. Powers and unary minus are always in parentheses: Excel reads `-a^2` as
    `(-a)^2` and `a^b^c` from the left, Python does the opposite.

    Raises:
        FormulaError: a name has no cell.
    """
    constants = {name: repr(value).removesuffix(".0") for name, (value, _) in CONSTANTS.items()}
    return _excel(formula.tree, {**constants, **references}, formula)


def _excel(node: ast.expr, cells: Mapping[str, str], formula: Formula) -> str:
    match node:
        case ast.Constant(value=value):
            return repr(value)
        case ast.Name(id=name):
            if name not in cells:
                fault = problem("formula_unknown_name", formula.place, name, near="")
                raise FormulaError(fault)
            return cells[name]
        case ast.UnaryOp(op=op, operand=operand):
            inner = _excel(operand, cells, formula)
            return f"(-({inner}))" if isinstance(op, ast.USub) else inner
        case ast.BinOp():
            return _excel_binary(node, cells, formula)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            sign = _EXCEL_COMPARE[type(op)]
            return f"{_excel(left, cells, formula)}{sign}{_excel(right, cells, formula)}"
        case ast.Call(func=ast.Name(id=name), args=arguments):
            parts = [_excel(argument, cells, formula) for argument in arguments]
            if name in FUNCTIONS:
                function = FUNCTIONS[name]
                given = {
                    argument: text if text.isalnum() else f"({text})"
                    for argument, text in zip(function.arguments, parts, strict=True)
                }
                return f"({_excel(function.formula.tree, given, function.formula)})"
            return f"{'IF' if name == 'if_' else name.upper()}({','.join(parts)})"
    raise AssertionError(f"unchecked node {ast.dump(node)}")


def _excel_binary(node: ast.BinOp, cells: Mapping[str, str], formula: Formula) -> str:
    """A binary operation, with parentheses wherever precedence would change the meaning."""
    level = _PRECEDENCE[type(node.op)]

    def side(child: ast.expr, right: bool) -> str:
        text = _excel(child, cells, formula)
        if not isinstance(child, ast.BinOp):
            return text
        below = _PRECEDENCE[type(child.op)]
        return f"({text})" if below < level or (right and below == level) or level == 3 else text

    return f"{side(node.left, False)}{_OPERATORS[type(node.op)]}{side(node.right, True)}"


def to_latex(formula: Formula, symbols: Mapping[str, str] | None = None) -> str:
    r"""The formula in LaTeX, as written: not expanded, not reordered.

    Kept for the method note, which will print every cost line; only tests call it until then.

    `symbols` gives the LaTeX of a name; a name without one is set in roman, its underscores as
    spaces. Capital functions keep their name (`\operatorname{annuity}`).
    """
    return _latex(formula.tree, symbols or {})


def _latex(node: ast.expr, symbols: Mapping[str, str]) -> str:
    match node:
        case ast.Constant(value=value):
            return repr(value).removesuffix(".0")
        case ast.Name(id=name):
            return symbols.get(name, rf"\mathrm{{{name.replace('_', chr(92) + ' ')}}}")
        case ast.UnaryOp(op=op, operand=operand):
            inner = _latex_part(operand, symbols, 2)
            return f"-{inner}" if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return rf"\frac{{{_latex(left, symbols)}}}{{{_latex(right, symbols)}}}"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return f"{_latex_part(left, symbols, 4)}^{{{_latex(right, symbols)}}}"
        case ast.BinOp(left=left, op=op, right=right):
            level = _PRECEDENCE[type(op)]
            sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: r"\cdot"}[cast("Any", type(op))]
            after = _latex_part(right, symbols, level + isinstance(op, ast.Sub))
            return f"{_latex_part(left, symbols, level)} {sign} {after}"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            signs = {ast.LtE: r"\le", ast.GtE: r"\ge", ast.Eq: "=", ast.NotEq: r"\ne"}
            sign = signs.get(cast("Any", type(op)), "<" if isinstance(op, ast.Lt) else ">")
            return f"{_latex(left, symbols)} {sign} {_latex(right, symbols)}"
        case ast.Call(func=ast.Name(id=name), args=arguments):
            parts = [_latex(argument, symbols) for argument in arguments]
            if name == "if_":
                return (
                    rf"\begin{{cases}} {parts[1]} & {parts[0]} \\ {parts[2]} & \text{{sinon}}"
                    r" \end{cases}"
                )
            word = rf"\{name}" if name in {"min", "max"} else _operator(name)
            return rf"{word}\left({', '.join(parts)}\right)"
    raise AssertionError(f"unchecked node {ast.dump(node)}")


def _operator(name: str) -> str:
    spaced = name.replace("_", r"\ ")
    return rf"\operatorname{{{spaced}}}"


def _latex_part(node: ast.expr, symbols: Mapping[str, str], level: int) -> str:
    """A part of an operation, in parentheses when it binds less than its parent."""
    text = _latex(node, symbols)
    loose = isinstance(node, ast.UnaryOp) or (
        isinstance(node, ast.BinOp)
        and not isinstance(node.op, ast.Div)
        and _PRECEDENCE[type(node.op)] < level
    )
    tall = level == 4 and isinstance(node, ast.BinOp)
    return rf"\left({text}\right)" if loose or tall else text
