r"""The bridge between two scenarios: what each of their differences is worth of the gap.

The gap of a result $v$ between scenarios a and b is split over the atoms that differ by the
Shapley value of the game $S \mapsto v(\text{mix}(a, b, S))$ (`costing.analysis.bridge.shapley`):
what an atom adds, averaged over all the orders in which the atoms may change sides. The shares add
up to the gap, and going from b to a only changes their signs. The Shapley value is linear: a result
that is a sum (savings, over classes of machines) is split term by term, each over the atoms it
reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from costing.analysis.bridge.differences import Atom, Group, Pair, differences, mix
from costing.analysis.bridge.results import CostPerAct, Overvaluation, Result, Term
from costing.analysis.bridge.savings import Savings
from costing.analysis.bridge.shapley import EXACT, PAIRS, Coalitions, Game, Split, rounded, shapley
from costing.case.case import Case
from costing.problems.errors import InputError, problem

__all__ = [
    "Atom", "Bar", "Bridge", "CostPerAct", "Idle", "Overvaluation", "Result", "Savings", "Step",
    "bridge", "differences", "mix",
]  # fmt: skip

Floats = NDArray[np.float64]
#: Why a difference has no effect: the result does not read it, it changes nothing, or less than
#: the last figure printed.
Why = Literal["not_read", "zero", "below_rounding"]


@dataclass(frozen=True)
class Step:
    """What one difference is worth.

    share: exact. amount: rounded so that the amounts add up to the printed gap. error: standard
    error of the share, 0 where all the coalitions were evaluated.
    """

    atom: Atom
    share: float
    amount: float
    error: float


@dataclass(frozen=True)
class Idle:
    """A difference that does not matter, and why; `share` is then below the rounding, or zero."""

    atom: Atom
    why: Why
    share: float = 0.0


@dataclass(frozen=True)
class Bar:
    """A bar of the waterfall, from one level to another."""

    step: Step
    before: float
    after: float


@dataclass(frozen=True)
class Bridge:
    """The split of a gap, largest steps first; in EUR, or a fraction for an overvaluation.

    printed: the gap between start and end as they are printed, to which the amounts add up.
    """

    a: Case
    b: Case
    result: Result
    start: float
    end: float
    printed: float
    steps: tuple[Step, ...]
    without_effect: tuple[Idle, ...]
    exact: bool

    @property
    def gap(self) -> float:
        """End less start; the shares, those of `without_effect` included, add up to it."""
        return self.end - self.start

    @property
    def subtotals(self) -> dict[Group, float]:
        """Amount of each group that has a step, largest first."""
        sums: dict[Group, float] = {}
        for step in self.steps:
            sums[step.atom.group] = sums.get(step.atom.group, 0.0) + step.amount
        decimals = self.result.decimals
        ordered = sorted(sums.items(), key=lambda item: -abs(item[1]))
        return {group: round(amount, decimals) for group, amount in ordered}

    @property
    def waterfall(self) -> tuple[Bar, ...]:
        """The steps end to end, from the printed start to the printed end."""
        bars = []
        level = round(self.start, self.result.decimals)
        for step in self.steps:
            after = round(level + step.amount, self.result.decimals)
            bars.append(Bar(step, level, after))
            level = after
        return tuple(bars)


def bridge(
    a: Case, b: Case, result: Result, exact_up_to: int = EXACT, pairs: int = PAIRS
) -> Bridge:
    """The gap of a result from a to b, by difference.

    Exact up to `exact_up_to` differences that the result (or one of its terms) reads; beyond,
    sampled over `pairs` of orders, with an error.

    Raises:
        InputError: the reference data differ; a mix has no such result.
    """
    pair = Pair(a, b)
    atoms = differences(a, b)
    read = result.reads(pair)
    players = [atom for atom in atoms if atom.read_as & read]
    split = _split(result.terms(pair, players), len(players), exact_up_to, pairs)
    printed = round(split.end, result.decimals) - round(split.start, result.decimals)
    amounts = rounded(split.shares, printed, result.decimals)
    columns = zip(
        players, split.shares.tolist(), amounts.tolist(), split.errors.tolist(), strict=True
    )
    steps = [Step(*column) for column in columns]
    with_effect = [step for step in steps if step.amount]
    idle = [Idle(atom, "not_read") for atom in atoms if atom not in players]
    idle += [_idle(step) for step in steps if not step.amount]
    return Bridge(
        a=a,
        b=b,
        result=result,
        start=split.start,
        end=split.end,
        printed=round(printed, result.decimals),
        steps=tuple(sorted(with_effect, key=lambda step: -abs(step.share))),
        without_effect=tuple(idle),
        exact=split.exact,
    )


def _idle(step: Step) -> Idle:
    """A step whose amount is nothing."""
    return Idle(step.atom, "below_rounding" if step.share else "zero", step.share)


def _split(terms: list[Term], players: int, exact_up_to: int, pairs: int) -> Split:
    """The shares of a sum of games: the sums of the shares, drawn independently where drawn."""
    shares, variances = np.zeros(players), np.zeros(players)
    start = end = 0.0
    exact = True
    for seed, (columns, game) in enumerate(terms):
        part = shapley(_defined(game), len(columns), exact_up_to, pairs, seed)
        shares[columns] += part.shares
        variances[columns] += part.errors**2
        start, end, exact = start + part.start, end + part.end, exact and part.exact
    return Split(start, end, shares, np.sqrt(variances), exact)


def _defined(game: Game) -> Game:
    """The same game, refused where it has no value: a gap cannot be split through a hole."""

    def value(coalitions: Coalitions) -> Floats:
        values = game(coalitions)
        if not np.isfinite(values).all():
            raise InputError(problem("mix_undefined"))
        return values

    return value
