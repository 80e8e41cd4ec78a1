"""Read and check everything under `models/`, and the directories that a user adds.

Files of an added directory come over those of the same name, or beside the others: a modality is
one more YAML file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from costing import paths
from costing.fee.rates_file import machine_classes, read_schedule
from costing.fee.schedule import FeeSchedule
from costing.problems.errors import InputError, ModelError, Place, Problem, problem, suggest
from costing.reference.model import CostModel, build_model
from costing.reference.reference import FleetFile, Reference
from costing.values.catalogue import (
    Claim,
    ClaimFile,
    CorrelationEntry,
    CorrelationFile,
    PerimeterFile,
    Poste,
    Savings,
)
from costing.values.parameters import Parameter, ParameterFile
from costing.values.sources import Citation, check_citations, load_sources
from costing.values.yaml_lines import Document, read

#: Files of `models/` that are not a modality.
NOT_A_MODALITY = (
    "communs", "perimeters", "machine_classes", "claims", "savings", "sources", "dynamics",
    "correlations",
)  # fmt: skip

#: Lists of the shared files whose entries bear a name of their own.
_IDENTIFIED = {
    "communs": (("parameters", "name"),),
    "machine_classes": (("classes", "code"), ("parameters", "name")),
    "dynamics": (("parameters", "name"),),
    "perimeters": (("postes", "code"), ("perimeters", "code")),
    "claims": (("claims", "id"),),
    "sources": (("sources", "key"),),
}


def load_reference(extra: Sequence[Path] = ()) -> Reference:
    """Read and check all the reference data.

    `extra` directories come after the shipped one: a file of the same name replaces it, another
    modality's file adds to it.

    Raises:
        ModelError, TariffError: everything that is wrong, with file and line.
    """
    directories = (*reversed([Path(path) for path in extra]), paths.MODELS)
    for directory in directories:
        if not directory.is_dir():
            raise ModelError(problem("file_missing", Place(file=str(directory))))
    documents = _documents(directories)
    problems = [p for stem in _IDENTIFIED for p in _check_names(documents[stem], stem)]
    if problems:
        raise ModelError(problems)
    sources = load_sources(documents["sources"])
    perimeters = documents["perimeters"].validate(PerimeterFile)
    postes = {poste.code: poste for poste in perimeters.postes}
    class_file, classes = machine_classes(documents["machine_classes"])
    communs = documents["communs"].validate(ParameterFile).parameters
    dynamics = documents["dynamics"].validate(ParameterFile).parameters
    shared = (*communs, *class_file.parameters)
    problems = _check_perimeters(documents["perimeters"], perimeters, postes)
    models: dict[str, CostModel] = {}
    for stem, document in documents.items():
        if stem in NOT_A_MODALITY:
            continue
        try:
            model = build_model(document, shared, postes)
            problems += _check_new(model, document, models)
            models[model.modality] = model
        except InputError as error:
            problems += error.problems
    for stem in ("communs", "machine_classes", "dynamics"):
        problems += _check_scopes(documents[stem], models)
    if problems:
        raise ModelError(problems)
    tariff_path = _find(directories, "tariffs/forfaits_techniques.csv")
    schedule = read_schedule(tariff_path, classes)
    files = {"communs": communs, "machine_classes": class_file.parameters, "dynamics": dynamics}
    by_file = {file: {p.name: p for p in parameters} for file, parameters in files.items()}
    common = {parameter.name: parameter for parameter in shared}
    for code, model in models.items():
        by_file[code] = {n: p for n, p in model.parameters.items() if common.get(n) is not p}
    claims = documents["claims"].validate(ClaimFile).claims
    savings = documents["savings"].validate(Savings)
    correlations = documents["correlations"].validate(CorrelationFile).correlations
    problems = _check_claims(documents["claims"], claims, perimeters, models)
    problems += _check_correlations(documents["correlations"], correlations, by_file)
    problems += check_citations(sources, _citations(documents, schedule, tariff_path.name))
    if problems:
        raise ModelError(problems)
    return Reference(
        fleet_file=FleetFile(_find(directories, "fleet/parc_2024.csv"), classes),
        sources=sources,
        postes=postes,
        perimeters={perimeter.code: perimeter for perimeter in perimeters.perimeters},
        files=by_file,
        models=models,
        class_entries=class_file.classes,
        classes=classes,
        schedule=schedule,
        claims={claim.id: claim for claim in claims},
        correlations=correlations,
        savings=savings,
        fingerprint=_fingerprint(directories),
    )


def load_schedule(extra: Sequence[Path] = ()) -> FeeSchedule:
    """The official schedule alone, for the commands that need no cost model."""
    directories = (*reversed([Path(path) for path in extra]), paths.MODELS)
    _, classes = machine_classes(read(_find(directories, "machine_classes.yaml")))
    return read_schedule(_find(directories, "tariffs/forfaits_techniques.csv"), classes)


def _documents(directories: Sequence[Path]) -> dict[str, Document]:
    """Every YAML file by its stem; the first directory that has it wins."""
    files: dict[str, Path] = {}
    for directory in reversed(directories):
        for path in (*sorted(directory.glob("*.yaml")), directory / "fleet" / "dynamics.yaml"):
            if path.is_file():
                files[path.stem] = path
    return {stem: read(path) for stem, path in files.items()}


def _find(directories: Sequence[Path], name: str) -> Path:
    for directory in directories:
        if (directory / name).is_file():
            return directory / name
    raise ModelError(problem("file_missing", Place(file=name)))


def _check_names(document: Document, stem: str) -> list[Problem]:
    """Entries of a file that bear a name already taken in it."""
    problems = []
    for entries, key in _IDENTIFIED[stem]:
        seen: set[str] = set()
        for i, entry in enumerate(document.at((entries,)) or ()):
            name = entry.get(key) if isinstance(entry, dict) else None
            if name in seen:
                place = document.place(entries, i, key)
                problems.append(problem("duplicate_name", place, name))
            seen.add(str(name))
    return problems


def _check_new(
    model: CostModel, document: Document, models: Mapping[str, CostModel]
) -> list[Problem]:
    """A modality, or one of its classes, that another file already costs."""
    taken = {code for other in models.values() for code in other.classes}
    problems = [
        problem("duplicate_name", document.place("classes", i, "code"), code)
        for i, code in enumerate(model.classes)
        if code in taken
    ]
    if model.modality in models:
        problems.append(problem("duplicate_name", document.place("modality"), model.modality))
    return problems


def _check_claims(
    document: Document,
    claims: Sequence[Claim],
    perimeters: PerimeterFile,
    models: Mapping[str, CostModel],
) -> list[Problem]:
    """Claims on a perimeter, modality or class that does not exist."""
    codes = [perimeter.code for perimeter in perimeters.perimeters]
    classes = [code for model in models.values() for code in model.classes]
    problems = []
    for i, claim in enumerate(claims):
        for code, key, names, known in (
            ("unknown_perimeter", ("perimeter",), (claim.perimeter,), codes),
            ("unknown_choice", ("population", "modality"), claim.population.modality, models),
            ("unknown_class", ("population", "class"), claim.population.machine_class, classes),
        ):
            for name in names:
                if name not in known:
                    facts = {"near": suggest(name, known), "known": ", ".join(known)}
                    place = document.place("claims", i, *key)
                    problems.append(problem(code, place, name, **facts))
    return problems


def _check_correlations(
    document: Document,
    correlations: Sequence[CorrelationEntry],
    files: Mapping[str, Mapping[str, Parameter]],
) -> list[Problem]:
    """Correlations of parameters that do not exist, or written twice."""
    names = {name for parameters in files.values() for name in parameters}
    problems = []
    for i, correlation in enumerate(correlations):
        for key in ("first", "second"):
            name = getattr(correlation, key)
            if name not in names:
                place = document.place("correlations", i, key)
                near = suggest(name, names)
                problems.append(problem("unknown_parameter", place, name, near=near))
        if correlation.pair in [other.pair for other in correlations[:i]]:
            pair = " – ".join(sorted(correlation.pair))
            problems.append(problem("duplicate_name", document.place("correlations", i), pair))
    return problems


def _check_perimeters(
    document: Document, content: PerimeterFile, postes: Mapping[str, Poste]
) -> list[Problem]:
    return [
        problem("unknown_poste", document.place("perimeters", i), code, near=suggest(code, postes))
        for i, perimeter in enumerate(content.perimeters)
        for code in perimeter.postes
        if code not in postes
    ]


def _check_scopes(document: Document, models: Mapping[str, CostModel]) -> list[Problem]:
    """Values of a shared file for a class or modality that no model has."""
    known = {"*", *models, *(code for model in models.values() for code in model.classes)}
    problems = []
    for i, parameter in enumerate(document.data["parameters"]):
        for j, value in enumerate(parameter["values"]):
            if value["class"] not in known:
                place = document.place("parameters", i, "values", j, "class")
                facts = {"near": suggest(value["class"], known), "known": ", ".join(sorted(known))}
                problems.append(problem("unknown_class", place, value["class"], **facts))
    return problems


def _citations(
    documents: Mapping[str, Document], schedule: FeeSchedule, tariff_file: str
) -> Iterator[Citation]:
    """Every use of a source key in the files, and in the tariff's rows with their date."""
    for rate in schedule.rates:
        place = Place(file=tariff_file, line=rate.line)
        yield Citation(rate.source, place, rate.effective_from)
    for stem, document in documents.items():
        if stem != "sources":
            yield from _cited(document, document.data, ())


def _cited(document: Document, data: Any, keys: tuple[str | int, ...]) -> Iterator[Citation]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "source":
                for source in value if isinstance(value, list) else [value]:
                    yield Citation(str(source), document.place(*keys, key))
            else:
                yield from _cited(document, value, (*keys, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _cited(document, item, (*keys, index))


def _fingerprint(directories: Sequence[Path]) -> str:
    """SHA-256 over the names and contents of the reference data, whatever their line endings.

    Replications and example scenarios stand beside the reference data: they change no result.
    """
    digest = hashlib.sha256()
    for directory in directories:
        for path in sorted(directory.rglob("*")):
            name = path.relative_to(directory)
            if path.suffix in {".yaml", ".csv"} and name.parts[0] != "replications":
                digest.update(name.as_posix().encode() + b"\0")
                digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()
