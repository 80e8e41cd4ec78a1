"""Capital charges against numbers worked out by hand, and against their own definition.

The case worked throughout: P = 1 000 000 €, R = 50 000 € (5 %), r = 3.5 %, n = 8 years.

    1.035²  = 1.071225
    1.035⁴  = 1.071225²       = 1.147523000625…
    1.035⁸  = 1.147523000625² = 1.316809036963…
    v = 1 / 1.316809036963    = 0.759411556…
    1 - v                     = 0.240588443…
    P - R v = 1 000 000 - 37 970.5778 = 962 029.4222
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costing.language.capital import METHODS
from costing.language.formula import call
from tests.shared import examples

straight_line, mean_interest, annuity, lease_rent = (
    partial(call, name) for name in ("straight_line", "mean_interest", "annuity", "lease_rent")
)


def capital_charge(method: str, price: Any, residual: Any, rate: Any, years: Any) -> Any:
    return call("capital_charge", METHODS[method], price, residual, rate, years)


P, R, RATE, YEARS = 1_000_000.0, 50_000.0, 0.035, 8.0
CENT = 0.005


def present_value(payment: Fraction, residual: Fraction, rate: Fraction, years: int) -> Fraction:
    """Payments at the end of each year and the residual value at the end, summed one by one."""
    total = Fraction(0)
    for year in range(1, years + 1):
        total += payment / (1 + rate) ** year
    return total + residual / (1 + rate) ** years


def test_annuity_by_hand() -> None:
    # 962 029.4222 × 0.035 / 0.240588443 = 33 671.0298 / 0.240588443 = 139 952.81
    assert annuity(P, R, RATE, YEARS) == pytest.approx(139_952.81, abs=CENT)


def test_annuity_without_residual_by_hand() -> None:
    # 1 000 000 × 0.035 / 0.240588443 = 145 476.65 (capital recovery factor 0.14547665)
    assert annuity(P, 0, RATE, YEARS) == pytest.approx(145_476.65, abs=CENT)


def test_annuity_of_one_year_is_price_plus_interest_less_residual() -> None:
    assert annuity(P, R, RATE, 1) == pytest.approx(1_035_000 - 50_000, abs=1e-6)


def test_straight_line_by_hand() -> None:
    assert straight_line(P, R, YEARS) == 118_750  # 950 000 / 8


def test_mean_interest_by_hand() -> None:
    assert mean_interest(P, R, RATE) == pytest.approx(18_375, abs=1e-9)  # 0.035 × 1 050 000 / 2


def test_lease_rent_by_hand() -> None:
    # ln 1.035 / 12 = 0.0344014267 / 12 = 0.00286678556; 1 - e^-that = 0.00286268026
    # 12 × 962 029.4222 × 0.00286268026 / 0.240588443 = 33 047.7916 / 0.240588443 = 137 362.34
    assert lease_rent(P, R, RATE, YEARS) == pytest.approx(137_362.34, abs=CENT)


def test_lease_rent_is_the_rent_whose_payments_in_advance_are_worth_the_price() -> None:
    rent = float(lease_rent(P, R, RATE, YEARS)) / 12
    paid = sum(rent * 1.035 ** (-month / 12) for month in range(96))
    assert paid + R * 1.035**-8 == pytest.approx(P, rel=1e-12)


def test_rent_in_advance_is_lower_than_the_annuity_in_arrears() -> None:
    assert lease_rent(P, R, RATE, YEARS) < annuity(P, R, RATE, YEARS)


def test_capital_charge_by_method() -> None:
    assert capital_charge("annuity", P, R, RATE, YEARS) == pytest.approx(139_952.81, abs=CENT)
    # 118 750 + 18 375
    assert capital_charge("straight_line", P, R, RATE, YEARS) == pytest.approx(137_125, abs=1e-6)
    assert capital_charge("lease", P, R, RATE, YEARS) == pytest.approx(137_362.34, abs=CENT)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(KeyError, match="anuity"):
        capital_charge("anuity", P, R, RATE, YEARS)


@pytest.mark.parametrize("charge", [annuity, lease_rent])
def test_a_zero_rate_is_straight_line(charge) -> None:
    assert charge(P, R, 0.0, YEARS) == pytest.approx(118_750, rel=1e-15)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_straight_line_at_a_zero_rate(method: str) -> None:
    assert capital_charge(method, P, R, 0.0, YEARS) == pytest.approx(118_750, rel=1e-12)


def test_price_equal_to_residual_costs_its_interest_alone() -> None:
    assert annuity(P, P, RATE, YEARS) == pytest.approx(35_000, abs=1e-6)  # 0.035 × 1 000 000
    assert straight_line(P, P, YEARS) == 0
    assert mean_interest(P, P, RATE) == pytest.approx(35_000, abs=1e-9)


def test_a_free_machine_costs_nothing() -> None:
    for method in METHODS:
        assert capital_charge(method, 0.0, 0.0, RATE, YEARS) == 0


@pytest.mark.parametrize("charge", [annuity, lease_rent])
@pytest.mark.parametrize("years", [1.0, 5.0, 8.0, 15.0, 20.0, 40.0])
@pytest.mark.parametrize("residual", [0.0, R, P])
def test_no_step_where_the_two_forms_meet(charge, years: float, residual: float) -> None:
    below = charge(P, residual, np.nextafter(1e-6, 0), years)
    above = charge(P, residual, np.nextafter(1e-6, 1), years)
    # P = R leaves the interest alone, about one euro: there a millionth of a euro is the bound.
    assert below == pytest.approx(above, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("rate", ["1/1000000", "1/1000001", "1/999999", "1/100000"])
@pytest.mark.parametrize("years", [1, 8, 20])
def test_close_to_the_junction_the_annuity_is_exact(rate: str, years: int) -> None:
    exact_rate = Fraction(rate)
    value = Fraction(float(annuity(P, R, float(exact_rate), float(years))))
    present = present_value(value, Fraction(R), exact_rate, years)
    assert float(present) == pytest.approx(P, rel=1e-9)


def test_arrays_equal_scalars() -> None:
    price = np.array([1e6, 2e6, 5e5])
    residual = np.array([5e4, 0.0, 5e5])
    rate = np.array([[0.0], [1e-7], [0.035], [0.12]])
    years = np.array([8.0, 10.0, 7.0])
    for method in METHODS:
        table = capital_charge(method, price, residual, rate, years)
        assert table.shape == (4, 3)
        for i in range(4):
            for j in range(3):
                one = capital_charge(
                    method, float(price[j]), float(residual[j]), float(rate[i, 0]), float(years[j])
                )
                assert table[i, j] == pytest.approx(one, rel=1e-13)


def test_an_array_with_a_zero_rate_holds_no_nan() -> None:
    assert annuity(P, R, np.array([0.0, 0.035]), YEARS) == pytest.approx(
        [118_750, 139_952.81], abs=CENT
    )


def test_a_life_of_zero_years_is_not_finite_rather_than_a_crash() -> None:
    for method in METHODS:
        assert not np.isfinite(capital_charge(method, P, R, RATE, 0.0))


def test_a_negative_rate_is_charged_exactly() -> None:
    # 0.98⁸ = 0.850763023; 0.98⁻⁸ = 1.175415450; 20 000 / 0.175415450 = 114 015.04
    assert annuity(P, 0, -0.02, YEARS) == pytest.approx(114_015.04, abs=CENT)


money = st.integers(min_value=1, max_value=10**8)
shares = st.fractions(min_value=0, max_value=1, max_denominator=1000)
rates = st.one_of(
    st.just(Fraction(0)),
    st.integers(min_value=1, max_value=10_000).map(lambda k: Fraction(k, 10**9)),
    st.integers(min_value=1, max_value=5_000).map(lambda k: Fraction(k, 10_000)),
)


@given(money, shares, rates, st.integers(min_value=1, max_value=30))
@examples(150)
def test_the_annuity_and_the_residual_are_worth_the_price(price, share, rate, years) -> None:
    """Σ A (1+r)^-k + R (1+r)^-n = P, summed in exact fractions."""
    residual = price * share
    value = annuity(float(price), float(residual), float(rate), float(years))
    present = present_value(Fraction(float(value)), Fraction(residual), rate, years)
    assert float(present) == pytest.approx(price, rel=1e-9)


@given(money, shares, rates, st.integers(min_value=1, max_value=30))
@examples(100)
def test_rents_in_advance_and_the_residual_are_worth_the_price(price, share, rate, years) -> None:
    residual = float(price * share)
    rent = float(lease_rent(float(price), residual, float(rate), float(years))) / 12
    months = np.arange(12 * years)
    present = np.sum(rent * np.exp(-np.log1p(float(rate)) * months / 12))
    present += residual * np.exp(-np.log1p(float(rate)) * years)
    assert present == pytest.approx(price, rel=1e-9)


@given(money, shares, rates, rates, st.integers(min_value=1, max_value=30))
@examples(100)
def test_a_higher_rate_never_lowers_a_charge(price, share, rate, more, years) -> None:
    for method in METHODS:
        low, high = (
            capital_charge(method, float(price), float(price * share), float(r), float(years))
            for r in (rate, rate + more)
        )
        assert high >= low * (1 - 1e-9)


@given(money, shares, rates, st.integers(min_value=1, max_value=30))
@examples(100)
def test_a_charge_scales_with_money(price, share, rate, years) -> None:
    for method in METHODS:
        args = (float(rate), float(years))
        one = capital_charge(method, float(price), float(price * share), *args)
        two = capital_charge(method, 2.0 * price, 2 * float(price * share), *args)
        assert two == pytest.approx(2 * one, rel=1e-12)
