"""A fleet as sums: every draw of a cohort is what `pay` gives under that draw's own scenario.

That check is the heart: the sums of `costing.analysis.draws.accounts` (straight lines, sorted acts,
interpolated shares of in-patients) against the plain path, machine by machine, with the drawn
values put in the scenario. By hand: the two machines of tests/analysis/test_comparison.py,

- MRI 1.5 T, not amortised: 378 025.4038 + 56.178305405 × acts; fees of 1 March 2024 in the
  provinces 171.97, then 73.94 past 4 750 acts, 59.53 past 8 000, 29.95 past 11 000;
- CT, amortised: 148 195.9743 + 42.643202968 × acts; 75.54, then 60.00 past 6 500 acts, 52.08 past
  11 000, 36.34 past 13 000.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costing import paths
from costing.analysis.account.comparison import compare, overvaluation, pay, with_activity
from costing.analysis.draws.cohort import Cohort, cohort
from costing.analysis.uncertainty import uncertainty
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost
from costing.fee.schedule import one_machine
from costing.fleet.columns import COLUMNS
from costing.fleet.table import FleetTable
from costing.problems.errors import FormulaError, InputError, TariffError
from costing.reference.load import load_reference
from costing.reference.reference import Reference
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.values.catalogue import Population
from tests.bent import HIDDEN, bent
from tests.checked import checked, must_check
from tests.shared import REFERENCE, examples
from tests.strategies import scenarios

MARCH_2024 = dt.date(2024, 3, 1)
DATES = (
    dt.date(2010, 1, 1), dt.date(2018, 7, 1), MARCH_2024, dt.date(2026, 2, 18), dt.date(2028, 1, 1),
)  # fmt: skip
Values = Mapping[str, np.ndarray[Any, Any]]
DEFINITIONS = ("markup", "share", "investment")
CLOSE = 1e-9


def table(*machines: dict[str, Any]) -> FleetTable:
    """A fleet of 2024 from what makes its machines differ."""
    rows = [
        {
            "machine_id": f"m{i}", "modality": REFERENCE.classes[m["class"]].modality,
            "site_id": "s", "installed_on": "2023-06-01", "zone": "province", "region": "Bretagne",
            "sector": "liberal", "rank_on_authorisation": 1, "acts_inpatient": 0, "weight": 1, **m,
        }
        for i, m in enumerate(machines)
    ]  # fmt: skip
    columns = {name: tuple(row[name] for row in rows) for name in COLUMNS}
    return FleetTable(year=2024, label="essai", columns=columns)


PARIS = {"zone": "paris", "region": "Île-de-France"}
OLD = {"installed_on": "2012-01-01"}
#: Every kind of machine that the sums treat apart.
KINDS = table(
    {"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000},
    {"class": "irm_1_5t", "acts_billed": 9_500, "acts_inpatient": 3_000, **PARIS, "weight": 2.5},
    {"class": "irm_1_5t", "acts_billed": 4_000, **OLD, "sector": "public"},
    {"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000},  # as the first
    {"class": "irm_1_5t", "acts_billed": 0, "acts_inpatient": 0},
    {"class": "irm_gt_1_5t", "acts_billed": 0, "acts_inpatient": 3_000, **PARIS},
    {"class": "scanner", "acts_billed": 14_000, "acts_inpatient": 100, "sector": "public"},
    {"class": "scanner", "acts_billed": 5_500, "acts_inpatient": 4_500, **OLD, "weight": 7},
    {"class": "tep_tdm", "acts_billed": 2_300, "acts_inpatient": 10},
)


def drawn_values(machines: Cohort, count: int, seed: int = 1) -> dict[str, Any]:
    """Some joint draws of all the inputs of a cohort."""
    inputs = machines.inputs
    return inputs.values(inputs.scores(0, count, seed))


def case_with(case: Case, values: Values, index: int) -> Case:
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


def plain(case: Case, population: Population, date: dt.date) -> dict[str, float]:
    """Sums and readings of a population, machine by machine, by `pay`."""
    fleet = with_activity(case, case.fleet)
    states = np.where(fleet.amortised(fleet.year, case.amortisation_years), "amorti", "non_amorti")
    frame = fleet.frame.assign(amortisation=states)
    kept = np.ones(len(frame), dtype=bool)
    for column, codes in population.model_dump(by_alias=True).items():
        kept &= frame[column].isin(codes).to_numpy() if codes else True
    fleet = replace(fleet, frame=fleet.frame[kept].reset_index(drop=True))
    schedule = case.reference.schedule
    paid = pay(case, fleet, schedule.frozen(max(date, schedule.dates[0])), fleet.year)
    weight = fleet.weight
    revenue, cost = float(weight @ paid.revenue), float(weight @ paid.cost)
    fee = float(np.nansum(weight * paid.investment_fee))
    spent = float(np.nansum(weight * paid.investment_cost))
    readings = overvaluation(revenue, cost, fee, spent)
    return {
        "revenue": revenue, "cost": cost, "fee": fee, "spent": spent,
        "markup": float(readings.markup), "share": float(readings.share_of_fee),
        "investment": float(readings.investment),
    }  # fmt: skip


def same(case: Case, population: Population, date: dt.date, count: int = 2, seed: int = 1) -> None:
    """Every column of a cohort's accounts is the plain computation of its own scenario."""
    machines = cohort(case, population, case.scenario.conventions.activity, date)
    values = drawn_values(machines, count, seed)
    postes = frozenset(case.reference.perimeter(case.scenario.perimeter).postes)
    found = machines.accounts(values)
    fee, spent = found.investment(postes)
    columns = {
        "revenue": found.revenue, "cost": found.cost(postes), "fee": fee, "spent": spent,
        **{name: found.result(name, postes) for name in DEFINITIONS},
    }  # fmt: skip
    for index in range(count):
        expected = plain(case_with(case, values, index), population, date)
        for name, column in columns.items():
            assert np.size(column) in (1, count), name
            ours = float(np.broadcast_to(column, (count,))[index])
            room = CLOSE * (1 if name in DEFINITIONS else 0)
            assert ours == pytest.approx(expected[name], rel=CLOSE, abs=room, nan_ok=True), name


