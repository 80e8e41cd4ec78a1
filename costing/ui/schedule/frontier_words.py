"""A frontier in words and in the units of its axes. No screen here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from costing.case.case import Case
from costing.french.writing import NONE, euros, join, meuros, number, percent, points
from costing.optimise.frontier import SAVINGS, Frontier, Point
from costing.scenario.menu import OBJECTIVES
from costing.ui.parts import demand_words

#: Prices of one more euro that people talk about, in euros.
MARKS = (0.10, 0.50)
#: Against what a cost in centimes makes sense: sums of euros.
_SUMS = {"loss": "aux appareils sous leur coût", "near_cost": "d'écart au coût"}


@dataclass(frozen=True)
class Axis:
    """A measure of a frontier: its name, the unit of its axis, and how its values are written."""

    id: str
    label: str
    factor: float
    unit: str

    @classmethod
    def of(cls, case: Case, name: str) -> Axis:
        """The axis of savings or of an objective."""
        if name == SAVINGS:
            reading = case.scenario.savings.reading
            last = case.reference.savings.target.years[-1]
            label = "Économies cumulées" if reading == "cumulated" else f"Économies {last}"
            return cls(name, label, 1e-6, "M€")
        objective = OBJECTIVES[name]
        money = objective.unit.startswith("EUR")
        share = objective.unit == "share"
        factor = 1e-6 if money else 100.0 if share else 1.0
        return cls(name, objective.label.fr, factor, "M€" if money else "%" if share else "")

    @property
    def title(self) -> str:
        """The title of the axis."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def inside(self) -> str:
        """Its name in the middle of a sentence."""
        return demand_words.inside(self.label)

    def shown(self, value: float) -> float:
        """A value in the axis's unit."""
        return self.factor * value

    def words(self, value: float) -> str:
        """A value with its unit; small amounts in euros."""
        if self.unit == "M€":
            return euros(value) if abs(value) < 1e5 else meuros(value)
        return percent(value, 2) if self.unit == "%" else number(value)

    def moved(self, change: float) -> str:
        """A change of it: of a share, in points."""
        return points(change) if self.unit == "%" else self.words(change)


def axes(found: Frontier) -> tuple[Axis, Axis]:
    """The axes of a frontier: what is chosen, then what it costs."""
    return Axis.of(found.case, found.measure), Axis.of(found.case, found.against)


def flat(found: Frontier) -> bool:
    """Whether both measures are at their best together: there is nothing to give for anything."""
    levels = [point.level for point in found.points]
    size = max(1.0, *map(abs, levels)) if found.measure == SAVINGS else 1.0
    return max(levels, default=0.0) - min(levels, default=0.0) <= 1e-6 * size


def in_euros(found: Frontier) -> bool:
    """Whether a slope is a number of euros lost by euro saved."""
    return found.measure == SAVINGS and found.against in _SUMS


def slope_title(found: Frontier) -> str:
    """What the price of a step is the price of."""
    if in_euros(found):
        return "Prix d'un euro de plus"
    first, _ = axes(found)
    step = {"M€": "1 M€", "%": "1 point"}.get(first.unit, "une unité")
    return f"Prix de {step} de {'plus' if found.measure == SAVINGS else 'moins'}"


def slope_words(found: Frontier, point: Point) -> str:
    """What one more step costs at a point; nothing where whole numbers leave no price."""
    if not np.isfinite(point.slope):
        return NONE
    first, second = axes(found)
    if in_euros(found):
        return cents(point.slope)
    step = point.slope / first.factor if first.unit != "%" else point.slope * 0.01
    return second.moved(step)


def cents(price: float) -> str:
    """A price of a euro in centimes: `12,3 centimes`, `1 €`."""
    if price >= 0.9995:
        return euros(price, 2)
    shown = 100 * price
    if 0 < shown < 0.1:
        return "moins de 0,1 centime"
    return f"{number(shown, 1)} centime{'s' if shown >= 2 else ''}"


def reading(found: Frontier) -> list[str]:
    """The curve in plain sentences: from where to where, then where more savings become dear."""
    if not found.points:
        return []
    first, second = axes(found)
    start, end = found.points[0], found.points[-1]
    words = [
        f"Quand « {first.inside} » va de {first.words(start.level)} à {first.words(end.level)}, "
        f"« {second.inside} » va au mieux de {second.words(start.value)} à "
        f"{second.words(end.value)}."
    ]
    if in_euros(found):
        words.append(_dearer(found))
    elif len(found.points) > 2:
        words.append(_halves(found))
    if found.stopped:
        words.append(
            "Certains points ne sont pas prouvés les meilleurs : le calcul s'y est arrêté avant la "
            "preuve."
        )
    return words


def _dearer(found: Frontier) -> str:
    """Between which points the price of one more euro passes the marks."""
    first, _ = axes(found)
    slopes = prices(found)
    whom = _SUMS[found.against]
    if max(slopes) < MARKS[0]:
        most = cents(max(slopes))
        return f"Chaque euro d'économie de plus coûte au plus {most} {whom}, sur toute la courbe."
    parts = []
    for mark in MARKS:
        shown = f"{number(100 * mark)} centimes"
        if slopes[0] >= mark:
            parts.append(f"dépasse {shown} dès le premier point")
        elif max(slopes) < mark:
            parts.append(f"n'atteint pas {shown}")
        else:
            at = next(i for i, slope in enumerate(slopes) if slope >= mark)
            low, high = (first.words(found.points[i].level) for i in (at - 1, at))
            parts.append(f"passe {shown} entre {low} et {high}")
    return f"Ce que chaque euro d'économie de plus coûte {whom} {join(parts)}."


def prices(found: Frontier) -> list[float]:
    """The price of one more unit at each point; from one point to the next where it is not known.

    Whole numbers leave no price at a point: the mean price since the point before stands in.
    """
    known = [point.slope for point in found.points]
    if np.isfinite(known).all() or len(known) < 2:
        return [price if np.isfinite(price) else 0.0 for price in known]
    steps = [
        abs(b.value - a.value) / max(abs(b.level - a.level), 1e-9)
        for a, b in pairwise(found.points)
    ]
    return [0.0, *steps]


def _halves(found: Frontier) -> str:
    """How much of the whole change the first half of the way takes."""
    _, second = axes(found)
    known = found.points
    middle = known[len(known) // 2]
    halves = (middle.value - known[0].value, known[-1].value - middle.value)
    told = [f"{'+' if half > 0 else ''}{second.moved(half)}" for half in halves]
    return f"La première moitié du chemin coûte {told[0]}, la seconde {told[1]}."
