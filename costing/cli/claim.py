"""The command on public claims: `costing claim`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import answer, case_of, options, print_json, rounded
from costing.cli.terminal import print_table, progress
from costing.problems.errors import InputError, problem, suggest

if TYPE_CHECKING:
    from costing.analysis.claim.claim import ClaimAnswer
    from costing.analysis.claim.readings import Reading
    from costing.case.case import Case
    from costing.values.catalogue import Claim

READING = (
    click.option("--definition", type=click.Choice(["markup", "share", "investment"])),
    click.option("--perimeter", help="Perimeter code; by default the claim's."),
    click.option("--activity", type=click.Choice(["observed", "normative", "reference"])),
)


def reading_options(command: Any) -> Any:
    """The options that choose how a claim is read."""
    for option in reversed(READING):
        command = option(command)
    return command


def claim_of(case: Case, claim_id: str) -> Claim:
    """A claim by its id.

    Raises:
        InputError: there is none of that id.
    """
    claims = case.reference.claims
    if claim_id not in claims:
        facts = {"near": suggest(claim_id, claims), "known": ", ".join(claims)}
        raise InputError(problem("unknown_choice", None, claim_id, **facts))
    return claims[claim_id]


def reading_of(
    claim: Claim, definition: str | None, perimeter: str | None, activity: str | None
) -> Reading:
    """The claim's own reading, with what the options change of it.

    Raises:
        click.UsageError: another definition for a break-even.
    """
    from costing.analysis.claim.readings import own_reading

    if definition and claim.definition == "break_even":
        raise click.UsageError(
            "Un équilibre est un nombre d'actes : il n'a pas d'autre définition."
        )
    own = own_reading(claim, definition)
    return own._replace(perimeter=perimeter or own.perimeter, activity=activity or own.activity)


@click.command()
@click.argument("claim_id", metavar="CLAIM")
@reading_options
@click.option("--draws", type=int, default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), help="By default the scenario's.")
@click.option("--method", type=click.Choice(["plain", "sobol"]), default="plain", show_default=True)
@click.option("--precision", type=float, help="Stop at this standard error of the probability.")
@click.option("--tolerance", type=click.FloatRange(0, 10), default=0.05, show_default=True,
              help="Half-width of « about the figure », a fraction.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@options("date", "scenario", "models", "json")
@answer
def claim(
    claim_id: str,
    definition: str | None,
    perimeter: str | None,
    activity: str | None,
    draws: int,
    seed: int | None,
    method: Any,
    precision: float | None,
    tolerance: float,
    workers: int,
    date: dt.datetime | None,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """How likely a public claim is, under each reading, and what would turn it."""
    from costing.analysis.claim.claim import answer_claim
    from costing.analysis.claim.readings import Settings
    from costing.analysis.claim.words import claim_words

    case = case_of(scenario, models)
    chosen = claim_of(case, claim_id)
    reading = reading_of(chosen, definition, perimeter, activity)
    settings = Settings(draws, seed, method, workers, tolerance, precision)
    with progress("Tirages") as tell:
        claim_answer = answer_claim(
            case, chosen, settings, reading, date.date() if date else None, tell
        )
    if as_json:
        print_json(rounded(_as_data(claim_answer)))
        return
    click.echo(f"« {chosen.statement.fr} » — {chosen.author.fr}, {chosen.date:%d/%m/%Y}\n")
    click.echo(claim_words(claim_answer).text)
    click.echo("")
    _print_readings(claim_answer)


def _as_data(claim_answer: ClaimAnswer) -> dict[str, Any]:
    """The answer as one JSON object."""
    from costing.analysis.claim.words import claim_words

    return {
        "claim": claim_answer.claim.id,
        "figure": claim_answer.figure,
        "reading": claim_answer.reading._asdict(),
        "tariff_date": str(claim_answer.date),
        "probability": claim_answer.at_least.value,
        "probability_error": claim_answer.at_least.error,
        "probability_within": claim_answer.within.value,
        "overvaluation": {
            "principal": claim_answer.principal,
            **{f"p{round(100 * q):02d}": claim_answer.quantile(q) for q in (0.05, 0.5, 0.95)},
        },
        "median_error": claim_answer.median.error,
        "draws": len(claim_answer.outcome.draws),
        "seed": claim_answer.settings.seed,
        "method": claim_answer.settings.method,
        "flips": [
            {
                "input": flip.input.address,
                "unit": flip.input.parameter.unit,
                "mode": flip.input.value.mode,
                "low": flip.low,
                "high": flip.high,
                "value": flip.value,
            }
            for flip in claim_answer.flips
        ],
        "joint_flip": None
        if claim_answer.joint is None
        else {"distance": claim_answer.joint.distance, "values": claim_answer.joint.values},
        "variation": None
        if claim_answer.variation is None
        else {
            **claim_answer.variation.quantiles,
            "share_above": claim_answer.variation.share_above,
        },
        "readings": claim_answer.readings.to_dict("records"),
        "curve": claim_answer.curve.to_dict("records"),
        "words": claim_words(claim_answer).__dict__,
        "scenario_hash": claim_answer.case.scenario.hash,
    }


def _print_readings(claim_answer: ClaimAnswer) -> None:
    """The table of readings: one line a definition, perimeter and activity."""
    from costing.analysis.claim.words import DEFINITIONS, amount
    from costing.case.labels import ACTIVITIES
    from costing.french.writing import percent

    rows = [
        (
            DEFINITIONS[row["definition"]],
            ACTIVITIES[row["activity"]],
            claim_answer.case.reference.perimeter(row["perimeter"]).label.fr,
            *(amount(row[key], row["definition"]) for key in ("principal", "p05", "p95")),
            percent(row["at_least"]),
        )
        for row in claim_answer.readings.to_dict("records")
    ]
    heads = ("Définition", "Activité", "Périmètre", "Estimation", "5 %", "95 %", "P(≥ chiffre)")
    print_table("llprrrr", rows, heads)
