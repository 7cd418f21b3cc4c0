import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from freqtrade_riskguard.replay.clock import (
    ShiftedClock,
    VirtualClock,
    to_datetime,
    to_ms,
    wall_clock_ms,
)

NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
# 1 January 2024 00:00 UTC is 1,704,067,200 seconds after 1970.
NEW_YEAR_MS = 1_704_067_200_000


def test_a_moment_has_the_same_milliseconds_in_every_time_zone():
    assert to_ms(NEW_YEAR) == NEW_YEAR_MS
    assert to_ms(datetime(2024, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5.5)))) == NEW_YEAR_MS
    assert to_datetime(NEW_YEAR_MS) == NEW_YEAR


def test_parts_of_a_millisecond_are_dropped():
    assert to_ms(NEW_YEAR + timedelta(microseconds=1_999)) == NEW_YEAR_MS + 1


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(datetime(2024, 1, 1))  # noqa: DTZ001 - this is what is refused


def test_a_virtual_clock_stands_until_it_is_moved():
    clock = VirtualClock(NEW_YEAR)
    assert (clock(), clock.time) == (NEW_YEAR_MS, NEW_YEAR)
    clock.move_to(NEW_YEAR + timedelta(minutes=5))
    assert clock() == NEW_YEAR_MS + 300_000
    clock.move_to(NEW_YEAR)
    assert clock.time == NEW_YEAR


def test_a_shifted_clock_begins_at_its_moment_and_runs_with_the_machines():
    clock = ShiftedClock(NEW_YEAR)
    first, wall_first_ms = clock(), wall_clock_ms()
    assert NEW_YEAR_MS <= first < NEW_YEAR_MS + 60_000
    time.sleep(0.01)
    assert abs((clock() - first) - (wall_clock_ms() - wall_first_ms)) < 1_000
    assert clock() > first
    assert abs(clock.time - to_datetime(clock())) < timedelta(seconds=1)
