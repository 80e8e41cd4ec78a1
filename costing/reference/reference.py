"""The reference data as one immutable object, and a scenario applied to it.

`costing.reference.load` reads and checks the files. `Reference.case(scenario)` gives a `Case`: all
that a computation needs, in one hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costing.fee.rates_file import ClassEntry, build_classes
from costing.fee.schedule import FeeSchedule, MachineClass
from costing.language.capital import METHODS
from costing.problems.errors import InputError, Place, Problem, ScenarioError, problem, suggest
from costing.reference.model import CostModel
from costing.scenario.menu import CONSTRAINTS
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Override, Scenario
from costing.scenario.unavailable import unknown_data
from costing.values.catalogue import Claim, CorrelationEntry, Perimeter, Poste, Savings
from costing.values.parameters import Label, Parameter, Value, value_fault
from costing.values.sources import Source

if TYPE_CHECKING:
    from costing.fleet.fleet import Fleet
    from costing.fleet.projection import Dynamics

#: Year of the acts of the reference fleet.
BASE_YEAR = 2024


@dataclass(frozen=True)
class Reference:
    """All the reference data, checked. `files` holds the parameters by file then name."""

    fleet_file: Path
    sources: dict[str, Source]
    postes: dict[str, Poste]
    perimeters: dict[str, Perimeter]
    files: dict[str, dict[str, Parameter]]
    models: dict[str, CostModel]
    class_entries: tuple[ClassEntry, ...]
    classes: dict[str, MachineClass]
    schedule: FeeSchedule
    claims: dict[str, Claim]
    correlations: tuple[CorrelationEntry, ...]
    savings: Savings
    fingerprint: str

    @cached_property
    def fleet(self) -> Fleet:
        """The synthetic reference fleet."""
        import pandas as pd  # noqa: PLC0415 - kept out of the quick commands

        from costing.fleet.fleet import validate  # noqa: PLC0415

        frame = pd.read_csv(self.fleet_file, comment="#")
        label = "Parc de référence 2024 (synthétique)"
        return validate(frame, self.classes, BASE_YEAR, label, synthetic=True, first_line=3)

    @cached_property
    def class_labels(self) -> dict[str, Label]:
        """Labels of all the classes that a model can cost."""
        return {
            code: label for model in self.models.values() for code, label in model.classes.items()
        }

    def model_of(self, class_code: str) -> CostModel:
        """The cost model of a class.

        Raises:
            InputError: no model costs that class.
        """
        for model in self.models.values():
            if class_code in model.classes:
                return model
        known = ", ".join(self.class_labels)
        near = suggest(class_code, self.class_labels)
        raise InputError(problem("unknown_class", None, class_code, near=near, known=known))

    def perimeter(self, code: str) -> Perimeter:
        """A perimeter by its code.

        Raises:
            InputError: there is none of that code.
        """
        if code not in self.perimeters:
            facts = {"near": suggest(code, self.perimeters), "known": ", ".join(self.perimeters)}
            raise InputError(problem("unknown_perimeter", None, code, **facts))
        return self.perimeters[code]

    def values(self) -> Iterator[tuple[str, Parameter, Value]]:
        """Every value with its address and parameter, in the order of the files."""
        for file, parameters in self.files.items():
            for parameter in parameters.values():
                for value in parameter.values:
                    yield f"{file}.{parameter.name}.{value.scope}", parameter, value

    def parameter_at(self, address: str) -> tuple[Parameter, Value | None]:
        """The parameter of an address `file.name.scope`, and its value for that scope if any.

        Raises:
            ScenarioError: no such file or parameter.
        """
        file, name, scope = address.split(".")
        if name not in self.files.get(file, {}):
            known = [f"{f}.{n}.{scope}" for f, ps in self.files.items() for n in ps]
            near = suggest(address, known)
            raise ScenarioError(problem("unknown_parameter", None, address, near=near))
        parameter = self.files[file][name]
        own = [value for value in parameter.values if value.scope == scope]
        return parameter, own[0] if own else None

    def with_overrides(self, overrides: Sequence[Override]) -> Reference:
        """The reference data with some values replaced.

        Raises:
            ScenarioError: every override whose address, class, bounds or VAT is wrong.
            TariffError: thresholds that no longer increase.
        """
        files = {file: dict(parameters) for file, parameters in self.files.items()}
        problems: list[Problem] = []
        for override in overrides:
            place = Place(key=override.parameter)
            file, name, scope = override.parameter.split(".")
            try:
                parameter, current = self.parameter_at(override.parameter)
                if current is None:
                    current = self._inherited(file, parameter, scope)
                new = _overridden(override, scope, current)
                if fault := value_fault(new, parameter.unit, parameter.distribution):
                    problems.append(fault.problem(place))
                files[file][name] = files[file][name].replace(new)
            except ScenarioError as error:
                problems += error.within(key=override.parameter).problems
        if problems:
            raise ScenarioError(problems)
        models = {
            code: replace(model, parameters=_model_parameters(model, files))
            for code, model in self.models.items()
        }
        classes = build_classes(self.class_entries, files["machine_classes"].values())
        schedule = replace(self.schedule, classes=classes)
        changed = replace(self, files=files, models=models, classes=classes, schedule=schedule)
        if "fleet" in self.__dict__:
            changed.__dict__["fleet"] = self.fleet
        return changed

    def scopes(self, kinds: Sequence[str]) -> dict[str, str]:
        """Codes that a demand may be about, of some kinds, and the kind of each; `*` first.

        A code that names both a modality and one of its classes (`tep`) speaks of the class where
        classes are admitted.
        """
        from costing.fleet.fleet import REGIONS, SECTORS  # noqa: PLC0415 - needs pandas

        codes: dict[str, Iterable[str]] = {
            "class": self.classes,
            "modality": dict.fromkeys(entry.modality for entry in self.class_entries),
            "region": REGIONS,
            "sector": SECTORS,
        }
        found = {"*": "*"}
        for kind in kinds:
            for code in codes[kind]:
                found.setdefault(code, kind)
        return found

    def _unknown_scopes(self, rules: ScheduleRules) -> list[Problem]:
        """Every scope of the rules that is not one of those admitted."""
        asked = [
            (f"demands.{i}.scope", d.scope, CONSTRAINTS[d.constraint].scopes, d.constraint)
            for i, d in enumerate(rules.demands)
        ]
        asked += [
            (f"structure.{i}.scope", s.scope, ("class", "modality"), s.parameter)
            for i, s in enumerate(rules.structure)
        ]
        for key in rules.behaviour.elasticity:
            modality, _, sector = key.partition(".")
            asked.append(("behaviour.elasticity", modality, ("modality",), "elasticity"))
            if sector:
                asked.append(("behaviour.elasticity", sector, ("sector",), "elasticity"))
        problems = []
        for key, scope, kinds, name in asked:
            if scope == "*":
                continue
            known = self.scopes(kinds)
            if scope not in known:
                facts = {"near": suggest(scope, known), "known": ", ".join(known)}
                place = Place(key=f"rules.{key}")
                problems.append(problem("demand_scope", place, scope, constraint=name, **facts))
        return problems

    def value_for(self, parameter: Parameter, scope: str) -> Value | None:
        """The value that holds for a class or modality: its own, its modality's, or everyone's."""
        return parameter.find(*self.nearest(scope))

    def nearest(self, scope: str) -> tuple[str, ...]:
        """The scopes whose value a class or modality has, before everyone's (`*`), nearest first.

        A code that names both a modality and one of its classes (`tep`) speaks of the class.
        """
        if scope in self.class_labels:
            model = self.model_of(scope)
            if model.modality not in model.classes:
                return scope, model.modality
        return (scope,)

    def scopes_of(self, file: str) -> set[str]:
        """The scopes that a value of a file may have: a fleet changes by modality alone."""
        every = {*self.models, "*"}
        return every if file == "dynamics" else {*every, *self.class_labels}

    def _inherited(self, file: str, parameter: Parameter, scope: str) -> Value:
        """The value that a class has through its modality or `*`."""
        known = self.scopes_of(file)
        found = self.value_for(parameter, scope)
        if scope not in known or found is None:
            facts = {"near": suggest(scope, known), "known": ", ".join(sorted(known))}
            raise ScenarioError(problem("unknown_class", Place(key=file), scope, **facts))
        return found

    def case(self, scenario: Scenario) -> Case:
        """A scenario on this reference data.

        Raises:
            ScenarioError, InputError: the scenario does not fit.
        """
        applied = self.with_overrides(scenario.overrides) if scenario.overrides else self
        try:
            applied.perimeter(scenario.perimeter)
        except InputError as error:
            raise error.within(key="perimeter") from None
        place = Place(key="rules.floor_share_of_cost")
        known = ", ".join(applied.classes)
        unknown = [
            problem("unknown_class", place, code, near=suggest(code, applied.classes), known=known)
            for code in scenario.rules.floor_share_of_cost
            if code not in applied.classes
        ]
        unknown += applied._unknown_scopes(scenario.rules)
        years = ", ".join(map(str, applied.savings.target.years))
        unknown += [
            problem("savings_year", Place(key=f"savings.yearly_eur.{year}"), year, known=years)
            for year in scenario.savings.yearly_eur
            if year not in applied.savings.target.years
        ]
        names = {name for parameters in applied.files.values() for name in parameters}
        for index, correlation in enumerate(scenario.correlations):
            place = Place(key=f"correlations.{index}")
            unknown += [
                problem("unknown_parameter", place, name, near=suggest(name, names))
                for name in (correlation.first, correlation.second)
                if name not in names
            ]
        unknown += unknown_data(applied, scenario)
        if unknown:
            raise ScenarioError(unknown)
        return Case(applied, scenario, self)


@dataclass(frozen=True)
class Case:
    """A scenario on its reference data: all that a computation needs.

    reference: with the scenario's values in place. base: as it was before them.
    """

    reference: Reference
    scenario: Scenario
    base: Reference

    @cached_property
    def fleet(self) -> Fleet:
        """The scenario's own fleet, else the synthetic reference fleet."""
        if self.scenario.fleet is None:
            return self.reference.fleet
        from costing.fleet.fleet import from_table  # noqa: PLC0415 - needs pandas

        return from_table(self.scenario.fleet, self.reference.classes)

    @cached_property
    def dynamics(self) -> Dynamics:
        """How the fleet grows and renews itself."""
        from costing.fleet.projection import Dynamics  # noqa: PLC0415 - needs pandas

        def by_modality(name: str) -> dict[str, float]:
            parameter = self.reference.files["dynamics"][name]
            modalities = {entry.modality for entry in self.reference.class_entries}
            found = {code: parameter.find(code) for code in modalities}
            return {code: value.mode for code, value in found.items() if value}

        dispersion = self.reference.files["dynamics"].get("renewal_age_power")
        power = dispersion.find("*") if dispersion else None
        return Dynamics(
            machine_growth=by_modality("machine_growth"),
            acts_growth=by_modality("acts_growth"),
            renewal_rate=by_modality("renewal_rate"),
            age_power=power.mode if power else None,
        )

    @cached_property
    def amortisation_years(self) -> dict[str, float]:
        """Full years after which a machine is amortised, by class."""
        parameter = self.reference.files["machine_classes"]["amortisation_years"]
        return {code: self._mode(parameter, code) for code in self.reference.classes}

    def under(self, schedule: FeeSchedule, year: int) -> Case:
        """The case with the years before « amorti » that a schedule sets for a year.

        The case itself where the schedule sets none, or the same. Else the state of machines and,
        where capital is charged over the regulatory years, their cost follow the schedule. To be
        asked of the scenario's own case: what one schedule set does not go away under another.

        Raises:
            ScenarioError: a class that no model costs.
        """
        years = schedule.amortisation_years(year)
        years = {
            code: new for code, new in years.items() if new != self.amortisation_years.get(code)
        }
        if not years:
            return self
        kept: dict[Any, Case] = self.__dict__.setdefault("_under", {})
        key = tuple(sorted(years.items()))
        if key not in kept:
            changes = [
                Override(
                    parameter=f"machine_classes.amortisation_years.{code}",
                    mode=float(new),
                    source="réforme du forfait",
                )
                for code, new in years.items()
            ]
            changed = replace(self, reference=self.reference.with_overrides(changes))
            # What fleets become does not depend on when a machine is amortised.
            changed.__dict__["_fleets"] = self.__dict__.setdefault("_fleets", {})
            kept[key] = changed
        if "fleet" in self.__dict__:
            kept[key].__dict__["fleet"] = self.fleet
        return kept[key]

    @cached_property
    def correlations(self) -> tuple[tuple[str, str, float], ...]:
        """Rank correlations by pair of parameters: the scenario's before the reference's."""
        own = {correlation.pair for correlation in self.scenario.correlations}
        kept = (c for c in self.reference.correlations if c.pair not in own)
        return tuple((c.first, c.second, c.rank) for c in (*kept, *self.scenario.correlations))

    def vat_rate(self, class_code: str) -> float:
        """VAT that the operator of a class does not recover, a fraction."""
        return self._mode(self.reference.files["communs"]["vat_rate"], class_code)

    def inpatient_cost_weight(self, class_code: str) -> float:
        """What an act of an in-patient weighs in the cost of a machine, beside a billed one."""
        return self._mode(self.reference.files["communs"]["inpatient_cost_weight"], class_code)

    def _mode(self, parameter: Parameter, class_code: str) -> float:
        found = self.reference.value_for(parameter, class_code)
        if found is None:
            facts = {"parameter": parameter.name}
            raise InputError(problem("no_value_for_class", None, class_code, **facts))
        return found.mode

    def bindings(
        self, class_code: str, acts: Any, amortised: Any, draws: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """What a model's formulas see for a class: parameters, conventions, acts, amortised.

        Amounts are what the operator pays: a price without VAT is multiplied by one plus the rate.
        `draws` puts arrays in the place of modes, by parameter name.

        Raises:
            InputError: a parameter has no value for the class.
        """
        model = self.reference.model_of(class_code)
        draws = draws or {}
        values: dict[str, Any] = {}
        excluded: list[str] = []
        problems: list[Problem] = []
        for name, parameter in model.parameters.items():
            found = self.reference.value_for(parameter, class_code)
            if found is None:
                if any(name in step.formula.names for step in model.steps):
                    facts = {"parameter": name}
                    problems.append(problem("no_value_for_class", None, class_code, **facts))
                continue
            values[name] = draws.get(name, found.mode)
            if found.vat == "excluded":
                excluded.append(name)
        if problems:
            raise InputError(problems)
        if excluded:
            vat = draws.get("vat_rate", self.vat_rate(class_code))
            values.update((name, values[name] * (1 + vat)) for name in excluded)
        conventions = self.scenario.conventions
        values["acts"] = acts
        values["amortised"] = amortised
        values["capital_method"] = METHODS[conventions.capital]
        values["charge_amortised"] = 1.0 if conventions.amortised_charge == "economic" else 0.0
        return values

    def fleet_in(self, year: int) -> Fleet:
        """The fleet of a year, aged, renewed and grown from its own; kept once computed.

        Raises:
            FleetError: the year precedes the fleet's.
        """
        from costing.fleet.projection import project  # noqa: PLC0415 - needs pandas

        kept: dict[int, Fleet] = self.__dict__.setdefault("_fleets", {})
        if year not in kept:
            kept[year] = project(self.fleet, year, self.dynamics)
        return kept[year]


def _overridden(override: Override, scope: str, current: Value) -> Value:
    """The value that an override puts in place; bounds that it leaves out stay as they were."""
    return current.changed(
        override.author,
        scope=scope,
        mode=override.mode,
        low=current.low if override.low is None else override.low,
        high=current.high if override.high is None else override.high,
        vat=override.vat or current.vat,
        source=(override.source,),
        grade=override.grade,
        note=override.reason,
    )


def _model_parameters(
    model: CostModel, files: Mapping[str, Mapping[str, Parameter]]
) -> dict[str, Parameter]:
    """The model's parameters as the files now hold them, its own before the shared ones."""
    order = (files.get(model.modality, {}), files["communs"], files["machine_classes"])
    return {
        name: next(parameters[name] for parameters in order if name in parameters)
        for name in model.parameters
    }
