"""Charts of a claim: what we do not know (draws, acceptability), and what makes machines differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from costing.analysis.claim.claim import ClaimAnswer
from costing.analysis.claim.words import DEFINITIONS, ClaimWords, amount, figure_words
from costing.analysis.uncertainty.chances import brief
from costing.french.writing import number, percent
from costing.ui.parts import charts, tables

Floats = NDArray[np.float64]
_BINS, _HEIGHT = 44, 300
#: Room over the bars or the curve for two rows of names, in parts of their height.
_ROOM = 1.3
_MACHINES = "#2F7D6B"


@dataclass(frozen=True)
class _Axis:
    """The quantity of a claim as an axis: percentages or acts, from `low` to `high`."""

    definition: str
    low: float
    high: float
    title: str

    @classmethod
    def of(cls, answer: ClaimAnswer, low: float, high: float, title: str) -> _Axis:
        """An axis that also holds every figure of the claim, with some room."""
        ends = [answer.figure, answer.claim.figure_high or answer.figure, low, high]
        room = 0.03 * (max(ends) - min(ends)) or 0.01
        return cls(answer.reading.definition, min(ends) - room, max(ends) + room, title)

    def in_axis_unit(self, values: Any) -> Any:
        """Values in the axis's unit."""
        return values if self.definition == "break_even" else 100 * values

    def named(self, words: str) -> str:
        """An amount short enough for a label: the axis says « par an »."""
        return words.removesuffix(" par an")

    def x(self, field: str) -> alt.X:
        """The channel of a field that is already in the axis's unit."""
        acts = self.definition == "break_even"
        words = "format(datum.value, ',.0f')" + ("" if acts else " + ' %'")
        return alt.X(
            f"{field}:Q",
            title=self.title,
            scale=alt.Scale(
                domain=[self.in_axis_unit(self.low), self.in_axis_unit(self.high)], nice=False
            ),
            axis=alt.Axis(
                labelExpr=words, tickCount=6, grid=False, labelOverlap="greedy", labelSeparation=8
            ),
        )


def uncertainty(answer: ClaimAnswer, words: ClaimWords) -> None:
    """The draws and the acceptability curve, on the same axis."""
    figures = answer.curve["figure"]
    axis = _Axis.of(answer, float(figures.min()), float(figures.max()), _title(answer))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Le résultat, tirage par tirage")
        _draws(answer, words, axis)
    with right:
        st.subheader("La probabilité, selon le chiffre affirmé")
        _curve(answer, words, replace(axis, title=f"Chiffre affirmé ({_title(answer).lower()})"))


def _title(answer: ClaimAnswer) -> str:
    if answer.reading.definition == "break_even":
        return "Actes par an à l'équilibre"
    return f"Surévaluation, en {DEFINITIONS[answer.reading.definition]}"


def _draws(answer: ClaimAnswer, words: ClaimWords, axis: _Axis) -> None:
    draws = answer.outcome.draws
    finite = draws[np.isfinite(draws)]
    ends = answer.quantile(0.05), answer.quantile(0.95)
    frame = _bars(finite, np.full(finite.size, 1 / draws.size), axis, ends, "tirages")
    principal = f"estimation : {axis.named(amount(answer.principal, axis.definition, 1))}"
    marks = _marks(answer, axis, answer.principal, principal)
    bars = _histogram(frame, axis, "Part des tirages", charts.COST)
    charts.show(alt.layer(bars, *marks), f"Répartition des tirages. {words.estimate}", _HEIGHT)
    if never := float(np.isposinf(draws).mean()):
        tables.note(
            f"Hors du dessin : {percent(never)} des tirages, où le forfait ne couvre jamais le "
            "coût, quel que soit le nombre d'actes."
        )


