"""Notes of the annex tables: when a machine is amortised, thresholds, contrast, further machines.

Each note says what is in force on its table's date. The notes that a caption calls are numbered
through the whole annex, a kind keeping its number from one date to the next, as in official texts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from costing.annex.forms import AMORTISED, CONTRAST, CONTRAST_FROM, LIMITS, Form, day
from costing.annex.printed import digits
from costing.fee.schedule import MachineClass
from costing.french.writing import join, number, percent

#: Number of a kind of note, by modality and kind.
Marks = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Facts:
    """The structure of a modality's fee on a date, by class code.

    limits: acts a year, on the date. opening: the same on 1 January of its year. years: full years
    before « amorti » for that year, then for the next. factors: of further machines' prices.
    """

    date: dt.date
    modality: str
    form: Form
    classes: tuple[MachineClass, ...]
    names: Mapping[str, str]
    limits: Mapping[str, tuple[float, ...]]
    opening: Mapping[str, tuple[float, ...]]
    years: Mapping[str, tuple[float, float]]
    factors: Mapping[str, float]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the classes, in the order of the tables."""
        return tuple(entry.code for entry in self.classes)

    @property
    def shared_thresholds(self) -> tuple[float, ...] | None:
        """Thresholds 1 and 2 where all classes have the same, else None."""
        thresholds = {self.limits[code][1:] for code in self.codes}
        return thresholds.pop() if len(thresholds) == 1 else None


def table_notes(facts: Facts) -> tuple[str, ...]:
    """The notes of the table itself, with their marks."""
    return tuple(
        f"({mark}) {amortised(facts) if note == AMORTISED else note}"
        for mark, note in enumerate(facts.form.notes, start=1)
    )


def amortised(facts: Facts) -> str:
    """When a machine is amortised, by class where they differ, and from the next year on."""
    now = {code: years for code, (years, _) in facts.years.items()}
    then = {code: years for code, (_, years) in facts.years.items()}
    text = (
        f"Est amorti un appareil installé depuis plus de {_ages(facts, now)} au 1er janvier de "
        "l'année considérée."
    )
    if then != now:
        start = day(dt.date(facts.date.year + 1, 1, 1))
        text += f" À compter du {start} : depuis plus de {_ages(facts, then)}."
    return text


def _ages(facts: Facts, years: Mapping[str, float]) -> str:
    """Full years before « amorti », with the classes where they differ."""
    groups = _grouped(facts, years)
    parts = []
    for value, names in groups.items():
        full = "années révolues" if value >= 2 else "année révolue"
        who = f" ({', '.join(names)})" if len(groups) > 1 else ""
        parts.append(f"{number(value, digits(value))}\u00a0{full}{who}")
    return " ou ".join(parts)


def _grouped(facts: Facts, values: Mapping[str, float]) -> dict[float, list[str]]:
    """Names of the classes by value, in the order of the tables."""
    groups: dict[float, list[str]] = {}
    for code in facts.codes:
        groups.setdefault(values[code], []).append(facts.names[code])
    return groups


def thresholds(facts: Facts) -> str:
    """The thresholds of the bands; the reference activity too where no row of the table has it."""
    shared = facts.shared_thresholds
    about = facts.form.machines[:1].upper() + facts.form.machines[1:]
    parts = []
    if shared is None:
        parts.append(f"{about} : seuils propres à chaque classe, donnés par le tableau.")
    elif shared:
        named = list(zip(LIMITS[1:], shared, strict=False))
        if in_rows(facts.classes):
            (entry,) = facts.classes
            reference = facts.limits[entry.code][0]
            # The official table does not say it: said only where a proposal sets it.
            named = [(LIMITS[0], reference)] * (reference != entry.limits[0]) + named
        values = " ; ".join(
            f"{name} = {number(value, digits(value))} forfaits techniques" for name, value in named
        )
        parts.append(f"{about} : {values}.")
    if facts.limits != facts.opening:
        parts.append("Les forfaits de l'année se comptent depuis le 1er janvier.")
    return " ".join(parts)


def contrast(facts: Facts) -> str:
    """Whether the fee covers the contrast product."""
    return CONTRAST if facts.form.contrast and facts.date >= CONTRAST_FROM else ""


def further(facts: Facts) -> str:
    """What further machines of one authorisation are paid, where it is not the same."""
    groups = _grouped(facts, facts.factors)
    less = [factor for factor in groups if factor != 1.0]
    if not less:
        return ""
    shares = {factor: percent(factor, digits(100 * factor)) for factor in less}
    whose = "Deuxième appareil et appareils suivants d'une même autorisation"
    if len(groups) == 1:
        return f"{whose} : {shares[less[0]]} des montants du tableau."
    parts = join([f"{shares[factor]} ({', '.join(groups[factor])})" for factor in less])
    others = " ; montants entiers pour les autres classes" if 1.0 in groups else ""
    return f"{whose} : {parts} des montants du tableau{others}."


KINDS: dict[str, Callable[[Facts], str]] = {
    "thresholds": thresholds, "contrast": contrast, "further": further,
}  # fmt: skip


def marks(tables: Iterable[Facts]) -> Marks:
    """Numbers of the notes that captions call, through all modalities and dates."""
    numbers: dict[tuple[str, str], int] = {}
    by_modality: dict[str, list[Facts]] = {}
    for facts in tables:
        by_modality.setdefault(facts.modality, []).append(facts)
    last = 0
    for modality, dated in by_modality.items():
        # Notes of the table that stand beside these must not bear the same numbers.
        last = max(last, 0 if dated[0].form.inside else len(dated[0].form.notes))
        for kind, note in KINDS.items():
            if any(note(facts) for facts in dated):
                last += 1
                numbers[modality, kind] = last
    return numbers


def caption_notes(facts: Facts, numbers: Marks) -> Iterator[tuple[int, str]]:
    """Number and text of each note that the caption of a table calls."""
    for kind, note in KINDS.items():
        if text := note(facts):
            yield numbers[facts.modality, kind], text


def in_rows(classes: tuple[MachineClass, ...]) -> bool:
    """Whether a modality's table has one class, its bands as columns (CT), not classes (MRI)."""
    return len(classes) == 1 and not classes[0].zones
