"""The exported workbook is the computation: two other programs find what the engine finds.

Scenarios, schedules and changes are drawn by Hypothesis. LibreOffice and `formulas` compute files
whose inputs were changed and from which every computed value was taken out.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from xlsxwriter.utility import xl_rowcol_to_cell

from costing.case import labels
from costing.fee.schedule import Reform
from costing.reference.reference import Reference
from costing.scenario.rules import ScheduleRules
from costing.scenario.scenario import Scenario
from costing.schedule_file.file import read_schedule
from costing.workbook.imported.importer import import_workbook
from costing.workbook.sheets import vocabulary
from costing.workbook.verify.verify import Verification, verify
from tests.shared import scaled
from tests.strategies import fleet_of
from tests.workbook.calc import Compiled, File, by_formulas, uncomputed
from tests.workbook.changes import Change, changes
from tests.workbook.exports import Export, exports

pytestmark = pytest.mark.slow
COUNT = scaled(10)


@dataclass(frozen=True)
class Drawn:
    """An export and three changes of its inputs."""

    export: Export
    changes: tuple[Change, ...]

    @cached_property
    def changed(self) -> File:
        """The workbook with other inputs, not recalculated."""
        return self.export.file.changed({k: v for c in self.changes for k, v in c.cells.items()})


@pytest.fixture(scope="module")
def drawn(reference: Reference) -> list[Drawn]:
    """Ten exports in CI, two elsewhere."""
    found: list[Drawn] = []

    @settings(
        max_examples=COUNT, phases=[Phase.generate], database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        export = data.draw(exports(reference))
        found.append(Drawn(export, data.draw(changes(export))))

    collect()
    assert len(found) == COUNT
    return found


def check(found: Verification, made: Drawn) -> None:
    """Every cell is what the engine gives; what was changed, and nothing else, is told."""
    assert not found.gaps
    told = [what for what, _, _ in found.changed]
    wanted = [change.told for change in made.changes if change.told]
    assert not [name for name in wanted if not any(name in what for what in told)]
    assert not [what for what in told if not any(name in what for name in wanted)]


def test_unchanged_it_is_the_scenario_and_the_schedule(drawn, reference):
    for made in drawn:
        data, export = made.export.file.data, made.export
        assert import_workbook(io.BytesIO(data), reference).hash == export.scenario.hash
        schedule = read_schedule(data, export.case.reference, "classeur.xlsx")
        assert schedule.dates == export.schedule.dates
        assert np.array_equal(schedule.amounts, export.schedule.amounts, equal_nan=True)
        assert schedule.reforms == export.schedule.reforms
        found = verify(io.BytesIO(data), reference)
        assert not found.gaps
        assert not found.changed


@pytest.mark.libreoffice
def test_libreoffice_finds_what_the_engine_finds(drawn, reference, converted, tmp_path):
    paths = [tmp_path / f"{number}.xlsx" for number in range(len(drawn))]
    for made, path in zip(drawn, paths, strict=True):
        path.write_bytes(uncomputed(made.changed.data))
    for made, path in zip(drawn, converted(tmp_path / "out", *paths), strict=True):
        data = path.read_bytes()
        assert not File(data).errors()
        check(verify(io.BytesIO(data), reference), made)


@pytest.mark.parametrize("half", [0, 1])
def test_formulas_finds_what_the_engine_finds(drawn, reference, tmp_path, half):
    known: Compiled = {}
    for made in drawn[half::2]:
        data = by_formulas(tmp_path, uncomputed(made.changed.data), known)
        assert not File(data).errors()
        check(verify(io.BytesIO(data), reference), made)


@pytest.mark.libreoffice
def test_a_part_changed_twice_follows_its_first_change_and_the_hypotheses(
    reference, recalculated, tmp_path
):
    """« Avant » is today's value for the first step, what the first one sets for the second."""
    steps = (dt.date(2026, 9, 1), dt.date(2027, 3, 1))
    fleet = fleet_of({"class": "irm_1_5t", "acts_billed": 7_500})
    scenario = Scenario(fleet=fleet, rules=ScheduleRules(step_dates=steps))
    reforms = [
        Reform(steps[0], {"irm_1_5t": (4_000, 8_000, 11_000)}, {"irm_1_5t": 5}),
        Reform(steps[1], {"irm_1_5t": (4_200, 8_000, 11_000)}, {"irm_1_5t": 4}),
    ]
    schedule = reference.schedule.with_prices({step: {} for step in steps}, "essai", reforms)
    file = Export(reference, scenario, schedule).file
    rows = file.rows("Structure")
    header = next(i for i, row in enumerate(rows) if "Après" in row)
    column = rows[header].index("Après")
    address = "machine_classes.reference_activity.irm_1_5t"
    changed = file.changed({
        ("Structure", xl_rowcol_to_cell(header + 1, column)): 3_900,
        ("Structure", xl_rowcol_to_cell(header + 4, column)): 5.5,
        **{(vocabulary.ACTIVITY, file.cell(vocabulary.ACTIVITY, address, head)): 4_600
           for head in ("Bas", "Mode", "Haut")},
    })  # fmt: skip
    path = tmp_path / "changed.xlsx"
    path.write_bytes(uncomputed(changed.data))
    data = recalculated(path).read_bytes()
    computed = File(data).rows("Structure")
    before = rows[header].index("Avant")
    assert [row[before] for row in computed[header + 1 : header + 9]] == [
        4_600, 8_000, 11_000, 7, 3_900, 8_000, 11_000, 5.5,
    ]  # fmt: skip
    assert not verify(io.BytesIO(data), reference).gaps


