"""When no schedule meets everything: which demands contradict each other, and the least way out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import brentq

from costing.french.writing import money, percent
from costing.optimise.constraints import price_blocks
from costing.optimise.demanded_program import DemandedProgram
from costing.optimise.demands import Requirement, changed, without
from costing.optimise.floors import COUNTS, count, switched
from costing.optimise.objectives import goal, loss_now
from costing.optimise.search import EVERY, AboveFloor, begun, reach, without_savings
from costing.optimise.solver import Model
from costing.run.progress import Progress, silent

Floats = NDArray[np.float64]

#: Euros short under which the savings count as made.
NEAR_EUR = 0.5
#: Whole numbers when the fewest machines left below are sought: nothing else is to be least.
FINE = 1_000
#: Seconds that one relaxation may take where whole numbers are sought: enough, if not the best.
PATIENCE = 10.0
WORDS = "Recherche du moindre relâchement"
#: How close to the least relaxation a search comes, in the demand's own unit; less close, by this
#: factor, where machines are counted and every try takes a second.
COARSER = 20
CLOSE = {"share": 5e-5, "EUR": 1_000.0, "EUR/act": 5e-3}


@dataclass(frozen=True)
class Relaxation:
    """A way out of a conflict: the least by which one demand must give, all others kept.

    value: its number now; needed: the least that makes everything possible, None when it must go
    altogether or when even that is not enough. reachable_eur: what could then be saved. loss_eur:
    what the machines below their cost would lose. level: whether `needed` is the second number.
    """

    constraint: str
    reachable_eur: float
    enough: bool
    words: str
    scope: str = "*"
    value: float | None = None
    needed: float | None = None
    loss_eur: float | None = None
    level: bool = False


@dataclass(frozen=True)
class Conflict:
    """Demands that cannot hold together (`together`, in words), and the ways out, least loss first.

    exact: whether the set is irreducible: without any one of them the others can be met, whole
    numbers taken as any number.
    """

    contradicting: tuple[str, ...]
    exact: bool
    ways: tuple[Relaxation, ...]
    note: str = ""


def conflict(
    demanded: DemandedProgram, reachable: float | None, tell: Progress = silent
) -> Conflict:
    """Why nothing meets everything asked.

    reachable: the most that can be saved; None when the rest cannot hold, whatever is saved.
    """
    tell(0.0, "Recherche de ce qui se contredit")
    contradicting, exact = _irreducible(demanded, tell)
    ways = []
    out = _WaysOut(demanded, reachable, tell)
    # Without one outside a proven set, the set is still there: only its members can help.
    order = contradicting if exact else list(range(len(demanded.requirements)))
    for step, index in enumerate(order):
        item = demanded.requirements[index]
        tell(step / len(order), f"Desserrer : {item.declared.label.fr}")
        ways += out.of(index, always=index in contradicting)
    titles = tuple(_title(demanded, demanded.requirements[i]) for i in sorted(contradicting))
    # What is asked of the fee itself comes last: it is what the others are there to give.
    ways.sort(key=lambda w: (not w.enough, w.constraint == "savings_target", w.loss_eur or 0.0))
    return Conflict(titles, exact, tuple(ways), _already(demanded, contradicting))


def _already(demanded: DemandedProgram, contradicting: list[int]) -> str:
    """How many machines are below a floor that cannot hold, before anything changes."""
    rows = demanded.machines
    for item in (demanded.requirements[i] for i in contradicting):
        if item.constraint == "machine_floor":
            members = demanded.members(item)
            below = members & (demanded.present_margin(item.value or 0.0) < -NEAR_EUR)
            share = float(rows.weight @ below) / max(float(rows.weight @ members), 1e-9)
            return (
                f"Aux tarifs en vigueur avant la première étape, {percent(share)} des appareils "
                "sont déjà sous ce plancher."
            )
    return ""


def _irreducible(demanded: DemandedProgram, tell: Progress) -> tuple[list[int], bool]:
    """Numbers of the demands that contradict each other, and whether that is proven.

    Whole numbers are let be any number first; what then holds together, and does not with whole
    ones, has no such set: those whose absence helps are told instead.
    """

    def hold(aside: frozenset[int]) -> bool:
        build, _ = begun(replace(demanded, switches=EVERY, aside=aside))
        loose = [replace(group, integer=False) for group in build.columns]
        return Model(loose, build.blocks).minimise(np.zeros(1), tell).has_point

    aside: frozenset[int] = frozenset()
    if hold(aside):
        return [], False
    # Demand by demand, not row by row: an irreducible set of rows may rest on more demands than it
    # needs, and on some that it does not name (a switch's row, on how far a price may fall).
    numbers = range(len(demanded.requirements))
    for number in numbers:
        if not hold(aside | {number}):
            aside |= {number}
    return [number for number in numbers if number not in aside], True


def missing(demanded: DemandedProgram, tell: Progress = silent) -> float:
    """Euros by which the savings are missed at least; infinite when the rest is impossible."""
    build, _ = begun(without_savings(demanded))
    blocks = [b for b in price_blocks(demanded) if b.constraint.startswith("savings")]
    short = build.new("short", len(blocks))
    for order, block in enumerate(blocks):
        ease = sparse.csr_array(([-1.0], ([0], [order])), shape=(1, len(blocks)))
        build.rows(block.constraint, [(0, block.matrix), (short, ease)], high=block.high, bulk=True)
    factors = np.zeros(build.width)
    factors[short:] = 1.0
    solution = Model(build.columns, build.blocks, PATIENCE).minimise(factors, tell, WORDS)
    return float(solution.objective) if solution.has_point else float("inf")


@dataclass(frozen=True)
class _WaysOut:
    """What each demand must give for the others to hold. Raising in `tell` stops the search."""

    demanded: DemandedProgram
    reachable: float | None
    tell: Progress

    def of(self, index: int, always: bool) -> list[Relaxation]:
        """Through one demand: by its number, by how many may be left below, or dropped.

        always: tell it even when it brings nothing.
        """
        demanded, reachable, item = self.demanded, self.reachable, self.demanded.requirements[index]
        if item.constraint == "savings_target":
            return [] if reachable is None else [self._less_savings(index, reachable)]
        needed = self._least(index) if item.movable else None
        dropped = demanded.under(without(demanded.requirements, index))
        # One that stands in place of a general demand may be eased, and not dropped.
        if needed is None and missing(dropped, self.tell) > NEAR_EUR:
            most = reach(dropped, tell=self.tell).most_eur
            if not always and most <= (reachable or 0.0) + 1.0:
                return []
            words = f"Lever « {self._name(item)} » ne suffit pas"
            words += f" : {money(most)} seraient atteignables" if most > 0 else ""
            words += f" au lieu de {money(reachable)}." if most > 0 and reachable else "."
            return [Relaxation(item.constraint, most, False, words, item.scope, item.value)]
        ways = []
        if needed is not None:
            ways.append(self._sufficient(index, item.moved(needed), needed))
        if item.constraint == "machine_floor":
            fewest = self._least_below(index)
            if fewest is not None:
                share, above_floor = fewest
                ways.append(self._sufficient(index, replace(item, level=share), share, above_floor))
        return ways or [self._sufficient(index, None, None)]

    def _less_savings(self, index: int, reachable: float) -> Relaxation:
        demanded, item = self.demanded, self.demanded.requirements[index]
        words = f"Ramener les économies demandées de {item.amount()} à {money(reachable)} suffit"
        fewer = changed(demanded.requirements, index, item.moved(reachable - NEAR_EUR))
        loss = self._loss(demanded.under(fewer))
        return Relaxation(
            item.constraint, reachable, loss is not None, words + self._priced(loss), item.scope,
            item.value, reachable, loss,
        )  # fmt: skip

    def _least(self, index: int) -> float | None:
        """The number closest to the one asked with which everything can be met."""
        demanded, item = self.demanded, self.demanded.requirements[index]
        bound, now = item.declared.value, item.value or 0.0
        low, high = (bound.low, bound.high) if bound else (0.0, now)
        far = high if item.declared.looser > 0 else low

        def short(value: float) -> float:
            moved = demanded.under(changed(demanded.requirements, index, item.moved(value)))
            return min(missing(moved, self.tell), 1e12) - NEAR_EUR

        if short(far) > 0 or short(now) <= 0:
            return None
        counts = any(other.constraint in COUNTS for other in demanded.requirements)
        close = CLOSE[item.declared.unit] * (COARSER if counts else 1)
        root = float(brentq(short, now, far, xtol=close, rtol=1e-9))
        # On the side where everything holds, at a number that people would write.
        side = np.ceil if item.declared.looser > 0 else np.floor
        step = 2 * close
        return float(np.clip(side(root / step + item.declared.looser * 0.5) * step, low, high))

    def _least_below(self, index: int) -> tuple[float, AboveFloor] | None:
        """The least share of machines left below their floor, and those that then keep it."""
        demanded, item = self.demanded, self.demanded.requirements[index]
        build, _ = begun(demanded.under(without(demanded.requirements, index)))
        floor = count(replace(demanded, switches=FINE), index, replace(item, level=1.0))
        total = float(demanded.machines.weight @ demanded.members(item))
        first, weight = switched(demanded, build, floor)
        factors = np.zeros(build.width)
        factors[first : first + len(weight)] = weight
        best = Model(build.columns, build.blocks, PATIENCE).minimise(factors, self.tell, WORDS)
        if not best.has_point:
            return None
        always = total - floor.room
        share = float(min(1.0, np.ceil(1e4 * (best.objective + always) / total) / 1e4))
        return share, {item.key: floor.line.at(best.values) >= -NEAR_EUR}

    def _sufficient(
        self,
        index: int,
        moved: Requirement | None,
        needed: float | None,
        above_floor: AboveFloor | None = None,
    ) -> Relaxation:
        """A way out that is enough, with its price; above_floor: who keeps it, if known."""
        demanded, item = self.demanded, self.demanded.requirements[index]
        rest = without(demanded.requirements, index)
        eased = demanded.under(
            rest if moved is None else changed(demanded.requirements, index, moved)
        )
        loss, most = self._loss(eased, above_floor), reach(eased, above_floor, self.tell).most_eur
        name = self._name(item)
        if moved is None:
            words = f"Lever « {name} » suffit"
        elif above_floor is not None:
            words = f"« {name} » : laisser {percent(needed or 0.0, 2)} des appareils dessous suffit"
        else:
            words = f"« {name} » : passer de {item.amount()} à {_precise(item, needed)} suffit"
        return Relaxation(
            item.constraint, most, True, words + self._priced(loss), item.scope,
            item.value if above_floor is None else item.level, needed, loss,
            above_floor is not None,
        )  # fmt: skip

    def _loss(
        self, demanded: DemandedProgram, above_floor: AboveFloor | None = None
    ) -> float | None:
        """Least loss of the machines below their cost, under everything asked."""
        build, _ = begun(demanded, above_floor)
        target = goal(demanded, build, "loss")
        solution = Model(build.columns, build.blocks, PATIENCE).minimise(
            target.factors, self.tell, WORDS
        )
        return loss_now(demanded.machines, solution.values) if solution.has_point else None

    def _priced(self, loss: float | None) -> str:
        """What a way out costs the machines, as the end of a sentence."""
        if loss is None:
            return "."
        rows = self.demanded.machines
        today = float(np.maximum(rows.present_cost_eur - rows.present_eur, 0.0) @ rows.weight)
        return (
            f" ; les appareils en dessous de leur coût perdraient alors {money(loss)} par an, "
            f"contre {money(today)} aux tarifs en vigueur avant."
        )

    def _name(self, item: Requirement) -> str:
        return item.title(self.demanded.program.case.reference)


def _precise(item: Requirement, value: float | None) -> str:
    if item.declared.unit == "share" and value is not None:
        return percent(value, 2)
    return item.amount(value)


def _title(demanded: DemandedProgram, item: Requirement) -> str:
    amount = item.amount()
    title = item.title(demanded.program.case.reference)
    return f"{title}{f' ({amount})' if amount else ''}"
