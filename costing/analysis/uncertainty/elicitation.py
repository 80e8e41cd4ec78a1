r"""A law fitted to an expert's three quantiles, for a quantity that cannot be negative.

The expert gives $q_{05} < q_{50} < q_{95}$ (exceeded with chance 95 %, 50 % and 5 %; the method of
quantiles, O'Hagan et al., 2006, *Uncertain Judgements*, 6.3). Two laws are fitted, in the terms in
which the workbench takes them:

- `pert`: $Q(p) = a + (b - a) B_s(p)$, with $B_s$ the quantile function of a beta of shapes
  $1 + 4s$ and $5 - 4s$ and $s$ the place of the mode. The ratio
  $(q_{50} - q_{05}) / (q_{95} - q_{05})$ rests on $s$ alone and grows with it, from 0.271 to 0.729:
  its root, if it has one, gives the only PERT with these quantiles. If there is none, or if it
  starts below zero, $s$, $a \ge 0$ and $b$ minimise the sum of the squared gaps between the
  quantiles ($a$ and $b$ linearly, $s$ from several starts).
- `lognormal`: $Q(p) = e^{\mu + \sigma z_p}$; two parameters for three quantiles, in least squares.

Everything is worked in parts of $q_{95} - q_{05}$, so that euros and fractions are solved alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special
from scipy.optimize import brentq, least_squares, minimize_scalar

from costing.analysis.uncertainty.distributions import Z95
from costing.french.writing import percent, quantity
from costing.problems.errors import InputError, Problem, problem

Floats = NDArray[np.float64]
Fitted = Literal["pert", "lognormal"]

#: The chances that the expert's quantiles are not exceeded.
CHANCES = (0.05, 0.5, 0.95)
#: A gap under this part of the range is only rounding.
EXACT = 1e-8
_POINTS = 201
_STARTS = 41


class Curve(NamedTuple):
    """A density to draw: values in the quantity's unit, densities per unit, `(201,)` each."""

    values: Floats
    density: Floats


@dataclass(frozen=True)
class Fit:
    """A law and how well it has the quantiles asked.

    low, mode, high: as `Value` and `Override` take them: the ends of a PERT and its mode; the 5 %
    and 95 % quantiles of a lognormal and its median. asked, fitted: quantiles at 5, 50 and 95 %.
    """

    distribution: Fitted
    low: float
    mode: float
    high: float
    asked: tuple[float, float, float]
    fitted: tuple[float, float, float]

    @property
    def gap(self) -> float:
        """Largest gap between the quantiles fitted and asked, as a share of q95 - q05."""
        gaps = [abs(f - a) for f, a in zip(self.fitted, self.asked, strict=True)]
        return max(gaps) / (self.asked[2] - self.asked[0])

    @property
    def exact(self) -> bool:
        """Whether the law has the three quantiles, rounding apart."""
        return self.gap < EXACT

    @cached_property
    def curve(self) -> Curve:
        """Its density: from end to end of a PERT, between the quantiles at 0.1 and 99.9 % else."""
        if self.distribution == "pert":
            width = self.high - self.low
            share = (self.mode - self.low) / width
            place = np.linspace(0.0, 1.0, _POINTS)
            whole = special.beta(1 + 4 * share, 5 - 4 * share) * width
            density = place ** (4 * share) * (1 - place) ** (4 - 4 * share) / whole
            return Curve(self.low + width * place, np.asarray(density))
        sigma = math.log(self.high / self.low) / (2 * Z95)
        reach = float(special.ndtri(0.999)) * sigma
        values = np.linspace(self.mode * math.exp(-reach), self.mode * math.exp(reach), _POINTS)
        scores = np.log(values / self.mode) / sigma
        return Curve(values, np.exp(-(scores**2) / 2) / (values * sigma * math.sqrt(2 * math.pi)))

    def law(self, unit: str = "number") -> str:
        """`loi PERT (bas 12 h ; mode 20 h ; haut 45 h)`, figures in the quantity's unit."""
        name = "PERT" if self.distribution == "pert" else "lognormale"
        low, mode, high = (quantity(x, unit) for x in (self.low, self.mode, self.high))
        return f"loi {name} (bas {low} ; mode {mode} ; haut {high})"

    def words(self, unit: str = "number") -> str:
        """The law and its gap, in a French sentence."""
        if self.exact:
            return f"La {self.law(unit)} a exactement ces trois quantiles."
        none = "PERT sans valeur négative" if self.distribution == "pert" else "lognormale"
        fitted = " ; ".join(quantity(x, unit) for x in self.fitted)
        return (
            f"Aucune loi {none} n'a ces trois quantiles ; la plus proche, au sens des moindres "
            f"carrés, est la {self.law(unit)}, dont les quantiles à 5, 50 et 95 % sont {fitted} : "
            f"l'écart est {_most(self.gap)} de la plage de 5 à 95 %."
        )


