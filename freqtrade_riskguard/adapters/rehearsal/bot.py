"""A bot of the real freqtrade that trades by a clock that is moved."""

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from datetime import datetime, timedelta
from math import nan
from types import TracebackType
from typing import Any, Self

import ccxt
import time_machine
from freqtrade import worker as freqtrade_worker
from freqtrade.constants import Config
from freqtrade.enums import RPCMessageType, State
from freqtrade.exceptions import FreqtradeException
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.preview.errors import PreviewError, reason_of
from freqtrade_riskguard.adapters.rehearsal.configuration import clients_of, require_loopback
from freqtrade_riskguard.adapters.rehearsal.exchange import know_binances_errors
from freqtrade_riskguard.adapters.rehearsal.messages import listen
from freqtrade_riskguard.adapters.rehearsal.virtual_sleep import MovedWorker, virtual_sleep
from freqtrade_riskguard.replay import VirtualClock

# As a service's supervisor starts a process again that does not start.
_MOST_STARTS, _BETWEEN_STARTS_SECONDS = 20, 30.0


class RehearsedBot:
    """A bot whose time is a virtual clock's, as a context manager.

    Parameters
    ----------
    make_config : callable
        Returns the bot's configuration, fresh at every call: freqtrade takes the keys out of it.
    clock : VirtualClock
        The exchange's. All of the process lives by it meanwhile.

    Attributes
    ----------
    messages : list of dict
        All that freqtrade would send to Telegram, over all restarts.
    """

    def __init__(self, make_config: Callable[[], Config], clock: VirtualClock) -> None:
        self.clock = clock
        self.messages: list[dict[str, Any]] = []
        self._make_config = make_config
        self._opened = ExitStack()
        self._worker: MovedWorker | None = None
        self._state: State | None = None

    def __enter__(self) -> Self:
        """Stop the process's time, and build the bot.

        Raises
        ------
        PreviewError
            Where freqtrade does not start, or would ask another machine.
        """
        with ExitStack() as opened:
            self._traveller = opened.enter_context(time_machine.travel(self.clock.time, tick=False))
            opened.enter_context(virtual_sleep(self._sleep))
            # The one wait that is not the worker's own.
            opened.callback(
                setattr, freqtrade_worker, "RETRY_TIMEOUT", freqtrade_worker.RETRY_TIMEOUT
            )
            freqtrade_worker.RETRY_TIMEOUT = 0
            opened.callback(self._stop)
            try:
                self._start()
            except FreqtradeException as error:
                raise PreviewError(f"freqtrade does not start: {reason_of(error)}") from error
            self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the bot as Ctrl-C does, and let time go on."""
        self._opened.close()

    @property
    def bot(self) -> FreqtradeBot:
        """Freqtrade's own object."""
        if self._worker is None:
            raise RuntimeError("the rehearsed bot is not running")
        return self._worker.freqtrade

    @property
    def is_stopped(self) -> bool:
        """Whether freqtrade has met what it does not go on from by itself."""
        return bool(self.bot.state == State.STOPPED)

    @property
    def last_error(self) -> str:
        """The last line of what freqtrade said of an error; empty for none."""
        for message in reversed(self.messages):
            if message["type"] == RPCMessageType.EXCEPTION:
                lines = str(message["status"]).replace("`", "").splitlines()
                told = [line.strip() for line in lines if line.strip()]
                # Behind the error freqtrade hints at its own command.
                return told[-2] if len(told) > 1 else "".join(told)
        return ""

    @property
    def guard_equity_quote(self) -> float:
        """What the guard says the account is worth; NaN while it does not know."""
        account = session_of(self.bot).account
        return nan if account is None else account.equity_quote

    def loop(self, moment: datetime) -> None:
        """Move all clocks to a moment and let the bot do what it does in one loop."""
        if self._worker is None:
            raise RuntimeError("the rehearsed bot is not running")
        self._move_to(moment)
        self._state = self._worker.loop(self._state)

    def restart(self) -> None:
        """End the bot, and start it until it starts.

        Raises
        ------
        PreviewError
            Where it does not start again for some minutes of its time.
        """
        self._stop()
        for _ in range(_MOST_STARTS):
            try:
                self._start()
            except (FreqtradeException, ccxt.BaseError) as error:
                reason = f"{type(error).__name__}: {error}"
                self._sleep(_BETWEEN_STARTS_SECONDS)
            else:
                return
        raise PreviewError(
            f"on {self.clock.time:%Y-%m-%d %H:%M} the bot does not start again: {reason}"
        )

    def _start(self) -> None:
        config = self._make_config()
        self._worker = MovedWorker({}, deepcopy(config))
        exchange = self.bot.exchange
        require_loopback(exchange)
        for client in clients_of(exchange):
            know_binances_errors(client)
        listen(self.bot, self.messages)
        self._state = None

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.exit()
            self._worker = None
            Trade.session.remove()

    def _sleep(self, seconds: float) -> None:
        self._move_to(self.clock.time + timedelta(seconds=seconds))

    def _move_to(self, moment: datetime) -> None:
        self.clock.move_to(moment)
        self._traveller.move_to(self.clock.time, tick=False)


def session_of(bot: FreqtradeBot) -> Session:
    """Return the run of the guard in a bot's strategy."""
    return require_guard(bot.strategy)


def require_guard(strategy: IStrategy) -> Session:
    """Return the run of the guard in a strategy.

    Raises
    ------
    PreviewError
        Where it has none, or one that is switched off.
    """
    found = vars(strategy).get("_riskguard")
    if not isinstance(found, Session):
        raise PreviewError(
            f"strategy {strategy.get_strategy_name()} is not guarded: name one that derives from "
            "RiskGuard"
        )
    if not found.active:
        raise PreviewError("riskguard.enabled is false: there is no guard to rehearse with")
    return found
