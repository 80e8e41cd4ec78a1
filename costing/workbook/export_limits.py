"""« Contraintes »: what was asked of the schedule, what held it back, or what blocked it."""

from __future__ import annotations

from costing import labels
from costing.menu import CONSTRAINTS
from costing.optimise.asked import Asked, asked
from costing.optimise.explain import Binding
from costing.optimise.proposal import Proposal
from costing.reference import Reference
from costing.words import NONE, quantity
from costing.workbook import vocabulary as words
from costing.workbook.layout import Book, Sheet

_WIDTHS = (38, 42, 18, 24, 74)
#: Significant digits of a number that was asked: all that a person types.
_DIGITS = 6


def write_limits(book: Book, proposal: Proposal) -> None:
    """The sheet: one row a constraint, then the ways out of a conflict."""
    sheet = book.sheet("Contraintes", _WIDTHS)
    sheet.title("Contraintes")
    sheet.paragraph(1, proposal.words, "lead")
    headings = ("Contrainte", "Demande", "A pesé", "Prix à la marge (€)", "En mots")
    sheet.header(3, headings, right=(3,))
    sheet.keep_header(3)
    demanded = demands(proposal)
    for row, (name, declared) in enumerate(CONSTRAINTS.items(), start=4):
        held = [found for found in proposal.binding if found.constraint == name]
        verdict = _verdict(proposal, name) if name in demanded else NONE
        text = "\n".join([declared.description.fr, *(found.words for found in held)])
        values = (declared.label.fr, demanded.get(name, "non demandée"), verdict, None, text)
        sheet.row(row, values, ("strong", "cell", "centre"))
        sheet.number(row, 3, _price(held), "price")
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
    case = proposal.case
    found: dict[str, list[str]] = {}
    for item in asked(case):
        found.setdefault(item.constraint, []).append(_words(case.reference, item))
    found["savings_target"] = [_limit("savings_target", proposal.required_eur)]
    if case.scenario.savings.carry_over and "savings_year" in found:
        found["savings_year"].append("ce qui dépasse compte pour les années suivantes")
    step = quantity(case.scenario.rules.rounding_eur, CONSTRAINTS["rounding"].unit, _DIGITS)
    found["rounding"] = [f"multiples de {step}"]
    return {name: "\n".join(lines) for name, lines in found.items()}


def _words(reference: Reference, item: Asked) -> str:
    """One thing asked: `IRM 1,5 T : au plus 30 %`, with its second number if it has one."""
    whom = "" if item.scope == "*" else f"{labels.who(reference, item.scope)} : "
    if item.value is None:
        return f"{whom}{words.YES}"
    text = f"{whom}{_limit(item.constraint, item.value)}"
    second = CONSTRAINTS[item.constraint].level
    if second is None or item.level is None:
        return text
    return f"{text} ({second.label.fr.lower()} : {quantity(item.level, second.unit, _DIGITS)})"


def _limit(name: str, value: float) -> str:
    """A number asked, and on which side of it the schedule must stay."""
    declared = CONSTRAINTS[name]
    unit = declared.value.unit if declared.value else declared.unit
    side = "au moins" if declared.looser < 0 else "au plus"
    return f"{side} {quantity(value, unit, _DIGITS)}"


def _price(held: list[Binding]) -> float | None:
    """The shadow price of a constraint; none where several of its demands have one each."""
    return held[0].shadow_price if len(held) == 1 else None


def _verdict(proposal: Proposal, name: str) -> str:
    """Whether a constraint that was asked held the schedule back, or blocked it."""
    if proposal.status == "infeasible":
        return "bloque" if name in {way.constraint for way in proposal.conflict} else NONE
    held = name in {found.constraint for found in proposal.binding}
    # Prices are rounded once found: that is no limit of the search.
    if proposal.status == "stopped" or (name == "rounding" and not held):
        return NONE
    return words.yes_no(held)


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
