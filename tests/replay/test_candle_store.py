import pytest

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK, CandleStore
from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.intervals import INTERVALS
from tests.replay.recordings import flat, moment, rising, store

BTC = Contract("BTC", "USDT")
HOUR_MS = 3_600_000


def series(candle_store, kind, name):
    return candle_store.series(kind, INTERVALS[name])


def test_takes_the_file_and_makes_what_is_missing_from_shorter_candles(tmp_path):
    store(tmp_path, "5m", flat(1.0, 24))
    store(tmp_path, "1h", flat(2.0, 2))
    candle_store = CandleStore(tmp_path, BTC)
    assert [interval.name for interval in candle_store.intervals] == ["5m", "1h"]
    hours, quarters = series(candle_store, FUTURES, "1h"), series(candle_store, FUTURES, "15m")
    assert hours.recorded
    assert set(hours.candles.open) == {2.0}
    assert not quarters.recorded
    assert len(quarters.candles) == 8
    assert series(candle_store, FUTURES, "15m") is quarters
    assert series(candle_store, FUTURES, "1m") is None


def test_makes_candles_from_the_recording_that_reaches_furthest(tmp_path):
    store(tmp_path, "5m", flat(1.0, 24))  # two hours
    store(tmp_path, "1h", flat(2.0, 8))  # eight hours
    candle_store = CandleStore(tmp_path, BTC)
    assert set(series(candle_store, FUTURES, "2h").candles.open) == {2.0}
    store(tmp_path, "5m", flat(1.0, 8 * 12))  # as far: longer candles are less work
    assert set(series(CandleStore(tmp_path, BTC), FUTURES, "2h").candles.open) == {2.0}
    store(tmp_path, "5m", flat(1.0, 9 * 12))
    assert set(series(CandleStore(tmp_path, BTC), FUTURES, "2h").candles.open) == {1.0}


def test_trades_stand_for_mark_prices_that_were_not_recorded(tmp_path):
    store(tmp_path, "5m", flat(1.0, 24))
    candle_store = CandleStore(tmp_path, BTC)
    assert series(candle_store, MARK, "1h") is series(candle_store, FUTURES, "1h")
    store(tmp_path, "1h", flat(3.0, 2), kind="mark")
    candle_store = CandleStore(tmp_path, BTC)
    assert set(series(candle_store, MARK, "1h").candles.open) == {3.0}
    assert series(candle_store, MARK, "5m") is series(candle_store, FUTURES, "5m")
    assert set(series(candle_store, MARK, "2h").candles.open) == {3.0}


@pytest.mark.parametrize(("mark_timeframe", "price"), [("1h", 1.0), ("5m", 3.0), ("1m", 3.0)])
def test_the_shortest_candles_tell_the_mark_price(tmp_path, mark_timeframe, price):
    store(tmp_path, "5m", flat(1.0, 24))
    store(tmp_path, mark_timeframe, flat(3.0, 24), kind="mark")
    candles = next(CandleStore(tmp_path, BTC).shortest_first(MARK))
    assert candles.open[0] == price


def test_a_file_that_would_leave_the_grid_is_made_anew(tmp_path):
    store(tmp_path, "1h", rising(100, 48))
    store(tmp_path, "1d", flat(7.0, 2))
    assert series(CandleStore(tmp_path, BTC), FUTURES, "1d").recorded
    moved = CandleStore(tmp_path, BTC, shift_ms=8 * HOUR_MS)
    days = series(moved, FUTURES, "1d")
    assert [interval.name for interval in moved.intervals] == ["1h"]
    assert not days.recorded
    # What lay from 08:00 to 24:00 and 00:00 to 16:00 is cut; between lie 24 hours from 16:00 on.
    assert days.candles.opens_ms.tolist() == [moment(days=1)]
    assert days.candles.open.tolist() == [116]
