"""Prices at the moment: order book, and tickers that tell mark price and funding too."""

from typing import Any

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.krakenfutures.arguments import framed, iso_time, refused, tape_of
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.ticker_24h import last_day

_LEVELS = 100


def order_book(venue: ExchangeState, query: Query) -> object:
    """Answer the order book; how many levels cannot be asked for."""
    tape = tape_of(venue, query)
    book = venue.book(tape, _LEVELS)
    if book is None:
        raise refused(f"{tape.market.coin.pair} has no candle before the clock")
    size = tape.market.filters.max_quantity_base
    sides = {
        "bids": [[float(price), size] for price in book.bids],
        "asks": [[float(price), size] for price in book.asks],
    }
    return framed(venue, "orderBook", sides)


def tickers(venue: ExchangeState, _query: Query) -> object:
    """Answer tickers: a contract without a candle so far is not there yet."""
    found = [
        _ticker(venue, symbol, tape, price)
        for symbol, tape in venue.tapes.items()
        if (price := venue.price(tape, FUTURES)) is not None
    ]
    return framed(venue, "tickers", found)


def ticker(venue: ExchangeState, query: Query) -> object:
    """Answer the ticker of a contract."""
    tape = tape_of(venue, query)
    price = venue.price(tape, FUTURES)
    if price is None:
        raise refused(f"{tape.market.coin.pair} has no candle before the clock")
    return framed(venue, "ticker", _ticker(venue, query["symbol"], tape, price))


def funding_history(venue: ExchangeState, query: Query) -> object:
    """Answer all payments so far, the oldest first: no times can be asked for."""
    tape = tape_of(venue, query)
    price = venue.price(tape, MARK) or 0.0
    rates = [
        {
            "timestamp": iso_time(time_ms),
            # In money a coin, at the price of now: that of then is not looked up.
            "fundingRate": rate * price,
            "relativeFundingRate": round(rate, 8),
        }
        for time_ms, rate in venue.payments(tape, None, None)
    ]
    return framed(venue, "rates", rates)


def _ticker(venue: ExchangeState, symbol: str, tape: Recording, price: float) -> dict[str, Any]:
    now_ms, decimals = venue.now_ms(), tape.market.filters.price_decimals
    day, mark_price = last_day(tape.candle_store, now_ms), venue.price(tape, MARK)
    size, mark = tape.market.filters.max_quantity_base, price if mark_price is None else mark_price
    entry = {
        "symbol": symbol,
        "tag": "perpetual",
        "last": price,
        "lastTime": iso_time(now_ms),
        "markPrice": mark,
        "indexPrice": price,
        "bid": price,
        "bidSize": size,
        "ask": round(price + venue.spread_ticks * 10**-decimals, decimals),
        "askSize": size,
        "open24h": day.open_price if day else price,
        "high24h": max(day.high_price, price) if day else price,
        "low24h": min(day.low_price, price) if day else price,
        "vol24h": day.volume_base if day else 0.0,
        "volumeQuote": day.volume_base * day.average_price if day else 0.0,
        "suspended": False,
        "postOnly": False,
    }
    rate = None if venue.is_without_funding() else tape.funding.last_rate(now_ms)
    # In money a coin.
    return entry if rate is None else {**entry, "fundingRate": rate * mark}
