"""The command line: `costing COMMAND`. Thin: each command calls the library and prints.

Exit codes: 0 done; 2 bad input, each problem with its place; 3 no feasible schedule; 1 a fault of
the program. With `--json`, one JSON object on standard output and nothing else there.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from costing.errors import CostingError, InputError, Place, problem

if TYPE_CHECKING:
    from costing.optimise.proposal import Proposal
    from costing.reference import Case

FILE = click.Path(dir_okay=False, path_type=Path)
YEARS = (1900, 2200)
DIRECTORY = click.Path(file_okay=False, path_type=Path)
DATE = click.DateTime(["%Y-%m-%d"])


def answer(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the library's errors into words on standard error and an exit code."""

    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except InputError as error:
            if kwargs.get("as_json"):
                _print_json({"ok": False, "errors": [_problem(p) for p in error.problems]})
            click.echo(error.text(), err=True)
            sys.exit(error.exit_code)
        except CostingError as error:
            click.echo(str(error), err=True)
            sys.exit(error.exit_code)

    return wrapper


def _options(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Options that several commands share."""
    known = {
        "json": click.option("--json", "as_json", is_flag=True, help="One JSON object."),
        "scenario": click.option("--scenario", type=FILE, help="Scenario file (JSON)."),
        "models": click.option(
            "--models",
            type=DIRECTORY,
            multiple=True,
            help="Directory of models, over or beside the shipped ones.",
        ),
        "date": click.option("--date", type=DATE, help="Tariff date, YYYY-MM-DD."),
        "amortisation": click.option(
            "--amortisation", type=click.Choice(["non_amorti", "amorti"]), default="non_amorti",
            show_default=True,
        ),
    }  # fmt: skip

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names):
            command = known[name](command)
        return command

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="costing")
def main() -> None:
    """What a CT, MRI or PET act costs, what its technical fee pays, and which schedule saves."""


@main.command()
@click.argument("class_code", metavar="CLASS")
@click.option("--acts", type=float, required=True, help="Yearly acts, all billed.")
@click.option("--zone", default="province", show_default=True)
@click.option("--year", type=int, help="Calendar year, with the changes inside it.")
@_options("amortisation", "date", "json")
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
    from costing.load import load_schedule
    from costing.tariff import one_machine

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
    volumes, fees = schedule.volumes(machines, year), schedule.fees(machines, year)
    bands: list[dict[str, Any]] = [
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
    first = dt.date(year, 1, 1) if date is None else date.date()
    last = dt.date(year, 12, 31) if date is None else date.date()
    sources = {
        rate.source
        for rate in schedule.rates
        if rate.cell.class_code == class_code
        and rate.effective_from <= last
        and (rate.effective_to is None or rate.effective_to >= first)
    }
    result = {
        "revenue_eur": total,
        "revenue_per_act_eur": total / acts if acts else None,
        "bands": bands,
        "sources": sorted(sources),
    }
    if as_json:
        _print_json(result)
        return
    from costing.words import euros, number

    for row in bands:
        paid = f"{number(row['acts'], 1):>12} × {euros(row['fee_eur'], 2):>12}"
        click.echo(f"{row['band']:<10} {paid} = {euros(row['amount_eur'], 2):>18}")
    click.echo(f"{'Recette':<10} {'':>27}   {euros(total, 2):>18}")


@main.command()
@click.argument("class_code", metavar="CLASS")
@click.option("--acts", type=float, required=True, help="Yearly acts.")
@click.option("--perimeter", help="Perimeter code; by default the scenario's.")
@_options("amortisation", "scenario", "models", "json")
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
    from costing.costs import HOURS_A_YEAR, annual_cost, share_grade_d
    from costing.tariff import MOST_ACTS

    if not 0 < acts <= MOST_ACTS:
        raise InputError(problem("acts_range", None, acts, most=f"{MOST_ACTS:g}"))
    case = _case(scenario, models, perimeter)
    amortised = float(amortisation == "amorti")
    breakdown = annual_cost(case, class_code, acts, amortised)
    total = float(breakdown.total())
    lines = [
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
    result = {
        "annual_cost_eur": total,
        "cost_per_act_eur": total / acts,
        "lines": lines,
        "share_grade_d": share_grade_d(case, class_code, acts, amortised),
        "perimeter": case.scenario.perimeter,
        "derived": {name: float(value) for name, value in breakdown.derived.items()},
    }
    if as_json:
        _print_json(result)
        return
    from costing.words import euros, number, percent

    for row in lines:
        label = breakdown.steps[str(row["id"])].label.fr
        amount = f"{euros(row['annual_cost_eur']):>14} {euros(row['cost_per_act_eur'], 2):>12}"  # type: ignore[arg-type]
        click.echo(f"{label[:46]:<46} {amount}  {row['grade']}")
    click.echo(f"{'Total':<46} {euros(total):>14} {euros(total / acts, 2):>12}")
    weak = percent(result["share_grade_d"], 0)  # type: ignore[arg-type]
    click.echo(f"Part de ce qui fait varier le coût qui est une hypothèse de grade D : {weak}")
    hours = float(breakdown.derived.get("open_hours", 0.0))
    if hours > HOURS_A_YEAR:
        click.echo(
            f"Attention : {number(hours)} heures d'ouverture seraient nécessaires, plus que n'en "
            f"compte l'année ({number(HOURS_A_YEAR)}).",
            err=True,
        )


@main.command()
@_options("date", "scenario", "models", "json")
@answer
def compare(
    date: dt.datetime | None, scenario: Path | None, models: tuple[Path, ...], as_json: bool
) -> None:
    """Cost against fee, by kind of machine and over the fleet, a whole year at a date's tariff."""
    from costing.analysis.comparison import compare as compare_fleet

    case = _case(scenario, models)
    on = date.date() if date else case.reference.savings.baseline_date
    rows, overall = compare_fleet(case, on)
    if as_json:
        fleet: dict[str, Any] = {}
        for row in overall.to_dict("records"):
            part = fleet.setdefault(str(row.pop("modality")), {})
            part[str(row.pop("weighting"))] = row
        fleet["label"], fleet["synthetic"] = case.fleet.label, case.fleet.synthetic
        _print_json({"rows": rows.to_dict("records"), "fleet": fleet, "date": str(on)})
        return
    from costing.words import euros, number, percent

    click.echo(f"{case.fleet.label} — tarif du {on:%d/%m/%Y}, année entière")
    for row in rows.to_dict("records"):
        kind = f"{row['class']:<18} {row['amortisation']:<11} {row['zone']:<18}"
        amounts = (
            f"{euros(row['cost_per_act_eur'], 2):>10} {euros(row['revenue_per_act_eur'], 2):>10}"
        )
        click.echo(
            f"{kind} {number(row['acts']):>7} {amounts} {percent(row['markup'], 0, True):>8}"
        )
    for row in overall.to_dict("records"):
        name = f"{row['modality']:<8} pondéré par {row['weighting']:<8}"
        readings = " ".join(
            f"{percent(row[k], 0, True):>8}" for k in ("markup", "share_of_fee", "investment")
        )
        click.echo(f"{name} {readings}")


@main.command()
@click.option("--target", type=float, help="EUR that the fee itself must save.")
@click.option("--out", type=FILE, help="Write the proposal workbook (.xlsx).")
@_options("scenario", "models", "json")
@answer
def optimise(
    target: float | None,
    out: Path | None,
    scenario: Path | None,
    models: tuple[Path, ...],
    as_json: bool,
) -> None:
    """The fee schedule that meets the savings target; exit code 3 when there is none."""
    from costing.optimise.proposal import propose
    from costing.scenario import revised

    _check_folder(out)
    case = _case(scenario, models)
    if target is not None:
        alone = {"target_eur": target, "share_on_fee": 1.0, "other_levers": ()}
        demand = {**case.scenario.savings.model_dump(), **alone}
        case = case.base.case(revised(case.scenario, savings=demand))
    with _progress("Optimisation") as tell:
        proposal = propose(case, tell)
    if out is not None:
        from costing.workbook.export import write_proposal

        write_proposal(proposal, out)
    if as_json:
        _print_json(_proposal(proposal))
    else:
        _print_proposal(proposal)
    if proposal.status != "optimal":
        sys.exit(3)


@main.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=FILE, help="Write the scenario (JSON).")
@_options("models", "json")
@answer
def import_(file: Path, out: Path | None, models: tuple[Path, ...], as_json: bool) -> None:
    """Read an import workbook; every problem at once, with sheet and cell."""
    from costing.load import load_reference
    from costing.workbook.importer import import_workbook

    _check_folder(out)
    with _progress("Lecture") as tell:
        scenario = import_workbook(file, load_reference(models), tell)
    if out is not None:
        out.write_text(scenario.to_json(), encoding="utf-8")
    if as_json:
        _print_json({"ok": True, "errors": [], "scenario_hash": scenario.hash})
    else:
        click.echo(
            f"Importé : {len(scenario.overrides)} valeur(s) modifiée(s), {scenario.hash[:12]}"
        )


