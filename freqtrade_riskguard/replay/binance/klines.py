"""Candles of trades and of the mark price."""

from freqtrade_riskguard.replay.binance.arguments import limit_of, span_of
from freqtrade_riskguard.replay.binance.query import interval_of, refuse_interval, tape_of
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.requests import Query

_USUAL_CANDLES = 500
_MOST_CANDLES = 1500


def klines(venue: ExchangeState, query: Query) -> object:
    """Answer candles of trades, the forming one last."""
    return _klines(venue, query, FUTURES)


def mark_klines(venue: ExchangeState, query: Query) -> object:
    """Answer candles of the mark price, the forming one last."""
    return _klines(venue, query, MARK)


def _klines(venue: ExchangeState, query: Query, kind: str) -> object:
    recording, interval = tape_of(venue, query), interval_of(query)
    limit = limit_of(query, usual=_USUAL_CANDLES, most=_MOST_CANDLES)
    start_ms, end_ms = span_of(query)
    return venue.klines(
        recording,
        kind,
        interval,
        start_ms=start_ms,
        end_ms=end_ms,
        limit=limit,
        refused=refuse_interval,
    )
