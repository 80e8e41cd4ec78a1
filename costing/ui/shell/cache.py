"""Results kept between reruns, by the hash of the scenario that they come from.

They serve all sessions, so they hold content only: each is computed from `Scenario.content`, which
no one named or signed, and what a session is given bears the names of the scenario in its hand.
Everything is bounded: four people on one server must not fill its memory. Streamlit leaves out of
its keys the arguments that begin with an underscore: `key`, the hash, must not.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from costing.analysis.account import comparison
from costing.analysis.account.savings import YearSavings, savings
from costing.analysis.bridge.bridge import Bridge, Result, bridge
from costing.analysis.claim.claim import ClaimAnswer, answer_claim
from costing.analysis.claim.readings import Reading, Settings
from costing.analysis.draws.cohort import cohort
from costing.analysis.draws.intervals import class_intervals
from costing.analysis.sensitivity.sensitivity import Sensitivity, claim_sensitivity
from costing.analysis.sensitivity.sobol import Sobol, sobol_indices
from costing.case.case import Case, make_case
from costing.case.costs import annual_cost
from costing.optimise.proposal import Proposal
from costing.optimise.propose import propose
from costing.problems.errors import InputError, Problem
from costing.reference.load import load_reference
from costing.reference.reference import Reference
from costing.run.progress import Progress
from costing.scenario.scenario import Scenario
from costing.values.catalogue import Claim

_KEPT_DIGESTS, _KEPT_ANALYSES = 64, 16
#: Draws of the intervals around the cost of an act.
INTERVAL_DRAWS = 10_000

_Analysis = TypeVar("_Analysis")


@st.cache_resource(show_spinner="Lecture des données de référence…")
def reference() -> Reference:
    """The reference data, read once for the server."""
    return load_reference()


def digest(scenario: Scenario) -> str:
    """The scenario's hash, computed once for each object: a fleet of thousands of rows is long."""
    kept = _digests()
    entry = kept.get(id(scenario))
    if entry is None or entry[0] is not scenario:
        entry = kept[id(scenario)] = (scenario, scenario.hash)
        while len(kept) > _KEPT_DIGESTS:
            kept.popitem(last=False)
    return entry[1]


@st.cache_resource(show_spinner=False)
def _digests() -> OrderedDict[int, tuple[Scenario, str]]:
    return OrderedDict()


def case(scenario: Scenario) -> Case:
    """A scenario on the reference data.

    Raises:
        InputError: the scenario does not fit.
    """
    return unsigned_case(scenario).signed(scenario)


def unsigned_case(scenario: Scenario) -> Case:
    """The content of a scenario on the reference data: what is kept is computed from it.

    Raises:
        InputError: the scenario does not fit.
    """
    return _case(digest(scenario), scenario)


@st.cache_resource(max_entries=16, show_spinner=False)
def _case(key: str, _scenario: Scenario) -> Case:
    return make_case(reference(), _scenario.content)


def curve(
    scenario: Scenario, class_code: str, amortisation: str, zone: str, date: dt.date, last: int
) -> comparison.Curve:
    """Cost and revenue of a machine for every number of acts up to `last`."""
    return _curve(digest(scenario), class_code, amortisation, zone, date, last, scenario)


@st.cache_resource(max_entries=24, show_spinner=False)
def _curve(
    key: str,
    class_code: str,
    amortisation: str,
    zone: str,
    date: dt.date,
    last: int,
    _scenario: Scenario,
) -> comparison.Curve:
    acts = np.arange(1, last + 1, dtype=float)
    return comparison.curve(unsigned_case(_scenario), class_code, amortisation, zone, date, acts)