# --- the heart: draw by draw, as the plain path ---------------------------------------------------

CONVENTIONS = [
    Conventions(
        capital=capital, amortised_charge=charge, inpatients_count=count, investment=investment,
        activity=activity,
    )
    for capital, charge, count, investment, activity in itertools.product(
        ("annuity", "straight_line", "lease"), ("none", "economic"), (True, False),
        ("rate_gap", "after_running_costs"), ("observed", "normative", "reference"),
    )
]  # fmt: skip


def spelled(conventions: Conventions) -> str:
    return " ".join(map(str, vars(conventions).values()))


@pytest.mark.parametrize("conventions", CONVENTIONS, ids=spelled)
def test_every_convention(conventions: Conventions) -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS, conventions=conventions))
    same(case, Population(), MARCH_2024)


POPULATIONS = [
    {},
    {"modality": ("irm",)},
    {"modality": ("irm", "scanner"), "sector": ("public",)},
    {"class": ("irm_1_5t",)},
    {"zone": ("paris",)},
    {"amortisation": ("amorti",)},
    {"amortisation": ("non_amorti",), "zone": ("province",), "class": ("irm_1_5t", "scanner")},
]


@pytest.mark.parametrize("keys", POPULATIONS, ids=str)
@pytest.mark.parametrize("investment", ["rate_gap", "after_running_costs"])
def test_every_population(keys: dict[str, tuple[str, ...]], investment: Any) -> None:
    conventions = Conventions(investment=investment)
    case = make_case(REFERENCE, Scenario(fleet=KINDS, conventions=conventions))
    same(case, Population(**keys), MARCH_2024)


@pytest.mark.parametrize("perimeter", list(REFERENCE.perimeters))
@pytest.mark.parametrize("investment", ["rate_gap", "after_running_costs"])
def test_every_perimeter(perimeter: str, investment: Any) -> None:
    conventions = Conventions(investment=investment)
    scenario = Scenario(fleet=KINDS, perimeter=perimeter, conventions=conventions)
    same(make_case(REFERENCE, scenario), Population(), MARCH_2024)


@pytest.mark.parametrize("date", DATES)
def test_every_date(date: dt.date) -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    same(case, Population(modality=("irm", "scanner")), date)


