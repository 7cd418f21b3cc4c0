"""Funding rates: their history, their intervals, and the premium index with mark prices."""

from typing import Any

from freqtrade_riskguard.replay.binance.arguments import limit_of, span_of
from freqtrade_riskguard.replay.binance.query import tapes_of
from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import HOUR_MS
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query

_USUAL_PAYMENTS = 100
_MOST_PAYMENTS = 1000

# Binance's cap on rates and its fixed interest, as fractions.
_CAP = "0.02000000"
_INTEREST = "0.00010000"


def funding_history(venue: ExchangeState, query: Query) -> object:
    """Answer payments up to now, the oldest first; the newest ones where no start is sent."""
    limit = limit_of(query, usual=_USUAL_PAYMENTS, most=_MOST_PAYMENTS)
    start_ms, end_ms = span_of(query)
    tapes, now_ms = tapes_of(venue, query), venue.now_ms()
    if venue.is_without_funding():
        return []
    until_ms = now_ms if end_ms is None else min(now_ms, end_ms)
    payments = [
        payment
        for recording in tapes
        for payment in _payments(recording, start_ms, until_ms, limit)
    ]
    payments.sort(key=lambda payment: payment["fundingTime"])
    return payments[-limit:] if start_ms is None else payments[:limit]


def _payments(
    recording: Recording, start_ms: int | None, until_ms: int, limit: int
) -> list[dict[str, Any]]:
    funding = recording.funding
    stop = funding.due_by(until_ms)
    if start_ms is None:
        first = max(0, stop - limit)
    else:
        first = funding.due_before(start_ms)
        stop = min(stop, first + limit)
    due = zip(
        funding.times_ms[first:stop].tolist(), funding.rates[first:stop].tolist(), strict=True
    )
    return [
        {
            "symbol": recording.market.coin.symbol,
            "fundingTime": time_ms,
            "fundingRate": f"{rate:.8f}",
        }
        for time_ms, rate in due
    ]


def funding_info(venue: ExchangeState, _query: Query) -> object:
    """Answer each contract's funding interval as its last payments tell it."""
    if venue.is_without_funding():
        return []
    now_ms = venue.now_ms()
    return [
        {
            "symbol": recording.market.coin.symbol,
            "adjustedFundingRateCap": _CAP,
            "adjustedFundingRateFloor": f"-{_CAP}",
            "fundingIntervalHours": recording.funding.interval_ms(now_ms) // HOUR_MS,
            "disclaimer": False,
        }
        for recording in venue.tapes.values()
        if recording.funding.due_by(now_ms)
    ]


def premium_index(venue: ExchangeState, query: Query) -> object:
    """Answer mark prices and current funding rates."""
    missing = venue.is_without_funding()
    entries = [_premium(venue, recording, missing=missing) for recording in tapes_of(venue, query)]
    return entries[0] if query.get("symbol") else entries


def _premium(venue: ExchangeState, recording: Recording, *, missing: bool) -> dict[str, Any]:
    now_ms = venue.now_ms()
    mark_price, price = venue.price(recording, MARK), venue.price(recording, FUTURES)
    rate = None if missing else recording.funding.last_rate(now_ms)
    return {
        "symbol": recording.market.coin.symbol,
        "markPrice": str(mark_price if mark_price is not None else ""),
        "indexPrice": str(price if price is not None else ""),
        "estimatedSettlePrice": str(price if price is not None else ""),
        # Empty and 0 is how Binance says that a contract has no funding.
        "lastFundingRate": "" if rate is None else f"{rate:.8f}",
        "interestRate": _INTEREST,
        "nextFundingTime": 0 if rate is None else recording.funding.next_ms(now_ms),
        "time": now_ms,
    }
