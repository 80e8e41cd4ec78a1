"""Hypothesis strategies for whatever a person could put in a scenario.

What they draw fits the reference data: addresses exist, values are in the order low, mode, high,
and money says its VAT or leaves it as it was.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from costing.analysis.uncertainty.correlation import score_matrix
from costing.analysis.uncertainty.uncertainty import Input, Inputs
from costing.fleet.table import FleetTable
from costing.scenario.menu import CONSTRAINTS, COST_RISKS, OBJECTIVES, STRUCTURES, Bound
from costing.scenario.rules import (
    Behaviour,
    Demand,
    Lever,
    SavingsDemand,
    ScheduleRules,
    StructureChoice,
)
from costing.scenario.scenario import (
    MOST_SEED,
    Conventions,
    Override,
    Scenario,
)
from costing.scenario.unavailable import Unavailable
from costing.values.correlations import Correlation
from costing.values.parameters import Distribution, Label, NonBlank, Outcome, Parameter, Value

# Address: range to draw from, whether it is money, whether the parameter takes bounds.
ADDRESSES: dict[str, tuple[float, float, bool, bool]] = {
    "irm.purchase_price.irm_1_5t": (500_000, 2_000_000, True, True),
    "irm.purchase_price.irm_gt_1_5t": (800_000, 3_000_000, True, True),
    "scanner.purchase_price.scanner": (300_000, 1_500_000, True, True),
    "irm.ancillary_price.*": (0, 200_000, True, False),
    "irm.maintenance_share.*": (0.02, 0.15, False, True),
    "irm.slot_minutes.irm_1_5t": (10, 45, False, True),
    "irm.technologist_posts.irm": (1, 3, False, True),
    "communs.vat_rate.*": (0, 0.2, False, False),
    "communs.cost_of_capital.*": (0, 0.1, False, True),
    "communs.technologist_cost.*": (35_000, 80_000, True, True),
    "communs.electricity_price.*": (0.05, 0.5, True, True),
    "machine_classes.reference_activity.scanner": (5_000, 10_000, False, True),
    "machine_classes.amortisation_years.*": (5, 10, False, False),
}
CLASSES = ("scanner", "irm_0_5t_1_5t", "irm_1_5t", "irm_gt_1_5t", "tep_tdm")
MODALITIES = ("scanner", "irm", "tep")
# Whom a demand may be about, by the kinds that its constraint admits; `*` always.
SCOPES = {
    "class": CLASSES,
    "modality": MODALITIES,
    "region": ("Bretagne", "Île-de-France", "La Réunion"),
    "sector": ("liberal", "public", "non_profit", "gie"),
}
# Part of the fee's structure: range of its candidates.
CANDIDATES = {"amortisation_years": (1, 30), "rank_factor": (0, 1)}
# Words from a form: any script, no half of a surrogate pair and no control character.
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
_NON_BLANK = TypeAdapter(NonBlank).validator
SPOKEN = WORDS.map(lambda words: words if _NON_BLANK.isinstance_python(words) else f"{words}é")
REASONS = ("never_measured", "trade_secret", "not_broken_down", "delay", "other")
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2030, 12, 31))


def amounts(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite numbers between two bounds."""
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def overrides(draw: st.DrawFn, address: str) -> Override:
    """A change of the value at an address."""
    low, high, money, bounded = ADDRESSES[address]
    values = sorted(draw(st.tuples(*[amounts(low, high)] * 3)))
    vat = st.sampled_from((None, "included", "excluded")) if money else st.none()
    return Override(
        parameter=address,
        mode=values[1],
        low=values[0] if bounded else None,
        high=values[2] if bounded else None,
        vat=draw(vat),
        source=draw(SPOKEN),
        grade=draw(st.sampled_from("ABCD")),
        author=draw(WORDS),
        reason=draw(WORDS),
        date=draw(st.none() | DAYS),
    )


