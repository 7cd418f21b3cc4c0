from datetime import UTC, datetime

import numpy as np
import pandas as pd

from freqtrade_riskguard.replay.scenarios.candles import futures_candles, hourly, mark_candles
from freqtrade_riskguard.replay.scenarios.coins import BTC
from freqtrade_riskguard.replay.scenarios.frames import generate
from freqtrade_riskguard.replay.scenarios.library import FLASH_CRASH

START = datetime(2024, 1, 1, tzinfo=UTC)


def test_candle_is_built_from_its_own_twenty_prices_and_the_one_before():
    # 41 prices of 15 seconds: two candles of 5 minutes. The extremes are inside.
    path = np.full(41, 100.0)
    path[7], path[13], path[20], path[33] = 104.0, 97.0, 101.0, 110.0
    candles = futures_candles(BTC, START, path)
    assert candles[["open", "high", "low", "close"]].to_numpy().tolist() == [
        [100.0, 104.0, 97.0, 101.0],
        [101.0, 110.0, 100.0, 100.0],
    ]
    assert candles["date"].tolist() == [
        pd.Timestamp("2024-01-01 00:00", tz="UTC"),
        pd.Timestamp("2024-01-01 00:05", tz="UTC"),
    ]


def test_prices_are_whole_ticks_and_volumes_whole_lots():
    rng = np.random.default_rng(1)
    path = 42_000 * np.exp(np.cumsum(1e-4 * rng.standard_normal(2001)))
    candles = futures_candles(BTC, START, path)
    for column in ("open", "high", "low", "close"):
        assert (candles[column] == candles[column].round(1)).all()
    assert (candles["volume"] == candles["volume"].round(3)).all()


def test_hours_are_exactly_their_twelve_candles():
    for frames in generate(FLASH_CRASH).values():
        expected = (
            frames.futures_5m.set_index("date")
            .resample("1h")
            .agg({"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"})
        )
        got = hourly(frames.futures_5m).set_index("date")
        prices = ["open", "high", "low", "close"]
        assert (got[prices].to_numpy() == expected[prices].to_numpy()).all()
        assert np.allclose(got["volume"], expected["volume"], rtol=1e-12)
        assert (got.index == expected.index).all()


def test_volume_follows_the_size_of_moves():
    for pair, frames in generate(FLASH_CRASH).items():
        candles = frames.futures_5m
        moves = (candles["close"] / candles["open"] - 1.0).abs()
        assert np.corrcoef(moves, candles["volume"])[0, 1] > 0.3, pair


def test_mark_price_takes_a_minute_to_cover_half_of_a_jump():
    # One hour at 100, then 101: after 60 seconds (4 steps) half of it, 100.5.
    path = np.concatenate([np.full(241, 100.0), np.full(240, 101.0)])
    first, second = mark_candles(BTC, START, path)[["open", "low", "high", "close"]].to_numpy()
    assert first.tolist() == [100.0] * 4
    assert second.tolist() == [100.0, 100.0, 101.0, 101.0]
    jump = np.concatenate([np.full(237, 100.0), np.full(4, 101.0)])
    assert mark_candles(BTC, START, jump)["close"].tolist() == [100.5]
