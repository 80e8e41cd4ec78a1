r"""A proposed fee schedule: the optimum, what binds, or why there is none and what to relax.

Three objectives, one after the other, each kept while the next is sought:

1. machines below their cost in the last year lose least: minimise $\sum_m w_m (C_m - R_m)^+$;
2. no more is saved than asked;
3. the effort is even: the cuts are as close as can be to one common rate, weighted by euros.

Then prices are rounded to whole units (a cent, say) by a small integer program that keeps every
constraint, the target first of all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from costing.analysis.savings import reached, required_from_fee
from costing.optimise.constraints import CONSTRAINTS
from costing.optimise.program import FeeProgram, fee_program
from costing.optimise.solver import Block, Columns, Solution, solve
from costing.reference import Case
from costing.tariff import Cell, FeeSchedule
from costing.words import euros, meuros, number

Floats = NDArray[np.float64]
Progress = Callable[[float, str], None]

#: Share of an optimum that the next objective may give up, so that rounding errors do not block it.
SLACK = 1e-9
#: Euros under which a target counts as just met, prices being rounded.
SAVINGS_ROUNDING = 100_000.0
#: Rounding may move a price by this many units before it is called impossible.
REACH = 3


@dataclass(frozen=True)
class Binding:
    """A constraint that holds the optimum back.

    shadow_price: euros of loss of the machines below cost that one more unit would bring (target)
    or spare (others); None when it holds but costs nothing at the margin.
    """

    constraint: str
    shadow_price: float | None
    count: int
    words: str


@dataclass(frozen=True)
class Relaxation:
    """A way out of a conflict: what dropping one constraint would make reachable, EUR."""

    constraint: str
    reachable_eur: float
    enough: bool
    words: str


@dataclass(frozen=True)
class Proposal:
    """An answer to a scenario's demand; `schedule` is None when no schedule meets it."""

    case: Case
    status: Literal["optimal", "infeasible", "stopped"]
    required_eur: float
    reachable_eur: float
    words: str
    schedule: FeeSchedule | None = None
    prices: dict[dt.date, dict[Cell, float]] = field(default_factory=dict)
    savings: dict[int, float] = field(default_factory=dict)
    loss_eur: float = 0.0
    present_loss_eur: float = 0.0
    binding: tuple[Binding, ...] = ()
    conflict: tuple[Relaxation, ...] = ()


def propose(case: Case, progress: Progress | None = None) -> Proposal:
    """The best schedule for a scenario, or the conflict between its demands.

    Raises:
        ScenarioError: step dates out of order or outside the target's years.
        TariffError, InputError: the fleet cannot be paid or costed.
    """
    tell = progress or (lambda _share, _words: None)
    tell(0.05, "Lecture du parc et des barèmes")
    program = fee_program(case)
    demand = case.scenario.savings
    years = case.reference.savings.target.years
    required = required_from_fee(demand, years)
    blocks = program.blocks()
    tell(0.3, "Économies atteignables")
    missing, reachable = _shortfall(program, blocks)
    if missing > 1.0:
        tell(0.6, "Recherche de ce qui bloque")
        return _conflict(program, blocks, required, reachable)
    tell(0.45, "Moindre perte des appareils déficitaires")
    columns, loss_blocks, objective, constant = _loss(program)
    least = solve(columns, [*blocks, *loss_blocks], objective)
    if least.status != "optimal":
        return _stopped(program, required, reachable)
    tell(0.7, "Répartition de l'effort")
    prices = _even(program, blocks, columns, loss_blocks, objective, least)
    tell(0.9, "Arrondi des tarifs")
    rounded = _round(program, blocks, prices)
    if rounded is None:
        return _stopped(program, required, reachable)
    tell(1.0, "Terminé")
    return _optimal(program, blocks, rounded, least, constant, required, reachable)


