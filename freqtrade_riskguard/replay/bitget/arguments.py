"""The arguments of a request, and answers and refusals in Bitget's frame."""

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError

PARAMETER_ERROR = "40017"
_SUCCESS = "00000"


def framed(venue: ExchangeState, data: object) -> dict[str, object]:
    """Return an answer as Bitget wraps it."""
    return {"code": _SUCCESS, "msg": "success", "requestTime": venue.now_ms(), "data": data}


def refused(message: str) -> RefusalError:
    """Return the refusal of wrong arguments."""
    return RefusalError(PARAMETER_ERROR, f"Parameter verification failed {message}")


def tapes_of(venue: ExchangeState, query: Query) -> dict[str, Recording]:
    """Return the recordings of a kind of contracts: those that are settled in one coin."""
    settled_in = query.get("productType", "").upper().removesuffix("-FUTURES")
    if not settled_in:
        raise refused("productType")
    return {
        symbol: tape for symbol, tape in venue.tapes.items() if tape.market.coin.quote == settled_in
    }


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for."""
    symbol = query.get("symbol", "")
    tapes = tapes_of(venue, query)
    if symbol not in tapes:
        raise refused(f"symbol {symbol}")
    return tapes[symbol]


def limit_of(query: Query, name: str, *, usual: int, most: int) -> int:
    """Return the number of rows: more than `most` is `most`."""
    limit = whole_of(query, name)
    if limit is None:
        return usual
    if limit < 1:
        raise refused(name)
    return min(limit, most)


def whole_of(query: Query, name: str) -> int | None:
    """Return a whole number, None where it was not sent."""
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise refused(name) from None
