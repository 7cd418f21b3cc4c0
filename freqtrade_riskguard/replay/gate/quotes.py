"""Prices at the moment: order book and tickers; sizes are numbers of contracts."""

from typing import Any

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.gate.arguments import limit_of, refused, tape_of, tapes_of
from freqtrade_riskguard.replay.gate.contracts import contract_base
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.ticker_24h import last_day

_USUAL_LEVELS, _MOST_LEVELS = 10, 300


def order_book(venue: ExchangeState, query: Query) -> object:
    """Answer the order book."""
    tape, now_ms = tape_of(venue, query), venue.now_ms()
    book = venue.book(tape, limit_of(query, usual=_USUAL_LEVELS, most=_MOST_LEVELS))
    if book is None:
        raise refused(f"{tape.market.coin.pair} has no candle before the clock")
    size = round(tape.market.filters.max_quantity_base / contract_base(tape.market))
    return {
        "id": now_ms,
        "current": now_ms / 1000,
        "update": now_ms / 1000,
        "asks": [{"p": price, "s": size} for price in book.asks],
        "bids": [{"p": price, "s": size} for price in book.bids],
    }


def tickers(venue: ExchangeState, query: Query) -> object:
    """Answer tickers: a contract without a candle so far is not there yet."""
    return [
        _ticker(venue, name, tape, price)
        for name, tape in tapes_of(venue, query).items()
        if (price := venue.price(tape, FUTURES)) is not None
    ]


def server_time(venue: ExchangeState, _query: Query) -> object:
    """Answer the exchange's time."""
    return {"server_time": venue.now_ms()}


def _ticker(venue: ExchangeState, name: str, tape: Recording, price: float) -> dict[str, Any]:
    now_ms, decimals = venue.now_ms(), tape.market.filters.price_decimals
    day, mark_price = last_day(tape.candle_store, now_ms), venue.price(tape, MARK)
    rate = None if venue.is_without_funding() else tape.funding.last_rate(now_ms)
    volume_base = day.volume_base if day else 0.0
    turnover_quote = f"{volume_base * day.average_price if day else 0.0:.4f}"
    return {
        "contract": name,
        "last": f"{price:.{decimals}f}",
        "lowest_ask": f"{price + venue.spread_ticks * 10**-decimals:.{decimals}f}",
        "highest_bid": f"{price:.{decimals}f}",
        "high_24h": f"{max(day.high_price, price) if day else price:.{decimals}f}",
        "low_24h": f"{min(day.low_price, price) if day else price:.{decimals}f}",
        "change_percentage": f"{(price / day.open_price - 1.0) * 100.0 if day else 0.0:.4f}",
        "volume_24h": f"{volume_base / contract_base(tape.market):.0f}",
        "volume_24h_base": f"{volume_base:.8g}",
        "volume_24h_quote": turnover_quote,
        "volume_24h_settle": turnover_quote,
        "mark_price": f"{price if mark_price is None else mark_price:.{decimals}f}",
        "index_price": f"{price:.{decimals}f}",
        "funding_rate": None if rate is None else f"{rate:.8f}",
        "total_size": "0",
    }
