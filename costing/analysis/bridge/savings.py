r"""Savings as a sum of games, one a class of machines, over what each class reads.

A class reads its own thresholds and age of amortisation, the growth and renewal of its modality,
the fleet, and how in-patients count: of many differences it sees a few, and its fleet is projected
once for each mix of even fewer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from costing.analysis.account.savings import baseline
from costing.analysis.bridge.differences import Atom, Pair
from costing.analysis.bridge.results import Term, present, readers
from costing.analysis.bridge.shapley import Coalitions
from costing.case.case import Case
from costing.fee.schedule import LIMITS, Machines
from costing.fleet.fleet import Fleet
from costing.fleet.projection import project
from costing.scenario.rules import Reading

Floats = NDArray[np.float64]
YearMachines = tuple[int, Machines, Floats]

#: What projecting and paying a fleet needs of it.
_COLUMNS = (
    "machine_id", "modality", "class", "installed_on", "zone", "rank_on_authorisation",
    "acts_billed", "acts_inpatient", "weight",
)  # fmt: skip
_RATES = ("machine_growth", "acts_growth", "renewal_rate")


@dataclass(frozen=True)
class Savings:
    """Savings of the schedule in force over the target's years, EUR.

    reading: their sum (`cumulated`), or those of the last year (`level_2027`).
    """

    reading: Reading = "cumulated"
    decimals: ClassVar[int] = 2

    def reads(self, pair: Pair) -> set[str]:
        """What the acts, states and bands of the fleet rest on."""
        return set[str]().union(*(_reads(pair, code) for code in present(pair)))

    def terms(self, pair: Pair, players: Sequence[Atom]) -> list[Term]:
        """One game a class of machines."""
        target = pair.a.base.savings.target.years
        years = target if self.reading == "cumulated" else target[-1:]
        shared = _Shared()
        terms = []
        for code in present(pair):
            columns = readers(players, _reads(pair, code))
            own = [players[i] for i in columns]
            terms.append(Term(columns, _ClassGame(pair, code, own, years, shared)))
        return terms


def _reads(pair: Pair, class_code: str) -> set[str]:
    reads = {"conventions.inpatients_count", *_state_reads(pair, class_code)}
    return reads.union(*(pair.sources("machine_classes", name, class_code) for name in LIMITS))


def _state_reads(pair: Pair, class_code: str) -> set[str]:
    """What makes the machines of a class, their acts and whether they are amortised."""
    years = pair.sources("machine_classes", "amortisation_years", class_code)
    return _projection_reads(pair, class_code) | years


def _projection_reads(pair: Pair, class_code: str) -> set[str]:
    """What makes the machines of a class's modality in later years."""
    modality = pair.a.base.classes[class_code].modality
    reads = {"fleet", *pair.sources("dynamics", "renewal_age_power", "*")}
    return reads.union(*(pair.sources("dynamics", name, modality) for name in _RATES))


class _Shared:
    """What mixes share, once computed: projected fleets by modality, machines by class."""

    def __init__(self) -> None:
        self.fleets: dict[tuple[str, frozenset[str]], list[Fleet]] = {}
        self.machines: dict[tuple[str, frozenset[str]], list[YearMachines]] = {}


@dataclass(frozen=True)
class _ClassGame:
    """Savings of the machines of one class."""

    pair: Pair
    class_code: str
    players: Sequence[Atom]
    years: tuple[int, ...]
    shared: _Shared

    def __call__(self, coalitions: Coalitions) -> Floats:
        rows, which = np.unique(coalitions, axis=0, return_inverse=True)
        chosen = ([self.players[i] for i in np.flatnonzero(row).tolist()] for row in rows)
        return np.array([self._saved(atoms) for atoms in chosen])[which.reshape(-1)]

    def _saved(self, chosen: Sequence[Atom]) -> float:
        """Fees at the baseline less fees in force, over the years, as `analysis.savings`."""
        case = self.pair.case_with_fleet(chosen)
        before, now = baseline(case), case.reference.schedule
        count = case.scenario.conventions.inpatients_count
        total = 0.0
        for year, machines, weight in self._machines(case, chosen):
            saved = before.revenue(machines, year, count) - now.revenue(machines, year, count)
            total += float(saved @ weight)
        return total

    def _machines(self, case: Case, chosen: Sequence[Atom]) -> list[YearMachines]:
        """The class's machines in each year as arrays, alike ones added up, with their weights."""
        key = self.class_code, _keys(chosen, _state_reads(self.pair, self.class_code))
        if key not in self.shared.machines:
            yearly = self.shared.machines[key] = []
            for year, fleet in zip(self.years, self._fleets(case, chosen), strict=True):
                own = replace(fleet, frame=fleet.frame[fleet.frame["class"] == self.class_code])
                yearly.append((year, *_alike(case, own, year)))
        return self.shared.machines[key]

    def _fleets(self, case: Case, chosen: Sequence[Atom]) -> list[Fleet]:
        """The machines of the class's modality in each year."""
        modality = case.reference.classes[self.class_code].modality
        key = modality, _keys(chosen, _projection_reads(self.pair, self.class_code))
        if key not in self.shared.fleets:
            frame = case.fleet.frame
            rows = frame.loc[frame["modality"] == modality, list(_COLUMNS)]
            own = replace(case.fleet, frame=rows)
            self.shared.fleets[key] = [
                own if own.frame.empty else project(own, year, case.fleets.dynamics)
                for year in self.years
            ]
        return self.shared.fleets[key]


def _keys(chosen: Sequence[Atom], reads: set[str]) -> frozenset[str]:
    return frozenset(chosen[i].key for i in readers(chosen, reads))


def _alike(case: Case, fleet: Fleet, year: int) -> tuple[Machines, Floats]:
    """The machines of a fleet of one class; those that the fee pays alike are one row."""
    machines = fleet.machines(case.reference.schedule, year, case.amortisation_years)
    parts = astuple(machines)
    rows, which = np.unique(np.stack(parts, axis=1), axis=0, return_inverse=True)
    columns = (column.astype(part.dtype) for column, part in zip(rows.T, parts, strict=True))
    weight = np.bincount(which.reshape(-1), fleet.weight, len(rows))
    return Machines(*columns), np.asarray(weight, dtype=float)