def _shortfall(program: FeeProgram, blocks: list[Block]) -> tuple[float, float]:
    """Least euros by which the savings demands are missed, and the most that can be saved."""
    size = len(program.names)
    soft = [b for b in blocks if b.constraint.startswith("savings")]
    hard = [b for b in blocks if not b.constraint.startswith("savings")]
    count = sum(len(block.labels) for block in soft)
    short = _positive("short", count)
    eased, first = [], 0
    for block in soft:
        rows = len(block.labels)
        ease = sparse.csr_array(
            (-np.ones(rows), (np.arange(rows), first + np.arange(rows))), shape=(rows, count)
        )
        eased.append(replace(block, matrix=sparse.csr_array(sparse.hstack([block.matrix, ease]))))
        first += rows
    objective = np.concatenate([np.zeros(size), np.ones(count)])
    least = solve([program.fees, short], [*hard, *eased], objective)
    most = solve([program.fees], hard, soft[0].matrix.toarray()[0])
    if least.status != "optimal" or most.status != "optimal":
        return float("inf"), 0.0
    by_year = program.savings_of(most.values)
    return least.objective, reached(program.case.scenario.savings, by_year)


def _loss(program: FeeProgram) -> tuple[list[Columns], list[Block], Floats, float]:
    """Columns, rows and objective that measure the loss of the machines below their cost.

    Only machines that can swing get a variable; those always below enter the objective as they
    are, and the constant keeps what does not depend on prices.
    """
    groups, fees = program.groups, program.fees
    gap = groups.cost_eur - groups.fixed_eur
    worst, best = gap - groups.acts @ program.lowest, gap - groups.acts @ program.highest
    swing = np.flatnonzero((worst > 0) & (best < 0))
    below = (best >= 0) * groups.weight
    extra = _positive("loss", len(swing))
    matrix = sparse.hstack([groups.acts[swing], sparse.eye_array(len(swing))])
    labels = tuple(str(i) for i in swing)
    free = np.full(len(swing), np.inf)
    block = Block("loss", sparse.csr_array(matrix), gap[swing], free, labels)
    objective = np.concatenate([-(groups.acts.T @ below), groups.weight[swing]])
    return [fees, extra], [block], objective, float(below @ gap)


def _even(
    program: FeeProgram,
    blocks: list[Block],
    columns: list[Columns],
    loss_blocks: list[Block],
    objective: Floats,
    least: Solution,
) -> Floats:
    """Second and third objectives: no more saved than asked, then cuts close to one rate."""
    size = len(program.names)
    total = sum((y.acts for y in program.years), start=np.zeros(size))
    room = SLACK * max(1.0, abs(least.objective)) + 0.01
    kept = [*blocks, *loss_blocks, _row("kept_loss", objective, -np.inf, least.objective + room)]
    frugal = solve(columns, kept, np.concatenate([-total, np.zeros(len(objective) - size)]))
    if frugal.status != "optimal":
        return least.values[:size]
    spent = -frugal.objective
    kept.append(_row("kept_savings", total, spent * (1 - SLACK) - 0.01, np.inf))
    start = program.present
    width = len(objective)
    gaps = _positive("gap", size)
    common = Columns(("common_cut",), np.array([-1.0]), np.array([1.0]))
    # gap ≥ ±(1 - f/start - u), written gap ± f/start ± u ≥ ±1
    cut = sparse.hstack(
        [sparse.diags_array(1 / start), sparse.csr_array((size, width - size))], format="csr"
    )
    one, eye = sparse.csr_array(np.ones((size, 1))), sparse.eye_array(size)
    labels, free = program.names, np.full(size, np.inf)
    upper = sparse.csr_array(sparse.hstack([cut, eye, one]))
    lower = sparse.csr_array(sparse.hstack([-cut, eye, -one]))
    kept += [
        Block("even_up", upper, np.ones(size), free, labels),
        Block("even_down", lower, -np.ones(size), free, labels),
    ]
    euros = program.years[-1].acts * start
    weight = euros / max(euros.sum(), 1.0) + 1e-5
    even = solve(
        [*columns, gaps, common], kept, np.concatenate([np.zeros(width), weight, np.zeros(1)])
    )
    return even.values[:size] if even.status == "optimal" else frugal.values[:size]


