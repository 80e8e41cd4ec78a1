"""The menu of demands: every declaration complete, and the document that it makes up to date."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from costing.cli.menu import markdown
from costing.language.units import UNITS
from costing.optimise.constraints import BY_CELL, BY_DEMAND
from costing.optimise.floors import COUNTS
from costing.optimise.objectives import GOALS
from costing.scenario.menu import CONSTRAINTS, GROUPS, OBJECTIVES, STRUCTURES
from costing.scenario.rules import Objective, SavingsDemand, ScheduleRules, StructureName

DOCUMENT = Path(__file__).parents[2] / "docs" / "demandes.md"


def test_the_document_is_what_the_declarations_make() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == markdown(), (
        "run: costing menu > docs/demandes.md"
    )


@pytest.mark.parametrize("entry", CONSTRAINTS.values(), ids=CONSTRAINTS)
def test_a_constraint_is_declared_whole(entry) -> None:  # type: ignore[no-untyped-def]
    assert entry.group in GROUPS
    assert entry.unit in UNITS
    assert entry.latex.count("{") == entry.latex.count("}")
    assert entry.on_demand == (entry.value is not None)
    for bound in (entry.value, entry.level):
        if bound is not None and bound.usual is not None:
            assert bound.low <= bound.usual <= bound.high
    if entry.field and not entry.field.startswith("savings."):
        assert entry.field in ScheduleRules.model_fields
    if entry.field.startswith("savings."):
        assert entry.field.removeprefix("savings.") in SavingsDemand.model_fields


def test_every_declaration_says_something_to_the_program_and_nothing_else_does() -> None:
    said = {*BY_DEMAND, *BY_CELL, *COUNTS, "sole_machine", "rounding"}
    assert said == set(CONSTRAINTS)
    assert set(GOALS) == set(OBJECTIVES) == set(get_args(Objective))
    assert set(STRUCTURES) == set(get_args(StructureName))


def test_english_is_a_translation_and_not_a_copy() -> None:
    english = markdown("en")
    assert english.startswith("# What may be asked of a schedule")
    for entry in (*CONSTRAINTS.values(), *OBJECTIVES.values()):
        assert entry.label.en in english
        assert entry.description.fr != entry.description.en
