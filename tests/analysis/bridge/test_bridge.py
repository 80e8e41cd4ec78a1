"""The bridge between two scenarios: by hand, against plain evaluation, and its laws."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from costing.analysis.account.comparison import DEFINITIONS, compare
from costing.analysis.account.savings import reached, savings
from costing.analysis.bridge.bridge import (
    Atom,
    Bridge,
    CostPerAct,
    Overvaluation,
    Result,
    Savings,
    bridge,
    differences,
    mix,
)
from costing.analysis.bridge.differences import Pair
from costing.analysis.bridge.words import amount, level, sentences, title, why
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost
from costing.problems.errors import InputError, TariffError
from costing.reference.load import load_reference
from costing.scenario.examples import example_scenarios
from costing.scenario.rules import SavingsDemand
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.values.catalogue import Population
from tests.shared import REFERENCE, examples
from tests.strategies import fleet_of, fleets, scenarios

DATE = dt.date(2024, 3, 1)
MRI = CostPerAct("irm_1_5t", 5_000)
FLEET = fleet_of(
    {"class": "irm_1_5t", "acts_billed": 6_000, "acts_inpatient": 500},
    {"class": "irm_1_5t", "acts_billed": 9_500, "installed_on": "2015-02-01"},
    {"class": "irm_gt_1_5t", "acts_billed": 4_000, "zone": "paris", "region": "Île-de-France"},
    {"class": "scanner", "acts_billed": 12_500, "acts_inpatient": 2_000, "weight": 2},
    {"class": "scanner", "acts_billed": 7_000, "installed_on": "2017-06-01"},
)

#: Values that reach the same machines by several scopes, or that hold in no model's file.
PLACES: dict[str, tuple[float, float]] = {
    "irm.purchase_price.irm_1_5t": (500_000, 2_000_000),
    "communs.rent.irm": (100, 500),
    "irm.maintenance_share.irm_1_5t": (0.02, 0.15),
    "irm.maintenance_share.irm": (0.02, 0.15),
    "irm.maintenance_share.*": (0.02, 0.15),
    "irm.technologist_posts.irm": (1, 3),
    "scanner.maintenance_share.*": (0.02, 0.15),
    "communs.vat_rate.*": (0, 0.2),
    "communs.vat_rate.irm": (0, 0.2),
    "communs.rent.irm_1_5t": (100, 500),
    "communs.rent.*": (100, 500),
    "communs.inpatient_cost_weight.*": (0.5, 1.5),
    "communs.inpatient_cost_weight.scanner": (0.5, 1.5),
    "machine_classes.reference_activity.irm_1_5t": (3_000, 8_500),
    "machine_classes.threshold_1.irm": (5_000, 10_000),
    "machine_classes.threshold_1.irm_1_5t": (5_000, 10_000),
    "machine_classes.reference_activity.scanner": (5_000, 10_000),
    "machine_classes.normative_activity.irm_1_5t": (5_000, 10_000),
    "machine_classes.amortisation_years.*": (5, 10),
    "machine_classes.amortisation_years.irm": (5, 10),
    "dynamics.machine_growth.irm": (-0.05, 0.08),
    "dynamics.acts_growth.*": (-0.02, 0.04),
    "dynamics.acts_growth.scanner": (-0.02, 0.04),
    "dynamics.renewal_age_power.*": (0, 6),
}


def case(**content: Any) -> Case:
    return make_case(REFERENCE, Scenario(**content))


def put(address: str, mode: float, **content: Any) -> Override:
    """A fixed value; without bounds where the parameter takes none."""
    bounded = REFERENCE.parameter_at(address)[0].distribution != "fixed"
    bounds = {"low": mode, "high": mode} if bounded else {}
    return Override(parameter=address, mode=mode, **bounds, **content)


@st.composite
def placed(draw: st.DrawFn, address: str) -> Override:
    money = REFERENCE.parameter_at(address)[0].unit.startswith("EUR")
    vat = draw(st.sampled_from((None, "included", "excluded"))) if money else None
    return put(address, draw(st.floats(*PLACES[address]).map(lambda x: round(x, 6))), vat=vat)


@st.composite
def positions(draw: st.DrawFn, most: int = 6) -> Scenario:
    """A scenario with a small fleet, whose changes reach the same machines several ways."""
    addresses = draw(st.lists(st.sampled_from(sorted(PLACES)), max_size=most, unique=True))
    conventions = Conventions(
        capital=draw(st.sampled_from(("annuity", "straight_line", "lease"))),
        activity=draw(st.sampled_from(("observed", "normative", "reference"))),
        amortised_charge=draw(st.sampled_from(("none", "economic"))),
        inpatients_count=draw(st.booleans()),
        investment=draw(st.sampled_from(("rate_gap", "after_running_costs"))),
    )
    scenario = Scenario(
        perimeter=draw(st.sampled_from(sorted(REFERENCE.perimeters))),
        conventions=conventions,
        overrides=tuple(draw(placed(address)) for address in addresses),
        fleet=draw(st.just(FLEET) | fleets()),
    )
    try:
        make_case(REFERENCE, scenario)
    except TariffError:  # thresholds that cross
        assume(False)
    return scenario


def plain(result: Result, mixed: Case) -> float:
    """The result of one scenario, as the rest of the project computes it."""
    match result:
        case CostPerAct(code, acts, amortisation):
            flag = float(amortisation == "amorti")
            return float(annual_cost(mixed, code, acts, flag).total()) / acts
        case Overvaluation(definition, population, date):
            overall = compare(mixed, date)[1].set_index(["modality", "weighting"])
            which = population.modality[0] if population.modality else "all"
            value = overall[definition].get((which, "euro"))
            return np.nan if value is None else float(value)
        case Savings(reading):
            by_year = {y.year: y.saved_eur for y in savings(mixed, mixed.reference.schedule)}
            return reached(SavingsDemand(reading=reading), by_year)
    raise AssertionError(result)


def fast(result: Result, pair: Pair, atoms: tuple[Atom, ...], taken: Any) -> Any:
    """The result of many mixes `(n, k)` as the bridge sees it: players only, as arrays."""
    read = result.reads(pair)
    players = [i for i, atom in enumerate(atoms) if atom.read_as & read]
    taken = np.asarray(taken, dtype=bool).reshape(len(taken), len(atoms))[:, players]
    terms = result.terms(pair, [atoms[i] for i in players])
    return sum(term.game(taken[:, term.columns]) for term in terms)


def check_mixes(result: Result, a: Case, b: Case, taken: list[tuple[bool, ...]]) -> None:
    """The bridge's value of each mix is that of the mixed scenario, evaluated plainly."""
    atoms = differences(a, b)
    expected = []
    for row in taken:
        chosen = [atom for atom, here in zip(atoms, row, strict=True) if here]
        expected.append(plain(result, make_case(REFERENCE, mix(a, b, chosen))))
    values = fast(result, Pair(a, b), atoms, taken)
    assert values == pytest.approx(np.array(expected), rel=1e-9, abs=1e-6, nan_ok=True)


