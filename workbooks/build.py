"""Build the workbooks of this folder: `python workbooks/build.py [DIRECTORY]`.

`modele_import.xlsx`: the import template on the reference data. `exemple_rempli.xlsx`: the same,
filled by way of example; nothing in it is anybody's position. Same data, same bytes. Run it again
whenever the data under `models/` change: a template made on other data is refused at import.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

from costing.case.case import make_case
from costing.fleet.columns import COLUMNS
from costing.fleet.table import FleetTable
from costing.reference.load import load_reference
from costing.scenario.rules import Demand, Lever, SavingsDemand, ScheduleRules
from costing.scenario.scenario import Conventions, Override, Scenario
from costing.scenario.unavailable import Unavailable
from costing.workbook.template import write_template

TEMPLATE, EXAMPLE = "modele_import.xlsx", "exemple_rempli.xlsx"
_WHO, _WHEN = "Expert A", dt.date(2026, 3, 2)

#: Twelve invented machines, in the order of the fleet's columns.
MACHINES = """
A-SC1;A;scanner;scanner;2019-05-13;province;Bretagne;liberal;1;9200;0;1
A-RM1;A;irm;irm_1_5t;2017-03-06;province;Bretagne;liberal;1;7100;0;1
A-RM2;A;irm;irm_gt_1_5t;2022-09-19;province;Bretagne;liberal;2;6400;0;1
B-SC1;B;scanner;scanner;2021-01-18;paris;Île-de-France;public;1;5600;4300;1
B-SC2;B;scanner;scanner;2023-11-06;paris;Île-de-France;public;2;4900;3800;1
B-RM1;B;irm;irm_1_5t;2016-06-27;paris;Île-de-France;public;1;3900;1500;1
B-TEP;B;tep;tep_tdm;2020-10-12;paris;Île-de-France;public;1;3600;250;1
C-RM1;C;irm;irm_1_5t_osteo;2020-02-03;region_parisienne;Île-de-France;liberal;1;8800;0;1
C-SC1;C;scanner;scanner;2018-04-23;region_parisienne;Île-de-France;liberal;1;12400;0;1
D-RM1;D;irm;irm_1_5t;2021-07-05;province;Occitanie;gie;1;6900;700;1
D-SC1;D;scanner;scanner;2022-03-14;province;Occitanie;gie;1;8100;1900;1
E-RM1;E;irm;irm_0_5t_1_5t;2012-11-26;province;La Réunion;non_profit;1;4100;300;1
"""


def _fleet() -> FleetTable:
    rows = [line.split(";") for line in MACHINES.strip().splitlines()]
    columns: dict[str, tuple[object, ...]] = dict(
        zip(COLUMNS, zip(*rows, strict=True), strict=True)
    )
    columns["rank_on_authorisation"] = tuple(int(row[8]) for row in rows)
    for index, name in ((9, "acts_billed"), (10, "acts_inpatient"), (11, "weight")):
        columns[name] = tuple(float(row[index]) for row in rows)
    return FleetTable(year=2024, label="Douze appareils inventés", synthetic=True, columns=columns)


def _override(address: str, mode: float, reason: str, **more: Any) -> Override:
    return Override(parameter=address, mode=mode, reason=reason, author=_WHO, date=_WHEN, **more)


def example() -> Scenario:
    """The scenario of the filled example; its overrides in the order of the sheets."""
    return Scenario(
        name="Exemple rempli",
        description="Montre comment remplir le classeur ; aucune valeur n'y est une position.",
        conventions=Conventions(capital="straight_line", inpatients_count=False),
        overrides=(
            _override("communs.cost_of_capital.*", 0.04, "Offres de crédit-bail, 2025.", high=0.06),
            _override(
                "communs.technologist_cost.*", 57_500, "Grille 2025, primes comprises.",
                source="Bilan social 2025 de l'établissement B, p. 12", grade="B",
            ),
            _override("communs.rent.irm_1_5t", 260, "Loyer relevé sur trois sites."),
            _override(
                "irm.purchase_price.irm_1_5t", 1_050_000, "Trois marchés de 2025.", low=800_000,
                high=1_400_000, source="Marchés publics de 2025, trois avis d'attribution",
                grade="B",
            ),
            _override(
                "irm.purchase_price.irm_gt_1_5t", 1_500_000, "Prix hors taxe d'un devis.",
                vat="excluded", high=2_200_000, source="Devis de novembre 2025", grade="C",
            ),
            _override("machine_classes.reference_activity.scanner", 7_000, "À confirmer."),
        ),
        savings=SavingsDemand(
            target_eur=6e6,  # in proportion to twelve machines
            reading="level_2027",
            share_on_fee=0.45,
            other_levers=(
                Lever(
                    label="Mesures de pertinence", date=dt.date(2026, 7, 1), annual_amount_eur=5e5
                ),
            ),
        ),
        rules=ScheduleRules(
            step_dates=(dt.date(2026, 7, 1), dt.date(2027, 1, 1)),
            largest_cut_per_step=0.15,
            floor_share_of_cost={"irm_1_5t": 1.0, "scanner": 1.05},
            demands=(
                Demand(constraint="total_cut", value=0.4),
                Demand(constraint="phased_cut", scope="scanner", value=0.3),
            ),
        ),
        fleet=_fleet(),
        unavailable=(
            Unavailable(
                address="irm.maintenance_share.*", supplier="Constructeur X (exemple)",
                reason="trade_secret", detail="Exemple : contrats négociés site par site.",
                instead="Exemple : moyenne de contrats publics.",
            ),
            Unavailable(
                address="fleet.acts_inpatient.B-SC1", supplier="Établissement B (exemple)",
                reason="not_broken_down", detail="Exemple : actes comptés par site.",
                until=dt.date(2026, 12, 31), instead="Exemple : part du site, selon ses actes.",
            ),
        ),
    )  # fmt: skip


def build(directory: Path) -> list[Path]:
    """Write both workbooks into a directory."""
    reference = load_reference()
    written = []
    for name, scenario in ((TEMPLATE, Scenario()), (EXAMPLE, example())):
        write_template(make_case(reference, scenario), directory / name)
        written.append(directory / name)
    return written


if __name__ == "__main__":
    for path in build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent):
        print(path)
