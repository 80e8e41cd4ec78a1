"""The rows of the sheet « Choix »: every choice of a scenario that is not a parameter's value.

One declaration serves the template (label, list, format) and the importer (what is allowed).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from costing import labels
from costing.reference import Reference
from costing.scenario import Scenario
from costing.units import UNITS
from costing.words import NONE, euros, percent
from costing.workbook import vocabulary as words

Kind = Literal["text", "list", "flag", "number", "date"]

#: Rows offered for step dates and other levers, when the scenario has fewer.
STEPS, LEVERS = 6, 4
#: Rows that the importer knows beyond those, for a person who adds some.
ROOM = 40


@dataclass(frozen=True)
class Quantity:
    """What a number may be; `unit` is of the closed list, `low` and `high` are admitted."""

    unit: str
    low: float = 0.0
    high: float = 1e12
    whole: bool = False


@dataclass(frozen=True)
class Choice:
    """One row: key in the scenario, label, kind, what is allowed, present value."""

    key: str
    label: str
    kind: Kind
    value: Any
    note: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    quantity: Quantity | None = None
    required: bool = True
    section: str = ""


def quantity(unit: str) -> Quantity:
    """The range of a unit: shares up to 1, yearly rates of either sign, the rest not negative."""
    if unit in {"share", "share/year"}:
        return Quantity(unit, 0.0, 1.0)
    if unit == "1/year":
        return Quantity(unit, -1.0, 1.0)
    return Quantity(unit)


def choices(reference: Reference, scenario: Scenario, room: int = 0) -> tuple[Choice, ...]:
    """Every row of « Choix », with the scenario's values; `room` adds rows for dates and levers."""
    return (
        *_identity(reference, scenario),
        *_conventions(scenario),
        *_savings(reference, scenario),
        *_levers(scenario, room),
        *_rules(scenario, room),
        *_floors(reference, scenario),
    )


def _identity(reference: Reference, scenario: Scenario) -> Iterator[Choice]:
    section = "Scénario"
    perimeters = {code: p.label.fr for code, p in reference.perimeters.items()}
    yield Choice("name", "Nom", "text", scenario.name, "Ce qui le distingue.", section=section)
    yield Choice("description", "Description", "text", scenario.description, required=False)
    yield Choice(
        "perimeter", "Périmètre du forfait", "list", scenario.perimeter,
        "Quels postes de charges entrent dans le coût.", perimeters,
    )  # fmt: skip
    yield Choice(
        "seed", "Graine des tirages", "number", scenario.seed, "Un entier : mêmes tirages.",
        quantity=Quantity("number", 0, 2**31, whole=True),
    )  # fmt: skip


def _conventions(scenario: Scenario) -> Iterator[Choice]:
    chosen = scenario.conventions
    yield Choice(
        "conventions.capital", "Charge du capital", "list", chosen.capital,
        "Comment le prix des équipements devient une charge annuelle.", labels.CAPITAL,
        section="Conventions",
    )  # fmt: skip
    yield Choice(
        "conventions.activity", "Activité des appareils", "list", chosen.activity,
        "Pour comparer coût et forfait : actes du parc, norme, ou activité de référence.",
        labels.ACTIVITIES,
    )  # fmt: skip
    yield Choice(
        "conventions.amortised_charge", "Capital d'un appareil amorti", "list",
        chosen.amortised_charge, "Rien, ou la charge étalée sur toute la durée d'usage.",
        labels.AMORTISED_CHARGE,
    )  # fmt: skip
    yield Choice(
        "conventions.inpatients_count", "Hospitalisés comptés dans les tranches", "flag",
        chosen.inpatients_count, "Leurs actes occupent des places sans être facturés.",
    )  # fmt: skip


def _savings(reference: Reference, scenario: Scenario) -> Iterator[Choice]:
    asked = scenario.savings
    readings: dict[str, str] = {entry.code: entry.label.fr for entry in reference.savings.readings}
    yield Choice(
        "savings.target_eur", "Économies visées, toute l'imagerie", "number", asked.target_eur,
        "Montant de la loi. On peut écrire 300 M€.", quantity=Quantity("EUR"),
        section="Économies",
    )  # fmt: skip
    yield Choice(
        "savings.reading", "Lecture du montant", "list", asked.reading,
        "Somme des années, ou niveau de la dernière : la loi se lit des deux façons.", readings,
    )  # fmt: skip
    yield Choice(
        "savings.share_on_fee", "Part portée par le forfait technique", "number",
        asked.share_on_fee, "De 0 à 100 %.", quantity=Quantity("share", 0, 1),
    )  # fmt: skip
    for year in sorted({*reference.savings.target.years, *asked.yearly_eur}):
        yield Choice(
            f"savings.yearly_eur.{year}", f"Minimum d'économies en {year}", "number",
            asked.yearly_eur.get(year), "Vide : aucun minimum cette année-là.",
            quantity=Quantity("EUR"), required=False,
        )  # fmt: skip


