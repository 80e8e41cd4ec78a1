"""Rows of « Choix » beyond the plain rules; `costing.scenario.menu` says what may be asked.

Demands, objectives, costs, the structure of the fee, and how volumes and owners answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from costing.case import labels
from costing.french.writing import join
from costing.reference.reference import Reference
from costing.scenario.menu import CONSTRAINTS, COST_RISKS, OBJECTIVES, STRUCTURES, Bound, Kind
from costing.scenario.scenario import Scenario
from costing.values.quantity import Quantity, quantity
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.row import Choice, Ruled

#: Rows offered for demands, objectives and parts of the structure, when the scenario has fewer.
DEMANDS, AIMS, PARTS = 6, 4, 3
#: What a part of the structure may be about.
STRUCTURE_KINDS: tuple[Kind, ...] = ("class", "modality")
ELASTICITY = "rules.behaviour.elasticity"
#: What `rules.demands` may ask for.
ON_DEMAND = {code: declared for code, declared in CONSTRAINTS.items() if declared.on_demand}


@dataclass(frozen=True)
class Block:
    """Rows that together make one thing of a scenario: one lever, one demand.

    needed: parts that it cannot lack once one of them is filled. identity: parts that no two share.
    """

    parts: tuple[str, ...]
    needed: tuple[str, ...]
    identity: tuple[str, ...] = ()


#: By the start of their keys, which a number then a part follow.
BLOCKS = {
    "savings.other_levers": Block(
        ("label", "date", "annual_amount_eur"), ("label", "date", "annual_amount_eur")
    ),
    "rules.demands": Block(
        ("constraint", "scope", "value", "level"),
        ("constraint", "scope", "value"),
        ("constraint", "scope"),
    ),
    "rules.structure": Block(
        ("parameter", "scope", "candidates"),
        ("parameter", "scope", "candidates"),
        ("parameter", "scope"),
    ),
}
#: Keys that only a number follows.
LISTS = ("rules.step_dates", "rules.objectives")


def admitted(bound: Bound) -> Quantity:
    """What a number of the menu may be."""
    return Quantity(bound.unit, bound.low, bound.high)


def demand_rows(reference: Reference, scenario: Scenario, room: int) -> Iterator[Choice]:
    """Four rows a demand: what, for whom, and its two numbers."""
    names = {code: declared.label.fr for code, declared in ON_DEMAND.items()}
    scopes = {code: vocabulary.scopes(reference, entry.scopes) for code, entry in ON_DEMAND.items()}
    values = {code: admitted(entry.value) for code, entry in ON_DEMAND.items() if entry.value}
    second = {code: entry.level for code, entry in ON_DEMAND.items() if entry.level}
    levels = {code: admitted(bound) for code, bound in second.items()}
    taking = join([f"« {names[code]} »" for code in second])
    for index in range(1, max(DEMANDS, len(scenario.rules.demands)) + room + 1):
        key, demand = f"rules.demands.{index}", f"Exigence {index}"
        ruling = f"{key}.constraint"
        yield Choice(
            ruling, f"{demand} : contrainte", names,
            f"Ce que chacune demande : feuille « {vocabulary.MENU} ». Vide : pas d'exigence.",
            required=False,
        )  # fmt: skip
        yield Choice(
            f"{key}.scope", f"{demand} : pour", Ruled(ruling, scopes),
            "Tous, ou une partie du parc que la contrainte admet.", required=False,
        )  # fmt: skip
        yield Choice(
            f"{key}.value", f"{demand} : valeur", Ruled(ruling, values),
            "Dans l'unité de la contrainte ; un taux s'écrit avec son signe : 30 %.",
            required=False,
        )  # fmt: skip
        yield Choice(
            f"{key}.level", f"{demand} : second nombre", Ruled(ruling, levels),
            f"Pour {taking} seulement. Vide : la valeur d'usage.", required=False,
        )  # fmt: skip


def objective_rows(scenario: Scenario, room: int) -> Iterator[Choice]:
    """One row an objective, in the order in which they are sought."""
    names = {code: declared.label.fr for code, declared in OBJECTIVES.items()}
    for index in range(1, max(AIMS, len(scenario.rules.objectives)) + room + 1):
        yield Choice(
            f"rules.objectives.{index}", f"Objectif {index}", names,
            "Cherché d'abord." if index == 1 else
            "Cherché parmi ce que les précédents laissent au mieux. Vide : pas d'autre.",
            required=index == 1,
        )  # fmt: skip


def cost_rows() -> Iterator[Choice]:
    """What is added to costs, and how uncertain ones count."""
    risks = {code: label.fr for code, label in COST_RISKS.items()}
    yield Choice(
        "rules.return_on_cost", "Rendement ajouté au coût", Quantity("share", 0, 1),
        "Là où les prix se règlent sur les coûts. De 0 à 100 %.",
    )  # fmt: skip
    yield Choice(
        "rules.cost_risk", "Coût retenu par les planchers", risks,
        "Un coût incertain n'est pas un seul nombre.",
    )  # fmt: skip
    yield Choice(
        "rules.cost_level", "Probabilité du coût retenu", Quantity("share", 0.5, 0.99),
        f"De 50 à 99 %. Ne sert que pour « {risks['probability']} » et « {risks['cvar']} ».",
    )  # fmt: skip


def structure_rows(reference: Reference, scenario: Scenario, room: int) -> Iterator[Choice]:
    """Three rows a part of the fee's structure: which, for whom, and what it may become."""
    names = {code: label.fr for code, (label, _) in STRUCTURES.items()}
    kinds = {code: quantity(unit) for code, (_, unit) in STRUCTURES.items()}
    scopes = vocabulary.scopes(reference, STRUCTURE_KINDS)
    for index in range(1, max(PARTS, len(scenario.rules.structure)) + room + 1):
        key, part = f"rules.structure.{index}", f"Structure {index}"
        ruling = f"{key}.parameter"
        yield Choice(
            ruling, f"{part} : ce qui peut changer", names, "Vide : rien de plus.", required=False
        )
        yield Choice(
            f"{key}.scope", f"{part} : pour", scopes, "Tous, une classe ou une modalité.",
            required=False,
        )  # fmt: skip
        yield Choice(
            f"{key}.candidates", f"{part} : valeurs à essayer", Ruled(ruling, kinds, several=True),
            "Séparées par des points-virgules : 7 ; 8 ; 10 ; 14. Celle d'aujourd'hui en est "
            "toujours.",
            required=False,
        )  # fmt: skip


