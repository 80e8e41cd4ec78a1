"""A file of activity, as the user has it, as the fleet of a scenario: `fleet`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import (
    FILE,
    answer,
    case_of,
    check_folder,
    options,
    print_json,
)
from costing.cli.terminal import progress

if TYPE_CHECKING:
    from costing.fleet_file.file import Imported
    from costing.fleet_file.mapping import Mapping
    from costing.fleet_file.read import Reader

_FROM = {"given": "donnée", "remembered": "retenue", "guessed": "devinée d'après les titres"}


@click.command()
@click.argument("file", type=FILE)
@click.option("--mapping", "mapping_file", type=FILE, help="How the file is to be read (YAML).")
@click.option("--save-mapping", type=FILE, help="Write the mapping, to complete or keep (YAML).")
@click.option("--year", type=int, help="Calendar year of the acts.")
@click.option("--out", type=FILE, help="Write the scenario with this fleet (JSON).")
@click.option("--problems", type=FILE, help="Write every faulty row (CSV).")
@options("scenario", "models", "json")
@answer
def fleet(
    file: Path,
    mapping_file: Path | None,
    save_mapping: Path | None,
    year: int | None,
    out: Path | None,
    problems: Path | None,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Read a fleet from a file: CSV, XLSX, ODS or Parquet, mapped once and remembered.

    Without --mapping, the one kept for these headings serves, else a guess, refused when unsure.
    """
    from costing.fleet_file.faults import ActivityError
    from costing.fleet_file.file import import_fleet
    from costing.fleet_file.mapping import Layout, from_yaml, remember
    from costing.fleet_file.read import open_file

    for path in (out, save_mapping, problems):
        check_folder(path)
    given = from_yaml(mapping_file) if mapping_file else None
    case = case_of(scenario, models)
    with progress("Lecture") as tell:
        reader = open_file(file, given.layout if given else Layout())
        mapping, origin = _mapping(reader, given, save_mapping)
        try:
            imported = import_fleet(reader, mapping, case.reference, year, tell)
        except ActivityError as error:
            if problems is not None and error.listed is not None:
                problems.write_text(error.listed.csv(), encoding="utf-8-sig")
            raise
    remembered = remember(mapping, reader.head.headings)
    scenario_hash = None
    if out is not None:
        changed = case.scenario.model_copy(update={"fleet": imported.fleet.to_table()})
        out.write_text(changed.to_json(), encoding="utf-8")
        scenario_hash = changed.hash
    if as_json:
        print_json(_content(imported, mapping, origin, reader, scenario_hash))
    else:
        _print(imported, mapping, origin, reader, remembered)


def _mapping(reader: Reader, given: Mapping | None, save: Path | None) -> tuple[Mapping, str]:
    """The mapping to use and where it comes from; a guess with a doubt is refused."""
    from costing.fleet_file.guess import guess
    from costing.fleet_file.mapping import recall
    from costing.problems.errors import FleetError

    mapping, origin = given or recall(reader.head.headings), "given" if given else "remembered"
    doubts = []
    if mapping is None:
        first = guess(reader)
        mapping, origin = first.mapping, "guessed"
        doubts = list(first.doubts.values())
        if save is not None and doubts:
            save.write_text(first.draft(), encoding="utf-8")
    if doubts or mapping is None:
        raise FleetError(doubts)
    if save is not None:
        save.write_text(mapping.to_yaml(), encoding="utf-8")
    return mapping, origin


def _content(
    imported: Imported, mapping: Mapping, origin: str, reader: Reader, scenario_hash: str | None
) -> dict[str, Any]:
    """The result as JSON has it."""
    frame = imported.fleet.frame
    return {
        "ok": True,
        "errors": [],
        "file": {"name": reader.name, "read_as": reader.words, "rows": imported.rows,
                 "blank_rows": imported.blank, "rows_of_other_years": imported.other_years,
                 "rows_alike": imported.alike},
        "mapping": mapping.model_dump(mode="json", exclude_defaults=True),
        "mapping_from": origin,
        "fleet": {
            "machines": len(frame),
            "weight": float(frame["weight"].sum()),
            "year": imported.fleet.year,
            "label": imported.fleet.label,
            "acts_billed": float((frame["acts_billed"] * frame["weight"]).sum()),
            "acts_inpatient": float((frame["acts_inpatient"] * frame["weight"]).sum()),
        },
        "scenario_hash": scenario_hash,
    }  # fmt: skip


def _print(
    imported: Imported, mapping: Mapping, origin: str, reader: Reader, remembered: bool
) -> None:
    from costing.fleet_file.synonyms import TITLES
    from costing.french.writing import number

    frame = imported.fleet.frame
    click.echo(f"{reader.name} : {reader.words}. Correspondance {_FROM[origin]} :")
    for name, column in mapping.columns.items():
        source = f"« {column.column} »" if column.column is not None else f"= {column.constant}"
        click.echo(f"  {TITLES[name]} ← {source}")
        for text, meaning in column.values.items():
            click.echo(f"    {text or '(vide)'} → {meaning}")
    lines = f"{number(imported.rows)} lignes"
    if imported.blank:
        lines += f", dont {number(imported.blank)} vides"
    if imported.other_years:
        lines += f", dont {number(imported.other_years)} d'autres années laissées"
    acts = number(float((frame["acts_billed"] * frame["weight"]).sum()))
    click.echo(
        f"{lines} : {number(len(frame))} appareils, {acts} actes facturés en {imported.fleet.year}."
    )
    if imported.alike:
        click.echo(
            f"En double, dans toutes les colonnes, et comptées : {number(imported.alike)} lignes."
        )
    if remembered:
        click.echo("Correspondance retenue pour les fichiers aux mêmes titres.")
