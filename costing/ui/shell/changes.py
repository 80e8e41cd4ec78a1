"""What changed, in words; one person's changes carried over another's; their signature.

No screen here: functions from scenarios to scenarios and sentences.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from costing.case import labels
from costing.french.writing import NONE, euros, number
from costing.problems.errors import CostingError
from costing.reference.reference import Reference
from costing.scenario.menu import COST_RISKS
from costing.scenario.rules import Demand, StructureChoice
from costing.scenario.scenario import Difference, Scenario
from costing.ui.parts import demand_words, figures, unavailable_words, wording

_FIELDS = {
    "low": "bas",
    "mode": "mode",
    "high": "haut",
    "vat": "TVA",
    "source": "source",
    "grade": "grade",
    "author": "auteur",
    "reason": "motif",
    "date": "date",
}
_LABELS = {
    "name": "Nom du scénario",
    "description": "Description",
    "perimeter": "Périmètre",
    "seed": "Graine aléatoire",
    "correlations": "Corrélations de rang",
    "savings.target_eur": "Économies visées",
    "savings.reading": "Lecture de l'objectif",
    "savings.share_on_fee": "Part portée par le forfait",
    "savings.other_levers": "Autres leviers",
    "savings.yearly_eur": "Minimum par année",
    "savings.carry_over": "Excédents reportés d'année en année",
    "rules.step_dates": "Dates d'effet",
    "rules.largest_cut_per_step": "Baisse maximale par étape",
    "rules.no_rise": "Aucune hausse",
    "rules.degressive": "Tranches dégressives",
    "rules.amortised_not_above": "Amorti au plus égal à non amorti",
    "rules.zones_in_order": "Ordre des zones gardé",
    "rules.rounding_eur": "Arrondi des tarifs",
    "rules.demands": "Autres exigences",
    "rules.objectives": "Ce que l'on cherche",
    "rules.return_on_cost": "Rendement demandé",
    "rules.cost_risk": "Coût retenu",
    "rules.cost_level": "Coût retenu, probabilité",
    "rules.structure": "Structure du forfait",
}
_SHARES = {
    "savings.share_on_fee",
    "rules.largest_cut_per_step",
    "rules.return_on_cost",
    "rules.cost_level",
}
#: Keys that hold lists as JSON has them → the words for such a list.
_LISTS: dict[str, Callable[[Reference, list[Any]], str]] = {
    "rules.demands": lambda reference, values: " ; ".join(
        demand_words.demand(reference, Demand.model_validate(value)) for value in values
    ),
    "rules.objectives": lambda _, codes: demand_words.objectives(codes),
    "rules.structure": lambda reference, values: " ; ".join(
        demand_words.structure(reference, StructureChoice.model_validate(value)) for value in values
    ),
}


#: How the keys of what is declared unavailable begin, and those of a fleet.
UNAVAILABLE, FLEET = "unavailable.", "fleet."
_Item = TypeVar("_Item")


class Change(NamedTuple):
    """One change in words."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what} : {self.before} → {self.after}"


def in_words(reference: Reference, differences: Iterable[Difference]) -> list[Change]:
    """The differences between two scenarios as people read them; who, when and why left out."""
    changes, fleet = [], {}
    for key, before, after in differences:
        if key.startswith(FLEET):
            fleet[key.removeprefix(FLEET)] = (before, after)
        elif key.startswith("overrides."):
            address, _, field = key.removeprefix("overrides.").rpartition(".")
            if field in {"author", "date", "reason"}:
                continue
            changes.append(_override_change(reference, address, field, before, after))
        elif key.startswith(UNAVAILABLE):
            changes.append(Change(*unavailable_words.change(reference, key, before, after)))
        else:
            what, show = _label(reference, key)
            changes.append(Change(what, show(before), show(after)))
    if fleet:
        changes.insert(0, Change("Parc d'appareils", *(_fleet(fleet, side) for side in (0, 1))))
    return [change for change in changes if change.before != change.after]


