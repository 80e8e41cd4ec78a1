"""From three quantiles that an expert gives to the low, mode and high of a value's form.

Nothing is written here: the fields of the form are filled, and the user tries or saves them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from costing.analysis.uncertainty.elicitation import CHANCES, Best, Fit, best
from costing.french.writing import percent, quantity
from costing.problems.errors import InputError
from costing.ui.assumptions import values
from costing.ui.parts import charts, figures, tables, wording

#: Laws that no quantile can move.
_WITHOUT = ("fixed", "discrete")
#: Figures kept of the range from 5 to 95 %: what an expert says has fewer.
_FIGURES = 4
_NAMES = {"pert": "PERT", "lognormal": "Lognormale"}
_LOOKS = {"PERT": (charts.COST, [1, 0]), "Lognormale": (charts.REVENUE, [6, 4])}
#: How far over the PERT's top the chart goes, in parts of it, and past its ends, in parts of them.
_HIGHEST, _PAST = 2.5, 0.06


def section(row: values.Row, texts: Mapping[str, str], key: str) -> None:
    """Ask three quantiles, show the laws that have them, offer to fill the form with the PERT.

    texts: what the fields of the form show at first. key: what ends the keys of these fields.
    """
    if row.parameter.distribution in _WITHOUT:
        return
    with st.expander("Ajuster à vos quantiles"):
        typed, pressed = _typed_quantiles(row)
        if not pressed and not any(text.strip() for text in typed):
            return
        unit = row.parameter.unit
        try:
            quantiles = [_quantile(text, unit, c) for text, c in zip(typed, CHANCES, strict=True)]
            fits = best(*quantiles)
        except (ValueError, InputError) as error:
            st.error(wording.literal(_refusal(error, unit)))
            return
        tables.note(fits.words(unit))
        _table(fits, unit)
        _report(row, fits, texts, key)
        _chart(fits, unit)


def _typed_quantiles(row: values.Row) -> tuple[list[str], bool]:
    """The texts of the three quantiles, and whether the fit was just asked."""
    tables.note(
        "Donnez trois valeurs : celle que la vraie a 5 % de chances de ne pas dépasser, puis 50 %, "
        "puis 95 %."
    )
    unit = figures.unit_label(row.parameter.unit)
    with st.form(f"quantiles-{row.address}", border=False):
        typed = [
            box.text_input(
                f"À {100 * chance:g} % ({unit})",
                key=f"quantile-{100 * chance:g}-{row.address}",
                persist_state="session",
            )
            for chance, box in zip(CHANCES, st.columns(3), strict=True)
        ]
        pressed = st.form_submit_button("Ajuster")
    return [text or "" for text in typed], pressed


def _quantile(text: str, unit: str, chance: float) -> float:
    try:
        return figures.stored(text, unit)
    except ValueError as error:
        raise ValueError(f"À {100 * chance:g} % : {error}") from None


def _refusal(error: Exception, unit: str) -> str:
    """Why quantiles are refused, with figures as the fields show them."""
    if not isinstance(error, InputError):
        return f"{error}."
    words = []
    for fault in error.problems:
        if fault.code == "quantiles_order":
            given = " ; ".join(figures.with_unit(float(v), unit) for v in fault.facts.values())
            words.append(f"Les quantiles à 5, 50 et 95 % doivent croître ; vous donnez {given}.")
        else:
            value = figures.with_unit(float(str(fault.value)), unit)
            words.append(
                f"À {fault.facts['chance']} % : {value} n'est pas possible ; il faut au moins 0."
            )
    return " ".join(words)


def rounded(fit: Fit, unit: str) -> dict[str, str]:
    """Low, mode and high as the fields of the form show them, to the figures that matter."""
    return {name: _field_text(getattr(fit, name), fit, unit) for name in values.NUMBERS}


def _field_text(value: float, fit: Fit, unit: str) -> str:
    """A value of a law as a field shows it, rounded to a part of the range from 5 to 95 %."""
    digits = _FIGURES - 1 - math.floor(math.log10(fit.asked[2] - fit.asked[0]))
    return figures.field_text(round(value, digits), unit)


def _table(fits: Best, unit: str) -> None:
    """Both laws, the quantiles that they have beside those asked, the largest gap."""
    law = fits.pert
    asked = [figures.field_text(value, unit) for value in law.asked]
    rows = [["Vos quantiles", "", "", "", *asked, ""]]
    for fit in (law, fits.lognormal):
        quantiles = [_field_text(value, fit, unit) for value in fit.fitted]
        ends = rounded(fit, unit).values()
        rows.append([_NAMES[fit.distribution], *ends, *quantiles, _gap(fit)])
    titles = ("Bas", "Mode", "Haut", "À 5 %", "À 50 %", "À 95 %", "Écart")
    columns = [tables.text("Loi"), *(tables.Column(title) for title in titles)]
    tables.table(columns, rows, f"Lois et quantiles ({figures.unit_label(unit)})")
    tables.note(
        "« Écart » : le plus grand des trois, en part de la plage de 5 à 95 %. Bas, mode et haut "
        "d'une lognormale sont ses quantiles à 5, 50 et 95 %. Elle est montrée pour comparaison ; "
        "un fichier de modèle peut la prendre (distribution: lognormal)."
    )


def _gap(fit: Fit) -> str:
    if fit.exact:
        return "aucun"
    return percent(fit.gap) if fit.gap >= 0.001 else "moins de 0,1 %"


def _report(row: values.Row, fits: Best, before: Mapping[str, str], key: str) -> None:
    """Offer to fill the form, when its law is the one fitted; say when that is done."""
    if row.parameter.distribution != "pert":
        tables.note("La valeur ne suit pas une loi PERT : ses champs ne se remplissent pas d'ici.")
        return
    texts = rounded(fits.pert, row.parameter.unit)
    now = all(st.session_state.get(f"{n}-{key}") == text for n, text in texts.items())
    st.button(
        "Reporter bas, mode et haut dans le formulaire",
        key=f"report-{key}",
        on_click=_fill,
        args=({f"{name}-{key}": text for name, text in texts.items()},),
        help="Ceux de la loi PERT, arrondis. Rien n'est enregistré.",
        disabled=now,
    )
    if now and any(before[name] != text for name, text in texts.items()):
        st.success("Reportés dans le formulaire : pressez « Essayer » ou « Enregistrer ».")


def _fill(texts: Mapping[str, str]) -> None:
    """Put texts in fields, before they are drawn again."""
    for key, text in texts.items():
        st.session_state[key] = text


def _chart(fits: Best, unit: str) -> None:
    """Densities of both laws, and the quantiles asked."""
    size = 100 if figures.is_rate(unit) else 1
    laws = (fits.pert, fits.lognormal)
    points = pd.DataFrame(
        [
            {"value": size * value, "density": density / size, "law": _NAMES[law.distribution]}
            for law in laws
            for value, density in zip(*(part.tolist() for part in law.curve), strict=True)
        ]
    )
    rules = pd.DataFrame(
        {
            "value": [size * value for value in fits.pert.asked],
            "name": [f"{100 * chance:g} %" for chance in CHANCES],
        }
    )
    x, y = _axes(fits, unit, size)
    colours, dashes = ([look[i] for look in _LOOKS.values()] for i in (0, 1))
    legend = alt.Legend(title=None, symbolType="stroke", symbolSize=1500, symbolStrokeWidth=2)
    scale: dict[str, Any] = {"legend": legend, "sort": list(_LOOKS)}
    lines = (
        alt.Chart(points)
        .mark_line(clip=True, strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=alt.Color("law:N", scale=alt.Scale(domain=list(_LOOKS), range=colours), **scale),
            strokeDash=alt.StrokeDash(
                "law:N", scale=alt.Scale(domain=list(_LOOKS), range=dashes), **scale
            ),
        )
    )
    marks = alt.Chart(rules).mark_rule(color=charts.SOFT, strokeDash=[2, 3]).encode(x=x)
    named = [  # the middle one higher: two quantiles may be close
        alt.Chart(rules[rules.index % 2 == i])
        .mark_text(baseline="bottom", dy=dy, fontSize=11, color=charts.INK)
        .encode(x=x, y=alt.value(0), text="name:N")
        for i, dy in enumerate((-3, -17))
    ]
    asked = ", ".join(quantity(value, unit) for value in fits.pert.asked)
    words = f"Densités de la loi PERT et de la lognormale ajustées aux quantiles {asked}."
    charts.show(alt.layer(marks, lines, *named), words, height=250)


def _axes(fits: Best, unit: str, size: float) -> tuple[alt.X, alt.Y]:
    """Both axes: the PERT from end to end; a lognormal that leaves the frame is cut."""
    law, tail = fits.pert, float(fits.lognormal.curve.values[0])
    width = law.asked[2] - law.asked[0]
    low = min(law.low, law.asked[0], max(tail, law.asked[0] - width / 2))
    high = max(law.high, law.asked[2])
    past = _PAST * (high - low)
    tops = [float(fit.curve.density.max()) / size for fit in (law, fits.lognormal)]
    x = alt.X(
        "value:Q",
        title=figures.unit_label(unit),
        scale=alt.Scale(domain=[size * max(0.0, low - past), size * (high + past)], nice=False),
        axis=alt.Axis(format=",~r" if high * size < 1e4 else ",.0f", tickCount=6, grid=False),
    )
    y = alt.Y(
        "density:Q",
        title="Densité",
        scale=alt.Scale(domain=[0, 1.05 * min(max(tops), _HIGHEST * tops[0])], nice=False),
        axis=alt.Axis(labels=False, ticks=False, grid=False),
    )
    return x, y
