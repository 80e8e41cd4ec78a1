"""« Contraintes »: what was asked of the schedule, what held it back, or what blocked it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from costing.case import labels
from costing.french.writing import NONE, money, number, quantity
from costing.language.units import UNITS
from costing.optimise.conflict import Relaxation
from costing.optimise.demands import Requirement, requirements
from costing.optimise.explain import Binding, unit
from costing.optimise.proposal import Proposal
from costing.reference.reference import Reference
from costing.scenario.menu import CONSTRAINTS, OBJECTIVES
from costing.workbook.sheets import vocabulary
from costing.workbook.write.layout import Book, Sheet, at

_WIDTHS = (38, 26, 34, 11, 13, 16, 18, 18, 76)
#: Significant digits of a number that was asked: all that a person types.
_DIGITS = 6
#: How a gain on an objective that is not in euros is shown.
_STYLES = {"share": "share", "number": "price"}
_HINT = (
    "Les euros sont trouvés en recalculant : la demande est desserrée d'un cran (colonne "
    "« Desserrée de »), ou levée quand elle n'a pas de nombre, et toutes les autres sont gardées. "
    "Tient le résultat : la desserrer servirait mieux le premier objectif, ou l'économie demandée "
    "est juste atteinte. Limite les économies : la desserrer permettrait d'économiser plus."
)
_MIXED = (
    "Des choix en nombres entiers (structure, appareils laissés dessous) sont en jeu : aucun plus "
    "petit ensemble de demandes contraires n'est établi. Ce que chaque demande débloque est donné "
    "ci-dessous."
)
_MINIMAL = (
    "Ces demandes ne peuvent pas tenir ensemble, et aucune n'est de trop : sans l'une quelconque "
    "d'entre elles, les autres peuvent tenir."
)
_TOGETHER = "Ces demandes ne peuvent pas tenir ensemble ; il se peut qu'une partie y suffise."
_ROUNDED = (
    "Les demandes peuvent tenir ensemble ; c'est l'arrondi des tarifs qui ne les garde pas toutes."
)
_NO_WAY = "Aucune demande desserrée seule ne débloque le calcul."


@dataclass(frozen=True)
class Row:
    """A line of the table: a constraint, what is asked of whom, and what it did to the answer."""

    constraint: str
    scope: str = "*"
    whom: str = NONE
    demand: str = "non demandée"
    item: Requirement | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others."""
        return self.constraint, self.scope


@dataclass(frozen=True)
class Verdicts:
    """What each demand did: held the first objective back, kept more from being saved, blocked."""

    proposal: Proposal

    @cached_property
    def unroundable(self) -> bool:
        """Whether prices exist, and none in whole units."""
        proposal = self.proposal
        blocked = (
            proposal.status == "infeasible" and proposal.reachable_eur >= proposal.required_eur
        )
        return blocked and not (proposal.conflict or proposal.contradicting)

    def of(self, bindings: Sequence[Binding], row: Row) -> list[Binding]:
        """What is told of a demand."""
        return [binding for binding in bindings if (binding.constraint, binding.scope) == row.key]

    def verdict(self, row: Row) -> str:
        """Whether a demand held the schedule back, or blocked it."""
        if self.proposal.status == "infeasible":
            blocking = {(way.constraint, way.scope) for way in self.proposal.conflict}
            if self.unroundable:
                blocking = {("rounding", "*")}
            return "bloque" if row.key in blocking else NONE
        # Prices are rounded once found: that is no limit of the search.
        if self.proposal.schedule is None or row.constraint == "rounding":
            return NONE
        return vocabulary.yes_no(self.of(self.proposal.binding, row))

    def limiting(self, row: Row) -> str:
        """Whether a demand keeps more from being saved; savings themselves do not."""
        group = CONSTRAINTS[row.constraint].group
        if self.proposal.schedule is None or row.item is None or group == "savings":
            return NONE
        return vocabulary.yes_no(self.of(self.proposal.limiting, row))


