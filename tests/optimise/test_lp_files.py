"""Every constraint as LP text, against files that a person has read: `tests/optimise/golden.py`.

After a wanted change: `python -m tests.optimise.golden`, then read what changed.
"""

from __future__ import annotations

import pytest

from costing.scenario.menu import CONSTRAINTS
from tests.optimise.golden import FOLDER, GOLDEN, text_of


def test_every_constraint_that_has_rows_has_a_file() -> None:
    assert set(GOLDEN) == set(CONSTRAINTS) - {"rounding"}
    assert {path.stem for path in FOLDER.glob("*.lp")} == set(GOLDEN)


@pytest.mark.parametrize("constraint", GOLDEN)
def test_the_text_of_a_constraint_is_the_one_that_was_read(constraint: str) -> None:
    assert text_of(constraint) == (FOLDER / f"{constraint}.lp").read_text(encoding="utf-8")
