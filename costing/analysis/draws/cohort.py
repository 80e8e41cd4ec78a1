r"""A set of machines, its cost and its pay, as functions of the uncertain inputs.

With machines $m$ of weight $w_m$, acts $N_m$, share of the cost borne by billed acts $s_m$ and
share of acts billed $\beta_m$, all sums that a claim needs are

$$C = \sum_m w_m s_m C(N_m), \qquad
  F = \sum_m w_m \beta_m \sum_b f_{m,b} \left(\min(N_m, U_b) - \min(N_m, U_{b-1})\right).$$

Where the lines of a class are straight in the acts (`CostModel.linear_in_acts`), $C$ needs two
evaluations of the model and the sums $\sum w s$ and $\sum w s N$. $F$ is a sum of terms
$\sum_m v_m \min(N_m, U)$, each read from the machines sorted by acts. So a draw costs about as
much for a fleet as for one machine, whatever its size. A model that is not affine is evaluated
machine by machine, as arrays.

What a claim reads is by euro: the ratio of sums over the machines.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.draws.accounts import Accounts
from costing.analysis.draws.class_account import Machines, account, scale_name
from costing.analysis.uncertainty.uncertainty import (
    Inputs,
    Values,
    address_of,
    cost_names,
    inputs_of,
)
from costing.case.case import Case
from costing.fee.schedule import AMORTISATION, LIMITS, ZONES
from costing.problems.errors import InputError, problem
from costing.values.catalogue import Population

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cohort:
    """Machines of a case's fleet, under an activity reading, paid by one tariff for a whole year.

    activity: `observed`, `normative` or `reference`. date: that of the tariff, the first one known
    where none was in force.
    """

    case: Case
    activity: str
    date: dt.date
    machines: tuple[Machines, ...]

    @cached_property
    def inputs(self) -> Inputs:
        """The uncertain inputs of the cohort's cost and pay."""
        names = {code: set(own) for code, own in self.addresses.items()}
        return inputs_of(self.case, names)

    @cached_property
    def addresses(self) -> dict[str, dict[str, str]]:
        """Address of each parameter that counts, by class and name."""
        by_class = {}
        for part in self.machines:
            names = cost_names(self.case, part.code) | set(LIMITS)
            if self.activity != "observed":
                names.add(scale_name(self.activity))
            if np.any(part.billed < 1):
                names.add("inpatient_cost_weight")
            own = {name: address_of(self.case, part.code, name) for name in sorted(names)}
            by_class[part.code] = {name: address for name, address in own.items() if address}
        return by_class

    def study(self, definition: str, postes: frozenset[str]) -> Callable[[Values], Floats]:
        """A claim's quantity of these machines, as a function of values by address."""
        return lambda values: self.accounts(values).result(definition, postes)

    def accounts(self, values: Values | None = None) -> Accounts:
        """Cost and pay under values by address, arrays `(n,)`; those not given at their mode."""
        values = values or {}
        parts = []
        for machines in self.machines:
            named = {
                name: np.asarray(values[address], dtype=float)
                for name, address in self.addresses[machines.code].items()
                if address in values
            }
            parts.append(account(self.case, self.activity, machines, named))
        return Accounts(self.case, tuple(parts))


def cohort(case: Case, population: Population, activity: str, date: dt.date) -> Cohort:
    """The machines of a population in the case's fleet.

    Raises:
        InputError: no machine of that population.
        TariffError: acts for which no rate is known.
    """
    fleet = case.fleet
    date = max(date, case.reference.schedule.dates[0])
    amortised = fleet.amortised(fleet.year, case.amortisation_years)
    frame = fleet.frame.assign(amortised=amortised)
    frame = frame[_chosen(frame, population) & (frame["weight"] > 0)]
    if frame.empty:
        filters = population.model_dump(by_alias=True, exclude_defaults=True)
        words = " ; ".join(f"{key} : {', '.join(codes)}" for key, codes in filters.items())
        raise InputError(problem("population_empty", None, words or "—"))
    order = [code for code in case.reference.classes if code in set(frame["class"])]
    parts = (_machines(case, date, code, frame[frame["class"] == code], activity) for code in order)
    return Cohort(case, activity, date, tuple(parts))


def _chosen(frame: pd.DataFrame, population: Population) -> Any:
    """Which rows a population keeps."""
    states = np.where(frame["amortised"], AMORTISATION[1], AMORTISATION[0])
    chosen = np.ones(len(frame), dtype=bool)
    for column, codes in (
        (frame["modality"], population.modality),
        (frame["class"], population.machine_class),
        (frame["sector"], population.sector),
        (frame["zone"], population.zone),
        (pd.Series(states, frame.index), population.amortisation),
    ):
        if codes:
            chosen &= column.isin(codes).to_numpy()
    return chosen


def _machines(case: Case, date: dt.date, code: str, frame: pd.DataFrame, activity: str) -> Machines:
    """The rows of one class, those that cannot be told apart added up."""
    acts = (frame["acts_billed"] + frame["acts_inpatient"]).to_numpy(dtype=float)
    billed = np.divide(frame["acts_billed"], acts, out=np.ones_like(acts), where=acts > 0)
    table = pd.DataFrame(
        {
            "acts": acts if activity == "observed" else 1.0,
            "billed": billed,
            "amortised": frame["amortised"].to_numpy(),
            "zone": frame["zone"].to_numpy(),
            "weight": frame["weight"].to_numpy(dtype=float),
        }
    )
    keys = ["acts", "billed", "amortised", "zone"]
    rows = table.groupby(keys, as_index=False, sort=True)["weight"].sum()
    state = rows["amortised"].to_numpy(dtype=bool)
    zone = np.asarray(pd.Categorical(rows["zone"], categories=ZONES).codes, dtype=np.intp)
    schedule = case.reference.schedule.frozen(date)
    amounts = schedule.amounts[0, schedule.class_codes.index(code)]
    full = amounts[:, zone, 0]
    machines = Machines(
        code=code,
        weight=rows["weight"].to_numpy(dtype=float),
        acts=rows["acts"].to_numpy(dtype=float),
        billed=rows["billed"].to_numpy(dtype=float),
        amortised=state,
        fees=amounts[state.astype(np.intp), zone],
        gap=np.nan_to_num(full[0] - full[1]),
        date=date,
    )
    _ = account(case, activity, machines, {}).fees  # refuses acts for which no rate is known
    return machines
