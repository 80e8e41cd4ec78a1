"""A file of activity as a fleet: read by a correspondence, put together, checked, nothing in part.

Rows of a machine are added up where the correspondence says that it has several. All the faults
come at once, each with its lines. Not here: formats (`read`), guesses (`guess`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import PurePath
from typing import Any, cast

import numpy as np
import pandas as pd

from costing.fleet.checks import checks
from costing.fleet.columns import COLUMNS
from costing.fleet.fleet import Fleet, fleet_of
from costing.fleet_file.cells import ODD, Array, some
from costing.fleet_file.columns import Choices, Columns, categorical, text_column, unknown_codes
from costing.fleet_file.content import Content
from costing.fleet_file.faults import Listed, rows_of
from costing.fleet_file.heads import Kind
from costing.fleet_file.mapping import Column, Mapping, check_headings
from costing.fleet_file.read import MOST_ROWS, Reader
from costing.fleet_file.text import OtherEncodingError
from costing.fleet_file.values import Refusal, read_numbers
from costing.french.writing import number
from costing.problems.errors import FleetError, Place, problem
from costing.reference.reference import Reference
from costing.run.parallel import in_parallel
from costing.run.progress import Progress, silent, within

_KINDS: dict[str, Kind] = {
    "machine_id": "name", "site_id": "name", "installed_on": "date",
    "rank_on_authorisation": "number", "acts_billed": "number", "acts_inpatient": "number",
    "weight": "number", "year": "number",
}  # fmt: skip
_ACTS: tuple[Column, ...] = ("acts_billed", "acts_inpatient")
_NUMBERS: tuple[Column, ...] = ("rank_on_authorisation", *_ACTS, "weight")
_YEARS = range(2000, 2101)


@dataclass(frozen=True)
class Imported:
    """A fleet and what was read of it: rows of the file, those left aside (blank, other years).

    alike: where a machine has several rows, those that repeat another one in every column of the
    file; they are added up like the others.
    """

    fleet: Fleet
    rows: int
    blank: int
    other_years: int
    alike: int = 0


def import_fleet(
    reader: Reader,
    mapping: Mapping,
    reference: Reference,
    year: int | None = None,
    progress: Progress = silent,
) -> Imported:
    """Read a whole file as a fleet.

    Args:
        reader: the open file.
        mapping: how it says what a fleet holds.
        reference: the classes of the fee.
        year: calendar year of the acts; where a column says it, only its rows are kept.
        progress: told how far the reading is; raising in it gives up.

    Raises:
        FleetError: the correspondence does not fit the file. `ActivityError`: every fault of the
            rows, alike ones together.
    """
    check_headings(mapping, reader.head.headings, reader.name)
    if unknown := unknown_codes(mapping, reference, reader.name):
        raise FleetError(unknown)
    try:
        return _imported(reader, mapping, reference, year, progress)
    except OtherEncodingError as error:
        return _imported(error.reader, mapping, reference, year, progress)


def _imported(
    reader: Reader, mapping: Mapping, reference: Reference, year: int | None, progress: Progress
) -> Imported:
    """A file as a fleet.

    Raises:
        OtherEncodingError: one of its columns is not in the encoding of its first part.
    """
    wanted = _wanted(mapping)
    # Rows of one machine are told apart by what is not a fleet's: their month, their act.
    others = reader.head.headings if mapping.rows == "several" else ()
    content = reader.read({**dict.fromkeys(others, "choice"), **wanted}, within(progress, 0.0, 0.8))
    rows = content.rows
    if not rows:
        raise FleetError(problem("activity_empty", Place(file=reader.name)))
    if rows > MOST_ROWS:
        facts = {"limit": number(MOST_ROWS)}
        raise FleetError(problem("activity_rows", Place(file=reader.name), number(rows), **facts))
    progress(0.8, "Contrôle des lignes")
    columns = Columns(content, mapping, reference, rows)
    frame = _frame(columns)
    filled = _filled(content, wanted)
    chosen, year = _year(columns, year, reader.name, filled)
    retained = filled & chosen
    frame = _together(columns, frame, retained)
    fleet = _checked(columns, frame, retained, year, reader)
    progress(1.0, "Parc lu")
    alike = _alike(content, retained) if others else 0
    return Imported(fleet, rows, rows - int(filled.sum()), int((filled & ~chosen).sum()), alike)


def _wanted(mapping: Mapping) -> dict[str, Kind]:
    """How each column of the file is to be read; one of two uses is read as choices."""
    wanted: dict[str, Kind] = {}
    for name, heading in mapping.headings.items():
        kind = _KINDS.get(name, "choice")
        if mapping.columns[cast("Column", name)].values or heading in wanted:
            kind = "choice"
        if kind == "name" and mapping.rows == "several":  # each of them is met many times
            kind = "choice"
        wanted[heading] = kind
    return wanted


def _alike(content: Content, retained: Array) -> int:
    """How many rows say all that another one says, by 64 bits of each."""
    keys = np.zeros(content.rows, dtype=np.uint64)
    for cells in content.values():
        if cells.codes is None and cells.texts is None:
            bits = some(cells.numbers if cells.dates is None else cells.dates).view(np.uint64)
        else:
            bits = some(cells.encoded().codes).astype(np.int64).view(np.uint64)
        keys = (keys ^ keys >> np.uint64(29)) * ODD ^ bits
    return int(retained.sum()) - len(pd.unique(keys[retained]))


def _filled(content: Content, wanted: Collection[str]) -> Array:
    """The rows that are not blank from end to end, as spreadsheets leave at the foot."""
    blank = np.ones(content.rows, dtype=bool)
    for heading in wanted:
        blank &= content[heading].blank
        if not blank.any():
            break
    return ~blank


def _year(columns: Columns, wanted: int | None, file: str, filled: Array) -> tuple[Array, int]:
    """Which rows are of the year of the acts, and that year."""
    cells, origin = columns.own("year"), columns.origin("year")
    everywhere = np.ones(columns.rows, dtype=bool)
    if cells is None:
        constant = "" if origin is None else origin.constant or ""
        year = wanted if wanted is not None else int(constant) if constant.isdecimal() else None
        if year is None or year not in _YEARS:
            raise FleetError(problem("activity_year", Place(file=file), constant or year))
        return everywhere, year
    reading = read_numbers(cells, columns.values("year"), None)
    columns.note("year", *reading.refused)
    years = np.unique(reading.values[filled & ~np.isnan(reading.values)])
    year = wanted if wanted is not None else int(years[0]) if len(years) == 1 else None
    if year is None or year not in years or year not in _YEARS:
        shown = ", ".join(f"{value:.0f}" for value in years[:10])
        raise FleetError(problem("activity_years", Place(file=file), year, years=shown))
    unsaid = filled & np.isnan(reading.values) & cells.blank
    if unsaid.any():
        columns.note("year", Refusal("activity_blank", rows_of(unsaid), "", {}))
    return reading.values == year, year


def _frame(columns: Columns) -> pd.DataFrame:
    """Every column of the file's rows, as it is said or deduced."""
    nothing: Choices = (np.full(columns.rows, -1), ())

    def machines() -> dict[str, Any]:
        alone = {} if columns.origin("site_id") else {"site_id": text_column(columns.machine)}
        if columns.mapping.rows == "one":
            _ = columns.repeated
        return {"machine_id": text_column(columns.machine), **alone}

    def sites() -> dict[str, Any]:
        return {"site_id": text_column(columns.site())} if columns.origin("site_id") else {}

    def kinds() -> dict[str, Any]:
        classes = columns.choice("class") or nothing
        modalities = columns.modality(classes)
        return {"class": categorical(classes), "modality": categorical(modalities)}

    def places() -> dict[str, Any]:
        regions = columns.region()
        return {"region": categorical(regions), "zone": categorical(columns.zone(regions))}

    def sectors() -> dict[str, Any]:
        return {"sector": categorical(columns.choice("sector") or nothing)}

    def dates() -> dict[str, Any]:
        return {"installed_on": columns.installed().astype("datetime64[s]")}

    def numbers(name: Column) -> dict[str, Any]:
        return {name: columns.number(name)}

    counted = (partial(numbers, name) for name in _NUMBERS)

    def years() -> dict[str, Any]:
        _ = columns.own("year")
        return {}

    # The longest first.
    readers: list[Callable[[], dict[str, Any]]] = [
        machines, places, kinds, dates, sectors, *counted, years, sites
    ]  # fmt: skip
    parts = in_parallel(readers, columns.rows)
    data = dict(chain.from_iterable(part.items() for part in parts))
    return pd.DataFrame(data, columns=list(COLUMNS), copy=False)


