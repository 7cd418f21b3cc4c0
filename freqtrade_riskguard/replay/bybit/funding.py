"""The history of funding rates: the newest first."""

from freqtrade_riskguard.replay.bybit.arguments import framed, limit_of, refused, tape_of, whole_of
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.requests import Query

_MOST_PAYMENTS = 200


def funding_history(venue: ExchangeState, query: Query) -> object:
    """Answer the newest payments of a span that ends now where no end is sent."""
    tape, limit = tape_of(venue, query), limit_of(query, usual=_MOST_PAYMENTS, most=_MOST_PAYMENTS)
    start_ms, end_ms = whole_of(query, "startTime"), whole_of(query, "endTime")
    if start_ms is not None and end_ms is None:
        raise refused("params error: startTime needs endTime")
    payments = venue.payments(tape, start_ms, end_ms)[-limit:]
    return framed(
        venue,
        {
            "category": "linear",
            "list": [
                {
                    "symbol": query["symbol"],
                    "fundingRate": f"{rate:.8f}",
                    "fundingRateTimestamp": str(time_ms),
                }
                for time_ms, rate in reversed(payments)
            ],
        },
    )
