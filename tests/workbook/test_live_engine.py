"""The values that the exported workbook gives its machines are the engine's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from costing.analysis.account.comparison import pay
from costing.analysis.account.savings import baseline, machine_savings, present
from costing.case.case import Case, make_case
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.workbook.live import book as live
from costing.workbook.live.book import Results, prices_held, sheets, write_computation
from costing.workbook.live.year_writer import Year
from costing.workbook.write.layout import Book
from tests.shared import REFERENCE
from tests.strategies import fleet_of

FIRST, SECOND = dt.date(2026, 10, 1), dt.date(2027, 4, 1)
MACHINES = fleet_of(
    {"class": "scanner", "acts_billed": 9_000, "acts_inpatient": 4_000, "weight": 3.5},
    {"class": "scanner", "acts_billed": 5_000, "installed_on": "2013-02-01", "zone": "paris",
     "region": "Île-de-France", "rank_on_authorisation": 2},
    {"class": "irm_1_5t", "acts_billed": 13_500, "acts_inpatient": 800},
    {"class": "irm_1_5t", "acts_billed": 3_000, "installed_on": "2018-06-30", "sector": "public"},
    {"class": "irm_gt_1_5t", "acts_billed": 0, "installed_on": "2010-06-30"},
    {"class": "tep_tdm", "acts_billed": 3_000, "rank_on_authorisation": 2, "weight": 0.5},
)  # fmt: skip
#: Growth below zero takes machines away; a share replaced so large that the oldest all go.
SHRINKING = (
    Override(parameter="dynamics.machine_growth.irm", mode=-0.04, low=-0.1),
    Override(parameter="dynamics.renewal_rate.irm", mode=0.7, high=0.9),
    Override(parameter="dynamics.acts_growth.*", mode=0.02),
)
RULES = ScheduleRules(step_dates=(FIRST, SECOND))
REFORMS = (
    Reform(FIRST, {"irm_1_5t": (4000, 8000, 12000)}, {"scanner": 10.5, "irm_1_5t": 6}, {}),
    Reform(SECOND, {"scanner": (6000, 11000, 13000)}, {"scanner": 3}, {"tep_tdm": 0.8}),
)


def case_of(**fields: Any) -> Case:
    return make_case(REFERENCE, Scenario(fleet=MACHINES, rules=RULES, **fields))


def schedule_of(case: Case, *reforms: Reform) -> FeeSchedule:
    cell = Cell("scanner", "non_amorti", "*", "plein")
    changes = {FIRST: {cell: 80.0}, SECOND: {cell: 75.5}}
    return case.reference.schedule.with_prices(changes, "essai", reforms)


CASES = {
    "plain": (case_of(), ()),
    "reformed": (case_of(), REFORMS),
    "other conventions": (
        case_of(
            conventions=Conventions(
                capital="lease", amortised_charge="economic", inpatients_count=False,
                investment="after_running_costs", activity="normative",
            ),
            perimeter="running_costs_only",
        ),
        REFORMS,
    ),
    "shrinking": (case_of(overrides=SHRINKING), ()),
}  # fmt: skip


@pytest.fixture(scope="module", params=CASES)
def computed(request: pytest.FixtureRequest) -> tuple[Case, FeeSchedule, Results, dict[int, Year]]:
    case, reforms = CASES[request.param]
    schedule = schedule_of(case, *reforms)
    kept: dict[int, Year] = {}

    def keep(data: Any, year: int) -> Year:
        kept[year] = write_year(data, year)
        return kept[year]

    write_year = live.write_year
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "write_year", keep)
        book = Book("")
        book.plan(sheets(case))
        results = write_computation(book, case, schedule)
    return case, schedule, results, kept


def by_machine(case: Case, frame: Any, column: str) -> Any:
    """Sums over the parts of a machine, in the order of the fleet."""
    names = [str(name) for name in case.fleet.frame["machine_id"]]
    sums = frame.groupby(frame["machine_id"].astype(str))[column].sum()
    return sums.reindex(names).fillna(0.0).to_numpy()


def test_weights_are_those_of_the_projected_fleet(computed: Any) -> None:
    case, schedule, results, _ = computed
    weights = results.data.weights
    for year, column in weights.total.items():
        fleet = case.fleet_in(year)
        assert column.values == pytest.approx(by_machine(case, fleet.frame, "weight"), rel=1e-9)
    for (variant, year), column in weights.amortised.items():
        own = case.amortisation_years
        if variant:
            last = schedule.frozen(dt.date(year, 12, 31)) if variant == 2 else schedule
            own = {**own, **last.amortisation_years(year)}
        fleet = case.fleet_in(year)
        frame = fleet.frame.assign(weight=fleet.weight * fleet.amortised(year, own))
        expected = by_machine(case, frame, "weight")
        assert column.values == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_revenues_are_those_of_the_engine(computed: Any) -> None:
    case, schedule, _, years = computed
    for number, year in years.items():
        official = machine_savings(case, case.reference.schedule, number)
        ours = machine_savings(case, schedule, number)
        end = machine_savings(case, schedule.frozen(dt.date(number, 12, 31)), number)
        for name, frame, column in (
            ("base", ours, "baseline_eur"), ("proposed", ours, "revenue_eur"),
            ("decided", official, "revenue_eur"), ("end", end, "revenue_eur"),
        ):  # fmt: skip
            expected = by_machine(case, frame, column)
            assert year.columns[name].values == pytest.approx(expected, rel=1e-9, abs=1e-6), name


def test_costs_losses_and_machines_below_are_those_of_the_engine(computed: Any) -> None:
    case, schedule, _, years = computed
    fleet, last = case.fleet_in(2027), years[2027].columns
    eve = case.reference.schedule.frozen(FIRST - dt.timedelta(days=1))
    paid = {
        name: pay(case, fleet, tariff, 2027)
        for name, tariff in (("before", eve), ("held", present(case)), ("after", schedule))
    }
    weight = fleet.weight

    def summed(values: Any) -> Any:
        return by_machine(case, fleet.frame.assign(value=values * weight), "value")

    assert last["cost"].values == pytest.approx(summed(paid["after"].cost), rel=1e-9)
    assert last["eve"].values == pytest.approx(summed(paid["before"].revenue), rel=1e-9)
    for name in ("before", "after"):
        below = summed(paid[name].revenue < paid[name].cost)
        assert last[f"{name}_below"].values == pytest.approx(below, abs=1e-12)
    for name in ("held", "after"):
        lost = summed(np.maximum(paid[name].cost - paid[name].revenue, 0.0))
        assert last[f"{name}_loss"].values == pytest.approx(lost, rel=1e-9, abs=1e-6)


def test_acts_by_band_are_those_of_the_engine(computed: Any) -> None:
    case, schedule, results, years = computed
    count = case.scenario.conventions.inpatients_count
    for number, year in years.items():
        fleet = case.fleet_in(number)
        total = results.data.weights.total[number].values
        for name, tariff in (("today", baseline(case)), ("proposed", schedule)):
            machines = fleet.machines(tariff, number, case.amortisation_years)
            volumes = tariff.volumes(machines, number, count).sum(axis=-2) * fleet.weight[:, None]
            for band in range(4):
                frame = fleet.frame.assign(value=volumes[:, band])
                expected = by_machine(case, frame, "value")
                found = sum(column.values for column in year.bands[name][band::4]) * total
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), (name, band)


def test_prices_held_are_those_in_force_on_the_eve() -> None:
    case = case_of()
    eve = FIRST - dt.timedelta(days=1)
    for cell in case.reference.schedule.cells:
        kept = [prices_held(case).price(cell, step) for step in (FIRST, SECOND)]
        assert kept == [case.reference.schedule.price(cell, eve)] * 2
