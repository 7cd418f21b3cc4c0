"""The arguments of a request, in its path and its query, and refusals as Gate labels them."""

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError

PARAMETER_ERROR = "INVALID_PARAM_VALUE"
_UNKNOWN_CONTRACT = "CONTRACT_NOT_FOUND"
_SETTLED_IN = frozenset({"usdt", "btc", "usd"})


def refused(message: str) -> RefusalError:
    """Return the refusal of wrong arguments."""
    return RefusalError(PARAMETER_ERROR, message)


def tapes_of(venue: ExchangeState, query: Query) -> dict[str, Recording]:
    """Return the recordings of the contract that is asked for; all where none is named.

    Nothing is settled in BTC or USD here.
    """
    if query["settle"] not in _SETTLED_IN:
        raise refused(f"invalid argument: settle {query['settle']}")
    tapes = venue.tapes if query["settle"] == "usdt" else {}
    return {query["contract"]: tape_of(venue, query)} if query.get("contract") else dict(tapes)


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for."""
    name = query.get("contract", "")
    if query["settle"] != "usdt" or name not in venue.tapes:
        raise RefusalError(_UNKNOWN_CONTRACT, f"contract {name} not found")
    return venue.tapes[name]


def limit_of(query: Query, *, usual: int, most: int) -> int:
    """Return the number of rows; more than `most` is `most`."""
    limit = whole_of(query, "limit")
    if limit is None:
        return usual
    if limit < 1:
        raise refused("invalid argument: limit")
    return min(limit, most)


def time_of(query: Query, name: str) -> int | None:
    """Return a time, sent in seconds, as milliseconds since 1970 UTC; None where it was not."""
    seconds = whole_of(query, name)
    return None if seconds is None else seconds * 1000


def whole_of(query: Query, name: str) -> int | None:
    """Return a whole number, None where it was not sent."""
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise refused(f"invalid argument: {name}") from None
