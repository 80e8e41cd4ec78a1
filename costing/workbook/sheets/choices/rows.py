"""The rows of the sheet « Choix »: every choice of a scenario that is not a parameter's value.

One declaration serves the template (label, list, format), the importer (what is allowed) and the
exported proposal (words). A row's key is the path of its value in the scenario.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from costing.case import labels
from costing.french.writing import NONE, clean, euros, number, percent
from costing.french.writing import quantity as with_unit
from costing.language.units import is_money
from costing.reference.reference import Reference
from costing.scenario.menu import CONSTRAINTS
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import MOST_SEED, Scenario
from costing.values.quantity import Quantity
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices import demand_rows as further
from costing.workbook.sheets.choices.row import Admits, Choice, Ruled, written

#: Rows offered for step dates and other levers, when the scenario has fewer.
STEPS, LEVERS = 6, 4
#: Rows that the importer knows beyond those, for a person who adds some.
ROOM = 40
#: Rules that are numbers, by their key; those that are flags say so themselves.
RULE_NUMBERS = {
    "largest_cut_per_step": Quantity("share", 0, 1),
    "rounding_eur": Quantity("EUR/act", 0.001, 100),
}


def choices(reference: Reference, scenario: Scenario, room: int = 0) -> Iterator[Choice]:
    """Every row of « Choix », with the scenario's values; `room` adds rows where some may be."""
    by_heading = {
        "Scénario": _identity(reference),
        "Conventions": _conventions(),
        "Corrélations de rang entre hypothèses incertaines": _correlations(reference, scenario),
        "Économies": _savings(reference),
        "Autres leviers, déduits de ce que le forfait doit économiser": _levers(scenario, room),
        "Règles du barème proposé": _rules(scenario, room),
        "Planchers de recette par classe": _floors(reference),
        "Autres exigences": further.demand_rows(reference, scenario, room),
        "Objectifs, dans l'ordre où ils sont cherchés": further.objective_rows(scenario, room),
        "Coûts sur lesquels les prix se règlent": further.cost_rows(),
        "Structure du forfait, à choisir parmi des valeurs": further.structure_rows(
            reference, scenario, room
        ),
        "Réponses au barème": further.behaviour_rows(reference, scenario, room),
    }
    for title, rows in by_heading.items():
        for index, row in enumerate(rows):
            admits = row.admits
            if isinstance(admits, Ruled):
                admits = replace(admits, chosen=_value_at(scenario, admits.by))
            value = _value_at(scenario, row.key)
            yield replace(row, admits=admits, heading="" if index else title, value=value)


def _value_at(scenario: Scenario, key: str) -> Any:
    """What stands at a key such as `rules.step_dates.1`; None when there is nothing."""
    if key.startswith("correlations."):
        pair = frozenset(key.split(".")[1:])
        return next((c.rank for c in scenario.correlations if c.pair == pair), None)
    if key.startswith(f"{further.ELASTICITY}."):
        code = key.removeprefix(f"{further.ELASTICITY}.")
        return scenario.rules.behaviour.elasticity.get(code)
    if key == "name":
        return clean(scenario.name) or vocabulary.UNNAMED
    value: Any = scenario
    for part in key.split("."):
        if isinstance(value, Mapping):
            value = value.get(int(part) if part.isdigit() else part)
        elif isinstance(value, tuple):
            value = value[int(part) - 1] if int(part) <= len(value) else None
        elif value is not None:
            value = getattr(value, part)
    return value


def _identity(reference: Reference) -> Iterator[Choice]:
    perimeters = {code: p.label.fr for code, p in reference.perimeters.items()}
    yield Choice("name", "Nom", "text", "Ce qui le distingue.")
    yield Choice("description", "Description", "text", required=False)
    yield Choice(
        "perimeter", "Périmètre du forfait", perimeters,
        "Quels postes de charges entrent dans le coût.",
    )  # fmt: skip
    yield Choice(
        "seed", "Graine des tirages", Quantity("number", 0, MOST_SEED, whole=True),
        "Un entier : mêmes tirages.",
    )  # fmt: skip


def _conventions() -> Iterator[Choice]:
    yield Choice(
        "conventions.capital", "Charge du capital", labels.CAPITAL,
        "Comment le prix des équipements devient une charge annuelle.",
    )  # fmt: skip
    yield Choice(
        "conventions.activity", "Activité des appareils", labels.ACTIVITIES,
        "Pour comparer coût et forfait : actes du parc, norme, ou activité de référence.",
    )  # fmt: skip
    yield Choice(
        "conventions.amortised_charge", "Capital d'un appareil amorti", labels.AMORTISED_CHARGE,
        "Rien, ou la charge étalée sur toute la durée d'usage.",
    )  # fmt: skip
    yield Choice(
        "conventions.inpatients_count", "Hospitalisés comptés dans les tranches", "flag",
        "Leurs actes occupent des places sans être facturés.",
    )  # fmt: skip
    yield Choice(
        "conventions.investment", "Investissement payé par le forfait", labels.INVESTMENTS,
        "Pour la troisième lecture de « surévalué ».",
    )  # fmt: skip


def _correlations(reference: Reference, scenario: Scenario) -> Iterator[Choice]:
    declared = [correlation.pair for correlation in reference.correlations]
    added = [c for c in scenario.correlations if c.pair not in declared]
    for correlation in (*reference.correlations, *added):
        yield correlation_choice(reference, correlation.first, correlation.second)


