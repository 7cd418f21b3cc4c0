from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    funding_intervals_hours,
    normalise_funding_rate_8h,
    paid_rate_8h,
    paying,
    paying_streak,
)
from tests.risk.strategies import sides, thorough

HOUR = 3600.0


def test_normalising():
    assert normalise_funding_rate_8h(0.0001, 8.0) == 0.0001
    assert normalise_funding_rate_8h(0.0001, 4.0) == 0.0002
    assert normalise_funding_rate_8h(-0.0001, 1.0) == -0.0008


def test_normalising_where_the_interval_changes():
    found = normalise_funding_rate_8h(
        np.array([0.001, 0.001, 0.001, math.nan]), np.array([8.0, 4.0, 2.0, 1.0])
    )
    np.testing.assert_allclose(found, [0.001, 0.002, 0.004, math.nan])
    np.testing.assert_allclose(normalise_funding_rate_8h(np.array([0.001]), 4.0), [0.002])


def test_unknown_rates_stay_unknown():
    assert math.isnan(normalise_funding_rate_8h(math.nan, 8.0))
    assert normalise_funding_rate_8h(math.inf, 8.0) == math.inf
    assert normalise_funding_rate_8h(0.0, 8.0) == 0.0


@pytest.mark.parametrize("interval", [0.0, -8.0, math.nan, math.inf])
def test_useless_intervals_are_errors(interval):
    with pytest.raises(ValueError, match="interval_hours"):
        normalise_funding_rate_8h(0.001, interval)
    with pytest.raises(ValueError, match="interval_hours"):
        normalise_funding_rate_8h(np.array([0.001, 0.001]), np.array([8.0, interval]))


def intervals(*hours):
    return funding_intervals_hours([HOUR * hour for hour in hours]).tolist()


def test_intervals_from_times():
    assert intervals(0, 8, 16, 20, 24, 25) == [8, 8, 8, 4, 4, 1]
    assert intervals(0, 2) == [2, 2]
    assert intervals(5) == [8]
    assert intervals() == []


def test_intervals_are_snapped():
    assert intervals(0, 8.01, 15.99, 20.0) == [8, 8, 8, 4]
    assert intervals(0, 1.9, 3.9) == [2, 2, 2]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        # Hourly: one settlement is missing, then three, then it goes on.
        ((0, 1, 2, 4, 8, 9), [1, 1, 1, 1, 1, 1]),
        # Every 4 hours, one missing.
        ((0, 4, 8, 16, 20), [4, 4, 4, 4, 4]),
        # More than a day is missing.
        ((0, 4, 8, 36), [4, 4, 4, 4]),
        # Two holes that are not alike are no longer interval.
        ((0, 1, 2, 10, 12), [1, 1, 1, 1, 1]),
        # From 4 to 8 hours: the first longer gap might be a hole, the second is none.
        ((0, 4, 8, 16, 24, 32), [4, 4, 4, 4, 8, 8]),
    ],
)
def test_a_hole_in_the_history_does_not_change_the_interval(hours, expected):
    assert intervals(*hours) == expected


def test_the_rate_of_an_hourly_pair_with_a_hole():
    settled = [HOUR * hour for hour in (0, 1, 2, 4, 8)]
    rates = normalise_funding_rate_8h(np.full(5, 0.0004), funding_intervals_hours(settled))

    # 0.04 % an hour are 0.32 % in 8 hours, however many settlements are missing.
    assert rates == pytest.approx(0.0032)


@pytest.mark.parametrize("times", [[0.0, 0.0], [1.0, 0.0], [0.0, math.nan], [0.0, math.inf]])
def test_times_that_do_not_rise_are_errors(times):
    with pytest.raises(ValueError, match="rising"):
        funding_intervals_hours(times)


def test_who_pays():
    assert paid_rate_8h(1, 0.001) == 0.001
    assert paid_rate_8h(-1, 0.001) == -0.001
    assert paying(1, 0.001)
    assert not paying(-1, 0.001)
    assert paying(-1, -0.001)
    assert not paying(1, 0.0)


@pytest.mark.parametrize("side", [1, -1])
def test_no_data_is_not_paying(side):
    assert math.isnan(paid_rate_8h(side, math.nan))
    assert paying(side, math.nan) is False


def test_streak():
    rates = [0.002, 0.0005, 0.0011, 0.002]
    assert paying_streak(1, rates) == 2
    assert paying_streak(1, rates, 0.0004) == 4
    assert paying_streak(-1, rates) == 0
    assert paying_streak(-1, [-rate for rate in rates]) == 2
    assert paying_streak(1, [0.001]) == 0  # at the limit
    assert paying_streak(1, []) == 0
    assert paying_streak(1, [0.002, math.nan, 0.002]) == 1
    assert paying_streak(1, [0.002, math.inf]) == 0


def test_bad_sides_are_errors():
    for call in (paid_rate_8h, paying):
        with pytest.raises(ValueError, match="side"):
            call(0, 0.001)
    with pytest.raises(ValueError, match="side"):
        paying_streak(0, [0.001])


@thorough
@given(
    sides,
    st.lists(st.floats(-0.01, 0.01), max_size=20),
    st.floats(0.0, 0.01),
    st.floats(0.0, 0.01),
)
def test_a_streak_mirrors_and_a_higher_limit_never_lengthens_it(side, rates, limit, more):
    streak = paying_streak(side, rates, limit)
    assert paying_streak(-side, [-rate for rate in rates], limit) == streak
    assert paying_streak(side, rates, limit + more) <= streak
    assert all(paying(side, rate) for rate in rates[len(rates) - streak :])


@thorough
@given(st.lists(st.sampled_from((1.0, 2.0, 4.0, 8.0)), min_size=1, max_size=20))
def test_intervals_come_back_once_they_are_confirmed(gaps):
    # Each comes twice in a row: the second time it is no hole.
    twice = np.repeat(gaps, 2)
    found = funding_intervals_hours(np.concatenate(([0.0], np.cumsum(twice))) * HOUR)
    assert found[2::2].tolist() == gaps
    # Never longer than the time that has passed: a rate is never taken for less than it is.
    assert (found[1:] <= twice).all()
