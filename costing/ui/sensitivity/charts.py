"""Charts of a sensitivity: the tornado of its widest inputs, and their shares of the variance."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from costing.analysis.claim.words import DEFINITIONS, amount, figure_words
from costing.analysis.sensitivity.effects import Estimate
from costing.analysis.sensitivity.sensitivity import Driver, Sensitivity
from costing.french.writing import number, percent, quantity
from costing.reference.reference import Reference
from costing.ui.parts import chart_rows, charts, figures, tables, wording
from costing.ui.parts.chart_rows import Rows
from costing.values.catalogue import Claim

#: Rows of each chart.
MOST = 12
_HALF = 8
#: Parts of the width left free for the values beside the bars, and beyond the lines.
_ROOM, _EDGE = 0.18, 0.03
_LOW, _HIGH = "donnée à son quantile 5 %", "donnée à son quantile 95 %"
#: Standard errors on each side of a share: 95 % of the time.
_SPREAD = 1.96


def tornado(sensitivity: Sensitivity, reference: Reference, claim: Claim, definition: str) -> None:
    """The widest bars: the result with one input at each of its ends, the others at their mode."""
    finite = [driver for driver in sensitivity.tornado if not math.isnan(driver.swing)]
    drawn = [driver for driver in finite if driver.swing][:MOST]
    if not drawn:
        tables.note("Changée seule, aucune donnée ne déplace le résultat.")
        return
    rows = Rows(
        ["", *(_name(driver, reference, unit=True) for driver in drawn)],
        ["", *(wording.GRADES[driver.input.value.grade] for driver in drawn)],
    )
    unit = 1.0 if definition == "break_even" else 100.0
    low, high = _domain(sensitivity, drawn, claim, unit)
    frame = _ends(sensitivity, drawn, rows, definition, (low, high))
    layers = [*_bars(frame, rows, _x(definition, low, high))]
    layers += _levels(sensitivity, claim, definition, (low, high))
    words = f"Les {len(drawn)} données qui, changées seules, déplacent le plus le résultat."
    chart_rows.show(layers, rows, words)
    lost = len(sensitivity.drivers) - len(finite)
    tables.note(
        "Une donnée est changée à la fois, les autres à leur mode. Bâton creux : au quantile 5 % "
        "de la donnée ; bâton plein : à son quantile 95 %. Au bout du bâton, la valeur de la "
        f"donnée ; à droite, son grade.{_lost(lost)}"
    )


def _lost(count: int) -> str:
    if not count:
        return ""
    noun = "une donnée" if count == 1 else f"{number(count)} données"
    return f" Hors du dessin : {noun} dont un bout rend le résultat sans valeur."


def _name(driver: Driver, reference: Reference, unit: bool = False) -> str:
    """An input on a line, its class or file on the next, with its unit on request."""
    name = driver.input.label(reference).replace(" — ", "\n", 1)
    return f"{name} ({figures.unit_label(driver.input.parameter.unit)})" if unit else name


def _domain(
    sensitivity: Sensitivity, drawn: list[Driver], claim: Claim, unit: float
) -> tuple[float, float]:
    """Ends of the axis: both lines, every bar, and room for the values beside the bars."""
    ends = [end for driver in drawn for end in (driver.at_low, driver.at_high)]
    lines = [sensitivity.principal, claim.figure, claim.figure_high or claim.figure]
    bars, marks = ([unit * v for v in values if math.isfinite(v)] for values in (ends, lines))
    span = max(bars + marks) - min(bars + marks) or 1.0
    low = min(min(bars) - _ROOM * span, min(marks) - _EDGE * span)
    return low, max(max(bars) + _ROOM * span, max(marks) + _EDGE * span)


def _ends(
    sensitivity: Sensitivity,
    drawn: list[Driver],
    rows: Rows,
    definition: str,
    domain: tuple[float, float],
) -> pd.DataFrame:
    """Two bars a row, from the principal estimate to each end, in the axis's unit."""
    unit = 1.0 if definition == "break_even" else 100.0
    records = []
    for driver, y in zip(drawn, rows.middles[1:], strict=True):
        ends = ((_LOW, driver.low, driver.at_low), (_HIGH, driver.high, driver.at_high))
        for (kind, value, at), other in zip(ends, (driver.at_high, driver.at_low), strict=True):
            records.append(
                {
                    "start": float(np.clip(unit * sensitivity.principal, *domain)),
                    "end": float(np.clip(unit * at, *domain)),
                    "value": _short(value, driver.input.parameter.unit),
                    "left": at < other,
                    "kind": kind,
                    "result": amount(at, definition, 1),
                    "name": driver.input.address,
                    "top": y - _HALF,
                    "foot": y + _HALF,
                    "y": y,
                }
            )
    return pd.DataFrame(records)


def _short(value: float, unit: str) -> str:
    """A value to three digits, without its unit, which stands beside the name."""
    in_unit = 100 * value if figures.is_rate(unit) else value
    return quantity(float(f"{in_unit:.3g}"), "number")


def _x(definition: str, low: float, high: float) -> Any:
    """The channel of a field already in the axis's unit."""
    acts = definition == "break_even"
    title = "Actes par an à l'équilibre" if acts else f"Surévaluation, en {DEFINITIONS[definition]}"

    def channel(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=title,
            scale=alt.Scale(domain=[low, high], nice=False),
            axis=alt.Axis(
                labelExpr="format(datum.value, ',.0f')" + ("" if acts else " + ' %'"),
                tickCount=7, labelOverlap="greedy", labelSeparation=8,
            ),
        )  # fmt: skip

    return channel


