"""What the cells of a column say: names, numbers, dates, choices; and why one cannot be read.

What could be read in two ways is refused, unless the rest of the column, or the person, says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costing.fleet_file.cells import SPACES, Array, Cells, grid, of_arrow, ordinary, some
from costing.french.reading import (
    MARKS,
    Ambiguous,
    normal,
    pattern,
    read,
    superfluous,
)
from costing.french.writing import number

_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#NOM?", "#VALEUR!")
_DAY = "datetime64[D]"
#: A column of choices with more different values than this is another column.
MOST_CHOICES = 2_000


class Refusal(NamedTuple):
    """Rows that cannot be read for one reason; `value` is that of the first, facts fill words."""

    code: str
    rows: Array
    value: str
    facts: dict[str, Any]


class Reading(NamedTuple):
    """What a column says, row by row, and what is refused of it."""

    values: Array
    refused: list[Refusal]


def _refusals(cells: Cells, why: Array, codes: Sequence[str]) -> list[Refusal]:
    """The rows refused, by reason: 1 in `why` is the first code; 0 is no refusal."""
    if not why.any():
        return []
    rows = cells.spread(why, 0)
    refusals = []
    for index, code in enumerate(codes, start=1):
        where = np.flatnonzero(rows == index)
        if len(where):
            value = cells.at(int(where[0]))
            readings = read(value) if code == "activity_two_numbers" else None
            first, second = readings.written if isinstance(readings, Ambiguous) else ("", "")
            facts = {"first": first, "second": second} if first else {}
            refusals.append(Refusal(code, where, value, facts))
    return refusals


def _mask(truths: Any) -> Array:
    return np.asarray(pc.fill_null(truths, False)).astype(bool)


def _matches(texts: Any, pattern: str) -> Array:
    return _mask(pc.match_substring_regex(texts, pattern))


# --- names


def read_names(cells: Cells, values: Mapping[str, str]) -> tuple[Cells, list[Refusal]]:
    """Names as they stand; one that a spreadsheet has damaged is refused."""
    if values or cells.texts is None:
        cells = _renamed(cells.encoded(), values)
    if ordinary(cells.texts):  # no space, no « # », no « E+ » anywhere
        return cells, []
    if cells.codes is None:
        clean = pc.utf8_trim_whitespace(pc.replace_substring_regex(cells.texts, SPACES, " "))
        cells = of_arrow(clean)
    texts = cells.texts
    why = np.zeros(len(texts), dtype=np.int8)
    why[_matches(texts, r"^\d([.,]\d+)?E\+\d+$")] = 1
    why[_mask(pc.is_in(texts, pa.array(_ERRORS)))] = 2
    return cells, _refusals(cells, why, ("activity_scientific", "activity_error_value"))


def _renamed(cells: Cells, values: Mapping[str, str]) -> Cells:
    if not values:
        return cells
    texts = [values.get(text, text) for text in cells.texts.to_pylist()]
    named = pa.array([*texts, values.get("")], pa.string())
    return of_arrow(named.take(pa.array(some(cells.codes) % len(named))))


# --- numbers

_NUMBER = {mark: pattern(mark) for mark in MARKS}


def read_numbers(cells: Cells, values: Mapping[str, str], decimal: str | None) -> Reading:
    """Numbers as floats, NaN where there is none to read.

    decimal: the sign before decimals; without it, what the column itself shows. « 4.500 » alone is
    4,5 or 4 500: refused.
    """
    if cells.texts is None and cells.dates is None:
        return Reading(_replaced(some(cells.numbers), values), [])
    if cells.texts is None:
        cells = cells.encoded()
    texts = cells.texts
    own = None if cells.numbers is None else ~np.isnan(cells.numbers)
    if own is not None:  # a number of the sheet shows no decimal mark
        texts = pc.if_else(pa.array(own), None, texts)
    numbers, why = _numbers(texts, decimal)
    if own is not None:
        numbers, why = np.where(own, some(cells.numbers), numbers), np.where(own, 0, why)
    for text, meaning in values.items():
        same = _mask(pc.equal(cells.texts, text))
        numbers[same], why[same] = meant(meaning), 0
    by_row = cells.spread(numbers, np.nan)
    if "" in values:
        by_row = np.where(cells.blank, meant(values[""]), by_row)
    return Reading(by_row, _refusals(cells, why, ("activity_number", "activity_two_numbers")))


def _replaced(numbers: Array, values: Mapping[str, str]) -> Array:
    """Numbers of the file, with those that stand for others replaced."""
    result = numbers
    for text, meaning in values.items():
        same = np.isnan(numbers) if text == "" else numbers == meant(text)
        result = np.where(same, meant(meaning), result)
    return result


def meant(text: str) -> float:
    """A number of a correspondence; NaN where there is none, or two.

    « 1.125 » is not two: YAML writes numbers with a point.
    """
    value = read(text)
    if isinstance(value, Ambiguous):
        value = value.decimal if "." in text else None
    return float("nan") if value is None else value


def _numbers(texts: Any, decimal: str | None) -> tuple[Array, Array]:
    """Each different text as a number, and why it is none: 1 is no number, 2 could be two.

    A text of two readings has that of the only mark that the others show, or of `decimal`.
    """
    numbers, why = np.full(len(texts), np.nan), np.ones(len(texts), dtype=np.int8)
    texts = _normal(texts)
    fits = {mark: _matches(texts, of_mark) for mark, of_mark in _NUMBER.items()}
    both = fits[","] & fits["."]
    two = both & _matches(texts, "[.,]")
    sure = {mark: rows & ~both for mark, rows in fits.items()}
    marks = [decimal] if decimal else [mark for mark in MARKS if sure[mark].any()]

    def take(rows: Array, mark: str) -> None:
        """Read some texts by a decimal mark; what is beyond all floats is no number."""
        if rows.any():
            chosen = pc.replace_substring_regex(texts.filter(pa.array(rows)), superfluous(mark), "")
            chosen = pc.replace_substring(chosen, ",", ".").cast(pa.float64()).to_numpy()
            finite = np.isfinite(chosen)
            numbers[rows], why[rows] = np.where(finite, chosen, np.nan), np.where(finite, 0, 1)

    take(both & ~two, ",")
    why[two] = 2
    for mark in marks:
        take(sure[mark] | two if len(marks) == 1 else sure[mark], mark)
    return numbers, why


def _normal(texts: Any) -> Any:
    """Texts in the writing of the grammar, `costing.french.reading.normal`."""
    texts = pc.fill_null(texts, "")
    if ordinary(texts):
        return texts
    texts = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, SPACES, " "))
    other = _matches(texts, "[^ -~]")
    if other.any():
        mended = pa.array([normal(text) for text in texts.filter(pa.array(other)).to_pylist()])
        texts = pc.replace_with_mask(texts, pa.array(other), mended)
    return texts


# --- dates

_YEAR_FIRST = r"^(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?$"
_TWO_FIRST = r"^(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>\d{4})(?: 00:00(?::00)?)?$"
_DATE_CODES = (
    "activity_date", "activity_date_order", "activity_date_serial", "activity_date_short",
)  # fmt: skip


def read_dates(cells: Cells, values: Mapping[str, str], month_first: bool) -> Reading:
    """Dates by day, missing where there is none to read.

    Text is jj/mm/aaaa (or month first, if the person says so) or aaaa-mm-jj. Where no date of the
    column can be read in that order and some only in the other, none is.
    """
    if cells.texts is None and cells.dates is not None:
        cells = cells if not values else cells.encoded()
        if cells.dates is not None:
            return Reading(cells.dates, [])
    if cells.codes is None and not values:
        alike = _dates_alike(cells.texts, month_first)
        if alike is not None:
            return Reading(alike, [])
    cells = cells.encoded()
    dates, why = _dates(cells.texts, month_first)
    if cells.dates is not None:
        own = ~np.isnat(cells.dates)
        dates, why = np.where(own, cells.dates, dates), np.where(own, 0, why)
    for text, meaning in values.items():
        same = _mask(pc.equal(cells.texts, text))
        dates[same], why[same] = _dates(pa.array([meaning]), month_first)[0][0], 0
    read = cells.spread(dates, np.datetime64("NaT", "D"))
    if "" in values:
        read = np.where(cells.blank, _dates(pa.array([values[""]]), month_first)[0][0], read)
    return Reading(read, _refusals(cells, why, _DATE_CODES))


def _dates_alike(texts: Any, month_first: bool) -> Array | None:
    """Dates from 1900 to 2099 all written « 05/03/2019 »; None when one is otherwise.

    As `_dates` reads them, in a third of the time: each is looked up by its eight figures.
    """
    letters = None if texts is None or not len(texts) else grid(texts)
    if letters is None or letters.shape[1] != len("05/03/2019"):
        return None
    signs = letters.T.copy()  # each letter of all the dates side by side
    if any(chr(sign[0]) not in "/.-" or (sign != sign[0]).any() for sign in signs[[2, 5]]):
        return None
    signs -= ord("0")
    if any(signs[place].max() > 9 for place in (0, 1, 3, 4, 6, 7, 8, 9)):
        return None
    first, second, century, year = (
        signs[start] * np.uint8(10) + signs[start + 1] for start in (0, 3, 6, 8)
    )
    day, month = (second, first) if month_first else (first, second)
    if century.min() < 19 or century.max() > 20 or month.max() > 12 or day.max() > 31:
        return None
    years = (century - np.uint8(19)) * np.int32(100) + year
    dates = _days()[(years * np.int32(13) + month) * np.int32(32) + day]
    return None if np.isnat(dates).any() else dates


@cache
def _days() -> Array:
    """The days from 1900 to 2099, 32 places a month and 13 months a year; missing elsewhere."""
    days = np.arange("1900-01-01", "2100-01-01", dtype=_DAY)
    months = days.astype("datetime64[M]")
    count = months.astype(int) + 70 * 12
    table = np.full(200 * 13 * 32, "NaT", dtype=_DAY)
    table[(count // 12 * 13 + count % 12 + 1) * 32 + (days - months).astype(int) + 1] = days
    return table


def _dates(texts: Any, month_first: bool) -> tuple[Array, Array]:
    """Each different text as a date, and why it is none, as `_DATE_CODES`."""
    texts = pc.fill_null(texts, "")
    other, first, second = _parts(texts, _TWO_FIRST, "yab")
    two = other > 0
    dates = np.full(len(texts), "NaT", dtype=_DAY)
    if not two.all():
        dates = _date(*_parts(texts, _YEAR_FIRST, "ymd"))
    as_day, as_month = _date(other, second, first), _date(other, first, second)
    wanted, reverse = (as_month, as_day) if month_first else (as_day, as_month)
    dates = np.where(two, wanted, dates)
    why = np.isnat(dates).astype(np.int8)
    against = two & np.isnat(wanted) & ~np.isnat(reverse)
    if against.any() and not (two & ~np.isnat(wanted) & np.isnat(reverse)).any():
        why[two] = 2
    if why.any():
        why[(why == 1) & _matches(texts, r"^\d{4,5}([.,]\d+)?$")] = 3
        why[(why == 1) & _matches(texts, r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{2}$")] = 4
    return dates, why


def _parts(texts: Any, pattern: str, names: str) -> list[Array]:
    """The named parts of a pattern as whole numbers; 0 where the text is otherwise."""
    groups = pc.extract_regex(texts, pattern)
    fields = (pc.struct_field(groups, name).cast(pa.int64()) for name in names)
    return [np.asarray(pc.fill_null(part, 0)) for part in fields]


def _date(year: Array, month: Array, day: Array) -> Array:
    """Dates from their parts; missing where there is no such day."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    dates = months.astype(_DAY) + (day - 1).astype("timedelta64[D]")
    real = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    real &= dates.astype("datetime64[M]") == months
    return np.where(real, dates, np.datetime64("NaT", "D"))


