"""One machine under a scenario: its cost, its pay, and how high the fee stands. No screen here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from costing.analysis.account.comparison import (
    WHOLE_YEAR,
    Amounts,
    Overvaluation,
    overvaluation,
    pay_alike,
)
from costing.case.case import Case
from costing.case.costs import CostBreakdown, annual_cost
from costing.fee.schedule import BANDS, ZONES, Cell, FeeSchedule, Machines, Rate, one_machine


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
        case = self.case.under(self._schedule, WHOLE_YEAR)
        amortised = float(self.amortisation == "amorti")
        return annual_cost(case, self.class_code, self.acts, amortised)

    @property
    def cost_eur(self) -> float:
        """Yearly cost in the scenario's perimeter."""
        return float(self._amounts.cost)

    @property
    def revenue_eur(self) -> float:
        """Yearly fee."""
        return float(self._amounts.revenue)

    @cached_property
    def overvaluation(self) -> Overvaluation:
        """The three readings, at this number of acts."""
        return overvaluation(*(float(amount) for amount in self._amounts))

    @property
    def investment(self) -> tuple[float, float]:
        """Part of the fee that pays investment, and the investment's cost, EUR a year."""
        return float(self._amounts.investment_fee), float(self._amounts.investment_cost)

    @property
    def bands(self) -> list[Band]:
        """The bill, band by band."""
        schedule, machines = self._schedule, self._machines
        acts = schedule.volumes(machines, WHOLE_YEAR)[0]
        fees = schedule.fees(machines, WHOLE_YEAR)[0]
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
    def _machines(self) -> Machines:
        """The machine as the schedule pays it; the zone of a class without zones has no bearing."""
        zone = self.zone if self.zone in ZONES else ZONES[-1]
        return one_machine(self._schedule, self.class_code, self.amortisation, zone, self.acts)

    @cached_property
    def _amounts(self) -> Amounts:
        return pay_alike(self.breakdown, self._machines, self._schedule, WHOLE_YEAR)
