"""The cells of one column of a file, before anyone says what they mean.

A column is its different texts and the place of each row among them, so that a million rows cost
what their different values cost; or numbers or dates where the file itself says so. Not here: what
they say (`values`), nor which file they come from (`read`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from costing.fleet_file.heads import Kind

Array = np.ndarray[Any, Any]
SPACES = r"[\s\x{00a0}\x{2000}-\x{200b}\x{202f}\x{2060}\x{feff}]+"
_DAY = "datetime64[D]"
#: Rows that tell whether a column is of numbers or dates; most different texts of choices.
_FIRST = 100
#: An odd number whose product spreads bits over all places.
ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Cells:
    """A column.

    texts: its different texts, in the places that `codes` gives row by row (-1: blank); without
    `codes`, one text a row, null when blank. numbers, dates: beside the texts, where the file says
    that a cell is one; without `texts`, one a row, missing when blank.
    """

    codes: Array | None = None
    texts: Any = None
    numbers: Array | None = None
    dates: Array | None = None

    def __len__(self) -> int:
        first = (x for x in (self.codes, self.texts, self.numbers, self.dates) if x is not None)
        return len(next(first))

    @property
    def blank(self) -> Array:
        """Whether each row is blank."""
        if self.codes is not None:
            return np.asarray(self.codes < 0)
        if self.texts is not None:
            if not self.texts.null_count:
                return np.zeros(len(self.texts), dtype=bool)
            return np.asarray(pc.is_null(self.texts))
        return np.isnat(self.dates) if self.dates is not None else np.isnan(some(self.numbers))

    def spread(self, by_text: Array, blank: Any) -> Array:
        """What is known of the different texts, row by row."""
        if self.codes is not None:
            return np.append(by_text, np.array([blank], dtype=by_text.dtype))[self.codes]
        return by_text

    def at(self, row: int) -> str:
        """The text of a row, for a message."""
        if self.texts is not None:
            place = row if self.codes is None else int(self.codes[row])
            return "" if place < 0 else str(self.texts[place].as_py() or "")
        if self.blank[row]:
            return ""
        return str(self.dates[row]) if self.dates is not None else f"{some(self.numbers)[row]:.15g}"

    def texts_at(self, rows: Array) -> list[str]:
        """The texts of some rows."""
        encoded = self.encoded()
        texts = [*encoded.texts.to_pylist(), ""]
        return [texts[place] for place in some(encoded.codes)[rows].tolist()]

    def encoded(self) -> Cells:
        """The same with `codes`."""
        if self.codes is not None:
            return self
        if self.texts is not None:
            return of_arrow(_chunked(self.texts).dictionary_encode())
        values = self.dates if self.dates is not None else some(self.numbers)
        missing = self.blank
        different, codes = np.unique(values[~missing], return_inverse=True)
        places = np.full(len(values), -1, dtype=np.int32)
        places[~missing] = codes
        texts = [str(v) if self.dates is not None else f"{v:.15g}" for v in different]
        return Cells(places, pa.array(texts, pa.string()))


def of_arrow(column: Any) -> Cells:
    """Cells of an Arrow column.

    Raises:
        TypeError: a type that no cell has (lists, bytes).
    """
    column, kind = _chunked(column), column.type
    if pa.types.is_dictionary(kind):
        whole = column.unify_dictionaries().combine_chunks()
        return of_texts(_codes(whole.indices), whole.dictionary.cast(pa.string()))
    if pa.types.is_boolean(kind):
        return of_arrow(pc.if_else(column, "VRAI", "FAUX").dictionary_encode())
    if pa.types.is_integer(kind) and not column.null_count:
        return Cells(numbers=column.to_numpy().astype(float))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Cells(numbers=column.cast(pa.float64()).to_numpy())
    if pa.types.is_date(kind):
        return Cells(dates=column.cast(pa.date32()).to_numpy().astype(_DAY, copy=False))
    if pa.types.is_timestamp(kind):
        moments = column.to_numpy()
        days = moments.astype(_DAY)
        if kind.tz is None and bool(((days == moments) | np.isnat(moments)).all()):
            return Cells(dates=days)
        return of_arrow(pc.strftime(column, "%Y-%m-%dT%H:%M:%S").dictionary_encode())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return Cells(texts=_blanked(column.cast(pa.string())).combine_chunks())
    raise TypeError(str(kind))


def of_written(column: Any, kind: Kind) -> Cells:
    """Cells of a column of texts by what it is read for: sure numbers and dates are such.

    « 4.500 » or « 05/03/2019 » are left as they are written; the latter row by row when all the
    column is so.

    Raises:
        pyarrow.ArrowInvalid: texts that are not UTF-8.
    """
    column = _blanked(column)
    if kind == "name":
        _check(column.chunks)
        return Cells(texts=column.combine_chunks())
    target = {"number": pa.int64(), "date": pa.date32()}.get(kind)
    if target is not None and all(
        _letters(chunk).max(initial=0) <= ord("9") for chunk in column.chunks
    ):
        try:
            column[:_FIRST].cast(target)  # the whole takes as long to be refused as to be read
            return of_arrow(column.cast(target))
        except pa.ArrowInvalid:
            pass
    if kind == "date" and len(column) and grid(whole := column.combine_chunks()) is not None:
        _check([whole])
        return Cells(texts=whole)
    # To look up among few known texts is quicker than to find out which there are.
    sampled = pc.unique(column[: max(_FIRST, len(column) // 20)]).drop_null()
    places = pc.index_in(column, value_set=sampled) if len(sampled) <= _FIRST else None
    if places is None or places.null_count > column.null_count:
        column = column.dictionary_encode()
        _check(chunk.dictionary for chunk in column.chunks)
        return of_arrow(column)
    _check([sampled])
    return of_texts(_codes(places), sampled)


def _blanked(column: Any) -> Any:
    """Texts without letters are blanks."""
    shortest = pc.min(pc.binary_length(column)).as_py()
    return column if shortest else pc.if_else(pc.equal(column, ""), None, column)


def ordinary(texts: Any) -> bool:
    """Whether texts are written with the signs from « , » to « ~ » only: no space, no accent."""
    letters = _letters(texts)
    return not letters.size or bool(letters.min() >= ord(",") and letters.max() <= ord("~"))


def _letters(texts: Any) -> Array:
    """All the bytes that texts are written with."""
    return np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)


def grid(texts: Any) -> Array | None:
    """The bytes of texts, a row each; None when one is blank or they are not of one length."""
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset :][: len(texts) + 1]
    width = int(ends[1] - ends[0])
    if texts.null_count or not width or (np.diff(ends) != width).any():
        return None
    return _letters(texts)[ends[0] : ends[-1]].reshape(-1, width)


def _check(parts: Iterable[Any]) -> None:
    """Refuse texts that are not UTF-8."""
    for texts in parts:
        if not ordinary(texts):
            texts.validate(full=True)


def _codes(places: Any) -> Array:
    """Places among texts, -1 where there is none."""
    return np.asarray((pc.fill_null(places, -1) if places.null_count else places).to_numpy())


def of_texts(codes: Array, texts: Any) -> Cells:
    """Cells of different texts, cleaned: spaces of every kind are one, and none is a blank."""
    if ordinary(texts):
        return Cells(_small(codes, len(texts)), texts)
    clean = pc.utf8_trim_whitespace(pc.replace_substring_regex(texts, SPACES, " "))
    empty = np.asarray(pc.equal(clean, ""), dtype=bool)
    if empty.any():
        codes = np.append(np.where(empty, -1, np.arange(len(clean))), -1)[codes]
    return Cells(_small(codes, len(clean)), clean)


def _small(codes: Array, count: int) -> Array:
    return codes.astype(np.int8 if count < 128 else np.int32, copy=False)


def of_objects(values: Sequence[Any]) -> Cells:
    """Cells of a spreadsheet's column: numbers, dates, texts, true or false; « » is blank."""
    kinds = set(map(type, values)) - {type(None)}
    filled = [None if value is None or value == "" else value for value in values]
    if kinds <= {float, int, str} and not any(isinstance(v, str) for v in filled):
        return Cells(numbers=np.array(filled, dtype=float))
    if kinds <= {str}:
        return of_arrow(pa.chunked_array([pa.array(filled, pa.string())]).dictionary_encode())
    texts = pa.array([None if value is None else as_text(value) for value in filled], pa.string())
    encoded = Cells(None, texts).encoded()
    numbers = np.full(len(encoded.texts), np.nan)
    dates = np.full(len(encoded.texts), "NaT", dtype=_DAY)
    place = {text: i for i, text in enumerate(encoded.texts.to_pylist())}
    written = {value for value in filled if isinstance(value, str)}
    for value in {v for v in filled if isinstance(v, float | int | dt.date)}:
        where = place.get(as_text(value))
        if where is None or isinstance(value, bool) or as_text(value) in written:
            continue
        if isinstance(value, float | int):
            numbers[where] = value
        elif "T" not in as_text(value):
            dates[where] = value
    return Cells(encoded.codes, encoded.texts, numbers, dates)


