"""Fee schedules sought: `optimise` and `frontier`."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import FILE, answer, case_of, check_folder, options, print_json
from costing.cli.evaluate import print_measures
from costing.cli.terminal import print_table, progress

if TYPE_CHECKING:
    from costing.case.case import Case
    from costing.optimise.frontier import Frontier
    from costing.optimise.measures import Measures
    from costing.optimise.proposal import Proposal


@click.command()
@click.option("--target", type=float, help="EUR that the fee itself must save.")
@click.option("--out", type=FILE, help="Write the proposal workbook (.xlsx).")
@click.option("--schedule", type=FILE, help="Write the schedule (.csv), for `evaluate`.")
@click.option("--lp", type=FILE, help="Write the program that is solved, to be read (.lp).")
@options("scenario", "models", "json")
@answer
def optimise(
    target: float | None,
    out: Path | None,
    schedule: Path | None,
    lp: Path | None,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """The fee schedule that meets the savings target; exit code 3 when there is none."""
    from costing.optimise.measures import side_by_side
    from costing.optimise.propose import propose

    for path in (out, schedule, lp):
        check_folder(path)
    case = _with_target(case_of(scenario, models), target)
    if lp is not None:
        _write_program(case, lp)
    with progress("Optimisation") as tell:
        proposal = propose(case, tell)
    table = []
    if proposal.schedule is not None:
        table = side_by_side(case, proposal.schedule, "Proposition")
    _write(proposal, out, schedule)
    if as_json:
        print_json(_proposal(proposal, table))
    else:
        _print_proposal(proposal, table)
    if proposal.status != "optimal":
        sys.exit(3)


@click.command()
@click.option(
    "--measure", default="savings", show_default=True,
    help="What varies: savings, or an objective.",
)  # fmt: skip
@click.option("--against", default="loss", show_default=True, help="What is made least.")
@click.option(
    "--points", type=click.IntRange(2, 200), default=21, show_default=True, help="How many."
)
@options("scenario", "models", "json")
@answer
def frontier(
    measure: str,
    against: str,
    points: int,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """What more savings cost the machines: the best schedule for each level, from end to end."""
    from costing.optimise.frontier import frontier as find

    case = case_of(scenario, models)
    with progress("Frontière") as tell:
        frontier = find(case, measure, against, points, tell)
    if as_json:
        print_json(_frontier(frontier))
    else:
        _print_frontier(frontier)


def _with_target(case: Case, target: float | None) -> Case:
    """The case, with what the fee itself must save when that is given."""
    from costing.case.case import make_case
    from costing.scenario.scenario import revised

    if target is None:
        return case
    alone = {"target_eur": target, "share_on_fee": 1.0, "other_levers": ()}
    demand = {**case.scenario.savings.model_dump(), **alone}
    return make_case(case.base, revised(case.scenario, savings=demand))


def _write_program(case: Case, path: Path) -> None:
    """The program of the first objective, every row by its name."""
    from costing.optimise.demanded_program import DemandedProgram
    from costing.optimise.demands import requirements
    from costing.optimise.objectives import goal
    from costing.optimise.program import fee_program
    from costing.optimise.search import begun
    from costing.optimise.solver import lp_text

    demanded = DemandedProgram(fee_program(case), requirements(case))
    build, _ = begun(demanded)
    target = goal(demanded, build, case.scenario.rules.objectives[0])
    path.write_text(lp_text(build.columns, build.blocks, target.factors), encoding="utf-8")


def _write(proposal: Proposal, out: Path | None, schedule: Path | None) -> None:
    """The files that were asked for."""
    if out is not None:
        from costing.workbook.export import write_proposal

        write_proposal(proposal, out)
    if schedule is not None and proposal.schedule is not None:
        from costing.schedule_file.file import write_schedule

        write_schedule(proposal.schedule, min(proposal.prices), schedule)


def _proposal(proposal: Proposal, table: list[Measures]) -> dict[str, Any]:
    """A proposal as the command prints it."""
    result: dict[str, Any] = {
        "status": proposal.status,
        "words": proposal.words,
        "required_eur": proposal.required_eur,
        "reachable_eur": proposal.reachable_eur,
        "scenario_hash": proposal.case.scenario.hash,
        "fleet": {"label": proposal.case.fleet.label, "synthetic": proposal.case.fleet.synthetic},
        "savings": proposal.savings,
    }
    if proposal.schedule is None:
        result["together"] = list(proposal.contradicting)
        result["irreducible"] = proposal.exact
        result["conflict"] = [asdict(way) for way in proposal.conflict]
        return result
    result["loss_eur"] = proposal.loss_eur
    result["objectives"] = [{"objective": name, "value": v} for name, v in proposal.goals]
    result["fees"] = [
        {"date": str(date), **cell._asdict(), "fee_eur": price}
        for date, prices in proposal.prices.items()
        for cell, price in prices.items()
    ] + _structure(proposal)
    result["binding"] = [asdict(binding) for binding in proposal.binding]
    result["limiting"] = [asdict(binding) for binding in proposal.limiting]
    result["short_eur"] = proposal.short_eur
    if proposal.answers is not None:
        result["answers"] = {
            "rounds": proposal.answers.rounds, "residual": proposal.answers.residual
        }  # fmt: skip
    result["measures"] = [asdict(row) for row in table]
    return result


def _structure(proposal: Proposal) -> list[dict[str, Any]]:
    """What the schedule changes besides prices, as rows that `evaluate` reads back."""
    reform = proposal.reform
    if reform is None:
        return []
    names = ("reference_activity", "threshold_1", "threshold_2")
    rows = [
        (code, name, limit)
        for code, limits in reform.limits.items()
        for name, limit in zip(names, limits, strict=False)
    ]
    rows += [(code, "amortisation_years", v) for code, v in reform.amortisation_years.items()]
    rows += [(code, "rank_factor", v) for code, v in reform.rank_factor.items()]
    return [
        {
            "date": str(reform.date), "class_code": code, "amortisation": "*", "zone": "*",
            "band": name, "fee_eur": value,
        }
        for code, name, value in rows
    ]  # fmt: skip


def _frontier(frontier: Frontier) -> dict[str, Any]:
    """A frontier as the command prints it."""
    cells = [cell._asdict() for cell in frontier.case.reference.schedule.cells]
    steps = [str(step) for step in frontier.case.scenario.rules.step_dates]
    return {
        "measure": frontier.measure,
        "against": frontier.against,
        "stopped": frontier.stopped,
        "scenario_hash": frontier.case.scenario.hash,
        "steps": steps,
        "cells": cells,
        "points": [
            {**asdict(point), "prices": point.prices.reshape(len(steps), -1).tolist()}
            for point in frontier.points
        ],
    }


def _print_frontier(frontier: Frontier) -> None:
    from costing.french.writing import meuros, number, percent
    from costing.scenario.menu import OBJECTIVES

    labels = {"savings": "Économies", **{k: o.label.fr for k, o in OBJECTIVES.items()}}
    units = {"savings": "EUR", **{k: o.unit for k, o in OBJECTIVES.items()}}

    def in_unit(name: str, value: float) -> str:
        if units[name].startswith("EUR"):
            return meuros(value)
        return percent(value, 2) if units[name] == "share" else number(value, 1)

    click.echo(f"{labels[frontier.measure]} contre « {labels[frontier.against]} »")
    click.echo(f"Parc : {frontier.case.fleet.label}")
    rows = [
        (
            str(rank),
            in_unit(frontier.measure, point.level),
            in_unit(frontier.against, point.value),
            meuros(point.savings_eur),
            meuros(point.loss_eur),
            percent(point.share_below),
        )
        for rank, point in enumerate(frontier.points, start=1)
    ]
    print_table("rrrrrr", rows, ("", "mesure", "objectif", "économies", "perte", "sous coût"))
    if frontier.stopped:
        click.echo("Un calcul au moins s'est arrêté avant la preuve que son point est le meilleur.")


def _print_proposal(proposal: Proposal, table: list[Measures]) -> None:
    from costing.french.writing import euros, meuros, percent

    click.echo(proposal.words)
    click.echo(f"Parc : {proposal.case.fleet.label}")
    if proposal.answers is not None:
        click.echo(
            f"Réactions des exploitants : stables après {proposal.answers.rounds} tours, à "
            f"{percent(proposal.answers.residual, 3)} près."
        )
    for year, saved in proposal.savings.items():
        click.echo(f"  {year} : {meuros(saved)}")
    for way in proposal.conflict:
        click.echo(f"  - {way.words}")
    for title, listed in (
        ("Ce qui tient le résultat", proposal.binding),
        ("Ce qui limite les économies", proposal.limiting),
    ):
        if listed:
            click.echo(f"{title} (chaque prix retrouvé en recalculant) :")
        for binding in listed:
            click.echo(f"  - {binding.words}")
    official = proposal.case.reference.schedule
    eve = min(proposal.prices, default=dt.date.max) - dt.timedelta(days=1)
    before = {cell: official.price(cell, eve) for cell in official.cells}
    for date, prices in proposal.prices.items():
        moved = {cell: price for cell, price in prices.items() if price != before[cell]}
        click.echo(f"Tarifs au {date:%d/%m/%Y} : {len(moved)} sur {len(prices)} changent")
        if moved:
            rows = [
                (
                    f"  {cell}",
                    euros(before[cell], 2),
                    "→",
                    euros(price, 2),
                    percent(price / before[cell] - 1, 1, True),
                )
                for cell, price in moved.items()
            ]
            print_table("prcrr", rows)
        before = prices
    if table:
        print_measures(proposal.case, table)
