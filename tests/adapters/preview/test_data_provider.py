from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode

from freqtrade_riskguard.adapters.preview.data_provider import PreviewDataProvider
from freqtrade_riskguard.config.measurement import VolatilitySettings
from tests.factories import NOON, PAIR

ETH = "ETH/USDT:USDT"
HOUR = timedelta(hours=1)


def candles(end, count, step):
    """Return candles that are closed by ``end``, with their number as price."""
    dates = pd.date_range(end=end - step, periods=count, freq=step).as_unit("ms")
    price = range(1, count + 1)
    return pd.DataFrame(
        {"date": dates, **dict.fromkeys(("open", "high", "low", "close", "volume"), price)}
    ).astype(dict.fromkeys(("open", "high", "low", "close", "volume"), float))


class Source:
    """An exchange that has an hour of candles of all pairs but DOGE."""

    def __init__(self):
        self.asked = []

    def get_option(self, name):
        return {"funding_fee_timeframe": "8h"}[name]

    def refresh_latest_ohlcv(self, keys, *, cache):
        assert not cache
        self.asked.append(list(keys))
        return {key: candles(NOON, 12, HOUR / 12) for key in keys if "DOGE" not in key[0]}


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def provider(tmp_path, source):
    handler = get_datahandler(tmp_path, "feather")
    for timeframe, count, step, end in (
        ("5m", 2_000, HOUR / 12, NOON + HOUR / 2),
        ("1h", 600, HOUR, NOON),
    ):
        handler.ohlcv_store(PAIR, timeframe, candles(end, count, step), CandleType.FUTURES)
    rates = candles(NOON + 16 * HOUR, 9, 8 * HOUR).assign(funding_rate=0.0001)
    handler.ohlcv_store(PAIR, "8h", rates, CandleType.FUNDING_RATE)
    config = {
        "datadir": tmp_path,
        "timeframe": "5m",
        "runmode": RunMode.DRY_RUN,
        "candle_type_def": CandleType.FUTURES,
        "startup_candle_count": 30,
    }
    made = PreviewDataProvider(config, source, VolatilitySettings(days=10))
    made.now = NOON
    return made


def test_only_what_was_closed_by_then_is_given(provider):
    frame = provider.ohlcv(PAIR)
    # 12:30 is the end of candle 2000: that which closes at noon is the 1994th.
    assert frame["close"].iloc[-1] == 1_994
    assert frame["date"].iloc[-1] == NOON - HOUR / 12
    assert frame.index[0] == 0

    provider.now = NOON - timedelta(seconds=1)
    assert provider.ohlcv(PAIR)["close"].iloc[-1] == 1_993


def test_it_reaches_as_far_back_as_the_guard_and_the_strategy_look(provider):
    # 10 days, one of min_days and two more; and what a bot holds with 30 candles of startup.
    assert len(provider.ohlcv(PAIR, "1h")) == max(13 * 24, 530)
    assert len(provider.ohlcv(PAIR, "5m")) == 1_994
    assert provider.get_pair_dataframe(PAIR, "1h")["close"].iloc[-1] == 600


def test_a_settlement_is_known_at_once(provider):
    frame = provider.ohlcv(PAIR, "8h", candle_type="funding_rate")
    assert frame["date"].iloc[-1] <= NOON < frame["date"].iloc[-1] + 8 * HOUR


def test_the_last_moment_at_which_strategy_and_guard_know_the_market(provider, tmp_path):
    assert provider.last_close(PAIR) == NOON
    assert provider.last_close(ETH) is None
    # Without the guard's own candles it measures on the strategy's.
    handler = get_datahandler(tmp_path, "feather")
    handler.ohlcv_store("SOL/USDT:USDT", "5m", candles(NOON, 9, HOUR / 12), CandleType.FUTURES)
    assert provider.last_close("SOL/USDT:USDT") == NOON
    handler.ohlcv_store("DOGE/USDT:USDT", "1h", candles(NOON, 9, HOUR), CandleType.FUTURES)
    assert provider.last_close("DOGE/USDT:USDT") is None


def test_the_exchange_is_asked_once_for_all_that_is_not_on_disk(provider, source):
    assert not source.asked
    gone = provider.adopt([ETH, "DOGE/USDT:USDT"], ["SOL/USDT:USDT"])

    assert gone == ["DOGE/USDT:USDT"]
    assert len(source.asked) == 1
    assert (ETH, "8h", CandleType.FUNDING_RATE) in source.asked[0]
    assert ("SOL/USDT:USDT", "5m", CandleType.FUTURES) not in source.asked[0]
    assert provider.ohlcv(ETH)["close"].iloc[-1] == 12
    assert provider.ohlcv("DOGE/USDT:USDT").empty
    assert len(source.asked) == 1
    # What a strategy asks for besides, once.
    for _ in range(2):
        assert not provider.ohlcv(ETH, "15m").empty
    assert source.asked[1:] == [[(ETH, "15m", CandleType.FUTURES)]]
    # Not of pairs that are on disk, or that nobody looks at.
    assert provider.ohlcv(PAIR, "15m").empty
    assert len(source.asked) == 2


def test_now_is_now_until_it_is_set(tmp_path, source):
    config = {"datadir": tmp_path, "timeframe": "5m", "candle_type_def": CandleType.FUTURES}
    made = PreviewDataProvider(config, source, VolatilitySettings())
    assert abs(datetime.now(UTC) - made.now) < timedelta(minutes=1)
