"""Fee schedules and the workbooks that carry them: `optimise`, `import`, `export`, `template`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import FILE, answer, case_of, check_folder, options, print_json, progress

if TYPE_CHECKING:
    from costing.optimise.proposal import Proposal


@click.command()
@click.option("--target", type=float, help="EUR that the fee itself must save.")
@click.option("--out", type=FILE, help="Write the proposal workbook (.xlsx).")
@options("scenario", "models", "json")
@answer
def optimise(
    target: float | None,
    out: Path | None,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """The fee schedule that meets the savings target; exit code 3 when there is none."""
    from costing.optimise.proposal import propose
    from costing.scenario import revised

    check_folder(out)
    case = case_of(scenario, models)
    if target is not None:
        alone = {"target_eur": target, "share_on_fee": 1.0, "other_levers": ()}
        demand = {**case.scenario.savings.model_dump(), **alone}
        case = case.base.case(revised(case.scenario, savings=demand))
    with progress("Optimisation") as tell:
        proposal = propose(case, tell)
    if out is not None:
        from costing.workbook.export import write_proposal

        write_proposal(proposal, out)
    if as_json:
        print_json(_proposal(proposal))
    else:
        _print_proposal(proposal)
    if proposal.status != "optimal":
        sys.exit(3)


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="Write the scenario (JSON).")
@options("models", "json")
@answer
def import_(file: Path, out: Path | None, models: tuple[Path, ...], as_json: bool) -> None:
    """Read an import workbook; every problem at once, with sheet and cell."""
    from costing.load import load_reference
    from costing.workbook.importer import import_workbook

    check_folder(out)
    with progress("Lecture") as tell:
        scenario = import_workbook(file, load_reference(models), tell)
    if out is not None:
        out.write_text(scenario.to_json(), encoding="utf-8")
    if as_json:
        print_json({"ok": True, "errors": [], "scenario_hash": scenario.hash})
    else:
        click.echo(
            f"Importé : {len(scenario.overrides)} valeur(s) modifiée(s), {scenario.hash[:12]}"
        )


@click.command()
@click.argument("scenario", type=FILE)
@click.option("--out", type=FILE, required=True, help="Workbook to write (.xlsx).")
@options("models")
@answer
def export(scenario: Path, out: Path, models: tuple[Path, ...]) -> None:
    """Optimise a scenario and write its proposal workbook."""
    from costing.optimise.proposal import propose
    from costing.workbook.export import write_proposal

    check_folder(out)
    with progress("Optimisation") as tell:
        proposal = propose(case_of(scenario, models), tell)
    write_proposal(proposal, out)
    click.echo(str(out))


@click.command()
@click.option("--out", type=FILE, required=True, help="Workbook to write (.xlsx).")
@options("scenario", "models")
@answer
def template(out: Path, scenario: Path | None, models: tuple[Path, ...]) -> None:
    """Write the import workbook, filled with the reference (or a scenario's) values."""
    from costing.workbook.template import write_template

    check_folder(out)
    write_template(case_of(scenario, models), out)
    click.echo(str(out))


def _proposal(proposal: Proposal) -> dict[str, Any]:
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
    if proposal.status != "optimal":
        result["conflict"] = [way.__dict__ for way in proposal.conflict]
        return result
    result["fees"] = [
        {"date": str(date), **cell._asdict(), "fee_eur": price}
        for date, prices in proposal.prices.items()
        for cell, price in prices.items()
    ]
    result["binding"] = [
        {"constraint": b.constraint, "shadow_price": b.shadow_price, "words": b.words}
        for b in proposal.binding
    ]
    return result


def _print_proposal(proposal: Proposal) -> None:
    from costing.words import euros, meuros, percent

    click.echo(proposal.words)
    click.echo(f"Parc : {proposal.case.fleet.label}")
    for year, saved in proposal.savings.items():
        click.echo(f"  {year} : {meuros(saved)}")
    for way in proposal.conflict:
        click.echo(f"  - {way.words}")
    for held in proposal.binding:
        click.echo(f"  - {held.words}")
    official = proposal.case.reference.schedule
    eve = min(proposal.prices, default=dt.date.max) - dt.timedelta(days=1)
    before = {cell: official.price(cell, eve) for cell in official.cells}
    for date, prices in proposal.prices.items():
        moved = {cell: price for cell, price in prices.items() if price != before[cell]}
        click.echo(f"Tarifs au {date:%d/%m/%Y} : {len(moved)} sur {len(prices)} changent")
        for cell, price in moved.items():
            change = percent(price / before[cell] - 1, 1, True)
            amounts = f"{euros(before[cell], 2):>10} → {euros(price, 2):>10}"
            click.echo(f"  {cell!s:<52} {amounts} {change:>8}")
        before = prices