def total(bridge: Bridge) -> float:
    return sum(step.share for step in (*bridge.steps, *bridge.without_effect))


# --- by hand --------------------------------------------------------------------------------------


def running(*overrides: Override) -> Case:
    """Running costs only, where maintenance is m × P and management and taxes add 8 % and 1 %."""
    return case(perimeter="running_costs_only", overrides=overrides)


def test_two_differences_by_hand() -> None:
    r"""1.09 m P / 5 000 from (8 %, 1.0 M€) to (10 %, 1.2 M€).

    m P goes from 80 000 to 120 000; with the price alone 96 000, with the share alone 100 000. The
    price brings (16 000 + 20 000) / 2 = 18 000, the share (20 000 + 24 000) / 2 = 22 000.
    """
    a = running()
    b = running(put("irm.purchase_price.irm_1_5t", 1.2e6), put("irm.maintenance_share.*", 0.10))
    a_to_b = bridge(a, b, MRI)
    assert a_to_b.gap == pytest.approx(8.72)
    shares = {step.atom.key: step.share for step in a_to_b.steps}
    assert shares == {
        "irm.purchase_price.irm_1_5t": pytest.approx(3.924),
        "irm.maintenance_share.*": pytest.approx(4.796),
    }
    assert [step.amount for step in a_to_b.steps] == [4.80, 3.92]
    assert a_to_b.subtotals == {"parameters": 8.72}
    assert not a_to_b.without_effect


