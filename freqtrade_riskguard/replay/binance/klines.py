"""Candles of trades and of the mark price."""

import logging

from freqtrade_riskguard.replay.binance.arguments import limit_of, span_of
from freqtrade_riskguard.replay.binance.query import interval_of, refuse_interval, tape_of
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.clock import to_datetime
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query

_LOG = logging.getLogger(__name__)

_USUAL_CANDLES = 500
_MOST_CANDLES = 1500

# The subject of the one message about the end of the recordings.
_END = "end of the recordings"


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
    now_ms, frozen_at_ms = venue.now_ms(), venue.faults.frozen_at_ms
    if venue.faults.empty:
        venue.faults.hits += 1
        return b"[]"
    frozen = frozen_at_ms is not None and frozen_at_ms < now_ms
    if frozen_at_ms is not None and frozen:
        venue.faults.hits += 1
        now_ms = frozen_at_ms
    rows = recording.klines(
        kind,
        interval,
        now_ms,
        start_ms=start_ms,
        end_ms=end_ms,
        limit=limit,
        with_forming=not frozen,
    )
    if rows is None:
        raise refuse_interval(interval, recording)
    _tell_end(venue, recording, now_ms)
    return rows


def _tell_end(venue: ExchangeState, recording: Recording, now_ms: int) -> None:
    if _END not in venue.told and now_ms >= recording.end_ms:
        venue.told.add(_END)
        _LOG.warning(
            "The recording of %s ended at %s and the exchange's clock is at %s: from here on bots "
            "get stale candles and standing prices",
            recording.market.coin.pair,
            to_datetime(recording.end_ms).isoformat(),
            to_datetime(now_ms).isoformat(),
        )
