r"""Machines that answer a schedule: volumes, renewals, second machines, to a fixed point.

A schedule is sought for a fleet; the fleet answers it; a schedule is sought for that fleet; and so
on until the answer no longer moves. Nothing answers unless the scenario says so.

- Volumes: a machine's acts are multiplied by $(\bar f_m / \bar f^0_m)^{\epsilon}$, $\bar f$ its
  mean fee an act under the schedule, $\bar f^0$ under the prices before, its acts not answering.
- Renewal: of the machines that become amortised in a year, the stated share is renewed on the spot
  where what the fee loses by it exceeds what the cost does.
- Second machine: of the machines beyond the reference activity, the stated share moves the acts
  beyond it to a new machine, where the full rate pays more above the reduced one than the new
  machine adds to the cost.

The last two are decisions, all or nothing; they come in evenly while the gain goes from nothing to
`RAMP` of the cost, so that the answer is continuous in the prices and a fixed point exists
(Brouwer). Each round goes part of the way (Krasnoselskii and Mann); what has not settled after
`ROUNDS` is an error, not an answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from costing.analysis.account.comparison import billed_share
from costing.case.case import Case
from costing.case.costs import fleet_cost
from costing.fee.schedule import FeeSchedule
from costing.fleet.fleet import Fleet, by_code
from costing.french.writing import percent
from costing.problems.errors import Place, ScenarioError, problem
from costing.run.progress import Progress, silent, within

Floats = NDArray[np.float64]

#: Rounds after which what has not settled is refused; and the largest change of an answer allowed.
ROUNDS, SETTLED = 40, 1e-3
#: How far a round goes towards the new answer; less where the last one brought it no closer.
DAMPING, SHORTER = 0.5, 0.7
#: Gain, as a share of the cost, from which all those who may decide do.
RAMP = 0.10


@dataclass(frozen=True)
class Answer:
    """How the machines of a year answer, arrays `(m,)`: ratio of acts, shares that decide."""

    acts: Floats
    renewed: Floats
    split: Floats

    def towards(self, new: Answer, share: float) -> Answer:
        """Part of the way to another answer."""
        return Answer(
            *(
                a + share * (b - a)
                for a, b in zip(vars(self).values(), vars(new).values(), strict=True)
            )
        )

    def distance(self, other: Answer) -> float:
        """The largest difference."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in pairs)


@dataclass(frozen=True)
class Settled:
    """A fixed point: rounds made, largest change in the last one, the fleets by year."""

    rounds: int
    residual: float
    fleets: Mapping[int, Fleet]


def settle(
    case: Case, solve: Callable[[Mapping[int, Fleet]], FeeSchedule | None], tell: Progress = silent
) -> Settled:
    """Iterate until the fleet that answers a schedule is the one that it was sought for.

    `solve` gives the schedule for fleets by year, None where there is none (that fleet stays).

    Raises:
        ScenarioError: no fixed point within `ROUNDS` rounds.
    """
    years = _years(case)
    now = {year: _still(case.fleet_in(year)) for year in years}
    residual, share = np.inf, 1.0
    answered: FeeSchedule = case.reference.schedule
    for number in range(1, ROUNDS + 1):
        fleets = {year: answering(case, year, now, answered) for year in years}
        tell_round = within(tell, (number - 1) / ROUNDS, number / ROUNDS)
        tell_round(0.0, f"Réactions des exploitants, tour {number}")
        schedule = solve(fleets)
        if schedule is None:
            return Settled(number, 0.0, fleets)
        new = {year: answer(case, schedule, year) for year in years}
        before, residual = residual, max(now[year].distance(new[year]) for year in years)
        if residual <= SETTLED and all(
            # Who splits must have been split by the reference activities of what was found.
            not now[year].split.any()
            or np.array_equal(_reference(answered, year), _reference(schedule, year), True)
            for year in years
        ):
            return Settled(number, residual, fleets)
        if number > 1:
            share = min(share, DAMPING) * (SHORTER if residual > 0.9 * before else 1.0)
        now = {year: now[year].towards(new[year], share) for year in years}
        answered = schedule
    place = Place(key="rules.behaviour")
    raise ScenarioError(problem("behaviour_unsettled", place, percent(residual, 2), rounds=ROUNDS))


def _years(case: Case) -> list[int]:
    first = case.scenario.rules.step_dates[0].year
    return [year for year in case.reference.savings.target.years if year >= first]


def _still(fleet: Fleet) -> Answer:
    size = len(fleet.frame)
    return Answer(np.ones(size), np.zeros(size), np.zeros(size))


def answer(case: Case, schedule: FeeSchedule, year: int) -> Answer:
    """How the machines of a year answer a schedule, their acts without answer."""
    behaviour = case.scenario.rules.behaviour
    fleet = case.fleet_in(year)
    frame = fleet.frame
    held = case.reference.schedule.frozen(_eve(case))
    after, _ = _account(case, fleet, schedule, year)
    before, _ = _account(case, fleet, held, year)
    ratio = np.divide(after, before, out=np.ones_like(after), where=before > 0)
    keys = zip(frame["modality"], frame["sector"], strict=True)
    elasticity = behaviour.elasticity
    power = {(m, s): elasticity.get(f"{m}.{s}", elasticity.get(m, 0.0)) for m, s in set(keys)}
    exponent = np.array([power[k] for k in zip(frame["modality"], frame["sector"], strict=True)])
    acts = np.maximum(ratio, 1e-6) ** exponent
    return Answer(
        acts,
        behaviour.renewal * _renewing(case, fleet, schedule, year),
        behaviour.second_machine * _splitting(case, fleet, schedule, year),
    )


