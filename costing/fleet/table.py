"""A fleet as a scenario carries it: columns of plain values, readable in JSON."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from costing.values.parameters import NonBlank, Number, Strict, Text, Whole
from costing.values.yaml_lines import CodedError, Fault


class FleetTable(Strict):
    """A fleet brought by the user: the year of its acts, and its columns."""

    year: int = Field(ge=2000, le=2100)
    label: NonBlank
    synthetic: bool = False
    columns: dict[str, tuple[Text | Whole | Number | None, ...]]

    @field_validator("columns")
    @classmethod
    def _columns_are_equally_long(cls, columns: dict[str, Any]) -> dict[str, Any]:
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            detail = "les colonnes n'ont pas le même nombre de lignes"
            raise CodedError(Fault("scenario_json", facts={"detail": detail}))
        # 8000.0 and 8000 are one number: they must have one hash.
        return {name: tuple(map(_plain, values)) for name, values in columns.items()}


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
