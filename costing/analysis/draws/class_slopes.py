r"""The machines of a class at one value of each input: sums, and how they move with each value.

Cost and pay are those of `costing.analysis.draws.class_account`, computed again and again at one
draw: what no input moves is prepared once, and a model's formulas and their derivatives
(`costing.language.derivatives`) are one function each. With $w_m$ the weights and $U$ a limit,
$\partial / \partial U \sum_m w_m \min(N_m, U) = \sum_{N_m > U} w_m$, half of it at $N_m = U$.

Derivatives are by name of the parameter. That called `acts` is what the sum gains when all the acts
grow by 100 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.draws.class_account import ClassAccount, Lines
from costing.analysis.draws.elasticities import excluded, paid
from costing.fee.schedule import LIMITS
from costing.language.derivatives import pulls_of, values_of
from costing.language.units import CONSTANTS

Floats = NDArray[np.float64]
Retained = NDArray[np.bool_]
#: Derivatives by parameter name.
Slopes = dict[str, float]


@dataclass(frozen=True)
class ReadyClass:
    """What no input moves of a class: `account` is at any value of the inputs `names`.

    straight: the lines are those of `ClassAccount.straight_lines`.
    """

    account: ClassAccount
    names: frozenset[str]
    straight: bool = False

    @cached_property
    def lines(self) -> Lines:
        """The lines of the account, for their states and acts."""
        return self.account.straight_lines if self.straight else self.account.lines(slice(None))

    @cached_property
    def still(self) -> dict[str, Any]:
        """Values of all the names that formulas see, those of the account."""
        values = {name: value for name, (value, _) in CONSTANTS.items()} | self.lines.values
        return {name: np.asarray(value, dtype=float)[()] for name, value in values.items()}

    @cached_property
    def excluded(self) -> dict[str, float]:
        """Prices without VAT, at their mode."""
        return excluded(self.account.case, self.account.machines.code)

    @cached_property
    def vat_rate(self) -> Any:
        """VAT that the operator does not recover, at its mode."""
        return np.float64(self.account.case.vat_rate(self.account.machines.code))

    @cached_property
    def moving(self) -> frozenset[str]:
        """Names and steps of the model that move with the inputs, or with the acts."""
        names = {"acts", *self.names}
        if "vat_rate" in names:
            names |= self.excluded.keys()
        model = self.account.model
        uses = {step.name for step in model.steps if model.uses(step.name) & names}
        return frozenset(names | uses)

    @cached_property
    def places(self) -> Floats:
        """What each (state, activity) counts for in each machine, `(s, k, m)`."""
        lines, machines = self.lines, self.account.machines
        own = (lines.states[:, None] == machines.amortised)[:, None]
        if lines.acts.shape[0] == 1:
            return np.asarray(own, dtype=float)
        place = lines.place(machines.acts)
        return np.asarray(own * np.stack([1 - place, place]))

    @cached_property
    def steps(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """All the formulas of the model as one function."""
        return values_of(self.account.model.chain)

    def pulls(self, values: Mapping[str, Any], seeds: Mapping[str, Any]) -> dict[str, Any]:
        """Derivatives of a weighted sum of lines to what formulas see, by name."""
        lines = frozenset(seeds)
        if lines not in self._pulls:
            self._pulls[lines] = pulls_of(self.account.model.chain, lines, self.moving)
        return self._pulls[lines](values, seeds)

    @cached_property
    def _pulls(self) -> dict[frozenset[str], Callable[..., dict[str, Any]]]:
        return {}

    def at(self, account: ClassAccount) -> ClassPoint:
        """The class at one value of each input, those of an account."""
        given = account.values
        values = {**self.still, **given}
        vat_rate = given.get("vat_rate", self.vat_rate)
        prices = {name: given.get(name, mode) for name, mode in self.excluded.items()}
        values |= {name: price * (1 + vat_rate) for name, price in prices.items()}
        if not self.straight:
            values["acts"] = self.lines.acts / self.account.scale * account.scale
        values |= self.steps(values)
        return ClassPoint(self, account, values, prices, vat_rate)


@dataclass(frozen=True)
class ClassPoint:
    """A class at one value of each input.

    values: all that the formulas see and give. prices: those without VAT. vat_rate: a fraction.
    """

    ready: ReadyClass
    account: ClassAccount
    values: dict[str, Any]
    prices: Mapping[str, Any]
    vat_rate: Any

    # --- cost

    @property
    def acts(self) -> Floats:
        """Yearly acts at which lines are known, `(k, 1)`, or of each machine."""
        return np.asarray(self.values["acts"])

    def amount(self, parts: Mapping[str, float]) -> Floats:
        """A sum of lines, each counted so many times, EUR/year, `(s, k, 1)` or `(m, 1)`."""
        total: Any = np.zeros(self._shape)
        for step in self.account.model.lines:
            if step.name in parts:
                times = parts[step.name] * self.acts if step.per == "act" else parts[step.name]
                total = total + self.values[step.name] * times
        return np.asarray(total)

    @property
    def _shape(self) -> tuple[int, ...]:
        lines = self.ready.lines
        return (len(lines.acts), 1) if lines.by_machine else (*self.ready.places.shape[:2], 1)

    @cached_property
    def share(self) -> Floats:
        """Share of each machine's cost that its billed acts bear, `(m,)`."""
        return self.account.share(self.account.omega)[:, 0]

    def weights(self, each: Floats) -> Floats:
        """What each amount counts for, from what each machine counts for `(m,)`."""
        if self.ready.lines.by_machine:
            return each[:, None]
        return (self.ready.places @ each)[..., None]

    def each(self, parts: Mapping[str, float]) -> Floats:
        """The sum of lines of each machine, borne by its billed acts, `(m,)`."""
        amount = self.amount(parts)
        if self.ready.lines.by_machine:
            return np.asarray(amount[:, 0] * self.share)
        return np.asarray(np.tensordot(amount[..., 0], self.ready.places, 2) * self.share)

    def cost(self, parts: Mapping[str, float], retained: Retained) -> float:
        """The sum of lines over the machines retained, borne by their billed acts, EUR/year."""
        weight = self.account.machines.weight * retained * self.share
        return float(np.sum(self.weights(weight) * self.amount(parts)))

    def cost_slopes(self, parts: Mapping[str, float], retained: Retained) -> Slopes:
        """Derivatives of `cost`."""
        weight = self.account.machines.weight * retained
        slopes = self.line_slopes(parts, self.weights(weight * self.share))
        if "inpatient_cost_weight" in self.ready.names:
            moved = weight * self.account.share_slope(self.account.omega)[:, 0]
            more = np.sum(self.weights(moved) * self.amount(parts))
            _add(slopes, "inpatient_cost_weight", more)
        return self._scaled(slopes)

    def line_slopes(self, parts: Mapping[str, float], weights: Floats) -> Slopes:
        """Derivatives of the sum of lines, `weights` that of each amount."""
        account = self.account
        steps = [step for step in account.model.lines if step.name in parts]
        seeds = {step.name: weights * parts[step.name] for step in steps}
        by_act = [step.name for step in steps if step.per == "act"]
        more = sum(seeds[name] * self.values[name] for name in by_act)
        seeds |= {name: seeds[name] * self.acts for name in by_act}
        pulls = self.ready.pulls(self.values, seeds)
        more = (more + pulls.pop("acts", 0.0)) * self.acts
        pulls = paid(pulls, self.prices, self.vat_rate)
        names = self.ready.names & pulls.keys()
        slopes = {name: float(pulls[name].sum()) for name in names}
        return slopes | {"acts": float(np.sum(more))}

    # --- pay

    def revenue_slopes(self, retained: Retained) -> Slopes:
        """Derivatives of the fee revenue of the machines retained."""
        account = self.account
        places, billed = account.counted
        weight = account.machines.weight * billed * retained
        slopes = self.pay_slopes(places * account.scale, weight[:, None] * account.fees)
        return self._scaled(slopes)

    def gap_slopes(self) -> Slopes:
        """Derivatives of what the full rate pays above the amortised one."""
        account, machines = self.account, self.account.machines
        places, billed = account.counted
        full = machines.weight * billed * machines.gap * machines.new
        prices = np.stack([full, np.zeros_like(full)], axis=1)
        return self._scaled(self.pay_slopes(places * account.scale, prices))

    def pay_slopes(self, acts: Floats, prices: Floats) -> Slopes:
        """Derivatives of a pay: yearly acts `(m,)`, prices by band `(m, b)` with their weight."""
        slopes: Slopes = {}
        more, moved_by = prices[:, -1], None
        limits = self.account.limits[: prices.shape[1] - 1]
        for band, (limit, name) in enumerate(zip(limits, LIMITS, strict=False)):
            # A limit that is not above the one before it is that one.
            if not band or limit > limits[band - 1]:
                moved_by = name
            drop = prices[:, band] - prices[:, band + 1]
            inside = np.heaviside(limit - acts, 0.5)
            more = more + drop * inside
            if moved_by in self.ready.names:
                _add(slopes, moved_by, np.sum(drop * (1 - inside)))
        return slopes | {"acts": float(np.sum(more * acts))}

    def _scaled(self, slopes: Slopes) -> Slopes:
        """The growth of the acts as that of the parameter that sets them, if one does."""
        more, name = slopes.pop("acts"), self.account.scaled_by
        if name in self.ready.names:
            _add(slopes, name, more / self.account.scale)
        return slopes


def _add(slopes: Slopes, name: str, more: Any) -> None:
    slopes[name] = slopes.get(name, 0.0) + float(more)
