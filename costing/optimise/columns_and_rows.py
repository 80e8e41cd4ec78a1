"""A program being put together: columns and rows appended in turn, read by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.optimise.solver import Block, Columns

Floats = NDArray[np.float64]


@dataclass
class Build:
    """Columns and blocks so far; `width` columns."""

    columns: list[Columns] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Number of columns so far."""
        return sum(len(group.names) for group in self.columns)

    def new(
        self,
        name: str,
        count: int,
        low: float = 0.0,
        high: float = np.inf,
        integer: bool = False,
        bulk: bool = False,
        names: Sequence[str] = (),
    ) -> int:
        """Append columns; returns the number of the first."""
        first = self.width
        own = tuple(names) or tuple(f"{name}_{i}" if count > 1 else name for i in range(count))
        self.columns.append(Columns(own, np.full(count, low), np.full(count, high), integer, bulk))
        return first

    def rows(
        self,
        constraint: str,
        parts: Sequence[tuple[int, Any]],
        low: Any = -np.inf,
        high: Any = np.inf,
        **fields: Any,
    ) -> Block:
        """Append rows made of matrices that begin at given columns."""
        count = parts[0][1].shape[0]
        pieces, filled = [], 0
        for first, matrix in sorted(parts, key=lambda part: part[0]):
            if first > filled:
                pieces.append(sparse.csr_array((count, first - filled)))
            pieces.append(sparse.csr_array(matrix))
            filled = first + matrix.shape[1]
        matrix = sparse.csr_array(sparse.hstack(pieces, format="csr"))
        lower, upper = (
            np.array(np.broadcast_to(side, (count,)), dtype=float) for side in (low, high)
        )
        block = Block(constraint, matrix, lower, upper, **fields)
        self.blocks.append(block)
        return block

    def padded(self, values: Floats) -> Floats:
        """Factors of the first columns, 0 for the others."""
        return np.concatenate([values, np.zeros(self.width - len(values))])


def one_row(values: Any) -> sparse.csr_array:
    """A vector as a matrix of one row."""
    return sparse.csr_array(np.atleast_2d(np.asarray(values, dtype=float)))


def diagonal(values: Any) -> sparse.csr_array:
    """A square matrix with such a diagonal."""
    return sparse.csr_array(sparse.diags_array(np.asarray(values, dtype=float)))
