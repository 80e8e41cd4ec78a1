"""One machine under a scenario: its cost, its pay, and how high the fee stands. No screen here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from costing.analysis.account.comparison import WHOLE_YEAR, Overvaluation, Paid, overvaluation, pay
from costing.case.case import Case
from costing.case.costs import CostBreakdown, annual_cost
from costing.fee.schedule import BANDS, ZONES, Cell, FeeSchedule, Rate
from costing.fleet.fleet import fleet_of


@dataclass(frozen=True)
class Band:
    """What one band pays: acts in it, price, and the official row that gives the price."""

    code: str
    acts: float
    fee_eur: float
    amount_eur: float
    rate: Rate | None


@dataclass(frozen=True)
class Machine:
    """A machine of a class, all its acts billed, for a whole year at a date's tariff."""

    case: Case
    class_code: str
    amortisation: str
    zone: str
    date: dt.date
    acts: float

    @cached_property
    def breakdown(self) -> CostBreakdown:
        """Its cost, line by line."""
        return annual_cost(
            self.case, self.class_code, self.acts, float(self.amortisation == "amorti")
        )

    @property
    def cost_eur(self) -> float:
        """Yearly cost in the scenario's perimeter."""
        return float(self.breakdown.total())

    @property
    def revenue_eur(self) -> float:
        """Yearly fee."""
        return float(self._paid.revenue[0])

    @cached_property
    def overvaluation(self) -> Overvaluation:
        """The three readings, at this number of acts."""
        paid = self._paid
        return overvaluation(
            paid.revenue[0], paid.cost[0], paid.investment_fee[0], paid.investment_cost[0]
        )

    @property
    def investment(self) -> tuple[float, float]:
        """Part of the fee that pays investment, and the investment's cost, EUR a year."""
        return float(self._paid.investment_fee[0]), float(self._paid.investment_cost[0])

    @property
    def bands(self) -> list[Band]:
        """The bill, band by band."""
        schedule, machines = self._schedule, self._paid.machines
        acts = schedule.volumes(machines, WHOLE_YEAR)[0, 0]
        fees = schedule.fees(machines, WHOLE_YEAR)[0, 0]
        codes = schedule.classes[self.class_code].bands
        return [
            Band(code, float(n), float(fee), float(n * fee), self._rate(code))
            for code, n, fee in zip(codes, acts, fees, strict=False)
        ]

    def _rate(self, band: str) -> Rate | None:
        """The official row in force on the date."""
        full = band == BANDS[0]
        zones = self.case.reference.classes[self.class_code].zones
        cell = Cell(
            self.class_code,
            self.amortisation if full else "*",
            self.zone if full and zones else "*",
            band,
        )
        rates = [
            rate
            for rate in self.case.reference.schedule.rates
            if rate.cell == cell and rate.effective_from <= self.date
        ]
        return max(rates, key=lambda rate: rate.effective_from, default=None)

    @cached_property
    def _schedule(self) -> FeeSchedule:
        return self.case.reference.schedule.frozen(self.date)

    @cached_property
    def _paid(self) -> Paid:
        """The same machine as a fleet of one, so that the engine's own definitions apply."""
        old = dt.date(WHOLE_YEAR - 40, 1, 1)
        new = dt.date(WHOLE_YEAR, 1, 1)
        zone = self.zone if self.zone in ZONES else "province"
        frame = pd.DataFrame(
            {
                "machine_id": ["1"],
                "site_id": ["1"],
                "modality": [self.case.reference.classes[self.class_code].modality],
                "class": [self.class_code],
                "installed_on": [pd.Timestamp(old if self.amortisation == "amorti" else new)],
                "zone": [zone],
                "region": ["Île-de-France" if zone != "province" else "Bretagne"],
                "sector": ["liberal"],
                "rank_on_authorisation": [1],
                "acts_billed": [float(self.acts)],
                "acts_inpatient": [0.0],
                "weight": [1.0],
            }
        )
        fleet = fleet_of(frame, WHOLE_YEAR, "un appareil")
        return pay(self.case, fleet, self._schedule, WHOLE_YEAR)
