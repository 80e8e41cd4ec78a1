"""« Contraintes »: what was asked of the schedule, what held it back, or what blocked it."""

from __future__ import annotations

from costing import labels
from costing.optimise.constraints import CONSTRAINTS
from costing.optimise.proposal import Proposal
from costing.words import euros, percent
from costing.workbook.layout import NONE, Book, Sheet

_WIDTHS = (38, 42, 18, 24, 74)


def write_limits(book: Book, proposal: Proposal) -> None:
    """The sheet: one row a constraint, then the ways out of a conflict."""
    sheet = book.sheet("Contraintes", _WIDTHS)
    sheet.text(0, 0, "Contraintes", "title")
    sheet.paragraph(1, proposal.words, "lead")
    sheet.header(
        3,
        ("Contrainte", "Demande", "A pesé", "Prix à la marge (€)", "En mots"),
        right=(3,),
    )  # fmt: skip
    sheet.keep_header(3)
    asked = demands(proposal)
    binding = {found.constraint: found for found in proposal.binding}
    row = 4
    for name, declared in CONSTRAINTS.items():
        held = binding.get(name)
        sheet.text(row, 0, declared.label.fr, "strong")
        sheet.text(row, 1, asked.get(name, "non demandée"))
        sheet.text(row, 2, _verdict(proposal, name, name in asked), "centre")
        price = held.shadow_price if held else None
        sheet.number(row, 3, price, "number", num_format="#,##0.00_ ")
        text = declared.description.fr + (f"\n{held.words}" if held else "")
        sheet.text(row, 4, text)
        row += 1
    sheet.text(
        row, 0,
        "Prix à la marge : ce qu'un euro (économies) ou un cran de plus change à la perte des "
        "appareils en dessous de leur coût ; le texte de droite le dit en mots.",
        "hint", text_wrap=False,
    )  # fmt: skip
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
            asked[name] = "oui"
    if rules.floor_share_of_cost:
        asked["class_floor"] = "\n".join(
            f"{labels.scope_name(proposal.case.reference, code)} : {percent(share)}"
            for code, share in rules.floor_share_of_cost.items()
        )
    return asked


def _verdict(proposal: Proposal, name: str, asked: bool) -> str:
    if not asked:
        return NONE
    if proposal.status == "infeasible":
        return "bloque" if name in {way.constraint for way in proposal.conflict} else NONE
    if proposal.status == "stopped":
        return NONE
    return "oui" if name in {found.constraint for found in proposal.binding} else "non"


def _write_conflict(sheet: Sheet, row: int, proposal: Proposal) -> None:
    """Each constraint whose absence would make more reachable."""
    sheet.header(
        row, ("Sans la contrainte…", "Atteignable (€)", "Suffit", "Manque encore (€)", "En mots"),
        right=(1, 3),
    )  # fmt: skip
    for line, way in enumerate(proposal.conflict, start=row + 1):
        missing = max(0.0, proposal.required_eur - way.reachable_eur)
        sheet.text(line, 0, CONSTRAINTS[way.constraint].label.fr, "strong")
        sheet.number(line, 1, way.reachable_eur, "euro")
        sheet.text(line, 2, "oui" if way.enough else "non", "centre")
        sheet.number(line, 3, missing, "euro")
        sheet.text(line, 4, way.words)
    if not proposal.conflict:
        sheet.paragraph(row + 1, "Aucune contrainte levée seule ne rend la demande atteignable.")