@dataclass(frozen=True)
class Best:
    """Both fits, and the one whose largest gap is the smaller; the PERT when they tie."""

    pert: Fit
    lognormal: Fit

    @property
    def closer(self) -> Fit:
        """The fit to keep."""
        ahead = self.lognormal.gap < self.pert.gap and not self.pert.exact
        return self.lognormal if ahead else self.pert

    def words(self, unit: str = "number") -> str:
        """Which law is closer and by how much, in a French sentence."""
        closer = self.closer
        other = self.pert if closer is self.lognormal else self.lognormal
        law, rest = f"La {closer.law(unit)}", other.law(unit).split(" (")[0]
        if closer.exact and other.exact:
            return (
                f"{law} a exactement ces trois quantiles, comme la {rest} ; elle seule est bornée."
            )
        if closer.exact:
            return (
                f"{law} a exactement ces trois quantiles ; la {rest} s'en écarte "
                f"{_most(other.gap)} de la plage de 5 à 95 %."
            )
        return (
            f"{law} est la plus proche : elle s'écarte de ces trois quantiles "
            f"{_most(closer.gap)} de la plage de 5 à 95 %, contre {_share(other.gap)} pour la "
            f"{rest}."
        )


def fit(distribution: Fitted, q05: float, q50: float, q95: float) -> Fit:
    """The law of a kind that has three quantiles, in the quantity's unit, or the closest one.

    Raises:
        InputError: quantiles that do not increase, are negative or not finite.
    """
    asked = _checked(q05, q50, q95)
    solve = _pert if distribution == "pert" else _lognormal
    return solve(asked)


def best(q05: float, q50: float, q95: float) -> Best:
    """Both laws fitted to three quantiles, in the quantity's unit.

    Raises:
        InputError: as `fit`.
    """
    return Best(fit("pert", q05, q50, q95), fit("lognormal", q05, q50, q95))


def _checked(*quantiles: float) -> tuple[float, float, float]:
    """The three quantiles, if a quantity that is never negative can have them."""
    problems: list[Problem] = [
        problem("quantile_range", None, value, chance=f"{100 * chance:g}")
        for value, chance in zip(quantiles, CHANCES, strict=True)
        if not 0 <= value < math.inf
    ]
    low, middle, high = quantiles
    if not problems and not low < middle < high:
        problems.append(problem("quantiles_order", None, low=low, middle=middle, high=high))
    if problems:
        raise InputError(problems)
    return float(low), float(middle), float(high)


def _share(gap: float) -> str:
    """A gap as a percentage that never shows as nothing."""
    return percent(gap) if gap >= 0.001 else "moins de 0,1 %"


def _most(gap: float) -> str:
    """The same, as what is not exceeded."""
    return f"d'au plus {_share(gap)}" if gap >= 0.001 else f"de {_share(gap)}"


# --- PERT


def _shape(share: float) -> Floats:
    """Quantiles at 5, 50 and 95 % of the PERT on [0, 1] whose mode is at `share`."""
    return np.asarray(special.betaincinv(1 + 4 * share, 5 - 4 * share, np.array(CHANCES)))


def _middle(share: float) -> float:
    """Where the median stands between the two other quantiles: grows with the mode's place."""
    low, middle, high = _shape(share)
    return float((middle - low) / (high - low))