# --- several rows, one machine


def _together(columns: Columns, frame: pd.DataFrame, retained: Array) -> pd.DataFrame:
    """One row a machine: the acts added up where it has several, faults where it may not."""
    rows = rows_of(retained)
    if columns.mapping.rows == "one":
        _refuse_repeated(columns, retained)
        return frame if len(rows) == len(frame) else frame.iloc[rows]
    codes = some(columns.machine.encoded().codes)
    named = rows[codes[rows] >= 0]
    first = np.full(int(codes.max(initial=-1)) + 1, -1)
    first[codes[named[::-1]]] = named[::-1]
    own = codes[named]
    firsts = first[own]
    compared = [cast("Column", name) for name in COLUMNS if name not in ("machine_id", *_ACTS)]
    in_parallel(
        (partial(_refuse_disagreement, columns, frame, name, named, firsts) for name in compared),
        columns.rows,
    )
    heads = np.sort(first[first >= 0])
    sums = {
        name: np.bincount(own, frame[name].to_numpy()[named], len(first))[codes[heads]]
        for name in _ACTS
    }
    return frame.iloc[heads].assign(**sums)


def _refuse_repeated(columns: Columns, retained: Array) -> None:
    cells, twice = columns.machine, columns.repeated
    if twice is None:
        return
    rows = rows_of(twice & retained)
    names = np.array(cells.texts_at(rows)) if rows.size else np.empty(0)
    different, counts = np.unique(names, return_counts=True)
    again = rows[np.isin(names, different[counts > 1])]
    if again.size:
        facts = {"count": number(int((counts > 1).sum()))}
        columns.note(
            "machine_id", Refusal("activity_repeated", again, cells.at(int(again[0])), facts)
        )


