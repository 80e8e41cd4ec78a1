"""A datum that a supplier cannot give: which one, who says so, why, and what could stand for it.

Part of a scenario, for the other side to see. The value in use stays what it is: nothing here
enters a computation.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from costing.values.parameters import NonBlank, Strict
from costing.values.yaml_lines import CodedError, Fault

if TYPE_CHECKING:
    pass

Reason = Literal["never_measured", "trade_secret", "not_broken_down", "delay", "other"]
#: First part of the address of a datum of the fleet; the machine that stands for all of them.
FLEET, ALL_MACHINES = "fleet", "*"
VALUE_ADDRESS = r"[a-z0-9_]+\.[a-z0-9_]+\.([a-z0-9_]+|\*)"


class Unavailable(Strict):
    """A datum that cannot be given.

    address: `file.name.scope`, as an override's; for a datum of the fleet, `fleet.column.machine`,
        the machine by its name or `*` for all.
    supplier: who cannot give it. detail: more on the reason; needed for `other`.
    since, until: the days between which it cannot be given, where that is known.
    instead: what could stand for it.
    """

    address: str = Field(pattern=rf"^({VALUE_ADDRESS}|{FLEET}\.[a-z_]+\..+)$")
    supplier: NonBlank
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
