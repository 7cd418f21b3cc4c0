import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.replay.binance.api import BINANCE
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.markets import read_markets
from freqtrade_riskguard.replay.matching import PricePath, RecordedPrices
from freqtrade_riskguard.replay.recording import Recording
from tests.replay.matching.accounts import HOUR_MS, path
from tests.replay.recordings import flat, moment, rising, store, store_funding

MINUTE_MS = 60_000


def recording(folder):
    (market,) = read_markets(folder)
    return Recording(folder, market, BINANCE.row_writer)


def at(price_path, **since_start):
    return price_path.price_at(moment(**since_start))


def test_a_rising_candle_stands_then_visits_low_high_and_close(tmp_path):
    # 60 s: 10 s at the open, then three legs of 16.667 s: 100 -> 94, -> 112, -> 106.
    store(tmp_path, "1m", [(100, 112, 94, 106, 1)])
    last = RecordedPrices(recording(tmp_path)).last

    assert at(last, seconds=10) == 100.0
    assert at(last, milliseconds=10_000 + 50_000 / 6) == pytest.approx(97.0, abs=1e-3)
    assert at(last, milliseconds=10_000 + 50_000 / 2) == pytest.approx(103.0, abs=1e-3)
    assert at(last, milliseconds=60_000 - 50_000 / 6) == pytest.approx(109.0, abs=1e-3)
    assert at(last, minutes=1) == 106.0
    assert at(last, days=9) == 106.0
    assert last.price_at(moment() - 1) is None


def test_a_falling_candle_visits_its_high_first(tmp_path):
    store(tmp_path, "1m", [(106, 112, 94, 100, 1)])
    last = RecordedPrices(recording(tmp_path)).last

    assert at(last, milliseconds=10_000 + 50_000 / 6) == pytest.approx(109.0, abs=1e-3)


def test_the_path_tells_the_prices_that_the_exchange_quotes(tmp_path):
    # One-minute candles with a hole within hours, which begin before and end after them.
    minutes = rising(100.0, 200)
    store(
        tmp_path,
        "1m",
        minutes[:70] + minutes[130:],
        dates=_minutes(60, [*range(70), *range(130, 200)]),
    )
    store(
        tmp_path,
        "1h",
        [*flat(100.0, 1), (100, 190, 90, 170, 1), *rising(170.0, 3), *flat(300.0, 2)],
    )
    store(tmp_path, "1h", rising(90.0, 7), kind="mark")
    tape = recording(tmp_path)
    prices = RecordedPrices(tape)
    decimals = tape.market.filters.price_decimals

    for now_ms in range(moment(), moment(hours=8), 7_001):
        for kind, ours in ((FUTURES, prices.last), (MARK, prices.mark)):
            quoted = tape.price(kind, now_ms)
            # Half a tick is rounded either way.
            assert ours.price_at(now_ms) == pytest.approx(quoted, abs=0.5001 * 10**-decimals)


def _minutes(first, places):
    start = pd.Timestamp(moment(minutes=first), unit="ms", tz="UTC")
    return [start + pd.Timedelta(minutes=place) for place in places]


def test_marks_of_longer_candles_are_the_trades_path(tmp_path):
    store(tmp_path, "1m", rising(100.0, 60))
    store(tmp_path, "1h", rising(100.0, 1), kind="mark")
    prices = RecordedPrices(recording(tmp_path))

    assert prices.mark is prices.last


def test_marks_as_fine_as_trades_have_their_own_path(tmp_path):
    store(tmp_path, "1h", flat(100.0, 2))
    store(tmp_path, "1h", flat(99.0, 2), kind="mark")
    store_funding(tmp_path, [0.001])
    prices = RecordedPrices(recording(tmp_path))

    assert at(prices.last, hours=1) == 100.0
    assert at(prices.mark, hours=1) == 99.0
    assert prices.funding.rates.tolist() == [0.001]


def test_no_candles_are_no_path():
    empty = PricePath.of_series([])

    assert empty.price_at(0.0) is None
    assert empty.first_crossing(0.0, 1e15, below=1e9) is None
    assert np.isnan(empty.prices_at(np.array([0.0, 1.0]))).all()


def crossed(price_path, after, until, **levels):
    found = price_path.first_crossing(after * HOUR_MS, until * HOUR_MS, **levels)
    return found and (found.time_ms / HOUR_MS, found.price, found.falling, found.jumped)


ZIGZAG = path((0, 100.0), (1, 110.0), (2, 90.0), (2, 80.0), (3, 80.0), (4, 120.0))


@pytest.mark.parametrize(
    ("after", "until", "levels", "expected"),
    [
        # 105 after half of the first hour
        (0, 4, {"above": 105.0}, (0.5, 105.0, False, False)),
        # and no more once the price has turned: 95 after three quarters of the second
        (0.7, 2, {"below": 95.0, "above": 111.0}, (1.75, 95.0, True, False)),
        # the fall from 90 to 80 passes 85 without standing at it
        (0, 4, {"below": 85.0}, (2.0, 80.0, True, True)),
        # behind the price already
        (2.5, 4, {"below": 85.0}, (2.5, 80.0, True, True)),
        # a level at the moment that is asked for
        (1, 4, {"above": 110.0}, (1.0, 110.0, False, True)),
        (0, 0.49, {"above": 105.0}, None),
        (0, 0.5, {"above": 105.0}, (0.5, 105.0, False, False)),
        (0, 9, {"above": 120.1}, None),
        (0, 9, {}, None),
        # before the first line there is no price
        (-2, 4, {"above": 105.0}, (0.5, 105.0, False, False)),
        # after the last it stands
        (7, 9, {"above": 120.0}, (7.0, 120.0, False, True)),
    ],
)
def test_the_first_crossing(after, until, levels, expected):
    assert crossed(ZIGZAG, after, until, **levels) == expected


PRICES = st.integers(80, 120).map(float)


@given(st.lists(PRICES, min_size=3, max_size=12), st.floats(0, 9), PRICES, PRICES)
def test_no_crossing_is_missed_and_none_is_made_up(prices, after, below, above):
    line = path(*enumerate(prices))
    until_ms = (len(prices) - 1) * HOUR_MS
    after_ms = min(after * HOUR_MS, until_ms)

    found = line.first_crossing(after_ms, until_ms, below=below, above=above)

    def beyond(time_ms):
        price = line.price_at(time_ms)
        return price <= below or price >= above

    end_ms = until_ms if found is None else found.time_ms
    # A little before the crossing, where rounding cannot reach.
    for time_ms in np.linspace(after_ms, end_ms - 1.0, 50):
        assert not (after_ms <= time_ms < end_ms - 0.5 and beyond(time_ms))
    if found:
        assert line.price_at(found.time_ms) == pytest.approx(found.price)
        assert (
            beyond(found.time_ms + 1e-3) or beyond(found.time_ms) or found.price in {below, above}
        )
        assert found.line_end_ms >= found.time_ms


def test_corners_are_where_lines_meet():
    corners = ZIGZAG.corners_ms(0.5 * HOUR_MS, 3.5 * HOUR_MS)

    assert sorted(set(corners / HOUR_MS)) == [1.0, 2.0, 3.0]


def test_prices_on_both_sides_of_a_jump():
    times = np.array([2.0, 3.5]) * HOUR_MS

    assert ZIGZAG.prices_before(times) == pytest.approx([90.0, 100.0])
    assert ZIGZAG.prices_at(times) == pytest.approx([80.0, 100.0])
