"""Schedules that have a name, each declared once; `costing.optimise.cost_rules` computes them.

Screens and the command line read these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass

from costing.values.parameters import Label


@dataclass(frozen=True)
class Rule:
    """A schedule that needs no search.

    latex: $N_0$ reference activity, $N$ yearly acts of the class's machines, $C_s$ yearly cost in
    state $s$ (amortised or not), $c$ cost of one more act, $r$ the stated return; $f_0$ the prices
    in force before the first step, $S(x)$ savings at a cut $x$, $T$ those required.
    """

    id: str
    label: Label
    description: Label
    latex: str


_TWO_PART = r"N_0 := N^*,\quad f_s = (1 + r)\,\frac{C_s(N^*)}{N^*},\quad \rho = (1 + r)\,c,\quad "

_COST_RULES = (
    Rule(
        "two_part_median",
        Label(fr="Coût à l'activité médiane", en="Cost at the median activity"),
        Label(
            fr="L'activité de référence devient l'activité médiane de la classe ; l'appareil qui "
            "la fait reçoit son coût plus le rendement, l'acte au-delà ce qu'il coûte.",
            en="The reference activity becomes the median activity of the class; a machine there "
            "is paid its cost plus the return, an act beyond what it costs.",
        ),
        _TWO_PART + r"N^* = Q_{0.5}(N)",
    ),
    Rule(
        "two_part_quartile",
        Label(
            fr="Coût à l'activité du quart le mieux employé",
            en="Cost at the activity of the best used quarter",
        ),
        Label(
            fr="De même, à l'activité que dépasse le quart le mieux employé des appareils de la "
            "classe.",
            en="The same, at the activity that the best used quarter of the class's machines "
            "exceeds.",
        ),
        _TWO_PART + r"N^* = Q_{0.75}(N)",
    ),
    Rule(
        "two_part_normative",
        Label(fr="Coût à l'activité normative", en="Cost at the normative activity"),
        Label(
            fr="De même, à l'activité normative de la classe.",
            en="The same, at the normative activity of the class.",
        ),
        _TWO_PART + r"N^* = N_{norm}",
    ),
)
_OTHERS = (
    Rule(
        "held",
        Label(fr="Tarifs en vigueur tenus", en="Prices in force held"),
        Label(
            fr="Les tarifs de la veille de la première étape, sans changement ensuite.",
            en="The prices of the eve of the first step, unchanged from then on.",
        ),
        r"f_d = f_0",
    ),
    Rule(
        "official",
        Label(fr="Trajectoire de la décision", en="The decision's own trajectory"),
        Label(fr="Les tarifs déjà décidés.", en="The prices already decided."),
        r"f_d = f^{\text{decision}}_d",
    ),
    Rule(
        "uniform",
        Label(fr="Baisse uniforme", en="Uniform cut"),
        Label(
            fr="Tous les tarifs baissent d'un même taux, celui qui atteint juste les économies "
            "demandées.",
            en="All prices are cut by one rate, that which just meets the required savings.",
        ),
        r"f_d = (1 - x)\,f_0,\quad x = \frac{T - S(0)}{S(1) - S(0)}",
    ),
)

#: Rules that set prices by costs.
COST_RULES: dict[str, Rule] = {rule.id: rule for rule in _COST_RULES}
#: Every schedule that has a name.
RULES: dict[str, Rule] = {rule.id: rule for rule in (*_OTHERS, *_COST_RULES)}
