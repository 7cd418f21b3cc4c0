"""freqtrade's own REST client, made to say what went wrong.

``FtRestClient`` returns None where it cannot connect, and hands error pages on as if they were
answers: to a guardian, a wrong password would look like a bot without open trades.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from freqtrade_client.ft_rest_client import FtRestClient  # type: ignore[import-untyped]
from pydantic import SecretStr
from urllib3.exceptions import HTTPError, ReadTimeoutError

from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, parse_json
from freqtrade_riskguard.rest_api.address import DirectSession
from freqtrade_riskguard.rest_api.errors import (
    BotAnswerError,
    BotCredentialsError,
    BotError,
    BotRefusedError,
    BotSilentError,
    BotTimeoutError,
)
from freqtrade_riskguard.sanitize import escaped

T = TypeVar("T")

_CREDENTIALS_REFUSED = (401, 403)
_REDIRECTS = 300
_CLIENT_ERRORS = 400
_SERVER_ERRORS = 500
_LONGEST_QUOTE = 200
# A thousand candles, or a hundred open trades with all their orders, are half of one.
_MOST_BYTES = 16 * MEGABYTE
_PIECE_BYTES = 65_536
_FIRST_PAUSE_SECONDS = 0.25


class StrictRestClient(FtRestClient):  # type: ignore[misc]
    """A client whose methods raise a :class:`BotError` or return what the bot answered.

    Parameters
    ----------
    url : str
        Address of the bot without ``/api/v1``.
    username, password : SecretStr
        As in the bot's ``api_server`` configuration.
    timeout_seconds : float
        How long the bot may be silent, per request.
    """

    def __init__(
        self, url: str, username: SecretStr, password: SecretStr, *, timeout_seconds: float
    ) -> None:
        super().__init__(url, timeout=timeout_seconds)
        self._session: requests.Session = _LoudSession()
        self._session.auth = (username.get_secret_value(), password.get_secret_value())


class _LoudSession(DirectSession):
    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        # A redirect would turn an order into a question, and carry credentials elsewhere.
        kwargs["allow_redirects"] = False
        # Read piece by piece, and never inflated: what answers there may be anything.
        kwargs["stream"] = True
        kwargs["headers"] = {**(kwargs.get("headers") or {}), "Accept-Encoding": "identity"}
        try:
            with super().request(*args, **kwargs) as response:
                content = _content(response, kwargs["timeout"])
        # From None: the texts of requests repeat addresses, and nothing of them may reach a log.
        except (requests.Timeout, ReadTimeoutError):
            raise BotTimeoutError(f"no answer within {kwargs['timeout']:g} s") from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise BotSilentError(f"cannot be reached ({_cause(error)})") from None
        except ValueError:
            # What neither urllib3 nor the system takes for a host.
            raise BotSilentError("cannot be reached (not a usable address)") from None
        _check_status(response.status_code, content)
        try:
            return _Answer(parse_json(content, allow_nan=True))
        except UnreadableError:
            raise BotAnswerError("does not answer with JSON: is this a freqtrade bot?") from None


class _Answer(requests.Response):
    """A response that was read and checked already."""

    def __init__(self, document: object) -> None:
        super().__init__()
        self._document = document

    def json(self, **_kwargs: Any) -> object:
        """Return it."""
        return self._document


def _content(response: requests.Response, timeout_seconds: float) -> bytes:
    """Read an answer within bounds of size and time.

    The time-out of requests is that of each piece: one byte every few seconds would last for ever.
    """
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise BotAnswerError("answers compressed, which it was not asked for")
    until = time.monotonic() + timeout_seconds
    content = bytearray()
    while piece := response.raw.read1(_PIECE_BYTES):
        content += piece
        if len(content) > _MOST_BYTES:
            raise BotAnswerError(f"answers more than {_MOST_BYTES / MEGABYTE:g} MB")
        if time.monotonic() > until:
            raise requests.Timeout
    return bytes(content)


def _check_status(status: int, content: bytes) -> None:
    if status in _CREDENTIALS_REFUSED:
        raise BotCredentialsError(f"refuses the user name or the password (HTTP {status})")
    if _REDIRECTS <= status < _CLIENT_ERRORS:
        text = f"redirects elsewhere (HTTP {status}): give the address that it redirects to"
        raise BotRefusedError(text, status)
    if status >= _CLIENT_ERRORS:
        raise BotRefusedError(f"answers HTTP {status}{_said(content)}", status)


def _said(content: bytes) -> str:
    """Return freqtrade's own words on an error."""
    try:
        answer = parse_json(content)
    except UnreadableError:
        return ""
    words = answer.get("error") or answer.get("detail") if isinstance(answer, dict) else None
    return f": {escaped(str(words)[:_LONGEST_QUOTE])}" if words else ""


def _cause(error: BaseException) -> str:
    """Return the operating system's words, such as ``Connection refused``."""
    inner: BaseException | None = error
    found = type(error).__name__
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            found = inner.strerror
        inner = inner.__cause__ or inner.__context__
    return found


class Retries:
    """Repeats what failed for a reason that may pass, with growing pauses, a few times.

    Parameters
    ----------
    times : int
        How often at most after the first attempt.
    stop : threading.Event
        Set when the guardian ends: nothing is repeated any more.
    """

    def __init__(self, times: int, stop: threading.Event) -> None:
        self._times = times
        self._stop = stop

    def ask(self, question: Callable[[], T]) -> T:
        """Return the answer.

        Raises
        ------
        BotError
            Of the last attempt; at once where another attempt makes no sense.
        """
        for attempt in range(self._times):
            try:
                return question()
            except BotError as error:
                if not _may_pass(error) or self._stop.wait(_FIRST_PAUSE_SECONDS * 2**attempt):
                    raise
        return question()


def _may_pass(error: BotError) -> bool:
    if isinstance(error, BotRefusedError):
        return error.status >= _SERVER_ERRORS
    return isinstance(error, BotSilentError) and not isinstance(error, BotTimeoutError)
