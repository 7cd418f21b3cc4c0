"""Prices at the moment: order book, and tickers that tell mark price and funding too."""

from typing import Any

from freqtrade_riskguard.replay.bybit.arguments import (
    framed,
    limit_of,
    refused,
    tape_of,
    tapes_of,
)
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import HOUR_MS
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.ticker_24h import last_day

_USUAL_LEVELS, _MOST_LEVELS = 25, 1000


def order_book(venue: ExchangeState, query: Query) -> object:
    """Answer the order book."""
    tape = tape_of(venue, query)
    levels = limit_of(query, usual=_USUAL_LEVELS, most=_MOST_LEVELS)
    book = venue.book(tape, levels)
    if book is None:
        raise refused(f"{tape.market.coin.pair} has no candle before the clock")
    size = str(tape.market.filters.max_quantity_base)
    now_ms = venue.now_ms()
    return framed(
        venue,
        {
            "s": query["symbol"],
            "b": [[price, size] for price in book.bids],
            "a": [[price, size] for price in book.asks],
            "ts": now_ms,
            "u": now_ms,
            "seq": now_ms,
            "cts": now_ms,
        },
    )


def tickers(venue: ExchangeState, query: Query) -> object:
    """Answer tickers: a contract without a candle so far is not there yet."""
    entries = [
        _ticker(venue, symbol, tape, price)
        for symbol, tape in tapes_of(venue, query).items()
        if (price := venue.price(tape, FUTURES)) is not None
    ]
    return framed(venue, {"category": query["category"], "list": entries})


def _ticker(venue: ExchangeState, symbol: str, tape: Recording, price: float) -> dict[str, Any]:
    now_ms = venue.now_ms()
    decimals, size = tape.market.filters.price_decimals, str(tape.market.filters.max_quantity_base)
    day, mark_price = last_day(tape.candle_store, now_ms), venue.price(tape, MARK)
    open_price = day.open_price if day else price
    ask_price = price + venue.spread_ticks * 10**-decimals
    rate = None if venue.is_without_funding() else tape.funding.last_rate(now_ms)
    return {
        "symbol": symbol,
        "lastPrice": f"{price:.{decimals}f}",
        "indexPrice": f"{price:.{decimals}f}",
        "markPrice": f"{price if mark_price is None else mark_price:.{decimals}f}",
        "prevPrice24h": f"{open_price:.{decimals}f}",
        "price24hPcnt": f"{price / open_price - 1.0:.6f}",
        "highPrice24h": f"{max(day.high_price, price) if day else price:.{decimals}f}",
        "lowPrice24h": f"{min(day.low_price, price) if day else price:.{decimals}f}",
        "prevPrice1h": f"{price:.{decimals}f}",
        "openInterest": "0",
        "openInterestValue": "0",
        "turnover24h": f"{day.volume_base * day.average_price if day else 0.0:.4f}",
        "volume24h": f"{day.volume_base if day else 0.0:.4f}",
        "fundingRate": "" if rate is None else f"{rate:.8f}",
        "nextFundingTime": "" if rate is None else str(tape.funding.next_ms(now_ms)),
        "fundingIntervalHour": str(tape.funding.interval_ms(now_ms) // HOUR_MS),
        "bid1Price": f"{price:.{decimals}f}",
        "bid1Size": size,
        "ask1Price": f"{ask_price:.{decimals}f}",
        "ask1Size": size,
    }


def server_time(venue: ExchangeState, _query: Query) -> object:
    """Answer the exchange's time."""
    now_ms = venue.now_ms()
    return framed(venue, {"timeSecond": str(now_ms // 1000), "timeNano": str(now_ms * 1_000_000)})
