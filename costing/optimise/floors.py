r"""Floors under single machines, and counts of those left below.

A machine needs a row only if it can swing: one that keeps its floor at the lowest admissible prices
always does. A count needs a whole number $z_m$ for each machine that can swing,
$R_m - \phi C_m \ge -M_m z_m$, with $M_m$ the most by which it can be short. Machines that nothing
tells apart share one. Both reductions are exact.

Where a whole number a machine is still too much, neighbours are put together: all their rows stay,
under one $z$, so that what is found keeps every demand; how much better the true best could be is
bounded by the relaxation, in which each $z_m$ is any number between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from costing.optimise.columns_and_rows import Build, one_row
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.demands import Requirement
from costing.optimise.machine_rows import Line
from costing.optimise.program import FeeProgram

Floats = NDArray[np.float64]

#: A margin this close to zero (EUR/year) counts as none: prices are known to the cent.
NEAR = 0.005
COUNTS = ("machine_floor", "machines_below", "acts_below")


@dataclass(frozen=True)
class Counted:
    """A demand that leaves some machines below: their floor, who may be, and by how much.

    machines: those that can swing, `(k,)`. group: number of the switch of each. weight: what each
    counts for. room: how much may be below, those always below taken off.
    """

    number: int
    item: Requirement
    line: Line
    machines: NDArray[np.intp]
    group: NDArray[np.intp]
    weight: Floats
    room: float

    @property
    def grouped(self) -> bool:
        """Whether machines that differ share a switch."""
        return bool(len(self.machines) > self.group.max(initial=-1) + 1)


def floor_blocks(
    demanded: DemandedProgram,
    build: Build,
    above_floor: Mapping[tuple[str, str], NDArray[np.bool_]] | None = None,
) -> list[Counted]:
    """Append what the demands on single machines say.

    above_floor: for each demand that counts, which machines keep their floor, once that is settled;
    it is then a matter of prices alone.
    """
    counted = []
    for number, item in demanded.holding:
        if item.constraint == "sole_machine":
            _sole(demanded, build, number, item)
        elif item.constraint in COUNTS:
            floor = count(demanded, number, item)
            if above_floor is not None and item.key in above_floor:
                _hold(demanded, build, floor, above_floor[item.key])
            elif floor.room < 0 or floor.weight.sum() > floor.room:
                _append(demanded, build, floor)
                counted.append(floor)
    return counted


def spread(program: FeeProgram, line: Line, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The least and the most that each row of a line can be, over the variants of its class."""
    least = np.full(len(line.constant), np.inf)
    most = np.full(len(line.constant), -np.inf)
    for slot in range(program.space.slots):
        chosen = {
            code: min(slot, len(program.space.variants[code]) - 1) for code in program.space.free
        }
        least = np.minimum(least, line.at(program.variables(low, chosen)))
        most = np.maximum(most, line.at(program.variables(high, chosen)))
    return least, most


def count(demanded: DemandedProgram, number: int, item: Requirement) -> Counted:
    """Which machines a demand counts, which can swing, and how much may be left below."""
    rows = demanded.machines
    members = demanded.members(item)
    share = (item.value or 0.0) if item.constraint == "machine_floor" else 1.0
    allowed = (item.level or 0.0) if item.constraint == "machine_floor" else (item.value or 0.0)
    line = demanded.floor_line(share)
    weight = rows.weight
    if item.constraint == "acts_below":
        weight = weight * rows.frame["acts_billed"].to_numpy(dtype=float)
    room = allowed * float(weight @ members)
    # Up to the ceiling, not to what « no rise » allows: a conflict must name what makes it.
    least, most = spread(demanded.program, line, demanded.low, demanded.ceiling)
    if item.constraint != "machine_floor":
        # Those already below do not count.
        members = members & (demanded.present_margin(share) >= -NEAR)
    always = members & (most < -NEAR)
    swing = np.flatnonzero(members & ~always & (least < -NEAR))
    room -= float(weight @ always)
    # Machines that nothing tells apart are below together: one of each set stands for them.
    _, first, inverse = np.unique(rows.alike[1][swing], return_index=True, return_inverse=True)
    total = np.asarray(np.bincount(inverse, weight[swing], len(first)), dtype=float)
    swing = swing[first]
    group = np.arange(len(swing))
    if room > 0 and len(swing) > demanded.switches:
        group = _neighbours(demanded, line, swing)
    return Counted(number, item, line, swing, group, total, room)