def _round(program: FeeProgram, blocks: list[Block], prices: Floats) -> Floats | None:
    """Nearest prices in whole units that keep every constraint; None when there are none."""
    unit = program.case.scenario.rules.rounding_eur
    size = len(program.names)
    near = np.round(prices / unit)
    whole = Columns(program.names, near - REACH, near + REACH, integer=True)
    away = _positive("away", size)
    eye = sparse.eye_array(size)
    labels, free = program.names, np.full(size, np.inf)
    rows = [
        Block("up", sparse.csr_array(sparse.hstack([eye, eye])), prices / unit, free, labels),
        Block("down", sparse.csr_array(sparse.hstack([-eye, eye])), -prices / unit, free, labels),
    ]
    scaled = [replace(b, matrix=b.matrix * unit) for b in blocks]
    ceiling = sparse.csr_array(eye * unit)
    bounds = Block("bounds", ceiling, program.fees.low, program.fees.high, labels)
    objective = np.concatenate([np.zeros(size), np.ones(size)])
    found = solve([whole, away], [*scaled, bounds, *rows], objective, time_limit=30)
    if not np.isfinite(found.values[:size]).all():
        return None
    # Read off in decimal, so that 12.34 is the float that a person would type.
    rounded = np.array([float(f"{np.round(v) * unit:.10g}") for v in found.values[:size]])
    return rounded if _holds(blocks, rounded) else None


def _holds(blocks: list[Block], prices: Floats) -> bool:
    """Whether prices satisfy every row, to what floats allow."""
    for block in blocks:
        value = block.matrix @ prices
        room = 1e-9 * np.maximum(1.0, np.abs(value))
        if np.any(value < block.low - room) or np.any(value > block.high + room):
            return False
    return True


def _positive(name: str, count: int) -> Columns:
    return Columns(
        tuple(f"{name}_{i}" for i in range(count)), np.zeros(count), np.full(count, np.inf)
    )


def _row(name: str, values: Floats, low: float, high: float) -> Block:
    return Block(
        name, sparse.csr_array(values[None, :]), np.array([low]), np.array([high]), (name,)
    )


def loss_at(program: FeeProgram, prices: Floats) -> float:
    """Euros that the machines below their cost lose in the last year at given prices."""
    groups = program.groups
    margin = groups.fixed_eur + groups.acts @ prices - groups.cost_eur
    return float(np.maximum(-margin, 0) @ groups.weight)


def _optimal(
    program: FeeProgram,
    blocks: list[Block],
    prices: Floats,
    least: Solution,
    constant: float,
    required: float,
    reachable: float,
) -> Proposal:
    size = len(program.cells)
    by_date = {
        step: dict(zip(program.cells, map(float, prices[k * size : (k + 1) * size]), strict=True))
        for k, step in enumerate(program.steps)
    }
    schedule = program.case.reference.schedule.with_prices(by_date, "proposition")
    saved = program.savings_of(prices)
    present = loss_at(program, program.present)
    loss = loss_at(program, prices)
    got = reached(program.case.scenario.savings, saved)
    lead = "Le barème proposé économise"
    if np.allclose(prices, program.present, atol=1e-9):
        lead = "Les tarifs déjà en vigueur suffisent : tenus sans changement, ils économisent"
    words = (
        f"{lead} {meuros(got)} pour {meuros(required)} demandés au forfait. "
        f"En {program.years[-1].year}, les appareils en dessous de leur coût perdent "
        f"{meuros(loss)}, contre {meuros(present)} aux tarifs en vigueur avant la première étape."
    )
    return Proposal(
        case=program.case,
        status="optimal",
        required_eur=required,
        reachable_eur=reachable,
        words=words,
        schedule=schedule,
        prices=by_date,
        savings=saved,
        loss_eur=loss,
        present_loss_eur=present,
        binding=tuple(_binding(blocks, least, prices)),
    )


