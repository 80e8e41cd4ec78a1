"""The laws that have an expert's three quantiles: `elicit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import answer, options, print_json, rounded

if TYPE_CHECKING:
    from costing.analysis.uncertainty.elicitation import Best, Fit


# A negative number is a value to refuse in words, not an option.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("q05", type=float)
@click.argument("q50", type=float)
@click.argument("q95", type=float)
@click.option(
    "--unit", "unit_name", metavar="UNIT", default="number",
    help="Unit, as in a model file: EUR, h/year... A rate (share, 1/year) is given as a fraction.",
)  # fmt: skip
@options("json")
@answer
def elicit(q05: float, q50: float, q95: float, unit_name: str, as_json: bool) -> None:
    """The PERT and the lognormal that have three quantiles, or come closest.

    Q05, Q50 and Q95 are the values not exceeded with a chance of 5, 50 and 95 %.
    """
    from costing.analysis.uncertainty.elicitation import best
    from costing.language.units import unit

    unit(unit_name)
    fits = best(q05, q50, q95)
    if as_json:
        print_json(rounded(_content(fits, unit_name)))
        return
    click.echo(fits.words(unit_name))
    for law in (fits.pert, fits.lognormal):
        click.echo(f"- {law.words(unit_name)}")


def _content(fits: Best, unit_name: str) -> dict[str, Any]:
    """Both fits as the command prints them in JSON."""
    return {
        "unit": unit_name,
        "closer": fits.closer.distribution,
        "words": fits.words(unit_name),
        "fits": [_law(law, unit_name) for law in (fits.pert, fits.lognormal)],
    }


def _law(law: Fit, unit_name: str) -> dict[str, Any]:
    return {
        "distribution": law.distribution,
        "low": law.low,
        "mode": law.mode,
        "high": law.high,
        "asked": law.asked,
        "fitted": law.fitted,
        "gap": law.gap,
        "exact": law.exact,
        "words": law.words(unit_name),
    }
