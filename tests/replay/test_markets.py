import json

import pandas as pd
import pytest

from freqtrade_riskguard.replay.binance.exchange_info import exchange_info
from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.markets import read_markets

NOW_MS = 1_704_067_200_000


def store(folder, candles):
    folder.mkdir()
    path = folder / "BTC_USDT_USDT-1h-futures.feather"
    candles.to_feather(path)
    return path


def candles(**columns):
    frame = {
        "date": pd.date_range("2024-01-01", periods=2, freq="h", tz="UTC"),
        "open": [100.5, 101.0],
        "high": [102.0, 103.0],
        "low": [99.0, 100.0],
        "close": [101.0, 102.5],
        "volume": [1.5, 2.25],
    }
    return pd.DataFrame({**frame, **columns})


def test_reads_steps_and_listing_date_of_generated_candles(data_dir):
    markets = {market.coin.base: market for market in read_markets(data_dir)}
    assert list(markets) == ["BTC", "DOGE", "ETH", "SOL"]
    steps = {
        base: (market.filters.price_decimals, market.filters.quantity_decimals)
        for base, market in markets.items()
    }
    assert steps == {"BTC": (1, 3), "DOGE": (5, 0), "ETH": (2, 3), "SOL": (3, 0)}
    # 2024-01-01 00:00 UTC
    assert {market.onboard_ms for market in markets.values()} == {1_704_067_200_000}


def test_writes_plain_decimals(data_dir):
    info = exchange_info(read_markets(data_dir), NOW_MS)
    symbols = {symbol["symbol"]: symbol for symbol in info["symbols"]}
    filters = {entry["filterType"]: entry for entry in symbols["DOGEUSDT"]["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.00001"
    assert filters["LOT_SIZE"]["stepSize"] == "1"
    assert info["serverTime"] == NOW_MS
    assert json.loads(json.dumps(info)) == info


def test_an_exchange_without_contracts_is_valid():
    assert exchange_info((), NOW_MS)["symbols"] == []


@pytest.mark.parametrize(
    "broken",
    [
        candles().iloc[:0],
        candles(close=[0.0, 0.0]),
        candles().drop(columns="volume"),
    ],
)
def test_names_a_file_that_holds_no_candles(tmp_path, broken):
    path = store(tmp_path / "futures", broken)
    with pytest.raises(DataFolderError, match=path.name) as caught:
        read_markets(tmp_path)
    assert "\n" not in str(caught.value)


def test_names_a_damaged_file(tmp_path):
    path = store(tmp_path / "futures", candles())
    path.write_bytes(b"not a feather file")
    with pytest.raises(DataFolderError, match=r"cannot read candles from .*BTC_USDT_USDT"):
        read_markets(tmp_path)
