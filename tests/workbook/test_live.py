"""The exported workbook is the computation: two other programs find what the engine finds.

Scenarios, schedules and changes are drawn by Hypothesis. LibreOffice and `formulas` compute files
whose inputs were changed and from which every computed value was taken out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from costing.reference import Reference
from tests.workbook.calc import File
from tests.workbook.changes import Change, Export, changes, exports

COUNT = 10 if os.environ.get("CI") == "true" else 3


@dataclass(frozen=True)
class Drawn:
    """An export and three changes of its inputs."""

    export: Export
    changes: tuple[Change, ...]

    @cached_property
    def changed(self) -> File:
        """The workbook with other inputs, not recalculated."""
        return self.export.file.changed({(c.sheet, c.cell): c.value for c in self.changes})


@pytest.fixture(scope="module")
def drawn(reference: Reference) -> list[Drawn]:
    """Ten exports in CI, three elsewhere."""
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
