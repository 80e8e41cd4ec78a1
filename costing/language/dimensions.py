"""The unit of a formula, node by node, and the clash that makes it wrong."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import cast

from costing.language.formula import FUNCTIONS, Formula, constant
from costing.language.units import ANY, NUMBER, Unit
from costing.problems.errors import FormulaError, problem, suggest


def unit_of(formula: Formula, units: Mapping[str, Unit]) -> Unit:
    """Unit of a formula, from the units of its names.

    Raises:
        FormulaError: two units clash, or a name has none.
    """
    return _UnitOf(units, formula).visit(formula.tree)


class _UnitOf(ast.NodeVisitor):
    """Computes the unit of each node, or raises at the first clash."""

    def __init__(self, units: Mapping[str, Unit], formula: Formula) -> None:
        self.units, self.place, self.text = units, formula.place, formula.text

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
        exponent = constant(node.right)
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
