"""A written date, read: day first as in France, or year first as computers write it.

Screens and workbooks read the same texts. Not here: a whole column of a file of machines, which may
put the month first or carry a midnight (`costing.fleet_file.values`).
"""

from __future__ import annotations

import datetime as dt
import re

from costing.french.writing import clean

#: Years that are admitted; what is out of them is most likely mistyped.
YEARS = (1950, 2100)

_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


def read_day(text: str) -> dt.date | None:
    """`01/03/2027` or `2027-03-01`; None where a text is written otherwise.

    Raises:
        ValueError: no such day in the calendar.
    """
    text = clean(text)
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = map(int, match.groups())
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, match.groups())
    else:
        return None
    return dt.date(year, month, day)


def plausible(date: dt.date) -> bool:
    """Whether a date is in the years that are admitted."""
    return YEARS[0] <= date.year <= YEARS[1]
