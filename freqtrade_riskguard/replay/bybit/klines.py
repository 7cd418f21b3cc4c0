"""Candles of trades and of the mark price: the newest first."""

import json
from collections.abc import Mapping

from freqtrade_riskguard.replay.bybit.arguments import (
    framed,
    limit_of,
    refused,
    tape_of,
    whole_of,
)
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import INTERVALS
from freqtrade_riskguard.replay.requests import Query

_USUAL_CANDLES = 200
_MOST_CANDLES = 1000
# Minutes, and letters from a day on.
_NAMES: Mapping[str, str] = {
    **{str(count): f"{count}m" for count in (1, 3, 5, 15, 30)},
    **{str(60 * count): f"{count}h" for count in (1, 2, 4, 6, 12)},
    "D": "1d",
    "W": "1w",
    "M": "1M",
}


def klines(venue: ExchangeState, query: Query) -> object:
    """Answer candles of trades, the forming one first."""
    return _klines(venue, query, FUTURES)


def mark_klines(venue: ExchangeState, query: Query) -> object:
    """Answer candles of the mark price, the forming one first."""
    return _klines(venue, query, MARK)


def _klines(venue: ExchangeState, query: Query, kind: str) -> object:
    tape, name = tape_of(venue, query), _NAMES.get(query.get("interval", ""))
    if name is None:
        raise refused("params error: interval invalid")
    limit = limit_of(query, usual=_USUAL_CANDLES, most=_MOST_CANDLES)
    start_ms, end_ms = whole_of(query, "start"), whole_of(query, "end")
    interval = INTERVALS[name]
    if start_ms is not None and end_ms is None:
        # A page that begins there; with an end it is the newest of both.
        end_ms = start_ms + limit * interval.length_ms - 1
    rows = venue.klines(
        tape,
        kind,
        interval,
        start_ms=start_ms,
        end_ms=end_ms,
        limit=limit,
        newest_first=True,
        refused=refused,
    )
    # The rows are bytes already; what is around them is written once.
    frame = framed(venue, {"category": "linear", "symbol": query["symbol"], "list": None})
    before, after = json.dumps(frame).split("null", 1)
    return before.encode() + rows + after.encode()


def trade_row(
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
    """Return a candle of trades as Bybit's row; turnover is estimated."""
    del complete
    return (
        f'["{open_ms}","{open_price!r}","{high_price!r}","{low_price!r}","{close_price!r}",'
        f'"{volume_base!r}","{volume_base * close_price:.2f}"]'
    ).encode("ascii")


def mark_row(
    open_ms: int,
    open_price: float,
    high_price: float,
    low_price: float,
    close_price: float,
    _volume_base: float,
    _end_ms: int,
    *,
    complete: bool,
) -> bytes:
    """Return a candle of the mark price as Bybit's row, which has no volume."""
    del complete
    return (
        f'["{open_ms}","{open_price!r}","{high_price!r}","{low_price!r}","{close_price!r}"]'
    ).encode("ascii")
