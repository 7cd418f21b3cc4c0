"""The arguments of a request, and answers and refusals in OKX's frame."""

from collections.abc import Sequence

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError

PARAMETER_ERROR = "51000"
_UNKNOWN_INSTRUMENT = "51001"
_KINDS = frozenset({"SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"})


def framed(rows: Sequence[object]) -> dict[str, object]:
    """Return an answer as OKX wraps it."""
    return {"code": "0", "msg": "", "data": rows}


def refused(message: str) -> RefusalError:
    """Return the refusal of wrong arguments."""
    return RefusalError(PARAMETER_ERROR, message)


def is_swap(query: Query) -> bool:
    """Whether the contracts of the data folder are asked for; all else is empty here."""
    kind = query.get("instType", "")
    if kind not in _KINDS:
        raise refused("Parameter instType error")
    return kind == "SWAP"


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for."""
    symbol = query.get("instId", "")
    if symbol not in venue.tapes:
        raise RefusalError(
            _UNKNOWN_INSTRUMENT,
            f"Instrument ID, Instrument ID code, or Spread ID doesn't exist: {symbol}",
        )
    return venue.tapes[symbol]


def limit_of(query: Query, *, usual: int, most: int, name: str = "limit") -> int:
    """Return the number of rows: more than `most` is `most`, as OKX has it."""
    limit = whole_of(query, name)
    if limit is None:
        return usual
    if limit < 1:
        raise refused(f"Parameter {name} error")
    return min(limit, most)


def span_of(query: Query) -> tuple[int | None, int | None]:
    """Return the first and the last moment that are asked for, milliseconds since 1970.

    OKX's ``before`` asks for what is newer than it and ``after`` for what is older: neither is
    part of the answer.
    """
    before_ms, after_ms = whole_of(query, "before"), whole_of(query, "after")
    return (
        None if before_ms is None else before_ms + 1,
        None if after_ms is None else after_ms - 1,
    )


def whole_of(query: Query, name: str) -> int | None:
    """Return a whole number, None where it was not sent."""
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise refused(f"Parameter {name} error") from None
