"""Inputs with known laws, for tests against closed forms.

A normal law is truncated at zero: centres are put forty standard deviations above it, and studies
work on `standard`, the normal score of each input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.uncertainty.distributions import Z95
from costing.analysis.uncertainty.uncertainty import Input, Inputs
from costing.values.parameters import Label, Outcome, Parameter, Value

Floats = NDArray[np.float64]
CENTRE = 40.0


def an_input(name: str, distribution: Any, grade: Any = "D", **value: Any) -> Input:
    """An input of address `essai.NAME.*`."""
    found = Value(scope="*", source=("essai",), grade=grade, **value)
    parameter = Parameter(
        name=name, label=Label(fr=name, en=name), unit="number", distribution=distribution,
        values=(found,),
    )  # fmt: skip
    return Input(f"essai.{name}.*", parameter, found)


def normals(correlation: Any, grades: Sequence[str] | None = None) -> Inputs:
    """Normal inputs x1, x2… of standard deviation 1 around `CENTRE`."""
    matrix = np.asarray(correlation, dtype=float)
    items = [
        an_input(
            f"x{i + 1}", "normal", grades[i] if grades else "D",
            low=CENTRE - Z95, mode=CENTRE, high=CENTRE + Z95,
        )
        for i in range(len(matrix))
    ]  # fmt: skip
    return Inputs(tuple(items), matrix)


def uniforms(count: int, low: float, high: float) -> Inputs:
    """Independent uniform inputs x1, x2…"""
    middle = (low + high) / 2
    items = [
        an_input(f"x{i + 1}", "uniform", low=low, mode=middle, high=high) for i in range(count)
    ]
    return Inputs(tuple(items), np.eye(count))


def coin(name: str, chance: float, grade: str = "D") -> Input:
    """A discrete input: 1 with a chance, else 0; its mode is 0."""
    outcomes = (Outcome(value=0.0, probability=1 - chance), Outcome(value=1.0, probability=chance))
    return an_input(name, "discrete", grade, mode=0.0, outcomes=outcomes)


def standard(values: Mapping[str, Floats]) -> Floats:
    """Values brought back to their scores, `(k, n)`."""
    return np.stack([np.asarray(value) - CENTRE for value in values.values()])