def write_limits(book: Book, proposal: Proposal) -> None:
    """The sheet: one row a demand, then what contradicts what and the ways out."""
    sheet = book.sheet("Contraintes", _WIDTHS)
    sheet.title("Contraintes")
    sheet.paragraph(1, proposal.words, "lead")
    sheet.paragraph(2, _HINT, "hint")
    first = OBJECTIVES[proposal.case.scenario.rules.objectives[0]]
    gain = "Épargné aux appareils sous leur coût (€)"
    if first.id != "loss":
        shown = UNITS[first.unit][0]
        gain = f"Gagné sur « {first.label.fr} »" + (f" ({shown})" if shown else "")
    headings = (
        "Contrainte", "Pour qui", "Demande", "Tient le résultat", "Limite les économies",
        "Desserrée de", gain, "Économies de plus possibles (€)", "En mots",
    )  # fmt: skip
    sheet.header(4, headings, right=(6, 7))
    sheet.keep_header(4)
    verdicts = Verdicts(proposal)
    rows = demands(proposal)
    for line, row in enumerate(rows, start=5):
        _write_row(sheet, line, verdicts, row)
    if proposal.status == "infeasible":
        _write_conflict(sheet, 6 + len(rows), verdicts, rows)
    sheet.protect()


def demands(proposal: Proposal) -> list[Row]:
    """What the scenario asks, one line a demand, by constraint; then what it does not ask."""
    case = proposal.case
    by_constraint: dict[str, list[Row]] = {name: [] for name in CONSTRAINTS}
    for item in requirements(case):
        text = _words(item)
        if item.constraint == "savings_target":
            text = _limit(item.constraint, proposal.required_eur)
        if item.constraint == "savings_year" and case.scenario.savings.carry_over:
            text += "\nce qui dépasse compte pour les années suivantes"
        whom = _whom(case.reference, item)
        by_constraint[item.constraint].append(Row(item.constraint, item.scope, whom, text, item))
    step = quantity(case.scenario.rules.rounding_eur, CONSTRAINTS["rounding"].unit, _DIGITS)
    by_constraint["rounding"].append(Row("rounding", "*", labels.ALL, f"multiples de {step}"))
    return [row for name, rows in by_constraint.items() for row in rows or [Row(name)]]


def _whom(reference: Reference, item: Requirement) -> str:
    if item.scope == "*":
        return NONE if item.declared.group == "savings" else labels.ALL
    return labels.who(reference, item.scope)


def _words(item: Requirement) -> str:
    """A demand's numbers: `au plus 30 %`, with its second number if it has one."""
    if item.value is None:
        return vocabulary.YES
    text = _limit(item.constraint, item.value)
    if item.level is None or item.declared.level is None:
        return text
    return f"{text} ({_level(item.constraint, item.level)})"


def _level(name: str, value: float) -> str:
    """The second number of a demand, with what it is."""
    second = CONSTRAINTS[name].level
    assert second is not None
    return f"{second.label.fr.lower()} : {quantity(value, second.unit, _DIGITS)}"


def _limit(name: str, value: float) -> str:
    """A number asked, and on which side of it the schedule must stay."""
    declared = CONSTRAINTS[name]
    side = "au moins" if declared.looser < 0 else "au plus"
    return f"{side} {quantity(value, _unit(name), _DIGITS)}"


def _unit(name: str) -> str:
    declared = CONSTRAINTS[name]
    return declared.value.unit if declared.value else declared.unit


