"""What stands under a sensitivity, folded: what moves the cost of a class, the Sobol indices."""

from __future__ import annotations

import streamlit as st

from costing.analysis.claim.readings import Reading
from costing.analysis.draws.elasticities import derivatives, elasticities
from costing.analysis.sensitivity.sensitivity import Sensitivity
from costing.analysis.sensitivity.sobol import Sobol
from costing.analysis.uncertainty.uncertainty import Inputs, address_of
from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import AMORTISATION
from costing.french.writing import euros, join, number, percent
from costing.problems.errors import InputError
from costing.reference.reference import Reference
from costing.scenario.scenario import Scenario
from costing.ui.claim import tables as claim_tables
from costing.ui.claim.choice import Question
from costing.ui.parts import figures, tables, wording
from costing.ui.parts.machine_fields import machine_fields
from costing.ui.shell import cache

_ACTS = "Au départ, l'activité de référence de la classe."
_MOVES = ("Valeur", "Le coût, pour + 1 %", "soit, par acte")


def cost(case: Case, reading: Reading) -> None:
    """Exact derivatives of the cost of an act of a class, in the reading's perimeter."""
    with st.expander("Ce qui déplace le coût d'un acte, classe par classe (dérivées exactes)"):
        boxes = st.columns([4, 3, 3])
        code, acts, amortisation = machine_fields(case.reference, boxes, "sensitivity", _ACTS)
        perimeter = case.reference.perimeter(reading.perimeter)
        amortised, postes = float(amortisation == AMORTISATION[1]), frozenset(perimeter.postes)
        try:
            yearly, _ = derivatives(case, code, acts, amortised, postes)
            moves = elasticities(case, code, acts, amortised, postes)
        except InputError as error:
            st.error(wording.literal(wording.without_codes(case.reference, str(error))))
            return
        per_act = float(yearly) / acts
        order = sorted(moves, key=lambda name: -abs(moves[name]))
        rows = [_move(case, code, name, moves[name], per_act) for name in order]
        columns = [tables.text("Donnée"), tables.text("Grade"), *map(tables.Column, _MOVES)]
        tables.table(columns, rows)
        tables.note(
            f"Coût d'un acte : {euros(per_act, 2)}, périmètre « {perimeter.label.fr} ». Dérivée "
            "exacte des formules au mode de toutes les données, pour une petite variation de "
            "l'une d'elles, les actes restant les mêmes ; là où une formule change de pente, "
            "moyenne des deux côtés."
        )


def _move(case: Case, code: str, name: str, move: float, per_act: float) -> list[str]:
    """One parameter: its value, and what 1 % more of it does."""
    address = address_of(case, code, name)
    assert address is not None  # it has a derivative, hence a value
    parameter, value = case.reference.parameter_at(address)
    assert value is not None
    cents = per_act * move / 100
    return [
        labels.address_name(case.reference, address),
        wording.GRADES[value.grade],
        figures.with_unit(value.mode, parameter.unit),
        percent(move / 100, 2, sign=True),
        f"{'+' if cents > 0 else ''}{euros(cents, 3)}",
    ]


def sobol(scenario: Scenario, sensitivity: Sensitivity, question: Question) -> None:
    """Sobol indices, where the inputs are independent; else why there are none."""
    with st.expander("Indices de Sobol"):
        inputs = sensitivity.effects.inputs
        if not inputs.independent:
            claim_tables.paragraphs(_correlated(cache.reference(), inputs))
            return
        asked = st.button("Calculer les indices de Sobol", key="sensitivity-sobol")
        arguments = (scenario, question.claim, question.reading, question.date, sensitivity.seed)
        try:
            with st.spinner("Calcul des indices de Sobol…"):
                indices = cache.sobol(*arguments, ask=asked)
        except InputError as error:
            st.error(wording.literal(wording.without_codes(cache.reference(), str(error))))
            return
        if indices is not None:
            _indices(cache.reference(), indices)


def _correlated(reference: Reference, inputs: Inputs) -> str:
    """Why there are no Sobol indices here, and what would give them."""
    groups = [group for group in inputs.groups if len(group) > 1]
    items = [inputs.items[index] for group in groups for index in group]
    called = list(dict.fromkeys(item.parameter.label.fr for item in items))
    return (
        f"Sans objet ici : {number(len(items))} des {number(len(inputs.items))} données sont "
        f"corrélées ({join(called)}), et les indices de Sobol ne partagent la variance qu'entre "
        "données indépendantes. Les parts de Shapley ci-dessus, justes sous corrélation, en "
        "tiennent lieu. Pour les voir, mettez à 0 les rangs des « Réglages du calcul »."
    )


def _indices(reference: Reference, indices: Sobol) -> None:
    """First-order and total indices, the largest total first."""
    rows = [
        [
            indices.inputs.items[i].label(reference),
            wording.GRADES[indices.inputs.items[i].value.grade],
            percent(indices.first[i]),
            _interval(*indices.first_interval[i]),
            percent(indices.total[i]),
            _interval(*indices.total_interval[i]),
        ]
        for i in sorted(range(len(indices.total)), key=lambda i: -indices.total[i])
    ]
    columns = [tables.text("Donnée"), tables.text("Grade"), tables.Column("Premier ordre"),
               tables.Column("Intervalle à 95 %"), tables.Column("Total"),
               tables.Column("Intervalle à 95 %")]  # fmt: skip
    tables.table(columns, rows, tall=True)
    tables.note(
        "Premier ordre : part de la variance qui disparaît si la donnée seule est connue. Total : "
        "part qui reste si elle seule est inconnue. Intervalles par rééchantillonnage ; "
        f"{number(indices.evaluations)} évaluations du résultat."
    )


def _interval(low: float, high: float) -> str:
    return f"{number(100 * low, 1)} à {percent(high)}"
