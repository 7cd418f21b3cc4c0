"""The arguments of a request, JSON in its body, and refusals as Hyperliquid sends them."""

import json
from http import HTTPStatus

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError

REFUSED = "err"


def info_arguments(_query: str, body: str) -> dict[str, str]:
    """Return the fields of a request, those of its inner object ``req`` among them.

    What is no object has none, and is refused for its missing ``type``.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(sent, dict):
        return {}
    inner = sent.pop("req", None)
    fields = {**sent, **(inner if isinstance(inner, dict) else {})}
    return {name: str(value) for name, value in fields.items() if value is not None}


def refused(message: str) -> RefusalError:
    """Return the refusal of wrong arguments."""
    return RefusalError(REFUSED, message, HTTPStatus.UNPROCESSABLE_ENTITY)


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for."""
    coin = query.get("coin", "")
    if coin not in venue.tapes:
        raise refused(f"Unknown coin {coin}")
    return venue.tapes[coin]


def time_of(query: Query, name: str) -> int | None:
    """Return a time, milliseconds since 1970 UTC; None where it was not sent."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise refused(f"{name} is no time: {text}") from None
