"""The columns of a fleet: their order, French titles, codes and ranges. Data, nothing else."""

from __future__ import annotations

import datetime as dt

COLUMNS = (
    "machine_id", "site_id", "modality", "class", "installed_on", "zone", "region", "sector",
    "rank_on_authorisation", "acts_billed", "acts_inpatient", "weight",
)  # fmt: skip
#: What screens and workbooks call each column.
TITLES = {
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
SECTORS = ("liberal", "public", "non_profit", "gie")
METROPOLITAN = (
    "Auvergne-Rhône-Alpes", "Bourgogne-Franche-Comté", "Bretagne", "Centre-Val de Loire", "Corse",
    "Grand Est", "Hauts-de-France", "Île-de-France", "Normandie", "Nouvelle-Aquitaine", "Occitanie",
    "Pays de la Loire", "Provence-Alpes-Côte d'Azur",
)  # fmt: skip
OVERSEAS = ("Guadeloupe", "Guyane", "La Réunion", "Martinique", "Mayotte")
REGIONS = (*METROPOLITAN, *OVERSEAS)
CAPITAL_REGION = "Île-de-France"
NAMES = ("machine_id", "site_id")
#: Ranges of the columns of numbers, both ends admitted.
NUMBERS = {
    "acts_billed": (0, 200_000), "acts_inpatient": (0, 200_000),
    "rank_on_authorisation": (1, 99), "weight": (1e-9, 1e6),
}  # fmt: skip
OLDEST = dt.date(1980, 1, 1)
