"""« Pont entre deux positions »: what each of their differences is worth of the gap."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from costing.analysis.bridge.bridge import Bridge, Overvaluation, Step
from costing.analysis.bridge.shapley import rounded
from costing.analysis.bridge.words import GROUPS, amount, sentences, title, why
from costing.french.writing import NONE, number, percent
from costing.problems.errors import InputError
from costing.ui.bridge import charts as bridge_charts
from costing.ui.bridge import choice as bridge_choice
from costing.ui.claim import tables as claim_tables
from costing.ui.parts import files, tables, wording
from costing.ui.shell import cache

_STYLE = """
<style>
.br-ends {display: grid; grid-template-columns: 5fr 3fr 5fr; gap: .4rem 2rem; margin-top: .3rem;
  border-top: 2px solid #1B365D; border-bottom: 1px solid #CBD2DC; background: #F4F6F9;
  padding: .8rem 1.2rem .9rem 1.2rem}
.br-ends p {margin: 0}
.br-ends div + div {border-left: 1px solid #CBD2DC; padding-left: 2rem}
.br-value {font-size: 2.1rem; font-weight: 700; line-height: 1.2; color: #1B365D;
  font-variant-numeric: lining-nums tabular-nums}
@media (max-width: 1180px) {
  .br-ends {gap: .4rem 1rem; padding: .8rem}
  .br-ends div + div {padding-left: 1rem}
  .br-value {font-size: 1.5rem}
}
</style>
"""


def page() -> None:
    """Draw the page."""
    claim_tables.style()
    st.html(_STYLE)
    st.title("Pont entre deux positions")
    tables.lead(
        "Deux positions donnent deux résultats : ce que chacune de leurs différences pèse dans "
        "l'écart. Les montants s'additionnent à l'écart, au centime près."
    )
    question = bridge_choice.choose()
    try:
        bridge = cache.bridge_between(*question)
    except InputError as error:
        st.error(f"Pas de pont pour ce choix : {wording.literal(_refusal(error))}")
        return
    st.header(title(bridge.result, bridge.a.base))
    _answer(bridge)
    if bridge.steps:
        bridge_charts.waterfall(bridge)
        _steps(bridge)
    _idle(bridge)
    _quotes(bridge)


def _refusal(error: InputError) -> str:
    """The engine's words, codes as the screens say them."""
    return wording.without_codes(cache.reference(), error.text())


def _answer(bridge: Bridge) -> None:
    """Both values and their gap in large, then the sentences."""
    cells = (
        (f"A : {bridge.a.scenario.name}", bridge_charts.level_words(bridge, bridge.start)),
        ("Écart de A à B", bridge_charts.signed(bridge, bridge.printed)),
        (f"B : {bridge.b.scenario.name}", bridge_charts.level_words(bridge, bridge.end)),
    )
    blocks = (
        f'<div><p class="cl-label">{escape(label)}</p><p class="br-value">{escape(value)}</p></div>'
        for label, value in cells
    )
    claim_tables.html(f'<div class="br-ends">{"".join(blocks)}</div>')
    first, *others = sentences(bridge)
    claim_tables.paragraphs(first, kind="cl-verdict")
    claim_tables.paragraphs(*others)
    if bridge.steps:
        claim_tables.paragraphs(_method(bridge), kind="c-note")


def _method(bridge: Bridge) -> str:
    """How the gap is split."""
    exact = " Calcul exact, sur toutes les combinaisons de différences." * bridge.exact
    return (
        "Montant d'une différence : ce que le résultat change quand elle seule passe de A à B, en "
        "moyenne sur tous les ordres où les différences peuvent être levées (valeur de Shapley). "
        f"Aucun ordre n'est donc choisi, et échanger A et B ne change que les signes.{exact}"
    )


def shares(bridge: Bridge) -> list[float]:
    """What part of the gap each step is; they add up to 100.0 %. NaN where there is no gap."""
    if not bridge.printed:
        return [float("nan")] * len(bridge.steps)
    parts = np.array([step.amount for step in bridge.steps]) / bridge.printed
    return [float(part) for part in rounded(parts, 1.0, 3)]


def _steps(bridge: Bridge) -> None:
    """The steps by group, each group with its subtotal, and the total."""
    st.subheader("De quoi l'écart est fait")
    rows: list[list[str]] = []
    heads = []
    parts = dict(zip(bridge.steps, shares(bridge), strict=True))
    for group, subtotal in bridge.subtotals.items():
        heads.append(len(rows))
        own = [step for step in bridge.steps if step.atom.group == group]
        rows.append([GROUPS[group], *_figures(bridge, subtotal, sum(parts[s] for s in own)), ""])
        rows += [
            [s.atom.label, *_figures(bridge, s.amount, parts[s]), _error(bridge, s)] for s in own
        ]
    whole = 1.0 if bridge.printed else float("nan")
    rows.append(["Écart de A à B", *_figures(bridge, bridge.printed, whole), ""])
    columns = [tables.text("Différence"), tables.Column("Montant"),
               tables.Column("Part de l'écart"), tables.Column("Erreur type")]  # fmt: skip
    if bridge.exact:
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    tables.table(columns, rows, total=-1, groups=frozenset(heads))
    st.download_button(
        "Télécharger le pont (CSV)",
        lambda: as_csv(bridge),
        file_name=files.file_name("pont", bridge.b.scenario, "csv"),
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _figures(bridge: Bridge, value: float, part: float) -> list[str]:
    return [amount(bridge, value), percent(part, 1)]


def _error(bridge: Bridge, step: Step) -> str:
    """The standard error of a sampled share."""
    smallest = 10.0**-bridge.result.decimals
    if step.error < smallest / 2:
        return f"< {amount(bridge, smallest, sign=False)}"
    return amount(bridge, step.error, sign=False)


def _idle(bridge: Bridge) -> None:
    """The differences that do not matter, and why."""
    if not bridge.without_effect:
        return
    st.header("Ce qui ne compte pas ici")
    tables.lead("Ces différences séparent bien les deux positions, mais pas par ce résultat.")
    rows = [
        [idle.atom.label, GROUPS[idle.atom.group], why(bridge, idle)]
        for idle in bridge.without_effect
    ]
    columns = [tables.text(title) for title in ("Différence", "Groupe", "Pourquoi")]
    tables.table(columns, rows)


def _quotes(bridge: Bridge) -> None:
    """All the sentences and amounts in one block to copy, with what makes them checkable."""
    st.header("Phrases à citer")
    sides = (
        f"{side} : « {case.scenario.name} », empreinte {cache.digest(case.scenario)[:10]}"
        for side, case in (("A", bridge.a), ("B", bridge.b))
    )
    steps = (f"- {step.atom.label} : {amount(bridge, step.amount)}" for step in bridge.steps)
    lines = [title(bridge.result, bridge.a.base), *sentences(bridge), *steps, *sides]
    st.code("\n".join(lines), language=None, wrap_lines=True)


def as_csv(bridge: Bridge) -> bytes:
    """Every difference as a table that a French spreadsheet opens; amounts as printed."""
    frame = pd.DataFrame(list(_records(bridge)))
    text = frame.to_csv(index=False, sep=";", decimal=",", na_rep=NONE)
    return text.encode("utf-8-sig")


def _records(bridge: Bridge) -> Iterator[dict[str, object]]:
    points = isinstance(bridge.result, Overvaluation)
    decimals = 2

    def in_unit(value: float) -> float:
        return round(100 * value if points else value, decimals)

    head = {
        "Résultat": title(bridge.result, bridge.a.base),
        "A": bridge.a.scenario.name,
        "B": bridge.b.scenario.name,
        "Unité": "point" if points else "€",
    }
    for step, part in zip(bridge.steps, shares(bridge), strict=True):
        yield {
            **head, "Groupe": GROUPS[step.atom.group], "Différence": step.atom.label,
            "Montant": in_unit(step.amount), "Part de l'écart": part,
            "Erreur type": number(in_unit(step.error), decimals), "Remarque": "",
        }  # fmt: skip
    for idle in bridge.without_effect:
        yield {
            **head, "Groupe": GROUPS[idle.atom.group], "Différence": idle.atom.label,
            "Montant": 0.0, "Part de l'écart": 0.0, "Erreur type": "",
            "Remarque": why(bridge, idle),
        }  # fmt: skip
    yield {**head, "Groupe": "", "Différence": "Écart de A à B", "Montant": in_unit(bridge.printed),
           "Part de l'écart": 1.0, "Erreur type": "", "Remarque": ""}  # fmt: skip
