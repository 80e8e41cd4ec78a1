"""Who wins and who loses under a proposal, by one grouping of the machines at a time."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from costing.analysis.account import impact
from costing.analysis.account.impact import Part
from costing.case import labels
from costing.french.writing import meuros, number, percent, points
from costing.optimise.proposal import Proposal
from costing.reference.reference import Reference
from costing.ui.parts import chart_rows, charts, tables
from costing.ui.parts.chart_rows import Rows
from costing.ui.schedule import cache as schedule_cache
from costing.ui.schedule import prices as schedule_prices
from costing.ui.shell import cache

GROUPS = {
    "class": "Classe",
    "modality": "Modalité",
    "region": "Région",
    "sector": "Secteur",
    "size": "Activité",
    "age": "Âge",
    "amortisation": "Amortissement",
    "zone": "Zone",
}
#: Groupings whose parts have an order of their own.
_ORDERED = {
    "size": labels.SIZES,
    "age": labels.AGES,
    "amortisation": labels.AMORTISATION,
    "zone": labels.ZONES,
}
_WORSE, _BETTER, _SAME = "plus d'appareils sous leur coût", "moins", "autant"
_COLOURS = {_WORSE: charts.REVENUE, _BETTER: "#2F7D6B", _SAME: charts.SOFT}
#: A share that moves by less than this is told as the same.
_STILL = 0.0005


def section(proposal: Proposal) -> None:
    """Revenue and machines below cost before and after, by the grouping chosen."""
    assert proposal.schedule is not None
    case = proposal.case
    year = case.reference.savings.target.years[-1]
    base = case.reference.savings.baseline_date
    present, since = schedule_prices.before_steps(case)
    st.header("Qui gagne, qui perd")
    tables.lead(
        f"Année {year}, parc projeté. Un appareil est sous son coût quand ses forfaits ne couvrent "
        "pas le coût de ses actes facturés."
    )
    choices = {since: f"ceux du {labels.day(since)}, en vigueur avant la première étape",
               base: f"ceux du {labels.day(base)}, tarif de base"}  # fmt: skip
    date = st.radio("Prix d'avant, tenus toute l'année", list(choices), key="losers-before",
                    format_func=choices.__getitem__, horizontal=True)  # fmt: skip
    group = st.segmented_control(
        "Appareils réunis par", list(GROUPS), default="class", required=True, key="losers-group",
        format_func=GROUPS.__getitem__, persist_state="session",
    ) or "class"  # fmt: skip
    before = present if date == since else case.reference.schedule.frozen(date)
    frame = schedule_cache.machines(case.scenario, before, proposal.schedule, year)
    reference = cache.reference()
    parts = [
        part._replace(name=name(reference, group, part.name)) for part in ordered(frame, group)
    ]
    whole = impact.total(frame)
    _chart([*parts, whole], group)
    _table([*parts, whole], GROUPS[group])
    if group == "size":
        tables.note("Actes annuels de l'appareil, facturés ou non, contre les seuils de sa classe.")


def ordered(frame: pd.DataFrame, group: str) -> list[Part]:
    """The parts of the fleet, in their own order or those that lose most first."""
    parts = impact.by(frame, group)
    if group in _ORDERED:
        order = list(_ORDERED[group])
        parts.sort(key=lambda part: order.index(part.name))
    return parts


def name(reference: Reference, group: str, code: str) -> str:
    """A part of the fleet in words."""
    if group == "class":
        return labels.scope_name(reference, code)
    if group == "modality":
        return labels.modality_name(reference, code)
    names = labels.SECTORS if group == "sector" else _ORDERED.get(group, {})
    part_name = names.get(code, code)
    return part_name[:1].upper() + part_name[1:]


def _table(parts: list[Part], title: str) -> None:
    rows = [
        [
            part.name,
            number(part.machines),
            meuros(part.before_eur),
            meuros(part.after_eur),
            meuros(part.after_eur - part.before_eur),
            percent(part.change, 1, sign=True),
            percent(part.below_before, 1),
            percent(part.below_after, 1),
        ]
        for part in parts
    ]
    columns = [tables.text(title), tables.Column("Appareils"), tables.Column("Forfaits avant"),
               tables.Column("Forfaits après"), tables.Column("Écart"),
               tables.Column("Écart en %"), tables.Column("Sous leur coût avant"),
               tables.Column("Sous leur coût après")]  # fmt: skip
    tables.table(columns, rows, total=-1)


def _chart(parts: list[Part], group: str) -> None:
    """Share of the machines below their cost, from before (hollow) to after (full), by part."""
    rows = Rows([part.name for part in parts], [_moved(part) for part in parts])
    frame = pd.DataFrame(
        [
            {"y": y, "name": part.name, "before": 100 * part.below_before,
             "after": 100 * part.below_after, "kind": _kind(part),
             "fees": percent(part.change, 1, sign=True)}
            for part, y in zip(parts, rows.middles, strict=True)
        ]
    )  # fmt: skip
    top = max(5.0, 1.05 * float(frame[["before", "after"]].to_numpy().max()))
    axis = alt.Axis(labelExpr="format(datum.value, ',.0f') + ' %'", tickCount=6, grid=True)
    scale = alt.Scale(domain=[0, min(top, 104.0)], nice=False)
    title = "Part des appareils sous leur coût"

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=title, scale=scale, axis=axis)

    kinds = [kind for kind in _COLOURS if kind in set(frame["kind"])]
    colour = alt.Color("kind:N", legend=None, scale=alt.Scale(
        domain=kinds, range=[_COLOURS[kind] for kind in kinds]))  # fmt: skip
    tooltip = [
        alt.Tooltip("name:N", title=GROUPS[group]),
        alt.Tooltip("before:Q", title="Sous leur coût avant, %", format=",.1f"),
        alt.Tooltip("after:Q", title="Sous leur coût après, %", format=",.1f"),
        alt.Tooltip("fees:N", title="Forfaits"),
    ]
    base = alt.Chart(frame)
    line = base.mark_rule(strokeWidth=2.4).encode(
        x=x("before"), x2="after:Q", y=rows.named("y"), color=colour
    )
    hollow = base.mark_point(
        shape="circle", size=70, filled=True, fill="white", opacity=1, strokeWidth=2
    )
    was = hollow.encode(x=x("before"), y=rows.worded("y"), stroke=colour.copy(), tooltip=tooltip)
    now = base.mark_point(shape="circle", size=95, filled=True, opacity=1).encode(
        x=x("after"), y=rows.bare("y"), color=colour, tooltip=tooltip
    )
    words = f"Part des appareils sous leur coût, avant et après, par {GROUPS[group].lower()}"
    chart_rows.show([line, was, now], rows, words)
    tables.note(
        "Rond creux : avant ; rond plein : après, en points d'écart à droite. Orange : plus "
        "d'appareils sous leur coût ; vert : moins."
    )


def _kind(part: Part) -> str:
    moved = part.below_after - part.below_before
    if abs(moved) < _STILL:
        return _SAME
    return _WORSE if moved > 0 else _BETTER


def _moved(part: Part) -> str:
    if _kind(part) == _SAME:
        return "="
    moved = part.below_after - part.below_before
    return f"{'+' if moved > 0 else ''}{points(moved)}"
