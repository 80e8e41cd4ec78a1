"""The machines of a later year: older, some replaced, more or fewer of them, with other acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from costing.fleet.fleet import Fleet, Floats, by_code
from costing.problems.errors import FleetError, problem


@dataclass(frozen=True)
class Dynamics:
    """Yearly rates by modality (fractions a year).

    machine_growth: machines added. acts_growth: acts of each machine. renewal_rate: share of the
    machines replaced. age_power: how the chance of being replaced grows with age (`_renewed`); None
    replaces strictly the oldest first.
    """

    machine_growth: Mapping[str, float]
    acts_growth: Mapping[str, float]
    renewal_rate: Mapping[str, float]
    age_power: float | None = None


def project(fleet: Fleet, year: int, dynamics: Dynamics) -> Fleet:
    """The fleet of a later year.

    Each year after the fleet's own, on 1 January: `renewal_rate` of each modality is replaced (a
    machine is split by weight between replaced and kept, so the result is continuous in the rate),
    then new machines that resemble the fleet are added at `machine_growth` (a negative rate takes
    machines away evenly). In year $y$ after base $y_0$ the weight of a modality is
    $W_0 (1 + g)^{y - y_0}$, and the acts of each machine $N_0 (1 + h)^{y - y_0}$, billed and of
    in-patients alike. $W$: machines; $N$: acts a year; $g$, $h$: `machine_growth`, `acts_growth`,
    fractions a year.

    Rows `(m,)` in, rows `(n,)` out: a row for each installation date that a machine's parts have.

    Source: rates with their sources in `models/fleet/dynamics.yaml`; compound growth at a constant
    rate is the convention of this program, not a forecast.

    Raises:
        FleetError: the year precedes the fleet's; a modality of the fleet has no rate.
    """
    if year < fleet.year:
        raise FleetError(problem("year_before_fleet", None, year, year=fleet.year))
    _check_dynamics(fleet, dynamics)
    if year == fleet.year:
        return fleet
    frame = fleet.frame
    base = frame
    for step, now in enumerate(range(fleet.year + 1, year + 1)):
        frame = _renew(frame, now, dynamics)
        growth = by_code(base["modality"], dynamics.machine_growth)
        added = base.assign(
            weight=base["weight"] * np.maximum(growth, 0) * (1 + growth) ** step,
            installed_on=pd.Timestamp(now, 1, 1),
        )
        surviving = 1 + np.minimum(by_code(frame["modality"], dynamics.machine_growth), 0)
        frame = frame.assign(weight=frame["weight"] * surviving)
        frame = pd.concat([frame, added[added["weight"] != 0]], ignore_index=True)
    factor = (1 + by_code(frame["modality"], dynamics.acts_growth)) ** (year - fleet.year)
    frame = frame.assign(
        acts_billed=frame["acts_billed"] * factor, acts_inpatient=frame["acts_inpatient"] * factor
    )
    return replace(fleet, frame=_merge(frame), year=year)


def _check_dynamics(fleet: Fleet, dynamics: Dynamics) -> None:
    present = set(fleet.frame["modality"])
    problems = [
        problem("dynamics_missing", None, ", ".join(sorted(present - rates.keys())), rate=name)
        for name, rates in vars(dynamics).items()
        if isinstance(rates, Mapping) and present - rates.keys()
    ]
    if problems:
        raise FleetError(problems)


def _renew(frame: pd.DataFrame, year: int, dynamics: Dynamics) -> pd.DataFrame:
    r"""Replace a share of the machines of each modality on 1 January of a year.

    $\rho \sum_m w_m$ machines of a modality go, $w_m$ the weight of a row and $\rho$ the
    `renewal_rate` (a fraction a year); age is in years of 365.25 days. What `_renewed` says to
    replace of a row `(m,)` becomes a row of its own, installed that day; weights add up as before.
    """
    named = frame.assign(name=frame["machine_id"].astype(str))
    frame = named.sort_values(["modality", "installed_on", "name"], kind="stable").drop(
        columns="name"
    )
    weight = frame["weight"].to_numpy(dtype=float)
    days = (pd.Timestamp(year, 1, 1) - frame["installed_on"]).dt.days.to_numpy(dtype=float)
    modality = frame["modality"].to_numpy()
    renewed = np.zeros(len(frame))
    for code in dict.fromkeys(modality):
        rows = modality == code
        quota = weight[rows].sum() * dynamics.renewal_rate[code]
        renewed[rows] = _renewed(weight[rows], days[rows] / 365.25, quota, dynamics.age_power)
    new = frame.assign(weight=renewed, installed_on=pd.Timestamp(year, 1, 1)).loc[renewed > 0]
    old = frame.assign(weight=weight - renewed).loc[weight - renewed > 0]
    both: pd.DataFrame = pd.concat([old, new], ignore_index=True)
    return both


def _renewed(weight: Floats, age: Floats, quota: float, power: float | None) -> Floats:
    r"""Weight replaced of each machine `(m,)`, oldest first in the arrays; the sum is `quota`.

    $w_m \min(1, k a_m^p)$: with a power $p$ a machine of weight $w$ (machines) and age $a$ (years)
    is replaced with chance $k a^p$, at most 1; $k$ is such that the weights replaced add up to the
    quota $q$ (machines). Without a power the oldest go first:
    $\min(w_m, \max(0, q - \sum_{j<m} w_j))$.

    Source: a constant $p$ is a Weibull life of shape $p + 1$, whose hazard grows as $a^p$ (any
    textbook of survival analysis); the power is in `models/fleet/dynamics.yaml`.
    """
    if power is None:
        return np.clip(quota - (np.cumsum(weight) - weight), 0.0, weight)
    pull = np.maximum(age, 0.0) ** power
    if not np.any(pull > 0):
        pull = np.ones_like(weight)
    renewed = np.zeros_like(weight)
    free = pull > 0
    while free.any():
        left = quota - weight[~free & (pull > 0)].sum()
        chance = pull * left / (weight * pull)[free].sum()
        renewed = np.where(free, weight * chance, np.where(pull > 0, weight, 0.0))
        certain = free & (chance >= 1.0)
        if not certain.any():
            break
        free &= ~certain
    return np.clip(renewed, 0.0, weight)


def _merge(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for the parts of a machine that became alike (same installation date)."""
    keys = ["machine_id", "installed_on"]
    weight = frame.groupby(keys, sort=False, as_index=False)["weight"].sum()
    return frame.drop(columns="weight").drop_duplicates(keys).merge(weight, on=keys)
