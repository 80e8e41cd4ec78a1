"""What each sheet of an exported workbook is: its kind, told by a word and by its tab's colour."""

from __future__ import annotations

from typing import NamedTuple

from costing.workbook.sheets import vocabulary


class Kind(NamedTuple):
    """A kind of sheet: its name, what it means, the colour of its tab, in words and in code."""

    name: str
    meaning: str
    tab: str
    colour: str


INPUT = Kind(
    "à changer", "Ses cases jaunes se changent, tout le classeur suit.", "jaune", "#E3B505"
)
RESULT = Kind("résultat", "Ce que le barème donne ; à lire d'abord.", "bleu foncé", "#1F3A5F")
DETAIL = Kind(
    "détail", "Le calcul, étape par étape ; à suivre à l'écran, case par case.", "bleu clair",
    "#8FA3BC",
)  # fmt: skip
RECORD = Kind("mémoire", "Ce qui valait le jour de l'export ; ne suit pas.", "gris", "#9B9B9B")
KINDS = (RESULT, INPUT, DETAIL, RECORD)

#: Sheets by name: kind, and what each holds.
SHEETS: dict[str, tuple[Kind, str]] = {
    vocabulary.READ_ME: (RESULT, "Cette page."),
    "Synthèse": (RESULT, "L'essentiel, sur une page à imprimer seule."),
    "Barème": (INPUT, "Les tarifs proposés, à côté des tarifs officiels."),
    "Structure": (INPUT, "Ce que la proposition change aux tranches, aux années, au coefficient."),
    "Économies": (RESULT, "Année par année, contre le tarif de départ et la décision de 2025."),
    "Effets": (RESULT, "Recettes et coûts par classe, secteur, région, zone, volume d'activité."),
    "Comparaison": (
        RESULT, "Coût contre forfait au tarif de départ, trois lectures de « surévalué ».",
    ),
    "Un appareil": (RESULT, "Une machine au choix : ses tranches, son coût, ses courbes."),
    "Volumes": (RESULT, "Actes par tranche, classe et année."),
    "Coûts unitaires": (RESULT, "Coût de chaque sorte d'appareil, en part fixe et par acte."),
    vocabulary.VALUES: (INPUT, "Toutes les valeurs, leurs bornes, leurs sources et leur note."),
    vocabulary.ACTIVITY: (INPUT, "Limites des tranches et normes, par classe."),
    vocabulary.CHOICES: (INPUT, "Périmètre, conventions, demande, dates."),
    vocabulary.MENU: (RECORD, "Les mots que « Choix » admet pour ses exigences."),
    vocabulary.FLEET: (INPUT, "Les appareils, un par ligne."),
    vocabulary.UNAVAILABLE: (INPUT, "Ce que personne ne peut donner, et pourquoi."),
    "Périmètre": (DETAIL, "Les choix en nombres, les postes que chaque périmètre retient."),
    "Tarifs officiels": (DETAIL, "Les prix des textes officiels, date par date."),
    "Périodes": (DETAIL, "Quel tarif vaut quand, la part de chaque année, la structure."),
    "Tarifs appliqués": (DETAIL, "Les prix que chaque sorte d'appareil rencontre."),
    "Évolution": (DETAIL, "Remplacement et croissance du parc, année par année."),
    "Poids": (DETAIL, "Combien d'appareils réels chaque ligne du parc représente."),
    "Appareils comparés": (DETAIL, "Coût et recettes de chaque appareil au tarif de départ."),
    "Contraintes": (
        RECORD, "Ce qui était demandé à la recherche, ce qui a pesé ou bloqué ce jour-là.",
    ),
    "Modifications": (RECORD, "Ce que ce scénario change aux données de référence."),
    vocabulary.SOURCES: (RECORD, "La bibliographie."),
    vocabulary.LISTS: (RECORD, "Les listes des menus déroulants."),
}  # fmt: skip
#: Sheets of which there are several, by how their names begin.
_SEVERAL = {
    "Coûts ": "Le modèle de coût de la modalité, ligne par ligne, pour chaque classe.",
    "Appareils ": "Actes, recettes et coûts de chaque appareil dans l'année.",
}


def described(name: str) -> tuple[Kind, str]:
    """The kind of a sheet and what it holds."""
    if name in SHEETS:
        return SHEETS[name]
    texts = (text for start, text in _SEVERAL.items() if name.startswith(start))
    return DETAIL, next(texts, "")
