"""The arguments of a request, and answers and refusals in Bybit's frame."""

import json
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeVar

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import DAY_MS
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import Query, RefusalError, form_arguments

_Entry = TypeVar("_Entry")

PARAMETER_ERROR = 10001
_WEEK_MS = 7 * DAY_MS


def framed(venue: ExchangeState, result: dict[str, object]) -> dict[str, object]:
    """Return an answer as Bybit wraps it."""
    return framed_at(venue.now_ms(), result)


def framed_at(now_ms: int, result: dict[str, object]) -> dict[str, object]:
    """Return an answer of a moment as Bybit wraps it."""
    return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": now_ms}


def sent_arguments(query: str, body: str) -> dict[str, str]:
    """Return the arguments of a request, all as texts: JSON is what a body holds."""
    if not body:
        return form_arguments(query, "")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise refused("params error: body is no JSON") from None
    if not isinstance(content, dict):
        raise refused("params error: body is no JSON object")
    return {
        str(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in content.items()
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


def number_of(query: Query, name: str) -> float | None:
    """Return a number, None where it was not sent."""
    text = query.get(name)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        raise refused(f"params error: {name} invalid") from None
    if not math.isfinite(number):
        raise refused(f"params error: {name} invalid")
    return number


def within(
    now_ms: int,
    query: Query,
    entries: Sequence[tuple[int, _Entry]],
    usual_ms: int = _WEEK_MS,
) -> list[_Entry]:
    """Return what of a history was asked for: at most a week; `usual_ms` with one end alone."""
    start_ms, end_ms = whole_of(query, "startTime"), whole_of(query, "endTime")
    if end_ms is None:
        end_ms = now_ms if start_ms is None else start_ms + usual_ms
    if start_ms is None:
        start_ms = end_ms - usual_ms
    if end_ms - start_ms > _WEEK_MS:
        raise refused("The time range between startTime and endTime cannot exceed 7 days")
    return [entry for time_ms, entry in entries if start_ms <= time_ms <= end_ms]


def page_of(
    query: Query, rows: Sequence[_Entry], *, usual: int, most: int
) -> tuple[list[_Entry], str]:
    """Return a page of rows, and where the next one begins; an empty text for nowhere."""
    first, limit = whole_of(query, "cursor") or 0, limit_of(query, usual=usual, most=most)
    shown = list(rows[first : first + limit])
    return shown, str(first + limit) if first + limit < len(rows) else ""
