"""The French words of a difference: what it bears on, and what each side holds."""

from __future__ import annotations

from typing import Any

from costing.case import labels
from costing.fleet.fleet import Fleet
from costing.french.writing import number, quantity
from costing.reference.reference import Reference
from costing.values.parameters import Value

#: Field of `Conventions` → its title, and the words of its choices.
_CONVENTIONS: dict[str, tuple[str, dict[Any, str]]] = {
    "capital": ("Charge du capital", labels.CAPITAL),
    "amortised_charge": ("Capital d'un appareil amorti", labels.AMORTISED_CHARGE),
    "inpatients_count": (
        "Actes des hospitalisés",
        {True: "comptent dans les tranches", False: "hors des tranches"},
    ),
    "investment": ("Investissement payé par le forfait", labels.INVESTMENTS),
    "activity": ("Activité des appareils", labels.ACTIVITIES),
}
#: Significant digits of a value: enough to tell two apart.
_DIGITS = 8
_VAT = {"included": "TVA comprise", "excluded": "hors taxe", "not_applicable": "sans TVA"}


def change(what: str, before: str, after: str) -> str:
    """`Périmètre : large → étroit`."""
    return f"{what} : {before} → {after}"


def convention_change(field: str, before: object, after: object) -> str:
    """A convention's two choices in words."""
    title, choices = _CONVENTIONS[field]
    return change(title, choices[before], choices[after])


def fleet_text(fleet: Fleet) -> str:
    """A fleet by its label, year and number of machines."""
    count = fleet.weight.sum()
    machines = "appareils" if count >= 2 else "appareil"
    return f"{fleet.label or 'sans nom'} ({fleet.year}, {number(count)} {machines})"


def value_change(reference: Reference, address: str, unit: str, before: Value, after: Value) -> str:
    """`Prix d'achat de l'appareil, IRM 1,5 T : 1 000 000 € → 1 200 000 €`; VAT where it changes."""
    what = labels.address_name(reference, address).replace(" — ", ", ")
    vat = before.vat != after.vat
    return change(what, *(_value_text(value, unit, vat) for value in (before, after)))


def _value_text(value: Value, unit: str, vat: bool) -> str:
    text = quantity(value.mode, unit, _DIGITS)
    return f"{text} ({_VAT[value.vat]})" if vat and value.vat else text
