"""A real ``freqtrade trade --dry-run`` process with its REST API on, in real time."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from freqtrade_client.ft_rest_client import FtRestClient  # type: ignore[import-untyped]

from freqtrade_riskguard.replay import ReplayExchange
from tests.support.bot_api import PASSWORD, USERNAME
from tests.support.freqtrade import futures_config

# Trades only what it is told to.
_IDLE = """
from freqtrade.strategy import IStrategy


class Idle(IStrategy):
    timeframe = "5m"
    can_short = True
    stoploss = -0.99
    minimal_roi = {"0": 100}

    def leverage(self, *args, **kwargs):
        return 5.0

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe
"""
_GUARDED = """
from freqtrade_riskguard import RiskGuard
from idle import Idle


class GuardedIdle(RiskGuard, Idle):
    pass
"""
_PATIENCE_SECONDS = 90
_STEP_SECONDS = 0.2


class TradingBot:
    """A freqtrade process, as a context manager. Several may start at the same time.

    Parameters
    ----------
    folder : Path
        Its user directory.
    exchange : ReplayExchange
        Serves candles whose present is the machine's.
    guarded : bool
        Whether its strategy is.
    config : mapping
        Settings on top.
    """

    def __init__(
        self, folder: Path, exchange: ReplayExchange, *, guarded: bool = False, **config: Any
    ) -> None:
        self.folder = folder
        self._strategy = "GuardedIdle" if guarded else "Idle"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._settings = {
            **futures_config(exchange),
            "stake_amount": 1_000,
            "force_entry_enable": True,
            "initial_state": "running",
            "internals": {"process_throttle_secs": 1},
            "api_server": {
                "enabled": True,
                "listen_ip_address": "127.0.0.1",
                "listen_port": self._port,
                "verbosity": "error",
                "jwt_secret_key": "a secret of thirty-two characters",
                "CORS_origins": [],
                "username": USERNAME,
                "password": PASSWORD,
            },
            **config,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._opened = ExitStack()
        self.api = FtRestClient(self.url, USERNAME, PASSWORD, timeout=30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def log(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8")

    def __enter__(self) -> Self:
        """Start it, without waiting."""
        (self.folder / "strategies").mkdir(parents=True)
        for name, source in (("idle", _IDLE), ("guarded_idle", _GUARDED)):
            (self.folder / "strategies" / f"{name}.py").write_text(source, encoding="utf-8")
        (self.folder / "config.json").write_text(json.dumps(self._settings), encoding="utf-8")
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self) -> None:
        log = self._opened.enter_context((self.folder / "log.txt").open("ab"))
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "freqtrade", "trade", "--dry-run"),
                *("--userdir", str(self.folder), "--config", str(self.folder / "config.json")),
                *(
                    "--strategy",
                    self._strategy,
                    "--db-url",
                    f"sqlite:///{self.folder / 'trades.sqlite'}",
                ),
            ],
            cwd=self.folder,
            env={**os.environ, "NO_COLOR": "1"},
            stdout=log,
            stderr=log,
        )

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._opened.close()

    def wait_until_running(self) -> None:
        """Wait until it has gone through its loop."""
        self._wait(lambda: (self.api.health() or {}).get("last_process_ts"))

    def enter(self, pair: str, *, side: str = "long", stake_quote: float = 1_000) -> None:
        """Force an entry and wait until it is filled."""
        before = len(self.trades())
        answer = self.api.forceenter(
            pair, side, order_type="market", stake_amount=stake_quote, leverage=5
        )
        assert "trade_id" in answer, answer
        self._wait(lambda: len(self.trades()) > before)

    def enter_until_halted(self, pair: str) -> int:
        """Force entries until the guard halts and has closed all; return the lock's number."""

        def numbers() -> list[int]:
            locks = self.api.locks()["locks"]
            return [lock["id"] for lock in locks if "HALTED" in lock["reason"]]

        self._wait(lambda: "trade_id" in self.api.forceenter(pair, "long", order_type="market"))
        self._wait(lambda: numbers() and not self.trades())
        return numbers()[0]

    def trades(self) -> list[dict[str, Any]]:
        trades: list[dict[str, Any]] = self.api.status()
        return trades

    def state(self) -> str:
        return str(self.api.show_config()["state"])

    def _wait(self, ready: Callable[[], object]) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not ready():
            assert self._process is not None
            assert self._process.poll() is None, self.log[-3000:]
            assert time.monotonic() < until, self.log[-3000:]
            time.sleep(_STEP_SECONDS)
