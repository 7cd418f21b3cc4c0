"""A real ``FreqtradeBot`` that trades: ``dry_run: false``, the real ccxt, orders on loopback.

Its clock and the exchange's are one, and ours: a day passes in minutes. The exchange outlives the
bot, so that a bot may be killed and built again on the same database and the same account.

    with LiveBot(tmp_path / "bot", data, "Planned", start=MORNING, stems=("planned",),
                 config={"plan": [{"pair": BTC, "time": "...", "leverage": 5}]}) as live:
        live.faults.add({"what": "refuse_stops"})
        live.loop_minutes(10)
        assert live.stops(BTC) == []
"""

import multiprocessing
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self
from unittest.mock import patch

import ccxt
from freqtrade import freqtradebot
from freqtrade.enums import RPCMessageType
from freqtrade.exchange import common
from freqtrade.rpc import RPC, RPCHandler

from freqtrade_riskguard.adapters.market.tier_files import shipped_brackets
from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.data_folder import futures_files
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.matching import (
    ConditionalOrder,
    Fill,
    Income,
    MatchingRules,
    Order,
    Position,
    PriceKind,
)
from freqtrade_riskguard.risk.tiers import TierTable
from tests.support.bot import Bot
from tests.support.freqtrade import MODERATE, WALLET_QUOTE

MINUTE = timedelta(minutes=1)

# As a careful trader sets a live bot up: stops on the exchange, market orders.
LIVE: Mapping[str, Any] = {
    "dry_run": False,
    "timeframe": "5m",
    "stoploss": -0.5,
    "unfilledtimeout": {"entry": 10, "exit": 10, "unit": "minutes"},
    "order_types": {
        "entry": "market",
        "exit": "market",
        "emergency_exit": "market",
        "force_exit": "market",
        "stoploss": "market",
        "stoploss_on_exchange": True,
        "stoploss_on_exchange_interval": 60,
        "stoploss_price_type": "mark",
    },
}


def tiers_of(data: Path) -> Mapping[str, TierTable]:
    """Return the brackets that freqtrade ships, of the pairs of a data folder."""
    return shipped_brackets(contract.pair for contract in futures_files(data))


def exchange_of(
    data: Path,
    clock: VirtualClock,
    *,
    wallet_quote: float = WALLET_QUOTE,
    rules: MatchingRules | None = None,
    spread_ticks: int = 0,
) -> ReplayExchange:
    """Return an exchange with an account and the brackets that freqtrade ships; to be opened."""
    return ReplayExchange(
        data,
        now_ms=clock,
        spread_ticks=spread_ticks,
        wallet_quote=wallet_quote,
        tiers=tiers_of(data),
        rules=rules,
    )


class SharedClock(VirtualClock):
    """One clock for a test and the processes that it forks."""

    def __init__(self, start: datetime) -> None:
        self._shared = multiprocessing.get_context("fork").RawValue("q", 0)
        super().__init__(start)

    @property
    def _now_ms(self) -> int:
        return int(self._shared.value)

    @_now_ms.setter
    def _now_ms(self, now_ms: int) -> None:
        self._shared.value = now_ms


def know_binances_errors(client: ccxt.Exchange) -> None:
    """Let a ccxt client take errors from http for Binance's, as it does by their address only."""
    client.exceptions["exact"].update(client.exceptions["linear"]["exact"])


class _Listener(RPCHandler):  # type: ignore[misc]
    """Stands where Telegram would, and keeps what the strategy and freqtrade say."""

    def __init__(self, bot: Any, messages: list[dict[str, Any]]) -> None:
        super().__init__(RPC(bot), bot.config)
        self._messages = messages

    def send_msg(self, msg: dict[str, Any]) -> None:
        self._messages.append(msg)

    def cleanup(self) -> None:
        """Nothing is open."""


