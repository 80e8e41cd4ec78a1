r"""Is a public claim true? Its probability, its readings, and what would turn it.

A claim says that a quantity $r$ of a population of machines is at least a figure $f$ (« surévalué
de 75 % »), or lies in an interval. The quantity depends on what the claim leaves open: the
definition (mark-up, share of the fee, investment alone), the perimeter and the activity. The
answer holds the probability that $r \ge f$ and that $r$ is within a tolerance of $f$ over joint
draws of what we do not know; $P(r \ge f)$ for every $f$ (an acceptability curve, as in cost-
effectiveness analysis: van Hout et al., 1994); and the same under each reading.

Uncertainty (what we do not know, drawn) and variation (machines that differ) are kept apart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.cohort import Cohort, cohort
from costing.analysis.comparison import overvaluation
from costing.analysis.flips import Flip, JointFlip, flips, joint_flip, margin_of
from costing.analysis.uncertainty import Inputs, Method, Outcome, Values, simulate
from costing.catalogue import Claim
from costing.errors import InputError, problem
from costing.progress import Progress, silent
from costing.reference import Case

Floats = NDArray[np.float64]

DEFINITIONS = ("markup", "share", "investment")
ACTIVITIES = ("observed", "normative", "reference")
DEFAULT_DRAWS = 10_000
#: Draws of each reading of the table, and of the share of machines above the figure.
READING_DRAWS, MACHINE_DRAWS = 4_096, 200
_CURVE = 121


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


@dataclass(frozen=True)
class Chance:
    """A share of the draws and its standard error."""

    value: float
    error: float


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


@dataclass(frozen=True)
class ClaimAnswer:
    """What the workbench answers to a claim, under one reading.

    outcome: the quantity under every draw. readings: one row a definition, perimeter and activity.
    early: the tariff of the claim's day is not known, the first one known is used.
    """

    case: Case
    claim: Claim
    reading: Reading
    date: dt.date
    early: bool
    settings: Settings
    outcome: Outcome
    inputs: Inputs
    readings: pd.DataFrame
    flips: list[Flip]
    joint: JointFlip | None
    variation: Variation | None

    @property
    def figure(self) -> float:
        """What the claim says: the least of its figures."""
        return self.claim.figure

    @property
    def principal(self) -> float:
        """The quantity with every input at its mode."""
        return float(self.outcome.principal)

    @property
    def holds(self) -> bool:
        """Whether the principal estimate bears the claim out."""
        return self.principal >= self.figure

    @property
    def meaningful(self) -> bool:
        """Whether the quantity has a meaning for some draw at least."""
        return not bool(np.isnan(self.outcome.draws).all())

    @cached_property
    def at_least(self) -> Chance:
        """Probability that the quantity is at least the figure."""
        return _at_least(self.outcome, self.figure)

    @cached_property
    def within(self) -> Chance:
        """Probability that the quantity is within the tolerance of the figure, or of its range."""
        low, high = around(self.claim, self.settings.tolerance)
        return Chance(*map(float, self.outcome.probability(lambda r: (r >= low) & (r <= high))))

    @cached_property
    def median(self) -> Chance:
        """Median and its standard error."""
        return Chance(*self.outcome.median())

    def quantile(self, probability: float) -> float:
        """A quantile of the quantity over the draws; NaN where it has no meaning."""
        return _quantile(self.outcome.draws, probability)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """Probability of being at least each figure: columns `figure`, `probability`."""
        known = np.sort(self.outcome.draws[~np.isnan(self.outcome.draws)])
        finite = known[np.isfinite(known)]
        if not finite.size:
            share = float(np.mean(self.outcome.draws >= self.figure))
            return pd.DataFrame({"figure": [self.figure], "probability": [share]})
        low, high = _quantile(finite, 0.001), _quantile(finite, 0.999)
        room = 0.05 * (high - low)
        ends = min(low - room, self.figure), max(high + room, self.figure)
        figures = np.union1d(np.linspace(*ends, _CURVE), [self.figure])
        above = known.size - np.searchsorted(known, figures, side="left")
        return pd.DataFrame({"figure": figures, "probability": above / len(self.outcome.draws)})


def answer_claim(
    case: Case,
    claim: Claim,
    settings: Settings | None = None,
    reading: Reading | None = None,
    date: dt.date | None = None,
    progress: Progress = silent,
) -> ClaimAnswer:
    """Put a claim to the test, under its own reading unless another is given.

    `date` is that of the tariff, by default the claim's own; the first tariff known stands in for
    those before it.

    Raises:
        InputError: settings out of range, no machine of the population, no such reading.
        TariffError: acts for which no rate is known.
    """
    settings = _checked(settings or Settings(seed=case.scenario.seed), case)
    reading = reading or own_reading(claim)
    postes = frozenset(case.reference.perimeter(reading.perimeter).postes)
    wanted = date or claim.date
    machines = cohort(case, claim.population, reading.activity, wanted)

    def study(values: Values) -> Floats:
        return machines.accounts(values).result(reading.definition, postes)

    outcome = simulate(
        study, machines.inputs, settings.draws, settings.seed or 0, settings.method,
        settings.workers, _enough(claim, settings), _part(progress, 0.0, 0.4),
    )  # fmt: skip
    table = _readings(case, claim, settings, wanted, _part(progress, 0.4, 0.75))
    progress(0.75, "Ce qui renverserait la réponse")
    margin = margin_of(study, machines.inputs, claim.figure)
    alone = flips(margin, machines.inputs, claim.figure)
    progress(0.8, "Le plus petit changement conjoint")
    scores = machines.inputs.scores(0, 2_048, settings.seed or 0)
    drawn = np.array(list(machines.inputs.values(scores).values())).reshape(-1, 2_048)
    together = joint_flip(margin, machines.inputs, claim.figure, drawn)
    progress(0.95, "Différences entre appareils")
    variation = _variation(machines, reading, postes, claim.figure, settings)
    progress(1.0, "Terminé")
    return ClaimAnswer(
        case, claim, reading, machines.date, machines.date > wanted, settings, outcome,
        machines.inputs, table, alone, together, variation,
    )  # fmt: skip


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


def _checked(settings: Settings, case: Case) -> Settings:
    low, high = 1e-5, 0.5
    if settings.precision is not None and not low <= settings.precision <= high:
        fault = problem("precision_range", None, settings.precision, low=low, high=high)
        raise InputError(fault)
    seed = case.scenario.seed if settings.seed is None else settings.seed
    return replace(settings, seed=seed)


def _enough(claim: Claim, settings: Settings) -> Callable[[Outcome], bool] | None:
    """Whether the probability is known to the precision asked.

    A probability of 0 or 1 in the draws is taken as one draw away from it, so that few draws that
    agree do not pass for certainty.
    """
    if settings.precision is None:
        return None
    asked = settings.precision

    def enough(outcome: Outcome) -> bool:
        chance, count = _at_least(outcome, claim.figure), len(outcome.draws)
        return max(chance.error, 1.0 / count) <= asked

    return enough


def _at_least(outcome: Outcome, figure: float) -> Chance:
    return Chance(*map(float, outcome.probability(lambda result: result >= figure)))


def _quantile(values: Floats, probability: float) -> float:
    """Quantile of the values that have a meaning; an infinite one stays infinite."""
    known = values[~np.isnan(values)]
    if not known.size:
        return math.nan
    return float(np.quantile(known, probability, method="inverted_cdf"))


def _part(progress: Progress, start: float, end: float) -> Progress:
    return lambda share, words: progress(start + share * (end - start), words)


def _readings(
    case: Case, claim: Claim, settings: Settings, date: dt.date, progress: Progress
) -> pd.DataFrame:
    """One row a reading: principal estimate, quantiles, probabilities."""
    every = readings_of(claim, case)
    activities = list(dict.fromkeys(reading.activity for reading in every))
    postes = {code: frozenset(p.postes) for code, p in case.reference.perimeters.items()}
    low, high = around(claim, settings.tolerance)
    rows: list[dict[str, Any]] = []
    for step, activity in enumerate(activities):
        part = _part(progress, step / len(activities), (step + 1) / len(activities))
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
                    "p05": _quantile(result, 0.05),
                    "p50": _quantile(result, 0.5),
                    "p95": _quantile(result, 0.95),
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


def _variation(
    machines: Cohort, reading: Reading, postes: frozenset[str], figure: float, settings: Settings
) -> Variation | None:
    """How machines differ; None where a single machine has no such quantity."""
    if reading.definition not in ("markup", "share"):
        return None
    weight = np.concatenate([part.weight for part in machines.machines])

    def by_machine(values: Values) -> Floats:
        every = []
        for part in machines.accounts(values).classes:
            cost, revenue = part.each(postes, slice(None))
            readings = overvaluation(revenue, cost)
            found = readings.markup if reading.definition == "markup" else readings.share_of_fee
            every.append(np.broadcast_to(found, (len(cost), found.shape[-1])))
        size = max(part.shape[1] for part in every)
        return np.concatenate([np.broadcast_to(p, (len(p), size)) for p in every])

    middle = by_machine({})[:, 0]
    inputs = machines.inputs
    drawn = inputs.values(inputs.scores(0, MACHINE_DRAWS, settings.seed or 0))
    above = weight @ (by_machine(drawn) >= figure) / weight.sum()
    order = np.argsort(middle)
    known = order[np.isfinite(middle[order])]
    rank = np.cumsum(weight[known])
    quantiles = {
        f"p{share:02d}": float(middle[known[np.searchsorted(rank, share / 100 * rank[-1])]])
        for share in (5, 25, 50, 75, 95)
    }
    return Variation(
        quantiles=quantiles,
        share_above=float(weight @ (middle >= figure) / weight.sum()),
        share_range=(float(np.quantile(above, 0.05)), float(np.quantile(above, 0.95))),
        values=middle,
        weight=weight,
    )
