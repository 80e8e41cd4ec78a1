"""The values that a scenario puts in the place of the reference ones."""

from __future__ import annotations

from collections.abc import Sequence

from costing.problems.errors import Place, Problem, ScenarioError, problem, suggest
from costing.reference.reference import Reference
from costing.scenario.scenario import Override
from costing.values.parameters import Parameter, Value, value_fault


def with_overrides(reference: Reference, overrides: Sequence[Override]) -> Reference:
    """The reference data with some values replaced.

    Raises:
        ScenarioError: every override whose address, class, bounds or VAT is wrong.
        TariffError: thresholds that no longer increase.
    """
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for override in overrides:
        address = override.parameter
        file, _, scope = address.split(".")
        try:
            parameter, current = reference.parameter_at(address)
            if current is None:
                current = _inherited(reference, file, parameter, scope)
            values[address] = new = _overridden(override, scope, current)
            if fault := value_fault(new, parameter.unit, parameter.distribution):
                problems.append(fault.problem(Place(key=address)))
        except ScenarioError as error:
            problems += error.within(key=address).problems
    if problems:
        raise ScenarioError(problems)
    return reference.with_values(values)


def _inherited(reference: Reference, file: str, parameter: Parameter, scope: str) -> Value:
    """The value that a class has through its modality or `*`."""
    admitted = reference.scopes_of(file)
    value = reference.value_for(parameter, scope)
    if scope not in admitted or value is None:
        facts = {"near": suggest(scope, admitted), "known": ", ".join(sorted(admitted))}
        raise ScenarioError(problem("unknown_class", Place(key=file), scope, **facts))
    return value


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
