"""The machines of a case: its fleet, and that of each later year, made when first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from costing.fleet.table import FleetTable
from costing.reference.reference import Reference

if TYPE_CHECKING:
    from costing.fleet.fleet import Fleet
    from costing.fleet.projection import Dynamics


@dataclass(frozen=True)
class Fleets:
    """A fleet and what becomes of it.

    reference: holds the classes and how fleets change. table: the scenario's own fleet; None for
    the synthetic reference fleet. already_read: the fleet of that table where one is at hand.
    """

    reference: Reference
    table: FleetTable | None
    already_read: Fleet | None = None
    _by_year: dict[int, Fleet] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def first(self) -> Fleet:
        """The fleet of the year from which the others follow.

        Raises:
            FleetError: the table cannot be used.
        """
        if self.already_read is not None:
            return self.already_read
        if self.table is None:
            return self.reference.fleet
        from costing.fleet.fleet import from_table  # noqa: PLC0415 - needs pandas

        return from_table(self.table, self.reference.classes)

    def in_year(self, year: int) -> Fleet:
        """The fleet of a year, aged, renewed and grown from the first.

        Raises:
            FleetError: the year precedes the first fleet's.
        """
        from costing.fleet.projection import project  # noqa: PLC0415 - needs pandas

        if year not in self._by_year:
            self._by_year[year] = project(self.first, year, self.dynamics)
        return self._by_year[year]

    @cached_property
    def dynamics(self) -> Dynamics:
        """How the fleet grows and renews itself, by modality."""
        from costing.fleet.projection import Dynamics  # noqa: PLC0415 - needs pandas

        parameters = self.reference.files["dynamics"]
        modalities = {entry.modality for entry in self.reference.class_entries}

        def by_modality(name: str) -> dict[str, float]:
            values = {code: parameters[name].find(code) for code in modalities}
            return {code: value.mode for code, value in values.items() if value}

        dispersion = parameters.get("renewal_age_power")
        power = dispersion.find("*") if dispersion else None
        return Dynamics(
            machine_growth=by_modality("machine_growth"),
            acts_growth=by_modality("acts_growth"),
            renewal_rate=by_modality("renewal_rate"),
            age_power=power.mode if power else None,
        )
