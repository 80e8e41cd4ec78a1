"""A demand in words: for whom, how much, in which order, what may change. No screen here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from costing.case import labels
from costing.case.checks import demand_scopes
from costing.french.writing import join
from costing.reference.reference import Reference
from costing.scenario.menu import CONSTRAINTS, COST_RISKS, OBJECTIVES, STRUCTURES, Kind
from costing.scenario.rules import Behaviour, Demand, ScheduleRules, StructureChoice
from costing.ui.parts import figures

#: Key of `Behaviour` → what it is, its unit being a share.
BEHAVIOUR = {
    "renewal": "Appareils renouvelés sitôt amortis",
    "second_machine": "Actes déplacés vers un second appareil",
}
#: The risks for which the probability says something.
LEVELLED = ("probability", "cvar")


def scopes(reference: Reference, kinds: Sequence[Kind]) -> dict[str, str]:
    """Words → code, of all that a demand of some kinds may be about; `tous` first."""
    return {labels.who(reference, code): code for code in demand_scopes(reference, kinds)}


def demand(reference: Reference, demand: Demand) -> str:
    """`Baisse maximale en tout — IRM 1,5 T : 30 %`."""
    entry = CONSTRAINTS[demand.constraint]
    who = f" — {labels.who(reference, demand.scope)}" if demand.scope != "*" else ""
    unit = entry.value.unit if entry.value else entry.unit
    words = f"{entry.label.fr}{who} : {figures.with_unit(demand.value, unit)}"
    if entry.level is not None and demand.level is not None:
        label = inside(entry.level.label.fr)
        words += f", {label} {figures.with_unit(demand.level, entry.level.unit)}"
    return words


def objectives(codes: Sequence[str]) -> str:
    """`moindre perte totale, puis effort égal entre tarifs`."""
    return ", puis ".join(inside(OBJECTIVES[code].label.fr) for code in codes)


def cost_risk(rules: ScheduleRules) -> str:
    """`couvert avec une probabilité donnée, 80 %`."""
    words = COST_RISKS[rules.cost_risk].fr
    level = figures.with_unit(rules.cost_level, "share")
    return f"{words}, {level}" if rules.cost_risk in LEVELLED else words


def structure(reference: Reference, choice: StructureChoice) -> str:
    """`Années avant « amorti » — IRM, toutes classes : 7, 8 ou 10 ans`."""
    label, unit = STRUCTURES[choice.parameter]
    who = f" — {labels.who(reference, choice.scope)}" if choice.scope != "*" else ""
    values = [figures.plain(100 * v if figures.is_rate(unit) else v) for v in choice.candidates]
    return f"{label.fr}{who} : {join(values, 'ou')} {figures.unit_label(unit)}"


def elasticity(reference: Reference, key: str) -> str:
    """Whose acts answer the fee: `IRM`, `IRM, secteur libéral`."""
    modality, _, sector = key.partition(".")
    name = labels.modality_name(reference, modality)
    return f"{name}, {labels.who(reference, sector)}" if sector else name


def behaviour(behaviour: Behaviour) -> str:
    """What answers a schedule, in a few words: `2 élasticités, second appareil 10 %`."""
    count = sum(1 for value in behaviour.elasticity.values() if value)
    parts = [f"{count} élasticité{'s' if count > 1 else ''}"] if count else []
    for key, words in (("renewal", "renouvellement"), ("second_machine", "second appareil")):
        if value := getattr(behaviour, key):
            parts.append(f"{words} {figures.with_unit(value, 'share')}")
    return ", ".join(parts) or "aucune"


def glued(text: str) -> str:
    """A text whose double signs and units stay on the line of the word before them."""
    return re.sub(r" (?=[;:?!%»€])|(?<=«) ", "\N{NO-BREAK SPACE}", text)


def inside(label: str) -> str:
    """A label in the middle of a sentence."""
    return label[:1].lower() + label[1:]
