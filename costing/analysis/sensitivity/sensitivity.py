r"""Which inputs make a result uncertain, and which datum is worth collecting next.

- **Tornado**: each input at its 5 % and 95 % quantiles, the others at their mode.
- **Variance**: Shapley effects, right under correlation (`costing.analysis.sensitivity.effects`).
- **Value of information.** A claim $r \ge f$ of probability $p$ is best answered with a chance
  $\max(p, 1 - p)$ of being right. Knowing input $i$ raises it by
  $E[\max(p_i, 1 - p_i)] - \max(p, 1 - p)$, $p_i = P(r \ge f \mid x_i)$: the expected value of
  partial perfect information under a 0–1 loss (Raiffa and Schlaifer, 1961). Joint draws are put
  into bins of $x_i$; each bin's answer is settled on one half of the draws and its worth counted on
  the other, both ways, so that an input that says nothing gains nothing: the estimate errs on the
  low side, by what the bins and the draws cannot tell apart.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import special

from costing.analysis.claim.readings import Reading, Settings, own_reading
from costing.analysis.draws.cohort import cohort
from costing.analysis.draws.elasticities import cohort_elasticities
from costing.analysis.sensitivity.effects import (
    ORDERS,
    Effects,
    Estimate,
    Study,
    shapley_effects,
    share_by_grade,
)
from costing.analysis.uncertainty.uncertainty import Input, Inputs, Outcome, simulate
from costing.case.case import Case
from costing.run.progress import Progress, silent
from costing.values.catalogue import Claim

Floats = NDArray[np.float64]

#: Draws unless told otherwise: a standard error of at most 0.4 point on a probability.
DRAWS = 16_384
#: Quantiles between which the tornado moves an input.
ENDS = (0.05, 0.95)
#: Standard errors from which a gain is told from none.
_SURE = 3.0
#: Draws that a bin at the end of an input should hold.
_FEWEST = 16


@dataclass(frozen=True)
class Driver:
    """What one input does to a result.

    low, high: its 5 % and 95 % quantiles; at_low, at_high: the result there, the others at their
    mode. share: of the variance. gain: in the chance of answering right, were it known; as
    estimated, hence around 0 and sometimes below for an input that says nothing. elasticity: % of
    the cost per % of the input at the modes; None where the cost does not follow it.
    """

    input: Input
    low: float
    high: float
    at_low: float
    at_high: float
    share: Estimate
    gain: Estimate
    elasticity: float | None = None

    @property
    def swing(self) -> float:
        """How far the result goes from one end to the other; NaN where it has no meaning."""
        return abs(self.at_high - self.at_low) if self.at_high != self.at_low else 0.0

    @property
    def sure_gain(self) -> float:
        """The gain where it can be told from none, else zero."""
        return self.gain.value if self.gain.value > _SURE * self.gain.error else 0.0


@dataclass(frozen=True)
class Sensitivity:
    """What a result, and the answer to « is it at least the figure », depend on.

    probability: that it is. drivers: in the order of the inputs. effects: shares of the variance
    with their covariance. draws, seed: those of the probability and of the gains.
    """

    figure: float
    principal: float
    probability: Estimate
    drivers: tuple[Driver, ...]
    effects: Effects
    draws: int
    seed: int

    @property
    def tornado(self) -> list[Driver]:
        """The widest swing first; those without a meaning last."""
        return sorted(self.drivers, key=lambda d: -1.0 if math.isnan(d.swing) else d.swing)[::-1]

    @property
    def by_share(self) -> list[Driver]:
        """The largest share of the variance first."""
        return sorted(self.drivers, key=lambda driver: -driver.share.value)

    @property
    def to_collect(self) -> list[Driver]:
        """The datum most worth collecting first: by its sure gain, then its share of variance."""
        return sorted(self.drivers, key=lambda d: (-d.sure_gain, -d.share.value))

    @cached_property
    def grades(self) -> dict[str, Estimate]:
        """Share of the variance by grade, A to D."""
        return share_by_grade(self.effects)

    @property
    def right(self) -> float:
        """Chance of answering right as things stand."""
        return max(self.probability.value, 1 - self.probability.value)

    @property
    def settled(self) -> bool:
        """Whether every draw gives the same answer: no datum could change it."""
        return self.right == 1.0


def sensitivity(
    study: Study,
    inputs: Inputs,
    figure: float,
    draws: int = DRAWS,
    seed: int = 0,
    orders: int = ORDERS,
    workers: int = 1,
    elasticities: Mapping[str, float] | None = None,
    progress: Progress = silent,
) -> Sensitivity:
    """What a result (values by address, arrays `(n,)`, to `(n,)`) and its answer depend on.

    `draws` are for the probability and the gains, `orders` for the variance (see
    `shapley_effects`); `elasticities` by address are told with the rest. The answer does not depend
    on `workers`.

    Raises:
        InputError: a number of draws out of range; a result that is hardly ever finite.
    """
    outcome = simulate(study, inputs, draws, seed, workers=workers,
                       progress=lambda share, words: progress(0.2 * share, words))  # fmt: skip
    effects = shapley_effects(study, inputs, orders, seed, workers,
                              lambda share, words: progress(0.2 + 0.8 * share, words))  # fmt: skip
    gains = information(inputs, outcome, seed, figure)
    ends, results = (pair.tolist() for pair in _tornado(study, inputs))
    shares = list(map(Estimate, effects.shares.tolist(), effects.errors.tolist()))
    by_address = elasticities or {}
    drivers = tuple(
        Driver(
            item, ends[i][0], ends[i][1], results[i][0], results[i][1], shares[i], gains[i],
            by_address.get(item.address),
        )
        for i, item in enumerate(inputs.items)
    )  # fmt: skip
    chance = Estimate(*map(float, outcome.probability(lambda result: result >= figure)))
    principal = float(outcome.principal)
    return Sensitivity(figure, principal, chance, drivers, effects, len(outcome.draws), seed)


def claim_sensitivity(
    case: Case,
    claim: Claim,
    settings: Settings | None = None,
    reading: Reading | None = None,
    date: dt.date | None = None,
    progress: Progress = silent,
) -> Sensitivity:
    """What the answer to a claim depends on, under its own reading unless another is given.

    Of the settings, draws (always plain), seed and workers count; the draws are those of the
    claim's answer. Elasticities are those of the cost in the reading's perimeter.

    Raises:
        InputError: settings out of range, no machine of the population, no such reading; a result
            that is hardly ever finite.
        TariffError: acts for which no rate is known.
    """
    settings = settings or Settings(draws=DRAWS)
    reading = reading or own_reading(claim)
    postes = frozenset(case.reference.perimeter(reading.perimeter).postes)
    machines = cohort(case, claim.population, reading.activity, date or claim.date)
    study = machines.study(reading.definition, postes)
    seed = case.scenario.seed if settings.seed is None else settings.seed
    return sensitivity(
        study, machines.inputs, claim.figure, settings.draws, seed, workers=settings.workers,
        elasticities=cohort_elasticities(machines, postes), progress=progress,
    )  # fmt: skip


def information(inputs: Inputs, outcome: Outcome, seed: int, figure: float) -> list[Estimate]:
    """Gain in the chance of answering « the result is at least the figure » of knowing each input.

    From the joint draws of an outcome, made again from its seed. The standard error is that of the
    draws on which the answers are counted, the answers being given.
    """
    event = np.asarray(outcome.draws >= figure)
    yes, every = _tallies(inputs, outcome, seed, event)
    majority = 2 * event.sum() > len(event)
    decided = np.where(2 * yes == every, majority, 2 * yes > every)
    turned = decided != majority
    # What a half decides is counted on the other: +1 a draw set right, -1 a draw set wrong.
    margin = (2 * yes - every)[::-1] * np.where(decided, 1, -1)
    gain = (turned * margin).sum(axis=(0, 2)) / len(event)
    moved = (turned * every[::-1]).sum(axis=(0, 2)) / len(event)
    error = np.sqrt(np.maximum(moved - gain**2, 0) / len(event))
    return list(map(Estimate, gain.tolist(), error.tolist()))


def _tallies(
    inputs: Inputs, outcome: Outcome, seed: int, event: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draws in which the event holds, and all of them, by half, input and bin."""
    edges = _edges(len(event) // 2)
    outcomes = [np.array([value for value, _ in item.law.outcomes]) for item in inputs.items]
    width = max([len(edges) + 1, *map(len, outcomes)])
    shape = (2, len(inputs.items), width)
    yes, every = np.zeros((2, math.prod(shape)), dtype=np.int64)
    first = 0
    for block, size in enumerate(outcome.blocks):
        scores = inputs.scores(block, size, seed, outcome.method)
        occurred, half = event[first : first + size], np.arange(first, first + size) % 2
        for index, (item, row) in enumerate(zip(inputs.items, scores, strict=True)):
            if item.law.outcomes:
                place = np.searchsorted(outcomes[index], item.law.values(row))
            else:
                place = np.searchsorted(edges, row)
            place += (half * shape[1] + index) * width
            every += np.bincount(place, minlength=len(every))
            yes += np.bincount(place[occurred], minlength=len(yes))
        first += size
    return yes.reshape(shape), every.reshape(shape)


def _edges(draws: int) -> Floats:
    """Scores between which inputs are put into bins, for so many draws in a half.

    The cube root of the draws makes bins of equal chance; the first and the last are halved again
    and again, since an unlikely answer may hang on the ends of an input alone.
    """
    bins = max(2, round(draws ** (1 / 3)))
    halvings = max(0, int(math.log2(max(1.0, draws / bins / _FEWEST))))
    tail = 0.5 ** np.arange(halvings, 0, -1) / bins
    return np.asarray(special.ndtri([*tail, *np.arange(1, bins) / bins, *(1 - tail[::-1])]))


def _tornado(study: Study, inputs: Inputs) -> tuple[Floats, Floats]:
    """Ends of each input and the result there, `(k, 2)` each, in one evaluation."""
    count = len(inputs.items)
    ends = np.array([item.law.quantile(ENDS) for item in inputs.items]).reshape(count, 2)
    rows = np.repeat(inputs.modes[:, None], 2 * count, axis=1)
    rows[np.repeat(np.arange(count), 2), np.arange(2 * count)] = ends.ravel()
    if not count:
        return ends, ends
    result = study(dict(zip(inputs.addresses, rows, strict=True)))
    return ends, np.broadcast_to(result, 2 * count).reshape(count, 2)
