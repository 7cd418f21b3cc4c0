"""Small data folders written by hand, and an exchange on them that is asked without a network."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd

from freqtrade_riskguard.replay.binance.api import BINANCE
from freqtrade_riskguard.replay.binance.routes import ANSWERS
from freqtrade_riskguard.replay.clock import to_ms
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.markets import read_markets
from freqtrade_riskguard.replay.recording import Recording

START = datetime(2024, 1, 1, tzinfo=UTC)
FREQUENCIES = {"1m": "1min", "5m": "5min", "15m": "15min", "1h": "1h", "8h": "8h", "1d": "1D"}


def moment(**since_start):
    """Return milliseconds since 1970 of a time after START, as in ``moment(minutes=7)``."""
    return to_ms(START + timedelta(**since_start))


def store(folder, timeframe, rows, *, kind="futures", coin="BTC", start=START, dates=None):
    """Write candles ``(open, high, low, close, volume)`` one after the other; return the folder."""
    frame = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"], dtype="float64")
    if dates is None:
        dates = pd.date_range(start, periods=len(rows), freq=FREQUENCIES[timeframe])
    frame.insert(0, "date", pd.DatetimeIndex(dates).as_unit("ms"))
    beneath = folder / "futures"
    beneath.mkdir(parents=True, exist_ok=True)
    frame.to_feather(beneath / f"{coin}_USDT_USDT-{timeframe}-{kind}.feather")
    return folder


def store_funding(folder, rates, *, hours=8, coin="BTC", start=START):
    """Write funding payments, one every `hours`, in freqtrade's older layout."""
    dates = pd.date_range(start, periods=len(rates), freq=f"{hours}h")
    rows = [(rate, 0, 0, 0, 0) for rate in rates]
    return store(folder, "1h", rows, kind="funding_rate", coin=coin, dates=dates)


def flat(price, count, volume=10.0):
    """Return candles that stand at a price."""
    return [(price, price, price, price, volume)] * count


def rising(price, count, step=1.0):
    """Return candles that each open where the last one closed and rise by a step."""
    return [
        (price + place * step, price + (place + 2) * step, price + (place - 1) * step,
         price + (place + 1) * step, 10.0)
        for place in range(count)
    ]  # fmt: skip


def open_venue(folder, now_ms, *, markets=None, shift_ms=0):
    """Return the state of an exchange whose clock stands at a moment (or is a function)."""
    markets = markets or read_markets(folder)
    clock = now_ms if callable(now_ms) else lambda: now_ms
    tapes = {
        market.coin.symbol: Recording(folder, market, BINANCE.row_writer, shift_ms)
        for market in markets
    }
    return ExchangeState(markets=markets, now_ms=clock, tapes=tapes)


def ask(venue, path, **query):
    """Return the answer to a request as a client would read it."""
    query = {name: str(value) for name, value in query.items()}
    content = ANSWERS[f"/fapi/v1/{path}"](venue, query)
    return json.loads(content if isinstance(content, bytes) else json.dumps(content))


def candles_of(rows):
    """Return the numbers of Binance's rows: begin (ms), open, high, low, close, volume."""
    return [(row[0], *(float(cell) for cell in row[1:6])) for row in rows]


def begins(rows):
    """Return the beginnings of Binance's rows, minutes since START."""
    return [(row[0] - moment()) / 60_000 for row in rows]
