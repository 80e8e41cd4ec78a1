"""What the fee pays and what an act costs: `revenue`, `cost`, `compare`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.cli.common import answer, case_of, options, print_json, rounded
from costing.cli.terminal import print_table, progress
from costing.problems.errors import InputError, problem

if TYPE_CHECKING:
    import pandas as pd

    from costing.case.case import Case
    from costing.case.costs import CostBreakdown
    from costing.fee.schedule import FeeSchedule, Machines

YEARS = (1900, 2200)


@click.command()
@click.argument("class_code", metavar="CLASS")
@click.option("--acts", type=float, required=True, help="Yearly acts, all billed.")
@click.option("--zone", default="province", show_default=True)
@click.option("--year", type=int, help="Calendar year, with the changes inside it.")
@options("amortisation", "date", "json")
@answer
def revenue(
    class_code: str,
    acts: float,
    zone: str,
    year: int | None,
    amortisation: str,
    date: dt.datetime | None,
    as_json: bool,
) -> None:
    """Fee revenue of one machine, at a date's tariff (--date) or in a calendar year (--year)."""
    from costing.fee.schedule import one_machine
    from costing.reference.load import load_schedule

    if (date is None) == (year is None):
        raise click.UsageError("Donnez --date ou --year, l'un des deux.")
    if year is not None and not YEARS[0] <= year <= YEARS[1]:
        raise InputError(problem("year_range", None, year, low=YEARS[0], high=YEARS[1]))
    schedule = load_schedule()
    if date is not None:
        schedule, year = schedule.frozen(date.date()), date.year
    assert year is not None
    machines = one_machine(schedule, class_code, amortisation, zone, acts)
    total = float(schedule.revenue(machines, year))
    first = dt.date(year, 1, 1) if date is None else date.date()
    last = dt.date(year, 12, 31) if date is None else date.date()
    result = {
        "revenue_eur": total,
        "revenue_per_act_eur": total / acts if acts else None,
        "bands": _bands(schedule, machines, class_code, year),
        "sources": _rate_sources(schedule, class_code, first, last),
    }
    print_json(result) if as_json else _print_revenue(result)


def _bands(
    schedule: FeeSchedule, machines: Machines, class_code: str, year: int
) -> list[dict[str, Any]]:
    """Acts, price and amount of each period of the year and band that is reached."""
    volumes, fees = schedule.volumes(machines, year), schedule.fees(machines, year)
    return [
        {
            "band": band,
            "acts": float(volumes[period, number]),
            "fee_eur": float(fees[period, number]),
            "amount_eur": float(volumes[period, number] * fees[period, number]),
        }
        for period in range(len(volumes))
        for number, band in enumerate(schedule.classes[class_code].bands)
        if volumes[period, number] > 0
    ]


def _rate_sources(
    schedule: FeeSchedule, class_code: str, first: dt.date, last: dt.date
) -> list[str]:
    """The texts that found a class's rates between two dates."""
    sources = {
        rate.source
        for rate in schedule.rates
        if rate.cell.class_code == class_code
        and rate.effective_from <= last
        and (rate.effective_to is None or rate.effective_to >= first)
    }
    return sorted(sources)


def _print_revenue(result: dict[str, Any]) -> None:
    from costing.french.writing import euros, number

    rows = [
        (
            row["band"],
            number(row["acts"], 1),
            "×",
            euros(row["fee_eur"], 2),
            "=",
            euros(row["amount_eur"], 2),
        )
        for row in result["bands"]
    ]
    rows.append(("Recette", "", "", "", "", euros(result["revenue_eur"], 2)))
    print_table("lrcrcr", rows, total=True)