def _bars(
    values: Floats, weights: Floats, axis: _Axis, ends: tuple[float, float], noun: str
) -> pd.DataFrame:
    """Shares of the weight by interval of the axis, those between the two quantiles apart."""
    edges = np.linspace(axis.low, axis.high, _BINS + 1)
    inside = np.clip(values, axis.low, axis.high)
    share, _ = np.histogram(inside, bins=edges, weights=weights)
    middle = (edges[:-1] + edges[1:]) / 2
    within = (middle >= ends[0]) & (middle <= ends[1])
    bounds = axis.in_axis_unit(edges)
    return pd.DataFrame(
        {
            "start": bounds[:-1],
            "end": bounds[1:],
            "share": 100 * share,
            "part": np.where(within, f"9 {noun} sur 10", f"les {noun} des deux bouts"),
            "words": [f"{number(a, 1)} à {number(b, 1)}" for a, b in pairwise(bounds)],
        }
    )[share > 0]


def _histogram(frame: pd.DataFrame, axis: _Axis, title: str, colour: str) -> Any:
    """Bars side by side: full where nine in ten are, hollow at the two ends."""
    parts = sorted(frame["part"].unique())
    fills = [colour if part.startswith("9") else "#FFFFFF" for part in parts]
    top = _ROOM * float(frame["share"].max())
    return (
        alt.Chart(frame)
        .mark_bar(stroke=colour, strokeWidth=0.8)
        .encode(
            x=axis.x("start"),
            x2="end:Q",
            y2=alt.datum(0),
            y=alt.Y(
                "share:Q",
                title=title,
                scale=alt.Scale(domain=[0, top], nice=False),
                axis=alt.Axis(labelExpr="format(datum.value, ',.0f') + ' %'", tickCount=4),
            ),
            fill=alt.Fill("part:N", legend=None, scale=alt.Scale(domain=parts, range=fills)),
            tooltip=[
                alt.Tooltip("words:N", title=axis.title),
                alt.Tooltip("share:Q", title=f"{title}, %", format=",.1f"),
                alt.Tooltip("part:N", title="Parmi"),
            ],
        )
    )


def _marks(answer: ClaimAnswer, axis: _Axis, other: float, other_name: str) -> list[Any]:
    """The claim's figure or range, dashed, and another value, plain; each named in a row."""
    figure, high = answer.figure, answer.claim.figure_high
    figure_name = f"affirmation : {axis.named(figure_words(answer.claim, axis.definition))}"
    marks = _mark(axis, figure, figure_name, 26, charts.REVENUE, [6, 4])
    if high is not None:
        marks += _mark(axis, high, "", 26, charts.REVENUE, [6, 4])
    if np.isfinite(other):
        marks += _mark(axis, other, other_name, 8, charts.INK, [1, 0])
    return marks


def _mark(
    axis: _Axis, value: float, name: str, row: int, colour: str, dash: list[int]
) -> list[alt.Chart]:
    """A vertical line up to a height in pixels, its name beside its top, towards the middle."""
    left = value > (axis.low + axis.high) / 2
    where = {"x": axis.x("x"), "y": alt.value(row - 8), "y2": alt.value("height")}
    base = alt.Chart(pd.DataFrame({"x": [axis.in_axis_unit(value)], "name": [name]}))
    under = base.mark_rule(color="white", strokeWidth=4).encode(**where)
    rule = base.mark_rule(color=colour, strokeWidth=1.8, strokeDash=dash).encode(**where)
    side = {"align": "right" if left else "left", "dx": -6 if left else 6, "fontSize": 12}
    return [under, rule, *_text(base, side, colour, x=axis.x("x"), y=alt.value(row), text="name:N")]


def _text(base: alt.Chart, side: dict[str, Any], colour: str, **where: Any) -> list[alt.Chart]:
    """A text over a white halo, so that a line behind it does not cross it."""
    halo = base.mark_text(stroke="white", strokeWidth=5, strokeJoin="round", **side)
    return [halo.encode(**where), base.mark_text(color=colour, **side).encode(**where)]


