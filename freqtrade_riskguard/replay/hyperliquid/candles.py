"""Candles of trades, the oldest first; of the mark price Hyperliquid has none."""

from functools import partial

from freqtrade_riskguard.replay.candle_store import FUTURES
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.hyperliquid.arguments import refused, tape_of, time_of
from freqtrade_riskguard.replay.hyperliquid.markets import name_of
from freqtrade_riskguard.replay.intervals import INTERVALS
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.requests import Query

# The newest ones of a contract and an interval; older ones are told to nobody.
_MOST_CANDLES = 5000
_UNKNOWN_INTERVALS = frozenset({"6h"})
# Of a month the shortest length stands in the table, and no month has that of another interval.
_NAMES = {interval.length_ms: name for name, interval in INTERVALS.items()}


def candles(venue: ExchangeState, query: Query) -> object:
    """Answer the candles that begin within a span, the forming one last."""
    tape, interval = tape_of(venue, query), INTERVALS.get(query.get("interval", ""))
    if interval is None or interval.name in _UNKNOWN_INTERVALS:
        raise refused(f"Unknown interval {query.get('interval')}")
    start_ms, end_ms = time_of(query, "startTime"), time_of(query, "endTime")
    if start_ms is None:
        raise refused("startTime is missing")
    oldest_ms = venue.now_ms() - _MOST_CANDLES * interval.length_ms
    return venue.klines(
        tape,
        FUTURES,
        interval,
        start_ms=max(start_ms, oldest_ms),
        end_ms=end_ms,
        limit=_MOST_CANDLES,
        refused=refused,
    )


def row_writer(market: Market, _kind: str) -> RowWriter:
    """Return what writes a candle of a contract as Hyperliquid's object."""
    return partial(_row, name_of(market.coin))


def _row(
    name: str,
    open_ms: int,
    open_price: float,
    high_price: float,
    low_price: float,
    close_price: float,
    volume_base: float,
    end_ms: int,
    *,
    complete: bool,
) -> bytes:
    del complete
    # The number of trades is not recorded.
    return (
        f'{{"t":{open_ms},"T":{end_ms - 1},"s":"{name}","i":"{_NAMES.get(end_ms - open_ms, "1M")}",'
        f'"o":"{open_price!r}","c":"{close_price!r}","h":"{high_price!r}","l":"{low_price!r}",'
        f'"v":"{volume_base!r}","n":0}}'
    ).encode("ascii")
