"""The exact derivatives of a claim's margin: by hand, and against central differences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from costing import paths
from costing.analysis.claim.flips import margin_of
from costing.analysis.draws.cohort import Cohort, cohort
from costing.analysis.draws.slopes import tangent_of
from costing.case.case import make_case
from costing.reference.load import load_reference
from costing.reference.reference import Reference
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.values.catalogue import Population
from tests.shared import REFERENCE
from tests.strategies import fleet_of

Floats = NDArray[np.float64]


WIDE = frozenset(REFERENCE.perimeter("legal_2024").postes)
DAY = dt.date(2024, 6, 1)
CT_MRI = Population(modality=("scanner", "irm"))
RATIOS = ("markup", "share", "investment")
#: Values drawn for each case, and part of a standard deviation by which differences are taken.
DRAWN, STEP = 4, 1e-5


def differences(machines: Cohort, definition: str, point: Floats) -> tuple[Floats, Floats]:
    """Slopes of a margin on either side of a point, in standard deviations of each input."""
    sigma = np.array([item.law.spread for item in machines.inputs.items])
    size = len(point)
    rows = np.repeat(point[:, None], 2 * size + 1, axis=1)
    rows[np.arange(size), np.arange(size)] += STEP * sigma
    rows[np.arange(size), size + np.arange(size)] -= STEP * sigma
    found = margin_of(machines.study(definition, WIDE), machines.inputs, 0.1)(rows)
    middle = found[-1]
    return (found[:size] - middle) / STEP, (middle - found[size : 2 * size]) / STEP


def checked(machines: Cohort, definition: str, draws: int = DRAWN) -> int:
    """Compare at the modes and at drawn values; how many derivatives were compared."""
    inputs = machines.inputs
    tangent = tangent_of(machines, definition, WIDE, 0.1)
    margin = margin_of(machines.study(definition, WIDE), inputs, 0.1)
    sigma = np.array([item.law.spread for item in inputs.items])
    drawn = np.array(list(inputs.values(inputs.scores(0, draws, 1)).values()))
    count = 0
    for point in (inputs.modes, *drawn.T):
        value, slopes = tangent(point)
        assert value == pytest.approx(float(margin(point[:, None])[0]), rel=1e-12, abs=1e-12)
        above, below = differences(machines, definition, point)
        exact, near = slopes * sigma, (above + below) / 2
        size = np.abs(near).max()
        # At a kink the two sides differ, and the derivative is between them.
        smooth = np.abs(above - below) <= 1e-3 * size
        assert exact[smooth] == pytest.approx(near[smooth], abs=1e-6 * size)
        low, high = np.minimum(above, below), np.maximum(above, below)
        assert (exact >= low - 1e-3 * size).all()
        assert (exact <= high + 1e-3 * size).all()
        count += int(smooth.sum())
    return count


@pytest.mark.parametrize("activity", ["observed", "normative", "reference"])
@pytest.mark.parametrize("definition", RATIOS)
@pytest.mark.parametrize(
    "conventions",
    [
        Conventions(),
        Conventions(capital="lease", amortised_charge="economic", inpatients_count=False),
        Conventions(capital="straight_line", investment="after_running_costs"),
    ],
)
def test_a_fleet(conventions: Conventions, definition: str, activity: str) -> None:
    machines = cohort(
        make_case(REFERENCE, Scenario(conventions=conventions)), CT_MRI, activity, DAY
    )
    whole = (DRAWN + 1) * len(machines.inputs.items)
    assert checked(machines, definition) >= 0.9 * whole > 100


@pytest.mark.parametrize("activity", ["observed", "normative"])
def test_a_break_even(activity: str) -> None:
    machines = cohort(
        make_case(REFERENCE, Scenario()), Population(modality=("irm",)), activity, DAY
    )
    assert checked(machines, "break_even") >= 0.9 * (DRAWN + 1) * len(machines.inputs.items)


def loosened(directory: Path, file: str, name: str, modes: Mapping[str, str]) -> Reference:
    """The reference data where a fixed parameter is not known: `low, mode, high` by mode."""
    before, own, after = (
        (paths.MODELS / file).read_text(encoding="utf-8").partition(f"  - name: {name}\n")
    )
    head, rest, others = after.partition("\n  - name: ")
    head = head.replace("distribution: fixed", "distribution: uniform")
    for mode, bounds in modes.items():
        head = head.replace(f"mode: {mode}\n", f"{bounds}\n")
    text = before + own + head + rest + others
    (directory / file).write_text(text, encoding="utf-8")
    return load_reference([directory])


@pytest.mark.parametrize("known", [True, False])
def test_a_price_without_vat(known: bool, tmp_path: Path) -> None:
    """The VAT rate, where it is not known, moves every price that leaves it out."""
    bounds = {} if known else {"0.20": "low: 0.1\n        mode: 0.20\n        high: 0.25"}
    reference = loosened(tmp_path, "communs.yaml", "vat_rate", bounds) if bounds else REFERENCE
    address = "irm.purchase_price.irm_1_5t"
    price = Override(parameter=address, low=700_000, mode=900_000, high=1_200_000, vat="excluded")
    case = make_case(reference, Scenario(overrides=(price,)))
    machines = cohort(case, Population(modality=("irm",)), "observed", DAY)
    assert ("communs.vat_rate.*" in machines.inputs.addresses) == (not known)
    assert sum(checked(machines, definition) for definition in RATIOS) > 300


def test_thresholds_that_cross(tmp_path: Path) -> None:
    """A limit drawn below the one before it is that one; the acts are on either side of them."""
    bounds = "low: 5000\n        mode: 8000\n        high: 15000"
    ct_bounds = "low: 9000\n        mode: 11000\n        high: 12000"
    loose = {"8000": bounds, "11000": ct_bounds}
    reference = loosened(tmp_path, "machine_classes.yaml", "threshold_1", loose)
    fleet = fleet_of(
        *({"class": "irm_1_5t", "acts_billed": acts, "acts_inpatient": acts / 5}
          for acts in (4_000, 8_500, 12_000))
    )  # fmt: skip
    case = make_case(reference, Scenario(fleet=fleet))
    machines = cohort(case, Population(modality=("irm",)), "observed", DAY)
    assert "machine_classes.threshold_1.irm" in machines.inputs.addresses
    assert "communs.inpatient_cost_weight.*" in machines.inputs.addresses
    drawn = machines.inputs.values(machines.inputs.scores(0, 40, 1))
    crossed = drawn["machine_classes.threshold_1.irm"] > 11_000
    assert 0 < crossed.sum() < 40
    for definition in (*RATIOS, "break_even"):
        assert checked(machines, definition, draws=40) > 500


@pytest.mark.parametrize("investment", ["rate_gap", "after_running_costs"])
@pytest.mark.parametrize("activity", ["observed", "normative"])
@pytest.mark.parametrize(
    ("hours", "per_act"),
    [
        ("max(acts, normative_activity)", "consumables_per_act"),
        ("acts ** 2 / reference_activity", "consumables_per_act"),
        ("acts", "consumables_per_act * acts / (acts + reference_activity)"),
    ],
)
def test_costs_that_are_no_straight_line_in_the_acts(
    hours: str, per_act: str, activity: str, investment: Any, tmp_path: Path
) -> None:
    """Every machine is evaluated."""
    text = (paths.MODELS / "irm.yaml").read_text(encoding="utf-8")
    text = text.replace("formula: acts * slot_minutes", f"formula: {hours} * slot_minutes")
    text = text.replace("formula: consumables_per_act", f"formula: {per_act}")
    (tmp_path / "irm.yaml").write_text(text, encoding="utf-8")
    reference = load_reference([tmp_path])
    assert not reference.models["irm"].linear_in_acts
    case = make_case(reference, Scenario(conventions=Conventions(investment=investment)))
    machines = cohort(case, Population.model_validate({"class": ("irm_1_5t",)}), activity, DAY)
    assert sum(checked(machines, definition) for definition in RATIOS) > 200


def test_where_the_quantity_has_no_meaning_there_is_no_slope() -> None:
    idle = fleet_of({"class": "irm_1_5t", "acts_billed": 0})
    machines = cohort(make_case(REFERENCE, Scenario(fleet=idle)), Population(), "observed", DAY)
    value, slopes = tangent_of(machines, "share", WIDE, 0.0)(machines.inputs.modes)
    assert np.isnan(value)
    assert np.isnan(slopes).all()
