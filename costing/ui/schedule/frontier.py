"""« Frontière »: what more savings cost, point by point, and the schedule of any point."""

from __future__ import annotations

import math

import streamlit as st

from costing.analysis.account.savings import required_from_fee
from costing.case.case import Case
from costing.french.writing import meuros, money, percent
from costing.optimise.frontier import SAVINGS, Frontier, Point, at_point
from costing.problems.errors import InputError
from costing.scenario.menu import OBJECTIVES
from costing.scenario.scenario import Scenario, revised
from costing.ui.claim import tables as claim_tables
from costing.ui.parts import tables, wording
from costing.ui.schedule import (
    cache as schedule_cache,
)
from costing.ui.schedule import (
    frontier_chart,
    frontier_words,
)
from costing.ui.schedule import (
    prices as schedule_prices,
)
from costing.ui.schedule import (
    view as schedule_view,
)
from costing.ui.shell import cache, state
from costing.ui.shell.running import running

_POINTS, _FEWEST, _MOST = 21, 2, 101
_TURN = "frontier-turn"
_NO_TARGET = (
    "L'objectif d'économies n'est pas gardé le long de la courbe ; un minimum par année l'est."
)
_FLAT = (
    "Un même barème est le meilleur sur les deux mesures : rien n'est à céder de l'une pour "
    f"l'autre. {_NO_TARGET}"
)
#: Digits of what is asked of a proposal: prices in whole cents cannot meet a point's last euro.
_DIGITS = 4


def view(draft: Scenario) -> None:
    """The choice of the two measures, and the frontier once it is computed."""
    tables.lead(
        "Ce que coûte chaque économie de plus : pour chaque niveau d'une mesure, le mieux que l'on "
        "puisse faire sur une autre, sous toutes les exigences de la demande. "
        "Contre des économies, son objectif est laissé de côté."
    )
    choice = _choice()
    pressed = st.button("Calculer la frontière", type="primary")
    scenario = schedule_cache.without_target(draft)
    try:
        frontier = schedule_cache.frontier_of(scenario, *choice, None)
        if frontier is None and pressed:
            with running("frontier") as tell:
                frontier = schedule_cache.frontier_of(scenario, *choice, tell)
    except InputError as error:
        st.error(f"Pas de frontière pour ce choix : {wording.literal(error.text())}")
        return
    if frontier is None:
        st.info("Cette frontière n'est pas encore calculée pour ce scénario.")
        return
    _show(draft, frontier)


def _choice() -> tuple[str, str, int]:
    """The two measures and the number of points."""
    measure_labels = {SAVINGS: "Économies"} | {
        name: entry.label.fr for name, entry in OBJECTIVES.items()
    }
    left, right, last = st.columns([4, 4, 2])
    measure = left.selectbox(
        "Mesure que l'on fait varier", list(measure_labels), key="frontier-measure",
        format_func=measure_labels.__getitem__, persist_state="session",
    )  # fmt: skip
    others = [name for name in OBJECTIVES if name != measure]
    against = right.selectbox(
        "Mesure tenue au mieux", others, key="frontier-against",
        format_func=measure_labels.__getitem__, persist_state="session",
    )  # fmt: skip
    points = last.number_input(
        "Points", _FEWEST, _MOST, _POINTS, key="frontier-points", persist_state="session"
    )
    objectives = [OBJECTIVES[name] for name in (measure, against) if name in OBJECTIVES]
    tables.note(" ".join(f"« {e.label.fr} » : {e.description.fr}" for e in objectives))
    return measure, against, int(points)


def _show(draft: Scenario, frontier: Frontier) -> None:
    """The curve, the point opened, all the points."""
    st.header("La frontière")
    if frontier_words.flat(frontier):
        st.info(_FLAT)
        return
    sentences = [tables.glued(words) for words in frontier_words.reading(frontier)]
    claim_tables.paragraphs(*sentences)
    content = cache.digest(frontier.case.scenario)[:10]
    identity = f"{content}-{frontier.measure}-{frontier.against}-{len(frontier.points)}"
    turn = st.session_state.setdefault(_TURN, 0)
    chart, box = f"frontier-chart-{identity}-{turn}", f"frontier-point-{identity}"

    def open_clicked() -> None:
        rank = frontier_chart.clicked(chart)
        if rank is not None:
            st.session_state[box] = rank

    def open_chosen() -> None:
        # The chart forgets its last click, so that the same point may be clicked again.
        st.session_state[_TURN] += 1

    years = frontier.case.reference.savings.target.years
    required_eur = required_from_fee(draft.savings, years)
    opened: int | None = st.session_state.get(box)
    frontier_chart.draw(
        frontier, -1 if opened is None else opened, required_eur, chart, open_clicked
    )
    tables.note(_conditions(frontier.case, frontier.measure))
    left, _ = st.columns([5, 7])
    left.selectbox(
        "Point ouvert (ou cliquez un point de la courbe)",
        [None, *range(len(frontier.points))],
        key=box,
        persist_state="session",
        on_change=open_chosen,
        format_func=lambda rank: _point_name(frontier, rank),
    )
    if opened is not None:
        _point(frontier, opened)
    st.header("Tous les points")
    _table(frontier)


