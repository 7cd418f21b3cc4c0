"""What a price was multiplied by, and the candles that come of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.replay.candles import Candles
from freqtrade_riskguard.replay.intervals import interval_of_file
from freqtrade_riskguard.replay.matching.price_path import PricePath
from freqtrade_riskguard.replay.moved_prices import MovedPrices, PriceSteps

MINUTE = 60_000


def path(*candles):
    """Return the path through one-minute candles from 0 on."""
    opens = np.arange(len(candles)) * MINUTE
    interval = interval_of_file("1m")
    assert interval is not None
    columns = np.array(candles, dtype=np.float64).T
    names = ("open", "high", "low", "close")
    return PricePath.of_candles(
        Candles(
            interval=interval,
            opens_ms=opens,
            ends_ms=opens + MINUTE,
            volume=np.ones(len(candles)),
            **dict(zip(names, columns, strict=True)),
        )
    )


def test_a_factor_holds_until_the_next():
    steps = PriceSteps()
    assert steps.at(5) == 1.0
    assert steps.moved(0, 100) == []
    for now_ms, factor in ((10, 1.1), (20, 1.1), (30, 0.9), (30, 1.2), (50, 1.0)):
        steps.add(now_ms, factor)
    assert [steps.at(time) for time in (9, 10, 29, 30, 49, 50)] == [1.0, 1.1, 1.1, 1.2, 1.2, 1.0]
    assert list(steps.spans(0, 60)) == [(0, 10, 1.0), (10, 30, 1.1), (30, 50, 1.2), (50, 60, 1.0)]
    assert list(steps.spans(15, 20)) == [(15, 20, 1.1)]
    assert steps.moved(0, 60) == [(10, 30), (30, 50)]
    assert steps.moved(50, 60) == []


def test_extremes_are_those_of_the_time_in_which_the_price_was_moved():
    # It stands at 100 for 10 s, falls to 90 within 16.7 s, rises to 120 in as much, ends at 110.
    recorded = path((100, 120, 90, 110))
    steps = PriceSteps()
    # Doubled from 30 s to 40 s, where it rises from 95.8 to 113.8 (30 in 16.67 s).
    steps.add(30_000, 2.0)
    steps.add(40_000, 1.0)
    moved = MovedPrices(recorded, steps, 1)
    low_ms = 10_000 + 50_000 / 3
    high = round(2 * (90 + (40_000 - low_ms) / (50_000 / 3) * 30), 1)
    assert moved.candle(0, MINUTE) == (100.0, high, 90.0, 110.0)
    # Told at 35 s: the price then is its close and, so far, its high.
    now = round(2 * (90 + (35_000 - low_ms) / (50_000 / 3) * 30), 1)
    assert moved.candle(0, MINUTE, now_ms=35_000) == (100.0, now, 90.0, now)
    assert moved.candle(0, MINUTE, now_ms=0) == (100.0, 100.0, 100.0, 100.0)


prices = st.floats(50.0, 150.0).map(lambda price: round(price, 2))


@given(st.lists(st.tuples(prices, prices, prices, prices), min_size=1, max_size=5))
def test_what_was_not_moved_is_what_was_recorded(drawn):
    rows = [(opened, max(row), min(row), close) for row in drawn for opened, _, _, close in [row]]
    moved = MovedPrices(path(*rows), PriceSteps(), 2)
    for place, row in enumerate(rows):
        assert moved.candle(place * MINUTE, (place + 1) * MINUTE) == pytest.approx(row)
    whole = moved.candle(0, len(rows) * MINUTE)
    highs, lows = [row[1] for row in rows], [row[2] for row in rows]
    assert whole == pytest.approx((rows[0][0], max(highs), min(lows), rows[-1][3]))


@given(
    st.tuples(prices, prices, prices, prices),
    st.lists(st.tuples(st.integers(0, 2 * MINUTE), st.floats(0.5, 2.0)), max_size=4),
    st.integers(0, MINUTE),
)
def test_a_candle_lies_within_its_extremes(row, turns, now_ms):
    opened, _, _, close = row
    steps = PriceSteps()
    for begin_ms, factor in sorted(turns):
        steps.add(begin_ms, factor)
    moved = MovedPrices(path((opened, max(row), min(row), close)), steps, 2)
    for told in (moved.candle(0, MINUTE), moved.candle(0, MINUTE, now_ms=now_ms)):
        first, high, low, last = told
        assert low <= min(first, last) <= max(first, last) <= high
        assert first == round(opened * steps.at(0), 2)
