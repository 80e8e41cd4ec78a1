"""Read the files of the fee: machine classes with their thresholds, and the dated rates.

The rates are one CSV file, one row a rate, `*` where a rate does not depend on a column. Everything
that is wrong is reported at once, with its line.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from costing.fee.schedule import AMORTISATION, BANDS, ZONES, Cell, FeeSchedule, MachineClass, Rate
from costing.problems.errors import Place, Problem, TariffError, problem, suggest
from costing.values.parameters import Parameter, Strict, Value
from costing.values.yaml_lines import Document

COLUMNS = (
    "modality", "class", "amortisation", "zone", "band",
    "effective_from", "effective_to", "amount_eur", "source", "grade",
)  # fmt: skip
_DAY = dt.timedelta(days=1)


class ClassEntry(Strict):
    """A class that the fee knows; `zones` when its full rate differs by zone."""

    code: str
    modality: str
    zones: bool


class ClassFile(Strict):
    """Schema of machine_classes.yaml."""

    classes: tuple[ClassEntry, ...]
    parameters: tuple[Parameter, ...]


def machine_classes(document: Document) -> tuple[ClassFile, dict[str, MachineClass]]:
    """Read machine_classes.yaml.

    Raises:
        ModelError: the file is wrong.
        TariffError: thresholds do not increase.
    """
    content = document.validate(ClassFile)
    return content, build_classes(content.classes, content.parameters)


def build_classes(
    entries: Iterable[ClassEntry], parameters: Iterable[Parameter]
) -> dict[str, MachineClass]:
    """Classes with the band limits that the parameters give them.

    Raises:
        TariffError: a class has no reference activity, or its limits do not increase.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    entries = tuple(entries)
    codes = {entry.code for entry in entries}
    classes: dict[str, MachineClass] = {}
    problems: list[Problem] = []
    for entry in entries:
        limits = []
        for name in ("reference_activity", "threshold_1", "threshold_2"):
            whole = () if entry.modality in codes else (entry.modality,)
            value: Value | None = by_name[name].find(entry.code, *whole)
            if value:
                limits.append(value.mode)
        if not limits or sorted(set(limits)) != limits or limits[0] <= 0:
            bounds = " ; ".join(f"{limit:g}" for limit in limits) or "—"
            problems.append(problem("bands_order", None, entry.code, bounds=bounds))
        classes[entry.code] = MachineClass(entry.code, entry.modality, entry.zones, tuple(limits))
    if problems:
        raise TariffError(problems)
    return classes


