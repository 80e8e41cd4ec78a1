"""The grammar of numbers by itself; every door of the program is in `test_doors`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.french.reading import Ambiguous, normal, read, split
from tests.french.cases import AMBIGUOUS, NUMBERS, REFUSED


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_one_number(text: str, value: float) -> None:
    assert read(text) == value


@pytest.mark.parametrize(("text", "values"), AMBIGUOUS.items())
def test_two_readings(text: str, values: tuple[float, float]) -> None:
    assert read(text) == Ambiguous(*values)


@pytest.mark.parametrize("text", ["", *REFUSED])
def test_no_number(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "parts"),
    [
        ("12 M€", "", ("12", "M€")),
        ("1 234,5 h / an", "h / an", ("1 234,5", "h/an")),
        ("12 34,5 €", "", ("12 34,5", "€")),
        ("- 3 %", "", ("- 3", "%")),
        ("12,", "", ("12,", "")),
        ("2 ETP / 1 000 actes", "ETP / 1 000 actes", ("2", "ETP/1000actes")),
        ("2 ETP / 1 000 actes", "ETP", None),
        ("1e6", "", None),
        ("10-20", "", None),
        ("environ 500", "", None),
        ("", "", None),
    ],
)
def test_a_number_and_its_unit(text: str, unit: str, parts: tuple[str, str] | None) -> None:
    assert split(text, unit) == parts


@given(st.text("0123456789.,' -+\u202f\u2212", max_size=12))
def test_a_remedy_is_one_number(text: str) -> None:
    """Each reading offered is read back once written as its message says."""
    found = read(text)
    if isinstance(found, Ambiguous):
        first, second = found.written
        assert (read(f"{first}0"), read(second)) == found


@given(st.text(max_size=12) | st.text("0123456789.,' ", max_size=12))
def test_normal_writing_says_the_same(text: str) -> None:
    assert normal(normal(text)) == normal(text)
    assert read(normal(text)) == read(text)