def by_value(reference: Reference, differences: Iterable[Difference]) -> list[Change]:
    """One row for each changed value: its mode, else the first field that changed; others folded.

    What is not a value (a convention, a demand) keeps its own row; a datum that is declared
    unavailable has one, its reason first.
    """
    differences = list(differences)
    fleet = in_words(reference, [d for d in differences if d.key.startswith(FLEET)])
    by_key: dict[str, list[tuple[str, Change]]] = {FLEET: [("", change) for change in fleet]}
    for difference in differences:
        if difference.key.startswith(FLEET):
            continue
        words = in_words(reference, [difference])
        if difference.key.startswith(("overrides.", UNAVAILABLE)):
            key, _, field = difference.key.rpartition(".")
        else:
            key, field = difference.key, ""
        by_key.setdefault(key, []).extend((field, change) for change in words)
    rows = []
    for fields in by_key.values():
        if fields:
            named = (change for field, change in fields if field in {"mode", "reason"})
            first = next(named, fields[0][1])
            rest = len(fields) - 1
            others = f" (et {rest} autre{'s' if rest > 1 else ''} champ{'s' if rest > 1 else ''})"
            rows.append(first._replace(what=first.what + others) if rest else first)
    return rows


def _fleet(facts: Mapping[str, tuple[Any, Any]], side: int) -> str:
    """A fleet in a few words, from what `store.differences` tells of both."""
    label, year, count, digest = (facts[n][side] for n in ("label", "year", "machines", "hash"))
    if label is None:
        return "parc de référence, synthétique"
    return f"« {label} », actes de {year}, {number(count)} appareils, empreinte {digest[:10]}"


def _override_change(
    reference: Reference, address: str, field: str, before: Any, after: Any
) -> Change:
    """A change of one field of a value; where a side has none, it is the reference value's."""
    what = f"{labels.address_name(reference, address)}, {_FIELDS.get(field, field)}"
    try:
        parameter, value = reference.parameter_at(address)
    except CostingError:
        return Change(what, str(before), str(after))
    if value is None:
        scope = address.split(".")[2]
        is_class = scope in reference.class_labels
        value = parameter.find(scope, reference.model_of(scope).modality if is_class else scope)
    original = getattr(value, field, None)
    if field in {"low", "mode", "high"}:
        sides = [original if side is None else side for side in (before, after)]
        texts = [figures.with_unit(side, parameter.unit) for side in sides]
        return Change(what, texts[0], texts[1])
    if isinstance(original, tuple):
        original = sources_text(reference, original)
    texts = [str(original if side is None else side) for side in (before, after)]
    if field == "vat":
        texts = [wording.VAT.get(text, "—") for text in texts]
    return Change(what, texts[0], texts[1])


def _label(reference: Reference, key: str) -> tuple[str, Any]:
    """The words for a key outside the overrides, and how its values are written."""
    group, _, field = key.partition(".")
    if group == "conventions" and field in wording.CONVENTIONS:
        title, choices = wording.CONVENTIONS[field]
        return title, lambda v: choices[v][0] if v in choices else NONE
    if key == "perimeter":
        perimeters = reference.perimeters
        return _LABELS[key], lambda v: perimeters[v].label.fr if v in perimeters else str(v)
    if key == "savings.reading":
        return _LABELS[key], lambda v: wording.READINGS.get(v, NONE)
    if key.startswith("rules.floor_share_of_cost."):
        code = key.rsplit(".", 1)[1]
        return f"Plancher — {labels.scope_name(reference, code)}", _percent
    if key.startswith("savings.yearly_eur."):
        return f"Minimum d'économies {key.rsplit('.', 1)[1]}", _euros
    if key in _SHARES:
        return _LABELS[key], _percent
    if key.startswith("rules.behaviour."):
        return _behaviour_label(reference, key.removeprefix("rules.behaviour."))
    if key == "savings.target_eur":
        return _LABELS[key], _euros
    if key == "correlations":
        return _LABELS[key], lambda v: _correlations(reference, v or [])
    if key in _LISTS:
        return _LABELS[key], lambda v: _LISTS[key](reference, v or []) or NONE
    if key == "rules.cost_risk":
        return _LABELS[key], lambda v: COST_RISKS[v].fr if v in COST_RISKS else _text(v)
    return _LABELS.get(key, key), _text


