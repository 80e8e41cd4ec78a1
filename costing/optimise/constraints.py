"""The constraints on a fee schedule, each declared once: screens, files and words read this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from costing.parameters import Label

Group = Literal["savings", "path", "structure", "floor"]


@dataclass(frozen=True)
class Constraint:
    """What an expert may ask of a schedule.

    latex: $f_{d,c}$ price of cell c from date d; $f_{0,c}$ the price in force before.
    """

    id: str
    label: Label
    description: Label
    latex: str
    unit: str
    group: Group


_ALL = (
    Constraint(
        "savings_target",
        Label(fr="Économies visées", en="Savings target"),
        Label(
            fr="Ce que le forfait technique doit économiser, au total ou la dernière année.",
            en="What the technical fee must save, in total or in the last year.",
        ),
        r"\sum_y S_y \ge T",
        "EUR",
        "savings",
    ),
    Constraint(
        "savings_year",
        Label(fr="Économies d'une année", en="Savings of one year"),
        Label(
            fr="Minimum d'économies pour une année civile donnée.",
            en="Least savings in a given calendar year.",
        ),
        r"S_y \ge T_y",
        "EUR",
        "savings",
    ),
    Constraint(
        "step_cut",
        Label(fr="Baisse maximale par étape", en="Largest cut per step"),
        Label(
            fr="Aucun tarif ne baisse de plus de cette part à une date d'effet.",
            en="No price falls by more than this share on an effect date.",
        ),
        r"f_{d,c} \ge (1 - \kappa) f_{d-1,c}",
        "share",
        "path",
    ),
    Constraint(
        "no_rise",
        Label(fr="Aucune hausse", en="No rise"),
        Label(
            fr="Aucun tarif n'augmente ; sinon, il ne dépasse pas celui de la date de référence.",
            en="No price rises; else none exceeds that of the baseline date.",
        ),
        r"f_{d,c} \le f_{d-1,c}",
        "EUR/act",
        "path",
    ),
    Constraint(
        "degressive",
        Label(fr="Tranches dégressives", en="Degressive bands"),
        Label(
            fr="Une tranche plus haute n'est pas mieux payée que la précédente ; un écart déjà "
            "contraire ne s'aggrave pas.",
            en="A higher band is not paid more than the one before; a present breach does not "
            "widen.",
        ),
        r"f_{d,c,b+1} \le f_{d,c,b} + \max(0, f_{0,c,b+1} - f_{0,c,b})",
        "EUR/act",
        "structure",
    ),
    Constraint(
        "amortised",
        Label(fr="Amorti au plus égal à non amorti", en="Amortised not above"),
        Label(
            fr="Le taux plein d'un appareil amorti ne dépasse pas l'autre ; un écart déjà "
            "contraire ne s'aggrave pas.",
            en="The full rate of an amortised machine does not exceed the other; a present breach "
            "does not widen.",
        ),
        r"f^{a}_{d,c} \le f^{n}_{d,c} + \max(0, f^{a}_{0,c} - f^{n}_{0,c})",
        "EUR/act",
        "structure",
    ),
    Constraint(
        "zone_order",
        Label(fr="Ordre des zones gardé", en="Zones in order"),
        Label(
            fr="Paris n'est pas moins payé que la région parisienne, ni elle que la province ; un "
            "écart déjà contraire ne s'aggrave pas.",
            en="Paris is not paid less than its region, nor that less than the rest of the "
            "country; a present breach does not widen.",
        ),
        r"f_{d,c,z+1} \le f_{d,c,z} + \max(0, f_{0,c,z+1} - f_{0,c,z})",
        "EUR/act",
        "structure",
    ),
    Constraint(
        "class_floor",
        Label(fr="Plancher de recette par classe", en="Revenue floor by class"),
        Label(
            fr="Les recettes d'une classe couvrent au moins cette part de ses coûts ; une classe "
            "déjà dessous ne baisse plus.",
            en="The revenue of a class covers at least this share of its cost; a class already "
            "below is not cut further.",
        ),
        r"\sum_{m \in k} R_m \ge \min(\phi_k \sum_{m \in k} C_m, R^0_k)",
        "share",
        "floor",
    ),
)

CONSTRAINTS: dict[str, Constraint] = {constraint.id: constraint for constraint in _ALL}
