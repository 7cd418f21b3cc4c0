"""Bots that trade and die at a request of theirs: in this process, or in one of their own."""

import multiprocessing
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import ccxt
from freqtrade.enums import RPCMessageType, State
from freqtrade.exceptions import FreqtradeException, OperationalException
from freqtrade.persistence import Trade, init_db

from freqtrade_riskguard.adapters.rehearsal.exchange import exchange_of
from tests.support.freqtrade import WALLET_QUOTE
from tests.support.live_bot import LiveBot, SharedClock

_FORK = multiprocessing.get_context("fork")
_END_SECONDS = 60


class KilledError(BaseException):
    """The bot's process ended here; nothing may catch it."""


class MortalBot(LiveBot):
    """A bot that dies at the request that it is told to die at.

    Attributes
    ----------
    dies_at : tuple of int and bool, or None
        How many requests that change something come before the last, and whether the exchange
        carries that one out.
    """

    dies_at: tuple[int, bool] | None = None

    def start(self) -> None:
        """Build the bot, whose requests may be its last."""
        super().start()
        client: Any = self.bot.exchange._api
        fetch = client.fetch

        def dying(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
            if method == "GET" or self.dies_at is None:
                return fetch(url, method, headers, body)
            left, is_done = self.dies_at
            if left > 0:
                self.dies_at = left - 1, is_done
                return fetch(url, method, headers, body)
            self.dies_at = None
            if is_done:
                with suppress(ccxt.BaseError):
                    fetch(url, method, headers, body)
            self._die()
            return None

        client.fetch = dying

    def _die(self) -> None:
        raise KilledError

    @property
    def is_stopped_by_freqtrade(self) -> bool:
        """Whether freqtrade could not go on in the last loop."""
        return self._state == State.STOPPED

    @property
    def guard_equity_quote(self) -> float:
        """What the guard says the account is worth."""
        strategy: Any = self.bot.strategy
        return float(strategy._riskguard.account.equity_quote)


class _Written(list[dict[str, Any]]):
    """Messages that outlive the process that heard them."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def append(self, message: dict[str, Any]) -> None:
        super().append(message)
        if message["type"] == RPCMessageType.STRATEGY_MSG:
            with self._file.open("a", encoding="utf-8") as opened:
                opened.write(message["msg"] + "\0")


class _ProcessOfABot(MortalBot):
    """The bot within its own process."""

    def _die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class ProcessBot(MortalBot):
    """A bot in a process of its own, which dies by SIGKILL; exchange, clock and books are here.

    Parameters
    ----------
    folder, data, strategy, start, settings
        As of `LiveBot`.
    """

    def __init__(
        self, folder: Path, data: Path, strategy: str, *, start: datetime, **settings: Any
    ) -> None:
        clock = SharedClock(start)
        exchange = exchange_of(data, clock, wallet_quote=WALLET_QUOTE)
        super().__init__(
            folder, data, strategy, start=start, exchange=exchange, clock=clock, **settings
        )
        # Messages of a loop that is cut short count too.
        self._messages_file = folder / "messages.txt"
        self._serves = partial(
            _serve, folder, data, strategy, start=start, exchange=exchange, clock=clock, **settings
        )
        self._process: Any = None
        self._pipe: Connection | None = None
        self._answer: Mapping[str, Any] = {}

    def start(self) -> None:
        """Fork a process that builds the bot.

        Raises
        ------
        OperationalException
            If the bot does not start; its words are those of the error.
        """
        ours, its = _FORK.Pipe()
        self._process = _FORK.Process(target=self._serves, args=(its, self._messages_file))
        self._process.start()
        its.close()
        self._pipe = ours
        self._hear()
        init_db(self._db_url)

    def stop(self) -> None:
        """End the process as Ctrl-C does."""
        if self._pipe is not None:
            with suppress(BrokenPipeError):
                self._pipe.send(None)
            self._end()

    def kill(self) -> None:
        """End the process wherever it is."""
        self._process.kill()
        self._end()

    def loop(self, time: datetime) -> None:
        """Move the clock and let the bot do what it does in one loop.

        Raises
        ------
        KilledError
            If that was its last.
        """
        assert self._pipe is not None, "the bot is stopped"
        Trade.session.remove()
        self.clock.move_to(time)
        self.loops += 1
        self._pipe.send((time, self.dies_at))
        self._hear()
        self._traveller.move_to(self.clock.time, tick=False)

    @property
    def said(self) -> list[str]:
        """What the guard and the strategy have sent to the owner, the oldest first."""
        if not self._messages_file.exists():
            return []
        return self._messages_file.read_text(encoding="utf-8").split("\0")[:-1]

    @property
    def is_stopped_by_freqtrade(self) -> bool:
        """Whether freqtrade could not go on in the last loop."""
        return bool(self._answer.get("is_stopped"))

    @property
    def guard_equity_quote(self) -> float:
        """What the guard says the account is worth."""
        return float(self._answer["guard_equity_quote"])

    def _hear(self) -> None:
        """Wait for what the process has to say."""
        assert self._pipe is not None
        try:
            self._answer = self._pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            self._process.join(_END_SECONDS)
            assert self._process.exitcode == -signal.SIGKILL, self._process.exitcode
            raise KilledError from error
        self.dies_at = self._answer.get("dies_at")
        if "error" in self._answer:
            self._end()
            raise OperationalException(self._answer["error"])

    def _end(self) -> None:
        assert self._pipe is not None
        self._process.join(_END_SECONDS)
        assert not self._process.is_alive()
        self._pipe.close()
        self._pipe = None


def _serve(
    folder: Path, data: Path, strategy: str, pipe: Connection, messages: Path, **settings: Any
) -> None:
    """Be the process of a bot: loop when told to."""
    bot = _ProcessOfABot(folder, data, strategy, **settings)
    bot.messages = _Written(messages)
    try:
        bot.__enter__()
    except (FreqtradeException, ccxt.BaseError) as error:
        pipe.send({"error": str(error)})
        return
    try:
        pipe.send({})
        while (order := pipe.recv()) is not None:
            time, bot.dies_at = order
            bot.loop(time)
            pipe.send(
                {
                    "dies_at": bot.dies_at,
                    "is_stopped": bot.is_stopped_by_freqtrade,
                    "guard_equity_quote": bot.guard_equity_quote,
                }
            )
    finally:
        bot.__exit__(None, None, None)
