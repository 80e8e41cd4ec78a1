"""The machines: a validated table, one row a machine.

`weight` is how many real machines a row stands for. Not here: the machines of a later year
(`projection`), what they cost or are paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from costing.fee.schedule import ZONES, FeeSchedule, MachineClass, Machines
from costing.fleet.checks import Check, checks, typed
from costing.fleet.columns import COLUMNS, NUMBERS
from costing.fleet.table import FleetTable
from costing.french.writing import number
from costing.problems.errors import FleetError, Place, Problem, problem, suggest

Floats = np.ndarray[Any, np.dtype[np.float64]]

#: A scenario is readable JSON, kept at each revision: some 200 bytes a machine.
MOST_MACHINES = 200_000
#: The columns of codes, which a fleet keeps as categories.
CODED = ("modality", "class", "zone", "region", "sector")
#: Full years before a machine is amortised: for all, or by class code.
Years = float | Mapping[str, float]


def by_code(codes: pd.Series[Any], numbers: Mapping[str, float]) -> Floats:
    """What the code of each row stands for; NaN where nothing is said of it."""
    by_category = [numbers.get(code, np.nan) for code in codes.cat.categories]
    return np.array([*by_category, np.nan], dtype=float)[codes.cat.codes]


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
    typed_columns = {str(name): _plain(column) for name, column in frame.items()}
    changed = {name: new for name, new in typed_columns.items() if new is not None}
    return Fleet(frame.assign(**changed), year, label, synthetic)


def _plain(column: pd.Series[Any]) -> Any:
    """A column as a fleet has it, None when it is so: numbers, names as text, codes in order."""
    kind = column.dtype
    if column.name in NUMBERS:
        wanted = np.dtype(int if column.name == "rank_on_authorisation" else float)
        return None if kind == wanted else column.astype(wanted)
    coded = isinstance(kind, pd.CategoricalDtype)
    if column.name not in CODED:
        # pandas' own conversion of categories goes through each row.
        return column.cat.categories.array.take(column.cat.codes) if coded else None
    if coded and column.cat.categories.is_monotonic_increasing:
        return None
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
