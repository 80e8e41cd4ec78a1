"""Published studies of the cost of an imaging act, computed again and put beside what they print.

A study is one file of `models/replications/`: inputs, formulas in the engine's language (each may
use the inputs and the formulas above it), and cases with the results that the source prints. It
tests the language, its unit checks and its capital functions on figures that are not the project's.

Publications are in many currencies. A study's money is a dimension of its own, named by `currency`:
its units read `USD/act` and are checked as the models' are, and nothing is ever converted.

Not here: anything that enters a cost or a fee.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from costing import paths
from costing.language.dimensions import unit_of
from costing.language.formula import is_function, parse
from costing.language.units import ANY, CONSTANTS, NUMBER, Unit, unit
from costing.problems.errors import FormulaError, ModelError, Place, Problem, problem, suggest
from costing.reference.model import CostModel, DerivedEntry, Step
from costing.values.parameters import Grade, Label, Number, Strict
from costing.values.sources import Citation, Source, check_citations, load_sources
from costing.values.yaml_lines import CodedError, Document, Fault, read

#: What a study's units are quotients of, besides its currency.
_UNITS: dict[str, Unit] = {
    **{name: Unit(((name, 1),)) for name in ("act", "min", "h", "year", "FTE")},
    **dict.fromkeys(("1", "number", "share", "post"), NUMBER),
}


class Input(Strict):
    """A figure that the source gives, or an assumption where it is silent."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    unit: str
    value: Number
    source: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    note: str = ""


class Expected(Strict):
    """What a case must give for one formula.

    published: the source's figure, or with `origin: by_hand` one worked by hand from its rule; none
    when the source is silent. tolerance: in the formula's unit; `why` says where it comes from.
    reason: why the source itself does not close, when it does not.
    """

    formula: str
    published: Number | None = None
    tolerance: Number | None = Field(default=None, ge=0)
    origin: Literal["published", "by_hand"] = "published"
    why: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _a_figure_comes_with_its_tolerance(self) -> Expected:
        stated = {"published": self.published, "tolerance": self.tolerance, "why": self.why or None}
        missing = [name for name, value in stated.items() if value is None]
        if missing and (self.reason or len(missing) < len(stated)):
            raise CodedError(*(Fault("missing_key", facts={"value": name}) for name in missing))
        return self


class StudyCase(Strict):
    """One situation of the study: the inputs that differ, and what it must give."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    values: dict[str, Number] = Field(default_factory=dict)
    results: tuple[Expected, ...] = Field(min_length=1)


class StudyFile(Strict):
    """Schema of a study's file."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: Label
    source: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    currency: str = Field(pattern=r"^[A-Z]{2,3}$")
    tests: Label
    inputs: tuple[Input, ...] = Field(min_length=1)
    formulas: tuple[DerivedEntry, ...] = Field(min_length=1)
    cases: tuple[StudyCase, ...] = Field(min_length=1)


Verdict = Literal["within", "explained", "outside", "not_published"]


@dataclass(frozen=True)
class Result:
    """One computed figure beside the published one; `grade` is the weakest of what it rests on."""

    case: StudyCase
    formula: DerivedEntry
    expected: Expected
    computed: float
    grade: Grade

    @property
    def deviation(self) -> float | None:
        """Computed less published, in the formula's unit; None when nothing is published."""
        published = self.expected.published
        return None if published is None else self.computed - published

    @property
    def within(self) -> bool | None:
        """Whether the deviation is inside the tolerance; None when nothing is published."""
        deviation, tolerance = self.deviation, self.expected.tolerance
        return None if deviation is None or tolerance is None else abs(deviation) <= tolerance

    @property
    def verdict(self) -> Verdict:
        """How the line reads."""
        if self.within is None:
            return "not_published"
        if self.within:
            return "within"
        return "explained" if self.expected.reason else "outside"


@dataclass(frozen=True)
class Study:
    """A study that loaded, and its results in the order of the file."""

    content: StudyFile
    results: tuple[Result, ...]


def load_studies(extra: Sequence[Path] = ()) -> dict[str, Study]:
    """Every study, computed, by its identifier.

    `extra` directories come over the shipped one, as for the models: a file of the same name
    replaces it.

    Raises:
        ModelError: everything that is wrong, with file and line.
    """
    directories = (paths.MODELS, *(Path(path) for path in extra))
    for directory in directories:
        if not directory.is_dir():
            raise ModelError(problem("file_missing", Place(file=str(directory))))
    bibliographies = [path for d in directories if (path := d / "sources.yaml").is_file()]
    sources = load_sources(read(bibliographies[-1]))
    files = {path.name: path for d in directories for path in (d / "replications").glob("*.yaml")}
    studies: dict[str, Study] = {}
    problems: list[Problem] = []
    for name in sorted(files):
        try:
            document = read(files[name])
            study = build_study(document, sources)
        except ModelError as error:
            problems += error.problems
            continue
        if study.content.id in studies:
            problems.append(problem("duplicate_name", document.place("id"), study.content.id))
        studies[study.content.id] = study
    if problems:
        raise ModelError(problems)
    return studies