def _refuse_disagreement(
    columns: Columns, frame: pd.DataFrame, name: Column, rows: Array, firsts: Array
) -> None:
    """Rows of a machine that do not say what its first row says; blanks are told elsewhere."""
    column = frame[name]
    coded = isinstance(column.dtype, pd.CategoricalDtype)
    values = column.cat.codes.to_numpy() if coded else column.to_numpy()
    other = values[rows] != values[firsts]
    if other.any():  # a missing number is not itself
        missing = column.isna().to_numpy()
        other &= ~missing[rows] & ~missing[firsts]
    if not other.any():
        return
    wrong, first = rows[other], int(firsts[other][0])
    facts = {
        "machine": columns.machine.at(first), "first": _text(column, first), "other": first,
        "heading": columns.mapping.headings.get(name, ""),
    }  # fmt: skip
    columns.note(name, Refusal("activity_disagree", wrong, _text(column, int(wrong[0])), facts))


def _text(column: pd.Series[Any], row: int) -> str:
    value = column.iloc[row]
    if pd.isna(value):
        return ""
    return (
        f"{value:%d/%m/%Y}"
        if isinstance(value, pd.Timestamp)
        else (f"{value:.15g}" if isinstance(value, float) else str(value))
    )


# --- checks


def _checked(
    columns: Columns, frame: pd.DataFrame, retained: Array, year: int, reader: Reader
) -> Fleet:
    """The fleet, once no check refuses a row."""
    if frame.empty and not columns.faults:
        raise FleetError(problem("activity_empty", Place(file=reader.name)))
    place = frame.index.to_numpy()
    # A name that is blank was told when it was read.
    for check in checks(frame, frame, columns.reference.classes, year, names=()):
        if check.fine.all():
            continue
        name = cast("Column", check.column)
        bad = place[~check.fine]
        refused = [f.refusal.rows for f in columns.faults if f.column == name]
        left = np.setdiff1d(bad, np.concatenate(refused)) if refused else bad
        if columns.origin(name) is None or refused:
            # What it is deduced from is at fault, or what it is a sum of, and told.
            left = left[~frame[name].loc[left].isna().to_numpy()]
        if left.size:
            value = _text(frame[name].loc[left], 0)
            facts = {"expected": ", ".join(check.expected)}
            columns.note(name, Refusal("activity_check", left, value, facts))
    faults = [
        fault._replace(refusal=fault.refusal._replace(rows=rows))
        for fault in columns.faults
        if (rows := fault.refusal.rows[retained[fault.refusal.rows]]).size
    ]
    if faults:
        raise Listed(reader, columns.cells, columns.rows, faults).error()
    plain = frame.reset_index(drop=True) if len(frame) != columns.rows else frame
    return fleet_of(plain, year, columns.mapping.name or PurePath(reader.name).stem)
