"""What the small files of `models/` hold: perimeters, public claims, the savings target."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from costing.values.correlations import Correlation
from costing.values.parameters import Grade, Label, Number, Strict


class Poste(Strict):
    """An item of the fee's perimeter. `legal_item`: what the official list says of it."""

    code: str
    label: Label
    legal_item: Label


class Perimeter(Strict):
    """A named set of postes; `partial` when it is a part of the charges, not a reading of them."""

    code: str
    label: Label
    partial: bool = False
    postes: tuple[str, ...] = Field(min_length=1)
    source: tuple[str, ...] = Field(min_length=1)
    note: str = ""


class PerimeterFile(Strict):
    """Schema of perimeters.yaml."""

    postes: tuple[Poste, ...]
    perimeters: tuple[Perimeter, ...]


class CorrelationEntry(Correlation):
    """A rank correlation of the reference data, with where it comes from."""

    source: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    note: str = ""


class CorrelationFile(Strict):
    """Schema of correlations.yaml."""

    correlations: tuple[CorrelationEntry, ...]


class Population(Strict):
    """Which machines a claim speaks of; an absent key means all."""

    modality: tuple[str, ...] = ()
    machine_class: tuple[str, ...] = Field(default=(), alias="class")
    sector: tuple[str, ...] = ()
    zone: tuple[str, ...] = ()
    amortisation: tuple[str, ...] = ()


class Claim(Strict):
    """A public statement about the level of the fee: tested, not asserted."""

    id: str
    statement: Label
    author: Label
    date: dt.date
    definition: Literal["markup", "share", "investment", "break_even", "unknown"]
    perimeter: str
    population: Population = Population()
    activity: Literal["observed", "normative", "reference"]
    figure: Number
    figure_high: Number | None = None
    source: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    note: str = ""


class ClaimFile(Strict):
    """Schema of claims.yaml."""

    claims: tuple[Claim, ...]


class ShareOnFee(Strict):
    """Part of the target said to fall on the technical fee."""

    low: Number
    mode: Number
    high: Number
    source: tuple[str, ...]
    grade: Grade
    note: str = ""


class Target(Strict):
    """The law's savings target."""

    amount_eur: Number
    years: tuple[int, ...]
    share_on_fee: ShareOnFee
    source: tuple[str, ...]
    grade: Grade
    note: str = ""


class ReadingEntry(Strict):
    """A way of reading the target."""

    code: Literal["cumulated", "level_2027"]
    label: Label
    note: str = ""


class Trajectory(Strict):
    """The decision's own steps; their prices are in the tariff file."""

    label: Label
    steps: tuple[dt.date, ...]
    source: tuple[str, ...]
    grade: Grade
    note: str = ""


class LeverEntry(Strict):
    """Savings announced elsewhere than on the fee."""

    id: str
    label: Label
    date: dt.date
    amount_eur: Number
    source: tuple[str, ...]
    grade: Grade
    note: str = ""


class Savings(Strict):
    """Schema of savings.yaml."""

    target: Target
    readings: tuple[ReadingEntry, ...]
    baseline_date: dt.date
    trajectory: Trajectory
    other_levers: tuple[LeverEntry, ...] = ()
