"""The French words of the workbooks for codes, the sheets and their columns. Data, little else."""

from __future__ import annotations

from costing.reference import Reference

READ_ME, VALUES, ACTIVITY = "Lisez-moi", "Hypothèses", "Activité"
CHOICES, FLEET, SOURCES, LISTS = "Choix", "Parc", "Sources", "Listes"

#: Columns of the sheets that hold one value a row, in order: name in code → heading.
VALUE_COLUMNS = {
    "address": "Adresse",
    "label": "Hypothèse",
    "scope": "Classe",
    "unit": "Unité",
    "low": "Bas",
    "mode": "Mode",
    "high": "Haut",
    "vat": "TVA",
    "source": "Source",
    "grade": "Note",
    "author": "Qui",
    "date": "Le",
    "reason": "Pourquoi",
    "changed": "État",
    "note": "Remarque",
}
#: Columns that a reader of the workbook may fill.
VALUE_INPUTS = ("low", "mode", "high", "vat", "source", "grade", "author", "date", "reason")
#: Columns without which a value sheet cannot be read.
VALUE_REQUIRED = ("address", "label", "scope", "unit", *VALUE_INPUTS)

CHOICE_COLUMNS = {
    "key": "Clé",
    "label": "Choix",
    "value": "Valeur",
    "unit": "Unité",
    "note": "Remarque",
}
CHOICE_REQUIRED = ("key", "unit", "value")

#: Fleet columns: name in code → heading.
FLEET_COLUMNS = {
    "machine_id": "Appareil",
    "site_id": "Site",
    "modality": "Modalité",
    "class": "Classe",
    "installed_on": "Installé le",
    "zone": "Zone",
    "region": "Région",
    "sector": "Secteur",
    "rank_on_authorisation": "Rang sur l'autorisation",
    "acts_billed": "Actes facturés",
    "acts_inpatient": "Actes d'hospitalisés",
    "weight": "Poids",
}
FLEET_NOTES = {
    "machine_id": "Un nom par appareil, unique dans la feuille.",
    "site_id": "Le site où il se trouve ; libre.",
    "modality": "Celle de la classe.",
    "class": "Classe du forfait technique.",
    "installed_on": "Date d'installation, JJ/MM/AAAA.",
    "zone": "Paris et région parisienne : en Île-de-France seulement.",
    "region": "Région administrative.",
    "sector": "Exploitant.",
    "rank_on_authorisation": "1 pour le premier appareil d'une autorisation, 2 pour le suivant…",
    "acts_billed": "Actes de l'année payés au forfait.",
    "acts_inpatient": "Actes de l'année pour des hospitalisés, non facturés au forfait.",
    "weight": "Nombre d'appareils réels que la ligne représente ; 1 d'ordinaire.",
}
FLEET_YEAR, FLEET_NAME, FLEET_SYNTHETIC = "Année des actes", "Nom du parc", "Parc synthétique"

YES_NO = {"true": "oui", "false": "non"}
VAT = {"included": "comprise", "excluded": "hors taxe", "not_applicable": "sans objet"}
GRADES = {grade: grade for grade in "ABCD"}
GRADE_WORDS = {
    "A": "texte officiel ou mesure directe",
    "B": "source publiée, lue ou convertie",
    "C": "déduction",
    "D": "hypothèse de travail ou saisie sans source",
}
ZONES = {
    "paris": "Paris",
    "region_parisienne": "région parisienne hors Paris",
    "province": "province",
    "*": "toutes",
}
SECTORS = {
    "liberal": "libéral",
    "public": "public",
    "non_profit": "privé non lucratif",
    "gie": "GIE / GCS",
}
AMORTISATION = {"non_amorti": "non amorti", "amorti": "amorti", "*": "amorti ou non"}
BANDS = {
    "plein": "taux plein",
    "reduit_1": "taux réduit 1",
    "reduit_2": "taux réduit 2",
    "reduit_3": "taux réduit 3",
}
CAPITAL = {
    "annuity": "annuité constante",
    "straight_line": "linéaire + intérêts moyens",
    "lease": "loyer (crédit-bail)",
}
ACTIVITIES = {"observed": "observée", "normative": "normative", "reference": "de référence"}
AMORTISED_CHARGE = {"none": "aucune charge", "economic": "charge économique"}
FILES = {
    "communs": "Communs aux trois modalités",
    "machine_classes": "Activité, seuils et amortissement",
    "dynamics": "Évolution du parc",
}

#: Separates the keys of the sources of one value.
SOURCE_SEPARATOR = " ; "


def scope_label(reference: Reference, scope: str, file: str = "") -> str:
    """A class, a modality or « toutes » (`*`) in words.

    A code may name both a modality and one of its classes; `dynamics` holds modalities.
    """
    if scope == "*":
        return "toutes"
    if scope in reference.class_labels and not (file == "dynamics" and scope in reference.models):
        return reference.class_labels[scope].fr
    return f"{modality_label(reference, scope)}, toutes classes"


def modality_label(reference: Reference, code: str) -> str:
    """A modality in words."""
    return reference.models[code].label.fr if code in reference.models else code


def file_label(reference: Reference, code: str) -> str:
    """A file of parameters in words: its modality, or what it holds."""
    return FILES.get(code) or modality_label(reference, code)


def modalities(reference: Reference) -> dict[str, str]:
    """The modalities that the fee knows, in the order of its tables."""
    codes = dict.fromkeys(entry.modality for entry in reference.class_entries)
    return {code: modality_label(reference, code) for code in codes}


def fee_classes(reference: Reference) -> dict[str, str]:
    """The classes that the fee knows, in the order of its tables."""
    return {code: scope_label(reference, code) for code in reference.classes}


def source_titles(reference: Reference, keys: tuple[str, ...]) -> str:
    """The titles of a value's sources, or the words of an expert who gave none."""
    shown = [part for key in keys for part in key.split(SOURCE_SEPARATOR)]
    known = reference.sources
    return "\n".join(known[key].title if key in known else key for key in shown)
