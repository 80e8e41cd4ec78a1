"""The machines: a validated table, one row a machine, that ages, renews itself and grows.

`weight` is how many real machines a row stands for. Not here: what they cost or are paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from costing.errors import FleetError, Place, Problem, problem, suggest
from costing.fleet_checks import (
    COLUMNS,
    METROPOLITAN,
    NUMBERS,
    OVERSEAS,
    REGIONS,
    SECTORS,
    Check,
    checks,
    typed,
)
from costing.scenario import FleetTable
from costing.tariff import ZONES, FeeSchedule, MachineClass, Machines
from costing.words import number

__all__ = [
    "COLUMNS", "METROPOLITAN", "OVERSEAS", "REGIONS", "SECTORS", "Dynamics", "Fleet", "by_code",
    "fleet_of", "from_table", "project", "validate",
]  # fmt: skip

Floats = np.ndarray[Any, np.dtype[np.float64]]

#: A scenario is readable JSON, kept at each revision: some 200 bytes a machine.
MOST_MACHINES = 200_000
#: The columns of codes, which a fleet keeps as categories.
CODED = ("modality", "class", "zone", "region", "sector")
#: Full years before a machine is amortised: for all, or by class code.
Years = float | Mapping[str, float]


def by_code(codes: pd.Series[Any], numbers: Mapping[str, float]) -> Floats:
    """What the code of each row stands for; NaN where nothing is said of it."""
    each = [numbers.get(code, np.nan) for code in codes.cat.categories]
    return np.array([*each, np.nan], dtype=float)[codes.cat.codes]


@dataclass(frozen=True)
class Fleet:
    """A validated fleet; `year` is the calendar year of its acts.

    In `frame`, the columns of codes (`CODED`) are categories in alphabetical order.
    """

    frame: pd.DataFrame
    year: int
    label: str
    synthetic: bool

    @property
    def weight(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Real machines that each row stands for."""
        return self.frame["weight"].to_numpy(dtype=float)

    @cached_property
    def _codes(self) -> dict[str, Any]:
        zones = pd.Categorical(self.frame["zone"], categories=ZONES)
        return {"zone": zones.codes.astype(np.intp)}

    def amortised(self, year: int, years: Years = 7.0) -> np.ndarray[Any, Any]:
        """Whether each machine is amortised in a calendar year.

        It is when it was installed more than `years` full years (for all, or by class code) before
        1 January.
        """
        if isinstance(years, Mapping):
            full = by_code(self.frame["class"], years)
        else:
            full = np.full(len(self.frame), float(years))
        whole = np.floor(full)
        first = np.datetime64(str(year), "Y") - whole.astype("timedelta64[Y]")
        days = np.round((full - whole) * 365.25).astype("timedelta64[D]")
        limit = first.astype("datetime64[D]") - days
        return np.asarray(self.frame["installed_on"].to_numpy() < limit)

    def machines(self, schedule: FeeSchedule, year: int, years: Years = 7.0) -> Machines:
        """The fleet as arrays, in its state of a year, for the schedule to pay.

        `years` as in `amortised`.
        """
        classes = pd.Categorical(self.frame["class"], categories=schedule.class_codes)
        return Machines(
            class_index=classes.codes.astype(np.intp),
            amortised=self.amortised(year, years),
            zone_index=self._codes["zone"],
            acts_billed=self.frame["acts_billed"].to_numpy(dtype=float),
            acts_inpatient=self.frame["acts_inpatient"].to_numpy(dtype=float),
            further=self.frame["rank_on_authorisation"].to_numpy() >= 2,
        )

    def to_table(self) -> FleetTable:
        """The fleet as a scenario carries it; for a fleet as it was read, not a projected one.

        Raises:
            FleetError: more machines than a readable scenario holds (`MOST_MACHINES`).
        """
        if len(self.frame) > MOST_MACHINES:
            facts = {"limit": number(MOST_MACHINES)}
            raise FleetError(problem("fleet_too_many", None, number(len(self.frame)), **facts))
        frame = self.frame[list(COLUMNS)].copy()
        frame["installed_on"] = frame["installed_on"].dt.strftime("%Y-%m-%d")
        columns = {str(name): tuple(frame[name].tolist()) for name in frame}
        return FleetTable(
            year=self.year, label=self.label, synthetic=self.synthetic, columns=columns
        )


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
    machines away evenly). Acts per machine follow
    `acts_growth`. In year $y$ after base $y_0$ the weight of a modality is
    $W_0 (1 + g)^{y - y_0}$.

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
        kept = 1 + np.minimum(by_code(frame["modality"], dynamics.machine_growth), 0)
        frame = frame.assign(weight=frame["weight"] * kept)
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
    """Replace a share of the machines of each modality on 1 January of a year."""
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
    """Weight replaced of each machine, oldest first in the arrays; the sum is `quota`.

    With a power $p$ a machine of age $a$ (years) is replaced with chance $k a^p$, at most 1; $k$ is
    such that the weights replaced add up to the quota. A constant $p$ is a Weibull life of
    shape $p + 1$. Without a power the oldest go first.
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


def validate(
    frame: pd.DataFrame,
    classes: Mapping[str, MachineClass],
    year: int,
    label: str,
    synthetic: bool = False,
    first_line: int = 2,
) -> Fleet:
    """Check a fleet table and give it its types.

    `first_line` is the line of the first machine where the table came from, for the messages.

    Raises:
        FleetError: every column that is missing and every value that is wrong, by machine.
    """
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        facts = {"known": ", ".join(COLUMNS)}
        raise FleetError(problem("fleet_columns", Place(file=label), ", ".join(missing), **facts))
    if frame.empty:
        raise FleetError(problem("fleet_empty", Place(file=label)))
    frame = frame[list(COLUMNS)].reset_index(drop=True)
    numbers = typed(frame)
    problems = _duplicates(frame, label, first_line)
    for check in checks(frame, numbers, classes, year):
        problems += _wrong(frame, check, Place(file=label, line=first_line))
    if problems:
        raise FleetError(problems)
    return fleet_of(numbers, year, label, synthetic)


def fleet_of(frame: pd.DataFrame, year: int, label: str, synthetic: bool = False) -> Fleet:
    """A fleet from a table that is `typed` and that no check refuses, with the types of a fleet."""
    data = {name: _plain(column) for name, column in frame.items()}
    rank = data["rank_on_authorisation"].astype(int)
    frame = pd.DataFrame({**data, "rank_on_authorisation": rank}, index=frame.index, copy=False)
    return Fleet(frame, year, label, synthetic)


def _plain(column: pd.Series[Any]) -> Any:
    """A column as a fleet has it: floats, names as text, codes as categories in their order."""
    if column.name in NUMBERS:
        return column.to_numpy(dtype=float)
    if column.name not in CODED:
        # pandas' own conversion of categories goes through each row.
        names = isinstance(column.dtype, pd.CategoricalDtype)
        return column.cat.categories.array.take(column.cat.codes) if names else column
    coded = isinstance(column.dtype, pd.CategoricalDtype)
    if coded and column.cat.categories.is_monotonic_increasing:
        return column
    return pd.Categorical(column.astype("str"))  # pandas puts the codes in order


def from_table(table: FleetTable, classes: Mapping[str, MachineClass]) -> Fleet:
    """The fleet that a scenario carries.

    Raises:
        FleetError: as `validate`.
    """
    frame = pd.DataFrame({name: list(values) for name, values in table.columns.items()})
    return validate(frame, classes, table.year, table.label, table.synthetic)


def _duplicates(frame: pd.DataFrame, label: str, first_line: int) -> list[Problem]:
    doubled = frame[frame["machine_id"].duplicated(keep=False)]
    return [
        problem(
            "fleet_duplicate",
            Place(file=label),
            machine,
            lines=", ".join(str(index + first_line) for index in rows.index),
        )
        for machine, rows in doubled.groupby("machine_id")
    ]


def _wrong(frame: pd.DataFrame, check: Check, first: Place) -> list[Problem]:
    bad = frame[~check.fine]
    near: dict[str, str] = {}
    problems = []
    for index, machine, value in zip(bad.index, bad["machine_id"], bad[check.column], strict=True):
        text = str(value)
        if text not in near:
            near[text] = suggest(text, check.expected) if len(check.expected) > 1 else ""
        facts = {
            "column": check.column,
            "machine": machine,
            "expected": ", ".join(check.expected) + (f" —{near[text]}" if near[text] else ""),
        }
        place = replace(first, line=(first.line or 0) + index)
        problems.append(problem("fleet_value", place, value, **facts))
    return problems
