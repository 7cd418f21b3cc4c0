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
from types import TracebackType
from typing import Any, Self

from freqtrade.enums import RPCMessageType

from freqtrade_riskguard.adapters.rehearsal.exchange import exchange_of, know_binances_errors
from freqtrade_riskguard.adapters.rehearsal.messages import listen
from freqtrade_riskguard.adapters.rehearsal.virtual_sleep import virtual_sleep
from freqtrade_riskguard.replay import ReplayExchange, VirtualClock
from freqtrade_riskguard.replay.account_books import AccountBooks
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.matching import MatchingRules
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


class LiveBot(AccountBooks, Bot):
    """Drives a bot that trades through recorded candles, as a context manager.

    Everything of `Bot` holds. Its sleeps move the clock, and nobody waits for them.

    Parameters
    ----------
    folder, data, strategy, start, stems, riskguard, db_url, spread_ticks, venue
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
        venue: str = "binance",
    ) -> None:
        Bot.__init__(
            self,
            folder,
            data,
            strategy,
            start=start,
            stems=stems,
            riskguard=riskguard,
            config={**LIVE, **(config or {})},
            db_url=db_url,
            venue=venue,
        )
        self.clock = clock or self.clock
        self.exchange = exchange or exchange_of(
            data,
            self.clock,
            wallet_quote=wallet_quote,
            rules=rules,
            spread_ticks=spread_ticks,
            exchange=venue,
        )
        self.messages: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        """Open the exchange and build the bot, whose sleeps move the clock from here on."""
        with ExitStack() as opened:
            opened.enter_context(virtual_sleep(self._sleep))
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
        listen(self.bot, self.messages)

    def loop_minutes(self, minutes: int, *, every: timedelta = MINUTE) -> None:
        """Let minutes pass, the bot looking once in each, or as often as `every` says."""
        until = self.clock.time + minutes * MINUTE
        while self.clock.time + every <= until:
            self.loop(self.clock.time + every)

    @property
    def faults(self) -> Faults:
        """What goes wrong on the exchange: see `freqtrade_riskguard.replay.fault_rules`."""
        return self.exchange.faults

    # What the owner is told.

    @property
    def said(self) -> list[str]:
        """What the guard and the strategy have sent to the owner, the oldest first."""
        return [
            message["msg"]
            for message in self.messages
            if message["type"] == RPCMessageType.STRATEGY_MSG
        ]

    def _sleep(self, seconds: float) -> None:
        self.clock.move_to(self.clock.time + timedelta(seconds=seconds))
        self._traveller.move_to(self.clock.time, tick=False)
