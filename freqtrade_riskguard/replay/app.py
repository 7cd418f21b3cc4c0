"""The web application that answers for the exchange."""

import asyncio
import json
import logging
from http import HTTPStatus

from aiohttp import web

from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.endpoints.query import RefusalError
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.routes import ANSWERS, Answer

_LOG = logging.getLogger(__name__)

# Binance's own codes: for a path it does not know, and for troubles on its side.
_INVALID_PATH_CODE = -5000
_UNKNOWN_CODE = -1000
_TOO_MANY_CODE = -1003

_TOO_MANY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})


def build_app(venue: ExchangeState) -> web.Application:
    """Build the web application that answers for an exchange.

    Parameters
    ----------
    venue
        State to answer from.

    Returns
    -------
    web.Application
        Application for any aiohttp runner. Unknown paths get Binance's JSON error with HTTP 404,
        which ccxt reports by its message, and are logged.
    """

    async def respond(request: web.Request) -> web.Response:
        if fault := await _fault(venue.faults, request.path):
            return fault
        answer = ANSWERS.get(request.path)
        if answer is None or request.method != "GET":
            asked = f"{request.method} {request.path}"
            _LOG.warning("The replay exchange does not serve %s", asked)
            return _error(
                HTTPStatus.NOT_FOUND,
                _INVALID_PATH_CODE,
                f"the replay exchange does not serve {asked}",
            )
        return _respond(answer, venue, request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", respond)
    return app


async def _fault(faults: Faults, path: str) -> web.Response | None:
    hang_seconds, status = faults.hang_seconds, faults.status
    if not (hang_seconds > 0.0 or status is not None) or not faults.concerns(path):
        return None
    faults.hits += 1
    if hang_seconds > 0.0:
        await asyncio.sleep(hang_seconds)
    if status is None:
        return None
    if status in _TOO_MANY:
        return _error(status, _TOO_MANY_CODE, "Too many requests; a fault that was asked for.")
    return _error(status, _UNKNOWN_CODE, "An unknown error; a fault that was asked for.")


def _respond(answer: Answer, venue: ExchangeState, request: web.Request) -> web.Response:
    try:
        content = answer(venue, request.query)
    except RefusalError as refusal:
        # A bot asks the same again in every loop.
        if (subject := f"{request.path}: {refusal}") not in venue.told:
            venue.told.add(subject)
            _LOG.warning("Replay exchange refuses %s: %s", request.path_qs, refusal)
        return _error(HTTPStatus.BAD_REQUEST, refusal.code, str(refusal))
    except DataFolderError as error:
        _LOG.exception("Replay exchange cannot answer %s", request.path_qs)
        return _error(HTTPStatus.INTERNAL_SERVER_ERROR, _UNKNOWN_CODE, str(error))
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return web.Response(body=body, content_type="application/json")


def _error(status: int, code: int, message: str) -> web.Response:
    return web.json_response({"code": code, "msg": message}, status=status)
