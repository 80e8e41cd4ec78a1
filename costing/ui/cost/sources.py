"""« D'où vient ce chiffre »: the lines of a cost, the inputs under each, the official prices."""

from __future__ import annotations

import streamlit as st

from costing.analysis.draws.elasticities import elasticities
from costing.case import labels
from costing.case.costs import share_grade_d
from costing.french.writing import NONE, euros, number, percent
from costing.reference.model import CostModel
from costing.ui.parts import figures, tables, wording
from costing.ui.parts.machine import Machine
from costing.ui.shell.changes import sources_text
from costing.values.parameters import Parameter, Value


def section(machine: Machine) -> None:
    """Tariff, lines, and inputs with their sources."""
    st.header("D'où vient ce chiffre")
    model = machine.case.reference.model_of(machine.class_code)
    weak = share_grade_d(
        machine.case, machine.class_code, machine.acts, float(machine.amortisation == "amorti")
    )
    st.markdown(
        f"**{percent(weak, 0)}** de ce qui fait bouger ce coût est de grade D (▲), c'est-à-dire "
        "une hypothèse sans source publiée."
    )
    fee, cost = st.columns([5, 7], gap="large")
    with fee:
        _bands(machine)
    with cost:
        _lines(machine)
    _inputs(machine, model)


def _bands(machine: Machine) -> None:
    reference = machine.case.reference
    bands = [band for band in machine.bands if band.acts > 0]
    rows = [
        [labels.BANDS[b.code], number(b.acts), euros(b.fee_eur, 2), euros(b.amount_eur),
         wording.GRADES[b.rate.grade] if b.rate else NONE]
        for b in bands
    ]  # fmt: skip
    rows.append(["Ensemble", number(machine.acts), euros(machine.revenue_eur / machine.acts, 2),
                 euros(machine.revenue_eur), ""])  # fmt: skip
    columns = [tables.text("Tranche"), tables.Column("Actes"), tables.Column("Prix"),
               tables.Column("Par an"), tables.text("Grade")]  # fmt: skip
    tables.table(columns, rows, f"Le forfait, tarif du {labels.day(machine.date)}", total=-1)
    keys = dict.fromkeys(band.rate.source for band in bands if band.rate)
    tables.note(f"Source : {sources_text(reference, keys)}.")


def _lines(machine: Machine) -> None:
    reference, breakdown = machine.case.reference, machine.breakdown
    rows: list[list[str]] = []
    out: list[list[str]] = []
    for name, amount in breakdown.lines.items():
        step = breakdown.steps[name]
        inside = step.poste in breakdown.in_perimeter
        row = [
            step.label.fr,
            reference.postes[step.poste or ""].label.fr,
            euros(float(amount)) if inside else "hors périmètre",
            euros(float(amount) / machine.acts, 2) if inside else NONE,
            wording.GRADES[breakdown.grades[name]],
        ]
        (rows if inside else out).append(row)
    total = ["Ensemble", "", euros(machine.cost_eur), euros(machine.cost_eur / machine.acts, 2), ""]
    columns = [tables.text("Ligne de coût"), tables.text("Poste légal"), tables.Column("Par an"),
               tables.Column("Par acte"), tables.text("Grade")]  # fmt: skip
    tables.table(columns, [*rows, total, *out], "Le coût, ligne par ligne", total=len(rows))
    tables.note("Le grade d'une ligne est le plus faible de ceux des valeurs dont elle dépend.")


def _inputs(machine: Machine, model: CostModel) -> None:
    """The values under the cost, or under one line, the weightiest first."""
    breakdown = machine.breakdown
    lines = [name for name, step in breakdown.steps.items() if step.poste in breakdown.in_perimeter]
    chosen = st.selectbox(
        "Valeurs qui font", ["", *lines], key=f"cost-line-{model.modality}",
        format_func=lambda n: breakdown.steps[n].label.fr if n else "le coût entier",
    )  # fmt: skip
    if chosen:
        step = breakdown.steps[chosen]
        st.code(f"{step.name} = {step.formula.text}", language=None, wrap_lines=True)
        if step.note:
            tables.note(step.note)
    wanted = frozenset[str]().union(*(model.inputs_of(n) for n in ([chosen] if chosen else lines)))
    amortised = float(machine.amortisation == "amorti")
    moves = elasticities(machine.case, machine.class_code, machine.acts, amortised)
    used = sorted(wanted & model.parameters.keys(), key=lambda n: (-abs(moves.get(n, 0.0)), n))
    values = machine.case.reference.values_of(machine.class_code)
    rows = [
        _input(machine, model.parameters[name], values[name], moves.get(name))
        for name in used
        if name in values
    ]
    columns = [tables.text("Valeur"), tables.Column("Retenue"), tables.Column("Bas – haut"),
               tables.Column("Si + 1 %, le coût"), tables.text("Grade"), tables.text("Source"),
               tables.text("Note")]  # fmt: skip
    tables.table(columns, rows, "Les valeurs, de la plus pesante à la moins pesante", tall=True)


def _input(machine: Machine, parameter: Parameter, value: Value, move: float | None) -> list[str]:
    """One value: what it is, how far it may go, what it moves, and who says so."""
    low, high = (figures.field_text(bound, parameter.unit) for bound in (value.low, value.high))
    return [
        parameter.label.fr + (" (modifié)" if value.changed_by is not None else ""),
        figures.with_unit(value.mode, parameter.unit),
        f"{low} – {high}" if low else NONE,
        percent(move / 100, 2, sign=True) if move is not None else NONE,
        wording.GRADES[value.grade],
        sources_text(machine.case.reference, value.source),
        value.note + (f" ({value.changed_by})" if value.changed_by else ""),
    ]
