"""Candles of trades and of the mark price: the oldest first, recent ones apart from history."""

import json

from freqtrade_riskguard.replay.bitget.arguments import framed, limit_of, refused, tape_of, whole_of
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import IN_UTC
from freqtrade_riskguard.replay.requests import Query

_USUAL_CANDLES = 100
_MOST_RECENT, _MOST_OF_HISTORY = 1000, 200


def candles(venue: ExchangeState, query: Query) -> object:
    """Answer recent candles of trades or of the mark price, the forming one last."""
    kind = MARK if query.get("kLineType", "").lower() == "mark" else FUTURES
    return _candles(venue, query, kind, _MOST_RECENT)


def history(venue: ExchangeState, query: Query) -> object:
    """Answer candles of trades of any time."""
    return _candles(venue, query, FUTURES, _MOST_OF_HISTORY)


def mark_history(venue: ExchangeState, query: Query) -> object:
    """Answer candles of the mark price of any time."""
    return _candles(venue, query, MARK, _MOST_OF_HISTORY)


def _candles(venue: ExchangeState, query: Query, kind: str, most: int) -> object:
    tape, interval = tape_of(venue, query), IN_UTC.get(query.get("granularity", ""))
    if interval is None:
        raise refused("granularity")
    limit = limit_of(query, "limit", usual=_USUAL_CANDLES, most=most)
    start_ms, end_ms = whole_of(query, "startTime"), whole_of(query, "endTime")
    newest_first = venue.klines(
        tape,
        kind,
        interval,
        start_ms=start_ms,
        # A candle that begins there is not part of it.
        end_ms=None if end_ms is None else end_ms - 1,
        limit=limit,
        newest_first=True,
        refused=refused,
    )
    return framed(venue, json.loads(newest_first)[::-1])


def candle_row(
    open_ms: int,
    open_price: float,
    high_price: float,
    low_price: float,
    close_price: float,
    volume_base: float,
    _end_ms: int,
    *,
    complete: bool,
) -> bytes:
    """Return a candle as Bitget's row; turnover is estimated."""
    del complete
    return (
        f'["{open_ms}","{open_price!r}","{high_price!r}","{low_price!r}","{close_price!r}",'
        f'"{volume_base!r}","{volume_base * close_price:.2f}"]'
    ).encode("ascii")