def _behaviour_label(reference: Reference, field: str) -> tuple[str, Any]:
    """`elasticity.irm.liberal` → `Élasticité — IRM, secteur libéral`; else a share."""
    if field.startswith("elasticity."):
        whose = demand_words.elasticity(reference, field.removeprefix("elasticity."))
        return f"Élasticité — {whose}", lambda v: NONE if v is None else figures.plain(v)
    return demand_words.BEHAVIOUR.get(field, field), _percent


def _correlations(reference: Reference, values: Iterable[Any]) -> str:
    """Correlations as `Créneau par acte – Postes : −0,30`."""
    names = {name: p.label.fr for ps in reference.files.values() for name, p in ps.items()}
    return " ; ".join(
        f"{' – '.join(names.get(value[end], value[end]) for end in ('first', 'second'))} : "
        f"{number(value['rank'], 2)}"
        for value in values
    ) or NONE  # fmt: skip


def _percent(value: Any) -> str:
    return f"{figures.plain(100 * value)} %" if isinstance(value, (int, float)) else NONE


def _euros(value: Any) -> str:
    return euros(value) if isinstance(value, (int, float)) else NONE


def _text(value: Any) -> str:
    if value is None or value in ({}, []):
        return NONE
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        amount, since = value.get("annual_amount_eur"), _text(value.get("date"))
        return f"{value.get('label')} ({since}, {euros(amount)})" if amount else str(value)
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    try:
        return labels.day(dt.date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def sources_text(reference: Reference, keys: Iterable[str]) -> str:
    """Source keys as titles; a text that is not a key stays as it was typed."""
    return " ; ".join(
        reference.sources[key].title if key in reference.sources else key for key in keys
    )


def carry_over(base: Scenario, mine: Scenario, latest: Scenario) -> Scenario:
    """What I changed since `base`, put on `latest`; where both changed the same, mine."""
    update: dict[str, Any] = {}
    for field in Scenario.model_fields:
        old, new, other = (getattr(side, field) for side in (base, mine, latest))
        if field == "overrides":
            update[field] = _carry(old, new, other, lambda override: override.parameter)
        elif field == "unavailable":
            update[field] = _carry(old, new, other, lambda datum: datum.address)
        elif isinstance(new, BaseModel) and type(old) is type(new) is type(other):
            changed = {k: getattr(new, k) for k in type(new).model_fields
                       if getattr(new, k) != getattr(old, k)}  # fmt: skip
            update[field] = other.model_copy(update=changed)
        else:
            update[field] = new if new != old else other
    # Both cannot be: where one gave a value to what the other declared, the value stays.
    given = {override.parameter for override in update["overrides"]}
    remaining = tuple(datum for datum in update["unavailable"] if datum.address not in given)
    return latest.model_copy(update={**update, "unavailable": remaining})


def _carry(
    base: tuple[_Item, ...], mine: tuple[_Item, ...], latest: tuple[_Item, ...],
    key: Callable[[_Item], str],
) -> tuple[_Item, ...]:  # fmt: skip
    """The items of `latest`, with those that I changed, added or removed since `base`."""
    old, new, result = ({key(item): item for item in side} for side in (base, mine, latest))
    for address in [*old, *(a for a in new if a not in old)]:
        if new.get(address) != old.get(address):
            result.pop(address, None)
            if address in new:
                result[address] = new[address]
    return tuple(sorted(result.values(), key=key))


def sign(base: Scenario, mine: Scenario, author: str, reason: str, date: dt.date) -> Scenario:
    """The scenario with its new changes of values signed, unless they already are (a workbook)."""
    old = {o.parameter: o for o in base.overrides}
    signed = tuple(
        override
        if override == old.get(override.parameter)
        else override.model_copy(
            update={
                "author": override.author or author,
                "date": override.date or date,
                "reason": override.reason or reason,
            }
        )
        for override in mine.overrides
    )
    return mine.model_copy(update={"overrides": signed})