@pytest.mark.parametrize("activity", ["observed", "normative", "reference"])
@pytest.mark.parametrize("investment", ["rate_gap", "after_running_costs"])
def test_the_whole_reference_fleet(activity: Any, investment: Any) -> None:
    conventions = Conventions(activity=activity, investment=investment)
    same(
        make_case(REFERENCE, Scenario(conventions=conventions)),
        Population(),
        MARCH_2024,
        count=1,
    )


@pytest.mark.parametrize("machine", range(9))
@pytest.mark.parametrize("investment", ["rate_gap", "after_running_costs"])
@pytest.mark.parametrize("count", [True, False])
def test_a_single_machine(machine: int, investment: Any, count: bool) -> None:
    columns = {name: (values[machine],) for name, values in KINDS.columns.items()}
    conventions = Conventions(investment=investment, inpatients_count=count)
    fleet = KINDS.model_copy(update={"columns": columns})
    same(
        make_case(REFERENCE, Scenario(fleet=fleet, conventions=conventions)),
        Population(),
        MARCH_2024,
    )


@given(st.data())
@examples(30)
def test_any_scenario(data: st.DataObject) -> None:
    """Fleets of one's own, with in-patients, idle machines and rows that are alike."""
    scenario = data.draw(scenarios(fleet=True))
    fleet = scenario.fleet
    assert fleet is not None
    copies = data.draw(st.integers(1, 3))
    columns = {name: values * copies for name, values in fleet.columns.items()}
    rows = range(len(columns["machine_id"]))
    columns["machine_id"] = tuple(f"m{row}" for row in rows)
    for name in ("acts_billed", "acts_inpatient"):
        idle = data.draw(st.sets(st.sampled_from(rows), max_size=2))
        acts = columns[name]
        columns[name] = tuple(0 if row in idle else round(acts[row], 3) for row in rows)
    conventions = scenario.conventions.model_copy(
        update={"investment": data.draw(st.sampled_from(("rate_gap", "after_running_costs")))}
    )
    changed = {"fleet": fleet.model_copy(update={"columns": columns}), "conventions": conventions}
    case = make_case(REFERENCE, scenario.model_copy(update=changed))
    population = Population(**data.draw(st.sampled_from(POPULATIONS)))
    date = data.draw(st.sampled_from(DATES))
    try:
        cohort(case, population, conventions.activity, date)
    except InputError as error:
        assert {problem.code for problem in error.problems} == {"population_empty"}
        assume(False)
    same(case, population, date, seed=data.draw(st.integers(0, 2**32)))


def test_without_values_a_cohort_is_the_principal_estimate_and_the_comparison() -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    postes = frozenset(case.reference.perimeter("legal_2024").postes)
    found = cohort(case, Population(), "observed", MARCH_2024).accounts()
    overall = compare(case, MARCH_2024)[1].set_index(["modality", "weighting"]).loc[("all", "euro")]
    assert float(found.revenue[0]) == pytest.approx(overall["revenue_eur"], rel=CLOSE)
    assert float(found.cost(postes)[0]) == pytest.approx(overall["cost_eur"], rel=CLOSE)
    for ours, theirs in (("markup", "markup"), ("share", "share_of_fee"), ("investment",) * 2):
        result = float(np.ravel(found.result(ours, postes))[0])
        assert result == pytest.approx(overall[theirs], abs=CLOSE)


def test_some_values_given_and_the_others_at_their_mode() -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    machines = cohort(case, Population(), "observed", MARCH_2024)
    postes = frozenset(case.reference.perimeter("legal_2024").postes)
    rents = {"communs.rent.*": np.array([150.0, 220.0, 400.0])}
    cost = machines.accounts(rents).cost(postes)
    for index in range(3):
        expected = plain(case_with(case, rents, index), Population(), MARCH_2024)["cost"]
        assert cost[index] == pytest.approx(expected, rel=CLOSE)
    assert cost[1] == pytest.approx(float(machines.accounts().cost(postes)[0]), rel=1e-12)


