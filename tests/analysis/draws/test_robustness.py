"""A schedule under draws is, draw by draw, the plain path under that draw's own scenario.

Prices by hand from the official tables (decision of 14 October 2025): CT not amortised 99.69 at the
full rate since 1 March 2024, 87.13 from 1 January 2027; 60.00 past the reference activity, 52.08
past 11 000 acts and 36.34 past 13 000 both before and then. The savings of one CT of 6 000 acts,
7 477.1507, 53 899.0685 and 75 360 EUR, are worked out in tests/analysis/test_savings.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing import paths
from costing.analysis.account.comparison import pay
from costing.analysis.account.savings import reached, required_from_fee, savings
from costing.analysis.draws.fleet_draws import Rates, Stock, amortised_before
from costing.analysis.draws.robustness import Robustness, Study, robustness
from costing.analysis.uncertainty import uncertainty
from costing.analysis.uncertainty.uncertainty import Inputs
from costing.case.case import Case, make_case
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.fleet.table import FleetTable
from costing.problems.errors import FleetError, InputError, TariffError
from costing.reference.load import load_reference
from costing.reference.reference import Reference
from costing.scenario.rules import SavingsDemand
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.values.correlations import Correlation
from tests.shared import REFERENCE, examples
from tests.strategies import fleet_of, fleets

OFFICIAL = REFERENCE.schedule
HELD = OFFICIAL.frozen(dt.date(2025, 11, 4))
YEARS = (2025, 2026, 2027)
CLOSE = 1e-9
JULY_2026, JANUARY_2027, JULY_2027 = (dt.date(2026, 7, 1), dt.date(2027, 1, 1), dt.date(2027, 7, 1))
CT_REFERENCE = "machine_classes.reference_activity.scanner"
CT_SAVED = [7_477.1507, 53_899.0685, 75_360.0]
CENT = 0.005

PARIS = {"zone": "paris", "region": "Île-de-France"}
OLD = {"installed_on": "2012-01-01"}
CT = {"class": "scanner", "acts_billed": 6_000}
#: Machines of every state, some that turn old in between, with in-patients or idle.
KINDS = fleet_of(
    {"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000, "weight": 2.5},
    {"class": "irm_1_5t", "acts_billed": 9_500, "acts_inpatient": 3_000, **PARIS,
     "installed_on": "2018-06-01", "rank_on_authorisation": 2},
    {"class": "irm_gt_1_5t", "acts_billed": 0, "acts_inpatient": 3_000,
     "installed_on": "2008-02-29"},
    {"class": "scanner", "acts_billed": 14_000, "acts_inpatient": 100,
     "installed_on": "2018-01-01"},
    {"class": "scanner", "acts_billed": 5_500, "acts_inpatient": 4_500, **OLD, "weight": 7,
     "rank_on_authorisation": 3},
    {"class": "scanner", "acts_billed": 4_000, **OLD},
    {"class": "scanner", "acts_billed": 0, "installed_on": "2024-12-31"},
    {"class": "tep_tdm", "acts_billed": 2_300, "acts_inpatient": 10, "installed_on": "2019-09-09"},
)  # fmt: skip


def sure(address: str, mode: float, bounds: bool = True) -> Override:
    """A value in the place of the reference one, with nothing uncertain left."""
    return Override(parameter=address, mode=mode, **{"low": mode, "high": mode} if bounds else {})


def unsure(address: str, low: float, mode: float, high: float) -> Override:
    return Override(parameter=address, low=low, mode=mode, high=high)


STILL = tuple(
    sure(f"dynamics.{name}.{modality}", 0)
    for name in ("machine_growth", "acts_growth", "renewal_rate")
    for modality in ("irm", "scanner", "tep")
)
#: Dynamics that go far both ways, so that fleets shrink and every old machine is renewed for sure.
WIDE = (
    *(unsure(f"dynamics.machine_growth.{m}", -0.4, 0.02, 0.4) for m in ("irm", "scanner", "tep")),
    *(unsure(f"dynamics.renewal_rate.{m}", -0.1, 0.3, 1.2) for m in ("irm", "scanner", "tep")),
    unsure("dynamics.acts_growth.irm", -0.2, 0.0, 0.2),
    unsure("dynamics.renewal_age_power.*", 0, 2, 12),
)


def without_power(reference: Reference) -> Reference:
    """The reference data without a power of age: the oldest machines are renewed first."""
    dynamics = dict(reference.files["dynamics"])
    del dynamics["renewal_age_power"]
    return replace(reference, files={**reference.files, "dynamics": dynamics})


@cache
def structured() -> FeeSchedule:
    """A schedule that changes prices and structure, inside a year and from a year on."""
    full, reduced = (Cell("scanner", "*", "*", band) for band in ("reduit_1", "reduit_2"))
    reforms = (
        Reform(
            JULY_2026,
            limits={"irm_1_5t": (4_000, 7_000, 12_000)},
            rank_factor={"scanner": 0.7, "irm_1_5t": 0.9},
        ),
        Reform(JANUARY_2027, amortisation_years={"scanner": 5, "tep_tdm": 9.5}),
        Reform(JULY_2027, limits={"scanner": (7_000, 9_000, 12_000)}, rank_factor={"scanner": 0.5}),
    )
    changes = {JULY_2026: {full: 50.0}, JANUARY_2027: {reduced: 40.0}, JULY_2027: {}}
    return OFFICIAL.with_prices(changes, "essai", reforms)


def case_with(case: Case, values: dict[str, Any], index: int) -> Case:
    """The case whose scenario has the values of one draw in the place of its own."""
    changes = {override.parameter: override for override in case.scenario.overrides}
    for address, drawn in values.items():
        _, old = case.reference.parameter_at(address)
        assert old is not None
        mode = float(drawn[index])
        bounds = {} if old.low is None else {"low": mode, "high": mode}
        changes[address] = Override(parameter=address, mode=mode, vat=old.vat, **bounds)
    scenario = case.scenario.model_copy(update={"overrides": tuple(changes.values())})
    return make_case(case.base, scenario)


def plain(case: Case, schedule: FeeSchedule, before: FeeSchedule) -> dict[str, float]:
    """Every figure by the plain path; the limits of the bands are the case's, as in its tariff."""
    classes = case.reference.classes
    by_year = {y.year: y.saved_eur for y in savings(case, replace(schedule, classes=classes))}
    found = {str(year): saved for year, saved in by_year.items()}
    found["reached"] = reached(case.scenario.savings, by_year)
    for name, prices in (("", schedule), ("_present", before)):
        last = max(by_year)
        paid = pay(case, case.fleet_in(last), replace(prices, classes=classes), last)
        weight, acts = paid.fleet.weight, paid.machines.acts_billed
        short = paid.revenue < paid.cost  # no cost (NaN) is not more than what is paid
        found["below" + name] = float(weight @ short / weight.sum())
        if not name:
            billed = float(weight @ acts)
            found["acts_below"] = float((weight * acts) @ short / billed) if billed else 0.0
        missing = np.where(short, paid.cost - paid.revenue, 0.0)
        found["loss" + name] = float(weight @ missing)
    return found


