"""The sheets that compute, in their order, from a case and a schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from costing.case import labels
from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.problems.errors import InputError, problem
from costing.workbook.live.comparison_sheet import COMPARED, write_base_year, write_comparison
from costing.workbook.live.comparison_sheet import SHEET as COMPARISON
from costing.workbook.live.costs_sheets import write_costs
from costing.workbook.live.effects_sheet import SHEET as EFFECTS
from costing.workbook.live.effects_sheet import write_effects
from costing.workbook.live.evolution import RATES, WEIGHTS, write_evolution
from costing.workbook.live.machine_sheet import SHEET as MACHINE
from costing.workbook.live.machine_sheet import View, usual, write_machine
from costing.workbook.live.machines import Parc
from costing.workbook.live.periods_sheet import SHEET as PERIODS
from costing.workbook.live.periods_sheet import write_periods
from costing.workbook.live.prices_sheets import APPLIED, OFFICIAL, write_applied, write_official
from costing.workbook.live.savings_sheet import SHEET as SAVINGS
from costing.workbook.live.savings_sheet import Reached, write_savings
from costing.workbook.live.switches import SHEET as SWITCHES
from costing.workbook.live.switches import write_switches
from costing.workbook.live.timeline import Timeline
from costing.workbook.live.units_sheet import SHEET as UNITS
from costing.workbook.live.volumes_sheet import SHEET as VOLUMES
from costing.workbook.live.volumes_sheet import write_volumes
from costing.workbook.live.year_sheets import write_year
from costing.workbook.live.year_writer import Data, Year
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.choices.write import write_choices, write_menu
from costing.workbook.sheets.fleet.write import write_fleet
from costing.workbook.sheets.lists import Lists
from costing.workbook.sheets.schedule.write import write_schedule
from costing.workbook.sheets.schedule.write_structure import write_structure
from costing.workbook.sheets.sources import write_sources
from costing.workbook.sheets.unavailable.write import announce, write_unavailable
from costing.workbook.sheets.values.write import write_values
from costing.workbook.write.layout import Book

#: Rows of a fleet beyond which a workbook would not open in a reasonable time.
MOST_MACHINES = 11_000


@dataclass(frozen=True)
class Results:
    """What other sheets quote of the computation: cells and values."""

    data: Data
    reached: Reached
    whole: Mapping[str, tuple[str, float]]


def sheets(case: Case) -> tuple[str, ...]:
    """The names of the computing sheets and of their inputs, in order."""
    costs = [f"Coûts {model.label.fr}" for model in case.reference.models.values()]
    return (
        "Barème", "Structure", SAVINGS, EFFECTS, COMPARISON, MACHINE, VOLUMES, UNITS, *costs,
        vocabulary.VALUES, vocabulary.ACTIVITY, vocabulary.CHOICES, vocabulary.MENU,
        vocabulary.FLEET, vocabulary.UNAVAILABLE, SWITCHES, OFFICIAL, PERIODS, APPLIED, RATES,
        WEIGHTS, COMPARED, *(f"Appareils {year}" for year in case.reference.savings.target.years),
        vocabulary.SOURCES, vocabulary.LISTS,
    )  # fmt: skip


def prices_held(case: Case) -> FeeSchedule:
    """Prices in force before the first step, kept at every step: where no schedule was found."""
    steps: dict[dt.date, dict[object, float]] = {
        date: {} for date in case.scenario.rules.step_dates
    }
    return case.reference.schedule.with_prices(steps, "tarifs en vigueur tenus")  # type: ignore[arg-type]


def write_computation(
    book: Book, case: Case, schedule: FeeSchedule, banner: str = "", view: View | None = None
) -> Results:
    """Write the sheets of `sheets`; the book was planned with them.

    Raises:
        InputError: a fleet of more than `MOST_MACHINES` rows, a cost that is not a straight line in
            the acts, steps before the official tariffs laid out, or what the engine refuses.
    """
    check(case, schedule)
    book.computed = True
    timeline = Timeline(case, schedule)
    lists = Lists()
    announce(book, case)
    write_values(book, case, vocabulary.VALUES, "Cases jaunes : tout le classeur suit.")
    write_values(book, case, vocabulary.ACTIVITY, "Limites des tranches et normes, par classe.")
    write_choices(book, case, lists)
    write_menu(book)
    write_fleet(book, case, lists, computed=True)
    write_unavailable(book, case, lists)
    switches = write_switches(book, case)
    official = write_official(book, timeline)
    write_structure(book, case, schedule)
    proposed = write_schedule(book, case, schedule, official)
    periods = write_periods(book, timeline)
    prices = write_applied(book, timeline, periods, official, proposed)
    moved = "amortisation_years" in periods.changed
    last = timeline.years[-1]
    cases = [case, case.under(schedule, last)] if moved else [case]
    years = {
        (code, variant): periods.years[code, variant, last][0]
        for code in case.reference.classes
        for variant in range(len(cases))
    }
    costs = write_costs(book, cases, years, switches)
    parc = Parc(case)
    variants = (0, 1, 2) if moved else (0,)
    weights = write_evolution(book, case, parc, periods, variants)
    data = Data(book, case, timeline, switches, periods, prices, costs, parc, weights, variants)
    base = write_base_year(data)
    by_year: dict[int, Year] = {year: write_year(data, year) for year in timeline.years}
    reached = write_savings(data, by_year, banner)
    whole = write_effects(data, by_year[last], banner)
    write_comparison(data, base, banner)
    write_volumes(data, by_year)
    write_machine(data, view or usual(case), lists)
    write_sources(book, case.reference).protect()
    lists.write(book)
    _name_inputs(book, case)
    return Results(data, reached, whole)


def _name_inputs(book: Book, case: Case) -> None:
    """Give each assumption and choice the name of its key, so that it is found by it.

    `irm.purchase_price.irm_1_5t`, `communs.vat_rate.toutes`, `choix.conventions.capital`.
    """
    for address, _, _ in case.reference.values():
        book.file.define_name(address.replace(".*", ".toutes"), f"={book.cells[address]}")
    for key, cell in book.cells.items():
        if key.startswith(("perimeter", "conventions.", "savings.", "rules.step_dates.")):
            book.file.define_name(f"choix.{key}", f"={cell}")


def check(case: Case, schedule: FeeSchedule) -> None:
    """Refuse at once what a workbook cannot hold.

    Raises:
        InputError: as `write_computation`.
    """
    problems = []
    timeline = Timeline(case, schedule)
    first, step = timeline.official.dates[timeline.officials[0]], timeline.steps[0]
    if step <= first:
        problems.append(
            problem("export_too_early", None, labels.day(step), first=labels.day(first))
        )
    if case.fleet.year > timeline.years[0]:
        year = case.fleet.year
        problems.append(problem("year_before_fleet", None, timeline.years[0], year=year))
    count = len(case.fleet.frame)
    if count > MOST_MACHINES:
        problems.append(problem("export_fleet", None, count, limit=MOST_MACHINES))
    problems += [
        problem("export_not_straight", None, model.modality)
        for model in case.reference.models.values()
        if not model.linear_in_acts
    ]
    if problems:
        raise InputError(problems)