def test_a_value_inherited_from_another_difference() -> None:
    r"""a writes 8 % for the 1.5 T, b takes `*` from 8 to 6 %: nothing moves until both give way.

    The gap, 1.09 × 2 % × 1 M€ / 5 000 = 4.36 € an act, is shared evenly. Another class, which has
    only `*`, owes it all to `*`.
    """
    a = running(put("irm.maintenance_share.irm_1_5t", 0.08))
    b = running(put("irm.maintenance_share.*", 0.06))
    a_to_b = bridge(a, b, MRI)
    assert [step.share for step in a_to_b.steps] == pytest.approx([-2.18, -2.18])
    other = bridge(a, b, CostPerAct("irm_gt_1_5t", 5_000))
    assert [step.atom.key for step in other.steps] == ["irm.maintenance_share.*"]
    assert [idle.why for idle in other.without_effect] == ["not_read"]


def test_vat_is_a_difference() -> None:
    """1 M€ with VAT inside or on top of it, at 20 %: 8 % × 0.2 M€ × 1.09 / 5 000."""
    a = running(put("irm.purchase_price.irm_1_5t", 1e6, vat="included"))
    b = running(put("irm.purchase_price.irm_1_5t", 1e6, vat="excluded"))
    (step,) = bridge(a, b, MRI).steps
    assert step.share == pytest.approx(3.488)
    assert step.atom.label == (
        "Prix d'achat de l'appareil, IRM 1,5 T : "
        "1\u202f000\u202f000 € (TVA comprise) → 1\u202f000\u202f000 € (hors taxe)"
    )


def test_the_vat_rate_meets_the_vat_state() -> None:
    """20 to 10 % of VAT, and a price of 1 M€ from excluded to included; in k€: 1.2, 1.1, 1.0, 1.0.

    The state brings (-200 - 100) / 2 = -150 k€, the rate (-100 + 0) / 2 = -50 k€.
    """
    a = running(put("irm.purchase_price.irm_1_5t", 1e6, vat="excluded"))
    b = running(
        put("irm.purchase_price.irm_1_5t", 1e6, vat="included"), put("communs.vat_rate.*", 0.1)
    )
    shares = [step.share for step in bridge(a, b, MRI).steps]
    per_euro = 0.08 * 1.09 / 5_000
    assert shares == pytest.approx([-150_000 * per_euro, -50_000 * per_euro])


def test_only_what_moves_a_result_is_a_difference() -> None:
    """Bounds, sources, authors, the demand and the rules do not; nor the value that already is."""
    a = case(
        overrides=(
            Override(parameter="irm.purchase_price.irm_1_5t", mode=1e6, low=9e5, author="moi"),
            Override(parameter="irm.slot_minutes.irm_1_5t", mode=24.0, source="autre", grade="A"),
            put("irm.maintenance_share.irm_1_5t", 0.08),
        ),
        savings=SavingsDemand(target_eur=1.0),
        seed=7,
    )
    assert differences(a, case()) == ()
    assert bridge(a, case(), MRI).gap == 0


