"""A schedule as the annex tables of the official texts, in Word or Excel: `annex`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from costing.cli.common import FILE, answer, case_of, check_folder, options
from costing.cli.terminal import progress
from costing.problems.errors import InputError, Place, problem, suggest

if TYPE_CHECKING:
    from costing.annex.describe import Annex

    Writer = Callable[[Annex, Path | BinaryIO], None]


@click.command()
@click.argument("source", metavar="SCHEDULE_OR_SCENARIO")
@click.option("--out", type=FILE, required=True, help="Annex to write (.docx or .xlsx).")
@options("models")
@answer
def annex(source: str, out: Path, models: tuple[Path, ...]) -> None:
    """Write a schedule in the layout of the official tables, for Word or Excel.

    SCHEDULE_OR_SCENARIO is a schedule (CSV, the JSON or the workbook of `costing optimise`, or a
    named one, such as official) or a scenario (JSON), whose schedule is then sought; exit code 3
    when there is none.
    """
    write = _writer(out)
    check_folder(out)
    write(_described(source, models), out)
    click.echo(str(out))


def _writer(out: Path) -> Writer:
    """What writes a file of that name."""
    if out.suffix.lower() == ".docx":
        from costing.annex.word import write_word

        return write_word
    if out.suffix.lower() == ".xlsx":
        from costing.annex.excel import write_sheets

        return write_sheets
    raise InputError(problem("annex_suffix", Place(file=out.name), out.suffix or "—"))


def _described(source: str, models: tuple[Path, ...]) -> Annex:
    """The annex of a named schedule, a file of prices, or what a scenario's demands give."""
    from costing.annex.describe import describe, of_scenario
    from costing.optimise.cost_rules import named
    from costing.optimise.named_rules import RULES
    from costing.schedule_file.file import read_schedule

    if source in RULES:
        case = case_of(None, models)
        return describe(case, named(case, source), f"Barème : {RULES[source].label.fr}.")
    path = Path(source)
    if not path.is_file():
        facts = {"near": suggest(source, RULES), "known": ", ".join(RULES)}
        raise InputError(problem("schedule_unknown", None, source, **facts))
    if not _is_scenario(path):
        case = case_of(None, models)
        schedule = read_schedule(path, case.reference)
        return describe(case, schedule, f"Barème du fichier « {path.name} ».")
    from costing.optimise.propose import propose

    case = case_of(path, models)
    with progress("Optimisation") as tell:
        proposal = propose(case, tell)
    if proposal.schedule is None:
        click.echo(proposal.words, err=True)
        sys.exit(3)
    return of_scenario(case, proposal.schedule)


def _is_scenario(path: Path) -> bool:
    """Whether a file is a scenario: JSON, and no list of prices."""
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and "fees" not in content
