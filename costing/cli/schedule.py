"""The workbooks that carry scenarios and schedules: `import`, `export`, `template`."""

from __future__ import annotations

from pathlib import Path

import click

from costing.cli.common import FILE, answer, case_of, check_folder, options, print_json
from costing.cli.terminal import progress
from costing.problems.errors import Language, Problem, WorkbookError


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="Write the scenario (JSON).")
@click.option("--returned", type=FILE, help="If refused, write a copy with its faults marked.")
@click.option(
    "--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True,
    help="Language of the problems.",
)  # fmt: skip
@options("models", "json")
@answer
def import_(
    file: Path, out: Path | None, returned: Path | None, language: Language,
    models: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    """Read an import workbook; every problem at once, with sheet and cell."""
    from costing.reference.load import load_reference
    from costing.workbook.imported.importer import import_workbook
    from costing.workbook.imported.remarks import far_values
    from costing.workbook.verify.verify import prices_changed

    check_folder(out)
    check_folder(returned)
    reference = load_reference(models)
    try:
        with progress("Lecture") as tell:
            scenario = import_workbook(file, reference, tell)
    except WorkbookError as error:
        if returned is not None:
            _return_copy(file, returned, error.problems, language)
        raise
    if out is not None:
        out.write_text(scenario.to_json(), encoding="utf-8")
    if as_json:
        counts = {"overrides": len(scenario.overrides), "unavailable": len(scenario.unavailable)}
        print_json({"ok": True, "errors": [], "scenario_hash": scenario.hash, **counts})
    else:
        lacking = len(scenario.unavailable)
        told = f", {lacking} donnée(s) non disponible(s)" if lacking else ""
        click.echo(
            f"Importé : {len(scenario.overrides)} valeur(s) modifiée(s){told}, {scenario.hash[:12]}"
        )
        for remark in far_values(reference, scenario):
            click.echo(f"À relire : {remark}")
        if left := len(prices_changed(file, reference, scenario)):
            click.echo(
                f"Non repris : {left} tarif(s) ou part(s) de structure changé(s) depuis l'export ; "
                f"« costing evaluate {file.name} » les évalue."
            )


def _return_copy(
    file: Path, returned: Path, problems: tuple[Problem, ...], language: Language
) -> None:
    """Write the refused workbook with its faults marked, if it can be opened at all."""
    from costing.workbook.imported.annotate import annotate

    copy = annotate(file.read_bytes(), problems, language) if file.is_file() else None
    if copy is None:
        click.echo(
            "Pas de copie annotée : ce fichier ne peut pas être ouvert sans risque.", err=True
        )
    else:
        returned.write_bytes(copy)
        click.echo(f"Copie annotée : {returned}", err=True)


@click.command()
@click.argument("scenario", type=FILE, required=False)
@click.option("--out", type=FILE, required=True, help="Workbook to write (.xlsx).")
@click.option(
    "--schedule", metavar="FILE|NAME",
    help="Write this schedule, without a search: a file, or a named one such as official.",
)  # fmt: skip
@options("models")
@answer
def export(
    scenario: Path | None, out: Path, schedule: str | None, models: tuple[Path, ...]
) -> None:
    """Optimise a scenario (JSON) and write its proposal workbook.

    With --schedule, the workbook of any schedule (CSV, the JSON or the workbook of `costing
    optimise`, or a named one) under the scenario, or under the reference one when none is given.
    """
    from costing.optimise.propose import propose
    from costing.workbook.export import write_evaluation, write_proposal

    check_folder(out)
    if schedule is not None:
        from costing.cli.evaluate import schedule_of

        case = case_of(scenario, models)
        write_evaluation(case, schedule_of(case, schedule)[1], out)
        click.echo(str(out))
        return
    if scenario is None:
        raise click.UsageError("SCENARIO or --schedule is missing.")
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
