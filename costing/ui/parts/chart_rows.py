"""Charts read row by row: a name of several lines on the left, a word on the right."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from costing.ui.parts import charts

#: Pixels of a line of a name, of the space between two rows, of the foot of the chart.
_LINE, _GAP, FOOT = 15, 13, 46
_WIDTH, _MOST_LINES = 46, 4
_GLUED = re.compile(r" (?=[%;:!?»€/→])|(?<=[«/]) ")


@dataclass(frozen=True)
class Rows:
    """Rows from top to bottom, as tall as their names; `words` stand on their right.

    A name may have lines of its own; each is cut again where it is too long.
    """

    names: Sequence[str]
    words: Sequence[str]

    @cached_property
    def lines(self) -> list[list[str]]:
        """The names, cut into lines."""
        return [
            [line for part in name.split("\n") for line in _cut(part)] or [""]
            for name in self.names
        ]

    @cached_property
    def middles(self) -> list[float]:
        """Where each row is, from the top, in pixels."""
        middles, top = [], 0.0
        for lines in self.lines:
            size = _LINE * len(lines) + _GAP
            middles.append(top + size / 2)
            top += size
        return middles

    @property
    def height(self) -> float:
        """Of all the rows, in pixels."""
        return float(sum(_LINE * len(lines) + _GAP for lines in self.lines))

    def named(self, field: str) -> alt.Y:
        """The channel of a field in pixels, with the names; for one layer of a chart."""
        firsts = [
            y - _LINE * (len(lines) - 1) / 2
            for y, lines in zip(self.middles, self.lines, strict=True)
        ]
        return self._channel(field, _axis(firsts, self.lines, "left"))

    def worded(self, field: str) -> alt.Y:
        """The same, with the words on the right; for one layer of a chart."""
        return self._channel(field, _axis(self.middles, self.words, "right"))

    def bare(self, field: str) -> alt.Y:
        """The same, for the other layers."""
        return self._channel(field, None)

    def _channel(self, field: str, axis: alt.Axis | None) -> alt.Y:
        scale = alt.Scale(domain=[0, self.height], nice=False, reverse=True)
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)


def _cut(words: str) -> list[str]:
    """Lines short enough for the margin; what French typography joins stays together."""
    joined = _GLUED.sub("\u00a0", words)
    return wrap(joined, _WIDTH, max_lines=_MOST_LINES, placeholder=" …", break_on_hyphens=False)


def _axis(places: list[float], texts: Sequence[Any], orient: Any) -> alt.Axis:
    """An axis whose labels are texts at given places."""
    places_json, texts_json = json.dumps(places), json.dumps(list(texts), ensure_ascii=False)
    return alt.Axis(
        values=places, labelExpr=f"{texts_json}[indexof({places_json}, datum.value)]",
        orient=orient, labelLimit=340, labelLineHeight=_LINE, labelOverlap=False, labelPadding=8,
        title=None, ticks=False, domain=False, grid=False,
    )  # fmt: skip


def show(layers: Sequence[Any], rows: Rows, alternative: str) -> None:
    """Draw layers of which some have the names and others the words of the rows."""
    chart = alt.layer(*layers).resolve_axis(y="independent")
    charts.show(chart, alternative, round(rows.height) + FOOT)


def level(
    x: alt.X, value: float, name: str, top: int, colour: str, dash: Sequence[int], left: bool
) -> list[alt.Chart]:
    """A vertical line over all the rows, named `top` pixels under the top, on its left or right."""
    base = alt.Chart(pd.DataFrame({"x": [value], "name": [name]}))
    rule = base.mark_rule(color=colour, strokeWidth=1.8, strokeDash=list(dash))
    side: dict[str, Any] = {
        "align": "right" if left else "left", "dx": -6 if left else 6, "fontSize": 12.5,
        "fontWeight": "bold",
    }  # fmt: skip
    halo = base.mark_text(color="white", stroke="white", strokeWidth=5, strokeJoin="round", **side)
    text = base.mark_text(color=colour, **side)
    where: dict[str, Any] = {"x": x, "y": alt.value(top), "text": "name:N"}
    return [
        rule.encode(x=x, y=alt.value(top - 8), y2=alt.value("height")),
        halo.encode(**where),
        text.encode(**where),
    ]
