from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    EquityTrack,
    account_equity,
    start_equity,
    transfer_equity,
    turn_back_equity,
    update_equity,
)
from freqtrade_riskguard.risk.equity import DAY_SECONDS
from tests.risk.strategies import NOT_FINITE, thorough

DAY = DAY_SECONDS


def equity_of(base=1000.0, realised=-40.0, open_profit=15.0):
    return account_equity(base_quote=base, realised_quote=realised, open_profit_quote=open_profit)


def test_equity_is_counted():
    assert equity_of() == 975.0
    for useless in NOT_FINITE:
        assert math.isnan(equity_of(useless))
        assert math.isnan(equity_of(realised=useless))
        assert math.isnan(equity_of(open_profit=useless))


def test_it_begins_with_the_first_equity():
    track = start_equity(0.0, 1000.0)
    assert track.peak_quote == track.day_start_quote == track.week_start_quote == 1000.0
    assert track.drawdown_ratio == track.day_loss_ratio == 0.0


def test_peak_day_and_week_by_hand():
    # 1 January 1970 is a Thursday, day 0; Monday the 5th is day 4
    track = start_equity(0.0, 1000.0)
    track = update_equity(track, 0.9 * DAY, 1200.0)  # the same day
    assert (track.day_index, track.week_index) == (0, 0)
    track = update_equity(track, 0.95 * DAY, 900.0)
    assert track.drawdown_ratio == 0.25  # 300/1200
    assert track.day_loss_ratio == pytest.approx(0.1)  # 100/1000
    track = update_equity(track, 1.0 * DAY, 950.0)  # Friday, 00:00
    assert track.day_start_quote == 950.0
    assert track.week_start_quote == 1000.0
    assert track.day_loss_ratio == 0.0
    track = update_equity(track, 4.0 * DAY - 1.0, 800.0)  # Sunday, 23:59:59
    assert track.week_start_quote == 1000.0
    assert track.week_loss_ratio == pytest.approx(0.2)  # 200/1000
    track = update_equity(track, 4.0 * DAY, 810.0)  # Monday
    assert (track.day_start_quote, track.week_start_quote) == (810.0, 810.0)
    assert track.week_loss_ratio == 0.0
    assert track.peak_quote == 1200.0


def test_another_beginning_of_the_day():
    track = start_equity(0.0, 1000.0, day_offset_seconds=6 * 3600.0)
    assert track.day_index == -1  # still the day before, until 06:00
    track = update_equity(track, 6 * 3600.0 - 1.0, 990.0)
    assert track.day_start_quote == 1000.0
    track = update_equity(track, 6 * 3600.0, 980.0)
    assert (track.day_index, track.day_start_quote) == (0, 980.0)


def test_time_that_goes_back_begins_no_period():
    track = update_equity(start_equity(10 * DAY, 1000.0), 9 * DAY, 950.0)
    assert (track.day_index, track.day_start_quote) == (10, 1000.0)
    assert track.day_loss_ratio == pytest.approx(0.05)
    track = update_equity(track, 10 * DAY + 1.0, 960.0)
    assert track.day_start_quote == 1000.0


@pytest.mark.parametrize(
    ("days", "day_start", "week_start"),
    [
        # Day 10 of the epoch is a Sunday, and the 11th begins a week. The 10th has its own start of
        # 1,000, above the 940 of the 13th; that of the 12th is unknown, and taken as the 950 that
        # the 13th had at first; its week is the one that begins at 960.
        (10.5, 1000.0, 1100.0),
        (12.5, 950.0, 960.0),
        # No earlier day.
        (13.0, 940.0, 960.0),
        (14.0, 940.0, 960.0),
    ],
)
def test_a_clock_that_was_ahead_goes_back_to_the_highest_start_that_is_known(
    days, day_start, week_start
):
    ahead = EquityTrack(930.0, 1200.0, 13, 940.0, 2, 960.0)
    day_starts = {9: 1010.0, 10: 1000.0, 13: 950.0}

    track = turn_back_equity(ahead, days * DAY, day_starts, {1: 1100.0, 2: 960.0})

    index = min(int(days), 13)
    assert (track.day_index, track.day_start_quote) == (index, day_start)
    assert (track.week_index, track.week_start_quote) == ((index + 3) // 7, week_start)
    assert (track.equity_quote, track.peak_quote) == (930.0, 1200.0)


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_unknown_changes_nothing(useless):
    track = start_equity(0.0, 1000.0)
    assert update_equity(track, useless, 900.0) is track
    assert turn_back_equity(track, useless, {}, {}) is track
    assert update_equity(track, 5.0, useless) is track
    assert transfer_equity(track, useless) is track
    with pytest.raises(ValueError, match="finite"):
        start_equity(useless, 1000.0)
    with pytest.raises(ValueError, match="finite"):
        start_equity(0.0, useless)
    with pytest.raises(ValueError, match="finite"):
        start_equity(0.0, 1000.0, day_offset_seconds=useless)


def test_nothing_left():
    track = update_equity(start_equity(0.0, 1000.0), 1.0, 0.0)
    assert track.drawdown_ratio == 1.0
    assert update_equity(track, 2.0, -500.0).drawdown_ratio == 1.5
    broke = start_equity(0.0, 0.0)
    assert broke.drawdown_ratio == broke.day_loss_ratio == 1.0


steps = st.lists(st.tuples(st.floats(1.0, DAY), st.floats(1.0, 1e6)), min_size=1, max_size=30)


@thorough
@given(steps)
def test_the_peak_is_the_peak_and_baselines_are_first_of_their_period(rows):
    time, seen = 0.0, []
    track = start_equity(0.0, 500.0)
    seen.append((0.0, 500.0))
    for wait, equity in rows:
        time += wait
        seen.append((time, equity))
        track = update_equity(track, time, equity)
        assert track.peak_quote == max(each for _, each in seen)
        day = math.floor(time / DAY)
        assert track.day_start_quote == next(e for t, e in seen if math.floor(t / DAY) == day)
        week = (day + 3) // 7
        first = next(e for t, e in seen if (math.floor(t / DAY) + 3) // 7 == week)
        assert track.week_start_quote == first
        assert track.drawdown_ratio >= track.day_loss_ratio - 1e-12
