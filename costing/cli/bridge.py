"""Where two positions differ, and what each difference is worth: `bridge`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import answer, case_of, options, print_json, rounded
from costing.cli.terminal import print_table

if TYPE_CHECKING:
    from costing.analysis.bridge.bridge import Bridge, Result
    from costing.case.case import Case

#: Significant digits of what `--json` prints: cents of tens of billions of euros.
_DIGITS = 12


@click.command()
@click.argument("a")
@click.argument("b")
@click.option(
    "--result", "kind", type=click.Choice(["cost", "overvaluation", "savings"]),
    default="overvaluation", show_default=True, help="What the gap is of.",
)  # fmt: skip
@click.option("--class", "class_code", help="Machine class (cost).")
@click.option("--acts", type=float, help="Yearly acts of the machine (cost).")
@click.option("--definition", default="markup", show_default=True, help="Of overvaluation.")
@click.option("--modality", multiple=True, help="Modalities (overvaluation); all by default.")
@click.option(
    "--reading", type=click.Choice(["cumulated", "level_2027"]), default="cumulated",
    show_default=True, help="Of the savings.",
)  # fmt: skip
@options("amortisation", "date", "models", "json")
@answer
def bridge(
    a: str, b: str, kind: str, models: tuple[Path, ...], as_json: bool, **choices: Any
) -> None:
    """The gap between two scenarios, split among their differences.

    A and B are scenario files, or names of shipped examples.
    """
    from costing.analysis.bridge.bridge import bridge as split
    from costing.case.case import make_case

    case_a = _position(a, models)
    case_b = make_case(case_a.base, _position(b, models).scenario)
    bridge = split(case_a, case_b, _result(kind, case_a, **choices))
    if as_json:
        print_json(rounded(_content(bridge), _DIGITS))
    else:
        _print(bridge)


def _position(name: str, models: tuple[Path, ...]) -> Case:
    """A scenario file, or a shipped example of that name, on the reference data."""
    from costing.case.case import make_case
    from costing.scenario.examples import example_scenarios

    example = None if Path(name).is_file() else example_scenarios().get(name)
    if example is None:
        return case_of(Path(name), models)
    return make_case(case_of(None, models).base, example)


def _result(
    kind: str,
    case: Case,
    class_code: str | None,
    acts: float | None,
    amortisation: str,
    definition: str,
    modality: tuple[str, ...],
    reading: Any,
    date: dt.datetime | None,
) -> Result:
    """What is asked, from the options of its kind."""
    from costing.analysis.bridge.bridge import CostPerAct, Overvaluation, Savings
    from costing.values.catalogue import Population

    if kind == "savings":
        return Savings(reading)
    if kind == "overvaluation":
        on = date.date() if date else case.reference.savings.baseline_date
        return Overvaluation(definition, Population(modality=modality), on)
    if class_code is None or acts is None:
        raise click.UsageError("Donnez --class et --acts pour le coût d'un acte.")
    case.reference.model_of(class_code)
    return CostPerAct(class_code, acts, amortisation)


def _content(bridge: Bridge) -> dict[str, Any]:
    """A bridge as the command prints it in JSON."""
    from costing.analysis.bridge.words import sentences, title

    return {
        "result": title(bridge.result, bridge.a.reference),
        "unit": "EUR" if bridge.result.decimals == 2 else "fraction",
        "start": bridge.start,
        "end": bridge.end,
        "gap": bridge.gap,
        "exact": bridge.exact,
        "steps": [
            {
                "key": step.atom.key,
                "group": step.atom.group,
                "label": step.atom.label,
                "share": step.share,
                "amount": step.amount,
                "standard_error": step.error,
            }
            for step in bridge.steps
        ],
        "subtotals": bridge.subtotals,
        "without_effect": [
            {"key": idle.atom.key, "label": idle.atom.label, "why": idle.why, "share": idle.share}
            for idle in bridge.without_effect
        ],
        "words": sentences(bridge),
    }


def _print(bridge: Bridge) -> None:
    """The waterfall, the subtotals, and what does not matter."""
    from costing.analysis.bridge.words import GROUPS, amount, level, sentences, title, why

    click.echo(title(bridge.result, bridge.a.reference))
    rows = [("", level(bridge, bridge.start), bridge.a.scenario.name)]
    for bar in bridge.waterfall:
        words = bar.step.atom.label
        if bar.step.error:
            words += f" (erreur type {amount(bridge, bar.step.error, sign=False)})"
        rows.append((amount(bridge, bar.step.amount), level(bridge, bar.after), words))
    rows.append(("", level(bridge, bridge.end), bridge.b.scenario.name))
    rows.append((amount(bridge, bridge.printed), "", "Écart"))
    for group, part in bridge.subtotals.items():
        rows.append((amount(bridge, part), "", f"  dont {GROUPS[group].lower()}"))
    print_table("rrp", rows)
    if bridge.without_effect:
        click.echo("Sans effet sur ce résultat :")
    for idle in bridge.without_effect:
        click.echo(f"  - {idle.atom.label} ({why(bridge, idle)})")
    for sentence in sentences(bridge):
        click.echo(sentence)
