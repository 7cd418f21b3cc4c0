"""The latest view for browsers that stay: server-sent events, to a bounded number of them."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from freqtrade_riskguard.watch.web.view import WatchView

MOST_CLIENTS = 64
# A proxy between closes what is quiet for a minute; only a write finds out who fell silent.
_QUIET_SECONDS = 15.0
# Whoever takes nothing for so long comes again if it wants.
_SLOWEST_SECONDS = 20.0
_FIRST = b"retry: 2000\n\n"
_STILL_HERE = b": still here\n\n"


class EventStream:
    """Sends every view to whoever listens; who is slow gets only the latest.

    Belongs to one event loop, and keeps one view.

    Parameters
    ----------
    most_clients : int
        Who comes after them is asked to come again.
    slowest_seconds : float
        For how long a client may take nothing.
    """

    def __init__(self, most_clients: int, slowest_seconds: float = _SLOWEST_SECONDS) -> None:
        self._most, self._slowest_seconds = most_clients, slowest_seconds
        self._clients = 0
        self._number = 0
        self._message = b""
        self._changed = asyncio.Event()
        self._ended = False

    def publish(self, view: WatchView) -> None:
        """Send a view to everybody."""
        self._number += 1
        # Once for all; JSON has no line break of its own.
        self._message = b"".join(
            (
                b"id: %d\nevent: view\ndata: " % self._number,
                view.model_dump_json().encode(),
                b"\n\n",
            )
        )
        self._wake()

    def end(self) -> None:
        """Let everybody go."""
        self._ended = True
        self._wake()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send views until the client, or the page, ends."""
        if self._clients >= self._most:
            return web.Response(
                text=f"{self._most} are listening: come again later\n",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                headers={"Retry-After": "30"},
            )
        self._clients += 1
        response = web.StreamResponse(
            # nginx would hold events back.
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        try:
            await response.prepare(request)
            await self._serve(response.write)
        except TimeoutError:
            # What waits to be sent to it is let go of, too.
            if request.transport is not None:
                request.transport.abort()
        except ConnectionError:
            pass
        finally:
            self._clients -= 1
        return response

    async def _serve(self, write: Callable[[bytes], Awaitable[None]]) -> None:
        message, number = _FIRST, 0
        while not self._ended:
            await asyncio.wait_for(write(message), self._slowest_seconds)
            if number == self._number:
                try:
                    await asyncio.wait_for(self._changed.wait(), _QUIET_SECONDS)
                except TimeoutError:
                    message = _STILL_HERE
                    continue
            message, number = self._message, self._number

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
