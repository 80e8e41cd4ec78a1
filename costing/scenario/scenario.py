"""A scenario: what one person changed of the reference data, and the conventions chosen.

Pure data, saved as readable JSON, identified by the hash of its content. What it changes is applied
by `costing.reference.reference.Reference.case`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from costing.fleet.table import FleetTable
from costing.problems.errors import Place, Problem, ScenarioError, problem, suggest
from costing.scenario.rules import SavingsDemand, ScheduleRules
from costing.scenario.unavailable import Unavailable
from costing.values.correlations import Correlation
from costing.values.parameters import Grade, NonBlank, Number, Strict, Vat
from costing.values.yaml_lines import CodedError, Fault, refusal

FORMAT = 1
_UNNAMED = "Référence"
#: Spreadsheets keep fifteen digits of a number.
MOST_SEED = 10**15 - 1

Capital = Literal["annuity", "straight_line", "lease"]
Activity = Literal["observed", "normative", "reference"]
AmortisedCharge = Literal["none", "economic"]
Investment = Literal["rate_gap", "after_running_costs"]


class Conventions(Strict):
    """Choices that change results and that no text settles.

    capital: how capital is charged (annuity; straight line plus mean interest; lease rent).
    activity: yearly acts of a machine: as observed, a norm, or the reference activity.
    amortised_charge: what an amortised machine is charged: nothing (its capital was charged over
        the regulatory years), or the economic charge over its service life.
    inpatients_count: whether acts of in-patients take places in the activity bands.
    investment: what of the fee pays investment, in the third reading of « overvalued »: the gap
        between the two full rates, or the fee less the running costs.
    """

    capital: Capital = "annuity"
    activity: Activity = "observed"
    amortised_charge: AmortisedCharge = "none"
    inpatients_count: bool = True
    investment: Investment = "rate_gap"


class Override(Strict):
    """A value put in the place of the reference one.

    `parameter` is an address, `file.name.scope`: `irm.purchase_price.irm_1_5t`,
    `communs.cost_of_capital.*`, `machine_classes.reference_activity.scanner`.
    """

    parameter: str = Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+\.([a-z0-9_]+|\*)$")
    mode: Number
    low: Number | None = None
    high: Number | None = None
    vat: Vat | None = None
    source: NonBlank = "saisie de l'expert"
    grade: Grade = "D"
    author: str = ""
    reason: str = ""
    date: dt.date | None = None


class Scenario(Strict):
    """The reference data plus what one person changed; immutable."""

    format: int = FORMAT
    name: str = _UNNAMED
    description: str = ""
    perimeter: str = "legal_2024"
    conventions: Conventions = Conventions()
    overrides: tuple[Override, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    savings: SavingsDemand = SavingsDemand()
    rules: ScheduleRules = ScheduleRules()
    seed: int = Field(default=2024, ge=0, le=MOST_SEED)
    fleet: FleetTable | None = None
    unavailable: tuple[Unavailable, ...] = ()

    @model_validator(mode="after")
    def _one_override_each(self) -> Scenario:
        addresses = [override.parameter for override in self.overrides]
        for address in addresses:
            if addresses.count(address) > 1:
                raise CodedError(Fault("duplicate_name", ("overrides",), {"value": address}))
        return self

    @model_validator(mode="after")
    def _given_or_unavailable(self) -> Scenario:
        """A datum is declared unavailable once, and not while it is given."""
        given = {override.parameter for override in self.overrides}
        addresses = [datum.address for datum in self.unavailable]
        for index, address in enumerate(addresses):
            facts, keys = {"value": address}, ("unavailable", index, "address")
            if address in addresses[:index]:
                raise CodedError(Fault("duplicate_name", keys, facts))
            if address in given:
                raise CodedError(Fault("unavailable_given", keys, facts))
        return self

    @model_serializer(mode="wrap")
    def _without_an_empty_list(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Nothing unavailable is not written: such a scenario keeps the text and hash it had."""
        content: dict[str, Any] = write(self)
        if not content.get("unavailable"):
            content.pop("unavailable", None)
        return content

    @field_validator("correlations")
    @classmethod
    def _their_order_has_none_either(
        cls, correlations: tuple[Correlation, ...]
    ) -> tuple[Correlation, ...]:
        return tuple(sorted(correlations, key=lambda correlation: sorted(correlation.pair)))

    @model_validator(mode="after")
    def _one_correlation_each(self) -> Scenario:
        pairs = [correlation.pair for correlation in self.correlations]
        for pair in pairs:
            if pairs.count(pair) > 1:
                facts = {"value": " – ".join(sorted(pair))}
                raise CodedError(Fault("duplicate_name", ("correlations",), facts))
        return self

    @field_validator("overrides")
    @classmethod
    def _order_has_no_meaning(cls, overrides: tuple[Override, ...]) -> tuple[Override, ...]:
        return tuple(sorted(overrides, key=lambda override: override.parameter))

    @field_validator("unavailable")
    @classmethod
    def _nor_has_the_order_here(cls, data: tuple[Unavailable, ...]) -> tuple[Unavailable, ...]:
        return tuple(sorted(data, key=lambda datum: datum.address))

    @property
    def content(self) -> Scenario:
        """The scenario less what does not change a result: the same for equal hashes.

        Its names, its description, who changed a value, when and why are those of no one. What is
        said of an unavailable datum stays: it is content.
        """
        unsigned = {"author": "", "reason": "", "date": None}
        return self.model_copy(
            update={
                "name": _UNNAMED,
                "description": "",
                "overrides": tuple(o.model_copy(update=unsigned) for o in self.overrides),
                "correlations": tuple(correlation.unsigned for correlation in self.correlations),
            }
        )

    @property
    def hash(self) -> str:
        """SHA-256 of the content in canonical JSON.

        Who, when, why, the name and the description do not count: signing a change does not make
        another scenario of it. What is said of an unavailable datum does: it is content.
        """
        content = self.content.model_dump(mode="json", exclude={"name", "description"})
        for override in content["overrides"]:
            for key in ("author", "reason", "date"):
                del override[key]
        for correlation in content["correlations"]:
            del correlation["reason"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def with_override(self, override: Override) -> Scenario:
        """The scenario with one value changed; replaces an earlier change of the same value.

        A datum that is given is no longer unavailable.
        """
        remaining = [o for o in self.overrides if o.parameter != override.parameter]
        overrides = sorted((*remaining, override), key=lambda o: o.parameter)
        still = tuple(d for d in self.unavailable if d.address != override.parameter)
        return self.model_copy(update={"overrides": tuple(overrides), "unavailable": still})

    def without_override(self, parameter: str) -> Scenario:
        """The scenario with one value put back to the reference."""
        remaining = tuple(o for o in self.overrides if o.parameter != parameter)
        return self.model_copy(update={"overrides": remaining})

    def to_json(self) -> str:
        """Readable JSON, one key a line."""
        return self.model_dump_json(indent=2) + "\n"


def from_json(text: str, file: str | None = None) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioError: not JSON, another format, or keys that are missing, unknown or wrong.
    """
    place = Place(file=file)
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        at = Place(file=file, line=error.lineno)
        raise ScenarioError(problem("scenario_json", at, detail=error.msg)) from None
    except RecursionError:
        raise ScenarioError(problem("scenario_json", place, detail="trop de niveaux")) from None
    except KeyError as error:
        raise ScenarioError(problem("duplicate_key", place, error.args[0])) from None
    if not isinstance(data, dict) or data.get("format", FORMAT) != FORMAT:
        given = data.get("format") if isinstance(data, dict) else data
        raise ScenarioError(problem("scenario_format", place, given, known=FORMAT))
    return _validated(data, file)


def revised(scenario: Scenario, **changes: Any) -> Scenario:
    """The scenario with some fields replaced, checked as if it had been read.

    Raises:
        ScenarioError: a field that is unknown or wrong.
    """
    return _validated({**scenario.model_dump(), **changes})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON whose keys are written once each."""
    members: dict[str, Any] = {}
    for key, value in pairs:
        if key in members:
            raise KeyError(key)
        members[key] = value
    return members


def _validated(data: dict[str, Any], file: str | None = None) -> Scenario:
    try:
        return Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError([p for e in error.errors() for p in _translate(e, file)]) from None


def _translate(error: Any, file: str | None) -> list[Problem]:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, CodedError):
        return [
            fault.problem(Place(file=file, key=".".join(map(str, (*error["loc"], *fault.keys)))))
            for fault in cause.faults
        ]
    return [_other(error, Place(file=file, key=".".join(map(str, error["loc"])) or None))]


