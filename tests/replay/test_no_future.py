"""Nothing that lies after the clock changes any answer."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.replay.binance.routes import ANSWERS
from freqtrade_riskguard.replay.clock import to_datetime
from freqtrade_riskguard.replay.markets import read_markets
from freqtrade_riskguard.replay.open_candle import QUIET_MS
from tests.replay.recordings import START, ask, moment, open_venue, store, store_funding

LENGTHS = {"5m": timedelta(minutes=5), "1h": timedelta(hours=1)}
FILES = (("5m", "futures"), ("1h", "futures"), ("1h", "mark"))
HOURS = 12
PAIR = {"symbol": "BTCUSDT"}
QUESTIONS = (
    *(
        (path, {**PAIR, "interval": interval, **more})
        for path in ("klines", "markPriceKlines")
        for interval in ("5m", "15m", "1h", "4h", "1d")
        for more in ({}, {"limit": "3"}, {"startTime": str(moment(hours=1))})
    ),
    ("klines", {**PAIR, "interval": "5m", "endTime": str(moment(days=9))}),
    ("depth", {**PAIR, "limit": "5"}),
    ("ticker/24hr", PAIR),
    ("ticker/bookTicker", {}),
    ("ticker/price", {}),
    ("premiumIndex", {}),
    ("fundingInfo", {}),
    ("fundingRate", PAIR),
    ("fundingRate", {"startTime": "0", "limit": "1000"}),
)


def read(folder, timeframe, kind):
    return pd.read_feather(folder / "futures" / f"BTC_USDT_USDT-{timeframe}-{kind}.feather")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Half a day of 5m and 1h candles, marks apart from them, funding every 2 hours."""
    folder = tmp_path_factory.mktemp("original")
    rng = np.random.default_rng(7)
    for timeframe, kind in FILES:
        count = HOURS * (12 if timeframe == "5m" else 1)
        opens = np.round(100 + rng.normal(0, 3, count), 2)
        closes = np.round(opens + rng.normal(0, 1, count), 2)
        highs, lows = np.maximum(opens, closes) + 0.57, np.minimum(opens, closes) - 0.33
        columns = (opens, highs.round(2), lows.round(2), closes, rng.integers(1, 99, count))
        store(folder, timeframe, np.column_stack(columns), kind=kind)
    return store_funding(folder, rng.normal(0, 0.001, HOURS // 2).round(6), hours=2)


def rewrite_the_future(source, target, now_ms, factor):
    """Copy a data folder, changing all that nobody can know at a moment."""
    now = to_datetime(now_ms)
    for timeframe, kind in FILES:
        frame = read(source, timeframe, kind)
        later = frame["date"] > now
        # What a candle becomes is open while it lasts. The price within it does show, so that of
        # the shortest candles only the first seconds are blank.
        within = ~later & (frame["date"] + LENGTHS[timeframe] > now)
        if timeframe == "5m":
            within &= frame["date"] >= now - timedelta(milliseconds=QUIET_MS)
        changed = later | within
        frame.loc[changed, "high"] = (frame["high"] * (1 + factor)).round(2)
        frame.loc[changed, "low"] = (frame["low"] * (1 - factor)).round(2)
        frame.loc[changed, "close"] = (frame["close"] * (1 - factor)).round(2)
        frame.loc[changed, "volume"] += 7
        frame.loc[later, "open"] = (frame["open"] * (1 + factor)).round(2)
        store(target, timeframe, frame.drop(columns="date"), kind=kind, dates=frame["date"])
    funding = read(source, "1h", "funding_rate")
    funding.loc[funding["date"] > now, "open"] = -0.02
    columns = funding.drop(columns="date")
    store(target, "1h", columns, kind="funding_rate", dates=funding["date"])
    return target


def answers(folder, now_ms, markets):
    # What is listed, with its ticks and lots, is read off the whole recording and says nothing
    # about its future.
    venue = open_venue(folder, now_ms, markets=markets)
    return {
        (path, tuple(query.items())): ANSWERS[f"/fapi/v1/{path}"](venue, query)
        for path, query in QUESTIONS
    }


# Moments between, and more of those where a candle or a payment is about to come.
# Before the last candle begins: what is left of one may not show any more.
MOMENTS = st.integers(0, HOURS * 3_600_000 - 300_001) | st.builds(
    lambda hour, minute, off_ms: hour * 3_600_000 + minute * 60_000 + off_ms,
    st.integers(1, HOURS - 1),
    st.sampled_from([0, 5, 15]),
    st.sampled_from([-1, 0, 1, QUIET_MS, QUIET_MS + 1]),
)


@settings(max_examples=30)
@given(since_start_ms=MOMENTS, factor=st.sampled_from([0.01, 0.3]))
def test_changing_the_future_changes_no_answer(tmp_path_factory, folder, since_start_ms, factor):
    now_ms = moment() + since_start_ms
    changed = tmp_path_factory.mktemp("changed")
    rewrite_the_future(folder, changed, now_ms, factor)
    markets = read_markets(folder)
    assert answers(changed, now_ms, markets) == answers(folder, now_ms, markets)
    # And the change is one that shows, as soon as everything is in the open.
    end_ms = moment(hours=HOURS) - 1
    assert answers(changed, end_ms, markets) != answers(folder, end_ms, markets)


@settings(max_examples=40)
@given(st.lists(st.integers(0, HOURS * 3_600_000 - 1), min_size=2, max_size=2))
def test_what_has_ended_never_changes(folder, moments):
    query = {**PAIR, "interval": "15m", "startTime": moment()}
    early, late = (
        ask(open_venue(folder, moment() + since_ms), "klines", **query)
        for since_ms in sorted(moments)
    )
    assert late[: len(early) - 1] == early[:-1]


def test_the_recording_is_what_the_moments_cover(folder):
    frame = read(folder, "5m", "futures")
    assert frame["date"].iloc[0] == START
    assert len(frame) == HOURS * 12
