"""The waterfall of a bridge: from one position's value to the other's, difference by difference.

Both ends are points and not bars, so that the axis need not begin at zero: only the steps have a
length, and it is their amount.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from costing.analysis.bridge.bridge import Bridge, Overvaluation, Savings
from costing.analysis.bridge.words import GROUPS, amount, level, sentences
from costing.french.writing import euros, meuros, number
from costing.ui.parts import chart_rows, charts, tables
from costing.ui.parts.chart_rows import Rows

_MOST, _HALF = 14, 9
#: Parts of the width left free before the first level and, for the amounts, after the last one.
_BEFORE, _AFTER = 0.05, 0.24
_UP, _DOWN = "augmente le résultat", "diminue le résultat"


def waterfall(bridge: Bridge) -> None:
    """Draw it, with what its marks and its axis mean."""
    stretches = _stretches(bridge)
    rows = Rows(
        [_side(bridge, "A"), *(_two_lines(s.name) for s in stretches), _side(bridge, "B")],
        ["", *(s.group for s in stretches), ""],
    )
    levels = [_unit(bridge) * level for s in stretches for level in (s.before, s.after)]
    low, high = min(levels), max(levels)
    x_axis = _x(bridge, low - _BEFORE * (high - low), high + _AFTER * (high - low))
    layers = [
        *_zero(low, high),
        *_steps(rows, _step_frame(bridge, stretches, rows), x_axis),
        *_ends(rows, _end_frame(bridge, stretches, rows), x_axis),
    ]
    chart_rows.show(layers, rows, " ".join(sentences(bridge)))
    tables.note(
        "Bâton plein ▶ : la différence augmente le résultat. Bâton creux ◀ : elle le diminue. "
        "◆ : le résultat de chaque position. La longueur d'un bâton est le montant de la "
        "différence ; l'axe est cadré sur l'écart et ne part pas forcément de zéro."
    )


class Stretch(NamedTuple):
    """A bar from one level to another."""

    name: str
    group: str
    before: float
    after: float


def _stretches(bridge: Bridge) -> list[Stretch]:
    """The steps, those beyond the first ones together."""
    bars = bridge.waterfall
    drawn = bars if len(bars) <= _MOST else bars[: _MOST - 1]
    stretches = [
        Stretch(bar.step.atom.label, GROUPS[bar.step.atom.group], bar.before, bar.after)
        for bar in drawn
    ]
    if rest := bars[len(drawn) :]:
        name = f"Les {number(len(rest))} autres différences, ensemble"
        stretches.append(Stretch(name, "Divers", rest[0].before, rest[-1].after))
    return stretches


def _side(bridge: Bridge, side: str) -> str:
    return f"{side} : {(bridge.a if side == 'A' else bridge.b).scenario.name}"


def _step_frame(bridge: Bridge, stretches: list[Stretch], rows: Rows) -> pd.DataFrame:
    """The bars in the axis's unit and in pixels; `next` is where the next row is."""
    unit, places = _unit(bridge), rows.middles
    return pd.DataFrame(
        {
            "name": [s.name for s in stretches],
            "before": [s.before * unit for s in stretches],
            "after": [s.after * unit for s in stretches],
            "end": [max(s.before, s.after) * unit for s in stretches],
            "amount": [signed(bridge, s.after - s.before) for s in stretches],
            "kind": [_UP if s.after >= s.before else _DOWN for s in stretches],
            "y": places[1:-1],
            "top": [y - _HALF for y in places[1:-1]],
            "foot": [y + _HALF for y in places[1:-1]],
            "next": places[2:],
        }
    )


def _end_frame(bridge: Bridge, stretches: list[Stretch], rows: Rows) -> pd.DataFrame:
    """The two ends in the axis's unit and in pixels."""
    values, places = (stretches[0].before, stretches[-1].after), rows.middles
    return pd.DataFrame(
        {
            "value": [value * _unit(bridge) for value in values],
            "amount": [level_words(bridge, value) for value in values],
            "y": [places[0], places[-1]],
            "next": [places[1], places[-1]],
        }
    )


def _two_lines(label: str) -> str:
    """What differs on one line, what each side holds on the next."""
    before, arrow, after = label.partition(" → ")
    what, _, value = before.rpartition(" : ")
    return f"{what}\n{value}{arrow}{after}" if what and arrow else label


