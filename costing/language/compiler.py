"""The array reading of a formula: the checked tree compiled with NumPy's functions in scope.

Takes a tree that `costing.language.formula.parse` accepted, and nothing else: what it may hold is
decided there.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any, cast

import numpy as np


def compile_tree(
    tree: ast.expr, names: Iterable[str], functions: Mapping[str, Callable[..., Any]]
) -> Callable[..., Any]:
    """A function of keyword arguments `names` that computes a checked tree on arrays."""
    compiler = _Compiler()
    arguments = _arguments([ast.arg(arg=name) for name in sorted(names)])
    code = ast.Expression(ast.Lambda(args=arguments, body=compiler.compute(tree)))
    compiled: CodeType = compile(ast.fix_missing_locations(code), "<formula>", "eval")
    # The tree holds whitelisted nodes only, and the scope holds no built-in.
    return cast("Callable[..., Any]", eval(compiled, _scope(compiler, functions)))


def compile_steps(
    steps: Iterable[tuple[str, ast.expr]],
    names: Iterable[str],
    results: Iterable[str],
    functions: Mapping[str, Callable[..., Any]],
) -> Callable[..., tuple[Any, ...]]:
    """A function of keyword arguments `names` that computes checked trees, each under its name.

    A tree may use those before it, and a name may be given anew; `results` are what it returns.
    What else it is called with is left aside.
    """
    compiler = _Compiler()
    body: list[ast.stmt] = [
        ast.Assign(targets=[ast.Name(id=name, ctx=ast.Store())], value=compiler.compute(tree))
        for name, tree in steps
    ]
    found: list[ast.expr] = [ast.Name(id=name, ctx=ast.Load()) for name in results]
    body.append(ast.Return(ast.Tuple(elts=found, ctx=ast.Load())))
    arguments = _arguments([ast.arg(arg=name) for name in sorted(names)])
    arguments.kwarg = ast.arg(arg="_others")
    function = ast.parse("def computed(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.args, function.body = arguments, body
    code = ast.fix_missing_locations(ast.Module(body=[function], type_ignores=[]))
    scope = _scope(compiler, functions)
    exec(compile(code, "<formulas>", "exec"), scope)  # as above
    return cast("Callable[..., tuple[Any, ...]]", scope["computed"])


def _scope(compiler: _Compiler, functions: Mapping[str, Callable[..., Any]]) -> dict[str, Any]:
    scope: dict[str, Any] = {"__builtins__": {}, "_if": _if, "_min": _min, "_max": _max}
    scope.update(compiler.numbers)
    scope.update((f"_f_{name}", function) for name, function in functions.items())
    return scope


def _arguments(names: list[ast.arg]) -> ast.arguments:
    return ast.arguments(posonlyargs=[], args=names, kwonlyargs=[], kw_defaults=[], defaults=[])


class _Compiler(ast.NodeTransformer):
    """Turns the checked tree into one that NumPy computes, with lazy branches.

    Literals become NumPy numbers under a name, so that they never raise nor turn complex.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, np.float64] = {}

    def compute(self, tree: ast.expr) -> ast.expr:
        """A copy of a tree that computes."""
        return cast("ast.expr", self.visit(ast.parse(ast.unparse(tree), mode="eval").body))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        name = f"_number_{len(self.numbers)}"
        self.numbers[name] = np.float64(cast("float", node.value))
        return ast.Name(id=name, ctx=ast.Load())

    def visit_Call(self, node: ast.Call) -> ast.expr:
        name = cast("ast.Name", node.func).id
        if name == "if_":
            branches = [
                ast.Lambda(args=_arguments([]), body=self.visit(part)) for part in node.args[1:]
            ]
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
    if isinstance(condition, np.bool_):
        if math.isnan(left) or math.isnan(right):
            return np.nan
        return then() if condition else otherwise()
    unknown = np.isnan(left) | np.isnan(right)
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
