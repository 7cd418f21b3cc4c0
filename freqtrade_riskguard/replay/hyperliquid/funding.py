"""The history of funding rates, the oldest first: payments when the recording has them."""

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.hyperliquid.arguments import refused, tape_of, time_of
from freqtrade_riskguard.replay.requests import Query

_MOST_PAYMENTS = 500


def funding_history(venue: ExchangeState, query: Query) -> object:
    """Answer the first payments of a span."""
    tape, start_ms = tape_of(venue, query), time_of(query, "startTime")
    if start_ms is None:
        raise refused("startTime is missing")
    payments = venue.payments(tape, start_ms, time_of(query, "endTime"))[:_MOST_PAYMENTS]
    return [
        {"coin": query["coin"], "fundingRate": f"{rate:.8f}", "premium": "0.0", "time": time_ms}
        for time_ms, rate in payments
    ]
