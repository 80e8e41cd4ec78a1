"""What may be asked of a schedule, as a document: `menu`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from costing.cli.common import answer, options, print_json

if TYPE_CHECKING:
    from costing.scenario.menu import Bound, Constraint

_WORDS = {
    "fr": {
        "title": "Ce que l'on peut demander à un barème",
        "made": "Document produit par `costing menu` à partir des déclarations du programme.",
        "signs": "$f_{d,c}$ : prix du tarif c à partir de la date d ; $f_{0,c}$ : prix en vigueur "
        "avant la première étape ; $f_{base,c}$ : prix de la date de base ; $R_m$, $C_m$, $w_m$ : "
        "recettes, coût et poids de l'appareil m la dernière année ; $R^0$ : recettes aux prix "
        "d'avant ; $S_y$ : économies de l'année y.",
        "objectives": "Objectifs, pris l'un après l'autre",
        "rules": "Barèmes de comparaison",
        "unit": "unité",
        "whom": "porte sur",
        "every": "tous",
        "low": "de {low} à {high}",
        "class": "une classe", "modality": "une modalité", "region": "une région",
        "sector": "un secteur",
    },
    "en": {
        "title": "What may be asked of a schedule",
        "made": "Made by `costing menu` from the program's own declarations.",
        "signs": "$f_{d,c}$: price of cell c from date d; $f_{0,c}$: price in force before the "
        "first step; $f_{base,c}$: price of the baseline date; $R_m$, $C_m$, $w_m$: revenue, cost "
        "and weight of machine m in the last year; $R^0$: revenue at the prices before; $S_y$: "
        "savings of year y.",
        "objectives": "Objectives, taken in turn",
        "rules": "Schedules to compare with",
        "unit": "unit",
        "whom": "about",
        "every": "all",
        "low": "{low} to {high}",
        "class": "a class", "modality": "a modality", "region": "a region",
        "sector": "a sector",
    },
}  # fmt: skip


@click.command()
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@options("json")
@answer
def menu(language: str, as_json: bool) -> None:
    """The constraints and objectives that a scenario may ask for, as Markdown or JSON."""
    from costing.optimise.named_rules import RULES
    from costing.scenario.menu import CONSTRAINTS, OBJECTIVES

    if as_json:
        print_json(
            {
                "constraints": [_json(entry) for entry in CONSTRAINTS.values()],
                "objectives": [_plain(asdict(entry)) for entry in OBJECTIVES.values()],
                "rules": [_plain(asdict(entry)) for entry in RULES.values()],
            }
        )
    else:
        click.echo(markdown(language), nl=False)


def markdown(language: str = "fr") -> str:
    """The whole menu as Markdown."""
    from costing.optimise.named_rules import RULES
    from costing.scenario.menu import CONSTRAINTS, GROUPS, OBJECTIVES

    words = _WORDS[language]
    lines = [f"# {words['title']}", "", words["made"], "", words["signs"], ""]
    for code, label in GROUPS.items():
        lines += [f"## {label.text(language)}", ""]
        for entry in CONSTRAINTS.values():
            if entry.group == code:
                lines += _constraint(entry, language)
    lines += [f"## {words['objectives']}", ""]
    for objective in OBJECTIVES.values():
        lines += _entry(objective.label.text(language), objective.id)
        lines += [objective.description.text(language), "", f"$$ {objective.latex} $$", ""]
    lines += [f"## {words['rules']}", ""]
    for rule in RULES.values():
        lines += _entry(rule.label.text(language), rule.id)
        lines += [rule.description.text(language), "", f"$$ {rule.latex} $$", ""]
    return "\n".join(lines)


def _entry(label: str, code: str) -> list[str]:
    return [f"### {label} (`{code}`)", ""]


def _constraint(entry: Constraint, language: str) -> list[str]:
    from costing.language.units import UNITS

    words = _WORDS[language]
    lines = [*_entry(entry.label.text(language), entry.id), entry.description.text(language), ""]
    lines += [f"$$ {entry.latex} $$", ""]
    french, english, _ = UNITS[entry.unit]
    facts = [f"{words['unit']} : {french if language == 'fr' else english}"]
    if entry.scopes:
        kinds = ", ".join([words["every"], *(words[kind] for kind in entry.scopes)])
        facts.append(f"{words['whom']} : {kinds}")
    facts += [_bound(b, language) for b in (entry.value, entry.level) if b is not None]
    return [*lines, *(f"- {fact}" for fact in facts), ""]


def _bound(bound: Bound, language: str) -> str:
    ends = _WORDS[language]["low"].format(low=f"{bound.low:g}", high=f"{bound.high:g}")
    return f"{bound.label.text(language)} : {ends}"


def _json(entry: Constraint) -> dict[str, object]:
    return _plain(asdict(entry))


def _plain(data: dict[str, object]) -> dict[str, object]:
    """Labels as plain objects."""
    for key, value in data.items():
        if hasattr(value, "model_dump"):
            data[key] = value.model_dump()
        elif isinstance(value, dict):
            data[key] = _plain(value)
    return data
