"""What the commands share: their options, the way to an answer, JSON, and the case at hand."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.characters import is_utf8
from costing.problems.errors import CostingError, InputError, Language, Place, Problem, problem

if TYPE_CHECKING:
    from costing.case.case import Case

FILE = click.Path(dir_okay=False, path_type=Path)
DIRECTORY = click.Path(file_okay=False, path_type=Path)
DATE = click.DateTime(["%Y-%m-%d"])

_OPTIONS = {
    "json": click.option("--json", "as_json", is_flag=True, help="One JSON object."),
    "scenario": click.option("--scenario", type=FILE, help="Scenario file (JSON)."),
    "models": click.option(
        "--models",
        type=DIRECTORY,
        multiple=True,
        help="Directory of models, over or beside the shipped ones.",
    ),
    "date": click.option("--date", type=DATE, help="Tariff date, YYYY-MM-DD."),
    "amortisation": click.option(
        "--amortisation", type=click.Choice(["non_amorti", "amorti"]), default="non_amorti",
        show_default=True,
    ),
}  # fmt: skip


def options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options that several commands share, by name."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names):
            command = _OPTIONS[name](command)
        return command

    return decorate


def answer(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the library's errors into words on standard error and an exit code."""

    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except InputError as error:
            language: Language = "en" if kwargs.get("language") == "en" else "fr"
            if kwargs.get("as_json"):
                errors = [_problem(p, language) for p in error.problems]
                print_json({"ok": False, "errors": errors})
            click.echo(error.text(language), err=True)
            sys.exit(error.exit_code)
        except CostingError as error:
            click.echo(str(error), err=True)
            sys.exit(error.exit_code)

    return wrapper


def case_of(
    scenario: Path | None, models: tuple[Path, ...] = (), perimeter: str | None = None
) -> Case:
    """The reference data with a scenario file applied."""
    from costing.case.case import make_case
    from costing.reference.load import load_reference
    from costing.scenario.scenario import Scenario, from_json

    content = Scenario()
    if scenario is not None:
        place = Place(file=scenario.name)
        try:
            content = from_json(scenario.read_text(encoding="utf-8-sig"), scenario.name)
        except OSError:
            raise InputError(problem("file_missing", Place(file=str(scenario)))) from None
        except UnicodeDecodeError:
            raise InputError(problem("not_utf8", place)) from None
    reference = load_reference(models)
    if perimeter is not None:
        reference.perimeter(perimeter)
        content = content.model_copy(update={"perimeter": perimeter})
    try:
        return make_case(reference, content)
    except InputError as error:
        raise (error.within(file=scenario.name) if scenario else error) from None


def check_folder(out: Path | None) -> None:
    """Refuse a file in a folder that is not there, before any long work."""
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError(problem("folder_missing", Place(file=str(out))))


def print_json(data: Any) -> None:
    """One JSON object on one line; what is not a number is null.

    In an output that is not UTF-8, signs are escaped: the same object, and still JSON.
    """
    escaped = not is_utf8(sys.stdout)
    click.echo(json.dumps(_finite(data), ensure_ascii=escaped, default=str))


def rounded(data: Any, digits: int = 9) -> Any:
    """The same data to some significant digits: the last ones depend on the processor."""
    if isinstance(data, dict):
        return {key: rounded(value, digits) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [rounded(value, digits) for value in data]
    if isinstance(data, float) and data - data == 0:
        return float(f"{data:.{digits}g}")
    return data


def _finite(data: Any) -> Any:
    """The same data with NaN and infinities as null, which JSON has."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    if isinstance(data, float) and data - data != 0:
        return None
    return data


def _problem(fault: Problem, language: Language) -> dict[str, Any]:
    place = fault.place
    return {
        "sheet": place.sheet,
        "cell": place.cell,
        "place": str(place),
        "code": fault.code,
        "message": fault.message(language),
        "value": None if fault.value is None else str(fault.value),
    }
