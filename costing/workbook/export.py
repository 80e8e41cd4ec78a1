"""A proposal as a workbook that the other side can read, print and recompute.

Ratios and totals are live formulas, each with the value that it gives; amounts that the engine
computes machine by machine are values. A proposal without a schedule has none of « Barème »,
« Structure » and « Effets ».
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from costing.analysis.savings import reached
from costing.menu import OBJECTIVES
from costing.optimise.floors import COUNTS
from costing.optimise.proposal import Proposal
from costing.words import money, percent, quantity
from costing.workbook import vocabulary as words
from costing.workbook.choices import choices, shown
from costing.workbook.export_effects import write_effects
from costing.workbook.export_inputs import write_changes, write_values
from costing.workbook.export_limits import write_limits
from costing.workbook.export_savings import write_savings
from costing.workbook.export_schedule import write_schedule
from costing.workbook.export_structure import write_structure
from costing.workbook.layout import Book, Sheet
from costing.workbook.sources_sheet import write_sources

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
#: Sheets of a schedule: without one they are not written.
OF_A_SCHEDULE = ("Barème", "Structure", "Effets")
CONTENTS = {
    "Barème": "Les tarifs proposés, à chaque date, à côté des tarifs officiels.",
    "Structure": "Ce que la proposition change aux tranches, aux années et au coefficient.",
    "Économies": "Année par année, contre le tarif de départ et la décision de 2025.",
    "Effets": "Recettes et coûts par classe, secteur, région, zone et volume d'activité.",
    "Contraintes": "Ce qui était demandé, et ce qui a pesé ou bloqué.",
    "Hypothèses": "Toutes les valeurs, leurs bornes, leurs sources et leur note.",
    "Sources": "La bibliographie.",
    "Modifications": "Ce que ce scénario change aux données de référence.",
}


def write_proposal(proposal: Proposal, target: Path | BinaryIO) -> None:
    """Write a proposal, feasible or not, as a workbook.

    Raises:
        TariffError, InputError: the fleet cannot be paid or costed.
    """
    case = proposal.case
    book = Book(f"Proposition : {case.scenario.name}")
    banner = SYNTHETIC if case.fleet.synthetic else ""
    _write_summary(book, proposal, banner)
    if proposal.schedule:
        write_schedule(book, proposal, proposal.schedule)
        write_structure(book, case, proposal.schedule)
    write_savings(book, proposal, banner)
    if proposal.schedule:
        write_effects(book, proposal, proposal.schedule, banner)
    write_limits(book, proposal)
    write_values(book, case)
    write_sources(book, case.reference)
    write_changes(book, case)
    book.save(target)


def _write_summary(book: Book, proposal: Proposal, banner: str) -> None:
    case = proposal.case
    sheet = book.sheet("Synthèse", (40, 30, 62), landscape=False)
    sheet.title(f"Forfait technique : {case.scenario.name}")
    row = 2
    if banner:
        sheet.paragraph(row, banner, "banner")
        row += 2
    for text in filter(None, (proposal.words, case.scenario.description)):
        sheet.paragraph(row, text)
        row += 1
    row = _write_amounts(sheet, row + 1, proposal)
    row = _write_situation(sheet, row + 1, proposal)
    sheet.header(row + 1, ("Feuille", "Ce qu'elle contient", ""))
    row += 2
    for name, text in CONTENTS.items():
        if proposal.schedule or name not in OF_A_SCHEDULE:
            sheet.raw.write_url(row, 0, f"internal:'{name}'!A1", book.format("strong"), name)
            sheet.raw.merge_range(row, 1, row, 2, text, book.format("cell"))
            row += 1


def _write_amounts(sheet: Sheet, row: int, proposal: Proposal) -> int:
    case = proposal.case
    demand = case.scenario.savings
    reading = words.readings(case.reference)[demand.reading]
    sheet.header(row, ("Résultat", "Valeur", "Remarque"), right=(1,))
    status, remark = _status(proposal)
    sheet.row(row + 1, ("Statut", None, remark))
    sheet.text(row + 1, 1, status, "strong", align="right")
    part = "Part du forfait, moins les autres leviers"
    volumes = " ; volumes qui répondent au barème" if proposal.answers else ""
    amounts = [
        ("Économies visées, toute l'imagerie", demand.target_eur, reading),
        ("Demandé au forfait technique", proposal.required_eur, part),
    ]
    if proposal.schedule:
        got = reached(demand, proposal.savings)
        amounts.append(("Atteint par le barème", got, reading + volumes))
    without = "Sous les mêmes contraintes, montant demandé mis à part"
    if any(asked.constraint in COUNTS for asked in case.scenario.rules.demands):
        without += " ; environ, des appareils voisins étant comptés ensemble"
    amounts.append(("Atteignable au plus", proposal.reachable_eur, without))
    if proposal.schedule:
        loss = f"Perte des appareils sous leur coût en {case.reference.savings.target.years[-1]}"
        amounts += [
            (f"{loss}, avant", proposal.present_loss_eur, f"Tarifs en vigueur{volumes}"),
            (f"{loss}, après", proposal.loss_eur, f"Barème proposé{volumes}"),
        ]
    for line, (label, amount, remark) in enumerate(amounts, start=row + 2):
        sheet.row(line, (label, None, remark))
        sheet.number(line, 1, amount, "euro")
    return row + 2 + len(amounts)


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


def _write_situation(sheet: Sheet, row: int, proposal: Proposal) -> int:
    """What the result rests on: choices, fleet, and the two identities."""
    case = proposal.case
    sheet.header(row, ("Cadre", "Valeur", "Remarque"))
    kept = ("perimeter", "conventions.", "savings.share_on_fee", "rules.")
    lines: list[tuple[str, str, str]] = []
    for choice in choices(case.reference, case.scenario):
        if choice.key.startswith(kept) and choice.value is not None:
            floor = "Plancher de recette, " if choice.key.startswith("rules.floor") else ""
            remark = choice.note if choice.options else ""
            lines.append((f"{floor}{choice.label}", shown(choice), remark))
    synthetic = "Synthétique" if case.fleet.synthetic else "Fourni avec le scénario"
    machines = f"{case.fleet.weight.sum():.0f} appareils, actes de {case.fleet.year}"
    lines += [
        ("Parc", case.fleet.label, f"{synthetic} ; {machines}"),
        *_answers(proposal),
        ("Valeurs modifiées", str(len(case.scenario.overrides)), "Feuille « Modifications »"),
    ]
    for line, (label, text, remark) in enumerate(lines, start=row + 1):
        sheet.row(line, (label, text, remark))
    row += len(lines) + 2
    sheet.header(row, ("Identité", "Empreinte (SHA-256)", ""))
    identities = {
        "Scénario": case.scenario.hash,
        "Données de référence": case.reference.fingerprint,
    }
    for line, (label, text) in enumerate(identities.items(), start=row + 1):
        sheet.text(line, 0, label, "strong")
        sheet.raw.merge_range(line, 1, line, 2, "")
        sheet.text(line, 1, text, "code", text_wrap=False)
        sheet.blank(line, 2, "code")
    return row + 3


def _answers(proposal: Proposal) -> list[tuple[str, str, str]]:
    """The line that says whether the fleet answers the schedule; none when nothing does."""
    if proposal.answers is None:
        return []
    settled = proposal.answers
    rounds = f"{settled.rounds} tour{'s' if settled.rounds > 1 else ''}"
    found = f"Équilibre trouvé en {rounds}, à {percent(settled.residual, 2)} près"
    return [("Réponses des exploitants", "prises en compte", found)]
