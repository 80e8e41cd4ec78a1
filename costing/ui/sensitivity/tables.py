"""A sensitivity as words and tables: the grade of what decides, the datum to collect next."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from costing.analysis.bridge.shapley import rounded
from costing.analysis.claim.words import amount
from costing.analysis.sensitivity.sensitivity import Driver, Sensitivity
from costing.case.labels import GRADE_WORDS
from costing.french.writing import NONE, number, percent
from costing.reference.reference import Reference
from costing.ui.claim import tables as claim_tables
from costing.ui.parts import tables, wording
from costing.ui.shell.changes import sources_text

_FIRST = 12
_COLLECT = (
    tables.Column("Rang"),
    tables.text("Donnée"),
    tables.text("Grade"),
    tables.Column("Gain de chance de répondre juste"),
    tables.Column("Part de la variance"),
    tables.text("Source actuelle"),
)


def headline(sensitivity: Sensitivity, reference: Reference) -> None:
    """The share of the working assumptions in large, and what stands beside it."""
    grade_d, others = sensitivity.grades["D"], [grade for grade in GRADE_WORDS if grade != "D"]
    parts = rounded_grades(sensitivity)
    first = sensitivity.by_share[0]
    facts = (
        ("Le reste : données de grade A, B et C",
         " ; ".join(f"{grade} : {percent(parts[grade])}" for grade in others)),
        ("Donnée qui pèse le plus",
         f"{first.input.label(reference)} ({percent(first.share.value, 0)})"),
        ("Donnée à collecter d'abord", _next(sensitivity, reference)),
    )  # fmt: skip
    beside = "".join(f"<div><dt>{escape(t)}</dt><dd>{escape(v)}</dd></div>" for t, v in facts)
    label = f"Part de la variance due à des données de grade D ▲ ({GRADE_WORDS['D']})"
    error = f"erreur type {number(100 * grade_d.error, 1)} {_noun(grade_d.error)}"
    claim_tables.html(
        f'<div class="cl-answer"><div><p class="cl-label">{escape(label)}</p>'
        f'<p class="cl-large">{escape(percent(grade_d.value, 0))}</p>'
        f'<p class="cl-label">{escape(error)}</p></div><dl>{beside}</dl></div>'
    )


def _next(sensitivity: Sensitivity, reference: Reference) -> str:
    """The datum that would help most to answer, where one would."""
    first = sensitivity.to_collect[0]
    if first.sure_gain:
        return first.input.label(reference)
    return "aucune ne changerait la réponse" + " de façon décelable" * (not sensitivity.settled)


def rounded_grades(sensitivity: Sensitivity) -> dict[str, float]:
    """Share of the variance by grade, rounded so that together they are 100 %."""
    values = np.array([share.value for share in sensitivity.grades.values()])
    return {
        g: float(value)
        for g, value in zip(sensitivity.grades, rounded(values, 1.0, 3), strict=True)
    }


def collect(sensitivity: Sensitivity, reference: Reference) -> None:
    """The data by how much each would help to answer right; the first ones, then the rest."""
    rows = [
        [
            str(rank),
            driver.input.label(reference),
            wording.GRADES[driver.input.value.grade],
            _gain(sensitivity, driver),
            f"{percent(driver.share.value)} ± {number(100 * driver.share.error, 1)}",
            sources_text(reference, driver.input.value.source),
        ]
        for rank, driver in enumerate(sensitivity.to_collect, 1)
    ]
    tables.table(_COLLECT, rows[:_FIRST])
    if rest := rows[_FIRST:]:
        with st.expander(f"Les {number(len(rest))} autres données"):
            tables.table(_COLLECT, rest)
    tables.note(
        "Gain : de combien de points monterait la chance que la réponse la plus probable soit la "
        "bonne, si cette donnée était connue (valeur d'une information parfaite sur elle seule ; "
        "estimation prudente). ± : une erreur type. Non décelable : moins de trois erreurs types. "
        "À gain égal, la part de la variance départage."
    )


def _gain(sensitivity: Sensitivity, driver: Driver) -> str:
    """A gain in points with its error, or that there is none to see."""
    if sensitivity.settled or driver.gain == (0.0, 0.0):
        return "aucun"
    points, error = (number(100 * value, 2) for value in driver.gain)
    if driver.sure_gain:
        return f"+{points} ± {error} {_noun(driver.gain.value)}"
    return f"non décelable ({points} ± {error})"


def _noun(share: float) -> str:
    """Points in the singular or the plural, as French counts them."""
    return "points" if 100 * share >= 2 else "point"


def as_csv(sensitivity: Sensitivity, reference: Reference, definition: str) -> bytes:
    """Every datum as a table that a French spreadsheet opens: fractions, acts, own units."""
    frame = pd.DataFrame(
        [
            {
                "Donnée": driver.input.label(reference),
                "Adresse": driver.input.address,
                "Grade": driver.input.value.grade,
                "Unité": driver.input.parameter.unit,
                "Mode": driver.input.value.mode,
                "Quantile 5 %": driver.low,
                "Quantile 95 %": driver.high,
                f"Résultat à 5 % ({_unit(definition)})": driver.at_low,
                f"Résultat à 95 % ({_unit(definition)})": driver.at_high,
                "Part de la variance": driver.share.value,
                "Erreur type de la part": driver.share.error,
                "Gain de chance de répondre juste": driver.gain.value,
                "Erreur type du gain": driver.gain.error,
                "Élasticité du coût": driver.elasticity,
                "Source": sources_text(reference, driver.input.value.source),
            }
            for driver in sensitivity.to_collect
        ]
    )
    text = frame.to_csv(index=False, sep=";", decimal=",", na_rep=NONE, float_format="%.6g")
    return text.encode("utf-8-sig")


def _unit(definition: str) -> str:
    return "actes par an" if definition == "break_even" else "fraction"


def middle(sensitivity: Sensitivity, definition: str) -> str:
    """The principal estimate and the claim's figure, in a sentence."""
    return (
        f"Estimation principale : {amount(sensitivity.principal, definition, 1)} ; chiffre "
        f"affirmé : {amount(sensitivity.figure, definition)}."
    )