def row(found: Robustness, index: int) -> dict[str, float]:
    """The same figures of one draw."""
    names = ("reached", "below", "acts_below", "loss", "below_present", "loss_present")
    outcomes = {str(year): outcome for year, outcome in found.savings.items()}
    outcomes |= {name: getattr(found, name) for name in names}
    return {name: float(outcome.values[index]) for name, outcome in outcomes.items()}


def drawn_values(inputs: Inputs, draws: int, seed: int) -> dict[str, Any]:
    return inputs.values(inputs.scores(0, draws, seed))


def same(
    case: Case, schedule: FeeSchedule, before: FeeSchedule, draws: int = 3, seed: int = 1
) -> None:
    """The principal estimate and every draw are the plain computation of their own scenario."""
    found = robustness(case, schedule, before, draws, seed)
    values = drawn_values(Study(case, schedule, before).inputs, draws, seed)
    cases = [case, *(case_with(case, values, index) for index in range(draws))]
    for index, one in enumerate(cases):
        expected = plain(one, schedule, before)
        assert row(found, index) == pytest.approx(expected, rel=CLOSE, abs=1e-6), index


def spread(outcome: Any) -> float:
    return float(np.ptp(outcome.values))


# --- exactly the plain path -----------------------------------------------------------------------


def test_the_reference_fleet() -> None:
    case = make_case(REFERENCE, Scenario())
    same(case, OFFICIAL, HELD, draws=2)


