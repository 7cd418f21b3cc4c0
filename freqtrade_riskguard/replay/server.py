"""An exchange on loopback that the real ccxt client talks to."""

import asyncio
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from freqtrade_riskguard.replay.account_file import AccountKeeper
from freqtrade_riskguard.replay.app import build_app
from freqtrade_riskguard.replay.brackets import UNKNOWN_CONTRACT
from freqtrade_riskguard.replay.certificate import loopback_tls
from freqtrade_riskguard.replay.clock import wall_clock_ms
from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.filters import Filters
from freqtrade_riskguard.replay.freqtrade_config import freqtrade_config
from freqtrade_riskguard.replay.markets import read_markets
from freqtrade_riskguard.replay.matching import Contract, MatchingEngine, MatchingRules
from freqtrade_riskguard.replay.matching.recorded_prices import RecordedPrices
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.trading_account import TradingAccount
from freqtrade_riskguard.replay.venues import venue_named
from freqtrade_riskguard.risk.tiers import TierTable

_HOST = "127.0.0.1"


class ReplayExchange:
    """A futures exchange for a folder of candles, on a local port, as a context manager.

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
    wallet_quote
        Deposit of an account to trade with, quote units; None for none: then nothing is signed,
        and orders are not taken.
    tiers
        Leverage brackets by freqtrade's names of the pairs; others have the venue's own, or those
        of `freqtrade_riskguard.replay.brackets`.
    rules
        How orders are filled and what is charged, as the venue does where left out; its spread is
        `spread_ticks`.
    account_file
        Where the account is kept after each change, and taken up from if it is there; None keeps
        it in memory, as long as this object lives.
    tls
        Whether to speak TLS, at an address by which ccxt knows the venue's errors.
    exchange
        freqtrade's name of the venue to speak as (`freqtrade_riskguard.replay.venues`).

    Raises
    ------
    ValueError
        For a venue that cannot be replayed, and for an account on one that takes no orders here.

    Attributes
    ----------
    faults
        Failures to switch on and off while the exchange runs; it may be closed meanwhile.
    requests
        How often each method and path was asked for, since this object was made.

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
        wallet_quote: float | None = None,
        tiers: Mapping[str, TierTable] | None = None,
        rules: MatchingRules | None = None,
        account_file: Path | None = None,
        tls: bool = False,
        exchange: str = "binance",
    ) -> None:
        self._api = venue_named(exchange)
        if wallet_quote is not None and self._api.private is None:
            raise ValueError(f"the replay takes no orders as {exchange}")
        self.faults = Faults(now_ms)
        self.requests: Counter[tuple[str, str]] = Counter()
        self._data_dir = data_dir
        self._asked_port = port
        self._now_ms = now_ms
        self._shift_ms = shift_ms
        self._spread_ticks = spread_ticks
        self._wallet_quote = wallet_quote
        self._tiers = tiers or {}
        usual = self._api.private.fees if self._api.private else MatchingRules()
        self._rules = replace(rules or usual, spread_ticks=spread_ticks)
        self._keeper = AccountKeeper(account_file, shift_ms)
        self._tls = tls
        self._account: TradingAccount | None = None
        self._venue: ExchangeState | None = None
        self._port: int | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._close: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        """Read the markets and start to serve.

        Raises
        ------
        DataFolderError
            If the folder has no usable futures candles.
        AccountFileError
            If no account can be taken up from its file.
        OSError
            If the port is taken.
        """
        venue = self._open_venue()
        # Opened here and not in the thread: a taken port raises where the caller can see it, and
        # early requests wait in the socket's queue, so that there is nothing to wait for.
        listener = socket.create_server((_HOST, self._asked_port))
        self._port = listener.getsockname()[1]
        self._close = _serve_in_thread(build_app(self._api, venue), listener, self._tls_context())
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
        account = self._venue.account if self._venue is not None else None
        folder, self._folder = self._folder, None
        self._venue = self._port = self._close = None
        if folder is not None:
            folder.cleanup()
        if account is not None:
            account.keep()

    def _open_venue(self) -> ExchangeState:
        markets = tuple(
            replace(market, onboard_ms=market.onboard_ms + self._shift_ms)
            for market in read_markets(self._data_dir, self._api.settled_in)
        )
        tapes = {
            self._api.symbol(market.coin): Recording(
                self._data_dir, market, self._api.row_writer, self._shift_ms
            )
            for market in markets
        }
        if self._wallet_quote is not None:
            self._account = self._open_account(self._wallet_quote, tapes)
        return ExchangeState(
            markets=markets,
            now_ms=self._now_ms,
            tapes=tapes,
            faults=self.faults,
            spread_ticks=self._spread_ticks,
            account=self._account,
            requests=self.requests,
            tiers={symbol: self._tiers_of(tape) for symbol, tape in tapes.items()},
        )

    def _tiers_of(self, tape: Recording) -> TierTable:
        coin, own_tiers = tape.market.coin, self._api.own_tiers
        if coin.pair in self._tiers or own_tiers is None:
            return self._tiers.get(coin.pair, UNKNOWN_CONTRACT)
        return own_tiers(coin)

    def _filters_of(self, tape: Recording) -> Filters:
        filters, private = tape.market.filters, self._api.private
        least_quote = private.min_notional_quote if private else None
        return filters if least_quote is None else replace(filters, min_notional_quote=least_quote)

    def _open_account(self, wallet_quote: float, tapes: Mapping[str, Recording]) -> TradingAccount:
        contracts = [
            Contract(
                symbol=symbol,
                filters=self._filters_of(tape),
                tiers=self._tiers_of(tape),
                prices=RecordedPrices(tape),
            )
            for symbol, tape in tapes.items()
        ]
        kept = self._keeper.take_up(self._now_ms())
        engine = MatchingEngine(contracts, kept.state, self._rules)
        if not kept.state.incomes:
            engine.deposit(wallet_quote)
        return TradingAccount(
            engine,
            self.faults,
            self._now_ms,
            kept.credentials,
            quote=next(iter(tapes.values())).market.coin.quote,
            changed=self._keeper.keep,
        )

    @property
    def name(self) -> str:
        """Freqtrade's name of the venue that it speaks as."""
        return self._api.name

    @property
    def tiers_are_kept(self) -> bool:
        """Whether freqtrade keeps the tiers it is told in a file beside the candles."""
        return self._api.tiers_are_kept

    @property
    def tiers_are_assumed(self) -> bool:
        """Whether the venue's own tiers are not known here."""
        return self._api.own_tiers is None

    @property
    def has_account(self) -> bool:
        """Whether it takes orders."""
        return self._wallet_quote is not None

    @property
    def account(self) -> TradingAccount:
        """The account that is traded with; it stays when the exchange is closed.

        Raises
        ------
        RuntimeError
            If there is none, or the exchange was never open.
        """
        if self._account is None:
            raise RuntimeError("the replay exchange has no account: give it a wallet, and open it")
        return self._account

    @property
    def url(self) -> str:
        """Address, as in ``"http://127.0.0.1:40123"``.

        Over TLS with a user name that means nothing: ccxt knows a venue by how addresses begin.

        Raises
        ------
        RuntimeError
            If the exchange is not open.
        """
        if self._port is None:
            raise RuntimeError("the replay exchange is not open; use it in a with statement")
        name = self._api.private.tls_user if self._api.private else ""
        user = f"{name}@" if name else ""
        return f"{f'https://{user}' if self._tls else 'http://'}{_HOST}:{self._port}"

    @property
    def pairs(self) -> tuple[str, ...]:
        """Pairs listed, by freqtrade's names, sorted; empty while the exchange is not open."""
        return tuple(market.coin.pair for market in self._venue.markets) if self._venue else ()

    def config(self) -> dict[str, Any]:
        """Return the configuration to merge into a bot's own (see `freqtrade_config`)."""
        credentials = self._account.credentials if self._account else None
        return freqtrade_config(
            self.url, self.pairs, credentials, self._certificate, exchange=self._api.name
        )

    @property
    def _certificate(self) -> Path | None:
        return Path(self._folder.name) / "certificate.pem" if self._folder else None

    def _tls_context(self) -> ssl.SSLContext | None:
        if not self._tls:
            return None
        self._folder = TemporaryDirectory(prefix="riskguard-replay-")
        return loopback_tls(_HOST, Path(self._folder.name) / "certificate.pem")


def _serve_in_thread(
    app: web.Application, listener: socket.socket, tls: ssl.SSLContext | None
) -> Callable[[], None]:
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=loop.run_until_complete,
        args=(_serve(app, listener, tls, stop),),
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


async def _serve(
    app: web.Application,
    listener: socket.socket,
    tls: ssl.SSLContext | None,
    stop: asyncio.Event,
) -> None:
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
            await web.SockSite(runner, listener, ssl_context=tls).start()
            await stop.wait()
        finally:
            await runner.cleanup()
