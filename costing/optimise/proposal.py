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
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from costing.analysis.savings import reached, required_from_fee
from costing.menu import CONSTRAINTS
from costing.optimise.objectives import (
    even_prices,
    loss_at,
    loss_terms,
    round_prices,
    shortfall,
)
from costing.optimise.program import FeeProgram, fee_program
from costing.optimise.solver import Block, Solution, solve
from costing.progress import Progress, silent
from costing.reference import Case
from costing.tariff import Cell, FeeSchedule
from costing.words import euros, meuros, number

Floats = NDArray[np.float64]

#: Euros under which a target counts as just met, prices being rounded.
SAVINGS_ROUNDING = 100_000.0


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


def propose(case: Case, tell: Progress = silent) -> Proposal:
    """The best schedule for a scenario, or the conflict between its demands.

    Raises:
        ScenarioError: step dates out of order or outside the target's years.
        TariffError, InputError: the fleet cannot be paid or costed.
    """
    tell(0.05, "Lecture du parc et des barèmes")
    program = fee_program(case)
    demand = case.scenario.savings
    years = case.reference.savings.target.years
    required = required_from_fee(demand, years)
    blocks = program.blocks()
    tell(0.3, "Économies atteignables")
    missing, reachable = shortfall(program, blocks)
    if missing > 0.01:
        tell(0.6, "Recherche de ce qui bloque")
        return _conflict(program, blocks, required, reachable)
    tell(0.45, "Moindre perte des appareils déficitaires")
    columns, loss_blocks, objective = loss_terms(program)
    least = solve(columns, [*blocks, *loss_blocks], objective)
    if least.status == "infeasible":
        return _conflict(program, blocks, required, reachable)
    if least.status == "stopped":
        return _stopped(program, required, reachable)
    tell(0.7, "Répartition de l'effort")
    prices = even_prices(program, blocks, columns, loss_blocks, objective, least)
    tell(0.9, "Arrondi des tarifs")
    status, rounded = round_prices(program, blocks, prices)
    tell(1.0, "Terminé")
    if status == "infeasible":
        return _unroundable(program, required, reachable)
    if status == "stopped":
        return _stopped(program, required, reachable)
    return _optimal(program, blocks, rounded, least, required, reachable)


def _optimal(
    program: FeeProgram,
    blocks: list[Block],
    prices: Floats,
    least: Solution,
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
        cents = f"{number(100 * price, 1)} centimes" if price >= 0.0005 else "moins de 0,1 centime"
        return (
            f"{declared.label.fr} : chaque euro d'économie de plus coûterait {cents} aux appareils "
            "en dessous de leur coût."
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
        missing, most = shortfall(program, kept)
        if most > reachable + 1.0 or missing <= 0.01:
            ways.append(_relaxation(constraint, most, missing <= 0.01, reachable))
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


def _unroundable(program: FeeProgram, required: float, reachable: float) -> Proposal:
    unit = program.case.scenario.rules.rounding_eur
    words = (
        f"Un barème existe, mais aucun, arrondi à {number(unit, 2)} € près, ne garde toutes les "
        f"contraintes : les {meuros(required)} demandés sont trop près des {meuros(reachable)} "
        "atteignables. Demandez un peu moins, ou choisissez un arrondi plus fin."
    )
    return Proposal(program.case, "infeasible", required, reachable, words)


def _stopped(program: FeeProgram, required: float, reachable: float) -> Proposal:
    words = (
        "Le solveur s'est arrêté avant la preuve que son barème est le meilleur : aucun résultat "
        "n'est donné. Desserrez une contrainte ou réduisez le nombre d'étapes."
    )
    return Proposal(program.case, "stopped", required, reachable, words)
