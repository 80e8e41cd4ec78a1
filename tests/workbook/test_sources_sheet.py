"""The sheet « Sources »: the bibliography as the reference data hold it."""

import datetime as dt
import io
from collections import Counter

import openpyxl

from tests.shared import REFERENCE


def test_a_date_is_shown_no_finer_than_it_is_known(template: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(template))["Sources"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=4)}
    assert list(rows) == list(REFERENCE.sources)
    shown: Counter[str] = Counter()
    for key, source in REFERENCE.sources.items():
        date = rows[key][3]
        assert date.value == dt.datetime.combine(source.date, dt.time())
        expected = {"day": "dd/mm/yyyy", "month": "mm/yyyy", "year": "yyyy"}[source.date_precision]
        assert date.number_format == expected
        shown[expected] += 1
    assert min(shown.values()) > 5
    assert len(shown) == 3
