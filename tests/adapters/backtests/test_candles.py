from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest

from freqtrade_riskguard.adapters.backtests.candles import data_folder, read_candles
from freqtrade_riskguard.adapters.backtests.files import ResultError, read_result
from tests.support.results import (
    BTC,
    ETH,
    START,
    STRATEGY,
    at,
    result,
    stats,
    store,
    trade,
    write_candles,
)

# A true range of 10 on every candle, so that Wilder's average is 10 from the 15th on.
STEADY = [(100.0, 105.0, 95.0, 100.0)] * 48


def test_what_the_user_says_counts(tmp_path):
    found = result(trade(100, 110, 1, 2))
    folder = tmp_path / "candles"
    (folder / "futures").mkdir(parents=True)
    assert data_folder(found, folder, tmp_path) == folder
    assert data_folder(found, folder / "futures", tmp_path) == folder


def test_what_the_user_says_must_be_there(tmp_path):
    with pytest.raises(ResultError, match="is not a folder: give --datadir"):
        data_folder(result(trade(100, 110, 1, 2)), tmp_path / "nowhere", tmp_path)


def test_then_the_stored_configuration_the_user_directory_and_that_of_the_result(tmp_path):
    own = tmp_path / "own"
    path = store(own / "backtest_results", {STRATEGY: stats(trade(100, 110, 1, 2))})
    found = read_result(path)
    assert data_folder(found, None, tmp_path / "user_data") is None
    for place in (own / "data" / "binance", tmp_path / "user_data" / "data" / "binance"):
        place.mkdir(parents=True)
        assert data_folder(found, None, tmp_path / "user_data") == place
    stored = replace(found, config={**found.config, "datadir": str(tmp_path)})
    assert data_folder(stored, None, tmp_path / "user_data") == tmp_path


def test_candles_by_pair_and_what_is_missing(tmp_path):
    write_candles(tmp_path, {(BTC, "1h"): STEADY})
    # One pair without a file, and one trade after the last candle.
    trades = trade(100, 110, 1, 2), trade(100, 110, 60, 61), trade(10, 11, 1, 2, pair=ETH)
    found = read_candles(result(*trades, hours=80), tmp_path)
    assert set(found.by_pair) == {BTC}
    assert found.missing == (BTC, ETH)
    assert found.folder == tmp_path
    btc = found.by_pair[BTC]
    assert (btc.interval_seconds, len(btc.opened_at)) == (3600, 48)
    assert btc.holding(at(2.5)) == 2
    assert btc.holding(at(48)) == -1
    assert btc.holding(at(-1)) == -1


def test_without_a_folder_all_are_missing():
    found = read_candles(result(trade(100, 110, 1, 2)), None)
    assert found.missing == (BTC,)
    assert isnan(found.atr(BTC, START))


def test_those_of_the_detail_timeframe(tmp_path):
    fine = [(100.0, 101.0, 99.0, 100.0)] * (12 * 48)
    write_candles(tmp_path, {(BTC, "1h"): STEADY, (BTC, "5m"): fine})
    found = read_candles(result(trade(100, 110, 1, 2), timeframe_detail="5m"), tmp_path)
    assert (found.timeframe, found.by_pair[BTC].interval_seconds) == ("5m", 300)
    assert found.atr_timeframe == "1h"


def test_atr_is_that_of_the_candles_closed_by_then(tmp_path):
    write_candles(tmp_path, {(BTC, "1h"): STEADY})
    found = read_candles(result(trade(100, 110, 20, 21)), tmp_path)
    assert found.atr(BTC, at(20)) == pytest.approx(10)
    # Of 14 true ranges after the first candle, the last ends 15 hours in.
    assert found.atr(BTC, at(15)) == pytest.approx(10)
    assert isnan(found.atr(BTC, at(14)))
    assert isnan(found.atr(ETH, at(20)))


def test_without_hourly_candles_atr_is_on_the_strategys_own(tmp_path):
    write_candles(tmp_path, {(BTC, "15m"): [(100.0, 101.0, 99.0, 100.0)] * 192})
    found = read_candles(result(trade(100, 110, 20, 21), timeframe="15m"), tmp_path)
    assert found.atr_timeframe == "15m"
    assert found.atr(BTC, at(20)) == pytest.approx(2)


def test_on_a_coarser_strategy_too(tmp_path):
    frames = {(BTC, "4h"): [(100.0, 120.0, 80.0, 100.0)] * 30, (BTC, "1h"): STEADY}
    write_candles(tmp_path, frames)
    found = read_candles(result(trade(100, 110, 64, 68), timeframe="4h", hours=100), tmp_path)
    assert found.atr_timeframe == "4h"
    assert found.atr(BTC, at(64)) == pytest.approx(40)


@pytest.mark.parametrize(
    ("config", "changes"),
    [
        ({"dataformat_ohlcv": "hdf5"}, {}),
        ({"dataformat_ohlcv": "nonsense"}, {}),
        ({}, {"timeframe": "bogus"}),
    ],
)
def test_a_format_or_timeframe_that_freqtrade_does_not_read(tmp_path, config, changes):
    found = result(trade(100, 110, 1, 2), **changes)
    with pytest.raises(ResultError, match="cannot be read") as error:
        read_candles(replace(found, config=config), tmp_path)
    message = str(error.value)
    assert str(found.path) in message
    assert "\n" not in message


def test_a_damaged_file_of_candles(tmp_path):
    write_candles(tmp_path, {(BTC, "1h"): STEADY})
    (file,) = (tmp_path / "futures").iterdir()
    file.write_bytes(file.read_bytes()[:100])
    # freqtrade takes it for none.
    assert read_candles(result(trade(100, 110, 1, 2)), tmp_path).missing == (BTC,)


def test_a_folder_of_nothing(tmp_path):
    found = read_candles(result(trade(100, 110, 1, 2)), Path(tmp_path))
    assert (found.missing, found.atr_timeframe) == ((BTC,), "")
