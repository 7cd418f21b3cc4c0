"""The web application that answers for the exchange."""

import json
import logging
from http import HTTPStatus

from aiohttp import web

from freqtrade_riskguard.replay import request_faults
from freqtrade_riskguard.replay.data_folder import DataFolderError
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.matching import RequestRefusedError
from freqtrade_riskguard.replay.request_faults import error_response
from freqtrade_riskguard.replay.requests import RefusalError
from freqtrade_riskguard.replay.venue_api import VenueApi

_LOG = logging.getLogger(__name__)


def build_app(api: VenueApi, venue: ExchangeState) -> web.Application:
    """Build the web application that answers for an exchange.

    Parameters
    ----------
    api
        How it speaks.
    venue
        State to answer from.

    Returns
    -------
    web.Application
        Application for any aiohttp runner. Unknown paths get the venue's JSON error with HTTP 404,
        which ccxt reports by its message, and are logged.
    """

    async def respond(request: web.Request) -> web.Response:
        if request.path == request_faults.FAULTS_PATH:
            return await request_faults.command(venue.faults, request)
        venue.requests[request.method, request.path] += 1
        if failure := await request_faults.everything_fails(api, venue.faults, request.path):
            return failure
        # As they were sent, byte by byte: a signature covers them.
        query, body = request.raw_path.partition("?")[2], await request.text()
        rule = request_faults.struck_by(
            api,
            venue.faults,
            request.method,
            request.path,
            api.arguments(query, body),
            venue.now_ms(),
        )
        if failure := await request_faults.instead(api, rule, request):
            return failure
        answer = _respond(api, venue, request, query, body)
        return await request_faults.afterwards(api, rule, request, answer)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", respond)
    return app


def _respond(
    api: VenueApi, venue: ExchangeState, request: web.Request, query: str, body: str
) -> web.Response:
    try:
        content = _content(api, venue, request, query, body)
    except RefusalError as refusal:
        # A bot asks the same again in every loop.
        if (subject := f"{request.path}: {refusal}") not in venue.told:
            venue.told.add(subject)
            _LOG.warning("Replay exchange refuses %s %s: %s", request.method, request.path, refusal)
        return error_response(api, refusal.status, refusal.code, str(refusal))
    except DataFolderError as error:
        _LOG.exception("Replay exchange cannot answer %s", request.path_qs)
        return error_response(api, HTTPStatus.INTERNAL_SERVER_ERROR, api.unknown_error, str(error))
    answer = content if isinstance(content, bytes) else json.dumps(content).encode()
    return web.Response(body=answer, content_type="application/json")


def _content(
    api: VenueApi, venue: ExchangeState, request: web.Request, query: str, body: str
) -> object:
    if (public := api.public_answer(request.method, request.path)) is not None:
        public_answer, in_path = public
        return public_answer(venue, {**api.arguments(query, body), **in_path})
    private, account = api.private, venue.account
    if private is not None and account is not None:
        own = private.answers.get((request.method, request.path))
        if own is not None:
            arguments = private.arguments(
                account.credentials, request.headers, query, body, venue.now_ms()
            )
            try:
                content = account.answer(own, arguments)
            except RequestRefusedError as refused:
                raise private.refusal(refused) from None
            if request.method != "GET":
                account.keep()
            return content
    raise RefusalError(
        api.unknown_path,
        f"the replay exchange does not serve {request.method} {request.path}",
        HTTPStatus.NOT_FOUND,
    )
