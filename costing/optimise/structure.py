"""What of the fee's structure a proposal may choose: the variants of each class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product

from costing.case.case import Case
from costing.fee.schedule import Reform
from costing.problems.errors import Place, ScenarioError, problem
from costing.scenario.rules import StructureChoice

#: Variants of one class beyond which a person has asked for more than can be searched.
MOST_VARIANTS = 100
_LIMITS = ("reference_activity", "threshold_1", "threshold_2")


@dataclass(frozen=True)
class Variant:
    """A structure that a class may have; None where it stays as it is.

    picks: by number of the choice, the candidate taken (0: as it is).
    """

    picks: tuple[tuple[int, int], ...]
    limits: tuple[float, ...] | None = None
    years: float | None = None
    factor: float | None = None


@dataclass(frozen=True)
class Space:
    """The choices of a scenario, and the variants that they make of each class; 0 is today's."""

    choices: tuple[StructureChoice, ...]
    variants: dict[str, tuple[Variant, ...]]

    @cached_property
    def slots(self) -> int:
        """The most variants that a class has."""
        return max(len(variants) for variants in self.variants.values())

    @property
    def free(self) -> tuple[str, ...]:
        """Classes that have a choice."""
        return tuple(code for code, variants in self.variants.items() if len(variants) > 1)

    def reform(self, date: dt.date, chosen: Mapping[str, int]) -> Reform:
        """The reform that gives each class one of its variants."""
        picked = {
            code: self.variants[code][number]
            for code, number in chosen.items()
            if number < len(self.variants[code])
        }
        return Reform(
            date=date,
            limits={code: v.limits for code, v in picked.items() if v.limits is not None},
            amortisation_years={c: v.years for c, v in picked.items() if v.years is not None},
            rank_factor={code: v.factor for code, v in picked.items() if v.factor is not None},
        )


def space(case: Case) -> Space:
    """The variants of each class under the scenario's choices.

    Raises:
        ScenarioError: more variants of a class than can be searched.
    """
    choices = case.scenario.rules.structure
    variants, problems = {}, []
    for code, entry in case.reference.classes.items():
        # A code that names a class too (`tep`) speaks of the class, as it does in a demand.
        modality = code if entry.modality in case.reference.classes else entry.modality
        own = _own(choices, code, modality)
        count = 1
        for number in own:
            count *= 1 + len(choices[number].candidates)
        if count > MOST_VARIANTS:
            place = Place(key="rules.structure")
            facts = {"low": 1, "high": MOST_VARIANTS, "scope": code}
            problems.append(problem("structure_size", place, count, **facts))
            continue
        variants[code] = _variants(case, code, choices, own)
    if problems:
        raise ScenarioError(problems[0])
    return Space(choices, variants)


def _own(choices: tuple[StructureChoice, ...], code: str, modality: str) -> list[int]:
    """Numbers of the choices that hold for a class: of each parameter, the most specific."""
    nearest: dict[str, tuple[int, int]] = {}
    for number, choice in enumerate(choices):
        if choice.scope in (code, modality, "*"):
            near = (code, modality, "*").index(choice.scope)
            if choice.parameter not in nearest or near < nearest[choice.parameter][0]:
                nearest[choice.parameter] = (near, number)
    return [number for _, number in nearest.values()]


def _variants(
    case: Case, code: str, choices: tuple[StructureChoice, ...], own: list[int]
) -> tuple[Variant, ...]:
    today = case.reference.classes[code].limits
    variants = []
    for picks in product(*(range(1 + len(choices[number].candidates)) for number in own)):
        limits, years, factor = list(today), None, None
        for number, pick in zip(own, picks, strict=True):
            if not pick:
                continue
            value, name = choices[number].candidates[pick - 1], choices[number].parameter
            if name == "amortisation_years":
                years = value
            elif name == "rank_factor":
                factor = value
            elif _LIMITS.index(name) < len(limits):
                limits[_LIMITS.index(name)] = value
        if all(low < high for low, high in pairwise(limits)):
            moved = None if tuple(limits) == today else tuple(limits)
            same = tuple(zip(own, picks, strict=True))
            variants.append(Variant(same, moved, years, factor))
    return tuple(variants)
