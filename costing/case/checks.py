"""What of a scenario does not fit the reference data: names that lead to nothing there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from costing.fleet.columns import COLUMNS, REGIONS, SECTORS
from costing.problems.errors import InputError, Place, Problem, ScenarioError, problem, suggest
from costing.reference.reference import Reference
from costing.scenario.menu import CONSTRAINTS
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Scenario
from costing.scenario.unavailable import ALL_MACHINES, VALUE_ADDRESS


def misfits(reference: Reference, scenario: Scenario) -> list[Problem]:
    """Every problem of a scenario on reference data that hold its values already."""
    return [
        *_unknown_perimeter(reference, scenario),
        *_unknown_floors(reference, scenario.rules),
        *_unknown_scopes(reference, scenario.rules),
        *_unknown_years(reference, scenario),
        *_unknown_correlations(reference, scenario),
        *unknown_data(reference, scenario),
    ]


def _unknown_perimeter(reference: Reference, scenario: Scenario) -> list[Problem]:
    try:
        reference.perimeter(scenario.perimeter)
    except InputError as error:
        return list(error.within(key="perimeter").problems)
    return []


def _unknown_floors(reference: Reference, rules: ScheduleRules) -> Iterator[Problem]:
    """Classes of the floors under the fee, as shares of the cost."""
    place = Place(key="rules.floor_share_of_cost")
    known = ", ".join(reference.classes)
    for code in rules.floor_share_of_cost:
        if code not in reference.classes:
            near = suggest(code, reference.classes)
            yield problem("unknown_class", place, code, near=near, known=known)


def _unknown_years(reference: Reference, scenario: Scenario) -> Iterator[Problem]:
    """Years of a minimum of savings that the target does not count."""
    years = reference.savings.target.years
    for year in scenario.savings.yearly_eur:
        if year not in years:
            place = Place(key=f"savings.yearly_eur.{year}")
            yield problem("savings_year", place, year, known=", ".join(map(str, years)))


def _unknown_correlations(reference: Reference, scenario: Scenario) -> Iterator[Problem]:
    """Names of correlated parameters that no file holds."""
    names = {name for parameters in reference.files.values() for name in parameters}
    for index, correlation in enumerate(scenario.correlations):
        for name in (correlation.first, correlation.second):
            if name not in names:
                place = Place(key=f"correlations.{index}")
                yield problem("unknown_parameter", place, name, near=suggest(name, names))


def demand_scopes(reference: Reference, kinds: Sequence[str]) -> dict[str, str]:
    """Codes that a demand may be about, of some kinds, and the kind of each; `*` first.

    A code that names both a modality and one of its classes (`tep`) speaks of the class where
    classes are admitted.
    """
    codes: dict[str, Iterable[str]] = {
        "class": reference.classes,
        "modality": dict.fromkeys(entry.modality for entry in reference.class_entries),
        "region": REGIONS,
        "sector": SECTORS,
    }
    kind_of = {"*": "*"}
    for kind in kinds:
        for code in codes[kind]:
            kind_of.setdefault(code, kind)
    return kind_of


def _unknown_scopes(reference: Reference, rules: ScheduleRules) -> list[Problem]:
    """Every scope of the rules that is not one of those admitted."""
    named = [
        (f"demands.{i}.scope", d.scope, CONSTRAINTS[d.constraint].scopes, d.constraint)
        for i, d in enumerate(rules.demands)
    ]
    named += [
        (f"structure.{i}.scope", s.scope, ("class", "modality"), s.parameter)
        for i, s in enumerate(rules.structure)
    ]
    for key in rules.behaviour.elasticity:
        modality, _, sector = key.partition(".")
        named.append(("behaviour.elasticity", modality, ("modality",), "elasticity"))
        if sector:
            named.append(("behaviour.elasticity", sector, ("sector",), "elasticity"))
    problems = []
    for key, scope, kinds, name in named:
        if scope == "*":
            continue
        admitted = demand_scopes(reference, kinds)
        if scope not in admitted:
            facts = {"near": suggest(scope, admitted), "known": ", ".join(admitted)}
            place = Place(key=f"rules.{key}")
            problems.append(problem("demand_scope", place, scope, constraint=name, **facts))
    return problems


def unknown_data(reference: Reference, scenario: Scenario) -> list[Problem]:
    """The problems of the addresses of a scenario that lead to nothing."""
    if not scenario.unavailable:
        return []
    table = scenario.fleet.columns if scenario.fleet else {}
    machines = {str(name) for name in table.get("machine_id", ())}
    problems = [
        unknown(reference, machines, datum.address, Place(key=f"unavailable.{index}.address"))
        for index, datum in enumerate(scenario.unavailable)
    ]
    return [fault for fault in problems if fault]


def unknown(
    reference: Reference, machines: Collection[str], address: str, place: Place
) -> Problem | None:
    """The problem of an address that leads to nothing; None when it leads to a datum.

    machines: the names of the scenario's own. A class without a value of its own has its
    modality's or everyone's: that too may be what cannot be given.
    """
    match address.split(".", 2):
        case ["fleet", column, machine]:
            return _unknown_in_fleet(machines, column, machine, place)
    if not re.fullmatch(VALUE_ADDRESS, address):
        return _unknown(reference, address, place)
    try:
        parameter, own = reference.parameter_at(address)
    except ScenarioError:
        return _unknown(reference, address, place)
    scope = address.rsplit(".", 1)[1]
    inherits = scope in reference.class_labels or scope in reference.models
    value = own or (reference.value_for(parameter, scope) if inherits else None)
    return None if value else _unknown(reference, address, place)


def _unknown(reference: Reference, address: str, place: Place) -> Problem:
    near = suggest(address, [candidate for candidate, _, _ in reference.values()])
    return problem("unknown_parameter", place, address, near=near)


def _unknown_in_fleet(
    machines: Collection[str], column: str, machine: str, place: Place
) -> Problem | None:
    known = COLUMNS[1:]
    if column not in known:
        near = suggest(column, known)
        return problem("unknown_choice", place, column, near=near, known=", ".join(known))
    if machine != ALL_MACHINES and machine not in machines:
        return problem("unknown_machine", place, machine, near=suggest(machine, machines))
    return None