def _levers(scenario: Scenario, room: int) -> Iterator[Choice]:
    levers = scenario.savings.other_levers
    for number in range(1, max(LEVERS, len(levers)) + room + 1):
        lever = levers[number - 1] if number <= len(levers) else None
        key = f"savings.other_levers.{number}"
        section = "Autres leviers, déduits de ce que le forfait doit économiser"
        yield Choice(
            f"{key}.label", f"Levier {number} : nom", "text", lever and lever.label,
            "Pertinence, actes… Vide : pas de levier.", required=False,
            section=section if number == 1 else "",
        )  # fmt: skip
        yield Choice(
            f"{key}.date", f"Levier {number} : à partir du", "date", lever and lever.date,
            required=False,
        )  # fmt: skip
        yield Choice(
            f"{key}.annual_amount_eur", f"Levier {number} : montant annuel", "number",
            lever and lever.annual_amount_eur, "Euros par an à partir de la date.",
            quantity=Quantity("EUR/year"), required=False,
        )  # fmt: skip


def _rules(scenario: Scenario, room: int) -> Iterator[Choice]:
    rules = scenario.rules
    dates = rules.step_dates
    for number in range(1, max(STEPS, len(dates)) + room + 1):
        value = dates[number - 1] if number <= len(dates) else None
        yield Choice(
            f"rules.step_dates.{number}", f"Date d'effet {number}", "date", value,
            "Dates croissantes, JJ/MM/AAAA ; vide : pas d'étape de plus.", required=number == 1,
            section="Règles du barème proposé" if number == 1 else "",
        )  # fmt: skip
    yield Choice(
        "rules.largest_cut_per_step", "Baisse maximale d'un tarif par étape", "number",
        rules.largest_cut_per_step, "Part du tarif précédent.", quantity=Quantity("share", 0, 1),
    )  # fmt: skip
    flags = {
        "no_rise": ("Aucun tarif n'augmente", rules.no_rise),
        "degressive": ("Tranches dégressives", rules.degressive),
        "amortised_not_above": ("Amorti au plus égal à non amorti", rules.amortised_not_above),
    }
    for name, (label, flag) in flags.items():
        yield Choice(f"rules.{name}", label, "flag", flag)
    yield Choice(
        "rules.rounding_eur", "Arrondi des tarifs", "number", rules.rounding_eur,
        "0,01 : au centime.", quantity=Quantity("EUR/act", 0.001, 100),
    )  # fmt: skip


def _floors(reference: Reference, scenario: Scenario) -> Iterator[Choice]:
    floors = scenario.rules.floor_share_of_cost
    for index, (code, label) in enumerate(words.fee_classes(reference).items()):
        yield Choice(
            f"rules.floor_share_of_cost.{code}", label, "number", floors.get(code),
            "Recettes de la classe, en part de ses coûts, au moins. Vide : pas de plancher.",
            quantity=Quantity("share", 0, 2), required=False,
            section="" if index else "Planchers de recette par classe",
        )  # fmt: skip


def assemble(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a scenario from the values of its rows, blanks left out."""
    found: dict[str, Any] = {"conventions": {}, "savings": {}, "rules": {}}
    levers: dict[str, dict[str, Any]] = {}
    steps: list[dt.date] = []
    for key, value in values.items():
        group, _, name = key.partition(".")
        inner, _, last = name.partition(".")
        if value is None:
            continue
        if not name:
            found[key] = value
        elif inner == "other_levers":
            number, _, part = last.partition(".")
            levers.setdefault(number, {})[part] = value
        elif inner == "step_dates":
            steps.append(value)
        elif last:
            found[group].setdefault(inner, {})[last] = value
        else:
            found[group][inner] = value
    found["savings"]["other_levers"] = [levers[number] for number in sorted(levers, key=int)]
    found["rules"]["step_dates"] = steps
    return found


def shown(choice: Choice) -> str:
    """A choice's value in words, a dash when it is blank."""
    value = choice.value
    if value is None or value == "":
        return NONE
    if choice.kind == "flag":
        return words.YES_NO["true" if value else "false"]
    if choice.kind == "list":
        return choice.options[value]
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    if choice.quantity and UNITS[choice.quantity.unit][2]:
        return percent(value)
    if choice.quantity and choice.quantity.unit.startswith("EUR"):
        return euros(value, 0 if value % 1 == 0 else 2)
    return str(value)
