"""Candles of trades and of the mark price: the newest first, those of today apart from history."""

from collections.abc import Mapping
from functools import partial

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import IN_UTC
from freqtrade_riskguard.replay.kline_json import RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.okx.arguments import limit_of, refused, span_of, tape_of
from freqtrade_riskguard.replay.okx.instruments import contract_base
from freqtrade_riskguard.replay.requests import Query

_USUAL_CANDLES = 100
_MOST_CANDLES: Mapping[str, int] = {FUTURES: 300, MARK: 100}
# Candles before that are told by the history's paths only.
_RECENT_CANDLES = 1440


def candles(venue: ExchangeState, query: Query) -> object:
    """Answer recent candles of trades, the forming one first."""
    return _candles(venue, query, FUTURES, recent=True)


def history(venue: ExchangeState, query: Query) -> object:
    """Answer candles of trades of any time."""
    return _candles(venue, query, FUTURES, recent=False)


def mark_candles(venue: ExchangeState, query: Query) -> object:
    """Answer recent candles of the mark price, the forming one first."""
    return _candles(venue, query, MARK, recent=True)


def mark_history(venue: ExchangeState, query: Query) -> object:
    """Answer candles of the mark price of any time."""
    return _candles(venue, query, MARK, recent=False)


def _candles(venue: ExchangeState, query: Query, kind: str, *, recent: bool) -> object:
    tape, interval = tape_of(venue, query), IN_UTC.get(query.get("bar", "1m"))
    if interval is None:
        raise refused("Parameter bar error")
    limit = limit_of(query, usual=_USUAL_CANDLES, most=_MOST_CANDLES[kind])
    start_ms, end_ms = span_of(query)
    if recent:
        oldest_ms = venue.now_ms() - _RECENT_CANDLES * interval.length_ms
        start_ms = oldest_ms if start_ms is None else max(start_ms, oldest_ms)
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
    return b'{"code":"0","msg":"","data":' + rows + b"}"


def row_writer(market: Market, kind: str) -> RowWriter:
    """Return what writes a candle of a contract as OKX's row."""
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
    # Volume in contracts, in coins, and in money, which is estimated.
    return (
        f'["{open_ms}","{open_price!r}","{high_price!r}","{low_price!r}","{close_price!r}",'
        f'"{volume_base / size_base:.8g}","{volume_base!r}","{volume_base * close_price:.2f}",'
        f'"{int(complete)}"]'
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
    return (
        f'["{open_ms}","{open_price!r}","{high_price!r}","{low_price!r}","{close_price!r}",'
        f'"{int(complete)}"]'
    ).encode("ascii")
