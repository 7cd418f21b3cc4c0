"""Volatility, ATR and closes at a time, from files and from a live bot's provider."""

import logging
import pickle
from datetime import UTC, datetime, timedelta
from math import isnan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode

from freqtrade_riskguard.adapters.market.candles import Candles
from freqtrade_riskguard.config.measurement import VolatilitySettings

PAIR = "BTC/USDT:USDT"
START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def candles(hours, minutes=60, seed=1):
    count = hours * 60 // minutes
    steps = np.random.default_rng(seed).normal(0, 0.005, count)
    close = 100 * np.exp(np.cumsum(steps))
    opened = np.concatenate(([100.0], close[:-1]))
    return pd.DataFrame(
        {
            "date": pd.date_range(START, periods=count, freq=f"{minutes}min", tz="UTC"),
            "open": opened,
            "high": np.maximum(opened, close) * 1.001,
            "low": np.minimum(opened, close) * 0.999,
            "close": close,
            "volume": 1.0,
        }
    )


def store(folder, frame, timeframe):
    folder.mkdir(exist_ok=True)
    handler = get_datahandler(folder, "feather")
    handler.ohlcv_store(PAIR, timeframe, data=frame, candle_type=CandleType.FUTURES)


def backtest(folder, timeframe="5m", **config):
    return SimpleNamespace(
        timeframe=timeframe,
        dp=None,
        config={
            "datadir": folder,
            "dataformat_ohlcv": "feather",
            "candle_type_def": CandleType.FUTURES,
            "runmode": RunMode.BACKTEST,
            **config,
        },
    )


@pytest.fixture
def measured():
    fresh = Candles(VolatilitySettings())
    fresh.restart()
    return fresh


def test_volatility_is_that_of_the_last_288_closed_hours(tmp_path, measured):
    frame = candles(400)
    store(tmp_path, frame, "1h")
    time = START + 350 * HOUR + timedelta(minutes=25)

    # At 14:25 the candle of 13:00-14:00 is the last that has closed: number 349.
    returns = np.diff(np.log(frame["close"].to_numpy()))[349 - 288 : 349]
    expected = returns.std(ddof=1) * np.sqrt(24)

    assert measured.daily_volatility(backtest(tmp_path), PAIR, time) == pytest.approx(expected)


def test_a_candle_counts_from_the_moment_it_closes(tmp_path, measured):
    frame = candles(100)
    store(tmp_path, frame, "1h")
    bot = backtest(tmp_path, timeframe="1h")

    before = measured.close(bot, PAIR, START + 50 * HOUR - timedelta(seconds=1))
    at_close = measured.close(bot, PAIR, START + 50 * HOUR)

    assert before == frame["close"][48]
    assert at_close == frame["close"][49]


def test_nothing_after_a_time_changes_what_was_known_at_it(tmp_path, measured):
    frame = candles(400)
    time = START + 300 * HOUR
    store(tmp_path / "a", frame, "1h")
    changed = frame.copy()
    changed.loc[changed["date"] >= time, ["open", "high", "low", "close"]] *= 3
    store(tmp_path / "b", changed, "1h")

    for what in ("daily_volatility", "atr"):
        values = [
            getattr(measured, what)(backtest(tmp_path / name), PAIR, time) for name in ("a", "b")
        ]
        measured.restart()
        assert values[0] == values[1] > 0


def test_unknown_until_a_day_of_candles_exists(tmp_path, measured):
    store(tmp_path, candles(100), "1h")
    bot = backtest(tmp_path)

    # 24 returns need 25 candles.
    assert isnan(measured.daily_volatility(bot, PAIR, START + 24 * HOUR))
    assert measured.daily_volatility(bot, PAIR, START + 25 * HOUR) > 0
    assert isnan(measured.daily_volatility(bot, PAIR, START - HOUR))


def test_stale_candles_tell_nothing(tmp_path, measured):
    store(tmp_path, candles(100), "1h")
    bot = backtest(tmp_path)

    assert measured.daily_volatility(bot, PAIR, START + 102 * HOUR) > 0
    assert isnan(measured.daily_volatility(bot, PAIR, START + 102 * HOUR + timedelta(minutes=1)))


