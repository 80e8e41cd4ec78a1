"""The answer to a demand: in words, the savings by year, the prices, who loses, what holds it."""

from __future__ import annotations

import datetime as dt

import altair as alt
import pandas as pd
import streamlit as st

from costing import labels
from costing.analysis import impact
from costing.analysis.savings import YearSavings, lever_savings, savings
from costing.optimise.proposal import Proposal
from costing.reference import Case
from costing.tariff import FeeSchedule
from costing.ui import cache, charts, tables
from costing.words import NONE, euros, meuros, number, percent

_GROUPS = {"class": "Classe", "sector": "Secteur", "region": "Région", "amortisation": "Appareil"}


def verdict(proposal: Proposal) -> None:
    """The answer in words, and what contradicts what when there is none."""
    if proposal.status == "optimal":
        st.success(proposal.words, icon=":material/check:")
    elif proposal.status == "infeasible":
        st.error(f"**Demandes incompatibles.** {proposal.words}", icon=":material/block:")
        if proposal.conflict:
            st.markdown("**Ce qui débloquerait**, une contrainte à la fois :")
            st.markdown("\n".join(f"- {way.words}" for way in proposal.conflict))
    else:
        st.warning(proposal.words)
    figures = st.columns(4)
    figures[0].metric("Demandé au forfait", meuros(proposal.required_eur))
    figures[1].metric("Le plus que l'on puisse économiser", meuros(proposal.reachable_eur))
    if proposal.status == "optimal":
        help_ = "Somme, sur les appareils dont le forfait ne couvre pas le coût, de ce qui manque."
        figures[2].metric(
            "Perte des appareils sous leur coût", meuros(proposal.loss_eur), help=help_
        )
        figures[3].metric("La même avant la première étape", meuros(proposal.present_loss_eur))


def savings_section(proposal: Proposal) -> None:
    """Savings by year against the decision's own trajectory; what the step dates do."""
    assert proposal.schedule is not None
    case, schedule = proposal.case, proposal.schedule
    st.header("Économies par année")
    ours, theirs = savings(case, schedule), cache.official_savings(case.scenario)
    left, right = st.columns([5, 7], gap="large")
    with left:
        _bars(ours, theirs)
    with right:
        _savings_table(proposal, ours, theirs)
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


def _bars(ours: list[YearSavings], theirs: list[YearSavings]) -> None:
    series = {"Proposition": (ours, charts.COST), "Décision d'octobre 2025": (theirs, "#FFFFFF")}
    frame = pd.DataFrame(
        [
            {"year": str(y.year), "serie": name, "meur": y.saved_eur / 1e6,
             "words": number(y.saved_eur / 1e6, 1)}
            for name, (found, _) in series.items()
            for y in found
        ]
    )  # fmt: skip
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


def _savings_table(proposal: Proposal, ours: list[YearSavings], theirs: list[YearSavings]) -> None:
    demand = proposal.case.scenario.savings
    rows = [
        [str(a.year), meuros(a.baseline_eur), meuros(a.saved_eur), meuros(a.full_year_eur),
         meuros(b.saved_eur), meuros(b.full_year_eur), meuros(lever_savings(demand, a.year))]
        for a, b in zip(ours, theirs, strict=True)
    ]  # fmt: skip
    levers = sum(lever_savings(demand, y.year) for y in ours)
    base_total, saved = sum(y.baseline_eur for y in ours), sum(y.saved_eur for y in ours)
    rows.append(["Cumul", meuros(base_total), meuros(saved), NONE,
                 meuros(sum(y.saved_eur for y in theirs)), NONE, meuros(levers)])  # fmt: skip
    columns = [tables.text("Année"), tables.Column("Forfaits au tarif de base"),
               tables.Column("Proposition"), tables.Column("… année pleine"),
               tables.Column("Décision 2025"), tables.Column("… année pleine"),
               tables.Column("Autres leviers")]  # fmt: skip
    tables.table(columns, rows, "Économies contre le tarif de base", total=-1)
    base = labels.day(proposal.case.reference.savings.baseline_date)
    tables.note(
        f"Tarif de base : celui du {base}, tenu. « Année pleine » : ce que les prix du 31 décembre "
        "auraient économisé s'ils avaient valu toute l'année. "
        + _without_pet(proposal.case, theirs)
    )


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
    found = []
    for year in ours:
        inside = [
            d for d in schedule.dates if dt.date(year.year, 1, 1) < d <= dt.date(year.year, 12, 31)
        ]
        if not inside or abs(year.full_year_eur) < 1:
            continue
        date = inside[-1]
        left = impact.full_rate_left(case, schedule, date)
        days = (dt.date(year.year + 1, 1, 1) - date).days / 365
        found.append(
            f"- **{year.year}** : au {labels.day(date)}, il reste {percent(days, 0)} de l'année, "
            f"mais {percent(left, 0)} des actes à taux plein. Les prix du 31 décembre "
            f"économiseraient {meuros(year.full_year_eur)} sur une année pleine ; {year.year} en "
            f"économise {meuros(year.saved_eur)}, soit "
            f"{percent(year.saved_eur / year.full_year_eur, 0)}."
        )
    return found


