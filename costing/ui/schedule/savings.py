"""What a schedule saves, year by year, beside the decision's own trajectory."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

import altair as alt
import pandas as pd
import streamlit as st

from costing.analysis.account import impact
from costing.analysis.account.savings import YearSavings, lever_savings
from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.french.writing import NONE, meuros, number, percent
from costing.optimise.proposal import Proposal
from costing.ui.parts import charts, tables
from costing.ui.schedule import cache as schedule_cache
from costing.ui.shell import cache


def savings_section(proposal: Proposal) -> None:
    """Savings by year against the decision's own trajectory; what the step dates do."""
    assert proposal.schedule is not None
    case, schedule = proposal.case, proposal.schedule
    st.header("Économies par année")
    ours = schedule_cache.saved(case.scenario, schedule)
    theirs = cache.official_savings(case.scenario)
    reached = {year.year: year.saved_eur for year in ours} | (
        proposal.savings if proposal.answers is not None else {}
    )
    with st.container(key="pair-savings"):
        left, right = st.columns([5, 7], gap="large")
    with left:
        _bars(reached, {year.year: year.saved_eur for year in theirs})
    with right:
        _savings_table(proposal, reached, ours, theirs)
    _say_steps(case, schedule, ours)


def trajectory_section(case: Case) -> None:
    """What the decision's own trajectory saves, before any schedule is asked for."""
    decision = case.reference.savings.trajectory
    st.header("La trajectoire de la décision d'octobre 2025")
    years = cache.official_savings(case.scenario)
    rows = [
        [str(y.year), meuros(y.baseline_eur), meuros(y.saved_eur), meuros(y.full_year_eur)]
        + [meuros(y.by_modality.get(code, 0.0)) for code in _modalities(case)]
        for y in years
    ]
    rows.append(
        ["Cumul", meuros(sum(y.baseline_eur for y in years)),
         meuros(sum(y.saved_eur for y in years)), NONE]
        + [meuros(sum(y.by_modality.get(code, 0.0) for y in years)) for code in _modalities(case)]
    )  # fmt: skip
    columns = [tables.text("Année"), tables.Column("Forfaits au tarif de base"),
               tables.Column("Économie"), tables.Column("… année pleine")]  # fmt: skip
    columns += [
        tables.Column(f"dont {labels.modality_name(case.reference, code)}")
        for code in _modalities(case)
    ]
    tables.table(columns, rows, "Économies contre le tarif de base", total=-1)
    tables.note(f"{_without_pet(case, years)} {decision.note}")
    _say_steps(case, case.reference.schedule, years)


def _modalities(case: Case) -> list[str]:
    return list(dict.fromkeys(entry.modality for entry in case.reference.class_entries))


def _say_steps(case: Case, schedule: FeeSchedule, years: list[YearSavings]) -> None:
    words = _step_words(case, schedule, years)
    if words:
        st.markdown(
            "**Ce que font les dates d'effet.** Les tranches se comptent depuis le 1er janvier : "
            "quand les prix changent en cours d'année, beaucoup d'appareils ont déjà passé leur "
            "activité de référence, et peu d'actes à taux plein restent à payer.\n"
            + "\n".join(words)
        )


