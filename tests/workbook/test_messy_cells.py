"""What people type: read as meant, or refused by name. One row a case, each on a fresh template."""

import datetime as dt

import pytest

from costing.values.quantity import Quantity
from costing.workbook.grid.cells import RefusedError, read_date, read_number
from costing.xlsx.cell import Raw
from costing.xlsx.formats import is_percent, shows

EUROS, RATE, HOURS = Quantity("EUR"), Quantity("share", 0, 1), Quantity("h/year")
NBSP, THIN, NARROW = "\u00a0", "\u2009", "\u202f"

READ = [
    (1234.5, EUROS, 1234.5),
    (7000.0, EUROS, 7000.0),
    ("1234,5", EUROS, 1234.5),
    ("1234.5", EUROS, 1234.5),
    ("1 234,56", EUROS, 1234.56),
    (f"1{NBSP}234,56", EUROS, 1234.56),
    (f"1{THIN}234{THIN}567", EUROS, 1234567),
    (f"1{NARROW}234{NARROW}567,5", EUROS, 1234567.5),
    ("1'234'567", EUROS, 1234567),
    ("1.234,56", EUROS, 1234.56),
    ("1,234.56", EUROS, 1234.56),
    ("1.234.567", EUROS, 1234567),
    ("1,234,567", EUROS, 1234567),
    ("0,125", EUROS, 0.125),
    ("0.125", EUROS, 0.125),
    ("1234,567", EUROS, 1234.567),
    (",5", EUROS, 0.5),
    ("1,2 M€", EUROS, 1_200_000),
    ("450 k€", EUROS, 450_000),
    ("450k€", EUROS, 450_000),
    ("0,3 Md€", EUROS, 300_000_000),
    ("1 000 €", EUROS, 1000),
    ("€ 1 000", EUROS, 1000),
    ("€1 000,50", EUROS, 1000.5),
    ("1 000 EUR", EUROS, 1000),
    ("450 kEUR", EUROS, 450_000),
    ("1 200 euros", EUROS, 1200),
    ("(0)", EUROS, 0),
    ("(3 %)", Quantity("1/year", -1, 1), -0.03),
    ("-3 %", Quantity("1/year", -1, 1), -0.03),
    ("(500)", Quantity("EUR", -1e6, 1e6), -500),
    ("(€ 1,5 k)", Quantity("EUR", -1e6, 1e6), -1500),
    ("  12  ", EUROS, 12),
    ("1 500 h / an", HOURS, 1500),
    ("0,4 ETP / 1 000 actes", Quantity("FTE/kact"), 0.4),
    ("35 %", RATE, 0.35),
    ("35%", RATE, 0.35),
    (f"3,5{NBSP}%", RATE, 0.035),
    ("1,125 %", RATE, 0.01125),
    ("100 %", RATE, 1.0),
    ("0", RATE, 0.0),
    (0, RATE, 0.0),
    (None, EUROS, None),
    ("   ", EUROS, None),
    (NBSP, EUROS, None),
]

REFUSED = [
    ("1.234", EUROS, "wb_ambiguous_number"),
    ("1,234", EUROS, "wb_ambiguous_number"),
    ("12.500", EUROS, "wb_ambiguous_number"),
    ("-1,234", EUROS, "wb_ambiguous_number"),
    ("1,234 M€", EUROS, "wb_ambiguous_number"),
    ("12 34", EUROS, "wb_not_number"),
    ("1 2345", EUROS, "wb_not_number"),
    ("1.23.4", EUROS, "wb_not_number"),
    ("1,2,3.4", EUROS, "wb_not_number"),
    ("12,", EUROS, "wb_not_number"),
    ("douze", EUROS, "wb_not_number"),
    ("n/a", EUROS, "wb_not_number"),
    ("-", EUROS, "wb_not_number"),
    ("environ 500", EUROS, "wb_not_number"),
    ("10-20", EUROS, "wb_not_number"),
    ("1e6", EUROS, "wb_not_number"),
    ("450 m€", EUROS, "wb_unknown_suffix"),
    ("450 $", EUROS, "wb_unknown_suffix"),
    ("$ 450", EUROS, "wb_not_number"),
    ("£450", EUROS, "wb_not_number"),
    ("€ 450", HOURS, "wb_unknown_suffix"),
    ("(500", EUROS, "wb_not_number"),
    (dt.timedelta(hours=30), EUROS, "wb_date_not_number"),
    (float("nan"), EUROS, "wb_out_of_range"),
    ("450 k€", HOURS, "wb_unknown_suffix"),
    ("35 %", EUROS, "wb_percent_unexpected"),
    (True, EUROS, "wb_not_number"),
    (dt.datetime(2025, 5, 3), EUROS, "wb_date_not_number"),
    ("#DIV/0!", EUROS, "wb_error_value"),
    ("#REF!", RATE, "wb_error_value"),
    (-5, EUROS, "wb_out_of_range"),
    ("-5", EUROS, "wb_out_of_range"),
    ("−5", EUROS, "wb_out_of_range"),
    ("(500)", EUROS, "wb_out_of_range"),
    ("(1 500,00)", EUROS, "wb_out_of_range"),
    (float("inf"), EUROS, "wb_out_of_range"),
    ("3,5", RATE, "wb_ambiguous_rate"),
    ("0,35", RATE, "wb_ambiguous_rate"),
    (0.35, RATE, "wb_ambiguous_rate"),
    (35, RATE, "wb_ambiguous_rate"),
    ("350 %", RATE, "wb_out_of_range"),
    ("-5 %", RATE, "wb_out_of_range"),
]


