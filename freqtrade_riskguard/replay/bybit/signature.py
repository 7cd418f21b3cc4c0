"""Whether a private request comes from who holds the key, as Bybit (V5) checks it."""

import hashlib
import hmac
from collections.abc import Mapping
from http import HTTPStatus

from freqtrade_riskguard.replay.bybit.arguments import sent_arguments
from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.requests import RefusalError

_OUTSIDE_WINDOW = 10002
_UNKNOWN_KEY = 10003
_WRONG_SIGNATURE = 10004

_USUAL_WINDOW_MS = 5_000
# How far a client's clock may be ahead.
_AHEAD_MS = 1_000


def checked_arguments(
    credentials: Credentials, headers: Mapping[str, str], query: str, body: str, now_ms: int
) -> Mapping[str, str]:
    """Return the arguments of a signed request.

    Parameters
    ----------
    credentials
        What it must be signed with.
    headers
        They hold key, time, window and signature.
    query, body
        As they were sent: the signature covers the one that is there, byte by byte.
    now_ms
        The exchange's time, milliseconds since 1970 UTC.

    Raises
    ------
    RefusalError
        For a key that is not known, a signature that is not right, and a time stamp that is too
        old or of the future.
    """
    key = headers.get("X-BAPI-API-KEY", "")
    if not hmac.compare_digest(key.encode(), credentials.key.encode()):
        raise RefusalError(_UNKNOWN_KEY, "API key is invalid.", HTTPStatus.OK)
    stamp = headers.get("X-BAPI-TIMESTAMP", "")
    window = headers.get("X-BAPI-RECV-WINDOW", str(_USUAL_WINDOW_MS))
    signed = f"{stamp}{key}{window}{body or query}".encode()
    right = hmac.new(credentials.secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(headers.get("X-BAPI-SIGN", "").encode(), right.encode()):
        raise RefusalError(
            _WRONG_SIGNATURE, "error sign! please check your signature", HTTPStatus.OK
        )
    if not stamp.isdecimal() or not window.isdecimal():
        raise _outside(f"req_timestamp[{stamp}],recv_window[{window}]")
    if not now_ms - int(window) <= int(stamp) < now_ms + _AHEAD_MS:
        raise _outside(f"req_timestamp[{stamp}],server_timestamp[{now_ms}],recv_window[{window}]")
    return sent_arguments(query, body)


def _outside(detail: str) -> RefusalError:
    return RefusalError(
        _OUTSIDE_WINDOW,
        "invalid request, please check your server timestamp or recv_window param. " + detail,
        HTTPStatus.OK,
    )