def compare(scenario: Scenario, date: dt.date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cost and fee by kind of machine, and over the fleet."""
    return _compare(digest(scenario), date, scenario)


@st.cache_data(max_entries=32, show_spinner="Calcul sur le parc…")
def _compare(key: str, date: dt.date, _scenario: Scenario) -> tuple[pd.DataFrame, pd.DataFrame]:
    return comparison.compare(unsigned_case(_scenario), date)


def official_savings(scenario: Scenario) -> list[YearSavings]:
    """What the decision's own trajectory saves each year."""
    return _official_savings(digest(scenario), scenario)


@st.cache_data(max_entries=32, show_spinner="Calcul de la trajectoire de la décision…")
def _official_savings(key: str, _scenario: Scenario) -> list[YearSavings]:
    applied = unsigned_case(_scenario)
    return savings(applied, applied.reference.schedule)


@st.cache_resource(show_spinner=False)
def _analyses(kind: str) -> OrderedDict[tuple[Any, ...], Any]:
    """What is kept of one kind of analysis."""
    return OrderedDict()


def analysis(kind: str, key: tuple[Any, ...], make: Callable[[], _Analysis]) -> _Analysis:
    """An analysis made once for a key; the oldest are forgotten."""
    kept = _analyses(kind)
    if key not in kept:
        kept[key] = make()
        while len(kept) > _KEPT_ANALYSES:
            kept.popitem(last=False)
    made: _Analysis = kept[key]
    return made


def already_made(kind: str, key: tuple[Any, ...]) -> Any:
    """An analysis that is already made; None when it is not."""
    return _analyses(kind).get(key)


def kept_proposal(scenario: Scenario) -> Proposal | None:
    """The proposal already computed for this scenario, if any."""
    proposal: Proposal | None = already_made("proposal", (digest(scenario),))
    return proposal and replace(proposal, case=case(scenario))


def compute_proposal(scenario: Scenario, progress: Progress) -> Proposal:
    """Optimise a schedule for a scenario, and keep the answer.

    Raises:
        InputError: the demand does not fit (dates, fleet), answers of the fleet do not settle.
    """
    proposal = analysis(
        "proposal", (digest(scenario),), lambda: propose(unsigned_case(scenario), progress)
    )
    return replace(proposal, case=case(scenario))


def unit_costs(scenario: Scenario) -> dict[str, float]:
    """Cost per act (EUR) of a machine not amortised, by class, at the published reference activity.

    The number of acts is that of the reference data even when the scenario changes it, so that two
    scenarios are compared at the same volume.
    """
    return _unit_costs(digest(scenario), scenario)


@st.cache_data(max_entries=64, show_spinner=False)
def _unit_costs(key: str, _scenario: Scenario) -> dict[str, float]:
    applied = unsigned_case(_scenario)
    return {
        code: float(annual_cost(applied, code, entry.limits[0]).total()) / entry.limits[0]
        for code, entry in reference().classes.items()
    }


@st.cache_resource(max_entries=6, show_spinner="Lecture du classeur…")
def read_workbook(content: bytes) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """The scenario that a workbook says, or every problem of the file."""
    from costing.workbook.imported.importer import (  # noqa: PLC0415 - only on an import
        import_workbook,
    )

    try:
        return import_workbook(BytesIO(content), reference()), ()
    except InputError as error:
        return None, error.problems


@st.cache_resource(max_entries=6)
def prices_changed(content: bytes, _scenario: Scenario) -> int:
    """How many prices of a workbook are not as exported, which its import leaves aside."""
    from costing.workbook.verify.verify import prices_changed  # noqa: PLC0415 - only on an import

    return len(prices_changed(BytesIO(content), reference(), _scenario))


def claim_answer(
    scenario: Scenario,
    claim: Claim,
    reading: Reading,
    date: dt.date,
    settings: Settings,
    progress: Progress,
) -> ClaimAnswer:
    """A claim put to the test under a scenario, computed once for each reading and settings.

    Raises:
        InputError: no machine of the population, no rate known, correlations that cannot hold.
    """
    key = (digest(scenario), claim.id, reading, date, settings)
    answer = analysis(
        "claim", key,
        lambda: answer_claim(unsigned_case(scenario), claim, settings, reading, date, progress),
    )  # fmt: skip
    return replace(answer, case=case(scenario))


def bridge_between(a: Scenario, b: Scenario, result: Result) -> Bridge:
    """The gap of a result between two scenarios, by difference.

    Raises:
        InputError: a scenario does not fit; no such result for the two or between them.
    """
    key = (digest(a), digest(b), result)
    kept = analysis("bridge", key, lambda: bridge(unsigned_case(a), unsigned_case(b), result))
    return replace(kept, a=case(a), b=case(b))


def sensitivity(
    scenario: Scenario,
    claim: Claim,
    reading: Reading,
    date: dt.date,
    settings: Settings,
    progress: Progress,
) -> Sensitivity:
    """What the answer to a claim depends on; of the settings, draws and seed count.

    Raises:
        InputError: no machine of the population, no rate known, a variance without a meaning.
    """
    key = (digest(scenario), claim.id, reading, date, settings.draws, settings.seed)
    made = unsigned_case(scenario)
    return analysis(
        "sensitivity", key,
        lambda: claim_sensitivity(made, claim, settings, reading, date, progress),
    )  # fmt: skip


def sobol(
    scenario: Scenario, claim: Claim, reading: Reading, date: dt.date, seed: int, ask: bool
) -> Sobol | None:
    """Sobol indices of a claim's quantity: computed when asked, then known.

    Raises:
        InputError: correlated inputs, or a result that is not finite.
    """
    key = (digest(scenario), claim.id, reading, date, seed)

    def make() -> Sobol:
        applied = unsigned_case(scenario)
        machines = cohort(applied, claim.population, reading.activity, date)
        postes = frozenset(applied.reference.perimeter(reading.perimeter).postes)
        return sobol_indices(
            lambda values: machines.accounts(values).result(reading.definition, postes),
            machines.inputs, seed=seed,
        )  # fmt: skip

    return analysis("sobol", key, make) if ask or key in _analyses("sobol") else None


def intervals(scenario: Scenario, date: dt.date) -> pd.DataFrame:
    """Interval around the cost of an act, by class and modality."""
    return _intervals(digest(scenario), date, scenario)


@st.cache_data(max_entries=32, show_spinner="Tirages sur le parc…")
def _intervals(key: str, date: dt.date, _scenario: Scenario) -> pd.DataFrame:
    return class_intervals(unsigned_case(_scenario), date, INTERVAL_DRAWS)