def _pert(asked: tuple[float, float, float]) -> Fit:
    width = asked[2] - asked[0]
    scaled = (np.array(asked) - asked[0]) / width
    least = -asked[0] / width  # zero, in these terms
    share = _same_middle(float(scaled[1]))
    start, span = _line(share, scaled)
    if start < least - 1e-12 or abs(_middle(share) - scaled[1]) > 1e-12:
        share = _closest(scaled, least)
        start, span = _line(share, scaled, least)
    low = max(0.0, asked[0] + width * start)
    high = asked[0] + width * (start + span)
    mode = min(max(low + share * (high - low), low), high)
    fitted = tuple(float(low + (high - low) * q) for q in _shape(share))
    return Fit("pert", low, mode, high, asked, fitted)  # type: ignore[arg-type]


def _same_middle(middle: float) -> float:
    """The place of the mode that puts the median at `middle`, or the end that comes nearest."""
    if not _middle(0.0) < middle < _middle(1.0):
        return 0.0 if middle <= 0.5 else 1.0
    return float(brentq(lambda share: _middle(share) - middle, 0.0, 1.0, xtol=1e-14))


def _line(share: float, scaled: Floats, least: float = -math.inf) -> tuple[float, float]:
    """Start, not under `least`, and width of the closest PERT of a given shape."""
    shape = _shape(share)
    away = shape - shape.mean()
    span = float(away @ scaled / (away @ away))
    start = float(scaled.mean() - span * shape.mean())
    if start >= least:
        return start, span
    return least, float(shape @ (scaled - least) / (shape @ shape))


def _closest(scaled: Floats, least: float) -> float:
    """The place of the mode of the PERT closest in least squares, from several starts."""

    def squares(share: float) -> float:
        start, span = _line(share, scaled, least)
        return float(np.sum((start + span * _shape(share) - scaled) ** 2))

    grid = np.linspace(0.0, 1.0, _STARTS)
    heights = np.array([squares(share) for share in grid])
    tries = list(zip(heights.tolist(), grid.tolist(), strict=True))
    padded = np.concatenate([[math.inf], heights, [math.inf]])
    for index in np.flatnonzero((heights <= padded[:-2]) & (heights <= padded[2:])).tolist():
        ends = grid[max(index - 1, 0)], grid[min(index + 1, _STARTS - 1)]
        search: Any = minimize_scalar
        answer = search(squares, bounds=ends, method="bounded", options={"xatol": 1e-10})
        tries.append((float(answer.fun), float(answer.x)))
    return float(min(tries)[1])


# --- lognormal


def _lognormal(asked: tuple[float, float, float]) -> Fit:
    scores = np.array([-Z95, 0.0, Z95])
    width = asked[2] - asked[0]
    quantiles = np.array(asked)

    def gaps(unknown: Floats) -> Floats:
        """Logarithm of the median over the one asked, and of the deviation."""
        exponent = unknown[0] + np.exp(unknown[1]) * scores
        most = math.log(1e3 * asked[2]) - math.log(asked[1])  # far enough to turn back, and finite
        return np.asarray((asked[1] * np.exp(np.minimum(exponent, most)) - quantiles) / width)

    starts = []
    for i, j in ((0, 2), (1, 2), (0, 1)):  # the lognormal of each two of the quantiles
        if asked[i] > 0:
            sigma = (math.log(asked[j]) - math.log(asked[i])) / (scores[j] - scores[i])
            centre = math.log(asked[j]) - math.log(asked[1]) - sigma * scores[j]
            starts.append((centre, math.log(sigma)))
    ends = np.array([[-700.0, -40.0], [700.0, 6.0]])  # beyond, exponentials are no longer numbers
    search: Any = least_squares
    answers = [
        search(
            gaps, np.clip(start, *(0.999 * ends)), bounds=ends, xtol=1e-15, ftol=1e-15, gtol=1e-15
        )
        for start in starts
    ]
    closest: Any = min(answers, key=lambda answer: float(answer.cost))
    centre, reach = float(closest.x[0]), math.exp(float(closest.x[1])) * Z95
    mode = asked[1] * math.exp(centre)
    low, high = mode * math.exp(-reach), mode * math.exp(reach)
    return Fit("lognormal", low, mode, high, asked, (low, mode, high))
