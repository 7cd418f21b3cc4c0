"""Funding rates: their history, the newest first, and the current ones."""

from typing import Any

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.okx.arguments import framed, limit_of, span_of, tape_of
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query

_USUAL_PAYMENTS, _MOST_PAYMENTS = 100, 400


def funding_history(venue: ExchangeState, query: Query) -> object:
    """Answer the newest payments of a span."""
    tape = tape_of(venue, query)
    limit = limit_of(query, usual=_USUAL_PAYMENTS, most=_MOST_PAYMENTS)
    payments = venue.payments(tape, *span_of(query))[-limit:]
    return framed(
        [
            {
                "instType": "SWAP",
                "instId": query["instId"],
                "formulaType": "noRate",
                "method": "current_period",
                "fundingRate": f"{rate:.8f}",
                "realizedRate": f"{rate:.8f}",
                "fundingTime": str(time_ms),
            }
            for time_ms, rate in reversed(payments)
        ]
    )


def funding_rate(venue: ExchangeState, query: Query) -> object:
    """Answer the current rate of a contract, or of all: the last one that was paid."""
    if venue.is_without_funding():
        return framed([])
    if query.get("instId") == "ANY":
        tapes = dict(venue.tapes)
    else:
        tapes = {query.get("instId", ""): tape_of(venue, query)}
    found = (_rate(venue, symbol, tape) for symbol, tape in tapes.items())
    return framed([entry for entry in found if entry is not None])


def _rate(venue: ExchangeState, symbol: str, tape: Recording) -> dict[str, Any] | None:
    now_ms = venue.now_ms()
    rate = tape.funding.last_rate(now_ms)
    if rate is None:
        return None
    due_ms, interval_ms = tape.funding.next_ms(now_ms), tape.funding.interval_ms(now_ms)
    return {
        "instType": "SWAP",
        "instId": symbol,
        "method": "current_period",
        "formulaType": "noRate",
        "fundingRate": f"{rate:.8f}",
        "nextFundingRate": "",
        "fundingTime": str(due_ms),
        "nextFundingTime": str(due_ms + interval_ms),
        "settState": "settled",
        "settFundingRate": f"{rate:.8f}",
        "ts": str(now_ms),
    }
