"""The last year's sheet of machines, further: who is below cost, before and after.

Before is today's tariff and structure; after, the proposal's. A row's machines are of two states,
amortised or not, each with its revenue and its cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from costing.case import labels
from costing.fee.schedule import LIMITS
from costing.workbook.live.columns import Column, Floats
from costing.workbook.live.year_writer import YearWriter

_STATES = (labels.AMORTISATION["non_amorti"], labels.AMORTISATION["amorti"])


@dataclass(frozen=True)
class _Both:
    """The two states of every machine under one tariff: pay and cost of one, and how many."""

    writer: YearWriter
    pay: tuple[Column, Column]
    cost: tuple[Column, Column]
    total: Column
    amortised: Column

    def add(
        self, name: str, head: str, form: str, value: Callable[[Floats, Floats], Floats]
    ) -> None:
        """A column of what is made of pay `{r}` and cost `{c}`, over both states."""
        old, total = self.amortised, self.total
        counts = (total.values - old.values, old.values)
        sums = sum(
            count * value(pay.values, cost.values)
            for count, pay, cost in zip(counts, self.pay, self.cost, strict=True)
        )

        def text(i: int) -> str:
            new, worn = (
                form.format(r=pay.here(i), c=cost.here(i))
                for pay, cost in zip(self.pay, self.cost, strict=True)
            )
            return f"({total.there(i)}-{old.there(i)})*{new}+{old.there(i)}*{worn}"

        self.writer.add(name, head, map(text, range(self.writer.parc.count)), np.asarray(sums))


def write_last(writer: YearWriter, slots: range) -> None:
    """Revenue and cost of each state at three tariffs, then counts and losses over both."""
    data, result = writer.data, writer.result
    bands = held_bands = result.bands["proposed"]
    if data.periods.changed & set(LIMITS):
        spans = [data.periods.within[slot, writer.year] for slot in slots]
        held_bands = writer.band_columns("Tarifs tenus", spans, [None] * len(slots))
    writer.borne()
    for block, columns, span, head in (
        ("eve", result.bands["today"], range(1), "Veille"),
        ("present", held_bands, slots, "Tarifs tenus"),
        ("proposed", bands, slots, "Proposition"),
    ):
        for amortised, state in enumerate(_STATES):
            texts, values = writer.paid(columns, block, span, amortised)
            writer.add(f"{block}{amortised}", f"{head} : recettes d'un {state}", texts, values)
    for variant in sorted({0, data.later(1)}):
        for amortised, state in enumerate(_STATES):
            texts, values = writer.costs("total", amortised, variant)
            head = f"Coût d'un {state}" + (", années proposées" if variant else "")
            writer.add(f"cost{variant}{amortised}", head, texts, values)
    before, held = _both(writer, "eve", 0), _both(writer, "present", 0)
    after = _both(writer, "proposed", data.later(1))
    before.add("before_below", "Sous leur coût, avant", "({r}<{c})", np.less)
    before.add("eve", "Recettes, veille de la première date", "{r}", lambda pay, _: pay)
    held.add("held_loss", "Perte, tarifs tenus", "MAX(0,{c}-{r})", _loss)
    after.add("after_below", "Sous leur coût, après", "({r}<{c})", np.less)
    after.add("after_loss", "Perte, après", "MAX(0,{c}-{r})", _loss)
    after.add("cost", "Coût des actes facturés", "{c}", lambda _, cost: cost)
    _sizes(writer)


def _both(writer: YearWriter, revenue: str, variant: int) -> _Both:
    col, weights = writer.result.columns, writer.data.weights
    return _Both(
        writer,
        (col[f"{revenue}0"], col[f"{revenue}1"]),
        (col[f"cost{variant}0"], col[f"cost{variant}1"]),
        weights.total[writer.year],
        weights.amortised[variant, writer.year],
    )


def _loss(pay: Floats, cost: Floats) -> Floats:
    return np.maximum(cost - pay, 0.0)


def _sizes(writer: YearWriter) -> None:
    """The group of each machine by its acts, against today's limits: a column of labels."""
    data, acts = writer.data, writer.result.columns["acts"]
    codes, names = list(labels.SIZES), list(labels.SIZES.values())
    classes = data.case.reference.classes
    texts, groups = [], []
    for i, code in enumerate(data.parc.codes):
        limits = data.periods.limits(code, None)
        first, second = limits[0], limits[min(1, len(classes[code].limits) - 1)]
        cell, count = acts.here(i), acts.values[i]
        texts.append(
            f'IF({cell}<={first[0]},"{names[0]}",IF({cell}<={second[0]},"{names[1]}","{names[2]}"))'
        )
        groups.append(0 if count <= first[1] else 1 if count <= second[1] else len(codes) - 1)
    column = writer.sheet.texts("Volume d'activité", texts, [names[place] for place in groups])
    writer.result.columns["size"] = replace(column, values=np.array(groups, dtype=float))
