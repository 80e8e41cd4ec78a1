"""What is said of a datum that cannot be given, in words: beside its value, in a list of changes.

No screen here.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from costing.case import labels
from costing.fleet.columns import TITLES
from costing.french.writing import NONE
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario
from costing.scenario.unavailable import ALL_MACHINES, FLEET, Unavailable

#: How a value that is declared unavailable is marked.
MARK = "∅"
_FIELDS = {
    "supplier": "qui ne peut la donner",
    "reason": "raison",
    "detail": "précision",
    "since": "depuis",
    "until": "jusqu'au",
    "instead": "ce qui peut la remplacer",
}


def name(reference: Reference, address: str) -> str:
    """A datum in words: a value of the models, or a column of the fleet and a machine."""
    file, column, machine = address.split(".", 2)
    if file != FLEET:
        return labels.address_name(reference, address)
    whose = "tous les appareils" if machine == ALL_MACHINES else machine
    return f"Parc, {TITLES.get(column, column)} — {whose}"


def sentence(datum: Unavailable) -> str:
    """All that is said: `Non disponible (Constructeur X) : secret des affaires, contrats…`."""
    reason = labels.UNAVAILABLE[datum.reason]
    if datum.detail:
        reason = datum.detail if datum.reason == "other" else f"{reason}, {datum.detail}"
    ends = {"depuis le": datum.since, "jusqu'au": datum.until}
    days = "".join(f", {word} {labels.day(day)}" for word, day in ends.items() if day)
    instead = f" Peut la remplacer : {datum.instead.rstrip('.')}." if datum.instead else ""
    return f"Non disponible ({datum.supplier}) : {reason.rstrip('.')}{days}.{instead}"


def by_address(scenario: Scenario) -> dict[str, str]:
    """What is said of each value of the models that a scenario lacks, by address."""
    return {d.address: sentence(d) for d in scenario.unavailable if d.machine is None}


def of_fleet(reference: Reference, scenario: Scenario) -> list[tuple[str, str]]:
    """Each datum of the fleet that a scenario lacks, and what is said of it."""
    data = (datum for datum in scenario.unavailable if datum.machine is not None)
    return [(name(reference, datum.address), sentence(datum)) for datum in data]


def change(reference: Reference, key: str, before: Any, after: Any) -> tuple[str, str, str]:
    """A difference in what is said of a datum: what, before, after. Key: `unavailable.….reason`."""
    address, _, field = key.partition(".")[2].rpartition(".")
    what = f"Non disponible : {name(reference, address)}, {_FIELDS.get(field, field)}"
    return what, _field_text(field, before), _field_text(field, after)


def _field_text(field: str, value: Any) -> str:
    if not value:
        return NONE
    if field == "reason":
        return labels.UNAVAILABLE.get(value, str(value))
    return labels.day(dt.date.fromisoformat(value)) if field in {"since", "until"} else str(value)
