"""The answer to a claim as words and tables: the probability in large, the readings, the flips."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from costing.analysis.claim.claim import ClaimAnswer
from costing.analysis.claim.flips import Flip
from costing.analysis.claim.readings import READING_DRAWS
from costing.analysis.claim.words import DEFINITIONS, MEANINGS, amount, interval
from costing.analysis.uncertainty.chances import brief, degree
from costing.case import labels
from costing.french.writing import NONE, number, percent, quantity
from costing.ui.parts import tables

_STYLE = """
<style>
.cl-said {border-left: 3px solid #9AA6B8; margin: 0 0 .5rem 0; padding: .1rem 0 .1rem .9rem}
.cl-said p {font-size: 1.2rem; font-weight: 600; margin: 0; line-height: 1.3}
.cl-said footer {color: #4A5362; font-size: .9rem}
.cl-answer {display: grid; grid-template-columns: minmax(17rem, 5fr) 7fr; gap: .6rem 2rem;
  border-top: 2px solid #1B365D; border-bottom: 1px solid #CBD2DC; background: #F4F6F9;
  padding: .9rem 1.2rem 1rem 1.2rem; margin-top: .3rem}
.cl-answer p, .cl-answer dl, .cl-answer dd {margin: 0}
.cl-label, .cl-answer dt {color: #4A5362; font-size: .88rem; font-weight: 400}
.cl-large {font-size: 3.3rem; font-weight: 700; line-height: 1.1; letter-spacing: -.02em;
  color: #1B365D; font-variant-numeric: lining-nums; text-wrap: balance}
.cl-degree {font-size: 1.2rem; font-weight: 600}
.cl-answer dl {display: grid; gap: .55rem; align-content: center; border-left: 1px solid #CBD2DC;
  padding-left: 2rem}
.cl-answer dd {font-size: 1.2rem; font-weight: 600; font-variant-numeric: lining-nums tabular-nums}
.cl-verdict {font-size: 1.12rem; font-weight: 600; line-height: 1.4; max-width: 62rem;
  margin: .8rem 0 .5rem 0}
.cl-line {max-width: 62rem; line-height: 1.5; margin: 0 0 .45rem 0}
@media (max-width: 1180px) {
  .cl-answer {grid-template-columns: 1fr}
  .cl-answer dl {border-left: 0; padding-left: 0; border-top: 1px solid #CBD2DC;
    padding-top: .6rem}
}
table.cl-grid th {white-space: nowrap}
table.cl-grid th.a {text-align: center; border-left: 1px solid #9AA6B8; border-bottom: 0}
table.cl-grid tr + tr th {border-top: 0; font-weight: 400}
table.cl-grid td:nth-child(3n+2), table.cl-grid tr + tr th:nth-child(3n+2) {
  border-left: 1px solid #CBD2DC}
table.cl-grid th[scope=row] {background: #FFFFFF; border: 0; border-bottom: 1px solid #E1E5EB;
  font-weight: 400; position: sticky; left: 0; white-space: normal; min-width: 13rem}
table.cl-grid tr.group th {font-weight: 600; background: #F4F6F9; border-top: 1px solid #9AA6B8}
table.cl-grid td.here {background: #E4EBF5; border-top: 2px solid #1B365D;
  border-bottom: 2px solid #1B365D; font-weight: 600}
table.cl-grid td.likely {font-weight: 700}
</style>
"""
_FIRST = 12


def style() -> None:
    """The sheet that this screen needs."""
    st.html(_STYLE)


def html(content: str) -> None:
    """Markup whose texts are already escaped, its spaces set as French typography wants."""
    st.html(tables.glued(content))


def paragraphs(*sentences: str, kind: str = "cl-line") -> None:
    """Sentences, a paragraph each; the empty ones left out."""
    html("".join(f'<p class="{kind}">{escape(words)}</p>' for words in sentences if words))


def headline(answer: ClaimAnswer) -> None:
    """The probability in large, its degree of certainty, and what stands beside it."""
    definition, draws = answer.reading.definition, len(answer.outcome.draws)
    figure = amount(answer.figure, definition)
    least = f"d'atteindre {figure} ou plus ({DEFINITIONS[definition]})"
    if definition == "break_even":
        least = f"qu'il faille {figure} ou plus"
    facts = (
        ("Probabilité d'être voisin du chiffre", brief(answer.within.value, draws)),
        ("Estimation principale", amount(answer.principal, definition, 1)),
        ("9 chances sur 10 d'être", interval(answer)),
    )
    large(f"Probabilité {least}", answer.at_least.value, draws, facts)


def large(label: str, probability: float, draws: int, facts: Iterable[tuple[str, str]]) -> None:
    """A probability in large, its degree of certainty, and facts beside it."""
    beside = "".join(f"<div><dt>{escape(t)}</dt><dd>{escape(v)}</dd></div>" for t, v in facts)
    html(
        f'<div class="cl-answer"><div><p class="cl-label">{escape(label)}</p>'
        f'<p class="cl-large">{escape(brief(probability, draws))}</p>'
        f'<p class="cl-degree">{escape(degree(probability))}</p></div>'
        f"<dl>{beside}</dl></div>"
    )


def grid(answer: ClaimAnswer) -> str:
    """Every reading: perimeters by activities under each definition, those that matter marked."""
    table = answer.readings
    activities = list(dict.fromkeys(table["activity"]))
    alone = answer.reading.definition == "break_even"
    names = [f"activité {labels.ACTIVITIES[code]}" for code in activities]
    heads = "".join(
        f'<th scope="colgroup" colspan="3" class="a">{escape(name[0].upper() + name[1:])}</th>'
        for name in ([MEANINGS["break_even"]] if alone else names)
    )
    under = '<th class="n">Estimation</th><th class="n">9 chances sur 10</th>'
    under = (under + '<th class="n">Probabilité</th>') * len(activities)
    body = "".join(
        _definition(answer, str(code), part, len(activities))
        for code, part in table.groupby("definition", sort=False)
    )
    return (
        f'<div class="c-wrap"><table class="c cl-grid"><thead><tr><th rowspan="2" scope="col">'
        f"Périmètre</th>{heads}</tr><tr>{under}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def readings(answer: ClaimAnswer) -> None:
    """The grid of every reading, and what its marks mean."""
    html(grid(answer))
    draws = min(answer.settings.draws, READING_DRAWS)
    fewer = " (moins que plus haut, d'où des écarts de dernière décimale)"
    paragraphs(
        "► lecture affichée plus haut. ✓ l'affirmation y est plus probable que non. ◐ périmètre "
        "partiel : le forfait entier y est opposé à une partie des charges. Probabilité : celle "
        f"d'atteindre {amount(answer.figure, answer.reading.definition)} ou plus, sur "
        f"{number(draws)} tirages par lecture{fewer * (draws < answer.settings.draws)}.",
        kind="c-note",
    )


def _definition(answer: ClaimAnswer, code: str, part: pd.DataFrame, activities: int) -> str:
    """The rows of a definition: its name, then one perimeter each, or one for all when alike."""
    title = escape(f"En {DEFINITIONS[code]} : {MEANINGS[code]}")
    head = f'<tr class="group"><th scope="row" colspan="{1 + 3 * activities}">{title}</th></tr>'
    rows = [head] if code != "break_even" else []
    groups = {str(perimeter): rows for perimeter, rows in part.groupby("perimeter", sort=False)}
    results = part.drop(columns=["definition", "perimeter"])
    if len(results.drop_duplicates()) == activities:
        label = f"Les {len(groups)} périmètres, au même résultat"
        first = next(iter(groups.values()))
        return "".join([*rows, _row(answer, label, first, code == answer.reading.definition)])
    for perimeter, group in groups.items():
        entry = answer.case.reference.perimeter(perimeter)
        here = (code, perimeter) == answer.reading[:2]
        rows.append(_row(answer, f"{entry.label.fr}{' ◐' * entry.partial}", group, here))
    return "".join(rows)


def _row(answer: ClaimAnswer, label: str, rows: pd.DataFrame, here: bool) -> str:
    cells = "".join(
        _cells(answer, row, here and row["activity"] == answer.reading.activity)
        for row in rows.to_dict("records")
    )
    return f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>'


def _cells(answer: ClaimAnswer, row: dict[Any, Any], here: bool) -> str:
    """Estimate, interval and probability of one reading."""
    kind = "n here" if here else "n"
    if math.isnan(row["principal"]):
        return f'<td class="{kind}">{"► " * here}sans objet</td>' + f'<td class="{kind}"></td>' * 2
    low, middle, high = (
        amount(row[key], row["definition"]).removesuffix(" actes par an")
        for key in ("p05", "principal", "p95")
    )
    likely = row["at_least"] > 0.5
    chance = odds(row["at_least"], min(answer.settings.draws, READING_DRAWS))
    return (
        f'<td class="{kind}">{"► " * here}{escape(middle)}</td>'
        f'<td class="{kind}">{escape(low.removesuffix(" %"))} à {escape(high)}</td>'
        f'<td class="{kind}{" likely" * likely}">{"✓ " * likely}{escape(chance)}</td>'
    )


def odds(probability: float, draws: int) -> str:
    """A probability to one decimal; never quite 0 nor 100 %, which draws cannot show."""
    edge = math.ceil(3000 / draws) / 1000
    if probability < edge / 2:
        return f"< {percent(edge)}"
    return f"> {percent(1 - edge)}" if probability > 1 - edge / 2 else percent(probability)


def flips(answer: ClaimAnswer) -> None:
    """Each input alone: where the claim turns, and what its ends give; the strongest first."""
    by_swing = sorted(answer.flips, key=_swing, reverse=True)
    _long([_flip(answer, flip) for flip in by_swing], "hypothèses",
          ("Mode", "Plage", "Valeur qui renverse", "Résultat au bas", "au haut"))  # fmt: skip


def _swing(flip: Flip) -> float:
    """How far the result goes over an input's range; what has no meaning comes last."""
    swing = abs(flip.at_high - flip.at_low) if flip.at_high != flip.at_low else 0.0
    return -1.0 if math.isnan(swing) else swing


def _flip(answer: ClaimAnswer, flip: Flip) -> list[str]:
    unit, definition = flip.input.parameter.unit, answer.reading.definition
    low, high, mode = (quantity(v, unit) for v in (flip.low, flip.high, flip.input.value.mode))
    label = quantity(0, unit).removeprefix("0").lstrip()
    ends = [amount(value, definition, 1) for value in (flip.at_low, flip.at_high)]
    turn = "aucune" if flip.value is None else quantity(flip.value, unit)
    range_ = f"{low.removesuffix(label).rstrip()} à {high}"
    return [flip.input.label(answer.case.reference), mode, range_, turn, *ends]


def joint_change(answer: ClaimAnswer) -> None:
    """The smallest joint change, input by input; the farthest from the estimate first."""
    joint = answer.joint
    if joint is None:
        return
    reference, items = answer.case.reference, {i.address: i for i in answer.inputs.items}
    rows = []
    for address in sorted(joint.moved, key=lambda address: -abs(joint.moved[address])):
        item, moved = items[address], joint.moved[address]
        after = float(f"{joint.values[address]:.3g}")
        texts = [quantity(v, item.parameter.unit) for v in (item.value.mode, after)]
        if texts[0] != texts[1]:
            rows.append([item.label(reference), *texts, number(moved, 2)])
    columns = ("Estimation", "Au renversement", "Écart, en écarts-types")
    _long(rows, "changements", columns)


def _long(rows: list[list[str]], noun: str, numeric: tuple[str, ...]) -> None:
    """The first rows of a table; the rest on demand."""
    columns = [tables.text("Hypothèse"), *map(tables.Column, numeric)]
    tables.table(columns, rows[:_FIRST])
    if rest := rows[_FIRST:]:
        with st.expander(f"Les {number(len(rest))} autres {noun}"):
            tables.table(columns, rest)


def as_csv(answer: ClaimAnswer) -> bytes:
    """The readings as a table that a French spreadsheet opens: fractions, or acts a year."""
    reference, table = answer.case.reference, answer.readings
    perimeters = [reference.perimeter(code) for code in table["perimeter"]]
    frame = pd.DataFrame(
        {
            "Affirmation": answer.claim.id,
            "Chiffre": answer.figure,
            "Tarif du": answer.date.isoformat(),
            "Définition": table["definition"].map(DEFINITIONS),
            "Périmètre": [perimeter.label.fr for perimeter in perimeters],
            "Périmètre partiel": ["oui" if p.partial else "non" for p in perimeters],
            "Activité": table["activity"].map(labels.ACTIVITIES),
            "Estimation principale": table["principal"],
            "Quantile 5 %": table["p05"],
            "Médiane": table["p50"],
            "Quantile 95 %": table["p95"],
            "Probabilité d'au moins le chiffre": table["at_least"],
            "Probabilité d'être voisin": table["within"],
        }
    )
    text = frame.to_csv(index=False, sep=";", decimal=",", na_rep=NONE, float_format="%.6g")
    return text.encode("utf-8-sig")
