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
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.claim.flips import Flip, flips, margin_of
from costing.analysis.claim.nearest import JointFlip, joint_flip
from costing.analysis.claim.readings import (
    Reading,
    Settings,
    around,
    own_reading,
    quantile,
    readings_table,
)
from costing.analysis.draws.cohort import cohort
from costing.analysis.draws.slopes import tangent_of
from costing.analysis.draws.variation import Variation, variation
from costing.analysis.uncertainty.uncertainty import Inputs, Outcome, simulate
from costing.case.case import Case
from costing.problems.errors import InputError, problem
from costing.run.progress import Progress, silent, within
from costing.values.catalogue import Claim

Floats = NDArray[np.float64]

#: Points of the acceptability curve.
_CURVE = 121
#: Draws among which the search of the nearest joint change looks for starts.
_NEAR_DRAWS = 2_048


@dataclass(frozen=True)
class Chance:
    """A share of the draws and its standard error."""

    value: float
    error: float


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
        return quantile(self.outcome.draws, probability)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """Probability of being at least each figure: columns `figure`, `probability`."""
        defined = np.sort(self.outcome.draws[~np.isnan(self.outcome.draws)])
        finite = defined[np.isfinite(defined)]
        if not finite.size:
            share = float(np.mean(self.outcome.draws >= self.figure))
            return pd.DataFrame({"figure": [self.figure], "probability": [share]})
        low, high = quantile(finite, 0.001), quantile(finite, 0.999)
        room = 0.05 * (high - low)
        ends = min(low - room, self.figure), max(high + room, self.figure)
        figures = np.union1d(np.linspace(*ends, _CURVE), [self.figure])
        above = defined.size - np.searchsorted(defined, figures, side="left")
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
    study = machines.study(reading.definition, postes)
    outcome = simulate(
        study, machines.inputs, settings.draws, settings.seed or 0, settings.method,
        settings.workers, _enough(claim, settings), within(progress, 0.0, 0.4),
    )  # fmt: skip
    table = readings_table(case, claim, settings, wanted, within(progress, 0.4, 0.75))
    progress(0.75, "Ce qui renverserait la réponse")
    margin = margin_of(study, machines.inputs, claim.figure)
    alone = flips(margin, machines.inputs, claim.figure)
    progress(0.8, "Le plus petit changement conjoint")
    scores = machines.inputs.scores(0, _NEAR_DRAWS, settings.seed or 0)
    drawn = np.array(list(machines.inputs.values(scores).values())).reshape(-1, _NEAR_DRAWS)
    margins = None
    if settings.method == "plain" and len(outcome.draws) >= _NEAR_DRAWS:
        margins = outcome.draws[:_NEAR_DRAWS] - claim.figure  # the same draws
    tangent = tangent_of(machines, reading.definition, postes, claim.figure)
    joint = joint_flip(margin, machines.inputs, claim.figure, drawn, tangent, margins)
    progress(0.95, "Différences entre appareils")
    differing = variation(machines, reading.definition, postes, claim.figure, settings.seed or 0)
    progress(1.0, "Terminé")
    return ClaimAnswer(
        case, claim, reading, machines.date, machines.date > wanted, settings, outcome,
        machines.inputs, table, alone, joint, differing,
    )  # fmt: skip


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
    precision = settings.precision

    def enough(outcome: Outcome) -> bool:
        chance, count = _at_least(outcome, claim.figure), len(outcome.draws)
        return max(chance.error, 1.0 / count) <= precision

    return enough


def _at_least(outcome: Outcome, figure: float) -> Chance:
    return Chance(*map(float, outcome.probability(lambda result: result >= figure)))
