"""A schedule typed by hand: a table of the prices in force, typed over at one date or more."""

from __future__ import annotations

import datetime as dt
import math
import re

import pandas as pd
import streamlit as st

from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import Cell, FeeSchedule
from costing.french.writing import number
from costing.problems.errors import InputError
from costing.ui.parts import figures, tables, wording
from costing.ui.schedule.demand.amounts import DAY_HELP
from costing.ui.schedule.demand.typed import Typed, blank

#: What is typed, by date and cell, so that it survives another view or another date.
_TEXTS, _START = "typed-prices", "typed-prices-shown"
_DATES = "Dates d'effet"
_CLASS, _CELL = "Classe", "Tarif"
_MOST_EUR = 5000.0

Texts = dict[tuple[dt.date, Cell], str]


def editor(case: Case) -> FeeSchedule | None:
    """The table, and the schedule that it says; None when something in it is refused, in words."""
    typed = Typed()
    dates = _dates(typed, case)
    prices = _prices(typed, case, dates, _table(case, dates)) if dates else {}
    if typed.refused:
        lines = "\n".join(f"- {wording.literal(words)}" for words in typed.refused)
        st.error(f"Ces saisies sont refusées ; corrigez-les pour évaluer le barème.\n\n{lines}")
        return None
    try:
        return case.reference.schedule.with_prices(prices, "prix saisis")
    except InputError as error:
        st.error(wording.literal(error.text()))
        return None


def _dates(typed: Typed, case: Case) -> list[dt.date]:
    """The dates on which prices change, in order."""
    usual = " ; ".join(labels.day(date) for date in case.scenario.rules.step_dates)
    left, _ = st.columns([5, 7])
    text = left.text_input(
        _DATES, usual, key="typed-dates", persist_state="session",
        help=f"{DAY_HELP} ; plusieurs dates sont séparées par des points-virgules.",
    )  # fmt: skip
    first = case.reference.schedule.dates[0]
    parts = list(filter(None, map(str.strip, re.split(r"[;,]", text))))
    if not parts:
        typed.refuse(_DATES, "il en faut au moins une, au format JJ/MM/AAAA")
    dates = set()
    for part in parts:
        date = typed.attempt(_DATES, dt.date.max, figures.read_day, part)
        if date <= first:
            why = f"le {labels.day(date)} n'est pas après le {labels.day(first)}, début du barème"
            typed.refuse(_DATES, why)
        dates.add(date)
    return [] if typed.refused else sorted(dates)


def before(case: Case, first: dt.date) -> dict[Cell, float]:
    """The official prices on the eve of a date; NaN where none was known."""
    official, eve = case.reference.schedule, first - dt.timedelta(days=1)
    return {cell: official.price(cell, eve) for cell in official.cells}


def _table(case: Case, dates: list[dt.date]) -> pd.DataFrame:
    """The table of the prices: those in force at the first date, then blanks (« unchanged »)."""
    in_force = before(case, dates[0])
    titles = [f"Au {labels.day(date)}" for date in dates]
    key = "typed-" + "-".join(f"{date:%Y%m%d}" for date in dates)
    texts: Texts = st.session_state.setdefault(_TEXTS, {})
    usual = {
        (date, cell): _field_text(price) if date == dates[0] else ""
        for date in dates
        for cell, price in in_force.items()
    }
    # What the widget starts from must not move while it is being typed in.
    if key not in st.session_state:
        st.session_state[_START] = pd.DataFrame(
            [
                [
                    labels.scope_name(case.reference, cell.class_code),
                    labels.cell_name(cell),
                    _field_text(price),
                    *(texts.get((date, cell), usual[date, cell]) for date in dates),
                ]
                for cell, price in in_force.items()
            ],
            columns=[_CLASS, _CELL, "En vigueur", *titles],
            dtype=str,
        )
    column = st.column_config.TextColumn
    edited: pd.DataFrame = st.data_editor(
        st.session_state[_START], key=key, hide_index=True, row_height=34, height=36 + 34 * 14 + 17,
        disabled=[_CLASS, _CELL, "En vigueur"], placeholder="inchangé",
        column_config={
            _CLASS: column(_CLASS, width=190),
            _CELL: column(_CELL, width=270),
            "En vigueur": column(
                f"En vigueur le {labels.day(dates[0] - dt.timedelta(days=1))} (€)",
                alignment="right", width=170,
            ),
            **{t: column(f"{t} (€)", alignment="right", width=130) for t in titles},
        },
    )  # fmt: skip
    tables.note(
        "Euros par acte. La première colonne à remplir part des prix en vigueur la veille ; une "
        "case vide garde le prix d'avant cette date."
    )
    for cell, row in zip(in_force, edited[titles].itertuples(index=False), strict=True):
        for date, text in zip(dates, row, strict=True):
            own = "" if blank(text) else str(text).strip()
            if own != usual[date, cell]:
                texts[date, cell] = own
            else:
                texts.pop((date, cell), None)
    prices: pd.DataFrame = edited[titles]
    return prices


def _prices(
    typed: Typed, case: Case, dates: list[dt.date], table: pd.DataFrame
) -> dict[dt.date, dict[Cell, float]]:
    """The prices typed, by date; what is not one is refused by its cell."""
    prices: dict[dt.date, dict[Cell, float]] = {date: {} for date in dates}
    cells = case.reference.schedule.cells
    for cell, row in zip(cells, table.itertuples(index=False), strict=True):
        for date, text in zip(dates, row, strict=True):
            if blank(text):
                continue
            where = f"{labels.cell_title(case.reference, cell)}, au {labels.day(date)}"
            prices[date][cell] = typed.number(text, where, "€", 0.0, _MOST_EUR)
    return prices


def _field_text(price: float) -> str:
    if math.isnan(price):
        return ""
    return number(price, 2) if round(price, 2) == price else figures.typed(price)
