"""Rank correlations between the parameters of a class, as they are written."""

from __future__ import annotations

from pydantic import Field, model_validator

from costing.values.parameters import Number, Strict
from costing.values.yaml_lines import CodedError, Fault


class Correlation(Strict):
    """Rank correlation (Spearman) of two parameters of a class, in the place of the reference's.

    first, second: names of parameters (`slot_minutes`). 0 makes them independent.
    """

    first: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    second: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    rank: Number = Field(ge=-0.99, le=0.99)
    reason: str = ""

    @property
    def pair(self) -> frozenset[str]:
        """The two names, in no order."""
        return frozenset((self.first, self.second))

    @property
    def unsigned(self) -> Correlation:
        """The same less its reason, the two names in alphabetical order."""
        first, second = sorted(self.pair)
        return self.model_copy(update={"first": first, "second": second, "reason": ""})

    @model_validator(mode="after")
    def _two_parameters(self) -> Correlation:
        if self.first == self.second:
            raise CodedError(Fault("correlation_pair", ("second",), {"value": self.first}))
        return self
