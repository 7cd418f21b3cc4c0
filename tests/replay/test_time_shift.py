from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.replay.clock import to_datetime
from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.time_shift import find_shift
from tests.replay.recordings import START, flat, moment, store

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten days of 1h candles; a second coin of one day of 15m candles."""
    folder = tmp_path_factory.mktemp("recordings")
    store(folder, "15m", flat(50.5, 96), coin="ETH")
    return store(folder, "1h", flat(50.5, 240))


@settings(max_examples=25)
@given(
    start_hours=st.floats(0, 231.9, allow_nan=False),
    now_minutes=st.integers(-(10**6), 10**7),
)
def test_the_replay_begins_within_eight_hours_on_the_same_grid(folder, start_hours, now_minutes):
    start = START + timedelta(hours=start_hours)
    now_ms = moment(minutes=now_minutes)
    shift = find_shift(folder, start, now_ms)
    assert shift.shift_ms % (8 * HOUR_MS) == 0
    assert timedelta(0) <= shift.tape_time - start.replace(microsecond=0) < timedelta(hours=8.001)
    assert shift.tape_time == to_datetime(now_ms - shift.shift_ms)
    assert shift.end == START + timedelta(days=10)


@settings(max_examples=25)
@given(st.integers(0, 10**5))
def test_close_to_the_end_it_begins_earlier(folder, now_minutes):
    start = START + timedelta(hours=236)
    shift = find_shift(folder, start, moment(minutes=now_minutes))
    assert shift.shift_ms % (8 * HOUR_MS) == 0
    assert timedelta(hours=-8) < shift.tape_time - start < timedelta(hours=4)


def test_steps_are_as_long_as_the_longest_candles_that_nothing_can_be_made_of(tmp_path):
    store(tmp_path, "1d", flat(50.5, 30))
    store(tmp_path, "1h", flat(50.5, 240), coin="ETH")
    shift = find_shift(tmp_path, START, moment(days=100, hours=13))
    assert shift.shift_ms == 100 * 24 * HOUR_MS
    assert shift.tape_time == START + timedelta(hours=13)


@pytest.mark.parametrize("hours", [-1, 240, 1000])
def test_a_moment_outside_is_refused_with_those_that_are_allowed(folder, hours):
    with pytest.raises(DataFolderError) as caught:
        find_shift(folder, START + timedelta(hours=hours), moment(days=400))
    assert "choose a time from 2024-01-01T00:00:00+00:00 to before 2024-01-11" in str(caught.value)


def test_a_recording_shorter_than_a_step_may_not_reach(tmp_path):
    store(tmp_path, "5m", flat(50.5, 12))
    assert find_shift(tmp_path, START, moment(days=1, minutes=30)).shift_ms == 24 * HOUR_MS
    with pytest.raises(DataFolderError, match="cover less than 8 hours"):
        find_shift(tmp_path, START, moment(days=1, hours=2))


def test_candles_of_no_known_interval_are_refused(tmp_path):
    store(tmp_path, "5m", flat(50.5, 12))
    five = tmp_path / "futures" / "BTC_USDT_USDT-5m-futures.feather"
    five.rename(five.with_name("BTC_USDT_USDT-7m-futures.feather"))
    with pytest.raises(DataFolderError, match="without candles of a timeframe that Binance has"):
        find_shift(tmp_path, START, moment())
