"""The answer to a claim in sentences that a negotiator can quote; every figure is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from costing.analysis.claim.claim import ClaimAnswer
from costing.analysis.claim.flips import Flip
from costing.analysis.uncertainty.chances import chance, degree
from costing.analysis.uncertainty.uncertainty import Input
from costing.case import labels
from costing.french.writing import NONE, join, number, percent, quantity
from costing.values.catalogue import Claim

DEFINITIONS = {
    "markup": "majoration",
    "share": "part du forfait",
    "investment": "investissement seul",
    "break_even": "équilibre",
}
#: What each definition compares.
MEANINGS = {
    "markup": "forfait / coût − 1",
    "share": "1 − coût / forfait",
    "investment": "part du forfait qui paie l'investissement / son coût − 1",
    "break_even": "actes par an à partir desquels le forfait couvre le coût",
}
#: A change of an input smaller than this, in standard deviations, is left out of the sentence.
_SMALL = 0.25
_MOST = 5


@dataclass(frozen=True)
class ClaimWords:
    """The sentences of an answer, in the order of reading; empty where there is nothing to say."""

    verdict: str
    basis: str
    near: str
    estimate: str
    meaning: str
    readings: str
    alone: str
    together: str
    variation: str
    sampling: str
    scope: str

    @property
    def text(self) -> str:
        """All of them, one a line."""
        return "\n".join(sentence for sentence in self.__dict__.values() if sentence)


def claim_words(answer: ClaimAnswer) -> ClaimWords:
    """The sentences of an answer."""
    return ClaimWords(
        verdict=_verdict(answer),
        basis=_basis(answer),
        near=_near(answer),
        estimate=_estimate(answer),
        meaning=_meaning(answer),
        readings=_readings(answer),
        alone=_alone(answer),
        together=_together(answer),
        variation=_variation(answer),
        sampling=_sampling(answer),
        scope=_scope(answer),
    )


def amount(value: float, definition: str, decimals: int = 0) -> str:
    """A claim's quantity: a percentage, or acts a year."""
    if definition == "break_even":
        if not math.isfinite(value):
            return NONE if math.isnan(value) else "jamais"
        return f"{number(value)} actes par an"
    return percent(value, decimals)


def figure_words(claim: Claim, definition: str) -> str:
    """The claim's figure, or its range."""
    if claim.figure_high is None:
        return amount(claim.figure, definition)
    low = amount(claim.figure, definition).removesuffix(" %")
    return f"{low} à {amount(claim.figure_high, definition)}"


def _event(answer: ClaimAnswer) -> str:
    """What the claim says, as the subject of a sentence."""
    definition, figure = answer.reading.definition, answer.figure
    shown = amount(figure, definition)
    if definition == "break_even":
        return f"Qu'il faille au moins {shown} pour que le forfait couvre le coût"
    if definition == "share":
        return f"Que {shown} du forfait ou plus ne correspondent à aucun coût"
    over = "" if figure == 0 else f" de {shown} ou plus"
    if definition == "investment":
        return f"Que la part du forfait qui paie l'investissement en dépasse le coût{over}"
    return f"Que le forfait dépasse son coût{over}"


def _verdict(answer: ClaimAnswer) -> str:
    probability = answer.at_least.value
    if not answer.meaningful:
        return (
            "Sous cette lecture, la quantité n'a de sens pour aucun tirage : l'affirmation n'y est "
            "ni confirmée ni démentie."
        )
    who = labels.population_name(answer.case.reference, answer.claim.population)
    told = chance(probability, len(answer.outcome.draws))
    return f"{_event(answer)} ({who}) est {degree(probability)} : {told}."


