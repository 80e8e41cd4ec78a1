"""What may be asked of a fee schedule: constraints and objectives, each declared once.

Scenario files, screens, workbooks, the optimiser's sentences and the method note read these
declarations; `costing.optimise.machine_rows` and `costing.optimise.objectives` say what each one
means for the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from costing.values.parameters import Label

Group = Literal["savings", "path", "structure", "floor"]
#: What a demand may be about: a class, a modality, a region or a sector; `*` is always admitted.
Kind = Literal["class", "modality", "region", "sector"]

GROUPS: dict[str, Label] = {
    "savings": Label(fr="Économies", en="Savings"),
    "path": Label(fr="Trajectoire des tarifs", en="Path of the prices"),
    "structure": Label(fr="Cohérence du barème", en="Shape of the schedule"),
    "floor": Label(fr="Protection des appareils", en="Protection of machines"),
}


@dataclass(frozen=True)
class Bound:
    """A number that a constraint takes: what it is, its unit (`costing.language.units`), range.

    usual: what it is when left blank, or a value to begin with; None: no limit.
    """

    label: Label
    unit: str
    low: float
    high: float
    usual: float | None


@dataclass(frozen=True)
class Constraint:
    """What an expert may ask of a schedule.

    latex: $f_{d,c}$ price of cell c from date d; $f_{0,c}$ the price in force before the first
    step; $R_m$, $C_m$, $w_m$ yearly revenue, cost and weight of machine m in the last year.
    field: key of `ScheduleRules` (or `savings.…`) that asks for it, when it has one of its own.
    value, level: the numbers that a demand gives, when the constraint is asked by a demand. A
    demand whose `value` is None is a switch. scopes: what the demand may be about. looser: +1 when
    a larger value is easier to meet, -1 when a smaller one is.
    """

    id: str
    label: Label
    description: Label
    latex: str
    unit: str
    group: Group
    field: str = ""
    scopes: tuple[Kind, ...] = ()
    value: Bound | None = None
    level: Bound | None = None
    looser: int = 0

    @property
    def on_demand(self) -> bool:
        """Whether `rules.demands` may ask for it."""
        return not self.field or bool(self.scopes)


def _share(fr: str, en: str, usual: float | None, high: float = 1.0, low: float = 0.0) -> Bound:
    return Bound(Label(fr=fr, en=en), "share", low, high, usual)


_CELLS: tuple[Kind, ...] = ("class", "modality")
_PARTS: tuple[Kind, ...] = ("class", "modality", "region", "sector")

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
        field="savings.target_eur",
        looser=-1,
    ),
    Constraint(
        "savings_year",
        Label(fr="Économies d'une année", en="Savings of one year"),
        Label(
            fr="Minimum d'économies d'une année civile ; ce qu'une année économise en trop peut "
            "compter pour les suivantes.",
            en="Least savings in a calendar year; what a year saves in excess may count for the "
            "next ones.",
        ),
        r"S_y \ge T_y \quad\text{or}\quad \sum_{y' \le y} S_{y'} \ge \sum_{y' \le y} T_{y'}",
        "EUR",
        "savings",
        field="savings.yearly_eur",
        looser=-1,
    ),
    Constraint(
        "step_cut",
        Label(fr="Baisse maximale par étape", en="Largest cut per step"),
        Label(
            fr="Aucun tarif ne baisse de plus de cette part à une date d'effet ; pour une classe "
            "ou une modalité, remplace la limite générale.",
            en="No price falls by more than this share on an effect date; for a class or "
            "modality, replaces the general limit.",
        ),
        r"f_{d,c} \ge (1 - \kappa) f_{d-1,c}",
        "share",
        "path",
        field="largest_cut_per_step",
        scopes=_CELLS,
        value=_share("Baisse maximale", "Largest cut", 0.25),
        looser=1,
    ),
    Constraint(
        "total_cut",
        Label(fr="Baisse maximale en tout", en="Largest cut in total"),
        Label(
            fr="À aucune date un tarif n'est plus bas que cette part sous le tarif de base ; un "
            "tarif déjà dessous ne baisse plus.",
            en="On no date is a price further than this share below the baseline tariff; a price "
            "already there is not cut further.",
        ),
        r"f_{d,c} \ge \min\left((1 - \kappa) f_{base,c}, f_{0,c}\right)",
        "share",
        "path",
        scopes=_CELLS,
        value=_share("Baisse maximale", "Largest cut", 0.3),
        looser=1,
    ),
    Constraint(
        "phased_cut",
        Label(fr="Forte baisse étalée sur deux ans", en="Large cut spread over two years"),
        Label(
            fr="En douze mois, aucun tarif ne baisse de plus de cette part : une baisse plus forte "
            "s'étale. La loi américaine (PAMA, 2014) met la limite à 20 %.",
            en="No price falls by more than this share in twelve months: a larger cut is spread. "
            "US law (PAMA, 2014) sets the limit at 20 %.",
        ),
        r"f_{d,c} \ge (1 - \theta) f_{d - 1\,\text{year},c}",
        "share",
        "path",
        scopes=_CELLS,
        value=_share("Baisse maximale en douze mois", "Largest cut in twelve months", 0.2),
        looser=1,
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
        field="no_rise",
    ),
    Constraint(
        "rise_below_cost",
        Label(fr="Hausse permise sous le coût", en="Rise allowed below cost"),
        Label(
            fr="Les tarifs d'une classe dont les recettes sont sous les coûts peuvent monter, sans "
            "que ces recettes dépassent cette part des coûts.",
            en="The prices of a class whose revenue is below its cost may rise, as long as that "
            "revenue does not exceed this share of the cost.",
        ),
        r"R^0_k < C_k \;\Rightarrow\; f_{d,c} \text{ free},\; \sum_{m \in k} w_m R_m \le "
        r"\rho \sum_{m \in k} w_m C_m",
        "share",
        "path",
        scopes=_CELLS,
        value=_share("Recettes au plus, en part du coût", "Revenue at most, share of cost", 1.0, 3),
        looser=1,
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
        field="degressive",
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
        field="amortised_not_above",
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
        field="zones_in_order",
    ),
    Constraint(
        "zone_gap",
        Label(fr="Écart entre zones plafonné", en="Gap between zones capped"),
        Label(
            fr="À la dernière étape, le taux plein d'une zone ne dépasse celui d'une autre que de "
            "cette part ; 0 : parité, les zones sont fusionnées.",
            en="At the last step, the full rate of a zone exceeds that of another by this share at "
            "most; 0: parity, zones are merged.",
        ),
        r"f_{D,c,z} \le (1 + \gamma) f_{D,c,z'}",
        "share",
        "structure",
        scopes=_CELLS,
        value=_share("Écart maximal", "Largest gap", 0.0, 2.0),
        looser=1,
    ),
    Constraint(
        "sector_ceiling",
        Label(fr="Plafond d'un autre secteur", en="Ceiling from another sector"),
        Label(
            fr="À la dernière étape, aucun tarif ne dépasse ce montant, celui que paie un autre "
            "secteur (l'hôpital, par exemple, comme le veut la loi américaine).",
            en="At the last step no price exceeds this amount, what another sector is paid (the "
            "hospital, say, as US law has it).",
        ),
        r"f_{D,c} \le P_k",
        "EUR/act",
        "structure",
        scopes=_CELLS,
        value=Bound(Label(fr="Plafond", en="Ceiling"), "EUR/act", 0.0, 5_000.0, 150.0),
        looser=1,
    ),
    Constraint(
        "neutrality",
        Label(fr="Couloir autour de la neutralité", en="Corridor around neutrality"),
        Label(
            fr="La dernière année, les recettes de chaque partie du parc restent à cette part près "
            "de ce qu'elles seraient aux tarifs d'avant. Le couloir ne joue plus au-delà d'une "
            "surévaluation donnée (recettes d'avant / coûts − 1).",
            en="In the last year, the revenue of each part of the fleet stays within this share of "
            "what it would be at the prices before. Past a given overvaluation (revenue before / "
            "cost − 1) the corridor no longer holds.",
        ),
        r"\frac{R^0_s}{C_s} - 1 \le t \;\Rightarrow\; |R_s - R^0_s| \le \omega R^0_s",
        "share",
        "structure",
        scopes=_PARTS,
        value=_share("Demi-largeur du couloir", "Half-width of the corridor", 0.03),
        level=_share("Surévaluation de déclenchement", "Trigger overvaluation", None, 10.0, -1.0),
        looser=1,
    ),
    Constraint(
        "rounding",
        Label(fr="Arrondi des tarifs", en="Rounding of prices"),
        Label(
            fr="Les tarifs proposés sont des multiples de ce montant.",
            en="Proposed prices are multiples of this amount.",
        ),
        r"f_{d,c} \in \epsilon \mathbb{N}",
        "EUR/act",
        "structure",
        field="rounding_eur",
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
        r"\sum_{m \in k} w_m R_m \ge \min(\phi_k \sum_{m \in k} w_m C_m, R^0_k)",
        "share",
        "floor",
        field="floor_share_of_cost",
        looser=-1,
    ),
    Constraint(
        "machine_floor",
        Label(fr="Plancher par appareil", en="Revenue floor by machine"),
        Label(
            fr="Les recettes couvrent au moins cette part du coût pour tous les appareils, sauf "
            "une part d'entre eux laissée dessous (0 : chacun y est).",
            en="Revenue covers at least this share of the cost of every machine, but for a share "
            "of them left below (0: each one has it).",
        ),
        r"\sum_{m \in k} w_m [R_m < \phi C_m] \le q \sum_{m \in k} w_m",
        "share",
        "floor",
        scopes=_PARTS,
        value=_share("Part du coût couverte", "Share of cost covered", 1.0, 3.0),
        level=_share("Part des appareils laissés dessous", "Share of machines left below", 0.0),
        looser=-1,
    ),
    Constraint(
        "machines_below",
        Label(fr="Appareils poussés sous leur coût", en="Machines pushed below cost"),
        Label(
            fr="Au plus cette part des appareils passe sous son coût du fait du barème ; ceux "
            "qui y étaient déjà ne comptent pas.",
            en="At most this share of the machines falls below its cost because of the schedule; "
            "those already there do not count.",
        ),
        r"\sum_{m \in s} w_m [R_m < C_m \le R^0_m] \le x \sum_{m \in s} w_m",
        "share",
        "floor",
        scopes=_PARTS,
        value=_share("Part des appareils", "Share of machines", 0.05),
        looser=1,
    ),
    Constraint(
        "acts_below",
        Label(fr="Actes d'appareils poussés sous leur coût", en="Acts of machines pushed below"),
        Label(
            fr="Au plus cette part des actes facturés vient d'appareils que le barème fait passer "
            "sous leur coût.",
            en="At most this share of the billed acts comes from machines that the schedule pushes "
            "below their cost.",
        ),
        r"\sum_{m \in s} w_m n_m [R_m < C_m \le R^0_m] \le x \sum_{m \in s} w_m n_m",
        "share",
        "floor",
        scopes=_PARTS,
        value=_share("Part des actes", "Share of acts", 0.05),
        looser=1,
    ),
    Constraint(
        "sole_machine",
        Label(fr="Marge du seul appareil d'un site", en="Margin of a site's only machine"),
        Label(
            fr="L'appareil seul de sa modalité sur son site garde au moins cette marge sur son "
            "coût ; s'il est déjà dessous, il ne perd plus rien.",
            en="A machine alone of its modality on its site keeps at least this margin on its "
            "cost; if already below, it loses nothing more.",
        ),
        r"R_m \ge \min\left((1 + \mu) C_m, R^0_m\right)",
        "share",
        "floor",
        scopes=_PARTS,
        value=_share("Marge minimale", "Least margin", 0.0, 2.0, -1.0),
        looser=-1,
    ),
)

CONSTRAINTS: dict[str, Constraint] = {constraint.id: constraint for constraint in _ALL}


@dataclass(frozen=True)
class Objective:
    """What a schedule may be best at; taken in turn, each kept while the next is sought.

    latex: as in `Constraint`; $w_c$ weighs a cell by its euros, $r$ is the stated return.
    """

    id: str
    label: Label
    description: Label
    latex: str
    unit: str


_OBJECTIVES = (
    Objective(
        "loss",
        Label(fr="Moindre perte totale", en="Least total loss"),
        Label(
            fr="Les appareils sous leur coût perdent le moins en tout.",
            en="Machines below their cost lose least in total.",
        ),
        r"\min \sum_m w_m (C_m - R_m)^+",
        "EUR/year",
    ),
    Objective(
        "largest_loss",
        Label(fr="Moindre perte du plus touché", en="Least largest loss"),
        Label(
            fr="L'appareil qui perd le plus par rapport aux tarifs d'avant, sous son coût, perd le "
            "moins possible.",
            en="The machine that loses most against the prices before, below its cost, loses as "
            "little as can be.",
        ),
        r"\min \max_m \left(\min(C_m, R^0_m) - R_m\right)^+",
        "EUR/year",
    ),
    Objective(
        "near_cost",
        Label(fr="Au plus près du coût", en="Closest to cost"),
        Label(
            fr="Les recettes de chaque classe, amortie ou non, approchent ses coûts augmentés du "
            "rendement demandé.",
            en="The revenue of each class, amortised or not, comes close to its cost plus the "
            "stated return.",
        ),
        r"\min \sum_k \left| R_k - (1 + r) C_k \right|",
        "EUR/year",
    ),
    Objective(
        "exact",
        Label(fr="Pas plus d'économies que demandé", en="No more saved than asked"),
        Label(fr="Le total économisé est le plus petit.", en="The total saved is the smallest."),
        r"\min \sum_y S_y",
        "EUR",
    ),
    Objective(
        "even",
        Label(fr="Effort égal entre tarifs", en="Even effort between prices"),
        Label(
            fr="Les baisses de tarifs approchent un taux commun, pondérées par leurs euros.",
            en="Price cuts come close to one common rate, weighted by euros.",
        ),
        r"\min_u \sum_{d,c} w_c \left| 1 - f_{d,c} / f_{0,c} - u \right|",
        "share",
    ),
    Objective(
        "even_modality",
        Label(fr="Effort égal entre modalités", en="Even effort between modalities"),
        Label(
            fr="La modalité dont les recettes baissent le plus, en part, baisse le moins possible.",
            en="The modality whose revenue falls most, as a share, falls as little as can be.",
        ),
        r"\min \max_s \left(1 - R_s / R^0_s\right)",
        "share",
    ),
    Objective(
        "even_class",
        Label(fr="Effort égal entre classes", en="Even effort between classes"),
        Label(
            fr="La classe dont les recettes baissent le plus, en part, baisse le moins possible.",
            en="The class whose revenue falls most, as a share, falls as little as can be.",
        ),
        r"\min \max_s \left(1 - R_s / R^0_s\right)",
        "share",
    ),
    Objective(
        "even_zone",
        Label(fr="Effort égal entre zones", en="Even effort between zones"),
        Label(
            fr="La zone dont les recettes baissent le plus, en part, baisse le moins possible.",
            en="The zone whose revenue falls most, as a share, falls as little as can be.",
        ),
        r"\min \max_s \left(1 - R_s / R^0_s\right)",
        "share",
    ),
    Objective(
        "even_sector",
        Label(fr="Effort égal entre secteurs", en="Even effort between sectors"),
        Label(
            fr="Le secteur dont les recettes baissent le plus, en part, baisse le moins possible.",
            en="The sector whose revenue falls most, as a share, falls as little as can be.",
        ),
        r"\min \max_s \left(1 - R_s / R^0_s\right)",
        "share",
    ),
    Objective(
        "fewest_cells",
        Label(fr="Le moins de tarifs changés", en="Fewest prices changed"),
        Label(
            fr="Le plus grand nombre de tarifs reste ce qu'il est.",
            en="As many prices as can be stay what they are.",
        ),
        r"\min \sum_c \left[\exists d : f_{d,c} \ne f_{0,c}\right]",
        "number",
    ),
    Objective(
        "smooth",
        Label(fr="Trajectoire la plus lisse", en="Smoothest path"),
        Label(
            fr="D'une date à l'autre, la plus forte variation d'un tarif, en part, est la plus "
            "petite.",
            en="From one date to the next, the largest change of a price, as a share, is the "
            "smallest.",
        ),
        r"\min \max_{d,c} \left| f_{d,c} - f_{d-1,c} \right| / f_{0,c}",
        "share",
    ),
)

OBJECTIVES: dict[str, Objective] = {objective.id: objective for objective in _OBJECTIVES}

#: How a cost enters the floors when it is uncertain.
COST_RISKS: dict[str, Label] = {
    "principal": Label(fr="estimation principale", en="principal estimate"),
    "mean": Label(fr="moyenne des tirages", en="mean of the draws"),
    "probability": Label(fr="couvert avec une probabilité donnée", en="covered with a probability"),
    "cvar": Label(fr="moyenne des pires tirages (CVaR)", en="mean of the worst draws (CVaR)"),
}

#: What of the fee's structure may be chosen among candidates, with its unit.
STRUCTURES: dict[str, tuple[Label, str]] = {
    "reference_activity": (Label(fr="Activité de référence", en="Reference activity"), "act/year"),
    "threshold_1": (Label(fr="Seuil 1", en="Threshold 1"), "act/year"),
    "threshold_2": (Label(fr="Seuil 2", en="Threshold 2"), "act/year"),
    "amortisation_years": (
        Label(fr="Années avant « amorti »", en="Years before « amorti »"),
        "year",
    ),
    "rank_factor": (
        Label(
            fr="Coefficient des appareils suivants d'une autorisation",
            en="Factor for further machines on one authorisation",
        ),
        "share",
    ),
}
