from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.replay.clock import to_ms
from freqtrade_riskguard.replay.intervals import INTERVALS, interval_of_file

MOMENT = datetime(2024, 2, 29, 13, 47, 12, tzinfo=UTC)  # a Thursday


def utc(year, month, day, hour=0, minute=0):
    return to_ms(datetime(year, month, day, hour, minute, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("1m", (2024, 2, 29, 13, 47), (2024, 2, 29, 13, 48)),
        ("15m", (2024, 2, 29, 13, 45), (2024, 2, 29, 14, 0)),
        ("4h", (2024, 2, 29, 12), (2024, 2, 29, 16)),
        ("1d", (2024, 2, 29), (2024, 3, 1)),
        ("1w", (2024, 2, 26), (2024, 3, 4)),
        ("1M", (2024, 2, 1), (2024, 3, 1)),
    ],
)
def test_candles_begin_where_binances_do(name, begin, end):
    interval = INTERVALS[name]
    start_ms = interval.start_ms(to_ms(MOMENT))
    assert start_ms == utc(*begin)
    assert interval.end_ms(start_ms) == utc(*end)


@given(st.sampled_from(sorted(INTERVALS)), st.integers(0, 4_000_000_000_000))
def test_every_moment_lies_in_its_candle_and_the_next_one_follows(name, time_ms):
    interval = INTERVALS[name]
    start_ms = interval.start_ms(time_ms)
    end_ms = interval.end_ms(start_ms)
    assert start_ms <= time_ms < end_ms
    assert interval.start_ms(end_ms) == end_ms
    assert interval.starts_ms(np.array([time_ms, end_ms])).tolist() == [start_ms, end_ms]


@pytest.mark.parametrize(
    ("longer", "shorter", "whole"),
    [
        ("5m", "1m", True),
        ("5m", "3m", False),
        ("5m", "5m", False),
        ("5m", "1h", False),
        ("1h", "15m", True),
        ("1w", "1d", True),
        ("1w", "3d", False),
        ("1M", "12h", True),
        ("1M", "3d", False),
        ("1M", "1w", False),
    ],
)
def test_what_is_made_of_what(longer, shorter, whole):
    assert INTERVALS[longer].is_made_of(INTERVALS[shorter]) is whole


@pytest.mark.parametrize(
    ("name", "hours", "kept"),
    [
        ("5m", 8, True),
        ("4h", 8, True),
        ("12h", 8, False),
        ("1d", -24, True),
        ("1M", 24 * 28, False),
    ],
)
def test_which_candles_can_be_moved(name, hours, kept):
    assert INTERVALS[name].keeps_its_grid(hours * 3_600_000) is kept
    assert INTERVALS[name].keeps_its_grid(0)


def test_files_name_months_in_their_own_way():
    assert interval_of_file("1Mo") is INTERVALS["1M"]
    assert interval_of_file("5m") is INTERVALS["5m"]
    assert interval_of_file("10m") is None
