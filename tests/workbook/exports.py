"""Exported workbooks drawn at random: a scenario with its own fleet, and a schedule."""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hypothesis import strategies as st

from costing.case.case import Case, make_case
from costing.fee.schedule import Cell, FeeSchedule, Reform
from costing.french.writing import clean
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario, from_json
from costing.workbook.export import write_evaluation
from tests.strategies import decimals, scenarios
from tests.workbook.calc import File


@dataclass(frozen=True)
class Export:
    """A scenario with its own fleet, and a schedule at its step dates."""

    reference: Reference = field(repr=False)
    scenario: Scenario
    schedule: FeeSchedule = field(repr=False)

    @cached_property
    def case(self) -> Case:
        """The scenario's case."""
        return make_case(self.reference, self.scenario)

    @cached_property
    def file(self) -> File:
        """The workbook, as written."""
        stream = io.BytesIO()
        write_evaluation(self.case, self.schedule, stream)
        return File(stream.getvalue())


@st.composite
def exports(draw: st.DrawFn, reference: Reference) -> Export:
    """A scenario of a few machines; prices in force times drawn factors; in half, reforms."""
    scenario = typed(draw(scenarios(fleet=True)))
    official = make_case(reference, scenario).reference.schedule
    steps = scenario.rules.step_dates
    prices: dict[dt.date, dict[Cell, float]] = {}
    for step in steps:
        factor, slope = draw(decimals(0.6, 1.3)), draw(decimals(-0.1, 0.1))
        in_force = {cell: official.price(cell, step) for cell in official.cells}
        prices[step] = {
            cell: round(price * (factor + slope * number / len(in_force)), 4)
            for number, (cell, price) in enumerate(in_force.items())
            if math.isfinite(price)
        }
    reforms = draw(st.lists(_reforms(official, steps), max_size=2)) if draw(st.booleans()) else []
    by_date = {reform.date: reform for reform in reforms}
    return Export(reference, scenario, official.with_prices(prices, "essai", by_date.values()))


def typed(scenario: Scenario) -> Scenario:
    """The scenario as a workbook can hold it and give it back.

    A text that says an error of a spreadsheet is one (Hypothesis tries the texts that it finds in
    the code). A number keeps the 15 digits that LibreOffice saves, and the decimals that `formulas`
    reads.
    """
    return from_json(json.dumps(_held(json.loads(scenario.to_json()))), "essai")


def _held(content: Any) -> Any:
    """A content as cells hold it."""
    match content:
        case dict():
            return {key: _held(value) for key, value in content.items()}
        case list():
            return [_held(value) for value in content]
        case float():
            return float(f"{round(content, 12):.15g}")
        case str() if clean(content).startswith("#"):
            return "essai"
    return content


@st.composite
def _reforms(draw: st.DrawFn, official: FeeSchedule, steps: tuple[dt.date, ...]) -> Reform:
    """Limits, years before « amorti » and rank factor of classes that the fleets may have."""
    some = ("scanner", "irm_1_5t")
    codes = st.lists(st.sampled_from(some), max_size=2, unique=True)
    size = {code: draw(decimals(0.7, 1.2)) for code in draw(codes)}
    limits = {c: tuple(round(x * s) for x in official.classes[c].limits) for c, s in size.items()}
    years = {code: draw(st.integers(3, 15) | decimals(3, 15)) for code in draw(codes)}
    factors = {code: draw(decimals(0.4, 1)) for code in draw(codes)}
    return Reform(draw(st.sampled_from(steps)), limits, years, factors)
