"""Charts of one machine: cost by poste, cost and revenue over its yearly acts."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from costing.analysis.account.comparison import Curve
from costing.case import labels
from costing.french.writing import euros, number, percent
from costing.ui.parts import charts, tables
from costing.ui.parts.machine import Machine
from costing.ui.shell import cache

_POINTS, _NAMED_POSTES = 240, 7


def last_act(machine: Machine) -> int:
    """Right end of the axes: past the last threshold, the norm and the chosen number."""
    limits = machine.case.reference.classes[machine.class_code].limits
    wide = 16_000 if len(limits) > 1 else 6_000
    return int(max(wide, 1.15 * limits[-1], 1.15 * machine.acts) // 500 * 500)


def curve_of(machine: Machine) -> Curve:
    """Cost and revenue for every number of acts shown."""
    return cache.curve(
        machine.case.scenario, machine.class_code, machine.amortisation, machine.zone,
        machine.date, last_act(machine),
    )  # fmt: skip


def edges(machine: Machine) -> tuple[list[float], list[str]]:
    """Limits of the bands, and the bands' names."""
    entry = machine.case.reference.classes[machine.class_code]
    return list(entry.limits), [labels.BANDS[code] for code in entry.bands]


def section(machine: Machine) -> None:
    """Cost and revenue over the acts, then cost by poste."""
    curve = curve_of(machine)
    st.header("Coût et recette selon l'activité")
    st.markdown(break_even_words(curve))
    _yearly(machine, curve)
    st.header("De quoi le coût est fait")
    left, right = st.columns([5, 6], gap="large")
    with left:
        _postes_now(machine)
    with right:
        _postes_over(machine, curve)


def break_even_words(curve: Curve) -> str:
    """Where the fee covers the cost, and where it does not."""
    margin = curve.revenue - curve.cost
    marks = [float(curve.acts[0]), *curve.break_even, float(curve.acts[-1])]
    middles = [(a + b) / 2 for a, b in pairwise(marks)]
    verbs = [
        "**couvre**" if np.interp(middle, curve.acts, margin) >= 0 else "**ne couvre pas**"
        for middle in middles
    ]
    if len(verbs) == 1:
        last = number(marks[-1])
        return f"Le forfait {verbs[0]} le coût, à tout volume jusqu'à {last} actes par an."
    inner = [
        f"{verb} de {number(a)} à {number(b)}"
        for verb, (a, b) in zip(verbs[1:-1], pairwise(marks[1:-1]), strict=True)
    ]
    parts = [
        f"{verbs[0]} le coût au-dessous de {number(marks[1])} actes par an",
        *(f"le {part}" for part in inner),
        f"le {verbs[-1]} au-delà" + (f" de {number(marks[-2])}" if inner else ""),
    ]
    words = ", ".join(parts[:-1]) + " et " + parts[-1]
    return "Le forfait " + words.replace("le **ne couvre", "**ne le couvre") + "."


def _sample(machine: Machine, curve: Curve) -> np.ndarray:
    """Indices of the points drawn: regular, and every corner of the lines."""
    size = len(curve.acts)
    corners = [int(limit) - 1 for limit in edges(machine)[0] if 1 <= limit <= size]
    indices = np.concatenate([np.linspace(0, size - 1, _POINTS).astype(int), corners])
    return np.unique(indices)


def _yearly(machine: Machine, curve: Curve) -> None:
    """Cost and fees of a year over the number of acts, with the bands and the break-evens."""
    last = float(curve.acts[-1])
    bounds, labels = edges(machine)
    layers = [
        charts.bands(bounds, labels, 0, last),
        *_lines(curve, _sample(machine, curve)),
        _break_even_marks(curve),
        charts.here(machine.acts, f"{number(machine.acts)} actes", 0, last),
    ]
    words = f"Coût et forfaits annuels selon les actes. {break_even_words(curve)}"
    charts.show(alt.layer(*layers), words.replace("**", ""), 400)
    steps = " ; ".join(
        f"{name} jusqu'à {number(limit)}" for name, limit in zip(labels, bounds, strict=False)
    )
    tables.note(f"Tranches de la classe : {steps} ; {labels[-1]} au-delà. ◆ : équilibre.")