def _unit(bridge: Bridge) -> float:
    """What turns the engine's values into those of the axis."""
    match bridge.result:
        case Overvaluation():
            return 100.0
        case Savings():
            return 1e-6
    return 1.0


def level_words(bridge: Bridge, value: float) -> str:
    """A value of the result, in millions where cents would hide it."""
    return meuros(value) if isinstance(bridge.result, Savings) else level(bridge, value)


def signed(bridge: Bridge, value: float) -> str:
    """An amount with its sign, short enough for a label."""
    value = round(value, bridge.result.decimals)
    if not isinstance(bridge.result, Savings):
        return amount(bridge, value)
    plus = "+" if value > 0 else ""
    return f"{plus}{meuros(value)}" if abs(value) >= 1e5 else f"{plus}{euros(value)}"


def _x(bridge: Bridge, low: float, high: float) -> Any:
    """The channel of a field already in the axis's unit."""
    title, sign = {
        Overvaluation: ("Surévaluation", " %"), Savings: ("Économies", " M€")
    }.get(type(bridge.result), ("Coût d'un acte", " €"))  # fmt: skip

    def channel(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=title,
            scale=alt.Scale(domain=[low, high], nice=False),
            axis=alt.Axis(labelExpr=f"datum.label + '{sign}'", tickCount=6, labelOverlap=True),
        )

    return channel


def _zero(low: float, high: float) -> list[alt.Chart]:
    """The level of zero, where the steps cross it."""
    if not low < 0 < high:
        return []
    frame = pd.DataFrame({"zero": [0.0]})
    return [alt.Chart(frame).mark_rule(color=charts.SOFT, strokeWidth=1.4).encode(x="zero:Q")]


def _steps(rows: Rows, frame: pd.DataFrame, x_axis: Any) -> list[alt.Chart]:
    """The bars, the lines that join them, the arrows and the amounts."""
    colours = alt.Scale(domain=[_UP, _DOWN], range=[charts.COST, charts.REVENUE])
    fills = alt.Scale(domain=[_UP, _DOWN], range=[charts.COST, "#FFFFFF"])
    stroke = alt.Stroke("kind:N", scale=colours, legend=None)
    tooltip = [
        alt.Tooltip("name:N", title="Différence"),
        alt.Tooltip("amount:N", title="Montant"),
        alt.Tooltip("kind:N", title="Effet"),
    ]
    base = alt.Chart(frame)
    bars = base.mark_rect(strokeWidth=1.6).encode(
        x=x_axis("before"), x2="after:Q", y=rows.named("top"), y2="foot:Q", stroke=stroke,
        fill=alt.Fill("kind:N", scale=fills, legend=None), tooltip=tooltip,
    )  # fmt: skip
    links = base.mark_rule(color=charts.SOFT, strokeWidth=1).encode(
        x=x_axis("after"), y=rows.worded("foot"), y2="next:Q"
    )
    shapes = alt.Scale(domain=[_UP, _DOWN], range=["triangle-right", "triangle-left"])
    arrows = base.mark_point(size=70, filled=True, opacity=1).encode(
        x=x_axis("after"), y=rows.bare("y"), shape=alt.Shape("kind:N", scale=shapes, legend=None),
        color=alt.Color("kind:N", scale=colours, legend=None),
    )  # fmt: skip
    texts = base.mark_text(align="left", dx=10, fontSize=12.5, color=charts.INK).encode(
        x=x_axis("end"), y=rows.bare("y"), text="amount:N"
    )
    return [links, bars, arrows, texts]


def _ends(rows: Rows, frame: pd.DataFrame, x_axis: Any) -> list[alt.Chart]:
    """Where each position stands, and the line that leaves the first one."""
    base = alt.Chart(frame)
    links = base.mark_rule(color=charts.SOFT, strokeWidth=1).encode(
        x=x_axis("value"), y=rows.bare("y"), y2="next:Q"
    )
    points = base.mark_point(
        shape="diamond", size=130, filled=True, opacity=1, color=charts.INK
    ).encode(x=x_axis("value"), y=rows.bare("y"))
    texts = base.mark_text(
        align="left", dx=10, fontSize=13, fontWeight="bold", color=charts.INK
    ).encode(x=x_axis("value"), y=rows.bare("y"), text="amount:N")
    return [links, points, texts]
