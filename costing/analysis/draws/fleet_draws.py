r"""A fleet under draws of its dynamics: weights of cohorts in the place of a projected table.

`costing.fleet.projection.project` splits machines into rows. Whatever the dynamics, a machine of
the base fleet ends in the same few cohorts: the one of its own installation date ($k = 0$), and
that of 1 January of each year since. So the fleet of year $y$ under draw $d$ is an array of weights
$W_{d,k,m}$, and each 1 January, with renewal chances $c$, growth $g$ and base weights $w_m$,

$$W_{k,m} \leftarrow (1 - c_{k,m}) W_{k,m} (1 + \min(g, 0)), \qquad
  W_{new,m} = \sum_k c_{k,m} W_{k,m} (1 + \min(g, 0)) + w_m \max(g, 0) (1 + g)^{s - 1}$$

for the $s$-th year after the fleet's. The chances are those of `costing.fleet.fleet`: $\min(1,
\kappa a^p)$ at age $a$, $\kappa$ such that the weight renewed is the quota; or, without a power
$p$, the oldest first. Machines of one modality and installation date have the same chances, and are
taken together; the oldest first need each machine, in the order of names within a date.

Rates are brought to where a fleet has a meaning: growth above -100 %, renewal from 0 to 100 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costing.analysis.uncertainty.uncertainty import Values
from costing.case.case import Case
from costing.fleet.fleet import Fleet

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

#: A law may reach -100 % a year in its last digit; nothing is left to renew there.
_LEAST_GROWTH = -1 + 1e-9
_DAY = np.timedelta64(1, "D")


def rate_addresses(case: Case, modality: str) -> dict[str, str]:
    """Address of each parameter of a modality's dynamics, by name; one without a value is left out.

    The power of age is that of all modalities, as in `Fleets.dynamics`.
    """
    addresses = {}
    for name, parameter in case.reference.files["dynamics"].items():
        value = parameter.find("*" if name == "renewal_age_power" else modality)
        if value:
            addresses[name] = f"dynamics.{name}.{value.scope}"
    return addresses


@dataclass(frozen=True)
class Rates:
    """Dynamics of one modality under draws, arrays `(n,)`, or `(1,)` where nothing is drawn.

    growth: machines added; acts: growth of the acts of each machine; renewal: share replaced
    (fractions a year). power: of age, None for the oldest first.
    """

    growth: Floats
    acts: Floats
    renewal: Floats
    power: Floats | None

    @classmethod
    def of(cls, case: Case, modality: str, values: Values) -> Rates:
        """Those of values by address; those not given at their mode."""
        addresses, modes = rate_addresses(case, modality), case.fleets.dynamics

        def rate(name: str, mode: float) -> Floats:
            return np.atleast_1d(np.asarray(values.get(addresses[name], mode), dtype=float))

        power = modes.age_power
        return cls(
            growth=np.maximum(
                rate("machine_growth", modes.machine_growth[modality]), _LEAST_GROWTH
            ),
            acts=np.maximum(rate("acts_growth", modes.acts_growth[modality]), _LEAST_GROWTH),
            renewal=np.clip(rate("renewal_rate", modes.renewal_rate[modality]), 0.0, 1.0),
            power=None if power is None else rate("renewal_age_power", power),
        )

    def acts_factor(self, years: int) -> Floats:
        """What the acts of a machine are multiplied by after some years."""
        return np.asarray((1 + self.acts) ** years)


@dataclass(frozen=True)
class Stock:
    """The machines of one modality, taken together where the dynamics cannot tell them apart.

    rows `(m,)`: of the fleet. group, share `(m,)`: the group of each, and its part of its weight.
    weight, installed `(g,)`: of each group, the oldest first. by_name `(g,)`: groups in the order
    of names, by which machines of one date are told apart when the oldest go first.
    """

    year: int
    rows: NDArray[np.intp]
    group: NDArray[np.intp]
    share: Floats
    weight: Floats
    installed: Days
    by_name: NDArray[np.intp]

    @classmethod
    def of(cls, fleet: Fleet, modality: str, by_date: bool) -> Stock:
        """Those of a fleet; `by_date` where machines of one date have the same chances."""
        rows = np.flatnonzero((fleet.frame["modality"] == modality).to_numpy())
        frame = fleet.frame.iloc[rows]
        weight = frame["weight"].to_numpy(dtype=float)
        installed = frame["installed_on"].to_numpy()
        names = frame["machine_id"].astype(str).to_numpy(dtype=str)
        if by_date:
            dates, group = np.unique(installed, return_inverse=True)
            total = np.bincount(group, weight, minlength=len(dates)).astype(float)
            order = np.arange(len(dates))
            return cls(fleet.year, rows, group, weight / total[group], total, dates, order)
        order = np.lexsort((names, installed))
        group = np.empty_like(order)
        group[order] = np.arange(len(order))
        by_name = np.argsort(names[order], kind="stable")
        ones = np.ones(len(weight))
        return cls(fleet.year, rows, group, ones, weight[order], installed[order], by_name)

    def weights(self, years: Iterable[int], rates: Rates) -> dict[int, list[Floats]]:
        """By year, the weights of the groups in each cohort: arrays `(n, g)`, as `cohort_dates`.

        Years before the fleet's have none.
        """
        wanted = set(years)
        cohorts: list[Floats] = [self.weight[None]]
        by_year = {self.year: cohorts}
        for year in range(self.year + 1, max(wanted) + 1):
            cohorts = self._next(cohorts, year, rates)
            by_year[year] = cohorts
        return {year: weights for year, weights in by_year.items() if year in wanted}

    def _next(self, cohorts: Sequence[Floats], year: int, rates: Rates) -> list[Floats]:
        """The cohorts after 1 January of a year: renewed, then grown."""
        if rates.power is None:
            renewed = self._oldest_first(cohorts, rates.renewal)
        else:
            renewed = self._by_age(cohorts, year, rates.renewal, rates.power)
        growth = rates.growth[:, None]
        remaining = 1 + np.minimum(growth, 0)
        steps = year - self.year - 1
        added = self.weight * np.maximum(growth, 0) * (1 + growth) ** steps
        new = sum(renewed[1:], start=renewed[0])
        old = [(part - gone) * remaining for part, gone in zip(cohorts, renewed, strict=True)]
        return [*old, new * remaining + added]

    def _by_age(
        self, cohorts: Sequence[Floats], year: int, rate: Floats, power: Floats
    ) -> list[Floats]:
        """Weight replaced in each cohort, with chances that are a power of age."""
        first = np.datetime64(f"{year}-01-01")
        since = cohort_dates(self.year, year - 1, self.installed)
        age = np.concatenate([(first - dates) // _DAY for dates in since]) / 365.25
        sums = [part.sum(axis=1, keepdims=True) for part in cohorts[1:]]
        size = np.broadcast_shapes(*(part.shape[:1] for part in cohorts))
        mass = np.concatenate(
            [np.broadcast_to(part, (*size, part.shape[1])) for part in (cohorts[0], *sums)], axis=1
        )
        pull = np.maximum(age, 0.0) ** power[:, None]
        chance = _chances(mass, pull, mass.sum(axis=1) * rate)
        groups = len(self.weight)
        later = [chance[:, [groups + index]] for index in range(len(sums))]
        parts = zip(cohorts, (chance[:, :groups], *later), strict=True)
        return [part * its for part, its in parts]

    def _oldest_first(self, cohorts: Sequence[Floats], rate: Floats) -> list[Floats]:
        """Weight replaced in each cohort, the oldest first, then in the order of names."""
        gone: Any = 0.0
        quota = sum(part.sum(axis=1) for part in cohorts) * rate
        by_cohort = []
        for index, part in enumerate(cohorts):
            # Groups are in the order of their own dates; a later cohort has one date.
            ranked = part if index == 0 else part[:, self.by_name]
            before = gone + np.cumsum(ranked, axis=1) - ranked
            renewed = np.clip(quota[:, None] - before, 0.0, ranked)
            if index > 0:
                restored = np.empty_like(renewed)
                restored[:, self.by_name] = renewed
                renewed = restored
            by_cohort.append(renewed)
            gone = gone + part.sum(axis=1, keepdims=True)
        return by_cohort


def _chances(mass: Floats, pull: Floats, quota: Floats) -> Floats:
    r"""Chances of being replaced $\min(1, \kappa a^p)$, `(n, a)`, that add up to a quota.

    mass `(n or 1, a)`: weights; pull `(n or 1, a)`: $a^p$; quota `(n or 1,)`: weight to replace. As
    in `costing.fleet.fleet`, what exceeds 1 is certain and the others share what is left.
    """
    pulled = np.where(np.any(pull > 0, axis=1, keepdims=True), pull, 1.0)
    shape = np.broadcast_shapes(mass.shape, pulled.shape, (len(quota), 1))
    possible = np.broadcast_to(pulled > 0, shape)
    free = possible.copy()
    while True:
        left = quota - np.sum(mass * (possible & ~free), axis=1)
        whole = np.sum(mass * pulled * free, axis=1)
        scale = np.divide(left, whole, out=np.zeros(shape[0]), where=whole > 0)
        chance = np.where(free, pulled * scale[:, None], np.where(possible, 1.0, 0.0))
        certain = free & (chance >= 1.0)
        if not certain.any():
            return np.asarray(np.clip(chance, 0.0, 1.0))
        free &= ~certain


def amortised_before(year: int, years: Floats) -> Days:
    """Date before which a machine must have been installed to be amortised in a calendar year.

    As `Fleet.amortised`, for an array of numbers of full years.
    """
    whole = np.floor(years)
    first = np.datetime64(str(year), "Y") - whole.astype("timedelta64[Y]")
    days = np.round((years - whole) * 365.25).astype("timedelta64[D]")
    return np.asarray(first.astype("datetime64[D]") - days)


def cohort_dates(base: int, year: int, installed: Days) -> list[Days]:
    """Installation dates of the cohorts of a year's fleet: machines' own `(m,)`, then one each."""
    later = (
        np.array([f"{since}-01-01"], dtype="datetime64[D]") for since in range(base + 1, year + 1)
    )
    return [installed, *later]
