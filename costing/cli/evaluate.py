"""Any schedule measured beside its alternatives: `evaluate`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import answer, case_of, options, print_json, rounded
from costing.cli.terminal import print_table, progress
from costing.problems.errors import InputError, problem, suggest

if TYPE_CHECKING:
    from costing.analysis.draws.robustness import Robustness
    from costing.case.case import Case
    from costing.fee.schedule import FeeSchedule
    from costing.optimise.measures import Measures

#: Significant digits of what `--json` prints: cents of tens of billions of euros.
_DIGITS = 12
_QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


@click.command()
@click.argument("schedule", metavar="SCHEDULE")
@click.option(
    "--draws", type=click.IntRange(0), default=1000, show_default=True,
    help="Draws of what is not known; 0 for none.",
)  # fmt: skip
@click.option("--rule", "rules", multiple=True, help="Compare with this rule only; repeatable.")
@options("scenario", "models", "json")
@answer
def evaluate(
    schedule: str,
    draws: int,
    rules: tuple[str, ...],
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """What a schedule saves and whom it puts below cost, beside its alternatives.

    SCHEDULE is a file (CSV, the JSON or the workbook of `costing optimise`), or a named schedule:
    official, held, uniform, two_part_median, two_part_quartile, two_part_normative.
    """
    from costing.optimise.measures import side_by_side

    case = case_of(scenario, models)
    name, evaluated = schedule_of(case, schedule)
    table = side_by_side(case, evaluated, name, rules or None)
    robust = _robustness(case, evaluated, draws) if draws else None
    if as_json:
        print_json(rounded(_content(case, name, table, robust), _DIGITS))
    else:
        _print(case, table, robust)


def schedule_of(case: Case, given: str) -> tuple[str, FeeSchedule]:
    """A named schedule, or that of a file, with its name."""
    from costing.optimise.cost_rules import named
    from costing.optimise.named_rules import RULES
    from costing.schedule_file.file import read_schedule

    if given in RULES:
        return RULES[given].label.fr, named(case, given)
    path = Path(given)
    if not path.exists():
        facts = {"near": suggest(given, RULES), "known": ", ".join(RULES)}
        raise InputError(problem("schedule_unknown", None, given, **facts))
    return path.name, read_schedule(path, case.reference)


def _robustness(case: Case, schedule: FeeSchedule, draws: int) -> Robustness:
    from costing.analysis.account.savings import present
    from costing.analysis.draws.robustness import robustness

    with progress("Tirages") as tell:
        return robustness(case, schedule, present(case), draws, tell=tell)


def _content(
    case: Case, name: str, table: list[Measures], robust: Robustness | None
) -> dict[str, Any]:
    """The measures as the command prints them in JSON."""
    return {
        "schedule": name,
        "scenario_hash": case.scenario.hash,
        "fleet": {"label": case.fleet.label, "synthetic": case.fleet.synthetic},
        "measures": [asdict(row) for row in table],
        "robustness": _quantiles(robust) if robust else None,
    }


def _quantiles(robust: Robustness) -> dict[str, Any]:
    """Chance of meeting the target, and quantiles of savings, share of machines below, and loss."""
    import numpy as np

    meets, error = robust.meets
    summary = {"draws": robust.draws, "meets": meets, "meets_error": error}
    for name, outcome in (
        ("savings", robust.reached),
        ("share_below", robust.below),
        ("loss", robust.loss),
    ):
        for suffix, share in _QUANTILES.items():
            value = np.quantile(outcome.draws, share, method="inverted_cdf")
            summary[f"{name}_{suffix}"] = float(value)
    return summary


def _print(case: Case, table: list[Measures], robust: Robustness | None) -> None:
    from costing.french.writing import meuros, percent

    measured, demand = table[0], case.scenario.savings
    reading = {entry.code: entry.label.fr for entry in case.reference.savings.readings}
    click.echo(f"Demandé au forfait : {meuros(measured.required_eur)} ({reading[demand.reading]})")
    click.echo(f"Parc : {case.fleet.label}")
    for year, saved in measured.savings.items():
        click.echo(f"  {year} : {meuros(saved)}")
    click.echo(
        f"Aux tarifs en vigueur tenus, {percent(measured.share_below_present)} des appareils sont "
        "sous leur coût."
    )
    print_measures(case, table)
    if robust:
        _print_robustness(robust)


def print_measures(case: Case, table: list[Measures]) -> None:
    """Schedules side by side, the first being the one asked about."""
    from costing.french.writing import NONE, euros, meuros, percent

    measured = table[0]
    year = case.reference.savings.target.years[-1]
    heads = ("", "Économies", "Cible", f"Perte {year}", "Plus forte", "Sous coût", "Leurs actes",
             "Recettes", "Écart / acte")  # fmt: skip
    rows = [
        (
            row.name,
            meuros(row.reached_eur),
            "atteinte" if row.meets else "manquée",
            meuros(row.loss_eur),
            euros(row.largest_loss_eur),
            percent(row.share_below),
            percent(row.share_below_acts),
            percent(row.mean_change, 1, sign=True),
            NONE if row is measured else euros(row.distance_eur_per_act, 2),
        )
        for row in table
    ]
    print_table("prrrrrrrr", rows, heads)
    click.echo(
        f"Perte : des appareils sous leur coût, en {year} ; plus forte : d'un appareil, contre les "
        "tarifs en vigueur. Recettes : contre les tarifs en vigueur. Écart : au premier barème, au "
        f"31/12/{year}."
    )


def _print_robustness(robust: Robustness) -> None:
    from costing.french.writing import meuros, number, percent, points

    summary = _quantiles(robust)
    click.echo(
        f"Sur {number(robust.draws)} tirages, la cible est atteinte avec une probabilité de "
        f"{percent(summary['meets'])} (erreur type {points(summary['meets_error'])}). Médiane, et "
        "quantiles à 5 et 95 % :"
    )
    for words, name, as_text in (
        ("Économies", "savings", meuros),
        ("Appareils sous leur coût", "share_below", percent),
        ("Perte", "loss", meuros),
    ):
        low, middle, high = (as_text(summary[f"{name}_{suffix}"]) for suffix in _QUANTILES)
        click.echo(f"  {words} : {middle}, de {low} à {high}")
