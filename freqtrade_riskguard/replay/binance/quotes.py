"""Prices at the moment: order book and tickers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from freqtrade_riskguard.replay.binance.arguments import limit_of
from freqtrade_riskguard.replay.binance.query import tape_of, tapes_of
from freqtrade_riskguard.replay.candle_store import FUTURES
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import DAY_MS
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError
from freqtrade_riskguard.replay.ticker_24h import last_day

_USUAL_LEVELS = 500
_MOST_LEVELS = 1000
_NOT_TRADING = -1122


def depth(venue: ExchangeState, query: Query) -> object:
    """Answer the order book: levels one tick apart, away from the price."""
    recording, now_ms = tape_of(venue, query), venue.now_ms()
    levels = limit_of(query, usual=_USUAL_LEVELS, most=_MOST_LEVELS)
    book, size = venue.book(recording, levels), _size(recording)
    if book is None:
        raise _not_trading(recording)
    return {
        "lastUpdateId": now_ms,
        "E": now_ms,
        "T": now_ms,
        "bids": [[price, size] for price in book.bids],
        "asks": [[price, size] for price in book.asks],
    }


def book_ticker(venue: ExchangeState, query: Query) -> object:
    """Answer best bid and ask."""
    return _each(venue, query, partial(_book_entry, venue.spread_ticks))


def price_ticker(venue: ExchangeState, query: Query) -> object:
    """Answer the last price."""
    return _each(venue, query, _price_entry)


def day_ticker(venue: ExchangeState, query: Query) -> object:
    """Answer what happened in the last 24 hours."""
    return _each(venue, query, _day_entry)


def _each(
    venue: ExchangeState, query: Query, entry: Callable[[Recording, float, int], dict[str, Any]]
) -> object:
    now_ms = venue.now_ms()
    # A contract without a candle so far is not there yet.
    entries = [
        entry(recording, price, now_ms)
        for recording in tapes_of(venue, query)
        if (price := venue.price(recording, FUTURES)) is not None
    ]
    if not query.get("symbol"):
        return entries
    if not entries:
        raise _not_trading(tape_of(venue, query))
    return entries[0]


def _book_entry(
    spread_ticks: int, recording: Recording, price: float, now_ms: int
) -> dict[str, Any]:
    size = _size(recording)
    ask = price + spread_ticks * 10**-recording.market.filters.price_decimals
    return {
        "symbol": recording.market.coin.symbol,
        "bidPrice": _text(recording, price),
        "bidQty": size,
        "askPrice": _text(recording, ask),
        "askQty": size,
        "time": now_ms,
    }


def _price_entry(recording: Recording, price: float, now_ms: int) -> dict[str, Any]:
    return {
        "symbol": recording.market.coin.symbol,
        "price": _text(recording, price),
        "time": now_ms,
    }


def _day_entry(recording: Recording, price: float, now_ms: int) -> dict[str, Any]:
    day = last_day(recording.candle_store, now_ms)
    open_price = day.open_price if day else price
    volume_base = day.volume_base if day else 0.0
    average_price = day.average_price if day else price
    return {
        "symbol": recording.market.coin.symbol,
        "priceChange": _text(recording, price - open_price),
        "priceChangePercent": f"{(price / open_price - 1) * 100:.3f}",
        "weightedAvgPrice": _text(recording, average_price),
        "lastPrice": _text(recording, price),
        "lastQty": "0",
        "openPrice": _text(recording, open_price),
        "highPrice": _text(recording, max(price, day.high_price) if day else price),
        "lowPrice": _text(recording, min(price, day.low_price) if day else price),
        "volume": f"{volume_base:.8f}",
        "quoteVolume": f"{volume_base * average_price:.2f}",
        "openTime": now_ms - DAY_MS,
        "closeTime": now_ms,
        "firstId": 0,
        "lastId": 0,
        "count": 0,
    }


def _text(recording: Recording, price: float) -> str:
    return f"{price:.{recording.market.filters.price_decimals}f}"


def _size(recording: Recording) -> str:
    return str(recording.market.filters.max_quantity_base)


def _not_trading(recording: Recording) -> RefusalError:
    pair = recording.market.coin.pair
    return RefusalError(
        _NOT_TRADING, f"Invalid symbol status. {pair} has no candle before the clock."
    )
