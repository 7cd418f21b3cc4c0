import numpy as np
import pandas as pd
import pytest

from freqtrade_riskguard.replay.candles import read_candles, resample
from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.intervals import INTERVALS
from tests.replay.recordings import START, moment, rising, store

FIVE = INTERVALS["5m"]


def stored(folder, rows, **where):
    store(folder, "5m", rows, **where)
    return read_candles(folder / "futures" / "BTC_USDT_USDT-5m-futures.feather", FIVE)


def dates(*minutes):
    return [START + pd.Timedelta(minutes=minute) for minute in minutes]


def test_finds_candles_by_time(tmp_path):
    candles = stored(tmp_path, rising(100, 3), dates=dates(0, 5, 15))  # 00:10 is missing
    assert len(candles) == 3
    assert candles.closed_by(moment(minutes=5) - 1) == 0
    assert candles.closed_by(moment(minutes=5)) == 1
    assert candles.opened_before(moment(minutes=5)) == 1
    assert candles.at(moment() - 1) is None
    assert candles.at(moment()) == 0
    assert candles.at(moment(minutes=5)) == 1
    assert candles.at(moment(minutes=12)) is None
    assert candles.at(moment(minutes=20) - 1) == 2
    assert candles.at(moment(minutes=20)) is None


def test_sorts_keeps_the_last_of_equal_times_and_drops_what_has_no_price(tmp_path):
    rows = [(2, 2, 2, 2, 1), (1, 1, 1, 1, np.nan), (3, 3, 3, 3, 1), (np.nan, 4, 4, 4, 1)]
    candles = stored(tmp_path, rows, dates=dates(5, 0, 5, 10))
    assert candles.open.tolist() == [1, 3]
    assert candles.volume.tolist() == [0, 1]


def test_moves_all_times(tmp_path):
    store(tmp_path, "5m", rising(100, 2))
    path = tmp_path / "futures" / "BTC_USDT_USDT-5m-futures.feather"
    moved = read_candles(path, FIVE, shift_ms=600_000)
    assert moved.opens_ms.tolist() == [moment(minutes=10), moment(minutes=15)]
    assert moved.ends_ms.tolist() == [moment(minutes=15), moment(minutes=20)]


def test_names_a_file_that_is_none(tmp_path):
    path = tmp_path / "BTC_USDT_USDT-5m-futures.feather"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(DataFolderError, match=path.name):
        read_candles(path, FIVE)


def test_resamples_by_hand(tmp_path):
    rows = [
        (9, 9, 9, 9, 9),  # 00:10: the quarter began without us
        (10, 12, 9, 11, 1.1),  # 00:15
        (11, 15, 10, 14, 2.2),
        (14, 14, 8, 9, 3.3),
        (20, 21, 19, 20, 1),  # 00:35, the one before is missing
        (20, 25, 20, 24, 2),
        (24, 24, 24, 24, 5),  # 00:45: the quarter is not over
    ]
    candles = stored(tmp_path, rows, dates=dates(10, 15, 20, 25, 35, 40, 45))
    quarters = resample(candles, INTERVALS["15m"])
    assert quarters.opens_ms.tolist() == [moment(minutes=15), moment(minutes=30)]
    assert quarters.ends_ms.tolist() == [moment(minutes=30), moment(minutes=45)]
    assert quarters.open.tolist() == [10, 20]
    assert quarters.high.tolist() == [15, 25]
    assert quarters.low.tolist() == [8, 19]
    assert quarters.close.tolist() == [9, 24]
    # 1.1 + 2.2 + 3.3 = 6.6, and not 6.6000000000000005
    assert quarters.volume.tolist() == [6.6, 3]


def test_one_candle_or_none_makes_nothing_longer(tmp_path):
    candles = stored(tmp_path, rising(100, 1))
    assert len(resample(candles, INTERVALS["1h"])) == 0
    nothing = stored(tmp_path, [])
    assert len(resample(nothing, INTERVALS["1h"])) == 0


def test_resampling_agrees_with_pandas(tmp_path):
    rng = np.random.default_rng(1)
    closes = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, 288)))
    opens = np.append(100.0, closes[:-1])
    highs, lows = np.maximum(opens, closes) + 1, np.minimum(opens, closes) - 1
    candles = stored(tmp_path, list(zip(opens, highs, lows, closes, [1.0] * 288, strict=True)))
    hours = resample(candles, INTERVALS["1h"])
    frame = pd.DataFrame(
        {"open": opens, "high": highs, "low": lows, "close": closes},
        index=pd.date_range(START, periods=288, freq="5min"),
    )
    ways = {"open": "first", "high": "max", "low": "min", "close": "last"}
    expected = frame.resample("1h").agg(ways)
    for name in ways:
        assert getattr(hours, name).tolist() == expected[name].tolist()