def _basis(answer: ClaimAnswer) -> str:
    """What the probability is worth: how many of its inputs are working assumptions."""
    items = answer.inputs.items
    weak = sum(item.value.grade == "D" for item in items)
    fleet = " et le parc est synthétique" if answer.case.fleet.synthetic else ""
    if not weak and not fleet:
        return ""
    told = (
        f"{number(weak)} des {number(len(items))} hypothèses incertaines sont de grade D, sans "
        "source qui les fonde"
        if weak
        else "aucune hypothèse incertaine n'est de grade D"
    )
    return f"Cette probabilité vaut ce que valent les hypothèses du scénario : {told}{fleet}."


def _near(answer: ClaimAnswer) -> str:
    if not answer.meaningful:
        return ""
    tolerance = answer.settings.tolerance
    definition = answer.reading.definition
    width = (
        percent(tolerance, 0)
        if definition == "break_even"
        else f"{number(100 * tolerance, 0 if round(100 * tolerance, 9) % 1 == 0 else 1)} points"
    )
    figure = figure_words(answer.claim, definition)
    told = chance(answer.within.value, len(answer.outcome.draws))
    return f"Que le résultat soit voisin de {figure}, à {width} près : {told}."


def _estimate(answer: ClaimAnswer) -> str:
    definition = answer.reading.definition
    if not answer.meaningful:
        return ""
    middle = answer.quantile(0.5)
    side = "au-dessus" if answer.holds else "au-dessous"
    gap = answer.principal - answer.figure
    distance = (
        f"{number(abs(gap))} actes"
        if definition == "break_even"
        else f"{number(100 * abs(gap), 1)} points"
    )
    where = f", {distance} {side} du chiffre" if abs(gap) > 1e-12 and math.isfinite(gap) else ""
    return (
        f"Estimation principale, chaque hypothèse à son mode : "
        f"{amount(answer.principal, definition, 1)}{where} ; compte tenu de ce que l'on ne sait "
        f"pas, 9 chances sur 10 d'être {interval(answer)} "
        f"(médiane {amount(middle, definition, 1)}).{_skew(answer, middle)}"
    )


def interval(answer: ClaimAnswer) -> str:
    """Where nine draws out of ten are, `entre -1,7 % et 19,6 %`."""
    definition = answer.reading.definition
    low, high = (answer.quantile(q) for q in (0.05, 0.95))
    if definition != "break_even":
        return f"entre {amount(low, definition, 1)} et {amount(high, definition, 1)}"
    if not math.isinf(high):
        return f"entre {number(low)} et {amount(high, definition)}"
    never = float(np.isinf(answer.outcome.draws).mean())
    return f"au-dessus de {amount(low, definition)}, {percent(never)} n'étant jamais à l'équilibre"


def _skew(answer: ClaimAnswer, middle: float) -> str:
    """Why the principal estimate is not in the middle of the draws, when it is not."""
    draws = answer.outcome.draws
    below = float((draws < answer.principal).mean())
    if 0.25 <= below <= 0.75 or not math.isfinite(middle):
        return ""
    side = "basse" if middle < answer.principal else "haute"
    return (
        f" La médiane est plus {side} que l'estimation parce que les plages vont plus loin d'un "
        "côté du mode que de l'autre."
    )


def _meaning(answer: ClaimAnswer) -> str:
    """What the figure would mean for the cost, and for a cut."""
    figure, definition = answer.figure, answer.reading.definition
    if definition == "markup" and figure > 0:
        share = 1 / (1 + figure)
        return (
            f"Lu comme une majoration, {percent(figure, 0)} veut dire que le coût vaut "
            f"{percent(share)} du forfait : la plus forte baisse qui laisse le coût payé serait de "
            f"{percent(1 - share)}."
        )
    if definition == "share" and 0 < figure < 1:
        return (
            f"Lu comme une part, {percent(figure, 0)} veut dire que le coût vaut "
            f"{percent(1 - figure)} du forfait, soit une majoration de "
            f"{percent(figure / (1 - figure), 0)}."
        )
    return ""


