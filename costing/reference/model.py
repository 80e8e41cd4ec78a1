"""Cost models: derived quantities and cost lines of one modality.

A modality is one YAML file; this module checks it (names, cycles, units, postes) and evaluates it
on arrays. Which values go in (modes, draws, a scenario's overrides) and which
postes are summed belong to `costing.reference.reference`, `costing.scenario.scenario` and
`costing.case.costs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

import costing.language.capital  # noqa: F401 - registers the capital functions of the language
from costing.language.dimensions import unit_of
from costing.language.formula import Formula, is_function, parse
from costing.language.linearity import CONSTANT, LINEAR, degree
from costing.language.units import CONSTANTS, UNITS, Unit, unit
from costing.problems.errors import FormulaError, ModelError, Place, Problem, problem, suggest
from costing.values.parameters import Label, Number, Parameter, Strict, Text
from costing.values.yaml_lines import CodedError, Document, Fault

#: Names that the engine binds in every formula, with their unit.
BOUND: dict[str, str] = {
    "acts": "act/year",
    "amortised": "number",
    "capital_method": "number",
    "charge_amortised": "number",
}


class ClassLabel(Strict):
    """A machine class that a modality can cost."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label


class DerivedEntry(Strict):
    """A quantity computed from parameters, as written."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    unit: str
    formula: Text | Number
    note: str = ""


class LineEntry(Strict):
    """A cost line, as written."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    poste: str
    per: Literal["year", "act"]
    formula: Text | Number
    note: str = ""


