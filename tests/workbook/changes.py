"""Changes of the inputs of an exported workbook, in the file, as a person would make them.

What is changed is drawn after the workbook was written, among what it holds.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from xlsxwriter.utility import xl_rowcol_to_cell

from costing.case import labels
from costing.fee.schedule import Cell
from costing.fleet.columns import COLUMNS
from costing.language.units import UNITS
from costing.scenario.menu import STRUCTURES
from costing.values.parameters import Parameter, Value
from costing.workbook.live.machine_sheet import SHEET as MACHINE
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.rows import choices
from costing.workbook.sheets.fleet.write import FIRST
from tests.strategies import decimals
from tests.workbook.exports import Export

CONVENTIONS = ("capital", "activity", "amortised_charge", "inpatients_count", "investment")
#: What a change may be of, and how it is drawn.
Kinds = Mapping[str, st.SearchStrategy["Change"]]


@dataclass(frozen=True)
class Change:
    """A new content of an input cell, and of others of its sheet that go with it.

    told: a part of how `verify` names the input; empty for the machine shown, which is not a part
    of a scenario.
    """

    sheet: str
    cell: str
    value: Any
    told: str
    others: tuple[tuple[str, Any], ...] = ()

    @property
    def cells(self) -> dict[tuple[str, str], Any]:
        """The new contents by sheet and cell."""
        return {
            (self.sheet, cell): value for cell, value in ((self.cell, self.value), *self.others)
        }


@st.composite
def changes(draw: st.DrawFn, export: Export, count: int = 3) -> tuple[Change, ...]:
    """As many changes of an exported workbook, each of another kind of input.

    The first kind goes by the scenario's hash: Hypothesis alone often draws the same ones again.
    """
    known = kinds(export)
    names = sorted(known)
    first = names.pop(int(export.scenario.hash[:8], 16) % len(names))
    more = st.lists(st.sampled_from(names), min_size=count - 1, max_size=count - 1, unique=True)
    return tuple(draw(known[kind]) for kind in (first, *draw(more)))


def kinds(export: Export) -> Kinds:
    """All that may be changed in a workbook."""
    makers: dict[str, Callable[[Export], Iterator[st.SearchStrategy[Change]]]] = {
        "assumption": _assumptions, "added": _added, "convention": _conventions,
        "machine": _machines, "price": _prices, "structure": _structure, "date": _dates,
        "share": _share, "lever": _levers, "shown": _shown,
    }  # fmt: skip
    found = {name: list(make(export)) for name, make in makers.items()}
    return {name: st.one_of(several) for name, several in found.items() if several}


def _assumptions(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """The mode of a value inside its bounds; not of one said to be unavailable."""
    given = {datum.address for datum in export.scenario.unavailable}
    reference = export.case.reference
    for address, parameter, value in reference.values():
        if address not in given and value.low is not None and value.low < (value.high or 0):
            yield _assumption(export, address, parameter, value)


def _assumption(
    export: Export, address: str, parameter: Parameter, value: Value
) -> st.SearchStrategy[Change]:
    sheet = vocabulary.ACTIVITY if address.startswith("machine_classes.") else vocabulary.VALUES
    low, high = value.bounds
    return (
        decimals(0.05, 0.95)
        .map(lambda part: low + part * (high - low))
        .filter(lambda new: not math.isclose(new, value.mode, rel_tol=1e-9))
        .map(
            lambda new: Change(
                sheet, export.file.cell(sheet, address, "Mode"), new, f"overrides.{address}."
            )
        )
    )


def _added(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """A value that a class or a modality did not have of its own, in the first row left for it."""
    sheet = vocabulary.VALUES
    rows = export.file.rows(sheet)
    heads = vocabulary.VALUE_COLUMNS
    header = next(i for i, row in enumerate(rows) if heads["mode"] in row)
    title = next(i for i, row in enumerate(rows) if str(row[1]).startswith("Valeur propre à une"))
    place = {name: xl_rowcol_to_cell(title + 1, rows[header].index(h)) for name, h in heads.items()}
    files = export.case.reference.files
    for model in export.case.reference.models.values():
        for scope in {model.modality, *model.classes} & {*export.case.reference.classes, "irm"}:
            for file in ("communs", model.modality):
                for name, parameter in files[file].items():
                    now = export.case.reference.value_for(parameter, scope)
                    rate = UNITS[parameter.unit][2]  # is typed with its sign, in a cell of its own
                    if now is not None and now.scope != scope and now.mode > 0 and not rate:
                        address = f"{file}.{name}.{scope}"
                        yield _add(sheet, place, address, parameter, now)


def _add(
    sheet: str, place: Mapping[str, str], address: str, parameter: Parameter, now: Value
) -> st.SearchStrategy[Change]:
    """One value to add: 0.8 to 0.99 times that of all; with a tax said or left as it is."""
    taxes = st.none() | st.sampled_from(list(labels.VAT.values())) if now.vat else st.none()

    def change(drawn: tuple[float, str | None]) -> Change:
        mode, tax = drawn[0] * now.mode, drawn[1]
        values: dict[str, Any] = {"mode": mode}
        if parameter.distribution != "fixed":
            values = {"low": mode * 0.9, "mode": mode, "high": min(mode * 1.1, now.mode)}
        if tax:
            values["vat"] = tax
        others = tuple((place[name], value) for name, value in values.items())
        return Change(sheet, place["address"], address, f"overrides.{address}", others)

    return st.tuples(decimals(0.8, 0.99), taxes).map(change)


def _choice(export: Export, key: str, value: Any, told: str = "") -> Change:
    cell = export.file.cell(vocabulary.CHOICES, key, vocabulary.CHOICE_COLUMNS["value"])
    return Change(vocabulary.CHOICES, cell, value, told or key)


def _conventions(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """The perimeter, the reading of the demand or a convention, chosen from its list."""
    keys = ("perimeter", "savings.reading", *(f"conventions.{name}" for name in CONVENTIONS))
    for choice in choices(export.reference, export.scenario):
        if choice.key in keys:
            options = choice.options or {True: vocabulary.YES, False: vocabulary.NO}
            others = [label for code, label in options.items() if code != choice.value]
            key = choice.key
            yield st.sampled_from(others).map(lambda label, key=key: _choice(export, key, label))


def _machines(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """Acts, weight or day of installation of a machine."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "acts_billed": decimals(1, 25_000), "acts_inpatient": decimals(1, 5_000),
        "weight": decimals(0.1, 30),
        "installed_on": st.dates(dt.date(2001, 1, 1), dt.date(2023, 12, 31)),
    }  # fmt: skip
    frame = export.case.fleet.frame
    rows = st.integers(0, len(frame) - 1)
    for name, drawn in values.items():
        column = COLUMNS.index(name)
        now = [day.date() for day in frame[name]] if name == "installed_on" else list(frame[name])
        yield (
            st.tuples(rows, drawn)
            .filter(lambda pair, now=now: now[pair[0]] != pair[1])
            .map(
                lambda pair, column=column: Change(
                    vocabulary.FLEET,
                    xl_rowcol_to_cell(FIRST + pair[0], column),
                    pair[1],
                    vocabulary.FLEET,
                )
            )
        )


