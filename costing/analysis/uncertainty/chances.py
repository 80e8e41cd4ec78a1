"""Probabilities in words, from a number of draws; nothing is called certain that draws cannot tell.

Degrees of certainty follow the calibrated scale of the IPCC (guidance note of 2010), so that
« probable » means the same thing each time. What no draw of n reaches is told as under 3 / n, the
95 % bound of the rule of three (Hanley and Lippman-Hand, 1983).
"""

from __future__ import annotations

from costing.french.writing import number, percent

#: Probability from which each degree of certainty holds.
SCALE = (
    (0.99, "pratiquement certain"),
    (0.90, "très probable"),
    (0.66, "probable"),
    (0.33, "aussi probable qu'improbable"),
    (0.10, "improbable"),
    (0.01, "très improbable"),
    (0.0, "pratiquement exclu"),
)


def degree(probability: float) -> str:
    """A probability as a degree of certainty."""
    return next(words for least, words in SCALE if probability >= least)


def brief(probability: float, draws: int) -> str:
    """A share of the draws: `14,5 %`, `moins de 0,03 %`, `plus de 99,97 %`."""
    edge = min(1.0, 3 / draws)
    if probability == 0:
        return f"moins de {_fine(edge)}"
    if probability == 1:
        return f"plus de {_fine(1 - edge)}"
    return _fine(probability)


def chance(probability: float, draws: int) -> str:
    """The same with what it counts."""
    told = brief(probability, draws)
    if probability == 0:
        return f"aucun des {number(draws)} tirages n'y arrive ({told})"
    if probability == 1:
        return f"les {number(draws)} tirages y arrivent tous ({told})"
    return f"probabilité {told}"


def _fine(share: float) -> str:
    return percent(share, 1 if 0.001 <= share <= 0.999 else 2)
