"""What holds a schedule back, and what each concession is worth.

Every price is found again by solving with the demand eased by one unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from costing.french.writing import join, money, number
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.demands import Requirement, changed, without
from costing.optimise.floors import COUNTS
from costing.optimise.objectives import goal
from costing.optimise.search import AboveFloor, Search, begun, reach
from costing.optimise.solver import Block, Model, Solution
from costing.run.progress import Progress, silent
from costing.scenario.menu import OBJECTIVES

Floats = NDArray[np.float64]

#: One unit of a demand, as people say it: a point, a euro; of savings, a thousandth of them.
UNITS = {"share": 0.01, "EUR/act": 1.0}
THOUSANDTH = 1e-3
#: Dual value under which a row holds nothing back, for an objective in euros.
BINDING_DUAL = 1e-9
#: Euros under which a change is none.
NOTHING = 500.0
#: Euros under which a target counts as just met, prices being rounded.
JUST_MET = 100_000.0


@dataclass(frozen=True)
class Binding:
    """A demand that holds the schedule back.

    shadow_price: what the first objective (euros of loss, as a rule) would gain if the demand were
    eased by one unit (a point; a euro), from the solver's dual values; None when it holds but costs
    nothing at the margin. gain: the same found again by solving (for savings, `unit`), and
    savings_eur: by how much more could be saved. count: prices or classes that it holds. value: its
    number.
    """

    constraint: str
    shadow_price: float | None
    count: int
    words: str
    scope: str = "*"
    value: float | None = None
    gain: float | None = None
    savings_eur: float | None = None


def first_solution(
    demanded: DemandedProgram, above_floor: AboveFloor
) -> tuple[list[Block], Solution, float]:
    """The first objective alone: the rows asked, its shadow prices, and its value."""
    build, _ = begun(demanded, above_floor)
    blocks = list(build.blocks)
    target = goal(demanded, build, demanded.program.case.scenario.rules.objectives[0])
    solution = Model(build.columns, build.blocks).minimise(target.factors)
    return blocks, solution, target.at(solution.values)


def bindings(search: Search, rounded: Floats, tell: Progress = silent) -> list[Binding]:
    """The demands that hold the first objective back, dearest first; then a target just met."""
    demanded, above_floor = search.demanded, search.above_floor
    blocks, best, least = first_solution(demanded, above_floor)
    if not best.duals:
        return []
    most = reach(demanded, above_floor).most_eur
    first = demanded.program.case.scenario.rules.objectives[0]
    # An objective in shares is worth billions of times less a euro than one in euros.
    scale = 1.0 if OBJECTIVES[first].unit.startswith("EUR") else 1e-5
    prices: dict[int, float] = {}
    binding_names: dict[int, list[str]] = {}
    for block, duals in zip(blocks, best.duals, strict=False):
        tight = np.abs(duals) > BINDING_DUAL * scale
        if block.requirement >= 0 and tight.any():
            price = float(np.sum(np.abs(duals) * block.per_unit))
            prices[block.requirement] = prices.get(block.requirement, 0.0) + price
            names = [label for label, here in zip(block.labels, tight, strict=False) if here]
            binding_names.setdefault(block.requirement, []).extend(names)
    listed = []
    for step, index in enumerate(sorted(prices, key=lambda i: -prices[i])):
        tell(step / max(1, len(prices)), "Prix de chaque concession")
        item = demanded.requirements[index]
        gain, further_eur = _moved(demanded, above_floor, index, least, most)
        words = _words(demanded, item, gain, further_eur, binding_names[index])
        listed.append(
            Binding(
                item.constraint,
                prices[index],
                len(binding_names[index]),
                words,
                item.scope,
                item.value,
                gain,
                further_eur,
            )
        )
    listed += [
        _just_met(demanded, block)
        for block in blocks
        if block.constraint.startswith("savings")
        and block.requirement not in prices
        and np.any(block.high - block.matrix @ rounded < JUST_MET)
    ]
    return listed


def limits(search: Search, tell: Progress = silent) -> list[Binding]:
    """The demands that keep more from being saved, and what easing each by one unit would bring."""
    demanded, above_floor = search.demanded, search.above_floor
    most = reach(demanded, above_floor)
    listed = []
    worth: dict[int, float] = {}
    binding_names: dict[int, list[str]] = {}
    for block, duals in zip(most.blocks, most.duals, strict=False):
        tight = np.abs(duals) > BINDING_DUAL
        if block.requirement >= 0 and tight.any():
            index = block.requirement
            worth[index] = worth.get(index, 0.0) + float(np.sum(np.abs(duals) * block.per_unit))
            names = [label for label, here in zip(block.labels, tight, strict=False) if here]
            binding_names.setdefault(index, []).extend(names)
    for step, index in enumerate(sorted(worth, key=lambda i: -worth[i])):
        tell(step / max(1, len(worth)), "Ce qui limite les économies")
        item = demanded.requirements[index]
        eased = reach(demanded.under(_eased(demanded, index)), above_floor)
        further_eur = eased.most_eur - most.most_eur
        if further_eur > NOTHING:
            words = (
                f"{_lead(demanded, item)} {_easing(item)} permettrait {money(further_eur)} de plus."
            )
            listed.append(
                Binding(
                    item.constraint,
                    worth[index],
                    len(binding_names[index]),
                    words,
                    item.scope,
                    item.value,
                    None,
                    further_eur,
                )
            )
    return listed


def _eased(demanded: DemandedProgram, index: int) -> tuple[Requirement, ...]:
    """Everything asked, one demand eased by one unit; a switch is taken away."""
    item = demanded.requirements[index]
    if not item.movable:
        return without(demanded.requirements, index)
    return changed(demanded.requirements, index, item.eased(unit(item)))


def unit(item: Requirement) -> float:
    """By how much a demand is eased to see what that is worth."""
    if item.declared.unit == "EUR":
        return max(1.0, min(1e6, THOUSANDTH * (item.value or 0.0)))
    return UNITS[item.declared.unit]


def _moved(
    demanded: DemandedProgram, above_floor: AboveFloor, index: int, best: float, most: float
) -> tuple[float | None, float | None]:
    """By how much the first objective falls, and reachable savings rise, when a demand is eased."""
    item = demanded.requirements[index]
    if item.constraint in COUNTS and item.key in above_floor:
        return None, None  # which machines are left below would change: not a matter of one unit
    eased = demanded.under(_eased(demanded, index))
    _, solution, value = first_solution(eased, above_floor)
    gain = best - value if solution.has_point else None
    further_eur = None
    if item.declared.group != "savings":
        further_eur = reach(eased, above_floor).most_eur - most
    return gain, further_eur


def _lead(demanded: DemandedProgram, item: Requirement) -> str:
    amount = item.amount()
    title = item.title(demanded.program.case.reference)
    return f"{title}{f' ({amount})' if amount else ''} :"


def _easing(item: Requirement) -> str:
    """What easing a demand by one unit is, in words."""
    if not item.movable:
        return "lever cette demande"
    verb = "relever" if item.declared.looser > 0 else "baisser"
    by = {"share": "d'un point", "EUR": f"de {money(unit(item))}", "EUR/act": "d'un euro"}
    return f"{verb} cette limite {by[item.declared.unit]}"


def _words(
    demanded: DemandedProgram,
    item: Requirement,
    gain: float | None,
    further_eur: float | None,
    binding_names: list[str],
) -> str:
    """A binding demand in one or two sentences."""
    first = demanded.program.case.scenario.rules.objectives[0]
    lead = _lead(demanded, item)
    if item.declared.group == "savings":
        if gain is None or first != "loss":
            return f"{lead} juste atteint."
        cents = gain / unit(item)
        shown = f"{number(100 * cents, 1)} centime{'s' if cents >= 0.02 else ''}"
        if cents < 0.0005:
            shown = "moins de 0,1 centime"
        return (
            f"{lead} chaque euro d'économie de plus coûte {shown} aux appareils en dessous de "
            "leur coût."
        )
    parts = []
    if gain is not None and abs(gain) > NOTHING and first in ("loss", "largest_loss", "near_cost"):
        what = {
            "loss": "aux appareils en dessous de leur coût",
            "largest_loss": "à l'appareil le plus touché",
            "near_cost": "d'écart au coût",
        }[first]
        parts.append(f"épargnerait {money(gain)} {what}")
    if further_eur is not None and further_eur > NOTHING:
        parts.append(f"permettrait {money(further_eur)} d'économies de plus")
    names = list(dict.fromkeys(binding_names))
    shown = ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
    tail = f" Elle retient : {shown}." if shown and item.scope == "*" else ""
    if not parts:
        little = "elle tient le résultat, mais la desserrer d'un cran n'y change presque rien."
        return f"{lead} {little}{tail}"
    return f"{lead} {_easing(item)} {join(parts)}.{tail}"


def _just_met(demanded: DemandedProgram, block: Block) -> Binding:
    item = demanded.requirements[block.requirement]
    words = f"{_lead(demanded, item)} juste atteint"
    if demanded.program.case.scenario.rules.objectives[0] == "loss":
        words += (
            " ; un peu plus d'économies n'aggraverait pas la perte des appareils en dessous de "
            "leur coût"
        )
    words += "."
    return Binding(item.constraint, None, 1, words, item.scope, item.value)
