"""A table of texts that a person fills a row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st


def editor(
    titles: Sequence[str], lines: Iterable[Sequence[str]], key: str, columns: Mapping[str, Any]
) -> pd.DataFrame:
    """Draw the table; what it holds. `columns` are Streamlit's, by title."""
    start = pd.DataFrame([list(line) for line in lines], columns=list(titles), dtype=str)
    return st.data_editor(
        start, num_rows="dynamic", hide_index=True, placeholder="", key=key, row_height=34,
        column_config=dict(columns),
    )  # fmt: skip
