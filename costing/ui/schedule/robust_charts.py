"""Charts of a schedule under draws: savings against what is required, machines below cost."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.draws.robustness import Robustness
from costing.french.writing import meuros, number
from costing.ui.parts import charts

Floats = NDArray[np.float64]
_BINS, _HEIGHT = 32, 300
#: Room over the bars for the names of the lines, in parts of their height.
_ROOM = 1.25
_BEFORE, _AFTER = "aux tarifs en vigueur, tenus", "sous ce barème"


def savings(robustness: Robustness) -> None:
    """The savings reached, those that miss what is required hollow, with the required line."""
    draws, required = robustness.reached.draws / 1e6, robustness.required_eur / 1e6
    edges = _edges([draws, np.array([required])])
    frame = _shares(draws, edges, "")
    kinds = ("objectif manqué", "objectif atteint")
    frame["kind"] = np.where((frame["start"] + frame["end"]) / 2 < required, *kinds)
    x = _x("start", "Millions d'euros", edges, "")
    top = _ROOM * float(frame["share"].max())
    bars = _bars(frame, x, kinds, ["#FFFFFF", charts.COST], charts.COST, top)
    name = f"demandé : {meuros(robustness.required_eur)}"
    layers = [bars, *_line(required, name, edges, "Millions d'euros", "")]
    words = f"Répartition des économies atteintes sur {number(robustness.draws)} tirages ; {name}."
    charts.show(alt.layer(*layers), words, _HEIGHT)


def below(robustness: Robustness) -> None:
    """The share of machines below cost, at the prices in force (hollow) and under the schedule."""
    before, after = 100 * robustness.below_present.draws, 100 * robustness.below.draws
    edges = _edges([before, after])
    was = _steps(before, edges)
    frame = _shares(after, edges, _AFTER)
    top = _ROOM * float(max(frame["share"].max(), was["share"].max()))
    x = _x("start", "Part des appareils sous leur coût", edges, " + ' %'")
    bars = _bars(frame, x, (_AFTER,), [charts.FILLS[3]], charts.FILLS[3], top)
    line = alt.Chart(was).mark_line(interpolate="step-after", strokeWidth=2).encode(
        x=x, y="share:Q",
        stroke=alt.Stroke("kind:N", title=None, scale=alt.Scale(
            domain=[_BEFORE], range=[charts.COST])),
    )  # fmt: skip
    words = f"Répartition de la part des appareils sous leur coût : {_BEFORE}, puis {_AFTER}."
    chart = alt.layer(bars, line).resolve_legend(stroke="independent", fill="independent")
    charts.show(chart, words, _HEIGHT)


def _edges(parts: list[Floats]) -> Floats:
    """Bounds of the bars, with some room, that hold all the values."""
    values = np.concatenate(parts)
    low, high = float(values.min()), float(values.max())
    room = 0.03 * (high - low) or 0.02 * abs(high) or 1.0
    return np.linspace(max(0.0, low - room) if low >= 0 else low - room, high + room, _BINS + 1)


def _shares(values: Floats, edges: Floats, kind: str) -> pd.DataFrame:
    """Share of the draws in each bar; empty ones left out."""
    count, _ = np.histogram(values, bins=edges)
    frame = pd.DataFrame(
        {
            "start": edges[:-1],
            "end": edges[1:],
            "share": 100 * count / len(values),
            "kind": kind,
            "words": [f"{number(a, 1)} à {number(b, 1)}" for a, b in pairwise(edges)],
        }
    )
    return frame[frame["share"] > 0].copy()


def _steps(values: Floats, edges: Floats) -> pd.DataFrame:
    """The outline of the same bars, down to nothing at both ends."""
    count, _ = np.histogram(values, bins=edges)
    share = np.append(100 * count / len(values), 0.0)
    return pd.DataFrame({"start": edges, "share": share, "kind": _BEFORE})


def _x(field: str, title: str, edges: Floats, sign: str) -> alt.X:
    return alt.X(
        f"{field}:Q", title=title,
        scale=alt.Scale(domain=[float(edges[0]), float(edges[-1])], nice=False),
        axis=alt.Axis(labelExpr=f"format(datum.value, ',.0f'){sign}", tickCount=6, grid=False,
                      labelOverlap="greedy", labelSeparation=8),
    )  # fmt: skip


def _bars(
    frame: pd.DataFrame, x: alt.X, kinds: Any, fills: list[str], stroke: str, top: float
) -> Any:
    """Bars side by side; what kind of draw is told by full or hollow."""
    drawn = [kind for kind in kinds if kind in set(frame["kind"])]
    scale = alt.Scale(domain=drawn, range=[fills[list(kinds).index(kind)] for kind in drawn])
    return (
        alt.Chart(frame)
        .mark_bar(stroke=stroke, strokeWidth=0.9)
        .encode(
            x=x,
            x2="end:Q",
            y2=alt.datum(0),
            y=alt.Y(
                "share:Q", title="Part des tirages", stack=None,
                scale=alt.Scale(domain=[0, top], nice=False),
                axis=alt.Axis(labelExpr="format(datum.value, ',.0f') + ' %'", tickCount=4),
            ),
            fill=alt.Fill("kind:N", title=None, scale=scale),
            tooltip=[
                alt.Tooltip("words:N", title=str(x.title)),
                alt.Tooltip("share:Q", title="Part des tirages, %", format=",.1f"),
                alt.Tooltip("kind:N", title="Tirages"),
            ],
        )
    )  # fmt: skip


def _line(value: float, name: str, edges: Floats, title: str, sign: str) -> list[Any]:
    """A vertical dashed line with its name, towards the middle."""
    left = value > (edges[0] + edges[-1]) / 2
    base = alt.Chart(pd.DataFrame({"x": [value], "name": [name]}))
    x = _x("x", title, edges, sign)
    rule = base.mark_rule(color=charts.REVENUE, strokeWidth=1.8, strokeDash=[6, 4]).encode(x=x)
    side: dict[str, Any] = {"align": "right" if left else "left", "dx": -6 if left else 6,
                            "fontSize": 12, "baseline": "top"}  # fmt: skip
    where = {"x": x, "y": alt.value(2), "text": "name:N"}
    halo = base.mark_text(stroke="white", strokeWidth=5, strokeJoin="round", **side)
    return [
        rule,
        halo.encode(**where),
        base.mark_text(color=charts.REVENUE, **side).encode(**where),
    ]
