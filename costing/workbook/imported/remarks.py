"""What an import accepts and a person should read again."""

from __future__ import annotations

from costing.case import labels
from costing.french.writing import quantity
from costing.language.units import UNITS
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario

#: Times the reference value beyond which a unit was perhaps forgotten (k€, M€).
FAR = 100.0


def far_values(reference: Reference, scenario: Scenario) -> list[str]:
    """The values a hundred times those of the reference or more, or a hundredth or less, in words.

    Rates are not among them: the importer asks for their sign.
    """
    remarks = []
    for override in scenario.overrides:
        parameter, own = reference.parameter_at(override.parameter)
        value = own or reference.value_for(parameter, override.parameter.rsplit(".", 1)[1])
        if value is None or UNITS[parameter.unit][2] or value.mode <= 0 or override.mode <= 0:
            continue
        if not 1 / FAR < override.mode / value.mode < FAR:
            here, there = (quantity(x, parameter.unit, 6) for x in (override.mode, value.mode))
            name = labels.address_name(reference, override.parameter)
            remarks.append(f"{name} : {here}, au lieu de {there}. Une unité oubliée (k€, M€) ?")
    return remarks