def _bars(ours: dict[int, float], theirs: dict[int, float]) -> None:
    series = {"Proposition": (ours, charts.COST), "Décision d'octobre 2025": (theirs, "#FFFFFF")}
    frame = pd.DataFrame(
        [
            {"year": str(year), "serie": name, "meur": eur / 1e6, "words": number(eur / 1e6, 1)}
            for name, (saved_eur, _) in series.items()
            for year, eur in saved_eur.items()
        ]
    )
    scale = alt.Scale(domain=list(series), range=[fill for _, fill in series.values()])
    base = alt.Chart(frame).encode(
        x=alt.X("year:N", title=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        xOffset=alt.XOffset("serie:N", sort=list(series)),
        y=alt.Y("meur:Q", title="Millions d'euros", axis=alt.Axis(format=",.0f", tickCount=5)),
        tooltip=[alt.Tooltip("serie:N", title="Barème"), alt.Tooltip("year:N", title="Année"),
                 alt.Tooltip("words:N", title="M€")],
    )  # fmt: skip
    bars = base.mark_bar(stroke=charts.COST, strokeWidth=1.4).encode(
        color=alt.Color("serie:N", title=None, scale=scale)
    )
    amounts = base.mark_text(dy=-8, fontSize=12, color=charts.INK).encode(text="words:N")
    charts.show(alt.layer(bars, amounts), "Économies par année des deux barèmes", 300)


def _savings_table(
    proposal: Proposal,
    reached: dict[int, float],
    ours: list[YearSavings],
    theirs: list[YearSavings],
) -> None:
    """What each year saves, and would have saved; `reached` with the answers of the fleet."""
    demand = proposal.case.scenario.savings
    levers = {year.year: lever_savings(demand, year.year) for year in ours}
    rows = [
        [str(a.year), meuros(a.baseline_eur), meuros(reached[a.year]), meuros(a.saved_eur),
         meuros(a.full_year_eur), meuros(b.saved_eur), meuros(b.full_year_eur),
         meuros(levers[a.year])]
        for a, b in zip(ours, theirs, strict=True)
    ]  # fmt: skip
    rows.append(["Cumul", meuros(sum(y.baseline_eur for y in ours)), meuros(sum(reached.values())),
                 meuros(sum(y.saved_eur for y in ours)), NONE,
                 meuros(sum(y.saved_eur for y in theirs)), NONE,
                 meuros(sum(levers.values()))])  # fmt: skip
    columns = [tables.text("Année"), tables.Column("Forfaits au tarif de base"),
               tables.Column("Proposition"), tables.Column("… sans réaction"),
               tables.Column("… année pleine"), tables.Column("Décision 2025"),
               tables.Column("… année pleine"), tables.Column("Autres leviers")]  # fmt: skip
    if proposal.answers is None:
        columns, rows = _without(columns, 3), [_without(row, 3) for row in rows]
    tables.table(columns, rows, "Économies contre le tarif de base", total=-1)
    base = labels.day(proposal.case.reference.savings.baseline_date)
    tables.note(
        f"Tarif de base : celui du {base}, tenu. « Année pleine » : ce que les prix du 31 décembre "
        "auraient économisé s'ils avaient valu toute l'année. "
        + _without_pet(proposal.case, theirs)
    )
    if proposal.answers is not None:
        tables.note(
            "« Proposition » compte les réactions demandées, comme le verdict et « Ce qui tient le "
            "résultat ». Les autres colonnes, « Qui gagne, qui perd » et « À côté d'autres barèmes "
            "» comptent des actes et des appareils qui ne réagissent pas."
        )


_Item = TypeVar("_Item")


def _without(items: list[_Item], place: int) -> list[_Item]:
    return [*items[:place], *items[place + 1 :]]


def _without_pet(case: Case, years: list[YearSavings]) -> str:
    """What the decision's trajectory saves in the last year, CT and MRI alone then with PET."""
    last = years[-1]
    alone = sum(last.by_modality.get(code, 0.0) for code in ("scanner", "irm"))
    pet = labels.modality_name(case.reference, "tep")
    return (
        f"Trajectoire de la décision en {last.year} : {meuros(alone)} pour le scanner et l'IRM "
        f"seuls, {meuros(last.saved_eur)} avec la modalité {pet} ; les ordres de grandeur publics "
        "parlent du scanner et de l'IRM."
    )


def _step_words(case: Case, schedule: FeeSchedule, ours: list[YearSavings]) -> list[str]:
    """For each year with a change inside it: what was saved of a full year's worth, and why."""
    sentences = []
    for year in ours:
        inside = [
            d for d in schedule.dates if dt.date(year.year, 1, 1) < d <= dt.date(year.year, 12, 31)
        ]
        if not inside or abs(year.full_year_eur) < 1:
            continue
        date = inside[-1]
        left = impact.full_rate_left(case, schedule, date)
        days = (dt.date(year.year + 1, 1, 1) - date).days / 365
        sentences.append(
            f"- **{year.year}** : au {labels.day(date)}, il reste {percent(days, 0)} de l'année, "
            f"mais {percent(left, 0)} des actes à taux plein. Les prix du 31 décembre "
            f"économiseraient {meuros(year.full_year_eur)} sur une année pleine ; {year.year} en "
            f"économise {meuros(year.saved_eur)}, soit "
            f"{percent(year.saved_eur / year.full_year_eur, 0)}."
        )
    return sentences
