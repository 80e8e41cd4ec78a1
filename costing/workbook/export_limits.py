"""« Contraintes »: what was asked of the schedule, what held it back, or what blocked it."""

from __future__ import annotations

from costing import labels
from costing.menu import CONSTRAINTS
from costing.optimise.proposal import Proposal
from costing.words import NONE, euros, percent
from costing.workbook import vocabulary as words
from costing.workbook.layout import Book, Sheet

_WIDTHS = (38, 42, 18, 24, 74)


def write_limits(book: Book, proposal: Proposal) -> None:
    """The sheet: one row a constraint, then the ways out of a conflict."""
    sheet = book.sheet("Contraintes", _WIDTHS)
    sheet.title("Contraintes")
    sheet.paragraph(1, proposal.words, "lead")
    headings = ("Contrainte", "Demande", "A pesé", "Prix à la marge (€)", "En mots")
    sheet.header(3, headings, right=(3,))
    sheet.keep_header(3)
    asked = demands(proposal)
    binding = {found.constraint: found for found in proposal.binding}
    for row, (name, declared) in enumerate(CONSTRAINTS.items(), start=4):
        held = binding.get(name)
        verdict = _verdict(proposal, name) if name in asked else NONE
        text = declared.description.fr + (f"\n{held.words}" if held else "")
        values = (declared.label.fr, asked.get(name, "non demandée"), verdict, None, text)
        sheet.row(row, values, ("strong", "cell", "centre"))
        sheet.number(row, 3, held.shadow_price if held else None, "price")
    row = 4 + len(CONSTRAINTS)
    hint = (
        "Prix à la marge : ce qu'un euro (économies) ou un cran de plus change à la perte des "
        "appareils en dessous de leur coût ; le texte de droite le dit en mots."
    )
    sheet.text(row, 0, hint, "hint")
    if proposal.status != "optimal":
        _write_conflict(sheet, row + 2, proposal)


def demands(proposal: Proposal) -> dict[str, str]:
    """What the scenario asks of each constraint, in words; absent when it asks nothing."""
    scenario = proposal.case.scenario
    rules, savings = scenario.rules, scenario.savings
    asked = {"savings_target": f"au moins {euros(proposal.required_eur)}"}
    if savings.yearly_eur:
        yearly = sorted(savings.yearly_eur.items())
        asked["savings_year"] = "\n".join(f"{year} : au moins {euros(v)}" for year, v in yearly)
    asked["step_cut"] = f"au plus {percent(rules.largest_cut_per_step)}"
    for name, wanted in (
        ("no_rise", rules.no_rise),
        ("degressive", rules.degressive),
        ("amortised", rules.amortised_not_above),
    ):
        if wanted:
            asked[name] = words.YES
    if rules.floor_share_of_cost:
        asked["class_floor"] = "\n".join(
            f"{labels.scope_name(proposal.case.reference, code)} : {percent(share)}"
            for code, share in rules.floor_share_of_cost.items()
        )
    return asked


def _verdict(proposal: Proposal, name: str) -> str:
    """Whether a constraint that was asked held the schedule back, or blocked it."""
    if proposal.status == "infeasible":
        return "bloque" if name in {way.constraint for way in proposal.conflict} else NONE
    if proposal.status == "stopped":
        return NONE
    return words.yes_no(name in {found.constraint for found in proposal.binding})


def _write_conflict(sheet: Sheet, row: int, proposal: Proposal) -> None:
    """Each constraint whose absence would make more reachable."""
    sheet.header(
        row, ("Sans la contrainte…", "Atteignable (€)", "Suffit", "Manque encore (€)", "En mots"),
        right=(1, 3),
    )  # fmt: skip
    for line, way in enumerate(proposal.conflict, start=row + 1):
        missing = max(0.0, proposal.required_eur - way.reachable_eur)
        label = CONSTRAINTS[way.constraint].label.fr
        values = (label, way.reachable_eur, words.yes_no(way.enough), missing, way.words)
        sheet.row(line, values, ("strong", "euro", "centre", "euro"))
    if not proposal.conflict:
        sheet.paragraph(row + 1, "Aucune contrainte levée seule ne rend la demande atteignable.")