def _readings(answer: ClaimAnswer) -> str:
    """How the answer depends on what the claim leaves open."""
    ranges = answer.readings.dropna(subset=["p05", "p95"])
    # Readings that say the same thing in other words count once.
    table = ranges.drop_duplicates(["definition", "activity", "principal", "p05", "p50", "p95"])
    likely = table[table["at_least"] > 0.5]
    definition = answer.reading.definition
    if definition == "break_even":
        whole = [not answer.case.reference.perimeter(str(p)).partial for p in ranges["perimeter"]]
        ordered = ranges[whole].sort_values("principal")
        low, high = ordered.iloc[0], ordered.iloc[-1]
        return (
            "Selon le périmètre des charges, l'estimation va de "
            f"{amount(low['principal'], definition)} ({_perimeter(answer, low)}) à "
            f"{amount(high['principal'], definition)} ({_perimeter(answer, high)})."
        )
    count = f"{number(len(table))} lectures distinctes (définition, périmètre, activité)"
    if likely.empty:
        return f"Aucune des {count} ne rend l'affirmation plus probable que non."
    if len(likely) == len(table):
        return f"Les {count} rendent toutes l'affirmation plus probable que non."
    by = [
        f"{len(part)} en {DEFINITIONS[str(code)]}"
        for code, part in likely.groupby("definition", sort=False)
    ]
    rows = [row for _, row in likely.drop_duplicates("perimeter").iterrows()]
    perimeters = join([_perimeter(answer, row) for row in rows])
    partial = all(answer.case.reference.perimeter(str(row["perimeter"])).partial for row in rows)
    warning = " ; un tel périmètre oppose le forfait entier à une partie des charges" * partial
    return (
        f"{number(len(likely))} des {count} {'rend' if len(likely) == 1 else 'rendent'} "
        f"l'affirmation plus probable que non : {join(by)}, sous {_noun(rows)} {perimeters}"
        f"{warning}."
    )


def _noun(rows: list[pd.Series]) -> str:
    return "le périmètre" if len(rows) == 1 else "les périmètres"


def _perimeter(answer: ClaimAnswer, row: pd.Series) -> str:
    label = answer.case.reference.perimeter(str(row["perimeter"])).label.fr
    return f"« {label} »"


def _turn(answer: ClaimAnswer) -> str:
    """What turning the claim would be."""
    return "la démentirait" if answer.holds else "la rendrait vraie"


def flip_words(answer: ClaimAnswer, flip: Flip) -> str:
    """One input alone: the value at which the claim turns, or that none does."""
    name = _name(answer, flip.input)
    unit = flip.input.parameter.unit
    low, high = (quantity(value, unit) for value in (flip.low, flip.high))
    if flip.value is None:
        return f"{name} : aucune valeur de {low} à {high} ne renverse la réponse."
    side = "au-dessus de" if flip.value > flip.input.value.mode else "au-dessous de"
    mode = quantity(flip.input.value.mode, unit)
    return f"{name} : {side} {quantity(flip.value, unit)} (au lieu de {mode})"


def _name(answer: ClaimAnswer, item: Input) -> str:
    """An input in the middle of a sentence: `Prix d'achat de l'appareil (IRM 1,5 T)`."""
    label, _, where = item.label(answer.case.reference).partition(" — ")
    return f"{label} ({where})" if where else label


def _others(count: int) -> str:
    """The end of a list cut short."""
    if count <= 0:
        return ""
    return f" ; et {number(count)} autre{'s' if count > 1 else ''}"


def _alone(answer: ClaimAnswer) -> str:
    turning = [flip for flip in answer.flips if flip.value is not None]
    count = len(answer.flips)
    if not count:
        return ""
    if not turning:
        return (
            f"Aucune des {number(count)} hypothèses incertaines, changée seule dans sa plage, ne "
            "renverse la réponse."
        )
    turning.sort(key=lambda flip: abs(_moved(flip)))
    shown = [flip_words(answer, flip) for flip in turning[:_MOST]]
    noun = "Une hypothèse suffit seule" if len(turning) == 1 else (
        f"{number(len(turning))} hypothèses suffisent chacune")  # fmt: skip
    return f"{noun} à renverser la réponse : {' ; '.join(shown)}{_others(len(turning) - _MOST)}."


