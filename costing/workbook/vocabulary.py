"""The French words of the workbooks for codes, the sheets and their columns. Data, little else."""

from __future__ import annotations

from costing import labels
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
GRADES = {grade: grade for grade in "ABCD"}

#: Separates the keys of the sources of one value.
SOURCE_SEPARATOR = " ; "


def modalities(reference: Reference) -> dict[str, str]:
    """The modalities that the fee knows, in the order of its tables."""
    codes = dict.fromkeys(entry.modality for entry in reference.class_entries)
    return {code: labels.modality_name(reference, code) for code in codes}


def fee_classes(reference: Reference) -> dict[str, str]:
    """The classes that the fee knows, in the order of its tables."""
    return {code: labels.scope_name(reference, code) for code in reference.classes}


def source_titles(reference: Reference, keys: tuple[str, ...]) -> str:
    """The titles of a value's sources, or the words of an expert who gave none."""
    shown = [part for key in keys for part in key.split(SOURCE_SEPARATOR)]
    known = reference.sources
    return "\n".join(known[key].title if key in known else key for key in shown)
