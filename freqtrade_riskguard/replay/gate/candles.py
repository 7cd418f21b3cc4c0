"""Candles of trades and of the mark price, the oldest first; times are seconds."""

from functools import partial

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.gate.arguments import limit_of, refused, tape_of, time_of
from freqtrade_riskguard.replay.gate.contracts import contract_base
from freqtrade_riskguard.replay.intervals import INTERVALS
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.requests import Query

_USUAL_CANDLES, _MOST_CANDLES = 100, 2000
_OLDEST_CANDLE = 10_000
# Those of "7d", which ccxt asks for as a week, begin on Thursdays: no recording has them.
_NAMES = frozenset({"1m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "1w"})
_OF_MARKS = "mark_"


def candles(venue: ExchangeState, query: Query) -> object:
    """Answer the candles of a span, or the newest ones, the forming one last."""
    name = query.get("contract", "")
    kind = MARK if name.startswith(_OF_MARKS) else FUTURES
    tape = tape_of(venue, {**query, "contract": name.removeprefix(_OF_MARKS)})
    if query.get("interval") not in _NAMES:
        raise refused("invalid argument: interval")
    interval = INTERVALS[query["interval"]]
    start_ms, end_ms = time_of(query, "from"), time_of(query, "to")
    limit = limit_of(query, usual=_USUAL_CANDLES, most=_MOST_CANDLES)
    if "limit" in query and not (start_ms is None and end_ms is None):
        raise refused("limit cannot be used together with from and to")
    if start_ms is not None:
        last_ms = venue.now_ms() if end_ms is None else end_ms
        limit = max((last_ms - start_ms) // interval.length_ms + 1, 1)
        if limit > _MOST_CANDLES:
            raise refused(f"Too many candles: at most {_MOST_CANDLES} at once")
        if start_ms < venue.now_ms() - _OLDEST_CANDLE * interval.length_ms:
            raise refused(
                f"Candlestick too long ago. Maximum {_OLDEST_CANDLE} points ago are allowed"
            )
    return venue.klines(
        tape, kind, interval, start_ms=start_ms, end_ms=end_ms, limit=limit, refused=refused
    )


def row_writer(market: Market, kind: str) -> RowWriter:
    """Return what writes a candle of a contract as Gate's object."""
    return _mark_row if kind == MARK else partial(_trade_row, contract_base(market))


def _trade_row(
    size_base: float,
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
    del complete
    # Volume in contracts, and in money, which is estimated.
    return (
        f'{{"t":{open_ms // 1000},"o":"{open_price!r}","h":"{high_price!r}","l":"{low_price!r}",'
        f'"c":"{close_price!r}","v":{volume_base / size_base:.10g},'
        f'"sum":"{volume_base * close_price:.2f}"}}'
    ).encode("ascii")


def _mark_row(
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
    del complete
    return (
        f'{{"t":{open_ms // 1000},"o":"{open_price!r}","h":"{high_price!r}","l":"{low_price!r}",'
        f'"c":"{close_price!r}"}}'
    ).encode("ascii")
