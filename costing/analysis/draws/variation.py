"""How machines differ, every input at its mode: never what we do not know of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.comparison import overvaluation
from costing.analysis.draws.cohort import Cohort
from costing.analysis.uncertainty.uncertainty import Values

Floats = NDArray[np.float64]

#: Draws over which the share of machines above the figure is told.
MACHINE_DRAWS = 200


@dataclass(frozen=True)
class Variation:
    """Machines that differ, every input at its mode: quantiles by machine, weighted.

    share_above: share of machines whose own quantity is at least the figure; `share_range` its 5 %
    and 95 % quantiles under what we do not know.
    """

    quantiles: dict[str, float]
    share_above: float
    share_range: tuple[float, float]
    values: Floats
    weight: Floats


def variation(
    machines: Cohort, definition: str, postes: frozenset[str], figure: float, seed: int
) -> Variation | None:
    """How machines differ; None where a single machine has no such quantity."""
    if definition not in ("markup", "share"):
        return None
    weight = np.concatenate([part.weight for part in machines.machines])

    def by_machine(values: Values) -> Floats:
        every = []
        for part in machines.accounts(values).classes:
            revenue, cost = part.each(slice(None), postes)
            readings = overvaluation(revenue, cost)
            reading = readings.markup if definition == "markup" else readings.share_of_fee
            every.append(np.broadcast_to(reading, (len(cost), reading.shape[-1])))
        size = max(part.shape[1] for part in every)
        return np.concatenate([np.broadcast_to(p, (len(p), size)) for p in every])

    middle = by_machine({})[:, 0]
    inputs = machines.inputs
    drawn = inputs.values(inputs.scores(0, MACHINE_DRAWS, seed))
    above = weight @ (by_machine(drawn) >= figure) / weight.sum()
    order = np.argsort(middle)
    defined = order[np.isfinite(middle[order])]
    if not defined.size:
        return None
    rank = np.cumsum(weight[defined])
    quantiles = {
        f"p{share:02d}": float(middle[defined[np.searchsorted(rank, share / 100 * rank[-1])]])
        for share in (5, 25, 50, 75, 95)
    }
    return Variation(
        quantiles=quantiles,
        share_above=float(weight @ (middle >= figure) / weight.sum()),
        share_range=(float(np.quantile(above, 0.05)), float(np.quantile(above, 0.95))),
        values=middle,
        weight=weight,
    )
