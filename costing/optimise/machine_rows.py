r"""The machines of the last year as lines in the variables, sums of them, and alike ones together.

For machine $m$ and variables $x$: revenue $R_m = r_m \cdot x + \rho_m$, cost $C_m = c_m \cdot x +
\gamma_m$ (the cost depends on variables only where the structure may change the years before
« amorti »).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MachineRows:
    """Machines `(m,)` of the last year; a row stands for `weight` machines.

    zone: index of the zone that the fee sees, -1 where the class has none. states: whether each is
    amortised, under each variant of the structure. present_eur, present_cost_eur: revenue and cost
    at the prices and structure in force before the first step.
    """

    frame: pd.DataFrame
    zone: NDArray[np.intp]
    states: NDArray[np.bool_]
    revenue: sparse.csr_array
    fixed_eur: Floats
    cost_eur: Floats
    cost_shift: sparse.csr_array
    weight: Floats
    present_eur: Floats
    present_cost_eur: Floats

    def revenue_at(self, values: Floats) -> Floats:
        """Revenue of each for the variables' values."""
        return np.asarray(self.revenue @ values[: self.revenue.shape[1]] + self.fixed_eur)

    def cost_at(self, values: Floats) -> Floats:
        """Cost of each for the variables' values."""
        return np.asarray(self.cost_shift @ values[: self.revenue.shape[1]] + self.cost_eur)

    def margin(self, share: float = 1.0, cost: Floats | None = None) -> Line:
        r"""$R_m - \phi C_m$ of each machine, as a line; `cost` stands in for the cost at mode."""
        machine_cost = self.cost_eur if cost is None else cost
        matrix = self.revenue
        if self.cost_shift.nnz:
            matrix = sparse.csr_array(matrix - share * self.cost_shift)
        return Line(matrix, self.fixed_eur - share * machine_cost)

    def capped_margin(self, share: float = 1.0, cost: Floats | None = None) -> Line:
        r"""$R_m - \min(\phi C_m, R^0_m)$ of each machine: exact, since one variant alone holds."""
        scaled_cost = share * (self.cost_eur if cost is None else cost)
        floor = np.minimum(scaled_cost, self.present_eur)
        matrix = self.revenue
        if self.cost_shift.nnz:
            shift = self.cost_shift.tocoo()
            moved = np.minimum(
                scaled_cost[shift.row] + share * shift.data, self.present_eur[shift.row]
            )
            moved -= floor[shift.row]
            moves = sparse.csr_array((moved, (shift.row, shift.col)), shape=shift.shape)
            matrix = sparse.csr_array(matrix - moves)
        return Line(matrix, self.fixed_eur - floor)

    def chosen(self, scope: str, kind: str) -> NDArray[np.bool_]:
        """Which machines a scope holds."""
        if kind == "*":
            return np.ones(len(self.weight), dtype=bool)
        column = {"class": "class", "modality": "modality"}.get(kind, kind)
        return np.asarray(self.frame[column] == scope)

    @cached_property
    def alike(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """First of each set of machines that nothing tells apart; the set of each; its weight."""
        keys = self.frame[["class", "acts_billed", "acts_inpatient"]].assign(
            zone=self.zone, further=self.frame["rank_on_authorisation"] >= 2
        )
        for variant, state in enumerate(self.states.T):
            keys[f"state_{variant}"] = state
        number: NDArray[np.intp] = np.asarray(keys.groupby(list(keys), sort=False).ngroup())
        first: NDArray[np.intp] = np.unique(number, return_index=True)[1]
        return first, number, np.asarray(np.bincount(number, self.weight), dtype=float)


@dataclass(frozen=True)
class Line:
    """Rows $A x + b$, one a machine."""

    matrix: sparse.csr_array
    constant: Floats

    def __getitem__(self, rows: Any) -> Line:
        """Some of the rows."""
        return Line(self.matrix[rows], self.constant[rows])

    def at(self, values: Floats) -> Floats:
        """Its value for the variables' values."""
        return np.asarray(self.matrix @ values[: self.matrix.shape[1]] + self.constant)

    def sum(self, weight: Floats) -> tuple[Floats, float]:
        """Weighted sum of the rows: factors and constant."""
        return np.asarray(self.matrix.T @ weight), float(self.constant @ weight)
