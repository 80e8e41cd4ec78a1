"""The reference data with a model that is not, or is not known to be, a straight line."""

from __future__ import annotations

from pathlib import Path

from costing import paths
from costing.reference.load import load_reference
from costing.reference.reference import Reference

#: The acts themselves, in a form whose straightness is not recognised.
HIDDEN = "max(acts, acts)"


def bent(
    directory: Path,
    hours: str,
    per_act: str = "consumables_per_act",
    model: str = "irm",
) -> Reference:
    """The reference data whose model, written to a directory, has other open hours by the acts."""
    text = (paths.MODELS / f"{model}.yaml").read_text(encoding="utf-8")
    old = "formula: acts * slot_minutes"
    assert text.count(old) == text.count("formula: consumables_per_act") == 1
    text = text.replace(old, f"formula: {hours} * slot_minutes")
    text = text.replace("formula: consumables_per_act", f"formula: {per_act}")
    (directory / f"{model}.yaml").write_text(text, encoding="utf-8")
    return load_reference([directory])
