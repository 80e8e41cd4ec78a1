"""The ways to read a public claim, and its answer under each of them, as one table."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.draws.cohort import Cohort, cohort
from costing.analysis.uncertainty.uncertainty import Method, Values, simulate
from costing.case.case import Case
from costing.run.progress import Progress, within
from costing.values.catalogue import Claim

Floats = NDArray[np.float64]

DEFINITIONS = ("markup", "share", "investment")
ACTIVITIES = ("observed", "normative", "reference")
DEFAULT_DRAWS = 10_000
#: Draws of each reading of the table.
READING_DRAWS = 4_096


class Reading(NamedTuple):
    """What a claim may leave open."""

    definition: str
    perimeter: str
    activity: str


@dataclass(frozen=True)
class Settings:
    """How a claim is put to the test.

    tolerance: half-width of « about the figure »: points of a fraction, or part of a number of
    acts. precision: standard error of the probability at which draws stop; None draws them all.
    """

    draws: int = DEFAULT_DRAWS
    seed: int | None = None
    method: Method = "plain"
    workers: int = 1
    tolerance: float = 0.05
    precision: float | None = None


def own_reading(claim: Claim, definition: str | None = None) -> Reading:
    """What the claim itself says; the mark-up where it does not say its definition."""
    said = "markup" if claim.definition == "unknown" else claim.definition
    return Reading(definition or said, claim.perimeter, claim.activity)


def readings_of(claim: Claim, case: Case) -> list[Reading]:
    """Every way to read a claim: definitions × perimeters × activities.

    A break-even is a number of acts: it has no other definition, and no activity.
    """
    perimeters = case.reference.perimeters
    if claim.definition == "break_even":
        return [Reading("break_even", code, claim.activity) for code in perimeters]
    return [
        Reading(definition, perimeter, activity)
        for activity in ACTIVITIES
        for definition in DEFINITIONS
        for perimeter in perimeters
    ]


def around(claim: Claim, tolerance: float) -> tuple[float, float]:
    """The interval « about the figure »: the figure, or its range, and the tolerance about it."""
    high = claim.figure if claim.figure_high is None else claim.figure_high
    if claim.definition == "break_even":
        return claim.figure * (1 - tolerance), high * (1 + tolerance)
    return claim.figure - tolerance, high + tolerance


def quantile(values: Floats, probability: float) -> float:
    """Quantile of the values that have a meaning; an infinite one stays infinite."""
    defined = values[~np.isnan(values)]
    if not defined.size:
        return math.nan
    return float(np.quantile(defined, probability, method="inverted_cdf"))


def readings_table(
    case: Case, claim: Claim, settings: Settings, date: dt.date, progress: Progress
) -> pd.DataFrame:
    """One row a reading: principal estimate, quantiles, probabilities."""
    every = readings_of(claim, case)
    activities = list(dict.fromkeys(reading.activity for reading in every))
    postes = {code: frozenset(p.postes) for code, p in case.reference.perimeters.items()}
    low, high = around(claim, settings.tolerance)
    rows: list[dict[str, Any]] = []
    for step, activity in enumerate(activities):
        part = within(progress, step / len(activities), (step + 1) / len(activities))
        here = [reading for reading in every if reading.activity == activity]
        machines = cohort(case, claim.population, activity, date)
        outcome = simulate(
            _table_study(machines, here, postes), machines.inputs,
            min(settings.draws, READING_DRAWS), settings.seed or 0, settings.method,
            settings.workers, progress=part,
        )  # fmt: skip
        for column, reading in enumerate(here):
            result = outcome.draws[:, column]
            rows.append(
                {
                    **reading._asdict(),
                    "principal": float(outcome.principal[column]),
                    "p05": quantile(result, 0.05),
                    "p50": quantile(result, 0.5),
                    "p95": quantile(result, 0.95),
                    "at_least": float(np.mean(result >= claim.figure)),
                    "within": float(np.mean((result >= low) & (result <= high))),
                }
            )
    return pd.DataFrame(rows)


def _table_study(
    machines: Cohort, readings: list[Reading], postes: dict[str, frozenset[str]]
) -> Callable[[Values], Floats]:
    """All the readings of an activity at once, `(n, readings)`."""

    def study(values: Values) -> Floats:
        accounts = machines.accounts(values)
        columns = [accounts.result(r.definition, postes[r.perimeter]) for r in readings]
        size = max(np.size(column) for column in columns)
        return np.stack([np.broadcast_to(column, (size,)) for column in columns], axis=1)

    return study
