"""What a fault does to a request: before it is done, and to its answer."""

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from freqtrade_riskguard.replay.fault_rules import (
    FaultError,
    GoAway,
    Late,
    LoseAnswer,
    RateLimit,
    Refuse,
    RefuseStops,
    RequestRule,
    TimeOut,
    read_rules,
)
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.venue_api import VenueApi

FAULTS_PATH = "/faults"

_TOO_MANY = "Too many requests; a fault that was asked for."
_TOO_MANY_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})


def error_response(api: VenueApi, status: int, code: int | str, message: str) -> web.Response:
    """Return the venue's JSON for an error."""
    return web.json_response(api.error(code, message), status=status)


async def everything_fails(api: VenueApi, faults: Faults, path: str) -> web.Response | None:
    """Do what `Faults.status` and `Faults.hang_seconds` say; None where the request goes on."""
    hang_seconds, status = faults.hang_seconds, faults.status
    if not (hang_seconds > 0.0 or status is not None) or not faults.concerns(path):
        return None
    faults.hits += 1
    if hang_seconds > 0.0:
        await asyncio.sleep(hang_seconds)
    if status is None:
        return None
    if status in _TOO_MANY_STATUSES:
        return error_response(api, status, api.too_many_requests, _TOO_MANY)
    message = "An unknown error; a fault that was asked for."
    return error_response(api, status, api.unknown_error, message)


def struck_by(
    api: VenueApi,
    faults: Faults,
    method: str,
    path: str,
    arguments: Mapping[str, str],
    now_ms: int,
) -> RequestRule | RefuseStops | None:
    """Return the rule that a request meets."""
    given = dict(arguments)
    private = api.private
    if private and (method, path) == private.place_stop and private.is_stop(given):

        def is_stop(rule: RefuseStops) -> bool:
            return rule.symbol in {None, given.get("symbol")}

        if refused := faults.strike(RefuseStops, now_ms, is_stop):
            return refused
    return faults.strike(RequestRule, now_ms, lambda rule: rule.concerns(method, path, given))


async def instead(
    api: VenueApi, rule: RequestRule | RefuseStops | None, request: web.Request
) -> web.Response | None:
    """Return the answer of a request that is not done; None for one that is."""
    match rule:
        case Refuse() | RefuseStops():
            return error_response(api, rule.status, _code(api, rule), rule.message)
        case RateLimit():
            answer = error_response(
                api, HTTPStatus.TOO_MANY_REQUESTS, api.too_many_requests, _TOO_MANY
            )
            answer.headers["Retry-After"] = str(rule.retry_after_seconds)
            return answer
        case TimeOut():
            await asyncio.sleep(rule.seconds)
            return _hang_up(request)
        case GoAway():
            return _hang_up(request)
        case _:
            return None


async def afterwards(
    api: VenueApi,
    rule: RequestRule | RefuseStops | None,
    request: web.Request,
    answer: web.Response,
) -> web.Response:
    """Return what becomes of the answer of a request that was done."""
    match rule:
        case Late():
            await asyncio.sleep(rule.seconds)
            return answer
        case LoseAnswer(code=None):
            return _hang_up(request)
        case LoseAnswer():
            return error_response(api, rule.status, _code(api, rule), rule.message)
        case _:
            return answer


async def command(faults: Faults, request: web.Request) -> web.Response:
    """Answer a call that lists, adds or takes back faults.

    ``GET`` lists them with their hits, ``POST`` adds one or a list, ``DELETE`` takes back those of
    ``?name=``, or all. JSON must be declared as such, which no page in a browser can do elsewhere.
    """
    if request.method == "GET":
        return web.json_response(faults.listed())
    if request.method == "DELETE":
        if (name := request.query.get("name")) is not None:
            return web.json_response({"removed": faults.remove(name)})
        faults.clear()
        return web.json_response([])
    if request.method != "POST" or request.content_type != "application/json":
        return web.json_response(
            {"error": "POST faults as application/json, GET or DELETE them"},
            status=HTTPStatus.BAD_REQUEST,
        )
    try:
        faults.extend(read_rules(json.loads(await request.text()), "faults"))
    except (FaultError, ValueError, RecursionError) as error:
        return web.json_response({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
    return web.json_response(faults.listed())


def _code(api: VenueApi, rule: Refuse | RefuseStops | LoseAnswer) -> int | str:
    """Return the code that a rule names, or else the venue's own for such a case."""
    if "code" in rule.model_fields_set and rule.code is not None:
        return rule.code
    private = api.private
    if private is None or isinstance(rule, Refuse):
        return api.unknown_error
    return private.overloaded if isinstance(rule, RefuseStops) else private.not_answered


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    # Nobody is there to read it.
    return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
