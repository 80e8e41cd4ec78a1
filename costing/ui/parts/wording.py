"""The French words that only screens need: conventions explained, grades marked, moments."""

from __future__ import annotations

import datetime as dt
import re

from costing.case import labels
from costing.french.writing import THIN
from costing.reference.reference import Reference

WEIGHTINGS = {
    "machine": "par appareil (chaque appareil compte pour un)",
    "act": "par acte (chaque acte facturé compte pour un)",
    "euro": "par euro (somme des recettes sur somme des coûts)",
}
VAT = {"": "—", **labels.VAT}
VAT_CODES = {label: code for code, label in VAT.items()}
GRADES = {"A": "A", "B": "B", "C": "C", "D": "D ▲"}
GRADE_CODES = {label: code for code, label in GRADES.items()}
GRADE_HELP = (
    "A : texte officiel ou mesure directe. B : source publiée, lue ou convertie. C : déduction. "
    "D ▲ : hypothèse de travail ou saisie sans source publiée."
)

#: Field of `Conventions` → title, then choice → (label, what it changes).
CONVENTIONS: dict[str, tuple[str, dict[object, tuple[str, str]]]] = {
    "capital": (
        "Charge du capital",
        {
            "annuity": (
                "annuité constante",
                "Remboursement et intérêts forment une somme égale chaque année.",
            ),
            "straight_line": (
                "linéaire + intérêts moyens",
                "Prix moins valeur résiduelle, divisé par la durée, plus l'intérêt sur la moitié "
                "du capital engagé.",
            ),
            "lease": (
                "loyer (crédit-bail)",
                "Douze loyers par an payés d'avance, valeur résiduelle rachetée à la fin.",
            ),
        },
    ),
    "activity": (
        "Activité des appareils",
        {
            "observed": ("observée", "Chaque appareil du parc garde ses propres actes."),
            "normative": (
                "normative",
                "Chaque appareil est mis au volume d'un appareil bien employé de sa classe.",
            ),
            "reference": (
                "de référence",
                "Chaque appareil est mis à l'activité de référence, limite du taux plein.",
            ),
        },
    ),
    "amortised_charge": (
        "Capital d'un appareil amorti",
        {
            "none": (
                "aucune charge",
                "Le capital est supposé récupéré sur la durée réglementaire, puis plus rien.",
            ),
            "economic": (
                "charge économique",
                "Le capital est réparti sur toute la durée d'usage, quel que soit l'âge.",
            ),
        },
    ),
    "investment": (
        "Investissement payé par le forfait",
        {
            "rate_gap": (
                "écart des taux pleins",
                "Écart entre taux pleins non amorti et amorti, contre ce qui cesse d'être chargé "
                "une fois l'appareil amorti.",
            ),
            "after_running_costs": (
                "forfait moins charges courantes",
                "Ce qui reste du forfait une fois payées les charges courantes du périmètre, "
                "contre tout l'investissement, travaux compris.",
            ),
        },
    ),
    "inpatients_count": (
        "Actes des hospitalisés",
        {
            True: (
                "comptent dans les tranches",
                "Ils occupent des places dans les tranches sans être facturés au forfait.",
            ),
            False: (
                "hors des tranches",
                "Seuls les actes facturés font avancer dans les tranches.",
            ),
        },
    ),
}
READINGS = {"cumulated": "Cumul 2025-2027", "level_2027": "Niveau de l'année 2027"}


def without_codes(reference: Reference, words: str) -> str:
    """A sentence of the engine with the codes of classes, zones, bands and perimeters in words."""
    names = {code: labels.scope_name(reference, code) for code in reference.classes}
    names |= {code: perimeter.label.fr for code, perimeter in reference.perimeters.items()}
    tables = (labels.AMORTISATION, labels.ZONES, labels.BANDS)
    names |= {c: w for table in tables for c, w in table.items() if c != "*"}
    pattern = "|".join(
        rf"(?<![\w])({re.escape(code)})(?![\w])" for code in sorted(names, key=len)[::-1]
    )
    return re.sub(pattern, lambda match: names[match.group()], words)


def literal(words: str) -> str:
    """A text that somebody typed, so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$:])", r"\\\1", words)


def moment(when: dt.datetime) -> str:
    """A moment of the store in local time, to the minute."""
    return f"{when.astimezone():%d/%m/%Y %H:%M}"


def short_hash(text: str) -> str:
    """Ten characters of a hash, in two groups."""
    return f"{text[:5]}{THIN}{text[5:10]}"
