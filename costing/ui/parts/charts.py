"""The look of every chart: French numbers, readable axes, a palette that the colour-blind can read.

Nothing is told by colour alone: lines differ by their dash, and each is named where it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from costing.french.writing import THIN

INK, GRID, SOFT = "#1B1F27", "#E1E5EB", "#5B6573"
COST, REVENUE, TEST = "#1B365D", "#B4490E", "#6B3FA0"
#: Eight fills that stay apart in the three common colour deficiencies and in grey.
FILLS = ("#1B365D", "#8FB4DE", "#B4490E", "#F2C083", "#2F7D6B", "#A9D8C8", "#6B3FA0", "#B9BFC9")

_LOCALE = alt.Locale(
    number=alt.NumberLocale(decimal=",", thousands=THIN, grouping=[3], currency=["", f"{THIN}€"]),
    time=alt.TimeLocale(
        dateTime="%A %e %B %Y à %X",
        date="%d/%m/%Y",
        time="%H:%M:%S",
        periods=["", ""],
        days=["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
        shortDays=["dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."],
        months=["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
                "septembre", "octobre", "novembre", "décembre"],
        shortMonths=["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.",
                     "oct.", "nov.", "déc."],
    ),
)  # fmt: skip


_CONFIG = alt.Config(
    locale=_LOCALE,
    font="Source Sans, sans-serif",
    background="white",
    axis=alt.AxisConfig(
        labelColor=INK,
        titleColor=SOFT,
        labelFontSize=12,
        titleFontSize=12,
        titleFontWeight="normal",
        gridColor=GRID,
        domainColor=SOFT,
        tickColor=SOFT,
    ),
    legend=alt.LegendConfig(
        labelColor=INK, labelFontSize=12, titleColor=SOFT, orient="bottom", labelLimit=320
    ),
    view=alt.ViewConfig(stroke=None),
)


def show(
    chart: Any,
    alternative: str,
    height: int = 360,
    key: str | None = None,
    on_select: Callable[[], None] | None = None,
) -> None:
    """Draw a chart in the house style; `alternative` says in words what it shows.

    on_select: called when something is clicked in the chart, whose `key` then tells what.
    """
    # Set in place: each of Altair's own setters copies the chart with all its data.
    chart.height, chart.config = height, _CONFIG
    st.altair_chart(
        chart, width="stretch", theme=None, alt=alternative, key=key,
        on_select=on_select or "ignore",
    )  # fmt: skip


def x_acts(first: float, last: float) -> alt.X:
    """The axis of yearly acts."""
    return alt.X(
        "acts:Q",
        title="Actes par an sur l'appareil",
        scale=alt.Scale(domain=[first, last], nice=False),
        axis=alt.Axis(format=",.0f", tickCount=9, grid=False),
    )


def bands(edges: Sequence[float], labels: Sequence[str], first: float, last: float) -> Any:
    """The activity bands as alternate shades, each named at the top, and their limits dashed."""
    marks = [first, *(e for e in edges if first < e < last), last]
    skipped = sum(e <= first for e in edges)
    frame = pd.DataFrame(
        [
            {"start": a, "end": b, "middle": (a + b) / 2, "name": labels[skipped + i],
             "odd": (skipped + i) % 2}
            for i, (a, b) in enumerate(pairwise(marks))
        ]
    )  # fmt: skip
    scale = alt.Scale(domain=[first, last], nice=False)
    shade = (
        alt.Chart(frame[frame["odd"] == 1])
        .mark_rect(opacity=0.75, color="#EEF1F6")
        .encode(
            x=alt.X("start:Q", scale=scale),
            x2="end:Q",
        )
    )
    named = (
        alt.Chart(frame)
        .mark_text(baseline="top", fontSize=11, color=SOFT, dy=2)
        .encode(x=alt.X("middle:Q", scale=scale), y=alt.value(0), text="name:N")
    )
    limits = (
        alt.Chart(frame[frame["start"] > first])
        .mark_rule(color="#9AA6B8", strokeDash=[2, 3])
        .encode(x=alt.X("start:Q", scale=scale))
    )
    return alt.layer(shade, limits, named)


def here(acts: float, label: str, first: float, last: float) -> Any:
    """The chosen number of acts as a vertical line with its name at the foot."""
    frame = pd.DataFrame({"acts": [acts], "name": [label]})
    x = alt.X("acts:Q", scale=alt.Scale(domain=[first, last], nice=False))
    left = acts > (first + last) / 2
    rule = alt.Chart(frame).mark_rule(color=INK, strokeWidth=1.2).encode(x=x)
    named = (
        alt.Chart(frame)
        .mark_text(align="right" if left else "left", dx=-5 if left else 5, dy=-6, fontSize=11,
                   color=INK, baseline="bottom")
        .encode(x=x, y=alt.value("height"), text="name:N")
    )  # fmt: skip
    return alt.layer(rule, named)
