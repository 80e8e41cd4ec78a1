"""The French words of the workbooks for codes, the sheets and their columns. Data, little else."""

from __future__ import annotations

from collections.abc import Sequence

from costing.case import labels
from costing.case.checks import demand_scopes
from costing.fleet.columns import REGIONS, TITLES
from costing.language.units import UNITS
from costing.reference.reference import Reference
from costing.scenario.menu import STRUCTURES, Kind

READ_ME, VALUES, ACTIVITY = "Lisez-moi", "Hypothèses", "Activité"
CHOICES, FLEET, SOURCES, LISTS = "Choix", "Parc", "Sources", "Listes"
MENU, CONTROL, UNAVAILABLE = "Menu", "Contrôle", "Non disponible"

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

#: Fleet columns: name in code → heading.
FLEET_COLUMNS = TITLES
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
#: Columns of « Non disponible » that are read: an address, or a machine and a column of the fleet.
UNAVAILABLE_COLUMNS = {
    "address": "Adresse",
    "machine": "Appareil",
    "column": "Colonne du parc",
    "supplier": "Qui ne peut la donner",
    "reason": "Pourquoi",
    "detail": "Précision",
    "since": "Depuis",
    "until": "Jusqu'au",
    "instead": "Ce qui peut la remplacer",
}
#: Every machine of the fleet.
ALL_MACHINES = "tous"

FLEET_YEAR, FLEET_NAME, FLEET_SYNTHETIC = "Année des actes", "Nom du parc", "Parc synthétique"

FINGERPRINT, SCENARIO_HASH = "Empreinte des données de référence", "Empreinte du scénario"

#: The sheet « Structure » of a proposal: two cells, then a table.
STRUCTURE_STATE, STRUCTURE_ROWS = "Structure proposée", "Lignes du tableau"
STRUCTURE_STATES = {"unchanged": "inchangée", "changed": "changée"}
STRUCTURE_COLUMNS = {
    "class": "Classe",
    "part": "Élément",
    "date": "À partir du",
    "before": "Avant",
    "after": "Après",
    "unit": "Unité",
    "change": "Variation",
    "words": "En mots",
}

YES, NO = "oui", "non"
#: How a scenario without a name is called, since a blank cell is one to fill.
UNNAMED = "Sans nom"
GRADES = {grade: grade for grade in "ABCD"}

#: Columns of each sheet that is read as a table, and those without which it cannot be.
TABLES = {
    VALUES: (VALUE_COLUMNS, VALUE_REQUIRED),
    ACTIVITY: (VALUE_COLUMNS, VALUE_REQUIRED),
    CHOICES: (CHOICE_COLUMNS, ("key", "unit", "value")),
    FLEET: (FLEET_COLUMNS, tuple(FLEET_COLUMNS)),
    UNAVAILABLE: (UNAVAILABLE_COLUMNS, tuple(UNAVAILABLE_COLUMNS)),
}

#: Separates the keys of the sources of one value.
SOURCE_SEPARATOR = " ; "


def sheet_files(reference: Reference, sheet: str) -> list[str]:
    """The files of parameters that a value sheet holds, in its order."""
    if sheet == ACTIVITY:
        return ["machine_classes"]
    return [f for f in reference.files if f not in ("machine_classes", "dynamics")] + ["dynamics"]


def sheet_of(file: str) -> str:
    """The value sheet that holds a file of parameters."""
    return ACTIVITY if file == "machine_classes" else VALUES


def modalities(reference: Reference) -> dict[str, str]:
    """The modalities that the fee knows, in the order of its tables."""
    codes = dict.fromkeys(entry.modality for entry in reference.class_entries)
    return {code: labels.modality_name(reference, code) for code in codes}


def fee_classes(reference: Reference) -> dict[str, str]:
    """The classes that the fee knows, in the order of its tables."""
    return {code: labels.scope_name(reference, code) for code in reference.classes}


def fleet_options(reference: Reference) -> dict[str, dict[str, str]]:
    """Labels by code of the fleet columns that hold a choice."""
    return {
        "modality": modalities(reference),
        "class": fee_classes(reference),
        "zone": {code: label for code, label in labels.ZONES.items() if code != "*"},
        "region": {region: region for region in REGIONS},
        "sector": labels.SECTORS,
    }


def fleet_data() -> dict[str, str]:
    """The columns of the fleet that may be unavailable: all but the name of the machine."""
    return {name: label for name, label in FLEET_COLUMNS.items() if name != "machine_id"}


def scopes(reference: Reference, kinds: Sequence[Kind]) -> dict[str, str]:
    """Whom a demand that admits some kinds may be about, by code; everyone first."""
    return {code: labels.who(reference, code) for code in demand_scopes(reference, kinds)}


def structure_unit(part: str) -> str:
    """The unit of a part of the structure, as a French reader writes it."""
    return UNITS[STRUCTURES[part][1]][0]


def readings(reference: Reference) -> dict[str, str]:
    """The ways to read the amount of the law."""
    return {entry.code: entry.label.fr for entry in reference.savings.readings}


def yes_no(flag: object) -> str:
    """A flag in words."""
    return YES if flag else NO


def source_titles(reference: Reference, keys: tuple[str, ...]) -> str:
    """The titles of a value's sources, or the words of an expert who gave none."""
    parts = [part for key in keys for part in key.split(SOURCE_SEPARATOR)]
    sources = reference.sources
    return "\n".join(sources[key].title if key in sources else key for key in parts)
