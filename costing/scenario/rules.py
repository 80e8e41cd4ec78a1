"""What is asked of a fee schedule: savings, rules, demands, objectives, what may change.

Part of a scenario, pure data; `costing.scenario.menu` declares what each constraint and objective
is.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from costing.problems.errors import suggest
from costing.scenario.menu import CONSTRAINTS
from costing.values.parameters import NonBlank, Number, Strict
from costing.values.yaml_lines import CodedError, Fault

Reading = Literal["cumulated", "level_2027"]


#: No sum of this dispute comes near a thousand billion euros: beyond, something was mistyped.
MOST_EUR = 1e12
Amount = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=MOST_EUR)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=100)]


class Lever(Strict):
    """Savings that something else than the fee brings, dated: EUR a year from `date` on."""

    label: NonBlank
    date: dt.date
    annual_amount_eur: Number = Field(ge=0, le=MOST_EUR)


class SavingsDemand(Strict):
    """What must be saved, and how the target is read.

    target_eur: the law's target for all imaging, against the tariff of the baseline date.
    reading: sum of the calendar years, or level reached in the last one.
    share_on_fee: part of the target that the technical fee carries.
    other_levers: dated amounts that come off what the fee must carry.
    yearly_eur: least savings of a calendar year. carry_over: whether what a year saves beyond its
        minimum counts for the next ones.
    """

    target_eur: Number = Field(default=300e6, ge=0, le=MOST_EUR)
    reading: Reading = "cumulated"
    share_on_fee: Number = Field(default=0.5, ge=0, le=1)
    other_levers: tuple[Lever, ...] = ()
    yearly_eur: dict[int, Amount] = Field(default_factory=dict)
    carry_over: bool = False


Objective = Literal[
    "loss", "largest_loss", "near_cost", "exact", "even", "even_modality", "even_class",
    "even_zone", "even_sector", "fewest_cells", "smooth",
]  # fmt: skip
CostRisk = Literal["principal", "mean", "probability", "cvar"]
StructureName = Literal[
    "reference_activity", "threshold_1", "threshold_2", "amortisation_years", "rank_factor"
]


class Demand(Strict):
    """One more thing asked of a schedule.

    constraint: id in `costing.scenario.menu`. scope: a class, modality, region or sector as the
    constraint admits, `*` for all. value, level: its numbers, in the units that the menu says.
    """

    constraint: str
    scope: str = "*"
    value: Number
    level: Number | None = None

    @model_validator(mode="after")
    def _as_the_menu_says(self) -> Demand:
        known = {code: entry for code, entry in CONSTRAINTS.items() if entry.on_demand}
        declared = known.get(self.constraint)
        if declared is None:
            facts: dict[str, Any] = {
                "value": self.constraint,
                "near": suggest(self.constraint, known),
                "known": ", ".join(known),
            }
            raise CodedError(Fault("unknown_choice", ("constraint",), facts))
        faults = []
        for key, given, bound in (
            ("value", self.value, declared.value),
            ("level", self.level, declared.level),
        ):
            if given is None:
                continue
            low, high = (bound.low, bound.high) if bound else (0.0, 0.0)
            if bound is None or not low <= given <= high:
                facts = {"value": given, "low": low, "high": high}
                faults.append(Fault("demand_range", (key,), facts))
        if faults:
            raise CodedError(*faults)
        return self


class StructureChoice(Strict):
    """A part of the fee's structure that a proposal may choose among candidates.

    parameter: as in `costing.scenario.menu.STRUCTURES`. scope: a class, a modality, or `*`.
    candidates: acts a year, years, or a factor; what holds today is always one of them, whether
    listed or not.
    """

    parameter: StructureName
    scope: str = "*"
    candidates: tuple[Number, ...] = Field(min_length=1, max_length=8)

    @field_validator("candidates")
    @classmethod
    def _each_once(cls, candidates: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(sorted(set(candidates)))

    @model_validator(mode="after")
    def _candidates_make_sense(self) -> StructureChoice:
        low, high = {"amortisation_years": (1, 30), "rank_factor": (0, 1)}.get(
            self.parameter, (1, 200_000)
        )
        wrong = [value for value in self.candidates if not low <= value <= high]
        if wrong:
            facts = {"value": wrong[0], "low": low, "high": high}
            raise CodedError(Fault("demand_range", ("candidates",), facts))
        return self


class Behaviour(Strict):
    """How volumes and owners answer a schedule; none of it unless asked.

    elasticity: relative change of a machine's acts for a relative change of its mean fee, by
        modality (`irm`) or modality and sector (`irm.liberal`). renewal: share of the machines that
        become amortised during a year whose owner renews them on the spot. second_machine: share of
        the acts beyond the first reduced rate that move to a new machine, where the full rate
        exceeds the reduced one by more than what the new machine costs.
    """

    elasticity: dict[str, Annotated[float, Field(strict=True, ge=-3, le=3)]] = Field(
        default_factory=dict
    )
    renewal: Number = Field(default=0.0, ge=0, le=1)
    second_machine: Number = Field(default=0.0, ge=0, le=1)

    @property
    def idle(self) -> bool:
        """Whether nothing answers anything."""
        return not (any(self.elasticity.values()) or self.renewal or self.second_machine)


class ScheduleRules(Strict):
    """What a proposed fee schedule must respect, and what it is to be best at.

    step_dates: dates on which fees change; those in force before stay as they are.
    largest_cut_per_step: fraction of the price before the step.
    floor_share_of_cost: by class code, revenue of the class over its cost, at least.
    demands: further constraints of the menu. objectives: in the order in which they are sought.
    return_on_cost: return added to cost where prices are set by costs (`near_cost`, cost-based
    rules). cost_risk, cost_level: how uncertain costs enter the floors, and the probability.
    structure: what of the fee's structure may change, at the first step date.
    """

    step_dates: tuple[dt.date, ...] = (dt.date(2027, 1, 1),)
    largest_cut_per_step: Number = Field(default=0.25, ge=0, le=1)
    no_rise: bool = True
    degressive: bool = True
    amortised_not_above: bool = True
    zones_in_order: bool = True
    floor_share_of_cost: dict[str, Share] = Field(default_factory=dict)
    rounding_eur: Number = Field(default=0.01, ge=1e-6, le=100)
    demands: tuple[Demand, ...] = ()
    objectives: tuple[Objective, ...] = ("loss", "exact", "even")
    return_on_cost: Number = Field(default=0.0, ge=0, le=1)
    cost_risk: CostRisk = "principal"
    cost_level: Number = Field(default=0.8, ge=0.5, le=0.99)
    structure: tuple[StructureChoice, ...] = ()
    behaviour: Behaviour = Behaviour()

    @model_validator(mode="after")
    def _dates_increase(self) -> ScheduleRules:
        if not self.step_dates or list(self.step_dates) != sorted(set(self.step_dates)):
            shown = ", ".join(map(str, self.step_dates)) or "—"
            facts = {"value": shown, "after": "—"}
            raise CodedError(Fault("date_order", ("step_dates",), facts))
        return self

    @model_validator(mode="after")
    def _nothing_demanded_twice(self) -> ScheduleRules:
        keys: list[tuple[str, str]] = [
            *(("demands", f"{d.constraint} · {d.scope}") for d in self.demands),
            *(("structure", f"{s.parameter} · {s.scope}") for s in self.structure),
            *(("objectives", name) for name in self.objectives),
        ]
        for field, shown in keys:
            if keys.count((field, shown)) > 1:
                raise CodedError(Fault("duplicate_name", (field,), {"value": shown}))
        if not self.objectives:
            raise CodedError(Fault("missing_key", ("objectives",), {"value": "objectives"}))
        return self
