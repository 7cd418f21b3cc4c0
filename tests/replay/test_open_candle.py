import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.replay.candles import Candles
from freqtrade_riskguard.replay.intervals import INTERVALS
from freqtrade_riskguard.replay.open_candle import OpenCandle, forming_at, merge

LENGTH_MS = 300_000


def candle(open_price, high, low, close, volume=580.0):
    columns = {"open": open_price, "high": high, "low": low, "close": close, "volume": volume}
    opens_ms = np.array([0])
    return Candles(
        interval=INTERVALS["5m"],
        opens_ms=opens_ms,
        ends_ms=opens_ms + LENGTH_MS,
        **{name: np.array([value], dtype="float64") for name, value in columns.items()},
    )


# Of 290 s in which the price moves: 29 s are a tenth, 145 s a half, 261 s nine tenths.
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, OpenCandle(100, 100, 100, 100, 0)),
        (10, OpenCandle(100, 100, 100, 100, 0)),
        # 0.3 of the first leg, from 100 to the low of 94
        (39, OpenCandle(100, 100, 98.2, 98.2, 58)),
        # half of the second leg, from 94 to the high of 106
        (155, OpenCandle(100, 100, 94, 100, 290)),
        # 0.7 of the last leg, from 106 to the close of 103
        (271, OpenCandle(100, 106, 94, 103.9, 522)),
    ],
)
def test_a_rising_candle_visits_its_low_first(seconds, expected):
    assert forming_at(candle(100, 106, 94, 103), 0, seconds * 1000, 2) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (10, OpenCandle(100, 100, 100, 100, 0)),
        (39, OpenCandle(100, 101.8, 100, 101.8, 58)),
        (155, OpenCandle(100, 106, 100, 100, 290)),
        (271, OpenCandle(100, 106, 94, 96.1, 522)),
    ],
)
def test_a_falling_candle_visits_its_high_first(seconds, expected):
    assert forming_at(candle(100, 106, 94, 97), 0, seconds * 1000, 2) == expected


def test_rounding_stays_within_the_candle():
    narrow = candle(100.4, 100.4, 100.4, 100.4)
    assert forming_at(narrow, 0, 100_000, 0).close_price == 100.4


TICKS = st.integers(-50, 50)


@st.composite
def corners(draw):
    end = draw(TICKS)
    high = max(0, end) + draw(st.integers(0, 50))
    low = min(0, end) - draw(st.integers(0, 50))
    return high, low, end


@given(corners(), st.integers(0, LENGTH_MS - 1), st.integers(0, LENGTH_MS - 1))
def test_extremes_only_widen_and_stay_within_the_candle(corner, one_ms, other_ms):
    high, low, end = corner
    whole = candle(100, 100 + high, 100 + low, 100 + end)
    early, late = (forming_at(whole, 0, now_ms, 4) for now_ms in sorted((one_ms, other_ms)))
    assert 100 + low <= late.low_price <= early.low_price <= early.close_price
    assert early.close_price <= early.high_price <= late.high_price <= 100 + high
    assert early.open_price == late.open_price == 100
    assert early.volume_base <= late.volume_base <= 580


@given(corners().filter(lambda corner: corner[2] != 0), st.integers(0, LENGTH_MS - 1))
def test_a_mirrored_candle_has_the_mirrored_path(corner, now_ms):
    high, low, end = corner
    path = forming_at(candle(100, 100 + high, 100 + low, 100 + end), 0, now_ms, 8)
    twin = forming_at(candle(100, 100 - low, 100 - high, 100 - end), 0, now_ms, 8)
    assert twin.close_price - 100 == pytest.approx(100 - path.close_price, abs=2e-8)
    assert twin.high_price - 100 == pytest.approx(100 - path.low_price, abs=2e-8)
    assert twin.low_price - 100 == pytest.approx(100 - path.high_price, abs=2e-8)


@given(corners())
def test_the_price_arrives_at_the_close(corner):
    high, low, end = corner
    last = forming_at(candle(100, 100 + high, 100 + low, 100 + end), 0, LENGTH_MS - 1, 4)
    # The last leg is 96.67 s long and at most 150 high: in a millisecond, less than 0.002.
    assert last.close_price == pytest.approx(100 + end, abs=0.002)


def test_a_longer_candle_is_put_together_from_what_has_ended_and_what_forms():
    ended = candle(100, 107, 99, 101, volume=3.0)
    rest = OpenCandle(101, 102, 96, 97, 2.0)
    assert merge(100.5, ended, range(1), rest) == OpenCandle(100.5, 107, 96, 97, 5.0)
    assert merge(100.5, ended, range(0), rest) == OpenCandle(100.5, 102, 96, 97, 2.0)
