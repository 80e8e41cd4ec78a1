"""A public figure put to the test on one machine: the fee that would make it true, the volume."""

from __future__ import annotations

import math
from itertools import pairwise

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from costing.analysis.account.comparison import break_even
from costing.case import labels
from costing.french.writing import NONE, euros, number, percent
from costing.reference.reference import Reference
from costing.ui.claim import choice as claim_choice
from costing.ui.claim.page import page as claim_page
from costing.ui.cost.charts import curve_of, edges
from costing.ui.parts import charts, tables, wording
from costing.ui.parts.machine import Machine
from costing.values.catalogue import Claim


def test_section(machine: Machine) -> None:
    """Choose a claim; its three readings on this machine; the mark-up over the acts."""
    reference = machine.case.reference
    claims = {c.id: c for c in reference.claims.values() if c.definition != "break_even"}
    claims = {k: c for k, c in claims.items() if math.isfinite(c.figure) and c.figure > 0}
    if not claims:
        return
    st.header("Une affirmation publique à l'épreuve")
    default = list(claims).index("cnam_75") if "cnam_75" in claims else 0
    chosen = st.selectbox(
        "Affirmation", list(claims), default, key="cost-claim", persist_state="session",
        format_func=lambda key: _title(claims[key]),
    )  # fmt: skip
    claim = claims[chosen]
    tables.note(f"{_source(reference, claim)} {claim_choice.note(reference, claim)}")
    st.page_link(
        st.Page(claim_page, title="Affirmation", url_path=claim_choice.ADDRESS),
        label="Cette affirmation sur le parc : sa probabilité, ce qui la renverserait",
        icon=":material/gavel:", query_params={claim_choice.ADDRESS: chosen},
    )  # fmt: skip
    left, right = st.columns([6, 5], gap="large")
    with left:
        _markup_chart(machine, claim.figure)
    with right:
        _readings(machine, claim.figure)


def _title(claim: Claim) -> str:
    who = f"{claim.author.fr}, {labels.day(claim.date)}"
    return f"{percent(claim.figure, 0)} — {claim.statement.fr} ({who})"


def _source(reference: Reference, claim: Claim) -> str:
    titles = " ; ".join(reference.sources[key].title for key in claim.source)
    return f"Source : {titles} (grade {wording.GRADES[claim.grade]})."


def _readings(machine: Machine, figure: float) -> None:
    """For each reading: the mean fee that would make the figure true, beside the fee paid."""
    cost, paid = machine.cost_eur / machine.acts, machine.revenue_eur / machine.acts
    part, invested = (amount / machine.acts for amount in machine.investment)
    over = machine.overvaluation
    share = cost / (1 - figure) if figure < 1 else math.nan
    rows = [
        ["Majoration", euros(cost * (1 + figure), 2), euros(paid, 2), _signed_percent(over.markup)],
        ["Part du forfait", euros(share, 2), euros(paid, 2), _signed_percent(over.share_of_fee)],
        ["Investissement seul", euros(invested * (1 + figure), 2), euros(part, 2),
         _signed_percent(over.investment)],
    ]  # fmt: skip
    columns = [tables.text("Lecture"), tables.Column(f"Forfait pour « {percent(figure, 0)} »"),
               tables.Column("Forfait payé"), tables.Column("Mesure ici")]  # fmt: skip
    caption = f"Euros par acte, à {number(machine.acts)} actes par an"
    tables.table(columns, rows, caption)
    tables.note(
        f"Coût par acte : {euros(cost, 2)}. En majoration, le forfait qui vérifierait "
        f"l'affirmation est {number(1 + figure, 2)} × le coût ; en part, le coût divisé par "
        f"{number(1 - figure, 2)}. La dernière ligne ne porte que sur "
        "la part du forfait qui paie l'investissement."
    )


def _signed_percent(value: float) -> str:
    return percent(float(value), 1, sign=True) if math.isfinite(value) else NONE


