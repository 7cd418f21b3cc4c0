"""Prices at the moment: order book, and what is told of all contracts at once."""

from typing import Any

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.hyperliquid.arguments import refused, tape_of
from freqtrade_riskguard.replay.hyperliquid.markets import meta
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.ticker_24h import last_day

_LEVELS = 20


def order_book(venue: ExchangeState, query: Query) -> object:
    """Answer the order book."""
    tape = tape_of(venue, query)
    book, size = venue.book(tape, _LEVELS), str(tape.market.filters.max_quantity_base)
    if book is None:
        raise refused(f"{tape.market.coin.pair} has no candle before the clock")
    return {
        "coin": query["coin"],
        "time": venue.now_ms(),
        "levels": [
            [{"px": price, "sz": size, "n": 1} for price in side] for side in (book.bids, book.asks)
        ],
    }


def meta_and_contexts(venue: ExchangeState, query: Query) -> object:
    """Answer the contracts, and prices and funding of each, in the same order."""
    return [meta(venue, query), [_context(venue, tape) for tape in venue.tapes.values()]]


def status(venue: ExchangeState, _query: Query) -> object:
    """Answer that the exchange works, and its time."""
    return {"specialStatuses": None, "time": venue.now_ms()}


def _context(venue: ExchangeState, tape: Recording) -> dict[str, Any]:
    now_ms, price, mark_price = venue.now_ms(), venue.price(tape, FUTURES), venue.price(tape, MARK)
    rate = None if venue.is_without_funding() else tape.funding.last_rate(now_ms)
    day, decimals = last_day(tape.candle_store, now_ms), tape.market.filters.price_decimals
    context = {
        "funding": None if rate is None else f"{rate:.8f}",
        "openInterest": "0.0",
        "prevDayPx": None if day is None else f"{day.open_price:.{decimals}f}",
        "dayNtlVlm": f"{day.volume_base * day.average_price if day else 0.0:.4f}",
        "dayBaseVlm": f"{day.volume_base if day else 0.0:.4f}",
        "premium": "0.0",
        "oraclePx": None,
        "markPx": None,
        "midPx": None,
        "impactPxs": None,
    }
    # A contract without a candle so far has no prices yet.
    if price is None:
        return context
    ask = price + venue.spread_ticks * 10**-decimals
    return {
        **context,
        "oraclePx": f"{price:.{decimals}f}",
        "markPx": f"{price if mark_price is None else mark_price:.{decimals}f}",
        # Half a tick, where the spread has one.
        "midPx": f"{(price + ask) / 2.0:.{decimals + 1}f}",
        "impactPxs": [f"{price:.{decimals}f}", f"{ask:.{decimals}f}"],
    }