def test_savings_of_the_principal_estimate_are_those_of_the_schedule() -> None:
    """Nothing of the schedule is replaced here: its own limits hold."""
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    found = robustness(case, structured(), HELD, 1)
    expected = [year.saved_eur for year in savings(case, structured())]
    assert [o.principal for o in found.savings.values()] == pytest.approx(expected, rel=CLOSE)


@pytest.mark.parametrize(
    "reference", [REFERENCE, without_power(REFERENCE)], ids=["by age", "oldest first"]
)
@pytest.mark.parametrize("schedule", [lambda: OFFICIAL, structured], ids=["prices", "structure"])
def test_every_kind_of_machine(reference: Reference, schedule: Callable[[], FeeSchedule]) -> None:
    known = {f"dynamics.{name}" for name in reference.files["dynamics"]}
    wide = tuple(o for o in WIDE if o.parameter.rpartition(".")[0] in known)
    demand = SavingsDemand(reading="level_2027")
    case = make_case(reference, Scenario(fleet=KINDS, overrides=wide, savings=demand))
    same(case, schedule(), schedule().frozen(dt.date(2026, 12, 31)))


@given(
    fleet=fleets(),
    base=st.sampled_from((2023, 2025)),
    structure=st.booleans(),
    powered=st.booleans(),
    count=st.booleans(),
    charge=st.sampled_from(("none", "economic")),
    seed=st.integers(0, 2**32 - 1),
)
@examples(4)
def test_any_fleet(
    fleet: FleetTable,
    base: int,
    structure: bool,
    powered: bool,
    count: bool,
    charge: Any,
    seed: int,
) -> None:
    dates = fleet.columns["installed_on"]
    early = tuple(min(str(date), f"{base}-12-31") for date in dates)
    fleet = fleet.model_copy(
        update={"year": base, "columns": {**fleet.columns, "installed_on": early}}
    )
    reference = REFERENCE if powered else without_power(REFERENCE)
    wide = tuple(o for o in WIDE if powered or "power" not in o.parameter)
    conventions = Conventions(inpatients_count=count, amortised_charge=charge)
    scenario = Scenario(fleet=fleet, overrides=wide, conventions=conventions)
    same(
        make_case(reference, scenario),
        structured() if structure else OFFICIAL,
        HELD,
        seed=seed,
    )


def test_correlations_of_the_scenario_tie_costs_and_dynamics() -> None:
    ties = (Correlation(first="purchase_price", second="machine_growth", rank=-0.9),)
    fleet = fleet_of({"class": "irm_1_5t", "acts_billed": 6_000})
    case = make_case(REFERENCE, Scenario(fleet=fleet, correlations=ties))
    inputs = Study(case, OFFICIAL, HELD).inputs
    values = drawn_values(inputs, 2_000, 1)
    pair = [values["irm.purchase_price.irm_1_5t"], values["dynamics.machine_growth.irm"]]
    assert np.corrcoef(*pair)[0, 1] < -0.8
    same(case, OFFICIAL, HELD, draws=1)


