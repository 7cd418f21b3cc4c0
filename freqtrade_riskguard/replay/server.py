"""An exchange on loopback that the real ccxt client talks to."""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from freqtrade_riskguard.replay.app import build_app
from freqtrade_riskguard.replay.clock import wall_clock_ms
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.freqtrade_config import freqtrade_config
from freqtrade_riskguard.replay.markets import read_markets
from freqtrade_riskguard.replay.recording import Recording

_HOST = "127.0.0.1"


class ReplayExchange:
    """Binance's futures exchange for a folder of candles, on a local port, as a context manager.

    Entering reads the markets and opens the port; leaving closes it. Each one has its own port and
    thread, so several can be open at once.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.
    port
        TCP port on 127.0.0.1; 0 takes a free one.
    now_ms
        The exchange's clock, milliseconds since 1970 UTC. Nothing later than it is ever told.
    shift_ms
        Added to the times of all recordings, milliseconds: old ones can be served as if they were
        of today (`freqtrade_riskguard.replay.time_shift`).
    spread_ticks
        How far the best ask is above the price, which is the best bid.

    Attributes
    ----------
    faults
        Failures to switch on and off while the exchange runs; it may be closed meanwhile.

    Examples
    --------
    >>> with ReplayExchange(Path("user_data/data/binance")) as exchange:  # doctest: +SKIP
    ...     config = exchange.config()
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        now_ms: Callable[[], int] = wall_clock_ms,
        shift_ms: int = 0,
        spread_ticks: int = 0,
    ) -> None:
        self.faults = Faults()
        self._data_dir = data_dir
        self._asked_port = port
        self._now_ms = now_ms
        self._shift_ms = shift_ms
        self._spread_ticks = spread_ticks
        self._venue: ExchangeState | None = None
        self._port: int | None = None
        self._close: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        """Read the markets and start to serve.

        Raises
        ------
        DataFolderError
            If the folder has no usable futures candles.
        OSError
            If the port is taken.
        """
        venue = self._open_venue()
        # Opened here and not in the thread: a taken port raises where the caller can see it, and
        # early requests wait in the socket's queue, so that there is nothing to wait for.
        listener = socket.create_server((_HOST, self._asked_port))
        self._port = listener.getsockname()[1]
        self._close = _serve_in_thread(build_app(venue), listener)
        self._venue = venue
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop to serve and free the port."""
        if self._close is not None:
            self._close()
        self._venue = self._port = self._close = None

    def _open_venue(self) -> ExchangeState:
        markets = tuple(
            replace(market, onboard_ms=market.onboard_ms + self._shift_ms)
            for market in read_markets(self._data_dir)
        )
        tapes = {
            market.coin.symbol: Recording(self._data_dir, market, self._shift_ms)
            for market in markets
        }
        return ExchangeState(
            markets=markets,
            now_ms=self._now_ms,
            tapes=tapes,
            faults=self.faults,
            spread_ticks=self._spread_ticks,
        )

    @property
    def url(self) -> str:
        """Address, as in ``"http://127.0.0.1:40123"``.

        Raises
        ------
        RuntimeError
            If the exchange is not open.
        """
        if self._port is None:
            raise RuntimeError("the replay exchange is not open; use it in a with statement")
        return f"http://{_HOST}:{self._port}"

    @property
    def pairs(self) -> tuple[str, ...]:
        """Pairs listed, by freqtrade's names, sorted; empty while the exchange is not open."""
        return tuple(market.coin.pair for market in self._venue.markets) if self._venue else ()

    def config(self) -> dict[str, Any]:
        """Return the configuration to merge into a bot's own (see `freqtrade_config`)."""
        return freqtrade_config(self.url, self.pairs)


def _serve_in_thread(app: web.Application, listener: socket.socket) -> Callable[[], None]:
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=loop.run_until_complete,
        args=(_serve(app, listener, stop),),
        name=f"replay-exchange-{listener.getsockname()[1]}",
        daemon=True,
    )

    def close() -> None:
        # Setting an event instead of stopping the loop works at every moment of the start too.
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()

    thread.start()
    return close


async def _serve(app: web.Application, listener: socket.socket, stop: asyncio.Event) -> None:
    # The access log would drown the bot's own; unknown paths are logged by the handler.
    # An answer takes milliseconds: one that is still out hangs because it was told to.
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        handler_cancellation=True,
        shutdown_timeout=0.2,
    )
    with listener:
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            await stop.wait()
        finally:
            await runner.cleanup()
