"""The workbooks that carry scenarios and schedules: `import`, `export`, `template`."""

from __future__ import annotations

from pathlib import Path

import click

from costing.cli.common import FILE, answer, case_of, check_folder, options, print_json, progress


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
