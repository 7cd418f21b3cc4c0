"""Candles of trades and of the mark price, the oldest first."""

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import INTERVALS
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.krakenfutures.arguments import refused, tape_of, time_of
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.requests import Query

_MOST_CANDLES = 2000
_KINDS = {"trade": FUTURES, "mark": MARK}
_NAMES = frozenset({"1m", "5m", "15m", "30m", "1h", "4h", "12h", "1d", "1w"})


def candles(venue: ExchangeState, query: Query) -> object:
    """Answer the first candles of a span, or the newest ones, the forming one last."""
    tape, kind = tape_of(venue, query), _KINDS.get(query["price_type"])
    if kind is None:
        raise refused("price_type")
    if query["interval"] not in _NAMES:
        raise refused("interval")
    rows = venue.klines(
        tape,
        kind,
        INTERVALS[query["interval"]],
        start_ms=time_of(query, "from"),
        end_ms=time_of(query, "to"),
        limit=_MOST_CANDLES,
        refused=refused,
    )
    return b'{"candles":' + rows + b"}"


def row_writer(_market: Market, kind: str) -> RowWriter:
    """Return what writes a candle of a contract as Kraken's object."""
    return _mark_row if kind == MARK else _trade_row


def _trade_row(
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
    return (
        f'{{"time":{open_ms},"open":"{open_price!r}","high":"{high_price!r}",'
        f'"low":"{low_price!r}","close":"{close_price!r}","volume":"{volume_base!r}"}}'
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
        f'{{"time":{open_ms},"open":"{open_price!r}","high":"{high_price!r}",'
        f'"low":"{low_price!r}","close":"{close_price!r}"}}'
    ).encode("ascii")