def before_steps(proposal: Proposal) -> tuple[FeeSchedule, dt.date]:
    """The prices in force on the eve of the first step, held; and the day they date from."""
    official = proposal.case.reference.schedule
    eve = proposal.case.scenario.rules.step_dates[0] - dt.timedelta(days=1)
    return official.frozen(eve), max(d for d in official.dates if d <= eve)


def losers_section(proposal: Proposal) -> None:
    """Revenue and machines below cost before and after, by class, sector, region, amortisation."""
    assert proposal.schedule is not None
    case = proposal.case
    year = case.reference.savings.target.years[-1]
    base = case.reference.savings.baseline_date
    present, since = before_steps(proposal)
    st.header("Qui perd")
    tables.lead(
        f"Année {year}, parc projeté. Un appareil est sous son coût quand ses forfaits ne couvrent "
        "pas le coût de ses actes facturés."
    )
    choices = {since: f"ceux du {labels.day(since)}, en vigueur avant la première étape",
               base: f"ceux du {labels.day(base)}, tarif de base"}  # fmt: skip
    date = st.radio("Prix d'avant, tenus toute l'année", list(choices), key="losers-before",
                    format_func=choices.__getitem__, horizontal=True)  # fmt: skip
    before = present if date == since else case.reference.schedule.frozen(date)
    frame = impact.machines(case, before, proposal.schedule, year)
    for tab, (key, title) in zip(st.tabs(list(_GROUPS.values())), _GROUPS.items(), strict=True):
        with tab:
            _losers(frame, key, title)


def _losers(frame: pd.DataFrame, key: str, title: str) -> None:
    reference = cache.reference()
    label = {
        "class": lambda code: labels.scope_name(reference, code),
        "sector": labels.SECTORS.__getitem__,
        "amortisation": labels.AMORTISATION.__getitem__,
    }.get(key, str)
    parts = [*impact.by(frame, key), impact.total(frame)]
    rows = [
        [
            part.name if part is parts[-1] else label(part.name),
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
               tables.Column("Après"), tables.Column("Écart"), tables.Column("Écart en %"),
               tables.Column("Sous leur coût avant"), tables.Column("Après")]  # fmt: skip
    tables.table(columns, rows, total=-1)


def prices_section(proposal: Proposal) -> None:
    """The proposed prices beside the present ones, the decision's and those of the base date."""
    assert proposal.schedule is not None
    case, schedule = proposal.case, proposal.schedule
    official, steps = case.reference.schedule, list(proposal.prices)
    base, (_, since) = case.reference.savings.baseline_date, before_steps(proposal)
    last = steps[-1]
    rows: list[list[str]] = []
    heads = []
    for code in case.reference.classes:
        heads.append(len(rows))
        rows.append([labels.scope_name(case.reference, code), *[""] * (5 + len(steps))])
        for cell in (c for c in official.cells if c.class_code == code):
            old, now = official.price(cell, base), official.price(cell, since)
            new = [schedule.price(cell, step) for step in steps]
            rows.append(
                [labels.cell_name(cell), euros(old, 2), euros(now, 2),
                 euros(official.price(cell, last), 2), *(euros(v, 2) for v in new),
                 _gap(new[-1], now), _gap(new[-1], old)]
            )  # fmt: skip
    columns = [tables.text("Tarif"), tables.Column(f"Base, {labels.day(base)}"),
               tables.Column(f"En vigueur, {labels.day(since)}"),
               tables.Column(f"Décision, {labels.day(last)}"),
               *(tables.Column(f"Proposé, {labels.day(step)}") for step in steps),
               tables.Column("Contre en vigueur"), tables.Column("Contre base")]  # fmt: skip
    st.header("Barème proposé")
    tables.table(columns, rows, groups=frozenset(heads), tall=True)


def _gap(new: float, old: float) -> str:
    return percent(new / old - 1, 1, sign=True) if old else NONE


def binding_section(proposal: Proposal) -> None:
    """What holds the optimum back."""
    st.header("Ce qui tient le résultat")
    if not proposal.binding:
        st.write("Aucune contrainte n'est saturée.")
    st.markdown("\n".join(f"- {binding.words}" for binding in proposal.binding))
