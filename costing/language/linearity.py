"""Whether a formula is a straight line in some of its names, read from its tree.

A cost line that is affine in the acts is known for every machine of a class from two evaluations:
a fleet's cost is then a sum over machines done once, whatever the number of draws.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

#: Degrees: independent, straight line, anything else.
CONSTANT, LINEAR, OTHER = 0, 1, 2


def degree(node: ast.expr, degrees: Mapping[str, int]) -> int:
    """Degree of a checked tree, given that of its names (absent names are constant)."""
    match node:
        case ast.Name(id=name):
            return degrees.get(name, CONSTANT)
        case ast.UnaryOp(operand=operand):
            return degree(operand, degrees)
        case ast.BinOp(left=left, op=op, right=right):
            above, below = degree(left, degrees), degree(right, degrees)
            if isinstance(op, ast.Add | ast.Sub):
                return max(above, below)
            if isinstance(op, ast.Mult):
                return min(above + below, OTHER)
            return above if below == CONSTANT and isinstance(op, ast.Div) else _either(above, below)
        case ast.Compare(left=left, comparators=[right]):
            return _either(degree(left, degrees), degree(right, degrees))
        case ast.Call(args=arguments):
            return _either(*(degree(argument, degrees) for argument in arguments))
    return CONSTANT


def _either(*degrees: int) -> int:
    """Degree of what is not known to be a straight line: constant only of constants."""
    return OTHER if any(degrees) else CONSTANT
