"""An answer to the demand of a scenario: a schedule and what it does, or why there is none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from costing.case.case import Case
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.optimise.behaviour import Settled
from costing.optimise.conflict import Relaxation
from costing.optimise.explain import Binding


@dataclass(frozen=True)
class Proposal:
    """An answer to a scenario's demand; `schedule` is None when no schedule meets it.

    status: `optimal`; `infeasible`; `stopped` when a search over whole numbers ended on a limit or
    grouped machines, and the schedule, if any, may not be the best: by `short_eur` at most.
    binding: what holds the first objective back. limiting: what keeps more from being saved.
    contradicting: the demands that contradict each other, irreducible when `exact`. answers: the
    fixed point of the fleet's answers, when it has any. goals: what each objective came to.
    """

    case: Case
    status: Literal["optimal", "infeasible", "stopped"]
    required_eur: float
    reachable_eur: float
    words: str
    schedule: FeeSchedule | None = None
    prices: dict[dt.date, dict[Cell, float]] = field(default_factory=dict)
    savings: dict[int, float] = field(default_factory=dict)
    loss_eur: float = 0.0
    present_loss_eur: float = 0.0
    binding: tuple[Binding, ...] = ()
    limiting: tuple[Binding, ...] = ()
    conflict: tuple[Relaxation, ...] = ()
    contradicting: tuple[str, ...] = ()
    exact: bool = False
    goals: tuple[tuple[str, float], ...] = ()
    short_eur: float = 0.0
    answers: Settled | None = None

    @property
    def reform(self) -> Reform | None:
        """What the schedule changes of the structure, if anything."""
        if self.schedule is None:
            return None
        first = self.case.scenario.rules.step_dates[0]
        reforms = [reform for reform in self.schedule.reforms if reform.date >= first]
        changed = [r for r in reforms if r.limits or r.amortisation_years or r.rank_factor]
        return changed[0] if changed else None
