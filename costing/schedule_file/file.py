"""A schedule typed by hand or imported: a CSV file, the JSON or the workbook of a proposal.

One row a price: the date from which it holds, its class, amortisation, zone and band, EUR an act;
`*` or nothing where the price does not depend on the key. Rows whose band is the name of a part of
the structure (`PARAMETERS`) change that part instead. What a date does not name stays as it was.
Nothing is guessed, and all that is wrong is reported at once, with its line or its cell.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from costing.case import labels
from costing.fee.given_prices import PARAMETERS, Given, assembled, parts_of
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.french.writing import clean
from costing.problems.errors import InputError, Place, Problem, TariffError, problem, suggest
from costing.reference.reference import Reference
from costing.values.quantity import UNBOUNDED, Quantity
from costing.workbook.grid.cells import RefusedError, read_date, read_number
from costing.xlsx.cell import Raw

COLUMNS = ("effective_from", "class", "amortisation", "zone", "band", "fee_eur")
#: Where a text without a name comes from, in messages.
UNNAMED = "barème"

_POINT = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d{1,3})?")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_JSON = {"date": "effective_from", "class_code": "class"}


def read_schedule(source: str | bytes | Path, reference: Reference, name: str = "") -> FeeSchedule:
    """Read a schedule: the official one until the first date given, then what the source says.

    source: a file, or its content as text (CSV, JSON) or bytes (those, or .xlsx); what it is shows
    in the content. A CSV file is separated by commas, its numbers with a point, or by semicolons,
    its numbers with a comma or a point; dates are YYYY-MM-DD or DD/MM/YYYY. name: of the source in
    messages; by default that of the file.

    Raises:
        TariffError: every row that is wrong, doubled or too early, with its place and remedy.
        WorkbookError: a file that is not a readable .xlsx.
    """
    if isinstance(source, Path):
        name = name or source.name
        try:
            source = source.read_bytes()
        except OSError:
            raise TariffError(problem("file_missing", Place(file=str(source)))) from None
    name = name or UNNAMED
    try:
        given, problems = _given(source, reference)
        return assembled(given, problems, reference.schedule, Path(name).stem)
    except InputError as error:
        raise error.within(file=name) from None


def write_schedule(schedule: FeeSchedule, from_date: dt.date, path: Path | None = None) -> str:
    """A schedule as CSV, from a date on, written to a file if one is given.

    `read_schedule` gives back the same prices and structure from that date on.

    Raises:
        TariffError: a price that was known before is not from that date on.
    """
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    later = (date for date in schedule.dates if date > from_date)
    for date in (from_date, *later):
        reform = Reform(date)
        for past in schedule.reforms:
            if past.date == date or (date == from_date and past.date < date):
                reform = reform.then(past)
        for code, parameter, value in parts_of(reform):
            rows.writerow((date, code, "*", "*", parameter, repr(float(value))))
        for cell in schedule.cells:
            price = schedule.price(cell, date)
            if not math.isnan(price):
                rows.writerow((date, *cell, repr(price)))
            elif date > schedule.dates[0] and not _unknown(schedule, cell, date):
                first = {"date": date, "first": schedule.dates[0]}
                raise TariffError(problem("tariff_missing", None, str(cell), **first))
    text = out.getvalue()
    if path is not None:
        path.write_text(text, encoding="utf-8", newline="\n")
    return text


def _unknown(schedule: FeeSchedule, cell: Cell, date: dt.date) -> bool:
    """Whether a price was not known just before a date either."""
    return math.isnan(schedule.price(cell, date - dt.timedelta(days=1)))


def _given(source: str | bytes, reference: Reference) -> tuple[list[Given], list[Problem]]:
    """What a content says, and what of it cannot be read."""
    if isinstance(source, bytes):
        if source.startswith((_ZIP, _OLE)):
            from costing.workbook.sheets.schedule.read import (  # noqa: PLC0415 - openpyxl
                read_prices,
            )

            return read_prices(io.BytesIO(source), reference)
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise TariffError(problem("not_utf8")) from None
    source = source.removeprefix("\ufeff")
    rows = _json_rows(source) if source.lstrip()[:1] in {"{", "["} else _csv_rows(source)
    given: list[Given] = []
    problems: list[Problem] = []
    for row in rows:
        item, wrong = _read_row(row, reference)
        problems += wrong
        given += [item] if item else []
    return given, problems


class Row(NamedTuple):
    """A row as found; `comma`: whether a comma may be decimal, `beyond`: fields past the header."""

    place: Place
    values: Mapping[str, Any]
    comma: bool = False
    beyond: bool = False


def _csv_rows(text: str) -> Iterator[Row]:
    """Rows of a CSV text; comments and blank lines left out.

    Raises:
        TariffError: columns that are missing or there twice, no row.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # A spreadsheet program saves a comment quoted, and blank rows as bare separators.
    filled = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip(' ;,\t"') and not line.lstrip(' "').startswith("#")
    ]
    if not filled:
        raise TariffError(problem("tariff_empty"))
    separator = ";" if ";" in filled[0][1] else ","
    (top, header), *rows = (
        (number, [clean(field) for field in next(csv.reader([line], delimiter=separator))])
        for number, line in filled
    )
    place, known = Place(line=top), ", ".join(COLUMNS)
    names = [name.casefold() for name in header]
    problems = [
        problem("wb_heading_twice", place, name, other=header[names.index(name)])
        for name in COLUMNS
        if names.count(name) > 1
    ]
    if missing := [name for name in COLUMNS if name not in names]:
        problems.append(problem("fleet_columns", place, ", ".join(missing), known=known))
    if problems:
        raise TariffError(problems)
    if not rows:
        raise TariffError(problem("tariff_empty"))
    for number, row in rows:
        values = dict(zip(names, row, strict=False))
        yield Row(Place(line=number), values, separator == ";", any(row[len(header) :]))


