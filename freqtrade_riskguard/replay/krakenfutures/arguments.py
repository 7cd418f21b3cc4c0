"""The arguments of a request, and answers and refusals in Kraken's frame."""

from freqtrade_riskguard.replay.clock import to_datetime
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError

PARAMETER_ERROR = "invalidArgument"
_UNKNOWN_CONTRACT = "contractNotFound"


def framed(venue: ExchangeState, name: str, content: object) -> dict[str, object]:
    """Return an answer as Kraken wraps it."""
    return {"result": "success", "serverTime": iso_time(venue.now_ms()), name: content}


def iso_time(time_ms: int) -> str:
    """Return a time (milliseconds since 1970 UTC) as Kraken writes it."""
    return f"{to_datetime(time_ms):%Y-%m-%dT%H:%M:%S}.{time_ms % 1000:03d}Z"


def refused(message: str) -> RefusalError:
    """Return the refusal of wrong arguments."""
    return RefusalError(PARAMETER_ERROR, message)


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for."""
    symbol = query.get("symbol", "")
    if symbol not in venue.tapes:
        raise RefusalError(_UNKNOWN_CONTRACT, symbol)
    return venue.tapes[symbol]


def time_of(query: Query, name: str) -> int | None:
    """Return a time, sent in seconds, as milliseconds since 1970 UTC; None where it was not."""
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text) * 1000
    except ValueError:
        raise refused(name) from None