def _lines(curve: Curve, points: np.ndarray) -> list[alt.Chart]:
    """The two curves, each with its own dash and its name beside it."""
    acts, cost, revenue = curve.acts[points], curve.cost[points] / 1e3, curve.revenue[points] / 1e3
    where = int(0.86 * len(points))
    above = np.sign(revenue[where] - cost[where]) or 1.0
    layers = []
    for name, y, colour, dash, side in (
        ("coût de l'année", cost, charts.COST, [1, 0], -above),
        ("forfaits de l'année", revenue, charts.REVENUE, [8, 3], above),
    ):
        frame = pd.DataFrame({"acts": acts, "keur": y, "per_act": y * 1e3 / acts, "name": name})
        line = alt.Chart(frame).mark_line(strokeWidth=2.4, color=colour, strokeDash=dash)
        label = alt.Chart(frame.iloc[[where]]).mark_text(
            align="right" if side > 0 else "left", dy=-14 * side, fontSize=13, color=colour
        )
        x = charts.x_acts(0, float(curve.acts[-1]))
        axis = alt.Axis(format=",.0f", tickCount=7)
        top = 1.12 * float(max(cost.max(), revenue.max()))
        scale = alt.Scale(domain=[0, top], nice=False)
        y_axis = alt.Y("keur:Q", title="Milliers d'euros par an", axis=axis, scale=scale)
        tooltip = [
            alt.Tooltip("name:N", title="Courbe"),
            alt.Tooltip("acts:Q", title="Actes par an", format=",.0f"),
            alt.Tooltip("keur:Q", title="k€ par an", format=",.1f"),
            alt.Tooltip("per_act:Q", title="€ par acte", format=",.2f"),
        ]
        layers += [line.encode(x=x, y=y_axis, tooltip=tooltip)]
        layers += [label.encode(x=x, y=y_axis, text="name:N")]
    return layers


def _fills(domain: list[str]) -> alt.Color:
    scale = alt.Scale(domain=domain, range=list(charts.FILLS[: len(domain)]))
    return alt.Color("serie:N", title=None, scale=scale, legend=alt.Legend(columns=2))


def _break_even_marks(curve: Curve) -> Any:
    frame = pd.DataFrame(
        {
            "acts": curve.break_even,
            "keur": [np.interp(n, curve.acts, curve.cost) / 1e3 for n in curve.break_even],
            "name": [f"équilibre : {number(n)} actes" for n in curve.break_even],
        }
    )
    base = alt.Chart(frame).encode(x=alt.X("acts:Q"), y=alt.Y("keur:Q"))
    dot = base.mark_point(shape="diamond", size=110, filled=True, color=charts.INK, opacity=1)
    label = base.mark_text(align="left", dx=9, dy=14, fontSize=12, color=charts.INK).encode(
        text="name:N"
    )
    return alt.layer(dot, label)


