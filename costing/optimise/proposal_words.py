"""The sentences of a proposal, for a reader who does not know what a linear program is."""

from __future__ import annotations

from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import Reform
from costing.french.writing import join, money, number, points
from costing.optimise.conflict import Conflict
from costing.optimise.floors import COUNTS
from costing.optimise.proposal import Proposal
from costing.scenario.menu import OBJECTIVES, STRUCTURES


def optimal_words(proposal: Proposal, reached_eur: float, still: bool) -> str:
    """What a schedule saves, what it costs to whom, what it changes besides prices."""
    lead = "Le barème proposé économise"
    if still and proposal.reform is None:
        lead = "Les tarifs déjà en vigueur suffisent : tenus sans changement, ils économisent"
    last = proposal.case.reference.savings.target.years[-1]
    words = (
        f"{lead} {money(reached_eur)} pour {money(proposal.required_eur)} demandés au forfait. "
        f"En {last}, les appareils en dessous de leur coût perdent "
        f"{money(proposal.loss_eur)}, contre {money(proposal.present_loss_eur)} aux tarifs en "
        "vigueur avant la première étape."
    )
    if proposal.reform is not None:
        words += f" Structure : {reform_words(proposal.case, proposal.reform)}."
    if proposal.status == "stopped":
        words += (
            " Ce barème respecte toutes les demandes, mais il n'est pas prouvé qu'il soit le "
            "meilleur : "
            + (
                f"un autre ferait mieux d'au plus {_short(proposal)} sur le premier objectif."
                if proposal.short_eur
                else "le calcul s'est arrêté avant la preuve."
            )
        )
    return words


def _short(proposal: Proposal) -> str:
    """By how much the first objective could be better, in its own unit."""
    unit = OBJECTIVES[proposal.case.scenario.rules.objectives[0]].unit
    if unit.startswith("EUR"):
        return money(proposal.short_eur)
    if unit == "share":
        return points(proposal.short_eur)
    return number(proposal.short_eur, 1)


def reform_words(case: Case, reform: Reform) -> str:
    """What changes in the structure, and for which classes."""
    reference = case.reference
    by_change: dict[str, list[str]] = {}
    names = [label.fr for label, _ in STRUCTURES.values()][:3]
    for code, limits in reform.limits.items():
        today = reference.classes[code].limits
        for name, new, old in zip(names, limits, today, strict=False):
            if new != old:
                change = (
                    f"{name[:1].lower()}{name[1:]} {number(new)} actes au lieu de {number(old)}"
                )
                by_change.setdefault(change, []).append(code)
    for code, years in reform.amortisation_years.items():
        by_change.setdefault(f"« amorti » après {number(years)} ans", []).append(code)
    for code, factor in reform.rank_factor.items():
        change = f"coefficient {number(factor, 2)} pour les appareils suivants d'une autorisation"
        by_change.setdefault(change, []).append(code)
    parts = []
    for change, codes in by_change.items():
        every = len(codes) == len(reference.classes)
        who = "toutes classes" if every else _classes(case, codes)
        parts.append(f"{change} ({who})")
    return join(parts) or "inchangée"


def _classes(case: Case, codes: list[str]) -> str:
    """Classes in words; a whole modality by its name."""
    reference = case.reference
    left, modalities = list(codes), []
    for modality in dict.fromkeys(entry.modality for entry in reference.class_entries):
        own = [code for code, entry in reference.classes.items() if entry.modality == modality]
        if len(own) > 1 and set(own) <= set(left):
            modalities.append(labels.modality_name(reference, modality))
            left = [code for code in left if code not in own]
    return join([*modalities, *(labels.scope_name(reference, code) for code in left)])


def conflict_words(case: Case, required: float, reachable: float | None, conflict: Conflict) -> str:
    """That no schedule meets everything, and what contradicts what."""
    demand, first = case.scenario.savings, case.scenario.rules.step_dates[0]
    by_year = ", ".join(f"{money(v)} en {y}" for y, v in sorted(demand.yearly_eur.items()))
    if reachable is not None:
        # Where machines are counted, neighbours are put together: a little more may be possible.
        counts = any(demand.constraint in COUNTS for demand in case.scenario.rules.demands)
        most = f"{'environ' if counts else 'au plus'} {money(reachable)}"
        words = (
            f"Aucun barème ne satisfait toutes les demandes : le forfait peut économiser {most} "
            f"pour {money(required)} demandés"
            + (f" (et, par année, {by_year})" if by_year else "")
            + f". Les tarifs en vigueur avant le {first:%d/%m/%Y} ne changent pas."
        )
    else:
        words = (
            "Aucun barème ne satisfait toutes les demandes, même sans rien économiser : ce que les "
            "tarifs doivent respecter se contredit déjà."
        )
    if conflict.contradicting:
        sure = (
            "Ces demandes ne peuvent pas tenir ensemble, et chacune y est pour quelque chose"
            if len(conflict.contradicting) > 1
            else "Cette demande est impossible à elle seule, même aux prix les plus hauts admis"
        )
        words += f" {sure} : {' ; '.join(conflict.contradicting)}."
    if conflict.note:
        words += f" {conflict.note}"
    if not any(way.enough for way in conflict.ways):
        words += (
            " Aucune demande desserrée seule ne suffit : il faut avancer une étape, réduire la "
            "part du forfait, compter sur d'autres leviers, ou céder sur plusieurs points."
        )
    return words


def unroundable_words(case: Case, required: float, reachable: float) -> str:
    """A schedule exists, but none in whole units."""
    unit = case.scenario.rules.rounding_eur
    return (
        f"Un barème existe, mais aucun, arrondi à {number(unit, 2)} € près, ne garde toutes les "
        f"contraintes : les {money(required)} demandés sont trop près des {money(reachable)} "
        "atteignables. Demandez un peu moins, ou choisissez un arrondi plus fin."
    )


def stopped_words() -> str:
    """The solver stopped without a schedule."""
    return (
        "Le solveur s'est arrêté avant de trouver un barème qui respecte tout, sans prouver qu'il "
        "n'en existe pas : aucun résultat n'est donné. Desserrez une demande, donnez moins de "
        "structures à essayer ou réduisez le nombre d'étapes."
    )