def build_study(document: Document, sources: Mapping[str, Source]) -> Study:
    """Check one study's file and compute its cases.

    Raises:
        ModelError: every unknown name, unit or source, unit clash, refused formula or result that
            is not a finite number, with its line.
    """
    content = document.validate(StudyFile)
    steps, problems = _steps(content, document)
    problems += _check_cases(content, document)
    problems += check_citations(sources, _citations(content, document))
    if problems:
        raise ModelError(problems)
    model = CostModel(content.id, content.title, {}, {}, tuple(steps))
    inputs = {given.name: given.value for given in content.inputs}
    results: list[Result] = []
    for case in content.cases:
        try:
            values = model.evaluate(inputs | case.values)
        except FormulaError as error:
            problems += error.problems
        else:
            results += _results(content, model, case, values)
    if problems:
        raise ModelError(problems)
    return Study(content, tuple(results))


def _results(
    content: StudyFile, model: CostModel, case: StudyCase, values: Mapping[str, float]
) -> Iterator[Result]:
    formulas = {entry.name: entry for entry in content.formulas}
    grades = {given.name: given.grade for given in content.inputs}
    for expected in case.results:
        name = expected.formula
        weakest = max((grades[used] for used in model.uses(name)), default=content.grade)
        yield Result(case, formulas[name], expected, float(values[name]), weakest)


def _steps(content: StudyFile, document: Document) -> tuple[list[Step], list[Problem]]:
    """The formulas, each checked against the inputs and the formulas above it."""
    problems: list[Problem] = []
    steps: list[Step] = []
    units = {name: unit(text) for name, (_, text) in CONSTANTS.items()}
    entries: list[tuple[Input | DerivedEntry, Place]] = [
        *((entry, document.place("inputs", i)) for i, entry in enumerate(content.inputs)),
        *((entry, document.place("formulas", i)) for i, entry in enumerate(content.formulas)),
    ]
    for entry, place in entries:
        if entry.name in units or is_function(entry.name):
            problems.append(problem("duplicate_name", place, entry.name))
        stated = _unit(entry.unit, content.currency)
        if stated is None:
            known = (content.currency, *_UNITS)
            facts = {"near": suggest(entry.unit, known), "known": ", ".join(known)}
            problems.append(problem("unknown_unit", place, entry.unit, **facts))
            stated = ANY  # so that what uses it does not fail as well
        if isinstance(entry, DerivedEntry):
            try:
                steps.append(_step(entry, place, stated, units))
            except FormulaError as error:
                problems += error.problems
        units[entry.name] = stated
    return steps, problems


def _step(entry: DerivedEntry, place: Place, stated: Unit, units: Mapping[str, Unit]) -> Step:
    """A formula that is read, whose names are known and whose unit is the one stated."""
    formula = parse(entry.formula, place)
    unknown = sorted(formula.names - units.keys())
    if unknown:
        raise FormulaError(
            problem("formula_unknown_name", place, name, near=suggest(name, units))
            for name in unknown
        )
    given = unit_of(formula, units)
    if not given.matches(stated):
        facts = {"given": str(given), "expected": entry.unit}
        raise FormulaError(problem("unit_result", place, entry.name, **facts))
    return Step(entry.name, entry.label, entry.unit, formula)


def _unit(text: str, currency: str) -> Unit | None:
    """The unit of a quotient such as `USD/FTE/year`; None when a part of it is unknown."""
    units = {**_UNITS, currency: Unit(((currency, 1),))}
    first, *below = text.split("/")
    if first not in units or any(part not in units for part in below):
        return None
    result = units[first]
    for part in below:
        result = result / units[part]
    return result


def _check_cases(content: StudyFile, document: Document) -> list[Problem]:
    """Cases written twice, and what they name that the study does not have."""
    inputs = [given.name for given in content.inputs]
    formulas = [entry.name for entry in content.formulas]
    names = [case.name for case in content.cases]
    problems: list[Problem] = []
    for i, case in enumerate(content.cases):
        if case.name in names[:i]:
            place = document.place("cases", i, "name")
            problems.append(problem("duplicate_name", place, case.name))
        places = {name: document.place("cases", i, "values", name) for name in case.values}
        problems += _unknown(places, inputs)
        for j, expected in enumerate(case.results):
            place = document.place("cases", i, "results", j, "formula")
            problems += _unknown({expected.formula: place}, formulas)
    return problems


def _unknown(places: Mapping[str, Place], known: Sequence[str]) -> list[Problem]:
    """A problem for each name that is not one of those known."""
    return [
        problem("unknown_choice", place, name, near=suggest(name, known), known=", ".join(known))
        for name, place in places.items()
        if name not in known
    ]


def _citations(content: StudyFile, document: Document) -> Iterator[Citation]:
    for key in content.source:
        yield Citation(key, document.place("source"))
    for i, given in enumerate(content.inputs):
        for key in given.source:
            yield Citation(key, document.place("inputs", i, "source"))