def _postes_now(machine: Machine) -> None:
    """Cost per act of each poste at the chosen number of acts, as bars with their amount."""
    labels = machine.case.reference.postes
    rows = [
        {"poste": labels[code].label.fr, "eur": float(amount) / machine.acts}
        for code, amount in machine.breakdown.by_poste().items()
    ]
    frame = pd.DataFrame(rows)
    frame = frame[frame["eur"] > 0].sort_values("eur", ascending=False)
    total = frame["eur"].sum()
    frame["words"] = [f"{euros(v, 2)}  ({percent(v / total, 0)})" for v in frame["eur"]]
    base = alt.Chart(frame).encode(
        y=alt.Y("poste:N", sort=None, title=None,
                axis=alt.Axis(labelLimit=190, ticks=False, domain=False)),
        x=alt.X("eur:Q", title="Euros par acte", axis=alt.Axis(format=",.0f", tickCount=5),
                scale=alt.Scale(domain=[0, float(frame["eur"].max()) * 1.32])),
        tooltip=[alt.Tooltip("poste:N", title="Poste"), alt.Tooltip("words:N", title="Par acte")],
    )  # fmt: skip
    bars = base.mark_bar(color=charts.COST, height=15)
    amounts = base.mark_text(align="left", dx=5, fontSize=12, color=charts.INK).encode(
        text="words:N"
    )
    st.subheader(f"Par poste, à {number(machine.acts)} actes : {euros(total, 2)} par acte")
    charts.show(alt.layer(bars, amounts), "Coût par acte de chaque poste", 26 * len(frame) + 40)


def _postes_over(machine: Machine, curve: Curve) -> None:
    """Cost per act stacked by poste over the number of acts, and the fee per act over it."""
    last = float(curve.acts[-1])
    first = max(1.0, last // 12)
    points = _sample(machine, curve)
    points = points[curve.acts[points] >= first]
    stacks = _stacks(machine, curve)
    frame = pd.concat(
        pd.DataFrame(
            {
                "acts": curve.acts[points],
                "eur": y[points] / curve.acts[points],
                "serie": name,
                "rank": rank,
            }
        )
        for rank, (name, y) in enumerate(stacks.items())
    )
    axis = alt.Axis(format=",.0f", tickCount=6)
    areas = (
        alt.Chart(frame)
        .mark_area(stroke="white", strokeWidth=0.6)
        .encode(
            x=charts.x_acts(first, last),
            y=alt.Y("eur:Q", stack="zero", title="Euros par acte", axis=axis),
            color=_fills(list(stacks)),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("serie:N", title="Poste"),
                alt.Tooltip("acts:Q", title="Actes par an", format=",.0f"),
                alt.Tooltip("eur:Q", title="€ par acte", format=",.2f"),
            ],
        )
    )
    st.subheader("Par poste, selon l'activité")
    layers = [areas, *_fee_line(curve, points), charts.here(machine.acts, "", first, last)]
    charts.show(
        alt.layer(*layers), "Coût par acte empilé par poste, et forfait moyen par acte", 420
    )


def _stacks(machine: Machine, curve: Curve) -> dict[str, np.ndarray]:
    """Yearly cost by poste over the acts: the heaviest at the chosen number, then the rest."""
    labels = machine.case.reference.postes
    amounts = {c: a for c, a in curve.breakdown.by_poste().items() if float(a.max()) > 0}
    index = min(round(machine.acts), len(curve.acts)) - 1
    order = sorted(amounts, key=lambda code: -amounts[code][index])
    stacks = {labels[code].label.fr: amounts[code] for code in order[:_NAMED_POSTES]}
    if rest := order[_NAMED_POSTES:]:
        stacks[f"Autres ({len(rest)} postes)"] = np.sum([amounts[code] for code in rest], axis=0)
    return stacks


def _fee_line(curve: Curve, points: np.ndarray) -> list[alt.Chart]:
    """The mean fee per act, dashed and named."""
    fee = pd.DataFrame(
        {"acts": curve.acts[points], "eur": curve.revenue[points] / curve.acts[points]}
    )
    line = alt.Chart(fee).mark_line(color=charts.INK, strokeDash=[8, 3], strokeWidth=2.2)
    middle = fee.iloc[[int(0.62 * len(fee))]]
    name = alt.Chart(middle).mark_text(align="left", dy=-12, fontSize=12, color=charts.INK)
    return [
        line.encode(x="acts:Q", y="eur:Q"),
        name.encode(x="acts:Q", y="eur:Q", text=alt.value("forfait moyen par acte")),
    ]