def test_a_gap_that_freqtrade_fills_is_not_a_calm_market(tmp_path, measured):
    frame = candles(400)
    gap = (frame["date"] >= START + 200 * HOUR) & (frame["date"] < START + 300 * HOUR)
    store(tmp_path, frame.loc[~gap], "1h")
    bot = backtest(tmp_path, timeframe="1h")
    before = measured.daily_volatility(bot, PAIR, START + 200 * HOUR)

    assert isnan(measured.daily_volatility(bot, PAIR, START + 250 * HOUR))
    assert isnan(measured.atr(bot, PAIR, START + 250 * HOUR))
    # A price there is: the last that was paid.
    assert measured.close(bot, PAIR, START + 250 * HOUR) == frame["close"][199]
    after = measured.daily_volatility(bot, PAIR, START + 305 * HOUR)
    assert after > 0.9 * before


def test_a_coarse_strategys_trades_are_valued_at_the_finest_closes(tmp_path, measured):
    store(tmp_path, candles(100), "1h")
    store(tmp_path, candles(100, minutes=240, seed=2), "4h")
    bot = backtest(tmp_path, timeframe="4h")

    values = {measured.close(bot, PAIR, START + hour * HOUR) for hour in range(40, 44)}

    assert len(values) == 4


def test_an_open_position_has_no_atr_of_another_timeframe(tmp_path, measured):
    store(tmp_path, candles(100, minutes=15), "15m")
    bot = backtest(tmp_path, timeframe="15m")

    assert measured.atr(bot, PAIR, START + 50 * HOUR) > 0
    assert isnan(measured.atr(bot, PAIR, START + 50 * HOUR, or_own=False))


def test_without_hourly_candles_the_strategys_own_must_do(tmp_path, measured, caplog):
    store(tmp_path, candles(100, minutes=15), "15m")
    bot = backtest(tmp_path, timeframe="15m")

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert measured.daily_volatility(bot, PAIR, START + 50 * HOUR) > 0
            assert measured.atr(bot, PAIR, START + 50 * HOUR) > 0

    told = [r for r in caplog.records if "measured on the strategy's own 15m" in r.getMessage()]
    assert len(told) == 1


def test_no_candles_at_all_is_unknown(tmp_path, measured):
    bot = backtest(tmp_path)

    assert isnan(measured.daily_volatility(bot, PAIR, START))
    assert isnan(measured.atr(bot, PAIR, START))
    assert isnan(measured.close(bot, PAIR, START))


def test_a_coarser_strategy_has_its_own_atr(tmp_path, measured):
    store(tmp_path, candles(400), "1h")
    store(tmp_path, candles(400, minutes=240, seed=2), "4h")
    time = START + 300 * HOUR

    hourly = measured.atr(backtest(tmp_path), PAIR, time)
    coarse = measured.atr(backtest(tmp_path, timeframe="4h"), PAIR, time)

    assert 0 < hourly != coarse > 0


def test_a_timerange_still_reaches_back_for_the_volatility(tmp_path, measured):
    frame = candles(800)
    store(tmp_path, frame, "1h")
    time = START + timedelta(days=25)

    whole = measured.daily_volatility(backtest(tmp_path), PAIR, time)
    measured.restart()
    cut = measured.daily_volatility(backtest(tmp_path, timerange="20240125-"), PAIR, time)

    assert cut == pytest.approx(whole, rel=1e-12)


def test_live_the_provider_is_asked_once_per_candle(tmp_path, measured):
    frame = candles(50)
    asked = []

    def get_pair_dataframe(pair, timeframe, candle_type):
        asked.append((pair, timeframe, candle_type))
        return frame

    bot = backtest(tmp_path)
    bot.config["runmode"] = RunMode.DRY_RUN
    bot.dp = SimpleNamespace(get_pair_dataframe=get_pair_dataframe)
    last_close = START + 50 * HOUR

    for minute in range(0, 60, 5):
        assert measured.daily_volatility(bot, PAIR, last_close + timedelta(minutes=minute)) > 0
    assert asked == [(PAIR, "1h", CandleType.FUTURES)]

    measured.daily_volatility(bot, PAIR, last_close + HOUR)
    assert len(asked) == 2


def test_it_travels_to_a_worker_process_without_its_candles(tmp_path, measured):
    store(tmp_path, candles(100), "1h")
    bot = backtest(tmp_path)
    value = measured.daily_volatility(bot, PAIR, START + 50 * HOUR)

    copy = pickle.loads(pickle.dumps(measured))  # noqa: S301 - our own object

    assert copy._series == {}
    assert copy.daily_volatility(bot, PAIR, START + 50 * HOUR) == value