@pytest.mark.libreoffice
def test_values_added_below_the_table_count_as_soon_as_they_are_typed(
    reference, recalculated, tmp_path
):
    """One for a modality, one for a class of it, which comes first; one that says its tax.

    The last one says nothing of its tax, which is then that of the reference, not of the row above.
    """
    classes = ("irm_1_5t", "irm_gt_1_5t")
    scenario = Scenario(
        fleet=fleet_of(*({"class": code, "acts_billed": 6_000} for code in classes))
    )
    steps = scenario.rules.step_dates
    schedule = reference.schedule.with_prices({step: {} for step in steps}, "essai")
    file = Export(reference, scenario, schedule).file
    rows = file.rows(vocabulary.VALUES)
    header = next(i for i, row in enumerate(rows) if "Mode" in row)
    first = next(i for i, row in enumerate(rows) if str(row[1]).startswith("Valeur propre"))
    added = (
        {"Adresse": "communs.secretary_cost.irm", "Bas": 30_000, "Mode": 40_000, "Haut": 50_000},
        {"Adresse": "communs.secretary_cost.irm_1_5t ", "Bas": 1, "Mode": 2, "Haut": 3},
        {"Adresse": "irm.contrast_cost.irm_1_5t", "Bas": 30, "Mode": 31, "Haut": 32,
         "TVA": labels.VAT["included"]},
        {"Adresse": "irm.contrast_cost.irm_gt_1_5t", "Bas": 10, "Mode": 20, "Haut": 30},
    )  # fmt: skip
    cells = {
        (vocabulary.VALUES, xl_rowcol_to_cell(row, rows[header].index(head))): value
        for row, values in enumerate(added, start=first + 1)
        for head, value in values.items()
    }
    above = vocabulary.VALUES, file.cell(vocabulary.VALUES, "irm.contrast_cost.*", "TVA")
    changed = file.changed({**cells, above: labels.VAT["excluded"]})
    path = tmp_path / "changed.xlsx"
    path.write_bytes(uncomputed(changed.data))
    data = recalculated(path).read_bytes()
    costs = File(data).rows("Coûts IRM")
    heads = next(row for row in costs if "Grandeur" in row)
    own = {
        row[3]: {head.split("\n")[0]: row[i] for i, head in reversed([*enumerate(heads)])}
        for row in costs
    }
    scopes = [labels.scope_name(reference, code) for code in classes]
    assert [own["secretary_cost"][scope] for scope in scopes] == [2, 40_000]
    assert [own["contrast_cost"][scope] for scope in scopes] == [31, 20]
    found = verify(io.BytesIO(data), reference)
    assert not found.gaps
    assert {what.rsplit(".", 1)[0] for what, _, _ in found.changed} == {
        *(f"overrides.{values['Adresse'].strip()}" for values in added),
        "overrides.irm.contrast_cost.*",
    }
