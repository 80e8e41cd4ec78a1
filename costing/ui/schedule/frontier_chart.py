"""The chart of a frontier: a line, points that open their schedule, and what stands today."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from costing.french.writing import percent
from costing.optimise.frontier import SAVINGS, Frontier
from costing.ui.parts import charts
from costing.ui.schedule import frontier_words

_HEIGHT = 400
#: Name of the selection that the chart sends back.
CHOSEN = "chosen"


def draw(frontier: Frontier, opened: int, required_eur: float, key: str, on_select: Any) -> None:
    """The frontier; `opened` is the point whose schedule is shown, `required_eur` what is asked."""
    first, second = frontier_words.axes(frontier)
    frame = pd.DataFrame(
        [
            {
                "rank": rank,
                "x": first.in_axis_unit(point.level),
                "y": second.in_axis_unit(point.value),
                "level": first.words(point.level),
                "value": second.words(point.value),
                "price": frontier_words.slope_words(frontier, point),
                "below": percent(point.share_below),
            }
            for rank, point in enumerate(frontier.points)
        ]
    )
    x = alt.X("x:Q", title=first.title, scale=alt.Scale(zero=False, nice=True), axis=_axis())
    y = alt.Y("y:Q", title=second.title, scale=alt.Scale(zero=True, nice=True), axis=_axis())
    tooltip = [
        alt.Tooltip("level:N", title=first.label),
        alt.Tooltip("value:N", title=second.label),
        alt.Tooltip("price:N", title=frontier_words.slope_title(frontier)),
        alt.Tooltip("below:N", title="Appareils sous leur coût"),
    ]
    chosen = alt.selection_point(
        name=CHOSEN, fields=["rank"], on="click", nearest=True, empty=False, toggle=False,
        clear=False,
    )  # fmt: skip
    base = alt.Chart(frame).encode(x=x, y=y)
    line = base.mark_line(color=charts.COST, strokeWidth=2.2)
    points = (
        base.mark_point(shape="circle", size=90, filled=True, opacity=1, color=charts.COST,
                        cursor="pointer", stroke="white", strokeWidth=1)
        .encode(tooltip=tooltip)
        .add_params(chosen)
    )  # fmt: skip
    here = alt.Chart(frame[frame["rank"] == opened]).encode(x=x, y=y)
    ring = here.mark_point(
        shape="circle", size=330, filled=False, stroke=charts.REVENUE, strokeWidth=3, opacity=1
    )
    layers = [line, *_required(frontier, required_eur, x), ring, points]
    chart = alt.layer(*layers)
    words = f"Frontière : {second.inside} au mieux, pour chaque niveau de « {first.inside} »"
    charts.show(chart, words, _HEIGHT, key=key, on_select=on_select)


def _axis() -> alt.Axis:
    return alt.Axis(format=",.10~g", tickCount=7)


def _required(frontier: Frontier, required_eur: float, x: alt.X) -> list[Any]:
    """What the scenario asks of the fee, where it falls on the axis."""
    levels = [point.level for point in frontier.points]
    if frontier.measure != SAVINGS or not min(levels) <= required_eur <= max(levels):
        return []
    frame = pd.DataFrame({"x": [required_eur / 1e6], "name": ["demandé au forfait"]})
    base = alt.Chart(frame).encode(x=x)
    rule = base.mark_rule(color=charts.SOFT, strokeDash=[4, 4], strokeWidth=1.4)
    named = base.mark_text(align="left", dx=5, baseline="top", fontSize=12, color=charts.SOFT)
    return [rule, named.encode(y=alt.value(0), text="name:N")]


def clicked(key: str) -> int | None:
    """The rank of the point clicked in a chart, from what Streamlit keeps of it."""
    chart_state: Any = st.session_state.get(key) or {}
    selected = chart_state.get("selection", {}).get(CHOSEN) or []
    return int(selected[0]["rank"]) if selected else None