def _bars(frame: pd.DataFrame, rows: Rows, x_axis: Any) -> list[Any]:
    """The bars, hollow at the low end and full at the high one, each with the input's value."""
    fills = alt.Scale(domain=[_LOW, _HIGH], range=["#FFFFFF", charts.COST])
    tooltip = [
        alt.Tooltip("kind:N", title="Bout"),
        alt.Tooltip("value:N", title="Donnée"),
        alt.Tooltip("result:N", title="Résultat"),
    ]
    bars = alt.Chart(frame).mark_rect(stroke=charts.COST, strokeWidth=1.4).encode(
        x=x_axis("start"), x2="end:Q", y=rows.named("top"), y2="foot:Q",
        fill=alt.Fill("kind:N", scale=fills, legend=None), tooltip=tooltip,
    )  # fmt: skip
    words = rows.worded("y")
    layers: list[Any] = [bars]
    for left in (True, False):
        base = alt.Chart(frame[frame["left"] == left])
        text = base.mark_text(
            align="right" if left else "left", dx=-6 if left else 6, fontSize=12, color=charts.INK
        )
        layers.append(text.encode(x=x_axis("end"), y=words, text="value:N"))
        words = rows.bare("y")
    return layers


def _levels(
    sensitivity: Sensitivity, claim: Claim, definition: str, domain: tuple[float, float]
) -> list[Any]:
    """The principal estimate and the claim's figure, or its range, as named lines."""
    unit = 1.0 if definition == "break_even" else 100.0
    middle, x_axis = sum(domain) / 2, _x(definition, *domain)
    figure_name = f"affirmation : {figure_words(claim, definition).removesuffix(' par an')}"
    figures = [(claim.figure, figure_name)]
    if claim.figure_high is not None:
        figures.append((claim.figure_high, ""))
    layers = []
    for figure, name in figures:
        layers += chart_rows.level(
            x_axis("x"), unit * figure, name, 20, charts.REVENUE, (6, 4), unit * figure > middle
        )
    if math.isfinite(sensitivity.principal):
        name = (
            f"estimation : {amount(sensitivity.principal, definition, 1).removesuffix(' par an')}"
        )
        here = unit * sensitivity.principal
        layers += chart_rows.level(x_axis("x"), here, name, 6, charts.INK, (1, 0), here > middle)
    return layers


def shares(sensitivity: Sensitivity, reference: Reference) -> None:
    """Shares of the variance with their errors, the largest first, the others together."""
    first, rest = sensitivity.by_share[:MOST], sensitivity.by_share[MOST:]
    titles = [_name(driver, reference) for driver in first]
    grades = [wording.GRADES[driver.input.value.grade] for driver in first]
    estimates = [driver.share for driver in first]
    if rest:
        titles.append(f"Les {number(len(rest))} autres données")
        grades.append("")
        estimates.append(_together(sensitivity, rest))
    rows = Rows(titles, grades)
    frame = pd.DataFrame(
        {
            "share": [100 * share.value for share in estimates],
            "low": [100 * max(0, share.value - _SPREAD * share.error) for share in estimates],
            "high": [100 * (share.value + _SPREAD * share.error) for share in estimates],
            "words": [percent(share.value) for share in estimates],
            "error": [f"{number(100 * share.error, 2)} point" for share in estimates],
            "grade": [grade[:1] or "ensemble" for grade in grades],
            "y": rows.middles,
            "top": [y - _HALF for y in rows.middles],
            "foot": [y + _HALF for y in rows.middles],
        }
    )
    chart_rows.show(_share_layers(frame, rows), rows, "Parts de la variance du résultat")
    tables.note(
        "Parts de Shapley : elles s'additionnent à 100 %, que les données soient corrélées ou non. "
        "Trait fin : intervalle à 95 % de l'estimation. À droite, le grade de la donnée ; orange : "
        "D ▲, hypothèse de travail ou saisie sans source."
    )


def _together(sensitivity: Sensitivity, rest: list[Driver]) -> Estimate:
    """The share of some inputs together, with the error of their sum."""
    addresses = {driver.input.address for driver in rest}
    return sensitivity.effects.of(
        np.array([a in addresses for a in sensitivity.effects.inputs.addresses])
    )


def _share_layers(frame: pd.DataFrame, rows: Rows) -> list[Any]:
    """Bars, error bars, and each share beside them."""
    top = 1.12 * float(frame["high"].max())
    axis = alt.Axis(labelExpr="format(datum.value, ',.0f') + ' %'", tickCount=6)
    scale = alt.Scale(domain=[0, top], nice=False)
    colours = alt.Scale(domain=["D", *"ABC", "ensemble"],
                        range=[charts.REVENUE, *[charts.COST] * 3, charts.FILLS[-1]])  # fmt: skip

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title="Part de la variance", scale=scale, axis=axis)

    base = alt.Chart(frame)
    bars = base.mark_rect().encode(
        x=x("share"), x2=alt.datum(0), y=rows.named("top"), y2="foot:Q",
        color=alt.Color("grade:N", scale=colours, legend=None),
        tooltip=[
            alt.Tooltip("words:N", title="Part"), alt.Tooltip("error:N", title="Erreur type")
        ],
    )  # fmt: skip
    # Over a white line, so that it is seen on a dark bar too.
    under = base.mark_rule(color="white", strokeWidth=4).encode(
        x=x("low"), x2="high:Q", y=rows.worded("y")
    )
    errors = base.mark_rule(color=charts.INK, strokeWidth=1.6).encode(
        x=x("low"), x2="high:Q", y=rows.bare("y")
    )
    texts = base.mark_text(align="left", dx=7, fontSize=12.5, color=charts.INK).encode(
        x=x("high"), y=rows.bare("y"), text="words:N"
    )
    return [bars, under, errors, texts]