def _curve(answer: ClaimAnswer, words: ClaimWords, axis: _Axis) -> None:
    """Probability of at least each figure, the claim's marked, and the level of one half."""
    frame = answer.curve
    frame = pd.DataFrame(
        {"x": axis.in_axis_unit(frame["figure"]), "share": 100 * frame["probability"]}
    )
    y = alt.Y(
        "share:Q",
        title="Probabilité d'au moins ce chiffre",
        scale=alt.Scale(domain=[0, 100 * _ROOM], nice=False),
        axis=alt.Axis(labelExpr="datum.value + ' %'", values=[0, 25, 50, 75, 100]),
    )
    tooltip = [
        alt.Tooltip("x:Q", title="Chiffre affirmé", format=",.1f"),
        alt.Tooltip("share:Q", title="Probabilité, %", format=",.1f"),
    ]
    line = alt.Chart(frame).mark_line(color=charts.COST, strokeWidth=2.4)
    figure_text = amount(answer.figure, axis.definition)
    half = alt.Chart(pd.DataFrame({"share": [50]}))
    point = alt.Chart(frame[frame["x"] == axis.in_axis_unit(answer.figure)])
    layers = [
        half.mark_rule(color=charts.SOFT, strokeDash=[2, 3]).encode(y=y),
        line.encode(x=axis.x("x"), y=y, tooltip=tooltip),
        *_mark(axis, answer.figure, f"affirmation : {axis.named(figure_text)}", 8,
               charts.REVENUE, [6, 4]),
        *_half_name(half, y, answer.figure > (axis.low + axis.high) / 2),
        point.mark_point(shape="diamond", size=130, filled=True, color=charts.REVENUE, opacity=1)
        .encode(x=axis.x("x"), y=y),
        *_point_name(answer, axis, point, y),
    ]  # fmt: skip
    charts.show(alt.layer(*layers), f"Courbe d'acceptabilité. {words.verdict}", _HEIGHT)


def _half_name(half: alt.Chart, y: alt.Y, left: bool) -> list[alt.Chart]:
    """The name of the level of one half, where neither the curve nor the figure is."""
    side = {"align": "left" if left else "right", "dx": 6 if left else -6, "fontSize": 11,
            "dy": 9 if left else -9}  # fmt: skip
    where = alt.value(0) if left else alt.value("width")
    return _text(half, side, charts.SOFT, x=where, y=y, text=alt.value("une chance sur deux"))


def _point_name(answer: ClaimAnswer, axis: _Axis, point: alt.Chart, y: alt.Y) -> list[alt.Chart]:
    """The claim's own probability beside its point."""
    left = answer.figure > (axis.low + axis.high) / 2
    side = {"align": "right" if left else "left", "dx": -9 if left else 9, "dy": -11,
            "fontSize": 13, "fontWeight": "bold"}  # fmt: skip
    name = brief(answer.at_least.value, len(answer.outcome.draws))
    return _text(point, side, charts.REVENUE, x=axis.x("x"), y=y, text=alt.value(name))


def variation(answer: ClaimAnswer, words: ClaimWords) -> None:
    """The machines by their own quantity, every input at its mode."""
    variation = answer.variation
    if variation is None:
        return
    finite = np.isfinite(variation.values)
    values, weights = variation.values[finite], variation.weight[finite] / variation.weight.sum()
    title = f"{_title(answer)}, appareil par appareil"
    axis = _Axis.of(answer, float(values.min()), float(values.max()), title)
    frame = _bars(
        values, weights, axis, (variation.quantiles["p05"], variation.quantiles["p95"]), "appareils"
    )
    median = variation.quantiles["p50"]
    name = f"appareil médian : {percent(median, 0, True)}"
    marks = _marks(answer, axis, median, name)
    bars = _histogram(frame, axis, "Part des appareils", _MACHINES)
    charts.show(alt.layer(bars, *marks), f"Répartition des appareils. {words.variation}", _HEIGHT)
