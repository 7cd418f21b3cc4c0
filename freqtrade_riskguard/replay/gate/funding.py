"""The history of funding rates: the newest first."""

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.gate.arguments import limit_of, tape_of, time_of
from freqtrade_riskguard.replay.requests import Query

_USUAL_PAYMENTS, _MOST_PAYMENTS = 100, 1000


def funding_history(venue: ExchangeState, query: Query) -> object:
    """Answer the newest payments of a span."""
    limit = limit_of(query, usual=_USUAL_PAYMENTS, most=_MOST_PAYMENTS)
    payments = venue.payments(tape_of(venue, query), time_of(query, "from"), time_of(query, "to"))
    return [
        {"t": time_ms // 1000, "r": f"{rate:.8f}"} for time_ms, rate in reversed(payments[-limit:])
    ]
