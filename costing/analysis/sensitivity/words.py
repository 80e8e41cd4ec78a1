"""What a result depends on, in sentences; every figure is computed."""

from __future__ import annotations

from dataclasses import dataclass

from costing.analysis.claim.words import amount
from costing.analysis.sensitivity.sensitivity import Driver, Sensitivity
from costing.case.labels import GRADE_WORDS
from costing.french.writing import join, number, percent, points
from costing.reference.reference import Reference

_MOST = 3


@dataclass(frozen=True)
class SensitivityWords:
    """The sentences, in the order of reading; empty where there is nothing to say."""

    variance: str
    grade_d: str
    swing: str
    cost: str
    collect: str
    left_out: str

    @property
    def text(self) -> str:
        """All of them, one a line."""
        return "\n".join(sentence for sentence in self.__dict__.values() if sentence)


def sensitivity_words(
    sensitivity: Sensitivity, reference: Reference, definition: str = "markup"
) -> SensitivityWords:
    """The sentences of a sensitivity; `definition` says what the result is (see `Reading`)."""
    if not sensitivity.effects.variance:
        nothing = "Aucune hypothèse incertaine ne fait varier le résultat."
        return SensitivityWords(nothing, "", "", "", "", "")
    return SensitivityWords(
        variance=_variance(sensitivity, reference),
        grade_d=_grade_d(sensitivity),
        swing=_swing(sensitivity, reference, definition),
        cost=_cost(sensitivity, reference),
        collect=_collect(sensitivity, reference),
        left_out=_left_out(sensitivity),
    )


def _variance(sensitivity: Sensitivity, reference: Reference) -> str:
    first = sensitivity.by_share[:_MOST]
    shown = join([f"{d.input.label(reference)} ({percent(d.share.value, 0)})" for d in first])
    return f"Ce qui rend le résultat incertain, en parts de sa variance : {shown}."


def _grade_d(sensitivity: Sensitivity) -> str:
    share = sensitivity.grades["D"]
    return (
        f"Les données de grade D ({GRADE_WORDS['D']}) en font {percent(share.value, 0)} "
        f"(erreur type {points(share.error)})."
    )


def _swing(sensitivity: Sensitivity, reference: Reference, definition: str) -> str:
    """The widest swing of one input alone."""
    widest = sensitivity.tornado[0]
    low, high = (amount(end, definition, 1) for end in (widest.at_low, widest.at_high))
    return (
        f"Changée seule, de son quantile 5 % à son quantile 95 %, la donnée qui déplace le plus le "
        f"résultat est {widest.input.label(reference)} : de {low} à {high}."
    )


def _cost(sensitivity: Sensitivity, reference: Reference) -> str:
    """What moves the cost most, for the same relative change."""
    moving = [driver for driver in sensitivity.drivers if driver.elasticity is not None]
    if not moving:
        return ""
    # To nine digits: what is alike but for its rounding stays in the order of the drivers.
    first = sorted(moving, key=lambda driver: -round(abs(driver.elasticity or 0.0), 9))[:_MOST]
    shown = join([
        f"{driver.input.label(reference)} ({percent((driver.elasticity or 0.0) / 100, 2, True)})"
        for driver in first
    ])  # fmt: skip
    return f"Ce qui change le plus le coût, pour + 1 % de la donnée : {shown}."


def _collect(sensitivity: Sensitivity, reference: Reference) -> str:
    """The datum worth collecting next, and why."""
    useful = [driver for driver in sensitivity.to_collect if driver.sure_gain]
    if useful:
        shown = " ; puis ".join(_gain(sensitivity, driver, reference) for driver in useful[:_MOST])
        return (
            f"La réponse la plus probable a {_chance(sensitivity.right)} de chances d'être juste. "
            f"Donnée à collecter d'abord : {shown}."
        )
    first = sensitivity.by_share[0]
    if sensitivity.settled:
        why = (
            f"Les {number(sensitivity.draws)} tirages donnent la même réponse : aucune donnée ne "
            "la changerait"
        )
    else:
        why = (
            "Connaître une seule donnée ne changerait pas de façon décelable la chance de répondre "
            f"juste, {_chance(sensitivity.right)}"
        )
    return (
        f"{why} ; pour resserrer l'intervalle, collecter {first.input.label(reference)} "
        f"({percent(first.share.value, 0)} de la variance, grade {first.input.value.grade})."
    )


def _gain(sensitivity: Sensitivity, driver: Driver, reference: Reference) -> str:
    return (
        f"{driver.input.label(reference)} (grade {driver.input.value.grade}), qui porterait cette "
        f"chance à {_chance(sensitivity.right + driver.gain.value)} "
        f"(erreur type {points(driver.gain.error)})"
    )


def _left_out(sensitivity: Sensitivity) -> str:
    dropped = sensitivity.effects.dropped
    if not dropped:
        return ""
    return (
        f"La variance est celle des cas où le résultat est un nombre fini : "
        f"{percent(dropped)} des parcours tirés sont laissés de côté."
    )


def _chance(share: float) -> str:
    return percent(share, 1 if share <= 0.999 else 2)