def _moved(flip: Flip) -> float:
    """How far a flip is from the mode, in the input's standard deviations."""
    assert flip.value is not None
    return (flip.value - flip.input.value.mode) / flip.input.law.spread


def _together(answer: ClaimAnswer) -> str:
    joint = answer.joint
    if not answer.flips:
        return ""
    if joint is None:
        return (
            "Aucun changement conjoint des hypothèses, chacune dans sa plage, ne renverse la "
            "réponse."
        )
    by_address = {item.address: item for item in answer.inputs.items}
    order = sorted(joint.moved, key=lambda address: -abs(joint.moved[address]))
    moved = [address for address in order if abs(joint.moved[address]) >= _SMALL] or order[:1]
    shown = []
    for address in moved[:_MOST]:
        item = by_address[address]
        unit = item.parameter.unit
        after = float(f"{joint.values[address]:.3g}")
        change = f"{quantity(item.value.mode, unit)} → {quantity(after, unit)}"
        shown.append(f"{_name(answer, item)} : {change}")
    return (
        f"Le plus petit changement conjoint qui {_turn(answer)} est à "
        f"{number(joint.distance, 1)} écarts-types de l'estimation : {' ; '.join(shown)}"
        f"{_others(len(moved) - _MOST)}."
    )


def _variation(answer: ClaimAnswer) -> str:
    variation = answer.variation
    if variation is None:
        return ""
    low, high = variation.share_range
    figure = amount(answer.figure, "markup")
    if max(variation.share_above, high) < 0.0005:
        reach = f"aucun n'atteint {figure}"
    else:
        reach = (
            f"{_part(variation.share_above)} atteignent {figure} "
            f"(de {_part(low)} à {_part(high)} selon ce que l'on ne sait pas)"
        )
    return (
        f"Les appareils diffèrent entre eux : 9 sur 10 sont entre "
        f"{percent(variation.quantiles['p05'], 0, True)} et "
        f"{percent(variation.quantiles['p95'], 0, True)} "
        f"(médiane {percent(variation.quantiles['p50'], 0, True)}) ; "
        f"{reach}."
    )


def _part(share: float) -> str:
    """A share of machines; under one in a thousand is not told as none."""
    return "moins de 0,1 %" if 0 < share < 0.001 else percent(share)


def _points(value: float) -> str:
    return f"{number(value, 2)} {'points' if value >= 2 else 'point'}"


def _sampling(answer: ClaimAnswer) -> str:
    median = answer.median.error
    acts = answer.reading.definition == "break_even"
    error = f"{number(median, 1)} actes" if acts else _points(100 * median)
    chance_error = answer.at_least.error
    told = f"{_points(100 * chance_error)} sur la probabilité et " if chance_error else ""
    if not math.isfinite(median):
        return f"{number(len(answer.outcome.draws))} tirages, graine {answer.settings.seed}."
    return (
        f"{number(len(answer.outcome.draws))} tirages, graine {answer.settings.seed} : erreur type "
        f"de {told}{error} sur la médiane."
    )


def _scope(answer: ClaimAnswer) -> str:
    """Perimeter, activity and tariff: what the sentences before it rest on."""
    reading = answer.reading
    perimeter = answer.case.reference.perimeter(reading.perimeter).label.fr
    activity = f", activité {labels.ACTIVITIES[reading.activity]}"
    tariff = f"tarif du {labels.day(answer.date)} compté sur une année entière"
    if answer.early:
        tariff += " (le premier connu : celui du jour de l'affirmation ne l'est pas)"
    return (
        f"Lecture : {DEFINITIONS[reading.definition]} ({MEANINGS[reading.definition]}), périmètre "
        f"« {perimeter} »{activity * (reading.definition != 'break_even')}, {tariff}."
    )
