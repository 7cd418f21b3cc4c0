from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until, window_end
from tests.factories import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
lengths = st.timedeltas(timedelta(minutes=1), timedelta(days=40))


def test_windows_follow_each_other_from_midnight():
    # 8 h: 00-08, 08-16, 16-24; a boundary belongs to the window that it begins.
    assert window_end(NOON, 8 * HOUR) == NOON.replace(hour=16)
    assert window_end(NOON.replace(hour=16), 8 * HOUR) == NOON.replace(hour=0) + DAY
    assert window_end(NOON.replace(hour=16) - SECOND, 8 * HOUR) == NOON.replace(hour=16)


def test_the_days_last_window_ends_with_the_day():
    # 5 h: 20-25 would end at 01:00 of the next day, whose own first window is 00-05.
    assert window_end(NOON.replace(hour=23), 5 * HOUR) == NOON.replace(hour=0) + DAY
    assert window_end(NOON, DAY) == NOON.replace(hour=0) + DAY


def test_windows_longer_than_a_day_are_counted_from_1970():
    # 10 January 2024 is day 19,732 since the epoch; 19,732 / 3 = 6,577.3: the window ends with day
    # 6,578 * 3 = 19,734, which is 12 January, 00:00.
    assert window_end(NOON, 3 * DAY) == datetime(2024, 1, 12, tzinfo=UTC)


def test_other_time_zones_mean_the_same_moment():
    east = NOON.astimezone(timezone(13 * HOUR))

    assert window_end(east, 8 * HOUR) == NOON.replace(hour=16)


@pytest.mark.parametrize("length", [timedelta(0), -HOUR])
def test_no_window_ends_at_once(length):
    assert window_end(NOON, length) == NOON


@given(times, lengths, st.floats(0, 1))
def test_the_end_is_ahead_and_the_same_all_through_the_window(time, length, share):
    end = window_end(time, length)

    assert time < end <= time + length
    later = time + share * (end - time - timedelta(microseconds=1))
    assert window_end(later, length) == end


def test_a_lock_ends_a_second_early_since_freqtrade_rounds_up():
    assert lock_until(NOON) == NOON - SECOND


def test_an_end_of_another_day_has_its_date():
    assert end_text(NOON + 4 * HOUR, NOON) == "16:00 UTC"
    assert end_text(NOON.replace(hour=0) + DAY, NOON) == "00:00 UTC"
    assert end_text(NOON + DAY, NOON) == "2024-01-11 12:00 UTC"
    # Less than a day ahead, and yet not today: read tomorrow, 00:30 alone would be a day off.
    assert end_text(NOON + 12.5 * HOUR, NOON) == "2024-01-11 00:30 UTC"


def test_the_day_is_that_of_utc():
    # 01:00 in the east is 16:00 UTC of the day before.
    east = timezone(9 * HOUR)
    now, end = (time.astimezone(east) for time in (NOON + 4 * HOUR, NOON + 5 * HOUR))

    assert end_text(end, now) == "17:00 UTC"
