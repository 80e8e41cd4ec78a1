"""The prices of a schedule beside those in force, cell by cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import streamlit as st

from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import Cell, FeeSchedule
from costing.french.writing import NONE, euros, percent
from costing.optimise.proposal import Proposal
from costing.ui.parts import tables

Prices = Mapping[dt.date, Mapping[Cell, float]]


def before_steps(case: Case) -> tuple[FeeSchedule, dt.date]:
    """The prices in force on the eve of the first step, held; and the day they date from."""
    official = case.reference.schedule
    eve = case.scenario.rules.step_dates[0] - dt.timedelta(days=1)
    return official.frozen(eve), max(d for d in official.dates if d <= eve)


def section(proposal: Proposal) -> None:
    """The proposed prices beside the present ones, the decision's and those of the base date."""
    st.header("Barème proposé")
    table(proposal.case, proposal.prices, "Proposé")


def table(case: Case, prices: Prices, title: str) -> None:
    """Every price at every date of a schedule, by class, beside the official ones."""
    official, steps = case.reference.schedule, sorted(prices)
    base, (_, since) = case.reference.savings.baseline_date, before_steps(case)
    last = steps[-1]
    columns = [tables.text("Tarif"), tables.Column(f"Base, {labels.day(base)}"),
               tables.Column(f"En vigueur, {labels.day(since)}"),
               tables.Column(f"Décision, {labels.day(last)}"),
               *(tables.Column(f"{title}, {labels.day(step)}") for step in steps),
               tables.Column("Contre en vigueur"), tables.Column("Contre base")]  # fmt: skip
    rows: list[list[str]] = []
    heads = []
    for code in case.reference.classes:
        heads.append(len(rows))
        name = labels.scope_name(case.reference, code)
        rows.append([name, *[""] * (len(columns) - 1)])
        for cell in (c for c in official.cells if c.class_code == code):
            old, now = official.price(cell, base), official.price(cell, since)
            new = [prices[step][cell] for step in steps]
            rows.append(
                [labels.cell_name(cell), euros(old, 2), euros(now, 2),
                 euros(official.price(cell, last), 2), *(euros(v, 2) for v in new),
                 _gap(new[-1], now), _gap(new[-1], old)]
            )  # fmt: skip
    tables.table(columns, rows, groups=frozenset(heads), tall=True)


def _gap(new: float, old: float) -> str:
    return percent(new / old - 1, 1, sign=True) if old else NONE
