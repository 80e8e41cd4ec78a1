"""Sobol indices side by side with SALib: equal sample sizes, bootstrap samples and evaluations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from SALib.analyze import sobol as analyse
from SALib.sample import sobol as sample

from benchmarks.measure import Row, side_by_side
from costing.analysis.claim.readings import own_reading
from costing.analysis.draws.cohort import cohort
from costing.analysis.sensitivity.effects import Study
from costing.analysis.sensitivity.sobol import Sobol, sobol_indices
from costing.analysis.uncertainty.uncertainty import Input, Inputs
from costing.case.case import make_case
from costing.reference.load import load_reference
from costing.scenario.scenario import Scenario
from costing.values.parameters import Label, Parameter, Value

#: Points of the sequence: of Ishigami, of the claim.
POINTS, CLAIM_POINTS = 16_384, 1_024
RESAMPLES = 100
#: Standard errors by which two right answers may differ.
AGREE = 6.0


def run() -> list[Row]:
    """Ishigami, where the method is what takes time, and a claim, where the result is."""
    return [
        _row("Ishigami", *_ishigami(), POINTS),
        _row("a claim", *_claim(), CLAIM_POINTS),
    ]


def _row(name: str, study: Study, inputs: Inputs, points: int) -> Row:
    indices: dict[str, Any] = {}

    def ours() -> None:
        indices["ours"] = sobol_indices(study, inputs, points, seed=1, resamples=RESAMPLES)

    def peer() -> None:
        indices["peer"] = _salib(study, inputs, points)

    times = side_by_side(ours, peer, runs=5)
    _check(indices["ours"], indices["peer"])
    what = f"Sobol indices of {name}, {len(inputs.items)} inputs, n = {points:,}"
    return Row(what, *times, "SALib", 1.0)


def _salib(study: Study, inputs: Inputs, points: int) -> Any:
    """SALib's own sampling, our laws and study, SALib's own indices and intervals."""
    count = len(inputs.items)
    names = list(inputs.addresses)
    unit = {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count}
    rows = sample.sample(unit, points, calc_second_order=False, seed=1)
    columns = zip(inputs.items, rows.T, strict=True)
    values = {item.address: item.law.quantile(column) for item, column in columns}
    return analyse.analyze(
        unit, study(values), calc_second_order=False, num_resamples=RESAMPLES, seed=1
    )


def _check(ours: Sobol, peer: Any) -> None:
    """Both must say the same before their times mean anything."""
    for ours_is, interval, theirs in (
        (ours.first, ours.first_interval, peer["S1"]),
        (ours.total, ours.total_interval, peer["ST"]),
    ):
        error = np.diff(interval, axis=1)[:, 0] / (2 * 1.96)
        assert np.all(np.abs(ours_is - theirs) <= AGREE * error + 1e-3), (ours_is, theirs)


def _ishigami() -> tuple[Study, Inputs]:
    value = Value(scope="*", low=0.0, mode=np.pi, high=2 * np.pi, source=("essai",), grade="D")
    items = []
    for name in ("x1", "x2", "x3"):
        label = Label(fr=name, en=name)
        parameter = Parameter(
            name=name, label=label, unit="number", distribution="uniform", values=(value,)
        )
        items.append(Input(f"essai.{name}.*", parameter, value))

    def study(values: Any) -> Any:
        x1, x2, x3 = (value - np.pi for value in values.values())
        return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)

    return study, Inputs(tuple(items), np.eye(3))


def _claim() -> tuple[Callable[[Any], Any], Inputs]:
    """The overvaluation of the CT and MRI fleet, its inputs taken as independent."""
    case = make_case(load_reference(), Scenario())
    claim = case.reference.claims["cnam_75"]
    reading = own_reading(claim)
    machines = cohort(case, claim.population, reading.activity, claim.date)
    postes = frozenset(case.reference.perimeter(reading.perimeter).postes)
    inputs = replace(machines.inputs, correlation=np.eye(len(machines.inputs.items)))
    return lambda values: machines.accounts(values).result(reading.definition, postes), inputs
