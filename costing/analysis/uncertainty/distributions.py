r"""Distributions of the inputs, read through normal scores.

Every input is a function $x = Q(\Phi(z))$ of a standard normal score $z$: its quantile function $Q$
after the normal distribution function $\Phi$. Scores are what is drawn, correlated (a Gaussian
copula) and stratified (Sobol); the rest is one table look-up an input.

- `pert` on low $a$, mode $m$, high $b$: the beta distribution on $[a, b]$ with
  $\alpha = 1 + 4 (m - a) / (b - a)$, $\beta = 1 + 4 (b - m) / (b - a)$ (Malcolm et al., 1959).
- `triangular`, `uniform` on $[a, b]$.
- `lognormal`, `normal`: $a$ and $b$ are the 5 % and 95 % quantiles, the mode is the median. The
  normal is truncated at the least value that its unit allows.
- `discrete`: outcomes and their probabilities, in increasing order.

Inverse betas are slow, so $Q \circ \Phi$ is tabulated on even scores once for each shape; linear
interpolation errs by less than 10⁻⁵ of the range, far below any sampling error. The lognormal is
computed: it has no range to err by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from costing.values.parameters import Distribution, Value

Floats = NDArray[np.float64]

#: Scores are tabulated from minus to plus this: chances beyond are under 10⁻¹⁶.
REACH = 8.25
NODES = 2049
_STEP = 2 * REACH / (NODES - 1)
#: Score of the 95 % quantile.
Z95 = float(special.ndtri(0.95))


@dataclass(frozen=True)
class Law:
    """One input's distribution. `least`: the smallest value that its unit allows."""

    distribution: Distribution
    low: float
    mode: float
    high: float
    outcomes: tuple[tuple[float, float], ...] = ()
    least: float = 0.0

    @classmethod
    def of(cls, value: Value, distribution: Distribution, unit: str = "") -> Law:
        """The law of a parameter's value."""
        low, high = value.bounds
        outcomes = tuple(sorted((o.value, o.probability) for o in value.outcomes))
        least = -1.0 if unit == "1/year" else 0.0
        return cls(distribution, low, value.mode, high, outcomes, least)

    @property
    def fixed(self) -> bool:
        """Whether there is nothing to draw."""
        return self.distribution == "fixed" or self.low == self.high

    def values(self, scores: Any) -> Floats:
        r"""$Q(\Phi(z))$ for an array of scores, of the same shape, in the input's unit.

        NaN for a score that is not a number, unless there is nothing to draw; the ends of the
        table for infinite ones.
        """
        scores = np.asarray(scores, dtype=float)
        if self.fixed:
            return np.full_like(scores, self.mode)
        if self.distribution == "discrete":
            which = np.searchsorted(self._steps[:-1], scores, side="left")
            values = np.array([value for value, _ in self.outcomes], dtype=float)
            return np.where(np.isnan(scores), np.nan, values[which])
        if self.distribution == "lognormal":
            centre, deviation = self._log
            return np.asarray(np.exp(centre + deviation * np.clip(scores, -REACH, REACH)))
        result = _interpolate(self._shape, scores)
        result *= self._width
        result += self._start
        return result

    def quantile(self, probability: Any) -> Floats:
        """The value that is not exceeded with a probability (array, in [0, 1])."""
        return self.values(special.ndtri(np.asarray(probability, dtype=float)))

    @cached_property
    def spread(self) -> float:
        """Standard deviation, in the input's unit, from the closed form of each law."""
        if self.fixed:
            return 0.0
        if self.distribution == "discrete":
            mean = math.fsum(value * chance for value, chance in self.outcomes)
            return math.sqrt(math.fsum(p * (value - mean) ** 2 for value, p in self.outcomes))
        if self.distribution == "lognormal":
            centre, deviation = self._log
            with np.errstate(over="ignore"):
                mean = float(np.exp(centre + deviation**2 / 2))
                return mean * float(np.sqrt(np.expm1(deviation**2)))
        width = self.high - self.low
        if self.distribution == "normal":
            centre, deviation = (self.low + self.high) / 2, width / (2 * Z95)
            return _truncated_spread(centre, deviation, self.least)
        mode = (self.mode - self.low) / width  # in parts of the range, where digits are not lost
        if self.distribution == "triangular":
            return width * math.sqrt((1 - mode + mode**2) / 18)
        mean = (1 + 4 * mode) / 6
        return width * math.sqrt(mean * (1 - mean) / 7 if self.distribution == "pert" else 1 / 12)

    @property
    def _log(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm of a lognormal."""
        low, high = math.log(self.low), math.log(self.high)
        return (low + high) / 2, (high - low) / (2 * Z95)

    @cached_property
    def _steps(self) -> Floats:
        """Scores at which a discrete law passes to its next outcome."""
        chances = np.cumsum([chance for _, chance in self.outcomes])
        return np.asarray(special.ndtri(np.minimum(chances, 1.0)))

    @property
    def _start(self) -> float:
        return 0.0 if self.distribution == "normal" else self.low

    @property
    def _width(self) -> float:
        return 1.0 if self.distribution == "normal" else self.high - self.low

    @property
    def _shape(self) -> tuple[Floats, Floats]:
        """Table of the law brought to [0, 1], or of the law itself where it has no ends."""
        if self.distribution == "normal":
            return _normal_table(self.low, self.high, self.least)
        return _table(self.distribution, (self.mode - self.low) / (self.high - self.low))


def _interpolate(table: tuple[Floats, Floats], scores: Floats) -> Floats:
    """Linear interpolation in a table on even scores; beyond its ends, the end; NaN stays NaN."""
    start, rise = table
    place = np.asarray((scores + REACH) * (1 / _STEP))
    np.clip(place, 0, NODES - 1.000001, out=place)
    with np.errstate(invalid="ignore"):
        index = place.astype(np.int32)
    place -= index
    place *= rise.take(index, mode="clip")  # the index of a NaN is anything
    place += start.take(index, mode="clip")
    return place


def _scores() -> Floats:
    return np.linspace(-REACH, REACH, NODES)


def _with_rise(nodes: Floats) -> tuple[Floats, Floats]:
    return nodes[:-1].copy(), np.diff(nodes)


@lru_cache(maxsize=512)
def _table(distribution: str, mode: float) -> tuple[Floats, Floats]:
    """Quantiles of a law on [0, 1] with a given mode, at the tabulated scores."""
    scores = _scores()
    below, above = special.ndtr(scores), special.ndtr(-scores)
    if distribution == "uniform":
        nodes = below
    elif distribution == "triangular":
        left, right = np.sqrt(below * mode), 1 - np.sqrt(above * (1 - mode))
        nodes = np.where(below < mode, left, right)
    else:
        alpha, beta = 1 + 4 * mode, 5 - 4 * mode
        half = NODES // 2  # each tail is computed from its own end, where digits are not lost
        lower = special.betaincinv(alpha, beta, below[:half])
        upper = 1 - special.betaincinv(beta, alpha, above[half:])
        nodes = np.concatenate([lower, upper])
    nodes[[0, -1]] = 0.0, 1.0  # a beta nears its end so slowly that 10⁻¹⁶ is still short of it
    return _with_rise(nodes)


@lru_cache(maxsize=512)
def _normal_table(low: float, high: float, least: float) -> tuple[Floats, Floats]:
    """Quantiles of a normal from two of them, truncated below."""
    scores = _scores()
    centre, deviation = (low + high) / 2, (high - low) / (2 * Z95)
    cut = special.ndtr(-(least - centre) / deviation)  # chance of being above the least value
    above = special.ndtr(-scores) * cut
    return _with_rise(np.maximum(centre - deviation * special.ndtri(above), least))


def _truncated_spread(centre: float, deviation: float, least: float) -> float:
    """Standard deviation of a normal truncated below (Johnson, Kotz, Balakrishnan, 1994, 13.10)."""
    start = (least - centre) / deviation
    pull = math.exp(-(start**2) / 2) / math.sqrt(2 * math.pi) / float(special.ndtr(-start))
    return deviation * math.sqrt(1 + pull * (start - pull))