def _prices(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """A proposed price of « Barème »."""
    rows = export.file.rows("Barème")
    header = next(i for i, row in enumerate(rows) if "Classe" in row)
    proposed = [c for c, head in enumerate(rows[header]) if str(head).startswith("Proposé au ")]
    known = {_in_words(export, cell): " · ".join(cell) for cell in export.schedule.cells}
    places = [
        (xl_rowcol_to_cell(row, column), float(rows[row][column]), known[tuple(rows[row][:3])])
        for row in range(header + 1, len(rows))
        for column in proposed
        if column < len(rows[row]) and isinstance(rows[row][column], float)
    ]
    yield st.tuples(st.sampled_from(places), decimals(0.5, 0.99)).map(
        lambda drawn: Change("Barème", drawn[0][0], round(drawn[0][1] * drawn[1], 4), drawn[0][2])
    )


def _in_words(export: Export, cell: Cell) -> tuple[str, str, str]:
    """Class, situation and zone of a price as « Barème » says them."""
    full = cell.band == "plein"
    state = labels.AMORTISATION[cell.amortisation] if full else labels.BANDS[cell.band]
    where = labels.scope_name(export.reference, cell.class_code)
    return where, state, labels.ZONES[cell.zone]


def _structure(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """A part of « Structure » that the proposal changes; limits stay in their order."""
    rows = export.file.rows("Structure")
    header = next(i for i, row in enumerate(rows) if "Après" in row)
    after = rows[header].index("Après")
    names = {label.fr: part for part, (label, _) in STRUCTURES.items()}
    classes = {label: code for code, label in vocabulary.fee_classes(export.reference).items()}
    for place, row in enumerate(rows[header + 1 :], start=header + 1):
        if row[1] in names:
            told = f"{classes[row[0]]} · * · * · {names[row[1]]}"
            cell, now = xl_rowcol_to_cell(place, after), float(row[after])
            yield decimals(0.93, 0.99).map(
                lambda part, cell=cell, now=now, told=told: Change(
                    "Structure", cell, round(now * part, 3), told
                )
            )


def _dates(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """Another day of the same year for a step, between its neighbours."""
    steps = export.scenario.rules.step_dates
    one = dt.timedelta(days=1)
    for number, step in enumerate(steps, start=1):
        first, last = dt.date(step.year, 1, 1), dt.date(step.year, 12, 31)
        if number > 1:
            first = max(first, steps[number - 2] + one)
        if number < len(steps):
            last = min(last, steps[number] - one)
        if first < last:
            yield (
                st.dates(first, last)
                .filter(lambda day, step=step: day != step)
                .map(lambda day, n=number: _choice(export, f"rules.step_dates.{n}", day,
                                                   "rules.step_dates"))
            )  # fmt: skip


def _share(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    now = export.scenario.savings.share_on_fee
    parts = decimals(0, 1).filter(lambda part: part != now)
    yield parts.map(lambda part: _choice(export, "savings.share_on_fee", part))


def _levers(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    for number, lever in enumerate(export.scenario.savings.other_levers, start=1):
        key = f"savings.other_levers.{number}.annual_amount_eur"
        amounts = decimals(1, 5e7).filter(lambda new, now=lever.annual_amount_eur: new != now)
        yield amounts.map(
            lambda amount, key=key: _choice(export, key, amount, "savings.other_levers")
        )


def _shown(export: Export) -> Iterator[st.SearchStrategy[Change]]:
    """Another machine on « Un appareil »: its class, its state, its zone or its acts."""
    values: dict[str, st.SearchStrategy[Any]] = {
        "B4": st.sampled_from(list(vocabulary.fee_classes(export.reference).values())),
        "B5": st.sampled_from([v for k, v in labels.AMORTISATION.items() if k != "*"]),
        "B6": st.sampled_from([v for k, v in labels.ZONES.items() if k != "*"]),
        "B7": decimals(0, 30_000),
    }
    for cell, drawn in values.items():
        now = export.file.value(MACHINE, cell)
        yield drawn.filter(lambda new, now=now: new != now).map(
            lambda new, cell=cell: Change(MACHINE, cell, new, "")
        )
