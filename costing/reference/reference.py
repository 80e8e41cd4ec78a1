"""The reference data as one immutable object; `costing.reference.load` reads and checks the files.

Not here: what a person changes of it (`costing.scenario`), and both together (`costing.case`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from costing.fee.rates_file import ClassEntry, build_classes
from costing.fee.schedule import FeeSchedule, MachineClass
from costing.problems.errors import InputError, ScenarioError, problem, suggest
from costing.reference.model import CostModel
from costing.values.catalogue import Claim, CorrelationEntry, Perimeter, Poste, Savings
from costing.values.parameters import Label, Parameter, Value
from costing.values.sources import Source

if TYPE_CHECKING:
    from costing.fleet.fleet import Fleet

#: Year of the acts of the reference fleet.
BASE_YEAR = 2024


@dataclass(frozen=True)
class FleetFile:
    """The file of the synthetic reference fleet, read and checked when it is first asked for."""

    path: Path
    classes: Mapping[str, MachineClass]

    @cached_property
    def fleet(self) -> Fleet:
        """The machines of the file."""
        import pandas as pd  # noqa: PLC0415 - kept out of the quick commands

        from costing.fleet.fleet import validate  # noqa: PLC0415 - needs pandas

        frame = pd.read_csv(self.path, comment="#")
        label = "Parc de référence 2024 (synthétique)"
        return validate(frame, self.classes, BASE_YEAR, label, synthetic=True, first_line=3)


@dataclass(frozen=True)
class Reference:
    """All the reference data, checked. `files` holds the parameters by file then name."""

    fleet_file: FleetFile
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
    _values_of: dict[str, dict[str, Value]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def fleet(self) -> Fleet:
        """The synthetic reference fleet; the same whatever values are replaced."""
        return self.fleet_file.fleet

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

    def with_values(self, values: Mapping[str, Value]) -> Reference:
        """The reference data with the values of some addresses replaced or added.

        Raises:
            ScenarioError: no such file or parameter.
            TariffError: thresholds that no longer increase.
        """
        files = {file: dict(parameters) for file, parameters in self.files.items()}
        for address, value in values.items():
            parameter, _ = self.parameter_at(address)
            file = address.split(".")[0]
            files[file][parameter.name] = files[file][parameter.name].replace(value)
        models = {
            code: replace(model, parameters=_model_parameters(model, files))
            for code, model in self.models.items()
        }
        classes = build_classes(self.class_entries, files["machine_classes"].values())
        schedule = replace(self.schedule, classes=classes)
        return replace(self, files=files, models=models, classes=classes, schedule=schedule)

    def values_of(self, class_code: str) -> Mapping[str, Value]:
        """The value that each parameter of a class's model has for it, found once.

        A parameter without one for the class is left out.

        Raises:
            InputError: no model costs that class.
        """
        if class_code not in self._values_of:
            values = {
                name: self.value_for(parameter, class_code)
                for name, parameter in self.model_of(class_code).parameters.items()
            }
            self._values_of[class_code] = {name: v for name, v in values.items() if v is not None}
        return self._values_of[class_code]

    def value_of(self, file: str, name: str, class_code: str) -> Value:
        """The value that a parameter of a file has for a class.

        Raises:
            InputError: it has none.
        """
        value = self.value_for(self.files[file][name], class_code)
        if value is None:
            raise InputError(problem("no_value_for_class", None, class_code, parameter=name))
        return value

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


def _model_parameters(
    model: CostModel, files: Mapping[str, Mapping[str, Parameter]]
) -> dict[str, Parameter]:
    """The model's parameters as the files now hold them, its own before the shared ones."""
    order = (files.get(model.modality, {}), files["communs"], files["machine_classes"])
    return {
        name: next(parameters[name] for parameters in order if name in parameters)
        for name in model.parameters
    }
