"""A fleet that ages, renews itself and grows: by hand, and the laws that hold for any rates."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.fleet.fleet import Fleet
from costing.fleet.projection import Dynamics, project
from costing.problems.errors import FleetError
from tests.fleet.test_fleet import fleet, row
from tests.shared import examples

MODALITIES = ("irm", "scanner", "tep")


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
@examples(20)
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
@examples(20)
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
@examples(20)
def test_what_a_machine_is_stays_with_it(
    found: Fleet, growth: float, renewal: float, year: int
) -> None:
    later = project(found, year, rates(growth, 0.0, renewal))
    kept = ["class", "modality", "zone", "region", "sector", "acts_billed", "acts_inpatient"]
    original = found.frame.set_index("machine_id")[kept]
    for _, machine in later.frame.iterrows():
        assert (machine[kept] == original.loc[machine["machine_id"]]).all()


@given(fleets(), st.floats(0, 0.39), st.integers(2025, 2027))
@examples(20)
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


def test_ages_count_days() -> None:
    # On 1 January 2025, 1 827 and 915 days old; quota 0.6 of 2, power 1: 0.6 × 1 827 / 2 742 and
    # 0.6 × 915 / 2 742 go.
    dates = ("2020-01-01", "2022-07-01")
    machines = [row(f"m{n}", installed_on=date) for n, date in enumerate(dates)]
    later = weights(project(fleet(*machines), 2025, dispersed(1.0, 0.3)))
    assert later["m0", dates[0]] == pytest.approx(1 - 0.6 * 1_827 / 2_742)
    assert later["m1", dates[1]] == pytest.approx(1 - 0.6 * 915 / 2_742)


def test_a_machine_of_less_than_a_year_may_be_certain_to_be_renewed() -> None:
    # 184 days and 1 day old, quota 1.6 of 2, power 1: the older goes whole, 0.6 of the other.
    pair = [row("half", installed_on="2024-07-01"), row("new", installed_on="2024-12-31")]
    later = weights(project(fleet(*pair), 2025, dispersed(1.0, 0.8)))
    assert later == pytest.approx(
        {("half", "2025-01-01"): 1, ("new", "2025-01-01"): 0.6, ("new", "2024-12-31"): 0.4}
    )


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