def as_text(value: Any) -> str:
    """A cell as a person sees it; a number's decimal point, and a date, as computers write them."""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _chunked(column: Any) -> Any:
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])


def some(values: Array | None) -> Array:
    """The array, or an empty one."""
    return np.empty(0) if values is None else values


def repeated(cells: Cells) -> Array | None:
    """Which rows have a text that is met more than once; None when each is met once.

    Texts of a moderate length are told apart by 64 bits that depend on all their letters; only when
    two have the same bits are the texts themselves compared.
    """
    if cells.codes is None and _all_apart(cells.texts):
        return None
    codes = some(cells.encoded().codes)
    counts = np.bincount(codes[codes >= 0], minlength=1)
    repeats = np.append(counts > 1, False)[codes]
    return repeats if repeats.any() else None


def _all_apart(texts: Any) -> bool:
    """Whether texts are surely all different; False is « perhaps not »."""
    if not len(texts) or texts.null_count:
        return False
    sizes = pc.min_max(pc.binary_length(texts)).as_py()
    width = -(-sizes["max"] // 8) * 8
    if not 0 < width <= 48:
        return False
    even = sizes["min"] == width
    letters = grid(texts if even else pc.ascii_rpad(texts, width=width, padding=" "))
    if letters is None:
        return False
    chunks = letters.view(np.uint64)
    bits = chunks[:, 0].copy()
    for index in range(1, chunks.shape[1]):
        bits ^= bits >> np.uint64(29)
        bits = bits * ODD ^ chunks[:, index]
    return not _met_twice(bits)


def _met_twice(bits: Array) -> bool:
    """Whether a number of 64 bits is met more than once.

    Each is sent to one of many places, where one alone is kept; those not kept, one in twenty, are
    compared with the one that is, and with each other: a fifth of the time of sorting them all.
    """
    spread = bits * ODD
    spread ^= spread >> np.uint64(32)
    spread *= ODD
    size = len(bits).bit_length() + 3
    places = (spread >> np.uint64(64 - size)).astype(np.intp)
    rows = np.arange(len(bits), dtype=np.int32)
    winners = np.empty(1 << size, dtype=np.int32)
    winners[places] = rows
    winners = winners[places]
    away = np.flatnonzero(winners != rows)
    others = bits[away]
    if (others == bits[winners[away]]).any():
        return True
    others.sort()
    return bool((others[1:] == others[:-1]).any())
