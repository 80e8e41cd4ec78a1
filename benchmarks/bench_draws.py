"""Draws against NumPy: a class's overvaluation under a million draws, a fleet's cost and pay.

Both sides see the same inputs. The first row is held to the draws alone, the least that anyone must
do; the second to the same sums written by hand, machine by machine, on the same drawn values.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Row, side_by_side
from costing.analysis.draws.cohort import Cohort, cohort
from costing.analysis.uncertainty.uncertainty import Values, simulate
from costing.case.case import Case, make_case
from costing.fee.schedule import ZONES
from costing.fleet.table import FleetTable
from costing.reference.load import load_reference
from costing.scenario.scenario import Scenario
from costing.values.catalogue import Population

Floats = NDArray[np.float64]

DRAWS, FLEET_DRAWS = 1_000_000, 10_000
DATE = dt.date(2026, 2, 18)
DEFINITIONS = ("markup", "share", "investment")
QUANTILES = (0.05, 0.5, 0.95)
MEMORY_GIB = 2.0
#: Draws taken together by hand: as many cells as stay quick to go through.
BY_HAND = 128

#: Run in a process of its own, so that its peak memory is its own.
PEAK = f"""
import resource, sys
from benchmarks.bench_draws import by_class, whole_fleet
from costing.analysis.uncertainty.uncertainty import simulate
from costing.reference.load import load_reference
from costing.case.case import make_case
from costing.scenario.scenario import Scenario
machines = whole_fleet(make_case(load_reference(), Scenario()))
outcome = simulate(lambda values: by_class(machines, values), machines.inputs, {FLEET_DRAWS}, 1)
assert outcome.draws.shape[0] == {FLEET_DRAWS}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak * (1 if sys.platform == "darwin" else 1024) / 2**30)
"""


def run() -> list[Row]:
    """A class and a single machine over a million draws; the fleet's time and peak memory."""
    reference = load_reference()
    case, alone = (make_case(reference, Scenario(fleet=fleet)) for fleet in (None, one_machine()))
    output = subprocess.run([sys.executable, "-c", PEAK], check=True, capture_output=True).stdout
    return [
        _draws(case, "a class of the fleet"),
        _draws(alone, "one machine"),
        _fleet(case),
        Row("fleet × 10,000 draws, peak", float(output), MEMORY_GIB, "limit", 1.0, "GiB"),
    ]


def one_machine() -> FleetTable:
    """A fleet of one MRI."""
    row = {
        "machine_id": "m", "site_id": "s", "modality": "irm", "class": "irm_1_5t",
        "installed_on": "2022-06-01", "zone": "province", "region": "Bretagne", "sector": "gie",
        "rank_on_authorisation": 1, "acts_billed": 6_000, "acts_inpatient": 1_000, "weight": 1,
    }  # fmt: skip
    columns = {name: (value,) for name, value in row.items()}
    return FleetTable(year=2024, label="bench", columns=columns)


def _draws(case: Case, what: str) -> Row:
    """Three definitions at once under a million draws, against NumPy's draws of the inputs."""
    machines = cohort(case, Population.model_validate({"class": ("irm_1_5t",)}), "observed", DATE)
    postes = frozenset(case.reference.perimeter("legal_2024").postes)
    inputs = machines.inputs
    assert not inputs.independent
    shapes = []
    for item in inputs.items:
        assert item.parameter.distribution == "pert"
        (low, high), mode = item.value.bounds, item.value.mode
        shapes.append((1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)))

    def study(values: Values) -> Floats:
        accounts = machines.accounts(values)
        results = (accounts.result(definition, postes) for definition in DEFINITIONS)
        return np.stack(np.broadcast_arrays(*results), axis=1)

    def ours() -> None:
        assert simulate(study, inputs, DRAWS, 1).draws.shape == (DRAWS, 3)

    def numpy_draws() -> None:
        generator = np.random.default_rng(1)
        for alpha, beta in shapes:
            generator.beta(alpha, beta, DRAWS)

    times = side_by_side(ours, numpy_draws, runs=5)
    name = f"{DRAWS:,} draws of {what}, {len(shapes)} inputs, 3 readings"
    return Row(name, *times, "NumPy's draws of the inputs", 2.0)


def whole_fleet(case: Case) -> Cohort:
    """All the machines of a case."""
    return cohort(case, Population(), "observed", DATE)