def test_by_hand() -> None:
    # One MRI of 8 000 acts, three quarters billed, in-patients weighing 1 then 1.31:
    # 827 451.8470 × 6 000 / (6 000 + 1.31 × 2 000) = 575 952.5617; billed 0.75 × 1 057 162.50.
    fleet = table({"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 2_000})
    case = make_case(REFERENCE, Scenario(fleet=fleet))
    machines = cohort(case, Population(), "observed", MARCH_2024)
    postes = frozenset(case.reference.perimeter("legal_2024").postes)
    found = machines.accounts({"communs.inpatient_cost_weight.*": np.array([1.0, 1.31])})
    assert found.cost(postes) == pytest.approx([620_588.8853, 575_952.5617], abs=0.01)
    assert found.revenue == pytest.approx([792_871.875] * 2, abs=1e-6)
    # 792 871.875 / 575 952.5617 - 1
    assert found.result("markup", postes) == pytest.approx([0.2776121, 0.3766271], abs=1e-6)


# --- how it is summed -----------------------------------------------------------------------------


def test_rows_that_are_alike_are_one() -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    observed = cohort(case, Population(), "observed", MARCH_2024)
    by_class = {part.code: part for part in observed.machines}
    assert [part.code for part in observed.machines] == [
        code for code in REFERENCE.classes if code in by_class
    ]  # in the order of the official tables
    assert len(by_class["irm_1_5t"].weight) == 4  # five rows, two of them alike
    assert sum(part.weight.sum() for part in observed.machines) == pytest.approx(17.5 - 1)
    # a norm makes all acts alike: what is left is the share billed, the state and the zone
    norm = cohort(case, Population(**{"class": ("irm_1_5t",)}), "normative", MARCH_2024)
    assert norm.machines[0].acts.tolist() == [1.0] * 4


def test_the_inputs_are_those_that_count() -> None:
    alone = table({"class": "scanner", "acts_billed": 5_000})
    case = make_case(REFERENCE, Scenario(fleet=alone))

    def names(case: Case, activity: str) -> set[str]:
        found = cohort(case, Population(), activity, MARCH_2024).inputs.addresses
        return {address.split(".")[1] for address in found}

    observed = names(case, "observed")
    assert {"reference_activity", "rent", "purchase_price"} <= observed
    assert not {"inpatient_cost_weight", "normative_activity", "threshold_1"} & observed
    assert names(case, "normative") == observed | {"normative_activity"}
    shared = table({"class": "scanner", "acts_billed": 5_000, "acts_inpatient": 1})
    case = make_case(REFERENCE, Scenario(fleet=shared))
    assert names(case, "observed") == observed | {"inpatient_cost_weight"}


def test_a_fleet_of_many_machines_and_many_draws_goes_in_slices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = make_case(
        REFERENCE, Scenario(fleet=KINDS, conventions=Conventions(investment="after_running_costs"))
    )
    machines = cohort(case, Population(), "observed", MARCH_2024)
    postes = frozenset(case.reference.perimeter("legal_2024").postes)
    values = drawn_values(machines, 500)
    whole = [machines.accounts(values).result(name, postes) for name in DEFINITIONS]
    monkeypatch.setattr(uncertainty, "CELLS", 50)
    sliced = [machines.accounts(values).result(name, postes) for name in DEFINITIONS]
    for one, other in zip(whole, sliced, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-11)


def test_shares_of_in_patients_are_interpolated_to_the_last_digits() -> None:
    """With many draws the sum of shares goes through a polynomial; with few it does not."""
    rng = np.random.default_rng(3)
    fleet = table(
        *(
            {"class": "scanner", "acts_billed": float(b), "acts_inpatient": float(h)}
            for b, h in zip(rng.uniform(0, 9_000, 60), rng.uniform(0, 9_000, 60), strict=True)
        )
    )
    case = make_case(REFERENCE, Scenario(fleet=fleet))
    machines = cohort(case, Population(), "observed", MARCH_2024)
    postes = frozenset(case.reference.perimeter("legal_2024").postes)
    address = "communs.inpatient_cost_weight.*"
    for high in (1.31, 50.0):  # the second is beyond what the polynomial can follow
        weights = np.linspace(0.0, high, 100)
        many = machines.accounts({address: weights}).cost(postes)
        few = [float(machines.accounts({address: w[None]}).cost(postes)[0]) for w in weights]
        np.testing.assert_allclose(many, few, rtol=1e-11)


def test_in_patients_that_weigh_nothing_bear_nothing() -> None:
    """A machine of which nothing is billed costs the fee nothing, whatever the others weigh."""
    fleet = table(
        {"class": "scanner", "acts_billed": 0, "acts_inpatient": 4_000},
        {"class": "scanner", "acts_billed": 3_000, "acts_inpatient": 1_000},
    )
    case = make_case(REFERENCE, Scenario(fleet=fleet))
    machines = cohort(case, Population(), "observed", MARCH_2024)
    postes = frozenset(case.reference.perimeter("legal_2024").postes)
    weights = {"communs.inpatient_cost_weight.*": np.array([0.0, 1e-12])}
    cost = machines.accounts(weights).cost(postes)
    # the second machine's own, whole: 242 466.3357 + 42.643203 × 4 000
    assert cost == pytest.approx([413_039.1476] * 2, abs=0.01)


# --- models that are not straight lines -----------------------------------------------------------


@pytest.fixture(
    scope="module",
    params=[
        ("max(acts, normative_activity)", "consumables_per_act"),
        ("acts * acts / reference_activity", "consumables_per_act"),
        ("acts ** 2 / reference_activity", "consumables_per_act"),
        ("acts", "consumables_per_act * acts / (acts + reference_activity)"),
        ("if_(acts > reference_activity, acts, reference_activity)", "consumables_per_act"),
    ],
    ids=" and ".join,
)
def curved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The reference data with an MRI whose cost is not a straight line."""
    return bent(tmp_path_factory.mktemp("bent"), *request.param)


@pytest.mark.parametrize("conventions", CONVENTIONS[::9], ids=spelled)
def test_a_model_that_is_not_a_straight_line(curved: Reference, conventions: Conventions) -> None:
    assert not curved.models["irm"].linear_in_acts
    assert curved.models["scanner"].linear_in_acts
    case = make_case(curved, Scenario(fleet=KINDS, conventions=conventions))
    same(case, Population(), MARCH_2024)


@pytest.mark.parametrize("investment", ["rate_gap", "after_running_costs"])
def test_machine_by_machine_gives_what_straight_lines_give(investment: Any, tmp_path: Path) -> None:
    conventions = Conventions(investment=investment)
    scenario = Scenario(fleet=KINDS, conventions=conventions)
    hidden = bent(tmp_path, HIDDEN)
    assert not hidden.models["irm"].linear_in_acts
    mri = Population(modality=("irm",))
    found = []
    for reference in (REFERENCE, hidden):
        machines = cohort(make_case(reference, scenario), mri, "observed", MARCH_2024)
        postes = frozenset(reference.perimeter("legal_2024").postes)
        accounts = machines.accounts(drawn_values(machines, 200))
        found.append([accounts.result(name, postes) for name in DEFINITIONS])
    for straight, each in zip(*found, strict=True):
        np.testing.assert_allclose(each, straight, rtol=CLOSE)


def test_a_straight_line_is_not_asked_for_acts_that_no_machine_does(tmp_path: Path) -> None:
    """Open hours past a fixed part: negative without acts, positive for every machine."""
    reference = bent(tmp_path, "(acts - 0.5 * reference_activity)")
    assert reference.models["irm"].linear_in_acts
    fleet = table(
        {"class": "irm_1_5t", "acts_billed": 4_000}, {"class": "irm_1_5t", "acts_billed": 9_000}
    )
    same(make_case(reference, Scenario(fleet=fleet)), Population(), MARCH_2024)
    # and a machine below is refused here as it is there
    fleet = table(
        {"class": "irm_1_5t", "acts_billed": 1_000}, {"class": "irm_1_5t", "acts_billed": 9_000}
    )
    case = make_case(reference, Scenario(fleet=fleet))
    with pytest.raises(FormulaError, match="technologists"):
        compare(case, MARCH_2024)
    machines = cohort(case, Population(), "observed", MARCH_2024)
    with pytest.raises(FormulaError, match="technologists"):
        machines.accounts().cost(frozenset({"personnel_non_medical"}))


# --- break-even -----------------------------------------------------------------------------------


def break_even(case: Case, keys: dict[str, tuple[str, ...]], values: Values | None = None) -> Any:
    machines = cohort(case, Population(**keys), "observed", MARCH_2024)
    postes = frozenset(case.reference.perimeter(case.scenario.perimeter).postes)
    return machines.accounts(values).result("break_even", postes)


def sure(address: str, mode: float, bounds: bool = True) -> Override:
    """A value in the place of the reference one, with nothing uncertain left."""
    return Override(parameter=address, mode=mode, **{"low": mode, "high": mode} if bounds else {})


def consumables(amount: float) -> Override:
    return sure("irm.consumables_per_act.*", amount)


def test_break_even_by_hand() -> None:
    new = table({"class": "irm_1_5t", "acts_billed": 100})
    # 378 025.4038 / (171.97 - 56.178305) = 3 264.7022, whatever the machine does
    case = make_case(REFERENCE, Scenario(fleet=new))
    assert break_even(case, {}) == pytest.approx([3_264.7022], abs=1e-3)
    # With 20 € more an act (77.978305): 378 025.4038 / 93.991695 = 4 021.9022, the first of two.
    case = make_case(REFERENCE, Scenario(fleet=new, overrides=(consumables(23),)))
    assert break_even(case, {}) == pytest.approx([4_021.9022], abs=1e-3)
    # With 40 € more an act (99.778305) the full band ends before: never.
    case = make_case(REFERENCE, Scenario(fleet=new, overrides=(consumables(43),)))
    assert break_even(case, {}).tolist() == [np.inf]


def test_break_even_past_the_full_band_by_hand() -> None:
    """An amortised MRI whose full band stops at 3 000 acts.

    220 908.1347 + 56.178305 × acts against 125.60 up to 3 000 acts, then 73.94: at 3 000 acts
    -12 643.0509 is missing; 17.761695 an act are left: 3 000 + 711.8156.
    """
    limit = sure("machine_classes.reference_activity.irm_1_5t", 3_000)
    fleet = table({"class": "irm_1_5t", "acts_billed": 100, **OLD})
    case = make_case(REFERENCE, Scenario(fleet=fleet, overrides=(limit,)))
    assert break_even(case, {}) == pytest.approx([3_711.8156], abs=1e-2)


def test_break_even_in_the_last_band_by_hand() -> None:
    """Only equipment and works are counted, 200 529.8038 a year: any price covers an act.

    With bands of 100, 200 and 300 acts: 17 197 + 7 394 + 5 953 for the first 300, 30 544; what is
    left, 169 985.8038, at 29.95: 300 + 5 675.6529.
    """
    reference = "machine_classes.reference_activity"
    limits = [
        sure(f"{reference}.irm_1_5t", 100),
        sure("machine_classes.threshold_1.irm", 200, bounds=False),
        sure("machine_classes.threshold_2.irm", 300, bounds=False),
    ]
    others = ("irm_le_0_5t", "irm_0_5t_1_5t", "irm_1_5t_membres", "irm_1_5t_osteo", "irm_gt_1_5t")
    limits += [sure(f"{reference}.{code}", 50) for code in others]
    fleet = table({"class": "irm_1_5t", "acts_billed": 100})
    scenario = Scenario(fleet=fleet, overrides=tuple(limits), perimeter="investment_only")
    assert break_even(make_case(REFERENCE, scenario), {}) == pytest.approx([5_975.6529], abs=1e-2)


def test_break_even_of_two_classes_by_hand() -> None:
    """Each at N acts: 526 221.3781 + 98.821508 N against (171.97 + 75.54) N: N = 3 539.1."""
    fleet = table(
        {"class": "irm_1_5t", "acts_billed": 1}, {"class": "scanner", "acts_billed": 1, **OLD}
    )
    found = break_even(make_case(REFERENCE, Scenario(fleet=fleet)), {})
    assert found == pytest.approx([526_221.3781 / (247.51 - 98.821508373)], abs=1e-3)


def test_nothing_to_cover_is_covered_at_once() -> None:
    perimeter = {"perimeter": "investment_only"}
    free = [sure(f"irm.{name}.irm_1_5t", 0) for name in ("purchase_price", "works_cost")]
    fleet = table({"class": "irm_1_5t", "acts_billed": 1})
    case = make_case(REFERENCE, Scenario(fleet=fleet, overrides=tuple(free), **perimeter))
    assert break_even(case, {}).tolist() == [0.0]


def searched(case: Case, population: Population, most: int) -> float:
    """First whole number of acts at which all the machines, each at it, cover their cost."""
    acts = np.arange(most + 1, dtype=float)
    fleet = case.fleet
    states = np.where(fleet.amortised(fleet.year, case.amortisation_years), "amorti", "non_amorti")
    schedule = case.reference.schedule.frozen(MARCH_2024)
    margin = np.zeros_like(acts)
    for (_, row), state in zip(fleet.frame.iterrows(), states, strict=True):
        if population.machine_class and row["class"] not in population.machine_class:
            continue
        machines = one_machine(schedule, row["class"], state, row["zone"], acts)
        cost = annual_cost(case, row["class"], acts, float(state == "amorti")).total()
        margin += row["weight"] * (schedule.revenue(machines, 2023) - cost)
    found = np.flatnonzero(margin >= 0)
    return float(found[0]) if found.size else np.inf


@must_check(covered=0.2, never=0.05)
@given(st.data())
@examples(40)
def test_break_even_against_a_search(data: st.DataObject) -> None:
    """Within an act above the first whole number that covers; never, when no number does."""
    rows = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "class": st.sampled_from(("irm_1_5t", "scanner", "tep_tdm", "irm_gt_1_5t")),
                    "installed_on": st.sampled_from(("2012-01-01", "2023-06-01")),
                    "acts_billed": st.floats(0, 9_000),
                    "weight": st.floats(0.5, 20),
                }
            ),
            min_size=1,
            max_size=4,
        )
    )
    # Consumables per act; in the second range no number of acts often pays for them.
    extra = data.draw(st.floats(3, 60) | st.floats(150, 400))
    perimeter = data.draw(st.sampled_from(("legal_2024", "running_costs_only", "investment_only")))
    scenario = Scenario(fleet=table(*rows), overrides=(consumables(extra),), perimeter=perimeter)
    case = make_case(REFERENCE, scenario)
    machines = cohort(case, Population(), "observed", MARCH_2024)
    values = drawn_values(machines, 2, data.draw(st.integers(0, 2**32)))
    found = break_even(case, {}, values)
    most = 30_000
    for index in range(2):
        ours = float(np.broadcast_to(found, (2,))[index])
        whole = searched(case_with(case, values, index), Population(), most)
        if np.isfinite(whole):
            assert whole - 1 - 1e-6 <= ours <= whole + 1e-6
            checked("covered")
        else:
            assert ours > most
            checked("never")


def test_break_even_of_a_curved_cost_is_refused(tmp_path: Path) -> None:
    reference = bent(tmp_path, "max(acts, normative_activity)")
    case = make_case(reference, Scenario(fleet=KINDS))
    with pytest.raises(InputError) as caught:
        break_even(case, {"class": ("irm_1_5t",)})
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("not_affine", "irm_1_5t")
    assert np.isfinite(break_even(case, {"class": ("scanner",)})).all()


# --- limits, rates and populations that are not ---------------------------------------------------


def test_limits_that_cross_leave_a_band_empty() -> None:
    """CT, new: 99.69 up to a limit drawn past threshold 1 (11 000), even past threshold 2 (13 000).

    14 000 acts: at 9 000: 9 000 × 99.69 + 2 000 × 60.00 + 2 000 × 52.08 + 1 000 × 36.34; at 12 000:
    12 000 × 99.69 + 1 000 × 52.08 + 1 000 × 36.34; at 13 500: 13 500 × 99.69 + 500 × 36.34.
    """
    case = make_case(REFERENCE, Scenario(fleet=table({"class": "scanner", "acts_billed": 14_000})))
    machines = cohort(case, Population(), "observed", MARCH_2024)
    limits = {"machine_classes.reference_activity.scanner": np.array([9_000.0, 12_000, 13_500])}
    expected = [1_157_710.0, 1_284_700.0, 1_363_985.0]
    assert machines.accounts(limits).revenue == pytest.approx(expected, abs=1e-6)
    revenue, cost = machines.accounts(limits).classes[0].each(slice(None), frozenset())
    assert revenue.tolist() == [pytest.approx(expected, abs=1e-6)]
    assert np.all(cost == 0)


def test_a_limit_below_every_act_and_one_above() -> None:
    case = make_case(REFERENCE, Scenario(fleet=table({"class": "scanner", "acts_billed": 5_000})))
    machines = cohort(case, Population(), "observed", MARCH_2024)
    limits = {"machine_classes.reference_activity.scanner": np.array([1.0, 5_000.0, 1e6])}
    expected = [99.69 + 4_999 * 60, 5_000 * 99.69, 5_000 * 99.69]
    assert machines.accounts(limits).revenue == pytest.approx(expected, abs=1e-6)


def test_an_unknown_rate_is_refused_with_class_and_date() -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    with pytest.raises(TariffError) as caught:
        cohort(case, Population(), "observed", dt.date(2020, 5, 1))
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("tariff_missing", "tep_tdm")
    assert "2020-05-01" in problem.message()
    assert "2024-03-01" in problem.message()
    # idle machines have nothing to be paid
    idle = table({"class": "tep_tdm", "acts_billed": 0}, {"class": "scanner", "acts_billed": 10})
    case = make_case(REFERENCE, Scenario(fleet=idle))
    found = cohort(case, Population(), "observed", dt.date(2020, 5, 1)).accounts()
    assert np.isfinite(found.revenue).all()
    # but a norm gives them acts
    with pytest.raises(TariffError):
        cohort(case, Population(), "normative", dt.date(2020, 5, 1))


@pytest.fixture
def holed(tmp_path: Path) -> Reference:
    """A tariff file that no longer says what CT acts past 13 000 are paid."""
    text = (paths.MODELS / "tariffs/forfaits_techniques.csv").read_text(encoding="utf-8")
    gone = "scanner,scanner,*,*,reduit_3"
    lines = [line for line in text.splitlines() if not line.startswith(gone)]
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "tariffs/forfaits_techniques.csv").write_text("\n".join(lines), encoding="utf-8")
    return load_reference([tmp_path])


def test_a_band_of_unknown_price_is_refused_when_acts_reach_it(holed: Reference) -> None:
    def machines(billed: float, inpatient: float, **conventions: Any) -> Cohort:
        fleet = table({"class": "scanner", "acts_billed": billed, "acts_inpatient": inpatient})
        case = make_case(holed, Scenario(fleet=fleet, conventions=Conventions(**conventions)))
        return cohort(case, Population(), "observed", MARCH_2024)

    assert np.isfinite(machines(13_000, 0).accounts().revenue).all()
    for billed, inpatient in ((13_001, 0), (8_000, 6_000)):  # in-patients take places too
        with pytest.raises(TariffError, match="scanner"):
            machines(billed, inpatient)
    free = machines(8_000, 6_000, inpatients_count=False)
    assert np.isfinite(free.accounts().revenue).all()
    # acts of in-patients alone are not paid, whatever the price
    assert machines(0, 20_000).accounts().revenue.tolist() == [0.0]


def test_a_draw_that_reaches_a_band_of_unknown_price_is_refused(holed: Reference) -> None:
    """At its mode (11 840) the norm stays below; at 17 740 it does not: nobody pays those acts."""
    fleet = table({"class": "scanner", "acts_billed": 5_000})
    case = make_case(holed, Scenario(fleet=fleet))
    machines = cohort(case, Population(), "normative", MARCH_2024)
    norm = "machine_classes.normative_activity.scanner"
    assert np.isfinite(machines.accounts({norm: np.array([9_110.0, 12_999])}).revenue).all()
    with pytest.raises(TariffError, match="scanner"):
        _ = machines.accounts({norm: np.array([9_110.0, 17_740])}).revenue
    with pytest.raises(TariffError, match="scanner"):
        break_even(case, {})


@pytest.mark.parametrize(
    "keys",
    [{"sector": ("non_profit",)}, {"class": ("tep",)}, {"zone": ("paris",), "modality": ("tep",)}],
)
def test_a_population_without_machines_is_refused(keys: dict[str, tuple[str, ...]]) -> None:
    case = make_case(REFERENCE, Scenario(fleet=KINDS))
    with pytest.raises(InputError) as caught:
        cohort(case, Population(**keys), "observed", MARCH_2024)
    (problem,) = caught.value.problems
    assert problem.code == "population_empty"
    for codes in keys.values():
        assert all(code in problem.message() for code in codes)
