"""What a scenario asks of a schedule, as one list: its own fields and its further demands alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from costing.analysis.account.savings import required_from_fee
from costing.case import labels
from costing.case.case import Case
from costing.french.writing import euros, money, percent
from costing.reference.reference import Reference
from costing.scenario.menu import CONSTRAINTS, Constraint

_SWITCHES = {
    "no_rise": "no_rise",
    "degressive": "degressive",
    "amortised": "amortised_not_above",
    "zone_order": "zones_in_order",
}


@dataclass(frozen=True)
class Requirement:
    """One thing asked: a constraint, for whom (`*`, a code, or a year), and its numbers."""

    constraint: str
    scope: str = "*"
    value: float | None = None
    level: float | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others: nothing is asked twice of the same scope."""
        return self.constraint, self.scope

    @property
    def declared(self) -> Constraint:
        """Its declaration in the menu."""
        return CONSTRAINTS[self.constraint]

    @property
    def movable(self) -> bool:
        """Whether it has a number that can be eased or tightened."""
        return self.value is not None and self.declared.looser != 0

    def moved(self, value: float) -> Requirement:
        """The same with another number."""
        return replace(self, value=value)

    def eased(self, by: float) -> Requirement:
        """The same, easier to meet by some units (a share of 0.01 is a point, or euros)."""
        return self.moved((self.value or 0.0) + self.declared.looser * by)

    def title(self, reference: Reference) -> str:
        """What it is, in words: `Plancher de recette par classe — IRM 1,5 T`."""
        name = self.declared.label.fr
        if self.scope == "*":
            return name
        return f"{name} — {labels.who(reference, self.scope)}"

    def amount(self, value: float | None = None) -> str:
        """Its number in its own unit; a dash for a switch."""
        return amount_words(self.declared, self.value if value is None else value)


def amount_words(declared: Constraint, value: float | None) -> str:
    """A number of a constraint in its unit."""
    if value is None:
        return ""
    if declared.unit == "share":
        return percent(value, 1)
    if declared.unit == "EUR":
        return money(value)
    return euros(value, 2)


def requirements(case: Case) -> tuple[Requirement, ...]:
    """All that a scenario asks, savings first."""
    rules, demand = case.scenario.rules, case.scenario.savings
    years = case.reference.savings.target.years
    items = [Requirement("savings_target", value=required_from_fee(demand, years))]
    items += [
        Requirement("savings_year", str(year), demand.yearly_eur[year])
        for year in years
        if year in demand.yearly_eur
    ]
    items.append(Requirement("step_cut", value=rules.largest_cut_per_step))
    items += [Requirement(name) for name, field in _SWITCHES.items() if getattr(rules, field)]
    items += [
        Requirement("class_floor", code, share) for code, share in rules.floor_share_of_cost.items()
    ]
    for demanded in rules.demands:
        new = Requirement(demanded.constraint, demanded.scope, demanded.value, demanded.level)
        same = [i for i, a in enumerate(items) if (a.constraint, a.scope) == (new.constraint, "*")]
        if same and new.scope == "*":
            items[same[0]] = new  # a demand for all replaces the field of the same constraint
        else:
            items.append(new)
    return tuple(items)


def without(items: Sequence[Requirement], index: int) -> tuple[Requirement, ...]:
    """The list less one of its items."""
    return (*items[:index], *items[index + 1 :])


def changed(items: Sequence[Requirement], index: int, new: Requirement) -> tuple[Requirement, ...]:
    """The list with one of its items replaced."""
    return (*items[:index], new, *items[index + 1 :])
