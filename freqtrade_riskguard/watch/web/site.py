"""The guardian's HTTP server: only GET and HEAD, only who may, in a thread of its own."""

import asyncio
import base64
import binascii
import hmac
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web
from pydantic import SecretStr

from freqtrade_riskguard.rest_api.address import is_loopback
from freqtrade_riskguard.watch.web.errors import SiteError
from freqtrade_riskguard.watch.web.event_stream import MOST_CLIENTS, EventStream
from freqtrade_riskguard.watch.web.history import Histories
from freqtrade_riskguard.watch.web.metrics import CONTENT_TYPE, WatchMetrics
from freqtrade_riskguard.watch.web.page_files import page_files
from freqtrade_riskguard.watch.web.view import WatchView

logger = logging.getLogger(__name__)

USERNAME = "riskguard"
_METHODS = ("GET", "HEAD")
_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    # Files of our own, no word of script or style within the page, and no text as a page.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": USERNAME,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# aiohttp logs a traceback for whatever is no HTTP: anybody could fill the disk. Ours are told here.
_QUIET = logging.getLogger("riskguard.page")
_QUIET.setLevel(logging.CRITICAL)
_START_SECONDS = 10.0
_NOTHING_YET = "no poll has come to its end yet\n"
_NOBODY = "no account of that name has been seen yet\n"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WatchSite:
    """Serves the latest view until it is closed.

    Parameters
    ----------
    host, port
        Where; port 0 takes a free one.
    password : SecretStr or None
        For who asks, by HTTP Basic authentication as ``riskguard``; None for nobody but this
        machine.
    histories : Histories
        How the accounts went.
    most_clients : int
        How many may listen at a time.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: SecretStr | None,
        histories: Histories,
        most_clients: int = MOST_CLIENTS,
    ) -> None:
        self._host, self._port, self._password = host, port, password
        self._histories = histories
        self._view: WatchView | None = None
        self._stream = EventStream(most_clients)
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="riskguard-page", daemon=True
        )

    def publish(self, view: WatchView) -> None:
        """Show another view from now on. Nobody is waited for."""
        self._view = view
        self._loop.call_soon_threadsafe(self._stream.publish, view)

    def open(self) -> int:
        """Listen; return the port.

        Raises
        ------
        SiteError
            Where that is not possible.
        """
        self._thread.start()
        begun = asyncio.run_coroutine_threadsafe(self._begin(), self._loop)
        try:
            return begun.result(_START_SECONDS)
        except OSError as error:
            self.close()
            raise SiteError(
                f"page {self._host}:{self._port} cannot be opened ({error.strerror}): name another "
                "address"
            ) from None

    def close(self) -> None:
        """Let go of the port, and of whoever is still connected."""
        if self._runner is not None:
            self._loop.call_soon_threadsafe(self._stream.end)
            ended = asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop)
            ended.result(_START_SECONDS)
            self._runner = None
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)

    async def _begin(self) -> int:
        self._runner = web.AppRunner(
            self._app(),
            access_log=None,
            logger=_QUIET,
            handle_signals=False,
            # Who has gone listens no longer.
            handler_cancellation=True,
            shutdown_timeout=1.0,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    def _app(self) -> web.Application:
        """Return the application: a page more is a line more here."""
        metrics = WatchMetrics()

        async def show_metrics(_: web.Request) -> web.Response:
            body = metrics.page(self._view)
            return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

        async def show_status(_: web.Request) -> web.Response:
            view = self._view
            if view is None:
                return web.Response(text=_NOTHING_YET, status=HTTPStatus.SERVICE_UNAVAILABLE)
            return web.Response(text=view.model_dump_json(), content_type="application/json")

        async def show_history(request: web.Request) -> web.Response:
            history = self._histories.of(request.query.get("of", ""))
            if history is None:
                return web.Response(text=_NOBODY, status=HTTPStatus.NOT_FOUND)
            return web.Response(text=history.model_dump_json(), content_type="application/json")

        app = web.Application(middlewares=[self._guarded], client_max_size=0)
        app.router.add_get("/metrics", show_metrics)
        app.router.add_get("/api/status", show_status)
        app.router.add_get("/api/history", show_history)
        app.router.add_get("/api/events", self._stream.answer, allow_head=False)
        for path, file in page_files().items():
            app.router.add_get(path, file)
        app.on_response_prepare.append(_harden)
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Answer) -> web.StreamResponse:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            return await handler(request)
        except web.HTTPException as error:
            # In plain words: aiohttp's own would repeat nothing, but be a page of HTML.
            return web.Response(text=f"{error.reason}\n", status=error.status)
        except Exception:
            logger.exception("the page failed")
            return web.Response(text="failed\n", status=HTTPStatus.SERVICE_UNAVAILABLE)

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.method not in _METHODS:
            return web.Response(
                text="only GET and HEAD\n",
                status=HTTPStatus.METHOD_NOT_ALLOWED,
                headers={"Allow": ", ".join(_METHODS)},
            )
        if self._password is None:
            # A page elsewhere may let its name point here, and read with the owner's browser.
            if _is_named_loopback(request.headers.get("Host", "")):
                return None
            return web.Response(
                text="ask by 127.0.0.1 or localhost\n", status=HTTPStatus.MISDIRECTED_REQUEST
            )
        if _is_allowed(request.headers.get("Authorization", ""), self._password):
            return None
        return web.Response(
            text="user name and password, please\n",
            status=HTTPStatus.UNAUTHORIZED,
            headers={"WWW-Authenticate": 'Basic realm="riskguard", charset="UTF-8"'},
        )


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


def _is_named_loopback(host: str) -> bool:
    try:
        return is_loopback(f"http://{host}")
    except ValueError:
        return False


def _is_allowed(given: str, password: SecretStr) -> bool:
    kind, _, encoded = given.partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        told = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    wanted = f"{USERNAME}:{password.get_secret_value()}".encode()
    return hmac.compare_digest(told, wanted)
