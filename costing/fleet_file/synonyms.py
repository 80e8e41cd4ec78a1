"""How French files name what a fleet holds: headings, classes, sectors, regions, departments.

Data, and what compares two wordings. A word stands here only if it has one meaning in a file of
machines; those that have two are `DOUBTFUL`: proposed, never applied unseen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from costing.case import labels
from costing.fleet import columns
from costing.fleet.columns import CAPITAL_REGION, REGIONS
from costing.reference.reference import Reference


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A wording without accents, case or punctuation, to compare: « N° d'appareil » → n d appareil.

    Signs that change the meaning stay as words: `>`, `<`, `≤`, `≥`.
    """
    text = re.sub("[°º’ʼ]", " ", text.replace("œ", "oe"))
    for sign, word in ((">", " sup "), ("<", " inf "), ("≤", " le "), ("≥", " ge ")):
        text = text.replace(sign, word)
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return " ".join(re.findall(r"[a-z0-9]+", re.sub(r"(?<=\d)\s*t(esla)?\b", " t", letters)))


#: Columns that a file may have besides those of a fleet: they only help to find the others.
DEPARTMENT, YEAR = "department", "year"
#: What each column is, in the words of screens and messages.
TITLES = {
    **columns.TITLES,
    DEPARTMENT: "Département ou code postal",
    YEAR: "Colonne de l'année",
}
#: Headings that say one thing, by column; compared without accents, case or punctuation.
HEADINGS: dict[str, tuple[str, ...]] = {
    "machine_id": (
        "appareil", "id appareil", "n appareil", "no appareil", "numero appareil",
        "numero d appareil", "numero de l appareil", "n d appareil", "code appareil",
        "identifiant appareil", "identifiant de l appareil", "id machine", "machine",
        "n machine", "numero de machine", "identifiant machine", "numero de serie", "n de serie",
        "n equipement", "id equipement", "identifiant equipement", "numero d equipement",
    ),
    "site_id": (
        "site", "id site", "code site", "site d implantation", "finess", "n finess",
        "finess geographique", "finess site", "finess et", "numero finess", "etablissement",
        "code etablissement", "cabinet",
    ),
    "modality": ("modalite", "modalite d imagerie", "technique"),
    "class": (
        "classe", "classe d appareil", "classe de l appareil", "classe du forfait", "classe ft",
        "classe du forfait technique", "type d appareil", "type appareil", "type d equipement",
        "type equipement", "categorie d appareil",
    ),
    "installed_on": (
        "installe le", "date d installation", "date installation", "installation",
        "date de mise en service", "mise en service", "date mise en service", "mis en service le",
    ),
    "zone": ("zone", "zone tarifaire", "zone geographique", "zone du forfait"),
    "region": ("region", "nom region", "libelle region", "region administrative"),
    "sector": (
        "secteur", "secteur d activite", "statut juridique", "secteur juridique",
        "statut de l exploitant", "secteur de l exploitant",
    ),
    "rank_on_authorisation": (
        "rang", "rang sur l autorisation", "rang de l appareil", "rang autorisation",
        "rang dans l autorisation",
    ),
    "acts_billed": (
        "actes factures", "nombre d actes factures", "nb actes factures", "actes remboursables",
        "forfaits factures", "nombre de forfaits", "nb forfaits", "nb de forfaits",
        "forfaits techniques", "nombre de forfaits techniques", "ft factures", "nb ft",
        "actes externes",
    ),
    "acts_inpatient": (
        "actes d hospitalises", "actes hospitalises", "actes hospitalisation", "actes internes",
        "actes des hospitalises", "actes patients hospitalises", "nb actes hospitalises",
        "actes non factures",
    ),
    "weight": ("poids", "ponderation", "nombre d appareils", "nb appareils"),
    DEPARTMENT: (
        "departement", "dept", "dep", "code departement", "n departement", "code postal", "cp",
        "code commune", "code insee", "numero departement",
    ),
    YEAR: ("annee", "annee des actes", "exercice", "millesime", "annee d activite"),
}  # fmt: skip
for _name, _title in TITLES.items():
    HEADINGS[_name] = (*HEADINGS[_name], plain(_name.replace("_", " ")), plain(_title))
