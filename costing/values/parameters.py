"""Parameters: a quantity with its unit, its values by class, their source and grade.

One shape for every quantity that an expert may change, whatever file it stands in: prices, staff,
thresholds of the fee, growth of the fleet. An override of a scenario replaces one `Value`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from costing.french.writing import clean
from costing.language.units import UNITS, is_money
from costing.problems.errors import suggest
from costing.values.yaml_lines import CodedError, Fault

Grade = Literal["A", "B", "C", "D"]
Distribution = Literal["pert", "triangular", "uniform", "lognormal", "normal", "discrete", "fixed"]
Vat = Literal["included", "excluded", "not_applicable"]


#: A finite number: a text, a blank or a yes is not one.
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]


def _something(text: str) -> str:
    if not clean(text):
        raise PydanticCustomError("blank_text", "a text is expected")
    return text


#: A text that shows something: a blank cell of a workbook holds none.
NonBlank = Annotated[Text, AfterValidator(_something)]


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


class Outcome(Strict):
    """One of the values that a discrete quantity may take."""

    value: Number
    probability: Number = Field(gt=0, le=1)


class Value(Strict):
    """A parameter's value for a class, a modality, or all (`*`), with its provenance.

    mode: the principal estimate. low, high: the ends of the range (pert, triangular, uniform), or
    the 5 % and 95 % quantiles around the median (lognormal, normal).
    """

    scope: str = Field(alias="class")
    low: Number | None = None
    mode: Number
    high: Number | None = None
    vat: Vat | None = None
    source: tuple[str, ...] = Field(min_length=1)
    grade: Grade
    note: str = ""
    outcomes: tuple[Outcome, ...] = ()

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    _changed_by: str | None = PrivateAttr(default=None)

    @property
    def changed_by(self) -> str | None:
        """Who put this value in the place of the reference one; None for a reference value."""
        return self._changed_by

    def changed(self, by: str, **new: Any) -> Value:
        """The value with other content, marked as changed."""
        value = self.model_copy(update=new)
        value._changed_by = by
        return value

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high; the extreme outcomes; both the mode when the value is fixed."""
        if self.outcomes:
            values = [outcome.value for outcome in self.outcomes]
            return min(values), max(values)
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
            facts = {"near": suggest(text, UNITS), "known": ", ".join(UNITS)}
            raise CodedError(Fault("unknown_unit", facts={"value": text, **facts}))
        return text

    @model_validator(mode="after")
    def _values_are_complete(self) -> Parameter:
        faults = []
        scopes = [value.scope for value in self.values]
        for index, value in enumerate(self.values):
            if value.scope in scopes[:index]:
                facts = {"value": f"{self.name}.{value.scope}"}
                faults.append(Fault("duplicate_name", ("values", index), facts))
            fault = value_fault(value, self.unit, self.distribution)
            if fault:
                faults.append(replace(fault, keys=("values", index, *fault.keys)))
        if faults:
            raise CodedError(*faults)
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
        values = tuple(new if value.scope == new.scope else value for value in self.values)
        if new not in values:
            values = (*values, new)
        return self.model_copy(update={"values": values})


def value_fault(value: Value, unit_text: str, distribution: Distribution) -> Fault | None:
    """What is wrong with the bounds or the VAT of one value, if anything."""
    if fault := _law_fault(value, distribution):
        return fault
    least, expected = (-1.0, "> -1") if unit_text == "1/year" else (0.0, "≥ 0")
    if value.bounds[0] < least or (unit_text == "1/year" and value.bounds[0] <= least):
        low = {"value": value.bounds[0], "unit": unit_text, "expected": expected}
        return Fault("value_range", facts=low)
    if is_money(unit_text) and value.vat is None:
        return Fault("vat_missing")
    if not is_money(unit_text) and value.vat is not None:
        return Fault("vat_forbidden", ("vat",))
    return None


def _law_fault(value: Value, distribution: Distribution) -> Fault | None:
    """What of low, mode, high and the outcomes does not make the distribution."""
    if value.outcomes and distribution != "discrete":
        return Fault("outcomes_forbidden", ("outcomes",), {"distribution": distribution})
    if distribution in ("fixed", "discrete"):
        if value.low is not None or value.high is not None:
            return Fault("bounds_fixed")
        return _outcomes_fault(value) if distribution == "discrete" else None
    if value.low is None or value.high is None:
        return Fault("bounds_missing", facts={"distribution": distribution})
    if not value.low <= value.mode <= value.high:
        facts = {"low": value.low, "mode": value.mode, "high": value.high}
        return Fault("bounds_order", facts=facts)
    if distribution in ("lognormal", "normal"):
        return _median_fault(value.low, value.mode, value.high, distribution)
    return None


def _outcomes_fault(value: Value) -> Fault | None:
    """Outcomes of a discrete value: two or more, their chances adding to one, the mode one."""
    values = [outcome.value for outcome in value.outcomes]
    total = math.fsum(outcome.probability for outcome in value.outcomes)
    if len(set(values)) < max(2, len(values)) or abs(total - 1) > 1e-9:
        return Fault("outcomes_wrong", ("outcomes",), {"value": total})
    if value.mode not in values:
        shown = ", ".join(f"{outcome:g}" for outcome in values)
        return Fault("mode_not_outcome", ("mode",), {"value": value.mode, "known": shown})
    return None


#: How far a median may lie from the one that the two quantiles imply, in parts of their gap.
_MEDIAN_TOLERANCE = 0.01


def _median_fault(low: float, mode: float, high: float, distribution: str) -> Fault | None:
    """Two quantiles settle a normal or lognormal law; the mode must be its median."""
    if distribution == "lognormal" and low <= 0:
        return Fault("lognormal_positive", ("low",), {"value": low})
    median = math.sqrt(low * high) if distribution == "lognormal" else (low + high) / 2
    if abs(mode - median) > _MEDIAN_TOLERANCE * (high - low):
        facts = {"value": mode, "expected": median, "distribution": distribution}
        return Fault("mode_not_median", ("mode",), facts)
    return None


class ParameterFile(Strict):
    """Schema of a file that holds only parameters."""

    parameters: tuple[Parameter, ...]