# --- choices


class Choice(NamedTuple):
    """A column of choices: the place of each row's code in `codes`, -1 where there is none."""

    places: Array
    codes: tuple[str, ...]
    refused: list[Refusal]


def read_choices(
    cells: Cells,
    codes: Sequence[str],
    meaning: Callable[[str], str | None],
    doubt: Callable[[str], Refusal | None],
    blank: str | None = None,
) -> Choice:
    """Codes of a column, as `meaning` says of each different text.

    blank: what a blank cell means. doubt: why a text without a meaning is refused.
    """
    cells = cells.encoded()
    texts = cells.texts.to_pylist()
    if len(texts) > MOST_CHOICES:
        rows = np.flatnonzero(~cells.blank)
        many = Refusal("activity_many_values", rows, texts[0], {"count": number(len(texts))})
        return Choice(np.full(len(cells), -1), tuple(codes), [many])
    place = {code: index for index, code in enumerate(codes)}
    by_text = np.array([place.get(meaning(text) or "", -1) for text in texts], dtype=np.int8)
    apart = by_text[by_text >= 0]
    if blank is None and len(np.unique(apart)) == len(by_text):  # each text is a code of its own
        return Choice(some(cells.codes), tuple(codes[index] for index in by_text), [])
    places = cells.spread(by_text, place.get(blank or "", -1))
    refused = []
    for index in np.flatnonzero(by_text < 0):
        refusal = doubt(texts[index])
        if refusal is not None:
            refused.append(refusal._replace(rows=np.flatnonzero(cells.codes == index)))
    return Choice(places, tuple(codes), [r for r in refused if len(r.rows)])