def edited(directory: Path, name: str, *changes: tuple[str, str]) -> Reference:
    """The reference data with a file changed."""
    text = (paths.MODELS / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (directory / name).write_text(text, encoding="utf-8")
    return load_reference([directory])


def test_a_cost_that_is_not_a_straight_line(tmp_path: Path) -> None:
    hours = (
        "formula: acts * slot_minutes",
        "formula: max(acts, normative_activity) * slot_minutes",
    )
    reference = edited(tmp_path, "irm.yaml", hours)
    case = make_case(reference, Scenario(fleet=KINDS, overrides=WIDE))
    same(case, structured(), HELD, draws=2)


def test_years_before_amortised_that_are_uncertain(tmp_path: Path) -> None:
    """Drawn, they move the state of machines and their cost, except where a reform sets them."""
    text = (paths.MODELS / "machine_classes.yaml").read_text(encoding="utf-8")
    start = text.index("  - name: amortisation_years")
    old = text[start : text.index("        source", start)]
    new = old.replace("distribution: fixed", "distribution: uniform")
    new = new.replace("mode: 7", "low: 0.6\n        mode: 7\n        high: 14")
    reference = edited(tmp_path, "machine_classes.yaml", (old, new))
    case = make_case(reference, Scenario(fleet=KINDS))
    assert "machine_classes.amortisation_years.*" in Study(case, OFFICIAL, HELD).inputs.addresses
    same(case, OFFICIAL, HELD, draws=2)
    found = robustness(case, OFFICIAL, HELD, 20)
    assert spread(found.savings[2027]) > 0
    reform = Reform(JANUARY_2027, amortisation_years={"scanner": 9.5, "irm_1_5t": 5})
    set_by_law = HELD.with_prices({JANUARY_2027: {}}, "essai", [reform])
    values = {"machine_classes.amortisation_years.*": np.array([3.0, 12])}
    fleet = fleet_of(*({**CT, "acts_billed": 100, **old} for old in ({}, OLD)))
    case = make_case(reference, Scenario(fleet=fleet, overrides=STILL))
    free, held = (Study(case, OFFICIAL, s).figures(values, 2)[-1] for s in (HELD, set_by_law))
    assert abs(free[1] - free[0]) > 1_000
    assert held[1] == held[0]


@given(years=st.floats(0.5, 30), year=st.integers(2024, 2030))
@examples(20)
def test_the_date_of_amortisation_is_that_of_the_fleet(years: float, year: int) -> None:
    (limit,) = amortised_before(year, np.array([years]))
    around = [str(limit + np.timedelta64(days, "D")) for days in (-1, 0)]
    rows = [{"class": "scanner", "acts_billed": 1, "installed_on": date} for date in around]
    fleet = make_case(
        REFERENCE, Scenario(fleet=fleet_of(*rows).model_copy(update={"year": 2030}))
    ).fleet
    assert fleet.amortised(year, years).tolist() == [True, False]


# --- by hand --------------------------------------------------------------------------------------

FIXED_BAND = (*STILL, sure(CT_REFERENCE, 6_500))


@pytest.mark.parametrize(("required", "chance"), [(75_360.0, 1.0), (75_360.004, 1.0), (75_361, 0)])
def test_one_ct_that_nothing_moves(required: float, chance: float) -> None:
    """6 000 acts, all at the full rate: 6 000 × (99.69 - 87.13) in 2027, whatever is drawn."""
    demand = SavingsDemand(target_eur=required, share_on_fee=1, reading="level_2027")
    scenario = Scenario(fleet=fleet_of(CT), overrides=FIXED_BAND, savings=demand)
    found = robustness(make_case(REFERENCE, scenario), OFFICIAL, HELD, 50)
    for outcome, saved in zip(found.savings.values(), CT_SAVED, strict=True):
        assert outcome.values == pytest.approx(np.full(51, saved), abs=CENT)
    assert found.reached.values == pytest.approx(np.full(51, 75_360.0), abs=1e-6)
    assert found.required_eur == required_from_fee(demand, YEARS)
    assert found.meets == (chance, 0.0)
    assert found.draws == 50


def test_acts_that_grow_by_hand() -> None:
    """3 000 acts that grow by half: 3 000 × 1.5³ = 10 125 acts, 6 500 at the full rate."""
    growth = unsure("dynamics.acts_growth.scanner", 0, 0.5, 0.5)
    others = (override for override in FIXED_BAND if override.parameter != growth.parameter)
    fleet = fleet_of({**CT, "acts_billed": 3_000})
    scenario = Scenario(fleet=fleet, overrides=(*others, growth))
    study = Study(make_case(REFERENCE, scenario), OFFICIAL, HELD)
    found = study.figures({growth.parameter: np.array([0.0, 0.5])}, 2)
    assert found[2] == pytest.approx([3_000 * 12.56, 6_500 * 12.56])


def test_limits_that_cross_leave_a_band_empty() -> None:
    """14 000 acts, of which the first 9 000, 12 000 and 13 500 are at the full rate."""
    scenario = Scenario(fleet=fleet_of({**CT, "acts_billed": 14_000}), overrides=STILL)
    study = Study(make_case(REFERENCE, scenario), OFFICIAL, HELD)
    drawn = np.array([9_000.0, 12_000, 13_500])
    found = study.figures({CT_REFERENCE: drawn}, 3)
    # past threshold 1 the full rate takes the place of 60.00, 52.08 or 36.34, before and after
    assert found[2] == pytest.approx(drawn * 12.56)


def test_below_and_loss_by_hand() -> None:
    """Two CT of one class, of weights 3 and 1; the small one does 100 acts and costs more."""
    small, busy = {**CT, "acts_billed": 100, "weight": 3}, {**CT, "acts_billed": 10_000}
    case = make_case(REFERENCE, Scenario(fleet=fleet_of(small, busy), overrides=FIXED_BAND))
    found = robustness(case, OFFICIAL, HELD, 200)
    paid = pay(case, case.fleet_in(2027), OFFICIAL, 2027)
    assert (paid.revenue < paid.cost).tolist() == [True, False]
    assert found.below.principal == pytest.approx(0.75)
    assert found.acts_below.principal == pytest.approx(300 / 10_300)
    assert found.loss.principal == pytest.approx(3 * (paid.cost[0] - 100 * 87.13))
    # 1 256 EUR more revenue for the small one at the prices before
    assert found.loss_present.principal == pytest.approx(found.loss.principal - 3 * 1_256)
    assert found.below_present.principal == pytest.approx(0.75)


def test_saturated_renewal_by_hand() -> None:
    """Ages 20 and 2 at power 1, half the fleet replaced: 20 κ and 2 κ would be 10/11 and 1/11.

    With three quarters, 15/11 is too much: the old one goes for sure and half the young one.
    """
    rows = ({**CT, "installed_on": date} for date in ("2005-01-01", "2023-01-01"))
    case = make_case(REFERENCE, Scenario(fleet=fleet_of(*rows), overrides=STILL))
    stock = Stock.of(case.fleet, "scanner", by_date=True)
    zero = np.zeros(1)
    rates = Rates(zero, zero, np.array([0.5, 0.75]), np.ones(1))
    kept, new = stock.weights([2025], rates)[2025]
    # days: 7 305 and 731
    share = np.array([7_305, 731]) / (7_305 + 731)
    assert kept[0] == pytest.approx(1 - share)
    assert kept[1] == pytest.approx([0, 0.5])
    assert new == pytest.approx(1 - kept)


# --- draws ----------------------------------------------------------------------------------------


def columns(found: Robustness) -> np.ndarray[Any, Any]:
    return np.array([list(row(found, index).values()) for index in range(found.draws + 1)])


def test_a_seed_repeats_itself_and_another_differs() -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    first = columns(robustness(case, OFFICIAL, HELD, 20))
    assert np.array_equal(first, columns(robustness(case, OFFICIAL, HELD, 20)))
    assert np.array_equal(first, columns(robustness(case, OFFICIAL, HELD, 20, case.scenario.seed)))
    other = columns(robustness(case, OFFICIAL, HELD, 20, seed=5))
    assert np.array_equal(first[0], other[0])
    assert np.all(first[1:, :3] != other[1:, :3])


def test_blocks_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS, overrides=WIDE))
    whole = columns(robustness(case, structured(), HELD, 20))
    monkeypatch.setattr(uncertainty, "CELLS", 7 * 8)
    told: list[tuple[float, str]] = []
    parts = columns(robustness(case, structured(), HELD, 20, tell=lambda *said: told.append(said)))
    np.testing.assert_allclose(parts, whole, rtol=1e-12)
    assert [share for share, _ in told] == pytest.approx([7 / 21, 14 / 21, 1])
    assert {words for _, words in told} == {"Tirages"}


