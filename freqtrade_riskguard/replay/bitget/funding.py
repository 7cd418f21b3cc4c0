"""Funding rates: their history, the newest first and by pages, and the current one."""

from freqtrade_riskguard.replay.bitget.arguments import framed, limit_of, tape_of
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import HOUR_MS
from freqtrade_riskguard.replay.requests import Query

_USUAL_PAYMENTS, _MOST_PAYMENTS = 20, 100
_MOST_PAGES = 10**6


def funding_history(venue: ExchangeState, query: Query) -> object:
    """Answer a page of payments; no times can be asked for."""
    tape = tape_of(venue, query)
    size = limit_of(query, "pageSize", usual=_USUAL_PAYMENTS, most=_MOST_PAYMENTS)
    page = limit_of(query, "pageNo", usual=1, most=_MOST_PAGES)
    newest_first = venue.payments(tape, None, None)[::-1]
    return framed(
        venue,
        [
            {
                "symbol": query["symbol"],
                "fundingRate": f"{rate:.8f}",
                "fundingTime": str(time_ms),
            }
            for time_ms, rate in newest_first[(page - 1) * size : page * size]
        ],
    )


def current_rate(venue: ExchangeState, query: Query) -> object:
    """Answer the current rate of a contract: the last one that was paid."""
    tape, now_ms = tape_of(venue, query), venue.now_ms()
    rate = None if venue.is_without_funding() else tape.funding.last_rate(now_ms)
    return framed(
        venue,
        [
            {
                "symbol": query["symbol"],
                "fundingRate": "" if rate is None else f"{rate:.8f}",
                "fundingRateInterval": str(tape.funding.interval_ms(now_ms) // HOUR_MS),
                "nextUpdate": str(tape.funding.next_ms(now_ms)),
            }
        ],
    )