def _neighbours(
    demanded: DemandedProgram, line: Line, machines: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Sets of machines of the same prices, next to each other by the uniform cut that they bear."""
    rows, program = demanded.machines, demanded.program
    margin = line.at(program.variables(program.present))
    bears = (margin / np.maximum(rows.present_eur, 1.0))[machines]
    _, most = spread(program, line, demanded.low, demanded.high)
    keys = rows.frame.loc[machines, ["class"]].assign(
        zone=rows.zone[machines], state=rows.states[machines, 0], stuck=most[machines] < -NEAR
    )
    kind = keys.groupby(list(keys), sort=False).ngroup().to_numpy()
    size = max(1, demanded.switches // (kind.max(initial=0) + 1))
    order = pd.Series(bears).groupby(kind).rank(pct=True, method="first").to_numpy()
    part = np.minimum((order * size).astype(int), size - 1)
    return np.asarray(np.unique(kind * size + part, return_inverse=True)[1])


def _sole(demanded: DemandedProgram, build: Build, number: int, item: Requirement) -> None:
    """Machines alone of their modality on their site keep a margin."""
    rows = demanded.machines
    machines = rows.frame.groupby(["site_id", "modality"])["machine_id"].transform("nunique")
    alone = demanded.members(item) & (machines == 1).to_numpy()
    share = 1.0 + (item.value or 0.0)
    line = rows.capped_margin(share, demanded.risk.by_machine if demanded.risk else None)
    least, _ = spread(demanded.program, line, demanded.low, demanded.high)
    chosen = np.flatnonzero(alone & (least < -NEAR))
    chosen = chosen[np.unique(demanded.machines.alike[1][chosen], return_index=True)[1]]
    if len(chosen):
        part = line[chosen]
        build.rows(
            "sole_machine", [(0, part.matrix)], -part.constant, bulk=True,
            labels=_machines(demanded, chosen), names=tuple(f"m{i}" for i in chosen),
            requirement=number,
        )  # fmt: skip


def _append(demanded: DemandedProgram, build: Build, floor: Counted) -> None:
    """The rows of a demand that counts machines, with a switch for each set that may be below."""
    part = floor.line[floor.machines]
    fields = {
        "labels": _machines(demanded, floor.machines),
        "names": tuple(f"m{i}" for i in floor.machines),
        "requirement": floor.number,
        "bulk": True,
    }
    constraint = floor.item.constraint
    if floor.room <= 0:
        # Nobody may be left below; a machine that is so at any price makes that impossible.
        always = np.zeros((1, build.width))
        if floor.room < -NEAR:
            build.rows(constraint, [(0, one_row(always))], 1.0, requirement=floor.number)
        build.rows(constraint, [(0, part.matrix)], -part.constant, **fields)
        return
    first, weight = switched(demanded, build, floor, **fields)
    build.rows(
        constraint, [(first, one_row(weight))], high=floor.room, requirement=floor.number,
        labels=(floor.item.declared.label.fr,), names=("count",), bulk=True,
    )  # fmt: skip


def switched(
    demanded: DemandedProgram, build: Build, floor: Counted, **fields: Any
) -> tuple[int, Floats]:
    """The floors of the machines that can swing, unless their switch is on.

    Returns the column of the first switch, and what each switch counts for.
    """
    least, _ = spread(demanded.program, floor.line, demanded.low, demanded.ceiling)
    size = int(floor.group.max(initial=0)) + 1
    first = build.new(f"below_{floor.number}", size, 0, 1, integer=True, bulk=True)
    depth = -least[floor.machines]
    entries = (np.arange(len(depth)), floor.group)
    place = sparse.csr_array((depth, entries), shape=(len(depth), size))
    part = floor.line[floor.machines]
    block_fields = {"bulk": True, **fields}
    parts = [(0, part.matrix), (first, place)]
    build.rows(floor.item.constraint, parts, -part.constant, **block_fields)
    return first, np.asarray(np.bincount(floor.group, floor.weight, size), dtype=float)


def _hold(
    demanded: DemandedProgram, build: Build, floor: Counted, above_floor: NDArray[np.bool_]
) -> None:
    """The machines that were found to keep their floor keep it."""
    chosen = floor.machines[above_floor[floor.machines]]
    if len(chosen):
        part = floor.line[chosen]
        build.rows(
            floor.item.constraint, [(0, part.matrix)], -part.constant, bulk=True,
            labels=_machines(demanded, chosen), names=tuple(f"m{i}" for i in chosen),
            requirement=floor.number,
        )  # fmt: skip


def _machines(demanded: DemandedProgram, chosen: NDArray[np.intp]) -> tuple[str, ...]:
    return tuple(demanded.machines.frame["machine_id"].astype(str).to_numpy()[chosen])
