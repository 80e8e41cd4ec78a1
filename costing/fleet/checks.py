"""What a fleet table may hold: its columns, their codes and ranges, and how they agree.

Whole columns at a time: a text column is looked up once for each different value that it has. Not
here: what a fleet is and becomes (`fleet`), nor how a file says it (`costing.fleet_file`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from costing.fee.schedule import ZONES, MachineClass
from costing.fleet.columns import CAPITAL_REGION, NAMES, NUMBERS, OLDEST, REGIONS, SECTORS
from costing.french.writing import number
from costing.run.parallel import in_parallel

Array = np.ndarray[Any, Any]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
#: The place of each row's value among the different ones (-1: missing), and those.
Factors = tuple[Array, list[Any]]
#: Pairs of values that are all looked up, rather than those that are met.
_FEW_PAIRS = 10_000
#: Types of `pandas.api.types.infer_dtype` that hold no true or false among their numbers.
_PURE = ("integer", "floating", "mixed-integer-float", "string", "empty")


class Check(NamedTuple):
    """What one column must be: the rows that are, and what is expected of the others."""

    column: str
    fine: Mask
    expected: tuple[str, ...]


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with numbers and dates as such; what is neither becomes a missing value."""
    columns = {name: _numbers(frame[name]) for name in NUMBERS}
    return frame.assign(**columns, installed_on=_dates(frame["installed_on"]))


def checks(
    frame: pd.DataFrame,
    numbers: pd.DataFrame,
    classes: Mapping[str, MachineClass],
    year: int,
    names: Collection[str] = NAMES,
) -> list[Check]:
    """Every check of a table; `numbers` is the same table, `typed`.

    names: the columns of names that may hold blanks.
    """
    halves = (_of_texts(frame, classes, names), _of_numbers(numbers, year))
    tasks: list[Callable[[], list[Check]]] = [partial(list, half) for half in halves]
    light = len(frame) // 4  # a check is a quarter of what reading a column takes
    return [check for part in in_parallel(tasks, light) for check in part]


def _of_texts(
    frame: pd.DataFrame, classes: Mapping[str, MachineClass], names: Collection[str]
) -> Iterator[Check]:
    """Codes that are known and agree, and names that show something."""
    known = {"class": tuple(classes), "zone": ZONES, "region": REGIONS, "sector": SECTORS}
    coded = {name: factors(frame[name]) for name in (*known, "modality")}
    fine = {name: _among(*coded[name], codes) for name, codes in known.items()}
    yield from (Check(name, fine[name], codes) for name, codes in known.items())
    modalities = "celle de la classe", *sorted({entry.modality for entry in classes.values()})
    own = {code: entry.modality for code, entry in classes.items()}
    yield Check("modality", _agree(coded["class"], coded["modality"], lambda code, modality: (
        code not in own or own[code] == modality)), modalities)  # fmt: skip
    paris = _agree(coded["zone"], coded["region"], lambda zone, region: (
        (zone in ZONES[:2]) == (region == CAPITAL_REGION)))  # fmt: skip
    yield Check("zone", paris | ~fine["zone"] | ~fine["region"],
                ("paris ou region_parisienne en Île-de-France, province ailleurs",))  # fmt: skip
    for name in names:
        yield Check(name, _named(frame[name]), ("un identifiant",))


def _of_numbers(numbers: pd.DataFrame, year: int) -> Iterator[Check]:
    """Numbers and dates in their ranges."""
    for name, (low, high) in NUMBERS.items():
        values = numbers[name].to_numpy(dtype=float)
        within = _between(values, low, high)
        if name == "rank_on_authorisation":
            within &= np.floor(values) == values
        yield Check(name, within, (f"un nombre entre {low:g} et {number(high)}",))
    days = numbers["installed_on"].to_numpy()
    dated = _between(days, np.datetime64(OLDEST), np.datetime64(f"{year}-12-31"))
    words = f"une date AAAA-MM-JJ, du {OLDEST} au {year}-12-31"
    yield Check("installed_on", dated, (words,))


def factors(column: pd.Series[Any]) -> Factors:
    """The place of each row's value among the different ones (-1: missing), and those."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.array.codes, column.dtype.categories.tolist()
    codes, uniques = pd.factorize(column)
    return codes, pd.Index(uniques).tolist()


def _among(codes: Array, values: list[Any], known: Collection[str]) -> Mask:
    table = np.array([*(value in known for value in values), False])
    return np.asarray(codes >= 0) if table[:-1].all() else table[codes]


def _agree(first: Factors, second: Factors, rule: Callable[[Any, Any], bool]) -> Mask:
    """Where two columns go together, by the pairs of values; None is a missing one."""
    (left, firsts), (right, seconds) = first, second
    width = len(seconds) + 1
    size = (len(firsts) + 1) * width
    kind = np.min_scalar_type(-size)  # the smallest type that holds every place among the pairs
    pairs = (left.astype(kind) + 1) * width + right.astype(kind) + 1
    met = range(size) if size <= _FEW_PAIRS else np.unique(pairs).tolist()
    table = np.ones(size, dtype=bool)
    for pair in met:
        one, other = divmod(pair, width)
        table[pair] = rule([None, *firsts][one], [None, *seconds][other])
    agree: Mask = table[pairs]
    return agree


def _between(values: Array, low: Any, high: Any) -> Mask:
    """Where values stand between two others, both admitted; a missing one does not."""
    if values.dtype.kind == "M":  # as whole numbers, among which a missing date is the smallest
        low, high = (limit.astype(values.dtype).astype(np.int64) for limit in (low, high))
        values = values.view(np.int64)
    if len(values) and values.min() >= low and values.max() <= high:  # the smallest of NaN is NaN
        return np.ones(len(values), dtype=bool)
    return np.asarray((values >= low) & (values <= high))


def _named(column: pd.Series[Any]) -> Mask:
    """Whether each row has a name: something other than spaces."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = factors(column)
        named: Mask = np.array([*(bool(str(value).strip()) for value in values), False])[codes]
        return named
    texts = column.astype("str")
    return ~(column.isna() | (texts == "") | texts.str.isspace()).to_numpy(dtype=bool)


def _numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers as floats; a text that is not one, a true or a false is missing."""
    if pd.api.types.is_float_dtype(column) or pd.api.types.is_integer_dtype(column):
        return column.astype(float)
    numbers = pd.to_numeric(column, errors="coerce")
    if pd.api.types.infer_dtype(column, skipna=True) in _PURE:
        return numbers
    return numbers.mask(column.map(lambda value: isinstance(value, bool | np.bool_)))


def _dates(column: pd.Series[Any]) -> pd.Series[Any]:
    """Dates, or text written YYYY-MM-DD; anything else (a doubt on the order) is no date."""
    if pd.api.types.is_datetime64_dtype(column):
        return column
    codes, values = pd.factorize(column)
    texts = pd.Series(values)
    text = texts.map(lambda value: isinstance(value, str)).astype(bool)
    exact = texts.astype(str).str.fullmatch(r"\d{4}-\d{2}-\d{2}").astype(bool)
    plain = texts.map(lambda value: isinstance(value, dt.date | np.datetime64)).astype(bool)
    dates = pd.to_datetime(texts.where((text & exact) | plain), format="mixed", errors="coerce")
    missing = pd.Series([pd.NaT], dtype=dates.dtype if len(dates) else "datetime64[ns]")
    by_row: pd.Series[Any] = pd.concat([dates, missing]).iloc[codes].set_axis(column.index)
    return by_row
