"""What lies behind the numbers: `replicate`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import answer, options, print_json
from costing.errors import InputError, problem, suggest

if TYPE_CHECKING:
    from costing.replications import Result, Study

_MARKS = {"within": "✓", "explained": "≠ expliqué", "outside": "✗ sans raison"}
_UNITS = {"act": "acte", "year": "an", "FTE": "ETP", "post": "poste", "number": "", "share": ""}


@click.command()
@click.argument("study", required=False)
@options("models", "json")
@answer
def replicate(study: str | None, models: tuple[Path, ...], as_json: bool) -> None:
    """Published studies against what the engine computes; exit code 0 whatever the deviations."""
    from costing.replications import load_studies

    studies = load_studies(models)
    if study is not None and study not in studies:
        facts = {"near": suggest(study, studies), "known": ", ".join(studies)}
        raise InputError(problem("unknown_choice", None, study, **facts))
    chosen = [found for name, found in studies.items() if study in (None, name)]
    if as_json:
        print_json({"studies": [_study(found) for found in chosen]})
        return
    for found in chosen:
        _print_study(found)
    _print_tally([result for found in chosen for result in found.results])


def _study(study: Study) -> dict[str, Any]:
    """A study as the command prints it in JSON."""
    content = study.content
    return {
        "id": content.id,
        "title": content.title.fr,
        "tests": content.tests.fr,
        "currency": content.currency,
        "grade": content.grade,
        "sources": content.source,
        "results": [
            {
                "case": result.case.name,
                "formula": result.formula.name,
                "unit": result.formula.unit,
                "published": result.expected.published,
                "origin": result.expected.origin,
                "computed": result.computed,
                "deviation": result.deviation,
                "tolerance": result.expected.tolerance,
                "within": result.within,
                "verdict": result.verdict,
                "why": result.expected.why,
                "reason": result.expected.reason,
                "grade": result.grade,
            }
            for result in study.results
        ],
    }


def _print_study(study: Study) -> None:
    content = study.content
    click.echo(f"{content.id} — {content.title.fr} ({content.currency}, note {content.grade})")
    _print_text(content.tests.fr, "  ")
    click.echo(f"{'':<48} {'publié':>10}  {'calculé':>11} {'':<10} {'écart':>9} note")
    for _, results in groupby(study.results, key=lambda result: result.case.name):
        lines = list(results)
        click.echo(f"  {lines[0].case.label.fr}")
        for result in lines:
            _print_result(result)
    click.echo()


def _print_result(result: Result) -> None:
    from costing.words import NONE, number, percent

    published, deviation = result.expected.published, result.deviation
    reference = result.computed if published is None else published
    decimals = 0 if abs(reference) >= 1000 else 2 if abs(reference) >= 10 else 4
    printed = NONE if published is None else number(published, decimals)
    star = "*" if result.expected.origin == "by_hand" else " "
    gap = NONE
    if deviation is not None and published:
        gap = percent(round(deviation / published, 4), 2, True)
    unit = "/".join(_UNITS.get(part, part) for part in result.formula.unit.split("/"))
    click.echo(
        f"    {result.formula.label.fr[:44]:<44} {printed:>10}{star}"
        f" {number(result.computed, decimals):>11} {unit:<10} {gap:>9} {result.grade:^4}"
        f" {_MARKS.get(result.verdict, '')}".rstrip()
    )
    if result.verdict == "explained":
        _print_text(result.expected.reason, "      ")


def _print_tally(results: list[Result]) -> None:
    """How many lines agree, and what the signs mean."""
    tally = {verdict: sum(result.verdict == verdict for result in results) for verdict in _MARKS}
    click.echo(
        f"{sum(tally.values())} chiffre(s) en face : {tally['within']} dans la tolérance (✓), "
        f"{tally['explained']} en dehors avec sa raison (≠), {tally['outside']} sans raison (✗)."
    )
    if any(result.expected.origin == "by_hand" for result in results):
        click.echo("* calculé à la main d'après la règle de la source, qui ne l'imprime pas.")
    if any(result.verdict == "not_published" for result in results):
        click.echo("— la source n'imprime pas ce chiffre.")


def _print_text(text: str, indent: str) -> None:
    from textwrap import fill

    click.echo(
        fill(text, 98, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    )