def test_with_everything_fixed_all_draws_are_the_principal_estimate() -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    inputs = Study(case, OFFICIAL, HELD).inputs
    fixed = []
    for item in inputs.items:
        bounds = item.value.low is not None
        fixed.append(sure(item.address, item.value.mode, bounds))
    still = make_case(REFERENCE, Scenario(fleet=KINDS, overrides=tuple(fixed)))
    assert Study(still, OFFICIAL, HELD).inputs.items == ()
    found = columns(robustness(still, OFFICIAL, HELD, 5))
    assert found.shape[0] == 6
    assert np.all(found == found[0])
    assert found[0] == pytest.approx(columns(robustness(case, OFFICIAL, HELD, 1))[0], rel=1e-12)


def test_raising_in_what_is_told_cancels() -> None:
    def stop(_share: float, _words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        robustness(make_case(REFERENCE, Scenario(fleet=KINDS)), OFFICIAL, HELD, 5, tell=stop)


# --- refusals -------------------------------------------------------------------------------------


def test_what_cannot_be_studied_is_refused() -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    with pytest.raises(InputError, match="0"):
        robustness(case, OFFICIAL, HELD, 0)
    late = make_case(REFERENCE, Scenario(fleet=fleet_of(CT).model_copy(update={"year": 2026})))
    with pytest.raises(FleetError) as caught:
        robustness(late, OFFICIAL, HELD, 5)
    assert caught.value.problems[0].code == "year_before_fleet"


def test_an_unknown_price_is_refused_with_class_and_date() -> None:
    """PET-CT prices are known from 1 March 2024 only."""
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    with pytest.raises(TariffError) as caught:
        robustness(case, OFFICIAL, OFFICIAL.frozen(dt.date(2020, 5, 1)), 5)
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("tariff_missing", "tep_tdm")
    assert "2020-05-01" in problem.message()
    assert "2024-03-01" in problem.message()


def test_a_draw_that_reaches_a_band_of_unknown_price_is_refused() -> None:
    """From July 2027 nothing says what CT acts past 13 000 are paid; in-patients are not billed."""
    amounts = np.concatenate([OFFICIAL.amounts, OFFICIAL.amounts[-1:]])
    amounts[-1, OFFICIAL.class_codes.index("scanner"), :, :, 3] = np.nan
    holed = replace(OFFICIAL, dates=(*OFFICIAL.dates, JULY_2027), amounts=amounts)
    growth = unsure("dynamics.acts_growth.scanner", 0, 0, 0.1)
    others = tuple(o for o in FIXED_BAND if o.parameter != growth.parameter)

    def found(billed: float, inpatient: float, *rates: Override) -> Robustness:
        machine = {**CT, "acts_billed": billed, "acts_inpatient": inpatient}
        scenario = Scenario(fleet=fleet_of(machine), overrides=(*others, *rates))
        return robustness(make_case(REFERENCE, scenario), holed, HELD, 20)

    for quiet in ((12_999.0, 0.0), (0.0, 20_000.0)):
        assert np.isfinite(columns(found(*quiet, sure(growth.parameter, 0)))).all()
    with pytest.raises(TariffError, match="scanner") as caught:
        found(12_999, 0, growth)
    assert "2027-07-01" in caught.value.problems[0].message()
    with pytest.raises(TariffError, match="scanner"):
        found(8_000, 6_000, sure(growth.parameter, 0))