def test_what_each_result_does_not_read() -> None:
    a = case()
    conventions = Conventions(activity="normative", investment="after_running_costs")
    overrides = tuple(
        put(address, 0.03)
        for address in ("communs.cost_of_capital.*", "dynamics.machine_growth.irm")
    )
    b = case(perimeter="legal_strict", conventions=conventions, overrides=overrides)

    def unread(result: Result) -> set[str]:
        pair = Pair(a, b)
        return {atom.key for atom in differences(a, b) if not atom.read_as & result.reads(pair)}

    cost = {"conventions.activity", "conventions.investment", "dynamics.machine_growth.irm"}
    assert unread(MRI) == cost
    fleet = {"conventions.investment", "dynamics.machine_growth.irm"}
    assert unread(Overvaluation("markup", Population(), DATE)) == fleet
    investment = Overvaluation("investment", Population(modality=("irm",)), DATE)
    assert unread(investment) == {"dynamics.machine_growth.irm"}
    assert unread(Savings()) == {
        "communs.cost_of_capital.*", "perimeter", "conventions.activity", "conventions.investment",
    }  # fmt: skip


def test_a_class_outside_the_population_is_no_player() -> None:
    b = case(overrides=(put("scanner.purchase_price.scanner", 7e5),))
    a_to_b = bridge(case(), b, Overvaluation("markup", Population(modality=("irm",)), DATE))
    assert a_to_b.gap == 0
    assert [idle.why for idle in a_to_b.without_effect] == ["not_read"]


def test_a_scope_that_a_narrower_one_hides_is_not_read() -> None:
    """Both sides write the rent of the 1.5 T: that of MRI at large does not reach it."""
    own = put("communs.rent.irm_1_5t", 200.0)
    a, b = running(own), running(own, put("communs.rent.irm", 300.0))
    assert [idle.why for idle in bridge(a, b, MRI).without_effect] == ["not_read"]
    assert len(bridge(a, b, CostPerAct("irm_gt_1_5t", 5_000)).steps) == 1


def test_thresholds_that_would_cross_change_together() -> None:
    """6 500 and 11 000 acts against 11 500 and 12 000: neither may move without the other."""
    names = ("reference_activity", "threshold_1")
    limits = (11_500.0, 12_000.0)
    b = case(
        overrides=tuple(
            put(f"machine_classes.{name}.scanner", limit)
            for name, limit in zip(names, limits, strict=True)
        )
    )
    (atom,) = differences(case(), b)
    assert atom.addresses == tuple(f"machine_classes.{name}.scanner" for name in names)
    a_to_b = bridge(
        case(fleet=FLEET), case(**{**b.scenario.model_dump(), "fleet": FLEET}), Savings()
    )
    assert total(a_to_b) == pytest.approx(a_to_b.gap, abs=1e-6)


def test_why_a_difference_does_not_matter() -> None:
    """A price of a power that nobody draws changes nothing; a millionth of a share, nearly so."""
    unused = put("irm.electricity_use.irm_1_5t", 0.0)
    changes = put("communs.electricity_price.*", 0.3), put("irm.maintenance_share.*", 0.08 + 1e-6)
    b = running(unused, *changes, put("dynamics.machine_growth.irm", 0.0))
    a_to_b = bridge(running(unused), b, MRI)
    assert not a_to_b.steps
    assert {idle.atom.key: (idle.why, why(a_to_b, idle)) for idle in a_to_b.without_effect} == {
        "communs.electricity_price.*": ("zero", "ne change rien ici"),
        "irm.maintenance_share.*": ("below_rounding", "moins d'un centime"),
        "dynamics.machine_growth.irm": ("not_read", "ce résultat n'en dépend pas"),
    }
    assert total(a_to_b) == pytest.approx(a_to_b.gap, rel=1e-9)


def test_two_fleets_are_one_difference() -> None:
    small = fleet_of({"class": "scanner", "acts_billed": 5_000})
    same = FLEET.model_copy(update={"label": "autre nom"})
    assert differences(case(fleet=FLEET), case(fleet=same)) == ()
    (atom,) = differences(case(fleet=FLEET), case(fleet=small))
    assert atom.group == "fleet"
    assert atom.label == "Parc : essai (2024, 6 appareils) → essai (2024, 1 appareil)"


