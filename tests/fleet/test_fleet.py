"""The fleet: what a table may hold, when a machine is amortised, what its codes stand for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.fleet.columns import COLUMNS
from costing.fleet.fleet import (
    CODED,
    Fleet,
    by_code,
    from_table,
    validate,
)
from costing.problems.errors import FleetError
from costing.reference.load import load_schedule
from tests.shared import examples

SCHEDULE = load_schedule()


def row(name: Any, /, **changes: Any) -> dict[str, Any]:
    return {
        "machine_id": name,
        "site_id": "site 1",
        "modality": "irm",
        "class": "irm_1_5t",
        "installed_on": "2018-07-01",
        "zone": "province",
        "region": "Bretagne",
        "sector": "liberal",
        "rank_on_authorisation": 1,
        "acts_billed": 5_000,
        "acts_inpatient": 100,
        "weight": 1.0,
    } | changes


def fleet(*rows: dict[str, Any], year: int = 2024) -> Fleet:
    return validate(pd.DataFrame(list(rows)), SCHEDULE.classes, year, "parc.csv")


def faults(*rows: dict[str, Any], year: int = 2024) -> list[tuple[str, int | None, str | None]]:
    """Code, line and column of every problem; line 1 is that of the headings."""
    with pytest.raises(FleetError) as caught:
        fleet(*rows, year=year)
    for problem in caught.value.problems:
        assert problem.place.file == "parc.csv"
        assert problem.text("fr")
        assert problem.text("en")
    return [(p.code, p.place.line, p.facts.get("column")) for p in caught.value.problems]


# --- the table ----------------------------------------------------------------------------------


def test_a_good_table() -> None:
    found = fleet(row("a"), row("b", zone="paris", region="Île-de-France", weight=2.5))
    assert found.weight.tolist() == [1, 2.5]
    assert found.year == 2024
    assert not found.synthetic
    assert found.frame["installed_on"].tolist() == [pd.Timestamp(2018, 7, 1)] * 2


def test_missing_columns_are_all_named() -> None:
    frame = pd.DataFrame([row("a")]).drop(columns=["weight", "zone"])
    with pytest.raises(FleetError) as caught:
        validate(frame, SCHEDULE.classes, 2024, "parc.csv")
    (problem,) = caught.value.problems
    assert problem.code == "fleet_columns"
    assert {"weight", "zone"} <= set(str(problem.value).split(", "))


def test_an_empty_table() -> None:
    with pytest.raises(FleetError) as caught:
        validate(pd.DataFrame(columns=list(COLUMNS)), SCHEDULE.classes, 2024, "parc.csv")
    assert [problem.code for problem in caught.value.problems] == ["fleet_empty"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("class", "irm_15t"),
        ("class", None),
        ("modality", "scanner"),  # the class is an MRI
        ("modality", None),
        ("installed_on", "2025-01-01"),  # after the fleet's year
        ("installed_on", "1979-12-31"),
        ("installed_on", "2018-02-30"),
        ("installed_on", "hier"),
        ("installed_on", None),
        ("installed_on", ""),
        ("installed_on", 2018),
        ("installed_on", 43_282),  # a date as Excel counts
        ("installed_on", "01/07/2018"),  # 1 July for a French reader, 7 January for others
        ("installed_on", "15/07/2018"),
        ("installed_on", "07-01-2018"),
        ("installed_on", "2018"),
        ("zone", "parris"),
        ("zone", None),
        ("region", "Bretange"),
        ("region", None),
        ("sector", "privé"),
        ("sector", None),
        ("rank_on_authorisation", 0),
        ("rank_on_authorisation", 1.5),  # a rank is a whole number
        ("rank_on_authorisation", None),
        ("acts_billed", -1),
        ("acts_billed", "5 000"),
        ("acts_billed", None),
        ("acts_billed", ""),
        ("acts_billed", float("inf")),
        ("acts_billed", True),
        ("acts_inpatient", None),  # a blank is not a zero
        ("acts_inpatient", "beaucoup"),
        ("weight", 0),
        ("weight", -1.0),
        ("weight", None),
        ("machine_id", None),  # a blank name
        ("machine_id", float("nan")),
        ("machine_id", ""),
        ("machine_id", "  "),
        ("site_id", None),
    ],
)
def test_a_wrong_value_is_named_with_its_line(column: str, value: Any) -> None:
    found = faults(row("a"), row("b", **{column: value}))
    assert ("fleet_value", 3, column) in found
    assert {line for _, line, _ in found} == {3}


@pytest.mark.parametrize("value", ["01/07/2018", "1/7/2018", "07-01-2018", "2018", "15/07/2018"])
def test_a_column_of_dates_that_leave_a_doubt_is_refused(value: str) -> None:
    """When every row is written so: 01/07/2018 must not become 7 January."""
    found = faults(row("a", installed_on=value), row("b", installed_on=value))
    assert found == [("fleet_value", 2, "installed_on"), ("fleet_value", 3, "installed_on")]


def test_machines_without_a_name_are_not_lost() -> None:
    """Grouped by name, those that have none would vanish from the projection."""
    assert faults(row(None, weight=4.0), row(None), row("c"))


@pytest.mark.parametrize(
    "changes",
    [
        {"zone": "paris"},  # in Brittany
        {"zone": "region_parisienne"},
        {"region": "Île-de-France"},  # and province
    ],
)
def test_zone_and_region_agree(changes: dict[str, Any]) -> None:
    assert faults(row("a", **changes)) == [("fleet_value", 2, "zone")]


def test_an_unknown_zone_is_one_problem() -> None:
    assert faults(row("a", zone="parris", region="Île-de-France")) == [("fleet_value", 2, "zone")]


def test_the_same_machine_twice() -> None:
    with pytest.raises(FleetError) as caught:
        fleet(row("a"), row("b"), row("a"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.value) == ("fleet_duplicate", "a")
    assert "2, 4" in problem.message()


def test_all_the_errors_at_once() -> None:
    found = faults(
        row("a", **{"class": "irm_15t"}),
        row("b", weight=0, acts_billed="abc", sector="x"),
        row("c", installed_on="2025-01-01", rank_on_authorisation=0),
        row("c"),
    )
    assert {(line, column) for _, line, column in found if column} == {
        (2, "class"),
        (3, "weight"),
        (3, "acts_billed"),
        (3, "sector"),
        (4, "installed_on"),
        (4, "rank_on_authorisation"),
    }
    assert [code for code, _, _ in found].count("fleet_duplicate") == 1


def test_near_values_are_suggested() -> None:
    with pytest.raises(FleetError) as caught:
        fleet(row("a", region="Bretange"), row("b", **{"class": "irm_15t"}))
    assert "« Bretagne »" in str(caught.value)
    assert "« irm_1_5t »" in str(caught.value)


@pytest.mark.parametrize(
    "value",
    ["2018-07-01", dt.date(2018, 7, 1), pd.Timestamp(2018, 7, 1), np.datetime64("2018-07-01")],
)
def test_dates_that_leave_no_doubt(value: Any) -> None:
    found = fleet(row("a", installed_on=value))
    assert found.frame["installed_on"].tolist() == [pd.Timestamp(2018, 7, 1)]


def test_the_table_of_a_scenario_gives_the_same_fleet_back() -> None:
    found = fleet(row("a", weight=1.25), row("b", acts_billed=12.5, installed_on="2016-12-31"))
    back = from_table(found.to_table(), SCHEDULE.classes)
    pd.testing.assert_frame_equal(back.frame, found.frame)
    assert (back.year, back.label, back.synthetic) == (found.year, found.label, found.synthetic)


# --- amortised ----------------------------------------------------------------------------------


def test_amortised_on_1_january_after_more_than_seven_full_years() -> None:
    found = fleet(
        row("exactly seven years", installed_on="2017-01-01"),
        row("a day more", installed_on="2016-12-31"),
        row("a day less", installed_on="2017-01-02"),
        row("new", installed_on="2024-12-31"),
        row("old", installed_on="1990-05-05"),
    )
    assert found.amortised(2024).tolist() == [False, True, False, False, True]
    assert found.amortised(2025).tolist() == [True, True, True, False, True]
    assert found.amortised(2031).tolist() == [True, True, True, False, True]
    assert found.amortised(2032).tolist() == [True] * 5


@pytest.mark.parametrize(
    ("years", "last"),
    [(7, "2016-12-31"), (10, "2013-12-31"), (14, "2009-12-31"), (0, "2023-12-31")],
)
def test_the_seven_is_a_parameter(years: float, last: str) -> None:
    after = dt.date.fromisoformat(last) + dt.timedelta(days=1)
    found = fleet(row("a", installed_on=last), row("b", installed_on=after.isoformat()))
    assert found.amortised(2024, years).tolist() == [True, False]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2024, 12, 31)), st.integers(2024, 2040))
@examples(40)
def test_once_amortised_always_amortised(installed: dt.date, year: int) -> None:
    found = fleet(row("a", installed_on=installed.isoformat()))
    assert found.amortised(year)[0] == (installed < dt.date(year - 7, 1, 1))
    assert found.amortised(year + 1)[0] >= found.amortised(year)[0]


def test_the_machines_as_the_schedule_sees_them() -> None:
    found = fleet(
        row("a", acts_billed=8_000, acts_inpatient=0, installed_on="2020-01-01"),
        row("b", modality="scanner", **{"class": "scanner"}, installed_on="2010-01-01"),
        row("c", zone="paris", region="Île-de-France", acts_billed=6_000, acts_inpatient=2_000),
    )
    machines = found.machines(SCHEDULE, 2024)
    assert [SCHEDULE.class_codes[i] for i in machines.class_index] == [
        "irm_1_5t",
        "scanner",
        "irm_1_5t",
    ]
    assert machines.amortised.tolist() == [False, True, False]
    assert machines.acts.tolist() == [8_000, 5_100, 8_000]
    frozen = SCHEDULE.frozen(dt.date(2024, 6, 1))
    # 4 750 × 171.97 + 3 250 × 73.94; 5 000 × 75.54; ¾ × (4 750 × 177.01 + 3 250 × 73.94)
    assert frozen.revenue(machines, 2024) == pytest.approx(
        [1_057_162.50, 377_700.00, 0.75 * (840_797.50 + 240_305.00)]
    )


# --- codes ---------------------------------------------------------------------------------------

KINDS = (
    {"modality": "tep", "class": "tep_tdm"},
    {"modality": "scanner", "class": "scanner"},
    {"modality": "irm", "class": "irm_1_5t"},
)


def test_what_a_code_stands_for_is_found_row_by_row() -> None:
    found = by_code(
        fleet(*(row(f"m{n}", **kind) for n, kind in enumerate(KINDS))).frame["class"],
        {"scanner": 3, "irm_1_5t": 5, "irm_gt_1_5t": 7},
    )
    assert np.isnan(found[0])
    assert found[1:].tolist() == [3, 5]


def test_codes_are_categories_in_alphabetical_order_whatever_the_order_of_the_rows() -> None:
    for kinds in (KINDS, KINDS[::-1]):
        frame = fleet(*(row(f"m{n}", **kind) for n, kind in enumerate(kinds))).frame
        assert frame["class"].cat.categories.tolist() == ["irm_1_5t", "scanner", "tep_tdm"]
        assert frame["class"].tolist() == [kind["class"] for kind in kinds]
        assert {name for name in frame if frame[name].dtype == "category"} == set(CODED)
