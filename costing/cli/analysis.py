"""What lies behind the numbers: `replicate`, `sensitivity`."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.claim import claim_of, reading_of, reading_options
from costing.cli.common import answer, case_of, options, print_json, rounded
from costing.cli.terminal import print_table, progress
from costing.problems.errors import InputError, problem, suggest

if TYPE_CHECKING:
    from costing.analysis.sensitivity.sensitivity import Driver, Sensitivity
    from costing.reference.reference import Reference
    from costing.reference.replications import Result, Study

_MARKS = {"within": "✓", "explained": "≠ expliqué", "outside": "✗ sans raison"}
_UNITS = {"act": "acte", "year": "an", "FTE": "ETP", "post": "poste", "number": "", "share": ""}
#: Data shown by `sensitivity` in words.
_MOST_DATA = 12


@click.command()
@click.argument("study", required=False)
@options("models", "json")
@answer
def replicate(study: str | None, models: tuple[Path, ...], as_json: bool) -> None:
    """Published studies against what the engine computes; exit code 0 whatever the deviations."""
    from costing.reference.replications import load_studies

    studies = load_studies(models)
    if study is not None and study not in studies:
        facts = {"near": suggest(study, studies), "known": ", ".join(studies)}
        raise InputError(problem("unknown_choice", None, study, **facts))
    chosen = [entry for name, entry in studies.items() if study in (None, name)]
    if as_json:
        print_json({"studies": [_study(entry) for entry in chosen]})
        return
    for entry in chosen:
        _print_study(entry)
    _print_tally([result for entry in chosen for result in entry.results])


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
    click.echo(_filled(content.tests.fr, "  "))
    rows: list[str | tuple[str, ...]] = []
    for _, results in groupby(study.results, key=lambda result: result.case.name):
        lines = list(results)
        rows.append(f"  {lines[0].case.label.fr}")
        for result in lines:
            rows.append(_result(result))
            if result.verdict == "explained":
                rows.append(_filled(result.expected.reason, "      "))
    print_table("prrlrcl", rows, ("", "publié", "calculé", "", "écart", "note", ""))
    click.echo()


def _result(result: Result) -> tuple[str, ...]:
    """A result beside what was published, as a row."""
    from costing.french.writing import NONE, number, percent

    published, deviation = result.expected.published, result.deviation
    reference = result.computed if published is None else published
    decimals = 0 if abs(reference) >= 1000 else 2 if abs(reference) >= 10 else 4
    printed = NONE if published is None else number(published, decimals)
    star = "*" if result.expected.origin == "by_hand" else ""
    gap = NONE
    if deviation is not None and published:
        gap = percent(round(deviation / published, 4), 2, True)
    unit = "/".join(_UNITS.get(part, part) for part in result.formula.unit.split("/"))
    return (
        f"    {result.formula.label.fr[:44]}",
        f"{printed}{star}",
        number(result.computed, decimals),
        unit,
        gap,
        result.grade,
        _MARKS.get(result.verdict, ""),
    )


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


def _filled(text: str, indent: str) -> str:
    from textwrap import fill

    return fill(text, 98, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


@click.command()
@click.argument("claim_id", metavar="CLAIM")
@reading_options
@click.option("--draws", type=int, default=16_384, show_default=True)
@click.option("--seed", type=click.IntRange(0), help="By default the scenario's.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@options("date", "scenario", "models", "json")
@answer
def sensitivity(
    claim_id: str,
    definition: str | None,
    perimeter: str | None,
    activity: str | None,
    draws: int,
    seed: int | None,
    workers: int,
    date: dt.datetime | None,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """What the answer to a public claim depends on, and which datum is worth collecting next."""
    from costing.analysis.claim.readings import Settings
    from costing.analysis.sensitivity.sensitivity import claim_sensitivity
    from costing.analysis.sensitivity.words import sensitivity_words

    case = case_of(scenario, models)
    claim = claim_of(case, claim_id)
    reading = reading_of(claim, definition, perimeter, activity)
    settings = Settings(draws, seed, workers=workers)
    with progress("Tirages") as tell:
        sensitivity = claim_sensitivity(
            case, claim, settings, reading, date.date() if date else None, tell
        )
    words = sensitivity_words(sensitivity, case.reference, reading.definition)
    if as_json:
        content = {"claim": claim.id, "reading": reading._asdict(), **_sensitivity(sensitivity)}
        content |= {"words": words.__dict__, "scenario_hash": case.scenario.hash}
        print_json(rounded(content))
        return
    click.echo(f"« {claim.statement.fr} » — {claim.author.fr}, {claim.date:%d/%m/%Y}\n")
    click.echo(words.text)
    _print_drivers(sensitivity, case.reference, reading.definition)


def _sensitivity(sensitivity: Sensitivity) -> dict[str, Any]:
    """A sensitivity as the command prints it in JSON."""
    effects = sensitivity.effects
    return {
        "figure": sensitivity.figure,
        "principal": sensitivity.principal,
        "probability": sensitivity.probability.value,
        "probability_error": sensitivity.probability.error,
        "settled": sensitivity.settled,
        "variance": effects.variance,
        "variance_orders": effects.orders,
        "variance_left_out": effects.dropped,
        "variance_by_grade": {grade: part._asdict() for grade, part in sensitivity.grades.items()},
        "to_collect": [driver.input.address for driver in sensitivity.to_collect[:_MOST_DATA]],
        "inputs": [_driver(driver) for driver in sensitivity.drivers],
        "draws": sensitivity.draws,
        "seed": sensitivity.seed,
    }


def _driver(driver: Driver) -> dict[str, Any]:
    value, parameter = driver.input.value, driver.input.parameter
    return {
        "input": driver.input.address,
        "unit": parameter.unit,
        "grade": value.grade,
        "mode": value.mode,
        "p05": driver.low,
        "p95": driver.high,
        "result_at_p05": driver.at_low,
        "result_at_p95": driver.at_high,
        "variance_share": driver.share.value,
        "variance_share_error": driver.share.error,
        "information": driver.gain.value,
        "information_error": driver.gain.error,
        "cost_elasticity": driver.elasticity,
    }


def _print_drivers(sensitivity: Sensitivity, reference: Reference, definition: str) -> None:
    """The data most worth collecting, one a line."""
    from costing.analysis.claim.words import amount
    from costing.french.writing import NONE, number, percent

    heads = ("À collecter, le plus utile en premier", "Note", "Variance", "à son 5 %", "à son 95 %",
             "Gain", "Coût")  # fmt: skip
    rows = []
    for driver in sensitivity.to_collect[:_MOST_DATA]:
        share = f"{percent(driver.share.value)} ± {number(100 * driver.share.error, 1)}"
        low, high = (
            amount(end, definition, 1).removesuffix(" actes par an")
            for end in (driver.at_low, driver.at_high)
        )
        slope = driver.elasticity
        cost = NONE if slope is None else percent(slope / 100, 2, True)
        label, grade = driver.input.label(reference), driver.input.value.grade
        rows.append((label, grade, share, low, high, percent(driver.sure_gain), cost))
    click.echo()
    print_table("pcrrrrr", rows, heads)
    rest = len(sensitivity.drivers) - _MOST_DATA
    if rest > 0:
        click.echo(f"et {number(rest)} autres (--json les donne toutes).")
    click.echo(
        "Variance : part de Shapley et erreur type, en points. À son 5 %, 95 % : le résultat quand "
        "la donnée\nseule est à ce quantile. Gain : chance de répondre juste qu'apporterait la "
        "connaître. Coût : pour + 1 %."
    )