class LiveBot(Bot):
    """Drives a bot that trades through recorded candles, as a context manager.

    Everything of `Bot` holds. Its sleeps move the clock, and nobody waits for them.

    Parameters
    ----------
    folder, data, strategy, start, stems, riskguard, db_url, spread_ticks
        As of `Bot`.
    config : mapping, optional
        On top of `LIVE`, key by key.
    wallet_quote : float
        What the account begins with.
    rules : MatchingRules, optional
        How the exchange fills, as in ``MatchingRules(slippage=0.01)``.
    exchange, clock : optional
        An exchange that is open, and the clock that both run by: for a bot in a process of its own,
        whose exchange and `SharedClock` stay with the test. There the properties below show what
        the account was when the process began.

    Attributes
    ----------
    messages : list of dict
        All that freqtrade would send to Telegram, over all restarts.
    """

    def __init__(
        self,
        folder: Path,
        data: Path,
        strategy: str,
        *,
        start: datetime,
        stems: Sequence[str] = (),
        riskguard: Mapping[str, Any] | None = MODERATE,
        config: Mapping[str, Any] | None = None,
        db_url: str | None = None,
        spread_ticks: int = 0,
        wallet_quote: float = WALLET_QUOTE,
        rules: MatchingRules | None = None,
        exchange: ReplayExchange | None = None,
        clock: VirtualClock | None = None,
    ) -> None:
        super().__init__(
            folder,
            data,
            strategy,
            start=start,
            stems=stems,
            riskguard=riskguard,
            config={**LIVE, **(config or {})},
            db_url=db_url,
        )
        self.clock = clock or self.clock
        self.exchange = exchange or exchange_of(
            data, self.clock, wallet_quote=wallet_quote, rules=rules, spread_ticks=spread_ticks
        )
        self.messages: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        """Open the exchange and build the bot, whose sleeps move the clock from here on."""
        with ExitStack() as opened:
            for module, name, sleeping in (
                (common, "time", SimpleNamespace(sleep=self._sleep)),
                (common, "asyncio", SimpleNamespace(sleep=self._sleep_async)),
                (freqtradebot, "sleep", self._sleep),
            ):
                opened.enter_context(patch.object(module, name, sleeping))
            super().__enter__()
            self._sleeps = opened.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the bot as Ctrl-C does, and close the exchange."""
        with self._sleeps:
            super().__exit__(exc_type, exc, traceback)

    def start(self) -> None:
        """Build the bot, as a start of the process does, on the account as it is."""
        super().start()
        exchange: Any = self.bot.exchange
        for client in (exchange._api, exchange._api_async):
            know_binances_errors(client)
        self.bot.rpc.registered_modules.append(_Listener(self.bot, self.messages))

    def loop_minutes(self, minutes: int, *, every: timedelta = MINUTE) -> None:
        """Let minutes pass, the bot looking once in each, or as often as `every` says."""
        until = self.clock.time + minutes * MINUTE
        while self.clock.time + every <= until:
            self.loop(self.clock.time + every)

    # The exchange's own books, whatever the bot believes.

    @property
    def faults(self) -> Faults:
        """What goes wrong on the exchange: see `freqtrade_riskguard.replay.fault_rules`."""
        return self.exchange.faults

    @property
    def equity_quote(self) -> float:
        """What the account is worth: balance and open profit at the mark, quote units."""
        with self.exchange.account.now() as engine:
            return engine.account().margin_balance_quote

    @property
    def wallet_quote(self) -> float:
        """Balance without open profit, quote units."""
        with self.exchange.account.now() as engine:
            return engine.account().wallet_quote

    @property
    def positions(self) -> dict[str, Position]:
        """Open positions by freqtrade's names of the pairs."""
        with self.exchange.account.now() as engine:
            return {self._pair(found.symbol): found for found in engine.positions()}

    def stops(self, pair: str) -> list[ConditionalOrder]:
        """Return the stop orders that stand, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.open_conditionals(symbol_of(pair)))

    def open_orders(self, pair: str) -> list[Order]:
        """Return the market and limit orders that wait, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.open_orders(symbol_of(pair)))

    def orders(self, pair: str) -> list[Order]:
        """Return all orders there ever were, liquidations too, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.orders(symbol_of(pair)))

    def fills(self, pair: str) -> list[Fill]:
        """Return all fills, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.fills(symbol_of(pair)))

    def incomes(self, pair: str | None = None) -> list[Income]:
        """Return all changes of the balance, of a pair or all, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.incomes(symbol_of(pair) if pair else None))

    def price(self, pair: str) -> float:
        """Return the price of trades now, quote units."""
        with self.exchange.account.now() as engine:
            price = engine.price(symbol_of(pair), PriceKind.LAST)
        assert price is not None, f"{pair} has no price yet"
        return price

    # What the owner is told.

    @property
    def said(self) -> list[str]:
        """What the guard and the strategy have sent to the owner, the oldest first."""
        return [
            message["msg"]
            for message in self.messages
            if message["type"] == RPCMessageType.STRATEGY_MSG
        ]

    def _pair(self, symbol: str) -> str:
        return next(pair for pair in self.exchange.pairs if symbol_of(pair) == symbol)

    def _sleep(self, seconds: float) -> None:
        self.clock.move_to(self.clock.time + timedelta(seconds=seconds))
        self._traveller.move_to(self.clock.time, tick=False)

    async def _sleep_async(self, seconds: float) -> None:
        self._sleep(seconds)


def symbol_of(pair: str) -> str:
    """Return Binance's name of a pair, as in ``"BTCUSDT"``."""
    return pair.partition(":")[0].replace("/", "")
