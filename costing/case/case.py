"""A case: a scenario on the reference data, all that a computation needs in one hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from costing.case.checks import misfits
from costing.case.fleets import Fleets
from costing.case.overrides import with_overrides
from costing.fee.schedule import FeeSchedule
from costing.language.capital import METHODS
from costing.problems.errors import InputError, ScenarioError, problem
from costing.reference.reference import Reference
from costing.scenario.scenario import Override, Scenario

if TYPE_CHECKING:
    from costing.fleet.fleet import Fleet


def make_case(reference: Reference, scenario: Scenario) -> Case:
    """A scenario on reference data.

    Raises:
        ScenarioError, TariffError: the scenario does not fit; every reason at once.
    """
    changed = with_overrides(reference, scenario.overrides) if scenario.overrides else reference
    if problems := misfits(changed, scenario):
        raise ScenarioError(problems)
    return Case(changed, scenario, reference, Fleets(changed, scenario.fleet))


@dataclass(frozen=True)
class Case:
    """A scenario on its reference data: all that a computation needs.

    reference: with the scenario's values in place. base: as it was before them.
    fleets: its machines, today and in later years.
    """

    reference: Reference
    scenario: Scenario
    base: Reference
    fleets: Fleets = field(repr=False, compare=False)
    _under: dict[tuple[tuple[str, float], ...], Case] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def signed(self, scenario: Scenario) -> Case:
        """The case of a scenario of the same content: its names, notes and signatures.

        What is costly and holds content only, the fleets, is shared.
        """
        changed = with_overrides(self.base, scenario.overrides) if scenario.overrides else self.base
        return replace(self, reference=changed, scenario=scenario)

    @property
    def fleet(self) -> Fleet:
        """The scenario's own fleet, else the synthetic reference fleet."""
        return self.fleets.first

    def fleet_in(self, year: int) -> Fleet:
        """The fleet of a year, aged, renewed and grown from its own.

        Raises:
            FleetError: the year precedes the fleet's.
        """
        return self.fleets.in_year(year)

    @cached_property
    def amortisation_years(self) -> dict[str, float]:
        """Full years after which a machine is amortised, by class."""
        return {
            code: self._mode("machine_classes", "amortisation_years", code)
            for code in self.reference.classes
        }

    def under(self, schedule: FeeSchedule, year: int) -> Case:
        """The case with the years before « amorti » that a schedule sets for a year.

        The case itself where the schedule sets none, or the same. Else the state of machines and,
        where capital is charged over the regulatory years, their cost follow the schedule. To be
        asked of the scenario's own case: what one schedule set does not go away under another.

        Raises:
            ScenarioError: a class that no model costs.
        """
        years = {
            code: new
            for code, new in schedule.amortisation_years(year).items()
            if new != self.amortisation_years.get(code)
        }
        if not years:
            return self
        key = tuple(sorted(years.items()))
        if key not in self._under:
            overrides = [
                Override(
                    parameter=f"machine_classes.amortisation_years.{code}",
                    mode=float(new),
                    source="réforme du forfait",
                )
                for code, new in years.items()
            ]
            # The fleets stay: what they become does not depend on when a machine is amortised.
            changed = with_overrides(self.reference, overrides)
            self._under[key] = replace(self, reference=changed)
        return self._under[key]

    @cached_property
    def correlations(self) -> tuple[tuple[str, str, float], ...]:
        """Rank correlations by pair of parameters: the scenario's before the reference's."""
        own = {correlation.pair for correlation in self.scenario.correlations}
        others = (c for c in self.reference.correlations if c.pair not in own)
        return tuple((c.first, c.second, c.rank) for c in (*others, *self.scenario.correlations))

    def vat_rate(self, class_code: str) -> float:
        """VAT that the operator of a class does not recover, a fraction."""
        return self._mode("communs", "vat_rate", class_code)

    def inpatient_cost_weight(self, class_code: str) -> float:
        """What an act of an in-patient weighs in the cost of a machine, beside a billed one."""
        return self._mode("communs", "inpatient_cost_weight", class_code)

    def _mode(self, file: str, name: str, class_code: str) -> float:
        return self.reference.value_of(file, name, class_code).mode

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
        values = self.reference.values_of(class_code)
        missing = [name for name in model.needs if name not in values]
        if missing:
            code = "no_value_for_class"
            raise InputError(problem(code, None, class_code, parameter=name) for name in missing)
        draws = draws or {}
        bound = {name: draws.get(name, value.mode) for name, value in values.items()}
        without_vat = [name for name, value in values.items() if value.vat == "excluded"]
        if without_vat:
            vat = draws.get("vat_rate", self.vat_rate(class_code))
            bound.update((name, bound[name] * (1 + vat)) for name in without_vat)
        conventions = self.scenario.conventions
        bound["acts"] = acts
        bound["amortised"] = amortised
        bound["capital_method"] = METHODS[conventions.capital]
        bound["charge_amortised"] = 1.0 if conventions.amortised_charge == "economic" else 0.0
        return bound