def behaviour_rows(reference: Reference, scenario: Scenario, room: int) -> Iterator[Choice]:
    """One row an elasticity, then what owners do; sectors where the scenario has them."""
    modalities = vocabulary.modalities(reference)
    own = scenario.rules.behaviour.elasticity
    for modality in modalities:
        for sector in ("", *labels.SECTORS):
            code = f"{modality}.{sector}" if sector else modality
            if not sector or room or code in own:
                name = modalities[modality] + (f", {labels.who(reference, sector)}" * bool(sector))
                yield Choice(
                    f"{ELASTICITY}.{code}", f"Élasticité des actes, {name}",
                    Quantity("number", -3, 3),
                    "Variation des actes en part de celle du tarif moyen, de −3 à 3. Vide : "
                    f"aucune. Pour un secteur, une ligne de plus : {ELASTICITY}.{modality}.liberal",
                    required=False,
                )  # fmt: skip
    yield Choice(
        "rules.behaviour.renewal", "Renouvellement immédiat", Quantity("share", 0, 1),
        "Part des appareils devenus amortis dans l'année que leur exploitant renouvelle aussitôt.",
    )  # fmt: skip
    yield Choice(
        "rules.behaviour.second_machine", "Actes déplacés vers un second appareil",
        Quantity("share", 0, 1),
        "Part des actes au-delà du premier taux réduit, là où le taux plein paie un appareil de "
        "plus.",
    )  # fmt: skip
