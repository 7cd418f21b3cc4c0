"""The arguments of a request, refusing wrong ones as Binance does."""

import math
from collections.abc import Mapping
from typing import TypeVar

from freqtrade_riskguard.replay.requests import Query, RefusalError

_Choice = TypeVar("_Choice")

_START_AFTER_END = -1023
_MISSING = -1102
_BAD_VALUE = -1130


def limit_of(query: Query, *, usual: int, most: int) -> int:
    """Return the number of rows asked for; `RefusalError` for none and for more than `most`."""
    limit = integer_of(query, "limit")
    if limit is None:
        return usual
    if not 1 <= limit <= most:
        raise RefusalError(_BAD_VALUE, f"Data sent for parameter 'limit' is not valid: {limit}.")
    return limit


def span_of(query: Query) -> tuple[int | None, int | None]:
    """Return ``startTime`` and ``endTime``, milliseconds since 1970, None where not sent."""
    start_ms, end_ms = integer_of(query, "startTime"), integer_of(query, "endTime")
    if start_ms is not None and end_ms is not None and start_ms > end_ms:
        raise RefusalError(_START_AFTER_END, "Start time is greater than end time.")
    return start_ms, end_ms


def required(query: Query, name: str) -> str:
    """Return an argument that must be there."""
    text = query.get(name)
    if not text:
        raise RefusalError(
            _MISSING, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        )
    return text


def integer_of(query: Query, name: str) -> int | None:
    """Return a whole number, None where it was not sent."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise _not_valid(name) from None


def number_of(query: Query, name: str) -> float | None:
    """Return a number, None where it was not sent."""
    text = query.get(name)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        raise _not_valid(name) from None
    if not math.isfinite(number):
        raise _not_valid(name)
    return number


def is_true(query: Query, name: str) -> bool:
    """Whether a switch was sent as true; clients write it in several ways."""
    return query.get(name, "false").lower() == "true"


def choice_of(query: Query, name: str, choices: Mapping[str, _Choice]) -> _Choice:
    """Return what a required word stands for."""
    word = required(query, name)
    if word not in choices:
        raise _not_valid(name)
    return choices[word]


def _not_valid(name: str) -> RefusalError:
    return RefusalError(_BAD_VALUE, f"Data sent for parameter '{name}' is not valid.")