def _json_rows(text: str) -> Iterator[Row]:
    """Entries of the list of prices that a JSON text holds.

    Raises:
        TariffError: not JSON, or no such list.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(line=error.lineno)
        raise TariffError(problem("schedule_json", place, detail=error.msg)) from None
    except (RecursionError, ValueError) as error:
        raise TariffError(problem("schedule_json", detail=type(error).__name__)) from None
    fees = data.get("fees") if isinstance(data, dict) else data
    if not isinstance(fees, list) or not all(isinstance(fee, dict) for fee in fees):
        raise TariffError(problem("schedule_json_fees"))
    for number, fee in enumerate(fees):
        yield Row(Place(key=f"fees.{number}"), {_JSON.get(k, k): v for k, v in fee.items()})


def _read_row(raw_row: Row, reference: Reference) -> tuple[Given | None, list[Problem]]:
    """One row, and what is wrong with it."""
    place = raw_row.place
    row = {name: v.strip() if isinstance(v, str) else v for name, v in raw_row.values.items()}
    blank = {name for name in COLUMNS if row.get(name) in (None, "")}
    needed = ("effective_from", "class", "band", "fee_eur")
    problems = [problem("wb_blank", place, heading=name) for name in needed if name in blank]
    if raw_row.beyond:
        problems.append(problem("tariff_fields", place, len(row)))
    names = {code: reference.class_labels[code].fr for code in reference.classes}
    code = _choice("unknown_class", row.get("class"), names, place, problems)
    amortisation = _choice(
        "unknown_choice", row.get("amortisation") or "*", labels.AMORTISATION, place, problems
    )
    zone = _choice("unknown_choice", row.get("zone") or "*", labels.ZONES, place, problems)
    bands = {**labels.BANDS, **{name: name for name in PARAMETERS}}
    band = _choice("unknown_choice", row.get("band"), bands, place, problems)
    date = value = None
    try:
        date = read_date(Raw(row.get("effective_from")))
    except RefusedError as error:
        problems.append(problem(error.code, place, row["effective_from"], **error.facts))
    try:
        if "fee_eur" not in blank:
            value = _number(row["fee_eur"], raw_row.comma, band in PARAMETERS)
    except RefusedError as error:
        problems.append(problem(error.code, place, row["fee_eur"], **error.facts))
    if problems or date is None or value is None:
        return None, problems
    return Given(place, date, Cell(code, amortisation, zone, band), value), []


def _choice(
    fault: str, given: Any, options: Mapping[str, str], place: Place, problems: list[Problem]
) -> str:
    """A code, given by itself or by its words; an empty text once its problem is noted."""
    if given in (None, ""):
        return ""
    wanted = clean(str(given)).casefold()
    for code, label in options.items():
        if wanted in {code.casefold(), clean(label).casefold()}:
            return code
    facts = {"near": suggest(wanted, options), "known": ", ".join(options)}
    problems.append(problem(fault, place, given, **facts))
    return ""


def _number(given: Any, comma: bool, parameter: bool) -> float:
    """A number; never a guess between a decimal comma and thousands."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        return float(given)
    if comma:
        unit = Quantity("number" if parameter else "EUR/act", -UNBOUNDED)
        return float(read_number(Raw(given), unit) or 0.0)
    if not isinstance(given, str) or not _POINT.fullmatch(given):
        raise RefusedError("schedule_number")
    return float(given)
