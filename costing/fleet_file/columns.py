"""Our columns, one by one, from the cells of a file and a correspondence; every fault noted.

Not here: rows put together and checked against each other (`file`).
"""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from costing.fleet.columns import CAPITAL_REGION
from costing.fleet_file.cells import Array, Cells, repeated, some
from costing.fleet_file.faults import Fault, rows_of
from costing.fleet_file.mapping import Column, Mapping, Origin
from costing.fleet_file.synonyms import (
    DEPARTMENT,
    REGION_OF,
    TITLES,
    department,
    near,
    options,
    plain,
    wordings,
    zone_of,
)
from costing.fleet_file.values import (
    Refusal,
    meant,
    read_choices,
    read_dates,
    read_names,
    read_numbers,
)
from costing.problems.errors import Place, Problem, problem, suggest
from costing.reference.reference import Reference

Choices = tuple[Array, tuple[str, ...]]
#: Different wordings for which a near code is looked for: it takes a while.
_MOST_NEAR = 200


@dataclass
class Columns:
    """The columns of a fleet as a file says them. faults grow as they are read."""

    cells: Table[str, Cells]
    mapping: Mapping
    reference: Reference
    rows: int
    faults: list[Fault] = field(default_factory=list)

    def origin(self, name: Column) -> Origin | None:
        """Where a column comes from; None when it is deduced or usual."""
        return self.mapping.columns.get(name)

    def own(self, name: Column) -> Cells | None:
        """The cells of a column, None when no column of the file holds it."""
        origin = self.origin(name)
        return None if origin is None or origin.column is None else self.cells[origin.column]

    def values(self, name: Column) -> dict[str, str]:
        """What wordings of a column mean."""
        origin = self.origin(name)
        return {} if origin is None else origin.values

    def note(self, name: Column, *refused: Refusal) -> None:
        """Keep the faults of a column."""
        heading = self.mapping.headings.get(name)
        self.faults += [Fault(name, heading, refusal) for refusal in refused]

    def _note_blanks(self, name: Column, missing: Array) -> None:
        cells = self.own(name)
        if cells is not None and (rows := rows_of(missing & cells.blank)).size:
            self.note(name, Refusal("activity_blank", rows, "", {}))

    # --- names

    @cached_property
    def machine(self) -> Cells:
        """The names of the machines."""
        return self._names("machine_id")

    def _names(self, name: Column) -> Cells:
        cells = self.own(name)
        if cells is None:
            origin = self.origin(name)
            text = origin.constant if origin and origin.constant else ""
            return Cells(np.zeros(self.rows, dtype=np.int32), pa.array([text]))
        cells, refused = read_names(cells, self.values(name))
        self.note(name, *refused)
        self._note_blanks(name, cells.blank)
        return cells

    @cached_property
    def repeated(self) -> Array | None:
        """Which rows name a machine that another one names; None when none does."""
        return repeated(self.machine)

    def site(self) -> Cells:
        """The names of the sites."""
        return self._names("site_id")

    # --- numbers and dates

    def number(self, name: Column) -> Array:
        """A column of numbers; 1 when it is left out."""
        cells, origin = self.own(name), self.origin(name)
        decimal = self.mapping.layout.decimal
        if cells is None:
            text = "1" if origin is None else origin.constant or ""
            return np.full(self.rows, meant(text))
        reading = read_numbers(cells, self.values(name), decimal)
        self.note(name, *reading.refused)
        self._note_blanks(name, np.isnan(reading.values))
        return reading.values

    def installed(self) -> Array:
        """The dates of installation."""
        cells, origin = self.own("installed_on"), self.origin("installed_on")
        if cells is None:
            text = origin.constant if origin and origin.constant else ""
            cells = Cells(np.zeros(self.rows, dtype=np.int32), pa.array([text]))
        month_first = self.mapping.layout.dates == "month_first"
        reading = read_dates(cells, self.values("installed_on"), month_first)
        self.note("installed_on", *reading.refused)
        self._note_blanks("installed_on", np.isnat(reading.values))
        return reading.values

    # --- choices

    @cached_property
    def _options(self) -> dict[str, dict[str, str]]:
        return options(self.reference)

    def choice(self, name: Column) -> Choices | None:
        """Places of the codes of a column among them; None when no column says them."""
        choices, origin = self._options[name], self.origin(name)
        if origin is None:
            return None
        codes = tuple(choices)
        if origin.constant is not None:
            text = self._meaning(name).get(plain(origin.constant), origin.constant)
            place = codes.index(text) if text in codes else -1
            if place < 0:
                facts = {"known": _choices_text(choices), "near": suggest(text, codes)}
                everywhere = np.arange(self.rows)
                self.note(name, Refusal("activity_wording", everywhere, text, facts))
            return np.full(self.rows, place), codes
        cells = self.cells[origin.column or ""]
        meanings = self._meaning(name)
        doubts = 0

        def doubt(text: str) -> Refusal:
            nonlocal doubts
            doubts += 1
            close = near(text, name, choices) if doubts <= _MOST_NEAR else None
            hint = f" {_choices_text({close: choices[close]})} ?" if close else ""
            facts = {"known": _choices_text(choices), "near": hint}
            return Refusal("activity_wording", np.empty(0, dtype=int), text, facts)

        blank = origin.values.get("")
        choice = read_choices(
            cells, codes, lambda text: meanings.get(plain(text) or text), doubt, blank
        )
        self.note(name, *choice.refused)
        self._note_blanks(name, choice.places < 0)
        return choice.places, choice.codes

    def _meaning(self, name: Column) -> dict[str, str]:
        """Codes by wording: those that the person gave, over those that are sure."""
        own = {plain(text) or text: code for text, code in self.values(name).items() if text}
        return {**wordings(name, self._options[name]), **own}

    def modality(self, classes: Choices) -> Choices:
        """The modalities, those of the classes when no column says them."""
        stated = self.choice("modality")
        if stated is not None:
            return stated
        codes = tuple(self._options["modality"])
        own = [codes.index(self.reference.classes[code].modality) for code in classes[1]]
        return np.array([*own, -1])[classes[0]], codes

    @cached_property
    def _departments(self) -> Choices | None:
        cells, origin = self.own("department"), self.origin("department")
        if cells is None or origin is None:
            return None
        codes = tuple(REGION_OF)

        def meaning(text: str) -> str | None:
            return department(origin.values.get(text, text))

        def doubt(text: str) -> Refusal:
            return Refusal("activity_department", np.empty(0, dtype=int), text, {})

        departments = read_choices(cells, codes, meaning, doubt, origin.values.get(""))
        self.note("department", *departments.refused)
        self._note_blanks("department", departments.places < 0)
        return departments.places, departments.codes

    def region(self) -> Choices:
        """The regions, those of the departments when no column says them."""
        stated = self.choice("region")
        if stated is not None:
            return stated
        codes = tuple(self._options["region"])
        if self._departments is None:
            return np.full(self.rows, -1), codes
        own = [codes.index(REGION_OF[code]) for code in self._departments[1]]
        return np.array([*own, -1])[self._departments[0]], codes

    def zone(self, regions: Choices) -> Choices:
        """The zones: said, or those of the departments, or of the regions but the capital's."""
        stated = self.choice("zone")
        if stated is not None:
            return stated
        codes = tuple(self._options["zone"])
        if self._departments is not None:
            own = [codes.index(zone_of(code)) for code in self._departments[1]]
            return np.array([*own, -1])[self._departments[0]], codes
        province = codes.index("province")
        own = [-1 if code == CAPITAL_REGION else province for code in regions[1]]
        zones = np.array([*own, -1])[regions[0]]
        unsure = rows_of((zones < 0) & (regions[0] >= 0))
        if unsure.size:
            self.note("zone", Refusal("activity_zone", unsure, CAPITAL_REGION, {}))
        return zones, codes