#: Headings that could also say something else.
DOUBTFUL: dict[str, tuple[str, ...]] = {
    "machine_id": ("id", "identifiant", "code", "numero", "nom", "n", "equipement"),
    "class": ("type", "categorie", "materiel", "modele"),
    "installed_on": ("date", "annee d installation", "date d achat", "date d autorisation"),
    "sector": ("statut", "nature", "type d etablissement", "categorie d etablissement"),
    "acts_billed": ("actes", "nombre d actes", "nb actes", "nb d actes", "activite", "volume"),
    "acts_inpatient": ("hospitalises", "hospitalisation", "internes"),
    "region": ("territoire",),
    "rank_on_authorisation": ("ordre",),
}
#: Headings of what is added up when several rows are one machine.
PARTS = (
    "mois", "mois des actes", "periode", "trimestre", "semaine", "tranche", "bande", "type d acte",
    "code acte", "acte", "ccam", "code ccam", "type d activite", "jour", "date de soins",
)  # fmt: skip

#: Wordings of codes, besides codes and labels themselves, by column.
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "class": {
        "scanner": ("scanner", "scanographe", "tdm", "scan", "tomodensitometre"),
        "irm_1_5t": ("irm 1 5", "1 5 t", "irm 1t5"),
        "irm_gt_1_5t": ("irm 3 t", "irm 3 0 t", "3 t"),
        "irm_le_0_5t": ("irm 0 5 t", "irm inf 0 5 t"),
        "irm_1_5t_osteo": ("irm osteo articulaire", "irm 1 5 t osteo articulaire"),
        "irm_1_5t_membres": ("irm dediee aux membres", "irm membres", "irm 1 5 t membres"),
        "tep": ("tep seule", "tep scan seule"),
        "tep_tdm": ("tep tdm", "tep scan", "tep scanner", "pet ct", "pet scan", "tepscan"),
    },
    "modality": {
        "irm": ("irm", "remnographe", "rmn", "irm corps entier"),
        "scanner": ("scanner", "scanographe", "tdm", "scan"),
        "tep": ("tep", "pet", "tep tdm", "tep scan", "tomographe a emission de positons"),
    },
    "zone": {
        "paris": ("paris", "zone paris"),
        "region_parisienne": (
            "region parisienne", "rp", "zone region parisienne", "region parisienne hors paris",
        ),
        "province": ("province", "zone province", "hors region parisienne"),
    },
    "sector": {
        "liberal": (
            "liberal", "prive liberal", "secteur liberal", "prive lucratif", "cabinet liberal",
            "prive a but lucratif", "ville",
        ),
        "public": ("public", "secteur public", "hopital public", "ch", "chu", "chr", "eps"),
        "non_profit": (
            "espic", "prive non lucratif", "prive a but non lucratif", "pnl", "clcc", "ebnl",
        ),
        "gie": ("gie", "gcs", "gip", "gie gcs"),
    },
    "region": {
        CAPITAL_REGION: ("idf",),
        "Provence-Alpes-Côte d'Azur": ("paca", "region sud"),
        "Auvergne-Rhône-Alpes": ("ara", "aura"),
        "Bourgogne-Franche-Comté": ("bfc",),
        "Hauts-de-France": ("hdf",),
        "La Réunion": ("reunion", "ile de la reunion"),
        "Guyane": ("guyane francaise",),
        "Centre-Val de Loire": ("cvl",),
    },
}  # fmt: skip
#: Wordings that leave a doubt: proposed.
LIKELY: dict[str, dict[str, str]] = {
    "sector": {"prive": "liberal", "clinique": "liberal", "association": "non_profit",
               "hospitalier": "public", "etablissement": "public"},
    "class": {"irm": "irm_1_5t", "irm ostheo": "irm_1_5t_osteo", "tep": "tep_tdm"},
    "zone": {"idf": "region_parisienne", "ile de france": "region_parisienne"},
    "region": {"centre": "Centre-Val de Loire"},
}  # fmt: skip

