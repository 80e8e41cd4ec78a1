"""Schedules to lay out: the official one, and one that changes prices and structure."""

from __future__ import annotations

import datetime as dt

import pytest

from costing.annex.describe import Annex, describe
from costing.case.case import Case, make_case
from costing.fee.schedule import Cell, FeeSchedule
from costing.scenario.scenario import Scenario
from tests.annex.reading import JULY, NEXT, STRUCTURE
from tests.shared import REFERENCE


@pytest.fixture(scope="session")
def case() -> Case:
    return make_case(REFERENCE, Scenario())


@pytest.fixture(scope="session")
def official(case: Case) -> Annex:
    return describe(case, case.reference.schedule, "Barème officiel.")


@pytest.fixture(scope="session")
def reformed(case: Case) -> FeeSchedule:
    """Prices that differ where the official ones are equal, and a new structure at both dates."""
    changes: dict[dt.date, dict[Cell, float]] = {
        JULY: {
            Cell("scanner", "non_amorti", "*", "plein"): 88.5,
            Cell("irm_1_5t", "amorti", "paris", "plein"): 100.005,
        },
        NEXT: {Cell("tep", "*", "*", "reduit_1"): 1234.5},
    }
    return case.reference.schedule.with_prices(changes, "réforme", STRUCTURE)


@pytest.fixture(scope="session")
def annex(case: Case, reformed: FeeSchedule) -> Annex:
    return describe(case, reformed, "Barème du fichier « réforme.csv ».")
