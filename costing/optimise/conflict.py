"""When no schedule meets everything: which demands contradict each other, and the least way out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import brentq

from costing.optimise.asked import Asked, changed, without
from costing.optimise.constraints import price_blocks
from costing.optimise.floors import count
from costing.optimise.objectives import goal, loss_now
from costing.optimise.search import EVERY, begun, reach, without_savings
from costing.optimise.setting import Setting
from costing.optimise.solver import Model
from costing.progress import Progress, silent
from costing.words import money, percent

Floats = NDArray[np.float64]

#: Euros short under which the savings count as made.
NEAR_EUR = 0.5
#: How close to the least relaxation a search comes, in the demand's own unit.
CLOSE = {"share": 1e-5, "EUR": 1.0, "EUR/act": 1e-3}


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

    exact: whether the set is irreducible, as HiGHS proved it: without any one of them the others
    can be met.
    """

    together: tuple[str, ...]
    exact: bool
    ways: tuple[Relaxation, ...]
    note: str = ""


def conflict(setting: Setting, reachable: float | None, tell: Progress = silent) -> Conflict:
    """Why nothing meets everything asked.

    reachable: the most that can be saved; None when the rest cannot hold, whatever is saved.
    """
    tell(0.0, "Recherche de ce qui se contredit")
    found, exact = _irreducible(setting)
    ways = []
    # Without one outside a proven set, the set is still there: only its members can help.
    order = found if exact else list(range(len(setting.asked)))
    for step, index in enumerate(order):
        item = setting.asked[index]
        tell(step / len(order), f"Desserrer : {item.declared.label.fr}")
        ways += _ways(setting, index, reachable, always=index in found)
    titles = tuple(_title(setting, setting.asked[i]) for i in sorted(found))
    # What is asked of the fee itself comes last: it is what the others are there to give.
    ways.sort(key=lambda w: (not w.enough, w.constraint == "savings_target", w.loss_eur or 0.0))
    return Conflict(titles, exact, tuple(ways), _already(setting, found))


def _already(setting: Setting, found: list[int]) -> str:
    """How many machines are below a floor that cannot hold, before anything changes."""
    rows = setting.machines
    for item in (setting.asked[i] for i in found):
        if item.constraint == "machine_floor":
            members = setting.members(item)
            below = members & (setting.present_margin(item.value or 0.0) < -NEAR_EUR)
            share = float(rows.weight @ below) / max(float(rows.weight @ members), 1e-9)
            return (
                f"Aux tarifs en vigueur avant la première étape, {percent(share)} des appareils "
                "sont déjà sous ce plancher."
            )
    return ""


def _irreducible(setting: Setting) -> tuple[list[int], bool]:
    """Numbers of the demands that contradict each other, and whether that is proven.

    Whole numbers are let be any number first; what then holds together, and does not with whole
    ones, has no such set: those whose absence helps are told instead.
    """
    build, _ = begun(replace(setting, switches=EVERY))
    loose = [replace(group, integer=False) for group in build.columns]
    model = Model(loose, build.blocks)
    if model.minimise(np.zeros(1)).found:
        return [], False
    rows = model.conflict()
    numbers = sorted({build.blocks[block].asked for block, _ in rows} - {-1})
    return numbers, bool(numbers)


def missing(setting: Setting) -> float:
    """Euros by which the savings are missed at least; infinite when the rest is impossible."""
    build, _ = begun(without_savings(setting))
    blocks = [b for b in price_blocks(setting) if b.constraint.startswith("savings")]
    short = build.new("short", len(blocks))
    for order, block in enumerate(blocks):
        ease = sparse.csr_array(([-1.0], ([0], [order])), shape=(1, len(blocks)))
        build.rows(block.constraint, [(0, block.matrix), (short, ease)], high=block.high, bulk=True)
    factors = np.zeros(build.width)
    factors[short:] = 1.0
    found = Model(build.columns, build.blocks).minimise(factors)
    return float(found.objective) if found.found else float("inf")


def _ways(setting: Setting, index: int, reachable: float | None, always: bool) -> list[Relaxation]:
    """The ways out through one demand: by its number, by how many may be left below, or dropped."""
    item = setting.asked[index]
    if item.constraint == "savings_target":
        return [] if reachable is None else [_less_savings(setting, index, reachable)]
    dropped = setting.under(without(setting.asked, index))
    if missing(dropped) > NEAR_EUR:
        most = reach(dropped).most_eur
        if not always and most <= (reachable or 0.0) + 1.0:
            return []
        title = item.title(setting.program.case.reference)
        words = f"Lever « {title} » ne suffit pas"
        words += f" : {money(most)} seraient atteignables" if most > 0 else ""
        words += f" au lieu de {money(reachable)}." if most > 0 and reachable else "."
        return [Relaxation(item.constraint, most, False, words, item.scope, item.value)]
    ways = []
    needed = _least(setting, index) if item.movable else None
    if needed is not None:
        ways.append(_told(setting, index, item.moved(needed), needed, level=False))
    elif not item.movable:
        ways.append(_told(setting, index, None, None, level=False))
    if item.constraint == "machine_floor":
        share = _least_below(setting, index)
        if share is not None:
            moved = replace(item, level=share)
            ways.append(_told(setting, index, moved, share, level=True))
    return ways or [_told(setting, index, None, None, level=False)]