def _other(error: Any, place: Place) -> Problem:
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        return problem("unknown_key", place, name, near=suggest(name, Scenario.model_fields))
    if error["type"] == "missing":
        return problem("missing_key", place, name)
    value = None if isinstance(error["input"], dict) else error["input"]
    return problem("invalid_value", place, value, detail=refusal(error))


class Difference(NamedTuple):
    """One place where two scenarios differ; None where a side has nothing."""

    key: str
    before: Any
    after: Any


def diff(before: Scenario, after: Scenario) -> list[Difference]:
    """All that differs between two scenarios, by key.

    An override's key is its address, and so is that of a datum that is unavailable.
    """
    left, right = (dict(_flatten(_keyed(scenario))) for scenario in (before, after))
    keys = [*left, *(key for key in right if key not in left)]
    return [
        Difference(key, left.get(key), right.get(key))
        for key in keys
        if left.get(key) != right.get(key)
    ]


def _keyed(scenario: Scenario) -> dict[str, Any]:
    data = scenario.model_dump(mode="json")
    data["overrides"] = {o.pop("parameter"): o for o in data["overrides"]}
    if scenario.unavailable:
        data["unavailable"] = {d.pop("address"): d for d in data["unavailable"]}
    return data


def _flatten(data: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _flatten(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, data
