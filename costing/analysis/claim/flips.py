r"""What would turn a claim, each input alone.

A claim holds when $g(x) = r(x) - f \ge 0$, $r$ its quantity and $f$ its figure. The principal
estimate $x^0$ has every input at its mode. What turns it is the value of input $i$ in its range,
nearest to its mode, at which $g$ changes sign with all others at their mode. All inputs together:
`costing.analysis.claim.nearest`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root

from costing.analysis.uncertainty.uncertainty import Input, Inputs, Values

Floats = NDArray[np.float64]
#: `g` over rows of input values `(k, n)`.
Margin = Callable[[Floats], Floats]

#: Points of an input's range among which a change of sign is looked for.
_POINTS = 33
#: What an infinite margin counts for, in standard deviations of the margin.
_FAR = 100.0


@dataclass(frozen=True)
class Flip:
    """An input changed alone.

    value: where the claim turns, None when no value of the range turns it. low, high: the range.
    at_low, at_high: the claim's quantity at its ends.
    """

    input: Input
    low: float
    high: float
    value: float | None
    at_low: float
    at_high: float


def margin_of(study: Callable[[Values], Floats], inputs: Inputs, figure: float) -> Margin:
    """The margin of a claim as a function of rows of values; NaN where it has no meaning."""

    def margin(rows: Floats) -> Floats:
        values = dict(zip(inputs.addresses, rows, strict=True))
        return np.broadcast_to(np.asarray(study(values), dtype=float) - figure, rows.shape[1:])

    return margin


def finite(margins: Floats, scale: float = 1.0) -> Floats:
    """Margins over a scale, as a search needs them: what has no meaning does not hold."""
    return np.nan_to_num(margins / scale, nan=-1.0, posinf=_FAR, neginf=-_FAR)


def ranges(inputs: Inputs) -> tuple[Floats, Floats]:
    """Least and largest value of each input: its ends, or its 5 % and 95 % quantiles."""
    bounds = [item.law for item in inputs.items]
    return np.array([law.low for law in bounds]), np.array([law.high for law in bounds])


def flips(margin: Margin, inputs: Inputs, figure: float) -> list[Flip]:
    """Each input alone, in the order of the inputs."""
    if not inputs.items:
        return []
    grids = _grids(inputs)
    count, points = grids.shape
    rows = np.repeat(inputs.modes[:, None], count * points, axis=1)
    for index in range(count):
        rows[index, index * points : (index + 1) * points] = grids[index]
    margins = margin(rows).reshape(count, points)
    turning = _turning(margin, inputs, grids, margins >= 0)
    return [
        Flip(item, float(grid[0]), float(grid[-1]), turning.get(index),
             float(values[0] + figure), float(values[-1] + figure))
        for index, (item, grid, values) in enumerate(zip(inputs.items, grids, margins, strict=True))
    ]  # fmt: skip


def _grids(inputs: Inputs) -> Floats:
    """Points of each range, its mode among them; a discrete input has its outcomes alone."""
    low, high = ranges(inputs)
    points = max(_POINTS, *(len(item.law.outcomes) for item in inputs.items))
    rows = []
    for index, item in enumerate(inputs.items):
        if item.law.outcomes:
            outcomes = np.array([value for value, _ in item.law.outcomes])
            rows.append(outcomes[np.linspace(0, len(outcomes) - 1, points).round().astype(int)])
        else:
            even = np.linspace(low[index], high[index], points - 1)
            rows.append(np.sort(np.append(even, item.value.mode)))
    return np.array(rows)


def _turning(
    margin: Margin, inputs: Inputs, grids: Floats, holds: NDArray[np.bool_]
) -> dict[int, float]:
    """Where each input turns the claim, by its index: the crossing nearest to the mode."""
    crossings: list[tuple[int, float]] = []
    brackets: list[tuple[int, float, float]] = []
    for index, item in enumerate(inputs.items):
        grid = grids[index]
        middle = int(np.argmin(np.abs(grid - item.value.mode)))
        other = np.flatnonzero(holds[index] != holds[index, middle])
        # The first change on either side: which one is nearer is known once both are found.
        below, above = other[other < middle][-1:], other[other > middle][:1]
        if item.law.outcomes:
            crossings += [(index, float(grid[k])) for k in (*below, *above)]
        else:
            brackets += [(index, float(grid[k]), float(grid[k + 1])) for k in below]
            brackets += [(index, float(grid[k - 1]), float(grid[k])) for k in above]
    crossings += _crossings(margin, inputs, brackets)
    results: dict[int, float] = {}
    for index, value in crossings:
        mode = inputs.items[index].value.mode
        if index not in results or abs(value - mode) < abs(results[index] - mode):
            results[index] = value
    return results


def _crossings(
    margin: Margin, inputs: Inputs, brackets: list[tuple[int, float, float]]
) -> list[tuple[int, float]]:
    """Where the margin changes sign in each bracket: index of its input, low, high."""
    if not brackets:
        return []
    which, low, high = (np.array(part) for part in zip(*brackets, strict=True))

    def alone(at: Floats, row: NDArray[np.intp]) -> Floats:
        rows = np.repeat(inputs.modes[:, None], at.size, axis=1)
        rows[row.astype(int).ravel(), np.arange(at.size)] = at.ravel()
        return finite(margin(rows)).reshape(at.shape)

    solved = find_root(alone, (low, high), args=(which,))
    return [(int(index), float(x)) for index, x in zip(which, solved.x, strict=True)]