def _less_savings(setting: Setting, index: int, reachable: float) -> Relaxation:
    item = setting.asked[index]
    words = f"Ramener les économies demandées de {item.amount()} à {money(reachable)} suffit"
    loss = _loss(setting.under(changed(setting.asked, index, item.moved(reachable - NEAR_EUR))))
    return Relaxation(
        item.constraint, reachable, loss is not None, words + _priced(setting, loss), item.scope,
        item.value, reachable, loss,
    )  # fmt: skip


def _least(setting: Setting, index: int) -> float | None:
    """The number closest to the one asked with which everything can be met."""
    item = setting.asked[index]
    bound = item.declared.value
    now = item.value or 0.0
    ends = (
        (bound.low, bound.high) if bound else (0.0, 1.0 if item.declared.unit == "share" else now)
    )
    if item.declared.looser < 0 and not bound:
        ends = (0.0, now)
    far = ends[1] if item.declared.looser > 0 else ends[0]

    def short(value: float) -> float:
        found = missing(setting.under(changed(setting.asked, index, item.moved(value))))
        return min(found, 1e12) - NEAR_EUR

    if short(far) > 0:
        return None
    root = float(brentq(short, now, far, xtol=CLOSE[item.declared.unit], rtol=1e-9))
    # On the side where everything holds, at a number that people would write.
    step = 1e-4 if item.declared.unit == "share" else 10 * CLOSE[item.declared.unit]
    side = np.ceil if item.declared.looser > 0 else np.floor
    return float(np.clip(side(root / step) * step, min(now, far), max(now, far)))


def _least_below(setting: Setting, index: int) -> float | None:
    """The least share of machines left below their floor with which the rest can be met."""
    item = setting.asked[index]
    rest = setting.under(without(setting.asked, index))
    build, _ = begun(rest)
    found = count(setting, index, replace(item, level=1.0))
    weight = setting.machines.weight
    total = float(weight @ setting.members(item))
    part = found.line[found.machines]
    least = np.minimum(part.at(setting.program.variables(setting.low)), 0.0)
    size = int(found.group.max(initial=-1)) + 1
    first = build.new("below", max(size, 1), 0, 1, integer=True, bulk=True)
    place = sparse.csr_array(
        (-least, (np.arange(len(least)), found.group)), shape=(len(least), max(size, 1))
    )
    build.rows("below", [(0, part.matrix), (first, place)], -part.constant, bulk=True)
    factors = np.zeros(build.width)
    factors[first : first + size] = np.bincount(found.group, found.weight, size)
    best = Model(build.columns, build.blocks).minimise(factors)
    if not best.found:
        return None
    always = total - found.room
    return float(min(1.0, np.ceil(1e4 * (best.objective + always) / total) / 1e4))


def _told(
    setting: Setting, index: int, moved: Asked | None, needed: float | None, level: bool
) -> Relaxation:
    """A way out that is enough, with its price."""
    item = setting.asked[index]
    title = item.title(setting.program.case.reference)
    asked = without(setting.asked, index) if moved is None else changed(setting.asked, index, moved)
    eased = setting.under(asked)
    loss, most = _loss(eased), reach(eased).most_eur
    if moved is None:
        words = f"Lever « {title} » suffit"
    elif level:
        words = f"« {title} » : laisser {percent(needed or 0.0, 2)} des appareils en dessous suffit"
    else:
        words = f"« {title} » : passer de {item.amount()} à {_precise(item, needed)} suffit"
    return Relaxation(
        item.constraint, most, True, words + _priced(setting, loss), item.scope,
        item.level if level else item.value, needed, loss, level,
    )  # fmt: skip


def _precise(item: Asked, value: float | None) -> str:
    if item.declared.unit == "share" and value is not None:
        return percent(value, 2)
    return item.amount(value)


def _priced(setting: Setting, loss: float | None) -> str:
    """What a way out costs the machines, as the end of a sentence."""
    if loss is None:
        return "."
    rows = setting.machines
    today = float(np.maximum(rows.present_cost_eur - rows.present_eur, 0.0) @ rows.weight)
    return (
        f" ; les appareils en dessous de leur coût perdraient alors {money(loss)} par an, contre "
        f"{money(today)} aux tarifs en vigueur avant."
    )


def _loss(setting: Setting) -> float | None:
    """Least loss of the machines below their cost, under everything asked."""
    build, _ = begun(setting)
    target = goal(setting, build, "loss")
    found = Model(build.columns, build.blocks).minimise(target.factors)
    return loss_now(setting.machines, found.values) if found.found else None


def _title(setting: Setting, item: Asked) -> str:
    amount = item.amount()
    title = item.title(setting.program.case.reference)
    return f"{title}{f' ({amount})' if amount else ''}"