def correlation_choice(reference: Reference, first: str, second: str) -> Choice:
    """The row of a correlation, of the reference or one that a scenario adds."""
    pair = frozenset((first, second))
    usual = next((c.rank for c in reference.correlations if c.pair == pair), 0.0)
    names = {n: p.label.fr for ps in reference.files.values() for n, p in ps.items()}
    return Choice(
        f"correlations.{first}.{second}", " – ".join(names.get(n, n) for n in (first, second)),
        Quantity("number", -0.99, 0.99),
        f"Entre −0,99 et 0,99. Vide : {number(usual, 2)}, celle de la référence.", required=False,
    )  # fmt: skip


def _savings(reference: Reference) -> Iterator[Choice]:
    yield Choice(
        "savings.target_eur", "Économies visées, toute l'imagerie", Quantity("EUR"),
        "Montant de la loi.",
    )  # fmt: skip
    yield Choice(
        "savings.reading", "Lecture du montant", vocabulary.readings(reference),
        "Somme des années, ou niveau de la dernière : la loi se lit des deux façons.",
    )  # fmt: skip
    yield Choice(
        "savings.share_on_fee", "Part portée par le forfait technique", Quantity("share", 0, 1),
        "De 0 à 100 %.",
    )  # fmt: skip
    for year in reference.savings.target.years:
        yield Choice(
            f"savings.yearly_eur.{year}", f"Minimum d'économies en {year}", Quantity("EUR"),
            "Vide : aucun minimum cette année-là.", required=False,
        )  # fmt: skip
    yield Choice(
        "savings.carry_over", "Excédents reportés", "flag",
        "Ce qu'une année économise au-delà de son minimum compte pour les suivantes.",
    )  # fmt: skip


def _levers(scenario: Scenario, room: int) -> Iterator[Choice]:
    for index in range(1, max(LEVERS, len(scenario.savings.other_levers)) + room + 1):
        key, lever = f"savings.other_levers.{index}", f"Levier {index}"
        note = "Pertinence, actes… Vide : pas de levier."
        yield Choice(f"{key}.label", f"{lever} : nom", "text", note, required=False)
        yield Choice(f"{key}.date", f"{lever} : à partir du", "date", required=False)
        yield Choice(
            f"{key}.annual_amount_eur", f"{lever} : montant annuel", Quantity("EUR/year"),
            "Euros par an à partir de la date.", required=False,
        )  # fmt: skip


def _rules(scenario: Scenario, room: int) -> Iterator[Choice]:
    for index in range(1, max(STEPS, len(scenario.rules.step_dates)) + room + 1):
        yield Choice(
            f"rules.step_dates.{index}", f"Date d'effet {index}", "date",
            "Dates croissantes, JJ/MM/AAAA ; vide : pas d'étape de plus.", required=index == 1,
        )  # fmt: skip
    fields = ScheduleRules.model_fields
    for declared in CONSTRAINTS.values():
        name = declared.field
        admits: Admits | None = RULE_NUMBERS.get(name)
        if name in fields and fields[name].annotation is bool:
            admits = "flag"
        if admits:
            yield Choice(f"rules.{name}", declared.label.fr, admits, declared.description.fr)


def _floors(reference: Reference) -> Iterator[Choice]:
    for code, label in vocabulary.fee_classes(reference).items():
        yield Choice(
            f"rules.floor_share_of_cost.{code}", label, Quantity("share", 0, 2),
            "Recettes de la classe, en part de ses coûts, au moins. Vide : pas de plancher.",
            required=False,
        )  # fmt: skip


def assemble(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a scenario from the values of its rows, blanks left out.

    Numbered rows keep the order of their numbers; lists without any are left out.
    """
    fields: dict[str, Any] = {"conventions": {}, "savings": {}, "rules": {}, "correlations": []}
    numbered: dict[tuple[str, str], dict[int, Any]] = {}
    for key, value in values.items():
        if value is None:
            continue
        match key.split("."):
            case [name]:
                fields[name] = value
            case ["correlations", first, second]:
                fields["correlations"].append({"first": first, "second": second, "rank": value})
            case ["rules", "behaviour", "elasticity", *code]:
                behaviour = fields["rules"].setdefault("behaviour", {})
                behaviour.setdefault("elasticity", {})[".".join(code)] = value
            case [group, name, index, part] if f"{group}.{name}" in further.BLOCKS:
                block = numbered.setdefault((group, name), {}).setdefault(int(index), {})
                block[part] = value
            case [group, name, index] if f"{group}.{name}" in further.LISTS:
                numbered.setdefault((group, name), {})[int(index)] = value
            case [group, name, entry]:
                fields[group].setdefault(name, {})[entry] = value
            case [group, name]:
                fields[group][name] = value
    for (group, name), items in numbered.items():
        fields[group][name] = [item for _, item in sorted(items.items())]
    return fields


def choice_text(choice: Choice) -> str:
    """A choice's value in words, a dash when it is blank."""
    value, allowed = choice.value, choice.quantity
    if value is None or value == "":
        return NONE
    if choice.admits == "flag":
        return vocabulary.yes_no(value)
    if choice.options:
        return choice.options[value]
    if isinstance(value, dt.date):
        return labels.day(value)
    if allowed is None or allowed.whole:
        return str(value)
    if choice.several:
        return written(value, allowed) + ("" if allowed.rate else f" {allowed.label}")
    if allowed.rate:
        return percent(value)
    if is_money(allowed.unit):
        return euros(value, 0 if value % 1 == 0 else 2)
    return with_unit(value, allowed.unit, digits=6)
