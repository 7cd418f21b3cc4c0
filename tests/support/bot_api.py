"""freqtrade's REST API, with its own routes, password and answers, before a scripted account.

Only the object behind the routes is ours: what a guardian is told has passed the schemas of the
installed freqtrade, and what it is refused is refused by freqtrade's own code.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import uvicorn
from fastapi import FastAPI, Request, Response
from freqtrade.enums import RunMode, State
from freqtrade.rpc.api_server.deps import get_api_config, get_config, get_rpc, get_rpc_optional
from freqtrade.rpc.api_server.uvicorn_threaded import UvicornServer
from freqtrade.rpc.api_server.webserver import ApiServer, FTJSONResponse
from freqtrade.rpc.rpc import RPCException

USERNAME = "watcher"
PASSWORD = "correct horse: battery/staple"  # noqa: S105  nobody's
# What in freqtrade's summary of profits is a text.
_PROFIT_TEXTS = (
    "avg_duration",
    "best_pair",
    "bot_start_date",
    "current_drawdown_start",
    "first_trade_date",
    "first_trade_humanized",
    "latest_trade_date",
    "latest_trade_humanized",
    "max_drawdown_end",
    "max_drawdown_start",
)


@dataclass
class ScriptedTrade:
    """An open trade.

    Attributes
    ----------
    profit_quote : float
        What it would realise now; NaN while its exchange gives no price.
    realised_quote : float
        What its partial exits have realised.
    """

    trade_id: int
    pair: str
    amount: float
    rate: float
    profit_quote: float = 0.0
    is_short: bool = False
    realised_quote: float = 0.0
    stop_price: float | None = None
    liquidation_price: float | None = None

    @property
    def total_quote(self) -> float:
        return self.profit_quote + self.realised_quote

    @property
    def stake_quote(self) -> float:
        # Without a price there is still money in it, whichever.
        return 0.0 if math.isnan(self.rate) else self.amount * self.rate / 5

    def as_status(self) -> dict[str, Any]:
        coin, quote = self.pair.split(":", maxsplit=1)[0].split("/")
        date = {"open_date": "2025-02-03 10:00:00", "open_timestamp": 1_738_576_800_000}
        return {
            **date,
            "open_fill_date": date["open_date"],
            "open_fill_timestamp": date["open_timestamp"],
            "trade_id": self.trade_id,
            "pair": self.pair,
            "base_currency": coin,
            "quote_currency": quote,
            "is_open": True,
            "is_short": self.is_short,
            "exchange": "binance",
            "amount": self.amount,
            "amount_requested": self.amount,
            "stake_amount": self.stake_quote,
            "strategy": "Scripted",
            "timeframe": 5,
            "open_rate": self.rate,
            "open_trade_value": self.amount * self.rate,
            "profit_abs": self.profit_quote,
            "realized_profit": self.realised_quote,
            "nr_of_successful_entries": 1,
            "nr_of_successful_exits": 0,
            "has_open_orders": False,
            "orders": [],
            "leverage": 5.0,
            "current_rate": self.rate,
            "total_profit_abs": self.total_quote,
            "stop_loss_abs": self.stop_price,
            "liquidation_price": self.liquidation_price,
        }


@dataclass
class ScriptedBot:
    """A bot's account and what it was told; answers as freqtrade's ``RPC`` does.

    Attributes
    ----------
    capital_quote : float
        The wallet before all trades.
    tradable_ratio : float
        Which part of it the bot trades with.
    lock_reasons : list of str
        Of the locks of all pairs, in force until the year 2100.
    orders : list of str
        The orders it took, such as ``pause`` and ``exit all market``.
    stubborn : set of int
        Trades that fail to close; as in freqtrade, one of them ends the closing of all.
    wallet_before : tuple of two floats or None
        What its wallet still shows as free and as tied up: of before its latest order.
    coins : dict of str to tuple of two floats
        Other coins of its wallet: how many of each are free, and what the bot thinks them worth.
    """

    capital_quote: float = 10_000.0
    tradable_ratio: float = 1.0
    realised_quote: float = 0.0
    trades: list[ScriptedTrade] = field(default_factory=list)
    state: State = State.RUNNING
    dry_run: bool = True
    currency: str = "USDT"
    available_capital: float | None = None
    database_start: int = 1_700_000_000
    startup: int = 1_738_570_000
    last_loop: int | None = 1_738_576_800
    stubborn: set[int] = field(default_factory=set)
    orders: list[str] = field(default_factory=list)
    lock_reasons: list[str] = field(default_factory=list)
    wallet_before: tuple[float, float] | None = None
    margin_mode: str = "isolated"
    coins: dict[str, tuple[float, float]] = field(default_factory=dict)

    def config(self) -> dict[str, Any]:
        return {
            "dry_run": self.dry_run,
            "stake_currency": self.currency,
            "stake_amount": "unlimited",
            "available_capital": self.available_capital,
            "trading_mode": "futures",
            "margin_mode": self.margin_mode,
            "exchange": {"name": "binance"},
            "strategy": "Scripted",
            "runmode": RunMode.DRY_RUN,
            "api_server": {
                "username": USERNAME,
                "password": PASSWORD,
                "jwt_secret_key": "a secret of thirty-two characters",
            },
        }

    @property
    def _freqtrade(self) -> SimpleNamespace:
        return SimpleNamespace(state=self.state, strategy=SimpleNamespace(version=lambda: None))

    def _rpc_balance(self, _stake: str, _fiat: str) -> dict[str, Any]:
        shown = dict.fromkeys(
            ("total", "total_bot", "value", "value_bot", "starting_capital_ratio"), 0.0
        )
        shown |= dict.fromkeys(("starting_capital_pct", "starting_capital_fiat"), 0.0)
        shown |= dict.fromkeys(("starting_capital_fiat_ratio", "starting_capital_fiat_pct"), 0.0)
        # As the installed Wallets.get_starting_balance has it.
        stakes_quote = sum(trade.stake_quote for trade in self.trades)
        free_quote = self.capital_quote + self.realised_quote - stakes_quote
        free_quote += sum(trade.realised_quote for trade in self.trades)
        free_quote, used_quote = self.wallet_before or (free_quote, stakes_quote)
        starting_quote = (free_quote - self.realised_quote + stakes_quote) * self.tradable_ratio
        if self.available_capital is not None:
            starting_quote = self.available_capital
        capital = {"starting_capital": starting_quote}
        return {
            "currencies": [
                self._wallet(free_quote, used_quote),
                *(self._coin(*held) for held in self.coins.items()),
            ],
            "symbol": "",
            "stake": self.currency,
            "note": "",
            **shown,
        } | capital

    def _wallet(self, free_quote: float, used_quote: float) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "free": free_quote,
            "balance": free_quote + used_quote,
            "used": used_quote,
            "est_stake": free_quote,
            "stake": self.currency,
            "side": "long",
            "is_position": False,
            "position": 0.0,
            "is_bot_managed": True,
        }

    def _coin(self, name: str, held: tuple[float, float]) -> dict[str, Any]:
        free, worth_quote = held
        named = {"currency": name, "est_stake": worth_quote, "is_bot_managed": False}
        return self._wallet(free, 0.0) | named

    def _rpc_trade_statistics(self, _stake: str, _fiat: str) -> dict[str, Any]:
        from freqtrade.rpc.api_server.api_schemas import Profit  # noqa: PLC0415  slow, and late

        zeros: dict[str, Any] = dict.fromkeys(Profit.model_fields, 0)
        zeros |= dict.fromkeys(_PROFIT_TEXTS, "")
        open_quote = sum(trade.total_quote for trade in self.trades)
        return zeros | {
            "profit_closed_coin": self.realised_quote,
            "profit_all_coin": self.realised_quote + open_quote,
        }

    def _rpc_trade_status(self) -> list[dict[str, Any]]:
        if not self.trades:
            raise RPCException("no active trade")
        return [trade.as_status() for trade in self.trades]

    def _rpc_locks(self) -> dict[str, Any]:
        locks = [
            {
                "id": number,
                "active": True,
                "lock_time": "2025-02-03 10:00:00",
                "lock_timestamp": 1_738_576_800_000,
                "lock_end_time": "2100-01-01 00:00:00",
                "lock_end_timestamp": 4_102_444_800_000,
                "pair": "*",
                "side": "*",
                "reason": reason,
            }
            for number, reason in enumerate(self.lock_reasons, start=1)
        ]
        return {"lock_count": len(locks), "locks": locks}

    def health(self) -> dict[str, Any]:
        return {
            "last_process_ts": self.last_loop,
            "bot_start_ts": self.database_start,
            "bot_startup_ts": self.startup,
        }

    def _rpc_pause(self) -> dict[str, str]:
        self.orders.append("pause")
        if self.state in {State.RUNNING, State.STOPPED}:
            self.state = State.PAUSED
        return {"status": "paused, no more entries will occur from now."}

    def _rpc_force_exit(
        self, trade_id: str, ordertype: str | None, *, amount: float | None, price: float | None
    ) -> dict[str, str]:
        self.orders.append(f"exit {trade_id} {ordertype}")
        if self.state == State.STOPPED:
            raise RPCException("trader is not running")
        for trade in list(self.trades):
            if trade_id not in {"all", str(trade.trade_id)}:
                continue
            if trade.trade_id in self.stubborn or math.isnan(trade.rate):
                raise RPCException("the exchange refuses")
            self.trades.remove(trade)
            self.realised_quote += trade.total_quote
        return {"result": "Created exit orders for all open trades."}


# Who listens on which port.
_SERVED: dict[int | None, "BotApi"] = {}


class BotApi:
    """Serves a scripted bot on a local port, as a context manager.

    Attributes
    ----------
    hangs_seconds : float
        How long each answer takes.
    fails : int or None
        HTTP status of every answer, where they all fail.
    broken : set of str
        Paths that answer with HTTP 500.
    asked : list of str
        Paths, in order.
    """

    def __init__(self, bot: ScriptedBot | None = None) -> None:
        self.bot = bot or ScriptedBot()
        self.hangs_seconds = 0.0
        self.fails: int | None = None
        self.broken: set[str] = set()
        self.asked: list[str] = []
        self._port = 0
        self._server: UvicornServer | None = None

    def __enter__(self) -> Self:
        self.serve()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # It ends by itself in a moment; nobody comes to this port again.
        server, self._server = self._server, None
        if server is not None:
            server.should_exit = server.force_exit = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def serving(self) -> bool:
        return self._server is not None

    def serve(self) -> None:
        """Listen; again on the same port after :meth:`kill`."""
        config = uvicorn.Config(
            _app(), host="127.0.0.1", port=self._port, log_config=None, lifespan="off"
        )
        # Whoever hangs is left behind.
        config.timeout_graceful_shutdown = 0
        self._server = UvicornServer(config)
        self._server.run_in_thread()
        (socket,) = self._server.servers[0].sockets
        self._port = socket.getsockname()[1]
        _SERVED[self._port] = self

    def kill(self) -> None:
        """Vanish."""
        if self._server is not None:
            self._server.force_exit = True
            self._server.cleanup()
            self._server = None


@cache
def _app() -> FastAPI:
    """freqtrade's own routes, built once; which bot is meant is told by the port."""
    app = FastAPI(default_response_class=FTJSONResponse)
    handler = SimpleNamespace(handle_rpc_exception=_on_rpc_exception)
    # In a server of our own: freqtrade's class allows one in a process.
    ApiServer.configure_app(handler, app, ScriptedBot().config())
    app.dependency_overrides |= {
        get_rpc: _bot,
        get_rpc_optional: _bot,
        get_config: _config,
        get_api_config: _api_config,
    }
    app.middleware("http")(_misbehave)
    return app


def _bot(request: Request) -> ScriptedBot:
    return _SERVED[request.url.port].bot


def _config(request: Request) -> dict[str, Any]:
    return _bot(request).config()


def _api_config(request: Request) -> dict[str, Any]:
    api_config: dict[str, Any] = _config(request)["api_server"]
    return api_config


async def _misbehave(
    request: Request, answer: Callable[[Request], Awaitable[Response]]
) -> Response:
    api = _SERVED[request.url.port]
    path = request.url.path.removeprefix("/api/v1/")
    api.asked.append(path)
    until = time.monotonic() + api.hangs_seconds
    while time.monotonic() < until and api.serving:  # noqa: ASYNC110  the server's end is no event
        await asyncio.sleep(0.02)
    status = 500 if path in api.broken else api.fails
    if status is not None:
        return Response("<html>gateway</html>", status_code=status)
    return await answer(request)


def _on_rpc_exception(request: Request, error: RPCException) -> Response:
    response: Response = ApiServer.handle_rpc_exception(None, request, error)
    return response


def no_rate(trade: ScriptedTrade) -> ScriptedTrade:
    """Return a trade as freqtrade shows it while its exchange gives no price."""
    trade.rate = trade.profit_quote = math.nan
    return trade
