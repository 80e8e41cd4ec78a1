r"""An interval around the cost of an act, by class and modality, over a fleet.

For each draw: the yearly cost of the billed acts of a class, its fee revenue and its billed acts,
summed over the machines; then cost and revenue per act and mark-up, and their quantiles over the
draws. The intervals say what we do not know of the class's mean, not how its machines differ.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.account.comparison import overvaluation
from costing.analysis.draws.accounts import Accounts
from costing.analysis.draws.cohort import cohort
from costing.analysis.uncertainty.uncertainty import Outcome, Values, simulate
from costing.case.case import Case
from costing.run.progress import Progress, silent
from costing.values.catalogue import Population

Floats = NDArray[np.float64]

#: Quantiles told, by the name of their column.
QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


def class_intervals(
    case: Case,
    date: dt.date,
    draws: int = 10_000,
    workers: int = 1,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Cost per act, revenue per act and mark-up of each class, modality and of all, with quantiles.

    Perimeter, activity and seed are the scenario's; the tariff is that of a date, a whole year.
    One row a class (`kind` "class"), modality ("modality") and the whole ("all"): `code`, and for
    each of `cost_per_act_eur`, `revenue_per_act_eur`, `markup`: `<name>` (principal estimate),
    `<name>_p05`, `_p50`, `_p95`, and `_p50_error`, the median's standard error; `above_cost`:
    probability that the fee is above the cost, and its error.

    Raises:
        TariffError: acts for which no rate is known.
    """
    machines = cohort(case, Population(), case.scenario.conventions.activity, date)
    postes = frozenset(case.reference.perimeter(case.scenario.perimeter).postes)

    def study(values: Values) -> Floats:
        return _totals(machines.accounts(values), postes)

    seed = case.scenario.seed
    outcome = simulate(study, machines.inputs, draws, seed, workers=workers, progress=progress)
    codes = [part.code for part in machines.machines]
    modality = {code: case.reference.classes[code].modality for code in codes}
    groups = [("class", code, [code]) for code in codes]
    groups += [
        ("modality", name, [code for code in codes if modality[code] == name])
        for name in dict.fromkeys(modality.values())
    ]
    groups.append(("all", "all", codes))
    rows = []
    for kind, code, members in groups:
        chosen = [codes.index(member) for member in members]
        total = outcome.values[:, chosen].sum(axis=1)
        rows.append({"kind": kind, "code": code, **_row(Outcome(total, outcome.blocks, "plain"))})
    return pd.DataFrame(rows)


def _totals(accounts: Accounts, postes: frozenset[str]) -> Floats:
    """Cost, revenue and billed acts of each class, `(n, class, 3)`."""
    size = max(part.size for part in accounts.classes)
    columns = []
    for part in accounts.classes:
        cost: Any = sum(
            (amount for poste, amount in part.by_poste.items() if poste in postes),
            start=np.zeros(1),
        )
        amounts = (cost, part.revenue, part.acts_billed)
        columns.append(np.stack([np.broadcast_to(a, (size,)) for a in amounts], axis=1))
    return np.stack(columns, axis=1)


def _row(totals: Outcome) -> dict[str, float]:
    """One row of the table from the totals of a group, `(n + 1, 3)`."""
    cost, revenue, acts = totals.values.T
    markup = np.asarray(overvaluation(revenue, cost).markup)
    row: dict[str, float] = {}
    for name, values in (
        ("cost_per_act_eur", cost / acts),
        ("revenue_per_act_eur", revenue / acts),
        ("markup", markup),
    ):
        row[name] = float(values[0])
        row[f"{name}_p50_error"] = Outcome(values, totals.blocks, totals.method).median()[1]
        for suffix, share in QUANTILES.items():
            row[f"{name}_{suffix}"] = float(np.quantile(values[1:], share, method="inverted_cdf"))
    chance = Outcome(revenue - cost, totals.blocks, totals.method).probability(lambda g: g > 0)
    row["above_cost"], row["above_cost_error"] = map(float, chance)
    return row
