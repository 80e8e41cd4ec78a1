"""The fleet: what a table may hold, when a machine is amortised, how machines age and renew."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costing.errors import FleetError
from costing.fleet import CODED, COLUMNS, Dynamics, Fleet, by_code, from_table, project, validate
from costing.load import load_schedule

SCHEDULE = load_schedule()
MODALITIES = ("irm", "scanner", "tep")


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


def rates(growth: float = 0.0, acts: float = 0.0, renewal: float = 0.0) -> Dynamics:
    return Dynamics(
        machine_growth=dict.fromkeys(MODALITIES, growth),
        acts_growth=dict.fromkeys(MODALITIES, acts),
        renewal_rate=dict.fromkeys(MODALITIES, renewal),
    )


def weights(found: Fleet) -> dict[tuple[Any, str], float]:
    """Weight by machine and date of installation."""
    table: dict[tuple[Any, str], float] = {}
    frame = found.frame
    for name, date, weight in zip(
        frame["machine_id"], frame["installed_on"], frame["weight"], strict=True
    ):
        key = (name, f"{date:%Y-%m-%d}")
        table[key] = table.get(key, 0.0) + weight
    return table


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
@settings(max_examples=40, deadline=None)
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


# --- renewal and growth, worked by hand ---------------------------------------------------------

FOUR = (
    row("m1", installed_on="2010-01-01", weight=2.0),
    row("m2", installed_on="2012-01-01", weight=3.0),
    row("m3", installed_on="2020-01-01", weight=5.0),
    row("ct", installed_on="2011-01-01", weight=4.0, modality="scanner", **{"class": "scanner"}),
)


def test_the_base_year_is_the_fleet_itself() -> None:
    found = fleet(*FOUR)
    same = project(found, 2024, rates(growth=0.5, acts=0.5, renewal=0.5))
    pd.testing.assert_frame_equal(same.frame, found.frame)
    assert same.year == 2024


def test_the_oldest_are_renewed_first_and_the_last_is_split() -> None:
    # MRI: 30 % of 10 is 3: the 2 of m1, then 1 of the 3 of m2. CT: 30 % of 4 is 1.2.
    later = project(fleet(*FOUR), 2025, rates(renewal=0.3))
    assert weights(later) == pytest.approx(
        {
            ("m1", "2025-01-01"): 2.0,
            ("m2", "2012-01-01"): 2.0,
            ("m2", "2025-01-01"): 1.0,
            ("m3", "2020-01-01"): 5.0,
            ("ct", "2011-01-01"): 2.8,
            ("ct", "2025-01-01"): 1.2,
        }
    )
    assert later.year == 2025


def test_two_years_of_renewal() -> None:
    # 25 % of 10 a year. 2025: 2 of m1 and 0.5 of m2. 2026: the 2.5 of m2 that are left.
    later = project(fleet(*FOUR[:3]), 2026, rates(renewal=0.25))
    assert weights(later) == pytest.approx(
        {
            ("m1", "2025-01-01"): 2.0,
            ("m2", "2025-01-01"): 0.5,
            ("m2", "2026-01-01"): 2.5,
            ("m3", "2020-01-01"): 5.0,
        }
    )


def test_the_youngest_is_not_renewed_while_older_ones_stand_whatever_the_order() -> None:
    later = project(fleet(*reversed(FOUR[:3])), 2025, rates(renewal=0.2))
    assert weights(later)["m1", "2025-01-01"] == pytest.approx(2.0)
    assert ("m3", "2025-01-01") not in weights(later)


def test_growth_adds_new_machines_that_resemble_the_fleet() -> None:
    # + 10 % a year: 1 then 1.1, spread as 2 : 3 : 5
    later = project(fleet(*FOUR[:3]), 2026, rates(growth=0.1))
    assert weights(later) == pytest.approx(
        {
            ("m1", "2010-01-01"): 2.0,
            ("m2", "2012-01-01"): 3.0,
            ("m3", "2020-01-01"): 5.0,
            ("m1", "2025-01-01"): 0.2,
            ("m2", "2025-01-01"): 0.3,
            ("m3", "2025-01-01"): 0.5,
            ("m1", "2026-01-01"): 0.22,
            ("m2", "2026-01-01"): 0.33,
            ("m3", "2026-01-01"): 0.55,
        }
    )


def test_renewal_and_growth_together() -> None:
    # 2025: renew 20 % of 10, the 2 of m1; add 0.2, 0.3 and 0.5.
    # 2026: renew 20 % of 11, so 2.2 of the 3 of m2; add 0.22, 0.33 and 0.55.
    later = project(fleet(*FOUR[:3]), 2026, rates(growth=0.1, renewal=0.2))
    assert weights(later) == pytest.approx(
        {
            ("m1", "2025-01-01"): 2.2,
            ("m1", "2026-01-01"): 0.22,
            ("m2", "2012-01-01"): 0.8,
            ("m2", "2025-01-01"): 0.3,
            ("m2", "2026-01-01"): 2.53,  # 2.2 renewed and 0.33 added
            ("m3", "2020-01-01"): 5.0,
            ("m3", "2025-01-01"): 0.5,
            ("m3", "2026-01-01"): 0.55,
        }
    )
    assert later.weight.sum() == pytest.approx(12.1)  # 10 × 1.1²


def test_acts_of_each_machine_grow() -> None:
    later = project(fleet(*FOUR), 2027, rates(acts=0.02, growth=0.1, renewal=0.1))
    # 5 000 × 1.02³ = 5 306.04; 100 × 1.02³ = 106.1208
    assert later.frame["acts_billed"].to_numpy() == pytest.approx(5_306.04)
    assert later.frame["acts_inpatient"].to_numpy() == pytest.approx(106.1208)


def test_modalities_have_their_own_rates() -> None:
    dynamics = Dynamics(
        machine_growth={"irm": 0.05, "scanner": 0.0, "tep": 0.0},
        acts_growth={"irm": 0.0, "scanner": -0.1, "tep": 0.0},
        renewal_rate={"irm": 0.0, "scanner": 0.5, "tep": 0.0},
    )
    later = project(fleet(*FOUR), 2025, dynamics)
    by_modality = later.frame.groupby("modality")["weight"].sum()
    assert by_modality["irm"] == pytest.approx(10.5)
    assert by_modality["scanner"] == pytest.approx(4.0)
    assert weights(later)["ct", "2025-01-01"] == pytest.approx(2.0)
    ct = later.frame[later.frame["modality"] == "scanner"]
    assert ct["acts_billed"].to_numpy() == pytest.approx(4_500)


def test_an_earlier_year_is_refused_in_words_about_the_year() -> None:
    with pytest.raises(FleetError) as caught:
        project(fleet(*FOUR), 2023, rates())
    message = str(caught.value)
    assert "2023" in message
    assert "2024" in message  # the year of the fleet, from which one may go
    assert "actes" not in message


def test_rates_that_miss_a_modality_are_refused() -> None:
    """Unknown is not zero, and must not wipe the machines out."""
    only_mri = Dynamics({"irm": 0.0}, {"irm": 0.0}, {"irm": 0.1})
    with pytest.raises(FleetError) as caught:
        project(fleet(*FOUR), 2025, only_mri)
    assert "scanner" in str(caught.value)


def test_names_of_two_types_do_not_stop_the_sort() -> None:
    later = project(fleet(row(1, weight=2.0), row("b")), 2025, rates(renewal=0.1))
    assert later.weight.sum() == pytest.approx(3)


def test_a_shrinking_fleet_holds_no_negative_machine() -> None:
    later = project(fleet(*FOUR[:3]), 2026, rates(growth=-0.1))
    assert later.weight.sum() == pytest.approx(8.1)  # 10 × 0.9²
    assert (later.weight >= 0).all()


# --- laws ---------------------------------------------------------------------------------------


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    count = draw(st.integers(1, 8))
    rows = []
    for index in range(count):
        modality, code = draw(
            st.sampled_from([("irm", "irm_1_5t"), ("scanner", "scanner"), ("tep", "tep_tdm")])
        )
        installed = draw(st.dates(dt.date(2005, 1, 1), dt.date(2024, 12, 31)))
        weight = draw(st.floats(0.01, 50))
        acts = draw(st.integers(0, 20_000))
        rows.append(
            row(
                f"m{index}",
                modality=modality,
                installed_on=installed.isoformat(),
                weight=weight,
                acts_billed=acts,
                **{"class": code},
            )
        )
    return fleet(*rows)


share = st.floats(0, 0.4)


def by_machine(found: Fleet) -> dict[str, float]:
    return dict(found.frame.groupby("machine_id")["weight"].sum())


@given(fleets(), share, st.integers(2024, 2029))
@settings(max_examples=20, deadline=None)
def test_renewal_keeps_every_weight_and_makes_no_machine_older(
    found: Fleet, renewal: float, year: int
) -> None:
    later = project(found, year, rates(renewal=renewal))
    assert by_machine(later) == pytest.approx(by_machine(found), rel=1e-9)
    assert (later.weight > 0).all()
    before, after = found.frame, later.frame
    for date in before["installed_on"]:
        old = before.loc[before["installed_on"] <= date, "weight"].sum()
        assert after.loc[after["installed_on"] <= date, "weight"].sum() <= old * (1 + 1e-9)


@given(fleets(), share, share, st.floats(-0.1, 0.1), st.integers(2024, 2029))
@settings(max_examples=20, deadline=None)
def test_weight_and_acts_follow_their_rates(
    found: Fleet, growth: float, renewal: float, acts: float, year: int
) -> None:
    """Weights are $W_0 (1 + g)^k$ by modality, acts per machine $(1 + a)^k$."""
    later = project(found, year, rates(growth, acts, renewal))
    factor = (1 + growth) ** (year - 2024)
    before = found.frame.groupby("modality")["weight"].sum()
    after = later.frame.groupby("modality")["weight"].sum()
    assert after.to_numpy() == pytest.approx(before.to_numpy() * factor, rel=1e-9)
    total = (found.frame["acts_billed"] * found.frame["weight"]).sum()
    total_after = (later.frame["acts_billed"] * later.frame["weight"]).sum()
    expected = total * factor * (1 + acts) ** (year - 2024)
    assert total_after == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(fleets(), share, share, st.integers(2025, 2029))
@settings(max_examples=20, deadline=None)
def test_what_a_machine_is_stays_with_it(
    found: Fleet, growth: float, renewal: float, year: int
) -> None:
    later = project(found, year, rates(growth, 0.0, renewal))
    kept = ["class", "modality", "zone", "region", "sector", "acts_billed", "acts_inpatient"]
    original = found.frame.set_index("machine_id")[kept]
    for _, machine in later.frame.iterrows():
        assert (machine[kept] == original.loc[machine["machine_id"]]).all()


@given(fleets(), st.floats(0, 0.39), st.integers(2025, 2027))
@settings(max_examples=20, deadline=None)
def test_the_amortised_weight_is_continuous_in_the_renewal_rate(
    found: Fleet, renewal: float, year: int
) -> None:
    def amortised(rate: float) -> float:
        later = project(found, year, rates(renewal=rate))
        return float(later.weight[later.amortised(year)].sum())

    step, total = 1e-6, found.weight.sum()
    bound = (year - 2024) * step * total + 1e-9
    assert abs(amortised(renewal) - amortised(renewal + step)) <= bound


# --- renewal by chance that grows with age --------------------------------------------------------


def dispersed(power: float, renewal: float) -> Dynamics:
    return replace(rates(renewal=renewal), age_power=power)


def test_the_chance_of_renewal_grows_with_age_by_hand() -> None:
    """On 1 January 2025 three machines of weight 1 aged 1, 2 and 3 years (to the day, 365.25)."""
    aged = [row(f"m{n}", installed_on=f"{2025 - n}-01-01") for n in (1, 2, 3)]
    later = project(fleet(*aged), 2025, dispersed(2.0, 0.2))
    # quota 0.6 over 1 + 4 + 9 = 14: 0.6/14 × 1, 4, 9 = 0.0429, 0.1714, 0.3857 (ages differ from
    # whole years by a quarter of a day, hence the tolerance)
    kept = later.frame[later.frame["installed_on"] < "2025-01-01"].set_index("machine_id")["weight"]
    assert kept.to_dict() == pytest.approx({"m1": 0.9571, "m2": 0.8286, "m3": 0.6143}, abs=5e-4)
    assert later.weight.sum() == pytest.approx(3)


def test_a_certain_renewal_leaves_the_rest_to_the_others() -> None:
    # Ages 1 and 9, power 2, quota 1.2 of 2: 9 years would have chance 1.2 × 81/82 > 1, so it goes
    # whole and the other makes up 0.2.
    pair = [row("young", installed_on="2024-01-01"), row("old", installed_on="2016-01-01")]
    later = project(fleet(*pair), 2025, dispersed(2.0, 0.6))
    kept = later.frame[later.frame["installed_on"] < "2025-01-01"].set_index("machine_id")["weight"]
    assert kept.to_dict() == pytest.approx({"young": 0.8}, abs=1e-9)


def test_machines_of_no_age_are_renewed_evenly() -> None:
    pair = [row("a", installed_on="2024-12-31"), row("b", installed_on="2024-12-31")]
    later = project(fleet(*pair), 2025, dispersed(2.0, 0.5))
    kept = later.frame[later.frame["installed_on"] < "2025-01-01"]["weight"]
    assert kept.tolist() == pytest.approx([0.5, 0.5])


@given(fleets(), st.floats(0, 1), st.floats(0.5, 8), st.integers(2025, 2030))
def test_a_dispersed_renewal_keeps_every_weight(
    found: Fleet, renewal: float, power: float, year: int
) -> None:
    later = project(found, year, dispersed(power, renewal))
    assert later.weight.sum() == pytest.approx(found.weight.sum())
    assert (later.weight >= 0).all()


def test_a_large_power_renews_the_oldest_first() -> None:
    found = fleet(*FOUR)
    strict, near = (project(found, 2026, d) for d in (rates(renewal=0.2), dispersed(60.0, 0.2)))
    for year in (2025, 2026, 2030):
        one = strict.weight[strict.amortised(year)].sum()
        two = near.weight[near.amortised(year)].sum()
        assert two == pytest.approx(one, abs=0.05)


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
