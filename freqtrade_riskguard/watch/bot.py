"""One bot: what its REST API says of it, and the two orders that the guardian gives."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from freqtrade_riskguard.rest_api.bot_status import (
    Balance,
    BotStatus,
    Config,
    Health,
    HeldLock,
    Locks,
    OpenTrade,
    Profit,
    TradeName,
    open_profit_quote,
    starting_capital_quote,
)
from freqtrade_riskguard.rest_api.client import Retries, StrictRestClient
from freqtrade_riskguard.rest_api.errors import BotAnswerError, BotError, BotRefusedError
from freqtrade_riskguard.sanitize import escaped
from freqtrade_riskguard.watch.settings import WatchedBot, WatchSettings

T = TypeVar("T")
_TRADES = TypeAdapter(tuple[OpenTrade, ...])
_TRADE_NAMES = TypeAdapter(tuple[TradeName, ...])
_MARKET = "market"


class Bot:
    """A bot behind its REST API.

    Not to be looked at from two threads at once, and not to be given two orders at once; to look
    while it carries out an order is fine.

    Parameters
    ----------
    bot : WatchedBot
        Address and credentials.
    settings : WatchSettings
        Time-outs and retries.
    stop : threading.Event
        Set when the guardian ends.
    with_locks : bool
        Whether its locks are asked for, too: they are shown, and decide nothing.
    """

    def __init__(
        self,
        bot: WatchedBot,
        settings: WatchSettings,
        stop: threading.Event,
        *,
        with_locks: bool = False,
    ) -> None:
        client = partial(StrictRestClient, bot.url, bot.username, bot.password)
        self._looks = client(timeout_seconds=settings.timeout_seconds)
        self._orders = client(timeout_seconds=settings.order_timeout_seconds)
        self._retries = Retries(settings.retries, stop)
        self._with_locks = with_locks

    def look(self) -> BotStatus:
        """Look at the bot.

        Raises
        ------
        BotError
            Where it does not answer, or not with all that is needed.
        """
        looks = self._looks
        config = self._read(looks.show_config, TypeAdapter(Config), "/show_config")
        balance = self._read(looks.balance, TypeAdapter(Balance), "/balance")
        # Its profits are of one moment; added up from two answers, a trade that closes between
        # them would be missing or counted twice.
        profit = self._read(looks.profit, TypeAdapter(Profit), "/profit")
        trades = self._read(looks.status, _TRADES, "/status")
        health = self._read(looks.health, TypeAdapter(Health), "/health")
        return BotStatus(
            state=config.state,
            dry_run=config.dry_run,
            exchange=config.exchange,
            currency=config.stake_currency,
            available_capital=config.available_capital,
            starting_capital_quote=starting_capital_quote(config, balance, profit, trades),
            realised_quote=profit.profit_closed_coin,
            open_profit_quote=open_profit_quote(profit, trades),
            trades=trades,
            database_start=health.bot_start_ts,
            startup=health.bot_startup_ts,
            last_loop=health.last_process_ts,
            bot_name=config.bot_name,
            strategy=config.strategy,
            margin_mode=config.margin_mode,
            locks=self._locks() if self._with_locks else None,
        )

    def _locks(self) -> tuple[HeldLock, ...] | None:
        """Return the locks in force; None where it does not tell, which holds up nothing."""
        try:
            return self._read(self._looks.locks, TypeAdapter(Locks), "/locks").locks
        except BotError:
            return None

    def stop_entries(self) -> None:
        """Let the bot open no new trade. A bot that is stopped becomes paused by it.

        Raises
        ------
        BotError
            Where it does not answer that it will.
        """
        self._retries.ask(self._orders.stopbuy)

    def close_all(self) -> None:
        """Close all open trades, at the market.

        Raises
        ------
        BotError
            Where a trade could not be closed; the others were asked for all the same.
        """
        try:
            self._retries.ask(partial(self._orders.forceexit, "all", ordertype=_MARKET))
        except BotRefusedError:
            # It gives up at the first trade that fails, and leaves the others alone.
            self._close_one_by_one()

    def _close_one_by_one(self) -> None:
        failed = []
        # By name: where one has no rate, its numbers are unknown.
        for trade in self._read(self._orders.status, _TRADE_NAMES, "/status"):
            try:
                self._close(str(trade.trade_id))
            except BotRefusedError as error:
                failed.append((f"{trade.pair} (trade {trade.trade_id}) {error}", error.status))
        if failed:
            raise BotRefusedError("; ".join(text for text, _ in failed), failed[0][1])

    def _close(self, trade_id: str) -> None:
        try:
            self._orders.forceexit(trade_id, ordertype=_MARKET)
        except BotRefusedError:
            # Not every exchange takes orders at the market: as the strategy does it, then.
            self._orders.forceexit(trade_id)

    def _read(self, question: Callable[[], Any], shape: TypeAdapter[T], path: str) -> T:
        try:
            return shape.validate_python(self._retries.ask(question))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            place = escaped(".".join(map(str, first["loc"])))
            problem = f"{path} has no usable {place}" if place else f"{path} is not as expected"
            raise BotAnswerError(f"{problem} ({first['msg']})") from None