_DEPARTMENTS = {
    "Auvergne-Rhône-Alpes": "01 Ain,03 Allier,07 Ardèche,15 Cantal,26 Drôme,38 Isère,42 Loire,"
    "43 Haute-Loire,63 Puy-de-Dôme,69 Rhône,73 Savoie,74 Haute-Savoie",
    "Bourgogne-Franche-Comté": "21 Côte-d'Or,25 Doubs,39 Jura,58 Nièvre,70 Haute-Saône,"
    "71 Saône-et-Loire,89 Yonne,90 Territoire de Belfort",
    "Bretagne": "22 Côtes-d'Armor,29 Finistère,35 Ille-et-Vilaine,56 Morbihan",
    "Centre-Val de Loire": "18 Cher,28 Eure-et-Loir,36 Indre,37 Indre-et-Loire,41 Loir-et-Cher,"
    "45 Loiret",
    "Corse": "2A Corse-du-Sud,2B Haute-Corse,20 Corse",
    "Grand Est": "08 Ardennes,10 Aube,51 Marne,52 Haute-Marne,54 Meurthe-et-Moselle,55 Meuse,"
    "57 Moselle,67 Bas-Rhin,68 Haut-Rhin,88 Vosges",
    "Hauts-de-France": "02 Aisne,59 Nord,60 Oise,62 Pas-de-Calais,80 Somme",
    CAPITAL_REGION: "75 Paris,77 Seine-et-Marne,78 Yvelines,91 Essonne,92 Hauts-de-Seine,"
    "93 Seine-Saint-Denis,94 Val-de-Marne,95 Val-d'Oise",
    "Normandie": "14 Calvados,27 Eure,50 Manche,61 Orne,76 Seine-Maritime",
    "Nouvelle-Aquitaine": "16 Charente,17 Charente-Maritime,19 Corrèze,23 Creuse,24 Dordogne,"
    "33 Gironde,40 Landes,47 Lot-et-Garonne,64 Pyrénées-Atlantiques,79 Deux-Sèvres,86 Vienne,"
    "87 Haute-Vienne",
    "Occitanie": "09 Ariège,11 Aude,12 Aveyron,30 Gard,31 Haute-Garonne,32 Gers,34 Hérault,46 Lot,"
    "48 Lozère,65 Hautes-Pyrénées,66 Pyrénées-Orientales,81 Tarn,82 Tarn-et-Garonne",
    "Pays de la Loire": "44 Loire-Atlantique,49 Maine-et-Loire,53 Mayenne,72 Sarthe,85 Vendée",
    "Provence-Alpes-Côte d'Azur": "04 Alpes-de-Haute-Provence,05 Hautes-Alpes,06 Alpes-Maritimes,"
    "13 Bouches-du-Rhône,83 Var,84 Vaucluse",
    "Guadeloupe": "971 Guadeloupe", "Martinique": "972 Martinique", "Guyane": "973 Guyane",
    "La Réunion": "974 La Réunion", "Mayotte": "976 Mayotte",
}  # fmt: skip
#: Region of each department, by its code.
REGION_OF = {
    entry.partition(" ")[0]: region
    for region, entries in _DEPARTMENTS.items()
    for entry in entries.split(",")
}
_POST = re.compile(r"\d{5}|2[ABab]\d{3}")


_CODE_OF = {
    plain(entry.partition(" ")[2]): entry.partition(" ")[0]
    for entries in _DEPARTMENTS.values()
    for entry in entries.split(",")
}


def options(reference: Reference) -> dict[str, dict[str, str]]:
    """Labels by code of the columns that hold a choice."""
    codes = dict.fromkeys(entry.modality for entry in reference.class_entries)
    return {
        "modality": {code: labels.modality_name(reference, code) for code in codes},
        "class": {code: labels.scope_name(reference, code) for code in reference.classes},
        "zone": {code: label for code, label in labels.ZONES.items() if code != "*"},
        "region": {region: region for region in REGIONS},
        "sector": labels.SECTORS,
    }


def wordings(column: str, choices: Mapping[str, str]) -> dict[str, str]:
    """Every sure wording of a column's codes, plain → code; one with two meanings is left out."""
    meanings: dict[str, set[str]] = {}
    for code, label in choices.items():
        for wording in (code, label, *VALUES.get(column, {}).get(code, ())):
            meanings.setdefault(plain(wording), set()).add(code)
    return {wording: next(iter(codes)) for wording, codes in meanings.items() if len(codes) == 1}


def near(text: str, column: str, choices: Mapping[str, str]) -> str | None:
    """The code that a wording probably means, to be confirmed; None when nothing is close."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for wordings not known

    wanted, likely = plain(text), LIKELY.get(column, {})
    if wanted in likely and likely[wanted] in choices:
        return likely[wanted]
    code_of = wordings(column, choices)
    match = get_close_matches(wanted, code_of, n=1, cutoff=0.75)
    return code_of[match[0]] if match else None


def department(text: str) -> str | None:
    """The code of a department from it, its name, a postcode or a commune's code; else None.

    Postcodes of Saint-Martin and Saint-Barthélemy begin as Guadeloupe's do: both are unknown here.
    """
    wanted = text.strip().upper().removesuffix(".0")
    if _POST.fullmatch(wanted):
        code = wanted[:3] if wanted[:2] in ("97", "98") else wanted[:2]
        if wanted in ("97133", "97150"):
            return None
    else:
        code = wanted.zfill(2) if wanted.isdigit() else wanted
    return code if code in REGION_OF else _CODE_OF.get(plain(text))


def zone_of(code: str) -> str:
    """The zone of the fee where a department is."""
    if code == "75":
        return "paris"
    return "region_parisienne" if REGION_OF[code] == CAPITAL_REGION else "province"