def read_schedule(path: Path, classes: dict[str, MachineClass]) -> FeeSchedule:
    """Read a tariff file.

    Raises:
        TariffError: every row that is wrong, doubled, or leaves a gap in time, with its line.
    """
    file = Place(file=path.name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = [(reader.line_num, row) for row in reader]
            header = reader.fieldnames or ()
    except UnicodeDecodeError:
        raise TariffError(problem("not_utf8", file)) from None
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        facts = {"known": ", ".join(COLUMNS)}
        raise TariffError(problem("fleet_columns", file, ", ".join(missing), **facts))
    if not rows:
        raise TariffError(problem("tariff_empty", file))
    problems: list[Problem] = []
    rates: list[Rate] = []
    for line, row in rows:
        rate, faults = _rate(row, Place(file=path.name, line=line), classes)
        problems += faults
        if rate:
            rates.append(rate)
    problems += _check_overlaps(rates, path.name) + _check_dates(rates, path.name)
    if problems:
        raise TariffError(problems)
    return build_schedule(rates, classes)


def build_schedule(rates: Iterable[Rate], classes: dict[str, MachineClass]) -> FeeSchedule:
    """A schedule from its rates; dates on which nothing is known hold NaN."""
    rates = tuple(rates)
    starts = {rate.effective_from for rate in rates}
    ends = {rate.effective_to + _DAY for rate in rates if rate.effective_to}
    dates = tuple(sorted(starts | ends))
    shape = (len(dates), len(classes), len(AMORTISATION), len(ZONES), len(BANDS))
    schedule = FeeSchedule(classes, dates, np.full(shape, np.nan), rates)
    for rate in rates:
        for index, date in enumerate(dates):
            ended = rate.effective_to is not None and date > rate.effective_to
            if rate.effective_from <= date and not ended:
                schedule.amounts[index][schedule.index_of(rate.cell)] = rate.amount_eur
    return schedule


def _rate(
    row: dict[str, str], place: Place, classes: Mapping[str, MachineClass]
) -> tuple[Rate | None, list[Problem]]:
    """One row as a rate, and what is wrong with it."""
    problems: list[Problem] = []

    def wrong(column: str, expected: str) -> None:
        facts = {"column": column, "expected": expected}
        problems.append(problem("tariff_row", place, row.get(column), **facts))

    code = row["class"]
    allowed: dict[str, tuple[str, ...]] = {
        "class": tuple(classes),
        "modality": (classes[code].modality,) if code in classes else (),
        "amortisation": ("*", *AMORTISATION),
        "zone": ("*", *ZONES),
        "band": BANDS,
        "grade": ("A", "B", "C", "D"),
    }
    for column, choices in allowed.items():
        if choices and row[column] not in choices:
            wrong(column, ", ".join(choices) + suggest(str(row[column]), choices))
    cell = Cell(code, row["amortisation"], row["zone"], row["band"])
    if not problems and not classes[code].has(cell):
        problems.append(problem("cell_unknown", place, str(cell)))
    if not row["source"]:
        wrong("source", "une clé de sources.yaml")
    if None in row:
        problems.append(problem("tariff_fields", place, len(COLUMNS)))
    start, end = _date(row["effective_from"]), _date(row["effective_to"])
    if start is None:
        wrong("effective_from", "AAAA-MM-JJ")
    if row["effective_to"] and (end is None or (start and end < start)):
        wrong("effective_to", "AAAA-MM-JJ, pas avant effective_from")
    try:
        amount = float(row["amount_eur"])
    except (TypeError, ValueError):
        amount = -1.0
    if not 0 <= amount < 1e6:
        wrong("amount_eur", "un montant en euros, point décimal")
    if problems or start is None:
        return None, problems
    return Rate(cell, start, end, amount, row["source"], row["grade"], place.line or 0), []


def _date(text: str | None) -> dt.date | None:
    """A date written YYYY-MM-DD; None when it is not one."""
    try:
        return dt.datetime.strptime(text or "", "%Y-%m-%d").date()
    except ValueError:
        return None


def _check_overlaps(rates: list[Rate], file: str) -> list[Problem]:
    """No two rows may speak of the same price on the same date, be it through a `*`."""
    problems: list[Problem] = []
    seen: dict[tuple[object, ...], int] = {}
    for rate in sorted(rates, key=lambda r: r.line):
        cell = rate.cell
        amortisations = AMORTISATION if cell.amortisation == "*" else (cell.amortisation,)
        zones = ZONES if cell.zone == "*" else (cell.zone,)
        keys = [
            (cell.class_code, a, z, cell.band, rate.effective_from)
            for a in amortisations
            for z in zones
        ]
        other = next((seen[key] for key in keys if key in seen), None)
        if other is not None:
            place = Place(file=file, line=rate.line)
            problems.append(problem("tariff_duplicate", place, str(cell), other=other))
        seen.update((key, rate.line) for key in keys if key not in seen)
    return problems


def _check_dates(rates: list[Rate], file: str) -> list[Problem]:
    """Each cell's rates must follow each other day by day, without overlap."""
    problems: list[Problem] = []
    last: dict[Cell, Rate] = {}
    for rate in sorted(rates, key=lambda r: (r.cell, r.effective_from)):
        before = last.get(rate.cell)
        if before and before.effective_from < rate.effective_from:
            gap = before.effective_to is None or rate.effective_from - before.effective_to != _DAY
            if gap:
                facts = {"end": before.effective_to or "—", "start": rate.effective_from}
                place = Place(file=file, line=rate.line)
                problems.append(problem("tariff_gap", place, str(rate.cell), **facts))
        last[rate.cell] = rate
    return problems
