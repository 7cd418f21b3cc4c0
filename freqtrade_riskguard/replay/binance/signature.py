"""Whether a private request comes from who holds the key, as Binance checks it."""

import hashlib
import hmac
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from freqtrade_riskguard.replay.binance.arguments import integer_of, required
from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.requests import RefusalError

_OUTSIDE_WINDOW = -1021
_WRONG_SIGNATURE = -1022
_NO_KEY = -2014
_UNKNOWN_KEY = -2015

_USUAL_WINDOW_MS = 5_000
_LONGEST_WINDOW_MS = 60_000
# How far a client's clock may be ahead.
_AHEAD_MS = 1_000
_SIGNATURE = "signature"


def checked_arguments(
    credentials: Credentials, key: str | None, query: str, body: str, now_ms: int
) -> Mapping[str, str]:
    """Return the arguments of a signed request.

    Parameters
    ----------
    credentials
        What it must be signed with.
    key
        The key that came with it.
    query, body
        As they were sent: the signature covers the one and then the other, byte by byte.
    now_ms
        The exchange's time, milliseconds since 1970 UTC.

    Raises
    ------
    RefusalError
        For a key that is not known, a signature that is not right, and a time stamp that is too
        old or of the future.
    """
    if not key:
        raise RefusalError(_NO_KEY, "API-key format invalid.", HTTPStatus.UNAUTHORIZED)
    if not hmac.compare_digest(key.encode(), credentials.key.encode()):
        raise RefusalError(
            _UNKNOWN_KEY,
            "Invalid API-key, IP, or permissions for action.",
            HTTPStatus.UNAUTHORIZED,
        )
    arguments = {**_parsed(query), **_parsed(body)}
    given = required(arguments, _SIGNATURE)
    del arguments[_SIGNATURE]
    signed = f"{_unsigned(query)}{_unsigned(body)}".encode()
    right = hmac.new(credentials.secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise RefusalError(_WRONG_SIGNATURE, "Signature for this request is not valid.")
    _check_time(arguments, now_ms)
    return arguments


def _check_time(arguments: Mapping[str, str], now_ms: int) -> None:
    sent_ms = _milliseconds(arguments, "timestamp", None)
    window_ms = min(_milliseconds(arguments, "recvWindow", _USUAL_WINDOW_MS), _LONGEST_WINDOW_MS)
    if sent_ms >= now_ms + _AHEAD_MS:
        raise RefusalError(
            _OUTSIDE_WINDOW,
            f"Timestamp for this request was {_AHEAD_MS}ms ahead of the server's time.",
        )
    if now_ms - sent_ms > window_ms:
        raise RefusalError(
            _OUTSIDE_WINDOW, "Timestamp for this request is outside of the recvWindow."
        )


def _milliseconds(arguments: Mapping[str, str], name: str, usual_ms: int | None) -> int:
    if usual_ms is None:
        required(arguments, name)
    found_ms = integer_of(arguments, name)
    return usual_ms or 0 if found_ms is None else found_ms


def _parsed(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _unsigned(text: str) -> str:
    return "&".join(part for part in text.split("&") if not part.startswith(f"{_SIGNATURE}="))
