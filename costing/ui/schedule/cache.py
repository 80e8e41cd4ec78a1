"""What is computed of schedules, kept by the scenario's hash and the schedule's own content."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from costing.analysis.account import impact
from costing.analysis.account.savings import YearSavings, present, savings
from costing.analysis.draws.robustness import Robustness, robustness
from costing.fee.schedule import FeeSchedule
from costing.optimise.frontier import Frontier, frontier
from costing.optimise.measures import Measures, side_by_side
from costing.problems.errors import InputError, Problem
from costing.run.progress import Progress
from costing.scenario.scenario import Scenario
from costing.schedule_file.file import read_schedule
from costing.ui.shell import cache


def fingerprint(schedule: FeeSchedule) -> str:
    """A hash of all that a schedule pays by: dates, prices, limits, reforms."""
    limits = {code: entry.limits for code, entry in schedule.classes.items()}
    content = repr((schedule.dates, limits, schedule.reforms)).encode()
    return hashlib.sha256(content + schedule.amounts.tobytes()).hexdigest()


def saved(scenario: Scenario, schedule: FeeSchedule) -> list[YearSavings]:
    """What a schedule saves each year."""
    key = (cache.digest(scenario), fingerprint(schedule))
    return cache.analysis("saved", key, lambda: savings(cache.unsigned_case(scenario), schedule))


def machines(
    scenario: Scenario, before: FeeSchedule, after: FeeSchedule, year: int
) -> pd.DataFrame:
    """The fleet of a year, machine by machine, under two schedules."""
    key = (cache.digest(scenario), fingerprint(before), fingerprint(after), year)
    return cache.analysis(
        "machines", key, lambda: impact.machines(cache.unsigned_case(scenario), before, after, year)
    )


def beside(
    scenario: Scenario, schedule: FeeSchedule, name: str, ask: bool
) -> list[Measures] | None:
    """A schedule and the named ones, measured alike: computed when asked, then known.

    Raises:
        InputError: acts for which no rate is known, a rule that cannot be applied.
    """
    key = (cache.digest(scenario), fingerprint(schedule), name)

    def make() -> list[Measures]:
        return side_by_side(cache.unsigned_case(scenario), schedule, name)

    measures: list[Measures] | None = _from_cache("beside", key, make, ask)
    return measures


def without_target(scenario: Scenario) -> Scenario:
    """A scenario's content less what a frontier leaves aside: target, its parts, objectives.

    Scenarios that differ by nothing else have the same frontiers.
    """

    def make() -> Scenario:
        aside = {"target_eur": 0.0, "share_on_fee": 1.0, "other_levers": ()}
        demand = scenario.savings.model_copy(update=aside)
        rules = scenario.rules.model_copy(update={"objectives": ("loss",)})
        return scenario.content.model_copy(update={"savings": demand, "rules": rules})

    return cache.analysis("without-target", (cache.digest(scenario),), make)


def frontier_of(
    scenario: Scenario, measure: str, against: str, points: int, progress: Progress | None
) -> Frontier | None:
    """A frontier of a scenario `without_target`: computed when given a progress, then known.

    Raises:
        InputError: as `costing.optimise.frontier`.
    """

    def make() -> Frontier:
        assert progress is not None
        return frontier(cache.unsigned_case(scenario), measure, against, points, progress)

    key = (cache.digest(scenario), measure, against, points)
    kept: Frontier | None = _from_cache("frontier", key, make, progress is not None)
    return kept


def robust(
    scenario: Scenario, schedule: FeeSchedule, draws: int, progress: Progress | None
) -> Robustness | None:
    """A schedule under draws, beside the prices in force: computed when given a progress.

    Raises:
        InputError: as `costing.analysis.draws.robustness`.
    """

    def make() -> Robustness:
        assert progress is not None
        case = cache.unsigned_case(scenario)
        return robustness(case, schedule, present(case), draws, tell=progress)

    key = (cache.digest(scenario), fingerprint(schedule), draws)
    kept: Robustness | None = _from_cache("robust", key, make, progress is not None)
    return kept


def read_file(
    scenario: Scenario, name: str, content_hash: str, content: bytes
) -> tuple[FeeSchedule | None, tuple[Problem, ...]]:
    """The schedule that a file says, or every problem of the file."""

    def make() -> tuple[FeeSchedule | None, tuple[Problem, ...]]:
        try:
            return read_schedule(content, cache.unsigned_case(scenario).reference, name), ()
        except InputError as error:
            return None, error.problems

    return cache.analysis("schedule-file", (cache.digest(scenario), name, content_hash), make)


def _from_cache(kind: str, key: tuple[Any, ...], make: Any, ask: bool) -> Any:
    return cache.analysis(kind, key, make) if ask else cache.already_made(kind, key)