def unknown_codes(mapping: Mapping, reference: Reference, file: str) -> list[Problem]:
    """Wordings that a mapping translates into codes which do not exist."""
    choices: dict[str, Any] = {**options(reference), DEPARTMENT: REGION_OF}
    return [
        problem("activity_code", Place(file=file), code, column=TITLES[name], wording=text,
                near=suggest(code, known), known=", ".join(known))
        for name, known in choices.items() if name in mapping.columns
        for text, code in mapping.columns[name].values.items() if code not in known
    ]  # fmt: skip


def _choices_text(choices: Table[str, str]) -> str:
    """Choices as a person and a correspondence write them: « libéral (liberal) »."""
    return ", ".join(f"{label} ({code})" for code, label in choices.items())


def categorical(choices: Choices) -> Any:
    """A column of codes as pandas keeps choices, in the order of a fleet's."""
    places, codes = choices
    ordered = tuple(sorted(codes))
    if ordered != codes:
        places = np.array([*map(ordered.index, codes), -1], dtype=np.int8)[places]
    return pd.Categorical.from_codes(places, dtype=_kind(ordered))


@cache
def _kind(codes: tuple[str, ...]) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(list(codes))


def text_column(cells: Cells) -> Any:
    """A column of names as pandas keeps texts, or choices when few are different."""
    if cells.codes is None:
        return pd.array(cells.texts, dtype="str")
    return pd.Categorical.from_codes(some(cells.codes), categories=cells.texts.to_pandas())