def test_a_result_that_has_no_value_is_refused() -> None:
    """In-patients only: no fee, so no share of it."""
    idle = fleet_of({"class": "scanner", "acts_billed": 0, "acts_inpatient": 5_000})
    share = Overvaluation("share_of_fee", Population(), DATE)
    with pytest.raises(InputError, match="n'a pas ce résultat"):
        bridge(case(fleet=idle), case(fleet=FLEET), share)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: CostPerAct("irm_1_5t", 0), "un nombre d'actes par an est attendu"),
        (lambda: CostPerAct("irm_1_5t", 5_000, "neuf"), "« neuf » n'est pas un choix"),
        (lambda: Overvaluation("marge", Population(), DATE), "« marge » n'est pas un choix"),
    ],
)
def test_a_result_that_cannot_be_asked(wrong: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        wrong()


def test_other_reference_data_are_refused(tmp_path: Any) -> None:
    (tmp_path / "more.yaml").write_text(
        "modality: more\nlabel: {fr: Autre, en: Other}\n"
        "classes:\n  - {code: more, label: {fr: Autre, en: Other}}\n"
        "lines:\n  - {id: x, label: {fr: X, en: X}, poste: locaux, per: year, formula: 0}\n",
        encoding="utf-8",
    )
    other = make_case(load_reference((tmp_path,)), Scenario())
    with pytest.raises(InputError, match="référence différentes"):
        differences(case(), other)


# --- every mix is the mixed scenario --------------------------------------------------------------

NUMERIC = (
    put("irm.maintenance_share.irm_1_5t", 0.08),
    put("irm.purchase_price.irm_1_5t", 1.1e6, vat="excluded"),
    put("communs.vat_rate.irm", 0.1),
)
OTHER = (
    put("irm.maintenance_share.*", 0.06),
    put("irm.maintenance_share.irm", 0.07),
    put("irm.purchase_price.irm_1_5t", 0.9e6, vat="included"),
)
RESULTS: dict[str, Result] = {
    "cost": MRI,
    "cost of an amortised one": CostPerAct("irm_1_5t", 9_000, "amorti"),
    **{name: Overvaluation(name, Population(), DATE) for name in DEFINITIONS},
    "markup of CT": Overvaluation("markup", Population(modality=("scanner",)), DATE),
    "savings": Savings(),
    "savings of the last year": Savings("level_2027"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_mix_of_a_few_differences(name: str) -> None:
    """Scopes that hide one another, VAT, a perimeter and two conventions: 2⁷ mixes."""
    a = case(fleet=FLEET, overrides=NUMERIC)
    conventions = Conventions(amortised_charge="economic", inpatients_count=False)
    b = case(fleet=FLEET, overrides=OTHER, perimeter="legal_strict", conventions=conventions)
    atoms = differences(a, b)
    assert len(atoms) == 8
    every = list(product((False, True), repeat=len(atoms)))
    result = RESULTS[name]
    step = {CostPerAct: 1, Overvaluation: 9, Savings: 27}[type(result)]  # the slow plain way
    check_mixes(result, a, b, every[::step])


@pytest.mark.parametrize("name", RESULTS)
@given(a=positions(), b=positions(), seed=st.integers(0, 2**32 - 1))
@examples(5)
def test_any_mix_of_any_two_positions(name: str, a: Scenario, b: Scenario, seed: int) -> None:
    if name == "markup of CT":  # else there is nothing to value
        assume(all(side.fleet and "scanner" in side.fleet.columns["class"] for side in (a, b)))
    one, other = make_case(REFERENCE, a), make_case(REFERENCE, b)
    count = len(differences(one, other))
    drawn = np.random.default_rng(seed).random((4, count)) < 0.5
    ends = [(False,) * count, (True,) * count]
    check_mixes(RESULTS[name], one, other, [*ends, *map(tuple, drawn.tolist())])


@given(a=scenarios(), b=scenarios())
@examples(10)
def test_mixes_are_valid_scenarios_and_end_at_b(a: Scenario, b: Scenario) -> None:
    one, other = make_case(REFERENCE, a), make_case(REFERENCE, b)
    atoms = differences(one, other)
    for chosen in (atoms[::2], atoms):
        mixed = mix(one, other, chosen)
        assert Scenario.model_validate_json(mixed.model_dump_json()) == mixed
    assert differences(make_case(REFERENCE, mix(one, other, atoms)), other) == ()
    assert differences(make_case(REFERENCE, mix(one, other, ())), one) == ()


# --- laws -----------------------------------------------------------------------------------------


def bridged(a: Scenario, b: Scenario, result: Result) -> Bridge:
    """A bridge, where there is one: fleets without a fee have no overvaluation."""
    try:
        return bridge(make_case(REFERENCE, a), make_case(REFERENCE, b), result)
    except InputError:
        assume(False)
        raise


@pytest.mark.parametrize("name", ("cost", "markup", "savings"))
@given(a=positions(most=3), b=positions(most=3))
@examples(5)
def test_a_bridge_adds_up_and_turns_round(name: str, a: Scenario, b: Scenario) -> None:
    result = RESULTS[name]
    a_to_b, b_to_a = bridged(a, b, result), bridged(b, a, result)
    size = max(abs(a_to_b.start), abs(a_to_b.end))
    assert total(a_to_b) == pytest.approx(a_to_b.gap, rel=1e-12, abs=1e-12 * size)
    digits = result.decimals
    printed = round(a_to_b.end, digits) - round(a_to_b.start, digits)
    assert sum(step.amount for step in a_to_b.steps) == pytest.approx(printed, abs=1e-9 * size)
    assert a_to_b.printed == pytest.approx(a_to_b.gap, abs=10**-digits)
    shares = {step.atom.key: step.share for step in (*a_to_b.steps, *a_to_b.without_effect)}
    turned = {step.atom.key: -step.share for step in (*b_to_a.steps, *b_to_a.without_effect)}
    assert turned == pytest.approx(shares, rel=1e-9, abs=1e-11 * size)
    assert sum(a_to_b.subtotals.values()) == pytest.approx(a_to_b.printed, abs=1e-9 * size)
    bars = a_to_b.waterfall
    assert not bars or bars[0].before == round(a_to_b.start, digits)
    assert not bars or bars[-1].after == pytest.approx(round(a_to_b.end, digits), abs=1e-9 * size)


@given(a=scenarios(fleet=True))
@examples(10)
def test_a_scenario_against_itself(a: Scenario) -> None:
    own = make_case(REFERENCE, a)
    assert differences(own, own) == ()
    itself = bridge(own, own, MRI)
    assert (itself.gap, itself.steps, itself.without_effect, itself.exact) == (0.0, (), (), True)


def test_sampled_agrees_with_exact() -> None:
    a, b = (make_case(REFERENCE, scenario) for scenario in example_scenarios().values())
    result = Overvaluation("markup", Population(modality=("irm",)), DATE)
    exact, drawn = bridge(a, b, result), bridge(a, b, result, exact_up_to=0)
    assert not drawn.exact
    assert total(drawn) == pytest.approx(drawn.gap, rel=1e-12)
    errors = {step.atom.key: (step.share, step.error) for step in drawn.steps}
    for step in exact.steps:
        share, error = errors[step.atom.key]
        assert abs(share - step.share) <= 3 * error + 1e-9
    assert "19 fois sur 20" in " ".join(sentences(drawn))


def test_savings_of_terms_are_those_of_the_whole() -> None:
    """Split class by class, then added: the split of the sum, since the value is linear."""
    a = case(fleet=FLEET, overrides=(put("dynamics.acts_growth.*", 0.02),))
    limit = put("machine_classes.reference_activity.irm_1_5t", 4_000)
    b = case(fleet=FLEET, overrides=(limit,), conventions=Conventions(inpatients_count=False))
    atoms = differences(a, b)
    taken = list(product((False, True), repeat=3))
    values = dict(zip(taken, fast(Savings(), Pair(a, b), atoms, taken), strict=True))
    shares = {step.atom.key: step.share for step in bridge(a, b, Savings()).steps}
    for i, atom in enumerate(atoms):
        share = 0.0
        for row in taken:
            if not row[i]:
                weight = (2, 1, 2)[sum(row)] / 6
                share += weight * (values[(*row[:i], True, *row[i + 1 :])] - values[row])
        assert shares[atom.key] == pytest.approx(share, rel=1e-9)


# --- words and examples ---------------------------------------------------------------------------


def test_sentences_carry_the_computed_numbers() -> None:
    a = case(name="large")
    b = case(name="étroit", perimeter="legal_strict", conventions=Conventions(activity="normative"))
    a_to_b = bridge(a, b, Overvaluation("markup", Population(), DATE))
    part, whole = (
        f"{100 * value:.2f}".replace(".", ",")
        for value in (a_to_b.subtotals["perimeter"], a_to_b.printed)
    )
    written = sentences(a_to_b)
    assert f"Le périmètre explique {part} points des {whole} points d'écart." in written
    assert written[0].startswith("De « large » à « étroit » : de ")
    assert level(a_to_b, a_to_b.start) in written[0]
    assert title(a_to_b.result, REFERENCE) == (
        "Majoration (forfait / coût − 1) — Ensemble, tarif du 01/03/2024, année entière"
    )


def test_sentences_of_a_group_against_the_gap() -> None:
    a = running()
    b = running(put("irm.purchase_price.irm_1_5t", 1.2e6))
    b = case(**{**b.scenario.model_dump(), "perimeter": "legal_strict"})
    a_to_b = bridge(a, b, MRI)
    assert a_to_b.gap > 0
    b_to_a = bridge(b, a, MRI)
    assert [amount(b_to_a, step.amount) for step in b_to_a.steps] == [
        amount(a_to_b, -step.amount) for step in a_to_b.steps
    ]
    itself = bridge(a, a, MRI)
    assert "donnent le même résultat" in sentences(itself)[0]


def test_sentences_of_differences_that_cancel_out() -> None:
    """8 % of 0.2 M€ more to maintain, and as much less to pay for the rent of 176 m²."""
    rent = 220 - 0.08 * 0.2e6 / 176
    b = running(put("irm.purchase_price.irm_1_5t", 1.2e6), put("communs.rent.*", rent))
    a_to_b = bridge(running(), case(**b.scenario.model_dump()), MRI)
    assert a_to_b.printed == 0
    assert sentences(a_to_b)[0].endswith("soit 0,00 € d'écart.")
    assert sentences(a_to_b)[1] == "Les valeurs des paramètres : des différences qui se compensent."


def test_sentences_of_savings_are_in_millions() -> None:
    a, b = (make_case(REFERENCE, scenario) for scenario in example_scenarios().values())
    a_to_b = bridge(a, b, Savings())
    assert "M€" in sentences(a_to_b)[0]
    assert {why(a_to_b, idle) for idle in a_to_b.without_effect} == {"ce résultat n'en dépend pas"}
    assert title(a_to_b.result, REFERENCE).endswith("cumul 2025-2027")


def test_examples_are_two_positions_that_differ_in_every_group_but_the_fleet() -> None:
    by_name = example_scenarios()
    assert set(by_name) == {"perimetre_etroit_activite_haute", "perimetre_large_activite_observee"}
    one, other = (make_case(REFERENCE, scenario) for scenario in by_name.values())
    atoms = differences(one, other)
    assert 6 <= len(atoms) <= 16
    assert {atom.group for atom in atoms} == {
        "parameters", "perimeter", "conventions", "activity",
    }  # fmt: skip
    for override in (*one.scenario.overrides, *other.scenario.overrides):
        assert override.source in REFERENCE.sources
        assert override.grade == "D" or override.source != "hypothese-de-travail"
        assert override.reason.endswith(".")
    wide_to_narrow = bridge(other, one, Overvaluation("markup", Population(), DATE))
    assert wide_to_narrow.gap > 0
