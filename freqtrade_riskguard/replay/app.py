"""The web application that answers for the exchange."""

import json
import logging
from http import HTTPStatus
from urllib.parse import parse_qsl

from aiohttp import web

from freqtrade_riskguard.replay import request_faults
from freqtrade_riskguard.replay.binance.routes import ANSWERS, PRIVATE_ANSWERS
from freqtrade_riskguard.replay.binance.signature import checked_arguments
from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.request_faults import error_response
from freqtrade_riskguard.replay.requests import RefusalError

_LOG = logging.getLogger(__name__)

# Binance's own codes: for a path it does not know, and for troubles on its side.
_INVALID_PATH_CODE = -5000
_UNKNOWN_CODE = -1000
_KEY_HEADER = "X-MBX-APIKEY"


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
        if request.path == request_faults.FAULTS_PATH:
            return await request_faults.command(venue.faults, request)
        venue.requests[request.method, request.path] += 1
        if failure := await request_faults.everything_fails(venue.faults, request.path):
            return failure
        # As they were sent, byte by byte: a signature covers them.
        query, body = request.raw_path.partition("?")[2], await request.text()
        arguments = dict(parse_qsl(f"{query}&{body}", keep_blank_values=True))
        rule = request_faults.struck_by(
            venue.faults, request.method, request.path, arguments, venue.now_ms()
        )
        if failure := await request_faults.instead(rule, request):
            return failure
        return await request_faults.afterwards(rule, request, _respond(venue, request, query, body))

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", respond)
    return app


def _respond(venue: ExchangeState, request: web.Request, query: str, body: str) -> web.Response:
    try:
        content = _content(venue, request, query, body)
    except RefusalError as refusal:
        # A bot asks the same again in every loop.
        if (subject := f"{request.path}: {refusal}") not in venue.told:
            venue.told.add(subject)
            _LOG.warning("Replay exchange refuses %s %s: %s", request.method, request.path, refusal)
        return error_response(refusal.status, refusal.code, str(refusal))
    except DataFolderError as error:
        _LOG.exception("Replay exchange cannot answer %s", request.path_qs)
        return error_response(HTTPStatus.INTERNAL_SERVER_ERROR, _UNKNOWN_CODE, str(error))
    answer = content if isinstance(content, bytes) else json.dumps(content).encode()
    return web.Response(body=answer, content_type="application/json")


def _content(venue: ExchangeState, request: web.Request, query: str, body: str) -> object:
    if request.method == "GET" and (answer := ANSWERS.get(request.path)):
        return answer(venue, request.query)
    own = PRIVATE_ANSWERS.get((request.method, request.path))
    if own is not None and venue.account is not None:
        arguments = checked_arguments(
            venue.account.credentials,
            request.headers.get(_KEY_HEADER),
            query,
            body,
            venue.now_ms(),
        )
        content = venue.account.answer(own, arguments)
        if request.method != "GET":
            venue.account.keep()
        return content
    raise RefusalError(
        _INVALID_PATH_CODE,
        f"the replay exchange does not serve {request.method} {request.path}",
        HTTPStatus.NOT_FOUND,
    )