def _point_name(frontier: Frontier, rank: int | None) -> str:
    if rank is None:
        return "aucun"
    first, _ = frontier_words.axes(frontier)
    return f"point {rank + 1} : {first.words(frontier.points[rank].level)}"


def _conditions(case: Case, measure: str) -> str:
    """What the curve leaves aside."""
    rules = case.scenario.rules
    words = "Prix non arrondis."
    if measure != SAVINGS:
        words += f" {_NO_TARGET}"
    if not rules.behaviour.idle:
        words += " Les actes n'y réagissent pas au barème."
    if rules.structure:
        words += (
            " La structure du forfait peut changer d'un point à l'autre ; elle n'est connue "
            "qu'une fois le barème du point proposé."
        )
    return words


def _point(frontier: Frontier, rank: int) -> None:
    """The figures of a point, its prices, and the button that asks for it."""
    point = frontier.points[rank]
    first, second = frontier_words.axes(frontier)
    st.header(f"Le barème du point {rank + 1}")
    boxes = st.columns(4)
    boxes[0].metric("Économies", meuros(point.savings_eur))
    if frontier.against == "loss":
        boxes[1].metric("Perte des appareils sous leur coût", money(point.loss_eur))
    else:
        boxes[1].metric(second.label, second.words(point.value))
    boxes[2].metric("Appareils sous leur coût", percent(point.share_below))
    boxes[3].metric(
        frontier_words.slope_title(frontier), frontier_words.slope_words(frontier, point)
    )
    st.button(
        "Proposer ce barème", type="primary", on_click=_propose, args=(frontier, point),
        icon=":material/arrow_forward:",
    )  # fmt: skip
    level_note = "" if frontier.measure == SAVINGS else (
        f" Elle ne garde pas le niveau de « {first.inside} » : ajoutez-le à la demande s'il compte."
    )  # fmt: skip
    tables.note(
        f"La proposition demandera au forfait seul {money(target_eur(point))}, ce que le point "
        f"économise, et cherchera d'abord « {second.inside} ». Ses prix, arrondis et départagés "
        f"par les buts suivants, peuvent s'écarter un peu de ceux-ci.{level_note}"
    )
    case = frontier.case
    steps = case.scenario.rules.step_dates
    table = point.prices.reshape(len(steps), -1)
    cells = case.reference.schedule.cells
    prices = {
        step: dict(zip(cells, map(float, row), strict=True))
        for step, row in zip(steps, table, strict=True)
    }
    schedule_prices.table(case, prices, "Point")


def target_eur(point: Point) -> float:
    """What a proposal is asked to save so as to be at a point, in round euros below it."""
    saved = max(float(point.savings_eur), 0.0)
    unit = 10.0 ** max(0, math.floor(math.log10(max(saved, 1.0))) + 1 - _DIGITS)
    return unit * math.floor(saved / unit)


def demanded(draft: Scenario, frontier: Frontier, point: Point) -> Scenario:
    """The draft with the demand that a point answers."""
    scenario = at_point(cache.case(draft), frontier, point).scenario
    return revised(
        scenario, savings={**scenario.savings.model_dump(), "target_eur": target_eur(point)}
    )


def _propose(frontier: Frontier, point: Point) -> None:
    """Put the point's demand in the draft, and have it answered on the first view."""
    here = state.workspace()
    try:
        state.edit(demanded(here.draft, frontier, point))
    except InputError as error:
        here.notices.append(("error", wording.literal(error.text())))
    else:
        schedule_view.propose()


def _table(frontier: Frontier) -> None:
    first, second = frontier_words.axes(frontier)
    rows = []
    for rank, point in enumerate(frontier.points, start=1):
        row = [
            str(rank),
            first.words(point.level),
            second.words(point.value),
            frontier_words.slope_words(frontier, point),
        ]
        if frontier.measure != SAVINGS:
            row.append(meuros(point.savings_eur))
        if frontier.against != "loss":
            row.append(money(point.loss_eur))
        rows.append([*row, percent(point.share_below)])
    columns = [
        tables.Column("Point"),
        tables.Column(first.label),
        tables.Column(second.label),
        tables.Column(frontier_words.slope_title(frontier)),
    ]
    if frontier.measure != SAVINGS:
        columns.append(tables.Column("Économies"))
    if frontier.against != "loss":
        columns.append(tables.Column("Perte des appareils sous leur coût"))
    columns.append(tables.Column("Appareils sous leur coût"))
    tables.table(columns, rows, tall=len(rows) > 25)
