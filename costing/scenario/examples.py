"""Scenarios shipped as examples: positions named for their assumptions, and nobody's."""

from __future__ import annotations

from costing import paths
from costing.scenario.scenario import Scenario, from_json


def example_scenarios() -> dict[str, Scenario]:
    """The shipped scenarios by file name without extension, in alphabetical order.

    Raises:
        ScenarioError: a file that is not a scenario.
    """
    files = sorted((paths.MODELS / "scenarios").glob("*.json"))
    return {file.stem: from_json(file.read_text(encoding="utf-8"), file.name) for file in files}
