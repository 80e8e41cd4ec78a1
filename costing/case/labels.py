"""The French words for the codes of the fee: classes, zones, bands, sectors, conventions.

One place for screens, workbooks, the command line and the optimiser's sentences.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from costing.fee.schedule import Cell
from costing.french.writing import join
from costing.reference.reference import Reference
from costing.scenario.menu import Kind
from costing.values.catalogue import Population

ZONES = {
    "paris": "Paris",
    "region_parisienne": "région parisienne hors Paris",
    "province": "province",
    "*": "toutes zones",
}
AMORTISATION = {"non_amorti": "non amorti", "amorti": "amorti", "*": "amorti ou non"}
BANDS = {
    "plein": "taux plein",
    "reduit_1": "taux réduit 1",
    "reduit_2": "taux réduit 2",
    "reduit_3": "taux réduit 3",
}
SECTORS = {
    "liberal": "libéral",
    "public": "public",
    "non_profit": "privé non lucratif",
    "gie": "GIE / GCS",
}
VAT = {"included": "comprise", "excluded": "hors taxe", "not_applicable": "sans objet"}
GRADE_WORDS = {
    "A": "texte officiel ou mesure directe",
    "B": "source publiée, lue ou convertie",
    "C": "déduction, source commerciale ou générale",
    "D": "hypothèse de travail ou saisie sans source",
}
#: Why a datum cannot be given.
UNAVAILABLE = {
    "never_measured": "jamais mesuré",
    "trade_secret": "secret des affaires",
    "not_broken_down": "non ventilé à ce niveau",
    "delay": "délai",
    "other": "autre",
}
CAPITAL = {
    "annuity": "annuité constante",
    "straight_line": "linéaire + intérêts moyens",
    "lease": "loyer (crédit-bail)",
}
ACTIVITIES = {"observed": "observée", "normative": "normative", "reference": "de référence"}
INVESTMENTS = {
    "rate_gap": "écart des taux pleins",
    "after_running_costs": "forfait moins charges courantes",
}
AMORTISED_CHARGE = {"none": "aucune charge", "economic": "charge économique"}
WEIGHTINGS = {"machine": "par appareil", "act": "par acte", "euro": "par euro"}
#: Groups of machines by yearly acts, against the limits of their class, and by age.
SIZES = {
    "reference": "jusqu'à l'activité de référence",
    "threshold_1": "jusqu'au seuil 1",
    "beyond": "au-delà",
}
AGES = {"0-3": "0 à 3 ans", "4-7": "4 à 7 ans", "8-10": "8 à 10 ans", "11+": "plus de 10 ans"}
#: Whom a demand is about: everyone, and the kinds of parts.
ALL = "tous"
KINDS: dict[Kind, str] = {
    "class": "une classe",
    "modality": "une modalité",
    "region": "une région",
    "sector": "un secteur",
}
FILES = {
    "communs": "Communs",
    "machine_classes": "Classes et seuils",
    "dynamics": "Évolution du parc",
}


def modality_name(reference: Reference, code: str) -> str:
    """A modality, or the whole fleet (`all`)."""
    if code == "all":
        return "Ensemble"
    return reference.models[code].label.fr if code in reference.models else code


def scope_name(reference: Reference, scope: str, file: str = "") -> str:
    """A class, a modality or « toutes » (`*`) in words.

    A code may name both a modality and one of its classes; the fleet's `dynamics` hold modalities.
    """
    if scope == "*":
        return "toutes"
    if scope in reference.class_labels and not (file == "dynamics" and scope in reference.models):
        return reference.class_labels[scope].fr
    if scope in reference.models:
        return f"{modality_name(reference, scope)}, toutes classes"
    return scope


def who(reference: Reference, scope: str) -> str:
    """Whom a demand is about: a class, a modality, a region, a sector, or all (`*`)."""
    if scope == "*":
        return ALL
    if scope in SECTORS:
        return f"secteur {SECTORS[scope]}"
    return scope_name(reference, scope)


def admitted(kinds: Sequence[Kind]) -> str:
    """The kinds that a demand may be about: `tous, une classe ou une modalité`."""
    return join([ALL, *(KINDS[kind] for kind in kinds)], "ou")


def population_name(reference: Reference, population: Population) -> str:
    """Which machines, in the middle of a sentence: `scanner et IRM, secteur public`."""
    parts = [join([_inside(modality_name(reference, code)) for code in population.modality])]
    if population.machine_class:
        parts.append(join([scope_name(reference, code) for code in population.machine_class]))
    if population.sector:
        parts.append("secteur " + join([SECTORS[code] for code in population.sector]))
    if population.zone:
        parts.append(join([ZONES[code] for code in population.zone]))
    if population.amortisation:
        parts.append(join([AMORTISATION[code] for code in population.amortisation]))
    return ", ".join(part for part in parts if part) or "tous les appareils"


def _inside(name: str) -> str:
    """A name in the middle of a sentence; an acronym keeps its capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def file_name(reference: Reference, code: str) -> str:
    """A file of parameters: its modality, or what it holds."""
    return FILES.get(code) or modality_name(reference, code)


def address_name(reference: Reference, address: str) -> str:
    """A parameter's address in words: label, class or file."""
    file, name, scope = address.split(".")
    parameter = reference.files.get(file, {}).get(name)
    if parameter is None:
        return address
    where = file_name(reference, file) if scope == "*" else scope_name(reference, scope, file)
    return f"{parameter.label.fr} — {where}"


def cell_name(cell: Cell) -> str:
    """A price's situation without its class: `taux plein, non amorti, province`."""
    if cell.band != "plein":
        return BANDS[cell.band]
    parts = [BANDS[cell.band]]
    if cell.amortisation != "*":
        parts.append(AMORTISATION[cell.amortisation])
    if cell.zone != "*":
        parts.append(ZONES[cell.zone])
    return ", ".join(parts)


def cell_title(reference: Reference, cell: Cell) -> str:
    """A price with its class: `IRM 1,5 T (taux plein, non amorti, province)`."""
    return f"{scope_name(reference, cell.class_code)} ({cell_name(cell)})"


def day(date: dt.date) -> str:
    """A date as `01/03/2024`."""
    return f"{date:%d/%m/%Y}"
