from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import funding_days_left, funding_drain_ratio, settlement_cost_ratio
from tests.risk.strategies import sides, thorough


def test_next_settlement():
    # 0.1 % per 8 hours, settled every 4: 0.05 %
    assert settlement_cost_ratio(1, 0.001, 4.0) == pytest.approx(0.0005)
    assert settlement_cost_ratio(-1, 0.001, 4.0) == 0.0
    assert settlement_cost_ratio(-1, -0.001, 8.0) == pytest.approx(0.001)
    assert settlement_cost_ratio(1, 0.0, 8.0) == 0.0
    assert math.isnan(settlement_cost_ratio(1, math.nan, 8.0))
    assert settlement_cost_ratio(1, math.inf, 8.0) == math.inf


@pytest.mark.parametrize("interval", [0.0, -1.0, math.nan, math.inf])
def test_useless_intervals_are_errors(interval):
    with pytest.raises(ValueError, match="interval_hours"):
        settlement_cost_ratio(1, 0.001, interval)


def test_drain():
    assert funding_drain_ratio(-10.0, 100.0) == 0.1
    assert funding_drain_ratio(10.0, 100.0) == 0.0
    assert funding_drain_ratio(0.0, 0.0) == 0.0
    assert funding_drain_ratio(-10.0, 0.0) == funding_drain_ratio(-10.0, -5.0) == math.inf
    assert funding_drain_ratio(-math.inf, 100.0) == math.inf
    assert math.isnan(funding_drain_ratio(math.nan, 100.0))
    assert math.isnan(funding_drain_ratio(-10.0, math.nan))


def days_of(side=1, rate=0.001, **changes):
    keywords = {
        "notional_quote": 1000.0,
        "margin_quote": 100.0,
        "maintenance_quote": 10.0,
        "funding_quote": -5.0,
    }
    return funding_days_left(side=side, funding_rate_8h=rate, **(keywords | changes))


def test_days_left():
    # 100 - 10 - 5 = 85 at 3*0.001*1000 = 3 a day
    assert days_of() == pytest.approx(85.0 / 3.0)
    assert days_of(-1, -0.001) == pytest.approx(85.0 / 3.0)
    assert days_of(-1) == math.inf
    assert days_of(rate=0.0) == math.inf
    assert days_of(funding_quote=-95.0) == 0.0
    assert days_of(rate=math.inf) == 0.0
    assert days_of(notional_quote=0.0) == math.inf


@pytest.mark.parametrize(
    "name", ["rate", "notional_quote", "margin_quote", "maintenance_quote", "funding_quote"]
)
def test_no_data_is_no_number_of_days(name):
    assert math.isnan(days_of(**{name: math.nan}))


def test_bad_sides_are_errors():
    with pytest.raises(ValueError, match="side"):
        days_of(0)
    with pytest.raises(ValueError, match="side"):
        settlement_cost_ratio(0, 0.001, 8.0)


@thorough
@given(sides, st.floats(1e-5, 0.01), st.floats(1.0, 10.0), st.floats(0.0, 50.0))
def test_dearer_funding_or_more_of_it_paid_never_lasts_longer(side, rate, times, paid):
    days = days_of(side, side * rate)
    assert days == pytest.approx(days_of(-side, -side * rate))
    assert days_of(side, side * rate * times) <= days
    assert days_of(side, side * rate, funding_quote=-5.0 - paid) <= days
    assert funding_drain_ratio(-5.0 - paid, 100.0) >= funding_drain_ratio(-5.0, 100.0)