def _markup_chart(machine: Machine, figure: float) -> None:
    """Mark-up over the acts, with the level of the claim and that of the cost."""
    curve = curve_of(machine)
    last = float(curve.acts[-1])
    first = max(1.0, last // 12)
    bounds, bands = edges(machine)
    regular = np.linspace(int(first) - 1, len(curve.acts) - 1, 240)
    corners = [limit - 1 for limit in bounds if first <= limit <= last]
    points = np.unique(np.concatenate([regular, corners]).astype(int))
    frame = pd.DataFrame(
        {
            "acts": curve.acts[points],
            "markup": curve.revenue[points] / curve.cost[points] - 1,
            "cost": curve.cost[points] / curve.acts[points],
            "fee": curve.revenue[points] / curve.acts[points],
        }
    )
    low, high = float(frame["markup"].min()), max(float(frame["markup"].max()), figure)
    room = (high - min(low, 0)) * 0.14
    y = alt.Y(
        "markup:Q",
        title="Majoration : forfait / coût − 1",
        scale=alt.Scale(domain=[min(low, 0), high + room], nice=False),
        axis=alt.Axis(labelExpr="format(datum.value * 100, '+,.0f') + ' %'", tickCount=7),
    )
    layers = [
        charts.bands(bounds, bands, first, last),
        *_levels(figure, last),
        _markup_line(frame, y, first, last),
        charts.here(machine.acts, f"{number(machine.acts)} actes", first, last),
    ]
    words = true_words(curve.acts, curve.revenue - (1 + figure) * curve.cost, figure)
    st.subheader("Majoration selon l'activité")
    charts.show(alt.layer(*layers), words.replace("**", ""), 340)
    st.markdown(words)


def _markup_line(frame: pd.DataFrame, y: alt.Y, first: float, last: float) -> alt.Chart:
    tooltip = [
        alt.Tooltip("acts:Q", title="Actes par an", format=",.0f"),
        alt.Tooltip("percent:Q", title="Majoration, %", format="+,.1f"),
        alt.Tooltip("cost:Q", title="Coût, € par acte", format=",.2f"),
        alt.Tooltip("fee:Q", title="Forfait, € par acte", format=",.2f"),
    ]
    line = alt.Chart(frame.assign(percent=100 * frame["markup"]))
    marked: alt.Chart = line.mark_line(color=charts.COST, strokeWidth=2.4)
    return marked.encode(x=charts.x_acts(first, last), y=y, tooltip=tooltip)


def _levels(figure: float, last: float) -> list[alt.Chart]:
    """Two named levels: the claim, and the fee at cost."""
    names_ = [f"{percent(figure, 0)} : forfait = {number(1 + figure, 2)} × coût"]
    levels = pd.DataFrame(
        {"level": [figure, 0.0], "acts": last, "name": [*names_, "0 % : forfait = coût"]}
    )
    rule = alt.Chart(levels).mark_rule(color=charts.REVENUE, strokeDash=[6, 4], strokeWidth=1.6)
    label = alt.Chart(levels).mark_text(
        align="right", dy=-8, dx=-4, fontSize=12, color=charts.REVENUE
    )
    return [rule.encode(y="level:Q"), label.encode(x="acts:Q", y="level:Q", text="name:N")]


def true_words(acts: np.ndarray, gap: np.ndarray, figure: float) -> str:
    """Between which volumes the mark-up is at least the figure; `gap` is fee − (1 + p) × cost."""
    marks = [float(acts[0]), *break_even(acts, gap), float(acts[-1])]
    spans = [(a, b) for a, b in pairwise(marks) if np.interp((a + b) / 2, acts, gap) >= 0]
    level = percent(figure, 0)
    if not spans:
        return f"En majoration, ces {level} ne sont atteints à **aucun volume** affiché."
    inside = " et ".join(f"de {number(a)} à {number(b)}" for a, b in spans)
    return f"En majoration, ces {level} sont atteints **{inside} actes par an**, et là seulement."
