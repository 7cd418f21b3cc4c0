"""Which contract and interval a request is about."""

from freqtrade_riskguard.replay.binance.arguments import required
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import INTERVALS, Interval
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError

_BAD_INTERVAL = -1120
_BAD_SYMBOL = -1121


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for.

    Raises
    ------
    RefusalError
        If none is named, or one that is not listed.
    """
    symbol = required(query, "symbol")
    if symbol not in venue.tapes:
        raise RefusalError(_BAD_SYMBOL, f"Invalid symbol. {symbol} is not in the data folder.")
    return venue.tapes[symbol]


def tapes_of(venue: ExchangeState, query: Query) -> tuple[Recording, ...]:
    """Return the recordings of the contract that is asked for; all where none is named."""
    return (tape_of(venue, query),) if query.get("symbol") else tuple(venue.tapes.values())


def interval_of(query: Query) -> Interval:
    """Return the interval asked for; `RefusalError` for one that Binance does not know."""
    interval = INTERVALS.get(query.get("interval", ""))
    if interval is None:
        raise RefusalError(_BAD_INTERVAL, "Invalid interval.")
    return interval


def refuse_interval(why: str) -> RefusalError:
    """Return the refusal of an interval that the recordings are too coarse for."""
    return RefusalError(_BAD_INTERVAL, f"Invalid interval. {why}")