def by_class(machines: Cohort, values: Values) -> Floats:
    """Cost and revenue of each class, EUR/year, `(n, 2 classes)`."""
    postes = machines.case.reference.perimeter("legal_2024").postes
    columns: list[Any] = []
    for part in machines.accounts(values).classes:
        columns.append(sum(a for poste, a in part.by_poste.items() if poste in postes))
        columns.append(part.revenue)
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def _fleet(case: Case) -> Row:
    """Quantiles of each class's cost and revenue, against the same written by hand."""
    machines = whole_fleet(case)
    values = machines.inputs.values(machines.inputs.scores(0, FLEET_DRAWS, 1))
    found: dict[str, Floats] = {}

    def ours() -> None:
        found["ours"] = np.quantile(by_class(machines, values), QUANTILES, axis=0)

    def peer() -> None:
        found["peer"] = np.quantile(_by_hand(case, machines, values), QUANTILES, axis=0)

    times = side_by_side(ours, peer, runs=3)
    np.testing.assert_allclose(found["ours"], found["peer"], rtol=1e-9)
    rows = len(case.fleet.frame)
    return Row(f"{rows:,} machines × {FLEET_DRAWS:,} draws, by class", *times, "NumPy by hand", 1.5)


# --- the fleet by hand: what depends on draws alone is computed once for all the machines


def _by_hand(case: Case, machines: Cohort, values: Values) -> Floats:
    """Cost and revenue of each class, `(n, 2 classes)`."""
    columns: list[Floats] = []
    for part in machines.machines:
        names = machines.addresses[part.code]
        drawn = {name: values[address] for name, address in names.items() if address in values}
        columns += _class_by_hand(case, part.code, drawn)
    return np.stack(columns, axis=1)


def _class_by_hand(case: Case, code: str, drawn: dict[str, Floats]) -> tuple[Floats, Floats]:
    """Sums over the machines of a class of the cost of its billed acts and of its revenue.

    Arrays over (draws, machines), some draws at a time.
    """
    fleet, schedule = case.fleet, case.reference.schedule.frozen(DATE)
    rows = fleet.frame["class"].to_numpy() == code
    frame = fleet.frame[rows]
    billed, inpatient, weight = (
        frame[name].to_numpy(dtype=float) for name in ("acts_billed", "acts_inpatient", "weight")
    )
    acts, paid_share = billed + inpatient, billed / (billed + inpatient)
    old = fleet.amortised(fleet.year, case.amortisation_years)[rows]
    zone = np.array([ZONES.index(name) for name in frame["zone"]])
    fees = schedule.amounts[0, schedule.class_codes.index(code), old.astype(int), zone]
    limits: list[Any] = list(case.reference.classes[code].limits)
    costs, revenues = np.empty(FLEET_DRAWS), np.empty(FLEET_DRAWS)
    for first in range(0, FLEET_DRAWS, BY_HAND):
        some = slice(first, first + BY_HAND)
        v = {name: value[some, None] for name, value in drawn.items()}
        fixed, capital, per_act = _lines(case, code, v)
        share = billed / (billed + v["inpatient_cost_weight"] * inpatient)
        costs[some] = ((fixed + capital * ~old + per_act * acts) * share) @ weight
        limits[0] = v.get("reference_activity", limits[0])
        paid = fees[:, len(limits)] * acts
        for band, limit in enumerate(limits):
            paid = paid + (fees[:, band] - fees[:, band + 1]) * np.minimum(acts, limit)
        revenues[some] = (paid * paid_share) @ weight
    return costs, revenues


def _lines(case: Case, code: str, v: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Fixed cost, capital that stops with amortisation, cost per act, EUR, `(draws, 1)`."""

    def get(name: str) -> Any:
        parameter = case.reference.model_of(code).parameters[name]
        value = case.reference.value_for(parameter, code)
        return v.get(name, value.mode if value else np.nan)

    rate, price = get("cost_of_capital"), get("purchase_price")

    def annuity(amount: Any, residual: Any, years: Any) -> Any:
        factor = (1 + rate) ** -years
        return (amount - residual * factor) * rate / (1 - factor)

    equipment = price + get("ancillary_price")
    capital = annuity(equipment, get("residual_share") * equipment, 7.0)
    works = annuity(get("works_cost"), 0.0, get("works_life"))
    running = (
        get("maintenance_share") * price
        + get("floor_area") * get("rent")
        + get("electricity_use") * get("electricity_price")
        + get("quality_control_cost")
        + get("insurance_cost")
    )
    if code.startswith("tep"):
        product = get("radiotracer_cost")
    else:
        product = get("contrast_share") * get("contrast_cost")
    hours = get("slot_minutes") / 60 / get("occupancy")
    per_act = (
        get("technologist_posts") * hours / get("productive_hours") * get("technologist_cost")
        + get("secretary_fte_per_kact") / 1_000 * get("secretary_cost")
        + product
        + get("consumables_per_act")
        + get("archiving_per_act")
    )
    whole = 1 + get("management_share") + get("tax_share")
    return works + running * whole, capital, per_act * whole