def _renewing(case: Case, fleet: Fleet, schedule: FeeSchedule, year: int) -> Floats:
    """Of the machines that became amortised since the first step: 1 where renewing pays."""
    if not case.scenario.rules.behaviour.renewal:
        return np.zeros(len(fleet.frame))
    first = case.scenario.rules.step_dates[0].year
    own = case.under(schedule, year)
    old = fleet.amortised(year, own.amortisation_years)
    was = fleet.amortised(first - 1, own.amortisation_years)
    new = _with(fleet, installed_on=pd.Timestamp(year, 1, 1))
    paid, cost = _account(case, fleet, schedule, year)
    paid_new, cost_new = _account(case, new, schedule, year)
    return np.where(old & ~was, _ramp((paid_new - paid) - (cost_new - cost), cost), 0.0)


def _splitting(case: Case, fleet: Fleet, schedule: FeeSchedule, year: int) -> Floats:
    """Of the machines beyond their reference activity: 1 where a second one pays."""
    if not case.scenario.rules.behaviour.second_machine:
        return np.zeros(len(fleet.frame))
    full, moved = _halves(case, fleet, schedule, year)
    paid, cost = _account(case, fleet, schedule, year)
    paid_a, cost_a = _account(case, full, schedule, year)
    paid_b, cost_b = _account(case, moved, schedule, year)
    busy = moved.frame["acts_billed"].to_numpy() > 0
    gain = (paid_a + paid_b - paid) - (cost_a + cost_b - cost)
    return np.where(busy, _ramp(gain, cost), 0.0)


def _halves(case: Case, fleet: Fleet, schedule: FeeSchedule, year: int) -> tuple[Fleet, Fleet]:
    """Each machine at its reference activity, and a new one that does the rest."""
    frame = fleet.frame
    reference = dict(zip(schedule.class_codes, _reference(schedule, year), strict=True))
    limit = by_code(frame["class"], reference)
    total = (frame["acts_billed"] + frame["acts_inpatient"]).to_numpy(dtype=float)
    share_within = np.divide(
        np.minimum(total, limit), total, out=np.ones_like(total), where=total > 0
    )
    parts = []
    for share, changes in (
        (share_within, {}),
        (1 - share_within, {"installed_on": pd.Timestamp(year, 1, 1), "rank_on_authorisation": 2}),
    ):
        parts.append(
            _with(
                fleet,
                acts_billed=frame["acts_billed"] * share,
                acts_inpatient=frame["acts_inpatient"] * share,
                **changes,
            )
        )
    return parts[0], parts[1]


def _reference(schedule: FeeSchedule, year: int) -> Floats:
    """Reference activity of each class at the end of a year, acts."""
    return schedule.period_limits(year)[-1, :, 1]


def answering(case: Case, year: int, answers: Mapping[int, Answer], schedule: FeeSchedule) -> Fleet:
    """The fleet of a year once it has answered a schedule, whose reference activities split it."""
    fleet, own = case.fleet_in(year), answers[year]
    frame = fleet.frame
    weight = frame["weight"].to_numpy(dtype=float)
    acts = {name: frame[name] * own.acts for name in ("acts_billed", "acts_inpatient")}
    frame = frame.assign(**acts)
    busy = replace(fleet, frame=frame)
    full, moved = _halves(case, busy, schedule, year)
    parts = [frame.assign(weight=weight * (1 - own.renewed) * (1 - own.split))]
    parts.append(
        frame.assign(
            weight=weight * own.renewed * (1 - own.split), installed_on=pd.Timestamp(year, 1, 1)
        )
    )
    parts += [half.frame.assign(weight=weight * own.split) for half in (full, moved)]
    remaining = [part[part["weight"] > 0] for part in parts]
    return replace(fleet, frame=pd.concat(remaining, ignore_index=True))


def _account(case: Case, fleet: Fleet, schedule: FeeSchedule, year: int) -> tuple[Floats, Floats]:
    """Revenue and cost of the billed acts of each machine, EUR in the year."""
    own = case.under(schedule, year)
    machines = fleet.machines(schedule, year, own.amortisation_years)
    count = case.scenario.conventions.inpatients_count
    revenue = schedule.revenue(machines, year, count)
    return revenue, fleet_cost(own, fleet, year) * billed_share(own, fleet, machines)


def _with(fleet: Fleet, **columns: Any) -> Fleet:
    return replace(fleet, frame=fleet.frame.assign(**columns))


def _eve(case: Case) -> dt.date:
    return case.scenario.rules.step_dates[0] - dt.timedelta(days=1)


def _ramp(gain: Floats, cost: Floats) -> Floats:
    """0 without gain, 1 from `RAMP` of the cost on."""
    return np.clip(gain / np.maximum(RAMP * cost, 1.0), 0.0, 1.0)
