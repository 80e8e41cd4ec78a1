"""An exported workbook checked against the engine, cell by cell: `verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import FILE, answer, check_folder, options, print_json
from costing.cli.terminal import progress

if TYPE_CHECKING:
    from costing.reference.reference import Reference
    from costing.workbook.verify.verify import Verification

#: Cells told one by one; the others are counted, and all are in the CSV.
MOST_CELLS = 30


@click.command()
@click.argument("file", type=FILE)
@click.option("--gaps", type=FILE, help="Write every cell that differs (CSV).")
@options("models", "json")
@answer
def verify(file: Path, gaps: Path | None, models: tuple[Path, ...], as_json: bool) -> None:
    """Compute an exported workbook again and tell each cell that differs, and why.

    Exit code 0 when every cell is what the engine gives for the inputs of the file, changed or not
    since the export; 2 otherwise.
    """
    from costing.reference.load import load_reference
    from costing.workbook.verify.verify import verify as check
    from costing.workbook.verify.words import gaps_csv

    check_folder(gaps)
    reference = load_reference(models)
    with progress("Vérification") as tell:
        verification = check(file, reference, tell)
    if gaps is not None:
        gaps.write_text(gaps_csv(verification.gaps), encoding="utf-8-sig", newline="")
    if as_json:
        print_json(_content(verification))
    else:
        _print(reference, verification, gaps)
    if not verification.fine:
        sys.exit(2)


def _content(verification: Verification) -> dict[str, Any]:
    """The verification as JSON: the first cells that differ, and how many do."""
    return {
        "ok": verification.fine,
        "scenario_hash": verification.scenario.hash,
        "cells": verification.cells,
        "differing": len(verification.gaps),
        "changed": [
            {"key": key, "before": before, "after": after}
            for key, before, after in verification.changed
        ],
        "gaps": [
            {
                "sheet": gap.sheet, "cell": gap.cell, "found": gap.actual, "expected": gap.expected,
                "reason": gap.reason, "message": gap.words,
            }
            for gap in verification.gaps[:MOST_CELLS]
        ],
    }  # fmt: skip


def _print(reference: Reference, verification: Verification, gaps: Path | None) -> None:
    from costing.french.writing import number
    from costing.workbook.verify.words import cell, changed_in_words, verdict

    click.echo(verdict(verification))
    if verification.changed:
        click.echo("Changé depuis l'export :")
    for what, before, after in changed_in_words(reference, verification):
        if before != after:
            click.echo(f"  {what} : {before} → {after}")
    if verification.gaps:
        click.echo("Cases qui diffèrent (feuille!case : trouvé, attendu, pourquoi) :")
    for gap in verification.gaps[:MOST_CELLS]:
        place = f"{gap.sheet}!{gap.cell}" if gap.cell else gap.sheet
        sides = "" if gap.reason == "absent" else f"{cell(gap.actual)}, {cell(gap.expected)}, "
        click.echo(f"  {place} : {sides}{gap.words}")
    left = len(verification.gaps) - MOST_CELLS
    if left > 0:
        where = f" ; toutes dans {gaps}" if gaps else " ; « --gaps liste.csv » les écrit toutes"
        click.echo(f"  … et {number(left)} autre{'s' if left > 1 else ''}{where}")
