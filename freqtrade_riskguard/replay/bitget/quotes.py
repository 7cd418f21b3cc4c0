"""Prices at the moment: order book, and tickers that tell mark price and funding too."""

from typing import Any

from freqtrade_riskguard.replay.bitget.arguments import (
    framed,
    limit_of,
    refused,
    tape_of,
    tapes_of,
)
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.ticker_24h import last_day

_USUAL_LEVELS, _MOST_LEVELS = 100, 1000


def order_book(venue: ExchangeState, query: Query) -> object:
    """Answer the order book."""
    tape = tape_of(venue, query)
    book = venue.book(tape, limit_of(query, "limit", usual=_USUAL_LEVELS, most=_MOST_LEVELS))
    if book is None:
        raise refused(f"symbol. {tape.market.coin.pair} has no candle before the clock")
    size = str(tape.market.filters.max_quantity_base)
    data = {
        "bids": [[price, size] for price in book.bids],
        "asks": [[price, size] for price in book.asks],
        "ts": str(venue.now_ms()),
        "scale": "scale0",
        "precision": "scale0",
        "isMaxPrecision": "NO",
    }
    return framed(venue, data)


def tickers(venue: ExchangeState, query: Query) -> object:
    """Answer tickers: a contract without a candle so far is not there yet."""
    entries = [
        _ticker(venue, symbol, tape, price)
        for symbol, tape in tapes_of(venue, query).items()
        if (price := venue.price(tape, FUTURES)) is not None
    ]
    return framed(venue, entries)


def server_time(venue: ExchangeState, _query: Query) -> object:
    """Answer the exchange's time."""
    return framed(venue, {"serverTime": str(venue.now_ms())})


def _ticker(venue: ExchangeState, symbol: str, tape: Recording, price: float) -> dict[str, Any]:
    now_ms = venue.now_ms()
    decimals, size = tape.market.filters.price_decimals, str(tape.market.filters.max_quantity_base)
    day, mark_price = last_day(tape.candle_store, now_ms), venue.price(tape, MARK)
    open_price = day.open_price if day else price
    rate = None if venue.is_without_funding() else tape.funding.last_rate(now_ms)
    turnover_quote = day.volume_base * day.average_price if day else 0.0
    return {
        "symbol": symbol,
        "lastPr": f"{price:.{decimals}f}",
        "askPr": f"{price + venue.spread_ticks * 10**-decimals:.{decimals}f}",
        "askSz": size,
        "bidPr": f"{price:.{decimals}f}",
        "bidSz": size,
        "high24h": f"{max(day.high_price, price) if day else price:.{decimals}f}",
        "low24h": f"{min(day.low_price, price) if day else price:.{decimals}f}",
        "open24h": f"{open_price:.{decimals}f}",
        "change24h": f"{price / open_price - 1.0:.6f}",
        "baseVolume": f"{day.volume_base if day else 0.0:.4f}",
        "quoteVolume": f"{turnover_quote:.4f}",
        "usdtVolume": f"{turnover_quote:.4f}",
        "indexPrice": f"{price:.{decimals}f}",
        "markPrice": f"{price if mark_price is None else mark_price:.{decimals}f}",
        "fundingRate": "" if rate is None else f"{rate:.8f}",
        "holdingAmount": "0",
        "ts": str(now_ms),
    }
