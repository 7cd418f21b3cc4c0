"""Prices at the moment: order book and tickers; sizes are numbers of contracts."""

from typing import Any

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.okx.arguments import framed, is_swap, limit_of, refused, tape_of
from freqtrade_riskguard.replay.okx.instruments import contract_base
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.ticker_24h import last_day

_MOST_LEVELS = 400


def order_book(venue: ExchangeState, query: Query) -> object:
    """Answer the order book."""
    tape = tape_of(venue, query)
    book = venue.book(tape, limit_of(query, usual=1, most=_MOST_LEVELS, name="sz"))
    if book is None:
        raise refused(f"{tape.market.coin.pair} has no candle before the clock")
    size = _size(tape)
    return framed(
        [
            {
                # Price, size, a field that is always 0, number of orders.
                "bids": [[price, size, "0", "1"] for price in book.bids],
                "asks": [[price, size, "0", "1"] for price in book.asks],
                "ts": str(venue.now_ms()),
            }
        ]
    )


def tickers(venue: ExchangeState, query: Query) -> object:
    """Answer all tickers: a contract without a candle so far is not there yet."""
    tapes = venue.tapes if is_swap(query) else {}
    found = (_ticker(venue, symbol, tape) for symbol, tape in tapes.items())
    return framed([entry for entry in found if entry is not None])


def ticker(venue: ExchangeState, query: Query) -> object:
    """Answer the ticker of a contract."""
    entry = _ticker(venue, query.get("instId", ""), tape_of(venue, query))
    return framed([] if entry is None else [entry])


def mark_price(venue: ExchangeState, query: Query) -> object:
    """Answer the mark price of a contract, or of all."""
    if not is_swap(query):
        return framed([])
    tapes = {query["instId"]: tape_of(venue, query)} if query.get("instId") else dict(venue.tapes)
    return framed(
        [
            {"instType": "SWAP", "instId": symbol, "markPx": str(price), "ts": str(venue.now_ms())}
            for symbol, tape in tapes.items()
            if (price := venue.price(tape, MARK)) is not None
        ]
    )


def server_time(venue: ExchangeState, _query: Query) -> object:
    """Answer the exchange's time."""
    return framed([{"ts": str(venue.now_ms())}])


def _ticker(venue: ExchangeState, symbol: str, tape: Recording) -> dict[str, Any] | None:
    price, now_ms = venue.price(tape, FUTURES), venue.now_ms()
    if price is None:
        return None
    decimals, size = tape.market.filters.price_decimals, _size(tape)
    day = last_day(tape.candle_store, now_ms)
    volume_base = day.volume_base if day else 0.0
    open_price = f"{day.open_price if day else price:.{decimals}f}"
    return {
        "instType": "SWAP",
        "instId": symbol,
        "last": f"{price:.{decimals}f}",
        "lastSz": "0",
        "askPx": f"{price + venue.spread_ticks * 10**-decimals:.{decimals}f}",
        "askSz": size,
        "bidPx": f"{price:.{decimals}f}",
        "bidSz": size,
        "open24h": open_price,
        "high24h": f"{max(day.high_price, price) if day else price:.{decimals}f}",
        "low24h": f"{min(day.low_price, price) if day else price:.{decimals}f}",
        "vol24h": f"{volume_base / contract_base(tape.market):.8g}",
        "volCcy24h": f"{volume_base:.8g}",
        "sodUtc0": open_price,
        "sodUtc8": open_price,
        "ts": str(now_ms),
    }


def _size(tape: Recording) -> str:
    return f"{tape.market.filters.max_quantity_base / contract_base(tape.market):.0f}"
