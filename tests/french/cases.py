"""What people write for a number, and what every door must make of it. Worked out by hand."""

from __future__ import annotations

NBSP, NARROW, THIN, FIGURE, IDEOGRAPHIC = "\u00a0", "\u202f", "\u2009", "\u2007", "\u3000"
MINUS, DASH, APOSTROPHE = "\u2212", "\u2013", "\u2019"

#: One reading only.
NUMBERS = {
    # whole numbers
    "0": 0, "7": 7, "1234": 1234, "007": 7, " 12 ": 12, f"{NBSP}12{NARROW}": 12,
    # spaces of every kind between thousands, one or several together
    "1 234": 1234, "12 345": 12345, "123 456": 123456, f"1{NBSP}234": 1234,
    f"1{NARROW}234": 1234, f"1{THIN}234": 1234, f"1{FIGURE}234": 1234,
    f"1{IDEOGRAPHIC}234": 1234, "1  234": 1234, f"1 {NBSP}234": 1234, "1\u200b234": 1234,
    f"123{NARROW}456": 123456, f"1{NARROW}234{NBSP}567": 1234567, "1 234 567": 1234567,
    # apostrophes between thousands
    "1'234": 1234, "1'234'567": 1234567, f"1{APOSTROPHE}234,5": 1234.5, "1'234.5": 1234.5,
    # decimals, comma or point, that no group of thousands could be
    "0,5": 0.5, "12,5": 12.5, "12.5": 12.5, "84,91": 84.91, "84.91": 84.91, ",5": 0.5, ".5": 0.5,
    ".125": 0.125, "1234,5": 1234.5, "1234.5": 1234.5, "3,1416": 3.1416, "1,2340": 1.234,
    # three decimals, yet no thousands: a leading zero, or four digits before
    "0,123": 0.123, "0.123": 0.123, "0,000": 0, "00,123": 0.123, "01.234": 1.234,
    "1234,567": 1234.567, "1234.567": 1234.567,
    # spaces and decimals
    "1 234,5": 1234.5, "1 234.5": 1234.5, "1 234,567": 1234.567, "1 234.567": 1234.567,
    f"1{NARROW}234{NARROW}567,8": 1234567.8, "1 234 567,8": 1234567.8,
    # both marks: the last one is decimal
    "1.234,5": 1234.5, "1.234,567": 1234.567, "1,234.5": 1234.5, "1,234.567": 1234.567,
    "1.234.567,8": 1234567.8, "1,234,567.8": 1234567.8,
    # several times the same mark: thousands
    "1.234.567": 1234567, "1,234,567": 1234567, "12.345.678": 12345678,
    # signs before
    "+3": 3, "-4": -4, f"{MINUS}4": -4, f"{DASH}4,5": -4.5, "- 4": -4, f"{MINUS} 1 234,5": -1234.5,
    "-,5": -0.5, "-1.234.567": -1234567,
    # digits of other keyboards
    "\uff11\uff12\uff13\uff14": 1234, "\uff11\uff12,\uff15": 12.5,
}  # fmt: skip

#: Two readings: with decimals, in thousands.
AMBIGUOUS = {
    "1,234": (1.234, 1234), "1.234": (1.234, 1234), "12,500": (12.5, 12500),
    "12.500": (12.5, 12500), "123.456": (123.456, 123456), "1,000": (1, 1000),
    "-1,234": (-1.234, -1234), f"{MINUS} 1.234": (-1.234, -1234), "+1,234": (1.234, 1234),
    f" 1,234{NBSP}": (1.234, 1234), "\uff11,\uff12\uff13\uff14": (1.234, 1234),
}  # fmt: skip

#: No reading.
REFUSED = (
    # groups that are not of three, or not all set apart by the same sign
    "12 34", "12 34,5", "1 2345", "1234 567", "1 23 456", "1.23.456", "1,23,456", "12.34.567",
    "1234.567,8", "1 234.567,8", "1.234 567", "1,234.567,8", "1.234.56", "1'23",
    # nothing before a first group, or a zero
    ".123.456", "0.123.456", "0 123", "0'123",
    # marks too many, or alone
    "1,2,3", "1,,2", "1.2,3,4", "1.2.3", ",", ".", "12,", "12.", "1 234,", "1 234 ,5", "1, 5",
    "1,234 567",
    # signs out of place
    "-", "+", "--4", "+-4", "4-", "4 -", "1-2", "'1234", "1''234",
    # not written out
    "1e6", "1E+06", "0x10", "1_000", "nan", "inf", "\u221e", "1/2", "\u00bd", "1\u00b2",
    # words
    "douze", "environ 500", "10-20", "n/a", "?", "9" * 400,
)  # fmt: skip
