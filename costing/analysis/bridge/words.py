"""The French words of a bridge: its result, its amounts, and the sentences that sum it up."""

from __future__ import annotations

from costing.analysis.bridge.bridge import Bridge, Idle
from costing.analysis.bridge.differences import Group
from costing.analysis.bridge.results import CostPerAct, Overvaluation, Result
from costing.analysis.bridge.savings import Savings
from costing.case.labels import AMORTISATION, day, modality_name, scope_name
from costing.french.writing import euros, meuros, number, percent
from costing.reference.reference import Reference

GROUPS: dict[Group, str] = {
    "parameters": "Valeurs",
    "perimeter": "Périmètre",
    "conventions": "Conventions",
    "activity": "Activité",
    "fleet": "Parc",
}
_SUBJECTS: dict[Group, tuple[str, str, str]] = {
    "parameters": ("Les valeurs des paramètres", "expliquent", "jouent"),
    "perimeter": ("Le périmètre", "explique", "joue"),
    "conventions": ("Les conventions", "expliquent", "jouent"),
    "activity": ("L'activité des appareils", "explique", "joue"),
    "fleet": ("Le parc", "explique", "joue"),
}
_DEFINITIONS = {
    "markup": "Majoration (forfait / coût − 1)",
    "share_of_fee": "Part du forfait qui n'est pas un coût (1 − coût / forfait)",
    "investment": "Part du forfait qui paie l'investissement, sur son coût, moins 1",
}
#: Times the standard error that an estimate is said to be within: 95 % of the time.
_SPREAD = 1.96
_MILLION = 1e6


def title(result: Result, reference: Reference) -> str:
    """What the bridge explains."""
    match result:
        case CostPerAct(class_code, acts, state):
            machine = f"{scope_name(reference, class_code)}, appareil {AMORTISATION[state]}"
            return f"Coût d'un acte, {machine}, {number(acts)} actes par an"
        case Overvaluation(definition, population, date):
            codes = (*population.machine_class, *population.modality)
            machines = ", ".join(scope_name(reference, code) for code in codes)
            covered = machines or modality_name(reference, "all")
            return f"{_DEFINITIONS[definition]} — {covered}, tarif du {day(date)}, année entière"
        case Savings(reading):
            years = reference.savings.target.years
            when = f"cumul {years[0]}-{years[-1]}" if reading == "cumulated" else f"en {years[-1]}"
            return f"Économies des tarifs en vigueur, {when}"
    return ""


def level(bridge: Bridge, value: float) -> str:
    """A value of the result, as printed: to the cent, or to the hundredth of a percent."""
    return percent(value, 2) if _in_points(bridge) else euros(value, 2)


def amount(bridge: Bridge, value: float, sign: bool = True) -> str:
    """A part of the gap: `+12,30 points`, `−4,00 €`."""
    plus = "+" if sign and value > 0 else ""
    if not _in_points(bridge):
        return plus + euros(value, 2)
    unit = "points" if abs(value) >= 0.02 else "point"
    return f"{plus}{number(100 * value, 2)} {unit}"


def _in_points(bridge: Bridge) -> bool:
    return isinstance(bridge.result, Overvaluation)


def why(bridge: Bridge, idle: Idle) -> str:
    """Why a difference does not matter."""
    return {
        "not_read": "ce résultat n'en dépend pas",
        "zero": "ne change rien ici",
        "below_rounding": _least(bridge),
    }[idle.why]


def _least(bridge: Bridge) -> str:
    return "moins de 0,01 point" if _in_points(bridge) else "moins d'un centime"


def sentences(bridge: Bridge) -> list[str]:
    """The gap, what each group of differences explains of it, and how exactly it is known."""
    names = [f"« {case.scenario.name} »" for case in (bridge.a, bridge.b)]
    large = not _in_points(bridge) and abs(bridge.start) >= _MILLION
    start, end = (
        meuros(value) if large else level(bridge, value) for value in (bridge.start, bridge.end)
    )
    if not bridge.steps:
        return [f"{names[0]} et {names[1]} donnent le même résultat, {start}."]
    whole = _size(bridge, bridge.printed)
    texts = [f"De {names[0]} à {names[1]} : de {start} à {end}, soit {whole} d'écart."]
    texts += [_group(bridge, group, part) for group, part in bridge.subtotals.items()]
    if not bridge.exact:
        widest = _SPREAD * max(step.error for step in bridge.steps)
        seen = round(widest, bridge.result.decimals) > 0
        near = _size(bridge, widest) if seen else _least(bridge)
        texts.append(f"Parts estimées sur des ordres tirés au sort, à {near} près 19 fois sur 20.")
    if bridge.without_effect:
        count = len(bridge.without_effect)
        rest = "différence ne change" if count == 1 else "différences ne changent"
        texts.append(f"{count} {rest} pas ce résultat.")
    return texts


def _size(bridge: Bridge, value: float) -> str:
    """A part of the gap without its sign; in millions in a sentence about millions."""
    large = not _in_points(bridge) and abs(value) >= _MILLION
    return meuros(abs(value)) if large else amount(bridge, abs(value), sign=False)


def _group(bridge: Bridge, group: Group, part: float) -> str:
    """What a group explains: 12,30 points of 41,00, say, or against them."""
    subject, explains, acts = _SUBJECTS[group]
    size = _size(bridge, part)
    if not part:
        return f"{subject} : des différences qui se compensent."
    if not bridge.printed:
        return f"{subject} {acts} pour {amount(bridge, part)}."
    if part * bridge.printed > 0:
        whole = _size(bridge, bridge.printed)
        if abs(part) > abs(bridge.printed):
            return f"{subject} {explains} plus que l'écart : {size} pour {whole}."
        return f"{subject} {explains} {size} des {whole} d'écart."
    return f"{subject} {acts} en sens contraire, pour {size}."