class ModelFile(Strict):
    """Schema of a modality's file."""

    modality: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    classes: tuple[ClassLabel, ...] = Field(min_length=1)
    parameters: tuple[Parameter, ...] = ()
    derived: tuple[DerivedEntry, ...] = ()
    lines: tuple[LineEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> ModelFile:
        names = [parameter.name for parameter in self.parameters]
        for name in names:
            if names.count(name) > 1:
                raise CodedError(Fault("duplicate_name", facts={"value": name}))
        return self


@dataclass(frozen=True)
class Step:
    """A formula of the model under the name that others use; a cost line when `poste` is set."""

    name: str
    label: Label
    unit: str
    formula: Formula
    poste: str | None = None
    per: Literal["year", "act"] | None = None
    note: str = ""
    position: int = 0


@dataclass(frozen=True)
class CostModel:
    """The parameters and lines of one modality, checked and in the order of computation.

    `steps` holds derived quantities and cost lines so that each comes after what it uses.
    """

    modality: str
    label: Label
    classes: dict[str, Label]
    parameters: dict[str, Parameter]
    steps: tuple[Step, ...]

    @cached_property
    def lines(self) -> tuple[Step, ...]:
        """The cost lines, in the order of the file."""
        return tuple(sorted((s for s in self.steps if s.poste), key=lambda s: s.position))

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The parameters that some formula of the model names."""
        named = frozenset().union(*(step.formula.names for step in self.steps))
        return tuple(name for name in self.parameters if name in named)

    def evaluate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Every step's value, by name; `values` binds the parameters and `BOUND`.

        Shapes broadcast: scalars, machines `(m,)`, draws `(d, 1)`. A `per: act` line is in
        EUR/act, as in its formula.

        Raises:
            FormulaError: a step is not finite, or a cost line is negative; names the step and its
                formula.
        """
        computed = dict(values)
        computed.update((name, value) for name, (value, _) in CONSTANTS.items())
        for step in self.steps:
            computed[step.name] = result = step.formula(computed)
            low, high = np.min(result), np.max(result)
            if not (np.isfinite(low) and np.isfinite(high)):
                fault = "not_finite"
            elif step.poste and low < -1e-6:
                fault = "negative_line"
            else:
                continue
            facts = {"formula": step.formula.text}
            raise FormulaError(problem(fault, step.formula.place, step.name, **facts))
        return {step.name: computed[step.name] for step in self.steps}

    @cached_property
    def linear_in_acts(self) -> bool:
        """Whether every cost line, over the year, is a straight line in the acts."""
        degrees = {"acts": LINEAR}
        for step in self.steps:
            degrees[step.name] = degree(step.formula.tree, degrees)
        return all(
            degrees[step.name] <= (CONSTANT if step.per == "act" else LINEAR) for step in self.lines
        )

    @cached_property
    def chain(self) -> tuple[tuple[str, Formula], ...]:
        """The formulas alone, by name and in the order of computation."""
        return tuple((step.name, step.formula) for step in self.steps)

    def inputs_of(self, name: str) -> frozenset[str]:
        """Parameters on which a step rests, directly or through others."""
        return self.uses(name) - BOUND.keys()

    def uses(self, name: str) -> frozenset[str]:
        """Parameters and names of `BOUND` on which a step rests, directly or through others."""
        return self._uses[name]

    @cached_property
    def _uses(self) -> dict[str, frozenset[str]]:
        uses: dict[str, frozenset[str]] = {}
        for step in self.steps:
            direct = step.formula.names - uses.keys() - CONSTANTS.keys()
            uses[step.name] = frozenset(direct).union(
                *(uses[name] for name in step.formula.names if name in uses)
            )
        return uses


def build_model(
    document: Document, shared: Iterable[Parameter], postes: Iterable[str]
) -> CostModel:
    """Check a modality's file and put its formulas in order.

    `shared` are the parameters that every modality may use (`communs.yaml`, machine classes).

    Raises:
        ModelError: every unknown poste or name, cycle, unit clash, refused formula, with its line.
    """
    content = document.validate(ModelFile)
    problems: list[Problem] = []
    parameters = {parameter.name: parameter for parameter in shared}
    parameters.update((parameter.name, parameter) for parameter in content.parameters)
    postes = list(postes)
    steps: dict[str, Step] = {}
    entries: list[tuple[DerivedEntry | LineEntry, Place]] = [
        (entry, document.place("derived", i)) for i, entry in enumerate(content.derived)
    ]
    entries += [(entry, document.place("lines", i)) for i, entry in enumerate(content.lines)]
    taken = {*parameters, *BOUND, *CONSTANTS}
    for index, parameter in enumerate(content.parameters):
        if is_function(parameter.name) or parameter.name in {*BOUND, *CONSTANTS}:
            place = document.place("parameters", index)
            problems.append(problem("duplicate_name", place, parameter.name))
    for entry, place in entries:
        step, faults = _step(entry, place, postes)
        problems += faults
        name = entry.id if isinstance(entry, LineEntry) else entry.name
        if name in taken or is_function(name):
            problems.append(problem("duplicate_name", place, name))
        taken.add(name)
        if step is None:
            continue
        steps[step.name] = replace(step, position=len(steps))
    problems += _check_scopes(content, document)
    known = taken
    for step in steps.values():
        problems += [
            problem("formula_unknown_name", step.formula.place, name, near=suggest(name, known))
            for name in sorted(step.formula.names - known)
        ]
    if problems:
        raise ModelError(problems)
    ordered = _in_order(steps)
    _check_units(ordered, parameters)
    needed = {name for step in ordered for name in step.formula.names}
    own = {parameter.name for parameter in content.parameters}
    return CostModel(
        modality=content.modality,
        label=content.label,
        classes={entry.code: entry.label for entry in content.classes},
        parameters={n: p for n, p in parameters.items() if n in needed or n in own},
        steps=tuple(ordered),
    )


def _check_scopes(content: ModelFile, document: Document) -> list[Problem]:
    """Classes that are declared twice, and values for a class that the file does not have."""
    codes = [entry.code for entry in content.classes]
    problems = [
        problem("duplicate_name", document.place("classes", i, "code"), code)
        for i, code in enumerate(codes)
        if code in codes[:i]
    ]
    known = (*codes, content.modality, "*")
    for i, parameter in enumerate(content.parameters):
        for j, value in enumerate(parameter.values):
            if value.scope not in known:
                place = document.place("parameters", i, "values", j, "class")
                facts = {"near": suggest(value.scope, known), "known": ", ".join(known)}
                problems.append(problem("unknown_class", place, value.scope, **facts))
    return problems


def _step(
    entry: DerivedEntry | LineEntry, place: Place, postes: list[str]
) -> tuple[Step | None, list[Problem]]:
    """A step from its entry, and what is wrong with it."""
    problems: list[Problem] = []
    name = entry.id if isinstance(entry, LineEntry) else entry.name
    unit_text = f"EUR/{entry.per}" if isinstance(entry, LineEntry) else entry.unit
    if unit_text not in UNITS:
        facts = {"near": suggest(unit_text, UNITS), "known": ", ".join(UNITS)}
        problems.append(problem("unknown_unit", place, unit_text, **facts))
    if isinstance(entry, LineEntry) and entry.poste not in postes:
        near = suggest(entry.poste, postes)
        problems.append(problem("unknown_poste", place, entry.poste, near=near))
    try:
        formula = parse(entry.formula, place)
    except FormulaError as error:
        return None, [*problems, *error.problems]
    if problems:
        return None, problems
    return Step(
        name=name,
        label=entry.label,
        unit=unit_text,
        formula=formula,
        poste=entry.poste if isinstance(entry, LineEntry) else None,
        per=entry.per if isinstance(entry, LineEntry) else None,
        note=entry.note,
    ), []


def _in_order(steps: dict[str, Step]) -> list[Step]:
    """Steps so that each follows those that it uses; a loop is an error that spells it out."""
    uses = {name: sorted(step.formula.names & steps.keys()) for name, step in steps.items()}
    try:
        return [steps[name] for name in TopologicalSorter(uses).static_order()]
    except CycleError as error:
        loop = list(reversed(error.args[1]))[1:]  # the sorter lists what is used first
        start = min(range(len(loop)), key=lambda i: steps[loop[i]].position)
        loop = [*loop[start:], *loop[:start], loop[start]]
        place = steps[loop[0]].formula.place
        raise ModelError(problem("formula_cycle", place, " → ".join(loop))) from None


def _check_units(steps: list[Step], parameters: dict[str, Parameter]) -> None:
    units: dict[str, Unit] = {name: unit(text) for name, text in BOUND.items()}
    units.update((name, unit(text)) for name, (_, text) in CONSTANTS.items())
    units.update((name, unit(parameter.unit)) for name, parameter in parameters.items())
    problems: list[Problem] = []
    for step in steps:
        wanted = unit(step.unit)
        try:
            given = unit_of(step.formula, units)
            if not given.matches(wanted):
                facts = {"given": str(given), "expected": step.unit}
                problems.append(problem("unit_result", step.formula.place, step.name, **facts))
        except FormulaError as error:
            problems += error.problems
        units[step.name] = wanted
    if problems:
        raise ModelError(problems)
