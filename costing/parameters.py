"""Parameters: a quantity with its unit, its values by class, their source and grade.

One shape for every quantity that an expert may change, whatever file it stands in: prices, staff,
thresholds of the fee, growth of the fleet. An override of a scenario replaces one `Value`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from costing.errors import suggest
from costing.units import UNITS, is_money
from costing.yamlfile import CodedError

Grade = Literal["A", "B", "C", "D"]
Distribution = Literal["pert", "triangular", "uniform", "fixed"]
Vat = Literal["included", "excluded", "not_applicable"]


class Strict(BaseModel):
    """Base of the schemas: closed keys, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Strict):
    """A name in the two languages."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def text(self, language: str = "fr") -> str:
        """The label in one language."""
        return self.en if language == "en" else self.fr


class Value(Strict):
    """A parameter's value for a class, a modality, or all (`*`), with its provenance."""

    scope: str = Field(alias="class")
    low: float | None = None
    mode: float
    high: float | None = None
    vat: Vat | None = None
    source: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    note: str = ""
    changed_by: str | None = Field(default=None, exclude=True)

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high; both the mode when the value is fixed."""
        return (
            self.mode if self.low is None else self.low,
            self.mode if self.high is None else self.high,
        )


class Parameter(Strict):
    """A named quantity: label, unit, distribution, and its values by class."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: Label
    unit: str
    distribution: Distribution = "pert"
    values: tuple[Value, ...] = Field(min_length=1)

    @field_validator("unit")
    @classmethod
    def _unit_is_known(cls, text: str) -> str:
        if text not in UNITS:
            raise CodedError(
                "unknown_unit", value=text, near=suggest(text, UNITS), known=", ".join(UNITS)
            )
        return text

    @model_validator(mode="after")
    def _values_are_complete(self) -> Parameter:
        scopes = [value.scope for value in self.values]
        for scope in scopes:
            if scopes.count(scope) > 1:
                raise CodedError("duplicate_name", value=f"{self.name}.{scope}")
        for value in self.values:
            check_value(value, self.unit, self.distribution)
        return self

    def find(self, *scopes: str) -> Value | None:
        """The value of the first scope that has one, then of all classes (`*`)."""
        for scope in (*scopes, "*"):
            for value in self.values:
                if value.scope == scope:
                    return value
        return None

    def replace(self, new: Value) -> Parameter:
        """The parameter with one scope's value replaced, or added."""
        kept = [value for value in self.values if value.scope != new.scope]
        return self.model_copy(update={"values": (*kept, new)})


def check_value(value: Value, unit_text: str, distribution: Distribution) -> None:
    """Bounds and VAT of one value.

    Raises:
        CodedError: with the code of the first rule that is broken.
    """
    if distribution == "fixed":
        if value.low is not None or value.high is not None:
            raise CodedError("bounds_fixed")
    elif value.low is None or value.high is None:
        raise CodedError("bounds_missing", distribution=distribution)
    elif not value.low <= value.mode <= value.high:
        raise CodedError("bounds_order", low=value.low, mode=value.mode, high=value.high)
    if is_money(unit_text) and value.vat is None:
        raise CodedError("vat_missing")
    if not is_money(unit_text) and value.vat is not None:
        raise CodedError("vat_forbidden")


class ParameterFile(Strict):
    """Schema of a file that holds only parameters."""

    parameters: tuple[Parameter, ...]