@main.command()
@click.argument("scenario", type=FILE)
@click.option("--out", type=FILE, required=True, help="Workbook to write (.xlsx).")
@_options("models")
@answer
def export(scenario: Path, out: Path, models: tuple[Path, ...]) -> None:
    """Optimise a scenario and write its proposal workbook."""
    from costing.optimise.proposal import propose
    from costing.workbook.export import write_proposal

    _check_folder(out)
    with _progress("Optimisation") as tell:
        proposal = propose(_case(scenario, models), tell)
    write_proposal(proposal, out)
    click.echo(str(out))


@main.command()
@click.option("--out", type=FILE, required=True, help="Workbook to write (.xlsx).")
@_options("scenario", "models")
@answer
def template(out: Path, scenario: Path | None, models: tuple[Path, ...]) -> None:
    """Write the import workbook, filled with the reference (or a scenario's) values."""
    from costing.workbook.template import write_template

    _check_folder(out)
    write_template(_case(scenario, models), out)
    click.echo(str(out))


@main.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8501, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser.")
def app(port: int, address: str, open_browser: bool) -> None:
    """Start the workbench in the browser, on this machine only unless told otherwise."""
    from streamlit.web import cli as streamlit_cli

    from costing.ui.settings import server_flags

    page = Path(__file__).with_name("ui") / "main.py"
    sys.argv = [
        "streamlit", "run", str(page), *server_flags(), f"--server.port={port}",
        f"--server.address={address}", f"--server.headless={str(not open_browser).lower()}",
    ]  # fmt: skip
    sys.exit(streamlit_cli.main())


