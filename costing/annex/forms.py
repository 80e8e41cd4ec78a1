"""The words of the official tables of the fee, by modality: heads, rows, notes. Data, little else.

Heads and rows are those of the tables in force, read on the page (`docs/decisions/023`); notes say
the same as theirs in other words. A modality that has no official table takes the common form, with
the labels of its classes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from costing.case import labels
from costing.reference.reference import Reference

#: Contrast product is inside the fee of CT and MRI from that day (arrêté du 2 février 2024).
CONTRAST_FROM = dt.date(2024, 3, 1)
#: In the place of the note that says when a machine is amortised: its words depend on the date.
AMORTISED = "amortised"

LIMITS = ("activité de référence", "seuil 1", "seuil 2")
ZONES = {
    "paris": "Paris",
    "region_parisienne": "Région parisienne hors Paris",
    "province": "Province",
}
FULL = "FORFAIT PLEIN"
REDUCED_HEAD = "FORFAIT RÉDUIT SELON LES TRANCHES D'ACTIVITÉ"
REDUCED_GROUP = "FORFAIT RÉDUIT selon les tranches d'activité"
REDUCED_ALONE = "Forfait réduit"
CONTRAST = "La fourniture du produit de contraste est comprise dans le forfait technique."
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """How the tables of a modality are worded.

    heads: of the classes, their marks included. notes: those of the table, in the order of their
    marks, `AMORTISED` in its place; `inside` when they end the table, else they stand below it.
    sharing_a_cell: classes whose equal prices share one cell. act: what a year's activity counts,
    where the table says it beside the number, which all classes then share.
    """

    article: str
    machines: str
    corner: str
    rows: tuple[str, str]
    heads: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = (AMORTISED,)
    inside: bool = True
    sharing_a_cell: tuple[str, ...] = ()
    activity: str = "Activité de référence (nombre de forfaits)"
    act: str = ""
    contrast: bool = False

    @property
    def mark(self) -> int:
        """Number of the note on amortised machines."""
        return self.notes.index(AMORTISED) + 1


FORMS = {
    "scanner": Form(
        article="Scanographie",
        machines="scanners",
        corner="TYPE D'APPAREILS",
        rows=("Amortis (1), toutes classes", "Non amortis, toutes classes"),
        contrast=True,
    ),
    "irm": Form(
        article="Imagerie par résonance magnétique",
        machines="IRM",
        corner="CLASSE D'APPAREILS selon la PUISSANCE de l'aimant (en tesla)",
        rows=("AMORTIS, forfaits pleins (1)", "NON AMORTIS, forfaits pleins"),
        heads={
            "irm_le_0_5t": "≤\u00a00,5\u00a0T",
            "irm_0_5t_1_5t": ">\u00a00,5\u00a0T et <\u00a01,5\u00a0T",
            "irm_1_5t": "1,5\u00a0T (2)",
            "irm_1_5t_membres": "1,5\u00a0T dédié aux membres (3)",
            "irm_1_5t_osteo": "1,5\u00a0T spécialisé ostéo-articulaire (3)",
            "irm_gt_1_5t": ">\u00a01,5\u00a0T",
        },
        notes=(
            AMORTISED,
            "Sauf appareils dédiés aux membres et appareils spécialisés en ostéo-articulaire.",
            "Appareils adossés à un appareil de 1,5 T ou de plus de 1,5 T déjà installé sur le "
            "même site géographique, ou par adossement fonctionnel : instruction CNAMTS/DGOS/R3 "
            "n° 2012-248 du 15 juin 2012.",
        ),
        sharing_a_cell=("irm_le_0_5t", "irm_0_5t_1_5t", "irm_1_5t"),
        contrast=True,
    ),
    "tep": Form(
        article="Tomographes à émission de positons (TEP)",
        machines="TEP",
        corner="CLASSE D'APPAREIL",
        rows=("AMORTIS, forfait plein (3)", "NON AMORTIS, forfait plein"),
        heads={"tep": "TEP (1)\nClasse 1", "tep_tdm": "TEP-TDM (2)\nClasse 2"},
        notes=("Tomographe non couplé à un scanner.", "Tomographe couplé à un scanner.", AMORTISED),
        inside=False,
        activity="Activité annuelle de référence",
        act="actes",
    ),
}


def form_of(reference: Reference, modality: str) -> Form:
    """The form of a modality, else the common one."""
    label = labels.modality_name(reference, modality)
    common = Form(
        article=label,
        machines=f"appareils « {label} »",
        corner="CLASSE D'APPAREILS",
        rows=("AMORTIS, forfaits pleins (1)", "NON AMORTIS, forfaits pleins"),
    )
    return FORMS.get(modality, common)


def band(index: int, limits: int) -> str:
    """The acts that a band pays, by the names of its limits: `Activité > seuil 1 et ≤ seuil 2`."""
    upper = f"≤\u00a0{LIMITS[index]}" if index < limits else ""
    if index == 0:
        return f"Activité {upper}"
    return f"Activité >\u00a0{LIMITS[index - 1]}" + (f" et {upper}" if upper else "")


def day(date: dt.date) -> str:
    """A date as official texts write it: `1er juillet 2026`."""
    number = "1er" if date.day == 1 else str(date.day)
    return f"{number} {_MONTHS[date.month - 1]} {date.year}"