def signed(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite numbers of either sign, not nearer to zero than `low`."""
    return amounts(low, high) | amounts(-high, -low)


def conventions() -> st.SearchStrategy[Conventions]:
    """Any choice of conventions."""
    return st.builds(
        Conventions,
        capital=st.sampled_from(("annuity", "straight_line", "lease")),
        activity=st.sampled_from(("observed", "normative", "reference")),
        amortised_charge=st.sampled_from(("none", "economic")),
        inpatients_count=st.booleans(),
    )


def savings() -> st.SearchStrategy[SavingsDemand]:
    """A demand of savings, with levers and yearly amounts or without."""
    lever = st.builds(Lever, label=SPOKEN, date=DAYS, annual_amount_eur=amounts(0, 1e8))
    return st.builds(
        SavingsDemand,
        target_eur=amounts(0, 1e9),
        reading=st.sampled_from(("cumulated", "level_2027")),
        share_on_fee=amounts(0, 1),
        other_levers=st.lists(lever, max_size=3).map(tuple),
        yearly_eur=st.dictionaries(st.integers(2025, 2027), amounts(0, 1e9), max_size=4),
        carry_over=st.booleans(),
    )


def correlations() -> st.SearchStrategy[tuple[Correlation, ...]]:
    """Rank correlations of pairs that the reference ties, or not; possible together."""
    rank = amounts(-0.6, 0.6)
    one = st.builds(
        Correlation,
        first=st.just("slot_minutes"),
        second=st.just("occupancy"),
        rank=rank,
        reason=WORDS,
    )
    other = st.builds(
        Correlation, first=st.just("floor_area"), second=st.just("works_cost"), rank=rank
    )
    return st.tuples(one | st.none(), other | st.none()).map(
        lambda pair: tuple(correlation for correlation in pair if correlation)
    )


def decimals(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers as people type them: four decimals at most."""
    return amounts(low, high).map(lambda value: round(value, 4))


@st.composite
def demands(draw: st.DrawFn) -> Demand:
    """Anything of the menu that a demand may ask for, of whom it may be asked."""
    declared = draw(st.sampled_from([c for c in CONSTRAINTS.values() if c.on_demand]))
    scopes = ["*", *(code for kind in declared.scopes for code in SCOPES[kind])]

    def inside(bound: Bound | None) -> st.SearchStrategy[Any]:
        return decimals(bound.low, bound.high) if bound else st.none()

    return Demand(
        constraint=declared.id,
        scope=draw(st.sampled_from(scopes)),
        value=draw(inside(declared.value)),
        level=draw(st.none() | inside(declared.level)),
    )


@st.composite
def structures(draw: st.DrawFn) -> StructureChoice:
    """A part of the fee's structure, and what it may become."""
    name = draw(st.sampled_from(sorted(STRUCTURES)))
    candidates = decimals(*CANDIDATES.get(name, (1, 200_000)))
    return StructureChoice(
        parameter=name,
        scope=draw(st.sampled_from(("*", *CLASSES, *MODALITIES))),
        candidates=tuple(draw(st.lists(candidates, min_size=1, max_size=8))),
    )


def behaviours() -> st.SearchStrategy[Behaviour]:
    """Answers to a schedule, of modalities or of their sectors, or none."""
    keys = [
        *MODALITIES,
        *(f"{code}.{sector}" for code in MODALITIES for sector in SCOPES["sector"]),
    ]
    return st.builds(
        Behaviour,
        elasticity=st.dictionaries(st.sampled_from(keys), decimals(-3, 3), max_size=4),
        renewal=decimals(0, 1),
        second_machine=decimals(0, 1),
    )


def rules() -> st.SearchStrategy[ScheduleRules]:
    """Rules of a fee schedule; the dates increase, and nothing is asked twice."""
    steps = st.lists(DAYS, min_size=1, max_size=4, unique=True)
    return st.builds(
        ScheduleRules,
        step_dates=steps.map(sorted).map(tuple),
        largest_cut_per_step=amounts(0, 1),
        no_rise=st.booleans(),
        degressive=st.booleans(),
        amortised_not_above=st.booleans(),
        zones_in_order=st.booleans(),
        floor_share_of_cost=st.dictionaries(st.sampled_from(CLASSES), amounts(0, 2), max_size=3),
        rounding_eur=st.sampled_from((0.01, 0.1, 1.0)),
        demands=unlike(demands(), "constraint", "scope"),
        objectives=st.lists(
            st.sampled_from(sorted(OBJECTIVES)), min_size=1, max_size=6, unique=True
        ).map(tuple),
        return_on_cost=decimals(0, 1),
        cost_risk=st.sampled_from(sorted(COST_RISKS)),
        cost_level=decimals(0.5, 0.99),
        structure=unlike(structures(), "parameter", "scope"),
        behaviour=behaviours(),
    )


def unlike(items: st.SearchStrategy[Any], *names: str) -> st.SearchStrategy[tuple[Any, ...]]:
    """Some of them, no two alike by all of some fields."""
    return st.lists(items, max_size=4, unique_by=operator.attrgetter(*names)).map(tuple)


def fleet_of(*machines: dict[str, Any]) -> FleetTable:
    """A fleet of 2024 from what makes its machines differ (`class`, `acts_billed`…)."""
    rows = [
        {
            "machine_id": f"m{index}",
            "site_id": "s",
            "modality": machine["class"].split("_")[0],
            "installed_on": "2023-06-01",
            "zone": "province",
            "region": "Bretagne",
            "sector": "liberal",
            "rank_on_authorisation": 1,
            "acts_inpatient": 0,
            "weight": 1,
            **machine,
        }
        for index, machine in enumerate(machines)
    ]
    columns = {name: tuple(row[name] for row in rows) for name in rows[0]}
    return FleetTable(year=2024, label="essai", columns=columns)


@st.composite
def fleets(draw: st.DrawFn, most: int = 4) -> FleetTable:
    """A fleet of a few machines, one a row, as `Fleet.to_table` gives it."""
    machine = st.fixed_dictionaries(
        {
            "class,modality": st.sampled_from((("scanner", "scanner"), ("irm_1_5t", "irm"))),
            "zone,region": st.sampled_from((("paris", "Île-de-France"), ("province", "Bretagne"))),
            "installed_on": st.dates(dt.date(2005, 1, 1), dt.date(2024, 12, 31)).map(str),
            "sector": st.sampled_from(("liberal", "public", "non_profit", "gie")),
            "rank_on_authorisation": st.integers(1, 4),
            "acts_billed": amounts(0, 20_000),
            "acts_inpatient": amounts(0, 5_000),
            "weight": st.just(1.0) | amounts(0.5, 20),
        }
    )
    rows: list[dict[str, Any]] = []
    for index, drawn in enumerate(draw(st.lists(machine, min_size=1, max_size=most))):
        row = {"machine_id": f"m{index}", "site_id": f"s{index // 2}"}
        for names, value in drawn.items():
            several = names.split(",")
            row |= dict(zip(several, value if len(several) > 1 else [value], strict=True))
        rows.append(row)
    columns = {name: tuple(row[name] for row in rows) for name in rows[0]}
    return FleetTable(year=2024, label=draw(SPOKEN), synthetic=draw(st.booleans()), columns=columns)


@st.composite
def scenarios(draw: st.DrawFn, fleet: bool | None = None) -> Scenario:
    """A scenario; `fleet` says whether it brings its own, None for either."""
    addresses = draw(st.lists(st.sampled_from(sorted(ADDRESSES)), max_size=5, unique=True))
    own = st.booleans() if fleet is None else st.just(fleet)
    table = draw(fleets()) if draw(own) else None
    return Scenario(
        name=draw(WORDS),
        description=draw(WORDS),
        perimeter=draw(st.sampled_from(("legal_2024", "legal_2023", "legal_strict"))),
        conventions=draw(conventions()),
        overrides=tuple(draw(overrides(address)) for address in addresses),
        correlations=draw(correlations()),
        savings=draw(savings()),
        rules=draw(rules()),
        seed=draw(st.integers(0, MOST_SEED)),
        fleet=table,
        unavailable=draw(unavailable(addresses, table)),
    )


@st.composite
def unavailable(
    draw: st.DrawFn, given: Sequence[str] = (), fleet: FleetTable | None = None
) -> tuple[Unavailable, ...]:
    """Some data that cannot be given: values that no override gives, columns of the fleet."""
    machines = ["*", *map(str, fleet.columns["machine_id"] if fleet else ())]
    of_fleet = [f"fleet.{name}.{who}" for name in ("acts_inpatient", "sector") for who in machines]
    # A class without a value of its own may lack one.
    known = [address for address in (*ADDRESSES, "communs.rent.irm_1_5t") if address not in given]
    addresses = draw(st.lists(st.sampled_from([*known, *of_fleet]), max_size=3, unique=True))
    return tuple(draw(unavailable_datum(address)) for address in addresses)


def unavailable_datum(address: str) -> st.SearchStrategy[Unavailable]:
    """What a supplier may say of a datum; « autre » says more, and days are in order."""
    reasons = st.tuples(st.sampled_from(REASONS[:-1]), WORDS) | st.tuples(
        st.just(REASONS[-1]), SPOKEN
    )
    days = st.none() | DAYS
    return st.tuples(SPOKEN, reasons, st.tuples(days, days), WORDS).map(
        lambda drawn: Unavailable(
            address=address,
            supplier=drawn[0],
            reason=drawn[1][0],
            detail=drawn[1][1],
            since=min(drawn[2]) if all(drawn[2]) else drawn[2][0],
            until=max(drawn[2]) if all(drawn[2]) else drawn[2][1],
            instead=drawn[3],
        )
    )


def uncertain(
    name: str,
    low: float = 0,
    mode: float = 1,
    high: float = 4,
    distribution: Distribution = "pert",
    outcomes: Mapping[float, float] | None = None,
) -> Input:
    """An uncertain input of no model, at the address of its name; outcomes: chance by value."""
    several = tuple(Outcome(value=v, probability=p) for v, p in (outcomes or {}).items())
    bounds = {} if several else {"low": low, "high": high}
    value = Value(scope="*", mode=mode, outcomes=several, source=("essai",), grade="D", **bounds)
    parameter = Parameter(
        name=name,
        label=Label(fr=name, en=name),
        unit="number",
        distribution="discrete" if several else distribution,
        values=(value,),
    )
    return Input(name, parameter, value)


def inputs(*items: Input, ranks: Mapping[tuple[str, str], float] | None = None) -> Inputs:
    """Uncertain inputs of no model, and the rank correlations between their names."""
    return Inputs(items, score_matrix([item.address for item in items], ranks or {}))