def _case(
    scenario: Path | None, models: tuple[Path, ...] = (), perimeter: str | None = None
) -> Case:
    """The reference data with a scenario file applied."""
    from costing.load import load_reference
    from costing.scenario import Scenario, from_json

    content = Scenario()
    if scenario is not None:
        place = Place(file=scenario.name)
        try:
            content = from_json(scenario.read_text(encoding="utf-8-sig"), scenario.name)
        except OSError:
            raise InputError(problem("file_missing", Place(file=str(scenario)))) from None
        except UnicodeDecodeError:
            raise InputError(problem("not_utf8", place)) from None
    reference = load_reference(models)
    if perimeter is not None:
        reference.perimeter(perimeter)
        content = content.model_copy(update={"perimeter": perimeter})
    try:
        return reference.case(content)
    except InputError as error:
        raise (error.within(file=scenario.name) if scenario else error) from None


def _check_folder(out: Path | None) -> None:
    """Refuse a file in a folder that is not there, before any long work."""
    if out is not None and not out.absolute().parent.is_dir():
        raise InputError(problem("folder_missing", Place(file=str(out))))


class _progress:  # noqa: N801 - used as a function
    """A progress bar on standard error, when that is a terminal."""

    def __init__(self, label: str) -> None:
        quiet = not sys.stderr.isatty()
        self.bar: Any = click.progressbar(length=100, label=label, file=sys.stderr, hidden=quiet)
        self.done = 0

    def __enter__(self) -> Callable[[float, str], None]:
        self.bar.__enter__()
        return self.tell

    def tell(self, share: float, words: str) -> None:
        self.bar.label = words
        self.bar.update(max(0, round(100 * share) - self.done))
        self.done = max(self.done, round(100 * share))

    def __exit__(self, *error: Any) -> None:
        self.bar.__exit__(*error)


def _proposal(proposal: Proposal) -> dict[str, Any]:
    """A proposal as the command prints it."""
    result: dict[str, Any] = {
        "status": proposal.status,
        "words": proposal.words,
        "required_eur": proposal.required_eur,
        "reachable_eur": proposal.reachable_eur,
        "scenario_hash": proposal.case.scenario.hash,
        "fleet": {"label": proposal.case.fleet.label, "synthetic": proposal.case.fleet.synthetic},
        "savings": proposal.savings,
    }
    if proposal.status != "optimal":
        result["conflict"] = [way.__dict__ for way in proposal.conflict]
        return result
    result["fees"] = [
        {"date": str(date), **cell._asdict(), "fee_eur": price}
        for date, prices in proposal.prices.items()
        for cell, price in prices.items()
    ]
    result["binding"] = [
        {"constraint": b.constraint, "shadow_price": b.shadow_price, "words": b.words}
        for b in proposal.binding
    ]
    return result


def _print_proposal(proposal: Proposal) -> None:
    from costing.words import euros, meuros, percent

    click.echo(proposal.words)
    click.echo(f"Parc : {proposal.case.fleet.label}")
    for year, saved in proposal.savings.items():
        click.echo(f"  {year} : {meuros(saved)}")
    for way in proposal.conflict:
        click.echo(f"  - {way.words}")
    for held in proposal.binding:
        click.echo(f"  - {held.words}")
    official = proposal.case.reference.schedule
    eve = min(proposal.prices, default=dt.date.max) - dt.timedelta(days=1)
    before = {cell: official.price(cell, eve) for cell in official.cells}
    for date, prices in proposal.prices.items():
        moved = {cell: price for cell, price in prices.items() if price != before[cell]}
        click.echo(f"Tarifs au {date:%d/%m/%Y} : {len(moved)} sur {len(prices)} changent")
        for cell, price in moved.items():
            change = percent(price / before[cell] - 1, 1, True)
            amounts = f"{euros(before[cell], 2):>10} → {euros(price, 2):>10}"
            click.echo(f"  {cell!s:<52} {amounts} {change:>8}")
        before = prices


def _problem(fault: Any) -> dict[str, Any]:
    place = fault.place
    return {
        "sheet": place.sheet,
        "cell": place.cell,
        "place": str(place),
        "code": fault.code,
        "message": fault.message(),
        "value": None if fault.value is None else str(fault.value),
    }


def _print_json(data: Any) -> None:
    click.echo(json.dumps(_finite(data), ensure_ascii=False, default=str))


def _finite(data: Any) -> Any:
    """The same data with NaN and infinities as null, which JSON has."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    if isinstance(data, float) and data - data != 0:
        return None
    return data


if __name__ == "__main__":
    main()