def _write_row(sheet: Sheet, line: int, verdicts: Verdicts, row: Row) -> None:
    proposal = verdicts.proposal
    declared = CONSTRAINTS[row.constraint]
    tight, limiting = verdicts.of(proposal.binding, row), verdicts.of(proposal.limiting, row)
    bindings = [*tight, *limiting]
    costed = any(binding.savings_eur is not None for binding in tight)
    described = tight if costed else bindings  # the same savings are not told twice
    text = "\n".join([declared.description.fr, *(binding.words for binding in described)])
    demanded = row.item is not None or row.constraint == "rounding"
    verdict = verdicts.verdict(row) if demanded else NONE
    eased = _eased(row.item) if row.item and bindings else NONE
    values = (declared.label.fr, row.whom, row.demand, verdict, verdicts.limiting(row), eased)
    sheet.row(line, values, ("strong", "cell", "cell", "centre", "centre", "centre"))
    first = OBJECTIVES[proposal.case.scenario.rules.objectives[0]]
    style = "euro" if first.unit.startswith("EUR") else _STYLES[first.unit]
    sheet.number(line, 6, _first_number([binding.gain for binding in tight]), style)
    sheet.number(line, 7, _first_number([binding.savings_eur for binding in bindings]), "euro")
    sheet.text(line, 8, text)


def _first_number(values: Sequence[float | None]) -> float | None:
    """The first number that is known."""
    return next((value for value in values if value is not None), None)


def _eased(item: Requirement) -> str:
    """By how much a demand was eased to see what that is worth: `+1 point`, `levée`."""
    if not item.movable:
        return "levée"
    by = unit(item)
    shown = f"{number(100 * by)} point" if item.declared.unit == "share" else money(by)
    return f"{'+' if item.declared.looser > 0 else '−'}{shown}"


def _write_conflict(sheet: Sheet, row: int, verdicts: Verdicts, rows: Sequence[Row]) -> None:
    """Which demands contradict each other, then each way out with what it costs."""
    proposal = verdicts.proposal
    sheet.heading(row, "Ce qui se contredit", len(_WIDTHS))
    sheet.paragraph(row + 1, _contradiction(verdicts), "lead")
    row += 2
    for title in proposal.contradicting:
        sheet.paragraph(row, f"• {title}", "lead")
        row += 1
    if not proposal.conflict:
        return
    sheet.row(row + 1, ("Demandé au forfait", None), ("strong",))
    sheet.number(row + 1, 1, proposal.required_eur, "euro")
    required = at(row + 1, 1)
    headings = (
        "Desserrer…", "Pour qui", "Demande", "Suffit", "Il suffirait de", "Manque encore (€)",
        "Perte des appareils sous leur coût (€ / an)", "Atteignable alors (€)", "En mots",
    )  # fmt: skip
    sheet.header(row + 3, headings, right=(5, 6, 7))
    for line, way in enumerate(proposal.conflict, start=row + 4):
        key = way.constraint, way.scope
        demand_row = next(
            (demanded for demanded in rows if demanded.key == key), Row(*key, demand=NONE)
        )
        _write_way(sheet, line, way, demand_row)
        missing = proposal.required_eur - way.reachable_eur
        if way.enough or missing <= 0:
            sheet.text(line, 5, NONE, "euro")
        else:
            sheet.formula(line, 5, f"{required}-{at(line, 7)}", missing, "euro")


def _contradiction(verdicts: Verdicts) -> str:
    """What is known of the demands that cannot hold together."""
    if verdicts.unroundable:
        return _ROUNDED
    if verdicts.proposal.contradicting:
        return _MINIMAL if verdicts.proposal.exact else _TOGETHER
    return _MIXED if verdicts.proposal.conflict else _NO_WAY


def _write_way(sheet: Sheet, line: int, way: Relaxation, row: Row) -> None:
    values = (CONSTRAINTS[way.constraint].label.fr, row.whom, row.demand,
              vocabulary.yes_no(way.enough), _needed(way))  # fmt: skip
    sheet.row(line, values, ("strong", "cell", "cell", "centre", "centre"))
    sheet.number(line, 6, way.loss_eur, "euro")
    sheet.number(line, 7, way.reachable_eur, "euro")
    sheet.text(line, 8, way.words)


def _needed(way: Relaxation) -> str:
    """The least by which a demand must give, in its own unit."""
    if not way.enough:
        return NONE
    if way.needed is None:
        return "la lever"
    if way.level:
        return _level(way.constraint, way.needed)
    return quantity(way.needed, _unit(way.constraint), _DIGITS)
