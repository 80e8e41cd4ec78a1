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

    def in_axis_unit(self, value: float) -> float:
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


def axes(frontier: Frontier) -> tuple[Axis, Axis]:
    """The axes of a frontier: what is chosen, then what it costs."""
    return Axis.of(frontier.case, frontier.measure), Axis.of(frontier.case, frontier.against)


def flat(frontier: Frontier) -> bool:
    """Whether both measures are at their best together: there is nothing to give for anything."""
    levels = [point.level for point in frontier.points]
    size = max(1.0, *map(abs, levels)) if frontier.measure == SAVINGS else 1.0
    return max(levels, default=0.0) - min(levels, default=0.0) <= 1e-6 * size


def in_euros(frontier: Frontier) -> bool:
    """Whether a slope is a number of euros lost by euro saved."""
    return frontier.measure == SAVINGS and frontier.against in _SUMS


def slope_title(frontier: Frontier) -> str:
    """What the price of a step is the price of."""
    if in_euros(frontier):
        return "Prix d'un euro de plus"
    first, _ = axes(frontier)
    step = {"M€": "1 M€", "%": "1 point"}.get(first.unit, "une unité")
    return f"Prix de {step} de {'plus' if frontier.measure == SAVINGS else 'moins'}"


def slope_words(frontier: Frontier, point: Point) -> str:
    """What one more step costs at a point; nothing where whole numbers leave no price."""
    if not np.isfinite(point.slope):
        return NONE
    first, second = axes(frontier)
    if in_euros(frontier):
        return cents(point.slope)
    step = point.slope / first.factor if first.unit != "%" else point.slope * 0.01
    return second.moved(step)


def cents(price: float) -> str:
    """A price of a euro in centimes: `12,3 centimes`, `1 €`."""
    if price >= 0.9995:
        return euros(price, 2)
    centimes = 100 * price
    if 0 < centimes < 0.1:
        return "moins de 0,1 centime"
    return f"{number(centimes, 1)} centime{'s' if centimes >= 2 else ''}"


def reading(frontier: Frontier) -> list[str]:
    """The curve in plain sentences: from where to where, then where more savings become dear."""
    if not frontier.points:
        return []
    first, second = axes(frontier)
    start, end = frontier.points[0], frontier.points[-1]
    words = [
        f"Quand « {first.inside} » va de {first.words(start.level)} à {first.words(end.level)}, "
        f"« {second.inside} » va au mieux de {second.words(start.value)} à "
        f"{second.words(end.value)}."
    ]
    if in_euros(frontier):
        words.append(_dearer(frontier))
    elif len(frontier.points) > 2:
        words.append(_halves(frontier))
    if frontier.stopped:
        words.append(
            "Certains points ne sont pas prouvés les meilleurs : le calcul s'y est arrêté avant la "
            "preuve."
        )
    return words


def _dearer(frontier: Frontier) -> str:
    """Between which points the price of one more euro passes the marks."""
    first, _ = axes(frontier)
    slopes = prices(frontier)
    whom = _SUMS[frontier.against]
    if max(slopes) < MARKS[0]:
        most = cents(max(slopes))
        return f"Chaque euro d'économie de plus coûte au plus {most} {whom}, sur toute la courbe."
    parts = []
    for mark in MARKS:
        mark_words = f"{number(100 * mark)} centimes"
        if slopes[0] >= mark:
            parts.append(f"dépasse {mark_words} dès le premier point")
        elif max(slopes) < mark:
            parts.append(f"n'atteint pas {mark_words}")
        else:
            passing = next(i for i, slope in enumerate(slopes) if slope >= mark)
            low, high = (first.words(frontier.points[i].level) for i in (passing - 1, passing))
            parts.append(f"passe {mark_words} entre {low} et {high}")
    return f"Ce que chaque euro d'économie de plus coûte {whom} {join(parts)}."


def prices(frontier: Frontier) -> list[float]:
    """The price of one more unit at each point; from one point to the next where it is not known.

    Whole numbers leave no price at a point: the mean price since the point before stands in.
    """
    slopes = [point.slope for point in frontier.points]
    if np.isfinite(slopes).all() or len(slopes) < 2:
        return [price if np.isfinite(price) else 0.0 for price in slopes]
    steps = [
        abs(b.value - a.value) / max(abs(b.level - a.level), 1e-9)
        for a, b in pairwise(frontier.points)
    ]
    return [0.0, *steps]


def _halves(frontier: Frontier) -> str:
    """How much of the whole change the first half of the way takes."""
    _, second = axes(frontier)
    path = frontier.points
    middle = path[len(path) // 2]
    halves = (middle.value - path[0].value, path[-1].value - middle.value)
    costs = [f"{'+' if half > 0 else ''}{second.moved(half)}" for half in halves]
    return f"La première moitié du chemin coûte {costs[0]}, la seconde {costs[1]}."
