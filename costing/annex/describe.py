"""An annex: one table a modality and date, in the order of the official texts.

A description, which Word and Excel then draw. Prices, limits, years and factor are those in force
on each table's date; nothing is computed, and no text of a decision is written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

import numpy as np

from costing.annex.forms import day, form_of
from costing.annex.notes import Facts, Marks, caption_notes, marks, table_notes
from costing.annex.tables import Grid, grid
from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import FeeSchedule, Reform

TITLE = "Tarifs des forfaits techniques"
IN_FORCE, PROPOSED, OFFICIAL = "En vigueur, pour mémoire", "Proposé", "Tarifs officiels"


@dataclass(frozen=True)
class Table:
    """One modality on one date.

    inside: notes that end the table. below: those under it, which its caption calls. source: where
    the prices come from; empty for a proposal. state: whether they are in force or proposed.
    """

    date: dt.date
    state: str
    caption: str
    grid: Grid
    inside: tuple[str, ...]
    below: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Article:
    """The tables of one modality; `name` is short."""

    name: str
    title: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Annex:
    """All the tables of a schedule; `origin` says whose it is."""

    title: str
    origin: str
    articles: tuple[Article, ...]


def of_scenario(case: Case, schedule: FeeSchedule) -> Annex:
    """The annex of what a scenario's demands gave."""
    scenario = case.scenario
    origin = f"Barème calculé pour le scénario « {scenario.name} », empreinte {scenario.hash[:12]}"
    if case.fleet.synthetic:
        origin += ", sur un parc d'appareils synthétique"
    return describe(case, schedule, f"{origin}.", scenario.rules.step_dates[0])


def describe(case: Case, schedule: FeeSchedule, origin: str, first: dt.date | None = None) -> Annex:
    """The annex of a schedule: what was in force before its first own date, then each date.

    first: by default, the first date on which the schedule is not the official one. The official
    schedule itself has the dates from the one against which savings are counted.
    """
    official = case.reference.schedule
    first = first or first_change(official, schedule)
    dates = [date for date in schedule.dates if first is not None and date >= first]
    if first is None:
        start = case.reference.savings.baseline_date
        states = dict.fromkeys((d for d in schedule.dates if d >= start), OFFICIAL)
    else:
        before = [date for date in schedule.dates if date < first][-1:]
        states = {**dict.fromkeys(before, IN_FORCE), **dict.fromkeys(dates, PROPOSED)}
    modalities = dict.fromkeys(entry.modality for entry in schedule.classes.values())
    facts = [_facts(case, schedule, modality, date) for modality in modalities for date in states]
    numbers = marks(facts)
    articles = []
    for rank, modality in enumerate(modalities, start=1):
        own = [table for table in facts if table.modality == modality]
        articles.append(
            Article(
                labels.modality_name(case.reference, modality),
                f"Article {rank} – {own[0].form.article}",
                tuple(_table(case, schedule, f, numbers, states[f.date]) for f in own),
            )
        )
    return Annex(TITLE, _printable(origin), tuple(articles))


def first_change(official: FeeSchedule, schedule: FeeSchedule) -> dt.date | None:
    """The first date on which a schedule is not the official one; None when it always is."""
    for index, date in enumerate(schedule.dates):
        if date not in official.dates or any(reform.date == date for reform in schedule.reforms):
            return date
        prices = official.amounts[official.dates.index(date)]
        if not np.array_equal(schedule.amounts[index], prices, equal_nan=True):
            return date
    return None if schedule.dates == official.dates else schedule.dates[-1]


def _facts(case: Case, schedule: FeeSchedule, modality: str, date: dt.date) -> Facts:
    """The structure of a modality's fee on a date."""
    classes = tuple(entry for entry in schedule.classes.values() if entry.modality == modality)
    opening = _structure(schedule, dt.date(date.year, 1, 1))
    now = _structure(schedule, date)
    form = form_of(case.reference, modality)
    case_years = case.amortisation_years
    return Facts(
        date=date,
        modality=modality,
        form=form,
        classes=classes,
        names={e.code: labels.scope_name(case.reference, e.code) for e in classes},
        limits={e.code: now.limits.get(e.code, e.limits) for e in classes},
        opening={e.code: opening.limits.get(e.code, e.limits) for e in classes},
        years={
            e.code: (
                opening.amortisation_years.get(e.code, case_years[e.code]),
                now.amortisation_years.get(e.code, case_years[e.code]),
            )
            for e in classes
        },
        factors={e.code: now.rank_factor.get(e.code, 1.0) for e in classes},
    )


def _structure(schedule: FeeSchedule, date: dt.date) -> Reform:
    """All that reforms have changed by a date."""
    reforms = schedule.frozen(date).reforms
    return reforms[0] if reforms else Reform(date)


def _table(case: Case, schedule: FeeSchedule, facts: Facts, numbers: Marks, state: str) -> Table:
    called = list(caption_notes(facts, numbers))
    notes = table_notes(facts)
    caption = f"{TITLE} des {facts.form.machines} à compter du {day(facts.date)}"
    return Table(
        date=facts.date,
        state=state,
        caption=" ".join([caption, *(f"({mark})" for mark, _ in called)]),
        grid=grid(facts, partial(schedule.price, date=facts.date)),
        inside=notes if facts.form.inside else (),
        below=(
            *(() if facts.form.inside else notes),
            *(f"({mark}) {text}" for mark, text in called),
        ),
        source="" if state == PROPOSED else _source(case, facts),
    )


def _source(case: Case, facts: Facts) -> str:
    """Where the official prices of a table were read or deduced."""
    keys = dict.fromkeys(
        rate.source
        for rate in case.reference.schedule.rates
        if rate.cell.class_code in facts.codes
        and rate.effective_from <= facts.date <= (rate.effective_to or facts.date)
    )
    sources = [case.reference.sources[key] for key in keys]
    texts = [f"{s.title} ({s.reference})" if s.reference else s.title for s in sources]
    return f"Source : {' ; '.join(texts)}." if texts else ""


def _printable(text: str) -> str:
    """A text without the control characters that no document may hold."""
    return "".join(c for c in text if c.isprintable())