def _binding(blocks: list[Block], least: Solution, prices: Floats) -> list[Binding]:
    """Constraints that hold the least loss back, with their shadow prices, and a target just met.

    A row with a shadow price is tight in every optimum, so the later objectives do not change it.
    """
    found = []
    for block, duals in zip(blocks, least.duals, strict=False):
        held = np.abs(duals) > 1e-9
        price = float(np.sum(np.abs(duals) * block.per_unit))
        savings = block.constraint.startswith("savings")
        just_met = savings and np.any(block.high - block.matrix @ prices < SAVINGS_ROUNDING)
        if held.any():
            words = _binding_words(block, held, price)
            found.append(Binding(block.constraint, price, int(held.sum()), words))
        elif just_met:
            words = (
                f"{CONSTRAINTS[block.constraint].label.fr} : juste atteint ; un peu plus "
                "d'économies n'aggraverait pas la perte des appareils en dessous de leur coût."
            )
            found.append(Binding(block.constraint, None, 1, words))
    return found


def _binding_words(block: Block, held: Any, price: float) -> str:
    declared = CONSTRAINTS[block.constraint]
    if declared.group == "savings":
        return (
            f"{declared.label.fr} : chaque euro d'économie de plus coûterait "
            f"{number(100 * price, 1)} centimes aux appareils en dessous de leur coût."
        )
    names = [label for label, here in zip(block.labels, held, strict=True) if here]
    shown = ", ".join(dict.fromkeys(names[:3])) + ("…" if len(names) > 3 else "")
    eased = "d'un point" if declared.unit == "share" or declared.group == "path" else "d'un euro"
    return (
        f"{declared.label.fr} : la desserrer {eased} épargnerait {euros(price)} par an aux "
        f"appareils en dessous de leur coût (tient {len(names)} tarif(s) ou classe(s) : {shown})."
    )


def _conflict(
    program: FeeProgram, blocks: list[Block], required: float, reachable: float
) -> Proposal:
    """Which demands contradict each other, and what dropping each would make reachable."""
    case = program.case
    ways = []
    for constraint in dict.fromkeys(block.constraint for block in blocks):
        if CONSTRAINTS[constraint].group == "savings":
            continue
        kept = [block for block in blocks if block.constraint != constraint]
        missing, most = _shortfall(program, kept)
        if most > reachable + 1.0 or missing <= 1.0:
            ways.append(_relaxation(constraint, most, missing <= 1.0, reachable))
    ways.sort(key=lambda way: -way.reachable_eur)
    demand = case.scenario.savings
    asked = ", ".join(f"{meuros(v)} en {y}" for y, v in sorted(demand.yearly_eur.items()))
    words = (
        f"Aucun barème ne satisfait toutes les demandes : le forfait peut économiser au plus "
        f"{meuros(reachable)} pour {meuros(required)} demandés"
        + (f" (et, par année, {asked})" if asked else "")
        + f". Les tarifs en vigueur avant le {program.steps[0]:%d/%m/%Y} ne changent pas."
    )
    if not any(way.enough for way in ways):
        words += (
            " Aucune contrainte levée seule ne suffit : il faut avancer une étape, réduire la "
            "part du forfait ou compter sur d'autres leviers."
        )
    return Proposal(
        case=case,
        status="infeasible",
        required_eur=required,
        reachable_eur=reachable,
        words=words,
        conflict=tuple(ways),
    )


def _relaxation(constraint: str, most: float, enough: bool, now: float) -> Relaxation:
    label = CONSTRAINTS[constraint].label.fr
    verdict = "ce qui suffit" if enough else "ce qui ne suffit pas encore"
    words = (
        f"Sans « {label} », {meuros(most)} seraient atteignables au lieu de {meuros(now)}, "
        f"{verdict}."
    )
    return Relaxation(constraint, most, enough, words)


def _stopped(program: FeeProgram, required: float, reachable: float) -> Proposal:
    words = (
        "Le solveur s'est arrêté avant d'avoir trouvé le meilleur barème arrondi : aucun résultat "
        "n'est donné. Choisissez un arrondi plus fin ou desserrez une contrainte."
    )
    return Proposal(
        case=program.case,
        status="stopped",
        required_eur=required,
        reachable_eur=reachable,
        words=words,
    )
