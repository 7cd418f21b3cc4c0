"""The arguments of a request, and answers and refusals in Bybit's frame."""

from http import HTTPStatus

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError

PARAMETER_ERROR = 10001


def framed(venue: ExchangeState, result: dict[str, object]) -> dict[str, object]:
    """Return an answer as Bybit wraps it."""
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": result,
        "retExtInfo": {},
        "time": venue.now_ms(),
    }


def refused(message: str) -> RefusalError:
    """Return the refusal of wrong arguments; Bybit sends it with HTTP 200."""
    return RefusalError(PARAMETER_ERROR, message, HTTPStatus.OK)


def is_linear(query: Query) -> bool:
    """Whether the contracts of the data folder are asked for; all else is empty here."""
    category = query.get("category", "")
    if category not in {"linear", "inverse", "spot", "option"}:
        raise refused("params error: category invalid")
    return category == "linear"


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for."""
    symbol = query.get("symbol", "")
    if not is_linear(query) or symbol not in venue.tapes:
        raise refused(f"params error: symbol invalid {symbol}")
    return venue.tapes[symbol]


def tapes_of(venue: ExchangeState, query: Query) -> dict[str, Recording]:
    """Return the recordings of the contract that is asked for; all where none is named."""
    if not is_linear(query):
        return {}
    if symbol := query.get("symbol"):
        return {symbol: tape_of(venue, query)}
    return dict(venue.tapes)


def limit_of(query: Query, *, usual: int, most: int) -> int:
    """Return the number of rows: more than `most` is `most`, as Bybit has it."""
    limit = whole_of(query, "limit")
    if limit is None:
        return usual
    if limit < 1:
        raise refused("params error: limit invalid")
    return min(limit, most)


def whole_of(query: Query, name: str) -> int | None:
    """Return a whole number, None where it was not sent."""
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise refused(f"params error: {name} invalid") from None
