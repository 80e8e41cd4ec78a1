"""A datum that a supplier cannot give: which one, who says so, why, and what could stand for it.

Part of a scenario, for the other side to see. The value in use stays what it is: nothing here
enters a computation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from costing.problems.errors import Place, Problem, ScenarioError, problem, suggest
from costing.values.parameters import Shown, Strict
from costing.values.yaml_lines import CodedError, Fault

if TYPE_CHECKING:
    from costing.reference.reference import Reference
    from costing.scenario.scenario import Scenario

Reason = Literal["never_measured", "trade_secret", "not_broken_down", "delay", "other"]
#: First part of the address of a datum of the fleet; the machine that stands for all of them.
FLEET, ALL_MACHINES = "fleet", "*"
_VALUE = r"[a-z0-9_]+\.[a-z0-9_]+\.([a-z0-9_]+|\*)"


class Unavailable(Strict):
    """A datum that cannot be given.

    address: `file.name.scope`, as an override's; for a datum of the fleet, `fleet.column.machine`,
        the machine by its name or `*` for all.
    supplier: who cannot give it. detail: more on the reason; needed for `other`.
    since, until: the days between which it cannot be given, where that is known.
    instead: what could stand for it.
    """

    address: str = Field(pattern=rf"^({_VALUE}|{FLEET}\.[a-z_]+\..+)$")
    supplier: Shown
    reason: Reason
    detail: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    instead: str = ""

    @model_validator(mode="after")
    def _said_in_full(self) -> Unavailable:
        if self.reason == "other" and not self.detail.strip():
            raise CodedError(Fault("unavailable_other", ("detail",)))
        if self.since and self.until and self.until < self.since:
            facts = {"value": f"{self.until:%d/%m/%Y}", "since": f"{self.since:%d/%m/%Y}"}
            raise CodedError(Fault("unavailable_dates", ("until",), facts))
        return self

    @property
    def machine(self) -> str | None:
        """The machine of a datum of the fleet; None for a value of the models."""
        file, _, machine = self.address.split(".", 2)
        return machine if file == FLEET else None


def unknown_data(reference: Reference, scenario: Scenario) -> list[Problem]:
    """The problems of the addresses of a scenario that lead to nothing."""
    if not scenario.unavailable:
        return []
    table = scenario.fleet.columns if scenario.fleet else {}
    machines = {str(name) for name in table.get("machine_id", ())}
    found = [
        unknown(reference, machines, datum.address, Place(key=f"unavailable.{index}.address"))
        for index, datum in enumerate(scenario.unavailable)
    ]
    return [each for each in found if each]


def unknown(
    reference: Reference, machines: Collection[str], address: str, place: Place
) -> Problem | None:
    """The problem of an address that leads to nothing; None when it leads to a datum.

    machines: the names of the scenario's own. A class without a value of its own has its
    modality's or everyone's: that too may be what cannot be given.
    """
    match address.split(".", 2):
        case ["fleet", column, machine]:
            return _unknown_in_fleet(machines, column, machine, place)
    if not re.fullmatch(_VALUE, address):
        return _unknown(reference, address, place)
    try:
        parameter, own = reference.parameter_at(address)
    except ScenarioError:
        return _unknown(reference, address, place)
    scope = address.rsplit(".", 1)[1]
    inherits = scope in reference.class_labels or scope in reference.models
    found = own or (reference.value_for(parameter, scope) if inherits else None)
    return None if found else _unknown(reference, address, place)


def _unknown(reference: Reference, address: str, place: Place) -> Problem:
    near = suggest(address, [known for known, _, _ in reference.values()])
    return problem("unknown_parameter", place, address, near=near)


def _unknown_in_fleet(
    machines: Collection[str], column: str, machine: str, place: Place
) -> Problem | None:
    from costing.fleet.fleet import COLUMNS  # noqa: PLC0415 - needs pandas

    known = COLUMNS[1:]
    if column not in known:
        near = suggest(column, known)
        return problem("unknown_choice", place, column, near=near, known=", ".join(known))
    if machine != ALL_MACHINES and machine not in machines:
        return problem("unknown_machine", place, machine, near=suggest(machine, machines))
    return None