@click.command()
@click.argument("class_code", metavar="CLASS")
@click.option("--acts", type=float, required=True, help="Yearly acts.")
@click.option("--perimeter", help="Perimeter code; by default the scenario's.")
@options("amortisation", "scenario", "models", "json")
@answer
def cost(
    class_code: str,
    acts: float,
    perimeter: str | None,
    amortisation: str,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Yearly cost of one machine and cost per act, line by line."""
    from costing.case.costs import annual_cost, share_grade_d
    from costing.fee.schedule import MOST_ACTS

    if not 0 < acts <= MOST_ACTS:
        raise InputError(problem("acts_range", None, acts, most=f"{MOST_ACTS:g}"))
    case = case_of(scenario, models, perimeter)
    amortised = float(amortisation == "amorti")
    breakdown = annual_cost(case, class_code, acts, amortised)
    total = float(breakdown.total())
    result = {
        "annual_cost_eur": total,
        "cost_per_act_eur": total / acts,
        "lines": _cost_lines(breakdown, acts),
        "share_grade_d": share_grade_d(case, class_code, acts, amortised),
        "perimeter": case.scenario.perimeter,
        "derived": {name: float(value) for name, value in breakdown.derived.items()},
    }
    print_json(result) if as_json else _print_cost(result, breakdown)


def _cost_lines(breakdown: CostBreakdown, acts: float) -> list[dict[str, Any]]:
    """The cost lines inside the perimeter."""
    return [
        {
            "id": name,
            "poste": breakdown.steps[name].poste,
            "annual_cost_eur": float(amount),
            "cost_per_act_eur": float(amount) / acts,
            "grade": breakdown.grades[name],
        }
        for name, amount in breakdown.lines.items()
        if breakdown.steps[name].poste in breakdown.in_perimeter
    ]


def _print_cost(result: dict[str, Any], breakdown: CostBreakdown) -> None:
    from costing.case.costs import HOURS_A_YEAR
    from costing.french.writing import euros, number, percent

    def row(label: str, line: dict[str, Any]) -> tuple[str, ...]:
        amounts = euros(line["annual_cost_eur"]), euros(line["cost_per_act_eur"], 2)
        return label, *amounts, line.get("grade", "")

    lines = result["lines"]
    rows = [row(breakdown.steps[line["id"]].label.fr[:46], line) for line in lines]
    print_table("prrl", [*rows, row("Total", result)], total=True)
    weak = percent(result["share_grade_d"], 0)
    click.echo(f"Part de ce qui fait varier le coût qui est une hypothèse de grade D : {weak}")
    hours = result["derived"].get("open_hours", 0.0)
    if hours > HOURS_A_YEAR:
        click.echo(
            f"Attention : {number(hours)} heures d'ouverture seraient nécessaires, plus que n'en "
            f"compte l'année ({number(HOURS_A_YEAR)}).",
            err=True,
        )


@click.command()
@click.option("--draws", type=int, help="Add intervals by class, over so many draws.")
@options("date", "scenario", "models", "json")
@answer
def compare(
    draws: int | None,
    date: dt.datetime | None,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Cost against fee, by kind of machine and over the fleet, a whole year at a date's tariff."""
    from costing.analysis.account.comparison import compare as compare_fleet

    case = case_of(scenario, models)
    on = date.date() if date else case.reference.savings.baseline_date
    rows, overall = compare_fleet(case, on)
    intervals = None if draws is None else _intervals(case, on, draws)
    if not as_json:
        _print_compare(case, on, rows, overall)
        if intervals is not None:
            _print_intervals(case, intervals)
        return
    fleet: dict[str, Any] = {}
    for row in overall.to_dict("records"):
        part = fleet.setdefault(str(row.pop("modality")), {})
        part[str(row.pop("weighting"))] = row
    fleet["label"], fleet["synthetic"] = case.fleet.label, case.fleet.synthetic
    result = {"rows": rows.to_dict("records"), "fleet": fleet, "date": str(on)}
    if intervals is not None:
        result["intervals"] = rounded(intervals.to_dict("records"))
    print_json(result)


def _intervals(case: Case, on: dt.date, draws: int) -> pd.DataFrame:
    from costing.analysis.draws.intervals import class_intervals

    with progress("Tirages") as tell:
        return class_intervals(case, on, draws, progress=tell)


def _print_intervals(case: Case, intervals: pd.DataFrame) -> None:
    """What is not known of each class's mean: 5 % and 95 % quantiles over the draws."""
    from costing.case.labels import modality_name, scope_name
    from costing.french.writing import euros, percent

    click.echo("\nCe que l'on ne sait pas : quantiles 5 % et 95 % des tirages")
    heads = ("", "Coût par acte", "Forfait par acte", "Majoration", "P(forfait > coût)")
    rows = []
    for row in intervals.to_dict("records"):
        namer = scope_name if row["kind"] == "class" else modality_name
        name = namer(case.reference, row["code"])

        def with_interval(key: str, form: Any, row: Any = row) -> str:
            low, high = form(row[f"{key}_p05"]), form(row[f"{key}_p95"])
            return f"{form(row[key])} [{low} ; {high}]"

        money, rate = (lambda v: euros(v, 0)), (lambda v: percent(v, 0))
        paid = with_interval("cost_per_act_eur", money), with_interval("revenue_per_act_eur", money)
        rows.append((name, *paid, with_interval("markup", rate), percent(row["above_cost"], 1)))
    print_table("prrrr", rows, heads)
    widest = max(row["cost_per_act_eur_p50_error"] for row in intervals.to_dict("records"))
    click.echo(f"Erreur type de la médiane du coût par acte : au plus {euros(widest, 2)}.")


def _print_compare(case: Case, on: dt.date, rows: pd.DataFrame, overall: pd.DataFrame) -> None:
    from costing.french.writing import euros, number, percent

    click.echo(f"{case.fleet.label} — tarif du {on:%d/%m/%Y}, année entière")
    kinds = [
        (
            row["class"],
            row["amortisation"],
            row["zone"],
            number(row["acts"]),
            euros(row["cost_per_act_eur"], 2),
            euros(row["revenue_per_act_eur"], 2),
            percent(row["markup"], 0, True),
        )
        for row in rows.to_dict("records")
    ]
    print_table("lllrrrr", kinds)
    readings = [
        (
            row["modality"],
            f"pondéré par {row['weighting']}",
            *(percent(row[k], 0, True) for k in ("markup", "share_of_fee", "investment")),
        )
        for row in overall.to_dict("records")
    ]
    print_table("llrrr", readings)