@pytest.mark.parametrize(("value", "allowed", "expected"), READ)
def test_a_number_is_read(value, allowed, expected):
    assert read_number(Raw(value), allowed) == expected


@pytest.mark.parametrize(("value", "allowed", "code"), REFUSED)
def test_a_doubtful_number_is_refused(value, allowed, code):
    with pytest.raises(RefusedError) as caught:
        read_number(Raw(value), allowed)
    assert caught.value.code == code


def test_both_readings_are_given():
    with pytest.raises(RefusedError) as caught:
        read_number(Raw("1.234"), EUROS)
    assert caught.value.facts == {"first": "1,234", "second": f"1{NARROW}234"}
    with pytest.raises(RefusedError) as caught:
        read_number(Raw("3,5"), RATE)
    assert caught.value.facts == {"first": "3,5 %", "second": "350 %"}


@pytest.mark.parametrize(
    ("value", "number_format", "allowed", "expected"),
    [
        (0.35, "0%", RATE, 0.35),
        (0.35, "0.0## %", RATE, 0.35),
        (1.0, "0%", RATE, 1.0),
        (3.5, "0%", RATE, "wb_ambiguous_rate"),
        (0.35, '0.0" %"', RATE, "wb_ambiguous_rate"),
        (0.35, "0%", EUROS, "wb_percent_unexpected"),
        (450, '0" k€"', EUROS, "wb_scaled_format"),
        (1.2, '0.0" M€"', EUROS, "wb_scaled_format"),
        (450_000, "#,##0,", EUROS, "wb_scaled_format"),
        (450_000, "0.0,,", EUROS, "wb_scaled_format"),
        (1200, "#,##0.00", EUROS, 1200),
        (1200, '#,##0 "€"', EUROS, 1200),
        (1200, "#,##0_ ;[Red]-#,##0 ", EUROS, 1200),
    ],
)
def test_the_number_format_counts(value, number_format, allowed, expected):
    """What the cell shows decides: a format can show 450 as « 450 k€ »."""
    raw = Raw(value, number_format)
    if isinstance(expected, str):
        with pytest.raises(RefusedError) as caught:
            read_number(raw, allowed)
        assert caught.value.code == expected
    else:
        assert read_number(raw, allowed) == expected


@pytest.mark.parametrize(
    ("number_format", "value", "seen"),
    [
        ("General", 12, True),
        ("#,##0_ ;[Red]-#,##0 ", -12, True),
        (";;;", 12, False),
        (";;;", "texte", False),
        (";;;@", "texte", True),
        (";;;@", 12, False),
        ("0;-0;;@", 0, False),
        ("0;-0;;@", 5, True),
        ('0;-0;"-"', 0, True),
        ('"1 000 000"', 5, False),
        ('0" k€"', 5, True),
        ('"a;b"0', 5, True),
        ("dd/mm/yyyy", dt.date(2024, 1, 1), True),
        (";;;", dt.date(2024, 1, 1), False),
    ],
)
def test_what_a_format_lets_be_seen(number_format, value, seen):
    assert shows(number_format, value) is seen


def test_a_quoted_percent_sign_is_no_percentage():
    assert is_percent("0.0%")
    assert is_percent("0.0 %_ ")
    assert not is_percent('0.0" %"')
    assert not is_percent("0.0\\%")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (dt.datetime(2024, 12, 31), dt.date(2024, 12, 31)),
        (dt.date(2024, 12, 31), dt.date(2024, 12, 31)),
        ("31/12/2024", dt.date(2024, 12, 31)),
        ("1/3/2024", dt.date(2024, 3, 1)),
        ("31.12.2024", dt.date(2024, 12, 31)),
        ("2024-12-31", dt.date(2024, 12, 31)),
        (None, None),
    ],
)
def test_a_date_is_read(value, expected):
    assert read_date(Raw(value)) == expected


@pytest.mark.parametrize(
    "value",
    ["31/12/24", "12/31/2024", "2024-13-01", "31 décembre 2024", 45657, "31/02/2024", "2024",
     dt.datetime(2024, 12, 31, 18, 30), "31/12/1024"],
)  # fmt: skip
def test_a_doubtful_date_is_refused(value):
    with pytest.raises(RefusedError) as caught:
        read_date(Raw(value))
    assert caught.value.code == "wb_not_date"
