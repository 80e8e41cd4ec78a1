"""A program and what is asked of it: who each demand is about, and how far prices may go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from costing.case.checks import demand_scopes
from costing.fee.schedule import Cell
from costing.optimise.demands import Requirement
from costing.optimise.machine_rows import Line, MachineRows
from costing.optimise.program import MOST_RISE, FeeProgram
from costing.optimise.risk import CostDraws, cost_draws

Floats = NDArray[np.float64]

#: What a search over whole numbers settles within seconds.
MOST_SWITCHES = 300


@dataclass(frozen=True)
class DemandedProgram:
    """A program under a list of demands.

    switches: whole numbers of one demand beyond which neighbouring machines are put together.
    aside: numbers of the demands that ask nothing, though what they allow or stand in place of
    stays so: with one more aside, nothing that was possible becomes impossible.
    """

    program: FeeProgram
    requirements: tuple[Requirement, ...]
    switches: int = MOST_SWITCHES
    aside: frozenset[int] = frozenset()

    def under(self, requirements: Sequence[Requirement]) -> DemandedProgram:
        """The same program under other demands, none of them aside."""
        return replace(self, requirements=tuple(requirements), aside=frozenset())

    @property
    def holding(self) -> list[tuple[int, Requirement]]:
        """The demands that are not aside, with their numbers."""
        return [(i, item) for i, item in enumerate(self.requirements) if i not in self.aside]

    def find(self, constraint: str) -> list[tuple[int, Requirement]]:
        """The same of one constraint."""
        return [(i, item) for i, item in self.holding if item.constraint == constraint]

    def has(self, constraint: str) -> bool:
        """Whether a constraint is asked at all."""
        return bool(self.find(constraint))

    # --- who a demand is about

    def kind(self, item: Requirement) -> str:
        """What a demand's scope is: a class, a modality, a region, a sector, or all."""
        return demand_scopes(self.program.case.reference, item.declared.scopes or ("class",))[
            item.scope
        ]

    def covers(self, item: Requirement, cell: Cell) -> bool:
        """Whether a demand about classes or modalities holds for a cell."""
        classes = self.program.case.reference.classes
        match self.kind(item):
            case "*":
                return True
            case "class":
                return cell.class_code == item.scope
            case _:
                return classes[cell.class_code].modality == item.scope

    def specific(self, constraint: str) -> list[tuple[int, Requirement] | None]:
        """For each cell, the demand that holds: of its class, else modality, else of all.

        None where there is none, or where it is aside.
        """
        rank = {"class": 0, "modality": 1, "*": 2}
        own = [
            numbered
            for numbered in enumerate(self.requirements)
            if numbered[1].constraint == constraint
        ]
        order = sorted(own, key=lambda numbered: rank[self.kind(numbered[1])])
        by_cell = [
            next((numbered for numbered in order if self.covers(numbered[1], cell)), None)
            for cell in self.program.cells
        ]
        return [
            None if numbered and numbered[0] in self.aside else numbered for numbered in by_cell
        ]

    @property
    def machines(self) -> MachineRows:
        """The machines of the last year."""
        return self.program.machines

    def members(self, item: Requirement) -> NDArray[np.bool_]:
        """The machines that a demand is about."""
        return self.machines.chosen(item.scope, self.kind(item))

    # --- uncertain costs

    @cached_property
    def risk(self) -> CostDraws | None:
        """Costs under draws, when the floors are to hold under uncertainty."""
        rules = self.program.case.scenario.rules
        if rules.cost_risk == "principal":
            return None
        return cost_draws(self.program, rules.cost_risk, rules.cost_level)

    def floor_line(self, share: float) -> Line:
        r"""$R_m - \phi C_m$ with the cost that floors are held to."""
        return self.machines.margin(share, self.risk.by_machine if self.risk else None)

    def present_margin(self, share: float) -> Floats:
        r"""The same before the first step."""
        rows = self.machines
        return rows.present_eur - share * (
            self.risk.by_machine if self.risk else rows.present_cost_eur
        )

    def cost_of(self, weight: Floats) -> float:
        """Cost of some machines together, as floors are held to it."""
        if self.risk:
            return self.risk.of_sum(weight)
        return float(self.machines.cost_eur @ weight)

    # --- how far prices may go

    @cached_property
    def rising(self) -> list[str]:
        """Classes whose prices may rise, being below their cost."""
        codes = []
        rows = self.machines
        for item in (r for r in self.requirements if r.constraint == "rise_below_cost"):
            for code in self.program.case.reference.classes:
                weight = (rows.frame["class"] == code).to_numpy() * rows.weight
                cells = [c for c in self.program.cells if c.class_code == code]
                there = weight.any() and cells and self.covers(item, cells[0])
                if there and rows.present_eur @ weight < rows.present_cost_eur @ weight:
                    codes.append(code)
        return list(dict.fromkeys(codes))  # two demands may cover one class

    @cached_property
    def ceiling(self) -> Floats:
        """The price that none may exceed whatever is asked: the highest known, or twice that."""
        program = self.program
        highest = np.maximum(program.start, program.before)
        return np.tile(np.where(self._may_rise, MOST_RISE * highest, highest), len(program.steps))

    @cached_property
    def high(self) -> Floats:
        """The highest admissible price of each variable."""
        capped = self.has("no_rise") & ~np.tile(self._may_rise, len(self.program.steps))
        return np.where(capped, self.program.present, self.ceiling)

    @cached_property
    def _may_rise(self) -> NDArray[np.bool_]:
        return np.array([cell.class_code in self.rising for cell in self.program.cells])

    @cached_property
    def low(self) -> Floats:
        """The lowest admissible price of each variable: the largest cut at every step."""
        program = self.program
        steps = self.specific("step_cut")
        keep = np.array([1 - (numbered[1].value or 0.0) if numbered else 0.0 for numbered in steps])
        powers = np.arange(1, len(program.steps) + 1)[:, None]
        low = program.start * keep**powers
        for cell, numbered in enumerate(self.specific("total_cut")):
            if numbered:
                least = (1 - (numbered[1].value or 0.0)) * program.before[cell]
                low[:, cell] = np.maximum(low[:, cell], min(least, program.start[cell]))
        return np.asarray(low.ravel())


def year_before(date: dt.date) -> dt.date:
    """The same day a year earlier; 28 February for the 29th."""
    day = 28 if (date.month, date.day) == (2, 29) else date.day
    return date.replace(year=date.year - 1, day=day)
