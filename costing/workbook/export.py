"""A proposal as a workbook that the other side reads, prints, changes and recomputes.

Every figure of the computing sheets is a live formula (`costing.workbook.live`); what the search of
the schedule told (« Contraintes ») is a record of that day, and says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from costing.case.case import Case
from costing.fee.schedule import FeeSchedule
from costing.french.writing import money, percent, quantity
from costing.optimise.floors import COUNTS
from costing.optimise.proposal import Proposal
from costing.scenario.menu import OBJECTIVES
from costing.workbook.live.book import Results, check, prices_held, sheets, write_computation
from costing.workbook.live.comparison_sheet import formula_or_dash
from costing.workbook.live.machine_sheet import View
from costing.workbook.live.periods_sheet import DATED
from costing.workbook.live.timeline import dated
from costing.workbook.sheets import vocabulary
from costing.workbook.sheets.changes import write_changes
from costing.workbook.sheets.choices.rows import choice_text, choices
from costing.workbook.sheets.limits import write_limits
from costing.workbook.sheets.original import write_original
from costing.workbook.sheets.read_me import link, write_read_me
from costing.workbook.write import prompts
from costing.workbook.write.layout import Book, Sheet, at
from costing.workbook.write.raw import Cells

STATUS = {
    "optimal": "barème trouvé",
    "infeasible": "aucun barème ne satisfait toutes les demandes",
    "stopped": "calcul arrêté avant la fin : aucun résultat",
}
UNPROVEN = "barème trouvé, sans preuve que ce soit le meilleur"
SYNTHETIC = (
    "PARC SYNTHÉTIQUE : les appareils sont simulés et calés sur des chiffres publiés. Les montants "
    "qui en dépendent sont des ordres de grandeur, non des mesures."
)
SUMMARY, LIMITS, CHANGES = "Synthèse", "Contraintes", "Modifications"
_HELD = (
    "Aucun barème trouvé : la feuille « Barème » tient les tarifs en vigueur, et tout le classeur "
    "les calcule. Changez-les à la main pour voir ce que d'autres donneraient."
)
_ANSWERS = (
    "Le barème a été cherché pour des exploitants qui y répondent (feuille « Choix ») ; les "
    "feuilles de calcul gardent des volumes qui n'y répondent pas."
)


def write_proposal(proposal: Proposal, target: Path | BinaryIO, view: View | None = None) -> None:
    """Write a proposal, feasible or not, as a workbook.

    Without a schedule, the computation shows prices in force held: they can be changed by hand.

    Raises:
        TariffError, InputError: the fleet cannot be paid or costed, or is too large.
    """
    case = proposal.case
    schedule = proposal.schedule or prices_held(case)
    _write(case, schedule, target, view, proposal)


def write_evaluation(
    case: Case, schedule: FeeSchedule, target: Path | BinaryIO, view: View | None = None
) -> None:
    """Write what any schedule comes to, without a search, as the same workbook.

    Its scenario has the dates of the schedule, where its own are not enough.

    Raises:
        TariffError, InputError: as `write_proposal`.
    """
    _write(dated(case, schedule), schedule, target, view, None)


def check_evaluation(case: Case, schedule: FeeSchedule) -> None:
    """Refuse at once a schedule that `write_evaluation` could not write.

    Raises:
        TariffError, InputError: as `write_proposal`.
    """
    check(dated(case, schedule), schedule)


def computed(case: Case, schedule: FeeSchedule, view: View | None) -> dict[str, Cells]:
    """What the computing sheets hold for a case and a schedule, in memory.

    Raises:
        TariffError, InputError: as `write_proposal`.
    """
    book = Book("")
    names = sheets(case)
    book.plan((SUMMARY, *names))
    results = write_computation(book, case, schedule, _notice(case), view)
    _write_summary(book, case, results, None, _notice(case))
    free = (vocabulary.VALUES, vocabulary.ACTIVITY, vocabulary.CHOICES, vocabulary.MENU,
    vocabulary.FLEET,
            vocabulary.UNAVAILABLE, vocabulary.SOURCES, vocabulary.LISTS)  # fmt: skip
    compared = [name for name in (SUMMARY, *names) if name not in free]
    cells = book.values(compared)
    cells[SUMMARY] = {
        place: written for place, written in cells[SUMMARY].items() if written.formula
    }
    return {name: cells[name] for name in compared}


def _write(
    case: Case,
    schedule: FeeSchedule,
    target: Path | BinaryIO,
    view: View | None,
    proposal: Proposal | None,
) -> None:
    book = Book(f"Proposition : {case.scenario.name}")
    names = sheets(case)
    record = (LIMITS, CHANGES) if proposal else (CHANGES,)
    names = (SUMMARY, *names[:-2], *record, *names[-2:])
    book.plan((vocabulary.READ_ME, *names))
    results = write_computation(book, case, schedule, _notice(case), view)
    write_read_me(book, case, names)
    _write_summary(book, case, results, proposal, _notice(case))
    if proposal:
        write_limits(book, proposal)
    write_changes(book, case)
    write_original(book, case.scenario, schedule)
    book.lock()
    link(book, case)
    book.save(target)


def _notice(case: Case) -> str:
    """What the sheets of results say first: a synthetic fleet, volumes that do not answer."""
    behaviour = case.scenario.rules.behaviour
    return " ".join(
        text
        for text, true in ((SYNTHETIC, case.fleet.synthetic), (_ANSWERS, not behaviour.idle))
        if true
    )


def _write_summary(
    book: Book, case: Case, results: Results, proposal: Proposal | None, banner: str
) -> None:
    sheet = book.sheet(SUMMARY, (44, 32, 62), landscape=False)
    sheet.title(f"Forfait technique : {case.scenario.name}")
    row = 2
    if banner:
        sheet.paragraph(row, banner, "banner")
        row += 2
    row = _write_live(sheet, row, results) + 1  # first: `verify` looks for it there
    sheet.heading(row, "Ce que l'outil disait le jour de l'export", 3)
    row += 1
    words = proposal.words if proposal else "Barème évalué tel quel, sans recherche."
    held_note = _HELD if proposal and proposal.schedule is None else ""
    for text in filter(None, (words, held_note, case.scenario.description)):
        sheet.paragraph(row, text)
        row += 1
    if proposal:
        row = _write_search(sheet, row + 1, proposal)
    _write_situation(sheet, row + 1, case, proposal)
    sheet.protect()


def _write_live(sheet: Sheet, row: int, results: Results) -> int:
    """What the schedule on « Barème » comes to now, whatever was changed."""
    case = results.data.case
    reading = vocabulary.readings(case.reference)[case.scenario.savings.reading]
    last = case.reference.savings.target.years[-1]
    sheet.header(row, ("Résultat du classeur", "Valeur", "Remarque"), right=(1,))
    cells, reached, whole = sheet.book.cells, results.reached, results.whole
    required, saved = reached.required, reached.saved
    margin = (f"{saved[0]}-{required[0]}", saved[1] - required[1])
    target = (cells["savings.target_eur"], case.scenario.savings.target_eur)
    volumes, held_note = "Volumes que le barème ne change pas", "Tarifs en vigueur tenus"
    eve = "Contre les tarifs d'avant la première date"
    lines = (
        ("Économies visées, toute l'imagerie", target, "", "euro"),
        ("Demandé au forfait technique", required, "Part du forfait, moins autres leviers", "euro"),
        ("Atteint par le barème", saved, volumes, "euro"),
        ("Marge", margin, "", "euro"),
        *((f"Économie de {year}", cell, "", "euro") for year, cell in reached.years.items()),
        ("Économies, somme des années", reached.total, volumes, "euro"),
        ("Économies, somme, décision de 2025", reached.decided, "Pour comparer", "euro"),
        (f"Variation des recettes en {last}", whole["change"], eve, "percent"),
        (f"Appareils sous leur coût en {last}, avant", whole["below_before"], "", "number"),
        (f"Appareils sous leur coût en {last}, après", whole["below_after"], "", "number"),
        (f"Leur perte en {last}, avant", whole["before"], held_note, "euro"),
        (f"Leur perte en {last}, après", whole["after"], volumes, "euro"),
    )
    for line, (label, (text, value), remark, style) in enumerate(lines, start=row + 1):
        sheet.row(line, (label, None, remark))
        look = {"num_format": "#,##0.0_ "} if style == "number" else {}
        formula_or_dash(sheet, line, 1, text, value, style, bold=True, **look)
    sheet.formula(row + 1, 2, cells["savings.reading"], reading, "cell")
    reaches = {True: "Le barème atteint ce qui est demandé",
               False: "Le barème n'atteint pas ce qui est demandé"}  # fmt: skip
    text = f'IF({at(row + 4, 1)}<0,"{reaches[False]}","{reaches[True]}")'
    sheet.formula(row + 4, 2, text, reaches[not margin[1] < 0], "cell")
    last = row + 1 + len(lines)
    again = "Sinon, rien ici ne vaut plus : exporter de nouveau"
    sheet.row(last, ("Dates restées dans leur année", None, again))
    sheet.formula(
        last, 1, f'IF({cells[DATED]}="oui","oui","NON")', "oui", "strong", align="right", indent=1
    )
    prompts.mark(sheet, (last, last), 1, f'{at(last, 1)}="NON"')
    return last + 1


def _write_search(sheet: Sheet, row: int, proposal: Proposal) -> int:
    """What the search told on the day of the export."""
    status, remark = _status(proposal)
    heads = ("Recherche du barème", "Valeur", "Remarque")
    sheet.header(row, heads, right=(1,))
    sheet.row(row + 1, ("Statut", None, remark))
    sheet.text(row + 1, 1, status, "strong", align="right")
    without = "Sous les mêmes contraintes, montant demandé mis à part"
    if any(demand.constraint in COUNTS for demand in proposal.case.scenario.rules.demands):
        without += " ; environ, des appareils voisins étant comptés ensemble"
    lines = [("Atteignable au plus", proposal.reachable_eur, without)]
    if proposal.answers and proposal.schedule:
        saved = sum(proposal.savings.values())
        volumes = "Somme des années, volumes qui répondent au barème"
        lines += [
            ("Économies, exploitants répondant", saved, volumes),
            ("Perte après, exploitants répondant", proposal.loss_eur, volumes),
        ]
    for line, (label, amount, remark) in enumerate(lines, start=row + 2):
        sheet.row(line, (label, None, remark))
        sheet.number(line, 1, amount, "euro")
    return row + 2 + len(lines)


def _status(proposal: Proposal) -> tuple[str, str]:
    """What the search came to, and what is not proven of a schedule that it stopped at."""
    if proposal.status != "stopped" or proposal.schedule is None:
        return STATUS[proposal.status], ""
    first = OBJECTIVES[proposal.case.scenario.rules.objectives[0]]
    if not proposal.short_eur:
        return UNPROVEN, "Toutes les demandes tiennent ; le calcul s'est arrêté avant la preuve."
    short = proposal.short_eur
    amount = money(short) if first.unit.startswith("EUR") else quantity(short, first.unit)
    return UNPROVEN, (
        f"Toutes les demandes tiennent ; un autre barème ferait mieux d'au plus {amount} sur le "
        f"premier objectif ({first.label.fr})."
    )


def _write_situation(sheet: Sheet, row: int, case: Case, proposal: Proposal | None) -> None:
    """What the result rested on, on the day of the export."""
    heads = ("Cadre du calcul", "Valeur", "Remarque")
    sheet.header(row, heads)
    prefixes = ("perimeter", "conventions.", "savings.share_on_fee", "rules.")
    lines: list[tuple[str, str, str]] = []
    for choice in choices(case.reference, case.scenario):
        if choice.key.startswith(prefixes) and choice.value is not None:
            floor = "Plancher de recette, " if choice.key.startswith("rules.floor") else ""
            remark = choice.note if choice.options else ""
            lines.append((f"{floor}{choice.label}", choice_text(choice), remark))
    synthetic = "Synthétique" if case.fleet.synthetic else "Fourni avec le scénario"
    machines = f"{case.fleet.weight.sum():.0f} appareils, actes de {case.fleet.year}"
    lines += [
        ("Parc", case.fleet.label, f"{synthetic} ; {machines}"),
        *(_answers(proposal) if proposal else []),
        ("Valeurs modifiées", str(len(case.scenario.overrides)), "Feuille « Modifications »"),
    ]
    for line, (label, text, remark) in enumerate(lines, start=row + 1):
        sheet.row(line, (label, text, remark))


def _answers(proposal: Proposal) -> list[tuple[str, str, str]]:
    """The line that says whether the fleet answers the schedule; none when nothing does."""
    if proposal.answers is None:
        return []
    settled = proposal.answers
    rounds = f"{settled.rounds} tour{'s' if settled.rounds > 1 else ''}"
    remark = f"Équilibre trouvé en {rounds}, à {percent(settled.residual, 2)} près"
    return [("Réponses des exploitants", "prises en compte", remark)]
